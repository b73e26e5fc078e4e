"""Drafts: plain texts that begin with header lines, read alike wherever they come from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from maillint import lint
from maillint.message.kinds import draft_header
from tests.cli.command import maillint
from tests.files import write_files
from tests.linting import message_of

DRAFT = (
    "Subject: Re: your\r\n question\r\nFrom: =?utf-8?q?Ad=C3=A0?= <ada@acme.example>\r\n\r\n"
    "Hello {{ first_name }},\r\nsee https://bit.ly/abc\r\n"
)
RULES = ["content/subject-fake-reply", "content/merge-tag-fallback", "links/shortener", "headers"]
FOUND = [
    ("content/subject-fake-reply", 1, 10),
    ("content/merge-tag-fallback", 5, 7),
    ("links/shortener", 6, 5),
]


def found(report: str) -> list[tuple[str, int, int]]:
    [file] = json.loads(report)["files"]
    assert file["kind"] == "txt"
    return [(finding["rule"], finding["line"], finding["column"]) for finding in file["findings"]]


@pytest.mark.parametrize("arguments", [["letter.txt"], ["."], ["-"], ["-", "--stdin-filename", "letter.txt"]])
def test_a_file_a_folder_and_standard_input_are_read_alike(arguments: list[str], tmp_path: Path) -> None:
    write_files(tmp_path, {"letter.txt": DRAFT})
    selected = [word for rule in RULES for word in ("--select", rule)]
    result = maillint("check", *arguments, *selected, "--touch", "1", "-f", "json", folder=tmp_path, stdin=DRAFT)
    assert found(result.stdout) == FOUND


def test_the_library_reads_it_so(tmp_path: Path) -> None:
    path = write_files(tmp_path, {"letter.txt": DRAFT}) / "letter.txt"
    for report in (lint(DRAFT, touch=1), lint(DRAFT.encode(), filename="letter.txt", touch=1), lint(path, touch=1)):
        [file] = report.files
        places = [(finding.rule, finding.line, finding.column) for finding in file.findings]
        assert set(FOUND) <= set(places)
        assert not [rule for rule, *_ in places if rule.startswith("headers/")]


def test_its_fields_are_read_with_their_places() -> None:
    message = message_of(DRAFT, "txt")
    subject, sender = message.headers.all("subject")[0], message.headers.all("from")[0]
    assert subject.text == "Re: your question"
    assert sender.text.startswith("Adà <")
    assert subject.raw == "Re: your\r\n question"
    assert message.parts[0].text == DRAFT.partition("\r\n\r\n")[2]
    assert not message.headers.known


def test_what_the_sending_tool_adds_is_no_fault() -> None:
    report = lint("Subject: Lunch\nTo: bo@client.example\n\nAt one?\n", filename="a.txt")
    assert [finding.rule for finding in report.findings if finding.rule.startswith("headers/")] == []


DRAFTS = [
    "Subject: x\n\nHi\n",
    "From: Ada <a@b.example>\nTo: c@d.example\nSubject: x\n\nHi\n",
    "subject:x\r\n\r\nHi\r\n",
    "To: {{ email }}\nSubject: {{ company }}\n \tand you\n\nHi\n",
    "X-Campaign: spring\nSubject: x\nList-Unsubscribe: <https://a.example/u>\n\nHi\n",
    "Preheader: y\nSubject: x\n\n<p>Hi</p>\n",
]
TEXTS = [
    "Subject: x\n",
    "Subject: x\nHi\n",
    "To: you\n\nSubject to change.\n",
    "Note: the office is closed\n\nSubject: x\n",
    "\nSubject: x\n\nHi\n",
    "From the team: we have moved\n\nHi\n",
    "Subject: x\nMIME-Version: 1.0\nContent-Transfer-Encoding: quoted-printable\n\nHi=20\n",
    "Received: from a\nSubject: x\n\nHi\n",
]


@pytest.mark.parametrize("text", DRAFTS)
def test_what_a_draft_begins_with(text: str) -> None:
    assert text[draft_header(text) :] in {"Hi\n", "Hi\r\n", "<p>Hi</p>\n"}


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_none(text: str) -> None:
    assert draft_header(text) == 0


def test_a_header_in_the_text_beside_a_page_is_the_messages(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.html": "<p>Hello</p>", "a.txt": "Subject: Re: lunch\n\nHello\n"})
    report = lint(tmp_path, touch=1)
    places = [(found.path.rpartition("/")[2], found.line) for found in report.findings if "fake-reply" in found.rule]
    assert places == [("a.txt", 1)]


def test_a_folder_gives_texts_with_a_header_or_merge_tags(tmp_path: Path) -> None:
    files = {
        "header.txt": "Subject: x\n\nHi\n",
        "tags.txt": "Hi {{ first_name }},\n",
        "tags.text": "Dear *|FNAME|*,\n",
        "front.txt": "---\nsubject: x\n---\nHi\n",
        "plain.txt": "Notes of Monday\n",
        "requirements.txt": "pip=={{ company }}\n",
        "CMakeLists.txt": "project(${company})\n",
        "version.txt": "{{ version }}\n",
    }
    write_files(tmp_path, files)
    report = json.loads(maillint("check", ".", "-f", "json", folder=tmp_path).stdout)
    assert [file["path"] for file in report["files"]] == ["front.txt", "header.txt", "tags.text", "tags.txt"]


def test_what_has_no_end_costs_little() -> None:
    import time

    for piece in ("Subject: x\n", "Subject: x\n \n", "X-a:\n\t", "Subject: x\n  y\n", "Subject:"):
        text = piece * (2_000_000 // len(piece))
        began = time.process_time()
        draft_header(text)
        assert time.process_time() - began < 0.1
