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

from estimators.data.groups import GroupData
from estimators.errors import DataError
from estimators.inference.estimable import estimable
from estimators.methods.regression import require_degrees
from estimators.methods.regression_rows import RegressionRows

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
        data, covariates = self.data, self.data.covariates
        known = data.known_variance
        truth = sigma_group * random.standard_normal(len(data))
        error = np.sqrt(known) if known is not None else (sigma_error or 0.0) / np.sqrt(data.information)
        mean = truth + error * random.standard_normal(len(data))
        squares, products, left = np.zeros(len(data)), np.zeros(len(self.directions)), 0.0
        if known is None and sigma_error is not None:
            products = sigma_error * random.standard_normal(len(self.directions))
            df = (data.n - 1).astype(np.float64)
            if len(self.directions):
                rest = df.sum() - len(self.directions)
                left = sigma_error**2 * 2.0 * random.standard_gamma(rest / 2.0)
                squares = (np.square(products).sum() + left) * df / df.sum()
            else:
                squares = sigma_error**2 * 2.0 * random.standard_gamma(df / 2.0)
                left = squares.sum()
        if covariates is not None:
            within = np.array(covariates.within)
            within[:, -1] = 0.0
            within[self.directions, -1], within[-1, -1] = products, np.sqrt(left)
            covariates = replace(covariates, within=within)
        drawn = replace(
            data,
            origin=0.0,
            centered_mean=mean,
            ss_within=squares,
            constant=data.n == 1,
            covariates=covariates,
        )
        return drawn, truth
