"""Ranks of the true means under a joint distribution: expected, with an interval, and of being the best."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from estimators.contract.joint import DRAWS, SEED, DrawnJoint, Joint
from estimators.contract.shared_errors import shared_errors
from estimators.errors import DataError, OptionError
from estimators.inference.contenders import (
    LEAST_VARIANCE,
    MOST,
    MOST_CELLS,
    contenders,
    part_of,
    variance_at_cutoff,
)
from estimators.inference.first_places import chances_of_first, is_shared_by_little
from estimators.inference.joint_grid import require_comparable, slices
from estimators.inference.level_text import level_text
from estimators.inference.pairs import expected_rank, probability_above, tells_above
from estimators.inference.rank_grid import approximate_ranks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

EXACT_GROUPS = 60
"""Up to so many groups the distribution of every rank is computed exactly; its cost grows with their cube."""
MOST_PAIRED = 3000
"""Groups whose chances of all pairs fit in memory."""
MOST_DRAWN = 5000
"""Groups of which the counts of every rank fit into a gigabyte."""
NUMBERS_DRAWN = 40_000_000
"""True means that are drawn at most: 20,000 of each of 2,000 groups."""
CELLS_AT_A_TIME = 1 << 20
"""Numbers of draws held at once."""
LEAST_COUNT = 1e-6
"""A draw adds at least 1 / J to a rank; less is rounding."""
CELLS_NEAR = 1 << 16
"""Chances that are gone through several times at once."""
LEAST_CHANCE = 1e-300
"""Below it a chance has lost digits of its logarithm."""
NEGLIGIBLE = 1e-18
"""A share of a group's distribution that is not worth a look."""


@dataclass(frozen=True, eq=False)
class Ranks:
    """What the joint distribution says of the true ranks of J groups, 1 = largest; arrays are ``(J,)``."""

    expected: Floats
    """Mean of the rank."""
    low: NDArray[np.int64]
    """The smallest rank whose chance, with all smaller ones, reaches (1 - level) / 2."""
    high: NDArray[np.int64]
    """The smallest rank whose chance, with all smaller ones, reaches (1 + level) / 2."""
    p_best: Floats
    """Chance of having the largest true mean."""
    p_top: Floats | None
    """Chance of being among the ``top``; None where that was not asked for."""
    p_above_center: Floats | None
    """Chance of a true mean above the centre; None: there is no centre."""
    level: float
    """Of the intervals."""
    top: int | None
    """How many are looked for."""
    distribution: Floats | None
    """(J, J) chance of group j to have rank r + 1; None where it was approximated."""
    draws: int | None = None
    """How many draws the numbers come from; None: they were computed."""
    seed: int | None = None
    """Of the draws."""

    def at(self, level: float, top: int | None) -> Ranks | None:
        """The same ranks with another level and number of best; None where no distribution is at hand.

        Raises:
            OptionError: as :func:`group_ranks`.

        """
        if self.distribution is None:
            return None
        _check_level(level)
        check_top(top, len(self.expected))
        low, high = _interval(self.distribution, level)
        p_top = None if top is None else self.distribution[:, :top].sum(axis=1)
        return replace(self, low=low, high=high, p_top=p_top, level=level, top=top)

    @property
    def approximate(self) -> bool:
        """Whether there are so many groups that the distribution of ranks was approximated."""
        return self.distribution is None and self.draws is None


