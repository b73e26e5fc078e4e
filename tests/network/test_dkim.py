"""DKIM keys and signatures, parsed."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillint.network.dkim import parse_key, parse_signature

# Public keys that openssl made; their private halves were thrown away.
RSA_2048 = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAnEq0JWS3iQD0ETeFchlT5Lu5h8A2Nq0IRS+siZWdqEENYmO+BSqvJylPXZGQo/T8"
    "tyoWt6DEiE68aQ2B9G/defPnm3wWvr2lWpRaosS4y5xQBl7X/xAls7HAPSG3/OZYIqSvyqnrimTczydFMUHpMgJgVVS7ZrrjhmuJOIzhyKRv"
    "B8Pmn8CS7UG0iDgapdenE1KtktUE+Vfb9lzHl0jMx6JGgijyEnk1LjmjHRJzMaRw58FO5cLqAU+DmOUYjFhqc23/M0cbjbZz3UTVzsDH893e"
    "fS8SNG+IX8+S7umh9+LAvojO1PwmYJWlqkqCd4VyHRzxIxefS9Hwlr4XXZN1tQIDAQAB"
)
RSA_1024 = (
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCjTiuHdFclpfbHVPLJQwmCRo/pGm/dfQXjAuVG0cwzADtLvVrqPgZ0WoH299xQic7Cobea"
    "9DhhjkI0rWwmjDTCZ0F14/fwgYWZUniwiE3Z1+KF4ptYzQMvL1usIG+N4TJjG8BjXl7Ndx7n9DYAaaTRnZ9MSB2/qcUwqx2gewiv7wIDAQAB"
)
RSA_1024_BARE = (
    "MIGJAoGBAKNOK4d0VyWl9sdU8slDCYJGj+kab919BeMC5UbRzDMAO0u9Wuo+BnRagfb33FCJzsKht5r0OGGOQjStbCaMNMJnQXXj9/CBhZlS"
    "eLCITdnX4oXim1jNAy8vW6wgb43hMmMbwGNeXs13Huf0NgBppNGdn0xIHb+pxTCrHaB7CK/vAgMBAAE="
)
ED25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="  # RFC 8463, appendix A.2
ED25519_DER = "MCowBQYDK2VwAyEA1NRe5EgbRW8CLTK7XLLgoVZBu92xwQE7YabsRGFn02o="


@pytest.mark.parametrize(
    ("text", "key_type", "bits"),
    [
        (f"v=DKIM1; k=rsa; p={RSA_2048}", "rsa", 2048),
        (f"v=DKIM1; p={RSA_1024}", "rsa", 1024),
        (f"p={RSA_1024_BARE}", "rsa", 1024),
        (f"v=DKIM1; k=rsa; p={RSA_2048[:200]} {RSA_2048[200:]};", "rsa", 2048),
        (f"v=DKIM1; p={RSA_1024_BARE.rstrip('=')}", "rsa", 1024),
        (f"v=DKIM1; k=ed25519; p={ED25519}", "ed25519", 256),
        (f"v=DKIM1; h=sha256; s=email; t=s; n=note; p={RSA_2048}", "rsa", 2048),
    ],
)
def test_valid_keys(text: str, key_type: str, bits: int) -> None:
    key = parse_key(text)
    assert (key.key_type, key.bits, key.problems) == (key_type, bits, ())
    assert not key.revoked


@pytest.mark.parametrize("bits", [384, 512, 768, 1023, 1024, 1025, 2048, 3072, 4096])
def test_bits_of_a_modulus(bits: int) -> None:
    modulus = (1 << (bits - 1)) | 1
    assert parse_key(f"p={encode(rsa(modulus))}").bits == bits


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        ("v=DKIM1; k=rsa", "missing-key", "v=DKIM1; k=rsa"),
        ("v=spf1 -all", "missing-key", "v=spf1 -all"),
        (f"k=rsa; v=DKIM1; p={RSA_1024}", "version", "v=DKIM1"),
        (f"v=DKIM2; p={RSA_1024}", "version", "v=DKIM2"),
        (f"v=DKIM1; k=dsa; p={RSA_1024}", "unknown-key-type", "dsa"),
        (f"v=DKIM1; p={RSA_2048[:255]}", "bad-key", RSA_2048[:255]),
        (f"v=DKIM1; p={RSA_2048[:253]}", "bad-base64", RSA_2048[:253]),
        (f"v=DKIM1; p={RSA_2048[:252]}", "bad-key", RSA_2048[:252]),
        ("v=DKIM1; p=MIIB*", "bad-base64", "MIIB*"),
        ("v=DKIM1; p=AAAA", "bad-key", "AAAA"),
        ("v=DKIM1; p=MA==", "bad-key", "MA=="),
        ("v=DKIM1; p=MAA=", "bad-key", "MAA="),
        ("v=DKIM1; p=MAQEAgEC", "bad-key", "MAQEAgEC"),
        (f"v=DKIM1; p={ED25519_DER}", "bad-key", ED25519_DER),
        (f"v=DKIM1; k=ed25519; p={ED25519_DER}", "bad-key", ED25519_DER),
        (f"v=DKIM1; p={RSA_1024}; p=", "duplicate-tag", "p="),
        (f"v=DKIM1; rsa; p={RSA_1024}", "malformed-tag", "rsa"),
    ],
)
def test_invalid_keys(text: str, code: str, marked: str) -> None:
    (problem,) = [problem for problem in parse_key(text).problems if problem.code == code]
    assert text[problem.start : problem.end] == marked


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        (f"p={RSA_2048[:252]}", "cut off"),
        (f"p={RSA_2048[:253]}", "cut off"),
        (f"p={ED25519_DER}", "a key of Ed25519 where RSA is meant"),
        (f"k=ed25519; p={ED25519_DER}", "44 bytes where Ed25519 has 32"),
        ("p=-----BEGIN", "a character that is not base64"),
    ],
)
def test_what_is_wrong_with_a_key(text: str, detail: str) -> None:
    assert [problem.detail for problem in parse_key(text).problems] == [detail]


@pytest.mark.parametrize(
    ("text", "revoked", "testing", "flags"),
    [
        ("v=DKIM1; p=", True, False, ()),
        ("v=DKIM1; t=y; p=", True, True, ("y",)),
        (f"v=DKIM1; t=y:s; p={ED25519}", False, True, ("y", "s")),
        (f"v=DKIM1; t=S : Y; h=SHA1 : sha256; s=*; p={RSA_1024}", False, True, ("s", "y")),
        (f"v=DKIM1; t=yes; s=email:other; p={RSA_1024}", False, False, ("yes",)),
    ],
)
def test_flags_of_a_key(text: str, revoked: bool, testing: bool, flags: tuple[str, ...]) -> None:
    key = parse_key(text)
    assert (key.revoked, key.testing, key.flags) == (revoked, testing, flags)


SIGNATURE = (
    " v=1; a=rsa-sha256; c=relaxed/simple; d=Acme.Example; s=2026;\r\n"
    "\tt=1767225600; x=1767830400; i=Ann@mail.acme.example;\r\n"
    "\th=From : To:Subject:\r\n Date:from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\r\n"
    "\tb=dzdVyOfAKCdLXdJOc9G2q8LoXSlEniSbav+yuU4zGeeruD00lszZVoG4\r\n"
    "\t ZHRNiYzR"
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (SIGNATURE, ("acme.example", "2026")),
        ("d=acme.example; d=other.example; s=a; s=b", ("acme.example", "a")),
        ("v=1; s=sel\r\n\tector; d=acme.\r\n example", ("acme.example", "selector")),
        ("v=1; a=rsa-sha256; s=; d=acme.example", ("acme.example", "")),
        ("no tags at all", ("", "")),
    ],
)
def test_domain_and_selector_of_a_signature(value: str, expected: tuple[str, str]) -> None:
    assert parse_signature(value) == expected


@given(st.one_of(st.text(), st.text(alphabet="vkphsty=;: \r\n1M"), st.binary().map(lambda data: f"p={encode(data)}")))
def test_any_text_is_read_and_every_span_lies_inside(text: str) -> None:
    assert all(0 <= problem.start <= problem.end <= len(text) for problem in parse_key(text).problems)
    parse_signature(text)


@given(st.integers(0, 161), st.binary(min_size=1, max_size=3))
def test_damaged_keys_are_read_or_refused(index: int, damage: bytes) -> None:
    data = base64.b64decode(RSA_1024)
    key = parse_key(f"p={encode(data[:index] + damage + data[index + len(damage) :])}")
    assert (key.bits is None) is bool(key.problems)


def encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def rsa(modulus: int) -> bytes:
    """A SubjectPublicKeyInfo with that modulus."""
    algorithm = element(0x30, element(0x06, bytes.fromhex("2a864886f70d010101")) + element(0x05, b""))
    numbers = b"".join(element(0x02, n.to_bytes(n.bit_length() // 8 + 1, "big")) for n in (modulus, 65537))
    return element(0x30, algorithm + element(0x03, b"\0" + element(0x30, numbers)))


def element(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([tag]) + length + content
