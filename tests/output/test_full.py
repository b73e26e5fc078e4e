"""The output for people at a terminal."""

from __future__ import annotations

import re
from typing import Any

import pytest

from maillint.finding import (
    DomainFinding,
    DomainReport,
    Edit,
    FileReport,
    Finding,
    Fix,
    FurtherPlace,
    Related,
    Report,
    Unknown,
    joined,
)
from maillint.output import load
from maillint.output._cells import width_of
from maillint.values import replace
from tests.output.samples import PLAIN, RUN, finding, found, on

TEXT = "one\ntwo\nthree\n"
LINES = "".join(f"<p>line {number}\n" for number in range(1, 101))


def full(*files: FileReport, **more: Any) -> str:
    return load("full").render(Report(files), replace(PLAIN, **more))


def hit(line: int, rule: str = "links/text-mismatch", **more: Any) -> Finding:
    start = [0, 0, 4, 8][line]
    return finding(TEXT, start, start + 3, rule, **more)


def at(line: int, rule: str = "links/text-mismatch", message: str = "a message", **more: Any) -> Finding:
    start = LINES.index(f"line {line}\n")
    return finding(LINES, start, start + 4, rule, message, **more)


# -- heads


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (80, ["a.html:1:1  error  my/rule  what is wrong"]),
        (42, ["a.html:1:1  error  my/rule  what is wrong"]),
        (40, ["a.html:1:1  error  my/rule", "  what is wrong"]),
        (25, ["a.html:1:1", "  error  my/rule", "  what is wrong"]),
        (17, ["a.html:1:1", "  error  my/rule", "  what is wrong"]),
        (9, ["…html:1:1"]),
    ],
)
def test_place_severity_rule_and_message_stand_on_one_line_where_they_fit(width: int, lines: list[str]) -> None:
    out = full(on(TEXT, "a.html", hit(1, "my/rule", message="what is wrong")), width=width)
    assert out.splitlines()[: len(lines)] == lines


def test_what_is_said_of_the_findings_of_a_file_is_aligned() -> None:
    out = full(on(LINES, "a.html", at(2, "x/a"), at(10, "x/b", severity="warning"), at(100, "x/c", severity="info")))
    assert [line for line in out.splitlines() if line.startswith("a.html")] == [
        "a.html:2:4    error    x/a  a message",
        "a.html:10:4   warning  x/b  a message",
        "a.html:100:4  info     x/c  a message",
    ]


def test_a_fix_is_named() -> None:
    safe, unsafe = (hit(1, fix=Fix((Edit(0, 1, "x"),), is_safe)) for is_safe in (True, False))
    assert "a.html:1:1  error  links/text-mismatch  fixable  a message\n" in full(on(TEXT, "a.html", safe))
    assert "links/text-mismatch  fixable (unsafe)  a message\n" in full(on(TEXT, "a.html", unsafe))


def test_the_rule_is_a_link_and_the_message_bold_where_the_terminal_can() -> None:
    link = "\x1b]8;;https://www.rfc-editor.org/rfc/rfc3986\x1b\\links/text-mismatch\x1b]8;;\x1b\\"
    file = on(TEXT, "a.html", hit(1), hit(2, "my/rule"))
    out = full(file, color=True, links=True)
    assert f"\x1b[1;31merror\x1b[0m  {link}  \x1b[1ma message\x1b[0m\n" in out
    assert "\x1b[0m  my/rule  \x1b[1ma message" in out
    assert "\x1b]" not in full(file, color=True)
    assert "\x1b" not in full(file, links=True)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://a.example/\x1b\\x", "https://a.example/ b", ""])
def test_a_link_goes_to_the_web_alone(url: str) -> None:
    rules = {"my/rule": replace_references(url)}
    assert "\x1b]" not in full(on(TEXT, "a.html", hit(1, "my/rule")), color=True, links=True, rules=rules)


def replace_references(url: str) -> Any:
    from dataclasses import replace as changed

    return changed(PLAIN.rules["links/text-mismatch"], references=(url,))  # type: ignore[type-var]


# -- repetition


def test_why_and_fix_are_shown_once_for_a_rule_and_run() -> None:
    one, two = on(TEXT, "a.html", hit(1), hit(2), hit(3, "markup/unclosed-tag")), on(TEXT, "b.html", hit(1))
    out = full(one, two)
    assert out.count("= why: Filters treat") == 1
    assert out.count("= why: Clients close it") == 1
    assert out.count("= fix:") == 2
    assert out.count("^^^") == 2


