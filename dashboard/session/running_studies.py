"""Risk studies that run beside the requests: one for each session, all of them on one bounded pool.

Each study has a thread that hands out its pieces and collects them; the pieces are fitted on the pool, a few
of each study at a time, so that studies take turns and cancelling is quick.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from estimators import BlupboardError, Progress, RiskReport, RiskStudy, risk_steps
from estimators.fitting.fit_many import is_looped

_log = logging.getLogger(__name__)

MOST_RUNNING = 8
"""Studies that run at the same time; one more is asked to wait. They take turns: on a single worker, eight
that follow the dials, of 4 to 10 seconds each (`requested_study`), all end within a minute and a half, so
that who is turned away finds a place about when the message says."""
REMEMBERED = 64
"""Sessions whose last study is kept. A report of a sweep over seven points takes 28 kB with 20 groups and
281 kB with 2,000 (pickled, five methods), so all of them together take some 18 MB."""
IN_FLIGHT = 2
"""Pieces of one study that the pool holds at a time: one that is fitted, and one that is ready when it ends,
so that a worker does not wait for the study's own thread. With more, others' studies would wait longer for
their turn: with two, each waits for two pieces of 0.15 s of every other."""

State = Literal["running", "done", "cancelled", "failed"]


class TooManyStudies(BlupboardError):
    """All places are taken; the message is one sentence for the person."""


@dataclass
class _Run:
    """One study on its way. Written by its own thread only, but for ``stop``."""

    study: RiskStudy
    stop: threading.Event = field(default_factory=threading.Event)
    started: float = field(default_factory=time.monotonic)
    ended: float | None = None
    state: State = "running"
    done: int = 0
    singles: int = 0
    """Fits made one by one since ``done`` was counted."""
    report: RiskReport | None = None
    error: str = ""
    thread: threading.Thread | None = None

    def asked_to_stop(self) -> bool:
        """Whether to stop; the pool's threads ask before every single fit, which counts them."""
        if threading.current_thread() is not self.thread:
            self.singles += 1
        return self.stop.is_set()

    def take(self, progress: Progress) -> None:
        """Take note of a piece that is done."""
        self.singles = max(self.singles - (progress.done - self.done) * self.looping_methods, 0)
        self.report, self.done = progress.report, progress.done

    @cached_property
    def looping_methods(self) -> int:
        """How many of the methods fit one replicate after the other."""
        return sum(map(is_looped, self.study.estimators))

    @property
    def done_about(self) -> int:
        """Replicates over all points, with those that are fitted and not yet reported."""
        if self.state != "running" or not self.looping_methods:
            return self.done
        most = self.study.replicates * len(self.study.points) - 1
        return max(self.done, min(self.done + self.singles // self.looping_methods, most))


@dataclass(frozen=True)
class Snapshot:
    """How a session's study stands."""

    state: State
    done: int
    """Replicates over all points."""
    total: int
    seconds: float
    report: RiskReport | None
    """What it says so far; of the last study that said anything where this one has not begun to."""
    error: str
    study: RiskStudy

    @property
    def seconds_left(self) -> float | None:
        """About how long it takes yet; None before anything is done."""
        if self.state != "running" or self.done == 0:
            return None
        return self.seconds * (self.total - self.done) / self.done


class RunningStudies:
    """The studies of all sessions."""

    def __init__(self, workers: int | None = None) -> None:
        count = workers or max(1, (os.cpu_count() or 2) - 1)
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="risk")
        self._runs: OrderedDict[str, _Run] = OrderedDict()
        self._lock = threading.Lock()

    def start(self, owner: str, study: RiskStudy) -> None:
        """Start a study in place of the owner's earlier one, whose report stays until this one has its own.

        Raises:
            TooManyStudies: so many run that this one has to wait.

        """
        with self._lock:
            before = self._runs.get(owner)
            if before is not None:
                before.stop.set()
            others = sum(run.state == "running" for who, run in self._runs.items() if who != owner)
            if others >= MOST_RUNNING:
                raise TooManyStudies("the server is busy with other people's studies: try again in a minute")
            run = _Run(study, report=None if before is None else before.report)
            self._runs[owner] = run
            self._runs.move_to_end(owner)
            self._forget()
        run.thread = threading.Thread(target=self._work, args=(run,), name="risk-study", daemon=True)
        run.thread.start()

    def look(self, owner: str) -> Snapshot | None:
        """How the owner's study stands; None where there is none."""
        with self._lock:
            run = self._runs.get(owner)
        if run is None:
            return None
        return Snapshot(
            state=run.state,
            done=run.done_about,
            total=run.study.replicates * len(run.study.points),
            seconds=(run.ended or time.monotonic()) - run.started,
            report=run.report,
            error=run.error,
            study=run.study,
        )

    def cancel(self, owner: str) -> None:
        """Stop the owner's study; what it has found stays."""
        with self._lock:
            run = self._runs.get(owner)
        if run is not None:
            run.stop.set()

    def close(self) -> None:
        """Stop everything."""
        with self._lock:
            threads = [run.thread for run in self._runs.values() if run.thread is not None]
            for run in self._runs.values():
                run.stop.set()
        for thread in threads:
            thread.join()  # so that none hands work to a pool that is closed
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _work(self, run: _Run) -> None:
        try:
            for progress in risk_steps(run.study, self._pool, in_flight=IN_FLIGHT, stopped=run.asked_to_stop):
                run.take(progress)
        except Exception as error:  # noqa: BLE001 - nobody else hears of it in this thread: the page says it
            _log.exception("A risk study failed.")
            run.error = f"{type(error).__name__}: {error}"
            state: State = "failed"
        else:
            state = "cancelled" if run.stop.is_set() else "done"
        run.ended = time.monotonic()
        run.state = state

    def _forget(self) -> None:
        """Let go of the studies that ended longest ago."""
        for owner in self._idle():
            if len(self._runs) <= REMEMBERED:
                return
            del self._runs[owner]

    def _idle(self) -> Iterator[str]:
        return iter([owner for owner, run in self._runs.items() if run.state != "running"])
