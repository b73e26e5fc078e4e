"""Reports to render, built from texts in which ``«»`` mark the span of a finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from maillint.catalogue.examples import unmark
from maillint.finding import (
    NO_TEMPLATE,
    DomainFinding,
    DomainReport,
    Edit,
    Failure,
    FileReport,
    Finding,
    Fix,
    PassedOver,
    Related,
    Report,
    Severity,
    Unknown,
)
from maillint.output import Context
from maillint.text.source import Source
from maillint.values import replace


@dataclass(frozen=True, slots=True)
class Doc:
    """A rule's texts."""

    name: str
    summary: str
    why: str
    fix: str
    references: tuple[str, ...] = ()
    basis: str = ""
    score: str = ""


RULES = {
    doc.name: doc
    for doc in (
        Doc(
            "links/text-mismatch",
            "visible link text names another site than the link opens",
            "Filters treat a link that shows one site and opens another as phishing, and readers do not "
            "click it twice.\n",
            "Show the site that the link opens, or words instead of an address.",
            ("https://www.rfc-editor.org/rfc/rfc3986",),
            "filter",
            "Rspamd HTTP_TO_HTTPS, 0.5",
        ),
        Doc(
            "content/subject-fake-reply",
            "a reply prefix on a message that answers nothing",
            "Gmail's sender guidelines forbid it.",
            "Drop the prefix.",
            basis="requirement",
        ),
        Doc(
            "markup/unclosed-tag",
            "an element that is never closed",
            "Clients close it where they like.",
            "Close it.",
        ),
        Doc(
            "auth/spf-lookups",
            "SPF needs more than ten DNS lookups",
            "Receivers stop at the tenth and treat the record as broken.",
            "Drop or flatten includes.",
            ("https://www.rfc-editor.org/rfc/rfc7208#section-4.6.4",),
        ),
    )
}

NO_HEADERS = ("no headers are given", 'write "headers:" in maillint.yaml')

PLAIN = Context(rules=RULES, version="0.1.0")


def found(
    marked: str, rule: str = "links/text-mismatch", message: str = "a message", path: str = "a.html", **more: Any
) -> FileReport:
    """Return the report of a file with one finding, at the ``«»`` of the text."""
    text, [(start, end)] = unmark(marked)
    return on(text, path, finding(text, start, end, rule, message, path, **more))


def finding(
    text: str, start: int, end: int, rule: str, message: str = "a message", path: str = "a.html", **more: Any
) -> Finding:
    """Return a finding with the positions that its offsets have."""
    source = Source(path, text)
    (line, column), (end_line, end_column) = source.position(start), source.position(end)
    severity = Severity.parse(str(more.pop("severity", "error"))) or Severity.INFO
    whole = Finding(rule, severity, message, path, start, end, line, column, end_line, end_column)
    return replace(whole, **more)


def on(text: str, path: str, *findings: Finding, unknown: tuple[Unknown, ...] = ()) -> FileReport:
    """Return the report of a file."""
    return FileReport(path, path.rpartition(".")[2], None, "cold", False, None, findings, unknown, text)


COLD = """<!doctype html>
<html lang="en">
<body>
  <p>Hello {{ first_name }},</p>
  <p>
    See <a href="https://trk.example.net/c/1">https://acme.example</a>
    or  <a href="https://trk.example.net/c/2">https://acme.example/pricing</a>.
  </p>
  <table>
    <tr><td>Offer</td></tr>
    <tr><td>Price
</body>
</html>
"""


