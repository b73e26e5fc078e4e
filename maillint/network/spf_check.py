"""Evaluates SPF as a receiver does: `check_host` (RFC 7208 section 4), macros and all."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Literal, TypeAlias

from maillint.network.answers import Absent, Answer, Found, Unreachable
from maillint.network.resolver import Resolver, mx_host
from maillint.network.spf import (
    LOOKUP_LIMIT,
    MACRO,
    NAME_LIMIT,
    VOID_LIMIT,
    SpfRecord,
    Term,
    no_record_reason,
    parse,
    query_name,
    spf_records,
)
from maillint.values import frozen

Result: TypeAlias = Literal["none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"]
_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_HOST_LIMIT = 10
"""MX hosts, and PTR names, of one term that are evaluated (RFC 7208 section 4.6.4)."""
_RESULTS: dict[str, Result] = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@frozen
class CheckResult:
    """What a receiver would conclude.

    `domain` is the one whose record decided, and `term` the mechanism in it that matched, None where none did.
    `reason` explains the results none, temperror and permerror, and is empty for others. `lookups` and
    `void_lookups` count what this evaluation cost.
    """

    result: Result
    domain: str
    term: Term | None = None
    reason: str = ""
    lookups: int = 0
    void_lookups: int = 0


def check_host(ip: str, mail_from: str, helo: str, resolver: Resolver) -> CheckResult:
    """Evaluate SPF for a connection.

    `mail_from` is the envelope sender, an address or a domain; where it is empty, the sender is `postmaster`
    at `helo` (RFC 7208 section 2.4). The explanation that `exp` names is not looked up. Raises ValueError
    where `ip` is not an IP address.
    """
    address = ipaddress.ip_address(ip)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    local, _, domain = mail_from.rpartition("@")
    if not domain:
        domain = helo
    sender = f"{local or 'postmaster'}@{domain}"
    return _Evaluation(address, sender, helo, resolver).run(domain)


class _StopError(Exception):
    """Ends the evaluation with temperror or permerror."""

    def __init__(self, result: Result, domain: str, reason: str) -> None:
        super().__init__(reason)
        self.result, self.domain, self.reason = result, domain, reason


@frozen
class _Verdict:
    result: Result
    domain: str
    term: Term | None = None
    reason: str = ""


class _Evaluation:
    """One evaluation: the connection, and the lookups so far."""

    def __init__(self, ip: _Address, sender: str, helo: str, resolver: Resolver) -> None:
        self.ip = ip
        self.sender = sender
        self.helo = helo
        self.resolver = resolver
        self.lookups = 0
        self.voids = 0

    def run(self, domain: str) -> CheckResult:
        try:
            verdict = self.check(domain)
        except _StopError as stop:
            verdict = _Verdict(stop.result, stop.domain, None, stop.reason)
        return CheckResult(verdict.result, verdict.domain, verdict.term, verdict.reason, self.lookups, self.voids)

    def check(self, domain: str) -> _Verdict:
        """The result for one domain. It recurses for includes, at most ten deep: each costs one of ten lookups."""
        redirected = False
        while True:
            found = self.record(domain)
            if isinstance(found, _Verdict):
                if redirected:  # a redirect must lead to a record (section 6.1)
                    raise _StopError("permerror", domain, f"redirect to {domain}: {found.reason}")
                return found
            for term in found.reachable:
                if self.matches(term, domain):
                    return _Verdict(_RESULTS[term.qualifier], domain, term)
            if not found.redirect:
                return _Verdict("neutral", domain)
            self.count(domain)
            domain = self.expand(found.redirect.value, domain)
            redirected = True

    def record(self, domain: str) -> SpfRecord | _Verdict:
        """The record of a domain, or the result `none` of a domain that has no record (sections 4.3 to 4.6)."""
        name = query_name(domain)
        if name is None:
            return _Verdict("none", domain, reason=no_record_reason(domain))
        answer = self.resolver.txt(name)
        if isinstance(answer, Unreachable):
            raise _StopError("temperror", domain, answer.reason)
        records = spf_records(answer.records) if isinstance(answer, Found) else ()
        if not records:
            return _Verdict("none", domain, reason="no SPF record")
        if len(records) > 1:
            raise _StopError("permerror", domain, "more than one SPF record")
        record = parse(records[0])
        if record.errors:
            raise _StopError("permerror", domain, f"{record.errors[0].code}: {record.errors[0].detail[:80]}")
        return record

    def matches(self, term: Term, domain: str) -> bool:
        """Whether a mechanism matches (section 5)."""
        return _MATCHERS[term.mechanism](self, term, domain)

    def match_all(self, term: Term, domain: str) -> bool:
        return True

    def match_network(self, term: Term, domain: str) -> bool:
        return self.within(term.value, term)

    def match_include(self, term: Term, domain: str) -> bool:
        self.count(domain)
        verdict = self.check(self.target(term, domain))
        if verdict.result == "none":
            raise _StopError("permerror", domain, f"include of {verdict.domain}: {verdict.reason}")
        return verdict.result == "pass"

    def match_a(self, term: Term, domain: str) -> bool:
        self.count(domain)
        records = self.found(self.addresses(self.target(term, domain)), domain)
        return any(self.within(record, term) for record in records)

    def match_mx(self, term: Term, domain: str) -> bool:
        self.count(domain)
        hosts = [mx_host(mx)[1] for mx in self.found(self.resolver.mx(self.target(term, domain)), domain)]
        if len(hosts) > _HOST_LIMIT:
            raise _StopError("permerror", domain, f"more than {_HOST_LIMIT} MX hosts")
        for host in hosts:
            if host != "." and any(self.within(record, term) for record in self.found(self.addresses(host), domain)):
                return True
        return False

    def match_ptr(self, term: Term, domain: str) -> bool:
        self.count(domain)
        target = self.target(term, domain).rstrip(".").lower()
        answer = self.resolver.ptr(str(self.ip))
        if isinstance(answer, Absent):
            self.count_void(domain)
        return any(_is_below(name, target) for name in self.validated(answer))

    def match_exists(self, term: Term, domain: str) -> bool:
        self.count(domain)
        return bool(self.found(self.resolver.lookup(self.target(term, domain), "A"), domain))

    def target(self, term: Term, domain: str) -> str:
        return self.expand(term.value, domain) if term.value else domain

    def addresses(self, name: str) -> Answer:
        """The addresses of a name, of the same IP version as the connection (section 5)."""
        return self.resolver.lookup(name, "A" if self.ip.version == 4 else "AAAA")

    def found(self, answer: Answer, domain: str) -> tuple[str, ...]:
        """The records of an answer; counts an empty one, and ends the evaluation where there was no answer."""
        match answer:
            case Unreachable(reason):
                raise _StopError("temperror", domain, reason)
            case Absent():
                self.count_void(domain)
                return ()
            case Found(records):
                return records

    def validated(self, answer: Answer) -> list[str]:
        """The names of the connection's address that resolve back to it (section 5.5)."""
        names = answer.records[:_HOST_LIMIT] if isinstance(answer, Found) else ()
        confirmed = []
        for name in names:
            forward = self.addresses(name)
            if isinstance(forward, Found) and self.ip in map(ipaddress.ip_address, forward.records):
                confirmed.append(name.lower())
        return confirmed

    def within(self, address: str, term: Term) -> bool:
        """Whether the connection's address lies in the network that an address and a term's prefix length give."""
        other = ipaddress.ip_address(address)
        if other.version != self.ip.version:
            return False
        length = term.cidr4 if other.version == 4 else term.cidr6
        shift = 0 if length is None else other.max_prefixlen - length
        return int(other) >> shift == int(self.ip) >> shift

    def count(self, domain: str) -> None:
        self.lookups += 1
        if self.lookups > LOOKUP_LIMIT:
            raise _StopError("permerror", domain, f"more than {LOOKUP_LIMIT} DNS lookups")

    def count_void(self, domain: str) -> None:
        self.voids += 1
        if self.voids > VOID_LIMIT:
            raise _StopError("permerror", domain, f"more than {VOID_LIMIT} void lookups")

    def expand(self, spec: str, domain: str) -> str:
        """Expand the macros of a domain (section 7); names over 253 characters lose labels on the left (7.3)."""
        text = MACRO.sub(lambda match: self.macro(match, domain), spec)
        text = text.removesuffix(".")
        if len(text) > NAME_LIMIT:
            dot = text.find(".", len(text) - NAME_LIMIT - 1)
            text = text[dot + 1 :] if dot >= 0 else text[-NAME_LIMIT:]
        return text

    def macro(self, match: re.Match[str], domain: str) -> str:
        letter, digits, reverse, delimiters, escaped = match.groups()
        if escaped:
            return {"%": "%", "_": " ", "-": "%20"}[str(escaped)]
        value = self.letter(letter.lower(), domain)
        if digits or reverse or delimiters:
            parts = re.split(f"[{re.escape(delimiters or '.')}]", value)
            if reverse:
                parts.reverse()
            if digits:
                parts = parts[-int(digits[:4]) :]
            value = ".".join(parts)
        return _quote(value) if letter.isupper() else value

    def letter(self, letter: str, domain: str) -> str:
        local, _, sender_domain = self.sender.rpartition("@")
        match letter:
            case "s":
                return self.sender
            case "l":
                return local
            case "o":
                return sender_domain
            case "d":
                return domain
            case "i":
                return str(self.ip) if self.ip.version == 4 else ".".join(self.ip.exploded.replace(":", ""))
            case "v":
                return "in-addr" if self.ip.version == 4 else "ip6"
            case "h":
                return self.helo
            case _:
                return self.validated_name(domain)

    def validated_name(self, domain: str) -> str:
        """The `p` macro: a name of the address, by preference the domain itself or one below it (section 7.3)."""
        names = self.validated(self.resolver.ptr(str(self.ip)))
        target = domain.rstrip(".").lower()
        ranked = sorted(names, key=lambda name: (name != target, not _is_below(name, target)))
        return ranked[0] if ranked else "unknown"


_MATCHERS: dict[str, Callable[[_Evaluation, Term, str], bool]] = {
    "all": _Evaluation.match_all,
    "ip4": _Evaluation.match_network,
    "ip6": _Evaluation.match_network,
    "include": _Evaluation.match_include,
    "a": _Evaluation.match_a,
    "mx": _Evaluation.match_mx,
    "ptr": _Evaluation.match_ptr,
    "exists": _Evaluation.match_exists,
}


def _is_below(name: str, domain: str) -> bool:
    return name == domain or name.endswith("." + domain)


def _quote(text: str) -> str:
    """URL-encode all but the unreserved characters (RFC 3986 section 2.3)."""
    return "".join(
        char if char in _UNRESERVED else "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "replace"))
        for char in text
    )
