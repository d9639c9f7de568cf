"""Awkward data: what is promised for each, numbers at the edges, published summaries, records."""

from __future__ import annotations

import tracemalloc

import duckdb
import numpy as np
import polars as pl
import pytest

from estimators import DataError, GroupData, OptionError
from estimators.contract.comparison import mean_rank
from tests.oracles import BUILT_IN, parameter

BLUPS = ("reml", "ml")
SHRINKERS = (*BLUPS, "james_stein")
ONE_ROW_EACH = "every group has one row"


def from_groups(**groups):
    """GroupData of keyword lists."""
    y = [value for values in groups.values() for value in values]
    return GroupData.from_arrays(y, [name for name, values in groups.items() for _ in values])


def codes(fit):
    return {note.code for note in fit.notes}


# One group, one row each, everything equal, no spread within: tried in this order


def test_one_group_is_enough_for_level_means_and_the_grand_mean():
    data = from_groups(only=[1.0, 2.0, 6.0])
    for name in ("ols", "grand_mean"):
        fit = BUILT_IN[name].fit(data)
        assert fit.estimate.tolist() == [3.0]
        assert fit.std_error == pytest.approx(np.sqrt(7 / 3))
        assert fit.df == 2


@pytest.mark.parametrize("values", [[1.0], [1.0, 2.0, 4.0], [2.0, 2.0]])
def test_one_group_comes_before_every_other_case(values):
    data = from_groups(only=values)
    for name in BLUPS:
        with pytest.raises(DataError, match="needs at least 2 groups"):
            BUILT_IN[name].fit(data)
    with pytest.raises(DataError, match="needs at least 4 groups"):
        BUILT_IN["james_stein"].fit(data)


@pytest.mark.parametrize("groups", [2, 3])
def test_james_stein_needs_four_groups(groups):
    data = GroupData.from_arrays(np.arange(2.0 * groups), np.repeat(np.arange(groups), 2))
    with pytest.raises(DataError, match="needs at least 4 groups"):
        BUILT_IN["james_stein"].fit(data)


@pytest.mark.parametrize("values", [[1.0, 2.0, 5.0, 3.0], [7.0, 7.0, 7.0, 7.0]])
def test_one_row_each_comes_before_everything_equal(values):
    data = GroupData.from_arrays(values, list("abcd"))
    for name in SHRINKERS:
        with pytest.raises(DataError, match=ONE_ROW_EACH):
            BUILT_IN[name].fit(data)
    means = BUILT_IN["ols"].fit(data)
    assert means.estimate.tolist() == values
    assert means.std_error is None
    assert means.interval(0.95) is None
    assert codes(means) == {"no_within_spread_known"}
    assert BUILT_IN["grand_mean"].fit(data).df == 3


def test_a_single_row_has_a_mean_and_nothing_else():
    data = from_groups(a=[3.0])
    for name in ("ols", "grand_mean"):
        fit = BUILT_IN[name].fit(data)
        assert fit.estimate.tolist() == [3.0]
        assert fit.std_error is None


@pytest.mark.parametrize("value", [0.0, 4.2, -1e9, 0.1 + 0.2])
def test_everything_equal(value):
    data = from_groups(a=[value] * 3, b=[value] * 4, c=[value] * 2, d=[value])
    for name in BUILT_IN:
        fit = BUILT_IN[name].fit(data)
        assert fit.estimate.tolist() == [value] * 4
        if fit.std_error is not None:
            assert fit.std_error.tolist() == [0.0] * 4
    for name in SHRINKERS:
        fit = BUILT_IN[name].fit(data)
        assert fit.weight is None
        assert fit.center == value
        assert codes(fit) == {"all_equal"}
    for name in BLUPS:
        fit = BUILT_IN[name].fit(data)
        assert {k: p.value for k, p in fit.parameters.items()} == {
            "mu": value,
            "mu_std_error": 0.0,
            "sigma_group": 0.0,
            "sigma_error": 0.0,
        }
    assert parameter(BUILT_IN["james_stein"].fit(data), "sigma_error") == 0.0


