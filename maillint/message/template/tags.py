"""What a template is made of: its tags, what is wrong with them, and the choices that they make."""

from __future__ import annotations

from typing import Literal

from maillint.message.template.conditions import Test
from maillint.text.spans import Span
from maillint.values import NamedTuple, field, mutable

TagKind = Literal["output", "insert", "comment", "open", "middle", "close", "statement"]


class Tag(NamedTuple):
    """One template tag.

    ``kind``: ``output`` prints text, ``insert`` another template (markup, that is); ``open``, ``middle`` and
    ``close`` belong to a block; ``statement`` and ``comment`` print nothing. ``word`` is its keyword (``if``,
    ``endif``) and ``argument`` what follows it; an output's ``argument`` is its whole expression.
    ``dialect`` is the name of the language it is written in.
    """

    kind: TagKind
    span: Span
    word: str
    argument: str
    dialect: str = ""

    @property
    def prints(self) -> bool:
        """Whether an unknown text takes this tag's place when the message is sent."""
        return self.kind in {"output", "insert"}


class Problem(NamedTuple):
    """A tag that matches no other.

    ``kind``: ``unclosed`` (it opens a block that is never closed), ``stray`` (it closes or divides no block),
    ``crossed`` (it closes its block while ``other``, opened inside, is still open).
    """

    kind: Literal["unclosed", "stray", "crossed"]
    tag: Tag
    other: Tag | None = None


class Broken(NamedTuple):
    """A place where a tag cannot be read.

    ``kind``: ``unclosed`` (an opener with no closer), ``nested`` (a tag inside a tag), and what stands inside a tag
    though no engine reads it there: ``quote`` (typographic quotes), ``space`` (a space other than U+0020), ``markup``
    (an HTML tag), ``reference`` (character references), ``comparison`` (a ``>`` that ends the tag). ``parts`` are the
    single characters or pieces that are wrong, in order; ``span`` covers them all. ``dialect`` is the name of the tag's
    language.
    """

    kind: Literal["unclosed", "nested", "quote", "space", "markup", "reference", "comparison"]
    span: Span
    dialect: str
    parts: tuple[Span, ...] = ()


@mutable
class Branch:
    """One branch of a choice: its test (None: taken where no other is), its span, and the choices inside it."""

    test: Test | None
    span: Span
    choices: list[Choice] = field(default_factory=list)


@mutable
class Choice:
    """A block of which one branch is taken: the first whose test holds. A missing ``else`` is an empty branch."""

    span: Span
    branches: list[Branch] = field(default_factory=list)
