"""Lists of all formats and encodings: how they are laid out, their rows, and what is wrong with these."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from maillint.errors import LintError
from maillint.recipients.layout import Wishes, delimiter_of, find_layout
from maillint.recipients.read import BATCH_ROWS
from tests.recipients.lists import addresses, batches, write

ADA = ["ada@acme.example", "grace@acme.example"]
ROWS = "ada@acme.example,Ada\ngrace@acme.example,Grace\n"

# -- formats, delimiters, headers and columns

LAYOUTS = [
    ("l.csv", "email,name\n" + ROWS, "csv , email"),
    ("l.csv", ROWS, "csv , 1"),
    ("l.csv", "Name;E-Mail\nAda;ada@acme.example\nGrace;grace@acme.example\n", "csv ; E-Mail"),
    ("l.csv", "name|email\nAda|ada@acme.example\nGrace|grace@acme.example\n", "csv | email"),
    ("l.tsv", "name\temail\nAda\tada@acme.example\nGrace\tgrace@acme.example\n", "tsv \t email"),
    ("l", "name\temail\nAda\tada@acme.example\nGrace\tgrace@acme.example\n", "csv \t email"),
    ("l.csv", "sep=;\nemail;name\nada@acme.example;Ada\ngrace@acme.example;Grace, B\n", "csv ; email"),
    ("l.txt", "ada@acme.example\ngrace@acme.example\n", "txt  1"),
    ("l.txt", "# who\n\nada@acme.example\n\n# more\ngrace@acme.example,\n", "txt  1"),
    ("l.csv", "email\nada@acme.example\ngrace@acme.example\n", "csv , email"),
    ("l.csv", '"email"\n"ada@acme.example"\n"grace@acme.example"\n', "csv , email"),
    ("l.txt", '"ada@acme.example"\n"grace@acme.example",\n', "txt  1"),
    ("l", "email\nada@acme.example\ngrace@acme.example\n", "txt  email"),
    ("l.csv", "email\r\nada@acme.example\r\ngrace@acme.example\r\n", "csv , email"),
    ("l.csv", "email,name\rada@acme.example,Ada\rgrace@acme.example,Grace\r", "csv , email"),
    (
        "l.csv",
        '"name","email"\n"Lovelace, Ada","ada@acme.example"\n"Grace\n""H""","grace@acme.example"\n',
        "csv , email",
    ),
    ("l.csv", "manager,почта\nx@y.example,ada@acme.example\n,grace@acme.example\n", "csv , почта"),
    ("l.csv", "a,b\nAda,ada@acme.example\nGrace,grace@acme.example\n", "csv , b"),
    ("l.csv", "email,email 2\n,ada@acme.example\n,grace@acme.example\n", "csv , email 2"),
    ("l.jsonl", '{"email": "ada@acme.example"}\n\n{"name": "G", "email": "grace@acme.example"}\n', "jsonl  email"),
    ("l", '{"user": {"email": "ada@acme.example"}}\n{"user": {"email": "grace@acme.example"}}\n', "jsonl  user.email"),
    ("l.ndjson", '"ada@acme.example"\n"grace@acme.example"\n', "jsonl  "),
]


@pytest.mark.parametrize(("name", "text", "layout"), LAYOUTS)
def test_layouts(tmp_path: Path, name: str, text: str, layout: str) -> None:
    file = write(tmp_path, text, name)
    found = find_layout(file, Wishes())
    assert f"{found.format} {found.delimiter} {found.column}" == layout
    assert addresses(file) == ADA


WISHES = [
    ({"column": "work"}, ["grace@acme.example"]),
    ({"column": "WORK "}, ["grace@acme.example"]),
    ({"column": "3"}, ["grace@acme.example"]),
    ({"column": "email"}, ["ada@acme.example"]),
    ({"header": False}, ["no-at", "ada@acme.example"]),
    ({"format": "txt"}, ["no-at", "several"]),
]


@pytest.mark.parametrize(("wishes", "found"), WISHES)
def test_what_a_user_says_counts(tmp_path: Path, wishes: dict[str, object], found: list[str]) -> None:
    file = write(tmp_path, "email,name,work\nada@acme.example,Ada,grace@acme.example\n")
    assert addresses(file, **wishes) == found


@pytest.mark.parametrize(("text", "delimiter"), [("comma", ","), ("TAB", "\t"), ("\\t", "\t"), ("~", "~")])
def test_delimiters_by_name(text: str, delimiter: str) -> None:
    assert delimiter_of(text) == delimiter


