"""Configuration: where it is found, how layers go together, what each key takes, and what faults are called."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from maillint.catalogue.load import shipped
from maillint.catalogue.plugins import PluginError
from maillint.catalogue.rule import DECIDED_BY_KIND, Rule
from maillint.cli.schema import config_schema
from maillint.config.config import COMMAND_LINE, DEFAULT, CommandLine, ConfigError, LayeredConfig, load_config
from maillint.config.files import Layer, layers_of, profile_layer, read_layers
from maillint.config.find import find_config
from maillint.config.keys import KEYS, LISTS, RuleSetting, Sequence
from maillint.data.amendments import SHIPPED, Amendment, Lists
from maillint.data.profiles import PROFILES
from maillint.data.yamlfile import FileError
from maillint.errors import LintError
from maillint.finding import Severity
from maillint.values import field_names
from tests.files import write_files
from tests.installed import install_as


def load(folder: Path, text: str, **given: Any) -> LayeredConfig:
    write_files(folder, {"maillint.yaml": text})
    return load_config(str(folder / "maillint.yaml"), CommandLine(**given))


def rule(name: str) -> Rule:
    return shipped().rules[name]


# -- where a configuration is found -----------------------------------------------------------------------------------


def test_the_nearest_file_counts(tmp_path: Path) -> None:
    write_files(tmp_path, {"maillint.yaml": "", "a/b/.maillint.yml": "", "a/b/c/x.html": "", "a/x.html": ""})
    assert find_config(str(tmp_path / "a" / "b" / "c")) == str(tmp_path / "a/b/.maillint.yml")
    assert find_config(str(tmp_path / "a" / "b")) == str(tmp_path / "a/b/.maillint.yml")
    assert find_config(str(tmp_path / "a")) == str(tmp_path / "maillint.yaml")


def test_in_one_folder_names_have_an_order(tmp_path: Path) -> None:
    names = ["pyproject.toml", ".maillint.yml", "maillint.yml", ".maillint.yaml", "maillint.yaml"]
    for name in names:
        write_files(tmp_path, {name: "[tool.maillint]\n" if name.endswith("toml") else ""})
        assert find_config(str(tmp_path)) == str(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "counts"),
    [("[tool.maillint]\n", True), ("[tool.maillint.rules]\n", True), ("[tool.other]\n", False), ("", False)],
)
def test_a_pyproject_counts_where_it_has_a_table(tmp_path: Path, text: str, counts: bool) -> None:
    write_files(tmp_path, {"maillint.yaml": "", "a/pyproject.toml": text})
    found = find_config(str(tmp_path / "a"))
    assert found == str(tmp_path / ("a/pyproject.toml" if counts else "maillint.yaml"))


def test_a_folder_of_that_name_is_no_configuration(tmp_path: Path) -> None:
    write_files(tmp_path, {"maillint.yaml": "", "a/maillint.yaml/x.html": "", "a/pyproject.toml/x": ""})
    assert find_config(str(tmp_path / "a")) == str(tmp_path / "maillint.yaml")


def test_a_pyproject_that_cannot_be_read_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str, mode: str) -> Any:
        raise PermissionError(path)

    write_files(tmp_path, {"maillint.yaml": "", "a/pyproject.toml": "[tool.maillint]\n"})
    monkeypatch.setattr("builtins.open", refuse)
    assert find_config(str(tmp_path / "a")) == str(tmp_path / "maillint.yaml")


def test_the_top_folder_ends_the_search(tmp_path: Path) -> None:
    assert find_config(Path(tmp_path.anchor).as_posix()) is None


# -- values, and where they come from ---------------------------------------------------------------------------------


def test_without_a_file_there_are_defaults() -> None:
    config = load_config(None)
    assert config == LayeredConfig()
    assert (config.path, config.folder, config.layers) == (None, str(Path.cwd()), ())
    assert (config.profile, config.headers, config.exclude, config.include) == (None, (), (), ())
    assert (config.own_domains, config.clients, config.dkim_selectors, config.baseline) == ((), (), (), None)
    assert (config.lists, config.touch) == (SHIPPED, None)
    assert config.origin("profile") == DEFAULT
    assert config.catalogue.rules == shipped().rules


EVERYTHING = """\
profile: cold
headers: {From: a@acme.example, X-Number: 7}
exclude: archive/
include: ['*.tpl', '*.j2']
own-domains: [acme.example]
dkim-selectors: s1
dialect: jinja
jurisdictions: [FR, uk, fr]
pixel-consent: aggregate
clients: [gmail, apple-mail]
baseline: known.json
lists: {shorteners: [go.acme.example]}
sequences: ['intro-{touch}.html', [a.html, b.html]]
"""


def test_every_value_is_read(tmp_path: Path) -> None:
    config = load(tmp_path, EVERYTHING)
    assert (config.path, config.folder) == (str(tmp_path / "maillint.yaml"), str(tmp_path))
    assert config.profile == "cold"
    assert config.headers == (("From", "a@acme.example"), ("X-Number", "7"))
    assert (config.exclude, config.include) == (("archive/",), ("*.tpl", "*.j2"))
    assert (config.own_domains, config.dkim_selectors) == (("acme.example",), ("s1",))
    assert config.clients == ("gmail", "apple-mail")
    assert config.baseline == str(tmp_path / "known.json")
    assert config.lists == Lists(shorteners=Amendment(("go.acme.example",)))
    assert config.layers[0].values["jurisdictions"] == ("fr", "uk")
    assert config.layers[0].values["sequences"] == (Sequence(("intro-{touch}.html",)), Sequence(("a.html", "b.html")))
    lines = EVERYTHING.splitlines()
    assert {key: config.origin(key) for key in config.layers[0].values} == {
        line.partition(":")[0]: f"{tmp_path / 'maillint.yaml'}:{number}" for number, line in enumerate(lines, 1)
    }


def test_a_relative_path_counts_from_the_configurations_folder(tmp_path: Path) -> None:
    config = load(tmp_path, "")
    assert config.relative(str(tmp_path / "a" / "b.html")) == "a/b.html"
    assert config.relative(str(tmp_path.parent / "b.html")) == "../b.html"
    assert load_config(os.path.relpath(config.path or "")).path == config.path


def test_the_reader_of_messages_takes_its_settings_from_here(tmp_path: Path) -> None:
    settings = load(tmp_path, EVERYTHING).message_settings
    assert (settings.profile, settings.profile_forced) == ("cold", False)
    assert (settings.touch, settings.touch_forced) == (None, False)
    assert (settings.dialect, settings.headers[0], settings.own_domains) == (
        "jinja",
        ("From", "a@acme.example"),
        ("acme.example",),
    )
    assert settings.lists == Lists(shorteners=Amendment(("go.acme.example",)))
    assert not settings.outlook


def test_a_configuration_is_worked_out_once_and_never_changes(tmp_path: Path) -> None:
    write_files(tmp_path, {"rules/house/style.yaml": RULE})
    config = load(tmp_path, "rule-folders: rules\n", ignore=("links",))
    assert config.catalogue is config.catalogue
    assert config.message_settings is config.message_settings
    assert config.deselected is config.deselected
    for value in (config, config.command_line, config.layers[0], KEYS["profile"]):
        with pytest.raises(AttributeError):
            value.path = "x"  # type: ignore[misc, union-attr]


def test_the_command_line_comes_before_the_file(tmp_path: Path) -> None:
    config = load(tmp_path, EVERYTHING, profile="newsletter", touch=3, dialect="liquid")
    settings = config.message_settings
    assert (settings.profile, settings.profile_forced) == ("newsletter", True)
    assert (settings.touch, settings.touch_forced) == (3, True)
    assert settings.dialect == "liquid"
    assert config.profile == "cold"
    assert (DEFAULT, COMMAND_LINE) == ("default", "command line")


@pytest.mark.parametrize(
    ("clients", "outlook"),
    [("", True), ("clients: []", True), ("clients: [gmail]", False), ("clients: [gmail, outlook-windows]", True)],
)
def test_outlook_counts_unless_other_clients_are_named(tmp_path: Path, clients: str, outlook: bool) -> None:
    assert load(tmp_path, clients).message_settings.outlook == outlook


# -- layers -----------------------------------------------------------------------------------------------------------


def test_what_extends_a_file_comes_before_it(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "base/maillint.yaml": "profile: cold\nexclude: [a/]\nheaders: {From: a@x.example, To: t@x.example}\n"
            "baseline: known.json\nlists: {shorteners: {allow: [bit.ly]}}\n",
            "other.yaml": "exclude: [o/]\nown-domains: [o.example]\n",
        },
    )
    config = load(
        tmp_path,
        "extends: [base/maillint.yaml, other.yaml]\nprofile: newsletter\nexclude: [b/]\nheaders: {from: b@x.example}\n"
        "lists: {shorteners: [go.x.example]}\n",
    )
    assert config.profile == "newsletter"
    assert config.exclude == ("a/", "o/", "b/")
    assert config.headers == (("from", "b@x.example"), ("To", "t@x.example"))
    assert config.baseline == str(tmp_path / "base" / "known.json")
    assert config.own_domains == ("o.example",)
    assert config.lists == Lists(shorteners=Amendment(("go.x.example",), ("bit.ly",)))
    assert config.origin("baseline").endswith("base/maillint.yaml:4")
    assert config.origin("profile").endswith("maillint.yaml:2")
    assert [Path(layer.folder).name for layer in config.layers] == ["base", tmp_path.name, tmp_path.name]


def test_a_shipped_profile_can_be_extended(tmp_path: Path) -> None:
    layers = read_layers(str(load(tmp_path, "extends: cold\nprofile: newsletter\n").path))
    assert layers[0] == profile_layer("cold")
    assert layers[1].values == {"profile": "newsletter"}


def test_a_circle_is_an_error(tmp_path: Path) -> None:
    write_files(tmp_path, {"b.yaml": "extends: maillint.yaml"})
    with pytest.raises(FileError) as raised:
        load(tmp_path, "extends: b.yaml")
    error = "1:1: files extend each other in a circle: maillint.yaml → b.yaml → maillint.yaml"
    assert str(raised.value) == f"{tmp_path / 'maillint.yaml'}:{error}"


def test_the_same_file_may_be_extended_twice(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.yaml": "extends: c.yaml", "b.yaml": "extends: c.yaml", "c.yaml": "exclude: [c/]"})
    assert load(tmp_path, "extends: [a.yaml, b.yaml]").exclude == ("c/",)


def test_files_that_extend_each_other_many_times_are_read_once(tmp_path: Path) -> None:
    """Nineteen files that name the next one fifty times would be 50^19 readings; what comes last still counts."""
    chain = {f"{number}.yaml": f"extends: [{f'{number + 1}.yaml, ' * 50}]" for number in range(1, 19)}
    write_files(tmp_path, {**chain, "19.yaml": "profile: cold", "x.yaml": "profile: newsletter"})
    config = load(tmp_path, "extends: [1.yaml, x.yaml, 1.yaml]")
    assert (config.profile, len(config.layers)) == ("cold", 21)
    write_files(tmp_path, {f"{number}.yaml": "{}" for number in range(300)})
    with pytest.raises(FileError, match="more than 200 files extend each other"):
        load(tmp_path, f"extends: [{', '.join(f'{number}.yaml' for number in range(300))}]")


@pytest.mark.parametrize(("count", "fits"), [(19, True), (20, False)])
def test_a_chain_has_an_end(tmp_path: Path, count: int, fits: bool) -> None:
    write_files(tmp_path, {f"{number}.yaml": f"extends: {number + 1}.yaml" for number in range(1, count)})
    write_files(tmp_path, {f"{count}.yaml": "profile: cold"})
    if fits:
        assert load(tmp_path, "extends: 1.yaml").profile == "cold"
    else:
        with pytest.raises(FileError, match="in a circle"):
            load(tmp_path, "extends: 1.yaml")


OVERRIDES = """\
profile: newsletter
own-domains: [acme.example]
rules: {links: info}
overrides:
  - files: cold/
    profile: cold
    rules: {links: warning}
  - files: ['*.tpl', '!keep.tpl']
    own-domains: [tpl.example]
