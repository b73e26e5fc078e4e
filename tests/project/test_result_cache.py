"""Cached results: found again while everything that they were made from is as it was, and not a moment longer."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from maillint._version import __version__
from maillint.config.config import CommandLine, LayeredConfig
from maillint.data.checkout import digest
from maillint.files.access import read_bytes
from maillint.finding import Edit, Excerpt, FileReport, Finding, Fix, Related, Report, Severity, Unknown
from maillint.message.read import read_message
from maillint.project import cache_file, result_cache
from maillint.project.cache_file import sealed
from maillint.project.discovery import Discovery, Group
from maillint.project.loader import load, read_files
from maillint.project.result_cache import (
    MAX_VARIANTS,
    CacheKey,
    Inputs,
    ResultCache,
    ResultCaches,
    inputs_of,
    revive,
)
from maillint.project.runner import Run, Work, lint_groups

BAD = "<p>Hi <b>Ada</p>\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with one message of two files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.html").write_text(BAD)
    (tmp_path / "a.txt").write_text("Hi Ada\n")
    return tmp_path


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The messages that have been parsed, which a cached result makes needless."""
    names: list[str] = []

    def counted(sources: Any, *more: Any) -> Any:
        names.append(sources[0].path)
        return read_message(sources, *more)

    monkeypatch.setattr("maillint.message.read.read_message", counted)
    return names


def run(*paths: str, config: str | None = None, **given: Any) -> Run:
    """A run with the cache, as the command makes it."""
    discovery = Discovery(config, CommandLine(**given))
    return lint_groups(discovery.groups(paths or (".",)), Work(cache=True))


def lint(*paths: str, **more: Any) -> Report:
    return run(*paths, **more).report


