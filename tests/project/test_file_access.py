"""What is read beside the files of a run: inside the given paths only, through one access that notes it."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from maillint.files.access import NO_FILES, FileAccess
from maillint.message.mjml.includes import expand
from maillint.message.model import Message
from maillint.message.read import MessageSettings, read_message
from maillint.message.rendering.render import render
from maillint.project.discovery import Discovery
from maillint.text.source import Source

MESSAGE = Path(__file__).parents[2] / "maillint/message"
PURE = {"join", "split", "splitext", "basename", "dirname", "normpath", "abspath", "sep"}
"""What of os and os.path looks at no disk."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder inside which files may be read, beside one whose files may not."""
    for name in ("in/deep", "out"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "in/a.txt").write_text("inside")
    (tmp_path / "out/a.txt").write_text("outside")
    (tmp_path / "in/link.txt").symlink_to("a.txt")
    (tmp_path / "in/escape.txt").symlink_to("../out/a.txt")
    (tmp_path / "in/way").symlink_to("../out")
    (tmp_path / "in-beside").mkdir()
    (tmp_path / "in-beside/a.txt").write_text("beside")
    return tmp_path / "in"


# -- borders ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("a.txt", b"inside"), ("deep/../a.txt", b"inside"), ("link.txt", b"inside"), ("escape.txt", None),
        ("way/a.txt", None), ("../out/a.txt", None), ("../in-beside/a.txt", None), ("missing.txt", None),
        ("deep", None), ("", None),
    ],
)  # fmt: skip
def test_files_are_read_inside_the_roots_alone(folder: Path, path: str, content: bytes | None) -> None:
    for files in (FileAccess([str(folder)]), FileAccess([f"{folder}/"]), FileAccess([str(folder / "deep/..")])):
        found = files.read(str(folder / path), 100)
        assert (found and found.data) == content
        assert files.has_file(str(folder / path)) is (content is not None)


def test_a_root_may_be_a_file_a_link_or_the_root_of_the_disk(folder: Path) -> None:
    path = str(folder / "a.txt")
    assert FileAccess([path]).has_file(path)
    assert not FileAccess([path]).has_file(str(folder / "link.txt/../b.txt"))
    assert FileAccess([str(folder / "way")]).has_file(str(folder.parent / "out/a.txt"))
    assert FileAccess([os.sep]).has_file(path)


def test_without_roots_nothing_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert NO_FILES.read("a.txt", 100) is None
    assert not NO_FILES.has_file("a.txt")
    assert not NO_FILES.allows("a.txt")
    assert NO_FILES.names("") == []
    assert NO_FILES.states == {}
    assert NO_FILES.real_path("link.txt") == str(folder / "link.txt")


def test_folders_are_listed_inside_the_roots_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    files = FileAccess(["."])
    assert sorted(files.names("")) == ["a.txt", "deep", "escape.txt", "link.txt", "way"]
    assert files.names("deep") == files.names("missing") == files.names("way") == files.names("..") == []


