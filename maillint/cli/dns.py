"""``maillint dns``."""

from __future__ import annotations

import ipaddress
import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from maillint.analysis.senders import aligned
from maillint.cli import door
from maillint.cli.common import (
    BASELINE,
    COLOR,
    CONFIG,
    FAIL_ON,
    FAIL_ON_UNKNOWN,
    FORMAT,
    IGNORE,
    MIN_SEVERITY,
    OUTPUT_FILE,
    QUIET,
    SELECT,
    WRITE_BASELINE,
    Command,
    check_config_path,
    configured_targets,
    drop_known_of_domains,
    exit_status,
    make_context,
    option_group,
    parse_formats,
    resolver_option,
    rules_not_run,
    save_baseline,
    split_names,
    wants_color,
    write,
)
from maillint.cli.overview import overview
from maillint.config.config import CommandLine
from maillint.config.find import FILE_NAMES
from maillint.errors import LintError
from maillint.files.paths import shown_path
from maillint.finding import Report
from maillint.network.answers import is_address
from maillint.network.facts import Question, Selector, gather_all
from maillint.network.resolver import DEFAULT_TIMEOUT, DnsResolver
from maillint.output._paint import Paint
from maillint.project.discovery import Discovery
from maillint.project.domains import PROFILE, judge, not_a_selector, parse_selector, selectors_for, with_settings
from maillint.web import domains

_LONGEST_TIMEOUT = 60.0


_CARRY_REASONS = frozenset({"full", "json", "junit", "markdown", "sarif", "summary"})
"""Formats that say themselves why something stayed unknown."""


