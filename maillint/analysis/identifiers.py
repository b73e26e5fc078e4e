"""What a link says of its reader: parameters that tools add, e-mail addresses and their hashes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from html import unescape

from maillint.analysis.beacons import FetchAddress, identifier_names, is_opaque, read_address, signs
from maillint.analysis.links import LinkInView, links_of
from maillint.analysis.recipients import HASH, MAIL, disguised_reader, is_reader, kind_of_tag, reader_words
from maillint.analysis.unsubscribe import is_unsubscribe_link
from maillint.data.lists import load_list
from maillint.hits import Change
from maillint.message.memo import remembered
from maillint.message.model import Message
from maillint.message.views import View
from maillint.patterns import regex
from maillint.text.percent import unquote
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.shorten import shorten
from maillint.text.spans import Span, overlaps
from maillint.values import frozen
from maillint.web.urls import MOST_PARAMETERS, query_items, split

_SEPARATOR = regex(r"&(?:amp;|#0*38;|#x0*26;)?", re.IGNORECASE)
_PLAIN = regex(r"[01]|true|false|yes|no|[a-z]{2}(?:[-_][a-z]{2})?|[a-z]{3,12}", re.IGNORECASE)
"""Values that say what a link does, and in which language."""

_INNER = regex(r"%3d|%253d", re.IGNORECASE)


@frozen
class Parameter:
    """A parameter of an address as it stands in a view: ``span`` covers name and value, no separator.

    A template statement ends the span, and then the parameter is not ``whole``: its rest is not known.
    """

    name: str
    value: str
    span: Span
    whole: bool = True


@frozen
class Identifier:
    """What names the reader in a link: ``words`` say what it is; ``changes`` drop it, where it can go alone.

    ``stripped_by`` are the clients that drop its parameter before they open the link.
    """

    words: str
    vendor: str
    span: Span
    changes: tuple[Change, ...] = ()
    recipient: bool = True
    parameter: str = ""
    stripped_by: tuple[str, ...] = ()


@cache
def campaign_names() -> tuple[frozenset[str], tuple[str, ...]]:
    """The lower-case names of campaign parameters, and how the names of whole families start."""
    entries = load_list("link-identifiers")["campaign"]
    names = frozenset(entry["name"].lower() for entry in entries if "name" in entry)
    return names, tuple(entry["prefix"].lower() for entry in entries if "prefix" in entry)


def is_campaign(name: str) -> bool:
    """Whether a parameter names a campaign."""
    names, families = campaign_names()
    low = name.lower()
    return low in names or low.startswith(families)


@cache
def _stripped() -> Mapping[str, tuple[str, ...]]:
    """By the lower-case name of a parameter, the clients that drop it from links."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in load_list("link-identifiers")["stripped"]:
        for name in entry["parameters"]:
            found[name.lower()] = (*found.get(name.lower(), ()), entry["client"])
    return found


# -- parameters as they stand in a view -----------------------------------------------------------------------


def parameters(view: View, span: Span) -> list[Parameter]:
    """The parameters of the address at ``span``, with their places in the view."""
    text = view.text
    question = text.find("?", span.start, span.end)
    if question < 0:
        return []
    hash_at = _fragment(text, question, span.end)
    found: list[Parameter] = []
    start = question + 1
    while start <= hash_at and len(found) < MOST_PARAMETERS:
        separator = _SEPARATOR.search(text, start, hash_at)
        end = separator.start() if separator else hash_at
        if end > start:
            name, _, value = unescape(text[start:end]).partition("=")
            gaps = overlaps(view.hidden_spans, Span(start, end)) if view.hidden_spans else ()
            place = Span(start, max(gaps[0].start, start + 1)) if gaps else Span(start, end)
            found.append(Parameter(unquote(name).strip(), value.strip(), place, not gaps))
        if separator is None:
            break
        start = separator.end()
    return found


def _fragment(text: str, start: int, end: int) -> int:
    """Where the fragment begins; the ``#`` of a character reference does not begin one."""
    position = text.find("#", start, end)
    while position > 0 and text[position - 1] == "&":
        position = text.find("#", position + 1, end)
    return end if position < 0 else position


