"""Views: every branch for somebody, tests with the same text alike, and no more views than the widest choice needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import count, product
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillint.engine.lint import lint
from maillint.message.html.parser import parse_html
from maillint.message.html.tree import Html
from maillint.message.kinds import kind_of
from maillint.message.mjml.parser import parse_mjml
from maillint.message.read import MessageSettings, read_message
from maillint.message.template.conditions import Condition, read_test
from maillint.message.template.dialect import all_dialects, dialects
from maillint.message.template.parse import read
from maillint.message.template.tags import Tag
from maillint.message.views import HUGE, MAX_VIEWS, MIN_VIEWS, Views, make_views, may_need_more_views
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.source import Source
from maillint.text.spans import Span
from tests.test_templates import FOLDER, RULES, unmark


def views_of(text: str, dialect: str = "jinja", *, markup: bool = False) -> Views:
    return make_views(text, read(text, dialects()[dialect]), markup=markup)


def texts(text: str, dialect: str = "jinja") -> list[str]:
    """What each audience gets, without white space and with a # for each character of a hole."""
    return ["".join(view.text.replace(PLACEHOLDER_CHAR, "#").split()) for view in views_of(text, dialect)]


@pytest.mark.parametrize(
    ("dialect", "text", "expected"),
    [
        # which branches belong together
        ("jinja", "{% if a %}A{% endif %}{% if b %}B{% endif %}", ["AB", ""]),
        ("jinja", "{% if a %}A{% endif %}{% if not a %}B{% endif %}", ["A", "B"]),
        ("jinja", "{% if a == 1 %}A{% endif %}{% if a != 1 %}B{% endif %}", ["A", "B"]),
        ("jinja", "{% if a > 1 %}A{% endif %}{% if a <= 1 %}B{% endif %}", ["A", "B"]),
        ("jinja", "{% if a == 'x' %}A{% endif %}{% if a == \"y\" %}B{% endif %}", ["A", "B"]),
        ("jinja", "{% if a == 'x' %}A{% elif a == 'y' %}B{% endif %}{% if a == 'y' %}C{% endif %}", ["A", "BC", ""]),
        ("jinja", "{% if a and b %}A{% endif %}{% if not a %}B{% endif %}", ["A", "B"]),
        ("jinja", "{% if a or b %}A{% endif %}{% if a %}B{% endif %}{% if b %}C{% endif %}", ["ABC", ""]),
        ("jinja", "{% if a %}{% if not a %}A{% endif %}B{% endif %}", ["B", ""]),
        ("jinja", "{% if a %}A{% else %}{% if a %}B{% else %}C{% endif %}{% endif %}", ["A", "C"]),
        ("jinja", "{% if a is not defined %}A{% endif %}{% if a is defined %}B{% endif %}", ["A", "B"]),
        ("jinja", "{% if a %}A{% endif %}{% for b in a %}B{% else %}C{% endfor %}", ["AB", "C"]),
        ("handlebars", "{{#a}}A{{/a}}{{^a}}B{{/a}}", ["A", "B"]),
        ("handlebars", "{{#if a}}A{{/if}}{{#unless a}}B{{/unless}}", ["A", "B"]),
        ("handlebars", "{{#each a}}A{{else}}B{{/each}}{{#if a}}C{{/if}}", ["AC", "B"]),
        ("handlebars", "{{#helper a}}A{{/helper}}", ["A"]),
        ("handlebars", "{{#helper a}}A{{else}}B{{/helper}}", ["A", "B"]),
        ("go", "{{if and .A .B}}A{{end}}{{if not .A}}B{{end}}", ["A", "B"]),
        ("go", '{{if eq .A "x"}}A{{else if eq .A "y"}}B{{end}}{{if ne .A "x"}}C{{end}}', ["A", "BC", "C"]),
        ("go", "{{range .X}}{{if .A}}A{{end}}{{end}}{{if not .A}}B{{end}}", ["AB", ""]),
        ("liquid", "{% case a %}{% when 1, 2 %}A{% when 3 %}B{% else %}C{% endcase %}", ["A", "B", "C"]),
        ("liquid", "{% case a %}junk{% when 1 %}A{% endcase %}{% if a == 1 %}B{% endif %}", ["AB", ""]),
        ("liquid", "{% unless a %}A{% else %}B{% endunless %}", ["A", "B"]),
        ("erb", "<% if !a %>A<% end %><% unless a %>B<% end %><% if a %>C<% end %>", ["AB", "C"]),
        ("ejs", "<% if (!a && b) { %>A<% } %><% if (a) { %>B<% } %>", ["A", "B"]),
        ("ampscript", "%%[ IF EMPTY(@a) THEN ]%%A%%[ ENDIF ]%%%%[ IF NOT EMPTY(@a) THEN ]%%B%%[ ENDIF ]%%", ["A", "B"]),
        ("thymeleaf", '<i th:if="${a}">A</i><i th:unless="${a}">B</i>', ["<i>A</i>", "<i>B</i>"]),
        ("jinja", "{% if a and b %}A{% elif a %}B{% elif b %}C{% else %}D{% endif %}", ["A", "B", "C", "D"]),
        ("handlebars", "{{#if (and a b)}}A{{else if b}}B{{/if}}", ["A", "B", ""]),
        # what everybody gets
        ("jinja", "{% for a in b %}A{% endfor %}{% with c %}B{% endwith %}{% block d %}C{% endblock %}", ["ABC"]),
        ("jinja", "{% macro a() %}A{% endmacro %}{{ a() }}", ["A#########"]),
        ("jinja", "{% if a %}{% set b = 1 %}{% endif %}A", ["A"]),
        # what a variable keeps: shown in place if it is well-formed markup
        ("jinja", "{% set a %}text{% endset %}A", ["A"]),
        ("jinja", "{% set a %}<b>{% endset %}{% set b %}</b>{% endset %}A", ["A"]),
        ("liquid", "{% capture a %}<b>x</b>{% endcapture %}A", ["<b>x</b>A"]),
        # holes
        ("jinja", "{{ a }}b{% include 'c' %}", ["#######b#################"]),
        ("handlebars", "{{{a}}}{{> b}}", ["##############"]),
    ],
)
def test_what_each_audience_gets(dialect: str, text: str, expected: list[str]) -> None:
    assert sorted(texts(text, dialect)) == sorted(expected)


