<?php
// what a mail is made of: <td>
$lines = array_filter($items, function ($item) { return $item->shown; });
if (!$order) { return; }
?>
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title><?= $subject ?></title>
<style>
@media only screen and (max-width: 600px) { #main { width: 100% } .stack{display:block} }
.hint { color: #444444 }
</style>
</head>
<body style="margin:0;background-color:#f4f4f4">
<?php /* <td> in a comment opens nothing: if ($x) { */ ?>
<table role="presentation" id="main" width="600" <?= $attributes ?>>
<?php if ($plan == 'pro' && !$trial): ?>
<tr><td>Your <i>Pro</i> plan ⟦markup/unclosed-tag:<b>⟧is active.</td></tr>
<?php elseif ($plan == 'free'): ?>
<tr><td>See <a href="⟦links/insecure:http://acme.example/plans⟧">our plans</a>.</td></tr>
<?php else: ?>
<tr><td>No plan yet.⟦markup/stray-end-tag:</span>⟧</td></tr>
<?php endif; ?>
<?php foreach ($items as $item) { ?>
<tr><td align="left" ⟦markup/duplicate-attribute:align="left"⟧ <?php if ($item->wide) { ?>width="300"<?php } else { ?>width="150"<?php } ?>>
<a href="https://<?= $domain ?>/item/<?php echo $item->slug; ?>?id=<?= $item->id ?>"><?= htmlspecialchars($item->title) ?></a></td></tr>
<?php } ?>
<?php if (!$items) { ?><tr><td><a href="⟦links/placeholder:#⟧">Browse</a></td></tr><?php } ?>
<?php for ($i = 0; $i < 3; $i++): ?><tr><td><?= $i ?></td></tr><?php endfor ?>
<?php switch ($state): ?>
<?php case 'open': ?>
<tr><td>⟦links/empty-anchor:<a href="<?= $url ?>"></a>⟧</td></tr>
<?php break; default: ?>
<tr><td><a href="⟦links/shortener:https://bit.ly/3xYzAbc⟧">Find it</a></td></tr>
<?php endswitch ?>
<?php if ($card): ?><tr><td><?php endif ?><?php echo $body ?><?php if ($card): ?></td></tr><?php endif ?>
</table>
<p>Total <?= $total ?? '?>' ?> <?php printf('%s', $when); ?></p>
<?php include 'signature.php'; ?>
<p><a href="<?php echo esc_url($url); ?>"><?php esc_html_e('View the order', 'acme'); ?></a></p>
<p class="hint">Acme Ltd, 1 Main Street, Springfield. Write to team@acme.example.</p>
</body>
</html>