def without(view: View, span: Span, every: Sequence[Parameter], dropped: Collection[Parameter]) -> tuple[Change, ...]:
    """The changes that take some of an address's parameters out, and with the last of them the question mark.

    ``every`` are the parameters of the address at ``span``. Where a template statement stands in one, nothing changes.
    """
    if not all(parameter.whole for parameter in every):
        return ()
    gone = {parameter.span for parameter in dropped}
    return tuple(
        _without_one(view, span, every, index, gone) for index, parameter in enumerate(every) if parameter.span in gone
    )


def _without_one(view: View, span: Span, every: Sequence[Parameter], index: int, gone: Collection[Span]) -> Change:
    """Take a parameter out with the separator before it, or the one after it where no parameter before it stays."""
    start, end = every[index].span
    first = next((place for place, parameter in enumerate(every) if parameter.span not in gone), None)
    if first is not None and first > index:
        return Change(Span(start, every[index + 1].span.start), "")
    before = every[index - 1].span.end if index else view.text.rindex("?", span.start, start)
    return Change(Span(before, end), "")


# -- identifiers ----------------------------------------------------------------------------------------------


@remembered
def identifiers(message: Message) -> tuple[tuple[LinkInView, Identifier], ...]:
    """What links say of their readers, link by link. Links that need to know them, as to unsubscribe, are left out."""
    return tuple((link, found) for link in links_of(message) for found in _identifiers_in(message, link))


def _identifiers_in(message: Message, link: LinkInView) -> Sequence[Identifier]:
    url = link.link.url
    if not _may_identify(message, url) or not _is_web(url):
        return ()
    address = read_address(url, link.view, link.span)
    words = f"{url} {link.shown} {' '.join(tag for _, tag in address.tags)}".lower()
    if any(word in words for word in reader_words().settings):
        return ()
    for_account = any(word in words for word in reader_words().account)
    found = tuple(_found_in(message, link, address, for_account=for_account))
    return () if found and is_unsubscribe_link(message, link) else found


def _found_in(message: Message, link: LinkInView, address: FetchAddress, *, for_account: bool) -> Iterator[Identifier]:
    view, span = link.view, link.span
    every = parameters(view, span)
    whole = all(parameter.whole for parameter in every)
    by_parameter = False
    for index, parameter in enumerate(every):
        found = _named(parameter) or (None if for_account else _mail_in(message, address, parameter))
        if found is not None:
            by_parameter = True
            what, vendor, recipient = found
            what += f" ({shorten(parameter.name, 30)}=)" if parameter.name else ""
            changes = (_without_one(view, span, every, index, (parameter.span,)),) if whole else ()
            clients = _stripped().get(parameter.name.lower(), ())
            yield Identifier(what, vendor, parameter.span, changes, recipient, parameter.name, clients)
    if by_parameter:
        return
    if not for_account and _mail_in_path(message, address):
        yield Identifier("the recipient's e-mail address", "", span)
    elif not for_account and (words := disguised_reader(message, address.url)) is not None:
        yield Identifier(words, "", span)
    elif _INNER.search(link.link.url):
        yield from _behind_wrapper(link)


@frozen
class StrippedUnsubscribe:
    """A link out of the list that finds its reader by parameters which clients drop; ``span`` covers the first."""

    parameters: tuple[str, ...]
    clients: tuple[str, ...]
    span: Span


@remembered
def stripped_unsubscribes(message: Message) -> tuple[tuple[LinkInView, StrippedUnsubscribe], ...]:
    """The links out of the list that lose their reader where clients drop parameters."""
    return tuple(
        (link, found) for link in links_of(message) if (found := _stripped_unsubscribe(message, link)) is not None
    )


def _stripped_unsubscribe(message: Message, link: LinkInView) -> StrippedUnsubscribe | None:
    url = link.link.url
    if "?" not in url or not _is_web(url):
        return None
    every = parameters(link.view, link.span)
    dropped = [each for each in every if each.value and each.name.lower() in _named_and_stripped()]
    if not dropped or not is_unsubscribe_link(message, link):
        return None
    if any(each not in dropped and _may_be_reader(each) for each in every) or _is_readers_path(link):
        return None
    clients = dict.fromkeys(client for each in dropped for client in _stripped()[each.name.lower()])
    return StrippedUnsubscribe(tuple(each.name for each in dropped), tuple(clients), dropped[0].span)


@cache
def _named_and_stripped() -> frozenset[str]:
    """The parameters that name a reader, and that some client drops; lower case."""
    return frozenset(name for name in _stripped() if identifier_names().get(name, ("",))[0] == "recipient")


