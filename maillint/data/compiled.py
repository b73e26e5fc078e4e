"""Texts that are slow to make and fast to load: shipped with the package, or cached per user."""

from __future__ import annotations

# On the path of every start, so without pathlib (8 ms), contextlib and tempfile (10 ms and more).
# ruff: noqa: PTH100, PTH103, PTH105, PTH108, PTH111, PTH116, PTH118, PTH119, PTH120, PTH123, SIM105
import binascii
import os
import sys

TYPE_CHECKING = False  # typing itself costs milliseconds
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

_BUILT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "_built")


def load_text(name: str, key: str, make: Callable[[], str]) -> str:
    """Return the text that `make` makes, from the package or the user's cache where it is there already.

    `name` is a plain file name; `key` is one line that says what the text was made from, and a stored text
    counts only if it has this very key and is whole. Otherwise `make` is called and its result stored, so
    that no other process ever sees half of it; a folder that cannot be written is no error. Raises
    ValueError for a name or key of another form, and whatever `make` raises.
    """
    text = load_built(name, key)
    if text is not None:
        return text
    folder = cache_folder()
    if folder is None:
        return make()
    path = os.path.join(folder, f"{name}-{binascii.crc32(_encode(key)):08x}")
    text = _read(path, key)
    if text is None:
        text = make()
        _store(folder, path, key, _encode(text))
    return text


def load_built(name: str, key: str) -> str | None:
    """Return a text that the package brings, as ``load_text`` does; None where it has none of this key."""
    _require_plain(name, key)
    return _read(os.path.join(_BUILT, name), key)


def load_object(name: str, key: str, make: Callable[[], Any]) -> Any:
    """Return the plain data (dictionaries, lists, texts, numbers) that ``make`` makes, in a form that loads at once.

    It is ``marshal``'s, which is for one version of Python: the user's cache has a file for each, of the latest key.
    Like compiled modules, it is trusted if it is whole. A package brings no such form; where nothing can be stored,
    ``make`` is called each time.
    """
    import marshal  # noqa: PLC0415 -- built in

    _require_plain(name, key)
    folder = cache_folder()
    if folder is None:
        return make()
    path = os.path.join(folder, f"{name}.{sys.implementation.cache_tag}-{binascii.crc32(_encode(_BUILT)):08x}")
    body = _read_body(path, key)
    try:
        if body is not None:
            return marshal.loads(body)
    except (EOFError, ValueError, TypeError):
        pass
    made = make()
    _store(folder, path, key, marshal.dumps(made))
    return made


def built_state(name: str) -> str:
    """What tells one file that the package brings from another of this name; "" where there is none."""
    try:
        status = os.stat(os.path.join(_BUILT, name))
    except OSError:
        return ""
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"


def load_latest(name: str, key: str, make: Callable[[], str]) -> str:
    """Return a text as ``load_text`` does, from the user's cache, where only the text of the latest key is kept."""
    _require_plain(name, key)
    folder = cache_folder()
    if folder is None:
        return make()
    path = os.path.join(folder, name)
    text = _read(path, key)
    if text is None:
        text = make()
        _store(folder, path, key, _encode(text))
    return text


def write_built(folder: str, name: str, key: str, text: str) -> None:
    """Write the file that `load_text(name, key, …)` finds in the package, for the build of a wheel.

    `folder` is the package's `_built` folder and is made if missing. Raises OSError when it cannot be
    written, ValueError for a name or key that load_text would refuse.
    """
    _require_plain(name, key)
    os.makedirs(folder, exist_ok=True)
    _write(os.path.join(folder, name), key, _encode(text))


def _store(folder: str, path: str, key: str, body: bytes) -> None:
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        _write(path, key, body)
    except OSError:
        pass  # a read-only home, a full disk: the next run makes the text again


def cache_folder() -> str | None:
    """Return the user's cache folder, which need not exist; None where the environment names none."""
    return _cache_folder(os.environ, windows=os.name == "nt")


def user_key() -> bytes | None:
    """A secret of this user on this machine, made on the first request; None where none can be stored.

    It stands in the user's cache folder, for the user's eyes alone: what is sealed with it was not made elsewhere.
    """
    folder = cache_folder()
    if folder is None:
        return None
    path = os.path.join(folder, "key")
    return _read_key(path) or _make_key(folder, path)


_KEY_LENGTH = 32


def _read_key(path: str) -> bytes | None:
    try:
        with open(path, "rb", buffering=0) as file:
            key = file.read(_KEY_LENGTH + 1)
            foreign = hasattr(os, "getuid") and os.fstat(file.fileno()).st_uid != os.getuid()
    except OSError:
        return None
    return key if len(key) == _KEY_LENGTH and not foreign else None


def _make_key(folder: str, path: str) -> bytes | None:
    key = os.urandom(_KEY_LENGTH)
    temporary = f"{path}.{os.urandom(8).hex()}.tmp"
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            os.write(descriptor, key)
        finally:
            os.close(descriptor)
        os.replace(temporary, path)
    except OSError:
        return None
    return key


def _cache_folder(environment: Mapping[str, str], *, windows: bool) -> str | None:
    chosen = environment.get("MAILLINT_CACHE_DIR")
    if chosen:
        return chosen
    if windows:
        base = environment.get("LOCALAPPDATA", "")
    else:
        base = environment.get("XDG_CACHE_HOME", "")
        if not base.startswith("/"):  # unset, or relative: to be ignored, says the XDG base directory spec
            home = os.path.expanduser("~")
            base = os.path.join(home, ".cache") if home.startswith("/") else ""
    return os.path.join(base, "maillint") if base else None


def _require_plain(name: str, key: str) -> None:
    if not name or name != os.path.basename(name) or name in {".", ".."}:
        raise ValueError(f"not a plain file name: {name!r}")
    if not key or len(key.splitlines()) != 1 or key != key.strip():
        raise ValueError(f"not a single line: {key!r}")


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _seal(body: bytes) -> bytes:
    return b"%d %08x" % (len(body), binascii.crc32(body))


def _read(path: str, key: str) -> str | None:
    """Return the text in a file, None if there is none or it is another key's, truncated or damaged."""
    body = _read_body(path, key)
    try:
        return None if body is None else body.decode("utf-8", "surrogatepass")
    except ValueError:
        return None


def _read_body(path: str, key: str) -> bytes | None:
    """Return what a file holds under a key, None where that is nothing whole.

    The first line is the key, the second the length in bytes and the CRC-32 of the rest.
    """
    try:
        with open(path, "rb", buffering=0) as file:
            data = file.readall()
    except OSError:
        return None
    head, _, rest = data.partition(b"\n")
    seal, _, body = rest.partition(b"\n")
    return body if head == _encode(key) and seal == _seal(body) else None


def _write(path: str, key: str, body: bytes) -> None:
    temporary = f"{path}.{os.urandom(8).hex()}.tmp"
    try:
        with open(temporary, "xb") as file:
            file.write(b"\n".join((_encode(key), _seal(body), body)))
        os.replace(temporary, path)
    except OSError:
        try:
            os.unlink(temporary)
        except OSError:
            pass  # never made, or the disk is gone
        raise
