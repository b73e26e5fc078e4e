"""What was measured, as a page with a table and a plot."""

from __future__ import annotations

import math
import os
import platform
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from benchmarks.measure import Run, Task

FLOOR = "python -c pass"
BY_CLOCK = frozenset({"500 templates on all cores"})
"""Works that are measured by the clock; all others by processor time."""

MARKS = {
    "a trivial file": 6,
    "one template of 50 KB": 8,
    "500 templates": 160,
    "500 templates on all cores": 90,
    "500 templates, unchanged": 8,
    "one file of 5 MB": 350,
}
"""What maillint is to stay below, as a multiple of an empty Python."""

_NOTES = Path(__file__).parent / "notes.md"
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


def ratio(floor: Run, task: Task, run: Run) -> float:
    """What a task costs, as a multiple of an empty Python: by processor time, or by the clock where it shares cores."""
    return run.wall / floor.wall if task.work in BY_CLOCK else run.cpu / floor.cpu


def _shown(value: float) -> str:
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def table(floors: Sequence[Run], passes: Sequence[Mapping[Task, Run]]) -> str:
    """A row for each task: its ratio in each pass, the mark, and seconds and memory of the last pass."""
    heads = ["work", "tool", *(f"pass {number}" for number in range(1, len(passes) + 1)), "mark", "seconds", "peak MiB"]
    rows = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for task, run in passes[-1].items():
        ratios = [f"{_shown(ratio(floor, task, runs[task]))} ×" for floor, runs in zip(floors, passes, strict=True)]
        mark = f"{MARKS[task.work]} ×" if task.tool == "maillint" and task.work in MARKS else ""
        seconds = run.wall if task.work in BY_CLOCK else run.cpu
        cells = [task.work, task.tool, *ratios, mark, f"{seconds:.3f}", f"{run.memory:.0f}"]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def plot(floor: Run, runs: Mapping[Task, Run]) -> str:
    """The ratios as bars on a logarithmic scale, as an SVG document that also reads in dark pages."""
    width, label, row = 760, 260, 22
    works = list(dict.fromkeys(task.work for task in runs))
    height = row * (len(runs) + len(works)) + 30
    most = max(ratio(floor, task, run) for task, run in runs.items())
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
            times = ratio(floor, task, run)
            length = max(math.log10(max(times, 1.01)) * scale, 2)
            lines.append(f'<text x="{label - 8}" y="{y + 14}" text-anchor="end" fill="#57606a">{task.tool}</text>')
            lines.append(
                f'<rect x="{label}" y="{y + 3}" width="{length:.0f}" height="{row - 8}" fill="{_COLOURS[task.tool]}"/>'
            )
            lines.append(f'<text x="{label + length + 6:.0f}" y="{y + 14}" fill="#24292f">{_shown(times)}×</text>')
            y += row
    return "\n".join([*lines, "</svg>", ""])


def page(
    floors: Sequence[Run],
    passes: Sequence[Mapping[Task, Run]],
    versions: Mapping[str, str],
    corpus: str,
    rounds: int,
    growth: str = "",
) -> str:
    """The page; the plot stands beside it, and what there is to say of the figures in ``notes.md``.

    ``growth`` is a section that is measured on its own.
    """
    tools = ", ".join(f"{name} {version}" for name, version in versions.items())
    return f"""# Performance

What a run costs as a whole process, as a multiple of an empty Python in the same pass: by processor time, or by the
clock for the work that shares all cores. Made by `python -m benchmarks` on {date.today().isoformat()}: {machine()}.
{tools}. Files: {corpus}. Each pass is the median of {rounds} rounds, all tools in turn. Seconds and memory are those of
the last pass on this machine, so trust the ratios; an empty Python took {floors[-1].cpu * 1000:.0f} ms.

![Cost as a multiple of an empty Python, on a logarithmic scale](performance.svg)

{table(floors, passes)}

{growth}{_NOTES.read_text(encoding="utf-8").rstrip()}
"""


def section_in(folder: Path, title: str) -> str:
    """A section of the page as it stands; "" where there is none."""
    page = folder / "performance.md"
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    found = re.search(rf"^{re.escape(title)}\n.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[0] if found else ""


def put_section(folder: Path, section: str) -> Path:
    """Put a section into the page, in its own place or else before the notes."""
    page = folder / "performance.md"
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    old = section_in(folder, section.partition("\n")[0])
    notes = _NOTES.read_text(encoding="utf-8").partition("\n")[0]
    if old:
        text = text.replace(old, f"{section}\n")
    elif notes in text:
        text = text.replace(notes, f"{section}\n{notes}", 1)
    else:
        text += f"\n{section}"
    page.write_text(text, encoding="utf-8")
    return page


def write(folder: Path, text: str, picture: str) -> Sequence[Path]:
    """Write the page and its plot into a folder."""
    paths = folder / "performance.md", folder / "performance.svg"
    for path, content in zip(paths, (text, picture), strict=True):
        path.write_text(content, encoding="utf-8")
    return paths
