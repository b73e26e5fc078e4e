"""A real HTTP(S) server on loopback that misbehaves on request, and the certificates that it shows."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import struct
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeAlias, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Behaviour: TypeAlias = Literal[
    "mute", "slow-head", "endless-head", "endless-interim", "endless-body", "huge-body", "reset", "hang-up", "half",
    "garbage",
]  # fmt: skip
"""What to do instead of answering:

mute             say nothing until the client goes
slow-head        send the head one byte at a time, for ever
endless-head     send header fields without end
endless-interim  send interim answers without end
endless-body     send a good head, and a body piece by piece without end
huge-body        send a good head, and 64 MB as fast as possible
reset            reset the connection
hang-up          close the connection without an answer
half             close it in the middle of the head
garbage          send something that is not HTTP
"""


@dataclass(frozen=True)
class Page:
    """A plain answer."""

    status: int = 200
    fields: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"<p>Hello</p>"


def redirect(target: str, status: int = 302, **fields: str) -> Page:
    return Page(status, {"Location": target, **{name.replace("_", "-"): value for name, value in fields.items()}})


@dataclass(frozen=True)
class Request:
    """A request that the server got."""

    method: str
    path: str
    fields: Mapping[str, str]


Pages: TypeAlias = Mapping[str, "Page | Behaviour | list[Page | Behaviour]"]


@dataclass
class HttpServer:
    """Serve pages while the context lasts.

    Keys are paths, or a method and a path (``HEAD /x``); ``*`` stands for every other path, which is otherwise 404.
    The items of a list answer one request each, the last one all further requests. ``sent`` counts bytes,
    ``most_at_once`` the requests that were worked on at the same time; each takes ``delay`` seconds.
    """

    pages: Pages = field(default_factory=dict)
    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    delay: float = 0.0
    requests: list[Request] = field(default_factory=list, init=False)
    connections: int = field(default=0, init=False)
    sent: int = field(default=0, init=False)
    most_at_once: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.lock = threading.Lock()
        self.ended = threading.Event()
        self._at_once = 0
        self._turns: dict[str, int] = {}

    @property
    def port(self) -> int:
        return int(cast("tuple[str, int]", self._server.server_address)[1])

    def url(self, path: str = "/", host: str | None = None) -> str:
        name = host or (f"[{self.host}]" if ":" in self.host else self.host)
        return f"{'https' if self.tls else 'http'}://{name}:{self.port}{path}"

    def methods(self, path: str) -> list[str]:
        """The method of each request for a path."""
        with self.lock:
            return [request.method for request in self.requests if request.path == path]

    def __enter__(self) -> HttpServer:
        self._server = _Server(self, (self.host, 0))
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()

    def answer_to(self, request: Request) -> Page | Behaviour:
        with self.lock:
            self.requests.append(request)
            keys = (f"{request.method} {request.path}", request.path, "*")
            key = next((key for key in keys if key in self.pages), None)
            found = self.pages[key] if key is not None else Page(404)
            if not isinstance(found, list):
                return found
            turn = self._turns.get(key or "", 0)
            self._turns[key or ""] = turn + 1
            return found[min(turn, len(found) - 1)]

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        with self.lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        time.sleep(self.delay)
        with self.lock:  # before the response: a client that has it may send its next request at once
            self._at_once -= 1
        yield


class _Handler(socketserver.BaseRequestHandler):
    server: Any

    def handle(self) -> None:
        owner: HttpServer = self.server.owner
        with owner.lock:
            owner.connections += 1
        channel: socket.socket = self.request
        with contextlib.suppress(OSError):  # the client has gone
            if owner.tls is not None:
                channel = owner.tls.wrap_socket(channel, server_side=True)
            head = self._head(channel)
            if head is None:
                return
            with owner.at_work():
                answer = owner.answer_to(head)
                if isinstance(answer, Page):
                    self._send(channel, _packed(answer, head.method))
                else:
                    getattr(self, f"_{answer.replace('-', '_')}")(channel)
        with contextlib.suppress(OSError):
            channel.close()

    def _head(self, channel: socket.socket) -> Request | None:
        data = b""
        while b"\r\n\r\n" not in data:
            chunk = channel.recv(4096)
            if not chunk:
                return None
            data += chunk
            if not data[:1].isalpha():  # a TLS handshake where there is no TLS
                self._send(channel, _packed(Page(400), "GET"))
                return None
        first, *lines = data.decode("latin-1").partition("\r\n\r\n")[0].split("\r\n")
        method, path, _ = first.split(" ", 2)
        return Request(method, path, dict(line.split(": ", 1) for line in lines))

    def _send(self, channel: socket.socket, data: bytes) -> None:
        channel.sendall(data)
        with self.server.owner.lock:
            self.server.owner.sent += len(data)

    def _for_ever(self, channel: socket.socket, data: bytes, pause: float = 0.0) -> None:
        while not self.server.owner.ended.wait(pause):
            self._send(channel, data)

    def _mute(self, channel: socket.socket) -> None:
        channel.settimeout(10)
        channel.recv(1)

    def _slow_head(self, channel: socket.socket) -> None:
        self._send(channel, b"HTTP/1.1 200 OK\r\nX-Slow: ")
        self._for_ever(channel, b"x", 0.05)

    def _endless_head(self, channel: socket.socket) -> None:
        self._send(channel, b"HTTP/1.1 200 OK\r\n")
        self._for_ever(channel, b"X-More: and more\r\n" * 100)

    def _endless_interim(self, channel: socket.socket) -> None:
        self._for_ever(channel, b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 100)

    def _endless_body(self, channel: socket.socket) -> None:
        self._send(channel, b"HTTP/1.1 200 OK\r\n\r\n")
        self._for_ever(channel, b"<p>more</p>", 0.01)

    def _huge_body(self, channel: socket.socket) -> None:
        self._send(channel, b"HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n")
        for _ in range(1024):
            self._send(channel, b"x" * 65536)

    def _reset(self, channel: socket.socket) -> None:
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        channel.close()

    def _hang_up(self, channel: socket.socket) -> None:
        channel.close()

    def _half(self, channel: socket.socket) -> None:
        self._send(channel, b"HTTP/1.1 200 OK\r\nContent-Le")

    def _garbage(self, channel: socket.socket) -> None:
        self._send(channel, b"220 mail.acme.example ESMTP\r\n\x00\xff")


def _packed(page: Page, method: str) -> bytes:
    body = b"" if method == "HEAD" else page.body
    fields = {"Content-Length": str(len(page.body)), **page.fields}
    lines = [f"HTTP/1.1 {page.status} Whatever", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join((*lines, "", "")).encode("utf-8") + body


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, owner: HttpServer, address: Any) -> None:
        self.owner = owner
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client may close the connection at any time: print nothing."""


