"""Risk studies that run beside the requests: one for each session, all of them on one bounded pool.

Each study has a thread that hands out its pieces and collects them; the pieces are fitted on the pool, a few
of each study at a time, so that studies take turns and cancelling is quick. Past a number of them studies
wait for a place, short ones first; what nobody looks at any more is stopped.
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

from dashboard.session.requested_study import seconds_about
from estimators import BlupboardError, Progress, RiskReport, RiskStudy, risk_steps
from estimators.fitting.fit_many import is_looped

_log = logging.getLogger(__name__)

MOST_RUNNING = 8
"""Studies that run at the same time; one more waits. They take turns: on a single worker, eight that follow
the dials, of 4 to 10 seconds each (`requested_study`), all end within a minute and a half."""
MOST_WAITING = 64
"""Studies that wait for a place; one more is turned away."""
PATIENCE_SECONDS, PATIENCE_ALONE_SECONDS = 30.0, 120.0
"""After so long without a look a study is stopped, where others run or wait, and where it is the only one: a
page out of sight looks once a minute only."""
REMEMBERED = 64
"""Sessions whose last study is kept. A report of a sweep over seven points takes 28 kB with 20 groups and
281 kB with 2,000 (pickled, five methods), so all of them together take some 18 MB."""
IN_FLIGHT = 2
"""Pieces of one study that the pool holds at a time: one that is fitted, and one that is ready when it ends,
so that a worker does not wait for the study's own thread. With more, others' studies would wait longer for
their turn: with two, each waits for two pieces of 0.15 s of every other."""

State = Literal["waiting", "running", "done", "cancelled", "abandoned", "failed"]


class TooManyStudies(BlupboardError):
    """All places are taken; the message is one sentence for the person."""


@dataclass(eq=False)
class _Run:
    """One study on its way. Written by its own thread only, but for ``stop``."""

    study: RiskStudy
    stop: threading.Event = field(default_factory=threading.Event)
    asked: float = field(default_factory=time.monotonic)
    started: float | None = None
    ended: float | None = None
    seen: float = field(default_factory=time.monotonic)
    """When its owner looked last."""
    patience: float = PATIENCE_ALONE_SECONDS
    state: State = "waiting"
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
        return self.asked_to_end

    @property
    def is_abandoned(self) -> bool:
        """Whether nobody has looked at it for long."""
        return time.monotonic() - self.seen > self.patience

    @property
    def turn(self) -> float:
        """The lower, the sooner: short ones first, a long one once it has waited for as long as it takes."""
        return seconds_about(self.study) + self.asked

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return 0.0 if self.started is None else (self.ended or time.monotonic()) - self.started

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

    @property
    def asked_to_end(self) -> bool:
        """Whether it is about to stop, or should be."""
        return self.stop.is_set() or self.is_abandoned


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

    def __init__(self, workers: int | None = None) -> None:
        count = workers or max(1, (os.cpu_count() or 2) - 1)
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="risk")
        self._runs: OrderedDict[str, _Run] = OrderedDict()
        self._waiting: list[_Run] = []
        self._begun: set[_Run] = set()
        """Those that have a thread; some of them are about to stop."""
        self._closed = False
        self._lock = threading.Lock()

    def start(self, owner: str, study: RiskStudy) -> None:
        """Start a study in place of the owner's earlier one, whose report stays until this one has its own.

        It waits for its turn where MOST_RUNNING others run.

        Raises:
            TooManyStudies: so many wait that this one cannot.

        """
        with self._lock:
            before = self._runs.get(owner)
            if before is not None:
                self._stop(before)
            self._begin_next()
            if len(self._waiting) >= MOST_WAITING:
                raise TooManyStudies("the server is busy with other people's studies: try again in a minute")
            run = _Run(study, report=None if before is None else before.report)
            self._runs[owner] = run
            self._runs.move_to_end(owner)
            self._forget()
            self._waiting.append(run)
            self._begin_next()

    def look(self, owner: str) -> Snapshot | None:
        """How the owner's study stands; None where there is none."""
        with self._lock:
            run = self._runs.get(owner)
            if run is None:
                return None
            run.seen = time.monotonic()
            self._begin_next()
            ahead = sum(other.turn < run.turn for other in self._waiting) if run in self._waiting else 0
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

    def counts(self) -> dict[str, int]:
        """How many run and how many wait."""
        with self._lock:
            return {"running": len(self._begun), "waiting": len(self._waiting)}

    def cancel(self, owner: str) -> None:
        """Stop the owner's study; what it has found stays."""
        with self._lock:
            run = self._runs.get(owner)
            if run is not None:
                self._stop(run)

    def forget(self, owner: str) -> None:
        """Stop the owner's study, of which nothing stays."""
        self.cancel(owner)
        with self._lock:
            self._runs.pop(owner, None)

    def close(self) -> None:
        """Stop everything."""
        with self._lock:
            self._closed = True
            threads = [run.thread for run in self._begun if run.thread is not None]
            for run in [*self._begun, *self._waiting]:
                self._stop(run)
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
            stopped: State = "cancelled" if run.stop.is_set() else "abandoned"
            state = "done" if run.done == run.total else stopped
        with self._lock:
            run.ended = time.monotonic()
            run.state = state
            self._begun.remove(run)
            self._begin_next()

    def _begin_next(self) -> None:
        """Give free places to those that wait; for whoever holds the lock."""
        for run in [run for run in self._waiting if run.is_abandoned]:
            self._waiting.remove(run)
            run.state = "abandoned"
        going = sum(not run.asked_to_end for run in self._begun)
        while self._waiting and going < MOST_RUNNING and not self._closed:
            run = min(self._waiting, key=lambda waiting: waiting.turn)
            self._waiting.remove(run)
            run.state, run.started = "running", time.monotonic()
            self._begun.add(run)
            run.thread = threading.Thread(target=self._work, args=(run,), name="risk-study", daemon=True)
            run.thread.start()
            going += 1
        alone = going + len(self._waiting) <= 1
        for run in [*self._begun, *self._waiting]:
            run.patience = PATIENCE_ALONE_SECONDS if alone else PATIENCE_SECONDS

    def _stop(self, run: _Run) -> None:
        """Have a study stop, or wait no longer; for whoever holds the lock."""
        run.stop.set()
        if run in self._waiting:
            self._waiting.remove(run)
            run.state = "cancelled"

    def _forget(self) -> None:
        """Let go of the studies that ended longest ago."""
        for owner in self._idle():
            if len(self._runs) <= REMEMBERED:
                return
            del self._runs[owner]

    def _idle(self) -> Iterator[str]:
        return iter([owner for owner, run in self._runs.items() if run.state not in {"waiting", "running"}])
