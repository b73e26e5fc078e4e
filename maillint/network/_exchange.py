"""One HTTP/1.1 exchange on a socket: a request, and the head of its response; bodies are never read."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Mapping

from maillint.patterns import regex
from maillint.values import frozen

LONGEST_HEAD = 65_536
"""The most bytes of a response that are read."""

_CHUNK = 4096
_STATUS = regex(rb"HTTP/1\.\d ([1-9]\d\d)(?: |$)")
_HEAD_END = regex(rb"\r?\n\r?\n")


class NotHttpError(ValueError):
    """What came is not HTTP, or the connection ended before a response; the message continues "<host> …"."""


@frozen
class Head:
    """Status code and header fields of a response; names in lower case, of a repeated field the first value."""

    status: int
    fields: Mapping[str, str]


class Deadline:
    """The time by which something must be done that takes several steps."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left; raises TimeoutError when the time is over."""
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


def tls_context(authorities: str | None) -> ssl.SSLContext:
    """Make a context that verifies certificates by the system's authorities, or by those of a PEM file."""
    context = ssl.create_default_context(cafile=authorities)
    # Python 3.13 checks certificates more strictly than browsers do.
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", ssl.VerifyFlags(0))
    context.set_alpn_protocols(["http/1.1"])
    return context


def connect(address: str, port: int, deadline: Deadline) -> socket.socket:
    """Connect to an IP address, without any name lookup; raises OSError."""
    channel = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        # A body is not read, and no more of it is received than this buffer holds.
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LONGEST_HEAD)
        channel.settimeout(deadline.left())
        channel.connect((address, port))
    except BaseException:
        channel.close()
        raise
    return channel


def secure(channel: socket.socket, context: ssl.SSLContext, host: str, deadline: Deadline) -> ssl.SSLSocket:
    """Start TLS and verify the certificate for a host; raises ssl.SSLError and OSError, and closes the channel then."""
    try:
        channel.settimeout(deadline.left())
        return context.wrap_socket(channel, server_hostname=host)
    except BaseException:
        channel.close()
        raise


def exchange(channel: socket.socket, request: bytes, deadline: Deadline) -> Head:
    """Send a request and read the head of the response; raises NotHttpError and OSError (TimeoutError if late)."""
    channel.settimeout(deadline.left())
    channel.sendall(request)
    data = bytearray()
    read = 0
    while True:
        searched = max(len(data) - 3, 0)
        channel.settimeout(deadline.left())
        chunk = channel.recv(_CHUNK)
        if not chunk:
            raise NotHttpError("hung up" if not read else "hung up in the middle of its answer")
        read += len(chunk)
        data += chunk
        while (end := _HEAD_END.search(data, searched)) is not None:
            head = _parse(bytes(data[: end.start()]))
            if head.status >= 200:
                return head
            del data[: end.end()]  # an interim response; the final one follows (RFC 9110, section 15.2)
            searched = 0
        if data[:5] != b"HTTP/"[: len(data)]:
            raise NotHttpError("answers with something that is not HTTP")
        if read >= LONGEST_HEAD:
            raise NotHttpError("answers with endless header fields")


def _parse(data: bytes) -> Head:
    lines = data.splitlines()
    status = _STATUS.match(lines[0]) if lines else None
    if status is None:
        raise NotHttpError("answers with something that is not HTTP")
    fields: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        if colon:
            fields.setdefault(name.decode("latin-1").strip().lower(), _text(value.strip()))
    return Head(int(status[1]), fields)


def _text(value: bytes) -> str:
    """A field's value: UTF-8, as most servers send URLs beyond ASCII, else Latin-1."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
