"""The examples of a rule's file."""

from __future__ import annotations

from pathlib import Path

from maillint.catalogue.rule import Example, Rule
from maillint.data.yamlfile import Keys, read_yaml

# -- examples -----------------------------------------------------------------------------------------


def examples(rule: Rule) -> list[Example]:
    """Read a rule's examples from its file; raises FileError."""
    file = read_yaml(rule.path, Path(rule.path).read_text(encoding="utf-8"))
    result = []
    for index, item in enumerate(file.data.get("examples") or ()):
        keys: Keys = ("examples", index)
        values = file.mapping(keys, item, "an example")
        known = (
            *("bad", "good", "fixed", "headers", "dialect", "touch", "profile"),
            *("dns", "web", "files", "kind", "options", "note"),
        )
        file.known_keys(keys, values, known, "example key")
        if "bad" not in values and "good" not in values:
            raise file.error(keys, 'an example needs "bad", "good" or both')
        setting = {key: value for key, value in values.items() if key not in {"bad", "good", "fixed"}}
        result.append(Example(values.get("bad"), values.get("good"), values.get("fixed"), setting))
    return result
