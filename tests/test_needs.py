"""What checks declare to need: a rule that is left out for that would have had nothing to say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillint.analysis.images import _ROLES
from maillint.analysis.loads import _ELEMENTS
from maillint.analysis.pixels import _HINTS
from maillint.analysis.traits import NO_HEADERS, Traits
from maillint.catalogue.examples import examples, unmark
from maillint.catalogue.load import load_folder, shipped
from maillint.catalogue.rule import ActiveRule
from maillint.check import ANY_FIELD, KNOWN_FIELDS, Needs, Options, check
from maillint.checks import all_checks
from maillint.checks.tracking import _LOADS, _PICTURES, _TAGS
from maillint.hits import Hit, NotKnown
from maillint.message.kinds import kind_of
from maillint.message.model import Message
from maillint.message.read import MessageSettings, read_message
from maillint.text.source import Source
from tests.docs import ROOT
from tests.linting import active, message_of

RULES = [rule for rule in shipped().rules.values() if rule.subject == "message"]
NEEDY = [active(rule) for rule in RULES if rule.needs]


def silent(message: Message, rules: list[ActiveRule]) -> Iterator[tuple[str, list[Any], object]]:
    """The rules that are left out for a message: their results after all, and the answer instead of these."""
    for each in rules:
        answer = Traits(message).runs(each.rule.needs, each.options)
        if answer is not True:
            yield each.rule.name, list(each.rule.check.run(message, each.options)), answer


def assert_nothing_is_lost(message: Message, rules: list[ActiveRule]) -> None:
    for name, results, answer in silent(message, rules):
        expected = [] if answer is False else [answer]
        assert [result for result in results if result not in expected] == [], name
        assert bool(results) is bool(expected), name


def test_most_rules_declare_what_they_need() -> None:
    assert len(NEEDY) > 0.9 * len(RULES)
    for rule in RULES:
        assert rule.needs == [dict(needs) for needs in rule.check.needs], rule.name


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_that_is_left_out_of_an_example_would_say_nothing(rule: Any) -> None:
    for example in examples(rule):
        setting = example.setting
        for text in filter(None, (example.bad, example.good, example.fixed)):
            kind = setting.get("kind", "html")
            settings = MessageSettings(
                profile=setting.get("profile"),
                touch=setting.get("touch"),
                dialect=setting.get("dialect"),
                headers=tuple((setting.get("headers") or {}).items()),
            )
            source = Source.from_text(f"example.{kind}", unmark(text)[0])
            message = read_message([source], settings, kind)
            assert_nothing_is_lost(message, [*NEEDY, active(rule, setting.get("options"))])


FILES = [
    path
    for folder in ("examples", "tests/dialects")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.is_file() and kind_of(path.name)
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
@pytest.mark.parametrize("profile", ["general", "cold"])
def test_a_rule_that_is_left_out_of_a_file_would_say_nothing(path: Path, profile: str) -> None:
    kind = kind_of(path.name)
    source = Source.from_bytes(path.name, path.read_bytes(), message=kind == "eml")
    assert_nothing_is_lost(read_message([source], MessageSettings(profile=profile), kind), NEEDY)


PIECES = (
    *("<p>", "</p>", "<b>", "<table><tr><td>", "</table>", "Hello ", "click here", "http", "https://acme.example/a?b=c"),
    *('<a href="https://acme.example">', "</a>", '<a href="http://1.2.3.4:80/">', '<a href="mailto:a@b.example">'),
    *('<img src="//a.example/i.gif" width=1 height=1>', '<img src="cid:a" src="b">', '<p style="background:url(//a)">'),
    *("{{ name }}", "{% if a %}", "{% endif %}", "*|FNAME|*", "<!--[if mso]>", "<![endif]-->", "<style>a{b:c}</style>"),
    *("<style>@import 'https://a.example/x.css';</style>", "<mjml><mj-body>", "&lt;", "<link rel=stylesheet href=//a>"),
    *('---\nsubject: "Re: Hi {{ x }}"\n---\n', "From: a@b.example\n", "Subject: free\n\n", "www.acme.example"),
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=8), st.sampled_from(["html", "txt", "eml", "mjml"]))
def test_a_rule_that_is_left_out_would_say_nothing(pieces: list[str], kind: str) -> None:
    assert_nothing_is_lost(message_of("".join(pieces), kind, profile="cold"), NEEDY)


def test_the_names_that_checks_repeat_are_those_of_the_facts() -> None:
    assert {*_ROLES, "input"} == set(_PICTURES)
    assert set(_ELEMENTS) == set(_LOADS)
    assert set(_HINTS) == set(_TAGS)


# -- how needs are met --------------------------------------------------------------------------------

LINK = '<p>See <a href="HTTPS://Acme.example/?a=b">this</a>'


@pytest.mark.parametrize(
    ("needs", "runs"),
    [
        ([], True),
        ([Needs(tags=("a",))], True),
        ([Needs(tags=("b", "a"))], True),
        ([Needs(tags=("b",))], False),
        ([Needs(tags=("a",), attributes=("class",))], False),
        ([Needs(tags=("b",)), Needs(attributes=("href",))], True),
        ([Needs(links=("",))], True),
        ([Needs(links=("https:",))], True),
        ([Needs(links=("http:", "?"))], True),
        ([Needs(links=("#",))], False),
        ([Needs(kinds=("eml",))], False),
        ([Needs(parts=("html",))], True),
        ([Needs(parts=("text", "mjml", "template", "includes", "both"))], False),
        ([Needs(texts=("See",))], True),
        ([Needs(texts=("see",))], False),
        ([Needs(faults=("unclosed", "error", "truncated"))], False),
        ([Needs(headers=(ANY_FIELD, "from"))], False),
        ([Needs(headers=(KNOWN_FIELDS,), or_unknown=True)], NO_HEADERS),
        ([Needs(headers=("from",), or_unknown=True), Needs(tags=("a",))], True),
        ([Needs(rendered=("yes",))], False),
        ([Needs(touches=("first",))], False),
        ([Needs(options=("names",))], True),
        ([Needs(options=("other", "absent"))], False),
    ],
)  # fmt: skip
def test_needs(needs: list[Needs], runs: object) -> None:
    plain = [alternative.plain() for alternative in needs]
    assert Traits(message_of(LINK)).runs(plain, {"names": ["x"], "other": []}) == runs


def test_headers_that_are_known_leave_nothing_open() -> None:
    needs = [Needs(headers=("subject",), or_unknown=True).plain()]
    message = message_of("From: a@acme.example\n\nHi", "eml")
    assert Traits(message).runs(needs, {}) is False
    assert Traits(message_of("Subject: x\n\nHi", "eml")).runs(needs, {}) is True


# -- checks of others ---------------------------------------------------------------------------------

CALLS: list[str] = []


@check("call-always")
def always(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Run in any case."""
    CALLS.append("always")
    yield from ()


@check("call-with-image", needs=Needs(tags=("img",)))
def with_image(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Run where there is a picture."""
    CALLS.append("with image")
    yield from ()


def test_a_check_without_needs_always_runs(tmp_path: Path) -> None:
    from maillint.engine.lint import lint

    (tmp_path / "own").mkdir()
    for name, bound in (("always", "call-always"), ("image", "call-with-image")):
        rule = f"summary: x\ncheck: {bound}\nseverity: error\nmessage: x\nwhy: x\n"
        (tmp_path / f"own/{name}.yaml").write_text(rule)
    checks = {**all_checks(), "call-always": always, "call-with-image": with_image}
    rules = [ActiveRule(rule, rule.options) for rule in load_folder(str(tmp_path), checks)]
    assert [rule.rule.needs for rule in rules] == [[], [{"tags": ["img"]}]]
    for text, expected in (("<p>", ["always"]), ("<img>", ["always", "with image"])):
        CALLS.clear()
        lint(message_of(text), rules)
        assert expected == CALLS
