"""Plugins: checks and rules of installed packages, by entry point, where the configuration names them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from maillint import Config, LintError
from tests.cli.command import maillint
from tests.installed import install, install_as

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples/plugin"

CHECK = """
from maillint.plugin import Hit, check
from maillint.plugin import Span

@check("{name}", fields=("word",))
def found(message, options):
    "Every message."
    yield Hit(message.parts[0], Span(0, 1), {evidence})
"""
RULE = 'summary: s\ncheck: {name}\nseverity: warning\nmessage: "saw {{word}}"\nwhy: w\n'


class Site:
    """A folder of packages that count as installed, and a project beside it that uses them."""

    def __init__(self, folder: Path) -> None:
        self.packages, self.project = folder / "site", folder / "project"
        self.packages.mkdir()
        self.project.mkdir()
        (self.project / "a.html").write_text("<p>Hi</p>\n")

    def add(
        self, entry: str, code: str, rules: dict[str, str] | None = None, *, value: str = "", package: str = ""
    ) -> None:
        """Install a package that holds this code, and its rules."""
        package = package or f"package_{entry}"
        folder = self.packages / package
        folder.mkdir()
        (folder / "__init__.py").write_text(code)
        for name, text in (rules or {}).items():
            (folder / "rules" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "rules" / name).write_text(text)
        install_as(package, {"maillint.checks": {entry: value or package}}, self.packages)

    def check(self, config: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``maillint check a.html`` with a configuration."""
        (self.project / "maillint.yaml").write_text(config)
        path = os.pathsep.join([str(self.packages), str(ROOT)])
        arguments = ("check", "a.html", *(arguments or ("-f", "concise")))
        return maillint(*arguments, folder=self.project, PYTHONPATH=path)

    def findings(self, config: str, *arguments: str) -> list[str]:
        """What such a run finds: rule and message."""
        result = self.check(config, "-f", "json", *arguments)
        assert result.stderr == ""
        return [
            f"{found['rule']}: {found['message']}"
            for file in json.loads(result.stdout)["files"]
            for found in file["findings"]
        ]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def good(name: str, evidence: str = '{"word": "it"}') -> str:
    return CHECK.format(name=name, evidence=evidence)


def rule(name: str) -> str:
    return RULE.format(name=name)


# -- what a plugin adds -------------------------------------------------------------------------------


def test_a_plugin_that_is_named_brings_its_checks_and_rules(site: Site) -> None:
    site.add("acme", good("acme-word"), {"acme/word.yaml": rule("acme-word")})
    assert site.findings("plugins: [acme]\n") == ["acme/word: saw it"]
    assert site.findings("plugins: acme\nrules: {acme/word: off}\n") == []
    page = maillint(
        "rule", "acme/word", folder=site.project, PYTHONPATH=os.pathsep.join([str(site.packages), str(ROOT)])
    )
    assert page.stdout.startswith("acme/word\n")


def test_a_plugin_that_is_only_installed_does_nothing(site: Site) -> None:
    site.add("acme", "raise SystemExit('imported')", {"acme/word.yaml": "not a rule"})
    result = site.check("profile: newsletter\n")
    assert (result.returncode, result.stderr) == (0, "")
    assert "acme" not in result.stdout


def test_rules_of_ones_own_bind_the_checks_of_plugins(site: Site) -> None:
    site.add("acme", good("acme-word"))
    (site.project / "own").mkdir()
    (site.project / "own/mine.yaml").write_text(rule("acme-word"))
    assert site.findings("plugins: [acme]\nrule-folders: [own]\n") == ["local/mine: saw it"]
    result = site.check("rule-folders: [own]\n")
    assert result.returncode == 2
    assert 'own/mine.yaml:2:1: unknown check "acme-word"' in result.stderr
    assert "(plugins count where the configuration names them; installed: acme)" in result.stderr


def test_plugins_come_with_what_a_configuration_extends(site: Site) -> None:
    site.add("acme", good("acme-word"), {"acme/word.yaml": rule("acme-word")})
    site.add("other", good("other-word"), {"other/word.yaml": rule("other-word")})
    (site.project / "base.yaml").write_text("plugins: [acme]\n")
    config = "extends: base.yaml\nplugins: [other, acme]\nrules: {acme: info}\n"
    assert site.findings(config) == ["other/word: saw it", "acme/word: saw it"]


def test_a_check_that_maillint_ships_may_be_imported(site: Site) -> None:
    code = "from maillint.checks.markup import unclosed_tag\n" + good("acme-word")
    site.add("acme", code, {"acme/word.yaml": rule("acme-word")})
    assert site.findings("plugins: [acme]\n") == ["acme/word: saw it"]


