"""The penalised likelihood: published numbers, a scan of the criterion, and the limits."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from blupboard_hierarchical_bayes import HierarchicalBayes, PenalizedLikelihood, sigma_group_density
from estimators import DataError, GroupData, build_registry, check_estimator
from shelf import values

PENALIZED = PenalizedLikelihood()
REML = {"likelihood": "reml"}
EFFECT = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
EFFECT_SE = np.array([15.0, 10, 16, 11, 9, 11, 10, 18])
EIGHT = GroupData.from_estimates("ABCDEFGH", EFFECT, EFFECT_SE)


def rows(sizes=(4, 9, 2, 6, 3, 5), between=1.0, seed=3):
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(sizes)), sizes)
    return between * rng.standard_normal(len(sizes))[group] + rng.standard_normal(len(group)), group


def test_eight_schools_as_published():
    # Chung et al. (2013): sigma_group 6.305, mu 7.924, with the profile of the (not restricted) likelihood
    found = values(PENALIZED.fit(EIGHT))
    assert found["sigma_group"] == pytest.approx(6.305, abs=5e-4)
    assert found["mu"] == pytest.approx(7.924, abs=5e-4)
    assert found["sigma_group"] == pytest.approx(6.30534868651, abs=1e-9)
    assert values(PENALIZED.fit(EIGHT, REML))["sigma_group"] == pytest.approx(7.2923247, abs=1e-6)


def log_likelihood(outcome, group, mu, tau, sigma):
    same = group[:, None] == group
    covariance = tau**2 * same + sigma**2 * np.eye(len(group))
    return multivariate_normal.logpdf(outcome, np.full(len(outcome), mu), covariance)


def test_rows_are_at_the_maximum_of_the_dense_likelihood():
    outcome, group = rows()
    found = values(PENALIZED.fit(GroupData.from_arrays(outcome, group)))
    best = [found["mu"], found["sigma_group"], found["sigma_error"]]
    at_best = log_likelihood(outcome, group, *best)
    assert found["log_likelihood"] == pytest.approx(at_best, rel=1e-10)
    assert found["criterion"] == pytest.approx(-2 * (at_best + np.log(best[1])), rel=1e-10)
    for i in range(3):
        for by in (-1e-3, 1e-3):
            other = list(best)
            other[i] += by
            assert log_likelihood(outcome, group, *other) + np.log(other[1]) < at_best + np.log(best[1])


def test_the_log_likelihood_is_on_the_scale_of_the_builtins():
    for data in (GroupData.from_arrays(*rows(between=3.0)), EIGHT):
        for given, other in (({}, "ml"), (REML, "reml")):
            plain = values(build_registry(entry_points=False)[other].fit(data))["log_likelihood"]
            penalised = values(PENALIZED.fit(data, given))["log_likelihood"]
            assert plain - 2 < penalised < plain


@pytest.mark.slow
@pytest.mark.parametrize("data", [EIGHT], ids=["summaries"])
def test_with_reml_it_is_the_mode_of_log_sigma_in_the_flat_posterior(data):
    grid, density = sigma_group_density(HierarchicalBayes().fit(data), 20_000)
    mode = grid[np.argmax(density * grid)]
    assert values(PENALIZED.fit(data, REML))["sigma_group"] == pytest.approx(mode, abs=2 * grid[0])


def test_it_is_never_at_the_boundary():
    builtin = build_registry(entry_points=False)["reml"]
    equal_means = GroupData.from_arrays(np.tile([-1.0, 0.0, 1.0], 5), np.repeat(np.arange(5), 3))
    for data in (EIGHT, equal_means):
        assert values(builtin.fit(data))["sigma_group"] == 0
        for given in ({}, REML):
            assert values(PENALIZED.fit(data, given))["sigma_group"] > 0.1


def test_estimates_are_blups_at_its_spreads():
    data = GroupData.from_arrays(*rows())
    fit = PENALIZED.fit(data)
    found = values(fit)
    ratio = (found["sigma_group"] / found["sigma_error"]) ** 2
    weight = data.n * ratio / (1 + data.n * ratio)
    np.testing.assert_allclose(fit.weight, weight, rtol=1e-10)
    np.testing.assert_allclose(fit.estimate, found["mu"] + weight * (data.mean - found["mu"]), rtol=1e-10)
    prediction = (1 - weight) * found["sigma_group"] ** 2 + (1 - weight) ** 2 * found["mu_std_error"] ** 2
    np.testing.assert_allclose(fit.std_error, np.sqrt(prediction), rtol=1e-9)
    np.testing.assert_allclose(PENALIZED.weight_curve(fit, data.n.astype(float)), weight, rtol=1e-10)
    fit = PENALIZED.fit(EIGHT)
    np.testing.assert_allclose(PENALIZED.weight_curve(fit, EIGHT.information), fit.weight, rtol=1e-10)


@pytest.mark.parametrize("given", [{}, REML])
@pytest.mark.parametrize(("scale", "shift"), [(1e-12, 0.0), (1e120, 0.0), (1.0, 1e9), (-3.0, 7.0)])
def test_answers_move_with_the_units(given, scale, shift):
    outcome, group = rows()
    before = PENALIZED.fit(GroupData.from_arrays(outcome, group), given)
    after = PENALIZED.fit(GroupData.from_arrays(scale * outcome + shift, group), given)
    slack = 1e-15 * abs(shift)
    np.testing.assert_allclose(after.estimate, scale * before.estimate + shift, rtol=1e-9, atol=slack)
    np.testing.assert_allclose(after.std_error, abs(scale) * before.std_error, rtol=1e-6)


@pytest.mark.parametrize(("given", "divisor"), [({}, 3), (REML, 2)])
def test_without_spread_within_the_limit_is_reached(given, divisor):
    means = np.array([1.0, 5.0, 2.0, 9.0])
    limit = PENALIZED.fit(GroupData.from_arrays(np.repeat(means, 3), np.repeat(np.arange(4), 3)), given)
    np.testing.assert_array_equal(limit.estimate, means)
    np.testing.assert_array_equal(limit.std_error, 0.0)
    spread = np.sqrt(np.square(means - means.mean()).sum() / divisor)
    assert values(limit)["sigma_group"] == pytest.approx(spread, rel=1e-10)
    assert (values(limit)["sigma_error"], values(limit)["log_likelihood"]) == (0.0, None)
    assert limit.notes[0].code == "no_spread_within"


def test_too_few_groups_are_told_plainly():
    two = GroupData.from_arrays([1.0, 2.0, 4.0, 3.0], list("aabb"))
    assert values(PENALIZED.fit(two))["sigma_group"] > 0
    with pytest.raises(DataError, match="at least 3 groups with the restricted likelihood"):
        PENALIZED.fit(two, REML)
    with pytest.raises(DataError, match="at least 2 groups"):
        PENALIZED.fit(GroupData.from_arrays([1.0, 2.0], list("aa")))
    with pytest.raises(DataError, match="all values are equal"):
        PENALIZED.fit(GroupData.from_arrays(np.full(12, 3.5), np.repeat(np.arange(4), 3)))


def test_the_contract_is_kept():
    check_estimator(PENALIZED)
