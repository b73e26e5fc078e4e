"""maillint as a library: lint texts, messages and files from Python; exported by the package itself."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict, final

from maillint import output
from maillint._version import __version__
from maillint.config.config import LayeredConfig, load_config
from maillint.config.files import layers_of
from maillint.config.find import find_config
from maillint.data.profiles import PROFILES
from maillint.data.yamlfile import FileError, suggestion
from maillint.errors import LintError
from maillint.files.access import MAX_BYTES, UnreadableError, read_bytes, source_from
from maillint.files.paths import shown_path
from maillint.finding import Edit, Failure, FileReport, Finding, Fix, FurtherPlace, Related, Report, Severity, Unknown
from maillint.message.kinds import KINDS, Kind, guess_kind, is_plan, kind_of
from maillint.message.read import MessageSettings
from maillint.message.template.dialect import dialects
from maillint.project.baseline import without_known
from maillint.project.discovery import Discovery, Group
from maillint.project.errors import error_line, internal_error
from maillint.project.loader import failure, guess_kind_of, load_all, load_text
from maillint.project.runner import lint_loaded
from maillint.text.source import Source
from maillint.values import replace

if TYPE_CHECKING:
    from email.message import Message
    from typing import Unpack

__all__ = [
    "Config",
    "ConfigKeys",
    "Edit",
    "FileReport",
    "Finding",
    "Fix",
    "FurtherPlace",
    "Kind",
    "LintError",
    "Profile",
    "Related",
    "Report",
    "Severity",
    "Unknown",
    "guess_kind",
    "lint",
    "message_bytes",
    "render",
]

Profile = Literal["cold", "newsletter", "transactional", "general"]

NAMES: Final[Mapping[str, str]] = {"eml": "<message>", "html": "<html>", "mjml": "<mjml>", "txt": "<text>"}
"""What reports call a text that has no file name."""

_KEYWORDS: Final = "<Config>"
"""Stands for the file of settings that are given as keyword arguments."""


class ConfigKeys(TypedDict, total=False):
    """The keyword arguments of Config: the keys of maillint.yaml, with underscores for hyphens."""

    extends: str | Sequence[str]
    profile: Profile
    rules: Mapping[str, Any]
    select: str | Sequence[str]
    ignore: str | Sequence[str]
    fail_on: str
    min_severity: str
    format: str
    headers: Mapping[str, str | int]
    exclude: str | Sequence[str]
    include: str | Sequence[str]
    rule_folders: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
    plugins: str | Sequence[str]
    own_domains: str | Sequence[str]
    dkim_selectors: str | Sequence[str]
    domains: Mapping[str, Mapping[str, Any]]
    dialect: str
    sequences: Sequence[str | Sequence[str]]
    jurisdictions: Sequence[str]
    pixel_consent: str
    lists: Mapping[str, Any]
    clients: str | Sequence[str]
    baseline: str | os.PathLike[str]
    require_baseline: bool
    max_findings_per_file: int
    time_limit: float
    overrides: Sequence[Mapping[str, Any]]


@final
class Config:
    """Settings for ``lint``: those of a file (``load``, ``find``), or given as keyword arguments.

    The keywords are the keys of ``maillint.yaml`` with underscores for hyphens, and their values are what
    would stand there; so are the errors: ``Config(rules={"links/shortener": "off"}, own_domains=["acme.example"])``.
    Relative paths count from the working folder. Raises LintError. Never changes once it is made, may be
    shared by threads, and pickles.
    """

    __slots__ = ("_settings",)
    _settings: LayeredConfig

    def __init__(self, **keys: Unpack[ConfigKeys]) -> None:
        with _as_lint_error():
            data = {key.replace("_", "-"): _plain(value) for key, value in keys.items()}
            self._settings = LayeredConfig(layers=tuple(layers_of(data, _KEYWORDS)))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Config:
        """Read a configuration file (``maillint.yaml``, or ``pyproject.toml``); raises LintError."""
        with _as_lint_error(path):
            return _wrap(load_config(os.fspath(path)))

    @classmethod
    def find(cls, folder: str | os.PathLike[str] = ".") -> Config:
        """Read the configuration file nearest to a folder, upward, as ``maillint check`` does for a file in it.

        Without one, the defaults: ``path`` is None then. Raises LintError.
        """
        with _as_lint_error(folder):
            return _wrap(load_config(find_config(os.path.abspath(folder))))  # noqa: PTH100

    @property
    def path(self) -> str | None:
        """The file that the settings were read from; None if they stand in no file."""
        return self._settings.path

    def __repr__(self) -> str:
        return f"<maillint.Config of {self.path or 'no file'}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _wrap, (replace(self._settings),)  # a copy without what has been computed: rules do not pickle


def _wrap(settings: LayeredConfig) -> Config:
    made = object.__new__(Config)
    made._settings = settings
    return made


def lint(
    source: str | bytes | Message | os.PathLike[str],
    *,
    kind: Kind | None = None,
    filename: str | os.PathLike[str] | None = None,
    config: Config | None = None,
    profile: Profile | None = None,
    touch: int | None = None,
    headers: Mapping[str, str] | None = None,
    dialect: str | None = None,
) -> Report:
    """Lint one message and return what was found; a folder's path lints every message below it.

    ``source`` is the text of a template or of a whole message (``str`` or ``bytes``; a ``str`` is never a
    path), a message of the standard library (``EmailMessage`` and its elders), or a path (``pathlib.Path``).
    A ``Message`` is taken as ``message_bytes`` gives it, and positions count in that text.

    ``kind`` says what a text is; without it, ``filename`` does, and without that the text itself: it is a
    message (``eml``) if it begins with a header field, HTML (or MJML) if it has a tag, else plain text. A text with no
    fields but such as people write (``Subject``, ``From`` …) is a draft of plain text. ``filename``
    is also what the report calls it, and what path patterns of the configuration see. A ``str`` is a name, and no file
    is opened. A path (``pathlib.Path``) says that the text is what that file is to hold: its twin, its sidecars and
    what it includes are read and reported as if the text stood there.

    ``config`` holds the settings. Without it a path has those of the nearest ``maillint.yaml``, everything
    else the defaults. ``profile`` and ``touch`` come before what the configuration and the text say, and
    ``dialect`` before the configuration's. ``headers`` are fields that the sending tool will add; those
    that a message has itself stay. The configuration's ``headers`` are for templates and ``Message`` objects,
    which have still to be sent, and not for the text of a message.

    Reads files only for a path, and never the environment or the network; keeps nothing between calls that
    a call could notice. Raises LintError; in a folder, a file that cannot be read is one of the report's
    ``failures`` instead. A rule that breaks is a finding named ``internal-error``.
    """
    given = _Given(kind, profile, touch, headers, dialect)
    with _as_lint_error():
        given.check()
        if isinstance(source, os.PathLike):
            return _lint_path(os.fspath(source), filename, config, given)
        if isinstance(filename, os.PathLike) and given.kind is None and isinstance(source, (str, bytes)):
            return _lint_in_place(source, os.fspath(filename), config, given)
        name = None if filename is None else os.fspath(filename).replace(os.sep, "/")
        settings = _defaults() if config is None else config._settings
        if isinstance(source, (bytes, bytearray, memoryview)):
            return _lint_text(bytes(source), name, settings, given)
        if isinstance(source, str):
            if kind is None and (name is None or kind_of(name) is None) and _is_like_path(source):
                raise LintError(f"{source!r} looks like a path: give a pathlib.Path, or say the text's kind")
            return _lint_text(source, name, settings, given)

        from email.message import Message  # noqa: PLC0415 -- 20 ms, for messages only

        if isinstance(source, Message):
            if kind not in {None, "eml"}:
                raise LintError(f'a {type(source).__name__} is of kind "eml", not "{kind}"')
            return _lint_text(message_bytes(source), name, settings, given, "eml", unsent=True)
    raise TypeError(f"cannot lint a {type(source).__name__}: give str, bytes, a message of email, or a path")


def render(
    report: Report,
    output_format: str = "full",
    *,
    config: Config | None = None,
    color: bool = False,
    width: int = 80,
    min_severity: Severity = Severity.INFO,
) -> str:
    """Return a report as ``maillint check --format`` prints it; raises LintError for an unknown format.

    ``config`` is the one that was linted with: it knows the texts of rules that are not maillint's own.
    ``width`` is in terminal cells; ``min_severity`` hides what is below it.
    """
    with _as_lint_error():
        rules = (_defaults() if config is None else config._settings).catalogue.rules
    try:
        if not isinstance(output_format, str):
            raise LintError(f"an output format is the name of one, not {type(output_format).__name__}")
        module = output.load(output_format)
    except LookupError:
        known = output.formats()
        raise LintError(f'no output format "{output_format}"{suggestion(output_format, known)}') from None
    context = output.Context(dict(rules), color, width, __version__, min_severity=min_severity)
    with _as_lint_error():
        return module.render(report, context)


def message_bytes(message: Message) -> bytes:
    """Return a message as ``smtplib.SMTP.send_message`` sends it: with CRLF line ends and without Bcc.

    The message's own policy writes it, in UTF-8 where an address is not ASCII (RFC 6532). Raises LintError
    for one that cannot be written.
    """
    from copy import copy  # noqa: PLC0415 -- only for messages of email, as the next three
    from email.generator import BytesGenerator  # noqa: PLC0415
    from email.policy import EmailPolicy  # noqa: PLC0415
    from io import BytesIO  # noqa: PLC0415

    sent = copy(message)
    for name in ("Bcc", "Resent-Bcc"):
        del sent[name]
    written = BytesIO()
    try:
        policy = message.policy
        if isinstance(policy, EmailPolicy) and _is_international(message):
            policy = policy.clone(utf8=True)
        BytesGenerator(written, mangle_from_=False, policy=policy).flatten(sent, linesep="\r\n")
    except Exception as error:  # what email raises on a malformed message is of many kinds
        reason = " ".join(str(error).split())
        raise LintError(f"the message cannot be written as bytes: {type(error).__name__}: {reason}") from error
    return written.getvalue()


def _is_international(message: Message) -> bool:
    """Whether an address outside ASCII needs the SMTPUTF8 extension."""
    fields = [field for name in ("From", "Sender", "To", "Cc") for field in message.get_all(name, [])]
    return any(not address.addr_spec.isascii() for field in fields for address in getattr(field, "addresses", ()))


# -- inside -------------------------------------------------------------------------------------------


class _Given:
    """What a call says beside the source and the configuration."""

    def __init__(
        self,
        kind: Kind | None,
        profile: Profile | None,
        touch: int | None,
        headers: Mapping[str, str] | None,
        dialect: str | None,
    ) -> None:
        self.kind, self.profile, self.touch, self.dialect = kind, profile, touch, dialect
        if headers is not None and not isinstance(headers, Mapping):
            raise LintError(f"headers must be a mapping of names to texts, not {type(headers).__name__}")
        self.headers = dict(headers or {})

    def check(self) -> None:
        """Raise LintError for an argument that is not valid."""
        choices = (
            ("kind", self.kind, sorted(KINDS)),
            ("profile", self.profile, PROFILES),
            ("dialect", self.dialect, dialects()),
        )
        for what, value, known in choices:
            if value is not None and value not in known:
                hint = suggestion(str(value), known) or f" (known: {', '.join(known)})"
                raise LintError(f'unknown {what} "{value}"{hint}')
        if self.touch is not None and (type(self.touch) is not int or self.touch < 1):
            raise LintError(f"touch must be a whole number from 1, not {self.touch!r}")
        for name, text in self.headers.items():
            if not isinstance(name, str) or not isinstance(text, str):
                raise LintError(f"headers: {name!r} and its value must be str")

    def over(self, settings: MessageSettings, kind: str, *, unsent: bool = False) -> MessageSettings:
        """Lay this over the configuration's settings; its headers are for templates and for ``unsent`` messages."""
        own = {name.lower() for name in self.headers}
        others = tuple((name, text) for name, text in settings.headers if name.lower() not in own)
        return replace(
            settings,
            profile=self.profile or settings.profile,
            profile_forced=self.profile is not None or settings.profile_forced,
            touch=settings.touch if self.touch is None else self.touch,
            touch_forced=self.touch is not None or settings.touch_forced,
            dialect=self.dialect or settings.dialect,
            headers=(*self.headers.items(), *(others if unsent or kind != "eml" else ())),
            headers_forced=unsent or bool(self.headers),
        )


