"""The profile of the likelihood over the share of variance between groups, as a curve to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.inference.likelihood import Likelihood
from estimators.inference.spread_intervals import ratio_distance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.groups import GroupData
    from estimators.methods.profile import Method

    Floats = NDArray[np.float64]

POINTS = 240
FAR = 4.0
"""Times the interval's distance: up to there the curve is followed."""


@dataclass(frozen=True, eq=False)
class ProfileCurve:
    """How well each share of variance (ICC), or of published means each sigma_group, fits the data."""

    value: Floats
    """(P,) ascending from 0: shares, or spreads in the outcome's units."""
    fit: Floats
    """(P,) likelihood over that of the best value, 1 at the best."""
    limit: float
    """What is at least this high belongs to the interval."""
    peaks: tuple[float, ...]
    """Values at which the likelihood is higher than on both sides, 0 among them where it falls from there."""
    pieces: tuple[tuple[float, float], ...]
    """Lower and upper end of each piece of the interval."""


def profile_curve(data: GroupData, method: Method, level: float = 0.95) -> ProfileCurve:
    """The curve of exp(-(criterion - lowest criterion) / 2), the other parameters at their best.

    Raises:
        DataError: one group, one row in each, nothing that varies within, or nothing left beside covariates.
        OptionError: the level is not between 0 and 1.

    """
    distance = ratio_distance(level)
    found = Likelihood.of(data, method, FAR * distance)
    unit, published = found.unit, found.profile.known_error

    def change(ratio: Floats) -> Floats:
        return np.asarray(unit * np.sqrt(ratio) if published else ratio / (1.0 + ratio))

    inside = found.excess <= FAR * distance
    top = float(change(found.grid[inside]).max())
    even = np.linspace(0.0, top, POINTS)
    ratios = np.square(even / unit) if published else even / (1.0 - even)
    peaks = found.grid[_lowest(found.excess)]
    pieces = found.ratio_set(distance)
    ratio = np.unique(np.concatenate([ratios, found.grid[inside], np.ravel(pieces)]))
    return ProfileCurve(
        value=change(ratio),
        fit=np.exp(-0.5 * np.maximum(found.above(ratio), 0.0)),
        limit=float(np.exp(-0.5 * distance)),
        peaks=tuple(change(peaks).tolist()),
        pieces=tuple(map(tuple, change(np.array(pieces)).tolist())),
    )


def _lowest(excess: Floats) -> NDArray[np.bool_]:
    """Mask of the points that are lower than both neighbours; the first may have one only."""
    before = np.concatenate([[np.inf], excess[:-1]])
    after = np.concatenate([excess[1:], [np.inf]])
    return np.asarray((excess < before) & (excess < after))
