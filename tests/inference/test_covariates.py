"""Rows with covariates and weights, and groups that covariates explain: the engine and what it is made of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimators import DataError, GroupData
from estimators.methods.regression import fit_regression
from tests.inference.oracles import answers, names_of, places, relative
from tests.oracles import BUILT_IN, parameter, read_columns

PREDICTION = {"std_error": "prediction"}


def columns_of(name):
    return read_columns("inference", "data", f"{name}.csv")


def adjusted(name, expected):
    """The groups of a set whose terms are adjusted for."""
    columns = columns_of(name)
    names = dict.fromkeys(term.split("=")[0] for term in expected["terms"][1:])
    weights = None if expected["weights"] is None else columns[expected["weights"]]
    adjust = {column: columns[column] for column in names}
    return GroupData.from_arrays(columns["y"], columns["group"], adjust=adjust, weights=weights)


@pytest.mark.parametrize("name", names_of("F"))
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_blups_with_covariates_are_those_of_50_digits(name, method):
    expected = answers("F", name)
    data, answer = adjusted(name, expected), expected[method.upper()]
    order = places(data, expected)
    fit = BUILT_IN[method].fit(data, PREDICTION)
    conditional = BUILT_IN[method].fit(data, {"std_error": "conditional"})
    for key in ("sigma_group", "sigma_error", "icc", "criterion", "log_likelihood"):
        assert relative(parameter(fit, key), answer[key]) < 1e-13
    for got, key in (
        (fit.estimate, "adjusted_mean_at_x_bar"),
        (fit.std_error, "adjusted_mean_prediction_se"),
        (np.square(conditional.std_error), "cond_var_b"),
        (fit.weight, "weight"),
    ):
        assert relative(got, np.array(answer[key])[order]) < 1e-13
    if data.covariates is None:
        assert relative([parameter(fit, "mu")], answer["beta"]) < 1e-13
        return
    assert [c.term for c in fit.coefficients] == expected["terms"]
    assert relative([c.estimate for c in fit.coefficients], answer["beta"]) < 1e-13
    assert relative([c.std_error for c in fit.coefficients], answer["se_beta"]) < 1e-13


@pytest.mark.parametrize("name", [n for n in names_of("F") if "fixed_groups" in answers("F", n)])
def test_adjusted_level_means_are_those_of_least_squares(name):
    expected = answers("F", name)
    data, answer = adjusted(name, expected), expected["fixed_groups"]
    order, fit = places(data, expected), BUILT_IN["ols"].fit(data)
    assert relative(fit.estimate, np.array(answer["adjusted_mean_at_x_bar"])[order]) < 1e-13
    assert relative(fit.std_error, np.array(answer["se"])[order]) < 1e-13
    assert relative([c.estimate for c in fit.coefficients], answer["slopes"]) < 1e-12
    assert relative([c.std_error for c in fit.coefficients], answer["se_slopes"]) < 1e-13
    assert [fit.df, parameter(fit, "sigma_error")] == pytest.approx(
        [answer["df"], answer["sigma"]], rel=1e-13
    )


@pytest.mark.parametrize("name", names_of("G"))
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_published_means_that_covariates_explain_are_those_of_50_digits(name, method):
    expected, columns = answers("G", name), columns_of(name)
    names = dict.fromkeys(term.split("=")[0] for term in expected["terms"][1:])
    numbers = ([float(v) for v in columns[key]] for key in ("y", "se"))
    explained = {column: columns[column] for column in names}
    data = GroupData.from_estimates(columns["group"], *numbers).explained_by(columns["group"], explained)
    answer, order = expected[method.upper()], places(data, expected)
    first, second = (BUILT_IN[method].fit(data, options) for options in (PREDICTION, None))
    assert relative(parameter(first, "sigma_group"), answer["tau"]) < 1e-13
    assert relative(parameter(first, "criterion"), answer["criterion"]) < 1e-13
    for got, key in (
        (first.estimate, "eblup"),
        (first.center, "synthetic"),
        (first.weight, "weight"),
        (first.std_error, "first_order_se"),
        (np.square(second.std_error), "mse"),
    ):
        assert relative(got, np.array(answer[key])[order]) < 2e-13
    assert [c.term for c in first.coefficients] == expected["terms"]
    assert relative([c.estimate for c in first.coefficients], answer["beta"]) < 1e-13
    assert relative([c.std_error for c in first.coefficients], answer["se_beta"]) < 1e-13
    assert second.df is None


def drawn(seed, groups=9, terms=2, spread=1.0):
    """Rows of groups of several sizes with covariates, one of them nearly a group's own, and weights."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), rng.integers(1, 7, groups) + (np.arange(groups) < 3))
    x = rng.standard_normal((len(group), terms)) + 2.0 * rng.standard_normal((groups, terms))[group]
    effect = spread * rng.standard_normal(groups)
    y = 5.0 + x.sum(axis=1) + effect[group] + rng.standard_normal(len(group))
    return y, group, {f"x{k}": x[:, k] for k in range(terms)}, rng.uniform(0.2, 3.0, len(group))


