"""A program that renders Jinja templates with sample data. It is a separate process, so that it can be stopped.

It reads a pickled job from its standard input and prints one line of JSON for each template and data set, and at the
end one with the paths that were looked for. Templates run in Jinja's sandbox; time, memory, output and the files that
they may read are bounded. It is run by its path and in isolated mode, and imports nothing of maillint.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from types import FrameType, TracebackType

    from jinja2 import Environment, Template, nodes

OPEN, NUMBERED, CLOSE = "\uf5b5", "\uf5b6", "\uf5b7"
"""What surrounds the output of each piece of the template: OPEN, the piece's number, NUMBERED, the output, CLOSE."""

MAIN = "the template itself"
"""The file name of the template in tracebacks."""

_MAX_FILES = 100
_MAX_FILE_SIZE = 1_000_000


class Job(NamedTuple):
    """What to render and with what; ``templates`` are pairs of a text and whether its output is HTML."""

    path: Sequence[str]  # where Python finds Jinja
    templates: Sequence[tuple[str, bool]]
    folder: str
    roots: Sequence[str]
    data: Any
    seconds: float  # for one data set
    all_seconds: float
    memory: int
    characters: int
    sets: int


class SlowError(Exception):
    """Raised in a template that takes too long."""


class LongError(Exception):
    """Raised where a template prints too much."""


class RefusedError(Exception):
    """Raised for a file that does not exist or may not be read."""


def main() -> None:
    """Read a job, render it, and print the results."""
    job = Job(*pickle.load(sys.stdin.buffer))
    sys.path[:] = job.path
    _bound(job)
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    for answer in run(job):
        print(json.dumps(answer, ensure_ascii=False), flush=True)


def run(job: Job) -> Iterator[dict[str, Any]]:
    """Render every template with every data set: a result for each, and last the paths that were looked for."""
    from jinja2.exceptions import TemplateError  # noqa: PLC0415 -- found only after ``sys.path`` is set

    sought: dict[str, None] = {}
    environments = {markup: _environment(job, sought, markup) for markup in {markup for _, markup in job.templates}}
    used: set[str] = set()
    made: list[tuple[int, Compiled]] = []
    for number, (text, markup) in enumerate(job.templates):
        try:
            compiled = _compile(environments[markup], text)
        except (
            TemplateError,
            RefusedError,
            RecursionError,
            SyntaxError,
            ValueError,
            OverflowError,
            MemoryError,
        ) as error:
            yield {"template": number, **_failure(error)}
            continue
        used |= compiled.names
        made.append((number, compiled))
    for name, values in list(data_sets(job.data, used))[: job.sets]:
        for number, compiled in made:
            yield {"template": number, "set": name, **_render(compiled, values, job), "pieces": compiled.pieces}
    yield {"state": "read", "paths": list(sought)}


