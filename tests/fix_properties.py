"""What must be true of fixing any text, checked by other means than the code that fixes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

from maillint.config.config import LayeredConfig
from maillint.files.access import source_from
from maillint.finding import Edit, FileReport, Fix, Severity
from maillint.project.discovery import Group
from maillint.project.fix import FixResult, fix_message
from maillint.project.loader import from_sources
from maillint.project.runner import lint_loaded
from maillint.text.source import Source


@dataclass(frozen=True)
class Fixing:
    """One message in one file, as the command would fix it."""

    source: Source
    kind: str
    config: LayeredConfig

    @classmethod
    def of(cls, name: str, data: bytes, config: LayeredConfig | None = None) -> Fixing:
        kind = {"eml": "eml", "txt": "txt", "mjml": "mjml"}.get(name.rpartition(".")[2], "html")
        return cls(source_from(name, data, kind), kind, config or LayeredConfig())

    def lint(self, sources: Sequence[Source]) -> list[FileReport]:
        return lint_loaded(from_sources(Group.for_text(self.source.path, self.config), sources, self.kind))

    def fix(self, source: Source, *, unsafe: bool) -> FixResult:
        return fix_message([source], self.lint, unsafe=unsafe)

    def read(self, data: bytes) -> Source:
        """The file as it would be read again."""
        return source_from(self.source.path, data, self.kind)


def faults(fixing: Fixing, *, unsafe: bool) -> list[str]:
    """What fixing a message does although it must not, in words; empty if nothing."""
    source = fixing.source
    before = fixing.lint([source])
    once = fixing.fix(source, unsafe=unsafe)
    (after,) = once.sources
    found = []
    if "\ufffd" in source.text and b"\xef\xbf\xbd" not in source.data:
        return [] if after.data == source.data else ["bytes that could not be read have changed"]
    if after.text == source.text:
        return [] if after.data == source.data else ["the bytes changed and the text did not"]
    again = fixing.read(after.data)
    encoding = again.encoding if after.data.isascii() else source.encoding  # ASCII is the same in all of them
    if (again.text, again.encoding, again.bom) != (after.text, encoding, source.bom):
        found.append(f"read again from the disk it is {again.encoding}, {again.bom}, another text")
    if fixing.fix(again, unsafe=unsafe).sources[0].data != after.data:
        found.append("fixing again changes more")
    if errors(fixing.lint([again])) > errors(before):
        found.append(f"errors: {errors(before)}, then {errors(fixing.lint([again]))}")
    if errors(once.reports) != errors(fixing.lint([again])):
        found.append("the report is not that of the fixed text")
    for fix in fixes(before):
        found += impossible_edits(source, fix)
    found += broken_parts(source, after) if fixing.kind == "eml" else []
    return found


def errors(reports: Iterable[FileReport]) -> int:
    return sum(found.severity is Severity.ERROR for report in reports for found in report.findings)


def fixes(reports: Iterable[FileReport]) -> list[Fix]:
    return [found.fix for report in reports for found in report.findings if found.fix is not None]


def impossible_edits(source: Source, fix: Fix) -> list[str]:
    """Edits that overlap, leave the text, tear a line end apart or bring line ends that the file does not have."""
    found = []
    position = 0
    for edit in sorted(fix.edits, key=lambda one: (one.start, one.end)):
        if not position <= edit.start <= edit.end <= len(source.text):
            found.append(f"{edit}: overlaps another or leaves the text")
        position = edit.end
        if source.text[edit.start - 1 : edit.start + 1] == "\r\n" and edit.start:
            found.append(f"{edit}: begins within a line end")
        found += wrong_line_ends(source, edit)
    return found


def wrong_line_ends(source: Source, edit: Edit) -> list[str]:
    """A line end that an edit puts in must be one that the file has."""
    bare = source.text.replace("\r\n", "")
    ends = {end for end in ("\n", "\r") if end in bare} | ({"\r\n"} if "\r\n" in source.text else set())
    put = edit.text.replace("\r\n", "\x00")
    new = {end for end, sign in (("\n", "\n"), ("\r", "\r"), ("\r\n", "\x00")) if sign in put}
    return [f"{edit}: line ends {new} in a file with {ends}"] if ends and not new <= ends else []


def broken_parts(before: Source, after: Source) -> list[str]:
    """Parts in base64 must be as they were, and there must be as many parts as before."""
    old, new = ([in_base64(part) for part in message_from_bytes(one.data).walk()] for one in (before, after))
    return [] if old == new else ["a part in base64 has changed, or the parts are others"]


def in_base64(part: Message) -> tuple[str, object]:
    """A part's type and, if it is in base64, its text in the file."""
    encoded = str(part.get("content-transfer-encoding")).lower() == "base64"
    return part.get_content_type(), part.get_payload() if encoded else None
