"""Judge the domains that mail is sent from: those named on the command line, and those of the messages of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from maillint.analysis.senders import aligned, common, envelope_domain, from_domains, from_places, signing_selectors
from maillint.config.config import LayeredConfig
from maillint.data.lists import load_list
from maillint.engine.domain import lint_domain
from maillint.errors import LintError
from maillint.files.paths import shown_path
from maillint.finding import DomainReport, FilePlace, FileReport, Report, Severity, Unknown
from maillint.hits import NotKnown
from maillint.message.model import Message
from maillint.network.facts import DomainFacts, Question, Selector, gather_all
from maillint.network.resolver import Resolver
from maillint.patterns import regex
from maillint.project.loader import LoadedMessage
from maillint.values import field, frozen, replace
from maillint.web import domains

PROFILE = "newsletter"
"""The profile whose settings hold for domains.

A domain's records serve all of its mail, so they have to meet what providers ask of bulk senders, whose
demands are the highest; cold mail has to meet the same in practice.
"""

MOST_DOMAINS = 20
"""Domains of one message's senders that are looked up."""

TOO_MANY = NotKnown(f"the message names more than {MOST_DOMAINS} sender domains; the rest are not looked up")

GONE = "auth/domain-missing"
NO_DOMAIN = NotKnown(
    "the sender's domain is not known", 'write "from:" in front matter, or "own-domains:" in maillint.yaml'
)

_BETWEEN = regex(r"[\s<>,;()\"]+")
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_SELECTOR = regex(rf"{_LABEL}(?:\.{_LABEL})*")


# -- the messages of a run ----------------------------------------------------------------------------


@frozen
class Sender:
    """Whom a message is from, as far as the DNS is concerned; small enough to come from another process.

    ``selectors`` are those of the message's DKIM signatures, by the domain that they are aligned with; ``envelope`` is
    the domain of its Return-Path; ``too_many``: of its domains some are left out. ``places`` are those of the domains
    that the message itself names.
    """

    path: str
    domains: tuple[str, ...]
    selectors: Mapping[str, tuple[Selector, ...]]
    envelope: str | None
    too_many: bool = False
    places: Mapping[str, FilePlace] = field(default_factory=dict)


def sender_of(loaded: LoadedMessage) -> Sender:
    """Read a message's sender: the domains of its From field, or else those that the configuration names as its own."""
    message, config = loaded.message, loaded.group.config
    own = from_domains(message) or [name for domain in config.own_domains if (name := domains.a_label(domain))]
    named = tuple(own[:MOST_DOMAINS])
    selectors = {domain: tuple(signing_selectors(message, domain)) for domain in named}
    too_many = len(own) > MOST_DOMAINS
    return Sender(message.source.path, named, selectors, envelope_domain(message), too_many, _places(message, named))


def _places(message: Message, names: Iterable[str]) -> dict[str, FilePlace]:
    """Where the From fields of a message name domains."""
    found: dict[str, FilePlace] = {}
    for name, header, span in from_places(message):
        if header.given or name not in names or name in found:
            continue
        start, end = header.in_file(span)
        (line, column), (end_line, end_column) = header.source.position(start), header.source.position(end)
        is_one_line = end_line == line and end > start
        found[name] = FilePlace(header.source.path, line, column, end_column if is_one_line else None)
    return found


def with_domains(report: Report, senders: Iterable[tuple[LayeredConfig, Sender]], resolver: Resolver) -> Report:
    """Add the domains that messages are sent from to their report, each looked up once.

    A message without any is unknown. Raises LintError for an invalid selector in the configuration.
    """
    by_domain: dict[str, list[tuple[LayeredConfig, Sender]]] = {}
    not_known: dict[str, NotKnown] = {}
    for config, sender in senders:
        for domain in sender.domains:
            by_domain.setdefault(domain, []).append((config, sender))
        if not sender.domains:
            not_known[sender.path] = NO_DOMAIN
        elif sender.too_many:
            not_known[sender.path] = TOO_MANY
    answers = gather_all([_question(domain, found) for domain, found in by_domain.items()], resolver)
    judged = [
        judge(facts, found[0][0], next((place for _, sender in found if (place := sender.places.get(domain))), None))
        for (domain, found), facts in zip(by_domain.items(), answers, strict=True)
    ]
    files = tuple(_with_unknown(file, not_known.get(file.path)) for file in report.files)
    return replace(report, files=files, domains=(*report.domains, *judged))


