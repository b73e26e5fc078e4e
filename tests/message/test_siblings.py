"""Views beside one another: what is parsed once for several views is what each would have been by itself."""

from __future__ import annotations

import gc
import weakref
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillint.engine.lint import lint
from maillint.message.html import siblings
from maillint.message.html.parser import Builder, parse_html
from maillint.message.html.tree import Element, Html
from maillint.message.model import Message
from maillint.message.views import View
from tests.linting import message_of, rules_about

PIECES = [
    "<table><tr><td>", "</td></tr></table>", "<td>", "</td>", "<p>", "</p>", "<div style='display:none'>", "</div>",
    "<b>", "</b>", "<br>", "<p/>", "<a href='https://acme.example/'>", "</a>", "<li>", "<h1>", "</h1>", "<svg/>",
    "<v:rect>", "</v:rect>", "<img src='a.png'", " {% if a %}alt='x'{% endif %}", ">", "<style>", "</style>",
    "<noscript>", "</noscript>", "<!-- x -->", "<!doctype html>", "<html><body>", "</body></html>", "word ", " ",
    "\n    ", "\r\n", "&nbsp;", "{{ name }}", "{% if a %}", "{% if b %}", "{% else %}", "{% endif %}",
    "<!--[if mso]>", "<![endif]-->", "<!--[if !mso]><!-->", "<!--<![endif]-->",
]  # fmt: skip


def whole(view: View) -> Html:
    return parse_html(
        view.text,
        view.hidden_spans,
        tuple(hole.span for hole in view.holes),
        partial=view.partial,
        layout_fragments=view.layout_fragments,
        per_iteration=view.per_iteration,
    )


def place(element: Element | None) -> object:
    return element and (element.span, element.tag)


def described(html: Html) -> object:
    elements = [
        (place(each), each.attrs, place(each.parent), each.content_end, each.end_tag, each.silent, place(each.block),
         list(each.gaps))
        for each in html.elements
    ]  # fmt: skip
    return (
        elements,
        [(run.text, run.start, run.end, place(run.element), run.breaks) for run in html.text_runs],
        [(place(fault.element), fault.at) for fault in html.unclosed],
        [(fault.tag, fault.span, place(fault.closer)) for fault in html.stray],
        [(fault.tag, fault.span, place(fault.outer), place(fault.inner)) for fault in html.misnested],
    )


def views_of(text: str) -> list[View]:
    return [view for _, view in message_of(text).views()]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_each_view_is_what_it_would_be_by_itself(text: str) -> None:
    for view in views_of(text):
        assert described(view.html) == described(whole(view))


@pytest.mark.parametrize(
    "text",
    [
        # elements before the first place that differs, none of which a walk can begin with
        "<p/>One{% if a %}{% if b %}x{% endif %}{% endif %}{% if c %}<b>y</b>{% endif %}<i>z</i>",
        "One {% if a %}x{% endif %}<svg/>{% if b %}y{% endif %}<svg/>{% if c %}<b>z</b>{% endif %}",
        # a doctype behind an element: a table ends a paragraph or not
        "<p>{% if a %}<!doctype html>{% endif %}<table><tr><td>",
        # a cell that is not ended is a fault only where others are
        "<br><!--[if !mso]><!--></td></tr></table><!--<![endif]--><v:rect></body></html><li><svg/><td>",
    ],
)
def test_views_that_once_were_not_what_they_would_be_by_themselves(text: str) -> None:
    for _, view in message_of(text, dialect="jinja").views():
        assert described(view.html) == described(whole(view))


def test_what_is_the_same_in_two_views_is_one_element() -> None:
    text = "<p>One</p>{% if a %}<b>x</b>{% else %}<i>y</i>{% endif %}" + "<p>Two</p>" * 20
    first, second = (view.html.elements for view in views_of(text))
    assert [element.tag for element in first[:3]] == ["p", "b", "p"]
    assert [element.tag for element in second[:3]] == ["p", "i", "p"]
    assert first[0] is second[0]
    assert all(one is other for one, other in zip(first[2:], second[2:], strict=True))
    indexes = {element.index for element in (*first, *second)}
    assert len(indexes) == len(first) + 1


