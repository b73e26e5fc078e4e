"""The targets: each takes bytes, gives them to one of maillint's readers, and raises unless what must be true is true.

Where a target has settings (a template language, a kind of mail), the last byte of the input chooses them, so that a
text of the tests is an input as it stands.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple, get_args

from fuzz.oracles import require, same_twice, sound_message, sound_reports, spans_within
from fuzz.seeds import as_bytes, example_texts, files, literals, plan_texts, rule_examples
from maillint.analysis.links import link_lists
from maillint.catalogue.examples import unmark
from maillint.catalogue.load import shipped
from maillint.catalogue.validate import compile_rule
from maillint.checks import all_checks
from maillint.cli.plan_journal import entry
from maillint.cli.plan_page import as_json, as_text
from maillint.config.config import CommandLine, LayeredConfig
from maillint.config.files import _parse, layers_of, read_layers
from maillint.data.amendments import SHIPPED
from maillint.data.profiles import PROFILES
from maillint.data.yamlfile import FileError, read_yaml
from maillint.errors import LintError
from maillint.message.css.declarations import mask, read_declarations, without_comments
from maillint.message.css.stylesheet import read_sheet, without_conditions
from maillint.message.html.parser import parse_html
from maillint.message.mime.headers import read_block
from maillint.message.mime.mailboxes import mailboxes
from maillint.message.template.dialect import dialects
from maillint.network import dkim, dmarc, spf
from maillint.network.replay import ReplayResolver
from maillint.network.spf_check import check_host
from maillint.network.tags import TagList, parse_tags
from maillint.output._paint import Paint
from maillint.plan.advice import advise
from maillint.plan.read import read_plan
from maillint.project.discovery import Group
from maillint.project.loader import LoadedMessage, load_text
from maillint.project.plan_run import lint_plan_text
from maillint.project.runner import lint_loaded
from maillint.text.source import Source
from maillint.web.urls import as_absolute, decoded_base64, decoded_target, query_items, split
from maillint.web.wrappers import classify
from tests.fix_properties import Fixing, faults


@dataclass(frozen=True)
class Target:
    """One reader of maillint, and what it is fed with first. ``run`` raises for an input that breaks something."""

    name: str
    run: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]
    what: str


TARGETS: dict[str, Target] = {}


def _target(seeds: Callable[[], Iterable[str]]) -> Callable[[Callable[[bytes], object]], Callable[[bytes], object]]:
    """Make a function a target of its name; its docstring says what it tries."""

    def add(run: Callable[[bytes], object]) -> Callable[[bytes], object]:
        name = run.__name__
        TARGETS[name] = Target(name, run, cache(lambda: as_bytes(seeds())), (run.__doc__ or "").partition("\n")[0])
        return run

    return add


# -- messages and templates ---------------------------------------------------------------------------


class _Settings(NamedTuple):
    """What the last byte of an input chooses."""

    dialect: str | None
    profile: str


def _split_settings(data: bytes) -> tuple[bytes, _Settings]:
    """Take the last byte off: a template language or none, and the kind of mail."""
    number = data[-1] if data else 0
    languages = [None, *sorted(dialects())]
    return data[:-1], _Settings(languages[number % len(languages)], PROFILES_IN_ORDER[number % len(PROFILES_IN_ORDER)])


PROFILES_IN_ORDER = tuple(PROFILES)


@cache
def _config(profile: str | None, dialect: str | None) -> LayeredConfig:
    return LayeredConfig(command_line=CommandLine(profile=profile, dialect=dialect))


def _loaded(name: str, data: bytes, config: LayeredConfig) -> LoadedMessage | None:
    """A message as a run loads it; None where maillint says what is wrong with it."""
    try:
        return load_text(Group.for_text(name, config), data)
    except LintError:
        return None


def _lint(name: str, data: bytes, config: LayeredConfig) -> None:
    loaded = _loaded(name, data, config)
    if loaded is None:
        require(_loaded(name, data, config) is None, "an error the first time, none the second")
        return
    sound_message(loaded.message)
    reports = lint_loaded(loaded)
    sound_reports(reports)
    again = _loaded(name, data, config)
    require(again is not None and lint_loaded(again) == reports, "linted again, it has other findings")


@_target(
    lambda: [
        *example_texts("eml"),
        *files("examples/**/*.eml"),
        *literals("tests/**/*.py", having=r"^(From|Subject|MIME-Version|Content-Type): "),
    ]
)
def message(data: bytes) -> None:
    """A whole message: MIME, header fields, parts in every encoding, all rules."""
    data, settings = _split_settings(data)
    _lint("a.eml", data, _config(settings.profile, None))


@_target(
    lambda: [
        *files("tests/dialects/**/*"),
        *files("examples/**/*.j2", "examples/**/*.hbs"),
        *literals(
            "tests/test_templates.py",
            "tests/message/*.py",
            "tests/test_branches.py",
            having=r"[{<][{%#]|<[?%]|\$\{|@if|\*\|",
        ),
    ]
)
def template(data: bytes) -> None:
    """A template in one of all template languages, stated or found out, with all rules."""
    data, settings = _split_settings(data)
    _lint("a.html", data, _config(settings.profile, settings.dialect))


@_target(lambda: [*example_texts("mjml"), *files("examples/**/*.mjml", "tests/**/*.mjml")])
def mjml(data: bytes) -> None:
    """MJML in its own source, with all rules, and what it is rendered as."""
    data, settings = _split_settings(data)
    _lint("a.mjml", data, _config(settings.profile, settings.dialect))


@_target(lambda: [*example_texts("html"), *files("examples/**/*.html")])
def html(data: bytes) -> None:
    """HTML: every element and attribute has its place, and all rules run."""
    data, settings = _split_settings(data)
    text = Source.from_text("a.html", data.decode("utf-8", "surrogateescape")).text
    parsed = parse_html(text)
    for element in parsed.elements:
        spans_within([element.span], len(text), element.tag)
        spans_within([(element.span.end, max(element.content_end, element.span.end))], len(text), element.tag)
        for attribute in element.attributes:
            spans_within([attribute.span, attribute.value], len(text), attribute.name)
    _lint("a.html", data, _config(settings.profile, None))


@_target(lambda: [*literals("tests/**/*.py", having=r"[a-z-]+\s*:\s*[^;{}]+[;}]|@media|@import"), *_styles()])
def css(data: bytes) -> None:
    """Style sheets and style attributes: every rule's body stands where its span says, and all rules run."""
    data, settings = _split_settings(data)
    text = Source.from_text("a.css", data.decode("utf-8", "surrogateescape")).text
    require(len(mask(text)) == len(text), "masked, a style sheet has another length")
    sheet = same_twice(lambda: read_sheet(text))
    for rule in sheet.rules:
        spans_within([rule.span], len(text), rule.selector)
        require(text[slice(*rule.span)] == rule.body, "a rule's body stands elsewhere")
    spans_within(sheet.imports, len(text), "@import")
    same_twice(lambda: (read_declarations(text), without_comments(text), without_conditions(text)))
    quoted = text.replace("&", "&amp;").replace('"', "&quot;")
    page = f'<style>{text}</style><p class="a">One<b id="b" style="{quoted}">Two</b></p><table><td>Three</table>'
    _lint("a.html", page.encode(), _config(settings.profile, None))


