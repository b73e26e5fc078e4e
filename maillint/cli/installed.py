"""From where maillint is installed, so that what `maillint init` prints installs the same."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from maillint._version import __version__
from maillint.files.programs import program
from maillint.patterns import regex

_SCP = regex(r"(?:[\w.-]+@)?([\w.-]+):(?!/)(.+)")


def requirement() -> str:
    """What pip installs maillint by (PEP 508): its version, or the address that it came from (PEP 610)."""
    origin = _origin()
    if origin is None:
        return f"maillint=={__version__}"
    url = str(origin["url"])
    if vcs := origin.get("vcs_info"):
        return f"maillint @ {vcs['vcs']}+{url}@{vcs['commit_id']}"
    if not url.startswith("file:"):
        return f"maillint @ {url}"
    folder = unquote(urlsplit(url).path)
    return f"maillint @ {_remote(folder) or url}"


def _origin() -> Mapping[str, Any] | None:
    """What pip has noted when it installed maillint from elsewhere than an index; a checkout is its own origin."""
    from importlib.metadata import PackageNotFoundError, distribution  # noqa: PLC0415 -- 20 ms

    try:
        text = distribution("maillint").read_text("direct_url.json")
    except PackageNotFoundError:
        return {"url": Path(__file__).resolve().parents[2].as_uri()}
    try:
        origin = json.loads(text) if text else None
    except ValueError:
        origin = None
    return origin if isinstance(origin, dict) and "url" in origin else None


def _remote(folder: str) -> str | None:
    """The address and revision that a checkout was cloned from, for pip; None where git does not say."""
    url, revision = _git(folder, "remote", "get-url", "origin"), _git(folder, "rev-parse", "HEAD")
    if not url or not revision:
        return None
    if found := _SCP.fullmatch(url):
        url = f"ssh://git@{found[1]}/{found[2]}"
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http", "ssh"}:
        return None
    if parts.scheme != "ssh":
        url = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()  # no name and password of anybody
    return f"git+{url}@{revision}"


def _git(folder: str, *arguments: str) -> str:
    git = program("git")
    if git is None:
        return ""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        command = [git, "-C", folder, *arguments]
        result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    except OSError:
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""
