"""Percent-encoding, undone."""

from __future__ import annotations


def unquote(text: str) -> str:
    """Return a text as ``urllib.parse.unquote`` does, which is imported for those that have something encoded."""
    if "%" not in text:
        return text
    from urllib.parse import unquote as decode  # noqa: PLC0415 -- 2 ms

    return decode(text)
