"""Delimiters, what a tag begins and ends with: those of a text's languages, compiled into one pattern."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from maillint.message.template.dialect import Dialect
from maillint.message.template.program_text import ProgramText
from maillint.message.template.spec import DelimiterSpec, DialectError
from maillint.text.literals import first_characters

MAX_TAG = 5_000
"""In a longer tag, a closer in quotes is not distinguished from the real one."""

_NOT_LOOKED_INTO = frozenset({"comment", "code", "printed", "literal"})


class Delimiter:
    """One delimiter of a dialect, its patterns compiled.

    ``source`` finds where a tag begins, and has no groups. ``walk`` finds what matters between there and the closer,
    for tags with quotes or nested brackets. ``lax``: the content is not searched for misplaced characters.
    """

    __slots__ = ("close", "dialect", "directive", "holds", "inside", "kind", "lax", "source", "spec", "tag", "walk")

    def __init__(self, dialect: Dialect, spec: DelimiterSpec) -> None:
        self.dialect = dialect
        self.spec = spec
        self.kind = spec.kind
        self.close = spec.close.compiled if spec.close else None
        self.tag = spec.tag.compiled if spec.tag else None
        self.directive = spec.directive.compiled if spec.directive else None
        self.inside = spec.inside.compiled if spec.inside else None
        self.holds = spec.holds.compiled if spec.holds else None
        self.lax = spec.lax or spec.kind in _NOT_LOOKED_INTO
        begins = spec.open or spec.tag or spec.directive
        assert begins is not None
        self.source = _ungrouped(begins.source)
        self.walk = _walk(spec.close.source, spec.nests) if spec.close and (spec.strings or spec.nests) else None


def _ungrouped(pattern: str) -> str:
    """A pattern without groups of its own, so that it can stand in an alternation."""
    pattern = re.sub(r"\(\?P<\w+>", "(?:", pattern)
    flags = re.match(r"\(\?([aims]+)\)", pattern)
    return f"(?{flags[1]}:{pattern[flags.end() :]})" if flags else pattern


STRING = r"(?<![\w\\])(?:\"(?:[^\"\\\n]|\\.){0,2000}+\"|'(?:[^'\\\n]|\\.){0,2000}+'|`[^`]{0,2000}+`)"


def _walk(close: str, nests: str) -> re.Pattern[str]:
    """Finds strings, nested brackets and the closer itself."""
    brackets = f"|(?P<deeper>{re.escape(nests[0])})|(?P<higher>{re.escape(nests[1])})" if nests else ""
    return re.compile(f"{STRING}|(?P<close>{close}){brackets}")


class Scanner:
    """The delimiters of a text's language and of those that stand inside it, as one pattern.

    ``pattern`` has one group for each of ``delimiters``; ``begin`` finds the characters that a match can begin with,
    None where they are not known. ``certain_openers`` finds openers of the text's own language that stand for nothing
    else. ``program_texts`` are by the name of the dialect.
    """

    def __init__(self, host: Dialect, others: Iterable[Dialect]) -> None:
        self.delimiters = [Delimiter(host, spec) for spec in host.delimiters]
        for other in others:
            self.delimiters.extend(Delimiter(other, spec) for spec in other.delimiters if not spec.host_only)
        self.pattern = re.compile("|".join(f"({delimiter.source})" for delimiter in self.delimiters) or "(?!)")
        if self.pattern.groups != len(self.delimiters):
            raise DialectError(f"{host.name}: delimiters", 'a pattern has a group that is neither named nor "(?:…)"')
        firsts = [first_characters(delimiter.source) for delimiter in self.delimiters]
        self.begin: re.Pattern[str] | None = None
        if firsts and all(first is not None for first in firsts):
            self.begin = re.compile(f"[{re.escape(''.join(sorted(frozenset().union(*filter(None, firsts)))))}]")
        certain = [own.source for own in self.delimiters if own.spec.certain and own.dialect is host]
        self.certain_openers = re.compile("|".join(certain) or "(?!)")
        spoken = {delimiter.dialect for delimiter in self.delimiters}
        self.program_texts = {
            dialect.name: ProgramText(dialect.program_text) for dialect in spoken if dialect.program_text is not None
        }
        self.spares_styles = any(delimiter.spec.not_in_styles for delimiter in self.delimiters)


@lru_cache(64)
def scanner(host: Dialect, others: tuple[Dialect, ...]) -> Scanner:
    """The scanner of a text's language and the others in it, made once."""
    return Scanner(host, others)
