"""Rank sets, bars and letters: which groups differ, by another program and by draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from estimators import (
    DataError,
    Joint,
    OptionError,
    comparison_multiplier,
    marginal_rank_sets,
    shared_letters,
    simultaneous_rank_sets,
)
from tests.inference.oracles import answers, groups_of, names_of, places, relative
from tests.oracles import BUILT_IN


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", names_of("D"))
def test_rank_sets_are_those_of_another_program(name):
    data, expected = groups_of(name), answers("D", name)
    joint, order = BUILT_IN["ols"].fit(data).joint, places(data, expected)
    for kind, found in (("one_step", False), ("stepdown", True)):
        want = expected["mrsw_marginal_95"][kind]
        sets = marginal_rank_sets(joint, stepdown=found)
        assert sets.lower.tolist() == np.array(want["lower"])[order].tolist()
        assert sets.upper.tolist() == np.array(want["upper"])[order].tolist()
        if kind == "one_step":
            assert relative(sets.critical[0], np.array(want["critical"])[order]) < 1e-9
        want = expected["mrsw_simultaneous_95"][kind]
        if want["certain"]:
            sets = simultaneous_rank_sets(joint, stepdown=found)
            assert sets.lower.tolist() == np.array(want["lower"])[order].tolist()
            assert sets.upper.tolist() == np.array(want["upper"])[order].tolist()
            assert sets.draws > 2000


def test_rank_sets_need_independent_estimates():
    for sets in (marginal_rank_sets, simultaneous_rank_sets):
        with pytest.raises(DataError, match="independent"):
            sets(BUILT_IN["reml"].fit(groups_of("rail")).joint)
        with pytest.raises(OptionError):
            sets(BUILT_IN["ols"].fit(groups_of("rail")).joint, 0.0)
    two = marginal_rank_sets(Joint([0.0, 10.0], [1.0, 1.0]))
    assert (two.lower.tolist(), two.upper.tolist()) == ([2, 1], [2, 1])
    assert two.critical[0] == pytest.approx([1.959963984540054] * 2, rel=1e-12)


def test_critical_values_hold_however_much_the_errors_differ():
    for level in (0.5, 0.95, 0.999):
        for ratio in (1.0, 1e3, 1e7):
            two = marginal_rank_sets(Joint([0.0, 0.0], [1.0, ratio]), level).critical[0]
            np.testing.assert_allclose(two, ndtri((1.0 + level) / 2.0), rtol=1e-9)
    rng = np.random.default_rng(12)
    for own in (np.array([1e-4, 0.3, 2.0, 5.0]), np.exp(3.0 * rng.standard_normal(6))):
        mean = own * rng.normal(0.0, 4.0, size=len(own))
        sets = marginal_rank_sets(Joint(mean, own))
        above = ~np.eye(len(own), dtype=bool)
        below, apart = above.copy(), (mean[:, None] - mean) / np.hypot(own[:, None], own)
        for limit in sets.critical:
            for j in np.flatnonzero((above | below).any(axis=1)):
                kept = _kept_by_panels(own, own[j], limit[j], above[j], below[j])
                assert kept == pytest.approx(0.95, abs=1e-9)
            above, below = above & ~(apart > limit[:, None]), below & ~(-apart > limit[:, None])


def _kept_by_panels(own, error, limit, above, below):
    """The chance that a group's differences are below ``limit``, by panels cut where the others turn."""
    reach = limit * np.hypot(error, own) / own
    turns = np.multiply.outer(reach * own / error, [-1.0, 1.0])[:, :, None]
    turns = turns + np.multiply.outer(own / error, np.arange(-8.0, 8.5))[:, None, :]
    cuts = np.union1d(np.clip(turns.ravel(), -8.5, 8.5), np.linspace(-8.5, 8.5, 35))
    nodes, weights = np.polynomial.legendre.leggauss(12)
    half = np.diff(cuts)[:, None] / 2.0
    z = (cuts[:-1, None] + half * (1.0 + nodes))[:, :, None]
    high = np.where(below, ndtr(error * z / own + reach), 1.0)
    low = np.where(above, ndtr(error * z / own - reach), 0.0)
    inside = np.where(above | below, high - low, 1.0).prod(axis=2)
    return float(
        (half * weights * inside * np.exp(-0.5 * np.square(z[:, :, 0]))).sum() / np.sqrt(2.0 * np.pi)
    )


def test_others_of_the_same_error_count_as_often_as_they_are():
    rng = np.random.default_rng(7)
    own = rng.choice([0.3, 0.5, 1.0, 2.5], size=40)
    mean = rng.normal(0.0, 3.0, size=40)
    counted = marginal_rank_sets(Joint(mean, own))
    one_by_one = marginal_rank_sets(Joint(mean, own * (1.0 + 1e-13 * np.arange(40))))
    assert len(counted.critical) == len(one_by_one.critical) > 1
    for limit, same in zip(counted.critical, one_by_one.critical, strict=True):
        np.testing.assert_allclose(limit, same, rtol=1e-9)
    assert counted.lower.tolist() == one_by_one.lower.tolist()


@pytest.mark.parametrize("name", names_of("D"))
def test_bars_for_comparing(name):
    for level, want in answers("D", name)["goldstein_healy"].items():
        error = np.asarray(BUILT_IN["ols"].fit(groups_of(name)).std_error)
        assert comparison_multiplier(error, float(level)) == pytest.approx(want["multiplier"], rel=1e-12)


def test_bars_of_groups_that_hang_together_differ_as_often_on_average_as_they_should():
    """By their differences; of independent groups that is the same. Pairs that never differ are no pairs."""
    error = np.array([0.5, 0.7, 1.0, 2.0])
    alone = np.hypot(error[:, None], error) * (1 - np.eye(4))
    assert comparison_multiplier(error, of_differences=alone) == pytest.approx(
        comparison_multiplier(error), rel=1e-12
    )
    root = np.linalg.cholesky(np.diag(error**2) + 0.3)
    apart = np.sqrt(np.square(root[:, None] - root).sum(axis=2))
    total = np.sqrt(error**2 + 0.3)
    z = comparison_multiplier(total, 0.9, of_differences=apart)
    chances = [2 * ndtr(-z * (total[i] + total[j]) / apart[i, j]) for i in range(4) for j in range(i)]
    assert np.mean(chances) == pytest.approx(0.1, rel=1e-9)
    twice = np.array([0, 0, 1])
    same = comparison_multiplier(error[twice], of_differences=alone[np.ix_(twice, twice)])
    assert same == pytest.approx(comparison_multiplier(error[:2]), rel=1e-12)
    with pytest.raises(OptionError, match="at least 2 groups that differ"):
        comparison_multiplier(error, of_differences=np.zeros((4, 4)))


@given(st.integers(1, 9), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_letters_are_shared_by_those_that_cannot_be_told_apart_and_by_no_others(groups, seed):
    rng = np.random.default_rng(seed)
    apart = np.triu(rng.random((groups, groups)) < 0.5, 1)
    apart |= apart.T
    letters = shared_letters(apart)
    for i in range(groups):
        for j in range(i):
            assert bool(set(letters[i]) & set(letters[j])) == (not apart[i, j])
    assert all(letters)
