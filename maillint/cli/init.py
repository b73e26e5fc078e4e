"""``maillint init``."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import click

from maillint._version import __version__
from maillint.cli import door
from maillint.config.find import FILE_NAMES, find_config
from maillint.errors import LintError
from maillint.files.paths import shown_path
from maillint.finding import Failure
from maillint.message.kinds import PLAN_PATTERN, hook_pattern
from maillint.message.read import MessageSettings
from maillint.message.sidecars import META_PATTERN, is_meta
from maillint.message.template.signs import template_extension
from maillint.patterns import regex
from maillint.project.discovery import Discovery, Group
from maillint.project.loader import load_all

_TEMPLATE = """\
# yaml-language-server: $schema=maillint.schema.json
# Settings of maillint. For an editor that checks them: maillint schema > maillint.schema.json

# The kind of mail: cold, newsletter, transactional or general. A file can say it itself in its front matter.
{profile}

# The template language, where it cannot be told from the files. Found here: {dialects}.
# dialect: jinja

# Header fields that your sending tool adds; without them, what judges headers stays unknown.
# headers:
#   List-Unsubscribe: "<https://example.com/out/TOKEN>, <mailto:out@example.com>"
#   List-Unsubscribe-Post: List-Unsubscribe=One-Click

# Your own domains, so that links to them count as yours.
# own-domains: [example.com]

# Which files are which touch of a sequence, so that the first is judged as a first message to a stranger.
{sequences}

# Files to leave out.
{exclude}

# Rules: error, warning, info or off, by rule or by family; options beside the severity. `maillint rule` lists them.
# rules:
#   content/spam-words: off
#   links/first-touch-limit: {{severity: warning, max: 2}}
"""

_PRE_COMMIT = """\
# .pre-commit-config.yaml
repos:
  - repo: local
    hooks:
      - id: maillint
        name: maillint
        entry: maillint check --skip-pages
        language: python
        additional_dependencies: [maillint=={version}]
        files: {files}
        require_serial: true
"""

_NUMBERED = regex(r"(.*?[-_.]?)(\d{1,2})((?:\.[A-Za-z0-9]+)+)")

_CI = """\
# a step of your CI
pip install maillint=={version}
maillint check {folder}
"""


@click.command("init")
@click.argument("folder", default=".", type=click.Path(exists=True, file_okay=False))
def command(folder: str) -> None:
    """Look at a folder and write a commented maillint.yaml for it.

    Nothing is overwritten. What to add for pre-commit and for CI is printed.
    """
    target = os.path.join(folder, FILE_NAMES[0])  # noqa: PTH118
    existing = find_config(os.path.abspath(folder))  # noqa: PTH100
    if existing is not None and os.path.dirname(existing) == os.path.abspath(folder):  # noqa: PTH100, PTH120
        raise LintError(f"{shown_path(existing)} is there already; nothing written")
    groups = Discovery().groups([folder])
    text = propose(groups, folder)
    with open(target, "x", encoding="utf-8") as file:  # noqa: PTH123
        file.write(text)
    count = sum(group.plan is None for group in groups)
    page = f"Wrote {shown_path(os.path.normpath(target))} ({count} message{'s' * (count != 1)} found).\n\n"
    page += f"{_PRE_COMMIT.format(version=__version__, files=hook_files(groups))}\n"
    door.show_all(f"{page}{_CI.format(version=__version__, folder=folder)}\n")


def propose(groups: list[Group], folder: str) -> str:
    """Return a commented configuration for what was found in a folder."""
    groups = [group for group in groups if group.plan is None]
    paths = [Path(os.path.relpath(group.paths[0], folder)) for group in groups]
    profiles: Counter[str] = Counter()
    dialects: Counter[str] = Counter()
    # without the settings of a configuration, so that only what the files themselves say counts
    for loaded in load_all(groups[:300], adjust=lambda settings, kind: MessageSettings()):
        if not isinstance(loaded, Failure):
            profiles[loaded.message.profile] += 1
            dialects[loaded.message.dialect or "none"] += 1
    usual = profiles.most_common(1)[0][0] if profiles else "general"
    alike = usual != "general" and len(profiles) == 1
    found = ", ".join(name for name, _ in dialects.most_common()) or "none"
    return _TEMPLATE.format(
        profile=f"{'' if alike else '# '}profile: {usual if alike else 'newsletter'}",
        dialects=found,
        sequences=_sequences(paths),
        exclude=_exclude(paths),
    )


def hook_files(groups: list[Group]) -> str:
    """Return the pattern of the paths that a pre-commit hook takes: the usual ones, and those of what was found."""
    paths = [path for group in groups for path in group.paths]
    patterns = [hook_pattern(ending for path in paths if (ending := template_extension(path)))]
    patterns += [PLAN_PATTERN] * any(group.plan is not None for group in groups)
    patterns += [META_PATTERN] * any(map(is_meta, paths))
    return "|".join(patterns)


def _sequences(paths: list[Path]) -> str:
    """The sequences that numbered names suggest: ``intro-1.html``, ``intro-2.html``."""
    numbers: dict[str, set[int]] = {}
    for path in paths:
        numbered = _NUMBERED.fullmatch(path.name)
        if numbered and str(path).isprintable():  # a line end in a folder's name would end the comment, too
            pattern = path.with_name(f"{numbered[1]}{{touch}}{numbered[3]}").as_posix()
            numbers.setdefault(pattern, set()).add(int(numbered[2]))
    found = [pattern for pattern, touches in numbers.items() if len(touches) > 1 and 1 in touches]
    return "\n".join(
        ["# sequences:", *(f"#   - {pattern}" for pattern in found[:10] or ["sequence/intro-{touch}.html"])]
    )


def _exclude(paths: list[Path]) -> str:
    folders = {path.parts[0] for path in paths if len(path.parts) > 1}
    web = sorted(folders & {"docs", "site", "public", "static", "coverage"})
    return f"exclude: [{', '.join(f'{name}/' for name in web)}]" if web else "# exclude: [docs/]"
