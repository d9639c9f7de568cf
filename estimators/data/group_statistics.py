"""GroupStatistics: what follows from the sums of J groups, computed once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.arrays import frozen_array
from estimators.data.read_once import ReadOnce
from estimators.data.scaled import ScaledGroups, scale_groups, varies_within, weighted_mean
from estimators.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from estimators.data.covariates import Covariates
    from estimators.data.rows import Rows
    from estimators.data.weights import RowWeights

EPS = float(np.finfo(np.float64).eps)
WHOLE = 1e-12
"""Sums over rows of 0 and 1 are whole to within so much of the number of rows."""


class GroupStatistics:
    """Derived of the fields of :class:`estimators.GroupData`, which say what they hold."""

    n: NDArray[np.int64]
    origin: float
    centered_mean: NDArray[np.float64]
    ss_within: NDArray[np.float64]
    known_variance: NDArray[np.float64] | None
    read_rows: Callable[[], Rows] | None
    weights: RowWeights | None
    covariates: Covariates | None

    def __len__(self) -> int:
        return len(self.n)

    @cached_property
    def mean(self) -> NDArray[np.float64]:
        """(J,) group means, for display; compute spreads from ``centered_mean``."""
        return frozen_array(self.origin + self.centered_mean)

    @cached_property
    def total(self) -> int:
        """Rows in use, N."""
        return int(self.n.sum())

    @cached_property
    def df_within(self) -> int:
        """Degrees of freedom of the pooled variance, N - J."""
        return self.total - len(self)

    @property
    def carries(self) -> frozenset[str]:
        """What these data carry that not every method takes, in the words of ``Estimator.handles``."""
        carried = {
            "known_variance": self.known_variance is not None,
            "weights": self.weights is not None and self.weights.kind == "precision",
            "survey_weights": self.weights is not None and self.weights.kind == "survey",
            "covariates": self.covariates is not None and self.covariates.adjusts,
            "group_covariates": self.covariates is not None and self.covariates.explains_groups,
        }
        return frozenset(name for name, carries in carried.items() if carries)

    @property
    def counts_rows(self) -> bool:
        """Whether ``information`` is a number of rows; else the means were published, each with its SE."""
        return self.known_variance is None

    @cached_property
    def information(self) -> NDArray[np.float64]:
        """(J,) what each group's own data weigh: its rows, or 1 / SE^2 of its mean where that was published.

        In rows, or per squared unit of the outcome. A weight on a group's own mean rises with it. Of rows
        with weights their sum, or of survey weights the rows of equal weight that would know as much.
        """
        if self.weights is not None:
            return self.weights.total if self.weights.kind == "precision" else self.weights.effective
        return frozen_array(self.n if self.known_variance is None else 1.0 / self.known_variance)

    @cached_property
    def varies_within(self) -> bool:
        """Whether rows vary within groups, by an amount that counts beside the spread between groups.

        Variances whose ratio is past 1e140 are taken as one of them being 0: no further does a double reach.
        """
        return bool(varies_within(self.centered_mean, self.ss_within))

    @cached_property
    def all_equal(self) -> bool:
        """Whether all groups have the same mean and no row strays from it by an amount that counts."""
        return not self.varies_within and bool(self.centered_mean.min() == self.centered_mean.max())

    @cached_property
    def pooled_variance(self) -> float | None:
        """Pooled within-group variance SSW / (N - J), in squared units (Searle et al. 1992, ch. 3).

        None where no group has two rows, the variances were published, or the weights are those of a survey.
        With weights of precision it is the variance of a row of weight 1. Covariates are not taken off.
        """
        survey = self.weights is not None and self.weights.kind == "survey"
        if self.df_within == 0 or self.known_variance is not None or survey:
            return None
        return float(self.ss_within.sum() / self.df_within)

    @cached_property
    def sampling_variance(self) -> NDArray[np.float64] | None:
        """(J,) variance of each group mean around its true mean: pooled variance / n, or as published.

        In squared units; None where no group has two rows. Of survey weights by linearisation, NaN where a
        group's rows are all equal, or it has one.
        """
        if self.known_variance is not None:
            return self.known_variance
        if self.weights is not None and self.weights.mean_variance is not None:
            return self.weights.mean_variance
        return None if self.pooled_variance is None else frozen_array(self.pooled_variance / self.information)

    @cached_property
    def centered_grand_mean(self) -> float:
        """Mean of all rows, minus origin, in the outcome's units; weighted where they have weights."""
        return float(weighted_mean(self.centered_mean, _row_weights(self)))

    @cached_property
    def ss_between(self) -> float:
        """SSB, in squared units: sum over rows of (their group's mean - mean of all rows)^2."""
        return float(_row_weights(self) @ np.square(self.centered_mean - self.centered_grand_mean))

    @cached_property
    def is_share(self) -> bool:
        """Whether the outcome is 0 or 1 in every row, so that means are shares: sums of y (1 - y) are 0."""
        if not self.counts_rows or not ((self.mean >= 0) & (self.mean <= 1)).all():
            return False
        ones = self.n * self.mean
        apart = np.abs(self.ss_within - ones * (1.0 - self.mean)) + np.abs(ones - np.round(ones))
        return bool((apart <= WHOLE * self.n).all()) and bool(np.round(ones).any())

    @cached_property
    def rounding(self) -> NDArray[np.float64]:
        """(J,) how far rounding may have put each mean from that of the rows as they were written.

        Half an eps of every number that is written as a double, and of every partial sum: those of n rows
        around their mean add up to n eps / 2 times the mean distance at most (Higham 2002, Accuracy and
        Stability of Numerical Algorithms, section 4.2), which is at most the standard deviation,
        sqrt(ss_within / n). Means and estimates that agree within the rounding of both are ties.
        """
        per_weight = self.n / _row_weights(self)
        size = np.abs(self.origin) + np.abs(self.centered_mean)
        size = size + np.sqrt(self.n * per_weight * self.ss_within)
        return frozen_array(EPS * size)

    def scaled(self) -> ScaledGroups:
        """The means on a scale where powers fit a double, ``(J,)``, and taken together by size.

        Raises:
            DataError: covariates or survey weights, which this summary does not hold.

        """
        if self.covariates is not None:
            raise DataError("these data have covariates, and this takes groups without any")
        if self.weights is not None and self.weights.kind == "survey":
            raise DataError("survey weights say how many a row stands for, and not how precise it is")
        return scale_groups(
            self.n, self.origin, self.centered_mean, self.ss_within, self.known_variance, weights=self.weights
        )

    @ReadOnce
    def rows(self) -> Rows | None:
        """The rows in use, fetched at the first look; None where only summaries exist."""
        return None if self.read_rows is None else self.read_rows()

    def require_rows(self) -> Rows:
        """The rows in use, for a method that ``needs`` them.

        Raises:
            DataError: only summaries exist.

        """
        if self.rows is None:
            raise DataError("needs the rows themselves, and these data hold only group summaries")
        return self.rows

    def require_repeats(self) -> None:
        """Make sure that the spread within groups can be told from the spread between them.

        Raises:
            DataError: every group has one row.

        """
        if self.known_variance is None and self.df_within == 0:
            raise DataError(
                "every group has one row, so the spread between groups and the spread within them "
                "cannot be told apart"
            )


def _row_weights(groups: GroupStatistics) -> NDArray[Any]:
    """(J,) rows, or the sums of their weights."""
    return groups.n if groups.weights is None else groups.weights.total
