"""``lists:`` and ``clients:``: what a configuration adds to the shipped lists, lets pass, and leaves unjudged."""

from __future__ import annotations

from pathlib import Path

import pytest

from maillint import Config, lint
from tests.cli.command import maillint

pytestmark = pytest.mark.slow

LINK = '<a href="{}">Prices</a>'
PIXEL = '<img src="{}" alt="">'


def found(folder: Path, settings: str, text: str, rule: str) -> list[str]:
    """The places and words of a rule's findings in a template, by the real command."""
    (folder / "maillint.yaml").write_text(settings)
    (folder / "a.html").write_text(text)
    result = maillint("check", "a.html", "-f", "concise", "--select", rule, "--min-severity", "info", folder=folder)
    assert result.stderr == ""
    return [line.partition(f" {rule} ")[2] for line in result.stdout.splitlines() if f" {rule} " in line]


@pytest.mark.parametrize(
    ("rule", "text", "settings", "words"),
    [
        # added
        ("links/shortener", LINK.format("https://go.acme.example/x"), "shorteners: [go.acme.example]", "go.acme"),
        ("links/shortener", LINK.format("https://a.go.acme.example/x"), "shorteners: ['*.go.acme.example']", "go.acme"),
        ("links/shortener", LINK.format("https://кк.example/x"), "shorteners: [кк.example]", "xn--"),
        (
            "links/redirect-wrapped",
            LINK.format("https://c.acme.example/1"),
            "click-trackers: [c.acme.example]",
            "c.acme",
        ),
        ("links/suspicious-tld", LINK.format("https://acme.xyz/"), "suspicious-tlds: {add: [.xyz]}", ".xyz"),
        ("links/vague-text", LINK.format("https://acme.example/"), "vague-texts: [prices]", "Prices"),
        (
            "tracking/pixel",
            PIXEL.format("https://o.acme.example/logo.png"),
            "trackers: {add: [o.acme.example]}",
            "o.acme",
        ),
        ("content/spam-words", "<p>Our new synergies.</p>", "phrases: [synerg*]", "synergies"),
        ("content/spam-words", "<p>Make money fast today</p>", "phrases: [make money fast today]", "fast today"),
        # in place of the shipped ones
        ("links/shortener", LINK.format("https://a.example/x"), "shorteners: {replace: [a.example]}", "a.example"),
        # what was let pass and is added again further down
        ("links/shortener", LINK.format("https://bit.ly/x"), "shorteners: {allow: [tinyurl.com]}", "Bitly"),
    ],
)
def test_what_a_list_says_is_found(tmp_path: Path, rule: str, text: str, settings: str, words: str) -> None:
    hits = found(tmp_path, f"lists: {{{settings}}}\n", text, rule)
    assert len(hits) == 1 and words in hits[0], hits


@pytest.mark.parametrize(
    ("rule", "text", "settings"),
    [
        ("links/shortener", LINK.format("https://bit.ly/x"), "shorteners: {allow: [bit.ly]}"),
        ("links/shortener", LINK.format("https://www.bit.ly/x"), "shorteners: {allow: [www.bit.ly]}"),
        ("links/shortener", LINK.format("https://bit.ly/x"), "shorteners: {replace: [go.acme.example]}"),
        (
            "links/redirect-wrapped",
            LINK.format("https://acme.us1.list-manage.com/track/click?u=1&id=2&e=3"),
            "click-trackers: {allow: [list-manage.com]}",
        ),
        (
            "links/redirect-wrapped",
            LINK.format("https://acme.us1.list-manage.com/track/click?u=1&id=2&e=3"),
            "click-trackers: {replace: []}",
        ),
        ("links/suspicious-tld", LINK.format("https://acme.tk/"), "suspicious-tlds: {allow: [tk]}"),
        ("links/vague-text", '<a href="https://acme.example/">Click here</a>', "vague-texts: {allow: [Click Here]}"),
        (
            "tracking/pixel",
            PIXEL.format("https://acme.us1.list-manage.com/track/open.php?u=1a&id=2b&e=3c"),
            "trackers: {allow: [list-manage.com]}",
        ),
        ("tracking/pixel", PIXEL.format("https://acme1.emltrk.com/acme1?p"), "trackers: {replace: [o.acme.example]}"),
        ("content/spam-words", "<p>Make money fast</p>", "phrases: {allow: [make money fast]}"),
        ("content/spam-words", "<p>We never make money fast here</p>", "phrases: {allow: [never make money fast]}"),
        ("content/spam-words", "<p>Make money fast</p>", "phrases: {replace: [synergy]}"),
    ],
)
def test_what_a_list_lets_pass_is_not_found(tmp_path: Path, rule: str, text: str, settings: str) -> None:
    assert found(tmp_path, "", text, rule) != []
    assert found(tmp_path, f"lists: {{{settings}}}\n", text, rule) == []


