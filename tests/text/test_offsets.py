"""Maps from a decoded text back to its source."""

from __future__ import annotations

import base64

from maillint.message.mime.transfer import decode_base64
from maillint.text.charsets import decode_mapped
from maillint.text.offsets import MapBuilder, OffsetMap, Piece
from maillint.text.spans import Span


def test_maps_compose_exactly() -> None:
    text = "Привет"
    wrapped = base64.encodebytes(text.encode("koi8-r"))
    raw, bytes_map = decode_base64(wrapped)
    decoded, characters = decode_mapped(raw, "koi8-r")
    composed = characters.then(bytes_map).then(OffsetMap.identity(len(wrapped), 100))
    assert decoded == text
    assert composed.span(Span(0, 3)) == (100, 104)
    assert composed.span(Span(1, 2)) == (101, 103)
    assert not composed.exact(Span(1, 2))


def test_a_map_is_exact_only_where_nothing_was_decoded() -> None:
    built = MapBuilder()
    built.add("ab", 10)
    built.add("&", 12, 5)
    built.add("c", 17)
    mapped = built.map()
    assert built.text() == "ab&c"
    assert mapped.exact(Span(0, 2))
    assert not mapped.exact(Span(1, 3))
    assert mapped.exact(Span(3, 4))
    assert mapped.span(Span(2, 3)) == (12, 17)


def test_text_with_a_gap_is_not_exact() -> None:
    mapped = OffsetMap([Piece(0, 2, 0, 2), Piece(2, 2, 5, 2)])
    assert mapped.exact(Span(0, 2))
    assert not mapped.exact(Span(1, 3))
