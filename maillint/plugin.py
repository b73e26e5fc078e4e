"""What authors of checks import: everything here is documented in docs/plugin.md and keeps its name.

Other modules of maillint are its own business and may move.
"""

from __future__ import annotations

from maillint.analysis.links import LinkInView, links_of
from maillint.check import ALONE, Needs, Option, Options, check
from maillint.hits import Change, Hit, NotKnown
from maillint.message.mime.headers import Field
from maillint.message.model import Message, Part
from maillint.message.views import View
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.spans import Span

__all__ = [
    "ALONE",
    "PLACEHOLDER_CHAR",
    "Change",
    "Field",
    "Hit",
    "LinkInView",
    "Message",
    "Needs",
    "NotKnown",
    "Option",
    "Options",
    "Part",
    "Span",
    "View",
    "check",
    "links_of",
]
