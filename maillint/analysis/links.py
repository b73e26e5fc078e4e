"""A message's links, each understood once: its address taken apart, the template tags in it, what wraps it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from maillint.analysis.foreign_tags import masked
from maillint.data.amendments import Lists
from maillint.data.lists import load_list
from maillint.message.content import Link
from maillint.message.html.tree import Element
from maillint.message.memo import look_at_clock, remembered
from maillint.message.model import Message, Part
from maillint.message.views import View
from maillint.patterns import regex
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.shorten import shorten
from maillint.text.spans import Span
from maillint.values import entity, field, frozen
from maillint.web.domains import (
    a_label,
    is_private_host,
    is_under,
    organisational,
    parse_ip,
    registrable,
    same_site,
    u_label,
)
from maillint.web.link_lists import LinkLists
from maillint.web.urls import Url, split
from maillint.web.wrappers import Wrapping, classify

if TYPE_CHECKING:
    from maillint.message.template.tags import Tag

LONGEST_EVIDENCE = 1000
"""Characters of an address that a finding quotes at the most."""

_LONGEST_MASKED = 2048
_PLACEHOLDERS = regex(f"{PLACEHOLDER_CHAR}+")
_NO_WORD = regex(r"[\W_]+")
_DISK = regex(r"[A-Za-z]:[\\/]|\\\\[\w.-]")
_UNSAFE = regex(r"[\x00-\x20\"<>`{}|\\^\x7f]")


@frozen
class LinkAddress:
    """A link's address: ``url`` has PLACEHOLDER_CHAR for whatever a sending tool fills in, ``parts`` are its parts.

    ``host`` is the host without a trailing dot; empty where there is none and where a tag may print a piece of it.
    """

    url: str
    parts: Url
    host: str

    @property
    def web(self) -> bool:
        """Whether a browser opens it, at a host that may be unknown."""
        return bool(self.parts.host) and self.parts.scheme in {"http", "https", ""}


@entity
class LinkInView:
    """A link as views have it; there is one such object for all views in which a link reads and leads the same.

    ``in_views`` is the link of each of these views, whose element may have others around it. ``tags`` are the template
    tags that print pieces of its address, in order. ``wrapping`` is what wraps the address; None for one that is no
    web address or leads where it says.
    """

    part: Part
    link: Link
    address: LinkAddress
    tags: tuple[Tag, ...] = ()
    wrapping: Wrapping | None = None
    in_views: dict[View, Link] = field(default_factory=dict, repr=False)

    @property
    def view(self) -> View:
        """The first view that has it."""
        return next(iter(self.in_views))

    @property
    def views(self) -> tuple[View, ...]:
        """The views that have it: what a hit about it takes."""
        return tuple(self.in_views)

    @property
    def kind(self) -> str:
        """The name of the element, or ``bare`` for an address in running text."""
        return self.link.kind

    @property
    def element(self) -> Element | None:
        """The element; None for an address in running text."""
        return self.link.element

    @property
    def span(self) -> Span:
        """The place of the address in the part's text."""
        return self.link.span

    @property
    def shown(self) -> str:
        """What a reader sees of the link, white space collapsed."""
        return self.link.shown

    @property
    def shown_span(self) -> Span:
        """The place of what a reader sees."""
        return self.link.shown_span

    @property
    def text(self) -> str:
        """The address for people to read: template tags as they are written, no longer than LONGEST_EVIDENCE."""
        written = _fill(self.link.url, self.tags, lambda tag: self.part.text[tag.span.start : tag.span.end])
        return shorten(written, LONGEST_EVIDENCE)

    @property
    def key(self) -> str:
        """The address with the name of each tag in the tag's place: two addresses are alike where their tags are."""
        return with_tag_names(self.link.url, self.tags)

    @property
    def written(self) -> bool:
        """Whether the address stands in an attribute, and not in running text that clients make a link of."""
        return self.kind != "bare"

    @property
    def source(self) -> str:
        """The address as the part has it."""
        return self.view.text[self.span.start : self.span.end]

    def escaped(self, url: str) -> str | None:
        """Return an address as it must stand in this link's place; None for one that a tag prints a piece of."""
        if PLACEHOLDER_CHAR in url:
            return None
        clean = _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", url)
        return clean.replace("&", "&amp;").replace("'", "&#39;") if self.part.markup else clean


