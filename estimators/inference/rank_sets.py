"""Sets of ranks that hold the true ones with a given chance, for independent estimates.

With known standard errors s_j, theta_j <= theta_k is rejected where (x_j - x_k) / sqrt(s_j^2 + s_k^2) is
above a critical value, the quantile of the largest such difference of pure errors over the pairs still in
play; then those rejected are dropped, and again (Mogstad, Romano, Shaikh & Wilhelm 2024, Review of Economic
Studies 91, 476-518). A group's rank is then between 1 plus the groups shown to be better and J minus those
shown to be worse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.errors import DataError, OptionError
from estimators.inference.roots import bracketed_roots, roots_from_slope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from estimators.contract.joint import Joint

    Floats = NDArray[np.float64]
    Pairs = NDArray[np.bool_]

MOST_GROUPS = 300
"""The work grows with the cube of the number of groups."""
PAIRS_DRAWN = 60_000_000
"""Draws times pairs that are worth their time."""
MOST_DRAWS, FEWEST_DRAWS = 200_000, 2_000
SEED = 20_261_128
"""Of the draws."""
CELLS = 1 << 17
"""Numbers that are gone through several times, few enough to stay near."""
STEP = 0.37
"""Of the rule, in the width of what changes fastest: critical values of 300 groups are right to 1e-9."""
STEEP = 5.6
"""How fast chances may change, in standard deviations: beyond, a rule whose places gather has fewer."""
GATHERED_STEP, GATHERED, NARROW = 0.45, 3.0, 1.0
"""Of a rule whose places gather where chances change fastest: its step, how many gather, and over how much,
in the width of what changes fastest. Chances are right to 1e-10."""
REACH = 7.5
"""Standard deviations past which a normal distribution has less than 1e-13."""
CLOSE = 1e-8
"""The last step of a critical value, from which one by a secant lies far closer."""
LEAST, EPS = 1e-300, float(np.finfo(np.float64).eps)
ROOM = 1e-6
"""Beyond the least and the largest that a critical value can be: of one pair, and of pairs by their sum."""


@dataclass(frozen=True, eq=False)
class RankSets:
    """From which rank to which each group's true rank may be, ``(J,)`` each, 1 = largest."""

    lower: NDArray[np.int64]
    """1 plus the number of groups shown to be better."""
    upper: NDArray[np.int64]
    """J minus the number of groups shown to be worse."""
    better: Pairs
    """(J, J) whether group i is shown to be better than j."""
    critical: tuple[Floats, ...]
    """The critical values of every step: one for each group, or one for all."""
    draws: int | None = None
    """How many draws the critical values come from; None: they were computed."""
    seed: int | None = None
    """Of the draws."""


def marginal_rank_sets(joint: Joint, level: float = 0.95, *, stepdown: bool = True) -> RankSets:
    """A set of ranks for each group, which holds its true rank with chance ``level``, one group at a time.

    Given a group's own error the others' are independent, so that its critical value is a quantile of one
    integral.

    Args:
        joint: independent estimates without a centre, as level means are.
        level: between 0 and 1.
        stepdown: whether to look again without the pairs rejected, which rejects no fewer.

    Raises:
        DataError: the groups share an error or a centre, or are more than :data:`MOST_GROUPS`.
        OptionError: the level is not between 0 and 1.

    """
    _check(joint, level)
    apart, own = _apart(joint), joint.own
    above = ~np.eye(len(joint), dtype=bool)
    below, steps = above.copy(), []
    limit, changed = np.full(len(joint), np.inf), np.ones(len(joint), dtype=bool)
    shown_above, shown_below = np.zeros_like(above), np.zeros_like(above)
    while True:
        limit = limit.copy()
        at = np.flatnonzero(changed)
        limit[at] = _marginal_critical(own, at, above, below, level, highest=limit[at])
        steps.append(limit)
        now_above, now_below = above & (apart > limit[:, None]), below & (-apart > limit[:, None])
        shown_above, shown_below = shown_above | now_above, shown_below | now_below
        above, below = above & ~now_above, below & ~now_below
        changed = np.asarray((now_above | now_below).any(axis=1))
        if not stepdown or not changed.any():
            break
    lower, upper = 1 + shown_below.sum(axis=1), len(joint) - shown_above.sum(axis=1)
    return RankSets(lower, upper, shown_above, tuple(steps))


