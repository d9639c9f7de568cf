"""Many replicates fitted as one batch, beside lme4's refit in a loop: ``python -m benchmarks.batch``.

Both fit ``y ~ 1 + (1 | group)`` by REML to the same replicates. refit() is given rows; blupboard is timed
from summaries, which is what a risk study draws, and from rows with their reduction. R has a process of its
own; one contender runs after the other, and medians of several runs count for what is fast.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.__main__ import command_of
from estimators import build_registry
from estimators.contract.batch import GroupBatch
from estimators.fitting.fit_many import fit_many

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from estimators import Estimator
    from estimators.contract.batch import BatchFit

HERE = Path(__file__).parent
GROUPS, PER_GROUP = 50, 10
SIGMA_GROUP, SIGMA_ERROR = 0.5, 1.0
AT_ONCE = 512
SINGLE_FITS = 200
RUNS = 7


@dataclass(frozen=True)
class Timing:
    """Seconds for so many fits, by the clock and of the processor."""

    seconds: float
    cpu_seconds: float
    fits: int

    def line(self, name: str, ours: Timing) -> str:
        """One line of the table of single methods, per fit."""
        each, cpu_each = self.seconds / self.fits, self.cpu_seconds / self.fits
        times = each / (ours.seconds / ours.fits), cpu_each / (ours.cpu_seconds / ours.fits)
        return f"| {name} | {self.fits} | {each:.3g} | {cpu_each:.3g} | {times[0]:.3g} | {times[1]:.3g} |"


def timed(work: Callable[[], object], fits: int, runs: int = RUNS) -> Timing:
    """The median of some runs after one that is not counted."""
    work()
    seconds, cpu_seconds = [], []
    for _ in range(runs):
        start, cpu_start = time.perf_counter(), time.process_time()
        work()
        seconds.append(time.perf_counter() - start)
        cpu_seconds.append(time.process_time() - cpu_start)
    return Timing(statistics.median(seconds), statistics.median(cpu_seconds), fits)


def draw_rows(n: NDArray[np.int64], replicates: int, seed: int) -> NDArray[np.float64]:
    """Outcomes ``(replicates, rows)``, group after group."""
    rng = np.random.default_rng(seed)
    effect = SIGMA_GROUP * rng.standard_normal((replicates, len(n)))
    return np.repeat(effect, n, axis=1) + SIGMA_ERROR * rng.standard_normal((replicates, int(n.sum())))


def summarise(rows: NDArray[np.float64], n: NDArray[np.int64]) -> GroupBatch:
    """The groups' means and sums of squares."""
    starts = np.append(0, np.cumsum(n)[:-1])
    mean = np.add.reduceat(rows, starts, axis=1) / n
    ss_within = np.add.reduceat(np.square(rows - np.repeat(mean, n, axis=1)), starts, axis=1)
    labels = np.array([f"g{i}" for i in range(len(n))], dtype=object)
    return GroupBatch(labels=labels, n=n, origin=0.0, centered_mean=mean, ss_within=ss_within)


def draw_blocks(n: NDArray[np.int64], replicates: int) -> list[GroupBatch]:
    """Summaries of so many replicates, a block at a time."""
    starts = range(0, replicates, AT_ONCE)
    return [summarise(draw_rows(n, min(AT_ONCE, replicates - i), seed=i), n) for i in starts]


def fit_afresh(estimator: Estimator, batch: GroupBatch) -> BatchFit:
    """The fit of a copy that remembers nothing of earlier ones."""
    return fit_many(estimator, batch.take(np.ones(len(batch), dtype=np.bool_)))


def reml_table(replicates: int, refits: int) -> None:
    """REML per fit: a batch, single fits and refit."""
    n, reml = np.full(GROUPS, PER_GROUP), build_registry(entry_points=False)["reml"]
    rows = [draw_rows(n, min(AT_ONCE, replicates - i), seed=i) for i in range(0, replicates, AT_ONCE)]
    batches = [summarise(block, n) for block in rows]
    ours = timed(lambda: [fit_afresh(reml, batch) for batch in batches], replicates)
    from_rows = timed(lambda: [fit_many(reml, summarise(block, n)) for block in rows], replicates)
    singles = [batches[0][r] for r in range(SINGLE_FITS)]
    alone = timed(lambda: [reml.fit(data) for data in singles], SINGLE_FITS, runs=3)
    what = f"REML, {GROUPS} groups x {PER_GROUP} rows"
    print(f"| {what} | fits | s each | CPU s each | times ours | CPU times ours |")
    print("|---|---|---|---|---|---|")
    print(ours.line("blupboard, a batch of summaries", ours))
    print(from_rows.line("blupboard, a batch from its rows", ours))
    print(alone.line("blupboard, one fit after the other", ours))
    command = command_of("lme4")
    if isinstance(command, str):
        print(f"| lme4 refit: {command} | | | | | |")
        return
    refit, sigma_group = run_refit(command[0], np.concatenate(rows)[:refits])
    print(refit.line("lme4 refit", ours))
    found = np.concatenate([fit_many(reml, batch).parameters["sigma_group"] for batch in batches])[:refits]
    off = np.abs(found - sigma_group) / SIGMA_ERROR
    worst, median = off.max(), np.median(off)
    print(f"\nsigma_group of lme4 is off by at most {worst:.0e} sigma_error, in the median by {median:.0e}.")


def run_refit(rscript: str, rows: NDArray[np.float64]) -> tuple[Timing, NDArray[np.float64]]:
    """lme4's refit of every replicate: time and sigma_group ``(replicates,)``."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "rows.f8"
        rows.astype("<f8").tofile(path)
        numbers = [str(number) for number in (GROUPS, PER_GROUP, len(rows))]
        done = subprocess.run(
            [rscript, str(HERE / "refit.R"), str(path), *numbers], capture_output=True, text=True, check=True
        )
    told = json.loads(done.stdout.strip().splitlines()[-1])
    return Timing(told["seconds"], told["cpu_seconds"], len(rows)), np.array(told["sigma_group"])


def methods_table(replicates: int) -> None:
    """Every built-in on many replicates, with equal and with unequal sizes."""
    designs = {
        f"{PER_GROUP} rows each": draw_blocks(np.full(GROUPS, PER_GROUP), replicates),
        "2 to 40 rows": draw_blocks(np.random.default_rng(1).integers(2, 41, GROUPS), replicates),
    }
    print(f"\n| {replicates} replicates of {GROUPS} groups: s | {' | '.join(designs)} |")
    print("|---|" + "---|" * len(designs))
    totals = dict.fromkeys(designs, 0.0)
    for name, estimator in build_registry(entry_points=False).items():
        cells = []
        for design, blocks in designs.items():
            spent = timed(lambda e=estimator, b=blocks: [fit_afresh(e, some) for some in b], replicates)
            totals[design] += spent.seconds
            cells.append(f"{spent.seconds:.3f}")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    print(f"| all | {' | '.join(f'{total:.3f}' for total in totals.values())} |")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batch", description=__doc__)
    parser.add_argument("--replicates", type=int, default=10_000, help="in a batch")
    parser.add_argument(
        "--refits", type=int, default=300, help="replicates that lme4 fits, the first of them"
    )
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, numpy {np.__version__}\n")
    reml_table(options.replicates, options.refits)
    methods_table(options.replicates)


if __name__ == "__main__":
    main()
