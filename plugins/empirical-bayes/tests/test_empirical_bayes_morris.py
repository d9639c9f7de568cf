"""Morris's estimator against published numbers, its own formulas, and simulated truth."""

import numpy as np
import pytest

from empirical_bayes_data import BY_ID, batting, columns, expected, published, trials
from shelf import codes, value

MORRIS = BY_ID["morris"]


def test_it_is_james_stein_where_variances_are_equal():
    want, fit = expected("batting"), MORRIS.fit(batting())
    np.testing.assert_allclose(fit.estimate, want["james_stein"], rtol=1e-12)
    np.testing.assert_allclose(1 - fit.weight, want["shrinkage"], rtol=1e-12)
    assert fit.center == pytest.approx(want["mean"], rel=1e-12)


def test_its_standard_errors_where_variances_are_equal():
    want, fit = expected("batting"), MORRIS.fit(batting())
    y = np.array([int(h) for h in columns("batting")["hits"]]) / 45
    b, v = want["shrinkage"], want["variance"]
    squared = v * (1 - 17 / 18 * b) + 2 / 15 * b**2 * (y - want["mean"]) ** 2
    np.testing.assert_allclose(np.square(fit.std_error), squared, rtol=1e-12)
    assert fit.std_error[0] > fit.std_error[8]


def test_the_intervals_of_the_batters_hold_their_averages_over_the_season():
    low, high = MORRIS.fit(batting()).interval(0.95)
    season = np.array([float(p) for p in columns("batting")["season"]])
    assert ((low < season) & (season < high)).all()


def test_the_spread_between_trials_is_that_of_paule_and_mandel():
    want, fit = expected("bcg"), MORRIS.fit(trials("bcg"))
    assert value(fit, "sigma_group") ** 2 == pytest.approx(want["tau2"], rel=1e-12)
    assert value(fit, "mu") == pytest.approx(want["mu"], rel=1e-12)
    assert value(fit, "mu_std_error") == pytest.approx(want["se_mu"], rel=1e-12)
    y = np.array([float(y) for y in columns("bcg")["y"]])
    np.testing.assert_allclose(fit.estimate, y - 10 / 12 * (y - want["blup"]), rtol=1e-9)


def test_eight_schools_have_no_spread_and_keep_two_sevenths_of_their_means():
    want, fit = expected("eight_schools"), MORRIS.fit(trials("eight_schools"))
    assert value(fit, "sigma_group") == want["tau2"] == 0
    assert value(fit, "mu") == pytest.approx(want["mu"], rel=1e-12)
    assert value(fit, "mu_std_error") == pytest.approx(want["se_mu"], rel=1e-12)
    np.testing.assert_allclose(fit.weight, 2 / 7, rtol=1e-12)
    assert codes(fit) == ["sigma_group_zero"]


@pytest.mark.parametrize("seed", range(30))
def test_the_fit_solves_morriss_equations(seed):
    rng = np.random.default_rng(seed)
    k = int(rng.integers(4, 30))
    v = rng.uniform(0.1, 4, k) ** 2
    y = rng.choice([0.0, 0.3, 1.0, 5.0]) * rng.standard_normal(k) + np.sqrt(v) * rng.standard_normal(k)
    fit = MORRIS.fit(published(y, np.sqrt(v)))
    a = value(fit, "sigma_group") ** 2
    w = 1 / (v + a)
    m = np.sum(w * y) / np.sum(w)
    moment = np.sum(w * (k / (k - 1) * (y - m) ** 2 - v)) / np.sum(w)
    assert a == pytest.approx(max(0.0, moment), rel=1e-9, abs=1e-12)
    b = (k - 3) / (k - 1) * v / (v + a)
    np.testing.assert_allclose(fit.estimate, (1 - b) * y + b * m, rtol=1e-9, atol=1e-12)
    r = k * w / np.sum(w)
    bar = np.sum(w * v) / np.sum(w)
    second = 2 / (k - 3) * b**2 * (bar + a) / (v + a)
    squared = v * (1 - (k - r) / k * b) + second * (y - m) ** 2
    np.testing.assert_allclose(np.square(fit.std_error), squared, rtol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("k", "a", "least"), [(10, 0.5, 0.95), (10, 1, 0.95), (30, 2, 0.95), (30, 0.2, 0.935)]
)
def test_its_intervals_cover_normal_groups(k, a, least):
    """Nearly at their level; a point below it where groups differ less than sampling alone makes them."""
    rng, replicates = np.random.default_rng(20240501), 1500
    se = np.sqrt(np.tile([0.5, 1.0], k // 2))
    covered = np.empty(replicates)
    for i in range(replicates):
        truth = 3 + np.sqrt(a) * rng.standard_normal(k)
        low, high = MORRIS.fit(published(truth + se * rng.standard_normal(k), se)).interval(0.95)
        covered[i] = np.mean((low <= truth) & (truth <= high))
    error = covered.std() / np.sqrt(replicates)
    assert least - 4 * error <= covered.mean() <= 0.985
