"""Ranks under a joint distribution: answers by quadrature elsewhere, brute force, and what must hold."""

from __future__ import annotations

import pickle
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimators import (
    DataError,
    DrawnJoint,
    FitError,
    GroupData,
    GroupFit,
    Joint,
    OptionError,
    Questions,
    group_ranks,
    inference_dict,
    pairwise_probability,
    probability_above,
)
from estimators.inference.rank_grid import ERROR
from estimators.inference.rank_sets import _DrawnErrors
from tests.inference.oracles import answers, groups_of, names_of, places, relative
from tests.oracles import BUILT_IN

JOINTS = [
    (name, method, key)
    for name in names_of("D")
    for method, key in (("ols", "level_means_normal"), ("reml", "reml_posterior_joint"))
    if key in answers("D", name)
]


@pytest.mark.slow_cases
@pytest.mark.parametrize(("name", "method", "key"), JOINTS)
def test_ranks_are_those_of_another_quadrature(name, method, key):
    data, expected = groups_of(name), answers("D", name)
    order, want = places(data, expected), answers("D", name)[key]
    joint = BUILT_IN[method].fit(data).joint
    found = group_ranks(joint, top=3)
    assert relative(found.expected, np.array(want["expected_rank"])[order]) < 1e-12
    for got, wanted in ((found.p_best, "p_best"), (found.p_top, "p_top3")):
        np.testing.assert_allclose(got, np.array(want[wanted])[order], rtol=1e-9, atol=1e-15)
    if "rank_distribution" in want:
        chances = np.array(want["rank_distribution"])[order]
        np.testing.assert_allclose(found.distribution, chances, rtol=1e-9, atol=1e-15)
    for level in (0.95, 0.8):
        ranks = group_ranks(joint, level=level)
        ends = np.array(want[f"rank_interval_{round(100 * level)}"])[order]
        assert np.column_stack([ranks.low, ranks.high]).tolist() == ends.tolist()


def test_above_the_centre_of_dyestuff():
    data = groups_of("dyestuff")
    joint = BUILT_IN["reml"].fit(data).joint
    above = dict(zip(data.labels, group_ranks(joint).p_above_center, strict=True))
    assert above["C"] == pytest.approx(0.876, abs=5e-4)
    assert group_ranks(BUILT_IN["ols"].fit(data).joint).p_above_center is None
    assert probability_above(joint, 1527.5)[2] > above["C"]


def test_nothing_is_ranked_where_no_spread_was_found():
    assert BUILT_IN["reml"].fit(groups_of("dyestuff2")).joint is None
    assert BUILT_IN["james_stein"].fit(groups_of("dyestuff")).joint is None
    constant = GroupData.from_arrays([1.0, 1, 2, 2], list("aabb"))
    assert all(BUILT_IN[e].fit(constant).joint is None for e in ("ols", "reml", "ml"))


joints = st.integers(2, 7).flatmap(
    lambda groups: st.tuples(
        st.lists(st.floats(-3, 3), min_size=groups, max_size=groups),
        st.lists(st.floats(0.05, 2), min_size=groups, max_size=groups),
        st.lists(st.floats(0, 1), min_size=groups, max_size=groups),
    )
)


@pytest.mark.slow
@given(joints, st.floats(-1e6, 1e6), st.sampled_from([1e-150, 0.5, 1e140]))
@settings(max_examples=25, deadline=None)
def test_chances_add_up_and_move_with_nothing(parts, location, scale):
    mean, own, loading = (np.array(part) for part in parts)
    joint = Joint(mean, own, loading, center=0.3, center_loading=0.5)
    found, groups = group_ranks(joint, top=1), len(mean)
    assert found.expected.sum() == pytest.approx(groups * (groups + 1) / 2, rel=1e-12)
    assert found.distribution.sum(axis=1) == pytest.approx(np.ones(groups), abs=1e-11)
    assert found.distribution.sum(axis=0) == pytest.approx(np.ones(groups), abs=1e-11)
    assert found.p_best.sum() == pytest.approx(1.0, abs=1e-11)
    assert found.p_top == pytest.approx(found.p_best, abs=1e-12)
    assert found.distribution @ np.arange(1, groups + 1) == pytest.approx(found.expected, abs=1e-9)
    moved = Joint(
        (mean * scale)[::-1], (own * scale)[::-1], (loading * scale)[::-1],
        center=0.3 * scale, center_loading=0.5 * scale, origin=location,
    )  # fmt: skip
    again = group_ranks(moved)
    np.testing.assert_allclose(again.p_best[::-1], found.p_best, atol=1e-10)
    np.testing.assert_allclose(again.p_above_center[::-1], found.p_above_center, atol=1e-12)
    turned = group_ranks(joint, smallest_first=True)
    np.testing.assert_allclose(turned.expected, groups + 1 - found.expected, atol=1e-10)
    np.testing.assert_allclose(turned.distribution, found.distribution[:, ::-1], atol=1e-11)


