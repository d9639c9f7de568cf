"""Weights of rows: what they mean, and their summary by group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from estimators.arrays import frozen_array
from estimators.data.summaries import MOST_COUNTED
from estimators.data.texts import FOUND
from estimators.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from estimators.data.cross_products import CodedRows
    from estimators.data.texts import NumberFormat

    Floats = NDArray[np.float64]

WeightKind = Literal["precision", "frequency", "survey"]
WEIGHT_KINDS: tuple[str, ...] = get_args(WeightKind)
LEAST, MOST = 1e-75, 1e75
"""Between these the squares of weights fit a double with room for those of outcomes."""
FURTHEST = 1e14
"""How many times the least weight the largest may be beside covariates, of whose products digits are lost."""


@dataclass(frozen=True, eq=False)
class RowWeights:
    """Weights of rows, reduced by group. Rows that stand for several equal ones need none: they count so.

    ``precision``: the variance of a row is sigma_error^2 / w, as in lme4. ``survey``: a row stands for w of
    the population, which says nothing of its variance.
    """

    kind: Literal["precision", "survey"]
    total: Floats
    """(J,) sums of the weights."""
    squares: Floats
    """(J,) sums of their squares."""
    log_sum: float
    """The sum of their logarithms."""
    mean_variance: Floats | None = None
    """(J,) of survey weights, the variance of each weighted mean; NaN of a group whose rows are all equal, or
    that has one. In squared units of the outcome."""

    def __post_init__(self) -> None:
        for name in ("total", "squares", "mean_variance"):
            value = getattr(self, name)
            object.__setattr__(self, name, None if value is None else frozen_array(value))

    @property
    def effective(self) -> Floats:
        """(J,) rows of equal weight that would know as much: (sum w)^2 / sum w^2 (Kish 1965)."""
        return frozen_array(self.total / (self.squares / self.total))

    def at(self, groups: NDArray[Any]) -> RowWeights:
        """Those of some groups; the sum of logarithms, which moves no minimum, stays that of all."""
        variance = None if self.mean_variance is None else self.mean_variance[groups]
        return RowWeights(self.kind, self.total[groups], self.squares[groups], self.log_sum, variance)


def checked_weights(
    given: ArrayLike | None, kind: str, rows: int, written: NumberFormat = FOUND
) -> Floats | None:
    """The weights of N rows, NaN where missing, or None; ``written``: how their numbers are.

    Raises:
        DataError: no such kind, another length, a negative or infinite weight, one so small or large that
            squares would not fit a double, a frequency that is not whole, or more rows than can be counted.

    """
    if kind not in WEIGHT_KINDS:
        raise DataError(f"weights are of the kind {', '.join(WEIGHT_KINDS)}, not {kind!r}")
    if given is None:
        return None
    from estimators.data.covariates import read_covariate

    column = read_covariate("weights", given, False, False, written)
    if column.numbers is None:
        raise DataError("the weights are no numbers")
    weights = column.numbers
    if len(weights) != rows:
        raise DataError(f"{len(weights)} weights for {rows} rows: give one for each")
    known = weights[~np.isnan(weights)]
    if (known < 0).any():
        raise DataError(f"weights are not negative, and one is {known.min():g}")
    if np.isinf(known).any():
        raise DataError("weights are finite, and one is not")
    extreme = known[(known > 0) & ((known < LEAST) | (known > MOST))]
    if extreme.size:
        raise DataError(
            f"weights lie between {LEAST:g} and {MOST:g}, and one is {extreme[0]:g}: change their unit"
        )
    if kind == "frequency" and (known != np.floor(known)).any():
        one = known[known != np.floor(known)][0]
        raise DataError(
            f"frequency weights say how often a row occurs, and {one:g} is no whole number: "
            "choose precision or survey"
        )
    if kind == "frequency" and known.sum() > MOST_COUNTED:
        raise DataError(f"the frequency weights stand for {known.sum():g} rows: at most 2^53 can be counted")
    return weights


def check_apart(weights: Floats) -> None:
    """Refuse weights ``(N,)`` of rows with covariates that lie too far apart for products to be told.

    Raises:
        DataError: with what to do.

    """
    least, most = float(weights.min()), float(weights.max())
    if most > FURTHEST * least:
        raise DataError(
            f"beside covariates weights lie within a factor of {FURTHEST:g}, and these run from {least:g} to "
            f"{most:g}: leave out the rows that weigh next to nothing"
        )


def weights_by_group(rows: CodedRows, weights: Floats, *, survey: bool) -> RowWeights:
    """The summary of the weights ``(N,)`` of these rows.

    Variances of survey means are those by linearisation, n / (n - 1) sum w^2 (y - mean)^2 / (sum w)^2, rows
    taken as drawn independently with replacement (Sarndal, Swensson & Wretman 1992, Model Assisted Survey
    Sampling, section 5.7; Lumley 2010, Complex Surveys, ch. 2). Rows that are all equal say nothing of how
    their population spreads: of a mean of them there is none.
    """
    codes, n, total = rows.codes, rows.sums.n, rows.total
    variance = None
    if survey:
        off = rows.outcome - rows.origin - rows.sums.centered_mean[codes]
        squares = np.bincount(codes, np.square(weights / total[codes] * off), minlength=len(n))
        with np.errstate(all="ignore"):
            variance = np.where(rows.sums.low < rows.sums.high, squares * (n / (n - 1.0)), np.nan)
    return RowWeights(
        "survey" if survey else "precision",
        total,
        np.bincount(codes, np.square(weights), minlength=len(n)).astype(np.float64),
        float(np.log(weights).sum()),
        variance,
    )