def dense(y, group, adjust, weights, method, ratio):
    """V / sigma_error^2, X and the criterion's parts with matrices of all rows."""
    x = np.column_stack([np.ones(len(y)), *adjust.values()])
    same = (group[:, None] == group).astype(float)
    v = np.diag(1.0 / weights) + ratio * same
    inverse = np.linalg.inv(v)
    cov = np.linalg.inv(x.T @ inverse @ x)
    beta = cov @ x.T @ inverse @ y
    left = (y - x @ beta) @ inverse @ (y - x @ beta)
    m = len(y) - x.shape[1] if method == "reml" else len(y)
    value = m * (1 + np.log(2 * np.pi * left / m)) + np.linalg.slogdet(v)[1]
    if method == "reml":
        value -= np.linalg.slogdet(cov)[1]
    return x, same, inverse, cov, left / m, value


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_lowest_point_of_the_criterion_by_dense_matrices(method, seed):
    y, group, adjust, weights = drawn(seed)
    data = GroupData.from_arrays(y, group, adjust=adjust, weights=weights)
    model = fit_regression(data, method)
    best = dense(y, group, adjust, weights, method, model.ratio)
    assert model.criterion == pytest.approx(best[-1], rel=1e-12)
    assert model.sigma_error**2 == pytest.approx(best[-2], rel=1e-10)
    for ratio in np.concatenate([[0.0], np.geomspace(1e-4, 1e4, 60)]):
        assert dense(y, group, adjust, weights, method, ratio)[-1] >= best[-1] - 1e-9


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_second_order_errors_are_those_of_dense_matrices(method):
    y, group, adjust, weights = drawn(5)
    data = GroupData.from_arrays(y, group, adjust=adjust, weights=weights)
    model = fit_regression(data, method)
    x, same, inverse, cov, error, _ = dense(y, group, adjust, weights, method, model.ratio)
    a, s, inverse, cov = model.ratio * error, error, inverse / error, cov * error
    by_group, by_error = same, np.diag(1.0 / weights)
    left = inverse - inverse @ x @ cov @ x.T @ inverse if method == "reml" else inverse
    info = 0.5 * np.array(
        [[np.trace(left @ p @ left @ q) for q in (by_group, by_error)] for p in (by_group, by_error)]
    )
    v = np.linalg.inv(info)
    fit = BUILT_IN[method].fit(data)
    assert fit.df == data.df_within - 2
    for j in range(len(data)):
        here = (group == j).astype(float)
        w = weights[group == j].sum()
        b = a * here @ inverse
        at = x.mean(axis=0) - b @ x
        g1, g2 = a - a * a * here @ inverse @ here, at @ cov @ at
        big = s + w * a
        g3 = w / big**3 * (s * s * v[0, 0] + a * a * v[1, 1] - 2 * a * s * v[0, 1])
        bias = 0.0
        if method == "ml":
            trace = [np.trace(cov @ x.T @ inverse @ p @ inverse @ x) for p in (by_group, by_error)]
            bias = (-0.5 * v @ trace) @ np.array([(s / big) ** 2, w * a * a / big**2])
        assert fit.std_error[j] ** 2 == pytest.approx(g1 + g2 + 2 * g3 - bias, rel=1e-9)


