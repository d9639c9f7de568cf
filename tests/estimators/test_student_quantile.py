"""Quantiles of Student's t and of the normal, against 50 digits."""

from math import inf

import mpmath
import pytest

from estimators.contract import student_quantile
from estimators.contract.fit import two_sided_quantile
from estimators.contract.student_quantile import normal_upper, student_upper

TAILS = [5.6e-17, 1e-10, 1e-5, 0.0005, 0.005, 0.025, 0.05, 0.1, 0.25]
DF = [1, 1.5, 2, 3, 4.7, 10, 29, 30, 31, 100, 1000, 9000, 9999, 10_001]


def relative_error(found, tail, df):
    """By one step of Newton's, whose own error is the square of what it finds."""
    with mpmath.workdps(50):
        t, v = mpmath.mpf(found), mpmath.mpf(df)
        above = mpmath.betainc(v / 2, 0.5, 0, v / (v + t * t), regularized=True) / 2
        density = (1 + t * t / v) ** (-(v + 1) / 2) / (mpmath.sqrt(v) * mpmath.beta(v / 2, 0.5))
        return float(abs((above - mpmath.mpf(tail)) / density / t))


@pytest.mark.parametrize("df", DF)
def test_students_t(df):
    for tail in TAILS:
        assert relative_error(student_upper(tail, df), tail, df) < 1e-13, tail


@pytest.mark.parametrize("df", [2, 30, 5000])
def test_near_the_middle(df):
    for tail in (0.4, 0.49, 0.4999):
        assert relative_error(student_upper(tail, df), tail, df) < 1e-12, tail


def test_the_normal_and_what_is_as_good_as_normal():
    with mpmath.workdps(50):
        for tail in (*TAILS, 0.4, 0.4999):
            exact = mpmath.sqrt(2) * mpmath.erfinv(1 - 2 * mpmath.mpf(tail))
            assert abs(normal_upper(tail) / exact - 1) < 1e-15
            assert student_upper(tail, inf) == normal_upper(tail)
            assert abs(student_upper(tail, 1e18) / exact - 1) < 1e-15


def test_steps_end_where_rounding_keeps_them_from_getting_shorter(monkeypatch):
    """At 9,000 degrees of freedom a hundred were made, most of the time of a comparison of 1,000 groups."""
    steps = []
    above = student_quantile._above
    monkeypatch.setattr(student_quantile, "_above", lambda t, df: steps.append(df) or above(t, df))
    for df in (*DF, 8_990.5, 9_000):
        for tail in TAILS:
            student_quantile._newton(tail, df, max(normal_upper(tail), tail ** (-1.0 / df) / 2))
        assert len(steps) <= 10 * len(TAILS), df
        steps.clear()


def test_the_ends():
    assert normal_upper(0.0) == student_upper(0.0, 3) == inf
    assert student_upper(0.5, 3) == 0
    for tail, df in ((0.1, 0.5), (0.6, 3), (-0.1, 3), (float("nan"), 3), (0.1, float("nan"))):
        with pytest.raises(ValueError, match="no quantile"):
            student_upper(tail, df)


@pytest.mark.parametrize("df", [0.3, 0.99, 1, 2.5, 40, 1e6])
def test_one_and_many_are_alike(df):
    """Many go by SciPy."""
    import numpy as np

    many = two_sided_quantile(0.95, np.array([df]))
    np.testing.assert_allclose(two_sided_quantile(0.95, df), many[0], rtol=1e-13)
