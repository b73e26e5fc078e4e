"""``python -m maillint``."""

from maillint.cli import main

main(prog_name="maillint")
