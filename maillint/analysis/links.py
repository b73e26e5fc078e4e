"""What the checks of links share: each link with its address taken apart, whose domains are one's own, the lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from maillint.data.amendments import SHIPPED, Lists
from maillint.data.lists import load_list
from maillint.message.content import Link
from maillint.message.model import Message, Part
from maillint.message.template.tags import Tag
from maillint.message.views import View
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.shorten import shorten
from maillint.text.spans import Span
from maillint.web.domains import a_label, organisational, registrable, same_site
from maillint.web.link_lists import LinkLists
from maillint.web.urls import Url, split
from maillint.web.wrappers import Wrapping, classify

LONGEST_EVIDENCE = 1000
"""Characters of an address that a finding quotes at the most."""

_LONGEST_CACHED = 4096
_LONGEST_MASKED = 2048
_HOLES = re.compile(f"{PLACEHOLDER_CHAR}+")
# What sending tools replace, in a language that the file as a whole is not written in. Every piece has a bound.
_FOREIGN_TAG = re.compile(
    r"\{\{.{1,200}?\}\}|\{%.{1,200}?%\}|\*\|.{1,200}?\|\*|%%=.{1,200}?=%%|%%[^%\s]{1,100}%%|<[%?].{1,200}?[%?]>"
    r"|\[\[.{1,200}?\]\]|[$#]!?\{[^{}]{1,200}\}|\{[$@]?[A-Za-z_][^{}\s]{0,100}\}|\{\d{1,3}\}"
    r"|\[[A-Za-z_][\w .-]{0,100}\]|%[A-Z_][A-Z0-9_:-]{2,60}%|%[a-z]{1,60}[_.][a-z_.]{1,60}%|__[A-Za-z]\w{0,60}__"
    r"|##\w{1,60}##|@@\w{1,60}@@|(?<=//)\$!?[A-Za-z_][\w.]{0,100}"
    r"|^(?:[$@]!?\(?[A-Za-z_][^\s/?#]{0,200}|#[^#]{1,60}#$|-\w{1,60}-$|[A-Z][A-Z0-9]{0,30}(?:_[A-Z0-9]{1,30}){1,8}$)"
)
_ADDRESS = re.compile(r"<[^<>@]{0,320}@([^<>@]{1,320})>|([^\s<>@,;:\"()]{1,320}@[^\s<>@,;:\"()]{1,320})")
_NO_WORD = re.compile(r"[\W_]+")
_DISK = re.compile(r"[A-Za-z]:[\\/]|\\\\[\w.-]")
_UNSAFE = re.compile(r"[\x00-\x20\"<>`{}|\\^\x7f]")


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Seen:
    """A link as one view has it.

    ``tags`` are the template tags that print pieces of its address, in order; ``lists`` are the settings' own.
    """

    part: Part
    view: View
    link: Link
    address: LinkAddress
    tags: tuple[Tag, ...] = ()
    lists: Lists = SHIPPED

    @property
    def wrapping(self) -> Wrapping | None:
        """What wraps the address; None for one that is no web address or leads where it says."""
        return wrapping(self.address.url, self.lists) if self.address.web else None

    @property
    def text(self) -> str:
        """The address for people to read: template tags as they are written."""
        return shorten(self._filled(lambda tag: self.part.text[tag.span.start : tag.span.end]), LONGEST_EVIDENCE)

    @property
    def key(self) -> str:
        """The address with each tag's expression in its hole, so that other tags make another address."""
        return self._filled(lambda tag: f"{PLACEHOLDER_CHAR}{tag_name(tag)}{PLACEHOLDER_CHAR}")

    def _filled(self, words: Callable[[Tag], str]) -> str:
        if PLACEHOLDER_CHAR not in self.link.url:
            return self.link.url
        waiting = iter(self.tags)

        def fill(run: re.Match[str]) -> str:
            pieces, left = [], len(run[0])
            while left > 0 and (tag := next(waiting, None)) is not None:  # one run may be of several tags
                pieces.append(words(tag))
                left -= tag.span.end - tag.span.start
            return "".join(pieces) or "…"

        return _HOLES.sub(fill, self.link.url)

    @property
    def written(self) -> bool:
        """Whether the address stands in an attribute, and not in running text that clients make a link of."""
        return self.link.kind != "bare"

    @property
    def source(self) -> str:
        """The address as the part has it."""
        return self.view.text[self.link.span.start : self.link.span.end]

    def escaped(self, url: str) -> str | None:
        """Return an address as it must stand in this link's place; None for one that a tag prints a piece of."""
        if PLACEHOLDER_CHAR in url:
            return None
        clean = _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", url)
        return clean.replace("&", "&amp;").replace("'", "&#39;") if self.part.markup else clean


