"""``check --online`` as a user runs it, against real web and DNS servers on loopback."""

from __future__ import annotations

import base64
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import maillint
from tests.dns_server import DnsServer
from tests.http_server import Authority, HttpServer, Page, redirect

pytestmark = pytest.mark.slow

ZONE: dict[str, Any] = {
    "acme.example A": ["127.0.0.1"],
    "www.acme.example A": ["127.0.0.1"],
    "other.example A": ["127.0.0.1"],
    "inside.example A": ["10.0.0.7"],
    "slow.example A": "timeout",
    "slow.example AAAA": "timeout",
}
WEB = ("links/unreachable", "links/redirect-chain", "links/bad-certificate")


@pytest.fixture(scope="module")
def dns() -> Iterator[DnsServer]:
    with DnsServer(ZONE) as running:
        yield running


@pytest.fixture
def web() -> Iterator[HttpServer]:
    pages = {
        "/": Page(200),
        "/moved": redirect("/"),
        "/away": redirect("http://other.example:{port}/"),
        "/robots": Page(403),
    }
    with HttpServer(pages) as running:
        running.pages = {**pages, "/away": redirect(f"http://other.example:{running.port}/")}
        yield running


@pytest.fixture
def run(dns: DnsServer, tmp_path: Path) -> Any:
    """Run ``maillint check --online`` with the rules about answers alone."""

    def command(
        *arguments: str, rules: tuple[str, ...] = WEB, private: str = "127.0.0.1", **more: Any
    ) -> subprocess.CompletedProcess[str]:
        options = ["--online", "--resolver", dns.address, "--online-timeout", "2", "--select", ",".join(rules)]
        options += ["--online-allow-private", private] if private else []
        return maillint("check", *options, *arguments, folder=tmp_path, **more)

    return command


