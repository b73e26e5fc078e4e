"""Beacons found by host, by path and by pattern."""

from __future__ import annotations

import pytest

from maillint.web.trackers import Beacons


@pytest.mark.parametrize(
    ("url", "vendor"),
    [
        ("https://a.beacon.example/x", "host"),
        ("https://A.Beacon.Example./x", "host"),
        ("https://u:p@beacon.example:8080/x", "host"),
        ("//beacon.example/x?y#z", "host"),
        ("https:\\\\beacon.example\\x", "host"),
        ("https://abeacon.example/x", None),
        ("http://beacon.example.other.example/", None),
        ("beacon.example/x", None),
        ("mailto:a@beacon.example", None),
        ("https://any.example/open/7f", "path"),
        ("https://any.example/a/open/7f", None),
        ("\uf5b1\uf5b1/open/7f", "path"),
        ("\uf5b1\uf5b1.beacon.example/x", "host"),
        ("https://\uf5b1\uf5b1.beacon.example/x", "host"),
        ("https://\uf5b1\uf5b1/open/7f", "path"),
        ("https://b7.example/", "pattern"),
        ("https://any.example/?q=1&r=2", "query"),
    ],
)
def test_hosts_and_paths_lead_to_vendors(url: str, vendor: str | None) -> None:
    beacons = Beacons(
        [
            {"vendor": "host", "hosts": ["beacon.example"]},
            {"vendor": "path", "path": "/open/[0-9a-f]+"},
            {"vendor": "pattern", "host": r"b\d\.example"},
            {"vendor": "query", "path": r"/\?q=\d&r="},
        ]
    )
    assert beacons.vendor(url) == vendor
