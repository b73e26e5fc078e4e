"""The command line: one module per command, each imported when it is called."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from maillint._version import __version__
from maillint.project.collector import resume

COMMANDS = {
    "check": "Lint templates and messages.",
    "dns": "Check the mail authentication of a domain.",
    "plan": "Walk through the decision behind a campaign, and read its results.",
    "list": "Check a list of recipients.",
    "rule": "Show the rules, or one rule's page.",
    "init": "Write a commented maillint.yaml for a folder.",
    "schema": "Print the JSON schema of maillint.yaml, or of a plan.",
    "completion": "Print the completion script of a shell.",
}


class Commands(click.Group):
    """A group that knows its commands' names and imports one only when it is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's module."""
        if cmd_name not in COMMANDS:
            return None
        if cmd_name not in {"check", "list"}:
            resume()
        command: click.Command = import_module(f"maillint.cli.{cmd_name}").command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Show the help where nothing is named; say of which command an option is that stands before any."""
        if not args and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), color=ctx.color)
            ctx.exit(2)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            from maillint.cli.suggest import owner_of  # noqa: PLC0415 -- only an error needs it, as below

            owner = owner_of(ctx, self, error.option_name)
            if owner is None:
                raise
            raise click.UsageError(f"{error.option_name} belongs to a command: {owner}", ctx) from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest a command for one that is mistyped, and for `maillint FILE`."""
        if args and args[0] not in COMMANDS and not ctx.resilient_parsing:
            from maillint.cli.suggest import instead_of  # noqa: PLC0415

            ctx.fail(f'no command "{args[0]}"{instead_of(args, COMMANDS)}')
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


EPILOG = """\b
Examples:
  maillint check                       lint what is below the working folder
  maillint check --touch 1 intro.html  as a first message to a stranger
  maillint check --dns news.eml        the sender's SPF, DKIM and DMARC too
  maillint dns acme.example            only those
  maillint plan october.campaign.yaml  decide on tracking, links and the ramp
  maillint list subscribers.csv        invalid, repeated, mistyped addresses
  maillint rule links/text-mismatch    what a rule wants, why, and examples

Exit status: 0 nothing at or above --fail-on; 1 something; 2 wrong usage, configuration or input. Offline unless told
otherwise. Settings: maillint.yaml (`maillint init` writes one).
"""


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="maillint")
def group() -> None:
    """Lint e-mail templates and messages before they are sent.

    maillint reads .html, .eml and .txt files, in any common template language, and says what will cost the
    inbox, the reply or the reader's trust: where exactly, why, and how to fix it.
    """


def _end_on_termination() -> None:
    """Let SIGTERM, or a terminal that is closed, end a run as Ctrl-C does: nothing half-written, no process left."""
    import signal  # noqa: PLC0415 -- loaded by then, with what click needs

    def end(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    try:
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, end)
    except ValueError:
        pass  # not in the main thread of a program that calls main() itself


def _say_no_more() -> None:
    """Throw away what waits to be printed: Python would try once more at the end, and change the exit status."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main(args: Sequence[str] | None = None, **extra: Any) -> None:
    """Run the command line and exit: 0, 1 or 2. This is where every error becomes one line on standard error.

    A command raises click.UsageError for what its arguments show to be wrong, and LintError for what files, git or the
    system say.
    """
    try:
        _end_on_termination()
        status = group.main(args, standalone_mode=False, **extra)
        sys.exit(status if isinstance(status, int) else 0)
    except (KeyboardInterrupt, click.Abort):
        with contextlib.suppress(OSError):
            click.echo("", err=True)
        sys.exit(130)
    except BrokenPipeError:
        _say_no_more()  # the reader has gone
        sys.exit(141)
    except Exception as error:
        from maillint.cli.common import line_of  # noqa: PLC0415 -- most runs have no error, as the next two
        from maillint.cli.door import tell  # noqa: PLC0415
        from maillint.project.errors import internal_error  # noqa: PLC0415

        line = line_of(error)
        if line is None and os.environ.get("MAILLINT_TRACEBACK"):
            raise
        if isinstance(error, OSError):
            _say_no_more()  # it may be standard output that cannot be written
        tell(line or f"{internal_error(error)}; MAILLINT_TRACEBACK=1 shows more")
        sys.exit(2)
    finally:
        resume()
