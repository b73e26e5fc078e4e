"""Checks over lists of recipients: addresses, domains, rows, and what other cells hold."""

from __future__ import annotations

from collections.abc import Iterator

from maillint.check import Option, Options, recipients_check
from maillint.data.lists import load_list
from maillint.hits import NotKnown, RowHit
from maillint.network.answers import Absent, Found, Unreachable
from maillint.network.mail_hosts import NULL_MX, MailHosts
from maillint.patterns import regex
from maillint.recipients.addresses import FAULTS, NO_ADDRESS
from maillint.recipients.layout import normal_name
from maillint.recipients.model import ROW_FAULTS, Batch
from maillint.text.shorten import shorten
from maillint.web.domains import host_and_parents, is_private_host
from maillint.web.slips import slip_of

_LONGEST_TAG = 40


# -- rows and addresses -------------------------------------------------------------------------------


@recipients_check("address-syntax", fields=("fault", "kind"))
def address_syntax(batch: Batch, options: Options) -> Iterator[RowHit]:
    """Addresses that are invalid."""
    for index, address in enumerate(batch.addresses):
        if address[3] and address[3] != NO_ADDRESS and index not in batch.row_faults:
            yield RowHit(index, {"fault": FAULTS[address.fault], "kind": address.fault})


@recipients_check("missing-address")
def missing_address(batch: Batch, options: Options) -> Iterator[RowHit]:
    """Rows whose cell for the address is empty."""
    for index, address in enumerate(batch.addresses):
        if address[3] == NO_ADDRESS and index not in batch.row_faults:
            yield RowHit(index, {})


@recipients_check("malformed-row", fields=("fault", "kind"))
def malformed_row(batch: Batch, options: Options) -> Iterator[RowHit]:
    """Rows that are broken, whatever their address."""
    for index, fault in batch.row_faults.items():
        yield RowHit(index, {"fault": ROW_FAULTS[fault], "kind": fault}, cell=batch.texts[index].rstrip("\r\n"))


@recipients_check("duplicate-address")
def duplicate_address(batch: Batch, options: Options) -> Iterator[RowHit]:
    """Addresses of mailboxes that are in an earlier row too."""
    for index in batch.repeats:
        yield RowHit(index, {})


@recipients_check("suppressed-address")
def suppressed_address(batch: Batch, options: Options) -> Iterator[RowHit]:
    """Addresses that are on a suppression list."""
    for index in batch.suppressed:
        yield RowHit(index, {})


@recipients_check(
    "account-names",
    fields=("details",),
    options={"names": Option("texts", [], "local parts of addresses, in lower case", required=True)},
)
def account_names(batch: Batch, options: Options) -> Iterator[RowHit]:
    """Addresses with certain local parts; a tag after + does not count."""
    names = frozenset(options["names"])
    for index, address in enumerate(batch.addresses):
        local_part = address[0]
        if "+" in local_part:
            local_part = local_part.partition("+")[0]
        if local_part in names:
            yield RowHit(index, {}, f"{local_part}@")


# -- domains ------------------------------------------------------------------------------------------


@recipients_check(
    "disposable-domain",
    fields=("details",),
    options={
        "domains": Option("texts", [], "further domains of disposable addresses"),
        "except": Option("texts", [], "domains that are not disposable"),
    },
)
def disposable_domain(batch: Batch, options: Options) -> Iterator[RowHit]:
    """Disposable addresses."""
    from disposable_email_domains import blocklist  # noqa: PLC0415 -- for lists alone

    more, spared = frozenset(options["domains"]), frozenset(options["except"])
    for domain, rows in batch.domains.items():
        for host in host_and_parents(domain):
            if host in spared or slip_of(domain) is not None:  # typo-domain knows better what it is
                break
            if host in blocklist or host in more:
                yield from (RowHit(index, {}, domain) for index in rows)
                break


@recipients_check(
    "typo-domain",
    fields=("details", "suggestion"),
    options={"except": Option("texts", [], "domains that are not typos")},
)
def typo_domain(batch: Batch, options: Options) -> Iterator[RowHit]:
    """Domains that are a typo away from those of large providers."""
    for domain, rows in batch.domains.items():
        intended = None if domain in options["except"] else slip_of(domain)
        if intended is not None and not _dead((batch.mail_hosts or {}).get(domain)):
            yield from (RowHit(index, {"suggestion": intended}, domain) for index in rows)


@recipients_check("dead-domain", fields=("details", "reason"))
def dead_domain(batch: Batch, options: Options) -> Iterator[RowHit | NotKnown]:
    """Domains to which no mail can be delivered, by the DNS."""
    for domain, rows in batch.domains.items():
        hosts = (batch.mail_hosts or {}).get(domain)
        if hosts is None:
            continue
        answer = hosts.mx if isinstance(hosts.mx, Unreachable) else hosts.addresses
        if isinstance(answer, Unreachable):
            yield NotKnown(f"the DNS does not say who takes the mail of some domains ({answer.reason})")
        elif reason := _dead(hosts):
            intended = slip_of(domain)
            detail = domain if intended is None else f"{domain} (perhaps {intended})"
            yield from (RowHit(index, {"reason": reason}, detail) for index in rows)


