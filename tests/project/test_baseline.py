"""Baselines: what counts as the same finding, which entries are stale, and what a new baseline keeps."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from maillint.finding import Excerpt, FileReport, Finding, Report, Severity
from maillint.project.baseline import (
    MAX_SNIPPET,
    Baseline,
    BaselineError,
    describe,
    merged,
    render,
    snippet,
    without_known,
)

TEXT = "<p>one</p> <b>two</b>"


def finding(rule: str = "markup/x", path: str = "a.html", start: int = 0, end: int = 3, **more: Any) -> Finding:
    return Finding(rule, Severity.ERROR, more.pop("message", "m"), path, start, end, 1, start + 1, 1, end + 1, **more)


def file(path: str = "a.html", *findings: Finding, text: str = TEXT) -> FileReport:
    return FileReport(path, "html", None, "general", True, None, findings, (), text)


def report(**findings: list[Finding]) -> Report:
    return Report(tuple(file(f"{name}.html", *found) for name, found in findings.items()))


def rules(filtered: Report) -> dict[str, list[str]]:
    return {file.path: [found.rule for found in file.findings] for file in filtered.files}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, in which the linted files are."""
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        (tmp_path / f"{name}.html").write_text(TEXT)
    return tmp_path


def baseline(*keys: tuple[str, str, str]) -> Baseline:
    return Baseline(Counter(keys), str(Path.cwd()))


# -- reading and writing ------------------------------------------------------------------------------


def test_a_baseline_is_what_it_was_when_it_is_read_again(folder: Path) -> None:
    found = [finding(), finding("links/y", start=11, end=14), finding("links/y", start=11, end=14)]
    written = render(report(b=found[:1], a=found), "sub/known.json")
    assert json.loads(written) == {
        "version": 1,
        "findings": [
            {"path": "../a.html", "rule": "links/y", "snippet": "<b>", "count": 2},
            {"path": "../a.html", "rule": "markup/x", "snippet": "<p>", "count": 1},
            {"path": "../b.html", "rule": "markup/x", "snippet": "<p>", "count": 1},
        ],
    }
    assert written.startswith('{\n "version": 1,\n "findings": [\n  {\n   "path": ')
    assert written.endswith("}\n")
    (folder / "sub").mkdir()
    (folder / "sub/known.json").write_text(written)
    read = Baseline.read("sub/known.json")
    assert read.folder == str(folder / "sub")
    filtered, stale = read.filter(report(a=found, b=found[:1]))
    assert (rules(filtered), stale) == ({"a.html": [], "b.html": []}, [])
    assert {file.path: file.known for file in filtered.files} == {"a.html": 3, "b.html": 1}


def test_text_outside_ascii_stays_readable_and_a_line_is_a_key() -> None:
    written = render(Report((file("é.html", finding(message="größer", start=0, end=0), text=""),)), "known.json")
    assert '"path": "é.html",\n' in written
    assert '"snippet": "größer",\n' in written


def test_a_fault_of_maillints_own_is_never_known() -> None:
    assert json.loads(render(report(a=[finding("internal-error")]), "x"))["findings"] == []


def test_an_entry_without_a_count_is_one_finding_and_entries_add_up(folder: Path) -> None:
    entry = {"path": "a.html", "rule": "markup/x", "snippet": "<p>"}
    (folder / "known.json").write_text(json.dumps({"version": 1, "findings": [entry, {**entry, "count": 2}]}))
    assert Baseline.read("known.json").counts == {("a.html", "markup/x", "<p>"): 3}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{", "known.json: not a baseline: it is not JSON"),
        ("[]", "known.json: not a baseline of version 1"),
        ('{"version": 2, "findings": []}', "known.json: not a baseline of version 1"),
        ('{"findings": []}', "known.json: not a baseline of version 1"),
        *(
            (f'{{"version": 1{rest}}}', "known.json: not a baseline: an entry lacks path, rule or snippet")
            for rest in ("", ', "findings": 3', ', "findings": ["x"]', ', "findings": [{"path": "a", "rule": "b"}]',
                         ', "findings": [{"path": "a", "rule": "b", "snippet": "c", "count": "x"}]')
        ),
    ],
)  # fmt: skip
def test_what_is_no_baseline_is_refused(folder: Path, text: str, error: str) -> None:
    (folder / "known.json").write_text(text)
    with pytest.raises(BaselineError) as raised:
        Baseline.read("known.json")
    assert str(raised.value) == error


