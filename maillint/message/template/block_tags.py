"""What a tag is by its first word, and what decides which other tags it belongs to."""

from __future__ import annotations

from maillint.message.template.dialect import Dialect, Word, first_word, on_one_line
from maillint.message.template.program_text import BlockStatement
from maillint.message.template.spec import Block
from maillint.message.template.tags import Tag, TagKind
from maillint.text.spans import Span
from maillint.values import mutable


@mutable
class BlockTag:
    """A tag with what decides which other tags it belongs to.

    ``key`` is the word that closes, divides or opens a block, ``name`` what a ``*`` in it stands for. ``unlisted``: the
    dialect does not list the tag's word, so that it opens a block only if an end of its name follows.
    """

    tag: Tag
    key: str = ""
    name: str = ""
    block: Block | None = None
    dialect: Dialect | None = None
    unlisted: bool = False


def classify(dialect: Dialect, word: Word, body: str, span: Span, *, statement: bool) -> BlockTag:
    """Say what a tag is; ``statement``: its delimiters are not those of an output."""
    own = dialect.key(word.word)
    full = own + word.name
    argument = on_one_line(word.argument)
    shown = word.word + word.name

    def tag(kind: TagKind, key: str = "", block: Block | None = None, text: str = argument) -> BlockTag:
        return BlockTag(Tag(kind, span, shown, text, dialect.name), key, word.name, block, dialect)

    if full in dialect.middles and not (full in dialect.blocks and argument):
        return tag("middle", full)
    opened = dialect.block(word)
    if opened:
        key, block = opened
        if block.single is None or not block.single.compiled.search(argument):
            return tag("open", key, block)
        return tag("output", text=body) if block.prints and not _stores(dialect, body) else tag("statement")
    if full in dialect.closers:
        return tag("close", full)
    if f"{own}*" in dialect.closers:
        return tag("close", f"{own}*")
    if word.word in dialect.silent or shown in dialect.silent or _stores(dialect, body):
        return tag("statement")
    if word.word in dialect.inserts or shown in dialect.inserts:
        return tag("insert", text=body)
    if dialect.unknown_ends is not None:
        end = dialect.unknown_ends.compiled.fullmatch(word.word)
        if end:
            result = tag("close", full)
            result.name, result.unlisted = end["name"], True
            return result
    result = BlockTag(Tag("output", span, shown if statement else "", body, dialect.name))
    result.name, result.unlisted, result.dialect = shown, True, dialect
    return result


def _stores(dialect: Dialect, body: str) -> bool:
    """Whether a tag with this body keeps its value instead of printing it."""
    return dialect.stores is not None and dialect.stores.compiled.search(body) is not None


def in_one_tag(dialect: Dialect, statement: BlockStatement) -> bool:
    """Whether a statement of program text opens a block and ends it: ``if x then y end``."""
    block = dialect.blocks.get(dialect.key(statement.word.word))
    single = block.single if block else None
    return single is not None and bool(single.compiled.search(statement.word.argument))


def statement_tag(dialect: Dialect, statement: BlockStatement, span: Span) -> BlockTag:
    """What a statement of program text does to a block, as a tag that covers ``span``."""
    word = statement.word
    own = dialect.key(word.word)
    block = dialect.blocks.get(own)
    kind: TagKind = "middle" if own in dialect.middles and block is None else "open" if block else "close"
    if own in dialect.middles and block is not None and statement.middle:
        kind = "middle"
    tag = Tag(kind, span, word.word, on_one_line(word.argument), dialect.name)
    return BlockTag(tag, own, "", block if kind == "open" else None, dialect)


def pair_by_name(tags: list[BlockTag]) -> None:
    """Make blocks of unlisted words that have an unlisted end: ``{% cell %}…{% endcell %}``."""
    ends = {tag.name for tag in tags if tag.unlisted and tag.tag.kind == "close"}
    if not ends:
        return
    waiting: dict[str, list[BlockTag]] = {}
    for tag in tags:
        if not tag.unlisted or tag.name not in ends:
            continue
        if tag.tag.kind == "close":
            openers = waiting.get(tag.name)
            if openers:
                opener = openers.pop()
                body = first_word(opener.tag.argument)
                opener.tag = opener.tag._replace(kind="open", word=body.word, argument=body.argument)
                opener.block = Block(frozenset({tag.key}))
                opener.key = opener.name
        else:
            waiting.setdefault(tag.name, []).append(tag)


def open_unlisted_conditions(tags: list[BlockTag], dialect: Dialect) -> None:
    """Make conditions of an application's own directives where openers are too few for the ends (``unlisted-if``)."""
    end = dialect.unlisted_if
    if not end:
        return
    opened = [tag.block.ends for tag in tags if tag.block is not None and end in tag.block.ends]
    ends = {end}.union(*opened)
    closers = sum(tag.tag.kind == "close" and tag.key in ends for tag in tags)
    missing = closers - len(opened)
    unlisted: dict[str, list[BlockTag]] = {}
    for tag in tags:
        if tag.unlisted and tag.tag.kind == "output" and tag.tag.argument.endswith(")"):
            unlisted.setdefault(tag.name, []).append(tag)
    chosen = [tag for found in unlisted.values() for tag in found]
    if len(chosen) != missing:
        chosen = next((found for found in unlisted.values() if len(found) == missing), [])
    for tag in chosen if missing > 0 else ():
        tag.block = Block(frozenset({end}), frozenset({"else"}), "if")
        tag.key = tag.name
        tag.tag = tag.tag._replace(kind="open", word=tag.name)
