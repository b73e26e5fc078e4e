"""Where web addresses lead: what one of them answers, and the trail of redirects behind it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from maillint.web.domains import a_label, parse_ip
from maillint.web.urls import split

MOST_HOPS = 5
"""Redirects in a row that are followed."""

Kind: TypeAlias = Literal["answered", "absent", "certificate", "unknown"]
Problem: TypeAlias = Literal["expired", "not-yet-valid", "wrong-host", "self-signed", "untrusted", "revoked"]

PORTS: Mapping[str, int] = {"http": 80, "https": 443}
PROBLEMS: Mapping[int, Problem] = {
    9: "not-yet-valid",
    10: "expired",
    18: "self-signed",
    19: "untrusted",
    20: "untrusted",
    21: "untrusted",
    23: "revoked",
    62: "wrong-host",
    64: "wrong-host",
}
"""The faults of a certificate by OpenSSL's numbers (X509_V_ERR_… in x509_vfy.h); 19 to 21 lack a known issuer."""

UNAVAILABLE = 503
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST = 8192
_PORT = re.compile(r"[0-9]{0,5}")
_NOT_IN_A_REQUEST = re.compile(r"[^\x21-\x7e]|[\"<>`{}|\\^]")


@dataclass(frozen=True, slots=True)
class Hop:
    """One address that was asked, and what came of it.

    ``kind`` is ``answered`` (a server did, with ``status``; ``target`` is where it redirects to), ``absent``
    (the DNS has no such host), ``certificate`` (its certificate has a ``problem``) or ``unknown`` (nobody
    could say, or nobody was asked). ``words`` say it of the host, for people. ``secure``: a certificate was
    verified. ``cookies``: the server wanted to set some. ``passing``: a failure that may soon be over.
    """

    url: str
    kind: Kind
    words: str
    status: int = 0
    target: str | None = None
    problem: Problem | None = None
    secure: bool = False
    cookies: bool = False
    passing: bool = False

    @property
    def host(self) -> str:
        """The host that was asked."""
        return split(self.url).host


@dataclass(frozen=True, slots=True)
class RedirectChain:
    """Where an address leads: every hop in order, there is at least one, and why there is no further one.

    ``end`` is ``end`` (the last hop redirects nowhere), ``loop`` (it redirects to an earlier one), ``long``
    (to one too many) or ``held`` (to an address that may not be asked).
    """

    hops: tuple[Hop, ...]
    end: Literal["end", "loop", "long", "held"]

    @property
    def last(self) -> Hop:
        """The last address that was asked."""
        return self.hops[-1]

    @property
    def redirects(self) -> int:
        """How many redirects there were, followed or not."""
        return len(self.hops) - (self.last.target is None)

    @property
    def target(self) -> str:
        """The last address known."""
        return self.last.target or self.last.url


def canonical(url: str) -> str | None:
    """Return an http or https address in the one form in which it is asked, without its fragment.

    None for what cannot be asked: another scheme, no host or one that is no name, a user name, a port that
    is none, more than 8192 characters.
    """
    parts = split(url)
    if parts.scheme not in PORTS or not parts.host or parts.userinfo or not _PORT.fullmatch(parts.port):
        return None
    address = parse_ip(parts.host)
    host = a_label(parts.host) if address is None else f"[{address}]" if address.version == 6 else str(address)
    port = int(parts.port or PORTS[parts.scheme])
    if host is None or not 0 < port < 65536:
        return None
    shown_port = "" if port == PORTS[parts.scheme] else f":{port}"
    query = f"?{parts.query}" if parts.query else ""
    text = f"{parts.scheme}://{host}{shown_port}{parts.path or '/'}{query}"
    if len(text) > _LONGEST:
        return None
    encoded = _NOT_IN_A_REQUEST.sub(lambda found: _encoded(found[0]), text)
    return encoded if len(encoded) <= _LONGEST else None


def _encoded(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))


