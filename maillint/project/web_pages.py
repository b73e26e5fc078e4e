"""Tell mail from web pages by evidence, for a walk of folders that finds both."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from maillint.data.lists import load_list, package_state
from maillint.files.paths import relative_path
from maillint.finding import NO_TEMPLATE
from maillint.message.kinds import draft_header, format_extension, has_tags, kind_of
from maillint.message.template.signs import needles_in, template_extension
from maillint.patterns import regex
from maillint.project.cache_file import cache_path, read_cache, state_of, update_cache
from maillint.values import NamedTuple

HEAD = 8192
"""Bytes of a file in which evidence is sought."""

_FILE = "web-pages.json"
_FORMAT = 1
_MOST_REASONS = 3
_MOST_NEIGHBOURS = 200

_TOKEN = regex(r"[<@~]?[a-z_.][a-z0-9_]*+(?:[-:.]{1,2}[a-z0-9_]++)*+[=(]?")
_PROSE = regex(r">([^<>{}%@]++)<")
_WORD = regex(r"[A-Z]?[a-z]++|[A-Z]+(?![a-z])")
_INSERTS = ("extends", "layout", "inherit", "include", "component", "import", "render", "embed", "use", "decorate")
_PLURALS = {"inherit", "include"}
_INSERTING = [rf"{word}(?<!\w{word}){'s?' * (word in _PLURALS)}" for word in _INSERTS]
_INSERTED = regex(  # each word with what may not stand before it, so that its first letter is searched for
    rf"({'|'.join(_INSERTING)})\b"
    r"[^\n\"'<>]{0,20}[\"']([^\"'\n<>]{1,120})[\"']"
)
_GREETINGS = ("hi", "hello", "dear", "hey", "hallo", "bonjour", "hola", "ciao")
_GREETING = regex(
    rf"(?:{'|'.join(rf'{word}(?<![a-z]{word})' for word in _GREETINGS)})"
    r"[ ,]{1,2}(?:<[a-z]{1,9}>)?[{<$%\[@#*]"
)
_PROGRAM = regex(r"^(?:namespace|(?:abstract |final )?class|interface|trait) [a-z]", re.MULTILINE)
_LAYOUTS = ("extends", "layout", "inherit", "decorate")


class Evidence(NamedTuple):
    """What speaks for mail (above 0) or for a web page (below 0) in one file.

    ``reasons`` name what counts most for the side that weighs more, the weightiest first.
    """

    score: int
    reasons: tuple[str, ...]

    @property
    def is_mail(self) -> bool | None:
        """Whether the file is mail; None where its neighbours decide."""
        signs = _signs()
        if self.score >= signs.mail_from:
            return True
        return False if self.score <= signs.page_to else None


class Project(NamedTuple):
    """A folder above which nothing has a say, and the name by which it has one itself, if any."""

    folder: str
    name: str = ""


class WebPages:
    """Tells which files are web pages; each file is looked at once.

    ``project`` gives the project that a file is in. ``has_twin`` says whether a text or a subject lies beside a file.
    What is found is kept for later runs in a ``folder``, if there is one.
    """

    def __init__(
        self, project: Callable[[str], Project], has_twin: Callable[[str], bool], folder: str | None = None
    ) -> None:
        self._project = project
        self._has_twin = has_twin
        self._evidence: dict[str, Evidence] = {}
        self._folders: dict[str, tuple[list[str], list[str]]] = {}
        self._usual: dict[str, bool] = {}
        self._kept = None if folder is None else _Kept(folder)

    def reason(self, path: str) -> str | None:
        """Why a file is no mail but a web page; None for mail."""
        evidence = self._weigh(path)
        is_mail = evidence.is_mail
        if is_mail is None:
            return None if self._is_mail_among(path) else "a web page, as what lies beside it"
        if is_mail:
            return None
        return NO_TEMPLATE if evidence.reasons == (NO_TEMPLATE,) else f"a web page ({', '.join(evidence.reasons)})"

    def _weigh(self, path: str) -> Evidence:
        found = self._evidence.get(path)
        if found is None:
            project = self._project(path)
            inside = f"{project.name}/{relative_path(path, project.folder)}".removeprefix("/")
            twin = self._has_twin(path)
            found = self._kept.get(path, inside, twin) if self._kept else None
            if found is None:
                found = weigh(inside, _head(path), twin=twin)
                if self._kept:
                    self._kept.put(path, inside, twin, found)
            self._evidence[path] = found
        return found

    def save(self) -> None:
        """Keep what is new for later runs."""
        if self._kept:
            self._kept.save()

    # -- by what lies beside it

    def _is_mail_among(self, path: str) -> bool:
        """Whether there is mail in the nearest folder in which the evidence decides anything, and hardly a page."""
        top = self._project(path).folder
        folder = os.path.dirname(path)  # noqa: PTH120
        passed = []
        while folder not in self._usual:
            passed.append(folder)
            votes = self._votes(folder)
            parent = os.path.dirname(folder)  # noqa: PTH120
            if votes is not None or parent == folder or os.path.abspath(folder or ".") == top:  # noqa: PTH100
                self._usual[folder] = votes is not False
                break
            folder = parent
        usual = self._usual[folder]
        self._usual.update(dict.fromkeys(passed, usual))
        return usual

    def _votes(self, folder: str) -> bool | None:
        """Whether the files of a folder are mail or, where these leave it open, those of the folders in it."""
        files, folders = self._listed(folder)
        for among in (files, [path for inner in folders for path in self._listed(inner)[0]]):
            found = [self._weigh(path).is_mail for path in among[:_MOST_NEIGHBOURS]]
            mail, pages = found.count(True), found.count(False)
            if mail or pages:
                return not pages or mail >= pages + found.count(None) / 4
        return None

    def _listed(self, folder: str) -> tuple[list[str], list[str]]:
        """The templates in a folder, and the folders in it; at most so many as have a say."""
        found = self._folders.get(folder)
        if found is None:
            files, folders = [], []
            try:
                with os.scandir(folder or ".") as entries:
                    for entry in sorted(entries, key=lambda entry: entry.name):
                        path = os.path.join(folder, entry.name)  # noqa: PTH118
                        if entry.is_dir(follow_symlinks=False):
                            folders.append(path)
                        elif kind_of(entry.name) == "html" and entry.is_file(follow_symlinks=False):
                            files.append(path)
            except OSError:  # gone by now, or not to be read
                pass
            found = self._folders[folder] = files[:_MOST_NEIGHBOURS], folders[:_MOST_NEIGHBOURS]
        return found


class _Kept:
    """What earlier runs have found in files that nobody has touched since."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._path = cache_path(folder, _FILE)
        self._found = self._read()
        self._new: dict[str, list[Any]] = {}

    def _read(self) -> dict[str, list[Any]]:
        found = read_cache(self._path, _FORMAT)
        files = found.get("files") if found.get("signs") == package_state() else None
        return files if isinstance(files, dict) else {}

    def get(self, path: str, inside: str, twin: bool) -> Evidence | None:
        """What was found in a file, if it is as it was."""
        entry = self._found.get(relative_path(path, self._folder))
        if entry is None:
            return None
        try:
            state, *rest, score, reasons = entry
            if state is not None and state == state_of(path) and rest == [inside, twin] and isinstance(score, int):
                return Evidence(score, tuple(map(str, reasons)))
        except (TypeError, ValueError):  # damaged
            pass
        return None

    def put(self, path: str, inside: str, twin: bool, found: Evidence) -> None:
        """Note what ``save`` is to keep."""
        state = state_of(path)
        if state is not None:
            entry = [state, inside, twin, found.score, found.reasons]
            self._new[relative_path(path, self._folder)] = entry

    def save(self) -> None:
        """Write what is new."""
        if self._new:
            update_cache(
                self._path, _FORMAT, lambda: {"signs": package_state(), "files": {**self._read(), **self._new}}
            )


