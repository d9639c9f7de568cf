"""A group that weighs far more than the others beside covariates: standard errors keep their digits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from estimators import GroupData
from estimators.fitting.fit_many import fit_many
from estimators.inference.redrawn_groups import RedrawnGroups
from tests.inference.oracles import relative
from tests.oracles import BUILT_IN, parameter

SIZES = [2, 3, 2, 3, 2]
GROUP = np.repeat(np.arange(len(SIZES)), SIZES)
LABELS = [f"g{j}" for j in GROUP]


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
