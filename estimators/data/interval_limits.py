"""Published estimates whose precision is told by the ends of their intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from estimators.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNEVEN: Final = 0.1
"""How far off its interval's middle, in halves of the interval, a typical estimate may lie: limits that are
rounded to two digits do so by less, and those of ratios around their logarithms, unless narrow, by more."""


@dataclass(frozen=True)
class LimitErrors:
    """Estimates and standard errors ``(J,)``, of the logarithms where estimates are ratios."""

    estimate: NDArray[np.float64]
    std_error: NDArray[np.float64]


def normal_limits(level: float) -> float:
    """How many standard errors an interval of the normal distribution is wide."""
    from statistics import NormalDist

    return 2.0 * NormalDist().inv_cdf(0.5 + level / 2.0)


def errors_of_limits(
    labels: list[str],
    estimate: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    *,
    level: float,
    ratios: bool,
) -> LimitErrors:
    """Standard errors of ``(J,)`` estimates from the ends of their intervals at a level, (high - low) / 2 z.

    Of ``ratios`` the logarithms of all three are taken first, as their intervals are made (Cochrane Handbook
    for Systematic Reviews of Interventions, version 6, section 6.3).

    Raises:
        DataError: an end is not finite, an interval does not hold its estimate or has no width, a ratio is
            not above 0, or the intervals do not lie evenly around what is compared.

    """
    for name, numbers in (("estimate", estimate), ("lower end", low), ("upper end", high)):
        off = np.flatnonzero(~np.isfinite(numbers) | (ratios & (numbers <= 0)))
        if off.size:
            wanted = "a ratio is above 0" if ratios else "a finite number is needed"
            raise DataError(f"The {name} of {labels[off[0]]} is {numbers[off[0]]:g}: {wanted}.")
    outside = np.flatnonzero(~((low <= estimate) & (estimate <= high) & (low < high)))
    if outside.size:
        j = outside[0]
        raise DataError(
            f"The interval of {labels[j]}, {low[j]:g} to {high[j]:g}, does not hold its estimate "
            f"{estimate[j]:g}: say which columns hold the estimate and the lower and the upper end."
        )
    ends = estimate, low, high
    logs = tuple(np.log(numbers) for numbers in ends) if low.min() > 0 else None
    plain_off = _off_middle(*ends)
    logs_off = np.inf if logs is None else _off_middle(*logs)
    if (logs_off if ratios else plain_off) > UNEVEN:
        raise DataError(_uneven(ratios=ratios, other_even=(plain_off if ratios else logs_off) <= UNEVEN))
    middle, first, last = logs if ratios and logs is not None else ends
    return LimitErrors(middle, (last - first) / normal_limits(level))


def _off_middle(estimate: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> float:
    """How far estimates lie off their intervals' middles, in halves of the intervals: the median."""
    return float(np.median(np.abs(estimate - (low / 2 + high / 2)) / (high / 2 - low / 2)))


def _uneven(*, ratios: bool, other_even: bool) -> str:
    if other_even and ratios:
        return (
            "The intervals lie evenly around the estimates, not around their logarithms as those of ratios "
            "do: give standard errors, or a column that is not called as a ratio."
        )
    if other_even:
        return (
            "The intervals lie evenly around the logarithms of the estimates, as those of ratios do: call "
            "the column OR, RR, HR or ratio, and logarithms are compared."
        )
    return (
        "The intervals do not lie evenly around the estimates, so that no standard error can be told from "
        "them: give a column of standard errors."
    )
