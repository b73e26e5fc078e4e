"""Razor: a transition character (``@``) begins code within markup, and markup may stand within that code again.

``razor`` in ``rules/lists/dialects.yaml`` names its words. One pass with a stack of its own, so that nesting in the
text costs no recursion.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from maillint.message.html.vocabulary import VOID
from maillint.message.memo import look_at_clock
from maillint.message.template.block_tags import BlockTag
from maillint.message.template.brackets import Brackets
from maillint.message.template.dialect import Dialect
from maillint.message.template.spec import Block, RazorSpec
from maillint.message.template.tags import Tag, TagKind
from maillint.patterns import regex
from maillint.text.spans import Span
from maillint.values import mutable

_IDENTIFIER = regex(r"(?:await\s+)?[A-Za-z_]\w*")
_MEMBER = regex(r"\??\.[A-Za-z_]\w*|!(?=\.)")
_BRACE = regex(r"\s*+\{")
_NAMED_BRACE = regex(r"\s*+\w*+\s*+\{")
_ELSE = regex(r"\}\s*(?P<word>else\s+if|else)\b\s*(?=[({])")
_ALSO = regex(r"\}\s*(?:catch|finally|while)\b[^{;\n]{0,200}[{;]")
_LINE_END = regex(r"[\r\n]|\Z")


MAX_TAGS = 50_000
"""Tags of a text that are read: code may hold one in each six characters."""


class _Patterns:
    """What the reader looks for, by where it is."""

    def __init__(self, spec: RazorSpec) -> None:
        at = re.escape(spec.transition)
        self.in_markup = re.compile(rf"(?P<transition>{at})")
        self.in_element = re.compile(
            rf"(?P<transition>{at})|(?P<remark><!--)"
            r"|</(?P<end>[A-Za-z][\w:.-]*)\s*>|<(?P<start>[A-Za-z][\w:.-]*)|(?P<close>/?>)"
        )
        self.in_body = re.compile(rf"(?P<transition>{at})|(?P<lbrace>\{{)|(?P<rbrace>\}})")
        self.in_line = re.compile(rf"(?P<transition>{at})|(?P<end>[\r\n])")
        self.in_code = re.compile(
            rf"(?P<string>{spec.strings.source})|(?P<comment>{spec.comments.source})|(?P<line>{at}:)"
            r"|(?P<case>\bcase\s[^:\n{};]{1,200}:|\bdefault\s*:)"
            r"|(?P<markup><(?=[A-Za-z]))|(?P<lbrace>\{)|(?P<rbrace>\})|(?P<stop>;)|(?P<other>[^\s])"
        )


@lru_cache(16)
def _syntax(dialect: Dialect) -> tuple[RazorSpec, _Patterns]:
    assert dialect.razor is not None
    return dialect.razor, _Patterns(dialect.razor)


def read_razor(text: str, dialect: Dialect, others: list[BlockTag]) -> list[BlockTag]:
    """Find the tags of a text in such a language, in order.

    ``others`` are tags of other languages in it; those that overlap no tag of its own are part of the result.
    """
    reader = _Reader(text, dialect)
    reader.run()
    own = reader.tags
    if not others:
        return own
    result, index = [], 0
    for other in others:
        while index < len(own) and own[index].tag.span.end <= other.tag.span.start:
            result.append(own[index])
            index += 1
        if index == len(own) or own[index].tag.span.start >= other.tag.span.end:
            result.append(other)
    return [*result, *own[index:]]


@mutable
class _Frame:
    """Where the reader is: in code, in an element or line of markup within code, or in a body of markup."""

    kind: Literal["code", "element", "line", "body"]
    depth: int = 0
    tag: str = ""
    blocks: bool = True  # code: it has an opening tag


class _Reader:
    def __init__(self, text: str, dialect: Dialect) -> None:
        self.text = text
        self.dialect = dialect
        self.spec, self.patterns = _syntax(dialect)
        self.tags: list[BlockTag] = []
        self.stack: list[_Frame] = []
        self.pending = 0  # where code begins that no tag covers yet
        self.statement = 0  # where the current statement of code begins
        self.fresh = True  # whether a statement may begin here
        self.brackets = Brackets(text, _MEMBER)
        self.last_end = 0
        self.remarks_end = True  # whether another remark may have an end
        self.comments_end = True

    def run(self) -> None:
        position = 0
        while position < len(self.text) and len(self.tags) < MAX_TAGS:
            look_at_clock()
            frame = self.stack[-1] if self.stack else None
            following = self.code(position) if frame and frame.kind == "code" else self.markup(position, frame)
            if following is None:
                break
            position = max(following, position + 1)
        if self.stack and self.stack[-1].kind == "code":
            self.flush(len(self.text))

    # -- tags

    def add(self, kind: TagKind, start: int, end: int, word: str = "", argument: str = "") -> None:
        tag = Tag(kind, Span(start, end), word, " ".join(argument.split()), self.dialect.name)
        block = self.block(word) if kind == "open" else None
        key = word if kind in {"open", "middle"} else "}"
        self.tags.append(BlockTag(tag, key, "", block, self.dialect))
        self.last_end = end

    def block(self, word: str) -> Block:
        """The block that a word opens; a word without a block of its own only encloses."""
        return self.dialect.blocks.get(word) or self.dialect.blocks["{"]

    def flush(self, end: int) -> None:
        """Cover the code up to a place with a tag that prints nothing."""
        start = self.pending
        while start < end and self.text[start].isspace():
            start += 1
        if start < end:
            self.add("statement", start, end)
        self.pending = end

    # -- code

    def code(self, position: int) -> int | None:
        found = self.patterns.in_code.search(self.text, position)
        if found is None:
            return None
        kind = found.lastgroup
        start, end = found.span()
        if kind in {"markup", "line"} and (self.fresh or kind == "line"):
            self.flush(start if kind == "markup" else end)
            self.stack.append(_Frame("element" if kind == "markup" else "line"))
            return start if kind == "markup" else end
        if kind == "lbrace":
            word, argument = _head(self.text[self.statement : start])
            self.add("open", self.first(start), end, word, argument)
            self.stack.append(_Frame("code"))
            self.begin(end)
        elif kind == "rbrace":
            return self.leave(start)
        elif kind == "case":
            value = found[0].rstrip(":").partition(" ")
            self.add("middle", self.first(start), end, "case" if value[2] else "default", value[2])
            self.begin(end)
        elif kind == "stop":
            self.statement, self.fresh = end, True
        elif kind != "comment":
            self.fresh = False
        return end

    def begin(self, position: int) -> None:
        """Begin a statement of code that no tag covers yet."""
        self.pending = self.statement = position
        self.fresh = True

    def first(self, limit: int) -> int:
        """Where the code that no tag covers begins, without the space before it."""
        start = self.pending
        while start < limit and self.text[start].isspace():
            start += 1
        return start

    def leave(self, start: int) -> int:
        """Read a closing brace: the block ends, or goes on with another branch."""
        branch = _ELSE.match(self.text, start)
        if branch:
            end, argument = self.brackets.argument(branch.end())
            brace = _BRACE.match(self.text, end)
            if brace:
                self.add("middle", self.first(start), brace.end(), " ".join(branch["word"].split()), argument)
                self.begin(brace.end())
                return brace.end()
        self.add("close", self.first(start), start + 1, "}")
        self.stack.pop()
        self.begin(start + 1)
        also = _ALSO.match(self.text, start)
        if also and not (self.stack and self.stack[-1].kind == "code"):
            if also[0].endswith("{"):
                self.add("open", start + 1, also.end(), "{")
                self.stack.append(_Frame("code"))
            else:
                self.add("statement", start + 1, also.end())
            self.begin(also.end())
            return also.end()
        return start + 1

    # -- markup

    def markup(self, position: int, frame: _Frame | None) -> int | None:
        patterns = self.patterns
        by_kind = {"element": patterns.in_element, "body": patterns.in_body, "line": patterns.in_line}
        pattern = by_kind[frame.kind] if frame else patterns.in_markup
        found = pattern.search(self.text, position)
        if found is None:
            return None
        if found.lastgroup == "transition":
            return self.transition(found.start())
        assert frame is not None
        if frame.kind == "line":
            self.stack.pop()
            self.begin(found.start())
            return found.end()
        if frame.kind == "body":
            return self.in_body(found, frame)
        return self.in_element(found, frame)

    def in_body(self, found: re.Match[str], frame: _Frame) -> int:
        frame.depth += 1 if found.lastgroup == "lbrace" else -1
        if frame.depth < 0:
            self.add("close", found.start(), found.end(), "}")
            self.stack.pop()
        return found.end()

    def in_element(self, found: re.Match[str], frame: _Frame) -> int:
        kind = found.lastgroup
        if kind == "remark":
            end = self.text.find("-->", found.end()) if self.remarks_end else -1
            self.remarks_end = end >= 0
            return end + 3 if self.remarks_end else found.end()
        if kind == "start":
            frame.tag = found["start"].lower()
            return found.end()
        if kind == "close":
            tag, frame.tag = frame.tag, ""
            if not tag:
                return found.end()
            if tag == "text":
                self.add("statement", self.text.rindex("<", 0, found.start()), found.end())
            if found[0] == ">" and tag not in VOID:
                frame.depth += 1
        else:
            frame.depth -= 1
            if found["end"].lower() == "text":
                self.add("statement", found.start(), found.end())
        if frame.depth <= 0:
            self.stack.pop()
            self.begin(found.end())
        return found.end()

    def transition(self, start: int) -> int:
        """Read what follows the transition character; returns where to go on."""
        text, after = self.text, start + len(self.spec.transition)
        following = text[after : after + 1]
        if following == self.spec.transition:
            return after + 1
        if start > self.last_end and (text[start - 1].isalnum() or text[start - 1] == "."):
            return after  # an e-mail address
        opener, closer = self.spec.comment
        if text.startswith(opener, start):
            end = text.find(closer, start + len(opener)) if self.comments_end else -1
            self.comments_end = end >= 0
            if end < 0:
                return after
            self.add("comment", start, end + len(closer))
            return end + len(closer)
        if following == "{":
            self.add("open", start, after + 1, "{")
            self.stack.append(_Frame("code"))
            self.begin(after + 1)
            return after + 1
        if following == "(":
            closed = self.brackets.end(after)
            if closed is None:
                return after
            self.add("output", start, closed, "", text[after + 1 : closed - 1])
            return closed
        name = _IDENTIFIER.match(text, after)
        return self.named(start, name) if name else after

    def named(self, start: int, name: re.Match[str]) -> int:
        text, spec, word, end = self.text, self.spec, name[0], name.end()
        if word in spec.blocks or (word in spec.lines and text[end : end + 2].lstrip().startswith("(")):
            end, argument = self.brackets.argument(end)
            brace = _BRACE.match(text, end)
            if brace:
                self.add("open", start, brace.end(), word if word in self.dialect.blocks else "{", argument)
                self.stack.append(_Frame("code"))
                self.begin(brace.end())
                return brace.end()
        if word in spec.lines:
            line_end = _LINE_END.search(text, end)
            assert line_end is not None
            self.add("statement", start, line_end.start())
            return line_end.start()
        if word in spec.bodies:
            brace = _NAMED_BRACE.match(text, end)
            if brace:
                self.add("open", start, brace.end(), "{")
                self.stack.append(_Frame("body"))
                return brace.end()
        if word in spec.code:
            brace_at = text.find("{", end, end + 200)
            closing = self.brackets.end(brace_at) if brace_at >= 0 else None
            if closing is not None:
                self.add("statement", start, closing)
                return closing
        if word in spec.literal:
            return end
        end = self.brackets.reference(end)
        expression = text[start + len(spec.transition) : end]
        self.add("insert" if spec.inserts.compiled.match(expression) else "output", start, end, "", expression)
        return end


_HEAD = regex(r"(?:.*[\s;}])?(?P<word>else\s+if|if|switch)\s*\(", re.DOTALL)


def _head(text: str) -> tuple[str, str]:
    """The word and the test of what stands before a brace in code."""
    text = text[-2000:].strip()
    found = _HEAD.match(text) if text.endswith(")") else None
    if found is None:
        return "{", ""
    word = " ".join(found["word"].split())
    return ("if" if word == "else if" else word), text[found.end() : -1]
