"""URLs split as browsers split them, from text that may be broken, hostile or half a template."""

from __future__ import annotations

import re
from binascii import Error, a2b_base64

from maillint.patterns import regex
from maillint.text.percent import unquote
from maillint.values import NamedTuple

TYPE_CHECKING = False  # importing typing costs milliseconds
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

MOST_PARAMETERS = 1000
"""How many parameters of a query are read; no honest link has more."""

LONGEST_VALUE = 32_768
"""The longest parameter or path, in characters, that is decoded; a longer one is used as it is."""

_PERCENT_ROUNDS = 3
_LONGEST_HOST = 1024
_SPECIAL = frozenset({"http", "https", "ws", "wss", "ftp"})
_EDGES = "".join(map(chr, range(0x21)))  # C0 controls and space
_INNER = dict.fromkeys(map(ord, "\t\n\r"))
_SCHEME = regex(r"([A-Za-z][A-Za-z0-9+.-]{0,63}):")
_DEFAULT_PORTS = {"http": "80", "https": "443", "ftp": "21", "ws": "80", "wss": "443"}
# A percent sign in the authority shows that the URL is still encoded.
_ABSOLUTE = regex(r"(https?):(/{1,2})(?=([^\s/?#\\%]+)(?:[/?#\\]|$))", re.IGNORECASE)
_BASE64_OF_HTTP = regex(r"(?:aHR0|SFRU|SHR0)[A-Za-z0-9+/_-]+[=~.]*$")
_BASE32_OF_HTTP = regex(r"NB2HI4[A-Z2-7]+=*$", re.IGNORECASE)
_HEX_OF_HTTP = regex(r"(?:[46]8)(?:[57]4){2}(?:[0-9a-f]{2})++$", re.IGNORECASE)
_NOT_BASE64 = str.maketrans({"-": "+", "_": "/", "=": None, "~": None, ".": None})


class Url(NamedTuple):
    """The parts of a URL, without the characters that separate them; absent parts are empty.

    `scheme` and `host` are in lower case; an IPv6 host has its brackets, a name its trailing dot. `userinfo`,
    `port`, `path`, `query` and `fragment` are as written, except that backslashes in a path are slashes.
    """

    scheme: str = ""
    userinfo: str = ""
    host: str = ""
    port: str = ""
    path: str = ""
    query: str = ""
    fragment: str = ""

    @property
    def port_number(self) -> int | None:
        """The port as a number; None where there is none, or where it is no port."""
        digits = self.port.lstrip("0")[:6] or self.port[:1]
        number = int(digits) if self.port.isascii() and self.port.isdigit() else 65536
        return number if number < 65536 else None


def split(url: str) -> Url:
    """Split a URL as the WHATWG URL standard does; any text can be split, so this never raises.

    White space and controls around it are dropped, and tabs and line ends within it. In http, https, ws, wss
    and ftp URLs backslashes are slashes, any number of slashes may follow the scheme (`https:\\\\host`,
    `https:host`), and percent-encoding in the host is decoded. `//host/path` has a host and no scheme; a
    relative reference (`www.acme.example`, `/path`) has neither. There may be template output (U+F5B1)
    anywhere.
    """
    text = url.strip(_EDGES)
    if "\n" in text or "\t" in text or "\r" in text:
        text = text.translate(_INNER)
    scheme = ""
    match = _SCHEME.match(text)
    if match is not None:
        scheme = match[1].lower()
        text = text[match.end() :]
    text, _, fragment = text.partition("#")
    text, _, query = text.partition("?")
    if not scheme or scheme in _SPECIAL:
        text = text.replace("\\", "/")
    if scheme not in _SPECIAL and not text.startswith("//"):
        return Url(scheme=scheme, path=text, query=query, fragment=fragment)
    text = text[2:] if scheme and scheme not in _SPECIAL else text.lstrip("/")
    authority, slash, path = text.partition("/")
    userinfo, _, address = authority.rpartition("@")
    host, port = _host_and_port(address)
    return Url(scheme, userinfo, host, port, slash + path, query, fragment)


def query_items(query: str) -> Iterator[tuple[str, str]]:
    """Yield names and values of a query, as written and in order; at most MOST_PARAMETERS of them.

    They are not decoded. A name loses an `amp;` at its start, which comes from `&amp;` in links pasted as HTML.
    """
    start = 0
    for _ in range(MOST_PARAMETERS):
        if start > len(query):
            return
        end = query.find("&", start)
        if end < 0:
            end = len(query)
        if end > start:
            name, _, value = query[start:end].partition("=")
            yield name.removeprefix("amp;"), value
        start = end + 1


def has_parameters(query: str, patterns: Collection[str]) -> bool:
    """Whether each pattern matches at the start of a parameter (``name=value``, as written), in whatever order."""
    items = [f"{name}={value}" for name, value in query_items(query)]
    return all(any(re.match(pattern, item) for item in items) for pattern in patterns)


