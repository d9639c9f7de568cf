"""Risk studies that run beside the requests: one for each session, all of them on one bounded pool.

Each study has a thread, once it has its turn (`fair_queue`), that hands out its pieces and collects them; the
pieces are fitted on the pool, a few of each study at a time, so that studies take turns and cancelling is
quick.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from dashboard.session.fair_queue import FairQueue, Job, State
from dashboard.session.requested_study import seconds_about
from estimators import Progress, RiskReport, RiskStudy, risk_steps
from estimators.fitting.fit_many import is_looped

REMEMBERED = 64
"""Sessions whose last study is kept. A report of a sweep over seven points takes 28 kB with 20 groups and
281 kB with 2,000 (pickled, five methods), so all of them together take some 18 MB."""
IN_FLIGHT = 2
"""Pieces of one study that the pool holds at a time: one that is fitted, and one that is ready when it ends,
so that a worker does not wait for the study's own thread. With more, others' studies would wait longer for
their turn: with two, each waits for two pieces of 0.15 s of every other."""


@dataclass(eq=False, kw_only=True)
class _Run(Job):
    """One study on its way. Written by its own thread only, but for ``stop``."""

    name: ClassVar[str] = "A risk study"

    study: RiskStudy
    pool: Executor
    done: int = 0
    singles: int = 0
    """Fits made one by one since ``done`` was counted."""
    report: RiskReport | None = None

    def work(self) -> State:
        """Fit its pieces on the pool."""
        for progress in risk_steps(self.study, self.pool, in_flight=IN_FLIGHT, stopped=self.asked_to_stop):
            self.take(progress)
        return "done" if self.done == self.total else self.how_stopped

    def asked_to_stop(self) -> bool:
        """Whether to stop; the pool's threads ask before every single fit, which counts them."""
        if threading.current_thread() is not self.thread:
            self.singles += 1
        return self.asked_to_end

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
        return max(self.done, min(self.done + self.singles // self.looping_methods, self.total - 1))

    @property
    def total(self) -> int:
        """Replicates over all points."""
        return self.study.replicates * len(self.study.points)


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
    ahead: int = 0
    """How many others have their turn before it, while it waits."""

    @property
    def is_going(self) -> bool:
        """Whether there is more to come."""
        return self.state in {"waiting", "running"}

    @property
    def seconds_left(self) -> float | None:
        """About how long it takes yet; None before anything is done."""
        if self.state != "running" or self.done == 0:
            return None
        return self.seconds * (self.total - self.done) / self.done


class RunningStudies:
    """The studies of all sessions."""

    def __init__(self, workers: int | None = None, queue: FairQueue | None = None) -> None:
        count = workers or max(1, (os.cpu_count() or 2) - 1)
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="risk")
        self._runs: OrderedDict[str, _Run] = OrderedDict()
        self._queue = queue or FairQueue()
        self._lock = threading.Lock()

    def start(self, owner: str, study: RiskStudy) -> None:
        """Start a study in place of the owner's earlier one, whose report stays until this one has its own.

        It waits for its turn where too many others run.

        Raises:
            TooManyJobs: so many wait that this one cannot.

        """
        with self._lock:
            before = self._runs.get(owner)
            report = None if before is None else before.report
            needed = seconds_about(study)
            run = _Run(owner=owner, seconds_needed=needed, study=study, pool=self._pool, report=report)
            self._queue.put(run, instead_of=before)
            self._runs[owner] = run
            self._runs.move_to_end(owner)
            self._forget()

    def look(self, owner: str) -> Snapshot | None:
        """How the owner's study stands; None where there is none."""
        with self._lock:
            run = self._runs.get(owner)
        if run is None:
            return None
        ahead = self._queue.look(run)
        return Snapshot(
            state=run.state,
            done=run.done_about,
            total=run.total,
            seconds=run.seconds,
            report=run.report,
            error=run.error,
            study=run.study,
            ahead=ahead,
        )

    def cancel(self, owner: str) -> None:
        """Stop the owner's study; what it has found stays."""
        with self._lock:
            run = self._runs.get(owner)
        if run is not None:
            self._queue.stop(run)

    def forget(self, owner: str) -> None:
        """Stop the owner's study, of which nothing stays."""
        self.cancel(owner)
        with self._lock:
            self._runs.pop(owner, None)

    def close(self) -> None:
        """Stop everything."""
        self._queue.close()  # first, so that no thread hands work to a pool that is closed
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _forget(self) -> None:
        """Let go of the studies that ended longest ago."""
        for owner in self._idle():
            if len(self._runs) <= REMEMBERED:
                return
            del self._runs[owner]

    def _idle(self) -> Iterator[str]:
        return iter([owner for owner, run in self._runs.items() if not run.is_going])
