"""Beta-binomial and gamma-Poisson empirical Bayes: many digits, boundaries, and what is refused."""

import csv
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import betabinom, nbinom

import blupboard_counts_eb
import shelf
from blupboard_counts_eb import CountsBayes
from estimators import (
    DataError,
    GroupData,
    Joint,
    call_above,
    check_estimator,
    compare,
    group_ranks,
)
from shelf import codes, value, values

FOLDER = Path(__file__).parent / "data"
BY_SIZE = json.loads((FOLDER / "by_size.json").read_text(encoding="utf-8"))
NAMES = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "by_size")
EB = CountsBayes()


def groups_of(name):
    with (FOLDER / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    labels, events = [row["group"] for row in rows], [int(row["y"]) for row in rows]
    if "n" in rows[0]:
        return GroupData.from_counts(labels, events, [int(row["n"]) for row in rows])
    return GroupData.from_rates(labels, events, [float(row["exposure"]) for row in rows])


def answer(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def places(data, expected):
    return [expected["group"].index(label) for label in data.labels]


def mean_error(expected):
    """Of the prior mean, from the covariance of its two parameters by the delta method."""
    if "alpha" in expected:
        a, b, cov = expected["alpha"], expected["beta"], np.array(expected["cov_alpha_beta"])
        slope = np.array([b, -a]) / (a + b) ** 2
    else:
        a, b, cov = expected["shape"], expected["rate"], np.array(expected["cov_shape_rate"])
        slope = np.array([1 / b, -a / b**2])
    return np.sqrt(slope @ cov @ slope)


def close(got, want, rtol=1e-12):
    np.testing.assert_allclose(got, want, rtol=rtol)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_numbers_are_those_of_50_digits(name):
    data, expected = groups_of(name), answer(name)
    fit, order = EB.fit(data), places(data, expected)
    close(fit.estimate, np.array(expected["posterior_mean"])[order])
    if expected["boundary"]:
        pooled = expected.get("log_likelihood_binomial", expected.get("log_likelihood_poisson"))
        close(value(fit, "log_likelihood"), pooled)
        assert (value(fit, "sigma_group"), fit.joint, fit.interval()) == (0.0, None, None)
        assert fit.weight.tolist() == [0.0] * len(data)
        assert codes(fit) == ["sigma_group_zero"]
        return
    close(value(fit, "log_likelihood"), expected["log_likelihood"])
    for key in {"alpha", "beta", "shape", "rate"} & expected.keys():
        close(value(fit, key), expected[key])
    close(value(fit, "mu"), expected["prior_mean"])
    close(value(fit, "mu_std_error"), mean_error(expected), rtol=1e-9)
    close(value(fit, "sigma_group"), expected["prior_sd"])
    close(fit.std_error, np.array(expected["posterior_sd"])[order])
    close(fit.weight, np.array(expected["weight"])[order])
    close(np.transpose(fit.interval(0.95)), np.array(expected["interval_95"])[order], rtol=1e-11)
    assert fit.center == value(fit, "mu")


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_SIZE)
def test_by_log_size_they_are_those_of_50_digits(name):
    data, expected = groups_of(name), BY_SIZE[name]
    fit = EB.fit(data, {"explained_by": "log_size"})
    close(value(fit, "prior_size"), expected["prior_size"], rtol=1e-10)
    intercept, slope = fit.coefficients
    assert (intercept.term, slope.term) == ("(Intercept)", "log_size")
    close([intercept.estimate, slope.estimate], [expected["intercept"], expected["slope"]], rtol=1e-10)
    close([intercept.std_error, slope.std_error], expected["std_error"], rtol=1e-8)
    close(value(fit, "log_likelihood"), expected["log_likelihood"])
    close(fit.estimate, np.array(expected["posterior_mean"])[places(data, expected)])
    assert np.shape(fit.center) == (len(data),)


@pytest.mark.slow
def test_a_covariate_that_is_the_log_size_is_the_same():
    data = groups_of("baseball1970_uneven")
    logs = np.log(data.counts.exposure)
    fit = EB.fit(data.explained_by(data.labels, {"log_n": logs}))
    by_size = EB.fit(data, {"explained_by": "log_size"})
    close(fit.estimate, by_size.estimate, rtol=1e-10)
    assert [c.term for c in fit.coefficients] == ["(Intercept)", "log_n"]
    close([c.estimate for c in fit.coefficients], [c.estimate for c in by_size.coefficients], rtol=1e-9)
    both = {"explained_by": "log_size"}
    with pytest.raises(DataError, match="log_size and log_n say the same"):
        EB.fit(data.explained_by(data.labels, {"log_n": logs}), both)


@pytest.mark.slow
def test_what_explains_the_groups_can_be_a_category():
    data = groups_of("binomial_made")
    kind = np.where(np.arange(len(data)) % 3 == 0, "town", "land")
    fit = EB.fit(data.explained_by(data.labels, {"kind": kind}))
    assert [c.term for c in fit.coefficients] == ["(Intercept)", "kind=town"]
    assert "an odds ratio" in fit.notes[-1].text  # nobody could tell that they are not of shares
    rates = GroupData.from_rates("abcdef", [3, 9, 2, 0, 7, 4], [10, 20, 9, 11, 15, 30])
    of_rates = EB.fit(rates.explained_by("abcdef", {"kind": list("xyxyxy")}))
    assert "a rate ratio" in of_rates.notes[-1].text
    assert not EB.fit(rates).notes
    assert len(set(np.round(fit.center, 12))) == 2
    assert value(fit, "log_likelihood") >= value(EB.fit(data), "log_likelihood")


def rows_of(data):
    events, trials = data.counts.events, data.counts.exposure.astype(int)
    y = np.concatenate([[1.0] * k + [0.0] * (n - k) for k, n in zip(events, trials, strict=True)])
    return y, np.repeat(data.labels, trials)


@pytest.mark.slow
def test_rows_of_0_and_1_are_the_same_as_their_counts():
    data = groups_of("binomial_made")
    fit, of_rows = EB.fit(data), EB.fit(GroupData.from_arrays(*rows_of(data)))
    assert of_rows.estimate.tolist() == fit.estimate.tolist()
    assert values(of_rows) == values(fit)


@pytest.mark.slow
def test_ranks_and_selection_come_from_the_posterior():
    data = groups_of("binomial_made")
    fit = EB.fit(data)
    posterior, mu = fit.details["posterior"], value(fit, "mu")
    ranks = group_ranks(fit.joint, top=3)
    np.testing.assert_array_equal(ranks.p_above_center, posterior.above(mu))
    turned = group_ranks(fit.joint, smallest_first=True).p_above_center
    np.testing.assert_allclose(turned, 1.0 - posterior.above(mu), atol=1e-15)
    theta, center = fit.joint.draw(20_000, 5)
    np.testing.assert_allclose(theta.mean(axis=0), fit.estimate, atol=0.004)
    np.testing.assert_allclose(theta.std(axis=0), fit.std_error, rtol=0.03)
    assert set(center) == {mu}
    named = call_above(fit.joint, error_rate=0.05)
    np.testing.assert_array_equal(named.probability, posterior.above(mu))
    assert call_above(fit.joint, 1.5).probability.tolist() == [0.0] * len(data)
    assert 0 < named.called.sum() < len(data)
    assert np.array_equal(named.called, call_above(pickle.loads(pickle.dumps(fit.joint))).called)


def test_rates_are_drawn_from_their_gamma():
    fit = EB.fit(groups_of("pumps"))
    theta, _ = fit.joint.draw(20_000, 5)
    np.testing.assert_allclose(theta.mean(axis=0), fit.estimate, rtol=0.02)
    np.testing.assert_allclose(theta.std(axis=0), fit.std_error, rtol=0.03)
    above = fit.details["posterior"].above(0.5)
    np.testing.assert_allclose((theta > 0.5).mean(axis=0), above, atol=0.015)
    np.testing.assert_array_equal(call_above(fit.joint, 0.5).probability, above)
    assert call_above(fit.joint, -1.0).probability.tolist() == [1.0] * len(theta[0])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["binomial_made", "pumps"])
