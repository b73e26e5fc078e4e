"""A pytest plugin: the fixture ``assert_clean_mail``, with which a test asserts that an outgoing message is clean.

Every run of pytest imports this module where maillint is installed, so it imports nothing heavy itself.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol, cast

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from email.message import Message

    from maillint import Config, Report, Severity
    from maillint.api import Kind, Profile

_MARGIN = 12
"""The cells that pytest puts before each line of an error, in a call that stands in a ``with`` or ``for``."""


class HasMessage(Protocol):
    """A message of Django or of a library like it: ``message()`` gives it as one of the standard library."""

    def message(self) -> Message:
        """The message as it will be sent."""


class HasBytes(Protocol):
    """A message of Flask-Mail or of a library like it."""

    def as_bytes(self) -> bytes:
        """The message as it will be sent."""


if TYPE_CHECKING:
    Mail = str | bytes | os.PathLike[str] | Message | HasMessage | HasBytes
    """What a test can hand over: a text, a path, or a message of the standard library, Django or Flask-Mail."""

    Source = str | bytes | os.PathLike[str] | Message
    """What ``lint`` takes."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the settings of the ini file."""
    parser.addini("maillint_config", "the configuration of maillint; else the nearest one to the root folder")
    parser.addini("maillint_profile", "the kind of mail that assert_clean_mail takes messages for")
    parser.addini("maillint_fail_on", "the lowest severity that assert_clean_mail refuses", default="error")


@pytest.fixture(scope="session")
def assert_clean_mail(pytestconfig: pytest.Config) -> AssertCleanMail:
    """A function that fails the test if maillint finds something in a message: ``assert_clean_mail(mail.outbox)``.

    It takes a message of Django, of the standard library or of Flask-Mail, the text of a message or of a
    template, a path, or a list of these. It returns the report.
    """
    return AssertCleanMail(pytestconfig)


class AssertCleanMail:
    """What the fixture ``assert_clean_mail`` gives; it reads the configuration when it is first called."""

    def __init__(self, config: pytest.Config) -> None:
        self._pytest = config
        self._config: Config | None = None

    def __call__(
        self,
        mail: Mail | Iterable[Mail],
        *,
        fail_on: str | None = None,
        config: Config | None = None,
        profile: Profile | None = None,
        touch: int | None = None,
        headers: Mapping[str, str] | None = None,
        kind: Kind | None = None,
        dialect: str | None = None,
    ) -> Report:
        """Lint a message, or each of a list, and fail if there is a finding of at least ``fail_on``.

        ``fail_on`` is ``error``, ``warning`` or ``info``; it, ``profile`` and ``config`` come before the ini
        file's ``maillint_…``. The others are as in ``maillint.lint``. Fails for an empty list, too, and for
        what cannot be linted. Returns the report of all messages.
        """
        __tracebackhide__ = True
        from maillint import LintError, Report, lint  # noqa: PLC0415 -- only who calls this pays for it

        threshold = self._threshold(fail_on)
        mails = _sources(mail)
        if not mails:
            raise AssertionError("there is no mail to lint: the list is empty")
        try:
            config = config or self._own_config()
            chosen = cast("Profile | None", profile or self._pytest.getini("maillint_profile") or None)
            reports = [
                lint(
                    one,
                    kind=kind,
                    filename=None if len(mails) == 1 or isinstance(one, os.PathLike) else f"<mail {number}>",
                    config=config,
                    profile=chosen,
                    touch=touch,
                    headers=headers,
                    dialect=dialect,
                )
                for number, one in enumerate(mails, 1)
            ]
        except LintError as error:
            fault = str(error)
        else:
            report = Report(
                # two paths may be those of one message, which is reported whole for each
                tuple({file.path: file for one in reports for file in one.files}.values()),
                failures=tuple(failure for one in reports for failure in one.failures),
                passed_over=tuple(file for one in reports for file in one.passed_over),
            )
            fault = self._fault(report, threshold, config)
        if fault:
            raise AssertionError(fault)
        return report

    def __repr__(self) -> str:
        return "<assert_clean_mail of maillint>"  # without an address: pytest shows it with every failure

    def _threshold(self, word: str | None) -> Severity:
        __tracebackhide__ = True
        from maillint import Severity  # noqa: PLC0415 -- see __call__

        severities = {severity.label: severity for severity in Severity}
        if word is not None and word not in severities:
            raise ValueError(f'fail_on must be error, warning or info, not "{word}"')
        chosen = word or self._pytest.getini("maillint_fail_on")
        if chosen not in severities:
            raise pytest.UsageError(f'maillint_fail_on must be error, warning or info, not "{chosen}"')
        return severities[chosen]

    def _own_config(self) -> Config:
        from maillint import Config  # noqa: PLC0415 -- see __call__

        if self._config is None:
            ini = self._pytest.inipath
            named = self._pytest.getini("maillint_config")
            base = self._pytest.rootpath if ini is None else ini.parent
            self._config = Config.load(base / named) if named else Config.find(self._pytest.rootpath)
        return self._config

    def _fault(self, report: Report, threshold: Severity, config: Config) -> str:
        """What is wrong, with the frames of every finding that counts; empty if nothing is."""
        from maillint import render  # noqa: PLC0415 -- see __call__

        found = [finding for finding in report.findings if finding.severity >= threshold]
        if not found and not report.failures:
            return ""
        terminal = self._pytest.pluginmanager.get_plugin("terminalreporter")  # a worker of xdist has no reporter
        writer = None if terminal is None else self._pytest.get_terminal_writer()
        frames = render(
            report,
            config=config,
            color=writer is not None and writer.hasmarkup,
            width=(80 if writer is None else writer.fullwidth) - _MARGIN,
            min_severity=threshold,
        )
        named = list(dict.fromkeys([failure.path for failure in report.failures] + [finding.rule for finding in found]))
        what = ", ".join(named[:3]) + (", …" if len(named) > 3 else "")
        unread = [f"{failure.path}: {failure.message}" for failure in report.failures]
        return "\n".join([f"the mail is not clean: {what}", "", *unread, frames.rstrip("\n")])


def _sources(mail: Mail | Iterable[Mail]) -> list[Source]:
    """What ``lint`` takes, of one message or of several, whatever library made them; raises TypeError."""
    __tracebackhide__ = True
    alone = isinstance(mail, (str, bytes, os.PathLike)) or _is_message(mail) or not hasattr(mail, "__iter__")
    sources = []
    for one in [cast("Mail", mail)] if alone else cast("Iterable[Mail]", mail):  # a comprehension would add a frame
        sources.append(_source(one))  # noqa: PERF401
    return sources


def _source(mail: Mail) -> Source:
    __tracebackhide__ = True
    if isinstance(mail, (str, bytes, os.PathLike)):
        return mail
    if not _is_message(mail):
        raise TypeError(f"assert_clean_mail takes a message, its text, a path, or a list of these; not {mail!r:.80}")
    from email.message import Message  # noqa: PLC0415 -- see __call__

    if isinstance(mail, Message):
        return mail
    return mail.message() if hasattr(mail, "message") else mail.as_bytes()


def _is_message(mail: object) -> bool:
    return callable(getattr(mail, "message", None)) or callable(getattr(mail, "as_bytes", None))
