"""A text is read alike in every way: as a file, in a folder, from standard input, by the library, hook and action."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from base64 import encodebytes
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from maillint import lint, render
from maillint.api import Report
from tests.cli.command import maillint
from tests.files import write_files

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
HOOK = next(hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()) if hook["id"] == "maillint")

HTML = '<p>Hi <b>Ada,</p>\n<p><a href="http://acme.example/start">Start</a> or <a href="https://acme.example/help">ask</a>.</p>\n'
TEXT = "Hi Ada,\n\nstart: http://acme.example/start\n\nClick here now, 100% free!!!\n"
SUBJECT = "Re: FREE offer, act now!!!\n"
META = '{"Name": "Order", "Alias": "order", "Subject": "Re: your order", "TemplateType": "Standard"}\n'
HEAD = "From: Ada <ada@acme.example>\nTo: b@b.example\nSubject: Re: hello\nMIME-Version: 1.0\n"
PARTS = (
    'Content-Type: multipart/alternative; boundary="b"\n\n--b\nContent-Type: text/plain\n\n' + TEXT + "--b\n"
    "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
    + encodebytes(HTML.encode()).decode()
    + "--b--\n"
)
MJML = (
    '<mjml><mj-body><mj-include path="./part.mjml" /><mj-section><mj-column><mj-text><b>Hi</mj-text></mj-column>'
    "</mj-section></mj-body></mjml>\n"
)
PART = '<mj-section><mj-column><mj-buton href="http://acme.example/">Go</mj-buton></mj-column></mj-section>\n'
PLAN = """\
goal: {kind: meeting, sentence: Book calls with CFOs}
audience: {jurisdictions: [de]}
sender: {domain: acme.example}
links: one
steps:
  - {template: intro-1.html}
  - {template: intro-2.html, wait-days: 1, links: none}
