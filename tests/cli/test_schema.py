"""``maillint schema``."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from maillint.catalogue.load import shipped
from maillint.data.yamlfile import read_yaml
from tests.cli.command import maillint

pytestmark = pytest.mark.slow


def test_the_schema_takes_what_is_right_and_nothing_else(tmp_path: Path) -> None:
    schema = json.loads(maillint("schema", folder=tmp_path).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    valid = {"profile": "cold", "rules": {"markup": False, "markup/parse-error": {"severity": "info", "only": ["x"]}}}
    jsonschema.validate(valid, schema)
    faulty: list[dict[str, object]] = [
        {"profil": "cold"},
        {"profile": "cool"},
        {"rules": {"markup/parse-error": {"onyl": []}}},
    ]
    for wrong in faulty:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


def test_the_schema_of_rules_takes_every_shipped_rule_and_no_slip(tmp_path: Path) -> None:
    schema = json.loads(maillint("schema", "rule", folder=tmp_path).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    rules = [
        read_yaml(rule.path, Path(rule.path).read_text(encoding="utf-8")).data for rule in shipped().rules.values()
    ]
    for rule in rules:
        jsonschema.validate(rule, schema)
    for slip in ({"basis": "standrad"}, {"basi": "standard"}, {"severity": {"colt": "error"}}, {"summary": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**rules[0], **slip}, schema)
