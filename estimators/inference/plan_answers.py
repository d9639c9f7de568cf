"""What a plan answers at the spreads that a method finds, and at both ends of the interval of their ratio."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.contract.fit import two_sided_quantile
from estimators.errors import DataError
from estimators.inference.estimable import is_estimable
from estimators.inference.plan import Plan
from estimators.inference.spread_intervals import exact_intervals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from estimators.contract.comparison import Comparison, Result
    from estimators.contract.fit import GroupFit
    from estimators.data.groups import GroupData
    from estimators.inference.plan import Goal

    Floats = NDArray[np.float64]

CURVE_TO = 100
"""Rows that the curve reaches at least."""
STEP_DIGITS = 2
"""Digits behind the first of the median exposure, in which exposure is planned."""


@dataclass(frozen=True)
class Wanted:
    """A goal, and the rows in each group that reach it: at the estimated ratio, and at its interval's ends.

    None: no number of rows does.
    """

    goal: Goal
    value: float
    rows: int | None
    rows_at_low_ratio: int | None
    rows_at_high_ratio: int | None


@dataclass(frozen=True, eq=False)
class PlanAnswers:
    """A plan for groups like those of a comparison."""

    result: Result
    """Whose spreads it takes."""
    plan: Plan
    ratio_interval: tuple[float, float] | None
    """The exact interval of the ratio of variances at the plan's level; None where there is none."""
    wanted: tuple[Wanted, ...]
    curve_rows: tuple[int, ...]
    """1, 2, 5, 10 and so on, past every goal and every group."""
    step: float = 1.0
    """What one of the plan's rows is: a row or a trial, or of rates so much exposure."""

    def amount(self, rows: int | None) -> float | None:
        """So many of the plan's rows as what they stand for: themselves, or of rates an exposure."""
        return rows if rows is None or self.step == 1 else float(f"{rows * self.step:.12g}")

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain numbers; of rates rows are exposure, and spreads within those of one of it."""
        plan, ends, step = self.plan, self.ratio_interval, self.step
        counts = ("rows", "rows_at_low_ratio", "rows_at_high_ratio")
        return {
            "estimator": self.result.id,
            "label": self.result.label,
            "level": plan.level,
            "groups": plan.groups,
            "sigma_group": plan.sigma_group,
            "sigma_error": plan.sigma_error * step**0.5,
            "ratio": plan.ratio / step,
            "ratio_interval": None if ends is None else {"low": ends[0] / step, "high": ends[1] / step},
            "wanted": [
                {name: self.amount(value) if name in counts else value for name, value in vars(w).items()}
                for w in self.wanted
            ],
            "curve": [curve_point(plan, rows) | {"rows": self.amount(rows)} for rows in self.curve_rows],
        }


def plan_answers(
    comparison: Comparison, goals: Iterable[tuple[Goal, float]], groups: int | None = None
) -> PlanAnswers:
    """The plan at the spreads of the first result that estimates both, at the comparison's level.

    Of rates, how much exposure: a rate in an exposure t has the variance of the pooled rate over t (see
    :meth:`GroupData.from_rates`), so that exposure stands where rows do, in steps of a hundredth of the
    power of ten below the median one.

    Args:
        comparison: fits of groups like those that are planned.
        goals: as of :meth:`Plan.rows`.
        groups: how many are planned; None: as many as there are.

    Raises:
        DataError: rows have weights, estimates were published, or no result estimates both spreads.
        OptionError: a goal, a level or a number of groups is out of bounds.

    """
    data = comparison.data
    if data.weights is not None:
        raise DataError("plan takes rows without weights: what a new row would weigh is not known")
    if data.kind == "estimates":
        raise DataError("published estimates have no rows that could be more: only a further group is told")
    exposure = None if data.kind != "rates" or data.counts is None else data.counts.exposure
    step = 1.0 if exposure is None else 10.0 ** (np.floor(np.log10(np.median(exposure))) - STEP_DIGITS)
    result, sigma_group, sigma_error = _spreads(comparison, step)
    plan = Plan(sigma_group, sigma_error, len(data) if groups is None else groups, comparison.level)
    ends = _ratio_ends(comparison, sigma_error)
    wanted = tuple(_wanted(plan, ends, goal, value) for goal, value in goals)
    largest = int(data.n.max()) if exposure is None else int(np.ceil(exposure.max() / step))
    reach = max(CURVE_TO, largest, *(2 * w.rows for w in wanted if w.rows is not None))
    return PlanAnswers(result, plan, ends, wanted, tuple(curve_rows(reach)), float(step))


def curve_rows(reach: int) -> list[int]:
    """1, 2, 5, 10 and so on, to the first that is not below ``reach``."""
    rows = [1]
    while rows[-1] < reach:
        rows.append(rows[-1] * 5 // 2 if str(rows[-1])[0] == "2" else rows[-1] * 2)
    return rows


def curve_point(plan: Plan, rows: int) -> dict[str, float]:
    """What so many rows in each group give, by the plan's names."""
    measured = {name: getattr(plan, name)(rows) for name in ("reliability", "width", "own_width", "p_best")}
    return {"rows": rows, **measured}


