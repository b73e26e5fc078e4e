"""``--diff-base``: findings on changed lines, whatever the checkout does to hide them. Git is the real one."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.command import BAD, git, maillint

pytestmark = pytest.mark.slow

FINE = "<p>Fine</p>\n"


@pytest.fixture
def repository(mail: Path) -> Path:
    """A repository whose first commit holds ``a.html``, which has an old finding on its first line."""
    git("init", "-q", folder=mail)
    git("config", "core.autocrlf", "false", folder=mail)
    commit(mail)
    return mail


def commit(folder: Path) -> None:
    git("add", "-A", ".", folder=folder)
    git("commit", "-q", "--allow-empty", "-m", "x", folder=folder)


def check(folder: Path, *paths: str, base: str = "base") -> subprocess.CompletedProcess[str]:
    arguments = ("--diff-base", base, "--select", "markup/unclosed-tag", "-f", "concise", "--no-cache")
    return maillint("check", *(paths or (".",)), *arguments, folder=folder)


def places(result: subprocess.CompletedProcess[str]) -> list[str]:
    """``path:line`` of each finding."""
    assert result.returncode in {0, 1}, result.stderr
    return [":".join(line.split(":")[:2]) for line in result.stdout.splitlines() if "markup/unclosed-tag" in line]


def test_only_changed_lines(mail: Path) -> None:
    (mail / "b.html").write_text(BAD)
    git("init", "-q", folder=mail)
    commit(mail)
    (mail / "a.html").write_text(BAD + "<p>Hi <i>Bea</p>\n")
    (mail / "new.html").write_text(BAD)
    result = maillint("check", ".", "--diff-base", "HEAD", "--select", "markup", "-f", "concise", folder=mail)
    assert [line.partition(": ")[0] for line in result.stdout.splitlines()[:-1]] == ["a.html:2:7", "new.html:1:7"]
    unknown = maillint("check", ".", "--diff-base", "no-such", folder=mail)
    assert unknown.returncode == 2
    assert unknown.stderr == 'maillint: --diff-base: git knows no revision "no-such"\n'


# -- what a pull request may do to hide a finding: the old text, and what makes the new one -------------------


def _write(name: str, text: str | bytes) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    return change


def _attributes(line: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / ".gitattributes").write_text(f"{line}\n")
        (folder / "a.html").write_text(BAD + BAD)

    return change


def _configured(line: str, *settings: str) -> Callable[[Path], None]:
    """Attributes that name what the user has configured for files of another kind."""

    def change(folder: Path) -> None:
        for setting in settings:
            git("config", *setting.split("=", 1), folder=folder)
        _attributes(line)(folder)

    return change


def _rename(folder: Path) -> None:
    git("mv", "a.html", "b.html", folder=folder)


def _link(folder: Path) -> None:
    (folder / "old").mkdir()
    (folder / "a.html").rename(folder / "old/a.txt")
    (folder / "a.html").symlink_to("old/a.txt")


def _linked_folder(folder: Path) -> None:
    (folder / "old.files").mkdir()
    (folder / "old.files/a.html").write_text(FINE + BAD)
    (folder / "new").symlink_to("old.files")


def _module(folder: Path) -> None:
    (folder / "module").mkdir()
    (folder / "module/a.html").write_text(FINE + BAD)
    git("init", "-q", folder=folder / "module")
    commit(folder / "module")


def _marked(*how: str) -> Callable[[Path], None]:
    """What git's index says of the file, so that git does not look at it."""

    def change(folder: Path) -> None:
        git("update-index", *how, "a.html", folder=folder)
        (folder / "a.html").write_text(BAD + BAD)

    return change


def _ignored(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).write_text("b.html\nout/\n")
        (folder / "out").mkdir()
        (folder / "out/b.html").write_text(BAD)

    return change


