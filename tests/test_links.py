"""The rules of links/: what each finds in addresses and texts, what it lets pass, and what it changes."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillint.catalogue.load import shipped
from maillint.engine.lint import lint
from maillint.finding import FileReport, Finding, Unknown
from maillint.message.read import MessageSettings, read_message
from maillint.text.source import Source
from tests.linting import active, marked, mended, message_of

RULES = {rule.name.partition("/")[2]: rule for rule in shipped().rules.values() if rule.family == "links"}
OFFLINE = sorted(set(RULES) - {"unreachable", "redirect-chain", "bad-certificate", "blocklisted"})


def reports(text: str, *names: str, kind: str = "html", options: Any = None, **given: Any) -> tuple[FileReport, ...]:
    message = message_of(text, kind, **{"profile": "cold", **given})
    return tuple(lint(message, [active(RULES[name], options) for name in names or OFFLINE]))


def findings(text: str, *names: str, **given: Any) -> list[Finding]:
    return [finding for report in reports(text, *names, **given) for finding in report.findings]


def unknown(text: str, *names: str, **given: Any) -> list[Unknown]:
    return [reason for report in reports(text, *names, **given) for reason in report.unknown]


def link(url: str, text: str = "Prices") -> str:
    return f'<p><a href="{url}">{text}</a></p>'


# -- addresses ------------------------------------------------------------------------------------------------

PLAIN = [
    "https://acme.example",
    "https://acme.example/",
    "HTTPS://WWW.ACME.EXAMPLE/Pricing.html?a=1&amp;b=2#top",
    "https://acme.example:443/pricing",
    "https://shop.acme.co.uk/a_b-c~d/(e)/f;g=h,i",
    "https://acme.example/caf%C3%A9?q=%20",
    "https://acme.example/café/привет",
    "https://acme.example/\u0645\u06cc\u200c\u0634\u0648\u062f",
    "https://acme.example/%D9%85%DB%8C%E2%80%8C%D8%B4%D9%88%D8%AF",
    "https://bücher.example/",
    "https://xn--bcher-kva.example/",
    "https://яндекс.рф/поиск",
    "https://日本語.jp/",
    "https://my_shop.acme.example/",
    "https://acme.example./",
    "https://a.b.c.d.e.f.acme.example/",
    "https://1and1.example/24h",
    "https://acme.example/@jane",
    "https://acme.example/?next=https://acme.example/home",
    "https://acme.example/a//b",
    "https://web.archive.org/web/2020/https://partner.example/",
    "https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fpartner.example%2F",
    "https://wa.me/442079460000?text=Hello",
    "https://t.me/acme",
    "https://developers.acme.example/staging-guide",
    "https://test.partner.example/",
    "https://localhost.acme.example/",
    "mailto:jane@acme.example",
    "mailto:jane@acme.example?subject=Our prices&amp;body=Hello there",
    "mailto:jane@acme.example,joe@acme.example",
    "mailto:?subject=Read this",
    "MAILTO:Jane@acme.example",
    "tel:+442079460000",
    "tel:+44 (0)20 7946 0000",
    "sms:+442079460000",
    "whatsapp://send?text=Hi",
    "webcal://acme.example/feed.ics",
    "x-apple-data-detectors://0",
    "cid:logo",
]
"""Addresses in which no rule finds anything."""

TEMPLATES = [
    "{{ url }}",
    "{{ url }}/pricing",
    "{{{ url }}}",
    "https://{{ host }}/pricing",
    "https://{{ sub }}.acme.example/a b{{ c }}".replace(" b", "b"),
    "https://acme.example/{{ path | default: 'x y' }}",
    "https://acme.example:{{ port }}/",
    "{% url 'pricing' %}",
    "{% if a %}https://acme.example/a{% else %}https://acme.example/b{% endif %}",
    "{{#if url}}{{url}}{{else}}https://acme.example{{/if}}",
    "*|ARCHIVE|*",
    "%%view_email_url%%",
    "%recipient.link%",
    "%UNSUBSCRIBELINK%",
    "[unsubscribe]",
    "[[remove]]",
    "${shareUrl}",
    "$!{link}",
    "{link}",
    "{$link}",
    "<%= url %>",
    "##link##",
    "__LINK__",
    "UNSUBSCRIBE_URL",
    "@Model.Url",
    "#tracking link#",
    "mailto:{{ mail }}",
    "tel:{{ phone }}",
    "https://{{ image }}@2x.png",
]

ADDRESSES: list[tuple[str, set[str]]] = [
    # placeholder
    ("", {"placeholder"}),
    ("   ", {"placeholder"}),
    ("#", {"placeholder"}),
    ("#!", {"placeholder"}),
    ("/", {"placeholder"}),
    ("http://", {"placeholder"}),
    ("https://", {"placeholder"}),
    ("https://www.", {"placeholder"}),
    ("mailto:", {"placeholder"}),
    ("mailto:#", {"placeholder"}),
    ("tel:", {"placeholder"}),
    ("https://example.com", {"placeholder"}),
    ("https://www.example.org/pricing", {"placeholder"}),
    ("http://example.net", {"placeholder"}),
    ("https://shop.example.com", {"placeholder"}),
    ("https://yourdomain.com/unsubscribe", {"placeholder"}),
    ("https://www.your-website.com", {"placeholder"}),
    ("www.example.com", {"placeholder"}),
    ("mailto:someone@example.com", {"placeholder"}),
    ("mailto:you@yourcompany.com?subject=Hi", {"placeholder"}),
    ("tel:0000000000", {"placeholder"}),
    ("tel:+1-234-567-8901", {"placeholder"}),
    ("TODO", {"placeholder"}),
    ("#todo", {"placeholder"}),
    ("link", {"placeholder"}),
    ("URL", {"placeholder"}),
    ("your link here", {"placeholder"}),
    ("INSERT LINK HERE", {"placeholder"}),
    ("lorem ipsum", {"placeholder"}),
    ("xxx", {"placeholder"}),
    # malformed
    ("www.acme.example", {"malformed"}),
    ("acme.example/pricing", {"malformed"}),
    ("jane@acme.example", {"malformed"}),
    ("/pricing", {"malformed"}),
    ("pricing.html", {"malformed"}),
    ("../pricing", {"malformed"}),
    ("?page=2", {"malformed"}),
    ("//acme.example/pricing", {"malformed"}),
    ("http://https://acme.example", {"malformed"}),
    ("https://http://acme.example", {"malformed"}),
    ("https://https//acme.example", {"malformed"}),
    ("https:/acme.example", {"malformed"}),
    ("https:acme.example", {"malformed"}),
    ("https:///acme.example", {"malformed"}),
    ("https//acme.example", {"malformed"}),
    ("https;//acme.example", {"malformed"}),
    ("https: //acme.example", {"malformed"}),
    ("https:\\\\acme.example\\pricing", {"malformed"}),
    ("https://acme.example\\pricing", {"malformed"}),
    ("hhttps://acme.example", {"malformed"}),
    ("htps://acme.example", {"malformed"}),
    ("htttps://acme.example", {"malformed"}),
    ("ttps://acme.example", {"malformed"}),
    ("https://acme.example/our prices", {"malformed"}),
    ("https://acme .example/", {"malformed"}),
    ("https://acme.example/\n  pricing", {"malformed"}),
    ("”https://acme.example/”", {"malformed"}),
    ("“https://acme.example/", {"malformed"}),
    ("3D&quot;https://acme.example/&quot;", {"malformed"}),
    ("\\&quot;https://acme.example/\\&quot;", {"malformed"}),
    ("https://acme..example/", {"malformed"}),
    ("https://-acme.example/", {"malformed"}),
    ("https://acme,example/", {"malformed"}),
    ("https://acme.cmo/", {"malformed"}),
    ("https://acme.example:port/", {"malformed"}),
    ("https://acme.example:99999/", {"malformed"}),
    ("mail to:jane@acme.example", {"malformed"}),
    ("mailto://jane@acme.example", {"malformed"}),
    ("malito:jane@acme.example", {"malformed"}),
    ("mailto:jane.acme.example", {"malformed"}),
    ("mailto:jane@@acme.example", {"malformed"}),
    # dangerous-scheme
    ("javascript:void(0)", {"dangerous-scheme"}),
    (" JavaScript:alert(1)", {"dangerous-scheme"}),
    ("java\tscript:alert(1)", {"dangerous-scheme"}),
    ("java&#10;script:alert(1)", {"dangerous-scheme"}),
    ("vbscript:msgbox(1)", {"dangerous-scheme"}),
    ("file:///C:/offer.pdf", {"dangerous-scheme"}),
    ("C:\\Users\\jane\\offer.pdf", {"dangerous-scheme"}),
    ("\\\\server\\share\\offer.pdf", {"dangerous-scheme"}),
    ("data:text/html,hi", {"dangerous-scheme"}),
    ("blob:https://acme.example/1", {"dangerous-scheme"}),
    ("ms-msdt:/id", {"dangerous-scheme"}),
    # ip-host
    ("https://203.0.113.7/", {"ip-host"}),
    ("https://3405803783/", {"ip-host"}),
    ("https://0xcb007107/", {"ip-host"}),
    ("https://0313.0.0161.7/", {"ip-host"}),
    ("https://203.0.29959/", {"ip-host"}),
    ("https://[2001:db8::1]/", {"ip-host"}),
    ("https://203.0.113.7:8443/", {"ip-host", "odd-port"}),
    ("https://%32%30%33.0.113.7/", {"ip-host"}),
    # userinfo
    ("https://acme.example@partner.example/", {"userinfo"}),
    ("https://user:secret@partner.example/", {"userinfo"}),
    ("https://a@b@partner.example/", {"userinfo"}),
    ("https://acme.example%2F@partner.example/", {"userinfo"}),
    ("https://www.acme.example@203.0.113.7/", {"userinfo", "ip-host"}),
    # odd-port
    ("https://acme.example:8443/", {"odd-port"}),
    ("https://acme.example:80/", {"odd-port"}),
    ("http://acme.example:443/", {"odd-port", "insecure"}),
    ("http://acme.example:80/", {"insecure"}),
    # private-host
    ("https://localhost/", {"private-host"}),
    ("http://localhost:3000/confirm", {"private-host"}),
    ("https://127.0.0.1/", {"private-host"}),
    ("https://0x7f.1/", {"private-host"}),
    ("https://10.1.2.3/", {"private-host"}),
    ("https://172.16.0.1/", {"private-host"}),
    ("https://192.168.178.1/", {"private-host"}),
    ("https://169.254.169.254/", {"private-host"}),
    ("https://[::1]/", {"private-host"}),
    ("https://[fe80::1]/", {"private-host"}),
    ("https://crm.local/", {"private-host"}),
    ("https://shop.test/", {"private-host"}),
    ("https://mail.internal/", {"private-host"}),
    ("https://intranet/news", {"private-host"}),
    ("https://4f2a.ngrok.io/", {"private-host"}),
    ("https://acme.localtest.me/", {"private-host"}),
    ("https://staging.acme.example/", {"private-host"}),
    ("https://shop-staging.acme.example/", {"private-host"}),
    ("https://www.uat.acme.example/", {"private-host"}),
    # homograph
    ("https://асme.example/", {"homograph"}),
    ("https://xn--me-7kcy.example/", {"homograph"}),
    ("https://shop.раypal.example/", {"homograph"}),
    ("https://αcme.example/", {"homograph"}),
    ("https://аррӏе.com/", {"homograph"}),
    ("https://xn--80ak6aa92e.com/", {"homograph"}),
    ("https://login.раураӏ.example/", {"homograph"}),
    ("https://ɡoogle.com/", {"homograph"}),
    ("https://www.xn--oogle-qmc.com/", {"homograph"}),
    ("https://facebooĸ.com/", {"homograph"}),
    ("https://хор.example/", set()),
    ("https://сор.рф/", set()),
    ("https://ввс.example/", set()),
    ("https://піке.укр/", set()),
    ("https://ıstanbul.example/", set()),
    ("https://łódź.example/", set()),
    ("https://səadət.example/", set()),
    ("https://nguyễn.example/", set()),
    ("https://αβγ.example/", set()),
    ("https://ocհ.example/", {"homograph"}),
    # invisible-character
    ("https://acme.example/\u200bpricing", {"invisible-character"}),
    ("https://ac\u00adme.example/", {"invisible-character"}),
    ("https://ac&shy;me.example/", {"invisible-character"}),
    ("https://acme.example/&#x202e;fdp.exe", {"invisible-character"}),
    ("\ufeffhttps://acme.example/", {"invisible-character"}),
    ("https://acme.example/pricing%E2%80%8B", {"invisible-character"}),
    # suspicious-tld
    ("https://acme.tk/", {"suspicious-tld"}),
    ("https://www.acme.ICU/", {"suspicious-tld"}),
    ("https://acme.top./", {"suspicious-tld"}),
    # insecure
    ("http://acme.example/", {"insecure"}),
    ("HTTP://acme.example/", {"insecure"}),
    ("http://{{ host }}/", {"insecure"}),
    ("http://acme.tk/{{ path }}", {"insecure", "suspicious-tld"}),
    # wrapped
    ("https://bit.ly/3AbCdEf", {"shortener"}),
    ("https://www.tinyurl.com/acme", {"shortener"}),
    ("https://t.co/AbCdEf", {"shortener"}),
    ("https://bit.ly/{{ code }}", {"shortener"}),
    ("https://u1.ct.sendgrid.net/ls/click?upn=u001.abc", {"redirect-wrapped"}),
    ("https://links.acme.example/ls/click?upn=u001.abc", {"redirect-wrapped"}),
    ("https://acme.us1.list-manage.com/track/click?u=aa&amp;id=bb&amp;e=cc", {"redirect-wrapped"}),
    ("https://www.google.com/url?q=https://acme.example/", {"redirect-wrapped"}),
    ("https://partner.example/redirect?url=https%3A%2F%2Facme.example", {"redirect-wrapped"}),
    ("https://partner.example/out/aHR0cHM6Ly9hY21lLmV4YW1wbGUvcHJpY2luZw", {"redirect-wrapped"}),
    ("https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Facme.example", {"security-wrapped"}),
    ("https://urldefense.com/v3/__https://acme.example/__;!!A!b$", {"security-wrapped"}),
]

ABOUT_ADDRESSES = (
    "placeholder malformed dangerous-scheme ip-host userinfo odd-port private-host homograph invisible-character"
    " suspicious-tld insecure shortener redirect-wrapped security-wrapped"
).split()


@pytest.mark.parametrize(("url", "names"), ADDRESSES, ids=[repr(url)[:60] for url, _ in ADDRESSES])
def test_what_is_wrong_with_an_address(url: str, names: set[str]) -> None:
    found = findings(link(url), *ABOUT_ADDRESSES)
    assert {finding.rule.partition("/")[2] for finding in found} == names


@pytest.mark.parametrize("url", [*PLAIN, *TEMPLATES])
def test_an_address_that_is_fine_or_unknown(url: str) -> None:
    assert findings(link(url), *ABOUT_ADDRESSES) == []


@pytest.mark.parametrize("url", TEMPLATES)
def test_an_unknown_address_is_judged_by_no_rule(url: str) -> None:
    assert findings(link(url, "acme.example")) == []


@pytest.mark.parametrize(
    ("url", "fixed", "safe"),
    [
        ("www.acme.example/a", "https://www.acme.example/a", True),
        ("acme.example/a", "https://acme.example/a", False),
        ("jane@acme.example", "mailto:jane@acme.example", True),
        ("//acme.example/a", "https://acme.example/a", False),
        ("http://https://acme.example/?a=1&amp;b=2", "https://acme.example/?a=1&amp;b=2", True),
        ("https://http//acme.example", "http://acme.example", True),
        ("http:/acme.example", "http://acme.example", True),
        ("https;//acme.example", "https://acme.example", True),
        ("hhttps://acme.example", "https://acme.example", False),
        ("htps://acme.example", "https://acme.example", False),
        ("https:\\\\acme.example\\a", "https://acme.example/a", True),
        ("https://acme.example/a b", "https://acme.example/a%20b", True),
        ("https://acme.example/a\r\n  b", "https://acme.example/ab", True),
        ("“https://acme.example/”", "https://acme.example/", True),
        ("mail to:jane@acme.example", "mailto:jane@acme.example", True),
        ("https://acme.example/ target=_blank", None, True),
        ("/pricing", None, True),
        ("https://acme.cmo", None, True),
        ("https://https://{{ host }}/", None, True),
    ],
)
def test_a_broken_address_is_mended_where_its_meaning_is_plain(url: str, fixed: str | None, safe: bool) -> None:
    [found] = findings(link(url), "malformed")
    assert (found.fix is None) is (fixed is None)
    if found.fix is not None and fixed is not None:
        assert mended(link(url), [found]) == link(fixed)
        assert found.fix.safe is safe
        assert findings(link(fixed), "malformed") == []


def test_an_address_in_running_text_is_not_malformed() -> None:
    assert findings("<p>www.acme.example/a. See (https://acme..example)and https://acme.cmo…</p>", "malformed") == []


@pytest.mark.parametrize("attribute", ["href='{}'", "href={}", 'href = "{}"'])
def test_an_address_is_replaced_within_its_quotation_marks(attribute: str) -> None:
    text = f"<a {attribute.format('https://partner.example/r?u=https%3A%2F%2Facme.example%2F%3Fa%3D1%26b%3D%27')}>A</a>"
    found = findings(text, "redirect-wrapped")
    assert mended(text, found) == f"<a {attribute.format('https://acme.example/?a=1&amp;b=&#39;')}>A</a>"


# -- wrapped links --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [("html", "<p>{}</p>", "https://acme.example/?a=1&amp;b=2"), ("txt", "{}\n", "https://acme.example/?a=1&b=2")],
)
def test_an_unwrapped_address_is_escaped_for_its_place(kind: str, before: str, after: str) -> None:
    text = before.format("https://www.google.com/url?q=https%3A%2F%2Facme.example%2F%3Fa%3D1%26b%3D2")
    found = findings(text, "redirect-wrapped", kind=kind)
    assert found[0].evidence["target"] == "https://acme.example/?a=1&b=2"
    assert mended(text, found) == before.format(after)


def test_an_unwrapped_address_brings_no_markup_and_no_template_tag_with_it() -> None:
    text = link("https://partner.example/r?u=https%3A%2F%2Facme.example%2F%22%3E%3Cb%3E%7B%7Bx%7D%7D%20y")
    assert mended(text, findings(text, "redirect-wrapped")) == link(
        "https://acme.example/%22%3E%3Cb%3E%7B%7Bx%7D%7D%20y"
    )


def test_a_target_with_a_tag_in_it_is_reported_without_a_fix() -> None:
    [found] = findings(link("https://partner.example/r?u=https%3A%2F%2Facme.example%2F{{ path }}"), "redirect-wrapped")
    assert found.fix is None
    assert found.evidence["target"] == "https://acme.example/…"
    assert found.evidence["url"] == "https://partner.example/r?u=https%3A%2F%2Facme.example%2F{{ path }}"


OWN = {
    "redirect": "https://go.acme.example/redirect?url=https%3A%2F%2Fpartner.example%2F",
    "tracker": "https://click.acme.example/ls/click?upn=u001.abc",
    "short": "https://bit.ly/3AbCdEf",
}


@pytest.mark.parametrize(
    ("which", "own", "declared", "count"),
    [
        ("redirect", (), [], 1),
        ("redirect", ("acme.example",), [], 0),
        ("redirect", (), ["acme.example"], 0),
        ("redirect", ("partner.example",), [], 1),
        ("tracker", (), [], 1),
        ("tracker", ("acme.example",), [], 1),  # mostly a vendor's, in one's own name
        ("tracker", ("click.acme.example",), [], 0),
        ("tracker", (), ["acme.example"], 0),
        ("short", (), [], 1),
        ("short", ("bit.ly",), [], 0),
        ("short", (), ["bit.ly"], 0),
    ],
)
def test_own_redirects_must_be_declared(which: str, own: tuple[str, ...], declared: list[str], count: int) -> None:
    rule = "shortener" if which == "short" else "redirect-wrapped"
    assert len(findings(link(OWN[which]), rule, own_domains=own, options={"own": declared})) == count


# -- what a text names ----------------------------------------------------------------------------------------

MISMATCHES = [
    ("https://partner.example/", "https://acme.example", "acme.example", "partner.example"),
    ("https://partner.example/", "http://www.acme.example/a?b", "acme.example", "partner.example"),
    ("https://partner.example/", "www.acme.example", "acme.example", "partner.example"),
    ("https://partner.example/", "acme.example", "acme.example", "partner.example"),
    ("https://partner.example/", "acme.example/pricing", "acme.example", "partner.example"),
    ("https://partner.example/", "acme.example:443", "acme.example", "partner.example"),
    ("https://partner.example/", "(acme.example)", "acme.example", "partner.example"),
    ("https://partner.example/", "→ acme.example »", "acme.example", "partner.example"),
    ("https://partner.example/", "Log in at https://acme.example/ now", "acme.example", "partner.example"),
    ("https://partner.example/", "ACME.EXAMPLE", "acme.example", "partner.example"),
    ("https://partner.example/", "ac<b>me.exa</b>mple", "acme.example", "partner.example"),
    ("https://partner.example/", "ac&#8203;me.example", "acme.example", "partner.example"),
    ("https://partner.example/", "ht&#8203;tps://ac&#8203;me.example/a", "acme.example", "partner.example"),
    ("https://partner.example/", "a&#99;me&#46;example", "acme.example", "partner.example"),
    ("https://partner.example/", "ａｃｍｅ.example", "acme.example", "partner.example"),
    ("https://partner.example/", "bücher.example", "bücher.example", "partner.example"),
    ("https://acme.example.partner.example/", "acme.example", "acme.example", "acme.example.partner.example"),
    ("https://acme-login.example/", "acme.example", "acme.example", "acme-login.example"),
    ("https://b.github.io/", "a.github.io", "a.github.io", "b.github.io"),
    ("https://acme.co.uk/", "acme.com", "acme.com", "acme.co.uk"),
    ("https://203.0.113.7/", "acme.example", "acme.example", "203.0.113.7"),
    ("https://acme.example@partner.example/", "acme.example", "acme.example", "partner.example"),
    (
        "https://www.google.com/url?q=https%3A%2F%2Fpartner.example%2F",
        "acme.example",
        "acme.example",
        "partner.example",
    ),
    ("https://partner.example/{{ path }}", "acme.example", "acme.example", "partner.example"),
    ("https://partner.example/", "https://acme.example/{{ path }}", "acme.example", "partner.example"),
    # no public suffix
    ("https://partner.example/", "https://intranet/login", "intranet", "partner.example"),
    ("https://partner.example/", "https://acme.corp/", "acme.corp", "partner.example"),
    ("https://partner.example/", "Go to http://wiki:8080/x now", "wiki", "partner.example"),
    ("https://acme.corp/", "https://hr.corp/", "hr.corp", "acme.corp"),
    # full-width letters and ideographic full stops
    ("https://partner.example/", "ａｃｍｅ．ｅｘａｍｐｌｅ", "acme.example", "partner.example"),
    ("https://partner.example/", "acme。example", "acme.example", "partner.example"),
    ("https://partner.example/", "www｡acme｡example", "acme.example", "partner.example"),
    ("https://partner.example/", "ｈｔｔｐｓ：／／ａｃｍｅ．ｅｘａｍｐｌｅ／", "acme.example", "partner.example"),
    # over lines
    ("https://partner.example/", "https://secure.ac<br>me.example/login", "secure.acme.example", "partner.example"),
    ("https://partner.example/", "www.acme.<br>\n  example", "acme.example", "partner.example"),
    # a page that only has the name of a site, and a file of that name that the link does not open
    ("https://partner.example/acme.com", "acme.com", "acme.com", "partner.example"),
    ("https://partner.example/", "main.rs", "main.rs", "partner.example"),
    ("https://partner.example/other.rs", "main.rs", "main.rs", "partner.example"),
    ("https://partner.example/main.rs", "https://main.rs/", "main.rs", "partner.example"),
    # Title.Case of a site
    ("https://partner.example/", "Acme.Com", "acme.com", "partner.example"),
    ("https://partner.example/", "read.me", "read.me", "partner.example"),
    ("https://partner.example/", "www.Read.Me", "read.me", "partner.example"),
]

AGREE = [
    ("https://acme.example/", "https://acme.example"),
    ("http://acme.example/", "https://acme.example"),
    ("https://www.acme.example/a?utm_source=b", "acme.example"),
    ("https://shop.acme.example/", "www.acme.example/"),
    ("https://acme.example./", "acme.example"),
    ("https://acme.example/", "https://acme.example."),
    ("https://xn--bcher-kva.example/", "bücher.example"),
    ("https://bücher.example/", "xn--bcher-kva.example"),
    ("https://acme.example/", "ac&shy;me.example"),
    ("https://partner.example/", "Partner of acme.example"),  # named in a sentence
    ("https://partner.example/", "Node.js"),
    ("https://partner.example/", "README.md"),
    ("https://partner.example/", "setup.py"),
    ("https://partner.example/", "report.zip"),
    ("https://partner.example/", "clip.mov"),
    ("https://partner.example/", "invoice.pdf"),
    ("https://partner.example/", "ASP.NET"),
    ("https://partner.example/", "e.g."),
    ("https://partner.example/", "v2.0.1"),
    ("https://partner.example/", "1.299,00 €"),
    ("https://partner.example/", "12.05.2026"),
    ("https://partner.example/", "Acme Inc."),
    ("https://partner.example/", "jane@acme.example"),
    ("https://partner.example/", "https://acme.exam…"),
    ("https://partner.example/", "https://acme.exam..."),
    ("https://partner.example/", "https://{{ host }}/"),
    ("https://partner.example/", "{{ name }}.acme.example"),
    ("https://partner.example/", "{{ url }}"),
    ("{{ url }}", "acme.example"),
    ("https://{{ host }}/", "acme.example"),
    ("#", "acme.example"),
    ("mailto:jane@acme.example", "partner.example"),
    ("javascript:void(0)", "acme.example"),
    ("https://bit.ly/3AbCdEf", "acme.example"),  # the target is not known; the shortener has its own finding
    ("https://u1.ct.sendgrid.net/ls/click?upn=u001.abc", "acme.example"),
    ("https://www.google.com/url?q=https%3A%2F%2Fwww.acme.example%2F", "acme.example"),
    ("https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Facme.example", "https://acme.example"),
    ("https://youtu.be/x", "www.youtube.com/watch?v=x"),
    ("https://x.com/acme", "twitter.com/acme"),
    ("https://intranet/login", "https://intranet/"),
    ("https://acme.corp/login", "https://www.acme.corp"),
    ("https://partner.example/", "https://"),
    ("https://partner.example/", "https://www."),
    ("https://partner.example/", "Prices: all of them"),
    ("https://partner.example/", "Prices：all"),
    ("https://partner.example/", "你好。请看"),
    ("https://acme.example/", "acme．example"),
    ("https://secure.acme.example/", "https://secure.ac<br>me.example/login"),
    ("https://acme.example/", "acme.example<br>Our site"),
    ("https://acme.example/", "https://acme.example/a<br>Our site"),
    ("https://secure.bank/", "https://secure.bank<br>Opens at ten"),
    ("https://git.acme.example/r/src/main.rs", "main.rs"),
    ("https://git.acme.example/r/setup.py#L3", "setup.py"),
    ("https://git.acme.example/r/Main.RS/", "main.rs"),
    ("https://acme.example/download?file=Editor.app", "Editor.app"),
    ("https://acme.example/files/%E2%9C%93/build.sh?raw=1", "build.sh"),
    ("https://www.google.com/url?q=https%3A%2F%2Facme.example%2Fmain.rs", "main.rs"),
    ("https://partner.example/", "Shop.Now"),
    ("https://partner.example/", "Read.Me"),
]


@pytest.mark.parametrize(("url", "text", "shown", "actual"), MISMATCHES)
def test_a_text_that_names_another_site(url: str, text: str, shown: str, actual: str) -> None:
    [found] = findings(link(url, text), "text-mismatch")
    assert (found.evidence["shown"], found.evidence["actual"]) == (shown, actual)


@pytest.mark.parametrize(("url", "text"), AGREE)
def test_a_text_that_names_the_same_site_or_no_site(url: str, text: str) -> None:
    assert findings(link(url, text), "text-mismatch") == []


@pytest.mark.parametrize(
    ("text", "span"),
    [
        (
            '<a href="https://b.example/"> Go to <b>https://</b><i>a.example/x</i>, now </a>',
            "https://</b><i>a.example/x",
        ),
        ('<a href="https://b.example/">\n  <span>a.</span>example\n</a>', "a.</span>example"),
        ('<a href="https://b.example/"><img alt="a.example" src="x.png">B</a>', "a.example"),
        ('<a href="https://b.example/" title="www.a.example">B</a>', "www.a.example"),
        ('<a href="https://b.example/" aria-label="https://a.example/">B</a>', "https://a.example/"),
        ('<map><area href="https://b.example/" alt="a.example"></map>', "a.example"),
    ],
)
def test_a_mismatch_points_at_the_text(text: str, span: str) -> None:
    assert marked(text, findings(text, "text-mismatch")) == [span]


def test_a_mismatch_in_one_branch_says_which() -> None:
    text = '<a href="https://{% if eu %}a.example{% else %}b.example{% endif %}/">a.example</a>'
    [found] = findings(text, "text-mismatch")
    assert found.view == "when not eu"


@pytest.mark.parametrize(
    ("url", "text", "count"),
    [
        ("http://acme.example/", "https://acme.example/", 1),
        ("http://www.acme.example/a", "See https://acme.example/", 1),
        ("https://acme.example/", "https://acme.example/", 0),
        ("http://acme.example/", "http://acme.example/", 0),
        ("http://acme.example/", "acme.example", 0),
        ("http://partner.example/", "https://acme.example/", 0),  # another rule reports the worse fault
        ("http://{{ host }}/", "https://acme.example/", 0),
        ("http://acme.example/", "https://{{ host }}/", 0),
    ],
)
def test_a_text_with_another_scheme(url: str, text: str, count: int) -> None:
    found = findings(link(url, text), "scheme-mismatch")
    assert len(found) == count
    if found:
        assert mended(link(url, text), found) == link(url.replace("http:", "https:"), text)


CONTACTS = [
    ("mailto:a@acme.example", "b@acme.example", "b@acme.example"),
    ("mailto:a@acme.example", "Write to a@partner.example.", "a@partner.example"),
    ("mailto:a%40acme.example", "b@acme.example", "b@acme.example"),
    ("tel:+442079460000", "+44 20 7946 0001", "+44 20 7946 0001"),
    ("tel:+442079460000", "020 7946 1000", "020 7946 1000"),
    ("tel:08005550199", "Call 0800 555 01 98", "0800 555 01 98"),
    ("mailto:a@acme.example", "A@Acme.Example", None),
    ("mailto:a@acme.example?subject=b@acme.example", "a@acme.example", None),
    ("mailto:a%40acme.example", "a@acme.example", None),
    ("mailto:&lt;a@acme.example&gt;", "a@acme.example", None),
    ("mailto:a@acme.example,b@acme.example", "b@acme.example", None),
    ("mailto:a@bücher.example", "a@xn--bcher-kva.example", None),
    ("mailto:a@acme.example", "Write to us", None),
    ("mailto:a@acme.example", "a&#8203;@acme.example", None),
    ("mailto:?subject=Hi", "a@acme.example", None),
    ("mailto:{{ mail }}", "a@acme.example", None),
    ("mailto:a@acme.example", "{{ mail }}", None),
    ("https://acme.example/contact", "a@acme.example", None),
    ("https://shop.acme.example/contact", "a@mail.acme.example", None),
    ("https://forms.partner.example/", "a@acme.example", "a@acme.example"),
    ("https://forms.partner.example/", " <b>a@acme</b>.example.", "a@acme</b>.example"),
    ("https://partner.example/?to=a%40acme.example", "a@acme.example", None),
    ("https://www.google.com/url?q=https%3A%2F%2Facme.example%2F", "a@acme.example", None),
    ("https://u1.ct.sendgrid.net/ls/click?upn=u001.abc", "a@acme.example", None),
    ("https://partner.example/", "Write to a@acme.example", None),
    ("https://partner.example/", "{{ mail }}", None),
    ("https://{{ host }}/", "a@acme.example", None),
    ("tel:+442079460000", "+44 (0)20 7946 0000", None),
    ("tel:+442079460000", "020 7946 0000", None),
    ("tel:00442079460000", "+44 20 7946-0000", None),
    ("tel:+78005553535", "8 800 555-35-35", None),
    ("tel:88005553535", "+7 (800) 555-35-35", None),
    ("tel:+18005550199", "1-800-555-0199", None),
    ("tel:+18005550199;ext=12", "(800) 555-0199 ext. 12", None),
    ("tel:%2B442079460000", "+44 20 7946 0000", None),
    ("tel:+1800FLOWERS", "1-800-FLOWERS", None),
    ("tel:112", "112", None),
    ("tel:+442079460000", "Call us", None),
    ("tel:{{ phone }}", "+44 20 7946 0000", None),
]


@pytest.mark.parametrize(("url", "text", "shown"), CONTACTS)
def test_a_text_that_shows_another_contact(url: str, text: str, shown: str | None) -> None:
    found = findings(link(url, text), "contact-mismatch")
    plain = [] if shown is None else [re.sub("<[^>]*>", "", shown)]
    assert [finding.evidence["shown"] for finding in found] == plain
    if shown is not None:
        assert marked(link(url, text), found) == [shown]


def test_the_recipients_own_address_may_open_an_account() -> None:
    text = link("https://partner.example/account", "jane@client.example")
    assert findings(text, "contact-mismatch", headers=(("To", "Jane <Jane@client.example>"),)) == []
    assert len(findings(text, "contact-mismatch", headers=(("To", "Ann <ann@client.example>"),))) == 1


@pytest.mark.parametrize(
    ("inside", "empty"),
    [
        ("", True),
        (" \n ", True),
        ("&nbsp;", True),
        ("&zwnj;", True),
        ("<b></b>", True),
        ('<img src="https://acme.example/a.png">', True),
        ('<img src="https://acme.example/a.png" alt="">', True),
        ("Prices", False),
        ("→", False),
        ("{{ label }}", False),
        ("{{> label }}", False),
        ('<img src="https://acme.example/a.png" alt="Acme">', False),
        ('<img src="https://acme.example/a.png" alt="{{ alt }}">', False),
        ('<svg><path d="M0 0"/></svg>', False),
    ],
)
def test_a_link_with_nothing_to_read(inside: str, empty: bool) -> None:
    assert bool(findings(link("https://acme.example/", inside), "empty-anchor")) is empty


@pytest.mark.parametrize(
    ("style", "reported"),
    [
        ("color:red", True),
        ("position:absolute;left:-1000px", True),  # screen readers read it
        ("display:none", False),
        ("display:none!important;display:block", False),
    ],
)
def test_an_empty_link_counts_where_screen_readers_read_it(style: str, reported: bool) -> None:
    found = findings(f'<div style="{style}">{link("https://acme.example/", "")}</div>', "empty-anchor")
    assert bool(found) is reported


@pytest.mark.parametrize(
    ("text", "vague"),
    [
        ("click here", True),
        ("Click Here!", True),
        ("CLICK&nbsp;HERE »", True),
        ("<b>Learn</b> more…", True),
        ("hier", True),
        ("cliquez ici", True),
        ("Haz clic aquí", True),
        ("Подробнее →", True),
        ("Детальніше", True),
        ("Ещё", False),
        ("Learn more about prices", False),
        ("Here is our plan", False),
        ("{{ text }}", False),
        ("here {{ name }}", False),
    ],
)
def test_a_text_that_would_fit_any_link(text: str, vague: bool) -> None:
    assert bool(findings(link("https://acme.example/", text), "vague-text")) is vague


# -- https ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("http://www.linkedin.com/in/jane", True),
        ("http://facebook.com/acme", True),
        ("http://acme.dev/", True),  # the whole top-level domain is https
        ("http://acme.example/", False),
        ("http://old.google.com/", False),
        ("http://{{ host }}/", False),
        ("http://acme.example:8080/", None),
        ("http://203.0.113.7/", None),
    ],
)
def test_http_becomes_https_safely_where_the_host_is_known_for_it(url: str, safe: bool | None) -> None:
    [found] = findings(link(url), "insecure")
    assert (found.fix.safe if found.fix else None) is safe
    if found.fix:
        assert mended(link(url), [found]) == link(url.replace("http:", "https:"))


def test_another_link_to_the_host_makes_it_known_for_https() -> None:
    [found] = findings(link("http://acme.example/a") + link("https://acme.example/b"), "insecure")
    assert found.fix is not None
    assert found.fix.safe


# -- look-alikes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sender", "url", "reason"),
    [
        ("jane@acme.example", "https://acrne.example/", "looks like acme.example"),
        ("jane@hotel.example", "https://www.hote1.example/", "looks like hotel.example"),
        ("jane@google.example", "https://g00gle.example/", "looks like google.example"),
        ("jane@caxap.example", "https://сахар.example/", "looks like caxap.example"),
        ("jane@acme.example", "https://асme.example/", "mixes Cyrillic and Latin letters"),
        ("jane@acme.example", "https://acme.example/", None),
        ("jane@acme.example", "https://shop.acme.example/", None),
        ("jane@acme.example", "https://сахар.example/", None),
        ("jane@müller.example", "https://muller.example/", None),
        ("jane@modern.example", "https://modest.example/", None),
    ],
)
def test_a_host_that_looks_like_the_senders(sender: str, url: str, reason: str | None) -> None:
    found = findings(link(url), "homograph", headers=(("From", sender),))
    assert [finding.evidence["reason"] for finding in found] == ([] if reason is None else [reason])


def test_a_host_that_looks_like_another_one_in_the_message() -> None:
    text = link("https://сахар.example/") + link("https://caxap.example/")
    [found] = findings(text, "homograph")
    assert found.evidence["host"] == "сахар.example"


def test_own_domains_may_look_like_each_other() -> None:
    text = link("https://hotel.example/") + link("https://hote1.example/")
    assert findings(text, "homograph", own_domains=("hotel.example", "hote1.example")) == []


# -- one's own ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "url", "count"),
    [
        ("suspicious-tld", "https://www.acme.click/", 0),
        ("suspicious-tld", "https://partner.click/", 1),
        ("private-host", "https://dev.acme.click/", 1),
        ("private-host", "https://dev.partner.click/", 0),
        ("placeholder", "https://www.domain.com/", 1),
    ],
)
def test_the_senders_own_domain_is_known(rule: str, url: str, count: int) -> None:
    assert len(findings(link(url), rule, headers=(("From", "Jane <jane@mail.acme.click>"),))) == count


@pytest.mark.parametrize(
    ("sender", "body", "count", "reasons"),
    [
        ("jane@acme.example", link("https://partner.example/"), 1, []),
        ("jane@news.acme.example", link("https://www.acme.example/"), 0, []),
        ("jane@acme.example", link("https://partner.example/") + link("https://acme.example/"), 0, []),
        ("jane@acme.example", link("https://partner.example/r?u=https%3A%2F%2Facme.example"), 0, []),
        ("jane@acme.example", link("https://u1.ct.sendgrid.net/ls/click?upn=u001.abc"), 1, []),
        ("jane@acme.example", link("mailto:jane@acme.example"), 0, []),
        ("jane@acme.example", "<p>Hello</p>", 0, []),
        ("jane@gmail.com", link("https://acme.example/"), 0, []),  # a mailbox provider's
        ("jane@acme.example", link("https://{{ host }}/"), 0, ["a template tag prints the host of a link"]),
        ("{{ sender }}", link("https://partner.example/"), 0, ["the domain of the From field is not known"]),
        (None, link("https://partner.example/"), 0, ["the domain of the From field is not known"]),
    ],
)
def test_links_and_the_senders_domain(sender: str | None, body: str, count: int, reasons: list[str]) -> None:
    headers = (("From", sender),) if sender else ()
    assert len(findings(body, "unaligned", headers=headers)) == count
    assert [question.reason for question in unknown(body, "unaligned", headers=headers)] == reasons


def test_declared_domains_align() -> None:
    headers = (("From", "jane@acme.example"),)
    assert findings(link("https://acme.shop/"), "unaligned", headers=headers, own_domains=("acme.shop",)) == []


# -- counting -------------------------------------------------------------------------------------------------

COUNTS: list[tuple[str, tuple[int, int, int]]] = [
    # what stands there, and how many links, destinations and counted ones it has
    ("<p>Hello</p>", (0, 0, 0)),
    (link("https://a.example/"), (1, 1, 1)),
    (link("https://a.example/") + link("https://b.example/"), (2, 2, 2)),
    (link("https://a.example/") * 3, (3, 1, 1)),
    (link("https://a.example/") + link("http://a.example/?utm_source=x#y"), (2, 1, 1)),
    (link("https://a.example/a") + link("https://a.example/b"), (2, 2, 2)),
    (link("https://a.example/") + link("#top"), (1, 1, 1)),
    (link("#") + link("javascript:void(0)"), (0, 0, 0)),
    (
        '<a href="https://a.example/"><img src="https://a.example/a.png" alt="A"></a>' + link("https://a.example"),
        (2, 1, 1),
    ),
    ('<map><area href="https://a.example/" alt="A"></map>', (1, 1, 1)),
    ('<form action="https://a.example/"><button>Go</button></form>', (1, 1, 1)),
    ("<p>See https://a.example/ and www.b.example.</p>", (2, 2, 2)),
    ("<p>Jane, a.example</p>", (0, 1, 1)),
    ("<p>Jane, a.example/team, b.example!</p>", (0, 2, 2)),
    (link("https://a.example/", "a.example"), (1, 1, 1)),
    ("<p>Node.js, README.md, v1.2, e.g. 12.05.2026, Acme Inc.</p>", (0, 0, 0)),
    (link("{{ a }}") + link("{{ b }}"), (2, 2, 2)),
    (link("{{ a }}") + link("{{ a | safe }}"), (2, 1, 1)),
    (link("https://a.example/{{ x }}") + link("https://a.example/{{ y }}"), (2, 2, 2)),
    (link("https://www.google.com/url?q=https%3A%2F%2Fa.example%2F") + link("https://a.example/"), (2, 1, 1)),
    (link("https://a.example/unsubscribe", "Leave"), (1, 1, 0)),
    (link("https://a.example/u/1", "Unsubscribe"), (1, 1, 0)),
    (link("{{ unsubscribe_url }}", "Leave"), (1, 1, 0)),
    (link("*|UNSUB|*", "Leave"), (1, 1, 0)),
    (link("https://a.example/out/1", "Leave"), (1, 1, 0)),  # as in List-Unsubscribe below
    (link("https://a.example/privacy", "How we work"), (1, 1, 0)),
    (link("https://a.example/x", "Datenschutz"), (1, 1, 0)),
    (link("https://a.example/x", "View in browser"), (1, 1, 0)),
    (link("{{ webview_url }}", "Here"), (1, 1, 0)),
    (link("mailto:jane@acme.example"), (1, 1, 0)),
    (link("mailto:sales@acme.example"), (1, 1, 0)),
    (link("mailto:reply@answers.example"), (1, 1, 0)),  # as in Reply-To below
    (link("mailto:joe@partner.example"), (1, 1, 1)),
    ("<p>joe@partner.example, jane@acme.example</p>", (0, 1, 1)),
    (link("tel:+442079460000"), (1, 1, 0)),
    (link("https://cal.example/jane") + link("https://linkedin.com/in/jane"), (2, 2, 2)),
    ("{% if a %}" + link("https://a.example/") + "{% else %}" + link("https://b.example/") + "{% endif %}", (1, 1, 1)),
    (
        "{% if a %}" + link("https://a.example/") + link("https://b.example/") + "{% else %}x{% endif %}",
        (2, 2, 2),
    ),
    (
        "<!--[if mso]>"
        + link("https://a.example/")
        + "<![endif]--><!--[if !mso]><!-->"
        + link("https://b.example/")
        + "<!--<![endif]-->",
        (1, 1, 1),
    ),
]

HEADERS = (
    ("From", "Jane <jane@acme.example>"),
    ("Reply-To", "reply@answers.example"),
    ("List-Unsubscribe", "<https://a.example/out/1>"),
)


@pytest.mark.parametrize(("body", "numbers"), COUNTS)
def test_what_counts_as_a_destination(body: str, numbers: tuple[int, int, int]) -> None:
    anchors, destinations, count = numbers
    extra = link("https://extra-1.example/") + link("https://extra-2.example/")
    [found] = findings(body + extra, "first-touch-limit", touch=1, headers=HEADERS)
    evidence = found.evidence
    counted = (evidence["anchors"], evidence["destinations"], evidence["count"])
    assert counted == (anchors + 2, destinations + 2, count + 2)


@pytest.mark.parametrize(
    ("option", "body"),
    [
        ({"include": ["unsubscribe"]}, link("https://a.example/unsubscribe")),
        ({"include": ["legal"]}, link("https://a.example/privacy")),
        ({"include": ["browser-view"]}, link("https://a.example/x", "View in browser")),
        ({"include": ["own-mail"]}, link("mailto:jane@acme.example")),
        ({"include": ["phone"]}, link("tel:+442079460000")),
    ],
)
def test_links_without_a_choice_can_be_counted(option: dict[str, Any], body: str) -> None:
    body += link("https://b.example/")
    assert findings(body, "first-touch-limit", touch=1, headers=HEADERS) == []
    assert findings(body, "first-touch-limit", touch=1, headers=HEADERS, options={"max": 1, **option}) != []


@pytest.mark.parametrize(
    ("option", "body"),
    [
        ({"exclude": ["linkedin.com"]}, link("https://linkedin.com/in/jane")),
        ({"exclude": ["LOGO"]}, link("https://a.example/", "our logo")),
        ({"bare-domains": False}, "<p>Jane, a.example</p>"),
    ],
)
def test_links_can_be_excluded_from_the_count(option: dict[str, Any], body: str) -> None:
    body += link("https://b.example/")
    assert findings(body, "first-touch-limit", touch=1, headers=HEADERS) != []
    assert findings(body, "first-touch-limit", touch=1, headers=HEADERS, options={"max": 1, **option}) == []


def test_a_finding_points_at_the_first_destination_over_the_limit_and_names_all_counted() -> None:
    text = link("https://a.example/") + link("https://b.example/") + link("https://a.example/#x")
    [found] = findings(text, "first-touch-limit", touch=1)
    assert marked(text, [found]) == ["https://b.example/"]
    assert [text[near.start : near.end] for near in found.related] == ["https://a.example/", "https://b.example/"]


def test_the_worst_view_is_counted() -> None:
    text = "{% if gift %}" + link("https://a.example/") + "{% endif %}" + link("https://b.example/")
    [found] = findings(text, "first-touch-limit", touch=1)
    assert found.view == "when gift"


def test_twin_parts_are_counted_once() -> None:
    sources = [
        Source.from_text("a.html", link("https://a.example/")),
        Source.from_text("a.txt", "https://b.example/ https://c.example/\n"),
    ]
    message = read_message(sources, MessageSettings(profile="cold", touch=1), "html")
    assert lint(message, [active(RULES["first-touch-limit"])])[0].findings == ()


def test_a_cold_message_without_a_touch_may_be_the_first() -> None:
    body = link("https://a.example/") + link("https://b.example/")
    assert findings(body, "first-touch-limit") == []
    [known] = unknown(body, "first-touch-limit")
    assert "touch" in known.remedy
    assert unknown(link("https://a.example/"), "first-touch-limit") == []


@pytest.mark.parametrize(
    ("given", "options", "links", "count"),
    [
        ({"profile": "cold", "touch": 2}, {}, 4, 1),
        ({"profile": "cold", "touch": 2}, {}, 3, 0),
        ({"profile": "cold", "touch": 1}, {}, 4, 0),  # the first touch has a limit of its own
        ({"profile": "cold", "touch": 1}, {"per-touch": {1: 2}}, 3, 1),
        ({"profile": "cold", "touch": 3}, {"per-touch": {"3": 0}}, 1, 1),
        ({"profile": "newsletter"}, {}, 60, 0),
        ({"profile": "newsletter"}, {}, 61, 1),
        ({"profile": "transactional"}, {}, 21, 1),
        ({"profile": "newsletter"}, {"per-profile": {}}, 100, 0),
    ],
)
def test_limits_by_touch_and_profile(given: dict[str, Any], options: dict[str, Any], links: int, count: int) -> None:
    body = "".join(link(f"https://a.example/{number}") for number in range(links))
    merged = {**RULES["too-many"].options, **options}
    assert len(findings(body, "too-many", options=merged, **given)) == count


# -- two parts ------------------------------------------------------------------------------------------------


def parity(html: str, text: str) -> list[tuple[Any, Any, Any]]:
    sources = [Source.from_text("a.html", html), Source.from_text("a.txt", text)]
    message = read_message(sources, MessageSettings(profile="newsletter"), "html")
    found = [finding for report in lint(message, [active(RULES["text-part-parity"])]) for finding in report.findings]
    return [(finding.path, finding.evidence["lacking"], finding.evidence["urls"]) for finding in found]


@pytest.mark.parametrize(
    ("html", "text", "found"),
    [
        (link("https://a.example/"), "See https://a.example\n", []),
        (link("https://www.a.example/?utm_medium=mail#x"), "See http://a.example/.\n", []),
        (link("https://a.example/?a=1&amp;b=2"), "See https://a.example/?a=1&b=2\n", []),
        (link("https://a.example/"), "See a.example\n", []),
        (link("https://a.example/"), "Hello\n", [("a.html", "text", ["https://a.example/"])]),
        ("<p>Hello</p>", "See https://a.example/\n", [("a.txt", "HTML", ["https://a.example/"])]),
        ("<p>See https://a.example/</p>", "See https://a.example/\n", []),
        (link("mailto:jane@acme.example") + link("tel:+442079460000"), "Hello\n", []),
        ('<a href="https://a.example/"><img src="https://a.example/a.png" alt="A"></a>', "Hello\n", []),
        (link("https://a.example/x", "View in browser"), "Hello\n", []),
        (link("{{ url }}"), "See {{ url }}\n", []),
        (link("{{ url }}"), "See {{ link.href }}\n", []),
        (link("{{ url }}"), "Hello\n", [("a.html", "text", ["{{ url }}"])]),
        (link("https://a.example/c?id=11"), "https://a.example/c?id=12\n", []),  # a tracker has numbered the parts
        (
            link("https://a.example/a-very-long-path-that-is-cut-off-here"),
            "https://a.example/a-very-long-path-that-\nis-cut-off-here\n",
            [],
        ),
        (
            link("https://a.example/a-long-path?one=1&amp;two=2&amp;three=3"),
            "https://a.example/a-long-path?one=1&two=2&\nthree=3\n",
            [],
        ),
        (link("https://www.google.com/url?q=https%3A%2F%2Fa.example%2F"), "https://a.example/\n", []),
        ("{% if a %}" + link("https://a.example/") + "{% endif %}", "{% if a %}https://a.example/{% endif %}\n", []),
    ],
)
def test_links_of_both_parts(html: str, text: str, found: list[tuple[Any, Any, Any]]) -> None:
    assert parity(html, text) == found


TOKENS = [
    link(f"https://go.acme.example/{token}") for token in ("x7Kq2mZp9Wd4", "a81f3c9e7b5d2046", "Qm4tY7rT2wE9uI1o")
]


@pytest.mark.parametrize(
    ("html", "text", "host"),
    [
        ("".join(TOKENS), "https://acme.example/a\nhttps://acme.example/b\n", "go.acme.example"),
        (TOKENS[0], "https://acme.example/a\n", "go.acme.example"),
        (link("https://k3f9x2a7.links.example/a") * 2, "https://acme.example/a\n", "k3f9x2a7.links.example"),
        (link("https://acme.example/a"), "https://go.acme.example/x7Kq2mZp9Wd4\n", "go.acme.example"),
        ("".join(TOKENS), "https://go.acme.example/x7Kq2mZp9Wd4\n", None),
        ("".join(TOKENS) + link("https://acme.example/a"), "https://acme.example/b\n", None),
        (link("https://go.acme.example/ten-tips-for-your-next-order-of-2026"), "https://acme.example/a\n", None),
        ("".join(TOKENS), "Hello\n", None),
    ],
)
def test_tokens_on_one_host_hide_where_they_lead(html: str, text: str, host: str | None) -> None:
    sources = [Source.from_text("a.html", html), Source.from_text("a.txt", text)]
    message = read_message(sources, MessageSettings(profile="newsletter"), "html")
    reports = lint(message, [active(RULES["text-part-parity"])])
    reasons = [question.reason for report in reports for question in report.unknown]
    known = f"all links of a part go through {host}, which alone knows where they lead"
    assert reasons == ([known] if host else [])
    assert bool([found for report in reports for found in report.findings]) is (host is None)


def test_links_that_a_tracker_hides_cannot_be_compared() -> None:
    sources = [
        Source.from_text("a.html", link("https://u1.ct.sendgrid.net/ls/click?upn=u001.abc")),
        Source.from_text("a.txt", "https://u1.ct.sendgrid.net/ls/click?upn=u001.def\n"),
    ]
    message = read_message(sources, MessageSettings(profile="newsletter"), "html")
    [report, _] = lint(message, [active(RULES["text-part-parity"])])
    assert report.findings == ()
    assert [question.reason for question in report.unknown] == ["only a click tracker knows where a link leads"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{{> header}}", ""),
        ("{{#> layout}}", "{{/layout}}"),
        ("{{#>layout a=1}}", "{{/layout}}"),
        ('{% extends "base.txt" %}', ""),
        ('{% embed "box.txt" %}', "{% endembed %}"),
        ("@extends('mail')\n@section('a')\n", "\n@endsection"),
        ('{% include "footer.txt" %}', ""),
    ],
)
def test_links_are_not_compared_where_another_template_may_have_them(before: str, after: str) -> None:
    whole = link("https://a.example/")
    assert parity(whole, f"{before}Hello{after}\n") == []
    assert parity(f"{before}<p>Hello</p>{after}", "https://a.example/\n") == []


# -- places ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "<p>See http://acme.example/pricing.</p>",
        "See <http://acme.example/pricing>, or (http://acme.example/pricing).",
    ],
)
def test_an_address_in_running_text_ends_before_its_sentence(text: str) -> None:
    assert set(marked(text, findings(text, "insecure", kind="html" if "<p>" in text else "txt"))) == {
        "http://acme.example/pricing"
    }


def test_evidence_quotes_template_tags_as_they_are_written() -> None:
    [found] = findings(link("http://{{ shop.host }}{{ path | url }}?a=1"), "insecure")
    assert found.evidence["url"] == "http://{{ shop.host }}{{ path | url }}?a=1"


def test_evidence_is_not_longer_than_people_read() -> None:
    [found] = findings(link(f"data:text/html,{'x' * 100_000}"), "dangerous-scheme")
    assert len(str(found.evidence["url"])) == 1000


def test_a_link_in_outlook_alone() -> None:
    text = f"<!--[if mso]>{link('http://acme.example/')}<![endif]-->"
    [found] = findings(text, "insecure")
    assert found.view == ""  # no other client gets the place


# -- anything -------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *PLAIN,
        *TEMPLATES,
        *(url for url, _ in ADDRESSES),
        *(text for _, text, *_ in MISMATCHES),
        *(
            "<a href=",
            "<a href='",
            '<a href="',
            '">',
            "</a>",
            "<area href=",
            "<form action=",
            "<img alt=",
            " title=",
            "'",
        ),
        *("{% if a %}", "{% else %}", "{% endif %}", "<!--[if mso]>", "<![endif]-->", "&#", "&amp;", "%", "[", "\x00"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(PIECES | st.text(max_size=12), max_size=25), st.sampled_from(["html", "txt"]), st.sampled_from([None, 1])
)
def test_no_check_fails_on_any_text(pieces: list[str], kind: str, touch: int | None) -> None:
    text = "".join(pieces)
    for report in reports(text, kind=kind, touch=touch, headers=HEADERS):
        for finding in report.findings:
            assert finding.rule != "internal-error", finding.message
            assert 0 <= finding.start <= finding.end <= len(report.text)


@pytest.mark.parametrize(
    "text",
    [
        link("https://acme.example/" + "a" * 1_000_000),
        link("https://acme.example/?" + "{{" * 200_000),
        link("{" * 500_000),
        link("%" * 500_000),
        link("https://" + "a." * 200_000 + "example"),
        link("https://" + "а." * 100_000 + "example"),
        link("https://acme.example/", "a." * 200_000),
        link("https://acme.example/", "www." * 100_000),
        link("tel:+442079460000", "1 " * 200_000),
        link("mailto:a@acme.example", "a@" * 200_000),
        "<p>" + "a." * 300_000 + "</p>",
        link("https://acme.example/") * 5_000,
        "".join(link(f"https://a{number}.example/", f"b{number}.example") for number in range(3_000)),
    ],
    ids=range(13),
)
def test_a_hostile_message_costs_little(text: str) -> None:
    message = message_of(text, profile="cold", touch=1, headers=HEADERS)
    for _, view in message.views():
        assert view.content.links is not None
    start = time.process_time()
    [report] = lint(message, [active(RULES[name]) for name in OFFLINE])
    assert time.process_time() - start < 5
    assert not any(finding.rule == "internal-error" for finding in report.findings)


@pytest.mark.parametrize(
    ("url", "leads"),
    [
        ("https://adf.ly/1a2b3", "is dead: the service has closed"),
        ("https://goo.gl/AbC123", "may be dead: the service has closed and dropped unused links"),
        ("https://bit.ly/3E6heo", "hides where it leads"),
    ],
)
def test_short_links_of_services_that_have_closed(url: str, leads: str) -> None:
    (found,) = findings(link(url), "shortener")
    assert found.evidence["leads"] == leads


# -- dead links -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<a style="color:#999" target="_blank">Unsubscribe</a>', ['<a style="color:#999" target="_blank">']),
        ('<a class="btn btn-primary">Buy now</a>', ['<a class="btn btn-primary">']),
        ('<a class="footer-link">Imprint</a>', ['<a class="footer-link">']),
        ('<a style="text-decoration: underline">Imprint</a>', ['<a style="text-decoration: underline">']),
        (
            '<a style="text-decoration:none;background:#06c;padding:9px">Buy</a>',
            ['<a style="text-decoration:none;background:#06c;padding:9px">'],
        ),
        ('<a role="button">{{ label }}</a>', ['<a role="button">']),
        # places to link to, and plain text
        ('<a name="top"></a><a id="b" class="link">Top</a>', []),
        ('<a>Acme</a> <a style="color:#333">Acme</a> <a class="name">Acme</a>', []),
        ('<a target="_blank"></a><a class="btn"><img src="https://a.example/x.png" alt="x"></a>', []),
        # what clients would make a link of is kept from it
        ('<a style="color:#000;text-decoration:none">1 Main Street, Springfield</a>', []),
        ('<a style="color:#000">+1 800 555 0199</a> <a style="color:#000">ann@acme.example</a>', []),
        ('<a style="color:#000">acme.example</a> <a style="color:#000">5 May, 10:30</a>', []),
        # an address by another name, or by a tag
        (
            '<a class="btn" :href="url">Buy</a> <a class="btn" data-href="x">Buy</a> <a class="btn" onclick="x">B</a>',
            [],
        ),
        ('<a class="btn" {{ attributes }}>Buy</a>', []),
        ('<a class="btn" {% if url %}href="{{ url }}"{% endif %}>Buy</a>', []),
        ('<a class="btn" href="https://acme.example/">Buy</a>', []),
        # buttons
        ("<form><button>Send</button></form>", []),
        (
            '<container><row><columns><button class="large">Buy</button></columns></row></container>',
            ['<button class="large">'],
        ),
        ('<container><row><columns><button href="https://acme.example/">Buy</button></columns></row></container>', []),
    ],
)
def test_what_looks_like_a_link_and_has_no_address(text: str, found: list[str]) -> None:
    assert marked(text, findings(text, "placeholder")) == found


@pytest.mark.parametrize(
    ("head", "button", "dead"),
    [
        ("", "<mj-button>Buy</mj-button>", True),
        ("", '<mj-button background-color="red">{{ label }}</mj-button>', True),
        ("", '<mj-button href="https://acme.example/">Buy</mj-button>', False),
        ("", '<mj-button href="{{ url }}">Buy</mj-button>', False),
        (
            '<mj-attributes><mj-button href="https://acme.example/" /></mj-attributes>',
            "<mj-button>Buy</mj-button>",
            False,
        ),
        ('<mj-attributes><mj-button color="red" /></mj-attributes>', "<mj-button>Buy</mj-button>", True),
        ("", "<mj-button></mj-button>", False),
    ],
)
def test_a_button_of_mjml_without_an_address(head: str, button: str, dead: bool) -> None:
    body = f"<mj-body><mj-section><mj-column>{button}</mj-column></mj-section></mj-body>"
    text = f"<mjml><mj-head>{head}</mj-head>{body}</mjml>"
    assert len(findings(text, "placeholder", kind="mjml")) == dead


@pytest.mark.parametrize(
    ("url", "stands_for"),
    [
        ("https://www.yoursitename.example/", True),
        ("https://your-domain-name.io/a", True),
        ("https://shop.your-store.co.uk/", True),
        ("https://ihre-domain.de/", True),
        ("https://www.votresite.fr/", True),
        ("https://tudominio.es/", True),
        ("https://ваш-сайт.рф/", True),
        ("https://companyname.com/", True),
        ("mailto:info@yoursitename.com", True),
        ("mailto:hello@your-company.org?subject=Hi", True),
        ("https://yourstory.com/", False),
        ("https://your.org/", False),
        ("https://yoursite.acme.example/", False),
        ("https://mycompanysoftware.com/", False),
        ("https://domaine.fr/", False),
    ],
)
def test_the_hosts_of_starter_kits(url: str, stands_for: bool) -> None:
    assert bool(findings(link(url), "placeholder")) is stands_for


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("http:///forum/x", {"malformed"}),
        ("http://http://my-app.example/c/1", {"malformed"}),
        ("https:\\\\intranet\\a", {"malformed"}),
    ],
)
def test_a_broken_address_is_one_finding(url: str, names: set[str]) -> None:
    found = findings(link(url), "malformed", "private-host", "insecure", "placeholder")
    assert {finding.rule.removeprefix("links/") for finding in found} == names
