"""What a check is: a generator over a subject that yields hits, and what it declares of itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from maillint.values import as_dict, field, frozen

if TYPE_CHECKING:
    from maillint.hits import DomainHit, Hit, NotKnown, RowHit
    from maillint.message.model import Message

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


ANY_FIELD = "*"
"""Among ``Needs.headers``: any header field."""

KNOWN_FIELDS = "known"
"""Among ``Needs.headers``: the message's header fields are known, whichever they are."""


@frozen
class Needs:
    """What must be in a message for a check to find anything, so that it need not run (or be imported) without it.

    Each field that is given names alternatives, and one of them must be there; all fields that are given must be met.
    Declare only what the check cannot do without whatever its options say. Names are in lower case.

    - ``kinds``: of message: ``eml``, ``html``, ``mjml``, ``txt``, ``rendered``.
    - ``headers``: names of header fields. With ``or_unknown``, the answer is *unknown* where none of them is there and
      the headers are not known.
    - ``parts``: ``html`` (MJML too), ``text``, ``mjml``, ``template`` (with tags of a template language), ``includes``,
      ``both`` (HTML and text).
    - ``tags``, ``attributes``: of the markup of any view.
    - ``links``: pieces of the addresses of links in lower case; "" for any link at all.
    - ``texts``: pieces of the source of parts, in the case in which they are given.
    - ``faults``: of markup: codes of the HTML standard, ``error`` for any of them, ``unclosed``, ``stray``,
      ``misnested``, ``misplaced``; ``truncated`` for branches that stand in no view.
    - ``rendered``: ``yes`` for what is rendered.
    - ``touches``: ``first`` for a first touch, and for cold mail that may be one.
    - ``options``: names of the check's own options that say something.
    """

    kinds: Collection[str] = ()
    headers: Collection[str] = ()
    or_unknown: bool = False
    parts: Collection[str] = ()
    tags: Collection[str] = ()
    attributes: Collection[str] = ()
    links: Collection[str] = ()
    texts: Collection[str] = ()
    faults: Collection[str] = ()
    rendered: Collection[str] = ()
    touches: Collection[str] = ()
    options: Collection[str] = ()

    def plain(self) -> dict[str, Any]:
        """What is given, ready for JSON."""
        found = {name: value for name, value in as_dict(self).items() if value}
        return {name: value if value is True else sorted(value) for name, value in found.items()}


PlainNeeds = Sequence[Mapping[str, Any]]
"""Alternatives of ``Needs``, ready for JSON: a check runs where one of them is met; without any, it always runs."""

Options = Mapping[str, Any]
if TYPE_CHECKING:
    MessageCheck = Callable[[Message, Options], Iterator[Hit | NotKnown]]
    DomainCheck = Callable[[Any, Options], Iterator[DomainHit | NotKnown]]
    RecipientsCheck = Callable[[Any, Options], Iterator[RowHit | NotKnown]]
AnyCheck = Callable[[Any, Options], Iterator[Any]]


ALONE = ("",)
"""What a check declares as ``cause`` where each place is a fault of its own, which has to be fixed for itself."""


@frozen
class Check:
    """A check with what it declares: evidence fields that its messages may use, and options.

    ``subject`` is the kind of subject that ``run`` is for (``Subject.kind`` in the engine): ``message``, ``domain``,
    ``online``, ``suppression``, or a kind that somebody else defines. ``needs`` are alternatives of what a message must
    have for the check to run; without any, it always runs. ``cause`` names the evidence that makes several places in a
    file one finding; without any, they are one where the rule's message is the same.
    """

    name: str
    run: AnyCheck
    subject: str
    fields: frozenset[str]
    options: Mapping[str, Option]
    needs: PlainNeeds = ()
    cause: tuple[str, ...] = ()

    @property
    def doc(self) -> str:
        """The first line of the check's docstring."""
        return (self.run.__doc__ or "").strip().partition("\n")[0]


def subject_check(
    subject: str,
    name: str,
    *,
    fields: Iterable[str] = (),
    options: Mapping[str, Option] | None = None,
    needs: Needs | Sequence[Needs] = (),
    cause: Sequence[str] = (),
) -> Callable[[AnyCheck], Check]:
    """Declare a check over a kind of subject: a generator that is called with its facts and the rule's options."""
    alternatives = (needs,) if isinstance(needs, Needs) else needs
    plain = tuple(alternative.plain() for alternative in alternatives)
    return lambda function: Check(name, function, subject, frozenset(fields), options or {}, plain, tuple(cause))


def check(
    name: str,
    *,
    fields: Iterable[str] = (),
    options: Mapping[str, Option] | None = None,
    needs: Needs | Sequence[Needs] = (),
    cause: Sequence[str] = (),
) -> Callable[[MessageCheck], Check]:
    """Declare a check over a message.

    ``needs``: what it cannot find anything without, or several alternatives. ``cause``: the evidence that makes several
    places in a file one finding; without it, they are one where the rule's message is the same.
    """
    return subject_check("message", name, fields=fields, options=options, needs=needs, cause=cause)


def domain_check(
    name: str, *, fields: Iterable[str] = (), options: Mapping[str, Option] | None = None
) -> Callable[[DomainCheck], Check]:
    """Declare a check over a domain's DNS."""
    return subject_check("domain", name, fields=fields, options=options)


def recipients_check(
    name: str, *, fields: Iterable[str] = (), options: Mapping[str, Option] | None = None
) -> Callable[[RecipientsCheck], Check]:
    """Declare a check over lists of recipients, which is called with one batch of rows after the other.

    Beside its own fields, messages may use ``where``, the lines that it is about, and ``rows``, their number.
    """
    return subject_check("recipients", name, fields=(*fields, "where", "rows"), options=options)
