"""The part of ``maillint check --online`` that reads its options and shows how far it is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from ipaddress import ip_network

import click

from maillint.cli.dns import open_resolver
from maillint.finding import Report
from maillint.network.http_live import Network
from maillint.network.resolver import DEFAULT_TIMEOUT
from maillint.project.discovery import Discovery, Group
from maillint.project.online import Asking, ask_links

_WORTH_TELLING = 20


def report_links(
    report: Report,
    groups: Sequence[Group],
    discovery: Discovery,
    *,
    resolver: str | None,
    timeout: float,
    allowed: Sequence[str],
    quiet: bool,
) -> Report:
    """Add what the links of the linted messages lead to; raises click.UsageError for options that cannot be."""
    server = open_resolver(resolver, min(timeout, DEFAULT_TIMEOUT))
    networks = tuple(map(network, allowed))
    progress = _told if sys.stderr.isatty() and not quiet else lambda what, done, count: None
    return ask_links(report, groups, discovery, Asking(server, timeout, networks, progress))


def network(text: str) -> Network:
    """Take an address or a network in CIDR notation; raises click.UsageError."""
    try:
        return ip_network(text)
    except ValueError:
        raise click.UsageError(
            f"--online-allow-private: {text!r} is neither an address nor a network such as 10.0.0.0/8"
        ) from None


def _told(what: str, done: int, count: int) -> None:
    """One line that is written over and over, and gone at the end."""
    if count >= _WORTH_TELLING:
        click.echo("\r\x1b[K" if done == count else f"\rasking about {what}: {done} of {count}", nl=False, err=True)
