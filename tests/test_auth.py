"""The rules about domains: records that are found, absent and unreachable are not confused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillint.config.config import CommandLine, LayeredConfig
from maillint.finding import DomainReport
from maillint.network.facts import Question, Selector, gather
from maillint.network.replay import ReplayResolver
from maillint.network.resolver import DnsResolver
from maillint.project.domains import judge, selectors_for
from tests.dns_server import DnsServer
from tests.linting import domain_rules

SPF = "v=spf1 ip4:192.0.2.0/24 -all"
DMARC = "v=DMARC1; p=reject; rua=mailto:dmarc@acme.example"
KEY = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
ADDRESS = {"acme.example A": ["192.0.2.1"]}
SOUND: Mapping[str, Any] = {
    "acme.example TXT": [SPF],
    "acme.example MX": ["10 mx.acme.example"],
    "mx.acme.example A": ["192.0.2.25"],
    "_dmarc.acme.example TXT": [DMARC],
    "s1._domainkey.acme.example TXT": [KEY],
}
CONFIG = LayeredConfig(command_line=CommandLine(select=domain_rules()))
TROUBLES = {"timeout": "timed out", "servfail": "SERVFAIL", "refused": "REFUSED"}


def report(dns: Mapping[str, Any], domain: str = "acme.example", *selectors: str, **more: Any) -> DomainReport:
    question = Question(domain, tuple(map(Selector, selectors)), **more)
    return judge(gather(question, ReplayResolver(dns)), CONFIG)


def found(reported: DomainReport) -> set[str]:
    return {finding.rule.removeprefix("auth/") for finding in reported.findings}


def unknown(reported: DomainReport, rule: str) -> list[str]:
    return [one.reason for one in reported.unknown if one.rule == f"auth/{rule}"]


def without(*keys: str, **changes: Any) -> dict[str, Any]:
    return {key: value for key, value in SOUND.items() if key not in keys} | changes


NEWS: Mapping[str, Any] = {**SOUND, "news.acme.example TXT": [SPF], "news.acme.example A": ["192.0.2.1"]}


def dmarc(*records: str) -> dict[str, Any]:
    return without(**{"_dmarc.acme.example TXT": list(records)})


def test_a_sound_domain_is_clean() -> None:
    reported = report(SOUND, "acme.example", "s1", ips=("192.0.2.7",))
    assert (reported.findings, reported.unknown) == ((), ())


SUBJECTS = [
    ("spf-missing", "acme.example TXT"),
    ("dmarc-missing", "_dmarc.acme.example TXT"),
    ("dkim-missing", "s1._domainkey.acme.example TXT"),
]


@pytest.mark.parametrize(("rule", "record"), SUBJECTS)
@pytest.mark.parametrize("absence", ["nodata", "nxdomain"])
def test_what_is_absent_is_missing(rule: str, record: str, absence: str) -> None:
    reported = report({**SOUND, record: absence}, "acme.example", "s1")
    assert found(reported) == {rule}
    assert unknown(reported, rule) == []


@pytest.mark.parametrize(("rule", "record"), SUBJECTS)
@pytest.mark.parametrize("trouble", list(TROUBLES))
def test_a_query_without_an_answer_is_unknown_and_never_missing(rule: str, record: str, trouble: str) -> None:
    reported = report({**SOUND, record: trouble}, "acme.example", "s1")
    assert found(reported) == set()
    assert unknown(reported, rule) == [f"{record}: {TROUBLES[trouble]}"]


def test_where_no_query_is_answered_every_rule_is_unknown() -> None:
    dead = {f"{name} {kind}": "timeout" for name in ["acme.example"] for kind in ("TXT", "MX", "A", "AAAA")}
    dead |= {"_dmarc.acme.example TXT": "timeout", "s1._domainkey.acme.example TXT": "timeout"}
    reported = report(dead, "acme.example", "s1", ips=("192.0.2.1",))
    assert reported.findings == ()
    rules = {active.rule.name for active in CONFIG.rules_for("newsletter") if active.rule.check.subject == "domain"}
    assert {one.rule for one in reported.unknown} == rules


@pytest.mark.parametrize(
    ("dns", "domain", "expected"),
    [
        # the domain itself
        ({}, "acme.example", {"domain-missing"}),
        ({"example TXT": ["x"]}, "acme.example", {"domain-missing"}),
        ({"mail.acme.example A": ["192.0.2.1"]}, "acme.example", {"spf-missing", "dmarc-missing", "mx-missing"}),
        # a sound domain above does not make up for a name that does not exist
        (SOUND, "gone.acme.example", {"domain-missing"}),
        # mail of a subdomain: SPF is its own, DMARC comes from above
        ({**SOUND, "news.acme.example A": ["192.0.2.1"]}, "news.acme.example", {"spf-missing"}),
        (NEWS, "news.acme.example", set()),
        # several records
        (without(**{"acme.example TXT": [SPF, "v=spf1 mx ~all"]}), "acme.example", {"spf-multiple"}),
        (dmarc(DMARC, "v=DMARC1; p=none"), "acme.example", {"dmarc-multiple"}),
        # several records are discarded, and the domain above is consulted
        ({**NEWS, "_dmarc.news.acme.example TXT": [DMARC, DMARC + ";"]}, "news.acme.example", {"dmarc-multiple"}),
        # policies
        (dmarc("v=DMARC1; p=none; rua=mailto:a@acme.example"), "acme.example", {"dmarc-policy-none"}),
        (dmarc("v=DMARC1; p=reject"), "acme.example", {"dmarc-no-reports"}),
        (dmarc("v=DMARC1; p=no"), "acme.example", {"dmarc-syntax"}),
        (dmarc("v=DMARC1; p=no; rua=mailto:a@acme.example"), "acme.example", {"dmarc-syntax", "dmarc-policy-none"}),
        (dmarc("v=DMARC1"), "acme.example", {"dmarc-missing"}),
        (dmarc("v=DMARC1, p=none"), "acme.example", {"dmarc-missing"}),
        (dmarc("site-verification=1"), "acme.example", {"dmarc-missing"}),
        # replies
        (without(**{"acme.example MX": ["0 ."]}), "acme.example", {"mx-null"}),
        (without("acme.example MX"), "acme.example", {"mx-missing"}),
        (without("acme.example MX", **ADDRESS), "acme.example", set()),
    ],
)  # fmt: skip
def test_what_is_found(dns: Mapping[str, Any], domain: str, expected: set[str]) -> None:
    assert found(report(dns, domain)) == expected


def test_a_domain_that_does_not_exist_has_no_other_finding() -> None:
    reported = report({}, "acme.example", "s1", ips=("192.0.2.1",))
    assert [finding.rule for finding in reported.findings] == ["auth/domain-missing"]
    assert reported.unknown == ()


ALL = ["acme.example TXT", "acme.example MX", "acme.example A", "acme.example AAAA"]


@pytest.mark.parametrize(
    ("answers", "exists"),
    [
        ({}, False),
        ({"acme.example MX": ["10 mx.acme.example"], "acme.example TXT": "nxdomain"}, True),
        ({"acme.example TXT": "nodata"}, True),
        (dict.fromkeys(ALL, "nxdomain"), False),
        ({**dict.fromkeys(ALL, "nxdomain"), "acme.example TXT": "timeout"}, None),
        ({**dict.fromkeys(ALL, "nxdomain"), "acme.example AAAA": "servfail"}, None),
        ({**dict.fromkeys(ALL, "timeout"), "acme.example TXT": "nodata"}, True),
    ],
)
def test_a_domain_is_gone_only_where_every_answer_says_so(answers: Mapping[str, Any], exists: bool | None) -> None:
    assert gather(Question("acme.example"), ReplayResolver(answers)).exists is exists


# -- SPF ----------------------------------------------------------------------------------------------


def spf(record: str, **others: Any) -> dict[str, Any]:
    return without(**{"acme.example TXT": [record], **others})


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        ("v=spf1;a;-all", "v=spf1"),
        ('"v=spf1 a -all"', '"v=spf1'),
        (" v=spf1 a -all", " v=spf1"),
        ("v=spf1\ta -all", "v=spf1\ta"),
        ("v = spf1 a -all", "v"),
        ("v=spf 1 -all", "v=spf"),
    ],
)
def test_a_record_that_was_meant_to_be_spf_is_shown(record: str, shown: str) -> None:
    (finding,) = report(spf(record)).findings
    assert finding.rule == "auth/spf-missing"
    assert (finding.record or "")[finding.start : finding.end] == shown
    assert finding.message == 'acme.example has no SPF record: this one does not begin with "v=spf1" and a space'


def test_lookups_are_reported_with_the_share_of_each_term() -> None:
    one = "v=spf1 " + " ".join(f"exists:{n}.b.example" for n in range(7)) + " -all"
    dns = spf("v=spf1 mx include:a.example a:mx.acme.example include:b.example -all", **{
        "a.example TXT": ["v=spf1 include:c.example -all"],
        "c.example TXT": ["v=spf1 ip4:192.0.2.1 -all"],
        "b.example TXT": [one],
        **{f"{n}.b.example A": ["127.0.0.2"] for n in range(7)},
    })  # fmt: skip
    (finding,) = report(dns).findings
    assert finding.message == (
        "SPF needs 12 DNS lookups; receivers stop after 10 "
        "(include:b.example 8, include:a.example 2, mx 1, a:mx.acme.example 1)"
    )
    assert (finding.record or "")[finding.start : finding.end] == "include:b.example"
    assert finding.evidence["terms"] == {
        "include:b.example": 8, "include:a.example": 2, "mx": 1, "a:mx.acme.example": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("record", "others", "rule", "reason"),
    [
        ("v=spf1 include:a.example -all", {"a.example TXT": "timeout"}, "spf-lookups", "a.example TXT: timed out"),
        ("v=spf1 include:a.example -all", {"a.example TXT": "timeout"}, "spf-include-broken",
         "a.example TXT: timed out"),
        ("v=spf1 redirect=a.example", {"a.example TXT": "servfail"}, "spf-include-broken", "a.example TXT: SERVFAIL"),
        ("v=spf1 mx:a.example -all", {"a.example MX": "refused"}, "spf-void-lookups", "a.example MX: REFUSED"),
        ("v=spf1 a:a.example -all", {"a.example A": "timeout"}, "spf-void-lookups", "a.example A: timed out"),
        ("v=spf1 include:%{ir}.a.example -all", {}, "spf-lookups", "%{ir}.a.example in SPF depends on the message"),
    ],
)  # fmt: skip
def test_what_an_spf_record_includes_may_stay_unknown(
    record: str, others: Mapping[str, Any], rule: str, reason: str
) -> None:
    reported = report(spf(record, **others))
    assert found(reported) == set()
    assert unknown(reported, rule) == [reason]


def test_more_than_ten_lookups_are_certain_although_some_did_not_answer() -> None:
    record = "v=spf1 " + " ".join(f"exists:{n}.b.example" for n in range(11)) + " -all"
    dns = spf(record, **{f"{n}.b.example A": ["127.0.0.2"] for n in range(10)}, **{"10.b.example A": "timeout"})
    reported = report(dns)
    assert found(reported) == {"spf-lookups"}
    assert unknown(reported, "spf-lookups") == []
    assert unknown(reported, "spf-void-lookups") == ["10.b.example A: timed out"]


@pytest.mark.parametrize(
    ("record", "others", "path", "fault"),
    [
        ("include:a.example", {}, "a.example", "has no SPF record"),
        ("include:a.example", {"a.example TXT": ["x"]}, "a.example", "has no SPF record"),
        ("include:a.example", {"a.example TXT": [SPF, SPF + " "]}, "a.example", "has more than one SPF record"),
        ("include:a.example", {"a.example TXT": ["v=spf1 ip:1 -all"]}, "a.example",
         'has an invalid SPF record (unknown mechanism "ip")'),
        ("include:a.example", {"a.example TXT": ["v=spf1 redirect=b.example"]}, "a.example → b.example",
         "has no SPF record"),
    ],
)  # fmt: skip
def test_a_broken_include_is_reported_with_the_way_to_it(
    record: str, others: Mapping[str, Any], path: str, fault: str
) -> None:
    reported = report(spf(f"v=spf1 {record} -all", **others))
    assert found(reported) == {"spf-include-broken"}
    (finding,) = reported.findings
    assert (finding.evidence["path"], finding.evidence["fault"]) == (path, fault)
    assert (finding.record or "")[finding.start : finding.end] == record


@pytest.mark.parametrize(
    ("record", "ip", "result", "span"),
    [
        (SPF, "192.0.2.7", None, ""),
        (SPF, "203.0.113.7", "fail", "-all"),
        ("v=spf1 ip4:192.0.2.0/24 ~all", "203.0.113.7", "softfail", "~all"),
        ("v=spf1 -ip4:203.0.113.7 ip4:203.0.113.0/24 ~all", "203.0.113.7", "fail", "-ip4:203.0.113.7"),
        ("v=spf1 redirect=a.example", "203.0.113.7", "fail", ""),
        # the fault of the record has a rule of its own
        ("v=spf1 ip4:192.0.2.0/99 -all", "203.0.113.7", None, ""),
        ("", "203.0.113.7", None, ""),
    ],
)
def test_a_declared_address_passes_or_is_reported(record: str, ip: str, result: str | None, span: str) -> None:
    reported = report(spf(record, **{"a.example TXT": [SPF]}), ips=(ip,))
    mine = [finding for finding in reported.findings if finding.rule == "auth/spf-sender-missing"]
    assert [finding.evidence["result"] for finding in mine] == ([result] if result else [])
    assert [(finding.record or "")[finding.start : finding.end] for finding in mine] == ([span] if result else [])


def test_spf_that_could_not_be_evaluated_is_unknown() -> None:
    reported = report(spf("v=spf1 include:a.example -all", **{"a.example TXT": "timeout"}), ips=("192.0.2.1",))
    assert unknown(reported, "spf-sender-missing") == ["SPF of 192.0.2.1: a.example: timed out"]
    assert reported.facts["spf"]["check_host"][0]["result"] == "temperror"  # type: ignore[index]


def test_spf_is_looked_up_at_the_domain_of_the_envelope() -> None:
    dns = without("acme.example TXT", **{"em.acme.example TXT": [SPF], **ADDRESS})
    assert found(report(dns)) == {"spf-missing"}
    assert found(report(dns, mail_from="bounce@em.acme.example")) == set()
    (finding,) = report(SOUND, mail_from="bounce@esp.example").findings
    assert finding.message == "esp.example has no SPF record"
    (finding,) = report(SOUND, mail_from="", helo="mx.esp.example").findings
    assert finding.message == "mx.esp.example has no SPF record"


# -- DKIM ---------------------------------------------------------------------------------------------


def test_each_declared_selector_has_a_key_or_is_missing() -> None:
    reported = report(SOUND, "acme.example", "s1", "s2")
    assert [finding.message for finding in reported.findings] == ["no DKIM key at s2._domainkey.acme.example"]


def test_without_a_selector_dkim_is_unknown() -> None:
    reported = report(without("s1._domainkey.acme.example TXT"))
    assert reported.findings == ()
    assert unknown(reported, "dkim-missing") == ["no DKIM selector is known"]


def guessing(dns: Mapping[str, Any]) -> DomainReport:
    question = Question("acme.example", selectors_for("acme.example", (), CONFIG))
    return judge(gather(question, ReplayResolver(dns)), CONFIG)


@pytest.mark.parametrize("record", ["v=DKIM1; p=", "v=spf1 -all", "v=DKIM1; p=AAAA"])
def test_a_guessed_selector_may_show_dkim_but_never_its_absence(record: str) -> None:
    missing = without("s1._domainkey.acme.example TXT")
    assert unknown(guessing(missing), "dkim-missing")
    assert unknown(guessing({**missing, "google._domainkey.acme.example TXT": [record]}), "dkim-missing")
    shown = guessing({**missing, "google._domainkey.acme.example TXT": [KEY]})
    assert (shown.findings, shown.unknown) == ((), ())
    assert [key["selector"] for key in shown.facts["dkim"]] == ["google"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("texts", "rule", "message"),
    [
        (["v=DKIM1; p="], "dkim-revoked", "the DKIM key at s1._domainkey.acme.example is revoked"),
        (["p=AAAA"], "dkim-syntax",
         "invalid DKIM key at s1._domainkey.acme.example: broken key (not an RSA key)"),
        (["v=spf1 -all"], "dkim-syntax",
         "invalid DKIM key at s1._domainkey.acme.example: no p= tag"),
        (["v=DKIM2; p="], "dkim-syntax",
         'invalid DKIM key at s1._domainkey.acme.example: bad version "v=DKIM2"'),
        (["k=dsa; p=AAAA"], "dkim-syntax",
         'invalid DKIM key at s1._domainkey.acme.example: unknown key type "dsa"'),
        ([KEY, "x"], "dkim-syntax",
         "invalid DKIM key at s1._domainkey.acme.example: 2 records instead of one"),
        ([KEY + "; t=y"], "dkim-testing",
         "the DKIM key at s1._domainkey.acme.example is in test mode (t=y)"),
    ],
)  # fmt: skip
def test_a_key_that_cannot_be_used_is_reported_and_not_missing(texts: list[str], rule: str, message: str) -> None:
    reported = report({**SOUND, "s1._domainkey.acme.example TXT": texts}, "acme.example", "s1")
    assert message in [finding.message for finding in reported.findings if finding.rule == f"auth/{rule}"]
    assert "dkim-missing" not in found(reported)


@pytest.mark.parametrize(
    ("domain", "selector", "missing"),
    [
        ("news.acme.example", Selector("s1"), None),  # signed by the domain above: aligned
        ("news.acme.example", Selector("s2"), "s2._domainkey.news.acme.example"),
        ("news.acme.example", Selector("s1", "news.acme.example", "signature"), "s1._domainkey.news.acme.example"),
        ("news.acme.example", Selector("s1", "acme.example", "signature"), None),
        ("acme.example", Selector("s1"), None),
    ],
)
def test_where_a_selector_s_key_may_stand(domain: str, selector: Selector, missing: str | None) -> None:
    reported = judge(gather(Question(domain, (selector,)), ReplayResolver(NEWS)), CONFIG)
    assert [finding.evidence["name"] for finding in reported.findings] == ([missing] if missing else [])


# -- results ------------------------------------------------------------------------------------------


def test_results_for_programs() -> None:
    assert report(SOUND, "acme.example", "s1", ips=("192.0.2.7",), mail_from="a@acme.example").facts == {
        "exists": True,
        "mx": ["10 mx.acme.example"],
        "spf": {
            "domain": "acme.example",
            "records": [SPF],
            "lookups": 0,
            "void_lookups": 0,
            "check_host": [
                {
                    "ip": "192.0.2.7",
                    "mail_from": "a@acme.example",
                    "helo": "acme.example",
                    "result": "pass",
                    "domain": "acme.example",
                    "reason": "",
                    "lookups": 0,
                    "void_lookups": 0,
                }
            ],
        },
        "dmarc": {
            "domain": "acme.example",
            "record": DMARC,
            "policy": "reject",
            "organisational_domain": "acme.example",
            "determined": True,
        },
        "dkim": [
            {
                "selector": "s1",
                "domain": "acme.example",
                "origin": "declared",
                "records": [KEY],
                "type": "ed25519",
                "bits": 256,
                "revoked": False,
            }
        ],
    }


def test_results_keep_absent_and_unknown_apart() -> None:
    absent = report({"acme.example A": ["192.0.2.1"]}).facts
    assert absent["spf"]["lookups"] == 0  # type: ignore[index]
    assert absent["dmarc"]["determined"] is True  # type: ignore[index]
    trouble = {f"{key} TXT": "timeout" for key in ("acme.example", "_dmarc.acme.example", "s1._domainkey.acme.example")}
    unreachable = report({**trouble, "acme.example MX": "timeout"}, "acme.example", "s1").facts
    assert unreachable["mx"] is None
    assert unreachable["spf"]["records"] is unreachable["spf"]["lookups"] is None  # type: ignore[index]
    assert unreachable["dmarc"]["determined"] is False  # type: ignore[index]
    assert unreachable["dkim"][0]["records"] is None  # type: ignore[index]


hostile = st.lists(
    st.one_of(
        st.text(max_size=60),
        st.text("v=spf1DMAKI;: +-~?all/%{}.\"'«»\x00\x1b\u202e", max_size=60).map("v=spf1 ".__add__),
        st.text("v=;p:rua!@.,x \x00\t", max_size=60).map("v=DMARC1;".__add__),
        st.text("kptsh=;:y AQ/+ ", max_size=60).map("v=DKIM1;".__add__),
    ),
    max_size=3,
)


@settings(deadline=None, max_examples=60)
@given(hostile, hostile, hostile)
def test_hostile_records_break_no_rule(own: list[str], policy: list[str], key: list[str]) -> None:
    dns = {"acme.example TXT": own, "_dmarc.acme.example TXT": policy, "s1._domainkey.acme.example TXT": key}
    reported = report(dns, "acme.example", "s1", ips=("192.0.2.1",))
    assert "internal-error" not in {finding.rule for finding in reported.findings}
    assert all(within(finding.record, finding.start, finding.end) for finding in reported.findings)


def within(record: str | None, start: int, end: int) -> bool:
    return 0 <= start <= end <= len(record or "")


def test_only_some_of_a_thousand_faults_are_reported() -> None:
    reported = report(spf("v=spf1 " + "x " * 1000 + "-all"))
    assert len([finding for finding in reported.findings if finding.rule == "auth/spf-syntax"]) == 20
    assert sum(map(len, messages(reported.findings))) < 10_000


def messages(findings: Iterable[Any]) -> list[str]:
    return [finding.message for finding in findings]


# -- over the network ---------------------------------------------------------------------------------


def asked(zone: Mapping[str, Any], **more: Any) -> tuple[set[str], list[str]]:
    """The findings about acme.example, and the names that a DNS server on loopback was asked for."""
    with DnsServer({**SOUND, **zone}) as server:
        facts = gather(Question("acme.example", **more), DnsResolver(server.address, 2.0))
        return found(judge(facts, CONFIG)), [query.name for query in server.queries]


@pytest.mark.parametrize(
    ("spf", "rules"),
    [
        ("v=spf1 mx -all include:esp.example", {"spf-unreached"}),
        ("v=spf1 mx ~all ip4:192.0.2.9 a:mx.acme.example", {"spf-unreached"}),
        ("v=spf1 mx redirect=esp.example -all", {"spf-unreached"}),
        ("v=spf1 mx -all redirect=esp.example", {"spf-unreached"}),
        ("v=spf1 mx ?all include:esp.example", {"spf-unreached", "spf-open-end"}),
        ("v=spf1 +all include:esp.example ~all", {"spf-all"}),
        ("v=spf1 mx -all -all", set()),
        ("v=spf1 mx -all exp=why.acme.example", set()),
        ("v=spf1 mx redirect=esp.example", set()),
        ("v=spf1 mx include:esp.example -all", set()),
        ("v=spf1 mx include:esp..example -all", {"spf-include-broken"}),
    ],
)
def test_terms_that_never_count(spf: str, rules: set[str]) -> None:
    zone = {"acme.example TXT": [spf], "esp.example TXT": [SPF]}
    assert {rule for rule in asked(zone)[0] if rule.startswith("spf-")} == rules


@pytest.mark.parametrize(
    ("sender", "what"),
    [
        ("bounce@[192.0.2.1]", "is an address literal, which SPF does not cover"),
        ("bounce@[IPv6:2001:db8::1]", "is an address literal, which SPF does not cover"),
        ("bounce@mail..acme.example", "is a malformed domain name"),
        (f"bounce@{'x' * 64}.example", "is a malformed domain name"),
        ("bounce@localhost", "is a single label, not a full domain name"),
        ("bounce@gone.example", "has no SPF record"),
    ],
)
def test_what_can_have_no_spf_record_is_not_asked_for_and_named_as_it_is(sender: str, what: str) -> None:
    domain = sender.rpartition("@")[2]
    with DnsServer(SOUND) as server:
        facts = gather(Question("acme.example", ips=("192.0.2.7",), mail_from=sender), DnsResolver(server.address, 2.0))
        reported = judge(facts, CONFIG)
        queries = {query.name for query in server.queries}
    message = next(finding.message for finding in reported.findings if finding.rule == "auth/spf-missing")
    assert (facts.spf.checks[0].outcome.result, message) == ("none", f"{domain.lower()} {what}")
    assert (domain in queries) is (domain == "gone.example")


@pytest.mark.parametrize(
    ("record", "zone", "rules"),
    [
        ("rua=mailto:acme@reports.example", {}, {"dmarc-report-unauthorised"}),
        ("rua=mailto:acme@reports.example", {"TXT": ["v=DMARC1"]}, set()),
        ("rua=mailto:acme@reports.example", {"TXT": ["v=DMARC1;rua=mailto:x@reports.example"]}, set()),
        ("rua=mailto:acme@reports.example", {"TXT": ["site-verification=1"]}, {"dmarc-report-unauthorised"}),
        ("rua=mailto:acme@reports.example", {"TXT": "servfail"}, set()),
        ("rua=mailto:d@mail.acme.example", {}, set()),
        ("rua=mailto:d@acme.example; ruf=mailto:acme@reports.example", {}, {"dmarc-report-unauthorised"}),
        ("rua=https://reports.example/in", {}, {"dmarc-syntax"}),
    ],
)
def test_reports_to_another_organisation(record: str, zone: dict[str, Any], rules: set[str]) -> None:
    consent = {f"acme.example._report._dmarc.reports.example {kind}": value for kind, value in zone.items()}
    names, _ = asked({"_dmarc.acme.example TXT": [f"v=DMARC1; p=reject; {record}"], **consent})
    assert {rule for rule in names if rule.startswith("dmarc-")} == rules


def test_a_record_with_hundreds_of_destinations_costs_few_queries() -> None:
    destinations = ",".join(f"mailto:a@r{number}.example" for number in range(200))
    _, queries = asked({"_dmarc.acme.example TXT": [f"v=DMARC1; p=reject; rua={destinations}"]})
    assert sum("_report._dmarc" in name for name in queries) <= 10
