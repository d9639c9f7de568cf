"""What intervals cover for the groups on screen, counted beside the requests, one method after the other."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.plugin_host.stand_ins import for_many, seconds_for
from dashboard.session.requested_study import SECONDS_UNASKED
from dashboard.words.calibration import Count
from estimators import BlupboardError, Calibrations
from estimators.fitting.fit_many import Stopped, is_looped
from estimators.inference.estimable import is_one_way
from estimators.risk.calibration import DRAWS, LOOPED_DRAWS, calibration_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.scene.scene import Scene, Series
    from estimators import Calibration, Estimator, GroupData

_log = logging.getLogger(__name__)

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
    """Counts for all sessions, on one thread; what was counted once is there for whoever has such groups."""

    def __init__(self) -> None:
        self._calibrations = Calibrations(REMEMBERED)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="coverage")
        self._asked: dict[object, float] = {}
        """Keys of counts that wait or run, and when each was asked about last."""
        self._problems: dict[object, str] = {}
        self._lock = threading.Lock()
        self._closed = False

    def look(self, scene: Scene, *, begin: bool = True) -> list[Count]:
        """How it stands with each method that has intervals; ``begin``: whether new ones are counted."""
        data = scene.comparison.data
        if not is_one_way(data) or len(data) > MOST_GROUPS:
            return []
        return [self._one(scene, s, begin=begin) for s in scene.series if s.result.interval is not None]

    @property
    def is_busy(self) -> bool:
        """Whether a count waits or runs."""
        with self._lock:
            return bool(self._asked)

    def close(self) -> None:
        """Stop everything."""
        self._closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _one(self, scene: Scene, series: Series, *, begin: bool) -> Count:
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
        if begin:
            self._begin(key, question)
        return Count(series)

    def _begin(self, key: object, question: _Question) -> None:
        with self._lock:
            waits = key in self._asked
            self._asked[key] = time.monotonic()
            if not waits and not self._closed:
                self._pool.submit(self._count, key, question)

    def _count(self, key: object, question: _Question) -> None:
        problem = ""
        try:
            question.answer(self._calibrations, lambda: self._is_forgotten(key))
        except Stopped:
            pass  # nobody waits for it; whoever asks again begins anew
        except BlupboardError as error:
            problem = str(error)
        except Exception as error:  # noqa: BLE001 - nobody else hears of it in this thread: the page says it
            _log.exception("Intervals could not be counted.")
            problem = f"{type(error).__name__}: {error}"
        with self._lock:
            del self._asked[key]
            if problem:
                self._problems[key] = problem
                while len(self._problems) > REMEMBERED:
                    del self._problems[next(iter(self._problems))]

    def _is_forgotten(self, key: object) -> bool:
        with self._lock:
            return self._closed or time.monotonic() - self._asked[key] > PATIENCE


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