@cache
def _defaults() -> LayeredConfig:
    return LayeredConfig()


def _lint_path(path: str, filename: str | os.PathLike[str] | None, chosen: Config | None, given: _Given) -> Report:
    """Lint a file, with its plain-text twin and its sidecars, or the messages below a folder."""
    discovery = Discovery(config=None if chosen is None else chosen._settings)
    alone = os.path.isfile(path)  # noqa: PTH113
    if alone and (filename is not None or given.kind not in {None, kind_of(path)}):
        name = shown_path(path) if filename is None else os.fspath(filename).replace(os.sep, "/")
        return _lint_text(read_bytes(path), name, discovery.config_for(name), given)
    if not alone and (given.kind is not None or filename is not None):
        raise LintError(f"{path}: no such file: kind and filename are for one file")
    groups = discovery.groups([path])
    if not groups and not discovery.excluded and not discovery.failures:
        raise LintError(f"{path}: no templates or messages found{discovery.pages_found}")
    return _lint_groups(groups, discovery, given, alone=alone)


def _lint_in_place(text: str | bytes, path: str, chosen: Config | None, given: _Given) -> Report:
    """Lint a text as the content of a file, with what lies beside it."""
    discovery = Discovery(config=None if chosen is None else chosen._settings)
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    if len(data) > MAX_BYTES:
        raise LintError(f"{path}: too large ({len(data):,} bytes; the limit is {MAX_BYTES:,})")
    return _lint_groups(discovery.groups_of_text(path, data), discovery, given, alone=True)


