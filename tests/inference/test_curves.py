"""Curves of covariates: polynomials and natural splines beside answers of dense matrices and of 50 digits."""

from __future__ import annotations

import mpmath
import numpy as np
import pandas as pd
import pytest
from patsy import build_design_matrices, dmatrix

from estimators import DataError, GroupData
from estimators.data.curves import SHAPES, curve_of
from estimators.inference.heritability import heritability
from estimators.methods.regression import fit_regression
from tests.inference.oracles import relative
from tests.oracles import BUILT_IN, parameter


def rows(seed=3, groups=9, offset=40.0):
    """Rows of groups of several sizes whose outcome bends in ``age``."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), rng.integers(4, 12, groups))
    age = offset + 12.0 * rng.standard_normal(groups)[group] + 9.0 * rng.standard_normal(len(group))
    effect = rng.standard_normal(groups)[group]
    y = 3.0 + ((age - offset) / 10.0) ** 2 + effect + rng.standard_normal(len(group))
    return y, group, age


def data_of(shape, **more):
    y, group, age = rows()
    return GroupData.from_arrays(y, group, adjust={"age": age}, curves={"age": shape}, **more)


def another_basis(shape, age):
    """Columns of a plain other basis of the same curves: raw powers, or patsy's natural cubic splines."""
    if shape.startswith("poly"):
        return np.column_stack([(age / 50.0) ** k for k in range(1, int(shape[-1]) + 1)])
    knots = np.quantile(age, SHAPES[shape])
    inner = np.linspace(knots[0], knots[-1], 400)
    asked = {"x": inner, "k": knots[1:-1], "low": knots[0], "high": knots[-1]}
    made = dmatrix("cr(x, knots=k, lower_bound=low, upper_bound=high) - 1", asked)
    at = np.clip(age, knots[0], knots[-1])
    basis = np.asarray(build_design_matrices([made.design_info], {**asked, "x": at})[0])
    step = 1e-4 * (knots[-1] - knots[0])
    for end, inside in ((knots[0], 1.0), (knots[-1], -1.0)):  # on with the slope at the end
        near = end + inside * step * np.arange(4)
        four = np.asarray(build_design_matrices([made.design_info], {**asked, "x": near})[0])
        slope = (-11 * four[0] + 18 * four[1] - 9 * four[2] + 2 * four[3]) / (6 * inside * step)
        beyond = (age < end) if inside > 0 else (age > end)
        basis[beyond] += (age[beyond] - end)[:, None] * slope
    return basis[:, 1:]


@pytest.mark.parametrize("shape", SHAPES)
def test_adjusted_means_are_those_of_least_squares_in_another_basis(shape):
    y, group, age = rows()
    basis, indicators = another_basis(shape, age), np.eye(9)[group]
    design = np.hstack([indicators, basis])
    solution = np.linalg.lstsq(design, y, rcond=None)[0]
    at = np.hstack([np.eye(9), np.tile(basis.mean(axis=0), (9, 1))])
    variance = np.square(y - design @ solution).sum() / (len(y) - design.shape[1])
    covariance = variance * np.linalg.inv(design.T @ design)
    fit = BUILT_IN["ols"].fit(data_of(shape))
    np.testing.assert_allclose(fit.estimate, at @ solution, rtol=1e-8)
    np.testing.assert_allclose(fit.std_error, np.sqrt(((at @ covariance) * at).sum(axis=1)), rtol=1e-7)
    assert fit.df == len(y) - design.shape[1]


