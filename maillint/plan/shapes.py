"""The shapes that values of a plan file may have: how each is read, and its JSON schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from math import isfinite
from typing import Any, Protocol

from maillint.data.yamlfile import Keys, YamlFile, suggestion
from maillint.plan.model import Block
from maillint.values import frozen

MOST = 1_000_000_000
"""A count is no larger."""

MAX_DAYS = 3_660
"""Days of a volume at the most."""

MAX_ITEMS = 1_000
"""Items of any other list at the most."""

_LONGEST_SHOWN = 40


class Shape(Protocol):
    """How a value is read. An empty value (``goal:``) counts as one that is not there, and is never handed over."""

    @property
    def doc(self) -> str:
        """What the value means, in a line."""

    def read(self, file: YamlFile, keys: Keys, value: Any) -> Any:
        """Check a value and return it as the model has it; raises FileError."""

    def schema(self) -> dict[str, Any]:
        """Its JSON schema."""


def shown(value: Any) -> str:
    """A value as an error shows it: as YAML has it, and short."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f'"{text[:_LONGEST_SHOWN]}…"' if len(text) > _LONGEST_SHOWN else f'"{text}"'


def name_of(keys: Keys) -> str:
    """What an error calls a value: by its key, or as an item of the list of that name."""
    return str(keys[-1]) if isinstance(keys[-1], str) else f"an item of {keys[-2]}"


@frozen
class Text:
    """A text; a number is taken for one."""

    doc: str

    def read(self, file: YamlFile, keys: Keys, value: Any) -> str:
        """Take a text."""
        if isinstance(value, (dict, list, bool)):
            raise file.error(keys, f"{name_of(keys)} must be text")
        return str(value)

    def schema(self) -> dict[str, Any]:
        """A text."""
        return {"type": ["string", "number"]}


@frozen
class Texts:
    """A text or several."""

    doc: str

    def read(self, file: YamlFile, keys: Keys, value: Any) -> tuple[str, ...]:
        """Take a text or a list of texts; what YAML reads as a boolean (a bare ``no``) is the word for it."""
        items = value if isinstance(value, list) else [value]
        words = ["no" if item is False else item for item in items]
        if not all(isinstance(word, str) for word in words):
            raise file.error(keys, f"{name_of(keys)} must be a list of texts")
        return tuple(words)

    def schema(self) -> dict[str, Any]:
        """A text or a list of them."""
        return {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


@frozen
class Flag:
    """True or false."""

    doc: str

    def read(self, file: YamlFile, keys: Keys, value: Any) -> bool:
        """Take a boolean."""
        if not isinstance(value, bool):
            raise file.error(keys, f"{name_of(keys)} must be true or false, not {shown(value)}")
        return value

    def schema(self) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}


@frozen
class Number:
    """A number from ``least`` to ``most``, a ``whole`` one perhaps."""

    doc: str
    whole: bool = True
    least: float = 0
    most: float = MOST

    def read(self, file: YamlFile, keys: Keys, value: Any) -> float:
        """Take a number within its bounds."""
        kinds = int if self.whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not isfinite(value):
            raise file.error(keys, f"{name_of(keys)} must be a {'whole ' * self.whole}number, not {shown(value)}")
        if not self.least <= value <= self.most:
            raise file.error(keys, f"{name_of(keys)} must be from {self.least:g} to {self.most:,.0f}, not {value}")
        number: float = value
        return number

    def schema(self) -> dict[str, Any]:
        """A number with its bounds."""
        return {"type": "integer" if self.whole else "number", "minimum": self.least, "maximum": self.most}


