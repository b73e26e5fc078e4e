"""URLs in canonical form, targets of redirects, and where a chain of redirects ends."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from maillint.network.http import MOST_HOPS, canonical, phrase, redirect_target
from maillint.network.replay import ReplayWeb


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://acme.example", "https://acme.example/"),
        ("HTTPS://Acme.Example:443/a?b#c", "https://acme.example/a?b"),
        ("http://acme.example:8080/", "http://acme.example:8080/"),
        ("http:\\\\acme.example\\a", "http://acme.example/a"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://acme.example./", "https://acme.example/"),
        ('https://acme.example/a b?ü=<">', "https://acme.example/a%20b?%C3%BC=%3C%22%3E"),
        ("https://acme.example/a%20b", "https://acme.example/a%20b"),
        ("https://acme.example/\r\nHost: evil.example", "https://acme.example/Host:%20evil.example"),
        ("https://acme.example/\x00\x1b\udc80", "https://acme.example/%00%1B?".replace("?", "%3F")),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://[::0001]/", "http://[::1]/"),
        ("https://acme.example?q", "https://acme.example/?q"),
        ("https://ann:secret@acme.example/", None),
        ("https://acme.example:99999/", None),
        ("https://acme.example:x/", None),
        ("https://acme.example:0/", None),
        ("https://a b/", None),
        ("ftp://acme.example/", None),
        ("mailto:ann@acme.example", None),
        ("//acme.example/", None),
        ("/a", None),
        ("https://", None),
        ("https://acme.example/" + "a" * 9000, None),
        ("https://acme.example/" + "ü" * 3000, None),
    ],
)
def test_canonical(url: str, expected: str | None) -> None:
    assert canonical(url) == expected


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("https://b.example/x", "https://b.example/x"),
        ("/x?y#z", "https://a.example:8443/x?y"),
        ("x", "https://a.example:8443/dir/x"),
        ("../x", "https://a.example:8443/x"),
        ("?y", "https://a.example:8443/dir/page?y"),
        ("//b.example/x", "https://b.example/x"),
        ("\\\\b.example\\x", "https://b.example/x"),
        ("  https://b.example/ ", "https://b.example/"),
        ("HTTP://B.example", "http://b.example/"),
        ("https:/b.example/x", "https://b.example/x"),
        ("file:///etc/passwd", None),
        ("javascript:alert(1)", None),
        ("itms-apps://apps.example/1", None),
        ("//[", None),
        ("https://user@b.example/", None),
    ],
)
def test_redirect_target(location: str, expected: str | None) -> None:
    assert redirect_target("https://a.example:8443/dir/page", location) == expected


def test_a_status_has_its_standard_words() -> None:
    assert [phrase(status) for status in (404, 429, 999)] == ["404 Not Found", "429 Too Many Requests", "999"]


def redirects_in_a_row(length: int) -> dict[str, int | str]:
    return {f"https://a.example/{n}": f"302 /{n + 1}" for n in range(length)}


@pytest.mark.parametrize(
    ("answers", "end", "redirects", "target"),
    [
        ({}, "end", 0, "https://a.example/0"),
        (redirects_in_a_row(1), "end", 1, "https://a.example/1"),
        (redirects_in_a_row(MOST_HOPS), "end", MOST_HOPS, f"https://a.example/{MOST_HOPS}"),
        (redirects_in_a_row(MOST_HOPS + 3), "long", MOST_HOPS + 1, f"https://a.example/{MOST_HOPS + 1}"),
        ({"https://a.example/0": "302 /0"}, "loop", 1, "https://a.example/0"),
        ({**redirects_in_a_row(2), "https://a.example/2": "302 /1#x"}, "loop", 3, "https://a.example/1"),
        ({"https://a.example/0": "302 /private"}, "blocked", 1, "https://a.example/private"),
        ({**redirects_in_a_row(1), "https://a.example/1": "absent"}, "end", 1, "https://a.example/1"),
    ],
)
def test_chain(answers: Mapping[str, int | str], end: str, redirects: int, target: str) -> None:
    chain = ReplayWeb(answers, lambda url: "private" not in url).chain("https://a.example/0")
    assert (chain.end, chain.redirects, chain.target) == (end, redirects, target)
    assert len(chain.hops) <= MOST_HOPS + 1
