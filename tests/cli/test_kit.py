"""A starter kit whose links are all ``#``: few lines on the screen, and everything in JSON."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.command import maillint

FILES, LINKS = 112, 9
PAGE = (
    "<table><tr><td><h1>Heading</h1>\n"
    + '<a href="#">Shop now</a> <a href="#">Our story</a> <a href="#"><img src="https://a.example/i.png" alt="x"></a>\n'
    * (LINKS // 3)
    + "</td></tr></table>\n<p>Change your <a href='{{ unsubscribe_url }}'>settings</a></p>\n"
)
RULE = "links/placeholder"


def test_a_kit_of_112_files_takes_less_than_600_lines_and_json_has_every_place(tmp_path: Path) -> None:
    kit = tmp_path / "emails"
    kit.mkdir()
    for number in range(FILES):
        (kit / f"layout-{number}.html").write_text(PAGE)
    screen = maillint("check", "emails", "--select", "links", "--fail-on", "never", folder=tmp_path).stdout.splitlines()
    assert FILES < len(screen) <= 600
    assert max(map(len, screen)) <= 80
    files = json.loads(
        maillint("check", "emails", "--select", RULE, "--fail-on", "never", "-f", "json", folder=tmp_path).stdout
    )["files"]
    assert len(files) == FILES
    for file in files:
        (found,) = file["findings"]
        places = [found, *found["places"]]
        assert [PAGE[place["start"] : place["end"]] for place in places] == ["#"] * LINKS
        assert sorted({place["line"] for place in places}) == [2, 3, 4]