def _styles() -> Iterator[str]:
    """What stands in style elements and attributes of the rules' examples."""
    for text in (*example_texts("html"), *files("examples/**/*.html")):
        parsed = parse_html(text)
        for element in parsed.elements:
            if element.tag == "style":
                yield text[element.span.end : element.content_end]
            elif "style" in element.attrs:
                yield element.attrs["style"]


@_target(
    lambda: [
        *(text.partition("\n\n")[0] for text in example_texts("eml")),
        *literals(
            "tests/test_headers_checks.py",
            "tests/test_senders.py",
            "tests/test_unsubscribe.py",
            "tests/message/**/*.py",
            having=r"^[A-Z][A-Za-z-]+: |@\S+\.example|=\?",
        ),
    ]
)
def headers(data: bytes) -> None:
    """Header fields: unfolded, decoded, their addresses read, with all rules."""
    data, settings = _split_settings(data)
    text = Source.from_bytes("a.eml", data.replace(b"\0", b""), message=True).text
    source = Source.from_text("a.eml", text)
    fields, body = read_block(source, 0, len(text))
    require(repr((fields, body)) == repr(read_block(source, 0, len(text))), "read again, the fields are others")
    require(0 <= body <= len(text), "the body begins outside the text")
    for field in fields:
        spans_within([field.span, field.value], len(text), field.name)
        for offset in range(len(field.text) + 1):
            require(0 <= field.map.start(offset) <= len(text), f"{field.name}: {offset} leads out of the text")
    for value in (text, *(field.text for field in fields)):
        for mailbox in same_twice(partial(mailboxes, value)):
            spans_within([mailbox.span], len(value), "mailbox")
    _lint("a.eml", data + b"\nContent-Type: text/html\n\n<p>Hi Ada</p>\n", _config(settings.profile, None))


# -- settings and rules -------------------------------------------------------------------------------


