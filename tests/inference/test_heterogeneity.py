"""Heterogeneity of published estimates: tau^2 in nine ways, and what follows from it."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimators import (
    MU_ERRORS,
    TAU2,
    DataError,
    GroupData,
    OptionError,
    exact_intervals,
    heterogeneity,
    meta_regression,
)
from tests.inference.oracles import answers, groups_of, names_of, places, relative
from tests.oracles import BUILT_IN, read_columns

CASES = [(name, method) for name in names_of("E") for method in TAU2]


def answer_by(expected, method):
    """Fay and Herriot's equation is that of Paule and Mandel where there are no covariates."""
    return expected["PM" if method == "FH" else method]


def explained(name):
    """The published estimates of a set with all its covariates."""
    columns = read_columns("inference", "data", f"{name}.csv")
    names = dict.fromkeys(term.split("=")[0] for term in answers("G", name)["terms"][1:])
    numbers = ([float(v) for v in columns[key]] for key in ("y", "se"))
    data = GroupData.from_estimates(columns["group"], *numbers)
    return data.explained_by(columns["group"], {column: columns[column] for column in names})


@pytest.mark.parametrize(("name", "method"), CASES)
def test_the_numbers_are_those_of_50_digits(name, method):
    data, expected = groups_of(name), answers("E", name)
    found, answer, common = heterogeneity(data, method), answer_by(expected, method), expected["common"]
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
    data, answer = groups_of(name), answer_by(answers("E", name), method)["knapp_hartung"]
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


@pytest.mark.slow
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


@pytest.mark.parametrize("method", ["REML", "ML", "FH"])
@pytest.mark.parametrize("name", names_of("G"))
def test_meta_regression_is_that_of_50_digits(name, method):
    expected, data = answers("G", name), explained(name)
    found, answer, order = meta_regression(data, method), expected[method], places(data, expected)
    for got, key in (
        (found.origin + found.estimate, "eblup"),
        (found.origin + found.center, "synthetic"),
        (found.weight, "weight"),
        (found.std_error, "first_order_se"),
        (np.square(found.second_order), "mse"),
    ):
        assert relative(got, np.array(answer[key])[order]) < 1e-12
    assert relative(found.tau, answer["tau"]) < 1e-13
    assert relative([c.estimate for c in found.coefficients], answer["beta"]) < 1e-13
    assert relative([c.std_error for c in found.coefficients], answer["se_beta"]) < 1e-13
    assert (found.test.df, found.test.df_within) == (expected["df"], None)
    assert found.test.statistic == pytest.approx(expected["QE"], rel=1e-13)


def test_what_a_covariate_explains_is_as_metafor_prints_it():
    """rma(yi, vi, mods = ~ ablat, data = dat.bcg) as in metafor's own documentation."""
    found = meta_regression(explained("bcg_ablat"), "REML")
    assert round(100 * found.explained, 2) == 75.63
    assert round(100 * found.i2, 2) == 68.39
    assert round(found.h2, 2) == 3.16
    assert round(found.test.statistic, 4) == 30.7331


@pytest.mark.parametrize("name", names_of("G"))
def test_moment_estimators_are_those_of_dense_matrices(name):
    data = explained(name)
    given = data.covariates
    x = np.column_stack([np.ones(len(data)), given.origin + given.unit * given.mean])
    v, y, df = data.known_variance, data.mean, len(data) - x.shape[1]
    a = np.diag(1 / v)
    p = a - a @ x @ np.linalg.solve(x.T @ a @ x, x.T @ a)
    aside = np.eye(len(y)) - x @ np.linalg.pinv(x)
    want = {
        "DL": (y @ p @ y - df) / np.trace(p),
        "HE": (y @ aside @ y - np.trace(aside @ np.diag(v))) / df,
    }
    for method, tau2 in want.items():
        assert meta_regression(data, method).tau2 == pytest.approx(max(0.0, tau2), rel=1e-8, abs=1e-12)
    typical = df / np.trace(p)
    found = meta_regression(data, "FH")
    assert found.i2 == pytest.approx(found.tau2 / (found.tau2 + typical), rel=1e-9)
    assert meta_regression(data, "PM").tau2 == meta_regression(data, "EB").tau2 == found.tau2
    if found.tau2:
        w = np.diag(1 / (v + found.tau2))
        left = w - w @ x @ np.linalg.solve(x.T @ w @ x, x.T @ w)
        assert y @ left @ y == pytest.approx(df, rel=1e-10)


