"""Sidecars: files beside a template that state its headers (a subject's own file, Postmark's ``meta.json``)."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from maillint.errors import LintError
from maillint.files.access import FileAccess
from maillint.message.kinds import KINDS, format_extension, has_tags
from maillint.message.template.signs import template_extension
from maillint.patterns import regex
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.source import NotTextError, Source
from maillint.text.spans import Span
from maillint.values import frozen

if TYPE_CHECKING:
    from maillint.message.mime.headers import Field

# Every run asks which names are those of sidecars; few messages have one. So what reads them is imported then.

META = "meta.json"
"""Beside ``content.html`` and ``content.txt``: what Postmark's command-line tool keeps of a template."""

META_PATTERN = r"(^|/)meta\.json$"
"""A regular expression of the paths of what is called so; for pre-commit."""

LONGEST_SUBJECT = 998
"""Characters in the line of a subject's file at the most: those of a line of mail (RFC 5322, section 2.1.1)."""

_MAX_SUBJECT_FILE = 10_000
_MAX_LOOK = 1_000_000

_SUBJECT = regex(r"(?:(?P<whose>.+)[._-])?subject", re.IGNORECASE)
_PLAIN = regex(r"(?:^|[._-])(?:te?xt|plain|plaintext)$", re.IGNORECASE)
_META_KEYS = regex(r'"(?:Alias|Subject|TemplateType|LayoutTemplate)"\s*:')
_TOKEN = regex(r'"(?:[^"\\]++|\\.)*+"|[{}\[\],:]', re.DOTALL)
_ESCAPE = regex(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL
)  # fmt: skip
_SURROGATE = regex("[\ud800-\udfff]")


class SidecarError(LintError):
    """Raised for a sidecar that cannot be read, with the offset of the fault."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


@frozen
class Sidecar:
    """What a sidecar says: header fields, and whether the message is a layout that others are put into."""

    fields: tuple[Field, ...] = ()
    layout: bool = False


def bare_name(name: str) -> str:
    """A file's name without the extensions of its language and its format: ``a_subject`` of ``a_subject.txt.j2``."""
    return name[: len(name) - len(template_extension(name)) - len(format_extension(name))]


def subject_of(path: str) -> str | None:
    """Whose subject a file is by its name: ``welcome`` for ``welcome_subject.txt``, "" for ``subject.txt``, or None."""
    match = _SUBJECT.fullmatch(bare_name(os.path.basename(path)))  # noqa: PTH119
    return None if match is None else match["whose"] or ""


def says_plain(path: str) -> bool:
    """Whether a file's name says that its text is plain, whatever its extension (``welcome-body-text.html``)."""
    return _PLAIN.search(bare_name(os.path.basename(path))) is not None  # noqa: PTH119


def is_meta(path: str) -> bool:
    """Whether a file is called as Postmark's is."""
    return os.path.basename(path) == META  # noqa: PTH119


def split_sidecars(sources: Sequence[Source]) -> tuple[list[Source], list[Source]]:
    """Part a message's files into texts and sidecars; the first is always a text."""
    beside = [source for source in sources[1:] if is_meta(source.path) or subject_of(source.path) is not None]
    return [source for source in sources if source not in beside], beside


def read_sidecar(source: Source) -> Sidecar:
    """Read a sidecar's header fields with their places; raises SidecarError."""
    from maillint.message.mime.headers import Field  # noqa: PLC0415
    from maillint.text.offsets import OffsetMap  # noqa: PLC0415

    if is_meta(source.path):
        return _read_meta(source)
    text = source.text.strip()
    start = len(source.text) - len(source.text.lstrip()) if text else 0
    span = Span(start, start + len(text))
    return Sidecar((Field("Subject", text, source, span, span, OffsetMap.identity(len(text), start)),))


# -- whether a file is one ----------------------------------------------------------------------------


def holds_subject(path: str, files: FileAccess) -> bool:
    """Whether a file called as a subject's holds one: a line of text at the most, whatever tags stand around it."""
    from maillint.message.template.detect import detect  # noqa: PLC0415
    from maillint.message.template.parse import read  # noqa: PLC0415
    from maillint.message.views import make_views  # noqa: PLC0415

    source = _beginning(path, files, _MAX_SUBJECT_FILE)
    if source is None or len(source.data) > _MAX_SUBJECT_FILE:
        return False
    markup = format_extension(path) in KINDS["html"].extensions
    for view in make_views(source.text, read(source.text, detect(source.text, path)), markup=False):
        lines = [line for line in view.text.replace(PLACEHOLDER_CHAR, " ").splitlines() if line.strip()]
        if len(lines) > 1 or any(len(line) > LONGEST_SUBJECT for line in lines):
            return False
        if markup and has_tags(view.text):
            return False
    return True


def holds_meta(path: str, files: FileAccess) -> bool:
    """Whether a ``meta.json`` is Postmark's, by its keys: it need not be whole."""
    source = _beginning(path, files, _MAX_LOOK)
    return source is not None and _META_KEYS.search(source.text) is not None


def _beginning(path: str, files: FileAccess, limit: int) -> Source | None:
    """The beginning of a file, at most one byte longer than the limit; None where there is no text."""
    found = files.read(path, limit)
    try:
        return Source.from_bytes(path, found.data) if found and found.data is not None else None
    except NotTextError:
        return None


# -- Postmark's meta.json -----------------------------------------------------------------------------


def _read_meta(source: Source) -> Sidecar:
    import json  # noqa: PLC0415

    try:
        data = json.loads(source.text, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        raise SidecarError(f"not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}", error.pos) from None
    except RecursionError:
        raise SidecarError("nested too deeply", 0) from None
    if not isinstance(data, dict):
        return Sidecar()
    subject = _subject_place(source.text) if isinstance(data.get("Subject"), str) else None
    fields = () if subject is None else (_json_field(source, "Subject", *subject),)
    return Sidecar(fields, data.get("TemplateType") == "Layout")


def _subject_place(text: str) -> tuple[Span, Span] | None:
    """Where the key and the string of the outermost ``Subject`` stand in valid JSON; the last one counts."""
    import json  # noqa: PLC0415

    depth = 0
    key: Span | None = None
    pending: Span | None = None
    found: tuple[Span, Span] | None = None
    for token in _TOKEN.finditer(text):
        mark = token[0][0]
        if mark in "{[":
            depth += 1
        elif mark in "}]":
            depth -= 1
        elif depth > 1:
            continue
        elif mark == ":":
            key = pending
        elif mark == ",":
            key = None
        elif key is None:
            pending = Span(*token.span())
        elif json.loads(text[key.start : key.end]) == "Subject":
            found = key, Span(*token.span())
    return found


def _json_field(source: Source, name: str, key: Span, string: Span) -> Field:
    """A field whose value is a JSON string; an escape is one character of the value and several of the file."""
    import json  # noqa: PLC0415

    from maillint.message.mime.headers import Field  # noqa: PLC0415
    from maillint.text.offsets import MapBuilder, OffsetMap  # noqa: PLC0415

    value = Span(string.start + 1, string.end - 1)
    built = MapBuilder()
    position = value.start
    for escape in _ESCAPE.finditer(source.text, value.start, value.end):
        built.add(source.text[position : escape.start()], position)
        character = _SURROGATE.sub("\ufffd", json.loads(f'"{escape[0]}"'))
        built.add(character, escape.start(), escape.end() - escape.start())
        position = escape.end()
    built.add(source.text[position : value.end], position)
    mapped = built.map() if len(built) else OffsetMap.identity(0, value.start)
    return Field(name, built.text(), source, Span(key.start, string.end), value, mapped, quoted=True)
