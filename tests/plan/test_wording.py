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
        ("Открытия", True),
        ("доля открытий писем", True),
        ("не открыл письмо за 3 дня", True),
        ("переходы по ссылкам", True),
        ("ответы", False),
        ("открытие счёта", False),
        ("переход на новый тариф", False),
        ("відкриття", True),
        ("частка відкриттів", True),
        ("не відкрив листа", True),
        ("кліки по посиланню", True),
        ("відкриття рахунку", False),
        ("відповіді", False),
    ],
)
def test_what_is_about_opens_and_clicks(text: str, answer: bool) -> None:
    assert is_about_tracking(text) is answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [("replied", True), ("positive reply", True), ("interested", True), ("no-reply", False), ("not interested", False),
     ("", False), ("opened", False), ("ответил", True), ("не ответил", False), ("нет ответа", False),
     ("відповіла", True), ("немає відповіді", False)],
)  # fmt: skip
def test_who_has_answered(text: str, answer: bool) -> None:
    assert waits_for_answer(text) is answer
