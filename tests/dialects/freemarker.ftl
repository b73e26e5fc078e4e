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
<#-- <td> in a comment opens nothing, nor does <#if x> -->
<#assign total = (order.total)!0>
<#macro button url label><a href="${url}" class="hint">${label}</a></#macro>
<table role="presentation" id="main" width="600">
<#if plan == "pro" && (count > 3)>
<tr><td>Your <i>Pro</i> plan ⟦markup/unclosed-tag:<b>⟧is active.</td></tr>
<#elseif plan == "free">
<tr><td>See <a href="⟦links/insecure:http://acme.example/plans⟧">our plans</a>.</td></tr>
<#else>
<tr><td>No plan yet.⟦markup/stray-end-tag:</span>⟧</td></tr>
</#if>
<#list items as item>
<tr><td align="left" ⟦markup/duplicate-attribute:align="left"⟧ <#if item.wide>width="300"<#else>width="150"</#if>>
<a href="https://${domain}/item?id=${item.id?c}">${item.title!"}"}</a></td></tr>
<#else>
<tr><td><a href="⟦links/placeholder:#⟧">Browse</a></td></tr>
</#list>
<#switch state><#case "open"><tr><td>Open</td></tr><#break><#default><tr><td>Closed</td></tr></#switch>
</table>
<#noparse><p>Write ${name} and <#if x> as you like.</p></#noparse>
<@button url="https://acme.example/open" label="Open"/>
<@box><p>Total #{total; m2M2}</p></@box>
<#include "signature.ftl">
<p>Acme Ltd, 1 Main Street, Springfield. Write to team@acme.example.</p>
</body>
</html>
