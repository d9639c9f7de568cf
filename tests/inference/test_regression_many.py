"""Many outcomes at one design with covariates or weights: at once what they are one after the other."""

from __future__ import annotations

import numpy as np
import pytest

from estimators import GroupData
from estimators.fitting.fit_many import fit_many, is_looped
from estimators.inference.normal_plot import _residuals
from estimators.inference.redrawn_groups import RedrawnGroups
from estimators.methods.regression import fit_regression
from estimators.methods.regression_many import deviations
from tests.oracles import BUILT_IN, parameter

RANDOM = np.random.default_rng(17)
SIZES = {
    "uneven": np.array([1, 2, 3, 3, 5, 8, 4, 60]),
    "equal": np.full(9, 4),
}
NAMES = ("mu", "mu_std_error", "sigma_group", "sigma_error", "icc", "criterion", "log_likelihood")


def design(sizes, kind):
    group = np.repeat(np.arange(len(sizes)), sizes)
    rows = len(group)
    age = 1e4 + 3.0 * RANDOM.standard_normal(len(sizes))[group] + RANDOM.standard_normal(rows)
    adjust = {"age": age, "same": 2.0 * age - 7.0, "sex": np.where(RANDOM.random(rows) < 0.4, "f", "m")}
    explained = {"beds": (np.arange(len(sizes)) % 4 + 1.0)[group]}
    weights = 0.2 + 5.0 * RANDOM.random(rows)
    given = {
        "adjusted": {"adjust": adjust},
        "explained": {"explained_by": explained},
        "both, weighted": {"adjust": adjust, "explained_by": explained, "weights": weights},
        "weighted": {"weights": weights},
    }[kind]
    return GroupData.from_arrays(RANDOM.standard_normal(rows), group, **given)


@pytest.mark.slow_cases
@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("kind", ["adjusted", "explained", "both, weighted", "weighted"])
def test_fits_at_once_are_those_one_after_the_other(kind, method):
    estimator, zeros = BUILT_IN[method], []
    for sizes, spread, std_error in (
        ("uneven", 0.0, "second_order"),
        ("uneven", 30.0, "second_order"),
        ("equal", 0.8, "second_order"),
        ("equal", 0.0, "prediction"),
        ("uneven", 0.8, "conditional"),
    ):
        data, options = design(SIZES[sizes], kind), {"std_error": std_error}
        batch, _ = RedrawnGroups.like(data).draw_many(np.random.default_rng(5), spread, 2.0, 6)
        assert not is_looped(estimator, batch.carries)
        found = fit_many(estimator, batch, options)
        assert not found.failures
        for r in range(len(batch)):
            fit = estimator.fit(batch[r], options)
            scale = np.abs(fit.estimate).max()
            np.testing.assert_allclose(found.estimate[r], fit.estimate, rtol=1e-8, atol=1e-9 * scale)
            np.testing.assert_allclose(found.std_error[r], np.ma.filled(fit.std_error, np.nan), rtol=1e-7)
            np.testing.assert_allclose(found.weight[r], fit.weight, rtol=1e-8, atol=1e-12)
            assert found.df == fit.df
            for name in NAMES:
                got, want = found.parameters[name][r], parameter(fit, name)
                assert got == pytest.approx(np.nan if want is None else want, rel=1e-8, nan_ok=True)
            zeros.append(parameter(fit, "sigma_group") == 0)
    assert 2 < sum(zeros) < 28


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_distances_to_the_regression_are_those_of_single_fits(method):
    data, groups = design(SIZES["uneven"], "both, weighted"), np.array([1, 4, 7])
    batch, _ = RedrawnGroups.like(data).draw_many(np.random.default_rng(5), 0.7, 2.0, 8)
    found = deviations(batch, method, groups)
    for r in range(8):
        single = _residuals(fit_regression(batch[r], method), groups)[0]
        np.testing.assert_allclose(found[r], single, rtol=1e-8)


@pytest.mark.slow
def test_the_lower_of_two_minima_is_found_in_each():
    """One group of 2,000 rows and a few of one or two, as in the sets ``edge_twominima``."""
    sizes = np.array([2000, 1, 1, 2, 1])
    group = np.repeat(np.arange(5), sizes)
    data = GroupData.from_arrays(
        np.sin(np.arange(2005)), group, explained_by={"x": np.array([1.0, 2, 1, 3, 2])[group]}
    )
    batch, _ = RedrawnGroups.like(data).draw_many(np.random.default_rng(2), 0.3, 1.0, 60)
    found = fit_many(BUILT_IN["ml"], batch)
    single = [parameter(BUILT_IN["ml"].fit(batch[r]), "sigma_group") for r in range(60)]
    np.testing.assert_allclose(found.parameters["sigma_group"], single, rtol=1e-7, atol=1e-12)


def test_what_is_not_for_many_is_fitted_one_after_the_other(monkeypatch):
    data = design(SIZES["equal"], "adjusted")
    batch, _ = RedrawnGroups.like(data).draw_many(np.random.default_rng(5), 1.0, 2.0, 3)
    assert is_looped(BUILT_IN["ols"], batch.carries)
    assert not is_looped(BUILT_IN["ols"])
    level = fit_many(BUILT_IN["ols"], batch)
    np.testing.assert_array_equal(level.estimate[1], BUILT_IN["ols"].fit(batch[1]).estimate)
    assert set(fit_many(BUILT_IN["grand_mean"], batch).failures) == {0, 1, 2}
    at_once = fit_many(BUILT_IN["reml"], batch)
    monkeypatch.setattr("estimators.methods.regression_many.MOST_GROUPS", 5)
    np.testing.assert_allclose(fit_many(BUILT_IN["reml"], batch).estimate, at_once.estimate, rtol=1e-9)


def test_a_group_that_weighs_far_more_costs_no_digits():
    """With weights of 1e12 in one group estimates were 1e-4 of their errors off, with 1e15 all of them."""
    random, group = np.random.default_rng(1), np.repeat(np.arange(6), 5)
    weights = np.where(group == 2, 1e12, 1.0) * random.uniform(0.5, 2.0, 30)
    data = GroupData.from_arrays(
        random.normal(size=30),
        group,
        adjust={"x": random.normal(size=30)},
        explained_by={"z": random.normal(size=6)[group]},
        weights=weights,
    )
    batch, _ = RedrawnGroups.like(data).draw_many(np.random.default_rng(3), 1.0, 1.0, 3)
    found = fit_many(BUILT_IN["reml"], batch)
    single = [BUILT_IN["reml"].fit(batch[r]) for r in range(3)]
    np.testing.assert_allclose(found.estimate, [fit.estimate for fit in single], rtol=1e-12)
    np.testing.assert_allclose(found.std_error, [fit.std_error for fit in single], rtol=1e-12)


def test_an_outcome_that_covariates_follow_exactly_is_no_number_in_a_batch():
    data = design(SIZES["equal"], "explained")
    batch, _ = RedrawnGroups.like(data).draw_many(np.random.default_rng(5), 1.0, 0.0, 2)
    assert set(fit_many(BUILT_IN["reml"], batch).failures) == {0, 1}
