"""Checks of how a link's address is written: placeholders, broken forms, invisible characters, look-alike letters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache

from maillint.analysis.links import LinkInView, is_disk_path, is_placeholder_host, links_of
from maillint.analysis.senders import own_domains
from maillint.check import Needs, Option, Options, check
from maillint.data.lists import load_list
from maillint.hits import Change, Hit, NotKnown
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
from maillint.web.confusables import copied_brand, mixed_scripts, restricted_letter, script_of, skeleton
from maillint.web.domains import a_label, is_host_like, is_private_host, parse_ip, registrable, u_label

# -- placeholders ---------------------------------------------------------------------------------------------

_NOTHING_BEHIND = regex(r"(?:https?:/{0,2}(?:www\.?)?/?|www\.|(?:mailto|tel|sms):#?|#!?|#?/#?!?)", re.IGNORECASE)
_EDGE = " \t\r\n/#.:-_[](){}<>*?!…"
_MAILTO = regex(r"mailto:\s*<?([^?<>\s]*)", re.IGNORECASE)
_NOT_DIGITS = regex(r"\D+")
_LINKS = frozenset({"a", "mj-button", "button"})
_COUNTED_UP = "01234567890123456789"


@check(
    "link-placeholder",
    fields=("url", "reason"),
    options={"words": Option("texts", [], "further placeholder addresses, in lower case")},
    needs=(Needs(links=("",)), Needs(parts=("html",), tags=("a", "mj-button", "button"))),
)
def link_placeholder(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Links that nobody has given an address: none at all, ``#``, ``https://``, example.com, TODO, lorem ipsum."""
    words = _placeholder_words() | set(options["words"])
    own = own_domains(message)
    for link in links_of(message):
        for views in _alike(link):
            reason = _placeholder_reason(message, link, views[0], words, own)
            if reason is not None:
                yield Hit(link.part, link.span, {"url": link.text, "reason": reason}, views)
    for part, view in message.views(("html",)):
        if any(tag.tag in _LINKS and "href" not in tag.attrs for tag in view.html.start_tags):
            from maillint.analysis.dead_links import dead_links  # noqa: PLC0415 -- nearly all links have an address

            for element in dead_links(view):
                yield Hit(part, element.span, {"url": "", "reason": "it has no address (href)"}, view)


@cache
def _placeholder_words() -> frozenset[str]:
    return frozenset(load_list("link-hosts")["words"])


def _alike(link: LinkInView) -> Iterable[Sequence[View]]:
    """The views of a link in groups that tell the same of its address: only places on the page differ by view."""
    return ([view] for view in link.views) if link.address.url.startswith("#") else (link.views,)


def _placeholder_reason(
    message: Message, link: LinkInView, view: View, words: frozenset[str], own: frozenset[str]
) -> str | None:
    """Why an address only stands for one that is to come; None for one that may be meant."""
    url, parts, host = link.address.url, link.address.parts, link.address.host
    if not url:
        return None if link.kind == "form" else "its address is empty"  # a form without one sends nothing
    if PLACEHOLDER_CHAR in url and not host:
        return None
    if len(url) <= 12 and _NOTHING_BEHIND.fullmatch(url):
        return _nothing_behind(url)
    if url[0] == "#":
        lost = PLACEHOLDER_CHAR not in url and not _is_place(view, url[1:]) and url[1:].casefold() not in words
        return f'nothing in the message is named "{shorten(url[1:], 40)}"' if lost else _stands_for(url, words)
    if host and link.address.web:
        named = is_placeholder_host(message, host) and registrable(host) not in own
        return f"{shorten(host, 60)} is a placeholder" if named else None
    if parts.scheme == "mailto":
        found = _MAILTO.match(url)
        domain = found[1].rpartition("@")[2] if found else ""
        stands_for = PLACEHOLDER_CHAR not in domain and is_placeholder_host(message, domain)
        if not stands_for or registrable(domain) in own:
            return None
        return f"{shorten(domain, 60)} is a placeholder"
    if parts.scheme == "tel":
        digits = _NOT_DIGITS.sub("", url)
        return f"{shorten(url, 40)} is a placeholder" if len(digits) > 6 and _is_made_up(digits) else None
    return None if parts.scheme else _stands_for(url, words)


