"""``maillint dns`` and ``check --dns`` as a user runs them, against a real DNS server on loopback."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from maillint.cli.dns import domain_name, envelope_sender, seconds, selector, sending_ip
from maillint.network.facts import Selector
from tests.cli.command import maillint
from tests.dns_server import DnsServer
from tests.files import write_files
from tests.linting import domain_rules

pytestmark = pytest.mark.slow

DOCS = Path(__file__).parents[2] / "docs"
KEY = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="


def sound(domain: str) -> dict[str, Any]:
    return {
        f"{domain} TXT": ["v=spf1 ip4:192.0.2.0/24 -all"],
        f"{domain} MX": [f"10 mx.{domain}"],
        f"mx.{domain} A": ["192.0.2.25"],
        f"_dmarc.{domain} TXT": [f"v=DMARC1; p=reject; rua=mailto:dmarc@{domain}"],
        f"s1._domainkey.{domain} TXT": [KEY],
    }


ZONE: dict[str, Any] = {
    **sound("fine.example"),
    **sound("slow.example"),
    **sound("broken.example"),
    **sound("shut.example"),
    "slow.example TXT": "timeout",
    "_dmarc.broken.example TXT": "servfail",
    "s1._domainkey.shut.example TXT": "refused",
    "bare.example A": ["192.0.2.1"],
    "two.example A": ["192.0.2.1"],
    "two.example TXT": ["v=spf1 -all", "v=spf1 a -all"],
    "_dmarc.two.example TXT": ["v=DMARC1; p=none; rua=mailto:dmarc@two.example"],
    "evil.example TXT": ["v=spf1 \x1b[2J\u202e -all"],
}
TIMEOUT = ("--timeout", "0.5")


@pytest.fixture(scope="module")
def server() -> Iterator[DnsServer]:
    with DnsServer(ZONE) as running:
        yield running


@pytest.fixture
def run(server: DnsServer, tmp_path: Path) -> Any:
    def command(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
        if arguments[0] == "dns" and "--select" not in arguments:
            arguments = (*arguments, "--select", ",".join(domain_rules()))
        return maillint(*arguments, "--resolver", server.address, folder=tmp_path, **more)

    return command


def rules(document: Any) -> list[list[str]]:
    return [[finding["rule"] for finding in domain["findings"]] for domain in document["domains"]]


@pytest.mark.parametrize(
    ("domain", "status", "findings", "unknown"),
    [
        ("fine.example", 0, [], set()),
        ("bare.example", 1, ["auth/dkim-missing", "auth/dmarc-missing", "auth/spf-missing"], set()),
        ("two.example", 1, ["auth/dkim-missing", "auth/spf-multiple", "auth/dmarc-policy-none"], set()),
        ("gone.example", 1, ["auth/domain-missing"], set()),
        ("slow.example", 0, [], {"slow.example TXT: timed out after 0.5 s"}),
        ("broken.example", 0, [], {"_dmarc.broken.example TXT: SERVFAIL"}),
        ("shut.example", 0, [], {"s1._domainkey.shut.example TXT: REFUSED"}),
    ],
)
def test_found_absent_and_unreachable(
    run: Any, domain: str, status: int, findings: list[str], unknown: set[str]
) -> None:
    result = run("dns", domain, "--selector", "s1", *TIMEOUT, "-f", "json")
    assert (result.returncode, result.stderr) == (status, "")
    document = json.loads(result.stdout)
    assert rules(document) == [findings]
    assert {one["reason"] for one in document["domains"][0]["unknown"]} == unknown
    assert "files" not in document
    assert document["summary"]["domains"] == 1


def test_json_keeps_to_the_schema_and_holds_the_results(run: Any) -> None:
    result = run(
        *("dns", "fine.example", "bare.example", "slow.example", *TIMEOUT, "-f", "json"),
        *("--ip", "192.0.2.7", "--ip", "203.0.113.7", "--mail-from", "a@fine.example", "--helo", "mx.fine.example"),
    )
    document = json.loads(result.stdout)
    schema = json.loads((DOCS / "schema/report.schema.json").read_text(encoding="utf-8"))
    assert [error.message for error in Draft202012Validator(schema).iter_errors(document)] == []
    spf = document["domains"][0]["spf"]
    assert (spf["lookups"], spf["void_lookups"]) == (0, 0)
    assert [{key: check[key] for key in ("ip", "mail_from", "helo", "result")} for check in spf["check_host"]] == [
        {"ip": "192.0.2.7", "mail_from": "a@fine.example", "helo": "mx.fine.example", "result": "pass"},
        {"ip": "203.0.113.7", "mail_from": "a@fine.example", "helo": "mx.fine.example", "result": "fail"},
    ]


def test_domains_are_reported_in_the_order_given_and_once(run: Any) -> None:
    result = run("dns", "two.example", "FINE.example.", "two.example", "fine.example", "-f", "json")
    assert [domain["domain"] for domain in json.loads(result.stdout)["domains"]] == ["two.example", "fine.example"]


def test_a_person_sees_what_was_found_and_what_it_means(run: Any) -> None:
    result = run("dns", "two.example", "--selector", "s1")
    assert result.stdout.startswith(
        "two.example\n"
        "  MX     none\n"
        "  SPF    v=spf1 -all, v=spf1 a -all\n"
        "  DMARC  v=DMARC1; p=none; rua=mailto:dmarc@two.example\n"
        "  DKIM   s1: none\n"
        "\n"
        "two.example  error  auth/dkim-missing  no DKIM key at s1._domainkey.two.example\n"
    )
    assert "  | v=spf1 a -all\n  | ^^^^^^^^^^^^^\n" in result.stdout
    assert result.stdout.endswith("2 errors, 1 warning in 1 domain\n")


def test_what_could_not_be_known_is_said_with_its_reason(run: Any) -> None:
    result = run("dns", "slow.example", "--selector", "s1", *TIMEOUT)
    assert "  SPF    unknown\n" in result.stdout
    assert "skipped: 12 rules in slow.example: slow.example TXT: timed out after 0.5 s\n" in result.stdout
    assert result.returncode == 0


def test_quiet_and_concise_have_no_overview(run: Any) -> None:
    for options in (["-q"], ["-f", "concise"]):
        assert "  MX " not in run("dns", "two.example", *options).stdout
    concise = run("dns", "two.example", "-f", "concise", "--selector", "s1").stdout.splitlines()
    assert concise == [
        "two.example: error auth/dkim-missing no DKIM key at s1._domainkey.two.example",
        "two.example: error auth/spf-multiple two.example has 2 SPF records; only one is allowed",
        "two.example: warning auth/dmarc-policy-none the DMARC record at _dmarc.two.example "
        "lets forged mail through (p=none)",
        "2 errors, 1 warning in 1 domain",
    ]


def test_nothing_in_a_record_acts_on_the_terminal(run: Any) -> None:
    for options in ([], ["-f", "concise"], ["-f", "json"], ["--color", "always", "-q"]):
        output = run("dns", "evil.example", *options).stdout
        assert "\x1b[2J" not in output
        assert "\u202e" not in output


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (["--fail-on", "never"], 0),
        (["--fail-on", "error"], 1),
        (["--select", "auth/dmarc-policy-none"], 0),
        (["--select", "auth/dmarc-policy-none", "--fail-on", "warning"], 1),
        (["--ignore", "auth/spf-multiple"], 0),
    ],
)
def test_exit_status(run: Any, options: list[str], status: int) -> None:
    assert run("dns", "two.example", *options).returncode == status


def test_a_domain_that_does_not_exist_fails_whatever_is_selected(run: Any) -> None:
    result = run("dns", "gone.example", "--select", "auth/spf-missing", "-f", "json")
    assert rules(json.loads(result.stdout)) == [["auth/spf-missing"]]
    assert result.returncode == 1


def test_the_configuration_names_selectors_and_changes_severities(run: Any, tmp_path: Path) -> None:
    (tmp_path / "maillint.yaml").write_text(
        "dkim-selectors: [s1, s2, s9._domainkey.other.example]\nrules:\n  auth/dkim-missing: warning\n"
    )
    result = run("dns", "fine.example", "-f", "concise")
    assert result.stdout.splitlines()[0] == (
        "fine.example: warning auth/dkim-missing no DKIM key at s2._domainkey.fine.example"
    )
    assert (result.returncode, len(result.stdout.splitlines())) == (0, 2)


@pytest.mark.parametrize("command", [("dns", "fine.example"), ("check", "a.eml", "--dns")])
def test_the_environment_may_name_the_server_and_the_command_line_comes_before_it(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "a.eml").write_text(message("news@fine.example"))
    with DnsServer(ZONE) as first, DnsServer(ZONE) as second:
        maillint(*command, folder=tmp_path, MAILLINT_RESOLVER=first.address)
        assert first.lookups("fine.example")
        maillint(*command, "--resolver", second.address, folder=tmp_path, MAILLINT_RESOLVER="x:y")
        assert second.lookups("fine.example")


def test_usual_selectors_are_tried_where_none_is_known(tmp_path: Path) -> None:
    zone = {**sound("fine.example"), "google._domainkey.fine.example TXT": [KEY]}
    with DnsServer(zone) as server:
        for domain, tried in (("fine.example", True), ("bare.example", False)):
            result = maillint("dns", domain, "--resolver", server.address, "-f", "json", folder=tmp_path)
            assert bool(server.lookups(f"google._domainkey.{domain}")) is tried
            (facts,) = json.loads(result.stdout)["domains"]
            assert [(key["selector"], key["origin"]) for key in facts["dkim"]] == (
                [("google", "guessed"), ("s1", "guessed")] if tried else []
            )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name a domain, or state own-domains in maillint.yaml (see maillint dns --help)"),
        (["https://acme.example/a?b"], "'https://acme.example/a?b' is a URL; did you mean acme.example?"),
        (["a.example", "--selector", "s1._domainkey.b.test"], "--selector: b.test is not one of the domains to check"),
        (["a.example", "--helo", "mx"], "give the sending address too, with --ip"),
        (["a.example", "--resolver", "127.0.0.1:dns"], "--resolver: '127.0.0.1:dns': the port is a number"),
        (["a.example", "--timeout", "soon"], "--timeout: 'soon' is not a number of seconds"),
        (["a.example", "-f", "yaml"], 'no output format "yaml"'),
        (["a.example", "--select", "auth/spf-mising"], 'did you mean "auth/spf-missing"?'),
        (["a.example", "--select", "markup"], "the rules that are left are not about domains"),
        (["a.example", "--fail-on", "fatal"], "'fatal' is not one of"),
        (["a.example", "--config", "none.yaml"], "--config: none.yaml: no such file"),
    ],
)
def test_wrong_input_is_one_clear_line(tmp_path: Path, arguments: list[str], words: str) -> None:
    result = maillint("dns", *arguments, folder=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("take", "text", "words"),
    [
        (domain_name, "ann@acme.example", "'ann@acme.example' is an e-mail address; did you mean acme.example?"),
        (domain_name, "mailto:ann@acme.example", "did you mean acme.example?"),
        (domain_name, "//acme.example/x", "is a URL; did you mean acme.example?"),
        (domain_name, "*.acme.example", "did you mean acme.example?"),
        (domain_name, "acme.example:25", "'acme.example:25' is not a domain name; did you mean acme.example?"),
        (domain_name, "192.0.2.1", "'192.0.2.1' is an address; name the domain, and the address with --ip"),
        (domain_name, "[2001:db8::1]", "is an address; name the domain, and the address with --ip"),
        (domain_name, "_dmarc.acme.example", "is the name of a record; did you mean acme.example?"),
        (domain_name, "s1._domainkey.acme.example", "did you mean acme.example --selector s1?"),
        *(
            (domain_name, text, f"{text!r} is not a domain name")
            for text in ("acme", "a..example", "a b.example", "", ".")
        ),
        (sending_ip, "host", "--ip: 'host' is not an IP address"),
        (sending_ip, "192.0.2.0/24", "name one of its addresses, such as 192.0.2.0"),
        (envelope_sender, "b.example", "did you mean postmaster@b.example?"),
        (envelope_sender, "ann@", "--mail-from: 'ann@' has no domain"),
        (seconds, "0", "--timeout: 0 is not above 0"),
        (seconds, "nan", "--timeout: nan is not above 0"),
        (seconds, "61", "at most 60 seconds"),
        *(
            (partial(selector, where="--selector"), text, "is not a DKIM selector")
            for text in ("a b", "", "-s1", "é", "a..b")
        ),
    ],
)
def test_wrong_values_are_explained(take: Callable[[str], Any], text: str, words: str) -> None:
    with pytest.raises(click.UsageError, match=r"^[^\n]+$") as error:
        take(text)
    assert words in error.value.message


@pytest.mark.parametrize(
    ("take", "text", "value"),
    [
        (domain_name, "ACME.example.", "acme.example"),
        (domain_name, "my_shop.example", "my_shop.example"),
        (domain_name, "münchen.example", "xn--mnchen-3ya.example"),
        (sending_ip, "2001:DB8::0", "2001:db8::"),
        (envelope_sender, "<a@b.example>", "a@b.example"),
        (envelope_sender, "<>", ""),
        (partial(selector, where="--selector"), "S1", Selector("s1")),
        (partial(selector, where="--selector"), "a.b-2", Selector("a.b-2")),
        (partial(selector, where="--selector"), "s1._domainkey.ACME.example.", Selector("s1", "acme.example")),
    ],
)
def test_right_values_are_taken(take: Callable[[str], Any], text: str, value: Any) -> None:
    assert take(text) == value


def test_help_teaches(tmp_path: Path) -> None:
    result = maillint("dns", "--help", folder=tmp_path)
    assert result.returncode == 0
    for taught in ("maillint dns acme.example --selector s1", "never taken for absence", "--mail-from ADDRESS"):
        assert taught in " ".join(result.stdout.split())


def test_internationalised_domains(run: Any) -> None:
    result = run("dns", "Bücher.example", "-f", "json")
    assert json.loads(result.stdout)["domains"][0]["domain"] == "xn--bcher-kva.example"


# -- check --dns --------------------------------------------------------------------------------------


def message(sender: str, *fields: str) -> str:
    lines = [f"From: {sender}", "To: jane@client.example", "Subject: October", *fields]
    return "\n".join([*lines, "Date: Mon, 5 Oct 2026 09:00:00 +0200", "Message-ID: <1@a.example>", "", "Hi\n"])


def signed(domain: str, selector: str) -> str:
    return f"DKIM-Signature: v=1; a=rsa-sha256; d={domain};\n s={selector}; h=from; bh=YQ==; b=YQ=="


def only_auth(run: Any, *arguments: str, **more: Any) -> Any:
    return json.loads(run("check", *arguments, "--dns", "--select", "auth", "-f", "json", **more).stdout)


def test_the_domains_of_messages_are_looked_up_each_once(tmp_path: Path) -> None:
    for index in range(5):
        (tmp_path / f"{index}.eml").write_text(message("Acme <news@bare.example>"))
    (tmp_path / "t.html").write_text("---\nfrom: ann@Fine.example\nsubject: Hi\n---\n<p>Hi</p>\n")
    (tmp_path / "t.txt").write_text("Hi\n")
    with DnsServer(ZONE) as server:
        result = maillint("check", ".", "--dns", "-f", "json", "--resolver", server.address, folder=tmp_path)
        assert server.lookups("bare.example", "TXT") == 1
        assert server.lookups("_dmarc.bare.example", "TXT") == 1
    document = json.loads(result.stdout)
    assert [domain["domain"] for domain in document["domains"]] == ["bare.example", "fine.example"]
    assert len(document["files"]) == 7
    assert "auth/spf-missing" in rules(document)[0]
    assert result.returncode == 1


@pytest.mark.parametrize(
    ("fields", "findings", "origins"),
    [
        ([], [], ["s1 guessed"]),
        ([signed("fine.example", "s1")], [], ["s1 signature"]),
        ([signed("fine.example", "s7")], ["auth/dkim-missing"], ["s7 signature"]),
        ([signed("esp.test", "s7"), signed("Fine.example", "s1")], [], ["s1 signature"]),
        ([signed("esp.test", "s7")], [], ["s1 guessed"]),
    ],
)
def test_a_message_s_own_signatures_name_its_selectors(
    run: Any, tmp_path: Path, fields: list[str], findings: list[str], origins: list[str]
) -> None:
    (tmp_path / "a.eml").write_text(message("news@fine.example", *fields))
    document = only_auth(run, "a.eml")
    assert rules(document) == [findings]
    assert [f"{key['selector']} {key['origin']}" for key in document["domains"][0]["dkim"]] == origins


def test_a_signature_by_the_domain_above_is_aligned(run: Any, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_text(message("news@mx.fine.example", signed("fine.example", "s1")))
    (facts,) = only_auth(run, "a.eml")["domains"]
    assert [(key["domain"], key["origin"]) for key in facts["dkim"]] == [("fine.example", "signature")]
    assert [finding["rule"] for finding in facts["findings"]] == ["auth/spf-missing"]


@pytest.mark.parametrize(
    ("sender", "domains"),
    [
        ("news@fine.example", ["fine.example"]),
        ('"ann@gone.example" <news@fine.example>', ["fine.example"]),
        ('"Ann (ann@gone.example) \\"" <news@fine.example>', ["fine.example"]),
        ("ann@gone.example <news@fine.example>", ["fine.example"]),
        ("news@fine.example (ann@gone.example)", ["fine.example"]),
        ("=?utf-8?q?ann=40gone.example?= <news@fine.example>", ["fine.example"]),
        ("Acme\n <news@fine.example>", ["fine.example"]),
        ("a@fine.example, b@bare.example", ["fine.example", "bare.example"]),
        ("news@{{ domain }}", []),
        ("{{ sender }}", []),
        ("news@localhost", []),
    ],
)
def test_which_domain_a_message_is_from(run: Any, tmp_path: Path, sender: str, domains: list[str]) -> None:
    (tmp_path / "a.eml").write_text(message(sender))
    document = only_auth(run, "a.eml")
    assert [domain["domain"] for domain in document.get("domains", [])] == domains
    reasons = [one["reason"] for one in document["files"][0]["unknown"] if one["rule"] == "auth/domain-missing"]
    assert reasons == ([] if domains else ["the sender's domain is not known"])


def test_own_domains_stand_in_where_a_template_has_no_from(run: Any, tmp_path: Path) -> None:
    (tmp_path / "maillint.yaml").write_text("own-domains: [fine.example]\ndkim-selectors: [s1]\n")
    (tmp_path / "t.html").write_text("<p>Hi</p>\n")
    document = only_auth(run, "t.html")
    assert rules(document) == [[]]
    assert [key["origin"] for key in document["domains"][0]["dkim"]] == ["declared"]


NAMED = [
    pytest.param({"a.eml": message("Acme <news@bare.example>")}, ("check", "."), ("a.eml", 1, 13, 30), id="message"),
    pytest.param(
        {"a.eml": "From: A <a@fine.example>,\r\n B <b@bare.example>\r\n\r\nHi"}, ("check", "a.eml"),
        ("a.eml", 2, 5, 19), id="folded field",
    ),
    pytest.param(
        {"t.html": "---\nsubject: Hi\nfrom: ann@Bare.example\n---\n<p>Hi</p>\n"}, ("check", "t.html"),
        ("t.html", 3, 7, 23), id="front matter",
    ),
    pytest.param(
        {"t.html": "<p>Hi</p>\n", "maillint.yaml": "profile: cold\nown-domains:\n  - fine.example\n  - Bare.Example\n"},
        ("check", "t.html"), ("maillint.yaml", 2, None, None), id="own-domains",
    ),
    pytest.param(
        {"mail/t.html": "<p>Hi</p>\n", "pyproject.toml": '[tool.maillint]\nheaders = {From = "A <a@bare.example>"}\n'},
        ("check", "mail"), ("pyproject.toml", 2, None, None), id="headers",
    ),
    pytest.param(
        {"maillint.yaml": "profile: cold\ndomains:\n  bare.example: {dkim-selectors: [s1]}\n"},
        ("dns",), ("maillint.yaml", 3, None, None), id="settings of the domain",
    ),
    pytest.param(
        {"maillint.yaml": "profile: cold\n"}, ("dns", "bare.example"), ("maillint.yaml", 1, None, None), id="named",
    ),
    pytest.param({}, ("dns", "bare.example"), ("maillint.yaml", 1, None, None), id="no file"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "arguments", "place"), NAMED)
def test_a_finding_about_a_domain_stands_where_the_domain_is_named(
    run: Any,
    tmp_path: Path,
    files: dict[str, str],
    arguments: tuple[str, ...],
    place: tuple[str, int, int | None, int | None],
) -> None:
    """Code scanning refuses a log with a single result that stands in no file."""
    write_files(tmp_path, files)
    dns = ("--dns",) if arguments[0] == "check" else ()
    wanted = ("-f", "sarif", "-f", "gitlab=gitlab.json", "-f", "github=github.txt")
    log = json.loads(run(*arguments, *dns, "--select", "auth/spf-missing", *wanted).stdout)["runs"][0]
    (result,) = [found for found in log["results"] if found["message"]["text"].startswith("bare.example: ")]
    (location,) = result["locations"]
    uri, region = location["physicalLocation"]["artifactLocation"]["uri"], location["physicalLocation"]["region"]
    assert (uri, region["startLine"], region.get("startColumn"), region.get("endColumn")) == place
    assert log["artifacts"][location["physicalLocation"]["artifactLocation"]["index"]]["location"]["uri"] == uri
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "bare.example"
    issues = json.loads((tmp_path / "gitlab.json").read_text())
    assert {"path": uri, "lines": {"begin": place[1], "end": place[1]}} in [issue["location"] for issue in issues]
    command = (tmp_path / "github.txt").read_text()
    assert (f"file={uri},line={place[1]}," in command) is bool(files)
    assert "title=auth/spf-missing::bare.example: " in command


def test_spf_is_looked_up_where_the_messages_return_to(run: Any, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_text(message("a@bare.example", "Return-Path: <bounce@fine.example>"))
    assert "auth/spf-missing" not in rules(only_auth(run, "a.eml"))[0]
    (tmp_path / "b.eml").write_text(message("a@bare.example", "Return-Path: <bounce@two.example>"))
    assert "auth/spf-missing" in rules(only_auth(run, "."))[0]


def test_a_message_on_standard_input(run: Any) -> None:
    text = message("Acme <news@bare.example>", signed("bare.example", "s1"))
    document = only_auth(run, "-", "--stdin-filename", "a.eml", stdin=text)
    assert rules(document) == [["auth/dkim-missing", "auth/dmarc-missing", "auth/spf-missing"]]


def test_a_wrong_resolver_for_check_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_text(message("a@bare.example"))
    result = maillint("check", "a.eml", "--dns", "--resolver", "x:y", folder=tmp_path)
    assert result.returncode == 2
    assert "--resolver: 'x:y': the port is a number" in result.stderr
    assert result.stderr.count("\n") == 1


def test_many_domains_on_a_dead_server_end_in_bounded_time(tmp_path: Path) -> None:
    names = [f"{index}.example" for index in range(60)]
    with DnsServer({}, {"*": "timeout"}) as server:
        begun = time.monotonic()
        result = maillint("dns", *names, *TIMEOUT, "-f", "json", "--resolver", server.address, folder=tmp_path)
        assert time.monotonic() - begun < 10  # asking every question would take half a minute
    document = json.loads(result.stdout)
    assert rules(document) == [[]] * len(names)
    assert all(domain["unknown"] for domain in document["domains"])
    assert result.returncode == 2


# -- offline ------------------------------------------------------------------------------------------

GUARD = """
import os, sys

