"""What is said of a whole list, and the files that its rows are sorted into."""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillint.errors import LintError
from maillint.network.replay import ReplayResolver
from maillint.network.resolver import DnsResolver
from maillint.recipients.layout import Wishes
from maillint.recipients.read import BATCH_ROWS
from maillint.recipients.repeats import RepeatsInMemory, RepeatsOnDisk, TooManyError
from tests.dns_server import DnsServer
from tests.recipients.lists import batches, facts, lint, rows_by_rule, write

LIST = """\
email,name,Signup Date
ada@acme.example,Ada,2026-01-02
Ada@ACME.example,Ada L.,2026-01-03
grace@gmial.com,Grace,2026-01-04
joan@mailinator.com,Joan,2026-01-05

info@acme.example,"=HYPERLINK(""https://evil.example"")",2026-01-06
mary@@acme.example,Mary,2026-01-07
ann@acme.example,{{ name }},2026-01-08
betty@acme.example,"Betty
S.",2026-01-09
"""


def test_a_list(tmp_path: Path) -> None:
    report = lint(write(tmp_path, LIST))
    assert rows_by_rule(report) == {
        "address-syntax": 1,
        "disposable-domain": 1,
        "duplicate-address": 1,
        "formula-injection": 1,
        "merge-tag-injection": 1,
        "role-account": 1,
        "typo-domain": 1,
    }
    found = facts(report)
    assert (found["rows"], found["blank"], found["clean"], found["doubtful"]) == (8, 1, 2, 6)
    assert found["domains"][0] == {"domain": "acme.example", "rows": 5, "doubtful": 3}
    assert [(finding.line, finding.column, LIST[finding.start : finding.end]) for finding in report.findings] == [
        (3, 1, "Ada@ACME.example"),
        (4, 1, "grace@gmial.com"),
        (5, 1, "joan@mailinator.com"),
        (7, 1, "info@acme.example"),
        (7, 20, '=HYPERLINK(""https://evil.example"")'),
        (8, 1, "mary@@acme.example"),
        (9, 18, "{{ name }}"),
    ]


@pytest.mark.parametrize("show", [False, True])
def test_people_are_shown_only_on_request(tmp_path: Path, show: bool) -> None:
    report = lint(write(tmp_path, LIST), show_addresses=show)
    text = repr([(finding.message, finding.evidence) for finding in report.findings])
    assert ("joan@mailinator.com" in text) is show
    assert ("xxxx@mailinator.com" in text) is not show
    assert ("Grace" in text) is False


def test_equal_faults_are_one_finding_with_their_number(tmp_path: Path) -> None:
    rows = "".join(f"u{number}@gmial.com\nu{number}\n" for number in range(3 * BATCH_ROWS))
    report = lint(write(tmp_path, f"x@hotmail.con\n{rows}"))
    messages = {finding.message: finding.evidence["rows"] for finding in report.findings}
    assert messages == {
        "hotmail.con: typo for hotmail.com (line 1)": 1,
        "gmial.com: typo for gmail.com (lines 2, 4, 6, 8, 10 and 24,571 more)": 3 * BATCH_ROWS,
        "no @ in the address (lines 3, 5, 7, 9, 11 and 24,571 more)": 3 * BATCH_ROWS,
    }


def test_what_differs_within_a_finding_is_counted(tmp_path: Path) -> None:
    names = ["gmai.com"] * 3 + ["gmial.com", "gmil.com", "gmal.com", "gnail.com", "gmail.con"]
    (finding,) = lint(write(tmp_path, "\n".join(f"u{number}@{name}" for number, name in enumerate(names)))).findings
    assert finding.message == (
        "gmai.com (3), gmial.com (1), gmil.com (1), gmal.com (1) and 2 more: typo for gmail.com "
        "(lines 1, 2, 3, 4, 5 and 3 more)"
    )
    assert finding.evidence["details"] == Counter(names)


def test_many_causes_of_a_rule_are_summed_up(tmp_path: Path) -> None:
    rows = "".join(f'u{number}@acme.example,"{{{{ a{number} }}}}"\n' for number in range(50))
    findings = lint(write(tmp_path, f"email,name\n{rows}z@acme.example,{{{{ a7 }}}}\n")).findings
    tags = [finding for finding in findings if finding.rule == "recipients/merge-tag-injection"]
    assert len(tags) == 20
    (first,) = [finding for finding in tags if finding.evidence["tag"] == "{{ a7 }}"]
    assert first.message.endswith("(lines 9 and 52)")
    assert sum(finding.message.endswith("(and 30 more rows of this rule)") for finding in tags) == 1


