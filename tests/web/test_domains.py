"""Host names: which part is registrable, which are IP addresses, and which texts read as names."""

from __future__ import annotations

import functools
import ipaddress
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import idna
import pytest
import tldextract
from hypothesis import given
from hypothesis import strategies as st

import maillint.web.domains
from maillint.web.domains import (
    a_label,
    compile_suffixes,
    host_and_parents,
    is_host_like,
    is_private_host,
    name_label,
    organisational,
    parse_ip,
    registrable,
    same_site,
    suffix_key,
    u_label,
)

LONG_LABEL = "a" * 63
LONG_NAME = ".".join([LONG_LABEL] * 3 + ["a" * 57, "com"])  # 253 characters


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache folder of these tests, warm after the first lookup."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("MAILLINT_CACHE_DIR", str(folder))
        yield folder


@pytest.mark.parametrize(
    ("host", "domain", "without_private"),
    [
        ("acme.com", "acme.com", "acme.com"),
        ("mail.eu.acme.com", "acme.com", "acme.com"),
        ("mail.acme.co.uk", "acme.co.uk", "acme.co.uk"),
        ("MAIL.Acme.CO.UK.", "acme.co.uk", "acme.co.uk"),
        ("_dmarc.acme.com", "acme.com", "acme.com"),
        ("r3---sn-4g5e6nez.acme.com", "acme.com", "acme.com"),
        # private section
        ("docs.acme.github.io", "acme.github.io", "github.io"),
        ("github.io", None, "github.io"),
        # wildcards and exceptions
        ("shop.acme.ck", "shop.acme.ck", "shop.acme.ck"),
        ("acme.ck", None, None),
        ("a.www.ck", "www.ck", "www.ck"),
        ("a.b.city.kobe.jp", "city.kobe.jp", "city.kobe.jp"),
        ("a.b.other.kobe.jp", "b.other.kobe.jp", "b.other.kobe.jp"),
        # a wildcard's parent that another wildcard makes a suffix
        ("ex.futurecms.at", None, "futurecms.at"),
        ("a.ex.futurecms.at", None, "futurecms.at"),
        # IDN, in every form
        ("mail.bücher.de", "xn--bcher-kva.de", "xn--bcher-kva.de"),
        ("mail.XN--Bcher-Kva.de", "xn--bcher-kva.de", "xn--bcher-kva.de"),
        ("www.食狮.公司.cn", "xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"),
        ("www。食狮．公司｡cn", "xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"),
        ("公司.cn", None, None),
        ("ａｃｍｅ.com", "acme.com", "acme.com"),
        # the list's default rule
        ("mail.acme.example", "acme.example", "acme.example"),
        ("localhost", None, None),
        ("com", None, None),
        ("co.uk.", None, None),
        # not names
        ("127.0.0.1", None, None),
        ("127.0.0.1.", None, None),
        ("0x7f.1", None, None),
        ("1.2.3.4.5", None, None),
        ("acme.256", None, None),
        ("acme.0x1f", None, None),
        ("[::1]", None, None),
        ("", None, None),
        (".", None, None),
        (".acme.com", None, None),
        ("acme..com", None, None),
        ("acme.com..", None, None),
        ("acme.com:80", None, None),
        ("acme .com", None, None),
        ("a@acme.com", None, None),
        ("{{ host }}.com", None, None),
        ("acme\0.com", None, None),
        ("”acme.com”", None, None),
        (LONG_NAME, LONG_NAME[-61:], LONG_NAME[-61:]),
        ("a" + LONG_NAME, None, None),
        (LONG_LABEL + "a.com", None, None),
    ],
)
def test_registrable_and_organisational(host: str, domain: str | None, without_private: str | None) -> None:
    assert (registrable(host), organisational(host)) == (domain, without_private)


def test_a_host_and_its_parents() -> None:
    assert list(host_and_parents("a.b.example")) == ["a.b.example", "b.example", "example"]
    assert list(host_and_parents("")) == []


@pytest.mark.parametrize(
    ("host", "label"), [("www.google.co.uk", "google"), ("google.com", "google"), ("com", None), ("127.0.0.1", None)]
)
def test_the_label_before_the_suffix(host: str, label: str | None) -> None:
    assert name_label(host) == label


def encode(name: str) -> str:
    return ".".join(label if label.isascii() else idna.alabel(label).decode() for label in name.split("."))


@functools.cache
def reference(*, private: bool) -> tldextract.TLDExtract:
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=private)


def expected(host: str, *, private: bool) -> str | None:
    return encode(reference(private=private)(host).top_domain_under_public_suffix.lower()) or None


