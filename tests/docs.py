"""Runs what the documents show: files in blocks with a name, commands in ``console`` blocks.

A block ```` ```yaml file=maillint.yaml ```` is written to that file in the page's folder, which has the examples in it.
In a block ```` ```console ```` a shell runs each line after ``$``, and what follows must be what it prints. In a block
```` ```console dns ```` the command asks a DNS server on loopback that answers from the page's ``zone`` block.

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
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from tests.dns_server import Behaviour, DnsServer
from tests.installed import install

ROOT = Path(__file__).parent.parent
PACKAGES = ".packages"
"""The folder in which a page about plugins has the example's metadata, as if it were installed."""

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

BROKEN_NAMES: dict[str, Behaviour] = {"_dmarc.shop.example": "servfail"}
"""Names for which the DNS server fails: a zone cannot say that."""

_BLOCK = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def shown(page: Path) -> str:
    """Return a page's text with every console block as it prints now."""
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name, _server(text) as server:
        folder = Path(name)
        shutil.copytree(ROOT / "examples", folder / "examples")
        if page.name == "plugin.md":
            install(ROOT / "examples/plugin", folder / PACKAGES)
        return _BLOCK.sub(lambda block: _render(block, folder, server), text)


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """Each fenced block of a page: what stands behind the fence, and the block's text."""
    for block in _BLOCK.finditer(text):
        yield block["info"].strip(), block["body"]


def links(text: str) -> Iterator[tuple[str, str]]:
    """Each link of a page that leads into the project: the file (empty for the page itself) and the anchor."""
    prose = re.sub("`[^`\n]+`", "", _without_blocks(text))
    for target in re.findall(r"\]\((\S+?)\)", prose):
        if not re.match(r"[a-z]+:", target):
            path, _, place = target.partition("#")
            yield path, place


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings."""
    return {anchor(title) for title in re.findall("^#+ (.*)$", _without_blocks(text), re.MULTILINE)}


def anchor(title: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def _without_blocks(text: str) -> str:
    return re.sub(r"^(`{3,})[^`]*\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)


def _server(text: str) -> AbstractContextManager[DnsServer | None]:
    """A server for the page's zone, where it has one."""
    zone = "".join(body for info, body in blocks(text) if info == "zone")
    return DnsServer(zone, BROKEN_NAMES) if zone else nullcontext()


def _render(block: re.Match[str], folder: Path, server: DnsServer | None) -> str:
    info, body = block["info"].strip(), block["body"]
    if found := re.search(r"\bfile=(\S+)", info):
        target = folder / found[1]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(body, encoding="utf-8")
    if info not in {"console", "console dns"}:
        return block[0]
    resolver = f" --resolver {server.address}" if server is not None and info == "console dns" else ""
    lines = [line for command in _commands(body) for line in (f"$ {command}\n", _run(command + resolver, folder))]
    return f"```{info}\n{''.join(lines)}```"


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
            **{name: value for name, value in os.environ.items() if not name.startswith("MAILLINT_")},
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
    for page in PAGES:
        now = shown(page)
        if now != page.read_text(encoding="utf-8"):
            page.write_text(now, encoding="utf-8")
            print(f"rewrote {page.relative_to(ROOT)}")
