"""A comment for a pull request: a table of the findings, and the rest in blocks that open on a click.

Text of the input is put in ``<code>``, with its punctuation as character references: there GitHub and GitLab
read no Markdown, and make no links, mentions, references or emoji of it.
"""

from __future__ import annotations

import re

from maillint.finding import DomainFinding, Finding, Report
from maillint.output import Context
from maillint.output._cells import clip, visible
from maillint.output._paint import Paint
from maillint.output._report import message, places, plural, reasons, shown, shown_of_domain
from maillint.output.summary import line, passed_over_lines
from maillint.patterns import regex
from maillint.values import replace

_ROOM = 60_000
"""The most characters of the output; a comment on GitHub holds 65 536."""
_LONGEST = 300
"""The most cells of a text in the table."""
_ACTIVE = regex(r"[&<>\"|\\`*_\[\]~$:@#!{}]|(?<=www)\.")
_MENTION = "&#64;<!-- -->"
_WEB = regex(r"https?://[^\s/]", re.IGNORECASE)
_UNSAFE = regex(r"[^!-;=?-Z^_`a-z{|}~]")
"""What no address may hold as it is: white space, controls, brackets, backslashes, and what is not ASCII."""
_MARKUP = regex(r"[\\`*_{}\[\]<>#|~$&:]")


def render(report: Report, context: Context) -> str:
    """Return Markdown as GitHub and GitLab read it; findings that do not fit in a comment are counted."""
    title = f"### maillint: {line(report, context, Paint())}"
    passed_over = passed_over_lines(report, replace(context, verbose=0))
    details = [*_rules(report, context), *_unknown(report), passed_over]
    return "\n\n".join(["\n".join(part) for part in ([title], _table(report, context), *details) if part]) + "\n"


def escape(words: str) -> str:
    """Return plain text as Markdown that shows it unchanged."""
    escaped = _MARKUP.sub(lambda match: "\\" + match[0], visible(words))
    return escaped.replace("@", _MENTION)


def _table(report: Report, context: Context) -> list[str]:
    rows = [
        *(
            _row(f"{file.path}:{finding.line}:{finding.column}", finding, _words(finding))
            for file in report.files
            for finding in shown(file, context)
        ),
        *(
            _row(domain.domain, finding, finding.message)
            for domain in report.domains
            for finding in shown_of_domain(domain, context)
        ),
    ]
    if not rows:
        return []
    return ["| | where | what | rule |", "|---|---|---|---|", *_fitting(rows)]


def _words(finding: Finding) -> str:
    also = places(finding, _LONGEST // 2)
    return clip(message(finding), _LONGEST - len(also) - 3) + f" ({also})" if also else message(finding)


def _row(place: str, finding: Finding | DomainFinding, words: str) -> str:
    return f"| {finding.severity.label} | {_code(place)} | {_code(words)} | {_code(finding.rule)} |"


def _fitting(rows: list[str]) -> list[str]:
    room = _ROOM * 2 // 3
    for index, row in enumerate(rows):
        room -= len(row) + 1
        if room < 0:
            return [*rows[:index], f"| | | {plural(len(rows) - index, 'more finding')} | |"]
    return rows


def _rules(report: Report, context: Context) -> list[list[str]]:
    names = {
        *(finding.rule for file in report.files for finding in shown(file, context)),
        *(finding.rule for domain in report.domains for finding in shown_of_domain(domain, context)),
    }
    items = []
    for name in sorted(names):
        doc = context.rules.get(name)
        if doc:
            words = " ".join(f"{doc.why} {doc.fix}".split())
            links = "".join(f" {_link(number, url)}" for number, url in enumerate(doc.references, 1))
            items.append(f"- {_code(name)}: {escape(words)}{links}")
    return _folded("Why, and how to fix it", items)


def _unknown(report: Report) -> list[list[str]]:
    items = [
        f"- {_code(reason.words)}: "
        f"{', '.join(map(_code, reason.rules))} in {', '.join(map(_code, (*reason.files, *reason.domains)))}"
        for reason in reasons(report)
    ]
    return _folded(f"Skipped: {plural(len(items), 'reason')}", items)


def _folded(title: str, items: list[str]) -> list[list[str]]:
    """The lines of a block that opens on a click; Markdown in it needs the blank lines."""
    if not items:
        return []
    room = _ROOM // 6
    fitting: list[str] = []
    for item in items:
        room -= len(item) + 1
        if room < 0:
            fitting.append(f"- {plural(len(items) - len(fitting), 'more')}")
            break
        fitting.append(item)
    return [["<details>", f"<summary>{title}</summary>", "", *fitting, "", "</details>"]]


def _code(text: str) -> str:
    return f"<code>{_ACTIVE.sub(_reference, clip(text, _LONGEST))}</code>"


def _reference(match: re.Match[str]) -> str:
    # Renderers look for mail addresses after decoding references, but not across a comment.
    return _MENTION if match[0] == "@" else f"&#{ord(match[0])};"


def _link(number: int, url: str) -> str:
    """A numbered link to a page of the web; anything else is shown as it is written."""
    if not _WEB.match(url):
        return _code(url)
    address = _UNSAFE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace")), url)
    return f"[{number}](<{address}>)"
