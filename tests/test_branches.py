"""Views of whole messages: branch by branch, audience by audience, always of the length of the source."""

from __future__ import annotations

import pytest

from maillint.config.config import LayeredConfig
from maillint.engine.lint import lint
from maillint.message.html.mso_comments import holds
from maillint.message.read import MessageSettings, read_message
from maillint.message.views import MAX_VIEWS
from maillint.project.discovery import Group
from maillint.project.loader import load_text
from maillint.project.runner import lint_loaded
from maillint.text.source import Source
from tests.linting import talkative
from tests.test_templates import RULES


def views(text: str, dialect: str | None = None) -> list[str]:
    """What each audience gets, without white space."""
    message = read_message([Source.from_text("a.html", text)], MessageSettings(dialect=dialect))
    [part] = message.parts
    assert all(len(view.text) == len(part.text) for view in part.views)
    return ["".join(view.text.split()) for view in part.views]


def found(text: str, dialect: str | None = None) -> list[tuple[str, str]]:
    """The characters of each finding about markup, and the label of the views that show it.

    What stands in a table and in no cell is not what these tests are about.
    """
    settings = MessageSettings(profile="general", dialect=dialect)
    [report] = lint_loaded(load_text(Group.for_text("a.html", LayeredConfig()), text, adjust=lambda *_: settings))
    others = talkative() | {"markup/misplaced-element"}
    markup = [found for found in report.findings if found.rule.startswith("markup/") and found.rule not in others]
    return [(text[finding.start : finding.end], finding.view) for finding in markup]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{% if a %}A{% else %}B{% endif %}", ["A", "B"]),
        ("{% if a %}A{% endif %}", ["A", ""]),
        ("{% if a %}A{% endif %}{% if a %}B{% endif %}", ["AB", ""]),
        ("{% if a %}A{% endif %}{% if not a %}B{% endif %}", ["A", "B"]),
        ("{% if a %}A{% elif b %}B{% else %}C{% endif %}", ["A", "B", "C"]),
        ("{% if a %}{% if b %}AB{% else %}A{% endif %}{% endif %}", ["AB", "A", ""]),
        ("{% for x in y %}A{% endfor %}", ["A"]),
        ("{% comment %}A{% endcomment %}B{# C #}", ["B"]),
        ("<!--[if mso]>O<![endif]-->A", ["A", "OA"]),
        ("<!--[if !mso]><!-->A<!--<![endif]-->B", ["AB", "B"]),
    ],
)
def test_every_branch_stands_in_a_view(text: str, expected: list[str]) -> None:
    assert sorted(views(text, "jinja")) == sorted(expected)


def test_the_number_of_views_grows_with_the_deepest_choice_and_not_with_the_product() -> None:
    assert len(views("".join(f"{{% if a{n} %}}A{{% else %}}B{{% endif %}}" for n in range(100)), "jinja")) <= 4


