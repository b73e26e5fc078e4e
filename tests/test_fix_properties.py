"""Fixing does no harm to any mail: real templates with faults put in at random places."""

from __future__ import annotations

import base64
import codecs
import quopri
import re
from collections.abc import Callable
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from maillint.catalogue.examples import unmark
from maillint.config.config import CommandLine, LayeredConfig
from maillint.project.fix import encode
from tests.fix_properties import Fixing, errors, faults, fixes
from tests.test_rule_examples import CASES

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent

FAULTS = [
    unmark(example.bad)[0]
    for _, example in CASES
    if example.bad is not None
    and example.fixed is not None
    and example.setting.get("kind", "html") == "html"
    and not example.bad.startswith("---")
]
"""Pieces of HTML with a fault that can be mended: the bad examples of the rules that mend."""

MJML_FAULTS = [
    unmark(case.bad)[0] for _, case in CASES if case.bad and case.fixed and case.setting.get("kind") == "mjml"
]
HEADER_FAULTS = [
    unmark(case.bad)[0].partition("\n\n")[0]
    for _, case in CASES
    if case.bad and case.fixed and case.setting.get("kind") == "eml"
]

FILES = [
    path for folder in ("examples", "tests/dialects") for path in sorted((ROOT / folder).rglob("*")) if path.is_file()
]
TEMPLATES = {
    path.name: re.sub("⟦[^:]*:|⟧", "", path.read_text(encoding="utf-8"))  # marks of what test_templates finds
    for path in FILES
    if path.suffix in {".html", ".j2", ".hbs", ".php", ".erb", ".liquid", ".ftl", ".tpl", ".cshtml", ".vm", ".gohtml"}
}
GOOD = {
    f"good-{number}.html": case.good
    for number, (_, case) in enumerate(CASES)
    if case.good and case.setting.get("kind", "html") == "html"
}
BASES = {**TEMPLATES, **GOOD}
MJML = {path.name: path.read_text(encoding="utf-8") for path in FILES if path.suffix == ".mjml"}

thorough = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

PLACES = re.compile(r"(?<=>)|(?=<)")


@st.composite
def spoilt(draw: st.DrawFn, bases: dict[str, str], pieces: list[str]) -> tuple[str, str]:
    """A name and a text with one to four faults in it, mostly between tags, sometimes anywhere."""
    name = draw(st.sampled_from(sorted(bases)))
    text = bases[name]
    first = text.index("\n---\n") + 5 if text.startswith("---\n") else 0
    for piece in draw(st.lists(st.sampled_from(pieces), min_size=1, max_size=4)):
        places = [found.start() for found in PLACES.finditer(text, first)] or [first]
        at = draw(st.one_of(st.sampled_from(places), st.sampled_from(places), st.integers(first, len(text))))
        text = text[:at] + piece + text[at:]
    return name, text


def in_utf8(text: str) -> bytes:
    return text.encode()


def in_windows(text: str) -> bytes:
    return b'<meta charset="windows-1252">\xe9' + text.encode("windows-1252", "ignore")


def in_koi8(text: str) -> bytes:
    return b'<meta charset="koi8-r">\xd0\xd2' + text.encode("koi8-r", "ignore")


def in_japanese(text: str) -> bytes:
    return b'<meta charset="shift_jis">\x93\xfa\x96{' + text.encode("shift_jis", "ignore")


def in_no_charset(text: str) -> bytes:
    """Declared as UTF-8, but it is not: the text cannot be turned back into these bytes."""
    return b'<meta charset="utf-8">\xff' + text.encode()


CHARSETS: list[Callable[[str], bytes]] = [
    in_utf8,
    in_windows,
    in_koi8,
    in_japanese,
    in_no_charset,
    lambda text: codecs.BOM_UTF8 + text.encode(),
    lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
]


