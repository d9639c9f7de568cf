"""The spreads that covariates leave, and their coefficients: intervals and tests, by R and dense matrices."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from estimators import (
    DataError,
    GroupData,
    exact_intervals,
    group_ranks,
    homogeneity,
    profile_intervals,
    sigma_error_interval,
    spread_tests,
    thomas_hultquist_interval,
)
from estimators.inference.profile_curve import profile_curve
from estimators.methods.regression import fit_regression
from tests.inference.oracles import answers, names_of
from tests.inference.test_covariates import adjusted, columns_of, dense, drawn
from tests.oracles import BUILT_IN


def drawn_data(seed):
    y, group, adjust, weights = drawn(seed)
    return GroupData.from_arrays(y, group, adjust=adjust, weights=weights), (y, group, adjust, weights)


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", names_of("K"))
def test_profile_intervals_and_the_f_test_are_those_of_r(name):
    """lme4's profile is a spline through refits, which is off by some 1e-4."""
    want, data = answers("K", name), adjusted(name, answers("F", name))
    profile = profile_intervals(data, "ml")
    for key in ("sigma_group", "sigma_error"):
        assert [profile[key].low, profile[key].high] == pytest.approx(want[key], rel=5e-4)
    f = homogeneity(data)
    assert [f.df, f.df_within] == want["df"]
    assert f.statistic == pytest.approx(want["f"], rel=1e-11)
    assert f.p == pytest.approx(want["p"], rel=1e-10)


