"""The shipped rule files and lists: where they are, and their compiled form."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from maillint._version import __version__
from maillint.data.checkout import content_digests
from maillint.data.compiled import built_state, load_built, load_object, load_text

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 -- pathlib costs 8 ms at start-up

INSTALLED_KEY = f"{__version__} installed"
"""The key of every compiled form inside an installed package: they come and go with its version."""

RULES_AND_CODE = ("maillint/", "rules/")
"""What the compiled form of the rules is made from, as ``source_key`` takes it."""


@cache
def rules_folder() -> str:
    """Return the folder of the shipped rules: inside an installed package, or at the top of a checkout."""
    installed = os.path.join(_PACKAGE, "_rules")  # noqa: PTH118
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(_PACKAGE), "rules")  # noqa: PTH112, PTH118, PTH120


def is_installed() -> bool:
    """Whether this is an installed package, and no checkout whose files people edit."""
    return rules_folder().endswith("_rules")


@cache
def _contents() -> Mapping[str, str]:
    """A digest of the content of every module and every file of rules, by ``maillint/<path>`` and ``rules/<path>``."""
    return content_digests({"maillint": _PACKAGE, "rules": rules_folder()}, (".py", ".yaml", ".yml"))


def source_key(*paths: str) -> str:
    """One line that changes with the content of files and folders (``rules/lists/phrases/``)."""
    return " ".join([_contents().get(path, "missing") for path in paths])


@cache
def package_state() -> str:
    """A text that changes with maillint's code and its rules; the version alone in an installed package."""
    return INSTALLED_KEY if is_installed() else f"{__version__} {source_key(*RULES_AND_CODE)}"


def load_plain(name: str, paths: tuple[str, ...], make: Callable[[], str]) -> Any:
    """Return the data of a text in JSON that ``make`` makes from shipped files, as ``load_compiled`` does its text."""

    def read() -> Any:
        import json  # noqa: PLC0415 -- 1.5 ms, and most starts find the data in the user's cache

        return json.loads(load_compiled(name, paths, make))

    key = f"{INSTALLED_KEY} {built_state(name)}" if is_installed() else f"{__version__} {source_key(*paths)}"
    return load_object(name, key, read)


def load_compiled(name: str, paths: tuple[str, ...], make: Callable[[], str]) -> str:
    """Return the text that ``make`` makes from shipped files, without reading these where it is there already.

    ``name`` is that of the compiled form. An installed package brings it; in a checkout it lies in the user's cache,
    and counts until the content of one of the files or folders at ``paths`` changes.
    """
    text = load_built(name, INSTALLED_KEY) if is_installed() else None
    return load_text(name, f"{__version__} {source_key(*paths)}", make) if text is None else text


def load_yaml(text: str) -> Any:
    """Parse YAML with the C loader where there is one; raises yaml.YAMLError."""
    import yaml  # noqa: PLC0415 -- 16 ms, and only needed when something is not compiled yet

    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def load_list(name: str) -> Any:
    """Return a shipped list (``trackers``, ``phrases/en``) as plain data, compiled on first use.

    Raises FileNotFoundError for a name that is not shipped. The result is shared: do not change it.
    """
    return load_data(f"lists/{name}")


@cache
def load_data(name: str) -> Any:
    """Return a file of ``rules/`` without its ending (``profiles/cold``) as plain data; as load_list."""
    return load_plain(compiled_name(name), (f"rules/{name}.yaml",), lambda: compile_data(name))


def compiled_name(name: str) -> str:
    """Return the file name of the compiled form of a file of ``rules/``."""
    return f"{name.replace('/', '-')}.json"


def compile_data(name: str) -> str:
    """Return the compiled form of a file of ``rules/``; raises as load_list."""
    import json  # noqa: PLC0415 -- only when it is compiled

    with open(os.path.join(rules_folder(), f"{name}.yaml"), "rb") as file:  # noqa: PTH118, PTH123
        source = file.read()
    return json.dumps(load_yaml(source.decode("utf-8")), ensure_ascii=False)
