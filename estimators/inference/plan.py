"""How many rows a group would need: for a reliability, for the width of an interval, to find the best.

A plan is for groups that are drawn anew, all of n rows, from a normal population whose spreads are those
given. With lambda = sigma_group^2 / sigma_error^2

- reliability n lambda / (1 + n lambda), the weight of a group's own mean in its prediction, and the squared
  correlation of own means with true means;
- width 2 z sigma_group / sqrt(1 + n lambda) of the interval for a group's true mean by its prediction, mu
  taken as known, and 2 z sigma_error / sqrt(n) by its own mean alone, z the normal quantile of the level;
- the chance that the group with the highest own mean (or prediction) is the one with the highest true mean,
  J times the integral of Phi2(x, t)^(J - 1) over the bivariate normal density of both, whose correlation is
  the root of the reliability (the probability of a correct selection: Gibbons, Olkin & Sobel 1977, Selecting
  and Ordering Populations, ch. 2, here averaged over the population).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from estimators.contract.fit import two_sided_quantile
from estimators.errors import OptionError
from estimators.inference.spread_intervals import check_level

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Goal = Literal["reliability", "width", "own_width", "p_best"]

MOST_ROWS = 10**9
"""More rows a group than anybody has are none."""
REACH = 9.0
"""Standard deviations to both sides that are integrated over: beyond it lies 2e-19."""
STEP = 0.05
"""Between places of the trapezoidal rule, which for such an integrand is right to rounding."""


@dataclass(frozen=True)
class Plan:
    """What n rows in each of ``groups`` groups give, with spreads in the outcome's units.

    Raises:
        OptionError: the spread between groups is below 0 or that within not above it, there are fewer than 2
            groups, or the level is not between 0 and 1.

    """

    sigma_group: float
    sigma_error: float
    groups: int
    level: float = 0.95

    def __post_init__(self) -> None:
        if not (np.isfinite([self.sigma_group, self.sigma_error]).all() and self.sigma_error > 0):
            raise OptionError(f"a plan needs a spread within groups above 0, not {self.sigma_error:g}")
        if self.sigma_group < 0:
            raise OptionError(f"the spread between groups is not below 0, as {self.sigma_group:g} is")
        if self.groups < 2:
            raise OptionError("a plan is for at least 2 groups")
        check_level(self.level)

    @property
    def ratio(self) -> float:
        """sigma_group^2 / sigma_error^2."""
        return float(np.square(self.sigma_group / self.sigma_error))

    def reliability(self, rows: float) -> float:
        """The weight of a group's own mean."""
        signal = rows * self.ratio
        return signal / (1.0 + signal)

    def width(self, rows: float) -> float:
        """From end to end of the interval for a true mean by its prediction, in the outcome's units."""
        z = float(two_sided_quantile(self.level, None))
        return 2.0 * z * self.sigma_group / float(np.sqrt(1.0 + rows * self.ratio))

    def own_width(self, rows: float) -> float:
        """From end to end of the interval for a true mean by the group's own mean, in the outcome's units."""
        return 2.0 * float(two_sided_quantile(self.level, None)) * self.sigma_error / float(np.sqrt(rows))

    def p_best(self, rows: float) -> float:
        """The chance that the group that looks best is the best."""
        return best_is_best(self.groups, self.reliability(rows))

    def rows(self, goal: Goal, value: float) -> int | None:
        """The least number of rows in each group that reaches a goal; None: no number up to 1e9 does.

        Args:
            goal: ``reliability`` or ``p_best``, at least ``value``; ``width`` or ``own_width``, at most.
            value: a share, or a width in the outcome's units.

        Raises:
            OptionError: there is no such goal, a share is not between 0 and 1, or a width not above 0.

        """
        if goal not in get_args(Goal):
            raise OptionError(f"the goal is one of {', '.join(get_args(Goal))}, not {goal!r}")
        wide = goal in ("width", "own_width")
        if not (0 < value < np.inf if wide else 0 < value < 1):
            bounds = "above 0" if wide else "between 0 and 1"
            raise OptionError(f"a {goal} to be reached lies {bounds}, not at {value:g}")
        found = getattr(self, goal)

        def reached(rows: int) -> bool:
            return bool(found(rows) <= value) if wide else bool(found(rows) >= value)

        high = 1
        while not reached(high):
            if high == MOST_ROWS:
                return None
            high = min(2 * high, MOST_ROWS)
        low = high // 2
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if reached(middle) else (middle, high)
        return high


@lru_cache(maxsize=1024)  # one is 70 ms, and a curve asks for the same ones as the goal beside it
def best_is_best(groups: int, reliability: float) -> float:
    """The chance that of J groups the one that looks best is the best, by the integral of the module.

    1 / J at a reliability of 0; of two groups 1/2 + asin(sqrt(reliability)) / pi.

    Raises:
        OptionError: fewer than 2 groups, or a reliability that is not between 0 and 1, ends included.

    """
    if groups < 2 or not 0 <= reliability <= 1:
        raise OptionError("give at least 2 groups and a reliability from 0 to 1")
    if reliability == 0:
        return 1.0 / groups
    if reliability == 1:
        return 1.0
    rest, correlation = float(np.sqrt(1.0 - reliability)), float(np.sqrt(reliability))
    place = np.arange(-REACH, REACH + STEP / 2.0, STEP)
    density = np.exp(-0.5 * np.square(place)) * (STEP / np.sqrt(2.0 * np.pi))
    seen = place[:, None]
    true = correlation * seen + rest * place
    below = bivariate_normal(seen, true, correlation, rest)
    with np.errstate(divide="ignore"):
        others = np.exp((groups - 1.0) * np.log(below))
    return float(min(1.0, groups * (density @ others @ density)))


def bivariate_normal(x: Floats, y: Floats, correlation: float, rest: float) -> Floats:
    """The chance that both of two standard normals are below x and y; ``rest`` is sqrt(1 - correlation^2).

    By Owen's T function (Owen 1956, Ann. Math. Stat. 27, 1075-1090).
    """
    from scipy.special import ndtr, owens_t

    x, y = np.broadcast_arrays(x, y)
    with np.errstate(divide="ignore", invalid="ignore"):
        at_x, at_y = (y / x - correlation) / rest, (x / y - correlation) / rest
    at_x = np.where(x == 0, np.copysign(np.inf, y), at_x)
    at_y = np.where(y == 0, np.copysign(np.inf, x), at_y)
    apart = np.where((x * y < 0) | ((x * y == 0) & (x + y < 0)), 0.5, 0.0)
    value = (ndtr(x) + ndtr(y)) / 2.0 - owens_t(x, at_x) - owens_t(y, at_y) - apart
    both = (x == 0) & (y == 0)
    return np.asarray(np.where(both, 0.25 + np.arcsin(correlation) / (2.0 * np.pi), np.clip(value, 0.0, 1.0)))
