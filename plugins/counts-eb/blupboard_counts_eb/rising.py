"""Sums over rising factorials x (x + 1) ... (x + k - 1) that keep their digits where x is far above k.

There a prior is so strong that groups hardly differ, and differences of log-gammas and digammas lose every
digit. With u = k / x and Stirling's series S(x) = 1/(12 x) - 1/(360 x^3) + ... (Abramowitz & Stegun 1964,
6.1.41, 6.3.18, 6.4.12)

- sum log(1 + i / x) = x ((1 + u) log(1 + u) - u) - log(1 + u) / 2 + S(x + k) - S(x)
- sum 1 / (x + i)    = log(1 + u) + k / (2 x (x + k)) - (s(x + k) - s(x)),   s(x) = 1/(12 x^2) - ...
- sum i / (x + i)    = k - x sum 1 / (x + i)

over i from 0 to k - 1, where what cancels at small u is taken as a series in u.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln, psi, zeta

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

LARGE = 12.0
"""From here on seven terms of Stirling's series are right to 1e-17."""
BERNOULLI = np.array([1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6])
SMALL = 0.1
"""Below this what cancels is taken as a series; its terms fall to 1e-17 within :data:`TERMS`."""
TERMS = 18


def log_rising(x: ArrayLike, k: ArrayLike) -> Floats:
    """Sum of log(1 + i / x) over i = 0 ... k - 1, for x above 0 and whole k."""
    return _by_size(x, k, lambda x, k: gammaln(x + k) - gammaln(x) - k * np.log(x), _log_rising_far)


def sum_inverse(x: ArrayLike, k: ArrayLike) -> Floats:
    """Sum of 1 / (x + i) over i = 0 ... k - 1."""
    return _by_size(x, k, lambda x, k: psi(x + k) - psi(x), _sum_inverse_far)


def sum_inverse_square(x: ArrayLike, k: ArrayLike) -> Floats:
    """Sum of 1 / (x + i)^2 over i = 0 ... k - 1."""
    return _by_size(x, k, lambda x, k: zeta(2.0, x) - zeta(2.0, x + k), _sum_inverse_square_far)


def sum_share(x: ArrayLike, k: ArrayLike) -> Floats:
    """Sum of i / (x + i) over i = 0 ... k - 1."""
    return _by_size(x, k, lambda x, k: k - x * (psi(x + k) - psi(x)), _sum_share_far)


def series(u: Floats, coefficient: Callable[[Floats], Floats]) -> Floats:
    """Sum over m from 2 of (-1)^m u^(m - 2) times a coefficient of m."""
    m = np.arange(2.0, 2.0 + TERMS)
    return np.asarray(np.polynomial.polynomial.polyval(u, np.where(m % 2 == 0, 1.0, -1.0) * coefficient(m)))


def _by_size(
    x: ArrayLike,
    k: ArrayLike,
    near: Callable[[Floats, Floats], Floats],
    far: Callable[[Floats, Floats], Floats],
) -> Floats:
    x, k = np.broadcast_arrays(np.asarray(x, dtype=np.float64), np.asarray(k, dtype=np.float64))
    found, large = np.empty(x.shape), x >= LARGE
    found[large], found[~large] = far(x[large], k[large]), near(x[~large], k[~large])
    return found


def _log_rising_far(x: Floats, k: Floats) -> Floats:
    u = k / x
    bent = np.where(
        u < SMALL,
        np.square(u) * series(np.minimum(u, SMALL), lambda m: 1.0 / (m * (m - 1.0))),
        (1.0 + u) * np.log1p(u) - u,
    )
    return np.asarray(x * bent - 0.5 * np.log1p(u) + _stirling(x + k) - _stirling(x))


def _sum_inverse_far(x: Floats, k: Floats) -> Floats:
    return np.asarray(np.log1p(k / x) + 0.5 * k / (x * (x + k)) - (_digamma_rest(x + k) - _digamma_rest(x)))


def _sum_share_far(x: Floats, k: Floats) -> Floats:
    u = k / x
    bent = np.where(
        u < SMALL,
        np.square(u) * series(np.minimum(u, SMALL), lambda m: 1.0 / m),
        u - np.log1p(u),
    )
    rest = _digamma_rest(x + k) - _digamma_rest(x)
    return np.asarray(x * bent - 0.5 * k / (x + k) + x * rest)


def _sum_inverse_square_far(x: Floats, k: Floats) -> Floats:
    below = k / (x * (x + k))
    return np.asarray(
        below + 0.5 * below * (1.0 / x + 1.0 / (x + k)) + _trigamma_rest(x) - _trigamma_rest(x + k)
    )


def _stirling(x: Floats) -> Floats:
    """S(x), log-gamma beyond (x - 1/2) log x - x + log(2 pi) / 2."""
    return np.asarray(_bernoulli_sum(x, lambda m, b: b / (2.0 * m * (2.0 * m - 1.0))) / x)


def _digamma_rest(x: Floats) -> Floats:
    """s(x), digamma below log x - 1 / (2 x)."""
    return np.asarray(_bernoulli_sum(x, lambda m, b: b / (2.0 * m)) / np.square(x))


def _trigamma_rest(x: Floats) -> Floats:
    """Trigamma beyond 1 / x + 1 / (2 x^2)."""
    return np.asarray(_bernoulli_sum(x, lambda _, b: b) / np.square(x) / x)


def _bernoulli_sum(x: Floats, coefficient: Callable[[Floats, Floats], Floats]) -> Floats:
    """Sum over m from 1 of a coefficient of m and the Bernoulli number B_2m, times x^(2 - 2m)."""
    m = np.arange(1.0, 1.0 + len(BERNOULLI))
    return np.asarray(np.polynomial.polynomial.polyval(1.0 / np.square(x), coefficient(m, BERNOULLI)))
