"""``maillint dns``."""

from __future__ import annotations

import ipaddress
import os
import re
import sys

import click

from maillint.analysis.senders import aligned
from maillint.cli import door
from maillint.cli.common import (
    LEVELS,
    exit_status,
    make_context,
    parse_formats,
    split_names,
    wants_color,
    write,
)
from maillint.cli.overview import overview
from maillint.config.config import CommandLine
from maillint.finding import Report
from maillint.network.answers import is_address
from maillint.network.facts import Question, Selector, gather_all
from maillint.network.resolver import DEFAULT_TIMEOUT, DnsResolver
from maillint.output._paint import Paint
from maillint.project.discovery import Discovery
from maillint.project.domains import PROFILE, judge, not_a_selector, parse_selector, selectors_for
from maillint.web import domains

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
@click.option("--resolver", metavar="HOST[:PORT]", envvar="MAILLINT_RESOLVER",
              help="Ask this DNS server instead of the system's.")  # fmt: skip
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
    requested = list(dict.fromkeys(map(domain_name, names)))
    named = [selector(name, "--selector") for name in selectors]
    stray = next((one for one in named if one.domain and not any(aligned(one.domain, n) for n in requested)), None)
    if stray:
        raise click.UsageError(f"--selector: {stray.domain} is not one of the domains to check")
    if helo is not None and not ips:
        raise click.UsageError("--helo is for evaluating SPF: give the sending address too, with --ip")
    sending, sender = tuple(map(sending_ip, ips)), None if mail_from is None else envelope_sender(mail_from)
    server = open_resolver(resolver, seconds(timeout))
    discovery = Discovery(config_path, CommandLine(split_names(select), split_names(ignore)))
    config = discovery.config_for("x")
    if not any(active.rule.subject == "domain" for active in config.rules_for(PROFILE)):
        raise click.UsageError("the rules that are left are not about domains (those are in the family auth)")
    questions = [
        Question(name, selectors_for(name, named, config), sending, sender, helo or None) for name in requested
    ]
    report = Report(domains=tuple(judge(facts, config) for facts in gather_all(questions, server)))
    context = make_context(discovery.catalogue, fail_on, -1 if quiet else verbose)
    if ("full", None) in targets and not quiet:
        door.show(overview(report.domains, context.width, Paint(wants_color(color, sys.stdout))))
    write(report, context, targets, color)
    ctx.exit(exit_status(report, context.fail_on))


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
