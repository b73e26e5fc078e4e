"""Pages at which appointments are booked, by ``rules/lists/calendars.yaml``."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from maillint.data.lists import load_list


def books_appointments(host: str, path: str) -> bool:
    """Whether an address leads to somebody's calendar, and not to a page of the service itself."""
    host = host.lower().removeprefix("www.")
    path = path.lower()
    for entry in _entries().get(host, ()):
        if entry.get("subdomains"):
            continue
        if "path" in entry:
            if re.fullmatch(entry["path"], path):
                return True
        elif path.strip("/") and path.strip("/").partition("/")[0].partition(".")[0] not in _own_pages():
            return True
    return any(entry.get("subdomains") for entry in _entries().get(host.partition(".")[2], ()))


@cache
def _entries() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in load_list("calendars")["entries"]:
        found.setdefault(entry["host"], []).append(entry)
    return found


@cache
def _own_pages() -> frozenset[str]:
    return frozenset(load_list("calendars")["own-pages"])
