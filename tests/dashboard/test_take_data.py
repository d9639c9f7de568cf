"""Data that are taken to the risk page: groups, sizes and spreads are those on screen."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.callbacks.take_data import taken
from dashboard.session.design_of_data import MOST_LISTED, TAKEN, design_of_data, sizes_of
from estimators import Design, GroupData, simulate
from tests.estimators.test_reference import published
from tests.scenes import BUILT_IN, built_in, groups_of, scene_of

DATA = simulate(Design(groups=24, per_group="~2-70", sigma_group=5, sigma_error=10, mean=60, seed=3)).data


def test_the_design_has_the_sizes_of_the_data_and_the_spreads_of_the_headline():
    scene = scene_of(DATA, BUILT_IN.values())
    found = design_of_data(scene)
    design = Design(**found.fields)
    np.testing.assert_array_equal(design.sizes, DATA.n)
    parameters = scene.reference.result.fit.parameters
    for name, field in (("sigma_group", design.sigma_group), ("sigma_error", design.sigma_error)):
        assert field == pytest.approx(parameters[name].value, rel=1e-3)
    assert design.mean == pytest.approx(parameters["mu"].value, rel=1e-3)
    assert set(found.fields) == set(TAKEN)
    assert f"24 schools of {DATA.n.min()} to {DATA.n.max()} rows, each its own" in found.words
    assert f"σg {design.sigma_group:g}" in found.words
    assert f"as {scene.reference.label} estimates them" in found.words


def test_the_page_is_told_which_rule_the_sizes_follow():
    scene = scene_of(DATA, BUILT_IN.values())
    assert taken(scene)["sizes"] == "list"
    equal = simulate(Design(groups=8, per_group="5", sigma_error=2, seed=3)).data
    assert taken(scene_of(equal, built_in("reml")))["sizes"] == "equal"


@pytest.mark.parametrize(
    ("sizes", "text"), [([5, 5, 5], "5"), ([2, 9, 4], "2,9,4"), ([3] * MOST_LISTED + [7], "3-7")]
)
def test_sizes_are_written_as_designs_write_them(sizes, text):
    assert sizes_of(sizes) == text
    assert len(Design(groups=len(sizes), per_group=text).sizes) == len(sizes)


@pytest.mark.parametrize(
    ("data", "methods", "why"),
    [
        (published("eight_schools.csv"), "reml", "published means have none"),
        (DATA, "ols", "no method that is on estimates both spreads"),
        (groups_of([9]), "reml", "there is only one school"),
    ],
)
def test_what_cannot_be_taken_says_why(data: GroupData, methods, why):
    found = taken(scene_of(data, built_in(methods)))
    assert why in found["words"].lower()
    assert found["fields"] == {}
