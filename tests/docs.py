"""Runs what the documents show: files in blocks with a name, commands in ``console`` blocks.

A block ```` ```yaml file=maillint.yaml ```` writes that file into the page's folder (which has the examples in it);
in a block ```` ```console ```` every line after ``$`` is run by a shell, and what follows must be what it prints.
``python -m tests.docs`` writes what the commands print now into the pages.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.installed import install

ROOT = Path(__file__).parent.parent
PACKAGES = ".packages"
"""The folder in which a page about plugins has the example's metadata, as if it were installed."""

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_BLOCK = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def shown(page: Path) -> str:
    """Return a page's text with every console block as it prints now."""
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "examples", folder / "examples")
        if page.name == "plugin.md":
            install(ROOT / "examples/plugin", folder / PACKAGES)
        return _BLOCK.sub(lambda block: _render(block, folder), text)


def _render(block: re.Match[str], folder: Path) -> str:
    info, body = block["info"].strip(), block["body"]
    if found := re.search(r"\bfile=(\S+)", info):
        target = folder / found[1]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(body, encoding="utf-8")
    if info != "console":
        return block[0]
    lines = [line for command in _commands(body) for line in (f"$ {command}\n", _run(command, folder))]
    return f"```console\n{''.join(lines)}```"


def _commands(body: str) -> Iterator[str]:
    command = ""
    for line in body.splitlines():
        if line.startswith("$ "):
            command = line[2:]
        elif command.endswith("\\"):
            command += f"\n{line}"
        else:
            continue
        if not command.endswith("\\"):
            yield command


def _run(command: str, folder: Path) -> str:
    result = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "NO_COLOR": "1",
            "COLUMNS": "80",
            "PYTHONPATH": os.pathsep.join(
                [str(folder / PACKAGES), str(folder / "examples/plugin"), os.environ.get("PYTHONPATH", "")]
            ),
            "HOME": str(folder),
            "GIT_CONFIG_GLOBAL": os.devnull,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    text = result.stdout.decode("utf-8").replace(str(folder), "…")
    return text if not text or text.endswith("\n") else text + "\n"


if __name__ == "__main__":
    for known in PAGES:
        now = shown(known)
        if now != known.read_text(encoding="utf-8"):
            known.write_text(now, encoding="utf-8")
            print(f"rewrote {known.relative_to(ROOT)}")
