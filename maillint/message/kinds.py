"""The kinds of file that maillint reads, and which of them a name or a text stands for."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Final, Literal, get_args

from maillint.message.template.signs import template_extension, template_extensions
from maillint.values import NamedTuple

Kind = Literal["html", "mjml", "eml", "txt"]
"""A template or text in HTML, in MJML, a whole message, or plain text."""


class FileKind(NamedTuple):
    """What is known of a kind of file.

    ``extensions`` are in lower case, the usual one first; ``content_type`` is that of the text. ``stands_alone``:
    whether a file with such a name is mail wherever it lies; others are only where they belong to a message.
    """

    extensions: tuple[str, ...]
    content_type: str
    stands_alone: bool


KINDS: Final[Mapping[str, FileKind]] = {
    "html": FileKind((".html", ".htm", ".xhtml"), "text/html", True),
    "mjml": FileKind((".mjml",), "text/mjml", True),
    "eml": FileKind((".eml",), "message/rfc822", True),
    "txt": FileKind((".txt", ".text"), "text/plain", False),
}

_PLANS = (".campaign.yaml", ".campaign.yml")
"""How the names of campaign plans end, which are no mail and name the mails of a campaign."""

PLAN_PATTERN = r"\.campaign\.ya?ml$"
"""A regular expression of their names; for pre-commit."""

_BY_EXTENSION: Final[Mapping[str, Kind]] = {
    extension: kind for kind in get_args(Kind) for extension in KINDS[kind].extensions
}
_PLAIN_EXTENSIONS = frozenset({".plaintext", ".plain", ".subject"})
"""Before a template's extension, these say that its text is plain (``email.body.plaintext.gotmpl``)."""

_OTHER_EXTENSIONS = frozenset(
    {".css", ".scss", ".js", ".ts", ".json", ".xml", ".yaml", ".yml", ".sql", ".csv", ".conf"}
)
"""Before a template's extension, these say that it is no mail."""

_LONGEST_HEADER = 20_000


# -- by its name --------------------------------------------------------------------------------------


@lru_cache(1_000)
def kind_of(path: str) -> Kind | None:
    """The kind of file that a name stands for, through a template's extension (``.html.j2``); None if unknown."""
    kind = _BY_EXTENSION.get(_extension(path))
    claimed = "" if kind else template_extension(path)
    if not claimed:
        return kind
    stem = path[: -len(claimed)]
    inner = _extension(stem)
    if inner in _PLAIN_EXTENSIONS:
        return "txt"
    return None if inner in _OTHER_EXTENSIONS else kind_of(stem) or "html"


def is_plan(path: str) -> bool:
    """Whether a file is called as a campaign plan is."""
    return path.lower().endswith(_PLANS)


def format_extension(name: str) -> str:
    """The extension that says what format a template is in, in lower case (``.html`` of ``a.html.j2``), or ""."""
    extension = _extension(name[: len(name) - len(template_extension(name))])
    return extension if _BY_EXTENSION.get(extension, "eml") != "eml" else ""


def hook_pattern(claimed: Iterable[str] | None = None) -> str:
    """A regular expression of the paths whose kind is known, which ``kind_of`` decides; for pre-commit.

    ``claimed`` are the extensions of templates, those of all languages unless given. Which of the files are mail is
    left to the run (``--skip-pages``).
    """
    own = "|".join(extension[1:] for extension in _BY_EXTENSION)
    endings = sorted({extension[1:] for extension in (template_extensions() if claimed is None else claimed)})
    if not endings:
        return rf"(?i)\.({own})$"
    by_length: dict[int, list[str]] = {}
    for extension in sorted(_OTHER_EXTENSIONS):
        by_length.setdefault(len(extension), []).append(extension[1:])
    no_mail = "".join(rf"(?<!\.({'|'.join(names)}))" for _, names in sorted(by_length.items()))
    for longer in endings:
        first, _, last = longer.rpartition(".")
        if first:  # blade.php is one extension, and what stands before it counts
            endings = [rf"(?<!\.{first}\.){name}" if name == last else name for name in endings]
    claimed_names = "|".join(name.replace(".", r"\.") if "(" not in name else name for name in endings)
    return rf"(?i)\.({own})$|{no_mail}\.({claimed_names})$"


def _extension(path: str) -> str:
    return os.path.splitext(path.lower())[1]  # noqa: PTH122


# -- by its text --------------------------------------------------------------------------------------


def guess_kind(text: str) -> Kind:
    """Tell what kind of text this is by its beginning and its tags, where no name says it.

    A message begins with a header field whose name is known (RFC 5322, section 2.2), or with an mbox "From " line and
    such a field; a text that begins with an empty line has no header. One that has only fields that people write
    themselves is no message yet but a draft, which is plain text. MJML is taken for HTML at first; reading it corrects
    that.
    """
    if _first_field().match(text):
        return "eml" if draft_header(text) == 0 or _sent_field().search(text, 0, draft_header(text)) else "txt"
    return "html" if has_tags(text) else "txt"


def draft_header(text: str) -> int:
    """Where the header ends that a draft in plain text begins with, its empty line included; 0 without one.

    It has a Subject or From field and none that says how the text is encoded or came here (MIME-Version, Received).
    """
    if text[:1].isspace() or ":" not in text[:80]:
        return 0
    found = _draft().match(text, 0, _LONGEST_HEADER)
    return found.end() if found is not None and _written_field().search(text, 0, found.end()) else 0


def has_tags(text: str) -> bool:
    """Whether a text has tags, comments or a document type of HTML; an address in angle brackets is none of these."""
    return _tag().search(text) is not None


@cache
def _first_field() -> re.Pattern[str]:
    return re.compile(
        r"(?:From [^\r\n]{1,500}[ \t](?:mon|tue|wed|thu|fri|sat|sun)[ \t]+"
        r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[ \t]+\d{1,2}[ \t]+\d{1,2}:\d\d[^\r\n]*\r?\n)?"
        r"(?:from|to|cc|bcc|subject|date|sender|received|references|precedence|importance"
        r"|(?:x|arc|list|mime|content|message|reply|return|in-reply|delivered|dkim|resent|received|authentication"
        r"|auto|errors|feedback|thread|user|original)-[\w-]{1,70})[ \t]*:",
        re.IGNORECASE,
    )


@cache
def _draft() -> re.Pattern[str]:
    return re.compile(
        r"(?:(?:from|sender|to|cc|bcc|reply-to|subject|preheader|preview|date|message-id|in-reply-to|references|precedence"
        r"|importance|priority|list-[a-z-]{1,30}|x-[\w-]{1,70})[ \t]*:[^\r\n]*+(?:\r\n|\r|\n)"
        r"(?:[ \t]++[^\s][^\r\n]*+(?:\r\n|\r|\n))*+)++[ \t]*+(?:\r\n|\r|\n)",
        re.IGNORECASE,
    )


@cache
def _written_field() -> re.Pattern[str]:
    return re.compile(r"^(?:subject|from)[ \t]*:", re.IGNORECASE | re.MULTILINE)


@cache
def _sent_field() -> re.Pattern[str]:
    """A field that the program adds that sends a message."""
    return re.compile(r"^(?:date|message-id)[ \t]*:", re.IGNORECASE | re.MULTILINE)


@cache
def _tag() -> re.Pattern[str]:
    return re.compile(r"<(?:!doctype\b|!--|/?[a-z][a-z0-9-]*(?::[a-z][a-z0-9-]*)?(?=[\s/>]))", re.IGNORECASE)
