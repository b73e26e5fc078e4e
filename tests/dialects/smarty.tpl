<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{$subject}</title>
<style>
@media only screen and (max-width: 600px) { #main { width: 100% } }
.hint { color: #444444 }
</style>
</head>
<body>
{* <td> in a comment opens nothing, nor does {if} *}
{assign var="total" value=$order.total}
<table role="presentation" id="main" width="600">
{if $plan eq "pro" and !$trial}
<tr><td>Your <i>Pro</i> plan ⟦markup/unclosed-tag:<b>⟧is active.</td></tr>
{elseif $plan == "free"}
<tr><td>See <a href="⟦links/insecure:http://acme.example/plans⟧">our plans</a>.</td></tr>
{else}
<tr><td>No plan yet.⟦markup/stray-end-tag:</span>⟧</td></tr>
{/if}
{foreach from=$items item=item}
<tr><td align="left" ⟦markup/duplicate-attribute:align="left"⟧ {if $item.wide}width="300"{else}width="150"{/if} {$item.attributes}>
<a href="https://{$domain}/item?id={$item.id|escape:'url'}">{$item.title|default:"}"}</a></td></tr>
{foreachelse}
<tr><td><a href="⟦links/placeholder:#⟧">Browse</a></td></tr>
{/foreach}
</table>
{literal}<p>Write {name} and {if} as you like.</p>{/literal}
{capture name="note"}<b>kept{/capture}
<p>Total {$total} {$smarty.now|date_format:"%d.%m.%Y"}</p>
{include file="signature.tpl"}
<p>Acme Ltd, 1 Main Street, Springfield. Write to team@acme.example.</p>
</body>
</html>
