"""Percentages and numbers as text."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.words.numbers import DASH, MOST_DIGITS, number, number_by_error, percent


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (None, DASH),
        (math.nan, DASH),
        (math.inf, DASH),
        (0.0, "0%"),
        (1.0, "100%"),
        (1e-300, "under 1%"),
        (0.0049999, "under 1%"),
        (0.005, "1%"),
        (0.025, "3%"),
        (0.125, "13%"),
        (0.5, "50%"),
        (0.994, "99%"),
        (math.nextafter(0.995, 0), "99%"),
        (0.995, "over 99%"),
        (math.nextafter(1, 0), "over 99%"),
        (np.float64(0.31), "31%"),
        (1 + 1e-9, "100%"),
        (-1e-9, "0%"),
    ],
)
def test_percent(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (None, DASH),
        (0.0, "0.0%"),
        (1.0, "100.0%"),
        (0.00049, "under 0.1%"),
        (0.0005, "0.1%"),
        (0.9994, "99.9%"),
        (math.nextafter(0.9995, 0), "99.9%"),
        (0.9995, "over 99.9%"),
        (0.1225, "12.3%"),
        (1.35, "135.0%"),
    ],
)
def test_percent_with_a_digit_behind_the_point(share, text):
    assert percent(share, digits=1) == text


@pytest.mark.parametrize("digits", [0, 1])
@given(share=st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_a_share_between_is_never_said_to_be_none_or_all(digits, share):
    text = percent(share, digits=digits)
    assert text not in ("0%", "100%", "0.0%", "100.0%")
    if text.endswith("%") and text[0].isdigit():
        assert abs(float(text[:-1]) - 100 * share) <= 0.5 / 10**digits + 1e-9


@given(st.none() | st.floats())
def test_any_number_is_said(value):
    for text in (
        percent(value),
        number(value),
        number(value, digits=6),
        number_by_error(value, 1.0, digits=3),
    ):
        assert text
        assert not {"nan", "inf"} & set(text.split())


@given(
    st.floats(-1e305, 1e305),
    st.none() | st.floats(1e-300, 1e300),
    st.sampled_from([2, 3, 6]),
)
def test_a_number_is_rounded_right(value, like, digits):
    read = float(number(value, like=like, digits=digits).replace(",", "").replace("−", "-"))
    step = 10.0 ** (math.floor(math.log10(like or abs(value) or 1.0)) - digits + 1)
    reach = max(step, abs(value) * 10.0 ** -(MOST_DIGITS - 1))
    if like is None:
        reach = max(step, abs(value) * 1e-3)
    elif abs(value) >= 1e9 or max(like, abs(value)) < 1e-4:
        reach = max(reach, abs(value) * 1e-3)
    assert abs(read - value) <= 0.5 * reach * (1 + 1e-9) + 1e-323


@pytest.mark.parametrize(
    ("value", "like", "digits", "text"),
    [
        (None, None, 3, DASH),
        (0.0, None, 3, "0"),
        (1527.5, None, 6, "1,527.50"),
        (1527.5, 17.69, 2, "1,528"),
        (-1234567.8, None, 3, "−1,234,568"),
        (0.1558, None, 3, "0.156"),
        (1e150, None, 3, "1e+150"),
        (2.5e-12, None, 3, "2.5e−12"),
        (-3e-17, 0.5, 2, "0.00"),
        (1e9 + 0.0123, 0.02, 2, "1,000,000,000.012"),
        (1.5e9, 1e8, 2, "1.5e+09"),
        (-1e150, 1e149, 2, "−1e+150"),
        (5e-324, None, 3, "4.941e−324"),
        (1.7e308, None, 3, "1.7e+308"),
        (2.5, 5e-324, 2, "2.5"),
    ],
)
def test_number(value, like, digits, text):
    assert number(value, like=like, digits=digits) == text


def test_a_location_has_the_digits_that_its_error_can_tell_apart():
    assert number_by_error(1527.5, 17.69, digits=6) == "1,527.50"
    assert number_by_error(1e9 + 0.01, 0.02, digits=6) == "1,000,000,000.010"
    assert number_by_error(5.6655, None, digits=3) == "5.67"
    assert number_by_error(5.6655, 0.0, digits=3) == "5.67"
    assert number_by_error(0.0, 1.0, digits=3) == "0"
    assert number_by_error(None, 1.0, digits=3) == DASH
