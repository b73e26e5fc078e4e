"""Checks of a domain's SPF (RFC 7208): one record, which can be read, needs few lookups and restricts senders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from maillint.analysis.records import MOST_PROBLEMS, Results, first_word, reason, unanswered, whole, words
from maillint.check import Option, Options, domain_check
from maillint.hits import DomainHit, NotKnown
from maillint.patterns import regex
from maillint.text.shorten import shorten
from maillint.text.spans import Span

if TYPE_CHECKING:  # see maillint.checks.auth
    from maillint.network.facts import DomainFacts
    from maillint.network.spf import Modifier, SpfRecord, Term
    from maillint.network.spf_lookups import LookupTree, Node, Step

_LIKE_SPF = regex(r"[^0-9A-Za-z]*v\s*=\s*spf", re.IGNORECASE)


@domain_check("spf-missing", fields=("domain", "fault", "but"))
def spf_missing(facts: DomainFacts, options: Options) -> Results:
    """The envelope domain has no SPF record, or can have none; a record that was meant as one is shown."""
    spf = facts.spf
    if spf.impossible:
        yield DomainHit({"domain": shorten(spf.domain, 80), "fault": f"is {spf.impossible}", "but": ""})
        return
    yield from unanswered(spf.lookup)
    if not spf.texts and not spf.lookup.open:
        meant = next((text for text in spf.lookup.records if _LIKE_SPF.match(text)), None)
        if meant is None:
            yield DomainHit({"domain": spf.domain, "fault": "has no SPF record", "but": ""})
        else:
            but = ': this one does not begin with "v=spf1" and a space'
            evidence = {"domain": spf.domain, "fault": "has no SPF record", "but": but}
            yield DomainHit(evidence, meant, first_word(meant))


@domain_check("spf-multiple", fields=("domain", "count"))
def spf_multiple(facts: DomainFacts, options: Options) -> Results:
    """More than one SPF record."""
    spf = facts.spf
    yield from unanswered(spf.lookup)
    if len(spf.texts) > 1:
        evidence = {"domain": spf.domain, "count": len(spf.texts), "records": list(spf.texts)}
        yield DomainHit(evidence, spf.texts[1], whole(spf.texts[1]))


def _records(facts: DomainFacts) -> list[SpfRecord]:
    """The record that counts; empty where there is no record, or that is not known."""
    return [facts.spf.record] if facts.spf.record else []


def _trees(facts: DomainFacts) -> list[tuple[SpfRecord, LookupTree]]:
    """The record that counts, with all records that it includes."""
    return [(facts.spf.record, facts.spf.tree)] if facts.spf.record and facts.spf.tree else []


def _term_span(term: Term | Modifier) -> Span:
    return Span(term.start, term.end)


def _written(record: SpfRecord, term: Term | Modifier) -> str:
    return shorten(record.text[term.start : term.end])


# -- the record itself --------------------------------------------------------------------------------


@domain_check("spf-syntax", fields=("fault", "text"))
def spf_syntax(facts: DomainFacts, options: Options) -> Results:
    """What receivers cannot read in the record."""
    yield from unanswered(facts.spf.lookup)
    for record in _records(facts):
        for error in record.errors[:MOST_PROBLEMS]:
            text = shorten(record.text[error.start : error.end])
            evidence = {"fault": words(error.code), "text": text, "code": error.code}
            yield DomainHit(evidence, record.text, Span(error.start, error.end))


@domain_check("spf-length", fields=("count", "limit"), options={"limit": Option("whole number", 512, "bytes allowed")})
def spf_length(facts: DomainFacts, options: Options) -> Results:
    """The record does not fit into an answer that every receiver gets."""
    yield from unanswered(facts.spf.lookup)
    for record in _records(facts):
        size = len(record.text.encode("utf-8", "replace"))
        if size > options["limit"]:
            yield DomainHit({"count": size, "limit": options["limit"]}, record.text, whole(record.text))


@domain_check("spf-all", fields=("term",))
def spf_all(facts: DomainFacts, options: Options) -> Results:
    """The record lets every sender pass in the end."""
    yield from unanswered(facts.spf.lookup)
    for record in _records(facts):
        if record.all and record.all.qualifier == "+":
            yield DomainHit({"term": _written(record, record.all)}, record.text, _term_span(record.all))


@domain_check("spf-unreached", fields=("text", "place"))
def spf_unreached(facts: DomainFacts, options: Options) -> Results:
    """Terms that never count: those behind the first `all`, and a `redirect` in a record that has an `all`.

    Where that `all` lets everybody pass, they would change nothing; `spf-all` reports it.
    """
    yield from unanswered(facts.spf.lookup)
    for record in _records(facts):
        end = record.all
        if end is None or end.qualifier == "+":
            continue
        unreached = record.unreached
        if any(_written(record, term) != _written(record, end) for term in unreached):
            span = Span(unreached[0].start, unreached[-1].end)
            text = shorten(record.text[span.start : span.end])
            yield DomainHit({"text": text, "place": f'after "{_written(record, end)}"'}, record.text, span)
        redirect = record.modifier("redirect")
        if redirect is not None:
            evidence = {"text": _written(record, redirect), "place": f'beside "{_written(record, end)}"'}
            yield DomainHit(evidence, record.text, _term_span(redirect))


@domain_check("spf-open-end", fields=("ending",))
def spf_open_end(facts: DomainFacts, options: Options) -> Results:
    """The record does not say what to do with other senders: it ends in `?all`, or has no `all`."""
    yield from unanswered(facts.spf.lookup)
    for record in _records(facts):
        if record.all and record.all.qualifier == "?":
            ending = f"ends with {_written(record, record.all)}"
            yield DomainHit({"ending": ending}, record.text, _term_span(record.all))
        elif not (record.all or record.redirect or record.errors):
            end = len(record.text.rstrip())
            start = record.text.rfind(" ", 0, end) + 1
            yield DomainHit({"ending": 'has no "all" at its end'}, record.text, Span(start, end))


@domain_check("spf-ptr", fields=("term",))
def spf_ptr(facts: DomainFacts, options: Options) -> Results:
    """The `ptr` mechanism, which receivers skip or refuse."""
    yield from unanswered(facts.spf.lookup)
    for record in _records(facts):
        for term in [term for term in record.terms if term.mechanism == "ptr"][:MOST_PROBLEMS]:
            yield DomainHit({"term": _written(record, term)}, record.text, _term_span(term))


# -- what it includes ---------------------------------------------------------------------------------


@domain_check(
    "spf-lookups",
    fields=("count", "limit", "shares"),
    options={"limit": Option("whole number", 10, "lookups that receivers make (RFC 7208 section 4.6.4)")},
)
def spf_lookups(facts: DomainFacts, options: Options) -> Results:
    """The record and all that it includes need more DNS lookups than receivers make."""
    yield from unanswered(facts.spf.lookup)
    for record, tree in _trees(facts):
        if tree.lookups <= options["limit"]:
            yield from _uncounted(tree)
            continue
        steps = sorted(tree.root_steps, key=lambda step: -step.share)
        terms: dict[str, int] = {}
        for step in steps:
            term = _written(record, step.term)
            terms[term] = terms.get(term, 0) + step.share
        shares = [f"{term} {share}" for term, share in terms.items()]
        evidence = {"count": tree.lookups, "limit": options["limit"], "shares": shares, "terms": terms}
        yield DomainHit(evidence, record.text, _term_span(steps[0].term))


@domain_check(
    "spf-void-lookups",
    fields=("count", "limit", "names"),
    options={"limit": Option("whole number", 2, "empty answers that receivers accept (RFC 7208 section 4.6.4)")},
)
def spf_void_lookups(facts: DomainFacts, options: Options) -> Results:
    """More lookups come back empty than receivers accept."""
    yield from unanswered(facts.spf.lookup)
    for record, tree in _trees(facts):
        void = [step for step in tree.steps if step.void]
        if len(void) <= options["limit"]:
            yield from _uncounted(tree)
            continue
        names = [shorten(step.target or "") for step in void]
        evidence = {"count": len(void), "limit": options["limit"], "names": names}
        yield DomainHit(evidence, record.text, _term_span(_path(tree, void[0])[0].term))


def _uncounted(tree: LookupTree) -> Iterator[NotKnown]:
    """Say why a count may be too low, where it may be."""
    for step in tree.steps:
        if trouble := _unanswered_step(tree, step):
            yield NotKnown(trouble)
    if not tree.complete:
        yield NotKnown("the SPF record includes too many others")


def _unanswered_step(tree: LookupTree, step: Step) -> str:
    """Why it is not known what a term looks up or includes; empty where it is known."""
    child = tree.nodes[step.child] if step.child is not None else None
    if trouble := reason(step.answer):
        mechanism = getattr(step.term, "mechanism", "")
        return f"{step.target} {'TXT' if child else 'MX' if mechanism == 'mx' else 'A'}: {trouble}"
    if child and child.status == "unknown":
        return f"{shorten(step.term.value)} in SPF depends on the message"
    return ""


def _path(tree: LookupTree, step: Step) -> list[Step]:
    """The steps from the domain's own record down to one."""
    path = [step]
    while (above := tree.nodes[path[-1].node].step) is not None:
        path.append(tree.steps[above])
    return path[::-1]


