"""Runs what ``docs/dns.md`` shows against a real DNS server that serves the page's ``zone`` block.

A block ```` ```console dns ```` holds one run; ``python -m tests.dns_docs`` writes what it prints now.
"""

from __future__ import annotations

import re
import shlex
import tempfile
from pathlib import Path

from tests.cli.command import maillint
from tests.dns_server import Behaviour, DnsServer

PAGE = Path(__file__).parent.parent / "docs/dns.md"
FAILING: dict[str, Behaviour] = {"_dmarc.shop.example": "servfail"}
"""What the page says of a server's failure cannot be written in a zone."""

_RUN = re.compile(r"^```console dns\n\$ maillint (?P<command>.*?)\n.*?^```$", re.DOTALL | re.MULTILINE)


def shown() -> str:
    """Return the page's text with every run as it prints now."""
    text = PAGE.read_text(encoding="utf-8")
    (zone,) = re.findall(r"^```zone\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    with DnsServer(zone, FAILING) as server, tempfile.TemporaryDirectory() as folder:

        def run(block: re.Match[str]) -> str:
            result = maillint(*shlex.split(block["command"]), "--resolver", server.address, folder=Path(folder))
            return f"```console dns\n$ maillint {block['command']}\n{result.stdout}{result.stderr}```"

        return _RUN.sub(run, text)


if __name__ == "__main__":
    PAGE.write_text(shown(), encoding="utf-8")