def test_ranks_are_those_of_draws():
    joint = Joint(
        [0.0, 0.4, 1.0, 1.1], [0.2, 1.0, 0.5, 0.1], [0.0, 0.9, 0.3, 0.1], center=0.5, center_loading=1.0
    )
    found = group_ranks(joint, top=2)
    drawn = group_ranks(DrawnJoint(joint.draw), top=2, draws=30_000)
    assert (drawn.draws, found.draws) == (30_000, None)
    for name in ("expected", "p_best", "p_top", "p_above_center"):
        np.testing.assert_allclose(getattr(found, name), getattr(drawn, name), atol=0.015)
    np.testing.assert_allclose(found.distribution, drawn.distribution, atol=0.015)
    theta, _ = joint.draw(30_000, 3)
    np.testing.assert_allclose(
        pairwise_probability(joint)[1],
        [(theta[:, 1] > theta[:, k]).mean() or 0.5 for k in range(4)],
        atol=0.01,
    )


def test_draws_that_tie_share_their_ranks():
    ties = DrawnJoint(lambda draws, seed: (np.tile([1.0, 1.0, 0.0], (draws, 1)), np.ones(draws)))
    found = group_ranks(ties, top=1, draws=10)
    assert found.expected.tolist() == [1.5, 1.5, 3.0]
    assert found.p_best.tolist() == [0.5, 0.5, 0.0]
    assert found.p_above_center.tolist() == [0.5, 0.5, 0.0]


def test_data_near_a_billion_rank_as_they_do_near_zero():
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(6), 5)
    y = np.round(1024 * (rng.standard_normal(30) + group)) / 1024
    for method in ("ols", "reml"):
        plain, far = (
            group_ranks(BUILT_IN[method].fit(GroupData.from_arrays(v, group)).joint) for v in (y, y + 1e9)
        )
        np.testing.assert_allclose(far.distribution, plain.distribution, atol=1e-9)


@pytest.mark.slow
def test_the_grid_is_as_near_as_it_says_with_500_groups():
    rng = np.random.default_rng(3)
    joint = Joint(1.2 * rng.standard_normal(500), rng.uniform(0.8, 1.2, 500))
    exact, grid = group_ranks(joint, top=20, exact=True), group_ranks(joint, top=20, exact=False)
    assert grid.approximate
    np.testing.assert_allclose(grid.expected, exact.expected, rtol=1e-9)
    np.testing.assert_allclose(grid.p_best, exact.p_best, atol=1e-9)
    assert np.abs(grid.p_top - exact.p_top).max() < ERROR
    assert max(np.abs(grid.low - exact.low).max(), np.abs(grid.high - exact.high).max()) <= 1


@pytest.mark.slow
def test_the_grid_of_a_shared_error_is_near_the_exact_answer():
    rng = np.random.default_rng(3)
    joint = Joint(
        1.2 * rng.standard_normal(70), rng.uniform(0.4, 1.2, 70), np.full(70, 0.3) + 0.1 * rng.random(70)
    )
    drawn = group_ranks(DrawnJoint(joint.draw), top=7, draws=20_000)
    grid = group_ranks(joint, top=7)
    assert grid.approximate
    assert np.abs(grid.expected - drawn.expected).max() < 0.5
    assert np.abs(grid.p_top - drawn.p_top).max() < 0.03
    assert np.abs(grid.p_best - drawn.p_best).max() < 0.01
    assert max(np.abs(grid.low - drawn.low).max(), np.abs(grid.high - drawn.high).max()) <= 2


@pytest.mark.slow
def test_expected_ranks_of_many_groups_come_from_the_grid():
    rng = np.random.default_rng(3)
    joint = Joint(rng.standard_normal(1500), rng.uniform(0.1, 1, 1500), np.full(1500, 0.1))
    found = group_ranks(joint, top=50)
    np.testing.assert_allclose(
        found.expected, 0.5 + pairwise_probability(joint).sum(axis=0), atol=1e-3 * 1500
    )
    assert found.p_best.sum() == pytest.approx(1.0, abs=1e-9)
    assert found.p_top.sum() == pytest.approx(50, rel=0.01)
    assert (found.low <= found.high).all()


def test_what_cannot_be_ranked_is_refused():
    joint = Joint([0.0, 1.0], [1.0, 1.0])
    for asked in ({"level": 1.0}, {"top": 3}, {"top": 0}):
        with pytest.raises(OptionError):
            group_ranks(joint, **asked)
    with pytest.raises(DataError, match="differ too much"):
        group_ranks(Joint([0.0, 1.0], [1e-14, 1.0]))


