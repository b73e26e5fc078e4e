"""Reads SPF records (RFC 7208); `spf_lookups` counts what they cost and `spf_check` evaluates them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from maillint.network.tags import Problem
from maillint.patterns import regex
from maillint.values import frozen
from maillint.web import domains

VERSION = "v=spf1"
LOOKUP_LIMIT = 10
"""Terms that may query the DNS in one evaluation (RFC 7208 section 4.6.4)."""
VOID_LIMIT = 2
"""Terms in one evaluation whose query may find nothing (RFC 7208 section 4.6.4)."""
NAME_LIMIT = 253
"""Characters of a domain name in the DNS."""

_LOOKUP_MECHANISMS = ("include", "a", "mx", "ptr", "exists")
_MECHANISMS = ("all", *_LOOKUP_MECHANISMS, "ip4", "ip6")
_NEEDS_VALUE = ("include", "exists", "ip4", "ip6")
_SINGLE_MODIFIERS = ("redirect", "exp")

_TERM = regex(r"([+\-?~]?)([A-Za-z][A-Za-z0-9._-]*)([:=/]?)")
_SPLIT = regex(r"[^ ]+")
_NO_NAME = regex(r"[\x00-\x20\x7f@\[\]]")
_ADDRESS_CIDR = regex(r"(?:/([^/]*))?(?://([^/]*))?")
_DOMAIN_CIDR = regex(r"(?:/([0-9]*))?(?://([0-9]*))?\Z")
_CIDR_NUMBER = regex(r"0|[1-9][0-9]{0,2}")
MACRO = regex(r"%(?:\{([slodiphvSLODIPHV])([0-9]*)([rR]?)([-.+,/_=]*)\}|([%_-]))")
"""One macro of a domain (RFC 7208 section 7): letter, digits, `r`, delimiters; or the escaped character."""
_LITERAL = regex(r"[\x21-\x24\x26-\x7e]+")
_TOP_LABEL = regex(r"\.(?:[0-9]*[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9]+-[A-Za-z0-9-]*[A-Za-z0-9])\.?")


@frozen
class Term:
    """A mechanism with its qualifier.

    `mechanism` is in lower case, `qualifier` is `+` where none is written. `value` is what follows the
    colon, without prefix lengths: a domain (with its macros), or an address; empty where there is none.
    `cidr4` and `cidr6` are the prefix lengths written, or None. `start:end` is the term in the record,
    `value_start:value_end` the value.
    """

    mechanism: str
    qualifier: str
    value: str
    cidr4: int | None
    cidr6: int | None
    start: int
    end: int
    value_start: int
    value_end: int


@frozen
class Modifier:
    """A `name=value`; the name is in lower case."""

    name: str
    value: str
    start: int
    end: int
    value_start: int
    value_end: int


@frozen
class SpfRecord:
    """A parsed record. Where it has `errors`, every receiver answers permerror (RFC 7208 section 4.6)."""

    text: str
    terms: tuple[Term, ...]
    modifiers: tuple[Modifier, ...]
    errors: tuple[Problem, ...]

    @property
    def all(self) -> Term | None:
        """The first `all`, where evaluation ends."""
        return next((term for term in self.terms if term.mechanism == "all"), None)

    @property
    def reachable(self) -> tuple[Term, ...]:
        """The terms that can be evaluated: those up to and with the first `all` (section 5.1)."""
        end = self.all
        return self.terms if end is None else tuple(term for term in self.terms if term.start <= end.start)

    @property
    def unreached(self) -> tuple[Term, ...]:
        """The terms behind the first `all`, which are never evaluated (section 5.1)."""
        return self.terms[len(self.reachable) :]

    @property
    def redirect(self) -> Modifier | None:
        """The `redirect` to follow; None where the record has an `all`, which overrides it (section 6.1)."""
        return None if self.all else self.modifier("redirect")

    @property
    def lookup_terms(self) -> tuple[Term | Modifier, ...]:
        """The terms of this record that query the DNS, those of other records not included."""
        terms: list[Term | Modifier] = [t for t in self.reachable if t.mechanism in _LOOKUP_MECHANISMS]
        return (*terms, self.redirect) if self.redirect else tuple(terms)

    def modifier(self, name: str) -> Modifier | None:
        """The first modifier of that name."""
        return next((modifier for modifier in self.modifiers if modifier.name == name), None)


def spf_records(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the TXT records that are SPF: `v=spf1` in any case, then a space or the end (section 4.5)."""
    return tuple(text for text in texts if _is_spf(text))


