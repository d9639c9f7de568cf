"""Robust intervals: moments as in the paper, and coverage whatever the shape of the truth."""

import numpy as np
import pytest
from scipy.stats import norm

from blupboard_empirical_bayes.critical_values import critical_value
from empirical_bayes_data import BY_ID, expected, published, trials
from shelf import codes, value

ROBUST = BY_ID["robust_eb"]
WEIGHTS = ("precision", "equal")


def moments(y, v, weights):
    """The paper's estimates, one group after the other; and whether each was truncated."""
    w = [1 / x if weights == "precision" else 1.0 for x in v]
    total = sum(w)
    delta = sum(a * b for a, b in zip(w, y, strict=True)) / total
    e = [b - delta for b in y]
    groups = list(zip(w, e, v, strict=True))
    raw2 = sum(a * (b**2 - c) for a, b, c in groups) / total
    least2 = 2 * sum(a**2 * c**2 for a, _, c in groups) / (total * sum(a * c for a, _, c in groups))
    mu2 = max(raw2, least2)
    raw4 = sum(a * (b**4 - 6 * c * b**2 + 3 * c**2) for a, b, c in groups) / total
    least4 = 32 * sum(a**2 * c**4 for a, _, c in groups) / (total * sum(a * c**2 for a, _, c in groups))
    kappa = max(raw4 / mu2**2, 1 + least4 / mu2**2)
    return delta, mu2, kappa, bool(raw2 < least2), bool(raw4 < mu2**2 + least4)


@pytest.mark.slow
@pytest.mark.parametrize("weights", WEIGHTS)
def test_moments_are_the_papers(weights):
    raised = set()
    for seed in range(60):
        rng = np.random.default_rng(seed)
        j = int(rng.integers(3, 60))
        v = rng.uniform(0.2, 3, j)
        truth = rng.choice([0.0, 0.5, 2.0]) * rng.choice([-1.0, 0.0, 0.0, 1.0], j)
        y = truth + np.sqrt(v) * rng.standard_normal(j)
        fit = ROBUST.fit(published(y, np.sqrt(v)), {"weights": weights})
        delta, mu2, kappa, small2, small4 = moments(y, v, weights)
        assert fit.center == pytest.approx(delta, rel=1e-9, abs=1e-12)
        assert value(fit, "sigma_group") == pytest.approx(np.sqrt(mu2), rel=1e-9)
        assert value(fit, "kurtosis") == pytest.approx(kappa, rel=1e-8)
        assert codes(fit) == ["sigma_group_raised"] * small2 + ["kurtosis_raised"] * small4
        raised.add((small2, small4))
        w = mu2 / (mu2 + v)
        np.testing.assert_allclose(fit.weight, w, rtol=1e-9)
        half = critical_value(v / mu2, kappa, 0.1) * w * np.sqrt(v)
        low, high = fit.interval(0.9)
        np.testing.assert_allclose((high - low) / 2, half, rtol=1e-7)
        np.testing.assert_allclose((high + low) / 2, fit.estimate, rtol=1e-9, atol=1e-9)
    assert len(raised) == 4


def test_eight_schools_keep_the_least_spread_that_the_method_allows():
    want, fit = expected("eight_schools"), ROBUST.fit(trials("eight_schools"))
    assert fit.center == pytest.approx(want["mu"], rel=1e-12)
    assert value(fit, "sigma_group") == pytest.approx(np.sqrt(2) * want["se_mu"], rel=1e-12)
    assert codes(fit) == ["sigma_group_raised", "kurtosis_raised"]


def test_intervals_for_any_kurtosis_are_wider():
    data = trials("bcg")
    bounded, free = (ROBUST.fit(data, {"kurtosis": k}) for k in ("estimated", "unrestricted"))
    np.testing.assert_array_equal(bounded.estimate, free.estimate)
    assert (np.subtract(*free.interval()) <= np.subtract(*bounded.interval())).all()
    assert (np.subtract(*free.interval(0.99)) < np.subtract(*bounded.interval(0.99))).any()


def test_intervals_are_wider_than_if_normality_were_assumed_and_shorter_than_the_means_own():
    rng = np.random.default_rng(9)
    y, v = rng.standard_normal(400) + rng.standard_normal(400), np.ones(400)
    fit = ROBUST.fit(published(y, np.sqrt(v)))
    half = np.subtract(*fit.interval(0.9)[::-1]) / 2
    assert (half > norm.isf(0.05) * np.sqrt(fit.weight * v)).all()
    assert (half < norm.isf(0.05) * np.sqrt(v)).all()


def few(rng, j):
    """One in ten differs."""
    return np.where(rng.random(j) < 0.1, np.sqrt(10) * rng.choice([-1.0, 1.0], j), 0.0)


SHAPES = {
    "normal": lambda rng, j: rng.standard_normal(j),
    "two points": lambda rng, j: rng.choice([-1.0, 1.0], j),
    "few that differ": few,
}


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("spread", [0.3, 1.0])
def test_its_intervals_cover_on_average_whatever_the_shape(shape, spread):
    rng, j, replicates = np.random.default_rng(31), 300, 80
    se = np.tile([0.7, 1.2], j // 2)
    covered = np.empty(replicates)
    for i in range(replicates):
        truth = 2 + spread * SHAPES[shape](rng, j)
        low, high = ROBUST.fit(published(truth + se * rng.standard_normal(j), se)).interval(0.9)
        covered[i] = np.mean((low <= truth) & (truth <= high))
    assert covered.mean() >= 0.9 - 4 * covered.std() / np.sqrt(replicates)


@pytest.mark.slow
def test_intervals_that_assume_normality_miss_where_these_hold():
    """The least favourable truth: few groups that differ a lot, all others equal."""
    rng, j, replicates = np.random.default_rng(32), 300, 80
    robust, parametric = np.empty(replicates), np.empty(replicates)
    for i in range(replicates):
        truth = np.where(rng.random(j) < 0.06, 4 * rng.choice([-1.0, 1.0], j), 0.0)
        fit = ROBUST.fit(published(truth + 2 * rng.standard_normal(j), 2.0))
        low, high = fit.interval(0.95)
        robust[i] = np.mean((low <= truth) & (truth <= high))
        half = norm.isf(0.025) * 2 * np.sqrt(fit.weight)
        parametric[i] = np.mean(np.abs(fit.estimate - truth) <= half)
    assert robust.mean() >= 0.95 - 4 * robust.std() / np.sqrt(replicates)
    assert parametric.mean() < 0.95 - 4 * parametric.std() / np.sqrt(replicates)