def test_knapp_and_hartung_scale_the_errors_of_coefficients():
    data = explained("bcg_ablat")
    plain, scaled, at_least = (meta_regression(data, "DL", error) for error in MU_ERRORS)
    w = 1 / (data.known_variance + plain.tau2)
    factor = np.sqrt(w @ np.square(data.centered_mean - plain.center) / (len(data) - 2))
    for first, second, third in zip(
        plain.coefficients, scaled.coefficients, at_least.coefficients, strict=True
    ):
        assert second.std_error == pytest.approx(factor * first.std_error, rel=1e-10)
        assert third.std_error == pytest.approx(max(1.0, factor) * first.std_error, rel=1e-10)
        assert (first.df, second.df, third.df) == (None, len(data) - 2, len(data) - 2)


def test_second_order_errors_without_covariates_are_those_with_a_constant():
    data = groups_of("bcg")
    for method in ("REML", "ML", "PM"):
        same = data.explained_by(data.labels, {"x": np.ones(len(data))})
        found, other = heterogeneity(data, method), meta_regression(same, method)
        np.testing.assert_allclose(found.second_order, other.second_order, rtol=1e-12)
        assert other.explained < 1e-12
        assert [n.code for n in other.notes] == ["not_estimable"]
    for method in ("REML", "ML"):
        fit = BUILT_IN[method.lower()].fit(data)
        np.testing.assert_allclose(heterogeneity(data, method).second_order, fit.std_error, rtol=1e-11)
    assert heterogeneity(data, "DL").second_order is None


def test_meta_regression_refuses_what_it_cannot_take():
    data = explained("bcg_ablat")
    with pytest.raises(OptionError, match="one of REML, ML, FH, PM, EB, DL, HE, not 'SJ'"):
        meta_regression(data, "SJ")
    with pytest.raises(OptionError, match="the error of mu is one of"):
        meta_regression(data, "FH", "other")
    with pytest.raises(DataError, match="published estimates that covariates"):
        meta_regression(groups_of("bcg"), "FH")
    few = GroupData.from_estimates("abc", [1, 2, 4], [1, 1, 1]).explained_by("abc", {"x": list("uvw")})
    with pytest.raises(DataError, match="needs more groups"):
        meta_regression(few, "FH")


@pytest.mark.parametrize("small", [1e-2, 1e-5, 1e-8, 1e-10])
def test_one_precise_study_beside_a_covariate_keeps_its_digits(small):
    """DerSimonian and Laird's tau^2, I^2 and H^2 by the formulas of the module in 60 digits."""
    y, se, x = (
        [0.3, 0.5, -0.2, 0.9, 0.1, 0.4],
        [small, 0.3, 0.4, 0.2, 0.5, 0.35],
        [0.1, 0.9, -0.3, 0.5, 0.2, -0.8],
    )
    labels = list("abcdef")
    data = GroupData.from_estimates(labels, y, se).explained_by(labels, {"x": x})
    with mpmath.workdps(60):
        weight = mpmath.diag([1 / mpmath.mpf(s) ** 2 for s in se])
        rows, outcome = mpmath.matrix([[1, v] for v in x]), mpmath.matrix(y)
        pulled = weight * rows
        left = weight - pulled * mpmath.inverse(rows.T * pulled) * pulled.T
        trace = mpmath.fsum(left[j, j] for j in range(6))
        tau2 = ((outcome.T * left * outcome)[0] - 4) / trace
        want = [float(v) for v in (tau2, tau2 / (tau2 + 4 / trace), tau2 * trace / 4 + 1)]
    found = meta_regression(data, "DL")
    assert relative([found.tau2, found.i2, found.h2], want) < 1e-12
