"""Quantiles of the normal and of Student's t distribution, one at a time and without SciPy.

An interval needs no more, and SciPy takes as long to be loaded as all else that a small file needs.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, inf, isfinite, lgamma, log, log1p, pi, sqrt
from statistics import NormalDist

NEARLY_NORMAL = 1e4
"""Degrees of freedom from which on the expansion around the normal is right to 1e-15."""
LEAST_DF = 1.0
_CLOSE = 1e-15
_LAST_STEP = 1e-8
"""What a step of Newton's leaves is about its square; rounding may never let one be of 1e-15."""
_STEPS, _TERMS = 100, 10_000
_TINY = 1e-300


def normal_upper(tail: float) -> float:
    """What a standard normal variable is above with a chance of ``tail``, from 0 to 1/2."""
    return -NormalDist().inv_cdf(tail) if tail > 0 else inf


@lru_cache(maxsize=1_000)
def student_upper(tail: float, df: float) -> float:
    """What Student's t with ``df``, at least `LEAST_DF`, is above with a chance of ``tail``, up to 1/2.

    Right to 1e-13, relatively, where ``tail`` is at most 1/4.

    Raises:
        ValueError: fewer degrees of freedom, or a chance that is none.

    """
    if not (df >= LEAST_DF and 0 <= tail <= 0.5):
        raise ValueError(f"no quantile for a tail of {tail} with {df} degrees of freedom")
    if tail in (0.0, 0.5):
        return inf if tail == 0 else 0.0
    z = normal_upper(tail)
    if df >= NEARLY_NORMAL:
        return _expansion(z, df)
    return _newton(tail, df, max(z, tail ** (-1.0 / df) / 2))


def _expansion(z: float, df: float) -> float:
    """Abramowitz and Stegun (1964), 26.7.5."""
    if not isfinite(df):
        return z
    s = z * z
    first = z * (s + 1.0) / 4.0
    second = z * ((5.0 * s + 16.0) * s + 3.0) / 96.0
    third = z * (((3.0 * s + 19.0) * s + 17.0) * s - 15.0) / 384.0
    fourth = z * ((((79.0 * s + 776.0) * s + 1482.0) * s - 1920.0) * s - 945.0) / 92160.0
    return z + (first + (second + (third + fourth / df) / df) / df) / df


def _newton(tail: float, df: float, start: float) -> float:
    """The logarithm of the chance to be above exp(s) falls ever faster with s, so that steps cannot fail."""
    t = start
    for _ in range(_STEPS):
        above, density = _above(t, df)
        step = above / (t * density) * (log(above) - log(tail))
        t *= exp(step)
        if abs(step) <= _LAST_STEP:
            break
    return t


def _above(t: float, df: float) -> tuple[float, float]:
    """The chance that Student's t is above t > 0, and the density there.

    Half of the incomplete beta function I_x(df / 2, 1 / 2) at x = df / (df + t^2).
    """
    a, u = df / 2.0, t * t / df
    density = exp(_log_constant(a) - (a + 0.5) * log1p(u)) / sqrt(df)
    x, rest = 1.0 / (1.0 + u), u / (1.0 + u)
    front = density * t  # x^a (1 - x)^(1/2) / B(a, 1/2)
    if x < (a + 1.0) / (a + 2.5):
        return front * _fraction(x, a, 0.5) / (2.0 * a), density
    return 0.5 - front * _fraction(rest, 0.5, a), density


def _log_constant(a: float) -> float:
    """Logarithm of Gamma(a + 1/2) / (Gamma(a) sqrt(pi)), which gammas far apart from 1 would round."""
    if a < 15.0:
        return lgamma(a + 0.5) - lgamma(a) - 0.5 * log(pi)
    r = 1.0 / (a * a)
    series = (-1.0 / 8 + r * (1.0 / 192 + r * (-1.0 / 640 + r * (17.0 / 14336 - r * 31.0 / 18432)))) / a
    return 0.5 * log(a / pi) + series


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function (Lentz; Abramowitz and Stegun 1964, 26.5.8)."""
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > _TINY else _TINY)
    value = d
    for m in range(1, _TERMS):
        for part in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = 1.0 + part * d, 1.0 + part / c
            d = 1.0 / (d if abs(d) > _TINY else _TINY)
            c = c if abs(c) > _TINY else _TINY
            value *= c * d
        if abs(c * d - 1.0) < _CLOSE:
            break
    return value