@pytest.mark.parametrize(
    ("dialect", "text", "expected"),
    [
        ("jinja", "{% if a %}<p><b>A</p>{% else %}<p><i>B</p>{% endif %}", [("<b>", ""), ("<i>", "")]),
        ("jinja", "{% if a %}<div>{% endif %}x{% if a %}</div>{% endif %}", []),
        ("jinja", "<p>{% if a %}<b>{% endif %}x</b></p>", [("</b>", "when not a")]),
        ("liquid", "{%- unless a -%}<p><b>A</p>{%- endunless -%}", [("<b>", "")]),
        ("handlebars", "{{#if a}}<p><b>A</p>{{else}}<p><i>B</p>{{/if}}", [("<b>", ""), ("<i>", "")]),
        ("go", "{{if .A}}<p><b>A</p>{{else}}<p><i>B</p>{{end}}", [("<b>", ""), ("<i>", "")]),
        ("erb", "<% if a %><p><b>A</p><% else %><p><i>B</p><% end %>", [("<b>", ""), ("<i>", "")]),
        ("freemarker", "<#if a><p><b>A</p><#else><p><i>B</p></#if>", [("<b>", ""), ("<i>", "")]),
        ("velocity", "#if($a)<p><b>A</p>#else<p><i>B</p>#end", [("<b>", ""), ("<i>", "")]),
        ("mailchimp", "*|IF:A|*<p><b>A</p>*|ELSE:|*<p><i>B</p>*|END:IF|*", [("<b>", ""), ("<i>", "")]),
        ("blade", "@if($a)<p><b>A</p>@else<p><i>B</p>@endif", [("<b>", ""), ("<i>", "")]),
        ("php", "<?php if ($a): ?><p><b>A</p><?php else: ?><p><i>B</p><?php endif; ?>", [("<b>", ""), ("<i>", "")]),
        ("smarty", "{if $a}<p><b>A</p>{else}<p><i>B</p>{/if}", [("<b>", ""), ("<i>", "")]),
    ],
)
def test_a_fault_in_each_branch_is_found_in_each_language(
    dialect: str, text: str, expected: list[tuple[str, str]]
) -> None:
    assert found(text, dialect) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # nobody knows what two tests have to do with each other: they are taken to hold and to fail together
        ("{% if a %}<i>{% endif %}x{% if b %}</i>{% endif %}", []),
        ("{% if a %}<i>{% endif %}x{% if not b %}</i>{% endif %}", []),
        # an element is not closed by a branch that is taken only where its own is not
        ("{% if a %}<i>{% endif %}x{% if not a %}</i>{% endif %}", ["<i>", "</i>"]),
        ("{% if a %}<i>{% endif %}x{% if b %}{% else %}</i>{% endif %}", ["<i>", "</i>"]),
        # who has no `user` has no `user.vip`
        ("{% if user %}{% if user.vip %}<i>{% endif %}{% endif %}x{% if user.vip %}</i>{% endif %}", []),
        ("{% if user.plan == 1 %}<i>{% endif %}x{% if user %}{% if user.plan == 1 %}</i>{% endif %}{% endif %}", []),
        ("{% if user %}{% if users.vip %}<i>{% endif %}{% endif %}x{% if users.vip %}</i>{% endif %}", ["</i>"]),
        # the tests of one choice are alternatives
        ("{% if a %}A{% elif b %}<i>{% endif %}x{% if b %}</i>{% endif %}", []),
        # an element begins in one iteration of a loop and ends in another
        ("{% if i % 2 == 0 %}<tr>{% endif %}<td></td>{% if i % 2 == 1 %}</tr>{% endif %}", []),
        ("{% if i is odd %}{% if not loop.first %}</tr>{% endif %}<tr>{% endif %}<td></td></tr>", []),
        ("{% if loop.index is odd %}<tr>{% endif %}<td><b></td></tr>", ["<b>"]),
        ("<tr><td>{% if loop.index is odd %}<b>{% endif %}x</td></tr>", ["<b>"]),
    ],
)  # fmt: skip
def test_a_fault_across_choices_is_reported_where_it_is_certain(text: str, expected: list[str]) -> None:
    assert [place for place, _ in found(f"<section><table>{text}</table></section>", "jinja")] == expected


