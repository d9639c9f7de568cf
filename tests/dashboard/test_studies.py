"""Studies beside the requests: started, looked at, cancelled; and what the page asks for."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from dashboard.callbacks.risk import request_of, says_more
from dashboard.pages import risk_panels
from dashboard.pages.risk import loss_choices
from dashboard.session.choices import Choices
from dashboard.session.comparisons import Comparisons
from dashboard.session.requested_study import MOST_FITS, requested_study, study_size
from dashboard.session.running_studies import (
    MOST_RUNNING,
    REMEMBERED,
    RunningStudies,
    Snapshot,
    TooManyStudies,
)
from dashboard.session.stored_file import ChosenColumns
from dashboard.storage.workspace import Workspace
from estimators import Estimator, GroupFit, OptionError, RiskStudy, Sweep, build_registry, run_risk
from tests.dashboard.risk_studies import DESIGN, study
from tests.scenes import BUILT_IN
from tests.waiting import PATIENCE, wait_for


@pytest.fixture
def studies():
    running = RunningStudies(workers=2)
    yield running
    running.close()


class Gate(Estimator):
    """One that waits at each fit until it is let through."""

    id, label, summary = "gate", "Gate", "Waits."
    open = threading.Event()

    def _fit(self, data, options):
        assert self.open.wait(PATIENCE)
        return GroupFit(data.mean)


@pytest.fixture
def gate():
    Gate.open.clear()
    yield Gate()
    Gate.open.set()


# Studies beside the requests


def test_a_study_ends_with_the_answer_that_it_has_anywhere(studies):
    asked = study(sweep=Sweep("n", 2, 20, 4))
    studies.start("ann", asked)
    wait_for(lambda: studies.look("ann").state == "done")
    found, wanted = studies.look("ann"), run_risk(asked)
    assert (found.done, found.total) == (1000, 1000)
    assert {**found.report.to_dict(), "seconds": 0} == {**wanted.to_dict(), "seconds": 0}
    assert studies.look("bob") is None


def test_a_cancelled_study_stops_and_keeps_what_it_has(studies):
    studies.start("ann", study(replicates=50_000_000))
    wait_for(lambda: studies.look("ann").done > 0)
    studies.cancel("ann")
    wait_for(lambda: studies.look("ann").state == "cancelled")
    stopped = studies.look("ann")
    assert 0 < stopped.done < stopped.total
    assert stopped.report.base.replicates == stopped.done
    assert studies.look("ann").seconds == stopped.seconds


def test_cancelling_does_not_wait_for_the_fits_of_a_slow_plugin(studies, gate):
    studies.start("ann", study(estimators=[gate], replicates=100_000))
    studies.cancel("ann")
    gate.open.set()  # the fit that was under way ends, the other 99,999 are never made
    wait_for(lambda: studies.look("ann").state == "cancelled")
    assert studies.look("ann").done == 0


def test_a_new_study_takes_the_place_of_the_old_and_its_report_stays_till_then(studies, gate):
    studies.start("ann", study())
    wait_for(lambda: studies.look("ann").state == "done")
    before = studies.look("ann").report
    studies.start("ann", study(estimators=[gate]))
    assert studies.look("ann").state == "running"
    assert studies.look("ann").report is before
    gate.open.set()
    wait_for(lambda: studies.look("ann").state == "done")
    assert [e.id for e in studies.look("ann").report.base.estimators] == ["gate"]


def test_the_server_takes_so_many_studies_and_no_more(studies, gate):
    for k in range(MOST_RUNNING):
        studies.start(f"person {k}", study(estimators=[gate]))
    with pytest.raises(TooManyStudies, match="try again in a minute"):
        studies.start("one more", study())
    studies.start("person 0", study(estimators=[gate]))  # one's own makes room for itself
    gate.open.set()
    wait_for(lambda: all(studies.look(f"person {k}").state == "done" for k in range(MOST_RUNNING)))
    studies.start("one more", study())


def test_fits_made_one_by_one_move_the_bar_before_a_piece_is_done(studies):
    gate = threading.Event()

    class Waits(Estimator):
        id, label, summary = "waits", "Waits", "Waits in the middle of a piece."
        fitted = 0

        def _fit(self, data, options):
            type(self).fitted += 1
            assert type(self).fitted <= 20 or gate.wait(PATIENCE)
            return GroupFit(data.mean)

    studies.start("ann", RiskStudy(DESIGN, (BUILT_IN["ols"], Waits()), replicates=100))
    wait_for(lambda: studies.look("ann").done >= 20)
    seen = studies.look("ann")
    assert (seen.state, seen.report) == ("running", None)
    assert seen.done < 100
    assert seen.seconds_left > 0
    gate.set()
    wait_for(lambda: studies.look("ann").state == "done")
    assert studies.look("ann").done == 100


def test_what_ended_longest_ago_is_forgotten_first(studies):
    quick = study(replicates=1)
    for k in range(REMEMBERED + 1):
        studies.start(str(k), quick)
        wait_for(lambda k=k: studies.look(str(k)).state == "done")
    assert studies.look("0") is None
    assert studies.look("1") is not None


def test_a_fault_of_ours_is_said_and_not_swallowed(studies, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise ZeroDivisionError("by us")
        yield

    monkeypatch.setattr("dashboard.session.running_studies.risk_steps", broken)
    studies.start("ann", study())
    wait_for(lambda: studies.look("ann").state == "failed")
    assert studies.look("ann").error == "ZeroDivisionError: by us"
    assert "A risk study failed." in caplog.text


# What the page asks for


@pytest.fixture
def comparisons(tmp_path):
    return Comparisons(Workspace(tmp_path), build_registry(entry_points=False))


def asked(**changed):
    return {
        "design": DESIGN.to_json(),
        "choices": Choices(
            ChosenColumns("t", "y", "g"), ("ols", "reml"), (("reml", "std_error", "conditional"),)
        ).to_json(),
        "loss": "squared",
        "dial": "ratio",
        "low": "0.1",
        "high": "2",
        "replicates": "1,500",
    } | changed


def test_the_controls_make_a_study(comparisons):
    made = requested_study(comparisons, request_of(asked(), seed=7))
    assert [e.id for e in made.estimators] == ["ols", "reml"]
    assert made.options["reml"] == {"std_error": "conditional"}
    assert (made.replicates, made.seed, made.level) == (1500, 7, 0.95)
    assert (made.sweep.dial, made.sweep.low, made.sweep.high, made.sweep.points) == ("ratio", 0.1, 2.0, 15)
    assert study_size(made) == 1500 * 16 * 8
    assert requested_study(comparisons, request_of(asked(dial=""), seed=7)).sweep is None
    assert made.loss.is_squared
    for choice in loss_choices():
        other = requested_study(comparisons, request_of(asked(loss=choice["value"]), seed=7))
        assert other.loss.label == choice["label"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"low": "x"}, "From is a number"),
        ({"low": "3", "high": "2"}, "to a larger one"),
        ({"replicates": "0"}, "1 to"),
        ({"replicates": "2.5"}, "whole number"),
        ({"replicates": "inf"}, "Replicates is a number"),
        ({"replicates": "nan"}, "Replicates is a number"),
        ({"high": "inf"}, "to is a number"),
        ({"replicates": str(MOST_FITS)}, "ask for at most"),
        ({"design": {"sigma_group": -1}}, "0 or more"),
        ({"dial": "n", "design": {"per_group": "2-9"}}, "same number of rows"),
        ({"loss": "mood"}, "a loss is one of"),
        ({"dial": "shape"}, "no number to sweep"),
        ({"choices": None}, "choose the estimators"),
        ({"choices": Choices(ChosenColumns("t", "y", "g"), ()).to_json()}, "at least one estimator"),
    ],
)
def test_what_cannot_be_gets_a_sentence(comparisons, change, said):
    with pytest.raises(OptionError, match=said):
        requested_study(comparisons, request_of(asked(**change), seed=1))


def test_what_is_on_screen_while_a_study_runs_and_when_it_is_done(comparisons, studies):
    studies.start("ann", study(replicates=3_000_000))
    wait_for(lambda: studies.look("ann").done > 6_000)
    running = risk_panels.study_content(studies.look("ann"), comparisons.styles)
    assert (running["timer"], running["cancel"]) == (False, False)
    assert "left" in running["left"]
    assert 0 < running["bar"] < 100
    studies.cancel("ann")
    wait_for(lambda: studies.look("ann").state == "cancelled")
    ended = risk_panels.study_content(studies.look("ann"), comparisons.styles)
    assert (ended["timer"], ended["cancel"]) == (True, True)
    assert ended["left"].startswith("cancelled after")


def test_without_a_result_the_page_waits_while_a_study_runs_and_else_says_so(comparisons, studies):
    looked = Snapshot("running", 0, 50, 0.1, None, "", study(replicates=50))
    assert risk_panels.study_content(looked, comparisons.styles)["headline"] == []
    said = risk_panels.study_content(replace(looked, state="cancelled"), comparisons.styles)
    assert said["headline"][0].children == "Nothing has been measured yet."
    assert said["cards"] != []


@pytest.mark.parametrize(
    ("state", "done", "shown", "more"),
    [("running", 3, 0, False), ("running", 5, 0, True), ("running", 2, 40, True), ("done", 100, 100, True)],
)
def test_a_running_study_sends_its_figures_when_there_is_news(state, done, shown, more):
    snapshot = Snapshot(state, done, 100, 0.1, None, "", study(replicates=100))
    assert says_more(snapshot, shown) is more
