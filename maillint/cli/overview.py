"""What was looked up of a domain, for people: shown above the findings of ``maillint dns``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from maillint.finding import DomainReport
from maillint.network.spf import LOOKUP_LIMIT
from maillint.output._cells import clip, visible
from maillint.output._paint import Paint

_NARROWEST = 40
_LABEL = 9


def overview(domains: Iterable[DomainReport], width: int, paint: Paint) -> str:
    """Return a block of lines for each domain that exists; ends with an empty line if there is any."""
    blocks = []
    for domain in domains:
        if domain.facts.get("exists") is not False:
            rows = [
                (label, clip(text, max(width - _LABEL, _NARROWEST)))
                for label, text in _rows(domain.domain, domain.facts)
            ]
            lines = [f"  {paint(label, 'dim')}{' ' * (_LABEL - 2 - len(label))}{text}" for label, text in rows]
            blocks.append("\n".join([paint(visible(domain.domain), "bold"), *lines]) + "\n\n")
    return "".join(blocks)


def _rows(name: str, facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "MX", _listed(facts["mx"])
    spf = facts["spf"]
    yield "SPF", _listed(spf["records"])
    if spf["records"] and len(spf["records"]) == 1:
        yield "", _spf_cost(spf)
    for check in spf["check_host"]:
        reason = f" ({check['reason']})" if check["reason"] else ""
        yield "", f"{check['ip']} as {check['mail_from'] or check['helo']}: {check['result']}{reason}"
    yield "DMARC", _dmarc(facts["dmarc"], name)
    for key in facts["dkim"]:
        yield "DKIM", f"{key['selector']}: {_key(key)}"
    if not facts["dkim"]:
        yield "DKIM", "no selector known"


def _listed(records: list[str] | None) -> str:
    if records is None:
        return "unknown"
    return ", ".join(records) or "none"


def _spf_cost(spf: Mapping[str, Any]) -> str:
    empty = f", {spf['void_lookups']} of them empty" if spf["void_lookups"] else ""
    return f"DNS lookups: {spf['lookups']} (limit {LOOKUP_LIMIT}){empty}"


def _dmarc(dmarc: Mapping[str, Any], name: str) -> str:
    if dmarc["record"] is None:
        return "none" if dmarc["determined"] else "unknown"
    return dmarc["record"] if dmarc["domain"] == name else f"{dmarc['record']} (of {dmarc['domain']})"


def _key(key: Mapping[str, Any]) -> str:
    if not key["records"]:
        return "unknown" if key["records"] is None else "none"
    if key["revoked"]:
        return "revoked"
    size = f"{key['type']}, {key['bits']} bits" if key["bits"] else "cannot be read"
    return size + (" (a guess: this selector is a usual one)" if key["origin"] == "guessed" else "")