def test_the_curve_goes_through_the_weights(name):
    data = groups_of(name)
    fit = EB.fit(data)
    close(EB.weight_curve(fit, data.information), fit.weight)
    by_size = EB.fit(data, {"explained_by": "log_size"})
    curve = EB.weight_curve(by_size, data.information)
    assert (curve is None) == (name == "pumps")
    assert curve is None or np.allclose(curve, by_size.weight, rtol=1e-12)


@pytest.mark.slow
def test_the_unit_of_the_exposure_does_not_matter():
    data = groups_of("pumps")
    plain = EB.fit(data, {"explained_by": "log_size"})
    counts = data.counts
    for unit in (1e-9, 365.25, 1e12):
        scaled = GroupData.from_rates(data.labels, counts.events, counts.exposure * unit)
        fit = EB.fit(scaled, {"explained_by": "log_size"})
        close(fit.estimate * unit, plain.estimate, rtol=1e-9)
        close(fit.coefficients[1].estimate, plain.coefficients[1].estimate, rtol=1e-9)


def best_on_a_grid(data):
    """The largest log likelihood of scipy's densities over a grid of prior means and sizes."""
    y, t = data.counts.events[:, None, None], data.counts.exposure[:, None, None]
    size = np.geomspace(1e-3, 1e7, 81)[:, None]
    if data.counts.of_trials:
        mean = np.linspace(0.005, 0.995, 100)
        return betabinom.logpmf(y, t, size * mean, size * (1 - mean)).sum(axis=0).max()
    mean = data.counts.pooled * np.geomspace(0.05, 20, 121)
    return nbinom.logpmf(y, size, size / (size + mean * t)).sum(axis=0).max()