@domain_check("spf-loop", fields=("target", "path"))
def spf_loop(facts: DomainFacts, options: Options) -> Results:
    """An include or redirect that leads back to a record it came from."""
    yield from unanswered(facts.spf.lookup)
    for record, tree in _trees(facts):
        for step in tree.steps:
            if step.child is not None and tree.nodes[step.child].status == "loop":
                yield _hit_below(record, tree, step, {})


@domain_check("spf-include-broken", fields=("target", "fault", "path"))
def spf_include_broken(facts: DomainFacts, options: Options) -> Results:
    """An include or redirect whose target has no SPF record, several, or one that cannot be read."""
    yield from unanswered(facts.spf.lookup)
    for record, tree in _trees(facts):
        for step in tree.steps:
            if step.child is None:
                continue
            if trouble := _unanswered_step(tree, step):
                yield NotKnown(trouble)
            elif fault := _broken(tree.nodes[step.child]):
                yield _hit_below(record, tree, step, {"fault": fault})


def _broken(node: Node) -> str:
    if node.status == "missing":
        return "has no SPF record"
    if node.status == "malformed":
        return "is not a full domain name"
    if node.status == "multiple":
        return "has more than one SPF record"
    if node.record and node.record.errors:
        error = node.record.errors[0]
        text = shorten(node.record.text[error.start : error.end])
        return f'has an invalid SPF record ({words(error.code)} "{text}")'
    return ""


