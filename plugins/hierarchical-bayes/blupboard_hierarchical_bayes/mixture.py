"""The groups' true means given the data: mixtures over the points of the quadrature."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blupboard_hierarchical_bayes.profile import BLOCK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STEPS = 80
ENOUGH = 1e-10
"""A Newton step this small beside a standard deviation ends the search: its error is the square of that."""
NEGLIGIBLE_MASS = 1e-13


@dataclass(frozen=True, eq=False)
class Mixture:
    """At each point c of C, group j is at mu + gamma (y_j - mu), gamma = lambda / (lambda + D_j).

    Its spread is scale^2 (gamma D_j + (1 - gamma)^2 / W); normal, or Student's t with ``df``. In the units of
    :class:`blupboard_hierarchical_bayes.profile.Profile`.
    """

    mass: Floats
    """(C,), adding up to 1."""
    ratio: Floats
    """(C,) lambda."""
    mu: Floats
    """(C,)"""
    precision: Floats
    """(C,) W."""
    scale: Floats
    """(C,) sigma_error, or its like where it is integrated out."""
    df: float | None

    def without_negligible(self) -> Mixture:
        """Without the points that carry next to nothing."""
        kept = self.mass > NEGLIGIBLE_MASS * self.mass.max()
        mass = self.mass[kept]
        ratio, mu, precision, scale = (x[kept] for x in (self.ratio, self.mu, self.precision, self.scale))
        return Mixture(mass / mass.sum(), ratio, mu, precision, scale, self.df)

    @property
    def variance_factor(self) -> float:
        """Variance over squared scale at a point; infinite where there is no variance."""
        if self.df is None:
            return 1.0
        return self.df / (self.df - 2.0) if self.df > 2 else np.inf

    def own_share(self, spread: Floats) -> Floats:
        """(K,) mean of gamma for each D of ``spread (K,)``."""
        return np.concatenate([1.0 - pull @ self.mass for _, pull in self._pulls(spread)])

    def moments(self, distance: Floats, spread: Floats, which: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """(J,) means minus own distance, and variances, of the groups."""
        columns = []
        for d, pull in self._pulls(spread):
            towards = pull * self.mu
            mean_pull, mean_towards = pull @ self.mass, towards @ self.mass
            off, off_towards = pull - mean_pull[:, None], towards - mean_towards[:, None]
            inner = (1.0 - pull) * d[:, None] + np.square(pull) / self.precision
            inner = inner @ (self.mass * np.square(self.scale))
            seconds = [(a * b) @ self.mass for a, b in ((off, off), (off, off_towards), (off_towards,) * 2)]
            columns.append(np.stack([mean_pull, mean_towards, inner, *seconds]))
        pulled, towards, inner, pp, pt, tt = np.concatenate(columns, axis=1)[:, which]
        shift = towards - pulled * distance
        outer = np.maximum(tt - 2 * distance * pt + np.square(distance) * pp, 0.0)
        return shift, self.variance_factor * inner + outer

    def quantile(self, distance: Floats, spread: Floats, probability: float) -> Floats:
        """(J,) quantiles for groups with ``distance (J,)`` and D ``spread (J,)``."""
        block = max(1, BLOCK // len(self.mass))
        parts = [
            self._some_quantiles(distance[i : i + block], spread[i : i + block], probability)
            for i in range(0, len(distance), block)
        ]
        return np.concatenate(parts)

    def _pulls(self, spread: Floats) -> Iterator[tuple[Floats, Floats]]:
        """Blocks of D, with 1 - gamma ``(k, C)``."""
        block = max(1, BLOCK // len(self.mass))
        for i in range(0, len(spread), block):
            d = spread[i : i + block]
            yield d, d[:, None] / (d[:, None] + self.ratio)

    def _some_quantiles(self, distance: Floats, spread: Floats, probability: float) -> Floats:
        """Newton steps on the normal scale, where a mixture is nearly straight, kept inside a bracket."""
        d, y = spread[:, None], distance[:, None]
        pull = d / (d + self.ratio)
        at = y + pull * (self.mu - y)
        width = self.scale * np.sqrt((1.0 - pull) * d + np.square(pull) / self.precision)
        if not width.any():
            return distance.copy()
        tail, side = min(probability, 1.0 - probability), 1.0 if probability <= 0.5 else -1.0
        ends = at + side * self._standard_quantile(tail) * width
        low, high = ends.min(axis=1), ends.max(axis=1)
        result = ends @ self.mass
        last, left = high - low, np.arange(len(distance))
        for _ in range(STEPS):
            x = result[left]
            beyond, slope = self._tail(x[:, None], at, width, side)
            too_far = (beyond > tail) == (side > 0)
            high, low = np.where(too_far, x, high), np.where(too_far, low, x)
            step = side * _normal_step(beyond, slope, tail)
            inside = (x - step >= low) & (x - step <= high) & (np.abs(step) <= 0.7 * last)
            result[left] = np.where(inside, x - step, low + (high - low) / 2.0)
            last = np.abs(result[left] - x)
            open_ = last > ENOUGH * width.max(axis=1)
            if not open_.any():
                break
            left, at, width = left[open_], at[open_], width[open_]
            low, high, last = low[open_], high[open_], last[open_]
        return result

    def _standard_quantile(self, probability: float) -> float:
        from scipy.special import ndtri, stdtrit

        return float(ndtri(probability) if self.df is None else stdtrit(self.df, probability))

    def _tail(self, x: Floats, at: Floats, width: Floats, side: float) -> tuple[Floats, Floats]:
        """Probability beyond x on its side, and the density there; (J,) each."""
        from scipy.special import gammaln, ndtr, stdtr

        z = side * (x - at) / width
        if self.df is None:
            density = np.exp(-0.5 * np.square(z)) / np.sqrt(2 * np.pi)
            return ndtr(z) @ self.mass, (density / width) @ self.mass
        df = self.df
        top = np.exp(gammaln((df + 1) / 2) - gammaln(df / 2)) / np.sqrt(df * np.pi)
        density = top * np.exp(-(df + 1) / 2 * np.log1p(np.square(z) / df))
        return stdtr(df, z) @ self.mass, (density / width) @ self.mass


def _normal_step(beyond: Floats, slope: Floats, tail: float) -> Floats:
    """The Newton step for ndtri(beyond(x)) = ndtri(tail)."""
    from scipy.special import ndtri

    with np.errstate(all="ignore"):
        z = ndtri(beyond)
        step = (z - ndtri(tail)) * np.exp(-0.5 * np.square(z)) / np.sqrt(2 * np.pi) / slope
    return np.where(np.isfinite(step), step, np.inf)
