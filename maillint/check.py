"""What a check is: a generator over a subject that yields hits, and what it declares of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

from maillint.hits import DomainHit, Hit, NotKnown
from maillint.message.model import Message
from maillint.values import field, frozen

OptionType = Literal["text", "texts", "whole number", "number", "flag", "mapping"]
_TYPES: Mapping[str, tuple[type, ...]] = {
    "text": (str,),
    "whole number": (int,),
    "number": (int, float),
    "flag": (bool,),
    "mapping": (dict,),
}


@frozen
class Option:
    """One option of a check: its type, default, and meaning in one line. ``required`` has no default.

    ``text_fault`` says what is wrong with a text, or with one of several; None if nothing is.
    """

    type: OptionType
    default: Any
    doc: str
    choices: tuple[str, ...] = ()
    required: bool = False
    text_fault: Callable[[str], str | None] | None = field(default=None, repr=False)

    def fault(self, value: Any) -> str | None:
        """Say what is wrong with a value, None if nothing is."""
        if self.type == "texts":
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                return "must be a list of texts"
        elif not isinstance(value, _TYPES[self.type]) or (isinstance(value, bool) and self.type != "flag"):
            return f"must be a {self.type}"
        if self.choices and any(item not in self.choices for item in (value if isinstance(value, list) else [value])):
            return f"must be one of {', '.join(self.choices)}"
        faults = map(self.text_fault, value if isinstance(value, list) else [value]) if self.text_fault else ()
        return next((f"is wrong: {fault}" for fault in faults if fault), None)


Options = Mapping[str, Any]
MessageCheck = Callable[[Message, Options], Iterator[Hit | NotKnown]]
DomainCheck = Callable[[Any, Options], Iterator[DomainHit | NotKnown]]
AnyCheck = Callable[[Any, Options], Iterator[Any]]


@frozen
class Check:
    """A check with what it declares: evidence fields that its messages may use, and options.

    ``subject`` is the kind of subject that ``run`` is for (``Subject.kind`` in the engine): ``message``, ``domain``,
    ``online``, ``suppression``, or a kind that somebody else defines.
    """

    name: str
    run: AnyCheck
    subject: str
    fields: frozenset[str]
    options: Mapping[str, Option]

    @property
    def doc(self) -> str:
        """The first line of the check's docstring."""
        return (self.run.__doc__ or "").strip().partition("\n")[0]


def subject_check(
    subject: str, name: str, *, fields: Iterable[str] = (), options: Mapping[str, Option] | None = None
) -> Callable[[AnyCheck], Check]:
    """Declare a check over a kind of subject: a generator that is called with its facts and the rule's options."""
    return lambda function: Check(name, function, subject, frozenset(fields), options or {})


def check(
    name: str, *, fields: Iterable[str] = (), options: Mapping[str, Option] | None = None
) -> Callable[[MessageCheck], Check]:
    """Declare a check over a message."""
    return subject_check("message", name, fields=fields, options=options)


def domain_check(
    name: str, *, fields: Iterable[str] = (), options: Mapping[str, Option] | None = None
) -> Callable[[DomainCheck], Check]:
    """Declare a check over a domain's DNS."""
    return subject_check("domain", name, fields=fields, options=options)
