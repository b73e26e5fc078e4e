"""The output for people at a terminal."""

from __future__ import annotations

from typing import Any

import pytest

from maillint.finding import FileReport, Finding, Related, Report, Unknown
from maillint.output import load
from maillint.output._cells import width_of
from maillint.values import replace
from tests.output.samples import PLAIN, RUN, finding, found, on

TEXT = "one\ntwo\nthree\n"


def full(*files: FileReport, verbose: int = 0, width: int = 80) -> str:
    return load("full").render(Report(files), replace(PLAIN, verbose=verbose, width=width))


def hit(line: int, rule: str = "links/text-mismatch", **more: Any) -> Finding:
    start = [0, 0, 4, 8][line]
    return finding(TEXT, start, start + 3, rule, **more)


def test_why_and_fix_are_shown_once_for_a_rule_and_file() -> None:
    one, two = on(TEXT, "a.html", hit(1), hit(2), hit(3, "markup/unclosed-tag")), on(TEXT, "b.html", hit(1))
    out = full(one, two)
    assert out.count("= why: Filters treat") == 2
    assert out.count("= why: Clients close it") == 1
    assert out.count("= fix:") == 3
    assert out.count("^^^") == 4


def test_findings_are_sorted_by_position_whatever_the_order_they_came_in() -> None:
    out = full(on(TEXT, "a.html", hit(3), hit(1), hit(2)))
    assert [out.index(f"a.html:{line}:1") for line in (1, 2, 3)] == sorted(
        out.index(f"a.html:{line}:1") for line in (1, 2, 3)
    )


def test_at_one_place_the_worst_comes_first() -> None:
    rules = {"info": "a/a", "warning": "b/b", "error": "c/c"}
    out = full(on(TEXT, "a.html", *(hit(1, rule, severity=severity) for severity, rule in rules.items())))
    assert [line.split()[1] for line in out.splitlines() if line.startswith("a.html")] == ["error", "warning", "info"]


def test_references_are_shown_where_verbose() -> None:
    assert "see:" not in full(on(TEXT, "a.html", hit(1)))
    assert "  = see: https://www.rfc-editor.org/rfc/rfc3986\n" in full(on(TEXT, "a.html", hit(1)), verbose=1)


def test_a_rule_without_texts_has_only_a_frame() -> None:
    assert full(on(TEXT, "a.html", hit(1, "my/rule"))) == (
        "a.html:1:1  error  my/rule\na message\n  |\n1 | one\n  | ^^^\n\n1 error in 1 file\n"
    )


@pytest.mark.parametrize("text", ["", "\n", "  \n<p>"])
def test_a_finding_at_an_empty_place_has_no_frame(text: str) -> None:
    out = full(on(text, "a.html", finding(text, 0, 0, "my/rule")))
    assert out == "a.html:1:1  error  my/rule\na message\n\n1 error in 1 file\n"


def test_parts_are_named_where_there_are_several() -> None:
    one, two = hit(1, part="1.1"), hit(2, part="1.2")
    assert "a message\n" in full(on(TEXT, "a.eml", one))
    assert "a message (part 1.2)\n" in full(on(TEXT, "a.eml", one, two))
    assert "a message (part 1.2, in Outlook)\n" in full(on(TEXT, "a.eml", one, replace(two, view="in Outlook")))


def test_related_places_are_short_lines_and_few() -> None:
    places = tuple(Related(4, 7, f"place {number}") for number in range(9))
    out = full(on(TEXT, "a.html", hit(1, related=places)))
    assert "  = at 2:1: place 0\n" in out
    assert out.count("= at 2:1:") == 5
    assert "  = and 4 more places\n" in out


@pytest.mark.parametrize(
    ("unknown", "lines"),
    [
        ([("a.html", "x/a", "no headers")], ["unknown: no headers (in a.html: x/a)"]),
        (
            [("a.html", "x/b", "no headers"), ("a.html", "x/a", "no headers")],
            ["unknown: no headers (2 rules in a.html: x/a, x/b)"],
        ),
        ([("a.html", "x/a", "no headers"), ("b.html", "x/a", "no headers")], ["unknown: no headers (in 2 files: x/a)"]),
        (
            [("a.html", "x/a", "no DNS"), ("b.html", "x/b", "no step"), ("c.html", "x/c", "no DNS")],
            ["unknown: no DNS (2 rules in 2 files: x/a, x/c)", "unknown: no step (in b.html: x/b)"],
        ),
        (
            [("a.html", f"family/rule-{number:02}", "no headers known") for number in range(40)],
            ["unknown: no headers known (40 rules in a.html: family/rule-00, …)"],
        ),
    ],
)
def test_unknowns_are_grouped_by_reason(unknown: list[tuple[str, str, str]], lines: list[str]) -> None:
    files: dict[str, list[Unknown]] = {}
    for path, rule, reason in unknown:
        files.setdefault(path, []).append(Unknown(rule, reason))
    out = full(*(on("x", path, unknown=tuple(group)) for path, group in files.items()))
    assert out.split("\n\n")[0].splitlines() == lines
    assert out.splitlines()[-1].startswith("no findings in ")
    assert out.splitlines()[-1].endswith(f"; {len(unknown)} unknown")


def test_all_rules_of_an_unknown_are_named_where_verbose() -> None:
    file = on("x", "a.html", unknown=tuple(Unknown(f"family/rule-{n:02}", "no headers known") for n in range(40)))
    out = full(file, verbose=1)
    assert all(f"family/rule-{number:02}" in out for number in range(40))
    assert all(len(line) <= 80 for line in out.splitlines())


def test_many_reasons_are_counted() -> None:
    file = on("x", "a.html", unknown=tuple(Unknown("x/a", f"reason {number}") for number in range(50)))
    assert "unknown: 38 other reasons\n" in full(file)
    assert "reason 49" in full(file, verbose=1)


def test_the_profile_is_shown_where_it_was_inferred() -> None:
    inferred = replace(found("«a»"), profile="newsletter", profile_inferred=True)
    assert "\nprofile: newsletter inferred for 2 files, cold inferred for 1 file\n" in full(
        inferred, replace(inferred, profile="cold"), inferred, found("«a»")
    )
    assert "inferred" not in full(replace(on("x", "a.html"), profile_inferred=True))


def test_verbose_says_how_each_file_was_read() -> None:
    out = load("full").render(RUN, replace(PLAIN, verbose=1))
    assert "examples/cold-1.html  html, jinja, cold (inferred), touch 1\ncold because it is touch 1\n" in out
    assert "fine.html  html, cold\n" in out


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_lines_fit_the_width(width: int) -> None:
    text = "x" * 500 + "\t日本語" * 50
    file = on(
        text, "a.html", *(finding(text, n, n + 40, "links/text-mismatch", "word " * 100) for n in range(0, 600, 50))
    )
    long = [line for line in full(file, width=width).splitlines() if width_of(line) > width]
    assert all(line.startswith("a.html:") for line in long)


def test_a_huge_message_is_cut() -> None:
    assert len(full(found("«a»", "my/rule", "word " * 100_000))) < 1000
    assert len(full(found("«a»", "my/rule", "x" * 1_000_000))) < 1000
