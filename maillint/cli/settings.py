"""``maillint check --show-settings``: every effective value and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from maillint.catalogue.rule import DECIDED_BY_KIND, Level, Rule
from maillint.config.config import COMMAND_LINE, DEFAULT_PER_FILE, LayeredConfig
from maillint.config.keys import KEYS
from maillint.data.amendments import Amendment, Lists
from maillint.data.consent import has_rule
from maillint.data.profiles import PROFILES
from maillint.files.paths import shown_path
from maillint.finding import Severity
from maillint.output._cells import visible
from maillint.project.discovery import Discovery
from maillint.values import field_names


def show_settings(discovery: Discovery, paths: Sequence[str]) -> str:
    """Return a page for each message under the paths."""
    return "\n".join(_page(group.paths[0], group.config) for group in discovery.groups(paths))


def _page(path: str, config: LayeredConfig) -> str:
    where = f"  configuration: {shown_path(config.path) if config.path else 'none'}"
    lines = [visible(shown_path(path)), visible(where), ""]
    lines += [_line(key, *_value(config, key)) for key in KEYS if key not in {"extends", "overrides", "rules"}]
    lines.append(_line("touch", *_touch(config)))
    lines += ["", "  rules"]
    profile = config.command_line.profile or config.profile
    profiles = [profile] if profile else list(PROFILES)
    for rule in config.catalogue.rules.values():
        lines.extend(_rule(config, rule, profiles))
    return "\n".join(lines) + "\n"


def _line(name: str, value: str, origin: str) -> str:
    return visible(f"  {name}: {value}  ({origin})")


def _value(config: LayeredConfig, key: str) -> tuple[str, str]:
    given = {"profile": config.command_line.profile, "dialect": config.command_line.dialect}.get(key)
    if given is not None:
        return given, COMMAND_LINE
    found = [layer for layer in config.layers if key in layer.values]
    if not found:
        defaults = {"time-limit": f"{config.time_limit:g}", "max-findings-per-file": str(DEFAULT_PER_FILE)}
        return defaults.get(key, "none"), "default"
    if key in {"exclude", "include", "own-domains", "dkim-selectors", "rule-folders"}:
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
    return ", ".join(value) if isinstance(value, tuple) else str(value), config_origin(config, key)


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


def _touch(config: LayeredConfig) -> tuple[str, str]:
    if config.command_line.touch is not None:
        return str(config.command_line.touch), COMMAND_LINE
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
