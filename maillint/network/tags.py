"""Reads `tag=value; …` lists, the syntax that DKIM and DMARC share (RFC 6376 section 3.2)."""

from __future__ import annotations

from maillint.patterns import regex
from maillint.values import frozen

_SPACE = " \t\r\n"
_NAME = regex(r"[A-Za-z][A-Za-z0-9_]*")
_FORBIDDEN = regex(r"[^\t\r\n\x20-\x7e]+")


@frozen
class Problem:
    """Something that a parser could not accept, with its half-open range of characters in the text.

    `code` is one of the words that the parser documents; `detail` is the offending text or a fact about it.
    """

    code: str
    start: int
    end: int
    detail: str = ""


@frozen
class Tag:
    """One `name=value` of a list: `start:end` is the whole tag, `value_start:value_end` its value."""

    name: str
    value: str
    start: int
    end: int
    value_start: int
    value_end: int


@frozen
class TagList:
    """The tags of a list in their order, and the problems with it."""

    tags: tuple[Tag, ...]
    problems: tuple[Problem, ...]

    def first(self, name: str) -> Tag | None:
        """The first tag of that name, which is the one that is used."""
        return next((tag for tag in self.tags if tag.name == name), None)


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Shrink a range to leave out white space at both ends; a blank range becomes empty at its end."""
    while start < end and text[start] in _SPACE:
        start += 1
    while end > start and text[end - 1] in _SPACE:
        end -= 1
    return start, end


def parse_tags(text: str) -> TagList:
    """Read a tag list; never raises, and every span lies inside `text`.

    Problem codes: `empty-tag` (two semicolons), `malformed-tag` (no `=`, or no name before it),
    `duplicate-tag`, `character` (not printable ASCII). Names keep their case, values lose the white
    space around them. A tag with a forbidden character is still a tag.
    """
    tags: list[Tag] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    position = 0
    for piece in text.split(";"):
        begin, stop = position, position + len(piece)
        position = stop + 1
        start, end = trim(text, begin, stop)
        if start == end:
            if stop < len(text):
                problems.append(Problem("empty-tag", stop, stop + 1))
            continue
        equals = text.find("=", start, end)
        name_end = trim(text, start, max(equals, start))[1]
        name = text[start:name_end]
        if equals < 0 or not _NAME.fullmatch(name):
            problems.append(Problem("malformed-tag", start, end, text[start:end]))
            continue
        value_start, value_end = trim(text, equals + 1, end)
        if name in seen:
            problems.append(Problem("duplicate-tag", start, end, name))
        seen.add(name)
        problems.extend(
            Problem("character", match.start(), match.end(), match.group())
            for match in _FORBIDDEN.finditer(text, start, end)
        )
        tags.append(Tag(name, text[value_start:value_end], start, end, value_start, value_end))
    return TagList(tuple(tags), tuple(problems))