def test_further_findings_of_a_rule_are_two_lines() -> None:
    out = full(on(TEXT, "a.html", hit(1, "my/rule"), hit(2, "my/rule"), hit(3, "my/rule")))
    assert out == (
        "a.html:1:1  error  my/rule  a message\n  1 | one\n    | ^^^\n\n"
        "a.html:2:1  error  my/rule  a message\n  2 | two\n"
        "a.html:3:1  error  my/rule  a message\n  3 | three\n\n"
        "3 errors in 1 file\n"
    )


def test_the_span_is_coloured_in_a_line_without_carets() -> None:
    out = full(on(TEXT, "a.html", hit(1), hit(2)), color=True)
    assert "| \x1b[0m" not in out
    assert "\x1b[1;31mt\x1b[0m\x1b[1;31mw\x1b[0m\x1b[1;31mo\x1b[0m\n" in out


PLACES = [
    ([2], "also in line 2"),
    ([2, 3], "also in lines 2 and 3"),
    ([2, 2, 3, 3, 4], "also in lines 2, 3 and 4"),
    ([1], "also further on in this line"),
    ([1, 5], "also in this line, and in line 5"),
    (list(range(2, 60)), "also in lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 and 45 more"),
]


@pytest.mark.parametrize(("lines", "words"), PLACES)
def test_further_places_are_one_line(lines: list[int], words: str) -> None:
    cause = joined([at(1, "my/rule"), *(at(line, "my/rule") for line in lines)])
    assert f"    = {words}\n" in full(on(LINES, "a.html", cause), width=76, per_file=10)
    again = full(on(LINES, "a.html", at(1, "my/rule")), on(LINES, "b.html", cause), width=76, per_file=10)
    assert re.search(r"b\.html:1:4  error  my/rule  a message\n  also .*\n\n", again)


@pytest.mark.parametrize("more", [{"verbose": 1}, {"per_file": None}])
def test_all_places_are_named_on_request(more: dict[str, Any]) -> None:
    cause = joined([at(line, "my/rule") for line in range(1, 101)])
    assert "more" in full(on(LINES, "a.html", cause), per_file=10)
    out = " ".join(full(on(LINES, "a.html", cause), **({"per_file": 10} | more)).split())
    assert f"also in lines {', '.join(map(str, range(2, 100)))} and 100" in out


def test_in_a_long_list_a_rule_takes_one_line_a_finding() -> None:
    cause = joined([at(line, "my/rule", "word " * 30) for line in range(1, 9)])
    files = [on(LINES, f"some/folder/with/mail/{number:03}.html", cause) for number in range(100)]
    lines = full(*files, per_file=10).splitlines()
    assert len(lines) < 150
    assert lines[-3].startswith("some/folder/with/mail/099.html:1:4  error  my/rule  word")
    assert lines[-3].endswith("…  (8 places)")
    assert all(len(line) <= 80 for line in lines)
    assert all(any(line.startswith(file.path) for line in lines) for file in files)
    assert len(full(*files).splitlines()) > 400  # --all


# -- a file with much


def test_the_rest_of_a_file_is_a_line_for_each_rule() -> None:
    findings = [at(number, "x/a") for number in range(1, 15)] + [at(20, "x/b", severity="warning")]
    lines = full(on(LINES, "a.html", *findings), per_file=10).splitlines()
    assert lines[-4:-2] == [
        "a.html:11  error    x/a  4 more, in lines 11, 12, 13, 14  (--all)",
        "a.html:20  warning  x/b  1 more, in line 20  (--all)",
    ]
    assert "(--all)" not in full(on(LINES, "a.html", *findings))
    assert "(--all)" not in full(on(LINES, "a.html", *findings[:10]), per_file=10)


def test_errors_are_shown_first_and_each_rule_of_a_severity_before_the_second_time() -> None:
    infos = [at(number, "x/info", severity="info") for number in range(1, 10)]
    errors = [at(number, "x/error") for number in range(30, 34)]
    out = full(on(LINES, "a.html", *infos, *errors, at(40, "x/other")), per_file=3)
    shown = re.findall(r"^a\.html:(\d+):\d+ ", out, re.MULTILINE)
    assert shown == ["30", "31", "40"]
    assert "a.html:32  error  x/error  2 more, in lines 32, 33  (--all)\n" in out
    assert "x/info  9 more, in lines 1, 2, 3" in out


