"""Header fields as checks read them: their views, places, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator

from maillint.analysis.traits import NO_HEADERS
from maillint.hits import Hit, NotKnown
from maillint.message.memo import remembered
from maillint.message.mime.headers import Field
from maillint.message.model import Message, Part
from maillint.message.template.signs import may_be_template
from maillint.message.views import Views, make_views, plain_views
from maillint.text.offsets import OffsetMap
from maillint.text.spans import Span

__all__ = ["NO_HEADERS", "absent", "field_views", "printed_by_tag", "unless_stated", "value_place", "whole_file"]


@remembered
def field_views(message: Message, field: Field) -> Views:
    """The views of a field's value, with PLACEHOLDER_CHAR for its template tags; offsets are those of the value."""
    dialect = next((part.dialect for part in message.parts if part.dialect), None)
    if dialect is None and not may_be_template(field.text, ""):
        return plain_views(field.text, markup=False)
    from maillint.message.template.detect import detect  # noqa: PLC0415 -- few fields are templates
    from maillint.message.template.parse import read  # noqa: PLC0415

    return make_views(field.text, read(field.text, dialect or detect(field.text, "")), markup=False)


def absent(message: Message) -> Hit | NotKnown:
    """Say that a field is missing, at the place of the message as a whole, or that nobody can tell."""
    return Hit(message.start, Span(0, 0)) if message.headers.known else NO_HEADERS


def unless_stated(message: Message, name: str) -> Iterator[NotKnown]:
    """Say that a field is not known, where the message has no such field and the sending tool may add one."""
    if not message.headers.known and not message.headers.all(name):
        yield NO_HEADERS


def printed_by_tag(name: str) -> NotKnown:
    """Say that nobody can tell what a field says, because a template tag prints it."""
    return NotKnown(f"a template tag prints {name}")


def whole_file(field: Field) -> Part:
    """The whole file of a field as a place: names, folds and empty values are in no field's text."""
    source = field.source
    return Part(source.text, source, OffsetMap.identity(len(source.text)), "text/plain")


def value_place(field: Field) -> tuple[Field | Part, Span]:
    """Place and span of a field's value, white space around it left out."""
    stripped = field.text.strip()
    if not stripped and not field.given:
        return whole_file(field), Span(field.value.start, field.value.start)
    start = field.text.find(stripped)
    return field, Span(start, start + len(stripped))
