"""Finds the DMARC record of a domain by the DNS tree walk, and parses it (RFC 9989)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, TypeAlias, cast

from maillint.network.answers import Answer, Found, Unreachable
from maillint.network.resolver import Resolver
from maillint.network.tags import Problem, Tag, TagList, parse_tags, trim
from maillint.patterns import regex
from maillint.text.percent import unquote
from maillint.values import frozen
from maillint.web import domains

Policy: TypeAlias = Literal["none", "quarantine", "reject"]
Relation: TypeAlias = Literal["domain", "subdomain"]
"""Whether the author domain is the domain whose record applies, or below it."""

QUERY_LIMIT = 8
"""Queries that one tree walk may take (RFC 9989 section 4.10)."""
MOST_DESTINATIONS = 10
"""Destinations of reports whose consent is looked up; a hostile record may name hundreds."""

_RECORD = regex(r"[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|\Z)")
_POLICY_TAGS = ("p", "sp", "np")
_POLICIES = ("none", "quarantine", "reject")
_VALUES = {
    **dict.fromkeys(_POLICY_TAGS, _POLICIES),
    "psd": ("y", "n", "u"),
    "t": ("y", "n"),
    "adkim": ("r", "s"),
    "aspf": ("r", "s"),
}
_REMOVED = ("pct", "rf", "ri")
_KNOWN = ("v", "fo", "rua", "ruf", *_VALUES)
_URI = regex(r"([A-Za-z][A-Za-z0-9+.-]*):([!-~]+)")
_SIZE = regex(r"!([0-9]+[kmgt]?)\Z", re.IGNORECASE)
_ADDRESS = regex(r"([^@\s,!]+)@([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?)")
_LOWERED: dict[Policy, Policy] = {"reject": "quarantine", "quarantine": "none", "none": "none"}


@frozen
class ReportUri:
    """One destination of reports, as written; `start:end` is its range in the record.

    `valid`: its syntax is that of a URI. `domain` is that of a mailto address to which mail can be sent, in A-labels;
    empty where the destination gets no report.
    """

    uri: str
    valid: bool
    start: int
    end: int
    domain: str = ""


@frozen
class DmarcRecord:
    """A parsed record (RFC 9989 section 4.7).

    `p`, `sp` and `np` are None where absent or invalid, in lower case otherwise; `psd`, `testing` (`t=y`) and
    `rua` have their defaults where absent or invalid. `problems` have the codes of `parse_tags` and: `version`
    (the text is not a DMARC record, and nothing else was read), `bad-value`, `bad-uri`, `unusable-uri` (no mailto
    address of a full domain, so that no report arrives), `obsolete-size`, `removed-tag` (pct, rf, ri),
    `unknown-tag`; receivers ignore what they point at.
    """

    text: str
    tags: tuple[Tag, ...]
    p: Policy | None
    sp: Policy | None
    np: Policy | None
    psd: Literal["y", "n", "u"]
    testing: bool
    rua: tuple[ReportUri, ...]
    problems: tuple[Problem, ...]
    ruf: tuple[ReportUri, ...] = ()

    def tag(self, name: str) -> Tag | None:
        """The first tag of that name, which is the one that is used."""
        return next((tag for tag in self.tags if tag.name == name), None)

    @property
    def sound(self) -> bool:
        """Whether `p` is valid and `sp` and `np` are valid or absent."""
        return self.p is not None and all(
            self.tag(name) is None or value is not None for name, value in (("sp", self.sp), ("np", self.np))
        )

    def requested(self, relation: Relation = "domain") -> Policy | None:
        """The policy that the record requests, whether or not it has `t=y`; None where DMARC does not apply.

        A record that is not sound is taken for `p=none` if it has a valid `rua`, and for no record otherwise
        (RFC 9989 section 4.10.1).
        """
        if not self.sound:
            return "none" if any(uri.valid for uri in self.rua) else None
        return self.p if relation == "domain" else self.sp or self.p

    def effective(self, relation: Relation = "domain") -> Policy | None:
        """The policy that receivers apply to mail that fails: the requested one, or one level lower where `t=y`."""
        policy = self.requested(relation)
        return _LOWERED[policy] if policy and self.testing else policy


@frozen
class Query:
    """The lookup of `_dmarc.` below one domain: the whole answer, and those of its texts that are DMARC records."""

    domain: str
    answer: Answer
    texts: tuple[str, ...]
    record: DmarcRecord | None
    """The only record; None where there is no record, or more than one, as receivers then use none of them."""

    @property
    def name(self) -> str:
        """The name that was looked up."""
        return f"_dmarc.{self.domain}"

    @property
    def multiple(self) -> bool:
        """Whether there are several records, so that receivers use none of them."""
        return len(self.texts) > 1


@frozen
class Discovery:
    """Which DMARC record applies to a domain, and how that was found.

    `policy` is the query whose record applies; None where no record applies, or where that is unknown:
    `determined` tells which. `organisational` is the organisational domain, None where an unanswered query
    leaves it open. `queries` are in the order in which they were made.
    """

    domain: str
    queries: tuple[Query, ...]
    policy: Query | None
    organisational: str | None

    @property
    def record(self) -> DmarcRecord | None:
        """The record that applies."""
        return self.policy.record if self.policy else None

    @property
    def unreachable(self) -> tuple[Query, ...]:
        """The queries that were not answered."""
        return tuple(query for query in self.queries if isinstance(query.answer, Unreachable))

    @property
    def determined(self) -> bool:
        """Whether `policy` is certain; where it is None then, no record applies."""
        return self.policy is not None or not self.unreachable


def dmarc_records(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the TXT records that are DMARC: they begin with `v=DMARC1`, in capitals, and a semicolon or the end."""
    return tuple(text for text in texts if _RECORD.match(text))


