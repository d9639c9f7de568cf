"""Roots of functions that fall: by secants from a known slope as by a bracket alone."""

import numpy as np

from estimators.inference.roots import bracketed_roots, roots_from_slope

LOW, HIGH = np.full(3, -1.0), np.array([4.0, 9.0, 700.0])
ROOTS = np.array([0.5, 3.0, 2.0])


def falling(x):
    """Nearly straight, bent, and flat but for a step of a thousandth."""
    return np.array([0.5 - x[0], np.exp(-x[1]) - np.exp(-3.0), -np.tanh(1000.0 * (x[2] - 2.0))])


def test_secants_end_where_brackets_do():
    slope = np.array([-1.0, -np.exp(-9.0), -1e-3])
    found = roots_from_slope(falling, (LOW, HIGH), HIGH, slope, close=1e-9)
    np.testing.assert_allclose(found, ROOTS, atol=1e-8)
    np.testing.assert_allclose(bracketed_roots(falling, LOW, HIGH), ROOTS, rtol=1e-14)


def test_a_root_where_the_function_is_flat_is_a_number():
    found = roots_from_slope(np.zeros_like, (LOW, HIGH), HIGH, np.zeros(3), close=1e-9)
    assert np.isfinite(found).all()
