"""Addresses that can be shown: their shape, without the person."""

from __future__ import annotations


def masked(address: str) -> str:
    """Return an address with letters and digits before its last @ as ``x``; all of them where there is no @."""
    local_part, at, domain = address.rpartition("@")
    hidden = "".join("x" if character.isalnum() else character for character in (local_part if at else address))
    return f"{hidden}@{domain}" if at else hidden
