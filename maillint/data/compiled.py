"""Texts that are slow to make and fast to load: shipped with the package, or cached per user."""

from __future__ import annotations

# On the path of every start, so without pathlib (8 ms), contextlib and tempfile (10 ms and more).
# ruff: noqa: PTH100, PTH103, PTH105, PTH108, PTH111, PTH118, PTH119, PTH120, PTH123, SIM105
import binascii
import os

TYPE_CHECKING = False  # typing itself costs milliseconds
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
        _store(folder, path, key, text)
    return text


def load_built(name: str, key: str) -> str | None:
    """Return a text that the package brings, as ``load_text`` does; None where it has none of this key."""
    _require_plain(name, key)
    return _read(os.path.join(_BUILT, name), key)


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
        _store(folder, path, key, text)
    return text


def write_built(folder: str, name: str, key: str, text: str) -> None:
    """Write the file that `load_text(name, key, …)` finds in the package, for the build of a wheel.

    `folder` is the package's `_built` folder and is made if missing. Raises OSError when it cannot be
    written, ValueError for a name or key that load_text would refuse.
    """
    _require_plain(name, key)
    os.makedirs(folder, exist_ok=True)
    _write(os.path.join(folder, name), key, text)


def _store(folder: str, path: str, key: str, text: str) -> None:
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        _write(path, key, text)
    except OSError:
        pass  # a read-only home, a full disk: the next run makes the text again


def cache_folder() -> str | None:
    """Return the user's cache folder, which need not exist; None where the environment names none."""
    return _cache_folder(os.environ, windows=os.name == "nt")


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
    """Return the text in a file, None if there is none or it is another key's, truncated or damaged.

    The first line is the key, the second the text's length in bytes and CRC-32, the rest the text.
    """
    try:
        with open(path, "rb") as file:
            head, _, rest = file.read().partition(b"\n")
        if head != _encode(key):
            return None
        seal, _, body = rest.partition(b"\n")
        return body.decode("utf-8", "surrogatepass") if seal == _seal(body) else None
    except (OSError, ValueError):
        return None


def _write(path: str, key: str, text: str) -> None:
    body = _encode(text)
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
