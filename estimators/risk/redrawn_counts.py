"""Events drawn anew: as many trials, or as long exposures, with true shares or rates that differ.

Rows of 0 and 1 are no normal rows, and of few trials, or rare events, intervals cover less. True shares are
drawn from a beta distribution, whose variance sigma_group^2 and that within, sigma_error^2, add up to
mu (1 - mu), the variance of a row of 0 and 1; true rates from a gamma distribution. As of counts of 0 alone
no rate can be told, rates are drawn until there is an event.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from estimators.contract.batch import GroupBatch
from estimators.data.groups import GroupData
from estimators.data.rows import Rows
from estimators.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.contract.fit import GroupFit

    Floats = NDArray[np.float64]


MOST_TRIES = 1000
"""Draws of rates in a row that may hold no event."""


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
        if not are_events(data) or data.weights is not None or data.covariates is not None:
            return None
        own = replace(data, read_rows=None)
        if data.is_share:
            return cls(own, mean, None) if 0.0 < mean < 1.0 else None
        if data.counts is None or mean <= 0:
            return None
        return cls(own, mean, np.asarray(data.counts.exposure, dtype=np.float64))

    @classmethod
    def around(cls, data: GroupData, fit: GroupFit) -> RedrawnCounts | None:
        """Groups like these around a fit's population mean, or that of all rows where it has none.

        None where :meth:`like` says so for another reason than the mean.

        Raises:
            DataError: the population mean is none that shares or rates have.

        """
        mu = fit.parameters.get("mu")
        mean = None if mu is None else mu.value
        mean = data.origin + data.centered_grand_mean if mean is None else float(mean)
        found = cls.like(data, mean)
        if found is None and are_events(data) and data.weights is None and data.covariates is None:
            what = "shares" if data.is_share else "rates"
            raise DataError(
                f"no events can be drawn around a population mean of {mean:.3g}, as {what} have none"
            )
        return found

    @property
    def what(self) -> str:
        """What true means are: ``shares`` or ``rates``."""
        return "shares" if self.exposure is None else "rates"

    def spreads(self, sigma_group: float, sigma_error: float | None) -> tuple[float, float | None]:
        """The spreads of events whose ratio is that of these, or ``sigma_group`` itself where it is alone.

        Raises:
            DataError: shares cannot spread so far.

        """
        if sigma_error is None and self.exposure is None and sigma_group**2 >= self.mean * (1.0 - self.mean):
            raise DataError(
                f"true shares of {self.mean:.3g} on average cannot have a spread of {sigma_group:.3g}"
            )
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
        n, events = self.data.n, random.binomial(self.data.n, truth)
        share = events / n

        def read_rows(replicate: int) -> Rows:
            return _rows_of(events[replicate], n)

        squares = n * share * (1.0 - share)
        return GroupBatch(self.data.labels, n, 0.0, share, squares, read_rows=read_rows), truth

    def draw(
        self, random: np.random.Generator, sigma_group: float, sigma_error: float | None
    ) -> tuple[GroupData, Floats]:
        """Groups and their true shares or rates ``(J,)``.

        Raises:
            DataError: of rates, events are so rare that none are drawn.

        """
        del sigma_error
        labels = self.data.labels
        for _ in range(MOST_TRIES):
            [truth] = self._truth(random, sigma_group, 1)
            if self.exposure is None:
                drawn = GroupData.from_counts(labels, random.binomial(self.data.n, truth), self.data.n)
                as_rows = self.data.kind != "counts"
                return (replace(drawn, kind="rows", counts=None) if as_rows else drawn), truth
            events = random.poisson(self.exposure * truth)
            if events.any():
                return GroupData.from_rates(labels, events, self.exposure), truth
        raise DataError(
            "events are too rare to be drawn: at the spread between groups that is asked for nearly all "
            "counts are 0"
        )

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


def are_events(data: GroupData) -> bool:
    """Whether groups hold shares, also as rows of 0 and 1, or rates."""
    return data.is_share or data.kind == "rates"


def _rows_of(events: NDArray[np.int64], n: NDArray[np.int64]) -> Rows:
    """Rows of 0 and 1 of which so many are 1."""
    group = np.repeat(np.arange(len(n)), n)
    place = np.arange(len(group)) - np.repeat(np.cumsum(n) - n, n)
    return Rows(group=group, outcome=(place < events[group]).astype(np.float64))
