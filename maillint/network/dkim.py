"""Finds and reads DKIM keys and signatures (RFC 6376, 8301, 8463); it verifies none."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from maillint.network.answers import Answer
from maillint.network.resolver import Resolver
from maillint.network.tags import Problem, Tag, TagList, parse_tags

_REQUIRED = ("v", "a", "b", "bh", "d", "h", "s")
_SPACES = re.compile(r"[ \t\r\n]+")
_DIGITS = re.compile(r"[0-9]{1,76}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_RSA_OID = bytes.fromhex("2a864886f70d010101")
_ED25519_OID = bytes.fromhex("2b6570")
_ED25519_BYTES = 32

_INTEGER, _BIT_STRING, _OID, _SEQUENCE = 0x02, 0x03, 0x06, 0x30


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A key record taken apart (RFC 6376 section 3.6.1).

    `key_type` is `rsa` where the record names none. `bits` is the length of an RSA modulus, 256 for
    Ed25519, None where the key could not be read. `hashes` and `services` are empty where the record
    does not limit them. `problems` have the codes of `parse_tags` and: `version` (`v=` is not first or
    not `DKIM1`), `missing-key` (no `p=`), `unknown-key-type`, `bad-base64`, `bad-key` (`detail` says how).
    """

    text: str
    tags: tuple[Tag, ...]
    key_type: str
    bits: int | None
    hashes: tuple[str, ...]
    services: tuple[str, ...]
    flags: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def revoked(self) -> bool:
        """Whether the record takes its key back: `p=` is there and empty."""
        key = self.tag("p")
        return key is not None and not key.value

    @property
    def testing(self) -> bool:
        """Whether the domain is testing DKIM (`t=y`): verifiers treat its mail as unsigned."""
        return "y" in self.flags

    @property
    def strict(self) -> bool:
        """Whether `i=` of a signature must have the very domain of `d=` (`t=s`)."""
        return "s" in self.flags

    def tag(self, name: str) -> Tag | None:
        """The first tag of that name."""
        return next((tag for tag in self.tags if tag.name == name), None)


@dataclass(frozen=True, slots=True)
class DkimSignature:
    """A DKIM-Signature field's value taken apart (RFC 6376 section 3.5).

    Values lose all folding. `headers` are the names of `h=` in lower case, in their order and with
    repetitions; `canonicalisation` is (header, body). `length`, `signed_at` and `expires` (seconds since
    1970) are None where absent or no number. `problems` have the codes of `parse_tags` and: `missing-tag`,
    `version` (`v=` is not 1), `bad-number`, `bad-base64`.
    """

    text: str
    tags: tuple[Tag, ...]
    domain: str
    selector: str
    algorithm: str
    headers: tuple[str, ...]
    canonicalisation: tuple[str, str]
    identity: str
    length: int | None
    signed_at: int | None
    expires: int | None
    problems: tuple[Problem, ...]

    def tag(self, name: str) -> Tag | None:
        """The first tag of that name."""
        return next((tag for tag in self.tags if tag.name == name), None)


def key_name(domain: str, selector: str) -> str:
    """The name that a key record stands at."""
    return f"{selector}._domainkey.{domain}"


def fetch_key(domain: str, selector: str, resolver: Resolver) -> Answer:
    """The TXT records at a selector; a receiver takes no key from more than one (section 3.6.2.2)."""
    return resolver.txt(key_name(domain, selector))


def parse_key(text: str) -> DkimKey:
    """Take a key record apart; never raises, and every span lies inside `text`."""
    listed = parse_tags(text)
    problems = list(listed.problems)
    version = listed.first("v")
    if version and (version is not listed.tags[0] or version.value != "DKIM1"):
        problems.append(Problem("version", version.start, version.end, version.value))
    type_tag, key = listed.first("k"), listed.first("p")
    key_type = type_tag.value.lower() if type_tag else "rsa"
    bits = None
    if key is None:
        problems.append(Problem("missing-key", 0, len(text)))
    elif type_tag and key_type not in ("rsa", "ed25519"):
        problems.append(Problem("unknown-key-type", type_tag.value_start, type_tag.value_end, type_tag.value))
    elif key.value:
        try:
            bits = _key_bits(key_type, _decode(key.value))
        except _KeyReadError as error:
            problems.append(Problem(error.code, key.value_start, key.value_end, str(error)))
    return DkimKey(
        text,
        listed.tags,
        key_type,
        bits,
        _colon_list(listed, "h"),
        _colon_list(listed, "s"),
        _colon_list(listed, "t"),
        tuple(problems),
    )