def _dead(hosts: MailHosts | None) -> str:
    """Why no mail can be delivered to a domain; "" where it can, or nobody knows."""
    if hosts is None:
        return ""
    if hosts.mx == Absent("nxdomain"):
        return "no such domain"
    if hosts.hosts == (NULL_MX,):
        return "accepts no mail (null MX)"
    if isinstance(hosts.addresses, Absent):
        return "mail servers that do not exist" if hosts.hosts else "no MX or address records"
    return ""


@recipients_check(
    "trap-risk",
    fields=("details", "reason"),
    options={"placeholders": Option("texts", [], "domains used as placeholders", required=True)},
)
def trap_risk(batch: Batch, options: Options) -> Iterator[RowHit]:
    """Domains where mail ends that nobody asked for: placeholders, and domains without mail servers of their own."""
    placeholders = frozenset(options["placeholders"])
    for domain, rows in batch.domains.items():
        hosts = (batch.mail_hosts or {}).get(domain)
        reason = "a placeholder, which receives no mail" if domain in placeholders else _odd(hosts)
        if reason and not _dead(hosts):
            yield from (RowHit(index, {"reason": reason}, domain) for index in rows)


def _odd(hosts: MailHosts | None) -> str:
    if hosts is None or not isinstance(hosts.addresses, Found):
        return ""
    if all(map(is_private_host, hosts.addresses.records)):
        return "mail servers in a private network"
    return "" if hosts.hosts else "no MX records, only an address record"


# -- columns and cells --------------------------------------------------------------------------------


@recipients_check("missing-consent")
def missing_consent(batch: Batch, options: Options) -> Iterator[RowHit | NotKnown]:
    """Lists without a column that says where an address comes from, when, or whether it was confirmed."""
    if not batch.first or not batch.layout.has_header:
        return
    pieces = load_list("list-columns")["consent"]
    if not any(piece in name for name in map(normal_name, batch.layout.columns) for piece in pieces):
        yield RowHit(None, {})


_NAMES = (
    "SUM|AVERAGE|COUNT|IF|IFERROR|CONCAT|CONCATENATE|CHAR|HYPERLINK|IMAGE|INDIRECT|WEBSERVICE|FILTERXML|ENCODEURL|"
    "IMPORTXML|IMPORTDATA|IMPORTHTML|IMPORTFEED|IMPORTRANGE|EXEC|REGISTER|RTD|DDE"
)
_FORMULA = regex(
    rf"""(?ix)
    \s{{0,20}} (?:
      = \s{{0,5}} [+-]? (?P<any>[a-z_][a-z0-9_.]{{0,60}}) \s?\(       # =HYPERLINK(
    | [+\-@]{{1,3}} =? (?P<function>{_NAMES}) \(                         # @SUM(
    | [=+\-@] .{{0,200}}? \b(?P<dde>[a-z_][\w.]{{0,60}}) \| '[^']{{0,200}}' !    # =cmd|'/C calc'!A0
    | = \s{{0,5}} [+-]? (?P<cell>\$?[a-z]{{1,3}}\$?[0-9]{{1,7}} | [0-9]{{1,10}}) \s? [-+*/&^] \s? [\w$"(]    # =A1+B1
    | = \s{{0,5}} [+-]? (?P<only>\$?[a-z]{{1,3}}\$?[0-9]{{1,7}}) \s{{0,5}}$        # =A1
    )"""
)


@recipients_check("formula-injection", fields=("column", "formula"))
def formula_injection(batch: Batch, options: Options) -> Iterator[RowHit]:
    """Cells that a spreadsheet takes for a formula and runs."""
    if not any(sign in batch.text for sign in "=(|"):
        return
    for index, text in enumerate(batch.texts):
        if "=" in text or "(" in text or "|" in text:
            for column, cell in batch.other_cells(index):
                if found := _FORMULA.match(cell) if cell.lstrip()[:1] in {*"=+-@"} else None:
                    formula = next(filter(None, found.groups()))
                    yield RowHit(index, {"column": column, "formula": formula.upper()}, cell=cell)
                    break


_TAG = regex(
    r"\{\{[^{}\n]{1,200}\}\}|\{%[^{}\n]{1,200}%\}|<%[^<>\n]{1,200}%>|\*\|[A-Za-z0-9_:]{1,60}\|\*"
    r"|\$\{[^{}\n]{1,200}\}|%%[A-Za-z_][A-Za-z0-9_ ]{0,60}%%|#\{[^{}\n]{1,200}\}|\{\$[A-Za-z_][^{}\n]{0,100}\}"
)
_TAG_SIGNS = ("{{", "{%", "<%", "*|", "${", "%%", "#{", "{$")


@recipients_check("merge-tag-injection", fields=("column", "tag"))
def merge_tag_injection(batch: Batch, options: Options) -> Iterator[RowHit]:
    """Cells with a merge tag, which the sending tool may fill in, or run."""
    text = batch.text
    signs = [sign for sign in _TAG_SIGNS if sign in text]
    if not signs:
        return
    for index, row in enumerate(batch.texts):
        if any(sign in row for sign in signs):
            for column, cell in batch.other_cells(index):
                if found := _TAG.search(cell):
                    yield RowHit(index, {"column": column, "tag": shorten(found[0], _LONGEST_TAG)}, cell=cell)
                    break
