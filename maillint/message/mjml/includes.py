"""Files that an MJML file includes: found inside the given paths only, and put in their place in the text."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

from maillint.files.access import FileAccess, FoundFile
from maillint.message.kinds import KINDS
from maillint.message.mjml.components import INCLUDED, components
from maillint.patterns import regex
from maillint.text.offsets import MapBuilder, OffsetMap
from maillint.text.source import NotTextError, Source
from maillint.text.spans import Span
from maillint.values import field, frozen

State = Literal[
    "found", "in part", "missing", "outside", "circular", "unreadable", "dynamic", "too much", "not looked for"
]
"""What became of an include. ``in part``: a file that it includes in turn was not found; ``dynamic``: its path has a
template tag."""

MAX_INCLUDES = 200
"""Included files in one text at the most, counting those that they include in turn."""

MAX_DEPTH = 20
MAX_CHARACTERS = 2_000_000
"""The most that all included files together add to a text."""

_MAX_BYTES = 4 * MAX_CHARACTERS

_KINDS = {"css": ("<mj-style>", "</mj-style>"), "html": ("<mj-raw>", "</mj-raw>")}
_PATH = regex(r"""\s(?:path|type)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>/]+))""")
_DYNAMIC = regex(r"\{[{%$#]|<%|\$\{|\*\||%%|@\{|#\{")
_INCLUDE = regex("<mj-include", re.IGNORECASE)
_WRAPPER = regex(r"</?(?:mjml|mj-body)\b[^<>]*>", re.IGNORECASE)


@frozen
class Include:
    """One ``mj-include`` of a text: its tag's place, the path it names, what became of it.

    ``span`` is where the included text stands in the part; ``trail`` the paths of the files that lead to a
    file which includes itself.
    """

    tag: Span
    path: str
    state: State
    span: Span = Span(0, 0)
    trail: tuple[str, ...] = ()


@frozen
class Expanded:
    """A text with the included files in their places, and its map, by which they lead to the tags that include them."""

    text: str = field(repr=False)
    map: OffsetMap = field(repr=False)
    includes: tuple[Include, ...] = ()


def expand(text: str, path: str, files: FileAccess) -> Expanded:
    """Put every file that a text includes behind the tag that includes it.

    ``path`` is the text's own file; where ``files`` has no roots, nothing is looked for. The text of each file is
    enclosed in an element named INCLUDED.
    """
    built = MapBuilder()
    includes: list[Include] = []
    reader = _Reader(files)
    position = 0
    for tag in _tags(text):
        built.add(text[position : tag.end], position)
        position = tag.end
        start = len(built)
        found = reader.follow(path, text[tag.start : tag.end], (files.real_path(path),))
        span = Span(start, start)
        if found.text is not None:
            opening, closing = f"<{INCLUDED}>", f"</{INCLUDED}>"
            built.add(opening, tag.start, tag.end - tag.start)
            built.add(found.text, tag.start, tag.end - tag.start)
            built.add(closing, tag.start, tag.end - tag.start)
            span = Span(start + len(opening), start + len(opening) + len(found.text))
        here = Span(start - (tag.end - tag.start), start)
        includes.append(Include(here, found.path, found.state, span, found.trail))
    if not includes:
        return Expanded(text, OffsetMap.identity(len(text)))
    built.add(text[position:], position)
    return Expanded(built.text(), built.map(), tuple(includes))


@frozen
class _Found:
    state: State
    path: str
    text: str | None = None
    trail: tuple[str, ...] = ()


class _Reader:
    """Reads included files within bounds."""

    def __init__(self, files: FileAccess) -> None:
        self.files = files
        self.count = 0
        self.characters = 0

    def follow(self, source: str, tag: str, above: tuple[str, ...]) -> _Found:
        """Read what one tag of a file names, with all that it includes; ``above`` are the files around it."""
        attributes = _attributes(tag)
        path = attributes.get("path", "")
        if _DYNAMIC.search(path):
            return _Found("dynamic", path)
        if not self.files.roots:
            return _Found("not looked for", path)
        self.count += 1
        if self.count > MAX_INCLUDES or len(above) > MAX_DEPTH:
            return _Found("too much", path)
        found = self.find(source, path)
        if found is None:
            outside = bool(path) and not self.files.allows(_join(source, path))
            return _Found("outside" if outside else "missing", path)
        real = found.path
        if real in above:
            return _Found("circular", path, trail=(*above[above.index(real) :], real))
        text = _text_of(found)
        if text is None:
            return _Found("unreadable", path)
        self.characters += len(text)
        if self.characters > MAX_CHARACTERS:
            return _Found("too much", path)
        kind = attributes.get("type", "")
        if kind in _KINDS:
            return _Found("found", path, text.join(_KINDS[kind]))
        return self.nested(path, real, _WRAPPER.sub(lambda wrapper: " " * len(wrapper[0]), text), above)

    def nested(self, path: str, real: str, text: str, above: tuple[str, ...]) -> _Found:
        """Put the files that an included file includes in their places."""
        pieces, position = [], 0
        trail: tuple[str, ...] = ()
        whole = True
        for tag in _tags(text):
            inner = self.follow(real, text[tag.start : tag.end], (*above, real))
            trail = trail or inner.trail
            whole = whole and inner.state == "found"
            pieces += [text[position : tag.end], inner.text or ""]
            position = tag.end
        pieces.append(text[position:])
        return _Found("circular" if trail else "found" if whole else "in part", path, "".join(pieces), trail)

    def find(self, source: str, path: str) -> FoundFile | None:
        """An included file: beside the file that includes it, or below a folder above that.

        MJML counts from the file's own folder, or from the folder that it is run in.
        """
        path = path.replace("\\", "/")
        if not path or "\0" in path:
            return None
        folder = os.path.dirname(os.path.abspath(source))  # noqa: PTH100, PTH120
        for _ in range(MAX_DEPTH):
            for ending in ("", *KINDS["mjml"].extensions):
                found = self.files.read(os.path.join(folder, path + ending), _MAX_BYTES)  # noqa: PTH118
                if found is not None:
                    return found
            above = os.path.dirname(folder)  # noqa: PTH120
            if above == folder:
                return None
            folder = above  # beyond the given paths, too: such a folder may be where MJML is run
        return None


def _text_of(found: FoundFile) -> str | None:
    if found.data is None or len(found.data) > _MAX_BYTES:
        return None
    try:
        return Source.from_bytes(found.path, found.data).text
    except NotTextError:
        return None


def _join(source: str, path: str) -> str:
    return os.path.join(os.path.dirname(os.path.abspath(source)), path.replace("\\", "/").replace("\0", ""))  # noqa: PTH100, PTH118, PTH120


def _attributes(tag: str) -> dict[str, str]:
    result: dict[str, str] = {}
    for found in _PATH.finditer(tag):
        name = found[0].lstrip().partition("=")[0].rstrip()
        result.setdefault(name, (found[1] or found[2] or found[3] or "").strip())
    return result


def _tags(text: str) -> Iterator[Span]:
    """The ``mj-include`` tags that MJML sees: not those in comments, and not those in a component that holds HTML."""
    if not _INCLUDE.search(text):
        return
    position, inside = 0, ""
    pattern = _scanner()
    while found := pattern.search(text, position):
        position = found.end()
        if found[0] == "<!--":
            end = text.find("-->", position)
            if end < 0:
                return
            position = end + 3
        elif found["include"]:
            if not inside:
                yield Span(*found.span())
        elif inside:
            inside = "" if found["end"] and found["name"].lower() == inside else inside
        elif not found["end"] and not found["empty"]:
            inside = found["name"].lower()


@cache
def _scanner() -> re.Pattern[str]:
    opaque = "|".join(
        name for name, component in components().items() if component.holds in {"html", "css", "words", "preview"}
    )
    return re.compile(
        rf"<!--|(?P<include><mj-include(?=[\s/>])[^<>]*>)|<(?P<end>/?)(?P<name>{opaque})(?=[\s/>])[^<>]*?(?P<empty>/?)>",
        re.IGNORECASE,
    )