@pytest.mark.parametrize(("name", "divisor"), [("reml", 3), ("ml", 4)])
def test_no_spread_within_is_the_limit_with_its_own_divisor(name, divisor):
    data = from_groups(a=[1.5] * 3, b=[2.25] * 4, c=[-3.0] * 2, d=[7.0] * 5)
    fit = BUILT_IN[name].fit(data)
    means = np.array([1.5, 2.25, -3.0, 7.0])
    assert fit.estimate.tolist() == means.tolist()
    assert fit.weight.tolist() == [1.0] * 4
    assert fit.std_error.tolist() == [0.0] * 4
    sigma_group = np.sqrt(np.square(means - means.mean()).sum() / divisor)
    assert parameter(fit, "sigma_group") == pytest.approx(sigma_group, rel=1e-15)
    assert parameter(fit, "mu") == fit.center == pytest.approx(means.mean(), rel=1e-15)
    assert parameter(fit, "sigma_error") == 0.0
    assert parameter(fit, "icc") == 1.0
    assert "criterion" not in fit.parameters
    assert codes(fit) == {"no_spread_within"}
    np.testing.assert_array_equal(BUILT_IN[name].weight_curve(fit, np.array([1.0, 9.0])), [1.0, 1.0])


def test_no_spread_within_leaves_james_stein_at_the_means():
    data = from_groups(a=[1.5] * 3, b=[2.25] * 4, c=[-3.0] * 2, d=[7.0] * 5)
    fit = BUILT_IN["james_stein"].fit(data)
    assert fit.weight.tolist() == [1.0] * 4
    np.testing.assert_allclose(fit.estimate, data.mean, rtol=1e-15)


def test_a_spread_within_too_small_for_the_ratio_counts_as_none():
    data = from_groups(a=[1e-80, 2e-80], b=[1.0, 1.0], c=[-1.0, -1.0], d=[0.5, 0.5])
    assert not data.constant.all()
    for name in SHRINKERS:
        np.testing.assert_allclose(BUILT_IN[name].fit(data).weight, 1.0)


@pytest.mark.parametrize("value", [0.1, 1 / 3, -7.7e8, 1e-9])
def test_constant_groups_are_found_among_others_whatever_their_size(value):
    rng = np.random.default_rng(8)
    sizes = [100_000, 1, 2, 3, 50_000, 4]
    group = np.repeat(np.arange(6), sizes)
    y = np.where(group < 4, value * (1 + group), rng.standard_normal(len(group)))
    order = rng.permutation(len(y))
    data = GroupData.from_arrays(y[order], group[order])
    pieces = zip(np.array_split(y[order], 5), np.array_split(group[order], 5), strict=True)
    for found in (data, GroupData.from_chunks(pieces)):
        assert found.constant.tolist() == [True] * 4 + [False] * 2
        assert found.ss_within[:4].tolist() == [0.0] * 4
        np.testing.assert_allclose(found.mean[:4], value * np.arange(1.0, 5.0), rtol=4e-16, atol=1e-15)


def test_two_chunks_that_are_constant_at_different_values_are_not_constant_together():
    data = GroupData.from_chunks([([1.0, 1.0, 5.0], list("aab")), ([2.0, 2.0, 5.0], list("aab"))])
    assert data.constant.tolist() == [False, True]
    assert data.ss_within.tolist() == [1.0, 0.0]


def test_the_limit_is_approached():
    noise = np.tile([1e-7, -1e-7], 6)
    group = np.repeat(np.arange(4), 3)
    y = np.repeat([1.5, 2.25, -3.0, 7.0], 3)
    near, limit = (BUILT_IN["reml"].fit(GroupData.from_arrays(v, group)) for v in (y + noise, y))
    assert parameter(near, "sigma_group") == pytest.approx(parameter(limit, "sigma_group"), rel=1e-6)
    np.testing.assert_allclose(near.weight, 1.0, rtol=1e-12)


# The boundary


BOUNDARY = from_groups(a=[1.0, 5.0, 3.0], b=[2.0, 4.0, 3.1], c=[0.9, 5.0, 3.0], d=[6.0, 0.0, 3.2])


@pytest.mark.parametrize("name", BLUPS)
def test_sigma_group_zero_is_an_answer_with_a_note(name):
    fit = BUILT_IN[name].fit(BOUNDARY)
    assert parameter(fit, "sigma_group") == 0.0
    assert parameter(fit, "icc") == 0.0
    assert fit.weight.tolist() == [0.0] * 4
    assert set(fit.estimate) == {fit.center}
    assert codes(fit) == {"sigma_group_zero", "second_order_zero"}
    assert (fit.std_error > parameter(fit, "mu_std_error")).all()
    prediction = BUILT_IN[name].fit(BOUNDARY, {"std_error": "prediction"})
    assert codes(prediction) == {"sigma_group_zero"}
    np.testing.assert_allclose(prediction.std_error, parameter(fit, "mu_std_error"))
    conditional = BUILT_IN[name].fit(BOUNDARY, {"std_error": "conditional"})
    assert conditional.std_error.tolist() == [0.0] * 4
    assert codes(conditional) == {"sigma_group_zero", "conditional_zero"}