"""


def test_overrides_hold_for_their_files(tmp_path: Path) -> None:
    config = load(tmp_path, OVERRIDES)
    plain, cold, template = (config.for_file(str(tmp_path / name)) for name in ("a.html", "cold/a.html", "cold/a.tpl"))
    assert (plain.profile, cold.profile, template.profile) == ("newsletter", "cold", "cold")
    assert cold.origin("profile").endswith(":6")
    assert cold.own_domains == ("acme.example",)
    assert config.for_file(str(tmp_path / "a.tpl")).profile == "newsletter"
    assert template.own_domains == ("acme.example", "tpl.example")
    assert config.for_file(str(tmp_path / "keep.tpl")).own_domains == ("acme.example",)
    severities = [one.resolve(rule("links/insecure"), "newsletter").level for one in (plain, cold, template)]
    assert severities == [Severity.INFO, Severity.WARNING, Severity.WARNING]


def test_files_of_the_same_settings_share_them(tmp_path: Path) -> None:
    config = load(tmp_path, OVERRIDES + "sequences: ['step-{touch}.html']\n")
    assert config.for_file(str(tmp_path / "a.html")) is config.for_file(str(tmp_path / "x" / "b.html"))
    assert config.for_file(str(tmp_path / "cold/a.html")) is config.for_file(str(tmp_path / "cold/b.html"))
    assert config.for_file(str(tmp_path / "cold/a.html")) is not config.for_file(str(tmp_path / "a.html"))
    one, two = (config.for_file(str(tmp_path / f"step-{number}.html")) for number in (1, 2))
    assert (one.touch, two.touch) == (1, 2)
    assert one is config.for_file(str(tmp_path / "x" / "step-1.html"))
    assert one.rules_for("cold") is config.for_file(str(tmp_path / "x" / "step-1.html")).rules_for("cold")
    plain = load(tmp_path, "profile: cold")
    assert plain.for_file(str(tmp_path / "a.html")) is plain


def test_what_is_for_some_files_does_not_count_without_a_file(tmp_path: Path) -> None:
    text = "own-domains: [a.example]\noverrides:\n  - files: '*'\n    profile: cold\n    own-domains: [b.example]\n"
    text += "    lists: {shorteners: [go.b.example]}\n    rules: {markup: off}\n    headers: {From: a@b.example}\n"
    config = load(tmp_path, text)
    assert (config.profile, config.own_domains, config.lists, config.headers) == (None, ("a.example",), SHIPPED, ())
    assert (config.origin("profile"), config.message_settings.profile) == (DEFAULT, None)
    assert NAME in names(config)
    own = config.for_file(str(tmp_path / "a.html"))
    assert (own.profile, own.own_domains, own.headers[0][0]) == ("cold", ("a.example", "b.example"), "From")
    assert own.origin("profile").endswith("maillint.yaml:4")
    assert NAME not in names(own)
    assert own.for_file(str(tmp_path / "a.html")) is own


def test_patterns_of_an_extended_file_count_from_its_folder(tmp_path: Path) -> None:
    write_files(tmp_path, {"base/x.yaml": "overrides: [{files: /a.html, profile: cold}]"})
    config = load(tmp_path, "extends: base/x.yaml\n")
    assert config.for_file(str(tmp_path / "base" / "a.html")).profile == "cold"
    assert config.for_file(str(tmp_path / "a.html")).profile is None


def test_a_relative_path_is_below_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = load(tmp_path, OVERRIDES)
    assert config.for_file("cold/a.html").profile == "cold"
    assert (
        LayeredConfig(layers=tuple(layers_of({"overrides": [{"files": "cold/", "profile": "cold"}]}, "x")))
        .for_file("cold/a.html")
        .profile
        == "cold"
    )


@pytest.mark.parametrize(
    ("path", "touch"),
    [
        ("intro-3.html", 3),
        ("x/intro-3.html", 3),
        ("a.html", 1),
        ("b.html", 2),
        ("x/b.html", 2),
        ("c.html", None),
        ("intro-b.html", None),
        ("fourth/x.html", 2),
        ("one/1.html", 1),
        ("last.html", 2),
    ],
)
def test_sequences_tell_the_touch(tmp_path: Path, path: str, touch: int | None) -> None:
    config = load(
        tmp_path,
        "sequences:\n  - intro-{touch}.html\n  - [a.html, b.html]\n  - [third/, fourth/]\n  - [one/*.html]\n"
        "  - ['first-{touch}.html', last.html]\n",
    )
    assert config.touch is None
    own = config.for_file(str(tmp_path / path))
    assert (own.touch, own.message_settings.touch) == (touch, touch)


# -- rules ------------------------------------------------------------------------------------------------------------

NAME = "markup/parse-error"


def level(config: LayeredConfig, name: str = NAME, profile: str = "newsletter") -> Any:
    return config.resolve(rule(name), profile).level_for(profile)


def test_a_rule_has_its_own_level_and_its_checks_options() -> None:
    active = LayeredConfig().resolve(rule(NAME), "newsletter")
    assert (active.level, active.level_given) == (None, False)
    assert active.level_for("newsletter") == rule(NAME).levels["newsletter"]
    assert active.options == {**rule(NAME).defaults, **rule(NAME).options}


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("markup: info", Severity.INFO),
        ("markup: off", None),
        ("markup: 'off'", None),
        (f"{NAME}: error", Severity.ERROR),
        (f"{NAME}: {{severity: error}}", Severity.ERROR),
        (f"{NAME}: {{severity: off}}", None),
        # a rule's own comes before its family's, wherever they stand
        (f"{NAME}: error, markup: off", Severity.ERROR),
        (f"markup: off, {NAME}: error", Severity.ERROR),
        (f"markup: info, {NAME}: {{ignore: [nested-comment]}}", Severity.INFO),
        ("links: off", rule(NAME).levels["newsletter"]),
    ],
)
def test_the_level_of_a_rule(tmp_path: Path, rules: str, expected: Severity | None) -> None:
    config = load(tmp_path, f"rules: {{{rules}}}")
    assert level(config) == expected
    assert (NAME in {active.rule.name for active in config.rules_for("newsletter")}) == (expected is not None)


def test_of_layers_the_last_counts_and_options_add_up(tmp_path: Path) -> None:
    write_files(tmp_path, {"base.yaml": f"rules: {{{NAME}: {{severity: error, ignore: [a], only: [b]}}}}"})
    config = load(tmp_path, f"extends: base.yaml\nrules:\n  {NAME}: {{ignore: [c]}}")
    active = config.resolve(rule(NAME), "newsletter")
    assert active.level_for("newsletter") == Severity.ERROR
    assert (active.options["ignore"], active.options["only"]) == (["c"], ["b"])
    assert [setting.origin.rpartition("/")[2] for setting in config.settings_of(rule(NAME), "newsletter")] == [
        "base.yaml:1",
        "maillint.yaml:3",
    ]


def test_options_that_a_setting_does_not_name_stay_as_they_are(tmp_path: Path) -> None:
    shortener = rule("links/shortener")
    active = load(tmp_path, "rules: {links/shortener: {safe: true}}").resolve(shortener, "cold")
    assert active.options == {**shortener.defaults, **shortener.options, "safe": True}


def test_jurisdictions_and_consent_fill_the_options_of_the_rule_about_them(tmp_path: Path) -> None:
    name = "tracking/consent-required"
    assert dict(LayeredConfig().resolve(rule(name), "cold").options) == {"jurisdictions": [], "consent": "none"}
    config = load(tmp_path, "jurisdictions: [fr, de]\npixel-consent: individual\n")
    assert dict(config.resolve(rule(name), "cold").options) == {"jurisdictions": ["fr", "de"], "consent": "individual"}
    config = load(tmp_path, f"jurisdictions: [fr]\nrules:\n  {name}: {{jurisdictions: [uk]}}\n")
    assert config.resolve(rule(name), "cold").options["jurisdictions"] == ["uk"]
    assert "jurisdictions" not in config.resolve(rule(NAME), "cold").options


def names(config: LayeredConfig, profile: str = "newsletter") -> set[str]:
    return {active.rule.name for active in config.rules_for(profile)}


def test_the_command_line_selects_and_ignores() -> None:
    everything = names(LayeredConfig())
    assert {"links/insecure", "markup/unclosed-tag"} <= everything
    links = {name for name in everything if name.startswith("links/")}
    assert names(load_config(None, CommandLine(select=("links",)))) == links
    assert names(load_config(None, CommandLine(select=("links", "markup/unclosed-tag")))) == links | {
        "markup/unclosed-tag"
    }
    assert names(load_config(None, CommandLine(ignore=("links",)))) == everything - links
    both = load_config(None, CommandLine(select=("links",), ignore=("links/insecure",)))
    assert names(both) == links - {"links/insecure"}
    assert both.deselected == set(shipped().rules) - {
        name for name, one in shipped().rules.items() if one.family == "links" and name != "links/insecure"
    }
    assert LayeredConfig().deselected == frozenset()


def test_rules_of_a_profile_are_worked_out_once() -> None:
    config = LayeredConfig()
    assert config.rules_for("cold") is config.rules_for("cold")
    assert all(active.level_for("cold") is not None for active in config.rules_for("cold"))


def test_a_rule_may_be_undecided_where_the_kind_of_mail_is_not_declared() -> None:
    rules = LayeredConfig().rules_for("general")
    undecided = {active.rule.name for active in rules if active.level_for("general") is DECIDED_BY_KIND}
    assert undecided
    assert undecided <= names(LayeredConfig(), "general")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"select": ("markup/unclosed",)}, 'no rule or family "markup/unclosed"; did you mean "markup/unclosed-tag"?'),
        ({"ignore": ("nothing-like-it",)}, 'no rule or family "nothing-like-it"; "maillint rule" lists them'),
        ({"dialect": "jinjo"}, 'unknown dialect "jinjo"; did you mean "jinja"?'),
    ],
)  # fmt: skip
def test_faults_on_the_command_line(given: dict[str, Any], error: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load_config(None, CommandLine(**given))
    assert str(raised.value) == error
    assert isinstance(raised.value, LintError)


RULE = "summary: x\ncheck: pattern\noptions: {pattern: x}\nseverity: info\nmessage: '{match}'\nwhy: x\n"


def test_rules_of_ones_own(tmp_path: Path) -> None:
    write_files(
        tmp_path, {"rules/house/style.yaml": RULE, "base/own/top.yaml": RULE, "base/x.yaml": "rule-folders: own"}
    )
    config = load(
        tmp_path,
        "extends: base/x.yaml\nrule-folders: [rules]\nrules: {house/style: error, local/top: warning}\n"
        "overrides:\n  - files: a.html\n    rules: {house/style: off}\n",
    )
    assert {"house/style", "local/top"} <= names(config)
    assert "house/style" not in names(config.for_file(str(tmp_path / "a.html")))
    assert config.catalogue.families[-2:] == ("local", "house")
    assert load_config(config.path, CommandLine(select=("house",))).deselected == set(config.catalogue.rules) - {
        "house/style"
    }


def test_the_same_rules_of_ones_own_may_be_named_twice(tmp_path: Path) -> None:
    write_files(tmp_path, {"rules/house/style.yaml": RULE, "base.yaml": "rule-folders: rules"})
    assert "house/style" in names(load(tmp_path, "extends: base.yaml\n"))


PLUGIN = """
from maillint.plugin import Hit, Span, check

