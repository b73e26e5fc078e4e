"""Where URLs lead: the response to one request, and the chain of redirects that it begins."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from maillint.patterns import regex
from maillint.values import frozen
from maillint.web.domains import a_label, parse_ip
from maillint.web.urls import split

MOST_HOPS = 5
"""How many redirects in a row are followed."""

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
"""What is wrong with a certificate, by OpenSSL's numbers (X509_V_ERR_… in x509_vfy.h); 19 to 21: issuer unknown."""

UNAVAILABLE = 503
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST = 8192
_PORT = regex(r"[0-9]{0,5}")
_NOT_IN_A_REQUEST = regex(r"[^\x21-\x7e]|[\"<>`{}|\\^]")


@frozen
class Hop:
    """The outcome of a request for one URL.

    ``kind`` is ``answered`` (there was a response, with ``status``; ``target`` is the URL that it redirects
    to), ``absent`` (the DNS has no such host), ``certificate`` (the host's certificate has a ``problem``) or
    ``unknown`` (there was no usable response, or no request was made). ``words`` say this for people, as a
    sentence about the host. ``secure``: a certificate was verified. ``cookies``: the response sets some.
    ``temporary``: the failure may be over soon. ``remedy`` says what would have it requested, if anything does.
    """

    url: str
    kind: Kind
    words: str
    status: int = 0
    target: str | None = None
    problem: Problem | None = None
    secure: bool = False
    cookies: bool = False
    temporary: bool = False
    remedy: str = ""

    @property
    def host(self) -> str:
        """The host of the URL."""
        return split(self.url).host


@frozen
class RedirectChain:
    """Where a URL leads: its hops in order, at least one, and why the chain ends.

    ``end`` is ``end`` (the last hop is no redirect), ``loop`` (it redirects to the URL of an earlier hop),
    ``long`` (it is one redirect more than MOST_HOPS) or ``blocked`` (it redirects to a URL that may not be
    requested).
    """

    hops: tuple[Hop, ...]
    end: Literal["end", "loop", "long", "blocked"]

    @property
    def last(self) -> Hop:
        """The last hop."""
        return self.hops[-1]

    @property
    def redirects(self) -> int:
        """How many redirects there are, the last one included if it was not followed."""
        return len(self.hops) - (self.last.target is None)

    @property
    def target(self) -> str:
        """The last known URL: the target of the last hop, if it redirects, else its own URL."""
        return self.last.target or self.last.url


def canonical(url: str) -> str | None:
    """Return the canonical form of an http or https URL, without its fragment, as requests are made for it.

    None for a URL that cannot be requested: another scheme, no host or an invalid one, a user name, an invalid
    port, or more than 8192 characters.
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
    """Return the URL of a Location field, which may be relative, in canonical form; None if it cannot be requested."""
    from urllib.parse import urljoin  # noqa: PLC0415 -- online only

    if split(location).scheme:
        return canonical(location)
    try:
        return canonical(urljoin(base, location.strip().replace("\\", "/")))
    except ValueError:
        return None


def answered(url: str, status: int, fields: Mapping[str, str], *, secure: bool, temporary: bool = False) -> Hop:
    """Make a hop of the status and the header fields (names in lower case) of a response."""
    host = split(url).host
    cookies = "set-cookie" in fields
    if status in _REDIRECTS:
        target = redirect_target(url, fields["location"]) if fields.get("location") else None
        if target is None:
            return Hop(url, "unknown", f"{host} redirects to an address that is not on the web", status, secure=secure)
        return Hop(url, "answered", f"{host} answers {phrase(status)}", status, target, None, secure, cookies)
    temporary = temporary or status == UNAVAILABLE or "retry-after" in fields
    return Hop(url, "answered", f"{host} answers {phrase(status)}", status, None, None, secure, cookies, temporary)


def phrase(status: int) -> str:
    """Return a status code with its standard words, ``404 Not Found``; the server's own words are never shown."""
    from http import HTTPStatus  # noqa: PLC0415 -- online only

    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


class Web(ABC):
    """Requests URLs, each in canonical form, and follows redirects.

    ``may_request`` says whether the target of a redirect may be requested. ``verifies`` is whether any
    certificate has been verified so far: where none has, the authorities may be missing.
    """

    def __init__(self, may_request: Callable[[str], bool] = lambda url: True) -> None:
        self.may_request = may_request
        self.verifies = False
        self._chains: dict[str, RedirectChain] = {}

    @abstractmethod
    def hop(self, url: str) -> Hop:
        """The outcome of a request for one URL, which is made once."""

    def chain(self, url: str) -> RedirectChain:
        """Request a URL and follow its redirects, MOST_HOPS of them at most."""
        if url not in self._chains:
            self._chains[url] = self._follow(url)
        return self._chains[url]

    def requested_chain(self, url: str) -> RedirectChain | None:
        """The chain of a URL that has been requested, None for another; makes no request."""
        return self._chains.get(url)

    def _follow(self, url: str) -> RedirectChain:
        hops = [self.hop(url)]
        requested = {url}
        while (target := hops[-1].target) is not None:
            if target in requested:
                return RedirectChain(tuple(hops), "loop")
            if len(hops) > MOST_HOPS:
                return RedirectChain(tuple(hops), "long")
            if not self.may_request(target):
                return RedirectChain(tuple(hops), "blocked")
            requested.add(target)
            hops.append(self.hop(target))
        return RedirectChain(tuple(hops), "end")
