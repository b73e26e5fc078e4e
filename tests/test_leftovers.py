"""Tags that nothing has filled: in every language that templates are read in, and not in talk about code."""

from __future__ import annotations

import re
from pathlib import Path
from string import ascii_letters
from time import process_time

import pytest

from maillint.catalogue.load import shipped
from maillint.engine.lint import lint
from maillint.finding import Finding, Severity
from maillint.message.read import MessageSettings, read_message
from maillint.message.template.dialect import all_dialects
from maillint.message.template.leftovers import leftover_level, leftover_sources
from maillint.message.template.parse import read
from maillint.text.literals import first_characters
from maillint.text.source import Source
from tests.docs import ROOT
from tests.linting import active, message_of

RULE = shipped().rules["content/merge-tag-unrendered"]
TEMPLATES = sorted((ROOT / "tests/dialects").iterdir())


def mail(body: str, subject: str = "News", kind: str = "html", *more: str) -> str:
    fields = ["From: Acme <news@acme.example>", "To: bob@client.example", f"Subject: {subject}", *more]
    return "\n".join([*fields, f"Content-Type: text/{kind}; charset=utf-8", "", body])


def found(text: str, kind: str = "eml") -> list[Finding]:
    return [finding for report in lint(message_of(text, kind), [active(RULE)]) for finding in report.findings]


def shown(text: str) -> list[str]:
    return [str(finding.evidence["text"]) for finding in found(text)]


# -- every language -------------------------------------------------------------------------------------------

NO_TAGS_OF_THEIR_OWN = {"razor", "blade", "velocity", "heex", "file-include", "php", "ejs", "eex", "erb", "magento"}
"""Languages of which a tag may be a whole program, or a word after a sign that anything else may have, too."""


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_what_a_language_reads_as_a_tag_is_a_pattern_of_leftovers(path: Path) -> None:
    patterns = [re.compile(source) for sources in leftover_sources().values() for source in sources]
    source = Source.from_text(path.name, path.read_text())
    part = read_message([source], MessageSettings(), "html").parts[0]
    dialect = part.dialect
    assert dialect is not None
    tags = [tag for tag in read(part.text, dialect).outputs() if tag.dialect == dialect.name and len(tag.span)]
    written = [part.text[tag.span.start : tag.span.end] for tag in tags]
    simple = [text for text in written if re.fullmatch(r"[\W_]+[A-Za-z_@$][\w.@$ ]*[\W_]+", text.strip())]
    macros = {"[@", "@{"}  # a call of a macro, and an address in an attribute of Thymeleaf
    unknown = [text for text in simple if text[:2] not in macros and not any(each.search(text) for each in patterns)]
    assert unknown == [] or dialect.name in NO_TAGS_OF_THEIR_OWN


def test_each_level_has_patterns_and_no_pattern_has_two_groups() -> None:
    assert [level for level, sources in leftover_sources().items() if sources] == ["sure", "likely", "loose", "named"]
    for sources in leftover_sources().values():
        for source in sources:
            assert re.compile(source).groups == 1, source
            first = first_characters(source)
            assert first and not first & set(ascii_letters), source


def test_comments_and_literals_are_never_leftovers() -> None:
    for dialect in all_dialects():
        for spec in dialect.delimiters:
            if spec.kind in {"comment", "literal"}:
                assert leftover_level(spec) == "never"


@pytest.mark.parametrize(
    "tag",
    [
        "{{ product.title }}",
        "{{{html_body}}}",
        "{{#if vip}}",
        "{% if vip %}",
        "{%customer.firstName%}",
        "<%= @user.plan %>",
        "${object.plan}",
        "#{user.plan}",
        "%{comments}",
        "{allelements}",
        "{$plan}",
        "[% plan | default %]",
        "::plan.name::",
        "@@plan@@",
        "##plan##",
        "%%plan_name%%",
        "%%=v(@plan)=%%",
        "*|PLAN|*",
        "*|TEXT:PLAN|*",
        "%recipient.plan%",
        "%Order.Number%",
        "[[${plan}]]",
        "$[PLAN]$",
        "@PLAN_NAME@",
        "{!Opportunity.Name}",
        "@Model.PlanName",
        "{!plan!}",
        "{contactfield=plan}",
        "${{ plan }}$",
        "$!{plan}",
    ],
)
def test_a_tag_in_a_sentence(tag: str) -> None:
    written = tag.replace("<", "&lt;")
    assert found(mail(f"<p>Your plan is {written}.</p>"))
    assert found(mail("<p>Hello</p>", subject=f"Your {tag} is ready"))


