"""Sums over rising factorials against 60-digit arithmetic, also where x is far above k."""

import mpmath as mp
import numpy as np
import pytest

from blupboard_counts_eb import rising

NEAR = (1e-6, 0.01, 0.5, 3.0, 11.9)
FAR = (12.0, 13.0, 31.0, 1e4, 1e8, 1e14)


def exact(name, x, k):
    with mp.workdps(60):
        x = mp.mpf(x)
        inverse = mp.psi(0, x + k) - mp.psi(0, x)
        return {
            "log_rising": mp.loggamma(x + k) - mp.loggamma(x) - k * mp.log(x),
            "sum_inverse": inverse,
            "sum_inverse_square": mp.psi(1, x) - mp.psi(1, x + k),
            "sum_share": k - x * inverse,
        }[name]


@pytest.mark.slow_cases
@pytest.mark.parametrize("k", [1, 2, 3, 10, 100, 100_000])
@pytest.mark.parametrize("name", ["log_rising", "sum_inverse", "sum_inverse_square", "sum_share"])
def test_they_are_those_of_60_digits(name, k):
    for places, tolerance in ((NEAR, 2e-13), (FAR, 1e-14)):
        got = getattr(rising, name)(np.array(places), float(k))
        want = np.array([float(exact(name, x, k)) for x in places])
        slack = [1e-14 if x < rising.LARGE else 1e-15 / x for x in places] if k == 1 else [0.0]
        assert (np.abs(got - want) <= tolerance * np.abs(want) + np.array(slack)).all(), (got, want)


def test_none_adds_nothing():
    for name in ("log_rising", "sum_inverse", "sum_inverse_square", "sum_share"):
        assert getattr(rising, name)(np.array([0.5, 40.0]), 0.0).tolist() == [0.0, 0.0]
