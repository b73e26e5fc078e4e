"""Request the links of messages while they are loaded, and add what is found to the report of their run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from maillint.analysis.askable_links import may_request
from maillint.catalogue.rule import ActiveRule
from maillint.checks.online import Online, blocklist_queries, wanted
from maillint.engine.lint import lint_online
from maillint.engine.suppression import suppress
from maillint.finding import FileReport, Report, source_order
from maillint.network.blocklists import Blocklist, Blocklists
from maillint.network.http_live import DEFAULT_TIMEOUT, LiveWeb, Network
from maillint.network.resolver import Resolver
from maillint.project.loader import LoadedMessage
from maillint.values import frozen, replace

BLOCKLISTED = "link-blocklisted"
"""The check that queries the DNS about hosts; the others need answers of servers."""

MAX_CHARACTERS = 2_000_000
"""The links of messages whose texts are this long together are requested before the next messages are loaded: in memory
they take 60 bytes for each character."""

Progress = Callable[[str, int, int], None]
"""Called with what is being looked up, how much of it has been answered, and how much there is."""


@frozen
class RequestOptions:
    """The DNS to use, seconds for one address, private networks that may be connected to, and what shows progress."""

    resolver: Resolver
    timeout: float = DEFAULT_TIMEOUT
    allowed: Sequence[Network] = ()
    progress: Progress = lambda what, done, count: None


class OnlineLinks:
    """Requests the links of the messages of a run, each address once, and runs the rules about the answers.

    The links of many messages are requested at a time, so that a server which does not answer holds up few others.
    """

    def __init__(self, options: RequestOptions) -> None:
        self._progress = options.progress
        self._web = LiveWeb(options.resolver, timeout=options.timeout, allowed=options.allowed, may_request=may_request)
        self._blocklists = Blocklists(options.resolver)
        self._waiting: list[tuple[LoadedMessage, list[ActiveRule]]] = []
        self._characters = 0
        self._found: list[FileReport] = []

    def add(self, loaded: LoadedMessage) -> None:
        """Take a message; its links and those of the messages before it are requested once there are many."""
        active = loaded.group.config.rules_for(loaded.message.profile)
        rules = [rule for rule in active if rule.rule.subject == "online"]
        if not rules:
            return
        self._waiting.append((loaded, rules))
        self._characters += sum(len(part.text) for part in loaded.message.parts)
        if self._characters >= MAX_CHARACTERS:
            self._look_up()

    def finish(self, report: Report) -> Report:
        """Request the links that are left, and add everything that was found to the report of the run."""
        self._look_up()
        return with_found(report, self._found)

    def _look_up(self) -> None:
        self._request_links()
        self._query_blocklists()
        for loaded, rules in self._waiting:
            message = loaded.message
            reports = lint_online(message, Online(message, self._web, self._blocklists.listing), rules)
            self._found.extend(suppress(message, reports, rules, loaded.group.config.catalogue))
        self._waiting.clear()
        self._characters = 0

    def _request_links(self) -> None:
        addresses: dict[str, None] = {}
        for loaded, rules in self._waiting:
            if any(active.rule.check_name != BLOCKLISTED for active in rules):
                addresses.update(dict.fromkeys(wanted(loaded.message)))
        self._web.follow(addresses, lambda done: self._progress("links", done, len(addresses)))

    def _query_blocklists(self) -> None:
        domains: dict[tuple[str, str], Blocklist] = {}
        for loaded, rules in self._waiting:
            for active in rules:
                if active.rule.check_name == BLOCKLISTED:
                    for blocklist, domain in blocklist_queries(loaded.message, active.options, self._web):
                        domains[blocklist.zone, domain] = blocklist
        self._blocklists.query_all(
            [(blocklist, domain) for (_, domain), blocklist in domains.items()],
            lambda done: self._progress("blocklists", done, len(domains)),
        )


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
