"""What intervals cover for the groups on screen, counted once for all who have such groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.plugin_host.stand_ins import for_many, seconds_for
from dashboard.session.drawn_answers import DrawnAnswers, Question
from dashboard.session.requested_study import SECONDS_UNASKED
from dashboard.words.calibration import NOT_OF_BOOTSTRAP, Count
from estimators import DataError, calibration
from estimators.inference.estimable import is_estimable
from estimators.risk.bootstrapped import is_bootstrapped
from estimators.risk.calibration import (
    LOOPED_DRAWS,
    calibration_key,
    usual_draws,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dashboard.scene.scene import Scene, Series
    from dashboard.session.fair_queue import FairQueue
    from estimators import Calibration, GroupData

MOST_GROUPS = 20_000
"""Groups for which intervals are counted on the page."""
CELLS, FEWEST_DRAWS = 600_000, 100
"""Draws times groups at each of the spreads, about a second for a method that fits many at once: of many
groups fewer draws are needed, since each counts the intervals of all."""
POINTS = 3
"""The estimated spreads and both ends of their interval."""


class CountedCoverage:
    """Counts for all sessions."""

    def __init__(self, queue: FairQueue | None = None) -> None:
        self._answers: DrawnAnswers[Calibration] = DrawnAnswers(queue)

    def look(self, owner: str, scene: Scene, *, begin: bool = True) -> list[Count]:
        """How it stands with each method that has intervals; ``begin``: whether new ones are counted."""
        data = scene.comparison.data
        if not is_estimable(data) or len(data) > MOST_GROUPS:
            return []
        return [
            self._one(owner, scene, s, begin=begin) for s in scene.series if s.result.interval is not None
        ]

    @property
    def is_busy(self) -> bool:
        """Whether a count waits or runs."""
        return self._answers.is_busy

    def forget(self, owner: str, groups: Iterable[GroupData] = ()) -> None:
        """Stop what is counted for a session, and forget what was counted for these groups."""
        self._answers.forget(owner, groups)

    def close(self) -> None:
        """Stop everything."""
        self._answers.close()

    def _one(self, owner: str, scene: Scene, series: Series, *, begin: bool) -> Count:
        if is_bootstrapped(series.result):
            return Count(series, problem=NOT_OF_BOOTSTRAP)
        [method] = for_many([series.result.estimator])
        seconds = seconds_for([method], LOOPED_DRAWS * POINTS)
        if seconds > SECONDS_UNASKED:
            why = f"not counted here, as its {LOOPED_DRAWS * POINTS} fits take about {seconds:.0f} s"
            return Count(series, problem=f"{why}; blupboard compare --inference --calibrate counts them")
        data, options, level = scene.comparison.data, series.result.options, scene.comparison.level
        draws = min(usual_draws(data, method), max(FEWEST_DRAWS, CELLS // len(data)))

        def count(stopped: Callable[[], bool]) -> Calibration:
            found = calibration(data, method, options, level=level, draws=draws, stopped=stopped)
            if found is None:
                raise DataError("it gave no interval that could be counted")
            return found

        key = calibration_key(data, method, options, level, draws)
        standing = self._answers.look(owner, Question(key, POINTS + seconds, count), begin=begin)
        return Count(series, standing.found, standing.problem, standing.ahead)
