"""The lists behind the rules of tracking/: well formed, without duplicates, and each entry is found."""

from __future__ import annotations

import re

import pytest

from maillint.data.lists import load_list
from maillint.web.trackers import beacon_vendor
from tests.test_tracking import active, run

SIGNS = load_list("beacon-signs")
PLACEHOLDERS = load_list("pixel-placeholders")
READERS = load_list("reader-links")
CONSENT = load_list("consent")["jurisdictions"]


@pytest.mark.parametrize("name", [*SIGNS, *(key for key in READERS)])
def test_no_word_stands_twice(name: str) -> None:
    words = SIGNS.get(name) or READERS[name]
    assert len(set(words)) == len(words)
    assert all(isinstance(word, str) and word == word.strip() != "" for word in words)


def test_names_are_letters() -> None:
    names = (*SIGNS["names"], *PLACEHOLDERS["names"], *READERS["mail-tags"], *READERS["reader-tags"])
    assert all(re.fullmatch("[a-z]+", name) for name in names)


@pytest.mark.parametrize("host", [*SIGNS["picture-hosts"], *SIGNS["font-hosts"]])
def test_hosts_are_hosts_and_no_trackers(host: str) -> None:
    assert re.fullmatch(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", host)
    assert beacon_vendor(f"https://{host}/a/b.png") is None


@pytest.mark.parametrize("entry", PLACEHOLDERS["entries"], ids=lambda entry: entry["text"])
def test_every_placeholder_is_found(entry: dict[str, str]) -> None:
    assert entry["source"] in PLACEHOLDERS["sources"]
    text = f"<body><p>Hello</p>{entry['text']} </body>"
    (found,) = run(text, active("pixel-placeholder"))
    assert text[found.start : found.end] == entry["text"]


def test_every_source_is_cited() -> None:
    assert {entry["source"] for entry in PLACEHOLDERS["entries"]} == set(PLACEHOLDERS["sources"])


@pytest.mark.parametrize("code", CONSENT)
def test_jurisdictions_say_by_what_rule(code: str) -> None:
    assert re.fullmatch("[a-z]{2,3}", code)
    assert set(CONSENT[code]) == {"name", "rule", "source"}


@pytest.mark.parametrize("entry", load_list("trackers")["entries"], ids=lambda entry: entry["example"])
def test_every_tracker_is_found_by_its_example(entry: dict[str, str]) -> None:
    assert beacon_vendor(entry["example"]) == entry["vendor"]