def test_a_baseline_that_cannot_be_read_is_refused_with_the_reason(folder: Path) -> None:
    with pytest.raises(BaselineError, match=r"^none\.json: no such file or directory$"):
        Baseline.read("none.json")
    with pytest.raises(BaselineError, match=r"^\.: is a directory$"):
        Baseline.read(".")
    (folder / "latin.json").write_bytes(b'{"version": "\xe9"}')
    with pytest.raises(BaselineError, match=r"^latin\.json: not a baseline: it is not JSON$"):
        Baseline.read("latin.json")


# -- what is known ------------------------------------------------------------------------------------


def test_a_finding_is_known_by_path_rule_and_snippet_as_often_as_it_was() -> None:
    known = baseline(("a.html", "markup/x", "<p>"), ("a.html", "markup/x", "<p>"))
    same = finding()
    others = [finding("markup/z"), finding(start=11, end=14)]
    filtered, stale = known.filter(report(a=[same, same, same, *others], b=[same]))
    assert [found.rule for found in filtered.files[0].findings] == ["markup/x", "markup/z", "markup/x"]
    assert filtered.files[0].findings == (same, *others)
    assert filtered.files[1].findings == (same,)
    assert stale == []


def test_filtering_leaves_the_baseline_as_it_is() -> None:
    known = baseline(("a.html", "markup/x", "<p>"))
    for _ in range(2):
        filtered, stale = known.filter(report(a=[finding()]))
        assert (rules(filtered), stale) == ({"a.html": []}, [])


@pytest.mark.parametrize(
    ("key", "not_run", "stale"),
    [
        (("a.html", "markup/x", "<b>"), (), True),
        (("a.html", "markup/x", "<b>"), ("links/y",), True),
        (("a.html", "markup/x", "<b>"), ("markup/x",), False),
        (("b.html", "markup/x", "<p>"), (), False),  # not linted, and still there
        (("gone.html", "markup/x", "<p>"), (), True),
        (("gone.html", "markup/x", "<p>"), ("markup/x",), False),
    ],
)
def test_which_entries_no_longer_occur(key: tuple[str, str, str], not_run: tuple[str, ...], stale: bool) -> None:
    assert baseline(key).filter(report(a=[finding()]), not_run)[1] == ([key] if stale else [])


def test_an_entry_that_occurs_less_often_is_stale() -> None:
    key = ("a.html", "markup/x", "<p>")
    for count, left in ((1, [key]), (2, [])):
        filtered, stale = baseline(key, key).filter(report(a=[finding()] * count))
        assert (rules(filtered), stale) == ({"a.html": []}, left)


def test_a_dead_link_is_not_gone(folder: Path) -> None:
    (folder / "dead.html").symlink_to("nowhere")
    assert not baseline().is_gone("dead.html")
    assert baseline().is_gone("nowhere")


def test_paths_count_from_the_folder_of_the_baseline(folder: Path) -> None:
    (folder / "mail").mkdir()
    (folder / "mail/a.html").write_text(TEXT)
    known = Baseline(Counter([("a.html", "markup/x", "<p>")]), str(folder / "mail"))
    filtered, stale = known.filter(Report((file("mail/a.html", finding(path="mail/a.html")),)))
    assert (rules(filtered), stale) == ({"mail/a.html": []}, [])
    assert not known.is_gone("a.html")


def test_each_file_has_its_own_baseline(folder: Path) -> None:
    for name, path in (("one", "a.html"), ("two", "b.html"), ("three", "a.html")):
        entry = {"path": path, "rule": "markup/x", "snippet": "<p>"}
        (folder / f"{name}.json").write_text(json.dumps({"version": 1, "findings": [entry]}))
    every = report(a=[finding()], b=[finding()])
    both = without_known(every, {"a.html": "one.json", "b.html": "two.json"})
    assert (rules(both[0]), both[1]) == ({"a.html": [], "b.html": []}, [])
    crossed, stale = without_known(every, {"a.html": "two.json", "b.html": "one.json"})
    assert (rules(crossed), stale) == ({"a.html": ["markup/x"], "b.html": ["markup/x"]}, [])
    some, _ = without_known(every, {"a.html": "one.json", "b.html": None})
    assert rules(some) == {"a.html": [], "b.html": ["markup/x"]}
    assert without_known(every, {}) == (every, [])
    assert without_known(every, {"a.html": None}) == (every, [])
    _, of_both = without_known(report(a=[], b=[]), {"a.html": "three.json", "b.html": "two.json"})
    assert of_both == [("a.html", "markup/x", "<p>"), ("b.html", "markup/x", "<p>")]
    assert without_known(report(a=[]), {"a.html": "one.json"}, ["markup/x"]) == (report(a=[]), [])


