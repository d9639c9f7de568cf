"""What the data say about lambda, the ratio of the variances, when mu is integrated out or profiled out.

Both kinds of data come under one form. With rows, lambda = sigma_group^2 / sigma_error^2, D_j = 1 / n_j, and
sigma_error is unknown; with published standard errors, sigma_error is 1, lambda = sigma_group^2, and D_j is
the published variance. Everything is in units of ``unit``, with means measured from ``origin``.

w_j = 1 / (D_j + lambda), W = sum w_j, mu = sum w_j ybar_j / W, S = sum w_j (ybar_j - mu)^2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators import GroupData

    Floats = NDArray[np.float64]

BLOCK = 50_000
"""Most numbers in one intermediate array."""
TAIL = 45.0
"""A factor exp(-45), 3e-20, is nothing."""


@dataclass(frozen=True, eq=False)
class Profile:
    """J groups, collapsed to the K distinct values of D."""

    distance: Floats
    """(J,) group means minus ``origin``, in units."""
    which: NDArray[np.intp]
    """(J,) place of each group in ``spread``."""
    spread: Floats
    """(K,) distinct D."""
    count: Floats
    """(K,) groups with this D."""
    middle: Floats
    """(K,) mean of their distances."""
    around: Floats
    """(K,) sum of squares of their distances around it."""
    within: float | None
    """Sum of squares within groups, in squared units; None where sigma_error is known."""
    rows: int
    """Rows N; of published summaries, J."""
    origin: float
    unit: float

    @classmethod
    def of(cls, data: GroupData) -> Profile:
        """Collapse the groups.

        Raises:
            DataError: all values are equal, or every group has one row.

        """
        data.require_repeats()
        if data.known_variance is None and data.all_equal:
            raise DataError("all values are equal, so nothing can be learnt about how much groups differ")
        scaled = data.scaled()
        sizes, unit = scaled.sizes, float(scaled.unit)
        origin = float(scaled.place(0.0))
        if scaled.published or data.varies_within:
            which, spread, count = sizes.place, 1.0 / sizes.information, sizes.count
            middle, around = sizes.mean, sizes.spread
        else:
            which, spread, count = (
                np.zeros(len(data), dtype=np.intp),
                np.zeros(1),
                np.array([float(len(data))]),
            )
            middle = np.array([scaled.value.mean()])
            around = np.array([np.square(scaled.value - middle).sum()])
        within = float(scaled.ss_within) if not scaled.published and data.varies_within else None
        return cls(scaled.value, which, spread, count, middle, around, within, scaled.rows, origin, unit)

    def __len__(self) -> int:
        return len(self.distance)

    def variances(self, information: Floats) -> Floats:
        """D ``(M,)`` of groups whose data weigh ``information (M,)``, rows or 1 / SE^2."""
        if self.within is not None:
            return 1.0 / information
        if not self.spread.any():
            return np.zeros(len(information))
        return 1.0 / information / self.unit / self.unit

    def at(self, ratio: Floats) -> Conditional:
        """Everything that depends on lambda, at each of ``ratio (G,)``."""
        block = max(1, BLOCK // len(self.spread))
        parts = [self._some(ratio[i : i + block]) for i in range(0, len(ratio), block)]
        return Conditional(ratio, *(np.concatenate(column) for column in zip(*parts, strict=True)))

    def _some(self, ratio: Floats) -> tuple[Floats, ...]:
        total = self.spread + ratio[:, None]
        w = 1.0 / total
        precision = w @ self.count
        mu = w @ (self.count * self.middle) / precision
        squares = self.count * np.square(self.middle - mu[:, None]) + self.around
        log_det = np.log(total) @ self.count
        log_det_slope = precision
        precision_slope = -np.square(w) @ self.count
        misfit = (w * squares).sum(axis=1)
        misfit_slope = -(np.square(w) * squares).sum(axis=1)
        return mu, precision, misfit, log_det, log_det_slope, precision_slope, misfit_slope

    def reach(self, *scales: float) -> tuple[float, float]:
        """Ends for log sqrt(lambda) beyond which nothing happens but exponential decay to nothing.

        ``scales`` are further values of sqrt(lambda) where something may happen.
        """
        spread = np.sort(self.spread[self.spread > 0])
        between = float(self.around.sum() + self.count @ np.square(self.middle)) / len(self)
        if self.within is not None:
            between *= self.rows / self.within
        places = [0.5 * np.log(x) for x in (*spread[[0, -1]], between) if x > 0] if len(spread) else []
        places += [] if len(spread) else [0.5 * np.log(between)]
        places += [np.log(s) for s in scales]
        return float(min(places)) - TAIL, float(max(places)) + TAIL


@dataclass(frozen=True, eq=False)
class Conditional:
    """Given lambda: arrays ``(G,)``; a ``slope`` is a derivative by lambda."""

    ratio: Floats
    mu: Floats
    precision: Floats
    """W; Var(mu) is sigma_error^2 / W."""
    misfit: Floats
    """S."""
    log_det: Floats
    """sum log(D_j + lambda)."""
    log_det_slope: Floats
    precision_slope: Floats
    misfit_slope: Floats