@pytest.mark.slow
@given(st.integers(0, 10_000), st.booleans())
@settings(max_examples=25, deadline=None)
def test_no_prior_on_a_grid_is_more_likely(seed, of_trials):
    rng = np.random.default_rng(seed)
    groups = int(rng.integers(2, 12))
    size, spread = rng.integers(2, 60, groups), 10.0 ** rng.uniform(-1, 2)
    if of_trials:
        data = GroupData.from_counts(
            range(groups), rng.binomial(size, rng.beta(spread, spread, groups)), size
        )
        if not data.varies_within:
            return
    else:
        events = rng.poisson(size * rng.gamma(spread, 0.3 / spread, groups))
        if not events.any():
            return
        data = GroupData.from_rates(range(groups), events, size * 0.7)
    assert value(EB.fit(data), "log_likelihood") >= best_on_a_grid(data) - 1e-7


@pytest.mark.slow
@given(st.integers(0, 10_000), st.booleans())
@settings(max_examples=25, deadline=None)
def test_where_it_says_no_spread_the_score_sees_none(seed, of_trials):
    """Tarone's score, and its like for rates, is not above 0 where the boundary is the maximum."""
    rng = np.random.default_rng(seed)
    size = rng.integers(5, 40, 8)
    if of_trials:
        data = GroupData.from_counts(range(8), rng.binomial(size, 0.4), size)
        p = data.counts.pooled
        score = np.square(data.counts.events - size * p).sum() / (p * (1 - p)) - size.sum()
    else:
        data = GroupData.from_rates(range(8), rng.poisson(size * 0.5) + 1, size.astype(float))
        expected = data.counts.pooled * size
        score = np.square(data.counts.events - expected).sum() - data.counts.events.sum()
    no_spread = value(EB.fit(data), "sigma_group") == 0
    assert not (no_spread and score > 0)
    assert no_spread or score > 0 or value(EB.fit(data), "log_likelihood") > best_on_a_grid(data) - 1e-3


