"""Host names: public suffixes, internationalised names (IDNA), notations of IP addresses."""

from __future__ import annotations

# idna (16 ms), ipaddress (5 ms) and tldextract (100 ms) are imported where they are needed.
# ruff: noqa: PLC0415
import binascii
import functools
import os
import sys

from maillint.data.compiled import load_object, load_text

TYPE_CHECKING = False  # importing typing costs milliseconds
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

SUFFIXES = "public-suffixes"
"""Name under which the compiled public suffixes are stored."""

AMBIGUOUS = frozenset({"md", "mov", "py", "sh", "zip"})
"""Suffixes that are file types more often than sites, in visible text.

README.md, clip.mov, setup.py, install.sh and report.zip are everyday file names. The suffixes .pl, .rs, .app,
.ai, .so and .cc are file types, too, but in mail they are usually countries and sites.
"""

_SUFFIX_FORMAT = "2"
_LONGEST_INPUT = 1024  # UTS 46 drops invisible characters, so a legal name's input may exceed 253
_LONGEST_NAME = 253
_LONGEST_LABEL = 63
_NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789-_."
_ONLY_IN_SENTENCES = frozenset("。．｡")  # full stops, which a browser takes for dots of a name
_HEX_DIGITS = "0123456789abcdef"
_RESERVED = frozenset({"example", "test", "invalid", "localhost", "onion"})  # RFC 6761, RFC 7686
_PRIVATE_NAMES = (
    "localhost",  # RFC 6761, with test and invalid
    "test",
    "invalid",
    "local",  # RFC 6762
    "home.arpa",  # RFC 8375
    "internal",  # reserved by ICANN for private use, 2024
    "lan",  # not reserved, but what home routers use
)


def registrable(host: str) -> str | None:
    """Return the registrable domain, which is the public suffix with one label before it, as lower-case A-labels.

    Suffixes are those of the Public Suffix List with its private section, so `a.github.io` is a domain of
    its own. A top-level domain that is not in the list is a suffix, by the list's own default rule:
    `mail.acme.example` gives `acme.example`. None for IP addresses in any notation, single labels, bare
    suffixes and malformed names. Takes any case, a trailing dot, U-labels and A-labels.
    """
    name = _name(host)
    return None if name is None else _registrable(name)


def organisational(host: str) -> str | None:
    """Return the registrable domain by the list's ICANN section alone, which is the organisational domain of DMARC.

    `a.github.io` gives `github.io`. Otherwise as `registrable`.
    """
    name = _name(host)
    return None if name is None else _registrable(name, private=False)


def same_site(a: str, b: str) -> bool:
    """Whether two hosts belong to the same registrable domain.

    A host without one (an IP address, a single label, a bare suffix) is the same site as itself only, in any
    notation.
    """
    return _site(a) == _site(b)


def is_under(host: str, names: Iterable[str]) -> bool:
    """Whether a host is one of the names, or below one; a name may be written ``*.acme.example``."""
    return any(
        host == name or host.endswith(f".{name}") for name in (pattern.lower().removeprefix("*.") for pattern in names)
    )


def host_and_parents(host: str) -> Iterator[str]:
    """Yield a host and the names above it: `a.b.example`, `b.example`, `example`."""
    while host:
        yield host
        host = host.partition(".")[2]


def name_label(host: str) -> str | None:
    """Return the label before the public suffix: `google` for `www.google.co.uk`; None as for `registrable`."""
    name = registrable(host)
    return None if name is None else name.partition(".")[0]


def a_label(host: str) -> str | None:
    """Return the host name in lower-case ASCII, without a trailing dot; None when it cannot be encoded.

    Names are mapped by UTS 46, non-transitional, and encoded by IDNA 2008, which refuses symbols such as curly
    quotes. A label that is an A-label already is accepted if its Punycode is valid, even where IDNA 2008 would
    refuse it: emoji domains exist. In ASCII labels, letters, digits, hyphens and underscores may come in any
    order, as in the DNS. Labels have at most 63 characters, names 253 (RFC 1035, section 2.3.4).
    """
    if len(host) > _LONGEST_INPUT:
        return None
    name = host.lower() if host.isascii() else _mapped(host)
    if name is None:
        return None
    name = name.removesuffix(".")
    if "xn--" in name or not name.isascii():
        labels = [_encoded(label) for label in name.split(".")]
        name = ".".join(label or "" for label in labels)
    if not name or len(name) > _LONGEST_NAME or name.strip(_NAME_CHARACTERS):
        return None
    if any(not 0 < len(label) <= _LONGEST_LABEL for label in name.split(".")):
        return None
    return name


def u_label(host: str) -> str:
    """Return the host name as people read it: in lower case, with A-labels decoded where IDNA 2008 allows it.

    A host that `a_label` refuses is returned unchanged.
    """
    name = a_label(host)
    if name is None:
        return host
    return ".".join(map(_decoded, name.split("."))) if "xn--" in name else name


