"""Tags of a template language that the file as a whole is not written in: what a sending tool still replaces."""

from __future__ import annotations

from maillint.patterns import regex
from maillint.text.placeholder import PLACEHOLDER_CHAR

FOREIGN_TAG = regex(
    r"\{\{.{1,200}?\}\}|\{%.{1,200}?%\}|\*\|.{1,200}?\|\*|%%=.{1,200}?=%%|%%[^%\s]{1,100}%%|<[%?].{1,200}?[%?]>"
    r"|\[\[.{1,200}?\]\]|[$#]!?\{[^{}]{1,200}\}|\{[$@]?[A-Za-z_][^{}\s]{0,100}\}|\{\d{1,3}\}"
    r"|(?:^|(?<=//))(?:[$#]?%7[Bb](?:%7[Bb]){0,2}(?:%20|\+)?[$#@.]{0,2}[A-Za-z_](?:[\w.:|=+-]|%(?:20|3[AaDd]|7[Cc]|2[EeFf]|40)){0,100}?"
    r"(?:%7[Dd]){1,3}|\*%7[Cc]\w(?:[\w:]|%3[Aa]){0,60}%7[Cc]\*|%23%23\w{1,60}%23%23|%5[Bb]%5[Bb]\w{1,60}%5[Dd]%5[Dd])"
    r"|\[[A-Za-z_][\w .-]{0,100}\]|%[A-Z_][A-Z0-9_:-]{2,60}%|%[a-z]{1,60}[_.][a-z_.]{1,60}%|__[A-Za-z]\w{0,60}__"
    r"|##\w{1,60}##|@@\w{1,60}@@|(?<=//)\$!?[A-Za-z_][\w.]{0,100}"
    r"|^(?:[$@]!?\(?[A-Za-z_][^\s/?#]{0,200}|#[^#]{1,60}#$|-\w{1,60}-$|[A-Z][A-Z0-9]{0,30}(?:_[A-Z0-9]{1,30}){1,8}$)"
)
"""What is written like a template tag in an address; as its beginning or host also percent-encoded. All has a bound."""

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/?&=.,;~+!'()-")
"""Characters of an address without a tag; only at its beginning, other letters than small ones may be one."""


def masked(text: str) -> str:
    """Return a text of the same length with PLACEHOLDER_CHAR for each character of a foreign tag."""
    if _PLAIN.issuperset(text) and text[:1].islower():
        return text
    return FOREIGN_TAG.sub(lambda match: PLACEHOLDER_CHAR * len(match[0]), text)
