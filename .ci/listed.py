"""Fail unless a bill of materials names every package of this environment, and nothing else."""

import json
import sys
from importlib.metadata import distributions
from pathlib import Path


def main(path: str) -> int:
    """Compare them; 1 and the differences where they are not the same."""
    bill = json.loads(Path(path).read_text(encoding="utf-8"))
    listed = {(package["name"].lower(), package["version"]) for package in bill.get("components", [])}
    installed = {(package.metadata["Name"].lower(), package.version) for package in distributions()}
    subject = bill["metadata"]["component"]["name"]  # what the bill is of
    installed = {package for package in installed if package[0] != subject}
    for name, version in sorted(listed ^ installed):
        print(f"{path} {'lacks' if (name, version) in installed else 'names'} {name} {version}", file=sys.stderr)
    return 1 if listed != installed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