@pytest.mark.slow_cases
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_blups_are_those_of_dense_matrices_in_another_basis(shape, method):
    y, group, age = rows()
    basis = another_basis(shape, age)
    data = data_of(shape)
    model, fit = fit_regression(data, method), BUILT_IN[method].fit(data, {"std_error": "prediction"})
    x = np.hstack([np.ones((len(y), 1)), basis])
    a, s = model.sigma_group**2, model.sigma_error**2
    v = s * np.eye(len(y)) + a * (group[:, None] == group)
    solved = np.linalg.inv(v)
    covariance = np.linalg.inv(x.T @ solved @ x)
    beta = covariance @ x.T @ solved @ y
    reach = a * np.eye(9)[group].T @ solved
    estimate = x.mean(axis=0) @ beta + reach @ (y - x @ beta)
    gap = x.mean(axis=0) - reach @ x
    error = a - a * (reach @ np.eye(9)[group]).diagonal() + ((gap @ covariance) * gap).sum(axis=1)
    np.testing.assert_allclose(fit.estimate, estimate, rtol=1e-8)
    np.testing.assert_allclose(np.square(fit.std_error), error, rtol=1e-7)
    left = solved - solved @ x @ covariance @ x.T @ solved if method == "reml" else solved
    residual = solved @ (y - x @ beta)
    for of in (np.eye(len(y)), (group[:, None] == group).astype(float)):  # the score, 0 where it is the best
        assert residual @ of @ residual == pytest.approx(np.trace(left @ of), rel=2e-5)


def test_powers_of_years_are_those_of_50_digits():
    """Powers of 1990 to 2020 are collinear to 14 digits: by their distance from 2005 nothing is lost."""
    rng = np.random.default_rng(8)
    group = np.repeat(np.arange(6), 12)
    year = 1990.0 + rng.integers(0, 31, len(group))
    y = 1e-3 * (year - 2004.0) ** 3 + rng.standard_normal(6)[group] + rng.standard_normal(len(group))
    data = GroupData.from_arrays(y, group, adjust={"year": year}, curves={"year": "poly4"})
    fit = BUILT_IN["ols"].fit(data)
    [center] = data.covariates.curves["year"].places
    assert [c.term for c in fit.coefficients][:2] == [f"year - {center:.0f}", f"(year - {center:.0f})^2"]
    with mpmath.workdps(50):
        powers = [[mpmath.mpf(v) ** k for k in range(1, 5)] for v in year]
        x = mpmath.matrix([[*map(float, group[i] == np.arange(6)), *line] for i, line in enumerate(powers)])
        inverse = (x.T * x) ** -1
        b = inverse * (x.T * mpmath.matrix(y))
        left = mpmath.matrix(y) - x * b
        s = (left.T * left)[0] / (len(y) - 10)
        mean = [sum(line[k] for line in powers) / len(y) for k in range(4)]
        estimate, error = [], []
        for j in range(6):
            at = mpmath.matrix([*map(float, j == np.arange(6)), *mean])
            estimate.append(float((at.T * b)[0]))
            error.append(float(mpmath.sqrt(s * (at.T * inverse * at)[0])))
        slope = sum(k * b[5 + k] * mpmath.mpf(center) ** (k - 1) for k in range(1, 5))
    assert relative(fit.estimate, estimate) < 1e-12
    assert relative(fit.std_error, error) < 1e-12
    assert relative([fit.coefficients[0].estimate, fit.coefficients[-1].estimate], [slope, b[9]]) < 1e-10


def test_a_spline_is_that_of_50_digits():
    y, group, age = rows(offset=1e6)  # far from 0, beside which knots lie close
    data = GroupData.from_arrays(y, group, adjust={"age": age}, curves={"age": "spline4"})
    knots = data.covariates.curves["age"].places
    np.testing.assert_allclose(knots, np.quantile(age, SHAPES["spline4"]), rtol=1e-15)
    with mpmath.workdps(50):
        t = [mpmath.mpf(knot) for knot in knots]

        def bend(v, j):
            cube = [max(mpmath.mpf(v) - knot, 0) ** 3 for knot in t]
            first, second = (t[3] - t[j]) / (t[3] - t[2]), (t[2] - t[j]) / (t[3] - t[2])
            return (cube[j] - cube[2] * first + cube[3] * second) / (t[3] - t[0]) ** 2

        x = mpmath.matrix([[*map(float, g == np.arange(9)), v, bend(v, 0), bend(v, 1)]
                           for g, v in zip(group, age, strict=True)])  # fmt: skip
        b = (x.T * x) ** -1 * (x.T * mpmath.matrix(y))
        mean = [sum(x[i, k] for i in range(len(y))) / len(y) for k in range(9, 12)]
        estimate = [float(b[j] + sum(b[9 + k] * mean[k] for k in range(3))) for j in range(9)]
    fit = BUILT_IN["ols"].fit(data)
    assert relative(fit.estimate, estimate) < 1e-10
    assert relative([c.estimate for c in fit.coefficients], [float(b[9 + k]) for k in range(3)]) < 1e-8


