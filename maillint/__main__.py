"""``python -m maillint``, and the command that is installed."""

from __future__ import annotations

import sys


def main() -> None:
    """Import the command line and run it; Ctrl-C while it is being imported ends quietly too."""
    if sys.stdin is None or sys.stdout is None or sys.stderr is None:
        _open_missing_streams()
    try:
        from maillint.project.collector import pause  # noqa: PLC0415 -- what may be interrupted, as the next

        pause()
        from maillint.cli import main as run  # noqa: PLC0415
    except KeyboardInterrupt:
        sys.exit(130)
    run(prog_name="maillint")


def _open_missing_streams() -> None:
    """Put something in the place of standard streams that are closed (``>&-``), or the next file would take it.

    Reading from and writing to them fails as the system has it; nobody reads standard error then.
    """
    import os  # noqa: PLC0415 -- seldom wanted

    for number, mode in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # takes the lowest number that is free
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


if __name__ == "__main__":
    main()