def is_inner_wildcard(name: str, rules: frozenset[str]) -> bool:
    """Whether a name is no rule, but fits one wildcard and is the parent of another.

    The list's algorithm makes it a suffix; tldextract follows the inner wildcard and finds nothing there.
    """
    return name not in rules and f"*.{name.partition('.')[2]}" in rules and f"*.{name}" in rules


def test_registrable_agrees_with_tldextract_on_every_suffix() -> None:
    rules = frozenset(reference(private=True).tlds)
    differing = []
    for rule in rules:
        name = rule.removeprefix("!")
        bases = [name.replace("*", "any"), name.removeprefix("*.")]
        for base in (base for base in bases if not is_inner_wildcard(base, rules)):
            hosts = [base, f"a.{base}", f"B.A.{base.upper()}", f"c.b.a.{base}", f"www.bücher.{base}"]
            if not base.isascii():
                hosts += [encode(host) for host in hosts if host.islower()]
            for host in hosts:
                answers = registrable(host), organisational(host)
                references = expected(host, private=True), expected(host, private=False)
                if answers != references:
                    differing.append((rule, host, answers, references))
    assert len(rules) > 5000
    assert differing == []


def test_inner_wildcards_are_suffixes() -> None:
    rules = frozenset(reference(private=True).tlds)
    names = [rule.removeprefix("*.") for rule in rules if is_inner_wildcard(rule.removeprefix("*."), rules)]
    assert [name for name in names if registrable(name) is not None] == []
    assert [name for name in names if organisational(name) != expected(name, private=False)] == []


@pytest.mark.parametrize(
    ("host", "ascii_form", "unicode_form"),
    [
        ("Acme.COM", "acme.com", "acme.com"),
        ("acme.com.", "acme.com", "acme.com"),
        ("bücher.de", "xn--bcher-kva.de", "bücher.de"),
        ("BÜCHER.DE", "xn--bcher-kva.de", "bücher.de"),
        ("bu\u0308cher.de", "xn--bcher-kva.de", "bücher.de"),
        ("XN--BCHER-KVA.de", "xn--bcher-kva.de", "bücher.de"),
        ("straße.de", "xn--strae-oqa.de", "straße.de"),
        ("почта.рф", "xn--80a1acny.xn--p1ai", "почта.рф"),
        ("ac\u00adme\u200b.com", "acme.com", "acme.com"),
        ("acme。com", "acme.com", "acme.com"),
        ("sel_1._domainkey.acme.com", "sel_1._domainkey.acme.com", "sel_1._domainkey.acme.com"),
        ("localhost", "localhost", "localhost"),
        ("xn--i-7iq.ws", "xn--i-7iq.ws", "xn--i-7iq.ws"),  # a registered emoji domain
        ("xn--a\u00fc.de", None, "xn--a\u00fc.de"),
        ("xn--.de", None, "xn--.de"),
        ("xn--99999999.de", None, "xn--99999999.de"),
        ("xn--bcher-.de", None, "xn--bcher-.de"),
        ("i❤.ws", None, "i❤.ws"),
        ("”Acme”.com", None, "”Acme”.com"),
        ("℀.com", None, "℀.com"),  # maps to a/c
        ("a\u2024\u2024b.com", None, "a\u2024\u2024b.com"),  # maps to a..b
        ("\ud800.com", None, "\ud800.com"),
        ("\u0301a.com", None, "\u0301a.com"),  # starts with a combining mark
        ("Acme .com", None, "Acme .com"),
        ("", None, ""),
        ("ü" * 64 + ".de", None, "ü" * 64 + ".de"),
        ("\u00ad" * 2000 + "acme.com", None, "\u00ad" * 2000 + "acme.com"),
    ],
)
def test_a_label_and_u_label(host: str, ascii_form: str | None, unicode_form: str) -> None:
    assert (a_label(host), u_label(host)) == (ascii_form, unicode_form)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1.", "192.0.2.1"),
        ("3221225985", "192.0.2.1"),
        ("0xC0000201", "192.0.2.1"),
        ("0XC0.0x0.0x2.0x1", "192.0.2.1"),
        ("0300.0.02.01", "192.0.2.1"),
        ("192.0.513", "192.0.2.1"),
        ("192.513", "192.0.2.1"),
        ("127.1", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("0x", "0.0.0.0"),
        ("0x.0x.0", "0.0.0.0"),
        ("00000000000000000000000000000000177.1", "127.0.0.1"),
        ("4294967295", "255.255.255.255"),
        ("１２７．１", "127.0.0.1"),
        ("[::1]", "::1"),
        ("[2001:DB8::1]", "2001:db8::1"),
        ("[::ffff:192.0.2.1]", "::ffff:192.0.2.1"),
        ("4294967296", None),
        ("1" * 5000, None),
        ("0x" + "f" * 5000, None),
        ("256.0.0.1", None),
        ("1.256.1", None),
        ("1.2.3.256", None),
        ("1.2.65536", None),
        ("1.16777216", None),
        ("1.2.3.4.5", None),
        ("1.2.3.4.0", None),
        ("1..2", None),
        ("1.2.3.4..", None),
        (".1", None),
        ("08", None),
        ("1.2.3.0x1g", None),
        ("+1", None),
        ("-1", None),
        ("1_0", None),
        ("٣", None),  # a digit of another script is no ASCII digit
        ("acme.1", None),
        ("acme.com", None),
        ("a1", None),
        ("", None),
        (".", None),
        ("::1", None),
        ("[::1", None),
        ("[]", None),
        ("[1.2.3.4]", None),
        ("[fe80::1%eth0]", None),
        ("[1::2:3:4:5:6:7:8]", None),
        ("[::1::]", None),
    ],
)
def test_parse_ip(host: str, address: str | None) -> None:
    assert parse_ip(host) == (None if address is None else ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("localhost", True),
        ("LocalHost.", True),
        ("app.localhost", True),
        ("printer.local", True),
        ("staging.acme.test", True),
        ("acme.invalid", True),
        ("db.internal", True),
        ("nas.lan", True),
        ("nas.home.arpa", True),
        ("ｌｏｃａｌｈｏｓｔ", True),
        ("127.0.0.1", True),
        ("127.255.255.254", True),
        ("2130706433", True),
        ("0x7f.1", True),
        ("0.0.0.0", True),
        ("10.1.2.3", True),
        ("172.16.0.1", True),
        ("172.31.255.255", True),
        ("192.168.1.1", True),
        ("169.254.169.254", True),
        ("100.64.0.1", True),
        ("100.127.255.255", True),
        ("[::1]", True),
        ("[::]", True),
        ("[fe80::1]", True),
        ("[fd00::1]", True),
        ("[::ffff:10.0.0.1]", True),
        ("172.15.0.1", False),
        ("172.32.0.1", False),
        ("100.63.0.1", False),
        ("100.128.0.1", False),
        ("192.169.0.1", False),
        ("8.8.8.8", False),
        ("[2001:db8::1]", False),
        ("[::ffff:8.8.8.8]", False),
        ("acme.com", False),
        ("acme.example", False),
        ("mylocalhost", False),
        ("local.acme.com", False),
        ("arpa", False),
        ("intranet", False),
        ("a b.local", False),
        ("", False),
    ],
)
def test_is_private_host(host: str, private: bool) -> None:
    assert is_private_host(host) is private


