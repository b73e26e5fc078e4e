"""Checks of header fields: unsubscribing (RFC 2369, RFC 8058), the sender, what is missing or doubled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from maillint.analysis.header_fields import absent, field_views, printed_by_tag, unless_stated, value_place, whole_file
from maillint.analysis.links import wrapping
from maillint.analysis.senders import mailboxes_in
from maillint.analysis.unsubscribe_field import Fault, Uri, faults, uris
from maillint.check import ANY_FIELD, KNOWN_FIELDS, Needs, Option, Options, check
from maillint.hits import Change, Hit, NotKnown
from maillint.message.mime.headers import Field
from maillint.message.model import Message, Part
from maillint.patterns import regex
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.shorten import shorten
from maillint.text.spans import Span
from maillint.web.domains import a_label
from maillint.web.urls import split

ONE_CLICK = "List-Unsubscribe=One-Click"
"""The one value of List-Unsubscribe-Post (RFC 8058, section 3.1)."""


# -- missing, doubled and unwanted fields -------------------------------------------------------------


@check("list-unsubscribe-missing", needs=Needs(headers=("list-unsubscribe", KNOWN_FIELDS), or_unknown=True))
def list_unsubscribe_missing(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Messages without List-Unsubscribe."""
    if not message.headers.all("list-unsubscribe"):
        yield absent(message)