@check("{check}")
def found(message, options):
    "Every message."
    yield Hit(message.parts[0], Span(0, 1))
"""


def install_plugins(folder: Path, checks: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Install plugins of these names, each with one check and the rule ``<plugin>/rule``, which binds it."""
    for name, check in checks.items():
        rule_file = f"summary: x\ncheck: {check}\nseverity: info\nmessage: x\nwhy: x\n"
        write_files(
            folder / "site",
            {f"{name}/__init__.py": PLUGIN.format(check=check), f"{name}/rules/{name}/rule.yaml": rule_file},
        )
        install_as(name, {"maillint.checks": {name: name}}, folder / "site")
    monkeypatch.syspath_prepend(folder / "site")


def test_a_file_sets_the_rules_of_plugins_that_it_or_what_it_extends_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_plugins(tmp_path, {"inherited": "inherited-check", "own": "own-check"}, monkeypatch)
    write_files(tmp_path, {"base.yaml": "plugins: [inherited]"})
    config = load(tmp_path, "extends: base.yaml\nplugins: [own]\nrules: {inherited/rule: error, own/rule: warning}\n")
    rules = config.catalogue.rules
    assert [config.resolve(rules[name], "cold").level for name in ("inherited/rule", "own/rule")] == [
        Severity.ERROR,
        Severity.WARNING,
    ]


