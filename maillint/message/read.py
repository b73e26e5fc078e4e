"""From files to messages: which parts and headers they have, and what they say of themselves."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from maillint.data.amendments import SHIPPED, Lists
from maillint.data.lists import load_list
from maillint.data.profiles import PROFILES
from maillint.errors import LintError
from maillint.files.access import NO_FILES, FileAccess
from maillint.message.kinds import KINDS, draft_header, guess_kind, has_tags, kind_of
from maillint.message.mime.headers import Field, Headers
from maillint.message.model import Attachment, Message, Part
from maillint.message.rendering.samples import read_samples
from maillint.message.sidecars import SidecarError, read_sidecar, says_plain, split_sidecars
from maillint.message.template.signs import may_be_template, template_extension
from maillint.text.offsets import OffsetMap
from maillint.text.source import SMALL, Source, lowered
from maillint.values import frozen, replace

if TYPE_CHECKING:
    from maillint.message.frontmatter import FrontMatter, Stated
    from maillint.message.template.detect import Detection
    from maillint.message.template.dialect import Dialect

# What only some messages have is imported where it is met: MIME, MJML, front matter, template languages.


_MOST_SNIFFED = 5000


class MessageError(LintError):
    """Raised for a file that states something invalid about itself; ``offset`` is its place in ``source``."""

    def __init__(self, message: str, offset: int, source: Source) -> None:
        super().__init__(message)
        self.offset = offset
        self.source = source


@frozen
class MessageSettings:
    """What the configuration and the command line say of a message.

    What the message says of itself comes before ``profile`` and ``touch``, unless they are ``forced`` (they
    come from the command line). ``headers`` are fields that the sending tool adds, to templates only unless
    ``headers_forced``. ``outlook``: whether anybody reads it in Outlook for Windows.
    """

    profile: str | None = None
    profile_forced: bool = False
    touch: int | None = None
    touch_forced: bool = False
    dialect: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    headers_forced: bool = False
    own_domains: tuple[str, ...] = ()
    lists: Lists = SHIPPED
    outlook: bool = True


def read_message(
    sources: Sequence[Source], settings: MessageSettings, kind: str | None = None, files: FileAccess = NO_FILES
) -> Message:
    """Read one message from its files: an ``.eml``, or a template with its plain-text twin and its sidecars.

    The first source gives the message its name. Without a ``kind``, its name and then its text say which it is.
    ``files`` reads what the message names (``mj-include``, sample data). Raises MessageError.
    """
    kind = kind or kind_of(sources[0].path) or guess_kind(sources[0].text)
    message = _read_eml(sources[0], settings) if kind == "eml" else _read_template(sources, kind, settings, files)
    return _with_settings(message.with_settings(files=files), settings)


def unread_message(sources: Sequence[Source], kind: str) -> Message:
    """A message of which nothing is known: it would take too long to read."""
    part = Part("", sources[0], OffsetMap.identity(0), "text/plain")
    return Message(kind, tuple(sources), Headers(), (part,))


def _read_eml(source: Source, settings: MessageSettings) -> Message:
    from maillint.message.mime.headers import MAX_FIELDS  # noqa: PLC0415
    from maillint.message.mime.parts import walk  # noqa: PLC0415
    from maillint.message.mime.transfer import decode  # noqa: PLC0415

    parts: list[Part] = []
    attachments: list[Attachment] = []
    fields: tuple[Field, ...] = ()
    notes: list[str] = []
    unread: list[str] = []
    forced = _dialects().get(settings.dialect) if settings.dialect else None
    for index, raw in enumerate(walk(source)):
        if index == 0:
            fields = raw.fields
            if len(fields) == MAX_FIELDS:
                unread.append(f"{source.path}, line {source.position(fields[-1].span.end)[0]}")
        if raw.defect:
            notes.append(f"part {raw.number}: {raw.defect}")
        if raw.content_type.startswith("multipart/"):
            continue
        forwarded = any(outer in {"message/rfc822", "message/global"} for outer in raw.path)
        if forwarded:
            continue
        readable = raw.content_type in {"text/html", "text/plain", "text/x-amp-html"}
        if not readable or raw.disposition == "attachment" or (raw.filename and raw.disposition != "inline"):
            if raw.content_type not in {"text/html", "text/plain"} or raw.filename or raw.disposition == "attachment":
                attachments.append(Attachment(raw.number, raw.content_type, raw.filename, raw.body))
            continue
        decoded = decode(source, raw)
        part = Part(decoded.text, source, decoded.map, raw.content_type, raw.number, forced, encoding=raw.encoding)
        parts.append(_bounded(part, unread))
    headers = Headers(fields, known=True, complete=True)
    return Message(
        "eml", (source,), headers, tuple(parts), tuple(attachments), notes=tuple(notes), unread=tuple(unread)
    )


def _bounded(part: Part, unread: list[str]) -> Part:
    """A part with as much of its text as is looked at; notes what is left out."""
    if len(part.text) <= SMALL:
        return part
    from maillint.text.density import readable_length  # noqa: PLC0415 -- most texts are small

    length = readable_length(part.text)
    if length == len(part.text):
        return part
    line, _ = part.source.position(part.map.start(length))
    unread.append(f"{part.source.path}, line {line}")
    return replace(part, text=part.text[:length])


def _read_template(sources: Sequence[Source], kind: str, settings: MessageSettings, files: FileAccess) -> Message:
    samples = read_samples(sources[0].path, files)
    texts, sidecars = split_sidecars(sources)
    stated: dict[str, Stated] = {}
    fields: list[Field] = []
    known = False
    parts: list[Part] = []
    notes: list[str] = []
    unread: list[str] = []
    for source in texts:
        own_kind = _kind_of_text(source, kind if source is sources[0] else kind_of(source.path) or kind)
        front = _front_matter(source, own_kind)
        if front is not None:
            stated = {**front.values, **stated}  # what the first file says counts
            fields.extend(front.fields)
            known = known or front.complete
        part, own_notes = _read_text(source, front, own_kind, settings, samples, files)
        parts.append(_bounded(part, unread))
        notes.extend(own_notes)
    _add_sidecars(sidecars, fields, notes)
    kind = "mjml" if parts[0].mjml else kind
    profile = _profile(stated.get("profile"))
    headers = Headers(tuple(fields), known)
    message = Message(kind, tuple(sources), headers, tuple(parts), notes=tuple(notes), unread=tuple(unread))
    return message.with_settings(
        touch=_touch(stated.get("touch")),
        profile=profile or "general",
        profile_inferred=profile is None,
        samples=samples,
    )


def _kind_of_text(source: Source, kind: str) -> str:
    """The kind of a file, where a template's name does not say whether it is HTML or plain text."""
    unclear = kind == "html" and (template_extension(source.path) or says_plain(source.path))
    return "txt" if unclear and not has_tags(source.text) else kind


