"""The tags of a template, found in one pass over its text by what its dialect says of their delimiters.

What the tags mean for one another (which closes which) is the business of ``choices``. Every search is
bounded or remembers that it failed, so that hostile text costs no more than its length.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise

from maillint.message.template.block_tags import Mark, code_mark, in_one_tag, pair_unknown, pair_unlisted, sort
from maillint.message.template.brackets import Brackets
from maillint.message.template.delimiters import MAX_TAG, STRING, Form, Scanner, scanner
from maillint.message.template.detect import STYLE
from maillint.message.template.dialect import Dialect, Word
from maillint.message.template.program_text import Code
from maillint.message.template.tags import Broken, Tag, TagKind
from maillint.text.spans import Span

_MAX_FAILED_WALKS = 50
"""After so many searches for a balanced end that came to nothing, the first closer will do."""


def read_marks(text: str, host: Dialect, guests: tuple[Dialect, ...] = ()) -> tuple[list[Mark], list[Broken]]:
    """Find the tags of a text in order, and the places where one cannot be read."""
    lexer = _Lexer(text, scanner(host, guests))
    lexer.run()
    pair_unknown(lexer.marks)
    pair_unlisted(lexer.marks, host)
    return lexer.marks, lexer.broken


_MASKED_STRING = re.compile(STRING)
_QUOTES = re.compile("[“”„‟‘’‚‛«»″]")
_SPACES = re.compile("[\u00a0\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff]")
_MARKUP = re.compile(
    r"</[A-Za-z][\w-]{0,20}\s*>|<[A-Za-z][\w-]{0,20}(?:\s+[\w:-]{1,40}\s*=\s*(?:\"[^\"]*\"|'[^']*')){0,20}\s*/?>|<!--"
)
_REFERENCE = re.compile(
    r"&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,6}|nbsp|quot|apos|amp|lt|gt|lsquo|rsquo|ldquo|rdquo|[lr]aquo);"
)


class _Lexer:
    def __init__(self, text: str, scan: Scanner) -> None:
        self.text = text
        self.scan = scan
        self.marks: list[Mark] = []
        self.broken: list[Broken] = []
        self.closers: dict[str, tuple[int, Span]] = {}  # by pattern: the closer found last, and from where
        self.exhausted: set[re.Pattern[str]] = set()  # ends of raw blocks that do not occur any more
        self.failed_walks = 0
        self.brackets = Brackets(text, _MEMBER)
        self.sheltered = [found.span(2) for found in STYLE.finditer(text)] if scan.sheltered else []

    def run(self) -> None:
        position = 0
        search = self.scan.pattern.search
        while found := search(self.text, position):
            form = self.scan.forms[(found.lastindex or 1) - 1]
            start, after = found.span()
            if form.entry.get("outside") and self.shelters(start):
                position = start + 1
            elif form.close is not None:
                position = self.pair(form, start, after)
            elif form.tag is not None:
                position = self.whole(form, start, after)
            else:
                position = self.directed(form, start)
            position = max(position, start + 1)

    def shelters(self, offset: int) -> bool:
        """Whether an offset lies in a style sheet or a script."""
        index = bisect_right(self.sheltered, (offset, len(self.text))) - 1
        return index >= 0 and self.sheltered[index][1] > offset

    # -- pairs

    def pair(self, form: Form, start: int, after: int) -> int:
        """Read a tag between an opener and its closer; returns where to go on."""
        first = self.first_closer(form, after)
        if first is None and form.entry.get("to-end"):
            first = Span(len(self.text), len(self.text))
        if first is None or not self.alone(form, after, first.start):
            if form.certain:
                self.broken.append(Broken("unclosed", Span(start, after), form.dialect.name))
            return after
        ending = self.ending(form, after, first)
        if form.inside and not form.inside.fullmatch(self.text, after, ending.start):
            return after
        inner = self.text[after : ending.start]
        if form.entry.get("one-line") and "\n" in inner:
            return after
        if not (form.lax or (inner.lstrip(f"{form.dialect.trim} \t")[:1] == "#" and "#" in form.dialect.silent)):
            self.look_inside(form, inner, after)
        return self.classify(form, inner, after, Span(start, ending.end))

    def first_closer(self, form: Form, after: int) -> Span | None:
        """The next closer of a form, looked for once."""
        assert form.close is not None
        known = self.closers.get(form.close.pattern)
        if known is None or not known[0] <= after <= known[1].start:
            if known is not None and known[1].start == len(self.text) and known[0] <= after:
                return None
            found = form.close.search(self.text, after)
            span = Span(*found.span()) if found else Span(len(self.text), len(self.text))
            known = self.closers[form.close.pattern] = (after, span)
        return known[1] if known[1].start < len(self.text) else None

    def alone(self, form: Form, after: int, end: int) -> bool:
        """Whether no other tag begins between an opener and the first closer; False: the opener has no closer."""
        if not form.certain:
            return True
        other = self.scan.openers.search(self.text, after, end)
        if other is None:
            return True
        if form.kind in {"code", "printed"}:
            before = self.text[after : min(other.start(), after + MAX_TAG)]
            quoted = before.count('"') % 2 or before.count("'") % 2 or before.count("`") % 2
            return bool(quoted) or "#" in before or "/*" in before or "//" in before  # it may be in a comment
        if end - after > MAX_TAG:
            return False
        before = self.text[after : other.start()]
        if form.holds is not None or '"' in before or "'" in before or "`" in before:
            inner = self.text[after : min(end + 2000, after + MAX_TAG)]
            for pattern in (_MASKED_STRING, form.holds):
                inner = pattern.sub(lambda found: " " * len(found[0]), inner) if pattern else inner
            other = self.scan.openers.search(inner, 0, end - after)
            if other is None:
                return True
            place = Span(after + other.start(), after + other.end())
        else:
            place = Span(*other.span())
        closed = any(
            known.close and known.close.search(self.text, place.end, end) for known in self.scan.forms if known.certain
        )
        between = self.text[after:end]
        if form.kind == "statement" and closed and "\n" not in between and "<" not in between:
            self.broken.append(Broken("nested", place, form.dialect.name))
            return True
        return False

    def ending(self, form: Form, after: int, first: Span) -> Span:
        """Where the closer of a tag stands: the first that is in no string and no nested bracket."""
        if form.walk is None or self.failed_walks > _MAX_FAILED_WALKS or first.start - after > MAX_TAG:
            return first
        inner = self.text[after : first.start]
        if not ('"' in inner or "'" in inner or "`" in inner or (form.nests and form.nests[0] in inner)):
            return first
        return self.walked(form, after) or first

    def walked(self, form: Form, after: int) -> Span | None:
        """Where the closer of a tag stands that is in no string and no nested bracket; None without one."""
        assert form.walk is not None
        limit = after + MAX_TAG
        depth, position = 0, after
        while token := form.walk.search(self.text, position, limit):
            position = token.end()
            if token.lastgroup == "deeper":
                depth += 1
            elif token.lastgroup == "close" and depth == 0:
                return Span(*token.span())
            elif token.lastgroup == "higher" or (token.lastgroup == "close" and token[0].startswith(form.nests[1])):
                if depth == 0:
                    break
                depth -= 1
                position = token.start() + 1
        self.failed_walks += 1
        return None

    def look_inside(self, form: Form, inner: str, offset: int) -> None:
        """Find the first thing in a tag that an editor has put there and no engine reads."""
        if inner.isascii() and "<" not in inner and "&" not in inner:
            return
        bare = _MASKED_STRING.sub(lambda found: " " * len(found[0]), inner)
        for kind, pattern in (("markup", _MARKUP), ("reference", _REFERENCE), ("quote", _QUOTES), ("space", _SPACES)):
            parts = tuple(Span(offset + found.start(), offset + found.end()) for found in pattern.finditer(bare))
            if parts:
                parts = parts[:1] if kind == "markup" else parts
                span = Span(parts[0].start, parts[-1].end)
                self.broken.append(Broken(kind, span, form.dialect.name, parts))  # type: ignore[arg-type]
                return

    # -- what a tag is

    def classify(self, form: Form, inner: str, offset: int, span: Span) -> int:
        """Add the marks of a tag; returns where to go on."""
        dialect = form.dialect
        if form.kind in {"code", "printed"}:
            self.program(form, inner, offset, span)
            return span.end
        if form.kind == "literal":
            return span.end
        if form.kind == "comment":
            if form.entry.get("keep"):  # the markers are comments, what stands between them is not
                self.add(Tag("comment", Span(span.start, offset), "", "", dialect.name))
                self.add(Tag("comment", Span(offset + len(inner), span.end), "", "", dialect.name))
                return span.end
            self.add(Tag("comment", span, "", "", dialect.name))
            return span.end
        trimmed = inner.rstrip(dialect.trim_end) if dialect.trim_end else inner
        body = (trimmed.strip(dialect.trim) if dialect.trim else trimmed).strip()
        if form.kind == "output":
            self.add(Tag("output", span, "", body, dialect.name))
            return span.end
        word = dialect.word(body)
        if word.word in dialect.lines:
            self.lines(form, inner, offset, span)
            return span.end
        mark = sort(dialect, word, body, span, statement=form.kind == "statement")
        if mark.block and mark.key.endswith("*") and len(trimmed) < len(inner):  # <@name/> encloses nothing
            mark = Mark(Tag("insert", span, word.word, body, dialect.name))
        self.marks.append(mark)
        return self.raw(mark) if mark.block and mark.block.raw else span.end

    def add(self, tag: Tag) -> None:
        """Add a tag that belongs to no block."""
        self.marks.append(Mark(tag))

    def raw(self, opener: Mark) -> int:
        """Leave what stands in a raw block unread; returns where to go on."""
        assert opener.block is not None and opener.block.until is not None
        end = opener.tag.span.end
        until = opener.block.until
        found = None if until in self.exhausted else until.search(self.text, end)
        if found is None:
            self.exhausted.add(until)
            return end
        if opener.block.raw == "comment":
            self.add(Tag("comment", Span(end, found.start()), opener.tag.word, "", opener.tag.dialect))
        else:
            for span in self.later(end, found.start()):
                body = self.text[span.start : span.end].strip("{}%<>#$ ")
                self.add(Tag("output", span, "", body, opener.tag.dialect))
        word = next(iter(sorted(opener.block.ends)))
        tag = Tag("close", Span(*found.span()), word, "", opener.tag.dialect)
        self.marks.append(Mark(tag, word, opener.name, dialect=opener.dialect))
        return found.end()

    def later(self, position: int, end: int) -> Iterator[Span]:
        """The tags in raw text: the reader sees them, unless another engine fills them."""
        while position < end:
            own = self.scan.pattern.search(self.text, position, end)
            other = _LATER.search(self.text, position, end)
            if own is None and other is None:
                return
            if own is None or (other is not None and other.start() <= own.start()):
                assert other is not None
                yield Span(*other.span())
                position = other.end()
                continue
            form = self.scan.forms[(own.lastindex or 1) - 1]
            closer = form.close.search(self.text, own.end(), min(end, own.end() + 300)) if form.close else own
            position = max(closer.end() if closer else own.end(), own.start() + 1)
            if closer is not None and form.kind not in {"comment", "literal"}:
                yield Span(own.start(), position)

    def lines(self, form: Form, inner: str, offset: int, span: Span) -> None:
        """Read a tag that holds one statement a line; the tag is shared out among them."""
        dialect = form.dialect
        found: list[tuple[int, str]] = []
        position = 0
        for line in inner.splitlines(keepends=True):
            body = line.strip(dialect.trim + " \t\r\n")
            if body and found:
                found.append((offset + position, body))
            elif body:  # the line of the word itself
                found.append((offset + position, body.partition(" ")[2].strip()))
            position += len(line)
        for index, (_, body) in enumerate(found):
            start = span.start if index == 0 else found[index][0]
            end = found[index + 1][0] if index + 1 < len(found) else span.end
            word = dialect.word(body)
            if word.word == "echo":
                self.add(Tag("output", Span(start, end), word.word, word.argument, dialect.name))
            else:
                mark = sort(dialect, word, body, Span(start, end), statement=True)
                if mark.tag.kind == "output":
                    mark = Mark(mark.tag._replace(kind="statement"))
                self.marks.append(mark)

    # -- program text

    def program(self, form: Form, inner: str, offset: int, span: Span) -> None:
        """Read program text: what opens, divides or closes a block in it."""
        dialect = form.dialect
        code = self.scan.codes[dialect.name]
        body = inner.strip(dialect.trim) if dialect.trim else inner
        lead = inner.find(body) if body else 0
        pieces = [piece for piece in code.structure(body) if not in_one_tag(dialect, piece)]
        if form.kind == "printed" and not pieces:
            self.printing(code, body, span, dialect)
            return
        clean = code.read(body) if form.kind == "code" else ""
        limits = [0, *(piece.start for piece in pieces), len(body)]
        places = [span.start, *(offset + lead + limit for limit in limits[1:-1]), span.end]
        prints = [code.printed(clean, *limit) for limit in pairwise(limits)]  # before the first block, then in each
        if prints[0] is not None:
            self.printing(
                code, body[prints[0][1] : limits[1]], Span(places[0], places[1]), dialect, body[prints[0][0] :]
            )
        elif pieces:
            places[1] = span.start
        else:
            self.add(Tag("insert" if code.may_print(clean) else "statement", span, "", "", dialect.name))
        for index, piece in enumerate(pieces, 1):
            found = prints[index]
            middle = places[index + 1] if found is None else offset + lead + found[0]
            self.marks.append(code_mark(dialect, piece, Span(places[index], middle)))
            if found is not None:  # if ($a): echo $b; else:
                said = body[found[1] : limits[index + 1]]
                self.printing(code, said, Span(middle, places[index + 1]), dialect, body[found[0] :])

    def printing(self, code: Code, body: str, span: Span, dialect: Dialect, statement: str = "") -> None:
        """Add a tag of program text that prints something, by a ``statement`` or by its delimiters."""
        body = body.strip(" \t\r\n;")
        inserts = code.inserts.search(statement.lstrip() or body)
        self.add(Tag("insert" if inserts else "output", span, "", body, dialect.name))

    # -- tags told by one pattern

    def whole(self, form: Form, start: int, end: int) -> int:
        """Read a tag that one pattern matches as a whole."""
        assert form.tag is not None
        found = form.tag.match(self.text, start, end)
        if found is None or form.kind == "literal":
            return end
        groups = found.groupdict()
        span = Span(*found.span("place")) if groups.get("place") else Span(start, end)
        argument = groups.get("argument") or found[0]
        kind: TagKind = "comment" if form.kind == "comment" else "output"
        self.add(Tag(kind, span, "", argument.strip() if kind == "output" else "", form.dialect.name))
        return end

    def directed(self, form: Form, start: int) -> int:
        """Read a word and the bracketed argument after it, or a reference with its path."""
        assert form.directive is not None
        found = form.directive.match(self.text, start)
        if found is None:
            return start + 1
        if form.entry.get("path"):
            end = self.brackets.reference(found.end())
            self.add(Tag("output", Span(start, end), "", self.text[found.start("argument") : end], form.dialect.name))
            return end
        dialect = form.dialect
        groups = found.groupdict()
        name = groups["word"] or groups.get("braced") or ""
        end, argument = self.brackets.argument(found.end(), " \t")
        known = (
            name in dialect.blocks
            or name in dialect.closers
            or name in dialect.middles
            or name in dialect.silent
            or name in dialect.inserts
            or name in dialect.entry.get("outputs", ())
            or bool(dialect.unknown_ends and dialect.unknown_ends.fullmatch(name))
        )
        if not known and (end == found.end() or name in form.entry.get("literal", ())):
            return found.end()
        word = Word(name, "", argument)
        span = Span(start, end)
        if name in dialect.entry.get("outputs", ()) and not (name in dialect.blocks and not argument):
            self.add(Tag("output", span, name, f"{name}({argument})", dialect.name))
            return end
        mark = sort(dialect, word, argument, span, statement=True)
        if mark.tag.kind == "output":
            mark.tag = mark.tag._replace(argument=f"{name}({argument})")
        self.marks.append(mark)
        return self.raw(mark) if mark.block and mark.block.raw else end


_LATER = re.compile(r"\{\{[^{}\n]{1,300}\}\}")
_MEMBER = re.compile(r"\??\.[A-Za-z_]\w*")
