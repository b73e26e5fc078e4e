"""Which kind of file a name stands for."""

from __future__ import annotations

import os

from maillint.message.template.detect import template_extension

HTML_EXTENSIONS = frozenset({".html", ".htm", ".xhtml"})
TEXT_EXTENSIONS = frozenset({".txt", ".text"})
MESSAGE_EXTENSIONS = frozenset({".eml"})
MJML_EXTENSIONS = frozenset({".mjml"})
_PLAIN_EXTENSIONS = frozenset({".plaintext", ".plain", ".subject"})
"""Before a template's extension, these say that its text is plain (``email.body.plaintext.gotmpl``)."""

_OTHER_EXTENSIONS = frozenset(
    {".css", ".scss", ".js", ".ts", ".json", ".xml", ".yaml", ".yml", ".sql", ".csv", ".conf"}
)
"""Before a template's extension, these say that it is no mail."""


def kind_of(path: str) -> str | None:
    """Return ``eml``, ``html``, ``mjml`` or ``txt`` by a file's name, through a template's extension (``.html.j2``)."""
    stem, extension = os.path.splitext(path.lower())  # noqa: PTH122
    if extension in MESSAGE_EXTENSIONS:
        return "eml"
    if extension in HTML_EXTENSIONS:
        return "html"
    if extension in TEXT_EXTENSIONS:
        return "txt"
    if extension in MJML_EXTENSIONS:
        return "mjml"
    claimed = template_extension(path)
    if claimed:
        stem = path[: -len(claimed)]
        inner = os.path.splitext(stem.lower())[1]  # noqa: PTH122
        if inner in _PLAIN_EXTENSIONS:
            return "txt"
        return None if inner in _OTHER_EXTENSIONS else kind_of(stem) or "html"
    return None