@thorough
@given(spoilt(BASES, FAULTS), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(CHARSETS), st.booleans())
def test_templates(mail: tuple[str, str], line_end: str, charset: Callable[[str], bytes], unsafe: bool) -> None:
    name, text = mail
    assert faults(Fixing.of(name, charset(text.replace("\n", line_end))), unsafe=unsafe) == []


@settings(thorough, max_examples=60)
@given(spoilt(MJML, MJML_FAULTS + FAULTS), st.booleans())
def test_mjml(mail: tuple[str, str], unsafe: bool) -> None:
    assert faults(Fixing.of(mail[0], mail[1].encode()), unsafe=unsafe) == []


# -- messages


HEAD = "From: Ada <ada@acme.example>\nSubject: x\nMIME-Version: 1.0\n"


def quoted(text: str) -> str:
    return quopri.encodestring(text.encode()).decode()


def part(encoding: str, text: str) -> str:
    body = {
        "8bit": lambda: text,
        "quoted-printable": lambda: quoted(text),
        "base64": lambda: base64.encodebytes(text.encode()).decode(),
    }[encoding]()
    return f"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n{body}"


def message(headers: str, *parts: str) -> str:
    if len(parts) == 1:
        return f"{HEAD}{headers}{parts[0]}"
    body = "".join(f"--=_b\n{one}\n" for one in parts)
    return f'{HEAD}{headers}Content-Type: multipart/alternative; boundary="=_b"\n\n{body}--=_b--\n'


@settings(thorough, max_examples=120)
@given(
    st.lists(
        st.tuples(st.sampled_from(["8bit", "quoted-printable", "base64"]), spoilt(BASES, FAULTS)),
        min_size=1,
        max_size=3,
    ),
    st.one_of(st.just(""), st.sampled_from(HEADER_FAULTS).map(lambda head: f"{head}\n")),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_messages(parts: list[tuple[str, tuple[str, str]]], headers: str, line_end: str, unsafe: bool) -> None:
    text = message(headers, *(part(encoding, mail[1]) for encoding, mail in parts))
    fixing = Fixing.of("a.eml", text.replace("\n", line_end).encode())
    assert faults(fixing, unsafe=unsafe) == []
    if all(encoding == "quoted-printable" for encoding, _ in parts):
        after = fixing.fix(fixing.source, unsafe=unsafe).sources[0].text
        before = fixing.source.text.splitlines()
        body = after.partition(line_end * 2)[2].splitlines()
        assert [line for line in body if len(line) > 76 and line not in before] == []


SIMPLE = {
    "One</br>Two": "One<br>Two",
    '<i class="a" class="b">x</i>': '<i class="a">x</i>',
    "<b>é</b></br>": "<b>é</b><br>",
    '<i title="ü" title="x">日本</i>': '<i title="ü">日本</i>',
}
WORDS = st.text("aé日 =.\n\U0001f469", max_size=90)
ONLY_MARKUP = LayeredConfig(command_line=CommandLine(select=("markup",)))


def html_of(data: bytes) -> list[str]:
    found: list[Message] = [one for one in message_from_bytes(data).walk() if not one.is_multipart()]
    return [one.get_payload(decode=True).decode() for one in found]  # type: ignore[union-attr]


@settings(thorough, max_examples=120)
@given(
    st.sampled_from(["8bit", "quoted-printable", "base64"]),
    st.lists(st.tuples(WORDS, st.sampled_from(sorted(SIMPLE)), WORDS), min_size=1, max_size=4),
)
@example("quoted-printable", [("a" * 70, "One</br>Two", "b" * 70)])
@example("quoted-printable", [("=" * 30, '<i class="a" class="b">x</i>', "é" * 30)])
def test_a_reader_gets_the_mended_part_and_nothing_else_changes(
    encoding: str, pieces: list[tuple[str, str, str]]
) -> None:
    """Python's own parser decodes each fault as it was or mended (in base64 always as it was)."""
    text = "<p>" + "".join(f"{before}{fault}{after}" for before, fault, after in pieces) + "</p>\n"
    assume("=\n" not in text and " \n" not in text)
    fixing = Fixing.of(
        "a.eml", message("DKIM-Signature: v=1; b=x\n", part(encoding, text), part("base64", text)).encode(), ONLY_MARKUP
    )
    first, second = html_of(fixing.fix(fixing.source, unsafe=False).sources[0].data)
    mended = {"8bit": "{1}", "base64": "{0}", "quoted-printable": "(?:{0}|{1})"}[encoding]
    pattern = "".join(
        re.escape(before) + mended.format(re.escape(fault), re.escape(SIMPLE[fault])) + re.escape(after)
        for before, fault, after in pieces
    )
    assert re.fullmatch(f"<p>{pattern}</p>\n+", first)
    assert second.rstrip("\n") == text.rstrip("\n")


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("<p>One</br>Two</p>", "<p>One<br>Two</p>"),
        ("<p>=C3=A9</br>=C3=A9</p>", "<p>=C3=A9<br>=C3=A9</p>"),
        ("<p>One</b=\nr>Two</p>", None),  # a soft line break within the tag
        ("<p>One</br=3E</p>", None),
        ('<a href=3D"http://www.facebook.com/acme">Acme</a>', '<a href=3D"https://www.facebook.com/acme">Acme</a>'),
        (f'<a href=3D"http://www.facebook.com/{"a" * 35}">Acme</a>', None),  # 76 characters already
        ("<p>One </span>\nTwo</p>", None),  # white space at the end of a line is lost in transfer
    ],
)
def test_quoted_printable_stays_what_it_is(line: str, after: str | None) -> None:
    head = f"{HEAD}Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
    config = LayeredConfig(command_line=CommandLine(select=("markup", "links")))
    fixing = Fixing.of("a.eml", f"{head}{line}\n".encode(), config)
    fixed = fixing.fix(fixing.source, unsafe=True).sources[0]
    assert fixed.text == f"{head}{after or line}\n"
    assert errors(fixing.lint([fixed])) <= errors(fixing.lint([fixing.source]))