def redirect_target(base: str, location: str) -> str | None:
    """Return where a Location field leads, in canonical form; None for what is no web address."""
    from urllib.parse import urljoin  # noqa: PLC0415 -- online only

    if split(location).scheme:
        return canonical(location)
    try:
        return canonical(urljoin(base, location.strip().replace("\\", "/")))
    except ValueError:
        return None


def answered(url: str, status: int, fields: Mapping[str, str], *, secure: bool, passing: bool = False) -> Hop:
    """Make a hop of an answer's status and header fields (names in lower case)."""
    host = split(url).host
    cookies = "set-cookie" in fields
    if status in _REDIRECTS:
        target = redirect_target(url, fields["location"]) if fields.get("location") else None
        if target is None:
            return Hop(url, "unknown", f"{host} redirects to no web address", status, secure=secure)
        return Hop(url, "answered", f"{host} answers {phrase(status)}", status, target, None, secure, cookies)
    passing = passing or status == UNAVAILABLE or "retry-after" in fields
    return Hop(url, "answered", f"{host} answers {phrase(status)}", status, None, None, secure, cookies, passing)


def phrase(status: int) -> str:
    """A status code with its standard words: ``404 Not Found``; never the words of a server."""
    from http import HTTPStatus  # noqa: PLC0415 -- online only

    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


class Web(ABC):
    """Tells where addresses lead; they are in canonical form.

    ``may_ask`` says of a redirect's target whether it may be asked. ``verifies`` tells whether any certificate
    has been found good so far: where none has, the authorities may be missing.
    """

    def __init__(self, may_ask: Callable[[str], bool] = lambda url: True) -> None:
        self.may_ask = may_ask
        self.verifies = False
        self._trails: dict[str, RedirectChain] = {}

    @abstractmethod
    def hop(self, url: str) -> Hop:
        """What one address answers; it is asked once."""

    def trail(self, url: str) -> RedirectChain:
        """Follow an address to where it leads, over MOST_HOPS redirects at the most."""
        if url not in self._trails:
            self._trails[url] = self._follow(url)
        return self._trails[url]

    def known(self, url: str) -> RedirectChain | None:
        """The trail of an address that has been asked, None for another; asks nobody."""
        return self._trails.get(url)

    def _follow(self, url: str) -> RedirectChain:
        hops = [self.hop(url)]
        known = {url}
        while (target := hops[-1].target) is not None:
            if target in known:
                return RedirectChain(tuple(hops), "loop")
            if len(hops) > MOST_HOPS:
                return RedirectChain(tuple(hops), "long")
            if not self.may_ask(target):
                return RedirectChain(tuple(hops), "held")
            known.add(target)
            hops.append(self.hop(target))
        return RedirectChain(tuple(hops), "end")


class ReplayWeb(Web):
    """Answers from a mapping that people can write, and never touches the network.

    Keys are addresses. Values are a status code, a status code and the address that it redirects to
    (``301 https://acme.example/``), ``absent``, a problem of the certificate (``expired``, ``wrong-host``, …)
    or a reason why nobody can say (``takes no connections``). An address that is not listed answers 200.
    """

    def __init__(self, mapping: Mapping[str, int | str], may_ask: Callable[[str], bool] = lambda url: True) -> None:
        super().__init__(may_ask)
        self.verifies = True
        self._answers = {canonical(url) or url: str(value) for url, value in mapping.items()}

    def known(self, url: str) -> RedirectChain | None:
        return self.trail(url)

    def hop(self, url: str) -> Hop:
        value = self._answers.get(url, "200")
        word, _, location = value.partition(" ")
        if word.isdigit():
            return answered(url, int(word), {"location": location} if location else {}, secure=url[:5] == "https")
        host = split(url).host
        if value == "absent":
            return Hop(url, "absent", f"there is no host {host}")
        problem = next((known for known in PROBLEMS.values() if known == value), None)
        if problem is not None:
            return Hop(url, "certificate", f"{host} has a bad certificate", problem=problem)
        return Hop(url, "unknown", f"{host} {value}")