stop-on: [reply, bounce, unsubscribe]
"""
DRAFT = "Subject: Re: your question\nFrom: Ada <ada@acme.example>\n\nHello {{ first_name }},\n\nclick here!!!\n"
FRONT = '---\nsubject: "Re: hello"\ntouch: 1\nprofile: cold\n---\n'

Files = Mapping[str, str | bytes]

INPUTS: list[Files] = [
    # templates of several languages
    {"welcome.html.j2": f'<p>Hi {{{{ name }}}},</p>{{% if a %}}<p><b>A</p>{{% else %}}<p>B</p>{{% endif %}}{HTML}'},
    {"welcome.jinja": f"<p>Hi {{{{ user.name }}}},</p>{HTML}"},
    {"welcome.liquid": f"<p>Hi {{{{ customer.first_name }}}},</p>{{% if a %}}<i>{{% endif %}}{HTML}"},
    {"welcome.hbs": f"<p>Hi {{{{firstName}}}},</p>{{{{#if a}}}}<p><i>x</p>{{{{/if}}}}{HTML}"},
    {"welcome.mustache": f"<p>Hi {{{{first_name}}}},</p>{HTML}"},
    {"welcome.html.erb": f"<p>Hi <%= @user.name %>,</p><% if @a %><p><b>x</p><% end %>{HTML}"},
    {"welcome.ejs": f"<p>Hi <%= name %>,</p>{HTML}"},
    {"welcome.html.twig": f"{{# a #}}<p>Hi {{{{ user.name|e }}}},</p>{HTML}"},
    {"welcome.blade.php": f"@if($a)\n<p>Hi {{{{ $name }}}},</p>\n@endif\n{HTML}"},
    {"welcome.cshtml": f"@model Acme.Order\n<p>Hi @Model.Name,</p>{HTML}"},
    {"welcome.ftl": f"<#if a>\n<p>Hi ${{name}},</p>\n</#if>{HTML}"},
    {"welcome.vm": f"#if($a)\n<p>Hi $name,</p>\n#end\n{HTML}"},
    {"welcome.gohtml": f"{{{{if .A}}}}<p>Hi {{{{.Name}}}},</p>{{{{end}}}}{HTML}"},
    {"welcome.html.heex": f"<p>Hi <%= @name %>,</p>{HTML}"},
    {"welcome.HTM": HTML},
    {"welcome.xhtml": HTML},
    # one message in several files
    {"welcome.html": HTML, "welcome.txt": TEXT},
    {"welcome.html.j2": HTML, "welcome.txt.j2": "Hi {{ name }},\n" + TEXT},
    {"welcome.html.erb": HTML, "welcome.text.erb": "Hi <%= @name %>,\n" + TEXT},
    {"welcome.html": HTML, "welcome.txt": TEXT, "welcome_subject.txt": SUBJECT},
    {"welcome_message.txt": TEXT, "welcome_subject.txt": SUBJECT},
    {"orders.blade.php": f"<p>Hi {{{{ $name }}}}</p>{HTML}", "orders-text.blade.php": "Hi {{ $name }},\n" + TEXT},
    {"order.html.twig": f"<p>Hi {{{{ name }}}}</p>{HTML}", "order.twig": "Hi {{ name }},\n" + TEXT},
    {"html/reset.ftl": HTML, "text/reset.ftl": TEXT},
    {"body.html": HTML, "body.txt": TEXT, "subject.txt": SUBJECT},
    {"order-body-html.jinja": HTML, "order-body-text.jinja": TEXT, "order-subject.jinja": SUBJECT},
    {"email.body.gotmpl": HTML, "email.body.plaintext.gotmpl": TEXT, "email.subject.gotmpl": SUBJECT},
    {"content.html": HTML, "content.txt": TEXT, "meta.json": META},
    {"welcome.mjml": "<mjml><mj-body><mj-text>x</mj-text></mj-body></mjml>\n", "welcome.txt": TEXT},
    {"welcome.html.j2": f"<p>Hi {{{{ name }}}}</p>{HTML}", "welcome.data.yaml": "name: ''\n"},
    {"welcome.html": f"{FRONT}{HTML}", "welcome.txt": "---\nsubject: FREE\n---\n" + TEXT},
    # messages and drafts
    {"mail.eml": f"{HEAD}\n{TEXT}"},
    {"mail.eml": HEAD + PARTS},
    {"mail.eml": (HEAD + PARTS).replace("\n", "\r\n")},
    {"mail.eml": b"From: a@b.example\nSubject: Re: gr\xf6\xdfer\nContent-Type: text/plain\n\nClick here\xa0now!!!\n"},
    {"draft.txt": DRAFT},
    {"letter.txt": f"{FRONT}Hi {{{{ first_name }}}},\n\n{TEXT}"},
    {"merge.txt": f"Hi {{{{ first_name }}}},\n\n{TEXT}"},
    {"stated.html": f"{FRONT}{HTML}"},
    {"dialect.html": '---\ndialect: liquid\nsubject: "Re: {{ order.number }}"\n---\n<p>Hi {{ first_name }}</p>\n'},
    {"sequence/intro-1.html": HTML},
    {"sequence/intro-2.txt": DRAFT},
    {"comment.html": f"<!-- maillint: ignore[markup] later -->\n{HTML}"},
    # MJML
    {"letter.mjml": MJML, "part.mjml": PART},
    # plans, which bring the messages of their steps
    {"october.campaign.yaml": PLAN, "intro-1.html": HTML, "intro-2.html": HTML},
    # encodings
    {"latin.html": HTML.replace("Ada", "Zoë").encode("latin-1")},
    {"marked.html": b"\xef\xbb\xbf" + HTML.encode()},
    {"wide.html": HTML.encode("utf-16")},
    {"wide.txt": DRAFT.encode("utf-16")},
    {"broken.html": b"<p>\xff\xfe\xed\xa0\x80</br>\xc3 <b>x</p>" + HTML.encode()},
    {"returns.html": HTML.replace("\n", "\r") + "\r\n<i>x"},
    {"control.html": f"<p>\x01\x08\x0b\x1b[31m\x7f\u2028<b></p>{HTML}"},
    {"größe.html": HTML},
    {"empty.html": ""},
]  # fmt: skip
"""The files of each input; what is found in them has to be the same, whichever of them is named."""

ALONE = {"october.campaign.yaml": ["october.campaign.yaml"], "letter.mjml": ["letter.mjml"]}
"""What is named of an input whose files are several messages."""

CONFIG = """\
own-domains: [acme.example]
sequences: ["emails/*/sequence/intro-{touch}.html", "emails/*/sequence/intro-{touch}.txt"]
overrides:
  - {files: "body.*", profile: transactional}
"""

Found = dict[str, Any]
"""By path, all that is said of a file."""


def named(number: int) -> list[str]:
    """The files of an input that stand for it, each by itself."""
    files = list(INPUTS[number])
    return [f"emails/{number}/{name}" for name in ALONE.get(files[0], [name for name in files if ".data." not in name])]


EVERY = [path for number in range(len(INPUTS)) for path in named(number)]


def one_of_each(turn: int) -> list[str]:
    """A file of each input, a different one in each turn."""
    return [paths[turn % len(paths)] for paths in map(named, range(len(INPUTS)))]


TURNS = range(max(len(named(number)) for number in range(len(INPUTS))))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    for number, files in enumerate(INPUTS):
        write_files(folder / "emails" / str(number), files)
    return write_files(folder, {"maillint.yaml": CONFIG})


def said(document: str) -> Found:
    """What a JSON report says, file by file; each file is reported once, and part.mjml only as a part of another."""
    report = json.loads(document)
    assert "errors" not in report
    paths = [file["path"] for file in report["files"]]
    assert len(set(paths)) == len(paths)
    return {file["path"]: file for file in report["files"] if not file["path"].endswith("/part.mjml")}


def check(project: Path, *arguments: str) -> Found:
    result = maillint("check", "--no-cache", "-f", "json", "--fail-on", "never", *arguments, folder=project)
    assert (result.returncode, result.stderr) == (0, "")
    return said(result.stdout)


@pytest.fixture(scope="module")
def truth(project: Path) -> Found:
    """What a walk of the folder says."""
    found = check(project, ".")
    assert len(INPUTS) >= 40
    assert {path for path in EVERY if path not in found} == set()
    silent = {int(path.split("/")[1]) for path in found} - {
        int(path.split("/")[1]) for path, file in found.items() if file["findings"]
    }
    assert silent == {
        number for number, files in enumerate(INPUTS) if "empty.html" in files
    }  # the others prove something
    return found


def differences(found: Found, truth: Found) -> dict[str, Any]:
    """What differs between two ways, file by file."""
    return {
        path: (found.get(path), truth.get(path))
        for path in sorted({*found, *truth})
        if found.get(path) != truth.get(path)
    }


@pytest.mark.parametrize("turn", TURNS)
def test_files(project: Path, truth: Found, turn: int) -> None:
    assert differences(check(project, *one_of_each(turn)), truth) == {}


@pytest.mark.parametrize("turn", TURNS)
def test_the_hook(project: Path, truth: Found, turn: int) -> None:
    paths = one_of_each(turn)
    assert [path for path in paths if not re.search(HOOK["files"], path)] == []
    _, command, *options = HOOK["entry"].split()
    assert command == "check"
    assert differences(check(project, *options, *paths), truth) == {}


STANDARD_INPUT = """
import io, json, sys
from types import SimpleNamespace
from maillint.cli import main

