"""The one character that stands for what nobody can know yet."""

from __future__ import annotations

PLACEHOLDER_CHAR = "\uf5b1"
"""Stands for every character of what a template tag prints, in a view and in a URL taken from one.

It is a private-use character; ``View.hole_at`` leads from it to the tag.
"""
