"""Views of few, many and very many groups: what is drawn, what is said of it, how many bytes it takes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from dash._utils import to_json
from hypothesis import given
from hypothesis import strategies as st

from dashboard.figures.density import flow, run_quantiles
from dashboard.figures.groups import groups_figure
from dashboard.figures.linked_marks import Outline, marks_of, positions_inside
from dashboard.figures.page_view import draw_view, draw_views
from dashboard.figures.parts import FEW, ONE_BY_ONE
from dashboard.figures.rank import VIEW as RANK
from dashboard.figures.row_scale import ENDS, RowScale
from dashboard.figures.shrinkage import shrinkage_figure
from dashboard.figures.stand_outs import most_moved, moves
from dashboard.figures.view_request import WHOLE, ViewRequest
from dashboard.scene.groups_index import INDEXED, groups_index
from dashboard.scene.search import positions_named
from estimators import GroupData
from tests.dashboard.sent import group_traces, numbers, sent
from tests.scenes import ARRANGED, FIVE, scene_of

VIEWS = [view for view in ARRANGED if view.marks]
"""Those that draw all groups."""
MOST_BYTES = 250_000
"""Of one view, before it is compressed; the largest is a list of ONE_BY_ONE groups."""


def crowd(groups, **more):
    rng = np.random.default_rng(1)
    rows = rng.integers(2, 9, groups)
    group = np.repeat(np.arange(groups), rows)
    outcome = rng.standard_normal(len(group)) + rng.standard_normal(groups)[group]
    return scene_of(GroupData.from_arrays(outcome, group), FIVE, **more)


SIZES = (3, FEW, FEW + 1, ONE_BY_ONE, ONE_BY_ONE + 1, 30_000)
SCENES = {groups: crowd(groups) for groups in SIZES}
LARGE = SCENES[30_000]


@pytest.mark.parametrize("groups", SIZES)
def test_a_view_takes_bounded_bytes_and_says_what_it_draws(groups):
    scene, one_by_one = SCENES[groups], groups <= ONE_BY_ONE
    drawings = draw_views(VIEWS, scene)
    meta = {}
    for name, drawing in drawings.items():
        assert len(to_json(drawing.figure)) < MOST_BYTES
        meta[name] = drawing.figure["layout"]["meta"]
        drawn = {len(numbers(t["x"])) // t["meta"]["stride"] for t in group_traces(drawing.figure)}
        assert drawn == {groups} if one_by_one else max(drawn) <= 2 * ENDS
        assert (meta[name]["groups"] is None) == (groups <= INDEXED)
    if one_by_one:
        assert {m["subtitle"] for m in meta.values()} == {
            "estimate and interval",
            "from own mean to each estimate",
            "dashed: equal",
            "by rows per school",
            "who moves",
        }
    else:
        assert meta["shrinkage"]["subtitle"] == f"density of {groups:,} schools, the 20 most moved as lines"
        assert f"{groups:,} schools: 10 at each end" in meta["groups"]["subtitle"]
        assert f"{groups:,} schools in bins" in meta["weight"]["subtitle"]
        assert f"of {groups:,} schools that move by 2%" in meta["rank"]["subtitle"]
    assert meta["groups"]["list"] == (groups if FEW < groups <= ONE_BY_ONE else 0)


@pytest.mark.parametrize("groups", [FEW, FEW + 1, ONE_BY_ONE])
def test_up_to_some_hundreds_every_group_has_its_name_and_its_interval(groups):
    figure = sent(groups_figure(SCENES[groups]))
    assert figure["layout"]["yaxis"]["ticktext"] == SCENES[groups].labels
    assert [len(numbers(t["error_x"]["array"])) for t in group_traces(figure) if "error_x" in t] == [
        groups
    ] * 3


def test_of_very_many_the_ends_have_names_and_the_middle_is_a_band():
    figure = sent(groups_figure(LARGE))
    names = figure["layout"]["yaxis"]["ticktext"]
    assert names[:ENDS] == LARGE.labels[:ENDS]
    assert names[-ENDS:] == LARGE.labels[-ENDS:]
    bands = [t for t in figure["data"] if t.get("fill") == "toself"]
    assert len(bands) == 7, "the estimates of four methods, the intervals of three"


def test_a_range_of_rows_ends_in_a_list_of_their_names():
    scale = RowScale(0, len(LARGE) - 1)
    y = scale.place(np.array([20_000.0, 20_099.0]))
    request = ViewRequest(y=(float(y[0]) - 1e-9, float(y[1]) + 1e-9))
    figure = sent(groups_figure(LARGE, request))
    assert figure["layout"]["meta"]["window"] == [20_000, 20_099]
    assert figure["layout"]["yaxis"]["ticktext"] == LARGE.labels[20_000:20_100]
    assert figure["layout"]["meta"]["subtitle"].endswith("of 20,001 to 20,100 of 30,000")
    again = sent(groups_figure(LARGE, ViewRequest(rows=(20_000, 20_099))))
    assert again["data"] == figure["data"]


@given(st.integers(0, 10**6), st.integers(2, 10**6), st.data())
def test_rows_stand_in_their_order_and_are_found_again(first, count, data):
    scale = RowScale(first, first + count - 1)
    position = float(data.draw(st.integers(first, first + count - 1)))
    place = scale.place(np.array([position, position + 1.0]))
    assert scale.position(place[:1])[0] == pytest.approx(position, abs=1e-6)
    if position < scale.last:
        assert place[0] < place[1]
    assert scale.end == scale.place(np.array([float(scale.last)]))[0]


def test_a_range_of_values_with_few_groups_shows_them_one_by_one():
    edge = float(np.sort(LARGE.own_mean)[-5])
    figure = sent(shrinkage_figure(LARGE, ViewRequest(y=(edge, 1e6))))
    columns = [LARGE.own_mean, *(s.estimate for s in LARGE.series if not s.is_line and not s.is_own_mean)]
    inside = np.flatnonzero(np.max(columns, axis=0) >= edge)
    assert 5 <= len(inside) <= ONE_BY_ONE
    assert {tuple(t["meta"]["positions"]) for t in group_traces(figure)} == {tuple(inside.tolist())}
    assert not [t for t in figure["data"] if t["type"] == "heatmap"]


def test_most_moved_are_those_whose_values_lie_furthest_apart():
    columns = [np.array([1.0, 5.0, 3.0, 9.0]), np.array([1.5, 1.0, 3.0, 4.5])]
    assert moves(columns).tolist() == [0.5, 4.0, 0.0, 4.5]
    assert most_moved(moves(columns), 2).tolist() == [1, 3]
    assert most_moved(moves(columns), 9).tolist() == [0, 1, 2, 3]


@given(st.integers(2, 60), st.integers(2, 4), st.integers(1, 50), st.data())
def test_every_line_passes_every_step_of_a_flow_once(groups, columns, rows, data):
    value = st.floats(-5, 5)
    table = data.draw(
        st.lists(st.lists(value, min_size=groups, max_size=groups), min_size=columns, max_size=columns)
    )
    counts = flow([np.array(column) for column in table], (-5.0, 5.0), rows)
    assert np.allclose(counts.sum(axis=0), groups)
    assert (counts >= 0).all()


@given(st.lists(st.floats(-9, 9) | st.just(np.nan), min_size=1, max_size=60), st.integers(1, 9))
def test_quantiles_of_runs_are_those_of_their_values(values, runs):
    given_values = np.array(values)
    edges = np.linspace(0, len(values), runs + 1).astype(np.int64)
    found = run_quantiles(given_values, edges, [0.0, 0.5, 1.0])
    for i in range(runs):
        run = given_values[edges[i] : edges[i + 1]]
        run = run[~np.isnan(run)]
        if len(run):
            assert [found[0, i], found[2, i]] == [run.min(), run.max()]
            assert found[1, i] in run
        else:
            assert np.isnan(found[:, i]).all()


# Groups that are not drawn


def test_the_marks_of_any_groups_stand_where_the_figure_would_draw_them():
    at = np.array([12_345, 3])
    marks = marks_of(VIEWS, LARGE, at, {})
    for view in VIEWS:
        drawn = group_traces(sent(view.figure(LARGE)))
        assert [len(m["x"]) for m in marks[view.id]] == [t["meta"]["stride"] * 2 for t in drawn]
        assert ["above" in m for m in marks[view.id]] == ["error_x" in t for t in drawn]
    own = marks["shrinkage"][1]
    assert own["y"] == LARGE.own_mean[at].tolist()
    json.dumps(marks, allow_nan=True)


def test_an_outline_holds_the_groups_with_a_mark_inside():
    box = Outline(np.array([-0.2, 0.2]), np.array([0.5, 100.5]), is_polygon=False)
    assert set(positions_inside(RANK, LARGE, box)) == set(np.flatnonzero(LARGE.own_rank <= 100))
    triangle = Outline(np.array([-0.2, 0.2, 0.2]), np.array([0.5, 0.5, 200.5]), is_polygon=True)
    # at 0, the middle of the triangle's slope, it reaches down to rank 100.5
    assert set(positions_inside(RANK, LARGE, triangle)) == set(np.flatnonzero(LARGE.own_rank <= 100))


def test_names_are_found_in_any_case_and_the_exact_one_first():
    outcome, labels = np.arange(8.0), np.repeat(["School 11", "school 1", "SCHOOL 111", "Else"], 2)
    scene = scene_of(GroupData.from_arrays(outcome, labels), FIVE)
    found = [scene.labels[at] for at in positions_named(scene, "  School 1 ")]
    assert found[0] == "school 1"
    assert sorted(found) == ["SCHOOL 111", "School 11", "school 1"]
    assert len(positions_named(scene, " ")) == len(positions_named(scene, "nobody")) == 0


def test_the_page_is_told_of_all_names_up_to_some_thousands_only():
    assert groups_index(SCENES[ONE_BY_ONE])["groups"]["labels"] == SCENES[ONE_BY_ONE].labels
    index = groups_index(LARGE)
    assert (index["groups"], index["total"]) == (None, 30_000)
    told = draw_view(RANK, LARGE).figure["layout"]["meta"]
    assert told["order"] == index["order"]
    assert told["groups"]["labels"] == LARGE.labels_at(np.array(told["groups"]["positions"]))


@pytest.mark.parametrize(
    "given_json", [None, [], {"y": [1]}, {"y": ["a", 2]}, {"x": [float("nan"), 1]}, {"height": "tall"}]
)
def test_a_request_that_makes_no_sense_asks_for_everything(given_json):
    assert ViewRequest.from_json(given_json) == WHOLE
