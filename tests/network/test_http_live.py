"""HTTP requests to real servers on loopback, some of which misbehave."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from maillint import __version__
from maillint.network.answers import Answer, Found, Kind
from maillint.network.http import MOST_HOPS, canonical
from maillint.network.http_live import MOST_PER_SITE, PER_SITE, LiveWeb, interleaved, is_public
from maillint.network.replay import ReplayResolver
from maillint.network.resolver import Resolver
from tests.http_server import Authority, HttpServer, Page, redirect

LOOPBACK = (ip_network("127.0.0.1"), ip_network("::1"))
NAMES: Mapping[str, Any] = {
    "acme.example A": ["127.0.0.1"],
    "www.acme.example A": ["127.0.0.1"],
    "other.example A": ["127.0.0.1"],
    "six.example AAAA": ["::1"],
    "inside.example A": ["10.0.0.7"],
    "second.example A": ["127.0.0.2"],
    "mapped.example AAAA": ["::ffff:10.0.0.7"],
    "bare.example TXT": ["no address"],
    "slow.example A": "timeout",
    "broken.example A": "servfail",
}


def has_address(host: str) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as channel:
        try:
            channel.bind((host, 0))
        except OSError:
            return False
    return True


def web(timeout: float = 5.0, **more: Any) -> LiveWeb:
    return LiveWeb(more.pop("resolver", ReplayResolver(NAMES)), timeout=timeout, **{"allowed": LOOPBACK, **more})


def test_no_request_begins_after_the_time_for_all() -> None:
    hop = web(budget=0).hop("http://a.example/")
    assert (hop.kind, hop.words) == ("unknown", "the 0 s for all links are used up")


# -- requests -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pages", "status", "methods"),
    [
        ({"/": Page(200)}, 200, ["HEAD"]),
        ({"/": Page(204)}, 204, ["HEAD"]),
        ({"HEAD /": Page(405), "/": Page(200)}, 200, ["HEAD", "GET"]),
        ({"HEAD /": Page(501), "/": Page(200)}, 200, ["HEAD", "GET"]),
        ({"HEAD /": Page(404), "/": Page(200)}, 200, ["HEAD", "GET"]),
        ({"HEAD /": Page(403), "/": Page(403)}, 403, ["HEAD", "GET"]),
        ({"HEAD /": "hang-up", "/": Page(200)}, 200, ["HEAD", "GET"]),
        ({"HEAD /": "reset", "/": Page(200)}, 200, ["HEAD", "GET"]),
        ({"HEAD /": "garbage", "/": Page(200)}, 200, ["HEAD", "GET"]),
        ({}, 404, ["HEAD", "GET"]),
        ({"/": Page(410)}, 410, ["HEAD", "GET"]),
        ({"/": Page(429)}, 429, ["HEAD"]),
    ],
)
def test_head_comes_first_and_get_where_head_is_refused(
    pages: Mapping[str, Any], status: int, methods: list[str]
) -> None:
    with HttpServer(pages) as server:
        hop = web().hop(server.url())
        assert (hop.kind, hop.status, hop.target) == ("answered", status, None)
        assert server.methods("/") == methods


@pytest.mark.parametrize(
    ("answers", "status", "temporary", "requests"),
    [
        ([Page(500)], 500, False, 3),
        ([Page(502), Page(502), Page(200)], 200, False, 3),
        ([Page(503)], 503, True, 2),
        ([Page(500, {"Retry-After": "5"})], 500, True, 2),
        ([Page(404)], 404, False, 2),
    ],
)
def test_a_server_that_fails_gets_a_second_request(answers: Any, status: int, temporary: bool, requests: int) -> None:
    with HttpServer({"/": answers}) as server:
        hop = web().hop(server.url())
        assert (hop.kind, hop.status, hop.temporary) == ("answered", status, temporary)
        assert len(server.requests) == requests


def test_without_time_for_a_second_request_a_failure_may_be_temporary() -> None:
    with HttpServer({"/": Page(500)}) as server:
        assert web(timeout=1.5).hop(server.url()).temporary


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("mute", "does not answer within 1 s"),
        ("slow-head", "does not answer within 1 s"),
        ("endless-head", "answers with endless header fields"),
        ("endless-interim", "answers with endless header fields"),
        ("garbage", "answers with something that is not HTTP"),
        ("half", "hung up in the middle of its answer"),
        ("hang-up", "hung up"),
        ("reset", "connection reset by peer"),
    ],
)
def test_an_unusable_response_is_unknown(behaviour: Any, words: str) -> None:
    with HttpServer({"/": behaviour}) as server:
        start = time.monotonic()
        hop = web(timeout=1).hop(server.url())
        assert time.monotonic() - start < 2
        assert hop.kind == "unknown"
        assert hop.words.startswith("127.0.0.1")
        assert hop.words.endswith(words)
        assert server.sent < 16_000_000  # what the system takes in before the connection is closed


@pytest.mark.parametrize("behaviour", ["endless-body", "huge-body"])
def test_a_body_is_not_read(behaviour: Any) -> None:
    with HttpServer({"HEAD /": Page(405), "/": behaviour}) as server:
        start = time.monotonic()
        assert web().hop(server.url()).status == 200
        assert time.monotonic() - start < 1
        time.sleep(0.1)
        assert server.sent < 16_000_000


def test_what_is_sent() -> None:
    with HttpServer({"*": redirect("/b", Set_Cookie="id=1")}) as server:
        port = server.port
        chain = web().chain(server.url("/a?b=c%20d", host="acme.example"))
        assert [(request.method, request.path) for request in server.requests] == [
            ("HEAD", "/a?b=c%20d"),
            ("HEAD", "/b"),
        ]
        for request in server.requests:
            assert request.fields == {
                "Host": f"acme.example:{port}",
                "User-Agent": f"maillint/{__version__}",
                "Accept": "*/*",
                "Connection": "close",
            }
        assert chain.end == "loop"
        assert all(hop.cookies for hop in chain.hops)


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with HttpServer({"*": Page(200)}) as server, HttpServer({"*": Page(404)}) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        assert web().hop(server.url()).status == 200
        assert proxy.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(status: int) -> None:
    with HttpServer({"/a": redirect("/b", status), "/b": redirect("c"), "/c": Page(200)}) as server:
        chain = web().chain(server.url("/a"))
        assert [hop.url for hop in chain.hops] == [server.url(path) for path in ("/a", "/b", "/c")]
        assert (chain.end, chain.last.status, chain.redirects) == ("end", 200, 2)


def test_a_redirect_loop_ends() -> None:
    with HttpServer({"/a": redirect("/b"), "/b": redirect("/a#again")}) as server:
        assert web().chain(server.url("/a")).end == "loop"
        assert len(server.requests) == 2


def test_an_endless_chain_ends() -> None:
    pages = {f"/{n}": redirect(f"/{n + 1}") for n in range(50)}
    with HttpServer(pages) as server:
        assert web().chain(server.url("/0")).end == "long"
        assert len(server.requests) == MOST_HOPS + 1


def test_each_url_is_requested_once_however_many_links_lead_there() -> None:
    pages = {"/a": redirect("/z"), "/b": redirect("/z"), "/z": Page(200)}
    with HttpServer(pages) as server:
        live = web()
        finished: list[int] = []
        live.follow([server.url("/a"), server.url("/b"), server.url("/a"), server.url("/z")], finished.append)
        assert sorted(request.path for request in server.requests) == ["/a", "/b", "/z"]
        assert finished == [1, 2, 3]
        chain = live.requested_chain(server.url("/a"))
        assert chain is not None and chain.target == server.url("/z")
        assert live.requested_chain(server.url("/never")) is None


def test_urls_of_one_site_are_kept_apart() -> None:
    urls = [
        "http://a.example/1",
        "http://a.example/2",
        "http://www.a.example/3",
        "http://b.example/",
        "http://c.example/",
    ]
    assert interleaved([*urls, urls[0]]) == [urls[0], urls[3], urls[4], urls[1], urls[2]]


def test_few_requests_go_to_one_site_at_once() -> None:
    with HttpServer({"*": Page(200)}, delay=0.05) as server:
        start = time.monotonic()
        web().follow(server.url(f"/{n}", host=f"{'www.' * (n % 2)}acme.example") for n in range(12))
        assert len(server.requests) == 12
        assert server.most_at_once == PER_SITE
        assert time.monotonic() - start >= 12 / PER_SITE * 0.05


def test_different_sites_get_requests_side_by_side() -> None:
    names = {f"s{n}.example A": ["127.0.0.1"] for n in range(8)}
    with HttpServer({"*": Page(200)}, delay=0.2) as server:
        web(resolver=ReplayResolver(names)).follow(server.url("/", host=f"s{n}.example") for n in range(8))
        assert server.most_at_once > PER_SITE


def test_requests_to_one_site_are_limited() -> None:
    with HttpServer({"*": Page(200)}) as server:
        live = web()
        urls = [server.url(f"/{n}", host="acme.example") for n in range(MOST_PER_SITE + 20)]
        live.follow(urls)
        assert len(server.requests) == MOST_PER_SITE
        words = {live.hop(url).words for url in urls if live.hop(url).kind == "unknown"}
        assert words == {f"no more than {MOST_PER_SITE} links to acme.example are requested"}


def test_a_server_that_answers_too_many_requests_is_left_alone() -> None:
    with HttpServer({"*": Page(429)}) as server:
        live = web()
        hops = [live.hop(server.url(f"/{n}", host="acme.example")) for n in range(5)]
        assert len(server.requests) == 1
        assert {hop.words for hop in hops} == {"acme.example answers 429 Too Many Requests"}


# -- private networks ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.0.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("192.0.2.1", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("::10.0.0.1", False),
        ("2002:0a00:0001::1", False),
        ("2002:5db8:d822::1", True),
        ("64:ff9b::10.0.0.1", False),
        ("64:ff9b::93.184.216.34", True),
    ],
)
def test_is_public(address: str, expected: bool) -> None:
    assert is_public(ip_address(address)) is expected


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "0x7f.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "localhost", "acme.localhost",
     "acme.example", "six.example"],
)  # fmt: skip
def test_private_addresses_get_no_request(host: str) -> None:
    with HttpServer({"*": Page(200)}) as server:
        url = canonical(server.url("/", host=host))
        assert url is not None
        hop = web(allowed=()).hop(url)
        assert hop.kind == "unknown"
        assert "not requested" in hop.words
        assert server.connections == 0


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("http://127.0.0.2:{port}/", "127.0.0.2 is a private address, and is not requested"),
        ("http://second.example:{port}/", "second.example leads to a private address, and is not requested"),
        ("http://169.254.169.254/latest/meta-data/", "169.254.169.254 is a private address, and is not requested"),
        ("http://inside.example/", "inside.example leads to a private address, and is not requested"),
        ("http://mapped.example/", "mapped.example leads to a private address, and is not requested"),
        ("http://[fe80::1]/", "[fe80::1] is a private address, and is not requested"),
        ("file:///etc/passwd", "127.0.0.1 redirects to an address that is not on the web"),
    ],
)
def test_private_addresses_get_no_request_after_a_redirect(target: str, words: str) -> None:
    host = "127.0.0.2" if has_address("127.0.0.2") else "127.0.0.1"  # some systems have one loopback address
    with (
        HttpServer({"*": Page(200)}, host=host) as second,
        HttpServer({"/": redirect(target.format(port=second.port))}) as server,
    ):
        chain = web().chain(server.url())
        assert (chain.last.kind, chain.last.words) == ("unknown", words)
        assert second.connections == 0


def test_private_networks_can_be_allowed() -> None:
    with HttpServer({"*": Page(200)}) as server:
        assert web(allowed=[ip_network("127.0.0.0/8")]).hop(server.url()).status == 200
        assert web(allowed=[ip_network("10.0.0.0/8")]).hop(server.url()).kind == "unknown"


class Fickle(Resolver):
    """Answers with the server's address once, and with another from then on."""

    def __init__(self) -> None:
        self.lookups = 0

    def lookup(self, name: str, kind: Kind) -> Answer:
        self.lookups += kind == "A"
        return Found(
            ("127.0.0.1",) if kind == "A" and self.lookups == 1 else ("127.0.0.2",) if kind == "A" else ("::2",)
        )


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    resolver = Fickle()
    with HttpServer({"HEAD /": Page(405), "/": Page(200)}) as server:
        assert web(resolver=resolver).hop(server.url("/", host="acme.example")).status == 200
        assert (resolver.lookups, server.connections) == (1, 2)


