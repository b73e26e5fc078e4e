"""Asks the web: each address once, politely, within bounds, and never inside a private network unless told to."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from itertools import chain, zip_longest
from typing import TypeAlias

from maillint._version import __version__
from maillint.network._crowd import run_in_threads
from maillint.network._exchange import Deadline, Head, NotHttpError, ask, connect, secure, tls_context
from maillint.network.answers import Absent, Unreachable
from maillint.network.http import PORTS, PROBLEMS, UNAVAILABLE, Hop, Web, answered, phrase
from maillint.network.resolver import Resolver
from maillint.web.domains import is_private_host, parse_ip, registrable
from maillint.web.urls import Url, split

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

DEFAULT_TIMEOUT = 10.0
"""Seconds that one address may take, tries taken together; its name is looked up before."""

WORKERS = 16
"""Addresses that are asked at once."""

PER_SITE = 2
"""Of these, those of one site."""

MOST_PER_SITE = 200
"""Addresses of one site that are asked in a run: a hostile template may link to thousands."""

USER_AGENT = f"maillint/{__version__}"

_MOST_ADDRESSES = 3
_PAUSE = 1.0
"""Seconds before a server that has failed is asked again."""

_SILENT = 24
"""Connections that fail before any succeeds, after which there is taken to be no way to the web."""

_TIRED = 2
"""Connections to one site that fail before any succeeds, after which it is left alone."""

_TOO_MANY_REQUESTS = 429
_NAT64 = 0x64FF9B << 64
"""The upper 96 bits of 64:ff9b::/96 (RFC 6052)."""


def is_public(address: Address) -> bool:
    """Whether an IP address, and the IPv4 address that it may carry, belongs to the public internet."""
    plain = _plain(address)
    carried = _carried(plain)
    return plain.is_global and not plain.is_multicast and (carried is None or is_public(carried))


def _plain(address: Address) -> Address:
    """The IPv4 address that a mapped one (::ffff:192.0.2.1) stands for; Python's judgement of those has changed."""
    return address if isinstance(address, IPv4Address) else address.ipv4_mapped or address


def _carried(address: Address) -> IPv4Address | None:
    """The IPv4 address in an IPv6 address: compatible, 6to4 (RFC 3056) or NAT64."""
    if isinstance(address, IPv4Address):
        return None
    if address.sixtofour is not None:
        return address.sixtofour
    return IPv4Address(int(address) & 0xFFFFFFFF) if int(address) >> 32 in {0, _NAT64} else None


def site_of(host: str) -> str:
    """The registrable domain of a host, or the host where it has none."""
    return registrable(host) or host


@dataclass(slots=True)
class _Entry:
    lock: threading.Lock = field(default_factory=threading.Lock)
    hop: Hop | None = None


@dataclass(slots=True)
class _Site:
    """What a run knows of a site; ``trouble`` is why it is asked no more."""

    name: str
    slots: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(PER_SITE))
    lock: threading.Lock = field(default_factory=threading.Lock)
    asked: int = 0
    failed: int = 0
    heard: bool = False
    trouble: str = ""

    def note(self, *, well: bool) -> None:
        """Take note of a connection, or that there was none."""
        with self.lock:
            self.heard = self.heard or well
            self.failed += not well
            if not self.heard and self.failed >= _TIRED:
                self.trouble = f"{self.name} takes no connections"


