"""The settings of a run: layers laid over each other, each value with its origin, and the rules that they give."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from maillint.catalogue.load import Catalogue, shipped
from maillint.catalogue.rule import ActiveRule, Level, Rule
from maillint.data.amendments import SHIPPED, Lists
from maillint.data.lists import load_data, load_list
from maillint.data.yamlfile import suggestion
from maillint.errors import LintError
from maillint.files.paths import relative_path
from maillint.values import field, frozen, replace

# Reading configuration files takes half of maillint and some of the standard library; most runs read none.
if TYPE_CHECKING:
    from maillint.config.files import Layer
    from maillint.config.keys import RuleSetting
    from maillint.config.keys import Sequence as TouchSequence
    from maillint.message.read import MessageSettings

DEFAULT = "default"
"""The origin of a value that no file states."""

COMMAND_LINE = "command line"
"""The origin of a value that the command line, or the environment, states."""

LISTED = '; "maillint rule" lists them'
"""What is said of a rule's name that is close to none."""

_SHARED_OPTIONS: Mapping[str, str] = {"jurisdictions": "jurisdictions", "pixel-consent": "consent"}
"""Keys of the configuration that fill an option of every check which declares it."""


class ConfigError(LintError):
    """A fault on the command line: an unknown rule, profile or dialect."""


TIME_LIMIT = 60.0
"""Seconds of processor time for one message, where no file says otherwise: the slowest honest one takes two."""

DEFAULT_PER_FILE = 10
"""Findings of one file that are shown, where no file says otherwise: with two lines each, a screenful."""


