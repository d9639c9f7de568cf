"""How sure ranks are on the page: words, view, table and file say what the joint distribution says."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.callbacks.downloads import ranks_of
from dashboard.figures.page_view import draw_view
from dashboard.figures.rank_intervals import VIEW, rank_intervals_figure
from dashboard.figures.view_request import WHOLE
from dashboard.scene.rank_spread import rank_spread, top_quarter
from dashboard.scene.scene import make_scene
from dashboard.session.asked_questions import AskedQuestions
from dashboard.words.csv_text import FOR_SPREADSHEETS
from dashboard.words.group_card import group_cards
from dashboard.words.ranks import ordinal, rank_words
from dashboard.words.table import rank_values, requested_rows, table_columns, table_rows
from dashboard.words.tidy_csv import tidy_csv
from estimators import DataError, GroupData, compare, group_ranks
from tests.dashboard.sent import group_traces, numbers, sent
from tests.scenes import BUILT_IN, built_in, groups_of, scene_of

SIZES = [2, 3, 5, 9, 14, 2, 6, 30, 4, 4, 12, 8]
DATA = groups_of(SIZES)


def turned(smallest_first):
    comparison = compare(DATA, BUILT_IN.values(), smallest_first=smallest_first)
    return make_scene(comparison, outcome="score", group="school", selection_key="view")


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (112, "112th"), (1203, "1,203rd")],
)
def test_ordinals(number, text):
    assert ordinal(number) == text


@pytest.mark.slow_cases
@pytest.mark.parametrize("smallest_first", [False, True])
def test_the_words_say_what_the_joint_distribution_says(smallest_first):
    scene = turned(smallest_first)
    wanted = group_ranks(scene.reference.result.fit.joint, top=3, smallest_first=smallest_first)
    found = rank_spread(scene, scene.reference)
    for position in range(len(scene)):
        j = scene.order[position]
        low, high = ordinal(int(wanted.low[j])), ordinal(int(wanted.high[j]))
        said = rank_words(found, position)
        assert said.startswith(f"between {low} and {high} of 12; " if low != high else f"{low} of 12; ")
        assert said.endswith("in the top quarter")
    assert found.expected[0] == wanted.expected.min()


def test_of_few_groups_the_best_one_is_spoken_of():
    scene = scene_of(groups_of([4, 5, 6]), BUILT_IN.values())
    assert rank_words(rank_spread(scene, scene.reference), 0).endswith("to be the best")


@given(st.integers(2, 100_000))
def test_a_quarter_is_at_least_one_and_not_all(groups):
    assert 1 <= top_quarter(groups) < groups


@pytest.mark.slow_cases
@pytest.mark.parametrize("smallest_first", [False, True])
def test_the_view_draws_expected_ranks_and_intervals_of_every_method_that_can_say(smallest_first):
    scene = turned(smallest_first)
    figure = sent(rank_intervals_figure(scene))
    traces = {trace["name"]: trace for trace in group_traces(figure)}
    assert set(traces) == {scene.by_id(name).label for name in ("ols", "reml", "ml")}
    for name in ("ols", "reml", "ml"):
        ranks, trace = rank_spread(scene, scene.by_id(name)), traces[scene.by_id(name).label]
        np.testing.assert_allclose(numbers(trace["x"]), ranks.expected)
        above = numbers(trace["error_x"]["array"])
        np.testing.assert_allclose(numbers(trace["x"]) + above, ranks.high)
    best = "smallest" if smallest_first else "largest"
    assert figure["layout"]["xaxis"]["title"]["text"] == f"true rank, 1 = {best}"
    assert not figure["layout"].get("shapes")


def test_without_a_method_that_can_say_there_is_no_view():
    scene = scene_of(DATA, built_in("james_stein", "grand_mean"))
    assert rank_intervals_figure(scene) is None
    assert draw_view(VIEW, scene, WHOLE).figure is None


def fields_of_ranks(row):
    return {name for name in row if name.startswith("rank_")}


def test_the_table_gets_its_ranks_once_they_are_known():
    scene = turned(smallest_first=False)
    fields = {column["field"] for column in table_columns(scene)}
    assert {"rank_expected", "rank_low", "rank_high", "rank_p_top"} <= fields
    first = table_rows(scene)
    assert not fields_of_ranks(first[0])
    rows, _ = requested_rows(scene, {})
    ranks = rank_spread(scene, scene.reference)
    assert [row["rank_expected"] for row in rows] == ranks.expected.tolist()
    later = rank_values(scene)
    assert set(later) == fields_of_ranks(rows[0])
    assert [row | {name: later[name][i] for name in later} for i, row in enumerate(first)] == rows
    sorted_rows, _ = requested_rows(scene, {"sortModel": [{"colId": "rank_p_top", "sort": "desc"}]})
    assert sorted_rows[0]["rank_p_top"] == ranks.p_top.max()


def test_at_no_spread_nothing_is_ranked():
    data = GroupData.from_arrays([1.0, 3.0, 1.5, 2.5, 1.0, 3.0], list("aabbcc"))
    scene = scene_of(data, built_in("reml"))
    assert not [column for column in table_columns(scene) if column["field"].startswith("rank_")]
    assert rank_spread(scene, scene.reference) is None


def test_the_file_has_the_columns_of_the_command_line():
    scene = turned(smallest_first=False)
    text = b"".join(tidy_csv(scene.comparison, FOR_SPREADSHEETS, ranks_of(scene))).decode()
    head, *lines = csv.reader(io.StringIO(text, newline=""))
    extra = ["expected_rank", "rank_low", "rank_high", "p_best", "p_top", "p_above_center"]
    assert head[-6:] == extra
    ranks = group_ranks(scene.comparison["reml"].fit.joint, top=3)
    found = [line[-6:] for line in lines if line[0] == "reml"]
    np.testing.assert_array_equal(np.array(found, dtype=float)[:, 0], ranks.expected)
    assert {tuple(line[-6:]) for line in lines if line[0] == "james_stein"} == {("",) * 6}


def test_of_too_many_groups_nothing_is_computed_and_that_is_said(monkeypatch):
    monkeypatch.setattr("dashboard.scene.rank_spread.MOST_RANKED", 11)
    scene = turned(smallest_first=False)
    assert "up to 11 schools; there are 12" in draw_view(VIEW, scene, WHOLE).problem
    rows, _ = requested_rows(scene, {})
    assert np.isnan(rows[0]["rank_expected"])
    assert np.isnan(rank_values(scene)["rank_low"]).all()
    assert group_cards(scene, [0])[0]["rows"]
    with pytest.raises(DataError, match="up to 11 schools"):
        AskedQuestions().answers(scene)
