"""The list of template languages: every entry is read into a frozen specification, and a broken one is named."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import maillint
from maillint.data.lists import load_list
from maillint.message.template.delimiters import scanner
from maillint.message.template.detect import dialects_in
from maillint.message.template.dialect import Dialect, all_dialects, dialects, read_dialect
from maillint.message.template.spec import DialectError, Pattern
from maillint.values import field_names

WHOLE: dict[str, Any] = {
    "title": "Acme tags",
    "needles": ["{{"],
    "evidence": [[2, r"\{\{acme"]],
    "delimiters": [{"open": r"\{\{", "close": r"\}\}", "kind": "mixed"}],
    "blocks": {"if": {"ends": ["end"], "kind": "if"}},
}


def leaves(value: object) -> Iterator[object]:
    """Everything that a specification holds."""
    if isinstance(value, Dialect):
        for name in field_names(value):
            yield from leaves(getattr(value, name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, tuple | frozenset):
        for item in value:
            yield from leaves(item)
    else:
        yield value


@pytest.mark.parametrize("dialect", all_dialects(), ids=lambda dialect: dialect.name)
def test_a_shipped_language_is_read_as_a_whole(dialect: Dialect) -> None:
    found = list(leaves(dialect))
    assert {type(leaf) for leaf in found} <= {str, bool, int, float, Pattern, type(None)}
    assert all(leaf.compiled for leaf in found if isinstance(leaf, Pattern))
    assert scanner(dialect, ())


def test_a_language_cannot_be_changed() -> None:
    jinja = dialects()["jinja"]
    for part, name in ((jinja, "title"), (jinja.delimiters[0], "kind"), (jinja.blocks["if"], "kind")):
        before = getattr(part, name)
        for attribute in (name, "another"):  # nor can anything be kept in it
            with pytest.raises(AttributeError):
                setattr(part, attribute, "other")
            with pytest.raises(AttributeError):
                delattr(part, attribute)
        assert getattr(part, name) == before


def test_only_the_dialects_module_reads_the_list() -> None:
    package = Path(maillint.__file__).parent
    readers = {
        path.name
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node) == "load_list('dialects')"
    }
    assert readers == {"dialect.py"}


@pytest.mark.parametrize("name", load_list("dialects"))
def test_the_needles_of_a_language_are_found_in_a_text(name: str) -> None:
    dialect = dialects()[name]
    for needle in dialect.needles:
        assert dialect in dialects_in(f"before{needle}after")
        assert dialect.may_be_in(f"before{needle}after")
    assert dialects_in("no tag at all") == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"titel": "Acme"}, r"acme: unknown key 'titel' \(known: title, "),
        ({"title": None}, "acme: title: must be a text"),
        ({"title": ""}, "acme: title: must be a text"),
        ({"embedded": "yes"}, "acme: embedded: must be true or false"),
        ({"silent": "include"}, "acme: silent: must be a list of texts"),
        ({"silent": [True]}, "acme: silent: must be a list of texts"),  # YAML reads a bare `on` as true
        (
            {"needles": ["{"]},
            r"acme: needles: '\{' must be two characters or more, the first no letter, digit or space",
        ),
        ({"needles": ["if "]}, "acme: needles: 'if ' must be two characters or more"),
        ({"evidence": r"\{\{"}, "acme: evidence: must be a list"),
        ({"evidence": [["2", "x"]]}, "acme: evidence: 1: the weight must be a number above 0"),
        ({"evidence": [[2, "x"], [1]]}, "acme: evidence: 2: must be a list of a weight and a pattern"),
        ({"delimiters": {}}, "acme: delimiters: must be a list"),
        ({"delimiters": ["{{"]}, "acme: delimiters: 1: must be a mapping of keys to values"),
        ({"delimiters": [{"tag": "x"}]}, "acme: delimiters: 1: the key 'kind' is missing"),
        (
            {"delimiters": [{"tag": "x", "kind": "outputs"}]},
            "acme: delimiters: 1: kind: must be one of output, comment",
        ),
        (
            {"delimiters": [{"open": "x", "kind": "output"}]},
            "acme: delimiters: 1: must have open and close, or tag, or",
        ),
        ({"delimiters": [{"tag": "x", "kind": "output", "nests": "("}]}, "acme: delimiters: 1: nests: must be two"),
        (
            {"delimiters": [{"tag": "x", "kind": "code"}]},
            "acme: its delimiters hold program text: the key 'program-text",
        ),
        ({"blocks": ["if"]}, "acme: blocks: must be a mapping of names to values"),
        ({"blocks": {"if": {"end": ["end"]}}}, "acme: blocks: if: unknown key 'end'"),
        ({"blocks": {"if": {"ends": ["end"], "kind": "choice"}}}, "acme: blocks: if: kind: must be one of plain, if"),
        ({"blocks": {"raw": {"ends": ["end"], "raw": "text"}}}, "acme: blocks: raw: raw and until belong together"),
        ({"program-text": {"strings": "x"}}, "acme: program-text: the key 'comments' is missing"),
        ({"razor": {"transition": "@"}}, "acme: razor: the key 'comment' is missing"),
        ({"attributes": {"blocks": {"x": "loop"}}}, "acme: attributes: blocks: x: must be one of if, unless, for"),
        ({"foreign": {"go": 1}}, "acme: foreign: go: must be a text"),
    ],
)
def test_a_broken_entry_is_an_error_with_the_language_and_the_key(changes: dict[str, Any], message: str) -> None:
    assert read_dialect("acme", WHOLE).title == "Acme tags"
    with pytest.raises(DialectError, match=f"^dialects.yaml: {message}"):
        read_dialect("acme", {**WHOLE, **changes})


@pytest.mark.parametrize("key", ["title", "needles"])
def test_an_entry_without_a_needed_key_is_an_error(key: str) -> None:
    with pytest.raises(DialectError, match=f"^dialects.yaml: acme: the key '{key}' is missing$"):
        read_dialect("acme", {name: value for name, value in WHOLE.items() if name != key})


def test_a_pattern_that_does_not_compile_is_an_error_when_it_is_needed() -> None:
    dialect = read_dialect("acme", {**WHOLE, "evidence": [[1, "ok"], [1, "(x"]], "blocks": {"a": {"single": "["}}})
    with pytest.raises(DialectError, match=r"^dialects.yaml: acme: evidence: 2: not a pattern: missing \)"):
        dialect.weigh("ok")
    single = dialect.blocks["a"].single
    assert single is not None
    with pytest.raises(DialectError, match=r"^dialects.yaml: acme: blocks: a: single: not a pattern: unterminated"):
        _ = single.compiled


def test_a_group_in_a_delimiter_is_an_error() -> None:
    dialect = read_dialect("acme", {**WHOLE, "delimiters": [{"tag": "(x)", "kind": "output"}]})
    with pytest.raises(DialectError, match=r"^dialects.yaml: acme: delimiters: a pattern has a group"):
        scanner(dialect, ())
