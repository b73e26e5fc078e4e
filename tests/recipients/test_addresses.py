"""What is an address, what is wrong with one that is none, and which spellings are one mailbox."""

from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from maillint.recipients.addresses import FAULTS, AddressReader, _is_plain_domain
from maillint.recipients.mask import masked

VALID = [
    ("ada@acme.example", "ada@acme.example"),
    ("Ada.Lovelace@ACME.example", "ada.lovelace@acme.example"),
    ("  ada@acme.example\t", "ada@acme.example"),
    ("ada+news@acme.example", "ada+news@acme.example"),
    ("o'hara_1/x=y@acme.co.uk", "o'hara_1/x=y@acme.co.uk"),
    ("Ada Lovelace <ada@acme.example>", "ada@acme.example"),
    ("<ada@acme.example>", "ada@acme.example"),
    ("jürgen@bücher.example", "jürgen@xn--bcher-kva.example"),
    ("JÜRGEN@BÜCHER.example", "jürgen@xn--bcher-kva.example"),
    ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
    ('"ada lovelace"@acme.example', '"ada lovelace"@acme.example'),
    (f"{'a' * 70}@acme.example", f"{'a' * 70}@acme.example"),
]


@pytest.mark.parametrize(("cell", "address"), VALID)
def test_addresses(cell: str, address: str) -> None:
    read = AddressReader().read(cell)
    assert (read.fault, f"{read.local_part}@{read.domain}") == ("", address)


FAULTY = [
    ("", "no-address"),
    (" \t", "no-address"),
    ("ada", "no-at"),
    ("ada(at)acme.example", "no-at"),
    ("n/a", "no-at"),
    ("@acme.example", "no-local-part"),
    ("ada@", "no-domain"),
    ("ada@@acme.example", "many-ats"),
    ("ada@b@acme.example", "many-ats"),
    ("ada@acme", "bare-host"),
    ("ada@localhost", "bare-host"),
    ("ada@acme.test", "reserved-domain"),
    ("ada@printer.local", "reserved-domain"),
    ("ada@192.0.2.1", "ip-address"),
    ("ada@[192.0.2.1]", "ip-address"),
    ("ada..b@acme.example", "dots"),
    (".ada@acme.example", "dots"),
    ("ada.@acme.example", "dots"),
    ("ada@acme..example", "dots"),
    ("ada@acme.example.", "dots"),
    ("a da@acme.example", "white-space"),
    ("ada@acme. example", "white-space"),
    ("\u00a0ada@acme.example", "white-space"),
    ("ada@acme.example\u200b", "invisible"),
    ("\ufeffada@acme.example", "invisible"),
    ("mailto:ada@acme.example", "link"),
    ("ada@acme.example; grace@acme.example", "several"),
    ("ada@acme.example,grace@acme.example", "several"),
    ("ada@acme.example/grace@acme.example", "many-ats"),
    ("ada@acme,example", "characters"),
    ("ada,b@acme.example", "characters"),
    ("ada@ac_me.example", "characters"),
    ("ada@-acme.example", "characters"),
    ("ada@acme.example>", "characters"),
    ("ada@acme.123", "characters"),
    (f"{'a' * 250}@acme.example", "too-long"),
    (f"{'a' * 5000}@acme.example", "too-long"),
]


@pytest.mark.parametrize(("cell", "fault"), FAULTY)
def test_faults(cell: str, fault: str) -> None:
    read = AddressReader().read(cell)
    assert (read.fault, read.local_part, read.domain, read.mailbox) == (fault, "", "", "")


def test_every_fault_has_words_and_a_case() -> None:
    assert {fault for _, fault in FAULTY} == set(FAULTS)


PIECES = [
    "ada",
    "A",
    ".",
    "@",
    "@acme.example",
    "acme",
    "-",
    "_",
    "+",
    " ",
    "ü",
    "'",
    '"',
    "\u200b",
    "xn--",
    "1",
    "com",
    ",",
]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
@example("ada@acme.-com")
@example("ß@acme.example")
def test_what_is_an_address_is_what_email_validator_says(text: str) -> None:
    cell = text.strip(" ")
    try:
        valid = validate_email(cell, check_deliverability=False, allow_quoted_local=True)
    except EmailNotValidError:
        assert AddressReader().read(text).fault
    else:
        read = AddressReader().read(text)
        assert (read.fault, read.domain) == ("", valid.ascii_domain.lower())
        assert read.local_part == valid.local_part.casefold()


def test_a_reader_that_has_seen_a_domain_says_the_same_of_it_again() -> None:
    reader = AddressReader()
    cells = [cell for cell, _ in [*VALID, *FAULTY]]
    assert [reader.read(cell) for cell in cells] == [reader.read(cell) for cell in cells]
    assert [reader.read(cell) for cell in cells] == [AddressReader().read(cell) for cell in cells]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ada@acme.example", "ADA@Acme.Example", True),
        ("ada@bücher.example", "ada@xn--bcher-kva.example", True),
        ("ada.b@gmail.com", "adab@googlemail.com", True),
        ("ada.b@acme.example", "adab@acme.example", False),
        ("ada@acme.example", "ada+1@acme.example", False),
        ("ada@gmail.com", "ada+1@gmail.com", False),
        ("ada@acme.example", "ada@mail.acme.example", False),
    ],
)
def test_mailboxes(one: str, other: str, same: bool) -> None:
    reader = AddressReader()
    assert (reader.read(one).mailbox == reader.read(other).mailbox) is same


@pytest.mark.parametrize(
    ("address", "shape"),
    [
        ("ada.lovelace@acme.example", "xxx.xxxxxxxx@acme.example"),
        ("ada lovelace", "xxx xxxxxxxx"),
        ("ada@b@acme.example", "xxx@x@acme.example"),
        ("", ""),
    ],
)
def test_masked(address: str, shape: str) -> None:
    assert masked(address) == shape


LABELS = st.text("ab1-xé_", max_size=9)
ENDINGS = st.sampled_from(["com", "test", "local", "arpa", "onion", "c0m", "xn--p1ai", "1", "рф", ""])


@given(st.lists(LABELS, max_size=4), ENDINGS)
@example(["a" * 57], "com")
@example(["xn--a"], "com")
def test_a_plain_domain_is_one_that_email_validator_takes_as_it_is(labels: list[str], ending: str) -> None:
    domain = ".".join([*labels, ending])
    if _is_plain_domain(domain):
        assert validate_email(f"a@{domain}", check_deliverability=False).ascii_domain == domain


@pytest.mark.parametrize("domain", ["acme.example", "mail.acme-shop.co.uk", "a1.de", "x.museum"])
def test_most_domains_are_plain(domain: str) -> None:
    assert _is_plain_domain(domain)
