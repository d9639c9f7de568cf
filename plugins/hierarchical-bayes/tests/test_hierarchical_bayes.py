"""Hierarchical Bayes: against brute force, published summaries, and what must hold of any posterior."""

import pickle

import numpy as np
import pytest
from scipy.stats import chi2

from blupboard_hierarchical_bayes import BayesOptions, HierarchicalBayes, sigma_group_density
from brute_force import Grid
from estimators import DataError, GroupData, build_registry, check_estimator, option
from shelf import values

BAYES = HierarchicalBayes()
# Rubin (1981), the values in every textbook
SCHOOLS = "ABCDEFGH"
EFFECT = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
EFFECT_SE = np.array([15.0, 10, 16, 11, 9, 11, 10, 18])
EIGHT = GroupData.from_estimates(SCHOOLS, EFFECT, EFFECT_SE)
# Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., table 5.3: quantiles of 200 draws
TABLE_5_3 = {
    0.025: [-2, -5, -11, -7, -9, -7, -1, -6],
    0.25: [7, 3, 2, 4, 1, 2, 7, 3],
    0.5: [10, 8, 7, 8, 5, 6, 10, 8],
    0.75: [16, 12, 11, 11, 10, 10, 15, 13],
}
HALF_T = {"prior": "half_t"}


def rows(sizes=(4, 9, 2, 6, 3, 5), between=1.0, seed=3):
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(sizes)), sizes)
    return between * rng.standard_normal(len(sizes))[group] + rng.standard_normal(len(group)), group


def flat(tau):
    return np.zeros_like(tau)


def half_t(scale, df):
    return lambda tau: -(df + 1) / 2 * np.log1p((tau / scale) ** 2 / df)


def assert_same(fit, brute, level, tolerance):
    found = values(fit)
    unit = fit.std_error.max()
    np.testing.assert_allclose(fit.estimate, brute.estimate(), rtol=0, atol=tolerance * unit)
    np.testing.assert_allclose(fit.std_error, brute.std_error(), rtol=tolerance)
    np.testing.assert_allclose(fit.weight, brute.weight(), rtol=0, atol=tolerance)
    low, high = fit.interval(level)
    np.testing.assert_allclose(brute.below(low), (1 - level) / 2, rtol=0, atol=tolerance)
    np.testing.assert_allclose(brute.below(high), (1 + level) / 2, rtol=0, atol=tolerance)
    for name, share in (("sigma_group_low", 0.025), ("sigma_group", 0.5), ("sigma_group_high", 0.975)):
        assert brute.mass[brute.tau < found[name]].sum() == pytest.approx(share, abs=tolerance), name
    assert found["mu"] == pytest.approx(brute.mean_of(brute.mu), abs=tolerance * unit)
    spread = np.sqrt(brute.mean_of((brute.mu - found["mu"]) ** 2))
    assert found["mu_std_error"] == pytest.approx(spread, rel=tolerance)


def breaks(fit, low, high):
    """Ends of the panels for sigma_group: where the test asks for its distribution function, and between."""
    found = values(fit)
    inner = [found[name] for name in ("sigma_group_low", "sigma_group", "sigma_group_high")]
    return np.concatenate([np.geomspace(low, inner[0], 4)[:-1], inner, np.geomspace(inner[2], high, 7)[1:]])


@pytest.mark.parametrize(
    ("given", "prior"),
    [({}, flat), ({"prior": "half_t", "scale": 5.0, "df": 1}, half_t(5.0, 1)),
     ({"prior": "half_t", "scale": 3.0, "df": 50}, half_t(3.0, 50))],
)  # fmt: skip
def test_known_standard_errors_agree_with_brute_force(given, prior):
    fit = BAYES.fit(EIGHT, given)
    brute = Grid(EFFECT, None, None, EFFECT_SE**2, prior, breaks(fit, 1e-9, 1e5))
    assert_same(fit, brute, 0.95, 1e-8)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "prior"), [({}, flat), ({"prior": "half_t", "scale": 0.4, "df": 4}, half_t(0.4, 4))]
)
@pytest.mark.parametrize("between", [0.0, 1.5])
def test_rows_agree_with_brute_force(given, prior, between):
    data = GroupData.from_arrays(*rows(between=between))
    fit = BAYES.fit(data, given)
    found = values(fit)
    brute = Grid(data.mean, data.n, data.ss_within, None, prior, breaks(fit, 1e-8, 1e6), found["sigma_error"])
    assert_same(fit, brute, 0.9, 1e-7)
    assert brute.mass[brute.sigma < found["sigma_error"]].sum() == pytest.approx(0.5, abs=1e-3)
    # no edge of the panels follows the ICC, so the step of the grid shows
    icc = brute.tau**2 / (brute.tau**2 + brute.sigma**2)
    assert brute.mass[icc < found["icc"]].sum() == pytest.approx(0.5, abs=0.01)