def findings(result: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [
        {"path": file["path"], **found} for file in json.loads(result.stdout)["files"] for found in file["findings"]
    ]


def unknown(result: subprocess.CompletedProcess[str]) -> list[tuple[str, str]]:
    return [(item["rule"], item["reason"]) for file in json.loads(result.stdout)["files"] for item in file["unknown"]]


# -- what is found, and where -------------------------------------------------------------------------


def test_a_dead_link_is_found_at_its_address(run: Any, web: HttpServer, tmp_path: Path) -> None:
    url = web.url("/gone?a=1&b=2", host="acme.example")
    text = f'<p>Hello</p>\n<p><a class="x" href="{url.replace("&", "&amp;")}">Gone</a></p>\n'
    (tmp_path / "a.html").write_text(text)
    (found,) = findings(run("a.html", "-f", "json"))
    assert text[found["start"] : found["end"]] == url.replace("&", "&amp;")
    assert (found["rule"], found["severity"], found["line"], found["column"]) == ("links/unreachable", "warning", 2, 23)
    assert found["message"] == "link leads nowhere: acme.example answers 404 Not Found"
    assert found["evidence"] == {"url": url, "problem": "acme.example answers 404 Not Found", "status": 404}
    assert run("a.html").returncode == 0
    assert run("a.html", "--fail-on", "warning").returncode == 1


def test_hosts_that_do_not_exist_and_redirects(run: Any, web: HttpServer, tmp_path: Path) -> None:
    away, moved = web.url("/away", host="acme.example"), web.url("/moved", host="acme.example")
    (tmp_path / "a.html").write_text(
        f'<a href="http://gone.example/">A</a>\n<a href="{away}">B</a>\n<a href="{moved}">C</a>\n'
    )
    result = run("a.html", "-f", "concise")
    other = web.url("/", host="other.example")
    assert result.stdout.splitlines()[:-1] == [
        "a.html:1:10: warning links/unreachable link leads nowhere: there is no host gone.example",
        f"a.html:2:10: warning links/redirect-chain link redirects to another site: {other}",
    ]
    found = findings(run("a.html", "-f", "json"))[1]
    assert found["evidence"] == {
        "url": away,
        "target": other,
        "path": f"redirects to another site: {other}",
        "count": 1,
        "hops": [away, other],
    }


def test_each_file_of_a_message_has_its_own(run: Any, web: HttpServer, tmp_path: Path) -> None:
    both, only = web.url("/both", host="acme.example"), web.url("/only-text", host="acme.example")
    (tmp_path / "a.html").write_text(f'<p><a href="{both}">Acme</a></p>\n')
    (tmp_path / "a.txt").write_text(f"Acme\n{both}\n\nMore: {only}\n")
    found = [
        (item["path"], item["line"], item["evidence"]["url"]) for item in findings(run("a.html", "a.txt", "-f", "json"))
    ]
    assert found == [("a.html", 1, both), ("a.txt", 2, both), ("a.txt", 4, only)]
    assert web.methods("/both") == ["HEAD", "GET"]
    assert [item["path"] for item in findings(run("a.txt", "-f", "json"))] == ["a.html", "a.txt", "a.txt"]


def test_a_branch_that_alone_has_the_link_is_named(run: Any, web: HttpServer, tmp_path: Path) -> None:
    url = web.url("/", host="acme.example")
    (tmp_path / "a.html").write_text(
        f'<a href="{url}{{% if plan == "pro" %}}gone{{% else %}}robots{{% endif %}}">A</a>'
    )
    (found,) = findings(run("a.html", "-f", "json"))
    assert (found["view"], found["evidence"]["url"]) == ('when plan == "pro"', f"{url}gone")


def test_an_encoded_part_is_shown_decoded(run: Any, web: HttpServer, tmp_path: Path) -> None:
    url = web.url("/gone", host="acme.example")
    body = base64.encodebytes(f'<p>Hello, see <a href="{url}">this</a>.</p>'.encode()).decode()
    (tmp_path / "a.eml").write_text(
        "From: ann@acme.example\nSubject: x\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n"
        f"Content-Transfer-Encoding: base64\n\n{body}"
    )
    result = run("a.eml")
    assert f'<p>Hello, see <a href="{url}">this</a>.</p>' in result.stdout
    assert findings(run("a.eml", "-f", "json"))[0]["part"] == "1"


def test_a_message_on_standard_input(run: Any, web: HttpServer) -> None:
    url = web.url("/gone", host="acme.example")
    result = run("-", "-f", "concise", stdin=f'<a href="{url}">A</a>')
    assert result.stdout.startswith("stdin.html:1:10: warning links/unreachable")
    mail = f"From: ann@acme.example\nSubject: x\nContent-Type: text/html\n\n<a href='{url}'>A</a>\n"
    assert run("-", "-f", "concise", stdin=mail).stdout.startswith("stdin.eml:5:10: warning links/unreachable")


def test_after_fixing_positions_are_those_of_the_fixed_file(run: Any, web: HttpServer, tmp_path: Path) -> None:
    url = web.url("/gone", host="acme.example")
    (tmp_path / "a.html").write_text(f'<p title="x" title="y">A</p><a href="{url}">A</a>')
    result = run("--fix", "a.html", "-f", "json", rules=(*WEB, "markup/duplicate-attribute"))
    text = (tmp_path / "a.html").read_text()
    (found,) = [item for item in findings(result) if item["rule"] == "links/unreachable"]
    assert text[found["start"] : found["end"]] == url


# -- unknown ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "reason", "rules"),
    [
        ("http://acme.example:{port}/robots", "acme.example answers 403 Forbidden", 2),
        ("http://inside.example/", "inside.example leads to a private address, and is not requested", 2),
        ("https://inside.example/", "inside.example leads to a private address, and is not requested", 3),
        ("http://127.0.0.2:{port}/", "127.0.0.2 is a private address, and is not requested", 2),
        ("http://acme.example:25/", "acme.example is not requested at port 25", 2),
        ("https://acme.example/confirm?id=1", "a link that does something when it is opened is not requested", 3),
        ("https://acme.example/{{ x }}", "a template tag prints a piece of a link's address", 3),
        (
            "https://u1.ct.sendgrid.net/ls/click?upn=abcdefghijklmnop",
            "a click tracker's link is not requested, since that would count as a click",
            3,
        ),
    ],
)
def test_what_nobody_can_say_is_no_finding(
    run: Any, web: HttpServer, tmp_path: Path, link: str, reason: str, rules: int
) -> None:
    (tmp_path / "a.html").write_text(f'<a href="{link.replace("{port}", str(web.port))}">A</a>')
    result = run("a.html", "-f", "json")
    assert findings(result) == []
    assert [words for _, words in unknown(result)] == [reason] * rules
    assert result.returncode == 0


