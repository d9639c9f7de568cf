"""How long users wait beside one who uploads a large file, and beside one who runs a large study.

``python -m benchmarks.beside [USERS [SECONDS [MEGABYTES]]]``: a server of its own, whose users compare 1,000
groups again and again for so many seconds alone, beside an upload, alone once more, and beside a study.
"""

from __future__ import annotations

import itertools
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.load import METHODS, half_and_most, users_comparing
from benchmarks.upload import MEGABYTE, Server, serving, write_csv
from dashboard.pages import ids
from dashboard.session.choices import Choices
from dashboard.session.simulation import ChosenDesign
from estimators import Design

STUDY = Design(groups=200, per_group="2-40", seed=1)
REPLICATES = 1_000_000
LOOKS_EVERY = 1.0
"""Seconds between two looks of the page at its study, which is stopped where nobody looks."""


def main(users: int = 50, seconds: int = 60, megabytes: int = 1_000) -> None:
    """Measure and print."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "large.csv"
        write_csv(path, megabytes * MEGABYTE)
        with serving(Path(folder) / "data") as server:
            wait_of_users(server, users, seconds, "alone")
            with repeated(lambda: upload(server, path)):
                wait_of_users(server, users, seconds, f"beside an upload of {megabytes} MB")
            wait_of_users(server, users, seconds, "alone")
            with studying(server):
                wait_of_users(server, users, seconds, "beside a study")


def wait_of_users(server: Server, users: int, seconds: int, what: str) -> None:
    """Print how long users of the server waited."""
    waited, failed = users_comparing(server.address[1], users, seconds)
    half, most = half_and_most(waited)
    print(f"{users} users {what}: {len(waited):,} comparisons,")
    print(f"  half within {half:.2f} s, 95% within {most:.2f} s;", end=" ")
    print(f"failed: {len(failed)} {failed[:3]}; server {server.resident():.0f} MB", flush=True)


@contextmanager
def repeated(work: Callable[[], None]) -> Iterator[None]:
    """Work that is done again and again while inside."""
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            work()

    worker = threading.Thread(target=run)
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


def upload(server: Server, path: Path) -> None:
    """Upload the file as a visitor who is new."""
    visitor = Server(server.process, server.address)
    visitor.ask("GET", "/")
    begun = time.monotonic()
    visitor.ask("PUT", f"/upload?name={path.name}", path)
    print(f"  uploaded and read after {time.monotonic() - begun:.1f} s", flush=True)


@contextmanager
def studying(server: Server) -> Iterator[None]:
    """A visitor of the server has a large study under way, and looks at it, while inside."""
    visitor = Server(server.process, server.address)
    visitor.ask("GET", "/")
    page = RiskPage(visitor)
    page.tell(f"{ids.RISK_RUN}.n_clicks", 1)
    looks = itertools.count(1)

    def look() -> None:
        time.sleep(LOOKS_EVERY)
        page.tell(f"{ids.RISK_TICK}.data", next(looks))

    with repeated(look):
        yield
    page.tell(f"{ids.RISK_CANCEL}.n_clicks", 1)
    print("  the study, as the page says at the end:", page.said, flush=True)


class RiskPage:
    """What the page of studies sends to its server."""

    def __init__(self, visitor: Server) -> None:
        self.visitor = visitor
        self.said = ""
        self.values = dict(_values(json.loads(visitor.ask("GET", "/_dash-layout"))))
        self.values |= {
            f"{ids.PAGE}.data": "risk",
            f"{ids.DESIGN}.data": STUDY.to_json(),
            f"{ids.RISK_CHOICES}.data": Choices(ChosenDesign(STUDY), METHODS).to_json(),
            f"{ids.RISK_REPLICATES}.value": REPLICATES,
        }
        asked = json.loads(visitor.ask("GET", "/_dash-dependencies"))
        self.callback = next(one for one in asked if f"{ids.RISK_DONE}.children" in one["output"])

    def tell(self, changed: str, value: int) -> None:
        """Change one of its inputs."""
        self.values[changed] = value
        outputs = (one.rpartition(".") for one in self.callback["output"].strip(".").split("..."))
        parts = {
            part: [
                {**one, "value": self.values.get(f"{one['id']}.{one['property']}")}
                for one in self.callback[part]
            ]
            for part in ("inputs", "state")
        }
        body = {
            "output": self.callback["output"],
            "outputs": [{"id": name, "property": prop} for name, _, prop in outputs],
            "changedPropIds": [changed],
            **parts,
        }
        answer = self.visitor.ask("POST", "/_dash-update-component", json.dumps(body).encode())
        said = json.loads(answer)["response"]
        if said.get(ids.RISK_PROBLEM, {}).get("children"):
            raise RuntimeError(f"the study was not begun: {said[ids.RISK_PROBLEM]}")
        self.said = said.get(ids.RISK_DONE, {}).get("children", self.said)


def _values(layout: object) -> Iterator[tuple[str, object]]:
    """The values of all properties in a layout, by component and property."""
    if isinstance(layout, dict):
        props = layout.get("props")
        if isinstance(props, dict) and isinstance(props.get("id"), str):
            yield from ((f"{props['id']}.{name}", value) for name, value in props.items())
        for part in layout.values():
            yield from _values(part)
    elif isinstance(layout, list):
        for part in layout:
            yield from _values(part)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