def normalise_for_counting(url: str, dropped: Collection[str] = ()) -> str:
    """Return a key that is equal for URLs that lead a reader to the same place.

    The fragment, a trailing slash, a default port, `utm_` parameters and those named in `dropped` (lower case)
    make no difference, nor does http or https. The order of parameters and `www.` do. URLs of other schemes
    are equal if their text is, with the scheme in lower case.
    """
    parts = split(url)
    query = parts.query
    if "utm_" in query.lower() or dropped:
        query = _without(query, dropped)
    query = query.strip(_EDGES)
    question = "?" if query else ""
    if not parts.host:
        scheme = f"{parts.scheme}:" if parts.scheme else ""
        return f"{scheme}{parts.path}{question}{query}"
    scheme = "https" if parts.scheme in {"", "http", "https"} else parts.scheme
    port = "" if parts.port == _DEFAULT_PORTS.get(parts.scheme or "https", "") else f":{parts.port}"
    host = parts.host.removesuffix(".")
    return f"{scheme}://{host}{port if parts.port else ''}{parts.path.rstrip('/' + _EDGES)}{question}{query}"


def decoded_target(value: str) -> str | None:
    """Return the absolute http or https URL that a value is or encodes, None if it does not.

    The value may be percent-encoded up to three times, and may be base64, base64url, base32 (padding optional) or
    hexadecimal, before or after percent-encoding. Percent-encoding within the URL is left as it is. One slash
    after the scheme becomes two, as some proxies drop one. A value longer than LONGEST_VALUE is not decoded.
    """
    text = value.strip(_EDGES)
    if len(text) > LONGEST_VALUE:
        return as_absolute(text)
    packed = True
    rounds = _PERCENT_ROUNDS
    while True:
        found = as_absolute(text)
        if found is not None:
            return found
        plain = unpacked(text) if packed else None
        if plain is not None:
            text, packed = plain, False
        elif "%" in text and rounds:
            text, rounds = unquote(text).strip(_EDGES), rounds - 1
        else:
            return None


def as_absolute(text: str) -> str | None:
    """Return a text that is an absolute http or https URL, with two slashes after the scheme; None for others."""
    match = _ABSOLUTE.match(text)
    if match is None:
        return None
    return text if len(match[2]) == 2 else f"{match[1]}://{text[match.end() :]}"


def unpacked(text: str) -> str | None:
    """Decode base64, base64url, base32 or hexadecimal of a text that starts with `http`; None for any other text."""
    if len(text) > LONGEST_VALUE:
        return None
    if _BASE64_OF_HTTP.match(text):
        return decoded_base64(text)
    if _BASE32_OF_HTTP.match(text):
        return decoded_base32(text)
    if _HEX_OF_HTTP.match(text):
        return _as_text(bytes.fromhex(text))
    return None


def decoded_base64(text: str) -> str | None:
    """Decode base64 or base64url to a printable text; padding may be missing, or written `~` or `.`.

    None for other text, for what is not UTF-8, and beyond LONGEST_VALUE characters.
    """
    if len(text) > LONGEST_VALUE:
        return None
    digits = text.translate(_NOT_BASE64)
    if not digits:
        return None
    try:
        return _as_text(a2b_base64(digits + "=" * (-len(digits) % 4), strict_mode=True))
    except (Error, ValueError):  # ValueError for characters beyond ASCII
        return None


def decoded_base32(text: str) -> str | None:
    """Decode base32 to a printable text, in either case; padding may be missing.

    None for other text, for what is not UTF-8, and beyond LONGEST_VALUE characters.
    """
    if len(text) > LONGEST_VALUE:
        return None
    from base64 import b32decode  # noqa: PLC0415 -- few addresses have it

    digits = text.rstrip("=")
    try:
        return _as_text(b32decode(digits + "=" * (-len(digits) % 8), casefold=True))
    except (Error, ValueError):
        return None


def _as_text(data: bytes) -> str | None:
    try:
        text = data.decode("utf-8").rstrip("\0\n\r ")
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def _host_and_port(address: str) -> tuple[str, str]:
    if address.startswith("["):
        host, bracket, port = address.partition("]")
        return host.lower() + bracket, port.removeprefix(":")
    host, _, port = address.partition(":")
    if "%" in host and len(host) <= _LONGEST_HOST:
        host = unquote(host)
    return host.lower(), port


def _without(query: str, dropped: Collection[str]) -> str:
    pairs = query.split("&", MOST_PARAMETERS)
    beyond = pairs[MOST_PARAMETERS:]  # the rest in one piece
    others = [pair for pair in pairs[:MOST_PARAMETERS] if pair and not _is_dropped(pair.strip(_EDGES), dropped)]
    return "&".join(others + beyond)


def _is_dropped(pair: str, dropped: Collection[str]) -> bool:
    name = pair.partition("=")[0].removeprefix("amp;").lower()
    return name.startswith("utm_") or name in dropped
