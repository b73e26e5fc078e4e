<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${subject}</title>
<style>
@media only screen and (max-width: 600px) { #main { width: 100% } .stack{display:block} }
.hint { color: #444444 }
</style>
</head>
<body style="margin:0;background-color:#f4f4f4">
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
<tr><td align="left" ⟦markup/duplicate-attribute:align="left"⟧[#if item.wide] width="300"[/#if]><a href="https://${domain}/${item.id}">[=item.title]</a></td></tr>
[#else]
<tr><td><a href="⟦links/placeholder:#⟧">Browse</a></td></tr>
[/#list]
[#switch state][#case 1]<tr><td>⟦links/empty-anchor:<a href="[=url]"></a>⟧</td></tr>[#break][#default]<tr><td><a href="⟦links/ip-host:https://192.0.2.7/x⟧">Closed</a></td></tr>[/#switch]
</table>
[#noparse]<p>Write [=name] and [#if x]</p>[/#noparse]
[@note/]
<p class="hint">Acme Ltd, 1 Main Street, Springfield. Write to team@acme.example.</p>
</body>
</html>
