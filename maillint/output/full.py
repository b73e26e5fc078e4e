"""For people at a terminal: each finding with its place in the source, why it matters and how to fix it.

A run says each thing once: why a rule matters and how to fix what it finds stand with its first finding; further ones
take two lines, and one line in a long list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache, partial

from maillint.finding import DomainFinding, DomainReport, FileReport, Finding, Report
from maillint.output import Context
from maillint.output._cells import clip, clip_left, visible, width_of, wrap
from maillint.output._frame import Frames, of_record
from maillint.output._paint import Paint
from maillint.output._report import further_lines, message, places, plural, shown, shown_of_domain
from maillint.output.summary import count_rules, last_lines, skipped_lines, together
from maillint.text.source import Source

_LONGEST_MESSAGE = 400
_LONGEST_ADVICE = 2000
_MOST_RELATED = 5
_SCREENFUL = 50
"""Lines; after more of them, the output ends with what helps."""
_MANY = 60
"""Findings; in a run of more, a rule's findings take one line each after the first few."""
_FEW = 10
_MOST_NAMED = 3
_INDENT = 2
_LEAST_WORDS = 16
"""Cells; less of a message says nothing."""
_LEAST_PLACES = 24
_LEAST_PLACE = 10


def render(report: Report, context: Context) -> str:
    """Return the findings by file or domain, then what was skipped, what helps, and the summary."""
    paint = Paint(context.color, context.links)
    printer = _Printer(context, paint, is_long=_count(report, context) > _MANY)
    for file in report.files:
        printer.file(file)
    for domain in report.domains:
        printer.domain(domain)
    blocks = [printer.lines]
    if context.verbose >= 0:
        is_much = len(printer.lines) > _SCREENFUL
        blocks += [skipped_lines(report, context, paint), _help(report, context, paint) if is_much else []]
        blocks.append(_hints(report, context, paint))
        blocks.append([*_inferred(report, context, paint), *last_lines(report, context, paint)])
    return together(blocks)


def _count(report: Report, context: Context) -> int:
    return sum(len(shown(file, context)) for file in report.files)


