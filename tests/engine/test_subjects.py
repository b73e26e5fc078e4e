"""A new kind of subject needs no change to the engine: a shopping list in a file, and a kettle without one."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from maillint.catalogue.load import Catalogue, shipped
from maillint.catalogue.plugins import Plugin
from maillint.catalogue.rule import ActiveRule, Rule
from maillint.check import Check, Option, Options, subject_check
from maillint.config.config import LayeredConfig
from maillint.data.yamlfile import read_yaml
from maillint.engine.run import run_rules
from maillint.engine.subject import FileSubject
from maillint.finding import Edit, FileReport, Fix, Severity, Unknown
from maillint.hits import Change, FileText, Hit, NotKnown
from maillint.text.source import Source
from maillint.text.spans import Span

# -- the subject: a file, what it says, and where ---------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    name: str
    count: int | None
    span: Span


@dataclass(frozen=True)
class ShoppingList:
    place: FileText
    items: tuple[Item, ...]


def read_list(text: str) -> ShoppingList:
    source = Source.from_text("list.yaml", text)
    file = read_yaml(source.path, text)
    items = []
    for name, count in file.data.items():
        start = source.offset(*file.places[(name,)])
        items.append(Item(name, count, Span(start, start + len(name))))
    return ShoppingList(FileText(source), tuple(items))


# -- its checks -------------------------------------------------------------------------------------------------------


@subject_check(
    "shopping-list",
    "shopping-too-much",
    fields=("item", "most"),
    options={"most": Option("whole number", 3, "of each")},
)
def too_much(shopping: ShoppingList, options: Options) -> Iterator[Hit | NotKnown]:
    """Items that are bought in larger numbers than anyone can carry."""
    for item in shopping.items:
        if item.count is None:
            yield NotKnown(f"how much {item.name} is not said")
        elif item.count > options["most"]:
            start = item.span.end + 2
            changes = (Change(Span(start, start + len(str(item.count))), str(options["most"])),)
            yield Hit(shopping.place, item.span, {"item": item.name, "most": options["most"]}, changes=changes)


@subject_check("shopping-list", "shopping-broken")
def broken(shopping: ShoppingList, options: Options) -> Iterator[Hit]:
    """A check that breaks."""
    yield Hit(shopping.place, Span(0, 1))
    raise ValueError("out\nof money")


RULE = """\
summary: too much of something
check: shopping-too-much
options: {most: 5}
severity: {cold: error, newsletter: warning, transactional: off}
message: "{item}: more than {most}"
why: Bags tear.
"""
BROKEN = "summary: broken\ncheck: shopping-broken\nseverity: info\nmessage: broken\nwhy: To see what happens.\n"


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    """The shipped rules with those about shopping beside, as a plugin adds them."""
    folder = tmp_path / "rules" / "shopping"
    folder.mkdir(parents=True)
    (folder / "too-much.yaml").write_text(RULE)
    (folder / "broken.yaml").write_text(BROKEN)
    checks: dict[str, Check] = {check.name: check for check in (too_much, broken)}
    return shipped().extended([], [Plugin("shopping", "shopping 1", checks, str(folder.parent), __file__)])


def active(catalogue: Catalogue, *names: str, profile: str = "newsletter") -> list[ActiveRule]:
    config = LayeredConfig()
    return [config.resolve(rule, profile) for rule in catalogue.rules.values() if not names or rule.name in names]


def judge(text: str, rules: Sequence[ActiveRule], profile: str = "newsletter") -> FileReport:
    shopping = read_list(text)
    source = shopping.place.source
    (report,) = run_rules(FileSubject("shopping-list", profile, shopping, shopping.place, (source,)), rules)
    return report


LIST = "milk: 2\nflour: 12\neggs: 6\nsalt:\n"


def test_findings_stand_where_the_file_says_it(catalogue: Catalogue) -> None:
    report = judge(LIST, active(catalogue, "shopping/too-much"))
    assert [(found.line, found.column, found.end_line, found.end_column) for found in report.findings] == [
        (2, 1, 2, 6),
        (3, 1, 3, 5),
    ]
    assert [LIST[found.start : found.end] for found in report.findings] == ["flour", "eggs"]
    assert [found.message for found in report.findings] == ["flour: more than 5", "eggs: more than 5"]
    assert report.findings[0].fix == Fix((Edit(15, 17, "5"),), safe=False)
    assert report.unknown == (Unknown("shopping/too-much", "how much salt is not said"),)
    assert (report.path, report.kind, report.text) == ("list.yaml", "shopping-list", LIST)
    assert (report.profile, report.profile_inferred, report.dialect, report.touch) == ("newsletter", False, None, None)


@pytest.mark.parametrize(
    ("profile", "severities"),
    [
        ("cold", [Severity.ERROR]),
        ("newsletter", [Severity.WARNING]),
        ("general", [Severity.WARNING]),
        ("transactional", []),
    ],
)
def test_its_profile_decides_how_severe_a_rule_is(
    catalogue: Catalogue, profile: str, severities: list[Severity]
) -> None:
    report = judge("flour: 12\n", active(catalogue, "shopping/too-much", profile=profile), profile)
    assert [found.severity for found in report.findings] == severities


def test_rules_about_other_subjects_leave_it_alone(catalogue: Catalogue) -> None:
    everything = active(catalogue)
    assert {rule.rule.subject for rule in everything} > {
        "message",
        "domain",
        "online",
        "plan",
        "recipients",
        "shopping-list",
    }
    assert {found.rule for found in judge(LIST, everything).findings} == {"shopping/too-much", "internal-error"}


def test_a_check_that_breaks_is_a_finding_at_the_start(catalogue: Catalogue) -> None:
    broken_one, other = judge("flour: 12\n", active(catalogue, "shopping/broken", "shopping/too-much")).findings
    assert (broken_one.rule, broken_one.severity, broken_one.start, broken_one.end) == (
        "internal-error",
        Severity.ERROR,
        0,
        0,
    )
    assert broken_one.message == "rule shopping/broken failed: ValueError: out of money"
    assert other.rule == "shopping/too-much"


def test_a_faulty_rule_file_points_at_its_line(catalogue: Catalogue, tmp_path: Path) -> None:
    from maillint.data.yamlfile import FileError

    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "odd.yaml").write_text(RULE.replace("{item}", "{thing}"))
    with pytest.raises(FileError, match=r"odd\.yaml:5:1: .*no field \{thing\} \(it has: \{item\}, \{most\}\)"):
        catalogue.extended([str(folder)])


# -- a subject without files ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kettle:
    """It answers for itself what becomes of hits: here, words in capitals."""

    facts: float
    kind: str = "kettle"
    profile: str = "general"

    def findings(self, rule: Rule, severity: Severity, hits: Sequence[float]) -> Iterator[str]:
        for hit in hits:
            yield f"{severity.label.upper()} {rule.wording({'degrees': hit})}"

    def failure(self, rule: Rule, error: Exception) -> str:
        return f"FAILED {error!r}"

    def report(self, findings: list[str], unknown: list[Unknown], rules: Sequence[ActiveRule]) -> str:
        return "; ".join([*findings, *(question.reason for question in unknown), f"{len(rules)} rules"])


@subject_check("kettle", "kettle-boils", fields=("degrees",))
def boils(facts: float, options: Options) -> Iterator[float | NotKnown]:
    """Kettles that boil."""
    if facts < 0:
        yield NotKnown("no thermometer")
    elif facts >= 100:
        yield facts


@pytest.mark.parametrize(
    ("degrees", "words"),
    [(20.5, "1 rules"), (100.5, "ERROR it has 100.5 degrees; 1 rules"), (-1, "no thermometer; 1 rules")],
)
def test_a_subject_decides_itself_what_a_finding_is(degrees: float, words: str) -> None:
    levels = dict.fromkeys(("general",), Severity.ERROR)
    rule = Rule("kettle/boils", "", "kettle-boils", "kettle", {}, {}, levels, "it has {degrees} degrees",
                checks={"kettle-boils": boils})  # fmt: skip
    assert run_rules(Kettle(degrees), [ActiveRule(rule)]) == words


# -- places -----------------------------------------------------------------------------------------------------------

ENGINE = Path(__file__).parent.parent.parent / "maillint" / "engine"
KINDS_OF_PLACES = {"Part", "Field", "FileText", "View", "Views", "PartialOffsetMap"}


@pytest.mark.parametrize("module", sorted(ENGINE.glob("*.py")), ids=lambda path: path.stem)
def test_the_engine_asks_places_and_never_tells_their_types_apart(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for name in node.names}
    assert not KINDS_OF_PLACES & (names | imported | attributes)
    tests = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance"]
    assert {ast.unparse(test.args[1]) for test in tests} <= {"NotKnown"}
    assert "hasattr" not in names