@pytest.mark.slow
def test_many_groups_are_ranked_by_normal_posteriors():
    rng = np.random.default_rng(2)
    trials = rng.integers(5, 200, 1200)
    data = GroupData.from_counts(range(1200), rng.binomial(trials, rng.beta(8, 20, 1200)), trials)
    fit = EB.fit(data)
    assert isinstance(fit.joint, Joint)
    assert codes(fit) == ["normal_ranks"]
    by_size = EB.fit(data, {"explained_by": "log_size"})
    assert (by_size.joint, codes(by_size)) == (None, ["no_ranks", "coefficients_of_log_odds"])
    assert value(fit, "alpha") == pytest.approx(8, rel=0.25)


def test_ten_billion_trials_leave_six_digits():
    data = GroupData.from_counts(
        "abcde", [1000, 1500, 900, 2000, 0], [10**10, 10**10, 2 * 10**9, 3 * 10**9, 1]
    )
    fit = EB.fit(data)  # Newton steps on log-gammas of 50 digits gave what follows
    assert value(fit, "alpha") == pytest.approx(1.95669891117, rel=1e-5)
    assert value(fit, "beta") == pytest.approx(5729780.78288, rel=1e-5)


def test_awkward_groups():
    none = EB.fit(GroupData.from_counts("abc", [0, 0, 0], [4, 5, 6]))
    assert (codes(none), none.estimate.tolist()) == (["all_equal"], [0.0] * 3)
    all_or_none = EB.fit(GroupData.from_counts("abc", [0, 5, 6], [4, 5, 6]))
    assert (codes(all_or_none), all_or_none.estimate.tolist()) == (["no_spread_within"], [0.0, 1.0, 1.0])
    with pytest.raises(DataError, match="cannot be told apart"):
        EB.fit(GroupData.from_counts("abc", [0, 1, 1], [1, 1, 1]))
    with pytest.raises(DataError, match="at least 2 groups"):
        EB.fit(GroupData.from_rates("a", [3], [2.0]))
    with pytest.raises(DataError, match="lacks digits"):
        EB.fit(GroupData.from_counts("abc", [10**14, 10**14 + 2 * 10**8, 10**14 - 5 * 10**7], [10**15] * 3))
    with pytest.raises(DataError, match="log_size is the same in every group"):
        EB.fit(GroupData.from_counts("abc", [1, 2, 3], [5, 5, 5]), {"explained_by": "log_size"})
    with pytest.raises(DataError, match="at least 3 groups"):
        EB.fit(GroupData.from_counts("ab", [1, 2], [5, 9]), {"explained_by": "log_size"})
    with pytest.raises(DataError, match="no maximum"):
        EB.fit(GroupData.from_rates("abc", [0, 0, 7], [1.0, 1.0, 2.0]), {"explained_by": "log_size"})


@pytest.mark.parametrize(
    "data",
    [
        GroupData.from_estimates("ab", [0.2, 0.4], [0.1, 0.1]),
        GroupData.from_arrays([0.0, 1.0, 2.0, 0.0], list("aabb")),
        GroupData.from_arrays([0.5, 0.5, 1.0, 0.0], list("aabb")),
        GroupData.from_arrays([-1.0, 2.0, 1.0, 0.0], list("aabb")),
    ],
)
def test_what_is_not_counted_is_refused_in_a_sentence(data):
    [result] = compare(data, [EB]).results
    assert result.message.startswith("takes counts: events out of trials, events in an exposure, or")


@pytest.mark.slow
@pytest.mark.parametrize("explained_by", ["nothing", "log_size"])
def test_it_keeps_to_the_contract(explained_by):
    check_estimator(EB, {"explained_by": explained_by})


@pytest.mark.slow
def test_it_says_what_it_is_and_is_light():
    shelf.check_names_are_explained(blupboard_counts_eb)
    shelf.check_options_are_explained(EB)
    shelf.check_import_is_light(blupboard_counts_eb, ("scipy", "pandas", "dash"))
