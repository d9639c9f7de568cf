"""The parametric bootstrap against errors to second order: 50 digits, of other programs' formulas."""

from __future__ import annotations

import pickle

import numpy as np
import pandas
import pytest

from estimators import (
    DataError,
    Estimator,
    GroupData,
    GroupFit,
    OptionError,
    RemlBlup,
    bootstrap,
    bootstrapped,
    compare,
)
from estimators.fitting.fit_many import Stopped
from estimators.inference.redrawn_groups import RedrawnGroups
from estimators.risk.bootstrap_pieces import Asked, RedrawnBatch, redrawn_pieces
from estimators.risk.bootstrapped import notes_of
from estimators.risk.redrawn_batches import redrawn_blocks
from tests.inference.oracles import answers, groups_of, places
from tests.inference.test_covariates import adjusted
from tests.oracles import BUILT_IN, read_columns

APART = ["chickweight", "dyestuff", "edge_base", "penicillin_sample", "rail", "sleepstudy"]
"""Whose spread between groups is well above 0: nearer to it terms of higher order count."""


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", APART)
def test_errors_are_those_of_kackar_and_harville(name):
    data, expected = groups_of(name), answers("A", name)
    parts, order = expected["REML"]["info_reml"], places(data, expected)
    wanted = np.sqrt(parts["mse_kackar_harville"])[order]
    found = bootstrap(data, BUILT_IN["reml"])
    assert (found.draws, found.failed) == (2000, 0)
    np.testing.assert_array_less(np.abs(found.std_error - wanted), 4 * found.mcse + 0.01 * wanted)
    low, high = found.interval(0.9)
    np.testing.assert_allclose((low + high) / 2, BUILT_IN["reml"].fit(data).estimate)


@pytest.mark.slow
def test_published_means_are_drawn_with_the_errors_that_came_with_them():
    data, expected = groups_of("bcg"), answers("E", "bcg")["REML"]
    order = places(data, answers("E", "bcg"))
    parts = [np.array(expected["second_order"][part])[order] for part in ("g1", "g2", "g3")]
    wanted = np.sqrt(sum(parts))
    found = bootstrap(data, BUILT_IN["reml"], draws=400)
    assert found.sigma_group**2 == pytest.approx(expected["tau2"])
    np.testing.assert_array_less(np.abs(found.std_error - wanted), 4 * found.mcse)
    assert np.mean(found.std_error**2 / wanted**2) == pytest.approx(1, abs=0.06)
    low, high = found.interval(0.95)
    np.testing.assert_allclose(high - low, 2 * 1.959963984540054 * found.std_error)


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", ["gasoline", "orthodont", "sleepstudy_days", "sleepstudy_weighted"])
def test_errors_beside_covariates_and_weights_are_those_of_kackar_and_harville(name):
    data, reml = adjusted(name, answers("F", name)), BUILT_IN["reml"]
    order = places(data, answers("F", name))
    first = np.square(answers("F", name)["REML"]["adjusted_mean_prediction_se"])[order]
    second = np.square(reml.fit(data, {"std_error": "second_order"}).std_error)
    wanted = np.sqrt((first + second) / 2.0)
    found = bootstrap(data, reml)
    assert (found.draws, found.failed, found.df) == (2000, 0, reml.fit(data).df)
    np.testing.assert_array_less(np.abs(found.std_error - wanted), 4 * found.mcse + 0.01 * wanted)
    assert np.mean(np.square(found.std_error) / np.square(wanted)) == pytest.approx(1, abs=0.04)


class OneAfterTheOther(RemlBlup):
    """REML without a way to fit many."""

    handles_many = frozenset()


