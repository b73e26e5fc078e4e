"""MJML in its own source: what is read, what balances, what is inherited, and which files are included."""

from __future__ import annotations

import gc
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillint.catalogue.load import shipped
from maillint.catalogue.rule import ActiveRule
from maillint.engine.lint import lint
from maillint.files.access import FileAccess
from maillint.finding import Finding
from maillint.message.kinds import kind_of
from maillint.message.mjml.components import components, is_mjml
from maillint.message.mjml.includes import MAX_CHARACTERS, MAX_INCLUDES
from maillint.message.mjml.parser import Mjml
from maillint.message.model import Message, Part
from maillint.message.read import MessageSettings, read_message
from maillint.message.views import View
from maillint.project.message_files import message_files
from maillint.text.source import Source
from maillint.text.spans import Span
from tests.cli.command import maillint
from tests.files import write_files
from tests.linting import active

COLUMN = "<mjml><mj-body><mj-section><mj-column>{}</mj-column></mj-section></mj-body></mjml>"


def message_of(text: str, path: str = "a.mjml", roots: Sequence[str] = ()) -> Message:
    return read_message([Source.from_text(path, text)], MessageSettings(), files=FileAccess(roots))


def part_of(text: str, path: str = "a.mjml", roots: Sequence[str] = ()) -> Part:
    part = message_of(text, path, roots).html
    assert part is not None
    return part


def view_of(text: str) -> View:
    return part_of(text).views.first


def walk(text: str) -> Mjml:
    html = view_of(text).html
    assert isinstance(html, Mjml)
    return html


def rules(*names: str) -> list[ActiveRule]:
    return [active(rule) for name in names for rule in shipped().matching(name)]


def findings(message: Message, *names: str) -> list[Finding]:
    return [finding for file in lint(message, rules(*names)) for finding in file.findings]


def spots(text: str, *names: str) -> list[str]:
    """Each finding as ``rule text-it-marks``."""
    return [f"{found.rule} {text[found.start : found.end]}" for found in findings(message_of(text), *names)]


# -- what is MJML


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("welcome.mjml", "mjml"),
        ("Welcome.MJML", "mjml"),
        ("welcome.mjml.twig", "mjml"),
        ("welcome.mjml.hbs", "mjml"),
        ("welcome.mjml.j2", "mjml"),
        ("welcome.html", "html"),
        ("mjml.html", "html"),
    ],
)
def test_a_file_name_means_mjml(path: str, kind: str) -> None:
    assert kind_of(path) == kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<mjml><mj-body></mj-body></mjml>", True),
        ("{% extends 'a' %}\n<!-- welcome -->\n<MJML lang='de'>", True),
        ("<p>MJML is written as <code>&lt;mjml&gt;</code></p>", False),
        ("<!doctype html><html><body><pre><mjml></pre>", False),
        ("<mj-section></mj-section>", False),
    ],
)
def test_a_text_means_mjml_whatever_its_file_name(text: str, expected: bool) -> None:
    assert is_mjml(text) is expected
    assert (message_of(text, "build.html").kind == "mjml") is expected


def test_a_folder_is_walked_for_mjml_and_its_plain_text_twin(tmp_path: Path) -> None:
    for name in ("a.mjml", "a.txt", "b.mjml", "b.html", "b.txt"):
        (tmp_path / name).write_text("<mjml><mj-body></mj-body></mjml>")
    assert message_files(str(tmp_path / "a.mjml")) == (str(tmp_path / "a.mjml"), str(tmp_path / "a.txt"))
    assert message_files(str(tmp_path / "b.mjml")) == (str(tmp_path / "b.mjml"),)  # the built HTML has the text
    assert message_files(str(tmp_path / "b.txt"))[0].endswith("b.html")
    result = maillint("check", ".", "--no-cache", "-f", "json", folder=tmp_path)
    assert '"kind": "mjml"' in result.stdout


