"""The shipped rule files and lists: where they are, and their compiled form."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from functools import cache
from typing import Any

from maillint._version import __version__
from maillint.data.compiled import load_text

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 -- pathlib costs 8 ms at start-up


@cache
def rules_folder() -> str:
    """Return the folder of the shipped rules: inside an installed package, or at the top of a checkout."""
    installed = os.path.join(_PACKAGE, "_rules")  # noqa: PTH118
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(_PACKAGE), "rules")  # noqa: PTH112, PTH118, PTH120


@cache
def package_state() -> str:
    """A text that changes with maillint's code: names, sizes and times of its files; "" in an installed package."""
    if rules_folder().endswith("_rules"):
        return ""
    found = []
    for path, folders, names in os.walk(_PACKAGE):
        folders.sort()
        for name in sorted(names):
            if name.endswith(".py"):
                status = os.stat(os.path.join(path, name))  # noqa: PTH116, PTH118
                found.append(f"{name} {status.st_size} {status.st_mtime_ns}")
    return "\n".join(found)


@cache
def code_key(*, installed: bool = False) -> str:
    """One line that changes with maillint's code; ``installed`` for the one that the package of this version has."""
    state = "" if installed else package_state()
    return f"{__version__} {digest([state.encode()]) if state else 'installed'}"


def load_yaml(text: str) -> Any:
    """Parse YAML with the C loader where there is one; raises yaml.YAMLError."""
    import yaml  # noqa: PLC0415 -- 16 ms, and only needed when something is not compiled yet

    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def digest(chunks: Iterable[bytes]) -> str:
    """Return a short digest of the chunks, each set apart from the next."""
    try:
        from _blake2 import blake2b  # noqa: PLC0415 -- hashlib loads OpenSSL beside it, which takes 5 ms
    except ImportError:
        from hashlib import blake2b  # noqa: PLC0415

    total = blake2b(digest_size=16)
    for chunk in chunks:
        total.update(len(chunk).to_bytes(8, "little"))
        total.update(chunk)
    return total.hexdigest()


def load_list(name: str) -> Any:
    """Return a shipped list (``trackers``, ``phrases/en``) as plain data, compiled on first use.

    Raises FileNotFoundError for a name that is not shipped. The result is shared: do not change it.
    """
    return load_data(f"lists/{name}")


@cache
def load_data(name: str) -> Any:
    """Return a file of ``rules/`` without its ending (``profiles/cold``) as plain data; as load_list."""
    source = _data_source(name)
    return json.loads(load_text(_compiled_name(name), digest([source]), lambda: _compile(source)))


def compiled_data(name: str) -> tuple[str, str, str]:
    """Return the file name, key and text of the compiled form of a file of ``rules/``."""
    source = _data_source(name)
    return _compiled_name(name), digest([source]), _compile(source)


def _data_source(name: str) -> bytes:
    with open(os.path.join(rules_folder(), f"{name}.yaml"), "rb") as file:  # noqa: PTH118, PTH123
        return file.read()


def _compiled_name(name: str) -> str:
    return f"{name.replace('/', '-')}.json"


def _compile(source: bytes) -> str:
    return json.dumps(load_yaml(source.decode("utf-8")), ensure_ascii=False)
