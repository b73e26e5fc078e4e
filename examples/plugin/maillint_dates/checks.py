"""The plugin's checks: maillint takes every check in this module."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from maillint.plugin import Change, Hit, Message, NotKnown, Option, Options, Span, check

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

_MONTH = "|".join(MONTHS)
_DATE = re.compile(
    rf"\b(?P<weekday>{'|'.join(WEEKDAYS)}),?\s{{1,3}}(?:the\s)?"
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?(?P<month>{_MONTH})"
    rf"|(?P<us_month>{_MONTH})\s(?P<us_day>\d{{1,2}})(?:st|nd|rd|th)?)\b"
    r"(?:,?\s(?P<year>\d{4}))?",
    re.IGNORECASE,
)


@check(
    "dates-weekday",
    fields=("weekday", "date", "actual"),
    options={"year": Option("whole number", 0, "the year of a date that states none; 0: such a date is unknown")},
)
def weekday(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Weekdays that do not go with the date after them."""
    for field in message.headers.all("subject"):
        for found in find(field.text, options["year"]):
            if isinstance(found, NotKnown):
                yield found
            else:
                span, evidence = found
                yield Hit(field, span, evidence)
    for part in message.parts:
        for view in part.views:
            flow = view.content.flow  # the visible text, without markup
            for found in find(flow.text, options["year"]):
                if isinstance(found, NotKnown):
                    yield found
                else:
                    (start, end), evidence = found
                    span = flow.span(start, end)  # where that is in the part
                    yield Hit(part, span, evidence, view, changes=(Change(span, evidence["actual"]),))


def find(text: str, year: int) -> Iterator[tuple[Span, dict[str, str]] | NotKnown]:
    """Where a weekday does not go with its date, with the evidence; ``year`` is for dates without one."""
    for match in _DATE.finditer(text):
        said = int(match["year"] or year)
        if said == 0:
            yield NotKnown("a date has a weekday but no year")
            continue
        month = (match["month"] or match["us_month"]).capitalize()
        try:
            day = date(said, MONTHS.index(month) + 1, int(match["day"] or match["us_day"]))
        except ValueError:  # 31 June
            continue
        actual = WEEKDAYS[day.weekday()]
        if actual != match["weekday"].capitalize():
            shown = f"{day.day} {month} {day.year}"
            yield Span(*match.span("weekday")), {"weekday": match["weekday"], "date": shown, "actual": actual}
