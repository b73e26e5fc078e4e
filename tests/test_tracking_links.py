"""What links say of their readers and campaigns: what is found, let pass, and taken out."""

from __future__ import annotations

from typing import Any

import pytest

from maillint.engine.lint import lint
from maillint.finding import Finding
from tests.linting import message_of
from tests.test_tracking import active, mended, run

# -- identifiers ----------------------------------------------------------------------------------------------

IDENTIFIED = """
https://acme.example/?«mc_eid=1a2b3c»
https://acme.example/?a=1&«mc_eid=1a2b3c»
https://acme.example/?a=1&amp;«mc_eid=1a2b3c»&amp;b=2
https://acme.example/?a=1&#38;«MC_EID=1a2b3c»
https://acme.example/?mc_cid=77&«mc_eid=*|UNIQID|*»
https://acme.example/pricing?«_hsenc=p2ANqtz-9a»&_hsmi=123
https://acme.example/?«mkt_tok=eyJpIjoiTURJ»
https://acme.example/?«vero_id=jo%40mail.example»
https://acme.example/?«__s=abc123»#top
https://acme.example/?«ck_subscriber_id=123456»
https://acme.example/?«recipient_id={{ recipient.id }}»
https://acme.example/?«subscriber_id=%%subscriberid%%»
https://acme.example/?«_kx=abc.XyZ»
https://acme.example/?«dm_i=4J5,1GHJK,ABC,1»
https://acme.example/?«sc_uid=abc123»
https://acme.example/?«gclid=EAIaIQobChMI»
https://acme.example/?a=b&«fbclid=IwAR0abc»
https://acme.example/?«_ga=2.1.1.1»
https://acme.example/demo?«email={{ email }}»
https://acme.example/demo?«e={{ contact.email|urlencode }}»
https://acme.example/demo?«email=*|EMAIL|*»
https://acme.example/demo?«id={{ user.email }}»
https://acme.example/demo?«em={{ lead.Email Address }}»
https://acme.example/demo?«uid={{ subscriber_id }}»
https://acme.example/demo?«em=5f4dcc3b5aa765d61d8327deb882cf99»
https://acme.example/demo?«email_hash=5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8»
«https://acme.example/demo/{{ user.email }}»
«https://acme.example/{{ page }}/{{ email }}/info»
""".split("\n")[1:-1]

ANONYMOUS = """
https://acme.example/
https://acme.example/?utm_source=news&utm_medium=email&mc_cid=77
https://acme.example/?mc_eid=
https://acme.example/?id=77&page=3
https://acme.example/?hash=5f4dcc3b5aa765d61d8327deb882cf99
https://acme.example/a?v=5f4dcc3b5aa765d61d8327deb882cf99
https://acme.example/{{ post.slug }}?ref={{ post.id }}
https://acme.example/@jo
https://medium.com/@acme/post
https://maps.example/@50.45,30.52,15z
https://acme.example/contact?to=hello@acme.example
https://acme.example/contact?email=hello@acme.example
https://acme.example/?mail={{ support_email }}
https://acme.example/?email={{ site.email }}
https://acme.example/?from={{ sender.email }}
https://acme.example/unsubscribe?email={{ email }}&mc_eid=1a2b
https://acme.example/preferences?subscriber_id={{ id }}
https://acme.example/u?mc_eid=1a#unsub
https://us1.campaign-archive.com/?u=1a&id=2b&mc_eid=3c
https://acme.example/reset?token={{ token }}&email={{ email }}
https://acme.example/confirm/{{ token }}?email={{ email }}
https://acme.example/login?email={{ user.email }}
https://acme.example/invitations/{{ id }}?email={{ email }}
mailto:jo@mail.example?subject={{ email }}
tel:+15551234567
cid:jo@mail.example
#{{ email }}
""".split("\n")[1:-1]

WRAPPED = [
    "https://l.facebook.com/l.php?u=https%3A%2F%2Facme.example%2F%3Fmc_eid%3D1a2b&h=AT0",
    "https://www.google.com/url?q=https%3A%2F%2Facme.example%2F%3F_hsenc%3Dp2AN&sa=D",
]


@pytest.mark.parametrize("marked", IDENTIFIED)
def test_a_link_names_its_reader(marked: str) -> None:
    text = f'<a href="{marked}">Acme</a>'
    start, end = text.index("«"), text.index("»") - 1
    found = run(text.replace("«", "").replace("»", ""), active("link-identifier"))
    assert [(finding.start, finding.end) for finding in found] == [(start, end)]