class _Printer:
    """Writes the findings of a run one after the other, each in as many lines as it is worth."""

    def __init__(self, context: Context, paint: Paint, *, is_long: bool) -> None:
        self.context = context
        self.paint = paint
        self.is_long = is_long
        self.lines: list[str] = []
        self._positions = self._labels = 0  # the widths of columns
        self._said: Counter[str] = Counter()  # findings by rule
        self._is_open = False  # the last block may be followed by a short one without a blank line

    def _put(self, block: list[str], *, is_short: bool = False) -> None:
        if self.lines and not (is_short and self._is_open):
            self.lines.append("")
        self.lines += block
        self._is_open = is_short

    # -- files

    def file(self, file: FileReport) -> None:
        """Write the findings of a file; of a great many, the weightiest, and a line for each rule of the others."""
        context = self.context
        if context.verbose > 0:
            self._put(self._about(file))
        findings = shown(file, context)
        if not findings:
            return
        chosen = _weightiest(findings, context.per_file)
        frames = cache(partial(self._frames, file, findings))
        parts = len({finding.part for finding in findings}) > 1
        path = visible(file.path)
        self._set_columns(findings)
        for finding in findings:
            if id(finding) in chosen:
                self._finding(path, finding, message(finding, part=parts), frames)
        self._rest(path, [finding for finding in findings if id(finding) not in chosen])

    def _frames(self, file: FileReport, findings: list[Finding]) -> Frames:
        """What draws the lines of a file; a long run of findings shows few of them, and need not read the others."""
        source = Source(file.path, file.text)
        last = max(source.position(min(finding.end, len(file.text)))[0] for finding in findings)
        return Frames(source, self.context.width, self.paint, len(str(last)) + _INDENT)

    def _set_columns(self, findings: list[Finding]) -> None:
        """Align what is said of the findings of a file."""
        self._positions = max((len(_position(finding)) for finding in findings), default=0)
        self._labels = max((len(finding.severity.label) for finding in findings), default=0)

    def _finding(self, path: str, finding: Finding, words: str, frames: Callable[[], Frames]) -> None:
        said = self._said[finding.rule]
        self._said[finding.rule] += 1
        place = f"{path}:{_position(finding):<{self._positions}}"
        if said and self.is_long and said >= _FEW and self.context.per_file is not None:
            self._put([self._one_line(place, finding, words)], is_short=True)
        elif said:
            self._put(self._two_lines(place, finding, words, frames), is_short=True)
        else:
            self._put(self._whole(place, finding, words, frames()))

    def _whole(self, place: str, finding: Finding, words: str, frames: Frames) -> list[str]:
        block, _ = self._head(place, finding, words)
        if finding.excerpt is not None:  # the file is encoded there, so that a reader would not recognise it
            decoded = Source("", finding.excerpt.text)
            plain = Frames(decoded, self.context.width, self.paint, frames.gutter, numbered=False)
            block += plain.draw(finding.excerpt.start, finding.excerpt.end, finding.severity)
        else:
            block += frames.draw(finding.start, finding.end, finding.severity)
        room = self.context.width - frames.gutter - 3
        if also := places(finding, None if self._is_whole else room):
            block += self._note("", also, frames.gutter)
        block += self._related(finding, frames)
        return block + self._advice(finding.rule, frames.gutter)

    @property
    def _is_whole(self) -> bool:
        """Whether nothing is to be left out."""
        return self.context.verbose > 0 or self.context.per_file is None

    def _two_lines(self, place: str, finding: Finding, words: str, frames: Callable[[], Frames]) -> list[str]:
        """The head, and the places or else the line of the source, if the head takes one line."""
        block, last = self._head(place, finding, words)
        if finding.places:
            room = self.context.width - _INDENT
            also = places(finding, None if self._is_whole else max(room - last, _LEAST_PLACES))
            if len(block) > 1 and last + 2 + len(also) <= self.context.width:
                return [*block[:-1], f"{block[-1]}; {also}"]
            also = places(finding, None if self._is_whole else room)
            return [*block, *(f"{'':{_INDENT}}{text}" for text in wrap(also, room))]
        if len(block) > 1:
            return block
        if finding.excerpt is None:
            return block + frames().draw_line(finding.start, finding.end, finding.severity)
        decoded = Source("", finding.excerpt.text)
        plain = Frames(decoded, self.context.width, self.paint, frames().gutter, numbered=False)
        return block + plain.draw_line(finding.excerpt.start, finding.excerpt.end, finding.severity)

    def _one_line(self, place: str, finding: Finding, words: str) -> str:
        count = len(finding.places) + 1
        tail = f"({count} places)" if count > 1 else ""
        return self._line(place, finding, words, tail)

    def _line(self, place: str, finding: Finding, words: str, tail: str) -> str:
        """A finding on one line: what does not fit is cut, the path from the left."""
        label, width = f"{finding.severity.label:<{self._labels}}", self.context.width
        room = width - len(label) - width_of(visible(finding.rule)) - 4
        tail = tail if room - len(tail) - 2 >= width_of(place) else ""
        room -= len(tail) + 2 if tail else 0
        place = clip_left(place, max(room, _LEAST_PLACE))
        room -= width_of(place) + 2
        text = clip(words, room) if room >= _LEAST_WORDS or width_of(words) <= room else ""
        fields = [place, self.paint(label, finding.severity), self._rule(finding.rule), self.paint(text, "bold"), tail]
        return "  ".join(field for field in fields if field)

    def _rest(self, path: str, rest: list[Finding]) -> None:
        """A line for each rule of the findings that are not shown."""
        by_rule: dict[tuple[int, str], list[Finding]] = {}
        for finding in rest:
            by_rule.setdefault((-finding.severity, finding.rule), []).append(finding)
        for (_, rule), group in sorted(by_rule.items()):
            self._said[rule] += len(group)
            lines = list(dict.fromkeys(line for one in group for line in (one.line, *further_lines(one))))
            words = f"{len(group)} more, in line{'s' * (len(lines) > 1)} {', '.join(map(str, lines))}"
            self._put([self._line(f"{path}:{group[0].line}", group[0], words, "(--all)")], is_short=True)

    def _about(self, file: FileReport) -> list[str]:
        """A line on how a file was read, and the notes on it."""
        words = [file.kind, *([file.dialect] if file.dialect else [])]
        words.append(f"{file.profile} (inferred)" if file.profile_inferred else file.profile)
        words += [f"touch {file.touch}"] if file.touch is not None else []
        head = f"{self.paint(visible(file.path), 'bold')}  {visible(', '.join(words))}"
        return [head, *map(visible, file.notes)]

    def _related(self, finding: Finding, frames: Frames) -> list[str]:
        lines = []
        for related in finding.related[:_MOST_RELATED]:
            row, column = frames.source.position(min(related.start, len(frames.source.text)))
            lines += self._note("at", f"{row}:{column}: {related.message}", frames.gutter)
        if len(finding.related) > _MOST_RELATED:
            lines += self._note("and", plural(len(finding.related) - _MOST_RELATED, "more place"), frames.gutter)
        return lines

    # -- domains

    def domain(self, domain: DomainReport) -> None:
        """Write the findings of a domain."""
        name, self._labels = visible(domain.domain), 0
        for finding in shown_of_domain(domain, self.context):
            block, _ = self._head(name, finding, visible(finding.message))
            if self._said[finding.rule]:
                frame = of_record(finding, self.context.width, self.paint)[:1] if len(block) == 1 else []
                self._put(block + frame, is_short=True)
            else:
                block += of_record(finding, self.context.width, self.paint)
                self._put(block + self._advice(finding.rule, 1))
            self._said[finding.rule] += 1

    # -- pieces

    def _head(self, place: str, finding: Finding | DomainFinding, words: str) -> tuple[list[str], int]:
        """Place, severity, rule and message, on one line where they fit, and the width of the last line."""
        paint, width = self.paint, self.context.width
        words = clip(words, _LONGEST_MESSAGE)
        fix = finding.whole_fix if isinstance(finding, Finding) else None
        marker = "" if fix is None else "fixable" if fix.safe else "fixable (unsafe)"
        label = f"{finding.severity.label:<{self._labels}}"
        plain = [label, visible(finding.rule), *([marker] if marker else [])]
        about = [paint(label, finding.severity), self._rule(finding.rule)]
        about += [paint(marker, "good")] if marker else []
        used = width_of("  ".join(plain))
        place = clip_left(place, width)
        if width_of(place) + 2 + used <= width:
            lines, last = ["  ".join([place, *about])], width_of(place) + 2 + used
        else:
            lines, last = [place.rstrip(), " " * _INDENT + "  ".join(about)], _INDENT + used
        if last + 2 + width_of(words) <= width:
            return [*lines[:-1], f"{lines[-1]}  {paint(words, 'bold')}"], last + 2 + width_of(words)
        body = wrap(words, width - _INDENT, hard=True)
        return lines + [" " * _INDENT + paint(text, "bold") for text in body], _INDENT + width_of(body[-1])

    def _rule(self, name: str) -> str:
        """The name of a rule, as a link to what it is based on."""
        doc = self.context.rules.get(name)
        return self.paint.link(visible(name), doc.references[0] if doc and doc.references else "")

    def _advice(self, rule: str, gutter: int) -> list[str]:
        """Why the rule matters and how to fix what it finds."""
        doc = self.context.rules.get(rule)
        if doc is None:
            return []
        rows = [("why:", doc.why), ("fix:", doc.fix)]
        rows += [("see:", reference) for reference in doc.references] if self.context.verbose > 0 else []
        return [text for label, words in rows if words.strip() for text in self._note(label, words, gutter)]

    def _note(self, label: str, words: str, gutter: int) -> list[str]:
        head = f"{'':>{gutter}} = {label}" + (" " if label else "")
        first, *rest = wrap(clip(" ".join(words.split()), _LONGEST_ADVICE), max(self.context.width - len(head), 24))
        return [self.paint(head.rstrip(), "dim") + " " + first, *(" " * len(head) + text for text in rest)]


