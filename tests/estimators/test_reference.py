"""The estimators against numbers that others computed: 50-digit solutions, NIST, R, and the literature."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from estimators import DataError, GroupData
from tests.oracles import (
    BUILT_IN,
    parameter,
    read_columns,
    read_data,
    read_json,
    set_names,
    solution_errors,
    solved_sets,
)

DOUBLE_DATA = "exact_binary_double_data_50digits"
JAMES_STEIN = "J-3, s2=MSW/n times nu/(nu+2)"
BALANCED = [n for n in set_names() if "james_stein_balanced" in read_json("expected", f"{n}.json")]
NIST_SETS = sorted(read_json("nist", "certified.json"))
POST_MODELS = sorted(read_json("post", "post.json"))


def test_the_sets_that_the_other_tests_run_over_are_all_there():
    assert len(set_names()) == 26
    assert len(solved_sets()) == 44
    assert len(BALANCED) == 10
    assert (len(NIST_SETS), len(POST_MODELS)) == (5, 4)


@pytest.mark.slow_cases
@pytest.mark.parametrize(("name", "method"), solved_sets())
def test_blups_agree_with_the_50_digit_solution(name, method):
    errors = solution_errors(name, method)
    ulp = errors.pop("ulp")
    assert max(errors.values()) <= 1e-9, errors
    assert ulp <= 4


@pytest.mark.slow_cases
@pytest.mark.parametrize(("name", "method"), solved_sets())
def test_sigma_group_is_exactly_zero_where_the_solution_is(name, method):
    answer = read_json("expected", f"{name}.json")[method.upper()]
    fit = BUILT_IN[method].fit(read_data("sets", f"{name}.csv"))
    assert (parameter(fit, "sigma_group") == 0) == answer["boundary"]
    assert ("sigma_group_zero" in {n.code for n in fit.notes}) == answer["boundary"]


@pytest.mark.parametrize("name", ["edge_J1", "edge_allsize1"])
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_sets_without_a_solution_are_refused(name, method):
    with pytest.raises(DataError):
        BUILT_IN[method].fit(read_data("sets", f"{name}.csv"))


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", set_names())
def test_group_summaries_and_level_means(name):
    expected, data = read_json("expected", f"{name}.json"), read_data("sets", f"{name}.csv")
    order = [expected["group"].index(label) for label in data.labels]
    fit = BUILT_IN["ols"].fit(data)
    means = np.array(expected["group_mean"])[order]
    np.testing.assert_allclose(fit.estimate, means, rtol=0, atol=1e-15 * np.abs(means).max())
    assert float(data.ss_within.sum()) == pytest.approx(expected["ss_within"], rel=1e-13, abs=0)
    assert BUILT_IN["grand_mean"].fit(data).center == pytest.approx(expected["grand_mean_obs"], rel=1e-14)
    if "ols_se" in expected:
        np.testing.assert_allclose(fit.std_error, np.array(expected["ols_se"])[order], rtol=1e-13)


@pytest.mark.parametrize("name", BALANCED)
def test_james_stein_of_balanced_sets(name):
    expected, data = read_json("expected", f"{name}.json"), read_data("sets", f"{name}.csv")
    answer = expected["james_stein_balanced"][JAMES_STEIN]
    order = [expected["group"].index(label) for label in data.labels]
    fit = BUILT_IN["james_stein"].fit(data)
    np.testing.assert_allclose(fit.weight, answer["c"], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(fit.estimate, np.array(answer["estimates"])[order], rtol=1e-13)


@pytest.mark.parametrize("name", NIST_SETS)
def test_nist_sums_of_squares(name):
    exact = read_json("nist", "certified.json")[name][DOUBLE_DATA]
    data = read_data("nist", f"{name}.csv")
    for got, key in ((data.ss_within.sum(), "SS_within"), (data.ss_between, "SS_between")):
        assert abs(Decimal(float(got)) / Decimal(exact[key]) - 1) < Decimal("1e-12")
    assert data.df_within == exact["df_within"]


@pytest.mark.parametrize("name", POST_MODELS)
def test_the_post_that_this_project_grew_from(name):
    expected, data = read_json("post", "post.json")[name], read_data("post", f"{name}.csv", group="g")
    np.testing.assert_allclose(BUILT_IN["ols"].fit(data).estimate, expected["ols"], rtol=1e-11)
    for method in ("reml", "ml"):
        fit = BUILT_IN[method].fit(data)
        sigma_group, sigma_error = expected[f"{method}_sigma"]
        # lme4 stops within its optimiser's tolerance, hence not closer
        np.testing.assert_allclose(fit.estimate, expected[method], rtol=1e-6)
        assert parameter(fit, "sigma_group") == pytest.approx(sigma_group, rel=1e-5, abs=1e-7)
        assert parameter(fit, "sigma_error") == pytest.approx(sigma_error, rel=1e-6)


def test_model_1_of_the_post_lies_on_the_boundary():
    fit = BUILT_IN["reml"].fit(read_data("post", "model1.csv", group="g"))
    assert parameter(fit, "sigma_group") == 0.0
    assert (fit.weight == 0).all()
    np.testing.assert_allclose(fit.estimate, 15.9896978441, rtol=1e-11)


def published(name):
    columns = read_columns("literature", name)
    return GroupData.from_estimates(
        columns["group"], [float(v) for v in columns["y"]], [float(v) for v in columns["se"]]
    )


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_bcg_trials_from_published_summaries(method):
    answer, data = read_json("literature", "bcg.json")[method], published("bcg.csv")
    order = [int(label) - 1 for label in data.labels]
    fit = BUILT_IN[method.lower()].fit(data, {"std_error": "prediction"})
    # metafor iterates until tau^2 moves by less than 1e-5
    assert parameter(fit, "sigma_group") ** 2 == pytest.approx(answer["tau2"], abs=2e-5)
    assert parameter(fit, "mu") == pytest.approx(answer["mu"], abs=1e-5)
    assert parameter(fit, "mu_std_error") == pytest.approx(answer["se_mu"], abs=1e-5)
    np.testing.assert_allclose(fit.estimate, np.array(answer["blup"])[order], atol=2e-5)
    np.testing.assert_allclose(fit.std_error, np.array(answer["blup_se"])[order], atol=2e-5)


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_eight_schools_from_published_summaries(method):
    answer = read_json("literature", "eight_schools.json")["fits"][method]
    fit = BUILT_IN[method.lower()].fit(published("eight_schools.csv"), {"std_error": "prediction"})
    assert parameter(fit, "sigma_group") == answer["tau2"] == 0
    assert parameter(fit, "sigma_error") is None
    np.testing.assert_allclose(fit.estimate, answer["blup"], rtol=1e-14)
    np.testing.assert_allclose(fit.std_error, answer["blup_se"], rtol=1e-14)


def test_eight_schools_level_means_and_complete_pooling():
    data = published("eight_schools.csv")
    answer = read_json("literature", "eight_schools.json")["fits"]["FE"]
    pooled = BUILT_IN["grand_mean"].fit(data)
    assert pooled.center == pytest.approx(answer["mu"], rel=1e-14)
    assert parameter(pooled, "mu_std_error") == pytest.approx(answer["se_mu"], rel=1e-14)
    level_means = BUILT_IN["ols"].fit(data)
    np.testing.assert_allclose(level_means.std_error, [15, 10, 16, 11, 9, 11, 10, 18], rtol=1e-14)


@pytest.mark.parametrize("version", ["rounded3", "hits/45"])
def test_james_stein_of_the_batting_averages(version):
    columns = read_columns("literature", "efron_morris_pscl.csv")
    answer = read_json("literature", "efron_morris_expected.json")[version]
    averages = {"rounded3": [float(y) for y in columns["y"]], "hits/45": [int(r) / 45 for r in columns["r"]]}
    std_error = np.full(18, np.sqrt(float(answer["sigma2_binomial_pooled"])))
    data = GroupData.from_estimates(columns["name"], averages[version], std_error)
    fit = BUILT_IN["james_stein"].fit(data)
    order = [columns["name"].index(label) for label in data.labels]
    np.testing.assert_allclose(fit.weight, float(answer["c_(k-3)"]), rtol=1e-12)
    np.testing.assert_allclose(fit.estimate, np.array(answer["js"], dtype=float)[order], rtol=1e-13)
    assert fit.std_error is None


def test_james_stein_of_the_transformed_batting_averages():
    answer = read_json("literature", "efron_morris_expected.json")["arcsine_1975"]
    x = [float(v) for v in answer["x"]]
    labels = [f"player {i:02}" for i in range(len(x))]
    fit = BUILT_IN["james_stein"].fit(GroupData.from_estimates(labels, x, np.ones(len(x))))
    np.testing.assert_allclose(1 - fit.weight, float(answer["B=15/S"]), rtol=1e-12)
    np.testing.assert_allclose(fit.estimate, np.array(answer["js_x"], dtype=float), rtol=1e-12)