def test_terms_are_named_by_what_they_are():
    assert data_of("poly3").covariates.terms == ("age - 38", "(age - 38)^2", "(age - 38)^3")
    assert data_of("spline3").covariates.terms == ("age", "age bend at 20.6")
    frame = pd.DataFrame(dict(zip(("y", "g", "age"), rows(), strict=True)))
    data = GroupData.from_frame(frame, outcome="y", group="g", adjust=["age"], curves={"age": "poly3"})
    assert data.covariates.columns(of_group=False) == ["age"]
    np.testing.assert_array_equal(data.covariates.within, data_of("poly3").covariates.within)
    assert heritability(data).plot > 0


def test_a_frequency_is_that_of_the_repeated_rows_for_knots_and_centres():
    y, group, age = rows()
    times = np.random.default_rng(2).integers(1, 4, len(y))
    for shape in ("poly2", "spline5"):
        long_y, long_group, long_age = (np.repeat(values, times) for values in (y, group, age))
        whole = GroupData.from_arrays(long_y, long_group, adjust={"age": long_age}, curves={"age": shape})
        counted = data_of(shape, weights=times, weight_kind="frequency")
        assert counted.covariates.terms == whole.covariates.terms
        np.testing.assert_allclose(
            counted.covariates.curves["age"].places, whole.covariates.curves["age"].places, rtol=1e-14
        )
        np.testing.assert_allclose(
            BUILT_IN["reml"].fit(counted).estimate, BUILT_IN["reml"].fit(whole).estimate, rtol=1e-10
        )


def test_published_estimates_may_be_explained_by_a_curve():
    y, _, age = rows()
    x, labels = age[:20], [f"g{k:02}" for k in range(20)]
    error = np.linspace(0.5, 1.0, 20)
    data = GroupData.from_estimates(labels, y[:20], error).explained_by(
        labels, {"age": x}, curves={"age": "poly2"}
    )
    fit = BUILT_IN["reml"].fit(data)
    weight = 1.0 / (parameter(fit, "sigma_group") ** 2 + np.square(error))
    root = np.sqrt(weight)[:, None]
    design = np.column_stack([np.ones(20), x / 50, (x / 50) ** 2])
    expected = design @ np.linalg.lstsq(root * design, root[:, 0] * y[:20], rcond=None)[0]
    np.testing.assert_allclose(fit.center, expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("age", "more", "said"),
    [
        ([1, 2] * 6, {}, "has 2 different numbers, and poly2 takes 3 at least: let it be a straight line"),
        ([1, 2] * 6, {"curves": {"age": "spline3"}}, "and spline3 takes 3 at least"),
        ([1] * 10 + [2, 3], {"curves": {"age": "spline3"}}, "occurs so often that 3 knots do not lie apart"),
        (["a", "b", "c"] * 4, {}, "'age' is categorical, and a curve is for numbers"),
        (range(12), {"categorical": ["age"]}, "'age' is categorical, and a curve is for numbers"),
        (
            range(12),
            {"curves": {"age": "poly9"}},
            "shapes are poly2, poly3, poly4, spline3, spline4, spline5",
        ),
        (range(12), {"curves": {"sex": "poly2"}}, "'sex' is to be a curve, but is none of the covariates"),
        (np.arange(12) * 1e100, {"curves": {"age": "poly4"}}, "squares, or powers in a curve, do not fit"),
    ],
)
def test_curves_that_cannot_be_are_refused_in_a_sentence(age, more, said):
    given = {"curves": {"age": "poly2"}, **more}
    with pytest.raises(DataError, match=said):
        GroupData.from_arrays(np.arange(12.0), list("aabbccddeeff"), adjust={"age": list(age)}, **given)


