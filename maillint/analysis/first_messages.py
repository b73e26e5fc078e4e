"""Whether a text reads like a first message to a stranger."""

from __future__ import annotations

from maillint.analysis.greetings import greeting_length
from maillint.message.model import Message, Part
from maillint.patterns import regex
from maillint.text.placeholder import PLACEHOLDER_CHAR

_FEWEST, _MOST = 25, 180
"""Words: a line or two may be anything, and nobody reads a long text of a stranger."""

_MOST_LINKS = 4
_LONGEST_GREETING = 60
_LAID_OUT = frozenset({"table", "img", "style", "link", "button", "form", "h1", "h2", "h3", "center"})
_NOT_FIRST = frozenset({"received", "in-reply-to", "references", "auto-submitted", "precedence", "list-id"})
_QUESTION = regex(r"[?？](?=[\s\"'”»)]|$)")


def reads_like_first_message(message: Message) -> bool:
    """Whether it is short and plain, greets its reader, asks something, and answers nothing.

    A link that a template tag prints is the mark of a message that a program sends about something.
    """
    if any(field.key in _NOT_FIRST for field in message.headers):
        return False
    parts = message.parts
    return 0 < len(parts) <= 2 and all(map(_reads_so, parts))


def _reads_so(part: Part) -> bool:
    if part.mjml or part.template.has_inserts:
        return False
    view = part.views.first
    if part.markup and any(tag.tag in _LAID_OUT for tag in view.html.start_tags):
        return False
    links = view.content.links
    if len(links) > _MOST_LINKS or any(PLACEHOLDER_CHAR in link.url for link in links):
        return False
    lines = [line.strip() for line in view.content.flow.text.splitlines() if line.strip()]
    if not lines or len(lines[0]) > _LONGEST_GREETING or not greeting_length(lines[0]):
        return False
    if any(not line.strip(PLACEHOLDER_CHAR) for line in lines):
        return False
    return _FEWEST <= sum(len(line.split()) for line in lines) <= _MOST and any(map(_QUESTION.search, lines))
