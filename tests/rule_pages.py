"""The rule pages, one for each family, and their index, made from the rule files.

``python -m tests.rule_pages`` writes them into ``build/docs/rules``. Git does not hold them, so that adding a rule is
adding one file.
"""

from __future__ import annotations

import re
from pathlib import Path

from maillint.catalogue.examples import examples
from maillint.catalogue.load import shipped
from maillint.catalogue.rule import DECIDED_BY_KIND, Level, Rule
from maillint.cli.rule import basis
from maillint.data.profiles import PROFILES
from maillint.finding import Severity
from tests.docs import anchor

FOLDER = Path(__file__).parent.parent / "build/docs/rules"


def pages() -> dict[str, str]:
    """Every page's text by its file name."""
    catalogue = shipped()
    result = {"README.md": _index()}
    for family in catalogue.families:
        rules = catalogue.matching(family)
        result[f"{family}.md"] = f"# {family}\n\n" + "\n".join(_page(rule) for rule in rules)
    return result


def write(folder: Path) -> None:
    """Write the pages into a folder, and remove those of families that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    written = pages()
    for stale in set(folder.glob("*.md")) - {folder / name for name in written}:
        stale.unlink()
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")


def _index() -> str:
    lines = ["# Rules", "", "E error, W warning, I info, – off, ? decided by the kind of mail.", ""]
    for family in shipped().families:
        lines += [
            f"## {family}",
            "",
            "| rule | cold | newsletter | transactional | general | flags |",
            "|---|---|---|---|---|---|",
        ]
        for rule in shipped().matching(family):
            levels = " | ".join(_letter(rule.levels[profile]) for profile in PROFILES)
            name = rule.name.partition("/")[2]
            lines.append(f"| [{name}]({family}.md#{anchor(rule.name)}) | {levels} | {_escaped(rule.summary)} |")
        lines.append("")
    return "\n".join(lines)


def _page(rule: Rule) -> str:
    out = [f"## {rule.name}", "", f"{_escaped(rule.summary)}.", "", _escaped(rule.why), ""]
    if rule.basis:
        out += [f"**Basis.** {_escaped(basis(rule))}", ""]
    if rule.fix:
        out += [f"**What to do.** {_escaped(rule.fix)}", ""]
    out += ["| " + " | ".join(PROFILES) + " |", "|---" * len(PROFILES) + "|"]
    out += ["| " + " | ".join(_word(rule.levels[profile]) for profile in PROFILES) + " |", ""]
    if rule.check.options:
        out += ["| option | type | here | meaning |", "|---|---|---|---|"]
        for name, option in rule.check.options.items():
            value = rule.options.get(name, option.default)
            out.append(f"| `{name}` | {option.type} | `{_short(value)}` | {_escaped(option.doc)} |")
        out.append("")
    for example in examples(rule):
        if example.setting.get("note"):
            out += [f"{_escaped(str(example.setting['note']))}:", ""]
        if records := example.setting.get("dns"):
            lines = [
                f"{name}: {value if isinstance(value, str) else ' | '.join(value)}" for name, value in records.items()
            ]
            out += ["DNS", "", *_fenced("\n".join(lines)), ""]
        if answers := example.setting.get("web"):
            out += ["Web", "", *_fenced("\n".join(f"{url}: {answer}" for url, answer in answers.items())), ""]
        if suppressed := example.setting.get("suppress"):
            out += ["Suppression list", "", *_fenced(suppressed), ""]
        for label, text in (("bad", example.bad), ("good", example.good), ("fixed", example.fixed)):
            if isinstance(text, str):
                out += [f"{label}", "", *_fenced(text), ""]
    if rule.references:
        out += ["References: " + ", ".join(f"<{reference}>" for reference in rule.references), ""]
    return "\n".join(out)


def _fenced(text: str) -> list[str]:
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return [f"{fence}text", text.rstrip("\n"), fence]


def _short(value: object) -> str:
    shown = repr(value)
    return (shown if len(shown) <= 60 else f"{shown[:59]}…").replace("|", "\\|")


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace("|", "\\|")


def _letter(level: Level) -> str:
    if level is None:
        return "–"
    return level.label[0].upper() if isinstance(level, Severity) else "?"


def _word(level: Level) -> str:
    if level is None:
        return "off"
    return "unknown" if level == DECIDED_BY_KIND else level.label if isinstance(level, Severity) else level


if __name__ == "__main__":
    write(FOLDER)
    print(FOLDER)
