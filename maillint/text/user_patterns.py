"""Patterns and selectors of users: searched within a bound on time, since some need longer than the world has."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from maillint.errors import LintError
from maillint.patterns import regex

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

SECONDS = 2.0
"""How long the patterns of one rule may take over one message."""

MAX_PATTERN = 5_000
"""Characters of a pattern or a selector at the most."""

MAX_REPEATED = 10_000
"""Characters that a pattern may require at the most, its repeats written out: so it is compiled, in memory."""


WINDOW = 1_000_000
"""Characters that a pattern is given at a time, divided by its brackets: each of these may keep 70 bytes for each."""

SMALLEST_WINDOW = 20_000

_BACKWARDS = 0x400  # regex.REVERSE


class StoppedPatternError(LintError):
    """A pattern or a selector that was stopped because it took too long, or too much."""

    def __init__(self, what: str, source: str, why: str = "") -> None:
        shown = source if len(source) <= 60 else f"{source[:59]}…"
        super().__init__(f"the {what} {shown!r} was stopped {why or f'after {SECONDS:g} s'}")


class Found(Protocol):
    """A match, as ``re`` gives it."""

    def start(self) -> int:
        """Where it begins."""

    def end(self) -> int:
        """Where it ends."""

    def span(self) -> tuple[int, int]:
        """Both."""

    def __getitem__(self, group: int) -> str:
        """The text of a group."""


@lru_cache(64)  # options of rules: a run has few, and they hold no text of a message
def _compiled(source: str, case: bool) -> Any:
    import regex as package  # noqa: PLC0415 -- 15 ms, for rules with patterns alone

    return package.compile(_uncaptured(source), 0 if case else package.IGNORECASE)


_TOKEN = regex(
    r"""(?s:\\(?:[pPN]\{[^}]*+\}|.)|\[\^?+\]?+(?:\\.|[^\]\\])*+\]?+"""
    r"""|(?P<open>\((?:\?(?P<kind>R\)|[+-]?+\d|&|P>|\#|[A-Za-z0-9-]*+[):])?+)?+)|(?P<close>\))"""
    r"""|\{\s*+(?P<least>\d++)\s*+(?:,\s*+\d*+\s*+)?+\}|(?P<space>\s)|.)"""
)


_REFERENCE = regex(r"\\[1-9gL]|\(\?(?:P[=>]|[(&|R+\d-])|V1|\[[:.=]")
"""What refers to groups, or has brackets in brackets, where _TOKEN does not see what is a group."""

_NAME = regex(r"\?P?<\w++>")


def _uncaptured(source: str) -> str:
    """A pattern without the captures that nothing refers to: each repeat of one would be kept, 80 bytes and more."""
    if "(" not in source or _REFERENCE.search(source):
        return source
    pieces: list[str] = []
    last = 0
    for token in _TOKEN.finditer(source):
        if token["open"] != "(":
            continue
        name = _NAME.match(source, token.end())
        if name or not source.startswith("?", token.end()):
            pieces += (source[last : token.start()], "(?:")
            last = name.end() if name else token.end()
    return "".join((*pieces, source[last:]))


def _length(source: str) -> int | None:
    """How long a pattern is with its repeats written out, as often as they must occur; None where it calls itself."""
    above: list[tuple[int, int]] = []  # of each open group: the length before it, and what a repeat after it repeats
    length = last = 0
    verbose, product = False, 1
    for token in _TOKEN.finditer(source):
        kind = token["kind"] or ""
        if kind[:1] in {"R", "&", "+"} or kind == "P>" or kind.lstrip("-")[:1].isdigit():
            return None
        verbose |= kind[-1:] in {")", ":"} and "x" in kind.partition("-")[0]
        if token["open"]:
            is_item = kind != "#" and kind[-1:] != ")"
            above.append((length, 0 if is_item else last))
            if kind[-1:] == ")":
                above.pop()
                continue
            length = last = 0
        elif token["close"]:
            before, kept = above.pop() if above else (0, 0)
            last = max(length, kept, 1)
            length = before + max(length, 1)
        elif token["least"]:
            least = max(int(token["least"]) if len(token["least"]) < 10 else MAX_REPEATED + 1, 1)
            product *= least
            length, last = length + last * (least - 1), last * least
        else:
            length, last = length + 1, max(last, 1) if token["space"] else 1
        if length > MAX_REPEATED or (verbose and product > MAX_REPEATED):  # a comment may stand before a repeat
            return MAX_REPEATED + 1
    return length


def pattern_fault(source: str) -> str | None:
    """What is wrong with a pattern; None for one that can be searched for."""
    if len(source) > MAX_PATTERN:
        return f"longer than {MAX_PATTERN:,} characters"
    length = _length(source)
    if length is None:
        return "it calls a part of itself, which may never end"
    if length > MAX_REPEATED:
        return f"it repeats more than {MAX_REPEATED:,} characters"
    try:
        _compiled(source, True)
    except RecursionError:
        return "nested too deeply"
    except Exception as error:  # the package's own errors, and those of numbers
        return " ".join(str(error).split()) or type(error).__name__
    return None


class Search:
    """The patterns of one rule over one message; together they have SECONDS. Raises StoppedPatternError."""

    def __init__(self) -> None:
        self._left = SECONDS

    def all(self, source: str, text: str, *, case: bool = False) -> Iterator[Found]:
        """Every match of a pattern in a text. A match, with what it looks at, may have half a WINDOW."""
        compiled = _compiled(source, case)
        half = max(WINDOW // (1 + source.count("(")), SMALLEST_WINDOW) // 2
        if compiled.flags & _BACKWARDS and len(text) > 2 * half:
            raise StoppedPatternError(
                "pattern", source, f"before a text of {len(text):,} characters: it searches backwards"
            )
        start = after = 0
        while True:
            end, next_start = start + 2 * half, start + half
            is_last = end >= len(text)
            matches = iter(compiled.finditer(text, start, end, timeout=max(self._left, 0.001)))
            while (match := self._timed(source, lambda found=matches: next(found, None))) is not None:
                if not is_last and match.start() >= next_start:
                    break  # it may look beyond the window: it is found in the next one
                if not is_last and match.end() == end:
                    raise StoppedPatternError("pattern", source, f"at a match of more than {half:,} characters")
                after = match.end()
                yield match
            if is_last:
                return
            start = max(next_start, after)

    def first(self, source: str, text: str, *, case: bool = False) -> Found | None:
        """The first match of a pattern in a text."""
        return next(self.all(source, text, case=case), None)

    def _timed(self, source: str, search: Any) -> Found | None:
        began = time.monotonic()
        try:
            found: Found | None = search()
        except TimeoutError:
            raise StoppedPatternError("pattern", source) from None
        except MemoryError:
            raise StoppedPatternError("pattern", source, "because it takes too much memory") from None
        self._left -= time.monotonic() - began
        return found


# -- selectors ----------------------------------------------------------------------------------------


def selector_fault(source: str) -> str | None:
    """What is wrong with a CSS selector; None for one that can be selected by."""
    import soupsieve  # noqa: PLC0415 -- 60 ms, for rules with selectors alone

    if len(source) > MAX_PATTERN:
        return f"longer than {MAX_PATTERN:,} characters"
    try:
        soupsieve.compile(source)
    except RecursionError:
        return "nested too deeply"
    except Exception as error:  # the package's own errors, and those of numbers
        return next(iter(str(error).splitlines()), "") or type(error).__name__
    return None


class Selection:
    """The selector of one rule over one message: all its uses together have SECONDS. Raises StoppedPatternError."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._left = SECONDS

    def of(self, soup: BeautifulSoup) -> list[Tag]:
        """The elements of a tree that it selects, in order."""
        import soupsieve  # noqa: PLC0415 -- as above
        from soupsieve.css_match import CSSMatch  # noqa: PLC0415

        began, looks = time.monotonic(), 0
        end = began + self._left

        def ask() -> None:
            if time.monotonic() > end:
                raise TimeoutError

        class Bounded(CSSMatch):
            def match_tag(self, *given: Any) -> bool:  # it is asked for every element and every part of a selector
                nonlocal looks
                looks += 1
                if not looks & 255:
                    ask()
                return super().match_tag(*given)

            def match_contains(self, element: Any, contains: Any) -> bool:  # one may read the whole text
                for one in contains:
                    ask()
                    if not super().match_contains(element, (one,)):
                        return False
                return True

            def match_attributes(self, element: Any, attributes: Any) -> bool:  # the same goes for a long value
                for one in attributes:
                    ask()
                    if not super().match_attributes(element, (one,)):
                        return False
                return True

        compiled = soupsieve.compile(self._source)
        try:
            return list(Bounded(compiled.selectors, soup, compiled.namespaces, compiled.flags).select())
        except TimeoutError:
            raise StoppedPatternError("selector", self._source) from None
        finally:
            self._left -= time.monotonic() - began
