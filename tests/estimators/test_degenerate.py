"""Data that leave a method no choice, and the scaled summary: once for the built-ins and for plugins."""

from __future__ import annotations

import numpy as np
import pytest

from estimators import DataError, GroupBatch, GroupData, degenerate_fit, degenerate_note
from tests.oracles import BUILT_IN

SHRINKERS = ("reml", "ml", "james_stein")


def from_groups(*groups):
    return GroupData.from_arrays(
        np.concatenate(groups), np.repeat(np.arange(len(groups)), list(map(len, groups)))
    )


ORDINARY = from_groups([1.0, 2.0], [4.0, 6.0, 5.0], [0.0, 1.0], [3.0, 3.5])
EQUAL = from_groups([2.5] * 3, [2.5] * 2, [2.5], [2.5])
FLAT = from_groups([1.0] * 3, [4.0] * 2, [-2.0] * 4, [0.5] * 2)


def test_ordinary_data_and_published_means_are_for_the_method_to_compute():
    for data in (ORDINARY, GroupData.from_estimates("abcd", [1.0] * 4, [1.0, 2.0, 1.0, 1.0])):
        assert degenerate_fit(data, least_groups=4) is None
        assert degenerate_note(data) is None


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (from_groups([1.0, 1.0]), "needs at least 2 groups to tell how much groups differ"),
        (from_groups([1.0]), "needs at least 2 groups"),
        (from_groups([1.0], [1.0]), "every group has one row"),
    ],
    ids=["one group", "one row", "one row each, equal"],
)
def test_the_order_is_one_group_then_one_row_each_then_equal_values(data, sentence):
    with pytest.raises(DataError, match=sentence):
        degenerate_fit(data)


@pytest.mark.parametrize(("data", "code"), [(EQUAL, "all_equal"), (FLAT, "no_spread_within")])
def test_the_fit_is_that_of_the_built_ins_with_the_same_note(data, code):
    for name, df in (("reml", 3), ("ml", 4), ("james_stein", None)):
        mine, built_in = degenerate_fit(data, spread_df=df), BUILT_IN[name].fit(data)
        mine.check(len(data))
        assert mine.notes == built_in.notes == (degenerate_note(data),)
        assert mine.notes[0].code == code
        np.testing.assert_array_equal(mine.estimate, built_in.estimate)
        np.testing.assert_equal(mine.weight, built_in.weight)
        np.testing.assert_equal(mine.std_error, built_in.std_error)
        assert mine.parameters == built_in.parameters


@pytest.mark.parametrize("data", [ORDINARY, EQUAL, FLAT], ids=["ordinary", "equal", "flat"])
def test_a_scaled_summary_is_the_data_on_another_scale(data):
    scaled = data.scaled()
    assert np.frexp(scaled.unit)[0] == 0.5, "the unit is a power of two"
    np.testing.assert_allclose(scaled.location(scaled.value), data.mean, rtol=0, atol=1e-15 * scaled.unit)
    np.testing.assert_allclose(scaled.variance * scaled.unit**2, data.sampling_variance, rtol=1e-15)
    assert abs(scaled.information @ scaled.value) < 1e-14
    sizes = scaled.sizes
    np.testing.assert_array_equal(sizes.information[sizes.place], data.n)
    for k, n in enumerate(sizes.information):
        some = scaled.value[data.n == n]
        assert sizes.count[k] == len(some)
        assert sizes.mean[k] == pytest.approx(some.mean(), abs=1e-15)
        assert sizes.spread[k] == pytest.approx(np.square(some - some.mean()).sum(), abs=1e-15)


def test_a_scaled_batch_is_that_of_each_replicate():
    mean = np.random.default_rng(1).standard_normal((3, 4)) * np.array([[1.0], [1e40], [1e-30]])
    batch = GroupBatch(["a", "b", "c", "d"], [2, 5, 2, 1], 0.0, mean, np.square(mean))
    many = batch.scaled()
    for r in range(3):
        one = batch[r].scaled()
        for name in ("unit", "center", "value", "variance", "ss_within", "sigma_error"):
            np.testing.assert_allclose(getattr(many, name)[r], getattr(one, name), rtol=1e-15, atol=1e-16)
        np.testing.assert_allclose(many.sizes.spread[r], one.sizes.spread, rtol=1e-12)
        np.testing.assert_allclose(many.weighted_mean(one.information)[r], 0.0, atol=1e-15)


def test_more_sizes_than_are_sorted_as_they_are_come_out_the_same():
    n = np.random.default_rng(2).integers(1, 40, 3000)
    data = GroupBatch([f"{i:04}" for i in range(3000)], n, 0.0, [np.arange(3000.0)], [np.ones(3000)])[0]
    sizes = data.scaled().sizes
    want, place, count = np.unique(n, return_inverse=True, return_counts=True)
    np.testing.assert_array_equal(sizes.information, want)
    np.testing.assert_array_equal(sizes.place, place)
    np.testing.assert_array_equal(sizes.count, count)
