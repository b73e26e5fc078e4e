"""Rendering: Jinja with sample data, MJML as HTML; what is found in the result stands at its place in the template."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from maillint.catalogue.load import shipped
from maillint.engine.lint import lint
from maillint.files.access import FileAccess
from maillint.finding import FileReport, Finding
from maillint.hits import NotKnown
from maillint.message.model import Message
from maillint.message.read import MessageSettings, read_message
from maillint.message.rendering.model import PartialOffsetMap
from maillint.message.rendering.render import render
from maillint.message.rendering.samples import read_samples
from maillint.text.offsets import Piece
from maillint.text.source import Source
from maillint.text.spans import Span
from tests.cli.command import maillint
from tests.docs import ROOT
from tests.files import write_files
from tests.linting import active

pytestmark = pytest.mark.slow

ALL = [active(rule) for rule in shipped().rules.values() if rule.subject == "message"]


def message_of(folder: Path, *names: str, roots: bool = True) -> Message:
    sources = [Source.from_bytes(str(folder / name), (folder / name).read_bytes()) for name in names]
    return read_message(sources, MessageSettings(), files=FileAccess([str(folder)] if roots else ()))


def report(message: Message, *families: str) -> FileReport:
    return lint(message, [rule for rule in ALL if rule.rule.family in families])[0]


def found_in(folder: Path, template: str, data: str, name: str = "a.html") -> tuple[Message, list[Finding]]:
    write_files(folder, {name: template, "a.data.yaml": data})
    message = message_of(folder, name)
    return message, list(report(message, "rendered").findings)


# -- sample data


@pytest.mark.parametrize(
    ("template", "data", "found"),
    [
        ("welcome.html", "welcome.data.yaml", True),
        ("welcome.html.j2", "welcome.data.yaml", True),
        ("welcome.html.j2", "welcome.html.data.yml", True),
        ("welcome.mjml.jinja", "welcome.data.json", True),
        ("v1.2.html", "v1.2.data.yaml", True),
        ("welcome.html", "other.data.yaml", False),
        ("welcome.html", "welcome.yaml", False),
    ],
)
def test_sample_data_stand_beside_the_template(template: str, data: str, found: bool, tmp_path: Path) -> None:
    write_files(tmp_path, {template: "x", data: "{}"})
    samples = read_samples(str(tmp_path / template), FileAccess([str(tmp_path)]))
    assert (samples is not None) is found


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("name: Anna", {"": "Hello Anna"}),
        ("[{name: Anna}, {name: Olga}]", {"1": "Hello Anna", "2": "Hello Olga"}),
        ("{full: {name: Anna}, empty: {}}", {"full": "Hello Anna", "empty": "Hello "}),
        ("{full: {name: Anna}, empty: null}", {"full": "Hello Anna", "empty": "Hello "}),
        ("name: {first: Anna}", {"": "Hello {'first': 'Anna'}"}),  # what the template reads is no set
        ('{"name": "Anna"}', {"": "Hello Anna"}),
        ("[]", {}),
        ("[1, 2]", {}),
    ],
)
def test_one_data_set_or_several(data: str, expected: dict[str, str], tmp_path: Path) -> None:
    message, _ = found_in(tmp_path, "Hello {{ name }}", data, "a.html.j2")
    labels = {name: f'with the data "{name}"' if name else "with its sample data" for name in expected}
    made = {rendering.label: rendering.message.parts[0].text for rendering in render(message).made}
    assert made == {labels[name]: text for name, text in expected.items()}


def test_the_items_of_a_list_may_have_names(tmp_path: Path) -> None:
    message, _ = found_in(tmp_path, "Hello {{ first }}", "[{name: new customer, first: Anna}]", "a.html.j2")
    assert [rendering.label for rendering in render(message).made] == ['with the data "new customer"']


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("name: [", "a.data.yaml, line 2: "),
        ("just words", "a.data.yaml holds neither a mapping of names to values nor a list of such"),
        ("a: !!python/object/apply:os.system [id]", "a.data.yaml, line 1: could not determine a constructor"),
        ("[" * 3000, "a.data.yaml"),
    ],
)
def test_files_that_are_no_sample_data(data: str, reason: str, tmp_path: Path) -> None:
    _, (finding,) = found_in(tmp_path, "Hello {{ name }}", data + "\n", "a.html.j2")
    assert finding.rule == "rendered/failed"
    assert f"cannot be rendered: {reason}" in finding.message


def test_nothing_is_rendered_without_data_or_without_paths_to_read_in(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.html": "Hello {{ name }},", "b.html": "Hello {{ name }},", "a.data.yaml": "{}"})
    assert render(message_of(tmp_path, "b.html")).made == ()
    assert render(message_of(tmp_path, "a.html", roots=False)).made == ()


@pytest.mark.parametrize(
    ("name", "template"),
    [
        ("a.html.erb", "Hello <%= name %>,"),
        ("a.html.twig", "Hello {{ name }},"),
        ("a.html.liquid", "Hello {{ name }},"),
    ],
)
def test_sample_data_are_not_used_for_other_template_languages(name: str, template: str, tmp_path: Path) -> None:
    message, found = found_in(tmp_path, template, "name: ''", name)
    assert found == []
    assert render(message).unknown == (NotKnown("sample data are for Jinja templates only"),)


# -- places


@pytest.mark.parametrize(
    ("template", "data", "expected"),
    [
        ("<p>Hello «{{ name }}»,</p>", "name: ''", "rendered/empty-value"),
        ("<p>Hello «{{ name }}» !</p>", "name: ''", "rendered/empty-value"),
        ("Line\r\n{# a comment #}\r\n<p>Hello «{{ name }}»,</p>", "name: ''", "rendered/empty-value"),
        ("{% for x in xs -%}\n  <p>{{ x }}, order «{{ y }}».</p>\n{%- endfor %}", "xs: [a, b]", "rendered/empty-value"),
        ("{% block a %}<p>Hello «{{ name }}»,</p>{% endblock %}", "name: ''", "rendered/empty-value"),
        ("{% raw %}{{ x }}{% endraw %}<p>Hello «{{ name }}»,</p>", "name: ''", "rendered/empty-value"),
        ("{% set a = '' %}{% if not a %}<p>Hello «{{ a|trim }}»!</p>{% endif %}", "name: ''", "rendered/empty-value"),
        ("<p>Your order «{{ number }}» is here.</p>", "name: ''", "rendered/missing-word"),
        ("<p>Hello «{{ name }}»</p>", "name: null", "rendered/leftover"),
        ("<p>Hello «{{ 'Mr ' ~ name }}»</p>", "name: null", "rendered/leftover"),
        ("<p>{{ a }} «{{ price / zero }}»</p>", "{price: 1, zero: 0}", "rendered/failed"),
        ('<a href="«{{ url }}»">Book</a>', "name: ''", "rendered/empty-link"),
        ('<a href="https://«{{ host }}»/x">Book</a>', "name: ''", "rendered/empty-link"),
        ("---\nsubject: Your order\n---\n<p>Hello «{{ name }}»,</p>", "name: ''", "rendered/empty-value"),
        ('---\nsubject: "Hello «{{ name }}», welcome"\n---\n<p>Hello</p>', "name: ''", "rendered/empty-value"),
    ],
)
def test_a_finding_stands_at_the_tag_that_printed_it(template: str, data: str, expected: str, tmp_path: Path) -> None:
    start, end = template.index("«"), template.index("»") - 1
    _, found = found_in(tmp_path, template.replace("«", "").replace("»", ""), data, "a.html.j2")
    if expected == "rendered/failed":  # Python tells lines
        assert [(finding.rule, finding.line) for finding in found] == [(expected, 1)]
    else:
        assert [(finding.rule, finding.start, finding.end) for finding in found] == [(expected, start, end)]


@pytest.mark.parametrize(
    "template",
    [
        "<p>Hello{% if name %} {{ name }}{% endif %},</p>",
        "<p>Bonjour !</p>",
        "<p>{{ name }}, hello.</p>",
        "<p>Hello.{{ name }}</p>\n{{ name }}\n<p>Bye.</p>",
        '<p class="a {{ name }}, b">Hello</p>',
        "<style>a {{ name }}, b { color: red }</style>",
        "{% macro m(x) %}a {{ x }}, b{% endmacro %}<p>{{ m('') }}</p>",
        "<p>{{ 'None of it is true, they say' }}</p>",
        '<a href="/{{ name }}">Book</a>',
    ],
)
def test_templates_without_a_fault(template: str, tmp_path: Path) -> None:
    _, found = found_in(tmp_path, template, "name: ''", "a.html.j2")
    assert found == []


def test_the_plain_text_twin_is_rendered_too(tmp_path: Path) -> None:
    write_files(
        tmp_path, {"a.html": "<p>Hello {{ name }}</p>", "a.txt": "Hello {{ name }},\n", "a.data.yaml": "name: ''"}
    )
    reports = lint(message_of(tmp_path, "a.html", "a.txt"), ALL)
    found = [
        (Path(file.path).name, found.rule) for file in reports for found in file.findings if "rendered" in found.rule
    ]
    assert found == [("a.txt", "rendered/empty-value")]


def test_html_is_escaped_in_html_and_not_in_text(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.html": "<p>{{ name }}</p>", "a.txt": "{{ name }}", "a.data.yaml": "name: A & B"})
    (rendering,) = render(message_of(tmp_path, "a.html", "a.txt")).made
    assert [part.text for part in rendering.message.parts] == ["<p>A &amp; B</p>", "A & B"]


def test_markup_that_only_the_data_make_faulty(tmp_path: Path) -> None:
    template = "<table>{% for x in xs %}<tr><td>{{ x|safe }}</td></tr>{% endfor %}</table>"
    write_files(tmp_path, {"a.html": template, "a.data.yaml": "xs: ['<b>one']"})
    (finding,) = report(message_of(tmp_path, "a.html"), "markup").findings
    assert (finding.rule, finding.view) == ("markup/unclosed-tag", "with its sample data")
    assert template[finding.start : finding.end] == "{{ x|safe }}"
    assert finding.fix is None


# -- files that a template names


def test_templates_and_includes_come_from_the_given_paths(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "mails/a.html": "{% extends 'base.html' %}"
            "{% block main %}Hello {{ name }},{% include 'foot.html' %}{% endblock %}",
            "mails/a.data.yaml": "name: ''",
            "base.html": "<p>{% block main %}{% endblock %}</p>",
            "mails/foot.html": "<i>Acme</i>",
        },
    )
    message = message_of(tmp_path, "mails/a.html")
    (rendering,) = render(message).made
    assert rendering.message.parts[0].text == "<p>Hello ,<i>Acme</i></p>"
    assert [finding.rule for finding in report(message, "rendered").findings] == ["rendered/empty-value"]


@pytest.mark.parametrize("name", ["../secret.html", "/etc/hostname", "link.html", "sub", "nothing.html"])
def test_no_file_outside_is_read(name: str, tmp_path: Path) -> None:
    write_files(
        tmp_path, {"secret.html": "SECRET", "in/sub/x": "", "in/a.html": f"{{% include '{name}' %}} {{{{ x }}}}"}
    )
    write_files(tmp_path, {"in/a.data.yaml": "x: 1"})
    (tmp_path / "in/link.html").symlink_to(tmp_path / "secret.html")
    message = message_of(tmp_path / "in", "a.html")
    assert render(message).made == ()
    assert render(message).unknown == (
        NotKnown(f'not rendered with its sample data: there is no "{name}" in the paths given'),
    )


# -- hostile templates

LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}{% set c = 1 %}{% endfor %}{% endfor %}"


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        (LOOP, "it takes too long"),
        ("{{ 9 ** (9 ** (9 * x)) }}", "it takes too long"),
        ("{{ 'a' * 10 ** 11 * x }}", "it takes too much memory"),
        ("{% for a in range(90000) %}{{ 'abcdefghijklmnopqrst' }}{% endfor %}", "it prints too much"),
        ("{% for a in range(9999999) %}{{ x }}{% endfor %}", "Range too big"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "nested too deeply"),
        ("{{ '%s'|format(1)|center(10 ** 11) }}", "it takes too much memory"),
    ],
)
def test_a_template_that_never_ends_is_stopped(template: str, reason: str, tmp_path: Path) -> None:
    start = monotonic()
    message, found = found_in(tmp_path, template, "x: 2", "a.html.j2")
    assert monotonic() - start < 12
    assert render(message).made == ()
    assert [finding.rule for finding in found] == ["rendered/failed"]
    assert reason in found[0].message


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ x.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ x|our_filter }}",
        "{% load static %}",
        "{% if x is our_test %}{% endif %}",
        "{{ url_for('welcome') }}",
        "{{ _('Hello %(name)s', name=x) }}",
    ],
)
def test_what_plain_sandboxed_jinja_does_not_have_is_unknown(template: str, tmp_path: Path) -> None:
    message, found = found_in(tmp_path, template, "x: {a: 1}", "a.html.j2")
    assert found == []
    assert render(message).made == ()
    assert len(render(message).unknown) == 1


def test_a_data_set_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    template = "{% if bad %}\n{{ bad.x.y }}\n{% endif %}Hello {{ name }},"
    message, found = found_in(tmp_path, template, "{one: {name: ''}, two: {bad: 1}, three: {name: ''}}", "a.html.j2")
    assert len(render(message).made) == 2
    assert [(finding.rule, finding.line) for finding in found] == [("rendered/failed", 2), ("rendered/empty-value", 3)]
    assert 'with the data "two"' in found[0].message


def test_only_render_starts_a_process_and_only_once_isolated_from_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    run = subprocess.run

    def counted(command: list[str], **more: Any) -> Any:
        started.append(command)
        return run(command, **more)

    monkeypatch.setattr(subprocess, "run", counted)
    write_files(tmp_path, {"a.html": "<p>{{ name }}</p>", "a.data.yaml": "name: Ann", "json.py": "raise SystemExit"})
    monkeypatch.chdir(tmp_path)
    message = message_of(tmp_path, "a.html")
    for name in dir(Message):
        getattr(message, name)
    assert started == []
    assert render(message) is render(message)
    assert [rendering.message.parts[0].text for rendering in render(message).made] == ["<p>Ann</p>"]
    [(python, *options, program)] = started
    assert (python, options) == (sys.executable, ["-I", "-B"])
    assert Path(program).name == "jinja_sandbox.py"


def test_characters_that_number_the_output_may_stand_in_a_template(tmp_path: Path) -> None:
    message, _ = found_in(tmp_path, "a\uf5b51\uf5b6b\uf5b7{{ x }}", 'x: "\\uF5B59\\uF5B6z\\uF5B7"', "a.html.j2")
    (rendering,) = render(message).made
    assert "\uf5b5" not in rendering.message.parts[0].text
    assert "z" in rendering.message.parts[0].text


# -- the way back


def test_a_partial_map_leads_to_its_pieces_and_else_to_its_fallback() -> None:
    trail = PartialOffsetMap([Piece(2, 4, 10, 4), Piece(8, 3, 30, 7)], Span(90, 95))
    assert trail.span(Span(3, 5)) == Span(11, 13)
    assert trail.exact(Span(3, 5))
    assert trail.span(Span(9, 10)) == Span(30, 37)
    assert not trail.exact(Span(9, 10))
    assert trail.span(Span(0, 12)) == Span(10, 37)
    assert trail.span(Span(0, 2)) == Span(90, 95)
    assert not trail.knows(Span(6, 8))
    assert trail.knows(Span(5, 7))


# -- MJML

MJML = """<mjml lang="en">
  <mj-head><mj-title>News</mj-title></mj-head>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-text>Hello <b>{{ name }}</b>&nbsp;&amp; all</mj-text>
        <mj-image src="https://acme.org/a.png" href="https://acme.org/" />
        <mj-table><tr><td>One</td></tr></mj-table>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""