def test_the_spread_of_rows_has_its_exact_posterior_where_groups_do_not_matter():
    # one huge group decides on sigma_error: (N - 2) s^2 / sigma^2 is chi squared with about N - 2 degrees
    data = GroupData.from_arrays(*rows((4000, 3, 3, 3), seed=5))
    median = np.sqrt(data.ss_within.sum() / chi2.ppf(0.5, data.df_within))
    assert values(BAYES.fit(data))["sigma_error"] == pytest.approx(median, rel=1e-3)


@pytest.mark.parametrize("given", [{}, {**HALF_T, "scale": 0.4}], ids=["flat", "half_t"])
def test_billions_of_rows_know_the_spread_within(given):
    # sigma_error is known to 1e-6 of itself: what is left is the posterior of published standard errors
    n = np.array([10, 20, 5, 10**12, 40])
    rows_ = BAYES.fit(GroupData.from_means("abcde", [0.1, 0.5, 0.2, 0.3, 0.9], n, sd=np.ones(5)), given)
    known = BAYES.fit(GroupData.from_estimates("abcde", [0.1, 0.5, 0.2, 0.3, 0.9], n**-0.5), given)
    np.testing.assert_allclose(rows_.estimate, known.estimate, rtol=0, atol=1e-8)
    np.testing.assert_allclose(rows_.std_error, known.std_error, rtol=1e-8)
    np.testing.assert_allclose(rows_.interval(0.99), known.interval(0.99), rtol=0, atol=1e-8)
    assert values(rows_)["sigma_group_high"] == pytest.approx(values(known)["sigma_group_high"], rel=1e-8)
    assert values(rows_)["sigma_error"] == pytest.approx(1.0, rel=1e-6)


def test_eight_schools_agree_with_the_published_table():
    posterior = BAYES.fit(EIGHT).details["posterior"]
    for probability, published in TABLE_5_3.items():
        # 200 draws, rounded to whole points: a standard error near 0.6 in the middle and 1.2 in the tail
        np.testing.assert_allclose(
            posterior.quantile(probability), published, rtol=0, atol=1.7 if probability < 0.1 else 1.1
        )


def test_eight_schools_are_never_at_the_boundary():
    fit = BAYES.fit(EIGHT)
    assert values(fit)["sigma_group"] == pytest.approx(5.238514723, abs=1e-8)
    assert (fit.weight > 0.1).all()
    assert np.ptp(fit.estimate) > 5
    assert fit.parameters["sigma_group"].label == "Between groups σg (posterior median)"


@pytest.mark.parametrize("given", [{}, HALF_T])
@pytest.mark.parametrize("data", [GroupData.from_arrays(*rows()), EIGHT], ids=["rows", "summaries"])
def test_the_intervals_hold_what_they_say(given, data):
    posterior = BAYES.fit(data, given).details["posterior"]
    quantiles = np.array([posterior.quantile(p) for p in (0.0005, 0.05, 0.3, 0.5, 0.7, 0.95, 0.9995)])
    assert (np.diff(quantiles, axis=0) > 0).all()
    just = posterior.quantile(0.5 - 1e-9), posterior.quantile(0.5 + 1e-9)
    np.testing.assert_allclose(just[0], just[1], rtol=1e-7)


@pytest.mark.slow_cases
@pytest.mark.parametrize("given", [{}, HALF_T])
@pytest.mark.parametrize(("scale", "shift"), [(1e-12, 0.0), (1e120, 0.0), (1.0, 1e9), (-3.0, 7.0)])
def test_answers_move_with_the_units(given, scale, shift):
    outcome, group = rows()
    before = BAYES.fit(GroupData.from_arrays(outcome, group), given)
    after = BAYES.fit(GroupData.from_arrays(scale * outcome + shift, group), given)
    slack = 1e-15 * abs(shift) + 1e-8 * abs(scale)
    np.testing.assert_allclose(after.estimate, scale * before.estimate + shift, rtol=1e-9, atol=slack)
    np.testing.assert_allclose(after.std_error, abs(scale) * before.std_error, rtol=1e-6)
    np.testing.assert_allclose(after.weight, before.weight, rtol=1e-6)
    ends = np.sort(scale * np.array(before.interval(0.9)) + shift, axis=0)
    np.testing.assert_allclose(np.array(after.interval(0.9)), ends, rtol=1e-9, atol=slack)
    spread = values(after)["sigma_group"] / values(before)["sigma_group"]
    assert spread == pytest.approx(abs(scale), rel=1e-6)


