"""Addresses, domains, and what is known about who runs them."""
