"""Weights of rows: precision, frequency and survey, and the columns beside an outcome that are refused."""

from __future__ import annotations

import re

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from estimators import DataError, GroupData, compare, exact_intervals, spread_tests
from tests.oracles import BUILT_IN, parameter

RNG = np.random.default_rng(4)
GROUP = np.repeat(np.arange(7), [1, 2, 3, 4, 5, 6, 9])
Y = RNG.normal(3, 2, len(GROUP)) + GROUP
X = RNG.normal(0, 1, len(GROUP))
TIMES = RNG.integers(1, 5, len(GROUP))


def test_frequency_weights_are_the_repeated_rows():
    adjust = {"x": X}
    weighted = GroupData.from_arrays(Y, GROUP, adjust=adjust, weights=TIMES, weight_kind="frequency")
    repeated = GroupData.from_arrays(
        np.repeat(Y, TIMES), np.repeat(GROUP, TIMES), adjust={"x": np.repeat(X, TIMES)}
    )
    assert weighted.rows_read == repeated.rows_read
    assert weighted.carries == repeated.carries
    for name in ("reml", "ml", "ols"):
        one, other = (BUILT_IN[name].fit(data) for data in (weighted, repeated))
        np.testing.assert_allclose(one.estimate, other.estimate, rtol=1e-12)
        np.testing.assert_allclose(one.std_error, other.std_error, rtol=1e-12)
        assert one.df == other.df
    plain = GroupData.from_arrays(Y, GROUP, weights=TIMES, weight_kind="frequency")
    again = GroupData.from_arrays(np.repeat(Y, TIMES), np.repeat(GROUP, TIMES))
    for one, other in zip(
        compare(plain, BUILT_IN).succeeded, compare(again, BUILT_IN).succeeded, strict=True
    ):
        np.testing.assert_allclose(one.fit.estimate, other.fit.estimate, rtol=1e-12)
    np.testing.assert_array_equal(plain.rows.outcome, again.rows.outcome)


def test_equal_weights_of_precision_change_the_error_spread_only():
    plain, weighted = (
        GroupData.from_arrays(Y, GROUP),
        GroupData.from_arrays(Y, GROUP, weights=np.full(len(Y), 4.0)),
    )
    for name in ("reml", "ml", "ols", "james_stein", "grand_mean"):
        one, other = (BUILT_IN[name].fit(data) for data in (plain, weighted))
        np.testing.assert_allclose(other.estimate, one.estimate, rtol=1e-12)
        if one.std_error is not None:
            np.testing.assert_allclose(other.std_error, one.std_error, rtol=1e-10)
    reml, heavy = (BUILT_IN["reml"].fit(data) for data in (plain, weighted))
    assert parameter(heavy, "sigma_error") == pytest.approx(2 * parameter(reml, "sigma_error"), rel=1e-12)
    assert parameter(heavy, "criterion") == pytest.approx(parameter(reml, "criterion"), rel=1e-12)
    ratio, other = (exact_intervals(data)["ratio"] for data in (plain, weighted))
    assert [4 * other.low, 4 * other.high] == pytest.approx([ratio.low, ratio.high], rel=1e-10)
    assert spread_tests(weighted, "reml").f.p == pytest.approx(spread_tests(plain, "reml").f.p, rel=1e-10)


def test_survey_weights_give_own_means_with_errors_by_linearisation_and_no_blup():
    data = GroupData.from_arrays(Y, GROUP, weights=TIMES, weight_kind="survey")
    fit = BUILT_IN["ols"].fit(data)
    y, w = Y[GROUP == 6], TIMES[GROUP == 6]
    mean = np.average(y, weights=w)
    assert fit.estimate[6] == pytest.approx(mean, rel=1e-13)
    error = np.sqrt(9 / 8 * np.square(w * (y - mean)).sum()) / w.sum()
    assert fit.std_error[6] == pytest.approx(error, rel=1e-12)
    assert fit.df.tolist() == [None, 1, 2, 3, 4, 5, 8]
    assert fit.std_error.mask.tolist() == [True, *[False] * 6]
    assert "no_spread_in_survey" in {note.code for note in fit.notes}
    with pytest.raises(DataError, match="does not handle survey weights of the rows"):
        BUILT_IN["reml"].fit(data)
    with pytest.raises(DataError, match="survey weights say how many"):
        data.scaled()


