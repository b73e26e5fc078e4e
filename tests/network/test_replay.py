"""Answers from a mapping: the forms in which records and responses may be written."""

from __future__ import annotations

from typing import Any

import pytest

from maillint.network.answers import Absent, Answer, Found, Kind, Unreachable
from maillint.network.replay import ReplayResolver, ReplayWeb


@pytest.mark.parametrize(
    ("mapping", "name", "kind", "expected"),
    [
        ({"a.example txt": ["x"]}, "a.example", "TXT", Found(("x",))),
        ({"A.Example. TXT": ["x"]}, "a.example", "TXT", Found(("x",))),
        ({"a.example TXT": []}, "a.example", "TXT", Absent("nodata")),
        ({"a.example TXT": "nodata"}, "a.example", "TXT", Absent("nodata")),
        ({"a.example TXT": "nxdomain"}, "a.example", "A", Absent("nxdomain")),
        ({"a.example TXT": "refused"}, "a.example", "TXT", Unreachable("REFUSED")),
        ({"192.0.2.1 PTR": ["a.example"]}, "1.2.0.192.in-addr.arpa", "PTR", Found(("a.example",))),
        ({"a.example MX": ["10   MX.a.example."]}, "a.example", "MX", Found(("10 mx.a.example",))),
        ({"a.example AAAA": ["2001:DB8:0::1"]}, "a.example", "AAAA", Found(("2001:db8::1",))),
    ],
)
def test_how_records_may_be_written(mapping: Any, name: str, kind: Kind, expected: Answer) -> None:
    assert ReplayResolver(mapping).lookup(name, kind) == expected


@pytest.mark.parametrize(
    ("mapping", "named"),
    [
        ({"a.example": ["x"]}, "a.example"),
        ({"TXT": ["x"]}, "TXT"),
        ({"a.example IN TXT": ["x"]}, "a.example IN TXT"),
        ({"a.example SPF": ["x"]}, "a.example SPF"),
        ({"a.example TXT": "v=spf1 -all"}, "v=spf1 -all"),
        ({"a.example TXT": [1]}, "1"),
        ({"a.example A": ["::1"]}, "::1"),
        ({"a.example AAAA": ["192.0.2.1"]}, "192.0.2.1"),
        ({"a.example MX": ["mx.a.example"]}, "mx.a.example"),
        ({"a.example CNAME": ["b.example", "c.example"]}, "CNAME"),
        ({"a.example PTR": [""]}, "PTR"),
    ],
)
def test_a_malformed_mapping_is_explained_in_one_line(mapping: Any, named: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$") as error:
        ReplayResolver(mapping)
    assert named in str(error.value)


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (404, "answered", "a.example answers 404 Not Found"),
        ("301 ftp://a.example/", "unknown", "a.example redirects to an address that is not on the web"),
        ("301", "unknown", "a.example redirects to an address that is not on the web"),
        ("absent", "absent", "there is no host a.example"),
        ("expired", "certificate", "a.example has a bad certificate"),
        ("accepts no connections", "unknown", "a.example accepts no connections"),
    ],
)
def test_how_responses_may_be_written(value: int | str, kind: str, words: str) -> None:
    hop = ReplayWeb({"https://a.example": value}).hop("https://a.example/")
    assert (hop.kind, hop.words) == (kind, words)
