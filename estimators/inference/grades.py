"""Report-card grades, as few as a chosen price of being wrong allows (Kline, Rose & Walters 2024).

Of two groups of which i is graded above j, lambda pi_ij - (1 - pi_ij) is gained, pi_ij the chance that i is
truly better; of two with one grade nothing is. The ordered partition with the largest gain is looked for:
exactly, over all of them, for a few groups; else among those that keep the order of expected ranks, then
moving single groups as long as that gains. How much no partition can gain more than comes from module
`grade_bound`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from estimators.contract.shared_errors import shared_errors
from estimators.errors import DataError, OptionError
from estimators.inference.grade_bound import order_bound
from estimators.inference.pairs import MOST_DRAWN, pairwise_probability

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.contract.joint import DrawnJoint, Joint

    Floats = NDArray[np.float64]
    Places = NDArray[np.intp]

EXACT_GROUPS = 13
"""Up to so many groups every ordered partition is looked at: 3^13 steps."""
MOST_GROUPS = 3000
"""Chances of all pairs fit in memory up to here."""
TIE = 1e-12
"""Gains that agree so far count as equal: the fewer grades win."""
HALVINGS = 12
"""Of lambda, towards the largest whose discordance is small enough."""
MOST_ROUNDS = 50
"""Of moving single groups."""


@dataclass(frozen=True, eq=False)
class Grades:
    """Grades of J groups, with what they are worth."""

    grade: NDArray[np.int64]
    """(J,) from 1, the best."""
    price: float
    """lambda, what a pair in the right order is worth where one in the wrong order costs 1."""
    gain: float
    """Sum over pairs of different grades of lambda pi - (1 - pi)."""
    discordance: float
    """Expected share of all pairs that are graded the wrong way round."""
    expected_tau: float
    """Kendall's tau to expect of the grades: over pairs of different ones 2 pi - 1 in all, by all pairs."""
    bound: float
    """No grades gain more than this; where the best are found for certain, their gain."""

    @property
    def exact(self) -> bool:
        """Whether no other grades gain more."""
        return self.gain >= self.bound


def most_graded(joint: Joint | DrawnJoint) -> int:
    """Groups up to which grades are given, by a formula or by draws."""
    return MOST_GROUPS if shared_errors(joint) is not None else MOST_DRAWN


def group_grades(joint: Joint | DrawnJoint, price: float = 0.25, *, smallest_first: bool = False) -> Grades:
    """The grades with the largest gain at a price lambda between 0, where all share one, and 1.

    Raises:
        OptionError: the price is not between 0 and 1.
        DataError: there are more than :data:`MOST_GROUPS` groups; of draws, :data:`MOST_DRAWN`.

    """
    if not 0 <= price <= 1:
        raise OptionError(f"lambda lies between 0 and 1, not at {price:g}")
    return grades_by_pairs(_pairs(joint, smallest_first), price)


def grades_within(joint: Joint | DrawnJoint, discordance: float, *, smallest_first: bool = False) -> Grades:
    """The grades at the largest price at which at most a share ``discordance`` of pairs is expected wrong.

    Raises:
        OptionError: the share is not between 0 and 1.
        DataError: there are more than :data:`MOST_GROUPS` groups; of draws, :data:`MOST_DRAWN`.

    """
    if not 0 <= discordance <= 1:
        raise OptionError(f"a discordance rate lies between 0 and 1, not at {discordance:g}")
    pairs = _pairs(joint, smallest_first)
    found = _grades(pairs, 1.0)
    if found.discordance <= discordance:
        return _bounded(pairs, found)
    low, high, found = 0.0, 1.0, _grades(pairs, 0.0)
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        tried = _grades(pairs, middle)
        if tried.discordance <= discordance:
            low, found = middle, tried
        else:
            high = middle
    return _bounded(pairs, found)


def grades_by_pairs(pairs: Floats, price: float) -> Grades:
    """The grades of J groups by the chances ``(J, J)`` that one is better than another."""
    return _bounded(pairs, _grades(pairs, price))


def _gains(pairs: Floats, price: float) -> Floats:
    """What grading i above j gains, ``(J, J)``."""
    gains = price * pairs - (1.0 - pairs)
    np.fill_diagonal(gains, 0.0)
    return gains


def _bounded(pairs: Floats, found: Grades) -> Grades:
    """The same grades with their bound."""
    if len(pairs) <= EXACT_GROUPS:
        return replace(found, bound=found.gain)
    return replace(found, bound=order_bound(_gains(pairs, found.price), found.gain))


