"""What all methods here start from: group means and their sampling variances, in a unit near the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from estimators import DataError, GroupFit, Note

if TYPE_CHECKING:
    from estimators import GroupData
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Means:
    """J means with sampling variances above 0, taken from ``origin`` and divided by ``unit``.

    The unit is a power of two, so that dividing rounds nothing and fourth powers fit a double.
    """

    origin: float
    unit: float
    value: Vector
    """(J,) mean minus origin, in units."""
    variance: Vector
    """(J,) sampling variance, in squared units."""
    sigma_error: float | None
    """Pooled standard deviation within groups, in the outcome's units; None: the variances were published."""

    def __len__(self) -> int:
        return len(self.value)

    def location(self, value: Vector) -> Vector:
        """Values in units as values of the outcome."""
        return self.origin + self.unit * value

    def place(self, value: float) -> float:
        """One value in units as a value of the outcome."""
        return self.origin + self.unit * value

    def weighted_mean(self, weights: Vector) -> float:
        """The mean with ``weights`` above 0, in units; in two steps, so that a far origin costs no digits."""
        share = weights / weights.sum()
        rough = float(share @ self.value)
        return rough + float(share @ (self.value - rough))


def read_means(data: GroupData) -> Means | GroupFit:
    """The means of ``data``, or the whole fit where nothing varies within groups and there is no choice.

    Raises:
        DataError: every group has one row.

    """
    data.require_repeats()
    variance = data.sampling_variance
    if data.known_variance is None and not data.varies_within:
        return _all_equal(data) if data.all_equal else _no_spread_within(data)
    if variance is None:
        raise DataError("the sampling variances of the means are not known")
    largest = max(float(np.abs(data.centered_mean).max()), float(np.sqrt(variance.max())))
    unit = float(power_of_two(np.array(largest)))
    return Means(
        origin=data.origin,
        unit=unit,
        value=data.centered_mean / unit,
        variance=np.square(np.sqrt(variance) / unit),
        sigma_error=None if data.pooled_variance is None else float(np.sqrt(data.pooled_variance)),
    )


def power_of_two(largest: Vector) -> Vector:
    """The power of two just above each number above 0."""
    unit: Vector = np.ldexp(1.0, np.frexp(largest)[1])
    return unit


def require_groups(data: GroupData, least: int) -> None:
    """Make sure that there are ``least`` groups.

    Raises:
        DataError: there are fewer.

    """
    if len(data) < least:
        raise DataError(f"needs at least {least} groups")


def _all_equal(data: GroupData) -> GroupFit:
    text = "All values are equal: there is nothing to shrink, and weights do not exist."
    return GroupFit(
        data.mean,
        center=float(data.mean[0]),
        parameters={"sigma_error": 0.0},
        notes=(Note("all_equal", "warning", text),),
    )


def _no_spread_within(data: GroupData) -> GroupFit:
    text = "Rows do not vary within any group, so every group's mean is taken at its word."
    return GroupFit(
        data.mean,
        weight=np.ones(len(data)),
        parameters={"sigma_error": 0.0},
        notes=(Note("no_spread_within", "warning", text),),
    )
