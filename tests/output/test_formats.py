"""Formats are the modules of the package, and each is imported only when it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from maillint.finding import FurtherPlace, Report, Severity
from maillint.output import Context, RuleDoc, formats, load
from maillint.values import field_names, replace
from tests.output.samples import PLAIN, RULES, RUN, found


def test_formats() -> None:
    assert formats() == (
        "concise",
        "full",
        "github",
        "gitlab",
        "json",
        "junit",
        "markdown",
        "sarif",
        "summary",
    )


@pytest.mark.parametrize("name", ["", "ful", "_cells", "_report", "..finding", "__init__", "full.render"])
def test_a_name_that_is_no_format_is_refused(name: str) -> None:
    with pytest.raises(LookupError, match="there are concise, full, github"):
        load(name)


def imported(statement: str) -> set[str]:
    """The modules that a statement imports in a new interpreter."""
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(out.stdout.split())


def test_the_package_is_cheap_to_import() -> None:
    own = {module for module in imported("import maillint.output") if module.startswith("maillint")}
    assert own == {"maillint", "maillint._version", "maillint.finding", "maillint.output", "maillint.values"}


@pytest.mark.parametrize("name", formats())
def test_a_format_imports_no_library_and_not_the_other_formats(name: str) -> None:
    modules = imported(f"from maillint.output import load\nload({name!r})")
    others = {f"maillint.output.{other}" for other in formats()} - {f"maillint.output.{name}"}
    # `summary` has the line that ends the others, `markdown` the escapes that SARIF's help needs.
    assert modules & others <= {"maillint.output.summary", "maillint.output.markdown"}
    assert not modules & {"bs4", "turbohtml", "tldextract", "dns", "yaml", "click", "idna", "unittest", "socket"}


def test_any_object_with_the_attributes_describes_a_rule() -> None:
    doc: RuleDoc = RULES["links/text-mismatch"]
    assert doc.name == "links/text-mismatch"


@pytest.mark.parametrize("name", formats())
@pytest.mark.parametrize("severity", list(Severity))
def test_hiding_changes_no_count(name: str, severity: Severity) -> None:
    """Nothing of a hidden finding is shown, and everything of any other."""
    out = load(name).render(RUN, replace(PLAIN, min_severity=severity))
    for file in RUN.files:
        for finding in file.findings:
            assert (finding.rule in out) == (finding.severity >= severity)
    if name in {"full", "concise", "summary", "github", "markdown"}:
        assert "3 errors, 1 warning, 1 info in 2 of 3 files" in out
        assert "2 rules skipped" in out


@pytest.mark.parametrize(
    ("severity", "words"),
    [(Severity.INFO, "; 2 rules skipped\n"), (Severity.WARNING, "; 1 below warning not shown\n")],
)
def test_the_summary_line_says_how_many_are_hidden(severity: Severity, words: str) -> None:
    assert load("concise").render(RUN, replace(PLAIN, min_severity=severity)).endswith(words)


def test_the_context_has_defaults_for_everything() -> None:
    assert all(load(name).render(RUN, Context()) for name in formats())
    assert list(field_names(Context)) == [
        "rules",
        "color",
        "width",
        "version",
        "verbose",
        "min_severity",
        "fail_on",
        "per_file",
        "links",
    ]


def test_an_annotation_of_github_names_as_many_places_as_it_can_hold() -> None:
    many = tuple(FurtherPlace(0, 1, line, 1, line, 2) for line in range(2, 2_000))
    (first, *_) = load("github").render(Report((found("«a»", places=many),)), PLAIN).splitlines()
    assert "(also in lines 2, 3, " in first
    assert first.endswith(" more)")
    assert len(first) < 700
