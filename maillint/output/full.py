"""For people at a terminal: each finding with its place in the source, why it matters and how to mend it."""

from __future__ import annotations

from maillint.finding import DomainFinding, DomainReport, FileReport, Finding, Report
from maillint.output import Context
from maillint.output._cells import clip, visible, wrap
from maillint.output._frame import Frames, of_record
from maillint.output._paint import Paint
from maillint.output._report import message, plural, shown, shown_of_domain
from maillint.output.summary import line, passed_over_lines, unknown_lines
from maillint.text.source import Source

_LONGEST_MESSAGE = 400
_LONGEST_ADVICE = 2000
_MOST_RELATED = 5


def render(report: Report, context: Context) -> str:
    """Return the findings by file or domain, then the unknowns, then the summary line."""
    paint = Paint(context.color)
    blocks = [
        *(block for file in report.files for block in _file(file, context, paint)),
        *(block for domain in report.domains for block in _domain(domain, context, paint)),
    ]
    if inferred := _inferred(report, context):
        blocks.append([f"{paint('profile:', 'bold')} {inferred}"])
    if unknown := unknown_lines(report, context, paint):
        blocks.append(unknown)
    blocks.append([*passed_over_lines(report, context), line(report, context, paint)])
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _file(file: FileReport, context: Context, paint: Paint) -> list[list[str]]:
    findings = shown(file, context)
    blocks = [_about(file, paint)] if context.verbose > 0 else []
    if not findings:
        return blocks
    source = Source(file.path, file.text)
    gutter = len(str(max(source.position(min(finding.end, len(file.text)))[0] for finding in findings)))
    frames = Frames(source, context.width, paint, gutter)
    parts = len({finding.part for finding in findings}) > 1
    path = visible(file.path)
    explained: set[str] = set()
    for finding in findings:
        place = f"{path}:{finding.line}:{finding.column}"
        block = [_head(place, finding, paint)]
        block += wrap(clip(message(finding, part=parts), _LONGEST_MESSAGE), context.width)
        if finding.excerpt is not None:  # the file is encoded there, so that a reader would not recognise it
            decoded = Source("", finding.excerpt.text)
            plain = Frames(decoded, context.width, paint, gutter, numbered=False)
            block += plain.draw(finding.excerpt.start, finding.excerpt.end, finding.severity)
        else:
            block += frames.draw(finding.start, finding.end, finding.severity)
        block += _related(finding, source, gutter, context, paint)
        block += _advice(finding.rule, gutter, explained, context, paint)
        blocks.append(block)
    return blocks


def _domain(domain: DomainReport, context: Context, paint: Paint) -> list[list[str]]:
    name = visible(domain.domain)
    explained: set[str] = set()
    blocks = []
    for finding in shown_of_domain(domain, context):
        block = [_head(name, finding, paint)]
        block += wrap(clip(finding.message, _LONGEST_MESSAGE), context.width)
        block += of_record(finding, context.width, paint)
        block += _advice(finding.rule, 1, explained, context, paint)
        blocks.append(block)
    return blocks


def _head(place: str, finding: Finding | DomainFinding, paint: Paint) -> str:
    head = f"{paint(place, 'bold')}  {paint(finding.severity.label, finding.severity)}  {visible(finding.rule)}"
    fix = finding.fix if isinstance(finding, Finding) else None
    return f"{head}  {paint(f'fix available ({fix.safety})', 'good')}" if fix else head


def _about(file: FileReport, paint: Paint) -> list[str]:
    """A line on how a file was read, and the notes on it."""
    words = [file.kind, *([file.dialect] if file.dialect else [])]
    words.append(f"{file.profile} (inferred)" if file.profile_inferred else file.profile)
    words += [f"touch {file.touch}"] if file.touch is not None else []
    return [f"{paint(visible(file.path), 'bold')}  {visible(', '.join(words))}", *map(visible, file.notes)]


def _related(finding: Finding, source: Source, gutter: int, context: Context, paint: Paint) -> list[str]:
    lines = []
    for related in finding.related[:_MOST_RELATED]:
        row, column = source.position(min(related.start, len(source.text)))
        lines += _note("at", f"{row}:{column}: {related.message}", gutter, context, paint)
    if len(finding.related) > _MOST_RELATED:
        more = plural(len(finding.related) - _MOST_RELATED, "more place")
        lines += _note("and", more, gutter, context, paint)
    return lines


def _advice(rule: str, gutter: int, explained: set[str], context: Context, paint: Paint) -> list[str]:
    """Why the rule matters and how to mend its findings, for its first finding in a file or domain."""
    doc = context.rules.get(rule)
    if doc is None or rule in explained:
        return []
    explained.add(rule)
    rows = [("why:", doc.why), ("fix:", doc.fix)]
    rows += [("see:", reference) for reference in doc.references] if context.verbose > 0 else []
    return [text for label, words in rows if words.strip() for text in _note(label, words, gutter, context, paint)]


def _note(label: str, words: str, gutter: int, context: Context, paint: Paint) -> list[str]:
    head = f"{'':>{gutter}} = {label} "
    first, *rest = wrap(clip(" ".join(words.split()), _LONGEST_ADVICE), max(context.width - len(head), 24))
    return [paint(head.rstrip(), "dim") + " " + first, *(" " * len(head) + text for text in rest)]


def _inferred(report: Report, context: Context) -> str:
    """By inferred profile, the number of files that have it and have findings or unknowns to show."""
    counts: dict[str, int] = {}
    for file in report.files:
        if file.profile_inferred and (shown(file, context) or file.unknown):
            counts[file.profile] = counts.get(file.profile, 0) + 1
    return visible(", ".join(f"{name} inferred for {plural(n, 'file')}" for name, n in counts.items()))
