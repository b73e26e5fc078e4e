<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{{ if subject }}}{subject}{{{ else }}}News{{{ end }}}</title>
<style>
@media only screen and (max-width: 600px) { #main { width: 100% } }
.hint { color: #444444 }
</style>
</head>
<body>
<table role="presentation" id="main" width="600">
{{{ if pro }}}
<tr><td>Your plan ⟦markup/unclosed-tag:<b>⟧is active.</td></tr>
{{{ else }}}
<tr><td>See <a href="⟦links/insecure:http://acme.example/plans⟧">our plans</a>.⟦markup/stray-end-tag:</span>⟧</td></tr>
{{{ end }}}
{{{ each items }}}
<tr><td align="left" ⟦markup/duplicate-attribute:align="left"⟧><a href="{url}/item/{./slug}">{./title}</a> {{tx("global:more")}} [[global:less]]</td></tr>
{{{ end }}}
</table>
<p>Acme Ltd, 1 Main Street, Springfield. Write to team@acme.example.</p>
</body>
</html>
