"""Plugins' views: in the page's theme, linked in display order, and their faults said in their place."""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import numpy as np
import plotly.graph_objects as go
import pytest
from dash._utils import to_json
from hypothesis import given
from hypothesis import strategies as st

from dashboard.app import create_app
from dashboard.callbacks.views import card_contents
from dashboard.figures.page_view import Drawing, draw_views
from dashboard.figures.plugin_figure import MANY, look_of, page_figure
from dashboard.figures.views import VIEWS
from dashboard.plugin_host.collect_plugins import collect
from dashboard.plugin_host.processes import PluginProcesses
from dashboard.plugin_host.stand_ins import with_stand_ins
from dashboard.plugin_host.wire import Setup
from dashboard.scene.scene import make_scene
from dashboard.scene.style import INK, styles
from dashboard.session.choices import LEVELS, Choices
from dashboard.session.comparisons import Comparisons
from dashboard.session.simulation import ChosenDesign
from dashboard.storage.workspace import Workspace
from estimators import DataError, Design, FitError, GroupData, View, build_registry, compare
from tests.scenes import BUILT_IN
from tests.waiting import PATIENCE

DATA = GroupData.from_arrays([1.0, 2.0, 4.0, 7.0, 5.0, 3.0, 8.0, 9.5], list("aabbccdd"))
POINTS = {"type": "scatter", "mode": "markers", "meta": {"groups": True}}


def scene_of(data=DATA, **more):
    comparison = compare(data, [BUILT_IN["ols"], BUILT_IN["reml"]])
    return make_scene(comparison, outcome="Score <b>", group="school", selection_key="v", **more)


SCENE = scene_of()


def figure_of(trace, layout=None):
    return {"data": [trace], "layout": layout or {}}


# What becomes of a figure


def test_traces_of_groups_are_put_into_display_order():
    trace = {
        **POINTS,
        "x": DATA.mean,
        "y": DATA.mean.tolist(),
        "text": list("abcd"),
        "marker": {"color": list("wxyz"), "size": 5},
        "error_x": {"array": np.arange(4.0), "arrayminus": [0, 1, 2, 3]},
    }
    (drawn,) = page_figure(figure_of(trace), SCENE).data
    order = SCENE.order
    np.testing.assert_array_equal(drawn["x"], SCENE.own_mean)
    assert drawn["y"] == SCENE.own_mean.tolist()
    assert drawn["text"] == [list("abcd")[k] for k in order]
    assert drawn["marker"] == {"color": [list("wxyz")[k] for k in order], "size": 5}
    assert drawn["error_x"]["array"].tolist() == order.tolist() == drawn["error_x"]["arrayminus"]
    assert drawn["meta"] == {"groups": True, "stride": 1}
    assert trace["y"] == DATA.mean.tolist()


def test_a_trace_of_anything_else_is_left_as_it_is():
    trace = {"type": "scatter", "x": [3, 1, 2, 4], "y": (1.0, 2.0, 3.0, 4.0)}
    (drawn,) = page_figure(figure_of(trace), SCENE).data
    assert drawn == {"type": "scatter", "x": [3, 1, 2, 4], "y": [1.0, 2.0, 3.0, 4.0]}


def test_what_is_masked_is_not_drawn():
    error = np.ma.array([1.0, 2.0, 3.0, 4.0], mask=[False, True, False, True])
    trace = {**POINTS, "x": DATA.mean, "y": DATA.mean - error, "error_y": {"array": error}}
    (drawn,) = page_figure(figure_of(trace), SCENE).data
    shown = [None if key in (1, 3) else key for key in SCENE.order.tolist()]
    assert drawn["y"] == [None if key is None else DATA.mean[key] - error[key] for key in shown]
    assert drawn["error_y"]["array"] == [None if key is None else error[key] for key in shown]


def test_the_layout_is_the_pages_where_the_figure_says_nothing():
    layout = {
        "xaxis": {"title": "A title"},
        "margin": {"l": 99},
        "template": "plotly_dark",
        "meta": {"view": "x"},
    }
    themed = page_figure(figure_of({"x": [1], "y": [1]}, layout), SCENE)
    assert themed.layout["xaxis"]["title"]["text"] == "A title"
    assert themed.layout["xaxis"]["title"]["font"]["color"] == INK[False]
    assert (themed.layout["margin"]["l"], themed.layout["margin"]["r"]) == (99, 14)
    assert themed.layout["meta"]["view"] == "v"
    assert themed.layout["template"] != "plotly_dark"


@pytest.mark.slow
def test_plotlys_own_objects_will_do():
    figure = go.Figure(go.Scatter(x=DATA.mean, y=DATA.mean, mode="markers", meta={"groups": True}))
    figure.update_layout(xaxis_title="Own", template="plotly_dark")
    themed = page_figure(figure.to_plotly_json(), SCENE)
    np.testing.assert_array_equal(themed.data[0]["x"], SCENE.own_mean)
    assert themed.layout["xaxis"]["title"]["text"] == "Own"
    assert json.loads(to_json(themed.to_plotly_json()))["data"][0]["type"] == "scatter"


