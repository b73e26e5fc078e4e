"""What GitHub, GitLab and CI servers read: annotations, code quality issues, test cases, comments."""

from __future__ import annotations

import html
import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from maillint.finding import Report, Severity
from maillint.output import load
from maillint.output._cells import visible
from maillint.values import replace
from tests.output.samples import CLEAN, DOMAIN, EVIL, HOSTILE, PLAIN, RUN, finding, found, on
from tests.published import Complaints

pytestmark = pytest.mark.slow

# -- GitHub -------------------------------------------------------------------------------------------

COMMAND = re.compile(r"::(error|warning|notice) ([^\r\n]*?)::([^\r\n]*)")


def commands(report: Report) -> list[tuple[str, dict[str, str], str]]:
    """Read the commands as the runner does: ``::name key=value,…::data``, escapes undone last."""
    *lines, _summary = load("github").render(report, PLAIN).splitlines()
    result = []
    for line in lines:
        match = COMMAND.fullmatch(line)
        assert match, line
        pairs = [pair.split("=", 1) for pair in match[2].split(",")]
        result.append((match[1], {key: unescaped(value) for key, value in pairs}, unescaped(match[3])))
    return result


def unescaped(text: str) -> str:
    for escape, char in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(escape, char)
    return text


def test_an_annotation_has_its_place() -> None:
    assert commands(RUN)[1] == (
        "error",
        {
            "file": "examples/cold-1.html",
            "line": "6",
            "col": "47",
            "endLine": "6",
            "endColumn": "67",
            "title": "links/text-mismatch",
        },
        "link reads acme.example but opens trk.example.net",
    )


@pytest.mark.parametrize(
    ("marked", "place"),
    [
        ("a\n«b\nc» d", {"line": "2", "endLine": "3"}),
        ("a\n«b\nc\n»d", {"line": "2", "endLine": "3"}),
        ("a\n«b\n»d", {"line": "2", "endLine": "2"}),
        ("a\n«»b", {"line": "2", "col": "1", "endLine": "2", "endColumn": "1"}),
    ],
)
def test_an_annotation_over_several_lines_has_no_columns(marked: str, place: dict[str, str]) -> None:
    properties = commands(Report((found(marked),)))[0][1]
    assert {key: value for key, value in properties.items() if key not in {"file", "title"}} == place


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("a,b:c.html", "50% off: a, b::c"),
        ("100%25.html", "%0A is no line end"),
        ("a::error::b.html", "::error::"),
    ],
)
def test_annotations_survive_the_way_to_the_runner(path: str, message: str) -> None:
    ((_, properties, data),) = commands(Report((found("«a»", message=message, path=path),)))
    assert (properties["file"], data) == (path, message)


@pytest.mark.parametrize(
    ("path", "written"),
    [("a\nb\rc.html", "file=a%0Ab%0Dc.html,"), ("a%b,c:d.html", "file=a%25b%2Cc%3Ad.html,")],
)
def test_a_path_is_escaped(path: str, written: str) -> None:
    assert written in load("github").render(Report((on("a", path, finding("a", 0, 1, "a/b", path=path)),)), PLAIN)


def test_a_line_of_the_input_is_no_command_of_its_own() -> None:
    out = load("github").render(HOSTILE, PLAIN)
    assert len(out.splitlines()) == 3
    assert [name for name, _, _ in commands(HOSTILE)] == ["error", "error"]


def test_severities_and_domains_on_github() -> None:
    assert [name for name, _, _ in commands(RUN)] == ["notice", "error", "error", "warning", "error"]
    assert commands(DOMAIN)[0] == (
        "error",
        {"title": "auth/spf-lookups"},
        "acme.example: SPF needs 11 DNS lookups; receivers allow 10",
    )


# -- GitLab -------------------------------------------------------------------------------------------


def issues(report: Report, **changes: Any) -> Any:
    return json.loads(load("gitlab").render(report, replace(PLAIN, **changes)))


@pytest.mark.parametrize("report", [RUN, DOMAIN, CLEAN, HOSTILE, Report()])
def test_issues_have_what_gitlab_requires(report: Report, gitlab_complaints: Complaints) -> None:
    assert gitlab_complaints(load("gitlab").render(report, PLAIN)) == []
    for issue in issues(report):
        assert re.fullmatch(r"[0-9a-f]{64}", issue["fingerprint"])
        assert issue["location"]["lines"]["begin"] <= issue["location"]["lines"]["end"]


def test_severities_on_gitlab() -> None:
    assert [issue["severity"] for issue in issues(RUN)] == ["info", "major", "major", "minor", "major"]


def test_a_path_is_relative_to_the_repository() -> None:
    assert issues(Report((found("«a»", path="./mail/a.html"),)))[0]["location"]["path"] == "mail/a.html"


def prints(text: str, *spans: str, path: str = "a.html", rule: str = "a/b", **changes: Any) -> list[str]:
    """The fingerprints of findings at the first, second, … occurrence of each span."""
    findings, after = [], dict.fromkeys(spans, 0)
    for span in spans:
        start = text.index(span, after[span])
        after[span] = start + 1
        findings.append(finding(text, start, start + len(span), rule, path=path))
    return [issue["fingerprint"] for issue in issues(Report((on(text, path, *findings),)), **changes)]


SAME = "<a href=x> <b> <b>"


@pytest.mark.parametrize(
    ("text", "path", "rule", "same"),
    [
        ("\n\n<p>\n" + SAME, "a.html", "a/b", True),
        ("<i>" + SAME + "</i>", "a.html", "a/b", True),
        ("<a\r\n  href=x> <b> <b>", "a.html", "a/b", True),
        ("<a href=y> <b> <b>", "a.html", "a/b", False),
        (SAME, "b.html", "a/b", False),
        (SAME, "a.html", "a/c", False),
    ],
)
def test_a_fingerprint_is_made_from_path_rule_and_text(text: str, path: str, rule: str, same: bool) -> None:
    span = text[text.index("<a") : text.index(">", text.index("<a")) + 1]
    assert (prints(text, span, path=path, rule=rule) == prints(SAME, "<a href=x>")) == same


