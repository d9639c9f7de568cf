"""Possible truths: draws from the joint distribution of the method that is asked, on the axes of the page."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.callbacks.possible_truths import (
    DRAWS,
    POSSIBLE,
    SEED,
    possible_frame,
    possible_scene,
    refusal,
    views_of,
)
from dashboard.figures.parts import ONE_BY_ONE
from dashboard.figures.views import VIEWS
from dashboard.pages import ids
from dashboard.scene.scene import make_scene
from estimators import GroupData, compare
from tests.dashboard.sent import group_traces, numbers
from tests.scenes import FIVE, built_in, groups_of, scene_of

DATA = groups_of([4, 9, 25, 16, 9, 4], means=[0, 1, 2, 3, 4, 9])
SCENE = scene_of(DATA, FIVE)


def test_each_truth_is_a_draw_in_display_order():
    joint = SCENE.reference.result.fit.joint
    theta, _ = joint.draw(DRAWS, SEED)
    for draw in (0, 7):
        possible = possible_scene(SCENE, SCENE.reference, draw)
        np.testing.assert_allclose(possible.truth.mean, (joint.origin + theta[draw])[SCENE.order])
        assert possible.truth.name == POSSIBLE


@pytest.mark.parametrize("smallest_first", [False, True])
def test_who_comes_first_is_said_in_the_direction_of_the_page(smallest_first):
    comparison = compare(DATA, FIVE, smallest_first=smallest_first)
    scene = make_scene(comparison, outcome="score", group="school", selection_key="view")
    possible, words = possible_frame(scene, "", 2)
    means = possible.truth.mean if smallest_first else -possible.truth.mean
    first = [scene.labels[at] for at in np.argsort(means)[:3]]
    assert words == f"Possible truth 3 of 20, by REML BLUP: {first[0]}, {first[1]} and {first[2]} come first."


def test_one_group_has_no_first():
    one = scene_of(groups_of([9]), FIVE)
    assert possible_frame(one, "", 0) is None
    assert refusal(one) == "There is only one school: which comes first is asked of two or more."


def test_a_method_that_is_chosen_is_asked():
    assert "by Level means" in possible_frame(SCENE, "ols", 0)[1]


def test_the_groups_view_keeps_the_axis_that_the_page_shows():
    from dashboard.figures.groups import VIEW
    from dashboard.figures.page_view import draw_view

    shown = draw_view(VIEW, SCENE).figure
    played = [view for view in VIEWS if view.plays_truths]
    figures = views_of(played, SCENE, possible_scene(SCENE, SCENE.reference, 3), {})
    assert set(figures) == {ids.view_graph("groups"), ids.view_graph("rank")}
    moved = figures[ids.view_graph("groups")]
    assert moved["layout"]["xaxis"]["range"] == shown["layout"]["xaxis"]["range"]
    [rings] = [t for t in group_traces(moved) if t["name"] == POSSIBLE]
    np.testing.assert_allclose(numbers(rings["x"]), possible_scene(SCENE, SCENE.reference, 3).truth.mean)


def test_nothing_is_played_where_nobody_is_ranked_or_too_many_are():
    alike = scene_of(GroupData.from_arrays([1.0, 3.0, 1.5, 2.5, 1.0, 3.0], list("aabbcc")), built_in("reml"))
    assert possible_frame(alike, "", 0) is None
    assert "switch on level means" in refusal(alike)
    groups = ONE_BY_ONE + 1
    many = GroupData.from_estimates([f"g{i}" for i in range(groups)], np.arange(groups), np.ones(groups))
    crowd = scene_of(many, built_in("reml"))
    assert possible_frame(crowd, "", 0) is None
    assert "401 schools are too many" in refusal(crowd)
