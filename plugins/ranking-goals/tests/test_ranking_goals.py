"""Constrained Bayes and triple goal: answers with many digits, their goals, and what is refused."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import blupboard_ranking_goals
import shelf
from blupboard_ranking_goals import register_estimators
from estimators import DataError, GroupData, RemlBlup, check_estimator
from shelf import codes

FOLDER = Path(__file__).parent / "data"
BY_ID = {estimator.id: estimator for estimator in register_estimators()}
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def groups_of(name):
    with (FOLDER / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    groups, y = [row["group"] for row in rows], [float(row["y"]) for row in rows]
    if "se" in rows[0]:
        return GroupData.from_estimates(groups, y, [float(row["se"]) for row in rows])
    return GroupData.from_arrays(y, groups)


def rows(groups=8, size=5, between=1.0, seed=3):
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), size)
    return between * rng.standard_normal(groups)[group] + rng.standard_normal(len(group)), group


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("goal", ["constrained_bayes", "triple_goal"])
def test_they_are_those_of_40_digits(name, goal):
    data, expected = groups_of(name), json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    order = [expected["group"].index(label) for label in data.labels]
    want = np.array(expected[goal]["estimate"])[order]
    np.testing.assert_allclose(BY_ID[goal].fit(data).estimate, want, rtol=1e-9)


def test_constrained_estimates_vary_as_the_true_means_are_expected_to():
    data = GroupData.from_arrays(*rows())
    joint = RemlBlup().fit(data).joint
    theta, _ = joint.draw(40_000, 1)
    estimate = BY_ID["constrained_bayes"].fit(data).estimate
    assert estimate.var(ddof=1) == pytest.approx(theta.var(axis=1, ddof=1).mean(), rel=0.02)


def test_the_triple_goal_keeps_the_order_of_expected_ranks_and_shares_ties():
    data = GroupData.from_estimates("abcd", [1.0, 1.0, 9.0, -7.0], [1.0, 1.0, 1.0, 1.0])
    estimate = BY_ID["triple_goal"].fit(data).estimate
    assert estimate[0] == estimate[1]
    assert estimate[3] < estimate[0] < estimate[2]


@pytest.mark.parametrize("goal", BY_ID)
def test_they_move_with_the_data(goal):
    y, group = rows()
    plain = BY_ID[goal].fit(GroupData.from_arrays(y, group)).estimate
    for scale, shift in ((1e150, 0.0), (-2.0, 3.0), (1.0, 1e6)):
        moved = BY_ID[goal].fit(GroupData.from_arrays(y * scale + shift, group)).estimate
        np.testing.assert_allclose(moved, plain * scale + shift, rtol=1e-8)


@pytest.mark.parametrize("goal", BY_ID)
def test_without_a_spread_they_are_remls_answer(goal):
    data = GroupData.from_arrays([1.0, 3, 1.1, 3, 1, 3.1], list("aabbcc"))
    fit = BY_ID[goal].fit(data)
    assert fit.estimate.tolist() == RemlBlup().fit(data).estimate.tolist()
    assert codes(fit) == ["sigma_group_zero", "as_reml"]


@pytest.mark.parametrize("goal", BY_ID)
def test_awkward_groups(goal):
    equal = BY_ID[goal].fit(GroupData.from_arrays(np.full(6, 3.5), list("aabbcc")))
    assert (codes(equal), equal.estimate.tolist()) == (["all_equal"], [3.5] * 3)
    constant = BY_ID[goal].fit(GroupData.from_arrays([1.0, 1, 4, 4], list("aabb")))
    assert (codes(constant), constant.estimate.tolist()) == (["no_spread_within"], [1.0, 4.0])
    with pytest.raises(DataError, match="cannot be told apart"):
        BY_ID[goal].fit(GroupData.from_arrays(np.arange(4.0), np.arange(4)))
    with pytest.raises(DataError, match="at least 2 groups"):
        BY_ID[goal].fit(GroupData.from_arrays([1.0, 2.0], ["a", "a"]))


def test_many_groups_have_quantiles_off_a_grid():
    data = GroupData.from_arrays(*rows(groups=1100, size=3))
    estimate = BY_ID["triple_goal"].fit(data).estimate
    joint = RemlBlup().fit(data).joint
    assert estimate.std() == pytest.approx(np.hypot(joint.mean.std(), joint.std_dev.mean()), rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("goal", BY_ID)
def test_they_keep_to_the_contract(goal):
    check_estimator(BY_ID[goal])


@pytest.mark.slow
def test_it_says_what_it_is_and_is_light():
    shelf.check_names_are_explained(blupboard_ranking_goals)
    for estimator in BY_ID.values():
        shelf.check_options_are_explained(estimator)
    shelf.check_import_is_light(blupboard_ranking_goals, ("scipy.special", "scipy.stats", "pandas", "dash"))