def test_equal_findings_have_fingerprints_of_their_own() -> None:
    first, second = prints(SAME, "<b>", "<b>")
    assert first != second
    assert prints("<p>" + SAME, "<b>", "<b>") == [first, second]


def test_hiding_changes_no_fingerprint() -> None:
    texts = [finding(SAME, 0, 3, "a/b", severity="info"), finding(SAME, 0, 3, "a/b", severity="error")]
    report = Report((on(SAME, "a.html", *texts),))
    whole = {issue["severity"]: issue["fingerprint"] for issue in issues(report)}
    assert [issue["fingerprint"] for issue in issues(report, min_severity=Severity.ERROR)] == [whole["major"]]


# -- JUnit --------------------------------------------------------------------------------------------


def suites(report: Report, **changes: Any) -> ElementTree.Element:
    return ElementTree.fromstring(load("junit").render(report, replace(PLAIN, **changes)).encode())


@pytest.mark.parametrize("report", [RUN, DOMAIN, CLEAN, HOSTILE, Report()])
@pytest.mark.parametrize("fail_on", [None, *Severity])
def test_the_document_keeps_to_the_published_schema_and_counts_right(
    report: Report, fail_on: Severity | None, junit_complaints: Complaints
) -> None:
    assert junit_complaints(load("junit").render(report, replace(PLAIN, fail_on=fail_on))) == []
    root = suites(report, fail_on=fail_on)
    assert root.tag == "testsuites"
    for element in (root, *root):
        cases = list(element.iter("testcase"))
        assert element.get("tests") == str(len(cases))
        for tag, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            counted = sum(case.find(tag) is not None for case in cases)
            assert element.get(attribute, str(counted)) == str(counted)


@pytest.mark.parametrize(
    ("fail_on", "failures"),
    [(None, 0), (Severity.ERROR, 3), (Severity.WARNING, 4), (Severity.INFO, 5)],
)
def test_what_fails_the_run_is_a_failure(fail_on: Severity | None, failures: int) -> None:
    root = suites(RUN, fail_on=fail_on)
    assert root.get("failures") == str(failures)
    assert len(list(root.iter("failure"))) + len(list(root.iter("system-out"))) == 5


def test_a_suite_for_each_file_domain_and_failure() -> None:
    names = [suite.get("name") for suite in suites(replace(RUN, domains=DOMAIN.domains))]
    assert names == ["examples/cold-1.html", "mail/näher.eml", "fine.html", "acme.example", "big.bin"]
    clean = suites(CLEAN)[0]
    assert [case.attrib for case in clean] == [{"name": "maillint", "classname": "a.html"}]


def test_a_failure_shows_the_place() -> None:
    failure = next(suites(RUN).iter("failure"))
    assert failure.get("type") == "links/text-mismatch"
    assert failure.text
    assert "https://acme.example</a>\n  |  " in failure.text
    assert "^^^^^^^^^^^^^^^^^^^^\nwhy: Filters" in failure.text


# -- Markdown -----------------------------------------------------------------------------------------


def test_a_cell_reads_as_the_message_does() -> None:
    message = (
        "<b> | `x` *y* _z_ [a](b) \\| @all a@b.example #1 !2 ~3 $4 &amp; https://e.example www.e.example :cat: {{a}}"
    )
    out = load("markdown").render(Report((found("«a»", message=message),)), PLAIN)
    row = out.splitlines()[4]
    assert row.count("|") == 5
    cells = re.findall(r"<code>(.*?)</code>", row.replace("&#64;<!-- -->", "&#64;"))
    assert [html.unescape(cell) for cell in cells] == ["a.html:1:1", message, "links/text-mismatch"]
    bare = [re.sub(r"&#\d+;", "", cell) for cell in cells]
    assert not [cell for cell in bare if re.search(r"[<>|`*_\[\]\\@#!~$:&{}]|www\.", cell)]


def test_markdown_of_the_input_is_inert() -> None:
    out = load("markdown").render(HOSTILE, PLAIN)
    outside = re.sub(r"<code>[^<>|`*_\[\]@]*</code>", "", out.replace("&#64;<!-- -->", "&#64;"))
    assert "evil" not in outside
    assert "[" not in outside.replace("[1](<https://www.rfc-editor.org/rfc/rfc3986>)", "")
    assert re.findall(r"</?(\w+)", outside) == ["details", "summary", "summary", "details"]


def test_a_comment_is_never_too_long_for_github() -> None:
    text = "<p>\n" * 3000
    findings = [finding(text, 4 * n, 4 * n + 3, f"a/b{n}", "&" * 300) for n in range(3000)]
    out = load("markdown").render(Report((on(text, "a.html", *findings),)), PLAIN)
    assert len(out) < 65_536
    shown = out.count("\n| error")
    assert f"| | | {3000 - shown} more findings | |" in out


def test_details_are_folded() -> None:
    out = load("markdown").render(RUN, PLAIN)
    assert out.count("<details>\n<summary>") == out.count("</details>") == 2
    assert load("markdown").render(CLEAN, PLAIN) == "### maillint: 2 files clean\n"


def test_the_message_of_every_format_for_people_names_the_view() -> None:
    for name in ("github", "gitlab", "junit", "markdown", "sarif", "concise", "full"):
        assert "(in Outlook)" in load(name).render(RUN, PLAIN)
    assert visible(EVIL) in load("concise").render(HOSTILE, PLAIN)