def simultaneous_rank_sets(
    joint: Joint, level: float = 0.95, *, stepdown: bool = True, seed: int = SEED
) -> RankSets:
    """A set of ranks for each group; with chance ``level`` they hold the true ranks of all groups at once.

    The critical values are quantiles of simulated errors; a little above a hundred thousand of them for 40
    groups.

    Args:
        joint: independent estimates without a centre, as level means are.
        level: between 0 and 1.
        stepdown: whether to look again without the pairs rejected, which rejects no fewer.
        seed: of the draws.

    Raises:
        DataError: the groups share an error or a centre, or are more than :data:`MOST_GROUPS`.
        OptionError: the level is not between 0 and 1.

    """
    _check(joint, level)
    draws = int(np.clip(PAIRS_DRAWN // len(joint) ** 2, FEWEST_DRAWS, MOST_DRAWS))
    errors = _DrawnErrors.draw(joint.own, draws, seed)
    apart, in_play = _apart(joint), ~np.eye(len(joint), dtype=bool)
    better, steps = np.zeros_like(in_play), []
    while True:
        limit = errors.largest_quantile(in_play, level)
        steps.append(np.array([limit]))
        now = in_play & (apart > limit)
        better, in_play = better | now, in_play & ~now
        if not stepdown or not now.any() or not in_play.any():
            break
    return RankSets(
        1 + better.sum(axis=0), len(joint) - better.sum(axis=1), better, tuple(steps), draws, seed
    )


def _check(joint: Joint, level: float) -> None:
    if not 0 < level < 1:
        raise OptionError(f"the level of rank sets lies between 0 and 1, not at {level:g}")
    if not joint.independent:
        raise DataError("rank sets need independent estimates that nothing pulls, as level means are")
    if len(joint) > MOST_GROUPS:
        raise DataError(f"rank sets are computed for {MOST_GROUPS:,} groups or fewer, not {len(joint):,}")


def _apart(joint: Joint) -> Floats:
    """(J, J) differences of the estimates in standard errors of a difference."""
    return np.asarray((joint.mean[:, None] - joint.mean) / np.hypot(joint.own[:, None], joint.own))


def _marginal_critical(
    own: Floats, groups: NDArray[np.intp], above: Pairs, below: Pairs, level: float, *, highest: Floats
) -> Floats:
    """For each of ``groups (S,)`` the quantile of its largest difference of errors over the pairs in play.

    It is at most ``highest (S,)``, that of more pairs, and what the pairs would need by their sum.

    Given the group's own error z, that of group k keeps its difference below c with the chance that it lies
    between (s_j z - c r) / s_k, or anywhere, and (s_j z + c r) / s_k, or anywhere, r^2 = s_j^2 + s_k^2.
    """
    from scipy.special import ndtri

    pairs = above[groups].sum(axis=1) + below[groups].sum(axis=1)
    critical = np.full(len(groups), np.inf)
    bound = np.minimum(highest, -ndtri((1.0 - level) / np.maximum(pairs, 1)))
    paired, distinct = np.flatnonzero(pairs > 0), len(np.unique(own))
    for at, rule in _rules(own, own[groups[paired]]):
        most, _ = rule.places(bound[paired[at]].max(keepdims=True))
        at_once = max(1, CELLS // (2 * len(most) * distinct))
        for start in range(0, len(at), at_once):
            places = paired[at[start : start + at_once]]
            some = groups[places]
            kept = _Kept.of(own, own[some], above[some], below[some], rule)
            critical[places] = _quantiles(kept.chance, level, bound[places])
    return critical


def _quantiles(chance: Callable[[Floats], Floats], level: float, highest: Floats) -> Floats:
    """Where each of some distributions of a largest difference reaches ``level``, from bounds ``(S,)`` down.

    As log(-log(chance)) falls by nearly c + 1 / c, as that of the largest of many normal values does.
    """
    from scipy.special import ndtri

    wanted = np.log(-np.log(level))
    low = np.full_like(highest, float(ndtri(level)) - ROOM)
    return roots_from_slope(
        lambda c: _log_log(chance(c)) - wanted,
        (low, highest + ROOM),
        highest,
        -(highest + 1.0 / highest),
        close=CLOSE,
    )


def _log_log(chance: Floats) -> Floats:
    return np.asarray(np.log(-np.log(np.clip(chance, LEAST, 1.0 - EPS))))


@dataclass(frozen=True, eq=False)
class _Kept:
    """The chance that all differences of some groups' errors from the others' are below a critical value.

    Others of the same error, of which there are many where groups differ in their rows only, are counted.
    """

    own: Floats
    """(U,) standard errors of the others."""
    error: Floats
    """(S,) those of the groups."""
    counts: tuple[Floats, Floats, Floats]
    """(S, U) how many of the others are in play both ways, above alone, and below alone."""
    alike: bool
    """Whether all pairs are in play both ways, so that errors of both signs say the same."""
    rule: _Rule

    @classmethod
    def of(cls, own: Floats, error: Floats, above: Pairs, below: Pairs, rule: _Rule) -> _Kept:
        """By which of the others are in play above and below, ``(S, J)`` each."""
        distinct, of_kind = np.unique(own, return_inverse=True)
        kinds = np.equal.outer(of_kind, np.arange(len(distinct))).astype(np.float64)
        in_play = (above & below, above & ~below, below & ~above)
        both, over, under = (some.astype(np.float64) @ kinds for some in in_play)
        return cls(distinct, error, (both, over, under), np.array_equal(above, below), rule)

    def chance(self, critical: Floats) -> Floats:
        """``(S,)`` for a critical value of each of S groups."""
        from scipy.special import ndtr

        value, weight = self.rule.places(critical)
        if not self.alike:
            value, weight = np.concatenate([-value[:0:-1], value]), np.concatenate([weight[:0:-1], weight])
        else:
            weight[1:] *= 2.0
        middle = (value * self.error)[:, :, None] / self.own
        reach = critical[:, None] * np.hypot(self.error[:, None], self.own) / self.own
        both, over, under = self.counts
        low, high = ndtr(middle - reach), ndtr(middle + reach)
        inside = _power(high - low, both)
        if over.any():
            inside *= _power(1.0 - low, over)
        if under.any():
            inside *= _power(high, under)
        return np.asarray((weight * inside.prod(axis=2)).sum(axis=0))


def _power(base: Floats, times: Floats) -> Floats:
    return np.where(times > 0, base, 1.0) if times.max(initial=0.0) <= 1.0 else np.asarray(base**times)


@dataclass(frozen=True)
class _Rule:
    """Values of groups' own errors, in their standard deviations, at which to look, and weights."""

    steep: float
    """The others' chances change no faster than this times as fast as a standard deviation passes."""

    def places(self, critical: Floats) -> tuple[Floats, Floats]:
        """Values from 0 on, and their weights: ``(Z, S)`` or ``(Z, 1)`` for critical values ``(S,)``.

        Those below 0 are mirror images with the same weights.
        """
        value, width = self._even() if self.steep <= STEEP else self._gathered(critical)
        return value, width * np.exp(-0.5 * np.square(value)) / np.sqrt(2.0 * np.pi)

    def _even(self) -> tuple[Floats, Floats]:
        step = STEP / self.steep
        value = step * np.arange(int(np.ceil(REACH / step)) + 1.0)[:, None]
        return value, np.full_like(value, step)

    def _gathered(self, critical: Floats) -> tuple[Floats, Floats]:
        """Where z + G asinh((z - c) / e) + G asinh((z + c) / e), with e = N / steep, reaches even places.

        Chances change fastest beside the critical value c. A trapezoid rule keeps its accuracy under such a
        change of variable (Trefethen & Weideman 2014, SIAM Review 56, 385-458).
        """
        narrow = NARROW / self.steep

        def place(value: Floats) -> Floats:
            near = np.arcsinh((value - critical) / narrow) + np.arcsinh((value + critical) / narrow)
            return np.asarray(value + GATHERED * near)

        count = int(np.ceil(place(np.full_like(critical, REACH)).max() / GATHERED_STEP))
        even = np.broadcast_to(GATHERED_STEP * np.arange(count + 1.0)[:, None], (count + 1, len(critical)))
        value = bracketed_roots(
            lambda z: (place(z.reshape(even.shape)) - even).ravel(), np.zeros(even.size), even.ravel()
        ).reshape(even.shape)
        near = 1.0 / np.hypot(value - critical, narrow) + 1.0 / np.hypot(value + critical, narrow)
        return value, GATHERED_STEP / (1.0 + GATHERED * near)


def _rules(own: Floats, error: Floats) -> Iterator[tuple[NDArray[np.intp], _Rule]]:
    """Places in ``error``, and a rule for them: groups of like errors have one, by steps of sqrt(2)."""
    fast = np.hypot(1.0, error / own.min())
    kind = np.ceil(2.0 * np.log2(fast) - ROOM).astype(np.int64)
    for one in np.unique(kind):
        at = np.flatnonzero(kind == one)
        yield at, _Rule(float(fast[at].max()))


@dataclass(frozen=True, eq=False)
class _DrawnErrors:
    """Errors of all groups, drawn together, the draws in which two of them can be furthest apart first."""

    own: Floats
    """(J,) their standard deviations, of which only the ratios count."""
    score: NDArray[np.float32]
    """(J, D) in their standard deviations, as drawn."""
    order: NDArray[np.intp]
    """(D,) of the draws."""
    bound: Floats
    """(D,) what no difference of two of them exceeds, in standard errors of a difference; in that order."""

    @classmethod
    def draw(cls, own: Floats, draws: int, seed: int) -> _DrawnErrors:
        """With a - b <= hypot(s_a, s_b) hypot(a / s_a, b / s_b), and b / s_b at most 0 for the bound."""
        score = np.random.default_rng(seed).standard_normal((len(own), draws), dtype=np.float32)
        bound = np.hypot(np.maximum(score.max(axis=0), 0.0), np.minimum(score.min(axis=0), 0.0))
        bound = bound.astype(np.float64) * (1.0 + ROOM)
        order = np.argsort(-bound, kind="stable")
        return cls(own / own.max(), score, order, bound[order])

    def largest_quantile(self, in_play: Pairs, level: float) -> float:
        """The quantile of the largest difference over the pairs in play.

        It lies far up, so that draws are looked at from the largest bound down until as many as are above it
        are known to exceed the bound of all others.
        """
        draws = len(self.bound)
        place = (draws - 1) * level
        above = draws - int(np.floor(place))
        looked, largest = 0, np.empty(0)
        while True:
            further = min(draws, max(2 * above, 2 * looked))
            largest = np.concatenate([largest, self._largest(in_play, looked, further)])
            looked = further
            if looked == draws or np.count_nonzero(largest >= self.bound[looked]) >= above:
                break
        top = np.sort(np.partition(largest, len(largest) - above)[-above:])[:2]
        return float(top[0] + (place % 1.0) * (top[-1] - top[0]))

    def error(self, start: int, stop: int) -> NDArray[np.float32]:
        """(J, stop - start) errors of these draws, by their order."""
        return self.own.astype(np.float32)[:, None] * self.score[:, self.order[start:stop]]

    def _largest(self, in_play: Pairs, start: int, stop: int) -> Floats:
        """The largest difference ``(stop - start,)`` over the pairs in play, of these draws."""
        every = bool((in_play | np.eye(len(self.own), dtype=bool)).all())
        row, column = np.triu_indices(len(self.own), 1) if every else np.nonzero(in_play)
        scale = (1.0 / np.hypot(self.own[row], self.own[column])).astype(np.float32)
        at_once, found = max(1, CELLS // max(1, len(row))), []
        for first in range(start, stop, at_once):
            error = self.error(first, min(first + at_once, stop))
            apart = (error[row] - error[column]) * scale[:, None]
            found.append((np.abs(apart) if every else apart).max(axis=0, initial=-np.inf))
        return np.concatenate(found)
