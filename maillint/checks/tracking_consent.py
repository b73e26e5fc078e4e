"""The check of consent: tracking where the law asks for the reader's consent, and no consent is declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from maillint.analysis.identifiers import identifiers
from maillint.analysis.pixels import pixel_tags, pixels
from maillint.check import Needs, Option, Options, check
from maillint.data.consent import CONSENT, jurisdiction_fault
from maillint.data.lists import load_list
from maillint.hits import Hit, NotKnown
from maillint.message.model import Message


@check(
    "consent-required",
    fields=("what", "where", "rule"),
    options={
        "jurisdictions": Option(
            "texts",
            [],
            "where recipients are: eu, fr, uk, or another country's code; empty: off",
            text_fault=jurisdiction_fault,
        ),
        "consent": Option(
            "text",
            "none",
            "what recipients have agreed to: nothing, opens counted in total, or opens and clicks counted for each",
            choices=CONSENT,
        ),
    },
    needs=Needs(options=("jurisdictions",)),
)
def consent_required(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Open pixels, and links that name their reader, where the law asks for consent and no consent is declared.

    Off until jurisdictions are named. With ``consent: aggregate``, a pixel passes whose address is the same for
    every reader; the others, and links that name the reader, need ``individual``.
    """
    consent = options["consent"]
    wanted = [_jurisdictions()[code] for code in map(str.lower, options["jurisdictions"]) if code in _jurisdictions()]
    if not wanted or consent == "individual":
        return
    law = {"where": " and ".join(dict.fromkeys(entry["name"] for entry in wanted)), "rule": wanted[0]["rule"]}
    for pixel in pixels(message):
        if consent == "none" or pixel.own:
            yield Hit(pixel.part, pixel.span, {**law, "what": "an open pixel"}, pixel.view)
    for tag in pixel_tags(message):
        yield Hit(tag.part, tag.span, {**law, "what": "an open pixel"}, tag.view)
    for link, found in identifiers(message):
        if found.recipient:
            yield Hit(link.part, found.span, {**law, "what": "a link that identifies its recipient"}, link.views)


@cache
def _jurisdictions() -> Mapping[str, Any]:
    data: Mapping[str, Any] = load_list("consent")["jurisdictions"]
    return data
