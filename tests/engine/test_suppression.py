"""Which findings a comment suppresses, and what is said of the comments; their forms: tests/cli/test_suppression.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from maillint.catalogue.rule import ActiveRule, Rule
from maillint.check import Check, Options
from maillint.config.config import CommandLine, LayeredConfig
from maillint.config.files import layers_of
from maillint.data.profiles import PROFILES
from maillint.engine.lint import lint
from maillint.engine.suppression import suppress
from maillint.finding import FileReport, Severity
from maillint.hits import Hit
from maillint.message.model import Message
from maillint.message.read import MessageSettings, read_message
from maillint.text.source import Source
from maillint.text.spans import Span
from maillint.values import replace
from tests.linting import talkative


def reports(text: str, *select: str, twin: str = "", more: Sequence[ActiveRule] = (), **rules: Any) -> list[FileReport]:
    """What the selected rules, and those about comments, say of a template with its plain-text twin."""
    select = select or ("markup", "suppression")
    layers = tuple(layers_of({"rules": rules.get("rules", {})}, "maillint.yaml"))
    config = LayeredConfig(layers=layers, command_line=CommandLine(select=select))
    sources = [Source.from_text("a.html", text), *([Source.from_text("a.txt", twin)] if twin else [])]
    message = read_message(sources, MessageSettings(dialect="jinja"), "html")
    ruleset = [*config.rules_for(message.profile), *more]
    suppressed = suppress(message, lint(message, ruleset), ruleset, config.catalogue)
    quiet = [tuple(found for found in report.findings if found.rule not in talkative()) for report in suppressed]
    return [replace(report, findings=found) for report, found in zip(suppressed, quiet, strict=True)]


def judged(text: str, *select: str, **settings: Any) -> list[str]:
    """Each finding as ``line:column rule``."""
    return [
        f"{found.line}:{found.column} {found.rule}"
        for report in reports(text, *select, **settings)
        for found in report.findings
    ]


BAD = "<p>Hi <b>Ada</p>"
IGNORE = "{# maillint: ignore[markup/unclosed-tag] why #}"
OTHER = "{# maillint: ignore[markup/stray-end-tag] why #}"
FILE_UNCLOSED = "maillint: ignore-file[markup/unclosed-tag] why"
FILE_OTHER = "maillint: ignore-file[markup/stray-end-tag] why"
FILE = f"{{# {FILE_UNCLOSED} #}}"


# -- what is suppressed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (BAD, ["1:7 markup/unclosed-tag"]),
        (IGNORE + BAD, []),
        (BAD + IGNORE, []),
        (f"{BAD}\n{IGNORE}{BAD}\n{BAD}", ["1:7 markup/unclosed-tag", "3:7 markup/unclosed-tag"]),
        # on a line of its own: the next line that is not empty
        (f"{IGNORE}\n{BAD}\n{BAD}", ["3:7 markup/unclosed-tag"]),
        (f"{IGNORE}\n\n  \n{BAD}\n{BAD}", ["5:7 markup/unclosed-tag"]),
        (f"  {IGNORE}\t\r\n{BAD}\r\n{BAD}", ["3:7 markup/unclosed-tag"]),
        # the whole file
        (f"{FILE}\n{BAD}\n{BAD}", []),
        (f"{BAD}\n{BAD}\n{FILE}", []),
        # by the family
        ("{# maillint: ignore[markup] why #}" + BAD, []),
        ("{# maillint: ignore-file[markup] why #}\n" + BAD, []),
        ("{# maillint: ignore[links, markup] why #}" + BAD, []),
        # several comments on a line, and several in one comment
        (f"{OTHER}{IGNORE}{BAD}</i>", []),
        (f"{BAD}</i>{OTHER} {IGNORE}", []),
        (f"{OTHER} {IGNORE}\n{BAD}</i>\n{BAD}", ["3:7 markup/unclosed-tag"]),
        (f"{IGNORE}{OTHER}\n\n{BAD}</i>\n{BAD}", ["4:7 markup/unclosed-tag"]),
        ("{# maillint: ignore[markup/unclosed-tag] why; maillint: ignore[markup/stray-end-tag] why #}" + BAD + "</i>",
         []),
        (f"---\n# {FILE_OTHER} # {FILE_UNCLOSED}\nsubject: x\n---\n{BAD}</i>", []),
        # another rule
        ("{# maillint: ignore[markup/stray-end-tag] why #}" + BAD,
         ["1:1 suppression/unused", "1:55 markup/unclosed-tag"]),
        # no rule at all
        ("{# maillint: ignore why #}" + BAD, ["1:1 suppression/blanket", "1:33 markup/unclosed-tag"]),
        ("{# maillint: ignore[] why #}" + BAD, ["1:1 suppression/blanket", "1:35 markup/unclosed-tag"]),
        # part of a name
        ("{# maillint: ignore[markup/unclosed] why #}" + BAD,
         ["1:21 suppression/unknown-name", "1:50 markup/unclosed-tag"]),
        ("{# maillint: ignore[unclosed-tag] why #}" + BAD,
         ["1:21 suppression/unknown-name", "1:47 markup/unclosed-tag"]),
    ],
)  # fmt: skip
def test_what_a_comment_suppresses(text: str, left: list[str]) -> None:
    assert judged(text, "markup", "links", "suppression") == left


def at(*offsets: int, path: str = "a.html", name: str = "x/rule") -> ActiveRule:
    """A rule that finds something at offsets of a file."""

    def run(message: Message, options: Options) -> Iterator[Hit]:
        part = next(part for part in message.parts if part.source.path == path)
        for offset in offsets:
            yield Hit(part, Span(offset, offset))

    levels = dict.fromkeys(PROFILES, Severity.WARNING)
    checks = {"c": Check("c", run, "message", frozenset(), {})}
    return ActiveRule(Rule(name, "", "c", "message", {}, {}, levels, "words", checks=checks))


def left(text: str, rule: ActiveRule, **settings: Any) -> list[int]:
    found = [found for report in reports(text, "links", more=[rule], **settings) for found in report.findings]
    return [place.start for one in found if one.rule == "x/rule" for place in one.at_each_place()]


@pytest.mark.parametrize(
    ("text", "suppressed"),
    [
        # a line is covered with both its ends
        ("one\n{# maillint: ignore[x/rule] why #}two\nthree", range(4, 42)),
        ("{# maillint: ignore[x/rule] why #}", range(35)),
        ("one\n{# maillint: ignore[x/rule] why #}\ntwo\nthree", range(39, 43)),
        ("one\n{# maillint: ignore-file[x/rule] why #}", range(44)),
    ],
)
def test_a_line_is_covered_with_both_its_ends(text: str, suppressed: range) -> None:
    everywhere = range(len(text) + 1)
    assert left(text, at(*everywhere)) == [offset for offset in everywhere if offset not in suppressed]


def test_a_comment_is_about_its_own_file_unless_it_says_the_whole_message() -> None:
    line, whole = "{# maillint: ignore[x/rule] why #} x", "{# maillint: ignore-file[x/rule] why #} x"
    assert left(line, at(0, path="a.txt"), twin=" {{ x }} {% if a %}{% endif %}") == [0]
    assert left(line, at(0, path="a.html"), twin="{{ x }}") == []
    assert left(whole, at(0, path="a.txt"), twin="{{ x }}") == []
    assert left("{{ x }}", at(0, path="a.html"), twin=whole) == []
    assert left("{{ x }}", at(0, path="a.html"), twin=line) == [0]


def test_a_rule_that_broke_cannot_be_suppressed() -> None:
    def run(message: Message, options: Options) -> Iterator[Hit]:
        raise ValueError("x")
        yield

    checks = {"c": Check("c", run, "message", frozenset(), {})}
    broken = ActiveRule(Rule("x/rule", "", "c", "message", {}, {}, dict.fromkeys(PROFILES, Severity.INFO), "",
                             checks=checks))  # fmt: skip
    found = judged("{# maillint: ignore-file[internal-error, x/rule, x] why #}", "links", more=[broken])
    assert "1:1 internal-error" in found


def test_reports_without_comments_stay_as_they_are() -> None:
    message = read_message([Source.from_text("a.html", BAD)], MessageSettings(), "html")
    rules = LayeredConfig().rules_for(message.profile)
    (before,) = lint(message, rules)
    (after,) = suppress(message, [before], rules, LayeredConfig().catalogue)
    assert after is before


# -- what is said of comments -----------------------------------------------------------------------------------------

UNUSED = ["1:1 suppression/unused"]


@pytest.mark.parametrize(
    ("text", "select", "found"),
    [
        (f"{IGNORE}<p>Hi</p>", (), UNUSED),
        (f"{FILE}<p>Hi</p>", (), UNUSED),
        (IGNORE + BAD, (), []),
        # one of two names, and each of two
        ("{# maillint: ignore[markup/unclosed-tag, markup/stray-end-tag] w #}" + BAD, (), ["1:42 suppression/unused"]),
        ("{# maillint: ignore[markup/stray-end-tag, markup/parse-error] w #}<p>", (), UNUSED),
        # rules that did not run say nothing of their comments
        (f"{IGNORE}<p>Hi</p>", ("links", "suppression"), []),
        ("{# maillint: ignore[markup] w #}Hi", ("markup", "suppression"), UNUSED),
        ("{# maillint: ignore[markup] w #}Hi", ("markup/unclosed-tag", "suppression"), []),
        # rules about links online run later
        ("{# maillint: ignore[links/unreachable] w #}<p>Hi</p>", ("links", "suppression"), []),
        ("{# maillint: ignore[links] w #}<p>Hi</p>", ("links", "suppression"), []),
        ("{# maillint: ignore[links/insecure] w #}<p>Hi</p>", ("links", "suppression"), UNUSED),
        # rules about domains never find anything in a message
        ("{# maillint: ignore[auth/spf-missing] w #}<p>Hi</p>", ("auth", "suppression"), UNUSED),
        # without the rules about comments nothing is said of them
        (f"{IGNORE}<p>Hi</p>", ("markup",), []),
        ("{# maillint: ignore[nothing] w #}", ("markup",), []),
    ],
)
def test_what_is_unused(text: str, select: tuple[str, ...], found: list[str]) -> None:
    assert judged(text, *select) == found


def test_an_unknown_name_has_a_suggestion_and_is_not_unused() -> None:
    (report,) = reports("{# maillint: ignore[markup/unclosed-tags] why #}" + BAD)
    unknown, unclosed = report.findings
    assert unknown.message == '"markup/unclosed-tags" is not a rule or family; did you mean "markup/unclosed-tag"?'
    assert unclosed.rule == "markup/unclosed-tag"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{# maillint: ignore[markup/unclosed-tag] #}" + BAD, ["1:1 suppression/reason-missing"]),
        # comments about comments
        ("{# maillint: ignore[markup/unclosed-tag, suppression/reason-missing] #}" + BAD, []),
        ("{# maillint: ignore[suppression/reason-missing] why #}\n{# maillint: ignore[markup/unclosed-tag] #}" + BAD,
         []),
        ("{# maillint: ignore[suppression/reason-missing] why #} {# maillint: ignore[markup/unclosed-tag] #}\n" + BAD,
         []),
        ("{# maillint: ignore[markup/unclosed-tag] #} {# maillint: ignore[markup/stray-end-tag] w #}" + BAD,
         ["1:1 suppression/reason-missing", "1:45 suppression/unused"]),
        ("{# maillint: ignore-file[suppression] why #}\n{# maillint: ignore[markup/unclosed-tag] #}" + BAD, []),
        ("{# maillint: ignore-file[suppression/unused] why #}\n{# maillint: ignore[markup] w #}Hi", []),
        ("{# maillint: ignore[suppression/reason-missing] why #}<p>Hi</p>", UNUSED),
    ],
)  # fmt: skip
def test_comments_about_comments(text: str, found: list[str]) -> None:
    assert judged(text, rules={"suppression/reason-missing": "warning"}) == found


def test_findings_about_comments_stand_in_order_and_in_their_file() -> None:
    text = f"{BAD}\n{{# maillint: ignore[nothing] w #}}<p>x</p>\n{BAD}"
    html, plain = reports(text, twin="{# maillint: ignore[nothing] w #}")
    assert [found.rule for found in html.findings] == [
        "markup/unclosed-tag",
        "suppression/unknown-name",
        "markup/unclosed-tag",
    ]
    assert [(found.rule, found.path) for found in plain.findings] == [("suppression/unknown-name", "a.txt")]


def test_what_is_not_known_stays_in_the_report() -> None:
    text = f"{{# maillint: ignore-file[markup] why #}}{BAD}"
    with_comment, without = reports(text, "headers", "markup"), reports(BAD, "headers", "markup")
    assert with_comment[0].unknown == without[0].unknown != ()
    assert with_comment[0].profile == without[0].profile