def guard(event, arguments):
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"}:
        os.write(2, f"went online: {event} {arguments[1:]}\\n".encode())
        os._exit(99)

sys.addaudithook(guard)
"""


def test_no_network_is_touched_unless_asked(server: DnsServer, tmp_path: Path) -> None:
    guard = tmp_path / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(GUARD)
    mail = tmp_path / "mail"
    mail.mkdir()
    fields = [signed("fine.example", "s1"), "List-Unsubscribe: <https://fine.example/u?t=1>"]
    (mail / "a.eml").write_text(message("news@fine.example", *fields))
    (mail / "t.html").write_text(
        '---\nfrom: a@fine.example\n---\n<a href="https://bit.ly/x"><img src="https://a.test/p.gif"></a>'
    )
    (mail / "maillint.yaml").write_text("own-domains: [fine.example]\ndkim-selectors: [s1]\n")

    def guarded(*arguments: str) -> subprocess.CompletedProcess[str]:
        return maillint(*arguments, folder=mail, PYTHONPATH=str(guard))

    assert guarded("check", ".").returncode in {0, 1}
    named = maillint("check", ".", folder=mail, PYTHONPATH=str(guard), MAILLINT_RESOLVER=server.address)
    assert named.returncode in {0, 1}  # a server named in the environment is no wish to go online
    assert guarded("rule", "auth/spf-missing").returncode == 0
    for online in (["check", ".", "--dns"], ["dns", "fine.example"]):  # the guard does see what goes online
        result = guarded(*online, "--resolver", server.address)
        assert result.returncode == 99, result
        assert "went online" in result.stderr


def test_offline_runs_import_nothing_of_the_network(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_text(message("news@fine.example"))
    code = (
        "import sys; from maillint.cli import group; group.main(['check', 'a.eml', '-q'], standalone_mode=False);"
        "sys.exit(' '.join(name for name in sys.modules if name.startswith(('maillint.network', 'dns.'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


# -- the documentation --------------------------------------------------------------------------------


def test_every_option_is_documented(tmp_path: Path) -> None:
    text = (DOCS / "dns.md").read_text(encoding="utf-8")
    options = re.findall(r"^  (?:-\w, )?(--[a-z-]+)", maillint("dns", "--help", folder=tmp_path).stdout, re.MULTILINE)
    short = {"--format": "-f", "--output-file": "-o", "--quiet": "-q", "--verbose": "-v"}
    assert [name for name in options if f"`{short.get(name, name)}" not in text and name != "--help"] == []


# -- the configuration's domains, known findings, and what was not answered ---------------------------


def test_without_a_domain_those_of_the_configuration_are_checked(run: Any, tmp_path: Path) -> None:
    (tmp_path / "maillint.yaml").write_text(
        "own-domains: [fine.example, Bücher.example]\ndomains: {two.example: {}, fine.example: {}}\n"
    )
    document = json.loads(run("dns", "-f", "json").stdout)
    names = ["fine.example", "xn--bcher-kva.example", "two.example"]
    assert [domain["domain"] for domain in document["domains"]] == names
    document = json.loads(run("dns", "bare.example", "-f", "json").stdout)
    assert [domain["domain"] for domain in document["domains"]] == ["bare.example"]


def test_a_file_is_no_domain(run: Any, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_text("")
    (tmp_path / "mails").mkdir()
    for name in ("a.eml", "mails"):
        line = f"maillint: {name} is not a domain; for the domains that it is from: maillint check --dns {name} "
        assert run("dns", name).stderr == f"{line}(see maillint dns --help)\n"


DOMAINS = """\
dkim-selectors: [s9]
domains:
  fine.example:
    dkim-selectors: [s1]
    ips: [192.0.2.7, 203.0.113.7]
    mail-from: bounce@two.example
    helo: mx.fine.example
  two.example:
    ignore: [auth/dkim-missing]
    rules: {auth/spf-multiple: warning}