@pytest.mark.parametrize("port", [22, 25, 111])
def test_ports_of_other_protocols_get_no_request(port: int) -> None:
    assert web().hop(f"http://acme.example:{port}/").words == f"acme.example is not requested at port {port}"


# -- names and connections ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "kind", "words"),
    [
        ("gone.example", "absent", "there is no host gone.example"),
        ("bare.example", "absent", "bare.example has no address"),
        ("slow.example", "unknown", "the DNS cannot say where slow.example is: timed out"),
        ("broken.example", "unknown", "the DNS cannot say where broken.example is: SERVFAIL"),
    ],
)
def test_hosts_without_an_address(host: str, kind: str, words: str) -> None:
    hop = web().hop(f"https://{host}/")
    assert (hop.kind, hop.words) == (kind, words)


def closed_port() -> int:
    with socket.socket() as channel:
        channel.bind(("127.0.0.1", 0))
        return int(channel.getsockname()[1])


def test_a_refused_connection_is_unknown_and_after_two_the_site_is_left_alone() -> None:
    port = closed_port()
    live = web()
    words = [live.hop(f"http://acme.example:{port}/{n}").words for n in range(4)]
    assert words == ["acme.example: connection refused"] * 2 + ["acme.example accepts no connections"] * 2


def test_without_a_network_the_rest_is_not_tried() -> None:
    port = closed_port()
    names = {f"s{n}.example A": ["127.0.0.1"] for n in range(40)}
    live = web(resolver=ReplayResolver(names))
    words = [live.hop(f"http://s{n}.example:{port}/").words for n in range(40)]
    assert words[23] == "s23.example: connection refused"
    assert words[24:] == ["no server answers: the web seems to be out of reach"] * 16


