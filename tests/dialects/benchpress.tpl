<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
@media only screen and (max-width: 600px) { #main { width: 100% } .stack{display:block} }
.hint { color: #444444 }
</style>
</head>
<body style="margin:0;background-color:#f4f4f4">
<table role="presentation" id="main" width="600">
{{{ if pro }}}
<tr><td>Your plan ⟦markup/unclosed-tag:<b>⟧is active.</td></tr>
{{{ else if free }}}
<tr><td>⟦links/empty-anchor:<a href="{url}/u/{user.id}"></a>⟧</td></tr>
{{{ else }}}
<tr><td>See <a href="⟦links/insecure:http://acme.example/plans⟧">our plans</a>.⟦markup/stray-end-tag:</span>⟧</td></tr>
{{{ end }}}
{{{ each items }}}
<tr><td align="left" ⟦markup/duplicate-attribute:align="left"⟧><a href="{url}/item/{./slug}">{./title}</a> {{tx("global:more")}} [[global:less]]{{{ if !@last }}}, {{{ end }}}</td></tr>
{{{ end }}}
<!-- IF old --><tr><td><a href="⟦links/shortener:https://bit.ly/3xYzAbc⟧">Old</a></td></tr><!-- ELSE --><tr><td><a href="⟦links/placeholder:#⟧">New</a></td></tr><!-- ENDIF old -->
</table>
<p class="hint">Acme Ltd, 1 Main Street, Springfield. Write to team@acme.example.</p>
</body>
</html>
