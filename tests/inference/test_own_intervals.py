"""Own intervals of shares and rates: R's answers, and what must hold of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimators import GroupData, OptionError, compare, own_intervals
from tests.oracles import BUILT_IN

COUNTS = GroupData.from_counts("abcd", [9, 3, 0, 30], [41, 20, 12, 30])
RATES = GroupData.from_rates("abc", [5, 0, 14], [94.32, 15.72, 125.76])
# R 4.2.2: prop.test(y, n, correct = FALSE), qbeta(c(.025, .975), y + .5, n - y + .5), poisson.test(y, t)
WILSON = [
    (0.120031747782176, 0.367050059882262),
    (0.0523687458962166, 0.360418864740757),
    (0.0, 0.242494006655241),
    (0.886486606826031, 1.0),
]
JEFFREYS = [
    (0.114547024570088, 0.362475750436121),
    (0.0441313419751558, 0.348577710858454),
    (0.0, 0.185305938312485),
    (0.92032182618274, 1.0),
]
EXACT = [
    (0.0172125359427314, 0.12371005173158),
    (0.0, 0.234661542882566),
    (0.0608614048688025, 0.186781338436988),
]


def test_intervals_are_those_of_r():
    found = own_intervals(COUNTS)
    assert list(found) == ["wilson", "jeffreys"]
    np.testing.assert_allclose(np.transpose(found["wilson"]), WILSON, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(np.transpose(found["jeffreys"]), JEFFREYS, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(np.transpose(own_intervals(RATES)["exact"]), EXACT, rtol=1e-12, atol=1e-15)


@settings(deadline=None)
@given(st.integers(1, 500), st.data(), st.floats(0.01, 0.99))
def test_intervals_hold_the_share_and_turn_round_with_it(trials, data, level):
    events = data.draw(st.integers(0, trials))
    one = own_intervals(GroupData.from_counts("a", [events], [trials]), level)
    other = own_intervals(GroupData.from_counts("a", [trials - events], [trials]), level)
    for name, (low, high) in one.items():
        assert 0 <= low[0] <= high[0] <= 1
        if name == "wilson":
            assert low[0] <= events / trials + 1e-15
            assert high[0] >= events / trials - 1e-15
        np.testing.assert_allclose(other[name][0], 1 - high, atol=1e-12)
    wider = own_intervals(GroupData.from_counts("a", [events], [trials]), (1 + level) / 2)
    assert all(wider[name][1] >= high for name, (_, high) in one.items())


def test_other_data_have_none_and_levels_lie_between_0_and_1():
    assert own_intervals(GroupData.from_arrays([1.0, 2, 3], list("aab"))) == {}
    assert own_intervals(GroupData.from_estimates("ab", [1, 2], [1, 1])) == {}
    with pytest.raises(OptionError, match="between 0 and 1"):
        own_intervals(COUNTS, 95)


def said(data, method="ols", level=0.95):
    (fit,) = compare(data, [BUILT_IN[method]], level=level).to_dict()["fits"]
    return [note["text"] for note in fit["notes"] if note["code"] == "interval_past_possible"]


def test_intervals_that_reach_past_what_can_be_say_so():
    """Of rates and shares normal ones did, without a word."""
    (rates,) = said(RATES)
    assert rates.startswith("The intervals of a and 1 more reach below 0, where no rate can be")
    assert "own exact intervals" in rates
    (shares,) = said(COUNTS)
    assert shares.startswith("The intervals of c and 1 more reach below 0 and above 1, where no share can be")
    assert said(GroupData.from_rates("ab", [5, 4], [94.32, 15.72]), level=0.05) == []
    rows = GroupData.from_arrays([0, 0, 1, 0, 1, 1, 1, 0], list("aaaabbbb"))
    (of_rows,) = said(rows)
    assert "own" not in of_rows
    assert said(GroupData.from_arrays([-3.0, 0, 1, 0, 1, 5, 1, 0], list("aaaabbbb"))) == []
    assert said(GroupData.from_estimates("ab", [0.1, 0.2], [0.3, 0.4])) == []
