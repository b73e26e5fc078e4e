"""Ask for known vulnerabilities of what is installed by hash; says so where nobody can be asked."""

from __future__ import annotations

import json
import subprocess
import sys

FILES = (".ci/requirements.txt", ".ci/tools.txt")


def main() -> int:
    """Run pip-audit; 1 for a package with a known vulnerability, 0 without one or without an answer."""
    named = [argument for file in FILES for argument in ("--requirement", file)]
    command = [sys.executable, "-m", "pip_audit", *named, "--require-hashes", "--disable-pip", "--format", "json"]
    done = subprocess.run([*command, "--progress-spinner", "off"], capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = done.stderr.strip().splitlines()[-1:] or ["no answer"]
        print(f"skipped: the advisory service cannot be reached: {last[0][:200]}")
        return 0
    asked = [package for package in packages if "skip_reason" not in package]
    found = [(package, known) for package in asked for known in package["vulns"]]
    for package, known in found:
        print(f"{package['name']} {package['version']}: {known['id']}, mended in {', '.join(known['fix_versions'])}")
    if not asked:
        print("skipped: the package index here has no advisories:", packages[0]["skip_reason"] if packages else "")
    else:
        print(f"{len(asked)} of {len(packages)} packages asked for, {len(found)} vulnerabilities")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
