"""Imports point strictly downward: every module stands on a floor and takes only from those below."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "maillint"

FLOORS: tuple[frozenset[str], ...] = tuple(
    frozenset(names.split())
    for names in (
        "text finding compiled globs yamlfile phrases lists literals",
        "data domains",
        "urls",
        "targets confusables",
        "unwrap trackers",
        "network message",
        "checks",
        "plugins",
        "rules",
        "configkeys engine",
        "configfile",
        "config",
        "suppress fix baseline files parallel",
        "cache",
        "run",
        "output online",
        "library",
        "pytest_plugin cli build",
    )
)
"""From the bottom up; a package (``message``, ``checks`` …) is one room, inside which there is no circle."""


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), path


def imports(path: Path) -> set[str]:
    """The modules of this package that a module imports anywhere but for type checking, as dotted names."""
    found: set[str] = set()
    pending: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            pending.extend(node.orelse)
            continue
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "maillint":
            base = node.module.removeprefix("maillint").lstrip(".")
            for name in node.names:
                inner = f"{base}.{name.name}".lstrip(".")
                found.add(inner if exists(inner) else base)
        elif isinstance(node, ast.Import):
            found |= {name.name.removeprefix("maillint.") for name in node.names if name.name.startswith("maillint.")}
        pending.extend(ast.iter_child_nodes(node))
    return {name for name in found if name}


def exists(name: str) -> bool:
    path = PACKAGE.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def floor(name: str) -> int:
    room = name.split(".", maxsplit=1)[0]
    return next((number for number, rooms in enumerate(FLOORS) if room in rooms), -1)


def test_every_module_has_a_floor() -> None:
    rooms = {name.split(".")[0] for name, _ in modules()} - {"", "__main__"}
    assert rooms == {room for rooms in FLOORS for room in rooms}


@pytest.mark.parametrize(("name", "path"), list(modules()), ids=lambda value: value if isinstance(value, str) else "")
def test_imports_point_down(name: str, path: Path) -> None:
    if name in {"", "__main__"}:
        return
    room = name.split(".", maxsplit=1)[0]
    for imported in imports(path):
        if imported.split(".")[0] != room:
            assert floor(imported) < floor(name), f"{name} imports {imported}"


def test_there_is_no_circle() -> None:
    graph = {name: imports(path) - {name} for name, path in modules()}
    left = dict(graph)
    while free := [name for name, wanted in left.items() if not wanted & left.keys()]:
        for name in free:
            del left[name]
    assert not left, f"in a circle: {sorted(left)}"