# -- the tables above are not empty words


def test_every_fault_has_a_fix() -> None:
    """Each fault has a fix when it stands between two paragraphs, and the fixed text can be written."""
    for piece in FAULTS:
        fixing = Fixing.of("a.html", f"<p>One</p>{piece}<p>Two</p>\n".encode())
        whole = "\n".join(["---", "touch: 1", "---", f"<p>One</p>{piece}<p>Two</p>", ""])
        cold = Fixing.of("a.html", whole.encode())
        assert fixes(fixing.lint([fixing.source])) or fixes(cold.lint([cold.source])), piece
        after = fixing.fix(fixing.source, unsafe=True).sources[0]
        assert encode(after) == after.data


@pytest.mark.parametrize(("before", "unsafe"), [("<p>One</br>Two</p>", False), ("<p>One</p>", True)])
def test_fixing_that_does_no_harm_has_no_fault(before: str, unsafe: bool) -> None:
    assert faults(Fixing.of("a.html", before.encode()), unsafe=unsafe) == []


HTML_IN_QP = "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable"


def test_fixes_that_would_overfill_a_line_together_go_in_one_after_the_other() -> None:
    link = '<a href=3D"jane@acme.io">J</a>'
    for filler in range(15):
        line = f"{link}{link}{'x' * filler}"
        fixing = Fixing.of("a.eml", message("", f"{HTML_IN_QP}\n\n<p>\n{line}\n</p>").encode())
        after = fixing.fix(fixing.source, unsafe=False).sources[0].text
        fixed = next(row for row in after.splitlines() if "jane@" in row)
        room = 76 - len(line)
        assert fixed.count("mailto:") == min(room // len("mailto:"), 2), fixed
        assert len(fixed) <= 76