def parse_ip(host: str) -> IPv4Address | IPv6Address | None:
    """Return the IP address that a browser reads the host as; None for a name.

    IPv4 as in the WHATWG URL standard: decimal, hexadecimal and octal numbers, fewer than four parts, a
    trailing dot (`0x7f.1` is 127.0.0.1). IPv6 in square brackets, without a zone.
    """
    if host.startswith("["):
        return _parse_ipv6(host)
    name = a_label(host) if not host.isascii() else host.lower().removesuffix(".")
    if not name or not _ends_in_number(name):
        return None
    parts = name.split(".", 4)
    if len(parts) > 4:
        return None
    numbers = [_number(part) for part in parts]
    *leading, last = numbers
    if last is None or last >= 256 ** (5 - len(parts)):
        return None
    value = last
    for position, number in enumerate(leading):
        if number is None or number > 255:
            return None
        value += number << 8 * (3 - position)
    from ipaddress import IPv4Address

    return IPv4Address(value)


def is_private_host(host: str) -> bool:
    """Whether the host's name or address says that it can be reached from inside a network only.

    True for loopback, unspecified, RFC 1918, link-local, shared (RFC 6598) and unique-local (RFC 4193)
    addresses in any notation, and for names at or under localhost, local, test, invalid, internal, lan
    and home.arpa.
    """
    address = parse_ip(host)
    if address is not None:
        return _is_private_address(address)
    name = a_label(host)
    return name is not None and any(name == end or name.endswith("." + end) for end in _PRIVATE_NAMES)


def is_host_like(text: str, ambiguous: frozenset[str] = AMBIGUOUS) -> bool:
    """Whether visible text is a host name and nothing else, apart from white space around it.

    It needs at least two valid labels (RFC 1123, IDNA 2008), separated by dots, and a suffix of the Public
    Suffix List or a reserved one (`acme.example`). A name directly under a suffix in `ambiguous` (lower-case
    A-labels) is taken for a file name, unless it starts with `www.`. False for a URL, a host with a port and an
    IP address.
    """
    stripped = text.strip()
    if "." not in stripped or len(stripped) > _LONGEST_INPUT or not _ONLY_IN_SENTENCES.isdisjoint(stripped):
        return False
    name = _name(stripped)
    if name is None or "." not in name or "_" in name:
        return False
    labels = name.split(".")
    if any(label[0] == "-" or label[-1] == "-" for label in labels):
        return False
    if labels[-1] in _RESERVED:
        return True
    ending = _suffix(name)
    return ending is not None and (ending not in ambiguous or labels[0] == "www")


def suffix_key() -> str | None:
    """Return a key for the Public Suffix List that tldextract brings, made of its checksum.

    The same list has the same key on every machine, so that a wheel can ship the compiled form. tldextract is
    not imported. None where its files cannot be read as files (a zip, a frozen program).
    """
    path = _snapshot()
    if path is None:
        return None
    with open(path, "rb") as file:  # noqa: PTH123 -- pathlib costs 8 ms
        data = file.read()
    return f"public suffixes, format {_SUFFIX_FORMAT}, {len(data)} bytes, {binascii.crc32(data):08x}"


def _snapshot() -> str | None:
    """The file of the list that tldextract brings."""
    for finder in sys.meta_path:  # importlib.util.find_spec does the same, and costs 5 ms to import
        spec = finder.find_spec("tldextract", None)
        if spec is not None:
            break
    else:
        return None
    paths = [f"{folder}/.tld_set_snapshot" for folder in spec.submodule_search_locations or ()]
    return next(filter(os.path.isfile, paths), None)


def compile_suffixes() -> str:
    """Return the rules of tldextract's bundled Public Suffix List as a text that `_rules` can search.

    It has a line for each top-level domain, of three fields separated by tabs: the domain, its rules in the
    list's ICANN section, its rules in the private section. Rules are separated by spaces, in A-labels and
    otherwise as in the list: `co.uk`, `*.ck`, `!www.ck`. Imports tldextract (100 ms); makes no request.
    """
    from tldextract import TLDExtract

    registry, every = (
        set(TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=private).tlds)
        for private in (False, True)
    )
    fields: dict[str, tuple[list[str], list[str]]] = {}
    for rule in sorted(every):
        name = _encoded_rule(rule)
        top = name.rpartition(".")[2]
        fields.setdefault(top, ([], []))[rule not in registry].append(name)
    lines = (f"{top}\t{' '.join(icann)}\t{' '.join(private)}\n" for top, (icann, private) in fields.items())
    return "\n" + "".join(lines)