@_target(
    lambda: [
        *files("**/maillint.yaml", "docs/*.yaml", "rules/profiles/*.yaml"),
        *literals("tests/config/*.py", "tests/cli/*.py", "tests/test_library.py", having=r"^[a-z-]+:|\[tool\.maillint"),
    ]
)
def config(data: bytes) -> None:
    """A configuration file in YAML or TOML, and a message linted by it."""
    with _in_empty_folder() as folder:
        for name in ("maillint.yaml", "pyproject.toml"):
            path = os.path.join(folder, name)  # noqa: PTH118 -- as maillint has it
            Path(path).write_bytes(data)
            settings = _settings_of(path)
            if settings is not None:
                _lint("a.html", b"<p>Hi <b>Ada</p> {{ name }}", settings)


_OUTSIDE = ("plugins", "rule-folders", "extends", "baseline")
"""Keys that name code to import, or files beside the configuration: they are tried without a file's text."""


def _settings_of(path: str) -> LayeredConfig | None:
    """The settings of a file without what it would import or read; None where maillint says what is wrong with it."""
    try:
        parsed = _parse(path)
        values = parsed.data
        if isinstance(values, Mapping) and any(key in values for key in _OUTSIDE):
            layers = layers_of({key: value for key, value in values.items() if key not in _OUTSIDE}, path)
        else:
            layers = read_layers(path)
        settings = LayeredConfig(path, tuple(layers)).for_file("a.html")
        for profile in PROFILES:
            settings.rules_for(profile)
        _ = settings.message_settings
    except LintError:
        return None
    return settings


@contextmanager
def _in_empty_folder() -> Iterator[str]:
    """Work in an empty folder, and leave nothing."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield folder
        finally:
            os.chdir(before)


@_target(
    lambda: [
        *files("rules/*/*.yaml"),
        *literals("tests/catalogue/*.py", "tests/test_check_names.py", having="^summary:|check:"),
    ]
)
def rules(data: bytes) -> None:
    """A rule file: validated, and compiled to plain data."""

    def compiled() -> Any:
        try:
            return json.dumps(compile_rule("local/a", "a.yaml", data, all_checks()))
        except FileError as error:
            require(error.line >= 1 and error.column >= 1, f"an error at {error.line}:{error.column}")
            return str(error)

    same_twice(compiled)


@_target(lambda: literals("tests/**/*.py", having=r"^---\s*\n|^\{\s*\"") + files("rules/lists/dialects.yaml"))
def sidecars(data: bytes) -> None:
    """Front matter before a template, and any YAML: read with the place of each value."""
    text = Source.from_text("a.yaml", data.decode("utf-8", "surrogateescape")).text
    lines = text.count("\n") + text.count("\r") + text.count("\x85") + text.count("\u2028") + text.count("\u2029") + 1
    try:
        places = list(read_yaml("a.yaml", text).places.values())
    except FileError as error:
        places = [(error.line, error.column)]
    for line, column in places:
        require(1 <= line <= lines and column >= 1, f"a place at {line}:{column} of {lines} lines")
    _lint("a.html", b"---\n" + data + b"\n---\n<p>Hi</p>", _config(None, None))


@_target(plan_texts)
def plan(data: bytes) -> None:
    """A campaign plan: read, linted, and all that is said of it."""
    try:
        read = read_plan(Source.from_bytes("a.campaign.yaml", data))
    except LintError:
        return
    size = len(read.source.text)
    spans_within((read.span(*keys) for keys in read.extents), size, "a value of a plan")
    group = Group.for_text("a.campaign.yaml", LayeredConfig())
    reports = same_twice(lambda: list(lint_plan_text(group, read)))
    sound_reports(reports)
    rules = [rule for rule in shipped().rules.values() if rule.subject == "plan"]
    advice = advise(read, {rule.name: {**rule.defaults, **rule.options} for rule in rules})
    page = as_text("a.campaign.yaml", read, advice, 80, Paint(), "#")
    require(not set(page) & set("\0\x07\x1b\r\x85\u202e"), "a page with characters that control a terminal")
    json.loads(as_json("a.campaign.yaml", advice))
    entry(read, advice.diagnosis, date(2026, 11, 23))


# -- DNS records --------------------------------------------------------------------------------------


_DNS = r"v=spf1|v=DMARC1|v=DKIM1|p=[A-Za-z0-9+/]{8}|^v=1;|include:|redirect="


@_target(lambda: [*literals("tests/**/*.py", having=_DNS), *_records()])
def dns(data: bytes) -> None:
    """SPF, DMARC and DKIM records and signatures; SPF is evaluated, too."""
    text = data.decode("utf-8", "replace")
    for prefix in ("", "v=spf1 ", "v=DMARC1; ", "v=DKIM1; "):
        _records_of(prefix + text)
    _evaluate(text)


def _records() -> Iterator[str]:
    """The records in the examples of rules."""
    for example in rule_examples():
        for value in (example.setting.get("dns") or {}).values():
            yield from [value] if isinstance(value, str) else value


def _records_of(text: str) -> None:
    size = len(text)
    record = same_twice(lambda: spf.parse(text))
    parts: list[spf.Term | spf.Modifier] = [*record.terms, *record.modifiers]
    spans_within(((part.start, part.end) for part in parts), size, "SPF")
    spans_within(((problem.start, problem.end) for problem in record.errors), size, "SPF")
    spans_within(((part.value_start, part.value_end) for part in parts), size, "SPF")
    for term in record.terms:
        require(text[term.value_start : term.value_end] == term.value, "an SPF term's value stands elsewhere")
    _ = record.reachable, record.lookup_terms, record.redirect
    policy = same_twice(lambda: dmarc.parse(text))
    _tags_within(TagList(policy.tags, policy.problems), text)
    spans_within(((uri.start, uri.end) for uri in policy.rua), size, "DMARC")
    for relation in get_args(dmarc.Relation):
        _ = policy.requested(relation), policy.effective(relation)
    key = same_twice(lambda: dkim.parse_key(text))
    _tags_within(TagList(key.tags, key.problems), text)
    _ = key.revoked, key.testing
    _tags_within(same_twice(lambda: parse_tags(text)), text)
    same_twice(lambda: dkim.parse_signature(text))


def _tags_within(listed: TagList, text: str) -> None:
    spans_within(((tag.start, tag.end) for tag in listed.tags), len(text), "tag")
    spans_within(((problem.start, problem.end) for problem in listed.problems), len(text), "problem")
    for tag in listed.tags:
        require(text[tag.value_start : tag.value_end] == tag.value, "a tag's value stands elsewhere")


def _evaluate(text: str) -> None:
    """A receiver's evaluation, where names below the domain have the text for a record, too."""
    lines = text.split("\n", 2)
    zone = {
        f"{name} TXT": [f"v=spf1 {line}"]
        for name, line in zip(("a.example", "b.example", "c.a.example"), lines, strict=False)
    }
    zone |= {"a.example A": ["192.0.2.1"], "a.example MX": ["10 b.example"], "b.example A": ["192.0.2.2"]}
    resolver = ReplayResolver(zone)
    for address in ("192.0.2.1", "2001:db8::1"):
        result = same_twice(partial(check_host, address, "ada@a.example", "h.example", resolver))
        require(result.lookups <= spf.LOOKUP_LIMIT + 1, f"{result.lookups} lookups")


