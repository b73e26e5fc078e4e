"""The lists behind the rules of links/: texts, roles, hosts and top-level domains."""

from __future__ import annotations

import unicodedata
from itertools import combinations

import pytest

from maillint.checks.link_texts import plain_words
from maillint.data.lists import load_list
from maillint.web.domains import a_label, is_host_like, registrable
from maillint.web.link_lists import LinkLists
from maillint.web.wrappers import classify

LANGUAGES = {"en", "de", "fr", "es", "ru", "uk"}


def test_top_level_domains_exist_and_stand_once() -> None:
    data = load_list("suspicious-tlds")
    names = [entry["tld"] for entry in data["tlds"]]
    assert names == sorted(set(names))
    for entry in data["tlds"]:
        assert is_host_like(f"a.{entry['tld']}", frozenset()), entry
        assert entry["source"]
        assert set(entry["source"]) <= set(data["sources"])


@pytest.mark.parametrize(
    "tld", ["com", "net", "org", "io", "de", "uk", "ru", "ua", "app", "dev", "me", "co", "info", "xyz"]
)
def test_top_level_domains_of_everyday_senders_are_not_listed(tld: str) -> None:
    assert tld not in {entry["tld"] for entry in load_list("suspicious-tlds")["tlds"]}


def test_vague_texts_are_written_as_they_are_compared() -> None:
    texts = load_list("vague-texts")["texts"]
    assert set(texts) >= LANGUAGES
    for language, listed in texts.items():
        assert len(listed) == len(set(listed)), language
        for text in listed:
            assert text == unicodedata.normalize("NFC", text)
            assert plain_words(text) in {text, text.replace("ё", "е")}, text


def test_roles_of_links_are_lower_case_and_apart() -> None:
    roles = load_list("link-roles")
    for data in roles.values():
        assert all(text == text.lower() and text.strip() for text in data["texts"])
        assert all(path.isalnum() and path == path.lower() for path in data["paths"])
    for one, other in combinations(roles.values(), 2):
        assert set(one["texts"]).isdisjoint(other["texts"])
        assert set(one["paths"]).isdisjoint(other["paths"])


@pytest.mark.parametrize("key", ["placeholders", "tunnels", "https"])
def test_hosts_are_names_and_stand_once(key: str) -> None:
    names = load_list("link-hosts")[key]
    assert len(names) == len(set(names))
    for name in names:
        assert a_label(name) == name


def test_placeholders_are_whole_domains_and_no_well_known_site() -> None:
    hosts = load_list("link-hosts")
    known = {*hosts["https"], *hosts["tunnels"], *(name for group in hosts["same"] for name in group)}
    for name in hosts["placeholders"]:
        assert registrable(name) == name
        assert name not in known


def test_every_list_of_hosts_names_its_source() -> None:
    data = load_list("link-hosts")
    assert set(data["sources"]) == set(data) - {"sources"}


def test_a_domain_belongs_to_one_organisation() -> None:
    groups = load_list("link-hosts")["same"]
    names = [name for group in groups for name in group]
    assert len(names) == len(set(names))


def test_words_for_an_address_are_written_as_they_are_compared() -> None:
    words = load_list("link-hosts")["words"]
    assert len(words) == len(set(words))
    for word in words:
        assert isinstance(word, str)
        assert word == word.casefold() == word.strip(" #/.")


def test_no_listed_site_is_taken_for_a_wrapper() -> None:
    lists = LinkLists.from_data(
        gateways=load_list("gateways"),
        redirectors=load_list("redirectors"),
        shorteners=load_list("shorteners"),
        wrappers=load_list("click-wrappers"),
    )
    short = {"bit.ly", "bitly.com", "t.me", "youtu.be"}
    for name in set(load_list("link-hosts")["https"]) - short:
        assert classify(f"https://www.{name}/about-us", lists) is None, name
