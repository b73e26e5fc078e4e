"""What was measured, as a page with a table and a plot."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from benchmarks.measure import Run, Task

FLOOR = "python -c pass"
_COLOURS = {"maillint": "#1f6feb", "htmlhint": "#8b949e", "html-validate": "#bf8700", "djlint": "#8250df"}


def machine() -> str:
    """The machine in a line: processor, cores, Python."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"


def table(floor: Run, runs: Mapping[Task, Run]) -> str:
    """A row for each task: processor time as a ratio to an empty Python, seconds, and memory."""
    rows = ["| work | tool | × `python -c pass` | processor s | wall s | peak MiB |", "|---|---|---|---|---|---|"]
    for task, run in runs.items():
        ratio = run.cpu / floor.cpu
        shown = f"{ratio:.1f}" if ratio < 100 else f"{ratio:.0f}"
        rows.append(f"| {task.work} | {task.tool} | {shown} | {run.cpu:.3f} | {run.wall:.3f} | {run.memory:.0f} |")
    return "\n".join(rows)


def plot(floor: Run, runs: Mapping[Task, Run]) -> str:
    """The ratios as bars on a logarithmic scale, as an SVG document that also reads in dark pages."""
    width, label, row = 760, 260, 22
    works = list(dict.fromkeys(task.work for task in runs))
    height = row * (len(runs) + len(works)) + 30
    most = max(run.cpu / floor.cpu for run in runs.values())
    scale = (width - label - 80) / math.log10(max(most, 10))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        ' font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    y = 10
    for work in works:
        y += row
        lines.append(f'<text x="8" y="{y - 6}" font-weight="bold" fill="#24292f">{work}</text>')
        for task, run in runs.items():
            if task.work != work:
                continue
            ratio = run.cpu / floor.cpu
            length = max(math.log10(max(ratio, 1.01)) * scale, 2)
            lines.append(f'<text x="{label - 8}" y="{y + 14}" text-anchor="end" fill="#57606a">{task.tool}</text>')
            lines.append(
                f'<rect x="{label}" y="{y + 3}" width="{length:.0f}" height="{row - 8}" fill="{_COLOURS[task.tool]}"/>'
            )
            lines.append(f'<text x="{label + length + 6:.0f}" y="{y + 14}" fill="#24292f">{ratio:.1f}×</text>')
            y += row
    return "\n".join([*lines, "</svg>", ""])


def page(floor: Run, runs: Mapping[Task, Run], versions: Mapping[str, str], corpus: str, rounds: int) -> str:
    """The page; the plot stands beside it."""
    tools = ", ".join(f"{name} {version}" for name, version in versions.items())
    return f"""# Performance

What a run costs as a whole process: processor time, as a ratio to an empty Python in the same run. Made by
`python -m benchmarks` on {date.today().isoformat()}: {machine()}. {tools}. Files: {corpus}.
Medians of {rounds} rounds, all tools in turn; absolute times are of this machine, so trust the ratios. An empty
Python took {floor.cpu * 1000:.0f} ms.

![Processor time as a ratio to an empty Python, on a logarithmic scale](performance.svg)

{table(floor, runs)}
"""


def write(folder: Path, text: str, picture: str) -> Sequence[Path]:
    """Write the page and its plot into a folder."""
    paths = folder / "performance.md", folder / "performance.svg"
    for path, content in zip(paths, (text, picture), strict=True):
        path.write_text(content, encoding="utf-8")
    return paths
