"""Counts only: how many findings each rule has, what was skipped, and the summary line of a run."""

from __future__ import annotations

from collections import Counter

from maillint.finding import NO_TEMPLATE, Report, Severity
from maillint.output import Context
from maillint.output._cells import clip, visible, width_of, wrap
from maillint.output._paint import Paint
from maillint.output._report import (
    SEVERITIES,
    Reason,
    count_groups,
    fixable,
    hidden,
    plural,
    reasons,
    shown,
    shown_of_domain,
)

_MOST_REASONS = 12


def render(report: Report, context: Context) -> str:
    """Return a line per rule, by severity and then by count, what was skipped, and the summary line."""
    paint = Paint(context.color)
    blocks = [_table(report, context, paint), skipped_lines(report, context, paint), last_lines(report, context, paint)]
    return together(blocks)


def together(blocks: list[list[str]]) -> str:
    """Return blocks of lines as a text, with a blank line between them; "" for nothing."""
    text = "\n\n".join("\n".join(block) for block in blocks if block)
    return text + "\n" if text else ""


def _table(report: Report, context: Context, paint: Paint) -> list[str]:
    counts = count_rules(report, context)
    if not counts:
        return []
    digits = len(str(max(counts.values())))
    words = max(len(severity.label) for severity, _ in counts)
    names = max(width_of(visible(rule)) for _, rule in counts)
    room = max(context.width - digits - words - names - 6, 24)
    lines = []
    for (severity, rule), count in sorted(counts.items(), key=lambda row: (-row[0][0], -row[1], row[0][1])):
        doc = context.rules.get(rule)
        name = visible(rule)
        text = clip(" ".join(doc.summary.split()), room) if doc else ""
        label = paint(f"{severity.label:<{words}}", severity)
        lines.append(f"{count:>{digits}}  {label}  {name}{' ' * (names - width_of(name))}  {text}".rstrip())
    return lines


def count_rules(report: Report, context: Context) -> Counter[tuple[Severity, str]]:
    """Return how many findings that the context does not hide each rule has, by severity and rule."""
    hits = [(finding.severity, finding.rule) for file in report.files for finding in shown(file, context)]
    hits += [
        (finding.severity, finding.rule) for domain in report.domains for finding in shown_of_domain(domain, context)
    ]
    return Counter(hits)


def line(report: Report, context: Context, paint: Paint) -> str:
    """Return the summary of a run on one line: ``3 errors, 1 warning in 2 of 4 files; 1 fixable with --fix``."""
    return "; ".join(text for text, _ in _summary(report, context, paint))


def last_lines(report: Report, context: Context, paint: Paint) -> list[str]:
    """Return what ends the output for a terminal: files passed over, and the summary, as wide as the terminal.

    There is none where the context is quiet.
    """
    if context.verbose < 0:
        return []
    lines: list[str] = []
    used = 0
    for text, width in _summary(report, context, paint):
        if lines and used + 2 + width < context.width:
            lines[-1] += f"; {text}"
            used += 2 + width
        else:
            lines = [*lines[:-1], lines[-1] + ";"] if lines else lines
            lines.append(f"  {text}" if lines else text)
            used = width + 2 * (len(lines) > 1)
    return [*passed_over_lines(report, context), *lines]


def _summary(report: Report, context: Context, paint: Paint) -> list[tuple[str, int]]:
    """The pieces of the summary, each with its width: the counts, then what is to be said of them.

    Findings that the context hides are counted, and the last piece is the number of them.
    """
    counts = [(plural(count, severity.label), severity) for severity in SEVERITIES if (count := report.count(severity))]
    if counts:
        where = f" in {_where(report)}"
        plain = ", ".join(words for words, _ in counts) + where
        pieces = [(", ".join(paint(words, severity) for words, severity in counts) + where, len(plain))]
    elif report.files or report.domains:
        groups = count_groups(len(report.files), len(report.domains))
        text = f"no findings in {groups}" if report.unknown else f"{groups} {paint('clean', 'good')}"
        pieces = [(text, len(groups) + len("no findings in "))]
    else:
        pieces = [("nothing checked", 15)]
    rest = [_fixable(report), _left_out(report), _skipped(report, context)]
    unseen = hidden(report, context)
    rest.append(f"{unseen} below {context.min_severity.label} not shown" if unseen else "")
    return [*pieces, *((text, len(text)) for text in rest if text)]


