"""``--diff-base``: only findings on lines that have changed since a git revision.

Git is asked which files differ and what they held before, and then to compare two folders outside the repository. So
no attribute, filter, driver or file name of the checkout has a say in which lines are new, and lines are counted as
everywhere else in maillint.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from tempfile import TemporaryDirectory

import click

from maillint.errors import LintError
from maillint.files.access import UnreadableError, read_bytes, source_from
from maillint.files.paths import shown_path
from maillint.finding import FileReport, Finding, Report
from maillint.message.kinds import kind_of
from maillint.patterns import regex
from maillint.project.discovery import Group
from maillint.values import replace

_HUNK = regex(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ENTRY = regex(rb":(\d+) (\d+) ([0-9a-f]+) [0-9a-f]+ ([A-Z])\d*")
_LINE_END = regex(r"\r\n|\n")
_LONE_RETURN = regex(r"\r")
_REGULAR = (b"100", b"000")

_NO_REVISION = ("single revision", "valid commit name", "valid object name")
_FETCH = "fetch the whole history (fetch-depth: 0 for actions/checkout, else git fetch --unshallow)"

Lines = list[range] | None  # None: the whole file is new


def changed_since(groups: Sequence[Group], revision: str) -> tuple[list[Group], Callable[[Report], Report]]:
    """The messages with a changed file; also what cuts a report down to the changed lines.

    Raises LintError where git cannot say, click.UsageError for what cannot be a revision.
    """
    changed = changed_lines([path for group in groups for path in group.paths], revision)
    by_shown = {shown_path(path): lines for path, lines in changed.items()}
    touched = [group for group in groups if any(changed[path] != [] for path in group.paths)]

    def cut(report: Report) -> Report:
        return replace(report, files=tuple(_cut(file, by_shown.get(file.path, [])) for file in report.files))

    return touched, cut


def _cut(file: FileReport, lines: Lines) -> FileReport:
    if lines is None:
        return file
    left = (finding.only_where(lambda one: _touches(one, lines)) for finding in file.findings)
    return replace(file, findings=tuple(finding for finding in left if finding is not None))


def _touches(finding: Finding, lines: list[range]) -> bool:
    if finding.start == finding.end == 0:  # about the message as a whole
        return bool(lines)
    return any(finding.line < changed.stop and changed.start <= finding.end_line for changed in lines)


def changed_lines(paths: Iterable[str], revision: str) -> dict[str, Lines]:
    """Of each path: the lines that are new or different since a revision.

    A file is new as a whole where git does not know it, where it was moved there, where it or a folder around it has
    become a link or another repository, and outside the working tree.
    """
    if revision.startswith("-"):
        raise click.UsageError(f"--diff-base {revision}: not a revision")
    tree = _Tree(revision)
    found: dict[str, Lines] = {}
    to_compare: dict[str, tuple[str, bytes]] = {}
    for path in paths:
        real, written = os.path.realpath(path), os.path.abspath(path)  # noqa: PTH100
        if tree.is_new(real) or tree.is_new(written):
            found[path] = None
        elif real in tree.before:
            to_compare[path] = (real, tree.before[real])
        else:
            found[path] = []
    if to_compare:
        found.update(_compare(to_compare, tree))
    return found


class _Tree:
    """The working tree, as it differs from a revision.

    ``before`` holds what may have changed: of each file, by its real path, the object that it was.
    """

    def __init__(self, revision: str) -> None:
        self.top = os.path.realpath(os.fsdecode(_git("rev-parse", "--show-toplevel").removesuffix(b"\n")))
        base, dots, head = revision.partition("...")
        if dots:
            merge_base = _git("merge-base", base or "HEAD", head or "HEAD", shown=revision)
            base = merge_base.decode("ascii").strip()
        wanted = f"{base}^{{tree}}"
        self._tree = _git("rev-parse", "--verify", wanted, shown=base).decode("ascii").strip()
        self.before: dict[str, bytes] = {}
        self._new: set[str] = set()
        self._read()

    def _read(self) -> None:
        raw = ("diff-index", "--raw", "-z", "--no-renames", "--no-abbrev", "--ignore-submodules=dirty")
        entries = iter(_git(*raw, self._tree, "--", folder=self.top).split(b"\0"))
        for entry, name in zip(entries, entries, strict=False):
            found = _ENTRY.fullmatch(entry)
            if found is None:
                raise LintError("--diff-base: what git says of the changes cannot be understood")
            path = self._path(name)
            if found[4] in b"MD" and found[1].startswith(_REGULAR) and found[2].startswith(_REGULAR):
                self.before[path] = found[3]
            else:
                self._new.add(path)
        others = _git("ls-files", "--others", "--exclude-standard", "-z", folder=self.top)
        self._new.update(self._path(name) for name in others.split(b"\0") if name)

    def _path(self, name: bytes) -> str:
        return os.path.join(self.top, os.path.normpath(os.fsdecode(name)))  # noqa: PTH118

    def is_new(self, path: str) -> bool:
        """Whether a path, or a folder around it, is new, or lies outside the tree."""
        if not path.startswith(self.top.rstrip(os.sep) + os.sep):
            return True
        while len(path) > len(self.top):
            if path in self._new:
                return True
            path = os.path.dirname(path)  # noqa: PTH120
        return False

    def objects(self, names: Iterable[bytes]) -> Iterator[bytes]:
        """The contents of objects."""
        output = _git("cat-file", "--batch", folder=self.top, given=b"".join(name + b"\n" for name in names))
        position = 0
        while position < len(output):
            end = output.index(b"\n", position)
            words = output[position:end].split()
            if len(words) != 3:
                raise LintError(f"--diff-base: an earlier version of a file is missing; {_FETCH}")
            start, position = end + 1, end + 1 + int(words[2]) + 1
            yield output[start : position - 1]


# -- which lines differ -------------------------------------------------------------------------------


def _compare(files: Mapping[str, tuple[str, bytes]], tree: _Tree) -> dict[str, Lines]:
    """The lines of files that differ from the objects that they were."""
    found: dict[str, Lines] = {}
    with TemporaryDirectory(prefix="maillint-") as folder:
        for side in ("a", "b"):
            os.mkdir(os.path.join(folder, side))  # noqa: PTH102, PTH118
        numbered = {}
        objects = tree.objects(before for _, before in files.values())
        for number, ((path, (real, _)), old) in enumerate(zip(files.items(), objects, strict=True)):
            try:
                new = _lines_of(path, read_bytes(real))
            except UnreadableError:
                found[path] = None  # the run says why
                continue
            try:
                before = _lines_of(path, old)
            except UnreadableError:
                found[path] = None  # it was no text
                continue
            _write(os.path.join(folder, "a", str(number)), before)  # noqa: PTH118
            _write(os.path.join(folder, "b", str(number)), new)  # noqa: PTH118
            numbered[str(number)] = path
            found[path] = []
        for name, lines in _hunks(_differences(folder)):
            found[numbered[name]] = lines
    return found


def _lines_of(path: str, data: bytes) -> bytes:
    """A file's lines as findings count them, each ended by a line feed; line ends of Windows and Unix are the same."""
    text = source_from(path, data, kind_of(path) or "").text
    return _LONE_RETURN.sub("\r\n", _LINE_END.sub("\n", text)).encode("utf-8", "surrogatepass")


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(data)