# -- balance


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ('<mj-image src="a.png" /><mj-spacer/><mj-divider />', []),
        ("<mj-text>Hi</mj-text>", []),
        ("<mj-text>Hi<br>you<br/></mj-text>", []),
        ("<mj-text><p>One<p>Two</mj-text>", []),
        ("<mj-text>One<mj-text>Two</mj-text>", ["unclosed mj-text"]),
        ('<mj-image src="a.png"><mj-text>Two</mj-text>', ["unclosed mj-image"]),
        ("<mj-text><b>One</mj-text><mj-text>Two</mj-text>", ["unclosed b"]),
        ("<mj-text><table><tr><td>One</mj-text>", ["unclosed table"]),
        ("<mj-text>One</b></mj-text>", ["stray b"]),
        ("<mj-text>One</mj-text></mj-text>", ["stray mj-text"]),
        ("<mj-table><tr><td>One</td></tr></mj-table>", []),
        ("<mj-table><tr><td>One</td></tr><tr><td>Two</tr></mj-table>", ["unclosed td"]),
        ("<mj-button href=x><div/>One</mj-button>", ["unclosed div"]),
        ("<mj-raw><tr><td></mj-raw><mj-text>One</mj-text><mj-raw></td></tr></mj-raw>", []),
        ("<mj-raw><div><section></mj-raw><mj-raw></section></div></mj-raw>", []),
        ("<mj-raw><div></mj-raw><mj-text>One</mj-text>", ["unclosed div"]),
        ("<mj-raw></div></mj-raw>", ["stray div"]),
        ("<mj-raw><div></mj-raw><mj-text>One</div></mj-text>", ["unclosed div", "stray div"]),
        ("<!-- <mj-text> --><mj-raw><!--[if mso]><table><tr><td><![endif]--></mj-raw>", []),
    ],
)
def test_what_is_not_closed_or_closes_nothing(inside: str, expected: list[str]) -> None:
    html = walk(COLUMN.format(inside))
    found = [f"unclosed {fault.element.tag}" for fault in html.unclosed]
    found += [f"stray {fault.tag}" for fault in html.stray]
    found += [f"misnested {fault.tag}" for fault in html.misnested]
    assert found == expected


def test_a_style_sheet_holds_no_tags() -> None:
    text = "<mjml><mj-head><mj-style>/* a <td> and </div> */ p > a { color: red }</mj-style></mj-head></mjml>"
    html = walk(text)
    assert [element.tag for element in html.elements] == ["mjml", "mj-head", "mj-style"]
    assert not html.unclosed
    assert not html.stray


def test_a_file_that_others_include_may_open_in_mj_raw_what_another_closes() -> None:
    assert walk("<mj-raw><div></mj-raw>").unclosed == []
    assert walk("<mj-raw></div></mj-raw>").stray == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<mj-raw>{% if a %}</mj-raw><mj-text>One</mj-text><mj-raw>{% endif %}</mj-raw>", []),
        ("{% if a %}<mj-text>One</mj-text>{% else %}<mj-text>Two{% endif %}", ["mj-text"]),
        ("{% if a %}<mj-text>{% endif %}One{% if a %}</mj-text>{% endif %}", []),
        ('<mj-{{ kind }} src="a">x</mj-{{ kind }}>', []),
        ("{% block one %}<mj-text>{{ parent() }}</mj-text>{% endblock %}", []),
    ],
)
def test_branches_balance_one_by_one(text: str, expected: list[str]) -> None:
    part = part_of(COLUMN.format(text), "a.mjml.twig")
    found = {fault.element.tag for view in part.views for fault in view.html.unclosed}
    assert sorted(found) == expected
    assert not any(view.html.stray or view.html.misnested for view in part.views)


