"""Tests of sigma_group = 0: the F test, and the (restricted) likelihood ratio in finite samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.inference.likelihood import Likelihood
from estimators.methods.homogeneity import Homogeneity, homogeneity
from estimators.methods.profile import Profile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.groups import GroupData
    from estimators.methods.profile import Method
    from estimators.methods.regression_profile import RegressionProfile

    Floats = NDArray[np.float64]

SEED = 20_261_128
"""Of the directions; any number would do, and the same one gives the same p."""
DRAWS_AT_A_TIME = 4000
"""Directions drawn before it is looked at how far p is known."""
SMALL_ERROR = 6e-4
"""A Monte Carlo standard error of p that is small enough, or"""
SMALL_SHARE = 0.005
"""of p, whichever is the larger."""
MOST_CELLS = 1 << 30
"""Directions times distinct sizes times ratios after which it ends in any case: a second's work."""
CELLS_AT_A_TIME = 1 << 21
"""Directions times distinct sizes held at once."""
MOST_DIRECTIONS = 1000
"""That covariates leave between groups: they come from a square matrix of so many lines, in half a second."""
EQUAL = 1e-9
"""Directions that groups weigh the same in, but for rounding, are as groups of one size."""
POINTS_PER_DECADE = 12
"""Ratios over which the largest is taken, with a parabola around it."""


@dataclass(frozen=True)
class LikelihoodRatio:
    """The (restricted) likelihood ratio test of sigma_group = 0."""

    statistic: float
    """The criterion at 0 minus its lowest, at least 0."""
    p_half_chi2: float
    """P(chi-square(1) > statistic) / 2, and 1 at 0; right for many groups (Self & Liang 1987, JASA 82)."""
    p: float
    """The chance of so large a statistic if sigma_group is 0, for these sizes and covariates."""
    p_std_error: float | None = None
    """Its Monte Carlo standard error; None: it is exact, or ``p_half_chi2``."""
    draws: int | None = None
    """How many directions were drawn; None where none were."""
    seed: int | None = None
    """Of the draws."""


PAST_BEST = 100.0
"""So many times the best ratio of the data is the last that is looked at, if groups differ much."""

NO_EVIDENCE = LikelihoodRatio(0.0, 1.0, 1.0)
"""Of a criterion that is lowest at 0."""


@dataclass(frozen=True)
class SpreadTests:
    """Tests of sigma_group = 0."""

    f: Homogeneity
    """The F test, or Cochran's Q of published means; exact whatever the sizes."""
    likelihood_ratio: LikelihoodRatio
    """By the criterion of the method."""


def spread_tests(data: GroupData, method: Method, *, seed: int = SEED) -> SpreadTests:
    """The tests of sigma_group = 0, by the criterion of ``method``, ``reml`` or ``ml``.

    The likelihood ratio's chance is that of its finite-sample distribution (Crainiceanu & Ruppert 2004, JRSS
    B 66, 165-185). Under sigma_group = 0 the group means are a direction times a length, and of every
    direction the chance is an F probability, so only directions are drawn: with groups of one size, or two
    groups, the statistic rises with F, and p is that of F, exactly, where the statistic is above 0. With
    covariates the directions are those that they leave, what groups weigh in them the sizes; p is
    ``p_half_chi2`` where these are more than ``MOST_DIRECTIONS``.

    Raises:
        DataError: one group, one row in each, nothing that varies within, or nothing left beside covariates.

    """
    likelihood = Likelihood.of(data, method, 0.0)
    f = homogeneity(data)
    if f is None:
        raise RuntimeError("groups whose spreads can be told apart have a test")
    if likelihood.best == 0:
        return SpreadTests(f, NO_EVIDENCE)
    statistic = max(0.0, float(likelihood.above(np.zeros(1))[0]))
    if statistic == 0:
        return SpreadTests(f, NO_EVIDENCE)
    profile = likelihood.profile
    if isinstance(profile, Profile):
        if len(profile.size) == 1 or len(data) == 2:
            return SpreadTests(f, LikelihoodRatio(statistic, _half_chi2(statistic), f.p))
        null = _null_of_means(profile, f, likelihood.best)
    elif profile.directions > MOST_DIRECTIONS:
        half = _half_chi2(statistic)
        return SpreadTests(f, LikelihoodRatio(statistic, half, half))
    else:
        null = _null_beside_covariates(profile, f, likelihood.best)
        if null.size.max() - null.size.min() <= EQUAL * null.size.max():
            return SpreadTests(f, LikelihoodRatio(statistic, _half_chi2(statistic), f.p))
    return SpreadTests(f, _likelihood_ratio(null, statistic, seed))


@dataclass(frozen=True, eq=False)
class _Null:
    """What the statistic is made of where sigma_group is 0 and sigma_error 1."""

    size: Floats
    """(K,) distinct n_j, or what the groups weigh in each direction that covariates leave."""
    count: Floats
    """(K,) groups, or directions, of each."""
    with_mean: bool
    """Whether a mean is taken off that the groups share; else nothing is left to take off."""
    ratio: Floats
    """(G,) over which the largest is taken."""
    determinants: Floats
    """(G,) the log determinants there minus those at 0."""
    multiplier: int
    """Of log Q."""
    df: int
    df_within: int | None
    """None where sigma_error is known."""


