"""Personal fields without a default: what counts as one, and how each language writes it."""

from __future__ import annotations

import pytest

from maillint.catalogue.load import shipped
from maillint.engine.lint import lint
from maillint.finding import Finding
from tests.linting import active, message_of

RULE = shipped().rules["content/merge-tag-fallback"]


def found(text: str, kind: str = "html", **given: object) -> list[Finding]:
    return [finding for report in lint(message_of(text, kind, **given), [active(RULE)]) for finding in report.findings]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ('<p>Dear {% firstof name "reader" %},</p>', []),
        ("<p>Dear {% firstof user.first_name user.nick %},</p>", ["{% firstof user.first_name user.nick %}"]),
        ('<p>Dear {% firstof user.first_name "" %},</p>', ['{% firstof user.first_name "" %}']),
        ('{% blocktrans with name=user.first_name|default:"you" %}<p>Hi {{ name }},</p>{% endblocktrans %}', []),
        ("{% blocktrans with name=user.first_name %}<p>Hi {{ name }},</p>{% endblocktrans %}", ["{{ name }}"]),
        (
            '{% blocktrans with a=b|default:"x" name=user.first_name %}<p>Hi {{ name }},</p>{% endblocktrans %}',
            ["{{ name }}"],
        ),
        ("{% with name=user.get_greeting_name %}<p>Hi {{ name }},</p>{% endwith %}", []),
        ('{% with name="reader" %}<p>Hi {{ name }},</p>{% endwith %}', []),
        (
            '{% if a %}{% set name = user.first_name %}{% else %}{% set name = "x" %}{% endif %}<p>Hi {{ name }},</p>',
            ["{{ name }}"],
        ),
        (
            '{% set name = user.first_name %}{% if not name %}{% set name = "x" %}{% endif %}<p>Hi {{ name }},</p>',
            [],
        ),
        (
            '{% if vip %}<p>Dear {{ first_name }},</p>{% else %}<p>Dear {{ first_name|default:"you" }},</p>{% endif %}',
            ["{{ first_name }}"],
        ),
        ('<p>Hi {{ first_name|default("") }},</p>', ['{{ first_name|default("") }}']),
        ("<p>Hi {{ first_name or '' }},</p>", ["{{ first_name or '' }}"]),
        ('<p>Hi {{ first_name if vip else "" }},</p>', ['{{ first_name if vip else "" }}']),
        ('<p>Hi {{ first_name or "you" }},</p>', []),
    ],
)
def test_what_a_default_is(text: str, tags: list[str]) -> None:
    assert [finding.evidence["tag"] for finding in found(text)] == tags


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("<p>Hello {contactfield=firstname},</p>", "{contactfield=firstname}"),
        ("<p>Hello {contactfield=firstname|},</p>", "{contactfield=firstname|}"),
        ("<p>Hello {contactfield=firstname|there},</p>", None),
        ("<p>Hello {ownerfield=firstname},</p>", None),  # the sender's own
    ],
)
def test_mautics_fields(text: str, tag: str | None) -> None:
    known = found(text + '<a href="{unsubscribe_url}">Unsubscribe</a>')
    assert [finding.evidence["tag"] for finding in known] == ([tag] if tag else [])


@pytest.mark.parametrize(
    ("markup", "tag"),
    [
        ('<span th:text="${name}">Ann</span>', "${name}"),
        ('<span th:text="${user.firstName}">Ann</span>', "${user.firstName}"),
        ("<span>[[${user.firstName}]]</span>", "[[${user.firstName}]]"),
        ("<span th:text=\"${name} ?: 'you'\">Ann</span>", None),
    ],
)
def test_a_thymeleaf_field_is_named_by_its_expression(markup: str, tag: str | None) -> None:
    text = f'<p xmlns:th="http://www.thymeleaf.org">Hello {markup},</p>'
    assert [finding.evidence["tag"] for finding in found(text)] == ([tag] if tag else [])


@pytest.mark.parametrize(
    ("dialect", "tag", "remedy"),
    [
        ("jinja", "{{ first_name }}", '{{ first_name|default("there", true) }}'),
        ("jinja", "{% load i18n %}{{ first_name|title }}", '{{ first_name|title|default:"there" }}'),
        ("liquid", "{{ customer.first_name }}", '{{ customer.first_name | default: "there" }}'),
        ("hubl", "{{ contact.firstname_ or contact.first_name }}", None),
        (
            "handlebars",
            "{{first_name}}",
            "{{#first_name}}{{first_name}}{{/first_name}}{{^first_name}}there{{/first_name}}",
        ),
        (
            "handlebars",
            "{{#if a}}{{/if}}{{user.firstName}}",
            "{{#if user.firstName}}{{user.firstName}}{{else}}there{{/if}}",
        ),
        ("go", "{{ .Subscriber.FirstName }}", '{{ or .Subscriber.FirstName "there" }}'),
        ("erb", "<%= @user.first_name %>", '<%= @user.first_name.presence || "there" %>'),
        ("eex", "<%= @first_name %>", '<%= @first_name || "there" %>'),
        ("ejs", "<%= user.firstName %>", '<%= user.firstName || "there" %>'),
        ("php", "<?= $user->first_name ?>", '<?= $user->first_name ?: "there" ?>'),
        ("blade", "{{ $user->first_name }}", '{{ $user->first_name ?: "there" }}'),
        ("razor", "@Model.FirstName", '@(string.IsNullOrEmpty(Model.FirstName) ? "there" : Model.FirstName)'),
        ("freemarker", "${user.firstName}", '${user.firstName!"there"}'),
        ("smarty", "{$first_name}", '{$first_name|default:"there"}'),
        ("marketo", "{{lead.First Name}}", "{{lead.First Name:default=there}}"),
        ("unisender", "{{FirstName}}", "{{FirstName?there}}"),
        ("salesforce", "{!Contact.FirstName}", '{!BLANKVALUE(Contact.FirstName, "there")}'),
        ("getresponse", "[[firstname]]", '[[firstname fallback="there"]]'),
    ],
)
def test_the_remedy_is_in_the_languages_own_words_and_is_one(dialect: str, tag: str, remedy: str | None) -> None:
    findings = found(f"<p>Hello {tag},</p>", dialect=dialect)
    assert [finding.evidence["remedy"] for finding in findings] == ([f"; write {remedy}"] if remedy else [])
    if remedy:
        start = tag[: tag.rfind("%}") + 2] if "{% load" in tag else ""
        assert found(f"<p>Hello {start}{remedy},</p>", dialect=dialect) == []
