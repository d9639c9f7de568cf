"""Limited translation against James-Stein, the means themselves, and its own promise."""

import numpy as np
import pytest

from empirical_bayes_data import BY_ID, batting, columns, expected, trials
from estimators import GroupData, build_registry
from shelf import codes

LIMITED = BY_ID["limited_translation"]
JAMES_STEIN = build_registry(entry_points=False)["james_stein"]


def unbalanced(seed):
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(12), rng.integers(1, 15, 12))
    return GroupData.from_arrays(rng.standard_normal(12)[group] + rng.standard_normal(len(group)), group)


@pytest.mark.parametrize(
    "data", [unbalanced(1), unbalanced(2), batting(), trials("bcg"), trials("eight_schools")]
)
def test_without_a_limit_it_is_james_stein(data):
    fit, want = LIMITED.fit(data, {"limit": 1e6}), JAMES_STEIN.fit(data)
    np.testing.assert_allclose(fit.estimate, want.estimate, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(fit.weight, want.weight, rtol=1e-12)
    assert fit.center == pytest.approx(want.center, rel=1e-12)
    assert codes(fit) == []


@pytest.mark.parametrize("data", [unbalanced(1), batting(), trials("eight_schools")])
def test_with_a_limit_of_0_it_is_the_means(data):
    fit = LIMITED.fit(data, {"limit": 0})
    np.testing.assert_allclose(fit.estimate, data.mean, rtol=1e-14)
    assert fit.weight.tolist() == [1.0] * len(data)


def test_clemente_is_moved_by_one_standard_error_and_the_middle_as_by_james_stein():
    want, fit = expected("batting"), LIMITED.fit(batting())
    hits = np.array([int(h) for h in columns("batting")["hits"]])
    assert fit.estimate[0] == pytest.approx(18 / 45 - np.sqrt(want["variance"]), rel=1e-12)
    assert round(float(fit.estimate[0]), 3) == 0.334
    assert round(want["james_stein"][0], 3) == 0.294
    near = np.abs(hits / 45 - want["mean"]) * want["shrinkage"] < np.sqrt(want["variance"])
    assert 0 < near.sum() < 18
    np.testing.assert_allclose(fit.estimate[near], np.array(want["james_stein"])[near], rtol=1e-12)
    assert codes(fit) == ["translation_limited"]
    assert fit.notes[0].text.startswith(f"{18 - near.sum()} of 18 groups ")
    assert "further than 1 standard error of" in fit.notes[0].text


@pytest.mark.parametrize("limit", [0.1, 0.5, 1.0, 2.0])
def test_it_is_as_close_to_james_stein_as_the_limit_allows(limit):
    for seed in range(20):
        data = unbalanced(seed)
        fit, want = LIMITED.fit(data, {"limit": limit}), JAMES_STEIN.fit(data)
        most = limit * np.sqrt(data.sampling_variance)
        np.testing.assert_allclose(
            fit.estimate, np.clip(want.estimate, data.mean - most, data.mean + most), rtol=0, atol=1e-12
        )


def test_a_group_at_the_centre_has_the_weight_of_james_stein_or_1_where_nothing_moves():
    data = GroupData.from_estimates("abcde", [-9.0, -1.0, 0.0, 1.0, 9.0], [1.0] * 5)
    assert LIMITED.fit(data, {"limit": 0.01}).weight[2] == JAMES_STEIN.fit(data).weight[2] < 1
    assert LIMITED.fit(data, {"limit": 0}).weight[2] == 1
