"""Finds and reads DMARC records: RFC 9989 (the DNS tree walk), and RFC 7489's way for comparison."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from maillint.network.answers import Absent, Answer, Found, Unreachable
from maillint.network.resolver import Resolver
from maillint.network.tags import Problem, Tag, TagList, parse_tags, trim
from maillint.web import domains

Policy: TypeAlias = Literal["none", "quarantine", "reject"]
Relation: TypeAlias = Literal["domain", "subdomain", "nonexistent"]
"""What the author domain is to the domain whose record applies."""

QUERY_LIMIT = 8
"""Queries of one tree walk (RFC 9989 section 4.10)."""

_RECORD = re.compile(r"[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|\Z)")
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
_URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):([!-~]+)")
_SIZE = re.compile(r"!([0-9]+[kmgt]?)\Z", re.IGNORECASE)
_ADDRESS = re.compile(r"([^@\s,!]+)@([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?)")
_LOWERED: dict[Policy, Policy] = {"reject": "quarantine", "quarantine": "none", "none": "none"}


@dataclass(frozen=True, slots=True)
class ReportUri:
    """One destination of reports; `start:end` is its range in the record.

    `address` is the mail address of a `mailto:` and `host` that address's domain in lower case, both
    empty for other schemes and where `valid` is false. `size` is the obsolete limit after `!`.
    """

    uri: str
    scheme: str
    address: str
    host: str
    size: str
    valid: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DmarcRecord:
    """A record taken apart (RFC 9989 section 4.7).

    `p`, `sp` and `np` are None where absent or invalid, in lower case otherwise; the other values are
    what a receiver works with, defaults filled in. `problems` have the codes of `parse_tags` and:
    `version` (the text is no DMARC record, and nothing else was read), `bad-value`, `bad-uri`,
    `obsolete-size`, `removed-tag` (pct, rf, ri), `unknown-tag`; a receiver ignores what they point at.
    """

    text: str
    tags: tuple[Tag, ...]
    p: Policy | None
    sp: Policy | None
    np: Policy | None
    psd: Literal["y", "n", "u"]
    testing: bool
    adkim: Literal["r", "s"]
    aspf: Literal["r", "s"]
    fo: tuple[str, ...]
    rua: tuple[ReportUri, ...]
    ruf: tuple[ReportUri, ...]
    problems: tuple[Problem, ...]

    def tag(self, name: str) -> Tag | None:
        """The first tag of that name, which is the one that counts."""
        return next((tag for tag in self.tags if tag.name == name), None)

    @property
    def sound(self) -> bool:
        """Whether `p` is valid and `sp` and `np` are valid or absent."""
        return self.p is not None and all(
            self.tag(name) is None or value is not None for name, value in (("sp", self.sp), ("np", self.np))
        )

    def requested(self, relation: Relation = "domain") -> Policy | None:
        """The policy that the record asks for, before `t=y`; None where no DMARC applies at all.

        A record that is not sound counts as `p=none` if it has a valid `rua`, and not at all otherwise
        (RFC 9989 section 4.10.1).
        """
        if not self.sound:
            return "none" if any(uri.valid for uri in self.rua) else None
        if relation == "domain":
            return self.p
        subdomains = self.sp or self.p
        return (self.np or subdomains) if relation == "nonexistent" else subdomains

    def effective(self, relation: Relation = "domain") -> Policy | None:
        """The policy to expect for mail that fails: what is asked for, one level lower where `t=y`."""
        policy = self.requested(relation)
        return _LOWERED[policy] if policy and self.testing else policy


@dataclass(frozen=True, slots=True)
class Query:
    """What stands at `_dmarc.` of one domain: the whole answer, and those of its texts that are DMARC."""

    domain: str
    answer: Answer
    texts: tuple[str, ...]
    record: DmarcRecord | None
    """The record that counts: None where there is none, and where several discard each other."""

    @property
    def name(self) -> str:
        """The name that was asked for."""
        return f"_dmarc.{self.domain}"

    @property
    def multiple(self) -> bool:
        """Whether several records stand here, so that none counts."""
        return len(self.texts) > 1


@dataclass(frozen=True, slots=True)
class Discovery:
    """Which DMARC record applies to a domain, and how that was found.

    `policy` is the query whose record applies, None where none does or that cannot be said; `determined`
    tells these apart. `organisational` is None where an unreachable query leaves it open. `queries` are
    in the order they were made.
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
        """The queries that nobody could answer."""
        return tuple(query for query in self.queries if isinstance(query.answer, Unreachable))

    @property
    def determined(self) -> bool:
        """Whether `policy` is certain, be it that there is none."""
        return self.policy is not None or not self.unreachable


def dmarc_records(texts: Iterable[str]) -> tuple[str, ...]:
    """Those TXT records that are DMARC: `v=DMARC1` in these capitals, first, and a semicolon or the end."""
    return tuple(text for text in texts if _RECORD.match(text))


def parse(text: str) -> DmarcRecord:
    """Take a record apart; never raises, and every span lies inside `text`."""
    if not _RECORD.match(text):
        problem = Problem("version", 0, len(text))
        return DmarcRecord(text, (), None, None, None, "u", False, "r", "r", ("0",), (), (), (problem,))
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
    options = listed.first("fo")
    failure_options = _failure_options(options.value) if options else ("0",)
    if options and not failure_options:
        problems.append(_bad_value(options))
    return DmarcRecord(
        text,
        listed.tags,
        cast(Policy | None, values["p"]),
        cast(Policy | None, values["sp"]),
        cast(Policy | None, values["np"]),
        cast(Literal["y", "n", "u"], values["psd"] or "u"),
        values["t"] == "y",
        cast(Literal["r", "s"], values["adkim"] or "r"),
        cast(Literal["r", "s"], values["aspf"] or "r"),
        failure_options or ("0",),
        _report_uris(listed, "rua", problems),
        _report_uris(listed, "ruf", problems),
        tuple(problems),
    )


