"""What a text may hold is bounded, and told: memory stays below 60 bytes for each of its characters."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import maillint
from benchmarks.corpus import Writer
from maillint.analysis.directives import find_directives
from maillint.finding import SIZE_LIMIT
from maillint.message.model import Message
from maillint.message.read import MessageSettings, read_message
from maillint.text.density import _MOST, _WEIGHTS, CHARACTERS, FREE, _weight, readable_length
from maillint.text.source import Source
from tests.cli.command import maillint as command

MILLION = 1_000_000

SHAPES = {
    "bare <": ("a.html", "<", ""),
    "tags": ("a.html", "<b>", ""),
    "paragraphs": ("a.html", "<p>x</p>", ""),
    "references": ("a.html", "&amp", ""),
    "controls": ("a.html", "\x01", "x"),
    "attributes": ("a.html", "b=1 ", "<a "),
    "slashes": ("a.html", "/", "<a "),
    "links": ("a.html", '<a href="https://a.example/p?q=1">http://b.example</a> ', ""),
    "links in each other": ("a.html", '<v:rect href="https://a.example/">', ""),
    "words": ("a.html", "a.", "<p>"),
    "phrases": ("a.html", "100% free risk-free ", "<p>"),
    "addresses of styles": ("a.html", "url(x)", '<p style="'),
    "rules of a style sheet": ("a.html", ".a b{display:none}", "<style>"),
    "tests": ("a.html.j2", "{% if a %}x{% endif %}", ""),
    "openers": ("a.html.j2", "{{", ""),
    "braces": ("a.php", "}", "<?php "),
    "directives": ("a.blade.php", "@if(", ""),
    "sections": ("a.hbs", "{{#if a}}", ""),
    "header fields": ("a.eml", "X-A: b\r\n", ""),
    "lines of base64": ("a.eml", "P\r\n", "Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n"),
    "escapes": ("a.eml", "=41", "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"),
    "names in a comment": ("a.html", "a0,", "<!-- maillint: ignore["),
    "comments with unknown names": ("a.html", "<!-- maillint: ignore[a/b§] x -->\n", ""),
    "line ends": ("a.html", "\n", '<a href="'),
    "words of two audiences": ("a.html", "w§ ", "<!--[if mso]>x<![endif]-->"),
    "characters of UTF-8": ("a.eml", "é\0", "Content-Type: text/html; charset=utf-8\r\n\r\n"),
    "names of elements": ("a.html", "<x§>", ""),
    "names of places": ("a.html", '<a href="#a§">x</a>', ""),
    "forms": ("a.html", "<form action=x>", ""),
    "pictures that a selector asks about": ("a.html", "<img src=x>", "<style>.x b{display:none}</style><b>"),
    "elements that a selector asks about": ("a.html", "<b class=a>", "<style>.a:has(x){display:none}</style>"),
    "addresses without a scheme": ("a.txt", "www.a§ ", ""),
    "escaped quotes of Razor": ("a.cshtml", r"\"", '@{ "'),
    "elements of Razor": ("a.cshtml", "<a>", "@{"),
    "branches of Razor": ("a.cshtml", "case 1:", "@switch(a){"),
    "blocks of PHP": ("a.php", "if($a){", "<?php "),
    "empty statements of PHP": ("a.php", ";", "<?php "),
    "branches of Liquid": ("a.liquid", "{% when § %}x", "{% case " + "a" * 1_000 + " %}"),
    "brackets of a loop": ("a.html.j2", "(", "{% for "),
    "references of Velocity": ("a.vm", "$a ", ""),
    "blocks of FreeMarker": ("a.ftl", "<#if a>x</#if>", ""),
    "unknown components": ("a.mjml", "<mj-foo§>x</mj-foo§>", "<mjml><mj-body>"),
    "HTML in MJML": ("a.mjml", "<table>", "<mjml><mj-body><mj-raw>"),
    "lines of a folded field": ("a.eml", " x\r\n", "X-A: x\r\n"),
    "halves of encoded words": ("a.eml", "=?a*", "Subject: "),
    "parts": ("a.eml", "--b\r\n\r\nx\r\n", "Content-Type: multipart/mixed; boundary=b\r\n\r\n"),
}
"""By name: a file, what it holds again and again (with a number for ``§``), and what stands before that."""

CHILD = """
import json, resource, sys
import maillint
name, piece, before = json.loads(sys.argv[1])

