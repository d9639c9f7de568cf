"""Whether pinned groups can be told apart, in words: two of them, or more with letters and bars."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dashboard.scene.label_text import short_label
from dashboard.words.numbers import number, percent
from estimators import DataError, comparison_multiplier, shared_letters
from estimators.contract.fit import two_sided_quantile
from estimators.contract.joint import SEED
from estimators.contract.shared_errors import shared_errors
from estimators.inference.level_text import level_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dashboard.scene.scene import Scene, Series
    from estimators import DrawnJoint, GroupFit, Joint
    from estimators.contract.shared_errors import SharedErrors

MOST_DRAWS, NUMBERS_DRAWN = 200_000, 10_000_000
"""Draws of a pair, and draws times groups: as many as take a third of a second."""
FEWEST_BEYOND = 10
"""Draws beyond an end of an interval, so that it can be told."""
TOO_FEW_DRAWS = (
    "of {groups:,} groups too few are drawn to tell {some} of them apart at this level: choose a lower one, "
    "or a method that has a formula"
)
_LOOKED_AT, _WIDEST = 1_000, 5.0
"""Draws that show whether they are from a few points; standard errors beyond which hardly any draw is."""
MOST_COMPARED = 40
"""Groups that are compared with each other at once."""


@dataclass(frozen=True)
class Pair:
    """The difference of two true means, and its interval at a level; in the outcome's units."""

    difference: float
    std_error: float
    df: float | None
    """Degrees of freedom of Student's t; None = normal, by spreads that are taken as known."""
    half_width: float
    """Of the interval for a pair that was picked before looking."""
    half_width_of_all: float
    """Of intervals that hold for all pairs of all groups at once (Bonferroni)."""

    @property
    def ends(self) -> tuple[float, float]:
        """Of the interval for a pair that was picked before looking."""
        return self.difference - self.half_width, self.difference + self.half_width

    @property
    def ends_of_all(self) -> tuple[float, float]:
        """Of the interval that holds for all pairs of all groups at once."""
        return self.difference - self.half_width_of_all, self.difference + self.half_width_of_all

    @property
    def p_first_higher(self) -> float:
        """The chance that the first true mean is the higher one."""
        from scipy.special import ndtr, stdtr

        ratio = self.difference / self.std_error
        return float(ndtr(ratio) if self.df is None else stdtr(self.df, ratio))

    def turned(self) -> Pair:
        """The second one minus the first."""
        return replace(self, difference=-self.difference)


@dataclass(frozen=True)
class DrawnPair:
    """The same by draws of the true means, which may have any shape."""

    difference: float
    ends: tuple[float, float]
    ends_of_all: tuple[float, float] | None
    """None where so many pairs are too many for the draws to tell."""
    p_first_higher: float
    draws: int

    def turned(self) -> DrawnPair:
        """The second one minus the first."""
        every = None if self.ends_of_all is None else _mirrored(self.ends_of_all)
        return DrawnPair(-self.difference, _mirrored(self.ends), every, 1.0 - self.p_first_higher, self.draws)


@dataclass(frozen=True)
class ComparedGroup:
    """One of several groups: its letters, and a bar of which two overlap where they cannot be told apart."""

    name: str
    letters: str
    estimate: float
    low: float
    high: float


def drawn_pair(scene: Scene, fit: GroupFit, first: int, second: int) -> DrawnPair:
    """The difference of the groups with two keys by a method that draws; ties count half.

    Raises:
        ValueError: it has no joint distribution.
        DataError: there are so many groups that too few draws fit in memory for this level.

    """
    if fit.joint is None:
        raise ValueError("a method without a joint distribution has no differences")
    draws, pairs = most_draws(scene), len(scene) * (len(scene) - 1) / 2
    tail = (1.0 - scene.comparison.level) / 2.0
    if tail * draws < FEWEST_BEYOND:
        raise DataError(TOO_FEW_DRAWS.format(groups=len(scene), some="two"))
    theta, _ = fit.joint.draw(draws, SEED)
    apart = theta[:, first] - theta[:, second]

    def ends(tail: float) -> tuple[float, float]:
        low, high = np.quantile(apart, [tail, 1.0 - tail]).tolist()
        return low, high

    return DrawnPair(
        float(fit.estimate[first] - fit.estimate[second]),
        ends(tail),
        ends(tail / pairs) if tail / pairs * draws >= FEWEST_BEYOND else None,
        float(((apart > 0) + 0.5 * (apart == 0)).mean()),
        draws,
    )


