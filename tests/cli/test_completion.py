"""What a shell is offered, asked by click's protocol; ``test_shell.py`` asks the shells themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from maillint.catalogue.load import shipped
from maillint.data.profiles import PROFILES
from maillint.message.template.dialect import dialects
from maillint.output import formats
from tests.cli.command import maillint

pytestmark = pytest.mark.slow

LINKS = {name for name in shipped().rules if name.startswith("links/")}


def offered(folder: Path, *words: str, shell: str = "bash") -> set[str]:
    """What is offered for the last of several words."""
    result = maillint(
        folder=folder,
        _MAILLINT_COMPLETE=f"{shell}_complete",
        COMP_WORDS=" ".join(["maillint", *words]),
        COMP_CWORD=str(len(words)) if shell != "fish" else words[-1],
    )
    assert result.returncode == 0
    return {line.partition(",")[2] for line in result.stdout.splitlines() if line}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["ru"], {"rule"}),
        (["rule", "li"], {"links", *LINKS}),
        (["rule", "links/shor"], {"links/shortener"}),
        (["check", "--select", "links/shor"], {"links/shortener"}),
        (["check", "--ignore", "content,links/shor"], {"content,links/shortener"}),
        (["list", "x.csv", "--select", "recip"],
         {"recipients", *(name for name in shipped().rules if name.startswith("recipients/"))}),
        (["dns", "--ignore", "auth/dmarc-pol"],
         {name for name in shipped().rules if name.startswith("auth/dmarc-pol")}),
        *(([command, "-f", ""], set(formats())) for command in ("check", "dns", "list")),
        (["check", "--format", "ju"], {"junit"}),
        (["plan", "-f", ""], {"full", "json"}),
        (["plan", "--set", "goal.k"], {"goal.kind="}),
        (["check", "--dialect", ""], set(dialects())),
        (["check", "--dialect", "han"], {name for name in dialects() if name.startswith("han")}),
        (["check", "--profile", ""], set(PROFILES)),
        (["list", "x.csv", "--profile", "tr"], {"transactional"}),
        (["check", "--fail-on", "n"], {"never"}),
        (["dns", "har"], {"harbour.example"}),
        (["dns", ""], {"harbour.example", "shop.example"}),
        (["schema", ""], {"config", "plan", "rule"}),
        (["completion", "z"], {"zsh"}),
    ],
)  # fmt: skip
def test_what_is_offered(tmp_path: Path, words: list[str], expected: set[str]) -> None:
    (tmp_path / "maillint.yaml").write_text("own-domains: [harbour.example]\ndomains: {shop.example: {}}\n")
    assert offered(tmp_path, *words) == expected


def test_rules_of_your_own_are_offered_and_a_fault_in_the_configuration_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "house/mine").mkdir(parents=True)
    text = "summary: x\ncheck: phrases\noptions: {phrases: [hello]}\nseverity: info\nmessage: x\nwhy: x\nfix: x\n"
    (tmp_path / "house/mine/hello.yaml").write_text(f"{text}examples: [{{bad: '<p>«hello»</p>', good: '<p>x</p>'}}]\n")
    (tmp_path / "maillint.yaml").write_text("rule-folders: [house]\n")
    assert offered(tmp_path, "rule", "mine") == {"mine", "mine/hello"}
    (tmp_path / "maillint.yaml").write_text("rule-folders: [nowhere]\n")
    assert offered(tmp_path, "rule", "mine") == set()
    assert "links/shortener" in offered(tmp_path, "rule", "links/")
