"""Validate rule files; every fault is an error with its line and column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maillint.catalogue.plugins import hint as plugin_hint
from maillint.catalogue.rule import BASES, DECIDED_BY_KIND
from maillint.check import Check
from maillint.checks import ShippedChecks
from maillint.data.profiles import PROFILES
from maillint.data.yamlfile import FileError, Keys, YamlFile, read_yaml, suggestion
from maillint.patterns import regex
from maillint.text.user_patterns import pattern_fault, selector_fault

_TEXTS = ("summary", "check", "message", "why", "fix", "score")
_KEYS = (*_TEXTS, "options", "severity", "references", "requirements", "basis", "examples")
_REQUIRED = ("summary", "check", "severity", "message", "why")
_SEVERITIES = ("error", "warning", "info", "off")
_NAME = regex(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FIELD = regex("[a-z_]+")


def compile_rule(name: str, path: str, data: bytes, checks: Mapping[str, Check]) -> dict[str, Any]:
    """Validate the content of a rule file and return its plain, JSON-ready form; raises FileError.

    ``name`` is the rule's, ``family/rule``; ``checks`` are those that it may bind.
    """
    file = read_yaml(path, _decode(path, data))
    values = file.mapping((), file.data, "a rule")
    file.known_keys((), values, _KEYS, "key")
    for part in name.split("/"):
        if not _NAME.fullmatch(part):
            raise file.error((), f'"{part}" is not a rule name: use lower-case words joined by hyphens')
    for key in _REQUIRED:
        if key not in values:
            raise file.error((), f'"{key}" is missing')
    for key in _TEXTS:
        if key in values and not isinstance(values[key], str):
            raise file.error((key,), f"{key} must be text")
    check = checks.get(values["check"])
    if check is None:
        hint = suggestion(values["check"], checks) + plugin_hint()
        raise file.error(("check",), f'unknown check "{values["check"]}"{hint}')
    _require_fields(file, values["message"], check)
    return {
        "summary": values["summary"].strip(),
        "check": check.name,
        "module": checks.module_of(check.name) if isinstance(checks, ShippedChecks) else None,
        "subject": check.subject,
        "needs": check.needs,
        "options": checked_options(file, ("options",), values.get("options", {}), check),
        "defaults": {name: option.default for name, option in check.options.items()},
        "levels": _levels(file, values["severity"]),
        "message": values["message"].strip(),
        "why": " ".join(values["why"].split()),
        "fix": " ".join(values.get("fix", "").split()),
        "references": file.texts(("references",), values.get("references", []), "references"),
        "requirements": file.texts(("requirements",), values.get("requirements", []), "requirements"),
        "basis": _basis(file, values),
        "score": " ".join(values.get("score", "").split()),
    }


def _decode(path: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileError(path, line, 1, "not UTF-8") from None


def checked_options(file: YamlFile, keys: Keys, given: Any, check: Check, *, partial: bool = False) -> dict[str, Any]:
    """Return the options of a check as given, once they are valid; raises FileError.

    ``partial`` options change those that a rule gives already, so that required ones may be missing.
    """
    options = file.mapping(keys, given, "options")
    for name, value in options.items():
        option = check.options.get(name)
        if option is None:
            hint = suggestion(name, check.options) or f" (it has: {', '.join(check.options) or 'none'})"
            raise file.error((*keys, name), f'check {check.name} has no option "{name}"{hint}')
        fault = option.fault(value)
        if fault:
            raise file.error((*keys, name), f'option "{name}" {fault}')
        if name in {"pattern", "except"} or name.endswith("-pattern"):
            _require_patterns(file, (*keys, name), value)
        if name == "select" and (fault := selector_fault(value)):
            raise file.error((*keys, name), f"not a CSS selector: {fault}")
    if not partial:
        for name, option in check.options.items():
            if option.required and name not in options:
                raise file.error(keys, f'check {check.name} needs the option "{name}": {option.doc}')
    return options


def _require_patterns(file: YamlFile, keys: Keys, value: Any) -> None:
    for pattern in value if isinstance(value, list) else [value]:
        if fault := pattern_fault(pattern):
            raise file.error(keys, f"not a regular expression: {fault}")


def _require_fields(file: YamlFile, message: str, check: Check) -> None:
    """Hold a message to the fields of the check's evidence, in braces and without a format."""
    try:
        from string import Formatter  # noqa: PLC0415 -- only rules that are not compiled yet

        parsed = list(Formatter().parse(message))
    except ValueError as error:
        raise file.error(("message",), f"message: {error}") from None
    for _, name, spec, conversion in parsed:
        if name is None:
            continue
        if spec or conversion or not _FIELD.fullmatch(name):
            raise file.error(("message",), f'message: "{{{name}}}" is not a plain field name')
        if name not in check.fields:
            fields = ", ".join(f"{{{field}}}" for field in sorted(check.fields)) or "none"
            raise file.error(("message",), f"message: check {check.name} has no field {{{name}}} (it has: {fields})")


