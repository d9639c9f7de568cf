"""Intervals by the bootstrap on the page: drawn beside the requests, shown, said, kept and forgotten."""

from __future__ import annotations

import io
import threading
from dataclasses import replace

import numpy as np
import pytest

from dashboard.callbacks import risk
from dashboard.callbacks.coverage import covered
from dashboard.pages import ids
from dashboard.pages.comparison import comparison_content
from dashboard.scene.scene import make_scene
from dashboard.session.choices import Choices
from dashboard.session.comparisons import Comparisons
from dashboard.session.resampled_intervals import ResampledIntervals
from dashboard.session.stored_file import ChosenColumns
from dashboard.storage.workspace import Workspace
from dashboard.words.comparison import interval_kind, pending_sentence
from dashboard.words.csv_text import FOR_SPREADSHEETS
from dashboard.words.tidy_csv import tidy_csv
from estimators import Comparison, DataError, Design, GroupData, Registry, Source, bootstrap, compare
from estimators.risk.calibration import calibration_key, key_is_of
from tests.inference.oracles import groups_of
from tests.scenes import BUILT_IN
from tests.waiting import PATIENCE, NeverDone, wait_for

ROWS = [(group, 3.0 * group + wobble) for group in range(6) for wobble in (-2.0, 0.5, 1.0, 4.0 - group)]
CSV = "school,score\n" + "".join(f"s{group},{value}\n" for group, value in ROWS)
OWN = Source("blupboard", "built in")


@pytest.fixture
def comparisons(tmp_path):
    made = Comparisons(Workspace(tmp_path), Registry([(e, OWN) for e in BUILT_IN.values()], [], []))
    yield made
    made.queue.close()


def chosen(comparisons, who="ann", csv=CSV):
    token = comparisons.workspace.receive(who, "scores.csv", io.BytesIO(csv.encode()), None).token
    return Choices(ChosenColumns(token, "score", "school"), ("ols", "reml", "james_stein"), bootstrap=True)


def drawn_scene(comparisons, choices, who="ann"):
    def scene():
        found = comparisons.scene(who, choices, 0.0)
        return None if any(result.pending for result in found.comparison.results) else found

    return wait_for(scene)


def content_of(comparisons, choices, scene):
    return comparison_content(comparisons, choices, comparisons.source("ann", choices), scene)


def test_they_are_drawn_beside_and_then_stand_wherever_intervals_do(comparisons):
    choices = chosen(comparisons)
    first = comparisons.scene("ann", choices, 0.0)
    assert pending_sentence(first) == "Intervals by the bootstrap are being drawn for REML BLUP …"
    own = comparisons.scene("ann", replace(choices, bootstrap=False)).by_id("reml")
    np.testing.assert_array_equal(first.by_id("reml").low, own.low)
    assert content_of(comparisons, choices, first)["under_way_timer"] is False

    scene = drawn_scene(comparisons, choices)
    reml, data = scene.by_id("reml"), scene.comparison.data
    low, high = bootstrap(data, BUILT_IN["reml"]).interval(0.95)
    np.testing.assert_allclose(reml.low, low[scene.order], rtol=1e-13)
    np.testing.assert_allclose(reml.high, high[scene.order], rtol=1e-13)
    assert np.abs(reml.high - own.high).max() > 0.01
    assert interval_kind(reml) == "bootstrap, t, 18 df"
    notes = str(content_of(comparisons, choices, scene)["notes"])
    assert "2,000 times (seed 20261129)" in notes
    assert "estimates no spread between groups to draw from" in notes
    assert comparisons.scene("ann", choices, 0.0) is scene, "it is made once"


def test_what_is_saved_waits_for_them(comparisons):
    choices = chosen(comparisons)
    comparison = comparisons.comparison("ann", choices)
    lines = b"".join(tidy_csv(comparison, FOR_SPREADSHEETS)).decode().splitlines()
    std_error = bootstrap(comparison.data, BUILT_IN["reml"]).std_error[0]
    assert f",{float(std_error)!r}," in next(line for line in lines if line.startswith("reml,s0,"))
    script = comparisons.source("ann", choices).script(comparison, ()).python
    assert "comparison = bootstrapped(comparison, ['reml'])" in script
    assert "import bootstrapped, compare" in script


