"""Look-alike host names: the scripts of a label, and the Latin text that it looks like (Unicode, UTS 39)."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

from maillint.data.lists import load_list

_ANY = frozenset({"Common", "Inherited"})
_LONGEST_LABEL = 253


def mixed_scripts(label: str) -> tuple[str, ...]:
    """Return the scripts of a label that mixes them suspiciously, in the order of their first letters; else empty.

    Not suspicious is a label of one script, of the scripts that one language uses together (Japanese, Chinese,
    Korean), and of those scripts and Latin: UTS 39, section 5.2, "Highly Restrictive". Digits, hyphens and
    combining marks belong to any script. Takes a U-label.
    """
    if label.isascii():
        return ()
    found = dict.fromkeys(
        script for character in label[:_LONGEST_LABEL] if (script := script_of(character)) not in _ANY
    )
    scripts = frozenset(found)
    if len(scripts) < 2:
        return ()
    beside_latin = scripts - {"Latin"}
    return (
        ()
        if any(beside_latin <= together for together in _together())
        else tuple(script for script in found if script in scripts)
    )


def restricted_letter(label: str) -> str | None:
    """Return the first Latin letter of a label that no name is written with (UTS 39, section 3.1); None without one."""
    if label.isascii():
        return None
    for character in label[:_LONGEST_LABEL]:
        if character > "\x7f" and script_of(character) == "Latin" and not _is_allowed_latin(ord(character)):
            return character
    return None


@lru_cache(1024)
def _is_allowed_latin(code: int) -> bool:
    return any(first <= code <= last for first, last in _allowed_latin())


@cache
def _allowed_latin() -> tuple[tuple[int, int], ...]:
    pairs = (entry.partition("-") for entry in load_list("confusables")["latin-allowed"])
    return tuple((int(first, 16), int(last or first, 16)) for first, _, last in pairs)


def copied_brand(label: str) -> str | None:
    """Return the well-known brand whose name a label copies in letters that are none of Latin; None if it copies none.

    Takes a U-label of one script.
    """
    if label.isascii() or any("a" <= character <= "z" for character in label):
        return None
    looks = skeleton(label)
    return looks if looks in _brands() else None


@cache
def _brands() -> frozenset[str]:
    """The skeletons of the brands' names, which have no digit one or zero for a letter."""
    return frozenset(load_list("brands")["brands"])


_LONGEST = 1000  # characters: no name of a host has more than 253


def skeleton(text: str) -> str:
    """Return a text with each look-alike replaced by the Latin letter or digit that it looks like.

    Two names with equal skeletons look alike (UTS 39, section 4).
    """
    text = text[:_LONGEST]
    folded = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    alike, sequences = _alike()
    result = folded.translate(alike)
    for sequence, looks in sequences:
        result = result.replace(sequence, looks)
    return result


@lru_cache(4096)
def script_of(character: str) -> str:
    """Return a character's script: ``Common`` for one of any script, ``Inherited`` for a combining mark.

    Python has no table of scripts, but the Unicode name of a letter begins with the name of its script.
    """
    category = unicodedata.category(character)
    if category[0] == "M":
        return "Inherited"
    name = unicodedata.name(character, "")
    if category[0] != "L" or character in "ーｰ々〆〇":  # marks that Japanese and Chinese share
        return "Common"
    word = name.partition(" ")[0].partition("-")[0]
    named: str | None = load_list("confusables")["names"].get(word)
    if named is not None:
        return named
    return "Common" if word == "MODIFIER" else word.capitalize()


@cache
def _together() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(scripts) for scripts in load_list("confusables")["together"])


@cache
def _alike() -> tuple[dict[int, str], tuple[tuple[str, str], ...]]:
    """Single look-alikes as a table for str.translate; and sequences, with what they look like (rn looks like m)."""
    single: dict[int, str] = {}
    sequences = []
    for looks, by_source in load_list("confusables")["alike"].items():
        for characters in by_source.values():
            for item in characters:
                if len(item) == 1:
                    single[ord(item)] = looks
                else:
                    sequences.append((item, looks))
    return single, tuple(sequences)
