"""maillint as a library: what it takes, what it says, and that no call hears of another."""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.header import Header
from email.message import EmailMessage, Message
from email.mime.text import MIMEText
from functools import partial
from pathlib import Path
from smtplib import SMTP
from threading import Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import maillint
from maillint import Config, LintError, Report, Severity, lint, render
from maillint.api import ConfigKeys, guess_kind, message_bytes
from maillint.config.keys import KEYS
from tests.cli.command import maillint as command
from tests.linting import talkative

HTML = "<p>Hi <b>Ada</p>\n"
CLEAN = "<p>Hi <b>Ada</b></p>\n"
EML = (
    "From: Ada <ada@acme.example>\r\nTo: bob@b.example\r\nSubject: Friday\r\nDate: Mon, 5 Oct 2026 09:00:00 +0200\r\n"
    "Message-ID: <1@acme.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + HTML
)
UNCLOSED = "markup/unclosed-tag"


def email_message(html: str = HTML, **headers: str) -> EmailMessage:
    message = EmailMessage()
    fields = {"From": "Ada <ada@acme.example>", "To": "bob@b.example", "Subject": "Grüße", **headers}
    for name, value in fields.items():
        message[name] = value
    message.set_content("Hi Ada\n")
    message.add_alternative(html, subtype="html")
    message.set_boundary("boundary")
    return message


def elder_message() -> Message:
    message = MIMEText(HTML, "html", "utf-8")
    message["From"] = message["To"] = "ada@acme.example"
    message["Subject"] = Header("Grüße", "utf-8")  # type: ignore[assignment]
    return message


def unclosed(report: Report) -> list[str]:
    """Where unclosed tags were found: path, line and what stands there."""
    texts = {file.path: file.text for file in report.files}
    return [
        f"{found.path}:{found.line} {found.excerpt.text[found.excerpt.start : found.excerpt.end]}"
        if found.excerpt
        else f"{found.path}:{found.line} {texts[found.path][found.start : found.end]}"
        for found in report.findings
        if found.rule == UNCLOSED
    ]


# -- what it takes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "kind", "expected"),
    [
        pytest.param(HTML, "html", ["<html>:1 <b>"], id="text of a template"),
        pytest.param(HTML.encode(), "html", ["<html>:1 <b>"], id="bytes of a template"),
        pytest.param(HTML.encode("utf-16"), "html", ["<html>:1 <b>"], id="bytes in UTF-16"),
        pytest.param("\n" + EML.partition("\r\n\r\n")[2], "html", ["<html>:2 <b>"], id="a line end first"),
        pytest.param(EML, "eml", ["<message>:9 <b>"], id="text of a message"),
        pytest.param(EML.encode(), "eml", ["<message>:9 <b>"], id="bytes of a message"),
        pytest.param(bytearray(EML.encode()), "eml", ["<message>:9 <b>"], id="bytearray"),
        pytest.param("Hi Ada,\nare you in on Friday?\n", "txt", [], id="plain text"),
        pytest.param(email_message(), "eml", ["<message>:18 <b>"], id="EmailMessage"),
        pytest.param(elder_message(), "eml", ["<message>:8 <b>"], id="MIMEText"),
    ],
)
def test_a_source_is_taken_for_what_it_is(source: Any, kind: str, expected: list[str]) -> None:
    report = lint(source)
    (file,) = report.files
    assert (file.kind, unclosed(report)) == (kind, expected)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "txt"),
        ("Hi Ada <ada@acme.example>, see <https://acme.example/>.", "txt"),
        ("1 < 2 and a <b", "txt"),
        ("Re: Friday\n\nHi", "txt"),
        ("https://acme.example/", "txt"),
        ("<!DOCTYPE html>", "html"),
        ("<!-- a comment -->", "html"),
        ("Hi<br/>Ada", "html"),
        ("{% if a %}</p>", "html"),
        ("<mj-section>", "html"),
        ("Subject: Friday\n\n<p>Hi</p>", "txt"),
        ("Subject: Friday\nMIME-Version: 1.0\n\n<p>Hi</p>", "eml"),
        ("From ada Mon Oct  5 09:00:00 2026\nReceived: by x\n\nHi", "eml"),
        ("X-Mailer: x\n\n", "eml"),
        ("DKIM-Signature: v=1\n", "eml"),
        ("List-ID : <x>\n", "eml"),
    ],
)
def test_the_kind_of_a_text_is_recognised_by_its_beginning_and_its_tags(text: str, kind: str) -> None:
    assert guess_kind(text) == kind


