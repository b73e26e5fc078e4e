"""``--diff-base``: only findings on lines that have changed since a git revision.

Git is asked what each file held before, and then to compare two folders outside the repository. Which files differ is
seen from their bytes. So no attribute, filter, driver, ignored name or flag of the index, and no file of the checkout,
has a say in which lines are new, and lines are counted as everywhere else in maillint.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from tempfile import TemporaryDirectory

import click

from maillint.errors import LintError
from maillint.files.access import UnreadableError, is_inside, read_bytes, source_from
from maillint.files.paths import shown_path
from maillint.files.programs import program
from maillint.finding import FileReport, Finding, Report
from maillint.message.kinds import kind_of
from maillint.patterns import regex
from maillint.project.discovery import Group
from maillint.values import NamedTuple, replace

_HUNK = regex(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_LINE_END = regex(r"\r\n|\n")
_LONE_RETURN = regex(r"\r")
_LARGE_FILE = regex(rb"version https://git-lfs\S*\n(?:\S+ .*\n)*?oid sha256:([0-9a-f]{64})\n")
_REGULAR, _LINK, _MODULE = b"100", b"120", b"160"  # how the modes begin
_MOST_LINKS = 40  # one after the other, as systems have it

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
    of_touched = {shown_path(path) for group in touched for path in group.paths}

    def cut(report: Report) -> Report:
        files = (_cut(file, by_shown.get(file.path, []), whole=file.path in of_touched) for file in report.files)
        return replace(report, files=tuple(files))

    return touched, cut


def _cut(file: FileReport, lines: Lines, *, whole: bool) -> FileReport:
    if lines is None:
        return file
    left = (finding.only_where(lambda one: _touches(one, lines, whole=whole)) for finding in file.findings)
    return replace(file, findings=tuple(finding for finding in left if finding is not None))


def _touches(finding: Finding, lines: list[range], *, whole: bool) -> bool:
    if finding.start == finding.end == 0:  # about the message as a whole, whichever of its files has changed
        return whole
    return any(finding.line < changed.stop and changed.start <= finding.end_line for changed in lines)


def changed_lines(paths: Iterable[str], revision: str) -> dict[str, Lines]:
    """Of each path: the lines that are new or different since a revision.

    A file is new as a whole where the revision does not hold it, so where it was moved there, or git ignores it; where
    a link on the way to it is new or leads elsewhere than before; in a submodule at another commit; and outside the
    working tree.
    """
    if revision.startswith("-"):
        raise click.UsageError(f"--diff-base {revision}: not a revision")
    tree = _tree_of(revision)
    found: dict[str, Lines] = {}
    to_compare: dict[_Tree, dict[str, _Pair]] = {}
    for path in paths:
        found[path] = None
        real, links = _followed(path)
        entry = tree.entry(real)
        if entry is None or not entry.mode.startswith(_REGULAR) or not all(map(tree.has_link, links)):
            continue
        try:
            data = read_bytes(real)
        except UnreadableError:
            continue  # the run says why
        if _name_of(data, entry.name) == entry.name:
            found[path] = []
        else:
            to_compare.setdefault(entry.tree, {})[path] = _Pair(entry.name, data)
    for owner, pairs in to_compare.items():
        found.update(_compare(pairs, owner))
    return found


def _followed(path: str) -> tuple[str, list[str]]:
    """Where a path leads, and the links on the way, each by its real place."""
    drive, rest = os.path.splitdrive(os.path.abspath(path))  # noqa: PTH100
    real = top = drive + os.sep
    links: list[str] = []
    left = rest.split(os.sep)[::-1]  # noqa: PTH206
    while left:
        name = left.pop()
        if name in {"", os.curdir}:
            continue
        if name == os.pardir:
            real = os.path.dirname(real)  # noqa: PTH120
            continue
        place = os.path.join(real, name)  # noqa: PTH118
        if os.path.islink(place) and len(links) < _MOST_LINKS:  # noqa: PTH114
            links.append(place)
            target = os.readlink(place)  # noqa: PTH115
            real = top if os.path.isabs(target) else real  # noqa: PTH117
            left.extend(target.split(os.sep)[::-1])  # noqa: PTH206
        else:
            real = place
    return real, links


def _name_of(data: bytes, like: bytes) -> bytes:
    """The name that git gives to a file's bytes, by the kind of digest that another name is."""
    import hashlib  # noqa: PLC0415 -- 5 ms

    digest = hashlib.new("sha1" if len(like) == 40 else "sha256", usedforsecurity=False)
    digest.update(b"blob %d\0" % len(data))
    digest.update(data)
    return digest.hexdigest().encode("ascii")


class _Pair(NamedTuple):
    """What a file was, by its name, and what it holds."""

    before: bytes
    data: bytes


class _Entry(NamedTuple):
    """A file of a tree: its mode, its name in ``tree``."""

    mode: bytes
    name: bytes
    tree: _Tree


def _tree_of(revision: str) -> _Tree:
    """What a revision of the repository around the working folder holds."""
    top = os.path.realpath(os.fsdecode(_git("rev-parse", "--show-toplevel").removesuffix(b"\n")))
    base, dots, head = revision.partition("...")
    if dots:
        merge_base = _git("merge-base", base or "HEAD", head or "HEAD", shown=revision)
        base = merge_base.decode("ascii").strip()
    wanted = f"{base}^{{tree}}"
    return _Tree(top, _git("rev-parse", "--verify", wanted, shown=base).decode("ascii").strip())


