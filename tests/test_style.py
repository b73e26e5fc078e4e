"""The cascade for what hides and shrinks, and style sheets taken apart."""

from __future__ import annotations

import pytest

from maillint.message.css.lengths import attribute_length
from maillint.message.css.stylesheet import read_sheet, style_blocks
from maillint.message.css.visibility import Visibility
from maillint.message.html.parser import parse_html


def visibility(text: str, *, outlook: bool = False) -> tuple[str | None, tuple[float | None, float | None]]:
    """How the last element of a text is hidden, and its size."""
    html = parse_html(text)
    judge = Visibility(html, tuple(style_blocks(html)), outlook=outlook)
    element = html.elements[-1]
    hiding = judge.hidden_by(element)
    return (hiding.words if hiding else None), judge.size(element)


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
    judge = Visibility(html, tuple(style_blocks(html)))
    assert judge.shown_elsewhere(judge.hidden_by(image), image) is shown


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
