"""Characters that are invisible: they get into texts and addresses to deceive, or by accident."""

from __future__ import annotations

from maillint.patterns import regex

FORMAT_CHARACTERS = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
"""Format controls, joiners and zero-width characters (Default_Ignorable_Code_Point), to be put in ``[…]``."""

BLANK_LETTERS = "\u115f\u1160\u17b4\u17b5\u3164\uffa0"
"""Letters and vowels that are drawn as nothing: the fillers of Hangul and the inherent vowels of Khmer."""

TAG_CHARACTERS = "\U000e0000-\U000e007f"
"""The deprecated language tags, which can carry a whole hidden text."""

INVISIBLE = regex(f"[{FORMAT_CHARACTERS}{BLANK_LETTERS}{TAG_CHARACTERS}]")
"""Any of them."""
