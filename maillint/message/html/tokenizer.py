"""The HTML standard's tokenizer and tree: turbohtml's core, without the package around it, which costs more.

The core is one extension module inside the package. It is loaded under its own name, so that the package, where
something else needs it (``Html.tree``), finds the same module. Whatever does not fit falls back to the package.
"""

from __future__ import annotations

import sys
from functools import cache

TYPE_CHECKING = False  # typing itself costs milliseconds
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_CORE = "turbohtml._html"


@cache
def tokenizer() -> Callable[..., Any]:
    """Return ``turbohtml.tokenize``."""
    found: Callable[..., Any] = _function("tokenize")
    return found


@cache
def tree_parser() -> Callable[..., Any]:
    """Return ``turbohtml.parse``.

    Its errors and nodes are complete; whoever selects from the tree imports the package first, whose parts tell the
    core how to report a selector that cannot be.
    """
    found: Callable[..., Any] = _function("parse")
    return found


def _function(name: str) -> Any:
    core = sys.modules.get(_CORE) or _load_core()
    if core is None or not hasattr(core, name):
        import turbohtml  # noqa: PLC0415 -- costs 30 ms

        return getattr(turbohtml, name)
    return getattr(core, name)


def _load_core() -> Any:
    """Load the extension module; None where it is not where it is expected, or needs its package after all."""
    from importlib.machinery import PathFinder  # noqa: PLC0415 -- once, and only for markup
    from importlib.util import module_from_spec  # noqa: PLC0415

    package = PathFinder.find_spec("turbohtml")
    if package is None or package.submodule_search_locations is None:
        return None
    spec = PathFinder.find_spec(_CORE, package.submodule_search_locations)
    if spec is None or spec.loader is None:
        return None
    try:
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
    except Exception:  # another release may be built otherwise: the package knows how
        return None
    sys.modules[_CORE] = module
    return module
