"""Places and weights at which a joint normal distribution is looked at, close enough for 1e-9.

Given the shared error Z the groups are independent. Over Z a trapezoid rule does, which for an analytic
function that falls like a normal density gains digits with every step made smaller (Trefethen & Weideman
2014, SIAM Review 56, 385-458); over the value that a group has, Gauss and Legendre's rule on panels no wider
than the narrowest distribution that varies there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.contract.joint import Joint

    Floats = NDArray[np.float64]

REACH = 10.5
"""Standard deviations past which a normal distribution has less than 1e-25, so small chances have digits."""
SHARED_STEP = 0.7
"""Step of the rule over Z, in units of what varies along it; 0.8 is right to 1e-13, 1 to 1e-9."""
PANEL_WIDTH = 2.0
"""Of a panel, in units of the narrowest standard deviation that is felt there."""
PANEL_POINTS = 20
"""Of Gauss and Legendre's rule on it: exact to degree 39."""
LEAST_SHARE = 1e-11
"""A standard deviation smaller than this share of the whole range cannot be told from 0."""


@dataclass(frozen=True, eq=False)
class Slice:
    """The groups given one value of the shared error, where they are independent."""

    weight: float
    """Of this value."""
    mean: Floats
    """(J,) of each group given it."""
    place: Floats
    """(T,) values that a group may have, the same in every slice."""
    share: Floats
    """(T,) the rule's weights there."""


def shared_rule(joint: Joint) -> tuple[Floats, Floats]:
    """Values of the shared error and their weights, ``(Z,)`` each; one where it moves all groups alike.

    Ranks depend on differences only: of two groups that differ by d in their loadings and have standard
    deviations a and b, on d / sqrt(a^2 + b^2).
    """
    own, loading = joint.own, joint.loading
    if loading.max() - loading.min() <= 1e-12 * own.min():
        return np.zeros(1), np.ones(1)
    apart = np.abs(loading[:, None] - loading)
    most = float((apart / np.hypot(own[:, None], own)).max())
    step = SHARED_STEP / np.hypot(1.0, most)
    count = int(np.ceil(REACH / step))
    value = step * np.arange(-count, count + 1)
    weight = np.exp(-0.5 * np.square(value))
    return value, weight / weight.sum()


def require_comparable(joint: Joint) -> None:
    """Make sure that differences of means can be seen beside every standard deviation.

    Raises:
        DataError: they cannot.

    """
    reach = float(np.ptp(joint.mean) + np.ptp(joint.loading) + joint.own.max())
    if joint.own.min() < LEAST_SHARE * reach:
        raise DataError("standard errors differ too much in size for ranks to be computed")


def slices(joint: Joint) -> Iterator[Slice]:
    """The groups given each value of the shared error.

    Raises:
        DataError: the standard deviations differ too much for differences of means to be seen.

    """
    require_comparable(joint)
    values, weights = shared_rule(joint)
    loading = joint.loading - _kept_still(joint) if len(values) > 1 else np.zeros(len(joint))
    rule = panel_rule(joint.mean, joint.own, REACH * joint.own + values[-1] * np.abs(loading))
    for value, weight in zip(values, weights, strict=True):
        yield Slice(float(weight), joint.mean + loading * value, *rule)


def _kept_still(joint: Joint) -> float:
    """The loading that is taken off all, so that the narrowest groups hardly move: their panels stay few."""
    precision = np.square(joint.own.min() / joint.own)
    return float(joint.loading @ precision / precision.sum())


def panel_rule(mean: Floats, own: Floats, reach: Floats) -> tuple[Floats, Floats]:
    """Places and weights ``(T,)`` over all that any of the groups reaches."""
    low, high = mean - reach, mean + reach
    points, weights = np.polynomial.legendre.leggauss(PANEL_POINTS)
    left, right = np.array([low.min()]), np.array([high.max()])
    done: list[tuple[Floats, Floats]] = []
    while len(left):
        felt = (low < right[:, None]) & (high > left[:, None])
        narrowest = np.where(felt, own, np.inf).min(axis=1)
        fine = right - left <= PANEL_WIDTH * narrowest
        used = fine & np.isfinite(narrowest)
        done.append((left[used], right[used]))
        left, right, narrowest = left[~fine], right[~fine], narrowest[~fine]
        parts = np.clip(np.ceil((right - left) / (PANEL_WIDTH * narrowest)), 2, 32).astype(int)
        edges = [np.linspace(a, b, k + 1) for a, b, k in zip(left, right, parts, strict=True)]
        left = np.concatenate([e[:-1] for e in edges]) if edges else np.empty(0)
        right = np.concatenate([e[1:] for e in edges]) if edges else np.empty(0)
    a, b = (np.concatenate(ends) for ends in zip(*done, strict=True))
    half = (b - a) / 2.0
    place = ((a + b) / 2.0)[:, None] + half[:, None] * points
    return place.ravel(), (half[:, None] * weights).ravel()