@pytest.mark.slow
def test_published_means_that_covariates_explain_are_drawn_at_the_same_covariates():
    columns, expected = read_columns("inference", "data", "milk.csv"), answers("G", "milk")["REML"]
    y, error = (np.array([float(v) for v in columns[key]]) for key in ("y", "se"))
    data = GroupData.from_estimates(columns["group"], y, error)
    data = data.explained_by(columns["group"], {"major": columns["major"]})
    order = places(data, answers("G", "milk"))
    wanted = np.sqrt(sum(np.array(expected[part])[order] for part in ("g1", "g2", "g3")))
    found = bootstrap(data, BUILT_IN["reml"], draws=300)
    assert found.df is None
    np.testing.assert_array_less(np.abs(found.std_error - wanted), 4 * found.mcse)
    [note] = [note.text for note in notes_of(found) if note.code == "bootstrap"]
    assert "standard errors and covariates were drawn" in note
    assert "error of the coefficients and of the spread between groups" in note


def test_a_piece_that_a_worker_gets_is_the_same_there():
    random = np.random.default_rng(1)
    group, x = np.repeat(np.arange(6), 4), random.standard_normal(24)
    data = GroupData.from_arrays(np.sin(9.0 * x) + group, group, adjust={"x": x}, weights=1.0 + x**2)
    groups = RedrawnGroups.like(data)
    asked = Asked(BUILT_IN["reml"], BUILT_IN["reml"].Options(), 4, 1)
    blocks = redrawn_blocks(groups, 1.0, 1.0, 4, 1)
    for piece in (
        *redrawn_pieces(groups, 1.0, 1.0, asked),
        *(RedrawnBatch(block, asked.estimator, asked.options) for block in blocks),
    ):
        again = pickle.loads(pickle.dumps(piece))
        np.testing.assert_array_equal(again.squared_errors(), piece.squared_errors())


@pytest.mark.slow
def test_errors_at_once_are_those_one_after_the_other():
    data = adjusted("gasoline", answers("F", "gasoline"))
    at_once, singly = bootstrap(data, BUILT_IN["reml"]), bootstrap(data, OneAfterTheOther())
    assert (at_once.draws, singly.draws) == (2000, 200)
    np.testing.assert_array_less(np.abs(at_once.std_error - singly.std_error), 4 * singly.mcse)


def test_where_groups_are_alike_only_the_mean_is_uncertain_and_the_spread_says_so():
    data = groups_of("dyestuff2")
    found = bootstrap(data, BUILT_IN["reml"])
    assert found.sigma_group == 0.0
    second = answers("A", "dyestuff2")["REML"]["info_reml"]["se"]
    assert (found.std_error < 0.6 * np.array(second)).all()


def test_more_draws_are_nearer_and_the_error_says_how_near():
    data = groups_of("sleepstudy")
    seeds = [bootstrap(data, BUILT_IN["ml"], draws=400, seed=seed) for seed in range(30)]
    spread = np.std([found.std_error for found in seeds], axis=0, ddof=1)
    assert np.median(spread / np.mean([found.mcse for found in seeds], axis=0)) == pytest.approx(1, abs=0.2)
    again = bootstrap(data, BUILT_IN["ml"], draws=400, seed=3)
    np.testing.assert_array_equal(again.std_error, seeds[3].std_error)


class OneByOne(Estimator):
    """Level means with spreads, one replicate after the other, and not where the first mean is below 0."""

    id, label, summary = "one", "One by one", "Level means."

    def _fit(self, data, options):
        if data.centered_mean[0] < data.centered_mean[1]:
            raise DataError("not these")
        spreads = {"sigma_group": 1.0, "sigma_error": 2.0}
        return GroupFit(data.mean, parameters=spreads)


def test_a_method_that_fits_one_after_the_other_has_fewer_draws_and_its_failures_are_counted():
    data = GroupData.from_arrays([3.0, 4, 1, 2, 3, 2, 1], list("aabbbcc"))
    found = bootstrap(data, OneByOne())
    assert found.draws + found.failed == 200
    assert 60 < found.failed < 140
    np.testing.assert_allclose(found.std_error[2], 2 / np.sqrt(2), rtol=0.3)


