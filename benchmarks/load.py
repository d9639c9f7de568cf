"""A server of its own under load on this machine: users who compare, slow connections, uploads, its end.

``python -m benchmarks.load [USERS [SECONDS [CONNECTIONS]]]``: prints what users and newcomers waited, and
what became of the others.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import resource
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from dashboard.session.choices import Choices
from dashboard.session.simulation import ChosenDesign
from estimators import Design

METHODS = ("ols", "reml", "ml", "james_stein")
_SMALL = b"g,y\na,1\nb,2\na,3\nb,4\n"
_KINDS_OF_CELL = ("x", "1.5", "NA", "2020-01-01", "$3")


def main(users: int = 50, seconds: int = 120, connections: int = 600) -> None:
    """Start a server, try it, and end it."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "dashboard.cli", "serve", "--no-browser", "--port", "0"]
        process = subprocess.Popen(
            [*command, "--data-dir", str(Path(folder) / "data")], stdout=subprocess.PIPE, text=True
        )
        if process.stdout is None:
            raise RuntimeError("the server has no stdout")
        found = re.search(r":(\d+)/", process.stdout.readline())
        if found is None:
            raise RuntimeError("the server did not say where it is")
        port = int(found[1])
        print("first page, seconds:", get(port, "/"))
        compare_at_once(port, process.pid, users, seconds)
        trickle(port, connections)
        upload_at_once(port)
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        print(f"SIGTERM: exit {process.wait(30)} after {time.monotonic() - begun:.1f} s")


def get(port: int, path: str) -> float:
    """Seconds until a newcomer has an answer."""
    begun = time.monotonic()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("GET", path)
        connection.getresponse().read()
    return round(time.monotonic() - begun, 3)


def compare_at_once(port: int, process: int, users: int, seconds: int) -> None:
    """Let users compare for so long, and print what they waited."""
    before = resident_mb(process)
    waited, failed = users_comparing(port, users, seconds)
    half, most = half_and_most(waited)
    print(f"{users} users for {seconds} s: {len(waited):,} comparisons of 1,000 groups by {len(METHODS)},")
    print(f"  half within {half:.2f} s, 95% within {most:.2f} s; failed: {len(failed)} {failed[:3]}")
    print(f"  memory {before} MB before, {resident_mb(process)} MB after")


def users_comparing(port: int, users: int, seconds: int) -> tuple[list[float], list[str]]:
    """Seconds of each answer, and what failed, of users who compare 1,000 groups again and again.

    Each has groups of their own, and asks a second or so after each answer.
    """
    waited: list[float] = []
    failed: list[str] = []
    end = time.monotonic() + seconds

    def use(user: int) -> None:
        rng = random.Random(user)
        while time.monotonic() < end:
            design = Design(groups=1_000, per_group="10", seed=rng.randrange(2**31))
            choices = json.dumps(Choices(ChosenDesign(design), METHODS).to_json())
            begun = time.monotonic()
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
                connection.request("GET", f"/export/groups.csv?choices={quote(choices)}")
                answer = connection.getresponse()
                lines = answer.read().count(b"\n")
            waited.append(time.monotonic() - begun)
            if answer.status != HTTPStatus.OK or lines != 1 + 1_000 * len(METHODS):
                failed.append(f"{answer.status} with {lines} lines")
            time.sleep(rng.uniform(0.5, 1.5))

    threads = [threading.Thread(target=use, args=(user,)) for user in range(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waited, failed


def half_and_most(waited: list[float]) -> tuple[float, float]:
    """What half and 95% of the answers were within."""
    twentieths = statistics.quantiles(waited, n=20)
    return twentieths[9], twentieths[18]


def resident_mb(process: int) -> int:
    """What a process holds of the memory, on Linux."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 2**20


def trickle(port: int, connections: int) -> None:
    """Open connections that send a byte a second, and ask beside them."""
    head = b"POST /upload?name=a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"
    opened = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    for client in opened:
        with suppress(OSError):
            client.sendall(head)
    for second in range(26):
        if second < 5:
            print(f"{connections} trickling; page and probe, seconds:", get(port, "/"), get(port, "/healthz"))
        for client in opened:
            with suppress(OSError):
                client.sendall(b"x")
        time.sleep(1)
    print("closed by the server after 26 s:", sum(map(is_closed, opened)), "of", connections)


def is_closed(client: socket.socket) -> bool:
    """Whether the server has closed a connection."""
    client.setblocking(False)
    try:
        return client.recv(10) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def upload_at_once(port: int) -> None:
    """Upload four files that take long to look at and four small ones, and ask beside them."""
    rng = random.Random(1)
    rows = (",".join(rng.choice(_KINDS_OF_CELL) for _ in range(10_000)) for _ in range(100))
    slow = "\n".join((",".join(f"c{i}" for i in range(10_000)), *rows, "")).encode()
    threads = [threading.Thread(target=upload, args=(port, slow if i < 4 else _SMALL, i)) for i in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    print("while they are read; page and probe, seconds:", get(port, "/"), get(port, "/healthz"))
    for thread in threads:
        thread.join()


def upload(port: int, content: bytes, number: int) -> None:
    """Upload a file and print what was answered."""
    begun = time.monotonic()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=200)) as connection:
        connection.request("PUT", f"/upload?name=f{number}.csv", content, {"X-Requested-With": "load"})
        answer = connection.getresponse()
        said = answer.read().decode()[:100].strip()
    print(f"upload {number}: {answer.status} after {time.monotonic() - begun:.1f} s: {said}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
