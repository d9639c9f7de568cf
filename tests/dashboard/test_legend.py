"""The legends of views: wherever more than one method is drawn, whoever wrote the axes."""

from __future__ import annotations

from dashboard.callbacks.views import card_contents
from dashboard.figures.page_view import draw_views
from dashboard.figures.views import VIEWS
from tests.scenes import FIVE, built_in, everyone, groups_of, scene_of

DATA = groups_of([2, 5, 9, 30, 4], means=[1.0, 4.0, 2.0, 8.0, 6.0], spread=2.0)


def test_every_method_of_a_view_without_columns_stands_in_its_legend():
    scene = scene_of(DATA, FIVE)
    drawings = draw_views(VIEWS, scene)
    names = [series.label for series in scene.series]
    assert [entry.label for entry in drawings["groups"].legend] == names
    assert [entry.label for entry in drawings["weight"].legend] == names
    assert not drawings["rank"].legend, "its columns have the names"


def test_the_legend_is_named_in_the_figure_as_its_traces_are():
    scene = scene_of(DATA, everyone())
    figure = draw_views(VIEWS, scene)["own-estimate"].figure
    named = {trace["name"] for trace in figure["data"] if "name" in trace}
    assert set(figure["layout"]["meta"]["legend"]) <= named


def test_one_method_alone_needs_no_legend():
    drawings = draw_views(VIEWS, scene_of(DATA, built_in("reml"), show_own=False))
    assert not any(drawing.legend for drawing in drawings.values())
    assert not any(content["legend"] for content in card_contents(drawings).values())
