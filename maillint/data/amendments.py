"""What settings add to the shipped lists, and take from them."""

from __future__ import annotations

from collections.abc import Collection

from maillint.values import field_names, frozen


@frozen
class Amendment:
    """What settings change in a list: entries to add (``replaces``: in place of the shipped ones), and to let pass."""

    add: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    replaces: bool = False

    def then(self, later: Amendment) -> Amendment:
        """This, followed by the amendment of a later layer; where both name an entry, the later one counts."""
        if later.replaces:
            return later
        added = [name for name in self.add if name not in later.allow]
        allowed = [name for name in self.allow if name not in later.add]
        return Amendment(_once(added, later.add), _once(allowed, later.allow), self.replaces)

    def over(self, shipped: Collection[str]) -> frozenset[str]:
        """The entries of a list of plain texts, amended."""
        return (frozenset() if self.replaces else frozenset(shipped)).union(self.add).difference(self.allow)


def _once(*groups: Collection[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for group in groups for name in group))


AS_SHIPPED = Amendment()


@frozen
class Lists:
    """The shipped lists as settings amend them, by name; hosts stand as lower-case A-labels."""

    click_trackers: Amendment = AS_SHIPPED
    phrases: Amendment = AS_SHIPPED
    shorteners: Amendment = AS_SHIPPED
    suspicious_tlds: Amendment = AS_SHIPPED
    trackers: Amendment = AS_SHIPPED
    vague_texts: Amendment = AS_SHIPPED

    def then(self, later: Lists) -> Lists:
        """These, followed by the amendments of a later layer of settings."""
        return Lists(*(getattr(self, name).then(getattr(later, name)) for name in field_names(self)))


SHIPPED = Lists()
"""The lists without any amendment."""
