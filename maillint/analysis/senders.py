"""Whom a message is from and to: mailboxes, their domains, and which domains are the sender's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from maillint.analysis.foreign_tags import FOREIGN_TAG
from maillint.analysis.header_fields import field_views
from maillint.message.memo import remembered
from maillint.message.mime.headers import Field
from maillint.message.model import Message
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.spans import Span
from maillint.web import domains

if TYPE_CHECKING:
    from maillint.message.mime.mailboxes import Mailbox

if TYPE_CHECKING:  # the network is imported by runs that use it, and only then
    from maillint.network.facts import Selector

_MOST_SIGNATURES = 20
_LONGEST_SIGNATURE = 20_000


@remembered
def mailboxes_in(message: Message, field: Field) -> tuple[Mailbox, ...]:
    """The mailboxes of a field of addresses; their spans count in the field's text.

    PLACEHOLDER_CHAR stands for what template tags print.
    """
    from maillint.message.mime.mailboxes import mailboxes  # noqa: PLC0415 -- few templates state whom they are from

    return tuple(mailboxes(_address_text(message, field)))


def _address_text(message: Message, field: Field) -> str:
    """A field with each character of an encoded word as a letter: no address is made of those (RFC 2047, section 5)."""
    text = field_views(message, field).first.text
    if field.given or not message.finished or "=?" not in field.raw:
        return text
    return "".join(
        character if character.isspace() or field.map.exact(Span(offset, offset + 1)) else "x"
        for offset, character in enumerate(text)
    )


@remembered
def senders(message: Message) -> tuple[Mailbox, ...]:
    """The mailboxes of From that have an address; of all From fields, where there are several."""
    fields = message.headers.all("from")
    return tuple(box for field in fields for box in mailboxes_in(message, field) if box.address is not None)


@remembered
def addresses(message: Message, *names: str) -> frozenset[str]:
    """The addresses in the fields of some names, in lower case; those that a template tag prints are left out."""
    return frozenset(
        box.address.lower()
        for name in names
        for field in message.headers.all(name)
        for box in mailboxes_in(message, field)
        if box.address is not None and not box.printed
    )


# -- domains --------------------------------------------------------------------------------------------------


def from_domains(message: Message) -> list[str]:
    """The domains of the senders, in A-labels; those that a template fills in are left out."""
    return _full_names(senders(message))


def from_places(message: Message) -> Iterator[tuple[str, Field, Span]]:
    """Each domain that a From field names, with the field and where it stands in the field's text."""
    for field in message.headers.all("from"):
        for box in mailboxes_in(message, field):
            for name in _full_names([box]):
                yield name, field, box.span


def envelope_domain(message: Message) -> str | None:
    """The domain of the Return-Path of a finished message, if it has one."""
    field = message.headers.first("return-path") if message.finished else None
    return next(iter(_full_names(mailboxes_in(message, field))), None) if field else None


def _full_names(boxes: Iterable[Mailbox]) -> list[str]:
    names = (domains.a_label(box.domain) for box in boxes if box.domain and not _is_printed(box.domain))
    return list(dict.fromkeys(name for name in names if name and "." in name))


@remembered
def sender_sites(message: Message) -> tuple[str, ...]:
    """The organisational domains of the senders, in order; those that a template fills in are left out."""
    sites = (domains.organisational(box.domain) for box in senders(message) if not _is_printed(box.domain))
    return tuple(dict.fromkeys(site for site in sites if site is not None))


def _is_printed(domain: str) -> bool:
    return PLACEHOLDER_CHAR in domain or FOREIGN_TAG.search(domain) is not None


@remembered
def own_domains(message: Message) -> frozenset[str]:
    """The registrable domains that are the sender's own: those declared, and those of From."""
    declared = (domains.registrable(name.lower().removeprefix("*.")) for name in message.own_domains)
    return frozenset(name for name in (*declared, *sender_sites(message)) if name)


def aligned(one: str, other: str) -> bool:
    """Whether two domains belong to the same organisation, by the public suffix list."""
    return one == other or domains.organisational(one) == domains.organisational(other) is not None


def common(names: Iterable[str | None]) -> str | None:
    """The one name among those given, None where there are several or no name."""
    distinct = {name for name in names if name}
    return distinct.pop() if len(distinct) == 1 else None


# -- signatures -----------------------------------------------------------------------------------------------


def signing_selectors(message: Message, domain: str) -> Iterator[Selector]:
    """The selectors of the message's signatures whose ``d=`` is aligned with a domain (RFC 9989 section 4.10)."""
    from maillint.network.dkim import parse_signature  # noqa: PLC0415 -- only runs that ask the DNS need it
    from maillint.network.facts import Selector  # noqa: PLC0415

    if not message.finished:
        return
    for field in message.headers.all("dkim-signature")[:_MOST_SIGNATURES]:
        signature = parse_signature(field.raw[:_LONGEST_SIGNATURE])
        signer = domains.a_label(signature.domain)
        if signer and signature.selector and aligned(signer, domain):
            yield Selector(signature.selector, signer, "signature")
