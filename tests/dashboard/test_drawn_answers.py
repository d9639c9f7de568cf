"""Answers by drawn groups, one for all who ask: who has one stopped stops it for nobody else."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from dashboard.callbacks import code
from dashboard.session.choices import Choices
from dashboard.session.drawn_answers import DrawnAnswers, Question
from dashboard.session.fair_queue import FairQueue
from dashboard.session.stored_file import ChosenColumns
from estimators import BlupboardError
from estimators.fitting.fit_many import Stopped
from tests.waiting import PATIENCE, wait_for


class Looked(FairQueue):
    """Counts the looks."""

    looks = 0

    def look(self, job):
        self.looks += 1
        return super().look(job)


class Asked:
    """A question whose first run ends only when it is stopped."""

    def __init__(self):
        self.runs, self.reached = 0, threading.Event()
        self.question = Question("the key", 1.0, self.compute)

    def compute(self, stopped):
        self.runs += 1
        if self.runs > 1:
            return "found"
        self.reached.set()
        wait_for(stopped)
        raise Stopped


@pytest.fixture
def queue():
    queue = Looked()
    yield queue
    queue.close()


def wait_beside(answers, queue, who, then):
    """What the wait of a session gives that hangs on ann's run when ``then`` is done."""
    asked = Asked()
    answers.look("ann", asked.question)
    assert asked.reached.wait(PATIENCE)
    before = queue.looks
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(answers.wait, who, asked.question)
        wait_for(lambda: queue.looks > before)
        then()
        return waiting.result(PATIENCE)


def test_who_waits_has_the_answer_though_the_one_who_asked_first_forgets_it(queue):
    answers = DrawnAnswers(queue)
    standing = wait_beside(answers, queue, "bob", lambda: answers.forget("ann"))
    assert standing.found == "found"


def test_who_stops_it_alone_is_told_and_so_is_everybody_when_the_server_ends(queue):
    answers = DrawnAnswers(queue)
    with pytest.raises(BlupboardError, match="stopped meanwhile"):
        wait_beside(answers, queue, "ann", lambda: answers.forget("ann"))
    with pytest.raises(BlupboardError, match="stopped meanwhile"):
        wait_beside(answers, queue, "bob", queue.close)


def test_the_window_with_code_says_why_there_is_none(monkeypatch):
    def stopped(*_):
        raise BlupboardError("this was stopped meanwhile; start it again")

    monkeypatch.setattr(code, "owner", lambda: "ann")
    monkeypatch.setattr(code, "ctx", SimpleNamespace(triggered_id={"language": "python"}))
    comparisons = SimpleNamespace(comparison=stopped, scene=stopped)
    choices = Choices(ChosenColumns("token", "score", "school"), ("reml",), bootstrap=True).to_json()
    *scripts, language, opened = code._code(comparisons, [1], choices)
    assert scripts == ["# This was stopped meanwhile; start it again."] * 3
    assert (language, opened) == ("python", True)