def _sparse(folder: Path) -> None:
    (folder / "a.html").write_text(BAD + BAD)
    git("update-index", "--skip-worktree", "a.html", folder=folder)
    git("config", "core.sparseCheckout", "true", folder=folder)
    (folder / ".git/info").mkdir(exist_ok=True)
    (folder / ".git/info/sparse-checkout").write_text("/b/\n")


def _other_case(folder: Path) -> None:
    git("config", "core.ignoreCase", "true", folder=folder)
    (folder / "a.html").rename(folder / "A.html")
    (folder / "A.html").write_text(FINE + BAD)


def _monitor(folder: Path) -> None:
    """A monitor of the file system that says that nothing has changed."""
    (folder / "monitor").write_text("#!/bin/sh\nprintf 'token\\0'\n")
    (folder / "monitor").chmod(0o755)
    for setting in ("core.fsmonitor=.git/../monitor", "core.fsmonitorHookVersion=2"):
        git("config", *setting.split("="), folder=folder)
    git("update-index", "--fsmonitor", folder=folder)
    git("update-index", "--fsmonitor-valid", "a.html", folder=folder)
    (folder / "a.html").write_text(BAD + BAD)


DIFF_SETTINGS = [
    *("diff.noprefix=true", "diff.mnemonicPrefix=true", "diff.renames=copies", "diff.orderFile=a.html"),
    *("diff.context=50", "diff.interHunkContext=50", "diff.algorithm=patience", "diff.ignoreSubmodules=all"),
    *("diff.external=true", "diff.relative=true", "diff.wsErrorHighlight=all", "color.ui=always"),
    *("core.quotePath=true", "core.attributesFile=.gitattributes", "core.bigFileThreshold=1", "core.abbrev=4"),
    *("core.trustctime=false", "core.checkStat=minimal", "core.fileMode=false", "core.whitespace=cr-at-eol"),
]

HIDDEN = {
    "a new line": (_write("a.html", BAD + BAD), ["a.html:2"]),
    "content that looks like a header": (
        _write("a.html", f"{BAD}++ b/other.html\n-- a/other.html\n+++ other\n@@ -1 +99 @@\n{BAD}"),
        ["a.html:6"],
    ),
    "a line that looks like a header alone": (_write("a.html", f"{BAD}++ x\n{BAD}"), ["a.html:3"]),
    "no line end at the end": (_write("a.html", BAD + BAD.rstrip()), ["a.html:2"]),
    "CR alone ends lines": (_write("a.html", BAD + "x\rx\rx\r" + BAD), ["a.html:5"]),
    "VT, FF, NEL and LS end none": (_write("a.html", BAD + "x\v\f\x85\u2028\u2029\x1c\n" + BAD), ["a.html:3"]),
    "UTF-16": (_write("a.html", ("\ufeff" + FINE + "\u0a0a\u0d0d" + BAD).encode("utf-16-le")), ["a.html:2"]),
    "binary to git": (_attributes("* binary"), ["a.html:2"]),
    "not to be compared": (_attributes("* -diff"), ["a.html:2"]),
    "a driver of git's own": (_attributes("* diff=html"), ["a.html:2"]),
    "another encoding": (_attributes("* working-tree-encoding=UTF-16"), ["a.html:2"]),
    "other line ends": (_attributes("* text eol=crlf"), ["a.html:2"]),
    "an external diff": (_configured("* diff=x", "diff.x.command=true"), ["a.html:2"]),
    "a text conversion": (_configured("* diff=x", "diff.x.textconv=echo same;:"), ["a.html:2"]),
    "binary by a driver": (_configured("* diff=x", "diff.x.binary=true"), ["a.html:2"]),
    "a filter": (_configured("* filter=x", "filter.x.clean=head -n 1"), ["a.html:2"]),
    "a new file": (_write("b.html", BAD), ["b.html:1"]),
    "a name with a tab, quotes and a line end": (_write('x/"a\t\n\\.html', BAD), ['x/"a\t\\x0a\\.html:1']),
    "a name outside ASCII": (_write("é ü.html", BAD), ["é ü.html:1"]),
    "a name that looks like a header": (_write("+++ b/a.html", BAD), ["+++ b/a.html:1"]),
    "moved to another name": (_rename, ["b.html:1"]),
    "a file that becomes a link": (_link, ["a.html:1"]),
    "a folder by another name": (_linked_folder, ["old.files/a.html:2", "new/a.html:2"]),
    "another repository": (_module, ["module/a.html:2"]),
    "all settings of a diff": (_configured("* diff", *DIFF_SETTINGS), ["a.html:2"]),
    "an identifier": (_attributes("* ident -text"), ["a.html:2"]),
    "said to be unchanged": (_marked("--assume-unchanged"), ["a.html:2"]),
    "said to be left out": (_marked("--skip-worktree"), ["a.html:2"]),
    "left out of a sparse checkout": (_sparse, ["a.html:2"]),
    "not of the index any more": (_marked("--force-remove"), ["a.html:2"]),
    "a monitor of the file system": (_monitor, ["a.html:2"]),
    "ignored": (_ignored(".gitignore"), ["out/b.html:1"]),
    "ignored by what the checkout does not hold": (_ignored(".git/info/exclude"), ["out/b.html:1"]),
    "a name that differs in case": (_other_case, ["A.html:2"]),
}