@pytest.mark.parametrize(
    ("arguments", "kind", "path"),
    [
        ({"kind": "txt"}, "txt", "<text>"),
        ({"filename": "mail/intro.txt"}, "txt", "mail/intro.txt"),
        ({"filename": Path("mail/intro.html.j2")}, "html", "mail/intro.html.j2"),
        ({"filename": "row 7 of the table"}, "html", "row 7 of the table"),
        ({"filename": "intro.txt", "kind": "html"}, "html", "intro.txt"),
    ],
)
def test_kind_and_filename_come_before_the_text(arguments: dict[str, Any], kind: str, path: str) -> None:
    (file,) = lint(HTML, **arguments).files
    assert (file.kind, file.path) == (kind, path)


@pytest.fixture
def mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of templates with a configuration, which is the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mail").mkdir()
    (tmp_path / "maillint.yaml").write_text("exclude: [mail/old.html]\nrules: {markup/stray-end-tag: off}\n")
    for name, text in {
        "intro.html": f"{HTML}</i>\n", "intro.txt": "Hi Ada\n", "old.html": HTML, "letter.eml": EML, "notes": HTML,
    }.items():  # fmt: skip
        (tmp_path / "mail" / name).write_text(text)
    return tmp_path / "mail"


def test_a_path_is_linted_as_the_command_lints_it(mail: Path) -> None:
    for path in ("mail", "mail/intro.html", "mail/letter.eml", "mail/old.html"):
        said = command("check", path, "-f", "json", "--no-cache", folder=mail.parent)
        assert json.loads(render(lint(Path(path)), "json")) == json.loads(said.stdout)
    said = command("check", "mail", "--no-cache", folder=mail.parent)
    assert render(lint(Path("mail")), config=Config.find(mail)) == said.stdout


def test_a_path_takes_its_twin_and_its_configuration_along(mail: Path) -> None:
    report = lint(Path("mail"))
    assert [file.path for file in report.files] == ["mail/intro.html", "mail/intro.txt", "mail/letter.eml"]
    markup = (UNCLOSED, "markup/stray-end-tag")
    assert [found.rule for found in lint(mail / "intro.html").findings if found.rule in markup] == [UNCLOSED]
    given = lint(mail / "intro.html", config=Config()).findings
    assert tuple(found.rule for found in given if found.rule in markup) == markup


def test_a_file_whose_name_says_nothing_is_taken_for_what_it_holds_or_for_what_is_said(mail: Path) -> None:
    assert lint(mail / "notes").files[0].kind == "html"
    assert lint(mail / "notes", kind="txt").files[0].kind == "txt"
    (file,) = lint(mail / "notes", filename="n.eml").files
    assert (file.kind, file.path) == ("eml", "n.eml")


def test_a_folder_goes_on_where_a_file_cannot_be_read_and_a_file_does_not(mail: Path) -> None:
    (mail / "broken.html").write_bytes(b"<p>\0</p>")
    report = lint(Path("mail"))
    assert [(failure.path, failure.message) for failure in report.failures] == [
        ("mail/broken.html", "binary data (it has NUL bytes), not text")
    ]
    assert len(report.files) == 3
    with pytest.raises(LintError, match=r"^mail/broken\.html: binary data"):
        lint(Path("mail/broken.html"))


def test_the_baseline_of_a_configuration_counts_for_paths(mail: Path) -> None:
    assert command("check", "mail", "--write-baseline", "known.json", folder=mail.parent).returncode == 0
    (mail.parent / "maillint.yaml").write_text("baseline: known.json\nexclude: [mail/old.html]\n")
    (mail / "new.html").write_text(HTML)
    assert unclosed(lint(Path("mail"))) == ["mail/new.html:1 <b>"]


