"""Find a Chromium for the browser tests, or install one: ``python -m tests.browser.chromium``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

CHOSEN = "BLUPBOARD_CHROMIUM"
"""Environment variable that names the browser to use."""

FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # WebGL without a graphics card
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)

_COMMANDS = (
    "chromium-headless-shell",  # no windows, menus and extensions, which take a tenth of the work
    "google-chrome-stable",
    "google-chrome",
    "chrome",
    "chromium",
    "chromium-browser",
    "microsoft-edge",
    "msedge",
)
_MAC = ("Google Chrome", "Chromium", "Microsoft Edge")
_WINDOWS = (
    r"Google\Chrome\Application\chrome.exe",
    r"Chromium\Application\chrome.exe",
    r"Microsoft\Edge\Application\msedge.exe",
)
_APT = ("apt-get", "install", "-y", "--no-install-recommends")
_PACKAGES = ("chromium-headless-shell", "chromium")


@cache
def installed() -> Path | None:
    """The browser named by BLUPBOARD_CHROMIUM, else the first one on this machine that starts."""
    return next((program for program in _candidates() if starts(program)), None)


def playwrights_own() -> Path | None:
    """The Chromium that ``playwright install chromium`` has put on this machine."""
    asked = (
        "from playwright.sync_api import sync_playwright as s\n"
        "with s() as p: print(p.chromium.executable_path)"
    )
    answer = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    program = Path(answer.stdout.strip())
    return program if program.is_file() else None


def install() -> bool:
    """Install a Chromium: Debian's package where that can be, else playwright's own. Whether it worked."""
    root = as_root()
    if root is not None and shutil.which("apt-get"):
        subprocess.run([*root, "apt-get", "update", "-q"], check=False)
        for package in _PACKAGES:
            subprocess.run([*root, *_APT, package], check=False)
            installed.cache_clear()
            if installed():
                return True
    # playwright asks for the system's libraries with sudo, which must not stop at a password
    libraries = ["--with-deps"] if root is not None and shutil.which("apt-get") else []
    playwright = [sys.executable, "-m", "playwright", "install", *libraries, "chromium"]
    return subprocess.run(playwright, check=False).returncode == 0


def named_programs(commands: Iterable[str]) -> Iterator[Path]:
    """Those of some commands that are there."""
    yield from (Path(found) for name in commands if (found := shutil.which(name)))


def _candidates() -> Iterator[Path]:
    if chosen := os.environ.get(CHOSEN):
        yield Path(chosen)
        return
    yield from named_programs(_COMMANDS)
    if sys.platform == "darwin":
        for folder in (Path("/Applications"), Path.home() / "Applications"):
            yield from (folder / f"{name}.app" / "Contents" / "MacOS" / name for name in _MAC)
    elif sys.platform == "win32":
        roots = filter(None, map(os.environ.get, ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")))
        yield from (Path(root) / program for root in roots for program in _WINDOWS)


def starts(program: Path) -> bool:
    """Whether it runs at all: some systems have a placeholder that only says what to install."""
    if not program.is_file():
        return False
    if sys.platform == "win32":
        return True  # there --version opens a window
    return _succeeds([str(program), "--version"])


def _succeeds(command: list[str]) -> bool:
    try:
        return subprocess.run(command, check=False, capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def as_root() -> list[str] | None:
    """What to put before a command that needs root; None where root cannot be had without a password."""
    if not hasattr(os, "geteuid"):
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and _succeeds(["sudo", "-n", "true"]):
        return ["sudo", "-n"]
    return None


def main() -> None:
    """Say which Chromium the browser tests use, after installing one where there is none."""
    found = installed()
    if found is None and CHOSEN in os.environ:
        sys.exit(
            f"{CHOSEN} is {os.environ[CHOSEN]!r}, which is no program that starts; name a Chromium or Chrome."
        )
    found = found or playwrights_own()
    if found is None and install():
        found = installed() or playwrights_own()
    if found is None:
        sys.exit(
            "No Chromium for the browser tests: none is installed, and none could be installed here. "
            f"Install Chromium or Chrome, or name one in {CHOSEN}."
        )
    print(f"Browser tests use {found}")


if __name__ == "__main__":
    main()
