"""What a group's own data weigh: rows, or 1 / SE^2 where means were published; centres of one and of each."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from estimators import Estimator, FitError, GroupData, GroupFit, build_registry, check_estimator, compare
from tests.oracles import BUILT_IN

EIGHT = GroupData.from_estimates("ABCDEFGH", [28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18])
ROWS = GroupData.from_arrays([1.0, 2, 4, 5, 9, 3, 2, 8, 7, 1, 6], list("aabbbbccccc"))


class OwnCenters(Estimator):
    """Half way from each group's own mean to the mean of its neighbours in the alphabet."""

    id = "own_centers"
    label = "Own centres"
    summary = "Each group half way to a centre of its own."

    def _fit(self, data, options):
        center = (np.roll(data.mean, 1) + data.mean) / 2
        return GroupFit((data.mean + center) / 2, weight=np.full(len(data), 0.5), center=center)


def test_information_is_the_rows():
    assert ROWS.information.tolist() == [2, 4, 5]
    assert ROWS.information.dtype == np.float64
    assert not ROWS.information.flags.writeable
    assert ROWS.counts_rows


def test_information_of_published_summaries_is_their_precision():
    np.testing.assert_allclose(
        EIGHT.information, 1 / np.square([15, 10, 16, 11, 9, 11, 10, 18.0]), rtol=1e-15
    )
    assert not EIGHT.counts_rows


@pytest.mark.slow
@pytest.mark.parametrize("data", [ROWS, EIGHT], ids=["rows", "published"])
@pytest.mark.parametrize("estimator", build_registry().values(), ids=lambda estimator: estimator.id)
def test_every_curve_goes_through_the_weights_of_the_groups(estimator, data):
    result = compare(data, [estimator]).results[0]
    if result.fit is None or result.fit.weight is None:
        pytest.skip(f"{estimator.id} has no weights here: {result.message}")
    curve = estimator.weight_curve(result.fit, data.information)
    if curve is not None:
        np.testing.assert_allclose(curve, result.fit.weight, rtol=1e-9)


@pytest.mark.parametrize("name", ["reml", "ml"])
def test_the_curve_of_published_summaries_is_the_textbook_one(name):
    fit = BUILT_IN[name].fit(GroupData.from_estimates("abcd", [1, 9, 4, 22], [1, 2, 1, 3]))
    between = fit.parameters["sigma_group"].value
    standard_error = np.array([0.5, 1, 10])
    curve = BUILT_IN[name].weight_curve(fit, 1 / standard_error**2)
    np.testing.assert_allclose(curve, between**2 / (between**2 + standard_error**2), rtol=1e-12)


def test_the_reliability_of_spreads():
    n = np.array([1.0, 4.0])
    assert GroupFit([0], parameters={"sigma_group": 2, "sigma_error": 4}).reliability(n).tolist() == [
        0.2,
        0.5,
    ]
    assert GroupFit([0], parameters={"sigma_group": 2}).reliability(n).tolist() == [0.8, 16 / 17]
    assert GroupFit([0], parameters={"other": 2}).reliability(n, "other").tolist() == [0.8, 16 / 17]
    assert GroupFit([0], parameters={"sigma_group": 2, "sigma_error": 0}).reliability(n).tolist() == [1, 1]
    assert GroupFit([0], parameters={"sigma_group": 0, "sigma_error": 4}).reliability(n).tolist() == [0, 0]
    assert GroupFit([0], parameters={"sigma_group": 0, "sigma_error": 0}).reliability(n) is None
    assert GroupFit([0], parameters={"sigma_error": 4}).reliability(n) is None


def test_a_centre_for_each_group_is_kept():
    fit = OwnCenters().fit(ROWS)
    assert fit.center.shape == (3,)
    assert not fit.center.flags.writeable
    assert fit.common_center is None
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(fit)).center, fit.center)
    check_estimator(OwnCenters())


def test_one_centre_said_for_each_group_is_one_centre():
    assert GroupFit([1, 2, 3], center=[2, 2, 2]).common_center == 2
    assert GroupFit([1, 2, 3], center=2).common_center == 2
    assert GroupFit([1, 2, 3]).common_center is None
    assert GroupFit([1, 2, 3], center=np.array([2])).center == 2


@pytest.mark.parametrize(
    ("center", "words"),
    [
        ([1, 2], r"center has shape \(2,\): give one number, or one for each group"),
        (np.ones((3, 1)), r"center has shape \(3, 1\): give one number, or one for each group"),
        ([1, 2, np.nan], "center is not finite"),
        (np.inf, "center is not finite"),
    ],
)
def test_a_centre_of_another_shape_or_without_a_value_is_refused(center, words):
    with pytest.raises(FitError, match=words):
        GroupFit([1, 2, 3], center=center).check(3)


@pytest.mark.parametrize(
    ("center", "words"),
    [
        ("far", "center is one number, not str"),
        (np.ma.masked_invalid([1, np.nan, 2]), "center has masked entries"),
        ([[1], [2, 3]], "center is no array of numbers"),
        ([1j, 2, 3], "center holds complex numbers"),
    ],
)
def test_a_centre_that_is_no_number_is_refused(center, words):
    with pytest.raises(FitError, match=words):
        GroupFit([1, 2, 3], center=center)


def test_a_centre_for_each_group_goes_through_a_comparison():
    comparison = compare(ROWS, [OwnCenters(), BUILT_IN["reml"]])
    assert comparison.failed == ()
    own = comparison.to_dict()["fits"][0]
    assert [line["estimate"] for line in own["groups"]] == comparison["own_centers"].fit.estimate.tolist()
    assert len(comparison.tidy()) == 6