# -- links, pictures, text


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ('<mj-button href="https://a.org/1">Go <b>now</b></mj-button>', [("https://a.org/1", "Go now")]),
        ('<mj-image src="a.png" href="https://a.org/2" />', [("https://a.org/2", "")]),
        ('<mj-text><a href="https://a.org/3">Three</a> https://a.org/4</mj-text>',
         [("https://a.org/3", "Three"), ("https://a.org/4", "https://a.org/4")]),
        ('<mj-button href="https://a.org/1">https://a.org/1</mj-button>', [("https://a.org/1", "https://a.org/1")]),
        ('<mj-social><mj-social-element name="x" href="https://x.com/a">X</mj-social-element></mj-social>',
         [("https://x.com/a", "X")]),
        ('<mj-navbar base-url="https://a.org"><mj-navbar-link href="/5">Five</mj-navbar-link></mj-navbar>',
         [("https://a.org/5", "Five")]),
        ('<mj-carousel><mj-carousel-image src="a.png" href="https://a.org/6" /></mj-carousel>',
         [("https://a.org/6", "")]),
        ('<mj-raw><a href="https://a.org/7">Seven</a></mj-raw>', [("https://a.org/7", "Seven")]),
    ],
)  # fmt: skip
def test_links(text: str, links: list[tuple[str, str]]) -> None:
    view = view_of(COLUMN.format(text))
    assert [(link.url, link.shown) for link in view.content.links] == links


def test_a_link_s_place_is_its_address() -> None:
    text = '<mj-navbar base-url="https://a.org"><mj-navbar-link href="/five">Five</mj-navbar-link></mj-navbar>'
    (link,) = view_of(text).content.links
    assert text[link.span.start : link.span.end] == "/five"


def test_a_picture_that_is_a_link_holds_itself() -> None:
    (link,) = view_of('<mj-image src="a.png" href="https://a.org/" alt="A" />').content.links
    assert [image.url for image in link.images] == ["a.png"]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ('<mj-image src="https://a.org/a.png" />', "https://a.org/a.png"),
        ('<mj-hero background-url="https://a.org/b.png"></mj-hero>', "https://a.org/b.png"),
        ('<mj-section background-url="https://a.org/c.png"></mj-section>', "https://a.org/c.png"),
        ('<mj-wrapper background-url="https://a.org/d.png"></mj-wrapper>', "https://a.org/d.png"),
        ('<mj-social-element src="https://a.org/e.png"></mj-social-element>', "https://a.org/e.png"),
        ('<mj-carousel-image src="https://a.org/f.png" />', "https://a.org/f.png"),
        ('<mj-raw><img src="https://a.org/g.png"></mj-raw>', "https://a.org/g.png"),
    ],
)
def test_pictures(text: str, url: str) -> None:
    (image,) = view_of(text).content.images
    assert image.url == url
    assert text[image.span.start : image.span.end] == url


def test_shown_text_preview_text_and_text_that_is_not_shown() -> None:
    content = view_of(
        "<mjml><mj-head><mj-title>Title</mj-title><mj-preview>Preview</mj-preview>"
        "<mj-style>p { color: red }</mj-style><mj-attributes><mj-text>Example</mj-text></mj-attributes></mj-head>"
        "<mj-body><mj-section><mj-column><mj-text>Hello</mj-text><mj-button>Go</mj-button></mj-column></mj-section>"
        "</mj-body></mjml>"
    ).content
    assert content.flow.text.split("\n") == ["Hello", "Go"]
    assert content.hidden.text == "Preview"


def test_mjml_is_no_document_of_html() -> None:
    assert not view_of(COLUMN.format("")).html.is_document


# -- what elements inherit

HEAD = "<mjml><mj-head><mj-attributes>{}</mj-attributes></mj-head><mj-body>{}</mj-body></mjml>"