# -- what is wrong with a plugin ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "rules", "config", "words"),
    [
        ("", {}, "acne", 'maillint.yaml:1:11: no plugin "acne" is installed; did you mean "acme"?'),
        ("", {}, "other", 'maillint.yaml:1:11: no plugin "other" is installed (installed: acme)'),
        ("", {}, "acme", 'plugin "acme" holds neither checks nor a folder "rules" beside package_acme'),
        ("import nowhere", {}, "acme", 'plugin "acme" cannot be imported: ModuleNotFoundError: No module named'),
        ("1 / 0", {}, "acme", 'plugin "acme" cannot be imported: ZeroDivisionError: division by zero'),
        (good("pattern"), {}, "acme", 'plugin "acme": a check named pattern comes with maillint; give it another name'),
        (good("x"), {"a/b.yaml": rule("y")}, "acme", 'rules/a/b.yaml:2:1: unknown check "y"'),
        (good("x"), {"markup/unclosed-tag.yaml": rule("x")}, "acme", "a rule named markup/unclosed-tag already exists"),
    ],
)
def test_what_is_wrong_with_a_plugin_is_one_line(
    site: Site, code: str, rules: dict[str, str], config: str, words: str
) -> None:
    site.add("acme", code, rules)
    result = site.check(f"plugins: [{config}]\n")
    assert (result.returncode, result.stdout) == (2, "")
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_plugins_that_clash_are_an_error(site: Site) -> None:
    site.add("acme", good("word"))
    site.add("other", good("word"))
    assert 'plugin "other": another plugin has a check named word too' in site.check("plugins: [acme, other]\n").stderr
    site.add("acme", good("word"), package="second")
    assert (
        'two installed packages have a plugin named "acme": package_acme and second'
        in site.check("plugins: [acme]\n").stderr
    )


def test_an_entry_point_that_is_no_module_is_an_error(site: Site) -> None:
    site.add("acme", good("word"), value="package_acme:found")
    assert "its entry point, package_acme:found, is not a module with a file" in site.check("plugins: [acme]\n").stderr


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        pytest.param('{"word": 1 / 0}', "ZeroDivisionError: division by zero", id="the check raises"),
        pytest.param('{"wort": "it"}', "KeyError: 'word'", id="the evidence lacks what the message names"),
    ],
)
def test_a_check_that_breaks_is_a_finding_and_the_run_goes_on(site: Site, evidence: str, words: str) -> None:
    site.add("acme", good("word", evidence), {"acme/word.yaml": rule("word")})
    (site.project / "a.html").write_text("<p>Hi <b>Ada</p>\n")
    result = site.check("plugins: [acme]\n")
    assert result.returncode == 2
    assert f"error internal-error rule acme/word failed: {words}" in result.stdout
    assert "markup/unclosed-tag" in result.stdout


def test_no_baseline_knows_a_check_that_breaks(site: Site) -> None:
    site.add("acme", good("word", '{"word": 1 / 0}'), {"acme/word.yaml": rule("word")})
    written = site.check("plugins: [acme]\n", "--write-baseline", "known.json")
    assert written.returncode == 2
    assert "rule acme/word failed: ZeroDivisionError" in written.stderr
    after = site.check("plugins: [acme]\n", "--baseline", "known.json", "-f", "concise")
    assert (after.returncode, "internal-error" in after.stdout) == (2, True)


def test_stored_results_do_not_outlive_the_plugin_that_made_them(site: Site) -> None:
    site.add("acme", good("acme-word"), {"acme/word.yaml": rule("acme-word")})
    assert site.findings("plugins: [acme]\n") == site.findings("plugins: [acme]\n") == ["acme/word: saw it"]
    (site.packages / "package_acme/__init__.py").write_text(good("acme-word", '{"word": "another"}'))
    assert site.findings("plugins: [acme]\n") == ["acme/word: saw another"]


def test_installed_packages_are_looked_at_only_where_a_plugin_is_named(site: Site) -> None:
    site.add("acme", good("acme-word"))
    code = (
        "import sys; from maillint.cli import main\n"
        "try: main(['check', 'a.html'])\n"
        "except SystemExit: print('importlib.metadata' in sys.modules)"
    )
    for config, expected in (("profile: cold\n", "False"), ("plugins: [acme]\n", "True")):
        (site.project / "maillint.yaml").write_text(config)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site.packages), str(ROOT)])}
        result = subprocess.run(
            [sys.executable, "-c", code], cwd=site.project, env=environment, capture_output=True, text=True, check=True
        )
        assert result.stdout.splitlines()[-1] == expected


# -- the example --------------------------------------------------------------------------------------


@pytest.fixture
def example(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A copy of the example package, and the environment in which it is installed."""
    folder = tmp_path / "plugin"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    install(folder, tmp_path / "site")
    path = os.pathsep.join([str(tmp_path / "site"), str(folder), str(ROOT)])
    return folder, {"PYTHONPATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def test_the_tests_of_the_example_pass(example: tuple[Path, dict[str, str]]) -> None:
    folder, environment = example
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.search(r"^\d\d passed", result.stdout, re.MULTILINE), result.stdout
    assert result.returncode == 0


def test_the_example_finds_what_it_is_for_and_mends_it(example: tuple[Path, dict[str, str]]) -> None:
    folder, environment = example
    check = ("check", "--config", "settings.yaml", "invitation.html")
    result = maillint(*check, folder=folder, **environment)
    assert "invitation.html:2:15  error  dates/weekday  fixable (unsafe)" in result.stdout
    maillint(*check, "--fix", "--unsafe-fixes", folder=folder, **environment)
    assert "we meet on Thursday, 12 March 2026" in (folder / "invitation.html").read_text()
    assert maillint(*check, folder=folder, **environment).returncode == 0


def test_the_document_shows_the_example_as_it_is() -> None:
    page = (ROOT / "docs/plugin.md").read_text(encoding="utf-8")
    shown = re.findall(r"^```\w+ file=examples/plugin/(\S+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert {"pyproject.toml", "maillint_dates/checks.py", "maillint_dates/rules/dates/weekday.yaml"} <= dict(
        shown
    ).keys()
    for name, text in shown:
        assert text == (EXAMPLE / name).read_text(encoding="utf-8"), name


def test_the_library_takes_plugins_too() -> None:
    with pytest.raises(LintError, match=r'^no plugin "nowhere" is installed'):
        Config(plugins=["nowhere"])
