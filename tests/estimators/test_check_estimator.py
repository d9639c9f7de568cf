"""The conformance check: who keeps to the contract passes, and each breach is named with what to mend."""

from __future__ import annotations

import numpy as np
import pytest

from estimators import ConformanceError, DataError, GroupFit, Note, check_estimator, compare
from tests.estimators.plugin_parts import DATA, Share, variant
from tests.oracles import BUILT_IN


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", BUILT_IN)
def test_every_built_in_conforms(name):
    check_estimator(BUILT_IN[name])


def test_an_estimator_that_conforms_passes():
    check_estimator(Share())
    check_estimator(variant(needs="rows"))


def shrunk(data, **more):
    return GroupFit(data.mean, **more)


COUNTER = iter(range(10**6))

BROKEN = {
    "no id": ({"id": None}, "id must be text"),
    "bad id": ({"id": "Bad Id"}, "must be lower-case"),
    "needs": ({"needs": "everything"}, "say 'summary' or 'rows'"),
    "options": (
        {"make_options": classmethod(lambda cls, given=None: cls.Options())},
        "an unknown option is accepted",
    ),
    "shape": ({"_fit": lambda self, data, options: GroupFit(data.mean[:1])}, "has shape (1,)"),
    "nan": ({"_fit": lambda self, data, options: GroupFit(data.mean * np.nan)}, "values that are not finite"),
    "type": ({"_fit": lambda self, data, options: data.mean}, "not a GroupFit"),
    "writes": ({"_fit": lambda self, data, options: data.n.__setitem__(0, 1)}, "read-only"),
    "crashes": ({"_fit": lambda self, data, options: 1 / 0}, "ZeroDivisionError"),
    "refuses": (
        {"_fit": lambda self, data, options: (_ for _ in ()).throw(DataError("no"))},
        "refuses ordinary data",
    ),
    "random": (
        {"_fit": lambda self, data, options: GroupFit(data.mean + next(COUNTER))},
        "the same data give different estimates",
    ),
    "weight": (
        {"_fit": lambda self, data, options: shrunk(data, weight=np.full(len(data), 1.5))},
        "weight lies outside 0 to 1",
    ),
    "negative": (
        {"_fit": lambda self, data, options: shrunk(data, std_error=-np.ones(len(data)))},
        "std_error holds negative values",
    ),
    "interval": (
        {
            "_fit": lambda self, data, options: shrunk(
                data, interval_fn=lambda level: (data.mean, data.mean + 1 / level)
            )
        },
        "narrower than a 50% interval",
    ),
    "interval shape": (
        {"_fit": lambda self, data, options: shrunk(data, interval_fn=lambda level: ([0.0], [1.0]))},
        "one entry per group",
    ),
    "interval fails": (
        {"_fit": lambda self, data, options: shrunk(data, interval_fn=lambda level: 1 / 0)},
        "interval(0.5) fails with ZeroDivisionError",
    ),
    "interval upside down": (
        {
            "_fit": lambda self, data, options: shrunk(
                data, interval_fn=lambda level: (data.mean + level, data.mean - level)
            )
        },
        "lower end is above the upper one",
    ),
    "interval of one end": (
        {"_fit": lambda self, data, options: shrunk(data, interval_fn=lambda level: data.mean)},
        "interval_fn gives two arrays",
    ),
    "curve": ({"weight_curve": lambda self, fit, n: np.zeros(len(n) + 1)}, "weight_curve must give"),
    "curve fails": (
        {"weight_curve": lambda self, fit, n: 1 / 0},
        "weight_curve, r_code or python_code fails with ZeroDiv",
    ),
    "code": ({"r_code": lambda self, data, options: 3}, "r_code must give text"),
    "python": ({"python_code": lambda self, data, options: 3}, "python_code must give text"),
    "order": (
        {
            "needs": "rows",
            "_fit": lambda self, data, options: GroupFit(np.full(len(data), data.rows.outcome[0])),
        },
        "the order of the rows changes the estimates",
    ),
    "parameter": (
        {"_fit": lambda self, data, options: shrunk(data, parameters={"mu": float("nan")})},
        "parameter mu is nan",
    ),
    "parameter of many": (
        {"_fit": lambda self, data, options: shrunk(data, parameters={"mu": data.mean})},
        "parameter mu is one number, not ndarray",
    ),
    "centers of another number": (
        {"_fit": lambda self, data, options: shrunk(data, center=[1, 2, 3])},
        "center has shape (3,): give one number, or one for each group",
    ),
    "handles": ({"handles": frozenset({"weigths"})}, "handles holds 'weigths', which is none of known_var"),
    "handles a text": ({"handles": "weights"}, "handles must be a set such as frozenset({'known_variance'})"),
    "masked": (
        {"_fit": lambda self, data, options: GroupFit(np.ma.masked_less(data.mean, data.mean.max()))},
        "estimate has masked entries",
    ),
    "complex": ({"_fit": lambda self, data, options: GroupFit(data.mean + 1j)}, "holds complex numbers"),
    "text": ({"_fit": lambda self, data, options: GroupFit(data.labels)}, "estimate is no array of numbers"),
    "severity": (
        {"_fit": lambda self, data, options: shrunk(data, notes=[Note("a", "bad", "b")])},
        "say 'info' or 'warning'",
    ),
}


@pytest.mark.slow_cases
@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_estimator_is_told_what_to_mend(fault):
    members, words = BROKEN[fault]
    with pytest.raises(ConformanceError) as told:
        check_estimator(variant(**members))
    assert any(words in problem for problem in told.value.problems), told.value.problems
    assert words in str(told.value)


def test_that_data_may_be_refused_is_not_said_of_ordinary_data():
    members, _ = BROKEN["crashes"]
    with pytest.raises(ConformanceError) as told:
        check_estimator(variant(**members))
    assert told.value.problems[0] == "on 20 groups of 8 rows: ZeroDivisionError: division by zero"
    assert "raise DataError" in told.value.problems[1]


def test_an_endless_message_of_a_plugin_is_cut():
    def fails(self, data, options):
        raise ValueError("much\nto say " * 1000)

    found = compare(DATA, [variant(_fit=fails)]).failed[0].message
    assert found.startswith("the method failed with ValueError: much to say much to say")
    assert found.endswith(" …")
    assert len(found) < 400


def test_a_class_in_place_of_an_instance_is_told_so():
    with pytest.raises(ConformanceError, match="pass an instance"):
        check_estimator(Share)