@pytest.mark.parametrize(
    ("defaults", "element", "expected"),
    [
        ('<mj-all padding="1px" />', "<mj-image />", "1px"),
        ('<mj-all padding="1px" /><mj-image padding="2px" />', "<mj-image />", "2px"),
        ('<mj-image padding="2px" /><mj-class name="a" padding="3px" />', '<mj-image mj-class="a" />', "3px"),
        ('<mj-class name="a" padding="3px" /><mj-class name="b" padding="4px" />', '<mj-image mj-class="a b" />',
         "4px"),
        ('<mj-image padding="2px" />', '<mj-image padding="5px" />', "5px"),
        ('<mj-text padding="2px" />', "<mj-image />", None),
        ('<mj-class name="a" padding="3px" />', "<mj-image />", None),
        ('<mj-class name="a"><mj-image padding="6px" /></mj-class>',
         '<mj-section mj-class="a"><mj-column><mj-image /></mj-column></mj-section>', "6px"),
    ],
)  # fmt: skip
def test_defaults_come_from_the_closest(defaults: str, element: str, expected: str | None) -> None:
    html = walk(HEAD.format(defaults, element))
    image = [found for found in html.elements if found.tag == "mj-image" and not found.silent][-1]
    assert image.attrs.get("padding") == expected


def test_an_inherited_address_is_a_link_whose_place_is_the_default() -> None:
    text = HEAD.format('<mj-class name="cta" href="http://acme.org/" />', '<mj-button mj-class="cta">Go</mj-button>')
    (link,) = view_of(text).content.links
    assert link.url == "http://acme.org/"
    assert text[link.span.start : link.span.end] == "http://acme.org/"


def test_the_name_of_a_class_is_not_inherited() -> None:
    html = walk(HEAD.format('<mj-class name="cta" />', '<mj-button mj-class="cta">Go</mj-button>'))
    assert "name" not in html.elements[-1].attrs


# -- included files


def included(folder: Path, text: str, files: Mapping[str, str], root: str = ".") -> Part:
    write_files(folder, {**files, "mails/a.mjml": text})
    return part_of(text, str(folder / "mails/a.mjml"), [str(folder / root)])


@pytest.mark.parametrize(
    ("path", "files", "state"),
    [
        ("b.mjml", {"mails/b.mjml": "<mj-text>B</mj-text>"}, "found"),
        ("./parts/b.mjml", {"mails/parts/b.mjml": "B"}, "found"),
        ("../b.mjml", {"b.mjml": "B"}, "found"),
        ("parts/b.mjml", {"parts/b.mjml": "B"}, "found"),  # MJML run in the folder above
        ("b", {"mails/b.mjml": "B"}, "found"),
        ("parts\\b.mjml", {"mails/parts/b.mjml": "B"}, "found"),
        ("b.mjml", {}, "missing"),
        ("", {}, "missing"),
        ("parts", {"mails/parts/b.mjml": "B"}, "missing"),
        ("../../b.mjml", {}, "outside"),
        ("/etc/hostname", {}, "outside"),
        ("{{ name }}.mjml", {}, "dynamic"),
        ("a.mjml", {}, "circular"),
        ("b.mjml", {"mails/b.mjml": '<mj-include path="a.mjml" />'}, "circular"),
        ("b.mjml", {"mails/b.mjml": '<mj-include path="c.mjml" />'}, "in part"),
        ("b.mjml", {"mails/b.mjml": "a\0b"}, "unreadable"),
    ],
)
def test_where_an_included_file_is_looked_for(path: str, files: dict[str, str], state: str, tmp_path: Path) -> None:
    part = included(tmp_path, f'<mj-include path="{path}" />', files)
    assert [include.state for include in part.includes] == [state]


def test_mjml_may_be_run_above_the_given_paths(tmp_path: Path) -> None:
    files = {"mails/parts/b.mjml": "<mj-text>B</mj-text>"}
    part = included(tmp_path, '<mj-include path="./mails/parts/b.mjml" />', files, "mails")
    assert [include.state for include in part.includes] == ["found"]


def test_nothing_is_read_without_paths_to_read_in(tmp_path: Path) -> None:
    write_files(tmp_path, {"b.mjml": "<mj-text>B</mj-text>"})
    part = part_of('<mj-include path="b.mjml" />', str(tmp_path / "a.mjml"))
    assert [include.state for include in part.includes] == ["not looked for"]


