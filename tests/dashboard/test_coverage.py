"""What intervals cover, as the page counts it beside the requests: true to the study, and in words."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.app import create_app
from dashboard.callbacks.coverage import covered, stopped
from dashboard.plugin_host.stand_ins import StandIn
from dashboard.session.counted_coverage import CountedCoverage
from dashboard.words.calibration import BESIDE, COUNT, COUNTING, STOP_COUNTING, WEIGHED, calibration_sentence
from estimators import Estimator, GroupData, GroupFit, calibration
from tests.scenes import BUILT_IN, built_in, groups_of, scene_of
from tests.waiting import PATIENCE, NeverDone, wait_for

DATA = groups_of([4, 9, 25, 16, 9, 4], means=[0, 1, 2, 3, 4, 9])


@pytest.fixture
def coverage():
    counted = CountedCoverage()
    yield counted
    counted.close()


def counted_answer(coverage, scene, who="ann"):
    def found():
        answer = covered(coverage, who, scene, begin=True)
        return None if answer.pending else answer

    return wait_for(found)


@pytest.mark.slow
def test_what_is_counted_is_the_calibration_of_every_method_with_intervals(coverage):
    scene = scene_of(DATA, BUILT_IN.values())
    answer = counted_answer(coverage, scene)
    with_intervals = [s for s in scene.series if s.result.interval is not None]
    assert [label for label, _ in answer.methods] == [s.label for s in with_intervals]
    assert len(with_intervals) >= 3
    for series, (_, said) in zip(with_intervals, answer.methods, strict=True):
        assert said == calibration_sentence(calibration(DATA, series.result.estimator, series.result.options))
    reml = calibration(DATA, BUILT_IN["reml"])
    assert f"{100 * reml.points[0].coverage.value:.1f}%" in answer.line
    assert f"at worst {100 * reml.worst.coverage.value:.1f}%" in answer.line
    assert "seed" in answer.explanation


@pytest.mark.slow
def test_beside_covariates_it_is_counted_at_the_same_covariates(coverage):
    x = np.sin(np.arange(20.0))
    data = GroupData.from_arrays(np.cos(3.0 * np.arange(20)), np.repeat(list("abcd"), 5), adjust={"x": x})
    answer = counted_answer(coverage, scene_of(data, built_in("ols")))
    assert answer.explanation.count(BESIDE) == 1
    assert "hold the true mean" in answer.line
    weighted = GroupData.from_arrays(x, np.repeat(list("abcd"), 5), adjust={"x": x**2}, weights=x**2)
    answer = counted_answer(coverage, scene_of(weighted, built_in("ols")))
    assert answer.explanation.count(WEIGHED) == 1
    assert "hold the true mean" in answer.line


def test_nothing_is_counted_before_it_is_asked_for(coverage):
    scene = scene_of(DATA, built_in("reml"))
    first = covered(coverage, "ann", scene, begin=False)
    assert first.pending
    assert first.line.startswith(COUNTING)
    assert not coverage.is_busy


def test_a_count_that_nobody_asks_about_any_more_ends(coverage, monkeypatch):
    never_done = NeverDone()
    monkeypatch.setattr("dashboard.session.counted_coverage.calibration", never_done)
    scene = scene_of(DATA, built_in("reml"))
    assert coverage.look("ann", scene)[0].pending
    assert never_done.begun.wait(PATIENCE)
    monkeypatch.setattr("dashboard.session.drawn_answers.DrawnRun.most_patience", -1.0)
    assert never_done.ended.wait(PATIENCE)
    wait_for(lambda: not coverage.is_busy)
    assert coverage.look("ann", scene, begin=False)[0].pending


def test_a_count_is_stopped_for_the_session_that_asked_for_it_and_begins_again(coverage, monkeypatch):
    never_done = NeverDone()
    monkeypatch.setattr("dashboard.session.counted_coverage.calibration", never_done)
    scene = scene_of(DATA, built_in("reml"))
    assert covered(coverage, "ann", scene, begin=True).action == STOP_COUNTING
    assert never_done.begun.wait(PATIENCE)
    assert not stopped(coverage, "bob", scene).pending
    assert coverage.is_busy
    answer = stopped(coverage, "ann", scene)
    assert never_done.ended.wait(PATIENCE)
    wait_for(lambda: not coverage.is_busy)
    assert (answer.pending, answer.action) == (False, COUNT)
    assert answer.line == "What intervals by REML BLUP cover: not counted, as that was stopped."
    monkeypatch.undo()
    again = counted_answer(coverage, scene)
    assert "hold the true mean" in again.line
    assert (again.action, stopped(coverage, "ann", scene)) == ("", again)


class Unsure(Estimator):
    """Has intervals of these groups, and fails on all others."""

    id = "unsure"
    label = "Unsure"
    summary = "Fails on others."

    def _fit(self, data, options):
        if data is not DATA:
            raise ZeroDivisionError("other groups")
        return GroupFit(data.mean, std_error=np.ones(len(data)))


class Slow(Unsure, StandIn):
    """Seen to take a second."""

    id = "slow"
    label = "Slow"
    last_seconds = 1.0
    _fit_many = Estimator._fit_many

    def for_many(self):
        return self


def test_a_method_that_cannot_be_counted_says_why(coverage):
    slow = object.__new__(Slow)
    answer = counted_answer(coverage, scene_of(DATA, [Unsure(), slow]))
    said = dict(answer.methods)
    assert said["Unsure"] == "It gave no interval that could be counted."
    assert "600 fits take about 600 s" in said["Slow"]


def test_without_spreads_there_is_nothing_to_count(coverage):
    alone = GroupData.from_arrays([1.0, 2.0, 3.0], list("abc"))
    answer = covered(coverage, "ann", scene_of(alone, built_in("ols")), begin=True)
    assert answer.line == ""
    assert not answer.pending


@pytest.mark.slow
def test_of_what_has_gone_the_page_says_nothing(tmp_path):
    client = create_app(data_dir=tmp_path).server.test_client()
    answer = client.post("/coverage", json={"choices": None, "begin": True})
    assert answer.json == {"line": "", "explanation": "", "methods": [], "pending": False, "action": ""}
    assert client.post("/coverage", data="?").status_code == 400