def cold(path: str = "examples/cold-1.html") -> FileReport:
    """Return a report with most of what a finding can have."""
    first, second = COLD.index("https://acme.example<"), COLD.index("https://acme.example/pricing")
    table = COLD.index("<table>")
    return FileReport(
        path,
        "html",
        "jinja",
        "cold",
        True,
        1,
        (
            finding(
                COLD,
                table,
                COLD.index("</body>"),
                "markup/unclosed-tag",
                "<table> is never closed",
                path,
                severity="warning",
                view='when plan == "pro"',
                related=(Related(COLD.index("<tr><td>Price"), COLD.index("Price"), "this row neither"),),
            ),
            finding(
                COLD,
                first,
                first + 20,
                "links/text-mismatch",
                "link reads acme.example but opens trk.example.net",
                path,
                evidence={"shown": "acme.example", "actual": "trk.example.net"},
                fix=Fix((Edit(first, first + 20, "our site"),), safe=False),
            ),
            finding(
                COLD,
                second,
                second + 28,
                "links/text-mismatch",
                "link reads acme.example but opens trk.example.net",
                path,
                view="in Outlook",
                evidence={"shown": "acme.example", "actual": "trk.example.net"},
            ),
            finding(
                COLD, 0, 0, "content/first-touch-length", "164 words; a first touch has 150", path, severity="info"
            ),
        ),
        (
            Unknown("headers/list-unsubscribe-missing", *NO_HEADERS),
            Unknown("headers/from-missing", *NO_HEADERS),
        ),
        COLD,
        ("cold because it is touch 1",),
    )


def domain() -> DomainReport:
    """Return a domain's report."""
    record = "v=spf1 include:_spf.a.example include:_spf.b.example -all"
    check = {"ip": "192.0.2.1", "mail_from": "a@acme.example", "helo": "mx.acme.example", "result": "pass"}
    return DomainReport(
        "acme.example",
        (
            DomainFinding("auth/mta-sts", Severity.INFO, "no MTA-STS policy is published"),
            DomainFinding(
                "auth/spf-lookups",
                Severity.ERROR,
                "SPF needs 11 DNS lookups; receivers allow 10",
                record,
                7,
                29,
                {"count": 11, "limit": 10},
            ),
            DomainFinding("auth/spf-all", Severity.WARNING, "the record ends with -all", record),
        ),
        (Unknown("auth/dkim-missing", "no selector known"),),
        {"spf": {"lookups": 11, "void_lookups": 0, "check_host": [check]}},
    )


CLEAN = Report((on("<p>fine</p>\n", "a.html"), on("<p>fine</p>\n", "b.html")))

PASSED_OVER = replace(
    CLEAN,
    passed_over=(
        PassedOver("site/base.html", "a web page (scripts, navigation)"),
        PassedOver("site/card.html", "a web page, as what lies beside it"),
        PassedOver("site/index.php", NO_TEMPLATE),
    ),
)

RUN = Report(
    (
        cold(),
        found(
            "Subject: «Re: »your numbers\n\nHi\n",
            "content/subject-fake-reply",
            "“Re:” on a first message",
            "mail/näher.eml",
        ),
        on("<p>fine</p>\n", "fine.html", unknown=(Unknown("headers/from-missing", *NO_HEADERS),)),
    ),
    failures=(Failure("big.bin", "binary data (it has NUL bytes), not text"),),
)

DOMAIN = Report(domains=(domain(),))

EVIL = "\x1b[31m\x9b2J\x07\r\n\u202e\u2066\u200b\u2028\x7f\udc9b\U000e0041::error::]]>--><b>&|`@all %0A {{0}} [a](b)"
"""What must not act, in any field of a report."""

HOSTILE = Report(
    (
        FileReport(
            f"a{EVIL}.html",
            "html",
            EVIL,
            EVIL,
            True,
            None,
            (
                finding(
                    EVIL * 3,
                    len(EVIL),
                    2 * len(EVIL),
                    f"x/{EVIL}",
                    EVIL,
                    f"a{EVIL}.html",
                    part=EVIL,
                    view=EVIL,
                    evidence={"url": EVIL, EVIL: [EVIL]},
                    fix=Fix((Edit(0, 1, EVIL),), safe=True),
                    related=(Related(2, 4, EVIL),),
                ),
            ),
            (Unknown(f"y/{EVIL}", EVIL),),
            EVIL * 3,
            (EVIL,),
        ),
    ),
    (
        DomainReport(
            EVIL,
            (DomainFinding(f"x/{EVIL}", Severity.ERROR, EVIL, EVIL, 3, 5, {EVIL: EVIL}),),
            (Unknown(f"y/{EVIL}", EVIL),),
            {"spf": {EVIL: EVIL}},
        ),
    ),
    (Failure(EVIL, EVIL),),
)
