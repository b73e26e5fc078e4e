"""What a template becomes: Jinja with sample data, MJML as HTML; both with optional packages, and led back.

Nothing is rendered unless the package for it is installed and, for Jinja, sample data stand beside the
template. Jinja runs in its sandbox and in a process of its own (``jinjaprocess``); MJML is rendered by mrml
from the components that were read here, so that it reads no file and every text can be found again.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

from maillint.data import load_list
from maillint.message import mjml
from maillint.message.element import Element
from maillint.message.html import normalise
from maillint.message.model import Message, Part, Place
from maillint.message.renderings import Failed, Printed, Rendering, Renderings, Trail
from maillint.message.samples import MAX_DATA, packages
from maillint.message.views import HOLE, View, make_views
from maillint.text import Piece, Source, Span, overlaps

if TYPE_CHECKING:
    from maillint.message.mjml import Mjml

MAX_SETS = 20
SECONDS = 2.0
"""What one data set may take."""

ALL_SECONDS = 8.0
"""What all data sets of a message may take together."""

MEMORY = 1 << 30
MAX_CHARACTERS = 1_000_000
"""What one rendering may print: ten times what Gmail shows."""

MAX_COMPONENTS = 3_000
MAX_DEPTH = 24
"""Components of MJML that are rendered at the most, and how deep."""


def render(message: Message) -> Renderings:
    """Render a message in every way that it is ready for."""
    if message.finished or message.kind == "rendered":
        return Renderings()
    result = Renderings()
    if message.samples is not None:
        result = _with_data(message, message.samples)
    elif any(part.mjml for part in message.parts):
        result = _as_html(message)
    return result


# -- what has become of a text


class _Writer:
    """Collects a rendered text and where its pieces stand in the file."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.texts: list[str] = []
        self.pieces: list[Piece] = []
        self.length = 0

    def plain(self, text: str) -> None:
        """Add what stands nowhere in the template."""
        self.texts.append(text)
        self.length += len(text)

    def written(self, text: str, span: Span) -> None:
        """Add what a span of the part has become; an included file is a file of its own."""
        if self.part.included(span) is not None:
            self.plain(text)
            return
        place = self.part.map.span(span)
        own = normalise(self.part.text[span.start : span.end]) == normalise(text)
        if own and self.part.map.exact(span):
            self._piece(text, place)
        elif len(text) == place.end - place.start > 1:  # by chance: it leads to its whole place all the same
            self._piece(text[:1], place)
            self._piece(text[1:], place)
        else:
            self._piece(text, place)

    def _piece(self, text: str, place: Span) -> None:
        if text:
            self.pieces.append(Piece(self.length, len(text), place.start, place.end - place.start))
            self.plain(text)

    def made(self, content_type: str, fallback: Span) -> Part:
        """The rendered part; it holds no template any more."""
        return Part("".join(self.texts), self.part.source, Trail(self.pieces, fallback), content_type)


# -- Jinja with sample data


def _with_data(message: Message, samples: Source) -> Renderings:
    parts = [part for part in message.parts if part.dialect is not None]
    if not parts:
        return Renderings()
    others = tuple(load_list("rendered")["others"])
    if message.source.path.lower().endswith(others) or any(
        part.dialect is not None and part.dialect.name != "jinja" for part in parts
    ):
        return Renderings(unknown=("sample data are for Jinja templates alone",))
    if "jinja2" not in packages():
        return Renderings(unknown=("not rendered with its sample data: install maillint[jinja]",))
    try:
        data = _read_data(samples)
    except ValueError as error:
        return Renderings(failed=(Failed(parts[0], Span(0, 0), str(error), ""),))
    subject = message.headers.first("subject")
    places: list[Place] = [*parts, subject] if subject is not None and "{" in subject.text else [*parts]
    made: dict[str, list[_Page]] = {}
    failed: dict[Failed, None] = {}
    unknown: dict[str, None] = {}
    for answer in _ask(places, data, message):
        place = places[answer.get("template", 0)]
        name = answer.get("set")
        if answer["state"] == "made":
            made.setdefault(str(name), []).append(_read_page(place, answer))
        elif answer["state"] == "foreign":
            unknown[f"not rendered with its sample data: {answer['reason']}"] = None
        else:
            label = _label(name) if isinstance(name, str) else ""
            failed[Failed(place, _line_span(place, answer.get("line", 0)), answer["reason"], label)] = None
    renderings = []
    for name, pages in made.items():
        rendered = {id(page.place): page.part for page in pages if page.part is not None}
        changed = tuple(rendered.get(id(part), part) for part in message.parts)
        result = replace(message, kind="rendered", parts=changed, samples=None, renderer=None)
        if any(part.mjml for part in changed):
            result = next((inner.message for inner in _as_html(result).made), result)
        printed = tuple(printed for page in pages for printed in page.printed)
        renderings.append(Rendering("jinja", _label(name), result, printed))
    return Renderings(tuple(renderings), tuple(failed), tuple(unknown))


