"""Whose domains messages are sent from, and what the messages say of these domains' mail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from maillint.message.model import Message
from maillint.network.dkim import parse_signature
from maillint.network.facts import Selector
from maillint.web import domains

_MOST_SIGNATURES = 20
_LONGEST_FIELD = 20_000
_ADDRESS = re.compile(
    r"""
    "(?:[^"\\]|\\.)*" | \([^()]*\)                   # a quoted name, a comment: no address in these
    | (?P<open><)? [^\s<>@,;:()"]+ @ (?P<domain>[^\s<>@,;:()"]+)
    """,
    re.VERBOSE | re.DOTALL,
)


def from_domains(message: Message) -> list[str]:
    """The domains of the message's From field, in A-labels; those that a template fills in are left out."""
    field = message.headers.first("from")
    return _domains(field.raw) if field else []


def envelope_domain(message: Message) -> str | None:
    """The domain of the Return-Path of a finished message, if it has one."""
    field = message.headers.first("return-path") if message.finished else None
    return next(iter(_domains(field.raw)), None) if field else None


def _domains(value: str) -> list[str]:
    """The domains of the addresses in a field; an address in angle brackets comes before what is around it."""
    found = [match for match in _ADDRESS.finditer(value[:_LONGEST_FIELD]) if match["domain"]]
    bracketed = [match for match in found if match["open"]]
    names = (domains.a_label(match["domain"]) for match in bracketed or found)
    return list(dict.fromkeys(name for name in names if name and "." in name))


def signing_selectors(message: Message, domain: str) -> Iterator[Selector]:
    """The selectors of the message's signatures whose ``d=`` is aligned with a domain (RFC 9989 section 4.10)."""
    if not message.finished:
        return
    for field in message.headers.all("dkim-signature")[:_MOST_SIGNATURES]:
        signature = parse_signature(field.raw[:_LONGEST_FIELD])
        signer = domains.a_label(signature.domain)
        if signer and signature.selector and aligned(signer, domain):
            yield Selector(signature.selector, signer, "signature")


def aligned(one: str, other: str) -> bool:
    """Whether two domains belong to the same organisation, by the public suffix list."""
    return one == other or domains.organisational(one) == domains.organisational(other) is not None


def common(names: Iterable[str | None]) -> str | None:
    """The one name among those given, None where there are several or none."""
    known = {name for name in names if name}
    return known.pop() if len(known) == 1 else None
