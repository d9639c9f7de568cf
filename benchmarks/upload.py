"""A large CSV through the page's own door and through the command line: ``python -m benchmarks.upload``.

The server is started as a user starts it. A session uploads the file, then asks for the tidy columns of every
estimator, so the seconds run until the data are in and compared. ``blupboard compare`` does the same with the
file. The server's memory is what Linux counts as resident.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from estimators import build_registry

HERE = Path(__file__).parent
COMMAND = [sys.executable, "-m", "dashboard.cli"]
ROWS_AT_A_TIME = 200_000
GROUPS = 5_000
SAMPLING_SECONDS = 0.02
MEGABYTE = 1e6


def write_csv(path: Path, size: float) -> None:
    """Text groups, a date, two numbers; at least ``size`` bytes."""
    rng = np.random.default_rng(1)
    names = np.array([f"Clinic {i:05d}, north" for i in range(GROUPS)])
    effect = rng.standard_normal(GROUPS)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("clinic,day,age,score\n")
        while file.tell() < size:
            group = rng.integers(0, GROUPS, ROWS_AT_A_TIME)
            score = 50 + effect[group] + 4 * rng.standard_normal(ROWS_AT_A_TIME)
            age = rng.integers(18, 95, ROWS_AT_A_TIME)
            rows = zip(names[group], age, score, strict=True)
            file.writelines(f'"{name}",2024-03-{1 + a % 28:02d},{a},{s:.6f}\n' for name, a, s in rows)


@dataclass
class Server:
    """A running dashboard and one session of it."""

    process: subprocess.Popen[str]
    address: tuple[str, int]
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Path | bytes | None = None) -> bytes:
        """One request, with a file or a text of JSON; raises RuntimeError unless it is answered with 200."""
        connection = http.client.HTTPConnection(*self.address, timeout=600)
        headers = {"X-Requested-With": "XMLHttpRequest", "Accept": "text/html"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        if body is None:
            connection.request(method, path, headers=headers)
        elif isinstance(body, bytes):
            headers["Content-Type"] = "application/json"
            connection.request(method, path, body=body, headers=headers)
        else:
            with body.open("rb") as stream:
                headers["Content-Length"] = str(body.stat().st_size)
                connection.request(method, path, body=stream, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status != http.client.OK:
            raise RuntimeError(f"{method} {path.partition('?')[0]}: {answer.status} {content[:300]!r}")
        return content

    def resident(self) -> float:
        """Resident memory in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return 1024 * int(found.group(1)) / MEGABYTE if found else float("nan")


@contextmanager
def serving(data_dir: Path) -> Iterator[Server]:
    """A server on a free port, ended at the end."""
    command = [*COMMAND, "serve", "--no-browser", "--port", "0", "--data-dir", str(data_dir)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HERE.parent)
    try:
        line = process.stdout.readline() if process.stdout else ""
        found = re.search(r"http://([^:/\s]+):(\d+)", line)
        if found is None:
            raise RuntimeError(f"the server did not say where it is: {line!r}")
        yield Server(process, (found.group(1), int(found.group(2))))
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def peak_of(server: Server) -> Iterator[list[float]]:
    """The highest resident memory while inside, as the one entry of a list."""
    highest, stop = [server.resident()], threading.Event()

    def watch() -> None:
        while not stop.wait(SAMPLING_SECONDS):
            highest[0] = max(highest[0], server.resident())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield highest
    finally:
        stop.set()
        watcher.join()


def through_the_page(path: Path, data_dir: Path) -> dict[str, float]:
    """Seconds and memory of one upload and its comparison on a server of its own."""
    with serving(data_dir) as server:
        server.ask("GET", "/")
        before = server.resident()
        with peak_of(server) as peak:
            began = time.perf_counter()
            told = json.loads(server.ask("PUT", f"/upload?name={path.name}", path))
            uploaded = time.perf_counter()
            choices = {
                "token": told["token"],
                "outcome": "score",
                "group": "clinic",
                "on": list(build_registry(entry_points=False)),
                "options": [],
                "level": 0.95,
                "sort": "",
                "show_own": True,
            }
            query = urllib.parse.urlencode({"choices": json.dumps(choices)})
            lines = server.ask("GET", f"/export/groups.csv?{query}").splitlines()
            compared = time.perf_counter()
        if len(lines) != 1 + len(choices["on"]) * GROUPS:
            raise RuntimeError(f"the comparison has {len(lines)} lines")
        return {
            "uploaded": uploaded - began,
            "compared": compared - began,
            "before": before,
            "peak": peak[0],
            "after": server.resident(),
        }


def through_the_command(path: Path) -> float:
    """Seconds of ``blupboard compare``."""
    command = [*COMMAND, "compare", str(path), "--outcome", "score", "--group", "clinic", "--format", "csv"]
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=HERE.parent)
    return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.upload", description=__doc__)
    parser.add_argument("--megabytes", type=float, default=100.0, help="size of the file")
    parser.add_argument("--runs", type=int, default=3, help="the median of so many counts")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "large.csv"
        write_csv(path, options.megabytes * MEGABYTE)
        size = path.stat().st_size / MEGABYTE
        command = statistics.median(through_the_command(path) for _ in range(options.runs))
        pages = [through_the_page(path, Path(scratch) / f"data{i}") for i in range(options.runs)]
    page = {key: statistics.median(p[key] for p in pages) for key in pages[0]}
    print(f"| {size:.0f} MB CSV, {GROUPS} groups, median of {options.runs} | |\n|---|---|")
    print(f"| `blupboard compare` | {command:.2f} s |")
    print(f"| uploaded and read | {page['uploaded']:.2f} s |")
    print(f"| uploaded, read and compared | {page['compared']:.2f} s |")
    print(f"| ratio | {page['compared'] / command:.2f} |")
    print(f"| server memory before, at its peak, after | {page['before']:.0f}, ", end="")
    print(f"{page['peak']:.0f}, {page['after']:.0f} MB |")
    print(f"| growth at the peak / file | {(page['peak'] - page['before']) / size:.2f} |")


if __name__ == "__main__":
    main()
