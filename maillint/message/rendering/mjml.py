"""Render MJML as HTML with mrml.

mrml gets the components that maillint has parsed, with tokens for their texts. So it reads no included files, and
every text in its output leads back to the source.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from itertools import takewhile

from maillint.data.lists import load_list
from maillint.hits import NotKnown
from maillint.message.html.tree import Element
from maillint.message.mjml.components import INCLUDED, components
from maillint.message.mjml.parser import Mjml, parse_mjml
from maillint.message.model import Message, Part
from maillint.message.rendering.model import Rendering, Renderings
from maillint.message.rendering.samples import packages
from maillint.message.rendering.writer import RenderedText
from maillint.message.views import View, make_views
from maillint.patterns import regex
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.spans import Span, overlaps
from maillint.values import replace

MAX_COMPONENTS = 3_000
"""Components that are rendered at the most."""

MAX_TAGS = 25_000
"""Tags, with those of HTML, of a text that is rendered: the result would be read as well, which takes as much again."""

MAX_DEPTH = 24
"""How deep they may be nested."""

_TOO_LARGE = "it has too many components, or they are nested too deeply"


def render_mjml(message: Message) -> Renderings:
    """Render a message's MJML as HTML: the view with the most text."""
    part = next(part for part in message.parts if part.mjml)
    view = _fullest(part)
    if view.text.count("<") > MAX_TAGS:
        return Renderings(unknown=(NotKnown(f"not rendered as HTML: {_TOO_LARGE}"),))
    html = parse_mjml(view.text, view.hidden_spans, tuple(hole.span for hole in view.holes), partial=view.partial)
    assert isinstance(html, Mjml)
    body = next((element for element in html.elements if element.tag == "mj-body"), None)
    if html.root is None or body is None:
        return Renderings()  # a file that others include
    if "mrml" not in packages():
        return Renderings(unknown=(NotKnown("not rendered as HTML", "install maillint[mjml]"),))
    made = _Mrml(part, view, html).render()
    if isinstance(made, str):
        return Renderings(unknown=(NotKnown(f"not rendered as HTML: {made}"),))
    include = part.included(body.span)
    fallback = part.map.span(body.span if include is None else include.tag)
    rendered = replace(made.made("text/html", fallback), dialect=part.dialect)
    parts = tuple(rendered if other is part else other for other in message.parts)
    result = replace(message, kind="rendered", parts=parts)
    return Renderings((Rendering("mjml", "in the rendered HTML", result),))


def _fullest(part: Part) -> View:
    """The view with the most text; its conditional comments are left to the views of the rendered HTML."""
    views = make_views(part.text, part.template, markup=False)
    return max(views, key=lambda view: -sum(span.end - span.start for span in view.hidden_spans))