OPENED = """
import sys
from pathlib import Path
from maillint import lint

text = '<mjml><mj-body><mj-include path="part.mjml"/></mj-body></mjml>'
lint(text, filename="mail.mjml")
here, opened, events = str(Path.cwd()), [], {"open", "os.listdir", "os.scandir"}
sys.addaudithook(lambda event, given: opened.append(given[0]) if event in events else None)
for name in ("mail.mjml", "mail.html", str(Path("mail.eml").absolute())):
    lint(text, filename=name)
    lint(text, filename=name, headers={"Subject": "x"}, profile="cold")
print([path for path in opened if str(path).startswith((here, "mail", "part", "."))])
"""


def test_a_text_that_has_a_files_name_opens_no_file(mail: Path) -> None:
    for name in ("part.mjml", "mail.mjml", "mail.html", "mail.txt", "mail.eml"):
        (mail.parent / name).write_text(HTML)
    result = subprocess.run([sys.executable, "-c", OPENED], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


# -- messages of the standard library -----------------------------------------------------------------


class Server(Thread):
    """An SMTP server that takes one message and keeps it as it came."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.data = b""

    def run(self) -> None:
        connection, _ = self._listening.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 here\r\n")
            for line in lines:
                word = line[:4].upper()
                if word == b"DATA":
                    connection.sendall(b"354 go on\r\n")
                    while (line := next(lines)) != b".\r\n":
                        self.data += line.removeprefix(b".")
                answer = b"250-here\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n" if word == b"EHLO" else b"250 good\r\n"
                connection.sendall(b"221 bye\r\n" if word == b"QUIT" else answer)
        self._listening.close()


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(email_message(Bcc="eve@b.example"), id="EmailMessage with Bcc"),
        pytest.param(email_message(To="jörg@exämple.example"), id="an address outside ASCII"),
        pytest.param(elder_message(), id="MIMEText"),
        pytest.param(email_message("<p>.\n.a\n" + "ü" * 2000), id="dots and long lines"),
    ],
)
def test_a_message_is_linted_as_smtplib_sends_it(message: Message) -> None:
    before = [(name, str(value)) for name, value in message.items()]
    server = Server()
    server.start()
    with SMTP("127.0.0.1", server.port) as client:
        client.send_message(message)
    server.join(5)
    assert message_bytes(message) == server.data
    assert [(name, str(value)) for name, value in message.items()] == before


def test_positions_count_in_the_text_of_the_bytes() -> None:
    message = email_message()
    (file,) = lint(message).files
    assert file.text == message_bytes(message).decode()
    (found,) = [found for found in file.findings if found.rule == UNCLOSED]
    assert file.text[found.start : found.end] == "<b>"


def test_a_message_in_base64_is_shown_decoded() -> None:
    message = MIMEText("<p>Привет <b>Ada</p>", "html", "utf-8")
    assert unclosed(lint(message)) == ["<message>:5 <b>"]


# -- settings -----------------------------------------------------------------------------------------


def test_the_keywords_of_config_are_the_keys_of_the_file() -> None:
    assert {key.replace("_", "-") for key in ConfigKeys.__annotations__} == set(KEYS)


@pytest.mark.parametrize(
    ("yaml", "keywords"),
    [
        ("rules: {markup: off}", {"rules": {"markup": "off"}}),
        ("rules: {markup: off}", {"rules": {"markup": False}}),
        ("rules: {markup/unclosed-tag: info}", {"rules": {UNCLOSED: Severity.INFO}}),
        ("rules: {markup/unclosed-tag: {ignore: [b]}}", {"rules": {UNCLOSED: {"ignore": ("b",)}}}),
        ("profile: transactional", {"profile": "transactional"}),
        ("extends: cold\ndialect: jinja", {"extends": "cold", "dialect": "jinja"}),
        ("own-domains: acme.example", {"own_domains": ["acme.example"]}),
        ("headers: {Subject: 'Re: Friday', From: ada}", {"headers": {"Subject": "Re: Friday", "From": "ada"}}),
        ("rule-folders: own", {"rule_folders": Path("own")}),
        (
            "overrides: [{files: '*.html', rules: {markup: off}}]",
            {"overrides": [{"files": "*.html", "rules": {"markup": "off"}}]},
        ),
        # and what is wrong in a file is wrong here
        ("rules: {markup/unclosed: off}", {"rules": {"markup/unclosed": "off"}}),
        ("rules: {markup: of}", {"rules": {"markup": "of"}}),
        ("rules: {markup/unclosed-tag: {ignore: 1}}", {"rules": {UNCLOSED: {"ignore": 1}}}),
        ("rules: [markup]", {"rules": ["markup"]}),
        ("profile: colt", {"profile": "colt"}),
        ("profil: cold", {"profil": "cold"}),
        ("own-domains: 3", {"own_domains": 3}),
        ("rule-folders: nowhere", {"rule_folders": "nowhere"}),
        ("extends: nowhere.yaml", {"extends": "nowhere.yaml"}),
        ("plugins: nowhere", {"plugins": "nowhere"}),
    ],
)
def test_keywords_and_file_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, yaml: str, keywords: dict[str, Any]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own").mkdir()
    (tmp_path / "own/greeting.yaml").write_text(
        "summary: x\ncheck: pattern\noptions: {pattern: Ada}\nseverity: info\nmessage: x\nwhy: x\n"
    )
    (tmp_path / "maillint.yaml").write_text(yaml)
    text = f"{HTML}{{{{ a }}}}"

    def outcome(made: Callable[[], Config]) -> object:
        try:
            config = made()
        except LintError as error:
            return str(error).partition("maillint.yaml:1:")[2].partition(": ")[2] or str(error)
        return lint(text, filename="a.html", config=config)

    assert outcome(lambda: Config(**keywords)) == outcome(lambda: Config.load("maillint.yaml"))


def test_find_looks_upward_and_gives_the_defaults_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/pyproject.toml").write_text('[tool.maillint]\nrules = {"markup" = "off"}\n')
    assert Config.find(tmp_path / "a/b").path == str(tmp_path / "a/pyproject.toml")
    assert unclosed(lint(HTML, config=Config.find(tmp_path / "a/b"))) == []
    (tmp_path / "a/b/.maillint.yaml").touch()
    assert Config.find(tmp_path / "a/b").path == str(tmp_path / "a/b/.maillint.yaml")
    assert Config().path is None


def test_find_sees_a_configuration_that_has_come_since(tmp_path: Path) -> None:
    pyproject = tmp_path / "pyproject.toml"
    for text, found in [("[project]\n", None), ("[tool.maillint]\n", str(pyproject)), ("[project]\n", None)]:
        pyproject.write_text(text)
        assert Config.find(tmp_path).path == found


def test_what_a_call_says_comes_before_the_text_and_the_configuration() -> None:
    text = "---\nprofile: newsletter\ntouch: 2\n---\n<p>Hi</p>"
    config = Config(profile="cold", dialect="jinja")
    by_text = lint(text, config=config).files[0]
    assert (by_text.profile, by_text.touch, by_text.dialect) == ("newsletter", 2, "jinja")
    by_call = lint(text, config=config, profile="transactional", touch=3, dialect="liquid").files[0]
    assert (by_call.profile, by_call.touch, by_call.dialect) == ("transactional", 3, "liquid")


FAKE_REPLY = "content/subject-fake-reply"


@pytest.mark.parametrize(
    ("source", "config", "headers", "expected"),
    [
        pytest.param(CLEAN, None, {"Subject": "Re: Friday"}, True, id="template, from the call"),
        pytest.param(CLEAN, {"Subject": "Re: Friday"}, {}, True, id="template, from the configuration"),
        pytest.param(CLEAN, {"Subject": "Re: Friday"}, {"subject": "Friday"}, False, id="the call comes first"),
        pytest.param("Date: x\n\nHi", None, {"Subject": "Re: Friday"}, True, id="text of a message, from the call"),
        pytest.param("Date: x\n\nHi", {"Subject": "Re: Friday"}, {}, False, id="its own configuration is not for it"),
        pytest.param(EML, None, {"Subject": "Re: Friday"}, False, id="what it has stays"),
        pytest.param(MIMEText("Hi"), {"Subject": "Re: Friday"}, {}, True, id="a message that is still to be sent"),
    ],
)
def test_headers_that_the_sending_tool_adds(
    source: Any, config: dict[str, str] | None, headers: dict[str, str], expected: bool
) -> None:
    chosen = Config(headers=config) if config else None
    report = lint(source, profile="cold", touch=1, config=chosen, headers=headers)
    assert (FAKE_REPLY in {found.rule for found in report.findings}) is expected


def test_a_config_pickles_and_is_what_it_was(mail: Path) -> None:
    for config in (Config.find(mail), Config(rules={"markup": "off"}, own_domains=["acme.example"])):
        lint(HTML, config=config)
        again = pickle.loads(pickle.dumps(config))
        assert (again.path, repr(again)) == (config.path, repr(config))
        assert lint(HTML, config=again) == lint(HTML, config=config)


# -- what goes wrong ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: lint(Path("nowhere.html")), "nowhere.html: no such file or folder"),
        (lambda: lint(Path("empty")), "empty: no templates or messages found"),
        (lambda: lint(Path("empty"), kind="html"), "empty: no such file: kind and filename are for one file"),
        (lambda: lint("mail/intro.html"), "'mail/intro.html' looks like a path: give a pathlib.Path"),
        (lambda: lint("intro.html", filename="the first"), "'intro.html' looks like a path: give a pathlib.Path"),
        (lambda: lint(b"\0", filename="x.html"), "x.html: binary data (it has NUL bytes), not text"),
        (lambda: lint("x" * 20_000_001), "too large (20,000,001 characters; the limit is 20,000,000)"),
        (lambda: lint("---\ntouch: no\n---\n", kind="txt"), "line 2, column 8: touch must be a whole number from 1"),
        (lambda: lint(HTML, profile="colt"), 'unknown profile "colt"; did you mean "cold"?'),  # type: ignore[arg-type]
        (lambda: lint(HTML, kind="mail"), 'unknown kind "mail" (known: eml, html, mjml, txt)'),  # type: ignore[arg-type]
        (lambda: lint(HTML, dialect="jinjar"), 'unknown dialect "jinjar"; did you mean "jinja"?'),
        (lambda: lint(HTML, touch=0), "touch must be a whole number from 1, not 0"),
        (lambda: lint(HTML, touch=True), "touch must be a whole number from 1, not True"),
        (lambda: lint(HTML, headers={"X": 1}), "headers: 'X' and its value must be str"),  # type: ignore[dict-item]
        (lambda: lint(email_message(), kind="html"), 'a EmailMessage is of kind "eml", not "html"'),
        (lambda: Config.load("nowhere.yaml"), "nowhere.yaml: no such file or directory"),
        (lambda: Config.load("empty"), "empty: is a directory"),
        (lambda: Config.load("bad.yaml"), "bad.yaml:1:2: not valid YAML"),
        (lambda: lint(HTML, headers=["X"]), "headers must be a mapping of names to texts, not list"),  # type: ignore[arg-type]
        (lambda: render(lint(HTML), None), "an output format is the name of one, not NoneType"),  # type: ignore[arg-type]
        (lambda: render(lint(HTML), "fulll"), 'no output format "fulll"; did you mean "full"?'),
    ],
)
def test_an_error_is_one_line_and_a_lint_error(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    call: Callable[[], object],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.yaml").write_text("[")
    with pytest.raises(LintError) as raised:
        call()
    assert str(raised.value).startswith(words)
    assert "\n" not in str(raised.value)
    assert capfd.readouterr() == ("", "")


def test_a_message_that_email_cannot_write_is_an_error() -> None:
    broken = Message()
    broken.set_payload([object()])  # type: ignore[list-item]
    broken["Content-Type"] = "multipart/mixed"
    with pytest.raises(LintError, match="the message cannot be written as bytes: "):
        lint(broken)


@pytest.mark.parametrize("source", [None, 3, ["<p>"], object()])
def test_what_is_no_source_is_a_type_error(source: Any) -> None:
    with pytest.raises(TypeError, match="cannot lint a "):
        lint(source)


@settings(deadline=None, max_examples=60)
@given(st.one_of(st.text(max_size=200), st.binary(max_size=200)), st.sampled_from([None, "eml", "html", "txt"]))
def test_any_text_gives_a_report_or_a_lint_error(source: Any, kind: Any) -> None:
    try:
        report = lint(source, kind=kind)
    except LintError:
        return
    assert not [found for found in report.findings if found.rule == "internal-error"]
    render(report)


# -- reports ------------------------------------------------------------------------------------------


def test_a_report_renders_in_every_format_and_hides_what_is_asked() -> None:
    config = Config(rules={UNCLOSED: "warning"})
    report = lint(HTML, config=config)
    assert "<b> is never closed" in render(report, config=config)
    assert "<b> is never closed" not in render(report, config=config, min_severity=Severity.ERROR)
    assert "\x1b[" in render(report, color=True)
    assert json.loads(render(report, "sarif"))["version"] == "2.1.0"


def test_a_report_pickles() -> None:
    report = lint(email_message("<p>Привет <b>Ada</p></i>"))
    assert report.findings
    assert pickle.loads(pickle.dumps(report)) == report


def test_findings_are_those_of_the_files() -> None:
    report = lint(HTML)
    assert report.findings == report.files[0].findings
    assert report.worst() is Severity.ERROR


# -- many at once -------------------------------------------------------------------------------------

TEXTS = [
    f"<p>Hi <b>{number}{'</b>' * (number % 2)}</p>{'</i>' * (number % 3)}{{{{ name }}}}" + "<p>x</p>" * (number % 7)
    for number in range(60)
]
QUIET = {"rules": {"markup/stray-end-tag": "off"}}


def test_threads_get_what_one_after_the_other_gets() -> None:
    quiet = Config(**QUIET)  # type: ignore[arg-type]
    configs = [None, quiet, Config(profile="cold")]
    jobs = [partial(lint, text, config=configs[number % 3]) for number, text in enumerate(TEXTS * 3)]
    serial = [job() for job in jobs]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda job: job(), jobs)) == serial
    assert len({repr(report) for report in serial}) > 4


COLD = """
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
start = Barrier(8)
def work(text):
    start.wait()
    from maillint import Config, lint
    findings = lint(text, config=Config(rules={"markup/stray-end-tag": "off"})).findings
    return [found for found in findings if found.rule in ("markup/unclosed-tag", "markup/stray-end-tag")]
with ThreadPoolExecutor(8) as pool:
    found = list(pool.map(work, ["<p>Hi <b>Ada</p></i>"] * 8))
assert len(set(map(repr, found))) == 1 and len(found[0]) == 1, found
"""


def test_threads_may_all_be_the_first(tmp_path: Path) -> None:
    for _ in range(2):  # the cache folder is empty at first, full then
        environment = {**os.environ, "MAILLINT_CACHE_DIR": str(tmp_path / "cache")}
        subprocess.run([sys.executable, "-c", COLD], env=environment, check=True)


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_processes_get_what_this_one_gets(method: str) -> None:
    job = partial(lint, config=Config(**QUIET))  # type: ignore[arg-type]
    serial = [job(text) for text in TEXTS[:12]]
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(job, TEXTS[:12]) == serial


def test_no_call_hears_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loose = Config(rules={"markup": "off"})
    first = lint(HTML)
    environment, folder = dict(os.environ), Path.cwd()
    for _ in range(3):
        assert unclosed(lint(HTML, config=loose, profile="cold", headers={"Subject": "Re: x"})) == []
        with pytest.raises(LintError):
            lint(HTML, dialect="none")
        assert lint(HTML) == first
    assert (dict(os.environ), Path.cwd()) == (environment, folder)
    # and the environment of the command is none of the library's
    monkeypatch.setenv("MAILLINT_IGNORE", "markup")
    monkeypatch.setenv("MAILLINT_PROFILE", "cold")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "maillint.yaml").write_text("rules: {markup: off}\n")
    assert lint(HTML) == first


# -- the package --------------------------------------------------------------------------------------


def test_importing_the_package_imports_nothing_else() -> None:
    code = (
        "import sys; known = set(sys.modules); import maillint; maillint.__version__; dir(maillint);"
        "print(*sorted(name for name in set(sys.modules) - known if name != '__future__'))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["maillint", "maillint._version"]


def test_linting_a_text_imports_no_command_line_and_no_network() -> None:
    off = dict.fromkeys(talkative(), "off")
    code = f"import sys, maillint; maillint.lint('<p>Hi</p>', config=maillint.Config(rules={off})); print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(result.stdout.split())
    assert "maillint.api" in loaded
    assert not loaded & {"click", "email.message", "dns", "bs4", "importlib.metadata"}


def test_the_package_exports_what_it_says_and_nothing_else() -> None:
    for name in maillint.__all__:
        assert getattr(maillint, name) is not None
        assert name in dir(maillint)
    with pytest.raises(AttributeError, match="no attribute 'lintt'"):
        maillint.lintt  # noqa: B018
