"""MSO conditional comments: which readers get what stands between ``<!--[if mso]>`` and ``<![endif]-->``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from maillint.patterns import regex
from maillint.text.spans import Span, merge
from maillint.values import NamedTuple, mutable

_OUTLOOK_VERSIONS = (16, 15, 14, 12, 11, 10, 9)

_IF = regex(r"\[(?i:if)")
_MALFORMED = regex(
    r"<!--(?P<space>\s+)?\[\s*(?:if)[\s!(]*+(?:mso|ie|vml|true|gte?|lte?)\b[^\]>\n]{0,200}\]?-{0,2}>?", re.IGNORECASE
)
"""What was to be a conditional."""

_CONDITIONAL = regex(
    r"<!(?:(?P<hidden>--\[(?i:if)\s(?P<hidden_test>[^\]]{0,200})\]>)(?P<shown><!-->|<!--\s*-->|-->)?"
    r"|\[(?i:if)\s(?P<bare_test>[^\]]{0,200})\]>"
    r"|(?P<end>(?:--\s*<!)?\[(?i:endif)\]\s*(?:-->|>)))"
)


@mutable
class _Conditional:
    test: str
    span: Span  # of the opening marker
    hidden: bool  # a comment to all clients but Outlook
    end: Span | None = None


def _conditionals(text: str) -> list[_Conditional]:
    found: list[_Conditional] = []
    open_ones: list[_Conditional] = []
    for match in _CONDITIONAL.finditer(text):
        if match["end"]:
            if open_ones:
                open_ones.pop().end = Span(*match.span())
            continue
        test = match["hidden_test"] if match["hidden"] else match["bare_test"]
        conditional = _Conditional(test, Span(*match.span()), bool(match["hidden"]) and not match["shown"])
        found.append(conditional)
        open_ones.append(conditional)
    return found


class BrokenConditional(NamedTuple):
    """The opening marker of a conditional that never ends, or (``is_malformed``) is none; ``reason`` in words."""

    span: Span
    reason: str
    is_malformed: bool


def broken_conditionals(text: str) -> list[BrokenConditional]:
    """Find the conditionals in a view that do not work: what is well-formed and ends is blank there."""
    if _IF.search(text) is None:
        return []
    conditionals = _conditionals(text)
    ends = [conditional.span.start for conditional in conditionals if conditional.end]
    found = [
        BrokenConditional(conditional.span, "it has no <![endif]-->", False)
        for conditional in conditionals
        if conditional.end is None
    ]
    starts = {broken.span.start for broken in found}.union(ends)
    for match in _MALFORMED.finditer(text):
        if match.start() not in starts:
            reason = "white space before the bracket" if match["space"] else "it is not written as <!--[if …]>"
            found.append(BrokenConditional(Span(*match.span()), reason, True))
    return sorted(found)


def audiences(text: str) -> list[tuple[int | None, list[Span]]]:
    """Return each audience with the spans of the text that it does not get, in order and apart.

    An audience is None (all clients that take conditional comments for comments) or a version of Outlook for Windows:
    the newest, and older ones where a conditional is for them alone.
    """
    conditionals = [conditional for conditional in _conditionals(text) if conditional.end]
    if not conditionals:
        return [(None, [])]
    result: list[tuple[int | None, list[Span]]] = [(None, merge(_hidden_from_others(text, conditionals)))]
    unseen = {id(conditional) for conditional in conditionals}
    for version in _OUTLOOK_VERSIONS:
        seen = {id(found) for found in conditionals if id(found) in unseen and holds(found.test, version)}
        if version == _OUTLOOK_VERSIONS[0] or seen:
            result.append((version, merge(_hidden_from_outlook(conditionals, version))))
            unseen -= seen
    return result


def _hidden_from_others(text: str, conditionals: list[_Conditional]) -> Iterator[Span]:
    close = -1
    for conditional in conditionals:
        assert conditional.end is not None
        if conditional.hidden:  # an ordinary comment: it ends at the first "-->", wherever that is
            if close < conditional.span.end:
                found = text.find("-->", conditional.span.end)
                close = found if found >= 0 else len(text)
            yield Span(conditional.span.start, min(close + 3, len(text)))
        else:
            yield conditional.span
        yield conditional.end


def _hidden_from_outlook(conditionals: list[_Conditional], version: int) -> Iterator[Span]:
    for conditional in conditionals:
        assert conditional.end is not None
        if holds(conditional.test, version):
            yield conditional.span
            yield conditional.end
        else:
            yield Span(conditional.span.start, conditional.end.end)


_TEST_TOKEN = regex(r"\(|\)|&|\||!|(?:lte|gte|lt|gt)\b|[\w.]+", re.IGNORECASE)


@lru_cache(1024)
def holds(test: str, version: int) -> bool:
    """Whether an MSO conditional's test holds in a version of Outlook for Windows (Word's engine).

    The grammar is Microsoft's conditional comments: ``!``, ``&``, ``|``, brackets, and
    ``lt|lte|gt|gte FEATURE VERSION``; ``mso`` and ``true`` hold, ``vml`` holds, ``IE`` does not.
    """
    tokens = [token.lower() for token in _TEST_TOKEN.findall(test)]
    python: list[str] = []
    index = 0
    depth = 0
    while index < len(tokens):
        token = tokens[index]
        if token in "()":
            depth += 1 if token == "(" else -1
            python.append(token)
            index += 1
        elif token in {"&", "|", "!"}:
            python.append(token)
            index += 1
        else:
            value, index = _term(tokens, index, version)
            python.append("1" if value else "0")
    return _evaluate(python)


def _term(tokens: list[str], index: int, version: int) -> tuple[bool, int]:
    comparison = ""
    if tokens[index] in {"lt", "lte", "gt", "gte"}:
        comparison = tokens[index]
        index += 1
    feature = tokens[index] if index < len(tokens) else ""
    index += 1
    number = None
    if index < len(tokens) and re.fullmatch(r"\d+(\.\d+)?", tokens[index]):
        number = int(tokens[index].split(".")[0][:9])
        index += 1
    if feature in {"vml", "true"}:
        return True, index
    if feature != "mso":
        return False, index
    if number is None:
        return True, index
    outcome = {"lt": version < number, "lte": version <= number, "gt": version > number, "gte": version >= number}
    return outcome.get(comparison, version == number), index


def _evaluate(tokens: list[str]) -> bool:
    """Evaluate ``!``, ``&``, ``|`` and brackets over 0 and 1 by two stacks; malformed tests do not hold."""
    rank = {"|": 1, "&": 2, "!": 3}
    values: list[bool] = []
    operators: list[str] = []

    def apply() -> None:
        operator = operators.pop()
        right = values.pop()
        if operator == "!":
            values.append(not right)
        else:
            left = values.pop()
            values.append(left or right if operator == "|" else left and right)

    try:
        for token in tokens:
            if token in "01":
                values.append(token == "1")
            elif token in "(!":
                operators.append(token)
            elif token == ")":
                while operators[-1] != "(":
                    apply()
                operators.pop()
            else:
                while operators and operators[-1] != "(" and rank[operators[-1]] >= rank[token]:
                    apply()
                operators.append(token)
        while operators:
            apply()
    except IndexError:
        return False
    return bool(values) and values[-1]