def test_an_allowed_word_allows_no_longer_phrase(tmp_path: Path) -> None:
    assert found(tmp_path, "lists: {phrases: {allow: [money]}}\n", "<p>Make money fast</p>", "content/spam-words")


def test_a_host_that_is_listed_is_reported_though_it_is_ones_own(tmp_path: Path) -> None:
    settings = "own-domains: [acme.example]\nlists: {shorteners: [go.acme.example]}\n"
    assert found(tmp_path, settings, LINK.format("https://go.acme.example/x"), "links/shortener")


def test_layers_amend_each_other(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("lists: {shorteners: {add: [a.example, b.example], allow: [bit.ly]}}\n")
    settings = "extends: base.yaml\nlists: {shorteners: {add: [bit.ly, c.example], allow: [b.example]}}\n"
    links = "".join(LINK.format(f"https://{host}/x") for host in ("a.example", "b.example", "c.example", "bit.ly"))
    hits = found(tmp_path, settings, links, "links/shortener")
    assert [hit.partition("shortener ")[2].split()[0] for hit in hits] == ["a.example", "c.example", "Bitly"]
    shown = maillint("check", "--show-settings", "a.html", folder=tmp_path).stdout
    expected = (
        "  lists: shorteners add a.example, bit.ly, c.example and allow b.example  (base.yaml:1, maillint.yaml:2)"
    )
    assert expected in shown.splitlines()


def test_files_may_have_lists_of_their_own(tmp_path: Path) -> None:
    settings = "overrides: [{files: [b.html], lists: {shorteners: [go.example]}}]\n"
    (tmp_path / "b.html").write_text(LINK.format("https://go.example/x"))
    assert found(tmp_path, settings, LINK.format("https://go.example/x"), "links/shortener") == []
    result = maillint("check", "b.html", "-f", "concise", folder=tmp_path)
    assert "links/shortener" in result.stdout


def test_clients_without_outlook_leave_out_what_only_outlook_gets(tmp_path: Path) -> None:
    text = f"<!--[if mso]>{LINK.format('https://bit.ly/x')}<![endif]--><!--[if !mso]><!--><p>Hello</p><!--<![endif]-->"
    assert found(tmp_path, "", text, "links/shortener")
    assert found(tmp_path, "clients: [gmail, outlook-windows]\n", text, "links/shortener")
    assert found(tmp_path, "clients: [gmail, apple-mail]\n", text, "links/shortener") == []
    everywhere = f"<!--[if !mso]><!-->{LINK.format('https://bit.ly/x')}<!--<![endif]-->"
    assert found(tmp_path, "clients: [gmail, apple-mail]\n", everywhere, "links/shortener")


def test_the_library_takes_lists() -> None:
    config = Config(lists={"shorteners": ["go.acme.example"]}, clients=["gmail"])
    report = lint(LINK.format("https://go.acme.example/x"), kind="html", config=config)
    assert "links/shortener" in {finding.rule for finding in report.findings}


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ("lists: {shortener: [a]}", '1:9: unknown list "shortener"; did you mean "shorteners"?'),
        ("lists: {shorteners: {plus: [a]}}", '1:22: unknown key "plus"'),
        ("lists: {shorteners: [go.example, 'https://a.example/x']}", '1:34: "https://a.example/x" is not a host name'),
        ("lists: {phrases: ['ab*']}", "1:19: phrase 'ab*': a star needs 4 letters before it"),
        ("lists: {phrases: {replace: [a b], add: [c d]}}", '1:9: "replace" gives the whole list'),
        ("lists: {phrases: {add: [x y], allow: [x y]}}", '1:39: "x y" is also under "add"'),
        ("lists: {suspicious-tlds: [co.uk]}", '1:27: "co.uk" is not a top-level domain'),
        ("lists: {vague-texts: ['']}", "1:23: an empty text cannot be in a list"),
        ("lists: {trackers: 3}", "1:9: trackers must be a list of texts"),
        ("lists: [a]", "1:1: lists must be a mapping"),
        ("clients: [gmial]", '1:11: unknown client "gmial"; did you mean "gmail"?'),
    ],
)
def test_faults_are_reported_with_their_place(tmp_path: Path, settings: str, error: str) -> None:
    (tmp_path / "maillint.yaml").write_text(settings)
    (tmp_path / "a.html").write_text("<p>Hello</p>")
    result = maillint("check", "a.html", folder=tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith(f"maillint: maillint.yaml:{error}"), result.stderr
