"""What kind of file a name and a text stand for: one answer, wherever it is asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from maillint import lint
from maillint.message.kinds import (
    _BY_EXTENSION,
    KINDS,
    PLAN_PATTERN,
    format_extension,
    guess_kind,
    has_tags,
    hook_pattern,
    kind_of,
)
from maillint.message.sidecars import META_PATTERN
from maillint.message.template.signs import template_extensions
from maillint.project.message_files import message_files
from tests.cli.command import maillint

ROOT = Path(__file__).parent.parent

TEXTS = [
    ("Reminder: <b>pay</p>\n", "html"),
    ("Note: the office is closed\n", "txt"),
    ("Hello: <p>Hi</p>\n", "html"),
    ("From the team: we have moved\n", "txt"),
    ("From the team on Monday 10:30: hello\nSubject: x\n", "txt"),
    ("Subject: Hello\n", "eml"),
    ("Subject: Hello\n\n<p>Hi</p>\n", "txt"),
    ("Subject: Hello\nDate: Mon, 5 Oct 2026 09:00:00 +0200\n\nHi\n", "eml"),
    ("subject : Hello\n", "eml"),
    ("X-Foo: bar\n\nHi\n", "eml"),
    ("X: bar\n\nHi\n", "txt"),
    ("From ada@b.example Mon Oct  5 09:00:00 2026\nSubject: x\n\nHi\n", "eml"),
    ("From - Mon Oct 15 9:00:00 2026\r\nX-Mozilla-Status: 0001\r\n\r\nHi\r\n", "eml"),
    ("From ada@b.example Mon Oct  5 09:00:00 2026\nHello\n", "txt"),
    ("\ufeffSubject: Hello\n\nHi\n", "txt"),
    ("\nSubject: Hello\n\nHi\n", "txt"),
    ("  Subject: Hello\n", "txt"),
    ("<p>Subject: Hello</p>\n", "html"),
    ("{# Subject: Hello #}\nHi\n", "txt"),
    ("https://acme.example/\n", "txt"),
    ("Ask <ada@acme.example>, see <https://acme.example/>, 1 <2\n", "txt"),
    ("</td></tr>\n", "html"),
    ("<mjml><mj-body></mj-body></mjml>\n", "mjml"),
    ("", "txt"),
]


@pytest.mark.parametrize(("text", "kind"), TEXTS)
def test_a_text_is_taken_for_the_same_wherever_it_comes_from(tmp_path: Path, text: str, kind: str) -> None:
    """From standard input, in a file whose name says nothing, and both in the library."""
    (tmp_path / "unnamed").write_text(text)
    piped = json.loads(maillint("check", "-", "-f", "json", folder=tmp_path, stdin=text).stdout)["files"]
    named = json.loads(maillint("check", "unnamed", "-f", "json", folder=tmp_path).stdout)["files"]
    files = [*lint(text.encode()).files, *lint(tmp_path / "unnamed").files]
    assert [file["kind"] for file in (*piped, *named)] + [file.kind for file in files] == 4 * [kind]
    assert piped[0]["path"] == f"stdin.{'html' if kind == 'mjml' else kind}"
    for file in (piped[0], named[0]):
        assert [finding["rule"] for finding in file["findings"]] == [finding.rule for finding in files[0].findings]


def test_what_a_file_has_wrong_standard_input_has_too(tmp_path: Path) -> None:
    text = "Reminder: please pay\n<p>Hi <b>Ada</p>\n"
    result = maillint("check", "-", "--select", "markup/unclosed-tag", "-f", "concise", folder=tmp_path, stdin=text)
    assert result.stdout.startswith("stdin.html:2:7: error markup/unclosed-tag")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.html", "html"), ("A.HTM", "html"), ("a.xhtml", "html"), ("a.mjml", "mjml"), ("a.eml", "eml"),
        ("a.txt", "txt"), ("a.text", "txt"), ("a.html.j2", "html"), ("a.txt.j2", "txt"), ("a.j2", "html"),
        ("a.text.erb", "txt"), ("a.plaintext.gotmpl", "txt"), ("a.subject.gotmpl", "txt"), ("a.css.erb", None),
        ("a.eml.j2", "eml"), ("a.css", None), ("a", None), ("html", None), ("x/a.mjml.liquid", "mjml"),
    ],
)  # fmt: skip
def test_a_name_says_the_kind(name: str, kind: str | None) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("name", "extension"),
    [("a.html.j2", ".html"), ("a.TXT", ".txt"), ("a.xhtml", ".xhtml"), ("a.j2", ""), ("a.eml", ""), ("a.css", "")],
)
def test_a_name_says_the_format(name: str, extension: str) -> None:
    assert format_extension(name) == extension


@pytest.mark.parametrize(
    ("text", "expected"),
    [("<p>", True), ("</p>", True), ("<br/>", True), ("<!doctype html>", True), ("<!-- x -->", True), ("<o:p >", True),
     ("<a@b.example>", False), ("<https://b.example/>", False), ("a <b", False), ("a < b>", False), ("<p", False)],
)  # fmt: skip
def test_what_is_a_tag(text: str, expected: bool) -> None:
    assert has_tags(text) is expected


@pytest.mark.parametrize("text", ["From: a\n", "Subject:\n", "MIME-Version: 1.0\n", "List-Id: x\n", "Received: x\n"])
def test_a_message_begins_with_a_known_field(text: str) -> None:
    assert guess_kind(text) == "eml"


# -- one table ----------------------------------------------------------------------------------------


NAMES = [
    *(f"{stem}{ending}" for stem in ("a", "a.css", "a.JS", "a.blade", "a.css.blade", "a.txt", "a.yaml", "a.plaintext")
      for ending in (*_BY_EXTENSION, *template_extensions(), ".j2.txt", ".PHP", ".md", ".py", ".html.bak", ".j2x")),
    "html", "a", "mail/txt", "meta.json.j2",
]  # fmt: skip


def test_the_hooks_take_what_has_a_kind() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert {hook["files"] for hook in hooks} == {"|".join([hook_pattern(), PLAN_PATTERN, META_PATTERN])}
    assert not any({"types", "types_or", "exclude", "exclude_types"} & hook.keys() for hook in hooks)
    for name in NAMES:
        assert bool(re.search(hook_pattern(), name)) is (kind_of(name) is not None), name


def test_a_hook_takes_the_templates_that_it_is_given() -> None:
    taken = [
        name for name in ("a.html", "a.txt", "a.j2", "a.css.j2", "a.php") if re.search(hook_pattern([".j2"]), name)
    ]
    assert taken == ["a.html", "a.txt", "a.j2"]
    assert hook_pattern([]) == r"(?i)\.(html|htm|xhtml|mjml|eml|txt|text)$"


@pytest.mark.parametrize("html", KINDS["html"].extensions)
@pytest.mark.parametrize("txt", KINDS["txt"].extensions)
def test_every_extension_has_twins(tmp_path: Path, html: str, txt: str) -> None:
    names = f"a{html}", f"a{txt}"
    for name in names:
        (tmp_path / name).write_text("Hi")
    paths = tuple(str(tmp_path / name) for name in names)
    assert [message_files(path) for path in paths] == [paths, paths]


def test_extensions_stand_in_the_table_alone() -> None:
    """Elsewhere, a module asks for the kind of a name."""
    names = "|".join(re.escape(extension) for kind in KINDS.values() for extension in kind.extensions)
    literal = re.compile(rf"""["']\\?(?:{names})(?:\\?["']|\))""")
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "maillint").rglob("*.py")
        if literal.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"maillint/message/kinds.py"}
