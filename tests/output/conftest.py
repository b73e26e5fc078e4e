"""The published schemas, as functions that list what is wrong with a document."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker  # type: ignore[import-untyped]
from xmlschema import XMLSchema

from tests.published import JUNIT, SARIF, Complaints, Published, UnreachableError

URI = re.compile(r"([A-Za-z0-9._~!$&'()*+,;=:@/?#-]|%[0-9A-F]{2})+")
"""The characters of a URI (RFC 3986)."""

TEXT = {"type": "string", "minLength": 1}
GITLAB: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": TEXT,
            "check_name": TEXT,
            "fingerprint": TEXT,
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "additionalProperties": False,
                "required": ["path", "lines"],
                "properties": {
                    "path": TEXT | {"not": {"pattern": r"^\./"}},
                    "lines": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["begin", "end"],
                        "properties": {name: {"type": "integer", "minimum": 1} for name in ("begin", "end")},
                    },
                },
            },
        },
    },
}
"""GitLab publishes no schema file. This is the table “Code Quality report format” of its page “Code Quality”
(docs.gitlab.com/ci/testing/code_quality), with ``lines.end`` from the Code Climate specification that it names."""


@pytest.fixture(scope="session")
def schema_cache(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of fetched schemas: pytest's cache, unless it is switched off."""
    cache: pytest.Cache | None = getattr(request.config, "cache", None)
    return cache.mkdir("schemas") if cache is not None else tmp_path_factory.mktemp("schemas")


def fetched(published: Published, schema_cache: Path) -> bytes:
    """A published schema; without a package index that has it, what it would judge is skipped."""
    try:
        return published.read(schema_cache)
    except UnreachableError as error:
        pytest.skip(f"cannot be fetched: {error}")


@pytest.fixture(scope="session")
def sarif_complaints(schema_cache: Path) -> Complaints:
    """What a SARIF log has against OASIS' schema."""
    schema = json.loads(fetched(SARIF, schema_cache))
    formats = FormatChecker(())
    formats.checks("uri-reference")(lambda value: URI.fullmatch(value) is not None)
    formats.checks("uri")(lambda value: URI.fullmatch(value) is not None and ":" in value)
    validator = Draft7Validator(schema, format_checker=formats)
    return lambda text: [f"{error.json_path}: {error.message}" for error in validator.iter_errors(json.loads(text))]


@pytest.fixture(scope="session")
def junit_complaints(schema_cache: Path) -> Complaints:
    """What a JUnit report has against the schema of Jenkins' xUnit plugin."""
    data = fetched(JUNIT, schema_cache)
    schema = XMLSchema(io.BytesIO(data), allow="none")
    return lambda text: [f"{error.path}: {error.reason}" for error in schema.iter_errors(io.BytesIO(text.encode()))]


@pytest.fixture(scope="session")
def gitlab_complaints() -> Complaints:
    """What a code quality report has against GitLab's table."""
    validator = Draft7Validator(GITLAB)
    return lambda text: [f"{error.json_path}: {error.message}" for error in validator.iter_errors(json.loads(text))]
