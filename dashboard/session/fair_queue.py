"""Long jobs that run beside the requests, of all kinds and all sessions, in one queue.

A job that has its turn has a thread of its own. Past a number of them jobs wait: short ones first, those of a
session that has others under way later by what these take. What nobody looks at any more is stopped.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from estimators import BlupboardError

if TYPE_CHECKING:
    from collections.abc import Iterable

_log = logging.getLogger(__name__)

MOST_RUNNING: Final = 8
"""Jobs that run at the same time; one more waits. Studies take turns: on a single worker, eight that follow
the dials, of 4 to 10 seconds each (`requested_study`), all end within a minute and a half."""
MOST_WAITING: Final = 64
"""Jobs that wait for a place; one more is turned away."""
PATIENCE_SECONDS, PATIENCE_ALONE_SECONDS = 30.0, 120.0
"""After so long without a look a job is stopped, where others run or wait, and where it is the only one: a
page out of sight looks once a minute only."""

State = Literal["waiting", "running", "done", "cancelled", "abandoned", "failed"]


class TooManyJobs(BlupboardError):
    """All places are taken; the message is one sentence for the person."""


@dataclass(eq=False, kw_only=True)
class Job:
    """Something that takes long, for one session. Its `work` says what; all else is the queue's."""

    owner: str
    """The session that it is counted against."""
    seconds_needed: float
    """About how long it takes on a core of its own."""
    stop: threading.Event = field(default_factory=threading.Event)
    asked: float = field(default_factory=time.monotonic)
    started: float | None = None
    ended: float | None = None
    seen: float = field(default_factory=time.monotonic)
    """When somebody looked last."""
    patience: float = PATIENCE_ALONE_SECONDS
    state: State = "waiting"
    error: str = ""
    thread: threading.Thread | None = None

    name: ClassVar[str]
    """As the log has it."""
    most_at_once: ClassVar[int] = MOST_RUNNING
    """Of its kind: one where each keeps a core to itself."""
    most_patience: ClassVar[float] = PATIENCE_ALONE_SECONDS

    def work(self) -> State:
        """Do it, ask `asked_to_end` often, and say how it ended: done, or `how_stopped`."""
        raise NotImplementedError

    @property
    def is_going(self) -> bool:
        """Whether there is more to come."""
        return self.state in {"waiting", "running"}

    @property
    def is_abandoned(self) -> bool:
        """Whether nobody has looked at it for long."""
        return time.monotonic() - self.seen > min(self.patience, self.most_patience)

    @property
    def asked_to_end(self) -> bool:
        """Whether it is about to stop, or should be."""
        return self.stop.is_set() or self.is_abandoned

    @property
    def how_stopped(self) -> State:
        """How it ended before it was done."""
        return "cancelled" if self.stop.is_set() else "abandoned"

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return 0.0 if self.started is None else (self.ended or time.monotonic()) - self.started


class FairQueue:
    """The jobs of all sessions; safe to share between threads."""

    def __init__(self) -> None:
        self._waiting: list[Job] = []
        self._begun: set[Job] = set()
        """Those that have a thread; some of them are about to stop."""
        self._closed = False
        self._lock = threading.Lock()

    def put(self, job: Job, *, instead_of: Job | None = None) -> None:
        """Have a job done in its turn; `instead_of` is stopped.

        Raises:
            TooManyJobs: so many wait that this one cannot.

        """
        with self._lock:
            if instead_of is not None:
                self._stop(instead_of)
            self._begin_next()
            if sum(type(other) is type(job) for other in self._waiting) >= MOST_WAITING:
                raise TooManyJobs("the server is busy with other people's studies: try again in a minute")
            self._waiting.append(job)
            self._begin_next()

    def look(self, job: Job) -> int:
        """Note that somebody looks at a job; gives how many others have their turn before it."""
        with self._lock:
            job.seen = time.monotonic()
            self._begin_next()
            if job not in self._waiting:
                return 0
            turn = self._turn(job)
            return sum(type(other) is type(job) and self._turn(other) < turn for other in self._waiting)

    def stop(self, job: Job) -> None:
        """Have a job stop, or wait no longer."""
        with self._lock:
            self._stop(job)

    def stop_of(self, owner: str) -> None:
        """Stop all jobs of a session."""
        with self._lock:
            for job in [job for job in (*self._begun, *self._waiting) if job.owner == owner]:
                self._stop(job)

    def counts(self) -> dict[str, int]:
        """How many run and how many wait."""
        with self._lock:
            return {"running": len(self._begun), "waiting": len(self._waiting)}

    @property
    def is_closed(self) -> bool:
        """Whether nothing is begun any more."""
        return self._closed

    def close(self) -> None:
        """Stop everything, and wait for what runs."""
        with self._lock:
            self._closed = True
            threads = [job.thread for job in self._begun if job.thread is not None]
            for job in [*self._begun, *self._waiting]:
                self._stop(job)
        for thread in threads:
            thread.join()

    def _turn(self, job: Job) -> float:
        """The lower, the sooner: short ones first, a long one once it has waited for as long as it takes."""
        before = sum(
            other.seconds_needed
            for other in (*self._begun, *self._waiting)
            if other.owner == job.owner and other.asked < job.asked and not other.stop.is_set()
        )
        return job.asked + job.seconds_needed + before

    def _run(self, job: Job) -> None:
        try:
            state = job.work()
        except Exception as error:  # noqa: BLE001 - nobody else hears of it in this thread: the page says it
            _log.exception("%s failed.", job.name)
            job.error = f"{type(error).__name__}: {error}"
            state = "failed"
        with self._lock:
            job.ended = time.monotonic()
            job.state = state
            self._begun.remove(job)
            self._begin_next()

    def _begin_next(self) -> None:
        """Give free places to those that wait; for whoever holds the lock."""
        for job in [job for job in self._waiting if job.is_abandoned]:
            self._waiting.remove(job)
            job.state = "abandoned"
        while (due := self._next()) is not None:
            self._waiting.remove(due)
            due.state, due.started = "running", time.monotonic()
            self._begun.add(due)
            due.thread = threading.Thread(target=self._run, args=(due,), name="job", daemon=True)
            due.thread.start()
        alone = len(_going(self._begun)) + len(self._waiting) <= 1
        for job in [*self._begun, *self._waiting]:
            job.patience = PATIENCE_ALONE_SECONDS if alone else PATIENCE_SECONDS

    def _next(self) -> Job | None:
        """Whose turn it is; None where nobody's is, or there is no place."""
        going = _going(self._begun)
        if self._closed or len(going) >= MOST_RUNNING:
            return None
        free = [
            job
            for job in self._waiting
            if sum(type(other) is type(job) for other in going) < job.most_at_once
        ]
        return min(free, key=self._turn, default=None)

    def _stop(self, job: Job) -> None:
        job.stop.set()
        if job in self._waiting:
            self._waiting.remove(job)
            job.state = "cancelled"


def _going(jobs: Iterable[Job]) -> list[Job]:
    return [job for job in jobs if not job.asked_to_end]
