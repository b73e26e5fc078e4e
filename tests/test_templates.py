"""Template languages: which one a text is in, what its tags are, and what is wrong with them."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillint.engine.lint import lint
from maillint.finding import Finding
from maillint.message.kinds import kind_of
from maillint.message.model import Message
from maillint.message.read import MessageSettings, read_message
from maillint.message.template.detect import recognise
from maillint.message.template.dialect import Dialect, all_dialects, dialects
from maillint.message.template.parse import Template, read
from maillint.message.template.placeholders import placeholder_role, role_of
from maillint.message.template.tags import Tag
from maillint.message.views import make_views
from maillint.text.source import Source
from maillint.text.spans import Span
from tests.linting import quiet_rules

FOLDER = Path(__file__).parent / "dialects"
RULES = quiet_rules()


def reading(text: str, dialect: str) -> Template:
    return read(text, dialects()[dialect])


def kinds(text: str, dialect: str) -> list[tuple[str, str]]:
    return [(tag.kind, text[tag.span.start : tag.span.end]) for tag in reading(text, dialect).tags]


# -- a realistic template of every language, a fault planted in each branch ---------------------------

_MARK = re.compile(r"⟦(?P<rule>[\w/-]+):(?P<fault>.*?)⟧", re.DOTALL)


def unmark(text: str) -> tuple[str, list[tuple[str, int, int]]]:
    """Take the marks ``⟦rule:fault⟧`` out of a text; returns it with the findings that they announce."""
    clean, expected, position = "", [], 0
    for mark in _MARK.finditer(text):
        clean += text[position : mark.start()]
        expected.append((mark["rule"], len(clean), len(clean) + len(mark["fault"])))
        clean += mark["fault"]
        position = mark.end()
    return clean + text[position:], sorted(expected)


def _places(message: Message) -> list[Finding]:
    return [place for file in lint(message, RULES) for found in file.findings for place in found.at_each_place()]


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_every_planted_fault_is_found_at_its_place_and_nothing_else(path: Path) -> None:
    text, expected = unmark(path.read_text(encoding="utf-8"))
    message = read_message([Source.from_text(path.name, text)], MessageSettings(profile="transactional"))
    found = sorted((found.rule, found.start, found.end) for found in _places(message))
    assert found == expected
    assert message.parts[0].dialect is not None
    assert path.name.startswith(message.parts[0].dialect.name), "the language is detected without help"
    assert len(expected) >= 4


_WHOLE_ELEMENT = re.compile(r"<(\w+)[^<>]*>[^<]*</\1>")


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_a_fault_is_planted_in_each_branch_that_holds_an_element(path: Path) -> None:
    text, expected = unmark(path.read_text(encoding="utf-8"))
    (part,) = read_message([Source.from_text(path.name, text)], MessageSettings()).parts
    begins = part.map.start(0)
    pending = list(part.template.choices)
    while pending:
        for branch in pending.pop().branches:
            pending.extend(branch.choices)
            inside = part.text[branch.span.start : branch.span.end]
            faults = [start for _, start, _ in expected if branch.span.start <= start - begins < branch.span.end]
            assert faults or not _WHOLE_ELEMENT.search(inside), inside


@pytest.mark.parametrize("dialect", all_dialects(), ids=lambda dialect: dialect.name)
def test_every_language_has_such_a_template(dialect: Dialect) -> None:
    assert any(re.split(r"[.]", path.name)[0].startswith(dialect.name) for path in FOLDER.iterdir())


# -- which language -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text", "dialect", "sure"),
    [
        # by extension, through a second one, in any case
        ("a.liquid", "Hi", "liquid", True),
        ("a.html.j2", "Hi", "jinja", True),
        ("A.HTML.ERB", "Hi", "erb", True),
        ("a.blade.php", "Hi", "blade", True),
        ("a.php", "Hi", "php", True),
        ("a.html.heex", "Hi", "heex", True),
        ("a.hbs.html", "Hi {{ name }}", "handlebars", True),
        ("a.hbs.html", "Hi", None, True),
        ("a.email.body.gotmpl", "Hi", "go", True),
        # .tpl is claimed by several: the text decides
        ("a.tpl", "{if $a}x{/if}", "smarty", True),
        ("a.tpl", "{{ if .Name }}x{{ end }}", "go", True),
        ("a.tpl", "{% if a %}{% elif b %}{% endif %}", "jinja", True),
        ("a.tpl", "{{{ if a }}}{a}{{{ end }}}", "benchpress", True),
        # by the text
        ("a.html", "<p>Hi</p>", None, True),
        ("a.html", "{% if a %}{% elsif b %}{% endif %}", "liquid", True),
        ("a.html", "{% extends 'a' %}{% block b %}{% endblock %}", "jinja", True),
        ("a.html", "{{#if a}}{{a}}{{/if}}", "handlebars", True),
        ("a.html", "{{ range .Items }}{{ .Name }}{{ end }}", "go", True),
        ("a.html", "{{ for item in items }}{{ item.name }}{{ end }}", "go", True),
        ("a.html", "{{if a}}{{b}}{{else}}{{{c}}}{{end}}", "go", True),
        ("a.html", "{{var a.b}}{{depend c}}x{{/depend}}{{if d}}x{{else}}y{{/if}}", "magento", True),
        ("a.html", "{% if a %}{{ company.name }}{% endif %}", "jinja", True),
        ("a.html", "{{my.event}} {{company.Company Name}}", "marketo", True),
        (
            "a.html",
            "{% dnd_section width={{ a or 7 }} %}{% block b %}{% endblock %}{% end_dnd_section %}",
            "hubl",
            True,
        ),
        ("a.tpl", "[{if $a}][{$a->b->value}][{/if}]", "smarty", True),
        ("a.html", '<a href="[resume:url]">x</a>', "enclosed", True),
        ("a.html", '<a href="{!topicLink!}">x</a>', "enclosed", True),
        ("a.html", '<a href="::unsubscribeUrl::">x</a>', "enclosed", True),
        ("a.html", '<a href="mailto:!!siteemail!!">x</a>', "enclosed", True),
        ("a.html", "Hi ${{ lang.hi }}$", "tokens", True),
        ("a.html", "<% @a.each do |b| %><%= b %><% end %>", "erb", True),
        ("a.html", "<% if (a) { %>x<% } %>", "ejs", True),
        ("a.html", "<%= if a do %>x<% end %>", "eex", True),
        ("a.html", "<?php if ($a): ?>x<?php endif ?>", "php", True),
        ("a.html", "@foreach ($a as $b) {{ $b }} @endforeach", "blade", True),
        ("a.html", "@model A\n<p>@Model.Name</p>", "razor", True),
        ("a.html", "<#if a>x</#if>", "freemarker", True),
        ("a.html", "#if ($a) x #end", "velocity", True),
        ("a.html", '<p th:text="${a}" xmlns:th="x">A</p>', "thymeleaf", True),
        ("a.html", "%%[ SET @a = 1 ]%%", "ampscript", True),
        ("a.html", "*|IF:A|*x*|END:IF|*", "mailchimp", True),
        ("a.html", "Hi %recipient.name%", "mailgun", True),
        ("a.html", "Hi %FIRSTNAME%", "activecampaign", True),
        ("a.html", "Hi [[firstname]]", "getresponse", True),
        ("a.html", "{{lead.First Name:default=you}}", "marketo", True),
        ("a.html", "{{ personalization_token('contact.firstname', 'x') }}", "hubl", True),
        ("a.html", "Hi {{${first_name}}}", "liquid", True),
        ("a.html", 'Hi {{ first_name | default: "there" }}', "liquid", True),
        ("a.html", 'Hi {{ first_name|default:"there" }}', "liquid", False),
        ("a.html", '<a href="${{ shop_url }}$">x</a>', "tokens", True),
        ("a.html", '<a href="{unsubscribe_url}">x</a>', "tokens", True),
        # nothing decides: one is chosen, and the user is told
        ("a.html", "Hi {{name}}", "handlebars", False),
        ("a.html", "Hi {{first_name}}", "handlebars", False),
        ("a.html", "Hi {{ name }}", "jinja", False),
        ("a.html", "Hi ${name}", "freemarker", False),
        # an engine comes before the merge tags that it leaves alone
        ("a.html", "{% if a %}{% elif b %}{% endif %} *|UNSUB|*", "jinja", True),
        ("a.html", "<% if a %>x<% end %> {unsubscribe_url}", "erb", True),
    ],
)
def test_the_language_of_a_text(path: str, text: str, dialect: str | None, sure: bool) -> None:
    found = recognise(text, path)
    assert (found.dialect.name if found.dialect else None, found.sure) == (dialect, sure), found.why
    assert bool(found.why) is (dialect is not None)


@pytest.mark.parametrize(
    "text",
    [
        "<style>@media only screen and (max-width: 600px) { a { color: red } } @import url(a.css);</style>",
        "<style>@media screen{#a{b:c}}@font-face{font-family:x}</style>",
        '<a href="https://acme.example/a%20b%20c?d=100%25">100% of 50%</a>',
        "<script>let a = `${b}`; const {c} = d; x = {{}};</script>".replace("{{}}", "{}"),
        "<p>me@if.example, @acme, 5 * 3 | 2, [[1, 2], [3]], {1, 2}, #1 and #end of it, $5 and $ 6</p>",
        "<table><tr><td>a-b-c</td><td>%</td></tr></table><!-- BEGIN HEADER --><!--[if mso]>x<![endif]-->",
        "<p>if (a < b && c > d) { return }; Ann & Bob</p>",
        "/** @tab Page @section heading 1 */",
        '<a href="#end">End</a>',
        "%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82",
    ],
)
def test_what_is_no_template(text: str) -> None:
    assert recognise(text, "a.html").dialect is None


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("klaviyo", "jinja"),
        ("shopify", "liquid"),
        ("sendgrid", "handlebars"),
        ("listmonk", "go"),
        ("mandrill", "mailchimp"),
    ],
)
def test_a_tools_name_stands_for_its_language(name: str, own: str) -> None:
    assert dialects()[name].name == own


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.html.erb", "html"),
        ("a.text.erb", "txt"),
        ("a.txt.twig", "txt"),
        ("a.body.plaintext.gotmpl", "txt"),
        ("a.blade.php", "html"),
        ("a.css.heex", None),
        ("a.json.j2", None),
        ("a.rb", None),
    ],
)
def test_the_kind_of_a_templates_file(path: str, kind: str | None) -> None:
    assert kind_of(path) == kind


def test_a_guess_is_reported() -> None:
    (doubtful,) = [read_message([Source.from_text("a.html", "Hi {{ name }}")], MessageSettings()).notes]
    (certain,) = [read_message([Source.from_text("a.liquid", "Hi {{ name }}")], MessageSettings()).notes]
    assert "read as Jinja" in doubtful[0]
    assert certain == ()


# -- tags ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "text", "expected"),
    [
        ("jinja", "{{ a }}", ["output"]),
        ("jinja", "{{- a|default('}}') -}}", ["output"]),
        ("jinja", "{{ {'a': {'b': 1}} }}", ["output"]),
        ("jinja", "${{ a }}$ ${{ b }}", ["output", "output"]),
        ("jinja", "{% if a %}{% endif %}", ["open", "close"]),
        ("jinja", "{%- set a = 1 -%}", ["statement"]),
        ("jinja", "{% set a %}b{% endset %}", ["open", "close"]),
        ("jinja", "{% url 'a' b %}", ["output"]),
        ("jinja", "{% url 'a' as b %}", ["statement"]),
        ("jinja", "{% trans 'a' %}", ["output"]),
        ("jinja", "{% include 'a' %}", ["insert"]),
        ("jinja", "{% cell a %}b{% endcell %}", ["open", "close"]),
        ("jinja", "{% cell a %}b", ["output"]),
        ("jinja", "{# {{ a }} #}", ["comment"]),
        ("jinja", "{% raw %}{{ a }}{% if b %}{% endraw %}", ["open", "output", "output", "close"]),
        ("jinja", "{% comment %}{% if a %}{% endcomment %}", ["open", "comment", "close"]),
        ("liquid", "{{${first_name}}}", ["output"]),
        ("liquid", "{{ a.${b} | default: 'c' }}", ["output"]),
        ("liquid", "{% # a %}", ["statement"]),
        ("liquid", "{% liquid\n if a\n echo b\n endif %}", ["statement", "open", "output", "close"]),
        ("liquid", "{% case a %}{% when 1 %}{% else %}{% endcase %}", ["open", "middle", "middle", "close"]),
        ("handlebars", "{{a}}{{{b}}}{{&c}}", ["output", "output", "output"]),
        ("handlebars", "{{#a}}{{^}}{{/a}}{{^a}}{{/a}}", ["open", "middle", "close", "open", "close"]),
        ("handlebars", "{{!-- }} --}}{{! a }}{{~> b ~}}", ["comment", "comment", "insert"]),
        ("handlebars", "{{#> a}}{{/a}}{{#*inline 'b'}}{{/inline}}", ["open", "close", "open", "close"]),
        ("handlebars", "\\{{a}}{{{{raw}}}}{{#if}}{{{{/raw}}}}", []),
        (
            "go",
            '{{/* a */}}{{- /* b */ -}}{{ $c := 1 }}{{ template "d" . }}',
            ["comment", "comment", "statement", "insert"],
        ),
        ("go", '{{ "}}" }}{{ `}}` }}{{ printf "%s" .A }}', ["output", "output", "output"]),
        ("erb", "<%= a %><% b %><%# c %>", ["output", "statement", "comment"]),
        (
            "erb",
            "<%= form do |f| %><% end %><% a = 1 if b %><% if c then d end %>",
            ["open", "close", "statement", "statement"],
        ),
        ("erb", "<%= yield %><% if a\n b = 1 # end\n %><% end %>", ["insert", "open", "close"]),
        ("ejs", "<% if (a) { %><% } else { %><% } %>", ["open", "middle", "close"]),
        ("ejs", "<% a.map((b) => { return {c: 1}; }); %><%- include('d') %>", ["statement", "insert"]),
        ("ejs", "<% if (a) { b(); } %>", ["statement"]),
        ("php", "<?php if ($a): echo $b; else: ?>c<?php endif; ?>", ["open", "output", "middle", "close"]),
        ("php", "<?php if (f($a)): echo $b; endif; $c ? d($e): $f; ?>", ["open", "output", "close"]),
        ("php", "<?php echo $a; if ($b) { ?>c<?php } print $d ?>", ["output", "open", "close", "output"]),
        (
            "php",
            "<?php echo $a; ?><?php esc_html_e('b') ?><?php include 'c.php'; ?><?php $d = 'echo'; $e(); ?>",
            ["output", "output", "insert", "statement"],
        ),
        ("ejs", "<% print(a); %><%@ include view='b' %>", ["output", "output"]),
        (
            "php",
            "<?php $a = 1; echo $b ?><?php e('c; echo') ?><?php $d = e(); /* echo */ ?>",
            ["output", "insert", "statement"],
        ),
        (
            "smarty",
            "[{* a *}][{$b->c}][{if $d}][{assign var='e' value=$f.g}][{/if}]",
            ["comment", "output", "open", "statement", "close"],
        ),
        ("ampscript", "%%[ Output(@a) ]%%%%[ SET @a = 'Output(1)' ]%%", ["output", "statement"]),
        (
            "php",
            "<?php if ($a): ?><?php endif; ?><?php } ?><?= $b ?><?php // if (c) {",
            ["open", "close", "close", "output", "statement"],
        ),
        ("blade", "@if ($a) @elseif ($b) @endif @media (x) a@if.b", ["open", "middle", "close"]),
        ("blade", "@lang('a (b')@include('c')@money($d)@@if @{{ e }}", ["output", "insert", "output"]),
        ("razor", "@a.B(c)[0].D @@e f@g.h @(i + 1)", ["output", "output"]),
        ("razor", "@if (a) { <b>@c</b> } else { <i></i> }", ["open", "output", "middle", "close"]),
        (
            "freemarker",
            "<#if (a > b)>${c!'}'}<#else></#if><@d/><@e></@e>",
            ["open", "output", "middle", "close", "insert", "open", "close"],
        ),
        ("freemarker", "[#if a][/#if][=b]#{c; m2}", ["open", "close", "output", "output"]),
        (
            "velocity",
            "#if ($a) $!{b} $c.d('e)') #{else} #end ## f",
            ["open", "output", "output", "middle", "close", "comment"],
        ),
        ("velocity", "$5 #fff \\$a", []),
        ("smarty", "{$a|default:'}'}{if $b}{/if}{* c *}{ d }{e:f}", ["output", "open", "close", "comment"]),
        (
            "ampscript",
            "%%[ SET @a = 'IF' IF @b THEN ]%%%%[ ENDIF ]%%%%=v(@c)=%%%%d e%%",
            ["open", "close", "output", "output"],
        ),
        ("mailchimp", "*|IF:A >= 20|*x*|END:IF|*", ["open", "close"]),
        ("mailchimp", "*|IF:A|**|A|**|ELSE:|**|END:IF|* 1 *| 2 |* <b>", ["open", "output", "middle", "close"]),
        ("activecampaign", "%IF $A%%A1%%ELSE%%/IF% %20FREE%20 %C3%A9", ["open", "middle", "close"]),
        ("thymeleaf", '<a th:text="${a}"></a><a th:href="${b}">c</a>', ["comment", "output", "comment", "output"]),
        ("tokens", "{a} {b=c|d} { e } {f:g} {{h}}", ["output", "output"]),
    ],
)
def test_the_tags_of_a_language(dialect: str, text: str, expected: list[str]) -> None:
    assert [kind for kind, _ in kinds(text, dialect)] == expected


@pytest.mark.parametrize(
    ("dialect", "text", "argument"),
    [
        ("jinja", "{{- user.name | title -}}", "user.name | title"),
        ("handlebars", "{{{ body }}}", "body"),
        ("go", "{{- .Name -}}", ".Name"),
        ("mailchimp", "*|FNAME|*", "FNAME"),
        ("mailgun", "%recipient.first%", "recipient.first"),
        ("freemarker", "${user.name}", "user.name"),
        ("velocity", "$!{user.name}", "user.name"),
        ("erb", "<%= @name %>", "@name"),
        ("razor", "@Model.Name", "Model.Name"),
        ("ampscript", "%%First Name%%", "First Name"),
        ("jinja", "{% unsubscribe_link 'x' %}", "unsubscribe_link 'x'"),
        ("blade", "@lang('x')", "lang('x')"),
    ],
)
def test_an_outputs_argument_is_its_expression(dialect: str, text: str, argument: str) -> None:
    [tag] = reading(text, dialect).tags
    assert (tag.kind, tag.argument, tag.span) == ("output", argument, Span(0, len(text)))


def test_merge_tags_are_read_within_another_language() -> None:
    text = '{% if a %}<a href="*|UNSUB|*">x</a> %recipient.b% %20 {unsubscribe_url}{% endif %}'
    template = reading(text, "jinja")
    assert [tag.dialect for tag in template.tags] == ["jinja", "mailchimp", "mailgun", "tokens", "jinja"]
    assert [guest.name for guest in template.other_dialects] == ["mailchimp", "mailgun", "tokens"]


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("blade", '@lang("x", [\'a\' => "{$b->c}"])'),
        ("handlebars", "{{#if a}}\\{{literal}}{{{{raw}}}}{{/if}}{{{{/raw}}}}{{/if}}"),
    ],
)
def test_what_only_looks_like_another_language_inside_a_tag_is_not_one(dialect: str, text: str) -> None:
    assert reading(text, dialect).other_dialects == ()


# -- what does not match ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "text", "expected"),
    [
        ("jinja", "{% if a %}", [("unclosed", "{% if a %}")]),
        ("jinja", "{% endif %}", [("stray", "{% endif %}")]),
        ("jinja", "{% else %}", [("stray", "{% else %}")]),
        ("jinja", "{% if a %}{% for b in c %}{% endif %}", [("unclosed", "{% for b in c %}")]),
        ("jinja", "{% if a %}{% for b in c %}{% endif %}{% endfor %}", [("crossed", "{% endif %}")]),
        ("jinja", "{% if a %}{% with b %}{% elif c %}{% endif %}", [("unclosed", "{% with b %}")]),
        ("jinja", "{% foo %}{% endfoo %}{% endfoo %}", [("stray", "{% endfoo %}")]),
        ("jinja", "{% if a %}{% if b %}{% endif %}", [("unclosed", "{% if a %}")]),
        ("handlebars", "{{#a}}{{/b}}", [("unclosed", "{{#a}}"), ("stray", "{{/b}}")]),
        ("handlebars", "{{#a}}{{#b}}{{/a}}{{/b}}", [("crossed", "{{/a}}")]),
        ("go", "{{ if .A }}{{ end }}{{ end }}", [("stray", "{{ end }}")]),
        ("ejs", "<% if (a) { %>", [("unclosed", "<% if (a) { %>")]),
        ("blade", "@own($a) x @else y @endif", []),
        ("blade", "@if($a) @money($b) @endif", []),
        ("razor", "@if (a) { <b>", [("unclosed", "@if (a) {")]),
    ],
)
def test_tags_that_match_no_other(dialect: str, text: str, expected: list[tuple[str, str]]) -> None:
    problems = reading(text, dialect).problems
    assert [(found.kind, text[found.tag.span.start : found.tag.span.end]) for found in problems] == expected


@pytest.mark.parametrize(
    ("dialect", "text", "expected"),
    [
        ("jinja", "{{ a", [("unclosed", "{{")]),
        ("jinja", "{{ a } {{ b }}", [("unclosed", "{{")]),
        ("jinja", "{% if {{ a }} %}{% endif %}", [("nested", "{{")]),
        ("jinja", "{{ a|b:“c” }}", [("quote", "“c”")]),
        ("jinja", "{{ a|b:'“c”' }}", []),
        ("jinja", "{{ a\u00a0}}", [("space", "\u00a0")]),
        ("jinja", "{{ a<b>c</b> }}", [("markup", "<b>")]),
        ("jinja", "{% if a < b and c > d %}{% endif %}", []),
        ("jinja", "{% if a &gt; b %}{% endif %}", [("reference", "&gt;")]),
        ("jinja", "{# it’s <b> #}", []),
        ("handlebars", "{{! it’s <b> }}{{#a}}{{/a}}", []),
        ("mailchimp", "*|INTERESTED:Men’s:a|**|END:INTERESTED|*", []),
        ("erb", "<%= “a” %>", []),
        ("go", "{{ dict `<b>` }}", []),
        ("liquid", "{{${a}}} {{ b.${c} }}", []),
        (
            "liquid",
            "{% if {{a.${b}}} == 'c' %}{% connected_content https://acme.example/{{${d}}} :save e %}{% endif %}",
            [],
        ),
        ("liquid", "{% if {{ a }} %}{% endif %}", [("nested", "{{")]),
    ],
)
def test_tags_that_cannot_be_read(dialect: str, text: str, expected: list[tuple[str, str]]) -> None:
    broken = reading(text, dialect).broken
    assert [(found.kind, text[found.span.start : found.span.end]) for found in broken] == expected


# -- placeholders -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "role"),
    [
        ("UNSUB", "unsubscribe"),
        ("UNSUB:https://acme.example/", "unsubscribe"),
        ("pm:unsubscribe", "unsubscribe"),
        ("amazonSESUnsubscribeUrl", "unsubscribe"),
        ("unsub_center_url", "unsubscribe"),
        ("system.unsubscribeLink", "unsubscribe"),
        ("${set_user_to_unsubscribed_url}", "unsubscribe"),
        ("UnsubscribeUrl", "unsubscribe"),
        ("user.unsubscribe_url", "unsubscribe"),
        ("unsubscribe_url(@user)", "unsubscribe"),
        ("unsubscribed_at", None),
        ("manage_subscription_preferences_url", "preferences"),
        ("ARCHIVE", "view-in-browser"),
        ("view_as_page_url", "view-in-browser"),
        ("TrackView", "pixel"),
        ("LIST:ADDRESS", "address"),
        ("SENDER-INFO", "address"),
        ("organization.full_address", "address"),
        ("shipping_address.address1", None),
        ("FNAME", "first-name"),
        ("lead.First Name:default=you", "first-name"),
        ("user.first_name | default: 'x'", "first-name"),
        ("@user.first_name.capitalize", "first-name"),
        ("$customer->first_name", "first-name"),
        ("contact['firstname']", "first-name"),
        ("capitalize first_name", "first-name"),
        ('user.firstName!"there"', "first-name"),
        ("Model.User.LastName", "last-name"),
        ("name", "full-name"),
        ("user.name", "full-name"),
        ("product.name", None),
        ("user.username", None),
        ("t('hello', name=user.first_name)", None),
        ("", None),
        ("}}{{%", None),
    ],
)
def test_what_a_placeholder_stands_for(expression: str, role: str | None) -> None:
    assert role_of(expression) == role
    assert placeholder_role(Tag("output", Span(0, 1), "", expression)) == role
    assert placeholder_role(Tag("comment", Span(0, 1), "", expression)) is None


def test_an_unsubscribe_placeholder_makes_a_newsletter() -> None:
    message = read_message(
        [Source.from_text("a.html", '<a href="%asm_global_unsub_url% [[remove]]">x</a>')], MessageSettings()
    )
    assert message.profile == "newsletter"


# -- hostile and odd input ----------------------------------------------------------------------------

_DELIMITERS = tuple("{{ }} {% %} {# #} <% %> @ ( ) { } *| |* %% / ' \" “ else end if".split())
_TAGS = (
    *(
        "{{#a}}",
        "{{/a}}",
        "{$a}",
        "${a}",
        "<#if a>",
        "</#if>",
        "#if($a)",
        "#end",
        "@if (a) {",
        "th:if=",
        " if a ",
        "{% if a %}",
    ),
    *("<b>", "</td>", '<a href="', "<!--[if mso]>", "<![endif]-->", "\n", "\r\n", "é", "😀", "\u00a0", " a "),
)


def _pieces(dialect: Dialect) -> list[str]:
    return sorted({*dialect.needles, *_DELIMITERS, *_TAGS, *list(dialect.blocks)[:6]})


_PIECES = {dialect.name: _pieces(dialect) for dialect in all_dialects()}


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_pieces_of_tags_are_read_within_the_text(data: st.DataObject) -> None:
    dialect = data.draw(st.sampled_from(all_dialects()))
    text = data.draw(st.lists(st.sampled_from(_PIECES[dialect.name]), max_size=25).map("".join))
    template = read(text, dialect)
    starts = [tag.span.start for tag in template.tags]
    assert starts == sorted(starts)
    assert all(0 <= tag.span.start <= tag.span.end <= len(text) for tag in template.tags)
    assert all(len(view.text) == len(text) for view in make_views(text, template, markup=True))


@pytest.mark.parametrize(
    "opener", ["{{ ", "{% if a %}", "{% raw %}", "{# ", "{{ 'a ", "{{ {", "{% endif %}", "{{#a}}", "{{/a}}"]
)
@pytest.mark.parametrize("dialect", ["jinja", "liquid", "handlebars", "go"])
def test_a_hundred_thousand_openers_and_closers_are_read(dialect: str, opener: str) -> None:
    text = opener * (100_000 // len(opener)) + "}}"
    template = reading(text, dialect)
    assert make_views(text, template, markup=False).first.text


@pytest.mark.parametrize(
    ("dialect", "opener", "closer"),
    [
        ("jinja", "{% if a %}", "{% endif %}"),
        ("handlebars", "{{#a}}", "{{/a}}"),
        ("go", "{{ if .A }}", "{{ end }}"),
        ("erb", "<% if a %>", "<% end %>"),
        ("ejs", "<% if (a) { %>", "<% } %>"),
        ("razor", "@if (a) { <b>", "</b> }"),
        ("thymeleaf", '<b th:if="${a}">', "</b>"),
    ],
)
def test_deeply_nested_blocks_match(dialect: str, opener: str, closer: str) -> None:
    text = f"{opener * 3000}x{closer * 3000}"
    template = reading(text, dialect)
    assert template.problems == ()
    views = make_views(text, template, markup=True)
    assert any("x" in view.text for view in views)


def test_ten_thousand_tags_and_blocks_beside_one_another_are_fine() -> None:
    text = "".join(f"{{% if a{number} %}}<p>{{{{ b }}}}</p>{{% endif %}}\n" for number in range(10_000))
    template = reading(text, "jinja")
    views = make_views(text, template, markup=True)
    assert (len(template.tags), len(template.choices), len(views), views.truncated) == (30_000, 10_000, 2, False)


def test_many_greetings_after_many_statements_take_linear_time() -> None:
    source = Source.from_text("a.j2", "{% set a = 1 %}<p>Hello {{ first_name }},</p>\n" * 5_000)
    message = read_message([source], MessageSettings(profile="newsletter"))
    start = time.process_time()
    lint(message, [active for active in RULES if active.rule.name == "content/merge-tag-fallback"])
    assert (
        time.process_time() - start < 8
    )  # takes one second; with a look at every statement for every greeting, twenty


def test_a_comment_that_never_ends_takes_linear_time() -> None:
    start = time.process_time()
    read("<?php\n" + "/* echo 1\n" * 20_000 + "?>", dialects()["php"])
    assert time.process_time() - start < 5  # takes milliseconds; with a new search at every "/*", minutes