def complete_domains(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The domains of the configuration that a name may become; for shell completion."""
    from maillint.cli.complete import own_domains  # noqa: PLC0415 -- only while completing

    return own_domains(ctx, incomplete)


@click.command("dns", cls=Command)
@click.argument("names", nargs=-1, metavar="[DOMAIN]...", shell_complete=complete_domains)
@option_group(
    "What to look up",
    click.option(
        "--selector",
        "selectors",
        multiple=True,
        metavar="NAME",
        help="A DKIM selector that your mail is signed with (s= of the signature). Repeatable.",
    ),
    click.option(
        "--ip",
        "ips",
        multiple=True,
        metavar="ADDRESS",
        help="An address that sends your mail: SPF is evaluated for it. Repeatable.",
    ),
    click.option(
        "--mail-from",
        metavar="ADDRESS",
        help="The envelope sender (Return-Path), where it is not of DOMAIN; '' for none. SPF is looked up at its "
        "domain.",
    ),
    click.option("--helo", metavar="NAME", help="With --ip: the name that the sending server gives itself."),
)
@option_group("Rules and settings", SELECT, IGNORE, CONFIG, BASELINE, WRITE_BASELINE)
@option_group(
    "Online",
    resolver_option("Ask this DNS server instead of the system's."),
    click.option(
        "--timeout",
        default=f"{DEFAULT_TIMEOUT:g}",
        show_default=True,
        metavar="SECONDS",
        help="How long one lookup may take.",
    ),
)
@option_group(
    "Output",
    FORMAT,
    OUTPUT_FILE,
    FAIL_ON,
    FAIL_ON_UNKNOWN,
    MIN_SEVERITY,
    COLOR,
    QUIET,
    click.option("-v", "--verbose", count=True, help="Add the references of each rule, and all that was skipped."),
)
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:
    """Check the mail authentication of domains: SPF, DKIM, DMARC and MX.

    This command asks the DNS. Without a DOMAIN it checks those that the configuration names, under own-domains and
    domains; for those that mail is from, see maillint check --dns. An answer is found, absent or unreachable; what
    nobody could answer (a timeout, a server's failure) is skipped, and is never taken for absence.

    DKIM keys stand under selectors, which cannot be listed: name yours with --selector, or as dkim-selectors in
    the configuration. Where none is known, the usual ones of large services are tried, and what is not found
    there is skipped.

    \b
    Examples:
      maillint dns acme.example
      maillint dns acme.example --selector s1 --selector s2
      maillint dns acme.example --ip 192.0.2.7 --mail-from bounce@em.acme.example
      maillint dns acme.example acme.test -f json --resolver 192.0.2.53
      maillint dns --write-baseline known.json

    Exit status: 0, 1 or 2 as for every command; 2 also if no question was answered.
    """
    targets = parse_formats(given["formats"], given["output_file"])
    check_config_path(ctx, given["config_path"])
    requested = list(dict.fromkeys(map(domain_name, given["names"])))
    discovery = Discovery(given["config_path"], CommandLine(split_names(given["select"]), split_names(given["ignore"])))
    named = [selector(name, "--selector") for name in given["selectors"]]
    ips, sender = tuple(map(sending_ip, given["ips"])), given["mail_from"]
    if given["helo"] is not None and not ips:
        raise click.UsageError("--helo is for evaluating SPF: give the sending address too, with --ip")
    sender = None if sender is None else envelope_sender(sender)
    server = open_resolver(given["resolver"], seconds(given["timeout"]))
    config = discovery.config_for("x")
    requested = requested or list(config.domain_names)
    if not requested:
        raise click.UsageError(
            f"name a domain, or state own-domains in {shown_path(config.path or FILE_NAMES[0])}", ctx
        )
    stray = next((one for one in named if one.domain and not any(aligned(one.domain, n) for n in requested)), None)
    if stray:
        raise click.UsageError(f"--selector: {stray.domain} is not one of the domains to check")
    if not any(active.rule.subject == "domain" for active in config.rules_for(PROFILE)):
        raise click.UsageError("the rules that are left are not about domains (those are in the family auth)")
    questions = [
        with_settings(Question(name, selectors_for(name, named, config), ips, sender, given["helo"] or None), config)
        for name in requested
    ]
    facts = gather_all(questions, server)
    report = Report(domains=tuple(judge(found, config) for found in facts))
    ctx.exit(_finish(report, discovery, targets, given, [found.unanswered for found in facts]))


def _finish(
    report: Report,
    discovery: Discovery,
    targets: list[tuple[str, str | None]],
    given: Mapping[str, Any],
    unanswered: Sequence[str],
) -> int:
    """Write what was found; return the exit status. ``unanswered`` says of each domain why nothing is known of it."""
    config, quiet = discovery.config_for("x"), given["quiet"]
    if given["write_baseline"] is not None:
        if all(unanswered):
            raise LintError(f"no question was answered; nothing written ({unanswered[0]})")
        return save_baseline(report, given["write_baseline"], rules_not_run(discovery, online=False))
    report = drop_known_of_domains(report, given["baseline"] or config.baseline, discovery, quiet=quiet)
    limits = {"fail_on": given["fail_on"], "min_severity": given["min_severity"]}
    context = make_context(discovery.catalogue, config, -1 if quiet else given["verbose"], **limits)
    targets = configured_targets(targets, config, given=bool(given["formats"]))
    if ("full", None) in targets and not quiet:
        door.show(overview(report.domains, context.width, Paint(wants_color(given["color"], sys.stdout))))
    status = write(report, context, targets, given["color"])
    if all(unanswered):
        raise LintError(f"no question was answered ({unanswered[0]})")
    if not quiet and not any(name in _CARRY_REASONS for name, _ in targets):
        for reason in dict.fromkeys(one.reason for domain in report.domains for one in domain.unknown):
            door.tell(f"skipped: {reason}")
    return max(status, exit_status(report, context.fail_on, fail_on_unknown=given["fail_on_unknown"]))


# -- what people type ---------------------------------------------------------------------------------


def domain_name(text: str) -> str:
    """Take a domain in A-labels from the command line; raises click.UsageError with a suggestion."""
    if os.path.isfile(text) or ("." not in text and os.path.isdir(text)):  # noqa: PTH112, PTH113
        raise click.UsageError(f"{text} is not a domain; for the domains that it is from: maillint check --dns {text}")
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
    found = parse_selector(text)
    if found is None:
        raise click.UsageError(f"{where}: {not_a_selector(text)}")
    return found


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
