"""``maillint init``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import BAD, maillint

pytestmark = pytest.mark.slow


def test_init_writes_a_configuration_that_works_and_overwrites_nothing(mail: Path) -> None:
    result = maillint("init", folder=mail)
    assert result.returncode == 0
    assert "additional_dependencies: [maillint==0.1.0]" in result.stdout
    assert maillint("check", ".", "--fail-on", "never", folder=mail).returncode == 0
    before = (mail / "maillint.yaml").read_text()
    again = maillint("init", folder=mail)
    assert again.returncode == 2
    assert "is there already; nothing written" in again.stderr
    assert (mail / "maillint.yaml").read_text() == before


def test_init_proposes_what_it_has_found(tmp_path: Path) -> None:
    mails = tmp_path / "mails"
    (mails / "cold").mkdir(parents=True)
    for touch in (1, 2):
        (mails / "cold" / f"intro-{touch}.html").write_text(BAD)
    (mails / "order.liquid").write_text("{% if paid %}<p>Thank you</p>{% endif %}")
    (mails / "docs").mkdir()
    (mails / "docs" / "index.html").write_text("<p>Manual</p>")
    printed = maillint("init", "mails", folder=tmp_path).stdout
    assert r"files: (?i)\.(html|htm|xhtml|mjml|eml|txt|text)$|" in printed and r"\.(liquid)$" in printed
    assert "maillint check mails" in printed
    written = (mails / "maillint.yaml").read_text().splitlines()
    assert {"#   - cold/intro-{touch}.html", "exclude: [docs/]"} <= set(written)
    assert any("Found here:" in line and "liquid" in line for line in written)


@pytest.mark.parametrize("name", ["maillint.yaml", ".maillint.yaml", "maillint.yml", ".maillint.yml", "pyproject.toml"])
def test_init_overwrites_no_configuration_by_any_name(mail: Path, name: str) -> None:
    text = '[tool.maillint]\nprofile = "cold"\n' if name.endswith("toml") else "profile: cold\n"
    (mail / name).write_text(text)
    result = maillint("init", folder=mail)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert f"{name} is there already; nothing written" in result.stderr
    assert (mail / name).read_text() == text
    assert sorted(path.name for path in mail.iterdir()) == sorted(["a.html", name])
