<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{$subject}</title>
<style>
@media only screen and (max-width: 600px) { #main { width: 100% } .stack{display:block} }
.hint { color: #444444 }
</style>
</head>
<body style="margin:0;background-color:#f4f4f4">
{* <td> in a comment opens nothing, nor does {if} *}
{assign var="total" value=$order.total}
<table role="presentation" id="main" width="600" {$attributes}>
{if $plan eq "pro" and !$trial}
<tr><td>Your <i>Pro</i> plan ⟦markup/unclosed-tag:<b>⟧is active.</td></tr>
{elseif $plan == "free"}
<tr><td>See <a href="⟦links/insecure:http://acme.example/plans⟧">our plans</a>.</td></tr>
{else}
<tr><td>No plan yet.⟦markup/stray-end-tag:</span>⟧</td></tr>
{/if}
{foreach from=$items item=item name=rows}
<tr><td align="left" ⟦markup/duplicate-attribute:align="left"⟧ {if $item.wide}width="300"{else}width="150"{/if} {$item.attributes}>
<a href="https://{$domain}/item/{$item.slug}?id={$item.id|escape:'url'}">{$item.title|default:"}"}</a></td></tr>
{foreachelse}
<tr><td><a href="⟦links/placeholder:#⟧">Browse</a></td></tr>
{/foreach}
{section name=i loop=$lines}<tr><td>{$lines[i].text} <a href="⟦links/insecure:http://acme.example/line⟧">Prices</a></td></tr>{sectionelse}<tr><td>⟦links/empty-anchor:<a href="{$url}"></a>⟧</td></tr>{/section}
{if $card}<tr><td>{/if}{$body nofilter}{if $card}</td></tr>{/if}
{if isset($lost) && $lost}<tr><td><a href="⟦links/shortener:https://bit.ly/3xYzAbc⟧">Find it</a></td></tr>{/if}
</table>
{literal}<p>Write {name} and {if} as you like.</p><style>.a{color:red}</style>{/literal}
{capture name="note"}<b>kept{/capture}
{strip}<p>Total {$total} {$smarty.now|date_format:"%d.%m.%Y"} {l s='Your order' d='Emails'} {ldelim}x{rdelim}</p>{/strip}
{include file="signature.tpl" name="Ann"}
<p class="hint">Acme Ltd, 1 Main Street, Springfield. Write to team@acme.example.</p>
</body>
</html>
