"""Settings and rules as an attack: they cost no more than their length, and an error names what was stopped."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import regex as package

from maillint import Config, LintError, lint
from maillint.config.config import load_config
from maillint.text import globs, user_patterns
from maillint.text.globs import MOST_PATTERNS, is_pattern, matches, touch_of

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 12)
)
MERGES = "a0: &a0 {x: 1}\n" + "".join(
    f"a{level}: &a{level} {{<<: [*a{level - 1}, *a{level - 1}]}}\n" for level in range(1, 40)
)
CHAIN = "a0: &a0 [1]\n" + "".join(f"a{level}: &a{level} [*a{level - 1}]\n" for level in range(1, 300))
RULE = "summary: s\ncheck: {check}\noptions: {options}\nseverity: info\nmessage: m\nwhy: w\n"


def config(folder: Path, text: str, *, rule: str = "") -> Config:
    (folder / "rules/mine").mkdir(parents=True)
    if rule:
        (folder / "rules/mine/x.yaml").write_text(rule)
    (folder / "maillint.yaml").write_text(text)
    return Config.load(folder / "maillint.yaml")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (BOMB, "too large, with its aliases put in"),
        (MERGES, "too large, with its aliases put in"),
        (CHAIN, "nested too deeply"),
        ("[" * 100_000, "nested too deeply"),
        ("profile: &a [*a]", "holds itself"),
        ("# " + "x" * 1_000_000, "too long (1,000,001 characters; the limit is 1,000,000)"),
    ],
    ids=["aliases", "merges", "chain", "levels", "itself", "length"],
)
def test_what_is_too_much_is_refused_at_once(tmp_path: Path, text: str, error: str) -> None:
    start = time.monotonic()
    with pytest.raises(LintError) as raised:
        config(tmp_path, text)
    assert error in str(raised.value)
    assert time.monotonic() - start < 5


def test_what_many_files_hold_together_is_bounded(tmp_path: Path) -> None:
    text = "headers:\n" + "".join(f"  X-{number}: a\n" for number in range(5_000))
    for number in range(150):
        (tmp_path / f"{number}.yaml").write_text(text.replace("X-", f"X-{number}-"))
    start = time.process_time()
    with pytest.raises(LintError, match="the files that extend each other have more than 2,000,000 bytes"):
        config(tmp_path, f"extends: [{', '.join(f'{number}.yaml' for number in range(150))}]\n")
    assert time.process_time() - start < 60
    (tmp_path / "rules/mine/x.yaml").write_text("# " + "x" * 900_000)
    for number in range(5):
        (tmp_path / f"rules/mine/{number}.yaml").write_text("# " + "x" * 900_000)
    (tmp_path / "maillint.yaml").write_text("rule-folders: [rules]\n")
    with pytest.raises(LintError, match="the rules of a folder have more than 4,000,000 bytes"):
        Config.load(tmp_path / "maillint.yaml")


def test_aliases_and_merge_keys_are_read(tmp_path: Path) -> None:
    assert config(tmp_path, "headers: &a {X-A: b}\noverrides:\n- files: [x/]\n  headers: {<<: *a, X-C: d}\n").path


SLOW = "(a|aa)+b"  # takes 1.6 times as long with each letter
TEXT = "---\nsubject: {0}\nheaders: {{X-A: {0}}}\n---\n<p style='color: {0}'><b>{0}</p>".format("a" * 200)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("check", "options"),
    [
        ("pattern", f"{{pattern: '{SLOW}'}}"),
        ("pattern", f"{{pattern: '{SLOW}', in: source}}"),
        ("pattern", f"{{pattern: '{SLOW}', in: subject}}"),
        ("pattern", f"{{pattern: 'a+', except: '{SLOW}', in: source}}"),
        ("header", f"{{name: X-A, pattern: '{SLOW}'}}"),
        ("header", f"{{name: X-A, except: '{SLOW}', forbid: true}}"),
        ("property", f"{{property: color, pattern: '{SLOW}'}}"),
        ("property", f"{{property: color, pattern: a, except: '{SLOW}'}}"),
    ],
)
def test_a_pattern_that_takes_too_long_is_stopped_and_named(tmp_path: Path, check: str, options: str) -> None:
    settings = config(tmp_path, "rule-folders: [rules]\n", rule=RULE.format(check=check, options=options))
    start = time.monotonic()
    [file] = lint(TEXT, kind="html", config=settings).files
    assert time.monotonic() - start < 20
    [stopped] = [found.message for found in file.findings if found.rule == "internal-error"]
    assert stopped == f"rule mine/x failed: the pattern '{SLOW}' was stopped after 2 s"
    assert len(file.findings) > 1, "the other rules have run"


@pytest.mark.parametrize(
    ("selector", "text"),
    [
        ("b b b b b b b b b i", "<b>" * 400),
        ("b ~ b ~ b ~ b ~ b ~ b ~ i", "<p>" + "<b></b>" * 3_000),
        ("p:has(b) b b b b b b b b i", "<p>" + "<b>" * 300),
        (":is(b b, b b b):not(b b b b b b b b i) b b b i", "<b>" * 400 + "x" * 1000),
        ("".join(f":-soup-contains(z{number})" for number in range(200)), "<p>" + "<b>x</b>" * 35_000),
        ("[class$=a i]" * 400, f"<b class={'a' * 900_000}>"),
        (":is(" * 30 + "b" + ")" * 30, "<p>" + "<b>x</b>" * 35_000),
        (":not(:nth-child(2n+1 of b:nth-child(3n of :not(i))))", "<p>" + "<b>x</b>" * 35_000),
        (" ~ ".join("*" * 1_200), "<p>" + "<b>x</b>" * 35_000),
    ],
)
def test_a_selector_that_takes_too_long_is_stopped_and_named(tmp_path: Path, selector: str, text: str) -> None:
    rule = RULE.format(check="element", options=f"{{select: '{selector}'}}")
    settings = config(tmp_path, "rule-folders: [rules]\n", rule=rule)
    start = time.process_time()
    [file] = lint(text, kind="html", config=settings).files
    assert time.process_time() - start < 10
    stopped = [found.message for found in file.findings if found.rule == "internal-error"]
    shown = selector if len(selector) <= 60 else f"{selector[:59]}…"
    assert stopped in ([], [f"rule mine/x failed: the selector '{shown}' was stopped after 2 s"])


def test_a_selector_has_two_seconds_for_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_patterns, "SECONDS", 0.001)
    rule = RULE.format(check="element", options="{select: 'b b b b b i'}")
    settings = config(tmp_path, "rule-folders: [rules]\n", rule=rule)
    [file] = lint(
        "<a href='http://b.example/'>https://a.example</a>" + "<b><i></i></b>" * 3_000, kind="html", config=settings
    ).files
    [stopped] = [found.message for found in file.findings if "mine/x" in found.message]
    assert stopped == "rule mine/x failed: the selector 'b b b b b i' was stopped after 0.001 s"
    assert len(file.findings) > 1, "the other rules have run"


@pytest.mark.parametrize(
    "selector", ["a[", ":nope", "a{", ":is(" * 3_000 + ")" * 3_000, "x, " * 2_000, ":nth-child(" + "9" * 4_500 + ")"]
)
def test_what_is_no_selector_is_an_error(tmp_path: Path, selector: str) -> None:
    rule = RULE.format(check="element", options=f"{{select: '{selector}'}}")
    with pytest.raises(LintError, match="not a CSS selector: "):
        lint("<p>Hi</p>", kind="html", config=config(tmp_path, "rule-folders: [rules]\n", rule=rule))


def test_a_key_that_is_a_number_is_an_error_of_one_line(tmp_path: Path) -> None:
    with pytest.raises(LintError, match='unknown key "1"'):
        config(tmp_path, "lists: {shorteners: {1}}\n")


@pytest.mark.parametrize("pattern", ["(", "a{99999999999999999999}", "(" * 3000 + ")" * 3000, "x" * 6000, "[b-a]"])
def test_what_is_no_pattern_is_an_error(tmp_path: Path, pattern: str) -> None:
    rule = RULE.format(check="pattern", options=f"{{pattern: '{pattern}'}}")
    with pytest.raises(LintError, match="not a regular expression: "):
        lint("<p>Hi</p>", kind="html", config=config(tmp_path, "rule-folders: [rules]\n", rule=rule))


@pytest.mark.parametrize(
    "pattern",
    [
        *("a{4294967294}", "(a{1000}){1000}", "(((a{50}){50}){50}){50}", "(?:[ab]c){10000000}"),
        *("(?<=(?:a|b){1000000})c", "(?|(a)|(b)){1000000}", r"\X{1000000}", "((?:)){99999}"),
        *(".{20000,}", "[]a]{20000}", r"\]{ 20000 }", "(?>a{200}){200}"),
        *("((a{1000})(?#c){1000})", "((a{1000})(?i){1000})", "(?x)(a{1000})#b\\n{1000}", "(?i-x:a{200}){200}"),
    ],
)  # fmt: skip
def test_a_pattern_of_many_repeats_is_refused_before_it_is_compiled(tmp_path: Path, pattern: str) -> None:
    """Compiling it would write the repeats out: gigabytes, or the end of the process."""
    rule = RULE.format(check="pattern", options=f"{{pattern: '{pattern}'}}")
    start = time.process_time()
    with pytest.raises(LintError, match="not a regular expression: it repeats more than 10,000 characters"):
        lint("<p>Hi</p>", kind="html", config=config(tmp_path, "rule-folders: [rules]\n", rule=rule))
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "pattern", ["(?R)?a", "(a(?1)?b)", "(?:(?0)|a)*b", "(?P<x>a(?&x))", "(?P<x>a(?P>x)?)", "(a)(?-1)", "(?+1)(a)"]
)
def test_a_pattern_that_calls_itself_is_refused(tmp_path: Path, pattern: str) -> None:
    rule = RULE.format(check="pattern", options=f"{{pattern: '{pattern}'}}")
    with pytest.raises(LintError, match="it calls a part of itself, which may never end"):
        lint("<p>Hi</p>", kind="html", config=config(tmp_path, "rule-folders: [rules]\n", rule=rule))


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"free.{0,500}money{2,}", "a{0,20000}", "(?:a{0,999}){0,999}b", r"[(?R)]x{2}", r"\(?R\)"),
        *("(?#R)a", "(?s-x:a)b"),
        *(r"(?<n>a{50}){50}", r"(a)(?(1)b|c)", "(?P<x>a)(?P=x)", r"(?x) \d{4} - \d{2} # {9}", "a{5000}"),
    ],
)  # fmt: skip
def test_other_patterns_with_repeats_are_searched_for(tmp_path: Path, pattern: str) -> None:
    rule = RULE.format(check="pattern", options=f"{{pattern: '{pattern}'}}")
    report = lint("<p>Hi</p>", kind="html", config=config(tmp_path, "rule-folders: [rules]\n", rule=rule))
    assert not [found.message for found in report.findings if found.rule == "internal-error"]


def found_by(pattern: str, text: str, *, case: bool = True) -> list[tuple[int, int]]:
    return [match.span() for match in user_patterns.Search().all(pattern, text, case=case)]


@pytest.mark.parametrize(
    "pattern",
    [
        *("((a)|(b))*", "(?P<x>a|b)*", "(?:a?b?)*", "(?:(?:(?:(?:a?b?)?)?)?)*", r"(((a|b)))*(?:\1\2)?", r"(a|b)*\1"),
        "(" * 90 + "a|b" + ")" * 90 + r"*\1?",
    ],
)
def test_a_pattern_takes_a_bounded_amount_of_memory(pattern: str) -> None:
    code = (
        "import resource, sys\n"
        "from maillint.text.user_patterns import Search, StoppedPatternError\n"
        "found = Search().all(sys.argv[1], 'ab' * 1_500_000)\n"
        "used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "Search().first('x', '')\n"
        "before = used()\n"
        "try:\n    next(found)\nexcept StoppedPatternError as error:\n    print(error)\n"
        "print((used() - before) * (1 if sys.platform == 'darwin' else 1024) // 1_000_000)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, pattern], capture_output=True, text=True, check=True)
    said, used = done.stdout.splitlines()
    assert "was stopped a" in said  # after 2 s, or at so long a match
    assert int(used) < 170


@pytest.mark.parametrize("pattern", ["[ab]*", "(?:a|b)+", r"(?s).*"])
def test_a_match_that_is_too_long_is_told(tmp_path: Path, pattern: str) -> None:
    rule = RULE.format(check="pattern", options=f"{{pattern: '{pattern}', in: source}}")
    settings = config(tmp_path, "rule-folders: [rules]\n", rule=rule)
    [file] = lint("ab" * 600_000, kind="txt", config=settings).files
    [stopped] = [found.message for found in file.findings if found.rule == "internal-error"]
    assert stopped.startswith(f"rule mine/x failed: the pattern '{pattern}' was stopped at a match of more than ")


def test_a_pattern_that_searches_backwards_is_not_given_a_long_text(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found_by("(?r)x+", "xx x") == [(3, 4), (0, 2)]
    monkeypatch.setattr(user_patterns, "SMALLEST_WINDOW", 20)
    monkeypatch.setattr(user_patterns, "WINDOW", 20)
    with pytest.raises(
        LintError, match=r"'\(\?r\)x\+' was stopped before a text of 21 characters: it searches backwards"
    ):
        found_by("(?r)x+", "x" * 21)


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            "x+",
            "(x)+",
            r"\bx+\b",
            r"x+(?= )",
            r"(?<= )x+",
            r"(x)\1*",
            "(?m)^y$",
            r"\Ax",
            r"x\Z",
            "x?",
            "",
            "$",
        ),
        *("[[:alpha:](]+", "(?V1)[[x](]+", r"[(]|\(x|x", "(?P<n>x)(?P=n)*", "(?x) ( x )+ # (", "(?#(a)x", "(?<n>x)+y?"),
    ],
)
@pytest.mark.parametrize("window", [20, 50, 1000])
def test_a_long_text_is_searched_as_a_short_one_is(monkeypatch: pytest.MonkeyPatch, pattern: str, window: int) -> None:
    monkeypatch.setattr(user_patterns, "WINDOW", window)
    monkeypatch.setattr(user_patterns, "SMALLEST_WINDOW", 20)
    text = "xx x(\ny\nxxx " * 30
    assert found_by(pattern, text) == [match.span() for match in package.finditer(pattern, text)]


STARS = [
    "*a" * 30 + "b", "[a-z]*" * 50 + "[!a]", "?*" * 40 + "x", "**a" * 40 + "b", "*a" * 20 + "/" + "*a" * 20 + "/b",
    "**/" + "*a" * 20 + "b", "**/a/" * 30 + "b", "a/**/" * 30 + "*a" * 30 + "b/", "/**/" + "a*a/**/" * 30 + "b",
    "**/*/" * 20 + "b", "!**/a" * 5, "*a" * 30 + "{touch}" + "*a" * 30 + "b",
    "**/a/" * 9 + "{touch}" + "/**/a" * 9 + "/b",
]  # fmt: skip


@pytest.mark.parametrize("pattern", STARS)
@pytest.mark.parametrize(
    "path", ["a" * 250, "a/" * 2000 + "c", ("a" * 250 + "/") * 16 + "c"], ids=["name", "deep", "long"]
)
def test_a_path_pattern_of_any_number_of_stars_takes_no_long_time(pattern: str, path: str) -> None:
    assert is_pattern(pattern)
    start = time.process_time()
    matches(path, [pattern])
    if "{touch}" in pattern:
        touch_of(path, pattern)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "text",
    [
        f"[{'a.' * 20_000}a]\n" + "".join(f"b{number} = 1\n" for number in range(8_000)),
        f"{'a.' * 300_000}a = 1\n",
        '"a" . ' * 100_000 + "a = 1\n",
    ],
)
def test_keys_of_toml_that_are_too_deep_are_refused_at_once(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.maillint]\n{text}")
    start = time.process_time()
    with pytest.raises(LintError, match=r"pyproject.toml:2:1: not valid TOML: nested too deeply"):
        Config.load(tmp_path / "pyproject.toml")
    assert time.process_time() - start < 2


def test_path_patterns_are_counted_with_those_that_are_extended(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("exclude:\n" + "".join(f"- a{number}\n" for number in range(MOST_PATTERNS - 3)))
    entries = "extends: a.yaml\ninclude: [x]\noverrides: [{files: [y]}]\n"
    settings = config(tmp_path, f"{entries}sequences: [[z]]\n")
    assert settings.path
    (tmp_path / "maillint.yaml").write_text(f"{entries}sequences: [[z, zz]]\n")
    with pytest.raises(LintError, match="more than 10,000 path patterns"):
        Config.load(settings.path)


@pytest.mark.parametrize("text", ["overrides:\n{}", "sequences:\n- [{}]\n"], ids=["overrides", "sequences"])
def test_each_path_pattern_is_compiled_once_for_all_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    compiled: list[str] = []
    make = globs._pattern

    def counted(line: str) -> Any:
        compiled.append(line)
        return make(line)

    monkeypatch.setattr(globs, "_pattern", counted)
    patterns = [f"once{number}{'.html' * text.startswith('s')}" for number in range(600)]
    entries = ",".join(patterns) if text.startswith("s") else "".join(f"- files: {name}\n" for name in patterns)
    settings = load_config(str(config(tmp_path, text.format(entries)).path))
    for number in range(3):
        assert settings.for_file(str(tmp_path / f"{number}.html"))
    assert sorted(compiled) == sorted(patterns)