@pytest.mark.parametrize(
    ("dialect", "text", "label"),
    [
        ("jinja", "{% if plan == 'pro' %}X{% endif %}", ""),
        ("jinja", "X{% if plan == 'pro' %}a{% endif %}", 'when plan == "pro"'),
        ("jinja", "X{% if plan == 'free' %}{% else %}a{% endif %}", 'when plan != "free"'),
        ("jinja", "X{% if not a %}a{% endif %}", "when not a"),
        # of several tests that go together, the nearest
        ("jinja", "{% if b %}B{% endif %}{% if c %}C{% endif %}X{% if d %}a{% endif %}", "when c"),
        ("liquid", "X{% case plan %}{% when 'pro' %}a{% endcase %}", 'when plan == "pro"'),
        ("go", 'X{{if eq .Plan "pro"}}a{{end}}', 'when .Plan == "pro"'),
    ],
)
def test_a_view_is_named_by_what_sets_it_apart(dialect: str, text: str, label: str) -> None:
    views = views_of(text, dialect)
    having = [view for view in views if "a" in view.text] or [views.first]
    assert views.label(having, Span(text.index("X"), text.index("X") + 1)) == label


def test_what_is_printed_after_an_elements_name_is_not_part_of_it() -> None:
    text = "<table><tr{{ attributes }}><td></td></tr></table><h{{ level }}>x</h{{ level }}>"
    html = views_of(text, markup=True).first.html
    assert [element.tag for element in html.elements][:3] == ["table", "tr", "td"]
    assert (html.stray, html.unclosed) == ([], [])


@pytest.mark.parametrize("parse", [parse_html, parse_mjml])
def test_the_parser_spares_elements_that_end_in_another_iteration(parse: Callable[..., Html]) -> None:
    text = "<div><p>x</p></section></i>"
    faults = [
        ([fault.element.tag for fault in html.unclosed], [fault.tag for fault in html.stray])
        for html in (parse(text), parse(text, per_iteration=frozenset({"div", "section"})))
    ]
    assert faults == [(["div"], ["section", "i"]), ([], ["i"])]


def test_a_parsed_view_is_as_the_parser_left_it() -> None:
    text = "{% if loop.first %}<tr>{% endif %}<td><b>x</td></tr>"
    for view in views_of(text, markup=True):
        parsed = parse_html(view.text, view.hidden_spans, partial=view.partial, per_iteration=view.per_iteration)
        assert view.per_iteration == {"tr"}
        assert [fault.element.tag for fault in view.html.unclosed] == ["b"]
        assert [fault.element.span for fault in parsed.unclosed] == [fault.element.span for fault in view.html.unclosed]
        assert parsed.stray == view.html.stray == []