@pytest.mark.slow
@given(st.integers(0, 10_000), st.floats(-1e6, 1e6), st.sampled_from([1e-6, 0.1, -3.0, 1e5]))
@settings(max_examples=25, deadline=None)
def test_another_origin_and_unit_of_a_covariate_change_its_coefficient_only(seed, shift, scale):
    y, group, adjust, weights = drawn(seed)
    moved = {**adjust, "x0": adjust["x0"] * scale + shift * abs(scale)}
    for method in ("reml", "ols"):
        first, second = (
            BUILT_IN[method].fit(GroupData.from_arrays(y, group, adjust=given, weights=weights))
            for given in (adjust, moved)
        )
        np.testing.assert_allclose(second.estimate, first.estimate, rtol=1e-7, atol=1e-7)
        np.testing.assert_allclose(second.std_error, first.std_error, rtol=1e-7)
        slopes = [{c.term: c for c in fit.coefficients}["x0"] for fit in (first, second)]
        assert slopes[1].estimate * scale == pytest.approx(slopes[0].estimate, rel=1e-6, abs=1e-7)


@pytest.mark.slow
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_order_of_rows_does_not_count(seed, random):
    y, group, adjust, weights = drawn(seed, spread=2.0)
    order = np.array(random.sample(range(len(y)), len(y)))
    fits = [
        BUILT_IN["reml"].fit(
            GroupData.from_arrays(
                y[some], group[some], adjust={n: v[some] for n, v in adjust.items()}, weights=weights[some]
            )
        )
        for some in (slice(None), order)
    ]
    np.testing.assert_allclose(fits[1].estimate, fits[0].estimate, rtol=1e-10)
    np.testing.assert_allclose(fits[1].std_error, fits[0].std_error, rtol=1e-9)


@pytest.mark.parametrize("method", ["reml", "ml", "ols"])
def test_a_covariate_that_is_constant_or_a_sum_of_others_is_left_out_and_named(method):
    y, group, adjust, _ = drawn(11)
    more = {"one": np.full(len(y), 7.1), **adjust, "sum": 0.3 + 1.1 * adjust["x0"] - adjust["x1"]}
    fits = [BUILT_IN[method].fit(GroupData.from_arrays(y, group, adjust=given)) for given in (adjust, more)]
    [note] = [n for n in fits[1].notes if n.code == "not_estimable"]
    assert note.text.startswith("one, sum ")
    np.testing.assert_allclose(fits[1].estimate, fits[0].estimate, rtol=1e-11)
    np.testing.assert_allclose(fits[1].std_error, fits[0].std_error, rtol=1e-11)
    assert [c.term for c in fits[1].coefficients] == [c.term for c in fits[0].coefficients]


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_with_nothing_to_estimate_beside_the_mean_it_is_the_plain_fit(method):
    y, group, _, weights = drawn(12)
    one = {"one": np.full(len(y), 3.0)}
    plain, same = (
        BUILT_IN[method].fit(GroupData.from_arrays(y, group, adjust=given, weights=weights))
        for given in (None, one)
    )
    np.testing.assert_allclose(same.estimate, plain.estimate, rtol=1e-13)
    np.testing.assert_allclose(same.std_error, plain.std_error, rtol=1e-12)
    for name, found in plain.parameters.items():
        assert parameter(same, name) == pytest.approx(found.value, rel=1e-12)


