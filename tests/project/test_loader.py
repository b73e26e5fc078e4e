"""The loader: whatever is asked of a file, it is read once and parsed once, with its own settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from maillint.config.config import LayeredConfig
from maillint.files.access import UnreadableError
from maillint.finding import Failure
from maillint.project.discovery import Discovery, Group
from maillint.project.loader import LoadedMessage, from_sources, load, load_all, load_text
from tests.cli.command import maillint
from tests.dns_server import DnsServer
from tests.http_server import HttpServer, Page

COUNTED = """
import sys
opened, parsed = [], []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
import maillint.message.read as reading
read_message = reading.read_message

def counted(sources, *more, **named):
    parsed.append(sources[0].path)
    return read_message(sources, *more, **named)

reading.read_message = counted  # before anybody imports it
from maillint.cli import main
try:
    main()
finally:
    print("counted", sum(path.endswith("a.eml") for path in opened), parsed.count("a.eml"), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def dns() -> Iterator[DnsServer]:
    with DnsServer({"acme.example A": ["127.0.0.1"], "acme.example TXT": ["v=spf1 -all"]}) as running:
        yield running


@pytest.fixture(scope="module")
def web() -> Iterator[HttpServer]:
    with HttpServer({"*": Page(404)}) as running:
        yield running


def message(link: str) -> str:
    return (
        "From: Ann <ann@acme.example>\nTo: bob@b.example\nSubject: October\nDate: Mon, 5 Oct 2026 09:00:00 +0200\n"
        f'Message-ID: <1@acme.example>\nContent-Type: text/html\n\n<p>Hi <a href="{link}">Acme</a></p>\n'
    )


def counts(folder: Path, *arguments: str) -> tuple[tuple[int, int], dict[str, Any]]:
    """How often a.eml was opened and parsed, and the report."""
    result = subprocess.run(
        [sys.executable, "-c", COUNTED, "check", "a.eml", "-j", "1", "-f", "json", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    [line] = [line for line in result.stderr.splitlines() if line.startswith("counted")]
    opened, parsed = map(int, line.split()[1:])
    return (opened, parsed), json.loads(result.stdout)


@pytest.mark.parametrize("cached", [False, True], ids=["first run", "with a cached result"])
@pytest.mark.parametrize("lookups", [(), ("--dns",), ("--online",), ("--dns", "--online"), ("--dns", "--fix")])
def test_a_file_is_read_once_and_parsed_once(
    tmp_path: Path, dns: DnsServer, web: HttpServer, lookups: tuple[str, ...], cached: bool
) -> None:
    (tmp_path / "a.eml").write_text(message(web.url("/gone", host="acme.example")))
    options = ["--resolver", dns.address] if lookups else []
    options += ["--online-allow-private", "127.0.0.1"] if "--online" in lookups else []
    if cached:
        assert maillint("check", "a.eml", folder=tmp_path).returncode == 0
    found, report = counts(tmp_path, *lookups, *options)
    assert found == (1, 0 if cached and not lookups else 1)
    assert [domain["domain"] for domain in report.get("domains", [])] == ["acme.example"] * ("--dns" in lookups)
    rules = {finding["rule"] for finding in report["files"][0]["findings"]}
    assert ("links/unreachable" in rules) is ("--online" in lookups)


def test_messages_are_loaded_in_one_place() -> None:
    """Nobody else parses: what another module wants to know of a message, it has to look at while it is loaded."""
    package = Path(__file__).parents[2] / "maillint"
    users = {path.name for path in package.rglob("*.py") if uses(path, "read_message")}
    assert users == {"read.py", "loader.py"}


def uses(path: Path, name: str) -> bool:
    return f"{name}(" in path.read_text(encoding="utf-8")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_senders_come_back_from_other_processes(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"{number:02}.eml").write_text(
            message("https://acme.example/").replace("acme", f"acme{number % 5}")
        )
    with DnsServer({}) as server:
        options = ("--dns", "--resolver", server.address, "--select", "auth", "-f", "json", "--no-cache")
        alone, together = (maillint("check", ".", *options, "-j", jobs, folder=tmp_path) for jobs in ("1", "2"))
    assert json.loads(alone.stdout) == json.loads(together.stdout)
    assert [domain["domain"] for domain in json.loads(alone.stdout)["domains"]] == [
        f"acme{n}.example" for n in range(5)
    ]


def test_links_of_many_messages_are_requested_some_messages_at_a_time(
    tmp_path: Path, dns: DnsServer, web: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No more messages are held in memory than have their links requested together, and each link is requested once."""
    import gc
    import weakref
    from ipaddress import ip_network

    from maillint.network.resolver import DnsResolver
    from maillint.project import online
    from maillint.project.runner import Work, lint_groups

    monkeypatch.setattr(online, "MAX_CHARACTERS", 500)
    monkeypatch.chdir(tmp_path)
    url = web.url("/many", host="acme.example")
    for number in range(9):
        (tmp_path / f"{number}.html").write_text(f'<p>{"x" * 150}</p>\n<a href="{url}">A</a>\n')
    options = online.RequestOptions(DnsResolver(dns.address), allowed=[ip_network("127.0.0.1")])
    links = online.OnlineLinks(options)
    seen: list[weakref.ref[LoadedMessage]] = []
    alive: list[int] = []

    def observe(loaded: LoadedMessage) -> None:
        links.add(loaded)
        seen.append(weakref.ref(loaded))
        gc.collect()
        alive.append(sum(message() is not None for message in seen))

    report = links.finish(lint_groups(Discovery().groups(["."]), Work(observe=observe)).report)
    assert alive == 3 * [1, 2, 1]
    found = [finding.path for finding in report.findings if finding.rule == "links/unreachable"]
    assert found == [f"{number}.html" for number in range(9)]
    assert web.methods("/many") == ["HEAD", "GET"]


# -- settings -----------------------------------------------------------------------------------------

OVERRIDES = """\
overrides:
  - files: ["other.*"]
    own-domains: [two.example]
    rules: {links/unreachable: off}
  - files: ["mine.*"]
    own-domains: [one.example]
"""


@pytest.mark.parametrize(
    ("name", "domains"), [("mine.html", ["one.example"]), ("other.html", ["two.example"]), ("none.html", [])]
)
def test_standard_input_has_the_settings_of_its_name_alone(
    tmp_path: Path, dns: DnsServer, web: HttpServer, name: str, domains: list[str]
) -> None:
    (tmp_path / "maillint.yaml").write_text(OVERRIDES)
    text = f'<p>Hi <a href="{web.url("/gone", host="acme.example")}">Acme</a></p>\n'
    options = ["--dns", "--online", "--resolver", dns.address, "--online-allow-private", "127.0.0.1", "-f", "json"]
    piped = maillint("check", "-", "--stdin-filename", name, *options, folder=tmp_path, stdin=text)
    (tmp_path / name).write_text(text)
    read = maillint("check", name, *options, folder=tmp_path)
    assert json.loads(piped.stdout) == json.loads(read.stdout)
    assert [domain["domain"] for domain in json.loads(piped.stdout).get("domains", [])] == domains
    assert ("links/unreachable" in piped.stdout) is (name != "other.html")


def test_files_with_the_same_settings_share_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "maillint.yaml").write_text(
        "sequences: ['{touch}-*.html']\noverrides: [{files: ['*-b.html'], profile: newsletter}]\n"
    )
    for touch in (1, 2):
        for letter in "abcde":
            (tmp_path / f"{touch}-{letter}.html").write_text("<p>Hi</p>")
    groups = Discovery().groups(["."])
    settings = {id(group.config): group.config for group in groups}
    assert len(groups) == 10
    assert sorted((config.touch, config.profile or "") for config in settings.values()) == [
        (1, ""), (1, "newsletter"), (2, ""), (2, "newsletter"),
    ]  # fmt: skip
    for group in groups:
        assert group.config.touch == int(group.paths[0][0])


# -- what is loaded -----------------------------------------------------------------------------------


def test_a_message_knows_where_it_comes_from_and_what_it_was_read_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "maillint.yaml").write_text("profile: transactional\n")
    (tmp_path / "a.html").write_text("<p>Hi</p>")
    (tmp_path / "a.txt").write_text("Hi")
    [group] = Discovery().groups(["a.txt"])
    loaded = load(group)
    assert [source.path for source in loaded.sources] == ["a.html", "a.txt"]
    assert (loaded.kind, loaded.wanted, loaded.message.profile) == (
        "html", frozenset({"a.html", "a.txt"}), "transactional"
    )  # fmt: skip
    assert loaded.message.sources == loaded.sources
    again = loaded.with_sources([loaded.sources[0], loaded.sources[0]])
    assert (again.group, again.settings, len(again.message.parts)) == (group, loaded.settings, 2)


def test_a_file_that_cannot_be_read_costs_the_others_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.html").write_bytes(b"\0")
    (tmp_path / "b.html").write_text("---\ntouch: x\n---\n")
    (tmp_path / "c.html").write_text("<p>Hi</p>")
    first, second, third = load_all(Discovery().groups(["."]))
    assert first == Failure("a.html", "binary data (it has NUL bytes), not text")
    assert second == Failure("b.html", 'line 2, column 8: touch must be a whole number from 1, not "x"')
    assert isinstance(third, LoadedMessage)


def test_the_file_of_a_message_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.html").write_text("<p>Hi</p>")
    (tmp_path / "a.txt").write_bytes(b"\0")
    [failure] = load_all(Discovery().groups(["a.html"]))
    assert isinstance(failure, Failure)
    assert failure.path == "a.txt"


@pytest.mark.parametrize("text", ["x" * 20_000_001, b"x" * 20_000_001])
def test_a_text_has_the_limit_of_a_file(text: str | bytes) -> None:
    with pytest.raises(
        UnreadableError, match=r"^too large \(20,000,001 (characters|bytes); the limit is 20,000,000\)$"
    ):
        load_text(Group.for_text("a.html", LayeredConfig()), text)


def test_adjusted_settings_hold_for_what_is_read_again() -> None:
    from maillint.message.read import MessageSettings

    group = Group.for_text("a.html", LayeredConfig())
    loaded = load_text(group, "<p>Hi</p>", adjust=lambda settings, kind: MessageSettings(profile="cold", touch=2))
    again = loaded.with_sources(loaded.sources)
    assert (again.message.profile, again.message.touch) == ("cold", 2)
    assert from_sources(group, loaded.sources, "html").message.profile == "general"