def parse(record: str) -> SpfRecord:
    """Parse a record; never raises, and every span lies inside `record`.

    Error codes: `version`, `character` (a control character or one beyond ASCII), `malformed-term`,
    `unknown-mechanism`, `modifier-qualifier`, `missing-value`, `unexpected-value`, `bad-address`,
    `bad-cidr`, `bad-macro`, `bad-domain`, `duplicate-modifier`. A term with an error is not in `terms`,
    unless the error is `bad-macro` or `bad-domain`: then its text still shows what was meant.
    """
    if not _is_spf(record):
        return SpfRecord(record, (), (), (Problem("version", 0, len(record)),))
    reader = _Reader(record)
    for match in _SPLIT.finditer(record, len(VERSION)):
        reader.read(match.start(), match.end())
    return SpfRecord(record, tuple(reader.terms), tuple(reader.modifiers), tuple(reader.errors))


def query_name(domain: str) -> str | None:
    """Return the name at which a domain's record is looked up; None for what can have none (section 4.3).

    That is a malformed name, a single label, or an address literal (``[192.0.2.1]``).
    """
    name = domain.removesuffix(".")
    if not name.isascii():
        name = domains.a_label(name) or ""
    labels = name.split(".")
    malformed = len(labels) < 2 or len(name) > NAME_LIMIT or not all(0 < len(label) < 64 for label in labels)
    return None if malformed or is_literal(name) or _NO_NAME.search(name) else name


def no_record_reason(domain: str) -> str:
    """What a domain is that can have no record; empty for one that can (`query_name`)."""
    if query_name(domain) is not None:
        return ""
    if is_literal(domain):
        return "an address literal, which SPF does not cover"
    labels = domain.removesuffix(".").split(".")
    return "a malformed domain name" if len(labels) > 1 or not labels[0] else "a single label, not a full domain name"


def is_literal(domain: str) -> bool:
    """Whether this is an address in brackets, which stands in a domain's place in an e-mail address."""
    return domain[:1] == "[" and domain[-1:] == "]"


def has_macro(domain_spec: str) -> bool:
    """Whether a domain has macros (`%{i}` and the like), so that it depends on the message."""
    return "%" in domain_spec


