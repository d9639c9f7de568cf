"""Seconds of a core for what is concluded from fits: all of 24 groups, and the ranks of 20,000.

Run ``python -m benchmarks.inference``; each is the least of several runs.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from estimators import Design, build_registry, compare, group_ranks, inference_dict, simulate

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 7


def main() -> None:
    """Print a line for each."""
    few = simulate(Design(groups=24, per_group="2-70", sigma_group=5.7, sigma_error=10.3)).data

    def everything() -> None:
        comparison = compare(few)
        for result in comparison.succeeded:
            if result.fit is not None:
                inference_dict(few, result.estimator, result.fit)

    print(f"24 groups, intervals, tests, ranks and rank sets of five methods  {least(everything):.3f}")
    many = simulate(Design(groups=20_000, per_group="2-40", sigma_group=1.0, sigma_error=2.0)).data
    registry = build_registry(entry_points=False)
    for name in ("ols", "reml"):
        joint = registry[name].fit(many).joint
        if joint is not None:
            seconds = least(partial(group_ranks, joint, top=100))
            print(f"20,000 groups, ranks by {name}  {seconds:.2f}")


def least(work: Callable[[], object]) -> float:
    """Seconds of a core that the quickest of some runs takes."""
    seconds = []
    for _ in range(RUNS):
        before = time.process_time()
        work()
        seconds.append(time.process_time() - before)
    return min(seconds)


if __name__ == "__main__":
    main()
