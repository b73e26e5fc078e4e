"""Comments that were meant to suppress a rule, in every form of comment; and prose that was not."""

from __future__ import annotations

import pytest

from maillint.config.config import CommandLine, LayeredConfig
from maillint.engine.lint import lint
from maillint.engine.suppression import suppress
from maillint.message.read import MessageSettings, read_message
from maillint.text.source import Source
from tests.cli.test_suppression import CASES

RULE = "suppression/not-understood"


def said(text: str, dialect: str | None = "jinja", kind: str = "html") -> list[tuple[str, str]]:
    """The words that are not understood, and what is said of them."""
    config = LayeredConfig(command_line=CommandLine(select=("suppression", "markup")))
    message = read_message([Source.from_text(f"a.{kind}", text)], MessageSettings(dialect=dialect), kind)
    rules = config.rules_for(message.profile)
    [report] = suppress(message, lint(message, rules), rules, config.catalogue)
    found = [finding for finding in report.findings if finding.rule.startswith("suppression/")]
    return [
        (text[one.start : one.end], str(one.evidence.get("hint")) if one.rule == RULE else one.rule) for one in found
    ]


WORDS = [
    ("maillint: disable", "family/rule"),
    ("maillint: disable markup/unclosed-tag", "markup/unclosed-tag"),
    ("maillint: disable=markup/unclosed-tag", "markup/unclosed-tag"),
    ("maillint-disable markup/unclosed-tag, links/shortener", "markup/unclosed-tag, links/shortener"),
    ("maillint-disable-next-line", "family/rule"),
    ("maillint_disable", "family/rule"),
    ("maillint:disable-line markup", "markup"),
    ("maillint: off", "family/rule"),
    ("maillint off", "family/rule"),
    ("maillint: skip", "family/rule"),
    ("maillint: noqa", "family/rule"),
    ("maillint: NOQA: markup/unclosed-tag", "markup/unclosed-tag"),
    ("maillint ignore[markup/unclosed-tag] the footer", "markup/unclosed-tag"),
    ("maillint = ignore[markup/unclosed-tag]", "markup/unclosed-tag"),
    ("@maillint-ignore markup/unclosed-tag", "markup/unclosed-tag"),
    ("Maillint: ignore[markup/unclosed-tag] the footer", "markup/unclosed-tag"),
    ("MAILLINT: IGNORE[MARKUP/UNCLOSED-TAG]", "markup/unclosed-tag"),
    ("maillint: Ignore[markup/unclosed-tag]", "markup/unclosed-tag"),
    ("maillint: ignore markup/unclosed-tag", "markup/unclosed-tag"),
    ("maillint: ignore markup", "markup"),
    ("maillint: ignore(markup/unclosed-tag) why", "markup/unclosed-tag"),
    ("maillint: ignore: markup/unclosed-tag", "markup/unclosed-tag"),
    ("maillint: ignore-next-line[markup/unclosed-tag]", "markup/unclosed-tag"),
    ("maillint: ignored[markup/unclosed-tag]", "markup/unclosed-tag"),
    ("mailint: ignore[markup/unclosed-tag]", "markup/unclosed-tag"),
    ("mail-lint: ignore[markup/unclosed-tag]", "markup/unclosed-tag"),
    ("noqa: markup/unclosed-tag", "markup/unclosed-tag"),
    ("eslint-disable markup/unclosed-tag", "markup/unclosed-tag"),
    ("eslint-disable-next-line markup/unclosed-tag", "markup/unclosed-tag"),
    ("djlint:off markup/unclosed-tag", "markup/unclosed-tag"),
    ("NOLINT(markup/unclosed-tag)", "markup/unclosed-tag"),
]


@pytest.mark.parametrize(("words", "names"), WORDS)
@pytest.mark.parametrize("form", ["{# … #}", "<!-- … -->", "{% comment %}…{% endcomment %}", "{#\n  …\n#}"])
def test_what_was_meant_is_told(words: str, names: str, form: str) -> None:
    [(text, hint)] = said(f"<p>Hi</p>{form.replace('…', words)}\n")
    assert text == words.removeprefix("@")
    assert hint == f'write "maillint: ignore[{names}] reason"'