def _with_unknown(file: FileReport, why: NotKnown | None) -> FileReport:
    """The report of a file, with why its sender was not looked up."""
    if why is None:
        return file
    return replace(file, unknown=(*file.unknown, Unknown(GONE, why.reason, why.remedy, Severity.ERROR)))


def _question(domain: str, senders: Sequence[tuple[LayeredConfig, Sender]]) -> Question:
    """What to ask about a From domain: its messages' selectors, and their envelope where they agree on one."""
    signing = [selector for _, sender in senders for selector in sender.selectors[domain]]
    declared = [selector for config, _ in senders for selector in selectors_for(domain, (), config)]
    envelope = common(sender.envelope for _, sender in senders)
    return with_settings(
        Question(
            domain,
            tuple(dict.fromkeys([*signing, *declared])),
            mail_from=f"postmaster@{envelope}" if envelope else None,
        ),
        senders[0][0],
    )


def with_settings(question: Question, config: LayeredConfig) -> Question:
    """A question with what the configuration says of its domain, where the question itself does not say it."""
    own = config.for_domain(question.domain)
    return replace(
        question,
        ips=question.ips or own.sending_ips,
        mail_from=own.mail_from if question.mail_from is None else question.mail_from,
        helo=question.helo or own.helo,
    )


# -- one domain ---------------------------------------------------------------------------------------


def judge(facts: DomainFacts, config: LayeredConfig, place: FilePlace | None = None) -> DomainReport:
    """Run the rules about domains. Where the domain does not exist, that is all there is to say.

    ``place`` is where a message names the domain; without it, the configuration's counts.
    """
    rules = config.for_domain(facts.domain).rules_for(PROFILE)
    report = lint_domain(facts, facts.domain, facts.results(), rules)
    report = replace(report, place=place or place_in(config, facts.domain))
    gone = tuple(finding for finding in report.findings if finding.rule == GONE)
    return replace(report, findings=gone, unknown=()) if gone else report


def place_in(config: LayeredConfig, domain: str) -> FilePlace | None:
    """The line of the configuration that names a domain, else its first one; None without a configuration."""
    origins = [layer.origins["domains"] for layer in config.layers if layer.domain == domain]
    for key in ("own-domains", "headers"):
        origins += [layer.origins[key] for layer in config.layers if domain in _names_in(layer.values.get(key, ()))]
    for origin in origins:
        path, _, line = origin.rpartition(":")
        if line.isdecimal():
            return FilePlace(shown_path(path), int(line))
    return None if config.path is None else FilePlace(shown_path(config.path), 1)


def _names_in(value: object) -> set[str | None]:
    """The domains in a value of the configuration (a text, a list of texts, names with values), in A-labels."""
    if isinstance(value, str):
        return {domains.a_label(word.rpartition("@")[2]) for word in _BETWEEN.split(value) if "." in word}
    return set().union(*map(_names_in, value)) if isinstance(value, Iterable) else set()


def selectors_for(domain: str, named: Iterable[Selector], config: LayeredConfig) -> tuple[Selector, ...]:
    """The selectors of a domain: those named, those of the configuration, and the usual ones as guesses.

    Raises LintError for an invalid one in the configuration.
    """
    config = config.for_domain(domain)
    selectors = [*named, *(_declared(name, config) for name in config.dkim_selectors)]
    guesses = [Selector(entry["name"], origin="guessed") for entry in load_list("dkim-selectors")["selectors"]]
    own = [selector for selector in selectors if selector.domain is None or aligned(selector.domain, domain)]
    return tuple(dict.fromkeys([*own, *guesses]))


def _declared(name: str, config: LayeredConfig) -> Selector:
    selector = parse_selector(name)
    if selector is None:
        raise LintError(f"{config.path or 'configuration'}: dkim-selectors: {not_a_selector(name)}")
    return selector


def parse_selector(text: str) -> Selector | None:
    """Take a DKIM selector, or the whole name of its record; None for what is neither."""
    name, _, domain = text.strip().rstrip(".").partition("._domainkey")
    owner = domains.a_label(domain.removeprefix(".")) if domain else None
    if not _SELECTOR.fullmatch(name) or (domain and owner is None):
        return None
    return Selector(name.lower(), owner)


def not_a_selector(text: str) -> str:
    """What is wrong with a text that is no selector."""
    return f"{text!r} is not a DKIM selector (the s= of a signature, such as s1)"
