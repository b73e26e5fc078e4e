"""Render Jinja templates with sample data, in Jinja's sandbox and in a separate process (``jinja_sandbox``)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from maillint.data.lists import load_list
from maillint.data.yamlfile import first_line
from maillint.hits import NotKnown
from maillint.message.html.tree import normalise
from maillint.message.model import Message, Part, Place
from maillint.message.rendering.mjml import render_mjml
from maillint.message.rendering.model import Failed, Printed, Rendering, Renderings
from maillint.message.rendering.samples import MAX_DATA, packages
from maillint.message.rendering.writer import RenderedText
from maillint.patterns import regex
from maillint.text.source import Source
from maillint.text.spans import Span
from maillint.values import NamedTuple, replace

MAX_SETS = 20
"""Data sets of a message that are rendered at the most."""

SECONDS = 2.0
"""How long one template may take with one data set."""

ALL_SECONDS = 8.0
"""How long a message may take with all its data sets."""

MEMORY = 1 << 30
"""Bytes of memory that the process may use."""

MAX_CHARACTERS = 1_000_000
"""Characters that one rendering may print: ten times what Gmail shows."""


def render_with_data(message: Message, samples: Source) -> Renderings:
    """Render a message's Jinja templates with each data set of its sample data. This starts a process."""
    parts = [part for part in message.parts if part.dialect is not None]
    if not parts:
        return Renderings()
    others = tuple(load_list("rendered")["others"])
    if message.source.path.lower().endswith(others) or any(
        part.dialect is not None and part.dialect.name != "jinja" for part in parts
    ):
        return Renderings(unknown=(NotKnown("sample data are for Jinja templates only"),))
    if "jinja2" not in packages():
        return Renderings(unknown=(NotKnown("not rendered with its sample data", "install maillint[jinja]"),))
    try:
        data = _read_data(samples)
    except ValueError as error:
        return Renderings(failed=(Failed(parts[0], Span(0, 0), str(error), ""),))
    subject = message.headers.first("subject")
    places: list[Place] = [*parts, subject] if subject is not None and "{" in subject.text else [*parts]
    made: dict[str, list[_Page]] = {}
    failed: dict[Failed, None] = {}
    unknown: dict[NotKnown, None] = {}
    for answer in _run_sandbox(places, data, message):
        place = places[answer.get("template", 0)]
        name = answer.get("set")
        if answer["state"] == "made":
            made.setdefault(str(name), []).append(_read_page(place, answer))
        elif answer["state"] == "foreign":
            unknown[NotKnown(f"not rendered with its sample data: {answer['reason']}")] = None
        else:
            label = _label(name) if isinstance(name, str) else ""
            failed[Failed(place, _line_span(place, answer.get("line", 0)), answer["reason"], label)] = None
    renderings = []
    for name, pages in made.items():
        rendered = {id(page.place): page.part for page in pages if page.part is not None}
        changed = tuple(rendered.get(id(part), part) for part in message.parts)
        result = replace(message, kind="rendered", parts=changed, samples=None)
        if any(part.mjml for part in changed):
            result = next((inner.message for inner in render_mjml(result).made), result)
        printed = tuple(printed for page in pages for printed in page.printed)
        renderings.append(Rendering("jinja", _label(name), result, printed))
    return Renderings(tuple(renderings), tuple(failed), tuple(unknown))


def _label(name: str) -> str:
    return f'with the data "{name}"' if name else "with its sample data"


def _read_data(samples: Source) -> Any:
    """Parse sample data; raises ValueError that says what is wrong with them, and in which line."""
    import yaml  # noqa: PLC0415 -- 16 ms

    name = os.path.basename(samples.path)  # noqa: PTH119
    if len(samples.data) >= MAX_DATA:
        raise ValueError(f"{name} is too large")
    try:
        data = yaml.load(samples.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ValueError(f"{name}, line {line}: {error.problem}") from None
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:
        raise ValueError(f"{name}: {first_line(error)}") from None
    if not isinstance(data, (dict, list)):
        raise ValueError(f"{name} holds neither a mapping of names to values nor a list of such")
    return data


def _run_sandbox(places: Sequence[Place], data: Any, message: Message) -> Iterator[dict[str, Any]]:
    """Render in a separate process, and yield its answers; what it has not done when it is stopped has failed."""
    import json  # noqa: PLC0415 -- rarely needed, as the next two
    import pickle  # noqa: PLC0415
    from importlib.util import find_spec  # noqa: PLC0415

    spec = find_spec("maillint.message.rendering.jinja_sandbox")
    assert spec is not None and spec.origin is not None
    folder = message.files.real_path(os.path.dirname(message.source.path))  # noqa: PTH120
    templates = [(normalise(_MARKS.sub("\ufffd", place.text)), _is_markup(place)) for place in places]
    limits = (SECONDS, ALL_SECONDS, MEMORY, MAX_CHARACTERS, MAX_SETS)
    job = (sys.path, templates, folder, message.files.roots, data, *limits)
    try:
        given = pickle.dumps(job)
    except RecursionError:
        yield {"state": "failed", "reason": "its sample data are nested too deeply"}
        return
    command = [sys.executable, "-I", "-B", spec.origin]
    ended = False
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=ALL_SECONDS, check=False)
        output, ended = done.stdout, done.returncode == 0
    except subprocess.TimeoutExpired as error:
        output = error.stdout or b""
    except OSError as error:
        message.files.complete = False
        yield {"state": "foreign", "reason": f"no process can be started ({error.strerror})"}
        return
    for line in output.splitlines():
        try:
            answer = json.loads(line)
        except ValueError:
            ended = False
            continue
        if answer["state"] == "read":
            for path in answer["paths"]:
                message.files.note(path)
            continue
        message.files.complete &= not answer.get("stopped", False)
        yield answer
    if not ended:
        message.files.complete = False
        yield {"state": "failed", "reason": "it takes too long, or too much memory"}


def _is_markup(place: Place) -> bool:
    return isinstance(place, Part) and place.markup


_MARKS = regex("[\uf5b5-\uf5b7]")
_NUMBERED = regex("\uf5b5(\\d{1,7})\uf5b6([^\uf5b5-\uf5b7]*)\uf5b7")


class _Page(NamedTuple):
    place: Place
    part: Part | None
    printed: tuple[Printed, ...]


def _read_page(place: Place, answer: Mapping[str, Any]) -> _Page:
    """Take the marks of ``jinja_sandbox`` out of what a template has printed, and note what comes from where."""
    part = place if isinstance(place, Part) else Part(place.text, place.source, place.map, "text/plain")
    writer = RenderedText(part)
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
    """A line of a text without the white space around it; an empty span at the start if there is no such line."""
    lines = place.text.splitlines(keepends=True)
    if not 1 <= line <= len(lines):
        return Span(0, 0)
    start = sum(map(len, lines[: line - 1]))
    text = lines[line - 1]
    return Span(start + len(text) - len(text.lstrip()), start + len(text.rstrip()))
