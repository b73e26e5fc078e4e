"""Render a message: Jinja with the sample data beside it, MJML as HTML.

That takes an optional package, Jinja2 or mrml. Every rendered text leads back to the template.
"""

from __future__ import annotations

from maillint.message.memo import remembered
from maillint.message.model import Message
from maillint.message.rendering.model import Renderings


def renders(message: Message) -> bool:
    """Whether a message has something to render: sample data beside the template, or MJML."""
    return message.samples is not None or any(part.mjml for part in message.parts)


@remembered
def render(message: Message) -> Renderings:
    """Render a message once; nothing is rendered of a message that is ready to send, or is a rendering itself.

    With sample data this starts a process, which takes up to ``jinja.ALL_SECONDS``.
    """
    if message.finished or message.kind == "rendered":
        return Renderings()
    if message.samples is not None:
        from maillint.message.rendering.jinja import render_with_data  # noqa: PLC0415 -- few messages are rendered

        return render_with_data(message, message.samples)
    if any(part.mjml for part in message.parts):
        from maillint.message.rendering.mjml import render_mjml  # noqa: PLC0415 -- few messages are rendered

        return render_mjml(message)
    return Renderings()