@pytest.mark.parametrize("committed", [True, False], ids=["committed", "in the working tree"])
@pytest.mark.parametrize("way", HIDDEN)
def test_nothing_hides_a_new_finding(repository: Path, way: str, committed: bool) -> None:
    git("tag", "base", folder=repository)
    change, expected = HIDDEN[way]
    change(repository)
    if committed:
        if way in {"another encoding", "a filter"}:
            pytest.skip("what is committed is then what git has made of it")
        if way in {"said to be left out", "left out of a sparse checkout"}:
            pytest.skip("git does not commit it")
        commit(repository)
    targets = [".", "new"] if way == "a folder by another name" else ["."]
    names = "\n".join(places(check(repository, *targets)))
    if "line end" in way and "name" in way:
        assert names.startswith('x/"a') and names.endswith(".html:1")
    else:
        assert names.splitlines() == expected


def test_an_object_in_the_place_of_another_hides_nothing(repository: Path) -> None:
    git("tag", "base", folder=repository)
    (repository / "a.html").write_text(BAD + BAD)
    commit(repository)
    git("replace", "base", "HEAD", folder=repository)
    assert places(check(repository)) == ["a.html:2"]


def test_each_link_on_the_way_counts(repository: Path) -> None:
    for name in ("first", "second"):
        (repository / name).mkdir()
        (repository / f"{name}/a.html").write_text(BAD)
    (repository / "one").symlink_to("two")
    (repository / "two").symlink_to("first")
    commit(repository)
    git("tag", "base", folder=repository)
    assert places(check(repository, "one", "first")) == []
    (repository / "two").unlink()
    (repository / "two").symlink_to("second")
    assert places(check(repository, "one", "second")) == ["one/a.html:1"]


def test_a_line_of_a_submodule(tmp_path: Path) -> None:
    """Of one that is where it was, too."""
    (tmp_path / "module").mkdir()
    (tmp_path / "module/a.html").write_text(BAD)
    for name in ("module", "."):
        git("init", "-q", folder=tmp_path / name)
        commit(tmp_path / name)
    git("tag", "base", folder=tmp_path)
    (tmp_path / "module/a.html").write_text(BAD + BAD)
    assert places(check(tmp_path)) == ["module/a.html:2"]
    (tmp_path / ".gitmodules").write_text('[submodule "module"]\npath = module\nurl = ./module\nignore = all\n')
    assert places(check(tmp_path)) == ["module/a.html:2"]


