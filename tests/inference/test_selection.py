"""Grades, groups above a value, the best groups, and everything of a fit as JSON."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from estimators import (
    DataError,
    DrawnJoint,
    FitError,
    GroupData,
    Joint,
    OptionError,
    Questions,
    TopShare,
    best_groups,
    build_registry,
    call_above,
    compare,
    grades_within,
    group_grades,
    group_ranks,
    inference_dict,
    may_be_best,
    pairwise_probability,
    simultaneous_rank_sets,
)
from estimators.contract.shared_errors import SharedErrors
from estimators.inference.grade_bound import order_bound, pairwise_bound
from estimators.inference.grades import EXACT_GROUPS, grades_by_pairs
from estimators.inference.pairs import MOST_DRAWN
from estimators.inference.selection import CRITERIA, named_at
from tests.inference.oracles import answers, groups_of, names_of, places
from tests.oracles import BUILT_IN


@pytest.mark.parametrize("name", names_of("J"))
def test_grades_are_those_of_all_ordered_partitions(name):
    data, expected = groups_of(name), answers("J", name)
    joint, order = BUILT_IN["reml"].fit(data).joint, places(data, expected)
    want = np.array(expected["pi"], dtype=float)[np.ix_(order, order)]
    pairs = pairwise_probability(joint)
    np.testing.assert_allclose(pairs, np.where(np.eye(len(data)) == 1, 0.5, want), rtol=1e-9)
    for price, answer in expected["by_lambda"].items():
        found = group_grades(joint, float(price))
        assert found.grade.tolist() == np.array(answer["grade"])[order].tolist()
        for key in ("gain", "discordance", "expected_tau"):
            assert getattr(found, key) == pytest.approx(answer[key], rel=1e-9, abs=1e-15)
        assert found.exact


def gain_of(gains, grade):
    above = np.asarray(grade)[:, None] < np.asarray(grade)
    return gains[above].sum()


@pytest.mark.slow
@given(st.integers(2, 5), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.1, 0.3, 0.7, 1.0]))
@settings(max_examples=40)
def test_no_other_grades_gain_more(groups, seed, price):
    pairs = np.random.default_rng(seed).random((groups, groups))
    pairs = np.triu(pairs, 1) + np.tril(1 - pairs.T, -1) + 0.5 * np.eye(groups)
    found = grades_by_pairs(pairs, price)
    gains = price * pairs - (1 - pairs)
    np.fill_diagonal(gains, 0.0)
    best = max(gain_of(gains, grade) for grade in itertools.product(range(groups), repeat=groups))
    assert found.gain == pytest.approx(best, abs=1e-9)
    assert sorted(set(found.grade.tolist())) == list(range(1, found.grade.max() + 1))
    assert 0 <= found.discordance <= 1


@pytest.mark.slow
@given(st.integers(2, 5), st.integers(0, 2**32 - 1), st.sampled_from([0.1, 0.3, 0.7, 1.0]))
@settings(max_examples=30)
def test_the_bound_by_orders_lies_between_the_best_grades_and_the_bound_by_pairs(groups, seed, price):
    pairs = np.random.default_rng(seed).random((groups, groups))
    pairs = np.triu(pairs, 1) + np.tril(1 - pairs.T, -1) + 0.5 * np.eye(groups)
    gains = price * pairs - (1 - pairs)
    np.fill_diagonal(gains, 0.0)
    best = max(gain_of(gains, grade) for grade in itertools.product(range(groups), repeat=groups))
    assert best - 1e-6 <= order_bound(gains, 0.0) <= pairwise_bound(gains) + 1e-12
    assert order_bound(gains, best) >= best


@pytest.mark.parametrize("price", [0.25, 0.5])
def test_grades_of_two_dozen_groups_are_shown_to_be_the_best(price):
    rng = np.random.default_rng(24)
    truth, own = rng.standard_normal(24), 0.6 * np.exp(0.3 * rng.standard_normal(24))
    weight = 1 / (1 + own**2)
    found = group_grades(
        Joint(weight * (truth + own * rng.standard_normal(24)), own * np.sqrt(weight)), price
    )
    assert found.exact
    assert found.gain > 0


@pytest.mark.slow
@pytest.mark.parametrize("price", [0.25, 0.5, 1.0])
def test_many_groups_are_graded_below_a_bound(price):
    rng = np.random.default_rng(8)
    joint = Joint(rng.standard_normal(EXACT_GROUPS), rng.uniform(0.3, 0.9, EXACT_GROUPS))
    exact = group_grades(joint, price)
    near = Joint(np.append(joint.mean, -1e9), np.append(joint.own, 0.5))
    found = group_grades(near, price)
    assert found.gain <= found.bound
    assert found.gain == pytest.approx(exact.gain + EXACT_GROUPS * price, rel=1e-3)
    assert (found.grade == 1).any()
    assert found.grade[-1] == found.grade.max()


@pytest.mark.slow
def test_grades_within_a_rate_of_discordance():
    joint = BUILT_IN["reml"].fit(groups_of("dyestuff")).joint
    rates = [grades_within(joint, rate).discordance for rate in (0.0, 0.02, 0.06, 0.5)]
    assert all(got <= rate for got, rate in zip(rates, (0.0, 0.02, 0.06, 0.5), strict=True))
    assert rates == sorted(rates)
    assert grades_within(joint, 0.06).grade.tolist() == group_grades(joint, 0.25).grade.tolist()
    turned = group_grades(joint, 1.0, smallest_first=True).grade
    assert turned.tolist() == (7 - group_grades(joint, 1.0).grade).tolist()
    for refused in (lambda: group_grades(joint, 1.5), lambda: grades_within(joint, -0.1)):
        with pytest.raises(OptionError):
            refused()


def test_pairs_and_grades_of_shared_errors_are_those_of_their_covariance():
    rng = np.random.default_rng(3)
    errors = SharedErrors(rng.standard_normal(9), rng.uniform(0.2, 0.6, 9), 0.4 * rng.standard_normal((9, 3)))
    covariance = np.diag(errors.own**2) + errors.root @ errors.root.T
    pairs = np.full((9, 9), 0.5)
    for i, j in itertools.permutations(range(9), 2):
        apart = np.eye(9)[i] - np.eye(9)[j]
        pairs[i, j] = norm.cdf(apart @ errors.mean / np.sqrt(apart @ covariance @ apart))
    joint = errors.joint(80.0)
    np.testing.assert_allclose(pairwise_probability(joint), pairs, atol=1e-14)
    found, turned = (group_grades(joint, 0.5, smallest_first=down) for down in (False, True))
    assert found.grade.tolist() == grades_by_pairs(pairs, 0.5).grade.tolist()
    assert turned.grade.tolist() == (1 + found.grade.max() - found.grade).tolist()
    assert len(set(found.grade)) > 1


def test_grades_of_draws_are_those_of_the_formula_and_ties_count_half():
    formula = BUILT_IN["reml"].fit(groups_of("dyestuff")).joint
    drawn = DrawnJoint(formula.draw, formula.origin)
    np.testing.assert_allclose(pairwise_probability(drawn), pairwise_probability(formula), atol=0.015)
    assert group_grades(drawn, 0.5).grade.tolist() == group_grades(formula, 0.5).grade.tolist()
    up, down = grades_within(drawn, 0.05), grades_within(drawn, 0.05, smallest_first=True)
    assert down.grade.tolist() == (1 + up.grade.max() - up.grade).tolist()
    tied = DrawnJoint(lambda draws, seed: (np.tile([1.0, 1.0, 0.0], (draws, 1)), None))
    assert pairwise_probability(tied).tolist() == [[0.5, 0.5, 1.0], [0.5, 0.5, 1.0], [0.0, 0.0, 0.5]]
    many = DrawnJoint(lambda draws, seed: (np.zeros((draws, MOST_DRAWN + 1)), None))
    with pytest.raises(DataError, match="for 250 groups or fewer, not 251"):
        group_grades(many)


def test_chances_that_a_drawn_distribution_tells_are_not_counted():
    told = DrawnJoint(_two_places, 10.0, _above_of_two_places, 0.5)
    for joint in (told, told.reversed().reversed()):
        assert call_above(joint, 10.0).probability.tolist() == pytest.approx([0.9, 0.6])
        assert (
            call_above(joint).probability.tolist() == group_ranks(joint).p_above_center.tolist() == [0.8, 0.2]
        )
    down = call_above(told, 10.0, smallest_first=True).probability
    np.testing.assert_allclose(down, [0.1, 0.4], rtol=1e-12)
    np.testing.assert_allclose(group_ranks(told, smallest_first=True).p_above_center, [0.2, 0.8])
    counted = call_above(replace(told, center=None)).probability
    np.testing.assert_allclose(counted, _above_of_two_places(0.5), atol=0.02)
    for wrong in (
        replace(told, above=lambda value: np.array([0.5])),
        replace(told, above=lambda value: np.array([0.5, 1.5])),
        replace(told, center=np.inf),
    ):
        with pytest.raises(FitError):
            wrong.check(np.array([1.0, 0.0]))
    told.check(np.array([1.0, 0.0]))


def _two_places(draws, seed):
    """True means of 0, on which a tie counts half, or 1: with chances of .8 and .2 of 1."""
    uniform = np.random.default_rng(seed).random((draws, 2))
    return (uniform < [0.8, 0.2]).astype(float), np.full(draws, 0.5)


def _above_of_two_places(value):
    one, weight = np.array([0.8, 0.2]), lambda place: 0.5 * (1.0 + np.sign(place - value))
    return one * weight(1.0) + (1.0 - one) * weight(0.0)


def test_those_called_keep_the_rate_and_one_more_would_not():
    joint = BUILT_IN["reml"].fit(groups_of("sleepstudy")).joint
    called = call_above(joint, error_rate=0.1)
    wrong = np.sort(1.0 - called.probability)
    count = called.called.sum()
    assert 0 < count < len(joint)
    assert called.expected_false == pytest.approx(wrong[:count].sum())
    assert wrong[:count].mean() <= 0.1 < wrong[: count + 1].mean()
    assert called.probability == pytest.approx(group_ranks(joint).p_above_center)
    below = call_above(joint, error_rate=0.1, smallest_first=True)
    assert below.probability == pytest.approx(1.0 - called.probability)
    assert not (below.called & called.called).any()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=7), st.floats(0.01, 0.6))
def test_no_larger_set_keeps_the_rate(chances, rate):
    chance = np.array(chances)
    tail, local = (named_at(chance, rate, criterion) for criterion in CRITERIA)
    kept = [
        len(some)
        for size in range(1, len(chances) + 1)
        for some in itertools.combinations(1 - chance, size)
        if sum(some) <= rate * size
    ]
    assert tail.sum() == max(kept, default=0)
    assert local.tolist() == [1 - p <= rate for p in chances]
    assert not (local & ~tail).any()


@pytest.mark.slow
@pytest.mark.parametrize("criterion", list(CRITERIA))
def test_as_many_are_wrong_as_is_said(criterion):
    rng = np.random.default_rng(12)
    said, wrong, named, chances = [], [], [], []
    for _ in range(400):
        truth, own = rng.standard_normal(25), rng.uniform(0.3, 1.5, 25)
        weight = 1 / (1 + own**2)
        joint = Joint(weight * (truth + own * rng.standard_normal(25)), own * np.sqrt(weight))
        called = call_above(joint, 0.5, error_rate=0.1, criterion=criterion)
        best = best_groups(group_ranks(joint, top=5), error_rate=0.1, criterion=criterion)
        inside = (truth > truth[:, None]).sum(axis=1)[best.group] < 5
        said.append([called.expected_false, best.expected_false])
        wrong.append([(called.called & (truth <= 0.5)).sum(), (best.called & ~inside).sum()])
        named.append([called.called.sum(), best.called.sum()])
        chances += called.probability[called.called].tolist()
    gap = np.array(wrong) - np.array(said)
    assert (np.abs(gap.mean(axis=0)) < 4 * gap.std(axis=0) / 20).all()
    rates = np.sum(wrong, axis=0) / np.sum(named, axis=0)
    assert (rates < 0.1).all()
    assert (min(chances) >= 0.9) == (criterion == "local")


def test_a_share_is_the_nearest_number_and_at_least_one():
    assert [TopShare(0.1).count(groups) for groups in (3, 6, 24, 1000)] == [1, 1, 2, 100]
    assert TopShare(1).count(7) == 7
    for share in (0, 1.01, float("nan")):
        with pytest.raises(OptionError, match="a share above 0"):
            TopShare(share)
    data = groups_of("dyestuff")
    result = compare(data, ["reml"])["reml"]
    by_share, by_count = (Questions(top=top).answers(data, result) for top in (TopShare(1 / 3), 2))
    assert by_share == by_count


def test_values_centres_and_means_to_be_above():
    data = groups_of("rail")
    level, reml = BUILT_IN["ols"].fit(data).joint, BUILT_IN["reml"].fit(data).joint
    drawn = DrawnJoint(level.draw, level.origin)
    np.testing.assert_allclose(call_above(level).probability, call_above(drawn).probability, atol=0.02)
    np.testing.assert_allclose(
        call_above(reml, 60.0).probability,
        call_above(DrawnJoint(reml.draw, reml.origin), 60.0).probability,
        atol=0.02,
    )
    assert call_above(reml, 1e6).called.sum() == 0
    assert call_above(reml, 1e6).expected_false == 0.0
    assert call_above(reml, 1e6, smallest_first=True).called.all()
    for asked in ({"error_rate": 0.0}, {"criterion": "mood"}):
        with pytest.raises(OptionError):
            call_above(reml, **asked)


def test_the_best_and_those_that_may_be():
    data = groups_of("dyestuff")
    ols, reml = BUILT_IN["ols"].fit(data).joint, BUILT_IN["reml"].fit(data).joint
    ranks = group_ranks(reml, top=2)
    best = best_groups(ranks)
    assert data.labels[best.group].tolist() == ["E", "C"]
    assert best.expected_correct == pytest.approx(ranks.p_top[[4, 2]].sum())
    able = may_be_best(reml, ranks, 0.95)
    assert data.labels[able].tolist() == ["E", "C"]
    assert ranks.p_best[able].sum() >= 0.95 > ranks.p_best[able[:-1]].sum()
    sets = simultaneous_rank_sets(ols, 0.95)
    able = may_be_best(ols, group_ranks(ols), 0.95)
    assert set(able.tolist()) == set(np.flatnonzero(sets.lower == 1).tolist())
    with pytest.raises(OptionError):
        best_groups(group_ranks(reml))


def test_the_three_questions_at_once():
    result = compare(groups_of("dyestuff"), ["reml"])["reml"]
    data = groups_of("dyestuff")
    found = Questions(top=2).answers(data, result)
    assert json.loads(json.dumps(found)) == found
    assert {"above", "expected_false", "best", "expected_correct", "confidence_set"} <= set(found)
    assert {"grades", "discordance", "bound"} <= set(found)
    assert "best" not in Questions().answers(data, result)
    for wrong in (
        {"error_rate": 1.0},
        {"price": 2.0},
        {"criterion": "mood"},
        {"price": 0.1, "discordance": 0.1},
    ):
        with pytest.raises(OptionError):
            Questions(**wrong)
    with pytest.raises(OptionError, match="at most all 6"):
        Questions(top=7).answers(data, result)
    with pytest.raises(DataError, match="nothing is ranked"):
        Questions().answers(data, compare(data, ["james_stein"])["james_stein"])


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", ["rail", "zero_but_spread_a", "bcg", "eight_schools", "dyestuff2"])
def test_what_a_fit_cannot_give_is_absent(name):
    data = groups_of(name)
    for estimator_id, estimator in BUILT_IN.items():
        fit = estimator.fit(data)
        found = inference_dict(data, estimator, fit, top=2)
        assert json.loads(json.dumps(found)) == found
        assert ("spreads" in found) == ("tests" in found) == (estimator_id in ("reml", "ml"))
        assert ("ranks" in found) == (fit.joint is not None)
        assert ("rank_sets" in found) == (estimator_id == "ols")
        if "ranks" in found:
            lines = found["ranks"]
            assert [line["group"] for line in lines] == data.labels.tolist()
            assert sum(line["p_top"] for line in lines) == pytest.approx(2.0)
            assert all(("p_above_center" in line) == (estimator_id != "ols") for line in lines)


@pytest.mark.slow
@given(
    st.lists(st.integers(1, 4), min_size=2, max_size=5),
    st.integers(0, 2**32 - 1),
    st.sampled_from([1.0, 1e9, 1e-140, 1e150]),
)
@settings(max_examples=25, deadline=None)
def test_every_number_is_finite_whatever_the_data(sizes, seed, scale):
    rng = np.random.default_rng(seed)
    y = np.round(rng.standard_normal(sum(sizes)), 1) * scale
    data = GroupData.from_arrays(y, np.repeat(np.arange(len(sizes)), sizes))
    for result in compare(data, list(BUILT_IN.values())).succeeded:
        json.dumps(inference_dict(data, result.estimator, result.fit, top=1), allow_nan=False)


@pytest.mark.parametrize("smallest_first", [False, True])
def test_ranks_that_are_known_give_the_answers_that_they_would_be_computed_for(smallest_first):
    data = groups_of("dyestuff")
    [result] = compare(data, [build_registry(entry_points=False)["reml"]]).results
    known = group_ranks(result.fit.joint, level=0.5, top=1, smallest_first=smallest_first)
    questions = Questions(top=2, error_rate=0.1, smallest_first=smallest_first)
    assert questions.answers(data, result, known) == questions.answers(data, result)
    again, fresh = (
        known.at(0.9, 3),
        group_ranks(result.fit.joint, level=0.9, top=3, smallest_first=smallest_first),
    )
    for name in ("low", "high", "p_top", "expected", "p_best"):
        np.testing.assert_array_equal(getattr(again, name), getattr(fresh, name))
    assert group_ranks(result.fit.joint, exact=False).at(0.9, 3) is None
