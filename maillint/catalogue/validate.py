"""Validate a rule file; every fault is an error with its line and column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter
from typing import Any

from maillint.catalogue.plugins import hint as plugin_hint
from maillint.check import Check
from maillint.data.yamlfile import FileError, Keys, YamlFile, read_yaml, suggestion
from maillint.message.model import PROFILES

KEYS = (
    "summary",
    "check",
    "options",
    "severity",
    "message",
    "why",
    "fix",
    "references",
    "requirements",
    "examples",
)
_REQUIRED = ("summary", "check", "severity", "message", "why")
RULE_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


# -- validation ---------------------------------------------------------------------------------------


def _decode(path: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileError(path, line, 1, "not UTF-8") from None


def compile_rule(name: str, path: str, data: bytes, checks: Mapping[str, Check]) -> dict[str, Any]:
    """Validate one rule file and return its plain form; raises FileError."""
    file = read_yaml(path, _decode(path, data))
    values = file.mapping((), file.data, "a rule")
    file.known_keys((), values, KEYS, "key")
    for part in name.split("/"):
        if not RULE_NAME.fullmatch(part):
            raise file.error((), f'"{part}" is no rule name: lower-case words with hyphens between them')
    for key in _REQUIRED:
        if key not in values:
            raise file.error((), f'"{key}" is missing')
    for key in ("summary", "check", "message", "why", "fix"):
        if key in values and not isinstance(values[key], str):
            raise file.error((key,), f"{key} must be text")
    check = checks.get(values["check"])
    if check is None:
        hint = suggestion(values["check"], checks) + plugin_hint()
        raise file.error(("check",), f'unknown check "{values["check"]}"{hint}')
    _check_message(file, values["message"], check)
    return {
        "name": name,
        "summary": values["summary"].strip(),
        "check": check.name,
        "subject": check.subject,
        "options": checked_options(file, ("options",), values.get("options", {}), check),
        "defaults": {name: option.default for name, option in check.options.items()},
        "levels": _levels(file, values["severity"]),
        "message": values["message"].strip(),
        "why": " ".join(values["why"].split()),
        "fix": " ".join(values.get("fix", "").split()),
        "references": file.texts(("references",), values.get("references", []), "references"),
        "requirements": file.texts(("requirements",), values.get("requirements", []), "requirements"),
    }


def checked_options(file: YamlFile, keys: Keys, given: Any, check: Check, *, partial: bool = False) -> dict[str, Any]:
    """Validate a check's options; ``partial`` options change those of a rule. Raises FileError."""
    options = file.mapping(keys, given, "options")
    for name, value in options.items():
        option = check.options.get(name)
        if option is None:
            known = ", ".join(check.options) or "none"
            raise file.error(
                (*keys, name),
                f'check {check.name} has no option "{name}"{suggestion(name, check.options) or f" (it has: {known})"}',
            )
        fault = option.fault(value)
        if fault:
            raise file.error((*keys, name), f'option "{name}" {fault}')
        if name in {"pattern", "except"} or name.endswith("-pattern"):
            _check_pattern(file, (*keys, name), value)
    if not partial:
        for name, option in check.options.items():
            if option.required and name not in options:
                raise file.error(keys, f'check {check.name} needs the option "{name}": {option.doc}')
    return options


def _check_pattern(file: YamlFile, keys: Keys, value: Any) -> None:
    for pattern in value if isinstance(value, list) else [value]:
        try:
            re.compile(pattern)
        except (re.error, OverflowError) as error:
            raise file.error(keys, f"not a regular expression: {error}") from None


def _check_message(file: YamlFile, message: str, check: Check) -> None:
    try:
        parsed = list(Formatter().parse(message))
    except ValueError as error:
        raise file.error(("message",), f"message: {error}") from None
    for _, name, spec, conversion in parsed:
        if name is None:
            continue
        if spec or conversion or not re.fullmatch(r"[a-z_]+", name):
            raise file.error(("message",), f'message: "{{{name}}}" is no plain field name')
        if name not in check.fields:
            known = ", ".join(f"{{{known}}}" for known in sorted(check.fields)) or "none"
            raise file.error(("message",), f"message: check {check.name} has no field {{{name}}} (it has: {known})")


def _levels(file: YamlFile, given: Any) -> dict[str, str]:
    """One severity for every profile, or one for each; ``general`` is as ``newsletter`` unless said."""
    words = ("error", "warning", "info", "off")
    if given is False:  # YAML reads a bare `off` as a boolean
        given = "off"
    if isinstance(given, str):
        if given not in words:
            raise file.error(("severity",), f'severity "{given}" is none of {", ".join(words)}')
        return dict.fromkeys(PROFILES, given)
    levels = file.mapping(("severity",), given, "severity")
    file.known_keys(("severity",), levels, PROFILES, "profile")
    result = {}
    for profile, word in levels.items():
        plain = "off" if word is False else word
        allowed = (*words, "unknown") if profile == "general" else words
        if plain not in allowed:
            raise file.error(("severity", profile), f'severity "{plain}" is none of {", ".join(allowed)}')
        result[profile] = plain
    result.setdefault("general", result.get("newsletter", "off"))
    return {profile: result.get(profile, "off") for profile in PROFILES}
