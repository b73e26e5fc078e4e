"""Checks of what links lead to, run where requests to the web or to blocklists are allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from maillint.analysis.askable_links import TOO_MANY, Request, has_too_many_hosts, linked_hosts, requests
from maillint.analysis.links import LONGEST_EVIDENCE, same_owner
from maillint.analysis.senders import own_domains
from maillint.check import Check, Option, Options
from maillint.data.lists import load_list
from maillint.hits import Hit, NotKnown
from maillint.message.model import Message
from maillint.text.shorten import shorten
from maillint.values import frozen
from maillint.web.domains import is_private_host, is_under, registrable, u_label
from maillint.web.urls import split

if TYPE_CHECKING:  # the network is imported by runs that use it, and only then
    from maillint.network.blocklists import Blocklist, Listing
    from maillint.network.http import RedirectChain, Web

GONE = frozenset({404, 410})
"""Status codes that say that there is no such page (RFC 9110, sections 15.5.5 and 15.5.11).

Other codes of 4xx say what a server thinks of the client: robots are often refused what readers get.
"""

_PROBLEMS = {
    "expired": "has expired",
    "not-yet-valid": "is not valid yet",
    "wrong-host": "is for another host",
    "self-signed": "is self-signed",
    "untrusted": "comes from an unknown authority, or an intermediate certificate is missing",
    "revoked": "has been revoked",
}
LISTS = ("dbl", "surbl", "uribl")
"""The names in rules/lists/blocklists.yaml."""

_NO_AUTHORITIES = NotKnown("no certificate could be verified", "install CA certificates on this machine")


@frozen
class Online:
    """What the checks here read: a message, and what was found out about its links.

    ``web`` holds the answers of servers, None where no server is requested; ``listing`` tells what a blocklist says of
    a domain.
    """

    message: Message
    web: Web | None
    listing: Callable[[Blocklist, str], Listing]


@frozen
class _Answer:
    request: Request
    chain: RedirectChain

    @property
    def evidence(self) -> dict[str, object]:
        """What every finding here says: the link, and where it ends if that is elsewhere."""
        target = (
            {} if self.chain.target == self.request.url else {"target": shorten(self.chain.target, LONGEST_EVIDENCE)}
        )
        return {"url": self.request.link.text, **target}

    def hit(self, **evidence: object) -> Hit:
        """A finding at the link's address."""
        link = self.request.link
        return Hit(link.part, link.span, {**self.evidence, **evidence}, link.views)


def wanted(message: Message) -> Iterator[str]:
    """The addresses, as they are requested, whose answers ``Online.web`` has to hold."""
    from maillint.network.http import canonical  # noqa: PLC0415

    for request in requests(message):
        url = canonical(request.url) if isinstance(request, Request) else None
        if url is not None:
            yield url


def _answers(online: Online) -> Iterator[_Answer | NotKnown]:
    """What is known of each link; nothing of an address that cannot be requested, which has a rule of its own."""
    from maillint.network.http import canonical  # noqa: PLC0415

    for request in requests(online.message):
        if isinstance(request, NotKnown):
            yield request
        elif online.web is not None and (url := canonical(request.url)) is not None:
            yield _Answer(request, online.web.chain(url))


# -- the web ------------------------------------------------------------------------------------------


def _unreachable(online: Online, options: Options) -> Iterator[Hit | NotKnown]:
    """Links to hosts that do not exist, to pages that are gone, to servers that fail, and round in circles."""
    for answer in _answers(online):
        if isinstance(answer, NotKnown):
            yield answer
            continue
        chain = answer.chain
        problem = _dead_end(chain)
        if problem:
            moved = chain.hops[0].host != chain.last.host
            via = f"{chain.hops[0].host} redirects to {chain.last.host}, and " if moved else ""
            status = {"status": chain.last.status} if chain.last.status else {}
            yield answer.hit(problem=f"{via}{problem}", **status)
        elif reason := _open_end(chain):
            yield NotKnown(reason, chain.last.remedy)


def _dead_end(chain: RedirectChain) -> str:
    """What is wrong with where a chain ends, if that is certain; empty if nothing is."""
    last = chain.last
    if last.kind == "absent":
        return last.words
    if chain.end == "loop" and not any(hop.cookies for hop in chain.hops):
        return f"{last.host} redirects in a circle"
    fails = last.status >= 500 and not last.temporary
    return last.words if last.kind == "answered" and (last.status in GONE or fails) else ""


def _open_end(chain: RedirectChain) -> str:
    """Why it is not known where a chain ends, if ``_dead_end`` finds nothing; empty if it is known."""
    last = chain.last
    match chain.end:
        case "loop":
            return f"{last.host} redirects in a circle for want of cookies"
        case "long":
            return f"{chain.hops[0].host} redirects more than {chain.redirects - 1} times"
        case "blocked":
            return f"{last.host} redirects to a link that is not requested"
    return last.words if last.kind == "unknown" or last.status >= 300 else ""


