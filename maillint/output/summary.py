"""Counts only: how many findings each rule has, what is unknown, and the summary line of a run."""

from __future__ import annotations

from collections import Counter

from maillint.finding import NO_TEMPLATE, SKIPPED, Report
from maillint.output import Context
from maillint.output._cells import clip, visible, width_of, wrap
from maillint.output._paint import Paint
from maillint.output._report import SEVERITIES, Reason, count_groups, hidden, plural, reasons, shown, shown_of_domain

_MOST_REASONS = 12


def render(report: Report, context: Context) -> str:
    """Return a line per rule, by severity and then by count, the unknowns, and the summary line."""
    paint = Paint(context.color)
    last = [*passed_over_lines(report, context), line(report, context, paint)]
    blocks = [_table(report, context, paint), unknown_lines(report, context, paint), last]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _table(report: Report, context: Context, paint: Paint) -> list[str]:
    hits = [(finding.severity, finding.rule) for file in report.files for finding in shown(file, context)]
    hits += [
        (finding.severity, finding.rule) for domain in report.domains for finding in shown_of_domain(domain, context)
    ]
    counts = Counter(hits)
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


def line(report: Report, context: Context, paint: Paint) -> str:
    """Return the summary line of a run: ``3 errors, 1 warning in 2 of 4 files; 6 unknown``.

    Findings that the context hides are counted, and the line ends with the number of them.
    """
    counts = [(severity, report.count(severity)) for severity in SEVERITIES]
    shown_counts = [paint(plural(count, severity.label), severity) for severity, count in counts if count]
    if shown_counts:
        text = f"{', '.join(shown_counts)} in {_where(report)}"
    elif report.files or report.domains:
        groups = count_groups(len(report.files), len(report.domains))
        text = f"no findings in {groups}" if report.unknown else f"{groups} {paint('clean', 'good')}"
    else:
        text = "nothing checked"
    if report.unknown:
        text += f"; {report.unknown} unknown"
    unseen = hidden(report, context)
    return text + (f"; {unseen} below {context.min_severity.label} not shown" if unseen else "")


def _where(report: Report) -> str:
    files = sum(bool(file.findings) for file in report.files)
    domains = sum(bool(domain.findings) for domain in report.domains)
    places = []
    for hit, whole, noun in ((files, len(report.files), "file"), (domains, len(report.domains), "domain")):
        if hit:
            places.append(plural(whole, noun) if hit == whole else f"{hit} of {plural(whole, noun)}")
    return " and ".join(places)


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


def unknown_lines(report: Report, context: Context, paint: Paint) -> list[str]:
    """Return a line for each reason why something is unknown, with the names of rules as far as they fit.

    Where the context is verbose all reasons and all rules are named, on as many lines as that takes.
    """
    whole = reasons(report)
    most = len(whole) if context.verbose > 0 else _MOST_REASONS
    lines = [text for reason in whole[:most] for text in _unknown(reason, context, paint)]
    if len(whole) > most:
        lines.append(f"{paint('unknown:', 'bold')} {plural(len(whole) - most, 'other reason')}")
    return lines


def _unknown(reason: Reason, context: Context, paint: Paint) -> list[str]:
    places = (*reason.files, *reason.domains)
    where = places[0] if len(places) == 1 else count_groups(len(reason.files), len(reason.domains))
    rules = "" if len(reason.rules) == 1 else plural(len(reason.rules), "rule") + " "
    head = f"{reason.text.removeprefix(SKIPPED)} ({rules}in {where}: "
    label = SKIPPED if reason.text.startswith(SKIPPED) else "unknown: "
    if context.verbose > 0:
        body = wrap(f"{head}{', '.join(reason.rules)})", max(context.width - len(label), 40))
        return [paint(label, "bold") + body[0], *(" " * len(label) + text for text in body[1:])]
    room = context.width - len(label) - width_of(head) - 1
    return [paint(label, "bold") + head + _some(reason.rules, room) + ")"]


def _some(names: tuple[str, ...], room: int) -> str:
    """As many names as fit into ``room`` cells, and at least one."""
    text = names[0]
    for index, name in enumerate(names[1:], 1):
        tail = 0 if index == len(names) - 1 else 3
        if len(text) + 2 + len(name) + tail > room:
            return text + ", …"
        text += ", " + name
    return text