def _front_matter(source: Source, kind: str) -> FrontMatter | None:
    """What stands at the top of a file: front matter, or the header of a draft in plain text."""
    if kind == "txt" and draft_header(source.text):
        from maillint.message.frontmatter import read_draft  # noqa: PLC0415

        return read_draft(source)
    if not source.text.startswith("---"):
        return None
    from maillint.message.frontmatter import FrontMatterError, read_front_matter  # noqa: PLC0415

    try:
        return read_front_matter(source)
    except FrontMatterError as error:
        raise MessageError(str(error), error.offset, source) from None


def _read_text(
    source: Source,
    front: FrontMatter | None,
    kind: str,
    settings: MessageSettings,
    samples: Source | None,
    files: FileAccess,
) -> tuple[Part, list[str]]:
    """Read the text of one file, and what there is to note about it."""
    notes: list[str] = []
    start = front.end if front is not None else 0
    text = source.text[start:]
    if kind == "html" and _is_mjml(text):
        kind = "mjml"
    if kind == "mjml":
        from maillint.message.mjml.includes import expand  # noqa: PLC0415

        expanded = expand(text, source.path, files)
        text = expanded.text
    else:
        expanded = None
    found = _stated_dialect(source, front, settings) or _detect(text, source.path, samples)
    if found is not None and found.dialect is not None and not found.sure:
        notes.append(f"read as {found.dialect.title}, going by {found.why}; state it with dialect:")
    if source.guessed:
        notes.append(f"not UTF-8 and no charset declared; read as {source.encoding}")
    to_source = OffsetMap.identity(len(text), start)
    if expanded and expanded.includes:
        to_source = expanded.map.then(to_source)
    included = expanded.includes if expanded else ()
    dialect = found.dialect if found is not None else None
    return Part(text, source, to_source, KINDS[kind].content_type, None, dialect, included), notes


def _is_mjml(text: str) -> bool:
    if "mjml" not in text[:_MOST_SNIFFED].lower():
        return False
    from maillint.message.mjml.components import is_mjml  # noqa: PLC0415

    return is_mjml(text)


