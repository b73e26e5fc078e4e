"""Texts and places in them; knows nothing of mail."""
