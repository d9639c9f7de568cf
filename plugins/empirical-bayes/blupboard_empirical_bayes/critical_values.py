"""Critical values that hold whatever the shape of a bias with a bounded second and fourth moment.

Armstrong, Kolesár & Plagborg-Møller (2022), Econometrica 90, 2567-2602. An estimate that
is normal with standard deviation 1 and a bias b misses an interval of half width chi with probability
r(b, chi) = Phi(-chi - b) + Phi(-chi + b). Over all distributions of b with E b^2 = m2 and
E b^4 <= kappa m2^2, the largest expected r is rho(m2, kappa, chi), and the critical value is the chi at which
rho = alpha.

Seen as a function of t = b^2, r is first convex and then concave (concave throughout where chi <= sqrt(3)),
so that the least favourable distribution of t has at most two points: m2 alone; or 0 and t0, where the line
from (0, r(0)) touches r; or, where that has too large a fourth moment, x1 < x2 <= t0 with the mean and the
variance that are allowed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Vector = NDArray[np.float64]

GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0
GOLDEN_STEPS = 48
"""Brackets of a few dozen shrink to 1e-9; a maximum inside is flat, so its value is then exact."""
GRID = 33
NEWTON_STEPS = 200
CLOSE = 1e-14
RESIDUAL = 1e-7
LARGEST_KURTOSIS = 1e100
"""From here on no bound, so that products fit a double."""
LARGEST_M2 = 1e12
"""From here on the critical value grows as sqrt(m2), to six digits: 1 is nothing beside the bias."""


@dataclass(frozen=True)
class Worst:
    """The least favourable distributions of the squared bias; arrays of one shape."""

    probability: Vector
    """Expected chance of missing."""
    low: Vector
    """The lower point of b^2."""
    high: Vector
    """The upper point of b^2."""
    share: Vector
    """Probability of the upper point."""


def critical_value(m2: ArrayLike, kappa: ArrayLike, alpha: float) -> Vector:
    """The half width that is missed with probability ``alpha`` at worst, for each ``m2`` and ``kappa``.

    Args:
        m2: E b^2, finite and at least 0.
        kappa: bound on E b^4 / m2^2, at least 1; infinity for none.
        alpha: between 0 and 1.

    Raises:
        ValueError: an argument lies outside those bounds.

    """
    from scipy.special import ndtri

    given, bound = _moments(m2, kappa)
    second = np.minimum(given, LARGEST_M2)
    if not 0 < alpha < 1:
        raise ValueError(f"alpha lies between 0 and 1, not at {alpha:g}")
    low = np.full_like(second, -ndtri(alpha / 2.0))
    high = np.maximum(low, np.sqrt((1.0 + second) / alpha))
    chi = np.clip(low * np.sqrt(1.0 + second), low, high)
    for _ in range(NEWTON_STEPS):
        worst = _worst(second, bound, chi)
        misses = worst.probability > alpha
        low, high = np.where(misses, chi, low), np.where(misses, high, chi)
        slope = _slope(worst, chi)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            off = np.log(worst.probability / alpha)
            newton = chi + off * worst.probability / slope
            stuck = (np.abs(newton - chi) <= CLOSE * chi) & (np.abs(off) > RESIDUAL)
            middle = stuck | ~((newton >= low) & (newton <= high))
        following = np.where(middle, (low + high) / 2.0, newton)
        done = np.abs(following - chi) <= CLOSE * following
        chi = following
        if done.all():
            break
    scaled: Vector = chi * np.sqrt(np.maximum(given / LARGEST_M2, 1.0))
    return scaled


def worst_case(m2: ArrayLike, kappa: ArrayLike, chi: ArrayLike) -> Worst:
    """The largest chance rho of missing an interval of half width ``chi``, and where it is attained.

    Raises:
        ValueError: ``m2`` is negative or not finite, or ``kappa`` is below 1.

    """
    second, bound, half = np.broadcast_arrays(*_moments(m2, kappa), np.asarray(chi, dtype=np.float64))
    found = _worst(np.atleast_1d(second), np.atleast_1d(bound), np.atleast_1d(half))
    return Worst(
        *(part.reshape(second.shape) for part in (found.probability, found.low, found.high, found.share))
    )


def miss_probability(squared_bias: Vector, chi: Vector) -> Vector:
    """r(b, chi): the chance of missing, given b^2."""
    from scipy.special import ndtr

    bias = np.sqrt(squared_bias)
    chance: Vector = ndtr(bias - chi) + ndtr(-bias - chi)
    return chance


def _moments(m2: ArrayLike, kappa: ArrayLike) -> tuple[Vector, Vector]:
    second, bound = np.broadcast_arrays(
        np.asarray(m2, dtype=np.float64), np.minimum(np.asarray(kappa, dtype=np.float64), LARGEST_KURTOSIS)
    )
    if not (np.isfinite(second).all() and (second >= 0).all()):
        raise ValueError("m2 is finite and at least 0")
    if not (bound >= 1).all():
        raise ValueError("kappa is at least 1")
    return second, bound


def _worst(m2: Vector, kappa: Vector, chi: Vector) -> Worst:
    shape = m2.shape
    m2, kappa, chi = m2.ravel(), kappa.ravel(), chi.ravel()
    high = np.maximum(_touching(m2, chi), m2)
    low = np.where(high > m2, 0.0, m2)
    share = np.divide(m2, high, out=np.ones_like(m2), where=high > m2)
    bound = high > kappa * m2
    bound &= m2 > 0
    if bound.any():
        low[bound], high[bound], share[bound] = _worst_points(
            m2[bound], kappa[bound], chi[bound], high[bound]
        )
    probability = (1.0 - share) * miss_probability(low, chi) + share * miss_probability(high, chi)
    return Worst(*(part.reshape(shape) for part in (probability, low, high, share)))


def _touching(m2: Vector, chi: Vector) -> Vector:
    """The best upper point where the lower one is 0: the touching point t0, or m2 if that is above."""
    start = miss_probability(np.zeros_like(chi), chi)

    def value(bias: Vector) -> Vector:
        t = np.square(bias)
        share = np.divide(m2, t, out=np.ones_like(t), where=t > m2)
        return (1.0 - share) * start + share * miss_probability(t, chi)

    least = np.sqrt(m2)
    low = np.maximum(least, chi - 2.0)
    return np.square(_maximum(value, low, np.maximum(low, chi + 20.0)))


def _worst_points(m2: Vector, kappa: Vector, chi: Vector, highest: Vector) -> tuple[Vector, Vector, Vector]:
    """Lower point, upper point and its share, with mean m2 and variance (kappa - 1) m2^2, at their worst."""
    variance = (kappa - 1.0) * np.square(m2)

    def points(bias: Vector) -> tuple[Vector, Vector, Vector]:
        above = np.maximum(np.square(bias) - m2, 0.0)
        below = np.divide(variance, above, out=np.zeros_like(above), where=above > 0)
        share = np.divide(below, above + below, out=np.zeros_like(above), where=above + below > 0)
        return np.maximum(m2 - below, 0.0), m2 + above, share

    def value(bias: Vector) -> Vector:
        low, high, share = points(bias)
        return (1.0 - share) * miss_probability(low, chi) + share * miss_probability(high, chi)

    least, most = np.sqrt(kappa * m2), np.sqrt(highest)
    places = most - (most - least) * np.square(np.linspace(1.0, 0.0, GRID))[:, None]
    best = np.argmax([value(place) for place in places], axis=0)
    column = np.arange(len(m2))
    left, right = places[np.maximum(best - 1, 0), column], places[np.minimum(best + 1, GRID - 1), column]
    return points(_maximum(value, left, right))


def _maximum(value: Callable[[Vector], Vector], low: Vector, high: Vector) -> Vector:
    """Where each entry of ``value`` is largest between ``low`` and ``high``; on a plateau, further right."""
    ends = low, high
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = value(left), value(right)
    for _ in range(GOLDEN_STEPS):
        down = at_left > at_right
        low, high = np.where(down, low, left), np.where(down, right, high)
        kept, at_kept = np.where(down, left, right), np.where(down, at_left, at_right)
        fresh = np.where(down, high - GOLDEN * (high - low), low + GOLDEN * (high - low))
        at_fresh = value(fresh)
        left, right = np.where(down, fresh, kept), np.where(down, kept, fresh)
        at_left, at_right = np.where(down, at_fresh, at_kept), np.where(down, at_kept, at_fresh)
    best = (low + high) / 2.0
    for end in ends:
        best = np.where(value(end) > value(best), end, best)
    return best


def _slope(worst: Worst, chi: Vector) -> Vector:
    """Minus the derivative of rho in chi: by the envelope theorem the points may be taken as fixed."""

    def density(squared_bias: Vector) -> Vector:
        bias = np.sqrt(squared_bias)
        both: Vector = np.exp(-np.square(chi - bias) / 2.0) + np.exp(-np.square(chi + bias) / 2.0)
        return both / float(np.sqrt(2.0 * np.pi))

    return (1.0 - worst.share) * density(worst.low) + worst.share * density(worst.high)
