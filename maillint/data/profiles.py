"""The kinds of mail that a message can be."""

from __future__ import annotations

PROFILES = ("cold", "newsletter", "transactional", "general")
"""Every profile; ``general`` is that of mail whose kind is not known."""