def test_a_run_with_much_ends_with_what_helps() -> None:
    files = [
        on(LINES, f"{name}.html", *(at(number, f"x/{rule}") for rule in "abcd" for number in (1, 2))) for name in "ab"
    ]
    lines = full(*files, *(on(LINES, f"c{number}.html", at(3, "x/b")) for number in range(20))).splitlines()
    start = lines.index("most findings: x/b 24, x/a 4, x/c 4")
    assert lines[start:-2] == [
        "most findings: x/b 24, x/a 4, x/c 4",
        "  --statistics               count the findings of each rule instead",
        "  maillint rule x/b          what a rule wants and why, with examples",
        "  --write-baseline FILE      accept what is there, report what is new",
        "  exclude: in maillint.yaml  leave out what nobody sends",
    ]
    assert "most findings" not in full(files[0])
    assert "--write-baseline" not in full(*(replace(file, known=1) for file in files * 3))


# -- details


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
    assert "    = see: https://www.rfc-editor.org/rfc/rfc3986\n" in full(on(TEXT, "a.html", hit(1)), verbose=1)


@pytest.mark.parametrize("text", ["", "\n", "  \n<p>"])
def test_a_finding_at_an_empty_place_has_no_frame(text: str) -> None:
    out = full(on(text, "a.html", finding(text, 0, 0, "my/rule")))
    assert out == "a.html:1:1  error  my/rule  a message\n\n1 error in 1 file\n"


def test_parts_are_named_where_there_are_several() -> None:
    one, two = hit(1, part="1.1"), hit(2, part="1.2")
    assert "a message\n" in full(on(TEXT, "a.eml", one))
    assert "a message (part 1.2)\n" in full(on(TEXT, "a.eml", one, two))
    assert "a message (part 1.2, in Outlook)\n" in full(on(TEXT, "a.eml", one, replace(two, view="in Outlook")))


def test_related_places_are_short_lines_and_few() -> None:
    places = tuple(Related(4, 7, f"place {number}") for number in range(9))
    out = full(on(TEXT, "a.html", hit(1, related=places)))
    assert "    = at 2:1: place 0\n" in out
    assert out.count("= at 2:1:") == 5
    assert "    = and 4 more places\n" in out


# -- what was skipped


def skipped(*unknown: tuple[str, str, str, str], **more: Any) -> str:
    files: dict[str, list[Unknown]] = {}
    for path, rule, reason, remedy in unknown:
        files.setdefault(path, []).append(Unknown(rule, reason, remedy))
    return full(*(on("x", path, unknown=tuple(group)) for path, group in files.items()), **more)


@pytest.mark.parametrize(
    ("unknown", "lines", "count"),
    [
        ([("a.html", "x/a", "no key", "get one")], ["skipped: x/a in a.html: no key; get one"], "1 rule skipped"),
        (
            [("a.html", "x/b", "no key", "get one"), ("a.html", "x/a", "no key", "get one")],
            ["skipped: 2 rules in a.html: no key; get one"],
            "2 rules skipped",
        ),
        (
            [("a.html", "x/a", "no key", "get one"), ("b.html", "x/a", "no key", "get one")],
            ["skipped: x/a in 2 files: no key; get one"],
            "1 rule skipped",
        ),
        (
            [("a.html", "x/a", "no key", "get one"), ("b.html", "x/b", "no step", "write a step")],
            ["skipped: x/a in a.html: no key; get one", "skipped: x/b in b.html: no step; write a step"],
            "2 rules skipped for 2 reasons",
        ),
        (
            [("a.html", "x/a", "no key", "get one"), ("b.html", "x/b", "a tag prints it", "")],
            ["skipped: x/a in a.html: no key; get one"],
            "2 rules skipped for 2 reasons (-v: 1 more)",
        ),
        ([("b.html", "x/b", "a tag prints it", "")], [], "1 rule skipped (-v says why)"),
    ],
)
def test_what_is_skipped_is_said_by_reason_with_what_to_do(
    unknown: list[tuple[str, str, str, str]], lines: list[str], count: str
) -> None:
    out = skipped(*unknown)
    assert [line for line in out.splitlines() if line.startswith("skipped")] == lines
    assert out.splitlines()[-1].startswith("no findings in ")
    assert out.splitlines()[-1].endswith(f"; {count}")


def test_all_reasons_and_rules_are_named_where_verbose() -> None:
    out = skipped(
        ("b.html", "x/b", "a tag prints it", ""),
        *(("a.html", f"x/{n:02}", "no key", "y") for n in range(40)),
        verbose=1,
    )
    assert "skipped: x/b in b.html: a tag prints it\n" in out
    assert all(f"x/{number:02}" in out for number in range(40))
    assert all(len(line) <= 80 for line in out.splitlines())


def test_what_the_dns_does_not_answer_is_always_said() -> None:
    domain = DomainReport("acme.example", (), (Unknown("auth/spf-missing", "acme.example TXT: SERVFAIL"),))
    out = load("full").render(Report(domains=(domain,)), PLAIN)
    assert "skipped: auth/spf-missing in acme.example: acme.example TXT: SERVFAIL\n" in out