def _hit_below(record: SpfRecord, tree: LookupTree, step: Step, evidence: Mapping[str, str]) -> DomainHit:
    """A hit about what a step includes, at the term of the domain's own record that leads to it."""
    path = _path(tree, step)
    way = " → ".join(shorten(leg.term.value) for leg in path)
    found = {"target": shorten(step.term.value), "path": way, **evidence}
    return DomainHit(found, record.text, _term_span(path[0].term))


# -- declared senders ---------------------------------------------------------------------------------


@domain_check("spf-sender-missing", fields=("ip", "result", "domain", "reason"))
def spf_sender_missing(facts: DomainFacts, options: Options) -> Results:
    """A declared sending address does not pass. Faults of the record itself have rules of their own."""
    spf = facts.spf
    if spf.checks:
        yield from unanswered(spf.lookup)
    for record in _records(facts):
        for check in () if record.errors else spf.checks:
            outcome = check.outcome
            if outcome.result == "temperror":
                yield NotKnown(f"SPF of {check.ip}: {outcome.domain}: {outcome.reason}")
            elif outcome.result != "pass":
                evidence = {
                    "ip": check.ip,
                    "result": outcome.result,
                    "domain": spf.domain,
                    "reason": f" ({shorten(outcome.reason)})" if outcome.reason else "",
                }
                own = outcome.term if outcome.term and outcome.domain == spf.domain else None
                yield DomainHit(evidence, record.text, _term_span(own) if own else Span(0, 0))
