<#ftl output_format="HTML">
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
<#-- <td> in a comment opens nothing, nor does <#if x> -->
<#assign total = (order.total)!0>
<#assign kept><td>for later</#assign>
<#macro button url label><a href="${url}" class="hint">${label}</a></#macro>
<table role="presentation" id="main" width="600" ${attributes}>
<#if plan == "pro" && (count > 3)>
<tr><td>Your <i>Pro</i> plan ⟦markup/unclosed-tag:<b>⟧is active.</td></tr>
<#elseif plan == "free">
<tr><td>See <a href="⟦links/insecure:http://acme.example/plans⟧">our plans</a>.</td></tr>
<#else>
<tr><td>No plan yet.⟦markup/stray-end-tag:</span>⟧</td></tr>
</#if>
<#list items as item>
<tr><td align="left" ⟦markup/duplicate-attribute:align="left"⟧ <#if item.wide>width="300"<#else>width="150"</#if>>
<a href="https://${domain}/item/${item.slug?url}?id=${item.id?c}">${item.title!"}"}</a><#sep>,</#sep></td></tr>
<#else>
<tr><td><a href="⟦links/placeholder:#⟧">Browse</a></td></tr>
</#list>
<#switch state>
<#case "open"><tr><td>⟦links/empty-anchor:<a href="${url}"></a>⟧</td></tr><#break>
<#case "lost"><tr><td><a href="⟦links/shortener:https://bit.ly/3xYzAbc⟧">Find it</a></td></tr><#break>
<#default><tr><td><a href="${url}">⟦links/vague-text:Click here⟧</a></td></tr>
</#switch>
<#if card??><tr><td></#if>${body}<#if card??></td></tr></#if>
</table>
<#noparse><p>Write ${name} and <#if x> as you like.</p></#noparse>
<@button url="https://acme.example/open" label="Open"/>
<@box; x><p>Total #{total; m2M2}</p></@box>
<#attempt><p>${risky}</p><#recover><p>None</p></#attempt>
<#include "signature.ftl">
<p class="hint">Acme Ltd, 1 Main Street, Springfield. Write to team@acme.example.</p>
</body>
</html>