def _nothing_behind(url: str) -> str:
    """Say that an address that is hardly more than marks leads nowhere, and why."""
    if url[0] == "/":
        return f'"{url}" is relative, and mail has no base URL'
    missing = {"#": "target", "mailto": "address", "tel": "number", "sms": "number"}
    return f'"{url}" has no {missing.get(url[0]) or missing.get(url.partition(":")[0].lower(), "host")}'


def _stands_for(url: str, words: frozenset[str]) -> str | None:
    if " ".join(url.casefold().strip(_EDGE).split()) not in words:
        return None
    return f'"{shorten(url, 40)}" is a placeholder'


def _is_place(view: View, name: str) -> bool:
    """Whether a whole document has an element of that name, or may have: a template may insert it."""
    names = _places(view)
    return names is None or name in names or unquote(name) in names


@remembered
def _places(view: View) -> frozenset[str] | None:
    """The names that the elements of a whole document have; None where it may have others."""
    from maillint.message.template.parse import inserts_template  # noqa: PLC0415 -- for links to a place on the page

    html = view.html
    if view.partial or not html.is_document or any(inserts_template(element.tag) for element in html.elements):
        return None
    values = (element.attrs.get(attribute) for element in html.elements for attribute in ("id", "name"))
    names = frozenset(value for value in values if value is not None)
    return None if any(PLACEHOLDER_CHAR in name for name in names) else names


def _is_made_up(digits: str) -> bool:
    return len(set(digits)) == 1 or digits in _COUNTED_UP or digits.removeprefix("1") in _COUNTED_UP


# -- broken forms ---------------------------------------------------------------------------------------------

_QUOTES = "\"'“”„‟‘’‚‛«»″′`"
_QUOTED_PRINTABLE = regex(r"=?3D[\"']?(?=https?:|mailto:|[\"'])", re.IGNORECASE)
_WEB = regex(r"https?://(?=[^/\\])", re.IGNORECASE)
_DOUBLE = regex(r"https?:?/{0,3}(?:www\.)?(?P<second>https?(?::/{1,2}|//))(?=[^/\s])", re.IGNORECASE)
_LIKE_HTTP = regex(
    r"(?P<name>h{1,2}t{1,4}p{1,2}s{0,2}|t{1,2}ps?|htp{1,2}s?|hpt{1,2}ps?|https?p)\s?(?P<mark>[:;.,]?)\s?(?P<slashes>[/\\]{0,5})\s?",
    re.IGNORECASE,
)
_LIKE_MAILTO = regex(
    r"(?P<wrong>(?:mail\s?to|malito|maito|mailo|mailt)\s?[:;]?\s*/{0,2})(?=[^\s@:;/?]+@)", re.IGNORECASE
)
_MAIL_ADDRESS = regex(
    rf"[^\s@<>,;:\"()/?{PLACEHOLDER_CHAR}]+@[^\s@<>,;:\"()/?{PLACEHOLDER_CHAR}]+\.[^\s@<>,;:\"()/?{PLACEHOLDER_CHAR}.]+"
)
_SPACE = regex(r"\s+")
_ATTRIBUTE = regex(r"^[^?]*\s[A-Za-z-]{2,20}=")
_LINE_BREAK = regex(r"(?<![^\S\r\n])[^\S\r\n]*+[\r\n]\s*+")


@frozen
class _Fault:
    """What is wrong with an address, and the whole address as it should be, where that is clear."""

    reason: str
    mended: str | None = None
    safe: bool = True