def test_survey_rows_that_are_all_equal_have_no_standard_error():
    data = GroupData.from_arrays(
        [2.0, 2, 2, 1, 3, 5], list("aaabbc"), weights=[1, 2, 1, 1, 2, 1], weight_kind="survey"
    )
    fit = BUILT_IN["ols"].fit(data)
    assert fit.std_error.tolist() == [None, pytest.approx(np.sqrt(2 * (16 / 9 + 16 / 9)) / 3), None]
    assert fit.df.tolist() == [None, 1, None]
    assert "all equal" in fit.notes[0].text


def test_rows_without_a_covariate_or_a_weight_are_left_out_under_causes_of_their_own():
    weights = TIMES.astype(float)
    weights[[0, 5]], weights[7] = np.nan, 0.0
    x, sex = X.copy(), np.where(X > 0, "f", "m").astype(object)
    x[5], x[9], sex[11] = np.nan, np.inf, None
    y = Y.copy()
    y[3] = np.nan
    data = GroupData.from_arrays(y, GROUP, adjust={"x": x, "sex": sex}, weights=weights)
    assert data.dropped.by_cause == {
        "missing_outcome": 1, "missing_group": 0, "not_a_number": 0, "not_finite": 0,
        "missing_covariate": 3, "missing_weight": 1, "zero_weight": 1,
    }  # fmt: skip
    assert data.rows_read == data.total + data.dropped.total == len(Y)
    assert data.unused_labels == ("0",)
    keep = np.setdiff1d(np.arange(len(Y)), [0, 3, 5, 7, 9, 11])
    rest = GroupData.from_arrays(
        Y[keep], GROUP[keep], adjust={"x": X[keep], "sex": sex[keep]}, weights=weights[keep]
    )
    np.testing.assert_array_equal(BUILT_IN["reml"].fit(data).estimate, BUILT_IN["reml"].fit(rest).estimate)
    lines = {cause.cause: [example.line for example in cause.examples] for cause in data.left_out}
    assert lines["missing_covariate"] == [6, 10, 12]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"weights": -TIMES}, "weights are not negative, and one is -4"),
        ({"weights": TIMES[1:]}, "29 weights for 30 rows: give one for each"),
        (
            {"weights": TIMES + 0.5, "weight_kind": "frequency"},
            "is no whole number: choose precision or survey",
        ),
        (
            {"adjust": {"x": X}, "weights": np.where(TIMES > 1, 1e15, 1.0)},
            "beside covariates weights lie within a factor of 1e.14, and these run from 1 to 1e.15",
        ),
        ({"adjust": {"(Intercept)": X}}, "two terms of the covariates are called '.Intercept.'"),
        ({"weights": TIMES, "weight_kind": "size"}, "weights are of the kind precision, frequency, survey"),
        ({"weights": np.zeros(30)}, "none of the 30 rows can be used.*30 of weight 0"),
        (
            {"adjust": {"x": X}, "explained_by": {"x": X}},
            "'x' is both adjusted for and to explain the groups",
        ),
        (
            {"explained_by": {"x": X}},
            "'x' differs between rows of the group '1', so it cannot explain the groups",
        ),
        ({"adjust": {"x": X[1:]}}, "29 values of 'x' for 30 rows"),
        ({"categorical": ["z"]}, "'z' is to be categorical, but is none of the covariates"),
        (
            {"adjust": {"x": X}, "weights": TIMES, "weight_kind": "survey"},
            "survey weights and covariates together",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(given, said):
    with pytest.raises(DataError, match=said):
        GroupData.from_arrays(Y, GROUP, **given)


def test_levels_come_in_sorted_order_and_numbers_may_be_codes():
    code = np.array([10, 9, 2])[np.arange(len(Y)) % 3]
    data = GroupData.from_arrays(Y, GROUP, adjust={"block": code}, categorical=["block"])
    assert data.covariates.terms == ("block=9", "block=10")
    assert data.covariates.references == {"block": "2"}
    text = GroupData.from_arrays(Y, GROUP, adjust={"block": [f"b{c}" for c in code]})
    assert text.covariates.terms == ("block=b2", "block=b9")
    first, second = (BUILT_IN["reml"].fit(d) for d in (data, text))
    np.testing.assert_allclose(second.estimate, first.estimate, rtol=1e-11)


@pytest.mark.parametrize("name", ["james_stein", "grand_mean"])
def test_what_a_method_does_not_take_is_said(name):
    data = GroupData.from_arrays(Y, GROUP, adjust={"x": X})
    with pytest.raises(DataError, match="does not handle covariates of the rows, which these data have"):
        BUILT_IN[name].fit(data)


def as_library(library, columns):
    if library == "pandas":
        return pd.DataFrame(columns)
    if library == "polars":
        return pl.DataFrame({name: list(values) for name, values in columns.items()}, strict=False)
    if library == "polars lazy":
        return pl.LazyFrame({name: list(values) for name, values in columns.items()}, strict=False)
    table = pa.table({name: list(values) for name, values in columns.items()})
    return duckdb.from_arrow(table) if library == "duckdb" else table


@pytest.mark.slow_cases
@pytest.mark.parametrize("library", ["pandas", "polars", "polars lazy", "pyarrow", "duckdb"])
def test_a_frame_of_any_library_gives_its_columns_by_name(library):
    sex = np.array(["f", "m", None, "m", "f"], dtype=object)[np.arange(len(Y)) % 5]
    age = np.array([10, 20, 30, 10, 20])[np.arange(len(Y)) % 5]
    columns = {"y": Y, "g": GROUP, "x": X, "sex": sex, "age": age, "w": TIMES, "size": np.sqrt(GROUP)}
    data = GroupData.from_frame(
        as_library(library, columns), outcome="y", group="g", adjust=["x", "sex", "age"],
        explained_by=["size"], categorical=["age"], weights="w",
    )  # fmt: skip
    plain = GroupData.from_arrays(
        Y, GROUP, adjust={"x": X, "sex": sex, "age": age}, explained_by={"size": np.sqrt(GROUP)},
        categorical=["age"], weights=TIMES,
    )  # fmt: skip
    assert data.covariates.terms == ("x", "sex=m", "age=20", "size")
    assert data.dropped.missing_covariate == 6
    fits = [BUILT_IN["reml"].fit(one) for one in (plain, data)]
    np.testing.assert_allclose(fits[1].estimate, fits[0].estimate, rtol=1e-12)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"adjust": ["z"]}, "there is no column 'z' for the covariate; the columns are 'y', 'g', 'x'"),
        ({"adjust": ["y"]}, "'y' is the outcome and a covariate: choose one"),
        ({"weights": "g"}, "'g' is the group and a weight: choose one"),
        ({"adjust": ["day"]}, "the covariate 'day' holds .* values: give numbers or text"),
    ],
)
def test_columns_of_a_frame_that_do_not_fit_are_refused(given, said):
    frame = pd.DataFrame({"y": Y, "g": GROUP, "x": X, "day": pd.date_range("2026-01-01", periods=len(Y))})
    for one in (frame, pl.from_pandas(frame)):
        with pytest.raises(DataError, match=said):
            GroupData.from_frame(one, outcome="y", group="g", **given)


@pytest.mark.parametrize("given", [{"weights": TIMES}, {"adjust": {"x": X}}, {"explained_by": {"x": GROUP}}])
def test_no_script_leaves_out_covariates_or_weights(given):
    data = GroupData.from_arrays(Y, GROUP, **given)
    for estimator in BUILT_IN.values():
        options = estimator.make_options()
        takes = {"weights": r"\bw\b", "adjust": r"\bx\b", "explained_by": r"\bexplains\b"}[next(iter(given))]
        for code in (estimator.r_code(data, options), estimator.python_code(data, options)):
            fixed = estimator.id == "ols" and "explained_by" in given  # fixed groups have nothing to explain
            assert code is None or fixed or re.search(takes, code), estimator.id
