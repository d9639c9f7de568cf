"""Pinned groups: what is said of two, and letters and bars of more, against draws of true means."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t

from dashboard.callbacks.conclude import pinned_answer, pinned_keys
from dashboard.words.pinned_pairs import MOST_COMPARED, compared_groups, compared_pair, drawn_pair, pair_words
from estimators import DrawnJoint, GroupData
from tests.components import text_of
from tests.oracles import parameter
from tests.scenes import BUILT_IN, groups_of, scene_of

SCENE = scene_of(groups_of([9, 8, 30, 4, 12, 7], means=[0, 1, 2, 3, 4, 12], spread=2.0), BUILT_IN.values())
FIT = SCENE.reference.result.fit
JOINT = FIT.joint
T = t(FIT.df)


@pytest.mark.parametrize(("first", "second"), [(0, 1), (3, 5), (2, 4)])
def test_the_difference_is_that_of_draws(first, second):
    pair = compared_pair(SCENE, FIT, first, second)
    theta, _ = JOINT.draw(200_000, 1)
    difference = theta[:, first] - theta[:, second]
    error = difference.std() / np.sqrt(len(difference))
    assert abs(pair.difference - difference.mean()) < 5 * error
    assert abs(pair.std_error / difference.std() - 1) < 0.01
    assert pair.df == FIT.df == 70 - 6
    assert abs(pair.p_first_higher - (difference > 0).mean()) < 0.012  # draws take the spreads as known
    assert np.isclose(pair.half_width, T.ppf(0.975) * pair.std_error)
    assert np.isclose(pair.half_width_of_all, T.ppf(1 - 0.025 / 15) * pair.std_error)


def test_the_higher_one_is_spoken_of_whatever_was_pinned_first():
    assert pair_words(SCENE, SCENE.reference, 5, 0) == pair_words(SCENE, SCENE.reference, 0, 5)
    answer, detail = pair_words(SCENE, SCENE.reference, 0, 5)
    assert answer == "g5 is higher than g0."
    assert "by which they can still be told apart" in detail


def test_two_that_cannot_be_told_apart():
    pairs = [(i, j) for i in range(6) for j in range(i)]
    nearest = min(pairs, key=lambda pair: abs(compared_pair(SCENE, FIT, *pair).difference))
    answer, detail = pair_words(SCENE, SCENE.reference, *nearest)
    low, high = compared_pair(SCENE, FIT, *nearest).ends
    assert low < 0 < high
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
    z = T.ppf(1 - 0.025 / 6)
    by_name = {label: key for key, label in enumerate(SCENE.comparison.data.labels)}
    for one in found:
        for other in found:
            if one is not other:
                pair = compared_pair(SCENE, FIT, by_name[one.name], by_name[other.name])
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


def test_beside_covariates_pairs_are_those_of_least_squares_and_of_henderson_s_equations():
    rng = np.random.default_rng(5)
    entry, block = np.repeat(np.arange(7), 3), np.tile(np.arange(3), 7)
    keep = np.arange(21) % 8 != 3
    entry, block = entry[keep], block[keep]
    y = 80 + 3.0 * rng.standard_normal(7)[entry] + 2.0 * block + rng.standard_normal(len(entry))
    data = GroupData.from_arrays(y, entry, adjust={"block": block}, categorical=["block"])
    scene = scene_of(data, BUILT_IN.values())
    x, z = np.eye(3)[block], np.eye(7)[entry]

    fixed = np.hstack([z, x[:, 1:]])
    slope, rest = np.linalg.lstsq(fixed, y)[:2]
    of_means = rest[0] / (len(y) - 9) * np.linalg.inv(fixed.T @ fixed)[:7, :7]
    reml = next(series for series in scene.series if series.id == "reml")
    s, a = (parameter(reml.result.fit, name) ** 2 for name in ("sigma_error", "sigma_group"))
    left = np.block([[x.T @ x, x.T @ z], [z.T @ x, z.T @ z + np.eye(7) * s / a]])
    of_effects = s * np.linalg.inv(left)[3:, 3:]
    effect = np.linalg.solve(left, np.concatenate([x.T @ y, z.T @ y]))[3:]

    for name, value, cov in (("ols", slope[:7], of_means), ("reml", effect, of_effects)):
        series = next(series for series in scene.series if series.id == name)
        for one in range(7):
            for other in range(one):
                pair = compared_pair(scene, series.result.fit, one, other)
                variance = cov[one, one] + cov[other, other] - 2 * cov[one, other]
                assert pair.difference == pytest.approx(value[one] - value[other], abs=1e-9)
                assert pair.std_error == pytest.approx(np.sqrt(variance), rel=1e-9)
        bars = compared_groups(scene, series, range(7))
        assert [bar.estimate for bar in bars] == sorted(series.result.fit.estimate, reverse=True)
    assert "cannot be told apart" in text_of(pinned_answer(scene, reml, [0, 1, 2, 3]))


def test_bars_of_equal_errors_overlap_just_where_a_pair_cannot_be_told_apart():
    """Whatever groups of one size share, their difference has the error of what each has to itself."""
    scene = scene_of(groups_of([6] * 5, means=[0, 1, 2, 3, 9], spread=2.0), BUILT_IN.values())
    fit = scene.reference.result.fit
    assert fit.joint.loading.any()
    bars = compared_groups(scene, scene.reference, range(5))
    half = compared_pair(scene, fit, 0, 1).half_width / 2
    assert [bar.high - bar.low for bar in bars] == pytest.approx([2 * half] * 5, rel=1e-9)


def test_where_there_are_draws_alone_two_are_compared_by_them():
    series = SCENE.reference
    drawn = replace(series.result.fit, joint=DrawnJoint(JOINT.draw, JOINT.origin), df=None)
    only = replace(series, result=replace(series.result, fit=drawn))
    for first, second in ((0, 5), (1, 0)):
        pair = drawn_pair(SCENE, drawn, first, second)
        formula = compared_pair(SCENE, replace(drawn, joint=JOINT), first, second)
        assert pair.difference == pytest.approx(formula.difference, rel=1e-12)
        assert pair.p_first_higher == pytest.approx(formula.p_first_higher, abs=0.015)
        np.testing.assert_allclose(pair.ends, formula.ends, atol=0.06 * formula.std_error)
        np.testing.assert_allclose(pair.ends_of_all, formula.ends_of_all, atol=0.2 * formula.std_error)
    answer, detail = pair_words(SCENE, only, 0, 5)
    assert (answer, "by which they can still be told apart" in detail) == ("g5 is higher than g0.", True)
    assert text_of(pinned_answer(SCENE, only, [0, 5])).startswith(answer)
    assert "95% interval by 200,000 draws" in detail
    assert pair_words(SCENE, only, 5, 0) == (answer, detail)


def test_several_are_compared_by_draws_as_by_the_formula_of_what_is_drawn():
    series = SCENE.reference
    formula = replace(series, result=replace(series.result, fit=replace(FIT, df=None)))
    drawn = replace(FIT, joint=DrawnJoint(JOINT.draw, JOINT.origin), df=None)
    only = replace(series, result=replace(series.result, fit=drawn))
    said, known = (compared_groups(SCENE, one, range(6)) for one in (only, formula))
    assert [(group.name, group.letters) for group in said] == [(group.name, group.letters) for group in known]
    assert len({group.letters for group in said}) > 1
    spread = FIT.std_error.mean()
    for end in ("estimate", "low", "high"):
        ours, theirs = ([getattr(group, end) for group in groups] for groups in (said, known))
        np.testing.assert_allclose(ours, theirs, atol=0.1 * spread)
    text = text_of(pinned_answer(SCENE, only, [0, 1, 2]))
    assert "all pairs of these 3 at once (95%, Bonferroni, by 200,000 draws)" in text


def test_bars_by_draws_never_leave_what_is_possible_and_ties_are_not_apart():
    rng = np.random.default_rng(2)
    theta = rng.beta([1.0, 1.0, 5.0, 60.0], [30.0, 30.0, 40.0, 40.0], (200_000, 4))
    theta[:, 1] = theta[:, 0]
    scene = scene_of(groups_of([9, 8, 30, 4]), BUILT_IN.values())
    fit = replace(
        FIT, estimate=theta.mean(axis=0), joint=DrawnJoint(lambda draws, seed: (theta[:draws], None))
    )
    series = replace(SCENE.reference, result=replace(SCENE.reference.result, fit=fit))
    bars = {group.name: group for group in compared_groups(scene, series, range(4))}
    assert min(group.low for group in bars.values()) > 0
    assert bars["g0"].letters == bars["g1"].letters
    assert not set(bars["g3"].letters) & set(bars["g0"].letters)
    same = replace(
        fit, estimate=np.zeros(4), joint=DrawnJoint(lambda draws, seed: (np.zeros((draws, 4)), None))
    )
    equal = compared_groups(scene, replace(series, result=replace(series.result, fit=same)), range(4))
    assert {(group.letters, group.low, group.high) for group in equal} == {("a", 0.0, 0.0)}


def test_bars_by_draws_from_a_few_points_hold_the_estimate_and_overlap_where_a_pair_does_not_differ():
    """As of a distribution of true means on some points, by nonparametric maximum likelihood."""
    at_one = np.array([0.999, 0.95, 0.5, 0.05])
    theta = (np.random.default_rng(3).random((200_000, 4)) < at_one).astype(float)
    fit = replace(
        FIT, estimate=theta.mean(axis=0), joint=DrawnJoint(lambda draws, seed: (theta[:draws], None))
    )
    series = replace(SCENE.reference, result=replace(SCENE.reference.result, fit=fit))
    scene = scene_of(groups_of([9, 8, 30, 4]), BUILT_IN.values())
    first, second, third, last = compared_groups(scene, series, range(4))
    assert all(bar.low <= bar.estimate <= bar.high for bar in (first, second, third, last))
    assert second.low <= last.high


def test_where_too_few_draws_fit_in_memory_two_are_not_compared(monkeypatch):
    monkeypatch.setattr("dashboard.words.pinned_pairs.NUMBERS_DRAWN", 300 * len(SCENE))
    series = SCENE.reference
    drawn = replace(series.result.fit, joint=DrawnJoint(JOINT.draw, JOINT.origin), df=None)
    only = replace(series, result=replace(series.result, fit=drawn))
    assert "too few are drawn to tell two of them apart" in text_of(pinned_answer(SCENE, only, [0, 5]))
    assert "too few are drawn to tell 4 of them apart" in text_of(pinned_answer(SCENE, only, [0, 5, 1, 2]))


def test_of_many_groups_draws_do_not_tell_what_holds_for_all_pairs():
    scene = scene_of(groups_of([3] * 90), BUILT_IN.values())
    for sample, chance in ((_tied, 0.5), (_in_order, 1.0)):
        fit = replace(scene.reference.result.fit, joint=DrawnJoint(sample))
        first, second = np.argsort(-fit.estimate)[[0, -1]]
        assert drawn_pair(scene, fit, first, second).p_first_higher == chance
        series = replace(scene.reference, result=replace(scene.reference.result, fit=fit))
        answer, detail = pair_words(scene, series, first, second)
        assert answer.endswith(" cannot be told apart.") == (chance < 1)
        assert detail.endswith("cannot be told from draws of 90 schools.") == (chance == 1)


def _tied(draws, seed):
    return np.zeros((draws, 90)), None


def _in_order(draws, seed):
    return np.tile(
        scene_of(groups_of([3] * 90), BUILT_IN.values()).reference.result.fit.estimate, (draws, 1)
    ), None