"""


@pytest.mark.parametrize("command", [("dns", "fine.example", "two.example"), ("check", "--dns", "a.eml", "b.eml")])
def test_settings_of_a_domain(run: Any, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "maillint.yaml").write_text(DOMAINS)
    for name, domain in {"a": "fine.example", "b": "two.example"}.items():
        (tmp_path / f"{name}.eml").write_text(f"From: a@{domain}\nSubject: x\n\nHi\n")
    select = "auth/dkim-missing,auth/spf-multiple"
    document = json.loads(run(*command, "-f", "json", "--select", select).stdout)
    fine, two = document["domains"]
    assert [key["selector"] for key in fine["dkim"]] == ["s1"]
    assert fine["spf"]["domain"] == "two.example"
    checks = [(one["ip"], one["mail_from"], one["helo"]) for one in fine["spf"]["check_host"]]
    assert checks == [(ip, "bounce@two.example", "mx.fine.example") for ip in ("192.0.2.7", "203.0.113.7")]
    assert [(found["rule"], found["severity"]) for found in two["findings"]] == [("auth/spf-multiple", "warning")]


def test_options_come_before_the_settings_of_a_domain(run: Any, tmp_path: Path) -> None:
    (tmp_path / "maillint.yaml").write_text(DOMAINS)
    options = ("--ip", "198.51.100.9", "--mail-from", "a@fine.example", "--selector", "s2")
    [domain] = json.loads(run("dns", "fine.example", *options, "-f", "json").stdout)["domains"]
    assert [key["selector"] for key in domain["dkim"]] == ["s2", "s1"]  # those that are named are more
    [check] = domain["spf"]["check_host"]
    assert (check["ip"], check["mail_from"]) == ("198.51.100.9", "a@fine.example")


def test_known_findings_of_domains_and_of_files_stand_in_one_baseline(run: Any, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p>Hi <b>Ada</p>\n")
    known = ("--baseline", "known.json")
    maillint("check", "a.html", "--select", "markup", "--write-baseline", "known.json", folder=tmp_path)
    result = run("dns", "two.example", "--write-baseline", "known.json")
    assert (result.returncode, result.stderr) == (0, "Wrote 2 findings to known.json.\n")
    entries = json.loads((tmp_path / "known.json").read_text())["findings"]
    assert [entry.get("path") or entry["domain"] for entry in entries] == ["a.html", *["two.example"] * 2]
    assert run("dns", "two.example", *known).returncode == 0
    assert run("dns", "two.example", *known).stderr == ""
    assert run("dns", "bare.example", *known).returncode == 1
    assert maillint("check", "a.html", "--select", "markup", *known, folder=tmp_path).returncode == 0
    (tmp_path / "maillint.yaml").write_text("baseline: known.json\n")
    (tmp_path / "b.eml").write_text("From: a@two.example\nSubject: x\n\nHi\n")
    result = run("check", "b.eml", "--dns", "--select", "auth", "-f", "json")
    assert (result.returncode, rules(json.loads(result.stdout))) == (0, [[]])


def test_entries_that_no_longer_occur_are_reported_and_taken_out(run: Any, tmp_path: Path) -> None:
    entry = {"domain": "fine.example", "rule": "auth/dmarc-policy-none", "snippet": "p=none", "count": 1}
    others = [{**entry, "domain": "gone.example"}, {**entry, "domain": "broken.example"}]
    (tmp_path / "known.json").write_text(json.dumps({"version": 1, "findings": [entry, *others]}))
    named = ("dns", "fine.example", "broken.example", "--selector", "s1")
    result = run(*named, "--baseline", "known.json")
    assert result.stderr == (
        "maillint: 1 baseline entry no longer occurs in 1 domain; --write-baseline takes them out\n"
    )
    run(*named, "--write-baseline", "known.json")
    left = json.loads((tmp_path / "known.json").read_text())["findings"]
    assert left == [others[1], others[0]]  # one could not be answered, the other was not looked at


ALL_FORMATS = ["concise", "full", "github", "gitlab", "json", "junit", "markdown", "sarif", "summary"]


@pytest.mark.parametrize("output_format", ALL_FORMATS)
def test_reasons_are_given_in_every_format(run: Any, output_format: str) -> None:
    result = run("dns", "slow.example", "fine.example", "--selector", "s1", *TIMEOUT, "-f", output_format)
    assert "timed out after 0.5 s" in result.stdout + result.stderr
    assert result.returncode == 0


@pytest.mark.parametrize("options", [(), ("-q",), ("--fail-on", "never"), *(("-f", name) for name in ALL_FORMATS)])
def test_a_run_without_any_answer_ends_with_2(tmp_path: Path, options: tuple[str, ...]) -> None:
    with DnsServer({}, {"*": "refused"}) as server:
        result = maillint("dns", "a.example", "b.example", "--resolver", server.address, *options, folder=tmp_path)
    assert result.returncode == 2
    assert result.stderr == "maillint: no question was answered (a.example TXT: REFUSED)\n"


def test_a_run_without_any_answer_writes_no_baseline(tmp_path: Path) -> None:
    with DnsServer({}, {"*": "refused"}) as server:
        named = ("dns", "a.example", "--write-baseline", "known.json", "--resolver", server.address)
        result = maillint(*named, folder=tmp_path)
    assert (result.returncode, (tmp_path / "known.json").exists()) == (2, False)


def test_a_single_answer_is_enough(run: Any) -> None:
    assert run("dns", "slow.example", *TIMEOUT).returncode == 0


@pytest.mark.parametrize(
    ("domain", "select", "fail_on", "status"),
    [
        ("fine.example", "auth", "error", 0),
        ("broken.example", "auth/dmarc-missing", "error", 1),
        ("broken.example", "auth/dmarc-missing", "never", 0),
        ("broken.example", "auth/dmarc-policy-none", "error", 0),
        ("broken.example", "auth/dmarc-policy-none", "warning", 1),
    ],
)
def test_what_was_skipped_can_fail_a_run(run: Any, domain: str, select: str, fail_on: str, status: int) -> None:
    options = ("--selector", "s1", "--select", select, "--fail-on", fail_on)
    assert run("dns", domain, *options, "--fail-on-unknown").returncode == status
    assert run("dns", domain, *options).returncode == 0


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("MAILLINT_SELECT", "auth/spf-multiple", ["auth/spf-multiple"]),
        ("MAILLINT_IGNORE", "auth/dkim-missing,auth/dmarc-policy-none", ["auth/spf-multiple"]),
        ("MAILLINT_CONFIG", "other.yaml", ["auth/spf-multiple"]),
        ("MAILLINT_BASELINE", "known.json", []),
    ],
)
def test_the_environment_holds_for_domains_too(
    server: DnsServer, tmp_path: Path, name: str, value: str, expected: list[str]
) -> None:
    (tmp_path / "other.yaml").write_text("ignore: [auth/dkim-missing, auth/dmarc-policy-none]\n")
    command = ("dns", "two.example", "--resolver", server.address, "-f", "json")
    maillint(*command, "--write-baseline", "known.json", folder=tmp_path)
    result = maillint(*command, folder=tmp_path, **{"MAILLINT_IGNORE": "auth/mx-missing", name: value})
    assert [found for found in rules(json.loads(result.stdout))[0] if found != "auth/mx-missing"] == expected


def test_keys_about_the_run_hold_for_domains_too(server: DnsServer, tmp_path: Path) -> None:
    (tmp_path / "maillint.yaml").write_text(
        "select: [auth/spf-multiple, auth/dmarc-policy-none]\nfail-on: never\nformat: concise\nmin-severity: error\n"
    )
    result = maillint("dns", "two.example", "--resolver", server.address, folder=tmp_path)
    assert result.returncode == 0
    assert result.stdout.startswith("two.example: error auth/spf-multiple ")
    assert "dmarc-policy-none" not in result.stdout
