"""Makes HTTP requests: each URL once, few at a time, and to private networks only where they are allowed."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from itertools import chain, zip_longest
from typing import TypeAlias

from maillint._version import __version__
from maillint.network._exchange import Deadline, Head, NotHttpError, connect, exchange, secure, tls_context
from maillint.network._threads import Once, run_in_threads
from maillint.network.answers import Absent, Unreachable
from maillint.network.http import PORTS, PROBLEMS, UNAVAILABLE, Hop, Web, answered, phrase
from maillint.network.resolver import Resolver
from maillint.values import field, mutable
from maillint.web.domains import is_private_host, parse_ip, registrable
from maillint.web.urls import Url, split

IpAddress: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

DEFAULT_TIMEOUT = 10.0
"""Seconds that one URL may take, retries included, but not the lookup of its host."""

WORKERS = 16
"""How many URLs are requested at once."""

PER_SITE = 2
"""How many URLs of one site are requested at once."""

BUDGET = 600.0
"""Seconds after the first request in which others begin."""

MOST_PER_SITE = 200
"""How many URLs of one site are requested in a run: a hostile template may link to thousands."""

USER_AGENT = f"maillint/{__version__}"

_MOST_ADDRESSES = 3
_PAUSE = 1.0
"""Seconds before a server that has failed gets a second request."""

_FAILURES_OF_ALL = 24
"""Connections that may fail before the first succeeds; after them no more are tried, as if there were no network."""

_FAILURES_OF_SITE = 2
"""Connections to one site that may fail before the first succeeds; after them the site is left alone."""

_TOO_MANY_REQUESTS = 429
_NAT64 = 0x64FF9B << 64
_ALLOW = "allow it with --online-allow-private"
"""The upper 96 bits of 64:ff9b::/96 (RFC 6052)."""


def is_public(address: IpAddress) -> bool:
    """Whether an IP address, and an IPv4 address that is embedded in it, belongs to the public internet."""
    plain = _unmapped(address)
    embedded = _embedded_ipv4(plain)
    return plain.is_global and not plain.is_multicast and (embedded is None or is_public(embedded))


def _unmapped(address: IpAddress) -> IpAddress:
    """The IPv4 address of a mapped one (::ffff:192.0.2.1): Python's versions disagree whether those are global."""
    return address if isinstance(address, IPv4Address) else address.ipv4_mapped or address


def _embedded_ipv4(address: IpAddress) -> IPv4Address | None:
    """The IPv4 address in an IPv4-compatible, 6to4 (RFC 3056) or NAT64 (RFC 6052) address."""
    if isinstance(address, IPv4Address):
        return None
    if address.sixtofour is not None:
        return address.sixtofour
    return IPv4Address(int(address) & 0xFFFFFFFF) if int(address) >> 32 in {0, _NAT64} else None


def site_of(host: str) -> str:
    """The registrable domain of a host, or the host where it has none."""
    return registrable(host) or host


@mutable
class _Site:
    """The requests of a run to one site; ``fault`` is why no more are made, empty while they are."""

    name: str
    slots: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(PER_SITE))
    lock: threading.Lock = field(default_factory=threading.Lock)
    requests: int = 0
    failures: int = 0
    connected: bool = False
    fault: str = ""

    def note_connection(self, *, succeeded: bool) -> None:
        """Count an attempt to connect."""
        with self.lock:
            self.connected = self.connected or succeeded
            self.failures += not succeeded
            if not self.connected and self.failures >= _FAILURES_OF_SITE:
                self.fault = f"{self.name} accepts no connections"