def test_a_very_wide_half_t_is_flat():
    flat_fit = BAYES.fit(EIGHT)
    wide = BAYES.fit(EIGHT, {"prior": "half_t", "scale": 1e7, "df": 100})
    np.testing.assert_allclose(wide.estimate, flat_fit.estimate, rtol=1e-6)
    outcome, group = rows()
    data = GroupData.from_arrays(outcome, group)
    wide = BAYES.fit(data, {"prior": "half_t", "scale": 1e7, "df": 100})
    flat_fit = BAYES.fit(data)
    np.testing.assert_allclose(wide.estimate, flat_fit.estimate, rtol=1e-6)
    np.testing.assert_allclose(np.array(wide.interval()), np.array(flat_fit.interval()), rtol=1e-5)


def test_a_narrow_half_t_pulls_harder():
    narrow, wide = (BAYES.fit(EIGHT, {**HALF_T, "scale": s}) for s in (1.0, 20.0))
    assert (narrow.weight < wide.weight).all()
    assert values(narrow)["sigma_group"] < values(wide)["sigma_group"]


def test_a_scale_of_0_is_taken_from_the_data():
    asked = BAYES.fit(EIGHT, {**HALF_T, "scale": np.sqrt((EFFECT_SE**2).mean())})
    np.testing.assert_allclose(BAYES.fit(EIGHT, HALF_T).estimate, asked.estimate, rtol=1e-12)


@pytest.mark.slow
def test_too_few_groups_are_told_plainly():
    two = GroupData.from_arrays([1.0, 2.0, 4.0, 3.0], list("aabb"))
    with pytest.raises(DataError, match="needs at least 3 groups with a flat prior"):
        BAYES.fit(two)
    fit = BAYES.fit(two, HALF_T)
    assert np.isfinite(fit.estimate).all()
    assert (fit.std_error > 0).all()
    with pytest.raises(DataError, match="needs at least 2 groups"):
        BAYES.fit(GroupData.from_arrays([1.0, 2.0], list("aa")), HALF_T)
    with pytest.raises(DataError, match="every group has one row"):
        BAYES.fit(GroupData.from_arrays(np.arange(6.0), np.arange(6)))
    for given in ({}, HALF_T):
        with pytest.raises(DataError, match="all values are equal"):
            BAYES.fit(GroupData.from_arrays(np.full(12, 3.5), np.repeat(np.arange(4), 3)), given)


def test_moments_that_do_not_exist_are_not_given():
    three = BAYES.fit(GroupData.from_arrays([1.0, 2.0, 4.0, 3.0, 7.0, 9.0], list("aabbcc")))
    assert values(three)["mu"] is None
    assert three.center is None
    assert three.std_error is not None
    assert {note.code for note in three.notes} == {"few_groups"}
    four = BAYES.fit(GroupData.from_arrays([1.0, 2.0, 4.0, 7.0], list("aabc")))
    assert four.std_error is None
    assert {note.code for note in four.notes} == {"few_groups", "few_rows"}
    low, high = four.interval(0.5)
    assert (low < high).all()
    assert (
        values(BAYES.fit(GroupData.from_estimates("abcd", [1, 2, 4, 3], [1, 1, 1, 1])))["mu_std_error"]
        is None
    )


def test_without_spread_within_the_limit_is_reached():
    means = np.array([1.0, 5.0, 2.0, 9.0])
    group = np.repeat(np.arange(4), 3)
    limit = BAYES.fit(GroupData.from_arrays(np.repeat(means, 3), group))
    np.testing.assert_array_equal(limit.estimate, means)
    np.testing.assert_array_equal(limit.std_error, 0.0)
    np.testing.assert_array_equal(limit.weight, 1.0)
    np.testing.assert_array_equal(np.array(limit.interval(0.9)), np.array([means, means]))
    # tau^2 given the means is S over chi squared with J - 2 degrees of freedom
    median = np.sqrt(np.square(means - means.mean()).sum() / chi2.ppf(0.5, 2))
    assert values(limit)["sigma_group"] == pytest.approx(median, rel=1e-9)
    assert (values(limit)["sigma_error"], values(limit)["icc"]) == (0.0, 1.0)
    assert limit.notes[0].code == "no_spread_within"
    near = np.repeat(means, 3) + 1e-6 * np.tile([-1.0, 0.0, 1.0], 4)
    close = BAYES.fit(GroupData.from_arrays(near, group))
    assert values(close)["sigma_group"] == pytest.approx(median, rel=1e-6)
    np.testing.assert_allclose(close.estimate, means, rtol=1e-9)


