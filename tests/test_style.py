"""What hides and shrinks elements, in one answer for text and pictures; declarations and style sheets."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from maillint.message.content import gather
from maillint.message.css.cascade import Sheets
from maillint.message.css.lengths import attribute_length
from maillint.message.css.stylesheet import read_sheet, style_blocks
from maillint.message.css.visibility import Visibility
from maillint.message.html.parser import parse_html
from maillint.text.placeholder import PLACEHOLDER_CHAR


def visibility(text: str, *, outlook: bool = False) -> tuple[str | None, tuple[float | None, float | None]]:
    """How the last element of a text is hidden, and its size."""
    html = parse_html(text)
    visible = Visibility(html, Sheets(tuple(style_blocks(html))), outlook=outlook)
    element = html.elements[-1]
    hiding = visible.hidden_by(element)
    return (hiding.words if hiding else None), visible.size(element)


HIDDEN = [
    ('<b style="display:none">', "display: none"),
    ('<b style="DISPLAY: NONE">', "display: none"),
    ('<b style="display:block;display:none">', "display: none"),
    ('<b style="display:none;display:block">', None),
    ('<b style="display:none!important;display:block">', "display: none"),
    ('<b style="visibility:collapse">', "visibility: collapse"),
    ('<b style="opacity:0.0">', "opacity: 0"),
    ('<b style="opacity:0%">', "opacity: 0"),
    ('<b style="opacity:.2">', None),
    ("<b hidden>", "the hidden attribute"),
    ('<b hidden style="display:block">', None),
    ('<i style="max-height:0;overflow:hidden"><b>', "max-height: 0"),
    ('<i style="max-height:0px;overflow-y:hidden"><b>', "max-height: 0"),
    ('<i style="max-height:0"><b>', None),
    ('<i style="max-height:0;overflow:visible"><b>', None),
    ('<i style="max-height:0;opacity:1"><b>', None),
    ('<b style="max-height:0;overflow:hidden">', None),
    ('<b style="position:absolute;left:-10000px">', "left: -10000px"),
    ('<b style="position:relative;left:-10000px">', None),
    ('<b style="left:-10000px">', None),
    ('<b style="position:absolute;top:-20px">', None),
    ('<b style="margin-top:-9999px">', "margin-top: -9999px"),
    ('<i style="text-indent:-9999px"><b>', "text-indent: -9999px"),
    ('<b style="text-indent:-9999px">', None),
    ('<b style="position:absolute;clip:rect(1px,1px,1px,1px)">', "a clip that leaves nothing"),
    ('<b style="position:absolute;clip:rect(0,90px,90px,0)">', None),
    ('<b style="transform:scale(0)">', "transform: scale(0)"),
    ('<b style="transform:translateX(-9999px)">', "transform: translatex(-9999px)"),
    ('<b style="transform:scale(0.5)">', None),
    # sheets
    ("<style>b{display:none}</style><b>", "display: none"),
    ("<style>.a .b{display:none}</style><p class=a><i><b class=b>", "display: none"),
    ("<style>.a > .b{display:none}</style><p class=a><i><b class=b>", None),
    ("<style>.a,.b{display:none}</style><b class=b>", "display: none"),
    ("<style>.a.b{display:none}</style><b class=b>", None),
    ("<style>.b:first-child{display:none}</style><p><b class=b>", "display: none"),
    ('<style>[style*="gone"]{display:none}</style><b style="--x:gone">', "display: none"),
    ("<style>#b{display:none} b{display:block}</style><b id=b>", "display: none"),
    ("<style>b{display:block!important} #b{display:none}</style><b id=b>", None),
    ("<style>b{display:none} b{display:block}</style><b>", None),
    ("<style>b{display:none} .b{display:inherit}</style><b class=b>", None),
    ('<style>b{display:none}</style><b style="display:block">', None),
    ('<style>b{display:none!important}</style><b style="display:block">', "display: none"),
    ('<style>b{display:block!important}</style><b style="display:none!important">', "display: none"),
    ("<style>@media (max-width:9px){b{display:none}}</style><b>", None),
    ("<style>@media screen{b{display:none}}</style><b>", None),
    ("<style media=screen>b{display:none}</style><b>", "display: none"),
    ("<style media=print>b{display:none}</style><b>", None),
    ("<style type=text/x-note>b{display:none}</style><b>", None),
    ("<style>@import url(a.css);b{display:none}</style><b>", "display: none"),
    ("<style>/* } */ b{display:none}</style><b>", "display: none"),
    ("<style><!--\nb{display:none}\n--></style><b>", "display: none"),
    ('<style>i{content:"}"} b{display:none}</style><b>', "display: none"),
    ("<style>b{display:none", "display: none"),
    ("<style>i::x{display:none} b:hover{display:none}</style><b>", None),
]


@pytest.mark.parametrize(("text", "words"), HIDDEN)
def test_what_hides(text: str, words: str | None) -> None:
    assert visibility(text if "<b" in text else f"{text}</style><b>")[0] == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<b style="display:none">', "display: none"),
        ('<b style="visibility:hidden">', None),
        ('<i style="opacity:0"><b>', None),
        ("<style>b{opacity:0}</style><b>", None),
    ],
)
def test_outlook_knows_display_only(text: str, words: str | None) -> None:
    assert visibility(text, outlook=True)[0] == words


SIZES = [
    ('<img width="1" height="2">', (1, 2)),
    ('<img width="1px" height="01">', (1, 1)),
    ('<img width="100%" height="1">', (None, 1)),
    ('<img width="{{ w }}" height="">', (None, None)),
    ('<img width="1" style="width:9px">', (9, None)),
    ('<img width="1" style="width:100%">', (None, None)),
    ('<img style="width:.5em">', (8, None)),
    ('<img width="90" style="max-width:1px">', (1, None)),
    ('<img style="max-width:1px">', (1, None)),
    ('<img style="max-width:90px">', (None, None)),
    ('<img width="1" style="min-width:90px">', (90, None)),
    ('<img width="1" height="1" style="height:auto">', (1, 1)),
    ('<img width="90" style="width:auto">', (None, None)),
    ("<style>.a{width:1px}</style><img class=a width=90>", (1, None)),
    ("<style>.a{width:100%}</style><img class=a width=1>", (None, None)),
    ("<style>.a{width:1px}</style><img class=a style=width:9px>", (9, None)),
]


@pytest.mark.parametrize(("text", "size"), SIZES)
def test_sizes(text: str, size: tuple[float | None, float | None]) -> None:
    assert visibility(text)[1] == size


@pytest.mark.parametrize(
    ("value", "length"),
    [
        ("1", 1),
        (" 12 ", 12),
        ("1.5", 1.5),
        ("3px", 3),
        ("3px;", 3),
        ("10%", None),
        ("auto", None),
        ("", None),
        ("-1", None),
    ],
)
def test_lengths_of_attributes(value: str, length: float | None) -> None:
    assert attribute_length(value) == length


SHOWN_ELSEWHERE = [
    ("@media (max-width:9px){.a{display:block!important}}", '<img class="a" style="display:none">', True),
    ("@media (max-width:9px){#a{display:block}}", '<img id="a" style="display:none">', True),
    ("@media (max-width:9px){img{display:block}}", '<img class="a" style="display:none">', False),
    ("@media (max-width:9px){.a{display:none}}", '<img class="a" style="display:none">', False),
    ("@media (max-width:9px){.a{color:red}}", '<img class="a" style="display:none">', False),
    ("@media (max-width:9px){.b{display:block}}", '<img class="a" style="display:none">', False),
    ("@media (max-width:9px){.a{opacity:1}}", '<img class="a" style="opacity:0">', True),
    ("@media (max-width:9px){.a{display:block}}", '<img class="a" style="opacity:0">', False),
    ("[data-ogsc] .a{display:block!important}", '<img class="a" style="display:none">', True),
    ("@media x{.a{display:block}}", '<div class="a" style="display:none"><img></div>', True),
    ("@media x{.a img{display:block}}", '<div class="a" style="display:none"><img></div>', False),
]


@pytest.mark.parametrize(("sheet", "text", "shown"), SHOWN_ELSEWHERE)
def test_what_a_sheet_shows_to_others(sheet: str, text: str, shown: bool) -> None:
    html = parse_html(f"<style>{sheet}</style>{text}")
    image = next(element for element in html.elements if element.tag == "img")
    visible = Visibility(html, Sheets(tuple(style_blocks(html))))
    assert visible.shown_elsewhere(visible.hidden_by(image), image) is shown


# -- text and pictures, one answer ----------------------------------------------------------------------------

UNSEEN = {
    "display: none": '<p style="display:none">…</p>',
    "display: none, important, before another display": '<p style="display:none!important;display:block">…</p>',
    "display: none in capitals, with a comment": '<p style="DISPLAY:/* gone */NONE">…</p>',
    "display: none behind a broken declaration": '<p style="color;display:none">…</p>',
    "visibility: hidden": '<p style="visibility:hidden">…</p>',
    "visibility: hidden around": '<div style="visibility:hidden"><p>…</p></div>',
    "visibility: hidden around, with another style": '<div style="visibility:hidden"><p style="color:red">…</p></div>',
    "visible in what is not displayed": '<div style="display:none"><p style="visibility:visible">…</p></div>',
    "visible in what is hidden twice": (
        '<div style="visibility:hidden;opacity:0"><p style="visibility:visible">…</p></div>'
    ),
    "visible in something not displayed in something hidden": (
        '<div style="visibility:hidden"><div style="display:none"><p style="visibility:visible">…</p></div></div>'
    ),
    "opacity: 0": '<p style="opacity:0">…</p>',
    "opacity: 0.01": '<p style="opacity:0.01">…</p>',
    "max-height: 0, cut off": '<div style="max-height:0;overflow:hidden">…</div>',
    "height: 0, cut off": '<div style="height:0;overflow-y:hidden">…</div>',
    "width: 0, cut off": '<div style="overflow:hidden;width:0px">…</div>',
    "off the screen": '<p style="position:absolute;left:-9999px">…</p>',
    "a margin that leads away": '<p style="margin-left:-9999px">…</p>',
    "an indent that leads away": '<p style="text-indent:-9999px">…</p>',
    "clipped": '<p style="position:absolute;clip:rect(0 0 0 0)">…</p>',
    "clipped by a path": '<p style="clip-path:inset(50%)">…</p>',
    "scaled to nothing": '<p style="transform:scale(0)">…</p>',
    "in a table cell": '<table><tr><td style="display:none">…</td></tr></table>',
    "in a hidden row": '<table><tr style="display:none"><td><b>…</b></td></tr></table>',
    "an inline element": '<span style="display:none">…</span>',
    "the hidden attribute": "<p hidden>…</p>",
    "the hidden attribute around": "<div hidden><p>…</p></div>",
    "a class": '<style>.h{display:none}</style><p class="h">…</p>',
    "a class around": '<style>.h{display:none}</style><div class="a h"><p>…</p></div>',
    "a class in another case": '<style>.h{DISPLAY:None !IMPORTANT}</style><p class="h">…</p>',
    "an id": '<style>#h{display:none}</style><p id="h">…</p>',
    "a tag": "<style>p{visibility:hidden}</style><p>…</p>",
    "a descendant": '<style>.a .h{opacity:0}</style><div class="a"><p class="h">…</p></div>',
    "an attribute": '<style>[title="h"]{display:none}</style><p title="h">…</p>',
    "off the screen by a class": '<style>.h{position:absolute;top:-99em}</style><p class="h">…</p>',
    "no height by a class": '<style>.h{max-height:0;overflow:hidden}</style><p class="h">…</p>',
    "no height by two classes": '<style>.h{max-height:0} .o{overflow:hidden}</style><p class="h o">…</p>',
    "an important class against the style": (
        '<style>.h{display:none!important}</style><p class="h" style="display:block">…</p>'
    ),
    "a style, displayed by a class": '<style>.h{display:block}</style><p class="h" style="display:none">…</p>',
    "a class in every place but small screens": (
        '<style>.h{display:none} @media (max-width:600px){.h{display:block!important}}</style><p class="h">…</p>'
    ),
    "a style in every place but small screens": (
        '<style>@media (max-width:600px){.h{display:block!important}}</style><p class="h" style="display:none">…</p>'
    ),
    "a class behind a rule for others": '<style>@media print{b{color:red}} .h{display:none}</style><p class="h">…</p>',
}
"""By name, markup in which most readers do not see what stands in the place of the ellipsis."""

SEEN = {
    "display: none, undone by an important one before it": '<p style="display:block!important;display:none">…</p>',
    "display: none in a string": "<p style=\"font-family:'a;display:none'\">…</p>",
    "display: none in an address": '<p style="background:url(a;display:none)">…</p>',
    "display: none in a comment": '<p style="/* display:none */">…</p>',
    "a property of another browser": '<p style="*display:none">…</p>',
    "visibility: hidden around what is visible": (
        '<div style="visibility:hidden"><p style="visibility:visible">…</p></div>'
    ),
    "half the opacity": '<p style="opacity:.5">…</p>',
    "max-height: 0, not cut off": '<div style="max-height:0">…</div>',
    "max-height: 0, not cut off, and scaled": '<div style="max-height:0;transform:scale(1)">…</div>',
    "max-height: 0, with a visible overflow": '<div style="max-height:0;overflow:visible">…</div>',
    "max-height: 1px, cut off": '<div style="max-height:1px;overflow:hidden">…</div>',
    "cut off at its size": '<div style="height:90px;overflow:hidden">…</div>',
    "off the screen, not positioned": '<p style="left:-9999px">…</p>',
    "moved a little": '<p style="position:absolute;left:-20px">…</p>',
    "clipped, not positioned": '<p style="clip:rect(0 0 0 0)">…</p>',
    "after a hidden cell": '<table><tr><td style="display:none"></td><td>…</td></tr></table>',
    "white on white": '<p style="color:#fff;background:#fff">…</p>',
    "very small letters": '<p style="font-size:1px;line-height:1px">…</p>',
    "hidden in Outlook only": '<p style="mso-hide:all">…</p>',
    "the hidden attribute, displayed by its style": '<p hidden style="display:block">…</p>',
    "the hidden attribute, displayed by a sheet": "<style>p{display:block}</style><p hidden>…</p>",
    "another class": '<style>.h{display:none}</style><p class="g">…</p>',
    "a descendant of another": '<style>.a .h{opacity:0}</style><div class="b"><p class="h">…</p></div>',
    "a class, displayed by the style": '<style>.h{display:none}</style><p class="h" style="display:block">…</p>',
    "a style, displayed by an important class": (
        '<style>.h{display:block!important}</style><p class="h" style="display:none">…</p>'
    ),
    "a class, displayed by a weightier selector": (
        '<style>p.h{display:block} .h{display:none}</style><p class="h">…</p>'
    ),
    "a class, displayed by a later one": '<style>.h{display:none} .h{display:block}</style><p class="h">…</p>',
    "visible in what a class hides": (
        '<style>.h{visibility:hidden} .v{visibility:visible}</style><div class="h"><p class="v">…</p></div>'
    ),
    "a class on small screens": '<style>@media (max-width:600px){.h{display:none!important}}</style><p class="h">…</p>',
    "a class in print": '<style media="print">.h{display:none}</style><p class="h">…</p>',
    "a class in a comment": '<style>/* .h{display:none} */</style><p class="h">…</p>',
    "a class in a string": "<style>b:after{content:'.h{display:none}'}</style><p class=\"h\">…</p>",
    "a class in AMP's boilerplate": "<style amp4email-boilerplate>p{visibility:hidden}</style><p>…</p>",
}
"""As ``UNSEEN``, but most readers see it."""


def is_text_seen(markup: str, *, outlook: bool = False) -> bool:
    """Whether a word in the place of the ellipsis is in the flow of visible text, and not in that of hidden text."""
    content = gather(parse_html(markup.replace("…", "word")), outlook=outlook)
    assert ("word" in content.flow.text) is not ("word" in content.hidden.text)
    return "word" in content.flow.text


def is_picture_seen(markup: str, *, outlook: bool = False) -> bool:
    """Whether a picture in the place of the ellipsis can be seen."""
    content = gather(parse_html(markup.replace("…", '<img src="a">')), outlook=outlook)
    (image,) = content.images
    return content.visibility.hidden_by(image.element) is None


def unseen_and_seen(unseen: Mapping[str, str], seen: Mapping[str, str]) -> pytest.MarkDecorator:
    """Run a test with every markup of two tables, and whether it is seen."""
    cases = [*((markup, False) for markup in unseen.values()), *((markup, True) for markup in seen.values())]
    return pytest.mark.parametrize(("markup", "seen"), cases, ids=[*unseen, *seen])


@unseen_and_seen(UNSEEN, SEEN)
def test_text_and_pictures_are_hidden_alike(markup: str, seen: bool) -> None:
    assert (is_text_seen(markup), is_picture_seen(markup)) == (seen, seen)


OUTLOOK_UNSEEN = {
    "display: none": '<p style="display:none">…</p>',
    "mso-hide": '<p style="color:red;mso-hide:all">…</p>',
    "mso-hide around": '<div style="MSO-HIDE: ALL"><p>…</p></div>',
    "mso-hide beside a way that it does not know": '<p style="opacity:0;mso-hide:all">…</p>',
    "mso-hide by a class": '<style>.h{mso-hide:all}</style><p class="h">…</p>',
}

OUTLOOK_SEEN = {
    "visibility": '<p style="visibility:hidden">…</p>',
    "opacity": '<p style="opacity:0">…</p>',
    "no height": '<p style="max-height:0;overflow:hidden">…</p>',
    "off the screen": '<p style="position:absolute;left:-9999px">…</p>',
    "the hidden attribute": "<p hidden>…</p>",
}


@unseen_and_seen(OUTLOOK_UNSEEN, OUTLOOK_SEEN)
def test_outlook_hides_text_and_pictures_alike(markup: str, seen: bool) -> None:
    assert (is_text_seen(markup, outlook=True), is_picture_seen(markup, outlook=True)) == (seen, seen)


FONT_UNSEEN = {
    "zero": '<p style="font-size:0">…</p>',
    "zero, with a unit": '<p style="font-size: 0.0px !important">…</p>',
    "zero, by the shorthand": '<p style="font:0/0 a">…</p>',
    "zero around": '<td style="font-size:0"><div><b>…</b></div></td>',
    "zero around, and a share of that": '<td style="font-size:0"><b style="font-size:2em">…</b></td>',
    "zero by a class": '<style>.h{font-size:0}</style><p class="h">…</p>',
}

FONT_SEEN = {
    "zero around, and another": '<td style="font-size:0"><div style="font-size:13px">…</div></td>',
    "zero around, and another by a class": (
        '<style>.t{font:13px/1 a}</style><td style="font-size:0"><div class="t"><b>…</b></div></td>'
    ),
    "zero around, and another by an old tag": '<td style="font-size:0"><font size="2">…</font></td>',
    "zero by a class, and another by the style": (
        '<style>.h{font-size:0}</style><p class="h" style="font-size:9px">…</p>'
    ),
    "less than a pixel": '<p style="font-size:0.5em">…</p>',
}


@unseen_and_seen(FONT_UNSEEN, FONT_SEEN)
def test_a_font_size_of_zero_hides_text_alone(markup: str, seen: bool) -> None:
    assert (is_text_seen(markup), is_picture_seen(markup)) == (seen, True)


def test_what_a_tag_prints_into_a_font_size_of_zero_may_be_markup() -> None:
    content = gather(parse_html(f'<td style="font-size:0">{PLACEHOLDER_CHAR * 9}</td>'))
    assert content.flow.text == PLACEHOLDER_CHAR * 9


# -- style sheets ---------------------------------------------------------------------------------------------


def test_a_sheet_is_taken_apart() -> None:
    text = (
        '@charset "a";@import url("a;b.css");\n/*c*/a , b{x:y;z:"}"}'
        "@media print{i{x:y}@supports (a:b){u{x:y}}}@font-face{src:url(a;b)}"
    )
    sheet = read_sheet(text)
    assert [(rule.selector, rule.body, rule.conditions) for rule in sheet.rules] == [
        ("a , b", 'x:y;z:"}"', ()),
        ("i", "x:y", ("@media print",)),
        ("u", "x:y", ("@media print", "@supports (a:b)")),
        ("@font-face", "src:url(a;b)", ()),
    ]
    assert [text[span.start : span.end] for span in sheet.imports] == ['@import url("a;b.css")']
    assert [text[rule.span.start : rule.span.end] for rule in sheet.rules] == [rule.body for rule in sheet.rules]


@pytest.mark.parametrize(
    "text", ["}", "{", "}{", "a{", "{}}", "@", "@import", '"', "/*", "a{b{c}", "{" * 50, "a{}" * 50]
)
def test_any_text_is_a_sheet(text: str) -> None:
    assert read_sheet(text) is not None


def test_blocks_stand_where_their_text_does() -> None:
    html = parse_html("<style>a{}</style><p></p><STYLE media='print'>b{}</STYLE>")
    blocks = list(style_blocks(html))
    assert [(block.text, block.conditional) for block in blocks] == [("a{}", False), ("b{}", True)]
    assert [html.text[block.start : block.start + 3] for block in blocks] == ["a{}", "b{}"]