@pytest.mark.parametrize(
    "tag",
    ["[first_name]", "[firstName]", "[FIRST_NAME]", "%first_name%", "~~first_name~~", "<<first_name>>"],
)
def test_what_also_stands_for_other_things_is_known_by_its_name(tag: str) -> None:
    written = tag.replace("<", "&lt;")
    assert found(mail(f"<p>This goes to {written} only.</p>"))
    other = re.sub("first", "worst", written, flags=re.IGNORECASE)
    assert found(mail(f"<p>This goes to {other} only.</p>")) == []


@pytest.mark.parametrize(
    "tag", ["[name]", "[Name]", "{name}", "«FirstName»", "-name-", "%name%", "[First Name]", "[surname]", "${name}"]
)
def test_a_greeting_makes_it_certain(tag: str) -> None:
    assert len(found(mail(f"<p>Dear {tag},</p><p>thank you.</p>"))) == 1
    assert len(found(mail(f"Dear Mr. {tag},\n\nthank you.", kind="plain"))) == 1


# -- everywhere -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('<p><img src="https://a.example/x.png" alt="{{ alt }}"></p>', "{{ alt }}"),
        ('<p title="Hi {first}">Hi</p>', "{first}"),
        ("<html><head><title>{{ subject }}</title></head><body><p>Hi</p></body></html>", "{{ subject }}"),
        ('<div style="display:none">{{ preheader }}</div><p>Hi</p>', "{{ preheader }}"),
        ('<p style="color:{{ color }}">Hi</p>', "{{ color }}"),
        ('<table background="https://a.example/{{ bg }}"><tr><td>Hi</td></tr></table>', "{{ bg }}"),
        ('<a href="https://a.example/{token}">Read</a>', "{token}"),
        ('<a href="[unsubscribe]">Read</a>', "[unsubscribe]"),
        ('<a href="-unsubscribe-">Read</a>', "-unsubscribe-"),
        ('<a href="https://a.example/?n=%%name%%">Read</a>', "%%name%%"),
        ('<a href="https://a.example/undefined">Read</a>', "undefined"),
        ('<img src="https://a.example/p?u=%7B%7Bid%7D%7D" alt="">', "{{id}}"),
        ('<a href="https://a.example/p?u=%7Bcontactfield%3Demail%7D">Read</a>', "{contactfield=email}"),
        ('<a href="https://a.example/$%7Bobject.website%7D?">Read</a>', "${object.website}"),
        ('<a href="https://a.example/p?u=%23%23email%23%23">Read</a>', "##email##"),
        ('<a href="https://a.example/p?u=*%7CEMAIL%7C*">Read</a>', "*|EMAIL|*"),
        ('<a href="%5B%5Bviewonline%5D%5D">Read</a>', "[[viewonline]]"),
    ],
)
def test_where_a_tag_may_stand(body: str, text: str) -> None:
    assert shown(mail(body)) == [text]