def _dialects() -> Mapping[str, Dialect]:
    from maillint.message.template.dialect import dialects  # noqa: PLC0415

    return dialects()


def _add_sidecars(sources: Sequence[Source], fields: list[Field], notes: list[str]) -> None:
    """Add the fields that sidecars state; those of the template itself come first."""
    for source in sources:
        try:
            sidecar = read_sidecar(source)
        except SidecarError as error:
            raise MessageError(str(error), error.offset, source) from None
        stated = {field.key for field in fields}
        fields.extend(field for field in sidecar.fields if field.key not in stated)
        if sidecar.layout:
            notes.append("a layout: other templates are put into it")
        if source.guessed:
            notes.append(f"{os.path.basename(source.path)}: not UTF-8; read as {source.encoding}")  # noqa: PTH119


def _stated_dialect(source: Source, front: FrontMatter | None, settings: MessageSettings) -> Detection | None:
    """The dialect that a file states, or the settings."""
    stated = front.values.get("dialect") if front is not None else None
    name = (stated.value if stated else None) or settings.dialect
    if name is None:
        return None
    from maillint.message.template.detect import Detection  # noqa: PLC0415

    if name not in _dialects():
        words = f'unknown dialect "{name}" (known: {", ".join(_dialects())})'
        raise MessageError(words, stated.offset if stated else 0, source)
    return Detection(_dialects()[name], True, "dialect:")


def _detect(text: str, path: str, samples: Source | None) -> Detection | None:
    """The dialect of a text by how it looks; sample data beside it, which are for Jinja, settle a doubt."""
    if not may_be_template(text, path):
        return None
    from maillint.message.template.detect import Detection, recognise  # noqa: PLC0415

    found = recognise(text, path)
    jinja = _dialects()["jinja"]
    if samples is not None and found.dialect is not None and not found.sure and jinja.may_be_in(text):
        return Detection(jinja, True, "the sample data")
    return found


def _touch(stated: Stated | None) -> int | None:
    touch = stated.value if stated else None
    if stated and touch is not None and (not isinstance(touch, int) or isinstance(touch, bool) or touch < 1):
        raise MessageError(f'touch must be a whole number from 1, not "{touch}"', stated.offset, stated.source)
    return touch


def _profile(stated: Stated | None) -> str | None:
    profile = stated.value if stated else None
    if stated and profile is not None and profile not in PROFILES:
        words = f'unknown profile "{profile}" (known: {", ".join(PROFILES)})'
        raise MessageError(words, stated.offset, stated.source)
    return profile


def _with_settings(message: Message, settings: MessageSettings) -> Message:
    """Lay the configuration under what the message says of itself, and infer the profile last."""
    if not settings.outlook:
        message = message.with_settings(parts=tuple(replace(part, outlook=False) for part in message.parts))
    headers = message.headers
    if settings.headers and (settings.headers_forced or not message.finished):
        headers = headers.with_given(settings.headers, message.source)
    touch = message.touch
    if settings.touch is not None and (touch is None or settings.touch_forced):
        touch = settings.touch
    message = message.with_settings(
        headers=headers,
        touch=touch,
        own_domains=settings.own_domains,
        lists=settings.lists,
    )
    if settings.profile is not None and (message.profile_inferred or settings.profile_forced):
        return message.with_settings(profile=settings.profile, profile_inferred=False)
    return message.with_settings(profile=infer_profile(message)) if message.profile_inferred else message


def infer_profile(message: Message) -> str:
    """Tell what kind of mail this is by its marks: a touch, list headers, a link or placeholder to unsubscribe.

    What is posted to a mailing list is mail between people (RFC 2369, section 3.4), whatever the list adds to it.
    """
    if message.touch is not None:
        return "cold"
    headers = message.headers
    if _is_list_post(headers):
        return "general"
    if headers.first("list-unsubscribe") or headers.first("list-id"):
        return "newsletter"
    needles = load_list("unsubscribe")["way-out"]["needles"]
    if not any(part.dialect is not None or _has_any(needles, lowered(part.text)) for part in message.parts):
        return "general"
    from maillint.analysis.unsubscribe import offers_way_out  # noqa: PLC0415 -- few texts have a word of it

    return "newsletter" if offers_way_out(message) else "general"


def _has_any(pieces: Sequence[str], text: str) -> bool:
    return any(piece in text for piece in pieces)


def _is_list_post(headers: Headers) -> bool:
    post, precedence = headers.first("list-post"), headers.first("precedence")
    if precedence is not None and precedence.text.strip().lower() == "list":
        return True
    return post is not None and ":" in post.text