@check("link-malformed", fields=("url", "reason"), needs=Needs(links=("",)))
def link_malformed(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Addresses in attributes that are written so that clients fail on them, or guess.

    Addresses in running text are not judged, since it is unclear where they end. Relative ones are let pass where a
    base element says what they are relative to. link-placeholder reports what is no address yet.
    """
    words = _placeholder_words()
    for link in links_of(message, ("html",)):
        if not link.written or not link.address.url:
            continue
        if any(_placeholder_reason(message, link, views[0], words, frozenset()) for views in _alike(link)):
            continue
        fault = _fault(message, link, based=_has_base(link.view))
        if fault is None:
            continue
        escaped = link.escaped(fault.mended) if fault.mended is not None and fault.mended != link.link.url else None
        changes = () if escaped is None else (Change(link.span, _quoted_value(link, escaped)),)
        evidence = {"url": link.text, "reason": fault.reason}
        yield Hit(link.part, link.span, evidence, link.views, changes, safe=fault.safe)


@remembered
def _has_base(view: View) -> bool:
    """Whether an element says what relative addresses are relative to."""
    return any(element.tag == "base" for element in view.html.elements[:50])


def _quoted_value(link: LinkInView, escaped: str) -> str:
    """The new value of an attribute, in quotation marks where the old one has none."""
    start = link.span.start
    return escaped if link.view.text[start - 1 : start] in {'"', "'"} else f'"{escaped}"'


def _fault(message: Message, link: LinkInView, *, based: bool) -> _Fault | None:
    url = link.address.url
    if url[0] in {"#", PLACEHOLDER_CHAR} or is_disk_path(url) or (not url.isascii() and INVISIBLE.search(url)):
        return None  # a place on the page, or what a tag prints; the others have rules of their own
    return (
        _quotes_fault(url)
        or _scheme_fault(url)
        or _mailto_fault(url)
        or _space_fault(link, url)
        or (None if based or link.address.parts.scheme else _relative_fault(link, url))
        or _host_fault(message, link)
    )


def _quotes_fault(url: str) -> _Fault | None:
    if url[0] in "=3" and _QUOTED_PRINTABLE.match(url):
        return _Fault('contains the "=3D" of quoted-printable')
    if url[0] in _QUOTES or url[-1] in _QUOTES or url.startswith(('\\"', "\\'")):
        inner = url.strip(_QUOTES + "\\ ")
        mended = _WEB.match(inner) is not None and not any(quote in inner for quote in _QUOTES)
        return _Fault("contains a quotation mark", inner if mended else None)
    return None


def _scheme_fault(url: str) -> _Fault | None:
    double = _DOUBLE.match(url) if url.lower().count("http") > 1 else None
    if double is not None:
        scheme = double["second"].rstrip(":/").lower()
        return _Fault("has two schemes", _unspaced(f"{scheme}://{url[double.end() :]}"))
    start = url[: url.find(":") + 4]
    if start[:-1] in {"http://", "https://"} and start[-1] not in "/\\" and not start[-1].isspace():
        return _Fault("has backslashes instead of slashes", _slashes(url)) if "\\" in url.partition("?")[0] else None
    found = _LIKE_HTTP.match(url)
    if found is None:
        return None
    name, mark, slashes = found["name"].lower(), found["mark"], found["slashes"]
    right = name in {"http", "https"}
    rest = url[found.end() :]
    if not (mark == ":" and (right or len(slashes) > 1)) and not (right and len(slashes) > 1):
        return None  # a word that only begins like a scheme, and what follows is no scheme's mark
    if right and len(found[0]) == len(name) + 3 and found[0].endswith("://"):
        path = url.partition("?")[0]
        return _Fault("has backslashes instead of slashes", _slashes(url)) if "\\" in path else None
    if not rest or rest.startswith(("?", "#")):
        return _Fault("has no host")
    scheme = "https" if "s" in name else "http"
    mended = _unspaced(f"{scheme}://{_slashes(rest)}")
    reason = f'should begin with "{scheme}://", not "{shorten(found[0], 20)}"'
    return _Fault(reason, mended, right and mark in {"", ":", ";"})


def _mailto_fault(url: str) -> _Fault | None:
    found = _LIKE_MAILTO.match(url) if "@" in url else None
    if found is None or found["wrong"].lower() == "mailto:":
        return None
    wrong = found["wrong"]
    reason = f'should begin with "mailto:", not "{shorten(wrong, 20)}"'
    return _Fault(reason, _unspaced(f"mailto:{url[found.end() :]}"))


def _unspaced(url: str) -> str | None:
    return None if _SPACE.search(url) else url


def _slashes(url: str) -> str:
    path, mark, query = url.partition("?")
    return path.replace("\\", "/") + mark + query


def _space_fault(link: LinkInView, url: str) -> _Fault | None:
    """White space in a web address; clients cope with it in the subject of a mail and in a telephone number."""
    if link.address.parts.scheme not in {"", "http", "https"} or _SPACE.search(url) is None:
        return None
    has_host = _WEB.match(url) is not None and _SPACE.search(link.address.parts.host) is None
    if "\n" in url or "\r" in url:
        joined = _LINE_BREAK.sub("", url)
        return _Fault("contains a line break", _unspaced(joined) if has_host else None)
    ends = _ATTRIBUTE.search(url) is None  # else a quotation mark is missing, and attributes follow
    return _Fault("contains white space", _SPACE.sub("%20", url) if has_host and ends else None)


def _relative_fault(link: LinkInView, url: str) -> _Fault | None:
    parts = link.address.parts
    if url.startswith("//"):
        return _Fault('begins with "//", and mail has no base URL', f"https:{url}", safe=False)
    if url[:4].lower() == "www.":
        return _Fault("has no scheme", f"https://{url}" if is_host_like(parts.host) else None)
    if _MAIL_ADDRESS.fullmatch(url.partition("?")[0]):
        return _Fault("has no scheme", f"mailto:{url}")
    host = re.split("[/?#:]", url, maxsplit=1)[0]
    if is_host_like(host):
        return _Fault("has no scheme", f"https://{url}", safe=False)
    return _Fault("is relative, and mail has no base URL")


def _host_fault(message: Message, link: LinkInView) -> _Fault | None:
    parts, host = link.address.parts, link.address.host
    if parts.scheme == "mailto":
        return _mail_address_fault(link.address.url)
    if parts.scheme not in {"http", "https"} or not host:
        return None
    if parts.port and PLACEHOLDER_CHAR not in parts.port and parts.port_number is None:
        return _Fault(f"has an invalid port: {shorten(parts.port, 20)}")
    reason = _no_host(message, host)
    return None if reason is None else _Fault(reason)


@remembered
def _no_host(message: Message, host: str) -> str | None:
    """Why there cannot be such a host; None if there can."""
    if parse_ip(host) is not None or is_private_host(host):
        return None
    name = a_label(host)
    if name is None or any(label[0] == "-" or label[-1] == "-" for label in name.split(".")):
        return f"has an invalid host name: {shorten(host, 60)}"
    tld = name.rpartition(".")[2]
    return None if tld == name or _is_known(tld) else f"has an unknown top-level domain: .{shorten(tld, 60)}"


@lru_cache(256)  # short keys: a label of a host name has no more than 63 characters
def _is_known(tld: str) -> bool:
    """Whether there is such a top-level domain; of some, the Public Suffix List has only the second level (co.za)."""
    return any(is_host_like(f"a.{middle}{tld}", frozenset()) for middle in ("", "co.", "com."))


def _mail_address_fault(url: str) -> _Fault | None:
    found = _MAILTO.match(url)
    address = found[1] if found else ""
    if not address or PLACEHOLDER_CHAR in url:
        return None
    if "@" not in address and "%40" not in address:
        return _Fault("has no @")
    single = "," not in address and ";" not in address
    return _Fault("has two @") if single and address.count("@") > 1 else None


# -- invisible characters -------------------------------------------------------------------------------------

_ENCODED_INVISIBLE = regex(
    r"%c2%ad|%cd%8f|%d8%9c|%e1%85%9f|%e1%85%a0|%e1%a0%8e|%e2%80(?:%8[b-f]|%a[a-e])|%e2%81%a[0-9a-f]|%e3%85%a4|%ef%bb%bf",
    re.IGNORECASE,
)
_REFERENCE = regex(r"&(?:#\d{1,8}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z]{2,40});?")
_NAMES = {
    "\u00ad": "soft hyphen",
    "\u200b": "zero-width space",
    "\u200c": "zero-width non-joiner",
    "\u200d": "zero-width joiner",
    "\u200e": "left-to-right mark",
    "\u200f": "right-to-left mark",
    "\u202e": "right-to-left override",
    "\u2060": "word joiner",
    "\ufeff": "zero-width no-break space",
}


@check("link-invisible-character", fields=("url", "character", "code"), needs=Needs(links=("",)))
def link_invisible_character(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Invisible characters in an address: zero-width ones, soft hyphens, controls of writing direction.

    Joiners between letters that are not ASCII are let pass: they are spelling (Persian, Indic scripts) or emoji.
    """
    for link in links_of(message):
        url = link.link.url
        if not url.isascii() and INVISIBLE.search(url):
            for span, character in _hidden_spans(link):
                yield _invisible_hit(link, span, character, safe=True)
        if "%" in url and (found := _ENCODED_INVISIBLE.search(link.source)) is not None:
            character = unquote(found[0])
            if not _joins(unquote(link.link.url), character):
                start = link.span.start
                span = Span(start + found.start(), start + found.end())
                yield _invisible_hit(link, span, character, safe=False)


def _invisible_hit(link: LinkInView, span: Span, character: str, *, safe: bool) -> Hit:
    code = f"U+{ord(character):04X}"
    evidence = {"url": link.text, "character": _NAMES.get(character, "invisible character"), "code": code}
    return Hit(link.part, span, evidence, link.views, (Change(span, ""),), safe=safe)


def _hidden_spans(link: LinkInView) -> Iterator[tuple[Span, str]]:
    """The places of runs of invisible characters, literal or as character references, each with its first character."""
    source, start = link.source, link.span.start
    found = [(match.start(), match.end(), match[0]) for match in INVISIBLE.finditer(source)]
    if link.part.markup and "&" in source:
        for match in _REFERENCE.finditer(source):
            from html import unescape  # noqa: PLC0415 -- seldom needed

            character = unescape(match[0])
            if len(character) == 1 and INVISIBLE.match(character):
                found.append((match.start(), match.end(), character))
        found.sort()
    runs: list[tuple[int, int, str]] = []
    for first, last, character in found:
        before, after = source[max(first - 1, 0) : first], source[last : last + 1]
        if character in "\u200c\u200d" and _is_letter(before) and _is_letter(after):
            continue
        if runs and runs[-1][1] == first:
            runs[-1] = (runs[-1][0], last, runs[-1][2])
        else:
            runs.append((first, last, character))
    for first, last, character in runs:
        yield Span(start + first, start + last), character


def _joins(text: str, character: str) -> bool:
    """Whether a character is a joiner, and stands between letters that are not ASCII wherever a text has it."""
    if character not in "\u200c\u200d":
        return False
    places = [index for index, each in enumerate(text) if each == character]
    return all(_is_letter(text[index - 1 : index]) and _is_letter(text[index + 1 : index + 2]) for index in places)


def _is_letter(character: str) -> bool:
    return character > "\x7f" and not INVISIBLE.match(character)


# -- look-alikes ----------------------------------------------------------------------------------------------


@check("link-homograph", fields=("url", "host", "reason"), needs=Needs(links=("",)))
def link_homograph(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Hosts that mix scripts within a label, have a letter that no name has, or copy a well-known brand (UTS 39).

    Others that look like a domain of the sender or of another link are found, too.
    """
    own = own_domains(message)
    own_looks = {skeleton(u_label(name)): name for name in own}
    links = [link for link in links_of(message) if link.address.host and link.address.web]
    linked: dict[str, str] | None = None
    for link in links:
        host = link.address.host
        foreign = "xn--" in host or not host.isascii()
        if not (foreign or own_looks):
            continue
        shown = u_label(host) if foreign else host
        reason = _copying(shown) if foreign else None
        site = registrable(host) if reason is None else None
        if site is not None and site not in own:
            if foreign and linked is None:
                linked = _linked_domains(links)
            looks = skeleton(u_label(site))
            twin = own_looks.get(looks) or ((linked or {}).get(looks) if foreign else None)
            reason = f"looks like {shorten(u_label(twin), 60)}" if twin is not None and twin != site else None
        if reason is not None:
            evidence = {"url": link.text, "host": shorten(shown, 60), "reason": reason}
            yield Hit(link.part, link.span, evidence, link.views)


def _linked_domains(links: Sequence[LinkInView]) -> dict[str, str]:
    """The domains in Latin letters that a message links to, by their skeleton (UTS 39)."""
    domains = {registrable(host) for host in {link.address.host for link in links} if host.isascii()}
    return {skeleton(name): name for name in domains if name is not None and "xn--" not in name}


def _copying(host: str) -> str | None:
    """What makes a host a copy by its letters alone; None for a name that may be honest."""
    for label in host.split("."):
        scripts = mixed_scripts(label)
        if scripts:
            return f"mixes {' and '.join(scripts)} letters"
        letter = restricted_letter(label)
        if letter is not None:
            return f"contains {letter} (U+{ord(letter):04X}), a letter that no name has"
        brand = copied_brand(label)
        if brand is not None:
            return f"imitates {brand} in {script_of(label[0])} letters"
    return None
