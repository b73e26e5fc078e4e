"""For people at a terminal: each finding with its place in the source, what it costs and how to mend it."""

from __future__ import annotations

from maillint.finding import DomainFinding, DomainReport, FileReport, Finding, Report
from maillint.output import Context
from maillint.output._cells import clip, visible, wrap
from maillint.output._frame import Frames, of_record
from maillint.output._paint import Paint
from maillint.output._report import message, plural, shown, shown_of_domain
from maillint.output.summary import line, unknown_lines
from maillint.text.source import Source

_LONGEST_MESSAGE = 400
_LONGEST_ADVICE = 2000
_MOST_RELATED = 5


def render(report: Report, context: Context) -> str:
    """Return the findings by file or domain, then what stayed unknown, then the summary line."""
    paint = Paint(context.color)
    blocks = [
        *(block for file in report.files for block in _file(file, context, paint)),
        *(block for domain in report.domains for block in _domain(domain, context, paint)),
    ]
    if inferred := _inferred(report, context):
        blocks.append([f"{paint('profile:', 'bold')} {inferred}"])
    if unknown := unknown_lines(report, context, paint):
        blocks.append(unknown)
    blocks.append([line(report, context, paint)])
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _file(file: FileReport, context: Context, paint: Paint) -> list[list[str]]:
    findings = shown(file, context)
    blocks = [_about(file, paint)] if context.verbose > 0 else []
    if not findings:
        return blocks
    source = Source(file.path, file.text)
    gutter = len(str(max(source.position(min(found.end, len(file.text)))[0] for found in findings)))
    frames = Frames(source, context.width, paint, gutter)
    parts = len({found.part for found in findings}) > 1
    path = visible(file.path)
    told: set[str] = set()
    for found in findings:
        place = f"{path}:{found.line}:{found.column}"
        block = [_head(place, found, paint)]
        block += wrap(clip(message(found, part=parts), _LONGEST_MESSAGE), context.width)
        if found.excerpt is not None:  # the file has it encoded: nothing that a reader would know again
            decoded = Source("", found.excerpt.text)
            plain = Frames(decoded, context.width, paint, gutter, numbered=False)
            block += plain.draw(found.excerpt.start, found.excerpt.end, found.severity)
        else:
            block += frames.draw(found.start, found.end, found.severity)
        block += _related(found, source, gutter, context, paint)
        block += _advice(found.rule, gutter, told, context, paint)
        blocks.append(block)
    return blocks


def _domain(domain: DomainReport, context: Context, paint: Paint) -> list[list[str]]:
    name = visible(domain.domain)
    told: set[str] = set()
    blocks = []
    for found in shown_of_domain(domain, context):
        block = [_head(name, found, paint)]
        block += wrap(clip(found.message, _LONGEST_MESSAGE), context.width)
        block += of_record(found, context.width, paint)
        block += _advice(found.rule, 1, told, context, paint)
        blocks.append(block)
    return blocks


def _head(place: str, found: Finding | DomainFinding, paint: Paint) -> str:
    head = f"{paint(place, 'bold')}  {paint(found.severity.label, found.severity)}  {visible(found.rule)}"
    fix = found.fix if isinstance(found, Finding) else None
    return f"{head}  {paint(f'fix available ({fix.safety})', 'good')}" if fix else head


def _about(file: FileReport, paint: Paint) -> list[str]:
    """The line that says how a file was read, and the notes on it."""
    words = [file.kind, *([file.dialect] if file.dialect else [])]
    words.append(f"{file.profile} (inferred)" if file.profile_inferred else file.profile)
    words += [f"touch {file.touch}"] if file.touch is not None else []
    return [f"{paint(visible(file.path), 'bold')}  {visible(', '.join(words))}", *map(visible, file.notes)]


def _related(found: Finding, source: Source, gutter: int, context: Context, paint: Paint) -> list[str]:
    lines = []
    for related in found.related[:_MOST_RELATED]:
        row, column = source.position(min(related.start, len(source.text)))
        lines += _note("at", f"{row}:{column}: {related.message}", gutter, context, paint)
    if len(found.related) > _MOST_RELATED:
        more = plural(len(found.related) - _MOST_RELATED, "more place")
        lines += _note("and", more, gutter, context, paint)
    return lines


def _advice(rule: str, gutter: int, told: set[str], context: Context, paint: Paint) -> list[str]:
    """Why the rule is there and how to mend what it flags, the first time in a group."""
    doc = context.rules.get(rule)
    if doc is None or rule in told:
        return []
    told.add(rule)
    rows = [("why:", doc.why), ("fix:", doc.fix)]
    rows += [("see:", reference) for reference in doc.references] if context.verbose > 0 else []
    return [text for label, words in rows if words.strip() for text in _note(label, words, gutter, context, paint)]


def _note(label: str, words: str, gutter: int, context: Context, paint: Paint) -> list[str]:
    head = f"{'':>{gutter}} = {label} "
    first, *rest = wrap(clip(" ".join(words.split()), _LONGEST_ADVICE), max(context.width - len(head), 24))
    return [paint(head.rstrip(), "dim") + " " + first, *(" " * len(head) + text for text in rest)]


def _inferred(report: Report, context: Context) -> str:
    """How many files had their profile inferred; said where their findings or unknowns are."""
    counts: dict[str, int] = {}
    for file in report.files:
        if file.profile_inferred and (shown(file, context) or file.unknown):
            counts[file.profile] = counts.get(file.profile, 0) + 1
    return visible(", ".join(f"{name} inferred for {plural(n, 'file')}" for name, n in counts.items()))
