"""Where readers can be, and what they can have agreed to; by ``rules/lists/consent.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from maillint.data.lists import load_list

CONSENT = ("none", "aggregate", "individual")
"""What readers have agreed to: nothing, opens counted in sum, or opens and clicks counted for each of them."""


@cache
def jurisdictions() -> Mapping[str, str]:
    """The jurisdictions that settings may name: by lower-case code, the name for people."""
    data = load_list("consent")
    return {**{code: entry["name"] for code, entry in data["jurisdictions"].items()}, **data["without-rule"]}


def has_rule(code: str) -> bool:
    """Whether any rule asks for something in a jurisdiction."""
    return code in load_list("consent")["jurisdictions"]


def jurisdiction_fault(code: str) -> str | None:
    """Say that a text is no jurisdiction's code, in either case, and which may be meant; None if it is one."""
    known = jurisdictions()
    if code.lower() in known:
        return None
    from difflib import get_close_matches  # noqa: PLC0415 -- only an error needs it

    names = {name.lower().removeprefix("the "): code for code, name in known.items()}
    close = get_close_matches(code.lower().removeprefix("the "), names, 1, 0.75)
    hint = f'; did you mean "{names[close[0]]}"?' if close else f" (known: {', '.join(sorted(known))})"
    return f'unknown jurisdiction "{code}"{hint}'
