"""Pinned groups: what is said of two, and letters and bars of more, against draws of true means."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from dashboard.callbacks.conclude import pinned_answer, pinned_keys
from dashboard.words.pinned_pairs import MOST_COMPARED, compared_groups, compared_pair, pair_words
from tests.components import text_of
from tests.scenes import BUILT_IN, groups_of, scene_of

SCENE = scene_of(groups_of([9, 8, 30, 4, 12, 7], means=[0, 1, 2, 3, 4, 12], spread=2.0), BUILT_IN.values())
JOINT = SCENE.reference.result.fit.joint


@pytest.mark.parametrize(("first", "second"), [(0, 1), (3, 5), (2, 4)])
def test_the_difference_is_that_of_draws(first, second):
    pair = compared_pair(SCENE, JOINT, first, second)
    theta, _ = JOINT.draw(200_000, 1)
    difference = theta[:, first] - theta[:, second]
    error = difference.std() / np.sqrt(len(difference))
    assert abs(pair.difference - difference.mean()) < 5 * error
    assert abs(pair.std_error / difference.std() - 1) < 0.01
    assert abs(pair.p_first_higher - (difference > 0).mean()) < 0.006
    assert np.isclose(pair.half_width, norm.ppf(0.975) * pair.std_error)
    assert np.isclose(pair.half_width_of_all, norm.ppf(1 - 0.025 / 15) * pair.std_error)


def test_the_higher_one_is_spoken_of_whatever_was_pinned_first():
    assert pair_words(SCENE, SCENE.reference, 5, 0) == pair_words(SCENE, SCENE.reference, 0, 5)
    answer, detail = pair_words(SCENE, SCENE.reference, 0, 5)
    assert answer == "g5 is higher than g0."
    assert "by which they can still be told apart" in detail


def test_two_that_cannot_be_told_apart():
    pairs = [(i, j) for i in range(6) for j in range(i)]
    nearest = min(pairs, key=lambda pair: abs(compared_pair(SCENE, JOINT, *pair).difference))
    answer, detail = pair_words(SCENE, SCENE.reference, *nearest)
    assert not compared_pair(SCENE, JOINT, *nearest).apart
    assert answer.endswith(" cannot be told apart.")
    assert "If you picked the two after looking" in detail
    assert detail.endswith("by which they cannot be told apart.")


def test_of_two_groups_there_is_nothing_to_pick_from():
    scene = scene_of(groups_of([4, 5], means=[0, 9]), BUILT_IN.values())
    assert "after looking" not in pair_words(scene, scene.reference, 0, 1)[1]


def test_groups_share_a_letter_just_where_their_pair_is_not_apart():
    keys = [5, 0, 2, 4]
    found = compared_groups(SCENE, SCENE.reference, keys)
    estimates = [group.estimate for group in found]
    assert estimates == sorted(estimates, reverse=True)
    z = norm.ppf(1 - 0.025 / 6)
    by_name = {label: key for key, label in enumerate(SCENE.comparison.data.labels)}
    for one in found:
        for other in found:
            if one is not other:
                pair = compared_pair(SCENE, JOINT, by_name[one.name], by_name[other.name])
                apart = abs(pair.difference) > z * pair.std_error
                assert bool(set(one.letters) & set(other.letters)) != apart
    assert found[0].letters != found[-1].letters


def test_several_are_shown_with_letters_and_too_many_are_counted():
    said = text_of(pinned_answer(SCENE, SCENE.reference, [0, 4, 5]))
    assert "Those that share a letter cannot be told apart." in said
    assert "Bonferroni" in said
    many = list(range(MOST_COMPARED + 1))
    assert f"{MOST_COMPARED + 1} are pinned" in text_of(pinned_answer(SCENE, SCENE.reference, many))


@pytest.mark.parametrize(
    ("given", "keys"),
    [
        ({"view": "view", "keys": [3, 3, 1]}, [3, 1]),
        ({"view": "other", "keys": [3, 1]}, []),
        ({"view": "view", "keys": ["3", 1.5, -1, 99, 2]}, [2]),
        ({"view": "view", "keys": 3}, []),
        (None, []),
    ],
)
def test_only_groups_of_what_is_on_screen_are_compared(given, keys):
    assert pinned_keys(given, SCENE) == keys
