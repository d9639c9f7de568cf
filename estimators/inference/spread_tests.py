"""Tests of sigma_group = 0: the F test, and the (restricted) likelihood ratio in finite samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.inference.likelihood import Likelihood
from estimators.inference.spread_intervals import estimable
from estimators.methods.homogeneity import Homogeneity, homogeneity
from estimators.methods.variance_components import fit_variance_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.groups import GroupData
    from estimators.data.scaled import ScaledGroups
    from estimators.methods.profile import Method

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
    """The chance of so large a statistic if sigma_group is 0, for these sizes."""
    p_std_error: float | None = None
    """Its Monte Carlo standard error; None: it is exact."""
    draws: int | None = None
    """How many directions were drawn; None where none were."""
    seed: int | None = None
    """Of the draws."""


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
    groups, the statistic rises with F, and p is that of F, exactly, where the statistic is above 0.

    Raises:
        DataError: one group, one row in each, or nothing that varies within.

    """
    scaled = estimable(data)
    best = float(fit_variance_components(scaled, method).ratio)
    f = homogeneity(data)
    if f is None:
        raise RuntimeError("groups whose spreads can be told apart have a test")
    if best == 0:
        return SpreadTests(f, NO_EVIDENCE)
    profile = Likelihood.of(scaled, method, best, 0.0)
    statistic = max(0.0, float(profile.above(np.zeros(1))[0]))
    if statistic == 0:
        return SpreadTests(f, NO_EVIDENCE)
    if len(scaled.sizes.count) == 1 or scaled.groups == 2:
        return SpreadTests(f, LikelihoodRatio(statistic, _half_chi2(statistic), f.p))
    return SpreadTests(f, _likelihood_ratio(scaled, method, statistic, seed))


def _likelihood_ratio(scaled: ScaledGroups, method: Method, statistic: float, seed: int) -> LikelihoodRatio:
    """The test where the statistic is above 0 and depends on the direction of the means."""
    ratios = _ratios(scaled)
    width = len(scaled.sizes.count)
    at_once = int(np.clip(CELLS_AT_A_TIME // (width + len(ratios)), 100, DRAWS_AT_A_TIME))
    most = max(2 * at_once, MOST_CELLS // (width * len(ratios)))
    rng, chances, p, error = np.random.default_rng(seed), np.empty(0), 0.0, np.inf
    while len(chances) < most and error > max(SMALL_ERROR, SMALL_SHARE * p):
        some = _directions(scaled, rng, at_once)
        chances = np.concatenate([chances, _chances(scaled, method, statistic, ratios, some)])
        p, error = float(chances.mean()), float(chances.std(ddof=1) / np.sqrt(len(chances)))
    return LikelihoodRatio(statistic, _half_chi2(statistic), p, error, len(chances), seed)


def _half_chi2(statistic: float) -> float:
    """P(chi-square(1) > statistic) / 2 for a statistic above 0."""
    from scipy.special import ndtr

    return float(ndtr(-np.sqrt(statistic)))


def _ratios(scaled: ScaledGroups) -> Floats:
    """The ratios over which the criterion is compared with that at 0."""
    low, high = 1e-2 / scaled.sizes.information[-1], 1e3 / scaled.sizes.information[0]
    return np.geomspace(low, high, int(np.ceil(np.log10(high / low) * POINTS_PER_DECADE)))


def _directions(scaled: ScaledGroups, rng: np.random.Generator, draws: int) -> tuple[Floats, Floats]:
    """Group means under sigma_group = 0 and sigma_error = 1, taken together by size.

    Means ``(D, K)`` around the mean of all rows, and sums of squares ``(D, K)`` of groups of one size around
    theirs.
    """
    n, count = scaled.sizes.information, scaled.sizes.count
    mean = rng.standard_normal((draws, len(n))) / np.sqrt(n * count)
    mean -= ((mean @ (n * count)) / (n @ count))[:, None]
    spread = np.zeros((draws, len(n)))
    several = count > 1
    spread[:, several] = rng.chisquare(count[several] - 1, (draws, int(several.sum()))) / n[several]
    return mean, spread


def _chances(
    scaled: ScaledGroups, method: Method, statistic: float, ratio: Floats, directions: tuple[Floats, Floats]
) -> Floats:
    """The chance ``(D,)`` of a larger statistic along each direction.

    With B(l) = sum w_j (ybar_j - mu_l)^2, and h(l) what the log determinants add, the statistic is above x
    where at some ratio B(0) - k B(l) > (k - 1) SSW, k = exp((x + h) / m): where the squared length of the
    direction over SSW is above a number that only the direction decides. With known variances, B(0) - B(l) >
    x + h.
    """
    from scipy.special import chdtrc, fdtrc

    n, count = scaled.sizes.information, scaled.sizes.count
    mean, spread = directions
    w = n / (1.0 + n * ratio[:, None])
    total = w @ count
    determinants = np.log1p(n * ratio[:, None]) @ count
    if method == "reml":
        determinants = determinants + np.log(total / (n @ count))
    square = spread + count * np.square(mean)
    at_zero = (square @ n)[:, None]
    left = (square @ w.T - np.square(mean @ (w * count).T) / total) / at_zero
    groups = scaled.groups - 1
    if scaled.published:
        gain = _largest((1.0 - left) / (statistic + determinants))
        return np.asarray(chdtrc(groups, 1.0 / gain))
    within = scaled.rows - scaled.groups
    m = scaled.rows - 1 if method == "reml" else scaled.rows
    above = np.expm1((statistic + determinants) / m)
    gain = _largest((1.0 - left) / above - left)
    with np.errstate(divide="ignore"):  # where no length is enough the chance is 0
        f = np.where(gain > 0, within / groups / gain, np.inf)
    return np.asarray(fdtrc(groups, within, f))


def _largest(values: Floats) -> Floats:
    """The largest of each row ``(D, G)`` of a smooth function on an even grid, with a parabola."""
    row, peak = np.arange(len(values)), np.argmax(values, axis=1)
    inner = np.clip(peak, 1, values.shape[1] - 2)
    before, here, after = (values[row, inner + step] for step in (-1, 0, 1))
    bend = 2.0 * here - before - after
    with np.errstate(all="ignore"):  # a row that is flat has no peak to look for
        top = here + np.square(after - before) / (8.0 * bend)
    return np.asarray(np.where((peak == inner) & (bend > 0), top, values[row, peak]))
