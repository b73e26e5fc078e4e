"""What ``maillint init`` proposes for a folder, by what it finds there."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from maillint.analysis.first_messages import reads_like_first_message
from maillint.finding import Failure
from maillint.message.read import MessageSettings
from maillint.patterns import regex
from maillint.project.discovery import Group
from maillint.project.loader import load_all
from maillint.values import frozen

_MOST_READ = 300
_MOST_LISTED = 10
_LONGEST_FIRST = 10_000
_MOSTLY = 0.8
"""The share of messages that must be of one kind for it to be that of the folder."""

_NUMBERED = regex(r"(.*?[-_.]?)(\d{1,2})((?:\.[A-Za-z0-9]+)+)")
_TRANSACTIONAL = regex(
    r"(?i)(?<![a-z])(?:passwords?|reset|verif(?:y|ication)|confirm(?:ed|ation)?|activat(?:e|ion)|receipts?|invoices?"
    r"|orders?|ship(?:ped|ment|ping)|deliver(?:y|ed)|payments?|paid|refund(?:ed)?|invit(?:e|ation)|otp|login|magic[-_]link"
    r"|notif(?:y|ication)s?|cancel(?:led|lation)?|booking|billing|two[-_]factor|security)(?![a-z])"
)
_WORDS = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_WEB_FOLDERS = frozenset({"docs", "site", "public", "static", "coverage"})

_TEMPLATE = """\
{modeline}# Settings of maillint.

# The kind of mail: cold, newsletter, transactional or general. A file can say it itself in its front matter.
{profile}

# The template language, where it cannot be told from the files. Found here: {dialects}.
# dialect: {dialect}

# Header fields that your sending tool adds; without them, what judges headers is skipped.
# headers:
#   List-Unsubscribe: "<https://example.com/out/TOKEN>, <mailto:out@example.com>"
#   List-Unsubscribe-Post: List-Unsubscribe=One-Click

# Your own domains, so that links to them count as yours; `maillint dns` checks their records.
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


@frozen
class Found:
    """What was found: how many messages, their paths from the folder, their kinds by path, and their languages.

    A message of no known kind that reads like a first one to a stranger is cold.
    """

    count: int
    paths: tuple[Path, ...]
    profiles: Mapping[Path, str]
    dialects: Mapping[str, int]


def look_at(groups: Sequence[Group], folder: str) -> Found:
    """Read the messages of a folder; of very many, the first ones."""
    groups = [group for group in groups if group.plan is None]
    paths = {group.paths[0]: Path(os.path.relpath(group.paths[0], folder)) for group in groups}
    profiles: dict[Path, str] = {}
    dialects: Counter[str] = Counter()
    # without the settings of a configuration, so that only what the files themselves say counts
    for loaded in load_all(groups[:_MOST_READ], adjust=lambda settings, kind: MessageSettings()):
        if not isinstance(loaded, Failure):
            profile = loaded.message.profile
            length = sum(len(part.text) for part in loaded.message.parts)
            looks_first = profile == "general" and length < _LONGEST_FIRST and reads_like_first_message(loaded.message)
            profiles[paths[loaded.group.paths[0]]] = "cold" if looks_first else profile
            dialects[loaded.message.dialect or ""] += 1
    return Found(len(groups), tuple(paths.values()), profiles, dialects)


def proposal(found: Found, schema: str | None) -> str:
    """Return a commented configuration; ``schema`` is the file of the schema beside it, if there is one."""
    named = [(name, count) for name, count in Counter(found.dialects).most_common() if name]
    return _TEMPLATE.format(
        modeline=f"# yaml-language-server: $schema={schema}\n" if schema else "",
        profile="\n".join(_profile(found)),
        dialects=", ".join(f"{name} ({count})" for name, count in named) or "no template tags",
        dialect=named[0][0] if named else "jinja",
        sequences=_sequences(found.paths),
        exclude=_exclude(found.paths),
    )


def _profile(found: Found) -> Iterator[str]:
    """The kind of mail, where most messages agree; else what there is, by folder."""
    kinds = {path: _kind(path, profile) for path, profile in found.profiles.items()}
    counts = Counter(kinds.values())
    (usual, count), *others = counts.most_common() or [("general", 0)]
    if usual != "general" and count >= _MOSTLY * len(kinds):
        rest = "".join(f"; {number} {_words(kind)}" for kind, number in others)
        yield f"# Found here: {count} of {len(kinds)} {_words(usual)}{rest}."
        yield f"profile: {usual}"
        return
    summary = ", ".join(f"{number} {_words(kind)}" for kind, number in counts.most_common())
    if summary:
        yield f"# Found here: {summary}."
    yield f"# profile: {next((kind for kind, _ in counts.most_common() if kind != 'general'), 'newsletter')}"
    folders = dict(_kinds_of_folders(kinds))
    if len(set(folders.values())) > 1:
        yield "# overrides:"
        for folder, kind in list(folders.items())[:_MOST_LISTED]:
            yield f"#   - {{files: [{folder}/], profile: {kind}}}"


def _kind(path: Path, inferred: str) -> str:
    """The kind that a message is inferred to be of; where that is open, what its name says."""
    name = _WORDS.sub("-", path.as_posix()).replace("_", "-")
    return "transactional" if inferred == "general" and _TRANSACTIONAL.search(name) else inferred


def _words(kind: str) -> str:
    return {"general": "undetermined", "transactional": "transactional, by their names"}.get(kind, kind)


def _kinds_of_folders(kinds: Mapping[Path, str]) -> Iterator[tuple[str, str]]:
    """The folders whose messages are all of one kind."""
    by_folder: dict[str, set[str]] = {}
    for path, kind in kinds.items():
        by_folder.setdefault(path.parent.as_posix(), set()).add(kind)
    for folder, found in sorted(by_folder.items()):
        if folder != "." and len(found) == 1 and "general" not in found and folder.replace("/", "").isidentifier():
            yield folder, next(iter(found))


def _sequences(paths: Sequence[Path]) -> str:
    """The sequences that numbered names suggest: ``intro-1.html``, ``intro-2.html``."""
    numbers: dict[str, set[int]] = {}
    for path in paths:
        numbered = _NUMBERED.fullmatch(path.name)
        if numbered and str(path).isprintable():  # a line end in a folder's name would end the comment, too
            pattern = path.with_name(f"{numbered[1]}{{touch}}{numbered[3]}").as_posix()
            numbers.setdefault(pattern, set()).add(int(numbered[2]))
    found = [pattern for pattern, touches in numbers.items() if len(touches) > 1 and 1 in touches]
    return "\n".join(
        ["# sequences:", *(f"#   - {pattern}" for pattern in found[:_MOST_LISTED] or ["sequence/intro-{touch}.html"])]
    )


def _exclude(paths: Sequence[Path]) -> str:
    folders = {path.parts[0] for path in paths if len(path.parts) > 1}
    web = sorted(folders & _WEB_FOLDERS)
    return f"exclude: [{', '.join(f'{name}/' for name in web)}]" if web else "# exclude: [docs/]"
