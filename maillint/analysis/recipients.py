"""What stands for a message's reader in an address: template tags, the mail address, and what is made of that."""

from __future__ import annotations

import re
from functools import cache

from maillint.analysis.senders import addresses
from maillint.data.lists import load_list
from maillint.message.memo import remembered
from maillint.message.model import Message
from maillint.patterns import regex
from maillint.text.percent import unquote
from maillint.values import frozen

MAIL = regex(r"(?<![\w.+%-])[\w.+-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63})++", re.IGNORECASE)
HASH = regex(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}", re.IGNORECASE)
"""A mail address in an address, and what may be the hash of one."""

_LAST_NAME = regex(r"([\w-]+)\W*$")
_LAST_NAMES = regex(r"(?<![\w-])([\w-]++\.[\w-]++)\W*+$")
_LETTERS = regex(r"[^a-z]+")
_WORD = regex(r"[a-z]+")
_MOST_RECIPIENTS = 20
_URL_SAFE = str.maketrans("+/", "-_")


@frozen
class ReaderWords:
    """``rules/lists/reader-links.yaml``, which explains each of these."""

    settings: tuple[str, ...]
    account: tuple[str, ...]
    mail_names: frozenset[str]
    mail_tags: frozenset[str]
    reader_tags: frozenset[str]
    numbers: frozenset[str]
    others: frozenset[str]
    other_names: frozenset[str]


@cache
def reader_words() -> ReaderWords:
    """The shipped words."""
    data = load_list("reader-links")
    return ReaderWords(
        tuple(data["settings"]),
        tuple(data["account"]),
        frozenset(data["mail-names"]),
        frozenset(data["mail-tags"]),
        frozenset(data["reader-tags"]),
        frozenset(data["numbers"]),
        frozenset(data["others"]),
        frozenset(data["other-names"]),
    )


def kind_of_tag(words: str) -> str | None:
    """Whether a template tag prints the reader's address (``mail``) or number in a list (``reader``)."""
    low = words.partition("|")[0].lower().rstrip("()} ")
    lists = reader_words()
    if not lists.others.isdisjoint(_WORD.findall(low)):
        return None
    match = _LAST_NAME.search(low)
    names = {_LETTERS.sub("", low.rpartition(".")[2]), _LETTERS.sub("", match[1]) if match else ""}
    if not names.isdisjoint(lists.mail_tags):
        return "mail"
    return None if names.isdisjoint(lists.reader_tags) else "reader"


def prints_number(words: str) -> bool:
    """Whether a template tag prints the number of a person on a list by the last two of its names: ``contact.id``."""
    match = _LAST_NAMES.search(words.partition("|")[0].lower().rstrip("()} "))
    return match is not None and match[1] in reader_words().numbers


def is_reader(message: Message, text: str, *, named: bool) -> bool:
    """Whether a text has the reader's address.

    It is an address of the message's recipients or, in a parameter that is ``named`` so, of anybody but its senders.
    """
    if "@" not in text and "%40" not in text:
        return False
    match = MAIL.search(text)
    if match is None:
        return False
    address = unquote(match[0]).lower()
    if address in addresses(message, "to", "delivered-to"):
        return True
    return named and message.finished and address not in addresses(message, "from", "reply-to", "sender")


def disguised_reader(message: Message, url: str) -> str | None:
    """What in an address is made of a recipient's mail address, in words: base64 or a hash; None for nothing."""
    return next((words for mark, words in _disguises(message) if mark in url and _stands_alone(mark, url)), None)


def _stands_alone(mark: str, url: str) -> bool:
    """Whether a mark is a piece of its own; within a longer token it may be there by chance, or be needed."""
    return re.search(rf"(?:(?<![\w+-])|(?<=%[0-9A-Fa-f]{{2}})){re.escape(mark)}(?![\w+-])", url) is not None


@remembered
def _disguises(message: Message) -> tuple[tuple[str, str], ...]:
    """What is made of the mail addresses of the recipients, with words for it."""
    recipients = sorted(addresses(message, "to", "delivered-to"))[:_MOST_RECIPIENTS]
    if not recipients:
        return ()
    from base64 import b64encode  # noqa: PLC0415 -- templates have no recipients
    from hashlib import md5, sha1, sha256  # noqa: PLC0415

    found = []
    for address in recipients:
        data = address.encode("utf-8", "replace")
        plain = b64encode(data).decode().rstrip("=")
        found += [(mark, "the recipient's e-mail address in base64") for mark in {plain, plain.translate(_URL_SAFE)}]
        hashes = (function(data, usedforsecurity=False).hexdigest() for function in (md5, sha1, sha256))
        found += [(mark, "a hash of the recipient's e-mail address") for mark in hashes]
    return tuple(found)
