"""``maillint schema``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from maillint.catalogue.load import shipped
from maillint.catalogue.rule import Rule
from maillint.check import Option
from maillint.cli import door
from maillint.config.keys import DOMAIN_KEYS, KEYS
from maillint.plan.read import plan_schema

_TYPES: Mapping[str, Mapping[str, Any]] = {
    "text": {"type": "string"},
    "texts": {"type": "array", "items": {"type": "string"}},
    "whole number": {"type": "integer"},
    "number": {"type": "number"},
    "flag": {"type": "boolean"},
    "mapping": {"type": "object"},
}
_LEVEL: Mapping[str, Any] = {"enum": ["error", "warning", "info", "off", False]}


@click.command("schema")
@click.argument("what", type=click.Choice(("config", "plan")), default="config")
def command(what: str) -> None:
    """Print the JSON schema of maillint.yaml, or of a campaign plan, for editors and for checks.

    \b
    In maillint.yaml, an editor with a YAML language server reads it from
      # yaml-language-server: $schema=maillint.schema.json
    after: maillint schema > maillint.schema.json
    Likewise in a plan, after: maillint schema plan > plan.schema.json
    """
    door.write(json.dumps(plan_schema() if what == "plan" else config_schema(), ensure_ascii=False, indent=2) + "\n")


def config_schema() -> dict[str, Any]:
    """Return the schema (JSON Schema 2020-12) of a configuration file, with every shipped rule and option."""
    properties = {name: key.json_schema() for name, key in KEYS.items()}
    catalogue = shipped()
    properties["rules"]["properties"] = {
        **{family: {"description": f"all rules of the family {family}", **_LEVEL} for family in catalogue.families},
        **{rule.name: _rule(rule) for rule in catalogue.rules.values()},
    }
    properties["domains"]["additionalProperties"] = {
        "type": ["object", "null"],
        "properties": {name: key.json_schema() for name, key in DOMAIN_KEYS.items()} | {"rules": properties["rules"]},
        "additionalProperties": False,
    }
    per_file = {name: properties[name] for name, key in KEYS.items() if key.per_file}
    properties["overrides"]["items"] = {
        "type": "object",
        "required": ["files"],
        "properties": {"files": KEYS["exclude"].schema, **per_file},
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:maillint:config:1",
        "title": "maillint.yaml",
        "type": ["object", "null"],
        "properties": properties,
        "additionalProperties": False,
    }


def _rule(rule: Rule) -> dict[str, Any]:
    options = {name: _option(option) for name, option in rule.check.options.items()}
    return {
        "description": rule.summary,
        "anyOf": [
            _LEVEL,
            {"type": "object", "properties": {"severity": _LEVEL, **options}, "additionalProperties": False},
        ],
    }


def _option(option: Option) -> dict[str, Any]:
    schema: dict[str, Any] = {"description": option.doc, **_TYPES[option.type]}
    if option.choices:
        choices = {"enum": list(option.choices)}
        schema.update({"items": {"type": "string", **choices}} if option.type == "texts" else choices)
    return schema