@frozen
class Percent:
    """A rate in per cent: ``0.8``, or ``0.8 %``."""

    doc: str

    def read(self, file: YamlFile, keys: Keys, value: Any) -> float:
        """Take a rate from 0 to 100."""
        if isinstance(value, str):
            try:
                value = float(value.removesuffix("%"))
            except ValueError:
                raise file.error(keys, f"{name_of(keys)} must be a rate in per cent, not {shown(value)}") from None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 100:
            raise file.error(keys, f"{name_of(keys)} must be a rate in per cent from 0 to 100, not {shown(value)}")
        return float(value)

    def schema(self) -> dict[str, Any]:
        """A number, or a text that ends in a per cent sign."""
        number = {"type": "number", "minimum": 0, "maximum": 100}
        return {"anyOf": [number, {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*%?\s*$"}]}


@frozen
class Choice:
    """One of several words; ``also`` are further words for some of them."""

    doc: str
    words: tuple[str, ...]
    also: Mapping[str, str] | None = None

    def read(self, file: YamlFile, keys: Keys, value: Any) -> str:
        """Take one of the words; of what YAML reads as a boolean, ``no`` and ``yes`` may be among them."""
        given = {False: "no", True: "yes"}.get(value, "") if isinstance(value, bool) else str(value)
        word = (self.also or {}).get(given.lower(), given.lower())
        if word not in self.words:
            hint = suggestion(given, self.words) or f" (there are {', '.join(self.words)})"
            raise file.error(keys, f"unknown {name_of(keys)} {shown(value)}{hint}")
        return word

    def schema(self) -> dict[str, Any]:
        """The words."""
        return {"enum": [*self.words, *(self.also or {}), *((False,) if "no" in (self.also or {}) else ())]}


@frozen
class Items:
    """A list of values of one shape."""

    item: Shape

    @property
    def doc(self) -> str:
        """What the items mean."""
        return self.item.doc

    def read(self, file: YamlFile, keys: Keys, value: Any) -> tuple[Any, ...]:
        """Take each item; an empty one is an error."""
        if not isinstance(value, list):
            raise file.error(keys, f"{name_of(keys)} must be a list")
        if len(value) > MAX_ITEMS:
            raise file.error(keys, f"{name_of(keys)} has {len(value):,} items; the limit is {MAX_ITEMS:,}")
        found = []
        for index, item in enumerate(value):
            if item is None:
                raise file.error((*keys, index), f"{name_of((*keys, index))} is empty")
            found.append(self.item.read(file, (*keys, index), item))
        return tuple(found)

    def schema(self) -> dict[str, Any]:
        """A list of them."""
        return {"type": "array", "items": self.item.schema(), "maxItems": MAX_ITEMS}


@frozen
class Record:
    """A mapping with fixed keys, which becomes a block of the model: fields have the keys' names, with underscores.

    ``short`` reads a value that is no mapping into one, for a shorter way to write it; it returns None for what it does
    not know. ``short_schema`` is the schema of that.
    """

    doc: str
    block: type[Block]
    shapes: Mapping[str, Shape]
    short: Callable[[Any], Mapping[str, Any] | None] | None = None
    short_schema: Mapping[str, Any] | None = None

    def read(self, file: YamlFile, keys: Keys, value: Any) -> Block:
        """Take a mapping; an unknown key is an error."""
        if self.short is not None and not isinstance(value, dict):
            value = self.short(value) or value
        return self.block(keys, **self.fields(file, keys, value))

    def fields(self, file: YamlFile, keys: Keys, value: Any) -> dict[str, Any]:
        """The fields of the model's block."""
        what = name_of(keys) if keys else "a plan"
        values = file.mapping(keys, value, what)
        file.known_keys(keys, values, self.shapes, f"key of {what}" if keys else "key")
        return {
            key.replace("-", "_"): self.shapes[key].read(file, (*keys, key), item)
            for key, item in values.items()
            if item is not None
        }

    def schema(self) -> dict[str, Any]:
        """The keys with their schemas; each may be empty."""
        own = {"type": "object", "properties": dict(_properties(self.shapes)), "additionalProperties": False}
        return own if self.short_schema is None else {"anyOf": [self.short_schema, own]}


def _properties(shapes: Mapping[str, Shape]) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, shape in shapes.items():
        yield key, {"description": shape.doc, "anyOf": [shape.schema(), {"type": "null"}]}


@frozen
class Date:
    """A date."""

    doc: str

    def read(self, file: YamlFile, keys: Keys, value: Any) -> date:
        """Take a date as YAML has it."""
        if type(value) is not date:
            raise file.error(keys, f"{name_of(keys)} must be a date such as 2026-01-05, not {shown(value)}")
        return value

    def schema(self) -> dict[str, Any]:
        """A date, which editors take for a text."""
        return {"type": "string", "format": "date"}


@frozen
class Days:
    """Numbers of messages in the order of the days, where each stands, and the date of the first, where it is said."""

    numbers: tuple[int, ...] = ()
    places: tuple[Keys, ...] = ()
    start: date | None = None


@frozen
class Daily:
    """Numbers of messages by day: one for every day, a list, or a mapping of dates; a date that is left out has 0."""

    doc: str

    def read(self, file: YamlFile, keys: Keys, value: Any) -> Days:
        """The number of each day, where it stands, and the date of the first."""
        number = Number(self.doc)
        if isinstance(value, dict):
            return self._by_date(file, keys, value)
        items = value if isinstance(value, list) else [value]
        if len(items) > MAX_DAYS:
            raise file.error(keys, f"{name_of(keys)} has {len(items):,} days; the limit is {MAX_DAYS:,}")
        places = tuple((*keys, index) for index in range(len(items))) if isinstance(value, list) else (keys,)
        for place, item in zip(places, items, strict=True):
            number.read(file, place, item)
        return Days(tuple(items), places)

    def _by_date(self, file: YamlFile, keys: Keys, value: dict[Any, Any]) -> Days:
        days: dict[date, tuple[int, Keys]] = {}
        for key, item in value.items():
            place = (*keys, str(key))
            if type(key) is not date:
                raise file.error(place, f"{name_of(keys)}: {shown(key)} is not a date such as 2026-01-05")
            days[key] = (int(Number(self.doc).read(file, place, item)), place)
        if not days:
            return Days()
        first, last = min(days), max(days)
        if (last - first).days >= MAX_DAYS:
            raise file.error(keys, f"{name_of(keys)} spans more than {MAX_DAYS:,} days")
        ordered = [date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1)]
        numbers = tuple(days[day][0] if day in days else 0 for day in ordered)
        return Days(numbers, tuple(days[day][1] if day in days else keys for day in ordered), first)

    def schema(self) -> dict[str, Any]:
        """A number, a list of numbers, or numbers by date."""
        number = Number(self.doc).schema()
        by_date = {
            "type": "object",
            "patternProperties": {r"^\d{4}-\d\d-\d\d$": number},
            "additionalProperties": False,
        }
        return {"anyOf": [number, {"type": "array", "items": number, "maxItems": MAX_DAYS}, by_date]}