def test_a_view_for_outlook_is_named() -> None:
    text = "X<!--[if mso]>a<![endif]-->"
    views = views_of(text, markup=True)
    assert views.label([view for view in views if view.outlook], Span(0, 1)) == "in Outlook"
    assert views.label([view for view in views if not view.outlook], Span(0, 1)) == "outside Outlook"


def test_the_number_of_views_is_that_of_the_widest_choice() -> None:
    wide = "{% if a %}A{% elif b %}B{% elif c %}C{% else %}D{% endif %}"
    narrow = "".join(f"{{% if x{number} %}}X{{% endif %}}" for number in range(50))
    assert len(views_of(wide + narrow)) == 4
    nested = "{% if p %}" + wide + "{% else %}E{% endif %}"
    assert len(views_of(nested)) == 5


@pytest.mark.parametrize(("branches", "truncated"), [(MAX_VIEWS - 1, False), (MAX_VIEWS, True), (5000, True)])
def test_the_bound_on_views_is_reported(branches: int, truncated: bool) -> None:
    text = "{% if a %}A" + "".join(f"{{% elif b{number} %}}B{number}" for number in range(branches - 1)) + "{% endif %}"
    views = views_of(text)
    assert (len(views) <= MAX_VIEWS, views.truncated) == (True, truncated)


def test_the_bound_on_views_counts_audiences_too() -> None:
    versions = "".join(f"<!--[if mso {version}]>{version}<![endif]-->" for version in (12, 14, 15, 16))
    branches = (
        "{% if a == 0 %}0" + "".join(f"{{% elif a == {number} %}}{number}" for number in range(1, 40)) + "{% endif %}"
    )
    views = views_of(branches + versions, markup=True)
    assert (len(views), views.truncated) == (MAX_VIEWS, True)
    assert sum(view.outlook is None for view in views) == 41  # what most readers get comes first
    assert {view.outlook for view in views} >= {12, 14, 15, 16}


@pytest.mark.parametrize("branches", [1, MAX_VIEWS - 2, MAX_VIEWS - 1, MAX_VIEWS, MAX_VIEWS + 1])
@pytest.mark.parametrize("nested", [True, False])
def test_that_views_are_missing_is_known_without_making_them(branches: int, nested: bool) -> None:
    if nested:
        text = "".join(f"{{% if a{n} %}}A" for n in range(branches)) + "{% endif %}" * branches
    else:
        text = "{% if a %}A" + "".join(f"{{% elif b{n} %}}B{n}" for n in range(branches)) + "{% endif %}"
    [part] = read_message([Source.from_text("a.j2", text)], MessageSettings()).parts
    truncated = part.truncated
    assert truncated is part.views.truncated
    assert truncated is (branches >= MAX_VIEWS - 1 + nested)
    if branches == 1:
        assert not may_need_more_views(text, part.template)


def test_a_long_template_gets_fewer_views() -> None:
    choice = "{% if a %}A" + "".join(f"{{% elif b{number} %}}B" for number in range(40)) + "{% endif %}"
    assert not views_of(choice).truncated
    assert len(views_of(choice + "x" * (HUGE - len(choice)))) == MIN_VIEWS
    views = views_of(choice + "x" * HUGE)
    assert (len(views), views.truncated) == (2, True)


@pytest.mark.parametrize(("tags", "number"), [(1_000, 42), (5_000, 19), (30_000, 3), (60_000, 2)])
def test_a_template_of_many_tags_gets_fewer_views(tags: int, number: int) -> None:
    choice = "{% if a %}A" + "".join(f"{{% elif b{number} %}}B" for number in range(40)) + "{% endif %}"
    views = views_of(choice + "<b>" * tags, markup=True)
    assert (len(views), views.truncated) == (number, number < 42)


