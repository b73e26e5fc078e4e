"""Checks of a link's text: it names another site or contact than the link opens, or says nothing, or too little."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from maillint.analysis.links import LinkInView, links_of, same_owner, wrapping
from maillint.check import Needs, Option, Options, check
from maillint.data.amendments import Amendment
from maillint.data.lists import load_list
from maillint.hits import Change, Hit, NotKnown
from maillint.message.content import Flow, Link
from maillint.message.html.tree import Element
from maillint.message.memo import remembered
from maillint.message.model import Message
from maillint.message.views import View
from maillint.patterns import regex
from maillint.text.invisible import INVISIBLE
from maillint.text.percent import unquote
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.shorten import shorten
from maillint.text.spans import Span
from maillint.values import frozen
from maillint.web.domains import a_label, is_host_like, parse_ip, registrable, u_label
from maillint.web.urls import split

_LONGEST_TEXT = 2000  # characters of a link's text that are searched for an address
_HOST = r"[^\s/\\?#:,;@\"'()<>\[\]{}|…]+"
_EXPLICIT = regex(
    rf"(?P<scheme>https?)://(?:[^\s/?#@]{{1,200}}@)?(?P<host>{_HOST})|(?<![\w@.-])(?P<www>www\.{_HOST})", re.I
)
_BARE = regex(rf"(?P<host>{_HOST})(?::\d{{1,5}})?(?:[/?#]\S*)?")
_DOTS = "\u3002\uff61"  # ideographic full stops, which browsers read as dots (UTS 46)
_MAY_NAME = regex(r"[.\uff0e\u3002\uff61]|:[/\uff0f]|\uff1a")
_PLAIN_HOST = regex(r"[^\W_][\w-]*(?:\.[\w-]+)*+")
_TITLE_CASE = regex(r"[A-Z][a-z]+\.(?P<tld>[A-Z][a-z]+)")
_BREAK = regex(r"(?<![^\S\n])[^\S\n]*+\n\s*+")
_EDGE = " \t\r\n.,;:!?()[]<>{}«»“”„‘’\"'→➔➜›»‹«←↗▶►▸»|·•*_–—-…"
_CUT_OFF = ("…", "...", "..")


# -- another site ---------------------------------------------------------------------------------------------


@frozen
class _Named:
    """A host that a text names, and where in the text its address stands."""

    host: str
    scheme: str
    start: int
    end: int


@check(
    "link-text-mismatch",
    fields=("shown", "actual", "url"),
    options={
        "brands": Option("texts", [], "further names with a dot that do not mean a site, in lower case"),
        "same": Option("texts", [], "domains that count as one site"),
    },
    needs=Needs(parts=("html",), links=("",)),
)
def link_text_mismatch(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Links that name one site and open another, by registrable domain.

    The name is looked for in the visible text, however it is split over elements, then in the alternative text of
    a picture, in ``title`` and ``aria-label``. A text names a site where it has a scheme or starts with www, or is
    a host name as a whole, also where a line breaks in it; brands and two words with a dot for a space (Shop.Now) are
    no sites, and neither is a file's name with which the path of the link ends. Wrapped links are unwrapped first;
    those whose target is not known are left to the rules redirect-wrapped and shortener.
    """
    brands = _brands() | set(options["brands"])
    for link in links_of(message, ("html",)):
        if link.element is None or link.kind == "form" or not link.address.host or not link.address.web:
            continue
        actual: str | None = None
        for names, span in _texts(link):
            if not names:
                continue
            if actual is None:
                actual = _target(message, link)
            if actual is None:
                break
            others = [named for named in names if named.host.lower() not in brands and not _is_file(named, link)]
            if not others or any(_agree(named.host, actual, options["same"]) for named in names):
                continue
            evidence = {
                "shown": shorten(_shown(others[0].host), 60),
                "actual": shorten(_shown(actual), 60),
                "url": link.text,
            }
            yield Hit(link.part, span(others[0]), evidence, link.views)
            break