def test_a_link_that_leads_out_of_the_paths_is_not_followed(tmp_path: Path) -> None:
    write_files(tmp_path, {"secret.html": "SECRET"})
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails/link.html").symlink_to(tmp_path / "secret.html")
    part = included(tmp_path, '<mj-include path="link.html" type="html" />', {}, "mails")
    assert part.includes[0].state == "outside"
    assert "SECRET" not in part.text


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_only_plain_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "mails").mkdir()
    os.mkfifo(tmp_path / "mails/pipe.mjml")
    assert included(tmp_path, '<mj-include path="pipe.mjml" />', {}).includes[0].state == "missing"


@pytest.mark.parametrize(
    "text",
    [
        '<!-- <mj-include path="b.mjml" /> -->',
        '<mj-raw><mj-include path="b.mjml" /></mj-raw>',
        '<mj-text>Write <mj-include path="b.mjml" /></mj-text>',
        '<mj-included path="b.mjml" />',
    ],
)
def test_what_mjml_does_not_take_for_an_include(text: str) -> None:
    assert part_of(text).includes == ()


def test_included_text_stands_in_its_place_and_leads_back_to_its_tag(tmp_path: Path) -> None:
    text = '<mj-section><mj-column><mj-include path="b.mjml" /></mj-column></mj-section>'
    part = included(tmp_path, text, {"mails/b.mjml": "<mj-text>Hello</mj-text>"})
    assert part.views.first.content.flow.text == "Hello"
    tag = text.index("<mj-include")
    at = part.text.index("Hello")
    assert part.map.start(at) >= tag
    assert part.map.end(at + 5) <= text.index("</mj-column>")
    after = part.text.index("</mj-column>")
    assert part.map.span(Span(after, after + 12)) == Span(text.index("</mj-column>"), text.index("</mj-section>"))


@pytest.mark.parametrize(
    ("attributes", "content", "shown", "tags"),
    [
        ("", "<mj-text>B</mj-text>", "B", ["mj-text"]),
        ("", "<mjml><mj-body><mj-text>B</mj-text></mj-body></mjml>", "B", ["mj-text"]),
        ('type="html"', "<p>B</p>", "B", ["mj-raw", "p"]),
        ('type="css"', "p > a { color: red }", "", ["mj-style"]),
    ],
)
def test_kinds_of_included_files(attributes: str, content: str, shown: str, tags: list[str], tmp_path: Path) -> None:
    part = included(tmp_path, f'<mj-column><mj-include path="b" {attributes} /></mj-column>', {"mails/b": content})
    html = part.views.first.html
    assert part.views.first.content.flow.text.strip() == shown
    assert [element.tag for element in html.elements[3:]] == tags
    assert not html.unclosed
    assert not html.stray


def test_an_included_head_gives_classes_and_what_it_leaves_open_ends_with_it(tmp_path: Path) -> None:
    text = (
        '<mjml><mj-head><mj-include path="head.mjml" /></mj-head><mj-body><mj-section>'
        '<mj-column><mj-include path="broken.mjml" /><mj-button mj-class="cta">Go</mj-button></mj-column>'
        "</mj-section></mj-body></mjml>"
    )
    head = '<mjml><mj-head><mj-attributes><mj-class name="cta" href="http://a.org/" /></mj-attributes></mj-head></mjml>'
    part = included(tmp_path, text, {"mails/head.mjml": head, "mails/broken.mjml": "</mj-column><mj-text><b>Hi"})
    (link,) = part.views.first.content.links
    assert link.url == "http://a.org/"
    assert part.map.span(link.span) == Span(text.index("<mj-include"), text.index("</mj-head>"))
    message = message_of(text, str(tmp_path / "mails/a.mjml"), [str(tmp_path)])
    assert findings(message, "markup", "mjml") == []


