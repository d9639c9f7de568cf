"""Find a Firefox for the journey, or install one: ``python -m tests.browser.firefox``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.browser.chromium import as_root, named_programs, starts

CHOSEN = "BLUPBOARD_FIREFOX"
"""Environment variable that names the Firefox to use."""
REASON = f"no Firefox is installed, and none could be installed here; name one in {CHOSEN}"
"""Why the journey is left out where there is none."""

_COMMANDS = ("firefox-esr", "firefox")
_MAC = Path("/Applications/Firefox.app/Contents/MacOS/firefox")
_APT = ("apt-get", "install", "-y", "-q", "--no-install-recommends", "firefox-esr")


@cache
def installed() -> Path | None:
    """The browser named by BLUPBOARD_FIREFOX, else the first one on this machine that starts."""
    return next((program for program in _candidates() if starts(program)), None)


def install() -> None:
    """Install Debian's package, where that can be."""
    root = as_root()
    if root is not None and shutil.which("apt-get"):
        for command in (("apt-get", "update", "-q"), _APT):
            subprocess.run([*root, *command], check=False, capture_output=True)
        installed.cache_clear()


def _candidates() -> Iterator[Path]:
    if chosen := os.environ.get(CHOSEN):
        yield Path(chosen)
        return
    yield from named_programs(_COMMANDS)
    if sys.platform == "darwin":
        yield _MAC


def main() -> None:
    """Say which Firefox the journey uses, after installing one where there is none."""
    if installed() is None and CHOSEN not in os.environ:
        install()
    found = installed()
    print(
        f"The journey in Firefox uses {found}" if found else f"The journey in Firefox is left out: {REASON}"
    )


if __name__ == "__main__":
    main()
