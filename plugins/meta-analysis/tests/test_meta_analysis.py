"""The random-effects model of meta-analysis: answers with many digits, its options, and awkward groups."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import blupboard_meta_analysis
import shelf
from blupboard_meta_analysis import RandomEffects
from estimators import (
    TAU2,
    DataError,
    GroupData,
    OptionError,
    RemlBlup,
    check_estimator,
    exact_intervals,
    group_ranks,
    heterogeneity,
    inference_dict,
    meta_regression,
)
from shelf import codes, value

FOLDER = Path(__file__).parent / "data"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
META = RandomEffects()


def trials(name):
    with (FOLDER / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    labels, *numbers = ([row[key] for row in rows] for key in ("group", "y", "se"))
    return GroupData.from_estimates(labels, *(np.array(column, dtype=float) for column in numbers))


def answers(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def rows(groups=12, seed=3):
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), rng.integers(2, 9, groups))
    return rng.standard_normal(groups)[group] + rng.standard_normal(len(group)), group


@pytest.mark.parametrize("tau2", TAU2)
@pytest.mark.parametrize("name", NAMES)
def test_the_numbers_are_those_of_50_digits(name, tau2):
    data, expected = trials(name), answers(name)
    fit, answer = META.fit(data, {"tau2": tau2}), expected["PM" if tau2 == "FH" else tau2]
    order = [expected["group"].index(label) for label in data.labels]
    np.testing.assert_allclose(fit.estimate, np.array(answer["blup"])[order], rtol=1e-11)
    np.testing.assert_allclose(fit.std_error, np.array(answer["blup_se"])[order], rtol=1e-11)
    np.testing.assert_allclose(fit.weight, np.array(answer["weight"])[order], rtol=1e-11)
    named = {
        "mu": answer["mu"],
        "mu_std_error": answer["se"],
        "tau2": answer["tau2"],
        "sigma_group": np.sqrt(answer["tau2"]),
        "i2": answer["I2"],
        "h2": answer["H2"],
        "i2_higgins": expected["common"]["I2_higgins"],
        "q": expected["common"]["Q"],
        "q_p": expected["common"]["Q_p"],
    }
    for key, want in named.items():
        assert value(fit, key) == pytest.approx(want, rel=1e-11, abs=0), key
    hartung = META.fit(data, {"tau2": tau2, "mu_error": "knapp_hartung"})
    assert value(hartung, "mu_std_error") == pytest.approx(answer["knapp_hartung_se"], rel=1e-11)
    assert hartung.std_error.tolist() == fit.std_error.tolist()


def test_by_reml_it_is_our_reml_with_ranks_and_all():
    data = trials("bcg")
    fit, reml = META.fit(data), RemlBlup().fit(data, {"std_error": "prediction"})
    np.testing.assert_allclose(fit.estimate, reml.estimate, rtol=1e-13)
    np.testing.assert_allclose(fit.std_error, reml.std_error, rtol=1e-13)
    ours, theirs = group_ranks(fit.joint), group_ranks(reml.joint)
    np.testing.assert_allclose(ours.expected, theirs.expected, rtol=1e-10)
    np.testing.assert_allclose(ours.p_above_center, theirs.p_above_center, rtol=1e-10)
    information = np.array([1.0, 20.0])
    np.testing.assert_allclose(
        META.weight_curve(fit, information), RemlBlup().weight_curve(reml, information), rtol=1e-13
    )


def test_it_carries_what_the_heterogeneity_is():
    data = trials("bcg")
    found = META.fit(data, {"tau2": "SJ", "mu_error": "knapp_hartung"}).details["heterogeneity"]
    assert found.to_dict() == heterogeneity(data, "SJ", "knapp_hartung").to_dict()


def test_what_it_lets_conclude_is_the_exact_interval_q_and_ranks():
    data = trials("bcg")
    found = inference_dict(data, META, META.fit(data, {"tau2": "DL"}), level=0.9)
    interval = exact_intervals(data, 0.9)["sigma_group"]
    ends = {"low": interval.low, "high": interval.high, "empty": False}
    assert found["spreads"] == {"level": 0.9, "exact": {"sigma_group": ends}}
    assert found["tests"]["q"]["statistic"] == pytest.approx(answers("bcg")["common"]["Q"], rel=1e-12)
    assert len(found["ranks"]) == len(data)
    y, group = rows()
    of_rows = GroupData.from_arrays(y, group)
    assert set(inference_dict(of_rows, META, META.fit(of_rows))) == {"ranks", "least_difference"}


def test_without_a_spread_it_says_so_and_ranks_nobody():
    fit = META.fit(trials("eight_schools"))
    assert (value(fit, "tau2"), value(fit, "i2"), fit.joint) == (0.0, 0.0, None)
    assert fit.weight.tolist() == [0.0] * 8
    assert codes(fit) == ["sigma_group_zero"]
    other = META.fit(trials("eight_schools"), {"tau2": "SJ", "mu_error": "knapp_hartung"})
    assert codes(other) == ["knapp_hartung_short"]
    assert other.joint is not None


def test_of_rows_it_takes_the_pooled_variance_as_known():
    y, group = rows()
    data = GroupData.from_arrays(y, group)
    fit = META.fit(data)
    assert codes(fit) == ["two_stage"]
    published = GroupData.from_estimates(data.labels, data.mean, np.sqrt(data.sampling_variance))
    np.testing.assert_allclose(fit.estimate, META.fit(published).estimate, rtol=1e-10)
    np.testing.assert_allclose(META.weight_curve(fit, data.information), fit.weight, rtol=1e-12)


@pytest.mark.parametrize("tau2", TAU2)
def test_it_moves_with_the_data(tau2):
    y, group = rows()
    plain = META.fit(GroupData.from_arrays(y, group), {"tau2": tau2}).estimate
    for scale, shift in ((1e150, 0.0), (-2.0, 3.0), (1.0, 1e6)):
        moved = META.fit(GroupData.from_arrays(y * scale + shift, group), {"tau2": tau2}).estimate
        np.testing.assert_allclose(moved, plain * scale + shift, rtol=1e-8)


def test_awkward_groups():
    equal = META.fit(GroupData.from_arrays(np.full(6, 3.5), list("aabbcc")))
    assert (codes(equal), equal.estimate.tolist()) == (["all_equal"], [3.5] * 3)
    constant = META.fit(GroupData.from_arrays([1.0, 1, 4, 4], list("aabb")))
    assert (codes(constant), constant.estimate.tolist()) == (["no_spread_within"], [1.0, 4.0])
    with pytest.raises(DataError, match="cannot be told apart"):
        META.fit(GroupData.from_arrays(np.arange(4.0), np.arange(4)))
    with pytest.raises(DataError, match="at least 2 groups"):
        META.fit(GroupData.from_estimates("a", [1.0], [1.0]))
    with pytest.raises(OptionError, match="tau2 takes one of REML, ML, DL"):
        META.fit(trials("bcg"), {"tau2": "XX"})


@pytest.mark.slow
@pytest.mark.parametrize("tau2", TAU2)
def test_it_keeps_to_the_contract(tau2):
    check_estimator(META, {"tau2": tau2})


@pytest.mark.slow
def test_it_says_what_it_is_and_is_light():
    shelf.check_names_are_explained(blupboard_meta_analysis)
    shelf.check_options_are_explained(META)
    shelf.check_import_is_light(
        blupboard_meta_analysis, ("scipy.optimize", "scipy.stats", "pandas", "dash", "statsmodels")
    )


@pytest.mark.parametrize("seed", range(5))
def test_errors_that_only_rounding_tells_apart_are_not_called_short(seed):
    rng = np.random.default_rng(seed)
    data = GroupData.from_estimates(list("abcdef"), rng.normal(0, 3, 6), rng.uniform(0.5, 1, 6))
    assert codes(META.fit(data, {"tau2": "PM", "mu_error": "knapp_hartung"})) == []


def test_covariates_explain_published_estimates():
    """BCG trials by distance from the equator; the numbers of the engine have tests of their own."""
    data = trials("bcg")
    latitude = np.arange(len(data)) * 3.0
    data = data.explained_by(data.labels, {"latitude": latitude})
    found = meta_regression(data, "FH", "knapp_hartung")
    fit = META.fit(data, {"tau2": "FH", "mu_error": "knapp_hartung", "std_error": "second_order"})
    np.testing.assert_array_equal(fit.estimate, found.origin + found.estimate)
    np.testing.assert_array_equal(fit.std_error, found.second_order)
    np.testing.assert_allclose(fit.center, found.origin + found.center)
    assert value(fit, "explained") == found.explained
    assert value(fit, "q_p") == found.test.p
    assert fit.coefficients == found.coefficients
    assert group_ranks(fit.joint).expected.sum() == pytest.approx(len(data) * (len(data) + 1) / 2)
    by_reml = META.fit(data, {"tau2": "REML"})
    np.testing.assert_allclose(by_reml.estimate, RemlBlup().fit(data).estimate, rtol=1e-10)
    assert inference_dict(data, META, fit)["ranks"]


def test_second_order_errors_are_refused_where_none_are_known():
    data = trials("bcg")
    with pytest.raises(DataError, match="second-order errors are known of tau2 by REML, ML, PM, EB and FH"):
        META.fit(data, {"tau2": "DL", "std_error": "second_order"})
    np.testing.assert_allclose(
        META.fit(data, {"std_error": "second_order"}).std_error, RemlBlup().fit(data).std_error, rtol=1e-11
    )


@pytest.mark.parametrize("tau2", ["HS", "SJ"])
def test_what_takes_no_covariates_is_refused_in_a_sentence(tau2):
    data = trials("bcg")
    data = data.explained_by(data.labels, {"latitude": np.arange(len(data)) * 3.0})
    with pytest.raises(
        DataError, match=f"with covariates tau2 is estimated by one of REML, .* place of {tau2}"
    ):
        META.fit(data, {"tau2": tau2})


def test_rows_with_covariates_are_for_other_methods():
    y, group = rows()
    data = GroupData.from_arrays(y, group, explained_by={"x": group**2})
    with pytest.raises(DataError, match="of rows take REML or ML"):
        META.fit(data)