class LiveWeb(Web):
    """Asks servers: HEAD, then GET where that is refused; safe to use from several threads.

    Names go through the resolver, and the connection goes to the very address that was checked, after every
    redirect again. ``allowed`` are the private networks that may be asked, ``authorities`` a PEM file of
    those that certificates are verified by instead of the system's. No cookies, no passwords, no proxies.
    """

    def __init__(
        self,
        resolver: Resolver,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        allowed: Sequence[Network] = (),
        authorities: str | None = None,
        may_ask: Callable[[str], bool] = lambda url: True,
    ) -> None:
        super().__init__(may_ask)
        self.timeout = timeout
        self._resolver = resolver
        self._allowed = tuple(allowed)
        self._authorities = authorities
        self._lock = threading.Lock()
        self._entries: dict[str, _Entry] = {}
        self._sites: dict[str, _Site] = {}
        self._context: ssl.SSLContext | None = None
        self._failed: int | None = 0
        """Connections that failed before any succeeded; None once one did."""

    def hop(self, url: str) -> Hop:
        with self._lock:
            entry = self._entries.setdefault(url, _Entry())
        with entry.lock:
            if entry.hop is None:
                entry.hop = self._ask(url)
            return entry.hop

    def follow(self, urls: Iterable[str], done: Callable[[int], None] = lambda count: None) -> None:
        """Follow many addresses at once, so that their trails are known; ``done`` hears how many are."""
        run_in_threads(self.trail, interleaved(urls), WORKERS, done)

    @property
    def context(self) -> ssl.SSLContext:
        """What certificates are verified with, made once."""
        with self._lock:
            if self._context is None:
                self._context = tls_context(self._authorities)
            return self._context

    def note(self, *, well: bool) -> None:
        """Take note of a connection, or that there was none."""
        with self._lock:
            if well:
                self._failed = None
            elif self._failed is not None:
                self._failed += 1

    def _ask(self, url: str) -> Hop:
        parts = split(url)
        refusal = self._refusal(parts)
        if refusal:
            return Hop(url, "unknown", refusal)
        name = site_of(parts.host)
        with self._lock:
            site = self._sites.setdefault(name, _Site(name))
        with site.slots:
            with site.lock:
                site.asked += 1
                if site.asked > MOST_PER_SITE:
                    return Hop(url, "unknown", f"no more than {MOST_PER_SITE} links to {name} are asked")
                if site.trouble:
                    return Hop(url, "unknown", site.trouble)
            if self._failed is not None and self._failed >= _SILENT:
                return Hop(url, "unknown", "no server answers: there seems to be no way to the web")
            found = self._addresses(url, parts.host)
            return found if isinstance(found, Hop) else _Talk(self, site, url, parts, found).hop()

    def _refusal(self, parts: Url) -> str:
        """Why an address is not even looked up; empty if it may be."""
        if not self._allowed and is_private_host(parts.host):
            return f"{parts.host} is reached from inside a network only, and is not asked"
        port = int(parts.port or PORTS[parts.scheme])
        if port < 1024 and port not in PORTS.values():  # other protocols', as in browsers
            return f"{parts.host} is not asked at port {port}"
        return ""

    def _addresses(self, url: str, host: str) -> list[str] | Hop:
        """The addresses of a host that may be asked."""
        literal = parse_ip(host)
        if literal is not None:
            found: list[Address] = [literal]
        else:
            answer = self._resolver.address(host)
            if isinstance(answer, Absent):
                words = f"there is no host {host}" if answer.kind == "nxdomain" else f"{host} has no address"
                return Hop(url, "absent", words)
            if isinstance(answer, Unreachable):
                return Hop(url, "unknown", f"the DNS cannot say where {host} is: {answer.reason}")
            found = [ip_address(record) for record in answer.records]
        good = [str(address) for address in found if self._is_allowed(address)]
        if not good:
            what = "is" if literal is not None else "leads to"
            return Hop(url, "unknown", f"{host} {what} a private address, and is not asked")
        return _mixed(good)[:_MOST_ADDRESSES]

    def _is_allowed(self, address: Address) -> bool:
        return is_public(address) or any(_plain(address) in network for network in self._allowed)


class _StopError(Exception):
    """Carries what is the last word about an address."""

    def __init__(self, hop: Hop) -> None:
        super().__init__(hop.words)
        self.hop = hop


