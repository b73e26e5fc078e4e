"""Load the messages of a run: read each file once, and parse it once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from maillint.files.access import MAX_BYTES, UnreadableError, read_bytes, source_from
from maillint.files.paths import shown_path
from maillint.finding import Failure
from maillint.message.kinds import Kind, guess_kind, kind_of
from maillint.project.discovery import Group
from maillint.text.source import Source
from maillint.values import field, frozen

if TYPE_CHECKING:
    from maillint.message.model import Message
    from maillint.message.read import MessageSettings

Adjust = Callable[["MessageSettings", str], "MessageSettings"]
"""Changes what the configuration says of a message, given the message's kind."""


@frozen
class LoadedMessage:
    """A message of a run: where it comes from, its files as they were read, and what they make.

    ``settings`` are those that it was read with; ``message.files`` knows what has been read beside the sources.
    """

    group: Group
    sources: tuple[Source, ...]
    kind: str
    settings: MessageSettings = field(repr=False)
    message: Message = field(repr=False)

    @property
    def wanted(self) -> frozenset[str]:
        """The paths, as reports have them, of the files whose findings are requested."""
        files = zip(self.group.paths, self.sources, strict=True)
        return frozenset(source.path for path, source in files if path in self.group.wanted)

    def with_sources(self, sources: Sequence[Source]) -> LoadedMessage:
        """The same message with other texts in its files; raises UnreadableError as ``load``."""
        return _parsed(self.group, sources, self.kind, self.settings)


def load_all(groups: Iterable[Group], adjust: Adjust | None = None) -> Iterator[LoadedMessage | Failure]:
    """Load one message after the other; a file that cannot be read is a failure and costs the others nothing."""
    for group in groups:
        try:
            loaded: LoadedMessage | Failure = load(group, adjust=adjust)
        except Exception as error:  # a fault of maillint's own in one file must not cost the others
            loaded = failure(group, error)
        yield loaded


def load(group: Group, contents: Sequence[bytes] | None = None, adjust: Adjust | None = None) -> LoadedMessage:
    """Load the message of a group; ``contents`` are those of its files where they have been read already.

    Raises UnreadableError for a file that cannot be read, or that states something invalid about itself.
    """
    contents = read_files(group) if contents is None else contents
    return from_sources(group, *decode(group, contents), adjust)


def load_text(group: Group, text: str | bytes, kind: str | None = None, adjust: Adjust | None = None) -> LoadedMessage:
    """Load a message that stands in no file: ``group`` has its name and its settings.

    Without a ``kind``, the name and then the text say which it is. Raises UnreadableError as ``load``.
    """
    if len(text) > MAX_BYTES:
        unit = "characters" if isinstance(text, str) else "bytes"
        raise UnreadableError(f"too large ({len(text):,} {unit}; the limit is {MAX_BYTES:,})")
    [name] = group.paths
    kind = kind or kind_of(name) or guess_kind_of(text)
    source = Source.from_text(name, text) if isinstance(text, str) else source_from(name, text, kind)
    return from_sources(group, [source], kind, adjust)


def from_sources(group: Group, sources: Sequence[Source], kind: str, adjust: Adjust | None = None) -> LoadedMessage:
    """Make the message of sources that have been read; raises UnreadableError as ``load``."""
    settings = group.config.message_settings
    return _parsed(group, sources, kind, settings if adjust is None else adjust(settings, kind))


def guess_kind_of(text: str | bytes) -> Kind:
    """Tell by a text what kind it is, where no name says it; raises UnreadableError for binary data."""
    return guess_kind(text if isinstance(text, str) else source_from("", text, "eml").text)


def failure(group: Group, error: Exception) -> Failure:
    """What a report says of a message that could not be loaded, linted or fixed."""
    if isinstance(error, UnreadableError):
        return Failure(error.path or shown_path(group.paths[0]), str(error))
    from maillint.project.errors import error_line, internal_error  # noqa: PLC0415 -- it should not happen

    return Failure(shown_path(group.paths[0]), error_line(error) or internal_error(error))


# -- step by step, for the cache, which looks at the content first -------------------------------------


def read_files(group: Group) -> list[bytes]:
    """Read a group's files; raises UnreadableError with the file's path."""
    contents: list[bytes] = []
    access = group.access()
    for path in group.paths:
        text = group.texts.get(path)
        try:
            access.check_link(path)
            contents.append(read_bytes(path) if text is None else text)
        except UnreadableError as error:
            raise UnreadableError(str(error), shown_path(path)) from None
    return contents


def decode(group: Group, contents: Sequence[bytes]) -> tuple[list[Source], str]:
    """Decode a group's files, and say what kind of message they make; raises UnreadableError with the file's path."""
    sources = []
    kind: str | None = kind_of(group.paths[0])
    for path, data in zip(group.paths, contents, strict=True):
        shown = shown_path(path)
        try:
            kind = kind or guess_kind_of(data)
            sources.append(source_from(shown, data, kind))
        except UnreadableError as error:
            raise UnreadableError(str(error), shown) from None
    assert kind is not None
    return sources, kind


def _parsed(group: Group, sources: Sequence[Source], kind: str, settings: MessageSettings) -> LoadedMessage:
    from maillint.message.memo import TimeLimit, TimeUpError  # noqa: PLC0415 -- as the next one
    from maillint.message.read import MessageError, read_message, unread_message  # noqa: PLC0415 -- a cached result needs no message

    limit = TimeLimit(group.config.time_limit)
    try:
        with limit.running():
            message = read_message(sources, settings, kind, group.access())
    except TimeUpError:
        message = unread_message(sources, kind)
    except MessageError as error:
        line, column = error.source.position(error.offset)
        raise UnreadableError(f"line {line}, column {column}: {error}", error.source.path) from None
    message.memo[TimeLimit] = limit  # it has been running, and goes on for the rules
    return LoadedMessage(group, tuple(sources), kind, settings, message)
