"""The one door through which text leaves: standard output and standard error.

Nothing that people read controls their terminal, hides in it, or begins or holds a command of the CI server that reads
the log (``::error``, ``##[group]``, ``##vso[…]``, ``##teamcity[…]``), whatever a message, a file's name or a rule says.
"""

from __future__ import annotations

import contextlib
import sys

import click

from maillint.patterns import regex

_OWN = r"(?:\x1b\[[0-9;]*m)"  # the colours of maillint's own
_NAMES = "|".join(f"{_OWN}*".join(name) + f"{_OWN}*" for name in ("vso", "teamcity"))
_COMMAND = regex(rf"(?m)^((?:{_OWN}|[^\S\n])*+):({_OWN}*+:)|#({_OWN}*)#(?={_OWN}*(?:{_NAMES})?\[)")


def tell(text: str) -> None:
    """Print a line on standard error, with ``maillint:`` before it."""
    if not (text.isascii() and text.isprintable()):
        from maillint.output._cells import visible  # noqa: PLC0415 -- few lines need it

        text = visible(text)
    say(f"maillint: {text}")


def say(line: str) -> None:
    """Print a line of maillint's own words on standard error; where it cannot be written, nobody reads it."""
    with contextlib.suppress(OSError):
        click.echo(without_commands(line), err=True)


def show(text: str) -> None:
    """Print lines for people on standard output: every text of the input in them has been made visible before."""
    write(without_commands(text))


def show_all(text: str) -> None:
    """Print lines for people, made visible here: for pages whose line ends are maillint's own."""
    from maillint.output._cells import visible  # noqa: PLC0415 -- seldom wanted

    show("\n".join(visible(line) for line in text.split("\n")))


def write(text: str) -> None:
    """Write to standard output whatever its encoding can show: a report for machines, a patch."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    sys.stdout.flush()


def write_bytes(data: bytes) -> None:
    """Write bytes that are the result itself, such as a file that has been fixed, to standard output."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def without_commands(text: str) -> str:
    """Text in which no line is a command to a CI server: the first character of its mark is named instead."""
    if "::" not in text and "##" not in text and ":\x1b" not in text and "#\x1b" not in text:
        return text
    return _COMMAND.sub(
        lambda found: f"#{found[3]}<U+0023>" if found[1] is None else f"{found[1]}<U+003A>{found[2]}", text
    )