def test_plugins_that_clash_are_a_fault_of_the_file_that_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_plugins(tmp_path, {"first": "same-check", "second": "same-check"}, monkeypatch)
    with pytest.raises(FileError, match=r"maillint\.yaml:2:1: plugin .* another plugin has a check named same-check"):
        load(tmp_path, "profile: cold\nplugins: [first, second]\n")


# -- settings that stand in no file ------------------------------------------------------------------------------------


def test_settings_from_a_mapping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (layer,) = layers_of({"profile": "cold", "baseline": "known.json"}, "<settings>")
    assert layer == Layer(
        {"profile": "cold", "baseline": str(tmp_path / "known.json")},
        {"profile": "<settings>:1", "baseline": "<settings>:1"},
        str(tmp_path),
    )
    (layer,) = layers_of({"rules": {NAME: "error"}}, "<settings>")
    assert layer.values["rules"] == (RuleSetting(NAME, "<settings>:1", Severity.ERROR, level_given=True),)
    with pytest.raises(FileError, match='unknown key "profil"'):
        layers_of({"profil": "cold"}, "<settings>")


# -- pyproject.toml ---------------------------------------------------------------------------------------------------

TOML = """\
title = "x"
profile = 1

[project]
name = "x"
profile = "none of ours"

[tool.maillint]
profile = "cold"
  exclude = ["a/"]

[tool.maillint.rules]
"markup/unclosed-tag" = "error"
markup = {severity = "info"}

[[tool.maillint.overrides]]
files = "*.tpl"
profile = "newsletter"
"""


