"""A resolver for tests that note which lookups were made."""

from __future__ import annotations

from maillint.network.answers import Answer, Kind
from maillint.network.resolver import Resolver


class NotingResolver(Resolver):
    """Passes lookups on; ``lookups`` are their names and types so far, in order."""

    def __init__(self, inner: Resolver) -> None:
        self.inner = inner
        self.lookups: list[tuple[str, Kind]] = []

    def lookup(self, name: str, kind: Kind) -> Answer:
        self.lookups.append((name, kind))
        return self.inner.lookup(name, kind)
