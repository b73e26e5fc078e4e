"""What styles and other elements load: beacons, and what is let pass."""

from __future__ import annotations

import gc
import weakref
from collections import Counter
from types import ModuleType
from typing import Any

import pytest

from maillint.analysis import images, loads
from maillint.engine.lint import lint
from maillint.message import content
from maillint.message.css import stylesheet
from maillint.message.read import MessageSettings, read_message
from maillint.text.source import Source
from tests.test_tracking import active, run

SHEET = "<style>{}</style>"
BEACON = "https://t.acme.example/o?id=7f3a"

STYLES = {
    "on an empty element": f'<div style="background:url(«{BEACON}»)"></div>',
    "in quotes": f"<div style=\"background-image: URL('«{BEACON}»') no-repeat\">&nbsp;</div>",
    "in quotes as references": f'<div style="background-image:url(&quot;«{BEACON}»&quot;)"></div>',
    "with a template tag": '<i style="background:url(«https://acme.example/o/{{ id }}»)"></i>',
    "with a token": '<td style="background:url(«//acme.example/o/9b2e1c60-3f1a-4b8e-9d35-0c6f3a7e5d21»)"></td>',
    "on a small element": '<div style="width:1px;height:1px;background:url(«https://acme.example/a.gif»)">Hi</div>',
    "on a hidden element": '<div style="display:none;background:url(«https://acme.example/a.gif»)">Hi</div>',
    "in a hidden element": '<div hidden><p style="background:url(«https://acme.example/a.gif»)">Hi</p></div>',
    "an attribute on a small cell": '<table><tr><td width="0" height="0" background="«https://acme.example/a.gif»">',
    "with the reader's address": '<td height="90" style="background:url(«https://a.example/?e=jo@mail.example»)">Hi</td>',
    "an import": SHEET.format("@import url(«https://acme.example/mail.css»); p{margin:0}"),
    "an import in quotes": SHEET.format('p{margin:0} @import "«https://acme.example/mail.css»" screen;'),
    "a font with a tag": SHEET.format("@font-face{font-family:A;src:url(«https://acme.example/a.woff?u={{ id }}»)}"),
    "only in print": SHEET.format(f"@media print{{#_t{{background-image:url('«{BEACON}»')}}}}"),
    "only when answered": SHEET.format(f"div.OutlookMessageHeader{{background-image:url('«{BEACON}»')}}"),
    "only when quoted": SHEET.format(f"blockquote #_t{{background-image:url(«{BEACON}»)}}"),
    "a list with the reader's number": "<ul style=\"list-style-image:url('«https://a.example/?mc_eid=1a»')\"><li>A</ul>",
}

NO_STYLES = {
    "a background with text": f'<td style="background:url({BEACON})">Hi</td>',
    "a background with a picture": f'<td style="background:url({BEACON})"><img src="cid:a"></td>',
    "a background with a height": f'<td height="300" style="background:url({BEACON})">&nbsp;</td>',
    "a background with a padding": f'<div style="padding:40px;background:url({BEACON})"></div>',
    "a background for all": '<div style="background:url(https://acme.example/line.png)"></div>',
    "a background of a tag": '<td style="background:url({{ hero.image }});height:90px"></td>',
    "a background in place of words": '<h1 style="text-indent:-9999px;background:url(//a.example/h.png)">Acme</h1>',
    "a background for phones": SHEET.format("@media (max-width:600px){.h{background:url(//a.example/h.png)}}"),
    "a background of a class": SHEET.format(".hero{background-image:url(https://acme.example/hero.jpg)}"),
    "attached": '<div style="background:url(cid:a)"></div>',
    "in the message": '<div style="background:url(data:image/png;base64,AA)"></div>',
    "a relative address": '<div style="background:url(images/a.png)"></div>',
    "bullets": '<ul style="list-style-image:url(https://acme.example/tick.png)"><li>A</ul>',
    "web fonts": SHEET.format(
        "@import url('https://fonts.googleapis.com/css2?family=Inter:wght@400;700&display=swap');"
    ),
    "a font by name": SHEET.format(
        "@font-face{font-family:A;src:url(https://fonts.gstatic.com/s/inter/v12/UcC73FwrK3iLTeHuS_fvQtMwCp50KnMa.woff2)}"
    ),
    "a font with a version": SHEET.format(
        "@font-face{font-family:A;src:url('https://acme.example/a.eot?v=4.7#iefix')}"
    ),
    "an import of one's own": SHEET.format("@import url('mail.css');"),
    "an import of a tag": SHEET.format("@import url('{{ css_url }}');"),
    "an import in a comment": SHEET.format("/* @import url(https://acme.example/mail.css); */"),
    "a tracker, which is a pixel": '<div style="background:url(https://9m4.emltrk.com/v2/a?d=1)"></div>',
    "for dark mode": (
        SHEET.format("@media (prefers-color-scheme:dark){.d{display:block!important}}")
        + '<div class="d" style="display:none;background:url(https://acme.example/dark.png)">Hi</div>'
    ),
}