@functools.cache
def _compiled() -> str:
    """The compiled list; the file that it is made of is looked at, and read where it is another than last time."""
    path = _snapshot()
    if path is None:
        return compile_suffixes()
    status = os.stat(path)  # noqa: PTH116
    state = f"{_SUFFIX_FORMAT} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino} {path}"
    text: str = load_object(SUFFIXES, state, _by_content)
    return text


def _by_content() -> str:
    key = suffix_key()
    return compile_suffixes() if key is None else load_text(SUFFIXES, key, compile_suffixes)


@functools.lru_cache(maxsize=256)
def _rules(top: str) -> tuple[frozenset[str], frozenset[str]]:
    """The list's ICANN rules under a top-level domain, and all its rules there.

    A run needs a few lines of the list; a set of all its rules would take 2 ms to make at each start.
    """
    text = _compiled()
    start = text.find(f"\n{top}\t")
    if start < 0:
        return frozenset(), frozenset()
    _, registry, private = text[start + 1 : text.index("\n", start + 1)].split("\t")
    icann = frozenset(registry.split())
    return icann, icann.union(private.split())


def _suffix(name: str, *, private: bool = True) -> str | None:
    """The longest suffix by the algorithm of publicsuffix.org/list, without its default rule."""
    rules = _rules(name[name.rfind(".") + 1 :])[private]
    candidate = name
    while True:
        _, dot, parent = candidate.partition(".")
        if "!" + candidate in rules:
            return parent
        if candidate in rules or (dot and "*." + parent in rules):
            return candidate
        if not dot:
            return None
        candidate = parent


def _registrable(name: str, *, private: bool = True) -> str | None:
    ending = _suffix(name, private=private) or name.rpartition(".")[2]
    if len(ending) == len(name):
        return None
    return name[name.rfind(".", 0, len(name) - len(ending) - 1) + 1 :]


def _site(host: str) -> str:
    name = a_label(host)
    if name is not None and not _ends_in_number(name):
        return _registrable(name) or name
    address = parse_ip(host)
    return name or host.lower() if address is None else str(address)


def _name(host: str) -> str | None:
    """The host in A-labels; None if it is malformed, or ends in a number and so can only be an IPv4 address."""
    name = a_label(host)
    return None if name is None or _ends_in_number(name) else name


def _ends_in_number(name: str) -> bool:
    """The "ends in a number checker" of the WHATWG URL standard, for a name without its trailing dot."""
    last = name.rpartition(".")[2]
    return last[:1].isdigit() and (last.isdigit() or _number(last) is not None)


def _number(part: str) -> int | None:
    """The standard's IPv4 number parser, for lower-case ASCII. Of a huge number only the beginning is read."""
    base = 10
    if part.startswith("0x"):
        part, base = part[2:] or "0", 16
    elif len(part) > 1 and part[0] == "0":
        part, base = part[1:], 8
    if not part or part.strip(_HEX_DIGITS[:base]):
        return None
    return int(part.lstrip("0")[:16] or "0", base)


def _parse_ipv6(host: str) -> IPv6Address | None:
    if not host.endswith("]") or "%" in host or len(host) > _LONGEST_NAME:
        return None
    from ipaddress import IPv6Address

    try:
        return IPv6Address(host[1:-1])
    except ValueError:
        return None


@functools.cache
def _private_networks() -> tuple[IPv4Network | IPv6Network, ...]:
    from ipaddress import ip_network

    v4 = "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16"
    v6 = "::/128 ::1/128 fc00::/7 fe80::/10"
    return tuple(map(ip_network, f"{v4} {v6}".split()))


def _is_private_address(address: IPv4Address | IPv6Address) -> bool:
    mapped = address if address.version == 4 else address.ipv4_mapped
    return any((mapped or address) in network for network in _private_networks())


def _mapped(host: str) -> str | None:
    import idna

    try:
        return idna.uts46_remap(host, std3_rules=False)
    except (ValueError, IndexError):  # IndexError: old releases on code points beyond their table
        return None


@functools.lru_cache(16_384)  # several rules ask for each; it takes 80 µs
def _encoded(label: str) -> str | None:
    """The A-label of a label that is mapped already; None if it cannot be encoded."""
    if len(label) > _LONGEST_LABEL:
        return None
    import idna

    try:
        if not label.isascii():
            return idna.alabel(label).decode("ascii")
        if label.startswith("xn--"):
            idna.ulabel(label)
    except idna.InvalidCodepoint:
        return label if label.isascii() else None
    except (ValueError, IndexError):
        return None
    return label


def _decoded(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    import idna

    try:
        return idna.ulabel(label)
    except (ValueError, IndexError):
        return label


def _encoded_rule(rule: str) -> str:
    mark = "!" if rule.startswith("!") else ""
    return mark + ".".join(_encoded(label) or label for label in rule.removeprefix(mark).split("."))