def _differences(folder: str) -> bytes:
    """What git says of two folders that lie outside every repository, whatever is configured."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    own |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ATTR_NOSYSTEM": "1", "LC_ALL": "C"}
    own |= {"GIT_CEILING_DIRECTORIES": os.path.dirname(os.path.realpath(folder))}  # noqa: PTH120
    how = ("--no-index", "--text", "-U0", "--inter-hunk-context=0", "--no-ext-diff", "--no-textconv", "--no-color")
    names = ("--no-renames", "--src-prefix=a/", "--dst-prefix=b/")
    return _run(["git", "-c", "core.attributesFile=", "diff", *how, *names, "--", "a", "b"], folder, own, fine=(0, 1))


def _hunks(diff: bytes) -> Iterator[tuple[str, list[range]]]:
    """The changed lines of each file of a diff: by the hunks' own counts, whatever their lines look like."""
    lines = iter(diff.split(b"\n"))
    current: list[range] = []
    for line in lines:
        if line.startswith(b"+++ "):
            current = []
            yield os.path.basename(line[4:].rstrip(b"\t")).decode("ascii"), current  # noqa: PTH119
        elif hunk := _HUNK.match(line):
            old, start, new = int(hunk[1] or 1), int(hunk[2]), int(hunk[3] or 1)
            current.append(range(start, start + (new or 2)))  # where lines are gone: those before and after
            left = old + new
            while left:
                left -= not next(lines).startswith(b"\\")  # not of the file: "\ No newline at end of file"


# -- git ----------------------------------------------------------------------------------------------


def _git(*arguments: str, folder: str | None = None, given: bytes = b"", shown: str | None = None) -> bytes:
    """What git prints, run in the working folder or another one; ``shown`` is what an error names."""
    command = ["git", "-c", "safe.bareRepository=explicit", "-c", "core.quotePath=off", *arguments]
    return _run(command, folder, {**os.environ, "LC_ALL": "C"}, given=given, shown=shown)


def _is_shallow() -> bool:
    """Whether the clone has only the latest commits, as those of CI do."""
    command = ["git", "-c", "safe.bareRepository=explicit", "rev-parse", "--is-shallow-repository"]
    return subprocess.run(command, capture_output=True, check=False).stdout.strip() == b"true"


def _run(
    command: Sequence[str],
    folder: str | None,
    environment: Mapping[str, str],
    *,
    fine: Sequence[int] = (0,),
    given: bytes = b"",
    shown: str | None = None,
) -> bytes:
    try:
        result = subprocess.run(command, cwd=folder, env=environment, input=given, capture_output=True, check=False)
    except FileNotFoundError:
        raise LintError("--diff-base needs git, which is not installed") from None
    if result.returncode not in fine:
        said = result.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[0].removeprefix("fatal: ") if said else "git failed"
        if shown is not None and (not said or any(words in reason for words in _NO_REVISION)):
            reason = f'git knows no revision "{shown}"' if said else f"{shown}: no common ancestor is known"
            reason += f"; {_FETCH}" if _is_shallow() else ""
        raise LintError(f"--diff-base: {reason}")
    return result.stdout