def stored(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((folder / ".maillint_cache/results.json").read_text())["messages"]
    return data


# -- what is found again ------------------------------------------------------------------------------


def test_a_result_that_is_found_again_is_the_same_without_parsing(parsed: list[str]) -> None:
    first = lint()
    assert parsed == ["a.html"]
    assert lint() == first == lint()
    assert parsed == ["a.html"]


def change_text(folder: Path) -> None:
    (folder / "a.html").write_text(BAD + "\n")


def change_twin(folder: Path) -> None:
    (folder / "a.txt").write_text("Hi Bea\n")


def change_rules(folder: Path) -> None:
    (folder / "maillint.yaml").write_text("rules: {markup: warning}\n")


def move_text(folder: Path) -> None:
    """The same bytes, in another file of the message."""
    one, other = (folder / name for name in ("a.html", "a.txt"))
    texts = one.read_text(), other.read_text()
    one.write_text(texts[1])
    other.write_text(texts[0])


@pytest.mark.parametrize("change", [change_text, change_twin, change_rules, move_text])
def test_a_change_is_linted(folder: Path, parsed: list[str], change: Callable[[Path], None]) -> None:
    lint()
    change(folder)
    assert lint() == lint_groups(Discovery().groups(["."])).report
    assert parsed == 3 * ["a.html"]


def test_rules_of_ones_own_are_part_of_the_settings(folder: Path, parsed: list[str]) -> None:
    (folder / "house/mine").mkdir(parents=True)
    (folder / "maillint.yaml").write_text("rule-folders: [house]\n")
    rule = "summary: x\ncheck: pattern\noptions: {pattern: Ada}\nseverity: error\nmessage: m\nwhy: w\n"
    for severity in (Severity.ERROR, Severity.WARNING):
        (folder / "house/mine/ada.yaml").write_text(rule.replace("error", severity.label))
        for _ in range(2):
            assert {found.severity for found in lint().findings if found.rule == "mine/ada"} == {severity}
    assert len(parsed) == 2


@pytest.mark.parametrize("change", ["size", "time", "name", "another", "gone"])
def test_a_folder_of_rules_is_recognised_by_names_sizes_and_times(folder: Path, change: str) -> None:
    (folder / "house/deep").mkdir(parents=True)
    file = folder / "house/deep/a.yaml"
    file.write_text("x")
    os.utime(file, ns=(10**18, 10**18))
    before = result_cache._folder_state("house")
    assert result_cache._folder_state("house") == before
    if change == "size":
        file.write_text("xx")
        os.utime(file, ns=(10**18, 10**18))
    elif change == "time":
        os.utime(file, ns=(10**18, 10**18 + 1))
    elif change == "name":
        file.rename(file.with_name("b.yaml"))
    elif change == "another":
        (folder / "house/b.yaml").write_text("x")
    else:
        file.unlink()
    assert result_cache._folder_state("house") != before


def test_the_order_of_a_listing_is_no_change(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        (folder / name).mkdir()
        (folder / name / "x").write_text("x")
    walk = os.walk

    def ordered(reverse: bool, top: str) -> Any:
        for path, folders, names in walk(top):
            folders.sort(reverse=reverse)
            yield path, folders, sorted(names, reverse=reverse)

    states = set()
    for reverse in (False, True):
        monkeypatch.setattr(os, "walk", partial(ordered, reverse))
        states.add(result_cache._folder_state("."))
    (folder / "dead").symlink_to("nowhere")
    assert states == {result_cache._folder_state(".")}


def test_other_code_is_other_settings(monkeypatch: pytest.MonkeyPatch, parsed: list[str]) -> None:
    lint()
    monkeypatch.setattr(result_cache, "package_state", lambda: "edited")
    lint()
    assert len(parsed) == 2


def test_a_plugin_is_part_of_the_settings(monkeypatch: pytest.MonkeyPatch, folder: Path, parsed: list[str]) -> None:
    from maillint.config.files import Layer

    class Plugin:
        state: Any = None

    monkeypatch.setattr("maillint.catalogue.plugins.load_plugin", lambda name: Plugin)
    config = LayeredConfig(layers=(Layer({"plugins": ("x",)}, {}, str(folder)),))
    monkeypatch.setattr(LayeredConfig, "catalogue", LayeredConfig().catalogue)
    for state in ("one", "one", "two"):
        monkeypatch.setattr(Plugin, "state", staticmethod(partial(str, state)))
        lint_groups(Discovery(config=config).groups(["."]), Work(cache=True))
    assert len(parsed) == 2


# -- files that nobody has touched --------------------------------------------------------------------


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are read, where files count as settled at once."""
    names: list[str] = []

    def counted(path: str) -> bytes:
        names.append(path)
        return read_bytes(path)

    monkeypatch.setattr("maillint.project.loader.read_bytes", counted)
    monkeypatch.setattr(cache_file, "SETTLED", 0)
    return names


@pytest.mark.skipif(os.name == "nt", reason="there, files are always read")
def test_files_that_nobody_has_touched_are_not_read(read: list[str]) -> None:
    first = lint()
    assert len(read) == 2
    again = lint()
    assert len(read) == 2
    assert again == first  # which asks for the texts
    assert len(read) > 2


OTHER = BAD.replace("Ada", "Bea")


def write_at_the_same_time(path: Path) -> None:
    path.write_text(OTHER)
    os.utime(path, (1, 1))


@pytest.mark.parametrize(
    "touch",
    [
        pytest.param(lambda path: path.write_text(OTHER), id="the same size"),
        pytest.param(write_at_the_same_time, id="the same time"),
        pytest.param(lambda path: (path.rename("old"), path.write_text(OTHER)), id="another file"),
    ],
)  # fmt: skip
def test_a_change_counts_whatever_size_and_time_say(
    folder: Path, read: list[str], touch: Callable[[Path], object]
) -> None:
    os.utime(folder / "a.html", (1, 1))
    before = lint()
    touch(folder / "a.html")
    after = lint()
    assert "Bea" in after.files[0].text
    assert "Bea" not in before.files[0].text


def test_a_file_that_has_just_changed_is_read(folder: Path, read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_file, "SETTLED", 10**12)
    lint()
    lint()
    assert len(read) == 4


def test_a_result_that_is_found_by_content_is_found_without_reading_from_then_on(
    read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(cache_file, "SETTLED", 10**12)
        first = lint()
    lint()
    del read[:]
    again = lint()
    assert read == []
    assert again == first


# -- by path and settings -----------------------------------------------------------------------------


def test_two_command_lines_do_not_cost_each_other_their_results(parsed: list[str]) -> None:
    lines: list[dict[str, Any]] = [{}, {"ignore": ("markup",)}, {"touch": 1}, {"profile": "cold"}]
    expected = [lint(**line) for line in lines]
    assert len(parsed) == len({repr(report) for report in expected}) == 4
    for _ in range(2):
        assert [lint(**line) for line in lines] == expected
    assert len(parsed) == 4


def test_the_files_of_a_message_named_one_by_one_have_one_result(parsed: list[str]) -> None:
    for _ in range(2):
        assert [file.path for file in lint("a.html").files] == ["a.html", "a.txt"]
        assert [file.path for file in lint("a.txt").files] == ["a.html", "a.txt"]
        assert [file.path for file in lint().files] == ["a.html", "a.txt"]
    assert len(parsed) == 1


def test_of_many_settings_the_latest_results_are_kept(folder: Path, parsed: list[str]) -> None:
    for touch in range(1, MAX_VARIANTS + 2):
        lint(touch=touch)
    assert len(stored(folder)["a.html"]) == MAX_VARIANTS
    parsed.clear()
    lint(touch=MAX_VARIANTS + 1)
    lint(touch=2)
    assert parsed == []
    lint(touch=1)
    assert len(parsed) == 1
    lint(touch=3)
    assert len(parsed) == 1
    lint(touch=2)
    assert len(parsed) == 2


def test_a_new_result_is_the_latest(folder: Path) -> None:
    """What is stored again is not the next to go."""
    cache = ResultCache(str(folder))
    names = [f"v{number}" for number in range(MAX_VARIANTS)]
    for name in names:
        cache.put("a", CacheKey(name, "old"), {})
    cache.save()
    for name in ("v0", "new"):
        cache = ResultCache(str(folder))
        cache.put("a", CacheKey(name, "new"), {})
        cache.save()
    assert list(stored(folder)["a"]) == [*names[2:], "v0", "new"]


def test_files_of_the_same_name_in_other_folders_are_other_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch, parsed: list[str]
) -> None:
    (folder / "maillint.yaml").touch()
    (folder / "sub").mkdir()
    (folder / "sub/a.html").write_text("<p>Hi</p>")
    for _ in range(2):
        for place in (folder, folder / "sub"):
            monkeypatch.chdir(place)
            lint("a.html")
    assert len(parsed) == 2
    assert set(stored(folder)) == {"a.html", "sub/a.html"}


def test_a_message_that_is_shown_by_another_path_is_linted_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, parsed: list[str]
) -> None:
    (folder / "maillint.yaml").touch()
    lint("a.html")
    (folder / "sub").mkdir()
    monkeypatch.chdir(folder / "sub")
    assert {finding.path for finding in lint("../a.html").findings} - {"../a.txt"} == {"../a.html"}
    assert len(parsed) == 2


def test_a_name_that_is_no_unicode_is_stored_too(folder: Path, parsed: list[str]) -> None:
    name = os.fsdecode(b"caf\xe9.html")
    (folder / name).write_text(BAD)
    assert lint(name) == lint(name)
    assert parsed == [name]


# -- what a message names -----------------------------------------------------------------------------

MJML = '<mjml><mj-body><mj-include path="foot.mjml" /></mj-body></mjml>'


@pytest.mark.parametrize("start", [None, "<mj-text>Hi</mj-text>"])
def test_an_included_file_is_part_of_the_input(folder: Path, parsed: list[str], start: str | None) -> None:
    (folder / "b.mjml").write_text(MJML)
    for number, text in enumerate([start, start, "<mj-text>Bye</mj-text>", None, None]):
        (folder / "foot.mjml").unlink(missing_ok=True)
        if text is not None:
            (folder / "foot.mjml").write_text(text)
        parsed.clear()
        lint("b.mjml")
        assert len(parsed) == (0 if number in {1, 4} else 1), number


def test_sample_data_and_what_a_template_reads_are_part_of_the_input(folder: Path, parsed: list[str]) -> None:
    (folder / "b.html.j2").write_text("<p>{% include 'part.j2' %}{{ name }}</p>")
    steps = [("b.data.yaml", "{name: Ada}"), ("part.j2", "<b>x</b>"), ("part.j2", "<b>"), ("b.data.yaml", "{}")]
    lint("b.html.j2")
    for name, text in steps:
        (folder / name).write_text(text)
        for _ in range(2):
            lint("b.html.j2")
    assert len(parsed) == 5


def test_the_packages_that_render_count_for_what_is_rendered(
    folder: Path, monkeypatch: pytest.MonkeyPatch, parsed: list[str]
) -> None:
    (folder / "b.mjml").write_text("<mjml><mj-body></mj-body></mjml>")
    for versions in ({}, {}, {"mrml": "1"}, {"mrml": "2"}):
        monkeypatch.setattr(result_cache, "_packages", lambda versions=versions: versions)
        lint()
    assert parsed == ["a.html", "b.mjml", "b.mjml", "b.mjml"]


def test_what_is_not_known_for_certain_is_not_stored(folder: Path) -> None:
    [group] = Discovery().groups(["a.html"])
    loaded = load(group)
    assert inputs_of(loaded) == Inputs(loaded.message.files.states, None)
    loaded.message.files.complete = False
    assert inputs_of(loaded) is None


def test_a_rendering_that_was_stopped_is_not_stored(folder: Path, parsed: list[str]) -> None:
    loop = "{% for n in range(99999) %}{% for m in range(99999) %}{% endfor %}{% endfor %}{{ name }}"
    (folder / "b.html.j2").write_text(loop)
    (folder / "b.data.yaml").write_text("{name: Ada}")
    assert "rendered/failed" in {finding.rule for finding in lint("b.html.j2").findings} or parsed == ["b.html.j2"]
    lint("b.html.j2")
    assert parsed == ["b.html.j2", "b.html.j2"]


# -- what is not stored -------------------------------------------------------------------------------


def group_and_key(caches: ResultCaches, group: Group) -> tuple[list[bytes], CacheKey]:
    contents = read_files(group)
    variant = caches.variant(group)
    assert variant is not None
    return contents, CacheKey(variant, digest(contents))


def report(*findings: Finding) -> FileReport:
    return FileReport("a.html", "html", None, "general", True, None, findings, (), BAD)


def finding(rule: str = "x/y", **more: Any) -> Finding:
    return Finding(rule, Severity.ERROR, "m", "a.html", 0, 1, 1, 1, 1, 2, **more)


@pytest.mark.parametrize(("rule", "kept"), [("x/y", True), ("internal-error", False)])
def test_a_rule_that_failed_is_tried_again(rule: str, kept: bool) -> None:
    [group] = Discovery().groups(["a.html"])
    caches = ResultCaches([group])
    contents, key = group_and_key(caches, group)
    caches.put(group, key, Inputs({}, None), [report(finding()), report(finding(), finding(rule))])
    caches.save()
    assert (ResultCaches([group]).find(group, key, contents) is not None) is kept


def test_a_failure_is_not_stored(folder: Path) -> None:
    (folder / "a.html").write_text("---\ntouch: x\n---\n")
    (folder / "b.html").write_text(BAD)
    for _ in range(2):
        assert [failure.path for failure in lint().failures] == ["a.html"]
        assert [file.path for file in lint().files] == ["b.html"]
    assert set(stored(folder)) == {"b.html"}


def test_a_pipe_has_no_stored_result() -> None:
    [group] = Discovery().groups(["a.html"])
    caches = ResultCaches([group])
    pipe = Group(("/dev/fd/9",), frozenset({"/dev/fd/9"}), group.config)
    assert caches.variant(pipe) is None
    assert caches.variant(Group(("a.html", "/proc/self/fd/9"), frozenset(), group.config)) is None


# -- the file -----------------------------------------------------------------------------------------


def test_two_runs_add_to_each_other(folder: Path) -> None:
    """Each has read the cache before the other has written it."""
    one, other = ResultCache(str(folder)), ResultCache(str(folder))
    one.put("a", CacheKey("v", "1"), {"reports": []})
    one.put("c", CacheKey("v", "1"), {"reports": []})
    other.put("b", CacheKey("v", "1"), {"reports": []})
    other.put("a", CacheKey("w", "2"), {"reports": []})
    other.put("c", CacheKey("v", "2"), {"reports": []})
    one.save()
    other.save()
    contents = {
        name: {variant: kept["content"] for variant, kept in variants.items()}
        for name, variants in stored(folder).items()
    }
    assert contents == {"a": {"v": "1", "w": "2"}, "b": {"v": "1"}, "c": {"v": "2"}}


def test_a_stored_result_is_found_by_its_settings_and_its_content(folder: Path) -> None:
    cache = ResultCache(str(folder))
    cache.put("a", CacheKey("v", "1"), {"reports": []})
    assert cache.get("a", CacheKey("v", "1")) is None, "what is new counts for the next run"
    cache.save()
    again = ResultCache(str(folder))
    assert again.get("a", CacheKey("v", "1")) == {"content": "1", "reports": []}
    for name, key in (("b", CacheKey("v", "1")), ("a", CacheKey("w", "1")), ("a", CacheKey("v", "2"))):
        assert again.get(name, key) is None


def test_the_folder_ignores_itself_and_is_made_once(folder: Path) -> None:
    lint()
    ignored = folder / ".maillint_cache/.gitignore"
    assert ignored.read_text() == "# made by maillint\n*\n"
    assert sorted(path.name for path in ignored.parent.iterdir()) == [".gitignore", "results.json"]
    ignored.unlink()
    lint(touch=1)
    assert not ignored.exists()
    assert (folder / ".maillint_cache/results.json").read_text().startswith('{"seal":"')


def test_nothing_new_is_nothing_to_write(folder: Path) -> None:
    lint()
    file = folder / ".maillint_cache/results.json"
    before = file.stat().st_ino
    lint()
    assert file.stat().st_ino == before
    ResultCache(str(folder / "none")).save()
    assert not (folder / "none").exists()


@pytest.mark.parametrize(
    "damage",
    [
        "", "{", "[]", "3",
        '{"format": NOW, "version": "VERSION"}',
        '{"format": NOW, "version": "VERSION", "messages": []}',
        '{"format": NOW, "version": "VERSION", "unknown": [], "messages": {"a.html": 3}}',
        '{"format": NOW, "version": "VERSION", "unknown": [], "messages": {"a.html": {"KEY": {"content": "CONTENT"}}}}',
        '{"format": NOW, "version": "VERSION", "unknown": [], "messages": {"a.html": {"KEY": {}}}}',
        '{"format": NOW, "version": "VERSION", "unknown": [], "messages": {"a.html": {"KEY": 3}}}',
        '{"format": NOW, "version": "VERSION", "unknown": [], "messages": {"a.html": {"KEY": {"content": "CONTENT", '
        '"files": {}, "packages": null, "reports": [{"path": "x"}]}}}}',
        '{"format": NOW, "version": "VERSION", "unknown": [], "messages": {"a.html": {"KEY": {"content": "CONTENT", '
        '"files": {}, "packages": null, "reports": [{"path": "a.html"}]}}}}',
        '{"format": NOW, "version": "VERSION", "unknown": [], "messages": {"a.html": {"KEY": {"content": "CONTENT", '
        '"files": {}, "packages": null, "reports": [{"path": "a.html", "unknown": 7}]}}}}',
        '{"format": NOW, "version": "VERSION", "unknown": [3], "messages": {"a.html": {"KEY": {"content": "CONTENT", '
        '"files": {}, "packages": null, "reports": [{"path": "a.html", "unknown": -1}]}}}}',
        '{"format": NOW, "version": "VERSION", "unknown": [], "messages": {"a.html": {"KEY": {"content": "CONTENT", '
        '"files": 3, "packages": null, "reports": []}}}}',
    ],
)  # fmt: skip
def test_a_damaged_cache_is_an_empty_one(folder: Path, parsed: list[str], damage: str) -> None:
    expected = lint()
    [(variant, kept)] = stored(folder)["a.html"].items()
    words = {"NOW": str(result_cache._FORMAT), "VERSION": __version__, "KEY": variant, "CONTENT": kept["content"]}
    for word, value in words.items():
        damage = damage.replace(word, value)
    (folder / ".maillint_cache/results.json").write_bytes(sealed(damage) or b"")
    for _ in range(2):
        assert lint() == expected
    assert len(parsed) == 2


@pytest.mark.parametrize(
    "entry", [("format", result_cache._FORMAT - 1), ("format", result_cache._FORMAT + 1), ("version", "0.0.1")]
)
def test_a_cache_of_another_version_is_an_empty_one(folder: Path, parsed: list[str], entry: tuple[str, Any]) -> None:
    lint()
    file = folder / ".maillint_cache/results.json"
    document = {**json.loads(file.read_text()), entry[0]: entry[1]}
    del document["seal"]
    file.write_bytes(sealed(json.dumps(document)) or b"")
    lint()
    assert len(parsed) == 2


def failing(error: BaseException) -> Callable[..., None]:
    def fail(*given: Any, **named: Any) -> None:
        raise error

    return fail


def test_a_cache_that_cannot_be_written_costs_the_run_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "replace", failing(OSError("full")))
    lint()
    assert [path.name for path in (folder / ".maillint_cache").iterdir()] == [".gitignore"]
    monkeypatch.setattr(os, "unlink", failing(OSError("gone")))
    lint()


def test_ctrl_c_while_writing_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "replace", failing(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        lint()
    assert [path.name for path in (folder / ".maillint_cache").iterdir()] == [".gitignore"]


def test_each_process_writes_to_a_file_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    replace = os.replace

    def watched(source: str, target: str) -> None:
        seen.append(source)
        replace(source, target)

    monkeypatch.setattr(os, "replace", watched)
    lint()
    assert [Path(path).name for path in seen] == [f"results.json.{os.getpid()}.tmp"]


def test_each_configuration_has_its_cache_beside_it(folder: Path) -> None:
    for name in ("one", "two"):
        (folder / name).mkdir()
        (folder / name / "maillint.yaml").touch()
        (folder / name / "b.html").write_text(BAD)
    lint()
    assert set(stored(folder / "one")) == set(stored(folder / "two")) == {"b.html"}
    assert set(stored(folder)) == {"a.html"}


def test_settings_are_looked_at_once_for_each_configuration(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "maillint.yaml").write_text("sequences: ['{touch}-*.html']\nrule-folders: [house]\n")
    (folder / "house").mkdir()
    for touch in (1, 2):
        for letter in "abc":
            (folder / f"{touch}-{letter}.html").write_text(BAD)
    calls: list[Any] = []

    def watch(name: str) -> None:
        function = getattr(result_cache, name)

        def watched(first: Any, *more: Any) -> Any:
            calls.append(first)
            return function(first, *more)

        monkeypatch.setattr(result_cache, name, watched)

    watch("_folder_state")
    watch("_settings_key")
    ResultCaches(Discovery().groups(["."]))
    assert sorted((call.touch for call in calls if isinstance(call, LayeredConfig)), key=str) == [1, 2, None]
    folders = [call for call in calls if isinstance(call, str)]
    assert folders == [str(folder / "house")]


# -- reports as JSON ----------------------------------------------------------------------------------


def test_a_report_is_what_it_was_when_it_comes_from_json() -> None:
    found = Finding(
        "x/y", Severity.WARNING, "m", "a.html", 1, 2, 3, 4, 5, 6, "1.2", "in Outlook", {"url": "x", "hits": ["a"]},
        Fix((Edit(1, 2, "x"), Edit(3, 4, "")), False), (Related(1, 2, "here"), Related(3, 4, "there")),
        Excerpt("text", 1, 3),
    )  # fmt: skip
    whole = FileReport(
        "a.html", "html", "jinja", "cold", False, 2, (found, finding(fix=Fix((), True))), (Unknown("a/b", "why"),), BAD,
        ("a note", "another"),
    )  # fmt: skip
    plain: Mapping[str, Any] = json.loads(json.dumps(result_cache._plain(whole)))
    assert "text" not in plain
    again = revive(dict(plain), whole.unknown, lambda: BAD)
    assert again == whole
    assert [type(found.severity) for found in again.findings] == [Severity, Severity]
    assert hash(again.findings[0].fix) == hash(found.fix)


def test_a_report_of_a_run_is_what_it_was(folder: Path) -> None:
    (folder / "b.eml").write_text(
        "From: a@b.example\nSubject: x\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n"
        "PGI+SGkgPGI+QWRhPC9wPg==\n"
    )
    (folder / "c.html").write_text('<p class="a" class="b">{% if x %}<b>{% endif %}</p>\n')
    first = lint()
    again = lint()
    assert again == first
    assert any(finding.fix for finding in again.findings)
    assert any(finding.excerpt for finding in again.findings)
