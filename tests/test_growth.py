"""Nothing grows faster than the text: every regular expression on texts made to break it, every reader and rule on
texts of one shape in two sizes.

Work is counted, not timed: calls and lines of Python. What regular expressions do inside cannot be counted; their time
at one size is compared with that at another, and only where it is long enough to be told.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import pytest

import maillint
from maillint.data.lists import load_list
from maillint.message.template.attribute_blocks import _Patterns as AttributePatterns
from maillint.message.template.delimiters import Scanner
from maillint.message.template.dialect import all_dialects
from maillint.message.template.razor import _Patterns as RazorPatterns
from maillint.message.template.spec import Pattern
from maillint.patterns import _Pattern
from tests.pumps import pumps

LONG = 15_000
"""Characters of the texts that regular expressions are tried on."""

METHODS = {"match", "fullmatch", "search", "finditer"}
_ALIKE = {"sub": "finditer", "subn": "finditer", "findall": "finditer", "split": "finditer"}

BOUNDED: Mapping[str, tuple[int, str]] = {
    "maillint.text.literals": (500, "reads patterns of lists and settings"),
    "maillint.web.link_lists": (500, "reads patterns of lists and settings"),
    "maillint.cli.init:_NUMBERED": (255, "reads names of files"),
    "maillint.project.message_files": (255, "reads names of files"),
    "maillint.message.template.conditions:_COMPARISON": (500, "reads tests of 500 characters at the most"),
    "maillint.message.template.conditions:_COLLECTION": (500, "reads loops of 500 characters at the most"),
    "beacon-signs.open-paths": (4096, "reads addresses of 4,096 characters at the most"),
    "fallback": (1000, "reads 1,000 characters of a tag"),
    "program_text.words": (4000, "reads 4,000 characters of a statement"),
    "program_text.prints": (4000, "reads 4,000 characters of a statement"),
}
"""By the beginning or a part of a pattern's name: the longest text that it is given, and why."""


class Expression(NamedTuple):
    """A regular expression, the methods that it is called by, and the longest text that it is given."""

    name: str
    source: str | bytes
    flags: int
    methods: tuple[str, ...]
    longest: int


def _expression(name: str, source: str | bytes, flags: int, methods: tuple[str, ...]) -> Expression:
    longest = next((size for piece, (size, _) in BOUNDED.items() if piece in name), LONG)
    return Expression(name, source, flags, methods, longest)


# -- every regular expression of the package ----------------------------------------------------------


def _of_modules() -> Iterator[Expression]:
    """Those of the modules, with the methods that the module calls them by."""
    for found in pkgutil.walk_packages(maillint.__path__, "maillint."):
        if found.name.endswith(("__main__", "pytest_plugin")):
            continue
        module = importlib.import_module(found.name)
        code = Path(str(module.__file__)).read_text(encoding="utf-8")
        for name, value in vars(module).items():
            for number, pattern in enumerate(_patterns_in(value)):
                source, flags = pattern._source if isinstance(pattern, _Pattern) else (pattern.pattern, pattern.flags)
                called = set(re.findall(rf"\b{name}(?:\[\w+\])?\.(\w+)\b", code))
                methods = {_ALIKE.get(method, method) for method in called} & METHODS
                yield _expression(
                    f"{found.name}:{name}{number or ''}", source, flags, tuple(sorted(methods or {"match", "search"}))
                )


def _patterns_in(value: Any) -> Iterator[Any]:
    if isinstance(value, (_Pattern, re.Pattern)):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _patterns_in(item) if not isinstance(item, Mapping) else ()
    elif isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        for item in value:
            yield from _patterns_in(item) if not isinstance(item, (tuple, list)) else ()


_USED = {
    "inside": ("fullmatch",),
    "unknown_ends": ("fullmatch",),
    "words": ("match",),
    "open": ("finditer", "match"),
    "tag": ("finditer", "match"),
    "directive": ("finditer", "match"),
    "holds": ("finditer",),
    "strings": ("finditer",),
    "comments": ("finditer",),
    "breaks": ("finditer",),
    "starts": ("finditer",),
}
"""How the patterns of dialects are used, by the key; the others are searched for once."""


def _of_dialects() -> Iterator[Expression]:
    for dialect in all_dialects():
        for path, pattern in _fields(dialect, dialect.name):
            key = next((part for part in reversed(path.split(".")) if part in _USED), "")
            yield _expression(path, pattern.source, 0, _USED.get(key, ("search",)))
        scanner = Scanner(dialect, ())
        for text in scanner.program_texts.values():
            yield _expression(f"{dialect.name}.program_text", text._token.pattern, 0, ("finditer",))
        if dialect.razor is not None:
            for name, found in vars(RazorPatterns(dialect.razor)).items():
                yield _expression(f"{dialect.name}.{name}", found.pattern, found.flags, ("finditer",))
        if dialect.attributes is not None:
            attributes = AttributePatterns(dialect.attributes)
            for found in (attributes.attribute, *attributes.plain.values()):
                yield _expression(f"{dialect.name}.attribute", found.pattern, found.flags, ("finditer",))