@pytest.mark.parametrize("text", ["", "ab", '"', "\n", "@"])
def test_what_is_no_delimiter(text: str) -> None:
    with pytest.raises(LintError, match="--delimiter"):
        delimiter_of(text)


# -- encodings

CYRILLIC = "почта,имя\nada@acme.example,Ада Лавлейс\ngrace@acme.example,Грейс Хоппер\n"
WESTERN = "email,name\nada@acme.example,Adèle Müller\ngrace@acme.example,José\n"
ENCODINGS = [
    (CYRILLIC, "utf-8", b"", "utf-8"),
    (CYRILLIC, "utf-8", b"\xef\xbb\xbf", "utf-8"),
    (CYRILLIC, "utf-16-le", b"\xff\xfe", "utf-16-le"),
    (CYRILLIC, "utf-16-be", b"\xfe\xff", "utf-16-be"),
    (WESTERN, "utf-16-le", b"", "utf-16-le"),
    (WESTERN, "utf-16-be", b"", "utf-16-be"),
    (CYRILLIC, "windows-1251", b"", "windows-1251"),
    (WESTERN, "windows-1252", b"", "windows-1252"),
    ("email,name\n" + ROWS * 40_000 + "ada@acme.example,Адa\n", "utf-8", b"", "utf-8"),
    ("email,name\n" + ROWS * 40_000 + "ada@acme.example,José\n", "windows-1252", b"", "windows-1252"),
]


@pytest.mark.parametrize(("text", "codec", "bom", "encoding"), ENCODINGS, ids=lambda value: str(value)[:12])
@pytest.mark.parametrize("zipped", [False, True])
def test_encodings(tmp_path: Path, text: str, codec: str, bom: bytes, encoding: str, zipped: bool) -> None:
    data = bom + text.encode(codec)
    file = write(tmp_path, gzip.compress(data, 1) if zipped else data, "l.csv.gz" if zipped else "l.csv")
    layout = find_layout(file, Wishes())
    assert (layout.encoding.codec, layout.encoding.bom) == (encoding, bom)
    assert "".join(row for batch in batches(file) for row in batch.texts) == text.partition("\n")[2]
    assert addresses(file)[:2] == ADA


def test_an_encoding_that_a_user_names(tmp_path: Path) -> None:
    file = write(tmp_path, CYRILLIC.encode("koi8-r"))
    assert find_layout(file, Wishes(encoding="koi8-r")).column == "почта"


# -- what cannot be read: one clear line

WRONG: list[tuple[bytes, str, str]] = [
    (b"", "l.csv", "the file is empty"),
    (b"\n \n", "l.csv", "the file has no rows"),
    (b"PK\x03\x04....", "l.csv", "a spreadsheet or another ZIP archive, not a list; save it as CSV"),
    (b"%PDF-1.7", "l.csv", "a PDF, not a list"),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1", "l.csv", "binary data, not a list"),
    (b"<!DOCTYPE html><p>", "l.csv", "an HTML or XML page, not a list"),
    (b'[{"email": "a@b.example"}]', "l.json", "a JSON array, not a list; write one object a line"),
    (b"a,b\n1,2\n3,4\n", "l.csv", r"no column of addresses found \(columns: a, b\); name it with --column"),
    (b"just\nwords\n", "l.txt", "no address found; is this a list of recipients"),
    (b'{"a": 1}\n', "l.jsonl", "no line is a JSON object"),
    (b'{"a": "b"}\n', "l.jsonl", r"no address found \(keys: a\)"),
    (b"a@b.example,c@d.example,e@f.example\n", "l.txt", "the first line contains 3 addresses; write one a line"),
    (b"a@b.example," + b"x" * 1_100_000 + b"\n", "l.csv", "a line is longer than 1,000,000 bytes"),
    (b"\xff\xfe\0\0a\0\0\0", "l.csv", "UTF-32; save it as UTF-8"),
    (gzip.compress(ROWS.encode() * 9_000)[:-900], "l.csv.gz", "damaged: it ends in the middle"),
    ("email\nada@acme.example\n".encode("utf-16")[:-1], "l.csv", "not utf-16-le"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "name", "line"), WRONG, ids=[line[:24] for _, _, line in WRONG])
def test_what_cannot_be_read(tmp_path: Path, data: bytes, name: str, line: str) -> None:
    with pytest.raises(LintError, match=rf"{name}: .*{line}"):
        list(batches(write(tmp_path, data, name)))