@pytest.mark.parametrize(
    ("text", "host_like"),
    [
        ("acme.com", True),
        (" Acme.com \n", True),
        ("acme.com.", True),
        ("WWW.ACME.CO.UK", True),
        ("acme.example", True),
        ("www.acme.test", True),
        ("github.io", True),
        ("a-b.acme.com", True),
        ("bücher.de", True),
        ("xn--bcher-kva.de", True),
        ("почта.рф", True),
        ("ａｃｍｅ.com", True),
        ("allegro.pl", True),
        ("docs.rs", True),
        ("vercel.app", True),
        ("open.ai", True),
        # names directly under an ambiguous suffix
        ("README.md", False),
        ("setup.py", False),
        ("install.sh", False),
        ("archive.tar.zip", False),
        ("clip.mov", False),
        ("www.point.md", True),
        ("acme.com.py", True),
        ("www.zip", True),
        # text
        ("Node.js", False),
        ("e.g.", False),
        ("i.e.", False),
        ("U.S.", False),
        ("3.14", False),
        ("v1.2.3", False),
        ("report.pdf", False),
        ("Dr.Smith", False),
        ("acme", False),
        ("com", False),
        ("", False),
        (".", False),
        ("...", False),
        ("acme.com/pricing", False),
        ("https://acme.com", False),
        ("acme.com:8080", False),
        ("jo@acme.com", False),
        ("acme.com rocks", False),
        ("our site.now", False),
        ("acme,com", False),
        ("“acme.com”", False),
        ("进入网店。网址", False),
        ("Acme.进入网店。网址", False),
        ("-acme.com", False),
        ("acme-.com", False),
        ("my_acme.com", False),
        ("acme..com", False),
        (".acme.com", False),
        ("192.0.2.1", False),
        ("[::1]", False),
        ("{{ company }}.com", False),
        (LONG_LABEL + "a.com", False),
        ("a.com" * 1000, False),
    ],
)
def test_is_host_like(text: str, host_like: bool) -> None:
    assert is_host_like(text) is host_like