def test_what_has_something_else_around_it_is_another_element() -> None:
    text = "<p>One</p>{% if a %}<div><b>{% else %}<div>{% endif %}<i>x</i></div><p>Two</p>"
    first, second = (view.html for view in views_of(text))
    one, other = ([element for element in html.elements if element.tag == "i"] for html in (first, second))
    assert one[0] is not other[0]
    assert (place(one[0].parent), place(other[0].parent)) != (None, None)
    assert one[0].parent is not None
    assert other[0].parent is not None
    assert (one[0].parent.tag, other[0].parent.tag) in {("b", "div"), ("div", "b")}


def test_an_end_that_differs_is_not_shared() -> None:
    text = "<div><p>One {% if a %}</p>{% endif %} two</div><p>Three</p>"
    ends = {view.html.elements[1].content_end for view in views_of(text)}
    assert len(ends) == 2


def counted_walks(monkeypatch: pytest.MonkeyPatch, text: str) -> tuple[int, int, Counter[str]]:
    """How many views a text has, how many characters they have, and how many are walked, by way."""
    walked: Counter[str] = Counter()
    walk = Builder.walk

    def counted(self: Builder, text: str, offset: int) -> None:
        walked["whole" if type(self) is Builder else "beside"] += len(text)
        walk(self, text, offset)

    monkeypatch.setattr(Builder, "walk", counted)
    message = message_of(text)
    lint(message, rules_about("message"))
    return len(list(message.views())), len(text), walked


def test_a_part_is_walked_once_and_then_only_where_views_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    filler = "<p>Many words that every reader gets, with a <a href='https://acme.example/'>link</a>.</p>\n" * 200
    branches = "".join(f"{{% if t{n} %}}<b>x{n}</b>{{% else %}}<i>y{n}</i>{{% endif %}}{filler}" for n in range(3))
    views, length, walked = counted_walks(monkeypatch, f"{branches}<!--[if mso]><b>Outlook</b><![endif]-->{filler}")
    assert views == 4
    assert walked["whole"] == length
    assert walked["beside"] < 0.1 * length


def test_views_that_have_nothing_in_common_cost_no_more_than_each_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{{% if a %}}{'<p>One</p>' * 300}{{% else %}}{'<b>Two</b>' * 300}{{% endif %}}"
    views, length, walked = counted_walks(monkeypatch, text)
    assert views == 2
    assert walked["whole"] <= 2 * length
    assert walked["beside"] == 0


def test_without_agreement_a_view_is_walked_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []
    parse = siblings.parse_beside

    def counted(*args: Any) -> Html | None:
        tried.append(parse(*args))
        return tried[-1]  # type: ignore[return-value]

    monkeypatch.setattr(siblings, "parse_beside", counted)
    for view in views_of("<div><p>One {% if a %}</p><p>{% endif %} two<b></div>" + "<p>x</p>" * 50):
        assert described(view.html) == described(whole(view))
    assert tried == [None]


# -- what is forgotten ------------------------------------------------------------------------------------------------

LETTER = (
    "From: Acme <news@acme.example>\nSubject: News\nContent-Type: text/html\n\n<style>.h{display:none}</style>"
    "<p class='h'>Preview</p><table><tr><td><a href='https://acme.example/?id=1'>Read</a><img src='https://a.example/x.gif'"
    " width=1 height=1></td></tr></table><!--[if mso]><b>Outlook</b><![endif]--><p style='font-size:0'>Small</p>"
)


@pytest.mark.parametrize(("text", "kind"), [(LETTER, "eml"), ("<p>{{ a }}{% if b %}<b>x</b>{% endif %}</p>", "html")])
def test_a_message_goes_with_its_last_use(text: str, kind: Any) -> None:
    def linted() -> weakref.ref[Message]:
        message = message_of(text, kind)  # a selector needs BeautifulSoup, whose trees refer to themselves
        lint(message, [active for active in rules_about("message") if active.rule.check_name != "element"])
        return weakref.ref(message)

    linted()  # what is loaded once stays
    gc.collect()
    gc.disable()
    try:
        assert linted()() is None
        assert gc.collect() == 0
    finally:
        gc.enable()
