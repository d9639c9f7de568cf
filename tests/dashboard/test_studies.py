"""Studies beside the requests: started, looked at, cancelled; and what the page asks for."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from dashboard.callbacks.risk import _number_of, request_of, says_more
from dashboard.pages import risk_panels
from dashboard.pages.risk import loss_choices
from dashboard.session.choices import Choices
from dashboard.session.fair_queue import MOST_RUNNING, MOST_WAITING, PATIENCE_SECONDS, TooManyJobs
from dashboard.session.requested_study import MOST_FITS, requested_study, study_size
from dashboard.session.running_studies import REMEMBERED, RunningStudies, Snapshot
from dashboard.session.stored_file import ChosenColumns
from dashboard.words.risk import progress
from estimators import Estimator, GroupFit, Loss, OptionError, RiskStudy, Sweep, run_risk
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


@pytest.fixture
def full(studies, gate):
    """All places taken, until the gate is opened."""
    for k in range(MOST_RUNNING):
        studies.start(f"person {k}", study(estimators=[gate]))
    return studies


@pytest.mark.slow
def test_past_so_many_studies_the_short_ones_have_their_turn_first(full, gate):
    for who, replicates in (("long", 900_000), ("short", 20), ("middle", 90_000)):
        full.start(who, study(replicates=replicates))
    assert [full.look(who).ahead for who in ("short", "middle", "long")] == [0, 1, 2]
    assert progress(full.look("short"))[1] == "next in turn"
    assert progress(full.look("middle"))[1] == "waiting for a place; 1 other has their turn before it"
    assert progress(full.look("long"))[1] == "waiting for a place; 2 others have their turn before it"
    assert risk_panels.progress_content(full.look("short"))["timer"] is False
    full.start("person 0", study(estimators=[gate]))
    gate.open.set()
    wait_for(lambda: full.look("short").state == "done")
    full.cancel("long")
    wait_for(lambda: full.look("long").state == "cancelled")


def test_a_long_study_has_its_turn_once_it_has_waited_for_as_long_as_it_takes(full):
    full.start("long", study(replicates=900_000))
    full.start("short", study(replicates=20))
    assert full.look("long").ahead == 1
    full._runs["long"].asked -= 3600
    assert full.look("long").ahead == 0


def test_a_study_that_waits_can_be_cancelled_and_so_many_wait_and_no_more(full):
    for k in range(MOST_WAITING):
        full.start(f"waiting {k}", study())
    with pytest.raises(TooManyJobs, match="try again in a minute"):
        full.start("one more", study())
    full.cancel("waiting 0")
    assert full.look("waiting 0").state == "cancelled"
    full.start("one more", study())
    assert full.look("one more").state == "waiting"


def test_what_nobody_looks_at_gives_its_place_to_who_waits(full, gate):
    full.start("one more", study())
    assert full.look("one more").state == "waiting"
    full._runs["person 3"].seen -= PATIENCE_SECONDS
    wait_for(lambda: full.look("one more").state in {"running", "done"})
    gate.open.set()
    wait_for(lambda: full._runs["person 3"].state == "abandoned")
    assert "nobody looked" in progress(full.look("person 3"))[1]


def test_the_only_study_is_given_more_patience(studies, gate):
    studies.start("ann", study(estimators=[gate], replicates=2))
    studies._runs["ann"].seen -= PATIENCE_SECONDS
    assert not studies._runs["ann"].is_abandoned
    studies.start("bob", study(estimators=[gate]))
    assert studies._runs["ann"].is_abandoned


def test_a_study_that_is_forgotten_leaves_nothing(studies, gate):
    studies.start("ann", study(estimators=[gate]))
    studies.forget("ann")
    assert studies.look("ann") is None
    gate.open.set()


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


@pytest.mark.slow
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


def asked(**changed):
    return {
        "design": DESIGN.to_json(),
        "choices": Choices(
            ChosenColumns("t", "y", "g"), ("ols", "reml"), (("reml", "std_error", "conditional"),)
        ).to_json(),
        "loss": "squared",
        "best": "",
        "line": None,
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
    ("typed", "as_written"),
    [
        ({"loss": "top", "best": "3"}, "top:3"),
        ({"loss": "top", "best": " 12.5 % "}, "top:12.5%"),
        ({"loss": "top", "line": "3"}, "top"),
        ({"loss": "threshold", "line": "-2.5"}, "threshold:-2.5"),
        ({"loss": "threshold", "line": 0}, "threshold:0"),
        ({"loss": "rank", "best": "3", "line": "x"}, "rank"),
    ],
)
def test_losses_take_their_number_from_their_own_field(comparisons, typed, as_written):
    made = requested_study(comparisons, request_of(asked(**typed), seed=7))
    assert made.loss == Loss.parse(as_written)
    assert _number_of(typed["loss"]) == (typed["loss"] != "top", typed["loss"] != "threshold")


@pytest.mark.slow_cases
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
        ({"loss": "top", "best": "some"}, "the best are a whole number of groups, or a share as in 10%"),
        ({"loss": "top", "best": "2.5"}, "a whole number of groups, or a share"),
        ({"loss": "top", "best": "0"}, "at least 1 group"),
        ({"loss": "top", "best": "101%"}, "at most 100%"),
        ({"loss": "top", "best": "9"}, "more groups as best than there are"),
        ({"loss": "threshold", "line": "inf"}, "Value is a number"),
        ({"dial": "shape"}, "no number to sweep"),
        ({"choices": None}, "choose the estimators"),
        ({"choices": Choices(ChosenColumns("t", "y", "g"), ()).to_json()}, "at least one estimator"),
    ],
)
def test_what_cannot_be_gets_a_sentence(comparisons, change, said):
    with pytest.raises(OptionError, match=said):
        requested_study(comparisons, request_of(asked(**change), seed=1))


@pytest.mark.slow
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
    assert risk_panels.study_content(looked, comparisons.styles)["headline"].children == "Measuring …"
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
