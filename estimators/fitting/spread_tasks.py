"""Pieces of work on an executor, and their results in the order in which they were handed out."""

from __future__ import annotations

import pickle
from collections import deque
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from estimators.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Task = TypeVar("Task")
Result = TypeVar("Result")

LOOK_SECONDS = 0.1
"""How often someone who waits for an executor asks whether to stop."""
IN_FLIGHT = 16
"""Pieces handed out at once where nobody says how many: a few for each worker."""


def spread_tasks(
    executor: Executor,
    work: Callable[[Task], Result],
    tasks: Iterator[Task],
    *,
    in_flight: int = IN_FLIGHT,
    stopped: Callable[[], bool] | None = None,
) -> Iterator[tuple[Task, Result]]:
    """Each task with what ``work`` makes of it; ends early once ``stopped`` says yes.

    Tasks are asked for as they are handed out, so that later ones may depend on what earlier ones gave.

    Raises:
        OptionError: workers in other processes could not load the task, or end again and again.

    """
    waiting: deque[tuple[Task, Future[Result]]] = deque()
    try:
        while stopped is None or not stopped():
            while len(waiting) < in_flight and (task := next(tasks, None)) is not None:
                with _sentences():
                    waiting.append((task, executor.submit(work, task)))
            if not waiting:
                return
            task, first = waiting[0]
            wait([first], timeout=LOOK_SECONDS)
            if first.done():
                waiting.popleft()
                with _sentences():
                    result = first.result()
                yield task, result
    finally:
        for _, future in waiting:
            future.cancel()


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except (BrokenExecutor, CancelledError, ImportError, pickle.PicklingError) as error:
        raise OptionError(
            "a worker of the executor could not load the estimators or has ended: every worker must be able "
            "to import them, so install a plugin that is a single file, or use threads"
        ) from error
