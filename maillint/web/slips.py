"""Domains that are a slip of the finger, or of the eye, away from those of large mail providers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from maillint.data.lists import load_list
from maillint.values import frozen
from maillint.web.confusables import skeleton
from maillint.web.domains import u_label

_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")

_LONG = 7
"""From this length on, a name with any one letter wrong or too many is a slip; a shorter one has real neighbours."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_COM = "com"


@frozen
class _Slips:
    names: dict[str, str]
    endings: dict[str, tuple[str, ...]]
    commercial: frozenset[str]
    real: frozenset[str]


@lru_cache(65_536)
def slip_of(domain: str) -> str | None:
    """Return the provider's domain that a domain (in A-labels, lower case) is a slip of; None where it is none."""
    slips = _slips()
    if domain in slips.real:
        return None
    name, _, ending = domain.partition(".")
    intended = slips.names.get(name)
    if intended is None:
        return _look_alike(domain) if "xn--" in domain else None
    endings = slips.endings[intended]
    if ending in endings:
        return f"{intended}.{ending}" if name != intended else None
    if ending in slips.commercial and _COM in endings:
        return f"{intended}.{_COM}"
    return None


def _look_alike(domain: str) -> str | None:
    """The provider's domain that letters of other scripts imitate."""
    looks = skeleton(u_label(domain))
    name, _, ending = looks.partition(".")
    slips = _slips()
    return looks if slips.names.get(name) == name and ending in slips.endings[name] else None


@cache
def _slips() -> _Slips:
    data = load_list("mail-providers")
    names: dict[str, str] = {}
    for entry in data["entries"]:
        for slip in (*misspellings(entry["name"]), *entry.get("slips", ())):
            names.setdefault(slip, entry["name"])
    own = {entry["name"]: entry["name"] for entry in data["entries"]}
    endings = {entry["name"]: tuple(entry["endings"]) for entry in data["entries"]}
    return _Slips(names | own, endings, frozenset(_misspelt_endings()), frozenset(data["real"]))


def misspellings(name: str) -> Iterator[str]:
    """The ways to mistype a name by one slip; its first letter stays, since people look at it.

    A letter is left out, doubled, swapped with the next one, hit beside its key, or hit together with a neighbour; of
    long names any letter may be wrong, or one too many.
    """
    for place in range(1, len(name)):
        before, letter, after = name[:place], name[place], name[place + 1 :]
        wrong = _LETTERS if len(name) >= _LONG else _neighbours(letter)
        yield before + after
        yield before + letter + letter + after
        if after and after[0] != letter:
            yield before + after[0] + letter + after[1:]
        for other in wrong:
            if other != letter:
                yield before + other + after
                yield before + other + letter + after
                yield before + letter + other + after
    yield name[0] + name
    yield name[1] + name[0] + name[2:]


def _misspelt_endings() -> Iterator[str]:
    """The ways to mistype ``com``, and to type too much of it."""
    for slip in misspellings(_COM):
        if slip != _COM:
            yield slip
    for letter in (*_neighbours("c"), ""):
        yield f"{letter}om"
    yield from ("c0m", "comcom", "com.com", "coom", "ocm")


@cache
def _neighbours(letter: str) -> str:
    """The keys beside a letter's on an English keyboard."""
    row = next(number for number, keys in enumerate(_ROWS) if letter in keys)
    column = _ROWS[row].index(letter)
    beside = ((row, -1), (row, 1), (row - 1, 0), (row - 1, 1), (row + 1, 0), (row + 1, -1))
    return "".join(
        _ROWS[other][column + shift]
        for other, shift in beside
        if 0 <= other < len(_ROWS) and 0 <= column + shift < len(_ROWS[other])
    )