@check("link-scheme-mismatch", fields=("shown", "actual", "url"), needs=Needs(parts=("html",), links=("http:",)))
def link_scheme_mismatch(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Links by http whose visible text says https, to the same site."""
    for link in links_of(message, ("html",)):
        if link.address.parts.scheme != "http" or link.element is None or "://" not in link.shown:
            continue
        text, _ = _visible(link)
        named = next(_explicit(text), None)
        if named is None or named.scheme != "https" or not _agree(named.host, link.address.host, ()):
            continue
        source, start = link.source, link.span.start
        start += len(source) - len(source.lstrip())
        plain = link.view.text[start : start + 5].lower() == "http:" and link.address.parts.port == ""
        changes = (Change(Span(start, start + 4), "https"),) if plain else ()
        evidence = {"shown": "https", "actual": "http", "url": link.text}
        yield Hit(link.part, link.span, evidence, link.views, changes, safe=True)


def _target(message: Message, link: LinkInView) -> str | None:
    """The host that a link opens in the end; None where that is not known."""
    wraps = link.wrapping
    if wraps is None:
        return link.address.host
    if wraps.target is None:
        return None
    inner = wrapping(message, wraps.target)
    host = split(wraps.target).host.removesuffix(".")
    return None if inner is not None or PLACEHOLDER_CHAR in host else host


def _is_file(named: _Named, link: LinkInView) -> bool:
    """Whether a name is that of a file, and the link shows it: its path or a parameter ends in the very name."""
    name = named.host.lower()
    if named.scheme or name.startswith("www.") or name.rpartition(".")[2] not in _file_endings():
        return False
    target = link.wrapping.target if link.wrapping is not None and link.wrapping.target else link.address.url
    parts = split(target)
    ends = (part.rstrip("/").lower() for part in (parts.path, *parts.query.split("&"), parts.fragment))
    return any(unquote(end).endswith((f"/{name}", f"={name}", f":{name}")) or end == name for end in ends)


@cache
def _file_endings() -> frozenset[str]:
    return frozenset(load_list("link-hosts")["file-endings"])


def _agree(shown: str, actual: str, same: Sequence[str]) -> bool:
    if same_owner(shown, actual) or _shown(shown) == _shown(actual):  # www.gov.uk is a site at a public suffix
        return True
    sites = {registrable(shown), registrable(actual)}
    return bool(same) and sites <= set(same)


def _shown(host: str) -> str:
    return u_label(host.lower()).removeprefix("www.")


class _Spans:
    """Finds the place in the part of what a text names."""

    def __init__(self, span: Span, flow: Flow | None = None, start: int = 0, index: Sequence[int] = ()) -> None:
        self._span, self._flow, self._start, self._index = span, flow, start, index

    def __call__(self, named: _Named) -> Span:
        first, last = named.start, named.end
        if self._flow is None or last <= first or (self._index and last > len(self._index)):
            return self._span
        if self._index:
            first, last = self._index[first], self._index[last - 1] + 1
        return self._flow.span(self._start + first, self._start + last)


def _texts(link: LinkInView) -> Iterator[tuple[list[_Named], _Spans]]:
    """The sites that each text of a link names, the visible text first, with what finds their places."""
    if _MAY_NAME.search(link.shown):
        text, spans = _visible(link)
        yield _names(text), spans
    element = link.element
    assert element is not None
    if element.tag == "area":
        yield from _attribute(element, "alt")
    for image in link.link.images:
        yield from _attribute(image.element, "alt")
    yield from _attribute(element, "title")
    yield from _attribute(element, "aria-label")


def _attribute(element: Element, name: str) -> Iterator[tuple[list[_Named], _Spans]]:
    value = element.attrs.get(name, "")
    if _MAY_NAME.search(value) and PLACEHOLDER_CHAR not in value:
        text, _ = _cleaned(element.value(name) or "")
        yield _names(text), _Spans(element.value_span(name))


def _visible(link: LinkInView) -> tuple[str, _Spans]:
    """A link's visible text without invisible characters, with what finds places in it."""
    flow = link.view.content.flow
    start, end = flow.range(link.shown_span)
    text, index = _cleaned(flow.text[start : min(end, start + _LONGEST_TEXT)])
    return text, _Spans(link.shown_span, flow, start, index)


def _cleaned(text: str) -> tuple[str, Sequence[int]]:
    """A text as it looks (NFKC, without invisible characters), and for each character its place in the original."""
    text = text[:_LONGEST_TEXT]
    if text.isascii():
        return text, ()
    pieces: list[str] = []
    index: list[int] = []
    for place, character in enumerate(text):
        if INVISIBLE.match(character):
            continue
        plain = unicodedata.normalize("NFKC", character)
        if plain in _DOTS and text[place - 1 : place].isalnum() and text[place + 1 : place + 2].isalnum():
            plain = "."
        pieces.append(plain)
        index.extend([place] * len(plain))
    return "".join(pieces), index


def _names(text: str) -> list[_Named]:
    """The sites that a text names: by scheme or www anywhere in it, else by being a host name as a whole.

    Where a line may break in a name, it is read with the break and without it.
    """
    found = _names_in_line(text)
    if "\n" not in text.strip():
        return found
    if found and not any(text[named.start : named.end].endswith(named.host) for named in found):
        return found  # the break, if there is one, is behind the host
    joined, places = _joined(text)
    whole = [
        _Named(named.host, named.scheme, places[named.start], places[named.end - 1] + 1)
        for named in (_names_in_line(joined) if len(joined.split()) == 1 else ())
    ]
    return [*whole, *found]


def _joined(text: str) -> tuple[str, list[int]]:
    """A text without its line breaks, and the place of each of its characters in the original."""
    pieces, places, position = [], list[int](), 0
    for gap in (*_BREAK.finditer(text), None):
        end = gap.start() if gap else len(text)
        pieces.append(text[position:end])
        places.extend(range(position, end))
        position = gap.end() if gap else end
    return "".join(pieces), places


def _names_in_line(text: str) -> list[_Named]:
    found = list(_explicit(text))
    if found:
        return found
    left = len(text) - len(text.lstrip(_EDGE))
    whole = text.strip(_EDGE)
    match = _BARE.fullmatch(whole)
    if match is None or "@" in whole or not is_host_like(match["host"]):
        return []
    if match.end("host") == len(whole) and text[left + len(whole) :].lstrip().startswith(_CUT_OFF):
        return []
    title = _TITLE_CASE.fullmatch(match["host"])
    if title is not None and title["tld"].lower() not in _usual_tlds():
        return []
    return [_Named(match["host"], "", left, left + len(whole))]


@cache
def _usual_tlds() -> frozenset[str]:
    return frozenset(load_list("link-hosts")["usual-tlds"])


def _explicit(text: str) -> Iterator[_Named]:
    if "://" not in text and "www." not in text.lower():
        return
    for match in _EXPLICIT.finditer(text):
        host = match["host"] or match["www"]
        name = host.rstrip(".")
        after = text[match.start() + len(match[0].rstrip(".")) :]
        if PLACEHOLDER_CHAR in host or after.startswith(_CUT_OFF):
            continue  # the rest of the host is cut off
        if match["scheme"] and len(name) > 1 and name.lower() != "www":
            is_name = _PLAIN_HOST.fullmatch(name) is not None or is_host_like(name, frozenset())
        else:
            is_name = is_host_like(name, frozenset())
        if not is_name and parse_ip(name) is None:
            continue
        end = match.end() - (len(host) - len(name))
        while end < len(text) and not text[end].isspace() and text[end] not in "<>\"'":
            end += 1
        while end > match.start() + 1 and text[end - 1] in ".,;:!?)]}»”’…":
            end -= 1
        yield _Named(name, (match["scheme"] or "").lower(), match.start(), end)


@cache
def _brands() -> frozenset[str]:
    return frozenset(load_list("link-hosts")["brands"])


# -- another contact ------------------------------------------------------------------------------------------

_MAIL = regex(r"[\w.!#$%&'*+/=^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,10}")
_PHONE = regex(r"(?<![\w.])\+?\(?\d(?:[\s().\-–/·]{0,3}\d){6,14}(?!\w)")
_EXTENSION = regex(r"(?:;|,|%3b|p|w|x|ext|доб|#).*$", re.IGNORECASE)
_TRUNK = regex(r"\(0\)")


@check("link-contact-mismatch", fields=("shown", "actual", "url"), needs=Needs(parts=("html",), links=("",)))
def link_contact_mismatch(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Links that show one mail address or telephone number and use another, or open a page of somebody else."""
    for link in links_of(message, ("html",)):
        scheme, shown = link.address.parts.scheme, link.shown
        if link.element is None or PLACEHOLDER_CHAR in shown:
            continue
        if link.address.web and link.address.host and "@" in shown:
            yield from _page_for_mail(message, link)
        if scheme not in {"mailto", "tel"}:
            continue
        if ("@" not in shown) if scheme == "mailto" else not _PHONE.search(shown):
            continue
        text, spans = _visible(link)
        pair = _other_mail(text, link) if scheme == "mailto" else _other_phone(text, link)
        if pair is not None:
            match, actual = pair
            place = _Named("", "", match.start(), match.end())
            evidence = {"shown": match[0], "actual": shorten(actual, 60), "url": link.text}
            yield Hit(link.part, spans(place), evidence, link.views)


def _page_for_mail(message: Message, link: LinkInView) -> Iterator[Hit]:
    """A mail address as the text of a link that opens a page of another organisation.

    Not those of the message's own recipients, for whom it may be the name of an account, and not addresses that the
    link carries, since its page is about them.
    """
    text, spans = _visible(link)
    whole = _MAIL.fullmatch(text.strip(_EDGE))
    actual = _target(message, link) if whole is not None else None
    if whole is None or actual is None or same_owner(whole[0].rpartition("@")[2], actual):
        return
    address = _folded(whole[0])
    target = unquote(link.wrapping.target if link.wrapping and link.wrapping.target else link.address.url).lower()
    if whole[0].lower() in target or address in _recipients(message):
        return
    start = text.find(whole[0])
    evidence = {"shown": whole[0], "actual": shorten(_shown(actual), 60), "url": link.text}
    yield Hit(link.part, spans(_Named("", "", start, start + len(whole[0]))), evidence, link.views)


@remembered
def _recipients(message: Message) -> frozenset[str]:
    fields = (field for name in ("to", "cc", "delivered-to") for field in message.headers.all(name))
    return frozenset(_folded(match[0]) for field in fields for match in _MAIL.finditer(field.text))


def _other_mail(text: str, link: LinkInView) -> tuple[re.Match[str], str] | None:
    opened = unquote(link.address.url.partition(":")[2].partition("?")[0]).strip(" <>/")
    shown = [match for match in _MAIL.finditer(text) if not match[0].startswith(".")]
    if not shown or "@" not in opened or PLACEHOLDER_CHAR in opened:
        return None
    addresses = {_folded(address) for address in re.split("[,;]", opened)}
    if any(_folded(match[0]) in addresses for match in shown):
        return None
    return shown[0], opened


def _folded(address: str) -> str:
    local, _, domain = address.strip(" <>.").rpartition("@")
    return f"{local.lower()}@{a_label(domain) or domain.lower()}"


def _other_phone(text: str, link: LinkInView) -> tuple[re.Match[str], str] | None:
    number = unquote(link.address.url.partition(":")[2])
    opened = _digits(number)
    shown = list(_PHONE.finditer(text))
    if PLACEHOLDER_CHAR in number or len(opened) < 5 or not shown:
        return None
    if any(_same_number(_digits(match[0]), opened) for match in shown):
        return None
    return shown[0], number


def _digits(number: str) -> str:
    plain = _EXTENSION.sub("", _TRUNK.sub("", number.strip()))
    return re.sub(r"\D", "", plain)


def _same_number(a: str, b: str) -> bool:
    """Whether two numbers are the same with or without the codes of country and trunk (8 or 0 in front, 00 for +)."""
    for first, second in ((a, b), (b, a)):
        shorter, longer = first.removeprefix("00"), second.removeprefix("00")
        local = shorter.lstrip("0")
        if len(local) >= 5 and longer.endswith(local):
            return True
        national = shorter[1:] if shorter[:1] in {"0", "1", "8"} else ""
        if len(national) >= 6 and longer.endswith(national):
            return True
    return False


# -- nothing, or too little ------------------------------------------------------------------------------------


_WORDED = frozenset({"a", "mj-button", "mj-navbar-link"})


@check("link-empty-anchor", fields=("url",), needs=Needs(tags=("a", "mj-button"), links=("",)))
def link_empty_anchor(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Links with nothing to read in them: no text, no alternative text of a picture, no label."""
    for link in links_of(message, ("html",)):
        if link.shown.strip("\xa0\u200b\u200c\ufeff ") or link.kind not in {"a", "mj-button"}:
            continue
        for view, found in link.in_views.items():
            element = found.element
            if element is None or element.end_tag is None or _is_out_of_reach(view, element):
                continue
            if _labelled(element) or any(_labelled(image.element) for image in found.images):
                continue
            if found.images and _has_words_beside(view, found):
                continue
            if not _has_other_content(view, found):
                yield Hit(link.part, element.outer, {"url": link.text}, view)


def _is_out_of_reach(view: View, element: Element) -> bool:
    """Whether neither readers nor screen readers find a link; those do find what is laid out beyond the screen."""
    hiding = view.content.visibility.content_hidden_by(element)
    return hiding is not None and hiding.kind != "place"


def _labelled(element: Element) -> bool:
    return any(element.attrs.get(name, "").strip() for name in ("alt", "aria-label", "aria-labelledby", "title"))


def _has_words_beside(view: View, link: Link) -> bool:
    """Whether the link before or behind a picture's opens the same address and has words: the picture adorns them."""
    links = view.content.links
    place = bisect_left(links, link.span.start, key=lambda other: other.span.start)
    return any(other.url == link.url and other.shown for other in links[max(place - 1, 0) : place + 2])


def _has_other_content(view: View, link: Link) -> bool:
    """Whether something inside may show a text that is not in the flow: a drawing, a list of options, hidden text."""
    if view.prints_at(link.shown_span.start):  # by an attribute of a template language
        return True
    inside = view.content.hidden.within(link.shown_span)
    text = view.text
    return bool(inside) or any(text.find(tag, *link.shown_span) >= 0 for tag in ("<svg", "<v:", "<object", "<video"))


@check("link-vague-text", fields=("text", "url"), needs=Needs(parts=("html",), links=("",)))
def link_vague_text(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Links whose text would fit any link: ``click here``, ``more``."""
    vague = _vague_texts(message.lists.vague_texts)
    for link in links_of(message, ("html",)):
        element = link.element
        if element is None or element.tag not in _WORDED or not 0 < len(link.shown) <= 60:
            continue
        words = plain_words(link.shown)
        if words not in vague:
            continue
        label = element.attrs.get("aria-label", "") or element.attrs.get("title", "")
        if label.strip() and plain_words(label) not in vague:
            continue
        text, spans = _visible(link)
        left = len(text) - len(text.lstrip())
        span = spans(_Named("", "", left, max(len(text.rstrip()), left + 1)))
        yield Hit(link.part, span, {"text": shorten(link.shown), "url": link.text}, link.views)


def plain_words(text: str) -> str:
    """Return a link's text in the form that is compared: lower case, single spaces, no marks at the edges."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("ё", "е")
    return " ".join(plain.split()).strip(_EDGE + ">»&+✓✔👉👈🔗⇒⟶")


@lru_cache(16)  # settings: a run has few, and they hold no text of a message
def _vague_texts(amendment: Amendment) -> frozenset[str]:
    languages = load_list("vague-texts")["texts"].values()
    listed = amendment.over({text for texts in languages for text in texts})
    return frozenset(map(plain_words, listed)).difference(map(plain_words, amendment.allow))