def test_a_table_in_pyproject(tmp_path: Path) -> None:
    write_files(tmp_path, {"pyproject.toml": TOML})
    config = load_config(str(tmp_path / "pyproject.toml"))
    assert (config.profile, config.exclude) == ("cold", ("a/",))
    assert [config.origin(key).rpartition(":")[2] for key in ("profile", "exclude", "rules")] == ["9", "10", "12"]
    assert (level(config, "markup/unclosed-tag"), level(config)) == (Severity.ERROR, Severity.INFO)
    assert config.for_file(str(tmp_path / "a.tpl")).profile == "newsletter"
    settings = config.settings_of(rule("markup/unclosed-tag"), "newsletter")
    assert [setting.origin.rpartition(":")[2] for setting in settings] == ["14", "13"]


def test_a_pyproject_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    write_files(tmp_path, {"pyproject.toml": "\ufeff[tool.maillint]\nprofile = 'cold'\n"})
    assert load_config(str(tmp_path / "pyproject.toml")).profile == "cold"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[tool.maillint]\nprofil = 'x'", ':2:1: unknown key "profil"'),
        ("[tool.maillint]\n  profile = 'x'", ':2:3: unknown profile "x"'),
        ("[tool.maillint.rules]\n'markup/x' = 'off'", ':2:1: no rule or family "markup/x"'),
        ("[tool.maillint.rules.'markup/parse-error']\nignor = ['x']", ":2:1: check parse-error has no option"),
        ("[tool.maillint.headers]\nX-Number = [1]", ":2:1: header X-Number must be text"),
        ("[tool.maillint]\nrules.markup = 'loud'", ':2:1: severity must be error, warning, info or off, not "loud"'),
        ("# ours\n\n[tool.maillint]\n\nprofil = 'x'", ':5:1: unknown key "profil"'),
        ("[tool.maillint]\nprofile = \n", ":2:11: not valid TOML:"),
        ("[tool.maillint]\nprofile = 'x", ":1:1: not valid TOML:"),  # the file ends where more must come
    ],
)
def test_faults_in_pyproject_have_their_line(tmp_path: Path, text: str, error: str) -> None:
    write_files(tmp_path, {"pyproject.toml": text})
    with pytest.raises(FileError) as raised:
        load_config(str(tmp_path / "pyproject.toml"))
    assert error in str(raised.value)