def group_ranks(
    joint: Joint | DrawnJoint,
    *,
    level: float = 0.95,
    top: int | None = None,
    smallest_first: bool = False,
    exact: bool | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Ranks:
    """The ranks of true means, with the uncertainty that the joint distribution holds.

    Exact up to :data:`EXACT_GROUPS` groups: given the shared error and a group's value, its rank is one plus
    a sum of independent zeros and ones (Laird & Louis 1989, J. Educ. Stat. 14, 29-46; Lin, Louis, Paddock &
    Ridgeway 2006, Bayesian Analysis 1, 915-946). Beyond that, by the grid of :func:`approximate_ranks`, with
    the chance of being among the first exact where few places are contended for. The spreads
    count as known, and of level means P(best) is a statement with a flat prior.

    Args:
        joint: the distribution; ties of draws count half.
        level: of the rank intervals, between 0 and 1.
        top: how many groups the best are; None: not asked.
        smallest_first: whether rank 1 is the smallest.
        exact: True or False: compute the distribution exactly, or on the grid, whatever the number of groups.
        draws: of a distribution that can only be drawn from; fewer of more than 2,000 groups.
        seed: of the draws.

    Raises:
        OptionError: the level is not between 0 and 1, or ``top`` not between 1 and the number of groups.
        DataError: the standard deviations differ too much in size, or too many groups that share much of
            their errors contend for the last places.

    """
    _check_level(level)
    turned = joint.reversed() if smallest_first else joint
    if isinstance(turned, DrawnJoint):
        return _drawn_ranks(turned, level, top, draws, seed)
    check_top(top, len(turned))
    above = probability_above(turned)
    if exact is False or (exact is None and len(turned) > EXACT_GROUPS):
        require_comparable(turned)
        found = Ranks(*approximate_ranks(turned, level, top), above, level, top, None)
        if top in (None, 1, len(turned)) or variance_at_cutoff(turned, top) >= LEAST_VARIANCE:
            return found
        return replace(found, p_top=_chances_of_contenders(turned, top))
    distribution, best = rank_distribution(turned)
    low, high = _interval(distribution, level)
    p_top = None if top is None else distribution[:, :top].sum(axis=1)
    expected = expected_rank(turned)
    return Ranks(expected, low, high, best, p_top, above, level, top, distribution)


def _chances_of_contenders(joint: Joint, top: int) -> Floats:
    """(J,) the chance of being among the first ``top``, exact among those that contend for the last places.

    Raises:
        DataError: there are too many of them.

    """
    at, surely = contenders(joint, top)
    chances, left = surely.astype(np.float64), top - int(surely.sum())
    if not len(at):
        return chances
    part = part_of(joint, at)
    if is_shared_by_little(part) and len(at) * min(left, len(at) - left) <= MOST_CELLS:
        chances[at] = chances_of_first(part, left)
    elif len(at) <= MOST:
        chances[at] = rank_distribution(part)[0][:, :left].sum(axis=1)
    else:
        raise DataError(f"{len(at):,} groups contend for the last places: too many to compute their chances")
    return chances


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise OptionError(f"the level of rank intervals lies between 0 and 1, not at {level:g}")


@dataclass(frozen=True)
class TopShare:
    """The best share of the groups, as in the best tenth.

    Raises:
        OptionError: the share is not above 0, or above 1.

    """

    share: float

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise OptionError(f"the best are a share above 0 and at most 100% of the groups, not {self}")

    def __str__(self) -> str:
        return level_text(self.share)

    def count(self, groups: int) -> int:
        """How many of so many groups that is: the nearest whole number, and at least 1."""
        return max(1, round(self.share * groups))


def number_of_best(top: int | TopShare | None, groups: int) -> int | None:
    """How many the best are; None: not asked.

    Raises:
        OptionError: there are not so many groups.

    """
    count = top.count(groups) if isinstance(top, TopShare) else top
    check_top(count, groups)
    return count


def check_top(top: int | None, groups: int) -> None:
    """Make sure that there can be so many best.

    Raises:
        OptionError: there cannot.

    """
    if top is not None and not 1 <= top <= groups:
        raise OptionError(f"the best are at least 1 and at most all {groups:,} groups, not {top:,}")


def rank_distribution(joint: Joint) -> tuple[Floats, Floats]:
    """(J, J) the chance of group j to have true rank r + 1, 1 = largest, and (J,) that of rank 1.

    To about 1e-15; that of rank 1, from a product of chances, to nine digits even where it is small.
    """
    from scipy.special import ndtr

    groups = len(joint)
    chances, best = np.zeros((groups, groups)), np.zeros(groups)
    held: list[tuple[Floats, Floats, Floats]] = []
    for piece in slices(joint):
        z = (piece.place[:, None] - piece.mean) / joint.own
        density = np.exp(-0.5 * np.square(z)) * (piece.share[:, None] / joint.own)
        density *= piece.weight / density.sum(axis=0)
        share = ndtr(z)
        felt = np.flatnonzero((density > NEGLIGIBLE).any(axis=1))
        held.append((density[felt], ndtr(-z[felt]), share[felt]))
        if sum(part[0].size for part in held) >= CELLS_NEAR:
            _add_ranks(chances, *map(np.concatenate, zip(*held, strict=True)))
            held = []
        below = _logarithm(share, z)
        best += (density * np.exp(below.sum(axis=1, keepdims=True) - below)).sum(axis=0)
    if held:
        _add_ranks(chances, *map(np.concatenate, zip(*held, strict=True)))
    return chances, best


def _logarithm(share: Floats, z: Floats) -> Floats:
    """The logarithm of ``share``, normal chances of being below ``z``, where these are too small too."""
    from scipy.special import log_ndtr

    with np.errstate(divide="ignore"):
        found = np.log(share)
    small = share < LEAST_CHANCE
    found[small] = log_ndtr(z[small])
    return found


def _add_ranks(chances: Floats, weight: Floats, above: Floats, below: Floats) -> None:
    """Add what T places say, where every group is above with a chance ``(T, J)`` of its own.

    The number above among all groups has the coefficients of prod (below + above x); those without group j
    come from dividing by its factor, from the end at which that is stable.
    """
    groups = len(chances)
    counts = np.zeros((groups + 1, len(above)))
    counts[0] = 1.0
    for k in range(groups):
        counts[1 : k + 2] = counts[1 : k + 2] * below[:, k] + counts[: k + 1] * above[:, k]
        counts[0] *= below[:, k]
    group, row = np.nonzero((weight > NEGLIGIBLE).T)
    p, q, w = above[row, group], below[row, group], weight[row, group]
    for up in (True, False):
        some = (p <= 0.5) if up else (p > 0.5)
        if not some.any():
            continue
        divisor, ratio = (q[some], p[some] / q[some]) if up else (p[some], q[some] / p[some])
        place, share = row[some], w[some] / divisor
        present, first = np.unique(group[some], return_index=True)
        left, added = np.zeros(len(place)), np.empty(len(place))
        for rank in range(groups) if up else range(groups - 1, -1, -1):
            np.take(counts[rank if up else rank + 1], place, out=added)
            added *= share
            left *= ratio
            np.subtract(added, left, out=left)
            chances[present, rank] += np.add.reduceat(left, first)


def _interval(distribution: Floats, level: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The ranks ``(J,)`` at which the cumulated chance first reaches both tails."""
    reached = np.cumsum(distribution, axis=1)
    reached[:, -1] = 1.0
    tail = (1.0 - level) / 2.0
    low, high = (1 + np.argmax(reached >= limit, axis=1) for limit in (tail, 1.0 - tail))
    return low.astype(np.int64), high.astype(np.int64)


def _drawn_ranks(joint: DrawnJoint, level: float, top: int | None, draws: int, seed: int) -> Ranks:
    """Ranks by counting draws; those that tie share their ranks evenly.

    Where groups share errors by a formula, expected ranks and chances to be above the centre come from that.
    """
    groups = joint.draw(1, seed)[0].shape[1]
    check_top(top, groups)
    if groups > MOST_DRAWN:
        raise DataError(
            "ranks that can only be drawn, as those beside covariates are, are counted for "
            f"{MOST_DRAWN:,} groups or fewer, not {groups:,}"
        )
    draws = min(draws, NUMBERS_DRAWN // groups)
    theta, center = joint.draw(draws, seed)
    chances = _shares_of_ranks(theta)
    low, high = _interval(chances, level)
    above = None
    if center is not None:
        line = center[:, None]
        above = ((theta > line) + 0.5 * (theta == line)).mean(axis=0)
    p_top = None if top is None else chances[:, :top].sum(axis=1)
    expected = chances @ np.arange(1.0, groups + 1)
    if tells_above(joint):
        above = probability_above(joint)
    if shared_errors(joint) is not None:
        expected = expected_rank(joint) if groups <= MOST_PAIRED else expected
    return Ranks(expected, low, high, chances[:, 0], p_top, above, level, top, chances, draws, seed)


def _shares_of_ranks(theta: Floats) -> Floats:
    """(J, J) the share of the draws ``(D, J)`` in which group j has rank r + 1; ties share ranks evenly.

    What a draw adds to the ranks a to b - 1 that its groups share is put at a, taken off at b, and summed up.
    """
    draws, groups = theta.shape
    steps, place = np.zeros(groups * (groups + 1)), np.arange(groups)
    at_once = max(1, CELLS_AT_A_TIME // groups)
    for start in range(0, draws, at_once):
        lines = theta[start : start + at_once]
        order = np.argsort(-lines, axis=1)  # those that tie may come in any order
        value = np.take_along_axis(lines, order, axis=1)
        apart = value[:, 1:] != value[:, :-1]
        edge = np.ones((len(lines), 1), dtype=bool)
        first = np.maximum.accumulate(np.where(np.hstack([edge, apart]), place, 0), axis=1)
        last = np.where(np.hstack([apart, edge]), place + 1, groups)
        last = np.minimum.accumulate(last[:, ::-1], axis=1)[:, ::-1]
        share, line = (1.0 / (last - first)).ravel(), order * (groups + 1)
        for place_of, sign in (((line + first).ravel(), 1.0), ((line + last).ravel(), -1.0)):
            if len(steps) > len(place_of):  # nothing of the size of all ranks is made for each few draws
                np.add.at(steps, place_of, sign * share)
            else:
                steps += sign * np.bincount(place_of, share, len(steps))
    counted = steps.reshape(groups, groups + 1)
    np.cumsum(counted, axis=1, out=counted)
    counted[counted <= LEAST_COUNT] = 0.0
    counted /= draws
    return counted[:, :groups]