# -- snippets -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a  b\n\tc", "abc"),
        ("<a href='x'>", '<ahref="x">'),
        ("x" * MAX_SNIPPET, "x" * MAX_SNIPPET),
        ("x " * MAX_SNIPPET, "x" * MAX_SNIPPET),
    ],
)
def test_a_snippet_does_not_change_with_the_form_of_the_text(text: str, expected: str) -> None:
    assert snippet(file(text=text), finding(end=len(text))) == expected


def test_a_long_snippet_ends_in_a_digest_of_the_whole() -> None:
    texts = ["x" * MAX_SNIPPET + end for end in ("a", "b", "a\ud800")]
    snippets = [snippet(file(text=text), finding(end=len(text))) for text in texts]
    assert len(set(snippets)) == 3
    assert {len(text) for text in snippets} == {MAX_SNIPPET}
    assert all(text.startswith("x" * 63 + "…") for text in snippets)
    assert snippets[0] == "x" * 63 + "…6dfb295bbba940e2", "another digest makes every long entry stale"


def test_an_encoded_part_is_known_by_its_decoded_text_and_a_whole_message_by_the_message() -> None:
    encoded = finding(excerpt=Excerpt("see <b>x", 4, 7))
    assert snippet(file(), encoded) == "<b>"
    assert snippet(file(), finding(excerpt=Excerpt("see", 3, 3), start=3, end=6)) == "one"
    assert snippet(file(), finding(start=4, end=4, message="no subject")) == "nosubject"


# -- a new baseline -----------------------------------------------------------------------------------


def entries(text: str) -> list[tuple[str, str, str, int]]:
    return [(entry["path"], entry["rule"], entry["snippet"], entry["count"]) for entry in json.loads(text)["findings"]]


def test_without_an_old_baseline_it_is_the_findings() -> None:
    assert merged(None, report(a=[finding()]), "known.json") == render(report(a=[finding()]), "known.json")


def test_what_this_run_has_not_looked_at_stays() -> None:
    old = baseline(
        ("a.html", "links/y", "<b>"),  # fixed since
        ("a.html", "markup/z", "<b>"),  # a rule that was not run
        ("b.html", "links/y", "<b>"),  # a file that was not linted
        ("b.html", "links/y", "<b>"),
        ("gone.html", "links/y", "<b>"),
        ("gone.html", "markup/z", "<b>"),
    )
    text = merged(old, report(a=[finding(), finding("a/a", start=11, end=14)]), "known.json", ["markup/z"])
    assert entries(text) == [
        ("a.html", "a/a", "<b>", 1),
        ("a.html", "markup/x", "<p>", 1),
        ("a.html", "markup/z", "<b>", 1),
        ("b.html", "links/y", "<b>", 2),
    ]
    assert text.endswith("\n}\n")
    assert '{\n "version": 1,\n "findings": [\n  {\n   "path": "a.html",\n' in text


def test_entries_are_in_order_of_path_rule_and_snippet_and_readable() -> None:
    keys = [("b.html", "a/a", "ü"), ("b.html", "a/a", "b"), ("b.html", "a/b", "a")]
    text = merged(baseline(*keys), report(), "known.json")
    assert [entry[:3] for entry in entries(text)] == [keys[1], keys[0], keys[2]]
    assert '"ü"' in text


# -- words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stale", "words"),
    [
        ([("a", "r", "s")], "1 baseline entry no longer occurs in 1 file"),
        ([("a", "r", "s"), ("a", "r", "t")], "2 baseline entries no longer occur in 1 file"),
        ([("a", "r", "s"), ("b", "r", "s")], "2 baseline entries no longer occur in 2 files"),
    ],
)
def test_stale_entries_are_counted(stale: list[tuple[str, str, str]], words: str) -> None:
    assert describe(stale) == f"{words}; --write-baseline takes them out"
