"""Whole risk studies on one core, and where their time goes: ``python -m benchmarks.risk_study``.

Every study runs once to warm up; of the next runs the median counts, by the clock and of the processor, which
is the fairer one on a busy machine. For one core set ``OPENBLAS_NUM_THREADS=1``.
"""

from __future__ import annotations

import os
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

from estimators import Design, Estimator, RiskStudy, build_registry, run_risk
from estimators.fitting.fit_many import fit_many
from estimators.risk.replicates import block_size, draw_block
from estimators.risk.scores import score, size_classes

REPLICATES = 10_000
RUNS = 7
DESIGNS = (
    Design(groups=50, per_group="10"),
    Design(groups=50, per_group="2-40"),
    Design(groups=50, per_group="10", effects="skewed"),
    Design(groups=5, per_group="5", sigma_error=5.0),
    Design(groups=1000, per_group="10"),
)
Answer = TypeVar("Answer")


def whole(study: RiskStudy) -> tuple[float, float]:
    """Median seconds of a study, by the clock and of the processor."""
    run_risk(study)
    clock, processor = [], []
    for _ in range(RUNS):
        began, cpu_began = time.perf_counter(), time.process_time()
        run_risk(study)
        clock.append(time.perf_counter() - began)
        processor.append(time.process_time() - cpu_began)
    return statistics.median(clock), statistics.median(processor)


def parts(study: RiskStudy) -> dict[str, float]:
    """Processor seconds of drawing, of fitting and of holding fits against the truth."""
    seconds: dict[str, float] = defaultdict(float)

    def timed(part: str, work: Callable[[], Answer]) -> Answer:
        began = time.process_time()
        answer = work()
        seconds[part] += time.process_time() - began
        return answer

    design, size = study.design, block_size(study.design.groups)
    sizes = size_classes(design.sizes)
    for first in range(0, study.replicates, size):
        count = min(size, study.replicates - first)
        draws = timed("draw", lambda block=first // size, count=count: draw_block(design, 1, block, count))
        for estimator in study.estimators:
            fit = timed("fit", lambda one=estimator, draws=draws: fit_many(one, draws.batch))
            timed("score", lambda fit=fit, draws=draws: score(draws, fit, study.level, sizes))
    return seconds


def main() -> None:
    """Print the table."""
    chosen: tuple[Estimator, ...] = tuple(build_registry(entry_points=False).values())
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print(f"| {REPLICATES} replicates, {len(chosen)} estimators | s | CPU s | draw | fit | score |")
    print("|---|---|---|---|---|---|")
    for design in DESIGNS:
        study = RiskStudy(design, chosen, replicates=REPLICATES)
        clock, processor = whole(study)
        spent = parts(study)
        cells = " | ".join(f"{spent[name]:.2f}" for name in ("draw", "fit", "score"))
        name = f"{design.groups} groups of {design.per_group} rows, {design.effects}"
        print(f"| {name} | {clock:.2f} | {processor:.2f} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
