"""Ranks of many groups, on a grid: J times a few hundred steps, with an error that is stated.

Given the shared error, the number of groups above t is a sum of independent zeros and ones with mean M(t) and
variance V(t), both sums over groups that are computed once on a grid. It is taken as binomial with that mean
and variance (Ehm 1991, Stat. Probab. Lett. 11, 7-16), whose chance of at most r - 1 is that of a beta
variable above a number. So a group is among the first r where its value is above a cutoff that has a
distribution of its own, and the chance of that is a mixture of normal probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.inference.joint_grid import REACH, panel_rule
from estimators.inference.pairs import expected_rank

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.contract.joint import Joint

    Floats = NDArray[np.float64]
    Ranks = NDArray[np.int64]

ERROR = 0.005
"""Chances of being among the first r, 1 < r < J, are within this of the exact ones with 500 groups and more,
and rank intervals within one rank (0.02 with 100 groups); expected ranks and the chance of being the best to
1e-6."""
POINTS = 2048
"""Places of the grid, even over all that groups reach."""
WIDTHS = 48
"""Standard deviations between the smallest and the largest, between which groups are shared out."""
CUTOFF_POINTS = 5
"""Of the rule over a cutoff's distribution."""
PAIRED_GROUPS = 1000
"""Up to so many, expected ranks come from all pairs, and for rank intervals a group is taken out of its own
count exactly, as it always is for the chance of being among the first."""
ROUNDS = 3
"""By which a cutoff and the variance of the count at it are brought together."""
HALVINGS = 12
"""Of the stretch in which the cutoff of a group lies that does not count itself."""
CELLS_AT_A_TIME = 1 << 20
"""Places times groups that are worked on at once."""
NO_CHANCE = 1e-11
"""A chance that all groups are below that is taken as 0."""
BEST_REACH = 6.8
"""Standard deviations past which a normal distribution has less than that."""


@dataclass(frozen=True, eq=False)
class Counted:
    """The number of groups above each place of a grid, given one value of the shared error."""

    weight: float
    """Of this value."""
    mean: Floats
    """(J,) of each group given it."""
    place: Floats
    """(G,) ascending."""
    expected: Floats
    """(G,) M, falling."""
    variance: Floats
    """(G,) V."""
    slope: Floats
    """(G,) how fast M falls."""
    all_below: Floats
    """(G,) the logarithm of the chance that no group is above."""


def approximate_ranks(
    joint: Joint, level: float, top: int | None
) -> tuple[Floats, Ranks, Ranks, Floats, Floats | None]:
    """Expected ranks, ends of the rank intervals, P(best) and P(top), ``(J,)`` each, 1 = largest."""
    counted = [_count(joint, value, weight) for value, weight in shared_nodes(joint)]
    if len(joint) <= PAIRED_GROUPS:
        expected = expected_rank(joint)
    else:
        expected = np.sum([piece.weight * _expected(joint, piece) for piece in counted], axis=0)
    best = np.sum([piece.weight * _best(joint, piece) for piece in counted], axis=0)
    low, high = _intervals(joint, counted, best, level)
    p_top = None
    if top == 1:
        p_top = best
    elif top is not None:
        ranks = np.full(len(joint), top, dtype=np.int64)
        p_top = (
            np.ones(len(joint)) if top == len(joint) else _Cutoffs(joint, counted, paired=True).reached(ranks)
        )
    return expected, low, high, best, p_top


def shared_nodes(joint: Joint) -> list[tuple[float, float]]:
    """Values of the shared error with their weights: Gauss and Hermite's, more the more it matters."""
    matters = float(np.ptp(joint.loading) / joint.own.min())
    if matters < 1e-6:
        return [(0.0, 1.0)]
    value, weight = np.polynomial.hermite_e.hermegauss(int(min(33, 2 + np.ceil(7.0 * matters))))
    return list(zip(value.tolist(), (weight / weight.sum()).tolist(), strict=True))


