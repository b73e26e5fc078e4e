"""Makes packages look installed: writes the metadata that ``pip`` would write for them."""

from __future__ import annotations

import tomllib
from pathlib import Path


def install(project: Path, site: Path) -> None:
    """Write the metadata of a project's ``pyproject.toml``, entry points too, into a folder of ``sys.path``."""
    project_table = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    install_as(project_table["name"], project_table.get("entry-points", {}), site, project_table.get("version", "1.0"))


def install_as(name: str, groups: dict[str, dict[str, str]], site: Path, version: str = "1.0") -> None:
    """Write the metadata of a package with these entry points."""
    folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    lines = [
        line
        for group, entries in groups.items()
        for line in (f"[{group}]", *(f"{entry} = {value}" for entry, value in entries.items()))
    ]
    (folder / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