def test_many_groups_are_drawn_with_webgl():
    many = GroupData.from_arrays(np.arange(2.0 * (MANY + 1)), np.repeat(np.arange(MANY + 1), 2))
    scene = scene_of(many)
    trace = {**POINTS, "x": many.mean, "y": many.mean}
    assert page_figure(figure_of(trace), scene).data[0]["type"] == "scattergl"
    assert page_figure(figure_of({"type": "scatter", "x": [1], "y": [1]}), scene).data[0]["type"] == "scatter"


def test_a_strict_page_draws_traces_of_webgl_without():
    flat = {"type": "scattergl", "x": [1.0], "y": [2.0]}
    round_ = {"type": "scatterpolargl", "r": [1.0], "theta": [2.0]}
    deep = {"type": "scatter3d", "x": [1.0], "y": [2.0], "z": [3.0]}
    given = map(figure_of, (flat, round_, deep, {"x": [1.0], "y": [1.0]}, {"type": ["scattergl"]}))
    drawn = [page_figure(figure, SCENE, strict_scripts=True).data[0].get("type") for figure in given]
    assert drawn == ["scatter", "scatterpolar", "scatter3d", None, ["scattergl"]]


@pytest.mark.parametrize("kind", ["parcoords", "splom"])
def test_a_trace_that_a_strict_page_cannot_draw_is_a_sentence(kind):
    figure = figure_of({"type": kind, "dimensions": []})
    assert page_figure(figure, SCENE).data[0]["type"] == kind
    with pytest.raises(DataError, match=f"a trace of the type {kind}.*without --strict-scripts"):
        page_figure(figure, SCENE, strict_scripts=True)


NO_FIGURE = {
    "a number": (3, "its figure is a int, not a dict"),
    "no list": ({"data": 3}, "must be a list of traces"),
    "no traces": ({"data": [3]}, "must be a list of traces"),
    "no layout": ({"data": [], "layout": 3}, "the layout of its figure must be a dict"),
    "too short": (figure_of({**POINTS, "x": [1], "y": [1]}), "not one x for each of the 4 groups"),
    "no y": (figure_of({**POINTS, "x": [1] * 4}), "not one y for each of the 4 groups"),
}


@pytest.mark.parametrize("name", NO_FIGURE)
def test_what_is_no_figure_is_told_apart(name):
    figure, words = NO_FIGURE[name]
    with pytest.raises(FitError, match=words):
        page_figure(figure, SCENE)


@given(st.permutations(range(6)), st.sampled_from(["", "@name", "@own", "@rows"]))
def test_a_point_belongs_to_its_group_whatever_the_order(means, sort):
    data = GroupData.from_arrays(np.repeat(np.array(means, float), 2), np.repeat(np.arange(6), 2))
    scene = scene_of(data, sort=sort)
    (drawn,) = page_figure(figure_of({**POINTS, "x": data.mean, "y": np.arange(6)}), scene).data
    assert [data.labels[key] for key in drawn["y"]] == scene.labels


@pytest.mark.parametrize("dark", [False, True])
def test_the_look_has_the_colours_of_the_theme(dark):
    look = look_of(scene_of(dark=dark), styles(BUILT_IN.values()))
    assert (look.dark, look.outcome, look.group) == (dark, "Score &lt;b&gt;", "school")
    assert look.ink == INK[dark]
    assert set(look.colors) == set(look.symbols) == set(BUILT_IN)
    assert look.symbols["grand_mean"] == "line-ew-open"


# From a plugin to the page

PLUGIN = """
from estimators import DataError, GroupFit, Estimator, View, hookimpl

class Own(Estimator):
    id, label, summary = "own", "Own", "Own"
    def _fit(self, data, options):
        return GroupFit(data.mean, interval_fn=lambda level: (data.mean - level, data.mean + level),
                        details={"top": float(data.mean.max())})

def gaps(comparison, look):
    first, second = comparison.succeeded[:2]
    return {"data": [look.points(second, first.fit.estimate, second.fit.estimate - first.fit.estimate)]}

def details(comparison, look):
    own = comparison["own"]
    low, high = own.interval
    own.fit.interval(0.99)
    return {"data": [{"x": [own.fit.details["top"]], "y": [float(high[0] - low[0])]}],
            "layout": {"title": {"text": own.label}}}

def nothing(comparison, look):
    return None

def cannot(comparison, look):
    raise DataError("needs more methods")

def fails(comparison, look):
    return 1 / 0

def wrong(comparison, look):
    return "picture"

@hookimpl
def register_estimators():
    return [Own()]

@hookimpl
def register_views():
    return [View(f.__name__, f.__name__.capitalize(), "words", f)
            for f in (gaps, details, nothing, cannot, fails, wrong)]
"""
HANGS = """
import time
from estimators import View, hookimpl

@hookimpl
def register_views():
    return [View("hangs", "Hangs", "words", lambda comparison, look: time.sleep(1000))]
"""
SAID = {
    "nothing": "",
    "cannot": "needs more methods",
    "fails": "this view of the plugin pictures failed with ZeroDivisionError: division by zero",
    "wrong": "this view of the plugin pictures broke its contract: its figure is a str, not a dict",
}
CHOICES = Choices(
    ChosenDesign(Design(groups=5, per_group="4", sigma_group=1.0, sigma_error=1.0)),
    ("ols", "reml", "own"),
    level=0.5,
)


