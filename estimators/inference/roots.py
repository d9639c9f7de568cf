"""Roots of many functions at once, each in a bracket of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST_STEPS = 300
"""Halving alone takes a bracket from 1e300 to the rounding of its root in fewer."""
SURE_STEPS = 8
"""Secants are hardly ever more; from there on every other step halves what is left."""
EPS = float(np.finfo(np.float64).eps)


def bracketed_roots(function: Callable[[Floats], Floats], low: Floats, high: Floats) -> Floats:
    """The root ``(P,)`` of each of P functions between ``low`` and ``high (P,)``, to its rounding.

    ``function`` takes points ``(P,)`` and gives values ``(P,)``, whose signs differ at the two ends or are 0
    at one of them. Chandrupatla's method: a step through three points by inverse quadratic interpolation
    where these lie so that it is safe, else half the bracket (Chandrupatla 1997, Advances in Engineering
    Software 28, 145-149).
    """
    a, b = np.array(high, dtype=np.float64), np.array(low, dtype=np.float64)
    if not len(a):
        return a
    fa, fb = function(a), function(b)
    c, fc = a.copy(), fa.copy()
    share = np.full_like(a, 0.5)
    for _ in range(MOST_STEPS):
        x = a + share * (b - a)
        fx = function(x)
        same = np.sign(fx) == np.sign(fa)
        c, fc = np.where(same, a, b), np.where(same, fa, fb)
        b, fb = np.where(same, b, a), np.where(same, fb, fa)
        a, fa = x, fx
        best = np.where(np.abs(fa) < np.abs(fb), a, b)
        width = np.abs(b - a)
        slack = 2.0 * EPS * np.abs(best)
        open_ = (width > slack) & (np.minimum(np.abs(fa), np.abs(fb)) > 0)
        if not open_.any():
            break
        with np.errstate(all="ignore"):  # where points coincide the bracket is halved
            share = _next_share((a, b, c), (fa, fb, fc))
            least = 0.5 * slack / width
        share = np.where(np.isfinite(share), np.clip(share, least, 1.0 - least), 0.5)
    return np.where(np.abs(fa) < np.abs(fb), a, b)


def roots_from_slope(
    function: Callable[[Floats], Floats],
    ends: tuple[Floats, Floats],
    start: Floats,
    slope: Floats,
    *,
    close: float,
) -> Floats:
    """The root ``(P,)`` of each of P functions that fall nearly straight, by secants within their ``ends``.

    It takes fewer values than :func:`bracketed_roots` (2/3 of them in sets of ranks), where each is dear: the
    first step is along a ``slope (P,)`` that is known at the ``start (P,)``, and the last is below ``close``.
    """
    low, high = ends
    at, slope, off = start, slope.copy(), function(start)
    there = at
    for step in range(MOST_STEPS):
        low, high = np.where(off > 0, at, low), np.where(off <= 0, at, high)
        with np.errstate(all="ignore"):  # where the function is flat the bracket is halved
            there = at - off / slope
        within = (there >= low) & (there <= high) & (step < SURE_STEPS or step % 2 == 1)
        there = np.where(within, there, 0.5 * (low + high))
        moved = np.abs(there - at) > close
        if not moved.any():
            break
        there_off = function(there)
        slope[moved] = (there_off - off)[moved] / (there - at)[moved]
        at, off = there, there_off
    return np.asarray(there)


def _next_share(places: tuple[Floats, Floats, Floats], values: tuple[Floats, Floats, Floats]) -> Floats:
    """Where between the first two places to look next, as a share of the way: NaN for the middle."""
    (a, b, c), (fa, fb, fc) = places, values
    xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
    safe = (np.square(phi) < xi) & (np.square(1.0 - phi) < 1.0 - xi)
    quadratic = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
    return np.where(safe, quadratic, np.nan)
