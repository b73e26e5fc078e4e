"""Checks of what a domain publishes about its mail: that the domain exists, DKIM and DMARC (SPF: `auth_spf`).

Each reads the facts of one domain. A query without an answer is NotKnown, with its name and why there was no answer;
it is never taken for absence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from maillint.analysis.records import MOST_PROBLEMS, Results, first_word, reason, unanswered, whole, words
from maillint.check import Option, Options, domain_check
from maillint.hits import DomainHit, NotKnown
from maillint.patterns import regex
from maillint.text.shorten import shorten
from maillint.text.spans import Span

if TYPE_CHECKING:  # the network is imported by runs that use it, and not by all that import this module
    from maillint.network.dkim import DkimKey
    from maillint.network.dmarc import DmarcRecord, Query
    from maillint.network.facts import DomainFacts, KeyFacts
    from maillint.network.tags import Problem, Tag

NO_SELECTOR = NotKnown("no DKIM selector is known", 'give --selector, or write "dkim-selectors:" in maillint.yaml')

_LIKE_DMARC = regex(r"[^0-9A-Za-z]*v\s*=\s*dmarc", re.IGNORECASE)
_DMARC_FAULTS = {
    "bad-uri": "invalid report address (not mailto:…)",
    "unusable-uri": "unusable report address (reports only go to mailto: addresses at full domain names)",
}
_STALE = {
    "removed-tag": "is no longer a DMARC tag",
    "obsolete-size": "is a size limit, which DMARC no longer has",
    "unknown-tag": "is not a DMARC tag",
}


# -- the domain ---------------------------------------------------------------------------------------


@domain_check("domain-missing", fields=("domain",))
def domain_missing(facts: DomainFacts, options: Options) -> Results:
    """The DNS knows no such name."""
    if facts.exists is None:
        yield NotKnown(facts.txt.open or facts.mx.open or facts.address.open)
    elif not facts.exists:
        yield DomainHit({"domain": facts.domain})


@domain_check("mx-null", fields=("domain",))
def mx_null(facts: DomainFacts, options: Options) -> Results:
    """The domain says that it takes no mail (RFC 7505)."""
    yield from unanswered(facts.mx)
    for record in facts.mx.records:
        if record.endswith(" ."):
            yield DomainHit({"domain": facts.domain}, record, whole(record))


@domain_check("mx-missing", fields=("domain",))
def mx_missing(facts: DomainFacts, options: Options) -> Results:
    """No server takes the domain's mail: it has no MX record, and no address that would stand in for one."""
    if facts.mx.records or facts.address.records:
        return
    trouble = facts.mx.open or facts.address.open
    yield NotKnown(trouble) if trouble else DomainHit({"domain": facts.domain})


# -- DKIM ---------------------------------------------------------------------------------------------


def _in_use(facts: DomainFacts) -> list[KeyFacts]:
    """The records at the selectors in use. Guessed selectors are left out: theirs may be old, or somebody's test."""
    return [key for key in facts.keys if key.origin != "guessed"]


def _keys(facts: DomainFacts) -> list[tuple[DkimKey, dict[str, Any]]]:
    """The key of each selector in use that has exactly one record, with evidence of its place."""
    return [(key.keys[0], _where(key)) for key in _in_use(facts) if len(key.keys) == 1]


def _where(key: KeyFacts) -> dict[str, Any]:
    return {"selector": key.selector, "name": key.lookup.name}


def _unanswered_keys(facts: DomainFacts) -> Iterator[NotKnown]:
    yield from unanswered(*(key.lookup for key in _in_use(facts)))


def _tag_span(tag: Tag | None, record: str) -> Span:
    return Span(tag.start, tag.end) if tag else whole(record)


@domain_check("dkim-missing", fields=("selector", "name"))
def dkim_missing(facts: DomainFacts, options: Options) -> Results:
    """A selector in use has no key. Where no selector is known and no usual one has a key, that is unknown."""
    yield from _unanswered_keys(facts)
    if not facts.keys:
        yield NO_SELECTOR
    for key in _in_use(facts):
        if key.lookup.absent:
            yield DomainHit(_where(key))


@domain_check("dkim-revoked", fields=("selector", "name"))
def dkim_revoked(facts: DomainFacts, options: Options) -> Results:
    """A selector in use whose key was taken back: `p=` is empty."""
    yield from _unanswered_keys(facts)
    for key, where in _keys(facts):
        if key.revoked:
            yield DomainHit(where, key.text, _tag_span(key.tag("p"), key.text))


