"""Chances of being among the first few of many groups, against sums and integrals written out."""

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import rankdata

from estimators import Joint, group_ranks
from estimators.inference.first_places import chances_of_first
from estimators.inference.ranks import _shares_of_ranks, rank_distribution


def by_integral(mean, own, top):
    """Of independent groups, ``top`` 2 or 3, by symmetric sums of the others' odds, on a dense grid."""
    place = np.linspace(0.5, (mean + 9 * own).max(), 2001)  # below, hundreds are above
    chances = np.zeros(len(mean))
    for t in place:
        p = ndtr((mean - t) / own)
        odds = p / ndtr((t - mean) / own)
        one, two = odds.sum(), np.square(odds).sum()
        none = np.exp(np.log(ndtr((t - mean) / own)).sum()) / ndtr((t - mean) / own)
        others = one - odds
        fewer = 1.0 + others
        if top == 3:
            fewer = fewer + (np.square(others) - (two - np.square(odds))) / 2.0
        chances += np.exp(-0.5 * np.square((t - mean) / own)) / own * none * fewer
    return chances * (place[1] - place[0]) / np.sqrt(2.0 * np.pi)


@pytest.mark.parametrize(("groups", "top"), [(2_000, 2), (700, 5)])
def test_groups_that_are_alike_have_equal_chances(groups, top):
    """They were refused: all of them contend for the last place."""
    ranks = group_ranks(Joint(np.zeros(groups), np.ones(groups)), top=top)
    np.testing.assert_allclose(ranks.p_top, top / groups, rtol=1e-7)


@pytest.mark.slow_cases
@pytest.mark.parametrize("top", [2, 3])
def test_the_first_few_of_many_are_those_of_the_integral(top):
    rng = np.random.default_rng(4)
    mean, own = rng.normal(0.0, 0.5, 800), rng.uniform(0.5, 1.5, 800)
    ranks = group_ranks(Joint(mean, own), top=top)
    np.testing.assert_allclose(ranks.p_top, by_integral(mean, own, top), atol=1e-9)


@pytest.mark.parametrize("top", [6, 12])
def test_chances_of_many_groups_add_up_to_the_places(top):
    """By the grid they added up to half a place more, each up to .0062 too large."""
    rng = np.random.default_rng(5)
    joint = Joint(rng.normal(0.0, 1.0, 2_500), np.full(2_500, 1.2))
    found = group_ranks(joint, top=top).p_top
    assert found.sum() == pytest.approx(top, abs=0.03)
    np.testing.assert_allclose(found, chances_of_first(joint, top), atol=0.0005)


@pytest.mark.slow_cases
@pytest.mark.parametrize(("spread", "top"), [(2.0, 4), (0.3, 17), (5.0, 38)])
def test_what_errors_share_is_counted(spread, top):
    rng = np.random.default_rng(6)
    own = rng.uniform(0.4, 1.5, 45)
    loading = spread * own.min() * np.linspace(0.0, 1.0, 45)
    joint = Joint(rng.normal(0.0, 1.0, 45), own, loading, center=0.0, center_loading=1.0)
    expected = rank_distribution(joint)[0][:, :top].sum(axis=1)
    np.testing.assert_allclose(chances_of_first(joint, top), expected, atol=2e-8)


@pytest.mark.parametrize("draws", [6, 400])
def test_ranks_of_draws_are_shared_by_those_that_tie(draws):
    """Many draws are counted at once, few of many groups one after the other."""
    theta = np.random.default_rng(7).integers(0, 9, (draws, 30)).astype(float)
    expected = np.zeros((30, 30))
    for line in -theta:
        first, last = rankdata(line, "min").astype(int) - 1, rankdata(line, "max").astype(int)
        for group in range(30):
            expected[group, first[group] : last[group]] += 1.0 / (last[group] - first[group])
    np.testing.assert_allclose(_shares_of_ranks(theta), expected / draws, atol=1e-13)
