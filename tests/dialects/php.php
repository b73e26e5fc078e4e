<?php
$total = array_sum(array_map(function ($item) { return $item['price']; }, $items)); // if (x) {
?>
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title><?= $subject ?></title>
<style>
@media only screen and (max-width: 600px) { #main { width: 100% } }
.hint { color: #444444 }
</style>
</head>
<body>
<?php /* <td> in a comment opens nothing */ ?>
<table role="presentation" id="main" width="600">
<?php if ($plan == 'pro' && !$trial): ?>
<tr><td>Your <i>Pro</i> plan ⟦markup/unclosed-tag:<b>⟧is active.</td></tr>
<?php elseif ($plan == 'free'): ?>
<tr><td>See <a href="⟦links/insecure:http://acme.example/plans⟧">our plans</a>.</td></tr>
<?php else: ?>
<tr><td>No plan yet.⟦markup/stray-end-tag:</span>⟧</td></tr>
<?php endif; ?>
<?php foreach ($items as $item) { ?>
<tr><td align="left" ⟦markup/duplicate-attribute:align="left"⟧ <?php if ($item->wide) { ?>width="300"<?php } else { ?>width="150"<?php } ?>>
<a href="https://<?= $domain ?>/item?id=<?= $item->id ?>"><?= htmlspecialchars($item->title) ?></a></td></tr>
<?php } ?>
<?php if (!$items) { ?><tr><td><a href="⟦links/placeholder:#⟧">Browse</a></td></tr><?php } ?>
<?php for ($i = 0; $i < 3; $i++): ?><tr><td><?= $i ?></td></tr><?php endfor ?>
</table>
<p>Total <?= $total ?></p>
<p>Acme Ltd, 1 Main Street, Springfield. Write to team@acme.example.</p>
</body>
</html>
