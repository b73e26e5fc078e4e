"""Queries the DNS, blocklists and web servers, and parses what they answer; judging it is left to the checks."""