def _basis(file: YamlFile, values: Mapping[Any, Any]) -> str:
    """What the rule rests on, "" where the file does not say; a filter stands beside its score."""
    basis = values.get("basis", "")
    if "basis" in values and basis not in tuple(BASES):
        hint = suggestion(str(basis), BASES) or f" (there are: {', '.join(BASES)})"
        raise file.error(("basis",), f'unknown basis "{basis}"{hint}')
    if (basis == "filter") != ("score" in values):
        place = "score" if "score" in values else "basis"
        raise file.error((place,), '"basis: filter" and "score" go together: the filter, its rule and the points')
    return str(basis)


def rule_schema() -> dict[str, Any]:
    """Return the schema (JSON Schema 2020-12) of a rule file."""
    text, texts = {"type": "string"}, {"type": ["string", "array"], "items": {"type": "string"}}
    level = {"enum": [*_SEVERITIES, False]}
    general = {"enum": [*_SEVERITIES, DECIDED_BY_KIND.value, False]}
    profiles = {profile: general if profile == "general" else level for profile in PROFILES}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:maillint:rule:1",
        "title": "A rule of maillint",
        "type": "object",
        "required": list(_REQUIRED),
        "properties": {
            **dict.fromkeys(_TEXTS, text),
            "options": {"type": "object"},
            "severity": {"anyOf": [level, {"type": "object", "properties": profiles, "additionalProperties": False}]},
            "basis": {"oneOf": [{"const": word, "description": meaning} for word, meaning in BASES.items()]},
            "references": texts,
            "requirements": texts,
            "examples": {"type": "array", "items": {"type": "object"}},
        },
        "additionalProperties": False,
    }


def _levels(file: YamlFile, given: Any) -> dict[str, str]:
    """One severity for every profile, or one for each; ``general`` is as ``newsletter`` unless the file says it."""
    if given is False:  # YAML reads a bare `off` as a boolean
        given = "off"
    if isinstance(given, str):
        return dict.fromkeys(PROFILES, _severity(file, ("severity",), given, _SEVERITIES))
    levels = file.mapping(("severity",), given, "severity")
    file.known_keys(("severity",), levels, PROFILES, "profile")
    result = {}
    for profile, word in levels.items():
        allowed = (*_SEVERITIES, DECIDED_BY_KIND.value) if profile == "general" else _SEVERITIES
        result[profile] = _severity(file, ("severity", profile), "off" if word is False else word, allowed)
    result.setdefault("general", result.get("newsletter", "off"))
    return {profile: result.get(profile, "off") for profile in PROFILES}


def _severity(file: YamlFile, keys: Keys, word: Any, allowed: tuple[str, ...]) -> str:
    if word not in allowed:
        raise file.error(keys, f'severity must be one of {", ".join(allowed)}, not "{word}"')
    return str(word)
