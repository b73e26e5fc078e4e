"""The list of pages at which appointments are booked: each entry is found, and look-alikes are not."""

from __future__ import annotations

import re

import pytest

from maillint.data.lists import load_list
from maillint.web.calendars import books_appointments
from maillint.web.urls import split

LIST = load_list("calendars")


def books(url: str) -> bool:
    parts = split(url)
    return books_appointments(parts.host, parts.path)


@pytest.mark.parametrize("entry", LIST["entries"], ids=lambda entry: entry["example"])
def test_every_entry_is_found_by_its_example(entry: dict[str, str]) -> None:
    assert books(entry["example"])
    assert books(entry["example"].replace("https://", "https://www.")) or entry.get("subdomains")
    assert re.fullmatch(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", entry["host"])


@pytest.mark.parametrize(
    "url",
    [
        "https://calendly.com/",
        "https://calendly.com/pricing",
        "https://calendly.com/blog/how-to",
        "https://notcalendly.com/ada/30min",
        "https://calendly.com.acme.example/ada",
        "https://cal.com/docs/llms.txt",
        "https://savvycal.com/articles/calendly-vs-acuity",
        "https://zcal.co/signup",
        "https://calendar.google.com/calendar/render?action=TEMPLATE&text=Fair",
        "https://calendar.google.com/calendar/ical/a/basic.ics",
        "https://outlook.office365.com/owa/calendar/x/reachcalendar.ics",
        "https://outlook.office.com/mail/",
        "https://app.reclaim.ai/planner",
        "https://koalendar.com/assets/widget.js",
        "https://app.hubspot.com/meetings/1",
        "https://youcanbook.me/pricing",
        "https://acme.example/calendly.com/ada",
    ],
)
def test_look_alikes_are_no_calendars(url: str) -> None:
    assert not books(url)


def test_own_pages_stand_once() -> None:
    assert len(set(LIST["own-pages"])) == len(LIST["own-pages"])
