"""A few processes in which plugins' code runs; one that takes too long is ended and replaced."""

from __future__ import annotations

import os
import queue
from collections.abc import Mapping

from dashboard.plugin_host.wire import Fault, Setup
from dashboard.plugin_host.worker_processes import PoolFull, WorkerPool, WorkerProcess
from estimators import NotRun

MOST_PROCESSES = max(2, min(4, os.cpu_count() or 2))
"""Fits of plugins that can run at the same time; others wait for their turn. Two at least, so that one that
hangs leaves a place until it is ended; four at most, as each process holds some 170 MB with numpy, scipy and
pandas imported, and more processes than cores win nothing."""
MOST_WAITING = 4
"""Requests that wait for their turn; more are turned away, so that plugins leave threads for others: with two
processes, two of the server's eight are free whatever plugins do."""
DEFAULT_SECONDS = 10.0
"""How long one request may take: past ten seconds people turn to something else (Nielsen 1993, Usability
Engineering, ch. 5)."""
START_SECONDS = 60.0
"""How long a process may take until it has imported all plugins. The built-in methods alone take half a
second; the rest is for large libraries on a cold disk."""

_WORKER = "dashboard.plugin_host.worker"


class TookTooLong(NotRun):
    """A plugin did not answer in time, and its process was ended."""


class Busy(NotRun):
    """Too many wait for a plugin already."""


class PluginProcesses:
    """Runs requests in the first process that is free."""

    def __init__(
        self,
        setup: Setup,
        *,
        seconds: float = DEFAULT_SECONDS,
        processes: int = MOST_PROCESSES,
        waiting: int = MOST_WAITING,
    ) -> None:
        """Nothing is started before it is needed.

        Args:
            setup: what each process is told first.
            seconds: how long one request may take.
            processes: how many there are at most.
            waiting: requests that wait for one of them at most.

        """
        self.seconds = seconds
        self._setup = setup
        self._pool = WorkerPool(_WORKER, processes=processes, waiting=waiting)

    def call(self, name: str, *args: object, patient: bool = False) -> object:
        """What the worker's method of that name returns.

        Args:
            name: of a method of :class:`dashboard.plugin_host.worker.Worker`.
            args: its arguments; can be pickled.
            patient: wait for a free process however many others do.

        Raises:
            TookTooLong: it was ended after ``seconds``.
            ProcessEnded: it ended of itself.
            Busy: too many others wait.
            Exception: what the plugin raised, or one that reads like it.

        """
        try:
            with self._pool.turn(patient=patient) as (process, is_new):
                answer = self._answer(process, (name, args), is_new=is_new)
        except PoolFull:
            raise Busy(
                "too many fits of plugins are under way on this server: try again in a moment"
            ) from None
        if isinstance(answer, Fault):
            raise answer.exception()
        return answer

    @property
    def levels(self) -> tuple[float, ...]:
        """At which a method's own intervals are computed before they travel."""
        return self._setup.levels

    @property
    def all_busy(self) -> bool:
        """Whether a request would have to wait for its turn."""
        return self._pool.all_busy

    @property
    def ended(self) -> Mapping[str, int]:
        """How many processes were ended in the middle of a request, by why."""
        return self._pool.ended

    def close(self) -> None:
        """End all processes; whoever waits for one is told that it ended."""
        self._pool.close()

    def _answer(
        self, process: WorkerProcess, request: tuple[str, tuple[object, ...]], *, is_new: bool
    ) -> object:
        if is_new:
            self._ask(process, self._setup, START_SECONDS, "the plugins were not imported within {} seconds")
        late = "it was stopped after {} seconds, the time that a plugin may take here"
        return self._ask(process, request, self.seconds, late)

    def _ask(self, process: WorkerProcess, request: object, seconds: float, late: str) -> object:
        try:
            return process.ask(request, seconds)
        except queue.Empty:
            raise TookTooLong(late.format(f"{seconds:g}")) from None
