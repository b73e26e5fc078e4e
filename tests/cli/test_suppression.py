"""Suppression comments: which findings they silence, in the comment form of every template language."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from maillint.message.template.dialect import dialects
from tests.cli.command import BAD, maillint, rules_in

pytestmark = pytest.mark.slow

FORMS = {
    "jinja": ["{# … #}", "{#- … -#}", "{% comment %}…{% endcomment %}", "{%- comment -%} … {%- endcomment -%}"],
    "liquid": ["{% comment %}…{% endcomment %}", "{%- comment -%} … {%- endcomment -%}", "{% # … %}"],
    "hubl": ["{# … #}"],
    "handlebars": ["{{! … }}", "{{!-- … --}}", "{{~!-- … --~}}"],
    "go": ["{{/* … */}}", "{{- /* … */ -}}"],
    "erb": ["<%# … %>"],
    "eex": ["<%# … %>", "<%!-- … --%>"],
    "heex": ["<%# … %>", "<%!-- … --%>"],
    "ejs": ["<%# … %>", "<%/* … */%>"],
    "php": ["<?php /* … */ ?>", "<?php // … ?>", "<?php # … ?>"],
    "blade": ["{{-- … --}}", "<?php /* … */ ?>"],
    "razor": ["@* … *@"],
    "freemarker": ["<#-- … -->", "[#-- … --]", "<#comment>…</#comment>"],
    "velocity": ["## …", "#* … *#"],
    "smarty": ["{* … *}"],
    "thymeleaf": ["<!--/* … */-->"],
    "ampscript": ["%%[ /* … */ ]%%"],
}
"""Languages without comments of their own have HTML's, which readers get: `suppression/in-html-comment` says so."""

CASES = [(dialect, form) for dialect, forms in FORMS.items() for form in forms]
GOOD = "<p>Hi Ada</p>\n"


def rules(folder: Path) -> dict[str, list[str]]:
    """What each file of a folder has against its suppression comments and its markup."""
    result = maillint("check", ".", "--select", "markup,suppression", "-f", "json", folder=folder)
    return {file["path"]: [found["rule"] for found in file["findings"]] for file in json.loads(result.stdout)["files"]}


def comment(form: str, words: str = "maillint: ignore[markup/unclosed-tag] the footer closes it") -> str:
    return form.replace("…", words)


def write(folder: Path, number: int, dialect: str, text: str) -> Path:
    file = folder / f"{number:02}.html"
    file.write_text(f"---\ndialect: {dialect}\n---\n{text}")
    return file


def test_a_comment_silences_its_line_and_goes_when_it_is_no_longer_needed(tmp_path: Path) -> None:
    for number, (dialect, form) in enumerate(CASES):
        write(tmp_path, number, dialect, f"{GOOD}{comment(form)}\n{BAD}")
    assert {CASES[int(path[:2])]: found for path, found in rules(tmp_path).items()} == {case: [] for case in CASES}
    for number, (dialect, form) in enumerate(CASES):
        write(tmp_path, number, dialect, f"{GOOD}{comment(form)}\n{GOOD}")
    unused = ["suppression/unused"]
    assert {CASES[int(path[:2])]: found for path, found in rules(tmp_path).items()} == dict.fromkeys(CASES, unused)
    maillint("check", ".", "--fix", folder=tmp_path)
    for number, case in enumerate(CASES):
        text = (tmp_path / f"{number:02}.html").read_text()
        assert text == f"---\ndialect: {case[0]}\n---\n{GOOD}{GOOD}", case


