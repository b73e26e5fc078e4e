"""Sidecars by themselves: what is read of one, where it stands, and that none costs more than its length."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from maillint.files.access import FileAccess
from maillint.message.mime.headers import Field
from maillint.message.sidecars import SidecarError, bare_name, read_sidecar, says_plain, subject_of
from maillint.project.message_files import Folder
from maillint.text.source import Source
from maillint.text.spans import Span


def subject(path: str, text: str) -> Field:
    [field] = read_sidecar(Source.from_text(path, text)).fields
    return field


@pytest.mark.parametrize(
    ("name", "bare", "whose"),
    [
        ("subject.txt", "subject", ""),
        ("mail/Subject.txt", "Subject", ""),
        ("welcome_subject.txt.j2", "welcome_subject", "welcome"),
        ("welcome-subject.jinja", "welcome-subject", "welcome"),
        ("email.subject.gotmpl", "email.subject", "email"),
        ("_subject.html.twig", "_subject", None),
        ("subjects.txt", "subjects", None),
        ("subject_line.txt", "subject_line", None),
        ("welcome.html", "welcome", None),
    ],
)
def test_a_name_says_whose_subject_a_file_is(name: str, bare: str, whose: str | None) -> None:
    assert bare_name(Path(name).name) == bare
    assert subject_of(name) == whose


@pytest.mark.parametrize(
    ("name", "plain"),
    [("a-text.html", True), ("a_txt.jinja", True), ("text.ejs", True), ("context.html", False), ("a.html", False)],
)
def test_a_name_says_that_a_text_is_plain(name: str, plain: bool) -> None:
    assert says_plain(name) is plain


@pytest.mark.parametrize(
    ("path", "text", "value", "raw"),
    [
        ("subject.txt", "\n  Your order \n", "Your order", "Your order"),
        ("subject.txt", " \n", "", ""),
        ("subject.txt", "{% if a %}\nA\n{% endif %}\n", "{% if a %}\nA\n{% endif %}", "{% if a %}\nA\n{% endif %}"),
        ("meta.json", r'{"Subject": "a \"b\"\n\u00e9\ud83d\ude00\ud83d/\/"}', 'a "b"\né😀\ufffd//', None),
        ("meta.json", '{"Subject": ""}', "", ""),
    ],
)
def test_a_subject_is_read_with_its_place(path: str, text: str, value: str, raw: str | None) -> None:
    field = subject(path, text)
    assert field.text == value
    if raw is not None:
        assert field.raw == raw
    for index, character in enumerate(value):
        start, end = field.map.span(Span(index, index + 1))
        assert text[start:end] == character or text[start] == "\\"
        assert field.map.exact(Span(index, index + 1)) == (end - start == 1)


def test_what_a_json_string_would_have_to_escape_is_not_put_into_it() -> None:
    quoted, plain = subject("meta.json", '{"Subject": "x"}'), subject("subject.txt", "x")
    assert [quoted.can_edit(Span(0, 1), text) for text in ("", "a é {{ b }}", '"', "\\", "\n", "\x00")] == [
        True,
        True,
        *[False] * 4,
    ]
    assert plain.can_edit(Span(0, 1), '"\\')


@pytest.mark.parametrize("text", ["", "{", "nul", "'x'", '{"Subject": "x",}', '{"Subject": "\t"}', 100_000 * "["])
def test_what_is_no_json_is_reported_with_its_place(text: str) -> None:
    with pytest.raises(SidecarError) as error:
        read_sidecar(Source.from_text("meta.json", text))
    assert 0 <= error.value.offset <= len(text)


@pytest.mark.parametrize("text", ["null", "3", '"Subject"', "[]", "{}", '{"Subject": 3}', '{"n": ' + 9999 * "1" + "}"])
def test_json_without_a_subject_states_none(text: str) -> None:
    assert read_sidecar(Source.from_text("meta.json", text)).fields == ()


@pytest.mark.parametrize(
    ("kind", "layout"), [('"Layout"', True), ('"Standard"', False), ("null", False), ("[]", False)]
)
def test_a_layout_says_that_it_is_one(kind: str, layout: bool) -> None:
    assert read_sidecar(Source.from_text("meta.json", f'{{"TemplateType": {kind}}}')).layout is layout


@pytest.mark.parametrize(
    "unit", ['"\\\\', '"a":1,', '"Subject":"x",', '\\"', "[{", '"Subject":{"Subject":"x"},', "\\u0041", '""']
)
def test_long_json_costs_its_length(unit: str) -> None:
    started = time.process_time()
    for text in (
        f'{{"Subject": "x", {100_000 * unit}',
        f'{{{100_000 * unit}"Subject": "x"}}',
        f'{{"Subject": "{unit * 100_000}"}}',
    ):
        try:
            read_sidecar(Source.from_text("meta.json", text))
        except SidecarError:
            continue
    assert time.process_time() - started < 10


def test_a_folder_of_many_files_costs_their_number(tmp_path: Path) -> None:
    names = [
        f"{kind}{number}{end}" for number in range(5000) for kind, end in (("a", "_subject.txt"), ("b", "_body.html"))
    ]
    started = time.process_time()
    folder = Folder(str(tmp_path), FileAccess([str(tmp_path)]), [*names, "subject.txt", "-" + 200 * "_body" + ".html"])
    assert folder.message(str(tmp_path / "b7_body.html")) == (str(tmp_path / "b7_body.html"),)
    assert time.process_time() - started < 10