def test_the_variables_of_git_change_nothing(repository: Path) -> None:
    git("tag", "base", folder=repository)
    (repository / "a.html").write_text(BAD + BAD)
    variables = {"GIT_DIFF_OPTS": "-u99", "GIT_EXTERNAL_DIFF": "true", "GIT_ATTR_SOURCE": "base", "GIT_PAGER": "true"}
    variables |= {"GIT_LITERAL_PATHSPECS": "1", "GIT_CONFIG_PARAMETERS": "'diff.external=true' 'color.ui=always'"}
    arguments = ("--diff-base", "base", "--select", "markup/unclosed-tag", "-f", "concise", "--no-cache")
    assert places(maillint("check", ".", *arguments, folder=repository, **variables)) == ["a.html:2"]


@pytest.mark.skipif(os.name == "nt", reason="a script is no program there")
def test_the_git_of_the_checkout_does_not_run(repository: Path) -> None:
    git("tag", "base", folder=repository)
    (repository / "bin").mkdir()
    (repository / "bin/git").write_text(f"#!/bin/sh\ntouch '{repository}/ran'\n")
    (repository / "bin/git").chmod(0o755)
    (repository / "a.html").write_text(BAD + BAD)
    arguments = ("--diff-base", "base", "--select", "markup/unclosed-tag", "-f", "concise", "--no-cache")
    path = f"bin:./bin::.:{os.environ['PATH']}"
    for folder in (repository, repository / "bin"):
        assert places(maillint("check", str(repository), *arguments, folder=folder, PATH=path))
    assert not (repository / "ran").exists()


def test_what_is_said_of_the_whole_message_counts_where_any_of_its_files_has_changed(repository: Path) -> None:
    (repository / "maillint.yaml").write_text("profile: newsletter\nheaders: {From: a@acme.example}\n")
    for name in ("a.txt", "b.html", "b.txt"):
        (repository / name).write_text("Hi Ada\n")
    commit(repository)
    git("tag", "base", folder=repository)
    (repository / "a.txt").write_text("Hi Ada\nmore\n")
    rule = "headers/list-unsubscribe-missing"
    result = maillint("check", ".", "--diff-base", "base", "--select", rule, "-f", "concise", folder=repository)
    assert [line.split(": ")[0] for line in result.stdout.splitlines() if rule in line] == ["a.html:1:1"]


def test_a_file_that_lfs_keeps_is_compared_by_what_it_holds(repository: Path) -> None:
    (repository / "b.html").write_text(BAD)
    digest = hashlib.sha256((repository / "b.html").read_bytes()).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(BAD)}\n"
    (repository / "b.html").write_text(pointer)
    commit(repository)
    git("tag", "base", folder=repository)
    (repository / "b.html").write_text(BAD)
    assert places(check(repository)) == []
    (repository / "b.html").write_text(BAD + BAD)
    assert places(check(repository)) == ["b.html:1", "b.html:2"]


def test_what_has_not_changed_stays_hidden(repository: Path) -> None:
    git("tag", "base", folder=repository)
    (repository / "a.html").write_bytes(BAD.replace("\n", "\r\n").encode() + b"<p>x</p>\r\n")
    assert places(check(repository)) == []
    (repository / "a.html").chmod(0o755)
    commit(repository)
    assert places(check(repository)) == []
    (repository / "a.html").write_text(BAD)
    os.utime(repository / "a.html", (1, 1))
    assert places(check(repository)) == []


def test_the_lines_around_what_is_gone_have_changed(repository: Path) -> None:
    (repository / "a.html").write_text(f"{BAD}{FINE}{BAD}{FINE * 2}{BAD}")
    commit(repository)
    git("tag", "base", folder=repository)
    (repository / "a.html").write_text(f"{BAD}{BAD}{FINE * 2}{BAD}")
    assert places(check(repository)) == ["a.html:1", "a.html:2"]