def test_what_cannot_be_drawn_from_is_refused():
    rail, rows = groups_of("rail"), ([1.0, 2, 4, 3, 5, 9], list("aabbcc"))
    of_rows = pandas.DataFrame(
        {
            "y": rows[0],
            "g": rows[1],
            "w": [1.0, 2, 1, 1, 2, 1],
            "g2": list("xxyyzz"),
            "g3": [1, 1, 2, 2, 3, 3],
        }
    )
    asked = {"outcome": "y", "group": "g"}
    for estimator, data, words in (
        (BUILT_IN["james_stein"], groups_of("eight_schools"), "estimates no spread between groups"),
        (BUILT_IN["grand_mean"], rail, "estimates no spread between groups"),
        (BUILT_IN["reml"], GroupData.from_arrays([1e150, 2e150, 3e150, 5e150], list("aabb")), "be drawn: "),
        (BUILT_IN["reml"], GroupData.from_arrays([1.0, 2.0, 4.0], list("abc")), "one row"),
        (BUILT_IN["reml"], GroupData.from_frame(of_rows, **asked, explained_by=["g2", "g3"]), "more groups"),
        (
            BUILT_IN["ols"],
            GroupData.from_frame(of_rows, **asked, weights="w", weight_kind="survey"),
            "survey",
        ),
    ):
        with pytest.raises(DataError, match=words):
            bootstrap(data, estimator)
    with pytest.raises(DataError, match="no spread within that all groups share"):
        bootstrap(rail, BUILT_IN["reml"], {"error_spread": "each"})
    with pytest.raises(OptionError):
        bootstrap(rail, BUILT_IN["reml"], draws=1)
    with pytest.raises(Stopped):
        bootstrap(groups_of("rail"), BUILT_IN["reml"], stopped=lambda: True)


def test_a_comparison_takes_over_errors_and_intervals_and_nothing_else():
    data, fits = groups_of("sleepstudy"), [BUILT_IN[name] for name in ("ols", "reml", "ml")]
    before = compare(data, fits, level=0.9)
    after = bootstrapped(before, ["ols", "reml"])
    found = bootstrap(data, BUILT_IN["reml"])
    np.testing.assert_array_equal(after["reml"].fit.std_error, found.std_error)
    np.testing.assert_allclose(after["reml"].interval, found.interval(0.9), rtol=1e-13)
    assert after["reml"].fit.joint is before["reml"].fit.joint
    np.testing.assert_array_equal(after["reml"].rank, before["reml"].rank)
    assert after["ml"] is before["ml"]
    np.testing.assert_array_equal(after["ols"].interval, before["ols"].interval)
    assert (
        "its own interval stays: Level means (OLS) estimates no spread between"
        in after["ols"].fit.notes[-1].text
    )
    [note] = after["reml"].fit.notes
    assert "2,000 times (seed 20261129)" in note.text
    assert not before["reml"].fit.notes


def test_what_cannot_be_drawn_keeps_its_intervals_with_a_note():
    data = GroupData.from_arrays([1e150, 2e150, 3e150, 5e150], list("aabb"))
    [result] = bootstrapped(compare(data, [BUILT_IN["reml"]])).results
    assert "its own interval stays: groups like these cannot be drawn" in result.fit.notes[-1].text


@pytest.mark.parametrize("std_error", ["second_order", "prediction", "conditional"])
def test_where_it_collapses_a_warning_says_so_and_nothing_of_the_errors_it_replaced(std_error):
    fits = compare(groups_of("dyestuff2"), [BUILT_IN["reml"]], options={"reml": {"std_error": std_error}})
    fit = bootstrapped(fits)["reml"].fit
    codes = [(note.code, note.severity) for note in fit.notes]
    drawn = [("bootstrap", "info"), ("bootstrap_collapsed", "warning")]
    assert codes == [("sigma_group_zero", "warning"), *drawn]
    assert "too narrow" in fit.notes[-1].text
    center = fit.parameters["mu_std_error"].value
    assert (fit.std_error > 1.2 * center).all(), "they are wider than the interval of the population mean"
