"""Checks of MJML before it is rendered: components, attributes, what stands where, and included files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache, lru_cache

from maillint.check import Needs, Option, Options, check
from maillint.data.lists import load_list
from maillint.hits import Change, Hit, NotKnown
from maillint.message.html.tree import ATTRIBUTE, TAG_NAME, Element
from maillint.message.memo import remembered
from maillint.message.mjml.components import INCLUDED, Component, components, is_component
from maillint.message.mjml.includes import Include
from maillint.message.mjml.parser import Mjml
from maillint.message.model import Message, Part
from maillint.message.views import View
from maillint.patterns import regex
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.shorten import shorten
from maillint.text.spans import Span
from maillint.values import NamedTuple

_MJML = Needs(parts=("mjml",))
_INCLUDES = Needs(parts=("includes",))

_CUSTOM = Option("texts", [], "components that the project registers itself; * stands for any letters")
_NAMED = regex(r"(?<=<)[^\s/>]+")


def _walks(message: Message) -> Iterator[tuple[Part, View, Mjml]]:
    for part, view in message.views(("html",)):
        if part.mjml and isinstance(view.html, Mjml):
            yield part, view, view.html


# -- tags


@check("mjml-unknown-tag", fields=("tag", "instead"), options={"custom": _CUSTOM}, needs=_MJML)
def unknown_tag(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Tags that are misspelt, or that MJML no longer has."""
    for part, view, element in _unknown(message, options):
        likely = _likely_tag(message, element.tag)
        if likely is None:
            continue
        span = _name_span(view.text, element)
        changes: tuple[Change, ...] = ()
        if "=" in element.tag:
            changes = (Change(span, f"{likely} {view.text[span.start + len(likely) : span.end]}"),)
        elif likely in components():
            changes = (Change(span, likely), *_end_change(element, likely))
        name = f"<{likely}>" if likely in components() else likely
        instead = f"use {name} instead" if element.tag in load_list("mjml")["removed"] else f"did you mean {name}?"
        yield Hit(part, span, {"tag": element.tag, "instead": instead}, view, changes)