def test_nearly_collinear_covariates_keep_their_digits():
    """Against exact rational arithmetic of the stored doubles."""
    from fractions import Fraction

    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(4), 5)
    x = rng.standard_normal(20).round(3)
    near = x + 1e-5 * rng.integers(-9, 10, 20)
    y = (group + 2 * x + rng.standard_normal(20)).round(3)
    fit = BUILT_IN["ols"].fit(GroupData.from_arrays(y, group, adjust={"x": x, "near": near}))
    within = [
        [
            Fraction(float(v)) - sum(Fraction(float(u)) for u in col[group == g]) / 5
            for v, g in zip(col, group, strict=True)
        ]
        for col in (x, near, y)
    ]
    a, b, c, d, e = (
        sum(p * q for p, q in zip(within[i], within[j], strict=True))
        for i, j in ((0, 0), (0, 1), (1, 1), (0, 2), (1, 2))
    )
    det = a * c - b * b
    want = [float((c * d - b * e) / det), float((a * e - b * d) / det)]
    assert relative([k.estimate for k in fit.coefficients], want) < 1e-9


def test_a_covariate_of_the_groups_cannot_adjust_fixed_groups_and_that_is_said():
    expected = answers("F", "orthodont")
    fit = BUILT_IN["ols"].fit(adjusted("orthodont", expected))
    assert [c.term for c in fit.coefficients] == ["age"]
    assert [n.text for n in fit.notes if n.code == "not_estimable"] == [
        "Sex=Male cannot be told from the groups themselves or from the covariates before: level means are "
        "not adjusted for it."
    ]


def test_groups_that_a_covariate_explains_have_centres_of_their_own():
    columns = columns_of("orthodont")
    data = GroupData.from_arrays(
        columns["y"], columns["group"], adjust={"age": columns["age"]}, explained_by={"Sex": columns["Sex"]}
    )
    both = GroupData.from_arrays(
        columns["y"], columns["group"], adjust={k: columns[k] for k in ("age", "Sex")}
    )
    own, common = (BUILT_IN["reml"].fit(some) for some in (data, both))
    male = np.array([label.startswith("M") for label in data.labels])
    assert len(set(own.center[male].round(12))) == len(set(own.center[~male].round(12))) == 1
    slope = {c.term: c.estimate for c in own.coefficients}["Sex=Male"]
    assert own.center[male][0] - own.center[~male][0] == pytest.approx(slope, rel=1e-12)
    assert own.estimate - own.center == pytest.approx(common.estimate - common.center, rel=1e-10)
    assert parameter(own, "mu") is None
    levels = BUILT_IN["ols"].fit(data)
    assert [c.term for c in levels.coefficients] == ["age"]


def test_james_stein_towards_a_plane_without_slope_is_james_stein():
    rng = np.random.default_rng(8)
    y, se = rng.normal(0, 3, 12), rng.uniform(0.5, 2, 12)
    plain = GroupData.from_estimates(range(12), y, se)
    data = plain.explained_by(range(12), {"x": rng.standard_normal(12)})
    fit = BUILT_IN["james_stein"].fit(data)
    x = data.covariates.mean[:, 0] * data.covariates.unit[0] + data.covariates.origin[0]
    v = data.known_variance
    design = np.column_stack([np.ones(12), x])
    beta = np.linalg.solve(design.T @ (design / v[:, None]), design.T @ (data.mean / v))
    plane = design @ beta
    c = 1 - (12 - 2 - 2) / (np.square(data.mean - plane) / v).sum()
    np.testing.assert_allclose(fit.estimate, plane + c * (data.mean - plane), rtol=1e-12)
    np.testing.assert_allclose(fit.center, plane, rtol=1e-12)
    first, second = (
        BUILT_IN["james_stein"].fit(some).estimate
        for some in (plain, plain.explained_by(range(12), {"x": np.ones(12)}))
    )
    np.testing.assert_allclose(second, first, rtol=1e-12)


