"""The message that checks read: headers, parts, profile and touch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from maillint.data.amendments import SHIPPED, Lists
from maillint.files.access import NO_FILES, FileAccess
from maillint.message.memo import running_limit
from maillint.message.mime.headers import Field, Headers
from maillint.message.views import View, Views, make_views, may_need_more_views, plain_views
from maillint.text.offsets import OffsetMap
from maillint.text.source import Source
from maillint.text.spans import Span
from maillint.values import field, frozen, replace

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

    from maillint.message.mjml.includes import Include
    from maillint.message.template.dialect import Dialect
    from maillint.message.template.parse import Template

MJML = "text/mjml"
"""The content type of MJML in its own source, which is never sent."""


@frozen
class Part:
    """A text part of a message, or the whole of a template.

    ``text`` is decoded; ``map`` leads from it back to ``source.text``; ``number`` is the MIME part number, None in a
    template. ``includes`` are the files that MJML includes: their texts stand in ``text``. ``encoding`` is the transfer
    encoding, in lower case. ``outlook``: somebody reads it in Outlook for Windows.
    """

    text: str = field(repr=False)
    source: Source = field(repr=False)
    map: OffsetMap = field(repr=False)
    content_type: str = "text/html"
    number: str | None = None
    dialect: Dialect | None = field(default=None, repr=False)
    includes: tuple[Include, ...] = field(default=(), repr=False)
    encoding: str = ""
    outlook: bool = True

    @property
    def markup(self) -> bool:
        """Whether the part is HTML, or MJML that becomes HTML."""
        return self.content_type in {"text/html", MJML, "text/x-amp-html", "application/xhtml+xml"}

    @property
    def mjml(self) -> bool:
        """Whether the part is MJML."""
        return self.content_type == MJML

    def included(self, span: Span) -> Include | None:
        """The include whose file a span stands in; None for what stands in the part's own file."""
        return next((found for found in self.includes if found.span.start <= span.start < found.span.end), None)

    def in_file(self, span: Span) -> Span:
        """Where a span of ``text`` stands in the source; of an included text, the tag that includes it."""
        include = self.included(span)
        return self.source.within(self.map.span(span if include is None else include.tag))

    def is_elsewhere(self, span: Span) -> bool:
        """Whether a span stands in an included file, which is linted on its own."""
        return self.included(span) is not None

    def can_edit(self, span: Span, text: str) -> bool:
        """Whether ``text`` can take the place of a span in the source as it is.

        Not where the source holds the span encoded, and not where quoted-printable would read ``text`` otherwise.
        """
        if (span.end > span.start and not self.map.exact(span)) or self.is_elsewhere(span):
            return False
        if self.encoding != "quoted-printable":
            return True
        from maillint.message.mime.transfer import keeps_quoted_printable  # noqa: PLC0415 -- only messages are encoded

        return keeps_quoted_printable(self.source.text, self.in_file(span), text)

    def label(self, views: Sequence[View], span: Span) -> str:
        """Say which audience alone gets a span that ``views`` show; "" if everyone does."""
        return self.views.label(views, span) if len(self.views) > 1 else ""

    @cached_property
    def template(self) -> Template:
        """The template tags of the text."""
        from maillint.message.template.parse import read  # noqa: PLC0415 -- what is no template needs none of it

        return read(self.text, self.dialect)

    @cached_property
    def views(self) -> Views:
        """Every view of the text; there is at least one."""
        if self.dialect is None:
            return plain_views(self.text, markup=self.markup, mjml=self.mjml, outlook=self.outlook)
        return make_views(self.text, self.template, markup=self.markup, mjml=self.mjml, outlook=self.outlook)

    @property
    def truncated(self) -> bool:
        """Whether some branches stand in no view, because of the bound on views."""
        return self.dialect is not None and may_need_more_views(self.text, self.template) and self.views.truncated


Place = Part | Field
"""The places that a message has: what a hit's span may count in."""


@frozen
class Attachment:
    """A part that a reader sees as a file."""

    number: str
    content_type: str
    filename: str | None
    span: Span


@frozen
class Message:
    """Headers, parts, profile and touch; what a check reads.

    ``kind`` is ``eml``, ``html``, ``mjml`` or ``txt``; ``sources`` are its files, the one it is named after first.
    ``parts`` are all its texts; ``html`` and ``text`` are those that readers get. ``samples`` are data to render it
    with; ``files`` reads the files that it names. ``unread`` says what is not looked at since it is too much.
    """

    kind: str
    sources: tuple[Source, ...] = field(repr=False)
    headers: Headers = field(repr=False)
    parts: tuple[Part, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    profile: str = "general"
    profile_inferred: bool = True
    touch: int | None = None
    own_domains: tuple[str, ...] = ()
    lists: Lists = field(default=SHIPPED, repr=False)
    notes: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    files: FileAccess = field(default=NO_FILES, repr=False, compare=False)
    samples: Source | None = field(default=None, repr=False)
    memo: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def source(self) -> Source:
        """The file that the message is named after."""
        return self.sources[0]

    @property
    def dialect(self) -> str | None:
        """The name of the template language, None for a message that is no template."""
        return next((part.dialect.name for part in self.parts if part.dialect), None)

    @cached_property
    def html(self) -> Part | None:
        """The HTML part that readers get."""
        markup = [part for part in self.parts if part.markup]
        return next((part for part in markup if part.content_type != "text/x-amp-html"), markup[0] if markup else None)

    @cached_property
    def text(self) -> Part | None:
        """The plain-text part that readers get."""
        return next((part for part in self.parts if part.content_type == "text/plain"), None)

    @property
    def soup(self) -> BeautifulSoup | None:
        """The HTML part, as most readers get it, as a BeautifulSoup tree with places; None without an HTML part."""
        return self.html.views.first.soup if self.html else None

    @property
    def finished(self) -> bool:
        """Whether this is a message ready to send rather than a template for one."""
        return self.kind == "eml"

    def views(self, kinds: Sequence[str] = ("html", "text")) -> Iterator[tuple[Part, View]]:
        """Every view of the parts of a kind (``html``, ``text``), with its part.

        Raises TimeUpError once the message's time limit is over.
        """
        limit = running_limit()
        for part in self.parts:
            if ("html" if part.markup else "text") in kinds:
                for view in part.views:
                    if limit is not None:
                        limit.check()
                    yield part, view

    @property
    def branches_without_view(self) -> str:
        """That some branches stand in no view because of the bound on views, in words; "" where all do."""
        for part in self.parts:
            if part.truncated:
                return f"it has more branches than its {len(part.views)} views can show; the rest are not looked at"
        return ""

    @property
    def start(self) -> Place:
        """Where a hit about the message as a whole stands: its From field, or else its first text."""
        sender = self.headers.first("from")
        if sender is not None and not sender.given:
            return sender
        if self.parts:
            return self.parts[0]
        source = self.source
        return Part(source.text, source, OffsetMap.identity(len(source.text)), "text/plain")

    def with_settings(self, **changes: object) -> Message:
        """Return the message with other settings (profile, touch, headers …)."""
        return replace(self, **changes)
