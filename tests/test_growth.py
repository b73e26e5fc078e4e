"""Nothing grows faster than the text: every regular expression on texts made to break it, every reader and rule on
texts of one shape in two sizes.

Work is counted, not timed: the lines of Python that are run, and what each of them copies. What regular expressions
do inside, and searches of a text or a list, cannot be counted; their time at one size is compared with that at another,
and only where it is long enough to be told.
"""

from __future__ import annotations

import gc
import importlib
import pkgutil
import re
import signal
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import pytest

import maillint
from benchmarks.shapes import EML, HEAD, JINJA, MIXED, ORDINARY, Shape, beside, nested, repeated
from maillint.analysis import links
from maillint.data.lists import load_list
from maillint.message.template.attribute_blocks import _Patterns as AttributePatterns
from maillint.message.template.delimiters import Scanner
from maillint.message.template.dialect import all_dialects
from maillint.message.template.razor import _Patterns as RazorPatterns
from maillint.message.template.spec import Pattern
from maillint.patterns import _Pattern
from maillint.values import field_names
from tests.pumps import pumps

LONG = 15_000
"""Characters of the texts that regular expressions are tried on."""

METHODS = {"match", "fullmatch", "search", "finditer"}
_ALIKE = {"sub": "finditer", "subn": "finditer", "findall": "finditer", "split": "finditer"}

BOUNDED: Mapping[str, tuple[int, str]] = {
    "maillint.text.literals": (500, "reads patterns of lists and settings"),
    "maillint.web.link_lists": (500, "reads patterns of lists and settings"),
    "maillint.cli.init_proposal:_NUMBERED": (255, "reads names of files"),
    "maillint.project.message_files": (255, "reads names of files"),
    "maillint.message.template.conditions:_COMPARISON": (500, "reads tests of 500 characters at the most"),
    "maillint.message.template.conditions:_COLLECTION": (500, "reads loops of 500 characters at the most"),
    "maillint.text.user_patterns:_TOKEN": (5_000, "reads patterns of 5,000 characters at the most"),
    "beacon-signs.open-paths": (4096, "reads addresses of 4,096 characters at the most"),
    "fallback": (1000, "reads 1,000 characters of a tag"),
    "program_text.words": (4000, "reads 4,000 characters of a statement"),
    "program_text.prints": (4000, "reads 4,000 characters of a statement"),
}
"""By the beginning or a part of a pattern's name: the longest text that it is given, and why."""


class Expression(NamedTuple):
    """A regular expression, the methods that it is called by, and the longest text that it is given."""

    name: str
    source: str | bytes
    flags: int
    methods: tuple[str, ...]
    longest: int


def _expression(name: str, source: str | bytes, flags: int, methods: tuple[str, ...]) -> Expression:
    longest = next((size for piece, (size, _) in BOUNDED.items() if piece in name), LONG)
    return Expression(name, source, flags, methods, longest)


# -- every regular expression of the package ----------------------------------------------------------


def _of_modules() -> Iterator[Expression]:
    """Those of the modules, with the methods that the module calls them by."""
    for found in pkgutil.walk_packages(maillint.__path__, "maillint."):
        if found.name.endswith(("__main__", "pytest_plugin")):
            continue
        module = importlib.import_module(found.name)
        code = Path(str(module.__file__)).read_text(encoding="utf-8")
        for name, value in vars(module).items():
            for number, pattern in enumerate(_patterns_in(value)):
                source, flags = pattern._source if isinstance(pattern, _Pattern) else (pattern.pattern, pattern.flags)
                called = set(re.findall(rf"\b{name}(?:\[\w+\])?\.(\w+)\b", code))
                methods = {_ALIKE.get(method, method) for method in called} & METHODS
                yield _expression(
                    f"{found.name}:{name}{number or ''}", source, flags, tuple(sorted(methods or {"match", "search"}))
                )


def _patterns_in(value: Any) -> Iterator[Any]:
    if isinstance(value, (_Pattern, re.Pattern)):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _patterns_in(item) if not isinstance(item, Mapping) else ()
    elif isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        for item in value:
            yield from _patterns_in(item) if not isinstance(item, (tuple, list)) else ()


_USED = {
    "inside": ("fullmatch",),
    "unknown_ends": ("fullmatch",),
    "words": ("match",),
    "open": ("finditer", "match"),
    "tag": ("finditer", "match"),
    "directive": ("finditer", "match"),
    "holds": ("finditer",),
    "strings": ("finditer",),
    "comments": ("finditer",),
    "breaks": ("finditer",),
    "starts": ("finditer",),
}
"""How the patterns of dialects are used, by the key; the others are searched for once."""


