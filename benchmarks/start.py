"""How long maillint takes as a whole process, in comparison with ``python -c pass`` in the same run.

    python benchmarks/start.py [RUNS]

Makes a template of 50 KB and a folder of 500 templates of 25 KB on average (newsletter markup with branches, Outlook
conditionals, links and images), then times in turn: an empty Python, one template, the folder without cached results
(with one process, and with one for each core), and the folder again from the cache. Prints the median of RUNS
(default 7) runs.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BLOCK = """
<!--[if mso]><table role="presentation" width="600"><tr><td><![endif]-->
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:600px">
  <tr>
    <td style="padding:24px;font-family:Arial,sans-serif;font-size:16px;line-height:24px;color:#333333">
      <h2 style="margin:0 0 12px 0">Item {number}: what is new on the quay</h2>
      {{% if reader.member %}}<p>Members get in at nine, everyone else at ten; bring your card.</p>{{% else %}}<p>Doors
      open at ten.</p>{{% endif %}}
      <p>Hello {{{{ reader.first_name | default("there") }}}}, the winter timetable starts on 1 December. Boats leave at
      7:10 and 17:40, and the smokehouse is open on Sundays again until the end of the season.</p>
      <a href="https://harbour.example/news/{number}?ref=mail&amp;edition=november">Read about item {number}</a>
      <img src="https://harbour.example/images/{number}.png" width="552" height="240" alt="The quay, picture {number}">
    </td>
  </tr>
</table>
<!--[if mso]></td></tr></table><![endif]-->
"""
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Harbour Notes</title><style>td {{ padding: 0 }}</style></head>
<body style="margin:0">{body}<p><a href="https://harbour.example/out/{{{{ token }}}}">Unsubscribe</a></p></body></html>
"""


def template(size: int) -> str:
    blocks, length = [], 0
    while length < size:
        blocks.append(BLOCK.format(number=len(blocks) + 1))
        length += len(blocks[-1])
    return PAGE.format(body="".join(blocks))


def timed(command: list[str], folder: Path) -> float:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    taken = time.perf_counter() - start
    if result.returncode not in {0, 1}:
        sys.exit(result.stderr.decode())
    return taken


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    check = [sys.executable, "-m", "maillint", "check", "-q", "--fail-on", "never"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "one.html").write_text(template(50_000), encoding="utf-8")
        (folder / "many").mkdir()
        for number in range(500):
            (folder / "many" / f"{number:03}.html").write_text(template(10_000 + 60 * number), encoding="utf-8")
        cases = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "one template of 50 KB": [*check, "--no-cache", "one.html"],
            "500 templates, one process": [*check, "--no-cache", "-j", "1", "many"],
            "500 templates": [*check, "--no-cache", "many"],
            "500 templates, unchanged": [*check, "many"],
        }
        times: dict[str, list[float]] = {case: [] for case in cases}
        for number in range(runs + 1):
            for case, command in cases.items():
                taken = timed(command, folder)
                if number:  # the first round warms caches and bytecode
                    times[case].append(taken)
    floor = statistics.median(times["python -c pass"])
    print(f"{'':30} {'median ms':>10} {'× pass':>8}   of {runs} runs")
    for case, taken_times in times.items():
        median = statistics.median(taken_times)
        print(f"{case:30} {median * 1000:10.0f} {median / floor:8.1f}")


if __name__ == "__main__":
    main()