def _count(joint: Joint, value: float, weight: float) -> Counted:
    """The number of groups above each place, given a value of the shared error.

    Groups are shared out between neighbouring places and widths, so that sums over groups are convolutions.
    """
    from scipy.special import log_ndtr, ndtr

    own = joint.own
    mean = joint.mean + (joint.loading - joint.loading.mean()) * value
    place = np.linspace((mean - REACH * own).min(), (mean + REACH * own).max(), POINTS)
    step = place[1] - place[0]
    width = np.geomspace(own.min(), own.max(), WIDTHS) if np.ptp(own) > 0 else own[:1]
    shares = _shared_out(mean, own, place, width)
    size = 1 << int(np.ceil(np.log2(3 * POINTS)))
    z = step * np.arange(1 - POINTS, POINTS) / width[:, None]
    kernels = (ndtr(-z), ndtr(z) * ndtr(-z), np.exp(-0.5 * np.square(z)) / width[:, None], log_ndtr(z))
    spectrum = np.fft.rfft(shares, size)
    sums = [
        np.fft.irfft((spectrum * np.fft.rfft(kernel, size)).sum(axis=0), size)[POINTS - 1 : 2 * POINTS - 1]
        for kernel in kernels
    ]
    expected = np.clip(np.minimum.accumulate(sums[0]), 0.0, len(own))
    variance, slope = np.clip(sums[1], 0.0, None), np.clip(sums[2], 0.0, None) / np.sqrt(2.0 * np.pi)
    return Counted(weight, mean, place, expected, variance, slope, sums[3])


def _shared_out(mean: Floats, own: Floats, place: Floats, width: Floats) -> Floats:
    """How many groups stand at each width and place ``(W, G)``: each is shared between its neighbours."""
    at = (mean - place[0]) / (place[1] - place[0])
    cell = np.clip(at.astype(np.intp), 0, len(place) - 2)
    part = at - cell
    if len(width) == 1:
        row, wide = np.zeros(len(own), dtype=np.intp), np.zeros(len(own))
    else:
        row = np.clip(np.searchsorted(width, own, side="right") - 1, 0, len(width) - 2)
        squares = np.square(width)
        wide = (np.square(own) - squares[row]) / (squares[row + 1] - squares[row])
    count = np.zeros((len(width) + 1) * len(place))
    for up, across in ((0, 0), (0, 1), (1, 0), (1, 1)):
        share = (wide if up else 1.0 - wide) * (part if across else 1.0 - part)
        count += np.bincount((row + up) * len(place) + cell + across, share, minlength=len(count))
    return count.reshape(len(width) + 1, len(place))[: len(width)]


def _expected(joint: Joint, piece: Counted) -> Floats:
    """Expected ranks given the shared error: those above on average, where the group itself counts half."""
    x, weight = np.polynomial.hermite_e.hermegauss(12)
    at = piece.mean + np.multiply.outer(x, joint.own)
    return np.asarray(0.5 + (weight / weight.sum()) @ _cubic(at, piece.place, piece.expected, -piece.slope))


def _cubic(at: Floats, place: Floats, value: Floats, slope: Floats) -> Floats:
    """Values between places, by the cubic that has the values and slopes at both."""
    cell = np.clip(np.searchsorted(place, at) - 1, 0, len(place) - 2)
    width = place[cell + 1] - place[cell]
    u = np.clip((at - place[cell]) / width, 0.0, 1.0)
    rise = value[cell + 1] - value[cell]
    a, b = slope[cell] * width - rise, rise - slope[cell + 1] * width
    return np.asarray(value[cell] + u * rise + u * (1.0 - u) * (a * (1.0 - u) + b * u))