def test_every_language_is_in_the_table_or_has_no_comments() -> None:
    without = "mailchimp sendgrid-legacy mailgun activecampaign getresponse mailwizz marketo unisender salesforce"
    without += " benchpress tokens enclosed file-include magento"
    assert {*FORMS, *without.split()} == {dialect.name for dialect in dialects().values()}


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("<p>Hi</p>{# maillint: ignore[markup] x #}<p>Ho</p>\n", "<p>Hi</p><p>Ho</p>\n"),
        ("<p>Hi</p>\r\n  {# maillint: ignore[markup] x #}  \r\n<p>Ho</p>\n", "<p>Hi</p>\r\n<p>Ho</p>\n"),
        ("{# maillint: ignore-file[markup] x #}\n<p>Hi</p>\n", "<p>Hi</p>\n"),
        ("{# maillint: ignore[markup/unclosed-tag, markup/stray-end-tag] x #}\n" + BAD,
         "{# maillint: ignore[markup/unclosed-tag] x #}\n" + BAD),
        ("{% if a %}{# maillint: ignore[markup] x #}{% endif %}\n", "{% if a %}{% endif %}\n"),
        ("{# maillint: ignore[markup] x #}{# maillint: ignore[content] y #} <p>Hi</p>\n", " <p>Hi</p>\n"),
        # what else stands in a comment is not thrown away with it
        ("{# The header.\n maillint: ignore[markup] x #}\n<p>Hi</p>\n", None),
        ("{# maillint: ignore[markup] x\n maillint: ignore[links] y #}\n<p>Hi</p>\n", None),
        ("{# maillint: ignore[markup] x, maillint: ignore[links] y #}\n<p>Hi</p>\n", None),
        ("<?php $a = 1; /* maillint: ignore[markup] x */ ?>\n<p>Hi</p>\n", None),
    ],
)  # fmt: skip
def test_what_suppresses_nothing_is_taken_out(tmp_path: Path, text: str, fixed: str | None) -> None:
    file = tmp_path / "a.html"
    file.write_bytes(text.encode())
    maillint("check", "a.html", "--fix", folder=tmp_path)
    assert file.read_bytes().decode() == (text if fixed is None else fixed)


REASONS = [
    ("maillint: ignore[markup/unclosed-tag]", ["suppression/reason-missing"]),
    ("maillint: ignore[markup/unclosed-tag] why", []),
    ("maillint: ignore[markup/unclosed]", ["suppression/reason-missing", "suppression/unknown-name"]),
]


def test_a_comment_without_a_reason_is_reported_where_settings_want_it(tmp_path: Path) -> None:
    (tmp_path / "maillint.yaml").write_text("rules: {suppression/reason-missing: warning}\n")
    expected: dict[str, tuple[str, str, list[str]]] = {}
    for words, found in REASONS:
        for dialect, form in CASES:
            file = write(tmp_path, len(expected), dialect, f"{comment(form, words)}\n{BAD}")
            expected[file.name] = (form, words, found)
    found_by_file = {
        path: (*expected[path][:2], sorted(rule for rule in found if rule.startswith("suppression")))
        for path, found in rules(tmp_path).items()
    }
    assert found_by_file == expected


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("<p>Hi <b>Ada</p>{# maillint: ignore[markup/unclosed-tag] why #}", []),
        ("{# maillint: ignore[markup] why #}\n<p>Hi <b>Ada</p>", []),
        ("{# maillint: ignore-file[markup/unclosed-tag] why #}\n\n\n<p>Hi <b>Ada</p>", []),
        ("---\n# maillint: ignore-file[markup/unclosed-tag] why\nsubject: x\n---\n<p>Hi <b>Ada</p>", []),
        ("<p>Hi <b>Ada</p><!-- maillint: ignore[markup/unclosed-tag] why -->", ["suppression/in-html-comment"]),
        ("{# maillint: ignore[markup/unclosed-tag] why #}\n<p>Hi</p>\n<p>Hi <b>Ada</p>",
         ["suppression/unused", "markup/unclosed-tag"]),
        ("<p>Hi <b>Ada</p>{# maillint: ignore[markup/unclosed] #}",
         ["markup/unclosed-tag", "suppression/unknown-name"]),
        ("<p>Hi <b>Ada</p>{# maillint: ignore #}", ["markup/unclosed-tag", "suppression/blanket"]),
        ("<p>maillint: ignore[markup/unclosed-tag] <b>Ada</p>", ["markup/unclosed-tag"]),
    ],
)  # fmt: skip
def test_suppression(mail: Path, text: str, rules: list[str]) -> None:
    (mail / "a.html").write_text(text)
    result = maillint("check", "a.html", "--select", "markup,suppression", "-f", "concise", folder=mail)
    assert rules_in(result) == rules


def test_what_did_not_run_is_not_called_unused(mail: Path) -> None:
    (mail / "a.html").write_text("<p>Hi</p>{# maillint: ignore[markup/unclosed-tag] why #}")
    result = maillint("check", "a.html", "--select", "suppression", "-f", "concise", folder=mail)
    assert rules_in(result) == []
