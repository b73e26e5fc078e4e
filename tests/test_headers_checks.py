"""Checks of header fields: unsubscribing, one click, the sender, what is missing or doubled."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest

from maillint.catalogue.load import shipped
from maillint.engine.lint import lint
from maillint.engine.run import KIND_NOT_DECLARED
from maillint.finding import Edit, FileReport, Severity
from tests.linting import active, message_of

HTTPS = "<https://acme.example/u/9f2c41d7>"
MAILTO = "<mailto:leave@acme.example>"


def report(name: str, text: str, kind: str = "eml", profile: str | None = "newsletter", **setting: Any) -> FileReport:
    """What one shipped rule says of one file."""
    return lint(message_of(text, kind, profile=profile, **setting), [active(f"headers/{name}")])[0]


def marked(name: str, text: str, **setting: Any) -> list[str]:
    """The pieces of the text that a rule's findings point at."""
    places = [place for found in report(name, text, **setting).findings for place in found.at_each_place()]
    return [text[place.start : place.end] for place in places]


def mended(name: str, text: str, *, safe: bool = True) -> str | None:
    """The text with all fixes applied; None if a finding has none, or one of another safety."""
    edits: list[Edit] = []
    for found in report(name, text).findings:
        if found.fix is None or found.fix.safe is not safe:
            return None
        edits.extend(found.fix.edits)
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def message(*fields: str) -> str:
    return "\n".join([*fields, "", "Hello"])


def unsubscribe(value: str) -> str:
    return message(f"List-Unsubscribe: {value}")


def front(*headers: str) -> str:
    return "\n".join(["---", "headers:", *(f"  {header}" for header in headers), "---", "<p>Hello</p>"])


# -- what is missing ----------------------------------------------------------------------------------

MISSING = ["list-unsubscribe-missing", "from-missing", "date-missing", "message-id-missing"]


@pytest.mark.parametrize("rule", MISSING)
def test_what_a_finished_message_lacks_is_reported_at_its_start(rule: str) -> None:
    text = "Subject: hello\r\n\r\nHello"
    (found,) = report(rule, text).findings
    assert (found.start, found.end) == (text.index("Hello"), text.index("Hello"))


def test_a_missing_field_is_reported_at_the_sender_where_there_is_one() -> None:
    text = message("Subject: hello", "From: Ann <ann@acme.example>")
    (found,) = report("list-unsubscribe-missing", text).findings
    assert (found.line, found.column, found.end_line, found.end_column) == (2, 7, 2, 7)


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ("list-unsubscribe-missing", f"list-unsubscribe: {HTTPS}"),
        ("from-missing", "FROM: ann@acme.example"),
        ("date-missing", "Date: Mon, 5 Oct 2026 09:00:00 +0200"),
        ("message-id-missing", "Message-Id: <1@acme.example>"),
    ],
)
def test_names_of_fields_have_no_case(rule: str, field: str) -> None:
    assert report(rule, message(field)).findings == ()


@pytest.mark.parametrize(
    ("profile", "severity", "reason"),
    [
        ("cold", Severity.WARNING, None),
        ("newsletter", Severity.ERROR, None),
        ("transactional", None, None),
        ("general", None, KIND_NOT_DECLARED.reason),
    ],
)
@pytest.mark.parametrize(
    ("rule", "text"),
    [("list-unsubscribe-missing", message("From: a@acme.example")), ("one-click-missing", unsubscribe(HTTPS))],
)
def test_which_mail_needs_list_unsubscribe(
    rule: str, text: str, profile: str, severity: Severity | None, reason: str | None
) -> None:
    result = report(rule, text, profile=profile)
    assert [found.severity for found in result.findings] == ([severity] if severity else [])
    assert [unknown.reason for unknown in result.unknown] == ([reason] if reason else [])


