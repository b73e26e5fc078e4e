"""Header fields, unfolded and decoded (RFC 5322, RFC 2047), with a map from the decoded text to the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, ClassVar

from maillint.message.memo import look_at_clock
from maillint.patterns import regex
from maillint.text.charsets import codec_name
from maillint.text.offsets import MapBuilder, OffsetMap
from maillint.text.source import Source
from maillint.text.spans import Span
from maillint.values import field, frozen

MAX_FIELDS = 5_000
"""Fields of a header that are read; the longest of real ones have some hundred."""

_ENCODED_WORD = regex(r"=\?([!#$%&'*+\-^`{|}~\w.]+?)(?:\*[\w-]+)?\?([bBqQ])\?([^? \t\r\n]*)\?=")
_FOLD = regex(r"(?:\r\n|\r|\n)[ \t]?")
_FIELD = regex(r"(?P<name>[!-9;-~]+)[ \t]*:[ \t]*(?P<value>[^\r\n]*+(?:(?:\r\n|\r|\n)[ \t][^\r\n]*+)*+)")
_TO_ESCAPE = regex(r'["\\\x00-\x1f]')
_LINE = regex(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


@frozen
class Field:
    """One header field. ``text`` is its value unfolded and with RFC 2047 encoded words decoded.

    ``span`` is the range of the whole field and ``value`` that of its raw value, both in the source's text;
    ``map`` leads from ``text`` to the source's text. ``given``: the field comes from the configuration and has
    no place in the source, so that both spans are empty. ``quoted``: the raw value is a JSON string.
    """

    name: str
    text: str
    source: Source = field(repr=False)
    span: Span
    value: Span
    map: OffsetMap = field(repr=False)
    given: bool = False
    quoted: bool = False

    number: ClassVar[str | None] = None

    @cached_property
    def key(self) -> str:
        """The lower-case name."""
        return self.name.lower()

    def in_file(self, span: Span) -> Span:
        """Where a span of ``text`` stands in the source; a field that the configuration gives: at the top."""
        return self.source.within(self.map.span(span))

    def is_elsewhere(self, span: Span) -> bool:
        """Never: no other file is put into a field."""
        return False

    def can_edit(self, span: Span, text: str) -> bool:
        """Whether ``text`` can take the place of a span of the value in the source.

        Not in an encoded word, not where a JSON string wants it escaped, and not in a field without a place.
        """
        plain = span.end <= span.start or self.map.exact(span)
        return plain and not self.given and not (self.quoted and _TO_ESCAPE.search(text))

    def label(self, views: Sequence[Any], span: Span) -> str:
        """Nothing: every reader gets the same fields."""
        return ""

    @property
    def raw(self) -> str:
        """The value as written in the source, still folded and encoded."""
        return self.text if self.given else self.source.text[self.value.start : self.value.end]


@frozen
class Headers:
    """A message's header fields in order.

    ``known`` is false where nothing is known of the headers, as for most templates. ``complete``: these are the
    fields of a finished message, and no sending tool will add others.
    """

    fields: tuple[Field, ...] = ()
    known: bool = False
    complete: bool = False

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def all(self, name: str) -> list[Field]:
        """The fields of a name, in any case, in order."""
        low = name.lower()
        return [field for field in self.fields if field.key == low]

    def first(self, name: str) -> Field | None:
        """The first field of a name, in any case; None if there is none."""
        low = name.lower()
        return next((field for field in self.fields if field.key == low), None)

    def with_given(self, given: Iterable[tuple[str, str]], source: Source) -> Headers:
        """Return these headers with fields that the sending tool will add, except those that are here already."""
        own = {field.key for field in self.fields}
        added = tuple(
            Field(name, text, source, Span(0, 0), Span(0, 0), OffsetMap(()), given=True)
            for name, text in given
            if name.lower() not in own
        )
        return Headers((*self.fields, *added), self.known or bool(added), self.complete)


def read_block(source: Source, start: int, end: int, prefix: str = "") -> tuple[list[Field], int]:
    """Read the header fields of ``source.text`` from ``start``; return them and the offset of the body.

    The block ends at an empty line or at ``end``. A line in it that is not a field is skipped, as the standard
    library's parser does. Where the first line is not a field, all is body; but an mbox line (``From …``) may
    come first. No more than MAX_FIELDS are read, and with a ``prefix`` only those whose lower-case name begins so.
    """
    text = source.text
    fields: list[Field] = []
    position = start
    found = False  # whether there was a field
    while position < end:
        look_at_clock()
        if match := _FIELD.match(text, position, end):
            found = True
            if len(fields) < MAX_FIELDS and match["name"].lower().startswith(prefix):
                fields.append(make_field(source, match["name"], Span(*match.span("value")), Span(*match.span())))
            position = match.end()
            line = _LINE.match(text, position, end)
            position = line.end() if line else end
            continue
        line = _LINE.match(text, position, end)
        assert line is not None
        position = line.end()
        if not line[0].strip("\r\n"):
            return fields, position
        if not found and position > start and not line[0].startswith(("From ", ">From ")):
            return fields, start
    return fields, position


def make_field(source: Source, name: str, value: Span, span: Span) -> Field:
    """Make a field of its raw value, unfolded and with its encoded words decoded (RFC 5322, RFC 2047)."""
    text = source.text
    built = MapBuilder()
    position = value.start
    after_word = False
    while position < value.end:
        word = _ENCODED_WORD.search(text, position, value.end)
        plain_end = word.start() if word else value.end
        between = text[position:plain_end]
        if not (after_word and word and between.strip() == ""):  # space between encoded words is dropped
            _add_unfolded(built, text, position, plain_end)
        if word is None:
            break
        decoded = _decode_word(word)
        if decoded is None:
            built.add(word[0], word.start())
        else:
            for character in decoded:  # each maps to the whole word, as no part of it can be edited alone
                built.add(character, word.start(), word.end() - word.start())
        after_word = decoded is not None
        position = word.end()
    mapped = built.map() if len(built) else OffsetMap.identity(0, value.start)
    return Field(name, built.text(), source, span, value, mapped)


def _add_unfolded(built: MapBuilder, text: str, start: int, end: int) -> None:
    position = start
    for fold in _FOLD.finditer(text, start, end):
        built.add(text[position : fold.start()], position)
        built.add(" ", fold.start(), fold.end() - fold.start())
        position = fold.end()
    built.add(text[position:end], position)


def _decode_word(word: re.Match[str]) -> str | None:
    import binascii  # noqa: PLC0415 -- only messages have encoded words

    charset = codec_name(word[1])
    if charset is None:
        return None
    data = word[3].encode("ascii", "replace")
    try:
        raw = binascii.a2b_base64(data + b"==") if word[2] in "bB" else binascii.a2b_qp(data, header=True)
    except binascii.Error:
        return None
    return raw.decode(charset, "replace")
