"""The pytest plugin, run by pytest itself on small projects: what passes, what fails, and what the failure shows."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest

from tests.installed import install

pytestmark = pytest.mark.slow

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parent.parent

BAD = "<p>Thanks, <b>Ada.</p>"
WITHOUT_OTHERS = ("-p", "maillint.pytest_plugin", "-p", "no:cacheprovider")


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """An empty project in which pytest has this plugin and no other."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("PYTEST_ADDOPTS", "FORCE_COLOR", "PY_COLORS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return pytester


def run(project: pytest.Pytester, code: str, *arguments: str) -> pytest.RunResult:
    """Run pytest on one test module."""
    project.makepyfile(test_mail=code)
    return project.runpytest_subprocess(*WITHOUT_OTHERS, *arguments)


def errors(result: pytest.RunResult) -> list[str]:
    """The lines of the errors that pytest shows, without its margin."""
    return [line[1:].removeprefix(" " * 7) for line in result.outlines if line.startswith("E   ")]


# -- what can be handed over --------------------------------------------------------------------------

STDLIB = """
import smtplib
from email import policy
from email.message import EmailMessage
from email.mime.text import MIMEText
from pathlib import Path

def message(html):
    message = EmailMessage()
    message["From"] = "Ada <ada@acme.example>"
    message["To"] = "bob@b.example"
    message["Subject"] = "Your receipt"
    message["Date"] = "Mon, 5 Oct 2026 09:00:00 +0200"
    message["Message-ID"] = "<1@acme.example>"
    message.set_content("Thanks, Ada.\\n")
    message.add_alternative(html, subtype="html")
    return message

class OfFlaskMail:  # its Message has as_bytes() and no message()
    def __init__(self, html):
        self.html = html
    def as_bytes(self):
        return message(self.html).as_bytes()

def path_of(html):
    path = Path("receipt.html")
    path.write_text(html)
    return path

MAKERS = {
    "EmailMessage": message,
    "smtplib's bytes": lambda html: message(html).as_bytes(policy=policy.SMTP),
    "text of a message": lambda html: message(html).as_string(),
    "template": str,
    "path": path_of,
    "flask-mail": OfFlaskMail,
    "MIMEText": lambda html: MIMEText(html, "html"),
    "several": lambda html: [message("<p>Hi</p>"), html],
    "a generator": lambda html: (message(one) for one in [html]),
}
"""


def test_everything_that_sends_mail_can_be_asserted(project: pytest.Pytester) -> None:
    code = STDLIB + (
        "import pytest\n"
        "from maillint import Config\n"
        "CONFIG = Config(rules={'headers': 'off'})\n"
        "@pytest.mark.parametrize('maker', MAKERS.values(), ids=MAKERS)\n"
        "def test_it(assert_clean_mail, maker):\n"
        "    report = assert_clean_mail(maker('<p>Thanks, <b>Ada.</b></p>'), config=CONFIG)\n"
        "    assert report.files and report.worst() is None or report.worst().label != 'error'\n"
        f"    with pytest.raises(AssertionError, match='unclosed-tag'):\n"
        f"        assert_clean_mail(maker({BAD!r}), config=CONFIG)\n"
    )
    run(project, code).assert_outcomes(passed=9)


DJANGO = """
import django
import pytest
from django.conf import settings

settings.configure(
    EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend", DEFAULT_FROM_EMAIL="Ada <ada@acme.example>"
)
django.setup()

from django.core import mail

def send(html):
    mail.outbox = []
    message = mail.EmailMultiAlternatives("Grüße", "Thanks, Ada.", to=["bob@b.example"], bcc=["eve@b.example"])
    message.attach_alternative(html, "text/html")
    message.send()
    mail.send_mail("Your receipt", "Thanks, Ada.", None, ["bob@b.example"])

def test_clean(assert_clean_mail):
    send("<p>Thanks, <b>Ada.</b></p>")
    assert len(assert_clean_mail(mail.outbox, profile="transactional").files) == 2
    assert_clean_mail(mail.outbox[0], profile="transactional")

def test_faulty(assert_clean_mail):
    send("<p>Thanks, <b>Ada.</p>")
    assert_clean_mail(mail.outbox, profile="transactional")
"""


