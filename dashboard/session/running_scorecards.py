"""Scorecards that are filled in beside the requests, one scenario after the other: one for each session."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dashboard.plugin_host.stand_ins import for_many
from estimators import SCENARIOS
from estimators.fitting.fit_many import Stopped, is_looped
from estimators.risk.scorecard import scorecard_steps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from estimators import Estimator, ScenarioCard

_log = logging.getLogger(__name__)

REPLICATES, RANKED = 100, 20
"""Of each scenario: some 5 seconds of a core for a method that fits many at once."""
LOOPED_REPLICATES, LOOPED_RANKED = 20, 5
"""The same of a method that fits one after the other."""
SEED = 1
REMEMBERED = 64
"""Sessions whose last scorecard is kept."""


@dataclass
class ScorecardRun:
    """One scorecard on its way. Written by its own thread only, but for ``stop``."""

    estimator: Estimator
    options: Mapping[str, object]
    level: float
    cards: list[ScenarioCard] = field(default_factory=list)
    """Of the scenarios that are done, in their order."""
    stop: threading.Event = field(default_factory=threading.Event)
    ended: bool = False
    error: str = ""

    @property
    def replicates(self) -> int:
        """Draws of each scenario."""
        return LOOPED_REPLICATES if is_looped(self.estimator) else REPLICATES

    @property
    def ranked(self) -> int:
        """How many of them are ranked."""
        return LOOPED_RANKED if is_looped(self.estimator) else RANKED

    @property
    def total(self) -> int:
        """How many scenarios there are."""
        return len(SCENARIOS)


class RunningScorecards:
    """The scorecards of all sessions, on one thread: who comes later waits."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="scorecard")
        self._runs: OrderedDict[str, ScorecardRun] = OrderedDict()
        self._lock = threading.Lock()

    def start(
        self, owner: str, estimator: Estimator, options: Mapping[str, object], level: float
    ) -> ScorecardRun:
        """Begin a scorecard in place of the owner's earlier one.

        Raises:
            OptionError: an option is out of bounds.

        """
        estimator.make_options(options)
        [method] = for_many([estimator])
        run = ScorecardRun(method, options, level)
        self.cancel(owner)
        with self._lock:
            self._runs[owner] = run
            self._runs.move_to_end(owner)
            while len(self._runs) > REMEMBERED:
                self._runs.popitem(last=False)[1].stop.set()
        self._pool.submit(self._work, run)
        return run

    def look(self, owner: str) -> ScorecardRun | None:
        """The owner's scorecard as it stands; None where there is none."""
        with self._lock:
            return self._runs.get(owner)

    def cancel(self, owner: str) -> None:
        """Stop the owner's scorecard; the scenarios that are done stay."""
        run = self.look(owner)
        if run is not None:
            run.stop.set()

    def close(self) -> None:
        """Stop everything."""
        with self._lock:
            for run in self._runs.values():
                run.stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _work(self, run: ScorecardRun) -> None:
        try:
            steps = scorecard_steps(
                run.estimator,
                run.options,
                replicates=run.replicates,
                ranked=run.ranked,
                seed=SEED,
                level=run.level,
                stopped=run.stop.is_set,
            )
            for card in steps:
                run.cards.append(card)
        except Stopped:
            pass  # the scenarios that are done stay
        except Exception as error:  # noqa: BLE001 - nobody else hears of it in this thread: the page says it
            _log.exception("A scorecard failed.")
            run.error = f"{type(error).__name__}: {error}"
        run.ended = True