def _head(path: str) -> bytes:
    """The beginning of a regular file; nothing of what cannot be read: loading it says why."""
    if not os.path.isfile(path):  # noqa: PTH113 -- to open a pipe may never end
        return b""
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            return file.read(HEAD)
    except OSError:
        return b""


def decode_head(data: bytes, encoding: str) -> str:
    """The text of a file's beginning; ``encoding`` is that of what does not begin with the mark of UTF-16."""
    if data[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        encoding = "utf-16"
    return data.decode(encoding, "replace")


def weigh(path: str, head: bytes, *, twin: bool = False) -> Evidence:
    """Weigh what a file's path and its beginning say.

    ``path`` is that within the project, with ``/``. ``twin``: whether a text or a subject lies beside the file.
    """
    signs = _signs()
    text = decode_head(head, "latin-1").lower()
    if _is_program(path, text):
        return Evidence(signs.page_to, (NO_TEMPLATE,))
    found: dict[str, int] = {}
    for says, weight in (*_of_path(path, signs), *_of_text(path, text, signs)):
        found[says] = found.get(says, 0) + weight
    if twin:
        found["a text or a subject beside it"] = 3
    score = sum(found.values())
    side = 1 if score >= signs.mail_from else -1
    reasons = sorted((-weight * side, says) for says, weight in found.items() if weight * side > 0)
    return Evidence(score, tuple(says for _, says in reasons[:_MOST_REASONS]))


def _is_program(path: str, text: str) -> bool:
    """Whether a file of PHP holds a namespace or a class, or nothing but code, and so no template."""
    if not path.lower().endswith((".php", ".phtml")) or not text.lstrip().startswith("<?"):
        return False
    return "?>" not in text or _PROGRAM.search(text) is not None


def _of_path(path: str, signs: _Signs) -> Iterator[tuple[str, int]]:
    """What the names of the folders say, and that of the file."""
    *folders, name = path.split("/")
    kinds = {_kind_of_folder(_words(folder), signs) for folder in folders}
    if kinds & {"mail", "mails"}:
        yield "a folder of mail", 6 if "mails" in kinds else 4
    if "notices" in kinds:
        yield "a folder of notices", 1
    if "pages" in kinds:
        yield "a folder of pages", -1
    stem, _, rest = name[: len(name) - len(template_extension(name))].partition(".")
    if not signs.other_format.isdisjoint(rest.lower().split(".")):
        yield "the format in its name", -4
    if stem.lower() in signs.page_names:
        yield "its name", -2
    words = _words(stem)
    if not signs.mail.isdisjoint(words):
        if "mailer" in words or not signs.beside.isdisjoint(words):
            yield "its name", 6 if "mailer" in words else 4
        else:
            yield "its name", 2 if len(words) > 1 and words[-1] in signs.mail else 1


def _kind_of_folder(words: list[str], signs: _Signs) -> str:
    if words and (words[-1] in signs.mail or (words[0] in signs.mail and words[-1] in signs.beside)):
        return "mail" if words[-1] in {"mail", "email"} else "mails"  # one mail may be a thing that a page is about
    if not signs.notices.isdisjoint(words):
        return "notices"
    return "" if signs.pages.isdisjoint(words) else "pages"


def _of_text(path: str, text: str, signs: _Signs) -> Iterator[tuple[str, int]]:
    """What the beginning of a file says."""
    if not format_extension(path) and not has_tags(text):
        yield "no markup", -1
    if text.startswith(("---", "subject:")) and "subject:" in text[:2000]:
        yield "a subject at its top", 6
    pieces = _PROSE.split(text)
    in_markup = set(_TOKEN.findall("><".join(pieces[::2])))
    tokens = in_markup.union(_TOKEN.findall(" ".join(pieces[1::2])))
    if not signs.greetings.isdisjoint(tokens) and _GREETING.search(text):
        yield "a greeting", 2
    hits: dict[str, set[str]] = {}
    for token in tokens:
        group = signs.tokens.get(token)
        if group is not None and token not in in_markup and signs.groups[group][0] < 0 and token.isalpha():
            continue  # it stands in the words of a letter: card, can, well
        if group is None and token[:2] in signs.starts:
            group = next((name for start, name in signs.starts[token[:2]] if token.startswith(start)), None)
        if group is not None:
            hits.setdefault(group, set()).add(token)
    for piece, name in signs.texts:
        if piece in text:
            hits.setdefault(name, set()).add(piece)
    for name, found in hits.items():
        weight, more, says = signs.groups[name]
        yield says, weight + (more if len(found) > 1 else 0)
    yield from _of_inserted(text, signs)


def _of_inserted(text: str, signs: _Signs) -> Iterator[tuple[str, int]]:
    """What the templates are called that a template extends or includes."""
    if "mail" not in text and not any(word in text for word in _LAYOUTS):
        return
    extends = False
    for match in _INSERTED.finditer(text):
        if not signs.mail.isdisjoint(_words(match[2])):
            yield "the parts of mail in it", 4
            return
        extends = extends or match[1].startswith(_LAYOUTS)
    if extends:
        yield "the layout that it extends", -2


def _words(name: str) -> list[str]:
    """The words of a name, taken apart at capitals and at everything that is no letter."""
    return [word.lower() for word in _WORD.findall(name)]


# -- plain text ---------------------------------------------------------------------------------------


def is_draft(path: str, text: str) -> bool:
    """Whether a plain text begins as a draft of mail: with a header, a greeting, or a tag that names the reader."""
    if draft_header(text):
        return True
    stem = os.path.basename(path).partition(".")[0].lower()  # noqa: PTH119
    if not _signs().texts_of_other_kinds.isdisjoint({stem, *_words(stem)[:1]}):
        return False
    if _is_letter(text):
        return True
    if not needles_in(text):
        return False
    from maillint.message.template.detect import detect  # noqa: PLC0415 -- few texts have tags, as the next
    from maillint.message.template.parse import read  # noqa: PLC0415
    from maillint.message.template.placeholders import placeholder_role  # noqa: PLC0415

    dialect = detect(text, path)
    if dialect is None:
        return False
    return any(placeholder_role(tag) in _signs().reader for tag in read(text, dialect).outputs())


_SALUTATION = regex(r"\s{0,20}(?P<line>[^\r\n]{2,60}[,!:])[ \t]{0,20}(?:\r\n|\n|\r)[ \t]{0,20}(?:\r\n|\n|\r)")
_FEWEST_WORDS = 15


def _is_letter(text: str) -> bool:
    """Whether a text greets somebody on a line of its own, and goes on with a few sentences."""
    found = _SALUTATION.match(text)
    if found is None:
        return False
    from maillint.analysis.greetings import greeting_length  # noqa: PLC0415 -- few texts begin so

    return greeting_length(found["line"]) > 0 and len(text[found.end() :][:2_000].split()) >= _FEWEST_WORDS


# -- the list -----------------------------------------------------------------------------------------


class _Signs(NamedTuple):
    """The list of evidence, ready to be looked up; weights are below 0 for what speaks for a page.

    ``starts`` are what tokens begin with, by its first two letters and the longest first.
    """

    mail_from: int
    page_to: int
    mail: frozenset[str]
    beside: frozenset[str]
    notices: frozenset[str]
    pages: frozenset[str]
    page_names: frozenset[str]
    other_format: frozenset[str]
    greetings: frozenset[str]
    texts_of_other_kinds: frozenset[str]
    reader: frozenset[str]
    groups: Mapping[str, tuple[int, int, str]]
    tokens: Mapping[str, str]
    starts: Mapping[str, Sequence[tuple[str, str]]]
    texts: tuple[tuple[str, str], ...]


@cache
def _signs() -> _Signs:
    data: Any = load_list("web-pages")
    groups: dict[str, tuple[int, int, str]] = {}
    tokens: dict[str, str] = {}
    starts: dict[str, str] = {}
    texts: list[tuple[str, str]] = []
    for side, sign in (("mail", 1), ("page", -1)):
        for name, group in data[side].items():
            groups[name] = (sign * group["weight"], sign * group.get("more", 0), group["says"])
            tokens.update(dict.fromkeys(group.get("tokens", ()), name))
            starts.update(dict.fromkeys(group.get("starts", ()), name))
            texts.extend((piece, name) for piece in group.get("texts", ()))
    words: Mapping[str, Iterable[str]] = data["words"]
    by_letters: dict[str, list[tuple[str, str]]] = {}
    for start, name in sorted(starts.items(), key=lambda item: -len(item[0])):
        by_letters.setdefault(start[:2], []).append((start, name))
    return _Signs(
        data["mail-from"],
        data["page-to"],
        frozenset(words["mail"]),
        frozenset(words["beside"]),
        frozenset(words["notices"]),
        frozenset(words["pages"]),
        frozenset(words["page-names"]),
        frozenset(words["other-format"]),
        frozenset(words["greetings"]),
        frozenset(words["other-texts"]),
        frozenset(words["reader"]),
        groups,
        tokens,
        by_letters,
        tuple(texts),
    )