@contextmanager
def isolated(tmp_path, text, seconds):
    """Comparisons with a plugin of that text in processes of its own."""
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "pictures.py").write_text(text)
    processes = PluginProcesses(Setup((str(folder),), LEVELS), seconds=seconds)
    registry = with_stand_ins(build_registry([folder], entry_points=False), processes)
    yield Comparisons(Workspace(tmp_path / "data"), registry, processes=processes)
    processes.close()


@pytest.fixture
def comparisons(tmp_path):
    with isolated(tmp_path, PLUGIN, PATIENCE) as made:
        yield made


def of_plugins(comparisons):
    return [view for view in comparisons.later_views if view.for_theme]


@pytest.mark.slow
def test_every_view_is_drawn_or_says_why_not(comparisons):
    scene = comparisons.scene("ann", CHOICES)
    shown = draw_views(of_plugins(comparisons), scene)
    assert list(shown) == [f"more-{name}" for name in ("gaps", "details", *SAID)]
    ols, reml = scene.series[:2]
    (gaps,) = shown["more-gaps"].figure["data"]
    assert gaps["marker"]["color"] == comparisons.styles["reml"].light
    assert gaps["meta"] == {"groups": True, "stride": 1}
    drawn = np.frombuffer(base64.b64decode(gaps["y"]["bdata"]))
    np.testing.assert_array_equal(drawn, reml.estimate - ols.estimate)
    (details,) = shown["more-details"].figure["data"]
    assert details["x"] == [scene.own_mean.max()]
    assert details["y"] == [pytest.approx(1.0)]
    for name, words in SAID.items():
        assert shown[f"more-{name}"].figure is None
        assert shown[f"more-{name}"].problem.startswith(words)


@pytest.mark.slow
def test_views_of_too_many_groups_say_so_where_a_method_of_theirs_is_on(comparisons, monkeypatch):
    monkeypatch.setattr("dashboard.session.plugin_views.MOST", 4)
    on, off = (
        draw_views(comparisons.later_views, comparisons.scene("ann", choices))["more-gaps"]
        for choices in (CHOICES, replace(CHOICES, on=("ols", "reml")))
    )
    assert on.problem == "this view draws every group, which is done up to 4; there are 5"
    assert (off.figure, off.problem) == (None, "")


@pytest.mark.slow
def test_a_view_that_takes_too_long_is_stopped(tmp_path):
    with isolated(tmp_path, HANGS, 2.0) as comparisons:
        scene = comparisons.scene("ann", replace(CHOICES, on=("ols",)))
        shown = draw_views(comparisons.later_views, scene)["more-hangs"]
    assert shown.figure is None
    assert shown.problem == "it was stopped after 2 seconds, the time that a plugin may take here"


def test_a_view_that_a_program_hands_over_is_drawn_in_the_server(tmp_path):
    seen = []
    view = View("own", "Own", "words", lambda comparison, look: seen.append((comparison, look)))
    registry = build_registry(entry_points=False, plugins=[view])
    comparisons = Comparisons(Workspace(tmp_path), registry)
    scene = comparisons.scene("ann", replace(CHOICES, on=("ols",)))
    assert draw_views(of_plugins(comparisons), scene) == {"more-own": Drawing(subtitle="words")}
    assert seen[0][0] is scene.comparison


def test_the_page_hides_what_has_nothing_to_show():
    figure = {"data": [], "layout": {"meta": {}}}
    cards = card_contents({"a": Drawing(figure), "b": Drawing(), "c": Drawing(problem="no luck")})
    assert cards["view-a"]["figure"] is figure
    assert [card["hidden"] for card in cards.values()] == [False, True, False]
    assert [card["problem"] for card in cards.values()] == ["", "", "No luck."]


@pytest.mark.slow_cases
@pytest.mark.parametrize("count", [1, 2])
def test_the_browser_gets_a_list_of_views_however_many(tmp_path, monkeypatch, count):
    alone = partial(collect, entry_points=False)  # whatever is installed beside it
    monkeypatch.setattr("dashboard.app.collect", lambda folders, plugins: alone(folders, plugins=plugins))
    views = [View(f"v{i}", "V", "words", lambda comparison, look: None) for i in range(count)]
    app = create_app(data_dir=tmp_path, plugins=views)
    client = app.server.test_client()
    outputs_of_page = [callback["output"] for callback in client.get("/_dash-dependencies").json]
    own = [f"view-{view.id}.figure" for view in VIEWS if not view.live]
    wanted = "...".join([*own, *(f"view-more-v{i}.figure" for i in range(count))])
    assert f"..{wanted}.." in outputs_of_page
