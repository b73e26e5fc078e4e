"""What a template says of itself at its top: front matter in YAML, or the header fields of a draft."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from maillint.data.yamlfile import first_line
from maillint.errors import LintError
from maillint.message.kinds import draft_header
from maillint.message.mime.headers import Field, read_block
from maillint.patterns import regex
from maillint.text.offsets import OffsetMap, Piece
from maillint.text.source import Source
from maillint.text.spans import Span
from maillint.values import NamedTuple, field, frozen

if TYPE_CHECKING:
    import yaml

_BLOCK = regex(r"\A---[ \t]*(?:\r\n|\r|\n)(?P<yaml>.*?)^---[ \t]*(?:\r\n|\r|\n|\Z)", re.DOTALL | re.MULTILINE)
_HEADER_KEYS = {
    "subject": "Subject",
    "from": "From",
    "to": "To",
    "reply-to": "Reply-To",
    "preheader": "Preheader",  # no field of a sent message, but read beside the subject
}
_MAX_LENGTH = 20_000


class FrontMatterError(LintError):
    """Raised for front matter that is not valid YAML, with the offset of the fault."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


class Stated(NamedTuple):
    """A value that a file states about its message, and where it stands."""

    value: Any
    offset: int
    source: Source


@frozen
class FrontMatter:
    """What a template says of itself; ``end`` is where the template proper begins.

    ``values`` are those of ``touch``, ``profile`` and ``dialect``, as YAML reads them. ``complete``: there is a
    ``headers:`` mapping, so the message's headers are stated.
    """

    values: Mapping[str, Stated] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()
    complete: bool = False
    end: int = 0


def read_front_matter(source: Source) -> FrontMatter:
    """Read the block at the top of a template, if there is one; raises FrontMatterError.

    ``subject``, ``from``, ``to``, ``reply-to``, ``preheader`` and every key under ``headers`` become header fields with
    their places. Other keys are the template's own affair and are left alone.
    """
    if not source.text.startswith("---"):
        return FrontMatter()
    block = _BLOCK.match(source.text[:_MAX_LENGTH])
    if block is None:
        return FrontMatter()
    import yaml  # noqa: PLC0415 -- 16 ms, and few templates have front matter

    from maillint.data.bounded_yaml import BoundedLoader  # noqa: PLC0415 -- see above

    start = block.start("yaml")
    try:
        node = yaml.compose(block["yaml"], Loader=BoundedLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise FrontMatterError(f"front matter: {error.problem}", start + (mark.index if mark else 0)) from None
    except yaml.YAMLError as error:
        raise FrontMatterError(f"front matter: {first_line(error)}", start) from None
    if node is None:
        return FrontMatter(end=block.end())
    if not isinstance(node, yaml.MappingNode):
        return FrontMatter()  # a thematic break or a list: text, not front matter
    constructor = BoundedLoader("")
    values: dict[str, Stated] = {}
    fields: list[Field] = []
    complete = False
    for key_node, value_node in node.value:
        key = str(getattr(key_node, "value", "")).lower()
        if key in _HEADER_KEYS and isinstance(value_node, yaml.ScalarNode):
            fields.append(_field(source, _HEADER_KEYS[key], key_node, value_node, start))
        elif key == "headers" and isinstance(value_node, yaml.MappingNode):
            complete = True
            fields.extend(
                _field(source, str(name.value), name, value, start)
                for name, value in value_node.value
                if isinstance(value, yaml.ScalarNode)
            )
        elif key in {"touch", "profile", "dialect"} and isinstance(value_node, yaml.ScalarNode):
            try:
                value = constructor.construct_object(value_node)
            except yaml.YAMLError:
                value = value_node.value  # no date, no number: text, which is then no touch, profile or dialect
            values[key] = Stated(value, start + value_node.start_mark.index, source)
    return FrontMatter(values, tuple(fields), complete, block.end())


def read_draft(source: Source) -> FrontMatter:
    """Read the header fields that a draft in plain text begins with, and an empty line ends, if there are any."""
    end = draft_header(source.text)
    if not end:
        return FrontMatter()
    fields, start = read_block(source, 0, end)
    return FrontMatter(fields=tuple(fields), end=start)


def _field(source: Source, name: str, key: yaml.Node, value: yaml.ScalarNode, start: int) -> Field:
    text = str(value.value)
    begin, end = start + value.start_mark.index, start + value.end_mark.index
    if value.style in {'"', "'"}:
        begin, end = begin + 1, end - 1
    raw = source.text[begin:end]
    if raw == text:
        mapped = OffsetMap.identity(len(text), begin)
    else:  # folded or escaped: every character stands for the whole value
        mapped = OffsetMap(Piece(index, 1, begin, end - begin) for index in range(len(text)))
    return Field(name, text, source, Span(start + key.start_mark.index, end), Span(begin, end), mapped)
