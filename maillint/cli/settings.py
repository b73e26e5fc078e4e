"""``maillint check --show-settings``: every effective value and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from maillint.catalogue.rule import DECIDED_BY_KIND, Level, Rule
from maillint.cli.common import split_names
from maillint.config.config import DEFAULT, DEFAULT_PER_FILE, LayeredConfig
from maillint.config.keys import KEYS
from maillint.data.amendments import Amendment, Lists
from maillint.data.consent import has_rule
from maillint.data.profiles import PROFILES
from maillint.files.paths import shown_path
from maillint.finding import Severity
from maillint.output._cells import visible
from maillint.project.discovery import Discovery
from maillint.values import field_names

Given = Mapping[str, tuple[Any, str]]
"""What the command line and the environment say, by the keys of the configuration; each with its origin."""

_DEFAULTS = {
    "fail-on": "error",
    "min-severity": "info",
    "format": "full",
    "require-baseline": "false",
    "max-findings-per-file": str(DEFAULT_PER_FILE),
}
_LISTS = frozenset({"exclude", "include", "own-domains", "dkim-selectors", "rule-folders", "ignore"})
"""Keys whose values in several layers count together."""


def show_settings(discovery: Discovery, paths: Sequence[str], given: Given) -> str:
    """Return a page for each message under the paths."""
    return "\n".join(_page(group.paths[0], group.config, given) for group in discovery.groups(paths))


def _page(path: str, config: LayeredConfig, given: Given) -> str:
    where = f"  configuration: {shown_path(config.path) if config.path else 'none'}"
    lines = [visible(shown_path(path)), visible(where), ""]
    lines += [_line(key, *_value(config, key, given)) for key in KEYS if key not in {"extends", "overrides", "rules"}]
    lines.append(_line("touch", *_touch(config, given)))
    lines += ["", "  rules"]
    profile = config.command_line.profile or config.profile
    profiles = [profile] if profile else list(PROFILES)
    for rule in config.catalogue.rules.values():
        lines.extend(_rule(config, rule, profiles))
    return "\n".join(lines) + "\n"


def _line(name: str, value: str, origin: str) -> str:
    return visible(f"  {name}: {value}  ({origin})")


def _value(config: LayeredConfig, key: str, given: Given) -> tuple[str, str]:
    if key in {"select", "ignore"}:
        return _names(config, key, given)
    if key == "domains":
        layers = [layer for layer in config.layers if layer.domain]
        origins = _origins(layer.origins["domains"] for layer in layers)
        return ", ".join(layer.domain for layer in layers) or "none", origins or DEFAULT
    if key in given:
        value, origin = given[key]
        return ", ".join(value) if isinstance(value, tuple) else str(value), origin
    found = [layer for layer in config.layers if key in layer.values and not layer.domain]
    if not found:
        return f"{config.time_limit:g}" if key == "time-limit" else _DEFAULTS.get(key, "none"), DEFAULT
    if key in _LISTS:
        values = [str(item) for layer in found for item in layer.values[key]]
        return ", ".join(values) or "none", _origins(layer.origins[key] for layer in found)
    if key == "headers":
        headers = "; ".join(f"{name}: {text}" for name, text in config.headers)
        return headers, _origins(layer.origins[key] for layer in found)
    if key == "lists":
        lists = "; ".join(_amended(config.lists)) or "as shipped"
        return lists, _origins(layer.origins[key] for layer in found)
    value = found[-1].values[key]
    if key == "sequences":
        value = "; ".join(", ".join(sequence.patterns) for sequence in value)
    if key == "jurisdictions":
        value = tuple(code if has_rule(code) else f"{code} (no rule needs it)" for code in value)
    if isinstance(value, bool):
        value = "true" if value else "false"
    return ", ".join(value) if isinstance(value, tuple) else str(value), config_origin(config, key)


def _names(config: LayeredConfig, key: str, given: Given) -> tuple[str, str]:
    """``select`` or ``ignore``, as the command line leaves it: what it selects counts alone."""
    names: list[str] = []
    origins: list[str] = []
    if key in given:
        names, origins = [*split_names(given[key][0])], [given[key][1]]
    if "select" not in given:
        found = [layer for layer in config.layers if key in layer.values and not layer.domain]
        for layer in found[-1:] if key == "select" else found:
            names += layer.values[key]
            origins.append(layer.origins[key])
    return ", ".join(names) or "none", _origins(origins) or DEFAULT


def _amended(lists: Lists) -> Iterable[str]:
    for name in field_names(lists):
        amendment: Amendment = getattr(lists, name)
        verbs = {"only" if amendment.replaces else "add": amendment.add, "allow": amendment.allow}
        words = [f"{verb} {', '.join(names) or 'nothing'}" for verb, names in verbs.items() if names or verb == "only"]
        if words:
            yield f"{name.replace('_', '-')} {' and '.join(words)}"


def config_origin(config: LayeredConfig, key: str) -> str:
    """Where a value comes from, its path as output shows it."""
    return _origins([config.origin(key)])


def _origins(origins: Iterable[str]) -> str:
    shown = []
    for origin in dict.fromkeys(origins):
        path, colon, line = origin.rpartition(":")
        shown.append(f"{shown_path(path)}:{line}" if colon else origin)
    return ", ".join(shown)


def _touch(config: LayeredConfig, given: Given) -> tuple[str, str]:
    if "touch" in given:
        return str(given["touch"][0]), given["touch"][1]
    if config.touch is not None:
        plans = [layer.origins["touch"] for layer in config.layers if "touch" in layer.origins]
        return str(config.touch), _origins(plans) if plans else config_origin(config, "sequences")
    return "none", "default; front matter may say it"


def _rule(config: LayeredConfig, rule: Rule, profiles: Sequence[str]) -> Iterable[str]:
    resolved = [config.resolve(rule, profile) for profile in profiles]
    words = "/".join(_word(active.level_for(profile)) for active, profile in zip(resolved, profiles, strict=True))
    settings = config.settings_of(rule, profiles[0])
    origin = _origins(setting.origin for setting in settings) if settings else "rule"
    yield visible(f"    {rule.name}: {words}  ({origin})")
    for name, value in resolved[0].options.items():
        where = next((setting.origin for setting in reversed(settings) if name in setting.options), None)
        option_origin = _origins([where]) if where else "rule" if name in rule.options else "default"
        yield visible(f"      {name}: {value!r}  ({option_origin})")


def _word(level: Level) -> str:
    if level is None:
        return "off"
    if level == DECIDED_BY_KIND:
        return "unknown"
    return level.label if isinstance(level, Severity) else str(level)
