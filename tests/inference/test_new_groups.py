"""A further group at values of what explains groups: against coefficients and errors of 50 digits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from estimators import DataError, GroupData
from estimators.inference.new_groups import new_group_at, telling_places
from estimators.inference.plan_answers import new_group
from tests.inference.oracles import answers
from tests.oracles import BUILT_IN, read_columns


def milk():
    columns = read_columns("inference", "data", "milk.csv")
    y, error = (np.array([float(v) for v in columns[key]]) for key in ("y", "se"))
    data = GroupData.from_estimates(columns["group"], y, error)
    return data.explained_by(columns["group"], {"major": columns["major"]})


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_a_new_small_area_is_expected_where_coefficients_and_tau_put_it(method):
    data, expected = milk(), answers("G", "milk")[method.upper()]
    found = new_group_at(data, {"major": "m1"}, method, level=0.9)
    half = stats.t(len(data) - 5).ppf(0.95) * np.hypot(expected["se_beta"][0], np.sqrt(expected["tau2"]))
    middle = expected["beta"][0]
    assert [found.low, found.estimate, found.high] == pytest.approx(
        [middle - half, middle, middle + half], rel=1e-9
    )
    other = new_group_at(data, {"major": "m3"}, method)
    assert other.estimate == pytest.approx(middle + expected["beta"][2], rel=1e-9)


def orthodont(**more):
    columns = read_columns("inference", "data", "orthodont.csv")
    return GroupData.from_arrays(
        columns["y"],
        columns["group"],
        adjust={"age": columns["age"]},
        explained_by={"Sex": columns["Sex"], **more},
    )


def test_rows_are_adjusted_at_the_average_of_all_rows():
    expected = answers("F", "orthodont")["REML"]
    for sex, place in (("Female", [1.0, 11.0, 0.0]), ("Male", [1.0, 11.0, 1.0])):
        found = new_group_at(orthodont(), {"Sex": sex})
        error = np.array(place) @ np.array(expected["cov_beta"]) @ np.array(place)
        half = stats.t(27 - 4).ppf(0.975) * np.sqrt(error + expected["sigma_group"] ** 2)
        middle = np.array(place) @ expected["beta"]
        assert [found.estimate, found.high] == pytest.approx([middle, middle + half], rel=1e-9)


def numbers(shape=None):
    group = np.repeat(np.arange(12), 3)
    beds, kind = 10.0 + 2.5 * np.arange(12), np.arange(12) % 3
    y = 0.2 * beds[group] + 0.01 * np.square(beds[group]) + np.sin(7.0 * np.arange(36))
    explained = {"beds": beds[group], "kind": kind[group]}
    curves = None if shape is None else {"beds": shape}
    return GroupData.from_arrays(y, group, explained_by=explained, categorical=["kind"], curves=curves)


@pytest.mark.parametrize("shape", [None, "poly3", "spline4"])
def test_a_group_like_one_there_is_expected_where_that_one_is_pulled_to(shape):
    data = numbers(shape)
    fit = BUILT_IN["reml"].fit(data)
    for j in (0, 5, 11):
        at = {"beds": 10.0 + 2.5 * int(data.labels[j]), "kind": str(int(data.labels[j]) % 3)}
        found = new_group_at(data, at)
        assert found.estimate == pytest.approx(fit.center[j], rel=1e-9)
        assert found.beyond == ()
        assert new_group_at(data, {**at, "kind": float(at["kind"])}).high == found.high
    assert new_group_at(data, {"beds": 40.0}).beyond == ("beds",)
    assert new_group_at(data, {"beds": "9.99"}).beyond == ("beds",)
    places = telling_places(data)
    assert [next(iter(place.values())) for place in places] == [16.875, 23.75, 30.625, "0", "1", "2"]


def test_with_a_covariate_that_says_nothing_it_is_the_further_group_of_a_plain_fit():
    plain = read_columns("inference", "data", "sleepstudy.csv")
    data = GroupData.from_arrays(plain["y"], plain["group"])
    fit = BUILT_IN["reml"].fit(data)
    half = stats.t(16).ppf(0.975) * np.hypot(
        fit.parameters["mu_std_error"].value, fit.parameters["sigma_group"].value
    )
    assert new_group(fit, data, 0.95)[1] == pytest.approx(fit.parameters["mu"].value + half, rel=1e-12)


def test_what_cannot_be_said_is_refused():
    data = numbers()
    for given, words in (
        ({"age": 3}, "none of what explains the groups: beds, kind"),
        ({"kind": "7"}, "no group has the kind '7', only 0, 1, 2"),
        ({"beds": "many"}, "'many' is none"),
        ({"beds": float("inf")}, "'inf' is none"),
    ):
        with pytest.raises(DataError, match=words):
            new_group_at(data, given)
    with pytest.raises(DataError, match="nothing explains these groups"):
        new_group_at(GroupData.from_arrays([1.0, 2, 3, 5], list("aabb")), {})
    twice = np.array(read_columns("inference", "data", "orthodont.csv")["Sex"])
    again = orthodont(same=np.char.add(twice, "s"))
    with pytest.raises(DataError, match="'same' does not vary, or follows from the other"):
        new_group_at(again, {"same": "Males"})
    assert [list(place) for place in telling_places(again)] == [["Sex"], ["Sex"]]
