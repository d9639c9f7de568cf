"""Events drawn anew: as many trials, or as long exposures, with true shares or rates that differ.

Rows of 0 and 1 are no normal rows, and of few trials, or rare events, intervals cover less. True shares are
drawn from a beta distribution, whose variance sigma_group^2 and that within, sigma_error^2, add up to
mu (1 - mu), the variance of a row of 0 and 1; true rates from a gamma distribution.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from estimators.contract.batch import GroupBatch
from estimators.data.groups import GroupData

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RedrawnCounts:
    """J groups whose trials or exposures stay as they are."""

    data: GroupData
    mean: float
    """Of the true shares or rates."""
    exposure: Floats | None
    """(J,) of rates; None of shares."""

    @classmethod
    def like(cls, data: GroupData, mean: float) -> RedrawnCounts | None:
        """Groups like these; None where they hold no events, or have weights or covariates beside them."""
        if data.weights is not None or data.covariates is not None:
            return None
        if data.is_share:
            return cls(data, mean, None) if 0.0 < mean < 1.0 else None
        if data.kind != "rates" or data.counts is None or mean <= 0:
            return None
        return cls(data, mean, np.asarray(data.counts.exposure, dtype=np.float64))

    def spreads(self, sigma_group: float, sigma_error: float | None) -> tuple[float, float | None]:
        """The spreads of events whose ratio is that of these, or of rates ``sigma_group`` itself."""
        if sigma_error is None:
            return sigma_group, None
        whole = np.sqrt(self.mean * (1.0 - self.mean)) / np.hypot(sigma_group, sigma_error)
        return float(sigma_group * whole), float(sigma_error * whole)

    def draw_many(
        self, random: np.random.Generator, sigma_group: float, sigma_error: float, count: int
    ) -> tuple[GroupBatch, Floats]:
        """So many draws of shares, as rows of 0 and 1, and their true shares ``(R, J)``."""
        del sigma_error  # which follows from the mean and sigma_group
        truth = self._truth(random, sigma_group, count)
        share = random.binomial(self.data.n, truth) / self.data.n
        squares = self.data.n * share * (1.0 - share)
        return GroupBatch(self.data.labels, self.data.n, 0.0, share, squares), truth

    def draw(
        self, random: np.random.Generator, sigma_group: float, sigma_error: float | None
    ) -> tuple[GroupData, Floats]:
        """Groups and their true shares or rates ``(J,)``."""
        del sigma_error
        [truth] = self._truth(random, sigma_group, 1)
        labels = self.data.labels
        if self.exposure is None:
            drawn = GroupData.from_counts(labels, random.binomial(self.data.n, truth), self.data.n)
            return (drawn if self.data.kind == "counts" else replace(drawn, kind="rows", counts=None)), truth
        return GroupData.from_rates(labels, random.poisson(self.exposure * truth), self.exposure), truth

    def _truth(self, random: np.random.Generator, sigma_group: float, count: int) -> Floats:
        """(count, J) true shares or rates with this standard deviation."""
        shape, mu = (count, len(self.data)), self.mean
        if sigma_group == 0:
            return np.full(shape, mu)
        if self.exposure is not None:
            size = np.square(mu / sigma_group)
            return np.asarray(random.standard_gamma(size, shape) * (mu / size))
        size = mu * (1.0 - mu) / np.square(sigma_group) - 1.0
        return np.asarray(random.beta(size * mu, size * (1.0 - mu), shape))
