"""Which files a run lints, and which of them are one message."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from maillint.catalogue.load import Catalogue, shipped
from maillint.config.config import CommandLine, LayeredConfig, load_config
from maillint.config.find import find_config, repository_above
from maillint.errors import LintError
from maillint.files.access import FileAccess, UnreadableError, system_reason
from maillint.files.paths import shown_path
from maillint.finding import NO_TEMPLATE, Failure, PassedOver
from maillint.message.kinds import KINDS, is_plan, kind_of
from maillint.message.sidecars import is_meta
from maillint.project.message_files import Folder, folder_beside, stem_of
from maillint.text.globs import matches
from maillint.values import field, frozen, replace

if TYPE_CHECKING:
    from maillint.plan.model import Plan
    from maillint.project.web_pages import Project, WebPages

FEW_PAGES = 10
"""So many web pages are linted all the same, where a run finds nothing else."""

SKIPPED_FOLDERS = frozenset(
    {
        ".git", ".hg", ".svn", ".tox", ".nox", ".venv", "venv", "env", "node_modules", "bower_components",
        "vendor", "site-packages", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", "dist", "build",
        "htmlcov", "coverage", ".maillint_cache", ".idea", ".vscode",
    }
)  # fmt: skip
"""Folders that a walk never enters; a file in one can still be named."""


_NO_TEXTS: Mapping[str, bytes] = {}


@frozen
class Group:
    """The files of one message, the one it is named after first, and those whose findings are reported (``wanted``).

    These are all that the configuration does not exclude, whichever of them a run was given. ``config`` holds the
    settings of the first file. ``roots`` are the folders in which files that the message names may be read: those given
    to the run, those of files given to it, and the project's, where there is a configuration; without any, the message
    stands in no file. ``follow``: links in them may lead out of them. ``texts`` hold, by path, what counts instead of
    what stands in files. A ``plan`` is a group of its own; ``steps`` are the messages of its steps, None where there is
    no file.
    """

    paths: tuple[str, ...]
    wanted: frozenset[str]
    config: LayeredConfig = field(repr=False)
    roots: tuple[str, ...] = ()
    follow: bool = False
    texts: Mapping[str, bytes] = field(default=_NO_TEXTS, repr=False, compare=False)
    plan: Plan | None = field(default=None, repr=False)
    steps: tuple[Group | None, ...] = field(default=(), repr=False)

    def access(self) -> FileAccess:
        """What may be read for the message."""
        return FileAccess(self.roots, follow=self.follow, texts=self.texts)

    @classmethod
    def for_text(cls, name: str, config: LayeredConfig) -> Group:
        """A text that stands in no file, by a name."""
        return cls((name,), frozenset({name}), config)


class MissingPathError(LintError):
    """A path on the command line that is not there."""


class Discovery:
    """Finds files and their configuration; one per run, so that each folder is looked up once.

    A folder that cannot be listed is one of the ``failures``, and costs the others nothing.
    ``config_path`` names the configuration of every file; a ``config`` is that configuration. Web pages in a folder are
    ``passed_over``; with ``skip_pages``, files that are named are judged as those in a folder are, and what is no mail
    counts as ``excluded``. With ``cache``, what tells web pages is kept.
    ``whole``: findings are reported wherever they stand in a file.
    """

    def __init__(
        self,
        config_path: str | None = None,
        command_line: CommandLine | None = None,
        config: LayeredConfig | None = None,
        *,
        follow: bool = False,
        skip_pages: bool = False,
        cache: bool = False,
        whole: bool = True,
    ) -> None:
        self._follow = follow
        self._skip_pages = skip_pages
        self._cache = cache
        self._whole = whole
        self._config_path = config_path
        self._command_line = command_line or CommandLine()
        self._configs: dict[str | None, LayeredConfig] = {} if config is None else {config.path: config}
        self._same_for_all = config
        self._nearest: dict[str, str | None] = {}
        self._by_folder: dict[str, LayeredConfig] = {}
        self._given: tuple[str, ...] = ()
        self._texts = _NO_TEXTS
        self._access: dict[str | None, FileAccess] = {}
        self._names: dict[str, list[str]] = {}
        self._folders: dict[str, Folder] = {}
        self._messages: dict[str, tuple[str, ...]] = {}
        self._projects: dict[str, Project] = {}
        self._pages: WebPages | None = None
        self._plans: dict[str, Plan | None] = {}
        self._named: frozenset[str] = frozenset()
        self.excluded = 0
        self.passed_over: list[PassedOver] = []
        self._pages_met: list[str] = []
        self.failures: list[Failure] = []

    # -- configuration

    def config_for(self, path: str) -> LayeredConfig:
        """The configuration of a file's folder: the one that was given, or the nearest above it."""
        if self._same_for_all is not None:
            return self._same_for_all
        folder = os.path.dirname(path)  # noqa: PTH120
        config = self._by_folder.get(folder)
        if config is None:
            config = self._by_folder[folder] = self._config_above(path)
        return config

    def _config_above(self, path: str) -> LayeredConfig:
        nearest = self._config_path
        if nearest is None:
            folder = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120
            if folder not in self._nearest:
                self._nearest[folder] = find_config(folder)
            nearest = self._nearest[folder]
        if nearest not in self._configs:
            self._configs[nearest] = load_config(nearest, self._command_line)
        return self._configs[nearest]

    def settings_of(self, path: str) -> LayeredConfig:
        """The settings of one file; files with the same settings share them."""
        return self.config_for(path).for_file(path)

    @property
    def configs(self) -> tuple[LayeredConfig, ...]:
        """The configurations met so far."""
        return tuple(self._configs.values())

    @property
    def catalogue(self) -> Catalogue:
        """Every rule of the configurations met so far."""
        catalogues = {id(config.catalogue): config.catalogue for config in self.configs}
        if all(catalogue is shipped() for catalogue in catalogues.values()):
            return shipped()
        rules = dict(shipped().rules)
        for catalogue in catalogues.values():
            rules.update(catalogue.rules)
        return Catalogue(rules)

    @property
    def pages_found(self) -> str:
        """What ends a line that says that nothing was found: the web pages that were; empty without any."""
        count = len(self.passed_over)
        pages = "1 web page" if count == 1 else f"{count} web pages"
        return f": {pages} passed over; name a file or set include: to lint it" if count else ""

    # -- messages

    def groups(self, paths: Sequence[str]) -> list[Group]:
        """Every message under the paths, in the order given; raises MissingPathError."""
        self._given = _with_twins(path if os.path.isdir(path) else os.path.dirname(path) or "." for path in paths)  # noqa: PTH112, PTH120
        self._named = frozenset(map(os.path.normpath, paths))
        wanted: dict[str, None] = {}
        for path in paths:
            if os.path.isdir(path):  # noqa: PTH112
                for found in self._walk(path):
                    wanted.setdefault(found)
            elif os.path.lexists(path):
                path = os.path.normpath(path)  # noqa: PLW2901
                if self._excluded(path) or not self._takes_named(path):
                    self.excluded += 1
                else:
                    wanted.setdefault(path)
            else:
                raise MissingPathError(f"{path}: no such file or folder")
        if self._pages is not None:
            self._pages.save()
            if not wanted and len(self._pages_met) <= FEW_PAGES and not self._skip_pages:
                wanted.update(dict.fromkeys(self._pages_met))  # who names so few files means them
                programs = [file for file in self.passed_over if file.reason == NO_TEMPLATE]
                self.passed_over = programs if wanted else self.passed_over
        return self._groups_of(wanted)

    def groups_of_text(self, name: str, data: bytes) -> list[Group]:
        """The message that a text makes as the content of a file, with what lies beside it; a plan brings its messages.

        The file need not be there. None where the configuration excludes it.
        """
        path = os.path.normpath(name)
        self._given = _with_twins([os.path.dirname(path) or "."])  # noqa: PTH120
        self._named = frozenset({path})
        self._texts = {path: data}
        if self._excluded(path) or not self._is_ours(path):
            self.excluded += 1
            return []
        return self._groups_of([path])

    def _takes_named(self, path: str) -> bool:
        """Whether a run takes a file that was named: without ``skip_pages``, and of no known kind, always."""
        if not self._skip_pages or (kind_of(path) is None and not is_meta(path)):
            return self._is_ours(path)
        return self._takes(path) and not self._is_page(path)

    def _is_ours(self, path: str) -> bool:
        """Whether a file can be linted at all: a ``meta.json`` is another tool's where no message is beside it."""
        return not is_meta(path) or len(self._message(path)) > 1 or self._included(path)

    def _groups_of(self, paths: Iterable[str]) -> list[Group]:
        """The messages that files belong to, and the plans among the files with the messages of their steps.

        Raises FileError for a sequence of a configuration that has no file.
        """
        paths = list(paths)
        for config in self.configs:
            if config.sequences:
                from maillint.project.sequences import check_sequences  # noqa: PLC0415 -- few projects have any

                check_sequences(config, paths, SKIPPED_FOLDERS)
        messages: dict[tuple[str, ...], None] = {}
        plans: dict[str, None] = {}
        beside: dict[str, None] = {}  # plans that lie beside messages of the run
        for path in paths:
            if is_plan(path):
                plans.setdefault(path)
                continue
            messages.setdefault(self._message(path))
            beside.update(dict.fromkeys(self._folder(path).plans))
        if not plans and not beside:
            return [self._group(files) for files in messages]
        return self._groups_of_plans(
            messages, plans, [path for path in beside if path not in plans and not self._excluded(path)]
        )

    def _groups_of_plans(
        self, messages: dict[tuple[str, ...], None], plans: Iterable[str], beside: Iterable[str]
    ) -> list[Group]:
        """The messages of the run and those of plans, with what plans say of them, and the plans themselves.

        What a plan in the run says of a message counts before what one beside it says, which adds no message.
        """
        from maillint.project.plan_files import named_files, with_step  # noqa: PLC0415 -- few runs have a plan

        settings: dict[tuple[str, ...], LayeredConfig] = {}
        own: list[Group] = []
        named: list[tuple[str, Plan, list[tuple[str, ...] | None]]] = []
        for paths, linted in ((plans, True), (beside, False)):
            for path in paths:
                plan = self._plan(path, report=linted)
                if plan is None:
                    continue
                files = dict(named_files(path, plan))
                steps = [self._step(path, files.get(number)) for number in range(1, len(plan.steps) + 1)]
                for number, step in enumerate(steps, 1):
                    if step is None or step in settings:
                        continue
                    if linted and not any(map(self._excluded, step)):
                        messages.setdefault(step)
                    config = self.settings_of(step[0])
                    settings[step] = with_step(config, plan, number, plan_is_linted=linted and self._whole)
                if linted:
                    named.append((path, plan, steps))
        by_files = {files: self._group(files, settings.get(files)) for files in {**messages, **settings}}
        for path, plan, steps in named:
            messages_of_steps = tuple(by_files[step] if step is not None else None for step in steps)
            own.append(replace(self._group((path,)), plan=plan, steps=messages_of_steps))
        return [*own, *(by_files[files] for files in messages)]

    def _plan(self, path: str, *, report: bool) -> Plan | None:
        """A plan, read once; None where it cannot be read, which is a failure if ``report``."""
        from maillint.project.plan_files import ForeignPlanError, read_plan_file  # noqa: PLC0415 -- as above

        if path not in self._plans:
            try:
                self._files(path).check_link(path)
                self._plans[path] = read_plan_file(path, self._texts.get(path))
            except UnreadableError as error:
                self._plans[path] = None
                if isinstance(error, ForeignPlanError) and path not in self._named:
                    self.excluded += 1  # found in a folder
                elif report:
                    self.failures.append(Failure(shown_path(path), str(error)))
        return self._plans[path]

    def _step(self, plan: str, path: str | None) -> tuple[str, ...] | None:
        """The files of the message that a plan names; None where there is none that may be read."""
        if path is None or is_plan(path) or not self._files(plan).has_file(path):
            return None
        return self._message(path)

    def text_group(self, name: str) -> Group:
        """A text that stands in no file, with the settings that a file of this name would have."""
        return Group.for_text(name, self.settings_of(name))

    def _group(self, files: tuple[str, ...], config: LayeredConfig | None = None) -> Group:
        own = config or self.settings_of(files[0])
        wanted = frozenset(file for file in files if not self._excluded(file))
        return Group(files, wanted, own, self._roots(own), self._follow, self._texts)

    def _roots(self, config: LayeredConfig) -> tuple[str, ...]:
        return self._given if config.path is None else (*self._given, config.folder)

    def _excluded(self, path: str) -> bool:
        config = self.config_for(path)
        return bool(config.exclude) and matches(config.relative(path), config.exclude)

    def _message(self, path: str) -> tuple[str, ...]:
        files = self._messages.get(path)
        if files is None:
            files = self._messages[path] = self._message_of(path)
        return files

    def _message_of(self, path: str) -> tuple[str, ...]:
        return self._folder(path).message(path)

    def _folder(self, path: str) -> Folder:
        folder = os.path.dirname(path)  # noqa: PTH120
        if folder not in self._folders:
            self._folders[folder] = Folder(folder, self._files(path), self._names.get(folder))
        return self._folders[folder]

    def _files(self, path: str) -> FileAccess:
        config = self.config_for(path)
        if config.path not in self._access:
            self._access[config.path] = FileAccess(self._roots(config), follow=self._follow, texts=self._texts)
        return self._access[config.path]

    def _walk(self, top: str) -> Iterator[str]:
        pending = [os.path.normpath(top)]
        while pending:
            folder = pending.pop()
            try:
                names = sorted(os.listdir(folder))  # noqa: PTH208
            except OSError as error:  # it may not be read, or is gone by now
                self.failures.append(Failure(shown_path(folder), system_reason(error)))
                continue
            self._names["" if folder == "." else folder] = names
            folders = []
            for name in names:
                path = os.path.join(folder, name) if folder != "." else name  # noqa: PTH118
                if os.path.isdir(path):  # noqa: PTH112
                    if name not in SKIPPED_FOLDERS and not os.path.islink(path):  # noqa: PTH114
                        folders.append(path)
                elif self._takes(path) and not self._excluded(path) and not self._is_page(path):
                    yield path
            pending.extend(reversed(folders))

    def _takes(self, path: str) -> bool:
        """Whether a walk takes a file: messages and HTML always, plain text where it belongs to one or is a draft."""
        kind = kind_of(path)
        if (kind is not None and KINDS[kind].stands_alone) or is_plan(path):
            return True
        if kind == "txt" and stem_of(os.path.basename(path)) in self._folder(path).stems:  # noqa: PTH119
            return True
        if (kind == "txt" or is_meta(path)) and len(self._message(path)) > 1:
            return True
        if kind == "txt" and self._is_mail_in_text(path):
            return True
        return self._included(path)

    def _included(self, path: str) -> bool:
        config = self.config_for(path)
        return bool(config.include) and matches(config.relative(path), config.include)

    def _is_page(self, path: str) -> bool:
        """Whether a file is passed over as a web page, or as its text; what the configuration includes never is."""
        page, *_ = self._message(path)
        if kind_of(page) != "html" or os.path.islink(page) or self._included(path):  # noqa: PTH114
            return False
        if self._pages is None:
            from maillint.project.web_pages import WebPages  # noqa: PLC0415 -- for folders alone, as the others

            folder = self.config_for(path).folder if self._cache else None
            self._pages = WebPages(self._project, lambda path: len(self._message(path)) > 1, folder)
        reason = self._pages.reason(page)
        if reason is not None and page == path:
            self.passed_over.append(PassedOver(shown_path(path), reason))
            if reason != NO_TEMPLATE:
                self._pages_met.append(path)
        return reason is not None

    def _project(self, path: str) -> Project:
        """The project that a file is in: its repository, else the configuration's folder, else what a run was given."""
        folder = os.path.dirname(path)  # noqa: PTH120
        if folder not in self._projects:
            from maillint.project.web_pages import Project  # noqa: PLC0415

            whole = os.path.abspath(folder)  # noqa: PTH100
            config = self.config_for(path)
            known = repository_above(whole) or (config.folder if config.path is not None else None)
            self._projects[folder] = Project(known) if known else self._given_project(whole)
        return self._projects[folder]

    def _given_project(self, folder: str) -> Project:
        from maillint.project.web_pages import Project  # noqa: PLC0415

        tops = [os.path.abspath(path) for path in self._given]  # noqa: PTH100
        inside = [top for top in tops if f"{folder}{os.sep}".startswith(top.rstrip(os.sep) + os.sep)]
        top = min(inside, key=len, default=folder)
        return Project(top, os.path.basename(top))  # noqa: PTH119

    def _is_mail_in_text(self, path: str) -> bool:
        """Whether a plain text that stands alone is a draft of mail: by front matter, a header, or merge tags."""
        from maillint.project.web_pages import HEAD, decode_head, is_draft  # noqa: PLC0415

        found = self._files(path).read(path, HEAD)
        text = decode_head((found.data or b"")[:HEAD], "utf-8-sig") if found is not None else ""
        return text[:4] in {"---\n", "---\r"} or is_draft(path, text)


def _with_twins(folders: Iterable[str]) -> tuple[str, ...]:
    """Folders, and those beside them in which their messages go on."""
    given = dict.fromkeys(folders)
    beside = [other for folder in given if (other := folder_beside(os.path.normpath(folder))) is not None]
    return tuple(dict.fromkeys([*given, *beside]))