UNKNOWN = [
    "list-unsubscribe-missing",
    "list-unsubscribe-syntax",
    "list-unsubscribe-no-https",
    "list-unsubscribe-no-mailto",
    "list-unsubscribe-wrapped",
    "list-unsubscribe-token",
    "one-click-missing",
    "one-click-value",
    "one-click-orphan",
    "from-missing",
    "from-multiple",
    "from-invalid",
]


@pytest.mark.parametrize("rule", UNKNOWN)
def test_a_template_that_states_no_headers_is_unknown(rule: str) -> None:
    result = report(rule, "---\nsubject: Hello\n---\n<p>Hello</p>", kind="html")
    assert result.findings == ()
    assert [unknown.reason for unknown in result.unknown] == ["no headers are given"]


@pytest.mark.parametrize("rule", ["date-missing", "message-id-missing", "bcc-present", "duplicate-header"])
def test_a_template_need_not_have_what_only_a_finished_message_has(rule: str) -> None:
    for text in ("<p>Hello</p>", front("X-A: b", "Bcc: jane@client.example")):
        result = report(rule, text, kind="html")
        assert (result.findings, result.unknown) == ((), ())


def test_headers_in_the_configuration_are_the_whole_list() -> None:
    result = report("list-unsubscribe-missing", "<p>Hello</p>", kind="html", headers=(("List-Id", "<a.example>"),))
    assert len(result.findings) == 1
    stated = (("List-Unsubscribe", HTTPS), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    for rule in ("list-unsubscribe-missing", "one-click-missing", "one-click-value", "list-unsubscribe-syntax"):
        result = report(rule, "<p>Hello</p>", kind="html", headers=stated)
        assert (result.findings, result.unknown) == ((), ())


def test_a_fault_in_the_configuration_has_no_place_and_no_fix() -> None:
    (found,) = report(
        "list-unsubscribe-syntax", "<p>Hi</p>", kind="html", headers=(("List-Unsubscribe", "none"),)
    ).findings
    assert (found.start, found.end, found.fix) == (0, 0, None)


# -- List-Unsubscribe: how it is written --------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        HTTPS,
        f"{HTTPS},{MAILTO}",
        f"{HTTPS} , {MAILTO}",
        f"{HTTPS},\n\t{MAILTO}",
        f"\n {HTTPS}",
        f"(comment) {HTTPS} (a (nested) comment, <with> \\) brackets)",
        "<HTTPS://ACME.EXAMPLE/U/1>, <MailTo:leave@acme.example>",
        "<https://acme.example/a;b=1,2?c='d'&e=(f)>",
        "<https://[2001:db8::1]/u/1>",
        "<https://192.0.2.1/u/1>",
        "<https://acme.example:8443/u/1>",
        "<mailto:leave@acme.example?subject=leave%20me&body=a;b>",
        "<mailto:leave%40acme.example>",
        "<ftp://ftp.acme.example/leave.txt>",
        f"{HTTPS},",
    ],
)
def test_what_rfc_2369_allows(value: str) -> None:
    assert report("list-unsubscribe-syntax", unsubscribe(value)).findings == ()