paths, outputs = json.load(sys.stdin), {}
out = sys.stdout
for path in paths:
    sys.stdin = SimpleNamespace(buffer=open(path, "rb"), isatty=lambda: False)
    sys.stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    try:
        main(["check", "-", "--stdin-filename", path, "-f", "json", "--fail-on", "never"])
    except SystemExit as error:
        assert not error.code, (path, error.code)
    sys.stdout.flush()
    outputs[path] = sys.stdout.buffer.getvalue().decode()
json.dump(outputs, out)
"""


def from_standard_input(folder: Path, paths: Sequence[str]) -> dict[str, Found]:
    """What is said of each of the texts, with the path that it is given for a name."""
    run = subprocess.run(
        [sys.executable, "-c", STANDARD_INPUT], cwd=folder, input=json.dumps(paths), capture_output=True, text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"}, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, "")
    return {path: said(output) for path, output in json.loads(run.stdout).items()}


def of_input(found: Found, path: str) -> Found:
    folder = "/".join(path.split("/")[:2])
    return {name: file for name, file in found.items() if name.startswith(f"{folder}/")}


def test_standard_input(project: Path, truth: Found) -> None:
    outputs = from_standard_input(project, EVERY)
    assert {path: diff for path in EVERY if (diff := differences(outputs[path], of_input(truth, path)))} == {}


def test_standard_input_counts_and_not_what_the_file_holds(project: Path, truth: Found, tmp_path: Path) -> None:
    """As in an editor, where the file is not yet written, or is not there."""
    for number, files in enumerate(INPUTS):
        write_files(tmp_path / "emails" / str(number), files)
    write_files(tmp_path, {"maillint.yaml": CONFIG})
    for path in EVERY:
        text = (tmp_path / path).read_bytes()
        (tmp_path / path).write_bytes(b"<i>the old text") if len(path) % 2 else (tmp_path / path).unlink()
        result = maillint("check", "-", "--stdin-filename", path, "-f", "json", folder=tmp_path, stdin=text)
        (tmp_path / path).write_bytes(text)
        assert differences(said(result.stdout), of_input(truth, path)) == {}, path


def library(reports: Iterator[Report]) -> Found:
    found: Found = {}
    for report in reports:
        found |= said(render(report, "json"))
    return found


def test_the_library_by_path(project: Path, truth: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    assert differences(said(render(lint(Path()), "json")), truth) == {}
    for turn in TURNS:
        found = library(lint(Path(path)) for path in one_of_each(turn))
        assert differences(found, truth) == {}


@pytest.mark.parametrize("turn", TURNS)
def test_the_library_by_text_and_path(project: Path, truth: Found, monkeypatch: pytest.MonkeyPatch, turn: int) -> None:
    monkeypatch.chdir(project)
    found = library(lint(Path(path).read_bytes(), filename=Path(path)) for path in one_of_each(turn))
    assert differences(found, truth) == {}


@pytest.mark.parametrize("paths", [".", "emails", *(" ".join(one_of_each(turn)) for turn in TURNS)])
def test_the_action(project: Path, truth: Found, tmp_path: Path, paths: str) -> None:
    """The very script that the action lints with."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    script = next(step for step in action["runs"]["steps"] if step.get("id") == "lint")["run"]
    (tmp_path / "maillint/bin").mkdir(parents=True)
    installed = tmp_path / "maillint/bin/python"
    installed.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    installed.chmod(0o755)
    environment = {
        **os.environ,
        "RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(tmp_path / "outputs"), "PATHS": paths, "FAIL_ON": "never",
        "CHANGED_ONLY": "false", "ARGUMENTS": f"-f json={tmp_path / 'out.json'}", "BASE": "", "GITHUB_ACTIONS": "true",
    }  # fmt: skip
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    run = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert differences(said((tmp_path / "out.json").read_text(encoding="utf-8")), truth) == {}
    results = json.loads((tmp_path / "maillint.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert len(results) >= sum(len(file["findings"]) for file in truth.values())