def _where(report: Report) -> str:
    files = sum(bool(file.findings) for file in report.files)
    domains = sum(bool(domain.findings) for domain in report.domains)
    places = []
    for hit, whole, noun in ((files, len(report.files), "file"), (domains, len(report.domains), "domain")):
        if hit:
            places.append(plural(whole, noun) if hit == whole else f"{hit} of {plural(whole, noun)}")
    return " and ".join(places)


def _fixable(report: Report) -> str:
    safe, unsafe = fixable(report)
    if safe and unsafe:
        return f"{safe} fixable with --fix ({unsafe} more with --unsafe-fixes)"
    return f"{safe} fixable with --fix" if safe else f"{unsafe} fixable with --fix --unsafe-fixes" if unsafe else ""


def _left_out(report: Report) -> str:
    known = sum(file.known for file in report.files) + sum(domain.known for domain in report.domains)
    suppressed = sum(file.suppressed for file in report.files)
    words = [f"{known} known in the baseline"] if known else []
    words += [f"{suppressed} suppressed"] if suppressed else []
    return ", ".join(words)


def _skipped(report: Report, context: Context) -> str:
    whole = reasons(report)
    if not whole:
        return ""
    rules = {name for reason in whole for name in reason.rules}
    text = f"{plural(len(rules), 'rule')} skipped"
    unsaid = 0 if context.verbose > 0 else sum(not reason.is_offer for reason in whole)
    if unsaid == len(whole):
        return f"{text} (-v says why)"
    text += f" for {len(whole)} reasons" if len(whole) > 1 else ""
    return f"{text} (-v: {unsaid} more)" if unsaid else text


def passed_over_lines(report: Report, context: Context) -> list[str]:
    """Return a line on the files that were passed over, after one for each where the context is verbose."""
    if not report.passed_over or context.verbose < 0:
        return []
    programs = sum(file.reason == NO_TEMPLATE for file in report.passed_over)
    pages = len(report.passed_over) - programs
    counts = [plural(pages, "web page")] if pages else []
    counts += [plural(programs, "program")] if programs else []
    each = report.passed_over if context.verbose > 0 else ()
    return [
        *(f"{visible(file.path)}: passed over: {visible(file.reason)}" for file in each),
        f"{' and '.join(counts)} passed over; name a file or set include: to lint it",
    ]


def skipped_lines(report: Report, context: Context, paint: Paint) -> list[str]:
    """Return for each reason why rules were skipped, and that somebody can do something about, what to do.

    Where the context is verbose, all reasons and all rules are named; where it is quiet, there are no lines.
    """
    if context.verbose < 0:
        return []
    whole = [reason for reason in reasons(report) if reason.is_offer or context.verbose > 0]
    most = len(whole) if context.verbose > 0 else _MOST_REASONS
    lines = [text for reason in whole[:most] for text in _skip(reason, context, paint)]
    if len(whole) > most:
        lines.append(f"{paint('skipped:', 'bold')} {plural(len(whole) - most, 'other reason')} (-v)")
    return lines


def _skip(reason: Reason, context: Context, paint: Paint) -> list[str]:
    places = (*reason.files, *reason.domains)
    where = places[0] if len(places) == 1 else count_groups(len(reason.files), len(reason.domains))
    rules = reason.rules[0] if len(reason.rules) == 1 else plural(len(reason.rules), "rule")
    text = f"{rules} in {where}: {reason.words}"
    if context.verbose > 0 and len(reason.rules) > 1:
        text += f" ({', '.join(reason.rules)})"
    label = "skipped: "
    body = wrap(text, max(context.width - len(label), 24))
    return [paint(label, "bold") + body[0], *(" " * len(label) + more for more in body[1:])]