def test_a_column_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LintError, match=r'no column "mail" \(columns: email, name\)'):
        find_layout(write(tmp_path, "email,name\n" + ROWS), Wishes(column="mail"))
    with pytest.raises(LintError, match="no such file"):
        write(tmp_path, "").__class__(str(tmp_path / "gone.csv"))


def test_a_list_that_changes_between_two_readings_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, "email,name\n" + ROWS)
    (tmp_path / "list.csv").write_text("email,name\n")
    with pytest.raises(LintError, match="changed while it was read"):
        find_layout(file, Wishes())


# -- rows

FAULTS = [
    ("a@b.example,1\nc@d.example,1,2\n", {1: "more-cells"}),
    ("a@b.example,1\nc@d.example,1,,\n", {}),
    ("a@b.example,1\nc@d.example\nx@y.example,2\n", {1: "fewer-cells"}),
    ('a@b.example,"1\n2"\nc@d.example,3\n', {}),
    ('a@b.example,"1\nc@d.example,2\ne@f.example,3\n', {0: "open-quote"}),
    ('a@b.example,"1\nc@d.example,2\ne@f.example,"3\ng@h.example,4\n', {0: "open-quote", 2: "open-quote"}),
    ('a@b.example,"1,2\nc@d.example,2\ne@f.example,3\ng@h.example,"4"\n', {0: "open-quote"}),
    ("a@b.example,1\nc@d.example,\0\n", {1: "nul"}),
    (f"a@b.example,1\nc@d.example,{'x' * 140_000}\ne@f.example,2\n", {1: "long-cell"}),
    (f'a@b.example,1\nc@d.example,"{"x" * 140_000}"\ne@f.example,2\n', {1: "long-cell"}),
    ('a@b.example,"' + "x\n" * 100_000 + "c@d.example,2\n", None),
]


@pytest.mark.parametrize(("rows", "faults"), FAULTS, ids=[str(faults) + str(n) for n, (_, faults) in enumerate(FAULTS)])
def test_rows_with_faults(tmp_path: Path, rows: str, faults: dict[int, str] | None) -> None:
    file = write(tmp_path, "email,n\n" + rows)
    read = list(batches(file))
    assert "".join(text for batch in read for text in batch.texts) == rows
    if faults is not None:
        assert read[0].row_faults == faults
        assert len(read[0]) == len(faults) + sum(
            not address.fault for i, address in enumerate(read[0].addresses) if i not in faults
        )
    else:
        assert read[0].row_faults[0] == "open-quote"
        assert read[-1].row_faults.get(len(read[-1]) - 1) is None


def test_bytes_that_are_not_of_the_encoding_spoil_their_rows_only(tmp_path: Path) -> None:
    rows = "ada@acme.example,Адa\n".encode() * 20
    (batch,) = batches(write(tmp_path, b"email,name\n" + rows + b"grace@acme.example,\xff\n"))
    assert batch.row_faults == {20: "undecodable"}
    assert batch.addresses[20].domain == "acme.example"


def test_broken_objects(tmp_path: Path) -> None:
    lines = ['{"email": "a@b.example"}', '{"email": ', "[]", "3", '{"name": "x"}', '{"email": 3}', "[" * 100_000]
    (batch,) = batches(write(tmp_path, "\n".join(lines), "l.jsonl"))
    assert batch.row_faults == {1: "not-json", 2: "not-json", 3: "not-json", 6: "not-json"}
    assert [address.fault for address in batch.addresses[4:6]] == ["no-address", "no-address"]


def test_batches_know_where_they_stand(tmp_path: Path) -> None:
    rows = [f"u{number}@acme.example,{number}\n" for number in range(2 * BATCH_ROWS + 5)]
    rows[BATCH_ROWS - 1] = 'x@acme.example,"over\ntwo lines"\n'
    rows[5:6] = ["\n", "\n", rows[5]]
    text = "email,n\n" + "".join(rows)
    rows[5:7] = []
    read = list(batches(write(tmp_path, text)))
    assert [batch.first for batch in read] == [True] + [False] * (len(read) - 1)
    for batch in read:
        for index in (0, len(batch) // 2, len(batch) - 1):
            assert text.startswith(batch.texts[index], batch.offset(index))
    assert [row for batch in read for row in batch.texts] == rows
    lines = [line for batch in read for line in batch.lines]
    assert lines[: BATCH_ROWS + 1] == [*range(2, 7), *range(9, BATCH_ROWS + 4), BATCH_ROWS + 5]


def test_a_list_with_a_header_only_has_one_empty_batch(tmp_path: Path) -> None:
    (batch,) = batches(write(tmp_path, "email,name\n"))
    assert (len(batch), batch.first) == (0, True)