# -- faults -----------------------------------------------------------------------------------------------------------

FAULTS = [
    ("- a", "1:1: the configuration must be a mapping of names to values"),
    ("1: a", "1:1: the configuration: the key 1 must be text"),
    ("profil: cold", '1:1: unknown key "profil"; did you mean "profile"?'),
    ("profile: cold\nprofile: cold", '2:1: duplicate key "profile"'),
    ("profile: [", "1:11: not valid YAML"),
    ("profile: cool", '1:1: unknown profile "cool"; did you mean "cold"?'),
    ("profile: 1", '1:1: unknown profile "1"'),
    ("dialect: jinjo", '1:1: unknown dialect "jinjo"; did you mean "jinja"?'),
    ("pixel-consent: some", '1:1: unknown pixel-consent "some"'),
    ("clients: [gmail, hotmial]", '1:18: unknown client "hotmial"'),
    ("clients: [gmial]", '1:11: unknown client "gmial"; did you mean "gmail"?'),
    ("exclude: 1", "1:1: exclude must be a list of texts"),
    ("exclude: [a, 1]", "1:1: exclude must be a list of texts"),
    ("exclude: [a, '[']", '1:14: "[" is not a path pattern, as in .gitignore'),
    ("include: ''", '1:1: "" is not a path pattern, as in .gitignore'),
    ("own-domains: {a: b}", "1:1: own-domains must be a list of texts"),
    ("headers: [a]", "1:1: headers must be a mapping of names to values"),
    ("headers: {From: [a]}", "1:11: header From must be text"),
    ("headers: {From: true}", "1:11: header From must be text"),
    ("baseline: 1", "1:1: baseline must be a path"),
    ("rule-folders: [none]", '1:16: no folder "none"'),
    ("rule-folders: 1", "1:1: rule-folders must be a list of texts"),
    ("plugins: 1", "1:1: plugins must be a list of texts"),
    ("clients: 1", "1:1: clients must be a list of texts"),
    ("jurisdictions: 1", "1:1: jurisdictions must be a list of texts"),
    ("plugins: [none]", '1:11: no plugin "none" is installed'),
    ("extends: [none.yaml]", '1:11: no file "none.yaml"'),
    ("profile: cold\nextends: 1", "2:1: extends must be a list of texts"),
    ("rules: [a]", "1:1: rules must be a mapping of names to values"),
    ("rules: {markup/unclosed: off}", '1:9: no rule or family "markup/unclosed"; did you mean "markup/unclosed-tag"?'),
    ("rules: {markup: loud}", '1:9: severity must be error, warning, info or off, not "loud"'),
    ("rules: {markup: true}", '1:9: severity must be error, warning, info or off, not "true"'),
    ("rules: {markup: [a]}", "must be error, warning, info or off"),
    ("rules: {markup: {severity: 1}}", '1:18: severity must be error, warning, info or off, not "1"'),
    ("rules: {markup: {ignore: [a]}}", "1:9: markup is a family; options belong to one rule"),
    ("rules:\n  markup/parse-error: {ignor: [a]}", 'check parse-error has no option "ignor"; did you mean "ignore"?'),
    ("rules:\n  markup/parse-error: {ignore: a}", '2:24: option "ignore" must be a list of texts'),
    ("sequences: a", "1:1: sequences must be a list"),
    ("select: [markup/unclosed]", '1:10: no rule or family "markup/unclosed"; did you mean "markup/unclosed-tag"?'),
    ("ignore: link", '1:1: no rule or family "link"; did you mean "links"?'),
    ("fail-on: warn", '1:1: unknown severity "warn"; did you mean "warning"?'),
    ("format: sarif=out", '1:1: unknown output format "sarif=out"; did you mean "sarif"?'),
    ("require-baseline: known.json", "1:1: require-baseline must be true or false"),
    ("domains: {localhost: {}}", '1:11: "localhost" is not a domain name'),
    ("domains:\n  a.example: {selectors: [s1]}", '2:15: unknown key "selectors"; did you mean "dkim-selectors"?'),
    ("domains:\n  a.example: {ips: [192.0.2.0/24]}", '2:21: "192.0.2.0/24" is not an IP address'),
    ("domains:\n  a.example: {mail-from: bounce}", "2:15: mail-from must be an address"),
    ("sequences: [a.html]", '1:13: a sequence given as one pattern needs "{touch}" in it, once'),
    ("sequences: ['{touch}-{touch}.html']", '1:13: a sequence given as one pattern needs "{touch}" in it, once'),
    ("sequences: [1]", "1:13: a sequence must be a list of texts"),
    ("sequences: [[a.html, '[']]", '"[" is not a path pattern'),
    ("lists: [a]", "1:1: lists must be a mapping of names to values"),
    ("lists: {shortener: [a]}", '1:9: unknown list "shortener"; did you mean "shorteners"?'),
    ("lists: {shorteners: 1}", "1:9: shorteners must be a list of texts"),
    ("lists: {shorteners: {ad: [a.example]}}", '1:22: unknown key "ad"; did you mean "add"?'),
    ("lists: {shorteners: {add: 1}}", "1:22: add must be a list of texts"),
    ("lists: {shorteners: {allow: 1}}", "1:22: allow must be a list of texts"),
    ("lists: {shorteners: {replace: 1}}", "1:22: replace must be a list of texts"),
    ("lists: {shorteners: {replace: [a.example], add: [b.example]}}", '1:9: "replace" gives the whole list'),
    ("lists: {shorteners: {add: [a.example], allow: [b.example, a.example]}}",
     '1:59: "a.example" is also under "add"'),
    ("lists: {shorteners: ['https://a.example/']}", '1:22: "https://a.example/" is not a host name'),
    *((f"lists: {{shorteners: ['{text}']}}", f'"{text}" is not a host name; write it alone, such as go.acme.example')
      for text in ("a b", "a.example/x", "a.example:80", "x@a.example", "a..example")),
    ("lists: {suspicious-tlds: [a.b]}", '1:27: "a.b" is not a top-level domain'),
    ("lists: {suspicious-tlds: ['a b']}", '"a b" is not a top-level domain'),
    ("lists: {vague-texts: ['  ']}", "1:23: an empty text cannot be in a list"),
    ("lists: {phrases: ['a*']}", "1:19: "),
    ("profile: cold\noverrides: {a: b}", "2:1: overrides must be a list of mappings"),
    ("overrides: [a]", "1:13: an override must be a mapping of names to values"),
    ("overrides: [{profile: cold}]", '1:13: an override needs "files"'),
    ("overrides: [{files: []}]", '1:13: an override needs "files"'),
    ("overrides: [{files: 1}]", "1:14: files must be a list of texts"),
    ("overrides: [{files: '['}]", '1:14: "[" is not a path pattern'),
    ("overrides: [{files: a, exclude: b}]", '1:24: unknown key "exclude"'),
    ("overrides: [{files: a, own-domains: 1}]", "1:24: own-domains must be a list of texts"),
    ("overrides: [{files: a, profile: cool}]", '1:24: unknown profile "cool"'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "error"), FAULTS, ids=[text for text, _ in FAULTS])