# -- certificates -------------------------------------------------------------------------------------


@dataclass
class Authority:
    """Issues certificates; ``path`` is a PEM file of its own, by which they are verified."""

    folder: Path
    name: str = "Test authority"

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = _certificate(self.name, self.name, self._key, self._key, authority=True)
        self.path = self.folder / f"{self.name}.pem"
        self.path.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def context(self, *names: str, since: int = -1, until: int = 30, signed: bool = True) -> ssl.SSLContext:
        """The certificate of a server with these host names or addresses, as a context that shows it.

        It is valid from ``since`` to ``until`` days from now. Unless ``signed`` by the authority, it is self-signed.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        issuer, signer = (self.name, self._key) if signed else (names[0], key)
        certificate = _certificate(names[0], issuer, key, signer, names, since, until)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".pem") as file:
            file.write(
                key.private_bytes(
                    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                )
                + certificate.public_bytes(serialization.Encoding.PEM)
            )
            file.flush()
            context.load_cert_chain(file.name)
        return context


def _certificate(
    subject: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    names: tuple[str, ...] = (),
    since: int = -1,
    until: int = 30,
    *,
    authority: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=since))
        .not_valid_after(now + timedelta(days=until))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if names:
        alternatives = x509.SubjectAlternativeName([_general(name) for name in names])
        builder = builder.add_extension(alternatives, critical=False)
    return builder.sign(signer, hashes.SHA256())


def _general(name: str) -> x509.GeneralName:
    with contextlib.suppress(ValueError):
        return x509.IPAddress(ip_address(name))
    return x509.DNSName(name)