def test_mjml_becomes_html_whose_texts_lead_back(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.mjml": MJML})
    (rendering,) = render(message_of(tmp_path, "a.mjml")).made
    part = rendering.message.html
    assert part is not None
    assert part.text.lower().startswith("<!doctype html>")
    for written in (
        "Hello <b>{{ name }}</b>&nbsp;&amp; all",
        "https://acme.org/a.png",
        "<tr><td>One</td></tr>",
        "News",
    ):
        at = part.text.index(written)
        assert part.map.span(Span(at, at + len(written))) == Span(
            MJML.index(written), MJML.index(written) + len(written)
        )
    body = MJML.index("<mj-body>")
    assert part.map.span(Span(0, 5)) == Span(body, body + len("<mj-body>"))


def test_a_fault_that_only_the_html_shows_stands_at_its_mjml(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.mjml": MJML})
    found = [
        finding for finding in report(message_of(tmp_path, "a.mjml"), "links").findings if "rendered" in finding.view
    ]
    assert [(finding.rule, finding.view, finding.line) for finding in found] == [
        ("links/empty-anchor", "in the rendered HTML", 7)  # a picture that is a link, with no words for it
    ]


def test_a_fault_of_the_mjml_is_reported_once(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.mjml": MJML.replace('https://acme.org/"', '#"').replace("<b>", "<b><i>")})
    rules = [finding.rule for finding in report(message_of(tmp_path, "a.mjml"), "links", "markup").findings]
    assert rules.count("links/placeholder") == 1
    assert rules.count("markup/unclosed-tag") == 1


def test_the_size_of_the_html_is_reported_at_the_body(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.mjml": MJML.replace("<td>One</td>", "<td>One</td>" * 10_000)})
    (finding,) = report(message_of(tmp_path, "a.mjml"), "rendered").findings
    assert finding.rule == "rendered/gmail-clipping"
    assert finding.line == 3
    assert finding.message.startswith("HTML is 12")


@pytest.mark.parametrize(
    "text",
    [
        "<mj-section></mj-section>",
        "<mjml><mj-head></mj-head></mjml>",
    ],
)
def test_a_file_that_others_include_is_not_rendered(text: str, tmp_path: Path) -> None:
    write_files(tmp_path, {"a.mjml": text})
    renderings = render(message_of(tmp_path, "a.mjml"))
    assert (renderings.made, renderings.unknown) == ((), ())


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        ("<mj-text>a</mj-text>", True),
        ("<mj-text>a<br>b <p>c</mj-text>", True),
        ("<mj-text>a & b < c</mj-text>", True),
        ('<mj-text padding="{{ x }}px" color="é\'&quot;">a</mj-text>', True),
        ("<mj-button href=\"https://acme.org/?a=1&b=%20'x'\">a</mj-button>", True),
        ("<mj-foo>x</mj-foo><mj-text>a</mj-text>", True),
        ("<div><mj-text>a</mj-text></div>", False),
        ("{% if b %}<mj-text>a</mj-text>{% endif %}", True),
        ("lost <mj-text>a</mj-text>", True),
        ('<mj-include path="/etc/hostname" type="html" />', False),
        ("<mj-wrapper>" * 200, False),
        ("<mj-text>a", True),
    ],
)
def test_faulty_mjml_is_rendered_or_unknown(inside: str, shown: bool, tmp_path: Path) -> None:
    write_files(
        tmp_path, {"a.mjml.j2": MJML.replace("<mj-text>Hello <b>{{ name }}</b>&nbsp;&amp; all</mj-text>", inside)}
    )
    renderings = render(message_of(tmp_path, "a.mjml.j2"))
    assert len(renderings.made) + len(renderings.unknown) == 1
    if renderings.made:
        part = renderings.made[0].message.html
        assert part is not None
        assert "xmlq" not in part.text
        assert (">a" in part.text) is shown


def test_what_a_branch_drops_is_not_rendered(tmp_path: Path) -> None:
    branch = "{% if a %}<mj-text>" + "x" * 5000 + "</mj-text>{% else %}<mj-text>y</mj-text>{% endif %}"
    write_files(tmp_path, {"a.mjml.j2": MJML.replace("<mj-table>", branch + "<mj-table>")})
    (rendering,) = render(message_of(tmp_path, "a.mjml.j2")).made
    text = rendering.message.parts[0].text
    assert "x" * 5000 in text
    assert ">y<" not in text
    assert "{% if" not in text
    assert " " * 20 not in text.split("<body")[1]


def test_mjml_with_sample_data_is_rendered_by_both(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.mjml": MJML.replace("<b>{{ name }}</b>", "{{ name }}, you"), "a.data.yaml": "name: ''"})
    message = message_of(tmp_path, "a.mjml")
    (rendering,) = render(message).made
    assert rendering.message.parts[0].text.lower().startswith("<!doctype html>")
    assert "Hello , you" in rendering.message.parts[0].text
    (finding,) = report(message, "rendered").findings
    assert (finding.rule, finding.line) == ("rendered/empty-value", 6)


def test_the_example_templates_are_rendered_and_clean() -> None:
    folder = ROOT / "examples/templates"
    result = maillint("check", "examples/templates", "--no-cache", "-f", "concise", folder=ROOT)
    assert result.stdout.startswith("no findings in 4 files")
    newsletter, reminder = (message_of(folder, name) for name in ("newsletter.mjml", "reminder.html.j2"))
    assert [rendering.label for rendering in render(newsletter).made] == [
        'with the data "full"',
        'with the data "nothing known"',
    ]
    assert len(render(reminder).made) == 2
    for message in (newsletter, reminder):
        assert (render(message).failed, render(message).unknown) == ((), ())


# -- without the packages

WITHOUT = """
import importlib.util, sys
find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name: None if name in {"jinja2", "mrml"} else find_spec(name)
from maillint.cli import main
main(sys.argv[1:])
"""


def test_without_the_packages_rendering_is_unknown_and_said_once(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.mjml": MJML, "b.html.j2": "<p>Hello {{ name }},</p>", "b.data.yaml": "name: ''"})
    command = [sys.executable, "-c", WITHOUT, "check", ".", "--no-cache", "--select", "rendered"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0
    shown = " ".join(result.stdout.split())
    assert shown.count("not rendered as HTML; install maillint[mjml]") == 1
    assert shown.count("not rendered with its sample data; install maillint[jinja]") == 1


def test_a_cached_result_expires_when_the_sample_data_change(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.html.j2": "<p>Hello {{ name }},</p>", "a.data.yaml": "name: Anna"})
    command = ("check", ".", "-f", "concise", "--select", "rendered")
    assert maillint(*command, folder=tmp_path).returncode == 0
    write_files(tmp_path, {"a.data.yaml": "name: ''"})
    assert "a.html.j2:1:10: warning rendered/empty-value" in maillint(*command, folder=tmp_path).stdout
