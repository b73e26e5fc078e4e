[#ftl]
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${subject}</title>
<style>
@media only screen and (max-width: 600px) { #main { width: 100% } }
.hint { color: #444444 }
</style>
</head>
<body>
[#-- <td> in a comment opens nothing --]
<table role="presentation" id="main" width="600">
[#if plan == "pro"]
<tr><td>Your plan ⟦markup/unclosed-tag:<b>⟧is active.</td></tr>
[#elseif plan == "free"]
<tr><td>See <a href="⟦links/insecure:http://acme.example/plans⟧">our plans</a>.</td></tr>
[#else]
<tr><td>No plan yet.⟦markup/stray-end-tag:</span>⟧</td></tr>
[/#if]
[#list items as item]
<tr><td align="left" ⟦markup/duplicate-attribute:align="left"⟧><a href="https://${domain}/${item.id}">[=item.title]</a></td></tr>
[#else]
<tr><td><a href="⟦links/placeholder:#⟧">Browse</a></td></tr>
[/#list]
</table>
[@note/]
<p>Acme Ltd, 1 Main Street, Springfield. Write to team@acme.example.</p>
</body>
</html>
