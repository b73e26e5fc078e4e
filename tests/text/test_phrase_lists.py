"""Phrase lists as their files hold them, and phrases that settings add."""

from __future__ import annotations

import re

import pytest

from maillint.text.phrase_lists import OWN_CATEGORY, OWN_WEIGHT, own_phrases, phrase_index, read_phrases
from maillint.text.phrases import Phrase


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        (None, "mapping `categories`"),
        ({"categories": ["free"]}, "mapping `categories`"),
        ({"categories": {}, "langauge": "en"}, "'langauge'"),
        ({"categories": {"gifts": ["free"]}}, "category gifts"),
        ({"categories": {"gifts": {"weight": 4, "phrases": []}}}, "gifts: weight must be 1, 2 or 3"),
        ({"categories": {"gifts": {"weight": True, "phrases": []}}}, "gifts: weight must be 1, 2 or 3"),
        ({"categories": {"gifts": {"weight": 1, "phrase": []}}}, "gifts: unknown key 'phrase'"),
        ({"categories": {"gifts": {"weight": 1, "phrases": "free"}}}, "gifts: phrases must be a list"),
        ({"categories": {"gifts": {"weight": 1, "phrases": [True]}}}, "gifts: True is not text"),
        ({"categories": {"gifts": {"weight": 1, "not": ["fre*"]}}}, "gifts: phrase 'fre*'"),
    ],
)
def test_a_list_of_another_shape_is_refused_with_its_place(document: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        read_phrases(document)


def test_a_list_is_read_in_order() -> None:
    gifts = {"weight": 2, "why": "bait", "phrases": ["free gift"], "not": ["feel free"]}
    document = {"language": "en", "source": "tests", "categories": {"gifts": gifts}}
    assert read_phrases(document) == [
        Phrase("free gift", "gifts", 2),
        Phrase("feel free", "gifts", 2, negative=True),
    ]


def test_the_shipped_lists_of_all_languages_are_one_index() -> None:
    found = {match.phrase for match in phrase_index().find("dear friend; гарантированный заработок")}
    assert len(found) == 2


def test_phrases_that_settings_add_have_a_category_of_their_own() -> None:
    (match,) = own_phrases(("synerg*",)).find("Our synergies.")
    assert (match.phrase, match.category, match.weight) == ("synerg*", OWN_CATEGORY, OWN_WEIGHT)
