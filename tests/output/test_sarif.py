"""SARIF 2.1.0: the objects that are written have the properties, types and values that the standard gives them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from maillint.finding import Failure, FileReport, Report
from maillint.output import load
from maillint.text.source import Source
from maillint.values import replace
from tests.output.samples import CLEAN, COLD, DOMAIN, HOSTILE, PLAIN, RUN, cold, found, on
from tests.published import Complaints


def run_of(report: Report) -> Any:
    return json.loads(load("sarif").render(report, PLAIN))["runs"][0]


@pytest.mark.slow
@pytest.mark.parametrize(
    "report",
    [RUN, DOMAIN, CLEAN, HOSTILE, Report(), replace(RUN, domains=DOMAIN.domains)],
    ids=["run", "domain", "clean", "hostile", "nothing", "both"],
)
def test_the_log_keeps_to_the_published_schema(report: Report, sarif_complaints: Complaints) -> None:
    assert sarif_complaints(load("sarif").render(report, PLAIN)) == []


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_regions_lead_to_the_text(line_end: str) -> None:
    text = f"日本{line_end}👩 x «<b>{line_end}</b>» y".replace("x", "é")
    file = found(text)
    region = run_of(Report((file,)))["results"][0]["locations"][0]["physicalLocation"]["region"]
    source = Source("a", file.text)
    start = source.offset(region["startLine"], region["startColumn"])
    end = source.offset(region["endLine"], region["endColumn"])
    assert file.text[start:end] == f"<b>{line_end}</b>"
    assert (region["charOffset"], region["charLength"]) == (start, end - start)


def test_an_empty_span_is_an_insertion_point() -> None:
    region = run_of(Report((found("ab«»c"),)))["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {
        "startLine": 1,
        "startColumn": 3,
        "endLine": 1,
        "endColumn": 3,
        "charOffset": 2,
        "charLength": 0,
    }


def test_indices_lead_to_rules_and_artifacts() -> None:
    run = run_of(replace(RUN, domains=DOMAIN.domains))
    rules, artifacts = run["tool"]["driver"]["rules"], run["artifacts"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        for location in result["locations"]:
            if "physicalLocation" in location:
                place = location["physicalLocation"]["artifactLocation"]
                assert artifacts[place["index"]]["location"]["uri"] == place["uri"]
    for note in run["invocations"][0]["toolExecutionNotifications"]:
        rule = note.get("associatedRule")
        assert rule is None or rules[rule["index"]]["id"] == rule["id"]


def test_a_log_is_no_larger_than_code_scanning_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maillint.output.sarif.MOST_RESULTS", 4)
    report = replace(RUN, domains=DOMAIN.domains)
    run = run_of(report)
    assert len(run_of(replace(report, files=report.files[1:], domains=()))["results"]) == 1
    levels = [result["level"] for result in run["results"]]
    assert levels == ["error", "error", "error", "error"]
    note = run["invocations"][0]["toolExecutionNotifications"][1]
    assert (note["level"], note["message"]["text"]) == (
        "warning", "4 findings are left out, the lightest: a log holds 4 at the most"
    )  # fmt: skip
    monkeypatch.setattr("maillint.output.sarif.MOST_RESULTS", 6)
    assert [result["level"] for result in run_of(report)["results"]].count("warning") == 2
    assert len(run_of(replace(report, domains=()))["results"]) == 5


def test_a_result_has_no_more_places_than_code_scanning_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maillint.output.sarif._MOST_LOCATIONS", 2)
    [result] = [one for one in run_of(RUN)["results"] if one.get("relatedLocations")]
    assert len(result["relatedLocations"]) <= 2


def test_levels() -> None:
    assert [result["level"] for result in run_of(RUN)["results"]] == ["note", "error", "error", "warning", "error"]


def test_rules_carry_their_texts() -> None:
    rules = {rule["id"]: rule for rule in run_of(RUN)["tool"]["driver"]["rules"]}
    mismatch = rules["links/text-mismatch"]
    assert mismatch["shortDescription"]["text"] == "visible link text names another site than the link opens"
    assert "phishing" in mismatch["help"]["text"]
    assert mismatch["help"]["text"].endswith("\n\nhttps://www.rfc-editor.org/rfc/rfc3986")
    assert mismatch["help"]["markdown"].endswith("\n\n<https://www.rfc-editor.org/rfc/rfc3986>")
    assert mismatch["properties"]["tags"] == ["links"]
    assert rules["content/first-touch-length"] == {"id": "content/first-touch-length"}


def test_a_fix_mends_the_text() -> None:
    fix = run_of(RUN)["results"][1]["fixes"][0]
    (change,) = fix["artifactChanges"]
    (replacement,) = change["replacements"]
    region = replacement["deletedRegion"]
    deleted = COLD[region["charOffset"] : region["charOffset"] + region["charLength"]]
    assert (deleted, replacement["insertedContent"]["text"]) == ("https://acme.example", "our site")
    assert fix["description"]["text"].startswith("unsafe")


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("{{ name }} has no default", "{{{{ name }}}} has no default"),
        ("{0}", "{{0}}"),
        ("[here](https://evil.example)", "[here] (https://evil.example)"),
        ("a[0] and b", "a[0] and b"),
    ],
)
def test_a_message_has_no_placeholder_and_no_link(message: str, text: str) -> None:
    result = run_of(Report((found("«a»", message=message),)))["results"][0]
    assert result["message"]["text"] == text


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("mail/a b.html", {"uri": "mail/a%20b.html", "uriBaseId": "%SRCROOT%"}),
        ("a:b.html", {"uri": "a%3Ab.html", "uriBaseId": "%SRCROOT%"}),
        ("50%#?.html", {"uri": "50%25%23%3F.html", "uriBaseId": "%SRCROOT%"}),
        ("näher.html", {"uri": "n%C3%A4her.html", "uriBaseId": "%SRCROOT%"}),
        ("/srv/mail/a.html", {"uri": "file:///srv/mail/a.html"}),
        ("C:/mail/a b.html", {"uri": "file:///C:/mail/a%20b.html"}),
        ("\udcff.html", {"uri": "%EF%BF%BD.html", "uriBaseId": "%SRCROOT%"}),
    ],
)
def test_a_path_becomes_a_uri(path: str, location: dict[str, str]) -> None:
    assert run_of(Report((on("", path),)))["artifacts"][0]["location"] == location


def test_what_failed_and_what_is_unknown_are_notifications() -> None:
    invocation = run_of(RUN)["invocations"][0]
    notes = invocation["toolExecutionNotifications"]
    assert [note["level"] for note in notes] == ["error", "note", "note", "note"]
    assert notes[0]["message"]["text"] == "binary data (it has NUL bytes), not text"
    assert not invocation["executionSuccessful"]
    assert run_of(CLEAN)["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]
    assert not run_of(Report(failures=(Failure("a", "b"),)))["invocations"][0]["executionSuccessful"]


def test_a_fingerprint_survives_new_lines_above() -> None:
    moved = cold()
    shift = len("<!-- -->\n")
    later = FileReport(
        **{name: getattr(moved, name) for name in ("path", "kind", "dialect", "profile", "profile_inferred", "touch")},
        findings=tuple(
            replace(one, start=one.start + shift, end=one.end + shift, line=one.line + 1) for one in moved.findings[1:]
        ),
        unknown=(),
        text="<!-- -->\n" + moved.text,
    )
    before = {result["partialFingerprints"]["maillint/v1"] for result in run_of(Report((moved,)))["results"]}
    after = {result["partialFingerprints"]["maillint/v1"] for result in run_of(Report((later,)))["results"]}
    assert len(after) == 3
    assert len(after & before) == 3
