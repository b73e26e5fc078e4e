"""Tags with what decides which other tags they belong to."""

from __future__ import annotations

from dataclasses import dataclass

from maillint.message.template.dialect import Block, Dialect, Word, first_word
from maillint.message.template.program_text import Piece
from maillint.message.template.tags import Tag, TagKind
from maillint.text.spans import Span


@dataclass(slots=True)
class Mark:
    """A tag with what decides which other tags it belongs to.

    ``key`` is the word that closes, divides or opens a block, ``name`` what a ``*`` in it stands for.
    """

    tag: Tag
    key: str = ""
    name: str = ""
    block: Block | None = None
    dialect: Dialect | None = None
    unknown: bool = False


def sort(dialect: Dialect, word: Word, body: str, span: Span, *, statement: bool) -> Mark:
    """Say what a tag with a word is; ``statement``: its delimiters are not those of an output."""
    own = dialect.key(word.word)
    full = own + word.name
    argument = " ".join(word.argument.split())
    shown = word.word + word.name

    def mark(kind: TagKind, key: str = "", block: Block | None = None, text: str = argument) -> Mark:
        return Mark(Tag(kind, span, shown, text, dialect.name), key, word.name, block, dialect)

    if full in dialect.middles and not (full in dialect.blocks and argument):
        return mark("middle", full)
    opened = dialect.block(word)
    if opened:
        key, block = opened
        if block.single is None or not block.single.search(argument):
            return mark("open", key, block)
        stored = not block.prints or (dialect.stores is not None and dialect.stores.search(body))
        return mark("statement") if stored else mark("output", text=body)
    if full in dialect.closers:
        return mark("close", full)
    if f"{own}*" in dialect.closers:
        return mark("close", f"{own}*")
    if dialect.stores is not None and dialect.stores.search(body):
        return mark("statement")
    if word.word in dialect.silent or shown in dialect.silent:
        return mark("statement")
    if word.word in dialect.inserts or shown in dialect.inserts:
        return mark("insert", text=body)
    if dialect.unknown_ends is not None:
        end = dialect.unknown_ends.fullmatch(word.word)
        if end:
            result = mark("close", full)
            result.name, result.unknown = end["name"], True
            return result
    result = Mark(Tag("output", span, shown if statement else "", body, dialect.name))
    result.name, result.unknown, result.dialect = shown, True, dialect
    return result


def in_one_tag(dialect: Dialect, piece: Piece) -> bool:
    """Whether a statement opens a block and ends it: ``if x then y end``."""
    block = dialect.blocks.get(dialect.key(piece.word.word))
    return block is not None and block.single is not None and bool(block.single.search(piece.word.argument))


def code_mark(dialect: Dialect, piece: Piece, span: Span) -> Mark:
    word = piece.word
    own = dialect.key(word.word)
    block = dialect.blocks.get(own)
    kind: TagKind = "middle" if own in dialect.middles and block is None else "open" if block else "close"
    if own in dialect.middles and block is not None and piece.middle:
        kind = "middle"
    tag = Tag(kind, span, word.word, " ".join(word.argument.split()), dialect.name)
    return Mark(tag, own, "", block if kind == "open" else None, dialect)


def pair_unknown(marks: list[Mark]) -> None:
    """Make blocks of unlisted words that have an unlisted end: ``{% cell %}…{% endcell %}``."""
    ends = {mark.name for mark in marks if mark.unknown and mark.tag.kind == "close"}
    if not ends:
        return
    waiting: dict[str, list[Mark]] = {}
    for mark in marks:
        if not mark.unknown or mark.name not in ends:
            continue
        if mark.tag.kind == "close":
            openers = waiting.get(mark.name)
            if openers:
                opener = openers.pop()
                body = first_word(opener.tag.argument)
                opener.tag = opener.tag._replace(kind="open", word=body.word, argument=body.argument)
                opener.block = Block(frozenset({mark.key}))
                opener.key = opener.name
        else:
            waiting.setdefault(mark.name, []).append(mark)


def pair_unlisted(marks: list[Mark], dialect: Dialect) -> None:
    """Make conditions of directives that an application has made itself, where an end is too many without them."""
    end = dialect.entry.get("unlisted-if")
    if not end:
        return
    opened = [mark.block.ends for mark in marks if mark.block is not None and end in mark.block.ends]
    ends = {end}.union(*opened)
    closers = sum(mark.tag.kind == "close" and mark.key in ends for mark in marks)
    openers = len(opened)
    unlisted: dict[str, list[Mark]] = {}
    for mark in marks:
        if mark.unknown and mark.tag.kind == "output" and mark.tag.argument.endswith(")"):
            unlisted.setdefault(mark.name, []).append(mark)
    missing = closers - openers
    chosen = [mark for found in unlisted.values() for mark in found]
    if len(chosen) != missing:
        chosen = next((found for found in unlisted.values() if len(found) == missing), [])
    for mark in chosen if missing > 0 else ():
        mark.block = Block(frozenset({end}), frozenset({"else"}), "if")
        mark.key = mark.name
        mark.tag = mark.tag._replace(kind="open", word=mark.name)