def test_a_pipe_is_no_file(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert FileAccess([str(folder)]).read(str(folder / "pipe"), 100) is None


def test_of_a_long_file_one_byte_more_than_the_limit_is_read(folder: Path) -> None:
    files = FileAccess([str(folder)])
    read = [files.read(str(folder / "a.txt"), limit) for limit in (5, 6)]
    assert [found and found.data for found in read] == [b"inside", b"inside"]
    short = files.read(str(folder / "a.txt"), 4)
    assert short is not None
    assert short.data == b"insid"


# -- what has been read -------------------------------------------------------------------------------


def noted(folder: Path, *paths: str) -> FileAccess:
    files = FileAccess([str(folder)])
    for path in paths:
        files.read(str(folder / path), 100)
    return files


@pytest.mark.parametrize("path", ["a.txt", "link.txt", "escape.txt", "missing.txt", "deep"])
def test_what_is_as_it_was_is_unchanged(folder: Path, path: str) -> None:
    assert FileAccess([str(folder)]).is_unchanged(noted(folder, path).states)


def test_every_change_is_seen(folder: Path) -> None:
    states = noted(folder, "a.txt", "link.txt", "escape.txt", "missing.txt").states
    files = FileAccess([str(folder)])

    def seen() -> list[str]:
        return [Path(path).name for path, state in states.items() if not files.is_unchanged({path: state})]

    (folder / "a.txt").write_text("changed")
    assert seen() == ["a.txt", "link.txt"]
    (folder / "a.txt").write_text("inside")
    (folder / "copy.txt").write_text("inside")
    (folder / "link.txt").unlink()
    (folder / "link.txt").symlink_to("copy.txt")  # what it includes in turn is looked for beside another file
    assert seen() == ["link.txt"]
    (folder / "missing.txt").write_text("")
    assert seen() == ["link.txt", "missing.txt"]
    assert not files.is_unchanged(states)


def test_what_another_process_has_read_can_be_noted(folder: Path) -> None:
    files = noted(folder, "a.txt")
    before = dict(files.states)
    (folder / "a.txt").write_text("changed")
    files.note(str(folder / "a.txt"))
    files.note(str(folder / "missing.txt"))
    assert files.states == {**before, str(folder / "missing.txt"): ""}


# -- everything beside a message goes through it -------------------------------------------------------


def disk_uses(path: Path) -> Iterator[str]:
    """What a module calls or imports that looks at the disk."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="open")):
                yield "open"
            case ast.Attribute(value=ast.Name(id="os"), attr=name) if name not in {*PURE, "path"}:
                yield f"os.{name}"
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="os"), attr="path"), attr=name):
                if name not in PURE:
                    yield f"os.path.{name}"
            case ast.ImportFrom(module="os" | "os.path" | "pathlib" | "io" | "glob" | "shutil" as module):
                yield f"from {module}"
            case ast.Import(names=names):
                yield from ({name.name for name in names} & {"pathlib", "io", "glob", "shutil"})


@pytest.mark.parametrize("path", sorted(MESSAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(MESSAGE)))
def test_the_model_reads_no_disk(path: Path) -> None:
    if path.name != "jinja_sandbox.py":  # a process of its own, which may import nothing of maillint
        assert list(disk_uses(path)) == []


def read(folder: Path, name: str, *roots: str) -> Message:
    source = Source.from_bytes(str(folder / name), (folder / name).read_bytes())
    return read_message([source], MessageSettings(), files=FileAccess([str(folder / root) for root in roots]))


def test_includes_and_sample_data_do_not_lead_outside(folder: Path) -> None:
    (folder / "a.mjml").write_text('<mjml><mj-body><mj-include path="./way/a.txt" /></mj-body></mjml>')
    (folder / "a.data.yaml").symlink_to("../out/a.txt")
    message = read(folder, "a.mjml", "")
    assert message.samples is None
    assert message.html is not None
    assert [include.state for include in message.html.includes] == ["outside"]
    assert "outside" not in message.html.text
    wider = read(folder, "a.mjml", "", "../out")
    assert wider.samples is not None
    assert wider.html is not None
    assert [include.state for include in wider.html.includes] == ["found"]


def test_twins_and_sidecars_do_not_lead_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.txt", "b_subject.txt"):
        (tmp_path / name).write_text("Hi\n")
        (tmp_path / "in" / name).symlink_to(tmp_path / name)
    (tmp_path / "meta.json").write_text('{"Subject": "x"}')
    for name in ("a.html", "b.html", "content.html"):
        (tmp_path / "in" / name).write_text("<p>Hi</p>")
    (tmp_path / "in/meta.json").symlink_to("../meta.json")
    monkeypatch.chdir(tmp_path / "in")
    names = ["a.html", "b.html", "content.html"]
    assert [group.paths for group in Discovery().groups(names)] == [(name,) for name in names]
    (tmp_path / "maillint.yaml").write_text("")  # the project's folder, then: everything in it may be read
    assert [len(group.paths) for group in Discovery().groups(names)] == [2, 2, 2]


def test_a_message_notes_what_it_depends_on(folder: Path) -> None:
    (folder / "a.mjml").write_text('<mjml><mj-body><mj-include path="foot.mjml" /></mj-body></mjml>')
    (folder / "foot.mjml").write_text('<mj-include path="link.txt" />')
    states = read(folder, "a.mjml", "").files.states
    there = {os.path.relpath(path, folder) for path, state in states.items() if state}
    assert there == {"foot.mjml", "link.txt"}
    assert str(folder / "a.data.json") in states
    assert read_message([Source.from_text("a.mjml", "<mjml/>")], MessageSettings()).files.states == {}


def test_what_a_rendered_template_reads_is_noted(folder: Path) -> None:
    (folder / "mail.html.j2").write_text("{% include 'part.j2' %}{{ name }}")
    (folder / "part.j2").write_text("<p>Hi</p>")
    (folder / "broken.html.j2").write_text("{% include 'no.j2' %}{{ name }}")
    for name in ("mail", "broken"):
        (folder / f"{name}.data.yaml").write_text("{name: Ada}")
    for name, part, there in (("mail.html.j2", "part.j2", True), ("broken.html.j2", "no.j2", False)):
        message = read(folder, name, "")
        assert bool(render(message).made) is there
        assert message.files.complete
        assert bool(message.files.states[str(folder / part)]) is there


def test_a_rendering_that_was_stopped_leaves_open_what_it_depends_on(folder: Path) -> None:
    (folder / "mail.html.j2").write_text(
        "{% for n in range(99999) %}{% for m in range(99999) %}{% endfor %}{% endfor %}"
    )
    (folder / "mail.data.yaml").write_text("{name: Ada}")
    message = read(folder, "mail.html.j2", "")
    assert [failure.reason for failure in render(message).failed] == ["it takes too long"]
    assert not message.files.complete


def test_a_text_without_a_file_looks_for_nothing() -> None:
    text = '<mjml><mj-body><mj-include path="a.mjml" /></mj-body></mjml>'
    assert [include.state for include in expand(text, "x.mjml", NO_FILES).includes] == ["not looked for"]