@pytest.mark.parametrize(
    ("text", "when_true"),
    [
        ("a", ["a"]),
        ("not a", ["not a"]),
        ("!a", ["not a"]),
        ("(a)", ["a"]),
        ("not (a)", ["not a"]),
        ("a and not b", ["a & not b"]),
        ("a && !b", ["a & not b"]),
        ("a or b", ["a", "b"]),
        ("not (a and b)", ["not a", "not b"]),
        ("a and (b or c)", ["a & b", "a & c"]),
        ("and .A (not .B)", [".A & not .B"]),
        ("or (eq .A 1) .B", [".A == 1", ".B"]),
        ("a == 'x'", ['a == "x"']),
        ("'x' == a", ['a == "x"']),
        ('a ne "x"', ['a != "x"']),
        ("a == nil", ["not a"]),
        ("a != blank", ["a"]),
        ("a == true", ["a"]),
        ("a <= 3", ["not a > 3"]),
        ("a is not none", ["a"]),
        ("a not in b", ["not a in b"]),
        ("name == 'and or not'", ['name == "and or not"']),
        ("f(a and b)", ["f(a and b)"]),
        ("a.blank?", ["not a"]),
        ("empty($a)", ["not $a"]),
        ("!empty($a)", ["$a"]),
        ("a | length > 3", ["a | length > 3"]),
        ("(" * 50 + "a", ["(" * 50 + "a"]),
        ("", [""]),
        ("and", ["and"]),
        ("a and", ["a and"]),
    ],
)
def test_what_makes_a_test_true(text: str, when_true: list[str]) -> None:
    alternatives = [
        " & ".join(str(Condition(literal.text, literal.holds)) for literal in alternative)
        for alternative in read_test(text).when_true
    ]
    assert alternatives == when_true


# -- every branch stands in a view --------------------------------------------------------------------


class Grown(NamedTuple):
    """A choice: for each branch its test (None: else), a number, and the choices in it."""

    branches: list[tuple[str | None, int, list[Grown]]]


def grown(shape: Iterator[int], numbers: Iterator[int], depth: int = 0) -> list[Grown]:
    """Nested choices among four names, which the numbers of a shape determine."""

    def name() -> str:
        return ("", "not ")[next(shape, 0) % 2] + "abcd"[next(shape, 0) % 4]

    def test() -> str:
        kind = next(shape, 0) % 4
        return name() if kind < 2 else f"{name()} and {name()}" if kind == 2 else f"{name()} or {name()}"

    def branch(said: str | None) -> tuple[str | None, int, list[Grown]]:
        return said, next(numbers), grown(shape, numbers, depth + 1) if depth < 3 else []

    result = []
    for _ in range(next(shape, 0) % 3):
        branches = [branch(test()) for _ in range(1 + next(shape, 0) % 3)]
        result.append(Grown([*branches, branch(None)] if next(shape, 0) % 2 else branches))
    return result


def written(choices: list[Grown]) -> str:
    """The choices as a template."""
    text = ""
    for choice in choices:
        for index, (test, number, inner) in enumerate(choice.branches):
            word = "else" if test is None else f"if {test}" if index == 0 else f"elif {test}"
            text += f"{{% {word} %}}[{number}]{written(inner)}"
        text += "{% endif %}"
    return text


def got(choices: list[Grown], names: dict[str, bool]) -> str:
    """What the reader gets for whom the names have these values."""
    text = ""
    for choice in choices:
        for test, number, inner in choice.branches:
            if test is None or eval(test, {}, names):
                text += f"[{number}]{got(inner, names)}"
                break
    return text


@settings(max_examples=200, deadline=None, derandomize=True)  # it has bounds that a random search would run into
@given(st.binary(max_size=120))
def test_every_branch_stands_in_a_view_and_every_view_is_what_somebody_gets(shape: bytes) -> None:
    choices = grown(iter(shape), count())
    readers = [dict(zip("abcd", values, strict=True)) for values in product((False, True), repeat=4)]
    possible = {got(choices, reader) for reader in readers}
    shown = set(texts(written(choices)))
    assert shown <= possible
    assert set(re.findall(r"\[\d+\]", "".join(shown))) == set(re.findall(r"\[\d+\]", "".join(possible)))


def test_a_branch_within_one_of_two_reasons_is_shown_for_either() -> None:
    text = "{% if name or firm %}Hi {% if name %}N{% else %}F{% endif %}{% endif %}"
    assert sorted(texts(text)) == ["", "HiF", "HiN"]


# -- any template, any language -------------------------------------------------------------------------

REAL = {path: unmark(path.read_text(encoding="utf-8"))[0] for path in sorted(FOLDER.iterdir())}
ODD = (
    *("\r\n", "\n", "\r", "\t", " ", "\u00a0", "\u200b", "\u2028", "\ufeff", "\x00", "\x1b"),
    *("é", "e\u0301", "ü\u0308\u0301", "𝒜", "👩\u200d👩\u200d👧", "🇺🇦", "שלום", "\u202e", "ﬁ", "“", "’"),
    *(
        "<b>",
        "</b>",
        "<td>",
        "</td>",
        "<p ",
        '<a href="',
        '">',
        "<!--",
        "-->",
        "<!--[if mso]>",
        "<![endif]-->",
        "<style>",
    ),
    *("http://acme.example/", "https://bit.ly/x", "team@acme.example", "FREE MONEY", "&nbsp;", "&#x1F600;", "&"),
)
_PIECE = re.compile(r"<[^<>]{0,200}>|[^<>\s]+|\s+")