def test_a_silent_dns_is_unknown(run: Any, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="https://slow.example/">A</a>')
    result = run("a.html", "-f", "json", "--online-timeout", "0.5")
    assert {words for _, words in unknown(result)} == {
        "the DNS cannot say where slow.example is: timed out after 0.5 s"
    }


def test_it_is_said_once_for_all_rules(run: Any, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="https://inside.example/">A</a>')
    result = run("a.html", "-v")
    assert result.stdout.count("inside.example leads to a private address") == 1
    assert "3 rules" in result.stdout


# -- what is requested --------------------------------------------------------------------------------


def test_nothing_private_is_requested_unless_it_is_named(run: Any, web: HttpServer, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        f'<a href="{web.url("/")}">A</a><a href="{web.url("/", host="acme.example")}">B</a>'
    )
    result = run("a.html", "-f", "json", private="")
    assert web.connections == 0
    assert {words for _, words in unknown(result)} == {
        "127.0.0.1 is inside a private network, and is not requested",
        "acme.example leads to a private address, and is not requested",
    }
    assert unknown(run("a.html", "-f", "json")) == []
    assert web.connections > 0


@pytest.mark.parametrize("variable", ["MAILLINT_ONLINE", "MAILLINT_ONLINE_ALLOW_PRIVATE"])
def test_the_environment_does_not_send_anybody_online(
    dns: DnsServer, web: HttpServer, tmp_path: Path, variable: str
) -> None:
    (tmp_path / "a.html").write_text(f'<a href="{web.url("/")}">A</a>')
    for options in ([], ["--online", "--resolver", dns.address]):
        maillint("check", "a.html", *options, folder=tmp_path, **{variable: "1" if not options else "127.0.0.0/8"})
    assert web.connections == 0


def test_ways_out_and_mail_addresses_are_never_asked(run: Any, web: HttpServer, tmp_path: Path) -> None:
    at = partial(web.url, host="acme.example")
    (tmp_path / "a.eml").write_text(
        "From: ann@acme.example\nSubject: x\n"
        f"List-Unsubscribe: <{at('/header')}>\nContent-Type: text/html\n\n"
        f'<a href="{at("/text")}">Unsubscribe</a> <a href="{at("/unsubscribe/1")}">x</a>\n'
        f'<a href="{at("/header")}">y</a>\n'
        f'<p>If you want to unsubscribe, <a href="{at("/beside")}">click here</a>.</p>'
        f'<p><a href="{at("/")}">Acme</a> <a href="mailto:ann@acme.example">Ann</a></p>'
        f'<p><a href="{at("/hop")}">Hop</a></p>\n'
    )
    web.pages = {**web.pages, "/hop": redirect("/unsubscribe/2")}
    result = run("a.eml", "-f", "json")
    assert sorted({request.path for request in web.requests}) == ["/", "/hop"]
    assert ("links/unreachable", "acme.example redirects to a link that is not requested") in unknown(result)


def test_an_address_is_requested_once_in_a_run(run: Any, web: HttpServer, tmp_path: Path) -> None:
    url = web.url("/gone", host="acme.example")
    for number in range(40):  # enough for several processes to lint them
        (tmp_path / f"{number}.html").write_text(f'<a href="{url}#{number}">A</a>')
    assert len(findings(run(".", "-f", "json", "-j", "2"))) == 40
    assert web.methods("/gone") == ["HEAD", "GET"]


def test_results_are_not_kept_from_run_to_run(run: Any, web: HttpServer, tmp_path: Path) -> None:
    url = web.url("/page", host="acme.example")
    (tmp_path / "a.html").write_text(f'<a href="{url}">A</a>')
    assert len(findings(run("a.html", "-f", "json"))) == 1
    web.pages = {**web.pages, "/page": Page(200)}
    assert findings(run("a.html", "-f", "json")) == []


def test_rules_that_are_not_selected_ask_nothing(run: Any, web: HttpServer, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(f'<a href="{web.url("/", host="acme.example")}">A</a>')
    assert run("a.html", rules=("content",)).returncode == 0
    assert web.connections == 0


OFFLINE = """
import sys

def watch(event, details):
    if event.startswith("socket.") and event != "socket.gethostname":
        raise SystemExit(f"went online: {event} {details}")

sys.addaudithook(watch)
from maillint.cli import main
try:
    main()
finally:
    online = {"socket", "ssl", "http.client", "maillint.project.online", "maillint.network.http", "dns"}
    loaded = online & set(sys.modules)
    print("loaded:", sorted(loaded), file=sys.stderr)
"""


def test_without_the_option_no_socket_is_opened_and_nothing_of_it_is_loaded(web: HttpServer, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(f'<a href="{web.url("/gone")}">A</a> <a href="https://acme.example/">B</a>')
    (tmp_path / "maillint.yaml").write_text("rules: {links/blocklisted: error}\n")
    result = subprocess.run(
        [sys.executable, "-c", OFFLINE, "check", "-j", "1", "--no-cache", "a.html"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        text=True,
    )
    assert "went online" not in result.stderr
    assert result.stderr.splitlines()[-1] == "loaded: []"
    assert "links/unreachable" not in result.stdout
    assert web.connections == 0


# -- certificates -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.mark.parametrize(
    ("settings", "name", "words"),
    [
        ({}, "acme.example", None),
        ({"since": -9, "until": -1}, "acme.example", "the certificate of acme.example has expired"),
        ({"since": 1}, "acme.example", "the certificate of acme.example is not valid yet"),
        ({}, "other.example", "the certificate of acme.example is for another host"),
        ({"signed": False}, "acme.example", "the certificate of acme.example is self-signed"),
    ],
)
def test_certificates(
    run: Any, authority: Authority, tmp_path: Path, settings: Any, name: str, words: str | None
) -> None:
    with HttpServer({"*": Page(200)}, tls=authority.context(name, **settings)) as server:
        (tmp_path / "a.html").write_text(f'<a href="{server.url("/", host="acme.example")}">A</a>')
        result = run("a.html", "-f", "json", SSL_CERT_FILE=str(authority.path))
        assert [found["message"] for found in findings(result)] == ([words] if words else [])
        assert {found["rule"] for found in findings(result)} <= {"links/bad-certificate"}


def test_an_unknown_authority_is_a_fault_only_where_others_are_known(
    run: Any, authority: Authority, tmp_path: Path
) -> None:
    """Behind a proxy that signs for everybody, or without a list of authorities, no link is to blame."""
    stranger = Authority(authority.folder, "Stranger")
    with (
        HttpServer({"*": Page(200)}, tls=authority.context("acme.example")) as known,
        HttpServer({"*": Page(200)}, tls=stranger.context("other.example")) as server,
    ):
        bad = f'<a href="{server.url("/", host="other.example")}">A</a>'
        (tmp_path / "a.html").write_text(bad)
        (tmp_path / "b.html").write_text(bad + f'<a href="{known.url("/", host="acme.example")}">B</a>')
        alone = run("a.html", "-f", "json", SSL_CERT_FILE=str(authority.path))
        assert findings(alone) == []
        assert unknown(alone) == [("links/bad-certificate", "no certificate could be verified")]
        (found,) = findings(run("b.html", "-f", "json", SSL_CERT_FILE=str(authority.path)))
        assert "comes from an unknown authority" in found["message"]


# -- blocklists ---------------------------------------------------------------------------------------

LISTED: dict[str, Any] = {
    **ZONE,
    "www.bad.example A": ["127.0.0.1"],
    "www.bad.example.dbl.spamhaus.org A": ["127.0.1.4"],
    "bad.example.multi.surbl.org A": ["127.0.0.8"],
    "acme.example.multi.uribl.com A": ["127.0.0.1"],
    "bad.example.multi.uribl.com A": ["127.0.0.1"],
    "bad.example.lists.acme.example A": ["127.0.0.64"],
}


@pytest.fixture(scope="module")
def lists() -> Iterator[DnsServer]:
    with DnsServer(LISTED) as running:
        yield running


def zones_queried(server: DnsServer) -> set[str]:
    return {".".join(query.name.split(".")[-3:]) for query in server.queries if not query.name.endswith(".example")}


def check(server: DnsServer, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    options = ("--online", "--resolver", server.address, "--online-allow-private", "127.0.0.1", "-f", "json")
    return maillint("check", "a.html", "--select", "links/blocklisted", *options, *arguments, folder=folder)


def test_blocklists_are_queried_only_where_the_configuration_turns_them_on(lists: DnsServer, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="http://www.bad.example/">A</a><a href="http://192.0.2.1/">B</a>')
    assert findings(check(lists, tmp_path)) == []
    assert zones_queried(lists) == set()
    (tmp_path / "maillint.yaml").write_text("rules: {links/blocklisted: error}\n")
    result = check(lists, tmp_path)
    (found,) = findings(result)
    assert (
        found["message"] == "www.bad.example is listed by Spamhaus DBL (phishing)"
        or "bad.example is listed by" in found["message"]
    )
    assert found["severity"] == "error"
    assert result.returncode == 1
    assert zones_queried(lists) == {"dbl.spamhaus.org", "multi.surbl.org", "multi.uribl.com"}
    assert {query.name for query in lists.queries if "192" in query.name} == set()
    assert unknown(result) == [
        ("links/blocklisted", "URIBL does not say: it does not answer public or busy DNS servers")
    ]


def test_where_a_link_redirects_is_looked_up_too(lists: DnsServer, tmp_path: Path) -> None:
    with HttpServer() as server:
        server.pages = {"/x": redirect(f"http://www.bad.example:{server.port}/"), "/": Page(200)}
        (tmp_path / "a.html").write_text(f'<a href="{server.url("/x", host="acme.example")}">A</a>')
        (tmp_path / "maillint.yaml").write_text("rules: {links/blocklisted: {severity: error, lists: [dbl]}}\n")
        assert findings(check(lists, tmp_path)) == []  # no rule asks the web
        result = check(lists, tmp_path, "--select", "links/unreachable")
        assert [found["evidence"]["domains"] for found in findings(result)] == [["www.bad.example"]]


def test_a_mirror_of_ones_own(lists: DnsServer, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="http://www.bad.example/">A</a>')
    (tmp_path / "maillint.yaml").write_text(
        "rules:\n  links/blocklisted:\n    severity: warning\n    lists: [surbl]\n"
        "    zones: {surbl: lists.acme.example}\n"
    )
    (found,) = findings(check(lists, tmp_path))
    assert found["message"] == "www.bad.example is listed by SURBL (spam and other abuse)"


# -- with the rest of the command ---------------------------------------------------------------------


def test_a_comment_suppresses_and_is_not_called_unused_offline(run: Any, web: HttpServer, tmp_path: Path) -> None:
    url = web.url("/gone", host="acme.example")
    (tmp_path / "a.html").write_text(
        f'<a href="{url}">A</a> {{# maillint: ignore[links/unreachable] comes next week #}}\n<a href="{url}">A</a>\n'
    )
    assert [found["line"] for found in findings(run("a.html", "-f", "json"))] == [2]
    offline = maillint("check", "a.html", "--select", "suppression,links/unreachable", folder=tmp_path)
    assert offline.returncode == 0
    assert "suppression/unused" not in offline.stdout


def test_a_baseline_knows_them(run: Any, web: HttpServer, tmp_path: Path) -> None:
    url = web.url("/gone", host="acme.example")
    (tmp_path / "a.html").write_text(f'<a href="{url}">A</a>')
    assert run("a.html", "--write-baseline", "known.json").returncode == 0
    assert findings(run("a.html", "--baseline", "known.json", "-f", "json")) == []
    offline = maillint("check", "a.html", "--baseline", "known.json", folder=tmp_path)
    assert "no longer" not in offline.stderr
    assert maillint("check", "a.html", "--write-baseline", "known.json", folder=tmp_path).returncode == 0
    assert '"rule": "links/unreachable"' in (tmp_path / "known.json").read_text()


def test_only_changed_lines(run: Any, web: HttpServer, tmp_path: Path) -> None:
    git = partial(subprocess.run, cwd=tmp_path, check=True, capture_output=True)
    url = web.url("/gone", host="acme.example")
    path = tmp_path / "a.html"
    path.write_text(f'<a href="{url}1">A</a>\n')
    git(["git", "init", "-q"])
    git(["git", "add", "."])
    git(["git", "-c", "user.name=x", "-c", "user.email=x@acme.example", "commit", "-qm", "x"])
    path.write_text(path.read_text() + f'<a href="{url}2">B</a>\n')
    assert [found["line"] for found in findings(run("a.html", "--diff-base", "HEAD", "-f", "json"))] == [2]


def test_severity_and_options_come_from_the_configuration(run: Any, web: HttpServer, tmp_path: Path) -> None:
    gone, away = web.url("/gone", host="acme.example"), web.url("/away", host="acme.example")
    (tmp_path / "a.html").write_text(f'<a href="{gone}">A</a><a href="{away}">B</a>')
    (tmp_path / "maillint.yaml").write_text(
        "rules:\n  links/unreachable: error\n  links/redirect-chain: {allow: [other.example]}\n"
    )
    result = run("a.html", "-f", "json")
    assert [(found["rule"], found["severity"]) for found in findings(result)] == [("links/unreachable", "error")]
    assert result.returncode == 1


def test_a_file_that_cannot_be_read_costs_the_others_nothing(run: Any, web: HttpServer, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b"\x00\x01\x02binary\x00")
    (tmp_path / "b.html").write_text(f'<a href="{web.url("/gone", host="acme.example")}">A</a>')
    result = run("a.html", "b.html", "-f", "json")
    assert [found["path"] for found in findings(result)] == ["b.html"]
    assert result.returncode == 2


def test_an_interrupt_waits_for_nobody(dns: DnsServer, tmp_path: Path) -> None:
    with HttpServer({"*": "mute"}) as server:
        (tmp_path / "a.html").write_text(f'<a href="{server.url("/", host="acme.example")}">A</a>')
        options = ["--online", "--resolver", dns.address, "--online-allow-private", "127.0.0.1"]
        command = [sys.executable, "-m", "maillint", "check", "a.html", *options, "--online-timeout", "60"]
        with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            while not server.requests:
                time.sleep(0.01)
            start = time.monotonic()
            running.send_signal(signal.SIGINT)
            running.communicate(timeout=20)
            assert time.monotonic() - start < 5
            assert running.returncode != 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--watch"], "--watch would request every link again and again"),
        (["--online-timeout", "0"], "0.0 is not in the range 0<x<=120"),
        (["--online-timeout", "soon"], "'soon' is not a number"),
        (["--online-allow-private", "intranet"], "'intranet' is neither an address nor a network such as 10.0.0.0/8"),
        (["--online-allow-private", "10.0.0.1/8"], "'10.0.0.1/8' is neither an address nor a network"),
        (["--resolver", "127.0.0.1:dns"], "--resolver: '127.0.0.1:dns': the port is a number"),
        (["--resolver", "127.0.0.1"], "--resolver goes with --dns or --online"),
        (["--online-allow-private", "10.0.0.1"], "--online-allow-private goes with --online"),
    ],
)
def test_wrong_usage_is_one_clear_line(tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "a.html").write_text("<p>Hello</p>")
    online = [] if "goes with" in words else ["--online"]
    result = maillint("check", "a.html", *online, *arguments, folder=tmp_path)
    assert result.returncode == 2
    assert words in result.stderr
    assert result.stdout == ""