def test_james_stein_says_when_it_pulls_all_the_way():
    fit = BUILT_IN["james_stein"].fit(BOUNDARY)
    assert fit.weight.tolist() == [0.0] * 4
    assert set(fit.estimate) == {fit.center}
    assert codes(fit) == {"pulled_onto_center"}


# Location and scale


@pytest.mark.parametrize("shift", [1e9, -1e12, 2.0**45])
def test_a_large_location_costs_no_digits_of_the_spread(shift):
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(6), 5)
    y = np.round(rng.standard_normal(30) * 64 + 100 * rng.standard_normal(6)[group]) / 64
    near, far = GroupData.from_arrays(y, group), GroupData.from_arrays(y + shift, group)
    for name in BLUPS:
        a, b = BUILT_IN[name].fit(near), BUILT_IN[name].fit(far)
        for key in ("sigma_group", "sigma_error", "icc", "criterion"):
            assert parameter(a, key) == parameter(b, key)
        np.testing.assert_array_equal(a.std_error, b.std_error)


@pytest.mark.parametrize("scale", [1e-140, 1e-12, 1e12, 1e150])
def test_an_extreme_scale_costs_no_digits(scale):
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(6), 5)
    y = rng.standard_normal(30) + rng.standard_normal(6)[group]
    for name in BUILT_IN:
        plain, scaled = (BUILT_IN[name].fit(GroupData.from_arrays(v, group)) for v in (y, y * scale))
        np.testing.assert_allclose(scaled.estimate, plain.estimate * scale, rtol=1e-12)
        np.testing.assert_equal(scaled.weight is None, plain.weight is None)


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("y", "advice"), [([-1e200, 1e200, 1e199, 0.0], "divide"), ([1e-200, 2e-200, 3e-200, 0.0], "multiply")]
)
def test_a_range_whose_squares_do_not_fit_is_refused_with_advice(y, advice):
    labels = list("aabb")
    frame = pl.DataFrame({"y": y, "g": labels})
    for way in (
        lambda: GroupData.from_arrays(y, labels),
        lambda: GroupData.from_chunks([(y[:2], labels[:2]), (y[2:], labels[2:])]),
        lambda: GroupData.from_frame(frame.lazy(), outcome="y", group="g"),
        lambda: GroupData.from_frame(duckdb.connect().from_arrow(frame.to_arrow()), outcome="y", group="g"),
    ):
        with pytest.raises(DataError, match=f"{advice} it by a constant"):
            way()


def test_the_widest_range_depends_on_the_number_of_rows():
    y = np.tile([0.0, 1.2e154], 50_000)
    with pytest.raises(DataError, match="divide it"):
        GroupData.from_arrays(y, np.arange(len(y)) % 7)
    assert np.isfinite(GroupData.from_arrays(y[:4] / 2, list("abab")).ss_within).all()


