"""The walk over markup: which faults are reported, and that its tree is the one that browsers build."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillint.message.content import gather
from maillint.message.html.parser import parse_html
from maillint.text.spans import Span


def faults(text: str) -> list[str]:
    """Each fault as ``kind tag@offset``."""
    html = parse_html(text)
    found = [f"unclosed {fault.element.tag}@{fault.element.span.start}" for fault in html.unclosed]
    found += [f"stray {fault.tag}@{fault.span.start}" for fault in html.stray]
    found += [f"misnested {fault.tag}@{fault.span.start}" for fault in html.misnested]
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>One<p>Two", []),
        ("<ul><li>One<li>Two</ul>", []),
        ("<table><tr><td>One<td>Two<tr><td>Three</table>", []),
        ("<table><tr><td>One<td>Two</td></tr></table>", ["unclosed td@11"]),
        ("<b>One", ["unclosed b@0"]),
        ("<table><tr><td><b>One</td><td>Two</td></tr></table>", ["unclosed b@15"]),
        ("<div><span>One</div></span>", ["misnested div@14"]),
        ("<a href=1>One<a href=2>Two</a>", ["unclosed a@0"]),
        ("<p>One</p></td>", ["stray td@10"]),
        ("<p>One<div>Two</div></p>", ["stray p@20"]),
        ("<!doctype html><p>One<table></table></p>", ["stray p@36"]),
        ("<p>One<table></table></p>", []),  # without a doctype a table stays inside its paragraph
        ("<div/>One", ["unclosed div@0"]),
        ("<img src=x></img>", ["stray img@11"]),
        ("<o:p/><v:fill src=x/><custom name=opens>", []),
        ("<v:image src=x /><v:rect>One</v:rect></v:fill></v:image>", []),
        ("<svg><path d=x/></svg>", []),
        ("<h1>One</h2>", []),
        ("<html><head><title>x</title></head><body><div>One</body></html>", ["unclosed div@41"]),
        ("<html><body><table><tr><td>", []),  # the head of a layout: another file closes it
        ("</td></tr></table></body></html>", []),  # and this is its foot
    ],
)
def test_faults(text: str, expected: list[str]) -> None:
    assert faults(text) == expected


INLINE = ("b", "i", "span", "font", "em")


@st.composite
def markup(draw: st.DrawFn, depth: int = 3) -> str:
    """Well-formed markup with tables, paragraphs, lists and text."""
    if depth == 0:
        return draw(st.sampled_from(["", "text", " x &amp; y ", "<br>", "<img src=x>"]))
    kind = draw(st.sampled_from(["inline", "div", "p", "table", "list", "pair"]))
    if kind == "inline":
        tag = draw(st.sampled_from(INLINE))
        return f"<{tag}>{draw(st.sampled_from(['', 'text', 'a<br>b']))}</{tag}>"
    if kind == "p":
        return f"<p>{draw(st.sampled_from(['', 'text', '<b>x</b>']))}</p>"
    inner = draw(markup(depth - 1))
    if kind == "div":
        return f"<div>{inner}</div>"
    if kind == "table":
        return f"<table><tbody><tr><td>{inner}</td><th>x</th></tr></tbody></table>"
    if kind == "list":
        return f"<ul><li>{inner}</li><li>y</li></ul>"
    return inner + draw(markup(depth - 1))


@given(markup())
def test_well_formed_markup_has_no_fault_and_the_standards_tree(body: str) -> None:
    html = parse_html(f"<!doctype html><html><head><title>x</title></head><body>{body}</body></html>")
    assert not html.unclosed
    assert not html.stray
    assert not html.misnested
    for node in html.tree.iter_elements():
        element = html.element_at(*node.position) if node.position else None
        assert element is not None
        parent = node.parent
        expected = html.element_at(*parent.position) if parent is not None and parent.position else None
        assert element.parent is expected
        if element.end_tag is not None:
            assert html.text[element.end_tag.start : element.end_tag.end] == f"</{element.tag}>"


@given(markup(), st.data())
def test_an_end_tag_taken_away_is_noticed(body: str, data: st.DataObject) -> None:
    text = f"<!doctype html><html><body><div>{body}</div></body></html>"
    html = parse_html(text)
    closed = [
        element for element in html.elements if element.end_tag and element.tag in {*INLINE, "div", "ul", "table"}
    ]
    element = data.draw(st.sampled_from(closed))
    assert element.end_tag is not None
    assert faults(text[: element.end_tag.start] + text[element.end_tag.end :])


@given(st.text(alphabet="<>/=!-'\" abptdr&;\r\n\0[]i", max_size=80))
def test_any_text_is_read_and_every_span_lies_inside(text: str) -> None:
    html = parse_html(text)
    content = gather(html)
    spans = [element.span for element in html.elements] + [Span(run.start, run.end) for run in html.text_runs]
    spans += [attribute.value for element in html.elements for attribute in element.attributes]
    spans += [link.span for link in content.links]
    assert all(0 <= span.start <= span.end <= len(text) for span in spans)
    assert all(0 <= fault.offset <= len(text) for fault in html.faults)


@pytest.mark.parametrize(
    ("tag", "spans"),
    [
        ("<a href=\"x\" title='y' b=z c>", [("href", "x"), ("title", "y"), ("b", "z"), ("c", "")]),
        ('<a\r\n href = "x"b=1 / c=2>', [("href", "x"), ("b", "1"), ("c", "2")]),
        ('<a =d="x" "e=f>', [("=d", "x"), ('"e', "f")]),
        ('<a href="">', [("href", "")]),
        ("<a A=1 a=2>", [("a", "1"), ("a", "2")]),
    ],
)
def test_attributes_and_their_places(tag: str, spans: list[tuple[str, str]]) -> None:
    html = parse_html(tag)
    [element] = html.elements
    assert [
        (attribute.name, tag[attribute.value.start : attribute.value.end]) for attribute in element.attributes
    ] == spans


@pytest.mark.parametrize(
    ("markup_text", "shown"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("One<br>Two", "One\nTwo"),
        ("<b>O</b>ne &amp; &eacute;", "One & é"),
        ("<td>One</td><td>Two</td>", "One\nTwo"),
        ("<style>p{}</style><title>x</title>One", "One"),
        ('One<div style="display:none">hidden</div>Two', "One\nTwo"),
        ('<p style="MSO-HIDE:all;max-height:0;overflow:hidden">hidden</p>One', "One"),
    ],
)
def test_the_flow_is_what_readers_see(markup_text: str, shown: str) -> None:
    assert gather(parse_html(markup_text)).flow.text.strip() == shown


def test_a_link_has_its_text_and_its_images() -> None:
    html = parse_html(
        '<a href=" https://a.example/?x=1&amp;y=2 "><span>Book</span> <b>now</b><img src="i.png" alt="x"></a>'
    )
    [link] = gather(html).links
    assert (link.url, link.shown) == ("https://a.example/?x=1&y=2", "Book now")
    assert [image.url for image in link.images] == ["i.png"]
    assert html.text[link.span.start : link.span.end] == " https://a.example/?x=1&amp;y=2 "


def test_a_bare_address_in_the_text_is_a_link_but_not_inside_an_anchor() -> None:
    html = parse_html('<p>See https://a.example/x. <a href="https://b.example/">https://b.example/</a></p>')
    assert [(link.kind, link.url) for link in gather(html).links] == [
        ("bare", "https://a.example/x"),
        ("a", "https://b.example/"),
    ]


def test_deep_nesting_costs_no_recursion() -> None:
    html = parse_html("<div>" * 20_000 + "x" + "</div>" * 20_000)
    assert len(html.elements) == 20_000
    assert gather(html).flow.text.strip() == "x"