def data_sets(data: Any, used: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The data sets of a file, with their names: the items of a list, or the values of a mapping.

    A mapping is one data set itself if the template reads one of its keys: ``used`` are the names that it reads.
    """
    if isinstance(data, list):
        for number, item in enumerate(data, 1):
            if isinstance(item, dict):
                yield _set_name(item, str(number), used), _named(item)
        return
    if not isinstance(data, dict):
        return
    sets = {str(key): value for key, value in data.items() if isinstance(value, dict) or value is None}
    if data and len(sets) == len(data) and not used & sets.keys():
        for name, item in sets.items():
            yield name, _named(item or {})
    else:
        yield "", _named(data)


def _set_name(item: Mapping[Any, Any], number: str, used: set[str]) -> str:
    """The item's ``name``, unless the template reads that as data; else its number."""
    name = item.get("name")
    return name if isinstance(name, str) and "name" not in used else number


def _named(values: Mapping[Any, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if isinstance(key, str) and key.isidentifier()}


# -- Jinja


def _environment(job: Job, sought: dict[str, None], markup: bool) -> Environment:
    from jinja2 import FunctionLoader  # noqa: PLC0415 -- see run
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    loader = FunctionLoader(_loader(job, sought))
    return ImmutableSandboxedEnvironment(
        loader=loader, autoescape=markup, keep_trailing_newline=True, cache_size=_MAX_FILES
    )


def _loader(job: Job, sought: dict[str, None]) -> Callable[[str], tuple[str, str, Callable[[], bool]]]:
    """What reads the files that a template names; the paths that it looks for are added to ``sought``."""
    read: dict[str, None] = {}

    def load(name: str) -> tuple[str, str, Callable[[], bool]]:
        for folder in (job.folder, *job.roots):
            named = os.path.join(folder, name.replace("\0", ""))  # noqa: PTH118
            sought[named] = None
            path = os.path.realpath(named)
            inside = any(path.startswith(root.rstrip(os.sep) + os.sep) for root in job.roots)
            if not inside or not os.path.isfile(path):  # noqa: PTH113
                continue
            read[path] = None
            with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123
                text = file.read(_MAX_FILE_SIZE + 1)
            if len(read) > _MAX_FILES or len(text) > _MAX_FILE_SIZE:
                raise RefusedError(f"{name}: there are too many files, or it is too large")
            return text, path, lambda: True
        raise RefusedError(f'there is no "{name}" in the paths given')

    return load


class Compiled(NamedTuple):
    """A template whose output says which piece of the template printed what.

    ``pieces`` are the start and end of each piece, and whether it is an output tag; ``names`` are those that the
    template reads from the data, ``called`` those that it calls as functions.
    """

    template: Template
    pieces: list[tuple[int, int, bool]]
    names: set[str]
    called: frozenset[str]


def _compile(environment: Environment, text: str) -> Compiled:
    from jinja2 import meta, nodes  # noqa: PLC0415 -- see run

    tree = environment.parse(text)
    names = set(meta.find_undeclared_variables(tree))
    calls = list(tree.find_all(nodes.Call))
    for name in _inserted(environment, tree):
        with contextlib.suppress(Exception):  # reported when it is rendered
            loaded = environment.parse(_source(environment, name))
            names |= meta.find_undeclared_variables(loaded)
    pieces = _pieces(environment, text)
    printed = [(output, index) for output in _outputs(tree) for index in range(len(output.nodes))]
    if len(printed) == len(pieces):
        _number(tree, environment)
    else:
        pieces = []
    code = environment.compile(tree, MAIN, MAIN)
    template = environment.template_class.from_code(environment, code, environment.make_globals(None))
    called = frozenset(call.node.name for call in calls if isinstance(call.node, nodes.Name))
    return Compiled(template, pieces, names, called)


def _inserted(environment: Environment, tree: nodes.Template) -> list[str]:
    from jinja2 import meta  # noqa: PLC0415 -- see run

    found: dict[str, None] = {}
    pending = [name for name in meta.find_referenced_templates(tree) if name]
    while pending and len(found) < _MAX_FILES:
        name = pending.pop()
        if name in found:
            continue
        found[name] = None
        with contextlib.suppress(Exception):
            inner = environment.parse(_source(environment, name))
            pending += [other for other in meta.find_referenced_templates(inner) if other]
    return list(found)


def _source(environment: Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _outputs(tree: nodes.Node) -> Iterator[nodes.Output]:
    """The nodes that print, in source order."""
    from jinja2 import nodes  # noqa: PLC0415 -- see run

    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, nodes.Output):
            yield node
        else:
            pending.extend(reversed(list(node.iter_child_nodes())))


def _pieces(environment: Environment, text: str) -> list[tuple[int, int, bool]]:
    """The places of what prints, in source order: text (False) and output tags (True)."""
    pieces: list[tuple[int, int, bool]] = []
    position = 0
    opened = 0
    for _, kind, value in environment.lex(text):
        while position < len(text) and not text.startswith(value, position) and text[position].isspace():
            position += 1  # white space that a tag removes
        if kind == "variable_begin":
            opened = position
        position += len(value)
        if kind == "data" and value:
            pieces.append((position - len(value), position, False))
        elif kind == "variable_end":
            pieces.append((opened, opened + len(text[opened:position].rstrip()), True))
    return pieces


def _number(tree: nodes.Template, environment: Environment) -> None:
    """Surround the output of each piece with its number, except where the template still changes that output."""
    from jinja2 import nodes  # noqa: PLC0415 -- see run

    changed_by = (nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.AssignBlock)
    pending: list[tuple[nodes.Node, bool]] = [(tree, False)]
    number = 0
    while pending:
        node, inside = pending.pop()
        if not isinstance(node, nodes.Output):
            inside = inside or isinstance(node, changed_by)
            pending.extend((child, inside) for child in reversed(list(node.iter_child_nodes())))
            continue
        numbered: list[nodes.Expr] = []
        for printed in node.nodes:
            if inside:
                numbered.append(printed)
            else:
                opening = nodes.TemplateData(f"{OPEN}{number}{NUMBERED}", lineno=printed.lineno)
                closing = nodes.TemplateData(CLOSE, lineno=printed.lineno)
                numbered += [opening, printed, closing]
            number += 1
        node.nodes = numbered
        node.set_environment(environment)


def _render(compiled: Compiled, values: dict[str, Any], job: Job) -> dict[str, Any]:
    printed: list[str] = []
    size = 0
    _alarm(job.seconds)
    try:
        for chunk in compiled.template.generate(values):
            size += len(chunk)
            if size > job.characters:
                raise LongError
            printed.append(chunk)
    except Exception as error:  # a template can raise any
        return _failure(error, compiled.called)
    finally:
        _alarm(0)
    return {"state": "made", "text": "".join(printed)}


def _failure(error: Exception, called: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Say what went wrong and in which line of the template, 0 if that is not known.

    The state is ``foreign`` for what only the project's own Jinja environment has (filters, functions, files), and
    ``stopped`` where time or memory ran out, of which another machine may have more. ``called`` are the functions that
    the template calls, which data cannot hold.
    """
    from jinja2 import exceptions  # noqa: PLC0415 -- see run

    words = " ".join(str(error).split())[:300]
    line = _line(error.__traceback__)
    state = "failed"
    if isinstance(error, SlowError):
        words = "it takes too long"
    elif isinstance(error, LongError):
        words = "it prints too much"
    elif isinstance(error, MemoryError):
        words = "it takes too much memory"
    elif isinstance(error, RecursionError):
        words = "it is nested too deeply, or calls itself without end"
    elif isinstance(error, (RefusedError, exceptions.TemplateNotFound, exceptions.SecurityError)):
        state = "foreign"
    elif isinstance(error, exceptions.TemplateSyntaxError):
        line = error.lineno if error.name in {None, MAIN} else 0
        words = " ".join((error.message or "").split())[:300]
        unknown = isinstance(error, exceptions.TemplateAssertionError) or "unknown tag" in words
        state = "foreign" if unknown else state
    elif isinstance(error, exceptions.UndefinedError):
        state = "foreign" if any(words == f"'{name}' is undefined" for name in called) else state
    elif isinstance(error, exceptions.TemplateRuntimeError) and words.startswith("No "):
        state = "foreign"  # a filter or a test that is looked up at run time
    else:
        words = f"{type(error).__name__}: {words}"
    return {"state": state, "reason": words, "line": line, "stopped": isinstance(error, (SlowError, MemoryError))}


def _line(trace: TracebackType | None) -> int:
    line = 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == MAIN:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


# -- bounds


def _bound(job: Job) -> None:
    """Bound time, memory and files of this process, where the system can; it ends a process that takes too long."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 -- not on every system

        seconds = int(job.all_seconds) + 1
        for limit, value in (
            (resource.RLIMIT_CPU, seconds),
            (resource.RLIMIT_AS, job.memory),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_NOFILE, 64),
        ):
            hard = resource.getrlimit(limit)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)  # noqa: PLW2901
            resource.setrlimit(limit, (value, value))


def _alarm(seconds: float) -> None:
    """Have SlowError raised after so many seconds, where the system can; 0 cancels that."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, _wake)
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _wake(number: int, frame: FrameType | None) -> None:
    raise SlowError


if __name__ == "__main__":
    main()