def test_the_outbox_of_django_can_be_asserted(project: pytest.Pytester) -> None:
    result = run(project, DJANGO)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E * <mail 1>:*:12  error  markup/unclosed-tag", "E * | <p>Thanks, <b>Ada.</p>"])


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("[]", "AssertionError: there is no mail to lint: the list is empty"),
        ("None", "TypeError: assert_clean_mail takes a message, its text, a path, or a list of these; not None"),
        ("[3]", "TypeError: assert_clean_mail takes a message, its text, a path, or a list of these; not 3"),
        ("'mail/intro.html'", "AssertionError: 'mail/intro.html' looks like a path: give a pathlib.Path, or say the"),
        ("['a.html', 'b.html']", "AssertionError: 'a.html' looks like a path: give a pathlib.Path, or say the"),
        ("'Hi', profile='colt'", 'AssertionError: unknown profile "colt"; did you mean "cold"?'),
        ("'Hi', fail_on='never'", 'ValueError: fail_on must be error, warning or info, not "never"'),
        ("b'\\0'", "AssertionError: binary data (it has NUL bytes), not text"),
    ],
)
def test_what_cannot_be_linted_is_one_line(project: pytest.Pytester, argument: str, words: str) -> None:
    result = run(project, f"def test_it(assert_clean_mail):\n    assert_clean_mail({argument})\n")
    result.assert_outcomes(failed=1)
    (line,) = errors(result)
    assert line.startswith(words)


# -- what a failure shows -----------------------------------------------------------------------------

FAILING = f"""
def test_it(assert_clean_mail):
    assert_clean_mail({BAD!r})
"""


def test_a_failure_shows_the_test_and_the_frames_and_nothing_else(project: pytest.Pytester) -> None:
    result = run(project, FAILING)
    shown = "\n".join(result.outlines)
    assert errors(result)[:6] == [
        "AssertionError: the mail is not clean: markup/unclosed-tag",
        "",
        "<html>:1:12  error  markup/unclosed-tag",
        "<b> is never closed; </p> ends it",
        "  |",
        "1 | <p>Thanks, <b>Ada.</p>",
    ]
    assert ">       assert_clean_mail(" in shown
    assert "1 error in 1 file" in shown
    assert "test_mail.py:2: AssertionError" in shown
    assert "pytest_plugin.py" not in shown
    assert "maillint/" not in shown
    assert "\x1b[" not in shown
    frames = errors(result)[: errors(result).index("profile: general inferred for 1 file")]
    assert 60 < max(map(len, frames)) <= 80 - 8


def test_a_message_is_shown_once_whichever_of_its_files_are_given(project: pytest.Pytester) -> None:
    (project.path / "a.html").write_text(BAD)
    (project.path / "a.txt").write_text("Thanks, Ada.\n")
    code = """
        from pathlib import Path
        def test_it(assert_clean_mail):
            assert_clean_mail([Path("a.html"), Path("a.txt")])
        def test_text(assert_clean_mail):
            assert_clean_mail(Path("a.txt"))
    """
    result = run(project, code)
    result.assert_outcomes(failed=2)
    assert [line for line in errors(result) if "  error  " in line] == 2 * ["a.html:1:12  error  markup/unclosed-tag"]


@pytest.mark.parametrize("style", ["short", "line", "native", "long"])
def test_every_style_of_traceback_names_the_rule(project: pytest.Pytester, style: str) -> None:
    result = run(project, FAILING, f"--tb={style}")
    result.stdout.fnmatch_lines(["*AssertionError: the mail is not clean: markup/unclosed-tag"])


def test_the_summary_names_the_rules(project: pytest.Pytester) -> None:
    result = run(project, FAILING, "-vv")
    result.stdout.fnmatch_lines(["FAILED test_mail.py::test_it - AssertionError: the mail is not clean: markup/uncl*"])


def test_frames_are_coloured_where_pytest_is(project: pytest.Pytester) -> None:
    shown = "\n".join(run(project, FAILING, "--color=yes").outlines)
    assert "\x1b[1;31merror\x1b[0m  markup/unclosed-tag" in shown
    assert re.search("\x1b\\[1;31m\\^\\^\\^", shown)


def test_frames_are_shown_where_pytest_has_no_terminal_reporter(project: pytest.Pytester) -> None:
    result = run(project, FAILING, "-p", "no:terminal", "--junitxml=out.xml")
    assert result.ret == 1
    assert "1 | &lt;p&gt;Thanks, &lt;b&gt;Ada.&lt;/p&gt;" in (project.path / "out.xml").read_text()


def test_only_findings_that_count_are_shown(project: pytest.Pytester) -> None:
    code = f"""
        from maillint import Config
        CONFIG = Config(rules={{"markup/stray-end-tag": "warning"}})
        def test_passes(assert_clean_mail):
            report = assert_clean_mail("<p>Hi</i></p>", config=CONFIG)
            assert [found.rule for found in report.findings] == ["markup/stray-end-tag"]
        def test_fails(assert_clean_mail):
            assert_clean_mail("{BAD}</i>", config=CONFIG)
        def test_is_strict(assert_clean_mail):
            assert_clean_mail("{BAD}</i>", config=CONFIG, fail_on="warning")
    """
    result = run(project, code)
    result.assert_outcomes(passed=1, failed=2)
    heads = [line for line in errors(result) if line.startswith("AssertionError")]
    assert heads == [
        "AssertionError: the mail is not clean: markup/unclosed-tag",
        "AssertionError: the mail is not clean: markup/unclosed-tag, markup/stray-end-tag",
    ]