def _null_of_means(profile: Profile, f: Homogeneity, best: float) -> _Null:
    n, count, ratio = profile.size, profile.count, _ratios(profile.size, best)
    determinants = np.log1p(n * ratio[:, None]) @ count
    if profile.method == "reml":
        total = (n / (1.0 + n * ratio[:, None])) @ count
        determinants = determinants + np.log(total / (n @ count))
    return _Null(n, count, True, ratio, determinants, profile.multiplier, f.df, f.df_within)


def _null_beside_covariates(profile: RegressionProfile, f: Homogeneity, best: float) -> _Null:
    size, count = profile.spectrum()
    ratio = _ratios(profile.size, best)
    of, many = (size, count) if profile.method == "reml" else (profile.size, profile.count)
    determinants = np.log1p(of * ratio[:, None]) @ many
    return _Null(size, count, False, ratio, determinants, profile.multiplier, f.df, f.df_within)


def _likelihood_ratio(null: _Null, statistic: float, seed: int) -> LikelihoodRatio:
    """The test where the statistic is above 0 and depends on the direction of the means."""
    width, height = len(null.size), len(null.ratio)
    at_once = int(np.clip(CELLS_AT_A_TIME // (width + height), 100, DRAWS_AT_A_TIME))
    most = max(2 * at_once, MOST_CELLS // (width * height))
    rng, chances, p, error = np.random.default_rng(seed), np.empty(0), 0.0, np.inf
    while len(chances) < most and error > max(SMALL_ERROR, SMALL_SHARE * p):
        chances = np.concatenate([chances, _chances(null, statistic, _directions(null, rng, at_once))])
        p, error = float(chances.mean()), float(chances.std(ddof=1) / np.sqrt(len(chances)))
    return LikelihoodRatio(statistic, _half_chi2(statistic), p, error, len(chances), seed)


def _half_chi2(statistic: float) -> float:
    """P(chi-square(1) > statistic) / 2 for a statistic above 0."""
    from scipy.special import ndtr

    return float(ndtr(-np.sqrt(statistic)))


def _ratios(size: Floats, best: float) -> Floats:
    """The ratios over which the criterion is compared with that at 0, for groups of these sizes.

    They go well past the ``best`` one of the data: what is as unlikely as these has its own about there.
    """
    low, high = 1e-2 / size[-1], max(1e3 / size[0], PAST_BEST * best)
    return np.geomspace(low, high, int(np.ceil(np.log10(high / low) * POINTS_PER_DECADE)))


def _directions(null: _Null, rng: np.random.Generator, draws: int) -> tuple[Floats, Floats]:
    """Group means under sigma_group = 0 and sigma_error = 1, taken together by size.

    Means ``(D, K)`` around the mean of all rows, and sums of squares ``(D, K)`` of groups of one size around
    theirs.
    """
    n, count = null.size, null.count
    if not null.with_mean:
        return np.zeros((draws, len(n))), rng.chisquare(count, (draws, len(n))) / n
    mean = rng.standard_normal((draws, len(n))) / np.sqrt(n * count)
    mean -= ((mean @ (n * count)) / (n @ count))[:, None]
    spread = np.zeros((draws, len(n)))
    several = count > 1
    spread[:, several] = rng.chisquare(count[several] - 1, (draws, int(several.sum()))) / n[several]
    return mean, spread


def _chances(null: _Null, statistic: float, directions: tuple[Floats, Floats]) -> Floats:
    """The chance ``(D,)`` of a larger statistic along each direction.

    With B(l) = sum w_j (ybar_j - mu_l)^2, and h(l) what the log determinants add, the statistic is above x
    where at some ratio B(0) - k B(l) > (k - 1) SSW, k = exp((x + h) / m): where the squared length of the
    direction over SSW is above a number that only the direction decides. With known variances, B(0) - B(l) >
    x + h.
    """
    from scipy.special import chdtrc, fdtrc

    n, count = null.size, null.count
    mean, spread = directions
    w = n / (1.0 + n * null.ratio[:, None])
    square = spread + count * np.square(mean)
    at_zero = (square @ n)[:, None]
    left = (square @ w.T - np.square(mean @ (w * count).T) / (w @ count)) / at_zero
    if null.df_within is None:
        gain = _largest((1.0 - left) / (statistic + null.determinants))
        return np.asarray(chdtrc(null.df, 1.0 / gain))
    above = np.expm1((statistic + null.determinants) / null.multiplier)
    gain = _largest((1.0 - left) / above - left)
    with np.errstate(divide="ignore"):  # where no length is enough the chance is 0
        f = np.where(gain > 0, null.df_within / null.df / gain, np.inf)
    return np.asarray(fdtrc(null.df, null.df_within, f))


def _largest(values: Floats) -> Floats:
    """The largest of each row ``(D, G)`` of a smooth function on an even grid, with a parabola."""
    row, peak = np.arange(len(values)), np.argmax(values, axis=1)
    inner = np.clip(peak, 1, values.shape[1] - 2)
    before, here, after = (values[row, inner + step] for step in (-1, 0, 1))
    bend = 2.0 * here - before - after
    with np.errstate(all="ignore"):  # a row that is flat has no peak to look for
        top = here + np.square(after - before) / (8.0 * bend)
    return np.asarray(np.where((peak == inner) & (bend > 0), top, values[row, peak]))
