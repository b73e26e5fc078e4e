"""What to suggest instead of a command or an option that does not exist; only an error needs it."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence

import click

from maillint.data.yamlfile import suggestion

_MEANT = {
    "lint": "check", "run": "check", "scan": "check", "test": "check", "fix": "check --fix", "rules": "rule",
    "explain": "rule", "help": "--help", "version": "--version", "config": "init", "lists": "list", "domain": "dns",
}  # fmt: skip
"""What other tools call what maillint has."""


def instead_of(words: Sequence[str], commands: Collection[str]) -> str:
    """What to say of a word that stands where a command should."""
    word = words[0]
    if meant := _MEANT.get(word):
        return f'; did you mean "maillint {meant}"?'
    close = suggestion(word, commands)
    if close:
        return close
    if os.path.exists(word) or "." in word or "/" in word:  # noqa: PTH110
        return f'; to lint it: "maillint check {word}"'
    return f"; there are {', '.join(commands)}"


def owner_of(ctx: click.Context, group: click.Group, option: str) -> str | None:
    """The commands that have an option which was given to none of them; None without any."""
    owners = []
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        if command is not None and any(option in param.opts for param in command.params):
            owners.append(f'"maillint {name} {option}"')
    return " or ".join(owners[:2]) if owners else None


def options_instead(error: click.NoSuchOption) -> str:
    """What to say of an option that does not exist."""
    names = [] if error.ctx is None else [name for param in error.ctx.command.params for name in param.opts]
    close = [name for name in names if len(error.option_name) > 3 and name.startswith(error.option_name)]
    close = close or list(error.possibilities or ())
    return f"; did you mean {close[0]}?" if close else ""


def value_fault(error: click.BadParameter, param: click.Parameter) -> str:
    """What is wrong with the value of an option or an argument, and what may have been meant."""
    name = " / ".join(param.opts) if isinstance(param, click.Option) else (param.metavar or str(param.name)).upper()
    text = " ".join(error.message.split()).removesuffix(".")
    text = text.replace("a valid integer range", "a whole number").replace("a valid float range", "a number")
    if isinstance(param.type, click.Choice):
        given = text.partition("' is not one of ")[0].removeprefix("'")
        choices = [str(choice) for choice in param.type.choices]
        text = f"'{given}' is not one of {', '.join(choices)}{suggestion(given, choices)}"
    return f"{name.strip('[].')}: {text[:1].lower()}{text[1:]}"