class LiveWeb(Web):
    """Makes real requests: HEAD, then GET where that is refused; safe to use from several threads.

    Host names are looked up with ``resolver``, and the connection goes to the very IP address that was checked,
    for each redirect anew. ``timeout`` is in seconds, for one URL. ``allowed`` are the private networks that
    may be connected to; ``authorities`` is a PEM file of certificate authorities to use instead of the system's.
    No request begins after ``budget`` seconds.
    No cookies, passwords or proxies are used.
    """

    def __init__(
        self,
        resolver: Resolver,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        allowed: Sequence[Network] = (),
        authorities: str | None = None,
        may_request: Callable[[str], bool] = lambda url: True,
        budget: float = BUDGET,
    ) -> None:
        super().__init__(may_request)
        self.timeout = timeout
        self._budget = budget
        self._end: float | None = None
        self._resolver = resolver
        self._allowed = tuple(allowed)
        self._authorities = authorities
        self._lock = threading.Lock()
        self._hops: Once[str, Hop] = Once()
        self._sites: dict[str, _Site] = {}
        self._context: ssl.SSLContext | None = None
        self._failures: int | None = 0
        """Connections that failed before the first succeeded; None once one did."""

    def hop(self, url: str) -> Hop:
        return self._hops.get(url, lambda: self._request(url))

    def follow(self, urls: Iterable[str], done: Callable[[int], None] = lambda count: None) -> None:
        """Request many URLs side by side, for ``chain`` to return at once; ``done`` as in ``run_in_threads``."""
        run_in_threads(self.chain, interleaved(urls), WORKERS, done)

    @property
    def context(self) -> ssl.SSLContext:
        """The context that verifies certificates, made once."""
        with self._lock:
            if self._context is None:
                self._context = tls_context(self._authorities)
            return self._context

    def note_connection(self, *, succeeded: bool) -> None:
        """Count an attempt to connect."""
        with self._lock:
            if succeeded:
                self._failures = None
            elif self._failures is not None:
                self._failures += 1

    def _request(self, url: str) -> Hop:
        parts = split(url)
        refusal = self._refusal(parts)
        if refusal:
            return Hop(url, "unknown", refusal, remedy=_ALLOW if is_private_host(parts.host) else "")
        name = site_of(parts.host)
        with self._lock:
            site = self._sites.setdefault(name, _Site(name))
            if self._end is None:
                self._end = time.monotonic() + self._budget
            over = time.monotonic() >= self._end
        if over:
            return Hop(url, "unknown", f"the {self._budget:g} s for all links are used up")
        with site.slots:
            with site.lock:
                site.requests += 1
                if site.requests > MOST_PER_SITE:
                    return Hop(url, "unknown", f"no more than {MOST_PER_SITE} links to {name} are requested")
                if site.fault:
                    return Hop(url, "unknown", site.fault)
            if self._failures is not None and self._failures >= _FAILURES_OF_ALL:
                return Hop(url, "unknown", "no server answers: the web seems to be out of reach")
            addresses = self._addresses(url, parts.host)
            return addresses if isinstance(addresses, Hop) else _Request(self, site, url, parts, addresses).hop()

    def _refusal(self, parts: Url) -> str:
        """Why the host of a URL is not even looked up; empty if it may be."""
        if not self._allowed and is_private_host(parts.host):
            return f"{parts.host} is inside a private network, and is not requested"
        port = int(parts.port or PORTS[parts.scheme])
        if port < 1024 and port not in PORTS.values():  # reserved for other protocols; browsers refuse them, too
            return f"{parts.host} is not requested at port {port}"
        return ""

    def _addresses(self, url: str, host: str) -> list[str] | Hop:
        """The IP addresses of a host that may be connected to, or the outcome where there are none."""
        literal = parse_ip(host)
        if literal is not None:
            found: list[IpAddress] = [literal]
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
            return Hop(url, "unknown", f"{host} {what} a private address, and is not requested", remedy=_ALLOW)
        return _alternating(good)[:_MOST_ADDRESSES]

    def _is_allowed(self, address: IpAddress) -> bool:
        return is_public(address) or any(_unmapped(address) in network for network in self._allowed)


class _StopError(Exception):
    """Ends a request early, with its outcome."""

    def __init__(self, hop: Hop) -> None:
        super().__init__(hop.words)
        self.hop = hop


