"""Where the likelihood is high: the set of ratios whose profile lies within a distance of its minimum.

With lambda = sigma_group^2 / sigma_error^2 fixed, the criterion of module `estimators.methods.profile`, or
with covariates of module `estimators.methods.regression_profile`, is, as a function of sigma_error^2 = s, m
log s + Q / s + a constant, and has its one minimum at Q / m; and as a function of mu, Q(mu) = Q + W (mu -
mu_lambda)^2. So the set of all parameters within ``q`` of the minimum is, above every lambda of a set on a
line, an interval in closed form, and the ends of its shadow on any axis are extremes of a function of lambda
alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.inference.estimable import estimable
from estimators.inference.roots import bracketed_roots
from estimators.methods.profile import Profile
from estimators.methods.regression import fit_regression
from estimators.methods.variance_components import fit_variance_components

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from estimators.data.groups import GroupData
    from estimators.methods.profile import Method
    from estimators.methods.regression_profile import RegressionProfile

    Floats = NDArray[np.float64]

POINTS_PER_DECADE = 24
"""Ratios looked at in every factor of ten: the criterion is made of terms in n lambda / (1 + n lambda)."""
LOWEST = 1e-6
"""The first ratio looked at, times the largest size: up to there the criterion is a straight line."""
SHADOW_POINTS = 129
"""Places at which a function over a piece of the set is looked at, and again around the best of them."""
SHADOW_ROUNDS = 6
"""Each takes the best place 64 times closer: six make it right to 1e-10 of the piece, and the extreme there,
which is flat, to rounding."""
NEWTON_STEPS = 60
"""Convex and started on the outer side: every step is safe, and a handful do."""

SHRINKING = 0.75
"""Steps that no longer get shorter by so much are rounding."""


@dataclass(frozen=True, eq=False)
class Likelihood:
    """The profile of one data set over the ratio, counted from its lowest point."""

    profile: Profile | RegressionProfile
    """Of one replicate."""
    best: float
    """The ratio at the global minimum."""
    grid: Floats
    """(G,) ratios from 0 up, the stationary points of the criterion among them."""
    excess: Floats
    """(G,) the criterion there, minus its lowest."""

    @classmethod
    def of(cls, data: GroupData, method: Method, far: float) -> Likelihood:
        """The profile of these groups, to where it is ``far`` above its lowest.

        Raises:
            DataError: the spreads cannot be told apart.

        """
        profile: Profile | RegressionProfile
        if data.covariates is not None:
            model = fit_regression(data, method)
            profile, best = model.profile, model.ratio
        else:
            scaled = estimable(data)
            profile, best = Profile.of(scaled, method), float(fit_variance_components(scaled, method).ratio)
        empty = cls(profile, best, np.empty(0), np.empty(0))
        bottom = LOWEST / float(profile.size[-1])
        top = max(10.0 * best, 10.0 / float(profile.size[0]))
        while empty.above(np.array([top]))[0] <= far:
            top *= 100.0
        points = int(np.ceil(np.log10(top / bottom) * POINTS_PER_DECADE)) + 1
        grid = np.concatenate([[0.0], np.geomspace(bottom, top, points)])
        score = empty.score(grid)
        turns = np.flatnonzero(np.sign(score[:-1]) * np.sign(score[1:]) < 0)
        stationary = bracketed_roots(empty.score, grid[turns], grid[turns + 1])
        grid = np.unique(np.concatenate([grid, stationary, [best]]))
        return cls(profile, best, grid, empty.above(grid))

    @property
    def unit(self) -> float:
        """Of the profile's scale, a power of two, in the outcome's units."""
        return float(self.profile.unit[0])

    @cached_property
    def _base(self) -> Any:
        """The parts of the profile at the best ratio."""
        return self.at(np.array([self.best]))

    def at(self, ratio: Floats) -> Any:
        """The parts of the profile at P ratios, as it has them."""
        return self.profile.at(ratio, np.zeros(len(ratio), dtype=np.intp))

    def score(self, ratio: Floats) -> Floats:
        """Derivative of the criterion by the ratio, ``(P,)``."""
        return self.profile.score(ratio, np.zeros(len(ratio), dtype=np.intp))

    def above(self, ratio: Floats, here: Any = None) -> Floats:
        """The criterion at P ratios ``(P,)`` minus that at the best one, term by term."""
        here = self.at(ratio) if here is None else here
        base, profile = self._base, self.profile
        value = profile.determinants_above(ratio, here, self.best, base)
        if profile.known_error:
            return np.asarray(value + (here.residual - base.residual[0]))
        return np.asarray(value + profile.multiplier * np.log(here.residual / base.residual[0]))

    def ratio_set(self, distance: float) -> list[tuple[float, float]]:
        """The pieces, ascending, of the ratios with a criterion at most ``distance`` above its lowest."""
        inside = self.excess <= distance
        turns = np.flatnonzero(inside[:-1] != inside[1:])
        ends = bracketed_roots(
            lambda x: self.above(x) - distance, self.grid[turns], self.grid[turns + 1]
        ).tolist()
        if inside[0]:
            ends.insert(0, 0.0)
        return list(zip(ends[::2], ends[1::2], strict=True))

    def shadow(
        self, distance: float, low: Callable[[Floats, float], Floats], high: Callable[[Floats, float], Floats]
    ) -> list[tuple[float, float]]:
        """The pieces of the set on an axis where above every ratio it reaches from ``low`` to ``high``.

        Both take ratios ``(P,)`` of the ratio's set and ``distance``.
        """
        pieces = [
            (
                _lowest(lambda x: low(x, distance), *piece),
                -_lowest(lambda x: -high(x, distance), *piece),
            )
            for piece in self.ratio_set(distance)
        ]
        return _merged(pieces)

    def error_variance(self, ratio: Floats, distance: float, side: int) -> Floats:
        """The least (``side`` -1) or largest (1) sigma_error^2 within the set at P ratios, in squared units.

        s = Q / m exp(t), where exp(-t) - 1 + t is the distance left, divided by m.
        """
        here = self.at(ratio)
        m = self.profile.multiplier
        left = np.maximum(distance - self.above(ratio, here), 0.0) / m
        return np.asarray(here.residual / m * np.exp(_exponent(left, side)))

    def center(self, ratio: Floats, distance: float, side: int) -> Floats:
        """The least (``side`` -1) or largest (1) mu within the set at P ratios, on the profile's scale."""
        here = self.at(ratio)
        left = np.maximum(distance - self.above(ratio, here), 0.0)
        room = left if self.profile.known_error else here.residual * np.expm1(left / self.profile.multiplier)
        return np.asarray(here.center + side * np.sqrt(room / here.total))


