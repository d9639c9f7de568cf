"""Many methods on: one picture, a panel for each, or one of them alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dashboard.figures.columns import PITCH
from dashboard.figures.groups import VIEW as GROUPS
from dashboard.figures.linked_marks import marks_of
from dashboard.figures.own_estimate import VIEW as OWN
from dashboard.figures.page_view import draw_view, draw_views
from dashboard.figures.rank import VIEW as RANK
from dashboard.figures.shrinkage import VIEW as SHRINKAGE
from dashboard.scene.scene import MOST_OVERLAID, MULTIPLES, OVERLAID
from dashboard.session.choices import Choices, arrangement_choices
from dashboard.session.stored_file import ChosenColumns
from estimators import Estimator, GroupFit
from tests.dashboard.sent import group_traces, markers, numbers
from tests.scenes import ARRANGED, BUILT_IN, FIVE, built_in, groups_of, scene_of

DATA = groups_of([2, 5, 9, 30, 4], means=[1.0, 4.0, 2.0, 8.0, 6.0], spread=2.0)


def share(weight, label):
    class Some(Estimator):
        id, summary = f"share{int(100 * weight)}", "Part of the way."

        def _fit(self, data, options):
            return GroupFit(weight * data.mean, center=0.0)

    made = Some()
    Some.label = label
    return made


MANY = [
    *FIVE,
    share(0.3, "Three tenths of it"),
    share(0.6, "A method with a very long name indeed"),
]


def test_up_to_three_methods_stand_in_one_picture_and_more_in_a_panel_each():
    assert not scene_of(DATA, FIVE).in_panels
    assert scene_of(DATA, MANY).in_panels
    assert MOST_OVERLAID == 3
    assert not scene_of(DATA, MANY, arrangement=OVERLAID).in_panels
    assert scene_of(DATA, FIVE, arrangement=MULTIPLES).in_panels
    assert not scene_of(DATA, MANY, show_own=False).in_panels, "a panel leads from own means"
    assert not scene_of(DATA, built_in("reml"), arrangement=MULTIPLES).in_panels


@pytest.mark.parametrize("view", [SHRINKAGE, RANK], ids=lambda view: view.id)
def test_a_panel_leads_from_own_means_to_one_methods_estimates(view):
    scene = scene_of(DATA, MANY)
    figure = draw_view(view, scene).figure
    moving = [s for s in scene.series if not (s.is_line or s.is_own_mean)]
    own = scene.own_rank if view is RANK else scene.own_mean
    for panel, series in enumerate(moving):
        values = series.rank if view is RANK else series.estimate
        trace = markers(figure, series.label)
        assert numbers(trace["x"]).tolist() == pytest.approx([PITCH * panel + 1.0] * len(scene))
        assert numbers(trace["y"]).tolist() == values.tolist()
    owns = markers(figure, "own mean")
    assert numbers(owns["y"]).tolist() == np.repeat(own, len(moving)).tolist()
    lines = [t for t in group_traces(figure) if t["mode"] == "lines"]
    stride = lines[0]["meta"]["stride"]
    drawn = np.array([numbers(t["y"]).reshape(len(scene), stride) for t in lines])
    first = np.nan_to_num(drawn).sum(axis=0)[0]
    wanted = [x for s in moving for x in (own[0], (s.rank if view is RANK else s.estimate)[0])]
    assert first[~np.isnan(numbers(lines[0]["x"])[:stride])].tolist() == wanted
    names = [text.replace("<br>", " ") for text in figure["layout"]["xaxis"]["ticktext"]]
    assert names == [series.label for series in moving], "in full"
    assert figure["layout"]["xaxis"]["tickangle"] == 0
    assert figure["layout"]["meta"]["least_width"] > 0


@pytest.mark.parametrize("groups", [5, 60, 900])
def test_the_groups_of_each_panel_lead_back_to_their_values(groups):
    scene = scene_of(groups_of(np.full(groups, 4)), MANY)
    figure = draw_view(GROUPS, scene).figure
    for series in scene.series:
        if series.is_line:
            continue
        trace = markers(figure, series.label)
        low, span, start = trace["meta"]["x_scale"]
        at = trace["meta"].get("positions", range(groups))
        values = low + (numbers(trace["x"]) - start) * span
        np.testing.assert_allclose(values, series.estimate[list(at)], atol=1e-9 * span)
        if series.low is not None:
            below = values - span * numbers(trace["error_x"]["arrayminus"])
            np.testing.assert_allclose(below, series.low[list(at)], atol=1e-9 * span)
            assert start <= (below.min() - low) / span + start, "inside its panel"
    names = [text.replace("<br>", " ") for text in figure["layout"]["xaxis"]["ticktext"]]
    assert names == [series.label for series in scene.series if not series.is_line]


def test_estimates_against_own_means_have_a_panel_and_a_slope_each():
    scene = scene_of(DATA, MANY)
    drawing = draw_view(OWN, scene)
    names = [text.replace("<br>", " ") for text in drawing.figure["layout"]["xaxis"]["ticktext"]]
    assert names[-2] == "Three tenths of it 0.30"
    trace = markers(drawing.figure, "Three tenths of it")
    assert numbers(trace["y"]).tolist() == scene.by_id("share30").estimate.tolist()
    low, span, start = trace["meta"]["x_scale"]
    np.testing.assert_allclose(low + (numbers(trace["x"]) - start) * span, scene.own_mean)
    assert not drawing.legend


def test_one_method_alone_is_all_that_views_draw():
    scene = scene_of(DATA, MANY, arrangement="james_stein")
    assert [s.id for s in scene.in_view.series] == ["james_stein"]
    for drawing in draw_views([view for view in ARRANGED if view.marks], scene).values():
        named = {t.get("name") for t in group_traces(drawing.figure) if t["mode"] == "markers"}
        assert named <= {"James–Stein", "own mean"}
    assert scene_of(DATA, built_in("reml"), arrangement="gone").in_view.series


@pytest.mark.parametrize("arrangement", ["", OVERLAID, MULTIPLES, "james_stein"])
def test_marks_of_further_groups_match_the_traces_of_the_figure(arrangement):
    scene = scene_of(groups_of(np.full(500, 3)), MANY, arrangement=arrangement)
    marks = marks_of(ARRANGED, scene, np.array([7, 400]), {})
    for view in ARRANGED:
        if view.marks:
            drawn = group_traces(draw_view(view, scene).figure)
            assert [len(m["x"]) for m in marks[view.id]] == [2 * t["meta"]["stride"] for t in drawn]


def test_the_choice_is_kept_and_offers_each_method_that_is_on():
    choices = Choices(ChosenColumns("t", "y", "g"), on=("reml", "ml"), arrangement=MULTIPLES)
    assert Choices.from_json(choices.to_json()) == choices
    offered = [entry["value"] for entry in arrangement_choices(BUILT_IN, choices.on)]
    assert offered == ["", OVERLAID, MULTIPLES, "reml", "ml"]
    assert replace(choices, arrangement="").arrangement == ""
