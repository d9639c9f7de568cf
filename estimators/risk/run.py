"""The risk study: draw, fit, compare with the truth, and again, to see which method is closer on average.

The unit of work is a block of replicates with random numbers of its own. Blocks are fitted anywhere, and
their sums are added in the order of the blocks, so the same seed gives the same answer however the work is
cut up and spread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from estimators.fitting.fit_many import Stopped, fit_many
from estimators.fitting.spread_tasks import IN_FLIGHT, spread_tasks
from estimators.risk.replicates import block_size, draw_block
from estimators.risk.report import RiskReport, make_report
from estimators.risk.scores import SQUARED_ERROR, Tally, score, size_classes, tally

if TYPE_CHECKING:
    from estimators.contract.estimator import Estimator
    from estimators.risk.losses import Loss
    from estimators.risk.study import RiskStudy
    from estimators.simulation.design import Design

TASK_SECONDS = 0.15
"""How long a task should take: long beside what it costs to hand out, short beside a person's patience."""


@dataclass(frozen=True, eq=False)
class Task:
    """Some blocks of one point; can be pickled when its estimators can."""

    point: int
    design: Design
    estimators: tuple[Estimator, ...]
    options: Mapping[str, object]
    level: float
    seed: int
    replicates: int
    blocks: range
    smallest_first: bool
    loss: Loss


@dataclass(frozen=True)
class Progress:
    """How far a study is, and what it says so far."""

    done: int
    """Replicates, over all points."""
    total: int
    """Replicates that were asked for, over all points."""
    report: RiskReport
    """On the replicates that are done."""


def run_risk(study: RiskStudy, executor: Executor | None = None, *, in_flight: int = IN_FLIGHT) -> RiskReport:
    """Run a study to its end, here or on an executor; see :func:`risk_steps` for what it takes.

    Raises:
        OptionError: workers in other processes could not import the estimators.

    """
    *_, last = risk_steps(study, executor, in_flight=in_flight)
    return last.report


def risk_steps(
    study: RiskStudy,
    executor: Executor | None = None,
    *,
    in_flight: int = IN_FLIGHT,
    stopped: Callable[[], bool] | None = None,
) -> Iterator[Progress]:
    """Run a study and give its progress after each piece of work; all points firm up together.

    Args:
        study: what is asked.
        executor: where blocks are fitted: threads, processes, a cluster's; None: here. To another process or
            machine the estimators travel by pickle.
        in_flight: how many tasks of about TASK_SECONDS are handed out at once; a few for each worker.
        stopped: asked between pieces, and before single fits where they are made here; once it says yes, the
            iteration ends early.

    Raises:
        OptionError: workers in other processes could not import the estimators.

    """
    started = time.perf_counter()
    totals: list[Tally | None] = [None] * len(study.points)
    done = [0] * len(study.points)
    work = _spread(study, executor, in_flight, stopped) if executor else _here(study, stopped)
    for task, sums in work:
        for block in sums:
            total = totals[task.point]
            if total is None:
                totals[task.point] = block
            else:
                total.add(block)
        done[task.point] += _replicates_in(task)
        seen = [total for total in totals if total is not None]
        if len(seen) == len(totals):
            report = make_report(study, seen, done, time.perf_counter() - started)
            yield Progress(sum(done), study.replicates * len(totals), report)


def run_task(task: Task, stopped: Callable[[], bool] | None = None) -> list[Tally]:
    """The sums of each block of a task, in order."""
    return [_run_block(task, block, stopped) for block in task.blocks]


def _run_block(task: Task, block: int, stopped: Callable[[], bool] | None) -> Tally:
    design = task.design
    size = block_size(design.groups)
    drawn = draw_block(design, task.seed, block, min(size, task.replicates - block * size))
    draws = replace(drawn, smallest_first=task.smallest_first)
    sizes = size_classes(design.sizes)
    scores = []
    for estimator in task.estimators:
        fit = fit_many(estimator, draws.batch, task.options[estimator.id], level=task.level, stopped=stopped)
        with np.errstate(all="ignore"):
            scores.append(score(draws, fit, task.level, sizes, task.loss))
    own = draws.batch.centered_mean
    losses = {"mse": SQUARED_ERROR.of(draws, own)}
    if not task.loss.is_squared:
        losses["loss"] = task.loss.of(draws, own)
    return tally(scores, losses, sizes)


def _here(study: RiskStudy, stopped: Callable[[], bool] | None) -> Iterator[tuple[Task, list[Tally]]]:
    cutter = _Cutter(study)
    while (task := cutter.next_task()) is not None:
        if stopped is not None and stopped():
            return
        try:
            sums, seconds = _result_and_seconds(task, stopped)
        except Stopped:
            return
        cutter.learn(task, seconds)
        yield task, sums


def _spread(
    study: RiskStudy, executor: Executor, in_flight: int, stopped: Callable[[], bool] | None
) -> Iterator[tuple[Task, list[Tally]]]:
    """Hand tasks to an executor and give their results in the order in which they were handed out."""
    cutter = _Cutter(study)
    stopped_there = stopped if isinstance(executor, ThreadPoolExecutor) else None
    work = partial(_result_and_seconds, stopped=stopped_there)
    tasks = iter(cutter.next_task, None)
    try:
        for task, (sums, seconds) in spread_tasks(
            executor, work, tasks, in_flight=in_flight, stopped=stopped
        ):
            cutter.learn(task, seconds)
            yield task, sums
    except Stopped:
        return


def _result_and_seconds(task: Task, stopped: Callable[[], bool] | None) -> tuple[list[Tally], float]:
    started = time.perf_counter()
    return run_task(task, stopped), time.perf_counter() - started


class _Cutter:
    """Cuts a study into tasks: round after round over all points, each as long as it may take."""

    def __init__(self, study: RiskStudy) -> None:
        self._study = study
        self._next = [0] * len(study.points)
        self._blocks = [-(-study.replicates // block_size(design.groups)) for _, design in study.points]
        self._seconds_per_block: dict[int, float] = {}
        self._turn = 0

    def next_task(self) -> Task | None:
        """The next piece of work; None once all is cut."""
        study = self._study
        for _ in study.points:
            point = self._turn
            self._turn = (self._turn + 1) % len(study.points)
            first = self._next[point]
            if first < self._blocks[point]:
                known = self._seconds_per_block.get(point)
                count = 1 if known is None else max(1, int(TASK_SECONDS / known))
                self._next[point] = min(first + count, self._blocks[point])
                return Task(
                    point=point,
                    design=study.points[point][1],
                    estimators=study.estimators,
                    options=study.checked_options,
                    level=study.level,
                    seed=study.seed,
                    replicates=study.replicates,
                    blocks=range(first, self._next[point]),
                    smallest_first=study.smallest_first,
                    loss=study.loss,
                )
        return None

    def learn(self, task: Task, seconds: float) -> None:
        """Take note of how long a task took."""
        self._seconds_per_block[task.point] = max(seconds / len(task.blocks), 1e-6)


def _replicates_in(task: Task) -> int:
    size = block_size(task.design.groups)
    return min(task.blocks.stop * size, task.replicates) - task.blocks.start * size