def _lint_groups(groups: Sequence[Group], discovery: Discovery, given: _Given, *, alone: bool) -> Report:
    """Lint the messages and plans of a run; a failure is an error if the run is about one file ``alone``."""
    reports: list[FileReport] = []
    baselines: dict[str, str | None] = {}
    failures = list(discovery.failures)
    for group in groups:
        if group.plan is not None:
            from maillint.project.plan_run import lint_plan_group  # noqa: PLC0415 -- few runs have a plan

            reports.extend(lint_plan_group(group, given.profile))
    messages = [group for group in groups if group.plan is None]
    for loaded in load_all(messages, adjust=given.over):
        if isinstance(loaded, Failure):
            failures.append(loaded)
            continue
        try:
            found = lint_loaded(loaded)
        except Exception as error:  # a fault of maillint's own in one file must not cost the others
            failures.append(failure(loaded.group, error))
            continue
        reports.extend(found)
        baselines.update((file.path, loaded.group.config.baseline) for file in found)
    if alone and failures:
        raise LintError(f"{failures[0].path}: {failures[0].message}")
    passed_over = tuple(discovery.passed_over)
    return without_known(Report(tuple(reports), failures=tuple(failures), passed_over=passed_over), baselines)[0]


def _lint_text(
    text: str | bytes,
    filename: str | None,
    config: LayeredConfig,
    given: _Given,
    kind: Kind | None = None,
    *,
    unsent: bool = False,
) -> Report:
    """Lint one text that stands in no file, or whose file has been read."""
    if filename is not None and kind is None and given.kind is None and is_plan(filename):
        return _lint_plan_text(text, filename, config, given.profile)
    try:
        kind = kind or given.kind or (kind_of(filename) if filename else None) or guess_kind_of(text)
        group = Group.for_text(filename or NAMES[kind], config if filename is None else config.for_file(filename))
        loaded = load_text(group, text, kind, lambda settings, kind: given.over(settings, kind, unsent=unsent))
    except UnreadableError as error:
        raise LintError(f"{filename}: {error}" if filename else str(error)) from None
    return Report(tuple(lint_loaded(loaded)))


