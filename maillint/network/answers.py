"""What the DNS answers: records, no such record, or no answer at all."""

from __future__ import annotations

import ipaddress
from typing import Literal, TypeAlias, get_args

from maillint.values import field, frozen

Kind: TypeAlias = Literal["A", "AAAA", "CNAME", "MX", "PTR", "TXT"]
KINDS: tuple[Kind, ...] = get_args(Kind)
CHAIN_LIMIT = 8
"""How many aliases in a row are followed."""


@frozen
class Found:
    """The records of one name and type, sorted, so that their order is the same in every run.

    TXT: the character-strings of a record joined without separator. MX: `"10 mx.example"`, and
    `"0 ."` for the null MX (RFC 7505). CNAME and PTR: the host name. Names are in lower case and
    without the trailing dot. `ttl` is in seconds, 0 where unknown, and is ignored in comparisons.
    """

    records: tuple[str, ...]
    ttl: int = field(default=0, compare=False)


@frozen
class Absent:
    """The DNS says that there is no such record: no such name, or a name without records of that type."""

    kind: Literal["nxdomain", "nodata"]


@frozen
class Unreachable:
    """The query got no usable answer: a timeout, a server's failure or refusal, no network.

    `reason` is a phrase for people. `timed_out` is true where no server answered in time, and is ignored in
    comparisons.
    """

    reason: str
    timed_out: bool = field(default=False, compare=False)


Answer: TypeAlias = Found | Absent | Unreachable


def is_address(text: str, version: int | None = None) -> bool:
    """Whether a text is an IP address, of version 4 or 6 where one is given."""
    try:
        return version in (None, ipaddress.ip_address(text).version)
    except ValueError:
        return False
