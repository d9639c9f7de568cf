"""What intervals cover for the groups on screen, counted beside the requests in its turn (`fair_queue`)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from dashboard.plugin_host.stand_ins import for_many, seconds_for
from dashboard.session.fair_queue import FairQueue, Job, State, TooManyJobs
from dashboard.session.requested_study import SECONDS_UNASKED
from dashboard.words.calibration import Count
from estimators import BlupboardError, Calibrations
from estimators.fitting.fit_many import Stopped, is_looped
from estimators.inference.estimable import is_one_way
from estimators.risk.calibration import DRAWS, LOOPED_DRAWS, calibration_key

if TYPE_CHECKING:
    from dashboard.scene.scene import Scene, Series
    from estimators import Calibration, Estimator, GroupData

MOST_GROUPS = 20_000
"""Groups for which intervals are counted on the page."""
CELLS, FEWEST_DRAWS = 600_000, 100
"""Draws times groups at each of the spreads, about a second for a method that fits many at once: of many
groups fewer draws are needed, since each counts the intervals of all."""
POINTS = 3
"""The estimated spreads and both ends of their interval."""
PATIENCE = 10.0
"""Seconds after which nobody waits for a count that nobody has asked about."""
REMEMBERED = 128


class CountedCoverage:
    """Counts for all sessions; what was counted once is there for whoever has such groups."""

    def __init__(self, queue: FairQueue | None = None) -> None:
        self._calibrations = Calibrations(REMEMBERED)
        self._queue = queue or FairQueue()
        self._asked: dict[object, _CountRun] = {}
        """Counts that wait or run, by their keys."""
        self._problems: dict[object, str] = {}
        self._lock = threading.Lock()

    def look(self, owner: str, scene: Scene, *, begin: bool = True) -> list[Count]:
        """How it stands with each method that has intervals; ``begin``: whether new ones are counted.

        A count is the session's that asked first; others who have the same groups wait for it too.
        """
        data = scene.comparison.data
        if not is_one_way(data) or len(data) > MOST_GROUPS:
            return []
        return [
            self._one(owner, scene, s, begin=begin) for s in scene.series if s.result.interval is not None
        ]

    @property
    def is_busy(self) -> bool:
        """Whether a count waits or runs."""
        with self._lock:
            return any(run.is_going for run in self._asked.values())

    def forget(self, owner: str, groups: Iterable[GroupData] = ()) -> None:
        """Stop what is counted for a session, and forget what was counted for these groups."""
        with self._lock:
            runs = [run for run in self._asked.values() if run.owner == owner]
        for run in runs:
            self._queue.stop(run)
        for data in groups:
            self._calibrations.forget(data)

    def close(self) -> None:
        """Stop everything."""
        self._queue.close()

    def _one(self, owner: str, scene: Scene, series: Series, *, begin: bool) -> Count:
        [method] = for_many([series.result.estimator])
        seconds = seconds_for([method], LOOPED_DRAWS * POINTS)
        if seconds > SECONDS_UNASKED:
            why = f"not counted here, as its {LOOPED_DRAWS * POINTS} fits take about {seconds:.0f} s"
            return Count(series, problem=f"{why}; blupboard compare --inference --calibrate counts them")
        question = _Question(scene.comparison.data, method, series.result.options, scene.comparison.level)
        key = question.key
        with self._lock:
            problem = self._problems.get(key, "")
        if problem:
            return Count(series, problem=problem)
        if question.is_known(self._calibrations):
            found = question.answer(self._calibrations)
            return Count(series, found, "" if found else "it gave no interval that could be counted")
        return Count(series, ahead=self._begin(owner, key, question) if begin else 0)

    def _begin(self, owner: str, key: object, question: _Question) -> int:
        """Have it counted unless it is; gives how many others have their turn before it."""
        with self._lock:
            run = self._asked.get(key)
            if run is None or not run.is_going:
                self._asked = {known: other for known, other in self._asked.items() if other.is_going}
                needed = POINTS + seconds_for([question.method], LOOPED_DRAWS * POINTS)
                run = _CountRun(
                    owner=owner, seconds_needed=needed, count=lambda run: self._count(key, question, run)
                )
                try:
                    self._queue.put(run)
                except TooManyJobs:
                    return 0  # whoever asks again in a moment begins anew
                self._asked[key] = run
        return self._queue.look(run)

    def _count(self, key: object, question: _Question, run: _CountRun) -> State:
        problem, state = "", run.how_stopped
        try:
            question.answer(self._calibrations, lambda: run.asked_to_end)
            state = "done"
        except Stopped:
            pass  # nobody waits for it; whoever asks again begins anew
        except BlupboardError as error:
            problem = str(error)
        except Exception as error:
            self._note(key, f"{type(error).__name__}: {error}")
            raise
        self._note(key, problem)
        return state

    def _note(self, key: object, problem: str) -> None:
        with self._lock:
            self._asked.pop(key, None)
            if problem:
                self._problems[key] = problem
                while len(self._problems) > REMEMBERED:
                    del self._problems[next(iter(self._problems))]


@dataclass(eq=False, kw_only=True)
class _CountRun(Job):
    """One count on its way."""

    name: ClassVar[str] = "A count of what intervals cover"
    most_at_once: ClassVar[int] = 1
    most_patience: ClassVar[float] = PATIENCE

    count: Callable[[_CountRun], State]

    def work(self) -> State:
        """Count."""
        return self.count(self)


@dataclass(frozen=True)
class _Question:
    """What the intervals of one method cover for some groups."""

    data: GroupData
    method: Estimator
    options: object
    level: float

    @property
    def draws(self) -> int:
        """At each of the spreads."""
        published = self.data.known_variance is not None
        most = LOOPED_DRAWS if published or is_looped(self.method) else DRAWS
        return min(most, max(FEWEST_DRAWS, CELLS // len(self.data)))

    @property
    def key(self) -> object:
        """What the answer depends on."""
        return calibration_key(self.data, self.method, self.options, self.level, self.draws)

    def is_known(self, calibrations: Calibrations) -> bool:
        """Whether it was counted before."""
        return calibrations.known(self.data, self.method, self.options, level=self.level, draws=self.draws)

    def answer(
        self, calibrations: Calibrations, stopped: Callable[[], bool] | None = None
    ) -> Calibration | None:
        """The answer, counted unless it was before. Raises what :func:`estimators.calibration` does."""
        return calibrations.of(
            self.data, self.method, self.options, level=self.level, draws=self.draws, stopped=stopped
        )