def links_of(message: Message, kinds: Sequence[str] = ("html", "text")) -> Iterator[LinkInView]:
    """Every link of the parts of a kind (``html``, ``text``), once for all views in which it is the same."""
    for part in message.parts:
        if ("html" if part.markup else "text") in kinds:
            yield from _links_of_part(message, part)[0]


def links_in(message: Message, part: Part, view: View) -> Sequence[LinkInView]:
    """Every link of a view, in the order of their addresses' places; each call gives the same objects."""
    return _links_of_part(message, part)[1][view]


_Links = tuple[Sequence[LinkInView], Mapping[View, Sequence[LinkInView]]]


def _links_of_part(message: Message, part: Part) -> _Links:
    """The links of a part, and those of each of its views.

    Views are shared by messages that differ in their settings, and so in what wraps a link: the message remembers
    its links, and a view does not.
    """
    read = _links_read(message)
    if id(part) not in read:
        read[id(part)] = _read_links(message, part)
    return read[id(part)]


@remembered
def _links_read(message: Message) -> dict[int, _Links]:
    """By the identity of a part, its links, as soon as a check has asked for them."""
    return {}


def _read_links(message: Message, part: Part) -> _Links:
    known: dict[Any, LinkInView] = {}
    by_view: dict[View, Sequence[LinkInView]] = {}
    for view in part.views:
        own = []
        for link in view.content.links:
            look_at_clock()
            key = _reading(link)
            found = known.get(key)
            if found is None:
                tags = _tags_in(view, link.span) if PLACEHOLDER_CHAR in link.url else ()
                address = _address(message, link.url)
                wraps = wrapping(message, address.url) if address.web else None
                found = known[key] = LinkInView(part, link, address, tags, wraps)
            found.in_views[view] = link
            own.append(found)
        by_view[view] = own
    return list(known.values()), by_view


def _reading(link: Link) -> tuple[object, ...]:
    """What two views must have in common for a link to read and lead the same."""
    element = link.element
    if element is None:
        return link.span, link.url
    pictures = tuple((image.span, image.element.start_tag.source, *image.element.gaps) for image in link.images)
    return link.span, link.url, link.shown, link.shown_span, element.start_tag.source, pictures, *element.gaps


def _tags_in(view: View, span: Span) -> tuple[Tag, ...]:
    from maillint.analysis.beacons import tags_in  # noqa: PLC0415 -- for templates alone

    return tuple(tags_in(view, span))


@remembered
def _address(message: Message, url: str) -> LinkAddress:
    """Take an address apart; what is written like a template tag, near its beginning, counts as one."""
    written = masked(url[:_LONGEST_MASKED]) + url[_LONGEST_MASKED:]
    if f"\\{PLACEHOLDER_CHAR}" in written:  # a tag's escape, in a template that is a string of another
        written = written.replace(f"\\{PLACEHOLDER_CHAR}", PLACEHOLDER_CHAR + PLACEHOLDER_CHAR)
    parts = split(f"//{written}" if written[:4].lower() == "www." else written)
    host = parts.host.removesuffix(".")
    # A tag before an @ may print a slash, and what follows it is then a path.
    unknown = PLACEHOLDER_CHAR in host or PLACEHOLDER_CHAR in parts.userinfo or is_disk_path(url)
    return LinkAddress(written, parts, "" if unknown else host)


def is_disk_path(url: str) -> bool:
    """Whether an address is a path on a disk or a share: ``C:\\…``, ``\\\\server\\…``."""
    return _DISK.match(url) is not None


# -- template tags --------------------------------------------------------------------------------------------


def with_tag_names(text: str, tags: Sequence[Tag]) -> str:
    """Put the name of each template tag in the place of what it prints; ``tags`` are those of the text, in order."""
    return _fill(text, tags, lambda tag: f"{PLACEHOLDER_CHAR}{tag_name(tag)}{PLACEHOLDER_CHAR}")


def _fill(text: str, tags: Sequence[Tag], words: Callable[[Tag], str]) -> str:
    """Put words for each tag in the place of the PLACEHOLDER_CHARs that stand for it."""
    if PLACEHOLDER_CHAR not in text:
        return text
    waiting = iter(tags)

    def fill(run: re.Match[str]) -> str:
        pieces, left = [], len(run[0])
        while left > 0 and (tag := next(waiting, None)) is not None:  # one run may be of several tags
            pieces.append(words(tag))
            left -= tag.span.end - tag.span.start
        return "".join(pieces) or "…"

    return _PLACEHOLDERS.sub(fill, text)