def _position(finding: Finding) -> str:
    return f"{finding.line}:{finding.column}"


def _weightiest(findings: list[Finding], most: int | None) -> frozenset[int]:
    """The findings to show, by ``id``: the gravest, and of those with the same severity one of each rule first."""
    if most is None or len(findings) <= most:
        return frozenset(map(id, findings))
    earlier: Counter[str] = Counter()
    order = []
    for number, finding in enumerate(findings):
        order.append((-finding.severity, earlier[finding.rule], number, id(finding)))
        earlier[finding.rule] += 1
    return frozenset(entry[-1] for entry in sorted(order)[:most])


def _help(report: Report, context: Context, paint: Paint) -> list[str]:
    """The rules that spoke most, and what helps against much output."""
    counts: Counter[str] = Counter()
    for (_, rule), count in count_rules(report, context).items():
        counts[rule] += count
    most = counts.most_common(_MOST_NAMED)
    if len(counts) < 2 or not report.files:
        return []
    named = ", ".join(f"{visible(rule)} {count}" for rule, count in most)
    rows = [("--statistics", "count the findings of each rule instead")]
    rows.append((f"maillint rule {visible(most[0][0])}", "what a rule wants and why, with examples"))
    if not any(file.known for file in report.files):
        rows.append(("--write-baseline FILE", "accept what is there, report what is new"))
    if len(report.files) > 1:
        rows.append(("exclude: in maillint.yaml", "leave out what nobody sends"))
    column = max(len(name) for name, _ in rows)
    head = wrap(f"{named}", context.width - 15)
    lines = [paint("most findings:", "bold") + " " + head[0], *(" " * 15 + more for more in head[1:])]
    return lines + [clip(f"  {name:<{column}}  {words}", context.width) for name, words in rows]


def _inferred(report: Report, context: Context, paint: Paint) -> list[str]:
    """By inferred profile, the number of files that have it and have findings or unknowns to show."""
    counts: dict[str, int] = {}
    for file in report.files:
        if file.profile_inferred and (shown(file, context) or file.unknown):
            counts[file.profile] = counts.get(file.profile, 0) + 1
    if not counts:
        return []
    words = visible(", ".join(f"{name} inferred for {plural(n, 'file')}" for name, n in counts.items()))
    return [f"{paint('profile:', 'bold')} {words}"]


def _hints(report: Report, context: Context, paint: Paint) -> list[str]:
    """What to state where texts look like first messages to strangers, and nobody says whether they are."""
    first = [file.path for file in report.files if file.looks_first]
    if not first:
        return []
    label = "hint: "
    if len(first) == 1:
        words = (
            f"{visible(first[0])} looks like a first message to a stranger; give --touch 1 to apply the rules for one"
        )
    else:
        words = (
            f"{len(first)} texts look like first messages to strangers; give --touch 1, or write "
            '"profile: cold" in maillint.yaml, to apply the rules for those'
        )
    body = wrap(words, context.width - len(label))
    return [paint(label, "bold") + body[0], *(" " * len(label) + more for more in body[1:])]
