"""Own means against estimates: marks, the line of equal values, slopes, and what is drawn of very many."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.figures.own_estimate import VIEW, own_estimate_figure, slope_on_own
from dashboard.figures.page_view import draw_view
from dashboard.figures.stand_outs import MOVED
from dashboard.figures.view_request import ViewRequest
from estimators import GroupData
from tests.dashboard.sent import group_traces, markers, numbers, sent
from tests.scenes import built_in, groups_of, scene_of

SCENE = scene_of(
    groups_of([2, 5, 9, 30, 4], means=[1.0, 4.0, 2.0, 8.0, 6.0], spread=2.0),
    built_in("ols", "reml", "ml", "james_stein", "grand_mean"),
)


def crowd(groups):
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(groups), rng.integers(2, 6, groups))
    truth = rng.standard_normal(groups)
    outcome = truth[group] + rng.standard_normal(len(group))
    return scene_of(GroupData.from_arrays(outcome, group), built_in("ols", "reml", "james_stein"))


def test_each_method_that_moves_own_means_has_its_estimates_and_its_slope():
    figure = sent(own_estimate_figure(SCENE))
    for name in ("reml", "ml", "james_stein"):
        series = SCENE.by_id(name)
        trace = markers(figure, series.label)
        assert numbers(trace["x"]).tolist() == SCENE.own_mean.tolist()
        assert numbers(trace["y"]).tolist() == series.estimate.tolist()
        wanted = np.polyfit(SCENE.own_mean, series.estimate, 1)[0]
        assert slope_on_own(SCENE, series) == pytest.approx(wanted, rel=1e-12)
    assert len(group_traces(figure)) == 3, "level means are their own means, the grand mean is one number"


def test_the_slope_of_one_weight_for_all_is_that_weight():
    series = SCENE.by_id("james_stein")
    assert slope_on_own(SCENE, series) == pytest.approx(series.weight[0], rel=1e-12)


def test_own_means_that_do_not_differ_have_no_slope():
    equal = scene_of(GroupData.from_arrays([1.0, 3.0] * 4, list("aabbccdd")), built_in("reml"))
    assert slope_on_own(equal, equal.by_id("reml")) is None
    assert draw_view(VIEW, equal).figure


def test_the_legend_has_the_slopes():
    notes = {entry.label: entry.note for entry in draw_view(VIEW, SCENE).legend}
    assert notes["James–Stein"] == f"slope {SCENE.by_id('james_stein').weight[0]:.2f}"
    assert len(notes) == 3


def test_the_line_of_equal_values_runs_through_all_own_means():
    dashed = [t for t in sent(own_estimate_figure(SCENE))["data"] if t.get("line", {}).get("dash") == "dash"]
    (line,) = dashed
    assert numbers(line["x"]).tolist() == numbers(line["y"]).tolist()
    assert numbers(line["x"])[0] < SCENE.own_mean.min()
    assert numbers(line["x"])[1] > SCENE.own_mean.max()


@pytest.mark.parametrize("groups", [2_000, 20_000])
def test_of_very_many_each_method_is_a_density_of_all_and_the_most_moved_are_marks(groups):
    scene = crowd(groups)
    drawing = draw_view(VIEW, scene)
    figure = sent(own_estimate_figure(scene))
    assert len([t for t in figure["data"] if t["type"] == "heatmap"]) == 2
    assert {len(t["meta"]["positions"]) for t in group_traces(figure)} == {MOVED}
    assert f"density of {groups:,} schools" in drawing.subtitle
    part = own_estimate_figure(scene, ViewRequest(x=(0.0, 1.0), y=(-1.0, 2.0)))
    assert part.layout["xaxis"]["range"] == [0.0, 1.0]
    assert part.layout["yaxis"]["range"] == [-1.0, 2.0]