def _best(joint: Joint, piece: Counted) -> Floats:
    """(J,) the chance of being the largest given the shared error, by quadrature over those that can be."""
    from scipy.special import log_ndtr

    floor = piece.place[max(0, int(np.searchsorted(piece.all_below, np.log(NO_CHANCE))) - 1)]
    able = np.flatnonzero(piece.mean + BEST_REACH * joint.own > floor)
    mean, own = piece.mean[able], joint.own[able]
    place, share = panel_rule(mean, own, BEST_REACH * own)
    keep = place > floor
    place, share = place[keep], share[keep]
    best = np.zeros(len(joint))
    at_once = max(1, CELLS_AT_A_TIME // len(able))
    for start in range(0, len(place), at_once):
        z = (place[start : start + at_once, None] - mean) / own
        below = log_ndtr(z)
        density = np.exp(-0.5 * np.square(z) + below.sum(axis=1, keepdims=True) - below)
        best[able] += share[start : start + at_once] @ density / (own * np.sqrt(2.0 * np.pi))
    return best


class _Cutoffs:
    """Where a group's value has to lie for it to be among the first r."""

    def __init__(self, joint: Joint, counted: list[Counted], *, paired: bool) -> None:
        groups = len(joint)
        few = np.arange(1, min(groups, 100))
        many = np.linspace(1, groups - 1, min(groups - 1, 400))
        self.joint, self.paired = joint, paired
        self.ranks = np.unique(np.concatenate([few, groups - few, np.round(many)])).astype(np.int64)
        self.parts = [self._of(piece) for piece in counted]
        self.counted = counted

    def _of(self, piece: Counted) -> tuple[Floats, Floats]:
        """Weights ``(E,)`` and ``(E, R)`` how many others are above a cutoff on average.

        With many groups, of which one counts little, the cutoffs themselves.
        """
        from scipy.special import betaincinv, ndtr

        x, weight = np.polynomial.hermite_e.hermegauss(CUTOFF_POINTS)
        others, last = len(self.joint) - 1, self.ranks > len(self.joint) / 2
        rank = np.where(last, others + 1 - self.ranks, self.ranks)
        tail = np.where(last, ndtr(-x)[:, None], ndtr(x)[:, None])
        reached = np.broadcast_to(self.ranks - 0.5, tail.shape[:1] + rank.shape)
        for _ in range(ROUNDS):
            place = np.interp(reached + 0.5, piece.expected[::-1], piece.place[::-1])
            variance = np.interp(place, piece.place, piece.variance)
            mean = np.where(last, others - reached, reached)
            trials = np.square(mean) / np.maximum(mean - variance, 1e-9 * mean)
            trials = np.clip(trials, rank + 0.01, None)
            below = trials * betaincinv(rank, trials - rank + 1.0, tail)
            reached = np.where(last, others - below, below)
        if not self.paired:
            reached = np.interp(reached + 0.5, piece.expected[::-1], piece.place[::-1])
        return weight / weight.sum(), reached

    def reached(self, ranks: Ranks) -> Floats:
        """(J,) the chance of each group to be among the first ``ranks (J,)``."""
        from scipy.special import ndtr

        own = self.joint.own
        right = np.clip(np.searchsorted(self.ranks, ranks), 1, len(self.ranks) - 1)
        share = (ranks - self.ranks[right - 1]) / (self.ranks[right] - self.ranks[right - 1])
        chance = np.zeros(len(own))
        for piece, (weight, others) in zip(self.counted, self.parts, strict=True):
            for w, line in zip(weight, others, strict=True):
                wanted = line[right - 1] + share * (line[right] - line[right - 1])
                cutoff = self._where(piece, wanted) if self.paired else wanted
                chance += piece.weight * w * ndtr((piece.mean - cutoff) / own)
        return chance

    def _where(self, piece: Counted, wanted: Floats) -> Floats:
        """(J,) the value of each group above which ``wanted (J,)`` others are on average."""
        from scipy.special import ndtr

        falling, places, own = piece.expected[::-1], piece.place[::-1], self.joint.own
        low, high = np.interp(wanted + 1.0, falling, places), np.interp(wanted, falling, places)
        for _ in range(HALVINGS):
            middle = (low + high) / 2.0
            above = np.interp(middle, piece.place, piece.expected) - ndtr((piece.mean - middle) / own)
            low, high = np.where(above > wanted, middle, low), np.where(above > wanted, high, middle)
        return (low + high) / 2.0


def _intervals(joint: Joint, counted: list[Counted], best: Floats, level: float) -> tuple[Ranks, Ranks]:
    """The ranks ``(J,)`` at which the cumulated chance first reaches both tails, by halving.

    Of rank 1 the chance is ``best``.
    """
    groups = len(joint)
    cutoffs = _Cutoffs(joint, counted, paired=groups <= PAIRED_GROUPS)
    tail, ends = (1.0 - level) / 2.0, []
    for limit in (tail, 1.0 - tail):
        low, high = np.ones(groups, dtype=np.int64), np.full(groups, groups, dtype=np.int64)
        high[best >= limit] = 1
        while (high - low > 1).any():
            middle = np.clip((low + high) // 2, 1, groups - 1)
            enough = cutoffs.reached(middle) >= limit
            open_ = high - low > 1
            low, high = np.where(open_ & ~enough, middle, low), np.where(open_ & enough, middle, high)
        ends.append(high)
    return ends[0], ends[1]