def made(size):
    return before + "".join(piece.replace("§", str(number)) for number in range(size // len(piece)))

maillint.lint(made(2_000), filename=name)
text = made(1_000_000)
start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
maillint.lint(text, filename=name)
unit = 1 if sys.platform == "darwin" else 1024
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start) * unit / len(text))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no peak of memory to read")
@pytest.mark.parametrize("shape", SHAPES)
def test_a_megabyte_takes_less_than_sixty(shape: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, json.dumps(SHAPES[shape])], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 60


@pytest.mark.parametrize("piece", ["<b>", "&", "{{", "%%", "@if", "*|A|*", "http://a.example "])
def test_how_much_of_a_text_is_looked_at(piece: str) -> None:
    for size in (1_000, 48_000):
        assert readable_length(piece * (size // len(piece))) == size // len(piece) * len(piece)
    text = piece * (MILLION // len(piece))
    assert FREE // 2 < readable_length(text) < len(text)


def test_what_people_write_is_looked_at_as_a_whole() -> None:
    text = (
        '<tr><td style="padding: 8px">{{ item.name }} &nbsp;<a href="https://a.example/{{ id }}">Text</a></td></tr>\n'
    )
    for count in (100, 1_000, 10_000):
        assert readable_length(text * (count // 10) + "Some words. " * count * 10) > 0.99 * count * 120
    assert FREE >= 50_000 and MILLION // CHARACTERS >= 20_000


def test_many_templates_in_one_file_are_looked_at_as_a_whole() -> None:
    template = Writer(1).template(50_000)
    for count in (1, 20, 100):
        assert readable_length(template * count) == len(template) * count


@given(st.text(st.sampled_from(sorted({*"".join(_WEIGHTS), " "})), max_size=200))
def test_what_characters_add_at_the_most_is_never_too_little(text: str) -> None:
    assert sum(weight * text.count(character) for character, weight in _MOST.items()) // 2 >= _weight(text, len(text))


def test_it_is_told_and_the_run_exits_with_two(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p>x</p>\n" * 40_000 + "<!-- maillint: ignore-file[size-limit] x -->\n")
    (tmp_path / "b.html").write_text("<p>Hi <b>Ada</p>\n")
    result = command(
        "check", ".", "-f", "json", "--fail-on", "never", "--select", "markup/unclosed-tag", folder=tmp_path
    )
    files = {file["path"]: [found["rule"] for found in file["findings"]] for file in json.loads(result.stdout)["files"]}
    assert (result.returncode, SIZE_LIMIT in files["a.html"], files["b.html"]) == (2, True, ["markup/unclosed-tag"])
    [found] = [found for found in maillint.lint(tmp_path / "a.html").findings if found.rule == SIZE_LIMIT]
    assert found.message.startswith(
        "it holds more tags or header fields than are looked at (size-limit): nothing after "
    )


def test_of_a_header_five_thousand_fields_are_read() -> None:
    text = "Subject: Hi\r\n" + "X-A: b\r\n" * 6_000 + "From: a@a.example\r\n\r\nHi"
    report = maillint.lint(text, kind="eml")
    assert [found.message for found in report.findings if found.rule == SIZE_LIMIT] == [
        "it holds more tags or header fields than are looked at (size-limit): nothing after <message>, line 5000 is"
    ]


def test_of_a_text_five_thousand_suppression_comments_count() -> None:
    comment = "<!-- maillint: ignore[a/b] x -->\n"
    assert len(find_directives(message("a.html", comment * 4_999))) == 4_999
    assert len(find_directives(message("a.html", comment * 5_001))) == 5_000


def test_a_statement_in_ten_thousands_of_a_tag_is_read_and_no_more() -> None:
    def count(statements: int) -> int:
        return len(message("a.php", "<?php " + "if($a):" * statements + " ?>").parts[0].template.tags)

    assert (count(100), count(19_999), count(25_000)) == (100, 19_999, 20_000)


def test_mjml_of_more_tags_than_can_be_rendered_is_not_and_that_is_told() -> None:
    def reasons(tags: int) -> list[str]:
        body = "<mj-section><mj-column><mj-text>" + "<br>" * tags + "</mj-text></mj-column></mj-section>"
        [file] = maillint.lint(f"<mjml><mj-body>{body}</mj-body></mjml>", kind="mjml").files
        return [unknown.reason for unknown in file.unknown]

    told = "not rendered as HTML: it has too many components, or they are nested too deeply"
    assert (told in reasons(100), told in reasons(26_000)) == (False, True)


def message(name: str, text: str) -> Message:
    return read_message((Source.from_text(name, text),), MessageSettings())
