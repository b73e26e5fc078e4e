"""``maillint rule``."""

from __future__ import annotations

import textwrap

import click

from maillint.catalogue.examples import examples
from maillint.catalogue.load import Catalogue
from maillint.catalogue.rule import BASES, DECIDED_BY_KIND, Level, Rule
from maillint.cli import door
from maillint.cli.common import CONFIG, Command, check_config_path, complete_rules, option_group
from maillint.config.config import LISTED, load_config
from maillint.data.profiles import PROFILES
from maillint.finding import Severity
from maillint.project.discovery import Discovery


@click.command("rule", cls=Command)
@click.argument("name", required=False, shell_complete=complete_rules)
@option_group("Rules and settings", CONFIG)
@click.pass_context
def command(ctx: click.Context, name: str | None, config_path: str | None) -> None:
    """Show the rules, or one rule's page.

    Without NAME, every rule with its severities and what it flags; with a family's name, the rules of that
    family; with a rule's name, why it matters, what to do, its options and examples.
    """
    check_config_path(ctx, config_path)
    config = load_config(config_path) if config_path else Discovery().config_for("x.html")
    catalogue = config.catalogue
    if name is None:
        door.show_all(listing(catalogue, list(catalogue.rules.values())))
        return
    rules = catalogue.matching(name)
    if not rules:
        raise click.UsageError(f'no rule or family "{name}"{catalogue.suggest(name) or LISTED}', ctx)
    if len(rules) == 1 and rules[0].name == name:
        door.show_all(page(rules[0]))
    else:
        door.show_all(listing(catalogue, rules))


def listing(catalogue: Catalogue, rules: list[Rule]) -> str:
    """A line for each rule: severity in each profile, name, summary."""
    width = max(len(rule.name) for rule in rules)
    lines = [
        "E error, W warning, I info, - off, ? decided by the kind of mail; cold/newsletter/transactional/general",
        "",
    ]
    for rule in rules:
        letters = "/".join(letter(rule.levels[profile]) for profile in PROFILES)
        lines.append(f"{letters}  {rule.name:<{width}}  {rule.summary}")
    lines += ["", f"{len(rules)} rules; maillint rule NAME shows one."]
    return "\n".join(lines) + "\n"


def letter(level: Level) -> str:
    """One letter for a severity."""
    if level is None:
        return "-"
    return level.label[0].upper() if isinstance(level, Severity) else "?"


def page(rule: Rule) -> str:
    """Everything about one rule."""
    out = [rule.name, f"  {rule.summary}", ""]
    out += ["Severity", *(f"  {profile:<14}{words(rule.levels[profile])}" for profile in PROFILES), ""]
    out += ["Why", textwrap.fill(rule.why, 88, initial_indent="  ", subsequent_indent="  "), ""]
    if rule.basis:
        out += ["Basis", *textwrap.wrap(basis(rule), 88, initial_indent="  ", subsequent_indent="  "), ""]
    if rule.fix:
        out += ["What to do", textwrap.fill(rule.fix, 88, initial_indent="  ", subsequent_indent="  "), ""]
    if rule.check.options:
        out.append("Options")
        for name, option in rule.check.options.items():
            out.append(f"  {name} ({option.type}, here {rule.options.get(name, option.default)!r}): {option.doc}")
        out.append("")
    cases = examples(rule)
    if cases:
        out.append("Examples («» marks what is found)")
        for case in cases:
            if case.setting.get("note"):
                out.append(f"  # {case.setting['note']}")
            for name, records in (case.setting.get("dns") or {}).items():
                out.append(f"  dns   {name}: {records if isinstance(records, str) else ' | '.join(records)}")
            for url, answer in (case.setting.get("web") or {}).items():
                out.append(f"  web   {url}: {answer}")
            for entry in (case.setting.get("suppress") or "").split():
                out.append(f"  suppress   {entry}")
            for label, text in (("bad ", case.bad), ("good", case.good), ("fixed", case.fixed)):
                if text is not None:
                    out.append(textwrap.indent(text.rstrip(), f"  {label}  ", lambda _: True))
        out.append("")
    if rule.requirements:
        out += ["Required by", f"  {', '.join(rule.requirements)}", ""]
    if rule.references:
        out += ["References", *(f"  {reference}" for reference in rule.references), ""]
    return "\n".join(out)


def basis(rule: Rule) -> str:
    """What a rule rests on, in a line."""
    detail = ", ".join(rule.requirements) if rule.basis == "requirement" else rule.score
    return f"{rule.basis}: {BASES[rule.basis]}" + (f" ({detail})" if detail else "")


def words(level: Level) -> str:
    """A severity in words."""
    if level is None:
        return "off"
    if level == DECIDED_BY_KIND:
        return "unknown until the kind of mail is declared"
    return level.label if isinstance(level, Severity) else level
