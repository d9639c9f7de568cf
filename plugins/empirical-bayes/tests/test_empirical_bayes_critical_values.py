"""Critical values against published numbers, an exact certificate, and a linear program."""

import numpy as np
import pytest
from scipy.optimize import brentq, linprog
from scipy.stats import norm

from blupboard_empirical_bayes.critical_values import critical_value, worst_case

INF = np.inf
PUBLISHED = [
    (4, INF, 0.05, 7.2164, 1e-4),
    (4, 3, 0.05, 4.6195, 1e-4),
    (1, INF, 0.05, 3.2592, 1e-4),
    (25, 3, 0.05, 11.88358367, 2e-8),
    (1, 3, 0.2, 1.8494683, 2e-8),
]
"""m2, kappa, alpha and the critical value of Armstrong, Kolesár & Plagborg-Møller's own programs."""


def missed(t, chi):
    """Chance that a normal with bias sqrt(t) lies further than chi from 0."""
    return norm.sf(chi - np.sqrt(t)) + norm.sf(chi + np.sqrt(t))


@pytest.mark.parametrize(("m2", "kappa", "alpha", "want", "digits"), PUBLISHED)
def test_published_critical_values(m2, kappa, alpha, want, digits):
    assert critical_value(m2, kappa, alpha) == pytest.approx(want, abs=digits)


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("kappa", [1, 3, INF])
def test_without_bias_it_is_the_normal_quantile(alpha, kappa):
    assert critical_value(0, kappa, alpha) == pytest.approx(norm.isf(alpha / 2), rel=1e-13)


@pytest.mark.slow_cases
@pytest.mark.parametrize("m2", [0.01, 1.0, 25.0, 1e4])
def test_a_kurtosis_of_1_is_one_bias(m2):
    want = brentq(lambda chi: missed(m2, chi) - 0.05, 1, 1000, xtol=1e-12)
    assert critical_value(m2, 1, 0.05) == pytest.approx(want, rel=1e-11)
    assert critical_value(m2, 1 + 1e-7, 0.05) == pytest.approx(want, rel=1e-5)


@pytest.mark.slow_cases
@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.1, 0.5])
def test_it_is_where_the_worst_chance_of_missing_is_alpha(alpha):
    m2, kappa = np.meshgrid(np.geomspace(1e-4, 1e5, 19), [1, 1.01, 1.5, 3, 10, 100, INF])
    chi = critical_value(m2, kappa, alpha)
    assert chi.shape == m2.shape
    np.testing.assert_allclose(worst_case(m2, kappa, chi).probability, alpha, rtol=1e-9)
    assert (np.diff(chi, axis=1) > 0).all()
    assert (np.diff(chi, axis=0) >= -1e-12 * chi[1:]).all()
    assert (chi <= np.sqrt((1 + m2) / alpha)).all()


def gap(m2, kappa, chi):
    """How far the worst case falls short of an upper bound that holds for every distribution allowed.

    A parabola in t = b^2 that nowhere lies below the chance of missing, with a leading coefficient of at
    least 0, bounds the expected chance by its own expectation. The one that touches at the upper point and
    meets at the lower one has the value of the two points as its expectation, if it lies nowhere below.
    """
    worst = worst_case(m2, kappa, chi)
    low, high, share = float(worst.low), float(worst.high), float(worst.share)
    assert (1 - share) * low + share * high == pytest.approx(m2, rel=1e-9)
    assert (1 - share) * low**2 + share * high**2 <= kappa * m2**2 * (1 + 1e-9)
    bias = np.sqrt(high)
    slope = (norm.pdf(chi - bias) - norm.pdf(chi + bias)) / (2 * bias)
    distance, curve = high - low, 0.0
    if distance > 1e-6 * m2 and share < 1 - 1e-12:
        curve = max(0.0, (missed(low, chi) - missed(high, chi) + slope * distance) / distance**2)
    t = np.square(np.linspace(0, bias + chi + 30, 2001))
    bound = missed(high, chi) + slope * (t - high) + curve * np.square(t - high)
    return float(np.max(missed(t, chi) - bound))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_no_distribution_with_these_moments_misses_more_often(seed):
    rng = np.random.default_rng(seed)
    for _ in range(25):
        m2, kappa = 10 ** rng.uniform(-3, 3.5), 1 + 10 ** rng.uniform(-4, 2)
        at_level = critical_value(m2, kappa, rng.choice([0.01, 0.05, 0.1, 0.2, 0.5]))
        assert gap(m2, kappa, float(at_level)) < 1e-7
        assert gap(m2, kappa, 10 ** rng.uniform(-0.3, 2)) < 1e-7
        assert gap(m2, INF, float(critical_value(m2, INF, 0.05))) < 1e-7


@pytest.mark.slow_cases
@pytest.mark.parametrize(("m2", "kappa"), [(0.5, 15), (1, 3), (4, 3), (4, INF), (4, 1.2), (25, 3), (0.1, 40)])
def test_a_linear_program_over_distributions_finds_the_same(m2, kappa):
    chi = float(critical_value(m2, kappa, 0.05))
    worst = worst_case(m2, kappa, chi)
    t = np.square(np.linspace(0, 3 * chi + 10, 4001))
    t = np.sort(np.concatenate([t, [float(worst.low), float(worst.high), m2]]))
    bounded = np.isfinite(kappa)
    solved = linprog(
        -missed(t, chi),
        A_ub=np.square(t / m2)[None, :] if bounded else None,
        b_ub=[kappa] if bounded else None,
        A_eq=[np.ones_like(t), t / m2],
        b_eq=[1, 1],
        method="highs",
    )
    assert solved.status == 0
    assert -solved.fun == pytest.approx(0.05, abs=1e-7)


def test_the_fourth_moment_may_be_smaller_than_its_bound():
    """(m2 = 4: the unrestricted worst case has a kurtosis of 17.4, so looser bounds change nothing.)"""
    free = critical_value(4, INF, 0.05)
    worst = worst_case(4, INF, free)
    assert float(worst.share * worst.high**2 / 16) == pytest.approx(17.4, abs=0.05)
    assert critical_value(4, 20, 0.05) == pytest.approx(free, rel=1e-12)
    assert critical_value(4, 17, 0.05) < free


def test_huge_biases_follow_their_moments_alone():
    root = np.sqrt(1e40)
    assert critical_value(1e40, INF, 0.05) == pytest.approx(root / np.sqrt(0.05), rel=1e-5)
    cantelli = 1 + np.sqrt(4 * 0.95 / 0.05)
    assert critical_value(1e40, 5, 0.05) == pytest.approx(root * np.sqrt(cantelli), rel=1e-5)
    near = critical_value([0.999e12, 1.001e12], 3, 0.1)
    assert near[1] / near[0] == pytest.approx(np.sqrt(1.001 / 0.999), rel=1e-7)


@pytest.mark.parametrize(
    ("m2", "kappa", "alpha", "says"),
    [
        (-1, 3, 0.05, "m2 is finite and at least 0"),
        (INF, 3, 0.05, "m2 is finite and at least 0"),
        (np.nan, 3, 0.05, "m2 is finite and at least 0"),
        (1, 0.9, 0.05, "kappa is at least 1"),
        (1, np.nan, 0.05, "kappa is at least 1"),
        (1, 3, 0, "alpha lies between 0 and 1, not at 0"),
        (1, 3, 1, "alpha lies between 0 and 1, not at 1"),
    ],
)
def test_arguments_out_of_bounds_are_refused(m2, kappa, alpha, says):
    with pytest.raises(ValueError, match=f"^{says}$"):
        critical_value(m2, kappa, alpha)
