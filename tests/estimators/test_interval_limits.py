"""Standard errors from the ends of published intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from estimators import DataError
from estimators.data.interval_limits import errors_of_limits, normal_limits

LABELS = ["a", "b", "c"]
EFFECTS = st.tuples(*[st.floats(-3, 3)] * 3).map(np.array)
ERRORS = st.tuples(*[st.floats(0.05, 2)] * 3).map(np.array)


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95, 0.99])
@given(effect=EFFECTS, error=ERRORS)
def test_they_are_those_that_the_intervals_were_made_with(level, effect, error):
    z = norm.ppf(0.5 + level / 2)
    assert normal_limits(level) == pytest.approx(2 * z, rel=1e-14)
    low, high = effect - z * error, effect + z * error
    plain = errors_of_limits(LABELS, effect, low, high, level=level, ratios=False)
    np.testing.assert_allclose(plain.std_error, error, rtol=1e-12)
    ends = np.exp([effect, low, high])
    logs = errors_of_limits(LABELS, *ends, level=level, ratios=True)
    np.testing.assert_allclose(logs.std_error, error, rtol=1e-12)
    np.testing.assert_allclose(logs.estimate, effect, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("estimate", "low", "high", "ratios", "said"),
    [
        (
            [1.0, 2.0, 3.0],
            [0.5, 1.0, 2.0],
            [1.5, 1.9, 4.0],
            False,
            "of b, 1 to 1.9, does not hold its estimate 2",
        ),
        ([1.0, 2.0, 3.0], [0.5, 2.0, 2.0], [1.5, 2.0, 4.0], False, "of b, 2 to 2, does not"),
        ([1.0, np.inf, 3.0], [0.5, 1.0, 2.0], [1.5, 3.0, 4.0], False, "estimate of b is inf"),
        ([1.0, 2.0, 3.0], [0.5, 0.0, 2.0], [1.5, 4.0, 4.0], True, "lower end of b is 0: a ratio is above 0"),
        (
            [1.0, 2.0, 3.0],
            [0.25, 0.5, 0.75],
            [4.0, 8.0, 12.0],
            False,
            "around the logarithms of the estimates",
        ),
        ([4.0, 5.0, 6.0], [1.0, 2.0, 3.0], [7.0, 8.0, 9.0], True, "not around their logarithms"),
        ([1.0, 2.0, 3.0], [-9.0, -8.0, -7.0], [2.0, 3.0, 4.0], False, "no standard error can be told"),
    ],
)
def test_intervals_that_cannot_be_are_refused(estimate, low, high, ratios, said):
    with pytest.raises(DataError, match=said):
        errors_of_limits(LABELS, *map(np.array, (estimate, low, high)), level=0.95, ratios=ratios)
