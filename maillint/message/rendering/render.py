"""Render a message in every way that it is ready for: Jinja with sample data, MJML as HTML.

Nothing is rendered unless the package for it is installed and, for Jinja, sample data stand beside the
template. Every rendered text leads back to the template.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from maillint.message.memo import remembered
from maillint.message.model import Message
from maillint.message.rendering.model import Renderings

if TYPE_CHECKING:
    pass
from maillint.message.rendering.jinja import render_with_data
from maillint.message.rendering.mjml import render_mjml


def renders(message: Message) -> bool:
    """Whether there is anything to render: sample data beside the template, or MJML."""
    return message.samples is not None or any(part.mjml for part in message.parts)


@remembered
def render(message: Message) -> Renderings:
    """Render a message in every way that it is ready for; the result is kept with the message.

    Sample data are rendered in a process of its own, which takes up to ALL_SECONDS.
    """
    if message.finished or message.kind == "rendered":
        return Renderings()
    result = Renderings()
    if message.samples is not None:
        result = render_with_data(message, message.samples)
    elif any(part.mjml for part in message.parts):
        result = render_mjml(message)
    return result
