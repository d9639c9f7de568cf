"""The global maximum of a likelihood of counts over its coefficients and its dispersion.

At every dispersion the best coefficients are looked for, and the profile that they give is scanned from 0 to
where it falls for good; every turn of its slope is refined, and all maxima are compared, 0 among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blupboard_counts_eb.families import Family

    Floats = NDArray[np.float64]

GRID_PER_DECADE = 8
"""Dispersions looked at in every factor of ten: the slope is made of terms i / (x + i), x = p / phi, none of
which changes in much less than a decade."""
LOWEST = 1e-2
"""The first dispersion looked at, over that from which on the likelihood is more than linear."""
MOST_DECADES = 60
MOST_STEPS = 200
LAST_STEP = 1e-9
"""So small a step of Newton's in every eta is the last: the error left is about its square."""
LONGEST_STEP = 2.0
"""Of an eta."""
CLOSE = 1e-4
"""So small a step is taken without a look at the likelihood, which it moves by hardly more than rounding."""
FARTHEST = 300.0
"""An eta that runs away so far has no best value."""
FLATTEST = 1e-12
"""A curvature is taken as at least so much of the largest."""
SHIFT = 1e-3
"""Of the dispersion's logarithm, between places at which derivatives are looked at."""
ROUNDING = 64 * float(np.finfo(np.float64).eps)
"""A slope at 0 that is this small beside its terms is 0."""


@dataclass(frozen=True, eq=False)
class Maximum:
    """Where the likelihood is largest."""

    dispersion: float
    """0 where there is no over-dispersion."""
    coefficients: Floats
    """(P,) of the design."""
    log_likelihood: float
    """With all its constants."""


def global_maximum(family: Family) -> Maximum:
    """The best dispersion and coefficients.

    Raises:
        DataError: the likelihood has no maximum.

    """
    flat = np.zeros(family.design.shape[1])
    flat[0] = family.pooled
    none = _best(family, 0.0, flat)
    up, down = _score(family, 0.0, none)
    rises = up - down > ROUNDING * (up + down)
    path = _scan(family, none, flat)
    dispersions = [0.0, *(dispersion for dispersion, _, _ in path)]
    slopes = [1.0 if rises else -1.0, *(slope for _, _, slope in path)]
    found = [] if rises else [Maximum(0.0, none, _value(family, 0.0, none))]
    turns = np.flatnonzero((np.array(slopes[:-1]) > 0) & (np.array(slopes[1:]) <= 0))
    found += [_refine(family, dispersions[i], dispersions[i + 1], path[i][1]) for i in turns]
    return max(found, key=lambda maximum: maximum.log_likelihood)


def coefficient_covariance(family: Family, best: Maximum) -> Floats | None:
    """``(P, P)`` of the coefficients, by the observed information of them and the dispersion's logarithm.

    None where that has no inverse. Derivatives along the dispersion by five points, right to about 1e-11.
    """
    eta, design = family.design @ best.coefficients, family.design
    information = -(design.T * family.derivatives(best.dispersion, eta)[1]) @ design
    if best.dispersion > 0:

        def gradient(shift: float) -> Floats:
            dispersion = best.dispersion * float(np.exp(shift))
            slope = dispersion * _slope(family, dispersion, best.coefficients)
            return np.append(design.T @ family.derivatives(dispersion, eta)[0], slope)

        near, far = (gradient(h) - gradient(-h) for h in (SHIFT, 2.0 * SHIFT))
        moved = (8.0 * near - far) / (12.0 * SHIFT)
        if moved[-1] >= 0:
            return None
        information = information + np.outer(moved[:-1], moved[:-1]) / moved[-1]
    curvature, axes = np.linalg.eigh(information)
    if curvature[0] <= FLATTEST * curvature[-1]:
        return None
    return np.asarray((axes / curvature) @ axes.T)


def _scan(family: Family, none: Floats, flat: Floats) -> list[tuple[float, Floats, float]]:
    """Dispersions, the best coefficients there and the slope of the profile, to where it falls for good.

    Where several sets of coefficients can be best at one dispersion, those that come from both neighbours
    and from the pooled mean are compared.
    """
    lowest = LOWEST / family.scale
    dispersions = [lowest]
    path = [_best(family, lowest, none)]
    enough = max(1.0, 1e3 * family.groups)
    while dispersions[-1] < enough or _slope(family, dispersions[-1], path[-1]) > 0:
        if dispersions[-1] > lowest * 10.0**MOST_DECADES:
            raise DataError("the likelihood of the counts rises without end as groups differ more and more")
        dispersions.append(lowest * 10.0 ** (len(dispersions) / GRID_PER_DECADE))
        path.append(_best(family, dispersions[-1], path[-1]))
    if not (family.concave or len(flat) == 1):
        for i in range(len(path) - 1, -1, -1):
            starts = [flat] if i == len(path) - 1 else [flat, path[i + 1]]
            others = [_best(family, dispersions[i], start) for start in starts]
            path[i] = max([path[i], *others], key=lambda beta: _value(family, dispersions[i], beta))
    return [
        (dispersion, beta, _slope(family, dispersion, beta))
        for dispersion, beta in zip(dispersions, path, strict=True)
    ]


def _refine(family: Family, low: float, high: float, start: Floats) -> Maximum:
    """The maximum of the profile between two dispersions."""
    from scipy.optimize import brentq

    def slope(dispersion: float) -> float:
        return _slope(family, dispersion, _best(family, dispersion, start))

    low = low or high * LOWEST
    while slope(low) <= 0:
        low *= LOWEST
    dispersion = float(brentq(slope, low, high, xtol=1e-300, rtol=4 * float(np.finfo(np.float64).eps)))
    beta = _best(family, dispersion, start)
    return Maximum(dispersion, beta, _value(family, dispersion, beta))


def _best(family: Family, dispersion: float, start: Floats) -> Floats:
    """The coefficients that are best at a dispersion, from ``start`` uphill by Newton's steps."""
    design, beta = family.design, start
    value = _value(family, dispersion, beta)
    for _ in range(MOST_STEPS):
        first, second = family.derivatives(dispersion, design @ beta)
        curvature, axes = np.linalg.eigh(-(design.T * second) @ design)
        size = np.abs(curvature)
        step = axes @ ((axes.T @ (design.T @ first)) / np.maximum(size, FLATTEST * size.max()))
        reach = float(np.abs(design @ step).max())
        if reach <= LAST_STEP:
            return np.asarray(beta + step)
        if reach > LONGEST_STEP:
            step, reach = step * (LONGEST_STEP / reach), LONGEST_STEP
        new = _value(family, dispersion, beta + step)
        while new < value and reach > CLOSE:
            step, reach = step / 2.0, reach / 2.0
            new = _value(family, dispersion, beta + step)
        beta, value = beta + step, new
        if float(np.abs(design @ beta).max()) > FARTHEST:
            break
    raise DataError("the likelihood of the counts has no maximum: what explains their means separates them")


def _value(family: Family, dispersion: float, beta: Floats) -> float:
    return family.log_likelihood(dispersion, family.design @ beta)


def _score(family: Family, dispersion: float, beta: Floats) -> tuple[float, float]:
    return family.score(dispersion, family.design @ beta)


def _slope(family: Family, dispersion: float, beta: Floats) -> float:
    up, down = _score(family, dispersion, beta)
    return up - down
