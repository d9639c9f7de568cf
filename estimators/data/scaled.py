"""ScaledGroups: group means on a scale of their own, where powers fit a double, and taken together by size.

One summary of a single data set, or of R replicates of the same groups at once: arrays then have a leading
axis, written as ``(..., J)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.weights import RowWeights

    Floats = NDArray[np.float64]

FEW = 1000
"""So few numbers are sorted faster than they are looked through."""
NEGLIGIBLE = 1e-70
"""A spread this much smaller than another is none: the ratio of the variances, squared, must fit a double
(below 1.8e308), and (1e70)^4 = 1e280 does, with room for sums over 1e28 rows."""


@dataclass(frozen=True, eq=False)
class ScaledGroups:
    """J means with what their groups' data weigh, minus their centre and divided by a power of two.

    A power of two, so that dividing rounds nothing: whatever is computed from ``value`` and ``variance`` is
    the same to the last bit whether the outcome came in metres or in kilometres of 1,024 metres. Neither
    reaches past 2 and 1, so that fourth powers fit a double.
    """

    origin: float
    """A number near the data, in the outcome's units."""
    unit: Floats
    """(...,) the power of two, in the outcome's units."""
    center: Floats
    """(...,) the mean of all rows (of published means, weighted by 1 / SE^2) minus ``origin``, in units."""
    value: Floats
    """(..., J) group means minus ``origin`` and ``center``, in units."""
    information: Floats
    """(J,) what a group's own data weigh: its rows, or 1 / SE^2 in units."""
    ss_within: Floats
    """(...,) sum of squares of all rows around their group's mean, in squared units; 0 of published means."""
    rows: int
    """Rows in use, N; of published means, J."""
    published: bool
    """Whether the means were published, each with its standard error."""
    log_weights: float = 0.0
    """The sum of the logarithms of the rows' weights."""

    @property
    def groups(self) -> int:
        """The number of groups, J."""
        return len(self.information)

    @cached_property
    def pooled_variance(self) -> Floats | None:
        """(...,) variance of a datum whose information is 1, in squared units: pooled within groups, or 1.

        None where every group has one row, so that it is unknown.
        """
        if self.published:
            return np.ones_like(self.ss_within)
        return None if self.rows == self.groups else np.asarray(self.ss_within / (self.rows - self.groups))

    @property
    def sigma_error(self) -> Floats | None:
        """(...,) pooled standard deviation within groups, in the outcome's units.

        None where every group has one row, or the means were published.
        """
        pooled = None if self.published else self.pooled_variance
        return None if pooled is None else np.asarray(self.unit * np.sqrt(pooled))

    @cached_property
    def variance(self) -> Floats | None:
        """(..., J) sampling variance of each mean, in squared units; None where it is unknown."""
        pooled = self.pooled_variance
        return None if pooled is None else pooled[..., None] / self.information

    @cached_property
    def sizes(self) -> Sizes:
        """The groups taken together by information, K distinct ones."""
        order, starts, count = runs_of_equals(self.information)
        mean, spread = self.value[..., order], np.zeros_like(self.value)
        if len(starts) < len(order):
            value = mean
            mean = np.add.reduceat(value, starts, axis=-1) / count
            rest = value - np.repeat(mean, count, axis=-1)
            correction = np.add.reduceat(rest, starts, axis=-1) / count
            mean += correction
            rest -= np.repeat(correction, count, axis=-1)
            spread = np.add.reduceat(np.square(rest), starts, axis=-1)
        return Sizes(self.information[order[starts]], count.astype(np.float64), mean, spread, order)

    def weighted_mean(self, weights: Floats) -> Floats:
        """(...,) the mean of ``value`` with ``weights (..., J)`` above 0, in two steps: no digit is lost."""
        share = weights / weights.sum(axis=-1, keepdims=True)
        rough = np.asarray((share * self.value).sum(axis=-1))
        return np.asarray(rough + (share * (self.value - rough[..., None])).sum(axis=-1))

    def location(self, value: Floats) -> Floats:
        """Numbers ``(..., M)`` on the scale of ``value`` as values of the outcome."""
        return np.asarray(self.origin + self.unit[..., None] * (self.center[..., None] + value))

    def place(self, value: Floats | float) -> Floats:
        """Numbers ``(...,)`` on the scale of ``value``, one a replicate, as values of the outcome."""
        return np.asarray(self.origin + self.unit * (self.center + value))


