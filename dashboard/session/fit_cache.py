"""Every estimator's fit of every source of groups: kept once it is made, or under way elsewhere."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.plugin_host.processes import MOST_PROCESSES
from dashboard.plugin_host.stand_ins import StandIn
from dashboard.session.choices import DEFAULT_LEVEL
from estimators import Result
from estimators.fitting.compare import run

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from estimators import Estimator, GroupData

MOST_BYTES = 2**27
"""What the kept fits may hold together, by default."""
_LEAST_BYTES, _BYTES_OF_ESTIMATE = 2**13, 80
"""Of a fit, and of each group's estimate in it: up to ten numbers."""
FEWEST = 16
"""Of the latest, that are kept whatever they hold: all the methods of one comparison."""
UNDER_WAY = "is being fitted …"
RETRY_SECONDS = 60.0
"""After this a fit that failed is made anew when it is asked for: the data are the same, so only a machine
that was busy would answer otherwise, and that rarely changes within less than a minute."""

Asked = tuple["Estimator", tuple[tuple[str, object], ...]]
"""An estimator and the options that differ from its defaults."""


@dataclass(frozen=True)
class _Kept:
    future: Future[Result]
    begun: float
    """When, by the machine's own clock."""
    bytes_held: int
    """About what it holds once it is made and everything of it has been looked at."""

    @property
    def has_failed_long_ago(self) -> bool:
        """Whether it is worth another try: a machine is not busy for ever."""
        long_ago = time.monotonic() - self.begun > RETRY_SECONDS
        return long_ago and self.future.done() and self.future.result().fit is None


class FitCache:
    """FitCache at the default level, the latest of which are kept."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes_held = 0
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(MOST_PROCESSES, thread_name_prefix="plugins")

    def results(
        self,
        source: Hashable,
        groups: Callable[[], GroupData],
        asked: Sequence[Asked],
        *,
        wait_seconds: float | None,
    ) -> list[Result]:
        """One result for each; those that are still under way hold no fit and say so.

        Args:
            source: what the groups come from, as a key.
            groups: gives them.
            asked: the estimators.
            wait_seconds: how long to wait for plugins; None: for all, however long they take.

        Raises:
            OptionError: an option out of its bounds.

        """
        until = None if wait_seconds is None else time.monotonic() + wait_seconds
        checked = [(e, values, e.make_options(dict(values))) for e, values in asked]
        # plugins' fits are under way in other processes while the others are made here
        ordered = sorted(checked, key=lambda entry: not isinstance(entry[0], StandIn))
        found = {
            e.id: self._future((source, e.id, values), groups, e, options) for e, values, options in ordered
        }
        results = []
        for estimator, _, options in checked:
            future = found[estimator.id]
            wait([future], None if until is None else max(until - time.monotonic(), 0.0))
            under_way = Result(estimator, options, DEFAULT_LEVEL, message=UNDER_WAY, pending=True)
            results.append(future.result() if future.done() else under_way)
        return results

    @property
    def bytes_held(self) -> int:
        """About what the kept fits hold."""
        return self._bytes_held

    def close(self) -> None:
        """Begin no further fit."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def drop(self, unwanted: Callable[[Hashable], bool]) -> None:
        """Keep the fits no more of sources whose keys are not wanted."""
        with self._lock:
            for key in [key for key in self._kept if isinstance(key, tuple) and unwanted(key[0])]:
                self._bytes_held -= self._kept.pop(key).bytes_held

    def _future(
        self, key: Hashable, groups: Callable[[], GroupData], estimator: Estimator, options: object
    ) -> Future[Result]:
        if (known := self._look_up(key)) is not None:
            return known
        data = groups()
        size = _LEAST_BYTES + _BYTES_OF_ESTIMATE * len(data)
        if isinstance(estimator, StandIn):
            return self._keep(
                key, size, lambda: self._pool.submit(run, data, estimator, options, DEFAULT_LEVEL)
            )
        made: Future[Result] = Future()
        made.set_result(run(data, estimator, options, DEFAULT_LEVEL))
        return self._keep(key, size, lambda: made)

    def _look_up(self, key: Hashable) -> Future[Result] | None:
        with self._lock:
            known = self._kept.get(key)
            if known is None or known.has_failed_long_ago:
                if known is not None:
                    self._bytes_held -= self._kept.pop(key).bytes_held
                return None
            self._kept.move_to_end(key)
            return known.future

    def _keep(self, key: Hashable, bytes_held: int, begin: Callable[[], Future[Result]]) -> Future[Result]:
        """What is kept; begun only if nobody else has begun it meanwhile."""
        with self._lock:
            if (known := self._kept.get(key)) is not None:
                return known.future
            future = begin()
            self._kept[key] = _Kept(future, time.monotonic(), bytes_held)
            self._bytes_held += bytes_held
            while self._bytes_held > self._most_bytes and len(self._kept) > FEWEST:
                _, oldest = self._kept.popitem(last=False)
                self._bytes_held -= oldest.bytes_held
            return future