def test_is_host_like_takes_the_ambiguous_suffixes_from_its_caller() -> None:
    assert is_host_like("brew.sh", ambiguous=frozenset())
    assert not is_host_like("script.pl", ambiguous=frozenset({"pl"}))
    assert is_host_like("acme.com.pl", ambiguous=frozenset({"pl"}))


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("acme.com", "WWW.acme.com.", True),
        ("a.acme.co.uk", "b.acme.co.uk", True),
        ("acme.co.uk", "other.co.uk", False),
        ("acme.com", "acme.net", False),
        ("a.github.io", "b.github.io", False),
        ("github.io", "a.github.io", False),
        ("github.io", "GitHub.io", True),
        ("bücher.de", "www.xn--bcher-kva.de", True),
        ("acme.example", "www.acme.example", True),
        ("localhost", "LOCALHOST.", True),
        ("localhost", "acme", False),
        ("127.0.0.1", "0x7f.1", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("1.2.3.4", "9.2.3.4", False),
        ("[::1]", "[0:0::1]", True),
        ("[::1]", "[::2]", False),
        ("{{ host }}", "{{ HOST }}", True),
        ("{{ host }}", "acme.com", False),
    ],
)
def test_same_site(a: str, b: str, same: bool) -> None:
    assert (same_site(a, b), same_site(b, a)) == (same, same)


HOSTILE = st.one_of(
    st.text(),
    st.text(alphabet=st.sampled_from("aAxn0179f-_.。[]:%*!☃ßüא\u0661\u00ad\u200d\u0301\ud800\t\n ")),
    st.lists(st.sampled_from(["xn--", "-", "0x", "ü", "com", "ck", "*", "!www", "1", ""])).map(".".join),
)


@given(HOSTILE)
def test_no_string_raises(text: str) -> None:
    name = a_label(text)
    domain, organisation = registrable(text), organisational(text)
    assert u_label(text) == text or name is not None
    assert parse_ip(text) is None or domain is None
    assert is_private_host(text) in {True, False}
    assert same_site(text, text)
    if name is not None:
        assert a_label(name) == name
        assert a_label(u_label(name)) == name
    if domain is not None:
        assert name is not None
        assert f".{name}".endswith(f".{domain}")
        assert registrable(domain.partition(".")[2]) is None
        assert registrable(domain) == domain
        assert organisation is None or f".{domain}".endswith(f".{organisation}")


def run(code: str, cache: Path) -> str:
    """What a new interpreter prints, with `cache` as its cache folder."""
    root = Path(maillint.web.domains.__file__).parents[2]
    process = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(root), "MAILLINT_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


LOOKUP = """
import sys
from maillint.web.domains import is_host_like, registrable, same_site
assert registrable("mail.acme.co.uk") == "acme.co.uk"
assert is_host_like("acme.com") and same_site("a.acme.com", "b.acme.com")
"""
SLOW = {"tldextract", "requests", "dns", "idna", "ipaddress", "pathlib", "re", "typing", "tempfile", "hashlib"}


def test_a_lookup_on_a_warm_cache_imports_nothing_slow(cache: Path) -> None:
    run(LOOKUP, cache)
    of_the_interpreter = run("import sys; print(*sys.modules)", cache).split()
    imported = set(run(LOOKUP + "print(*sys.modules)", cache).split()).difference(of_the_interpreter)
    assert "maillint.web.domains" in imported
    assert SLOW.intersection(imported) == set()


def test_the_suffixes_are_made_without_a_network() -> None:
    code = """
import sys
def refuse(event, arguments):
    assert event not in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}, event
sys.addaudithook(refuse)
from maillint.web.domains import compile_suffixes
print(len(compile_suffixes()))
"""
    assert int(run(code, Path("unused"))) > 50_000


@pytest.mark.parametrize(("added", "same"), [(b"", True), (b"x", False)])
def test_the_key_names_the_list_and_not_its_place_or_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, added: bytes, same: bool
) -> None:
    key = suffix_key()
    assert key is not None
    package = tmp_path / "tldextract"
    package.mkdir()
    (package / "__init__.py").touch()
    data = Path(tldextract.__file__).with_name(".tld_set_snapshot").read_bytes()
    (package / ".tld_set_snapshot").write_bytes(data[: len(data) - len(added)] + added)
    monkeypatch.syspath_prepend(tmp_path)
    assert (suffix_key() == key) is same


def test_the_compiled_form_holds_every_rule_once() -> None:
    rules = [
        rule for line in compile_suffixes().split("\n") for field in line.split("\t")[1:] for rule in field.split()
    ]
    assert sorted(rules) == sorted(map(encode, reference(private=True).tlds))
