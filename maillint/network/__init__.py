"""Queries and parses what a domain publishes about its mail, and judges none of it."""
