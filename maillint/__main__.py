"""``python -m maillint``, and the command that is installed."""

from __future__ import annotations

import sys


def main() -> None:
    """Import the command line and run it; Ctrl-C while it is being imported ends quietly too."""
    try:
        from maillint.project.collector import pause  # noqa: PLC0415 -- what may be interrupted, as the next

        pause()
        from maillint.cli import main as run  # noqa: PLC0415
    except KeyboardInterrupt:
        sys.exit(130)
    run(prog_name="maillint")


if __name__ == "__main__":
    main()