@pytest.mark.parametrize(
    ("value", "piece", "fixed"),
    [
        ("https://acme.example/u/1", "https://acme.example/u/1", "<https://acme.example/u/1>"),
        ("mailto:leave@acme.example", "mailto:leave@acme.example", "<mailto:leave@acme.example>"),
        ("leave@acme.example", "leave@acme.example", "<mailto:leave@acme.example>"),
        ("https://acme.example/u/1>", "https://acme.example/u/1", "<https://acme.example/u/1>"),
        (f"{HTTPS}; {MAILTO}", ";", f"{HTTPS}, {MAILTO}"),
        (f"{HTTPS};", ";", HTTPS),
        (f"{HTTPS} {MAILTO}", MAILTO, f"{HTTPS}, {MAILTO}"),
        (f"{HTTPS}{MAILTO}", MAILTO, f"{HTTPS},{MAILTO}"),
        (f"<{HTTPS}>", f"<{HTTPS}>", HTTPS),
        (f"{HTTPS}>", f"{HTTPS}>", HTTPS),
        ("<https://acme.example/u/1", "<https://acme.example/u/1", "<https://acme.example/u/1>"),
        (f"<https://acme.example/u/1, {MAILTO}", "<https://acme.example/u/1", f"<https://acme.example/u/1>, {MAILTO}"),
        ("<leave@acme.example>", "leave@acme.example", "<mailto:leave@acme.example>"),
        (f'"{HTTPS}"', '"', HTTPS),
        ("<https://acme.example/u\r\n /1>", "\r\n ", "<https://acme.example/u/1>"),
        ("<https://acme.example/u \r\n\t/1>", " \r\n\t", "<https://acme.example/u/1>"),
        ("< https://acme.example/u/1 >", " ", "<https://acme.example/u/1>"),
        (
            "<https://acme.example/u/1;mailto:leave@acme.example>",
            "<https://acme.example/u/1;mailto:leave@acme.example>",
            "<https://acme.example/u/1>, <mailto:leave@acme.example>",
        ),
    ],
)
def test_a_certain_fault_is_mended_safely_and_for_good(value: str, piece: str, fixed: str) -> None:
    text = unsubscribe(value)
    assert marked("list-unsubscribe-syntax", text) == [piece]
    assert mended("list-unsubscribe-syntax", text) == unsubscribe(fixed)
    assert report("list-unsubscribe-syntax", unsubscribe(fixed)).findings == ()


@pytest.mark.parametrize(
    ("value", "pieces"),
    [
        ("", [""]),
        ("<>", ["<>"]),
        ("< >", ["< >"]),
        ("Click here", ["Click here"]),
        (f"Leave: {HTTPS} now", ["Leave:", "now"]),
        ("<acme.example/u/1>", ["acme.example/u/1"]),
        ("<click here>", ["click here"]),
        ("https://acme.example/a,b", ["https://acme.example/a", "b"]),
        ("<https:///u/1>", ["https:///u/1"]),
        ("<http://localhost/u/1>", ["http://localhost/u/1"]),
        ("<https://LOCALHOST:3000/u/1>", ["https://LOCALHOST:3000/u/1"]),
        ("<https://127.0.0.1/u/1>", ["https://127.0.0.1/u/1"]),
        ("<https://192.168.1.4/u/1>", ["https://192.168.1.4/u/1"]),
        ("<https://mailer.local/u/1>", ["https://mailer.local/u/1"]),
        ("<https://mailer/u/1>", ["https://mailer/u/1"]),
        ("<mailto:leave@localhost>", ["mailto:leave@localhost"]),
        ("<mailto:leave>", ["mailto:leave"]),
        ("=?utf-8?q?=3Chttps=3A//acme=2Eexample/u/1=3E?=", ["=?utf-8?q?=3Chttps=3A//acme=2Eexample/u/1=3E?="]),
    ],
)
def test_a_fault_that_only_its_author_can_mend(value: str, pieces: list[str]) -> None:
    text = unsubscribe(value)
    assert marked("list-unsubscribe-syntax", text) == pieces
    assert all(found.fix is None for found in report("list-unsubscribe-syntax", text).findings)


def test_white_space_that_may_be_meant_is_mended_on_request() -> None:
    text = unsubscribe("<mailto:leave@acme.example?subject=please stop>")
    assert mended("list-unsubscribe-syntax", text) is None
    fixed = unsubscribe("<mailto:leave@acme.example?subject=please%20stop>")
    assert mended("list-unsubscribe-syntax", text, safe=False) == fixed


def test_two_fields_are_reported_at_the_second() -> None:
    text = message(f"List-Unsubscribe: {HTTPS}", f"LIST-UNSUBSCRIBE: {MAILTO}")
    assert marked("list-unsubscribe-syntax", text) == [MAILTO]