class _Talk:
    """Asks one address: HEAD, GET where that is refused or fails, GET again where the server fails."""

    def __init__(self, web: LiveWeb, site: _Site, url: str, parts: Url, addresses: Sequence[str]) -> None:
        self._web = web
        self._site = site
        self._url = url
        self._parts = parts
        self._addresses = addresses
        self._secure = parts.scheme == "https"

    def hop(self) -> Hop:
        """Ask within the time that one address may take."""
        host = self._parts.host
        deadline = Deadline(self._web.timeout)
        try:
            head, passing = self._answer(deadline)
        except _StopError as stop:
            return stop.hop
        except TimeoutError:
            return self._unknown(f"{host} does not answer within {self._web.timeout:g} s")
        except NotHttpError as error:
            return self._unknown(f"{host} {error}")
        except OSError as error:
            return self._unknown(f"{host}: {_reason(error)}")
        if head.status == _TOO_MANY_REQUESTS:
            self._site.trouble = f"{host} answers {phrase(head.status)}"
        return answered(self._url, head.status, head.fields, secure=self._secure, passing=passing)

    def _answer(self, deadline: Deadline) -> tuple[Head, bool]:
        """The answer, and whether it is a failure that nobody could make sure of by asking again."""
        head = self._first(deadline)
        if head.status < 500 or head.status == UNAVAILABLE or "retry-after" in head.fields:
            return head, False
        with contextlib.suppress(TimeoutError):
            if deadline.left() > 2 * _PAUSE:
                time.sleep(_PAUSE)
                return self._once("GET", deadline), False
        return head, True

    def _first(self, deadline: Deadline) -> Head:
        """The answer to HEAD, or to GET where a server does not take that."""
        try:
            head = self._once("HEAD", Deadline(deadline.left() / 2))
        except (OSError, NotHttpError):  # some servers know no HEAD, and hang up or fall silent
            return self._once("GET", deadline)
        if head.status < 400 or head.status == _TOO_MANY_REQUESTS:
            return head
        return self._once("GET", deadline)

    def _once(self, method: str, deadline: Deadline) -> Head:
        """One request on a connection of its own."""
        with self._channel(deadline) as channel:
            return ask(channel, self._request(method), deadline)

    def _channel(self, deadline: Deadline) -> socket.socket:
        """A connection on which requests may be sent; raises _StopError where there is none."""
        host = self._parts.host
        try:
            channel = self._connected(deadline)
        except OSError as error:
            self._note(well=False)
            raise self._stop(f"{host}: {_reason(error)}") from None
        self._note(well=True)
        if not self._secure:
            return channel
        try:
            channel = secure(channel, self._web.context, host.strip("[]"), deadline)
        except ssl.SSLCertVerificationError as error:
            problem = PROBLEMS.get(error.verify_code)
            if problem is None:
                raise self._stop(f"{host} has a certificate that cannot be verified: {error.verify_message}") from None
            words = f"{host} has a bad certificate"
            raise _StopError(Hop(self._url, "certificate", words, problem=problem)) from None
        except ssl.SSLError as error:
            reason = (error.reason or "the handshake failed").replace("_", " ").lower()
            raise self._stop(f"{host} and maillint do not agree on TLS: {reason}") from None
        except OSError as error:
            raise self._stop(f"{host}: {_reason(error)}") from None
        self._web.verifies = True
        return channel

    def _connected(self, deadline: Deadline) -> socket.socket:
        """A connection to the first address that takes one."""
        port = int(self._parts.port or PORTS[self._parts.scheme])
        *others, last = self._addresses
        for index, address in enumerate(others):
            share = Deadline(deadline.left() / (len(self._addresses) - index))
            with contextlib.suppress(OSError):
                return connect(address, port, share)
        return connect(last, port, deadline)

    def _note(self, *, well: bool) -> None:
        self._web.note(well=well)
        self._site.note(well=well)

    def _unknown(self, words: str) -> Hop:
        return Hop(self._url, "unknown", words)

    def _stop(self, words: str) -> _StopError:
        return _StopError(self._unknown(words))

    def _request(self, method: str) -> bytes:
        parts = self._parts
        query = f"?{parts.query}" if parts.query else ""
        port = f":{parts.port}" if parts.port else ""
        lines = (
            f"{method} {parts.path}{query} HTTP/1.1",
            f"Host: {parts.host}{port}",
            f"User-Agent: {USER_AGENT}",
            "Accept: */*",
            "Connection: close",
        )
        return "\r\n".join((*lines, "", "")).encode("ascii")


def interleaved(urls: Iterable[str]) -> list[str]:
    """Put addresses in an order in which those of one site are far apart, so that no worker waits for its turn."""
    sites: dict[str, list[str]] = {}
    for url in dict.fromkeys(urls):
        sites.setdefault(site_of(split(url).host), []).append(url)
    return list(_taken_in_turn(sites.values()))


def _mixed(addresses: Sequence[str]) -> list[str]:
    """IPv4 and IPv6 addresses in turn: a machine may lack either."""
    return list(_taken_in_turn(([a for a in addresses if ":" not in a], [a for a in addresses if ":" in a])))


def _taken_in_turn(lists: Iterable[Sequence[str]]) -> Iterator[str]:
    return (item for item in chain.from_iterable(zip_longest(*lists)) if item is not None)


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no connection in time"
    return (error.strerror or type(error).__name__).lower()
