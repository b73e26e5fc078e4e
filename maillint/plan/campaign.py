"""A plan with the messages that its steps name: what the rules about plans read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maillint.plan.model import Plan, Step
from maillint.values import field, frozen

if TYPE_CHECKING:
    from maillint.message.model import Message


@frozen
class Campaign:
    """A plan, and the message of each of its steps; None where there is no file, or none that can be read.

    ``missing`` are the numbers of the steps, from 1, whose file is not there. Where the plan itself stands in no file,
    nobody has looked, and there are neither messages nor missing ones. ``profile`` is the kind of mail that it is
    judged as, which settings may say.
    """

    plan: Plan
    messages: tuple[Message | None, ...] = field(default=(), repr=False)
    missing: tuple[int, ...] = ()
    profile: str = "general"

    @property
    def has_unread_templates(self) -> bool:
        """Whether steps name templates that nobody has looked for."""
        return not self.messages and any(step.template is not None for step in self.plan.steps)

    @property
    def steps(self) -> list[tuple[int, Step, Message | None]]:
        """Each step with its number, from 1, and its message."""
        messages = self.messages or (None,) * len(self.plan.steps)
        return [(number, *pair) for number, pair in enumerate(zip(self.plan.steps, messages, strict=True), 1)]