def _of_dialects() -> Iterator[Expression]:
    for dialect in all_dialects():
        for path, pattern in _fields(dialect, dialect.name):
            key = next((part for part in reversed(path.split(".")) if part in _USED), "")
            yield _expression(path, pattern.source, 0, _USED.get(key, ("search",)))
        scanner = Scanner(dialect, ())
        for text in scanner.program_texts.values():
            yield _expression(f"{dialect.name}.program_text", text._token.pattern, 0, ("finditer",))
        if dialect.razor is not None:
            for name, found in vars(RazorPatterns(dialect.razor)).items():
                yield _expression(f"{dialect.name}.{name}", found.pattern, found.flags, ("finditer",))
        if dialect.attributes is not None:
            attributes = AttributePatterns(dialect.attributes)
            for found in (attributes.attribute, *attributes.plain.values()):
                yield _expression(f"{dialect.name}.attribute", found.pattern, found.flags, ("finditer",))


def _fields(value: Any, path: str) -> Iterator[tuple[str, Pattern]]:
    if isinstance(value, Pattern):
        yield path, value
    elif hasattr(value, "_fields") or hasattr(value, "__value_fields__"):
        for name in getattr(value, "_fields", None) or field_names(value):
            yield from _fields(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _fields(item, f"{path}.{name}")
    elif isinstance(value, (tuple, list)):
        for number, item in enumerate(value):
            yield from _fields(item, f"{path}.{number}")
    elif type(value).__module__.startswith("maillint"):
        for name in (*getattr(value, "__slots__", ()), *getattr(value, "__dict__", ())):
            yield from _fields(getattr(value, name, None), f"{path}.{name}")


_USED_IN_LISTS = {"host": "fullmatch", "path": "match", "paths": "match", "target": "match"}

LISTS = (
    "beacon-signs", "click-wrappers", "gateways", "leftovers", "link-identifiers", "partials", "pixel-placeholders",
    "placeholders", "redirectors", "reply-prefixes", "shorteners", "trackers", "unsubscribe",
)  # fmt: skip


def _of_lists() -> Iterator[Expression]:
    """What looks like a pattern in the other lists: of hosts, of what follows them, or to search for in a text."""
    for name in LISTS:
        for path, source in _texts(load_list(name), name):
            if re.search(r"[*+}]", source) and re.search(r"\\[.\w]|\[|\(\?", source):
                key = path.rstrip("0123456789.").rpartition(".")[2]
                own = source.partition(":")[2] if key == "target" else source  # path:PATTERN
                yield _expression(path, own, re.IGNORECASE, (_USED_IN_LISTS.get(key, "search"),))


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _texts(item, f"{path}.{name}")
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from _texts(item, f"{path}.{number}")


@cache
def _expressions() -> Mapping[str, Expression]:
    found: dict[tuple[Any, ...], Expression] = {}
    for expression in (*_of_modules(), *_of_dialects(), *_of_lists()):
        found.setdefault((expression.source, expression.flags, expression.methods), expression)
    return {expression.name: expression for expression in found.values()}


class _TooLongError(Exception):
    pass


def _seconds(work: Callable[[], Any], most: float) -> float:
    """The processor time that a call takes, ``most`` if it takes so long."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGVTALRM, stop)
    gc.disable()  # it would look at whatever the tests before have left
    signal.setitimer(signal.ITIMER_VIRTUAL, most)
    start = time.process_time()
    try:
        work()
    except _TooLongError:
        return most
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        gc.enable()
        signal.signal(signal.SIGVTALRM, before)
    return time.process_time() - start


_TOLD = 0.02
"""Seconds below which a call counts as quick: 15,000 characters that are read once take a tenth of it."""

_LONGEST = 1.0
_MEASURED = 0.1


def _run(pattern: re.Pattern[Any], method: str, text: Any) -> Callable[[], Any]:
    if method == "finditer":
        return lambda: sum(1 for _ in pattern.finditer(text))
    return lambda: getattr(pattern, method)(text)


def _mean(work: Callable[[], Any], most: float = _LONGEST) -> float:
    """The processor time of a call, of as many as the clock needs to tell."""
    total, calls = 0.0, 0
    while total < _MEASURED and calls < 2000:
        total += _seconds(work, most)
        calls += 1
    return total / calls


def _growth(expression: Expression) -> list[str]:
    """The texts on which an expression takes more than 20 times as long for 8 times the length."""
    pattern = re.compile(expression.source, expression.flags)
    binary = isinstance(expression.source, bytes)
    source = expression.source.decode("latin-1") if isinstance(expression.source, bytes) else expression.source
    slow = []
    for pump in pumps(source, expression.flags & ~re.UNICODE if binary else expression.flags):

        def text(size: int, pump: Any = pump) -> Any:
            made = pump.text(size)
            return made.encode("latin-1", "replace") if binary else made

        for method in expression.methods:
            sizes = [size for size in (1000, LONG) if size <= expression.longest] or [expression.longest]
            for size in sizes:
                if _seconds(_run(pattern, method, text(size)), _LONGEST) < _TOLD:
                    continue
                long = _mean(_run(pattern, method, text(size)))
                if long >= _TOLD and long > 20 * (short := _mean(_run(pattern, method, text(size // 8)))):
                    slow.append(f"{method} on {pump.key}: {size // 8} {short:.4f} s, {size} {long:.4f} s")
                    break
        if len(slow) >= 3:
            break
    return slow


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_no_regular_expression_grows_faster_than_its_text(part: int) -> None:
    slow = {}
    for number, (name, expression) in enumerate(_expressions().items()):
        if number % 8 == part and (found := _growth(expression)):
            slow[f"{name} {expression.source!r}"] = found
    assert slow == {}


def test_the_expressions_of_the_package_are_found() -> None:
    assert len(_expressions()) > 700
    assert all(any(piece in name for name in _expressions()) for piece in BOUNDED)


# -- every reader and rule ----------------------------------------------------------------------------


HOSTILE: Mapping[str, Shape] = {
    "components that nobody knows": repeated(
        "<mj-foo@N@>x</mj-foo@N@>", "<mjml><mj-body>", "</mj-body></mjml>", kind="mjml"
    ),
    "greetings without a default": repeated("<p>Hello {{ user.name }},</p>\n", filename="a.html.j2"),
    "anchors to nowhere": repeated('<a href="#place@N@">x</a> ', "<html><body>"),
    "anchors and places": beside('<a href="#a@N@">x</a> ', '<a name="b@N@"></a> ', "<html><body>"),
    "commas in srcset": repeated(",", '<img src="https://t.example/o.gif" srcset="', '">'),
    "spaces in srcset": repeated(" ", '<img src="https://t.example/o.gif" srcset="x', ',">'),
    "brackets in a style": repeated("(", '<p style="display:', '">Hi</p>'),
    "digits in a style": repeated("7", '<img src="https://t.example/o.gif" style="opacity:', 'x;height:1px">'),
    "digits in a width": repeated("7", '<img src="https://t.example/o.gif" height="1" width="', 'x">'),
    "digits in MJML": repeated(
        "7", '<mjml><mj-body><mj-text font-size="', 'x">a</mj-text></mj-body></mjml>', kind="mjml"
    ),
    "urls in a style": repeated("url(y)", '<p style="background:', '">Hi</p>'),
    "transforms": repeated("transform:", "<style>.a{", '}</style><p class="a">Hi</p>'),
    "attribute selectors": beside(
        "[class*=k@N@]{display:block}", '<img src="https://t.example/o.gif">',
        '<style>', '</style>' + '<b style="display:none" class="a b c">' * 100,
    ),
    "attributes of a component": repeated(
        'a@N@="b" ', "<mjml><mj-body><mj-text ", ">x</mj-text></mj-body></mjml>", kind="mjml"
    ),
    "markup deep in a component": repeated(
        "<i>x</i>", "<mjml><mj-body><mj-raw>" + "<div>" * 300, "</mj-raw></mj-body></mjml>", kind="mjml"
    ),
    "escaped quotes in a tag": repeated("\'\\", "{{=<% %", ">=}}", filename="a.mustache"),
    "quotes beside quotes in Razor": repeated('"', "@{ ", filename="a.cshtml"),
    "arms of a rule": beside(
        "div .a,", '<img class="a" src="https://t.example/@N@.gif">', "<style>", "b{display:none}</style><div>"
    ),
    "distinct arms": beside("div .a@N@,", '<i class="a@N@">x</i>', "<style>", "b{display:none}</style><div>"),
    "marks upon a letter": repeated("\u0323\u0307", "<p>free o"),
    "brackets in a test": nested("(", ")", "{% if ", " %}x{% endif %}", **JINJA),
    "brackets in a loop": nested("(", ")", "{% for x in ", " %}x{% endfor %}", **JINJA),
    "a long name that is stored": repeated("b", "{% set x %}<", "{% endset %}", **JINJA),
    "stored in stored": nested("{% set x %}<b>y</b>", "{% endset %}", **JINJA),
    "tags in raw text": repeated("{{y}}", "{% raw %}", "{% endraw %}", **JINJA),
    "openers in raw text": repeated("{{", "{% raw %}", "{% endraw %}", **JINJA),
    "other tags in raw text": repeated("{{y}}", "<#noparse>", "</#noparse>", filename="a.ftl"),
    "quotes in PHP": repeated('\\"', '<?php "', " ?>", filename="a.php"),
    "quotes in ERB": repeated("\\'", "<% '", " %>", filename="a.erb"),
    "quotes in EJS": repeated("\\`", "<% `", " %>", filename="a.ejs"),
    "quotes in Razor": repeated('\\"', '@{ "', filename="a.cshtml"),
    "quotes in HEEx": repeated('<.b {\\"', filename="a.heex"),
    "remarks in Razor": repeated("<!-- ", "@{<p>", filename="a.cshtml"),
    "lines after @if": repeated("\n", "<p>@if"),
    "brackets after @if": repeated(")", "<p>@if(", "x"),
    "many @if": repeated("@if()", "<p>"),
    "a long subject of a case": Shape(
        lambda size: "{% case " + "s" * (size // 2) + " %}" + "{% when 1 %}x" * (size // 26) + "{% endcase %}",
        {"filename": "a.liquid"},
    ),
    "braces of Smarty": nested("{b ", "}", filename="a.smarty"),
    "braces of PHP": nested("{", ";", "<?php ", " ?>", filename="a.php"),
    "values after values": repeated("? ", "<p>Hi {{ first_name ", " }},</p>", **JINJA),
    "conditions in an output": repeated("if ", "<p>Hi {{ first_name ", " }},</p>", **JINJA),
    "quoted-printable spaces": repeated(
        " ", HEAD + "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>a", "x", **EML
    ),
    "parameters": repeated(";", HEAD + "Content-Type: text/html", "\r\n\r\n<p>Hi", **EML),
    "quoted parameters": repeated(';\\"', HEAD + 'Content-Type: text/html; a="', "\r\n\r\n<p>Hi", **EML),
    "spaces in a comment": repeated(" ", "<!-- maillint: ignore[links]", "x -->\n<p>Hi</p>"),
    "comments in one": repeated("maillint: ignore[links] x\n", "<!-- ", " -->\n<p>Hi</p>"),
    "comments on a line": repeated("<!-- maillint: ignore[links] x -->"),
    "comments over findings": repeated('<!-- maillint: ignore[links] x --><a href="http://x.example">http://y.example</a>\n'),
    "unknown names": repeated("made/up@N@,", "<!-- maillint: ignore[", "] x -->\n<p>Hi</p>"),
    "names that suppress nothing": repeated("links,", "<!-- maillint: ignore[", "] x -->\n<p>Hi</p>"),
    "spaces before a line break": repeated(" ", '<a href="http://b', 'c\nd">x</a>'),
    "bare hosts beside links": beside(
        '<a href="https://b.example/@N@">x</a> ', "c@N@.example.com ", "<p>", profile="cold", kind="html"
    ),
    "addresses in one part": beside(
        "https://b@N@.example/abcdefghijklmnopqrstuvwxyz\r\nc ", '<a href="https://c.example/@N@">x</a>',
        MIXED.replace("mixed", "alternative") + "--edge\r\nContent-Type: text/plain\r\n\r\n",
        "\r\n--edge\r\nContent-Type: text/html\r\n\r\n", "\r\n--edge--", **EML,
    ),
    "an attribute again and again": repeated("b=1 ", "<a ", ">x</a>"),
    "openers of tags": repeated("<b "),
    "letters without an end": repeated("b", '<img width="1" height="1" src="https://t.example/', '">'),
}  # fmt: skip
"""What took long once, and what is like it."""

PRODUCTS: Mapping[str, Shape] = {
    "selectors that leave one out": beside(
        ":not(.a@N@){display:none}", '<p class="a@N@">x</p>', "<style>", "</style><body>"
    ),
    "selectors of anything": beside("*{width:0}", '<img src="https://t.example/o.gif">', "<style>", "</style><body>"),
}
"""What grows as the square of the text up to a bound, which a text of 50,000 characters reaches."""

_CLOSE = 8**1.15
_LOOSE = 8**1.3


class _Work(NamedTuple):
    """What it takes to lint a text: lines of maillint that are run, bytes that are copied, the most that are in use."""

    lines: int
    copied: int
    memory: int


_PIECE = 4_000
"""Bytes that must be taken from one call to the next to count as copied."""

_LITTLE = 2_000_000
_LITTLE_KEPT = 1_000_000
"""Bytes that may be copied, and used, whatever the growth."""


class _Lines:
    """Counts the lines of maillint that are run."""

    def __init__(self) -> None:
        self.count = 0
        self._folder = str(Path(str(maillint.__file__)).parent)

    def __call__(self, frame: FrameType, event: str, argument: Any) -> Any:
        return self._line if frame.f_code.co_filename.startswith(self._folder) else None

    def _line(self, frame: FrameType, event: str, argument: Any) -> Any:
        self.count += 1
        return self._line


class _Memory:
    """Adds up what memory is taken from each call of a function to the next, given back at once or not.

    A slice, a join, a union of sets, and whatever else copies within one line, is work that the lines do not tell.
    """

    def __init__(self) -> None:
        self.copied = self.most = self._used = 0

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        used, most = tracemalloc.get_traced_memory()
        if most - self._used > _PIECE:
            self.copied += most - self._used
        self.most = max(self.most, most)
        self._used = used
        tracemalloc.reset_peak()


def _work(shape: Shape, size: int) -> _Work:
    text = shape.text(size)
    lines, memory = _Lines(), _Memory()
    _traced(lines, text, shape)
    tracemalloc.start()
    try:
        _traced(memory, text, shape)
    finally:
        tracemalloc.stop()
    return _Work(lines.count, memory.copied, memory.most)


def _traced(tracer: Any, text: str, shape: Shape) -> None:
    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        report = maillint.lint(text, **shape.settings)
    finally:
        sys.settrace(before)
    assert not [finding for finding in report.findings if finding.rule == "internal-error"]


def _grown(shape: Shape, sizes: tuple[int, int, int], most: float) -> list[str]:
    """What grows by more than a factor from the second size to the third; the first is to make what is made once."""
    few, many = [_work(shape, size) for size in sizes][1:]
    # pieces that are kept are no copies
    least = {"lines": 0, "copied": max(_LITTLE, many.memory), "memory": _LITTLE_KEPT}
    return [
        name
        for name, small, large in zip(_Work._fields, few, many, strict=True)
        if large > most * small and large > least[name]
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", ORDINARY)
def test_work_grows_as_the_text_does(name: str) -> None:
    assert _grown(ORDINARY[name], (20_000, 20_000, 160_000), _CLOSE) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_no_shape_makes_work_or_memory_grow_faster(name: str) -> None:
    assert _grown(HOSTILE[name], (6_000, 6_000, 48_000), _LOOSE) == []


def _union(seen: list[Any], span: Any) -> None:
    seen[:] = [{*(seen[0] if seen else ()), span}]


def _joined(seen: list[Any], span: Any) -> None:
    seen.append(f"{span}")
    "".join(seen)


def _ordered(seen: list[Any], span: Any) -> None:
    seen.append(span)
    sorted(seen)


@pytest.mark.slow
@pytest.mark.parametrize("copy", [_union, _joined, _ordered], ids=["union", "join", "sort"])
def test_what_is_copied_for_each_link_is_seen(copy: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines do not tell: each of these runs as many of maillint's as before."""
    reading, seen = links._reading, list[Any]()

    def slow(link: Any) -> Any:
        copy(seen, link.span)
        return reading(link)

    monkeypatch.setattr(links, "_reading", slow)
    shape = repeated('<a href="https://acme.example/">x</a> ')
    sizes = []
    for size in (6_000, 6_000, 48_000):
        seen.clear()
        sizes.append(_work(shape, size))
    assert sizes[2].copied > _LOOSE * sizes[1].copied
    assert sizes[2].lines < _LOOSE * sizes[1].lines


@pytest.mark.slow
@pytest.mark.parametrize("name", [*HOSTILE, *PRODUCTS])
def test_no_shape_makes_the_time_within_calls_grow_faster(name: str) -> None:
    """Six times the length may take 20 times as long, where that is long enough to be told apart."""
    shape = HOSTILE.get(name) or PRODUCTS[name]
    maillint.lint(shape.text(1_000), **shape.settings)
    for size, told in ((48_000, 0.2), (384_000, 1.0)) if name in HOSTILE else ((384_000, 0.0),):
        large = _seconds_of(shape, size)
        if large > told:
            assert large < 20 * _seconds_of(shape, size // 6)


def _seconds_of(shape: Shape, size: int) -> float:
    text = shape.text(size)
    return _mean(lambda: maillint.lint(text, **shape.settings), most=30.0)
