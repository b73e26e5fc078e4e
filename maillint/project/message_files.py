"""Which files of a folder are one message: an HTML body, its plain text, and what states its subject."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from maillint.files.access import FileAccess
from maillint.message.kinds import KINDS, format_extension, has_tags, is_plan, kind_of
from maillint.message.sidecars import META, bare_name, holds_meta, holds_subject, says_plain, subject_of
from maillint.message.template.signs import template_extension
from maillint.patterns import regex

_BODY_WORD = regex(
    r"(?:^|[._-])(?:body|message|msg|e?mail|content|template|index|html?|te?xt|plain|plaintext)$", re.IGNORECASE
)
_BODIES = ("html", "mjml", "txt")
"""The kinds of file that a message's bodies have, in the order in which they name it."""

_PLAIN_WORD = regex(r"(?:^|[._-])(?:te?xt|plain|plaintext)$", re.IGNORECASE)
_HTML_WORD = regex(r"(?:^|[._-])html$", re.IGNORECASE)
_OTHER_FOLDER = {"html": "text", "text": "html"}
"""Folders of bodies in HTML and in plain text, of the same names (Keycloak)."""

_MOST_READ = 100_000
_POSTMARK = frozenset({"content.html", "content.htm", "content.txt"})


class Folder:
    """The messages of one folder, by the names of its files; the folder is listed once.

    A file called as a subject's belongs to the bodies of its name (``welcome_subject.txt`` to ``welcome.html``,
    ``welcome_message.txt`` or ``welcome-body-html.jinja``); one called ``subject`` alone to bodies called
    ``body``, ``message`` or the like, or to the folder's only message. Where two bodies of a format could be
    meant, it belongs to neither. ``plans`` are the campaign plans that lie there.

    A plain text belongs to the HTML whose name differs in the format alone (``welcome.text.erb`` to
    ``welcome.html.erb``), to that of its name without a word for plain (``welcome-text.blade.php``, which has to be
    text indeed, to ``welcome.blade.php``), and in a folder ``text`` to that of its name in the folder ``html`` beside.
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
        together = self._together(path)
        return together if len(together) > 1 or kind_of(path) not in _BODIES else self._across(path)

    def _together(self, path: str) -> tuple[str, ...]:
        """The files of a message that lie in this folder."""
        name = os.path.basename(path)  # noqa: PTH119
        names = self._messages.get(name)
        if names:
            return tuple(map(self._joined, names))
        twins = self._twins(path)
        if len(twins) > 1 or kind_of(name) not in _BODIES:
            return twins
        return tuple(map(self._joined, self._pairs.get(name, (name,))))

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

    @cached_property
    def _pairs(self) -> dict[str, tuple[str, str]]:
        """HTML bodies and their plain texts whose names differ in more than the format's extension, by both."""
        bodies: dict[str, list[str]] = {}
        plain: dict[str, list[str]] = {}
        for name in self._listed:
            kind = kind_of(name)
            if kind not in _BODIES or name in self._messages or subject_of(name) is not None:
                continue
            bare = bare_name(name).lower()
            core = _PLAIN_WORD.sub("", bare)
            if kind == "txt" or core != bare:
                plain.setdefault(core, []).append(name)
            else:
                bodies.setdefault(_HTML_WORD.sub("", bare), []).append(name)
        pairs: dict[str, tuple[str, str]] = {}
        for core, names in bodies.items():
            for body, text in _matches(names, plain.get(core) or _without_format(names)):
                if len(self._twins(self._joined(body))) + len(self._twins(self._joined(text))) == 2 and self._is_text(
                    text
                ):
                    pairs[body] = pairs[text] = (body, text)
        return pairs

    def _is_text(self, name: str) -> bool:
        """Whether a file is in plain text: by its extension, or else by what it holds."""
        if kind_of(name) == "txt":
            return True
        found = self._files.read(self._joined(name), _MOST_READ)
        return found is not None and found.data is not None and not has_tags(found.data.decode("utf-8", "replace"))

    # -- in two folders

    def _across(self, path: str) -> tuple[str, ...]:
        """The body in the folder ``html`` and the one of its name in the folder ``text`` beside it."""
        other = self._beside
        if other is None:
            return (path,)
        name = os.path.basename(path)  # noqa: PTH119
        twin = next(
            (one for one in other._listed if bare_name(one) == bare_name(name) and kind_of(one) in _BODIES), None
        )
        if twin is None or template_extension(twin) != template_extension(name):
            return (path,)
        found = other._joined(twin)
        if not self._files.has_file(found) or len(other._together(found)) > 1:
            return (path,)
        own_first = _folder_name(self._path) == "html"
        is_text = other._is_text(twin) if own_first else self._is_text(name)
        return ((path, found) if own_first else (found, path)) if is_text else (path,)

    @cached_property
    def _beside(self) -> Folder | None:
        beside = folder_beside(self._path)
        return Folder(beside, self._files) if beside is not None and self._files.allows(beside) else None


def folder_beside(folder: str) -> str | None:
    """The folder beside one of HTML bodies that may hold their plain texts, or the reverse; it need not be there."""
    other = _OTHER_FOLDER.get(_folder_name(folder))
    if other is None:
        return None
    above = os.path.join("..", other) if folder in {"", "."} else os.path.join(os.path.dirname(folder), other)  # noqa: PTH118, PTH120
    return os.path.normpath(above)


def _folder_name(folder: str) -> str:
    return os.path.basename(os.path.abspath(folder)) if folder in {"", "."} else os.path.basename(folder)  # noqa: PTH100, PTH119


def _without_format(names: Sequence[str]) -> list[str]:
    """Those of names that are like another one but for its format: ``order.twig`` beside ``order.html.twig``."""
    formats = {template_extension(name) for name in names if format_extension(name)}
    return [name for name in names if not format_extension(name) and template_extension(name) in formats]


def _matches(bodies: Sequence[str], texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Which HTML body and which plain text belong together; none where it is open which ones are meant."""
    bodies = [name for name in bodies if name not in texts]
    if any(kind_of(name) == "html" for name in bodies):
        bodies = [name for name in bodies if kind_of(name) != "mjml"]  # that is built of it
    if len(bodies) == 1 and len(texts) == 1:
        yield bodies[0], texts[0]
        return
    for body in bodies:
        alike = [name for name in texts if template_extension(name) == template_extension(body)]
        rivals = [name for name in bodies if template_extension(name) == template_extension(body)]
        if len(alike) == len(rivals) == 1:
            yield body, alike[0]


def message_files(path: str) -> tuple[str, ...]:
    """The files of the message that a file belongs to, the one it is named after first; its folder is listed."""
    folder = os.path.dirname(path)  # noqa: PTH120
    beside = folder_beside(folder)
    return Folder(folder, FileAccess([folder or ".", *([beside] if beside else [])])).message(path)


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
