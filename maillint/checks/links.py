"""Checks of where a link leads: through whom, by which scheme, to what kind of host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from maillint.analysis.links import (
    LONGEST_EVIDENCE,
    LinkInView,
    is_disk_path,
    is_placeholder_host,
    is_under_test,
    links_of,
    listed_hosts,
    private_reason,
    without_placeholders,
)
from maillint.analysis.senders import own_domains, sender_sites
from maillint.check import Needs, Option, Options, check
from maillint.data.lists import load_list
from maillint.hits import Change, Hit, NotKnown
from maillint.message.memo import remembered
from maillint.message.mime.headers import Field
from maillint.message.model import Message
from maillint.patterns import regex
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.shorten import shorten
from maillint.text.spans import Span
from maillint.web.domains import is_private_host, is_under, organisational, parse_ip, registrable, u_label
from maillint.web.urls import split
from maillint.web.wrappers import Wrapping

_KINDS = ("click-tracker", "gateway", "generic-redirect", "redirector", "shortener")
_PORTS = {"http": "80", "https": "443", "ftp": "21", "": ""}


# -- through whom ---------------------------------------------------------------------------------------------


@check(
    "link-wrapped",
    fields=("url", "vendor", "leads"),
    options={
        "kinds": Option("texts", [], "the kinds of wrapper that are reported", choices=_KINDS, required=True),
        "own": Option("texts", [], "hosts of your own redirects, trackers and short links, with what is below them"),
        "safe": Option("flag", False, "whether replacing the link by its target is a safe fix"),
    },
    needs=Needs(links=("",)),
    cause=("vendor",),
)
def link_wrapped(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Links that lead through somebody else: a gateway, a click tracker, a redirect, a shortener.

    One's own are let pass: what is at or below a host of ``own``, and what is at a domain of ``own-domains``. A click
    tracker at a name below such a domain is mostly a vendor's under one's own name, so it must be declared itself.
    Hosts that the settings add to a list are always reported.
    """
    for link in links_of(message):
        wraps = link.wrapping
        if wraps is None or wraps.kind not in options["kinds"] or _declared(message, options, link, wraps):
            continue
        evidence = {"url": link.text, "vendor": wraps.vendor, "leads": "hides where it leads"}
        changes: tuple[Change, ...] = ()
        if wraps.target is not None:
            target = without_placeholders(wraps.target)
            leads = f"leads to {shorten(split(target).host or target, 60)}"
            evidence |= {"target": shorten(target, LONGEST_EVIDENCE), "leads": leads}
            escaped = link.escaped(wraps.target)
            changes = () if escaped is None else (Change(link.span, escaped),)
        if wraps.closed is not None:
            evidence["leads"] = _ENDED[wraps.closed]
        yield Hit(link.part, link.span, evidence, link.views, changes, safe=options["safe"])


_ENDED = {
    "all": "is dead: the service has closed",
    "idle": "may be dead: the service has closed and dropped unused links",
}


def _declared(message: Message, options: Options, link: LinkInView, wraps: Wrapping) -> bool:
    """Whether the wrapper's host is declared as one's own; hosts that the settings add to a list never are."""
    host = link.address.host
    lists = {"click-tracker": message.lists.click_trackers, "shortener": message.lists.shorteners}
    amended = lists.get(wraps.kind)
    if not host or (amended is not None and is_under(host, amended.add)):
        return False
    if wraps.kind == "click-tracker":
        return is_under(host, options["own"]) or host in message.own_domains
    return is_under(host, [*options["own"], *message.own_domains])


# -- by which scheme ------------------------------------------------------------------------------------------


