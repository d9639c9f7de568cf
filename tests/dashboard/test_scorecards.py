"""The scorecard beside the requests, and its panel: what is computed, what it says, and how it stops."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import flask
import pytest
from click.testing import CliRunner

from dashboard.callbacks import downloads
from dashboard.callbacks.scorecard import scorecard_content
from dashboard.cli.scorecard import scorecard_command
from dashboard.pages.scorecard import scorecard_words
from dashboard.session.running_scorecards import RunningScorecards
from estimators import SCENARIOS, Estimator, GroupFit, OptionError, scorecard
from tests.components import text_of
from tests.scenes import BUILT_IN, Failing
from tests.waiting import PATIENCE, wait_for


@pytest.fixture
def running():
    running = RunningScorecards()
    yield running
    running.close()


class Gate(Estimator):
    """Waits at its first fit until it is let through."""

    id, label, summary, citation = "gate", "Gate", "Waits.", "none"

    def __init__(self):
        self.reached, self.open = threading.Event(), threading.Event()

    def _fit(self, data, options):
        self.reached.set()
        assert self.open.wait(PATIENCE)
        return GroupFit(data.mean)


def finished(running, who):
    wait_for(lambda: not running.look(who).is_going)
    return running.look(who)


def test_it_has_the_numbers_that_python_gives(running):
    running.start("ann", BUILT_IN["james_stein"], {}, 0.9)
    run = finished(running, "ann")
    wanted = scorecard(BUILT_IN["james_stein"], replicates=run.replicates, ranked=run.ranked, level=0.9)
    assert [card.to_dict() for card in run.cards] == [card.to_dict() for card in wanted]
    shown = scorecard_content(run)
    assert (shown["timer"], shown["cancel"]) == (True, True)
    said = text_of(shown["table"])
    assert all(scenario.label in said for scenario in SCENARIOS.values())
    assert "Rank intervals hold" not in said
    assert scorecard_words(run).startswith("James–Stein: 100 draws of each scenario")
    assert running.look("bob") is None


@pytest.mark.slow
def test_what_is_saved_is_what_the_command_writes(running, monkeypatch):
    monkeypatch.setattr(downloads, "owner", lambda: "ann")
    server = flask.Flask("saved")
    downloads.install(server, SimpleNamespace(scorecards=running), None)
    client = server.test_client()
    assert b"press Fill in" in client.get(downloads.SCORECARD_ADDRESS).data
    for place in ("estimators.risk.scorecard", "dashboard.session.running_scorecards"):
        monkeypatch.setattr(f"{place}.SCENARIOS", {"few": SCENARIOS["few"]})
    running.start("ann", BUILT_IN["reml"], {"std_error": "conditional"}, 0.9)
    run = finished(running, "ann")
    answer = client.get(downloads.SCORECARD_ADDRESS)
    assert "scorecard-reml.json" in answer.headers["Content-Disposition"]
    asked = ["reml", "--replicates", str(run.replicates), "--ranked", str(run.ranked)]
    asked += ["--level", "0.9", "--option", "reml.std_error=conditional"]
    printed = CliRunner().invoke(scorecard_command, [*asked, "--format", "json"])
    assert printed.exit_code == 0
    assert answer.data == printed.stdout_bytes
    assert answer.json["options"] == {"std_error": "conditional", "error_spread": "common"}


def test_what_is_cancelled_stops_between_fits_and_says_so(running):
    gate = Gate()
    running.start("ann", gate, {}, 0.95)
    assert gate.reached.wait(PATIENCE)
    under_way = scorecard_content(running.look("ann"))
    assert (under_way["timer"], under_way["done"], under_way["table"]) == (False, "0 of 9 scenarios", None)
    running.cancel("ann")
    gate.open.set()
    run = finished(running, "ann")
    assert run.state == "cancelled"
    assert run.cards == []
    assert "cancelled after 0 of 9" in scorecard_words(run)


def test_another_one_takes_the_place_of_the_first(running):
    gate = Gate()
    running.start("ann", gate, {}, 0.95)
    assert gate.reached.wait(PATIENCE)
    running.start("ann", BUILT_IN["grand_mean"], {}, 0.95)
    gate.open.set()
    run = finished(running, "ann")
    assert run.estimator.id == "grand_mean"
    assert len(run.cards) == len(SCENARIOS)


def test_failures_are_counted_and_options_checked(running):
    running.start("ann", Failing(), {}, 0.95)
    run = finished(running, "ann")
    assert "not fitted in 180 of all draws" in scorecard_words(run)
    assert "–" in text_of(scorecard_content(run)["table"])
    with pytest.raises(OptionError):
        running.start("ann", BUILT_IN["reml"], {"std_error": "mood"}, 0.95)


def test_a_fault_of_ours_is_said(running, monkeypatch, caplog):
    monkeypatch.setattr("estimators.risk.scorecard._card", lambda *_, **__: 1 / 0)
    running.start("ann", BUILT_IN["ols"], {}, 0.95)
    run = finished(running, "ann")
    assert scorecard_words(run) == "The scorecard failed: ZeroDivisionError: division by zero"
    assert "A scorecard failed." in caplog.text
