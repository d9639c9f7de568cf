"""One fit at a time, of every built-in, by the processor's clock: ``python -m benchmarks.single``.

To compare two versions of the code, run it from each folder with the same interpreter, one after the other,
twice. The processor's clock is told, as the wall's says more about what else runs on the machine.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time

import numpy as np

from estimators import GroupData, build_registry

SIGMA_GROUP = 0.5


def draw(sizes: list[int] | np.ndarray, seed: int) -> GroupData:
    """Rows with unit variance around means that differ."""
    rng, group = np.random.default_rng(seed), np.repeat(np.arange(len(sizes)), sizes)
    return GroupData.from_arrays(
        SIGMA_GROUP * rng.standard_normal(len(sizes))[group] + rng.standard_normal(len(group)), group
    )


def published(groups: int, seed: int) -> GroupData:
    """Means with standard errors that all differ."""
    rng = np.random.default_rng(seed)
    estimate, std_error = 2.0 * rng.standard_normal(groups), rng.uniform(0.5, 2.0, groups)
    return GroupData.from_estimates(range(groups), estimate, std_error)


def cases() -> dict[str, GroupData]:
    """The data, by what is told of them."""
    mixed = np.random.default_rng(3).integers(2, 41, 20_000)
    return {
        "2,000 rows, and 4 groups of 1 to 3": draw([2000, 2, 1, 3, 2], 1),
        "20 groups of 2 to 40 rows": draw(mixed[:20], 1),
        "20,000 groups of 2 to 40 rows": draw(mixed, 1),
        "50 groups of 10 rows": draw([10] * 50, 1),
        "20 published means": published(20, 4),
        "2,000 published means": published(2000, 4),
    }


def milliseconds(method: str, data: GroupData, fits: int) -> tuple[float, float]:
    """The median and the least time of one fit."""
    estimator, spent = build_registry(entry_points=False)[method], []
    estimator.fit(data)
    for _ in range(fits):
        start = time.process_time_ns()
        estimator.fit(data)
        spent.append((time.process_time_ns() - start) / 1e6)
    return statistics.median(spent), min(spent)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.single", description=__doc__)
    parser.add_argument("--fits", type=int, default=50, help="of each method to each data set")
    fits = parser.parse_args().fits
    methods = list(build_registry(entry_points=False))
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, numpy {np.__version__}; ms, median (least)\n"
    )
    print(f"| | {' | '.join(methods)} |")
    print("|---|" + "---|" * len(methods))
    for name, data in cases().items():
        times = (milliseconds(method, data, fits) for method in methods)
        print(f"| {name} | {' | '.join(f'{middle:.2f} ({least:.2f})' for middle, least in times)} |")


if __name__ == "__main__":
    main()
