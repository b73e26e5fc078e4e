"""The check of consent: tracking where a jurisdiction wants the reader's agreement, and none is declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from maillint.analysis.identifiers import identifiers
from maillint.check import Option, Options, check
from maillint.checks.tracking import pixel, pixel_placeholder
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
            "where readers are: eu, fr, uk, or another country's code; empty: off",
            text_fault=jurisdiction_fault,
        ),
        "consent": Option(
            "text",
            "none",
            "what readers have agreed to: nothing, opens counted in sum, or opens and clicks counted for each of them",
            choices=CONSENT,
        ),
    },
)
def consent_required(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Open pixels, and links that name their reader, where the law wants consent first and none is declared.

    Off until jurisdictions are named. With ``consent: aggregate``, a pixel passes whose address is the same for
    every reader; the others, and links that name the reader, need ``individual``.
    """
    consent = options["consent"]
    wanted = [_jurisdictions()[code] for code in map(str.lower, options["jurisdictions"]) if code in _jurisdictions()]
    if not wanted or consent == "individual":
        return
    first = wanted[0]
    told = {"where": " and ".join(dict.fromkeys(entry["name"] for entry in wanted)), "rule": first["rule"]}
    for hit in pixel.run(message, {}):
        if isinstance(hit, Hit) and (consent == "none" or hit.evidence["own"]):
            yield Hit(hit.place, hit.span, {**told, "what": "an open pixel"}, hit.view)
    for hit in pixel_placeholder.run(message, {}):
        if isinstance(hit, Hit):
            yield Hit(hit.place, hit.span, {**told, "what": "an open pixel"}, hit.view)
    for part, view in message.views():
        for link in view.content.links:
            for found in identifiers(message, view, link):
                if found.recipient:
                    yield Hit(part, found.span, {**told, "what": "a link that names its reader"}, view)


@cache
def _jurisdictions() -> Mapping[str, Any]:
    data: Mapping[str, Any] = load_list("consent")["jurisdictions"]
    return data
