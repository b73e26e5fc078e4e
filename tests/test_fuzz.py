"""Each target of ``fuzz/`` on a few hundred inputs: its seeds, changed at random. The whole is ``python -m fuzz``."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.oracles import FaultError, same_twice, sound_reports, spans_within
from fuzz.seeds import tokens
from fuzz.targets import TARGETS
from maillint.finding import FileReport, Finding, Severity

ROOT = Path(__file__).parent.parent

short = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@cache
def pieces_of(name: str) -> Sequence[bytes]:
    return tokens(TARGETS[name].seeds())


@st.composite
def changed(draw: st.DrawFn, name: str) -> bytes:
    """A seed with pieces of it cut out or repeated, and others put in: of its kind, of other seeds, or any bytes."""
    seeds = TARGETS[name].seeds()
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(0, 6))):
        start, length = draw(st.integers(0, len(data))), draw(st.integers(0, 40))
        piece = draw(
            st.one_of(
                st.just(b""),
                st.sampled_from(pieces_of(name)),
                st.sampled_from(pieces_of(name)),
                st.binary(min_size=1, max_size=4),
                st.sampled_from(seeds).map(lambda other: other[:80]),
                st.just(data[start : start + length] * 3),
            )
        )
        data = data[:start] + piece + data[start + draw(st.sampled_from((0, length))) :]
    return data[:4096] + draw(st.binary(min_size=1, max_size=1))


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_breaks(name: str) -> None:
    run = TARGETS[name].run

    @short
    @given(changed(name))
    def check(data: bytes) -> None:
        run(data)

    check()


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_has_seeds_and_says_what_it_tries(name: str) -> None:
    assert len(TARGETS[name].seeds()) >= 50
    assert TARGETS[name].what.endswith(".")
    for data in (b"", b"\0", b"\xff\xfe\xfd", b"\n"):
        TARGETS[name].run(data)


# -- what fuzzing has found


FOUND = [
    ("html", b'<p/>@isset($a) a @endif @auth b @endauth @if<a href="https://mandrilla (p'),  # never ended
    (  # mended, it would be UTF-8
        "fix",
        b'<a hra href="http://acme/acme.examlepef="ht<a href="https://ac\xc2\xadme.exa'
        b'<a hr\xfbf="https://ac\xc2\xadme.example/&#8203;a">Atp://acme/ae',
    ),
    ("config", b"lists: {shorteners: { 1}}"),  # a key that is no text
    ("fix", b'<mj-text class="lead">Hello</m\xb2j-text>1'),  # mended, it has no byte left that tells its charset
]


@pytest.mark.parametrize(("name", "data"), FOUND)
def test_what_broke_once_breaks_no_more(name: str, data: bytes) -> None:
    TARGETS[name].run(data)


# -- the oracles can fail


def report(start: int, end: int, rule: str = "a/b") -> FileReport:
    found = Finding(rule, Severity.ERROR, "words", "a.html", start, end, 1, 1, 1, 1)
    return FileReport("a.html", "html", None, "general", True, None, (found,), (), "0123")


def test_oracles_tell_what_is_wrong() -> None:
    sound_reports([report(0, 4), report(4, 4)])
    for wrong in (report(0, 5), report(3, 2), report(-1, 0), report(0, 1, "internal-error")):
        with pytest.raises(FaultError):
            sound_reports([wrong])
    with pytest.raises(FaultError, match=r"2:9 lies outside 0:8"):
        spans_within([(2, 9)], 8, "a")
    numbers = iter(range(9))
    with pytest.raises(FaultError):
        same_twice(lambda: next(numbers))


# -- the command


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fuzz", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_one_input_can_be_tried_again(tmp_path: Path) -> None:
    (tmp_path / "input").write_bytes(b"https://acme.example/")
    assert command("links", "--input", str(tmp_path / "input")).returncode == 0
    assert "unknown target nothing (known: message" in command("nothing").stderr


@pytest.mark.slow
def test_fuzzing_tells_its_figures() -> None:
    pytest.importorskip("atheris", reason="atheris has no wheel for this system")
    done = command("dns", "--seconds", "3")
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("dns: ")
    figures = json.loads((ROOT / "build/fuzz/dns/figures.json").read_text(encoding="utf-8"))
    assert figures["inputs"] > 20
    assert figures["faults"] == []
