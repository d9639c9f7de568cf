"""An error spread of its own in each group: by R's t.test, by published means, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

from estimators import DataError, GroupData, compare, fit_many, inference_dict, model_checks
from estimators.contract.batch import GroupBatch
from estimators.methods.own_spreads import fitted_data
from tests.oracles import BUILT_IN, parameter, read_columns

EACH = {"error_spread": "each"}
INSECTS = {
    # R 4.2.2: with(InsectSprays, tapply(count, spray, function(v) t.test(v)$conf.int)), 12 rows each
    "A": (14.5, 11.501437, 17.498563),
    "B": (15.333333, 12.619596, 18.047070),
    "C": (2.08333333, 0.82833503, 3.33833164),
    "D": (4.9166667, 3.3263183, 6.5070151),
    "E": (3.5, 2.3995074, 4.6004926),
    "F": (16.666667, 12.718875, 20.614458),
}


def insects():
    columns = read_columns("sets", "insectsprays.csv")
    y = np.array(columns["y"], dtype=float)
    return y, columns["group"], GroupData.from_arrays(y, columns["group"])


def test_level_means_are_as_each_group_by_itself_has_it():
    _, _, data = insects()
    fit = BUILT_IN["ols"].fit(data, EACH)
    low, high = fit.interval(0.95)
    for j, label in enumerate(data.labels):
        assert [fit.estimate[j], low[j], high[j]] == pytest.approx(INSECTS[label], rel=5e-8)
    assert fit.df.tolist() == [11.0] * 6
    assert fit.joint is not None


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_blups_are_those_of_published_means_with_those_errors(method):
    y, group, data = insects()
    fit = BUILT_IN[method].fit(data, EACH)
    means = [y[np.array(group) == label] for label in data.labels]
    v = np.array([m.var(ddof=1) / len(m) for m in means])

    def criterion(tau2):
        w = 1 / (v + tau2)
        mu = (w @ data.mean) / w.sum()
        value = w @ np.square(data.mean - mu) + np.log(v + tau2).sum()
        return value + (np.log(w.sum()) if method == "reml" else 0.0)

    tau2 = optimize.minimize_scalar(criterion, bounds=(1, 400), options={"xatol": 1e-9}).x
    w = 1 / (v + tau2)
    mu = (w @ data.mean) / w.sum()
    weight = tau2 / (tau2 + v)
    assert parameter(fit, "sigma_group") ** 2 == pytest.approx(tau2, rel=1e-6)
    np.testing.assert_allclose(fit.weight, weight, rtol=1e-6)
    np.testing.assert_allclose(fit.estimate, mu + weight * (data.mean - mu), rtol=1e-8)
    assert parameter(fit, "sigma_error") is None
    assert parameter(fit, "icc") is None
    assert fit.df is None
    assert BUILT_IN[method].weight_curve(fit, data.information) is None
    plain = BUILT_IN[method].fit(GroupData.from_estimates(data.labels, data.mean, np.sqrt(v)))
    np.testing.assert_allclose(fit.std_error, plain.std_error, rtol=1e-12)


def test_what_is_concluded_goes_by_the_variances_that_the_fit_took():
    _, _, data = insects()
    [result] = compare(data, [BUILT_IN["reml"]], options={"reml": EACH}).results
    found = inference_dict(data, result.estimator, result.fit)
    taken = fitted_data(data, result.fit)
    assert taken.known_variance is not None
    assert set(found["spreads"]["exact"]) == {"sigma_group"}
    assert "q" in found["tests"]
    assert fitted_data(data, BUILT_IN["reml"].fit(data)) is data


def test_groups_that_covariates_explain_have_spreads_of_their_own_too():
    y, group, _ = insects()
    x = {label: float(k * k) for k, label in enumerate("ABCDEF")}
    data = GroupData.from_arrays(y, group, explained_by={"x": [x[g] for g in group]})
    fit = BUILT_IN["reml"].fit(data, EACH)
    v = fitted_data(data, fit).known_variance
    published = GroupData.from_estimates(data.labels, data.mean, np.sqrt(v))
    other = BUILT_IN["reml"].fit(published.explained_by(list(x), {"x": list(x.values())}))
    np.testing.assert_allclose(fit.estimate, other.estimate, rtol=1e-10)
    np.testing.assert_allclose(fit.std_error, other.std_error, rtol=1e-10)
    assert [c.estimate for c in fit.coefficients] == pytest.approx(
        [c.estimate for c in other.coefficients], rel=1e-9
    )


def test_weights_of_precision_enter_each_groups_spread():
    rng = np.random.default_rng(3)
    y, w, group = rng.standard_normal(30), rng.uniform(0.5, 2, 30), np.repeat(np.arange(5), 6)
    data = GroupData.from_arrays(y, group, weights=w)
    fit = BUILT_IN["ols"].fit(data, EACH)
    for j in range(5):
        here, weights = y[group == j], w[group == j]
        off = here - np.average(here, weights=weights)
        assert fit.std_error[j] ** 2 == pytest.approx(weights @ off**2 / 5 / weights.sum(), rel=1e-12)


ODD = GroupData.from_arrays([1.0, 2, 4, 3, 5, 5, 2, 7], list("aaabccdd"))


def test_a_group_without_a_spread_has_no_standard_error_and_that_is_said():
    fit = BUILT_IN["ols"].fit(ODD, EACH)
    assert np.ma.getmaskarray(fit.std_error).tolist() == [False, True, True, False]
    assert np.ma.getmaskarray(fit.interval(0.9)[0]).tolist() == [False, True, True, False]
    [note] = fit.notes
    assert note.text.endswith("'b' has one row, and 1 more is like that.")
    assert fit.joint is None


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_predictions_without_a_spread_in_some_group_are_refused(method):
    with pytest.raises(DataError, match="needs rows that vary in every one: 'b' has one row, and 1 more"):
        BUILT_IN[method].fit(ODD, EACH)
    constant = GroupData.from_arrays([1.0, 2, 5, 5], list("aabb"))
    with pytest.raises(DataError, match="'b' has rows that are all equal"):
        BUILT_IN[method].fit(constant, EACH)


@pytest.mark.parametrize("method", ["ols", "reml", "ml"])
def test_covariates_of_rows_are_refused(method):
    data = GroupData.from_arrays([1.0, 2, 4, 6, 3, 9], list("aaabbb"), adjust={"x": [1, 2, 4, 5, 5, 6]})
    with pytest.raises(DataError, match="is not offered with covariates of the rows"):
        BUILT_IN[method].fit(data, EACH)


def test_published_means_have_spreads_of_their_own_already():
    data = GroupData.from_estimates("abcde", [1, 2, 4, 3, 7], [1, 1, 2, 1, 2])
    for method in ("ols", "reml", "ml"):
        first, second = (BUILT_IN[method].fit(data, options) for options in (None, EACH))
        np.testing.assert_array_equal(first.std_error, second.std_error)


def test_few_rows_are_warned_of():
    y, group, data = insects()
    [note] = BUILT_IN["reml"].fit(data, EACH).notes
    assert (note.code, note.severity) == ("own_spreads", "info")
    few = GroupData.from_arrays(y[::4] + 0.1 * np.arange(18), group[::4])
    assert few.n.tolist() == [3] * 6
    note = BUILT_IN["reml"].fit(few, EACH).notes[-1]
    assert note.severity == "warning"
    assert "from 3 rows, the fewest here, a spread is known to about 50% of itself" in note.text


def test_replicates_are_fitted_as_single_data_sets_are():
    rng = np.random.default_rng(2)
    n = np.array([3, 4, 6, 5])
    batch = GroupBatch(list("abcd"), n, 0.0, rng.standard_normal((3, 4)), rng.uniform(1, 5, (3, 4)))
    for method in ("ols", "reml"):
        many = fit_many(BUILT_IN[method], batch, EACH)
        for r in range(3):
            one = BUILT_IN[method].fit(batch[r], EACH)
            np.testing.assert_array_equal(many.estimate[r], one.estimate)
            np.testing.assert_array_equal(many.interval(0.9)[0][r], one.interval(0.9)[0])


def test_the_check_on_equal_spread_points_to_the_option():
    _, _, data = insects()
    assert model_checks(data).spread.p < 0.01
    assert "error_spread=each" in model_checks(data).sentences()["spread"]
