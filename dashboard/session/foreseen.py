"""What the page asks of a comparison once it is there, computed while the browser draws it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from dashboard.scene.rank_spread import rank_spread, ranking_series
from dashboard.session.asked_questions import AskedQuestions
from dashboard.session.fair_queue import Job, TooManyJobs
from dashboard.words.spreads import spreads_of
from estimators import BlupboardError
from estimators.inference.ranks import EXACT_GROUPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dashboard.scene.scene import Scene
    from dashboard.session.fair_queue import FairQueue, State

SECONDS = 0.3
"""About what a core takes for as many groups."""


@dataclass(eq=False, kw_only=True)
class Foreseen(Job):
    """The answers on a scene, which keeps them for whoever asks."""

    scene: Scene

    name: ClassVar[str] = "Computing what is concluded"

    def work(self) -> State:
        """One after the other, in the order in which the page shows them."""
        for compute in _asked_of(self.scene):
            if self.asked_to_end:
                return self.how_stopped
            try:
                compute()
            except BlupboardError:
                continue  # whoever asks is told
        return "done"


def foresee(queue: FairQueue, owner: str, scene: Scene) -> None:
    """Have it begun, where groups are so few that it is quickly there, and the queue has room."""
    if len(scene) <= EXACT_GROUPS:
        try:
            queue.put(Foreseen(owner=owner, seconds_needed=SECONDS, scene=scene))
        except TooManyJobs:
            return  # it is computed when it is asked for


def _asked_of(scene: Scene) -> Iterator[Callable[[], object]]:
    yield partial(AskedQuestions().answers, scene)
    for series in ranking_series(scene):
        yield partial(rank_spread, scene, series)
    yield partial(spreads_of, scene)