@pytest.mark.skipif(not has_address("::1"), reason="this machine has no IPv6")
def test_ipv6() -> None:
    with HttpServer({"*": Page(200)}, host="::1") as server:
        live = web()
        assert live.hop(server.url()).status == 200
        assert server.requests[0].fields["Host"] == f"[::1]:{server.port}"
        assert live.hop(server.url("/", host="six.example")).status == 200


@pytest.mark.skipif(not has_address("::1"), reason="this machine has no IPv6")
def test_the_next_address_is_tried() -> None:
    zone = {"acme.example A": ["127.0.0.1"], "acme.example AAAA": ["::1"]}
    for host in ("127.0.0.1", "::1"):
        with HttpServer({"*": Page(200)}, host=host) as server:
            assert web(resolver=ReplayResolver(zone)).hop(server.url("/", host="acme.example")).status == 200


# -- certificates -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda a: a.context("acme.example"), None),
        (lambda a: a.context("*.example", "acme.example"), None),
        (lambda a: a.context("acme.example", since=-30, until=-1), "expired"),
        (lambda a: a.context("acme.example", since=1, until=30), "not-yet-valid"),
        (lambda a: a.context("other.example"), "wrong-host"),
        (lambda a: a.context("acme.example", signed=False), "self-signed"),
        (lambda a: Authority(a.folder, "Nobody").context("acme.example"), "untrusted"),
    ],
)
def test_certificates(authority: Authority, make: Callable[[Authority], Any], problem: str | None) -> None:
    with HttpServer({"*": Page(200)}, tls=make(authority)) as server:
        live = web(authorities=str(authority.path))
        hop = live.hop(server.url("/", host="acme.example"))
        assert (hop.kind, hop.problem, hop.secure) == ("certificate" if problem else "answered", problem, not problem)
        assert live.verifies is (problem is None)
        assert len(server.requests) == (not problem)  # no request is sent to a host with a bad certificate


