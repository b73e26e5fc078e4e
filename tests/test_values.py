"""Classes of fields and patterns that are cheap to make, and turbohtml's core without its package."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from functools import cached_property
from typing import Any

import pytest

from maillint.patterns import regex
from maillint.values import NamedTuple, as_dict, entity, field, field_names, frozen, mutable, replace


@frozen
class Point:
    """A value with a default, and a field that neither compares nor shows."""

    x: int
    y: int = 0
    note: str = field(default="", repr=False, compare=False)

    @cached_property
    def length(self) -> int:
        return self.x + self.y


@frozen
class Labelled(Point):
    """A value with the fields of another, and one that is made for each."""

    labels: list[str] = field(default_factory=list)
    memo: dict[str, int] = field(default_factory=dict, init=False, repr=False)


@mutable
class Counter:
    """A class whose fields may be assigned to."""

    count: int = 0


@entity
class Reader:
    """A class whose instances are equal to themselves alone."""

    name: str


def test_fields_are_given_by_place_or_name_or_have_defaults() -> None:
    assert (Point(1).x, Point(1).y, Point(1, y=2).y, Point(x=3).x) == (1, 0, 2, 3)
    assert field_names(Labelled) == ("x", "y", "note", "labels", "memo")
    first, second = Labelled(1), Labelled(1, labels=["a"])
    assert (first.labels, second.labels, first.memo) == ([], ["a"], {})
    assert first.labels is not Labelled(1).labels


@pytest.mark.parametrize("arguments", [(), (1, 2, "", 4)])
def test_other_arguments_are_refused(arguments: tuple[object, ...]) -> None:
    with pytest.raises(TypeError):
        Point(*arguments)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Labelled(1, memo={})  # type: ignore[call-arg]


def test_values_are_equal_by_their_fields_and_hash_alike() -> None:
    assert Point(1, 2, "a") == Point(1, 2, "b")
    assert hash(Point(1, 2, "a")) == hash(Point(1, 2, "b"))
    assert Point(1) != Point(2)
    assert Point(1) != Labelled(1)
    assert repr(Point(1, 2, "hidden")) == "Point(x=1, y=2)"


def test_values_do_not_change() -> None:
    point = Point(1, 2)
    with pytest.raises(AttributeError, match="cannot assign to field 'x'"):
        point.x = 5  # type: ignore[misc]
    with pytest.raises(AttributeError, match="cannot delete field 'x'"):
        del point.x
    assert point.length == 3
    assert replace(point, y=5) == Point(1, 5)
    assert pickle.loads(pickle.dumps(point)) == point


def test_what_may_change_has_no_hash() -> None:
    counter = Counter()
    counter.count += 1
    assert counter == Counter(1)
    with pytest.raises(TypeError):
        hash(counter)


def test_entities_are_themselves_alone() -> None:
    reader = Reader("Ada")
    assert reader != Reader("Ada")
    assert {reader, Reader("Ada"), reader} >= {reader}
    assert len({reader, Reader("Ada"), reader}) == 2


def test_values_as_plain_data() -> None:
    assert as_dict(Labelled(1, labels=["a"])) == {"x": 1, "y": 0, "note": "", "labels": ["a"], "memo": {}}
    assert as_dict((Point(1), {"p": Point(2)})) == [
        {"x": 1, "y": 0, "note": ""},
        {"p": {"x": 2, "y": 0, "note": ""}},
    ]


def test_a_pattern_is_compiled_when_it_is_first_used() -> None:
    broken = regex("(")
    with pytest.raises(re.error):
        broken.search("x")
    word = regex(r"(?P<word>\w+)", re.IGNORECASE)
    assert vars(word).keys() == {"_source"}
    assert word.search("?ab").group("word") == "ab"  # type: ignore[union-attr]
    assert (word.pattern, word.groups, word.sub("x", "a b")) == (r"(?P<word>\w+)", 1, "x x")


SCRIPT = """
import sys
{before}
from maillint.message.html.parser import parse_html
html = parse_html("<p>a &amp; b<p>c</div>")
print("turbohtml" in sys.modules, [element.tag for element in html.elements], [tag.tag for tag in html.stray])
print(len(html.tree.errors), "turbohtml" in sys.modules)
"""
WITHOUT_CORE = """
import importlib.util
def refuse(spec): raise ImportError("no core by itself")
importlib.util.module_from_spec = refuse
"""


@pytest.mark.parametrize(("before", "package"), [("", "False"), (WITHOUT_CORE, "True")])
def test_the_core_is_loaded_alone_and_the_package_where_that_fails(before: str, package: str) -> None:
    code = SCRIPT.format(before=before)
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines() == [f"{package} ['p', 'p'] ['div']", "0 True"]


# -- named tuples, and classes that are called often --------------------------------------------------


class Place(NamedTuple):
    """Where something stands."""

    line: int
    column: int = 1

    @property
    def first(self) -> bool:
        return self.column == 1


@pytest.mark.parametrize("calls", [1, 30])
def test_a_named_tuple_is_what_typings_is(calls: int) -> None:
    for _ in range(calls):
        place = Place(3, 4)
    assert (place.line, place.column, place[1], place.first, tuple(place)) == (3, 4, 4, False, (3, 4))
    assert place == (3, 4)
    assert Place(3) == Place(line=3) == Place(column=1, line=3) == (3, 1)
    assert repr(place) == "Place(line=3, column=4)"
    assert (place._replace(line=5), place._asdict(), Place._make([1, 2])) == ((5, 4), {"line": 3, "column": 4}, (1, 2))
    assert (Place._fields, Place.__match_args__, Place._field_defaults) == (("line", "column"),) * 2 + ({"column": 1},)
    assert pickle.loads(pickle.dumps(place)) == place
    assert type(pickle.loads(pickle.dumps(place))) is Place
    assert not hasattr(place, "__dict__")
    with pytest.raises(AttributeError):
        place.line = 1  # type: ignore[misc]


@pytest.mark.parametrize("arguments", [(), (1, 2, 3)])
def test_a_named_tuple_refuses_other_arguments(arguments: tuple[int, ...]) -> None:
    with pytest.raises(TypeError, match="argument"):
        Place(*arguments)


def test_a_tuple_may_have_many_fields() -> None:
    names = [f"f{number}" for number in range(15)]
    kind: Any = type(Place)
    made = kind("Many", (NamedTuple,), {"__annotations__": dict.fromkeys(names, int)})(*range(15))
    assert [getattr(made, name) for name in names] == list(range(15))


def test_a_class_is_the_same_however_often_it_is_called() -> None:
    @frozen
    class Often:
        x: int
        y: list[int] = field(default_factory=list)
        z: int = 3

    made = [Often(1, z=number) for number in range(60)]
    assert [each.z for each in made] == list(range(60))
    assert all(each.y == [] and each.y is not made[0].y for each in made[1:])
    assert Often(1, [2], 3) == Often(x=1, y=[2])


@pytest.mark.parametrize("arguments", [{}, {"x": 1, "w": 2}])
def test_arguments_that_are_not_right_are_refused_from_the_first_call_on(arguments: dict[str, int]) -> None:
    @frozen
    class New:
        x: int

    with pytest.raises(TypeError, match="argument"):
        New(**arguments)