class _Request:
    """The request for one URL: HEAD, then GET where that is refused, and GET again where the server fails."""

    def __init__(self, web: LiveWeb, site: _Site, url: str, parts: Url, addresses: Sequence[str]) -> None:
        self._web = web
        self._site = site
        self._url = url
        self._parts = parts
        self._addresses = addresses
        self._secure = parts.scheme == "https"

    def hop(self) -> Hop:
        """The outcome, within the time that one URL may take."""
        host = self._parts.host
        deadline = Deadline(self._web.timeout)
        try:
            head, temporary = self._response(deadline)
        except _StopError as stop:
            return stop.hop
        except TimeoutError:
            return self._unknown(f"{host} does not answer within {self._web.timeout:g} s")
        except NotHttpError as error:
            return self._unknown(f"{host} {error}")
        except OSError as error:
            return self._unknown(f"{host}: {_reason(error)}")
        if head.status == _TOO_MANY_REQUESTS:
            self._site.fault = f"{host} answers {phrase(head.status)}"
        return answered(self._url, head.status, head.fields, secure=self._secure, temporary=temporary)

    def _response(self, deadline: Deadline) -> tuple[Head, bool]:
        """The response, and whether it is a failure of the server that there was no time to confirm."""
        head = self._head_or_get(deadline)
        if head.status < 500 or head.status == UNAVAILABLE or "retry-after" in head.fields:
            return head, False
        with contextlib.suppress(TimeoutError):
            if deadline.left() > 2 * _PAUSE:
                time.sleep(_PAUSE)
                return self._once("GET", deadline), False
        return head, True

    def _head_or_get(self, deadline: Deadline) -> Head:
        """The response to HEAD, or to GET where the server does not support HEAD."""
        try:
            head = self._once("HEAD", Deadline(deadline.left() / 2))
        except (OSError, NotHttpError):  # some servers close the connection after HEAD, or never answer
            return self._once("GET", deadline)
        if head.status < 400 or head.status == _TOO_MANY_REQUESTS:
            return head
        return self._once("GET", deadline)

    def _once(self, method: str, deadline: Deadline) -> Head:
        """The response to one method, on a connection of its own."""
        with self._channel(deadline) as channel:
            return exchange(channel, self._lines(method), deadline)

    def _channel(self, deadline: Deadline) -> socket.socket:
        """A connection to send a request on; raises _StopError where there is none."""
        host = self._parts.host
        try:
            channel = self._connected(deadline)
        except OSError as error:
            self._note_connection(succeeded=False)
            raise self._stop(f"{host}: {_reason(error)}") from None
        self._note_connection(succeeded=True)
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
        """A connection to the first IP address that accepts one."""
        port = int(self._parts.port or PORTS[self._parts.scheme])
        *others, last = self._addresses
        for index, address in enumerate(others):
            share = Deadline(deadline.left() / (len(self._addresses) - index))
            with contextlib.suppress(OSError):
                return connect(address, port, share)
        return connect(last, port, deadline)

    def _note_connection(self, *, succeeded: bool) -> None:
        self._web.note_connection(succeeded=succeeded)
        self._site.note_connection(succeeded=succeeded)

    def _unknown(self, words: str) -> Hop:
        return Hop(self._url, "unknown", words)

    def _stop(self, words: str) -> _StopError:
        return _StopError(self._unknown(words))

    def _lines(self, method: str) -> bytes:
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
    """Return URLs, each once, with those of one site far apart, so that workers do not wait for the same site."""
    sites: dict[str, list[str]] = {}
    for url in dict.fromkeys(urls):
        sites.setdefault(site_of(split(url).host), []).append(url)
    return list(_round_robin(sites.values()))


def _alternating(addresses: Sequence[str]) -> list[str]:
    """IPv4 and IPv6 addresses in turn, as a machine may lack either."""
    return list(_round_robin(([a for a in addresses if ":" not in a], [a for a in addresses if ":" in a])))


def _round_robin(lists: Iterable[Sequence[str]]) -> Iterator[str]:
    return (item for item in chain.from_iterable(zip_longest(*lists)) if item is not None)


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no connection in time"
    return (error.strerror or type(error).__name__).lower()
