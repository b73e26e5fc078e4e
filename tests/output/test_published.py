"""The command's output for other programs is valid by the schemas that those programs publish."""

from __future__ import annotations

import base64
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from tests.cli.command import maillint
from tests.files import write_files
from tests.installed import install_as
from tests.published import Complaints

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
FORMATS = ("sarif", "junit", "gitlab", "json")

HEAD = "From: Ada <ada@acme.example>\nTo: b@b.example\nSubject: x\nMIME-Version: 1.0\n"
HTML = "<p>Prix: 5\u202f€</br>\U0001f469\u200d\U0001f4bb <b>שלום</p>\n"


def part(encoding: str, body: str) -> str:
    return f"--b\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n{body}\n"


PARTS = [
    part("8bit", HTML),
    part("base64", base64.encodebytes(HTML.encode()).decode()),
    part("quoted-printable", "<p>Prix: 5=E2=80=AF=E2=82=AC</br>=\n<b>Ada</p>"),
]
BROKEN_PLUGIN = """
from maillint.plugin import check

@check("broken")
def found(message, options):
    "Fails."
    raise ValueError("]]> \\x1b[31m \\udcff {0} [a](b) \U0001f469 " + "\\u202e")
    yield
"""
BROKEN_RULE = "summary: s\ncheck: broken\nseverity: warning\nmessage: m\nwhy: w\n"

MAILS: dict[str, dict[str, str | bytes]] = {
    "nothing found": {"a.html": "<p>Hi Ada</p>\n"},
    "fixes": {"a.html": '<p>One</br>Two</p>\r\n<p class="a" class="b">x</span></p>\n'},
    "parts": {"a.eml": f"{HEAD}Content-Type: multipart/mixed; boundary=b\n\n{''.join(PARTS)}--b--\n"},
    "unknown": {"a.html": "---\nprofile: newsletter\n---\n<p>Hi <a href='https://a.example/'>a</a></p>\n"},
    "no message": {"a.html": b"\0\0", "b.html": "---\ntouch: one\n---\nHi", "c.html": "<p>Hi <b>Ada</p>\n"},
    "control characters": {"a.html": "<p>\x01\x08\x0b\x1b[31m\x7f\x85\u2028\u2029\ufffe\uffff</br> ]]><b>\x0c</p>"},
    "not UTF-8": {"a.html": b"<p>\xff\xfe\xed\xa0\x80</br>\xc3 <b>x</p>", "b.html": b"\xff\xfe\x00\xd8<\x00b\x00>\x00"},
    "right to left": {"a.html": '<p dir="rtl">\u202eשלום\u2066<b>עולם</p><a href="https://אתר.example">x</a></br>'},
    "emoji": {"a.html": "<p>\U0001f469\u200d\U0001f469\u200d\U0001f467<b>\U0001f1e9\U0001f1ea</br></p>\U000e0041"},
    "names": {"a b/ü&<\"'>%20#?.html": "<p><b>x</p>", "line\nend.html": "<p><b>x</p>", "\udcff.html": "<p><b>x</p>"},
    "braces and links": {
        "a.html": "<p>{{ name }} [a](b) {0} ::error:: %0A<b title='{{ x | default: \"[y](z)\" }}'></p>"
    },
}


@pytest.fixture
def complaints(
    sarif_complaints: Complaints, junit_complaints: Complaints, gitlab_complaints: Complaints
) -> dict[str, Complaints]:
    """By format: what a document has against its schema."""
    own = Draft202012Validator(json.loads((ROOT / "docs/schema/report.schema.json").read_text(encoding="utf-8")))
    return {
        "sarif": sarif_complaints,
        "junit": junit_complaints,
        "gitlab": gitlab_complaints,
        "json": lambda text: [f"{error.json_path}: {error.message}" for error in own.iter_errors(json.loads(text))],
    }


def outputs(folder: Path, *arguments: str, status: int | None = None, **environment: str) -> dict[str, str]:
    """What one run over a folder writes in each format; they must not differ in the number of findings."""
    wanted = [word for name in FORMATS for word in ("-f", f"{name}=../{name}.out")]
    result = maillint("check", ".", "--no-cache", *wanted, *arguments, folder=folder, **environment)
    assert "Traceback" not in result.stderr
    assert status is None or result.returncode == status, result.stderr
    written = {name: (folder.parent / f"{name}.out").read_bytes().decode("utf-8") for name in FORMATS}
    report = json.loads(written["json"])
    found = sum(len(file["findings"]) for file in report["files"])
    assert len(json.loads(written["sarif"])["runs"][0]["results"]) == found
    places = sum(1 + len(one.get("places", [])) for file in report["files"] for one in file["findings"])
    assert len(json.loads(written["gitlab"])) == places
    assert written["junit"].count("<failure ") + written["junit"].count("<system-out>") == found
    return written