def test_a_rule_that_breaks_fails_the_test(project: pytest.Pytester) -> None:
    project.path.joinpath("own").mkdir()
    project.path.joinpath("own/a.yaml").write_text(
        "summary: s\ncheck: element\noptions: {select: p}\nseverity: info\nmessage: m\nwhy: w\n"
    )
    code = """
        from maillint import Config
        from maillint.checks import generic
        def test_it(assert_clean_mail, monkeypatch):
            monkeypatch.setattr(generic, "Selection", None)
            assert_clean_mail("<p>Hi</p>", config=Config(rule_folders="own"))
    """
    result = run(project, code)
    assert errors(result)[0] == "AssertionError: the mail is not clean: internal-error"


# -- settings -----------------------------------------------------------------------------------------

SETTINGS = f"""
def test_it(assert_clean_mail):
    print("profile:", assert_clean_mail({BAD!r}).files[0].profile)
"""


@pytest.mark.parametrize(
    ("ini", "files", "passes", "words"),
    [
        pytest.param("", {}, False, "unclosed-tag", id="none"),
        pytest.param("", {"maillint.yaml": "rules: {markup: off}\nprofile: cold"}, True, "profile: cold", id="nearest"),
        pytest.param(
            "maillint_profile = transactional",
            {"maillint.yaml": "rules: {markup: off}\nprofile: cold"},
            True,
            "profile: transactional",
            id="profile",
        ),
        pytest.param(
            "maillint_config = etc/strict.yaml\nmaillint_fail_on = warning",
            {"etc/strict.yaml": "rules: {markup: info}", "maillint.yaml": ""},
            True,
            "profile: general",
            id="config",
        ),
        pytest.param(
            "maillint_fail_on = info", {"maillint.yaml": "rules: {markup: info}"}, False, "unclosed-tag", id="fail_on"
        ),
        pytest.param(
            "maillint_fail_on = never",
            {},
            False,
            'maillint_fail_on must be error, warning or info, not "never"',
            id="word",
        ),
        pytest.param("maillint_config = a.yaml", {}, False, "a.yaml: no such file or directory", id="no file"),
        pytest.param("", {"maillint.yaml": "rulez: {}"}, False, 'unknown key "rulez"; did you mean "rules"?', id="key"),
    ],
)
def test_the_ini_file_and_the_configuration_decide(
    project: pytest.Pytester, ini: str, files: dict[str, str], passes: bool, words: str
) -> None:
    for name, text in files.items():
        (project.path / name).parent.mkdir(exist_ok=True)
        (project.path / name).write_text(text)
    project.makeini(f"[pytest]\n{ini}")
    (project.path / "tests").mkdir()
    (project.path / "tests/test_it.py").write_text(SETTINGS)
    result = project.runpytest_subprocess(*WITHOUT_OTHERS, "-rP", "tests")
    result.assert_outcomes(passed=int(passes), failed=int(not passes))
    assert words in "\n".join(result.outlines)


def test_the_fixture_serves_fixtures_of_every_scope(project: pytest.Pytester) -> None:
    code = """
        import pytest
        @pytest.fixture(scope="session")
        def welcome(assert_clean_mail):
            return assert_clean_mail("<p>Hi</p>")
        def test_it(welcome):
            assert welcome.files[0].kind == "html"
    """
    run(project, code).assert_outcomes(passed=1)


# -- what it costs ------------------------------------------------------------------------------------

UNUSED = """
import sys

def test_it(request):
    assert request.config.pluginmanager.has_plugin({name!r})
    loaded = {{name for name in sys.modules if name.split(".")[0] == "maillint"}}
    assert loaded == {{"maillint", "maillint._version", "maillint.pytest_plugin"}}
    assert not {{"turbohtml", "yaml"}} & set(sys.modules)
"""


def test_a_run_that_does_not_use_it_imports_nothing_of_maillint(project: pytest.Pytester) -> None:
    run(project, UNUSED.format(name="maillint.pytest_plugin"), "-p", "no:junitxml").assert_outcomes(passed=1)


def test_it_is_there_wherever_maillint_is_installed(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    site = project.mkdir("site")
    install(ROOT, site)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), str(ROOT)]))
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    project.makepyfile(test_mail=UNUSED.format(name="maillint"))
    result = project.runpytest_subprocess("-p", "no:cacheprovider", "-W", "error")
    result.assert_outcomes(passed=1)
    project.makepyfile(test_mail="def test_it(assert_clean_mail): pass")
    project.runpytest_subprocess("-p", "no:maillint", "-p", "no:cacheprovider").assert_outcomes(errors=1)


def test_the_package_declares_it() -> None:
    said = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert said["entry-points"]["pytest11"] == {"maillint": "maillint.pytest_plugin"}