def test_a_fault_is_reported_in_its_own_file_and_counts_include_all_files(tmp_path: Path) -> None:
    links = "".join(f'<mj-text><a href="https://acme.org/{number}">Read {number}</a></mj-text>' for number in range(3))
    write_files(tmp_path, {"foot.mjml": f'{links}<mj-image src="a.png" href="#" alt="A" />'})
    text = '---\ntouch: 1\n---\n<mj-column><mj-include path="foot.mjml" /></mj-column>'
    message = message_of(text, str(tmp_path / "a.mjml"), [str(tmp_path)])
    found = findings(message, "links/placeholder", "links/first-touch-limit")
    assert {finding.rule for finding in found} == {"links/first-touch-limit"}
    assert {text[finding.start : finding.end] for finding in found} == {'<mj-include path="foot.mjml" />'}
    assert all(finding.fix is None for finding in found)
    foot = message_of((tmp_path / "foot.mjml").read_text(), str(tmp_path / "foot.mjml"), [str(tmp_path)])
    assert [finding.rule for finding in findings(foot, "links/placeholder")] == ["links/placeholder"]


def test_the_number_of_included_files_is_bounded(tmp_path: Path) -> None:
    chain = {f"mails/{n}.mjml": f'<mj-include path="{n + 1}.mjml" />' * 2 for n in range(30)}
    big = {"mails/big.mjml": "x" * (MAX_CHARACTERS // 3)}
    text = '<mj-include path="0.mjml" />' + '<mj-include path="big.mjml" />' * 5
    start = process_time()
    part = included(tmp_path, text, {**chain, **big})
    assert process_time() - start < 2
    assert len(part.text) < MAX_CHARACTERS + MAX_INCLUDES * 200
    assert {include.state for include in part.includes} == {"in part", "too much"}


def test_a_run_over_one_file_reads_beside_it_and_below_its_configuration_only(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "project/mails/a.mjml": COLUMN.format('<mj-include path="../shared/b.mjml" />'),
            "project/shared/b.mjml": "<mj-text>B</mj-text>",
        },
    )
    command = ("check", "mails/a.mjml", "--no-cache", "-f", "concise", "--select", "mjml")
    alone = maillint(*command, folder=tmp_path / "project")
    assert 'mjml/include-outside included file "../shared/b.mjml" is outside' in alone.stdout
    (tmp_path / "project/maillint.yaml").write_text("profile: newsletter\n")
    assert "include-outside" not in maillint(*command, folder=tmp_path / "project").stdout
    (tmp_path / "project/maillint.yaml").unlink()
    assert "include-outside" not in maillint(*command[:1], ".", *command[2:], folder=tmp_path / "project").stdout


def test_a_cached_result_expires_when_an_included_file_changes(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.mjml": COLUMN.format('<mj-include path="b.mjml" />'), "b.mjml": "<mj-text>B</mj-text>"})
    command = ("check", ".", "-f", "concise", "--select", "mjml")
    assert maillint(*command, folder=tmp_path).returncode == 0
    assert maillint(*command, folder=tmp_path).returncode == 0
    (tmp_path / "b.mjml").write_text("<mj-section></mj-section>")
    assert "a.mjml:1:39: error mjml/misplaced-tag" in maillint(*command, folder=tmp_path).stdout
    (tmp_path / "b.mjml").unlink()
    assert "a.mjml:1:39: error mjml/include-missing" in maillint(*command, folder=tmp_path).stdout


# -- MJML's own rules


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<mj-colunm></mj-colunm>", ["mjml/unknown-tag mj-colunm"]),
        ("<mj-text><mj-buton></mj-buton></mj-text>", ["mjml/unknown-tag mj-buton"]),
        ("<mj-acme-hero></mj-acme-hero>", ["mjml/unregistered-tag mj-acme-hero"]),
        ("<mj-body><mj-column></mj-column></mj-body>", ["mjml/misplaced-tag <mj-column>"]),
        ("<mj-column><div><mj-text>x</mj-text></div></mj-column>", ["mjml/html-outside <div>"]),
        ("<mj-acme><mj-text>x</mj-text></mj-acme>", ["mjml/unregistered-tag mj-acme"]),
        ('<mj-text href="https://acme.org/">x</mj-text>', ['mjml/unknown-attribute href="https://acme.org/"']),
        ('<mj-text {{ more }} {% if a %}padding="1px"{% endif %}>x</mj-text>', []),
        ('<mj-image width="{{ w }}" src="a.png" />', []),
        ('<mj-spacer height="20" />', ["mjml/attribute-value 20"]),
        ('<mj-section full-width="full-width"></mj-section>', []),
        ('<mjml lang="de" xmlns:v="urn:x"><mj-body /></mjml>', []),
        ('<mj-include path="a.css" type="css" css-inline="inline" />', []),
        ('<mj-include file="a.mjml" />', ['mjml/unknown-attribute file="a.mjml"']),
    ],
)
def test_own_rules(text: str, expected: list[str]) -> None:
    assert spots(text, "mjml") == expected