class _Tree:
    """A tree of the repository whose working tree is ``top``, with the submodules in it."""

    def __init__(self, top: str, name: str) -> None:
        self.top = top
        self._name = name
        self._modules: dict[str, _Tree | None] = {}

    @cached_property
    def _entries(self) -> dict[str, tuple[bytes, bytes]]:
        """The mode and the name of each file and submodule, by its path."""
        found = {}
        for line in _git("ls-tree", "-r", "-z", "--full-tree", self._name, folder=self.top).split(b"\0")[:-1]:
            words, _, path = line.partition(b"\t")
            mode, _, name = words.split(b" ")
            found[os.path.join(self.top, os.path.normpath(os.fsdecode(path)))] = mode, name  # noqa: PTH118
        return found

    def entry(self, path: str) -> _Entry | None:
        """What the tree holds at a real path, in a submodule too; None where that is nothing."""
        if not is_inside(path, [self.top]):
            return None
        known = self._entries.get(path)
        if known is not None:
            return _Entry(*known, self)
        above = os.path.dirname(path)  # noqa: PTH120
        while len(above) > len(self.top):
            mode, name = self._entries.get(above, (b"", b""))
            if mode.startswith(_MODULE):
                module = self._module(above, name)
                return None if module is None else module.entry(path)
            above = os.path.dirname(above)  # noqa: PTH120
        return None

    def _module(self, path: str, name: bytes) -> _Tree | None:
        """A submodule as the tree has it; None where it is at another commit."""
        if path not in self._modules:
            try:
                is_there = _git("rev-parse", "--verify", "HEAD", folder=path).strip() == name
            except (LintError, OSError):
                is_there = False
            self._modules[path] = _Tree(path, name.decode("ascii")) if is_there else None
        return self._modules[path]

    def has_link(self, path: str) -> bool:
        """Whether a link of the working tree leads where it led; links outside it are the system's."""
        if not is_inside(path, [self.top]):
            return True
        entry = self.entry(path)
        if entry is None or not entry.mode.startswith(_LINK):
            return False
        target = os.fsencode(os.readlink(path)).replace(os.fsencode(os.sep), b"/")  # noqa: PTH115
        return _name_of(target, entry.name) == entry.name

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


def _compare(files: Mapping[str, _Pair], tree: _Tree) -> dict[str, Lines]:
    """The lines of files that differ from the objects that they were."""
    found: dict[str, Lines] = {}
    with TemporaryDirectory(prefix="maillint-") as folder:
        for side in ("a", "b"):
            os.mkdir(os.path.join(folder, side))  # noqa: PTH102, PTH118
        numbered = {}
        objects = tree.objects(pair.before for pair in files.values())
        for number, ((path, pair), old) in enumerate(zip(files.items(), objects, strict=True)):
            if _is_stored_elsewhere(old, pair.data):
                found[path] = []
                continue
            try:
                before, new = _lines_of(path, old), _lines_of(path, pair.data)
            except UnreadableError:
                found[path] = None  # it was no text, or is none, as the run says
                continue
            _write(os.path.join(folder, "a", str(number)), before)  # noqa: PTH118
            _write(os.path.join(folder, "b", str(number)), new)  # noqa: PTH118
            numbered[str(number)] = path
            found[path] = []
        for name, lines in _hunks(_differences(folder)):
            found[numbered[name]] = lines
    return found


def _is_stored_elsewhere(old: bytes, data: bytes) -> bool:
    """Whether an object is what git-lfs keeps of a file in its place, and the file is that one."""
    import hashlib  # noqa: PLC0415 -- see above

    pointer = _LARGE_FILE.match(old[:1000])
    return pointer is not None and hashlib.sha256(data).hexdigest().encode("ascii") == pointer[1]


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
    return _run(["-c", "core.attributesFile=", "diff", *how, *names, "--", "a", "b"], folder, own, fine=(0, 1))


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


_PLAIN = ("--no-replace-objects", "-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false")


def _git(*arguments: str, folder: str | None = None, given: bytes = b"", shown: str | None = None) -> bytes:
    """What git prints, run in the working folder or another one; ``shown`` is what an error names."""
    return _run([*_PLAIN, *arguments], folder, {**os.environ, "LC_ALL": "C"}, given=given, shown=shown)


def _is_shallow() -> bool:
    """Whether the clone has only the latest commits, as those of CI do."""
    return _git("rev-parse", "--is-shallow-repository").strip() == b"true"


def _run(
    arguments: Sequence[str],
    folder: str | None,
    environment: Mapping[str, str],
    *,
    fine: Sequence[int] = (0,),
    given: bytes = b"",
    shown: str | None = None,
) -> bytes:
    git = program("git")
    if git is None:
        raise LintError("--diff-base needs git, which is not installed")
    command = [git, *arguments]
    result = subprocess.run(command, cwd=folder, env=environment, input=given, capture_output=True, check=False)
    if result.returncode not in fine:
        said = result.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[0].removeprefix("fatal: ") if said else "git failed"
        if shown is not None and (not said or any(words in reason for words in _NO_REVISION)):
            reason = f'git knows no revision "{shown}"' if said else f"{shown}: no common ancestor is known"
            reason += f"; {_FETCH}" if _is_shallow() else ""
        raise LintError(f"--diff-base: {reason}")
    return result.stdout
