"""The rows behind the means: what is kept of them, where they are read, and whose are drawn."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.figures.group_rows import VIEW, group_rows_figure
from dashboard.figures.page_view import draw_view
from dashboard.figures.view_request import ViewRequest
from dashboard.ingest import Condition, RowFilter
from dashboard.samples import SAMPLES
from dashboard.scene.group_rows import MOST_GROUPS, MOST_OUTLYING, MOST_POINTS, group_rows
from dashboard.session.choices import Choices
from dashboard.session.comparisons import Comparisons
from dashboard.session.simulation import ChosenDesign
from dashboard.session.stored_file import ChosenColumns
from dashboard.storage.workspace import Workspace
from estimators import DataError, Design, GroupData, Registry, Source
from tests.dashboard.sent import group_traces, numbers, sent
from tests.scenes import BUILT_IN, scene_of

CSV = "school,score\na,1\nb,5\n\na,2\na,3\nb,\na,40\nb,7\na,2\n"
"""The line of 40 is 8, since one is blank."""


@pytest.fixture
def comparisons(tmp_path):
    own = Source("blupboard", "built in")
    samples = {sample.id: sample.file for sample in SAMPLES.values()}
    things = [(thing, own) for thing in (*BUILT_IN.values(), *SAMPLES.values())]
    return Comparisons(Workspace(tmp_path, samples=samples), Registry(things, [], []))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_every_row_is_inside_or_far_out_by_the_fences_of_the_box(values):
    outcome = np.array(values)
    found = group_rows(outcome, np.arange(len(outcome)))
    low, _, high = found.quartiles
    fences = low - 1.5 * (high - low), high + 1.5 * (high - low)
    out = (outcome < fences[0]) | (outcome > fences[1])
    assert found.quartiles == tuple(np.quantile(outcome, [0.25, 0.5, 0.75]))
    assert (found.count, found.outlying_count) == (len(outcome), out.sum())
    assert found.whiskers == (outcome[~out].min(), outcome[~out].max())
    assert sorted(found.points) == sorted(outcome[~out]), "so few are all drawn"
    assert set(found.outlying_lines) <= set(np.flatnonzero(out))


def test_of_very_many_rows_an_even_sample_is_drawn_and_the_furthest_stay():
    outcome = np.concatenate([np.linspace(0, 1, 10_000), np.arange(100.0, 150.0), [-1e6]])
    found = group_rows(outcome, np.arange(len(outcome)) + 1)
    assert len(found.points) == MOST_POINTS
    assert (found.points[0], found.points[-1]) == (0, 1)
    assert (len(found.outlying), found.outlying_count) == (MOST_OUTLYING, 51)
    assert found.outlying_lines[:2].tolist() == [10_051, 10_050]


def test_the_rows_of_a_file_have_the_lines_that_they_stand_in(comparisons):
    dataset = comparisons.workspace.receive("ann", "s.csv", io.BytesIO(CSV.encode()), None)
    choices = Choices(ChosenColumns(dataset.token, "score", "school"), on=("ols",))
    b, a = comparisons.source("ann", choices).rows_of_groups(["b", "a"])
    assert (sorted(b.points), b.count, b.noun) == ([5, 7], 2, "line")
    assert sorted(a.points) == [1, 2, 2, 3]
    assert (a.outlying.tolist(), a.outlying_lines.tolist()) == ([40], [8])
    with pytest.raises(DataError, match="up to 40 groups"):
        comparisons.source("ann", choices).rows_of_groups([f"s{i}" for i in range(41)])
    some = replace(choices.source, rows=RowFilter(where=(Condition("score", "<", "10"),)))
    (a,) = comparisons.source("ann", replace(choices, source=some)).rows_of_groups(["a"])
    assert (a.count, a.outlying_count) == (4, 0)


def test_the_rows_of_a_simulation_are_those_that_were_drawn(comparisons):
    design = Design(groups=5, per_group="8", seed=3)
    choices = Choices(ChosenDesign(design), on=("ols",))
    source = comparisons.source("ann", choices)
    third = source.rows_of_groups(["g3"])[0]
    rows = source.groups().require_rows()
    drawn = rows.outcome[rows.group == source.groups().labels.tolist().index("g3")]
    assert sorted([*third.points, *third.outlying]) == sorted(drawn)
    assert draw_view(VIEW, comparisons.scene("ann", choices)).figure


def rows_scene(groups):
    rng = np.random.default_rng(7)
    group = np.repeat(np.arange(groups), 6)
    outcome = rng.standard_normal(len(group))
    labels = np.array([f"s{i}" for i in range(groups)], dtype=object)
    data = GroupData.from_arrays(outcome, labels[group])

    def rows_of(wanted):
        return [
            group_rows(outcome[labels[group] == label], np.flatnonzero(labels[group] == label))
            for label in wanted
        ]

    return scene_of(data, BUILT_IN.values(), rows_of=rows_of)


def test_of_few_groups_all_are_drawn_in_display_order():
    scene = rows_scene(9)
    figure = sent(group_rows_figure(scene))
    assert figure["layout"]["yaxis"]["ticktext"] == scene.labels
    (means,) = group_traces(figure)
    assert numbers(means["x"]).tolist() == scene.own_mean.tolist()
    (box,) = [t for t in figure["data"] if t["type"] == "box"]
    first = scene.rows_of([scene.labels[0]])[0]
    assert [numbers(box[name])[0] for name in ("q1", "median", "q3")] == list(first.quartiles)


def test_the_line_of_a_row_at_an_end_stands_inside_the_plot():
    values = [-100.0, -30.0, *np.linspace(0, 1, 30), 100.0]
    found = group_rows(np.array(values), np.arange(len(values)), "line")
    data = GroupData.from_arrays(np.tile(values, 3), np.repeat(list("abc"), len(values)))
    scene = scene_of(data, BUILT_IN.values(), rows_of=lambda labels: [found for _ in labels])
    (outlying,) = [t for t in sent(group_rows_figure(scene))["data"] if t.get("text")]
    sides = dict(zip(numbers(outlying["x"]).tolist(), outlying["textposition"], strict=True))
    assert sides == {-100: "top right", -30: "top center", 100: "top left"}


def test_of_many_groups_those_that_are_pinned_are_drawn():
    scene = rows_scene(MOST_GROUPS + 1)
    nobody = draw_view(VIEW, scene)
    assert not group_traces(nobody.figure)
    assert "Pin up to 40 schools" in nobody.figure["layout"]["annotations"][0]["text"]
    keys = tuple(scene.order[[30, 2]].tolist())
    figure = sent(group_rows_figure(scene, ViewRequest(keys=keys)))
    assert figure["layout"]["yaxis"]["ticktext"] == [scene.labels[2], scene.labels[30]]
    assert group_traces(figure)[0]["meta"]["positions"] == [2, 30]
    assert "that are pinned, of 41 schools" in figure["layout"]["meta"]["subtitle"]
    crowd = sent(group_rows_figure(scene, ViewRequest(keys=tuple(range(41)))))
    assert crowd["layout"]["meta"]["list"] == MOST_GROUPS
    assert "40 of the schools" in crowd["layout"]["meta"]["subtitle"]


def test_published_means_have_no_rows_and_the_card_says_so():
    data = GroupData.from_estimates(list("abcd"), [1.0, 2.0, 3.0, 4.0], [0.5, 0.5, 0.6, 0.7])
    assert "without the rows behind them" in draw_view(VIEW, scene_of(data, [BUILT_IN["reml"]])).problem


def test_keys_come_from_the_browser_as_whole_numbers():
    assert ViewRequest.from_json({"keys": [3, -1, "x", 2.5, 0]}).keys == (3, 0)
    assert ViewRequest.from_json({"keys": "no"}).keys == ()