@pytest.mark.parametrize("url", ANONYMOUS)
def test_a_link_names_nobody(url: str) -> None:
    assert [found.message for found in run(f'<a href="{url}">Acme</a>', active("link-identifier"))] == []


@pytest.mark.parametrize("url", WRAPPED)
def test_a_wrapped_link_names_its_reader(url: str) -> None:
    (found,) = run(f'<a href="{url}">Acme</a>', active("link-identifier"))
    assert found.fix is None


@pytest.mark.parametrize("text", ["Abmelden", "Unsubscribe", "Отписаться", "Se désabonner", "Manage preferences"])
def test_an_unsubscribe_link_must_know_its_reader(text: str) -> None:
    assert run(f'<a href="https://acme.example/u?mc_eid=1a2b">{text}</a>', active("link-identifier")) == []


def test_links_in_plain_text_count() -> None:
    (found,) = run("See https://acme.example/?a=1&mc_eid=1a2b today", active("link-identifier"), kind="txt")
    assert (found.start, found.end) == (30, 41)


def message(url: str) -> list[Finding]:
    text = f"From: Acme <hi@acme.example>\nTo: Jo <jo@mail.example>\nContent-Type: text/plain\n\nSee {url} .\n"
    return [found for file in lint(message_of(text, "eml"), [active("link-identifier")]) for found in file.findings]


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("https://acme.example/?x=jo@mail.example", True),
        ("https://acme.example/?x=jo%40mail.example", True),
        ("https://acme.example/jo@mail.example/info", True),
        ("https://acme.example/?email=other@mail.example", True),
        ("https://acme.example/?cid=other@mail.example", True),
        ("https://acme.example/?add=other@mail.example", False),
        ("https://acme.example/?email=hi@acme.example", False),
        ("https://acme.example/other@mail.example/info", False),
    ],
)
def test_a_finished_message_says_who_its_reader_is(url: str, named: bool) -> None:
    assert bool(message(url)) is named


def test_parameters_can_be_let_pass() -> None:
    assert run('<a href="https://acme.example/?mc_eid=1">A</a>', active("link-identifier", ignore=["MC_EID"])) == []


FINISHED = (
    "From: hello@acme.example\r\nTo: Jo <jo@client.example>\r\nSubject: Mugs\r\n"
    'Content-Type: text/html\r\n\r\n<a href="https://acme.example/{}">Mugs</a>'
)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("r/am9AY2xpZW50LmV4YW1wbGU=/7", "the recipient's e-mail address in base64"),
        ("r/am9AY2xpZW50LmV4YW1wbGU", "the recipient's e-mail address in base64"),
        ("?x=am9AY2xpZW50LmV4YW1wbGU%3D", "the recipient's e-mail address in base64 (x=)"),
        ("r/4c0ab2c8da6e1af7bc7e1702d6051ee6", "a hash of the recipient's e-mail address"),
        ("?ecmId=11841/10193&ecmUid=78799", "a recipient ID (ecmUid=)"),
        ("?mc_eid=1a2b", "Mailchimp's recipient ID (mc_eid=); Apple Mail and Firefox strip it"),
        ("?gbraid=1a2b", "Google Ads' click ID from another visit (gbraid=); Firefox strips it"),
        ("?recipient_id=7", "a recipient ID (recipient_id=)"),
        ("r/YW5uQGNsaWVudC5leGFtcGxl", None),
        ("r/xyzam9AY2xpZW50LmV4YW1wbGUxyz", None),
        ("r/5c0ab2c8da6e1af7bc7e1702d6051ee6", None),
        ("confirm/am9AY2xpZW50LmV4YW1wbGU=", None),
    ],
)
def test_identifiers_in_a_finished_message(path: str, words: str | None) -> None:
    found = run(FINISHED.format(path), active("link-identifier"), kind="eml")
    assert [each.message for each in found] == ([f"link carries {words}"] if words else [])


def test_who_drops_an_identifier_is_evidence() -> None:
    (found,) = run(FINISHED.format("?mc_eid=1a2b"), active("link-identifier"), kind="eml")
    assert found.evidence["clients"] == "Apple Mail, Firefox"


STRIPPED = {
    "?mc_eid=1a2b": "mc_eid",
    "?lang=en&mkt_tok=MTIz&utm_source=news": "mkt_tok",
    "?__s={{ id }}": "__s",
    "?MC_EID=1a2b&action=unsubscribe": "MC_EID",
    "?vero_id=7&vero_conv=8": "vero_id and vero_conv",
}
NOT_STRIPPED = [
    "",
    "?id=77",
    "?subscriber_id=7",
    "?mc_eid=",
    "?mc_eid=1a2b&id=77",
    "?mc_eid=1a2b&token={{ token }}",
    "?fbclid=1a2b",
    "/5f4dcc3b5aa765d61d8327deb882cf99?mc_eid=1a2b",
    "/{{ token }}?mc_eid=1a2b",
]


