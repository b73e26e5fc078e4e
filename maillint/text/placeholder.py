"""The character that stands for text which is known only when a message is sent."""

from __future__ import annotations

PLACEHOLDER_CHAR = "\uf5b1"
"""Stands for each character of a template tag that prints something, in a view and in a URL taken from one.

It is a private-use character. ``View.hole_at`` returns the tag at its offset.
"""