def test_published_means_with_sd_are_explained_as_their_rows_are():
    y, group, _, _ = drawn(13)
    sizes = np.log(np.bincount(group))
    rows = GroupData.from_arrays(y, group, explained_by={"size": sizes[group]})
    labels, n = np.unique(group, return_counts=True)
    parts = [y[group == g] for g in labels]
    sd = [part.std(ddof=1) if len(part) > 1 else np.nan for part in parts]
    means = GroupData.from_means(labels, [part.mean() for part in parts], n, sd=sd)
    means = means.explained_by(labels[::-1], {"size": sizes[::-1]})
    for method in ("reml", "ml", "james_stein"):
        one, other = (BUILT_IN[method].fit(data) for data in (rows, means))
        np.testing.assert_allclose(other.estimate, one.estimate, rtol=1e-11)
        np.testing.assert_allclose(other.center, one.center, rtol=1e-11)


@pytest.mark.parametrize(
    ("labels", "values", "said"),
    [
        ("abx", [1, 2, 3], "the labels of the covariates are not those of the groups"),
        ("aab", [1, 2, 3], "the labels of the covariates are not those of the groups"),
        ("abc", [1, 2], "2 values of 'x' for 3 rows"),
        ("abc", [1, np.nan, 2], "the group 'b' has no 'x': give one for each group"),
    ],
)
def test_covariates_of_other_groups_are_refused(labels, values, said):
    data = GroupData.from_estimates("abc", [1, 2, 4], [1, 1, 2])
    with pytest.raises(DataError, match=said):
        data.explained_by(labels, {"x": values})


@pytest.mark.slow_cases
@pytest.mark.parametrize("times", [1e4, 1e8, 1e12])
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_groups_that_differ_by_far_more_than_their_rows_do_not_break_the_search(times, method):
    rng = np.random.default_rng(21)
    y, group, adjust, _ = drawn(21)
    of_group = rng.standard_normal(9)
    far = y + times * (rng.standard_normal(9) + of_group)[group]
    data = GroupData.from_arrays(far, group, adjust=adjust, explained_by={"z": of_group[group]})
    fit = BUILT_IN[method].fit(data)
    assert 0.3 < parameter(fit, "sigma_group") / times < 2
    np.testing.assert_allclose(fit.estimate, BUILT_IN["ols"].fit(data).estimate, rtol=1e-3)


@pytest.mark.parametrize(
    ("y", "given", "said"),
    [
        (
            [1, 2, 3],
            {"adjust": {"x": [1, 2, 4]}},
            "no row within groups is left over beside 1 covariate term",
        ),
        ([1, 3, 5, 4, 2, 9, 7], {"explained_by": {"x": list("uuuvvww")}}, "needs more groups than these 3"),
        (
            [1, 2, 4, 8, 9, 2, 4],
            {"adjust": {"x": [1, 2, 4, 0, 1, 0, 2]}},
            "rows do not vary within any group",
        ),
    ],
)
def test_data_that_leave_nothing_over_are_refused(y, given, said):
    group = "aab" if len(y) == 3 else "aaabbcc"
    for method in ("reml", "ml"):
        with pytest.raises(DataError, match=said):
            BUILT_IN[method].fit(GroupData.from_arrays(y, list(group), **given))


def test_the_rows_of_a_large_table_give_what_matrices_of_all_rows_give():
    """Blocks of rows, weights that repeat, and many groups of one size."""
    rng = np.random.default_rng(30)
    group = rng.integers(0, 300, 40_000)
    x, w = rng.standard_normal((2, 40_000)), rng.integers(1, 4, 40_000)
    y = x[0] - 2 * x[1] + rng.standard_normal(300)[group] + rng.standard_normal(40_000)
    fit = BUILT_IN["ols"].fit(GroupData.from_arrays(y, group, adjust={"a": x[0], "b": x[1]}, weights=w))
    root = np.sqrt(w)

    def within(column):
        return column - (np.bincount(group, w * column) / np.bincount(group, w))[group]

    design = np.column_stack([within(x[0]), within(x[1])]) * root[:, None]
    want = np.linalg.lstsq(design, within(y) * root, rcond=None)[0]
    assert relative([c.estimate for c in fit.coefficients], want) < 1e-12
