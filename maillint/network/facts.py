"""Gathers the facts that checks read about a domain: every DNS answer, and what was parsed from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, TypeAlias

from maillint.network._threads import run_in_threads
from maillint.network.answers import Absent, Answer, Found, Kind, Unreachable
from maillint.network.dkim import DkimKey, key_name, parse_key
from maillint.network.dmarc import (
    Discovery,
    consent_name,
    discover,
    dmarc_records,
    external_destinations,
    tree_walk_domains,
)
from maillint.network.resolver import Resolver
from maillint.network.spf import SpfRecord, no_record_reason, parse, query_name, spf_records
from maillint.network.spf_check import CheckResult, check_host
from maillint.network.spf_lookups import LookupTree, evaluate_lookups
from maillint.values import frozen
from maillint.web import domains

Origin: TypeAlias = Literal["declared", "signature", "guessed"]
"""How a selector is known: the user named it, a message is signed with it, or it is one that many senders use."""

WORKERS = 8
"""How many lookups run at the same time, over all domains."""


@frozen
class Selector:
    """A DKIM selector; ``domain`` is the one whose keys it names, None for the domain of the ``Question``."""

    name: str
    domain: str | None = None
    origin: Origin = "declared"


@frozen
class Question:
    """A domain to look up.

    ``mail_from`` is the address of the envelope sender: empty for the null sender (``<>``), None where it is
    not known, and then taken to be ``postmaster`` at the domain. ``helo`` is the name of the sending server,
    by default the domain. SPF is evaluated for each of ``ips``. Guessed selectors are looked up only where no
    other selectors are given.
    """

    domain: str
    selectors: tuple[Selector, ...] = ()
    ips: tuple[str, ...] = ()
    mail_from: str | None = None
    helo: str | None = None

    @property
    def sender(self) -> str:
        """The envelope sender that SPF is evaluated for."""
        return f"postmaster@{self.domain}" if self.mail_from is None else self.mail_from

    @property
    def envelope(self) -> str:
        """The domain whose SPF record receivers read (RFC 7208 section 2.4), in A-labels if it is a valid name."""
        name = self.sender.rpartition("@")[2] or self.helo or self.domain
        return domains.a_label(name) or name.lower()

    @property
    def known_selectors(self) -> tuple[Selector, ...]:
        """The selectors that are not guessed."""
        return tuple(selector for selector in self.selectors if selector.origin != "guessed")


@frozen
class Lookup:
    """A DNS query and its answer; ``kind`` is ``A`` for IPv4 and IPv6 addresses together."""

    name: str
    kind: Kind
    answer: Answer

    @property
    def open(self) -> str:
        """Why there is no answer, with the name and type of the query; empty where there is one."""
        return f"{self.name} {self.kind}: {self.answer.reason}" if isinstance(self.answer, Unreachable) else ""

    @property
    def absent(self) -> bool:
        """Whether the DNS says that there is no such record."""
        return isinstance(self.answer, Absent)

    @property
    def records(self) -> tuple[str, ...]:
        """The records found; empty where there are none, and where there is no answer."""
        return self.answer.records if isinstance(self.answer, Found) else ()


@frozen
class SpfFacts:
    """The SPF of the envelope domain; ``record`` and ``tree`` are None unless it has exactly one SPF record.

    ``impossible`` says what a domain is that can have no record (an address literal, a malformed name), and that was
    not looked up; empty for any other.
    """

    domain: str
    lookup: Lookup
    texts: tuple[str, ...]
    record: SpfRecord | None
    tree: LookupTree | None
    checks: tuple[HostCheck, ...]
    impossible: str = ""


@frozen
class HostCheck:
    """An evaluation of SPF for one connection."""

    ip: str
    mail_from: str
    helo: str
    outcome: CheckResult


@frozen
class KeyFacts:
    """The keys at one selector: ``keys`` are its TXT records, parsed; receivers use none if there are several."""

    selector: str
    domain: str
    origin: Origin
    lookup: Lookup
    keys: tuple[DkimKey, ...]

    @property
    def usable(self) -> bool:
        """Whether receivers can verify signatures with the key."""
        return len(self.keys) == 1 and self.keys[0].bits is not None


@frozen
class Consent:
    """What a domain outside of the organisation says to getting its DMARC reports."""

    destination: str
    lookup: Lookup

    @property
    def given(self) -> bool:
        """Whether the destination takes the reports: it has a DMARC record there."""
        return bool(dmarc_records(self.lookup.records))


@frozen
class DomainFacts:
    """Everything that is looked up about one domain; ``domain`` is in A-labels."""

    domain: str
    txt: Lookup
    mx: Lookup
    address: Lookup
    spf: SpfFacts
    dmarc: Discovery
    keys: tuple[KeyFacts, ...]
    consents: tuple[Consent, ...] = ()

    @property
    def exists(self) -> bool | None:
        """Whether the domain exists; None where lookups were not answered and it is not certain.

        One NXDOMAIN should be enough (RFC 8020), but some servers answer so where only the type does not exist.
        """
        answers = [lookup.answer for lookup in (self.txt, self.mx, self.address)]
        if any(not isinstance(answer, Unreachable) and answer != Absent("nxdomain") for answer in answers):
            return True
        return None if any(isinstance(answer, Unreachable) for answer in answers) else False

    @property
    def unanswered(self) -> str:
        """Why nothing is known of the domain, where no question about it was answered; empty where one was."""
        lookups = [self.txt, self.mx, self.address, *(key.lookup for key in self.keys)]
        if not self.spf.impossible:
            lookups.append(self.spf.lookup)
        answered = len(self.dmarc.unreachable) < len(self.dmarc.queries)
        return "" if answered or not all(lookup.open for lookup in lookups) else self.txt.open

    def results(self) -> dict[str, Any]:
        """The facts as JSON-ready values, by subject; null where a lookup was not answered."""
        return {
            "exists": self.exists,
            "mx": _records_or_null(self.mx),
            "spf": _spf_results(self.spf),
            "dmarc": _dmarc_results(self.dmarc),
            "dkim": [_key_results(key) for key in self.keys],
        }


# -- gathering ----------------------------------------------------------------------------------------


def gather_all(questions: Sequence[Question], resolver: Resolver, workers: int = WORKERS) -> list[DomainFacts]:
    """Gather the facts of several domains, in the order given, with at most ``workers`` lookups at once.

    The lookups that depend on no other answer come first and run side by side, so that a slow or silent server
    costs its delay about once, and not for each of them. The resolver must be safe to use from several threads
    and remember its answers, as ``DnsResolver`` does.
    """

    def look_up(lookups: Iterable[tuple[str, Kind]]) -> None:
        run_in_threads(lambda lookup: resolver.lookup(*lookup), dict.fromkeys(lookups), workers)

    look_up(lookup for question in questions for lookup in _first_lookups(question))
    look_up(
        (key_name(question.domain, selector.name), "TXT")
        for question in questions
        for selector in _guesses(question, resolver)
    )
    return run_in_threads(lambda question: gather(question, resolver), questions, workers)


def gather(question: Question, resolver: Resolver) -> DomainFacts:
    """Gather the facts of one domain, one lookup after the other."""
    domain = question.domain
    dmarc = discover(domain, resolver)
    return DomainFacts(
        domain,
        Lookup(domain, "TXT", resolver.txt(domain)),
        Lookup(domain, "MX", resolver.mx(domain)),
        Lookup(domain, "A", resolver.address(domain)),
        _spf(question, resolver),
        dmarc,
        tuple(_keys(question, resolver)),
        tuple(_consents(dmarc, resolver)),
    )


def _consents(dmarc: Discovery, resolver: Resolver) -> Iterator[Consent]:
    if dmarc.policy is None:
        return
    for destination in external_destinations(dmarc.policy):
        name = consent_name(dmarc.policy.domain, destination)
        yield Consent(destination, Lookup(name, "TXT", resolver.txt(name)))


def _first_lookups(question: Question) -> Iterator[tuple[str, Kind]]:
    """The lookups that depend on no other answer."""
    domain = question.domain
    kinds: tuple[Kind, ...] = ("TXT", "MX", "A", "AAAA")
    for kind in kinds:
        yield domain, kind
    if query_name(question.envelope) is not None:
        yield question.envelope, "TXT"
    for name in tree_walk_domains(domain):
        yield f"_dmarc.{name}", "TXT"
    for selector in question.known_selectors:
        yield key_name(selector.domain or domain, selector.name), "TXT"
    if not question.known_selectors:
        yield f"_domainkey.{domain}", "TXT"


def _spf(question: Question, resolver: Resolver) -> SpfFacts:
    domain = question.envelope
    impossible = no_record_reason(domain)
    lookup = Lookup(domain, "TXT", Absent("nxdomain") if impossible else resolver.txt(domain))
    texts = spf_records(lookup.records)
    helo = question.helo or question.domain
    checks = tuple(
        HostCheck(ip, question.sender, helo, check_host(ip, question.sender, helo, resolver)) for ip in question.ips
    )
    if len(texts) != 1:
        return SpfFacts(domain, lookup, texts, None, None, checks, impossible)
    return SpfFacts(domain, lookup, texts, parse(texts[0]), evaluate_lookups(domain, resolver), checks)


def _keys(question: Question, resolver: Resolver) -> Iterator[KeyFacts]:
    """The keys at the selectors; of guessed selectors only those that have a usable key."""
    for selector in question.known_selectors:
        yield _key(selector, question.domain, resolver)
    for selector in _guesses(question, resolver):
        guessed = _key_at(selector, question.domain, resolver)
        if guessed.usable:
            yield guessed


def _key(selector: Selector, domain: str, resolver: Resolver) -> KeyFacts:
    """The key at a selector of the domain or, if it is not there, of the organisational domain above it.

    A signature of either is aligned (RFC 9989 section 4.10), so where the selector's domain is not stated, a
    key is missing only if it is at neither.
    """
    own = _key_at(selector, selector.domain or domain, resolver)
    above = domains.organisational(domain)
    if own.lookup.absent and selector.domain is None and above not in (None, domain):
        other = _key_at(selector, str(above), resolver)
        return own if other.lookup.absent else other
    return own


def _key_at(selector: Selector, domain: str, resolver: Resolver) -> KeyFacts:
    name = key_name(domain, selector.name)
    lookup = Lookup(name, "TXT", resolver.txt(name))
    return KeyFacts(selector.name, domain, selector.origin, lookup, tuple(map(parse_key, lookup.records)))


def _guesses(question: Question, resolver: Resolver) -> tuple[Selector, ...]:
    """The guessed selectors to look up; empty where the DNS says that the domain has no keys at all."""
    if question.known_selectors or not question.selectors:
        return ()
    answer = resolver.txt(f"_domainkey.{question.domain}")
    return () if isinstance(answer, Unreachable) or answer == Absent("nxdomain") else question.selectors


# -- results as JSON ----------------------------------------------------------------------------------


def _records_or_null(lookup: Lookup) -> list[str] | None:
    return None if lookup.open else list(lookup.records)


def _spf_results(spf: SpfFacts) -> dict[str, Any]:
    count = None if spf.lookup.open else 0
    return {
        "domain": spf.domain,
        "records": None if spf.lookup.open else list(spf.texts),
        "lookups": spf.tree.lookups if spf.tree else count,
        "void_lookups": spf.tree.void_lookups if spf.tree else count,
        "check_host": [_check_results(check) for check in spf.checks],
    }


def _check_results(check: HostCheck) -> dict[str, Any]:
    outcome = check.outcome
    return {
        "ip": check.ip,
        "mail_from": check.mail_from,
        "helo": check.helo,
        "result": outcome.result,
        "domain": outcome.domain,
        "reason": outcome.reason,
        "lookups": outcome.lookups,
        "void_lookups": outcome.void_lookups,
    }


def _dmarc_results(dmarc: Discovery) -> dict[str, Any]:
    relation: Literal["domain", "subdomain"] = "subdomain"
    if dmarc.policy and dmarc.policy.domain == dmarc.domain:
        relation = "domain"
    return {
        "domain": dmarc.policy.domain if dmarc.policy else None,
        "record": dmarc.record.text if dmarc.record else None,
        "policy": dmarc.record.effective(relation) if dmarc.record else None,
        "organisational_domain": dmarc.organisational,
        "determined": dmarc.determined,
    }


def _key_results(key: KeyFacts) -> dict[str, Any]:
    record = key.keys[0] if len(key.keys) == 1 else None
    return {
        "selector": key.selector,
        "domain": key.domain,
        "origin": key.origin,
        "records": _records_or_null(key.lookup),
        "type": record.key_type if record else None,
        "bits": record.bits if record else None,
        "revoked": record.revoked if record else None,
    }
