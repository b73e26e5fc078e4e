"""Read the rooms of a package and the imports between them; ``python -m tests.rooms [FOLDER]`` prints the figures.

A room is a module or package at the top of ``maillint/``; inside ``message/`` each module or package is a room of its
own. Imports count wherever they stand: in functions and under TYPE_CHECKING too.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "maillint"
PAGE = ROOT / "docs" / "architecture.md"

DIVIDED = frozenset({"message"})
"""Packages whose modules and packages are rooms."""

Graph = Mapping[str, frozenset[str]]


def modules(package: Path = PACKAGE) -> Iterator[tuple[str, Path]]:
    """Every module by its dotted name inside the package; the package itself is ``""``."""
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), path


def imports(path: Path, package: Path = PACKAGE) -> frozenset[str]:
    """The modules of the package that a module imports, as dotted names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == package.name:
            base = node.module.removeprefix(package.name).lstrip(".")
            for name in node.names:
                inner = f"{base}.{name.name}".lstrip(".")
                found.add(inner if _exists(inner, package) else base)
        elif isinstance(node, ast.Import):
            prefix = f"{package.name}."
            found |= {name.name.removeprefix(prefix) for name in node.names if name.name.startswith(prefix)}
    return frozenset(found)


def _exists(name: str, package: Path) -> bool:
    path = package.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def module_graph(package: Path = PACKAGE) -> Graph:
    """Every module with the modules that it imports."""
    return {name: imports(path, package) - {name} for name, path in modules(package)}


def room_of(module: str) -> str:
    """The room that a module stands in; a divided package's own ``__init__`` belongs to no room ("")."""
    parts = module.split(".")
    if parts[0] not in DIVIDED:
        return parts[0]
    return ".".join(parts[:2]) if len(parts) > 1 else ""


def room_graph(graph: Graph) -> Graph:
    """Every room with the rooms that its modules import."""
    rooms: dict[str, set[str]] = {}
    for module, imported in graph.items():
        if room := room_of(module):
            rooms.setdefault(room, set()).update(room_of(name) for name in imported)
    return {room: frozenset(others - {room, ""}) for room, others in rooms.items()}


def circles(graph: Graph) -> list[list[str]]:
    """The groups of nodes that import one another, directly or not (Tarjan's strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(group) > 1:
                found.append(sorted(group))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def height(graph: Graph) -> int:
    """How many floors the rooms need when each stands right above the highest that it imports."""
    floors: dict[str, int] = {}

    def floor(room: str, above: tuple[str, ...] = ()) -> int:
        if room not in floors and room not in above:
            floors[room] = 1 + max((floor(other, (*above, room)) for other in graph.get(room, ())), default=0)
        return floors.get(room, 0)

    return max(map(floor, graph), default=0)


def drawn_floors(page: Path = PAGE) -> list[frozenset[str]]:
    """The floors of the picture in docs/architecture.md, from the bottom up."""
    picture = re.search(r"```text rooms\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert picture is not None, "docs/architecture.md has no block ```text rooms"
    return [frozenset(line.split()) for line in reversed(picture[1].splitlines()) if line.strip()]


def main(folder: Path) -> None:
    """Print the figures of the package in a folder."""
    package = folder / "maillint"
    graph = module_graph(package)
    rooms = room_graph(graph)
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for _, path in modules(package))
    arrows = sum(map(len, rooms.values()))
    print(f"{len(graph)} modules, {lines} lines, {len(rooms)} rooms, {arrows} arrows between rooms")
    print(f"{height(rooms)} floors; circles of rooms: {circles(rooms) or 'no'}; of modules: {circles(graph) or 'no'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)