class _Mrml:
    """Writes the components of a view for mrml with a token in the place of each text, and puts the texts back."""

    def __init__(self, part: Part, view: View, html: Mjml) -> None:
        self.part = part
        self.view = view
        self.html = html
        self.text = _with_tags(part, view)
        self.nonce = _nonce(self.text)
        self.tokens: list[tuple[Span, str | None]] = []  # the place, and the text where it is not that place's own
        self.carried = frozenset(load_list("mjml")["carried"])

    def render(self) -> RenderedText | str:
        """Render; a text says why that is not possible."""
        import mrml  # noqa: PLC0415 -- optional

        source = self.source()
        if source is None:
            return _TOO_LARGE
        try:
            loader = mrml.ParserOptions(include_loader=mrml.noop_loader())
            output = mrml.to_html(source, parser_options=loader).content
        except BaseException as error:
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            return f"mrml cannot ({' '.join(str(error).split())[:120]})"
        return self.put_back(output)

    def source(self) -> str | None:
        """The document for mrml; None where it is too large or nested too deeply."""
        head: list[str] = []
        body: list[str] = []
        root = self.html.root
        assert root is not None
        open_tags: list[tuple[Element, list[str], str]] = []
        emitted: set[int] = set()
        count = 0
        for element in self.html.elements:
            component = components().get(element.tag)
            if element.tag == "mj-style" and "inline" in element.attrs:
                continue  # to inline it, mrml would parse the HTML
            if component is None or element.tag in _UNWRITTEN or element.in_any(_SETTINGS):
                continue
            around = next((outer for outer in element.ancestors if outer.index in emitted), None)
            if any(outer.tag not in _SEEN_THROUGH for outer in takewhile(_is_not(around), element.ancestors)):
                continue  # in something that MJML drops
            in_head = any(outer.tag == "mj-head" for outer in element.ancestors) or "mj-head" in component.inside[:1]
            if element.tag == "mj-body":
                around = None
            elif around is None and not in_head:
                continue
            while open_tags and open_tags[-1][0] is not around:
                _, target, closing = open_tags.pop()
                target.append(closing)
            if around is not None and around.tag in _opaque():
                continue
            count += 1
            if count > MAX_COMPONENTS or len(open_tags) > MAX_DEPTH:
                return None
            target = head if in_head else body
            target.append(f"<{element.tag}{self.attributes(element)}>")
            if component.holds in {"html", "words", "preview", "css"}:
                inside = _trimmed(self.text, Span(element.span.end, max(element.content_end, element.span.end)))
                if inside.end > inside.start:
                    target.append(self.token(inside, None))
            open_tags.append((element, target, f"</{element.tag}>"))
            emitted.add(element.index)
        while open_tags:
            _, target, closing = open_tags.pop()
            target.append(closing)
        attributes = self.attributes(root)
        return f"<mjml{attributes}><mj-head>{''.join(head)}</mj-head>{''.join(body)}</mjml>"

    def token(self, span: Span, text: str | None) -> str:
        self.tokens.append((span, text))
        return f"{self.nonce}{len(self.tokens) - 1}z"

    def attributes(self, element: Element) -> str:
        written = []
        for name, value in element.attrs.items():
            if name in _UNSAID or not _PLAIN_NAME.fullmatch(name):
                continue
            if name in self.carried:
                span = element.value_span(name)
                own = self.view.text[span.start : span.end]
                said = None if own == value and '"' not in own else self.shown(value).replace('"', "&quot;")
                written.append(f' {name}="{self.token(span, said)}"')
            elif PLACEHOLDER_CHAR not in value:
                plain = value.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
                written.append(f' {name}="{" ".join(plain.split())}"')
        return "".join(written)

    def shown(self, value: str) -> str:
        """An attribute's value for readers, with an empty tag for each output tag in it."""
        return re.sub(f"{PLACEHOLDER_CHAR}+", "{{ }}", value)

    def put_back(self, output: str) -> RenderedText:
        writer = RenderedText(self.part)
        position = 0
        for found in re.finditer(rf"{self.nonce}(\d{{1,7}})z", output):
            writer.plain(output[position : found.start()])
            position = found.end()
            number = int(found[1])
            if number >= len(self.tokens):
                continue
            span, text = self.tokens[number]
            if text is not None:
                writer.written(text, span)
                continue
            start, end = span
            for gap in overlaps(self.view.hidden_spans, Span(start, end)):
                writer.written(self.text[start : gap.start], Span(start, gap.start))
                start = gap.end
            writer.written(self.text[start:end], Span(start, end))
        writer.plain(output[position:])
        return writer


def _is_not(element: Element | None) -> Callable[[Element], bool]:
    return lambda other: other is not element


_SEEN_THROUGH = frozenset({"mjml", "mj-head", "mj-include", INCLUDED})
_UNWRITTEN = frozenset({"mjml", "mj-head", "mj-attributes", "mj-all", "mj-class", "mj-include", "mj-html-attributes"})
_SETTINGS = frozenset({"mj-attributes", "mj-html-attributes"})
_UNSAID = frozenset({"mj-class", "base-url", "position"})
_PLAIN_NAME = regex(r"[a-z][a-z0-9-]*")


@cache
def _opaque() -> frozenset[str]:
    return frozenset(name for name, component in components().items() if component.holds != "components")


def _with_tags(part: Part, view: View) -> str:
    """A view's text with its output tags as they are written."""
    pieces, position = [], 0
    for hole in view.holes:
        pieces += [view.text[position : hole.span.start], part.text[hole.span.start : hole.span.end]]
        position = hole.span.end
    pieces.append(view.text[position:])
    return "".join(pieces)


def _nonce(text: str) -> str:
    """Letters that a text does not contain."""
    number = 0
    while f"xmlq{number}q" in text:
        number += 1
    return f"xmlq{number}q"


def _trimmed(text: str, span: Span) -> Span:
    own = text[span.start : span.end]
    start = span.start + len(own) - len(own.lstrip())
    return Span(start, max(span.start + len(own.rstrip()), start))
