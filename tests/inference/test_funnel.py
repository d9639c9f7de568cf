"""Funnel limits against Spiegelhalter's formulas, spelled out, and what must hold of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimators import DataError, GroupData, OptionError, funnel

RNG = np.random.default_rng(7)
MEANS, ERRORS = RNG.normal(5.0, 2.0, 40), RNG.uniform(0.3, 2.0, 40)
LABELS = [f"g{i}" for i in range(40)]
PUBLISHED = GroupData.from_estimates(LABELS, MEANS, ERRORS)


def test_target_phi_and_tau_are_those_of_the_paper():
    found = funnel(PUBLISHED)
    w = 1.0 / ERRORS**2
    target = (w * MEANS).sum() / w.sum()
    z = (MEANS - target) / ERRORS
    low, high = np.quantile(z, [0.1, 0.9])
    phi = np.mean(np.minimum(np.maximum(z, low), high) ** 2)
    tau2 = (40 * phi - 39) / (w.sum() - (w**2).sum() / w.sum())
    assert np.isclose(found.target, target, rtol=1e-12)
    assert np.isclose(found.phi, phi, rtol=1e-12)
    assert np.isclose(found.tau, np.sqrt(tau2), rtol=1e-12)
    assert np.allclose(found.half_width(ERRORS, 3.0, spread="additive"), 3.0 * np.sqrt(ERRORS**2 + tau2))
    assert np.allclose(found.half_width(ERRORS, 3.0, spread="multiplicative"), 3.0 * ERRORS * np.sqrt(phi))


def test_of_rows_the_errors_are_those_of_the_pooled_variance():
    data = GroupData.from_arrays([1.0, 3.0, 5.0, 7.0, 9.0, 12.0, 2.0], list("aabbccc"))
    pooled = data.ss_within.sum() / 4
    np.testing.assert_allclose(funnel(data).std_error, np.sqrt(pooled / data.n))


def test_where_chance_explains_the_spread_the_limits_are_those_of_chance():
    data = GroupData.from_estimates(list("abcd"), [1.0, 1.1, 0.9, 1.0], [1.0, 2.0, 1.0, 1.5])
    found = funnel(data)
    assert found.phi < 1
    assert found.tau == 0
    for spread in ("multiplicative", "additive"):
        np.testing.assert_allclose(
            found.half_width(found.std_error, 2.0, spread=spread), 2.0 * found.std_error
        )


def test_limits_of_a_kind_that_there_is_not_are_refused():
    with pytest.raises(OptionError, match="one of chance, multiplicative, additive, not 'additve'"):
        funnel(PUBLISHED).beyond(2.0, spread="additve")


@given(st.sampled_from([1e-12, 1e-3, 1e6, 1e120]), st.sampled_from([0.0, 1e6]))
def test_who_is_outside_does_not_move_with_scale_and_place(scale, origin):
    moved = GroupData.from_estimates(LABELS, scale * (MEANS + origin), scale * ERRORS)
    first, found = funnel(PUBLISHED), funnel(moved)
    assert np.isclose(found.phi, first.phi, rtol=1e-6)
    assert np.isclose(found.tau, scale * first.tau, rtol=1e-6)
    for spread in ("chance", "multiplicative", "additive"):
        np.testing.assert_array_equal(found.beyond(2.0, spread=spread), first.beyond(2.0, spread=spread))


@pytest.mark.parametrize("rows", [[1.0, 2.0], [1.0, 1.0, 2.0, 2.0]])
def test_without_standard_errors_there_is_no_funnel(rows):
    with pytest.raises(DataError, match="standard errors"):
        funnel(GroupData.from_arrays(rows, list("ab") if len(rows) == 2 else list("aabb")))
