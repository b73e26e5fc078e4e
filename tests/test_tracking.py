"""Pixels, hidden pictures, beacons and identifiers: tables of what is found and what is let pass."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest

from maillint.analysis.beacons import is_token
from maillint.catalogue.rule import ActiveRule
from maillint.data.amendments import Amendment, Lists
from maillint.engine.lint import lint
from maillint.finding import Finding
from maillint.message.read import MessageSettings, read_message
from maillint.project.fix import fix_message
from maillint.text.source import Source
from tests import linting
from tests.linting import message_of


def active(name: str, **options: Any) -> ActiveRule:
    return linting.active(f"tracking/{name}", options)


def run(text: str, *rules: ActiveRule, kind: str = "html", **settings: Any) -> list[Finding]:
    return [found for file in lint(message_of(text, kind, **settings), rules) for found in file.findings]


def mended(text: str, *rules: ActiveRule, **settings: Any) -> str:
    source = Source.from_bytes("a.html", text.encode())

    def reports(sources: Any) -> Any:
        return list(lint(read_message(list(sources), MessageSettings(**settings), "html"), rules))

    return fix_message([source], reports, unsafe=True).sources[0].text


# -- pictures -------------------------------------------------------------------------------------------------

PIXEL = "https://t.acme.example/p?u=7f3a"
PLAIN = "https://acme.example/i/a.gif"
TOKEN = "https://t.acme.example/i/Zk3xT9aQ7LmP2vR8sW4b"
SHEET = "<style>{}</style>"

CERTAIN = {
    "a vendor's host": '<img src="https://acme.us1.list-manage.com/track/open.php?u=1a&id=2b&e=3c">',
    "a path shape on a customer's host": '<img src="https://u.acme.example/wf/open?upn=u001.9Mlwg0jII8A1wPFG">',
    "two pixels wide": '<img width="2" height="2" src="https://open.pstmrk.it/open?m=v3_1.V8Jsi" alt="">',
    "described as what it is": '<img src="https://open.pstmrk.it/open?m=v3_1.V8Jsi" alt="tracking pixel">',
    "with a mark in place of words": '<img src="https://open.pstmrk.it/open?m=v3_1.V8Jsi" alt=".">',
    "a hidden photo": '<img src="https://xpostmail.com/4e2c627e19d037991ac8b04b.jpg" style="display:none">',
    "a photo of one pixel": '<img src="https://xpostmail.com/4e2c627e19d037991ac8b04b.jpg" width="1" height="1">',
    "for those without scripts, in the head": '<head><noscript><img src="https://t.yesware.com/t/7f3a/1b2c/a.gif"></noscript></head>',
    "HubSpot on a customer's host": '<img src="https://www.acme.example/e1t/o/*W48CqlK1hYLf4W4xL0/5/f18dQhb0KdhFBR">',
    "Epsilon on a customer's host": (
        '<img src="https://e.acme.example/O/v60000018802c84a0fb21578f4bbe5c7c0/7ec05507d2bd49d700004c5a42963aa1">'
    ),
    "an add-on's": '<img src="https://is-tracking-pixel-api-prod.appspot.com/pixel/5f8b1a2b3c4d5e6f">',
    "a template tag in the host": '<img src="https://{{ shop.domain }}/tools/emails/open/order/1">',
    "a template tag before the vendor's host": '<img src="https://{{ u }}.list-manage.com/track/open.php?u=1">',
    "upper case": '<IMG SRC="HTTPS://Acme.US1.List-Manage.COM/track/open.php?u=1">',
    "no scheme": '<img src="//acme.us1.list-manage.com/track/open.php?u=1">',
    "a port": '<img src="https://acme.us1.list-manage.com:443/track/open.php?u=1">',
    "backslashes": '<img src="https:\\\\acme.us1.list-manage.com\\track\\open.php?u=1">',
    "hidden": '<div style="display:none"><img src="https://t.yesware.com/t/7f3a/pixel.gif"></div>',
    "in a srcset": '<img src="cid:a" srcset="https://9m4.emltrk.com/v2/a?d=1 1x, cid:b 2x">',
    "in a source": '<picture><source srcset="https://9m4.emltrk.com/v2/a?d=1"><img src="cid:a"></picture>',
    "put off by a script": '<img src="data:image/gif;base64,R0" data-src="https://9m4.emltrk.com/v2/a?d=1">',
    "AMP": '<amp-img src="https://9m4.emltrk.com/v2/a?d=1" layout="responsive" width="1" height="1"></amp-img>',
    "AMP's own pixel": '<amp-pixel src="https://acme.example/px?r=1"></amp-pixel>',
    "VML": '<!--[if mso]><v:image src="https://9m4.emltrk.com/v2/a?d=1" style="width:9px"/><![endif]-->',
    "VML's image data": '<!--[if mso]><v:rect><v:imagedata src="https://9m4.emltrk.com/a?d=1"/></v:rect><![endif]-->',
    "a button": '<input type="image" src="https://9m4.emltrk.com/v2/a?d=1">',
    "copied out of Gmail": (
        '<img src="https://ci4.googleusercontent.com/proxy/rW306k=s0-d-e1-ft'
        '#https://acme.us1.list-manage.com/track/open.php?u=1">'
    ),
}

LIKELY = {
    # what is in the address
    "a parameter": f'<img src="{PIXEL}" width="1" height="1">',
    "a parameter without a value": '<img src="https://acme.example/o?7f3a" width="1" height="1">',
    "a token in the path": f'<img src="{TOKEN}" width="1" height="1">',
    "a UUID": '<img src="https://acme.example/o/9b2e1c60-3f1a-4b8e-9d35-0c6f3a7e5d21" width="1" height="1">',
    "a hash": '<img src="https://acme.example/o/5f4dcc3b5aa765d61d8327deb882cf99.gif" width="1" height="1">',
    "base64": '<img src="https://acme.example/eyJ1IjoxMjMsImMiOjQ1Nn0=.gif" width="1" height="1">',
    "a row of numbers": '<img src="http://acme.example/op/5401_md/1995/978/2032/222/428764" width="1" height="1">',
    "a token in pieces": '<img src="http://acme.example/Cto9Nr7G/U1X9q4nv/A6qH8d5M/7r5Bc9k/x" width="1" height="1">',
    "an e-mail address": '<img src="https://acme.example/o/jo@mail.example/a.gif" width="1" height="1">',
    "an encoded e-mail address": '<img src="https://acme.example/o.gif?v=jo%40mail.example" width="1" height="1">',
    "a parameter of a sending tool": '<img src="https://acme.example/a.gif?mc_eid=1a2b" width="1" height="1">',
    "a long version": '<img src="https://acme.example/a.gif?v=5f4dcc3b5aa765d61d8327deb882cf99" width="1" height="1">',
    "a query on a spacer": '<img src="https://acme.example/spacer.gif?id=77" width="1" height="1">',
    "a query on a picture host": '<img src="https://acme.imgix.net/a.gif?uid=77" width="1" height="1">',
    # template tags
    "Jinja": '<img src="https://acme.example/o/{{ user.id }}.gif" width="1" height="1">',
    "Jinja with a filter": '<img src="https://acme.example/o.gif?v={{ token|urlencode }}" width="1" height="1">',
    "Liquid": '{% assign a = 1 %}<img src="https://acme.example/o/{{ customer.id }}" width="1" height="1">',
    "Go": '{{ if .A }}x{{ end }}<img src="https://acme.example/o/{{ .Subscriber.UUID }}" width="1" height="1">',
    "Handlebars": '{{#if a}}x{{/if}}<img src="https://acme.example/o/{{userId}}/a.gif" width="1" height="1">',
    "ERB": '<img src="https://acme.example/o/<%= @user.id %>.gif" width="1" height="1">',
    "PHP": '<img src="https://acme.example/o/<?= $id ?>.gif" width="1" height="1">',
    "AMPscript": '<img src="https://acme.example/o/%%_subscriberkey%%.gif" width="1" height="1">',
    "Mailchimp": '<img src="https://acme.example/o/*|UNIQID|*.gif" width="1" height="1">',
    "Mailgun": '<img src="https://acme.example/o/%recipient.id%.gif" width="1" height="1">',
    "ActiveCampaign": '<img src="https://acme.example/o/%SUBSCRIBERID%.gif" width="1" height="1">',
    "FreeMarker": '<#if a>x</#if><img src="https://acme.example/o/${user.id}.gif" width="1" height="1">',
    "GetResponse": '<img src="https://acme.example/o/[[id]].gif" width="1" height="1">',
    "MailerLite": '<img src="https://acme.example/o/{$id}.gif" width="1" height="1">',
    "a tag after the site's": '<img src="{{ site_url }}/open/{{ mail.id }}" width="1" height="1">',
    "a tag for the whole address": '<img src="{{ pixel_src }}" width="1" height="1">',
    "a tag for the whole address of no size": '<img src="{{ tracking_pixel_url }}" alt="">',
    "a tag in a spacer's address": '<img src="https://acme.example/spacer.gif?r={{ r }}" width="1" height="1">',
    "a tag in an address without a host": '<img src="/open.gif?id={{ id }}" width="1" height="1">',
    # what hides it
    "0 px": f'<img src="{PIXEL}" width="0" height="0">',
    "no height": f'<img src="{PIXEL}" width="600" height="0">',
    "px in attributes": f'<img src="{PIXEL}" width="1px" height="1px">',
    "no quotes": f"<img src={PIXEL} width=1 height=1>",
    "a style": f'<img src="{PIXEL}" style="width:1px;height:1px">',
    "a style in points": f'<img src="{PIXEL}" style="width:1pt;height:1pt">',
    "an important style": (
        f'<img src="{PIXEL}" width="600" height="90" style="WIDTH:1PX!important;height:1px !important">'
    ),
    "a greatest size": f'<img src="{PIXEL}" style="max-width:1px;max-height:1px">',
    "automatic height beside a 1": f'<img src="{PIXEL}" width="1" height="1" style="height:auto">',
    "display: none": f'<img src="{PIXEL}" style="display:none">',
    "display: none, important": f'<img src="{PIXEL}" style="display: none !important">',
    "visibility: hidden": f'<img src="{PIXEL}" style="visibility:hidden">',
    "opacity: 0": f'<img src="{PIXEL}" style="opacity:0">',
    "next to no opacity": f'<img src="{PIXEL}" style="opacity:.01">',
    "the hidden attribute": f'<img src="{PIXEL}" hidden>',
    "off the screen": f'<img src="{PIXEL}" style="position:absolute;left:-9999px">',
    "above the screen": f'<img src="{PIXEL}" style="position:fixed;top:-100em">',
    "a margin that leads away": f'<img src="{PIXEL}" style="margin-left:-5000px">',
    "clipped": f'<img src="{PIXEL}" style="position:absolute;clip:rect(0, 0, 0, 0)">',
    "clipped by a path": f'<img src="{PIXEL}" style="clip-path:inset(50%)">',
    "scaled to nothing": f'<img src="{PIXEL}" style="transform:scale(0)">',
    "a hidden parent": f'<div style="display:none"><p><img src="{PIXEL}"></p></div>',
    "a parent with no opacity": f'<div style="opacity:0"><img src="{PIXEL}"></div>',
    "a parent of no height": f'<div style="max-height:0;overflow:hidden"><img src="{PIXEL}"></div>',
    "a parent of no width": f'<td style="width:0;overflow:hidden"><img src="{PIXEL}"></td>',
    "a parent off the screen": f'<div style="position:absolute;left:-9999px"><img src="{PIXEL}"></div>',
    "a parent with a text indent": f'<div style="text-indent:-9999px"><img src="{PIXEL}"></div>',
    "a sheet that hides": f'{SHEET.format(".px{display:none}")}<img class="px" src="{PIXEL}">',
    "a sheet that makes small": f'{SHEET.format(".px{width:1px;height:1px}")}<img class="a px" src="{PIXEL}">',
    "a sheet by an attribute": f'{SHEET.format("img[alt=o]{opacity:0}")}<img alt="o" src="{PIXEL}">',
    "a sheet by its tag": f'{SHEET.format("td > img{visibility:hidden}")}<table><tr><td><img src="{PIXEL}">',
    "a sheet by an id": f'{SHEET.format("#px{display:none}")}<img id="px" src="{PIXEL}" style="width:9px">',
    "a sheet for a parent": f'{SHEET.format(".no{display:none}")}<div class="no"><b><img src="{PIXEL}"></b></div>',
    "a sheet in a comment": f'{SHEET.format("<!-- .px{display:none} -->")}<img class="px" src="{PIXEL}">',
    "a sheet against the style": (
        f"{SHEET.format('.px{width:1px!important;height:1px!important}')}"
        f'<img class="px" style="width:90px;height:90px" src="{PIXEL}">'
    ),
    "a sheet by weight": (f'{SHEET.format("img.px{display:none} img{display:block}")}<img class="px" src="{PIXEL}">'),
    "the last of two sheets": (
        f'{SHEET.format("img{display:block}")}{SHEET.format("img{display:none}")}<img src="{PIXEL}">'
    ),
    "small in spite of a media query for others": (
        f'{SHEET.format("@media print{.other{width:90px}}")}<img class="px" width="1" height="1" src="{PIXEL}">'
    ),
    # other elements and attributes
    "a srcset alone": f'<img srcset="{PIXEL} 1x" width="1" height="1">',
    "a picture": f'<picture><source srcset="{PIXEL}"><img src="cid:a" width="1" height="1"></picture>',
    "an address for a script": f'<img data-src="{PIXEL}" width="1" height="1">',
    "an image button": f'<input type="image" src="{PIXEL}" width="1" height="1">',
    "AMP's image": f'<amp-img src="{PIXEL}" width="1" height="1" layout="fixed"></amp-img>',
    "MJML's image": f'<mj-image src="{PIXEL}" width="1px" height="1px" />',
    "VML's image": (
        '<!--[if mso]><v:image src="https://a.example/{{ id }}" style="width:1px;height:1px"/><![endif]-->'
    ),
    "the old name of img": f'<image src="{PIXEL}" width="1" height="1">',
    "in a table": f'<table><tr><td><img src="{PIXEL}" width="1" height="1"></td></tr></table>',
    "in a link": f'<a href="https://acme.example"><img src="{PIXEL}" width="1" height="1"></a>',
    "one dimension, and a tag": '<img src="https://acme.example/o/{{ id }}" width="1">',
    # names
    "called so by its id": f'<img id="open-image" src="{PLAIN}" width="1" height="1">',
    "called so by its class": f'<img class="n1-open email-tracker" src="{PLAIN}" width="1" height="1">',
    "called so by its text": f'<img alt="beacon" src="{PLAIN}" width="1" height="1">',
    "called so by its file": '<img src="https://acme.example/images/tracker.png" width="1" height="1">',
    # paths that count opens, whatever the size
    "a path and a parameter": '<img src="https://acme.example/track/open?u=77">',
    "a path and a token": '<img src="http://acme.example/track/3BdKIE1400uXtw96sndhvvufld224VFVILPHVYRJ">',
    "a word and a token": '<img src="https://acme-mail.uc.r.appspot.com/pixel/5f8b1a2b3c4d5e6f7a8b">',
    "a script and a parameter": '<img src="https://acme.example/newsletter/open.php?eid=7&cust=a" alt="">',
    "a script and an e-mail address": '<img src="https://acme.example/e/pixel.gif?m=jo@mail.example">',
    "GitHub's": '<img src="https://code.acme.example/notifications/beacon/AAWAEMHVWSHRQDWETTTRYPTWPG7DFA5C.gif">',
}

POSSIBLE = {
    "1 px": f'<img src="{PLAIN}" width="1" height="1">',
    "0 px": f'<img src="{PLAIN}" width="0" height="0">',
    "a style": f'<img src="{PLAIN}" style="height:1px;width:1px">',
    "hidden": f'<img src="{PLAIN}" style="display:none">',
    "hidden around": f'<div style="visibility:hidden"><img src="{PLAIN}"></div>',
    "a size and hidden, and no other picture": f'<img src="{PLAIN}" width="200" height="90" style="opacity:0">',
    "a version": f'<img src="{PLAIN}?v=1.2" width="1" height="1">',
    "a signature": (
        '<img src="https://acme.s3.amazonaws.com/a.gif?X-Amz-Algorithm=A&X-Amz-Signature=5f4dcc3b5aa765d61d8327d"'
        ' width="1" height="1">'
    ),
    "a hash among pictures": (
        '<img src="https://acme.example/images/5f4dcc3b5aa765d61d8327deb882cf99.gif" width="1" height="1">'
    ),
    "a hash where a tool keeps pictures": (
        '<img src="https://mcusercontent.com/0b007f243e5d4490e103cd667/84d7c2d2-ba12.gif" width="1" height="1">'
    ),
    "a shortener": '<img src="https://is.gd/Y9t8WG" width="1" height="1">',
    "a file called pixel": '<img src="https://acme.example/images/pixel.gif" width="1" height="1" alt="Pixel">',
    "a sheet": f'{SHEET.format(".gone{display:none}")}<img class="gone" src="{PLAIN}">',
}

NOTHING = {
    # not remote
    "attached": '<img src="cid:pixel@acme" width="1" height="1">',
    "in the message": '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" width="1" height="1">',
    "a relative address": '<img src="images/a.gif" width="1" height="1">',
    "no address": '<img src="" width="1" height="1">',
    "no source": '<img width="1" height="1">',
    "a file": '<img src="file:///a.gif" width="1" height="1">',
    # pictures for people on the hosts of vendors, whatever their address
    "a vendor's picture with a size": '<img width="600" height="80" src="https://open.pstmrk.it/open?m=v3_1.V8Jsi">',
    "a vendor's picture with words": '<img src="https://email.mixmax.com/1a2b3c4d5e6f" alt="Acme">',
    "a vendor's picture as wide as the page": '<img src="https://email.mixmax.com/1a2b3c4d5e6f" style="width:100%">',
    "a vendor's photo": '<img src="https://email.mixmax.com/1a2b3c4d5e6f7a8b9c0d.jpg">',
    "a vendor's logo": '<img src="https://mailcastr.com/image/logo.png">',
    "a vendor's logo in its folder": '<img src="https://r.superhuman.com/images/5f4dcc3b5aa765d61d8327deb882cf99.png">',
    "a vendor's spacer": '<img src="https://acme.inxserver.com/transparent.gif" width="1" height="1">',
    "a vendor's spacer with a version": '<img src="https://acme.inxserver.com/spacer.gif?v=2" width="1" height="1">',
    # spacers and dividers
    "spacer": '<img src="https://acme.example/images/spacer.gif" width="1" height="1">',
    "blank": '<img src="https://acme.example/blank.gif" width="1" height="1">',
    "clear dot": '<img src="https://acme.example/clear_dot.gif" width="1" height="1">',
    "transparent": '<img src="https://acme.example/transparent.png" width="1" height="1">',
    "a spacer in black": '<img src="https://acme.example/48/spacer_black1x1.gif" width="1" height="1">',
    "a spacer with a version": '<img src="https://acme.example/spacer.gif?v=2" width="1" height="1">',
    "a spacer of the site": '<img src="{{ site_url }}/img/spacer.gif" width="1" height="1">',
    "a spacer as an asset": """<img src="{{ asset('img/spacer.gif') }}" width="1" height="1">""",
    "Shopify's spacer": """<img src="{{ 'notifications/spacer.png' | shopify_asset_url }}" height="1">""",
    "a spacer by ERB": '<img src="<%= image_url(\'blank.gif\') %>" width="1" height="1">',
    "a spacer under a hash": (
        '<img src="https://acme.example/5f4dcc3b5aa765d61d8327deb882cf99/spacer.gif" width="1" height="1">'
    ),
    "a line": f'<img src="{PIXEL}" width="600" height="1">',
    "a vertical line": f'<img src="{PIXEL}" width="1" height="40">',
    "a line over the page": f'<img src="{PLAIN}" width="100%" height="1">',
    "a line by its style": f'<img src="{PLAIN}" style="display:block;width:100%;height:1px">',
    "a short line": f'<img src="{PLAIN}" width="8" height="1">',
    "one dimension": f'<img src="{PLAIN}" width="1">',
    "the same file often": f'<img src="{PLAIN}" width="1" height="1">' * 3,
    "the same file in other sizes": f'<img src="{PLAIN}" width="1" height="1"><img src="{PLAIN}" width="9" height="1">',
    "the same file on two hosts": (
        '<img src="http://acme.example/b.gif" width="1" height="1">'
        '<img src="http://www.acme.example/b.gif" width="3" height="9">'
    ),
    "for Outlook only": f'<!--[if mso]><img src="{PLAIN}" width="1" height="1"><![endif]-->',
    "for Outlook only, with a version": f'<!--[if gte mso 9]><img src="{PLAIN}?id=3" width="1" height="1"><![endif]-->',
    "Gmail's spacer": f'<img src="{PLAIN}" width="600" height="1" style="display:block;min-width:600px;width:600px">',
    "Gmail's spacer by its least width": f'<img src="{PLAIN}" width="1" height="1" style="min-width:600px">',
    # twins
    "dark mode": (
        f"{SHEET.format('@media (prefers-color-scheme:dark){.dark{display:block!important}}')}"
        f'<img class="dark" src="{PLAIN}" style="display:none">'
    ),
    "dark mode in Outlook": (
        f"{SHEET.format('[data-ogsc] .dark{display:block!important}')}"
        f'<img class="dark" src="{PLAIN}" style="display:none">'
    ),
    "dark mode around": (
        f"{SHEET.format('@media (prefers-color-scheme:dark){.dark{display:block!important;max-height:none}}')}"
        f'<div class="dark" style="display:none;max-height:0;overflow:hidden"><img src="{PLAIN}?id=3" width="99"></div>'
    ),
    "dark mode by a sheet": (
        f"{SHEET.format('.dark{display:none} @media (prefers-color-scheme:dark){.dark{display:inline!important}}')}"
        f'<img class="dark" src="{PLAIN}">'
    ),
    "dark mode, its twin beside it": (
        f'<a><img src="{PLAIN}" width="90" height="30" alt="Acme">'
        '<img src="https://acme.example/dark.gif" width="90" height="30" alt="Acme" style="display:none"></a>'
    ),
    "its twin of the same size": (
        f'<p><img src="{PLAIN}" width="90" height="30"></p>'
        '<div><p><img src="https://acme.example/dark.gif?id=3" width="90" height="30" style="display:none"></p></div>'
    ),
    "for phones": (
        f"{SHEET.format('@media (max-width:600px){.m{display:block!important;width:100%!important;height:auto}}')}"
        f'<img class="m" width="0" height="0" style="display:none;width:0;height:0" src="{PLAIN}?id=3">'
    ),
    "for phones by an old selector": (
        f"{SHEET.format('@media (max-width:600px){*[class=m]{display:block!important}}')}"
        f'<img class="m" style="display:none" src="{PLAIN}">'
    ),
    "for phones by a piece of a name": (
        f"{SHEET.format('@media (max-width:600px){img[class*=mobile]{display:block!important}}')}"
        f'<img class="on-mobile-only" style="display:none" src="{PLAIN}">'
    ),
    "hidden on phones only": (
        f'{SHEET.format("@media (max-width:600px){.d{display:none!important}}")}<img class="d" src="{PIXEL}">'
    ),
    "hidden in print only": f'<style media="print">.d{{display:none}}</style><img class="d" src="{PIXEL}">',
    "hidden where something is supported": (
        f'{SHEET.format("@supports (display:grid){.d{display:none}}")}<img class="d" src="{PIXEL}">'
    ),
    "large on phones": (
        f"{SHEET.format('@media (max-width:600px){.d{width:90px!important;height:90px!important}}')}"
        f'<img class="d" width="1" height="1" src="{PLAIN}">'
    ),
    # what only looks small or hidden
    "16 px": f'<img src="{PIXEL}" width="16" height="16" alt="in">',
    "2 px": f'<img src="{PIXEL}" width="2" height="2">',
    "a share": f'<img src="{PIXEL}" width="1%" height="1%">',
    "a style against attributes": f'<img src="{PIXEL}" width="1" height="1" style="width:100%;height:auto">',
    "a sheet against attributes": (
        f'{SHEET.format(".w{width:100%!important;height:90px}")}<img class="w" src="{PIXEL}" width="1" height="1">'
    ),
    "a sheet against a style": (
        f'{SHEET.format(".w{display:block!important}")}<img class="w" src="{PIXEL}" style="display:none">'
    ),
    "a style against a sheet": f'{SHEET.format("img{display:none}")}<img src="{PIXEL}" style="display:block">',
    "a sheet for another": f'{SHEET.format(".px{display:none}")}<img class="py" src="{PIXEL}">',
    "a sheet for another's children": f'{SHEET.format(".no img{display:none}")}<p><img src="{PIXEL}"></p>',
    "a sheet with a slip": f'{SHEET.format(".px:::x{display:none}")}<img class="px" src="{PIXEL}">',
    "a sheet in a comment of its own": f'{SHEET.format("/* img{display:none} */")}<img src="{PIXEL}">',
    "a sheet in a string": f"<style>p:after{{content:'}}img{{display:none}}'}}</style><img src=\"{PIXEL}\">",
    "AMP's boilerplate": (
        f'<style amp4email-boilerplate>body{{visibility:hidden}}</style><body><img src="{PIXEL}"></body>'
    ),
    "half the opacity": f'<img src="{PIXEL}" style="opacity:.5">',
    "placed where it shows": f'<img src="{PIXEL}" style="position:absolute;left:0;top:-2px">',
    "a margin": f'<img src="{PIXEL}" style="margin-left:-20px">',
    "no font size around": f'<td style="font-size:0;line-height:0"><img src="{PIXEL}"></td>',
    "no overflow around": f'<div style="overflow:hidden"><img src="{PIXEL}"></div>',
    "a preheader before it": f'<div style="display:none">Now {{{{ name }}}}</div><img src="{PIXEL}">',
    "AMP's ratio": f'<amp-img src="{PIXEL}" width="1" height="1" layout="responsive"></amp-img>',
    "a template tag for the size": '<img src="https://acme.example/a.png?u=1" width="{{ w }}" height="{{ h }}">',
    "opacity, which Outlook does not know": (
        f'<!--[if mso]><table style="opacity:0"><tr><td><img src="{PLAIN}" width="560"></td></tr></table><![endif]-->'
    ),
    # not loaded, not pixels
    "in a comment": f'<!-- <img src="{PIXEL}" width="1" height="1"> -->',
    "in a template": f'<template><img src="{PIXEL}" width="1" height="1"></template>',
    "in a branch that is dropped": f'{{# <img src="{PIXEL}" width="1" height="1"> #}}',
    "a picture with a parameter": '<img src="https://acme.example/hero.png?uid=7" width="600">',
    "a picture of a product": '<img src="https://cdn.acme.example/{{ product.id }}.png" width="90" height="90">',
    "a picture with no size": '<img src="https://acme.example/5f4dcc3b5aa765d61d8327deb882cf99.png">',
    "a word of the path": '<img src="https://blog.acme.example/track/open-air-race.png?id=3">',
    "a file called open": '<img src="https://blog.acme.example/images/open.gif">',
    "a file called open, with a version": '<img src="https://blog.acme.example/images/open.gif?v=3">',
    "a map of a parcel": '<img src="https://acme.example/tracking/view?id=77" width="600" height="300">',
    "a picture the size of the page": '<img src="https://acme.example/track/open?id=77" style="width:100%">',
    "hidden content with pictures": '<div style="display:none"><img src="https://acme.example/a.png" width="90"></div>',
    "a tag that prints a file": """<img src="{{ image_url('a.png') }}" width="1" height="1">""",
    "a base and a theme": '<img src="{{ base_url }}/{{ theme }}/i.gif" width="1" height="1">',
}

IMAGES = [
    *((("pixel", "certain"), name, text) for name, text in CERTAIN.items()),
    *((("pixel", "likely"), name, text) for name, text in LIKELY.items()),
    *((("hidden-image", None), name, text) for name, text in POSSIBLE.items()),
    *((None, name, text) for name, text in NOTHING.items()),
]


def test_the_table_is_long() -> None:
    assert len(IMAGES) >= 170


@pytest.mark.parametrize(("expected", "name", "text"), IMAGES, ids=[f"{case[0]}: {case[1]}" for case in IMAGES])
def test_images(expected: tuple[str, str | None] | None, name: str, text: str) -> None:
    found = run(text, active("pixel"), active("hidden-image"))
    reported = {(finding.rule.removeprefix("tracking/"), finding.evidence.get("confidence")) for finding in found}
    assert reported == ({expected} if expected else set()), [finding.message for finding in found]
    assert len(found) == (1 if expected else 0)


VIEWS = [
    ('{% if trial %}<img src="https://t.acme.example/p?u=7" width="1" height="1">{% endif %}', ""),
    (
        '<img src="https://t.acme.example/p?u=7" {% if trial %}width="1" height="1"{% else %}width="90"{% endif %}>',
        "when trial",
    ),
    (f'<!--[if !mso]><!--><img src="{PIXEL}" width="1" height="1"><!--<![endif]-->', ""),
    (f'<img src="{PIXEL}" style="opacity:0"><!--[if mso]><p>Hi</p><![endif]-->', "outside Outlook"),
]


@pytest.mark.parametrize(("text", "view"), VIEWS)
def test_a_pixel_is_reported_once_with_the_views_that_get_it(text: str, view: str) -> None:
    assert [found.view for found in run(text, active("pixel"))] == [view]


FIXES = [
    (f'<p>Hi</p><img src="{PIXEL}" width="1" height="1">\n<p>x</p>', "<p>Hi</p>\n<p>x</p>"),
    (f'<picture><source srcset="{PIXEL}"><img src="cid:a" width="1" height="1"></picture>.', "."),
    (f'<amp-img src="{PIXEL}" width="1" height="1" layout="fixed"></amp-img>.', "."),
    (f'<img src="{PLAIN}" width="1" height="1">.', "."),
    ("Hi{{ TrackView }}", "Hi"),
    ('<body><custom name="opencounter" type="tracking"/>Hi</body>', "<body>Hi</body>"),
]


@pytest.mark.parametrize(("text", "fixed"), FIXES)
def test_a_pixel_is_taken_out(text: str, fixed: str) -> None:
    assert mended(text, active("pixel"), active("hidden-image"), active("pixel-placeholder")) == fixed


def test_evidence_reads_as_the_source_does() -> None:
    text = '<img src="https://acme.example/o/{{ user.id }}?a=1&amp;b=2" width="1" height="1">'
    (found,) = run(text, active("pixel"))
    assert found.evidence == {
        "sign": "1×1 px, with the template tag user.id in its address",
        "url": "https://acme.example/o/{{ user.id }}?a=1&amp;b=2",
        "vendor": "",
        "confidence": "likely",
        "own": True,
    }


UNSEEN = '<p>{}</p><img src="https://t.acme.example/o{}" width="1" height="1">'
OWN = {
    "a recipient's tag": ("{{ a }}", "?u={{ subscriber.id }}"),
    "a tag of some name": ("{{ a }}", "/{{ token }}.gif"),
    "a recipient's tag beside a campaign's": ("{{ a }}", "/{{ campaign.id }}/{{ subscriber.id }}"),
    "a tag of another language": ("", "?u=*|UNIQID|*"),
    "a mail address": ("", "?u=jo@mail.example"),
    "a token": ("", "/Zk3xT9aQ7LmP2vR8sW4b.gif"),
    "a token in a parameter": ("", "?u=9b2e1c60-3f1a-4b8e-9d35-0c6f3a7e5d21"),
    "a parameter of a sending tool": ("", "?mc_eid=1a2b"),
    "a query without names": ("", "?ffcb10-fe8d15707463047d7c-fe2a1775776407"),
    "a query that is base64": ("", "?gAAAAABmZk3xT9aQ7LmP2vR8sW4bQ1x=="),
    "base64 with a slash": ("", "?d=Zk3xT9aQ%2F7LmP2vR8sW4bQ1xY9%3D%3D!-!"),
}
NOT_OWN = {
    "a campaign's tag": ("{{ a }}", "?u={{ campaign.id }}"),
    "a list's tag": ("{{ a }}", "/{{ list.uuid }}.gif"),
    "a constant of the template": ("{{ a }}", "?u=9b2e1c60-3f1a-4b8e-9d35-0c6f3a7e5d21"),
    "a constant of a path": ("{{ a }}", "/Zk3xT9aQ7LmP2vR8sW4b.gif"),
    "a short number": ("", "?u=7f3a"),
    "the file of a picture": ("", "?u=media/2024/spring-newsletter/header-600x200.png"),
    "an address": ("", "?u=https%3A%2F%2Facme.example%2F9b2e1c60-3f1a-4b8e-9d35-0c6f3a7e5d21"),
    "an account": ("", "?account=9b2e1c60-3f1a-4b8e-9d35-0c6f3a7e5d21"),
    "a campaign": ("", "?campaign_id=9b2e1c60-3f1a-4b8e-9d35-0c6f3a7e5d21&ev=open"),
    "a signature": ("", "?id=7&signature=5f4dcc3b5aa765d61d8327deb882cf99"),
}


@pytest.mark.parametrize(
    ("text", "own"),
    [(case, True) for case in OWN.values()] + [(case, False) for case in NOT_OWN.values()],
    ids=[*OWN, *NOT_OWN],
)
def test_what_is_claimed_to_be_the_readers_own(text: tuple[str, str], own: bool) -> None:
    (found,) = run(UNSEEN.format(*text), active("pixel"))
    assert found.evidence["own"] is own


def test_what_counts_events_is_not_the_readers_own() -> None:
    (found,) = run(COUNTED, active("pixel"))
    assert (found.evidence["vendor"], found.evidence["own"]) == ("Google Analytics", False)


# -- tokens ---------------------------------------------------------------------------------------------------

TOKENS = """
9b2e1c60-3f1a-4b8e-9d35-0c6f3a7e5d21
5f4dcc3b5aa765d61d8327deb882cf99
eyJlbWFpbF9pZCI6ImRnU3o0In0=
AVQAADcTP8YAAAAOp6wAAHoHxWsAAAACRycABAmjACfo8Q
u001.9Mlwg0jII8A1wPFGTPsK87rXVKEQzbQp4-2B5UHtyRnI85ry2
NhCzc-KU6Kq-tjC5Vi9TNiH5aB
1702345678901234567
3BdKIE1400uXtw96sndhvvufld224VFVILPHVYRJIFYH187780
01HJ82CP582BWPDTHTNGRP1R7C
4ctH2J04VWPm44LzKSQW94sys75y41rFW4Wp
""".split()
WORDS = """
spring-newsletter-2024-banner
Acme_Newsletter_Header_600x200
product-image-large-2
HeaderBackgroundImage
the_quick_brown_fox_jumps
internationalisierung
Logo-Footer-White@2x
20240131120000
step-by-step-guide-3
BlackFridayWeekendSale2024
open-air-concert-tickets
""".split()


@pytest.mark.parametrize("text", TOKENS)
def test_machine_made_names_are_tokens(text: str) -> None:
    assert is_token(text)


@pytest.mark.parametrize("text", WORDS)
def test_names_that_people_give_are_no_tokens(text: str) -> None:
    assert not is_token(text)


# -- placeholders ---------------------------------------------------------------------------------------------

PLACEHOLDERS = [
    "«{{ TrackView }}»",
    "{{ if .A }}x{{ end }}«{{TrackView .}}»",
    "<body>«{tracking_pixel}»</body>",
    '«<custom name="opencounter" type="tracking">»',
    '«<custom  type="tracking" name="opencounter" />»',
    "<p>«[USERTRACK]»</p>",
    "«{{ses:openTracker}}»",
    "<p>«$openpixel$»</p>",
    "<body>«[[trackingImage]]»",
    "«<OpenTracking/>»",
    "<p>«%open-track%»</p>",
    "«{{ tracking_pixel }}»",
    "«{{{ trackingPixel }}}»",
    "«{{ mail.tracking_pixel_html|safe }}»",
    "«{{ open_tracking_pixel() }}»",
    "«<%= tracking_pixel(@user) %>»",
    "{{#if a}}x{{/if}}«{{OPEN_TRACKING_PIXEL}}»",
    "{% if a %}«{{ tracking_pixel }}»{% endif %}",
]
NO_PLACEHOLDERS = [
    "{{ tracking_number }}",
    "{{ order.tracking_url }}",
    '<a href="{{ order.tracking_url }}">Track</a>',
    "{{ num_level_one_email_trackers_removed_text }}",
    '<img src="{{ tracking_pixel }}">',
    "<!-- {{ tracking_pixel }} -->",
    "<!-- {tracking_pixel} -->",
    '{% extends "a" %}{# {{ TrackView }} #}',
    "{% comment %}{{ tracking_pixel }}{% endcomment %}",
    "We removed 12 tracking pixels, and an opencounter.",
    "{{ pixel_ratio }}",
]


@pytest.mark.parametrize("marked", PLACEHOLDERS)
def test_placeholders(marked: str) -> None:
    start, end = marked.index("«"), marked.index("»") - 1
    text = marked.replace("«", "").replace("»", "")
    assert [(found.start, found.end) for found in run(text, active("pixel-placeholder"))] == [(start, end)]


@pytest.mark.parametrize("text", NO_PLACEHOLDERS)
def test_no_placeholders(text: str) -> None:
    assert run(text, active("pixel-placeholder")) == []


# -- consent --------------------------------------------------------------------------------------------------

TRACKED = (
    f'<img src="{PIXEL}" width="1" height="1">{{{{ TrackView }}}}<a href="https://acme.example/?mc_eid=1a2b">A</a>'
)
COUNTED = '<img src="https://www.google-analytics.com/collect?v=1&t=event" width="1" height="1">'
CONSENTS: list[tuple[str, Mapping[str, Any], int]] = [
    (TRACKED, {}, 0),
    (TRACKED, {"jurisdictions": ["us", "ca"]}, 0),
    (TRACKED, {"jurisdictions": ["fr"]}, 3),
    (TRACKED, {"jurisdictions": ["US", "EU"]}, 3),
    (TRACKED, {"jurisdictions": ["uk"], "consent": "aggregate"}, 2),
    (TRACKED.replace("7f3a", "{{ user.id }}"), {"jurisdictions": ["uk"], "consent": "aggregate"}, 3),
    (TRACKED, {"jurisdictions": ["de"], "consent": "individual"}, 0),
    (f'<img src="{PLAIN}" width="1" height="1">', {"jurisdictions": ["fr"]}, 0),
    ('<a href="https://acme.example/?utm_source=news">A</a>', {"jurisdictions": ["fr"]}, 0),
]


@pytest.mark.parametrize(("text", "options", "count"), CONSENTS)
def test_consent(text: str, options: Mapping[str, Any], count: int) -> None:
    found = run(text, active("consent-required", **options))
    assert sum(len(one.at_each_place()) for one in found) == count


def test_consent_says_where_and_by_which_rule() -> None:
    (found,) = run(f'<img src="{PIXEL}" width="1" height="1">', active("consent-required", jurisdictions=["uk", "fr"]))
    assert "the UK and France (PECR, regulation 6)" in found.message


# -- hostile input --------------------------------------------------------------------------------------------

HOSTILE = {
    "many pictures": f'<img src="{PIXEL}" style="display:none" width="90">' * 4000,
    "a long address": f'<img src="https://acme.example/{"a1B2" * 300_000}" width="1" height="1">',
    "a long query": f'<img src="https://acme.example/?{"a=1&" * 300_000}" width="1" height="1">',
    "many tags in an address": f'<img src="https://acme.example/{"{{ a }}" * 20_000}" width="1" height="1">',
    "many rules": f"<style>{'.a b{display:none}' * 20_000}</style>{'<p class=a><b><img src=//a.example/>' * 500}",
    "many braces": f"<style>{'{' * 500_000}</style><img src=//a.example/?a width=1 height=1>",
    "an open comment": f"<style>{'/*' * 300_000}</style><img src=//a.example/?a width=1 height=1>",
    "a long srcset": f'<img srcset="{"//a.example/a 1x," * 50_000}">',
    "many addresses in a style": f'<p style="{"background:url(//a.example/);" * 20_000}">',
    "many imports": f"<style>{'@import url(//a.example/a.css);' * 20_000}</style>",
    "many parameters": f'<a href="https://a.example/?{"mc_eid=1&" * 50_000}">a</a>',
    "many placeholders": "<p {{ tracking_pixel }} " * 5000,
    "deep nesting": f'{"<div style=opacity:0>" * 20_000}<img src="{PIXEL}">',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_costs_little(name: str) -> None:
    rules = [active(rule) for rule in ("pixel", "hidden-image", "pixel-placeholder", "css-beacon", "remote-beacon")]
    rules += [active("link-identifier"), active("utm-in-first-touch"), active("consent-required", jurisdictions=["fr"])]
    message = message_of(HOSTILE[name], touch=1)
    for part in message.parts:
        for view in part.views:
            assert view.content is not None  # what every check shares
    before = time.process_time()
    lint(message, rules)
    assert time.process_time() - before < 3


# -- tracked pictures -----------------------------------------------------------------------------------------

OPAQUE = "4Nbx9m9K2PUh1SK5mPVG7dJ3aQ9jeZ1m_9jaRu_gPwBxTB1S5AjT4f8Qz7Lw2Vn6Kd0"
SHOWN = '<img src="https://img.acme.example/{}" width="600" alt="Mugs">'
TRACKED_PICTURES = {
    "a mail address": "hero.png?u={{ user.email }}",
    "a mail address in the path": "{{ contact.email|urlencode }}/hero.png",
    "a mail address of another language": "hero.png?e=*|EMAIL|*",
    "a subscriber": "hero.png?s=%%_subscriberkey%%",
    "a contact": "hero.png?s={{ contact.id }}",
    "a lead's hash": "hero-{{ lead.hash }}.png",
    "a listed parameter": "hero.png?w=600&vero_id=7f3a",
    "an opaque value": f"hero.png?w=600&e={OPAQUE}",
    "a hashed address": "hero.png?emailhash=5f4dcc3b5aa765d61d8327deb882cf99",
}
UNTRACKED_PICTURES = {
    "a campaign": "hero.png?c={{ campaign.id }}",
    "a product": "{{ product.id }}.png?w={{ width }}",
    "a sender": "signature.png?m={{ sender.email }}",
    "an avatar": "avatars/{{ user.email|md5 }}.png",
    "a code": "qr?data={{ subscriber.id }}",
    "a map": "staticmap?center={{ contact.id }}",
    "a value of 63 characters": f"hero.png?e={OPAQUE[:63]}",
    "words": "hero.png?title=the-quick-brown-fox-jumps-over-the-lazy-dog-and-then-over-the-fence-again",
    "an address": "hero.png?url=https%3A%2F%2Fcdn.acme.example%2Fa%2Fb%2Fc%2F0123456789abcdef0123456789.png",
    "a signature": f"hero.png?signature={OPAQUE}",
    "an access token": f"hero.png?token={OPAQUE}",
    "an opaque value beside an expiry": f"hero.png?expires=1733000000&k={OPAQUE}",
    "an opaque value in a template": f"{{{{ folder }}}}/hero.png?e={OPAQUE}",
    "the name of a file": f"user-files?id=7&name={OPAQUE}",
    "a version": "hero.png?v=5f4dcc3b5aa765d61d8327deb882cf99",
    "a short mail parameter": "hero.png?e=7",
    "the site's own mail address": "hero.png?contact=hello@acme.example",
}


@pytest.mark.parametrize("name", TRACKED_PICTURES)
def test_pictures_that_carry_their_reader(name: str) -> None:
    text = SHOWN.format(TRACKED_PICTURES[name])
    (found,) = run(text, active("tracked-image"), active("pixel"), active("hidden-image"))
    assert (found.rule, text[found.start : found.end]) == ("tracking/tracked-image", text)


@pytest.mark.parametrize("name", UNTRACKED_PICTURES)
def test_pictures_that_carry_nobody(name: str) -> None:
    text = SHOWN.format(UNTRACKED_PICTURES[name])
    assert [found.message for found in run(text, active("tracked-image"))] == []


@pytest.mark.parametrize(
    ("carried", "words"),
    [
        ("hero.png?m=jo%40client.example", "the recipient's e-mail address"),
        ("jo@client.example/hero.png", "the recipient's e-mail address"),
        ("hero.png?email=ann@other.example", "the recipient's e-mail address"),
        ("am9AY2xpZW50LmV4YW1wbGU/hero.png", "the recipient's e-mail address in base64"),
        ("hero.png?m=am9AY2xpZW50LmV4YW1wbGU%3D", "the recipient's e-mail address in base64"),
        ("hero/4c0ab2c8da6e1af7bc7e1702d6051ee6.png", "a hash of the recipient's e-mail address"),
        ("hero.png?m=hello@acme.example", None),
        ("hero.png?email=hello@acme.example", None),
        ("hero/b50f5fc8c55ca2cbef8d9aff21c94d0d.png", None),
    ],
)
def test_pictures_in_a_finished_message(carried: str, words: str | None) -> None:
    text = (
        "From: hello@acme.example\r\nTo: Jo <jo@client.example>\r\nSubject: Mugs\r\n"
        f"Content-Type: text/html\r\n\r\n{SHOWN.format(carried)}"
    )
    found = [each.message for each in run(text, active("tracked-image"), kind="eml")]
    assert found == ([f"tracked image: its address carries {words}"] if words else [])


def test_tracked_pictures_of_a_host_are_one_finding() -> None:
    text = "".join(SHOWN.format(f"{number}.png?u={{{{ email }}}}") for number in range(5))
    (found,) = run(text, active("tracked-image"))
    assert len(found.related) == 4


def test_opaque_values_of_a_host_are_one_finding() -> None:
    text = SHOWN.format(f"1.png?e={OPAQUE}") + SHOWN.format(f"2.png?e={OPAQUE[::-1]}77")
    (found,) = run(text, active("tracked-image"))
    assert found.message == "tracked image: its address carries an opaque value (e=)"


def test_a_counter_that_is_the_same_for_all_readers_tracks_nobody() -> None:
    text = '<img src="http://www.qksrv.net/image-471546-487847" width="468" height="60" alt="Mugs">'
    assert run(text, active("tracked-image"), active("pixel")) == []


def test_a_pixel_is_no_tracked_picture_as_well() -> None:
    text = '<img src="https://t.acme.example/o?email={{ email }}" width="1" height="1">'
    assert [found.rule for found in run(text, active("tracked-image"), active("pixel"))] == ["tracking/pixel"]


def test_a_host_that_settings_add_has_no_pictures_for_people() -> None:
    text = '<img src="https://seen.acme.example/logo.png" width="600" alt="Acme">'
    lists = Lists(trackers=Amendment(add=("seen.acme.example",)))
    assert [found.evidence["vendor"] for found in run(text, active("pixel"), lists=lists)] == ["seen.acme.example"]
