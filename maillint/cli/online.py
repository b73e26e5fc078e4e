"""What ``maillint check --dns`` and ``--online`` look up about the messages of a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import ip_network
from typing import TYPE_CHECKING

import click

from maillint.cli.dns import open_resolver
from maillint.finding import Report
from maillint.network.resolver import DEFAULT_TIMEOUT, Resolver
from maillint.project.discovery import Group
from maillint.project.domains import Sender, sender_of, with_domains
from maillint.project.loader import LoadedMessage

if TYPE_CHECKING:
    from maillint.network.http_live import Network
    from maillint.project.online import OnlineLinks, Progress


class Lookups:
    """Sees each message of a run while it is loaded, and adds to the report what the network says."""

    def __init__(self, resolver: Resolver | None, links: OnlineLinks | None) -> None:
        self._resolver = resolver
        self._links = links

    @property
    def needs_messages(self) -> bool:
        """Whether the messages themselves are needed, so that they have to be linted in this process."""
        return self._links is not None

    def observe(self, loaded: LoadedMessage) -> Sender | None:
        """Note the links of a message, to be requested; return its sender where domains are looked up."""
        if self._links is not None:
            self._links.add(loaded)
        return sender_of(loaded) if self._resolver is not None else None

    def add_links(self, report: Report) -> Report:
        """Add to a report what the links of its messages lead to."""
        return report if self._links is None else self._links.finish(report)

    def add_domains(self, report: Report, observed: Iterable[tuple[Group, Sender]]) -> Report:
        """Add to a report the domains that its messages are sent from."""
        if self._resolver is None:
            return report
        return with_domains(report, ((group.config, sender) for group, sender in observed), self._resolver)


def open_lookups(
    *, dns: bool, online: bool, resolver: str | None, timeout: float, allowed: Sequence[str], progress: Progress
) -> Lookups:
    """Make what the options of a command line call for; raises click.UsageError for an invalid one."""
    links = _open_links(resolver, timeout, allowed, progress) if online else None
    return Lookups(open_resolver(resolver, DEFAULT_TIMEOUT) if dns else None, links)


def _open_links(resolver: str | None, timeout: float, allowed: Sequence[str], progress: Progress) -> OnlineLinks:
    # with ssl, 20 ms that --dns does not need
    from maillint.project.online import OnlineLinks, RequestOptions  # noqa: PLC0415

    server = open_resolver(resolver, min(timeout, DEFAULT_TIMEOUT))
    networks = tuple(map(network, allowed))
    return OnlineLinks(RequestOptions(server, timeout, networks, progress))


def network(text: str) -> Network:
    """Take an address or a network in CIDR notation; raises click.UsageError."""
    try:
        return ip_network(text)
    except ValueError:
        raise click.UsageError(
            f"--online-allow-private: {text!r} is neither an address nor a network such as 10.0.0.0/8"
        ) from None
