"""How sure the page says it is: intervals of the spreads, and what few groups or a spread of 0 leave open."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import f as f_distribution

from dashboard.words.comparison import cards, headline
from dashboard.words.spreads import how_sure, number_range, percent_range, sigma_group_interval, spreads_of
from estimators import GroupData
from tests.inference.oracles import groups_of as oracle_groups
from tests.scenes import BUILT_IN, built_in, groups_of, scene_of


def balanced(groups, rows, between, seed=1):
    rng = np.random.default_rng(seed)
    y = np.repeat(between * rng.standard_normal(groups), rows) + rng.standard_normal(groups * rows)
    return GroupData.from_arrays(y, np.repeat(np.arange(groups), rows))


def test_the_share_comes_with_its_exact_interval():
    data = balanced(8, 5, 1.0)
    means, within = data.mean, data.ss_within.sum() / 32
    f = 5 * means.var(ddof=1) / within
    ratios = [(f / f_distribution.ppf(tail, 7, 32) - 1) / 5 for tail in (0.975, 0.025)]
    low, high = (100 * ratio / (1 + ratio) for ratio in ratios)
    assert f"({low:.0f} to {high:.0f}%) of the variance" in headline(scene_of(data, BUILT_IN.values())).answer


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.12, 0.71, "12 to 71%"),
        (0.0, 0.34, "0 to 34%"),
        (0.001, 0.03, "under 1% to 3%"),
        (0.2, 0.999, "20 to over 99%"),
        (0.121, 0.124, "12.1 to 12.4%"),
        (0.49843, 0.50109, "49.8 to 50.1%"),
        (0.001, 0.002, "0.10 to 0.20%"),
        (0.49891, 0.5003, "49.89 to 50.03%"),
        (0.3, 0.3, "30%"),
        (0.0, 0.0, "0%"),
    ],
)
def test_two_shares(low, high, text):
    assert percent_range(low, high) == text


def test_two_numbers_have_the_digits_of_the_shorter_of_both():
    assert number_range(18.08, 98.4) == "18 to 98"
    assert number_range(0.0, 0.01234) == "0 to 0.012"
    assert number_range(1000.2, 1000.4) == "1,000.20 to 1,000.40"


def test_cards_have_intervals_and_that_of_the_spread_between_once_it_is_computed():
    scene = scene_of(balanced(8, 5, 1.0), BUILT_IN.values())
    by_name = {card.name: card.interval for card in cards(scene)}
    assert all(by_name[name] for name in ("sigma_error", "icc"))
    assert not by_name["sigma_group"]
    found = sigma_group_interval(spreads_of(scene))
    assert {card.name: card.interval for card in cards(scene)}["sigma_group"] == found


def test_a_method_without_a_likelihood_has_no_profile():
    assert spreads_of(scene_of(groups_of([3, 4]), built_in("ols"))) is None


def test_few_groups_are_said_to_be_few():
    said = how_sure(scene_of(balanced(6, 5, 1.0), BUILT_IN.values()))
    assert said.startswith("If all schools were alike")
    assert "With only 6 schools, any share from " in said
    assert "With only" not in how_sure(scene_of(balanced(200, 5, 1.0), BUILT_IN.values()))


def test_where_the_likelihood_sees_no_spread_the_exact_interval_is_said():
    """F = 2.41 with p = .011, and yet both likelihoods are largest at a spread of 0."""
    text = how_sure(scene_of(oracle_groups("zero_but_spread_a"), BUILT_IN.values()))
    assert "any share from 6 to 77% fits these data (95% interval)" in text


def test_means_too_close_together_are_no_spread_of_0():
    means = np.zeros(12)
    noise = np.tile([-1.0, 1.0], 12)
    data = GroupData.from_arrays(np.repeat(means, 2) + noise, np.repeat(np.arange(12), 2))
    assert "No spread between schools fits" in how_sure(scene_of(data, BUILT_IN.values()))


@pytest.mark.slow
@settings(max_examples=100)
@given(st.integers(0, 10**6), st.integers(2, 15))
def test_a_sign_of_a_difference_is_claimed_just_where_the_test_sees_one(seed, groups):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 9, groups)
    sizes[0] += 1
    y = np.repeat(0.5 * rng.standard_normal(groups), sizes) + rng.standard_normal(sizes.sum())
    data = GroupData.from_arrays(y, np.repeat(np.arange(groups), sizes))
    mean_squares = (data.n * (data.mean - np.average(data.mean, weights=data.n)) ** 2).sum() / (groups - 1)
    f = mean_squares / (data.ss_within.sum() / (data.total - groups))
    p = f_distribution.sf(f, groups - 1, data.total - groups)
    scene = scene_of(data, built_in("reml"))
    said, top = how_sure(scene), headline(scene)
    assert ("would be rare" in said) == (p < 0.05 and "estimated as 0" not in top.answer)
    assert ("may be chance" in said) == (p >= 0.05 and "of the variance lies" in top.answer)