@dataclass(frozen=True, eq=False)
class Sizes:
    """Groups taken together by information: K distinct ones, in ascending order."""

    information: Floats
    """(K,) the distinct ones."""
    count: Floats
    """(K,) how many groups have each."""
    mean: Floats
    """(..., K) the mean of their ``value``."""
    spread: Floats
    """(..., K) the sum of squares of their ``value`` around it."""
    order: NDArray[np.intp]
    """(J,) the groups in ascending order of information."""

    @cached_property
    def place(self) -> NDArray[np.intp]:
        """(J,) where each group's information stands in ``information``."""
        place = np.empty(len(self.order), dtype=np.intp)
        place[self.order] = np.repeat(np.arange(len(self.count)), self.count.astype(np.intp))
        return place


def scale_groups(
    n: NDArray[np.int64],
    origin: float,
    centered_mean: Floats,
    ss_within: Floats,
    known_variance: Floats | None = None,
    *,
    weights: RowWeights | None = None,
) -> ScaledGroups:
    """The scaled summary of sizes ``(J,)``, and means and sums of squares ``(..., J)``.

    Known variances ``(J,)`` go with means of one data set, ``(J,)``; weights are those of precision.
    """
    within = ss_within if known_variance is None else known_variance
    unit = power_of_two(np.maximum(np.abs(centered_mean).max(axis=-1), np.sqrt(within.max(axis=-1))))
    if known_variance is not None:
        information = np.square(unit / np.sqrt(known_variance))
    else:
        information = n.astype(np.float64) if weights is None else weights.total
    scaled = centered_mean / unit[..., None]
    center = weighted_mean(scaled, information)
    return ScaledGroups(
        origin=origin,
        unit=unit,
        center=center,
        value=scaled - center[..., None],
        information=information,
        ss_within=np.asarray(ss_within.sum(axis=-1) / unit / unit),
        rows=int(n.sum()),
        published=known_variance is not None,
        log_weights=0.0 if weights is None else weights.log_sum,
    )


def weighted_mean(values: Floats, weights: NDArray[Any]) -> Floats:
    """(...,) means of ``values (..., J)`` with ``weights (J,)``; the second step takes the first's rounding.

    Not by a product of matrices, which BLAS spreads over threads that on a busy machine wait for each other.
    """
    total = weights.sum()
    rough = np.asarray(np.einsum("...j,j->...", values, weights) / total)
    rest = values - rough[..., None]
    return np.asarray(rough + np.einsum("...j,j->...", rest, weights) / total)


def power_of_two(size: Floats | float) -> Floats:
    """The powers of two just above non-negative numbers; 1 for 0."""
    return np.asarray(np.ldexp(1.0, np.frexp(size)[1]))


def varies_within(centered_mean: Floats, ss_within: Floats) -> NDArray[np.bool_]:
    """(...,) whether rows vary within groups by an amount that counts beside the spread between groups.

    Of means and sums of squares ``(..., J)``. Variances whose ratio is past 1e140 are taken as one of them
    being 0: no further does a double reach.
    """
    within = np.sqrt(ss_within.max(axis=-1))
    return np.asarray(within > NEGLIGIBLE * np.abs(centered_mean).max(axis=-1))


def runs_of_equals(values: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """The order that sorts ``values (J,)`` above 0, and where each run of equal ones starts, and its length.

    Small whole numbers, as sizes mostly are, numpy sorts in linear time as 16-bit integers.
    """
    keys: NDArray[Any] = values
    if len(values) > FEW and values.max() < 1 << 16:
        small = values.astype(np.uint16)
        keys = small if (small == values).all() else values
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    ends = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]) + 1, len(values))
    starts = np.append(0, ends[:-1])
    return order, starts, ends - starts
