"""What is said of broken markup: once for each cause, in the branch that matters, and how much it costs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from maillint.engine.lint import lint
from maillint.finding import Finding
from maillint.message.html.parser import parse_html
from tests.linting import active, message_of

NAMES = (
    "duplicate-attribute",
    "misnested-tag",
    "misplaced-element",
    "parse-error",
    "stray-end-tag",
    "unclosed-tag",
    "unterminated-comment",
    "unterminated-conditional",
)
RULES = [active(f"markup/{name}") for name in NAMES]


def found(text: str, kind: str = "html") -> list[Finding]:
    message = message_of(text, kind, profile="transactional")
    return [place for file in lint(message, RULES) for finding in file.findings for place in finding.at_each_place()]


def told(text: str, kind: str = "html") -> list[str]:
    """Each finding as ``severity rule offset``, without the family."""
    return [f"{finding.severity.label} {finding.rule[7:]} {finding.start}" for finding in found(text, kind)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p><b><i><u><font>x<hr>y</font></u></i></b></p>", ["error stray-end-tag 24"]),
        ("<a href=/1><b>x<a href=/2>y</a></b></a>", ["error stray-end-tag 31"]),
        ("<p><b>x<div>y</div></b></p>", ["error stray-end-tag 19"]),
        ("<p><b>x<ul><li>y</ul>", ["error unclosed-tag 3"]),
        ("<b><p>x</b></p>", ["error misnested-tag 7"]),
        ("<font><p>x</font><p>y</p>", []),  # a paragraph needs no end tag
        ("<table><tr><table><tr><td>x</td></tr></table></tr></table>", ["warning misplaced-element 11"]),
        ("<table><tr><p>x</p><p>y</p></tr></table>", ["warning misplaced-element 11"]),
        ("<table>\n<tr><td>x</td></tr>\n<script></script></table>", []),
        ("<mjml><mj-body><mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-body></mjml>", None),
    ],
)
def test_one_cause_is_one_finding(text: str, expected: list[str] | None) -> None:
    if expected is None:
        assert len(told(text, "mjml")) == 1
    else:
        assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<html><head><style>p {} </head><body><p>x</p></body></html>", ["12: it swallows the rest of the text"]),
        ("<html><head><title>Hi</head><body><p>x</p></body></html>", ["12: it swallows the rest of the text"]),
        ("<form><textarea>Hi</form><p>x</p>", ["6: it swallows the rest of the text"]),
        ("<style>a {}\n<style>b {}</style>", ["0: it swallows everything up to the </style> on line 2"]),
        ("<style>a {} /* <style> */</style>", []),
        ("{% if x %}<style>a {}", []),  # the upper half of something
    ],
)
def test_what_swallows_the_text_is_said_at_its_beginning(text: str, expected: list[str]) -> None:
    findings = [finding for finding in found(text) if finding.rule == "markup/unclosed-tag"]
    assert [f"{finding.start}: {finding.evidence['effect']}" for finding in findings] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<!--[if mso]><xml><o:a><o:b>96<![endif]--><p>x</p>", ["error unclosed-tag 13"]),
        ("<!--[if mso]><v:rect><v:fill color=red><v:textbox><![endif]-->x", ["error unclosed-tag 13"]),
        ("<!--[if mso]><v:rect><v:fill color=red></v:rect><![endif]-->x", []),
        ("<xml><o:a>x", []),  # nobody reads it
        ("<p>x</p><!--[if mso]><p>y</p>", ["error unterminated-conditional 8"]),
        ("<p>x</p><!-- [if mso]><p>y</p><![endif]-->", ["error unterminated-conditional 8"]),
        ("<p>x</p><!--[if mso]\n><p>y</p><![endif]-->", ["error unterminated-conditional 8"]),
        ("<p>x</p><!--[if !mso]><!--><p>y</p><!--<![endif]-->", []),
        ("{% if x %}<!--[if mso]><table><tr><td>{% endif %}", []),  # another file goes on with it
        ("<p>x</p><!-- [if nothing helps, ask] -->", []),
        ("<p>x</p><!-- y <p>z</p>", ["error unterminated-comment 8"]),
        ("<p>x</p><!-- y --!><!--><!--->", ["info parse-error 18", "info parse-error 23", "info parse-error 29"]),
    ],
)
def test_outlook_s_markup_and_comments(text: str, expected: list[str]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<table><tr><td/><td>x</td></tr></table>", ["info unclosed-tag 11"]),
        ("<table><tr><td/>y<td>x</td></tr></table>", ["error unclosed-tag 11"]),
        ("<div/>x", ["error unclosed-tag 0"]),
        ('<p class="a" class="a">x</p>', ["info duplicate-attribute 13"]),
        ('<p class="a" class="b">x</p>', ["warning duplicate-attribute 13"]),
        ('<p class="a"id="b">x</p>', ["info parse-error 12"]),
        ("<a href=https://acme.example/?a=1>x</a>", ["info parse-error 31"]),
        ('<a href=https://acme.example/">x</a>', ["warning parse-error 29"]),
        ("<p>a <3 b</p>", ["warning parse-error 6"]),
    ],
)
def test_what_no_client_notices_is_a_note(text: str, expected: list[str]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p><b>x{% if a %}{% if b %}</b>{% endif %}{% endif %}</p>", ["when not b"]),
        ("<p>{% if a %}{% if b %}<b>{% endif %}{% endif %}x{% if b %}</b>{% endif %}</p>", ["when not a"]),
        ("<p><b>{% if a %}{% if b %}1{% else %}2</b>{% endif %}{% else %}3</b>{% endif %}</p>", ["when b"]),
        ("<p>{% if a %}<b>{% else %}<b>{% if d %}</b>{% endif %}{% endif %}x</b></p>", ["when d"]),
        # a flag that is set around an inner choice
        (
            "{% set open = false %}{% if x %}{% if z %}{% set open = true %}<div>{% endif %}{% endif %}"
            "{% if y %}<p>q</p>{% else %}r{% endif %}{% if open %}</div>{% endif %}",
            [],
        ),
        (
            "{% if x %}{% set open = true %}<div>{% if q %}a{% else %}b{% endif %}{% else %}{% set open = false %}"
            "{% endif %}c{% if open %}</div>{% endif %}",
            [],
        ),
    ],
)
def test_the_branch_that_is_named_is_the_one_that_matters(text: str, expected: list[str]) -> None:
    assert [finding.view for finding in found(text)] == expected


def test_the_blocks_of_a_child_template_are_whole() -> None:
    child = '{% extends "base.html" %}{% block content %}<div><p>x{% endblock %}'
    assert told(child) == ["error unclosed-tag 44"]
    assert told(child.replace("{% extends", "{% include")) == []  # it may be part of a layout


def test_codes_are_those_of_the_standard() -> None:
    """Each code that a rule names is one that the parser can report, as far as a short text brings it about."""
    brought_about = {fault.code for text in _errors() for fault in parse_html(text).faults}
    rule = next(chosen.rule for chosen in RULES if chosen.rule.name == "markup/parse-error")
    assert brought_about.isdisjoint({""})
    named = set(rule.options["harmless"]) | set(rule.options["ignore"])
    assert len(named & brought_about) >= 12, sorted(named - brought_about)


def _errors() -> Iterator[str]:
    yield from ("<p/>x", "<p a=1 a=2>", "</p a>", "</p/>", "<p a=1/b>", '<p a="1"b="2">', "<p / a>", "<!---->")
    yield from ("<!-->", "<!-- <!-- -->", "<!-- --!>", "&#x;", "&#;", "&#1;", "&ltx", "\x01", "&#xFFFE;", "\ufffe")
    yield from ("<!doctypehtml>", "<!doctype html public'a'>", "<!--")
