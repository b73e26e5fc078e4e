"""Which links of a message ``--online`` may request, and why it does not request the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from maillint.analysis.links import LinkInView, is_placeholder_host, link_lists, links_of, wrapping
from maillint.analysis.unsubscribe import reads_as_unsubscribe, unsubscribe_grade, words_on
from maillint.data.amendments import SHIPPED
from maillint.data.lists import load_list
from maillint.hits import NotKnown
from maillint.message.memo import remembered
from maillint.message.model import Message
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.values import frozen
from maillint.web.domains import is_host_like
from maillint.web.urls import Url, query_items, split
from maillint.web.wrappers import Wrapping, classify

MOST_REQUESTED = 250
"""Addresses of one message that are requested, and hosts that are asked about: no honest mail links to more."""

TOO_MANY = f"a message's links are looked up to {MOST_REQUESTED} addresses, and it has more"

TAG = "a template tag prints a piece of a link's address"
TRACKER = "a click tracker's link is not requested, since that would count as a click"
GATEWAY = "only a mail gateway knows where a link leads"
ACTS = "a link that does something when it is opened is not requested"
MAY_UNSUBSCRIBE = "a link that may unsubscribe the reader is not requested"

_MOST_SEGMENTS = 20


@frozen
class Request:
    """A link, and the address that is requested for it: its own, or the one that it wraps."""

    link: LinkInView
    url: str

    @property
    def host(self) -> str:
        """The host of the address, as written."""
        return split(self.url).host


@remembered
def requests(message: Message) -> tuple[Request | NotKnown, ...]:
    """What to request for each link of the web, in every view, or why a link must not be requested.

    Left out are links that are named as unsubscribe links, forms, and addresses that have rules of their own
    (placeholders, and what is no web address). An address that may unsubscribe the reader in one place
    is requested in no place.
    """
    found: list[Request | NotKnown] = []
    urls: set[str] = set()
    for request in _requests(message):
        if isinstance(request, NotKnown) or request.url in urls or len(urls) < MOST_REQUESTED:
            found.append(request)
            urls.update(() if isinstance(request, NotKnown) else (request.url,))
        else:
            found.append(NotKnown(TOO_MANY))
    return tuple(found)


def _requests(message: Message) -> Iterator[Request | NotKnown]:
    for link in _web_links(message, printed=True):
        grade = unsubscribe_grade(message, link)
        if grade == "named":
            continue
        if PLACEHOLDER_CHAR in link.address.url:
            yield NotKnown(TAG)
        elif grade is not None:
            yield NotKnown(MAY_UNSUBSCRIBE)
        else:
            yield _request(message, link)


def _request(message: Message, link: LinkInView) -> Request | NotKnown:
    """Request what a link wraps, if that is known, and else the link itself."""
    if _acting_words().search(words_on(link)):
        return NotKnown(ACTS)
    url = _absolute(link)
    wraps = wrapping(message, url)
    if wraps is not None and wraps.kind in {"click-tracker", "gateway", "redirector"}:
        url = wraps.target if wraps.target is not None and PLACEHOLDER_CHAR not in wraps.target else url
    reason = _reason_against(url, wrapping(message, url))
    return NotKnown(reason) if reason else Request(link, url)


def linked_hosts(message: Message) -> Iterator[Request]:
    """Every web link with a known host, for questions about hosts that need no request to them.

    Links to more than MOST_REQUESTED hosts are left out.
    """
    hosts: set[str] = set()
    for link in _web_links(message):
        host = link.address.host
        if host and (host in hosts or len(hosts) < MOST_REQUESTED):
            hosts.add(host)
            yield Request(link, _absolute(link))


def has_too_many_hosts(message: Message) -> bool:
    """Whether ``linked_hosts`` leaves links out."""
    return len({link.address.host for link in _web_links(message) if link.address.host}) > MOST_REQUESTED


def may_request(url: str) -> bool:
    """Whether an address that another redirects to may be requested."""
    return not _reason_against(url, classify(url, link_lists(SHIPPED)))


def _reason_against(url: str, wraps: Wrapping | None) -> str:
    """Why an address must not be requested; empty if it may be."""
    if reads_as_unsubscribe(url):
        return MAY_UNSUBSCRIBE
    if acts(split(url)):
        return ACTS
    return {"click-tracker": TRACKER, "gateway": GATEWAY}.get(wraps.kind, "") if wraps is not None else ""


def acts(parts: Url) -> bool:
    """Whether an address reads as one that does something when it is opened."""
    paths, parameters = _acting()
    segments = parts.path.lower().split("/", _MOST_SEGMENTS)
    if any(_plain(segment) in paths for segment in segments):
        return True
    return any(name.lower() in parameters for name, _ in query_items(parts.query))


def _plain(segment: str) -> str:
    return segment.partition(".")[0].replace("-", "").replace("_", "")


def _web_links(message: Message, *, printed: bool = False) -> Iterator[LinkInView]:
    """Links that a reader opens by http or https, at a host that may be somebody's.

    With ``printed``, also those whose address begins with a template tag, and may be of the web.
    """
    for link in links_of(message):
        parts, kind, host = link.address.parts, link.kind, link.address.host
        if kind == "form" or (kind == "bare" and _is_no_address(link)):
            continue
        if link.address.url.startswith(PLACEHOLDER_CHAR):
            if printed:
                yield link
            continue
        of_web = parts.scheme in {"http", "https"} or (kind == "bare" and not parts.scheme)
        if of_web and parts.host and not (host and is_placeholder_host(message, host)):
            yield link


def _is_no_address(link: LinkInView) -> bool:
    """Whether running text only looks like an address: one that was shortened for the eye, or a file's name."""
    return "…" in link.link.url or (not link.address.parts.scheme and not is_host_like(link.address.host))


def _absolute(link: LinkInView) -> str:
    url = link.link.url
    return f"http://{url}" if url[:4].lower() == "www." else url


# -- lists --------------------------------------------------------------------------------------------


@cache
def _acting() -> tuple[frozenset[str], frozenset[str]]:
    data = load_list("never-requested")
    return frozenset(data["paths"]), frozenset(data["parameters"])


@cache
def _acting_words() -> re.Pattern[str]:
    words = sorted(load_list("never-requested")["texts"], key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")
