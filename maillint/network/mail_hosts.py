"""Who takes the mail of many domains: MX records, or the addresses that stand in for them (RFC 5321 section 5.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from maillint.network._threads import run_in_threads
from maillint.network.answers import Absent, Answer, Found, Unreachable
from maillint.network.resolver import Resolver, mx_host
from maillint.values import frozen

WORKERS = 32
"""Lookups at once: most of a lookup is waiting."""

NULL_MX = "."

_MOST_HOSTS = 5


@frozen
class MailHosts:
    """A domain's MX records, and the addresses of the hosts that they name; of the domain itself where there are no
    MX records. Addresses are those of the first host that has any, for one is enough.
    """

    domain: str
    mx: Answer
    addresses: Answer | None = None

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that the MX records name, the preferred ones first; ``NULL_MX`` says that there is none."""
        return tuple(mx_host(record)[1] for record in self.mx.records) if isinstance(self.mx, Found) else ()


def gather_mail_hosts(
    domains: Iterable[str], resolver: Resolver, done: Callable[[int], None] = lambda count: None, workers: int = WORKERS
) -> Mapping[str, MailHosts]:
    """Look up who takes the mail of domains, each once and many side by side; ``done`` as in ``run_in_threads``.

    The resolver must be safe to use from several threads, as ``DnsResolver`` is.
    """
    names = list(dict.fromkeys(domains))
    return dict(zip(names, run_in_threads(lambda name: mail_hosts(name, resolver), names, workers, done), strict=True))


def mail_hosts(domain: str, resolver: Resolver) -> MailHosts:
    """Look up who takes the mail of one domain."""
    mx = resolver.mx(domain)
    if isinstance(mx, Unreachable) or mx == Absent("nxdomain"):
        return MailHosts(domain, mx)
    hosts = MailHosts(domain, mx).hosts or (domain,)
    if hosts == (NULL_MX,):
        return MailHosts(domain, mx)
    return MailHosts(domain, mx, _addresses(hosts[:_MOST_HOSTS], resolver))


def _addresses(hosts: Iterable[str], resolver: Resolver) -> Answer:
    """The addresses of the first host that has any; otherwise whether any lookup was without an answer."""
    answers = []
    for host in hosts:
        answer = resolver.lookup(host, "A")
        if isinstance(answer, Absent):
            answer = resolver.lookup(host, "AAAA")
        if isinstance(answer, Found):
            return answer
        answers.append(answer)
    return next((answer for answer in answers if isinstance(answer, Unreachable)), answers[0])
