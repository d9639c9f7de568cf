"""Shrinkage that minimises Stein's unbiased estimate of its own risk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators import Estimator, GroupFit, Note, Parameter, degenerate_fit, option

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from estimators import GroupData, ScaledGroups

    Vector = NDArray[np.float64]

LEAST_GROUPS = 2
POINTS_PER_FACTOR_E = 16
MOST_ENTRIES = 500_000
CENTERS = {"mean": "the mean of the group means", "free": "chosen with the rest"}


@dataclass(frozen=True)
class SureOptions:
    """What to shrink towards."""

    center: str = option(
        "mean",
        label="Centre",
        help="What groups are pulled towards: the plain mean of the group means, or a point that is chosen, "
        "with the amount of shrinkage, so that the estimated risk is least.",
        choices=CENTERS,
    )


class Sure(Estimator):
    """mu + lambda / (lambda + v_j) (ybar_j - mu), lambda >= 0 minimising an unbiased estimate of the risk.

    v_j is the sampling variance of ybar_j. Towards the plain mean of the J means, mu = sum ybar_j / J,

        SURE(lambda) = 1/J sum (v_j / (v_j + lambda))^2 (ybar_j - mu)^2
                           + v_j / (v_j + lambda) (lambda - v_j + 2 v_j / J);

    with mu free, the same without 2 v_j / J, minimised over both. For given lambda the best mu is the mean
    with weights (v_j / (v_j + lambda))^2. There can be several local minima: all are found and compared,
    lambda = 0 among them. The risk is the mean squared error, each group counting once. Xie, Kou & Brown
    (2012), JASA 107, 1465-1479.
    """

    id = "sure"
    label = "SURE"
    summary = (
        "Pulls each group in by its sampling variance, as much as makes the estimated squared error least."
    )
    citation = "Xie, Kou & Brown (2012), Journal of the American Statistical Association 107, 1465-1479"
    Options = SureOptions
    order = 120
    on_at_first = False

    def _fit(self, data: GroupData, options: SureOptions) -> GroupFit:
        limit = degenerate_fit(data, least_groups=LEAST_GROUPS)
        if limit is not None:
            return limit
        means = data.scaled()
        risk = Risk(means, free=options.center == "free")
        best = risk.minimiser()
        middle = float(risk.center(np.array([best]))[0])
        weight = best / (best + means.variance)
        return GroupFit(
            estimate=means.location(middle + weight * (means.value - middle)),
            weight=weight,
            center=means.place(middle),
            parameters={
                "sqrt_lambda": Parameter(
                    "sqrt_lambda",
                    means.unit * float(np.sqrt(best)),
                    "Spread √λ",
                    "What the method takes in place of the spread between groups, chosen for the least risk.",
                ),
                "sure": Parameter(
                    "sure",
                    means.unit * (means.unit * float(risk(np.array([best]))[0])),
                    "Estimated risk",
                    "Stein's unbiased estimate of the mean squared error, squared units; can be negative.",
                ),
                "sigma_error": means.sigma_error,
            },
            notes=_notes(best),
        )

    def weight_curve(self, fit: GroupFit, information: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """The curve i lambda / (i lambda + sigma_error^2) over information i; None without a spread."""
        return fit.reliability(information, "sqrt_lambda")


class Risk:
    """SURE as a function of lambda ``(M,)``, in squared units; groups of one variance are one term."""

    def __init__(self, means: ScaledGroups, *, free: bool) -> None:
        """Sum the means by their variance."""
        self.free = free
        self.groups = means.groups
        self.middle = float(means.value.mean())
        self.variance, place, count = np.unique(means.variance, return_inverse=True, return_counts=True)
        distance = means.value - self.middle
        self.count = count.astype(np.float64)
        self.first = np.bincount(place, distance)
        self.second = np.bincount(place, np.square(distance))
        self.reach = float(np.square(np.ptp(distance)))

    def __call__(self, lambdas: Vector) -> Vector:
        """SURE at each lambda, with the best centre where it is free."""
        pull, squares = self._terms(lambdas)
        fixed = 0.0 if self.free else 2.0 / self.groups
        gain = lambdas[:, None] - (1.0 - fixed) * self.variance
        total: Vector = (np.square(pull) * squares + self.count * pull * gain).sum(axis=1)
        return total / self.groups

    def slope(self, lambdas: Vector) -> Vector:
        """Its derivative's sign and size, up to a factor above 0 that is the same for all groups."""
        pull, squares = self._terms(lambdas)
        fixed = 0.0 if self.free else 1.0 / self.groups
        room = (1.0 - fixed) * self.count * (self.variance + lambdas[:, None])
        total: Vector = (np.square(pull) / (self.variance + lambdas[:, None]) * (room - squares)).sum(axis=1)
        return total

    def center(self, lambdas: Vector) -> Vector:
        """The centre at each lambda, in units."""
        return self.middle + self._offset(self.variance / (self.variance + lambdas[:, None]))

    def minimiser(self) -> float:
        """Where SURE is least over lambda >= 0.

        The slope is positive once (1 - 1/J) lambda exceeds every squared distance from the centre, and in
        logarithms of lambda it changes over distances of 1 or more, so a grid in those brackets all minima.
        """
        from scipy.optimize import brentq

        least = float(self.variance[0]) * 1e-3
        most = max(2.0 * self.reach, 2.0 * least)
        points = 2 + int(POINTS_PER_FACTOR_E * np.log(most / least))
        grid = np.concatenate([[0.0], np.geomspace(least, most, points)])
        slope = self._on(self.slope, grid)
        found = [0.0]
        for i in np.flatnonzero((slope[:-1] < 0) & (slope[1:] >= 0)):
            root = brentq(self._slope_at, grid[i], grid[i + 1], xtol=1e-15 * least, rtol=1e-14)
            found.append(float(root))
        candidates = np.array(found)
        return float(candidates[np.argmin(self(candidates))])

    def _slope_at(self, value: float) -> float:
        return float(self.slope(np.array([value]))[0])

    def _on(self, function: Callable[[Vector], Vector], grid: Vector) -> Vector:
        """The function on the grid, in pieces that fit the memory."""
        pieces = 1 + len(grid) * len(self.variance) // MOST_ENTRIES
        return np.concatenate([function(piece) for piece in np.array_split(grid, pieces)])

    def _terms(self, lambdas: Vector) -> tuple[Vector, Vector]:
        """Terms v / (v + lambda) and the sums of squares around the centre, ``(M, distinct variances)``."""
        pull = self.variance / (self.variance + lambdas[:, None])
        offset = self._offset(pull)[:, None]
        return pull, self.second - 2.0 * offset * self.first + np.square(offset) * self.count

    def _offset(self, pull: Vector) -> Vector:
        """The centre minus the plain mean."""
        if not self.free:
            return np.zeros(len(pull))
        weight = np.square(pull)
        offset: Vector = (weight @ self.first) / (weight @ self.count)
        return offset


def _notes(best: float) -> tuple[Note, ...]:
    if best > 0:
        return ()
    text = "The estimated risk is least when every group is put at the centre."
    return (Note("pulled_onto_center", "warning", text),)
