"""Counts the DNS lookups that an SPF record costs a receiver, with all the records that it includes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from maillint.network.answers import Absent, Answer, Found, Unreachable
from maillint.network.resolver import Resolver
from maillint.network.spf import Modifier, SpfRecord, Term, has_macro, parse, query_name, spf_records
from maillint.values import frozen, mutable, replace

Status: TypeAlias = Literal["read", "missing", "multiple", "unreachable", "loop", "malformed", "unknown"]

_STEP_BOUND = 100
"""Steps after which the walk stops: ten times what RFC 7208 section 4.6.4 allows."""
_FAILURE_BOUND = 5
"""Unanswered lookups after which the walk stops, since each may have taken a whole timeout."""


@frozen
class Step:
    """One term that costs a lookup, and the answer to it.

    `node` is the index of the record that the term stands in, `child` that of the record that it leads to
    (include and redirect). `target` is the name looked up, None where that depends on the message (a macro,
    or `ptr`); `answer` is None where nothing was looked up. `share` counts this step and every step below it.
    """

    node: int
    term: Term | Modifier
    target: str | None
    answer: Answer | None
    child: int | None
    share: int

    @property
    def void(self) -> bool:
        """Whether the lookup found nothing (RFC 7208 section 4.6.4)."""
        return isinstance(self.answer, Absent)


@frozen
class Node:
    """A record in the tree, or the place of one that is not there.

    `status`: `read`; `missing` (the domain has no SPF record); `multiple` (it has several, so that receivers
    use none); `unreachable` (the lookup was not answered); `loop` (the domain of a record above, not followed
    again); `malformed` (it is no full domain name, and is not looked up); `unknown` (the domain depends on the
    message). `step` is the index of the step that leads here, None for the root. `record` is None unless the
    status is `read`.
    """

    domain: str | None
    status: Status
    record: SpfRecord | None
    step: int | None


@frozen
class LookupTree:
    """Every record and every term that costs a lookup, each in the order of evaluation; the root is `nodes[0]`.

    `lookups` is the cost of an evaluation in which no term matches before the end. Where `complete` is false
    the walk stopped at its bound, and `lookups` is a lower limit.
    """

    nodes: tuple[Node, ...]
    steps: tuple[Step, ...]
    complete: bool

    @property
    def lookups(self) -> int:
        """How many terms query the DNS (RFC 7208 section 4.6.4)."""
        return len(self.steps)

    @property
    def void_lookups(self) -> int:
        """How many of their queries find nothing, as far as that can be known without a message."""
        return sum(step.void for step in self.steps)

    @property
    def unreachable(self) -> tuple[Step, ...]:
        """The steps whose lookup was not answered; the count may lack what is below them."""
        return tuple(step for step in self.steps if isinstance(step.answer, Unreachable))

    @property
    def root_steps(self) -> tuple[Step, ...]:
        """The steps of the domain's own record; their shares add up to `lookups`."""
        return tuple(step for step in self.steps if step.node == 0)


@mutable
class _Frame:
    """A record on the path from the root, and those of its terms that are still to be walked."""

    node: int
    domain: str
    rest: Iterator[Term | Modifier]


def evaluate_lookups(domain: str, resolver: Resolver) -> LookupTree:
    """Walk the SPF record of a domain and all records that it includes or redirects to.

    The lookup of the domain's own record is not counted; where it was not answered, the root's status is
    `unreachable`. Loops are not followed and the walk is bounded, so that a hostile record costs about a
    hundred queries at most.
    """
    root, _ = _read(domain, resolver, None)
    nodes, steps = [root], list[Step]()
    frames = [_Frame(0, _key(domain), iter(root.record.lookup_terms if root.record else ()))]
    complete, failures = True, 0
    while frames:
        frame = frames[-1]
        term = next(frame.rest, None)
        if term is None:
            frames.pop()
        elif len(steps) == _STEP_BOUND or failures == _FAILURE_BOUND:
            complete = False
            break
        elif _leads_to_record(term):
            ancestors = [open_frame.domain for open_frame in frames]
            child, answer = _follow(term, ancestors, resolver, len(steps))
            steps.append(Step(frame.node, term, child.domain, answer, len(nodes), 1))
            nodes.append(child)
            if child.record and child.domain is not None:
                terms = iter(child.record.lookup_terms)
                frames.append(_Frame(len(nodes) - 1, _key(child.domain), terms))
        else:
            target = _target(term, frame.domain)
            answer = None if target is None else _look_up(term, target, resolver)
            steps.append(Step(frame.node, term, target, answer, None, 1))
        failures += term is not None and isinstance(steps[-1].answer, Unreachable)
    return LookupTree(tuple(nodes), _with_shares(nodes, steps), complete)


def _leads_to_record(term: Term | Modifier) -> bool:
    return isinstance(term, Modifier) or term.mechanism == "include"


def _follow(term: Term | Modifier, ancestors: list[str], resolver: Resolver, step: int) -> tuple[Node, Answer | None]:
    if has_macro(term.value):
        return Node(None, "unknown", None, step), None
    if _key(term.value) in ancestors:
        return Node(term.value, "loop", None, step), None
    return _read(term.value, resolver, step)


def _read(domain: str, resolver: Resolver, step: int | None) -> tuple[Node, Answer | None]:
    if query_name(domain) is None:
        return Node(domain, "malformed", None, step), None
    answer = resolver.txt(domain)
    if isinstance(answer, Unreachable):
        return Node(domain, "unreachable", None, step), answer
    records = spf_records(answer.records) if isinstance(answer, Found) else ()
    if len(records) == 1:
        return Node(domain, "read", parse(records[0]), step), answer
    return Node(domain, "multiple" if records else "missing", None, step), answer


def _target(term: Term | Modifier, domain: str) -> str | None:
    """The name that a term looks up, None where that depends on the message."""
    if has_macro(term.value) or (isinstance(term, Term) and term.mechanism == "ptr"):
        return None
    return term.value or domain


def _look_up(term: Term | Modifier, target: str, resolver: Resolver) -> Answer:
    mechanism = term.mechanism if isinstance(term, Term) else ""
    if mechanism == "mx":
        return resolver.mx(target)
    if mechanism == "exists":
        return resolver.lookup(target, "A")
    return resolver.address(target)


def _with_shares(nodes: list[Node], steps: list[Step]) -> tuple[Step, ...]:
    """Count each step in all steps above it; those come earlier in the list, so one pass from the end is enough."""
    shares = [1] * len(steps)
    for index in range(len(steps) - 1, -1, -1):
        above = nodes[steps[index].node].step
        if above is not None:
            shares[above] += shares[index]
    return tuple(replace(step, share=share) for step, share in zip(steps, shares, strict=True))


def _key(domain: str) -> str:
    return domain.rstrip(".").lower()
