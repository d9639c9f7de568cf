"""Heterogeneity of published estimates: tau^2 in eight ways, and what follows from it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimators import TAU2, DataError, GroupData, OptionError, exact_intervals, heterogeneity
from tests.inference.oracles import answers, groups_of, names_of, places, relative
from tests.oracles import BUILT_IN

CASES = [(name, method) for name in names_of("E") for method in TAU2]


@pytest.mark.parametrize(("name", "method"), CASES)
def test_the_numbers_are_those_of_50_digits(name, method):
    data, expected = groups_of(name), answers("E", name)
    found, answer, common = heterogeneity(data, method), expected[method], expected["common"]
    assert relative(found.tau2, answer["tau2"]) < 1e-11
    for key, got in (("mu", found.mu), ("se", found.mu_std_error), ("I2", found.i2), ("H2", found.h2)):
        assert relative(got, answer[key]) < 1e-11, key
    assert relative(found.mu_interval(), answer["ci"]) < 1e-11
    assert relative(found.test.statistic, common["Q"]) < 1e-12
    assert found.test.df == common["df"]
    assert relative(found.test.p, common["Q_p"]) < 1e-11
    assert relative(found.i2_higgins, common["I2_higgins"]) < 1e-11
    order = places(data, expected)
    assert relative(found.std_error, np.array(answer["blup_se"])[order]) < 1e-11
    for kind in ("normal", "t_k_minus_1", "t_k_minus_2"):
        interval = found.prediction_interval(kind=kind)
        assert interval.kind == kind
        assert relative([interval.low, interval.high], answer[f"prediction_interval_{kind}"]) < 1e-10, kind


@pytest.mark.parametrize(("name", "method"), CASES)
def test_errors_by_knapp_and_hartung_are_those_of_50_digits(name, method):
    data, answer = groups_of(name), answers("E", name)[method]["knapp_hartung"]
    found = heterogeneity(data, method, "knapp_hartung")
    assert relative(found.mu_std_error, answer["se"]) < 1e-11
    assert relative(found.mu_interval(), answer["ci"]) < 1e-10
    interval = found.prediction_interval(kind="t_k_minus_1")
    assert relative([interval.low, interval.high], answer["prediction_interval_t_k_minus_1"]) < 1e-10
    modified = heterogeneity(data, method, "modified_knapp_hartung")
    assert relative(modified.mu_std_error, answer["se_modified"]) < 1e-11


@pytest.mark.parametrize("name", names_of("E"))
def test_the_spread_that_gives_a_paule_mandel_sum_lies_in_the_exact_interval(name):
    data, expected = groups_of(name), answers("E", name)["tau2_Q_profile_95"]
    interval = exact_intervals(data)["sigma_group"]
    assert relative(np.square([interval.low, interval.high]), expected) < 1e-9
    assert interval.low <= heterogeneity(data, "PM").tau <= interval.high


def test_one_study_far_more_precise_than_the_rest_keeps_its_digits():
    data = GroupData.from_estimates("abc", [0.0, 1.0, 4.0], [1e-12, 1.0, 2.0])
    found = heterogeneity(data, "DL")
    typical = found.tau2 / found.i2 * (1.0 - found.i2)
    # (k - 1) sum a / ((sum a)^2 - sum a^2) with a = (1e24, 1, 1/4): 2e24 / (2 * 1.25e24), to 24 digits
    assert typical == pytest.approx(0.8, rel=1e-13)


@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(0.1, 3)), min_size=2, max_size=12),
    st.sampled_from(sorted(TAU2)),
    st.sampled_from([1e-60, 3.0, 1e60]),
)
@settings(max_examples=200, deadline=None)
def test_it_scales_with_the_estimates_and_falls_short_nowhere(rows, method, scale):
    y, se = (np.array(column) for column in zip(*rows, strict=True))
    found = heterogeneity(GroupData.from_estimates(range(len(y)), y, se), method)
    scaled = heterogeneity(GroupData.from_estimates(range(len(y)), scale * y, scale * se), method)
    size = max(np.ptp(y), se.max())
    # where the criterion is flat near 0, rounding moves tau^2 by far more than itself, and tau by its root
    assert scaled.tau2 / scale / scale == pytest.approx(found.tau2, rel=1e-6, abs=1e-12 * size**2)
    assert 0 <= found.i2 < 1
    assert found.h2 >= 1
    assert ((found.weight >= 0) & (found.weight < 1)).all()
    if method == "PM" and found.tau > 0:
        share = 1.0 / (se**2 + found.tau2)
        center = share @ y / share.sum()
        assert share @ (y - center) ** 2 == pytest.approx(len(y) - 1, rel=1e-9)


@given(st.floats(0.1, 10), st.integers(2, 20))
def test_without_any_difference_tau_is_exactly_0(error, groups):
    data = GroupData.from_estimates(range(groups), np.full(groups, 3.7), np.full(groups, error))
    for method in TAU2:
        found = heterogeneity(data, method)
        assert (found.tau, found.i2, found.i2_higgins, found.h2) == (0.0, 0.0, 0.0, 1.0), method
        assert not found.weight.any()


def test_two_groups_have_no_prediction_interval_with_no_degrees_of_freedom():
    found = heterogeneity(GroupData.from_estimates("ab", [0.0, 9.0], [1.0, 1.0]))
    assert found.to_dict()["prediction_interval"] == {"kind": "t_k_minus_2", "low": None, "high": None}
    assert found.prediction_interval(kind="t_k_minus_1").low is not None


def test_rows_are_taken_as_means_with_the_pooled_variance():
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(9), rng.integers(2, 9, 9))
    y = 1e6 + 2 * rng.standard_normal(9)[group] + rng.standard_normal(len(group))
    rows = GroupData.from_arrays(y, group)
    published = GroupData.from_estimates(rows.labels, rows.centered_mean, np.sqrt(rows.sampling_variance))
    for method in TAU2:
        found, same = heterogeneity(rows, method), heterogeneity(published, method)
        assert found.tau == pytest.approx(same.tau, rel=1e-10)
        assert found.centered_mu == pytest.approx(published.origin + same.centered_mu, rel=1e-10)
        assert found.std_error == pytest.approx(same.std_error, rel=1e-10)


def test_by_likelihood_it_is_the_spread_of_the_blups():
    data = groups_of("bcg")
    for method in ("reml", "ml"):
        fit, found = BUILT_IN[method].fit(data), heterogeneity(data, method.upper())
        assert found.tau == fit.parameters["sigma_group"].value
        assert found.weight == pytest.approx(fit.weight, rel=1e-14)


def test_what_cannot_be_is_refused():
    data = groups_of("bcg")
    with pytest.raises(OptionError, match="one of REML, ML, DL"):
        heterogeneity(data, "dl")
    with pytest.raises(OptionError, match="the error of mu is one of normal, knapp_hartung"):
        heterogeneity(data, "DL", "hartung")
    with pytest.raises(OptionError, match="one of t_k_minus_2"):
        heterogeneity(data).prediction_interval(kind="t")
    with pytest.raises(OptionError, match="between 0 and 1"):
        heterogeneity(data).prediction_interval(1.0)
    with pytest.raises(DataError, match="at least 2 groups"):
        heterogeneity(GroupData.from_estimates("a", [1.0], [1.0]))
    with pytest.raises(DataError, match="cannot be told apart"):
        heterogeneity(GroupData.from_arrays([1.0, 2.0], ["a", "b"]))
    with pytest.raises(DataError, match="no standard errors"):
        heterogeneity(GroupData.from_arrays([1.0, 1.0, 2.0, 2.0], list("aabb")))
