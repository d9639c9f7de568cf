"""Find Java and PostgreSQL for tests of engines, or install them: ``python -m tests.engines.programs``."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.browser.chromium import as_root

_DEBIAN_POSTGRES = Path("/usr/lib/postgresql")


def java() -> Path | None:
    """A Java that Spark can be started with."""
    found = shutil.which("java")
    return Path(found) if found else None


def postgres_programs() -> Path | None:
    """The folder of initdb and pg_ctl, of the newest PostgreSQL."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = _DEBIAN_POSTGRES.glob("*/bin/initdb")
    newest = max(folders, key=lambda path: float(path.parts[-3]), default=None)
    return newest.parent if newest else None


NEEDED: tuple[tuple[str, Callable[[], Path | None], str], ...] = (
    ("Java", java, "default-jre-headless"),
    ("PostgreSQL", postgres_programs, "postgresql"),
)
"""What it is, how it is found, and its package in Debian."""


def main() -> None:
    """Say which programs the tests use, after installing what is not there."""
    missing = [package for _, find, package in NEEDED if find() is None]
    root = as_root()
    if missing and root is not None and shutil.which("apt-get"):
        subprocess.run([*root, "apt-get", "update", "-q"], check=False)
        install = [*root, "apt-get", "install", "-y", "--no-install-recommends", *missing]
        subprocess.run(install, check=False)
    for name, find, package in NEEDED:
        found = find()
        if found is None:
            sys.exit(f"No {name} for the tests of engines: install it, on Debian the package {package}.")
        print(f"Tests of engines use {found}")


if __name__ == "__main__":
    main()
