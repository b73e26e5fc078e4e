"""A list's file, opened as often as it has to be read: plain or gzipped, its encoding found."""

from __future__ import annotations

import io
import os
import stat
from typing import TYPE_CHECKING

from maillint.errors import LintError
from maillint.files.access import is_handed_over, system_reason
from maillint.patterns import regex
from maillint.text.charsets import codec_name
from maillint.values import NamedTuple

if TYPE_CHECKING:
    from typing import IO

LONGEST_LINE = 1_000_000
"""Bytes of a line at the most: a longer one is no row of a list."""

_CHUNK = 1 << 20
_AT_ONCE = 1 << 16
_GZIP = b"\x1f\x8b"

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_FOREIGN = (
    (b"PK\x03\x04", "a spreadsheet or another ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"%PDF-", "a PDF"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"{\\rtf", "an RTF document"),
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ\0", "compressed with xz"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (b"PAR1", "a Parquet file"),
)
_PAGE = regex(rb"\s{0,100}(?:<!doctype|<html|<\?xml|<table)", 2)
_ARRAY = regex(rb"\s{0,100}\[\s{0,100}[\[{\"\]]")
_CONTROLS = bytes(number for number in range(32) if number not in b"\t\n\v\f\r")
_FEW_CONTROLS = 3
_CYRILLIC_RUN = regex(rb"[\xc0-\xff\xa8\xb8]{3,}")
_HIGH = regex(rb"[\x80-\xff]")


class Encoding(NamedTuple):
    """The codec of a text, and the byte order mark before it; ``errors`` keeps every byte through both ways.

    ``guessed``: there are other encodings of single bytes that it may be, since the text is not UTF-8.
    """

    codec: str
    bom: bytes = b""
    guessed: bool = False

    @property
    def errors(self) -> str:
        """How bytes are read that are not valid, so that writing gives the same bytes."""
        return "surrogatepass" if self.codec.startswith("utf-16") else "surrogateescape"


class ListFile:
    """A file of recipients. ``name`` is what people read of it; ``data`` takes its place where it is no plain file."""

    def __init__(self, name: str, data: IO[bytes] | None = None) -> None:
        self.name = name
        self._data = data
        self._status: tuple[int, int] | None = None
        with self._raw() as head:
            self.gzipped = head.read(2) == _GZIP

    @property
    def ending(self) -> str:
        """The ending of its name, before ``.gz``; "" for none."""
        return os.path.splitext(self.name.removesuffix(".gz"))[1]  # noqa: PTH122

    def error(self, text: str) -> LintError:
        """An error about this file."""
        return LintError(f"{self.name}: {text}")

    def open(self) -> IO[bytes]:
        """The content from its beginning, no longer gzipped; reading it raises LintError for what is damaged."""
        raw = self._raw()
        if self.gzipped:
            import gzip  # noqa: PLC0415 -- few lists are

            if self._data is None:
                raw.close()
            raw = gzip.open(self.name if self._data is None else raw, "rb")  # type: ignore[assignment]  # noqa: SIM115
        return _Through(self, raw)  # type: ignore[return-value]

    def require_unchanged(self) -> None:
        """Raise LintError if the file is another than the one that was read."""
        self._raw().close()

    def text(self, encoding: Encoding) -> io.TextIOWrapper:
        """The decoded content from its beginning, with its line ends, without a byte order mark."""
        stream = _Lines(self, self.open())
        stream.skip(len(encoding.bom))
        return io.TextIOWrapper(stream, encoding.codec, encoding.errors, newline="")  # type: ignore[arg-type]

    def _raw(self) -> IO[bytes]:
        if self._data is not None:
            self._data.seek(0)
            return _Through(self, self._data, keep=True)  # type: ignore[return-value]
        try:
            status = os.stat(self.name)  # noqa: PTH116
            if stat.S_ISDIR(status.st_mode):
                raise self.error("a folder; name one file")
            if not stat.S_ISREG(status.st_mode):
                raise self.error("not a regular file; maillint list - reads standard input")
            if (status.st_size, status.st_mtime_ns) != (self._status or (status.st_size, status.st_mtime_ns)):
                raise self.error("changed while it was read")
            self._status = status.st_size, status.st_mtime_ns
            return open(self.name, "rb")  # noqa: PTH123 -- closed by whoever reads it
        except OSError as error:
            raise self.error(system_reason(error)) from None

    def encoding(self, named: str | None = None) -> Encoding:
        """Find the encoding; raises LintError for what is no text. ``named`` is what the user calls it."""
        with self.open() as stream:
            head = stream.read(_CHUNK)
            if not head:
                raise self.error("the file is empty")
            foreign = next((what for magic, what in _FOREIGN if head.startswith(magic)), None)
            if foreign is not None:
                raise self.error(f"{foreign}, not a list; save it as CSV")
            bom, codec = next(((bom, codec) for bom, codec in _BOMS if head.startswith(bom)), (b"", ""))
            if codec.startswith("utf-32"):
                raise self.error("UTF-32; save it as UTF-8")
            if named is not None:
                return Encoding(self._codec(named), bom)
            codec = codec or self._wide(head)
            if codec:
                return Encoding(codec, bom)
            if _PAGE.match(head):
                raise self.error("an HTML or XML page, not a list; save it as CSV")
            if _ARRAY.match(head):
                raise self.error("a JSON array, not a list; write one object a line (JSON Lines)")
            while head and head.isascii():
                head = stream.read(_CHUNK)
        codec = _single_bytes(head)
        return Encoding(codec or "utf-8", guessed=bool(codec))

    def _codec(self, named: str) -> str:
        if named.lower().replace("_", "-") in {"utf-16-le", "utf-16-be", "utf-16le", "utf-16be"}:
            return f"utf-16-{named[-2:].lower()}"
        codec = codec_name(named)
        if codec is None:
            raise LintError(f'--encoding: unknown encoding "{named}"')
        return codec

    def _wide(self, head: bytes) -> str:
        """UTF-16 without a byte order mark; "" for text of single bytes."""
        if b"\0" not in head:
            return ""
        even, odd = head[::2].count(0), head[1::2].count(0)
        half = len(head) // 2
        if odd > half * 0.4 and even < half * 0.1:
            return "utf-16-le"
        if even > half * 0.4 and odd < half * 0.1:
            return "utf-16-be"
        if len(head) - len(head.translate(None, _CONTROLS)) > max(len(head) * 0.02, _FEW_CONTROLS):
            raise self.error("binary data, not a list")
        return ""


class _Through(io.BufferedIOBase):
    """Another stream's bytes; ``keep`` leaves that open when this one is closed."""

    def __init__(self, file: ListFile, stream: IO[bytes], *, keep: bool = False) -> None:
        self._file = file
        self._stream = stream
        self._keep = keep

    def read(self, size: int | None = -1, /) -> bytes:
        """Read so many bytes, or all; raises LintError where that cannot be."""
        try:
            return self._stream.read(-1 if size is None else size)
        except LintError:
            raise
        except EOFError:
            raise self._file.error("damaged: it ends in the middle") from None
        except OSError as error:
            raise self._file.error(f"cannot be read ({system_reason(error)})") from None
        except Exception as error:  # zlib's has no base but this
            raise self._file.error(f"damaged ({error})") from None

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def close(self) -> None:
        """Close the other stream too."""
        if not self._keep:
            self._stream.close()
        super().close()


class _Lines(_Through):
    """A stream of lines, none of which is longer than LONGEST_LINE: memory holds what a line needs."""

    def __init__(self, file: ListFile, stream: IO[bytes]) -> None:
        super().__init__(file, stream)
        self._open = 0

    def skip(self, size: int) -> None:
        """Leave out so many bytes."""
        self.read(size)

    def read1(self, size: int = -1, /) -> bytes:
        """Read some bytes, more than a text asks for at a time; raises LintError for a line without end."""
        data = self.read(max(size, _AT_ONCE))
        end = max(data.rfind(b"\n"), data.rfind(b"\r"))
        self._open = self._open + len(data) if end < 0 else len(data) - end
        if self._open > LONGEST_LINE:
            raise self._file.error(f"a line is longer than {LONGEST_LINE:,} bytes; is this a list?")
        return data


def is_plain_file(path: str) -> bool:
    """Whether a path can be read more than once."""
    return path != "-" and not is_handed_over(path)


def _single_bytes(data: bytes) -> str:
    """The encoding of text that is not UTF-8; "" where it is. The first bytes beyond ASCII are among those given."""
    text = data[:-3] if len(data) == _CHUNK else data  # the last character may be cut
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        decoded = text.decode("utf-8", "replace")
        broken = decoded.count("\ufffd")
        valid = sum(character > "\x7f" for character in decoded) - broken
        if broken and valid < 4 * broken:
            high = len(_HIGH.findall(text))
            cyrillic = sum(map(len, _CYRILLIC_RUN.findall(text)))
            return "windows-1251" if cyrillic * 2 > high else "windows-1252"
    return ""