def _exponent(left: Floats, side: int) -> Floats:
    """The negative (``side`` -1) or positive (1) root t of exp(-t) - 1 + t = ``left (P,)``."""
    t = np.sqrt(2.0 * left) + left if side > 0 else -np.sqrt(2.0 * left)
    before, settled = np.full_like(t, np.inf), np.zeros(len(t), dtype=bool)
    for _ in range(NEWTON_STEPS):
        slope = -np.expm1(-t)
        with np.errstate(all="ignore"):  # at t = 0 there is nothing left to step
            step = np.where(slope == 0, 0.0, (np.expm1(-t) + t - left) / slope)
        t = t - step
        size = np.abs(step)
        settled |= (size <= 1e-16 * np.abs(t)) | (size > SHRINKING * before)
        if settled.all():
            break
        before = size
    return t


def _lowest(function: Callable[[Floats], Floats], low: float, high: float) -> float:
    """The lowest value of a smooth function on a piece of ratios, looked for ever closer around the best."""
    places = _between(low, high)
    for _ in range(SHADOW_ROUNDS):
        values = function(places)
        best = int(np.argmin(values))
        low, high = places[max(best - 1, 0)], places[min(best + 1, len(places) - 1)]
        places = np.linspace(low, high, SHADOW_POINTS)
    return float(values[best])


def _between(low: float, high: float) -> Floats:
    """Places on a piece of ratios, close together at both ends, and even in the logarithm."""
    even = (1.0 - np.cos(np.linspace(0.0, np.pi, SHADOW_POINTS))) / 2.0
    decades = np.geomspace(low or high * 1e-9, high, 2 * SHADOW_POINTS)
    return np.unique(np.clip(np.concatenate([low + (high - low) * even, decades]), low, high))


def _merged(pieces: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Intervals put together where they overlap, ascending."""
    merged: list[tuple[float, float]] = []
    for low, high in sorted(pieces):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged
