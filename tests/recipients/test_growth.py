"""No list makes work grow faster than its length, nor memory grow with it, whatever is in its rows."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Mapping
from pathlib import Path

import pytest

from maillint.errors import LintError
from maillint.recipients.layout import Wishes, find_layout
from maillint.recipients.read import ListReader
from tests.recipients.lists import lint, write

WISHES = Wishes(format="csv", delimiter=",", header=True, column="email")
HEAD = "email,name\na@acme.example,x\n"

SHAPES: Mapping[str, str] = {
    "plain rows": "a{n}@acme{n}.example,x\n",
    "blank lines": "\n",
    "quotation marks": '"',
    "a quotation mark a line": '"\n',
    "an open one a line": 'a@b.example,"\n',
    "open ones, closed late": 'a@b.example,"x\nc@d.example,y\ne@f.example,z\n',
    "open ones that open and close": 'a@b.example,x"y,"z\n',
    "names of columns": "email,",
    "commas": ",",
    "rows of commas": ",,,,,,,,,,,,,,,\n",
    "at signs": "@@@@@@@@@@@@@@@@,x\n",
    "addresses in a cell": "a@b.example c@d.example e@f.example,x\n",
    "dots": "a.......................@b,x\n",
    "invisible characters": "\u200b\u200b\u200b\u200b@\u200b,x\n",
    "odd addresses": "ü{n}@ü{n}.example,x\n",
    "formulas": "a@b.example,=A(=A(=A(=A(=A(\n",
    "formulas of their own": "a@b.example,=F{n}(x)\n",
    "signs of formulas": "a@b.example,=+-@=+-@=+-@|'|'|'!\n",
    "merge tags": "a@b.example,{{{{ x{n} }}}}\n",
    "signs of merge tags": "a@b.example,{{{{{{{{{{%{{%*|*|%%%%${{\n",
    "slips": "a@gmial.com,x\n",
    "fault after fault": "a{n},x,y\n",
    "returns": "\r",
}  # fmt: skip


def text_of(shape: str, size: int) -> str:
    piece = SHAPES[shape]
    if "{n}" in piece:
        return HEAD + "".join(piece.format(n=number) for number in range(size // len(piece)))
    return HEAD + piece.replace("{{", "{") * (size // len(piece))


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_time_grows_as_the_list_does(tmp_path: Path, shape: str) -> None:
    def seconds(size: int) -> float:
        file = write(tmp_path, text_of(shape, size), f"{size}.csv")
        start = time.process_time()
        try:
            lint(file, wishes=WISHES, split=str(tmp_path / f"sorted{size}"))
        except LintError as error:
            assert "longer than" in str(error)
        return time.process_time() - start

    seconds(20_000)  # what is loaded once
    large = seconds(400_000)
    if large > 0.5:
        assert large < 14 * seconds(50_000)


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["blank lines", "open ones, closed late", "rows of commas", "formulas", "slips"])
def test_memory_does_not_grow_with_the_list(tmp_path: Path, shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With pieces of 20 KB in the place of a megabyte, so that the lists may be small."""
    for name in ("read._PIECE", "opening._CHUNK", "layout._SAMPLE_SIZE"):
        monkeypatch.setattr(f"maillint.recipients.{name}", 20_000)

    def peak(size: int) -> int:
        file = write(tmp_path, text_of(shape, size), f"{size}.csv")
        tracemalloc.start()
        try:
            lint(file, wishes=WISHES)
        except LintError as error:
            assert "longer than" in str(error)
        finally:
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return most

    peak(20_000)
    assert peak(300_000) < 1.2 * peak(100_000)


def test_a_quotation_mark_spoils_its_own_line_after_many_others_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once much was read again, a row has few lines; all others are read as before."""
    monkeypatch.setattr("maillint.recipients.read._MOST_AGAIN", 1_000)
    head = "email,name\n" + 'a@b.example,x"y,"z\n' * 60
    rows = "".join(f'c{number}@d.example,"two\nlines"\ne{number}@f.example,x\n' for number in range(20))
    file = write(tmp_path, f'{head}g@h.example,"\n{rows}', "a.csv")
    reader = ListReader(file, find_layout(file, WISHES))
    read = [cells for batch in reader.batches() for cells in batch.cells if cells]
    pairs = ((f"c{number}@d.example", f"e{number}@f.example") for number in range(1, 20))
    assert read[-38:] == [row for one, other in pairs for row in ([one, "two\nlines"], [other, "x"])]


def test_a_row_of_json_has_no_more_cells_than_its_line_or_the_names(tmp_path: Path) -> None:
    wide = ",".join(f'"k{number}": "x"' for number in range(5_000))
    text = f'{{{wide}, "email": "a@b.example"}}\n' + '{"email": "a@b.example"}\n' * 50 + "{}\n" * 50
    file = write(tmp_path, text, "a.jsonl")
    reader = ListReader(file, find_layout(file, Wishes()))
    [batch] = reader.batches()
    assert [address.fault for address in batch.addresses] == [""] * 51 + ["no-address"] * 50
    assert len(batch.cells[0]) == 5_001
    assert max(map(len, batch.cells[1:51])) == 501
    assert not any(batch.cells[51:])
