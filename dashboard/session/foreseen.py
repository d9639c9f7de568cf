"""What the page asks of a comparison once it is there, computed while the browser draws it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar
from weakref import WeakValueDictionary

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


class Foresight:
    """What is computed ahead, for each session on the scene that it was shown last."""

    def __init__(self, queue: FairQueue) -> None:
        self._queue = queue
        self._latest: WeakValueDictionary[str, Foreseen] = WeakValueDictionary()
        """By session, as long as the queue has it."""

    def begin(self, owner: str, scene: Scene) -> None:
        """Have it begun, where groups are so few that it is quickly there, and the queue has room."""
        before = self._latest.get(owner)
        if len(scene) > EXACT_GROUPS:
            if before is not None:
                self._queue.stop(before)
            return
        job = Foreseen(owner=owner, seconds_needed=SECONDS, scene=scene)
        try:
            self._queue.put(job, instead_of=before)
        except TooManyJobs:
            return  # it is computed when it is asked for
        self._latest[owner] = job


def _asked_of(scene: Scene) -> Iterator[Callable[[], object]]:
    yield partial(AskedQuestions().answers, scene)
    for series in ranking_series(scene):
        yield partial(rank_spread, scene, series)
    yield partial(spreads_of, scene)
