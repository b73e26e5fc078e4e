"""What the engine makes of hits: severities, places in the file, labels, fixes, bounds, reports."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import maillint
from maillint.catalogue.load import shipped
from maillint.catalogue.rule import DECIDED_BY_KIND, ActiveRule, Level, Rule
from maillint.check import ALONE, Check, Options
from maillint.data.lists import load_list
from maillint.data.profiles import PROFILES
from maillint.engine.domain import lint_domain
from maillint.engine.lint import lint, lint_online
from maillint.engine.locate import MAX_CAUSES, MAX_PLACES, MAX_RELATED
from maillint.engine.run import KIND_NOT_DECLARED, MAX_RESULTS
from maillint.finding import DomainFinding, Edit, Excerpt, FileReport, Finding, Fix, Related, Severity, Unknown
from maillint.hits import Change, DomainHit, FileText, Hit, NotKnown
from maillint.message.mime.headers import Field, Headers
from maillint.message.mjml.includes import Include
from maillint.message.model import Message, Part
from maillint.message.read import MessageSettings, read_message
from maillint.text.offsets import MapBuilder, OffsetMap
from maillint.text.source import Source
from maillint.text.spans import Span
from maillint.values import replace
from tests.linting import message_of

Generator = Callable[[Any, Options], Iterator[Any]]


def active(run: Generator, name: str = "family/rule", **settings: Any) -> ActiveRule:
    """A rule that binds a generator, with ``levels`` or one ``severity`` for all profiles, ``message``, ``subject``.

    Without a ``cause``, each place is a finding of its own.
    """
    levels: Mapping[str, Level] = settings.get("levels") or dict.fromkeys(
        PROFILES, settings.get("severity", Severity.WARNING)
    )
    subject = settings.get("subject", "message")
    checks = {"check": Check("check", run, subject, frozenset(), {}, cause=settings.get("cause", ALONE))}
    rule = Rule(name, "", "check", subject, {}, {}, levels, settings.get("message", "words"), checks=checks)
    return ActiveRule(rule, settings.get("options", {}))


def yields(*results: Any) -> Generator:
    return lambda facts, options: iter(results)


def first(message: Message, *rules: ActiveRule) -> FileReport:
    return lint(message, rules)[0]


def places(report: FileReport) -> list[tuple[int, int]]:
    return [(found.start, found.end) for found in report.findings]


PLAIN = message_of("<p>Hello</p>\n<p>World</p>\n", profile="newsletter")
PART = PLAIN.parts[0]


# -- which rules run, and how severe they are -------------------------------------------------------------------------


def test_a_finding_has_all_that_its_rule_and_its_hit_say() -> None:
    hit = Hit(PART, Span(16, 21), {"name": "World", "count": 3.0, "all": ["a", "b"]})
    rule = active(yields(hit), "greetings/world", message="{name} {count}x: {all}", severity=Severity.ERROR)
    assert first(PLAIN, rule).findings == (
        Finding(
            "greetings/world",
            Severity.ERROR,
            "World 3x: a, b",
            "a.html",
            16,
            21,
            2,
            4,
            2,
            9,
            evidence={"name": "World", "count": 3.0, "all": ["a", "b"]},
        ),
    )


def test_places_that_a_finding_is_related_to_are_bounded_and_counted() -> None:
    hit = Hit(PART, Span(0, 1), {}, related=tuple((Span(n, n + 1), "here") for n in range(MAX_RELATED + 3)))
    related = first(PLAIN, active(yields(hit))).findings[0].related
    assert (len(related), related[0].message, related[-1].message) == (MAX_RELATED, "here", "here (and 3 more places)")


def test_what_a_check_finds_is_bounded_and_the_rest_is_unknown() -> None:
    hits = [Hit(PART, Span(n % 20, 20 + n), {}) for n in range(MAX_RESULTS + 5)]
    report = first(PLAIN, active(yields(*hits), "x/y", cause=()))
    (found,) = report.findings
    assert len(found.places) == MAX_PLACES - 1
    assert found.unlisted == MAX_RESULTS - MAX_PLACES
    assert found.message.endswith(f" (and {MAX_RESULTS - MAX_PLACES} more of this rule)")
    assert [one.reason for one in report.unknown] == [f"it has found {MAX_RESULTS:,} places; the rest is not looked at"]


def test_a_check_gets_the_message_and_the_options_of_the_rule() -> None:
    seen: list[tuple[Any, Options]] = []

    def run(facts: Any, options: Options) -> Iterator[Hit]:
        seen.append((facts, options))
        yield from ()

    first(PLAIN, active(run, options={"limit": 3}))
    assert seen == [(PLAIN, {"limit": 3})]
    assert seen[0][0] is PLAIN


@pytest.mark.parametrize("profile", PROFILES)
def test_the_profile_of_the_message_decides_how_severe_a_rule_is(profile: str) -> None:
    levels = dict(zip(PROFILES, (Severity.ERROR, Severity.WARNING, Severity.INFO, None), strict=True))
    report = first(replace(PLAIN, profile=profile), active(yields(Hit(PART, Span(0, 1))), levels=levels))
    assert [found.severity for found in report.findings] == ([levels[profile]] if levels[profile] else [])


def test_a_level_that_is_given_comes_before_the_rules_own() -> None:
    rule = active(yields(Hit(PART, Span(0, 1))))
    (found,) = first(PLAIN, replace(rule, level=Severity.ERROR, level_given=True)).findings
    assert found.severity == Severity.ERROR
    assert first(PLAIN, replace(rule, level=None, level_given=True)).findings == ()
    (found,) = first(PLAIN, replace(rule, level=Severity.ERROR)).findings
    assert found.severity == Severity.WARNING


def breaks(facts: Any, options: Options) -> Iterator[Hit]:
    yield Hit(PART, Span(0, 1))
    raise RuntimeError("not\n  today " + "x" * 300)


def test_a_rule_that_is_off_or_about_something_else_does_not_run() -> None:
    off = active(breaks, severity=None)
    others = [active(breaks, subject=subject) for subject in ("domain", "online", "suppression", "plan")]
    assert first(PLAIN, off, *others).findings == ()


@pytest.mark.parametrize(
    ("results", "unknown"),
    [
        ((Hit(PART, Span(0, 1)),), [KIND_NOT_DECLARED.reason]),
        ((Hit(PART, Span(0, 1)), Hit(PART, Span(1, 2)), NotKnown("why")), ["why", KIND_NOT_DECLARED.reason]),
        ((NotKnown("why"),), ["why"]),
        ((), []),
    ],
)
def test_where_the_kind_of_mail_decides_a_hit_is_unknown(results: tuple[Any, ...], unknown: list[str]) -> None:
    levels = {**dict.fromkeys(PROFILES, Severity.ERROR), "general": DECIDED_BY_KIND}
    rule = active(yields(*results), levels=levels)
    report = first(replace(PLAIN, profile="general"), rule)
    assert KIND_NOT_DECLARED.reason == "the kind of mail is not declared"
    assert report.findings == ()
    assert [(one.rule, one.reason) for one in report.unknown] == [("family/rule", reason) for reason in unknown]
    assert {one.severity for one in report.unknown} <= {Severity.ERROR}
    assert len(first(PLAIN, rule).findings) == sum(isinstance(result, Hit) for result in results)


def test_what_is_not_known_is_said_once_for_each_rule() -> None:
    one = active(yields(NotKnown("a"), NotKnown("b"), NotKnown("a")), "x/one")
    other = active(yields(NotKnown("a")), "x/other")
    assert first(PLAIN, one, other).unknown == (Unknown("x/one", "a"), Unknown("x/one", "b"), Unknown("x/other", "a"))


# -- rules that break -------------------------------------------------------------------------------------------------


def test_a_rule_that_breaks_is_a_finding_and_the_others_run() -> None:
    report = first(PLAIN, active(breaks, "x/broken"), active(yields(Hit(PART, Span(3, 5))), "x/fine"))
    broken, fine = report.findings
    assert (broken.rule, broken.severity, broken.start, broken.end) == ("internal-error", Severity.ERROR, 0, 0)
    assert (broken.view, broken.evidence, broken.fix, broken.related) == ("", {}, None, ())
    assert broken.message == f"rule x/broken failed: RuntimeError: not today {'x' * 190}"
    assert fine.rule == "x/fine"


def test_what_a_broken_rule_did_not_know_is_not_reported() -> None:
    def run(facts: Any, options: Options) -> Iterator[Any]:
        yield NotKnown("why")
        raise ValueError

    assert first(PLAIN, active(run)).unknown == ()


@pytest.mark.parametrize("severity", [Severity.WARNING, DECIDED_BY_KIND])
def test_a_hit_without_the_evidence_that_the_message_names_breaks_the_rule(severity: Level) -> None:
    (found,) = first(PLAIN, active(yields(Hit(PART, Span(0, 1))), message="{name}", severity=severity)).findings
    assert found.message == "rule family/rule failed: KeyError: 'name'"


def test_a_finding_about_the_whole_stands_at_the_sender_or_at_the_first_text() -> None:
    mail = "Subject: x\nFrom: a@acme.example\n\nHi\n"
    (found,) = first(message_of(mail, "eml"), active(breaks)).findings
    assert mail[found.start :].startswith("a@acme.example")
    assert found.end == found.start
    (found,) = first(message_of("---\nsubject: x\n---\n<p>Hi</p>"), active(breaks)).findings
    assert found.start == 19
    given = message_of("<p>Hi</p>", headers=(("From", "a@acme.example"),))
    (found,) = first(given, active(breaks)).findings
    assert found.start == 0
    (found,) = first(message_of("Subject: x\n\n", "eml"), active(breaks)).findings
    assert found.path == "a.eml"


# -- how many ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "more"), [(199, 0), (200, 0), (201, 1), (450, 250)])
def test_one_rule_has_no_more_findings_than_can_be_read(count: int, more: int) -> None:
    assert MAX_CAUSES == 200
    message = message_of("x" * 1_000, "txt")
    hits = [Hit(message.parts[0], Span(place, place + 1), {"name": place}) for place in range(count)]
    report = first(message, active(yields(*hits), message="{name}"))
    assert len(report.findings) == min(count, 200)
    words = [found.message for found in report.findings]
    assert words[:-1] == [str(name) for name in range(len(words) - 1)]
    assert words[-1] == (f"199 (and {more} more of this rule)" if more else str(count - 1))
    assert report.findings[-1].unlisted == more


# -- one cause is one finding -----------------------------------------------------------------------------------------


def hits_at(*starts: int, size: int = 1, **evidence: Any) -> list[Hit]:
    return [Hit(PART, Span(start, start + size), evidence) for start in starts]


def test_what_reads_alike_is_one_finding_with_its_places_in_order() -> None:
    hits = [*hits_at(12, 3, name="a"), *hits_at(20, name="b"), *hits_at(4, name="a", url="x")]
    one, other = first(PLAIN, active(yields(*hits), message="{name}", cause=())).findings
    assert (one.start, one.message, one.evidence) == (3, "a", {"name": "a"})
    assert [(place.start, place.line, place.column, place.evidence) for place in one.places] == [
        (4, 1, 5, {"name": "a", "url": "x"}),
        (12, 1, 13, {"name": "a"}),
    ]
    assert (other.start, other.places) == (20, ())


@pytest.mark.parametrize(
    ("cause", "starts"), [((), [[3], [5], [7, 9]]), (("host",), [[3, 5], [7, 9]]), (ALONE, [[3], [5], [7], [9]])]
)
def test_a_check_may_name_its_cause(cause: tuple[str, ...], starts: list[list[int]]) -> None:
    hits = [
        *hits_at(3, host="a", target="x"),
        *hits_at(5, host="a", target="y"),
        *hits_at(7, 9, host="b", target="z"),
    ]
    found = first(PLAIN, active(yields(*hits), message="{host} {target}", cause=cause)).findings
    assert [[place.start for place in one.at_each_place()] for one in found] == starts


def test_places_differ_by_file_severity_and_safety_of_their_fix() -> None:
    twins = read_message([Source.from_text("a.html", "<p>ab</p>"), Source.from_text("a.txt", "ab")], MessageSettings())
    html, text = twins.parts
    change = (Change(Span(0, 1), "x"),)
    hits = [
        Hit(html, Span(0, 1)),
        Hit(text, Span(0, 1)),
        Hit(html, Span(1, 2), at_most=Severity.INFO),
        Hit(html, Span(2, 3), changes=change),
        Hit(html, Span(3, 4), changes=change, safe=True),
    ]
    reports = lint(twins, [active(yields(*hits), severity=Severity.ERROR, cause=())])
    found = [one for report in reports for one in report.findings]
    assert [(one.path, one.start, [place.start for place in one.places]) for one in found] == [
        ("a.html", 0, [3]),
        ("a.html", 1, []),
        ("a.html", 2, []),
        ("a.txt", 0, []),
    ]


def test_the_fix_of_a_finding_is_that_of_all_its_places() -> None:
    def put(start: int, text: str) -> Hit:
        return Hit(PART, Span(start, start + 1), {}, changes=(Change(Span(start, start + 1), text),))

    (found,) = first(PLAIN, active(yields(put(5, "b"), put(3, "a"), put(3, "a")), cause=())).findings
    assert found.whole_fix == Fix((Edit(3, 4, "a"), Edit(5, 6, "b")), safe=False)
    assert found.fix == Fix((Edit(3, 4, "a"),), safe=False)
    assert found.places[0].fix == Fix((Edit(5, 6, "b"),), safe=False)
    (found,) = first(PLAIN, active(yields(*hits_at(9, 11)), cause=())).findings
    assert found.whole_fix is None
    wide = Hit(PART, Span(4, 5), {}, changes=(Change(Span(2, 6), "c"),))
    (found,) = first(PLAIN, active(yields(put(3, "a"), wide), cause=())).findings
    assert found.whole_fix == found.fix == Fix((Edit(3, 4, "a"),), safe=False)


def test_a_finding_can_be_cut_to_some_of_its_places() -> None:
    (found,) = first(PLAIN, active(yields(*hits_at(3, 5, 7, name="a")), cause=())).findings
    assert found.only_where(lambda one: True) is found
    assert found.only_where(lambda one: False) is None
    cut = found.only_where(lambda one: one.start != 3 and not one.places)
    assert cut is not None
    assert (cut.start, cut.column, [place.start for place in cut.places]) == (5, 6, [7])
    (alone,) = first(PLAIN, active(yields(*hits_at(3)))).findings
    assert alone.only_where(lambda one: True) is alone
    assert alone.only_where(lambda one: False) is None


def test_the_bound_is_for_each_rule() -> None:
    message = message_of("x" * 1_000, "txt")
    hits = [Hit(message.parts[0], Span(place, place + 1)) for place in range(201)]
    report = first(message, active(yields(*hits), "x/one"), active(yields(*hits), "x/other"))
    assert len(report.findings) == 400


def test_hits_at_one_span_of_one_place_are_one_finding() -> None:
    other = Part(PART.text, PART.source, PART.map)
    hits = [
        Hit(PART, Span(0, 3), {"n": 1}),
        Hit(PART, Span(0, 3), {"n": 2}),
        Hit(PART, Span(0, 4), {"n": 3}),
        Hit(other, Span(0, 3), {"n": 4}),
    ]
    report = first(PLAIN, active(yields(*hits), message="{n}"))
    assert sorted(found.message for found in report.findings) == ["1", "3", "4"]


def test_findings_stand_in_the_order_of_the_file() -> None:
    def hits(*spans: tuple[int, int]) -> Generator:
        return yields(*(Hit(PART, Span(*span)) for span in spans))

    report = first(
        PLAIN,
        active(hits((5, 6), (0, 9)), "z/rule"),
        active(hits((5, 6), (0, 2)), "a/rule"),
        active(hits((5, 6)), "b/rule", severity=Severity.ERROR),
    )
    assert [(found.start, found.end, found.rule) for found in report.findings] == [
        (0, 2, "a/rule"),
        (0, 9, "z/rule"),
        (5, 6, "b/rule"),
        (5, 6, "a/rule"),
        (5, 6, "z/rule"),
    ]


# -- audiences --------------------------------------------------------------------------------------------------------


def views_that_show(message: Message, word: str) -> list[Hit]:
    return [
        Hit(part, Span(at, at + len(word)), view=view)
        for part, view in message.views()
        if (at := view.text.find(word)) >= 0
    ]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("<p>word</p>", ""),
        ("{% if a %}<p>x</p>{% endif %}<p>word</p>", ""),
        ("<!--[if mso]><p>x</p><![endif]--><p>word</p>", ""),
    ],
)
def test_what_every_audience_gets_has_no_label(text: str, label: str) -> None:
    message = message_of(text)
    (found,) = first(message, active(yields(*views_that_show(message, "word")))).findings
    assert found.view == label


def test_what_one_audience_alone_has_against_a_span_is_labelled() -> None:
    message = message_of("{% if plan == 'pro' %}<b>{% else %}<i>{% endif %}word")
    pro, other = message.parts[0].views
    assert "<b>" in pro.text
    span = Span(message.source.text.index("word"), message.source.text.index("word") + 4)
    (found,) = first(message, active(yields(Hit(message.parts[0], span, view=pro)))).findings
    assert found.view == 'when plan == "pro"'
    (found,) = first(message, active(yields(Hit(message.parts[0], span, view=other)))).findings
    assert "plan" in found.view
    both = [Hit(message.parts[0], span, view=pro), Hit(message.parts[0], span, view=other)]
    (found,) = first(message, active(yields(*both))).findings
    assert found.view == ""
    without = [Hit(message.parts[0], span, view=pro), Hit(message.parts[0], span)]
    (found,) = first(message, active(yields(*without))).findings
    assert found.view == ""


def test_outlook_alone() -> None:
    message = message_of("<!--[if mso]><b><![endif]--><p>word</p>")
    part = message.parts[0]
    outlook = next(view for view in part.views if view.outlook)
    at = part.text.index("word")
    (found,) = first(message, active(yields(Hit(part, Span(at, at + 4), view=outlook)))).findings
    assert found.view == "in Outlook"


def test_fields_and_files_have_no_audiences() -> None:
    message = message_of("From: a@acme.example\n\n<p>Hi</p>", "eml")
    view = message.parts[0].views.first
    for place in (message.headers.fields[0], FileText(message.source)):
        (found,) = first(message, active(yields(Hit(place, Span(0, 1), view=view)))).findings
        assert found.view == ""


# -- places -----------------------------------------------------------------------------------------------------------


def encoded(body: bytes, encoding: str, kind: str = "text/plain") -> Message:
    head = "From: a@acme.example\nMIME-Version: 1.0\n"
    head += f"Content-Type: {kind}; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n"
    return message_of(head + body.decode("ascii"), "eml")


def changed(message: Message, old: str, new: str, safe: bool = False) -> Finding:
    part = message.parts[0]
    at = part.text.index(old)
    span = Span(at, at + len(old))
    (found,) = first(message, active(yields(Hit(part, span, changes=(Change(span, new),), safe=safe)))).findings
    return found


def test_a_part_has_its_number_and_points_into_the_file() -> None:
    text = base64.encodebytes("Привіт, world!\nand more\n".encode())
    message = encoded(text, "base64")
    found = changed(message, "world", "x")
    assert found.part == "1"
    covered = message.source.text[found.start : found.end]
    assert covered in message.source.text.partition("\n\n")[2].replace("\n", "")
    assert found.fix is None
    assert found.excerpt == Excerpt("Привіт, world!", 8, 13)


def test_an_excerpt_is_the_decoded_lines_around_and_has_a_bound() -> None:
    message = encoded(base64.encodebytes(b"first\n" + b"a" * 600 + b"word" + b"b" * 600 + b"\r\nlast"), "base64")
    assert changed(message, "word", "").excerpt == Excerpt("a" * 500 + "word" + "b" * 500, 500, 504)
    message = encoded(base64.encodebytes(b"first\r\nsecond word\r\nlast"), "base64")
    assert changed(message, "word", "").excerpt == Excerpt("second word", 7, 11)
    assert changed(message, "last", "").excerpt == Excerpt("last", 0, 4)
    other = encoded(base64.encodebytes(b"\nword MAX\r\nlast"), "base64")
    assert changed(other, "word", "").excerpt == Excerpt("word MAX", 0, 4)
    assert changed(message, "ond wo", "").excerpt == Excerpt("second word", 3, 9)
    assert changed(message, "word\r\nla", "").excerpt == Excerpt("second word\r\nlast", 7, 15)


def test_what_stands_as_it_is_has_no_excerpt() -> None:
    assert changed(PLAIN, "World", "x").excerpt is None
    message = encoded(base64.encodebytes(b"word"), "base64")
    (found,) = first(message, active(yields(Hit(message.parts[0], Span(2, 2))))).findings
    assert (found.excerpt, found.start == found.end) == (None, True)


def test_a_span_that_leaves_the_file_ends_with_it() -> None:
    source = Source.from_text("a.html", "short")
    part = Part("much longer", source, OffsetMap.identity(11))
    message = Message("html", (source,), Headers(), (part,))
    report = first(message, active(yields(Hit(part, Span(2, 9)), Hit(part, Span(7, 9)), Hit(part, Span(8, 8)))))
    assert places(report) == [(2, 5), (5, 5), (5, 5)]


def test_related_spans_stand_in_the_file_too() -> None:
    message = encoded(b"caf=C3=A9 and tea", "quoted-printable")
    part = message.parts[0]
    hit = Hit(part, Span(9, 12), related=((Span(0, 4), "the other"), (Span(4, 4), "between")))
    (found,) = first(message, active(yields(hit))).findings
    start = message.source.text.index("caf")
    assert message.source.text[found.start : found.end] == "tea"
    assert found.related == (Related(start, start + 9, "the other"), Related(start + 9, start + 9, "between"))


def including(evidence: Mapping[str, object], at: int = 30) -> FileReport:
    text = '<mj-include path="b.mjml" />'
    source = Source.from_text("a.mjml", text)
    built = MapBuilder()
    built.add(text, 0)
    built.add("<p>included</p>", 0, len(text))
    include = Include(Span(0, len(text)), "b.mjml", "found", Span(len(text), len(text) + 15))
    part = Part(built.text(), source, built.map(), "text/mjml", includes=(include,))
    message = Message("mjml", (source,), Headers(), (part,))
    span = Span(at, at + 3)
    return first(message, active(yields(Hit(part, span, evidence, changes=(Change(span, "x"),)))))


def test_what_stands_in_an_included_file_is_reported_with_that_file() -> None:
    assert including({}).findings == ()
    assert including({}, at=28).findings == ()
    assert places(including({}, at=27)) == [(27, 27)]
    assert places(including({}, at=3)) == [(3, 6)]


def test_what_is_counted_is_reported_at_the_tag_that_includes_it() -> None:
    (found,) = including({"limit": 3, "count": 4}).findings
    assert (found.start, found.end, found.fix) == (0, 28, None)


# -- fixes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("safe", [True, False])
def test_a_fix_is_the_hits_changes_in_the_file(safe: bool) -> None:
    assert changed(PLAIN, "World", "you", safe).fix == Fix((Edit(16, 21, "you"),), safe)
    (found,) = first(PLAIN, active(yields(Hit(PART, Span(0, 1))))).findings
    assert found.fix is None


QUOTED_PRINTABLE = [
    # the body, what is replaced and by what, whether that may be done in the file
    (b"one two three", "two", "2", True),
    (b"one two three", "two", "", True),
    (b"one two three", "two", "zw\xc3\xb6lf".encode("latin-1").decode("utf-8"), False),
    (b"one two three", "two", "a=b", False),
    (b"one two three", "three", "four ", False),
    (b"one two three\nnext", "three", "four ", False),
    (b"one two three\nnext", " three", "\t", False),
    (b"one two three", "two", "two " * 16 + "2", True),  # 76 characters
    (b"one two three", "two", "two " * 17, False),  # 78
    (b"caf=C3=A9 two", "two", "2", True),
    (b"caf=C3=A9 two", "caf\xe9", "cafe", False),
    (b"x" * 80 + b" two", "two", "tw", True),  # shorter than a line that is too long already
    (b"x" * 80 + b" two", "two", "2222", False),
    (b"x" * 70 + b" two\ny", "two\ny", "tw0y", True),
    (b"x" * 75 + b"\ny", "x\ny", "zy", True),
    (b"x" * 75 + b"\nyy", "x\nyy", "zyy", False),  # two lines become one of 77
]


@pytest.mark.parametrize(("body", "old", "new", "possible"), QUOTED_PRINTABLE)
def test_quoted_printable_takes_what_it_can_hold(body: bytes, old: str, new: str, possible: bool) -> None:
    message = encoded(body, "quoted-printable")
    fix = changed(message, old, new).fix
    assert (fix is not None) == possible
    if fix is not None:
        (edit,) = fix.edits
        assert message.source.text[edit.start : edit.end] == old
        assert edit.text == new


def test_all_changes_can_be_made_or_none() -> None:
    message = encoded(b"caf=C3=A9 two", "quoted-printable")
    part = message.parts[0]
    fine, not_fine = Change(Span(5, 8), "2"), Change(Span(0, 4), "cafe")
    for changes in ((fine, not_fine), (not_fine, fine)):
        (found,) = first(message, active(yields(Hit(part, Span(5, 8), changes=changes)))).findings
        assert found.fix is None
    (found,) = first(message, active(yields(Hit(part, Span(5, 8), changes=(fine, Change(Span(8, 8), "!")))))).findings
    start = message.source.text.index("two")
    assert found.fix == Fix((Edit(start, start + 3, "2"), Edit(start + 3, start + 3, "!")), False)


def of_field(field: Field, span: Span, text: str) -> Finding:
    message = Message("html", (field.source,), Headers((field,)), ())
    (found,) = first(message, active(yields(Hit(field, span, changes=(Change(span, text),))))).findings
    return found


def test_a_field_is_changed_where_it_stands() -> None:
    message = message_of("Subject: Hello\n you\nFrom: a@acme.example\n\nHi", "eml")
    subject = message.headers.fields[0]
    found = of_field(subject, Span(6, 9), "us")
    assert (found.fix, found.part, found.line) == (Fix((Edit(16, 19, "us"),), False), None, 2)
    found = of_field(subject, Span(3, 9), "us")  # across the fold
    assert (found.fix, found.start, found.end) == (None, 12, 19)
    assert found.excerpt == Excerpt("Hello you", 3, 9)
    assert of_field(subject, Span(0, 0), "Re: ").fix == Fix((Edit(9, 9, "Re: "),), False)


def test_an_encoded_word_is_not_changed() -> None:
    message = message_of("Subject: =?utf-8?q?caf=C3=A9?= now\n\nHi", "eml")
    subject = message.headers.fields[0]
    assert of_field(subject, Span(0, 4), "tea").fix is None
    assert of_field(subject, Span(5, 8), "later").fix == Fix((Edit(31, 34, "later"),), False)


def test_a_field_that_the_configuration_gives_has_no_place() -> None:
    message = message_of("<p>Hi</p>", headers=(("Subject", "Hello"),))
    found = of_field(message.headers.fields[0], Span(0, 5), "x")
    assert (found.start, found.end, found.fix, found.excerpt) == (0, 0, None, None)


# -- reports ----------------------------------------------------------------------------------------------------------


def test_each_file_of_a_message_has_a_report() -> None:
    names = {
        "m/content.html": "<p>Hello {{ name }}</p>",
        "m/content.txt": "Hello {{ name }}",
        "m/meta.json": '{"Subject": "Hi"}',
    }
    sources = [Source.from_text(name, text) for name, text in names.items()]
    message = read_message(sources, MessageSettings(profile="cold", touch=2), "html")
    message = replace(message, notes=("a note",))
    html, text = message.parts
    subject = message.headers.fields[0]
    rule = active(yields(Hit(html, Span(0, 1)), Hit(text, Span(1, 2)), Hit(subject, Span(0, 1)), NotKnown("why")))
    reports = lint(message, [rule])
    assert [(report.path, report.kind, report.notes, len(report.unknown)) for report in reports] == [
        ("m/content.html", "html", ("a note",), 1),
        ("m/content.txt", "txt", (), 0),
        ("m/meta.json", "json", (), 0),
    ]
    assert [places(report) for report in reports] == [[(0, 1)], [(1, 2)], [(13, 14)]]
    assert {(report.profile, report.profile_inferred, report.touch, report.dialect) for report in reports} == {
        (message.profile, message.profile_inferred, 2, message.dialect)
    }
    assert [report.text for report in reports] == list(names.values())


def test_a_template_with_more_branches_than_views_says_so() -> None:
    branches = "".join(f"{{% elif a == {number} %}}<p>{number}</p>" for number in range(200))
    branches = f"{{% if b %}}x{branches}{{% endif %}}"
    message = message_of(branches, dialect="jinja")
    assert len(message.parts[0].views) > 1
    (note,) = first(message).notes
    assert "more branches" in note
    assert first(PLAIN).notes == ()


# -- links online, and domains ----------------------------------------------------------------------------------------


def test_rules_about_links_online_read_the_answers() -> None:
    seen: list[Any] = []

    def run(facts: Any, options: Options) -> Iterator[Hit]:
        seen.append(facts)
        yield Hit(PART, Span(3, 8))

    online = active(run, "links/gone", subject="online", severity=Severity.ERROR)
    (report,) = lint_online(PLAIN, "answers", [active(breaks), online])
    assert seen == ["answers"]
    assert [(found.rule, found.severity) for found in report.findings] == [("links/gone", Severity.ERROR)]
    assert (report.kind, report.profile, report.text) == ("html", "newsletter", PLAIN.source.text)


def test_findings_about_a_domain_stand_by_weight() -> None:
    record = "v=spf1 +all"
    rules = [
        active(yields(DomainHit({"what": "a"})), "auth/b", subject="domain", message="{what}"),
        active(yields(DomainHit({}, record, Span(7, 11)), DomainHit({}, record, Span(0, 6)), NotKnown("timeout")),
               "auth/a", subject="domain", severity=Severity.ERROR),
        active(breaks, "auth/c", subject="domain"),
        active(breaks, "auth/off", subject="domain", severity=None),
        active(breaks, "x/message"),
        active(yields(NotKnown("timeout"), NotKnown("timeout")), "auth/d", subject="domain"),
    ]  # fmt: skip
    report = lint_domain("facts", "acme.example", {"spf": 1}, rules)
    assert report.findings[:2] == (
        DomainFinding("auth/a", Severity.ERROR, "words", record, 0, 6),
        DomainFinding("auth/a", Severity.ERROR, "words", record, 7, 11),
    )
    broken, last = report.findings[2:]
    assert (broken.rule, broken.severity, broken.record) == ("internal-error", Severity.ERROR, None)
    assert broken.message.startswith("rule auth/c failed: RuntimeError: not today")
    assert last == DomainFinding("auth/b", Severity.WARNING, "a", evidence={"what": "a"})
    assert (report.domain, report.facts) == ("acme.example", {"spf": 1})
    assert report.unknown == (Unknown("auth/a", "timeout"), Unknown("auth/d", "timeout"))


def test_a_domain_hit_without_its_evidence_breaks_the_rule_alone() -> None:
    rule = active(yields(DomainHit({})), "auth/a", subject="domain", message="{what}")
    (found,) = lint_domain("facts", "acme.example", {}, [rule]).findings
    assert (found.rule, found.message) == ("internal-error", "rule auth/a failed: KeyError: 'what'")


# -- renderings -------------------------------------------------------------------------------------------------------


def rendered(folder: Path, files: Mapping[str, str], **rules: str) -> list[Finding]:
    for name, text in files.items():
        (folder / name).write_text(text)
    families = dict.fromkeys(shipped().families, "off")
    config = maillint.Config(
        rules={**families, **{name.replace("__", "/").replace("_", "-"): level for name, level in rules.items()}}
    )
    return [found for file in maillint.lint(folder / next(iter(files)), config=config).files for found in file.findings]


TABLE = "<table>{% for x in xs %}<tr><td>{{ x|safe }}</td></tr>{% endfor %}</table>"


def test_what_only_the_data_make_faulty_is_found_in_the_rendering(tmp_path: Path) -> None:
    files = {"a.html": TABLE, "a.data.yaml": "xs: ['<b>one']"}
    (found,) = rendered(tmp_path, files, markup__unclosed_tag="error")
    assert (found.rule, found.severity, found.fix) == ("markup/unclosed-tag", Severity.ERROR, None)
    assert found.view == "with its sample data"
    assert TABLE[found.start : found.end] == "{{ x|safe }}"
    assert rendered(tmp_path, files, links="error") == []


def test_what_the_template_shows_itself_is_not_said_again(tmp_path: Path) -> None:
    text = "<p>Hi <b>{{ name }}</p>{{ more|safe }}"
    files = {"a.html": text, "a.data.yaml": "name: Ada\nmore: '<i>x'"}
    own, data = rendered(tmp_path, files, markup__unclosed_tag="error")
    assert (text[own.start : own.end], own.view) == ("<b>", "")
    assert (text[data.start : data.end], data.view) == ("{{ more|safe }}", "with its sample data")


def test_two_sets_of_data_with_the_same_fault_are_one_finding(tmp_path: Path) -> None:
    files = {"a.html": TABLE, "a.data.yaml": "first: {xs: ['<b>1']}\nsecond: {xs: ['<b>2']}"}
    (found,) = rendered(tmp_path, files, markup__unclosed_tag="error")
    assert found.view == 'with the data "first"'


def test_a_rule_that_is_off_or_does_not_judge_renderings_does_not_judge_them(tmp_path: Path) -> None:
    files = {"a.html": "<p>{{ x|safe }}</p>", "a.data.yaml": "x: '<a href=\"http://acme.example/\">A</a><b>'"}
    assert rendered(tmp_path, files, markup__unclosed_tag="off", links__insecure="error") == []
    assert [
        found.rule for found in rendered(tmp_path, files, markup__unclosed_tag="info", links__insecure="error")
    ] == ["markup/unclosed-tag"]


MJML = "<mjml><mj-body><mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section></mj-body></mjml>"


def test_what_leads_back_to_nothing_in_the_template_is_not_found() -> None:
    def run(facts: Message, options: Options) -> Iterator[Hit]:
        if facts.kind == "rendered":
            yield Hit(facts.parts[0], Span(0, 0))

    assert first(message_of(MJML, "mjml"), active(run, "markup/x")).findings == ()


def test_nothing_is_rendered_for_rules_that_judge_no_rendering() -> None:
    message = message_of(MJML, "mjml")
    first(message, active(yields(), "headers/x"))
    assert [function.__name__ for function, *_ in message.memo] == []
    first(message, active(yields(), "markup/x"))
    assert message.memo
    plain = message_of("<p>Hi</p>")
    first(plain, active(yields(), "markup/x"))
    assert [function.__name__ for function, *_ in plain.memo] == []


def test_a_finding_in_a_rendering_is_not_fixed() -> None:
    def run(facts: Message, options: Options) -> Iterator[Hit]:
        part = facts.parts[0]
        at = part.text.index("Hi")
        span = Span(at, at + 2)
        if facts.kind == "rendered":
            yield Hit(part, span, changes=(Change(span, "Ho"),))

    (found,) = first(message_of(MJML, "mjml"), active(run, "markup/x")).findings
    assert (MJML[found.start : found.end], found.fix) == ("Hi", None)


def test_what_stands_at_the_same_offset_of_another_file_is_something_else() -> None:
    sources = [Source.from_text("a.mjml", MJML), Source.from_text("a.txt", "Hi " * 100)]
    message = read_message(sources, MessageSettings(), "mjml")

    def run(facts: Message, options: Options) -> Iterator[Hit]:
        part = facts.parts[0] if facts.kind == "rendered" else facts.parts[1]
        yield Hit(part, Span(0, 300) if part.text.startswith("Hi") else Span(at := part.text.index("Hi"), at + 2))

    assert [len(report.findings) for report in lint(message, [active(run, "markup/x")])] == [1, 1]


def test_an_audience_of_the_rendered_message_is_named_beside() -> None:
    def run(facts: Message, options: Options) -> Iterator[Hit]:
        part = facts.parts[0]
        at = part.text.index("Hi")
        yield from (Hit(part, Span(at, at + 2), view=view) for view in part.views if view.outlook)

    (found,) = first(message_of(MJML, "mjml"), active(run, "markup/x")).findings
    assert (found.view, MJML[found.start : found.end]) == ("in Outlook, in the rendered HTML", "Hi")


def test_a_rule_that_breaks_over_a_rendering_is_a_finding() -> None:
    def run(facts: Message, options: Options) -> Iterator[Hit]:
        if facts.kind == "rendered":
            raise ValueError("x")
        yield from ()

    (found,) = first(message_of(MJML, "mjml"), active(run, "markup/x")).findings
    assert (found.rule, found.message) == ("internal-error", "rule markup/x failed: ValueError: x")


@pytest.mark.parametrize(
    ("in_template", "in_rendering", "count"),
    [((0, 2), (0, 2), 1), ((0, 2), (1, 2), 1), ((1, 2), (0, 2), 1), ((0, 1), (1, 2), 2), ((1, 2), (0, 1), 2),
     ((0, 0), (0, 2), 1)],
)  # fmt: skip
def test_what_overlaps_in_the_template_is_one_finding(
    in_template: tuple[int, int], in_rendering: tuple[int, int], count: int
) -> None:
    message = message_of(MJML, "mjml")

    def run(facts: Message, options: Options) -> Iterator[Hit]:
        part = facts.parts[0]
        at = part.text.index("Hi")
        start, end = in_rendering if facts.kind == "rendered" else in_template
        yield Hit(part, Span(at + start, at + end))

    report = first(message, active(run, "markup/x"), active(yields(), "markup/y"))
    assert len(report.findings) == count
    other = active(yields(Hit(message.parts[0], Span(0, len(MJML)))), "markup/y")
    only = active(lambda facts, options: run(facts, options) if facts.kind == "rendered" else iter(()), "markup/x")
    assert len(first(message, only, other).findings) == 2


@pytest.mark.parametrize("way", load_list("rendered")["judged"])
def test_the_rules_that_judge_renderings_exist(way: str) -> None:
    assert all(shipped().matching(name) for name in load_list("rendered")["judged"][way])