def test_a_fault_is_said_with_its_place(tmp_path: Path, text: str, error: str) -> None:
    with pytest.raises(FileError) as raised:
        load(tmp_path, text)
    assert error in str(raised.value)
    assert str(raised.value).startswith(str(tmp_path / "maillint.yaml"))
    assert "\n" not in str(raised.value)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "maillint.yaml").write_bytes(b"profile: \xff")
    with pytest.raises(FileError, match=r"maillint\.yaml:1:1: not UTF-8"):
        load_config(str(tmp_path / "maillint.yaml"))
    with pytest.raises(OSError, match="No such file"):
        load_config(str(tmp_path / "none.yaml"))


@pytest.mark.parametrize(
    "text", ["", "# only a comment\n", "\ufeffprofile: cold\n", "headers:\n", "rules:\n", "lists:\n"]
)
def test_what_says_nothing_is_no_fault(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text).headers == ()


def test_a_rule_of_ones_own_that_is_faulty_is_said_with_its_own_place(tmp_path: Path) -> None:
    write_files(tmp_path, {"rules/house/style.yaml": RULE + "wy: x\n"})
    with pytest.raises(FileError, match=r'style\.yaml:7:1: unknown key "wy"; did you mean "why"'):
        load(tmp_path, "rule-folders: rules")


def test_a_plugin_that_an_extended_file_names_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"base.yaml": "plugins: [none]"})
    with pytest.raises(FileError, match=r'base\.yaml:1:11: no plugin "none" is installed'):
        load(tmp_path, "extends: base.yaml")
    assert issubclass(PluginError, LintError)


# -- lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "amendment"),
    [
        ("[Go.Acme.Example]", Amendment(("go.acme.example",))),
        ("'*.go.acme.example'", Amendment(("go.acme.example",))),
        ("[bücher.example]", Amendment(("xn--bcher-kva.example",))),
        ("{add: [a.example]}", Amendment(("a.example",))),
        ("{allow: [a.example]}", Amendment((), ("a.example",))),
        ("{add: a.example, allow: [b.example]}", Amendment(("a.example",), ("b.example",))),
        ("{replace: [a.example]}", Amendment(("a.example",), replaces=True)),
        ("{replace: []}", Amendment(replaces=True)),
        ("{}", Amendment()),
        ("[]", Amendment()),
    ],
)
def test_how_a_list_is_amended(tmp_path: Path, entry: str, amendment: Amendment) -> None:
    assert load(tmp_path, f"lists: {{shorteners: {entry}}}").lists == Lists(shorteners=amendment)


def test_entries_of_other_lists(tmp_path: Path) -> None:
    text = (
        "lists: {suspicious-tlds: [.XYZ, zip], vague-texts: [More], phrases: ['synerg*'], click-trackers: [a.example]}"
    )
    assert load(tmp_path, text).lists == Lists(
        suspicious_tlds=Amendment(("xyz", "zip")),
        vague_texts=Amendment(("More",)),
        phrases=Amendment(("synerg*",)),
        click_trackers=Amendment(("a.example",)),
    )
    assert {name.replace("-", "_") for name in LISTS} == {*field_names(Lists)}


# -- keys -------------------------------------------------------------------------------------------------------------


def test_every_key_has_a_meaning_and_a_schema() -> None:
    for name, key in KEYS.items():
        schema = key.json_schema()
        assert schema["description"] == key.doc != ""
        assert len(schema) > 1, name
    lists = KEYS["lists"].json_schema()["properties"]
    assert {name: schema["description"] for name, schema in lists.items()} == {
        name: entries.doc for name, entries in LISTS.items()
    }


