"""``maillint init``."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Sequence

import click

from maillint.cli import door
from maillint.cli.common import Command
from maillint.cli.init_proposal import Found, look_at, proposal
from maillint.cli.installed import requirement
from maillint.cli.schema import config_schema, schema_text
from maillint.config.find import FILE_NAMES, find_config, repository_above
from maillint.errors import LintError
from maillint.files.paths import shown_path
from maillint.message.kinds import PLAN_PATTERN, hook_pattern
from maillint.message.sidecars import META_PATTERN, is_meta
from maillint.message.template.signs import template_extension
from maillint.project.discovery import Discovery, Group

SCHEMA = "maillint.schema.json"

_MOST_FOLDERS = 6
"""Folders of mail that are named one by one; of more, those above them."""

_PRE_COMMIT = """\
# .pre-commit-config.yaml
repos:
  - repo: local
    hooks:
      - id: maillint
        name: maillint
        entry: maillint check --skip-pages
        language: python
        additional_dependencies: [{requirement}]
        files: '{files}'
        require_serial: true
"""

_CI = """\
# a step of your CI
pip install {requirement}
maillint check {folders}
"""


@click.command("init", cls=Command)
@click.argument("folder", default=".", type=click.Path(exists=True, file_okay=False))
def command(folder: str) -> None:
    """Look at a folder and write a commented maillint.yaml for it, and the schema by which an editor checks that.

    It proposes the kind of mail by what the messages show and what their names say, sequences by numbers in names, and
    what to leave out. Nothing is overwritten. What to add for pre-commit and for CI is printed, with the folders in
    which mail was found.
    """
    target = os.path.normpath(os.path.join(folder, FILE_NAMES[0]))  # noqa: PTH118
    existing = find_config(os.path.abspath(folder))  # noqa: PTH100
    if existing is not None and os.path.dirname(existing) == os.path.abspath(folder):  # noqa: PTH100, PTH120
        raise LintError(f"{shown_path(existing)} already exists; nothing written")
    groups = Discovery().groups([folder])
    found = look_at(groups, folder)
    if not os.access(folder, os.W_OK):
        raise LintError(f"{shown_path(os.path.normpath(folder))}: the folder cannot be written to; nothing written")
    schema = _write_schema(os.path.normpath(os.path.join(folder, SCHEMA)))  # noqa: PTH118
    with open(target, "x", encoding="utf-8") as file:  # noqa: PTH123
        file.write(proposal(found, SCHEMA if schema else None))
    door.show_all(_page(target, groups, found, folder, schema=schema))


def _write_schema(path: str) -> bool:
    """Write the schema beside the configuration; return whether it is there. What is somebody else's stays."""
    text = schema_text(config_schema())
    if os.path.lexists(path):
        try:
            with open(path, encoding="utf-8") as file:  # noqa: PTH123
                ours = f'"$id": "{config_schema()["$id"]}"' in file.read(len(text))
        except (OSError, ValueError):
            ours = False
        return ours
    with open(path, "x", encoding="utf-8") as file:  # noqa: PTH123
        file.write(text)
    return True


# -- what is printed ----------------------------------------------------------------------------------


def _page(target: str, groups: Sequence[Group], found: Found, folder: str, *, schema: bool) -> str:
    base = repository_above(os.path.abspath(folder)) or os.getcwd()  # noqa: PTH100, PTH109
    folders = folders_of_mail((path for group in groups for path in group.paths), base)
    if not groups:
        folders = [_relative(folder, base)]
    names = f"{shown_path(target)}{f' and {SCHEMA}' if schema else ''}"
    count = f"{found.count} message{'s' * (found.count != 1)}"
    where = ", ".join(f"{name}/" if name != "." else "this folder" for name in folders)
    what = f"{count} in {where}" if groups else "no mail found; if it lies elsewhere, name that folder"
    package = requirement()
    hook = _PRE_COMMIT.format(
        requirement=f'"{package}"' if " " in package else package,
        files=_hook_files(groups, folders).replace("'", "''"),
    )
    step = _CI.format(requirement=shlex.quote(package), folders=" ".join(map(shlex.quote, folders)))
    note = (
        "# (The path after file: is of this machine; elsewhere, maillint's repository takes its place: git+https://…)\n"
    )
    return f"Wrote {names} ({what}).\n\n{hook}\n{step}{note * ('@ file:' in package)}\n"


def folders_of_mail(paths: Iterable[str], base: str) -> list[str]:
    """The folders in which files are, relative to ``base``, none within another; ``.`` where files are in it."""
    folders = _outermost({os.path.dirname(_relative(path, base)) for path in paths})  # noqa: PTH120
    while len(folders) > _MOST_FOLDERS:
        deepest = max(folder.count("/") for folder in folders)
        folders = _outermost(
            {os.path.dirname(folder) if folder.count("/") == deepest else folder for folder in folders}  # noqa: PTH120
        )
    return [folder or "." for folder in folders]


def _outermost(folders: set[str]) -> list[str]:
    if "" in folders:
        return [""]
    kept: list[str] = []
    for folder in sorted(folders, key=lambda name: name.split("/")):
        if not kept or not f"{folder}/".startswith(f"{kept[-1]}/"):
            kept.append(folder)
    return kept


def _relative(path: str, base: str) -> str:
    return os.path.relpath(path, base).replace(os.sep, "/")


def _hook_files(groups: Sequence[Group], folders: Sequence[str]) -> str:
    """The pattern of the paths that a pre-commit hook takes: below the folders, with the extensions that were found."""
    paths = [path for group in groups for path in group.paths]
    patterns = [hook_pattern(ending for path in paths if (ending := template_extension(path))).removeprefix("(?i)")]
    patterns += [PLAN_PATTERN] * any(group.plan is not None for group in groups)
    patterns += [META_PATTERN] * any(map(is_meta, paths))
    pattern = "|".join(patterns)
    if "." in folders or any(folder.startswith("..") for folder in folders):
        return f"(?i){pattern}"
    return f"(?i)^({'|'.join(map(_escaped, folders))})/(.*({pattern}))"


def _escaped(folder: str) -> str:
    return re.sub(r"[^\w/ -]", lambda found: f"\\{found[0]}", folder)
