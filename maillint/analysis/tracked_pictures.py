"""Pictures that readers see, and whose addresses tell the sender which reader has opened the message."""

from __future__ import annotations

from collections.abc import Iterator

from maillint.analysis.beacons import (
    FetchAddress,
    carries_reader,
    host_under,
    identifier_names,
    is_remote,
    is_signature,
    is_token,
    mail_address,
    read_address,
    recipient_tags,
    signs,
)
from maillint.analysis.foreign_tags import FOREIGN_TAG
from maillint.analysis.images import Picture, is_loaded, pictures_of, suspect_pictures, vendor_of
from maillint.analysis.recipients import (
    HASH,
    disguised_reader,
    is_reader,
    kind_of_tag,
    prints_number,
    reader_words,
)
from maillint.message.model import Message, Part
from maillint.message.views import View
from maillint.patterns import regex
from maillint.text.percent import unquote
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.shorten import shorten
from maillint.text.spans import Span
from maillint.values import frozen
from maillint.web.trackers import is_allowed
from maillint.web.urls import query_items

OPAQUE = 64
"""Characters from which a value that nobody can read is longer than the number of a picture need be."""

_OPAQUE = regex(r"[A-Za-z0-9+/_=.~,|:-]+")
_NAMES = regex(r"[a-z]+")
_EXPIRY = frozenset("expires exp expiry expire e_at ttl se ex oe x-amz-expires x-goog-expires".split())


@frozen
class TrackedPicture:
    """A picture for people whose address says who has loaded it; ``sign`` says how, in words.

    ``url_span`` is the place of the address. ``others`` are the places of further pictures of the same host with the
    same sign.
    """

    part: Part
    views: tuple[View, ...]
    span: Span
    url_span: Span
    sign: str
    others: tuple[Span, ...]


def tracked_pictures(message: Message) -> Iterator[TrackedPicture]:
    """The tracked pictures of a message, one for each host and sign; open pixels and hidden pictures are left out."""
    parts: dict[int, Part] = {}
    found: dict[tuple[int, str, str], dict[tuple[Span, Span], list[View]]] = {}
    for part, view in message.views(("html",)):
        for picture, name, host, sign in _in_view(message, part, view):
            parts[id(part)] = part
            spans = picture.element.span, picture.span(name)
            found.setdefault((id(part), host, sign), {}).setdefault(spans, []).append(view)
    for (number, _, sign), places in found.items():
        (span, url_span), *others = sorted(places, key=_start)
        further = tuple(other for other, _ in others)
        yield TrackedPicture(parts[number], tuple(places[span, url_span]), span, url_span, sign, further)


def _start(spans: tuple[Span, Span]) -> int:
    return spans[0].start


def _in_view(message: Message, part: Part, view: View) -> Iterator[tuple[Picture, str, str, str]]:
    """The tracked pictures of a view: each with the attribute that has the address, the host, and how it tracks."""
    every = pictures_of(view)
    if not every:
        return
    trackers = message.lists.trackers
    unseen = {picture.element.index for picture, _ in suspect_pictures(view, trackers)}
    for picture in every:
        if picture.element.index in unseen or not is_loaded(picture):
            continue
        for url, name in picture.addresses:
            if not is_remote(url) or is_allowed(url, trackers):
                continue
            vendor = vendor_of(view, url, trackers)
            if vendor is None and not _may_carry(message, url):
                continue
            address = read_address(url, view, picture.span(name))
            carried = _carried(message, part, address)
            if carried is not None:
                yield picture, name, address.parts.host, f"its address carries {carried}"
                break
            if vendor is not None and carries_reader(part, address):
                yield picture, name, address.parts.host, f"{vendor} counts opens with its address"
                break


def _may_carry(message: Message, url: str) -> bool:
    if "?" in url or "@" in url or "%40" in url or PLACEHOLDER_CHAR in url:
        return True
    return disguised_reader(message, url) is not None or FOREIGN_TAG.search(url) is not None


def _carried(message: Message, part: Part, address: FetchAddress) -> str | None:
    """What in an address is its reader's, in words; None for nothing, and where the picture is the reader's own."""
    if _is_made_for_reader(address):
        return None
    for words in recipient_tags(address):
        kind = kind_of_tag(words)
        if kind == "mail":
            return "the recipient's e-mail address"
        if kind == "reader" or prints_number(words):
            return "a recipient ID"
    listed = _listed_parameter(address)
    if listed is not None:
        return listed
    if part.dialect is not None:  # what no tag prints is the same for everybody
        return None
    return _mail(message, address) or disguised_reader(message, address.url) or _opaque(address)


def _is_made_for_reader(address: FetchAddress) -> bool:
    """Whether a picture is a map, a code, an avatar or the like, which need to know whom they are for."""
    named = _NAMES.findall(f"{address.parts.host}/{address.parts.path}".lower())
    return not signs().personal.isdisjoint(named)


def _listed_parameter(address: FetchAddress) -> str | None:
    for name, value in query_items(address.parts.query):
        listed = identifier_names().get(unquote(name).lower())
        if listed is not None and listed[0] == "recipient" and value:
            return f"a recipient ID ({name}=)"
    return None


def _mail(message: Message, address: FetchAddress) -> str | None:
    found = mail_address(address.parts)
    if found is not None and is_reader(message, found, named=False):
        return "the recipient's e-mail address"
    for name, value in query_items(address.parts.query):
        if unquote(name).lower() in reader_words().mail_names and len(name) > 1:
            if HASH.fullmatch(value):
                return "a hash of the recipient's e-mail address"
            if is_reader(message, value, named=True):
                return "the recipient's e-mail address"
    return None


def _opaque(address: FetchAddress) -> str | None:
    """A parameter with a value that nobody can read and that no picture needs; None where the address is signed."""
    names = {unquote(name).lower() for name, _ in query_items(address.parts.query)}
    if not names.isdisjoint(_EXPIRY | signs().access_tokens) or any(map(is_signature, names)):
        return None
    if host_under(address.parts.host, signs().picture_hosts):
        return None
    for name, value in query_items(address.parts.query):
        plain = unquote(value)
        if len(plain) < OPAQUE or unquote(name).lower() in signs().file_names:
            continue
        if _OPAQUE.fullmatch(plain) and "://" not in plain and is_token(plain):
            return f"an opaque value ({shorten(name, 30)}=)"
    return None
