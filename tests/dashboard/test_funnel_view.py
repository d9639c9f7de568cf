"""The funnel as data: every own mean at its precision, limits around the target, names of those outside."""

from __future__ import annotations

import numpy as np

from dashboard.figures.funnel import MOST_MARKED, OUTER, VIEW, funnel_figure, funnel_marks
from dashboard.figures.page_view import draw_view
from estimators import GroupData, funnel
from tests.dashboard.sent import group_traces, numbers, sent
from tests.scenes import BUILT_IN, groups_of, scene_of

DATA = groups_of([4, 9, 25, 16, 9, 4, 36, 25], means=[0, 0, 0, 0, 0, 0, 0, 30], spread=1.0)


def test_every_group_stands_at_its_rows_and_own_mean():
    scene = scene_of(DATA, BUILT_IN.values())
    [trace] = group_traces(sent(funnel_figure(scene)))
    np.testing.assert_allclose(numbers(trace["y"]), scene.own_mean)
    np.testing.assert_allclose(numbers(trace["x"]), scene.n)


def test_limits_lie_around_the_target_by_the_formula():
    scene = scene_of(groups_of([9] * 30, spread=4.0, seed=3), BUILT_IN.values())
    found = funnel(scene.comparison.data)
    lines = [t for t in sent(funnel_figure(scene))["data"] if t["mode"] == "lines"]
    y = np.concatenate([numbers(line["y"]) for line in lines])
    middle = (np.nanmax(y) + np.nanmin(y)) / 2
    assert np.isclose(middle, found.target)


def test_those_outside_have_their_names():
    scene = scene_of(groups_of([30] * 20, means=[0.0] * 19 + [40.0], spread=1.0), BUILT_IN.values())
    figure = sent(funnel_figure(scene))
    assert funnel(scene.comparison.data).beyond(OUTER).sum() == 1
    assert "g19" in [note["text"] for note in figure["layout"]["annotations"]]
    assert "1 outside" in figure["layout"]["meta"]["subtitle"]


def test_a_name_at_the_left_end_stands_on_the_other_side_of_its_mark():
    rows = np.arange(10, 210, 10)
    scene = scene_of(groups_of(rows, means=[40.0] + [0.0] * 18 + [40.0], spread=1.0), BUILT_IN.values())
    notes = {note["text"]: note for note in sent(funnel_figure(scene))["layout"]["annotations"]}
    assert (notes["g0"]["xanchor"], notes["g19"]["xanchor"]) == ("left", "right")


def test_without_standard_errors_the_card_is_hidden():
    scene = scene_of(groups_of([1, 1, 1]), BUILT_IN.values())
    drawing = draw_view(VIEW, scene)
    assert drawing.figure is None
    assert not drawing.problem


def test_of_very_many_only_those_furthest_outside_are_marks():
    rng = np.random.default_rng(1)
    means = rng.standard_t(2, 5000)
    data = GroupData.from_estimates([f"g{i}" for i in range(5000)], means, np.full(5000, 0.05))
    scene = scene_of(data, [BUILT_IN["reml"]])
    [trace] = group_traces(sent(funnel_figure(scene)))
    at = trace["meta"]["positions"]
    assert len(at) == MOST_MARKED
    extreme = np.abs(scene.own_mean - np.median(scene.own_mean))
    assert extreme[at].min() >= np.sort(extreme)[-MOST_MARKED - 2]
    np.testing.assert_allclose(numbers(funnel_marks(scene, np.array([3]))[0]["y"]), scene.own_mean[[3]])