@check("from-missing", needs=Needs(headers=("from", KNOWN_FIELDS), or_unknown=True))
def from_missing(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Messages without From. To a template the sending tool adds it, even if the template states other headers."""
    if not message.headers.all("from") and (message.finished or not message.headers.known):
        yield absent(message)


@check("date-missing", needs=Needs(kinds=("eml",)))
def date_missing(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Finished messages without Date; a template need not have one."""
    if message.finished and not message.headers.all("date"):
        yield absent(message)


@check("message-id-missing", needs=Needs(kinds=("eml",)))
def message_id_missing(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Finished messages without Message-ID; a template need not have one."""
    if message.finished and not message.headers.all("message-id"):
        yield absent(message)


_MESSAGE_ID = regex(r"<[^<>]*>")


@check("message-id-invalid", fields=("value", "reason"), needs=Needs(headers=("message-id",)))
def message_id_invalid(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Message-ID without a value, without angle brackets, or without an @ in them (RFC 5322, section 3.6.4)."""
    for field in message.headers.all("message-id"):
        if any(PLACEHOLDER_CHAR in view.text for view in field_views(message, field)):
            continue
        reason = _message_id_fault(field.text.strip())
        if reason is not None:
            yield Hit(*value_place(field), {"value": shorten(field.text.strip()), "reason": reason})


def _message_id_fault(text: str) -> str | None:
    if not text:
        return "is empty"
    found = _MESSAGE_ID.search(text)
    if found is None:
        return "has no angle brackets"
    if not found[0].strip("<> \t"):
        return "is empty between its angle brackets"
    return None if "@" in found[0] else "has no @"


@check("bcc-present", needs=Needs(kinds=("eml",), headers=("bcc",)))
def bcc_present(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Finished messages with recipients in a Bcc field, which the other recipients may then read."""
    for field in message.headers.all("bcc") if message.finished else ():
        if field.text.strip():
            yield Hit(*value_place(field))


@check(
    "duplicate-header",
    fields=("name", "count"),
    options={"names": Option("texts", [], "fields that may appear only once", required=True)},
    needs=Needs(headers=(ANY_FIELD,)),
)
def duplicate_header(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Fields that may stand only once and stand more often. The fix drops those that repeat the first word for word."""
    by_name: dict[str, list[Field]] = {}
    single = {name.lower() for name in options["names"]}
    for field in message.headers:
        if field.key in single:
            by_name.setdefault(field.key, []).append(field)
    for first, *others in by_name.values():
        if not others:
            continue
        evidence = {"name": others[0].name, "count": len(others) + 1}
        place, span = value_place(others[0])
        if message.finished and all(other.raw.split() == first.raw.split() for other in others):
            span = span if isinstance(place, Part) else place.map.span(span)
            spare = tuple(Span(other.span.start, other.span.end + len(_line_end(other))) for other in others)
            changes = tuple(Change(extent, "") for extent in spare)
            yield Hit(whole_file(first), span, evidence, None, changes, safe=True)
        else:
            yield Hit(place, span, evidence)


def _line_end(field: Field) -> str:
    """The line end after a field; empty where the file ends with the field."""
    text, end = field.source.text, field.span.end
    return "\r\n" if text.startswith("\r\n", end) else text[end : end + 1]


# -- one-click unsubscribe (RFC 8058) -----------------------------------------------------------------


@check("one-click-missing", fields=("url",), needs=Needs(headers=("list-unsubscribe",), or_unknown=True))
def one_click_missing(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """List-Unsubscribe without List-Unsubscribe-Post.

    A message with neither is the business of list-unsubscribe-missing. The field is added where an https URI
    can take the POST, and not behind a signature, which would have to cover it.
    """
    yield from unless_stated(message, "list-unsubscribe")
    headers = message.headers
    unsubscribe = headers.first("list-unsubscribe")
    if unsubscribe is None or headers.all("list-unsubscribe-post") or headers.all(ONE_CLICK):
        return
    url = next((uri.text for uri in uris(field_views(message, unsubscribe).first) if uri.scheme == "https"), "")
    changes: tuple[Change, ...] = ()
    if message.finished and url and PLACEHOLDER_CHAR not in url and not headers.all("dkim-signature"):
        end = len(unsubscribe.text)
        line_end = _line_end(unsubscribe) or "\n"
        changes = (Change(Span(end, end), f"{line_end}List-Unsubscribe-Post: {ONE_CLICK}"),)
    yield Hit(*value_place(unsubscribe), {"url": shorten(url)}, None, changes, safe=True)


@check(
    "one-click-value",
    fields=("field",),
    needs=Needs(headers=("list-unsubscribe-post", "list-unsubscribe=one-click"), or_unknown=True),
)
def one_click_value(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """List-Unsubscribe-Post with another value than the only one allowed, and fields that have that value as a name.

    Upper and lower case do not matter.
    """
    yield from unless_stated(message, "list-unsubscribe-post")
    posts = message.headers.all("list-unsubscribe-post")
    for post in posts:
        if any(PLACEHOLDER_CHAR in view.text for view in field_views(message, post)):
            yield printed_by_tag("List-Unsubscribe-Post")
        elif post.text.strip().lower() != ONE_CLICK.lower():  # a string in ABNF has no case (RFC 5234, section 2.3)
            place, span = value_place(post)
            close = post.source.text[post.value.start - 1 : post.value.start] == ":"
            gap = " " if close and not post.text.strip() else ""
            exact = Change(span, f"{gap}{ONE_CLICK}")
            yield Hit(place, span, {"field": f"{post.name}: {shorten(post.text)}"}, None, (exact,), safe=True)
    for misnamed in message.headers.all(ONE_CLICK):
        evidence = {"field": f"{misnamed.name}: {shorten(misnamed.text)}"}
        if misnamed.given or not message.finished:
            yield Hit(*value_place(misnamed), evidence)
            continue
        changes = () if posts else (Change(misnamed.span, f"List-Unsubscribe-Post: {ONE_CLICK}"),)
        yield Hit(whole_file(misnamed), misnamed.span, evidence, None, changes, safe=True)


@check("one-click-orphan", needs=Needs(headers=("list-unsubscribe-post",), or_unknown=True))
def one_click_orphan(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """List-Unsubscribe-Post without List-Unsubscribe."""
    yield from unless_stated(message, "list-unsubscribe-post")
    for post in message.headers.all("list-unsubscribe-post"):
        if not message.headers.all("list-unsubscribe"):
            yield Hit(*value_place(post))


# -- List-Unsubscribe ---------------------------------------------------------------------------------


_ENCODED_WORD = regex(r"=\?[\w.*-]+\?[bq]\?", re.IGNORECASE)


@check("list-unsubscribe-syntax", fields=("fault", "url"), needs=Needs(headers=("list-unsubscribe",), or_unknown=True))
def list_unsubscribe_syntax(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """List-Unsubscribe that is not written as addresses in angle brackets with commas between them."""
    yield from unless_stated(message, "list-unsubscribe")
    for index, field in enumerate(message.headers.all("list-unsubscribe")):
        if index:
            yield Hit(*value_place(field), {"fault": "appears more than once", "url": ""})
        if not field.text.strip():
            yield Hit(*value_place(field), {"fault": "is empty", "url": ""})
        if message.finished and _ENCODED_WORD.search(field.raw):
            yield Hit(*value_place(field), {"fault": "is written in encoded words, which are for text only", "url": ""})
        place = whole_file(field) if message.finished else field
        for view in field_views(message, field):
            for fault in faults(view):
                yield printed_by_tag("List-Unsubscribe") if fault is None else _syntax_hit(place, field, fault)


def _syntax_hit(place: Field | Part, field: Field, fault: Fault) -> Hit:
    """A hit at a fault. In a finished message the file is edited, since a fold is longer there than in the field."""
    evidence = {"fault": fault.words, "url": shorten(field.text[fault.span.start : fault.span.end])}
    if isinstance(place, Field):
        return Hit(place, fault.span, evidence, None, fault.changes, fault.safe)
    changes = tuple(Change(field.map.span(change.span), change.text) for change in fault.changes)
    before = [field.text[change.span.start : change.span.end].split() for change in fault.changes]
    if before != [place.text[change.span.start : change.span.end].split() for change in changes]:
        changes = ()  # a piece of an encoded word cannot be edited alone
    return Hit(place, field.map.span(fault.span), evidence, None, changes, fault.safe)


@check("list-unsubscribe-no-https", fields=("schemes",), needs=Needs(headers=("list-unsubscribe",), or_unknown=True))
def list_unsubscribe_no_https(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """List-Unsubscribe without an https URI, which one-click unsubscribing needs."""
    yield from _lacking(message, "https")


@check("list-unsubscribe-no-mailto", fields=("schemes",), needs=Needs(headers=("list-unsubscribe",), or_unknown=True))
def list_unsubscribe_no_mailto(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """List-Unsubscribe without a mailto URI."""
    yield from _lacking(message, "mailto")


def _lacking(message: Message, scheme: str) -> Iterator[Hit | NotKnown]:
    """Report that no address of any List-Unsubscribe field has a scheme; fields without an address are let pass."""
    yield from unless_stated(message, "list-unsubscribe")
    fields = message.headers.all("list-unsubscribe")
    elsewhere = {uri.scheme for field in fields[1:] for uri in uris(field_views(message, field).first)}
    for field in fields[:1]:
        for view in field_views(message, field):
            schemes = elsewhere.union(uri.scheme for uri in uris(view)) - {""}
            if None in schemes and scheme not in schemes:
                yield printed_by_tag("List-Unsubscribe")
            elif schemes and scheme not in schemes:
                yield Hit(*value_place(field), {"schemes": sorted(name for name in schemes if name)})


@check(
    "list-unsubscribe-wrapped", fields=("url", "reason"), needs=Needs(headers=("list-unsubscribe",), or_unknown=True)
)
def list_unsubscribe_wrapped(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Web addresses in List-Unsubscribe that lead through somebody else's redirect, or by http beside https."""

    yield from unless_stated(message, "list-unsubscribe")
    for field in message.headers.all("list-unsubscribe"):
        for view in field_views(message, field):
            found = uris(view)
            secure = any(uri.scheme == "https" for uri in found)
            for uri in found:
                wrapped = wrapping(message, uri.text) if uri.scheme in {"http", "https"} else None
                if wrapped is not None:
                    reason = f"goes through a {wrapped.kind.replace('-', ' ')} ({wrapped.vendor})"
                elif uri.scheme == "http" and secure:
                    reason = "is not encrypted (http)"
                else:
                    continue
                url = shorten(field.text[uri.span.start : uri.span.end])
                yield Hit(field, uri.span, {"url": url, "reason": reason})


@check("list-unsubscribe-token", fields=("url", "reason"), needs=Needs(headers=("list-unsubscribe",), or_unknown=True))
def list_unsubscribe_token(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Web addresses in List-Unsubscribe that are the same for all, or show an e-mail address.

    RFC 8058 (section 3.1) wants them to name recipient and list by something that cannot be forged. A template tag
    is taken for that in a template; in a finished message it is one that was not replaced.
    """
    yield from unless_stated(message, "list-unsubscribe")
    for field in message.headers.all("list-unsubscribe"):
        for view in field_views(message, field):
            for uri in uris(view):
                reason = _token_fault(uri, finished=message.finished)
                if reason:
                    shown = shorten(field.text[uri.span.start : uri.span.end])
                    yield Hit(field, uri.span, {"url": shown, "reason": reason})


_UNRENDERED = regex(r"\{\{|\}\}|\{%|%\}|<%|%>|\$\{|#\{|\*\||\|\*|%%")
_PLAIN_ADDRESS = regex(r"(?<![\w.+-])[\w.+-]++(?:@|%40)[\w-]++(?:\.[\w-]++)++", re.IGNORECASE)
_WORD = r"(?:[a-z]{1,16}|[A-Z][a-z]{1,15}|[A-Z]{1,12})"  # upper and lower case mixed in another way are a token
_WORDS = regex(rf"{_WORD}?(?:[-_.]{_WORD})*+")
_HOST_TOKEN = regex(r"(?:^|\.)(?=[a-z-]*\d)[\w-]{8,}\.")


def _token_fault(uri: Uri, *, finished: bool) -> str | None:
    if finished and (PLACEHOLDER_CHAR in uri.text or _UNRENDERED.search(uri.text)):
        return "still contains a template tag"
    if uri.scheme not in {"http", "https"} or PLACEHOLDER_CHAR in uri.text or not uri.bracketed:
        return None
    url = split(uri.text)
    if _PLAIN_ADDRESS.search(url.path) or _PLAIN_ADDRESS.search(url.query):
        return "shows an e-mail address"
    if url.query or url.fragment or _HOST_TOKEN.search(url.host):
        return None
    if not all(_WORDS.fullmatch(step) for step in url.path.split("/")):
        return None
    return "is the same for every recipient"


# -- From ---------------------------------------------------------------------------------------------

_ADDRESS = regex(r'(?:[^\s@<>()",;:\\\[\]]+|"(?:[^"\\]|\\.)*+")@(?P<domain>[^\s@<>()",;:\\]+)')


@check("from-multiple", fields=("count",), needs=Needs(headers=("from",), or_unknown=True))
def from_multiple(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """More than one address in From, or more than one From."""
    yield from unless_stated(message, "from")
    fields = message.headers.all("from")
    for again in fields[1:]:
        yield Hit(*value_place(again), {"count": len(fields)})
    for field in fields:
        addresses = [box for box in mailboxes_in(message, field) if box.address is not None]
        if len(addresses) > 1:
            yield Hit(field, addresses[1].span, {"count": len(addresses)})


@check("from-invalid", fields=("sender", "reason"), needs=Needs(headers=("from",), or_unknown=True))
def from_invalid(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """From without an address at a full domain in ASCII (RFC 5322, section 3.4; RFC 5321, section 2.3.5)."""
    yield from unless_stated(message, "from")
    for field in message.headers.all("from"):
        boxes = mailboxes_in(message, field)
        if not boxes:
            yield Hit(*value_place(field), {"sender": "", "reason": "it is empty"})
        for box in boxes:
            if box.printed:
                yield printed_by_tag("From")
            elif reason := _address_fault(box.address, alone=len(boxes) == 1):
                sender = shorten(field.text[box.span.start : box.span.end])
                yield Hit(field, box.span, {"sender": sender, "reason": reason})


def _address_fault(address: str | None, *, alone: bool) -> str | None:
    if address is None:
        return "it has no e-mail address" if alone else "a name with a comma needs double quotes"
    match = _ADDRESS.fullmatch(address)
    if match is None:
        return "it is not an e-mail address"
    domain = match["domain"]
    if not domain.isascii():
        return "its domain is not in ASCII (xn--…)"
    if "." not in domain.strip(".") or (not domain.startswith("[") and a_label(domain) is None):
        return "its domain is not a full host name"
    return None