@pytest.mark.slow_cases
@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("seed", range(3))
def test_profile_intervals_end_where_dense_matrices_do(method, seed):
    data, given = drawn_data(seed)
    m = len(given[0]) - (3 if method == "reml" else 0)
    limit = fit_regression(data, method).criterion + stats.chi2(1).ppf(0.9)

    def above(ratio, error=None):
        """The criterion at a ratio, with sigma_error^2 at its best, or as given."""
        *_, best, value = dense(*given, method, ratio)
        return value - limit + (0.0 if error is None else m * (np.log(error / best) + best / error - 1.0))

    def lowest(of_error, axis):
        found = optimize.minimize_scalar(
            lambda u: above(np.exp(u), of_error(np.exp(u))), bounds=(-12, 9), options={"xatol": 1e-9}
        )
        zero = above(0.0, of_error(0.0)) if axis == "error" else np.inf
        return min(found.fun, zero)

    found = profile_intervals(data, method, 0.9)
    for end in found["ratio"].ends:
        assert abs(above(end)) < 1e-8
    for end in found["sigma_error"].ends:
        assert abs(lowest(lambda _, e=end: e * e, "error")) < 1e-7
    for end in found["sigma_group"].ends:
        assert abs(lowest(lambda ratio, e=end: e * e / ratio, "group")) < 1e-7
    assert found["icc"].high == pytest.approx(found["ratio"].high / (1 + found["ratio"].high), rel=1e-13)
    curve = profile_curve(data, method, 0.9)
    assert curve.pieces[0] == pytest.approx(found["icc"].pieces[0], rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_the_exact_interval_ends_at_quantiles_of_f_by_dense_matrices(seed):
    data, (y, group, adjust, weights) = drawn_data(seed)
    root = np.sqrt(weights)
    x = np.column_stack([np.ones(len(y)), *adjust.values()]) * root[:, None]
    z = (group[:, None] == np.arange(group.max() + 1)) * root[:, None]
    both = np.column_stack([x, z])
    outcome = y * root
    within = float(np.square(outcome - both @ np.linalg.lstsq(both, outcome, rcond=None)[0]).sum())
    df = np.linalg.matrix_rank(both) - 3, len(y) - np.linalg.matrix_rank(both)

    def statistic(ratio):
        inverse = np.linalg.inv(np.eye(len(y)) + ratio * z @ z.T)
        left = inverse - inverse @ x @ np.linalg.solve(x.T @ inverse @ x, x.T @ inverse)
        return (outcome @ left @ outcome - within) / df[0] / (within / df[1])

    interval = exact_intervals(data, 0.9)["ratio"]
    assert statistic(interval.high) == pytest.approx(stats.f(*df).ppf(0.05), rel=1e-9)
    if interval.low > 0:
        assert statistic(interval.low) == pytest.approx(stats.f(*df).ppf(0.95), rel=1e-9)
    else:
        assert statistic(0.0) <= stats.f(*df).ppf(0.95)
    assert homogeneity(data).statistic == pytest.approx(statistic(0.0), rel=1e-10)
    low, high = sigma_error_interval(data, 0.9)
    assert [within / low**2, within / high**2] == pytest.approx(
        stats.chi2(df[1]).ppf([0.95, 0.05]), rel=1e-10
    )


@pytest.mark.slow
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_the_likelihood_ratio_has_the_chance_that_draws_by_dense_matrices_have(method):
    data, (y, group, adjust, weights) = drawn_data(2)
    root = np.sqrt(weights)
    x = np.column_stack([np.ones(len(y)), *adjust.values()]) * root[:, None]
    z = (group[:, None] == np.arange(group.max() + 1)) * root[:, None]
    aside = np.eye(len(y)) - x @ np.linalg.pinv(x)
    size = np.linalg.eigvalsh(z.T @ aside @ z)[1:]  # what groups share with the intercept weighs nothing
    every = np.square(z).sum(axis=0)
    rng, ratio = np.random.default_rng(5), np.concatenate([[0.0], np.geomspace(1e-3, 1e4, 800)])
    u = rng.chisquare(1, (20_000, len(size)))
    within = rng.chisquare(len(y) - 3 - len(size), (20_000, 1))
    left = u @ (1.0 / (1.0 + size[:, None] * ratio)) + within
    of, m = (size, len(y) - 3) if method == "reml" else (every, len(y))
    value = m * np.log(left[:, :1] / left) - np.log1p(of[:, None] * ratio).sum(axis=0)
    found = spread_tests(data, method).likelihood_ratio
    share = float((value.max(axis=1) >= found.statistic).mean())
    assert 0 < share < 0.5
    assert abs(found.p - share) < 4 * np.sqrt(share * (1 - share) / 20_000) + 4 * found.p_std_error


def test_groups_that_weigh_the_same_in_every_direction_have_the_chance_of_f():
    data = adjusted("orthodont", answers("F", "orthodont"))
    for method in ("reml", "ml"):
        found = spread_tests(data, method)
        assert found.likelihood_ratio.p == found.f.p
        assert found.likelihood_ratio.p_std_error is None


@pytest.mark.slow
def test_published_means_have_the_tests_and_intervals_of_what_covariates_leave():
    columns = columns_of("bcg_ablat")
    y, se, x = (np.array(columns[key], dtype=float) for key in ("y", "se", "ablat"))
    data = GroupData.from_estimates(columns["group"], y, se).explained_by(columns["group"], {"ablat": x})
    design = np.column_stack([np.ones(len(y)), x])

    def left(tau2):
        w = 1 / (se**2 + tau2)
        off = y - design @ np.linalg.solve(design.T @ (w[:, None] * design), design.T @ (w * y))
        return float(w @ np.square(off))

    q, df = homogeneity(data), len(y) - 2
    assert (q.df, q.df_within) == (df, None)
    assert q.statistic == pytest.approx(left(0.0), rel=1e-12)
    interval = exact_intervals(data)["sigma_group"]
    assert [left(interval.low**2), left(interval.high**2)] == pytest.approx(
        stats.chi2(df).ppf([0.975, 0.025])
    )
    assert spread_tests(data, "reml").f == q
    profile = profile_intervals(data, "reml")["sigma_group"]
    assert profile.low < interval.high
    assert set(profile_intervals(data, "ml")) == {"sigma_group"}
    [slope] = [c for c in BUILT_IN["reml"].fit(data).coefficients if c.term == "ablat"]
    assert slope.df is None
    assert slope.interval(0.95) == pytest.approx(
        stats.norm(slope.estimate, slope.std_error).interval(0.95), rel=1e-12
    )


def test_a_spread_of_0_beside_covariates_says_what_the_test_and_the_exact_interval_leave_open():
    columns = columns_of("raudenbush_weeks")
    y, se, x = (np.array(columns[key], dtype=float) for key in ("y", "se", "weeks"))
    data = GroupData.from_estimates(columns["group"], y, se).explained_by(columns["group"], {"weeks": x})
    [text] = [n.text for n in BUILT_IN["reml"].fit(data).notes if n.code == "sigma_group_zero"]
    assert str(homogeneity(data)) in text
    assert f"{exact_intervals(data)['sigma_group'].high:.3g}." in text


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_coefficients_have_the_degrees_of_freedom_of_satterthwaite(method):
    data, given = drawn_data(5)
    model = fit_regression(data, method)
    x, same, inverse, cov, error, _ = dense(*given, method, model.ratio)
    inverse, cov = inverse / error, cov * error
    parts = same, np.diag(1.0 / given[3])
    left = inverse - inverse @ x @ cov @ x.T @ inverse if method == "reml" else inverse
    v = np.linalg.inv(0.5 * np.array([[np.trace(left @ p @ left @ q) for q in parts] for p in parts]))
    slopes = np.array([np.diag(cov @ x.T @ inverse @ p @ inverse @ x @ cov) for p in parts])
    want = 2 * np.diag(cov) ** 2 / np.einsum("ak,ab,bk->k", slopes, v, slopes)
    fit = BUILT_IN[method].fit(data)
    assert [c.df for c in fit.coefficients] == pytest.approx(want, rel=1e-9)
    for c in fit.coefficients:
        assert c.interval(0.8) == pytest.approx(
            stats.t(c.df, c.estimate, c.std_error).interval(0.8), rel=1e-12
        )


def test_coefficients_of_a_balanced_design_have_whole_degrees_of_freedom():
    """Age varies within 27 children of 4 rows, 80 degrees; sex between them, 25."""
    data = adjusted("orthodont", answers("F", "orthodont"))
    found = {c.term: c.df for c in BUILT_IN["reml"].fit(data).coefficients}
    assert [found["age"], found["Sex=Male"]] == pytest.approx([80, 25], rel=1e-10)
    assert [c.df for c in BUILT_IN["ols"].fit(data).coefficients] == [80]


def test_true_means_hang_together_as_dense_matrices_have_it():
    """Var of the predictions' errors, and that of adjusted means of fixed groups."""
    data, given = drawn_data(2)
    model = fit_regression(data, "reml")
    x, _same, inverse, cov, error, _ = dense(*given, "reml", model.ratio)
    y, group, _, weights = given
    z = (group[:, None] == np.arange(group.max() + 1)).astype(float)
    a, inverse, cov = model.ratio * error, inverse / error, cov * error
    pull = a * z.T @ inverse
    gap = x.mean(axis=0) - pull @ x
    want = a * np.eye(z.shape[1]) - a * pull @ z + gap @ cov @ gap.T
    joint = BUILT_IN["reml"].fit(data).joint.sample
    got = np.diag(joint.own**2) + joint.root @ joint.root.T
    np.testing.assert_allclose(got, want, rtol=1e-8, atol=1e-10 * want.max())
    both = np.column_stack([z, x[:, 1:]])
    fixed = np.linalg.inv(both.T @ (weights[:, None] * both))
    left = y - both @ fixed @ both.T @ (weights * y)
    place = np.column_stack([np.eye(z.shape[1]), np.tile(x[:, 1:].mean(axis=0), (z.shape[1], 1))])
    want = place @ fixed @ place.T * float(weights @ left**2) / (len(y) - both.shape[1])
    joint = BUILT_IN["ols"].fit(data).joint.sample
    np.testing.assert_allclose(
        np.diag(joint.own**2) + joint.root @ joint.root.T, want, rtol=1e-8, atol=1e-10 * want.max()
    )


def test_the_best_is_judged_with_the_errors_that_groups_share():
    data, _ = drawn_data(2)
    joint = BUILT_IN["ols"].fit(data).joint
    ranks, sample = group_ranks(joint), joint.sample
    rng = np.random.default_rng(1)
    shared = np.diag(sample.own**2) + sample.root @ sample.root.T
    draws = rng.multivariate_normal(sample.mean, shared, 40_000)
    best = np.bincount(draws.argmax(axis=1), minlength=len(data)) / len(draws)
    assert np.abs(ranks.p_best - best).max() < 0.02


def test_what_goes_by_mean_squares_of_the_means_refuses_covariates():
    data, _ = drawn_data(1)
    with pytest.raises(DataError, match="covariates"):
        thomas_hultquist_interval(data)


def test_nothing_left_beside_the_covariates_has_no_intervals():
    data = GroupData.from_arrays(
        [1.0, 3, 5, 4, 2, 9, 7], list("aaabbcc"), explained_by={"x": list("uuuvvww")}
    )
    assert homogeneity(data) is None
    for ask in (exact_intervals, lambda d: profile_intervals(d, "reml"), lambda d: spread_tests(d, "ml")):
        with pytest.raises(DataError, match="needs more groups"):
            ask(data)


@pytest.mark.parametrize("unit", [1e-140, 1e-100, 1e-79, 1e100, 1e150])
def test_degrees_of_freedom_do_not_depend_on_the_unit_of_the_outcome(unit):
    columns = columns_of("orthodont")
    y = unit * np.array(columns["y"], dtype=float)
    adjust = {"age": columns["age"], "Sex": columns["Sex"]}
    data = GroupData.from_arrays(y, columns["group"], adjust=adjust)
    found = {c.term: c.df for c in BUILT_IN["reml"].fit(data).coefficients}
    assert [found["age"], found["Sex=Male"]] == pytest.approx([80, 25], rel=1e-10)