def test_their_coverage_is_not_taken_for_that_of_the_formula(comparisons):
    scene = drawn_scene(comparisons, chosen(comparisons))
    answer = covered(comparisons.coverage, "ann", scene, begin=False)
    assert "Not counted, as they are by the bootstrap" in dict(answer.methods)["REML BLUP"]


def test_they_go_with_their_data_and_are_drawn_for_no_one_who_left(comparisons, monkeypatch):
    choices = chosen(comparisons)
    drawn_scene(comparisons, choices)
    comparisons.forget("ann", {choices.source.token})
    assert any(r.pending for r in comparisons.comparison("ann", choices, 0.0).results)
    comparisons.forget("ann", {choices.source.token})
    never_done = NeverDone()
    monkeypatch.setattr("dashboard.session.resampled_intervals.bootstrap", never_done)
    wait_for(lambda: comparisons.comparison("ann", choices, 0.0) and never_done.begun.is_set())
    assert not never_done.ended.is_set()
    monkeypatch.setattr("dashboard.session.drawn_answers.DrawnRun.most_patience", -1.0)
    assert never_done.ended.wait(PATIENCE)
    wait_for(lambda: comparisons.queue.counts() == {"running": 0, "waiting": 0})


def test_what_ends_just_when_it_is_forgotten_is_forgotten(comparisons, monkeypatch):
    begun = threading.Event()

    def ends_when_stopped(*_, stopped, **__):
        begun.set()
        wait_for(stopped)
        raise DataError("no answer")  # and no word of having been stopped

    monkeypatch.setattr("dashboard.session.resampled_intervals.bootstrap", ends_when_stopped)
    choices = chosen(comparisons)
    comparisons.comparison("ann", choices, 0.0)
    assert begun.wait(PATIENCE)
    comparisons.forget("ann", {choices.source.token})
    wait_for(lambda: comparisons.queue.counts() == {"running": 0, "waiting": 0})
    assert any(result.pending for result in comparisons.comparison("ann", choices, 0.0).results)


@pytest.mark.parametrize("first", ["plain", "weighted"])
def test_what_is_known_of_some_groups_is_not_taken_for_the_same_with_weights_of_1(comparisons, first):
    labels, values = zip(*ROWS, strict=True)
    plain = GroupData.from_arrays(values, labels)
    weighted = GroupData.from_arrays(values, labels, weights=np.ones(len(ROWS)))
    found = {}
    for name in (first, "plain", "weighted"):
        data = {"plain": plain, "weighted": weighted}[name]
        fits = compare(data, [BUILT_IN["reml"]]).results
        [result] = comparisons.resampled.results("ann", data, fits, wait=True)
        found[name] = [note.code for note in result.fit.notes]
    assert found == {"plain": ["bootstrap"], "weighted": ["bootstrap"]}
    keys = [calibration_key(data, BUILT_IN["reml"], None, 0.95) for data in (plain, weighted)]
    assert keys[0] != keys[1]
    assert key_is_of(keys[0], plain)
    assert not key_is_of(keys[1], plain)


@pytest.mark.slow
def test_of_published_means_the_table_of_parameters_says_that_they_are_by_the_bootstrap(comparisons):
    data = groups_of("bcg")
    fits = compare(data, [BUILT_IN["ols"], BUILT_IN["reml"]]).results
    found = comparisons.resampled.results("ann", data, fits, wait=True)
    scene = make_scene(Comparison(data, tuple(found)), outcome="effect", group="trial", selection_key="")
    assert [interval_kind(series) for series in scene.series] == ["normal", "bootstrap, normal"]


def test_one_draw_on_the_risk_page_begins_no_bootstrap(comparisons, monkeypatch):
    monkeypatch.setattr(risk, "owner", lambda: "ann")
    monkeypatch.setattr(ResampledIntervals, "results", lambda *_, **__: pytest.fail("it was asked for"))
    drawn = risk._one_draw(comparisons, "risk", Design().to_json(), chosen(comparisons).to_json())
    assert drawn[ids.RISK_DRAW]["data"]


def test_of_very_many_groups_the_page_says_what_draws_them(comparisons, monkeypatch):
    monkeypatch.setattr("dashboard.session.resampled_intervals.MOST_GROUPS", 5)
    choices = chosen(comparisons)
    result = comparisons.comparison("ann", choices, 0.0)["reml"]
    assert "at most 5 groups; blupboard compare --inference --bootstrap" in result.fit.notes[-1].text
