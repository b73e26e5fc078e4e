"""Addresses of a list: what is wrong with one, and the form by which two are the same mailbox."""

from __future__ import annotations

from functools import cache

from maillint.patterns import regex
from maillint.text.invisible import INVISIBLE
from maillint.values import NamedTuple
from maillint.web import domains

NO_ADDRESS = "no-address"
"""The fault of an empty cell."""

FAULTS = {
    NO_ADDRESS: "no address",
    "several": "several addresses in one cell",
    "no-at": "no @ in the address",
    "many-ats": "more than one @ in the address",
    "no-local-part": "nothing before the @",
    "no-domain": "nothing after the @",
    "bare-host": "no dot in the domain",
    "ip-address": "an IP address instead of a domain",
    "reserved-domain": "a reserved domain, which receives no mail",
    "invisible": "an invisible character in the address",
    "white-space": "white space in the address",
    "dots": "a misplaced dot in the address",
    "link": "a mailto: link instead of an address",
    "too-long": "an address of more than 254 characters",
    "characters": "characters that an address cannot contain",
}
"""What can be wrong with an address, in words."""

LONGEST = 254
"""Characters of an address (RFC 5321 section 4.5.3.1.3 less the angle brackets)."""

_LONGEST_CELL = 2_000
_MOST_DOMAINS = 200_000
"""Domains that are remembered; beyond these all are forgotten, and judged once more where they come up again."""

_BLANKS = " \t\r\n"
"""White space around an address that every reader of lists takes off."""

_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = regex(rf"{_ATOM}(?:\.{_ATOM})*+")
_ANGLE = regex(r"[^<>]*<([^<>]*)>\s*")
_SEVERAL = regex(r"[^\s,;<>]@[^\s,;<>@]+[\s,;<>][^@]*[^\s,;<>@]@")
_HOST = regex(r"(?:[a-z0-9](?:[a-z0-9-]{0,62})(?<!-)\.)*[a-z0-9-]{1,63}(?<!-)")
_PLAIN_DOMAIN = regex(r"(?:[a-z0-9]{1,63}+(?:-[a-z0-9]{1,63}+){0,9}\.){1,9}[a-z]{2,63}")
_LONGEST_PLAIN_DOMAIN = 64
_DOTS = regex(r"\.\.|^\.|\.@|@\.|\.$")

_WITHOUT_DOTS = frozenset({"gmail.com", "googlemail.com"})
"""Domains whose mailboxes are the same with and without dots (support.google.com/mail/answer/7436150)."""


class Address(NamedTuple):
    """A cell as an address: local part and domain in lower case, the domain in A-labels; both "" where ``fault`` names
    what is wrong with it.

    ``mailbox`` is the same for all spellings of one mailbox.
    """

    local_part: str
    domain: str
    mailbox: str
    fault: str = ""


class AddressReader:
    """Reads addresses by email-validator's rules, and remembers the domains that it has seen."""

    def __init__(self) -> None:
        self._domains: dict[str, str] = {}
        self._matches = _LOCAL_PART.fullmatch

    def read(self, cell: str) -> Address:
        """Read a cell: an address, alone or in angle brackets after a name."""
        local_part, _, domain = cell.lower().partition("@")
        valid = self._domains.get(domain)
        if valid is None and self._is_plain(cell, domain):
            valid = self._remember(domain)
        if valid and len(cell) <= LONGEST and self._matches(local_part):
            if valid in _WITHOUT_DOTS:
                return Address(local_part, valid, mailbox_of(local_part, valid))
            return Address(local_part, valid, f"{local_part}@{valid}")
        return self._other(cell)

    def _is_plain(self, cell: str, domain: str) -> bool:
        return cell.isascii() and len(cell) <= LONGEST and bool(domain)

    def _remember(self, domain: str) -> str:
        """The domain if any address at it is valid, else ""."""
        if len(self._domains) >= _MOST_DOMAINS:
            self._domains.clear()
        valid = domain if _is_plain_domain(domain) or _valid(f"a@{domain}") is not None else ""
        self._domains[domain] = valid
        return valid

    def _other(self, cell: str) -> Address:
        """Read what is no plain address, or not one at all."""
        text = cell.strip(_BLANKS)
        if not text:
            return _faulty(NO_ADDRESS)
        if len(text) > _LONGEST_CELL:
            return _faulty("too-long")
        if text.count("@") == 1 and (angle := _ANGLE.fullmatch(text)):
            text = angle[1].strip(_BLANKS)
        if text != cell and "@" in text and text.isascii():
            return self.read(text)
        parts = _valid(text)
        return Address(*parts, mailbox_of(*parts)) if parts else _faulty(fault_of(text))


def _faulty(fault: str) -> Address:
    return Address("", "", "", fault)


def _is_plain_domain(domain: str) -> bool:
    """Whether a domain is one that email-validator takes as it is: most are, and this takes a tenth of its time."""
    if len(domain) > _LONGEST_PLAIN_DOMAIN or not _PLAIN_DOMAIN.fullmatch(domain):
        return False
    return _reserved().isdisjoint(domains.host_and_parents(domain))


@cache
def _reserved() -> frozenset[str]:
    """Domains that are reserved for other uses than mail on the Internet."""
    from email_validator import SPECIAL_USE_DOMAIN_NAMES  # noqa: PLC0415 -- see _valid

    return frozenset(SPECIAL_USE_DOMAIN_NAMES)


def _valid(text: str) -> tuple[str, str] | None:
    """The local part and the domain of a valid address in their normal form; None for an invalid one."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 -- 190 ms, for lists alone

    try:
        valid = validate_email(text, check_deliverability=False, allow_quoted_local=True)
    except EmailNotValidError:
        return None
    return valid.local_part.casefold(), valid.ascii_domain.lower()


def mailbox_of(local_part: str, domain: str) -> str:
    """One text for each mailbox, whatever the spelling of its address; both parts are in lower case."""
    if domain in _WITHOUT_DOTS:
        return f"{local_part.replace('.', '')}@gmail.com"
    return f"{local_part}@{domain}"


def fault_of(text: str) -> str:
    """The name of what is wrong with an address that is not valid, as in ``FAULTS``."""
    local_part, _, domain = text.rpartition("@")
    if INVISIBLE.search(text):
        return "invisible"
    if text.lower().startswith("mailto:"):
        return "link"
    if "@" not in text:
        return "no-at"
    if _SEVERAL.search(text):
        return "several"
    for part, fault in ((local_part, "no-local-part"), (domain, "no-domain")):
        if not part.strip():
            return fault
    if "@" in local_part and '"' not in local_part:
        return "many-ats"
    if any(character.isspace() for character in text):
        return "white-space"
    if _DOTS.search(text):
        return "dots"
    if len(text) > LONGEST:
        return "too-long"
    return _fault_of_domain(local_part, domain)


def _fault_of_domain(local_part: str, domain: str) -> str:
    if domains.parse_ip(domain.strip("[]")) is not None:
        return "ip-address"
    host = domains.a_label(domain)
    if host is None or not _HOST.fullmatch(host) or not _LOCAL_PART.fullmatch(local_part.lower()):
        return "characters"
    if "." not in host:
        return "bare-host"
    return "characters" if _reserved().isdisjoint(domains.host_and_parents(host)) else "reserved-domain"