@pytest.mark.parametrize(
    ("value", "findings", "unknown"),
    [
        ("<https://acme.example/u/{{ recipient token }}>", 0, 0),
        ("<{{ unsubscribe_url }}>", 0, 0),
        ("<https://{{ host }}/u/1>, <mailto:leave@{{ domain }}>", 0, 0),
        ("<mailto:{{ address }}>", 0, 0),
        ("{{ unsubscribe_header }}", 0, 1),
        ("https://acme.example/u/{{ token }}", 1, 0),
        ("<https://acme.example/{% if a %}x{% else %}y{% endif %}/{{ token }}>", 0, 0),
        ("{% if a %}<https://acme.example/u/1>{% else %}https://acme.example/u/1{% endif %}", 1, 0),
        ("<https://acme.example/u/ {{ token }}>", 1, 0),
    ],
)
def test_tags_in_the_field_of_a_template(value: str, findings: int, unknown: int) -> None:
    result = report("list-unsubscribe-syntax", "<p>Hello</p>", kind="html", headers=(("List-Unsubscribe", value),))
    assert (len(result.findings), len(result.unknown)) == (findings, unknown)


def test_a_fault_in_front_matter_is_mended_there() -> None:
    text = front("List-Unsubscribe: https://acme.example/u/1", "X-A: b")
    (found,) = report("list-unsubscribe-syntax", text, kind="html").findings
    assert found.fix is not None
    assert [edit.text for edit in found.fix.edits] == ["<", ">"]
    assert text[found.fix.edits[0].start : found.fix.edits[1].start] == "https://acme.example/u/1"


# -- List-Unsubscribe: where it leads -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "https", "mailto"),
    [
        (f"{HTTPS}, {MAILTO}", False, False),
        (HTTPS, False, True),
        (MAILTO, True, False),
        ("<HTTPS://acme.example/u/1>, <MAILTO:leave@acme.example>", False, False),
        ("<http://acme.example/u/1>", True, True),
        ("https://acme.example/u/1", False, True),
        ("<acme.example>", False, False),
        ("", False, False),
    ],
    ids=str,
)
def test_schemes_that_lack(value: str, https: bool, mailto: bool) -> None:
    text = unsubscribe(value)
    assert marked("list-unsubscribe-no-https", text) == ([value] if https else [])
    assert marked("list-unsubscribe-no-mailto", text) == ([value] if mailto else [])


def test_a_tag_may_print_any_scheme() -> None:
    for rule in ("list-unsubscribe-no-https", "list-unsubscribe-no-mailto"):
        result = report(rule, "<p>Hi</p>", kind="html", headers=(("List-Unsubscribe", "<{{ unsubscribe_url }}>"),))
        assert result.findings == ()
        assert [unknown.reason for unknown in result.unknown] == ["a template tag prints List-Unsubscribe"]


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("https://acme.example/unsubscribe", "is the same for every recipient"),
        ("https://acme.example/", "is the same for every recipient"),
        ("https://acme.example/news-letter/leave.php", "is the same for every recipient"),
        ("https://acme.example/unsubscribe/9f2c", None),
        ("https://acme.example/unsubscribe/dGhhdElzQVRva2Vu", None),
        ("https://acme.example/unsubscribe/QwXyZabc", None),
        ("https://acme.example/unsubscribe?list=news", None),
        ("https://a9f2c41d7.leave.acme.example/", None),
        ("https://acme.example/u?email=jane@client.example", "shows an e-mail address"),
        ("https://acme.example/u/jane%40client.example", "shows an e-mail address"),
        ("https://acme.example/u/{{ token }}", "still contains a template tag"),
        ("https://acme.example/u/*|UNIQID|*", "still contains a template tag"),
        ("mailto:leave@acme.example", None),
    ],
)
def test_token(uri: str, reason: str | None) -> None:
    found = report("list-unsubscribe-token", unsubscribe(f"<{uri}>")).findings
    assert [finding.evidence["reason"] for finding in found] == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("value", "pieces"),
    [
        (f"{HTTPS}, {MAILTO}", []),
        ("<https://bit.ly/3xYz9Qw>", ["https://bit.ly/3xYz9Qw"]),
        (f"{HTTPS}, <http://acme.example/u/1>", ["http://acme.example/u/1"]),
        ("<http://acme.example/u/1>", []),
    ],
    ids=["its own", "shortener", "http beside https", "http alone is no-https's"],
)
def test_wrapped(value: str, pieces: list[str]) -> None:
    assert marked("list-unsubscribe-wrapped", unsubscribe(value)) == pieces


