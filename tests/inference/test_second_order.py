"""Standard errors that allow for the spreads having been estimated."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimators import DataError, GroupBatch, GroupData, center_error, prediction_error
from tests.inference.oracles import answers, groups_of, names_of, places, relative
from tests.oracles import BUILT_IN, parameter

SECOND_ORDER = {"std_error": "second_order"}


@pytest.mark.parametrize("name", names_of("A"))
def test_of_rows_they_are_those_of_50_digits(name):
    data, expected = groups_of(name), answers("A", name)
    order = places(data, expected)
    for method, info, key in (
        ("reml", "info_reml", "mse_prasad_rao"),
        ("ml", "info_ml", "mse_ml_bias_corrected"),
    ):
        want = np.array(expected[method.upper()][info][key], dtype=float)[order]
        fit = BUILT_IN[method].fit(data, SECOND_ORDER)
        assert relative(np.square(fit.std_error), want) < 1e-12
        assert fit.df == data.df_within
        answer, parts = expected[method.upper()], prediction_error(data, method)
        assert relative(parts.g3, np.array(answer[f"info_{method}"]["g3"])[order]) < 1e-12
        want = np.array(answer[f"info_{method}"]["mse_kackar_harville"])[order]
        assert relative(parts.kackar_harville, want) < 1e-12
        center, about = center_error(data, method), answer[f"info_{method}"]
        assert center.variance == pytest.approx(about["mu_var"], rel=1e-12)
        assert center.df == pytest.approx(about["mu_df"], rel=1e-11)
        if method == "reml":
            assert center.kenward_roger == pytest.approx(about["mu_var_kenward_roger"], rel=1e-11)


@pytest.mark.parametrize("name", names_of("E"))
def test_of_published_means_they_are_those_of_50_digits(name):
    data, expected = groups_of(name), answers("E", name)
    for method in ("reml", "ml"):
        want = np.array(expected[method.upper()]["second_order"]["mse"])[places(data, expected)]
        fit = BUILT_IN[method].fit(data, SECOND_ORDER)
        assert relative(np.square(fit.std_error), want) < 1e-12
        assert fit.df is None


def test_where_no_spread_was_found_the_interval_does_not_collapse():
    data = groups_of("dyestuff2")
    fit, own = BUILT_IN["reml"].fit(data, SECOND_ORDER), BUILT_IN["ols"].fit(data)
    assert fit.parameters["sigma_group"].value == 0
    assert [fit.std_error[0], own.std_error[0]] == pytest.approx([1.770, 1.729], abs=1e-3)
    assert "second_order_zero" in {note.code for note in fit.notes}


@pytest.mark.slow
def test_a_corrected_error_that_is_below_zero_does_not_exist():
    rng = np.random.default_rng(9)
    for _ in range(100):
        n = rng.integers(1, 4, 3) + np.array([0, 0, 60])
        y = np.concatenate([0.2 * rng.standard_normal() + rng.standard_normal(k) for k in n])
        fit = BUILT_IN["ml"].fit(GroupData.from_arrays(y, np.repeat(np.arange(3), n)), SECOND_ORDER)
        errors = np.ma.masked_invalid(fit.std_error)
        assert (errors.compressed() > 0).all()
        fit.interval(0.95)


@pytest.mark.slow
@given(
    st.lists(st.integers(1, 9), min_size=2, max_size=6).filter(lambda n: max(n) > 1),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=30, deadline=None)
def test_a_batch_says_what_single_fits_say(sizes, seed):
    rng = np.random.default_rng(seed)
    n, groups = np.array(sizes), len(sizes)
    within = np.where(n > 1, rng.chisquare(np.maximum(n - 1, 1), (5, groups)), 0.0)
    batch = GroupBatch(np.arange(groups).astype(str), n, 3.0, rng.standard_normal((5, groups)), within)
    for method in ("reml", "ml"):
        options = BUILT_IN[method].make_options(SECOND_ORDER)
        many = BUILT_IN[method]._fit_many(batch, options)
        for r in range(5):
            one = BUILT_IN[method].fit(batch[r], options)
            np.testing.assert_allclose(many.std_error[r], np.ma.filled(one.std_error, np.nan), rtol=1e-9)
            assert many.df == one.df


@pytest.mark.parametrize("scale", [1e150, 1e-140, -3.0])
def test_they_move_with_scale(scale):
    rng = np.random.default_rng(1)
    group = np.repeat(np.arange(5), [2, 3, 4, 4, 9])
    y = rng.standard_normal(22) + group
    for method in ("reml", "ml"):
        plain = BUILT_IN[method].fit(GroupData.from_arrays(y, group), SECOND_ORDER)
        other = BUILT_IN[method].fit(GroupData.from_arrays(y * scale, group), SECOND_ORDER)
        np.testing.assert_allclose(other.std_error, abs(scale) * plain.std_error, rtol=1e-9)


def test_the_centre_of_published_means_is_not_asked_of_rows():
    with pytest.raises(DataError, match="published"):
        center_error(groups_of("bcg"), "reml")


@pytest.mark.parametrize("large", [10, 2_000, 200_000, 10_000_000])
@pytest.mark.parametrize("apart", [0.0, 1.0])
def test_one_group_that_is_far_larger_than_the_others_costs_no_digits(large, apart):
    """The formulas of the module in 60 digits, at the fitted spreads."""
    sizes = [large, 2, 3, 2, 1]
    means = apart * np.array([0.1, -0.1, 0.6, -0.5, 0.4])
    data = GroupData.from_means(list("abcde"), means, sizes, sd=np.array([1.0, 1, 1, 1, 0]))
    fit = BUILT_IN["reml"].fit(data)
    with mpmath.workdps(60):
        group, error = (mpmath.mpf(parameter(fit, f"sigma_{name}")) ** 2 for name in ("group", "error"))

        def total(a, b):
            return mpmath.fsum(mpmath.mpf(n) ** a / (error + n * group) ** b for n in sizes)

        w, first, cross = total(1, 1), total(2, 2), total(1, 2)
        by_group = first - 2 * total(3, 3) / w + (first / w) ** 2
        both = cross - 2 * total(2, 3) / w + first * cross / w**2
        within = (sum(sizes) - 5) / error**2
        by_error = within + total(0, 2) - 2 * total(1, 3) / w + (cross / w) ** 2
        v = 2 * mpmath.inverse(mpmath.matrix([[by_group, both], [both, by_error]]))
        want = []
        for n in sizes:
            d = error + n * group
            moved = error**2 * v[0, 0] + group**2 * v[1, 1] - 2 * group * error * v[0, 1]
            squares = group * error / d + (error / d) ** 2 / w + 2 * n / d**3 * moved
            want.append(float(mpmath.sqrt(squares)))
    assert relative(fit.std_error, want) < 1e-13
