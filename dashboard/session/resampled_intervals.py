"""The bootstrap's errors and intervals of what is on screen, drawn once for all who have such groups."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from dashboard.plugin_host.stand_ins import for_many, seconds_for
from dashboard.session.drawn_answers import DrawnAnswers, Question
from dashboard.session.requested_study import SECONDS_UNASKED
from estimators import DataError, bootstrap
from estimators.risk.bootstrap import LOOPED_DRAWS, draws_of, require_spreads
from estimators.risk.bootstrapped import with_bootstrap, without_bootstrap
from estimators.risk.calibration import calibration_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dashboard.session.drawn_answers import Standing
    from dashboard.session.fair_queue import FairQueue
    from estimators import Bootstrap, Estimator, GroupData, GroupFit, Result

MOST_GROUPS = 2_000
"""Groups whose intervals are drawn on the page; each needs all the draws."""
CELLS_A_SECOND = 1_000_000
"""Draws times groups that REML takes about a second for."""
ELSEWHERE = "blupboard compare --inference --bootstrap draws them"


class ResampledIntervals:
    """Bootstraps for all sessions."""

    def __init__(self, queue: FairQueue | None = None) -> None:
        self._answers: DrawnAnswers[Bootstrap] = DrawnAnswers(queue)
        self._made: WeakKeyDictionary[GroupFit, Result] = WeakKeyDictionary()
        """By the method's own fit, so that what is asked for again is the same object."""
        self._lock = threading.Lock()

    def results(
        self, owner: str, data: GroupData, results: Iterable[Result], *, wait: bool = False
    ) -> list[Result]:
        """The results with intervals by the bootstrap, or a note that says why not.

        Those still being drawn have their own intervals and are ``pending``; ``wait``: there are none.

        Raises:
            BlupboardError: with ``wait``, they were stopped, or the queue is full.

        """
        return [self._one(owner, data, result, wait=wait) for result in results]

    def forget(self, owner: str, groups: Iterable[GroupData] = ()) -> None:
        """Stop what is drawn for a session, and forget what was drawn for these groups."""
        self._answers.forget(owner, groups)

    def close(self) -> None:
        """Stop everything."""
        self._answers.close()

    def _one(self, owner: str, data: GroupData, result: Result, *, wait: bool) -> Result:
        if result.fit is None:
            return result
        with self._lock:
            made = self._made.get(result.fit)
        if made is not None:
            return made
        [method] = for_many([result.estimator])
        seconds = seconds_for([method], LOOPED_DRAWS)
        why = _why_never(data, result.estimator, result.fit) or _too_much(data, seconds)
        if not why:
            question = _question(data, method, result.options, seconds)
            standing: Standing[Bootstrap] = (
                self._answers.wait(owner, question) if wait else self._answers.look(owner, question)
            )
            if standing.found is not None:
                return self._kept(result.fit, with_bootstrap(result, standing.found))
            if standing.pending:
                return replace(result, pending=True)
            why = standing.problem
        return self._kept(result.fit, without_bootstrap(result, why))

    def _kept(self, fit: GroupFit, made: Result) -> Result:
        with self._lock:
            return self._made.setdefault(fit, made)


def _why_never(data: GroupData, estimator: Estimator, fit: GroupFit) -> str:
    """Why there is nothing to draw from, here or elsewhere; nothing where there is."""
    try:
        require_spreads(data, estimator, fit)
    except DataError as error:
        return str(error)
    return ""


def _too_much(data: GroupData, seconds: float) -> str:
    """Why it is not done here; nothing where it is."""
    if len(data) > MOST_GROUPS:
        return f"the page draws for at most {MOST_GROUPS:,} groups; {ELSEWHERE}"
    if seconds > SECONDS_UNASKED:
        return f"its {LOOPED_DRAWS} fits take about {seconds:.0f} s; {ELSEWHERE}"
    return ""


def _question(data: GroupData, method: Estimator, options: object, seconds: float) -> Question[Bootstrap]:
    draws = draws_of(data, method)
    return Question(
        calibration_key(data, method, options, 0.0, draws),
        draws * len(data) / CELLS_A_SECOND + seconds,
        lambda stopped: bootstrap(data, method, options, draws=draws, stopped=stopped),
    )