@check("mjml-unregistered-tag", fields=("tag",), options={"custom": _CUSTOM}, needs=_MJML)
def unregistered_tag(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Tags that are neither MJML's nor like one of MJML's: only the project can know whether it registers them."""
    for part, view, element in _unknown(message, options):
        if _likely_tag(message, element.tag) is None:
            yield Hit(part, _name_span(view.text, element), {"tag": element.tag}, view)


def _unknown(message: Message, options: Options) -> Iterator[tuple[Part, View, Element]]:
    mjml_tags = components()
    for part, view, html in _walks(message):
        for element in html.elements:
            tag = element.tag
            if (
                tag in mjml_tags
                or tag == INCLUDED
                or PLACEHOLDER_CHAR in tag
                or not (is_component(tag) or _is_custom(element))
            ):
                continue
            if not any(fnmatchcase(tag, pattern) for pattern in options["custom"]):
                yield part, view, element


@remembered
def _likely_tag(message: Message, tag: str) -> str | None:
    """The component that a tag was probably meant to be, or words for what has replaced it; None if it is like none."""
    removed = load_list("mjml")["removed"]
    if tag in removed:
        return str(removed[tag])
    names = [name for name in components() if name != "mjml"]
    close = _closest(message, tag, names, 0.85)
    if close:
        return close
    glued = [name for name in names if tag.startswith(name) and not tag[len(name) :].startswith("-")]
    return max(glued, key=len, default=None)


def _is_custom(element: Element) -> bool:
    """Whether an element stands where only components may, and is not HTML since its name has a hyphen."""
    around = components().get(element.parent.tag) if element.parent is not None else None
    return "-" in element.tag and around is not None and around.holds == "components"


def _end_change(element: Element, name: str) -> Iterator[Change]:
    if element.end_tag is not None:
        start = element.end_tag.start + 2
        yield Change(Span(start, start + len(element.tag)), name)


def _name_span(text: str, element: Element) -> Span:
    found = _NAMED.search(text, element.span.start, element.span.end)
    return Span(*found.span()) if found else element.span


# -- attributes


class _AttributeFault(NamedTuple):
    name: str
    start: int  # in the start tag
    end: int
    instead: str


@check("mjml-unknown-attribute", fields=("name", "tag", "hint"), needs=_MJML)
def unknown_attribute(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Attributes that a component does not take; MJML ignores them."""
    for part, view, html in _walks(message):
        for element in html.elements:
            component = components().get(element.tag)
            if component is None or component.name == "mjml" or not element.attrs:
                continue
            start = element.span.start
            for fault in _attribute_faults(message, component.name, view.text[start : element.span.end]):
                span = Span(start + fault.start, start + fault.end)
                hint = f'; did you mean "{fault.instead}"?' if fault.instead else ""
                changes = (Change(Span(span.start, span.start + len(fault.name)), fault.instead),)
                taken = fault.instead in element.attrs
                evidence = {"name": fault.name, "tag": component.name, "hint": hint}
                yield Hit(part, span, evidence, view, changes if fault.instead and not taken else ())


class _Written(NamedTuple):
    name: str
    span: Span  # in the start tag, as is the next
    value: Span


@remembered
def _attributes(message: Message, tag: str) -> tuple[_Written, ...]:
    """The attributes of a start tag with their names as written: to MJML, ``Padding`` is not ``padding``."""
    name = TAG_NAME.match(tag)
    position = name.end() if name else len(tag)
    found = []
    while (match := ATTRIBUTE.match(tag, position)) and match.end() > position:
        group = match.lastgroup if match.lastgroup != "name" else None
        value = Span(*match.span(group)) if group else Span(match.end(), match.end())
        found.append(_Written(match["name"], Span(match.start("name"), match.end()), value))
        position = match.end()
    return tuple(found)


@remembered
def _attribute_faults(message: Message, name: str, tag: str) -> tuple[_AttributeFault, ...]:
    component = components()[name]
    taken = _every_attribute() if component.any else component.attributes.keys()
    return tuple(
        _AttributeFault(
            written.name,
            written.span.start,
            written.span.end,
            _likely_attribute(message, component, written.name),
        )
        for written in _attributes(message, tag)
        if written.name not in taken and not _is_made(written.name)
    )


@cache
def _every_attribute() -> frozenset[str]:
    return frozenset(name for component in components().values() for name in component.attributes)


def _likely_attribute(message: Message, component: Component, name: str) -> str:
    names = sorted(_every_attribute()) if component.any else list(component.attributes)
    usual = load_list("mjml")["usual-slips"].get(name.lower(), "")
    if usual in names:
        return str(usual)
    return _closest(message, name.lower(), names, 0.8)


def _is_made(text: str) -> bool:
    """Whether a template tag, of whatever language, prints some of a name or a value."""
    return PLACEHOLDER_CHAR in text or any(sign in text for sign in "{}[]$%*<@")


@check("mjml-attribute-value", fields=("name", "value", "takes"), needs=_MJML)
def attribute_value(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Values that an attribute does not take: a length without a unit, no colour, a word that is not in its list."""
    for part, view, html in _walks(message):
        for element in html.elements:
            component = components().get(element.tag)
            if component is None or not element.attrs:
                continue
            start = element.span.start
            for fault in _value_faults(message, component.name, view.text[start : element.span.end]):
                span = Span(start + fault.value.start, start + fault.value.end)
                changes = (Change(span, fault.fixed),) if fault.fixed else ()
                evidence = {"name": fault.name, "value": view.text[span.start : span.end], "takes": fault.takes}
                yield Hit(part, span, evidence, view, changes)


class _ValueFault(NamedTuple):
    name: str
    value: Span
    takes: str
    fixed: str


@remembered
def _value_faults(message: Message, name: str, tag: str) -> tuple[_ValueFault, ...]:
    component = components()[name]
    faults = []
    for written in _attributes(message, tag):
        kind = component.attributes.get(written.name)
        value = tag[written.value.start : written.value.end].strip()
        if kind is None or kind == "text" or not value or "&" in value:
            continue
        if _is_made(value.replace("%", "")):
            continue
        if not _takes(kind, value):
            faults.append(_ValueFault(written.name, written.value, _in_words(kind), _with_units(kind, value)))
    return tuple(faults)


_COLOR = regex(
    r"#(?:[0-9a-f]{3}){1,2}|rgb\(\s*\d{1,3}%?\s*,\s*\d{1,3}%?\s*,\s*\d{1,3}%?\s*\)"
    r"|rgba\(\s*\d{1,3}%?\s*,\s*\d{1,3}%?\s*,\s*\d{1,3}%?\s*,\s*(?:\d++(?:\.\d++)?|\.\d++)%?\s*\)",
    re.IGNORECASE,
)
_FIGURE = r"(?:\d++(?:\.\d++)?|\.\d++)"
_NUMBER = regex(rf"\+?{_FIGURE}")


def _takes(kind: str | Sequence[str], value: str) -> bool:
    if not isinstance(kind, str):
        return value in kind
    if kind == "color":
        return _COLOR.fullmatch(value) is not None or value.lower() in _colors()
    if kind == "flag":
        return value.lower() in {"true", "false"}
    if kind == "number":
        return value.isdigit()
    length, most = _lengths(kind)
    words = value.split()
    return len(words) <= most and all(length.fullmatch(word) for word in words)


@lru_cache(64)
def _lengths(kind: str) -> tuple[re.Pattern[str], int]:
    """A pattern for one length of a kind such as ``px % x4``, and how many lengths a value may have."""
    words = kind.split()
    units = "|".join(re.escape(word) for word in words if word in {"px", "%", "em"})
    sign = "-?" if "signed" in words else ""
    number = "|" + _NUMBER.pattern if "number" in words else ""
    auto = "|auto" if "auto" in words else ""
    return re.compile(rf"{sign}(?:{_FIGURE}(?:{units}))|[+-]?0(?:\.0+)?{number}{auto}"), 4 if "x4" in words else 1


@cache
def _colors() -> frozenset[str]:
    return frozenset(load_list("mjml")["colors"].split())


def _in_words(kind: str | Sequence[str]) -> str:
    if not isinstance(kind, str):
        *words, last = (word for word in kind if word)
        return f"{', '.join(words)} or {last}" if words else last
    if kind in {"color", "flag", "number"}:
        return {"color": "a colour (a name, #hex, rgb or rgba)", "flag": "true or false", "number": "a number"}[kind]
    words = kind.split()
    units = [word for word in words if word in {"px", "%", "em"}]
    said = f"{'one to four lengths' if 'x4' in words else 'a length'} in {' or '.join(units)}"
    if "number" in words:
        said += ", or a number"
    if "auto" in words:
        said += ", or auto"
    return said


def _with_units(kind: str | Sequence[str], value: str) -> str:
    """The value with ``px`` after its bare numbers where that makes it valid; else an empty text."""
    if not isinstance(kind, str) or "px" not in kind.split():
        return ""
    words = [f"{word}px" if _NUMBER.fullmatch(word) and word != "0" else word for word in value.split()]
    mended = " ".join(words)
    return mended if _takes(kind, mended) else ""


@check("mjml-unknown-class", fields=("name", "hint"), needs=_MJML)
def unknown_class(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Names in ``mj-class`` that no ``mj-class`` of the document defines."""
    for part, view, html in _walks(message):
        if html.root is None or view.layout_fragments or any(include.state != "found" for include in part.includes):
            continue
        if not any(element.tag == "mj-head" for element in html.elements):  # another file may have it
            continue
        for element in html.elements:
            names = element.attrs.get("mj-class", "")
            if not names or not is_component(element.tag):
                continue
            span = element.value_span("mj-class")
            text = view.text[span.start : span.end]
            for found in re.finditer(r"\S+", text):
                name = found[0]
                if name in html.class_names or _is_made(name) or "&" in name:
                    continue
                hint = _likely_class(message, name, html.class_names)
                place = Span(span.start + found.start(), span.start + found.end())
                changes = (Change(place, hint),) if hint else ()
                words = f'; did you mean "{hint}"?' if hint else ""
                yield Hit(part, place, {"name": name, "hint": words}, view, changes)


_FEW_CLASSES = 60


@remembered
def _likely_class(message: Message, name: str, defined: frozenset[str]) -> str:
    return _closest(message, name, sorted(defined), 0.7) if len(defined) <= _FEW_CLASSES else ""


_MOST_COMPARED, _LONGEST_COMPARED = 200, 60


def _closest(message: Message, word: str, names: Sequence[str], cutoff: float) -> str:
    """The name most like a word; "" where none is, for a long word, and for those beyond the first 200 of a message."""
    from difflib import get_close_matches  # noqa: PLC0415 -- seldom needed

    compared: set[str] = message.memo.setdefault(_closest, set())
    if len(word) > _LONGEST_COMPARED or (word not in compared and len(compared) >= _MOST_COMPARED):
        return ""
    compared.add(word)
    return next(iter(get_close_matches(word, names, 1, cutoff)), "")


# -- what stands where


@check("mjml-misplaced-tag", fields=("tag", "parent", "allowed"), needs=_MJML)
def misplaced_tag(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Components where MJML does not allow them."""
    for part, view, html in _walks(message):
        around_each: dict[int, _Around] = {}
        for element in html.elements:
            parent, included, custom = around_each[element.index] = _around(element, around_each)
            component = components().get(element.tag)
            if component is None or parent is None or not component.inside or parent.tag in component.inside:
                continue
            around = components().get(parent.tag)
            if (
                around is None
                or custom
                or around.holds == "defaults"
                or (component.name == "mj-head" and included is not None)
            ):
                continue
            evidence = {"tag": component.name, "parent": parent.tag, "allowed": _where(around, component.inside)}
            if included is None:
                yield Hit(part, element.span, evidence, view)
            elif (file := part.included(element.span)) is not None and around_each[included.index].included is None:
                yield Hit(part, file.tag, evidence, view)


class _Around(NamedTuple):
    """The component around an element, and what begins between the two.

    ``included`` is the outermost element of an included file; ``custom``: an unlisted component stands between the two,
    and a project that registers it says what it may hold.
    """

    component: Element | None
    included: Element | None
    custom: bool


def _around(element: Element, around_each: Mapping[int, _Around]) -> _Around:
    """What is around an element; ``around_each`` has that of the elements before it, by their index."""
    parent = element.parent
    if parent is None:
        return _Around(None, None, custom=False)
    included = parent.tag == INCLUDED
    if not included and parent.tag != "mj-include" and is_component(parent.tag):
        return _Around(parent, None, custom=False)
    further = around_each[parent.index]
    custom = "-" in parent.tag and not is_component(parent.tag)
    return _Around(further.component, further.included or (parent if included else None), custom or further.custom)


def _where(around: Component, names: Sequence[str]) -> str:
    """Say where a component may stand, or that the one around it holds no components."""
    if around.holds == "html":
        return "which takes HTML, not components"
    if len(names) > 5:
        return "only in the body"
    tags = [f"<{name}>" for name in names]
    return "only in " + (tags[0] if len(tags) == 1 else f"{', '.join(tags[:-1])} or {tags[-1]}")


@check("mjml-html-outside", fields=("tag", "parent"), needs=_MJML)
def html_outside(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """HTML elements directly in a component that holds no HTML: MJML drops them, with their content."""
    for part, view, html in _walks(message):
        for element in html.elements:
            parent = element.parent
            if parent is None or is_component(element.tag) or PLACEHOLDER_CHAR in element.tag or _is_custom(element):
                continue
            around = components().get(parent.tag)
            if around is not None and around.holds in {"components", "nothing", "defaults"}:
                yield Hit(part, element.span, {"tag": element.tag, "parent": parent.tag}, view)


@check("mjml-lost-text", fields=("text", "parent"), needs=_MJML)
def lost_text(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Text directly in a component that holds no text: MJML drops it."""
    for part, view, html in _walks(message):
        for run in html.text_runs:
            element = run.element
            around = components().get(element.tag) if element is not None else None
            if around is None or around.holds not in {"components", "nothing", "defaults"}:
                continue
            source = view.text[run.start : run.end]
            text = source.strip()
            if not text or _is_made(text):
                continue
            start = run.start + source.index(text)
            evidence = {"text": shorten(text, 40), "parent": around.name}
            yield Hit(part, Span(start, start + len(text)), evidence, view)


# -- included files


_REASONS = {
    "dynamic": NotKnown("a template tag prints the path of an included file"),
    "unreadable": NotKnown("an included file cannot be read", "check its permissions and encoding"),
    "in part": NotKnown("an included file includes one that cannot be resolved"),
    "too much": NotKnown("there are too many included files, or they are too large"),
    "not looked for": NotKnown("included files are read only in a run over files", "name the file instead"),
}
"""Why it is not known what an include brings."""


@check("mjml-include-missing", fields=("path",), needs=_INCLUDES)
def include_missing(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Included files that are not there."""
    for part, view, include in _includes(message):
        if include.state == "missing":
            yield Hit(part, include.tag, {"path": include.path}, view)
        elif include.state in _REASONS:
            yield _REASONS[include.state]


@check("mjml-include-outside", fields=("path",), needs=_INCLUDES)
def include_outside(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Included files outside the paths that the run was given; they are not read."""
    for part, view, include in _includes(message):
        if include.state == "outside":
            yield Hit(part, include.tag, {"path": include.path}, view)


@check("mjml-include-circular", fields=("path", "trail"), needs=_INCLUDES)
def include_circular(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Files that include themselves, directly or through others."""
    for part, view, include in _includes(message):
        if include.state == "circular":
            names = [path.replace("\\", "/").rpartition("/")[2] for path in include.trail]
            yield Hit(part, include.tag, {"path": include.path, "trail": " → ".join(names)}, view)


def _includes(message: Message) -> Iterator[tuple[Part, View, Include]]:
    """The includes of every view, without those that a template tag comments out."""
    for part in message.parts:
        for view in part.views if part.includes else ():
            for include in part.includes:
                if view.text[include.tag.start] == "<":
                    yield part, view, include