def test_many_reasons_are_counted() -> None:
    many = [("a.html", "x/a", f"reason {number}", "do something") for number in range(50)]
    assert "skipped: 38 other reasons (-v)\n" in skipped(*many)
    assert "reason 49" in skipped(*many, verbose=1)


# -- the end


def test_the_profile_is_shown_where_it_was_inferred() -> None:
    inferred = replace(found("«a»"), profile="newsletter", profile_inferred=True)
    assert "\nprofile: newsletter inferred for 2 files, cold inferred for 1 file\n" in full(
        inferred, replace(inferred, profile="cold"), inferred, found("«a»")
    )
    assert "inferred" not in full(replace(on("x", "a.html"), profile_inferred=True))


def test_a_hint_where_texts_look_like_first_messages() -> None:
    one = replace(on("x", "a.html"), looks_first=True)
    assert "hint: a.html looks like a first message to a stranger; give --touch 1" in full(one)
    out = " ".join(full(one, replace(one, path="b.html")).split())
    assert 'hint: 2 texts look like first messages to strangers; give --touch 1, or write "profile: cold"' in out
    assert "hint" not in full(one, verbose=-1)
    assert "hint" not in full(on("x", "a.html"))


def test_the_summary_says_what_is_fixable_known_and_suppressed() -> None:
    safe, unsafe = (Fix((Edit(0, 1, "x"),), is_safe) for is_safe in (True, False))
    file = replace(on(TEXT, "a.html", hit(1, fix=safe), hit(2, fix=unsafe), hit(3)), known=3, suppressed=2)
    assert full(file, width=200).splitlines()[-1] == (
        "3 errors in 1 file; 1 fixable with --fix (1 more with --unsafe-fixes); 3 known in the baseline, 2 suppressed"
    )
    assert full(file).splitlines()[-2:] == [
        "3 errors in 1 file; 1 fixable with --fix (1 more with --unsafe-fixes);",
        "  3 known in the baseline, 2 suppressed",
    ]


def test_quiet_is_nothing_but_findings() -> None:
    file = replace(
        on(TEXT, "a.html", hit(1, "my/rule"), unknown=(Unknown("x/a", "no key", "get one"),)), profile_inferred=True
    )
    assert full(file, verbose=-1) == "a.html:1:1  error  my/rule  a message\n  1 | one\n    | ^^^\n"
    assert full(on("x", "a.html"), verbose=-1) == ""


def test_verbose_says_how_each_file_was_read() -> None:
    out = load("full").render(RUN, replace(PLAIN, verbose=1))
    assert "examples/cold-1.html  html, jinja, cold (inferred), touch 1\ncold because it is touch 1\n" in out
    assert "fine.html  html, cold\n" in out


# -- width


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize("path", ["a.html", "a/very/long/path/" * 20 + "a.html", "日本語/" * 30 + "a.html"])
@pytest.mark.parametrize("more", [{}, {"verbose": 1}, {"per_file": 5}])
def test_lines_fit_the_width(width: int, path: str, more: dict[str, Any]) -> None:
    text = "x" * 500 + "\t日本語" * 50
    words = "word " * 50 + "https://acme.example/" + "a" * 300
    hits = [finding(text, n, n + 40, "links/text-mismatch", words) for n in range(0, 600, 50)]
    file = on(text, path, *hits, joined(hits))
    out = full(file, replace(file, path="b.html"), width=width, **more)
    long = [line for line in out.splitlines() if width_of(line) > width]
    assert [line for line in long if line != f"{path}  html, cold" and "= see: http" not in line] == []


def test_a_domain_fits_the_width() -> None:
    record = "v=spf1 " + "include:_spf.a.example " * 40
    domain = DomainReport(
        "acme.example", (DomainFinding("auth/x", hit(1).severity, "word " * 100, record, 7, 400),) * 3, ()
    )
    out = load("full").render(Report(domains=(domain,)), replace(PLAIN, width=60))
    assert all(width_of(line) <= 60 for line in out.splitlines())


def test_a_huge_message_is_cut() -> None:
    assert len(full(found("«a»", "my/rule", "word " * 100_000))) < 1000
    assert len(full(found("«a»", "my/rule", "x" * 1_000_000))) < 1000


def test_a_finding_is_fixable_where_any_of_its_places_is() -> None:
    fix = Fix((Edit(4, 5, "x"),), safe=True)
    out = full(found("«abc» d", places=(FurtherPlace(4, 5, 1, 5, 1, 6, fix=fix),)))
    assert "links/text-mismatch  fixable  " in out.splitlines()[0]
    assert "1 fixable with --fix" in out
