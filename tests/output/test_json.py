"""The JSON report agrees with its published schema and with docs/json.md."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from maillint.finding import DomainReport, Failure, Finding, Report, Severity
from maillint.output import load
from maillint.output._cells import well_formed
from maillint.values import replace
from tests.output.samples import CLEAN, COLD, DOMAIN, EVIL, HOSTILE, PASSED_OVER, PLAIN, RUN, cold, finding, on

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA: dict[str, Any] = json.loads((DOCS / "schema/report.schema.json").read_text(encoding="utf-8"))
OPEN = {"evidence", "domain", "spf"}
"""Definitions whose keys depend on the rule or the subject."""

DESIGN = [
    "rule",
    "severity",
    "message",
    "basis",
    "line",
    "column",
    "end_line",
    "end_column",
    "start",
    "end",
    "part",
    "view",
    "evidence",
    "fix",
]


def parsed(report: Report, **changes: Any) -> Any:
    return json.loads(load("json").render(report, replace(PLAIN, **changes)))


def closed(schema: Any, name: str = "") -> Any:
    """The schema without leave for keys that it does not name."""
    if isinstance(schema, Mapping):
        result = {key: closed(value, key) for key, value in schema.items()}
        if "properties" in schema and "type" in schema and name not in OPEN:
            result["additionalProperties"] = False
        return result
    return [closed(value, name) for value in schema] if isinstance(schema, list) else schema


def complaints(schema: Any, document: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(document)]


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "report",
    [
        RUN,
        DOMAIN,
        CLEAN,
        HOSTILE,
        Report(),
        Report(failures=(Failure("a", "b"),)),
        replace(RUN, domains=DOMAIN.domains),
    ],
    ids=["run", "domain", "clean", "hostile", "nothing", "failure", "both"],
)
@pytest.mark.parametrize("severity", list(Severity))
def test_reports_keep_to_the_schema_and_have_no_key_that_it_lacks(report: Report, severity: Severity) -> None:
    assert complaints(closed(SCHEMA), parsed(report, min_severity=severity)) == []


def damaged(path: str, value: Any) -> Any:
    """A report in which one value is another, or is gone."""
    document = parsed(replace(RUN, domains=DOMAIN.domains))
    *parents, last = (int(key) if key.isdigit() else key for key in path.split("."))
    place = document
    for key in parents:
        place = place[key]
    if value is KeyError:
        del place[last]
    else:
        place[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("version", 2),
        ("version", KeyError),
        ("tool", KeyError),
        ("summary.error", -1),
        ("summary.unknown", KeyError),
        ("files.0.touch", "1"),
        ("files.0.findings", KeyError),
        ("files.0.findings.0.severity", "fatal"),
        ("files.0.findings.0.line", 0),
        ("files.0.findings.0.start", -1),
        ("files.0.findings.0.evidence", None),
        ("files.0.findings.0.fix", {"safety": "certain", "edits": [{"start": 0, "end": 0, "text": ""}]}),
        ("files.0.findings.1.fix.edits", []),
        ("files.0.findings.3.related", []),
        ("files.0.unknown.0.reason", KeyError),
        ("domains.0.findings.0.record", KeyError),
        ("domains.0.spf.check_host.0.result", "ok"),
        ("errors", []),
    ],
)
def test_the_schema_refuses_invalid_reports(path: str, value: Any) -> None:
    assert complaints(SCHEMA, damaged(path, value))


def test_a_run_about_domains_has_no_files_and_one_about_files_no_domains() -> None:
    assert list(parsed(RUN)) == ["version", "tool", "files", "errors", "summary"]
    assert list(parsed(PASSED_OVER)) == ["version", "tool", "files", "passed_over", "summary"]
    assert list(parsed(CLEAN)) == ["version", "tool", "files", "summary"]
    assert list(parsed(DOMAIN)) == ["version", "tool", "domains", "summary"]
    assert list(parsed(Report())) == ["version", "tool", "files", "summary"]
    assert complaints(SCHEMA, {key: value for key, value in parsed(CLEAN).items() if key != "files"})


def test_keys_are_in_the_order_of_the_documentation() -> None:
    whole = parsed(RUN)
    file = whole["files"][0]
    assert list(file) == ["path", "kind", "dialect", "profile", "touch", "findings", "unknown"]
    assert [list(found) for found in file["findings"]] == [DESIGN, DESIGN, DESIGN, [*DESIGN, "related"]]
    assert list(whole["summary"]) == ["files", "passed_over", "error", "warning", "info", "unknown"]
    assert list(parsed(DOMAIN)["domains"][0]) == ["domain", "findings", "unknown", "spf"]


def test_offsets_lead_to_the_text() -> None:
    for found in parsed(RUN)["files"][0]["findings"]:
        lines = COLD.splitlines(keepends=True)
        start = sum(map(len, lines[: found["line"] - 1])) + found["column"] - 1
        end = sum(map(len, lines[: found["end_line"] - 1])) + found["end_column"] - 1
        assert (start, end) == (found["start"], found["end"])
    related = parsed(RUN)["files"][0]["findings"][3]["related"][0]
    assert (related["line"], related["column"]) == (11, 5)


def test_findings_are_sorted_by_position_and_hidden_ones_are_counted() -> None:
    whole = parsed(RUN, min_severity=Severity.ERROR)
    assert [found["line"] for found in parsed(RUN)["files"][0]["findings"]] == [1, 6, 7, 9]
    assert [found["line"] for found in whole["files"][0]["findings"]] == [6, 7]
    assert whole["summary"] == {"files": 3, "passed_over": 0, "error": 3, "warning": 1, "info": 1, "unknown": 3}


def test_nothing_of_the_text_is_lost() -> None:
    whole = parsed(HOSTILE)
    assert whole["files"][0]["path"] == well_formed(f"a{EVIL}.html")
    found = whole["files"][0]["findings"][0]
    assert found["message"] == found["view"] == found["part"] == found["evidence"]["url"] == well_formed(EVIL)
    assert found["fix"]["edits"][0]["text"] == well_formed(EVIL)


def test_the_output_is_one_line_that_every_unicode_encoding_can_carry() -> None:
    out = load("json").render(HOSTILE, PLAIN)
    assert out.count("\n") == 1
    assert "näher" in load("json").render(RUN, PLAIN)
    assert out.encode("utf-16")


@pytest.mark.parametrize("facts", [{"domain": "evil.example"}, {"findings": [], "spf": {"lookups": 1}}])
def test_facts_take_no_key_of_the_report(facts: dict[str, object]) -> None:
    domain = parsed(Report(domains=(DomainReport("acme.example", (), (), facts),)))["domains"][0]
    assert (domain["domain"], domain["findings"], domain["unknown"]) == ("acme.example", [], [])
    assert domain.get("spf") == facts.get("spf")


def with_evidence(**evidence: object) -> Report:
    found: Finding = finding("abc", 0, 1, "a/b", evidence=MappingProxyType(evidence))
    return Report((on("abc", "a.html", found),))


def test_evidence_may_be_any_mapping_and_hold_tuples() -> None:
    whole = parsed(with_evidence(hits=("a", "b"), more=MappingProxyType({"count": 1})))
    assert whole["files"][0]["findings"][0]["evidence"] == {"hits": ["a", "b"], "more": {"count": 1}}


@pytest.mark.parametrize(("value", "error"), [({1, 2}, TypeError), (b"x", TypeError), (float("nan"), ValueError)])
def test_evidence_that_is_not_json_ready_is_refused(value: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        load("json").render(with_evidence(count=value), PLAIN)


def test_the_examples_of_the_documentation_are_reports() -> None:
    text = (DOCS / "json.md").read_text(encoding="utf-8")
    examples = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    assert [complaints(closed(SCHEMA), example) for example in examples] == [[], []]
    assert list(examples[0]["files"][0]["findings"][0]) == DESIGN


def test_the_documentation_names_every_key() -> None:
    text = (DOCS / "json.md").read_text(encoding="utf-8")
    keys = {*SCHEMA["properties"], *SCHEMA["$defs"]["file"]["properties"], *SCHEMA["$defs"]["finding"]["properties"]}
    assert {key for key in keys - {"version", "tool"} if f"`{key}`" not in text} == set()


def test_a_file_says_what_it_was_read_as() -> None:
    file = parsed(Report((cold(),)))["files"][0]
    assert (file["kind"], file["dialect"], file["profile"], file["touch"]) == ("html", "jinja", "cold", 1)
