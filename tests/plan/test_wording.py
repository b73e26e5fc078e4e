"""What the words that authors of plans choose mean."""

from __future__ import annotations

import pytest

from maillint.plan.wording import is_about_tracking, waits_for_answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("opens", True),
        ("Open rate", True),
        ("unique_opens", True),
        ("click-through rate", True),
        ("CTR", True),
        ("not opened within 3 days", True),
        ("hasn't clicked the link", True),
        ("opened step 2", True),
        ("no-open", True),
        ("replies", False),
        ("no-reply", False),
        ("opened an account", False),
        ("deal still open", False),
        ("clicks on the price list", False),
        ("open positions", False),
        ("clicked and ordered", False),
        ("", False),
        ("rate", False),
    ],
)
def test_what_is_about_opens_and_clicks(text: str, answer: bool) -> None:
    assert is_about_tracking(text) is answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [("replied", True), ("positive reply", True), ("interested", True), ("no-reply", False), ("not interested", False),
     ("", False), ("opened", False)],
)  # fmt: skip
def test_who_has_answered(text: str, answer: bool) -> None:
    assert waits_for_answer(text) is answer