def test_in_the_names_of_sender_and_recipient() -> None:
    text = mail("<p>Hi</p>").replace("Acme <news", "{{ company }} <news").replace("To: bob", "To: {{ name }} <bob")
    assert len(found(text.replace("client.example\n", "client.example>\n", 1))) == 2


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>Hi null null,</p>", "null null"),
        ("<p>Dear undefined undefined,</p>", "undefined undefined"),
        ("<p>Dear ,</p><p>thank you</p>", "Dear ,"),
        ("<p>Total: NaN EUR</p>", "NaN EUR"),
        ("<p>You save $NaN today</p>", "$NaN"),
        ("<p>Due: NaN/NaN/NaN</p>", "NaN/NaN/NaN"),
        ("<p>Your order of Invalid Date</p>", "Invalid Date"),
        ("<p>It ships on Invalid date.</p>", "Invalid date"),
        ("<p>Order #undefined</p>", "undefined"),
        ("<p>Total: €undefined</p>", "€undefined"),
        ("<p>Best regards,</p><p>[Your Name]</p>", "[Your Name]"),
        ("<p>Hello [object Object]</p>", "[object Object]"),
    ],
)
def test_what_programs_print_for_nothing(body: str, text: str) -> None:
    assert shown(mail(body)) == [text]


def test_a_subject_that_begins_with_a_comma() -> None:
    assert [finding.evidence["text"] for finding in found(mail("<p>Hi</p>", subject=", your order is on its way"))] == [
        ","
    ]


# -- percent-encoded, in a template ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('<a href="%7b%7b%7bRESEND_UNSUBSCRIBE_URL%7d%7d%7d">Unsubscribe</a>', "html"),
        ('<a href="https://a.example/?m=%7B%7Bemail%7D%7D">Read</a> {{ name }}', "html"),
        ('<img src="https://a.example/x.png?u=%7Bid%7D" alt="x">', "html"),
        (
            "<mjml><mj-body><mj-section><mj-column>"
            '<mj-button href="https://a.example/?m=%7B%7Bemail%7D%7D">Read</mj-button>'
            "</mj-column></mj-section></mj-body></mjml>",
            "mjml",
        ),
        (
            "<mjml><mj-body><mj-section><mj-column>"
            '<mj-image src="https://a.example/%7B%7Bpicture%7D%7D.png" />'
            "</mj-column></mj-section></mj-body></mjml>",
            "mjml",
        ),
    ],
)
def test_an_encoded_tag_in_a_template_is_a_warning_since_some_tools_decode_it(text: str, kind: str) -> None:
    assert [finding.severity for finding in found(text, kind)] == [Severity.WARNING]


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/?q=%7B%22a%22%3A1%7D",
        "https://a.example/?id=%7B3F2504E0-4F89-11D3-9A0C-0305E82C3301%7D",
        "https://a.example/?f%5Bname%5D=x",
        "https://a.example/100%25%25",
        "https://a.example/%E2%9C%93",
        "https://a.example/?q=a%7Cb",
        "{{ url }}",
        "https://a.example/{{ path }}",
    ],
)
def test_other_encoded_text_is_none(url: str) -> None:
    assert found(f'<a href="{url}">Read</a>', "html") == []
    if "{{" not in url:
        assert found(mail(f'<a href="{url}">Read</a>')) == []


# -- no tag ---------------------------------------------------------------------------------------------------

