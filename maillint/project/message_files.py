"""Which files of a folder are one message: an HTML body, its plain text, and what states its subject."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from maillint.files.access import FileAccess
from maillint.message.kinds import KINDS, is_plan, kind_of
from maillint.message.sidecars import META, bare_name, holds_meta, holds_subject, says_plain, subject_of
from maillint.message.template.signs import template_extension
from maillint.patterns import regex

_BODY_WORD = regex(
    r"(?:^|[._-])(?:body|message|msg|e?mail|content|template|index|html?|te?xt|plain|plaintext)$", re.IGNORECASE
)
_BODIES = ("html", "mjml", "txt")
"""The kinds of file that a message's bodies have, in the order in which they name it."""

_POSTMARK = frozenset({"content.html", "content.htm", "content.txt"})


class Folder:
    """The messages of one folder, by the names of its files; the folder is listed once.

    A file called as a subject's belongs to the bodies of its name (``welcome_subject.txt`` to ``welcome.html``,
    ``welcome_message.txt`` or ``welcome-body-html.jinja``); one called ``subject`` alone to bodies called
    ``body``, ``message`` or the like, or to the folder's only message. Where two bodies of a format could be
    meant, it belongs to neither. ``plans`` are the campaign plans that lie there.
    """

    def __init__(self, path: str, files: FileAccess, names: Sequence[str] | None = None) -> None:
        self._path = path
        self._files = files
        self._messages: dict[str, tuple[str, ...]] = {}
        names = files.names(path) if names is None else names
        self._listed = names
        self._there = frozenset(name.lower() for name in names)
        self.plans = [self._joined(name) for name in names if is_plan(name)]
        subjects = [name for name in names if "subject" in name.lower() and kind_of(name) in {"html", "txt"}]
        if subjects:
            self._add_subjects(names, subjects)
        if META in names:
            bodies = tuple(sorted((name for name in names if name.lower() in _POSTMARK), key=_rank))
            if bodies and holds_meta(self._joined(META), files):
                self._add_message((*bodies, META))

    def message(self, path: str) -> tuple[str, ...]:
        """The files of the message that a file of this folder belongs to, the one it is named after first."""
        names = self._messages.get(os.path.basename(path))  # noqa: PTH119
        return tuple(map(self._joined, names)) if names else self._twins(path)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The names of the HTML and MJML files up to their first dots."""
        return frozenset(stem_of(name) for name in self._listed if kind_of(name) in {"html", "mjml"})

    def _add_subjects(self, names: Sequence[str], subjects: Sequence[str]) -> None:
        bodies: dict[str, list[str]] = {}
        cores: dict[str, list[str]] = {}
        for name in names:
            if kind_of(name) in _BODIES and subject_of(name) is None:
                keys = list(_keys(bare_name(name).lower()))
                cores.setdefault(keys[-1], []).append(name)
                for key in keys:
                    bodies.setdefault(key, []).append(name)
        owners = {name: owner for name in subjects if (owner := subject_of(name)) is not None}
        for name, owner in sorted(owners.items(), key=lambda item: (item[1] == "", item[0])):  # those with a name first
            meant = bodies.get(owner.lower(), [])
            if not meant and not owner and len(cores) == 1:
                meant = next(iter(cores.values()))
            names_of_message = _one_of_each(meant, name)
            taken = self._messages.keys() & {name, *names_of_message}
            if names_of_message and not taken and holds_subject(self._joined(name), self._files):
                self._add_message((*names_of_message, name))

    def _add_message(self, names: tuple[str, ...]) -> None:
        if all(self._files.has_file(self._joined(name)) for name in names):
            self._messages.update(dict.fromkeys(names, names))

    def _joined(self, name: str) -> str:
        return name if self._path in {"", "."} else os.path.join(self._path, name)  # noqa: PTH118

    # -- a body and its plain text

    def _twins(self, path: str) -> tuple[str, ...]:
        """``x.html`` (or ``x.mjml``) and its twin ``x.txt``."""
        kind = kind_of(path)
        if kind == "html" or (kind == "mjml" and not self._sibling(path, "mjml", "html")):
            twin = self._sibling(path, kind, "txt")
            return (path, twin) if twin else (path,)
        if kind == "txt":
            twin = self._sibling(path, "txt", "html") or self._sibling(path, "txt", "mjml")
            return (twin, path) if twin else (path,)
        return (path,)

    def _sibling(self, path: str, own: str, other: str) -> str | None:
        """The file of the same name with an extension of another kind, where there is one."""
        folder, name = os.path.split(path)
        stem = stem_of(name)
        endings = name[len(stem) :].lower()
        old = next((extension for extension in KINDS[own].extensions if extension in endings), None)
        if old is None:
            return None
        for extension in KINDS[other].extensions:
            name = stem + endings.replace(old, extension)
            sibling = os.path.join(folder, name)  # noqa: PTH118
            if name.lower() in self._there and self._files.has_file(sibling):
                return sibling
        return None


def message_files(path: str) -> tuple[str, ...]:
    """The files of the message that a file belongs to, the one it is named after first; its folder is listed."""
    folder = os.path.dirname(path)  # noqa: PTH120
    return Folder(folder, FileAccess([folder or "."])).message(path)


def _keys(bare: str) -> Iterator[str]:
    """The names that a subject's file may share with a body: the body's, and that without words such as ``body``."""
    yield bare
    for _ in range(3):
        bare, count = _BODY_WORD.subn("", bare)
        if not count:
            return
        yield bare


def _kind(name: str) -> str | None:
    kind = kind_of(name)
    return "txt" if kind == "html" and says_plain(name) else kind


def _rank(name: str) -> int:
    return _BODIES.index(_kind(name) or "txt")


def _one_of_each(names: Sequence[str], subject: str) -> tuple[str, ...]:
    """The HTML body and the plain one, in that order; nothing where it is open which ones are meant."""
    kinds: dict[str, list[str]] = {}
    for name in names:
        kinds.setdefault(_kind(name) or "", []).append(name)
    if "html" in kinds:
        kinds.pop("mjml", None)
    chosen = []
    for candidates in kinds.values():
        alike = [name for name in candidates if template_extension(name) == template_extension(subject)]
        meant = alike if len(candidates) > 1 else candidates  # built files may lie beside their templates
        if len(meant) != 1:
            return ()
        chosen.append(meant[0])
    return tuple(sorted(chosen, key=_rank))


def stem_of(name: str) -> str:
    """A file's name up to its first dot."""
    return name.partition(".")[0] if not name.startswith(".") else name
