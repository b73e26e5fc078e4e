"""Parses DKIM keys, and the domain and selector of signatures (RFC 6376, 8301, 8463); verifies nothing."""

from __future__ import annotations

import base64
import binascii

from maillint.network.tags import Problem, Tag, TagList, parse_tags
from maillint.patterns import regex
from maillint.values import NamedTuple, frozen

_SPACES = regex(r"[ \t\r\n]+")
_BASE64 = regex(r"[A-Za-z0-9+/]*={0,2}")
_RSA_OID = bytes.fromhex("2a864886f70d010101")
_ED25519_OID = bytes.fromhex("2b6570")
_ED25519_BYTES = 32

_INTEGER, _BIT_STRING, _OID, _SEQUENCE = 0x02, 0x03, 0x06, 0x30


@frozen
class DkimKey:
    """A parsed key record (RFC 6376 section 3.6.1).

    `key_type` is `rsa` where the record has no `k=`. `bits` is the length of an RSA modulus, 256 for Ed25519,
    None where the key is empty or could not be read. `problems` have the codes of `parse_tags` and: `version`
    (`v=` is not first or not `DKIM1`), `missing-key` (no `p=`), `unknown-key-type`, `bad-base64`, `bad-key`
    (`detail` says what is wrong with it).
    """

    text: str
    tags: tuple[Tag, ...]
    key_type: str
    bits: int | None
    flags: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def revoked(self) -> bool:
        """Whether the record revokes the key: `p=` is there and empty."""
        key = self.tag("p")
        return key is not None and not key.value

    @property
    def testing(self) -> bool:
        """Whether the domain is testing DKIM (`t=y`), so that receivers treat its mail as unsigned."""
        return "y" in self.flags

    def tag(self, name: str) -> Tag | None:
        """The first tag of that name."""
        return next((tag for tag in self.tags if tag.name == name), None)


class DkimSignature(NamedTuple):
    """What a DKIM-Signature field says of its key: `d=` in lower case and `s=`; empty where absent."""

    domain: str
    selector: str


def key_name(domain: str, selector: str) -> str:
    """The name of the TXT record that holds a key (RFC 6376 section 3.6.2.1)."""
    return f"{selector}._domainkey.{domain}"


def parse_key(text: str) -> DkimKey:
    """Parse a key record; never raises, and every span lies inside `text`."""
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
        _colon_list(listed, "t"),
        tuple(problems),
    )


def parse_signature(value: str) -> DkimSignature:
    """Read the value of a DKIM-Signature field, folded or not (RFC 6376 section 3.5); never raises."""
    listed = parse_tags(value)
    domain, selector = listed.first("d"), listed.first("s")
    return DkimSignature(
        _SPACES.sub("", domain.value).lower() if domain else "", _SPACES.sub("", selector.value) if selector else ""
    )


class _KeyReadError(ValueError):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def _colon_list(listed: TagList, name: str) -> tuple[str, ...]:
    tag = listed.first(name)
    return tuple(item for item in _SPACES.sub("", tag.value).lower().split(":") if item) if tag else ()


def _decode(text: str) -> bytes:
    compact = _SPACES.sub("", text)
    if not _BASE64.fullmatch(compact):
        raise _KeyReadError("bad-base64", "a character that is not base64")
    try:  # receivers accept a key without its padding
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
    """The modulus of an RSA key, in a SubjectPublicKeyInfo (RFC 5280) or a bare RSAPublicKey (RFC 8017)."""
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
    """The first DER element (X.690): its tag, its content, and the bytes after it."""
    if len(data) < 2:
        raise _KeyReadError("bad-key", "cut off")
    length, start = data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big")
    if start > len(data) or start + length > len(data):
        raise _KeyReadError("bad-key", "cut off")
    return data[0], data[start : start + length], data[start + length :]
