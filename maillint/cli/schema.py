"""``maillint schema``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from maillint.catalogue.load import shipped
from maillint.catalogue.rule import Rule
from maillint.catalogue.validate import rule_schema
from maillint.check import Option
from maillint.cli import door
from maillint.cli.common import Command
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
_LEVEL_REF: Mapping[str, Any] = {"$ref": "#/$defs/level"}


@click.command("schema", cls=Command)
@click.argument("what", metavar="[config|plan|rule]", type=click.Choice(("config", "plan", "rule")), default="config")
def command(what: str) -> None:
    """Print the JSON schema of maillint.yaml, of a campaign plan or of a rule file, for editors and for checks.

    \b
    In maillint.yaml, an editor with a YAML language server reads it from
      # yaml-language-server: $schema=maillint.schema.json
    after: maillint schema > maillint.schema.json (maillint init does both)
    Likewise in a plan, after: maillint schema plan > plan.schema.json
    and in a rule file, after: maillint schema rule > rule.schema.json
    """
    door.write(schema_text({"config": config_schema, "plan": plan_schema, "rule": rule_schema}[what]()))


def schema_text(schema: Mapping[str, Any]) -> str:
    """Return a schema as it is printed."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def config_schema() -> dict[str, Any]:
    """Return the schema (JSON Schema 2020-12) of a configuration file, with every shipped rule and option."""
    properties = {name: key.json_schema() for name, key in KEYS.items()}
    catalogue = shipped()
    properties["rules"]["properties"] = {
        **{family: {"description": f"all rules of the family {family}", **_LEVEL_REF} for family in catalogue.families},
        **{rule.name: _rule(rule) for rule in catalogue.rules.values()},
    }
    properties["domains"]["additionalProperties"] = {
        "type": ["object", "null"],
        "properties": {name: key.json_schema() for name, key in DOMAIN_KEYS.items()},
        "additionalProperties": False,
    }
    rules, properties["rules"] = properties["rules"], {"$ref": "#/$defs/rules"}
    properties["domains"]["additionalProperties"]["properties"]["rules"] = properties["rules"]
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
        "$defs": {"rules": rules, "level": _LEVEL},
    }


def _rule(rule: Rule) -> dict[str, Any]:
    options = {name: _option(option) for name, option in rule.check.options.items()}
    return {
        "description": rule.summary,
        "anyOf": [
            _LEVEL_REF,
            {"type": "object", "properties": {"severity": _LEVEL_REF, **options}, "additionalProperties": False},
        ],
    }


def _option(option: Option) -> dict[str, Any]:
    schema: dict[str, Any] = {"description": option.doc, **_TYPES[option.type]}
    if option.choices:
        choices = {"enum": list(option.choices)}
        schema.update({"items": {"type": "string", **choices}} if option.type == "texts" else choices)
    return schema