def _lint_plan_text(text: str | bytes, filename: str, config: LayeredConfig, profile: str | None) -> Report:
    """Lint a campaign plan that stands in no file, or whose file has been read."""
    from maillint.project.plan_files import plan_of  # noqa: PLC0415 -- few texts are plans, as the next
    from maillint.project.plan_run import lint_plan_text  # noqa: PLC0415

    try:
        source = source_from(filename, text, "") if isinstance(text, bytes) else Source.from_text(filename, text)
        plan = plan_of(source)
    except UnreadableError as error:
        raise LintError(f"{filename}: {error}") from None
    return Report(tuple(lint_plan_text(Group.for_text(filename, config.for_file(filename)), plan, profile)))


def _is_like_path(text: str) -> bool:
    return bool(text) and not any(character.isspace() or character == "<" for character in text) and bool(kind_of(text))


def _plain(value: Any) -> Any:
    """Return a value as YAML would give it, so that it is validated as in a file."""
    if isinstance(value, Severity):
        return value.label
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in (sorted(value) if isinstance(value, (set, frozenset)) else value)]
    return value


@contextmanager
def _as_lint_error(path: str | os.PathLike[str] | None = None) -> Iterator[None]:
    """Raise LintError, with the line that the command would print, for a caller's mistake or the system's error.

    ``path`` names the file that the system speaks of where it does not say so itself.
    """
    try:
        yield
    except FileError as error:
        raise LintError(error.message if error.path == _KEYWORDS else error_line(error) or "") from None
    except LintError:
        raise
    except OSError as error:
        error.filename = error.filename or path
        raise LintError(error_line(error) or "") from None
    except Exception as error:  # a fault of maillint's own, with its cause
        raise LintError(internal_error(error)) from error
