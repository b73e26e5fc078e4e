"""Ask about the links of a run that has been linted, and add what is found to its report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from maillint.analysis.askable_links import may_request
from maillint.catalogue.rule import ActiveRule
from maillint.checks.online import Online, blocklist_queries, wanted
from maillint.config.config import Config
from maillint.engine.lint import lint_online
from maillint.engine.suppression import suppress
from maillint.files.access import UnreadableError
from maillint.finding import FileReport, Report, source_order
from maillint.message.model import Message
from maillint.message.read import MessageError, read_message
from maillint.network.blocklists import Blocklist, Blocklists
from maillint.network.http_live import DEFAULT_TIMEOUT, LiveWeb, Network
from maillint.network.resolver import Resolver
from maillint.project.discovery import Discovery, Group
from maillint.project.loader import load, settings_of
from maillint.text.source import Source

BLOCKLISTED = "link-blocklisted"
"""The check that asks the DNS about hosts; the others ask servers."""

Progress = Callable[[str, int, int], None]
"""Hears what is being asked, how much of it has been answered, and how much there is."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How to ask: the DNS, seconds for one address, private networks that may be asked, and who hears of progress."""

    resolver: Resolver
    timeout: float = DEFAULT_TIMEOUT
    allowed: Sequence[Network] = ()
    progress: Progress = lambda what, done, count: None


def ask_links(report: Report, groups: Sequence[Group], discovery: Discovery, asking: Asking) -> Report:
    """Ask about the links of every message of a run, each address once, and run the rules about the answers.

    The messages are read again, once to collect what is asked and once to judge the answers: keeping those
    of a large run would cost more than reading them.
    """
    web = LiveWeb(asking.resolver, timeout=asking.timeout, allowed=asking.allowed, may_request=may_request)
    lists = Blocklists(asking.resolver)
    addresses: dict[str, None] = {}
    for message, config in _messages(report, groups, discovery):
        if any(active.rule.check_name != BLOCKLISTED for active in rules_for(message, config)):
            addresses.update(dict.fromkeys(wanted(message)))
    web.follow(addresses, lambda done: asking.progress("links", done, len(addresses)))
    domains: dict[tuple[str, str], Blocklist] = {}
    for message, config in _messages(report, groups, discovery):
        for active in rules_for(message, config):
            if active.rule.check_name == BLOCKLISTED:
                for blocklist, domain in blocklist_queries(message, active.options, web):
                    domains[blocklist.zone, domain] = blocklist
    lists.query_all(
        [(blocklist, domain) for (_, domain), blocklist in domains.items()],
        lambda done: asking.progress("blocklists", done, len(domains)),
    )
    found: list[FileReport] = []
    for message, config in _messages(report, groups, discovery):
        rules = rules_for(message, config)
        judged = lint_online(message, Online(message, web, lists.listing), rules)
        found.extend(suppress(message, judged, rules, config.catalogue))
    return with_found(report, found)


def rules_for(message: Message, config: Config) -> list[ActiveRule]:
    """The rules about answers that are on for a message."""
    return [active for active in config.rules_for(message.profile) if active.rule.subject == "online"]


def with_found(report: Report, found: Sequence[FileReport]) -> Report:
    """Add findings and open questions to the files of a report; those of other files are left out."""
    more: dict[str, list[FileReport]] = {}
    for file in found:
        more.setdefault(file.path, []).append(file)
    return replace(report, files=tuple(_joined(file, more.get(file.path, ())) for file in report.files))


def _joined(file: FileReport, more: Sequence[FileReport]) -> FileReport:
    findings = [*file.findings, *(finding for other in more for finding in other.findings)]
    findings.sort(key=source_order)
    unknown = dict.fromkeys([*file.unknown, *(question for other in more for question in other.unknown)])
    return replace(file, findings=tuple(findings), unknown=tuple(unknown))


def _messages(report: Report, groups: Sequence[Group], discovery: Discovery) -> Iterator[tuple[Message, Config]]:
    """The linted messages again: of their files, or of the text of a report on standard input."""
    for group in groups:
        try:
            sources, kind = load(group)
            yield read_message(sources, settings_of(group), kind), group.config
        except (UnreadableError, MessageError):
            continue  # a failure that the report has already
    for file in () if groups else report.files:
        config = discovery.config_for(file.path).for_file(file.path)
        yield read_message([Source.from_text(file.path, file.text)], config.message_settings, file.kind), config