def tree_walk_domains(domain: str) -> tuple[str, ...]:
    """The domains that a tree walk asks for, in order: at most eight (RFC 9989 section 4.10)."""
    labels = domain.split(".")
    above = labels[1:] if len(labels) < QUERY_LIMIT else labels[-(QUERY_LIMIT - 1) :]
    return (domain, *(".".join(above[index:]) for index in range(len(above))))


def discover(domain: str, resolver: Resolver) -> Discovery:
    """Find the policy record and the organisational domain of an author domain (RFC 9989 section 4.10).

    The record at the domain itself applies, else that of its organisational domain, else that of its
    public suffix. A query that nobody could answer might have changed what stands above it: then the
    organisational domain, and a policy that is not the domain's own, stay open.
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


def discover_by_suffix(domain: str, resolver: Resolver) -> Discovery:
    """Find the policy record the older way, by the public suffix list (RFC 7489 section 6.6.3).

    The record at the domain itself applies, else that of its organisational domain.
    """
    domain = domains.a_label(domain) or domain.lower().removesuffix(".")
    organisational = domains.organisational(domain) or domain
    queries = [_query(domain, resolver)]
    if queries[0].record is None and organisational != domain:
        queries.append(_query(organisational, resolver))
    first_open = isinstance(queries[0].answer, Unreachable)
    policy = None if first_open else next((query for query in queries if query.record), None)
    return Discovery(domain, tuple(queries), policy, organisational)


def domain_exists(domain: str, resolver: Resolver) -> bool | None:
    """Whether a domain exists for `np`: any answer but NXDOMAIN (RFC 8020); None where nobody could say."""
    answer = resolver.txt(domain)
    return None if isinstance(answer, Unreachable) else answer != Absent("nxdomain")


def report_consent(policy_domain: str, host: str, resolver: Resolver) -> Answer:
    """The records by which another domain agrees to get reports (RFC 9990): Found holds DMARC texts only."""
    answer = resolver.txt(f"{policy_domain}._report._dmarc.{host}")
    if not isinstance(answer, Found):
        return answer
    texts = dmarc_records(answer.records)
    return Found(texts, answer.ttl) if texts else Absent("nodata")


def _query(domain: str, resolver: Resolver) -> Query:
    answer = resolver.txt(f"_dmarc.{domain}")
    texts = dmarc_records(answer.records) if isinstance(answer, Found) else ()
    return Query(domain, answer, texts, parse(texts[0]) if len(texts) == 1 else None)


def _organisational(domain: str, queries: list[Query]) -> str:
    """The organisational domain that a finished walk shows (RFC 9989 section 4.10.2)."""
    holders = [query for query in queries if query.record]
    for query in holders:
        if query.record and query.record.psd == "n":
            return query.domain
        if query.record and query.record.psd == "y" and query.domain != domain:
            below = query.domain.count(".") + 2
            return ".".join(domain.split(".")[-below:])
    return holders[-1].domain if holders else domain


def _failure_options(value: str) -> tuple[str, ...]:
    """The options of `fo=`, each once and not both 0 and 1; empty where the value is wrong."""
    options = [option.strip() for option in value.lower().split(":")]
    right = set(options) <= set("01ds") and len(set(options)) == len(options) and not {"0", "1"} <= set(options)
    return tuple(options) if right else ()


def _bad_value(tag: Tag) -> Problem:
    start, end = (tag.value_start, tag.value_end) if tag.value else (tag.start, tag.end)
    return Problem("bad-value", start, end, tag.name)


def _report_uris(listed: TagList, name: str, problems: list[Problem]) -> tuple[ReportUri, ...]:
    tag = listed.first(name)
    if tag is None:
        return ()
    uris: list[ReportUri] = []
    position = 0
    for piece in tag.value.split(","):
        begin, end = trim(tag.value, position, position + len(piece))
        position += len(piece) + 1
        uri = _report_uri(tag.value[begin:end], tag.value_start + begin, tag.value_start + end)
        uris.append(uri)
        if not uri.valid:
            start, stop = (uri.start, uri.end) if uri.uri else (tag.start, tag.end)
            problems.append(Problem("bad-uri", start, stop, name))
        elif uri.size:
            problems.append(Problem("obsolete-size", uri.end - len(uri.size) - 1, uri.end, uri.size))
    return tuple(uris)


def _report_uri(text: str, start: int, end: int) -> ReportUri:
    size = _SIZE.search(text)
    uri = _URI.fullmatch(text[: size.start()] if size else text)
    scheme = uri[1].lower() if uri else ""
    if not uri or "!" in uri[2]:
        return ReportUri(text, scheme, "", "", "", False, start, end)
    limit = size[1] if size else ""
    if scheme != "mailto":
        return ReportUri(text, scheme, "", "", limit, True, start, end)
    address = uri[2].partition("?")[0]
    parts = _ADDRESS.fullmatch(address)
    if not parts:
        return ReportUri(text, scheme, "", "", limit, False, start, end)
    host = parts[2].lower().removesuffix(".")
    return ReportUri(text, scheme, address, host, limit, True, start, end)