def test_equal_group_means_are_no_boundary():
    outcome = np.tile([-1.0, 0.0, 1.0], 5)
    fit = BAYES.fit(GroupData.from_arrays(outcome, np.repeat(np.arange(5), 3)))
    assert values(fit)["sigma_group"] > 0.1
    np.testing.assert_allclose(fit.estimate, 0.0, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("given", [{}, HALF_T])
def test_the_density_is_that_of_the_quantiles(given):
    for data in (EIGHT, GroupData.from_arrays(*rows())):
        fit = BAYES.fit(data, given)
        grid, density = sigma_group_density(fit, 2000)
        assert grid.shape == density.shape == (2000,)
        assert (density >= 0).all()
        step = grid[1] - grid[0]
        below = (
            np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2 * step)]) + density[0] * step
        )
        assert below[-1] == pytest.approx(0.99, abs=1e-4)
        assert np.interp(values(fit)["sigma_group"], grid, below) == pytest.approx(0.5, abs=1e-4)
    with pytest.raises(DataError, match="has no posterior"):
        sigma_group_density(build_registry(entry_points=False)["ols"].fit(EIGHT))


@pytest.mark.parametrize("given", [{}, HALF_T])
def test_the_weight_curve_runs_through_the_weights(given):
    data = GroupData.from_arrays(*rows())
    fit = BAYES.fit(data, given)
    np.testing.assert_allclose(BAYES.weight_curve(fit, data.n.astype(float)), fit.weight, rtol=1e-12)
    curve = BAYES.weight_curve(fit, np.array([1.0, 5.0, 500.0]))
    assert (np.diff(curve) > 0).all()
    fit = BAYES.fit(EIGHT, given)
    np.testing.assert_allclose(BAYES.weight_curve(fit, EIGHT.information), fit.weight, rtol=1e-12)
    level = BAYES.fit(GroupData.from_arrays([1.0, 1, 4, 4, 9, 9], list("aabbcc")), given)
    assert BAYES.weight_curve(level, np.array([1.0, 5.0])).tolist() == [1, 1]


def test_a_fit_travels_between_processes():
    fit = BAYES.fit(EIGHT)
    again = pickle.loads(pickle.dumps(fit.interval_fn))
    np.testing.assert_array_equal(np.array(again(0.8)), np.array(fit.interval(0.8)))


@pytest.mark.slow_cases
@pytest.mark.parametrize("options", [{}, HALF_T])
@pytest.mark.parametrize("shift", [0.0, 1e9])
def test_draws_are_those_of_the_posterior(options, shift):
    y, group = rows()
    for data in (GroupData.from_arrays(y + shift, group), EIGHT):
        fit = BAYES.fit(data, options)
        theta, mu = fit.joint.draw(100_000, 2)
        below = fit.joint.origin - fit.estimate
        off = np.abs(theta.mean(axis=0) + below) / fit.std_error
        assert off.max() < 0.02
        np.testing.assert_allclose(theta.std(axis=0), fit.std_error, rtol=0.03)
        for end, level in zip(fit.interval(0.8), (0.1, 0.9), strict=True):
            reached = (theta + (fit.joint.origin - end) < 0).mean(axis=0)
            np.testing.assert_allclose(reached, level, atol=0.006)
        assert mu.mean() + (fit.joint.origin - fit.center) == pytest.approx(0.0, abs=0.02 * mu.std())


@pytest.mark.parametrize("sizes", [[2] * 400, [50] * 30, list(range(1, 120))])
def test_many_groups_and_unequal_ones(sizes):
    data = GroupData.from_arrays(*rows(sizes, between=0.7, seed=8))
    fit = BAYES.fit(data)
    reml = build_registry(entry_points=False)["reml"].fit(data)
    assert values(fit)["sigma_group"] == pytest.approx(values(reml)["sigma_group"], rel=0.15)
    assert np.abs(fit.estimate - reml.estimate).max() < 0.3 * reml.std_error.max()
    low, high = fit.interval(0.9)
    assert ((low < fit.estimate) & (fit.estimate < high)).all()


def test_two_far_apart_spreads_do_not_upset_the_quadrature():
    outcome, group = rows((30,) * 8)
    for factor in (1e-9, 1e9, 1e60):
        means = factor * np.arange(8.0)
        centred = outcome - np.bincount(group, outcome)[group] / 30
        fit = BAYES.fit(GroupData.from_arrays(centred + means[group], group))
        assert np.isfinite(fit.estimate).all()
        assert 0 < values(fit)["sigma_group"] < 100 * max(factor, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("prior", ["flat", "half_t"])
def test_the_contract_is_kept(prior):
    from dataclasses import make_dataclass

    field = (("prior", str, option(prior, label="Prior", choices=["flat", "half_t"])),)
    variant = type(
        "Variant",
        (HierarchicalBayes,),
        {"Options": make_dataclass("O", field, bases=(BayesOptions,), frozen=True)},
    )
    check_estimator(variant())
    check_estimator(BAYES)


def test_it_registers_through_the_public_door(tmp_path):
    (tmp_path / "shelf.py").write_text("from blupboard_hierarchical_bayes import register_estimators\n")
    registry = build_registry([tmp_path], entry_points=False)
    assert not registry.failures
    assert {"hierarchical_bayes", "penalized_ml"} <= set(registry)
