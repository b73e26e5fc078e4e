"""``maillint dns``, and the part of ``maillint check --dns`` that goes online."""

from __future__ import annotations

import ipaddress
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import click

from maillint.analysis.senders import aligned, common, envelope_domain, from_domains, signing_selectors
from maillint.cli.common import (
    LEVELS,
    exit_status,
    make_context,
    parse_formats,
    split_names,
    wants_color,
    write,
    write_stdout,
)
from maillint.cli.overview import overview
from maillint.config.config import Config, Overrides
from maillint.data.lists import load_list
from maillint.engine.domain import lint_domain
from maillint.files.access import UnreadableError
from maillint.finding import DomainReport, Report, Unknown
from maillint.message.model import Message
from maillint.message.read import MessageError, read_message
from maillint.network.answers import is_address
from maillint.network.facts import DomainFacts, Question, Selector, gather_all
from maillint.network.resolver import DEFAULT_TIMEOUT, DnsResolver
from maillint.output._paint import Paint
from maillint.project.discovery import Discovery, Group
from maillint.project.loader import load
from maillint.text.source import Source
from maillint.web import domains

PROFILE = "newsletter"
"""The profile whose settings hold for domains.

A domain's records serve all of its mail, so they have to meet what providers ask of bulk senders, whose
demands are the highest; cold mail has to meet the same in practice.
"""

GONE = "auth/domain-missing"
NO_DOMAIN = "no domain is known (a From field, or own-domains in the configuration)"

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_SELECTOR = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_LONGEST_TIMEOUT = 60.0


@click.command("dns")
@click.argument("names", nargs=-1, metavar="DOMAIN...")
@click.option("--selector", "selectors", multiple=True, metavar="NAME",
              help="A DKIM selector that your mail is signed with (s= of the signature). Repeatable.")  # fmt: skip
@click.option("--ip", "ips", multiple=True, metavar="ADDRESS",
              help="An address that sends your mail: SPF is evaluated for it. Repeatable.")  # fmt: skip
@click.option("--mail-from", metavar="ADDRESS",
              help="The envelope sender (Return-Path), where it is not of DOMAIN; '' for none. "
                   "SPF is looked up at its domain.")  # fmt: skip
@click.option("--helo", metavar="NAME", help="With --ip: the name that the sending server gives itself.")
@click.option("--resolver", metavar="HOST[:PORT]", help="Ask this DNS server instead of the system's.")
@click.option("--timeout", default=f"{DEFAULT_TIMEOUT:g}", show_default=True, metavar="SECONDS",
              help="How long one lookup may take.")  # fmt: skip
@click.option("--select", multiple=True, metavar="RULE", help="Run only this rule or family. Repeatable.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Leave out this rule or family. Repeatable.")
@click.option("--fail-on", type=click.Choice(LEVELS), default="error", show_default=True,
              help="The lowest severity that makes the exit status 1.")  # fmt: skip
@click.option("-f", "--format", "formats", multiple=True, metavar="NAME[=FILE]",
              help="Output format: full (the default), concise, json, or another of maillint check. "
                   "With =FILE it is written there; repeatable.")  # fmt: skip
@click.option("-o", "--output-file", metavar="FILE", help="Write the output to a file instead.")
@click.option("--config", "config_path", type=click.Path(dir_okay=False), metavar="FILE",
              help="Use this configuration instead of the nearest maillint.yaml.")  # fmt: skip
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True,
              help="NO_COLOR is honoured.")  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but findings.")