@pytest.mark.parametrize(
    ("dialect", "opens", "ends"),
    [
        ("jinja", "{% ifchanged x.day %}</table><table>{% endifchanged %}{% ifchanged %}<tr>{% endifchanged %}", ""),
        ("liquid", "{% if forloop.first %}<tr>{% endif %}", "{% if forloop.last %}</tr>{% else %}</tr><tr>{% endif %}"),
        ("handlebars", "{{#if @first}}<tr>{{/if}}", "{{#if @last}}</tr>{{else}}x{{/if}}"),
        ("go", "{{ if eq (mod $i 2) 0 }}<tr>{{ end }}", "{{ if ne (mod $i 2) 0 }}</tr>{{ end }}"),
        ("erb", "<% if i.even? %><tr><% end %>", "<% unless i.even? %></tr><% end %>"),
        ("ejs", "<% if (i % 2 === 0) { %><tr><% } %>", "<% if (i % 2 === 1) { %></tr><% } %>"),
        ("php", "<?php if ($i % 2): ?><tr><?php endif ?>", "<?php if (!($i % 2)): ?></tr><?php endif ?>"),
        ("blade", "@if ($loop->odd) <tr> @endif", "@if ($loop->even) </tr> @endif"),
        ("razor", "@if (i % 2 == 0) { @:<tr>\n }", "@if (i % 2 == 1) { @:</tr>\n }"),
        ("freemarker", "<#if x_index % 2 == 0><tr></#if>", "<#if x_index % 2 != 0></tr></#if>"),
        ("velocity", "#if ($velocityCount % 2 == 1)<tr>#end", "#if ($velocityCount % 2 == 0)</tr>#end"),
        ("smarty", "{if $x@iteration is odd}<tr>{/if}", "{if $x@iteration is even}</tr>{/if}"),
        ("ampscript", "%%[IF MOD(@i, 2) == 1 THEN]%%<tr>%%[ENDIF]%%", "%%[ IF MOD(@i, 2) == 0 THEN]%%</tr>%%[ENDIF]%%"),
    ],
)  # fmt: skip
def test_rows_that_begin_in_one_iteration_of_a_loop_and_end_in_another(dialect: str, opens: str, ends: str) -> None:
    assert found(f"<section><table>{opens}<td>x</td>{ends}</table></section>", dialect) == []


@pytest.mark.parametrize("test", ["items > 0", "image == 1", "rows", "first_row", "user.index"])
def test_other_tests_do_not_depend_on_the_iteration(test: str) -> None:
    assert found(f"<section>{{% if {test} %}}<div>{{% endif %}}x</section>", "jinja") == [("<div>", "")]


def test_a_bound_on_views_that_was_reached_is_reported() -> None:
    text = "<p>{% if a %}A" + "".join(f"{{% elif b{n} %}}B{n}" for n in range(MAX_VIEWS)) + "{% endif %}</p>"
    [report] = lint_loaded(load_text(Group.for_text("a.j2", LayeredConfig()), text))
    reason = f"it has more branches than its {MAX_VIEWS} views can show; the rest are not looked at"
    assert reason in report.notes
    assert [unknown.rule for unknown in report.unknown if unknown.reason == reason] == ["markup/unclosed-tag"]


@pytest.mark.parametrize("selected", ["headers/", "content/", "markup/", ""])
def test_a_bound_that_a_text_twin_reached_is_reported_whatever_is_selected(selected: str) -> None:
    branches = "".join(f"{{% elif b{n} %}}B{n}" for n in range(200))
    sources = [
        Source.from_text("a.html", "<p>Hi {{ name|default('you') }}</p>"),
        Source.from_text("a.txt", f"{{% if a %}}A{branches}{{% endif %}}"),
    ]
    rules = [active for active in RULES if active.rule.name.startswith(selected)]
    report, _ = lint(read_message(sources, MessageSettings()), rules)
    reason = f"it has more branches than its {MAX_VIEWS} views can show; the rest are not looked at"
    assert reason in report.notes
    unknown_rules = [unknown.rule for unknown in report.unknown if unknown.reason == reason]
    assert unknown_rules == (["markup/unclosed-tag"] if selected in {"markup/", ""} else [])


@pytest.mark.parametrize(
    ("test", "result"),
    [
        ("mso", True),
        ("!mso", False),
        ("gte mso 9", True),
        ("lt mso 12", False),
        ("(gte mso 9)|(IE)", True),
        ("(gt mso 12)&(lt mso 16)", False),
        ("IE", False),
        ("!IE", True),
        ("mso 16", True),
        ("vml", True),
        (")(", False),
        ("", False),
    ],
)
def test_a_conditional_for_outlook_2016(test: str, result: bool) -> None:
    assert holds(test, 16) is result