HONEST_HTML = [
    "<p>Write <code>{{ name }}</code> and <pre>${x} %{y}</pre></p>",
    "<p>In a template, {{ name }} stands for the reader's name.</p>",
    "<p>Use `${x}` in JavaScript, or #{x} in a Ruby string.</p>",
    "<p>The placeholder {first_name} is filled when you send.</p>",
    "<p>The macro %{name} of an RPM spec, and the variable ${HOME}.</p>",
    "<p>A merge tag such as *|first name|* is no field.</p>",
    "<p>[unsubscribe] [Unsubscribe] [name] [email] [optional] [x] [1] [sic]</p>",
    "<p>Name: [name] Company: [company]</p>",
    "<p>[External Email] Please enter [your email address].</p>",
    "<p>[alice] hi [bob] hello [first] name?</p>",
    '<p>{"a": 1, "b": {"c": 2}} {1, 2, 3} {a, b} {x}</p>',
    "<style>p{color:red} .a{margin:0} @media print{p{color:#000}}</style><p>Hi</p>",
    "<p>100% of 50% and %d%% or 5%-10% off, 20%OFF%</p>",
    "<p>Save $5 – or $10! C#, A@B, me@acme.example, @acme, #sale, ##</p>",
    "<p>std::cout, a::b, 12::30, :-), ::1, --flag--, -x-, well-known-name</p>",
    "<p>He said -- and I quote -- it is ~~not~~ done. !!wow!!</p>",
    "<p>None of us is undefined; null and void. NaN bread, Nan, nil nil at half-time.</p>",
    "<p>The date is invalid. Invalid Date: header (not RFC 2822)</p>",
    "<p>Hi, Bob</p><p>Hello Bob , how are you</p><p>Dear readers,</p>",
    "<p>$x^2$ and \\textbf{bold} and f{x}</p>",
    '<p><img src="cid:image001.png@01D5" alt="[image]"></p>',
    '<p data-template="{{ x }}" onclick="f({a:1})">Hi</p>',
    '<input type="text" name="{q}" value="%%q%%">',
    '<a href="https://a.example/?filter[name]=x&amp;b[]=1">Read</a>',
    '<a href="https://a.example/a-name-b/-/x?y=~z~">Read</a>',
    '<a href="https://a.example/%C3%A9t%C3%A9/100%25">Read</a>',
    '<a href="https://a.example/{3F2504E0-4F89-11D3-9A0C-0305E82C3301}">Read</a>',
    '<a href="#top">Read</a> <a href="mailto:a@b.example?subject=%5BAcme%5D%20Hi">Read</a>',
]
HONEST_TEXT = [
    'I think ${PATH} and {{ item }} and [[ -f x ]] and %s are fine; printf("%d%%") is not.',
    "install -s -m 755 %{name}-%{version}/* \\\n  $RPM_BUILD_ROOT/usr/local",
    "> Hi {{ first_name }},\n> your order\n\nThis is what I got.",
    "#!/bin/sh\necho ${name} > file\n",
    "function greet(name) { return `Hi ${name}`; }",
    "<alice> hi\n<bob> hello [name]\n[12:01] <carol> lol",
    "[cid:image001.png@01D8] [image: photo] [tel:+1] [mailto:a@b.example] <https://a.example/[x]>",
    "[1] https://a.example/\n[2] https://b.example/{id}\n",
    "Subject: [JIRA] (ABC-1) {code}x{code}",
    "The set {a, b} and {x} and {n}; see {1}.",
    "Title: <<Faust>> and «Faust» and «Имя»",
]


@pytest.mark.parametrize("body", HONEST_HTML)
def test_honest_html(body: str) -> None:
    assert shown(mail(body)) == []


@pytest.mark.parametrize("body", HONEST_TEXT)
def test_honest_text(body: str) -> None:
    assert shown(mail(body, kind="plain")) == []


@pytest.mark.parametrize("subject", ["[PATCH] use ${foo} in the script", "Re: [name] {wip} build", "C# {} and C++ <T>"])
def test_honest_subjects(subject: str) -> None:
    assert shown(mail("diff --git a/x b/x\n+++ b/x\n", subject=subject, kind="plain")) == []


def test_one_place_is_one_finding_however_many_views_show_it() -> None:
    body = "<!--[if mso]><p>A</p><![endif]--><!--[if !mso]><!--><p>B</p><!--<![endif]--><p>Hi {{ first_name }},</p>"
    assert len(found(mail(body))) == 1


@pytest.mark.parametrize(
    "piece", ["{{a", "{a", "{% if ", "<%= a ", "%%a", "*|A", "[a", "[% a ", "${a", "::a", "-a_b", "%a.b", "#{a ("]
)
@pytest.mark.parametrize("kind", ["html", "plain"])
def test_rows_of_openers_take_linear_time(piece: str, kind: str) -> None:
    def seconds(size: int) -> float:
        text = mail((piece * size)[: 4 * size].replace("<", "&lt;"), kind=kind)
        start = process_time()
        found(text)
        return process_time() - start

    seconds(500)
    assert seconds(8_000) < 0.2 + 40 * seconds(1_000)
