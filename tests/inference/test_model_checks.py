"""Checks on the model: against refits, scipy's tests, and data that are as the model says or are not."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from estimators import DataError, Design, GroupData, leave_one_out, model_checks, simulate
from estimators.inference.equal_spread import equal_spread
from estimators.inference.model_checks import outlying_groups
from estimators.inference.normal_plot import normal_plot
from tests.estimators.test_reference import published
from tests.inference.oracles import groups_of
from tests.oracles import BUILT_IN, parameter

DESIGNS = (
    Design(groups=24, per_group="~5-40", sigma_error=3, seed=3, mean=1e6),
    Design(groups=6, per_group="5", sigma_group=0.3, sigma_error=2),
    Design(groups=8, per_group="one-huge", sigma_error=2, seed=2),
    Design(groups=12, per_group="1-9", sigma_group=0.5, sigma_error=2, seed=4),
    Design(groups=3, per_group="2-4", sigma_error=2, seed=5),
    Design(groups=30, per_group="10", sigma_group=0, sigma_error=2),
)
CASES = [simulate(design).data for design in DESIGNS]
CASES += [published("eight_schools.csv"), published("bcg.csv"), groups_of("edge_twominima_a")]


def without(data, j):
    kept = np.arange(len(data)) != j
    if data.known_variance is not None:
        error = np.sqrt(data.known_variance[kept])
        return GroupData.from_estimates(data.labels[kept], data.mean[kept], error)
    rows = data.require_rows()
    some = rows.group != j
    return GroupData.from_arrays(rows.outcome[some], data.labels[rows.group[some]])


@pytest.mark.slow_cases
@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("case", range(len(CASES)))
def test_leaving_a_group_out_is_fitting_the_others(case, method):
    data = CASES[case]
    found = leave_one_out(data, method)
    for j in range(len(data)):
        fit = BUILT_IN[method].fit(without(data, j))
        spread, center = parameter(fit, "sigma_group"), parameter(fit, "mu")
        scale = max(spread, float(np.std(data.centered_mean)))
        assert found.sigma_group[j] == pytest.approx(spread, abs=1e-9 * scale)
        assert found.mu[j] == pytest.approx(center, abs=1e-9 * scale)
        assert found.std_error[j] == pytest.approx(parameter(fit, "mu_std_error"), rel=1e-9)
        if found.icc is not None:
            assert found.icc[j] == pytest.approx(parameter(fit, "icc"), abs=1e-9)


def weighted(heavy=1.0):
    """Rows whose variance goes with 1 / weight, one group's weights multiplied."""
    rng = np.random.default_rng(7)
    group = np.repeat(np.arange(7), [3, 9, 4, 2, 6, 5, 12])
    weight = np.exp(rng.normal(0, 1.5, len(group))) * np.where(group == 3, heavy, 1.0)
    y = 50 + 2 * rng.standard_normal(7)[group] + 3 * rng.standard_normal(len(group)) / np.sqrt(weight)
    return y, group, weight


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("heavy", [1.0, 1e5])
def test_of_weighted_rows_leaving_a_group_out_is_fitting_the_others(method, heavy):
    y, group, weight = weighted(heavy)
    found = leave_one_out(GroupData.from_arrays(y, group, weights=weight), method)
    for j in range(7):
        some = group != j
        fit = BUILT_IN[method].fit(GroupData.from_arrays(y[some], group[some], weights=weight[some]))
        assert found.sigma_group[j] == pytest.approx(parameter(fit, "sigma_group"), rel=1e-8)
        assert found.mu[j] == pytest.approx(parameter(fit, "mu"), rel=1e-10)
        assert found.std_error[j] == pytest.approx(parameter(fit, "mu_std_error"), rel=1e-8)
        assert found.icc[j] == pytest.approx(parameter(fit, "icc"), rel=1e-8)


def test_weights_of_precision_are_checked_at_weight_1_and_equal_ones_change_nothing():
    y, group, weight = weighted()
    plain, same, data = (GroupData.from_arrays(y, group, weights=w) for w in (None, np.ones(len(y)), weight))
    one, two = model_checks(plain), model_checks(same)
    np.testing.assert_allclose(two.plot.deviation, one.plot.deviation, rtol=1e-12)
    np.testing.assert_allclose([two.plot.low, two.plot.high], [one.plot.low, one.plot.high], rtol=1e-10)
    np.testing.assert_allclose(two.influence.sigma_group, one.influence.sigma_group, rtol=1e-9)
    checks = model_checks(data)
    assert two.row_plot.residual.tolist() == one.row_plot.residual.tolist()
    squares = [
        np.sum(w * np.square(v - np.average(v, weights=w)))
        for v, w in ((y[group == j], weight[group == j]) for j in range(7))
    ]
    sizes, samples = np.bincount(group), []
    for n, square in zip(sizes, squares, strict=True):
        some = np.random.default_rng(n).standard_normal(n)
        samples.append(some / some.std(ddof=1) * np.sqrt(square / (n - 1)))
    expected = stats.bartlett(*samples)
    assert (checks.spread.statistic, checks.spread.p) == pytest.approx(tuple(expected), rel=1e-9)
    np.testing.assert_allclose(checks.spread.within, np.sqrt(squares / (sizes - 1.0)), rtol=1e-9)
    with pytest.raises(DataError, match="survey weights do not say how precise a row is"):
        model_checks(GroupData.from_arrays(y, group, weights=weight, weight_kind="survey"))


