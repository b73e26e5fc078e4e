"""What makes an address a beacon's: what in it identifies the reader, what it is called, what its path says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from maillint.analysis.foreign_tags import FOREIGN_TAG, masked
from maillint.data.lists import load_list
from maillint.message.model import Part
from maillint.message.views import View
from maillint.patterns import regex
from maillint.text.percent import unquote
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.shorten import shorten
from maillint.text.spans import Span
from maillint.values import frozen
from maillint.web.urls import Url, query_items, split

if TYPE_CHECKING:
    from maillint.message.template.tags import Tag

LONGEST = 4096
"""Characters of an address that are judged."""

_LONGEST_SHOWN = 1000

_WEB = regex(r"\s*(?:https?:|[\\/]{2})", re.IGNORECASE)
_OTHER_SCHEME = regex(r"\s*[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_PROXIED = regex(r"https?://[\w.-]*\.googleusercontent\.com/[\w/=-]+#(https?://.*)", re.DOTALL)
"""A picture in a message copied out of Gmail: its own address stands after the ``#``."""

_ADDRESS = regex(r"(?<![\w.+-])[\w.+-]++(?:@|%40)[\w-]++(?:\.[\w-]++)++", re.IGNORECASE)
_UUID = regex(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_EXTENSION = regex(r"\.[A-Za-z]{2,5}$")
_PLAIN_VALUE = regex(
    r"[\d.x_:-]{0,20}|[0-9a-f]{1,12}|[A-Za-z]{1,20}(?:(?:[,_+-]|%2C|%20)[A-Za-z]{1,20}){0,5}|[^/?#&]{0,8}"
    r"|[^/?#&]{1,60}\.(?:png|gif|jpe?g|webp|svg|bmp)",
    re.IGNORECASE,
)
"""Values that describe the picture itself: a number, a version, a few words, the name of a file."""

_PICTURES = (".gif", ".png", ".jpg", ".jpeg", ".webp", ".svg", ".bmp")
_FEW_NUMBERS = 3
_NUMBER = regex(r"\d{2,}")
_LETTERS = regex(r"[^a-z]+")
_WORDS = regex(r"[A-Za-z]+?(?=[A-Z][a-z]|[^A-Za-z]|$)")
_QUOTED_FILE = regex(
    r"""["'][^"']*\.(?:gif|png|jpe?g|svg|webp|bmp|ico|css|woff2?|ttf)(?:[?#][^"']*)?["']""", re.IGNORECASE
)
_CHUNK = regex(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_SWITCH = regex(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_TOKEN = regex(r"[A-Za-z0-9_~+=:%|,.@-]{16,}")
_BETWEEN_TOKENS = regex(r"[!*;()<>\s]+")


@frozen
class ReaderIdentifier:
    """What in an address differs from reader to reader, in words.

    ``sure``: a picture that is the same for all readers seldom has such a piece in its address. ``personal``: it names
    the reader outright, as an e-mail address does.
    """

    words: str
    sure: bool
    personal: bool = False


@frozen
class FetchAddress:
    """An address that a client fetches, taken apart.

    ``url`` has PLACEHOLDER_CHAR for what template tags print; ``tags`` are those tags: their places in ``url``, and
    what they print in their own words.
    """

    url: str
    parts: Url
    tags: tuple[tuple[int, str], ...]


@frozen
class Signs:
    """``rules/lists/beacon-signs.yaml``, which explains each of these."""

    names: tuple[str, ...]
    spacers: frozenset[str]
    open_paths: re.Pattern[str]
    ordinary: frozenset[str]
    signatures: frozenset[str]
    signature_families: tuple[str, ...]
    access_tokens: frozenset[str]
    constants: frozenset[str]
    mailings: frozenset[str]
    picture_hosts: frozenset[str]
    picture_folders: frozenset[str]
    file_names: frozenset[str]
    personal: frozenset[str]
    files: frozenset[str]
    font_hosts: frozenset[str]


@cache
def signs() -> Signs:
    """The shipped signs."""
    data = load_list("beacon-signs")
    signatures = data["signatures"]
    return Signs(
        tuple(data["names"]),
        frozenset(data["spacers"]),
        re.compile("|".join(path.removeprefix("(?i)") for path in data["open-paths"]), re.IGNORECASE),
        frozenset(data["ordinary-parameters"]),
        frozenset(name for name in signatures if not name.endswith("*")),
        tuple(name[:-1] for name in signatures if name.endswith("*")),
        frozenset(data["access-tokens"]),
        frozenset(data["constants"]),
        frozenset(data["mailings"]),
        frozenset(data["picture-hosts"]),
        frozenset(data["picture-folders"]),
        frozenset(data["file-names"]),
        frozenset(data["personal-pictures"]),
        frozenset(data["files"]),
        frozenset(data["font-hosts"]),
    )


@cache
def identifier_names() -> Mapping[str, tuple[str, str]]:
    """By lower-case name, the group (``visitor`` or ``recipient``) and vendor of parameters that identify a reader."""
    data = load_list("link-identifiers")
    return {
        entry["name"].lower(): (group, entry["vendor"])
        for group in ("visitor", "recipient")
        for entry in data[group]
        if "name" in entry
    }


# -- addresses ------------------------------------------------------------------------------------------------


def is_remote(url: str) -> bool:
    """Whether a client fetches an address from a server; also true where a template tag may print such an address."""
    if _WEB.match(url):
        return True
    if url.startswith(PLACEHOLDER_CHAR) or (PLACEHOLDER_CHAR in url and not _OTHER_SCHEME.match(url)):
        return True
    return FOREIGN_TAG.match(url) is not None


def original(url: str) -> str:
    """Return a picture's own address where Gmail's image proxy has wrapped it; any other address as it is."""
    proxied = _PROXIED.match(url) if "googleusercontent" in url else None
    return url if proxied is None else proxied[1]


def read_address(url: str, view: View, span: Span) -> FetchAddress:
    """Take an address of a view apart; ``span`` is its place there."""
    url = original(url)[:LONGEST]
    tags: list[tuple[int, str]] = []
    if PLACEHOLDER_CHAR in url:
        position = 0
        for tag in tags_in(view, span):
            position = url.find(PLACEHOLDER_CHAR, position)
            if position < 0:
                break
            tags.append((position, expression(tag)))
            position += tag.span.end - tag.span.start
    elif FOREIGN_TAG.search(url):
        tags = [(match.start(), match[0].strip("{}<%?=*|[]$#!_-> ")) for match in FOREIGN_TAG.finditer(url)]
        url = masked(url)
    return FetchAddress(url, split(url), tuple(tags))


def expression(tag: Tag) -> str:
    """What a tag prints, in its own words."""
    return f"{tag.word} {tag.argument}" if tag.word and tag.kind != "output" else tag.argument or tag.word


def tags_in(view: View, span: Span) -> Iterator[Tag]:
    """The output tags of a span of a view."""
    position = view.text.find(PLACEHOLDER_CHAR, span.start, span.end)
    while position >= 0:
        tag = view.hole_at(position)
        if tag is None:
            position += 1
        else:
            yield tag
            position = tag.span.end
        position = view.text.find(PLACEHOLDER_CHAR, position, span.end)


def host_under(host: str, names: frozenset[str]) -> bool:
    """Whether a host is one of the names, or below one."""
    while host:
        if host in names:
            return True
        host = host.partition(".")[2]
    return False


# -- what identifies the reader -------------------------------------------------------------------------------


def reader_identifier(address: FetchAddress) -> ReaderIdentifier | None:
    """Find what identifies the reader in an address, the surest first; None for an address that all readers share."""
    tag = _recipient_tag(address)
    if tag is not None:
        return ReaderIdentifier(f"the template tag {shorten(tag, 40)} in its address", sure=True)
    if mail_address(address.parts) is not None:
        return ReaderIdentifier("an e-mail address in its address", sure=True, personal=True)
    weak: ReaderIdentifier | None = None
    if address.parts.query:
        weak = _in_query(address.parts.query)
        if weak is not None and weak.sure:
            return weak
    return weak or _token_in_path(address.parts)


def carries_reader(part: Part, address: FetchAddress) -> bool:
    """Whether something in an address is its reader's beyond doubt: a template tag, a mail address, a token.

    What a template does not print is the same for everybody, and so are accounts and campaigns, whatever they look
    like.
    """
    if any(not _names_mailing(words) for words in recipient_tags(address)):
        return True
    if part.dialect is not None:
        return False
    parts = address.parts
    if mail_address(parts) is not None or any(map(is_opaque, parts.path.split("/"))):
        return True
    for name, value in query_items(parts.query):
        low = unquote(name).lower()
        listed = identifier_names().get(low)
        if listed is not None and listed[0] == "recipient" and value:
            return True
        if low in signs().constants or is_signature(low):
            continue
        text = unquote(value if value.strip("=") else name)
        if "://" not in text and any(is_opaque(piece) for piece in _BETWEEN_TOKENS.split(text.replace("/", "+"))):
            return True
    return False


def is_opaque(piece: str) -> bool:
    """Whether a machine made a piece of an address, which may have the ending of a file."""
    return is_token(_EXTENSION.sub("", piece))


def mail_address(parts: Url) -> str | None:
    """The first mail address in path and query; None where there is none."""
    match = _ADDRESS.search(f"{parts.path}?{parts.query}")
    return None if match is None or match[0].lower().endswith(_PICTURES) else match[0]


def _recipient_tag(address: FetchAddress) -> str | None:
    """The first template tag that may print something of the reader's own."""
    return next(recipient_tags(address), None)


def recipient_tags(address: FetchAddress) -> Iterator[str]:
    """The template tags that may print something of the reader's own, in their own words."""
    after_host = _after_host(address.url) if address.tags else 0
    for place, words in address.tags:
        if _prints_file(words):
            continue
        if place >= after_host:
            name = _parameter_around(address.url, place)
            if name is None or not is_signature(name):
                yield words
        elif place == 0 and not address.url.strip(PLACEHOLDER_CHAR):
            yield words


def _names_mailing(words: str) -> bool:
    """Whether a tag prints what all copies of a mailing have: the number of a campaign, a list, an account."""
    found = {match[0].lower() for match in _WORDS.finditer(words)}
    return not found.isdisjoint(signs().mailings)


def _after_host(url: str) -> int:
    """Where the host of an address ends; a template tag may print some or all of it."""
    start = url.find("//")
    if 0 <= start < 8:
        start += 2
    elif url.startswith(PLACEHOLDER_CHAR):
        start = 0
    else:
        return 0
    ends = [end for end in (url.find(mark, start) for mark in "/?#") if end >= 0]
    return min(ends, default=len(url))


def _parameter_around(url: str, place: int) -> str | None:
    """The lower-case name of the parameter in whose value a place lies; None outside a query."""
    question = url.find("?", 0, place)
    if question < 0:
        return None
    start = max(url.rfind("&", question, place), question) + 1
    name, equals, _ = url[start:place].partition("=")
    return name.removeprefix("amp;").lower() if equals else ""


def _prints_file(words: str) -> bool:
    """Whether a tag's words say that it prints the address of the site or of a file that all readers share."""
    if _QUOTED_FILE.search(words):
        return True
    if is_named(words):
        return False
    found = {match[0].lower() for match in _WORDS.finditer(words)} - {"url", "path", "src", "link", "uri"}
    return not found.isdisjoint(signs().files)


def _in_query(query: str) -> ReaderIdentifier | None:
    own: list[str] = []
    for name, value in query_items(query):
        low = unquote(name).lower()
        listed = identifier_names().get(low)
        if listed is not None and value:
            personal = listed[0] == "recipient"
            return ReaderIdentifier(
                f"the parameter {name}, which identifies the recipient, in its address", personal, personal
            )
        if is_signature(low) or (low in signs().ordinary and _PLAIN_VALUE.fullmatch(value)):
            continue
        own.append(name if value else "")
    if not own:
        return None
    names = [name for name in own if 0 < len(name) <= 24][:3]
    if not names:
        return ReaderIdentifier("a query in its address", sure=False)
    return ReaderIdentifier(f"the parameter{'s' * (len(names) > 1)} {', '.join(names)} in its address", sure=False)


def is_signature(name: str) -> bool:
    """Whether file stores sign addresses with a parameter of such a name, in lower case."""
    listed = signs()
    return name in listed.signatures or name.startswith(listed.signature_families)


def _token_in_path(parts: Url) -> ReaderIdentifier | None:
    """A machine-made piece of the path. It is not sure, since file stores name pictures so, too."""
    path = parts.path
    if len(path) < 16 or host_under(parts.host, signs().picture_hosts):
        return None
    segments = path.split("/")
    token = any(map(is_opaque, segments)) or _is_shredded(segments)
    if not token and not _is_numbered(segments):
        return None
    if _is_picture(segments[-1]) and any(segment.lower() in signs().picture_folders for segment in segments[:-1]):
        return None
    return ReaderIdentifier("a token in its address" if token else "numbers in its address", sure=False)


def _is_numbered(segments: Sequence[str]) -> bool:
    """Whether a path is a row of ids (campaign, mailing, reader) rather than a date."""
    numbers = [segment for segment in segments if _NUMBER.fullmatch(segment)]
    return len(numbers) >= _FEW_NUMBERS and sum(map(len, numbers)) >= 10


def _is_shredded(segments: Sequence[str]) -> bool:
    """Whether a path is a token in pieces, with slashes between them."""
    if len(segments) < 5 or _is_picture(segments[-1]):
        return False
    random = sum(len(segment) >= 5 and len(_SWITCH.findall(segment)) >= 2 for segment in segments)
    return random >= 3


def _is_picture(name: str) -> bool:
    return name.lower().endswith(_PICTURES)


def is_token(text: str) -> bool:
    """Whether a machine made a piece of an address: a UUID, a hash, base64, a long row of digits."""
    if len(text) < 16 or len(text) > 2048:
        return len(text) > 2048
    if _UUID.fullmatch(text):
        return True
    if not _TOKEN.fullmatch(text):
        return False
    if any(len(word) >= 16 and _is_random(word) for word in re.split(r"[-_.,|~:%+=]", text)):
        return True
    dense = text.replace("-", "").replace("_", "")
    return len(dense) >= 20 and _is_mixed(dense)


def _is_random(word: str) -> bool:
    """Whether letters, digits and capitals alternate as in no word."""
    digits = sum(character.isdigit() for character in word)
    if digits == len(word):
        return True
    if digits >= 2 and all(character in "0123456789abcdefABCDEF" for character in word):
        return True
    if digits == 0 and (word.islower() or word.isupper()):
        return False
    if digits and len(word) >= 24 and (word.islower() or word.isupper()):
        return True
    return _is_mixed(word)


def _is_mixed(word: str) -> bool:
    chunks = len(_CHUNK.findall(word))
    return len(word) < chunks * 2.8 or len(_SWITCH.findall(word)) >= 5


# -- names ----------------------------------------------------------------------------------------------------


def is_named(text: str) -> bool:
    """Whether a name calls something a tracking pixel: ``open-image``, ``trackingPixelUrl``."""
    letters = _LETTERS.sub("", text.lower())
    return any(name in letters for name in signs().names)


def is_open_path(parts: Url) -> bool:
    """Whether path and query read like those of an address that counts opens, of any vendor."""
    subject = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return signs().open_paths.search(subject[:LONGEST]) is not None


def file_name(parts: Url) -> str:
    """The last segment of the path, without its extension."""
    return _EXTENSION.sub("", unquote(parts.path.rstrip("/").rpartition("/")[2]))


def is_spacer(address: FetchAddress) -> bool:
    """Whether the file has a name that designers give to the pictures that space their layout: ``spacer.gif``."""
    names = [file_name(address.parts)]
    names.extend(words for _, words in address.tags)
    return any(
        word.lower() in signs().spacers for name in names if len(name) < 200 for word in re.findall(r"[A-Za-z]+", name)
    )


def shown(part: Part, span: Span) -> str:
    """Return an address as the part has it, with its template tags, shortened to what a finding quotes."""
    return shorten(part.text[span.start : span.end], _LONGEST_SHOWN)