def parse_signature(value: str) -> DkimSignature:
    """Take the value of a DKIM-Signature field apart, folded or not; never raises, spans lie in `value`."""
    listed = parse_tags(value)
    problems = list(listed.problems)
    values = {tag.name: _SPACES.sub("", tag.value) for tag in reversed(listed.tags)}
    problems.extend(Problem("missing-tag", 0, len(value), name) for name in _REQUIRED if not values.get(name))
    version = listed.first("v")
    if version and version.value and version.value != "1":
        problems.append(Problem("version", version.start, version.end, version.value))
    numbers: dict[str, int] = {}
    for name in ("l", "t", "x"):
        tag = listed.first(name)
        if tag and _DIGITS.fullmatch(values[name]):
            numbers[name] = int(values[name])
        elif tag:
            problems.append(Problem("bad-number", tag.start, tag.end, tag.value[:80]))
    for name in ("b", "bh"):
        tag = listed.first(name)
        if tag and not _is_base64(values[name]):
            problems.append(Problem("bad-base64", tag.value_start, tag.value_end))
    header, _, body = values.get("c", "").lower().partition("/")
    domain = values.get("d", "").lower()
    return DkimSignature(
        value,
        listed.tags,
        domain,
        values.get("s", ""),
        values.get("a", "").lower(),
        tuple(name for name in values.get("h", "").lower().split(":") if name),
        (header or "simple", body or "simple"),
        values.get("i", f"@{domain}"),
        numbers.get("l"),
        numbers.get("t"),
        numbers.get("x"),
        tuple(problems),
    )


class _KeyReadError(ValueError):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def _colon_list(listed: TagList, name: str) -> tuple[str, ...]:
    tag = listed.first(name)
    return tuple(item for item in _SPACES.sub("", tag.value).lower().split(":") if item) if tag else ()


def _is_base64(text: str) -> bool:
    return len(text) % 4 == 0 and bool(_BASE64.fullmatch(text))


def _decode(text: str) -> bytes:
    compact = _SPACES.sub("", text)
    if not _BASE64.fullmatch(compact):
        raise _KeyReadError("bad-base64", "a character that is not base64")
    try:  # verifiers do without the padding, so its lack is no error here
        return base64.b64decode(compact.rstrip("=") + "=" * (-len(compact.rstrip("=")) % 4), validate=True)
    except binascii.Error:
        raise _KeyReadError("bad-base64", "cut off") from None


def _key_bits(key_type: str, data: bytes) -> int:
    if key_type == "ed25519":
        if len(data) != _ED25519_BYTES:
            raise _KeyReadError("bad-key", f"{len(data)} bytes where Ed25519 has {_ED25519_BYTES}")
        return 8 * _ED25519_BYTES
    return _modulus(data).bit_length()


def _modulus(data: bytes) -> int:
    """The modulus of an RSA key: a SubjectPublicKeyInfo (RFC 5280) or a bare RSAPublicKey (RFC 8017)."""
    fields = _expect(data, _SEQUENCE)
    tag, content, rest = _read(fields)
    if tag == _SEQUENCE:
        algorithm = _expect(content, _OID)
        if algorithm != _RSA_OID:
            name = "Ed25519" if algorithm == _ED25519_OID else "another algorithm"
            raise _KeyReadError("bad-key", f"a key of {name} where RSA is meant")
        bits = _expect(rest, _BIT_STRING)
        if bits[:1] != b"\0":
            raise _KeyReadError("bad-key", "not a whole number of bytes")
        tag, content, _ = _read(_expect(bits[1:], _SEQUENCE))
    if tag != _INTEGER or not content:
        raise _KeyReadError("bad-key", "not an RSA key")
    return int.from_bytes(content, "big")


def _expect(data: bytes, wanted: int) -> bytes:
    tag, content, _ = _read(data)
    if tag != wanted:
        raise _KeyReadError("bad-key", "not an RSA key")
    return content


def _read(data: bytes) -> tuple[int, bytes, bytes]:
    """One DER element (X.690): its tag, its content, and what follows it."""
    if len(data) < 2:
        raise _KeyReadError("bad-key", "cut off")
    length, start = data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big")
    if start > len(data) or start + length > len(data):
        raise _KeyReadError("bad-key", "cut off")
    return data[0], data[start : start + length], data[start + length :]
