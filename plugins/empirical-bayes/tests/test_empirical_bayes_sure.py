"""SURE against brute force, closed forms, and the risk that it estimates."""

import numpy as np
import pytest

from empirical_bayes_data import BY_ID, batting, expected, published, trials
from shelf import codes, value

SURE = BY_ID["sure"]
CENTERS = ("mean", "free")


def risk(y, v, lam, mu, center):
    """SURE as it stands in the paper."""
    p = len(y)
    extra = 2 / p * v if center == "mean" else 0
    return np.mean((v / (v + lam)) ** 2 * (y - mu) ** 2 + v / (v + lam) * (lam - v + extra))


def best_center(y, v, lam, center):
    w = np.ones_like(y) if center == "mean" else (v / (v + lam)) ** 2
    return np.sum(w * y) / np.sum(w)


def sample(seed, most=25):
    rng = np.random.default_rng(seed)
    p = int(rng.integers(2, most))
    v = np.exp(rng.uniform(-4, 4, p)) if seed % 2 else rng.uniform(0.5, 2, p)
    y = rng.choice([0.0, 0.2, 1.0, 4.0]) * rng.standard_normal(p) + np.sqrt(v) * rng.standard_normal(p)
    return y, v


@pytest.mark.slow
@pytest.mark.parametrize("center", CENTERS)
@pytest.mark.parametrize("seed", range(40))
def test_no_lambda_on_a_fine_grid_does_better(seed, center):
    y, v = sample(seed)
    fit = SURE.fit(published(y, np.sqrt(v)), {"center": center})
    lam = value(fit, "sqrt_lambda") ** 2
    mu = best_center(y, v, lam, center)
    assert fit.center == pytest.approx(mu, rel=1e-9, abs=1e-9)
    found = risk(y, v, lam, mu, center)
    assert value(fit, "sure") == pytest.approx(found, rel=1e-9, abs=1e-9)
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 1e6, 5000)])
    brute = [risk(y, v, g, best_center(y, v, g, center), center) for g in grid]
    assert found <= min(brute) + 1e-12 * max(1.0, abs(found))
    np.testing.assert_allclose(fit.estimate, lam / (lam + v) * y + v / (lam + v) * mu, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_no_other_centre_does_better_where_it_is_free(seed):
    y, v = sample(seed)
    fit = SURE.fit(published(y, np.sqrt(v)), {"center": "free"})
    lam = value(fit, "sqrt_lambda") ** 2
    for mu in fit.center + np.linspace(-3, 3, 601):
        assert value(fit, "sure") <= risk(y, v, lam, mu, "free") + 1e-9


def two_scales(outer):
    """Forty precise means close together, and four imprecise ones further apart."""
    y = np.concatenate([np.tile([-0.1, 0.1], 20), outer * np.array([-1.0, 1.0, -1.0, 1.0])])
    return y, np.repeat([1.0, 100.0], [40, 4])


def minima(y, v, center):
    """Local minima on a grid, the first point included."""
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 1e6, 4_000)])
    at = np.array([risk(y, v, g, best_center(y, v, g, center), center) for g in grid])
    low = (np.concatenate([[np.inf], at[:-1]]) > at) & (at <= np.concatenate([at[1:], [np.inf]]))
    return grid[low], at[low]


@pytest.mark.slow_cases
@pytest.mark.parametrize("center", CENTERS)
@pytest.mark.parametrize(("outer", "lowest"), [(12.0, 0), (14.0, 1)])
def test_of_several_local_minima_the_lowest_is_found(outer, lowest, center):
    y, v = two_scales(outer)
    places, values = minima(y, v, center)
    assert len(places) == 2
    assert np.argmin(values) == lowest
    lam = value(SURE.fit(published(y, np.sqrt(v)), {"center": center}), "sqrt_lambda") ** 2
    assert lam == pytest.approx(places[lowest], rel=1e-2, abs=1e-6)


def test_it_is_its_closed_form_where_variances_are_equal():
    want, fit = expected("batting"), SURE.fit(batting())
    np.testing.assert_allclose(1 - fit.weight, 17 / 15 * want["shrinkage"], rtol=1e-9)
    assert fit.center == pytest.approx(want["mean"], rel=1e-12)


@pytest.mark.parametrize(("center", "mean"), [("mean", 8.75), ("free", None)])
def test_eight_schools_are_put_at_one_place(center, mean):
    fit = SURE.fit(trials("eight_schools"), {"center": center})
    assert value(fit, "sqrt_lambda") == 0
    assert codes(fit) == ["pulled_onto_center"]
    assert np.ptp(fit.estimate) == 0
    if mean is not None:
        assert fit.center == mean


@pytest.mark.slow
def test_at_a_fixed_lambda_its_mean_is_the_risk():
    rng, replicates = np.random.default_rng(77), 4_000
    v = np.array([0.2, 0.5, 1.0, 2.0, 4.0])
    truth, lam = np.array([0.0, 1.0, -1.0, 2.0, 0.5]), 0.8
    gaps = np.empty(replicates)
    for i in range(replicates):
        y = truth + np.sqrt(v) * rng.standard_normal(5)
        estimate = lam / (lam + v) * y + v / (lam + v) * y.mean()
        gaps[i] = risk(y, v, lam, y.mean(), "mean") - np.mean((estimate - truth) ** 2)
    assert abs(gaps.mean()) < 4 * gaps.std() / np.sqrt(replicates)


@pytest.mark.slow
def test_a_hundred_thousand_different_variances_are_fitted():
    rng = np.random.default_rng(5)
    v = rng.uniform(0.1, 3, 100_000)
    y = rng.standard_normal(100_000) + np.sqrt(v) * rng.standard_normal(100_000)
    fit = SURE.fit(published(y, np.sqrt(v)), {"center": "free"})
    assert value(fit, "sqrt_lambda") == pytest.approx(1.0, abs=0.02)
