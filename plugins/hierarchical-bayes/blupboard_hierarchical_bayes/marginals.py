"""Distributions of positive numbers, the sigmas among them, read off the points of the quadrature."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blupboard_hierarchical_bayes.profile import Profile

    Floats = NDArray[np.float64]

LIKELY = 1e-9
NEWTON_STEPS = 5
"""Enough from a chord of one step of the quadrature."""
ENOUGH = 1e-10
"""How far a quantile may be off, as a share of itself."""
MOST_STEPS = 200


class Marginal(ABC):
    """The distribution of a positive number."""

    @abstractmethod
    def cdf(self, log_value: float) -> float:
        """The probability of a smaller number than exp(log_value)."""

    @abstractmethod
    def density(self, value: Floats) -> Floats:
        """The density at positive numbers ``(M,)``."""

    @abstractmethod
    def ends(self) -> tuple[float, float]:
        """Logarithms between which next to all of it lies."""

    def quantile(self, probability: float) -> float:
        """The number that is exceeded with probability 1 - ``probability``."""
        from scipy.optimize import brentq

        return float(np.exp(brentq(lambda x: self.cdf(x) - probability, *self.ends(), xtol=1e-10)))


@dataclass(frozen=True, eq=False)
class Sinc(Marginal):
    """From mass ``(C,)`` at points ``(C,)`` on the logarithm, on one or several grids of the same step.

    The sinc series through them gives density and distribution function to the error of the trapezoidal rule
    at twice the step.
    """

    points: Floats
    step: float
    mass: Floats

    def cdf(self, log_value: float) -> float:
        """See :meth:`Marginal.cdf`."""
        from scipy.special import sici

        return float(self.mass @ (0.5 + sici(np.pi * (log_value - self.points) / self.step)[0] / np.pi))

    def density(self, value: Floats) -> Floats:
        """See :meth:`Marginal.density`."""
        apart = (np.log(value)[:, None] - self.points) / self.step
        return np.maximum(np.sinc(apart) @ self.mass, 0.0) / (self.step * value)

    def ends(self) -> tuple[float, float]:
        """See :meth:`Marginal.ends`."""
        return float(self.points.min()) - 2 * self.step, float(self.points.max()) + 2 * self.step


@dataclass(frozen=True, eq=False)
class SpreadBetween(Marginal):
    """Of sigma_group = sqrt(lambda Q / (2 x)), from joint mass ``(G, X)`` on log sqrt(lambda) and log x.

    Given x it grows with lambda, so that each x has a lambda where it passes a value; the sinc series in
    log sqrt(lambda) is summed up to there.
    """

    profile: Profile
    points: Floats
    """(G,) log sqrt(lambda)."""
    step: float
    log_x: Floats
    """(X,)"""
    mass: Floats

    def cdf(self, log_value: float) -> float:
        """See :meth:`Marginal.cdf`."""
        return self._up_to(self._passing(log_value + 0.5 * self.log_x)[0])

    def density(self, value: Floats) -> Floats:
        """See :meth:`Marginal.density`."""
        columns = [self._around(*self._passing(x + 0.5 * self.log_x)) for x in np.log(value)]
        return np.asarray(np.maximum(np.array(columns), 0.0) / value)

    def quantile(self, probability: float) -> float:
        """See :meth:`Marginal.quantile`: Newton steps from a good guess, kept inside a bracket."""
        low, high = self.ends()
        values, below = self._sorted_points
        x = float(values[min(np.searchsorted(below, probability), len(values) - 1)])
        for _ in range(MOST_STEPS):
            at, slope = self._passing(x + 0.5 * self.log_x)
            off, density = self._up_to(at) - probability, self._around(at, slope)
            low, high = (low, x) if off > 0 else (x, high)
            step = off / density if density > 0 else np.inf
            following = x - step if low < x - step < high else (low + high) / 2.0
            if abs(following - x) < ENOUGH:
                return float(np.exp(following))
            x = following
        raise ArithmeticError("the search for a quantile of sigma_group did not end")

    @cached_property
    def _sorted_points(self) -> tuple[Floats, Floats]:
        """Log sigma_group at every point in ascending order, and the mass up to each."""
        values = (self._log_scale(self.points)[0][:, None] - 0.5 * self.log_x).ravel()
        order = np.argsort(values)
        return values[order], np.cumsum(self.mass.ravel()[order])

    def _up_to(self, at: Floats) -> float:
        """The probability of lambdas below those at ``at (X,)``, each for its x."""
        from scipy.special import sici

        apart = np.pi * (at - self.points[:, None]) / self.step
        return float((self.mass * (0.5 + sici(apart)[0] / np.pi)).sum())

    def _around(self, at: Floats, slope: Floats) -> float:
        """The density of log sigma_group where lambda passes ``at (X,)``, with the ``slope`` there."""
        here = (self.mass * np.sinc((at - self.points[:, None]) / self.step)).sum(axis=0)
        return float((here / slope).sum()) / self.step

    def ends(self) -> tuple[float, float]:
        """See :meth:`Marginal.ends`."""
        likely = self.mass.sum(axis=0) > LIKELY
        low, high = self._log_scale(self.points[[0, -1]])[0]
        return float(low - 0.5 * self.log_x[likely].max()), float(high - 0.5 * self.log_x[likely].min())

    def _log_scale(self, u: Floats) -> tuple[Floats, Floats]:
        """log(unit sqrt(lambda Q / 2)) and its slope, ``(M,)`` each."""
        given = self.profile.at(np.exp(2.0 * u))
        q = (self.profile.within or 0.0) + given.misfit
        value = u + 0.5 * np.log(q / 2.0) + np.log(self.profile.unit)
        return value, 1.0 + given.ratio * given.misfit_slope / q

    def _passing(self, target: Floats) -> tuple[Floats, Floats]:
        """Where the log scale is at ``target (X,)``, or the nearer end; and its slope there."""
        table = self._log_scale(self.points)[0]
        cell = np.clip(np.searchsorted(table, target), 1, len(table) - 1)
        low, high = self.points[cell - 1], self.points[cell]
        u = np.interp(target, table, self.points)
        for _ in range(NEWTON_STEPS):
            value, slope = self._log_scale(u)
            u = np.clip(u - (value - target) / slope, low, high)
        return u, self._log_scale(u)[1]


@dataclass(frozen=True, eq=False)
class InverseGammaMixture(Marginal):
    """Of sqrt(exp(2 * log_scale_c) / x), x gamma distributed with ``shape``; c has probability mass_c."""

    log_scale: Floats
    shape: float
    mass: Floats

    def cdf(self, log_value: float) -> float:
        """See :meth:`Marginal.cdf`."""
        from scipy.special import gammaincc

        return float(self.mass @ gammaincc(self.shape, np.exp(2.0 * (self.log_scale - log_value))))

    def density(self, value: Floats) -> Floats:
        """See :meth:`Marginal.density`."""
        from scipy.special import gammaln

        log_x = 2.0 * (self.log_scale - np.log(value)[:, None])
        logs = self.shape * log_x - np.exp(log_x) - gammaln(self.shape)
        return np.asarray(2.0 * (np.exp(logs) @ self.mass) / value)

    def ends(self) -> tuple[float, float]:
        """See :meth:`Marginal.ends`."""
        from scipy.special import gammainccinv, gammaincinv

        low, high = gammaincinv(self.shape, 1e-12), gammainccinv(self.shape, 1e-12)
        least, most = float(self.log_scale.min()), float(self.log_scale.max())
        return least - 0.5 * float(np.log(high)), most - 0.5 * float(np.log(low))