def parse(text: str) -> DmarcRecord:
    """Parse a record; never raises, and every span lies inside `text`."""
    if not _RECORD.match(text):
        problem = Problem("version", 0, len(text))
        return DmarcRecord(text, (), None, None, None, "u", False, (), (problem,))
    listed = parse_tags(text)
    problems = list(listed.problems)
    for tag in listed.tags:
        if tag.name in _REMOVED:
            problems.append(Problem("removed-tag", tag.start, tag.end, tag.name))
        elif tag.name not in _KNOWN:
            problems.append(Problem("unknown-tag", tag.start, tag.end, tag.name))
    values: dict[str, str | None] = {}
    for name, allowed in _VALUES.items():
        values[name] = None
        found = listed.first(name)
        if found and found.value.lower() in allowed:
            values[name] = found.value.lower()
        elif found:
            problems.append(_bad_value(found))
    failure_options = listed.first("fo")
    if failure_options and not _is_failure_options(failure_options.value):
        problems.append(_bad_value(failure_options))
    reports = _report_uris(listed, "rua", problems)
    failures = _report_uris(listed, "ruf", problems)
    return DmarcRecord(
        text,
        listed.tags,
        cast(Policy | None, values["p"]),
        cast(Policy | None, values["sp"]),
        cast(Policy | None, values["np"]),
        cast(Literal["y", "n", "u"], values["psd"] or "u"),
        values["t"] == "y",
        reports,
        tuple(problems),
        failures,
    )


def tree_walk_domains(domain: str) -> tuple[str, ...]:
    """The domains that a tree walk queries, in order: at most QUERY_LIMIT (RFC 9989 section 4.10)."""
    labels = domain.split(".")
    above = labels[1:] if len(labels) < QUERY_LIMIT else labels[-(QUERY_LIMIT - 1) :]
    return (domain, *(".".join(above[index:]) for index in range(len(above))))


def discover(domain: str, resolver: Resolver) -> Discovery:
    """Find the policy record and the organisational domain of an author domain (RFC 9989 section 4.10).

    The record at the domain itself applies, else that of its organisational domain, else that of its
    public suffix. Where a query is not answered, the organisational domain is unknown, and so is the policy
    unless it is the domain's own: the missing record might change both.
    """
    domain = domains.a_label(domain) or domain.lower().removesuffix(".")
    queries: list[Query] = []
    for target in tree_walk_domains(domain):
        queries.append(_query(target, resolver))
        record = queries[-1].record
        if record and record.psd != "u":
            break
    own = queries[0]
    if any(isinstance(query.answer, Unreachable) for query in queries):
        return Discovery(domain, tuple(queries), own if own.record else None, None)
    organisational = _organisational(domain, queries)
    candidates = [own, *(query for query in queries if query.domain == organisational)]
    candidates += [query for query in queries[1:] if query.record and query.record.psd == "y"]
    policy = next((query for query in candidates if query.record), None)
    return Discovery(domain, tuple(queries), policy, organisational)