def _fields(value: Any, path: str) -> Iterator[tuple[str, Pattern]]:
    if isinstance(value, Pattern):
        yield path, value
    elif hasattr(value, "_fields"):
        for name in value._fields:
            yield from _fields(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _fields(item, f"{path}.{name}")
    elif isinstance(value, (tuple, list)):
        for number, item in enumerate(value):
            yield from _fields(item, f"{path}.{number}")
    elif hasattr(value, "__slots__") and type(value).__module__.startswith("maillint"):
        for name in value.__slots__:
            yield from _fields(getattr(value, name, None), f"{path}.{name}")


_USED_IN_LISTS = {"host": "fullmatch", "path": "match", "paths": "match", "targets": "match"}

LISTS = (
    "beacon-signs", "click-wrappers", "gateways", "leftovers", "link-identifiers", "partials", "pixel-placeholders",
    "placeholders", "redirectors", "reply-prefixes", "shorteners", "trackers", "unsubscribe",
)  # fmt: skip


def _of_lists() -> Iterator[Expression]:
    """What looks like a pattern in the other lists: of hosts, of what follows them, or to search for in a text."""
    for name in LISTS:
        for path, source in _texts(load_list(name), name):
            if re.search(r"[*+}]", source) and re.search(r"\\[.\w]|\[|\(\?", source):
                key = path.rstrip("0123456789.").rpartition(".")[2]
                yield _expression(path, source, re.IGNORECASE, (_USED_IN_LISTS.get(key, "search"),))


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _texts(item, f"{path}.{name}")
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from _texts(item, f"{path}.{number}")


@cache
def _expressions() -> Mapping[str, Expression]:
    found: dict[tuple[Any, ...], Expression] = {}
    for expression in (*_of_modules(), *_of_dialects(), *_of_lists()):
        found.setdefault((expression.source, expression.flags, expression.methods), expression)
    return {expression.name: expression for expression in found.values()}


class _TooLongError(Exception):
    pass


def _seconds(work: Callable[[], Any], most: float) -> float:
    """The processor time that a call takes, ``most`` if it takes so long."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, most)
    start = time.process_time()
    try:
        work()
    except _TooLongError:
        return most
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return time.process_time() - start


_TOLD = 0.02
"""Seconds below which a call counts as quick: 15,000 characters that are read once take a tenth of it."""

_LONGEST = 1.0
_MEASURED = 0.1


def _run(pattern: re.Pattern[Any], method: str, text: Any) -> Callable[[], Any]:
    if method == "finditer":
        return lambda: sum(1 for _ in pattern.finditer(text))
    return lambda: getattr(pattern, method)(text)


def _mean(work: Callable[[], Any]) -> float:
    """The processor time of a call, of as many as the clock needs to tell."""
    total, calls = 0.0, 0
    while total < _MEASURED and calls < 2000:
        total += _seconds(work, _LONGEST)
        calls += 1
    return total / calls


def _growth(expression: Expression) -> list[str]:
    """The texts on which an expression takes more than 20 times as long for 8 times the length."""
    pattern = re.compile(expression.source, expression.flags)
    binary = isinstance(expression.source, bytes)
    source = expression.source.decode("latin-1") if isinstance(expression.source, bytes) else expression.source
    slow = []
    for pump in pumps(source, expression.flags & ~re.UNICODE if binary else expression.flags):

        def text(size: int, pump: Any = pump) -> Any:
            made = pump.text(size)
            return made.encode("latin-1", "replace") if binary else made

        for method in expression.methods:
            sizes = [size for size in (1000, LONG) if size <= expression.longest] or [expression.longest]
            for size in sizes:
                if _seconds(_run(pattern, method, text(size)), _LONGEST) < _TOLD:
                    continue
                long = _mean(_run(pattern, method, text(size)))
                if long >= _TOLD and long > 20 * (short := _mean(_run(pattern, method, text(size // 8)))):
                    slow.append(f"{method} on {pump.key}: {size // 8} {short:.4f} s, {size} {long:.4f} s")
                    break
        if len(slow) >= 3:
            break
    return slow


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_no_regular_expression_grows_faster_than_its_text(part: int) -> None:
    slow = {}
    for number, (name, expression) in enumerate(_expressions().items()):
        if number % 8 == part and (found := _growth(expression)):
            slow[f"{name} {expression.source!r}"] = found
    assert slow == {}


def test_the_expressions_of_the_package_are_found() -> None:
    assert len(_expressions()) > 500
    assert all(any(piece in name for name in _expressions()) for piece in BOUNDED)
