"""Chances of being among the first few of many groups, whose own cutoff is counted without an approximation.

Given the shared error and a value t, the number of groups above t has the coefficients of prod (q_j + p_j x).
Those up to degree ``top`` - 1 say how likely it is that fewer than ``top`` are above, and cost J times
``top``; without group j, whose value is t, they come from dividing by its factor where p_j is at most a half,
which is stable, and from the product over the others where it is more, as it is of few.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from estimators.inference.joint_grid import panel_rule
from estimators.inference.rank_grid import BEST_REACH, shared_nodes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.contract.joint import Joint

    Floats = NDArray[np.float64]

NO_CHANCE = 1e-11
"""A chance that fewer than ``top`` groups are above, and a part of a group's distribution, that is none."""
FINER = 0.33
"""Panels are narrower by this times the root of ``top``: the more are counted, the faster counts fall."""
MOST_SHARED = 8.0
"""Up to this spread of the loadings, in the smallest standard deviation, the shared rule is right to 4e-6,
and up to half of it to 1e-9."""
PLACES_AT_A_TIME = 64
HALVINGS = 60


def is_shared_by_little(joint: Joint) -> bool:
    """Whether the shared error moves groups so little against each other that few values of it will do."""
    return float(np.ptp(joint.loading) / joint.own.min()) <= MOST_SHARED


def chances_of_first(joint: Joint, top: int) -> Floats:
    """(J,) the chance of each group to be among the first ``top``; to 4e-6 if :func:`is_shared_by_little`."""
    groups = len(joint)
    if not 0 < top < groups:
        return np.full(groups, float(top >= groups))
    if 2 * top > groups:
        return 1.0 - chances_of_first(joint.reversed(), groups - top)
    chances = np.zeros(groups)
    for value, weight in shared_nodes(joint):
        mean = joint.mean + (joint.loading - joint.loading.mean()) * value
        chances += weight * _given(mean, joint.own, top)
    return np.minimum(chances, 1.0)


def _given(mean: Floats, own: Floats, top: int) -> Floats:
    """The same of independent groups."""
    from scipy.special import ndtr

    floor = _floor(mean, own, top)
    able = np.flatnonzero(mean + BEST_REACH * own > floor)
    m, s = mean[able], own[able]
    finer = max(1.0, FINER * np.sqrt(top))
    place, share = panel_rule(m, s / finer, BEST_REACH * s)
    place, share = place[place > floor], share[place > floor]
    found = np.zeros(len(able))
    for start in range(0, len(place), PLACES_AT_A_TIME):
        t, width = place[start : start + PLACES_AT_A_TIME], share[start : start + PLACES_AT_A_TIME]
        z = (t[:, None] - m) / s
        density = np.exp(-0.5 * np.square(z)) * (width[:, None] / (s * np.sqrt(2.0 * np.pi)))
        above = ndtr(-z)
        often = (above > 0.5).any(axis=0)
        counts = _counts(np.eye(top, 1).repeat(len(t), axis=1), above[:, ~often])
        for j, others in zip(np.flatnonzero(often), _without_each(counts, above[:, often]), strict=True):
            found[j] += density[:, j] @ others.sum(axis=0)
        counts = _counts(counts, above[:, often])
        felt = np.flatnonzero(~often & (density > NO_CHANCE).any(axis=0))
        found[felt] += (density[:, felt] * _fewer_others(counts, above[:, felt])).sum(axis=0)
    chances = np.zeros(len(mean))
    chances[able] = found
    return chances


def _floor(mean: Floats, own: Floats, top: int) -> float:
    """A value that at least ``top`` groups exceed, but for a chance of :data:`NO_CHANCE` by Chernoff's bound.

    Of independent zeros and ones with mean M at most k below it are reached with a chance of at most
    exp(k - M + k log(M / k)) (Mitzenmacher & Upfal 2005, Probability and Computing, theorem 4.5).
    """
    from scipy.special import ndtr

    few = top - 1.0
    most = few + 1.0
    while few - most + (few * np.log(most / few) if few else 0.0) > np.log(NO_CHANCE):
        most *= 1.1
    low, high = float((mean - 2 * BEST_REACH * own).min()), float((mean + BEST_REACH * own).max())
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        above = float(ndtr((mean - middle) / own).sum())
        low, high = (middle, high) if above > most else (low, middle)
    return low


def _counts(counts: Floats, above: Floats) -> Floats:
    """The chances ``(top, T)`` of 0, 1, ... groups above, with further groups ``(T, J)``."""
    for p in above.T:
        more = counts[:-1] * p
        counts = counts * (1.0 - p)
        counts[1:] += more
    return counts


def _without_each(counts: Floats, above: Floats) -> Iterator[Floats]:
    """As :func:`_counts`, without each of the groups in turn."""
    groups = above.shape[1]
    if groups == 0:
        return
    if groups == 1:
        yield counts
        return
    left, right = above[:, : groups // 2], above[:, groups // 2 :]
    yield from _without_each(_counts(counts, right), left)
    yield from _without_each(_counts(counts, left), right)


def _fewer_others(counts: Floats, above: Floats) -> Floats:
    """(T, J) the chance that fewer than ``top`` others are above, of groups with at most a half."""
    ratio = above / (1.0 - above)
    left, total = np.zeros_like(above), np.zeros_like(above)
    for line in counts:
        left = line[:, None] / (1.0 - above) - left * ratio
        total += left
    return total
