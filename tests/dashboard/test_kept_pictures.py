"""Pictures that outlive a change of level are those that would be drawn anew."""

from __future__ import annotations

import weakref
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from plotly.io.json import to_json_plotly

from dashboard.figures.page_view import draw_views
from dashboard.figures.view_request import ViewRequest
from dashboard.figures.views import VIEWS
from dashboard.scene.kept_pictures import KeptPictures
from dashboard.scene.scene_cache import SceneCache
from dashboard.scene.style import styles
from estimators import DataError, GroupData, compare
from estimators.fitting.compare import at_level
from tests.scenes import STRANGERS, built_in, everyone, group_data, groups_of

LIVE = [view for view in VIEWS if view.live]
LOOK = {
    "outcome": "y",
    "group": "school",
    "selection_key": "v",
    "sort": "",
    "dark": False,
    "show_own": True,
    "arrangement": "",
    "as_ratios": False,
}
DATA = groups_of([2, 5, 9, 30, 4], means=[1.0, 4.0, 2.0, 8.0, 6.0], spread=2.0)


def cache():
    return SceneCache(styles(everyone()))


def at_levels(kept, data, levels, estimators=None, **look):
    """The scenes of the same fits at some levels."""
    found = compare(data, estimators or everyone())
    for level in levels:
        results = tuple(at_level(result, level) for result in found.results)
        yield kept.scene(replace(found, results=results, level=level), **LOOK | look)


def written(drawings):
    return {
        name: (to_json_plotly(drawing.figure), drawing.problem, drawing.subtitle, drawing.legend)
        for name, drawing in drawings.items()
    }


def check_levels(data, estimators=None, request=None, **look):
    kept = cache()
    requests = {} if request is None else {view.id: request for view in LIVE}
    for scene in at_levels(kept, data, (0.95, 0.5, 0.999), estimators, **look):
        drawn = draw_views(LIVE, scene, requests, kept.pictures(scene))
        assert written(drawn) == written(draw_views(LIVE, scene, requests))


@settings(max_examples=10)
@given(group_data())
def test_of_any_groups(data):
    check_levels(data)
    check_levels(data, show_own=False, arrangement="@multiples")


@pytest.mark.parametrize("many", [60, 2_500])
def test_of_many_groups_and_a_part_of_a_view(many):
    data = groups_of([2, 3] * (many // 2), means=np.linspace(0, 9, many))
    check_levels(data, built_in("ols", "reml", "james_stein"))
    check_levels(data, built_in("reml"), ViewRequest(rows=(3, 20), keys=(1, 7)), sort="@own")


def test_of_ratios_whose_axes_reach_as_far_as_intervals_do():
    data = GroupData.from_estimates(list("abcd"), [0.1, 0.4, -0.3, 0.9], [0.3, 0.4, 0.6, 1.7])
    check_levels(data, built_in("reml", "ols"), as_ratios=True)


def test_what_another_level_leaves_as_it_is_is_drawn_once(monkeypatch):
    kept, drawn = cache(), []
    views = [view for view in LIVE if not view.of_level]
    plain = draw_views.__globals__["draw_view"]
    monkeypatch.setitem(
        draw_views.__globals__, "draw_view", lambda view, *more: drawn.append(view.id) or plain(view, *more)
    )
    for scene in at_levels(kept, DATA, (0.95, 0.9)):
        draw_views(views, scene, {}, kept.pictures(scene))
    assert drawn == [view.id for view in views]
    draw_views(views, scene, {views[0].id: ViewRequest(keys=(1,))}, kept.pictures(scene))
    assert drawn == [*(view.id for view in views), views[0].id]


def unread(_):
    raise DataError("not read")


def test_a_sentence_in_a_pictures_place_is_not_kept():
    kept = cache()
    (scene,) = at_levels(kept, DATA, [0.95])
    broken = replace(VIEWS[1], part=None, figure=unread)
    assert draw_views([broken], scene, {}, kept.pictures(scene))[broken.id].problem == "not read"
    assert draw_views([VIEWS[1]], scene, {}, kept.pictures(scene))[broken.id].figure


@pytest.mark.parametrize("other", [{"show_own": False}, {"sort": "@name"}, {"dark": True}, {"outcome": "z"}])
def test_another_look_has_pictures_of_its_own(other):
    kept = cache()
    (one,), (two,) = at_levels(kept, DATA, [0.95]), at_levels(kept, DATA, [0.95], **other)
    assert kept.pictures(one) is kept.pictures(one)
    assert kept.pictures(one) is not kept.pictures(two)


def test_other_fits_of_the_same_groups_have_pictures_of_their_own():
    kept = cache()
    (one,), (two,) = (at_levels(kept, DATA, [0.95], [by, *STRANGERS]) for by in built_in("reml", "ml"))
    assert kept.pictures(one) is not kept.pictures(two)


def test_pictures_go_with_the_groups():
    kept = cache()
    pictures = weakref.ref(kept.pictures(next(at_levels(kept, DATA, [0.95]))))
    assert isinstance(pictures(), KeptPictures)
    kept.drop([DATA])
    assert pictures() is None
