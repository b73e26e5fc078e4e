"""YAML within bounds: what a stranger writes costs no more than its length, and raises ``YAMLError`` alone."""

from __future__ import annotations

from typing import Any

import yaml
from yaml.constructor import ConstructorError
from yaml.scanner import ScannerError

MAX_DEPTH = 100
"""Levels of lists and mappings in each other, through aliases too."""

MAX_SIZE = 500_000
"""Values in a document at the most, each counted as often as aliases repeat it; a long text counts as several."""

_MAX_BITS = 64
_TEXT = 64


class BoundedLoader(yaml.SafeLoader):
    """Loads a document that is neither deep nor, with its aliases put in, large; numbers have 64 bits at the most."""

    def fetch_flow_collection_start(self, token_class: Any) -> None:
        """Enter ``[`` or ``{``; the scanner's time grows with the depth."""
        self._check_depth()
        super().fetch_flow_collection_start(token_class)

    def add_indent(self, column: int) -> bool:
        """Enter a block."""
        self._check_depth()
        return bool(super().add_indent(column))

    def _check_depth(self) -> None:
        if self.flow_level + len(self.indents) > MAX_DEPTH:
            raise ScannerError(None, None, "nested too deeply", self.get_mark())

    def get_single_node(self) -> yaml.Node | None:
        """The document's node, if its size is within bounds."""
        try:
            node: yaml.Node | None = super().get_single_node()
        except ValueError as error:  # "\U00110000" is no character
            raise ScannerError(None, None, str(error), self.get_mark()) from None
        if node is not None:
            _check_size(node)
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Make a value; text that is no value of its kind (``2020-99-99``) is an error of YAML's."""
        try:
            value = super().construct_object(node, deep)
        except yaml.YAMLError:
            raise
        except (ValueError, LookupError, AttributeError, TypeError, ArithmeticError) as error:
            kind = node.tag.rpartition(":")[2]
            raise ConstructorError(None, None, f"not a valid {kind}", node.start_mark) from error
        if isinstance(value, int) and value.bit_length() > _MAX_BITS:
            raise ConstructorError(None, None, "a number with too many digits", node.start_mark)
        return value


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _check_size(top: yaml.Node) -> None:
    """Refuse a document that is too large, too deep, or holds itself, once its aliases are put in."""
    measured: dict[int, tuple[int, int]] = {}
    entered: set[int] = set()
    pending = [top]
    while pending:
        node = pending[-1]
        if id(node) in measured:
            pending.pop()
            continue
        children = _children(node)
        if id(node) not in entered:
            entered.add(id(node))
            for child in children:
                if id(child) in entered and id(child) not in measured:
                    raise _refused("holds itself", child)
            pending.extend(child for child in children if id(child) not in measured)
            if children:
                continue
        own = 1 if children else 1 + len(node.value) // _TEXT
        size = own + sum(measured[id(child)][0] for child in children)
        depth = 1 + max((measured[id(child)][1] for child in children), default=0)
        if size > MAX_SIZE:
            raise _refused("too large, with its aliases put in", node)
        if depth > MAX_DEPTH:
            raise _refused("nested too deeply", node)
        measured[id(node)] = (size, depth)
        pending.pop()


def _refused(reason: str, node: yaml.Node) -> ConstructorError:
    return ConstructorError(None, None, reason, node.start_mark)
