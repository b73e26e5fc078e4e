"""What is known of a host by its name: that no reader reaches it, or that it only stands for another."""

from __future__ import annotations

import re
from functools import cache

from maillint.data.lists import load_list
from maillint.web.domains import a_label, is_private_host, is_under, organisational, parse_ip, registrable, u_label

_SCHEMES = frozenset({"http", "https", "www"})


@cache
def listed_hosts(key: str) -> frozenset[str]:
    """The hosts under a key of ``rules/lists/link-hosts.yaml``."""
    return frozenset(load_list("link-hosts")[key])


def private_reason(host: str) -> str | None:
    """Why no reader reaches a host, in words that follow its name; None for one that readers may reach."""
    if is_private_host(host):
        return "is reached from inside a network only"
    if is_under(host, listed_hosts("tunnels")):
        return "is a developer's own machine"
    single = host.isascii() and host.replace("-", "").isalnum()
    if single and host not in _SCHEMES and parse_ip(host) is None:  # https://https://acme.example
        return "has no domain, so only a network of one's own knows it"
    return None


def is_under_test(host: str, own: frozenset[str]) -> bool:
    """Whether a host is a site under test by its name; on one's ``own`` domains more names say so."""
    site = registrable(host)
    if site is None or len(site) >= len(host):
        return False
    named = listed_hosts("own-staging") if site in own or organisational(host) in own else listed_hosts("staging")
    for label in host[: -len(site) - 1].split("."):
        if label in named or any(label.startswith(f"{name}-") or label.endswith(f"-{name}") for name in named):
            return True
    return False


def stands_for_another(host: str) -> bool:
    """Whether a host only stands for one that is to come: example.com, yourdomain.com, your-site-name.example."""
    name = a_label(host)
    if name is None:
        return False
    site = registrable(name) or name.removeprefix("www.")
    return site in listed_hosts("placeholders") or _stand_in().fullmatch(u_label(site.partition(".")[0])) is not None


@cache
def _stand_in() -> re.Pattern[str]:
    return re.compile("|".join(load_list("link-hosts")["placeholder-labels"]))