def _grades(pairs: Floats, price: float) -> Grades:
    """Grades that nothing bounds yet."""
    groups, gains = len(pairs), _gains(pairs, price)
    grade = _best_of_all(gains) if groups <= EXACT_GROUPS else _best_in_order(pairs, gains)
    above = grade[:, None] < grade
    number = max(1.0, groups * (groups - 1) / 2.0)
    gain = float(gains[above].sum())
    chance = pairs[above]
    wrong, tau = float((1.0 - chance).sum()) / number, float((2.0 * chance - 1.0).sum()) / number
    return Grades(grade, price, gain, wrong, tau, bound=np.inf)


def _pairs(joint: Joint | DrawnJoint, smallest_first: bool) -> Floats:
    errors = shared_errors(joint)
    if errors is not None and len(errors.mean) > MOST_GROUPS:
        raise DataError(f"grades are computed for {MOST_GROUPS:,} groups or fewer, not {len(errors.mean):,}")
    return pairwise_probability(joint.reversed() if smallest_first else joint)


def _best_of_all(gains: Floats) -> NDArray[np.int64]:
    """The best of all ordered partitions: the groups graded so far are a set, and the next grade another."""
    groups = len(gains)
    number = 1 << groups
    best, grades = np.full(number, -np.inf), np.full(number, groups + 1, dtype=np.int64)
    before = np.zeros(number, dtype=np.int64)
    best[0], grades[0] = 0.0, 0
    members = (np.arange(number)[:, None] >> np.arange(groups)) & 1
    added = members.astype(np.float64) @ gains
    for graded in range(number - 1):
        rest = np.flatnonzero(members[graded] == 0)
        sets, values = np.zeros(1, dtype=np.int64), np.zeros(1)
        for group in rest:
            sets = np.concatenate([sets, sets + (1 << int(group))])
            values = np.concatenate([values, values + added[graded, group]])
        sets, values = graded + sets[1:], best[graded] + values[1:]
        count = grades[graded] + 1
        better = (values > best[sets] + TIE) | ((values > best[sets] - TIE) & (count < grades[sets]))
        best[sets[better]], grades[sets[better]], before[sets[better]] = values[better], count, graded
    grade = np.zeros(groups, dtype=np.int64)
    seen = number - 1
    while seen:
        grade[members[seen ^ int(before[seen])] == 1] = grades[seen]
        seen = int(before[seen])
    return grade


def _best_in_order(pairs: Floats, gains: Floats) -> NDArray[np.int64]:
    """The best cut of the groups in the order of their expected ranks, then improved by single moves."""
    order = np.argsort(-pairs.sum(axis=1), kind="stable")
    sorted_gains = gains[np.ix_(order, order)]
    groups = len(order)
    above = np.zeros((groups + 1, groups + 1))
    above[1:, 1:] = sorted_gains.cumsum(axis=0).cumsum(axis=1)
    best, cut = np.zeros(groups + 1), np.zeros(groups + 1, dtype=np.int64)
    for stop in range(1, groups + 1):
        start = np.arange(stop)
        value = best[:stop] + above[start, stop] - above[start, start]
        cut[stop] = int(np.argmax(value))
        best[stop] = value[cut[stop]]
    grade, end, starts = np.zeros(groups, dtype=np.int64), groups, list[int]()
    while end:
        end = int(cut[end])
        starts.append(end)
    for number, first in enumerate(reversed(starts), start=1):
        grade[order[first:]] = number
    return _improved(gains, grade)


def _improved(gains: Floats, grade: NDArray[np.int64]) -> NDArray[np.int64]:
    """Single groups moved to another grade, or to one of their own, as long as that gains."""
    grade = 2 * grade
    for _ in range(MOST_ROUNDS):
        moved = False
        for group in range(len(grade)):
            others = np.arange(len(grade)) != group
            places = np.arange(1, int(grade.max()) + 2)
            here = grade[others]
            up = np.bincount(here, gains[others, group], minlength=len(places) + 1).cumsum()
            down = np.bincount(here, gains[group, others], minlength=len(places) + 1)[::-1].cumsum()[::-1]
            value = up[places - 1] + np.append(down, 0.0)[places + 1]
            to = int(places[np.argmax(value)])
            if value.max() > value[grade[group] - 1] + TIE:
                grade[group], moved = to, True
                grade = 2 * np.unique(grade, return_inverse=True)[1] + 2
        if not moved:
            break
    return np.asarray(np.unique(grade, return_inverse=True)[1] + 1, dtype=np.int64)