@click.option("-v", "--verbose", count=True, help="Add the references of each rule, and all that stayed unknown.")
@click.pass_context
def command(
    ctx: click.Context,
    names: tuple[str, ...],
    selectors: tuple[str, ...],
    ips: tuple[str, ...],
    mail_from: str | None,
    helo: str | None,
    resolver: str | None,
    timeout: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str,
    formats: tuple[str, ...],
    output_file: str | None,
    config_path: str | None,
    color: str,
    quiet: bool,
    verbose: int,
) -> None:
    """Check the mail authentication of a domain: SPF, DKIM, DMARC and MX.

    This command asks the DNS. An answer is found, absent or unreachable; what nobody could answer (a timeout,
    a server's failure) is reported as unknown, and is never taken for absence.

    DKIM keys stand under selectors, which cannot be listed: name yours with --selector, or as dkim-selectors in
    the configuration. Where none is known, the usual ones of large services are tried, and what is not found
    there stays unknown.

    \b
    Examples:
      maillint dns acme.example
      maillint dns acme.example --selector s1 --selector s2
      maillint dns acme.example --ip 192.0.2.7 --mail-from bounce@em.acme.example
      maillint dns acme.example acme.test -f json --resolver 192.0.2.53
    """
    if not names:
        raise click.UsageError("name at least one domain", ctx)
    targets = parse_formats(formats, output_file)
    if config_path is not None and not os.path.isfile(config_path):  # noqa: PTH113
        raise click.UsageError(f"--config: {config_path}: no such file", ctx)
    asked = list(dict.fromkeys(map(domain_name, names)))
    wanted = [selector(name, "--selector") for name in selectors]
    stray = next((one for one in wanted if one.domain and not any(aligned(one.domain, name) for name in asked)), None)
    if stray:
        raise click.UsageError(f"--selector: {stray.domain} is none of the domains to check")
    if helo is not None and not ips:
        raise click.UsageError("--helo is for evaluating SPF: give the sending address too, with --ip")
    sending, sender = tuple(map(sending_ip, ips)), None if mail_from is None else envelope_sender(mail_from)
    server = open_resolver(resolver, seconds(timeout))
    discovery = Discovery(config_path, Overrides(split_names(select), split_names(ignore)))
    config = discovery.config_for("x")
    if not any(active.rule.subject == "domain" for active in config.rules_for(PROFILE)):
        raise click.UsageError("the rules that are left are not about domains (those are in the family auth)")
    questions = [Question(name, selectors_for(name, wanted, config), sending, sender, helo or None) for name in asked]
    report = Report(domains=tuple(judge(facts, config) for facts in gather_all(questions, server)))
    context = make_context(discovery.catalogue, fail_on, -1 if quiet else verbose)
    if ("full", None) in targets and not quiet:
        write_stdout(overview(report.domains, context.width, Paint(wants_color(color, sys.stdout))))
    write(report, context, targets, color)
    ctx.exit(exit_status(report, context.fail_on))


def report_domains(report: Report, groups: Sequence[Group], discovery: Discovery, resolver: str | None) -> Report:
    """Add the domains that the linted messages are sent from to a report, each looked up once.

    These are the domains of the From fields; where a message has none that can be told, those that the
    configuration names as its own. A message without either is unknown. Raises click.UsageError for a
    resolver that is not HOST:PORT.
    """
    server = open_resolver(resolver, DEFAULT_TIMEOUT)
    messages: dict[str, list[tuple[Message, Config]]] = {}
    homeless: set[str] = set()
    for message, config in _messages(report, groups, discovery):
        known = from_domains(message) or [name for own in config.own_domains if (name := domains.a_label(own))]
        for domain in known:
            messages.setdefault(domain, []).append((message, config))
        if not known:
            homeless.add(message.source.path)
    questions = [_question(domain, found) for domain, found in messages.items()]
    judged = [
        judge(facts, found[0][1]) for facts, found in zip(gather_all(questions, server), messages.values(), strict=True)
    ]
    files = tuple(
        replace(file, unknown=(*file.unknown, Unknown(GONE, NO_DOMAIN))) if file.path in homeless else file
        for file in report.files
    )
    return replace(report, files=files, domains=(*report.domains, *judged))


def _question(domain: str, found: Sequence[tuple[Message, Config]]) -> Question:
    """What to ask about a From domain: its messages' selectors, and their envelope where they agree on one."""
    signing = [selector for message, _ in found for selector in signing_selectors(message, domain)]
    declared = [selector for _, config in found for selector in selectors_for(domain, (), config)]
    envelope = common(envelope_domain(message) for message, _ in found)
    return Question(
        domain,
        tuple(dict.fromkeys([*signing, *declared])),
        mail_from=f"postmaster@{envelope}" if envelope else None,
    )


def _messages(report: Report, groups: Sequence[Group], discovery: Discovery) -> Iterator[tuple[Message, Config]]:
    """The linted messages again: of their files, or of the text of a report on standard input."""
    for group in groups:
        try:
            sources, kind = load(group)
            yield read_message(sources, group.config.message_settings, kind), group.config
        except (UnreadableError, MessageError):
            continue  # a failure that the report has already
    for file in () if groups else report.files:
        config = discovery.config_for(file.path)
        source = Source.from_text(file.path, file.text)
        yield read_message([source], config.message_settings, file.kind), config