def test_two_shapes_for_one_covariate_are_refused():
    frame = pd.DataFrame(dict(zip(("y", "g", "age"), rows(), strict=True)))
    asked = {"outcome": "y", "group": "g", "adjust": ["age"]}
    with pytest.raises(DataError, match="'age' is to be a curve of two shapes, poly2 and poly3: choose one"):
        GroupData.from_frame(frame, **asked, curves=[("age", "poly2"), ("age", "poly3")])


def test_two_terms_of_one_name_are_refused():
    x = np.arange(-6.0, 6.5)
    adjust = {"age": x[x != 0], "age^2": np.arange(12.0)}
    with pytest.raises(DataError, match=r"two terms of the covariates are called 'age\^2'"):
        GroupData.from_arrays(np.arange(12.0), list("aabbccddeeff"), adjust=adjust, curves={"age": "poly2"})


def test_a_number_past_the_last_knot_goes_on_as_a_straight_line():
    values = np.concatenate([np.arange(100.0), [1e9, 2e9, 3e9]])
    curve = curve_of("x", "spline5", values)
    for part in curve.parts("x", 0.0, 3e9)[1:]:
        low, middle, high = part.values(values[-3:])
        assert high - middle == pytest.approx(middle - low, rel=1e-14)
        assert (high - middle) / 1e9 == pytest.approx(part.steepest, rel=1e-12)


@pytest.mark.slow_cases
@pytest.mark.parametrize("shape", SHAPES)
def test_a_curve_that_explains_groups_is_the_same_from_rows_and_from_their_summaries(shape):
    """Groups of very unequal sizes: knots and centres stand among groups, whichever way these came."""
    random = np.random.default_rng(5)
    sizes = np.array([200, *random.integers(3, 8, 12)])
    place, beds = np.repeat(np.arange(13), sizes), random.uniform(10.0, 90.0, 13)
    labels = np.array(list("abcdefghijklm"))
    group = labels[place]
    y = np.sqrt(beds)[place] + random.standard_normal(13)[place] + random.standard_normal(len(place))
    explained = {"explained_by": {"beds": beds[place]}, "curves": {"beds": shape}}
    whole = GroupData.from_arrays(y, group, **explained)
    times = random.integers(1, 4, len(y))
    counted = GroupData.from_arrays(y, group, weights=times, weight_kind="frequency", **explained)
    mean = [y[group == label].mean() for label in labels]
    sd = [y[group == label].std(ddof=1) for label in labels]
    data = GroupData.from_means(labels, mean, sizes, sd=sd).explained_by(
        labels, {"beds": beds}, curves={"beds": shape}
    )
    curves = [given.covariates.curves["beds"] for given in (whole, counted, data)]
    assert curves[0] == curves[1] == curves[2]
    if curves[0].is_spline:
        np.testing.assert_allclose(curves[0].places, np.quantile(beds, SHAPES[shape]), rtol=1e-14)
    for method in ("reml", "ml", "james_stein"):
        ours, theirs = (BUILT_IN[method].fit(given) for given in (whole, data))
        assert relative(ours.estimate, theirs.estimate) < 1e-12
        assert relative(ours.center, theirs.center) < 1e-12
        if ours.std_error is not None:
            assert relative(ours.std_error, theirs.std_error) < 1e-9


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ([-0.004, -0.004, *np.linspace(1.0, 90.0, 9)], "x bend at 0"),
        (np.linspace(-3e-70, 2e-70, 11), "x bend at -2.5e-70"),
        (np.linspace(1e70, 6e70, 11), "x bend at 1.5e+70"),
        (np.linspace(123456.0, 123457.0, 11), "x bend at 123456.1"),
        (np.linspace(0.0, 46000.0, 11), "x bend at 4600"),
    ],
)
def test_names_of_terms_are_short_at_any_scale(values, name):
    curve = curve_of("x", "spline3", np.asarray(values))
    assert [part.name for part in curve.parts("x", min(values), max(values))] == ["x", name]
