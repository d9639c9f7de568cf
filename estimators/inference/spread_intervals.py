"""Intervals for the spreads: by the profile of the likelihood, and exact by Wald's F."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from estimators.errors import OptionError
from estimators.inference.level_text import level_text
from estimators.inference.likelihood import Likelihood
from estimators.inference.roots import bracketed_roots
from estimators.inference.sums_of_squares import SumsOfSquares, sums_of_squares

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from estimators.data.groups import GroupData
    from estimators.methods.profile import Method

    Floats = NDArray[np.float64]

Spread = Literal["sigma_group", "sigma_error", "ratio", "icc", "mu"]


@dataclass(frozen=True)
class ProfileInterval:
    """What the profile of the likelihood leaves in for one parameter: one piece, or several."""

    pieces: tuple[tuple[float, float], ...]
    """Lower and upper end of each, ascending, in the units of the parameter."""
    zero_inside: bool
    """Whether 0, the end of what a spread can be, is in it: then there is no crossing below."""
    possible: tuple[float, float] = (-np.inf, np.inf)
    """Between what the parameter lies; pieces may reach further."""

    @property
    def ends(self) -> tuple[float, ...]:
        """Every value at which the profile crosses its limit, ascending."""
        every = [end for piece in self.pieces for end in piece]
        return tuple(every[1:] if self.zero_inside else every)

    @property
    def low(self) -> float:
        """The lower end of the whole, as far down as the parameter can be."""
        return max(self.pieces[0][0], self.possible[0])

    @property
    def high(self) -> float:
        """The upper end of the whole, as far up as the parameter can be."""
        return min(self.pieces[-1][1], self.possible[1])


@dataclass(frozen=True)
class ExactInterval:
    """An interval from a statistic whose distribution is known exactly at every value of the parameter."""

    low: float | None
    """Lower end; None where the interval is empty."""
    high: float | None
    """Upper end; None where the interval is empty."""

    @property
    def empty(self) -> bool:
        """Whether no value fits the data: they lie closer together than any spread would let expect."""
        return self.low is None


def profile_intervals(data: GroupData, method: Method, level: float = 0.95) -> Mapping[str, ProfileInterval]:
    """Profile likelihood intervals of the spreads, of their ratio sigma_group^2 / sigma_error^2 and the ICC.

    What is at most the chi-square(1) quantile of ``level`` above the lowest criterion is in; by ML also mu,
    by REML not, as mu is no parameter of its criterion. Of published means sigma_group (and mu) alone, as
    nothing within is estimated. ML as the ``confint`` of R's lme4 (Bates, Maechler, Bolker & Walker 2015, J.
    Stat. Softw. 67(1), section 5); every crossing is kept, as the set can be in pieces. With covariates the
    spreads are those that they leave, their coefficients profiled out, and there is no mu.

    Args:
        data: the groups; two or more, not all with one row.
        method: ``reml`` or ``ml``.
        level: between 0 and 1.

    Raises:
        DataError: the data leave the method no choice: one group, one row in each, nothing that varies
        within, or nothing left beside the covariates. OptionError: the level is not between 0 and 1.

    """
    distance = ratio_distance(level)
    found = Likelihood.of(data, method, distance)
    unit, pieces = found.unit, found.ratio_set(distance)
    from_zero = pieces[0][0] == 0

    def interval(
        ends: list[tuple[float, float]], change: Callable[[float], float], zero: bool = False
    ) -> ProfileInterval:
        return ProfileInterval(tuple((change(low), change(high)) for low, high in ends), zero)

    named = {}
    if found.profile.known_error:
        named["sigma_group"] = interval(pieces, lambda x: unit * float(np.sqrt(x)), from_zero)
    else:
        group, error = _spread_shadows(found, distance)
        named["sigma_group"] = interval(group, lambda x: unit * float(np.sqrt(x)), from_zero)
        named["sigma_error"] = interval(error, lambda x: unit * float(np.sqrt(x)))
        named["ratio"] = interval(pieces, float, from_zero)
        named["icc"] = interval(pieces, lambda x: x / (1.0 + x), from_zero)
    if method == "ml" and data.covariates is None:
        scaled = data.scaled()
        center = found.shadow(
            distance, lambda x, d: found.center(x, d, -1), lambda x, d: found.center(x, d, 1)
        )
        named["mu"] = replace(interval(center, lambda x: float(scaled.place(x))), possible=data.possible)
    return named


def _spread_shadows(
    found: Likelihood, distance: float
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """The pieces of sigma_group^2 and of sigma_error^2, in squared units."""
    group = found.shadow(
        distance,
        lambda x, d: x * found.error_variance(x, d, -1),
        lambda x, d: x * found.error_variance(x, d, 1),
    )
    error = found.shadow(
        distance, lambda x, d: found.error_variance(x, d, -1), lambda x, d: found.error_variance(x, d, 1)
    )
    return group, error


def exact_intervals(data: GroupData, level: float = 0.95) -> Mapping[str, ExactInterval]:
    """Exact intervals of sigma_group^2 / sigma_error^2 and of the ICC; of published means, of sigma_group.

    F(l) = sum w_j (ybar_j - mu_l)^2 / (J - 1) / (SSW / (N - J)), w_j = n_j / (1 + n_j l), is F(J - 1, N - J)
    at the true ratio l, whatever the sizes, and falls in l: what lies between its quantiles is in (Wald 1940,
    Ann. Math. Stat. 11, 96-99). Of published means the same sum is chi-square(J - 1) at the true
    sigma_group^2 (Viechtbauer 2007, Stat. Med. 26, 37-52). Empty where even at 0 it is below the lower
    quantile. With covariates both sums of squares are those that they leave, with the degrees of freedom that
    they leave (Wald 1947, Ann. Math. Stat. 18, 586-589; Seely & El-Bassiouni 1983, Ann. Stat. 11, 197-201).

    Args:
        data: the groups; two or more, not all with one row.
        level: between 0 and 1.

    Raises:
        DataError: one group, one row in each, nothing that varies within, or nothing left beside the
            covariates.
        OptionError: the level is not between 0 and 1.

    """
    from scipy.special import chdtri, fdtri

    check_level(level)
    squares = sums_of_squares(data)
    tail, df, within = (1.0 - level) / 2.0, squares.df, squares.df_within
    if squares.published:
        limits = float(chdtri(df, tail)), float(chdtri(df, 1.0 - tail))
        scale = 1.0
    else:
        # by the lower tails of both F and 1 / F, so that no digit of a small tail is lost
        limits = float(1.0 / fdtri(within, df, tail)), float(fdtri(df, within, tail))
        scale = df * squares.within / within
    ends = [_where_sum_is(squares, limit * scale) for limit in limits]
    if ends[1] is None:
        nothing = ExactInterval(None, None)
        return {"sigma_group": nothing} if squares.published else {"ratio": nothing, "icc": nothing}
    low, high = ends[0] or 0.0, ends[1]
    if squares.published:
        unit = squares.unit
        return {"sigma_group": ExactInterval(unit * float(np.sqrt(low)), unit * float(np.sqrt(high)))}
    return {
        "ratio": ExactInterval(low, high),
        "icc": ExactInterval(low / (1.0 + low), high / (1.0 + high)),
    }


def exact_sentence(data: GroupData, level: float = 0.95) -> str:
    """What the exact interval says of the spread between groups, in a sentence.

    Raises:
        DataError: one group, one row in each, or nothing that varies within.
        OptionError: the level is not between 0 and 1.

    """
    found = exact_intervals(data, level)
    share = found.get("icc")
    interval = found["sigma_group"] if share is None else share
    if interval.low is None or interval.high is None:
        return (
            f"The exact {level_text(level)} interval of the spread is empty: the group means lie closer "
            "together than chance would put them even without any."
        )
    if share is None:
        ends = f"{interval.low:.3g} to {interval.high:.3g}"
        return f"The exact {level_text(level)} interval of the spread between groups is {ends}."
    ends = " to ".join(_share_text(end) for end in (interval.low, interval.high))
    return f"The exact {level_text(level)} interval of the share of variance between groups (ICC) is {ends}."


def _share_text(share: float) -> str:
    """A share with three digits, never to a false 0 or 1."""
    if share == 0:
        return "0"
    return f"{min(max(share, 0.001), 0.999):.3f}".removeprefix("0")


def _where_sum_is(squares: SumsOfSquares, limit: float) -> float | None:
    """The ratio at which the sum of squares between has fallen to ``limit``; None where at 0 it is below."""

    def left(ratio: Floats) -> Floats:
        return squares.between(ratio) - limit

    if left(np.zeros(1))[0] < 0:
        return None
    top = 1.0 / squares.smallest
    while left(np.array([top]))[0] > 0:
        top *= 1e3
    bottom = top
    while bottom > 0 and left(np.array([bottom]))[0] < 0:
        bottom /= 1e3
    return float(bracketed_roots(left, np.array([bottom]), np.array([top]))[0])


def check_level(level: float) -> None:
    """Raise OptionError unless ``level`` is between 0 and 1."""
    if not 0 < level < 1:
        raise OptionError(f"the level of an interval lies between 0 and 1, not at {level:g}")


def ratio_distance(level: float) -> float:
    """How far above its lowest the criterion may be: the chi-square(1) quantile of ``level``."""
    from scipy.special import ndtri

    check_level(level)
    return float(np.square(ndtri((1.0 - level) / 2.0)))