@pytest.mark.slow
def test_the_band_of_weighted_rows_holds_what_the_model_draws():
    """Of 40 data sets from the model hardly any has a p below .05; the weights of groups differ widely."""
    y, group, weight = weighted(50.0)
    small = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        drawn = 2 * rng.standard_normal(7)[group] + 3 * rng.standard_normal(len(y)) / np.sqrt(weight)
        small.append(normal_plot(GroupData.from_arrays(drawn, group, weights=weight)).p < 0.05)
    assert sum(small) <= 6


def test_what_is_left_and_cannot_be_fitted_has_no_numbers():
    data = GroupData.from_arrays([1.0, 1, 1, 5, 5, 5, 2, 7, 3, 3], list("aaabbbccdd"))
    found = leave_one_out(data)
    assert np.isnan(found.sigma_group).tolist() == [False, False, True, False]
    influence = model_checks(data).to_dict()["influence"]
    assert influence["without"][2]["mu"] is None
    assert influence["text"].startswith("All rests on c, without which no spread can be estimated. ")
    with pytest.raises(DataError, match="at least 3 groups"):
        leave_one_out(GroupData.from_arrays([1.0, 2, 3, 5], list("aabb")))


def test_equal_spread_is_tested_as_scipy_does():
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(5), [4, 7, 3, 9, 2])
    outcome = 1e6 + rng.standard_normal(25) * (1 + group)
    parts = [outcome[group == g] for g in range(5)]
    data = GroupData.from_arrays(outcome, group)
    found, want = equal_spread(data), stats.levene(*parts, center="median")
    assert (found.statistic, found.p) == (pytest.approx(want.statistic), pytest.approx(want.pvalue))
    summaries = GroupData(
        labels=data.labels,
        n=data.n,
        origin=data.origin,
        centered_mean=data.centered_mean,
        ss_within=data.ss_within,
        constant=data.constant,
        rows_read=25,
    )
    found, want = equal_spread(summaries), stats.bartlett(*parts)
    assert (found.statistic, found.p) == (pytest.approx(want.statistic), pytest.approx(want.pvalue))
    assert equal_spread(published("eight_schools.csv")) is None


@pytest.mark.slow
def test_the_band_holds_what_the_model_draws_and_not_what_it_does_not():
    outside, small = 0, 0
    for seed in range(30):
        plot = normal_plot(simulate(Design(groups=20, per_group="4-12", seed=seed)).data)
        assert plot.deviation.tolist() == sorted(plot.deviation)
        outside += int(((plot.deviation < plot.low) | (plot.deviation > plot.high)).sum())
        small += plot.p < 0.1
    assert 5 < outside < 70
    assert small <= 8
    clusters = Design(groups=60, per_group="40", effects="clusters", sigma_group=3, seed=1)
    assert normal_plot(simulate(clusters).data).p < 0.01


def test_a_group_far_out_is_named_with_what_it_does():
    rows = simulate(Design(groups=12, per_group="10", sigma_group=0.5, seed=2)).data.require_rows()
    outcome = rows.outcome + np.where(rows.group == 4, 12.0, 0.0)
    checks = model_checks(GroupData.from_arrays(outcome, np.array([f"ward {g}" for g in rows.group])))
    (named,) = checks.outlying
    assert checks.labels[named] == "ward 4"
    assert checks.moving[0] == named
    text = checks.sentences()
    assert "Far from all others: ward 4" in text["outlying"]
    assert "without ward 4 the spread between groups is" in text["influence"]
    quiet = model_checks(groups_of("dyestuff2")).sentences()
    assert quiet["outlying"].startswith("No group lies further")
    assert quiet["influence"].startswith("No single group moves")


@pytest.mark.slow
def test_a_group_is_named_once_in_twenty_data_sets_where_nothing_is_wrong():
    random, named = np.random.default_rng(1), 0
    group = np.repeat(np.arange(6), [2, 9, 4, 6, 3, 8])
    for _ in range(200):
        data = GroupData.from_arrays(
            2.0 * random.standard_normal(6)[group] + random.standard_normal(32), group
        )
        named += len(outlying_groups(data, leave_one_out(data), None)) > 0
    assert 2 <= named <= 22, "10 are expected; by the normal distribution it is 75"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["eight_schools.csv", "bcg.csv"])
def test_published_means_are_checked_too(name):
    found = json.loads(json.dumps(model_checks(published(name)).to_dict(), allow_nan=False))
    assert found["spread"] is None
    assert "icc" not in found["influence"]["without"][0]
    assert len(found["normal"]["groups"]) == len(published(name))


def test_two_groups_have_a_plot_and_no_influence():
    found = model_checks(GroupData.from_arrays([1.0, 2, 3, 5], list("aabb"))).to_dict()
    assert found["influence"] is None
    assert found["outlying"]["groups"] == []


def test_a_group_without_which_nothing_varies_is_no_warning():
    data = GroupData.from_arrays([1.0, 1, 2, 2, 2, 5, 9], list("aabbbcc"))
    assert np.isnan(leave_one_out(data).residual).tolist() == [False, False, True]
    assert (
        leave_one_out(GroupData.from_arrays([3.0, 3, 3, 3, 5, 9], list("aabbcc"))).alone.tolist()
        == [False] * 3
    )