def new_group(fit: GroupFit, data: GroupData, level: float) -> tuple[float, float] | None:
    """Where the true mean of a further group is expected: mu -+ t sqrt(SE(mu)^2 + sigma_group^2).

    t has J - 2 degrees of freedom, as Higgins, Thompson & Spiegelhalter (2009, JRSS A 172, 137-159) have it
    for published estimates. With covariates to adjust for it is at their averages. Ends that a share or a
    rate cannot have are those that it can. None of fewer than 3 groups, and where the fit has no common mean.
    """
    found = fit.parameters
    named = [found[n].value if n in found else None for n in ("mu", "mu_std_error", "sigma_group")]
    mu, error, spread = named
    if mu is None or error is None or spread is None or len(data) < 3:
        return None
    half = float(two_sided_quantile(level, len(data) - 2) * np.hypot(error, spread))
    low, high = np.clip([mu - half, mu + half], *data.possible).tolist()
    return low, high


def new_rows(fit: GroupFit, level: float) -> tuple[Floats, Floats] | None:
    """Where one more row of each group is expected, ends ``(J,)``: estimate -+ q sqrt(SE^2 + sigma_error^2).

    q is the quantile of the fit's own intervals. None where the fit has no errors or no spread within.
    """
    found = fit.parameters.get("sigma_error")
    if fit.std_error is None or found is None or found.value is None or fit.interval_fn is not None:
        return None
    half = two_sided_quantile(level, fit.df) * np.hypot(fit.std_error, found.value)
    return fit.estimate - half, fit.estimate + half


def _spreads(comparison: Comparison, step: float) -> tuple[Result, float, float]:
    """The first result that estimates both spreads, with them; of rates the one in a step of exposure."""
    counts = comparison.data.counts if comparison.data.kind == "rates" else None
    for result in comparison.succeeded:
        found = {} if result.fit is None else result.fit.parameters
        group, error = (
            found[name].value if name in found else None for name in ("sigma_group", "sigma_error")
        )
        if counts is not None:
            error = float(np.sqrt(counts.pooled / step))
        if group is not None and error is not None and error > 0:
            return result, group, error
    names = ", ".join(result.label for result in comparison.succeeded)
    raise DataError(
        f"nothing can be planned: no spread between and within these groups is estimated by {names}"
    )


def _ratio_ends(comparison: Comparison, sigma_error: float) -> tuple[float, float] | None:
    """The exact interval of the ratio that covariates leave; None where there is none, or it is empty.

    Of rates that of the variance between groups, by what is taken as known within them.
    """
    data = comparison.data
    if not is_estimable(data):
        return None
    found = exact_intervals(data, comparison.level)
    interval = found["ratio" if data.counts_rows else "sigma_group"]
    if interval.low is None or interval.high is None:
        return None
    if data.counts_rows:
        return interval.low, interval.high
    return (interval.low / sigma_error) ** 2, (interval.high / sigma_error) ** 2


def _wanted(plan: Plan, ends: tuple[float, float] | None, goal: Goal, value: float) -> Wanted:
    at_ends = (
        [None, None]
        if ends is None
        else [replace(plan, sigma_group=plan.sigma_error * r**0.5).rows(goal, value) for r in ends]
    )
    return Wanted(goal, value, plan.rows(goal, value), *at_ends)
