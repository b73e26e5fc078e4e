<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ $subject }}</title>
<style>
@media only screen and (max-width: 600px) { #main { width: 100% } .stack{display:block} }
.hint { color: #444444 }
</style>
</head>
<body style="margin:0;background-color:#f4f4f4">
{{-- <td> in a comment opens nothing, nor does @if --}}
<table role="presentation" id="main" width="600" {{ $attributes }}>
@if ($plan === 'pro' && ! $trial)
<tr><td>Your <i>Pro</i> plan ⟦markup/unclosed-tag:<b>⟧is active.</td></tr>
@elseif ($plan === 'free')
<tr><td>See <a href="⟦links/insecure:http://acme.example/plans⟧">our plans</a>.</td></tr>
@else
<tr><td>No plan yet.⟦markup/stray-end-tag:</span>⟧</td></tr>
@endif
@forelse ($items as $item)
<tr><td align="left" ⟦markup/duplicate-attribute:align="left"⟧ @unless($item->small) width="300" @endunless {!! $item->attributes !!} @class(['a', 'b' => $item->new])>
<a href="https://{{ $domain }}/item/{{ $item->slug }}?id={{ $item->id }}">{{ $item->title ?? ')' }}</a></td></tr>
@empty
<tr><td><a href="⟦links/placeholder:#⟧">Browse</a></td></tr>
@endforelse
@switch($state)
@case(1)
<tr><td>⟦links/empty-anchor:<a href="{{ $url }}"></a>⟧</td></tr>
@break
@case(2)
<tr><td><a href="⟦links/shortener:https://bit.ly/3xYzAbc⟧">Find it</a></td></tr>
@break
@default
<tr><td><a href="{{ $url }}">⟦links/vague-text:Click here⟧</a></td></tr>
@endswitch
@foreach ($lines as $line)
<tr><td @if($loop->last) style="border:0" @endif>{{ $line }}</td></tr>
@endforeach
@if ($card)<tr><td>@endif{!! $body !!}@if ($card)</td></tr>@endif
</table>
@php $total = array_sum($prices); @endphp
@component('mail::panel')<p>@lang('mail.total', ['x' => '(']) {{ $total }} of @@if and @{{ name }}, me@if.acme.example</p>@endcomponent
@component('mail::button', ['url' => $url])
{{ __('Open the order') }}
@endcomponent
<x-mail::button :url="$url">{{ __('Open') }}</x-mail::button>
@verbatim<p>Write {{ name }} and @if as you like.</p>@endverbatim
@isset($note)<p>{{ $note }}⟦markup/stray-end-tag:</u>⟧</p>@endisset
@auth<p><a href="⟦links/insecure:http://acme.example/in⟧">In</a></p>@else<p><a href="⟦links/insecure:http://acme.example/out⟧">Out</a></p>@endauth
@include('mail.signature', ['name' => 'Ann'])
<p class="hint">Acme Ltd, 1 Main Street, Springfield. Write to team@acme.example.</p>
</body>
</html>