ELEMENTS = {
    "a prefetch": '<link rel="prefetch" href="«https://acme.example/a»">',
    "a preload": '<link rel="preload" as="image" href="«https://acme.example/a.png»">',
    "a style sheet": '<link rel="stylesheet" href="«https://acme.example/mail.css»">',
    "an icon": '<link rel="shortcut icon" href="«https://acme.example/favicon.ico»">',
    "a connection": '<link rel="dns-prefetch" href="«//7f3a.t.acme.example»">',
    "sound": '<bgsound src="«https://acme.example/a.mid»">',
    "audio without controls": '<audio src="«https://acme.example/a.mp3»"></audio>',
    "audio that plays by itself": '<audio controls autoplay><source src="«https://acme.example/a.mp3»"></audio>',
    "a hidden video": '<video style="display:none" poster="«https://acme.example/a.png»"></video>',
    "a video of a pixel": '<video width="1" height="1" src="«https://acme.example/a.mp4»"></video>',
    "a frame": '<iframe src="«https://acme.example/ad»"></iframe>',
    "an object": '<object data="«https://acme.example/a.swf»"></object>',
    "an embedded thing": '<embed src="«https://acme.example/a.swf»">',
    "a small graphic": '<svg><image width="1" height="1" href="«https://acme.example/a.png»"/></svg>',
    "a graphic with the reader's address": '<svg><image xlink:href="«https://a.example/?e=jo@mail.example»"/></svg>',
    "a small shape": (
        '<!--[if mso]><v:rect style="width:1px;height:1px"><v:fill src="«https://acme.example/a.png»"/></v:rect><![endif]-->'
    ),
    "a refresh": '<meta http-equiv="refresh" content="«0;url=https://acme.example/a»">',
}

NO_ELEMENTS = {
    "web fonts": '<link rel="stylesheet" href="https://fonts.googleapis.com/css?family=Lato">',
    "a connection to web fonts": '<link rel="preconnect" href="https://fonts.gstatic.com">',
    "a sheet of one's own": '<link rel="stylesheet" href="css/mail.css">',
    "a sheet by a tag": """<link rel="stylesheet" href="{{ asset('css/mail.css') }}">""",
    "the address of a copy": '<link rel="canonical" href="https://acme.example/mail/7">',
    "audio to listen to": '<audio controls src="https://acme.example/a.mp3"></audio>',
    "video to watch": '<video controls width="600" poster="https://acme.example/a.png" src="https://a.example/a.mp4"></video>',
    "a graphic": '<svg width="90" height="90"><image width="90" height="90" href="https://acme.example/a.png"/></svg>',
    "Outlook's background": (
        '<!--[if mso]><v:rect style="width:600px;height:300px"><v:fill src="https://acme.example/h.jpg"/></v:rect><![endif]-->'
    ),
    "attached": '<object data="cid:a"></object>',
    "a page of its own": '<meta http-equiv="refresh" content="30">',
    "a card": '<meta property="og:image" content="https://acme.example/a.png">',
    "a tracker, which is a pixel": '<link rel="preload" href="https://9m4.emltrk.com/v2/a?d=1">',
    "a picture's source": '<picture><source srcset="//acme.example/a.webp"><img src="//acme.example/a.png"></picture>',
}


