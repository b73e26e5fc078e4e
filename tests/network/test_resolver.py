"""DNS lookups against a real server on loopback: found, absent and unreachable."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from maillint.network.answers import Absent, Answer, Found, Kind, Unreachable
from maillint.network.replay import ReplayResolver
from maillint.network.resolver import (
    SILENCE_LIMIT,
    DnsResolver,
    Resolver,
    mx_host,
    parse_server,
)
from tests.dns_server import DnsServer

TIMEOUT = 0.3
PATIENT = 5.0  # where an answer comes: a busy machine must not make it a timeout
LONG = "v=spf1 " + " ".join(f"ip4:192.0.2.{n}" for n in range(60)) + " -all"
ZONE: dict[str, list[Any] | str] = {
    "acme.example TXT": ["v=spf1 mx -all", "site-verification=1"],
    "acme.example MX": ["20 mx2.acme.example", "10 MX1.acme.example", "5 mx9.acme.example"],
    "acme.example A": ["192.0.2.10", "192.0.2.9"],
    "acme.example AAAA": ["2001:db8::1"],
    "v4.acme.example A": ["192.0.2.1"],
    "null.example MX": ["0 ."],
    "_dmarc.deep.example TXT": ["v=DMARC1; p=none"],
    "alias.example CNAME": ["www.alias.example"],
    "www.alias.example CNAME": ["real.example"],
    "real.example TXT": ["at last"],
    "dangling.example CNAME": ["gone.example"],
    "loop.example CNAME": ["pool.example"],
    "pool.example CNAME": ["loop.example"],
    "10.2.0.192.in-addr.arpa PTR": ["Mail.acme.example"],
    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR": ["mail6.acme.example"],
    "xn--bcher-kva.example TXT": ["books"],
    "slow.example TXT": "timeout",
    "broken.example TXT": "servfail",
    "shut.example TXT": "refused",
}

LOOKUPS: list[tuple[str, Kind, Answer]] = [
    ("acme.example", "TXT", Found(("site-verification=1", "v=spf1 mx -all"))),
    ("ACME.example.", "TXT", Found(("site-verification=1", "v=spf1 mx -all"))),
    ("acme.example", "MX", Found(("5 mx9.acme.example", "10 mx1.acme.example", "20 mx2.acme.example"))),
    ("acme.example", "A", Found(("192.0.2.9", "192.0.2.10"))),
    ("null.example", "MX", Found(("0 .",))),
    ("acme.example", "PTR", Absent("nodata")),
    ("deep.example", "TXT", Absent("nodata")),
    ("nowhere.example", "TXT", Absent("nxdomain")),
    ("alias.example", "TXT", Found(("at last",))),
    ("alias.example", "MX", Absent("nodata")),
    ("alias.example", "CNAME", Found(("www.alias.example",))),
    ("real.example", "CNAME", Absent("nodata")),
    ("dangling.example", "TXT", Absent("nxdomain")),
    ("dangling.example", "CNAME", Found(("gone.example",))),
    ("bücher.example", "TXT", Found(("books",))),
    ("a..example", "TXT", Absent("nxdomain")),
    ("x" * 64 + ".example", "TXT", Absent("nxdomain")),
    (".".join(["x" * 60] * 5), "TXT", Absent("nxdomain")),
    ("not a name.example", "TXT", Absent("nxdomain")),
    ("\udc80.example", "TXT", Absent("nxdomain")),
]


@pytest.fixture(scope="module")
def server() -> Any:
    with DnsServer(ZONE) as running:
        yield running


@pytest.fixture(params=["dns", "replay"])
def resolver(request: pytest.FixtureRequest, server: DnsServer) -> Resolver:
    """The same zone, over the network and replayed."""
    return DnsResolver(server.address, PATIENT) if request.param == "dns" else ReplayResolver(ZONE)


@pytest.mark.parametrize(("name", "kind", "expected"), LOOKUPS)
def test_lookup(resolver: Resolver, name: str, kind: Kind, expected: Answer) -> None:
    assert resolver.lookup(name, kind) == expected


@pytest.mark.parametrize(
    ("look_up", "expected"),
    [
        (lambda r: r.txt("real.example"), Found(("at last",))),
        (lambda r: r.mx("null.example"), Found(("0 .",))),
        (lambda r: r.ptr("192.0.2.10"), Found(("mail.acme.example",))),
        (lambda r: r.ptr("2001:db8::1"), Found(("mail6.acme.example",))),
        (lambda r: r.ptr("192.0.2.99"), Absent("nxdomain")),
        (lambda r: r.address("acme.example"), Found(("192.0.2.9", "192.0.2.10", "2001:db8::1"))),
        (lambda r: r.address("v4.acme.example"), Found(("192.0.2.1",))),
        (lambda r: r.address("null.example"), Absent("nodata")),
        (lambda r: r.address("nowhere.example"), Absent("nxdomain")),
    ],
)
def test_shorthands(resolver: Resolver, look_up: Callable[[Resolver], Answer], expected: Answer) -> None:
    assert look_up(resolver) == expected


@pytest.mark.parametrize(
    ("name", "word"), [("slow.example", "timed out"), ("broken.example", "SERVFAIL"), ("shut.example", "REFUSED")]
)
def test_a_failure_is_not_an_absent_record(server: DnsServer, name: str, word: str) -> None:
    for resolver in (DnsResolver(server.address, TIMEOUT), ReplayResolver(ZONE)):
        answer = resolver.txt(name)
        assert isinstance(answer, Unreachable)
        assert word in answer.reason


def test_ptr_of_a_text_that_is_no_address(resolver: Resolver) -> None:
    with pytest.raises(ValueError, match="not-an-ip"):
        resolver.ptr("not-an-ip")


def test_address_is_unreachable_only_where_neither_family_answers() -> None:
    zone = {"a.example A": ["192.0.2.1"], "a.example AAAA": "timeout", "b.example A": "timeout"}
    resolver = ReplayResolver(zone)
    assert resolver.address("a.example") == Found(("192.0.2.1",))
    assert resolver.address("b.example") == Unreachable("timed out")


@pytest.mark.parametrize("chase", [True, False])
def test_aliases_are_followed_by_the_server_or_by_the_resolver(chase: bool) -> None:
    with DnsServer(ZONE, chase=chase) as server:
        resolver = DnsResolver(server.address, PATIENT)
        assert resolver.txt("alias.example") == Found(("at last",))
        assert resolver.txt("dangling.example") == Absent("nxdomain")
        assert isinstance(resolver.txt("loop.example"), Unreachable)


@pytest.mark.parametrize("behaviour", ["timeout", "servfail", "refused", "formerr", "garbage", "mute-tcp"])
def test_kinds_of_failure(behaviour: Any) -> None:
    with DnsServer({"acme.example TXT": ["x"]}, behaviours={"acme.example": behaviour}) as server:
        assert isinstance(DnsResolver(server.address, TIMEOUT).txt("acme.example"), Unreachable)


@pytest.mark.parametrize(
    ("text", "behaviours"),
    [(LONG, {}), ("short", {"acme.example": "truncate"}), ("short", {"acme.example": "bare-truncate"})],
)
def test_truncated_answers_are_requested_over_tcp(text: str, behaviours: Any) -> None:
    with DnsServer({"acme.example TXT": [text]}, behaviours) as server:
        assert DnsResolver(server.address, PATIENT).txt("acme.example") == Found((text,))
        assert [query.transport for query in server.queries] == ["udp", "tcp"]


@pytest.mark.parametrize(
    ("strings", "text"),
    [
        (["v=spf1 include:a.ex", "ample -all"], "v=spf1 include:a.example -all"),
        (["v=spf1", "-all"], "v=spf1-all"),
        ([b"caf\xc3\xa9"], "café"),
        ([b"caf\xe9"], "café"),
        ([b"a\x00\x1b[2Jb"], "a\x00\x1b[2Jb"),
        ([""], ""),
        (LONG, LONG),
    ],
)
def test_strings_of_a_txt_record_are_joined(strings: Any, text: str) -> None:
    with DnsServer({"acme.example TXT": [strings]}) as server:
        assert DnsResolver(server.address, PATIENT).txt("acme.example") == Found((text,))


def test_a_zone_file() -> None:
    with DnsServer('acme.example. 60 IN TXT "v=spf1 -all"\nacme.example. 60 IN A 192.0.2.1') as server:
        assert DnsResolver(server.address, PATIENT).txt("acme.example") == Found(("v=spf1 -all",))


@pytest.mark.parametrize("name", ["acme.example", "slow.example", "nowhere.example"])
def test_each_query_is_sent_once_by_all_threads_together(name: str) -> None:
    with DnsServer(ZONE) as server:
        resolver = DnsResolver(server.address, TIMEOUT)
        threads = [threading.Thread(target=resolver.txt, args=(name,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        tries = server.lookups(name)
        resolver.txt(name.upper() + ".")
        assert server.lookups(name) == tries
        assert tries == 1 or name == "slow.example"


def test_a_server_that_is_silent_from_the_start_is_given_up() -> None:
    with DnsServer({}, {"*": "timeout"}) as server:
        resolver = DnsResolver(server.address, 0.02)
        answers = [resolver.lookup(f"{index}.example", "A") for index in range(SILENCE_LIMIT + 2)]
        assert answers[SILENCE_LIMIT - 1] == Unreachable("timed out after 0.02 s")
        assert answers[SILENCE_LIMIT:] == [Unreachable("no server answers")] * 2
        assert server.lookups(f"{SILENCE_LIMIT}.example") == 0


def test_no_query_is_sent_after_the_time_for_all() -> None:
    with DnsServer({"a.example A": ["192.0.2.1"]}) as server:
        resolver = DnsResolver(server.address, PATIENT, budget=0)
        assert resolver.lookup("a.example", "A") == Unreachable("the 0 s for all lookups are over")
        assert server.lookups("a.example") == 0


@pytest.mark.parametrize("answer", [["192.0.2.1"], "nxdomain", "servfail"])
def test_a_server_that_has_answered_once_is_not_given_up(answer: Any) -> None:
    with DnsServer({"a.example A": answer, "b.example A": ["192.0.2.2"]}, {"*": "timeout"}) as server:
        resolver = DnsResolver(server.address, 2 * TIMEOUT)
        resolver.lookup("a.example", "A")
        with ThreadPoolExecutor(SILENCE_LIMIT + 1) as pool:
            list(pool.map(lambda index: resolver.lookup(f"{index}.example", "A"), range(SILENCE_LIMIT + 1)))
        assert resolver.lookup("b.example", "A") == Found(("192.0.2.2",))


CUT_OFF = Unreachable("the DNS server denies that there is a .com, so it is cut off from the world")


@pytest.mark.parametrize(
    ("zone", "sceptical", "absent"),
    [
        ({}, False, Absent("nxdomain")),
        ({}, True, CUT_OFF),
        ({"com TXT": "nodata"}, True, Absent("nxdomain")),
        ({"shop.com A": ["192.0.2.1"]}, True, Absent("nxdomain")),
        ({"com TXT": "servfail"}, True, Absent("nxdomain")),
    ],
)
def test_a_server_that_denies_every_name_is_not_trusted(zone: Any, sceptical: bool, absent: Answer) -> None:
    with DnsServer({**zone, "acme.example A": ["192.0.2.1"]}) as server:
        resolver = DnsResolver(server.address, sceptical=sceptical)
        assert resolver.lookup("gone.example", "TXT") == resolver.lookup("gone.example", "MX") == absent
        assert resolver.lookup("acme.example", "A") == Found(("192.0.2.1",))
        assert resolver.lookup("acme.example", "MX") == Absent("nodata")
        assert server.lookups("com") == sceptical


def test_only_the_systems_servers_are_doubted() -> None:
    with DnsServer({}) as server:
        assert DnsResolver(server.address).lookup("acme.com", "TXT") == Absent("nxdomain")
        assert server.lookups("com") == 0


def test_a_server_that_does_not_listen() -> None:
    with DnsServer({}) as server:
        address = server.address
    assert isinstance(DnsResolver(address, TIMEOUT).txt("acme.example"), Unreachable)


def test_a_server_whose_name_does_not_resolve() -> None:
    assert isinstance(DnsResolver("no-such-host.invalid:53", TIMEOUT).txt("acme.example"), Unreachable)


def test_a_server_by_name_and_over_ipv6() -> None:
    with DnsServer({"acme.example TXT": ["x"]}) as server:
        named = server.address.replace("127.0.0.1", "localhost")
        resolver = DnsResolver(named, PATIENT)
        assert isinstance(resolver.txt("acme.example"), Found | Unreachable)  # localhost may be ::1 only
    try:
        six = DnsServer({"acme.example TXT": ["x"]}, host="::1").__enter__()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with six:
        assert DnsResolver(six.address, PATIENT).txt("acme.example") == Found(("x",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:5353", ("127.0.0.1", 5353)),
        ("9.9.9.9", ("9.9.9.9", 53)),
        ("[::1]:5353", ("::1", 5353)),
        ("[2001:db8::53]", ("2001:db8::53", 53)),
        ("localhost:53", ("localhost", 53)),
        ("ns1.acme.example:65535", ("ns1.acme.example", 65535)),
    ],
)
def test_parse_server(text: str, expected: tuple[str, int]) -> None:
    assert parse_server(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", ":53", "::1", "::1:53", "[::1", "[127.0.0.1]:53", "[::1]53"),
        *("1.2.3.4:", "1.2.3.4:0", "1.2.3.4:65536", "1.2.3.4:dns", "1.2.3.4:٣"),
        *("1.2.3:53", "999.1.1.1:53", "two words:53", "http://1.2.3.4", "a:1:2"),
    ],
)
def test_a_malformed_server_is_explained_in_one_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        parse_server(text)
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        DnsResolver(text)


def test_mx_host() -> None:
    assert mx_host("10 mx.acme.example") == (10, "mx.acme.example")
    assert mx_host("0 .") == (0, ".")


def test_importing_the_network_modules_loads_no_dns_library() -> None:
    modules = "resolver spf spf_lookups spf_check dkim dmarc tags facts".split()
    lines = [f"import maillint.network.{module}" for module in modules]
    code = "\n".join([*lines, "import sys", "print([m for m in sys.modules if m.split('.')[0] == 'dns'])"])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
