"""Scorecards that are filled in beside the requests, in their turn (`fair_queue`): one for each session."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from dashboard.plugin_host.stand_ins import for_many, seconds_for
from dashboard.session.fair_queue import FairQueue, Job, State
from estimators import SCENARIOS
from estimators.fitting.fit_many import Stopped, is_looped
from estimators.risk.scorecard import scorecard_steps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from estimators import Estimator, ScenarioCard

REPLICATES, RANKED = 100, 20
"""Of each scenario."""
SCENARIO_SECONDS = 5.0
"""Of a core, about, for each scenario of a method that fits many at once."""
LOOPED_REPLICATES, LOOPED_RANKED = 20, 5
"""The same of a method that fits one after the other."""
SEED = 1
REMEMBERED = 64
"""Sessions whose last scorecard is kept."""


@dataclass(eq=False, kw_only=True)
class ScorecardRun(Job):
    """One scorecard on its way. Written by its own thread only, but for ``stop``."""

    name: ClassVar[str] = "A scorecard"
    most_at_once: ClassVar[int] = 1

    estimator: Estimator
    options: Mapping[str, object]
    level: float
    cards: list[ScenarioCard] = field(default_factory=list)
    """Of the scenarios that are done, in their order."""
    ahead: int = 0
    """How many others have their turn before it, while it waits; at the last look."""

    def work(self) -> State:
        """Fill in one scenario after the other."""
        steps = scorecard_steps(
            self.estimator,
            self.options,
            replicates=self.replicates,
            ranked=self.ranked,
            seed=SEED,
            level=self.level,
            stopped=lambda: self.asked_to_end,
        )
        try:
            for card in steps:
                self.cards.append(card)
        except Stopped:
            return self.how_stopped  # the scenarios that are done stay
        return "done"

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
    """The scorecards of all sessions."""

    def __init__(self, queue: FairQueue | None = None) -> None:
        self._queue = queue or FairQueue()
        self._runs: OrderedDict[str, ScorecardRun] = OrderedDict()
        self._lock = threading.Lock()

    def start(
        self, owner: str, estimator: Estimator, options: Mapping[str, object], level: float
    ) -> ScorecardRun:
        """Begin a scorecard in place of the owner's earlier one.

        Raises:
            OptionError: an option is out of bounds.
            TooManyJobs: so many wait that this one cannot.

        """
        estimator.make_options(options)
        [method] = for_many([estimator])
        needed = len(SCENARIOS) * SCENARIO_SECONDS
        if is_looped(method):
            needed = seconds_for([method], len(SCENARIOS) * LOOPED_REPLICATES)
        run = ScorecardRun(owner=owner, seconds_needed=needed, estimator=method, options=options, level=level)
        with self._lock:
            self._queue.put(run, instead_of=self._runs.get(owner))
            self._runs[owner] = run
            self._runs.move_to_end(owner)
            while len(self._runs) > REMEMBERED:
                self._queue.stop(self._runs.popitem(last=False)[1])
        return run

    def look(self, owner: str) -> ScorecardRun | None:
        """The owner's scorecard as it stands; None where there is none."""
        with self._lock:
            run = self._runs.get(owner)
        if run is not None:
            run.ahead = self._queue.look(run)
        return run

    def cancel(self, owner: str) -> None:
        """Stop the owner's scorecard; the scenarios that are done stay."""
        with self._lock:
            run = self._runs.get(owner)
        if run is not None:
            self._queue.stop(run)

    def forget(self, owner: str) -> None:
        """Stop the owner's scorecard, of which nothing stays."""
        self.cancel(owner)
        with self._lock:
            self._runs.pop(owner, None)

    def close(self) -> None:
        """Stop everything."""
        self._queue.close()
