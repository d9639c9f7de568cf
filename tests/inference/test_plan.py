"""How many rows a group would need: closed forms, draws, and what cannot be reached."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from estimators import OptionError, Plan, best_is_best
from estimators.inference.plan import bivariate_normal


@pytest.mark.slow
@given(st.floats(1e-12, 1 - 1e-9))
@settings(max_examples=10, deadline=None)
def test_of_two_groups_the_chance_is_known_in_closed_form(reliability):
    want = 0.5 + np.arcsin(np.sqrt(reliability)) / np.pi
    assert best_is_best(2, reliability) == pytest.approx(want, abs=1e-12)


@pytest.mark.slow_cases
@pytest.mark.parametrize(("groups", "reliability", "draws"), [(3, 0.5, 400_000), (10, 0.8, 200_000)])
def test_of_more_it_is_that_of_draws(groups, reliability, draws):
    rng = np.random.default_rng(5)
    true = rng.standard_normal((draws, groups))
    seen = np.sqrt(reliability) * true + np.sqrt(1 - reliability) * rng.standard_normal(true.shape)
    hits = (seen.argmax(axis=1) == true.argmax(axis=1)).mean()
    assert best_is_best(groups, reliability) == pytest.approx(hits, abs=4 * np.sqrt(0.25 / draws))


def test_a_finer_rule_says_the_same(monkeypatch):
    coarse = [best_is_best(groups, 0.95) for groups in (5, 500, 20_000)]
    monkeypatch.setattr("estimators.inference.plan.STEP", 0.03)
    assert [best_is_best(groups, 0.95) for groups in (5, 500, 20_000)] == pytest.approx(coarse, rel=1e-12)


def test_it_goes_from_chance_to_certainty():
    assert best_is_best(7, 0.0) == 1 / 7
    assert best_is_best(7, 1e-14) == pytest.approx(1 / 7, rel=1e-6)
    assert best_is_best(7, 1.0) == 1.0
    assert 0.999 < best_is_best(7, 1 - 1e-9) < 1


@pytest.mark.parametrize("correlation", [0.01, 0.5, 0.9999])
def test_both_below_is_as_scipy_has_it(correlation):
    rng = np.random.default_rng(2)
    x, y = np.concatenate([rng.normal(size=(2, 20)), [[0.0, 0, 1, 0, -1], [0.0, 1, 0, -1, 0]]], axis=1)
    rest = np.sqrt(1 - correlation**2)
    law = multivariate_normal([0, 0], [[1, correlation], [correlation, 1]])
    want = [law.cdf(pair) for pair in np.transpose([x, y])]
    np.testing.assert_allclose(bivariate_normal(x, y, correlation, rest), want, atol=1e-12)


def test_widths_and_reliabilities_are_their_formulas():
    plan = Plan(2.0, 6.0, 12, level=0.9)
    assert plan.reliability(9) == pytest.approx(0.5)
    assert plan.own_width(9) == pytest.approx(2 * 1.6448536269514722 * 2)
    assert plan.width(9) == pytest.approx(2 * 1.6448536269514722 * np.sqrt(2))
    assert plan.p_best(9) == best_is_best(12, plan.reliability(9))


def enough_and_no_more(plan, goal, value):
    rows, sign = plan.rows(goal, value), -1 if "width" in goal else 1
    assert sign * (getattr(plan, goal)(rows) - value) >= 0
    assert rows == 1 or sign * (getattr(plan, goal)(rows - 1) - value) < 0


@given(
    st.sampled_from(["reliability", "width", "own_width"]),
    st.floats(0.05, 0.95),
    st.floats(0.1, 5),
    st.floats(0.5, 5),
)
def test_so_many_rows_are_enough_and_one_less_is_not(goal, share, sigma_group, sigma_error):
    value = share if goal == "reliability" else 4 * share * sigma_error
    enough_and_no_more(Plan(sigma_group, sigma_error, 9), goal, value)


@pytest.mark.slow
@pytest.mark.parametrize("chance", [0.3, 0.8, 0.95])
def test_so_many_rows_find_the_best_so_surely(chance):
    enough_and_no_more(Plan(1.0, 3.0, 12), "p_best", chance)


def test_without_a_spread_nothing_is_reached():
    plan = Plan(0.0, 3.0, 6)
    assert plan.rows("reliability", 0.1) is plan.rows("p_best", 0.5) is None
    assert (plan.rows("own_width", 3.0), plan.width(1)) == (16, 0.0)
    assert plan.rows("p_best", 1 / 6) == 1


def test_what_cannot_be_planned_is_refused():
    plan = Plan(1.0, 1.0, 5)
    for given_, words in (
        (("reliability", 1.0), "between 0 and 1"),
        (("width", 0.0), "above 0"),
        (("precision", 0.5), "one of reliability, width"),
    ):
        with pytest.raises(OptionError, match=words):
            plan.rows(*given_)
    for fields in ((1.0, 0.0, 5), (-1.0, 1.0, 5), (1.0, 1.0, 1), (1.0, float("nan"), 5), (1.0, 1.0, 5, 1.0)):
        with pytest.raises(OptionError):
            Plan(*fields)
    with pytest.raises(OptionError, match="from 0 to 1"):
        best_is_best(5, 1.5)
