"""Reads the address behind a wrapper from the wrapped address, in each form of `target` that the lists use."""

from __future__ import annotations

import re

from maillint.patterns import regex
from maillint.text.percent import unquote
from maillint.web.domains import is_host_like
from maillint.web.urls import (
    LONGEST_VALUE,
    Url,
    as_absolute,
    decoded_base32,
    decoded_base64,
    decoded_target,
    query_items,
)

TYPE_CHECKING = False  # importing typing costs milliseconds
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

_LONGEST_HOST = 253
_MOST_BRACKETS = 64  # of JSON in a parameter; no vendor nests it deeply
_JWT_PIECES = 3
_BASE32_OF_JSON = ("PMR", "PMQ", "PMF")  # a brace with a quote, a space or a line end after it
_TRACES_OF_JSON = ("{", "eyJ", "eyA", "ewo", *_BASE32_OF_JSON)
_STAR = regex(r"\*([0-9a-f]{2})", re.IGNORECASE)
_V3_TOKEN = regex(r"\*\*([A-Za-z0-9_-])|\*")
_V3_RUNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_V2_TEXT = str.maketrans("-_", "%/")


def path_and_query(parts: Url) -> str:
    """Return what patterns for paths match: the path, or `/` where it is empty, and the query."""
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def whole(parts: Url) -> str:
    """Return path, query and fragment."""
    subject = path_and_query(parts)
    return f"{subject}#{parts.fragment}" if parts.fragment else subject


def _values(parts: Url, name: str) -> Iterator[str]:
    """The values of a parameter, whose name may be in any case and percent-encoded."""
    wanted = name.lower()
    return (value for key, value in query_items(parts.query) if unquote(key).lower() == wanted)


def _address(text: str) -> str | None:
    """The URL in a value; a value without a scheme that begins with a host is an https URL."""
    target = decoded_target(text)
    if target is None and len(text) <= LONGEST_VALUE:
        plain = _percent_decoded(text).removeprefix("//")
        host = plain[: _LONGEST_HOST + 1].partition("/")[0].partition("?")[0]
        if is_host_like(host):
            target = f"https://{plain}"
    return target


def _percent_decoded(text: str) -> str:
    for _ in range(3):
        if "%" not in text:
            break
        text = unquote(text)
    return text


def _from_query(parts: Url, name: str) -> str | None:
    if not name:
        return _address(f"{parts.query}#{parts.fragment}" if parts.fragment else parts.query)
    return next((target for value in _values(parts, name) if (target := _address(value))), None)


def _from_base64(parts: Url, name: str) -> str | None:
    for value in _values(parts, name):
        plain = decoded_base64(_percent_decoded(value)) if len(value) <= LONGEST_VALUE else None
        target = _address(plain or value)
        if target is not None:
            return target
    return None


def _from_json(parts: Url, argument: str) -> str | None:
    name, *keys = argument.split("/")
    return next((target for value in _values(parts, name) if (target := _json_address(value, keys))), None)


def _from_path_json(parts: Url, argument: str) -> str | None:
    keys, _, pattern = argument.partition(":")
    match = re.match(pattern, whole(parts))
    return None if match is None else _json_address(match[1], keys.split("/"))


def _json_address(text: str, keys: list[str]) -> str | None:
    found: object = _json_text(text)
    for key in keys:
        found = _json_member(found, key)
    return _address(found) if isinstance(found, str) else None


def _json_text(text: str) -> str | None:
    """The JSON in a value, plain or packed: as base64, base64url or base32, or as the payload of a JWT."""
    if len(text) > LONGEST_VALUE:
        return None
    plain = _percent_decoded(text)
    if plain.startswith("{"):
        return plain
    if plain.startswith(_BASE32_OF_JSON):
        return decoded_base32(plain)
    pieces = plain.split(".", _JWT_PIECES)
    return decoded_base64(pieces[1] if len(pieces) == _JWT_PIECES else plain)


def packed_target(value: str, members: Collection[str]) -> str | None:
    """The absolute URL that a value has packed: in base64, base32 or hexadecimal, or as a member of JSON or a JWT.

    ``members`` are the names that such a member may have, in lower case. None for a value that is plain.
    """
    if len(value) > LONGEST_VALUE:
        return None
    plain = _percent_decoded(value)
    if plain[:4].lower() == "http" or plain.startswith("//"):
        return None
    if plain.startswith(_TRACES_OF_JSON):
        text = _json_text(plain)
        found = None if text is None else _json_members(text)
        return next((target for key, text in found or () if key in members and (target := as_absolute(text))), None)
    return decoded_target(plain)


