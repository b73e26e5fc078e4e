"""Speaks DNS through dnspython, which is slow to import: `DnsResolver` does so for its first query."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence
from typing import Any

import dns.exception
import dns.message
import dns.name
import dns.nameserver
import dns.query
import dns.rdatatype
import dns.resolver

from maillint.network.answers import CHAIN_LIMIT, Absent, Answer, Found, Kind, Unreachable, is_address

_ATTEMPT = 2.0
"""Seconds that one try at one server may take: packets get lost, and servers are down."""


class Client:
    """Queries one server (host, port), or the system's where it is None; `timeout` is in seconds, for one query.

    Setting up never raises: what went wrong is the reason of every answer.
    """

    def __init__(self, server: tuple[str, int] | None, timeout: float) -> None:
        self._timeout = timeout
        self._fault = ""
        try:
            self._resolver = self._connect(server)
        except (OSError, dns.exception.DNSException) as error:
            self._fault = _describe(error)

    def _connect(self, server: tuple[str, int] | None) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=server is None)
        resolver.lifetime = self._timeout
        resolver.timeout = min(_ATTEMPT, self._timeout / 2)
        if server is not None:
            host, resolver.port = server
            if not is_address(host):
                host = str(socket.getaddrinfo(*server, type=socket.SOCK_DGRAM)[0][4][0])
            resolver.nameservers = [host]
        resolver.nameservers = [_Server(str(host), resolver.port) for host in resolver.nameservers]
        return resolver

    def query(self, labels: Sequence[bytes], kind: Kind) -> Answer:
        """Query a name, and follow the aliases that the server does not follow itself (RFC 1034 section 5.3.3).

        `labels` end with the empty label of the root and keep to the DNS's limits. Records come in the server's
        order and form.
        """
        if self._fault:
            return Unreachable(self._fault)
        name = dns.name.Name(labels)
        for _ in range(CHAIN_LIMIT):
            try:
                answer = self._resolver.resolve(name, kind, raise_on_no_answer=False, search=False)
            except dns.resolver.NXDOMAIN:
                return Absent("nxdomain")
            except dns.resolver.LifetimeTimeout:
                return Unreachable(f"timed out after {self._timeout:g} s", timed_out=True)
            except dns.resolver.NoNameservers as error:
                return Unreachable(_reasons(error.kwargs["errors"]))
            except (OSError, dns.exception.DNSException) as error:
                return Unreachable(_describe(error))
            if answer.rrset is not None:
                return Found(tuple(_text(record) for record in answer.rrset))
            authority = {rrset.rdtype for rrset in answer.response.authority}
            if dns.rdatatype.NS in authority and dns.rdatatype.SOA not in authority:
                return Unreachable("the server gives a referral only")
            if answer.canonical_name == name:
                return Absent("nodata")
            name = answer.canonical_name
        return Unreachable("too many aliases in a row")


class _Server(dns.nameserver.Do53Nameserver):
    """A name server whose malformed answer is taken at once.

    dnspython's own class ignores it and waits until the timeout for a good one, as a defence against forged
    answers. But some servers leave the question out when they truncate an answer, and would then never be
    queried over TCP.
    """

    def query(
        self,
        request: dns.message.QueryMessage,
        timeout: float,
        source: str | None,
        source_port: int,
        max_size: bool,
        one_rr_per_rrset: bool = False,
        ignore_trailing: bool = False,
    ) -> dns.message.Message:
        send = dns.query.tcp if max_size else _udp
        return send(request, self.address, timeout, self.port)


def _udp(request: dns.message.QueryMessage, host: str, timeout: float, port: int) -> dns.message.Message:
    return dns.query.udp(request, host, timeout, port, ignore_unexpected=True, raise_on_truncation=True)


def _text(record: Any) -> str:
    """A record's data as text. TXT is joined and decoded here, as dnspython would quote and split it."""
    strings = getattr(record, "strings", None)
    if strings is None:
        return str(record)
    data = b"".join(strings)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _reasons(errors: Iterable[Any]) -> str:
    """Why every server failed; an error of dnspython is (server, tcp, port, exception or text, response)."""
    reasons = dict.fromkeys(what if isinstance(what, str) else _describe(what) for _, _, _, what, _ in errors)
    return ", ".join(reasons) or "no server answered"


def _describe(error: BaseException) -> str:
    if isinstance(error, dns.resolver.NoResolverConfiguration):
        return "this system names no DNS server"
    if isinstance(error, dns.exception.Timeout):
        return "timed out"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return f"malformed answer ({type(error).__name__})"