VALUES = [
    # a key, what it takes, what it does not take
    ("time-limit", ["1", "0.5", "600"], ["0", "-1", "soon", "[1]", "true"]),
    ("max-findings-per-file", ["0", "10"], ["-1", "1.5", "all", "true"]),
    ("extends", ["cold", "[cold, general]", "[]"], ["1", "[1]", "{a: b}"]),
    ("profile", ["cold", "general"], ["cool", "1", "[cold]"]),
    ("rules", ["{}", "{markup: off}", "{markup: 'off', links: info}", f"{{{NAME}: {{severity: error, ignore: [a]}}}}"],
     ["[a]", "{markup: loud}", "{markup: true}", "{markup: {ignore: [a]}}", f"{{{NAME}: {{ignor: [a]}}}}",
      f"{{{NAME}: {{severity: loud}}}}", f"{{{NAME}: {{ignore: a}}}}"]),
    *((key, ["links", "[links, markup/unclosed-tag]", "[]"], ["1", "[1]", "{a: b}"]) for key in ("select", "ignore")),
    ("fail-on", ["error", "never"], ["fatal", "1", "[error]"]),
    ("min-severity", ["error", "info"], ["never", "1", "[error]"]),
    ("format", ["concise", "sarif"], ["yaml", "1", "[json]", "json=out.json"]),
    ("require-baseline", ["true", "false"], ["known.json", "1", "[true]"]),
    ("domains", ["{}", "{a.example: {}}", "{a.example: }", "{a.example: {dkim-selectors: s1, ips: [192.0.2.1]}}",
                 "{a.example: {mail-from: b@c.example, helo: mx, ignore: [auth], rules: {auth: off}}}"],
     ["[a.example]", "a.example", "{a.example: [s1]}", "{a.example: {selectors: [s1]}}", "{a.example: {ips: 1}}",
      "{a.example: {mail-from: 1}}", "{a.example: {helo: []}}", "{a.example: {rules: {auth: loud}}}"]),
    ("headers", ["{}", "{From: a, X-Number: 7}"], ["[a]", "{From: [a]}", "{From: true}", "{From: 1.5}"]),
    *((key, ["a.example", "[a.example, b.example]", "[]"], ["1", "[1]", "{a: b}"])
      for key in ("exclude", "include", "own-domains", "dkim-selectors")),
    ("rule-folders", ["house", "[house]", "[]"], ["1", "[1]", "{a: b}"]),
    ("plugins", ["[]"], ["1", "[1]", "{a: b}"]),
    ("dialect", ["jinja"], ["1", "[jinja]"]),
    ("sequences", ["[]", "[[a.html, b.html], 'intro-{touch}.html']"], ["a.html", "[1]", "[[1]]", "{a: b}"]),
    ("jurisdictions", ["fr", "[fr, uk]", "[]"], ["xx", "1", "[xx]", "[1]", "{fr: uk}"]),
    ("pixel-consent", ["none", "aggregate"], ["some", "1", "[none]"]),
    ("lists", ["{}", "{shorteners: a.example, trackers: [a.example]}", "{vague-texts: {add: more, allow: [here]}}",
               "{phrases: {replace: []}}", "{suspicious-tlds: xyz}", "{click-trackers: {}}"],
     ["[a]", "{shortener: []}", "{trackers: 1}", "{trackers: [1]}", "{trackers: {ad: []}}", "{trackers: {add: 1}}",
      "{trackers: {allow: 1}}", "{trackers: {replace: 1}}"]),
    ("clients", ["gmail", "[gmail, apple-mail]", "[]"], ["hotmial", "1", "[hotmial]", "[1]", "{a: b}"]),
    ("baseline", ["known.json"], ["1", "[known.json]"]),
    ("time-limit", ["1", "0.5", "600"], ["0", "-1", "long", "true", "[1]"]),
    ("max-findings-per-file", ["0", "10"], ["-1", "1.5", "all", "true", "[1]"]),
    ("overrides", ["[]", "[{files: a}]", "[{files: [a, b], profile: cold, rules: {links: off}}]"],
     ["{a: b}", "[a]", "[{profile: cold}]", "[{files: 1}]", "[{files: a, exclude: b}]", "[{files: a, profile: cool}]",
      "[{files: a, rules: {links: loud}}]"]),
]  # fmt: skip


def test_the_table_of_values_has_every_key() -> None:
    assert {key for key, _, _ in VALUES} == set(KEYS)


@pytest.fixture(scope="module")
def schema() -> Any:
    return jsonschema.Draft202012Validator(config_schema())


@pytest.mark.parametrize(
    ("text", "right"),
    [
        *((f"{key}: {value}", True) for key, values, _ in VALUES for value in values),
        *((f"{key}: {value}", False) for key, _, values in VALUES for value in values),
    ],
)
def test_the_schema_takes_what_the_reader_takes(tmp_path: Path, schema: Any, text: str, right: bool) -> None:
    (tmp_path / "house").mkdir()
    with nullcontext() if right else pytest.raises(FileError):
        load(tmp_path, text)
    assert schema.is_valid(yaml.safe_load(text)) == right


def test_overrides_take_what_is_about_messages() -> None:
    assert {name for name, key in KEYS.items() if not key.per_file} == {
        *("extends", "exclude", "include", "rule-folders", "plugins", "sequences", "baseline", "overrides"),
        "max-findings-per-file",
        *("select", "ignore", "fail-on", "min-severity", "format", "require-baseline", "domains"),
    }


@pytest.mark.parametrize("profile", PROFILES)
def test_the_layer_of_a_shipped_profile(profile: str) -> None:
    layer = profile_layer(profile)
    assert layer is profile_layer(profile)
    assert set(layer.values) == {"rules"}
    path, _, line = layer.origins["rules"].rpartition(":")
    assert (Path(path).name, Path(path).is_file(), line) == (f"{profile}.yaml", True, "1")
    assert layer.files == ()
