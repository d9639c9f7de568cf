"""A group that weighs far more than the others beside covariates: standard errors keep their digits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from estimators import DataError, GroupData, funnel, leave_one_out
from estimators.fitting.fit_many import fit_many
from estimators.inference.normal_plot import normal_plot
from estimators.inference.redrawn_groups import RedrawnGroups
from tests.inference.oracles import relative
from tests.oracles import BUILT_IN, parameter

SIZES = [2, 3, 2, 3, 2]
GROUP = np.repeat(np.arange(len(SIZES)), SIZES)
LABELS = [f"g{j}" for j in GROUP]


@pytest.fixture
def few_draws(monkeypatch):
    """Of the band of a normal plot: a fit takes up to .3 s where one group is so precise."""
    for name in ("FEWEST_DRAWS", "MOST_DRAWS", "MOST_DRAWS_BESIDE"):
        monkeypatch.setattr(f"estimators.inference.normal_plot.{name}", 8)


def rows(heavy, apart):
    rng = np.random.default_rng(3)
    weight, x = np.where(GROUP == 1, heavy, 1.0), rng.normal(size=len(GROUP))
    y = rng.normal(size=len(GROUP)) / np.sqrt(weight) + apart * np.array([1.0, 0, -2, 3, -3])[GROUP]
    return y, x, weight


def dense(fit, x, weight):
    """Second-order standard errors ``(J,)`` by dense matrices of 60 digits, at the fitted spreads."""
    count, groups = len(GROUP), range(len(SIZES))
    group, error = (mpmath.mpf(parameter(fit, f"sigma_{name}")) ** 2 for name in ("group", "error"))
    columns = mpmath.matrix([[1, value] for value in x])
    same = mpmath.matrix([[int(a == b) for b in GROUP] for a in GROUP])
    alone = mpmath.diag([1 / mpmath.mpf(value) for value in weight])
    inverse = mpmath.inverse(group * same + error * alone)
    cov = mpmath.inverse(columns.T * inverse * columns)
    left = inverse - inverse * columns * cov * columns.T * inverse
    parts = [left * same, left * alone]

    def trace(one, other):
        return mpmath.fsum(one[i, k] * other[k, i] for i in range(count) for k in range(count))

    known = 2 * mpmath.inverse(mpmath.matrix([[trace(one, other) for other in parts] for one in parts]))
    middle = mpmath.matrix([1, mpmath.fsum(map(mpmath.mpf, x)) / count])
    found = []
    for j in groups:
        at = [i for i in range(count) if GROUP[i] == j]
        whole = mpmath.fsum(mpmath.mpf(weight[i]) for i in at)
        own = mpmath.matrix([1, mpmath.fsum(mpmath.mpf(weight[i]) * mpmath.mpf(x[i]) for i in at) / whole])
        share, spread = group / (group + error / whole), group + error / whole
        gap = middle - share * own
        slope = mpmath.matrix([error / whole, -group / whole]) / spread**2
        moved = (slope.T * known * slope)[0] * spread
        found.append(float(mpmath.sqrt(group * (1 - share) + (gap.T * cov * gap)[0] + 2 * moved)))
    return found


@pytest.mark.parametrize("heavy", [10.0, 1e4, 1e8])
@pytest.mark.parametrize("apart", [0.0, 1.0])
def test_one_heavy_group_beside_a_covariate_costs_no_digits(heavy, apart):
    y, x, weight = rows(heavy, apart)
    data = GroupData.from_arrays(y, LABELS, adjust={"x": x}, weights=weight)
    fit = BUILT_IN["reml"].fit(data)
    assert (parameter(fit, "sigma_group") > 0) == (apart > 0)
    with mpmath.workdps(60):
        assert relative(fit.std_error, dense(fit, x, weight)) < 1e-10


def test_many_outcomes_at_once_have_the_same_errors():
    y, x, weight = rows(1e8, 0.0)
    data = GroupData.from_arrays(y, LABELS, adjust={"x": x}, weights=weight)
    batch, _ = RedrawnGroups.like(data).draw_many(np.random.default_rng(5), 0.0, 1.0, 8)
    found = fit_many(BUILT_IN["reml"], batch, {})
    assert (found.parameters["sigma_group"] == 0).any()
    for r in range(len(batch)):
        np.testing.assert_allclose(found.std_error[r], BUILT_IN["reml"].fit(batch[r]).std_error, rtol=1e-8)


@pytest.mark.parametrize("small", [1e-3, 1e-6, 1e-9])
def test_the_influence_of_a_precise_study_is_the_fit_without_it(small):
    value, error = np.array([0.3, 0.5, 0.2, 0.42, 0.1]), np.array([small, 0.3, 0.4, 0.2, 0.5])
    found = leave_one_out(GroupData.from_estimates(list("abcde"), value, error))
    for j in range(5):
        kept = np.arange(5) != j
        fit = BUILT_IN["reml"].fit(GroupData.from_estimates(range(4), value[kept], error[kept]))
        assert found.sigma_group[j] == pytest.approx(parameter(fit, "sigma_group"), rel=1e-9, abs=1e-12)
        assert found.mu[j] == pytest.approx(parameter(fit, "mu"), rel=1e-9)
        assert found.std_error[j] == pytest.approx(parameter(fit, "mu_std_error"), rel=1e-9)


def test_one_of_two_precise_studies_is_left_out_as_any_other():
    """Without one of two a spread of .25 was told as 0, since the other was as much too heavy for sums."""
    random = np.random.default_rng(0)
    error = np.concatenate([[6e-12, 9e-12], random.uniform(0.1, 1.0, 8)])
    value = 0.3 * random.standard_normal(10) + error * random.standard_normal(10)
    found = leave_one_out(GroupData.from_estimates(list("abcdefghij"), value, error))
    for j in range(10):
        kept = np.arange(10) != j
        fit = BUILT_IN["reml"].fit(GroupData.from_estimates(range(9), value[kept], error[kept]))
        assert found.sigma_group[j] == pytest.approx(parameter(fit, "sigma_group"), rel=1e-9, abs=1e-14)
        assert found.std_error[j] == pytest.approx(parameter(fit, "mu_std_error"), rel=1e-9)


def test_very_many_groups_that_do_not_differ_beside_a_precise_one_are_refused(monkeypatch):
    monkeypatch.setattr("estimators.inference.influence.MOST_FITS", 5)
    value, error = np.array([0.3, 0.5, 0.2, 0.42, 0.1, 0.3]), np.array([1e-9, 0.3, 0.4, 0.2, 0.5, 0.3])
    with pytest.raises(DataError, match="would take too long to fit all but one in turn"):
        leave_one_out(GroupData.from_estimates(list("abcdef"), value, error))


def test_a_group_of_a_million_rows_is_left_out_as_any_other():
    mean, size = np.array([0.4, 1.0, -0.8, 0.3, 2.0]), np.array([1_000_000, 2, 3, 2, 4])
    found = leave_one_out(GroupData.from_means(list("abcde"), mean, size, sd=np.full(5, 1.5)))
    others = GroupData.from_means(list("bcde"), mean[1:], size[1:], sd=np.full(4, 1.5))
    fit = BUILT_IN["reml"].fit(others)
    for got, name in ((found.mu, "mu"), (found.std_error, "mu_std_error"), (found.icc, "icc")):
        assert got[0] == pytest.approx(parameter(fit, name), rel=1e-9, abs=1e-12)


@pytest.mark.slow
@pytest.mark.usefixtures("few_draws")
def test_distances_to_the_mean_and_the_funnel_keep_their_digits_beside_a_precise_study():
    """By 60 digits, of means that are all drawn where tau is 0."""
    value, error = [0.3, 0.5, 0.2, 0.42, 0.1], [1e-9, 0.3, 0.4, 0.2, 0.5]
    data = GroupData.from_estimates(list("abcde"), value, error)
    with mpmath.workdps(60):
        y, a = [mpmath.mpf(v) for v in value], [1 / mpmath.mpf(e) ** 2 for e in error]
        middle = mpmath.fdot(a, y) / mpmath.fsum(a)
        want = [(v - middle) / mpmath.sqrt(1 / w - 1 / mpmath.fsum(a)) for v, w in zip(y, a, strict=True)]
        pairs = mpmath.fsum(a) - mpmath.fsum(w * w for w in a) / mpmath.fsum(a)
    assert BUILT_IN["reml"].fit(data).parameters["sigma_group"].value == 0
    plot = normal_plot(data, "reml")
    assert relative(plot.deviation, np.sort(np.array(want, dtype=float))) < 1e-6
    assert np.isfinite(plot.high).all()
    found = funnel(GroupData.from_estimates(list("abcde"), [0.3, 5.5, 0.2, 9.42, 0.1], error))
    between = (5 * found.phi - 4) / float(pairs)
    assert found.tau == pytest.approx(between**0.5, rel=1e-12)


@pytest.mark.slow
@pytest.mark.usefixtures("few_draws")
def test_distances_to_a_regression_keep_their_digits_beside_a_precise_study():
    """By 60 digits at the fitted spread; where tau is drawn as 0 the precise study decides almost alone."""
    value, error, x = [0.3, 0.5, -0.2, 0.9, 0.1], [1e-9, 0.3, 0.4, 0.2, 0.5], [0.2, -0.4, 1.1, 0.5, -1.3]
    labels = list("abcde")
    data = GroupData.from_estimates(labels, value, error).explained_by(labels, {"x": x})
    plot, tau = normal_plot(data, "reml"), BUILT_IN["reml"].fit(data).parameters["sigma_group"].value
    with mpmath.workdps(60):
        y, rows = mpmath.matrix(value), mpmath.matrix([[1, v] for v in x])
        variance = [mpmath.mpf(tau) ** 2 + mpmath.mpf(e) ** 2 for e in error]
        weight = mpmath.diag([1 / v for v in variance])
        cov = mpmath.inverse(rows.T * weight * rows)
        off, taken = y - rows * cov * rows.T * weight * y, rows * cov * rows.T
        want = sorted(float(off[j] / mpmath.sqrt(variance[j] - taken[j, j])) for j in range(5))
    assert relative(plot.deviation, want) < 1e-9
    assert np.isfinite([plot.low, plot.high]).all()