def without_placeholders(text: str) -> str:
    """Return a text with an ellipsis for what template tags print, where it is not known which tags those are."""
    return _PLACEHOLDERS.sub("…", text) if PLACEHOLDER_CHAR in text else text


def tag_name(tag: Tag) -> str:
    """What a tag prints, filters and white space left out, in a form that has no meaning in a URL."""
    return _NO_WORD.sub("_", (tag.argument or tag.word).partition("|")[0]).strip("_") or "_"


# -- lists ----------------------------------------------------------------------------------------------------


@remembered
def wrapping(message: Message, url: str) -> Wrapping | None:
    """What wraps an address, by the lists of the message's settings; None where nothing does."""
    return classify(url, link_lists(message.lists))


@lru_cache(16)  # settings: a run has few, and they hold no text of a message
def link_lists(lists: Lists) -> LinkLists:
    """The lists of gateways, redirects, click trackers and shorteners, as settings amend them."""
    short, clicks = lists.shorteners, lists.click_trackers
    shorteners, wrappers = load_list("shorteners"), load_list("click-wrappers")
    own = ({"host": host, "vendor": host, "kind": "generic", "subdomains": True} for host in short.add)
    return LinkLists.from_data(
        gateways=load_list("gateways"),
        redirectors=load_list("redirectors"),
        shorteners={**shorteners, "entries": [*own, *(() if short.replaces else shorteners["entries"])]},
        wrappers={
            "entries": [
                *({"vendor": host, "hosts": [host]} for host in clicks.add),
                *(() if clicks.replaces else wrappers["entries"]),
            ]
        },
        allowed_hosts=clicks.allow,
        allowed_shorteners=short.allow,
    )


@cache
def _sites() -> dict[str, str]:
    """By registrable domain, the name of the organisation whose domains lead to each other's pages."""
    data = load_list("link-hosts")
    sites = {domain: group[0] for group in data["same"] for domain in group}
    for entry in load_list("shorteners")["entries"]:
        if "site" in entry:
            sites.setdefault(entry["host"], sites.get(entry["site"], entry["site"]))
    return sites


def same_owner(a: str, b: str) -> bool:
    """Whether two hosts are one site, or known domains of one organisation (youtu.be, youtube.com)."""
    if same_site(a, b):
        return True
    sites = _sites()
    first, second = registrable(a) or a, registrable(b) or b
    return sites.get(first, first) == sites.get(second, second)


# -- hosts ----------------------------------------------------------------------------------------------------

_SCHEMES = frozenset({"http", "https", "www"})


@cache
def listed_hosts(key: str) -> frozenset[str]:
    """The hosts under a key of ``rules/lists/link-hosts.yaml``."""
    return frozenset(load_list("link-hosts")[key])


def private_reason(host: str) -> str | None:
    """Why no recipient reaches a host, in a sentence; None for one that recipients may reach."""
    shown = shorten(host, 60)
    if is_private_host(host):
        return f"recipients cannot reach {shown}"
    if is_under(host, listed_hosts("tunnels")):
        return f"{shown} is a tunnel to a developer's machine"
    single = host.isascii() and host.replace("-", "").isalnum()
    if single and host not in _SCHEMES and parse_ip(host) is None:  # https://https://acme.example
        return f"{shown} has no domain; recipients cannot reach it"
    return None


def is_under_test(host: str, own: frozenset[str]) -> bool:
    """Whether a host is a site under test by its name; on one's ``own`` domains more names say so."""
    site = registrable(host)
    if site is None or len(site) >= len(host):
        return False
    named = listed_hosts("own-staging") if site in own or organisational(host) in own else listed_hosts("staging")
    for label in host[: -len(site) - 1].split("."):
        if label in named or any(label.startswith(f"{name}-") or label.endswith(f"-{name}") for name in named):
            return True
    return False


def stands_for_another(host: str) -> bool:
    """Whether a host only stands for one that is to come: example.com, yourdomain.com, your-site-name.example."""
    name = a_label(host)
    if name is None:
        return False
    site = registrable(name) or name.removeprefix("www.")
    return site in listed_hosts("placeholders") or _stand_in().fullmatch(u_label(site.partition(".")[0])) is not None


@cache
def _stand_in() -> re.Pattern[str]:
    return re.compile("|".join(load_list("link-hosts")["placeholder-labels"]))


@remembered
def is_placeholder_host(message: Message, host: str) -> bool:
    """Whether a host only stands for one that is to come: example.com, yourdomain.com."""
    return stands_for_another(host)