# -- links --------------------------------------------------------------------------------------------


@_target(
    lambda: [
        *literals(
            "tests/web/*.py", "tests/test_links.py", "tests/test_tracking_links.py", having="https?:|//|%2F|aHR0"
        ),
        *_addresses(),
    ]
)
def links(data: bytes) -> None:
    """Addresses taken apart, and unwrapped from gateways, click trackers and redirects."""
    text = data.decode("utf-8", "replace")
    parts = same_twice(lambda: split(text))
    same_twice(lambda: [*query_items(parts.query)])
    same_twice(lambda: (as_absolute(text), decoded_target(text), decoded_base64(text)))
    for address in (text, f"https://{text}"):
        found = same_twice(partial(classify, address, link_lists(SHIPPED)))
        if found is not None:
            require(1 <= len(found.chain) <= 8, f"{len(found.chain)} wrappers")


def _addresses() -> Iterator[str]:
    """The links of the rules' examples."""
    for text in example_texts("html"):
        for element in parse_html(text).elements:
            yield element.attrs.get("href", "")


# -- fixing -------------------------------------------------------------------------------------------


@_target(lambda: [text + setting for text in _fixable() for setting in ("0", "1", "2")])
def fix(data: bytes) -> None:
    """``--fix``: edits are possible, errors never become more, and fixing again changes nothing."""
    number = data[-1] if data else 0
    name = ("a.html", "a.eml", "a.mjml", "a.txt")[number // 2 % 4]
    try:
        fixing = Fixing.of(name, data[:-1])
        found = faults(fixing, unsafe=bool(number % 2))
    except LintError:
        return
    require(not found, "; ".join(found))


def _fixable() -> Iterator[str]:
    """The examples of rules that mend."""
    for example in rule_examples():
        if example.bad is not None and example.fixed is not None:
            yield unmark(example.bad)[0]