@pytest.mark.parametrize(("words", "names"), [("disable-file", "family/rule"), ("ignore-file markup", "markup")])
def test_the_whole_file(words: str, names: str) -> None:
    assert said(f"{{# maillint: {words} #}}") == [
        (f"maillint: {words}", f'write "maillint: ignore-file[{names}] reason"')
    ]


@pytest.mark.parametrize(("dialect", "form"), CASES)
def test_in_the_comments_of_every_language(dialect: str, form: str) -> None:
    words = "maillint: disable markup/unclosed-tag"
    assert [text for text, _ in said(f"<p>Hi</p>\n{form.replace('…', words)}\n", dialect)] == [words]


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("<p>Hi</p>{# … #}", "erb"),
        ("<p>Hi</p>@* … *@", "jinja"),
        ("<p>Hi</p>{* … *}", "handlebars"),
        ("<p>Hi</p><%# … %>", "jinja"),
        ("<style>/* … */ p { color: red }</style><p>Hi</p>", "jinja"),
        ("<style>\n/* … */\n</style><p>Hi</p>", "liquid"),
    ],
)
def test_in_a_comment_that_the_language_does_not_have(text: str, dialect: str) -> None:
    right = "maillint: ignore[markup/unclosed-tag] the footer"
    expected = (right, "write it in an HTML comment, or one of the template language")
    assert expected in said(text.replace("…", right), dialect)
    assert said(text.replace("…", "maillint: off"), dialect)[0][0] == "maillint: off"


@pytest.mark.parametrize("words", ["maillint-disable markup", "noqa: markup/unclosed-tag"])
def test_in_front_matter_and_in_a_message(words: str) -> None:
    assert [text for text, _ in said(f"---\nsubject: x\n# {words}\n---\n<p>Hi</p>")] == [words]
    eml = f"Subject: x\nContent-Type: text/html\n\n<p>Hi</p><!-- {words} -->\n"
    assert [text for text, _ in said(eml, None, "eml")] == [words]


@pytest.mark.parametrize(
    "text",
    [
        "<p>maillint: disable markup/unclosed-tag</p>",
        "<p>We use maillint. maillint-disable is no word of it.</p>",
        "<p>maillint: off to the beach</p>",
        '<p><a href="https://maillint.example/maillint-disable/x">maillint ignore[links]</a></p>',
        "<p><code>/* maillint: disable */</code> does nothing</p>",
        "<pre>\n/* maillint: off */\n</pre>",
        "{# We run maillint on this file. #}",
        "{# maillint ignores what stands in a pre #}",
        "{# maillint found the links/shortener below; the vendor has been told #}",
        "{# maillint skip the header when it is empty #}",
        "{# maillint: see the README #}",
        "{# maillint: off by one, as ever #}",
        "{# the linter (maillint) was disabled for this folder #}",
        "{# noqa #}<!-- noqa: E501 -->",
        "<!-- eslint-disable no-undef --><!-- htmlhint-disable tag-pair -->",
        "{# djlint:off #}<p>Hi</p>{# djlint:on #}",
        "<!-- prettier-ignore --><!-- disable this block for Outlook -->",
        "<!-- ignore the links/images below -->",
        "<!-- disable links in the footer -->",
        "{# file maillint/disable.html #}",
    ],
)
def test_what_is_no_suppression_is_left_alone(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("{# maillint: ignore #}", "suppression/blanket"),
        ("{# maillint: ignore this for now #}", "suppression/blanket"),
        ("{# maillint: ignore[markup/unclosed-tag] why #}", "suppression/unused"),
        ("{# maillint: ignore[markup/unclosed] why #}", "suppression/unknown-name"),
    ],
)
def test_what_other_rules_say_is_not_said_twice(text: str, rule: str) -> None:
    assert [hint for _, hint in said(text)] == [rule]


def test_it_can_be_suppressed_like_all_others() -> None:
    assert said("{# maillint: disable #}{# maillint: ignore[suppression/not-understood] a sample #}") == []
