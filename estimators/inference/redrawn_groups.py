"""Groups drawn anew at their own design: the same sizes, weights and covariates, another outcome.

Of normal rows, the groups' means, the outcome's products with the covariates within groups and what these
leave are independent: N(b_j, s / W_j) with the sum W_j of the rows' weights of precision, or their number,
N(0, s) in each direction in which covariates vary within groups, and s times a chi-square. So nothing more
than the summary is needed, and it is exactly that of rows. All coefficients are 0: errors do not depend on
them where a method follows its covariates, as least squares and likelihood do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from estimators.contract.batch import GroupBatch
from estimators.errors import DataError
from estimators.inference.estimable import estimable
from estimators.methods.regression import require_degrees
from estimators.methods.regression_rows import RegressionRows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.groups import GroupData

    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RedrawnGroups:
    """J groups whose covariates and weights stay as they are: rows, or published means."""

    data: GroupData
    directions: NDArray[np.intp]
    """(q,) the rows of the factor within groups in which covariates vary."""

    @classmethod
    def like(cls, data: GroupData) -> RedrawnGroups:
        """Groups like these.

        Raises:
            DataError: they have survey weights, or their spreads, or what covariates leave of them, cannot be
                told apart.

        """
        own = replace(data, read_rows=None, counts=None, kind="rows" if data.counts_rows else "estimates")
        if data.covariates is None:
            estimable(data)
            return cls(own, np.zeros(0, dtype=np.intp))
        require_degrees(RegressionRows.of(data))
        factor = data.covariates.within[:-1, :-1]
        directions = np.flatnonzero(np.abs(factor).max(axis=1, initial=0.0) > 0)
        if data.known_variance is None and len(directions) > data.df_within:
            raise DataError("there are more covariates than rows within groups: take some of them out")
        return cls(own, directions)

    def draw(
        self, random: np.random.Generator, sigma_group: float, sigma_error: float | None
    ) -> tuple[GroupData, Floats]:
        """Groups and their true means ``(J,)`` at the covariates where they are compared.

        The spreads are in the outcome's units; ``sigma_error`` is None where sampling variances are known.
        What is left within groups is told apart by group only where nothing is adjusted for, and shared out
        by their degrees of freedom elsewhere, where only its sum counts.
        """
        numbers = self._numbers(random, sigma_group, sigma_error, 1)
        data, covariates = self.data, self.data.covariates
        drawn = replace(
            data,
            origin=0.0,
            centered_mean=numbers.mean[0],
            ss_within=numbers.squares[0],
            constant=data.n == 1,
            covariates=None if covariates is None else covariates.with_outcome(numbers.products[0]),
        )
        return drawn, numbers.truth[0]

    def draw_many(
        self, random: np.random.Generator, sigma_group: float, sigma_error: float, count: int
    ) -> tuple[GroupBatch, Floats]:
        """So many draws of rows, as :meth:`draw`, and their true means ``(R, J)``."""
        numbers, data = self._numbers(random, sigma_group, sigma_error, count), self.data
        batch = GroupBatch(
            data.labels,
            data.n,
            0.0,
            numbers.mean,
            numbers.squares,
            weights=data.weights,
            covariates=data.covariates,
            products=None if data.covariates is None else numbers.products,
        )
        return batch, numbers.truth

    def _numbers(
        self, random: np.random.Generator, sigma_group: float, sigma_error: float | None, count: int
    ) -> _Numbers:
        data, known, groups = self.data, self.data.known_variance, len(self.data)
        truth = sigma_group * random.standard_normal((count, groups))
        error = np.sqrt(known) if known is not None else (sigma_error or 0.0) / np.sqrt(data.information)
        mean = truth + error * random.standard_normal((count, groups))
        terms = 0 if data.covariates is None else len(data.covariates.terms)
        squares, products = np.zeros((count, groups)), np.zeros((count, terms + 1))
        if known is None and sigma_error is not None:
            along = sigma_error * random.standard_normal((count, len(self.directions)))
            df = (data.n - 1).astype(np.float64)
            if len(self.directions):
                rest = df.sum() - len(self.directions)
                left = sigma_error**2 * 2.0 * random.standard_gamma(rest / 2.0, count)
                squares = (np.square(along).sum(axis=1) + left)[:, None] * (df / df.sum())
            else:
                squares = sigma_error**2 * 2.0 * random.standard_gamma(df / 2.0, (count, groups))
                left = squares.sum(axis=1)
            products[:, self.directions], products[:, -1] = along, np.sqrt(left)
        return _Numbers(truth, mean, squares, products)


@dataclass(frozen=True, eq=False)
class _Numbers:
    """What R draws are made of."""

    truth: Floats
    """(R, J)."""
    mean: Floats
    """(R, J)."""
    squares: Floats
    """(R, J) within groups."""
    products: Floats
    """(R, P + 1) with the terms, and the root of what these leave."""
