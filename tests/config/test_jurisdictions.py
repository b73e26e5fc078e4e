"""Which jurisdictions there are: one list for the configuration, the option of the rule, and the rule itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from maillint.config.config import LayeredConfig, load_config
from maillint.data.consent import CONSENT, jurisdictions
from maillint.data.lists import load_list
from maillint.data.yamlfile import FileError
from maillint.engine.lint import lint
from maillint.message.read import read_message
from maillint.text.source import Source
from tests.cli.command import maillint

RULE = "tracking/consent-required"
PIXEL = '<img src="https://acme.us1.list-manage.com/track/open.php?u=1a&id=2b&e=3c" width="1" height="1">'
EU = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE"
EEA = f"{EU} IS LI NO"


def config(folder: Path, text: str) -> LayeredConfig:
    path = folder / "maillint.yaml"
    path.write_text(text)
    return load_config(str(path))


def found(settings: LayeredConfig) -> list[str]:
    message = read_message([Source.from_text("a.html", PIXEL)], settings.message_settings, "html")
    return [hit.message for hit in lint(message, settings.rules_for("newsletter"))[0].findings if hit.rule == RULE]


@pytest.mark.parametrize("code", [*EEA.split(), "eu", "eea", "uk", "gb"])
def test_members_of_the_eu_and_the_eea_and_the_uk_want_consent(tmp_path: Path, code: str) -> None:
    (message,) = found(config(tmp_path, f"profile: newsletter\njurisdictions: [{code}]"))
    assert jurisdictions()[code.lower()] in message


@pytest.mark.slow
@pytest.mark.parametrize("code", jurisdictions())
def test_every_jurisdiction_does_something_or_is_said_to_need_no_rule(tmp_path: Path, code: str) -> None:
    settings = config(tmp_path, f"profile: newsletter\njurisdictions: ['{code}']")
    (tmp_path / "a.html").write_text(PIXEL)
    shown = maillint("check", "a.html", "--show-settings", folder=tmp_path).stdout
    note = " (no rule needs it)" if not found(settings) else ""
    assert f"  jurisdictions: {code}{note}  (maillint.yaml:2)\n" in shown
    assert bool(note) == (code in {"us", "ca"})


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("germany", '; did you mean "de"?'),
        ("The Netherlands", '; did you mean "nl"?'),
        ("usa", '; did you mean "us"?'),
        ("ch", " (known: at, be, bg,"),
        ("", " (known: at, be, bg,"),
    ],
)
def test_an_unknown_one_is_refused_wherever_it_stands(tmp_path: Path, code: str, hint: str) -> None:
    with pytest.raises(FileError) as error:
        config(tmp_path, f"jurisdictions: [fr, {json.dumps(code)}]")
    assert (error.value.line, error.value.column) == (1, 21)
    assert error.value.message.startswith(f'unknown jurisdiction "{code}"{hint}')
    with pytest.raises(FileError) as error:
        config(tmp_path, f"rules:\n  {RULE}:\n    jurisdictions: [fr, {json.dumps(code)}]")
    assert (error.value.line, error.value.column) == (3, 5)
    assert error.value.message.startswith(f'option "jurisdictions" is wrong: unknown jurisdiction "{code}"{hint}')


def test_the_same_jurisdictions_are_in_the_schema(tmp_path: Path) -> None:
    schema = json.loads(maillint("schema", folder=tmp_path).stdout)
    for one in schema["properties"]["jurisdictions"]["oneOf"]:
        assert one.get("items", one)["enum"] == list(jurisdictions())
    assert schema["properties"]["pixel-consent"]["enum"] == list(CONSENT)


def test_no_code_stands_twice() -> None:
    data = load_list("consent")
    assert not set(data["jurisdictions"]) & set(data["without-rule"])
    assert set(jurisdictions()) >= {code.lower() for code in EEA.split()}
