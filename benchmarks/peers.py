"""The peers: installed into a folder of their own, each with what it takes to lint the same files."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Task

NPM = ("htmlhint", "html-validate")
PYPI = ("djlint",)


def install(folder: Path) -> dict[str, str]:
    """Install the peers, or find them installed; returns their versions.

    A peer whose installer is missing is left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    versions: dict[str, str] = {}
    npm = shutil.which("npm")
    if npm is not None:
        if not all((folder / "node_modules" / name).is_dir() for name in NPM):
            (folder / "package.json").write_text('{"private": true}\n')
            subprocess.run([npm, "install", "--silent", "--no-fund", "--no-audit", *NPM], cwd=folder, check=True)
        for name in NPM:
            versions[name] = json.loads((folder / "node_modules" / name / "package.json").read_text())["version"]
        (folder / ".htmlvalidate.json").write_text('{"root": true, "extends": ["html-validate:recommended"]}\n')
    python = folder / "venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PYPI], check=True)
    for name in PYPI:
        code = f"import importlib.metadata as m; print(m.version({name!r}))"
        versions[name] = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    return versions


def tasks(folder: Path, work: str, target: str) -> Iterator[Task]:
    """What each installed peer runs over a folder of HTML files."""
    binaries = folder / "node_modules" / ".bin"
    if (binaries / "htmlhint").exists():
        yield Task("htmlhint", work, (str(binaries / "htmlhint"), f"{target}/*.html"), "Scanned")
        config = str(folder / ".htmlvalidate.json")
        command = (str(binaries / "html-validate"), "--config", config, "--ext", "html", target)
        yield Task("html-validate", work, command, "problems")
    djlint = folder / "venv" / "bin" / "djlint"
    if djlint.exists():
        yield Task("djlint", work, (str(djlint), "--lint", "--extension", "html", target), "file")