@check("link-insecure", fields=("url", "host"), needs=Needs(links=("http:",)))
def link_insecure(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Links by http. The fix is safe where the host has https, by a list or by another link of the message."""
    links = list(links_of(message))
    encrypted = {link.address.host for link in links if link.address.parts.scheme == "https"}
    for link in links:
        parts, host = link.address.parts, link.address.host
        if parts.scheme != "http" or not parts.host.strip() or _is_malformed(link):
            continue
        if host and (_is_private(message, host) or is_placeholder_host(message, host)):
            continue  # it has a rule of its own, and can have no certificate
        yield Hit(
            link.part,
            link.span,
            {"url": link.text, "host": shorten(u_label(host) if host else without_placeholders(parts.host), 60)},
            link.views,
            _encrypted(link),
            safe=bool(host) and (host in encrypted or _has_https(host)),
        )


_NOT_ITS_HOST = regex(r"https?:(?:/{0,3}https?(?::|//)|/{3}|\\)", re.IGNORECASE)


def _is_malformed(link: LinkInView) -> bool:
    """Whether something else stands where the host should (https://http://…), which link-malformed reports."""
    return _NOT_ITS_HOST.match(link.address.url) is not None


def _encrypted(link: LinkInView) -> tuple[Change, ...]:
    """The change of http into https; no change where a port is stated or an IP address is the host."""
    source = link.source
    start = link.span.start + len(source) - len(source.lstrip())
    if link.address.parts.port or parse_ip(link.address.host) or link.view.text[start : start + 5].lower() != "http:":
        return ()
    return (Change(Span(start, start + 4), "https"),)


def _has_https(host: str) -> bool:
    listed = listed_hosts("https")
    return (
        host in listed or host.removeprefix("www.") in listed or host.rpartition(".")[2] in listed_hosts("https-tlds")
    )


@check(
    "link-dangerous-scheme",
    fields=("url", "scheme"),
    options={"schemes": Option("texts", [], "the schemes that are reported, in lower case", required=True)},
    needs=Needs(parts=("html",), links=(":", "\\")),
)
def link_dangerous_scheme(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Links that run code or open a file instead of a page; a path on a disk counts as ``file``."""
    for link in links_of(message, ("html",)):
        scheme = link.address.parts.scheme
        if not scheme or len(scheme) == 1:
            if not is_disk_path(link.link.url):
                continue
            scheme = "file"
        if scheme in options["schemes"]:
            yield Hit(link.part, link.span, {"url": link.text, "scheme": scheme}, link.views)


# -- to what kind of host -------------------------------------------------------------------------------------


@check("link-ip-host", fields=("url", "ip"), needs=Needs(links=("",)))
def link_ip_host(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Links to an IP address, in whatever notation; link-private-host reports the private ones."""
    for link in links_of(message):
        host = link.address.host
        if link.address.web and host and (host[-1].isalnum() or host[-1] == "]"):
            address = parse_ip(host)
            if address is not None and not is_private_host(host):
                yield Hit(link.part, link.span, {"url": link.text, "ip": str(address)}, link.views)


@check("link-userinfo", fields=("url", "userinfo", "host"), needs=Needs(links=("@",)))
def link_userinfo(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Links with a user name before the host, which readers take for the host."""
    for link in links_of(message):
        parts = link.address.parts
        # A tag before the @ may print a slash, and what follows it is then a path.
        if parts.userinfo and parts.scheme in {"http", "https", "ftp"} and PLACEHOLDER_CHAR not in parts.userinfo:
            evidence = {"url": link.text, "userinfo": shorten(parts.userinfo, 40), "host": shorten(parts.host, 60)}
            yield Hit(link.part, link.span, evidence, link.views)


@check("link-odd-port", fields=("url", "port"), needs=Needs(links=("",)))
def link_odd_port(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Links to another port than the scheme's default."""
    for link in links_of(message):
        parts, host = link.address.parts, link.address.host
        if parts.port_number is None or not link.address.web:
            continue
        port = str(parts.port_number)
        if port not in {"0", _PORTS[parts.scheme]} and not (host and _is_private(message, host)):
            yield Hit(link.part, link.span, {"url": link.text, "port": port}, link.views)


@check("link-private-host", fields=("url", "host", "reason"), needs=Needs(links=("",)))
def link_private_host(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Links that lead nowhere outside the sender's network: private names and addresses, sites under test."""
    own = own_domains(message)
    for link in links_of(message):
        host = link.address.host
        if not host or not link.address.web or _is_malformed(link):
            continue
        reason = _private_reason(message, host)
        shown = shorten(host, 60)
        if reason is None and is_under_test(host, own):
            reason = f"{shown} is a test site"
        if reason is not None:
            yield Hit(link.part, link.span, {"url": link.text, "host": shown, "reason": reason}, link.views)


def _is_private(message: Message, host: str) -> bool:
    return _private_reason(message, host) is not None


@remembered
def _private_reason(message: Message, host: str) -> str | None:
    return private_reason(host)


@check(
    "link-suspicious-tld",
    fields=("url", "host", "tld"),
    options={"allow": Option("texts", [], "hosts to let pass, with what is below them")},
    needs=Needs(links=("",)),
)
def link_suspicious_tld(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Links to a top-level domain that filters distrust; the sender's own domain is let pass."""
    listed = message.lists.suspicious_tlds.over(_tlds())
    own = own_domains(message)
    for link in links_of(message):
        host = link.address.host
        tld = host.rpartition(".")[2]
        if tld not in listed or tld == host or not link.address.web:
            continue
        if registrable(host) not in own and not is_under(host, options["allow"]):
            yield Hit(link.part, link.span, {"url": link.text, "host": shorten(host, 60), "tld": tld}, link.views)


@cache
def _tlds() -> frozenset[str]:
    return frozenset(entry["tld"] for entry in load_list("suspicious-tlds")["tlds"])


# -- whose ----------------------------------------------------------------------------------------------------


@check(
    "link-unaligned",
    fields=("domain", "hosts"),
    options={"shared": Option("texts", [], "domains of mailbox providers, which no sender owns")},
    needs=Needs(links=("",)),
)
def link_unaligned(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Messages in which no web link leads to an organisational domain of From, or to a domain declared as one's own."""
    links = [link for link in links_of(message) if link.address.web or link.address.url.startswith(PLACEHOLDER_CHAR)]
    if not links:
        return
    sites = sender_sites(message)
    if not sites:
        yield NotKnown(
            "the domain of the From field is not known",
            'write "from:" in front matter, or "From:" under "headers:" in maillint.yaml',
        )
        return
    if set(sites) <= set(options["shared"]):
        return
    own = own_domains(message)
    hosts: dict[str, None] = {}
    unknown = False
    for link in links:
        host, wraps = link.address.host, link.wrapping
        if not host:
            unknown = True
            continue
        target = split(wraps.target).host if wraps is not None and wraps.target else host
        if not own.isdisjoint({organisational(host), registrable(host), organisational(target)}):
            return
        hosts.setdefault(registrable(target) or target)
    if unknown:
        yield NotKnown("a template tag prints the host of a link")
        return
    place = message.start
    span = Span(0, len(place.text)) if isinstance(place, Field) else Span(0, 0)
    yield Hit(
        place, span, {"domain": sites[0], "hosts": [shorten(host, 60) for host in list(hosts)[:5]], "count": len(hosts)}
    )
