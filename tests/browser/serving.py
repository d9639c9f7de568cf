"""The real server in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.waiting import PATIENCE


@dataclass(frozen=True)
class Server:
    """A running server: its address without a slash at the end, its folder of data, its process."""

    url: str
    data_dir: Path
    process: subprocess.Popen[bytes]


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[Server]:
    """Run ``blupboard serve`` on a free port of this machine with its data in `folder`.

    Raises AssertionError when it does not start, or has written a traceback by the time it ends.
    """
    log = folder / "server.log"
    data_dir = folder / "data"
    command = [sys.executable, "-m", "dashboard.cli", "serve", "--no-browser", "--port", "0"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BLUPBOARD_")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--data-dir", str(data_dir), *arguments],
            stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=environment,
        )  # fmt: skip
    try:
        yield Server(_address(process, log), data_dir, process)
    finally:
        _end(process)
    said = log.read_text(encoding="utf-8", errors="replace")
    assert "Traceback" not in said, f"the server wrote a traceback:\n{said[-6000:]}"


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"http://\S+(?=/ )", log.read_text(encoding="utf-8", errors="replace"))
        if found and _healthy(found[0]):
            return found[0]
        time.sleep(0.05)
    said = log.read_text(encoding="utf-8", errors="replace")
    raise AssertionError(f"the server did not start (exit status {process.poll()}):\n{said[-6000:]}")


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=PATIENCE) as answer:
            return answer.status == 200
    except urllib.error.URLError:
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