@domain_check("dkim-syntax", fields=("selector", "name", "fault"))
def dkim_syntax(facts: DomainFacts, options: Options) -> Results:
    """What stands at a selector in use is no key that receivers can read, or is more than one record."""
    yield from _unanswered_keys(facts)
    for at in _in_use(facts):
        if len(at.keys) > 1:
            second = at.keys[1].text
            fault = {"fault": f"{len(at.keys)} records instead of one", "code": "multiple"}
            yield DomainHit({**_where(at), **fault}, second, whole(second))
    for key, where in _keys(facts):
        lacking = [problem for problem in key.problems if problem.code == "missing-key"]
        for problem in (lacking or key.problems)[:MOST_PROBLEMS]:  # without a key, its other faults do not matter
            fault = {"fault": _key_fault(key, problem), "code": problem.code}
            yield DomainHit({**where, **fault}, key.text, Span(problem.start, problem.end))


def _key_fault(key: DkimKey, problem: Problem) -> str:
    if problem.code == "missing-key":
        return "no p= tag"
    if problem.code in {"bad-key", "bad-base64"}:
        return f"broken key ({problem.detail})"
    return f'{words(problem.code)} "{shorten(key.text[problem.start : problem.end])}"'


@domain_check(
    "dkim-key-length",
    fields=("selector", "name", "bits", "limit"),
    options={
        "from": Option("whole number", 0, "RSA keys of fewer bits than this are left to another rule"),
        "below": Option("whole number", 2048, "RSA keys of fewer bits than this are reported"),
    },
)
def dkim_key_length(facts: DomainFacts, options: Options) -> Results:
    """An RSA key in use that is too short."""
    yield from _unanswered_keys(facts)
    for key, where in _keys(facts):
        if key.key_type == "rsa" and key.bits is not None and options["from"] <= key.bits < options["below"]:
            evidence = {**where, "bits": key.bits, "limit": options["below"]}
            yield DomainHit(evidence, key.text, _tag_span(key.tag("p"), key.text))


@domain_check("dkim-testing", fields=("selector", "name"))
def dkim_testing(facts: DomainFacts, options: Options) -> Results:
    """A key in use says that the domain is only testing DKIM: `t=y`."""
    yield from _unanswered_keys(facts)
    for key, where in _keys(facts):
        if key.testing:
            yield DomainHit(where, key.text, _tag_span(key.tag("t"), key.text))


# -- DMARC --------------------------------------------------------------------------------------------


def _undetermined(facts: DomainFacts) -> Iterator[NotKnown]:
    """Say why it is not known which DMARC record applies, where that is so."""
    if not facts.dmarc.determined:
        query = facts.dmarc.unreachable[0]
        yield NotKnown(f"{query.name} TXT: {reason(query.answer)}")


def _applied(facts: DomainFacts) -> list[tuple[Query, DmarcRecord]]:
    """The place and the record that apply; empty where no record does, or that is not known."""
    policy = facts.dmarc.policy
    return [(policy, policy.record)] if policy and policy.record else []


def _discarded(facts: DomainFacts) -> list[Query]:
    """The places where there are several records, so that receivers discard them all, up to the record that applies."""
    found = []
    for query in facts.dmarc.queries:
        if query.record:
            break
        if query.multiple and "." in query.domain:
            found.append(query)
    return found


@domain_check("dmarc-missing", fields=("domain", "but"))
def dmarc_missing(facts: DomainFacts, options: Options) -> Results:
    """No DMARC policy applies to the domain: neither the domain nor one above it has a policy for it.

    Receivers use none of several records; `dmarc-multiple` reports that.
    """
    yield from _undetermined(facts)
    for _, record in _applied(facts):
        if record.requested() is None and record.tag("p") is None:
            but = ": the record has neither p= nor rua="
            yield DomainHit({"domain": facts.domain, "but": but}, record.text, whole(record.text))
    if not facts.dmarc.determined or facts.dmarc.record or _discarded(facts):
        return
    texts = [(query, text) for query in facts.dmarc.queries for text in getattr(query.answer, "records", ())]
    meant = next(((query, text) for query, text in texts if _LIKE_DMARC.match(text)), None)
    if meant is None:
        yield DomainHit({"domain": facts.domain, "but": ""})
    else:
        query, text = meant
        but = f': the record at {query.name} does not begin with "v=DMARC1;"'
        yield DomainHit({"domain": facts.domain, "but": but}, text, first_word(text))


@domain_check("dmarc-multiple", fields=("name", "count"))
def dmarc_multiple(facts: DomainFacts, options: Options) -> Results:
    """More than one DMARC record at one place; receivers then use no record."""
    discarded = _discarded(facts)
    if not discarded:
        yield from _undetermined(facts)
    for query in discarded:
        evidence = {"name": query.name, "count": len(query.texts), "records": list(query.texts)}
        yield DomainHit(evidence, query.texts[1], whole(query.texts[1]))


