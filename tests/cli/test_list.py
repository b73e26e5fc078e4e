"""``maillint list`` as a user runs it."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from maillint import output
from tests.cli.command import maillint
from tests.dns_server import DnsServer

pytestmark = pytest.mark.slow

DOCS = Path(__file__).parents[2] / "docs"
LIST = "email,name,signup date\nada@acme.example,Ada,2026\ngrace@gmial.com,Grace,2026\njoan@@acme.example,Joan,2026\n"


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    (tmp_path / "list.csv").write_text(LIST)

    def command(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
        return maillint("list", *arguments, folder=tmp_path, **more)

    return command


def test_what_a_list_looks_like(run: Any) -> None:
    result = run("list.csv")
    assert result.stdout.startswith(
        "list.csv\n"
        "  read as    csv, utf-8, comma, header\n"
        "  addresses  column email\n"
        "  rows       3\n"
        "  clean      1 (33.3%)\n"
        "  doubtful   2 (66.7%)\n"
        "  domains    acme.example 1 (33.3%)\n"
        "             gmial.com 1 (33.3%), 1 doubtful\n"
        "\n"
        "  1  error    recipients/address-syntax\n"
        "  1  warning  recipients/typo-domain\n"
        "\n"
        "list.csv:3:1  warning  recipients/typo-domain\n"
        "gmial.com: typo for gmail.com (line 3)\n"
    )
    assert result.stdout.endswith("1 error, 1 warning in 1 file\n")
    assert (result.stderr, result.returncode) == ("", 1)
    assert "Grace" not in result.stdout
    assert "joan" not in result.stdout


STATUSES = [
    ((), 1),
    (("--fail-on", "never"), 0),
    (("--select", "recipients/typo-domain"), 0),
    (("--select", "recipients/typo-domain", "--fail-on", "warning"), 1),
    (("--ignore", "recipients/address-syntax"), 0),
    (("--select", "links"), 2),
    (("--select", "recipients/typo"), 2),
    (("--column", "mail"), 2),
    (("--delimiter", "::"), 2),
    (("--encoding", "klingon"), 2),
    (("--resolver", "192.0.2.1"), 2),
    (("--suppress", "gone.txt"), 2),
    (("--split", "gone/sorted"), 2),
]


@pytest.mark.parametrize(("arguments", "status"), STATUSES)
def test_statuses(run: Any, arguments: tuple[str, ...], status: int) -> None:
    result = run("list.csv", *arguments)
    assert result.returncode == status
    assert len(result.stderr.splitlines()) == (status == 2)
    assert (result.stdout == "") is (status == 2)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("gone.csv", "maillint: gone.csv: no such file or directory"),
        (".", "maillint: .: a folder; name one file"),
        ("empty.csv", "maillint: empty.csv: the file is empty"),
    ],
)
def test_errors_are_one_line(run: Any, tmp_path: Path, name: str, line: str) -> None:
    (tmp_path / "empty.csv").write_text("")
    result = run(name)
    assert (result.stdout, result.stderr, result.returncode) == ("", f"{line}\n", 2)


def test_json_keeps_to_the_schema(run: Any) -> None:
    result = run("list.csv", "-f", "json")
    document = json.loads(result.stdout)
    Draft202012Validator(json.loads((DOCS / "schema/report.schema.json").read_text())).validate(document)
    (file,) = document["files"]
    assert file["list"]["doubtful"] == 2
    assert file["kind"] == "csv"
    (typo, _) = file["findings"]
    assert typo["evidence"] == {
        "suggestion": "gmail.com",
        "rows": 1,
        "lines": [3],
        "details": {"gmial.com": 1},
        "examples": ["xxxxx@gmial.com"],
    }


@pytest.mark.parametrize("name", output.formats())
def test_every_format_shows_a_list(run: Any, name: str) -> None:
    result = run("list.csv", "-f", name)
    assert "recipients/typo-domain" in result.stdout
    assert (result.stderr, result.returncode) == ("", 1)


@pytest.mark.parametrize("data", [LIST.encode(), gzip.compress(LIST.encode())])
def test_standard_input(run: Any, tmp_path: Path, data: bytes) -> None:
    plain = run("list.csv", "-f", "concise", "--split", "one")
    piped = run("-", "-f", "concise", "--split", "other", stdin=data)
    assert piped.stdout == plain.stdout.replace("list.csv", "<stdin>")
    (clean,) = (tmp_path / "other").glob("clean.*")
    content = gzip.decompress(clean.read_bytes()) if clean.suffix == ".gz" else clean.read_bytes()
    assert content == (tmp_path / "one/clean.csv").read_bytes()


def test_settings_of_the_configuration_hold(run: Any, tmp_path: Path) -> None:
    (tmp_path / "maillint.yaml").write_text(
        "rules:\n  recipients/typo-domain: error\n  recipients/address-syntax: off\n"
        "  recipients/disposable-domain: {domains: [acme.example]}\n"
    )
    result = run("list.csv", "-f", "concise")
    assert [line.split()[1:3] for line in result.stdout.splitlines()[:-1]] == [
        ["warning", "recipients/disposable-domain"],
        ["error", "recipients/typo-domain"],
    ]


def test_the_profile_decides(run: Any, tmp_path: Path) -> None:
    (tmp_path / "roles.txt").write_text("info@acme.example\n")
    severities = {
        profile: [
            line.split()[1] for line in run("roles.txt", "-f", "concise", "--profile", profile).stdout.splitlines()[:-1]
        ]
        for profile in ("cold", "newsletter", "transactional")
    }
    assert severities == {"cold": ["info"], "newsletter": ["warning"], "transactional": []}


def test_the_dns_is_asked_on_request_only(run: Any, tmp_path: Path) -> None:
    (tmp_path / "dns.txt").write_text("a@acme.example\nb@gone.example\n")
    with DnsServer({"acme.example MX": ["10 mx.acme.example"], "mx.acme.example A": ["198.51.100.25"]}) as server:
        assert run("dns.txt", MAILLINT_RESOLVER=server.address).returncode == 0
        assert server.queries == []
        result = run("dns.txt", "--dns", "--resolver", server.address, "-f", "concise")
    assert result.stdout.splitlines()[0] == (
        "dns.txt:2:1: error recipients/dead-domain gone.example: no such domain (line 2)"
    )


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_killed_leaves_no_half_written_folder(tmp_path: Path, number: signal.Signals) -> None:
    with (tmp_path / "large.csv").open("w") as file:
        file.write("email,name\n")
        for start in range(0, 400_000, 1_000):
            file.write("".join(f"u{row}@acme{row % 50}.example,Name {row}\n" for row in range(start, start + 1_000)))
    command = [sys.executable, "-m", "maillint", "list", "large.csv", "--split", "sorted", "-f", "concise"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    end = time.monotonic() + 60
    while time.monotonic() < end and not any(path.stat().st_size for path in tmp_path.glob(".sorted.*/clean.csv")):
        time.sleep(0.005)
    assert process.poll() is None
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert not (tmp_path / "sorted").exists()
    if number != signal.SIGKILL:
        assert [path.name for path in tmp_path.iterdir()] == ["large.csv"]
    assert maillint("list", "large.csv", "--split", "sorted", "-f", "concise", folder=tmp_path).returncode == 0
    assert (tmp_path / "sorted/clean.csv").read_bytes() == (tmp_path / "large.csv").read_bytes()


def test_a_folder_is_private(run: Any, tmp_path: Path) -> None:
    assert run("list.csv", "--split", "sorted").returncode == 1
    assert (tmp_path / "sorted").stat().st_mode & 0o077 == 0


def test_a_list_controls_no_terminal(run: Any, tmp_path: Path) -> None:
    (tmp_path / "evil.csv").write_text(
        "e\x1b[2Jmail,::error::name\nada@acme.example,x\ngrace@\x1b]0;x\x07.example,{{ \x1b[1m\u202e }}\n"
    )
    for name in output.formats():
        result = run("evil.csv", "-f", name, "--show-addresses", "--column", "1")
        assert result.returncode == 1
        assert "\x1b" not in result.stdout
        assert "\u202e" not in result.stdout
        if name != "github":
            assert not any(line.lstrip().startswith("::") for line in result.stdout.splitlines())
