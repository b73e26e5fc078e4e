<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ $subject }}</title>
<style>
@media only screen and (max-width: 600px) { #main { width: 100% } }
.hint { color: #444444 }
</style>
</head>
<body>
{{-- <td> in a comment opens nothing, nor does @if --}}
<table role="presentation" id="main" width="600">
@if ($plan === 'pro' && ! $trial)
<tr><td>Your <i>Pro</i> plan ⟦markup/unclosed-tag:<b>⟧is active.</td></tr>
@elseif ($plan === 'free')
<tr><td>See <a href="⟦links/insecure:http://acme.example/plans⟧">our plans</a>.</td></tr>
@else
<tr><td>No plan yet.⟦markup/stray-end-tag:</span>⟧</td></tr>
@endif
@forelse ($items as $item)
<tr><td align="left" ⟦markup/duplicate-attribute:align="left"⟧ @unless($item->small) width="300" @endunless {!! $item->attributes !!}>
<a href="https://{{ $domain }}/item?id={{ $item->id }}">{{ $item->title ?? ')' }}</a></td></tr>
@empty
<tr><td><a href="⟦links/placeholder:#⟧">Browse</a></td></tr>
@endforelse
@switch($state)
@case(1)
<tr><td>Open</td></tr>
@break
@default
<tr><td>Closed</td></tr>
@endswitch
</table>
@php $total = array_sum($prices); @endphp
@component('mail::panel')<p>@lang('mail.total', ['x' => '(']) {{ $total }} of @@if and @{{ name }}, me@if.acme.example</p>@endcomponent
@verbatim<p>Write {{ name }} and @if as you like.</p>@endverbatim
@isset($note)<p>{{ $note }}</p>@endisset
@include('mail.signature')
<p>Acme Ltd, 1 Main Street, Springfield. Write to team@acme.example.</p>
</body>
</html>