def test_paths_count_from_anywhere(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    git("tag", "base", folder=repository)
    (repository / "sub").mkdir()
    (repository / "a.html").write_text(BAD + BAD)
    assert places(check(repository / "sub", "..")) == ["../a.html:2"]
    outside = tmp_path_factory.mktemp("outside")
    (outside / "b.html").write_text(BAD)
    assert places(check(repository, str(outside)))[0].endswith("b.html:1"), "nothing is known of it: all counts"


def test_a_link_shows_what_changes_behind_it(repository: Path) -> None:
    (repository / "shared").mkdir()
    shutil.move(repository / "a.html", repository / "shared/x.inc")
    (repository / "a.html").symlink_to("shared/x.inc")
    commit(repository)
    git("tag", "base", folder=repository)
    assert places(check(repository)) == []
    (repository / "shared/x.inc").write_text(BAD + BAD)
    assert places(check(repository)) == ["a.html:2"]


def test_a_module_at_another_commit_is_new(tmp_path: Path) -> None:
    for name in ("module", "top"):
        (tmp_path / name).mkdir()
        git("init", "-q", folder=tmp_path / name)
    (tmp_path / "module/a.html").write_text(BAD)
    commit(tmp_path / "module")
    add = ("-c", "protocol.file.allow=always", "submodule", "add", "-q", "../module", "module")
    git(*add, folder=tmp_path / "top")
    commit(tmp_path / "top")
    git("tag", "base", folder=tmp_path / "top")
    assert places(check(tmp_path / "top")) == []
    (tmp_path / "top/module/a.html").write_text(FINE + BAD)
    commit(tmp_path / "top/module")
    assert places(check(tmp_path / "top")) == ["module/a.html:2"]


def test_three_dots_count_from_the_common_ancestor(repository: Path) -> None:
    git("branch", "main-line", folder=repository)
    (repository / "a.html").write_text(BAD + BAD)
    commit(repository)
    git("checkout", "-q", "main-line", folder=repository)
    (repository / "b.html").write_text(BAD)
    commit(repository)
    git("checkout", "-q", "-", folder=repository)
    assert places(check(repository, base="main-line...")) == ["a.html:2"]


def test_a_folder_that_looks_like_a_repository_configures_nothing(repository: Path) -> None:
    """A bare repository among the files could name programs that git runs, such as a monitor of the file system."""
    git("tag", "base", folder=repository)
    bare = repository / "bare"
    git("clone", "-q", "--bare", ".", "bare", folder=repository)
    lines = ("[core]", "repositoryformatversion = 0", "bare = false", "worktree = .", 'fsmonitor = "touch ran;:"')
    (bare / "config").write_text("\n".join(lines) + "\n")
    (bare / "a.html").write_text(BAD)
    (bare / "index").write_bytes((repository / ".git/index").read_bytes())
    result = check(bare, "a.html")
    assert not list(repository.rglob("ran"))
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("maillint: --diff-base: ")


def test_outside_a_repository_there_is_one_line(mail: Path) -> None:
    result = check(mail, "a.html")
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert result.stderr.startswith("maillint: --diff-base: not a git repository")


@pytest.mark.parametrize("revision", ["{base}", "{base}...", "HEAD~1", "HEAD~1...", "no-such"])
def test_a_clone_without_its_history_says_what_to_fetch(repository: Path, tmp_path: Path, revision: str) -> None:
    command = ["git", "rev-parse", "HEAD"]
    base = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True).stdout.strip()
    commit(repository)
    clone = tmp_path / "clone"
    git("clone", "-q", "--depth", "1", f"file://{repository}", str(clone), folder=tmp_path)
    revision = revision.format(base=base)
    result = maillint("check", ".", "--diff-base", revision, "--no-cache", folder=clone)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        f'maillint: --diff-base: git knows no revision "{revision}"; fetch the whole history '
        "(fetch-depth: 0 for actions/checkout, else git fetch --unshallow)\n"
    )
