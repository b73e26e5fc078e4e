"""Checks of what the parameters of links say: who the reader is, and which campaign the link belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from maillint.analysis.beacons import shown
from maillint.analysis.identifiers import identifiers, is_campaign, parameters, stripped_unsubscribes, without
from maillint.analysis.links import links_of
from maillint.analysis.traits import TOUCH_NOT_DECLARED
from maillint.check import Needs, Option, Options, check
from maillint.hits import Hit, NotKnown
from maillint.message.model import Message
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.spans import Span


@check(
    "link-identifier",
    fields=("identifier", "url", "vendor", "parameter", "stripped", "clients"),
    options={"ignore": Option("texts", [], "parameters to allow, in upper or lower case")},
    needs=(
        Needs(links=("?", "@", "%40", PLACEHOLDER_CHAR)),
        Needs(kinds=("eml",), headers=("to", "delivered-to"), links=("",)),
    ),
)
def link_identifier(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Links that say who their reader is: parameters of sending tools, an e-mail address or its hash.

    Links to unsubscribe, to confirm or to sign in must know their reader, and are let pass.
    """
    ignored = {name.lower() for name in options["ignore"]}
    for link, found in identifiers(message):
        if found.parameter.lower() in ignored:
            continue
        evidence = {
            "identifier": found.words,
            "url": shown(link.part, link.span),
            "vendor": found.vendor,
            "parameter": found.parameter,
            "stripped": f"; {_who_drop(found.stripped_by)} it" if found.stripped_by else "",
            "clients": ", ".join(found.stripped_by),
        }
        yield Hit(link.part, found.span, evidence, link.views, found.changes)


def _who_drop(clients: Sequence[str]) -> str:
    return f"{' and '.join(clients)} strip{'s' * (len(clients) == 1)}"


@check(
    "stripped-unsubscribe",
    fields=("parameters", "clients", "dropped", "url"),
    needs=Needs(links=("?",)),
)
def stripped_unsubscribe(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Links out of the list that know their reader by parameters alone which some mail clients and browsers drop."""
    for link, found in stripped_unsubscribes(message):
        evidence = {
            "parameters": " and ".join(found.parameters),
            "clients": ", ".join(found.clients),
            "dropped": f"{_who_drop(found.clients)} {'them' if len(found.parameters) > 1 else 'it'}",
            "url": shown(link.part, link.span),
        }
        yield Hit(link.part, found.span, evidence, link.views)


@check(
    "utm-in-first-touch",
    fields=("parameters", "url"),
    options={"ignore": Option("texts", [], "parameters to allow, in upper or lower case")},
    needs=Needs(links=("?",)),
)
def utm_in_first_touch(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Campaign parameters on the links of a first touch; later messages of a sequence may have them."""
    if message.touch not in {None, 1}:
        return
    ignored = {name.lower() for name in options["ignore"]}
    for link in links_of(message):
        if "?" not in link.link.url:
            continue
        every = parameters(link.view, link.span)
        found = [
            parameter for parameter in every if is_campaign(parameter.name) and parameter.name.lower() not in ignored
        ]
        if not found:
            continue
        if message.touch is None:
            yield TOUCH_NOT_DECLARED
            return
        names = ", ".join(parameter.name for parameter in found)
        evidence = {"parameters": names, "url": shown(link.part, link.span)}
        span = Span(found[0].span.start, found[-1].span.end)
        yield Hit(link.part, span, evidence, link.views, without(link.view, link.span, every, found), safe=True)