@st.composite
def templates(draw: st.DrawFn) -> tuple[str, str]:
    """The name of a language, and a text: a realistic template with random changes, or only pieces of one."""
    dialect = draw(st.sampled_from(all_dialects())).name
    real = draw(st.sampled_from([text for path, text in REAL.items() if path.name.startswith(dialect)]))
    tags = [real[tag.span.start : tag.span.end] for tag in read(real, dialects()[dialect]).tags]
    pieces = st.sampled_from(tags) | st.sampled_from(_PIECE.findall(real)) | st.sampled_from(ODD)
    if draw(st.booleans()):
        return dialect, "".join(draw(st.lists(pieces, min_size=5, max_size=30)))
    text = real.replace("\n", draw(st.sampled_from(["\n", "\r\n", "\r"])))
    for piece in draw(st.lists(pieces, max_size=8)):
        start = draw(st.integers(0, len(text)))
        text = text[:start] + piece + text[start + draw(st.integers(0, 40)) :]
    return dialect, text


def splits(text: str, offset: int) -> str:
    """The line end that an offset divides, which is one character to its reader; "" if it divides none.

    Letters and the marks on them are characters of their own: a finding may be about the mark alone.
    """
    return text[offset - 1 : offset + 1] if offset and text[offset - 1 : offset + 1] == "\r\n" else ""


def in_delimiter(text: str, tags: Sequence[Tag], offset: int) -> str:
    """The template tag whose opening or closing pair of characters an offset divides; "" if it divides none."""
    for tag in tags:
        written = text[tag.span.start : tag.span.end]
        pairs = ((tag.span.start + 1, written[:2]), (tag.span.end - 1, written[-2:]))
        if any(offset == place and len(pair) == 2 and pair in PAIRS for place, pair in pairs):
            return written
    return ""


PAIRS = frozenset("{{ }} {% %} {# #} <% %> <? ?> *| |* %% ${ #{ [[ ]] @( @@".split())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(templates())
def test_every_finding_of_every_rule_lies_in_the_source_and_on_a_boundary(template: tuple[str, str]) -> None:
    """A boundary: not between the two characters of a line's end, nor of a template tag's delimiter."""
    dialect, text = template
    source = Source.from_text("a.html", text)
    message = read_message([source], MessageSettings(dialect=dialect))
    [part] = message.parts
    tags = part.template.tags
    assert [tag.span.start for tag in tags] == sorted(tag.span.start for tag in tags)
    assert all(0 <= tag.span.start <= tag.span.end <= len(part.text) for tag in tags)
    for view in part.views:
        assert len(view.text) == len(part.text)
        assert all(0 <= blank.start <= blank.end <= len(part.text) for blank in view.hidden_spans)
    for report in lint(message, RULES):
        for found in report.findings:
            assert found.rule != "internal-error", found.message
            spans = [(found.start, found.end), *((related.start, related.end) for related in found.related)]
            spans += [(edit.start, edit.end) for edit in found.fix.edits] if found.fix else []
            for start, end in spans:
                assert 0 <= start <= end <= len(source.text)
                assert not splits(source.text, start) and not splits(source.text, end), found
                assert not in_delimiter(source.text, tags, start) and not in_delimiter(source.text, tags, end), found
            assert source.position(found.start) == (found.line, found.column)
            assert source.position(found.end) == (found.end_line, found.end_column)


def test_the_templates_at_hand_have_few_views() -> None:
    """Each view costs: a change that makes more of them must have a reason."""
    root = Path(__file__).parent
    counts: dict[str, int] = {}
    for path in sorted([*(root / "dialects").iterdir(), *(root.parent / "examples").rglob("*")]):
        kind = kind_of(str(path))
        if kind is not None and path.is_file():
            message = read_message([Source.from_bytes(path.name, path.read_bytes())], MessageSettings(), kind)
            counts[str(path)] = sum(len(part.views) for part in message.parts)
    assert len(counts) > 50
    assert max(counts.values()) <= 5
    assert sum(counts.values()) <= 2.5 * len(counts)
