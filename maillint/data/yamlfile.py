"""YAML files with the place of every value, so that an error can point at it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from maillint.errors import LintError, one_line
from maillint.values import field, frozen

if TYPE_CHECKING:
    import yaml

Keys = tuple[str | int, ...]

MAX_LENGTH = 1_000_000
"""Characters of a rule or configuration file at the most."""


class FileError(LintError):
    """A fault in a rule or configuration file; its text is ``path:line:column: message``."""

    def __init__(self, path: str, line: int, column: int, message: str) -> None:
        super().__init__(f"{path}:{line}:{column}: {message}")
        self.path, self.line, self.column, self.message = path, line, column, one_line(message)


@frozen
class YamlFile:
    """A parsed file; ``places`` gives each key's or item's 1-based (line, column).

    ``extents`` gives its [start, end) in the text: a key with a value on one line, else the key alone; of an item, its
    first line.
    """

    path: str
    data: Any
    places: dict[Keys, tuple[int, int]] = field(default_factory=dict, repr=False)
    extents: dict[Keys, tuple[int, int]] = field(default_factory=dict, repr=False)

    def error(self, keys: Keys, message: str) -> FileError:
        """Make an error that points at a value, or at the closest one around it."""
        while keys and keys not in self.places:
            keys = keys[:-1]
        line, column = self.places.get(keys, (1, 1))
        return FileError(self.path, line, column, message)

    def mapping(self, keys: Keys, value: Any, what: str) -> dict[str, Any]:
        """Return a value that must be a mapping with text keys; raises FileError."""
        if not isinstance(value, dict):
            raise self.error(keys, f"{what} must be a mapping of names to values")
        for key in value:
            if not isinstance(key, str):
                raise self.error((*keys, key), f"{what}: the key {key!r} must be text")
        return value

    def known_keys(self, keys: Keys, value: dict[str, Any], known: Iterable[str], what: str) -> None:
        """Check that a mapping has no key beyond the known ones; raises FileError with a suggestion."""
        allowed = list(known)
        for key in value:
            if key not in allowed:
                raise self.error((*keys, key), f'unknown {what} "{key}"{suggestion(str(key), allowed)}')

    def texts(self, keys: Keys, value: Any, what: str) -> list[str]:
        """Return a value that must be a text or a list of texts as a list; raises FileError."""
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise self.error(keys, f"{what} must be a list of texts")
        return items


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean "x"?`` for a word close to a known one, else nothing."""
    known = list(known)
    from difflib import get_close_matches  # noqa: PLC0415 -- only an error needs it

    close = get_close_matches(word, known, 1, 0.6)
    if not close:  # the right name in another family
        close = [name for name in known if name.rpartition("/")[2] == word.rpartition("/")[2]][:1]
    return f'; did you mean "{close[0]}"?' if close else ""


def first_line(error: Exception) -> str:
    """The first line of what an error says; the name of its kind where it says nothing."""
    return next(iter(str(error).splitlines()), type(error).__name__)


def read_yaml(path: str, text: str) -> YamlFile:
    """Parse a YAML file and note the place of each value; raises FileError, for a repeated key too."""
    import yaml  # noqa: PLC0415 -- 16 ms

    from maillint.data.bounded_yaml import BoundedLoader  # noqa: PLC0415 -- see above

    if len(text) > MAX_LENGTH:
        raise FileError(path, 1, 1, f"too long ({len(text):,} characters; the limit is {MAX_LENGTH:,})")
    try:
        loader = BoundedLoader(text)  # reads the first characters already
    except yaml.YAMLError as error:
        raise FileError(path, 1, 1, f"not valid YAML: {first_line(error)}") from None
    try:
        node = loader.get_single_node()
        file = YamlFile(path, None, {(): (1, 1)})
        if node is None:
            return file
        _note_places(file, node, text)
        return YamlFile(path, loader.construct_document(node), file.places, file.extents)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise FileError(path, line, column, f"not valid YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(path, 1, 1, f"not valid YAML: {first_line(error)}") from None
    finally:
        loader.dispose()


def _note_places(file: YamlFile, top: yaml.Node, text: str) -> None:
    import yaml  # noqa: PLC0415 -- see read_yaml

    pending: list[tuple[Keys, yaml.Node]] = [((), top)]
    seen: set[int] = set()
    while pending:
        keys, node = pending.pop()
        if id(node) in seen:  # an alias
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
                    continue
                inner = (*keys, key.value)
                start = key.start_mark
                if inner in file.places:
                    raise FileError(file.path, start.line + 1, start.column + 1, f'duplicate key "{key.value}"')
                file.places[inner] = (start.line + 1, start.column + 1)
                beside = isinstance(value, yaml.ScalarNode) and value.start_mark.line == start.line
                file.extents[inner] = (start.index, _end(text, value if beside else key, start.index))
                pending.append((inner, value))
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                start = item.start_mark
                file.places[*keys, index] = (start.line + 1, start.column + 1)
                file.extents[*keys, index] = (start.index, _end(text, item, start.index))
                pending.append(((*keys, index), item))


def _end(text: str, node: yaml.Node, start: int) -> int:
    """Where a node ends, or the line on which it starts."""
    end: int = node.end_mark.index
    line_end = text.find("\n", start, end)
    return start + len(text[start : line_end if line_end >= 0 else end].rstrip())
