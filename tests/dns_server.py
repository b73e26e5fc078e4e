"""A real DNS server on loopback, over UDP and TCP, that answers from a zone and misbehaves on request."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, TypeAlias, cast

import dnslib  # type: ignore[import-untyped]

Behaviour: TypeAlias = Literal[
    "timeout", "servfail", "refused", "formerr", "garbage", "truncate", "bare-truncate", "mute-tcp"
]
Strings: TypeAlias = str | bytes | Sequence[str | bytes]
"""One TXT record: a text, cut into strings of 255 bytes, or the very strings to send."""
Zone: TypeAlias = Mapping[str, Sequence[Strings] | str]

_UDP_LIMIT = 512
_RCODES = {"servfail": dnslib.RCODE.SERVFAIL, "refused": dnslib.RCODE.REFUSED, "formerr": dnslib.RCODE.FORMERR}
_CUT = ("truncate", "bare-truncate", "mute-tcp")


@dataclass(frozen=True)
class Query:
    """A question the server got."""

    name: str
    kind: str
    transport: Literal["udp", "tcp"]


@dataclass
class DnsServer:
    """Serve `zone` while the context lasts; `address` is then its `HOST:PORT`.

    `zone` is a mapping of `"name TYPE"` to records, as `ReplayResolver` reads it, or a zone file's text.
    In a mapping a value may also be a word: `nodata`, `nxdomain`, or a behaviour. `behaviours` maps a
    name, whatever the type, or `*` for all that the zone lacks, to a behaviour: `timeout` (no answer),
    `servfail`, `refused`, `formerr`, `garbage` (bytes that are no message), `truncate` (UDP answers are cut
    whatever their size), `bare-truncate` (the same, and the question is left out) and `mute-tcp` (cut over
    UDP, and nothing over TCP). With `chase=False` the server leaves aliases for the client to follow. Names
    that the zone lacks do not exist; answers over 512 bytes are cut over UDP.
    """

    zone: Zone | str
    behaviours: Mapping[str, Behaviour] = field(default_factory=dict)
    chase: bool = True
    ttl: int = 300
    host: str = "127.0.0.1"
    queries: list[Query] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self._records: dict[tuple[str, str], list[dnslib.RD]] = {}
        self._odd: dict[tuple[str, str], str] = {}
        self._servers: list[socketserver.BaseServer] = []
        self._lock = threading.Lock()
        if isinstance(self.zone, str):
            for rr in dnslib.RR.fromZone(self.zone):
                self._records.setdefault((_name(rr.rname), dnslib.QTYPE[rr.rtype]), []).append(rr.rdata)
        else:
            for key, value in self.zone.items():
                self._add(key, value)

    def _add(self, key: str, value: Sequence[Strings] | str) -> None:
        name, _, kind = key.rpartition(" ")
        if isinstance(value, str):
            self._odd[_name(name), kind] = value
        else:
            self._records[_name(name), kind] = [_rdata(kind, record) for record in value]

    @property
    def address(self) -> str:
        host, port = cast("tuple[str, int]", self._servers[0].server_address)[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def lookups(self, name: str, kind: str | None = None) -> int:
        """How often a name was looked up over UDP."""
        with self._lock:
            return sum(
                query.name == name and query.transport == "udp" and kind in (None, query.kind) for query in self.queries
            )

    def __enter__(self) -> DnsServer:
        for _ in range(20):
            udp = _Udp(self, (self.host, 0))
            try:
                tcp = _Tcp(self, udp.server_address)
            except OSError:  # another program has the TCP port of that number
                udp.server_close()
                continue
            self._servers = [udp, tcp]
            for server in self._servers:
                threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            return self
        raise RuntimeError("no port is free for both UDP and TCP")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def reply(self, data: bytes, transport: Literal["udp", "tcp"]) -> bytes | None:
        """The bytes that answer a message, or None for silence."""
        request = dnslib.DNSRecord.parse(data)
        name, kind = _name(request.q.qname), dnslib.QTYPE[request.q.qtype]
        with self._lock:
            self.queries.append(Query(name, kind, transport))
        behaviour = self.behaviours.get(name) or self._odd.get((name, kind), "")
        if not behaviour and (name, kind) not in self._records:
            behaviour = self.behaviours.get("*", "")
        if behaviour == "timeout" or (behaviour == "mute-tcp" and transport == "tcp"):
            return None
        if behaviour == "garbage":
            return data[:2] + b"\xff" * 20
        answer = request.reply()
        if behaviour in _RCODES:
            answer.header.rcode = _RCODES[behaviour]
            return bytes(answer.pack())
        self._fill(answer, name, kind)
        packed = bytes(answer.pack())
        if transport == "udp" and (behaviour in _CUT or len(packed) > _UDP_LIMIT):
            cut = answer.truncate()
            if behaviour != "bare-truncate":
                cut.add_question(request.q)
            return bytes(cut.pack())
        return packed

    def _fill(self, answer: dnslib.DNSRecord, name: str, kind: str) -> None:
        for _ in range(20):  # an alias may lead back to itself
            records = self._records.get((name, kind), [])
            alias = [] if records or kind == "CNAME" else self._records.get((name, "CNAME"), [])
            for record in records or alias:
                rtype = getattr(dnslib.QTYPE, kind if records else "CNAME")
                answer.add_answer(dnslib.RR(name or ".", rtype, rdata=record, ttl=self.ttl))
            if not alias or not self.chase:
                break
            name = _name(alias[0].label)
        if not answer.rr or alias:
            word = self._odd.get((name, kind))
            if word == "nxdomain" or (word is None and not alias and not self._exists(name)):
                answer.header.rcode = dnslib.RCODE.NXDOMAIN

    def _exists(self, name: str) -> bool:
        known = [*self._records, *(key for key, word in self._odd.items() if word != "nxdomain")]
        return any(owner == name or owner.endswith("." + name) for owner, _ in known)


class _Handler(socketserver.BaseRequestHandler):
    server: Any

    def handle(self) -> None:
        if isinstance(self.server, _Udp):
            data, channel = self.request
            reply = self.server.owner.reply(data, "udp")
            if reply is not None:
                channel.sendto(reply, self.client_address)
            return
        with self.request.makefile("rwb") as stream:
            head = stream.read(2)
            if len(head) == 2:
                reply = self.server.owner.reply(stream.read(struct.unpack("!H", head)[0]), "tcp")
                if reply is None:
                    stream.read(1)  # stay silent until the client gives up
                else:
                    stream.write(struct.pack("!H", len(reply)) + reply)


class _Udp(socketserver.ThreadingUDPServer):
    daemon_threads = True

    def __init__(self, owner: DnsServer, address: Any) -> None:
        self.owner = owner
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, owner: DnsServer, address: Any) -> None:
        self.owner = owner
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)


def _name(name: object) -> str:
    return str(name).rstrip(".").lower()


def _rdata(kind: str, record: Strings) -> dnslib.RD:
    if kind == "TXT":
        return dnslib.TXT(_strings(record))
    assert isinstance(record, str), f"{record!r} is no {kind} record"
    if kind == "MX":
        preference, _, host = record.partition(" ")
        return dnslib.MX(host, int(preference))
    return {"A": dnslib.A, "AAAA": dnslib.AAAA, "CNAME": dnslib.CNAME, "PTR": dnslib.PTR}[kind](record)


def _strings(record: Strings) -> list[bytes]:
    if not isinstance(record, str | bytes):
        return [part.encode() if isinstance(part, str) else part for part in record]
    data = record.encode() if isinstance(record, str) else record
    return [data[i : i + 255] for i in range(0, len(data), 255)] or [b""]