def seen(message: Message, kinds: Sequence[str] = ("html", "text")) -> Iterator[Seen]:
    """Every link of every view of the parts of a kind."""
    for part, view in message.views(kinds):
        yield from seen_in(message, part, view)


def seen_in(message: Message, part: Part, view: View) -> Iterator[Seen]:
    """Every link of a view."""
    for link in view.content.links:
        url = link.url
        tags = tuple(_tags_in(view, link.span)) if PLACEHOLDER_CHAR in url else ()
        address = _cached_address(url) if len(url) <= _LONGEST_CACHED else read_address(url)
        yield Seen(part, view, link, address, tags, message.lists)


def read_address(url: str) -> LinkAddress:
    """Take an address apart; what is written like a template tag, near its beginning, counts as one."""
    masked = (
        _FOREIGN_TAG.sub(lambda found: PLACEHOLDER_CHAR * len(found[0]), url[:_LONGEST_MASKED]) + url[_LONGEST_MASKED:]
    )
    if f"\\{PLACEHOLDER_CHAR}" in masked:  # a tag's escape, in a template that is a string of another
        masked = masked.replace(f"\\{PLACEHOLDER_CHAR}", PLACEHOLDER_CHAR + PLACEHOLDER_CHAR)
    parts = split(f"//{masked}" if masked[:4].lower() == "www." else masked)
    host = parts.host.removesuffix(".")
    # A tag before an @ may print a slash, and what follows be a path.
    unknown = PLACEHOLDER_CHAR in host or PLACEHOLDER_CHAR in parts.userinfo or is_disk_path(url)
    return LinkAddress(masked, parts, "" if unknown else host)


_cached_address = lru_cache(4096)(read_address)


def is_disk_path(url: str) -> bool:
    """Whether an address is a path on a disk or a share: ``C:\\…``, ``\\\\server\\…``."""
    return _DISK.match(url) is not None


def without_holes(text: str) -> str:
    """Return a text with an ellipsis for each hole, where nobody can tell any more which tag it is of."""
    return _HOLES.sub("…", text) if PLACEHOLDER_CHAR in text else text


# -- template tags --------------------------------------------------------------------------------------------


def _tags_in(view: View, span: Span) -> Iterator[Tag]:
    """The output tags of a span."""
    position = span.start
    while position < span.end:
        tag = view.hole_at(position)
        if tag is None:
            position = view.text.find(PLACEHOLDER_CHAR, position + 1, span.end)
            if position < 0:
                return
        else:
            yield tag
            position = tag.span.end


def tag_name(tag: Tag) -> str:
    """What a tag prints, filters and white space left out, in a form that has no meaning in a URL."""
    return _NO_WORD.sub("_", (tag.argument or tag.word).partition("|")[0]).strip("_") or "_"


# -- domains and lists ----------------------------------------------------------------------------------------


def mail_address(text: str) -> str | None:
    """Return the address of a From or Reply-To field: the one in angle brackets, else the first."""
    found = list(_ADDRESS.finditer(text[:4096]))
    angled = [match[0].strip("<>") for match in found if match[1]]
    return next(iter(angled or [match[2] for match in found]), None)


def sender_domain(message: Message) -> str | None:
    """Return the organisational domain of the From field; None where it is not known."""
    sender = message.headers.first("from")
    if sender is None:
        return None
    address = mail_address(sender.text)
    domain = address.rpartition("@")[2] if address else ""
    return None if not domain or _FOREIGN_TAG.search(domain) else organisational(domain)


def own_domains(message: Message) -> frozenset[str]:
    """Return the registrable domains that are the sender's own: declared, or the From field's."""
    found = {registrable(name.lower().removeprefix("*.")) for name in message.own_domains}
    return frozenset(name for name in (*found, sender_domain(message)) if name)


@lru_cache(16)
def _link_lists(lists: Lists) -> LinkLists:
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


def wrapping(url: str, lists: Lists = SHIPPED) -> Wrapping | None:
    """Tell what wraps an address."""
    return _cached_wrapping(url, lists) if len(url) <= _LONGEST_CACHED else classify(url, _link_lists(lists))


@lru_cache(4096)
def _cached_wrapping(url: str, lists: Lists) -> Wrapping | None:
    return classify(url, _link_lists(lists))


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


@lru_cache(4096)
def is_placeholder_host(host: str) -> bool:
    """Whether a host only stands for one that is to come: example.com, yourdomain.com."""
    name = a_label(host)
    return name is not None and (registrable(name) or name) in _placeholder_hosts()


@cache
def _placeholder_hosts() -> frozenset[str]:
    return frozenset(load_list("link-hosts")["placeholders"])