def spans(marked: str) -> tuple[str, list[tuple[int, int]]]:
    start = marked.index("«")
    return marked.replace("«", "").replace("»", ""), [(start, marked.index("»") - 1)]


@pytest.mark.parametrize("name", STYLES)
def test_beacons_in_styles(name: str) -> None:
    text, expected = spans(STYLES[name])
    assert [(found.start, found.end) for found in run(text, active("css-beacon"))] == expected


@pytest.mark.parametrize("name", NO_STYLES)
def test_styles_that_show_something(name: str) -> None:
    assert [found.message for found in run(NO_STYLES[name], active("css-beacon"))] == []


@pytest.mark.parametrize("name", ELEMENTS)
def test_elements_that_load_something_and_show_nothing(name: str) -> None:
    text, expected = spans(ELEMENTS[name])
    assert [(found.start, found.end) for found in run(text, active("remote-beacon"))] == expected


@pytest.mark.parametrize("name", NO_ELEMENTS)
def test_elements_that_may_load(name: str) -> None:
    assert [found.message for found in run(NO_ELEMENTS[name], active("remote-beacon"))] == []


def test_elements_that_an_option_ignores() -> None:
    assert run(ELEMENTS["a frame"].replace("«", "").replace("»", ""), active("remote-beacon", ignore=["iframe"])) == []


@pytest.mark.parametrize("text", [NO_STYLES["a tracker, which is a pixel"], NO_ELEMENTS["a tracker, which is a pixel"]])
def test_a_tracker_is_a_pixel_wherever_it_is_loaded(text: str) -> None:
    (found,) = run(text, active("pixel"))
    assert (found.evidence["vendor"], found.evidence["confidence"]) == ("Litmus", "certain")
    assert text[found.start : found.end] == "https://9m4.emltrk.com/v2/a?d=1"


# -- once for each view ---------------------------------------------------------------------------------------


def test_pictures_loads_and_style_sheets_are_understood_once_for_each_view(monkeypatch: pytest.MonkeyPatch) -> None:
    made: Counter[str] = Counter()

    def counted(module: ModuleType, name: str) -> None:
        original = getattr(module, name)

        def count(*args: Any, **more: Any) -> Any:
            made[name] += 1
            return original(*args, **more)

        monkeypatch.setattr(module, name, count)

    for module, name in (
        (stylesheet, "StyleBlock"),
        (stylesheet, "read_sheet"),
        (content, "Visibility"),
        (images, "Picture"),
        (images, "Verdict"),
        (loads, "Load"),
    ):
        counted(module, name)
    text = (
        "<style>.h{display:none} b{background:url(https://acme.example/a.png)}</style><style>p{color:red}</style>"
        "{% if a %}<p>One</p>{% else %}<p>Other</p>{% endif %}<!--[if mso]><b>Outlook</b><![endif]-->"
        '<div style="background:url(https://acme.example/b.png)"><p class="h">Preview</p></div>'
        '<link rel="preload" href="https://acme.example/c.png"><img src="https://acme.example/d.png" class="h">'
        '<img src="https://acme.example/e?id=77" width="1" height="1">'
    )
    message = read_message([Source.from_text("mail.html", text)], MessageSettings(), "html")
    lint(message, [active(name) for name in ("pixel", "hidden-image", "css-beacon", "remote-beacon")])
    views = len(list(message.views()))
    assert views == 4
    each = {"StyleBlock": 2, "Visibility": 1, "Picture": 2, "Verdict": 2, "Load": 3}
    assert made == {name: count * views for name, count in each.items()} | {"read_sheet": 2}


def test_style_sheets_are_forgotten_with_their_message() -> None:
    text = "<style>.h{display:none}</style><p class='h'>Preview</p>"
    message = read_message([Source.from_text("mail.html", text)], MessageSettings(), "html")
    sheet = weakref.ref(next(view for _, view in message.views()).content.styles[0])
    assert sheet() is not None
    del message
    gc.collect()
    assert sheet() is None