def _may_be_reader(parameter: Parameter) -> bool:
    """Whether a parameter may say who the reader is: anything but a campaign, a setting or a plain word."""
    name = parameter.name.lower()
    if is_campaign(name) or name in signs().constants or name in _stripped() or not parameter.value:
        return False
    return _PLAIN.fullmatch(parameter.value) is None


def _is_readers_path(link: LinkInView) -> bool:
    """Whether a piece of the path may say who the reader is."""
    path = link.address.parts.path
    return PLACEHOLDER_CHAR in path or "@" in path or any(map(is_opaque, path.split("/")))


def _is_web(url: str) -> bool:
    scheme = url[:12].partition(":")[0].lower() if ":" in url[:12] else ""
    return scheme not in {"mailto", "tel", "sms", "data", "cid", "javascript", "skype", "sip", "callto", "xmpp"}


@remembered
def _may_identify(message: Message, url: str) -> bool:
    """Whether an address may name its reader: by a parameter's name, a mail address or a tag. Most do not."""
    if "@" in url or "%40" in url or PLACEHOLDER_CHAR in url:
        return True
    if message.finished and disguised_reader(message, url) is not None:
        return True
    if "?" not in url:
        return False
    low = unquote(url[:4096]).lower()
    return any(
        name.lower() in identifier_names() or name.lower() in reader_words().mail_names
        for piece in low.split("?")[1:]
        for name, _ in query_items(piece)
    )


def _named(parameter: Parameter) -> tuple[str, str, bool] | None:
    entry = identifier_names().get(parameter.name.lower())
    if entry is None or not parameter.value:
        return None
    group, vendor = entry
    vendor = "" if vendor == "any" else vendor
    whose = f"{vendor}'" if vendor.endswith("s") else f"{vendor}'s" if vendor else "a"
    if group == "recipient":
        return f"{whose} recipient ID", vendor, True
    return f"{whose} click ID from another visit", vendor, False


def _mail_in(message: Message, address: FetchAddress, parameter: Parameter) -> tuple[str, str, bool] | None:
    """What a parameter has of the reader's mail address: words, vendor and whether it names the recipient."""
    name, value = parameter.name.lower(), parameter.value
    if PLACEHOLDER_CHAR in value:
        kinds = {kind_of_tag(tag) for tag in _tags_of(address, parameter.name)}
        kind = next((kind for kind in ("mail", "reader") if kind in kinds), None)
        if kind is not None:
            return ("the recipient's e-mail address" if kind == "mail" else "a recipient ID"), "", True
        return None
    words = reader_words()
    named = name in words.mail_names or (name not in words.other_names and MAIL.fullmatch(value) is not None)
    if is_reader(message, value, named=named):
        return "the recipient's e-mail address", "", True
    if name in words.mail_names and len(name) > 1 and HASH.fullmatch(value):
        return "a hash of the recipient's e-mail address", "", True
    disguised = disguised_reader(message, value)
    return None if disguised is None else (disguised, "", True)


def _tags_of(address: FetchAddress, name: str) -> Iterator[str]:
    """The template tags in the value of a parameter."""
    for place, words in address.tags:
        start = max(address.url.rfind("&", 0, place), address.url.rfind("?", 0, place)) + 1
        if unquote(address.url[start:place].partition("=")[0]).strip().removeprefix("amp;") == name:
            yield words


def _mail_in_path(message: Message, address: FetchAddress) -> bool:
    parts = address.parts
    end = address.url.find("?")
    if any(
        kind_of_tag(words) == "mail"
        for place, words in address.tags
        if (end < 0 or place < end) and place > len(parts.scheme) + 3 + len(parts.host)
    ):
        return True
    return is_reader(message, f"{parts.path} {parts.fragment}", named=False)


def _behind_wrapper(link: LinkInView) -> Iterator[Identifier]:
    """The first parameter that names the reader in the address that a wrapper leads to."""
    target = link.wrapping.target if link.wrapping is not None else None
    if target is None:
        return
    for name, value in query_items(split(target).query):
        named = _named(Parameter(unquote(name), value, link.span))
        if named is not None:
            yield Identifier(f"{named[0]} ({unquote(name)}=)", named[1], link.span, (), named[2])
            return
