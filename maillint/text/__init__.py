"""Texts, and places in them; nothing here knows about mail."""
