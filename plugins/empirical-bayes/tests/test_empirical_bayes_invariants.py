"""What must hold whatever the data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empirical_bayes_data import BY_ID, published
from estimators import GroupData

EXAMPLES = settings(max_examples=25, deadline=None, derandomize=True)
CASES = [
    ("morris", {}),
    ("sure", {"center": "mean"}),
    ("sure", {"center": "free"}),
    ("limited_translation", {"limit": 0.5}),
    ("robust_eb", {"weights": "precision"}),
    ("robust_eb", {"weights": "equal", "kurtosis": "unrestricted"}),
]


@st.composite
def designs(draw):
    """Rows and their groups; dyadic, so that shifts and powers of two round nothing."""
    sizes = draw(st.lists(st.integers(1, 9), min_size=4, max_size=9).filter(lambda s: max(s) > 1))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    between = draw(st.sampled_from([0.0, 0.05, 0.5, 2.0, 50.0]))
    group = np.repeat(np.arange(len(sizes)), sizes)
    y = between * rng.standard_normal(len(sizes))[group] + rng.standard_normal(len(group))
    return np.round(y * 1024) / 1024, group


def fit(case, y, group):
    name, options = case
    return BY_ID[name].fit(GroupData.from_arrays(y, group), options)


def ends(found):
    interval = found.interval(0.9)
    return np.concatenate([found.estimate] if interval is None else [found.estimate, *interval])


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
@EXAMPLES
@given(design=designs(), shift=st.integers(-(2**30), 2**30))
def test_shifting_the_outcome_shifts_everything(case, design, shift):
    y, group = design
    one, other = fit(case, y, group), fit(case, y + shift, group)
    np.testing.assert_allclose(ends(other), ends(one) + shift, rtol=0, atol=1e-6 * np.ptp(y))
    np.testing.assert_allclose(other.weight, one.weight, rtol=0, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
@EXAMPLES
@given(design=designs(), power=st.sampled_from([-400, -40, 1, 7, 400]), sign=st.sampled_from([-1.0, 1.0]))
def test_the_scale_of_the_outcome_does_not_matter(case, design, power, sign):
    y, group = design
    scale = sign * 2.0**power
    one, other = fit(case, y, group), fit(case, scale * y, group)
    np.testing.assert_allclose(other.estimate / scale, one.estimate, rtol=0, atol=1e-9 * np.ptp(y))
    np.testing.assert_allclose(other.weight, one.weight, rtol=0, atol=1e-9)
    if one.interval() is not None:
        np.testing.assert_allclose(
            np.subtract(*other.interval()) / abs(scale), np.subtract(*one.interval()), rtol=1e-9
        )


@pytest.mark.slow_cases
@pytest.mark.parametrize("case", CASES)
@EXAMPLES
@given(design=designs(), seed=st.integers(0, 1000))
def test_the_order_of_the_groups_does_not_matter(case, design, seed):
    y, group = design
    names = np.random.default_rng(seed).permutation(group.max() + 1)
    one, other = fit(case, y, group), fit(case, y, names[group])
    np.testing.assert_allclose(other.estimate[names], one.estimate, rtol=0, atol=1e-9 * np.ptp(y))


@pytest.mark.slow_cases
@pytest.mark.parametrize("case", CASES)
@EXAMPLES
@given(design=designs())
def test_estimates_lie_between_the_mean_and_the_centre_as_the_weights_say(case, design):
    y, group = design
    found, data = fit(case, y, group), GroupData.from_arrays(y, group)
    assert ((found.weight >= 0) & (found.weight <= 1)).all()
    said = found.center + found.weight * (data.mean - found.center)
    np.testing.assert_allclose(found.estimate, said, rtol=0, atol=1e-9 * np.ptp(y))


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in CASES if case[0] in ("morris", "robust_eb")])
@EXAMPLES
@given(design=designs())
def test_intervals_are_nested_in_their_level_and_hold_the_estimate(case, design):
    y, group = design
    found = fit(case, y, group)
    inner = (found.estimate, found.estimate)
    for level in (0.01, 0.5, 0.95, 0.9999):
        low, high = found.interval(level)
        assert ((low <= inner[0]) & (inner[1] <= high)).all()
        inner = (low, high)


@pytest.mark.parametrize("case", CASES)
def test_equal_variances_give_one_weight_unless_it_is_cut(case):
    name, options = case
    found = BY_ID[name].fit(published([1.0, 2.0, 4.0, 2.5, 3.0], 0.5), options)
    if name != "limited_translation":
        assert np.ptp(found.weight) == 0


@pytest.mark.parametrize("case", CASES)
def test_a_huge_spread_between_groups_leaves_them_their_means(case):
    name, options = case
    found = BY_ID[name].fit(
        published(1e6 * np.array([1.0, 2.0, 4.0, 2.5, 3.0]), [0.5, 1.0, 2.0, 0.5, 1.0]), options
    )
    assert found.weight.min() > 1 - 1e-9


@pytest.mark.parametrize("case", CASES)
def test_spreads_that_differ_by_sixty_orders_of_magnitude_are_fitted(case):
    name, options = case
    found = BY_ID[name].fit(published([1.0, 2.0, 4.0, 2.5, 3.0], [1e-60, 1.0, 1.0, 1.0, 1e-3]), options)
    found.check(5)
    interval = found.interval()
    if interval is not None:
        assert np.isfinite(interval).all()
