"""Texts in which «» mark spans."""

from __future__ import annotations

import re


def unmark(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return a text without its «», and the spans that they mark, in order; they may be nested."""
    spans, starts, plain, position = [], [], "", 0
    for mark in re.finditer("[«»]", text):
        plain += text[position : mark.start()]
        position = mark.end()
        if mark[0] == "«":
            starts.append(len(plain))
        else:
            spans.append((starts.pop(), len(plain)))
    assert not starts, "a « without its »"
    return plain + text[position:], sorted(spans)
