"""Host names that look like others: scripts in a label, and what a label can be taken for (Unicode, UTS 39)."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

from maillint.data.lists import load_list

_ANY = frozenset({"Common", "Inherited"})
_LONGEST_LABEL = 253


def mixed_scripts(label: str) -> tuple[str, ...]:
    """Return the scripts of a label that mixes them, in the order they come in; empty for an honest label.

    Honest is a label of one script, of scripts that one language writes side by side (Japanese, Chinese,
    Korean), and of one such language's scripts and Latin: UTS 39, section 5.2, "Highly Restrictive". Digits,
    hyphens and combining marks belong to any script. Takes a U-label.
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


def skeleton(text: str) -> str:
    """Return a text with every look-alike replaced by the Latin letter or digit that it is taken for.

    Two names whose skeletons are equal can be taken for each other (UTS 39, section 4).
    """
    folded = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    alike, sequences = _alike()
    result = folded.translate(alike)
    for sequence, looks in sequences:
        result = result.replace(sequence, looks)
    return result


@lru_cache(4096)
def script_of(character: str) -> str:
    """Return a character's script by its Unicode name; ``Common`` for what belongs to any, ``Inherited`` for marks.

    Python has no table of scripts, but the names of letters begin with theirs.
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
    """Single characters as a table for str.translate; sequences (rn, which looks like m) with what they look like."""
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
