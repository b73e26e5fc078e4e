"""Path patterns, compared with git itself wherever git has an opinion."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from maillint.text.globs import is_pattern, matches, touch_of

CASES: list[tuple[str, str, str]] = [
    # pattern, what it matches, what it does not
    ("*.html", "a.html x/a.html x/y/.html", "a.htm a.html.j2 html"),
    ("a.html", "a.html x/a.html a.html/inner.txt", "aa.html a.html5 A.html"),
    ("/a.html", "a.html", "x/a.html"),
    ("x/a.html", "x/a.html x/a.html/inner.txt", "y/x/a.html a.html x/y/a.html"),
    ("*", "a.html x/a.html .hidden", ""),
    # one star and a question mark stay within a name
    ("x/*", "x/a.html x/y/a.html", "a.html y/x/a.html"),
    ("x/*.html", "x/a.html x/.html", "x/y/a.html a.html"),
    ("x/*/a.html", "x/y/a.html", "x/a.html x/y/z/a.html"),
    ("x*y/a.html", "xy/a.html x-y/a.html", "x/y/a.html x/zy/a.html"),
    ("*/a.html", "x/a.html", "a.html x/y/a.html"),
    ("?.html", "a.html x/b.html", ".html ab.html"),
    ("x?a.html", "xya.html", "x/a.html xa.html"),
    ("x/?/a.html", "x/y/a.html", "x/yz/a.html x/a.html x///a.html"),
    # two stars cross folders where they stand alone between slashes
    ("**/a.html", "a.html x/a.html x/y/a.html", "xa.html"),
    ("x/**/a.html", "x/a.html x/y/a.html x/y/z/a.html", "a.html y/x/a.html"),
    ("**/x/**/a.html", "x/a.html z/x/y/a.html", "a.html y/a.html"),
    ("x/**", "x/a.html x/y/a.html", "x y/x/a.html"),
    ("**/x", "x/a.html y/x/a.html x y/x", "xx/a.html"),
    ("**", "a.html x/a.html", ""),
    ("x**y.html", "xy.html x-y.html z/xy.html", "x/y.html x/z/y.html"),
    ("***.html", "a.html x/a.html", "a.htm"),
    # folders
    ("archive/", "archive/a.html x/archive/a.html archive/x/a.html", "archive x/archive archive.html"),
    ("/archive/", "archive/a.html", "x/archive/a.html archive"),
    ("archive", "archive archive/a.html x/archive/a.html", "archives/a.html archive.html"),
    ("x/archive/", "x/archive/a.html", "archive/a.html y/x/archive/a.html x/archive"),
    ("x/archive", "x/archive x/archive/a.html", "y/x/archive/a.html"),
    ("*/", "x/a.html", "a.html"),
    (".hidden/", ".hidden/a.html x/.hidden/a.html", "hidden/a.html"),
    (".*", ".a.html x/.git/a.html", "a.html x/a.html"),
    # classes of characters
    ("[ab].html", "a.html x/b.html", "c.html ab.html [ab].html"),
    ("[a-c]/x.html", "a/x.html c/x.html", "d/x.html b/y/x.html"),
    ("[!a].html", "b.html", "a.html ab.html .html"),
    ("[^a].html", "b.html", "a.html"),
    # what has a meaning only elsewhere
    ("{a,b}.html", "{a,b}.html", "a.html b.html"),
    ("a+b.html", "a+b.html", "aab.html ab.html"),
    ("(a).html", "(a).html", "a.html"),
    ("$a.html", "$a.html", "a.html"),
    ("a.b", "a.b", "aXb"),
    ("a|b", "a|b", "a b"),
    ("é.html", "é.html x/é.html", "e.html"),
    ("a b.html", "a b.html", "a.html b.html"),
    # a backslash takes a character's meaning away
    (r"\*.html", "*.html", "a.html"),
    (r"\[locale\]/a.html", "[locale]/a.html", "l/a.html"),
    (r"\!a.html", "!a.html", "a.html"),
    (r"a\b.html", "ab.html", "a/b.html"),
]
NAMES_WITH_BLANKS = {"a b.html"}


def paths(words: str) -> list[str]:
    return [words] if words in NAMES_WITH_BLANKS else words.split()


@pytest.mark.parametrize(("pattern", "yes", "no"), CASES, ids=[case[0] for case in CASES])
def test_what_a_pattern_matches(pattern: str, yes: str, no: str) -> None:
    assert {path: matches(path, [pattern]) for path in paths(yes) + paths(no)} == {
        **dict.fromkeys(paths(yes), True),
        **dict.fromkeys(paths(no), False),
    }


def ignored(folder: Path, patterns: list[str], names: list[str]) -> set[str]:
    """What git ignores by a ``.gitignore`` of these lines."""
    (folder / ".gitignore").write_text("\n".join(patterns) + "\n", encoding="utf-8")
    command = ["git", "check-ignore", "--no-index", "--stdin", "-z"]
    done = subprocess.run(command, cwd=folder, input="\0".join(names).encode(), capture_output=True, check=False)
    return set(done.stdout.decode().split("\0")) - {""}


def test_git_says_the_same(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    for pattern, yes, no in CASES:
        own = [path for path in paths(yes) + paths(no) if "//" not in path]
        assert ignored(tmp_path, [pattern], own) == {path for path in own if matches(path, [pattern])}, pattern


ORDERS: list[tuple[list[str], str, str]] = [
    ([], "", "a.html"),
    (["a.html", "b.html"], "a.html b.html", "c.html"),
    (["*.html", "!a.html"], "b.html x/b.html", "a.html x/a.html"),
    (["!a.html", "*.html"], "a.html b.html", ""),
    (["x/*", "!x/a.html"], "x/b.html", "x/a.html a.html"),
    (["!a.html"], "", "a.html b.html"),
    (["*", "!*.html", "a.html"], "a.html b.txt", "b.html"),
]


@pytest.mark.parametrize(("patterns", "yes", "no"), ORDERS)
def test_a_later_pattern_takes_back_what_an_earlier_one_matches(patterns: list[str], yes: str, no: str) -> None:
    assert {path for path in paths(yes) + paths(no) if matches(path, patterns)} == set(paths(yes))


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("./a.html", "a.html", "x/a.html"),
        ("./x/", "x/a.html", "y/x/a.html"),
        ("#drafts/", "#drafts/a.html", "drafts/a.html"),
        ("#", "#", "a.html"),
        ("archive/", "", "archive"),
        # a folder that is taken as a whole gives back a file that is named
        ("archive/ !archive/a.html", "archive/b.html", "archive/a.html"),
    ],
)
def test_where_settings_are_kinder_than_git(pattern: str, yes: str, no: str) -> None:
    assert {path for path in paths(yes) + paths(no) if matches(path, pattern.split())} == set(paths(yes))


@pytest.mark.parametrize(
    "text", ["", " ", "/", "x[/]a", "[", "a[", "[]", "[a", "!", "\\", "a\\", "[z-a]", "x/[b-a].html"]
)
def test_what_is_no_pattern(text: str) -> None:
    assert is_pattern(text) is False


@pytest.mark.parametrize("text", [*(case[0] for case in CASES), "!a", "#", "./a", "intro-{touch}.html"])
def test_what_is_a_pattern(text: str) -> None:
    assert is_pattern(text) is True


TOUCHES: list[tuple[str, str, int | None]] = [
    ("intro-{touch}.html", "intro-1.html", 1),
    ("intro-{touch}.html", "x/intro-2.html", 2),
    ("intro-{touch}.html", "intro-12.html", 12),
    ("intro-{touch}.html", "intro-9999.html", 9999),
    ("intro-{touch}.html", "intro-12345.html", None),
    ("intro-{touch}.html", "intro-0.html", None),
    ("intro-{touch}.html", "intro-01.html", None),
    ("intro-{touch}.html", "intro-.html", None),
    ("intro-{touch}.html", "intro-x.html", None),
    ("intro-{touch}.html", "intro-{touch}.html", None),
    ("intro-{touch}.html", "intro-1.htm", None),
    ("intro-{touch}.html", "xintro-1.html", None),
    ("/intro-{touch}.html", "x/intro-1.html", None),
    ("{touch}.html", "7.html", 7),
    ("{touch}-*.html", "3-hello.html", 3),
    ("{touch}*.html", "31.html", 31),
    ("*{touch}.html", "intro-31.html", 1),
    ("intro-{touch}*", "intro-123456", 1234),
    ("seq/*/{touch}.html", "seq/a/4.html", 4),
    ("seq/*/{touch}.html", "seq/a/b/4.html", None),
    ("seq/**/{touch}.html", "seq/a/b/4.html", 4),
    ("seq/**/{touch}.html", "seq/4.html", 4),
    ("seq-{touch}/*.html", "seq-2/a.html", 2),
    ("seq-{touch}/*.html", "seq-2/a/b.html", None),
    ("step-{touch}/", "step-5/x/a.html", 5),
    ("step-{touch}/", "step-5", None),
    ("./step-{touch}.html", "step-5.html", 5),
    ("./step-{touch}.html", "x/step-5.html", None),
    ("step-{touch}.html", "step-５.html", None),
    ("step-{touch}.html", "step-1５.html", None),
    ("[ab]-{touch}.html", "b-6.html", 6),
]


@pytest.mark.parametrize(("pattern", "path", "number"), TOUCHES)
def test_the_number_of_a_touch(pattern: str, path: str, number: int | None) -> None:
    assert touch_of(path, pattern) == number


@pytest.mark.parametrize(("settings", "imported"), [("profile: newsletter", False), ("exclude: [archive/]", True)])
def test_only_a_run_with_patterns_imports_pathspec(tmp_path: Path, settings: str, imported: bool) -> None:
    (tmp_path / "a.html").write_text("<p>Hi</p>")
    (tmp_path / "maillint.yaml").write_text(f"{settings}\n")
    command = [sys.executable, "-X", "importtime", "-m", "maillint", "check", "a.html", "--no-cache"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ("maillint.text.globs" in done.stderr, " pathspec\n" in done.stderr) == (True, imported)


def test_a_bracket_in_a_class_means_itself_and_nothing_is_said_of_it(recwarn: pytest.WarningsRecorder) -> None:
    assert matches("[b", ["[[a]b"]) and matches("ab", ["[[a]b"]) and not matches("bb", ["[[a]b"])
    assert not recwarn.list