@frozen
class CommandLine:
    """What the command line (or the environment) says; it comes before every file."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    profile: str | None = None
    touch: int | None = None
    dialect: str | None = None


@frozen
class LayeredConfig:
    """The settings of all files below one configuration file (or below none), or those of one of these files.

    ``path`` is the configuration file, None without one. Later ``layers`` come before earlier ones, the command line
    before all; layers that are for some files only count in the settings of such a file (``for_file``). So does
    ``touch``, its place in a sequence. Layers about a domain count in the settings of that ``domain`` (``for_domain``).
    """

    path: str | None = None
    layers: tuple[Layer, ...] = ()
    command_line: CommandLine = field(default_factory=CommandLine)
    touch: int | None = None
    domain: str = ""

    @property
    def folder(self) -> str:
        """The folder that path patterns count from."""
        return os.path.dirname(self.path) if self.path else os.getcwd()  # noqa: PTH109, PTH120

    def relative(self, path: str) -> str:
        """A file's path as patterns see it."""
        return relative_path(path, self.folder)

    def for_file(self, path: str) -> LayeredConfig:
        """The settings of one file; files for which the same layers and touch count share one object."""
        own = tuple(number for number, layer in enumerate(self.layers) if layer.files and layer.matches(path))
        touch = self._touch_of(path)
        if (own, touch) == ((), self.touch):
            return self
        if (own, touch) not in self._of_files:
            layers = tuple(
                replace(layer, files=()) for number, layer in enumerate(self.layers) if not layer.files or number in own
            )
            self._of_files[own, touch] = replace(self, layers=layers, touch=touch)
        return self._of_files[own, touch]

    @cached_property
    def _of_files(self) -> dict[tuple[tuple[int, ...], int | None], LayeredConfig]:
        return {}

    def _touch_of(self, path: str) -> int | None:
        """The place of a file in the first sequence that it belongs to."""
        touches = (sequence.touch_of(self.relative(path)) for sequence in self.sequences)
        return next((touch for touch in touches if touch is not None), None)

    def for_domain(self, domain: str) -> LayeredConfig:
        """The settings of a domain, which is given in A-labels."""
        return replace(self, domain=domain) if any(layer.domain == domain for layer in self.layers) else self

    # -- values

    def _with(self, key: str) -> list[Layer]:
        """The layers that have a key, without those that are for some files, or another domain, only."""
        return [
            layer
            for layer in self.layers
            if key in layer.values and not layer.files and layer.domain in ("", self.domain)
        ]

    def _value(self, key: str, default: Any = None) -> Any:
        """The value of the last layer that has a key."""
        layers = self._with(key)
        return layers[-1].values[key] if layers else default

    def _all(self, key: str) -> tuple[Any, ...]:
        """The values of all layers that have a key, one after the other."""
        return tuple(item for layer in self._with(key) for item in layer.values[key])

    def origin(self, key: str) -> str:
        """Where the value of a key comes from: ``path:line``, or DEFAULT."""
        layers = self._with(key)
        return layers[-1].origins[key] if layers else DEFAULT

    @property
    def profile(self) -> str | None:
        """The kind of mail, where the files say it."""
        value: str | None = self._value("profile")
        return value

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Names and values of the header fields that the sending tool adds; a later layer's replaces an earlier's."""
        merged: dict[str, tuple[str, str]] = {}
        for name, text in self._all("headers"):
            merged[name.lower()] = (name, text)
        return tuple(merged.values())

    @property
    def sequences(self) -> tuple[TouchSequence, ...]:
        """Which files are which touch."""
        value: tuple[TouchSequence, ...] = self._value("sequences", ())
        return value

    @property
    def exclude(self) -> tuple[str, ...]:
        """Path patterns of files to leave out."""
        return self._all("exclude")

    @property
    def include(self) -> tuple[str, ...]:
        """Path patterns of files to take in a folder, beside the usual ones."""
        return self._all("include")

    @property
    def own_domains(self) -> tuple[str, ...]:
        """Domains that are the sender's."""
        return self._all("own-domains")

    @property
    def lists(self) -> Lists:
        """How the shipped lists are amended, layer after layer."""
        return functools.reduce(Lists.then, (layer.values["lists"] for layer in self._with("lists")), SHIPPED)

    @property
    def clients(self) -> tuple[str, ...]:
        """The mail clients that readers use; empty: all."""
        named: tuple[str, ...] = self._value("clients", ())
        return named

    @property
    def domain_names(self) -> tuple[str, ...]:
        """The domains that the files name as the sender's, in A-labels: ``own-domains``, and those with settings."""
        from maillint.web.domains import a_label  # noqa: PLC0415 -- a cached result needs no domain

        own = (name for domain in self.own_domains if (name := a_label(domain)))
        return tuple(dict.fromkeys([*own, *(layer.domain for layer in self.layers if layer.domain)]))

    @property
    def dkim_selectors(self) -> tuple[str, ...]:
        """DKIM selectors of the sender's domains; those of the ``domain``, where it has its own."""
        own = [layer for layer in self._with("dkim-selectors") if layer.domain]
        return tuple(name for layer in own for name in layer.values["dkim-selectors"]) or self._all("dkim-selectors")

    @property
    def sending_ips(self) -> tuple[str, ...]:
        """The addresses that send the ``domain``'s mail."""
        return self._all("ips")

    @property
    def mail_from(self) -> str | None:
        """The envelope sender of the ``domain``'s mail: empty for none, None where the files do not say it."""
        value: str | None = self._value("mail-from")
        return value

    @property
    def helo(self) -> str | None:
        """The name that the server gives itself which sends the ``domain``'s mail."""
        value: str | None = self._value("helo")
        return value

    @property
    def time_limit(self) -> float:
        """Seconds of processor time that the rules may spend on one message."""
        value: float = self._value("time-limit", TIME_LIMIT)
        return value

    @property
    def max_findings_per_file(self) -> int:
        """How many findings of one file are shown for people; 0 for all."""
        value: int = self._value("max-findings-per-file", DEFAULT_PER_FILE)
        return value

    @property
    def fail_on(self) -> str | None:
        """The word for the lowest severity that makes a run fail, where the files say it."""
        value: str | None = self._value("fail-on")
        return value

    @property
    def min_severity(self) -> str | None:
        """The word for the lowest severity that is shown, where the files say it."""
        value: str | None = self._value("min-severity")
        return value

    @property
    def output_format(self) -> str | None:
        """The output format, where the files say it."""
        value: str | None = self._value("format")
        return value

    @property
    def require_baseline(self) -> bool:
        """Whether a run without a file of known findings is an error."""
        value: bool = self._value("require-baseline", False)
        return value

    @property
    def baseline(self) -> str | None:
        """The path of the file of known findings."""
        value: str | None = self._value("baseline")
        return value

    @cached_property
    def catalogue(self) -> Catalogue:
        """Every rule that this configuration can run."""
        plugins, folders = self._all("plugins"), self._all("rule-folders")
        if not plugins and not folders:
            return shipped()
        from maillint.config.files import with_rules  # noqa: PLC0415

        return with_rules(plugins, folders)

    @cached_property
    def message_settings(self) -> MessageSettings:
        """What the reader of messages takes from here."""
        from maillint.message.read import MessageSettings  # noqa: PLC0415 -- a cached result needs no message

        given = self.command_line
        return MessageSettings(
            profile=given.profile or self.profile,
            profile_forced=given.profile is not None,
            touch=given.touch if given.touch is not None else self.touch,
            touch_forced=given.touch is not None,
            dialect=given.dialect or self._value("dialect"),
            headers=self.headers,
            own_domains=self.own_domains,
            lists=self.lists,
            outlook=not self.clients
            or any("outlook" in load_list("clients")["clients"][name] for name in self.clients),
        )

    # -- rules

    def rules_for(self, profile: str) -> tuple[ActiveRule, ...]:
        """The rules to run on a subject of a profile, with levels and options resolved."""
        if profile not in self._rulesets:
            self._rulesets[profile] = tuple(self._active(profile))
        return self._rulesets[profile]

    @cached_property
    def _rulesets(self) -> dict[str, tuple[ActiveRule, ...]]:
        return {}

    def _active(self, profile: str) -> Iterator[ActiveRule]:
        for rule in self.catalogue.rules.values():
            if rule.name not in self.deselected:
                resolved = self.resolve(rule, profile)
                if resolved.level_for(profile) is not None:
                    yield resolved

    @cached_property
    def deselected(self) -> frozenset[str]:
        """The rules that are left out by name: by the command line, or by ``select`` and ``ignore`` in the files.

        A ``--select`` says all that is to run, so what the files select and ignore does not count beside it, but for
        what they ignore of the ``domain``.
        """
        given = self.command_line
        selected = self._named(given.select or self._value("select", ()))
        layers = [layer for layer in self._with("ignore") if layer.domain or not given.select]
        ignored = self._named((*given.ignore, *(name for layer in layers for name in layer.values["ignore"])))
        return ignored | (frozenset(self.catalogue.rules) - selected if selected else frozenset())

    def _named(self, names: Sequence[str]) -> frozenset[str]:
        return frozenset(rule.name for name in names for rule in self.catalogue.matching(name))

    def settings_of(self, rule: Rule, profile: str) -> list[RuleSetting]:
        """The settings of a rule, the weightiest last: of its family, then of itself, each in the layers' order."""
        settings = self._settings_by_name(profile)
        return [*settings.get(rule.family, ()), *settings.get(rule.name, ())]

    def _settings_by_name(self, profile: str) -> Mapping[str, Sequence[RuleSetting]]:
        """The settings of rules and families by their names, each in the layers' order."""
        if profile not in self._rule_settings:
            found: dict[str, list[RuleSetting]] = {}
            for setting in (*_profile_settings(profile), *self._all("rules")):
                found.setdefault(setting.name, []).append(setting)
            self._rule_settings[profile] = found
        return self._rule_settings[profile]

    @cached_property
    def _rule_settings(self) -> dict[str, Mapping[str, Sequence[RuleSetting]]]:
        return {}

    def resolve(self, rule: Rule, profile: str) -> ActiveRule:
        """Lay the settings of a rule over what its file says."""
        options: dict[str, Any] = dict(rule.defaults)
        for key, name in _SHARED_OPTIONS.items() if options else ():
            shared = self._value(key) if name in options else None
            if shared is not None:
                options[name] = list(shared) if isinstance(shared, tuple) else shared
        options.update(rule.options)
        level: Level = None
        level_given = False
        for setting in self.settings_of(rule, profile):
            options.update(setting.options)
            if setting.level_given:
                level, level_given = setting.level, True
        return ActiveRule(rule, options, level, level_given)


