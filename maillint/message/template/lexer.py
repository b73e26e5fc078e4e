"""Finds the tags of a text in one pass, by the delimiters of its dialects.

Which tag closes which is decided in ``blocks``. Every search is bounded or remembers that it failed, so that hostile
text costs time in proportion to its length.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice, pairwise

from maillint.message.memo import look_at_clock
from maillint.message.template.block_tags import (
    BlockTag,
    classify,
    in_one_tag,
    open_unlisted_conditions,
    pair_by_name,
    statement_tag,
)
from maillint.message.template.brackets import Brackets
from maillint.message.template.delimiters import MAX_TAG, STRING, Delimiter, Scanner, scanner
from maillint.message.template.detect import STYLE
from maillint.message.template.dialect import Dialect, Word
from maillint.message.template.program_text import ProgramText
from maillint.message.template.tags import Broken, Tag, TagKind
from maillint.patterns import regex
from maillint.text.spans import Span

_MAX_FAILED_WALKS = 50
"""After this many failed searches for a balanced end, the first closer is taken."""


def find_tags(text: str, host: Dialect, others: tuple[Dialect, ...] = ()) -> tuple[list[BlockTag], list[Broken]]:
    """Find the tags of a text in order, and the places where one cannot be read.

    ``host`` is the language of the text, ``others`` are those whose tags stand inside it.
    """
    lexer = _Lexer(text, scanner(host, others))
    lexer.run()
    pair_by_name(lexer.tags)
    open_unlisted_conditions(lexer.tags, host)
    return lexer.tags, lexer.broken


_MOST_STEPS = 100_000
"""So many strings and brackets, and two for each character, are passed over on the way to balanced ends."""

_MOST_PLACES = 200
"""Characters of one tag that an editor has put there, as far as they are reported and fixed at once."""

_MASKED_STRING = regex(STRING)
_QUOTES = regex("[“”„‟‘’‚‛«»″]")
_SPACES = regex("[\u00a0\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff]")
_LEFT_OPEN = regex(r"(?:^#\w{1,10}|&&|\|\|)\s++[\w.!?\[\]]{1,100}\s++\Z")
"""A tag whose last condition compares nothing, with white space before its end."""

_COMPARED = regex(r"=?[ \t]*+[\w.\"'()!?]{1,60}[ \t]*+(?:[&|]{2}[^<>\n]{0,200})?>")
"""What follows a > that was to compare: a value, and the > that was to end the tag."""

_MARKUP = regex(
    r"</[A-Za-z][\w-]{0,20}\s*>|<[A-Za-z][\w-]{0,20}(?:\s+[\w:-]{1,40}\s*=\s*(?:\"[^\"]*\"|'[^']*')){0,20}\s*/?>|<!--"
)
_REFERENCE = regex(r"&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,6}|nbsp|quot|apos|amp|lt|gt|lsquo|rsquo|ldquo|rdquo|[lr]aquo);")


class _Lexer:
    def __init__(self, text: str, scanner: Scanner) -> None:
        self.text = text
        self.scanner = scanner
        self.tags: list[BlockTag] = []
        self.broken: list[Broken] = []
        self.closers: dict[str, tuple[int, Span]] = {}  # by pattern: where a search began, and the closer it found
        self.exhausted: set[re.Pattern[str]] = set()  # ends of raw blocks that do not occur any more
        self.failed_walks = 0
        self.steps = _MOST_STEPS + 2 * len(text)
        self.brackets = Brackets(text, _MEMBER)
        self.styles = [found.span(2) for found in STYLE.finditer(text)] if scanner.spares_styles else []

    def run(self) -> None:
        position = 0
        while found := self.next_opener(position):
            look_at_clock()
            delimiter = self.scanner.delimiters[(found.lastindex or 1) - 1]
            start, after = found.span()
            if delimiter.spec.not_in_styles and self.in_style(start):
                position = start + 1
            elif delimiter.close is not None:
                position = self.pair(delimiter, start, after)
            elif delimiter.tag is not None:
                position = self.whole_tag(delimiter, start, after)
            else:
                position = self.directive(delimiter, start)
            position = max(position, start + 1)

    def next_opener(self, position: int) -> re.Match[str] | None:
        """The next place where a tag may begin; a look at each first character costs less than a search."""
        text, pattern, begin = self.text, self.scanner.pattern, self.scanner.begin
        if begin is None:
            return pattern.search(text, position)
        for first in begin.finditer(text, position):
            if found := pattern.match(text, first.start()):
                return found
        return None

    def in_style(self, offset: int) -> bool:
        """Whether an offset lies in a style sheet or a script."""
        index = bisect_right(self.styles, (offset, len(self.text))) - 1
        return index >= 0 and self.styles[index][1] > offset

    # -- pairs

    def pair(self, delimiter: Delimiter, start: int, after: int) -> int:
        """Read a tag between an opener and its closer; returns where to go on."""
        first = self.first_closer(delimiter, after)
        if first is None and delimiter.spec.to_end:
            first = Span(len(self.text), len(self.text))
        if first is None or not self.belongs(delimiter, after, first.start):
            if delimiter.spec.certain:
                self.broken.append(Broken("unclosed", Span(start, after), delimiter.dialect.name))
            return after
        closer = self.closer(delimiter, after, first)
        if delimiter.inside and not delimiter.inside.fullmatch(self.text, after, closer.start):
            return after
        inner = self.text[after : closer.start]
        if delimiter.spec.one_line and "\n" in inner:
            return after
        dialect = delimiter.dialect
        if not (delimiter.lax or (inner.lstrip(f"{dialect.trim} \t")[:1] == "#" and "#" in dialect.silent)):
            self.look_inside(delimiter, inner, after)
        return self.add_pair(delimiter, inner, after, Span(start, closer.end))

    def first_closer(self, delimiter: Delimiter, after: int) -> Span | None:
        """The next closer of a delimiter; what an earlier search has found is not searched for again."""
        assert delimiter.close is not None
        cached = self.closers.get(delimiter.close.pattern)
        if cached is None or not cached[0] <= after <= cached[1].start:
            if cached is not None and cached[1].start == len(self.text) and cached[0] <= after:
                return None
            found = delimiter.close.search(self.text, after)
            span = Span(*found.span()) if found else Span(len(self.text), len(self.text))
            cached = self.closers[delimiter.close.pattern] = (after, span)
        return cached[1] if cached[1].start < len(self.text) else None

    def belongs(self, delimiter: Delimiter, after: int, end: int) -> bool:
        """Whether the first closer is that of an opener; False where another tag begins in between."""
        if not delimiter.spec.certain:
            return True
        other = self.scanner.certain_openers.search(self.text, after, end)
        if other is None:
            return True
        if delimiter.kind in {"code", "printed"}:
            before = self.text[after : min(other.start(), after + MAX_TAG)]
            quoted = before.count('"') % 2 or before.count("'") % 2 or before.count("`") % 2
            return bool(quoted) or "#" in before or "/*" in before or "//" in before  # it may be in a comment
        if end - after > MAX_TAG:
            return False
        before = self.text[after : other.start()]
        if delimiter.holds is not None or '"' in before or "'" in before or "`" in before:
            inner = self.text[after : min(end + 2000, after + MAX_TAG)]
            for pattern in (_MASKED_STRING, delimiter.holds):
                inner = pattern.sub(lambda found: " " * len(found[0]), inner) if pattern else inner
            other = self.scanner.certain_openers.search(inner, 0, end - after)
            if other is None:
                return True
            place = Span(after + other.start(), after + other.end())
        else:
            place = Span(*other.span())
        closed = any(
            other.close and other.close.search(self.text, place.end, end)
            for other in self.scanner.delimiters
            if other.spec.certain
        )
        between = self.text[after:end]
        if delimiter.kind == "statement" and closed and "\n" not in between and "<" not in between:
            self.broken.append(Broken("nested", place, delimiter.dialect.name))
            return True
        return False

    def closer(self, delimiter: Delimiter, after: int, first: Span) -> Span:
        """Where the closer of a tag stands: the first outside of strings and nested brackets."""
        if delimiter.walk is None or self.failed_walks > _MAX_FAILED_WALKS or first.start - after > MAX_TAG:
            return first
        inner, nests = self.text[after : first.start], delimiter.spec.nests
        if not ('"' in inner or "'" in inner or "`" in inner or (nests and nests[0] in inner)):
            return first
        return self.walk(delimiter, after) or first

    def walk(self, delimiter: Delimiter, after: int) -> Span | None:
        """Go from string to string and bracket to bracket up to the closer of a tag; None without one."""
        assert delimiter.walk is not None
        limit, nests = after + MAX_TAG, delimiter.spec.nests
        depth, position = 0, after
        while self.steps > 0 and (token := delimiter.walk.search(self.text, position, limit)):
            position = token.end()
            self.steps -= 1
            if token.lastgroup == "deeper":
                depth += 1
            elif token.lastgroup == "close" and depth == 0:
                return Span(*token.span())
            elif token.lastgroup == "higher" or (token.lastgroup == "close" and token[0].startswith(nests[1])):
                if depth == 0:
                    break
                depth -= 1
                position = token.start() + 1
        self.failed_walks += 1
        return None

    def look_inside(self, delimiter: Delimiter, inner: str, offset: int) -> None:
        """Report the first kind of characters in a tag that an editor has put there and no engine reads."""
        if inner.isascii() and "<" not in inner and "&" not in inner:
            return
        bare = _MASKED_STRING.sub(lambda found: " " * len(found[0]), inner)
        for kind, pattern in (("markup", _MARKUP), ("reference", _REFERENCE), ("quote", _QUOTES), ("space", _SPACES)):
            first = islice(pattern.finditer(bare), _MOST_PLACES)
            parts = tuple(Span(offset + found.start(), offset + found.end()) for found in first)
            if parts:
                parts = parts[:1] if kind == "markup" else parts
                span = Span(parts[0].start, parts[-1].end)
                self.broken.append(Broken(kind, span, delimiter.dialect.name, parts))  # type: ignore[arg-type]
                return

    def look_behind(self, delimiter: Delimiter, end: int) -> None:
        """Report a > that was to compare, and has ended the tag instead: ``<#if x > 0>``."""
        if _COMPARED.match(self.text, end):
            self.broken.append(Broken("comparison", Span(end - 1, end), delimiter.dialect.name))

    # -- what a tag is

    def add_pair(self, delimiter: Delimiter, inner: str, offset: int, span: Span) -> int:
        """Add a tag by what stands between its delimiters, ``inner`` at ``offset``; returns where to go on."""
        dialect = delimiter.dialect
        if delimiter.kind in {"code", "printed"}:
            self.program(delimiter, inner, offset, span)
            return span.end
        if delimiter.kind == "literal":
            return span.end
        if delimiter.kind == "comment":
            if delimiter.spec.markers_only:
                self.add(Tag("comment", Span(span.start, offset), "", "", dialect.name))
                self.add(Tag("comment", Span(offset + len(inner), span.end), "", "", dialect.name))
                return span.end
            self.add(Tag("comment", span, "", "", dialect.name))
            return span.end
        trimmed = inner.rstrip(dialect.trim_end) if dialect.trim_end else inner
        body = (trimmed.strip(dialect.trim) if dialect.trim else trimmed).strip()
        if delimiter.kind == "output":
            self.add(Tag("output", span, "", body, dialect.name))
            return span.end
        word = dialect.word(body)
        if word.word in dialect.lines:
            self.lines(delimiter, inner, offset, span)
            return span.end
        found = classify(dialect, word, body, span, statement=delimiter.kind == "statement")
        if found.block and found.block.kind == "if" and self.text[span.end - 1] == ">" and _LEFT_OPEN.search(inner):
            self.look_behind(delimiter, span.end)
        if found.block and found.key.endswith("*") and len(trimmed) < len(inner):  # <@name/> encloses nothing
            found = BlockTag(Tag("insert", span, word.word, body, dialect.name))
        self.tags.append(found)
        return self.raw(found) if found.block and found.block.raw else span.end

    def add(self, tag: Tag) -> None:
        """Add a tag that belongs to no block."""
        self.tags.append(BlockTag(tag))

    def raw(self, opener: BlockTag) -> int:
        """Pass over what stands in a raw block; returns where to go on."""
        assert opener.block is not None and opener.block.until is not None
        end = opener.tag.span.end
        until = opener.block.until.compiled
        found = None if until in self.exhausted else until.search(self.text, end)
        if found is None:
            self.exhausted.add(until)
            return end
        if opener.block.raw == "comment":
            self.add(Tag("comment", Span(end, found.start()), opener.tag.word, "", opener.tag.dialect))
        else:
            for span in self.left_to_other_engines(end, found.start()):
                body = self.text[span.start : span.end].strip("{}%<>#$ ")
                self.add(Tag("output", span, "", body, opener.tag.dialect))
        word = min(opener.block.ends)
        tag = Tag("close", Span(*found.span()), word, "", opener.tag.dialect)
        self.tags.append(BlockTag(tag, word, opener.name, dialect=opener.dialect))
        return found.end()

    def left_to_other_engines(self, position: int, end: int) -> Iterator[Span]:
        """The tags in raw text, which another engine fills later: the reader does not see them as they are written."""
        own = self.scanner.pattern.search(self.text, position, end)
        other = _DOUBLE_BRACES.search(self.text, position, end)
        while own is not None or other is not None:
            if own is None or (other is not None and other.start() <= own.start()):
                assert other is not None
                yield Span(*other.span())
                position = other.end()
            else:
                delimiter = self.scanner.delimiters[(own.lastindex or 1) - 1]
                limit = min(end, own.end() + 300)
                closer = delimiter.close.search(self.text, own.end(), limit) if delimiter.close else own
                position = max(closer.end() if closer else own.end(), own.start() + 1)
                if closer is not None and delimiter.kind not in {"comment", "literal"}:
                    yield Span(own.start(), position)
            if own is not None and own.start() < position:
                own = self.scanner.pattern.search(self.text, position, end)
            if other is not None and other.start() < position:
                other = _DOUBLE_BRACES.search(self.text, position, end)

    def lines(self, delimiter: Delimiter, inner: str, offset: int, span: Span) -> None:
        """Read a tag that holds one statement a line; each gets its own piece of the tag."""
        dialect = delimiter.dialect
        statements: list[tuple[int, str]] = []
        position = 0
        for line in inner.splitlines(keepends=True):
            body = line.strip(dialect.trim + " \t\r\n")
            if body and statements:
                statements.append((offset + position, body))
            elif body:  # the line of the word itself
                statements.append((offset + position, body.partition(" ")[2].strip()))
            position += len(line)
        for index, (_, body) in enumerate(statements):
            start = span.start if index == 0 else statements[index][0]
            end = statements[index + 1][0] if index + 1 < len(statements) else span.end
            word = dialect.word(body)
            if word.word == "echo":
                self.add(Tag("output", Span(start, end), word.word, word.argument, dialect.name))
            else:
                found = classify(dialect, word, body, Span(start, end), statement=True)
                if found.tag.kind == "output":
                    found = BlockTag(found.tag._replace(kind="statement"))
                self.tags.append(found)

    # -- program text

    def program(self, delimiter: Delimiter, inner: str, offset: int, span: Span) -> None:
        """Read program text: the tag is divided among the statements that open, divide or close a block."""
        dialect = delimiter.dialect
        code = self.scanner.program_texts[dialect.name]
        body = inner.strip(dialect.trim) if dialect.trim else inner
        lead = inner.find(body) if body else 0
        statements = [found for found in code.block_statements(body) if not in_one_tag(dialect, found)]
        if delimiter.kind == "printed" and not statements:
            self.printing(code, body, span, dialect)
            return
        masked = code.masked(body) if delimiter.kind == "code" else ""
        limits = [0, *(statement.start for statement in statements), len(body)]
        places = [span.start, *(offset + lead + limit for limit in limits[1:-1]), span.end]
        prints = [code.printed(masked, *limit) for limit in pairwise(limits)]  # before the first block, then in each
        if prints[0] is not None:
            self.printing(
                code, body[prints[0][1] : limits[1]], Span(places[0], places[1]), dialect, body[prints[0][0] :]
            )
        elif statements:
            places[1] = span.start
        else:
            self.add(Tag("insert" if code.may_print(masked) else "statement", span, "", "", dialect.name))
        for index, statement in enumerate(statements, 1):
            printed = prints[index]
            middle = places[index + 1] if printed is None else offset + lead + printed[0]
            self.tags.append(statement_tag(dialect, statement, Span(places[index], middle)))
            if printed is not None:  # if ($a): echo $b; else:
                expression = body[printed[1] : limits[index + 1]]
                self.printing(code, expression, Span(middle, places[index + 1]), dialect, body[printed[0] :])

    def printing(self, code: ProgramText, body: str, span: Span, dialect: Dialect, statement: str = "") -> None:
        """Add a tag of program text that prints something: by a ``statement``, or without one by its delimiters."""
        body = body.strip(" \t\r\n;")
        inserts = code.inserts(statement.lstrip() or body)
        self.add(Tag("insert" if inserts else "output", span, "", body, dialect.name))

    # -- tags that begin with a pattern of their own

    def whole_tag(self, delimiter: Delimiter, start: int, end: int) -> int:
        """Read a tag that one pattern matches as a whole."""
        assert delimiter.tag is not None
        found = delimiter.tag.match(self.text, start, end)
        if found is None or delimiter.kind == "literal":
            return end
        groups = found.groupdict()
        span = Span(*found.span("place")) if groups.get("place") else Span(start, end)
        argument = groups.get("argument") or found[0]
        kind: TagKind = "comment" if delimiter.kind == "comment" else "output"
        self.add(Tag(kind, span, "", argument.strip() if kind == "output" else "", delimiter.dialect.name))
        return end

    def directive(self, delimiter: Delimiter, start: int) -> int:
        """Read a word and the argument in brackets after it, or a reference with its members."""
        assert delimiter.directive is not None
        match = delimiter.directive.match(self.text, start)
        if match is None:
            return start + 1
        if delimiter.spec.reference:
            end = self.brackets.reference(match.end())
            expression = self.text[match.start("argument") : end]
            self.add(Tag("output", Span(start, end), "", expression, delimiter.dialect.name))
            return end
        dialect = delimiter.dialect
        groups = match.groupdict()
        name = groups["word"] or groups.get("braced") or ""
        end, argument = self.brackets.argument(match.end(), " \t")
        listed = (
            name in dialect.blocks
            or name in dialect.closers
            or name in dialect.middles
            or name in dialect.silent
            or name in dialect.inserts
            or name in dialect.outputs
            or bool(dialect.unknown_ends and dialect.unknown_ends.compiled.fullmatch(name))
        )
        if not listed and (end == match.end() or name in delimiter.spec.literal):
            return match.end()
        word = Word(name, "", argument)
        span = Span(start, end)
        if name in dialect.outputs and not (name in dialect.blocks and not argument):
            self.add(Tag("output", span, name, f"{name}({argument})", dialect.name))
            return end
        found = classify(dialect, word, argument, span, statement=True)
        if found.tag.kind == "output":
            found.tag = found.tag._replace(argument=f"{name}({argument})")
        self.tags.append(found)
        return self.raw(found) if found.block and found.block.raw else end


_DOUBLE_BRACES = regex(r"\{\{[^{}\n]{1,300}\}\}")
_MEMBER = regex(r"\??\.[A-Za-z_]\w*")
