"""Known placeholders: what a template tag stands for, judging by its name.

``rules/lists/placeholders.yaml`` holds the placeholders of sending tools, and the names that templates give to the same
things. A tag that computes its value, such as ``{{ t("hello", name) }}``, has no role.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from maillint.data.lists import load_list
from maillint.message.template.tags import Tag
from maillint.patterns import regex
from maillint.text.literals import literal_pieces
from maillint.values import frozen

_IGNORED = regex(r"[\s_\-$]+")
_SUBSCRIPT = regex(r"\[\s*+[\"']?((?:[\w.-]++| ++(?=[\w.-]))++)(?: *+[\"'])?\s*+\]")
_END = regex(r"\||\?|!(?!=)|:default=|\bfallback\s*=|\bdefault\s*=|,|\bor\b|\|\||\s(?:if|unless)\s")
_LEAD = regex(r"(?:html\.raw|raw|safe|e|h|v|attributevalue|propercase|proper_case|insert)\s*[\s(]\s*@?", re.IGNORECASE)
_STRING = regex(r"\A[\"']|\A\d")
_SPLIT = regex(r"(?:\?\.|->|::|\.|(?<!\w)@)++")
_MAX_LENGTH = 300


@frozen
class _Index:
    """The list, arranged for look-up: roles by expression, by how one begins, by name, and by name with its owners.

    Of ``patterns``, each has the pieces of which one stands in every name that it fits.
    """

    exact: Mapping[str, str]
    openings: tuple[tuple[str, str], ...]
    names: Mapping[str, str]
    owned: Mapping[str, tuple[str, frozenset[str]]]
    patterns: tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...]
    calls: frozenset[str]


@cache
def _index() -> _Index:
    data: Mapping[str, Any] = load_list("placeholders")
    exact: dict[str, str] = {}
    openings: list[tuple[str, str]] = []
    names: dict[str, str] = {}
    owned: dict[str, tuple[str, frozenset[str]]] = {}
    patterns: list[tuple[tuple[str, ...], re.Pattern[str], str]] = []
    for role, entry in data["roles"].items():
        for tool in entry.get("tools", {}).values():
            for text in tool:
                if text.endswith("*"):
                    openings.append((text[:-1].lower(), role))
                else:
                    exact.setdefault(_plain(text), role)
        for name in entry.get("names", ()):
            names.setdefault(name, role)
        for name in entry.get("owned", ()):
            owned.setdefault(name, (role, frozenset(entry["of"])))
        patterns.extend((literal_pieces(pattern), regex(pattern), role) for pattern in entry.get("patterns", ()))
    return _Index(exact, tuple(openings), names, owned, tuple(patterns), frozenset(map(_plain, data["calls"])))


def _plain(text: str) -> str:
    """An expression as it is compared: in lower case, without braces, spaces, "_", "-" and "$"."""
    return _IGNORED.sub("", text.strip().strip("{}").lower())


def placeholder_role(tag: Tag) -> str | None:
    """Return what an output tag stands for (``unsubscribe``, ``address``, ``first-name`` …), None if unknown.

    The roles are those of ``rules/lists/placeholders.yaml``. A tag that prints nothing has none.
    """
    return role_of(tag.argument) if tag.prints else None


@lru_cache(4096)
def role_of(expression: str) -> str | None:
    """Return what an expression, without its delimiters, stands for; None if unknown."""
    expression = expression[:_MAX_LENGTH].strip()
    index = _index()
    whole = _plain(expression)
    if whole in index.exact:
        return index.exact[whole]
    for opening, role in index.openings:
        if len(expression) > len(opening) and expression.lower().startswith(opening):
            return role
    for candidate in _candidates(expression):
        found = _named(candidate, index)
        if found is not None:
            return found
    return None


def _candidates(expression: str) -> Iterator[str]:
    """The names that an expression may print: its filters left out, then word by word (``capitalize first_name``)."""
    lead = _LEAD.match(expression)
    if lead:
        expression = expression[lead.end() :]
    end = _END.search(expression, 1)
    head = (expression[: end.start()] if end else expression).strip(" ()\"'")
    head = head.removeprefix("lead:").removeprefix("contactfield=").removeprefix("leadfield=").strip()
    head = head.partition("(")[0]  # the arguments of a call say nothing about what it prints
    yield head
    words = head.split()
    if 1 < len(words) <= 4:
        yield from (word for word in words[1:] if not _STRING.match(word) and "=" not in word)


def _named(expression: str, index: _Index) -> str | None:
    whole = _plain(expression)
    if whole in index.exact:
        return index.exact[whole]
    path = [_plain(part) for part in _SPLIT.split(_SUBSCRIPT.sub(r".\1", expression.strip("{}")))]
    path = [part for part in path if part]
    while len(path) > 1 and path[-1] in index.calls:
        path.pop()
    if not path or not path[-1]:
        return None
    name = path[-1]
    if name in index.names:
        return index.names[name]
    if name in index.owned:
        role, owners = index.owned[name]
        if len(path) == 1 or any(path[-2].endswith(owner) for owner in owners):
            return role
        return None
    if len(name) > 60:
        return None
    fitting = (role for pieces, pattern, role in index.patterns if _may_hold(name, pieces) and pattern.search(name))
    return next(fitting, None)


def _may_hold(name: str, pieces: tuple[str, ...]) -> bool:
    """Whether one of the pieces stands in a name, or there are none to look for."""
    return not pieces or any(piece in name for piece in pieces)