def judge(facts: DomainFacts, config: Config) -> DomainReport:
    """Run the rules about domains. Where the domain does not exist, that is all there is to say."""
    report = lint_domain(facts, facts.domain, facts.results(), config.rules_for(PROFILE))
    gone = tuple(found for found in report.findings if found.rule == GONE)
    return replace(report, findings=gone, unknown=()) if gone else report


def selectors_for(domain: str, named: Iterable[Selector], config: Config) -> tuple[Selector, ...]:
    """The selectors of a domain: those named, those of the configuration, and the usual ones as guesses."""
    origin = f"{config.path or 'configuration'}: dkim-selectors"
    known = [*named, *(selector(name, origin) for name in config.dkim_selectors)]
    guesses = [Selector(entry["name"], origin="guessed") for entry in load_list("dkim-selectors")["selectors"]]
    own = [one for one in known if one.domain is None or aligned(one.domain, domain)]
    return tuple(dict.fromkeys([*own, *guesses]))


# -- what people type ---------------------------------------------------------------------------------


def domain_name(text: str) -> str:
    """Take a domain in A-labels from the command line; raises click.UsageError with a suggestion."""
    host = _host_in(text)
    name = domains.a_label(host) if host else None
    if name is not None and host == text and "." in name and not name.rpartition(".")[2].isdigit():
        if name.startswith("_") or "._domainkey." in name:
            raise click.UsageError(f"{text!r} is the name of a record{_instead(_owner(name))}")
        return name
    what = "is not a domain name"
    if is_address(text.strip("[]")):
        raise click.UsageError(f"{text!r} is an address; name the domain, and the address with --ip")
    if host != text:
        what = "is an e-mail address" if "@" in text else "is a URL" if "/" in text else what
    raise click.UsageError(f"{text!r} {what}{_instead(name if name and '.' in name else None)}")


def _host_in(text: str) -> str:
    """The host of what may be a URL or an e-mail address."""
    host = (text.partition("://")[2] or text).strip().lstrip("/")
    host = re.split(r"[/?#]", host, maxsplit=1)[0].rpartition("@")[2].strip("<>")
    return host.removeprefix("*.") if ":" not in host else host.partition(":")[0]


def _owner(name: str) -> str:
    """The domain that a record's name belongs to, as the command line would name it."""
    key, _, domain = name.partition("._domainkey.")
    if domain:
        return f"{domain} --selector {key}"
    labels = name.split(".")
    return ".".join(labels[next(index for index, label in enumerate([*labels, ""]) if label[:1] != "_") :])


def _instead(name: str | None) -> str:
    return f"; did you mean {name}?" if name else ""


def selector(text: str, where: str) -> Selector:
    """Take a selector, or the whole name of its record; raises click.UsageError."""
    name, _, domain = text.strip().rstrip(".").partition("._domainkey")
    owner = domains.a_label(domain.removeprefix(".")) if domain else None
    if not _SELECTOR.fullmatch(name) or (domain and owner is None):
        raise click.UsageError(f"{where}: {text!r} is not a DKIM selector (the s= of a signature, such as s1)")
    return Selector(name.lower(), owner)


def sending_ip(text: str) -> str:
    """Take an IP address; raises click.UsageError."""
    if is_address(text):
        return str(ipaddress.ip_address(text))
    first = text.partition("/")[0]
    network = f"; for a network, name one of its addresses, such as {first}" if is_address(first) else ""
    raise click.UsageError(f"--ip: {text!r} is not an IP address{network}")


def envelope_sender(text: str) -> str:
    """Take the address of the envelope, empty for the null sender; raises click.UsageError."""
    address = text.strip().removeprefix("<").removesuffix(">")
    if address and not address.rpartition("@")[2]:
        raise click.UsageError(f"--mail-from: {text!r} has no domain")
    if address and "@" not in address:
        raise click.UsageError(f"--mail-from: {text!r} is not an address; did you mean postmaster@{address}?")
    return address


def seconds(text: str) -> float:
    """Take a time limit; raises click.UsageError."""
    try:
        value = float(text)
    except ValueError:
        raise click.UsageError(f"--timeout: {text!r} is not a number of seconds") from None
    if not 0 < value <= _LONGEST_TIMEOUT:
        raise click.UsageError(f"--timeout: {text} is not above 0 and at most {_LONGEST_TIMEOUT:g} seconds")
    return value


def open_resolver(server: str | None, timeout: float) -> DnsResolver:
    """Make the resolver that a command asks; raises click.UsageError."""
    try:
        return DnsResolver(server, timeout)
    except ValueError as error:
        raise click.UsageError(f"--resolver: {error}") from None