def relative_target(value: str) -> str | None:
    """The URL of a value that leaves the scheme out: ``//acme.example/``; None for any other value."""
    plain = _percent_decoded(value) if len(value) <= LONGEST_VALUE else ""
    if not plain.startswith("//"):
        return None
    host = plain[2 : _LONGEST_HOST + 3].partition("/")[0].partition("?")[0].partition("#")[0]
    return f"https:{plain}" if is_host_like(host) else None


def _json_member(found: object, key: str) -> object:
    if isinstance(found, str):
        found = _json(found)
    return found.get(key) if isinstance(found, dict) else None


def _json_members(text: str) -> list[tuple[str, str]]:
    """The members of a JSON object that are texts, with their names in lower case, at whatever depth."""
    found: list[tuple[str, str]] = []
    pending = [_json(text)]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            found.extend((key.lower(), member) for key, member in value.items() if isinstance(member, str))
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
    return found


def _json(text: str) -> object:
    if text.count("[") + text.count("{") > _MOST_BRACKETS:
        return None
    try:
        import json  # noqa: PLC0415 -- few wrappers write JSON

        return json.loads(text)
    except ValueError:
        return None


def _from_path(parts: Url, pattern: str) -> str | None:
    match = re.match(pattern, whole(parts))
    return None if match is None else _address(match[1])


def _from_starred_path(parts: Url, pattern: str) -> str | None:
    match = re.match(pattern, whole(parts))
    return None if match is None else decoded_target(_STAR.sub(r"%\1", match[1]))


def _from_urldefense_v2(parts: Url, name: str) -> str | None:
    for value in _values(parts, name):
        target = as_absolute(unquote(value[:LONGEST_VALUE].translate(_V2_TEXT)).replace("&amp;", "&"))
        if target is not None:
            return target
    return None


def _from_urldefense_v3(parts: Url, _: str) -> str | None:
    address, found, rest = whole(parts).partition("__")[2].partition("__;")
    if not found or len(address) > LONGEST_VALUE:
        return None
    restored = _restored(address, decoded_base64(rest.partition("!")[0]) or "")
    return None if restored is None else as_absolute(restored)


def _restored(text: str, removed: str) -> str | None:
    """Put back the characters that URL Defense v3 replaced by stars; None if `removed` has too few of them.

    A star stands for one character; two and a sign stand for a run, whose length the sign gives: in characters
    in older links, in bytes of UTF-8 in newer ones. Where the characters fit exactly, they are meant.
    """
    runs = [2 + _V3_RUNS.index(match[1]) if match[1] else 1 for match in _V3_TOKEN.finditer(text)]
    if sum(runs) == len(removed):
        lengths = runs
    else:
        lengths = _characters(runs, [match[1] is None for match in _V3_TOKEN.finditer(text)], removed)
    if sum(lengths) > len(removed) or len(lengths) < len(runs):
        return None
    pieces = iter(lengths)
    position = 0

    def piece(_: re.Match[str]) -> str:
        nonlocal position
        start, position = position, position + next(pieces)
        return removed[start:position]

    return _V3_TOKEN.sub(piece, text)


def _characters(runs: list[int], single: list[bool], removed: str) -> list[int]:
    """The number of characters in each run, where runs count bytes; left-over bytes count for the next run."""
    widths = [len(character.encode("utf-8", "replace")) for character in removed]
    lengths = []
    position = spare = 0
    for run, one in zip(runs, single, strict=True):
        start = position
        if one:
            position += 1
        else:
            room = run + spare
            while position < len(widths) and widths[position] <= room:
                room -= widths[position]
                position += 1
            spare = room
        lengths.append(position - start)
    return lengths if position <= len(widths) else []


def _from_bing(parts: Url, name: str) -> str | None:
    for value in _values(parts, name):
        if value[:1] == "a" and value[1:2].isdigit():
            return decoded_target(decoded_base64(_percent_decoded(value[2:])) or "")
    return None


READERS: dict[str, Callable[[Url, str], str | None]] = {
    "query": _from_query,
    "query-base64": _from_base64,
    "json": _from_json,
    "path": _from_path,
    "path-json": _from_path_json,
    "path-star": _from_starred_path,
    "urldefense-v2": _from_urldefense_v2,
    "urldefense-v3": _from_urldefense_v3,
    "bing": _from_bing,
}
"""By form, a function of a URL's parts and the form's argument that returns the target, None if there is none.

The headers of click-wrappers.yaml and gateways.yaml explain the forms. The patterns in arguments come from the
lists, the URL from anybody: callers limit its length, and values longer than LONGEST_VALUE are not decoded.
"""
