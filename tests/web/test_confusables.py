"""Scripts in a label, and what a label can be taken for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillint.data.lists import load_list
from maillint.web.confusables import mixed_scripts, script_of, skeleton


@pytest.mark.parametrize(
    ("character", "script"),
    [
        ("a", "Latin"),
        ("é", "Latin"),
        ("ɑ", "Latin"),
        ("а", "Cyrillic"),
        ("ї", "Cyrillic"),
        ("α", "Greek"),
        ("ա", "Armenian"),
        ("א", "Hebrew"),
        ("م", "Arabic"),
        ("न", "Devanagari"),
        ("ก", "Thai"),
        ("中", "Han"),
        ("ひ", "Hiragana"),
        ("カ", "Katakana"),
        ("한", "Hangul"),
        ("ㄅ", "Bopomofo"),
        ("Ꭰ", "Cherokee"),
        ("1", "Common"),
        ("-", "Common"),
        ("ー", "Common"),
        ("々", "Common"),
        ("\u0301", "Inherited"),
        ("\U0010ffff", "Common"),
    ],
)
def test_the_script_of_a_character(character: str, script: str) -> None:
    assert script_of(character) == script


@pytest.mark.parametrize(
    ("label", "scripts"),
    [
        ("acme", ()),
        ("acme-1", ()),
        ("müller", ()),
        ("mu\u0308ller", ()),
        ("яндекс", ()),
        ("яндекс24", ()),
        ("ελλάδα", ()),
        ("한국", ()),
        ("日本語", ()),
        ("ひらがなとカタカナー", ()),
        ("お名前ドットコム", ()),
        ("toyota日本", ()),
        ("sonyひカ日", ()),
        ("kpop한국漢", ()),
        ("taiwanㄅ漢", ()),
        ("асme", ("Cyrillic", "Latin")),
        ("paypаl", ("Latin", "Cyrillic")),
        ("αcme", ("Greek", "Latin")),
        ("ոcme", ("Armenian", "Latin")),
        ("яндεкс", ("Cyrillic", "Greek")),
        ("中ب", ("Han", "Arabic")),
        ("ひ한", ("Hiragana", "Hangul")),
        ("aひㄅ", ("Latin", "Hiragana", "Bopomofo")),
        ("", ()),
    ],
)
def test_labels_that_mix_scripts(label: str, scripts: tuple[str, ...]) -> None:
    assert mixed_scripts(label) == scripts


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("раураl", "paypal"),
        ("раураӏ", "paypal"),
        ("gооgle", "google"),
        ("g00gle", "google"),
        ("hote1", "hotel"),
        ("acrne", "acme"),
        ("ѕсоре", "scope"),
        ("ахіѕ", "axis"),
        ("ԝіԁе", "wide"),
        ("νοο", "voo"),
        ("օcս", "ocu"),
        ("ＡＣＭＥ", "acme"),
        ("ACME", "acme"),
    ],
)
def test_names_that_can_be_taken_for_each_other(text: str, other: str) -> None:
    assert skeleton(text) == skeleton(other)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("müller", "muller"),
        ("acme", "acne"),
        ("œuvre", "oeuvre"),
        ("яндекс", "yandex"),
        ("acme", "acme1"),
        ("þor", "por"),
    ],
)
def test_names_that_readers_tell_apart(text: str, other: str) -> None:
    assert skeleton(text) != skeleton(other)


@given(st.text(max_size=30))
def test_any_text_has_a_skeleton(text: str) -> None:
    assert isinstance(skeleton(text), str)
    assert isinstance(mixed_scripts(text), tuple)


def test_every_look_alike_is_there_once_and_looks_like_what_a_host_name_may_have() -> None:
    seen: set[str] = set()
    for looks, by_source in load_list("confusables")["alike"].items():
        assert looks.isascii()
        assert looks.isalnum()
        assert looks == looks.lower()
        for source, characters in by_source.items():
            assert source in load_list("confusables")["sources"]
            for character in characters:
                assert character.lower() == character, "IDNA folds case"
                assert character not in seen
                seen.add(character)


def test_every_look_alike_is_in_a_script_that_hosts_are_spoofed_with() -> None:
    characters = {
        character
        for by_source in load_list("confusables")["alike"].values()
        for listed in by_source.values()
        for character in listed
        if not character.isascii()
    }
    assert {script_of(character) for character in characters} <= {"Latin", "Greek", "Cyrillic", "Armenian", "Coptic"}
