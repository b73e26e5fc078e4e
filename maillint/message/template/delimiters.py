"""The delimiters of a dialect, compiled: what a tag begins and ends with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from maillint.message.template.dialect import Dialect
from maillint.message.template.program_text import Code

MAX_TAG = 5_000
"""A tag whose closer must be told from quoted ones is at most this long."""


class Form:
    """One delimiter of a dialect, its patterns compiled."""

    __slots__ = (
        "certain",
        "close",
        "dialect",
        "directive",
        "entry",
        "holds",
        "inside",
        "kind",
        "lax",
        "nests",
        "source",
        "tag",
        "walk",
    )

    def __init__(self, dialect: Dialect, entry: Mapping[str, Any]) -> None:
        self.dialect = dialect
        self.entry = entry
        self.kind: str = entry["kind"]
        self.close = re.compile(entry["close"]) if "close" in entry else None
        self.tag = re.compile(entry["tag"]) if "tag" in entry else None
        self.directive = re.compile(entry["directive"]) if "directive" in entry else None
        self.inside = re.compile(entry["inside"]) if "inside" in entry else None
        self.holds = re.compile(entry["holds"]) if "holds" in entry else None
        self.certain: bool = entry.get("certain", False)
        self.lax: bool = entry.get("lax", False) or self.kind in {"comment", "code", "printed", "literal"}
        self.nests: str = entry.get("nests", "")
        self.source: str = _ungrouped(entry.get("open") or entry.get("tag") or entry["directive"])
        self.walk = _walk(entry["close"], self.nests) if entry.get("strings") or self.nests else None


def _ungrouped(pattern: str) -> str:
    """A pattern without groups of its own, so that it can stand in an alternation."""
    pattern = re.sub(r"\(\?P<\w+>", "(?:", pattern)
    flags = re.match(r"\(\?([aims]+)\)", pattern)
    return f"(?{flags[1]}:{pattern[flags.end() :]})" if flags else pattern


STRING = r"(?<!\w)(?:\"(?:[^\"\\\n]|\\.){0,2000}+\"|'(?:[^'\\\n]|\\.){0,2000}+'|`[^`]{0,2000}+`)"


def _walk(close: str, nests: str) -> re.Pattern[str]:
    """What matters on the way to a closer: strings, nested brackets, the closer itself."""
    brackets = f"|(?P<deeper>{re.escape(nests[0])})|(?P<higher>{re.escape(nests[1])})" if nests else ""
    return re.compile(f"{STRING}|(?P<close>{close}){brackets}")


class Scanner:
    """A dialect's delimiters and those of its guests, as one pattern."""

    def __init__(self, host: Dialect, guests: Iterable[Dialect]) -> None:
        self.forms = [Form(host, entry) for entry in host.entry.get("delimiters", ())]
        for guest in guests:
            entries = guest.entry.get("delimiters", ())
            self.forms.extend(Form(guest, entry) for entry in entries if not entry.get("host"))
        self.pattern = re.compile("|".join(f"({form.source})" for form in self.forms) or "(?!)")
        openers = [form.source for form in self.forms if form.certain and form.dialect is host]
        self.openers = re.compile("|".join(openers) or "(?!)")
        spoken = {form.dialect.name: form.dialect.entry for form in self.forms}
        self.codes = {name: Code(entry["code"]) for name, entry in spoken.items() if "code" in entry}
        self.sheltered = any(form.entry.get("outside") for form in self.forms)


@lru_cache(64)
def scanner(host: Dialect, guests: tuple[Dialect, ...]) -> Scanner:
    """The scanner for a dialect and its guests, made once."""
    return Scanner(host, guests)