# -- one click ----------------------------------------------------------------------------------------

POST = "List-Unsubscribe-Post: List-Unsubscribe=One-Click"


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_the_field_is_added_after_the_one_it_belongs_to(end: str) -> None:
    before, after = f"From: a@acme.example{end}List-Unsubscribe: {HTTPS},{end} {MAILTO}", f"Subject: a{end}{end}Hello"
    assert mended("one-click-missing", f"{before}{end}{after}") == f"{before}{end}{POST}{end}{after}"


@pytest.mark.parametrize(
    "fields",
    [
        (f"List-Unsubscribe: {MAILTO}",),
        ("List-Unsubscribe: <http://acme.example/u/1>",),
        (f"List-Unsubscribe: {HTTPS}", "DKIM-Signature: v=1; h=from:list-unsubscribe; b=abc"),
        ("List-Unsubscribe: <https://acme.example/u/{{ token }}>",),
    ],
    ids=["mailto", "http", "signed already", "not filled in"],
)
def test_the_field_is_not_added_where_it_would_not_help(fields: tuple[str, ...]) -> None:
    (found,) = report("one-click-missing", message(*fields)).findings
    assert found.fix is None


@pytest.mark.parametrize(
    "fields",
    [
        (),
        (f"List-Unsubscribe: {HTTPS}", POST),
        (f"List-Unsubscribe: {HTTPS}", "List-Unsubscribe-Post: wrong"),
        (f"List-Unsubscribe: {HTTPS}", "List-Unsubscribe=One-Click: yes"),
    ],
    ids=["no way out at all", "there", "wrong", "misnamed"],
)
def test_the_missing_field_is_reported_by_one_rule_only(fields: tuple[str, ...]) -> None:
    assert report("one-click-missing", message(*fields)).findings == ()


@pytest.mark.parametrize(
    "value",
    [
        "One-Click",
        "List-Unsubscribe = One-Click",
        "List-Unsubscribe=One-Click;",
        '"List-Unsubscribe=One-Click"',
        "<List-Unsubscribe=One-Click>",
        "List-Unsubscribe: One-Click",
        "List-Unsubscribe=One-Click, List-Unsubscribe=One-Click",
        "https://acme.example/u/1",
        "",
    ],
)
@pytest.mark.parametrize("gap", ["", " ", "   "], ids=["close", "space", "spaces"])
def test_any_other_value_is_wrong_and_mended(value: str, gap: str) -> None:
    text = message(f"List-Unsubscribe: {HTTPS}", f"List-Unsubscribe-Post:{gap}{value}", "Subject: a")
    assert marked("one-click-value", text) == [value]
    fixed = mended("one-click-value", text)
    assert fixed == message(
        f"List-Unsubscribe: {HTTPS}",
        f"List-Unsubscribe-Post:{gap if gap or value else ' '}List-Unsubscribe=One-Click",
        "Subject: a",
    )