@pytest.mark.parametrize(("name", "problem"), [("127.0.0.1", None), ("127.0.0.9", "wrong-host")])
def test_certificates_of_addresses(authority: Authority, name: str, problem: str | None) -> None:
    with HttpServer({"*": Page(200)}, tls=authority.context(name)) as server:
        assert web(authorities=str(authority.path)).hop(server.url()).problem == problem


def test_a_bad_certificate_behind_a_redirect(authority: Authority) -> None:
    bad = authority.context("acme.example", since=-30, until=-1)
    with (
        HttpServer({"*": Page(200)}, tls=bad) as target,
        HttpServer({"/": redirect(target.url("/", host="acme.example"))}) as server,
    ):
        chain = web(authorities=str(authority.path)).chain(server.url())
        assert [hop.kind for hop in chain.hops] == ["answered", "certificate"]


def test_the_systems_authorities_do_not_include_ours(authority: Authority) -> None:
    with HttpServer({"*": Page(200)}, tls=authority.context("acme.example")) as server:
        assert web().hop(server.url("/", host="acme.example")).problem == "untrusted"


def test_a_server_that_speaks_no_tls_is_unknown() -> None:
    with HttpServer({"*": Page(200)}) as server:
        hop = web().hop(server.url("/", host="acme.example").replace("http:", "https:"))
        assert hop.kind == "unknown"
        assert "do not agree on TLS" in hop.words


def test_a_server_that_is_silent_in_the_handshake_is_unknown() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        start = time.monotonic()
        hop = web(timeout=1).hop(f"https://acme.example:{listening.getsockname()[1]}/")
        assert time.monotonic() - start < 2
        assert (hop.kind, hop.words) == ("unknown", "acme.example: no connection in time")
