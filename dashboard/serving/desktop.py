"""Showing the page on this machine: in a window of its own, or in the browser.

A window of its own is pywebview's where that is installed and works, else an application window of a
Chromium, Chrome or Edge with a profile kept for blupboard, so that its cookie outlives the window.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_WIDTH, _HEIGHT = 1440, 900
_COMMANDS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)
_MAC_APPLICATIONS = ("Google Chrome", "Chromium", "Microsoft Edge")
_WINDOWS_PROGRAMS = (r"Google\Chrome\Application\chrome.exe", r"Microsoft\Edge\Application\msedge.exe")
_STOP_SECONDS = 5

_log = logging.getLogger(__name__)


def open_window(url: str, title: str, profile: Path) -> bool:
    """Show `url` in a window of its own and return True once it is closed.

    Returns False, at once, where no such window can be had; the page is then open in the browser if there
    is one. `profile` is a folder for what the window keeps between visits. To be called in the main thread.
    """
    if has_screen() and (_pywebview_window(url, title, profile) or _chromium_window(url, profile)):
        return True
    open_browser(url)
    return False


def open_browser(url: str) -> None:
    """Show `url` in the default browser where there is a screen to show it on; does not wait."""
    if has_screen():
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()


def has_screen() -> bool:
    """Tell whether a window could be seen: a display on Linux, no remote shell elsewhere."""
    if sys.platform in {"win32", "darwin"}:
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _pywebview_window(url: str, title: str, profile: Path) -> bool:
    try:
        import webview
    except ImportError:
        return False
    logging.getLogger("pywebview").setLevel(logging.CRITICAL)  # it logs tracebacks of what it cannot use
    webview.settings["ALLOW_DOWNLOADS"] = True
    try:
        window = webview.create_window(title, url, width=_WIDTH, height=_HEIGHT)
        with _on_ending_signals(window.destroy):
            webview.start(private_mode=False, storage_path=str(profile / "pywebview"))
    except webview.WebViewException as error:
        _log.info("pywebview cannot open a window here: %s", error)
        return False
    return True


@contextmanager
def _on_ending_signals(end: Callable[[], None]) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM call `end`: an exception would not get through a toolkit's event loop."""
    before = {number: signal.signal(number, lambda *_: end()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _chromium_window(url: str, profile: Path) -> bool:
    program = _find_chromium()
    if program is None:
        return False
    with _free_profile(profile / "chromium") as folder:
        command = [
            program,
            f"--app={url}",
            f"--user-data-dir={folder}",
            f"--window-size={_WIDTH},{_HEIGHT}",
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-background-mode",
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium's sandbox refuses to start for root
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own arguments
        try:
            return process.wait() == 0
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _find_chromium() -> str | None:
    for name in _COMMANDS:
        if found := shutil.which(name):
            return found
    places: list[Path] = []
    if sys.platform == "darwin":
        places = [Path("/Applications") / f"{name}.app/Contents/MacOS/{name}" for name in _MAC_APPLICATIONS]
    elif sys.platform == "win32":
        roots = filter(None, map(os.environ.get, ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")))
        places = [Path(root) / program for root in roots for program in _WINDOWS_PROGRAMS]
    return next((str(place) for place in places if place.is_file()), None)


@contextmanager
def _free_profile(folder: Path) -> Iterator[Path]:
    """Lend `folder`, or a temporary one while another window uses it.

    A second Chromium with the same profile hands its page to the first and ends, which would look as if the
    window had been closed.
    """
    if not _in_use(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield folder
        return
    with TemporaryDirectory(prefix="blupboard-", ignore_cleanup_errors=True) as temporary:
        yield Path(temporary)


def _in_use(profile: Path) -> bool:
    if sys.platform == "win32":
        try:
            (profile / "lockfile").unlink(missing_ok=True)
        except PermissionError:
            return True
        return False
    try:
        owner = (profile / "SingletonLock").readlink().name  # "<host>-<process id>"
        os.kill(int(owner.rpartition("-")[2]), 0)
    except (OSError, ValueError):
        return False
    return True
