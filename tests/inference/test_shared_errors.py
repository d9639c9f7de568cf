"""Ranks, chances and grades beside covariates: true means hang together by Henderson's equations."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.special import ndtr

from estimators import GroupData, call_above, group_grades, group_ranks, may_be_best, pairwise_probability
from estimators.inference.pairs import probability_above, probability_above_mean
from tests.inference.oracles import relative
from tests.oracles import BUILT_IN, parameter

SIZES = [4, 2, 6, 3, 1, 5]


def rows(seed=8):
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(SIZES)), SIZES)
    x = rng.normal(size=len(group)) + 0.4 * group
    z = rng.normal(size=len(SIZES))[group]
    y = 1.5 * rng.normal(size=len(SIZES))[group] + 0.7 * x + 0.3 * z + rng.normal(size=len(group))
    return group, x, z, y


def data_of(kind):
    """The groups, the dense columns, and the combinations of (coefficients, effects) that are compared."""
    group, x, z, y = rows()
    member = np.eye(len(SIZES))[group]
    columns = np.column_stack([np.ones(len(y)), x, z])
    at = np.tile(columns.mean(axis=0), (len(SIZES), 1))
    labels = [f"g{j}" for j in group]
    if kind == "adjusted":
        return GroupData.from_arrays(y, labels, adjust={"x": x, "z": z}), y, columns, member, at
    at[:, 2] = z[np.searchsorted(group, np.arange(len(SIZES)))]
    data = GroupData.from_arrays(y, labels, adjust={"x": x}, explained_by={"z": z})
    return data, y, columns, member, at


def posterior(fit, y, columns, member, at):
    """Mean ``(J,)`` and covariance ``(J, J)`` of true means, and of their distances to what is expected."""
    error, group = (parameter(fit, name) ** 2 for name in ("sigma_error", "sigma_group"))
    both = np.hstack([columns, member])
    prior = np.zeros(both.shape[1])
    prior[columns.shape[1] :] = 1.0 / group
    covariance = np.linalg.inv(both.T @ both / error + np.diag(prior))
    solution = covariance @ (both.T @ y) / error
    means = np.hstack([at, np.eye(len(SIZES))])
    effects = np.hstack([0.0 * at, np.eye(len(SIZES))])
    return [(what @ solution, what @ covariance @ what.T) for what in (means, effects)]


def chances(mean, covariance):
    spread = np.diag(covariance)[:, None] + np.diag(covariance) - 2.0 * covariance
    np.fill_diagonal(spread, 1.0)
    return ndtr((mean[:, None] - mean) / np.sqrt(spread))


@pytest.mark.parametrize("kind", ["adjusted", "explained"])
def test_chances_beside_covariates_are_those_of_dense_equations(kind):
    data, y, *dense = data_of(kind)
    fit = BUILT_IN["reml"].fit(data)
    assert parameter(fit, "sigma_group") > 0
    (mean, covariance), (effect, of_effect) = posterior(fit, y, *dense)
    pairs = chances(mean, covariance)
    assert relative(pairwise_probability(fit.joint), pairs) < 1e-9
    ranks, turned = group_ranks(fit.joint, top=2), group_ranks(fit.joint, top=2, smallest_first=True)
    assert relative(ranks.expected, 0.5 + pairs.sum(axis=0)) < 1e-9
    assert relative(turned.expected, 0.5 + pairs.sum(axis=1)) < 1e-9
    value = float(mean.mean()) + 0.3
    apart = (mean - value) / np.sqrt(np.diag(covariance))
    assert relative(probability_above(fit.joint, value), ndtr(apart)) < 1e-9
    below = call_above(fit.joint, value, smallest_first=True).probability
    assert relative(below, ndtr(-apart)) < 1e-9
    off = np.eye(len(SIZES)) - 1.0 / len(SIZES)
    about_mean = ndtr(off @ mean / np.sqrt(np.diag(off @ covariance @ off)))
    assert relative(probability_above_mean(fit.joint), about_mean) < 1e-9
    if kind == "explained":
        assert ranks.p_above_center is None
        return
    about_center = effect / np.sqrt(np.diag(of_effect))
    assert relative(ranks.p_above_center, ndtr(about_center)) < 1e-9
    assert relative(call_above(fit.joint).probability, ndtr(about_center)) < 1e-9
    assert relative(turned.p_above_center, ndtr(-about_center)) < 1e-9


def test_what_is_drawn_agrees_with_what_is_computed():
    fit = BUILT_IN["reml"].fit(data_of("adjusted")[0])
    theta, center = fit.joint.draw(200_000, 1)
    ranks = group_ranks(fit.joint)
    np.testing.assert_allclose((theta > center[:, None]).mean(axis=0), ranks.p_above_center, atol=0.005)
    expected = 1.0 + (theta[:, :, None] < theta[:, None]).sum(axis=2).mean(axis=0)
    np.testing.assert_allclose(expected, ranks.expected, atol=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["reml", "ols"])
def test_grades_beside_covariates_are_the_best_of_all(method):
    fit = BUILT_IN[method].fit(data_of("adjusted")[0])
    pairs, best = pairwise_probability(fit.joint), 0.0
    for grade in itertools.product(range(len(SIZES)), repeat=len(SIZES)):
        above = np.array(grade)[:, None] < np.array(grade)
        best = max(best, float((0.4 * pairs - (1.0 - pairs))[above].sum()))
    found = group_grades(fit.joint, 0.4)
    assert found.exact
    assert found.gain == pytest.approx(best, rel=1e-12)


def test_one_group_is_its_own_mean():
    one = BUILT_IN["ols"].fit(GroupData.from_arrays([1.0, 2.0, 4.0], ["a"] * 3))
    assert call_above(one.joint).probability.tolist() == [0.5]
    assert may_be_best(one.joint, group_ranks(one.joint)).tolist() == [0]