def _label(name: str) -> str:
    return f'with the data "{name}"' if name else "with its sample data"


def _read_data(samples: Source) -> Any:
    """Parse sample data; raises ValueError with the fault and its line."""
    import yaml  # noqa: PLC0415 -- 16 ms

    name = os.path.basename(samples.path)  # noqa: PTH119
    if len(samples.data) >= MAX_DATA:
        raise ValueError(f"{name} is too large")
    try:
        data = yaml.load(samples.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ValueError(f"{name}, line {line}: {error.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError(f"{name}: {str(error).splitlines()[0]}") from None
    if not isinstance(data, (dict, list)):
        raise ValueError(f"{name} holds neither a mapping of names to values nor a list of such")
    return data


def _ask(places: Sequence[Place], data: Any, message: Message) -> Iterator[dict[str, Any]]:
    """Render in a process of its own; what it had not done when it was stopped has failed."""
    import json  # noqa: PLC0415 -- rarely needed, as the next two
    import pickle  # noqa: PLC0415
    from importlib.util import find_spec  # noqa: PLC0415

    spec = find_spec("maillint.message.jinjaprocess")
    assert spec is not None and spec.origin is not None
    folder = os.path.realpath(os.path.dirname(os.path.abspath(message.source.path)))  # noqa: PTH100, PTH120
    roots = [os.path.realpath(root) for root in message.roots]
    templates = [(normalise(_MARKS.sub("\ufffd", place.text)), _is_markup(place)) for place in places]
    job = (sys.path, templates, folder, roots, data, SECONDS, ALL_SECONDS, MEMORY, MAX_CHARACTERS, MAX_SETS)
    try:
        given = pickle.dumps(job)
    except RecursionError:
        yield {"state": "failed", "reason": "its sample data are nested too deeply"}
        return
    command = [sys.executable, "-I", "-B", spec.origin]
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=ALL_SECONDS, check=False)
        output, ended = done.stdout, done.returncode == 0
    except subprocess.TimeoutExpired as error:
        output, ended = error.stdout or b"", False
    except OSError as error:
        yield {"state": "foreign", "reason": f"no process can be started ({error.strerror})"}
        return
    for line in output.splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            ended = False
    if not ended:
        yield {"state": "failed", "reason": "it takes too long, or too much memory"}


def _is_markup(place: Place) -> bool:
    return isinstance(place, Part) and place.markup


_MARKS = re.compile("[\uf5b5-\uf5b7]")
_NUMBERED = re.compile("\uf5b5(\\d{1,7})\uf5b6([^\uf5b5-\uf5b7]*)\uf5b7")


class _Page(NamedTuple):
    place: Place
    part: Part | None
    printed: tuple[Printed, ...]


def _read_page(place: Place, answer: Mapping[str, Any]) -> _Page:
    """Take the numbers out of what a template has printed, and note what came from where."""
    part = place if isinstance(place, Part) else Part(place.text, place.source, place.map, "text/plain")
    writer = _Writer(part)
    text, pieces = answer["text"], answer["pieces"]
    printed: list[tuple[Span, Span]] = []
    position = 0
    for mark in _NUMBERED.finditer(text):
        writer.plain(_MARKS.sub("", text[position : mark.start()]))
        start, end, is_tag = pieces[int(mark[1])] if int(mark[1]) < len(pieces) else (0, 0, False)
        before = writer.length
        writer.written(mark[2], Span(start, end))
        if is_tag:
            printed.append((Span(start, end), Span(before, writer.length)))
        position = mark.end()
    writer.plain(_MARKS.sub("", text[position:]))
    start = part.map.start(0)
    made = writer.made(part.content_type, Span(start, start))
    return _Page(
        place,
        made if isinstance(place, Part) else None,
        tuple(Printed(place, tag, made.text, at) for tag, at in printed),
    )


def _line_span(place: Place, line: int) -> Span:
    """A line of a text without the white space around it; nothing at its start where the line is not known."""
    lines = place.text.splitlines(keepends=True)
    if not 1 <= line <= len(lines):
        return Span(0, 0)
    start = sum(map(len, lines[: line - 1]))
    text = lines[line - 1]
    return Span(start + len(text) - len(text.lstrip()), start + len(text.rstrip()))


# -- MJML as HTML


def _as_html(message: Message) -> Renderings:
    part = next(part for part in message.parts if part.mjml)
    view = _fullest(part)
    html = mjml.parse(view.text, view.blanks, tuple(hole.span for hole in view.holes), partial=view.partial)
    assert isinstance(html, mjml.Mjml)
    body = next((element for element in html.elements if element.tag == "mj-body"), None)
    if html.root is None or body is None:
        return Renderings()  # a file that others include
    if "mrml" not in packages():
        return Renderings(unknown=("not rendered as HTML: install maillint[mjml]",))
    made = _Mrml(part, view, html).render()
    if isinstance(made, str):
        return Renderings(unknown=(f"not rendered as HTML: {made}",))
    include = part.included(body.span)
    fallback = part.map.span(body.span if include is None else include.tag)
    rendered = replace(made.made("text/html", fallback), dialect=part.dialect)
    others = tuple(rendered if known is part else known for known in message.parts)
    result = replace(message, kind="rendered", parts=others, renderer=None)
    return Renderings((Rendering("mjml", "in the rendered HTML", result),))


def _fullest(part: Part) -> View:
    """The view with the most text, its conditional comments as they stand."""
    views = make_views(part.text, part.template, markup=False)
    return max(views, key=lambda view: -sum(blank.end - blank.start for blank in view.blanks))


class _Mrml:
    """Writes the components of a view for mrml, with a token in the place of each text, and puts the texts back."""

    def __init__(self, part: Part, view: View, html: Mjml) -> None:
        self.part = part
        self.view = view
        self.html = html
        self.text = _with_tags(part, view)
        self.nonce = _nonce(self.text)
        self.tokens: list[tuple[Span, str | None]] = []  # the place, and the text where it is not that place's own
        self.carried = frozenset(load_list("mjml")["carried"])

    def render(self) -> _Writer | str:
        """Render, or say why not."""
        import mrml  # noqa: PLC0415 -- optional

        source = self.source()
        if source is None:
            return "it has too many components, or they are nested too deeply"
        try:
            loader = mrml.ParserOptions(include_loader=mrml.noop_loader())
            output = mrml.to_html(source, parser_options=loader).content
        except BaseException as error:
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            return f"mrml cannot ({' '.join(str(error).split())[:120]})"
        return self.put_back(output)

    def source(self) -> str | None:
        """The document for mrml; None for one that is too much for it."""
        head: list[str] = []
        body: list[str] = []
        root = self.html.root
        assert root is not None
        open_tags: list[tuple[Element, list[str], str]] = []
        emitted: set[int] = set()
        count = 0
        for element in self.html.elements:
            known = mjml.components().get(element.tag)
            if element.tag == "mj-style" and "inline" in element.attrs:
                continue  # it goes into the elements, which mrml does by reading the HTML anew
            if known is None or element.tag in _UNWRITTEN or element.in_any(_SETTINGS):
                continue
            around = next((outer for outer in element.ancestors if outer.index in emitted), None)
            if any(outer.tag not in _SEEN_THROUGH for outer in takewhile(_is_not(around), element.ancestors)):
                continue  # in something that MJML leaves out
            in_head = any(outer.tag == "mj-head" for outer in element.ancestors) or "mj-head" in known.inside[:1]
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
            if known.holds in {"html", "words", "preview", "css"}:
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
            span = element.value_span(name)
            own = self.view.text[span.start : span.end]
            if name in self.carried:
                said = None if own == value and '"' not in own else self.shown(value).replace('"', "&quot;")
                written.append(f' {name}="{self.token(span, said)}"')
            elif HOLE not in value:
                plain = value.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
                written.append(f' {name}="{" ".join(plain.split())}"')
        return "".join(written)

    def shown(self, value: str) -> str:
        """An attribute's value that is not its source: with a word for each output tag in it."""
        return re.sub(f"{HOLE}+", "{{ }}", value)

    def put_back(self, output: str) -> _Writer:
        writer = _Writer(self.part)
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
            for gap in overlaps(self.view.blanks, Span(start, end)):
                writer.written(self.text[start : gap.start], Span(start, gap.start))
                start = gap.end
            writer.written(self.text[start:end], Span(start, end))
        writer.plain(output[position:])
        return writer


def _is_not(element: Element | None) -> Callable[[Element], bool]:
    return lambda other: other is not element


_SEEN_THROUGH = frozenset({"mjml", "mj-head", "mj-include", mjml.INCLUDED})
_UNWRITTEN = frozenset({"mjml", "mj-head", "mj-attributes", "mj-all", "mj-class", "mj-include", "mj-html-attributes"})
_SETTINGS = frozenset({"mj-attributes", "mj-html-attributes"})
_UNSAID = frozenset({"mj-class", "base-url", "position"})
_PLAIN_NAME = re.compile(r"[a-z][a-z0-9-]*")


@cache
def _opaque() -> frozenset[str]:
    return frozenset(name for name, known in mjml.components().items() if known.holds != "components")


def _with_tags(part: Part, view: View) -> str:
    """A view's text with its output tags as they stand in the source."""
    pieces, position = [], 0
    for hole in view.holes:
        pieces += [view.text[position : hole.span.start], part.text[hole.span.start : hole.span.end]]
        position = hole.span.end
    pieces.append(view.text[position:])
    return "".join(pieces)


def _nonce(text: str) -> str:
    """Letters that stand nowhere in a text."""
    number = 0
    while f"xmlq{number}q" in text:
        number += 1
    return f"xmlq{number}q"


def _trimmed(text: str, span: Span) -> Span:
    own = text[span.start : span.end]
    start = span.start + len(own) - len(own.lstrip())
    return Span(start, max(span.start + len(own.rstrip()), start))