def test_rows_of_causes_beyond_the_bound_are_doubtful_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maillint.engine.recipients._MOST_CAUSES", 30)
    rows = "".join(f"u{number}@acme.example,{{{{ a{number} }}}}\n" for number in range(50))
    report = lint(write(tmp_path, f"email,name\n{rows}"))
    assert (facts(report)["doubtful"], rows_by_rule(report)) == (50, {"merge-tag-injection": 50})
    assert sum(finding.message.endswith("(and 30 more rows of this rule)") for finding in report.findings) == 1


# -- duplicates

MAILBOXES = st.lists(st.sampled_from("abcdefgh").map(lambda letter: f"{letter}@acme.example"), max_size=60)


@given(MAILBOXES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_duckdb_finds_what_memory_finds(tmp_path: Path, mailboxes: list[str]) -> None:
    file = write(tmp_path, "email\nx,y\n" + "".join(f"{mailbox}\n\n" for mailbox in mailboxes))
    (batch,) = batches(file, format="txt")
    folder = tmp_path / "engine"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    disk = RepeatsOnDisk(str(folder))
    disk.take(batch)
    disk.sort()
    assert disk.of(batch) == RepeatsInMemory().of(batch)


def test_a_list_beyond_the_bound_is_sorted_out_on_disk(tmp_path: Path) -> None:
    rows = [f"u{number % 9_000}@acme.example" for number in range(3 * BATCH_ROWS)]
    file = write(tmp_path, "\n".join(rows))
    with pytest.raises(TooManyError):
        [RepeatsInMemory(5_000).of(batch) for batch in batches(file)]
    one, other = lint(file), lint(file, most_in_memory=5_000)
    assert one == other
    assert rows_by_rule(one)["duplicate-address"] == len(rows) - 9_000


def test_without_duckdb_one_line_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maillint.recipients.repeats.find_spec", lambda name: None)
    file = write(tmp_path, "a@acme.example\nb@acme.example\nc@acme.example\n")
    with pytest.raises(LintError, match=r"list\.csv: more than 2 addresses: .*pip install 'maillint\[lists\]'"):
        lint(file, most_in_memory=2)


# -- suppression

SUPPRESSED = [
    ("ADA@acme.example\n", [0]),
    ("email,reason\njoan@shop.example,bounce\nada@acme.example,complaint\n", [0, 2]),
    ("shop.example\n", [2, 3]),
    ("@shop.example\n", [2, 3]),
    ("*.shop.example\n", [2, 3]),
    ("# who left\nadalovelace@gmail.com\n", [1]),
    ("3c8a4e0e9d0a2a7a8a6ff0b5f8d5c7d8\n", []),
    ("d1d73f7ca9f0f2f3d6f0a5ca8b3d9b9f0b1cf1a4f4b1e6b0d5f5c9e1c7b2a3d4\n", []),
]


@pytest.mark.parametrize(("entries", "rows"), SUPPRESSED)
def test_suppression_lists(tmp_path: Path, entries: str, rows: list[int]) -> None:
    suppress = write(tmp_path, entries, "suppress.txt")
    file = write(
        tmp_path,
        "ada@acme.example\nAda.Lovelace@gmail.com\njoan@shop.example\nmary@eu.shop.example\nx@workshop.example\n",
    )
    report = lint(file, suppress=(suppress.name,))
    assert rows_by_rule(report).get("suppressed-address", 0) == len(rows)
    suppressed = [each.evidence["lines"] for each in report.findings if each.rule == "recipients/suppressed-address"]
    assert suppressed == ([[row + 1 for row in rows]] if rows else [])


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256"])
def test_digests_of_addresses_are_suppressed(tmp_path: Path, name: str) -> None:
    import hashlib

    digest = hashlib.new(name, b"ada@acme.example").hexdigest().upper()
    suppress = write(tmp_path, f"{digest}\n", "suppress.txt")
    file = write(tmp_path, "Ada@acme.example\ngrace@acme.example\n")
    assert rows_by_rule(lint(file, suppress=(suppress.name,)))["suppressed-address"] == 1


def test_a_suppression_list_without_any_entry_is_an_error(tmp_path: Path) -> None:
    suppress = write(tmp_path, "hello\nthere\n", "suppress.txt")
    with pytest.raises(LintError, match=r"suppress\.txt: no address, domain or digest found"):
        lint(write(tmp_path, LIST), suppress=(suppress.name,))


# -- the DNS

ZONE: dict[str, Any] = {
    "acme.example MX": ["10 mx.acme.example"],
    "mx.acme.example A": ["198.51.100.25"],
    "null.example MX": ["0 ."],
    "broken.example MX": "servfail",
}


def test_each_domain_is_asked_about_once(tmp_path: Path) -> None:
    people = [f"u{number}@{name}" for number in range(3) for name in ("acme.example", "ACME.example", "null.example")]
    file = write(tmp_path, "\n".join([*people, "x@gone.example", "y@broken.example", "z@gmial.com"]))
    with DnsServer(ZONE) as server:
        report = lint(file, resolver=DnsResolver(server.address, 1, sceptical=False))
        for name, kind in (("acme.example", "MX"), ("mx.acme.example", "A"), ("null.example", "MX")):
            assert server.lookups(name, kind) == 1
        assert server.lookups("gone.example", "A") == 0
    messages = [finding.message for finding in report.findings if finding.rule == "recipients/dead-domain"]
    assert messages == [
        "null.example: accepts no mail (null MX) (lines 3, 6 and 9)",
        "gone.example (1), gmial.com (perhaps gmail.com) (1): no such domain (lines 10 and 12)",
    ]
    assert [unknown.rule for unknown in report.unknown] == ["recipients/dead-domain"]
    assert "typo-domain" not in rows_by_rule(report)


def test_without_the_dns_nothing_is_said_of_dead_domains(tmp_path: Path) -> None:
    report = lint(write(tmp_path, "x@gone.example\n"))
    assert (report.findings, report.unknown) == ((), ())
    assert facts(report)["dns"] is False


def test_a_slow_server_costs_its_delay_about_once(tmp_path: Path) -> None:
    import time

    zone = {f"d{number}.example MX": "timeout" for number in range(60)} | {"d0.example MX": ["0 ."]}
    file = write(tmp_path, "\n".join(f"a@d{number}.example" for number in range(60)))
    with DnsServer(zone) as server:
        start = time.monotonic()
        lint(file, resolver=DnsResolver(server.address, 0.5, sceptical=False))
        assert time.monotonic() - start < 10  # one after the other they take 30


# -- split

SPLITS = [
    (LIST.encode(), "l.csv"),
    (LIST.replace("\n", "\r\n").encode("utf-8-sig"), "l.csv"),
    (LIST.encode("utf-16"), "l.csv"),
    (LIST.replace("Ada L.", "Адель").encode("windows-1251"), "l.csv"),
    (LIST.replace("Ada L.", "Ad\xff\udc80").encode("utf-8", "surrogateescape"), "l.csv"),
    (LIST.rstrip("\n").encode(), "l.csv"),
    (b"sep=;\n" + LIST.replace(",", ";").encode(), "l.csv"),
    (b'{"email": "ada@acme.example"}\n{"email": "x"}\n{"email": "ada@acme.example", \n', "l.jsonl"),
    (b"ada@acme.example\n# x\ngrace@gmial.com\n\nx", "l.txt"),
    (b"email,name\n", "l.csv"),
]


@pytest.mark.parametrize(("data", "name"), SPLITS, ids=range(len(SPLITS)))
@pytest.mark.parametrize("zipped", [False, True])
def test_every_row_goes_into_one_file_with_its_bytes(tmp_path: Path, data: bytes, name: str, zipped: bool) -> None:
    file = write(tmp_path, gzip.compress(data) if zipped else data, f"{name}.gz" if zipped else name)
    report = lint(file, split=str(tmp_path / "sorted"))
    clean, doubtful = (read_rows(tmp_path / "sorted", part, zipped) for part in ("clean", "doubtful"))
    assert rows_of(data, name, clean, doubtful)
    reasons = list(csv.reader((tmp_path / "sorted/reasons.csv").read_text().splitlines()))[1:]
    assert len(reasons) == facts(report)["doubtful"]
    assert {rule.partition("/")[0] for _, rules in reasons for rule in rules.split()} <= {"recipients"}


def read_rows(folder: Path, part: str, zipped: bool) -> bytes:
    (path,) = folder.glob(f"{part}.*")
    data = path.read_bytes()
    return gzip.decompress(data) if zipped else data


def rows_of(data: bytes, name: str, clean: bytes, doubtful: bytes) -> bool:
    """Whether two files have the same lines as one, with what stands before the rows in both, blank ones aside."""
    width = 2 if data.startswith((b"\xff\xfe", b"\xfe\xff")) else 1
    codec = "utf-16" if width == 2 else "latin-1"
    whole, one, other = (text.decode(codec).split("\n") for text in (data, clean, doubtful))
    head = 2 if name.endswith("csv") and whole[0].startswith("sep=") else 1 if name.endswith("csv") else 0
    assert one[:head] == other[:head] == whole[:head]
    kept = [line.strip("\r") for line in whole[head:] if line.strip() and not line.startswith("#")]
    found = [line.strip("\r") for line in (*one[head:], *other[head:]) if line.strip()]
    assert Counter(found) == Counter(kept)
    return True


WISHES = Wishes(format="csv", delimiter=",", header=True, column="email")
PIECES = [
    *("a@acme.example", "b@gmial.com", "x", ",", ",", "\n", "\n", "\r\n", "\r", '"', "name", "\0", "é", ";", "\u2028"),
    *("\x85", "\x0b", "\x1c", "{{ x }}", "=A1+B1", " ", "#"),
]


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=40).map("".join), st.sampled_from(["utf-8", "cp1252"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
def test_no_row_is_lost_whatever_is_in_it(tmp_path: Path, text: str, codec: str) -> None:
    data = f"email,name\n{text}".encode(codec, "replace")
    file = write(tmp_path, data)
    out = tmp_path / "sorted"
    for old in out.glob("*"):
        old.unlink()
    try:
        report = lint(file, split=str(out), wishes=WISHES)
    except LintError:
        assert not out.exists() or not list(out.iterdir())
        return
    found = facts(report)
    assert found["rows"] == found["clean"] + found["doubtful"]
    clean, doubtful = (read_rows(out, part, False) for part in ("clean", "doubtful"))
    head = b"email,name\n"
    assert clean.startswith(head)
    assert doubtful.startswith(head)
    lines = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")
    rows = Counter(lines.findall(clean[len(head) :]) + lines.findall(doubtful[len(head) :]))
    kept = Counter(lines.findall(data[len(head) :]))
    assert {line: count for line, count in rows.items() if line.strip()} == {
        line: count for line, count in kept.items() if line.strip()
    }


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    file = write(tmp_path, LIST)
    (tmp_path / "sorted").mkdir()
    lint(file, split=str(tmp_path / "sorted"))
    before = {path: path.read_bytes() for path in (tmp_path / "sorted").iterdir()}
    assert len(before) == 3
    with pytest.raises(LintError, match="sorted already exists; nothing written"):
        lint(file, split=str(tmp_path / "sorted"))
    with pytest.raises(LintError, match="there is no folder"):
        lint(file, split=str(tmp_path / "gone/sorted"))
    assert {path: path.read_bytes() for path in (tmp_path / "sorted").iterdir()} == before


def test_an_error_in_the_middle_leaves_no_folder(tmp_path: Path) -> None:
    rows = "ada@acme.example\n" * 3 * BATCH_ROWS
    file = write(tmp_path, (rows + "x" * 1_100_000).encode())
    with pytest.raises(LintError, match="a line is longer"):
        lint(file, split=str(tmp_path / "sorted"))
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]


def test_dead_addresses_are_doubtful(tmp_path: Path) -> None:
    file = write(tmp_path, "a@gone.example\nb@acme.example\n", "list.txt")
    lint(file, split=str(tmp_path / "sorted"), resolver=ReplayResolver(ZONE))
    assert (tmp_path / "sorted/clean.txt").read_text() == "b@acme.example\n"
    assert (tmp_path / "sorted/reasons.csv").read_text() == "line,rules\n1,recipients/dead-domain\n"


def test_progress_ends_where_nothing_is_left(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int | None]] = []
    rows = "".join(f"u{number}@acme.example\n" for number in range(2 * BATCH_ROWS))
    lint(write(tmp_path, rows), resolver=ReplayResolver(ZONE), progress=lambda *step: seen.append(step))
    count = 2 * BATCH_ROWS
    assert seen == [("domains", 1, 1), ("rows", BATCH_ROWS, None), ("rows", count, None), ("rows", count, count)]