def test_one_click_value_is_right_in_any_case_and_whatever_white_space_is_around_it() -> None:
    values = ("List-Unsubscribe=One-Click", "  List-Unsubscribe=One-Click  ", "\n List-Unsubscribe=One-Click")
    for value in (*values, "list-unsubscribe=one-click", "LIST-UNSUBSCRIBE=ONE-CLICK"):
        assert report("one-click-value", message(f"List-Unsubscribe-Post:{value}")).findings == ()


def test_a_misnamed_field_is_renamed_unless_the_right_one_is_there() -> None:
    text = message("List-Unsubscribe=One-Click: List-Unsubscribe-Post", "Subject: a")
    assert mended("one-click-value", text) == message(POST, "Subject: a")
    assert mended("one-click-value", message(POST, "List-Unsubscribe=One-Click: yes")) is None


def test_a_tag_may_print_the_one_click_value() -> None:
    stated = (("List-Unsubscribe", HTTPS), ("List-Unsubscribe-Post", "{{ one_click }}"))
    result = report("one-click-value", "<p>Hi</p>", kind="html", headers=stated)
    assert result.findings == ()
    assert [unknown.reason for unknown in result.unknown] == ["a template tag prints List-Unsubscribe-Post"]


def test_orphan() -> None:
    assert marked("one-click-orphan", message(POST)) == ["List-Unsubscribe=One-Click"]
    assert marked("one-click-orphan", message(POST, f"List-Unsubscribe: {HTTPS}")) == []
    assert marked("one-click-orphan", front(POST), kind="html") == ["List-Unsubscribe=One-Click"]


# -- From ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "ann@acme.example",
        "<ann@acme.example>",
        "Ann <ann@acme.example>",
        '"Smith, Ann" <ann@acme.example>',
        '"Ann \\" <x@y>, Smith" <ann@acme.example>',
        "ann@acme.example (Ann Smith, Acme)",
        "Ann (at (Acme)) <ann@acme.example>",
        "ann(home)@acme.example",
        '"ann smith"@acme.example',
        "=?utf-8?q?Smith=2C_Ann_=3Cx=40y=3E?= <ann@acme.example>",
        "=?utf-8?q?Ann?=\n =?utf-8?q?_Smith?= <ann@acme.example>",
        "Ann\n <ann@acme.example>",
        "ann@xn--bcher-kva.example",
        "ann@[192.0.2.1]",
        "ann+tag@mail.acme.example",
    ],
)
def test_one_valid_sender(value: str) -> None:
    text = message(f"From: {value}")
    assert marked("from-invalid", text) == []
    assert marked("from-multiple", text) == []


@pytest.mark.parametrize(
    ("value", "piece"),
    [
        ("", ""),
        ("Ann", "Ann"),
        ("Ann <>", "Ann"),
        ("<>", "<>"),
        ("Smith, Ann <ann@acme.example>", "Smith"),
        ("Ann <ann@acme>", "ann@acme"),
        ("Ann <ann>", "ann"),
        ("ann@@acme.example", "ann@@acme.example"),
        ("ann smith@acme.example", "ann smith@acme.example"),
        ("Ann <ann smith@acme.example>", "ann smith@acme.example"),
        ("ann@bücher.example", "ann@bücher.example"),
        ("Ann <ann@acme..example>", "ann@acme..example"),
        ('"ann@acme.example"', '"ann@acme.example"'),
        ("=?utf-8?q?Ann_=3Cann=40acme=2Eexample=3E?=", "=?utf-8?q?Ann_=3Cann=40acme=2Eexample=3E?="),
    ],
)
def test_an_invalid_sender(value: str, piece: str) -> None:
    assert marked("from-invalid", message(f"From: {value}")) == [piece]


@pytest.mark.parametrize(
    ("fields", "pieces"),
    [
        (("From: a@acme.example, Ann <b@acme.example>, c@acme.example",), ["b@acme.example"]),
        (("From: a@acme.example; b@acme.example",), ["b@acme.example"]),
        (("From: a@acme.example", "from: a@acme.example"), ["a@acme.example"]),
        (("From: Smith, Ann <ann@acme.example>",), []),
        (("From: a@acme.example,",), []),
    ],
)
def test_several_senders(fields: tuple[str, ...], pieces: list[str]) -> None:
    assert marked("from-multiple", message(*fields)) == pieces