def check_all(complaints: dict[str, Complaints], written: dict[str, str]) -> None:
    assert {name: complaints[name](text) for name, text in written.items()} == {name: [] for name in FORMATS}


@pytest.mark.parametrize("name", ["faulty", "clean", "templates"])
def test_the_examples(name: str, tmp_path: Path, complaints: dict[str, Complaints]) -> None:
    shutil.copytree(ROOT / "examples" / name, tmp_path / "mail")
    check_all(complaints, outputs(tmp_path / "mail"))


@pytest.mark.parametrize("name", MAILS)
def test_any_mail(name: str, tmp_path: Path, complaints: dict[str, Complaints]) -> None:
    write_files(tmp_path / "mail", MAILS[name])
    check_all(complaints, outputs(tmp_path / "mail", "--fail-on", "info"))


def test_all_of_it_at_once_and_a_rule_that_breaks(tmp_path: Path, complaints: dict[str, Complaints]) -> None:
    packages = tmp_path / "site"
    (packages / "broken/rules/mine").mkdir(parents=True)
    (packages / "broken/__init__.py").write_text(BROKEN_PLUGIN)
    (packages / "broken/rules/mine/broken.yaml").write_text(BROKEN_RULE)
    install_as("broken", {"maillint.checks": {"broken": "broken"}}, packages)
    for number, files in enumerate(MAILS.values()):
        write_files(tmp_path / "mail" / str(number), files)
    (tmp_path / "mail/maillint.yaml").write_text("plugins: [broken]\n")
    written = outputs(tmp_path / "mail", status=2, PYTHONPATH=os.pathsep.join([str(packages), *sys.path]))
    assert "internal-error" in written["sarif"]
    check_all(complaints, written)


@pytest.mark.parametrize(
    ("name", "text", "spoilt", "complaint"),
    [
        ("sarif", '"startLine": 1', '"startLine": 0', "minimum"),
        ("sarif", '"ruleId"', '"ruleID"', "'ruleID' was unexpected"),
        ("sarif", '"version": "2.1.0"', '"version": "2.0.0"', "'2.1.0'"),
        ("sarif", '"uri": "a.html"', '"uri": "a b.html"', "uri-reference"),
        ("sarif", '"level": "error"', '"level": "fatal"', "'fatal' is not one of"),
        ("junit", "<testcase name=", "<testcase title=", "title"),
        ("junit", "<failure ", "<failure line='1' ", "line"),
        ("junit", "</testsuites>", "<testcase name='x'/></testsuites>", "testcase"),
        ("gitlab", '"major"', '"error"', "'error' is not one of"),
        ("gitlab", '"path": "', '"path": "./', "should not be valid"),
        ("gitlab", '"fingerprint"', '"finger"', "required"),
    ],
)
def test_the_schemas_refuse_spoilt_documents(
    name: str, text: str, spoilt: str, complaint: str, tmp_path: Path, complaints: dict[str, Complaints]
) -> None:
    write_files(tmp_path / "mail", {"a.html": "<p>Hi <b>Ada</p>\n"})
    written = outputs(tmp_path / "mail")[name]
    if name != "junit":
        written = json.dumps(json.loads(written))
    assert text in written
    assert complaint in " ".join(complaints[name](written.replace(text, spoilt)))


def test_every_kind_of_thing_occurs_in_what_is_checked(tmp_path: Path) -> None:
    """A guard of the table above: it holds fixes, parts, unknowns, related places and failures."""
    for number, files in enumerate(MAILS.values()):
        write_files(tmp_path / "mail" / str(number), files)
    run: Any = json.loads(outputs(tmp_path / "mail")["sarif"])["runs"][0]
    assert {"fixes", "properties", "locations"} <= {key for result in run["results"] for key in result}
    assert {"part", "evidence"} <= {key for result in run["results"] for key in result.get("properties", {})}
    assert {"error", "note"} == {note["level"] for note in run["invocations"][0]["toolExecutionNotifications"]}
