"""Where the curves of two methods cross in a sweep: which is closer to the truth changes there."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from estimators.risk.scenario import ScenarioRisk

CERTAIN = 2.0
"""Monte Carlo errors of the difference on the same draws past which one method is taken to be closer."""


@dataclass(frozen=True)
class Crossing:
    """Below ``value`` of the dial ``below`` is closer to the truth, above it ``above``.

    Both are ids of estimators; None stands for the groups' own means. ``value``, ``low`` and ``high`` are
    on the dial; outside ``low`` to ``high`` the simulation is certain.
    """

    below: str | None
    above: str | None
    value: float
    low: float
    high: float


def crossings(sweep: Sequence[ScenarioRisk]) -> tuple[Crossing, ...]:
    """Every crossing of two methods' mean squared errors that the Monte Carlo errors leave no doubt about.

    Methods that report the groups' own means are left to None. In order of the dial. ``sweep`` holds the
    points of one study, in that order; of none there are no crossings. Between two points where the sign of
    the difference is certain, the crossing lies where the logarithm of the ratio of the two errors, on a
    straight line over that of the dial, is 0.
    """
    if not sweep:
        return ()
    ids = [e.id for e in sweep[0].estimators]
    moving = [i for i in ids if any(_differs(point, i) for point in sweep)]
    pairs = [*((i, None) for i in moving), *combinations(moving, 2)]
    found = [crossing for one, other in pairs for crossing in _of_pair(sweep, one, other)]
    return tuple(sorted(found, key=lambda c: c.value))


def _differs(point: ScenarioRisk, estimator_id: str) -> bool:
    difference = point.difference(estimator_id)
    return difference.value is not None and abs(difference.value) > 1e-12


def _of_pair(sweep: Sequence[ScenarioRisk], one: str, other: str | None) -> Iterator[Crossing]:
    points = [
        (point.value, d.value, d.mcse, point.log_ratio(one, other))
        for point in sweep
        if point.value is not None
        and (d := point.difference(one, other)).value is not None
        and d.mcse is not None
    ]
    sure = [i for i, (_, value, error, _) in enumerate(points) if abs(value) > CERTAIN * error]
    for first, last in pairwise(sure):
        if points[first][1] * points[last][1] < 0:
            below, above = (one, other) if points[first][1] < 0 else (other, one)
            between = points[first : last + 1]
            zero = _zero([(value, log_ratio) for value, _, _, log_ratio in between])
            yield Crossing(below, above, zero, between[0][0], between[-1][0])


def _zero(points: Sequence[tuple[float, float]]) -> float:
    """Where the ratio of the losses first passes 1 for good, on a straight line in both logarithms."""
    last = next(i for i in range(len(points) - 1, 0, -1) if points[i - 1][1] * points[-1][1] <= 0)
    (x0, y0), (x1, y1) = points[last - 1], points[last]
    return math.exp(math.log(x0) + (math.log(x1) - math.log(x0)) * y0 / (y0 - y1))
