"""Which files of a folder are one message: an HTML body, its plain text, and what states its subject."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence

from maillint.message.kinds import kind_of
from maillint.message.sidecars import META, bare_name, holds_meta, holds_subject, says_plain, subject_of
from maillint.message.template.detect import template_extension

_BODY_WORD = re.compile(
    r"(?:^|[._-])(?:body|message|msg|e?mail|content|template|index|html?|te?xt|plain|plaintext)$", re.IGNORECASE
)
_EXTENSIONS: Mapping[str, tuple[str, ...]] = {
    "html": (".html", ".htm"),
    "mjml": (".mjml",),
    "txt": (".txt", ".text"),
}
_POSTMARK = frozenset({"content.html", "content.htm", "content.txt"})


class Folder:
    """The messages of one folder, by the names of its files; the folder is listed once.

    A file called as a subject's belongs to the bodies of its name (``welcome_subject.txt`` to ``welcome.html``,
    ``welcome_message.txt`` or ``welcome-body-html.jinja``); one called ``subject`` alone to bodies called
    ``body``, ``message`` or the like, or to the folder's only message. Where two bodies of a format could be
    meant, none is.
    """

    def __init__(self, path: str, names: Sequence[str] | None = None) -> None:
        self._path = path
        self._messages: dict[str, tuple[str, ...]] = {}
        names = _listed(path) if names is None else names
        subjects = [name for name in names if "subject" in name.lower() and kind_of(name) in {"html", "txt"}]
        if subjects:
            self._add_subjects(names, subjects)
        if META in names:
            bodies = tuple(sorted((name for name in names if name.lower() in _POSTMARK), key=_rank))
            if bodies and holds_meta(self._joined(META)):
                self._keep((*bodies, META))

    def message(self, path: str) -> tuple[str, ...]:
        """The files of the message that a file of this folder belongs to, the one it is named after first."""
        known = self._messages.get(os.path.basename(path))  # noqa: PTH119
        return tuple(map(self._joined, known)) if known else _twins(path)

    def _add_subjects(self, names: Sequence[str], subjects: Sequence[str]) -> None:
        bodies: dict[str, list[str]] = {}
        cores: dict[str, list[str]] = {}
        for name in names:
            if kind_of(name) in _EXTENSIONS and subject_of(name) is None:
                keys = list(_keys(bare_name(name).lower()))
                cores.setdefault(keys[-1], []).append(name)
                for key in keys:
                    bodies.setdefault(key, []).append(name)
        whom = {name: whose for name in subjects if (whose := subject_of(name)) is not None}
        for name, whose in sorted(whom.items(), key=lambda item: (item[1] == "", item[0])):  # who is named comes first
            meant = bodies.get(whose.lower(), [])
            if not meant and not whose and len(cores) == 1:
                meant = next(iter(cores.values()))
            files = _one_of_each(meant, name)
            if files and not self._messages.keys() & {name, *files} and holds_subject(self._joined(name)):
                self._keep((*files, name))

    def _keep(self, names: tuple[str, ...]) -> None:
        if all(os.path.isfile(self._joined(name)) for name in names):  # noqa: PTH113
            self._messages.update(dict.fromkeys(names, names))

    def _joined(self, name: str) -> str:
        return name if self._path in {"", "."} else os.path.join(self._path, name)  # noqa: PTH118


def _listed(path: str) -> list[str]:
    try:
        return os.listdir(path or ".")  # noqa: PTH208
    except OSError:
        return []


def _keys(bare: str) -> Iterator[str]:
    """What a body may be called after: its name, and that without the words that say that it is a body."""
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
    return ("html", "mjml", "txt").index(_kind(name) or "txt")


def _one_of_each(names: Sequence[str], subject: str) -> tuple[str, ...]:
    """The HTML body and the plain one, in that order; nothing where it is open which ones are meant."""
    kinds: dict[str, list[str]] = {}
    for name in names:
        kinds.setdefault(_kind(name) or "", []).append(name)
    if "html" in kinds:
        kinds.pop("mjml", None)
    chosen = []
    for known in kinds.values():
        alike = [name for name in known if template_extension(name) == template_extension(subject)]
        if len(known) > 1:
            known = alike  # noqa: PLW2901 -- built files may lie beside their templates
        if len(known) != 1:
            return ()
        chosen.append(known[0])
    return tuple(sorted(chosen, key=_rank))


def _twins(path: str) -> tuple[str, ...]:
    """``x.html`` (or ``x.mjml``) and its twin ``x.txt``."""
    kind = kind_of(path)
    folder, name = os.path.split(path)
    if kind == "html" or (kind == "mjml" and not _sibling(folder, name, "mjml", "html")):
        twin = _sibling(folder, name, kind, "txt")
        return (path, twin) if twin else (path,)
    if kind == "txt":
        twin = _sibling(folder, name, "txt", "html") or _sibling(folder, name, "txt", "mjml")
        return (twin, path) if twin else (path,)
    return (path,)


def _sibling(folder: str, name: str, own: str, other: str) -> str | None:
    stem = stem_of(name)
    endings = name[len(stem) :].lower()
    old = next((end for end in _EXTENSIONS[own] if end in endings), None)
    if old is None:
        return None
    for extension in _EXTENSIONS[other]:
        path = os.path.join(folder, stem + endings.replace(old, extension))  # noqa: PTH118
        if os.path.isfile(path):  # noqa: PTH113
            return path
    return None


def stem_of(name: str) -> str:
    """A file's name up to its first dot."""
    return name.partition(".")[0] if not name.startswith(".") else name