@pytest.mark.parametrize("query", STRIPPED)
def test_a_way_out_that_clients_close(query: str) -> None:
    text = f'<a href="https://acme.example/unsubscribe{query}">Unsubscribe</a>'
    (found,) = run(text, active("stripped-unsubscribe"))
    assert found.evidence["parameters"] == STRIPPED[query]
    assert found.message.endswith(f"and Apple Mail and Firefox strip {'them' if ' and ' in STRIPPED[query] else 'it'}")


@pytest.mark.parametrize("query", NOT_STRIPPED)
def test_a_way_out_that_stays_open(query: str) -> None:
    text = f'<a href="https://acme.example/unsubscribe{query}">Unsubscribe</a>'
    assert run(text, active("stripped-unsubscribe")) == []


def test_another_link_may_lose_its_reader() -> None:
    assert run('<a href="https://acme.example/sale?mc_eid=1a2b">Sale</a>', active("stripped-unsubscribe")) == []


DROPPED = [
    ("?mc_eid=1", ""),
    ("?a=1&amp;mc_eid=1", "?a=1"),
    ("?mc_eid=1&amp;a=1", "?a=1"),
    ("?a=1&amp;mc_eid=1&amp;b=%26", "?a=1&amp;b=%26"),
    ("?a=1&mc_eid=1&vero_id=2#top", "?a=1#top"),
    ("?mc_eid=1&vero_id=2#top", "#top"),
    ("?mc_eid={{ id }}&amp;a={{ a }}", "?a={{ a }}"),
]


@pytest.mark.parametrize(("query", "left"), DROPPED)
def test_an_identifier_is_dropped_alone(query: str, left: str) -> None:
    text = '<a href="https://acme.example/{}">A</a>'
    assert mended(text.format(query), active("link-identifier")) == text.format(left)


# -- campaigns ------------------------------------------------------------------------------------------------

CAMPAIGNS = [
    ("?«utm_source=cold»", ""),
    ("?a=1&amp;«utm_source=cold&amp;utm_campaign=q3»", "?a=1"),
    ("?«UTM_Source=cold»&amp;a=1", "?a=1"),
    ("?«utm_source=cold&a=1&utm_medium=email»&b=2", "?a=1&b=2"),
    ("?«utm_campaign={{ campaign }}»&amp;b={{ a &amp; b }}", "?b={{ a &amp; b }}"),
    ("?«mtm_campaign=a&pk_kwd=b»#c", "#c"),
    ("?a=%26utm_source%3D1&«utm_term=x»", "?a=%26utm_source%3D1"),
    ("?«_hsmi=77&mc_cid=1a»", ""),
]


@pytest.mark.parametrize(("marked", "left"), CAMPAIGNS)
def test_campaigns_in_a_first_touch(marked: str, left: str) -> None:
    page = '<a href="https://acme.example/{}">A</a>'
    text = page.format(marked)
    start, end = text.index("«"), text.index("»") - 1
    text = text.replace("«", "").replace("»", "")
    rule = active("utm-in-first-touch")
    (found,) = run(text, rule, touch=1, profile="cold")
    assert (found.start, found.end) == (start, end)
    assert found.fix is not None and found.fix.safe
    assert mended(text, rule, touch=1, profile="cold") == page.format(left)


def test_a_template_statement_in_the_address_is_left_alone() -> None:
    text = '<a href="https://acme.example/?utm_source=a{% if b %}&amp;{{ b }}{% endif %}">A</a>'
    (found,) = run(text, active("utm-in-first-touch"), touch=1)
    assert text[found.start : found.end] == "utm_source=a"
    assert found.fix is None


@pytest.mark.parametrize("query", ["", "?a=utm_source", "?source=cold", "?autm_source=1", "?ref=cold", "#utm_source=a"])
def test_no_campaign(query: str) -> None:
    assert run(f'<a href="https://acme.example/{query}">A</a>', active("utm-in-first-touch"), touch=1) == []


@pytest.mark.parametrize(("settings", "unknown"), [({"touch": 2}, 0), ({"profile": "cold"}, 1)])
def test_another_touch(settings: dict[str, Any], unknown: int) -> None:
    text = '<a href="https://acme.example/?utm_source=a">A</a>'
    (report,) = lint(message_of(text, **settings), [active("utm-in-first-touch")])
    assert (len(report.findings), len(report.unknown)) == (0, unknown)