def most_draws(scene: Scene) -> int:
    """How many draws are made of a method that can only be drawn from."""
    return min(MOST_DRAWS, NUMBERS_DRAWN // len(scene))


def compared_pair(scene: Scene, fit: GroupFit, first: int, second: int) -> Pair:
    """The difference of the groups with two keys by a method.

    Raises:
        ValueError: its joint distribution has no formula.

    """
    level, pairs = scene.comparison.level, len(scene) * (len(scene) - 1) / 2
    two, df = _formula(fit.joint).at(np.array([first, second])), _common_df(fit)
    spread = float(two.spread_of_differences()[0, 1])
    return Pair(
        float(two.mean[0] - two.mean[1]),
        spread,
        df,
        spread * float(two_sided_quantile(level, df)),
        spread * float(two_sided_quantile(1.0 - (1.0 - level) / pairs, df)),
    )


def pair_words(scene: Scene, series: Series, first: int, second: int) -> tuple[str, str]:
    """What is said of two groups with these keys: the answer, and what goes with it.

    Raises what `drawn_pair` does.
    """
    fit = _fit(series)
    compared = drawn_pair if shared_errors(fit.joint) is None else compared_pair
    pair = compared(scene, fit, first, second)
    if pair.difference < 0:  # the higher one is spoken of
        first, second, pair = second, first, pair.turned()
    one, other = (short_label(scene.comparison.data.labels[key]) for key in (first, second))
    level = level_text(scene.comparison.level)
    apart = _without_0(pair.ends)
    answer = f"{one} is higher than {other}." if apart else f"{one} and {other} cannot be told apart."
    what = "ratio of the two" if scene.is_ratio else "difference"
    size = ratio_or_difference(scene, pair.difference)
    by = f" by {pair.draws:,} draws" if isinstance(pair, DrawnPair) else ""
    detail = (
        f"The {what} is {size} ({_ends(scene, pair.ends)}, {level} interval{by}); "
        f"the chance that {one} is higher is {percent(pair.p_first_higher)}. "
    )
    if len(scene) == 2 or (pair.ends_of_all is None and not apart):
        return answer, detail.strip()
    if pair.ends_of_all is None:
        return answer, (
            f"{detail}If you picked the two after looking, that says too much, and how much of it holds for "
            f"all pairs at once cannot be told from draws of {len(scene):,} {scene.unit.many}."
        )
    verdict = "can still be told apart" if _without_0(pair.ends_of_all) else "cannot be told apart"
    return answer, (
        f"{detail}If you picked the two after looking, read the interval for all pairs at once: "
        f"{_ends(scene, pair.ends_of_all)}, by which they {verdict}."
    )


def compared_groups(scene: Scene, series: Series, keys: Sequence[int]) -> list[ComparedGroup]:
    """Letters and comparison bars of groups with some keys, the highest first.

    Two share a letter where their interval of the difference, for all pairs of these groups at once, holds 0.

    Raises:
        DataError: of a method that draws, so few draws fit in memory that they cannot tell.

    """
    fit, at = _fit(series), np.asarray(keys)
    if shared_errors(fit.joint) is None:
        return _compared_by_draws(scene, fit, at)
    some, df = _formula(fit.joint).at(at), _common_df(fit)
    order = np.argsort(-some.mean, kind="stable")
    at, some = at[order], some.at(order)
    pairs = len(at) * (len(at) - 1) / 2
    widest = float(two_sided_quantile(1.0 - (1.0 - scene.comparison.level) / pairs, df))
    apart = np.abs(some.mean[:, None] - some.mean) > widest * some.spread_of_differences()
    np.fill_diagonal(apart, val=False)
    letters = shared_letters(apart)
    spread = _spread_apart(some)
    half = comparison_multiplier(spread, scene.comparison.level, df) * spread
    middle = (0.0 if fit.joint is None else fit.joint.origin) + some.mean
    return [
        ComparedGroup(short_label(label), text, float(m), float(m - h), float(m + h))
        for label, text, m, h in zip(scene.comparison.data.labels[at], letters, middle, half, strict=True)
    ]


def _compared_by_draws(scene: Scene, fit: GroupFit, at: NDArray[np.int64]) -> list[ComparedGroup]:
    """The same by draws: letters by shares of draws beyond 0, bars between quantiles of each group's own."""
    if fit.joint is None:
        raise ValueError("a method without a joint distribution has no differences")
    level, draws = scene.comparison.level, most_draws(scene)
    at = at[np.argsort(-fit.estimate[at], kind="stable")]
    tail = (1.0 - level) / (len(at) * (len(at) - 1))
    if tail * draws < FEWEST_BEYOND:
        raise DataError(TOO_FEW_DRAWS.format(groups=len(scene), some=f"{len(at)}"))
    theta = np.asfortranarray(fit.joint.draw(draws, SEED)[0][:, at])
    beyond, spread = np.ones((len(at), len(at))), np.zeros((len(at), len(at)))
    for i in range(len(at)):
        for j in range(i):
            difference = theta[:, i] - theta[:, j]
            beyond[i, j] = beyond[j, i] = min((difference >= 0).mean(), (difference <= 0).mean())
            spread[i, j] = spread[j, i] = difference.std()
    multiplier = 0.0
    if spread.any():
        multiplier = comparison_multiplier(theta.std(axis=0), level, of_differences=spread)
    middle, apart = fit.estimate[at] - fit.joint.origin, beyond < tail
    ends = fit.joint.origin + _bars(theta, middle, multiplier, beyond < (1.0 - level) / 2.0)
    names = map(short_label, scene.comparison.data.labels[at])
    numbers = zip(fit.estimate[at].tolist(), *ends.tolist(), strict=True)
    return [
        ComparedGroup(name, letters, *three)
        for name, letters, three in zip(names, shared_letters(apart), numbers, strict=True)
    ]


def _bars(
    theta: NDArray[np.float64], middle: NDArray[np.float64], multiplier: float, differs: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """(2, J) ends of bars between quantiles of draws ``theta (R, J)``, which hold ``middle (J,)``.

    Of draws from a few points no normal distribution says how wide: there bars grow until they overlap where
    a pair does not differ, ``differs (J, J)``, or hold all draws.
    """
    from scipy.special import ndtr

    few_points = any(len(np.unique(draws)) < len(draws) / 2 for draws in theta[:_LOOKED_AT].T)
    while True:
        low, high = np.quantile(theta, ndtr([-multiplier, multiplier]), axis=0)
        ends = np.array([np.minimum(low, middle), np.maximum(high, middle)])
        overlap = (ends[0][:, None] <= ends[1]) & (ends[0] <= ends[1][:, None])
        if not few_points or multiplier > _WIDEST or np.all(overlap | differs):
            return ends
        multiplier = 1.25 * max(multiplier, 0.5)


def _fit(series: Series) -> GroupFit:
    if series.result.fit is None:
        raise ValueError("a method that failed has no differences")
    return series.result.fit


def _common_df(fit: GroupFit) -> float | None:
    """Degrees of freedom of differences; None where there are none, or every group has its own."""
    return None if fit.df is None or np.ndim(fit.df) else float(fit.df)


def _formula(joint: Joint | DrawnJoint | None) -> SharedErrors:
    found = shared_errors(joint)
    if found is None:
        raise ValueError("this joint distribution has no formula")
    return found


def _spread_apart(errors: SharedErrors) -> NDArray[np.float64]:
    """(K,) standard deviations without what all K share, s_i^2 + s_j^2 right on average over pairs."""
    ahead = errors.root - errors.root.mean(axis=0)
    share = len(errors.own) / (len(errors.own) - 1)
    return np.asarray(np.sqrt(np.square(errors.own) + share * np.square(ahead).sum(axis=1)))


def ratio_or_difference(scene: Scene, difference: float, like: float | None = None) -> str:
    """A difference of two values with the digits of ``like``; of logarithms shown as ratios their ratio."""
    return number(math.exp(difference)) if scene.is_ratio else number(difference, like=like)


def _mirrored(ends: tuple[float, float]) -> tuple[float, float]:
    return -ends[1], -ends[0]


def _without_0(ends: tuple[float, float]) -> bool:
    return ends[0] > 0 or ends[1] < 0


def _ends(scene: Scene, ends: tuple[float, float]) -> str:
    half = (ends[1] - ends[0]) / 2.0
    low, high = (ratio_or_difference(scene, end, half or None) for end in ends)
    return f"{low} to {high}"


def several_words(scene: Scene, series: Series, compared: Sequence[ComparedGroup]) -> tuple[str, str]:
    """What the letters and the bars of several groups are."""
    drawn = shared_errors(_fit(series).joint) is None
    by = f", by {most_draws(scene):,} draws" if drawn else ""
    distinct = {letter for group in compared for letter in group.letters}
    unit, level = scene.unit, level_text(scene.comparison.level)
    if len(distinct) == 1:
        answer = f"None of these {len(compared)} {unit.many} can be told apart."
    else:
        answer = "Those that share a letter cannot be told apart."
    return answer, (
        f"Letters hold for all pairs of these {len(compared)} at once ({level}, Bonferroni{by}). Bars are "
        "for one pair at a time, on average over pairs: where two do not overlap, that pair differs. Neither "
        f"allows for having been picked from {len(scene):,}."
    )