def _query(domain: str, resolver: Resolver) -> Query:
    answer = resolver.txt(f"_dmarc.{domain}")
    texts = dmarc_records(answer.records) if isinstance(answer, Found) else ()
    return Query(domain, answer, texts, parse(texts[0]) if len(texts) == 1 else None)


def _organisational(domain: str, queries: list[Query]) -> str:
    """The organisational domain by the queries of a complete walk (RFC 9989 section 4.10.2)."""
    holders = [query for query in queries if query.record]
    for query in holders:
        if query.record and query.record.psd == "n":
            return query.domain
        if query.record and query.record.psd == "y" and query.domain != domain:
            below = query.domain.count(".") + 2
            return ".".join(domain.split(".")[-below:])
    return holders[-1].domain if holders else domain


def _is_failure_options(value: str) -> bool:
    """Whether a value of `fo=` is valid: known options, none of them twice, and not both 0 and 1."""
    options = [option.strip() for option in value.lower().split(":")]
    return set(options) <= set("01ds") and len(set(options)) == len(options) and not {"0", "1"} <= set(options)


def _bad_value(tag: Tag) -> Problem:
    start, end = (tag.value_start, tag.value_end) if tag.value else (tag.start, tag.end)
    return Problem("bad-value", start, end, tag.name)


def _report_uris(listed: TagList, name: str, problems: list[Problem]) -> tuple[ReportUri, ...]:
    """The destinations in the first tag of a name; adds what is wrong with them to ``problems``."""
    tag = listed.first(name)
    if tag is None:
        return ()
    uris: list[ReportUri] = []
    position = 0
    for piece in tag.value.split(","):
        begin, end = trim(tag.value, position, position + len(piece))
        position += len(piece) + 1
        text = tag.value[begin:end]
        size = _SIZE.search(text)
        address = text[: size.start()] if size else text
        valid = _is_report_uri(address)
        domain = _destination(address) if valid else ""
        uri = ReportUri(text, valid, tag.value_start + begin, tag.value_start + end, domain)
        uris.append(uri)
        if not valid:
            start, stop = (uri.start, uri.end) if text else (tag.start, tag.end)
            problems.append(Problem("bad-uri", start, stop, name))
        elif not domain:
            problems.append(Problem("unusable-uri", uri.start, uri.end, name))
        elif size:
            problems.append(Problem("obsolete-size", uri.start + size.start(), uri.end, size[1]))
    return tuple(uris)


def _destination(uri: str) -> str:
    """The domain of a valid URI to which receivers can send a report, in A-labels; empty if they cannot (RFC 9990)."""
    found = _URI.fullmatch(uri)
    if found is None or found[1].lower() != "mailto":
        return ""
    domain = unquote(found[2].partition("?")[0]).rpartition("@")[2]
    name = domains.a_label(domain) or ""
    return name if "." in name and not name.rpartition(".")[2].isdigit() else ""


def external_destinations(policy: Query) -> tuple[str, ...]:
    """The domains that a record's reports go to outside of its own organisation, which must agree (RFC 9990)."""
    record = policy.record
    own = domains.organisational(policy.domain) or policy.domain
    found = [uri.domain for uri in (*record.rua, *record.ruf) if uri.domain] if record else []
    others = [domain for domain in found if (domains.organisational(domain) or domain) != own]
    return tuple(dict.fromkeys(others))[:MOST_DESTINATIONS]


def consent_name(policy_domain: str, destination: str) -> str:
    """The name at which a destination says that it takes the reports of a domain (RFC 9990)."""
    return f"{policy_domain}._report._dmarc.{destination}"


def _is_report_uri(text: str) -> bool:
    uri = _URI.fullmatch(text)
    if not uri or "!" in uri[2]:
        return False
    return uri[1].lower() != "mailto" or bool(_ADDRESS.fullmatch(uri[2].partition("?")[0]))