@pytest.mark.slow
def test_many_distinct_sampling_variances_stay_within_memory():
    rng = np.random.default_rng(5)
    j = 20_000
    data = GroupData.from_estimates(range(j), rng.standard_normal(j), rng.uniform(0.5, 2, j))
    tracemalloc.start()
    fit = BUILT_IN["reml"].fit(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200e6
    assert parameter(fit, "sigma_group") < 1


# Published summaries


@pytest.mark.parametrize(
    ("labels", "estimate", "std_error", "sentence"),
    [
        (["a"], [1.0, 2.0], [1.0], "1 labels, 2 estimates and 1 standard errors"),
        ([], [], [], "no group"),
        (["a", "a"], [1.0, 2.0], [1.0, 1.0], "appears twice"),
        (["a", None], [1.0, 2.0], [1.0, 1.0], "a label is missing"),
        (["a"], [float("nan")], [1.0], "must be finite"),
        (["a"], [1.0], [0.0], "above 0"),
        (["a", "b"], [1.0, 2.0], [1e-200, 1.0], "differ too much in size"),
        (["a", "b"], [1e160, 2.0], [1.0, 1.0], "differ too much in size"),
    ],
)
def test_faulty_published_summaries_are_refused(labels, estimate, std_error, sentence):
    with pytest.raises(DataError, match=sentence):
        GroupData.from_estimates(labels, estimate, std_error)


@pytest.mark.parametrize("value", [0.0, 3.0])
def test_equal_published_estimates(value):
    data = GroupData.from_estimates("abcd", [value] * 4, [1.0, 2.0, 3.0, 4.0])
    for name in BUILT_IN:
        fit = BUILT_IN[name].fit(data)
        np.testing.assert_allclose(fit.estimate, value, atol=1e-15)
    assert parameter(BUILT_IN["reml"].fit(data), "sigma_group") == 0.0


def test_published_summaries_scale():
    y, se = np.array([1.0, 4.0, -2.0, 9.0, 3.0]), np.array([1.0, 0.5, 2.0, 1.5, 0.1])
    for factor in (2.0**-400, 2.0**400):
        for name in BUILT_IN:
            plain = BUILT_IN[name].fit(GroupData.from_estimates("abcde", y, se))
            scaled = BUILT_IN[name].fit(GroupData.from_estimates("abcde", y * factor, se * factor))
            np.testing.assert_array_equal(scaled.estimate, plain.estimate * factor)
            if plain.std_error is not None:
                np.testing.assert_array_equal(scaled.std_error, plain.std_error * factor)


def test_summaries_have_no_rows():
    assert GroupData.from_estimates("ab", [1.0, 2.0], [1.0, 1.0]).rows is None
    assert GroupData.from_chunks([([1.0, 2.0], ["a", "b"])]).rows is None


# Records


@pytest.mark.parametrize("name", ["labels", "n", "centered_mean", "ss_within", "constant", "mean"])
def test_arrays_of_the_data_are_read_only(name):
    data = from_groups(a=[1.0, 2.0], b=[3.0, 5.0])
    with pytest.raises(ValueError, match="read-only"):
        getattr(data, name)[0] = 0


def test_arrays_of_a_fit_and_of_the_rows_are_read_only():
    data = from_groups(a=[1.0, 2.0], b=[3.0, 5.0])
    fit = BUILT_IN["reml"].fit(data)
    for array in (
        fit.estimate,
        fit.std_error,
        fit.weight,
        *fit.interval(0.9),
        data.rows.group,
        data.rows.outcome,
    ):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_reducing_changes_none_of_its_arguments():
    y, g = np.array([1.0, np.nan, 3.0]), np.array([4, 4, 9])
    before = y.copy(), g.copy()
    GroupData.from_arrays(y, g)
    np.testing.assert_array_equal(y, before[0])
    np.testing.assert_array_equal(g, before[1])
    assert y.flags.writeable
    assert g.flags.writeable


def test_ranks_start_at_the_largest_and_ties_share_the_mean():
    assert mean_rank(np.array([1.0, 5.0, 3.0, 5.0, 0.0, -0.0])).tolist() == [4.0, 1.5, 3.0, 1.5, 5.5, 5.5]
    assert mean_rank(np.array([2.0])).tolist() == [1.0]


def test_intervals_are_students_t_or_normal():
    data = from_groups(a=[1.0, 2.0, 3.0], b=[2.0, 4.0], c=[5.0, 1.0, 1.0, 1.0], d=[0.0, 9.0])
    for name in ("ols", "reml"):
        fit = BUILT_IN[name].fit(data)
        low, high = fit.interval(0.95)
        np.testing.assert_allclose(high - low, 2 * 2.364624251592784 * fit.std_error, rtol=1e-12)
    fit = BUILT_IN["reml"].fit(data, {"std_error": "prediction"})
    low, high = fit.interval(0.95)
    np.testing.assert_allclose(high - low, 2 * 1.959963984540054 * fit.std_error, rtol=1e-12)
    np.testing.assert_allclose((low + high) / 2, fit.estimate, rtol=1e-12)
    assert BUILT_IN["james_stein"].fit(data).interval(0.95) is None
    for level in (0.0, 1.0, -1.0, 95.0):
        with pytest.raises(OptionError, match="between 0 and 1"):
            fit.interval(level)


@pytest.mark.parametrize("name", BLUPS)
def test_the_weight_curve_passes_through_the_weights(name):
    data = from_groups(a=[1.0, 2.0, 3.0], b=[9.0, 7.0], c=[5.0, 1.0, 1.0, 1.0], d=[20.0, 19.0])
    fit = BUILT_IN[name].fit(data)
    curve = BUILT_IN[name].weight_curve(fit, data.n.astype(float))
    np.testing.assert_allclose(curve, fit.weight, rtol=1e-12)
