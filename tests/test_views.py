"""Views: every branch for somebody, tests with the same text alike, and no more views than the widest choice needs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillint.message.conditions import read_test
from maillint.message.template import dialects, read
from maillint.message.views import HOLE, MAX_VIEWS, MIN_VIEWS, Views, make_views
from maillint.text import Span


def views_of(text: str, dialect: str = "jinja", *, markup: bool = False) -> Views:
    return make_views(text, read(text, dialects()[dialect]), markup=markup)


def texts(text: str, dialect: str = "jinja") -> list[str]:
    """What each audience gets, white space taken out and holes shown as a #."""
    return ["".join(view.text.replace(HOLE, "#").split()) for view in views_of(text, dialect)]


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
        # what is kept for later: shown where it makes sense as it stands
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
        ("liquid", "X{% case plan %}{% when 'pro' %}a{% endcase %}", 'when plan == "pro"'),
        ("go", 'X{{if eq .Plan "pro"}}a{{end}}', 'when .Plan == "pro"'),
    ],
)
def test_a_view_is_named_by_what_sets_it_apart(dialect: str, text: str, label: str) -> None:
    views = views_of(text, dialect)
    having = [view for view in views if "a" in view.text] or [views.first]
    assert views.label(having, Span(text.index("X"), text.index("X") + 1)) == label


def test_what_is_printed_behind_an_elements_name_is_no_part_of_it() -> None:
    text = "<table><tr{{ attributes }}><td></td></tr></table><h{{ level }}>x</h{{ level }}>"
    html = views_of(text, markup=True).first.html
    assert [element.tag for element in html.elements][:3] == ["table", "tr", "td"]
    assert (html.stray, html.unclosed) == ([], [])


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
def test_the_bound_on_views_is_told(branches: int, truncated: bool) -> None:
    text = "{% if a %}A" + "".join(f"{{% elif b{number} %}}B{number}" for number in range(branches - 1)) + "{% endif %}"
    views = views_of(text)
    assert (len(views) <= MAX_VIEWS, views.truncated) == (True, truncated)


def test_a_long_template_gets_fewer_views() -> None:
    choice = "{% if a %}A" + "".join(f"{{% elif b{number} %}}B" for number in range(40)) + "{% endif %}"
    assert not views_of(choice).truncated
    views = views_of(choice + "x" * 5_000_000)
    assert (len(views), views.truncated) == (MIN_VIEWS, True)


@pytest.mark.parametrize(
    ("text", "yes"),
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
def test_the_ways_in_which_a_test_holds(text: str, yes: list[str]) -> None:
    assert [" & ".join(str(literal.condition) for literal in way) for way in read_test(text).yes] == yes


# -- every branch stands in a view --------------------------------------------------------------------


@st.composite
def trees(draw: st.DrawFn, depth: int = 0) -> str:
    """A template of nested choices with tests of their own, every branch marked by a number in brackets."""
    pieces = []
    for _ in range(draw(st.integers(0 if depth else 1, 3))):
        branches = draw(st.integers(1, 4))
        bodies = [draw(trees(depth + 1)) if depth < 3 else "" for _ in range(branches)]
        last = draw(st.booleans())
        text = "{% if T %}<M>" + bodies[0]
        for body in bodies[1:]:
            text += "{% elif T %}<M>" + body
        pieces.append(text + ("{% else %}<M>" if last else "") + "{% endif %}")
    return "".join(pieces)


@settings(max_examples=200, deadline=None)
@given(trees())
def test_every_branch_stands_in_at_least_one_view(tree: str) -> None:
    text, number = "", 0
    for piece in tree.replace("<M>", "\x00M").replace("T %}", "\x00T %}").split("\x00"):
        number += 1
        text += (
            f"[{number}]{piece[1:]}"
            if piece.startswith("M")
            else f"t{number}{piece[1:]}"
            if piece[:1] == "T"
            else piece
        )
    views = views_of(text)
    assert not views.truncated or len(views) == MAX_VIEWS
    if not views.truncated:
        marks = {f"[{n}]" for n in range(number + 1) if f"[{n}]" in text}
        assert marks == {mark for mark in marks for view in views if mark in view.text}