@domain_check("dmarc-syntax", fields=("name", "fault", "text"))
def dmarc_syntax(facts: DomainFacts, options: Options) -> Results:
    """Tags and values of the record that receivers cannot read, and so ignore."""
    yield from _undetermined(facts)
    for query, record in _applied(facts):
        problems = [problem for problem in record.problems if problem.code not in _STALE]
        for problem in problems[:MOST_PROBLEMS]:
            text = shorten(record.text[problem.start : problem.end])
            fault = _DMARC_FAULTS.get(problem.code) or words(problem.code)
            evidence = {"name": query.name, "fault": fault, "text": text, "code": problem.code}
            yield DomainHit(evidence, record.text, Span(problem.start, problem.end))


@domain_check("dmarc-report-unauthorised", fields=("destination", "name"))
def dmarc_report_unauthorised(facts: DomainFacts, options: Options) -> Results:
    """Reports go to another organisation that has not said that it takes them: receivers send none (RFC 9990)."""
    yield from _undetermined(facts)
    yield from unanswered(*(consent.lookup for consent in facts.consents))
    for consent in facts.consents:
        if consent.given or consent.lookup.open:
            continue
        for _, record in _applied(facts):
            uri = next(uri for uri in (*record.rua, *record.ruf) if uri.domain == consent.destination)
            evidence = {"destination": consent.destination, "name": consent.lookup.name}
            yield DomainHit(evidence, record.text, Span(uri.start, uri.end))


@domain_check("dmarc-removed-tag", fields=("name", "text", "reason"))
def dmarc_removed_tag(facts: DomainFacts, options: Options) -> Results:
    """Parts of the record that receivers ignore: what RFC 9989 removed, and unknown tags."""
    yield from _undetermined(facts)
    for query, record in _applied(facts):
        problems = [problem for problem in record.problems if problem.code in _STALE]
        for problem in problems[:MOST_PROBLEMS]:
            text = shorten(record.text[problem.start : problem.end])
            evidence = {"name": query.name, "text": text, "reason": _STALE[problem.code], "code": problem.code}
            yield DomainHit(evidence, record.text, Span(problem.start, problem.end))


@domain_check("dmarc-policy-none", fields=("name", "cause"))
def dmarc_policy_none(facts: DomainFacts, options: Options) -> Results:
    """The policy that applies asks receivers to do nothing about mail that fails."""
    yield from _undetermined(facts)
    for query, record in _applied(facts):
        below = query.domain != facts.dmarc.domain
        if record.effective("subdomain" if below else "domain") == "none":
            tag = _deciding_tag(record, below=below)
            cause = shorten(record.text[tag.start : tag.end]) if tag else "no p="
            yield DomainHit({"name": query.name, "cause": cause}, record.text, _tag_span(tag, record.text))


def _deciding_tag(record: DmarcRecord, *, below: bool) -> Tag | None:
    """The tag that makes a policy `none`; None where a missing tag does."""
    if not record.sound:
        values = {"p": record.p, "sp": record.sp, "np": record.np}
        invalid = [tag for name, value in values.items() if value is None and (tag := record.tag(name))]
        return invalid[0] if invalid else None
    if record.requested("subdomain" if below else "domain") != "none":
        return record.tag("t")
    return record.tag("sp") if below and record.sp else record.tag("p")


@domain_check("dmarc-subdomain-policy", fields=("name", "policy", "weaker"))
def dmarc_subdomain_policy(facts: DomainFacts, options: Options) -> Results:
    """The domain is protected and its subdomains, or those that do not exist, are not."""
    yield from _undetermined(facts)
    for query, record in _applied(facts):
        if query.domain != facts.dmarc.domain or record.effective() in {"none", None}:
            continue
        for name, value in (("sp", record.sp), ("np", record.np)):
            tag = record.tag(name)
            if value == "none" and tag:
                evidence = {"name": query.name, "policy": f"p={record.p}", "weaker": f"{name}={value}"}
                yield DomainHit(evidence, record.text, _tag_span(tag, record.text))


@domain_check("dmarc-no-reports", fields=("name",))
def dmarc_no_reports(facts: DomainFacts, options: Options) -> Results:
    """The record names no address for reports."""
    yield from _undetermined(facts)
    for query, record in _applied(facts):
        if record.tag("rua") is None and record.requested() is not None:  # else the record has no effect
            yield DomainHit({"name": query.name}, record.text)