@pytest.mark.parametrize(
    ("sender", "findings", "unknown"),
    [
        ("{{ name }} <{{ address }}>", 0, 1),
        ("{{ sender }}", 0, 1),
        ("{{ name }} <ann@acme.example>", 0, 0),
        ("{{ name }} <ann@acme>", 1, 0),
        ("Ann <ann@{{ domain }}>", 0, 1),
    ],
)
def test_tags_in_a_sender(sender: str, findings: int, unknown: int) -> None:
    result = report("from-invalid", f"---\nfrom: '{sender}'\n---\n<p>Hi</p>", kind="html")
    assert (len(result.findings), len(result.unknown)) == (findings, unknown)


# -- doubled and unwanted -----------------------------------------------------------------------------


def test_a_doubled_field_is_reported_once_and_by_its_own_name() -> None:
    text = message("Subject: one", "SUBJECT: two", "subject: three", "Received: a", "Received: b")
    (found,) = report("duplicate-header", text).findings
    assert text[found.start : found.end] == "two"
    assert found.evidence == {"name": "SUBJECT", "count": 3}
    assert found.fix is None


def test_fields_that_repeat_the_first_word_for_word_are_dropped() -> None:
    text = message(
        "MIME-Version: 1.0", "Subject: one", "Mime-Version:  1.0", "To: jane@client.example", "MIME-Version: 1.0"
    )
    assert mended("duplicate-header", text) == message("MIME-Version: 1.0", "Subject: one", "To: jane@client.example")


def test_bcc() -> None:
    assert marked("bcc-present", message("Bcc: jane@client.example")) == ["jane@client.example"]
    assert marked("bcc-present", message("Bcc:")) == []
    assert marked("bcc-present", message("Bcc:   ")) == []


# -- hostile input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "piece", ["<", "<a ", "(", "(\\", '"', '"\\', "a ", "a, ", "<>;", "{{", "<a:b,", " \n ", "@", "=?a?q?b?= "]
)
@pytest.mark.parametrize("name", ["List-Unsubscribe", "From", "Bcc"])
def test_a_long_field_takes_little_time(name: str, piece: str) -> None:
    text = message(f"{name}: {piece * (150_000 // len(piece))}x")
    read = message_of(text, "eml", profile="newsletter")
    rules = [active(rule) for rule in shipped().matching("headers")]
    start = process_time()
    (result,) = lint(read, rules)
    assert process_time() - start < 4
    assert all(found.rule != "internal-error" for found in result.findings)


# -- Message-ID ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (" <1@acme.example>", None),
        (" <1@localhost>", None),
        (' <"a b"@[192.0.2.1]>', None),
        ("\n <1@acme.example>", None),
        (" (a) <1@acme.example> (b)", None),
        (" <>", "is empty between its angle brackets"),
        (" < >", "is empty between its angle brackets"),
        ("", "is empty"),
        ("  ", "is empty"),
        (" 1@acme.example", "has no angle brackets"),
        (" <1@acme.example", "has no angle brackets"),
        (" <20261005>", "has no @"),
    ],
)
def test_a_message_id_is_something_with_an_at_in_angle_brackets(value: str, reason: str | None) -> None:
    findings = report("message-id-invalid", message(f"Message-ID:{value}", "Subject: a")).findings
    assert [found.message for found in findings] == ([f"Message-ID {reason}"] if reason else [])


def test_a_tag_may_print_the_message_id_of_a_template() -> None:
    text = front('Message-ID: "<{{ id }}@acme.example>"', 'X-A: "b"')
    assert report("message-id-invalid", text, kind="html").findings == ()
