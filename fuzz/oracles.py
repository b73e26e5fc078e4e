"""What must be true of any input, whatever it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from maillint.finding import FileReport
from maillint.message.model import Message
from maillint.text.spans import Span

_Result = TypeVar("_Result")


class FaultError(AssertionError):
    """Something that is not true although it must be."""


def require(condition: bool, words: str) -> None:
    """Raise FaultError with these words unless a condition holds."""
    if not condition:
        raise FaultError(words)


def spans_within(spans: Iterable[tuple[int, int]], length: int, what: str) -> None:
    """Spans begin before they end, and lie in a text of this length."""
    for start, end in spans:
        require(0 <= start <= end <= length, f"{what}: {start}:{end} lies outside 0:{length}")


def same_twice(call: Callable[[], _Result]) -> _Result:
    """A call that gives the same when it is made again; return what it gives."""
    first = call()
    require(first == call(), "the second time, the result is another")
    return first


def sound_message(message: Message) -> None:
    """Views are as long as their part; all that a part or a header field says of its place lies in the file."""
    for part in message.parts:
        size = len(part.source.text)
        for view in part.views:
            require(len(view.text) == len(part.text), f"a view of {len(view.text)} characters, not {len(part.text)}")
            spans_within(view.hidden_spans, len(part.text), "hidden")
            spans_within((hole.span for hole in view.holes), len(part.text), "hole")
        for offset in {0, len(part.text) // 2, len(part.text)}:
            spans_within([part.in_file(Span(offset, len(part.text)))], size, "a part in its file")
    for field in message.headers:
        size = len(field.source.text)
        spans_within([field.span, field.value, field.in_file(Span(0, len(field.text)))], size, f"field {field.name}")


def sound_reports(reports: Iterable[FileReport]) -> None:
    """No rule broke, and every place lies in its file and is counted right."""
    for report in reports:
        size = len(report.text)
        for found in report.findings:
            require(found.rule != "internal-error", found.message)
            edits = found.fix.edits if found.fix is not None else ()
            spans_within([(found.start, found.end)], size, found.rule)
            spans_within(((edit.start, edit.end) for edit in edits), size, f"fix of {found.rule}")
            spans_within(((other.start, other.end) for other in found.related), size, f"related to {found.rule}")
            if found.excerpt is not None:
                excerpt = found.excerpt
                spans_within([(excerpt.start, excerpt.end)], len(excerpt.text), f"excerpt of {found.rule}")