class _Reader:
    """Collects the terms, modifiers and errors of one record."""

    def __init__(self, record: str) -> None:
        self.record = record
        self.terms: list[Term] = []
        self.modifiers: list[Modifier] = []
        self.errors: list[Problem] = []
        self._seen: set[str] = set()

    def read(self, start: int, end: int) -> None:
        text = self.record[start:end]
        odd = re.search(r"[^\x21-\x7e]+", text)
        if odd:
            self._error("character", start + odd.start(), start + odd.end())
            return
        match = _TERM.match(text)
        if not match or (not match[3] and match.end() != len(text)):
            self._error("malformed-term", start, end)
        elif match[3] == "=":
            self._read_modifier(match, start, end)
        else:
            self._read_mechanism(match, start, end)

    def _read_modifier(self, match: re.Match[str], start: int, end: int) -> None:
        name, value_start = match[2].lower(), start + match.end()
        if match[1]:
            self._error("modifier-qualifier", start, end)
            return
        if name in _SINGLE_MODIFIERS:
            if name in self._seen:
                self._error("duplicate-modifier", start, end)
            self._seen.add(name)
            self._check_domain(value_start, end, start)
            if value_start == end:
                return
        else:
            self._check_macros(value_start, end)
        value = self.record[value_start:end]
        self.modifiers.append(Modifier(name, value, start, end, value_start, end))

    def _read_mechanism(self, match: re.Match[str], start: int, end: int) -> None:
        name, separator = match[2].lower(), match[3]
        if name not in _MECHANISMS:
            self._error("unknown-mechanism", start + match.start(2), start + match.end(2))
            return
        value_start = start + match.end(3) if separator == ":" else start + match.end(2)
        if separator == ":" and value_start == end:
            self._error("missing-value", start, end)
            return
        if not separator and name in _NEEDS_VALUE:
            self._error("missing-value", start, end)
            return
        if separator and (name == "all" or (separator == "/" and name not in ("a", "mx"))):
            self._error("unexpected-value", start + match.start(3), end)
            return
        value_end, cidr4, cidr6 = end, None, None
        if name in ("a", "mx", "ip4", "ip6"):
            lengths = self._cidr(name, value_start, end)
            if lengths is None:
                return
            value_end, cidr4, cidr6 = lengths
            if separator == ":" and value_end == value_start:
                self._error("missing-value", start, end)
                return
        value = self.record[value_start:value_end]
        if name in ("ip4", "ip6"):
            if not _is_network(value, 4 if name == "ip4" else 6):
                self._error("bad-address", value_start, value_end)
                return
        elif separator == ":":
            self._check_domain(value_start, value_end, start)
        term = Term(name, match[1] or "+", value, cidr4, cidr6, start, end, value_start, value_end)
        self.terms.append(term)

    def _cidr(self, name: str, start: int, end: int) -> tuple[int, int | None, int | None] | None:
        """The end of the value, and the prefix lengths for IPv4 and IPv6 after it; None where these are wrong."""
        text = self.record[start:end]
        if name in ("a", "mx"):  # a slash may stand in the domain itself
            match = _DOMAIN_CIDR.search(text)
        else:
            match = _ADDRESS_CIDR.fullmatch(text, (text + "/").find("/"))
        cut = match.start() if match else text.find("/")
        if match:
            first, second = match[1], match[2]
            limits = {"ip4": (32, None), "ip6": (128, None)}.get(name, (32, 128))
            if all(
                number is None or (limit is not None and _CIDR_NUMBER.fullmatch(number) and int(number) <= limit)
                for number, limit in zip((first, second), limits, strict=True)
            ):
                lengths = [None if number is None else int(number) for number in (first, second)]
                if name == "ip6":
                    lengths.reverse()
                return start + cut, lengths[0], lengths[1]
        self._error("bad-cidr", start + cut, end)
        return None

    def _check_domain(self, start: int, end: int, term_start: int) -> None:
        if start == end:
            self._error("missing-value", term_start, end)
        elif self._check_macros(start, end) and not _ends_like_domain(self.record[start:end]):
            self._error("bad-domain", start, end)

    def _check_macros(self, start: int, end: int) -> bool:
        position = start
        while position < end:
            match = _LITERAL.match(self.record, position, end) or MACRO.match(self.record, position, end)
            if not match or (match.re.groups and match[2] and not int(match[2][:9])):
                close = self.record.find("}", position, end) + 1
                self._error("bad-macro", position, close or end)
                return False
            position = match.end()
        return True

    def _error(self, code: str, start: int, end: int) -> None:
        self.errors.append(Problem(code, start, end, self.record[start:end]))


def _is_spf(text: str) -> bool:
    return text[: len(VERSION)].lower() == VERSION and text[len(VERSION) : len(VERSION) + 1] in ("", " ")


def _ends_like_domain(text: str) -> bool:
    """Whether a macro-string ends as a domain-spec must: in a macro, or in a dot and a top label."""
    if any(match.end() == len(text) for match in MACRO.finditer(text)):
        return True
    top = text.rstrip(".").rfind(".")
    return top >= 0 and bool(_TOP_LABEL.fullmatch(text, top))


def _is_network(text: str, version: int) -> bool:
    try:
        return ipaddress.ip_address(text).version == version and "%" not in text
    except ValueError:
        return False
