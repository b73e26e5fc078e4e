"""What a shell offers for names of rules and domains: looked up only while it completes a word."""

from __future__ import annotations

from collections.abc import Iterable

import click

from maillint.catalogue.load import Catalogue, shipped
from maillint.config.config import LayeredConfig
from maillint.errors import LintError
from maillint.project.discovery import Discovery


def rules(ctx: click.Context, incomplete: str) -> list[str]:
    """The rules and families that a name may become; of several with commas, the last one."""
    before, comma, last = incomplete.rpartition(",")
    catalogue = _catalogue(ctx)
    names = (*catalogue.families, *catalogue.rules)
    return [f"{before}{comma}{name}" for name in names if name.startswith(last)]


def own_domains(ctx: click.Context, incomplete: str) -> list[str]:
    """The domains of the configuration that a name may become."""
    config = _config(ctx)
    return _starting(config.domain_names if config is not None else (), incomplete)


def _starting(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def _catalogue(ctx: click.Context) -> Catalogue:
    config = _config(ctx)
    return shipped() if config is None else config.catalogue


def _config(ctx: click.Context) -> LayeredConfig | None:
    """The configuration that the command line so far names, or the nearest; None for one with a fault in it."""
    try:
        return Discovery(ctx.params.get("config_path")).config_for("x")
    except (LintError, OSError):
        return None
