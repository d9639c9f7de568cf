"""What is found out by drawing groups again, beside the requests in its turn (`fair_queue`), once for all."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from dashboard.session.fair_queue import FairQueue, Job, State, TooManyJobs
from estimators import BlupboardError
from estimators.fitting.fit_many import Stopped
from estimators.risk.calibration import key_is_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from estimators import GroupData

PATIENCE = 10.0
"""Seconds after which nobody waits for an answer that nobody has asked about."""
REMEMBERED = 128
LOOK_SECONDS = 0.05
"""How often a request that waits for an answer looks whether it is there."""

Answer = TypeVar("Answer")
Stop = Callable[[], bool]


@dataclass(frozen=True)
class Standing(Generic[Answer]):
    """How it stands with an answer: it is there, there is a reason why it is not, or neither as yet."""

    found: Answer | None = None
    problem: str = ""
    ahead: int = 0
    """How many others have their turn before it, while it waits."""

    @property
    def pending(self) -> bool:
        """Whether it is under way, or not begun."""
        return self.found is None and not self.problem


@dataclass(frozen=True)
class Question(Generic[Answer]):
    """What is asked."""

    key: Hashable
    """All that the answer depends on, as `calibration_key` has it."""
    seconds_needed: float
    compute: Callable[[Stop], Answer]
    """Given what says whether to stop; raises a BlupboardError where there is no answer, in a sentence."""


class DrawnAnswers(Generic[Answer]):
    """Answers for all sessions; what was computed once is there for whoever has such groups."""

    def __init__(self, queue: FairQueue | None = None) -> None:
        self._queue = queue or FairQueue()
        self._asked: dict[Hashable, DrawnRun] = {}
        """Those that wait or run, by their keys."""
        self._known: OrderedDict[Hashable, Standing[Answer]] = OrderedDict()
        self._lock = threading.Lock()

    def look(self, owner: str, question: Question[Answer], *, begin: bool = True) -> Standing[Answer]:
        """How it stands; ``begin``: whether what nobody has asked before is begun.

        An answer under way is the session's that asked first; others who ask the same wait for it too.
        """
        if (known := self._look_up(question.key)) is not None:
            return known
        if not begin:
            return Standing()
        try:
            return Standing(ahead=self._queue.look(self._begun(owner, question)))
        except TooManyJobs:
            return Standing()  # whoever asks again in a moment begins anew

    def wait(self, owner: str, question: Question[Answer]) -> Standing[Answer]:
        """The answer, or the reason why there is none, once it is there.

        It is begun again where another session that asked for it first has it stopped.

        Raises:
            BlupboardError: this session or the server stopped it, or so many wait that this one cannot.

        """
        while (known := self._look_up(question.key)) is None:
            run = self._begun(owner, question)
            while run.is_going:
                self._queue.look(run)
                time.sleep(LOOK_SECONDS)
            stopped_here = run.owner == owner and run.stop.is_set()
            if (stopped_here or self._queue.is_closed) and self._look_up(question.key) is None:
                raise BlupboardError("this was stopped meanwhile; start it again")
        return known

    @property
    def is_busy(self) -> bool:
        """Whether an answer waits or is under way."""
        with self._lock:
            return any(run.is_going for run in self._asked.values())

    def forget(self, owner: str, groups: Iterable[GroupData] = ()) -> None:
        """Stop what is under way for a session, and leave out what was answered of these groups."""
        unwanted = list(groups)
        with self._lock:
            runs = [run for run in self._asked.values() if run.owner == owner]
        for run in runs:
            self._queue.stop(run)
        with self._lock:  # what ends from now on has been stopped, and is not kept
            for key in [key for key in self._known if any(key_is_of(key, data) for data in unwanted)]:
                del self._known[key]

    def close(self) -> None:
        """Stop everything."""
        self._queue.close()

    def _look_up(self, key: Hashable) -> Standing[Answer] | None:
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def _begun(self, owner: str, question: Question[Answer]) -> DrawnRun:
        """The run of a question, in the queue. Raises TooManyJobs where it does not fit there."""
        with self._lock:
            run = self._asked.get(question.key)
            if run is None or not run.is_going:
                self._asked = {key: other for key, other in self._asked.items() if other.is_going}
                run = DrawnRun(
                    owner=owner,
                    seconds_needed=question.seconds_needed,
                    compute=lambda run: self._compute(question, run),
                )
                self._queue.put(run)
                self._asked[question.key] = run
            return run

    def _compute(self, question: Question[Answer], run: DrawnRun) -> State:
        try:
            found = Standing(question.compute(lambda: run.asked_to_end))
        except Stopped:
            self._keep(question.key, run, None)  # nobody waits for it; whoever asks again begins anew
            return run.how_stopped
        except BlupboardError as error:
            found = Standing(problem=str(error))
        except Exception as error:
            self._keep(question.key, run, Standing(problem=f"{type(error).__name__}: {error}"))
            raise
        self._keep(question.key, run, found)
        return "done"

    def _keep(self, key: Hashable, run: DrawnRun, found: Standing[Answer] | None) -> None:
        with self._lock:
            self._asked.pop(key, None)
            if found is not None and not run.stop.is_set():
                self._known[key] = found
                while len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)


@dataclass(eq=False, kw_only=True)
class DrawnRun(Job):
    """One answer on its way."""

    name: ClassVar[str] = "An answer by drawn groups"
    most_at_once: ClassVar[int] = 1
    most_patience: ClassVar[float] = PATIENCE

    compute: Callable[[DrawnRun], State]

    def work(self) -> State:
        """Find it out."""
        return self.compute(self)
