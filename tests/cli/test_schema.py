"""``maillint schema``."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

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