@pytest.mark.parametrize(
    "joint",
    [
        Joint([0.0, 1.0], [0.0, 1.0]),
        Joint([0.0, 1.0], [1.0, 1.0], [np.nan, 0.0]),
        Joint([0.0, 1.0, 2.0], [1.0, 1.0, 1.0]),
        Joint([0.0, 5.0], [1.0, 1.0]),
        DrawnJoint(lambda draws, seed: (np.zeros((draws, 3)), None)),
    ],
)
def test_a_joint_that_is_not_of_these_groups_breaks_the_contract(joint):
    with pytest.raises(FitError):
        GroupFit([0.0, 1.0], joint=joint).check(2)


def test_a_fit_travels_with_its_joint():
    fit = BUILT_IN["reml"].fit(groups_of("rail"))
    again = pickle.loads(pickle.dumps(fit))
    np.testing.assert_array_equal(group_ranks(again.joint).p_best, group_ranks(fit.joint).p_best)


@pytest.mark.parametrize(
    ("small", "p_best"),
    [
        (1e-2, [7.482429018359993e-05, 0.9990707642667795, 0.000854411443036805]),
        (1e-6, [7.412315990199782e-05, 0.9990714205749782, 0.0008544562651198357]),
    ],
)
def test_one_estimate_that_is_known_well_is_ranked_at_once(small, p_best):
    """Of three groups P(best) is a bivariate normal chance of two distances, here by mpmath."""
    data = GroupData.from_estimates(["a", "b", "c"], [0.3, 1.5, -0.2], [small, 0.3, 0.4])
    joint = BUILT_IN["reml"].fit(data).joint
    np.testing.assert_allclose(group_ranks(joint).p_best, p_best, rtol=1e-12)


@pytest.mark.slow_cases
@pytest.mark.parametrize("top", [2, 20])
def test_a_few_contenders_for_the_last_places_are_computed_one_by_one(top):
    rng = np.random.default_rng(1)
    mean, own = rng.normal(0, 3, 120), 1.0 / np.sqrt(rng.integers(2, 40, 120))
    joint = Joint(mean, own)
    grid, exact = (group_ranks(joint, top=top, exact=way) for way in (False, True))
    assert grid.approximate
    assert np.abs(grid.p_top - exact.p_top).max() < 1e-5
    assert grid.p_top.sum() == pytest.approx(top)


@pytest.mark.parametrize("groups", [12, 300])
def test_means_that_are_known_beside_their_distances_have_no_ranks_to_compute(groups):
    with pytest.raises(DataError, match="differ too much"):
        group_ranks(Joint(np.arange(float(groups)), np.full(groups, 1e-14)), top=2)


@pytest.mark.parametrize("own", [np.ones(12), np.geomspace(0.2, 3.0, 12), np.array([1.0, 4.0])])
def test_the_draws_that_are_not_looked_at_decide_nothing(own):
    errors = _DrawnErrors.draw(own, 5_000, 3)
    error = errors.error(0, 5_000)
    apart = error[:, None] - error
    apart = apart / np.hypot(errors.own[:, None], errors.own)[..., None]
    rng, size = np.random.default_rng(0), len(own)
    for share in (1.0, 0.5, 0.1):
        in_play = (rng.random((size, size)) < share) & ~np.eye(size, dtype=bool)
        in_play[0, 1] = True
        largest = np.where(in_play[..., None], apart, -np.inf).max(axis=(0, 1))
        for level in (0.5, 0.95, 0.9999):
            expected = np.quantile(largest, level)
            assert errors.largest_quantile(in_play, level) == pytest.approx(expected, rel=1e-5)


def test_of_too_many_groups_nothing_is_drawn_and_fewer_draws_are_counted(monkeypatch):
    def sample(draws, seed):
        return np.random.default_rng(seed).normal(size=(draws, 12)), None

    monkeypatch.setattr("estimators.inference.ranks.NUMBERS_DRAWN", 12_000)
    joint = DrawnJoint(sample)
    assert group_ranks(joint).draws == 1000
    data = GroupData.from_estimates([f"G{j}" for j in range(12)], np.zeros(12), np.ones(12))
    result = SimpleNamespace(id="drawn", label="Drawn", fit=SimpleNamespace(joint=joint))
    assert Questions().answers(data, result)["drawn"]["draws"] == 1000
    monkeypatch.setattr("estimators.inference.ranks.MOST_DRAWN", 11)
    with pytest.raises(DataError, match="11 groups or fewer, not 12"):
        group_ranks(DrawnJoint(sample))


def test_where_ranks_cannot_be_computed_the_rest_is_there_and_says_why():
    data = GroupData.from_estimates(["a", "b", "c", "d"], [0.1, 0.5, 0.9, 0.2], [0.3, 0.2, 1e-13, 0.25])
    found = inference_dict(data, BUILT_IN["reml"], BUILT_IN["reml"].fit(data))
    assert found["ranks_refused"] == "standard errors differ too much in size for ranks to be computed"
    assert {"spreads", "tests"} <= set(found)
    assert "ranks" not in found
