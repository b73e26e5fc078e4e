"""``--fix`` and ``--diff``: what changes, what must not, and what happens where nothing can be written."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillint.config.config import LayeredConfig
from maillint.finding import Edit, FileReport, Finding, Fix, Severity
from maillint.project.discovery import Group
from maillint.project.fix import encode, fix_loaded, fix_message
from maillint.project.loader import from_sources, load_text
from maillint.project.runner import lint_loaded
from maillint.text.source import Source
from maillint.values import replace
from tests.cli.command import maillint

pytestmark = pytest.mark.slow

BAD = b'<p>One</br>Two</p>\r\n<p class="a" class="b">x</p>\n'
MENDED = b'<p>One<br>Two</p>\r\n<p class="a">x</p>\n'


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    (tmp_path / "a.html").write_bytes(BAD)
    return tmp_path


def test_safe_fixes_are_applied_and_reported(mail: Path) -> None:
    result = maillint("check", "a.html", "--fix", folder=mail)
    assert (mail / "a.html").read_bytes() == MENDED
    assert result.stderr == "Applied 2 fixes in 1 file.\n"
    assert result.returncode == 0


def test_unsafe_fixes_only_when_asked_for(mail: Path) -> None:
    (mail / "a.html").write_text("<p>One</span></p>\n")
    assert maillint("check", "a.html", "--fix", folder=mail).returncode == 1
    assert (mail / "a.html").read_text() == "<p>One</span></p>\n"
    assert maillint("check", "a.html", "--fix", "--unsafe-fixes", folder=mail).returncode == 0
    assert (mail / "a.html").read_text() == "<p>One</p>\n"


def test_a_diff_changes_nothing(mail: Path) -> None:
    result = maillint("check", "a.html", "--diff", folder=mail)
    assert result.returncode == 1
    assert '-<p>One</br>Two</p>\r\n-<p class="a" class="b">x</p>\n' in result.stdout
    assert '+<p>One<br>Two</p>\r\n+<p class="a">x</p>\n' in result.stdout
    assert (mail / "a.html").read_bytes() == BAD
    (mail / "a.html").write_bytes(MENDED)
    assert maillint("check", "a.html", "--diff", folder=mail).returncode == 0


def test_standard_input_is_printed_mended(mail: Path) -> None:
    result = maillint("check", "-", "--fix", folder=mail, stdin=BAD)
    assert (result.returncode, result.stdout.encode()) == (0, MENDED)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\xef\xbb\xbf<p>One</br></p>", b"\xef\xbb\xbf<p>One<br></p>"),
        ("\ufeff<p>é</br></p>".encode("utf-16-le"), "\ufeff<p>é<br></p>".encode("utf-16-le")),
        (b"<meta charset=koi8-r><p>\xf4</br></p>", b"<meta charset=koi8-r><p>\xf4<br></p>"),
        (b"<p>\r</br>\r\n\n</p>", b"<p>\r<br>\r\n\n</p>"),
        (b"<meta charset=utf-8><p>\xff</br></p>", b"<meta charset=utf-8><p>\xff</br></p>"),  # not given back exactly
    ],
)
def test_encoding_mark_and_line_ends_are_kept(mail: Path, before: bytes, after: bytes) -> None:
    (mail / "a.html").write_bytes(before)
    maillint("check", "a.html", "--fix", folder=mail)
    assert (mail / "a.html").read_bytes() == after


def test_the_mode_is_kept_and_a_link_is_written_through(mail: Path) -> None:
    (mail / "a.html").chmod(0o754)
    (mail / "b.html").symlink_to("a.html")
    maillint("check", "b.html", "--fix", folder=mail)
    assert (mail / "b.html").is_symlink()
    assert (mail / "a.html").read_bytes() == MENDED
    assert stat.S_IMODE((mail / "a.html").stat().st_mode) == 0o754


def test_only_a_part_that_is_not_encoded_is_touched(mail: Path) -> None:
    head = "From: a@b.example\nSubject: x\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n"
    for encoding, body, touched in [
        ("7bit", "<p>One</br>Two</p>\n", True),
        ("quoted-printable", "<p>One</br>Two=C3=A9</p>\n", True),
        ("base64", "PHA+T25lPC9icj5Ud288L3A+Cg==\n", False),
    ]:
        text = f"{head}Content-Transfer-Encoding: {encoding}\nDKIM-Signature: v=1; b=x\n\n{body}"
        (mail / "a.eml").write_text(text)
        result = maillint("check", "a.eml", "--select", "markup", "--fix", folder=mail)
        assert (mail / "a.eml").read_text() == (text.replace("</br>", "<br>") if touched else text)
        assert ("its DKIM signature no longer holds" in result.stderr) == touched


def test_a_file_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    from maillint.files.atomic import WriteError, replace_file

    (tmp_path / "a.html").write_bytes(b"new")
    with pytest.raises(WriteError, match="changed since it was read"):
        replace_file(str(tmp_path / "a.html"), b"mended", b"old")
    assert (tmp_path / "a.html").read_bytes() == b"new"


def test_a_fix_that_makes_things_worse_is_taken_back_and_the_others_stay() -> None:
    """The rule here would turn each capital into a small letter, and holds a small b for an error."""

    def lint(sources: Sequence[Source]) -> list[FileReport]:
        (source,) = sources
        found = [
            Finding("x/capital", Severity.INFO, "m", "a.txt", at, at + 1, 1, at + 1, 1, at + 2)
            for at, letter in enumerate(source.text)
            if letter.isupper()
        ]
        fixable = [
            replace(one, fix=Fix((Edit(one.start, one.end, source.text[one.start].lower()),), True)) for one in found
        ]
        errors = [
            Finding("x/b", Severity.ERROR, "m", "a.txt", at, at + 1, 1, at + 1, 1, at + 2)
            for at, letter in enumerate(source.text)
            if letter == "b"
        ]
        return [FileReport("a.txt", "txt", None, "general", False, None, (*fixable, *errors), (), source.text)]

    fixed = fix_message([Source("a.txt", "A B C B", data=b"A B C B")], lint, unsafe=False)
    assert (fixed.sources[0].text, fixed.applied) == ("a B c B", {"a.txt": 2})


@pytest.mark.parametrize("bad", [(), (7,), (0, 99), (3, 50, 51)])
def test_fixes_are_tried_together_and_halved_where_they_do_harm(bad: tuple[int, ...]) -> None:
    """The rule here would turn each capital into a small letter, and holds those of ``bad`` for errors."""
    calls = 0

    def lint(sources: Sequence[Source]) -> list[FileReport]:
        nonlocal calls
        calls += 1
        (source,) = sources
        found = []
        for at, letter in enumerate(source.text):
            place = (at, at + 1, 1, at + 1, 1, at + 2)
            if letter == "A":
                fix = Fix((Edit(at, at + 1, "a"),), True)
                found.append(replace(Finding("x/capital", Severity.INFO, "m", "a.txt", *place), fix=fix))
            elif letter == "a" and at // 2 in bad:
                found.append(Finding("x/bad", Severity.ERROR, "m", "a.txt", *place))
        return [FileReport("a.txt", "txt", None, "general", False, None, tuple(found), (), source.text)]

    text = "A " * 100
    fixed = fix_message([Source("a.txt", text, data=text.encode())], lint, unsafe=False)
    expected = "".join("A " if number in bad else "a " for number in range(100))
    assert (fixed.sources[0].text, fixed.applied) == (expected, {"a.txt": 100 - len(bad)})
    assert calls <= 3 + 2 * 8 * len(bad)


def test_a_long_message_is_linted_a_few_times_while_it_is_fixed() -> None:
    calls = 0

    def lint(sources: Sequence[Source]) -> list[FileReport]:
        nonlocal calls
        calls += 1
        text = sources[0].text
        at = text.find("A")
        fix = Fix((Edit(at, at + 1, "a"),), True)
        found = replace(Finding("x/capital", Severity.INFO, "m", "a.txt", at, at + 1, 1, at + 1, 1, at + 2), fix=fix)
        bad = Finding("x/bad", Severity.ERROR, "m", "a.txt", 0, 1, 1, 1, 1, 2)  # one more for each fix
        return [FileReport("a.txt", "txt", None, "general", False, None, (found, *[bad] * calls), (), text)]

    text = "A" * 1_000_000
    fixed = fix_message([Source("a.txt", text, data=text.encode())], lint, unsafe=False)
    assert (fixed.sources[0].text, calls) == (text, 2)


PIECES = (
    "<p>One</br>Two</p>",
    '<td class="a" class="b">x</td>',
    "<b>x",
    "</span>",
    "<i><b>x</i></b>",
    "text\r\n",
    "{% if a %}<div>{% endif %}",
    "{# maillint: ignore[markup/unclosed-tag] x #}\n",
    "é ",
    "<table><tr><td>",
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_fixing_twice_is_fixing_once_and_never_adds_an_error(text: str) -> None:
    loaded = load_text(Group.for_text("a.html", LayeredConfig()), text.encode())
    before = lint_loaded(loaded)
    once, after = fix_loaded(loaded, unsafe=True)
    twice, _ = fix_loaded(from_sources(loaded.group, once.sources, "html"), unsafe=True)
    assert twice.sources == once.sources == after.sources
    assert after.message.sources == after.sources
    assert encode(once.sources[0]) == once.sources[0].data
    errors = [sum(found.severity is Severity.ERROR for file in reports for found in file.findings)
              for reports in (before, once.reports)]  # fmt: skip
    assert errors[1] <= errors[0]