def _redirect_chain(online: Online, options: Options) -> Iterator[Hit | NotKnown]:
    """Links that are redirected to another site, or more than ``max`` times; those that lead nowhere are no chain."""
    own = own_domains(online.message)
    for answer in _answers(online):
        if isinstance(answer, NotKnown):
            yield answer
            continue
        chain = answer.chain
        count, target = chain.redirects, shorten(chain.target)
        path = ""
        if _dead_end(chain):
            continue
        if chain.end == "long":
            path = f"redirects more than {count - 1} times"
        elif count and not _stays(chain, own, options["allow"]):
            path = f"redirects to another site{f' ({count} times)' if count > 1 else ''}: {target}"
        elif count > options["max"] and chain.end != "loop":
            path = f"redirects {count} times, to {target}"
        if path:
            hops = [shorten(hop.url, LONGEST_EVIDENCE) for hop in chain.hops]
            yield answer.hit(path=path, count=count, target=shorten(chain.target, LONGEST_EVIDENCE), hops=hops)
        elif reason := _open_end(chain):
            yield NotKnown(reason, chain.last.remedy)


def _stays(chain: RedirectChain, own: frozenset[str], allowed: Sequence[str]) -> bool:
    """Whether a chain ends where it began, at the same name in another country, at one's own site, or where it may."""
    start, end = chain.hops[0].host, split(chain.target).host
    if same_owner(start, end) or is_under(end, allowed) or (is_under(start, own) and is_under(end, own)):
        return True
    first, second = registrable(start), registrable(end)
    return first is not None and second is not None and first.partition(".")[0] == second.partition(".")[0]


def _bad_certificate(online: Online, options: Options) -> Iterator[Hit | NotKnown]:
    """Links to hosts whose certificate browsers do not take: expired, for another host, signed by nobody known."""
    for answer in _answers(online):
        if isinstance(answer, NotKnown):
            yield answer
            continue
        last = answer.chain.last
        if last.problem is not None:
            if last.problem == "untrusted" and online.web is not None and not online.web.verifies:
                yield _NO_AUTHORITIES
            else:
                yield answer.hit(host=shorten(u_label(last.host)), problem=_PROBLEMS[last.problem], fault=last.problem)
        elif last.kind == "unknown" and not last.secure and last.url.startswith("https:"):
            yield NotKnown(last.words, last.remedy)


# -- blocklists ---------------------------------------------------------------------------------------


def blocklists(options: Options) -> tuple[Blocklist, ...]:
    """The lists that the options of a rule name, at the zones that they give."""
    from maillint.network.blocklists import Blocklist  # noqa: PLC0415

    zones: Mapping[str, object] = options["zones"]
    entries = {entry["name"]: entry for entry in load_list("blocklists")["lists"]}
    return tuple(
        Blocklist.from_data(entries[name], str(zones[name]) if name in zones else None) for name in options["lists"]
    )


def blocklist_queries(message: Message, options: Options, web: Web | None) -> Iterator[tuple[Blocklist, str]]:
    """What ``Online.listing`` has to answer: each list with the domains of the links, and of where they lead."""
    hosts = dict.fromkeys(host for request in linked_hosts(message) for host in _hosts_of(request, web))
    for blocklist in blocklists(options):
        for host in hosts:
            subject = blocklist.subject(host)
            if subject is not None:
                yield blocklist, subject


def _hosts_of(request: Request, web: Web | None) -> list[str]:
    """The host of a link, and those that it redirects to, where that is known without another request."""
    from maillint.network.http import canonical  # noqa: PLC0415

    url = canonical(request.url)
    chain = web.requested_chain(url) if web is not None and url is not None else None
    found = [request.host.removesuffix("."), *(hop.host for hop in (chain.hops if chain is not None else ()))]
    return [host for host in dict.fromkeys(found) if not is_private_host(host)]


def _blocklisted(online: Online, options: Options) -> Iterator[Hit | NotKnown]:
    """Links whose host, or a host that they redirect to, is on a blocklist that mail filters use."""
    lists = blocklists(options)
    for request in linked_hosts(online.message):
        domains: list[str] = []
        words: list[str] = []
        for host in _hosts_of(request, online.web):
            titles = []
            for blocklist in lists:
                subject = blocklist.subject(host)
                if subject is None:
                    continue
                listing = online.listing(blocklist, subject)
                if listing.unknown:
                    yield NotKnown(listing.unknown)
                elif listing.kinds:
                    titles.append(f"{listing.title} ({', '.join(listing.kinds)})")
            if titles:
                domains.append(shorten(u_label(host)))
                words.append(f"{shorten(u_label(host))} is listed by {' and '.join(titles)}")
        if words:
            link = request.link
            evidence = {"url": link.text, "domains": domains, "listed": "; ".join(words)}
            yield Hit(link.part, link.span, evidence, link.views)
    if has_too_many_hosts(online.message):
        yield NotKnown(TOO_MANY)


# -- declarations -------------------------------------------------------------------------------------

unreachable = Check("link-unreachable", _unreachable, "online", frozenset({"url", "problem"}), {}, cause=("url",))
redirect_chain = Check(
    "link-redirect-chain",
    _redirect_chain,
    "online",
    frozenset({"url", "path", "count", "target"}),
    {
        "max": Option("whole number", 2, "redirects within one site that a link may have; no more than 5 are followed"),
        "allow": Option("texts", [], "hosts that links may be redirected to, with what is below them"),
    },
    cause=("url",),
)
bad_certificate = Check(
    "link-bad-certificate", _bad_certificate, "online", frozenset({"url", "host", "problem", "fault"}), {}
)
blocklisted = Check(
    "link-blocklisted",
    _blocklisted,
    "online",
    frozenset({"url", "domains", "listed"}),
    {
        "lists": Option("texts", list(LISTS), "the blocklists to ask", choices=LISTS),
        "zones": Option(
            "mapping", {}, "by blocklist, the zone to ask instead of the public one (a mirror, or a key's)"
        ),
    },
)