def test_the_list_of_components_is_complete_and_consistent() -> None:
    holds = {"components", "html", "words", "preview", "css", "defaults", "nothing"}
    for name, component in components().items():
        assert component.holds in holds, name
        assert set(component.inside) <= set(components()), name
        for role in (component.link, component.picture):
            assert role is None or role in component.attributes, name


def test_fixes_change_the_file_and_not_the_files_it_includes(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "a.mjml": COLUMN.format('<mj-text class="lead" padding="10">x</mj-text><mj-include path="b.mjml" />'),
            "b.mjml": '<mj-text class="lead">x</mj-text>',
        },
    )
    result = maillint("check", "a.mjml", "--fix", "--unsafe-fixes", "--no-cache", folder=tmp_path)
    assert result.returncode == 0
    assert '<mj-text css-class="lead" padding="10px">' in (tmp_path / "a.mjml").read_text()
    assert (tmp_path / "b.mjml").read_text() == '<mj-text class="lead">x</mj-text>'


# -- bounds

_PIECES = st.sampled_from(
    [
        "<mjml>", "</mjml>", "<mj-body>", "</mj-body>", "<mj-section>", "</mj-section>", "<mj-column", ">", "/>",
        "<mj-raw>", "</mj-raw>", "<mj-text>", "</mj-text>", "<mj-include path='x.mjml' />", "<div>", "</div>", "<td>",
        "<mj-style>", "</mj-style>", "<mj-class name='a' href='b'/>", "<mj-attributes>", "</mj-attributes>",
        "<mj-button mj-class='a' padding='1'>", "</mj-button>", "{% if a %}", "{% else %}", "{% endif %}", "{{ b }}",
        "é", "🙂", "\r\n", " ", "<!--", "-->", "&amp;", "\"", "'",
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.lists(_PIECES, max_size=30).map("".join))
def test_every_place_lies_in_the_text(text: str) -> None:
    message = message_of(text, "a.mjml.j2")
    for part in message.parts:
        for view in part.views:
            assert len(view.text) == len(part.text)
            for element in view.html.elements:
                assert 0 <= element.span.start <= element.span.end <= element.content_end <= len(part.text) or (
                    element.self_closing
                )
    for finding in findings(message, "mjml", "markup", "links"):
        assert 0 <= finding.start <= finding.end <= len(text)


ROW = '<mj-section><mj-column><mj-text padding="1">Hello <b>x</b></mj-text><mj-foo/><mj-raw><div></mj-raw></mj-column>'


def test_time_grows_with_the_text_and_no_faster() -> None:
    seconds = []
    gc.disable()  # what other tests have left in memory is not to be counted
    try:
        for count in (400, 3200):
            message = message_of(ROW * count)
            start = process_time()
            findings(message, "mjml", "markup")
            seconds.append(process_time() - start)
    finally:
        gc.enable()
    assert seconds[1] < 30 * seconds[0] + 0.5  # eight times the text; a square would be sixty-four
