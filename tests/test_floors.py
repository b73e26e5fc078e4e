"""Imports point strictly downward: docs/architecture.md draws the floors, and the code is held to the picture."""

from __future__ import annotations

import re

import pytest

from tests.rooms import PACKAGE, PAGE, ROOT, circles, drawn_floors, module_graph, modules, room_graph, room_of

GRAPH = module_graph()
FLOORS = drawn_floors()
LEVEL = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def test_every_room_stands_once_in_the_picture() -> None:
    drawn = [room for rooms in FLOORS for room in rooms]
    assert sorted(drawn) == sorted(room_graph(GRAPH))


@pytest.mark.parametrize("module", [name for name, _ in modules() if room_of(name)])
def test_imports_point_down(module: str) -> None:
    room = room_of(module)
    others = {room_of(imported) for imported in GRAPH[module]} - {room, ""}
    assert not [other for other in others if LEVEL[other] >= LEVEL[room]]


def test_there_is_no_circle() -> None:
    assert circles(GRAPH) == []
    assert circles(room_graph(GRAPH)) == []


def test_a_circle_is_found() -> None:
    graph = {"a": frozenset({"b"}), "b": frozenset({"c"}), "c": frozenset({"a"}), "d": frozenset({"a"})}
    assert circles(graph) == [["a", "b", "c"]]


def test_no_check_module_imports_another() -> None:
    for module, imported in GRAPH.items():
        if module.startswith("checks."):
            assert not [name for name in imported if name.startswith("checks")], module


def test_the_page_names_modules_that_are_there() -> None:
    named = re.findall(r"`((?:[a-z_]+/)*[a-z_]+\.py)`", PAGE.read_text(encoding="utf-8"))
    missing = [name for name in named if not (PACKAGE / name).is_file() and not (ROOT / name).is_file()]
    assert len(named) > 20
    assert not missing
