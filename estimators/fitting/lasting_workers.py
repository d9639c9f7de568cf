"""Processes of this machine for pieces of work; one that is lost is replaced, and its piece done again."""

from __future__ import annotations

import multiprocessing
import signal
from concurrent.futures import BrokenExecutor, Executor, Future, InvalidStateError, ProcessPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from estimators.plugins.registry import build_registry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

Result = TypeVar("Result")

MOST_LOST = 3
"""Workers lost with nothing done in between before the fault is taken to be in the work."""


class LastingWorkers(Executor):
    """An executor of ``count`` processes, as ``run_risk`` and ``bootstrap`` take one.

    A pool of Python's ends with the first process that is killed. This one starts another pool and hands out
    again what had not come back: pieces that draw from a seed of their own give the same numbers again. After
    MOST_LOST losses with no result between them, what is left fails with BrokenExecutor.
    """

    def __init__(self, count: int, plugins_dirs: Sequence[str | Path] = ()) -> None:
        """Nothing is started before it is needed.

        Args:
            count: processes, each with some 100 MB of its own.
            plugins_dirs: folders whose files are imported in each process, so that estimators of plugins
                which are single files can be sent there.

        """
        self._make = partial(
            ProcessPoolExecutor,
            count,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start,
            initargs=(tuple(plugins_dirs),),
        )
        self._pool = self._make()
        self._lock = Lock()
        self._in_a_row = 0
        self._closed = False
        self.lost = 0
        """How often a pool was replaced."""

    @property
    def process_ids(self) -> list[int]:
        """By which the system knows the processes that run now."""
        return list(self._pool._processes or ())

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        """As every executor's; raises BrokenExecutor where workers end again and again."""
        outer: Future[Result] = Future()
        self._hand_out(outer, partial(fn, *args, **kwargs))
        return outer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End all processes once they have done what was handed out."""
        with self._lock:
            self._closed = True
        self._pool.shutdown(wait, cancel_futures=cancel_futures)

    def _hand_out(self, outer: Future[Result], call: partial[Result]) -> None:
        while True:
            pool = self._pool
            try:
                inner = _forgiving(pool.submit(call))
            except BrokenExecutor:
                if not self._replaced(pool):
                    raise
            else:
                break
        outer.add_done_callback(lambda done: done.cancelled() and inner.cancel())
        inner.add_done_callback(lambda done: self._take(pool, outer, call, done))

    def _take(
        self, pool: ProcessPoolExecutor, outer: Future[Result], call: partial[Result], done: Future[Result]
    ) -> None:
        """Hand on what a piece gave, or hand the piece out again; in a thread of the pool."""
        if done.cancelled():
            outer.cancel()
            return
        error = done.exception()
        if isinstance(error, BrokenExecutor):
            if not outer.cancelled() and self._replaced(pool):
                try:
                    self._hand_out(outer, call)
                except (
                    BrokenExecutor,
                    RuntimeError,
                ) as again:  # no more pools, or closed
                    error = again
                else:
                    return
        else:
            with self._lock:
                self._in_a_row = 0
        if not outer.set_running_or_notify_cancel():
            return
        if error is None:
            outer.set_result(done.result())
        else:
            outer.set_exception(error)

    def _replaced(self, broken: ProcessPoolExecutor) -> bool:
        """Whether there is another pool in place of a broken one."""
        with self._lock:
            if self._closed:
                return False
            if self._pool is broken:
                if self._in_a_row == MOST_LOST:
                    return False
                self._in_a_row += 1
                self.lost += 1
                self._pool = self._make()
        broken.shutdown(wait=False)
        return True


def _forgiving(inner: Future[Result]) -> Future[Result]:
    """A piece that may be cancelled while its pool ends.

    Python's own, as of 3.11, stops telling the others at the first that was, and leaves its processes.
    """
    fail = inner.set_exception

    def fail_unless_cancelled(error: BaseException | None) -> None:
        with suppress(InvalidStateError):
            fail(error)

    inner.set_exception = fail_unless_cancelled  # type: ignore[assignment, method-assign]
    return inner


def _start(plugins_dirs: tuple[str | Path, ...]) -> None:
    """Make a process ready: an interrupt is the parent's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if plugins_dirs:
        build_registry(plugins_dirs, entry_points=False)