def _profile_settings(profile: str) -> Iterable[RuleSetting]:
    """What a shipped profile says of rules."""
    if not load_data(f"profiles/{profile}").get("rules"):
        return ()
    from maillint.config.files import profile_layer  # noqa: PLC0415

    settings: Iterable[RuleSetting] = profile_layer(profile).values["rules"]
    return settings


def load_config(path: str | None, command_line: CommandLine | None = None) -> LayeredConfig:
    """Read a configuration file (None: the defaults) and lay the command line over it.

    Raises FileError for a fault in the file, ConfigError for one on the command line, OSError.
    """
    command_line = command_line or CommandLine()
    layers = _layers(path) if path else ()
    config = LayeredConfig(os.path.abspath(path) if path else None, layers, command_line)  # noqa: PTH100
    for name in (*command_line.select, *command_line.ignore):
        if not config.catalogue.matching(name):
            raise ConfigError(f'no rule or family "{name}"{config.catalogue.suggest(name) or LISTED}')
    if command_line.dialect is None:
        return config
    from maillint.message.template.dialect import dialects  # noqa: PLC0415 -- 10 ms, and seldom given

    if command_line.dialect not in dialects():
        raise ConfigError(f'unknown dialect "{command_line.dialect}"{suggestion(command_line.dialect, dialects())}')
    return config


def _layers(path: str) -> tuple[Layer, ...]:
    from maillint.config.files import read_layers  # noqa: PLC0415

    return tuple(read_layers(path))
