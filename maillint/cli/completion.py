"""``maillint completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from maillint.cli import door
from maillint.cli.common import Command


@click.command("completion", cls=Command)
@click.argument("shell", metavar="SHELL", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands, options, rules, formats, dialects and domains in a shell: bash,
    zsh or fish.

    \b
      bash: eval "$(maillint completion bash)"          in ~/.bashrc
      zsh:  eval "$(maillint completion zsh)"           in ~/.zshrc
      fish: maillint completion fish > ~/.config/fish/completions/maillint.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None
    door.write(kind(ctx.find_root().command, {}, "maillint", "_MAILLINT_COMPLETE").source() + "\n")
