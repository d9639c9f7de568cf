"""Studies, scorecards and counts of coverage have their turn in one queue, counted against their session."""

from __future__ import annotations

import threading

import pytest

from dashboard.pages.scorecard import scorecard_words
from dashboard.serving.server import workspace_of
from dashboard.session.choices import Choices
from dashboard.session.comparisons import Comparisons
from dashboard.session.counted_coverage import CountedCoverage
from dashboard.session.fair_queue import MOST_RUNNING, MOST_WAITING, FairQueue, Job, TooManyJobs
from dashboard.session.running_scorecards import RunningScorecards
from dashboard.session.stored_file import ChosenColumns
from dashboard.storage.workspace import Workspace
from dashboard.words.calibration import coverage_line
from estimators import build_registry
from tests.dashboard.test_forget import press, upload
from tests.dashboard.test_studies import Gate
from tests.scenes import BUILT_IN, built_in, groups_of, scene_of
from tests.waiting import wait_for


class Waits(Job):
    """Runs until it is let through or stopped."""

    name = "A job"

    def __init__(self, owner, seconds=1.0):
        super().__init__(owner=owner, seconds_needed=seconds)
        self.go_on = threading.Event()

    def work(self):
        while not self.go_on.wait(0.01):
            if self.asked_to_end:
                return self.how_stopped
        return "done"


class OneAtATime(Waits):
    most_at_once = 1


@pytest.fixture
def queue():
    queue = FairQueue()
    yield queue
    queue.close()


def put(queue, job):
    queue.put(job)
    return job


def full(queue):
    return [put(queue, Waits(f"person {k}")) for k in range(MOST_RUNNING)]


def test_who_has_others_under_way_has_their_turn_later_by_what_these_take(queue):
    running = [*full(queue)[1:], put(queue, Waits("ann", 100))]
    assert {job.state for job in running[:-1]} == {"running"}
    second, of_bob = put(queue, Waits("ann", 1)), put(queue, Waits("bob", 50))
    assert [queue.look(job) for job in (running[-1], of_bob, second)] == [1, 0, 2]
    queue.stop(running[-1])
    assert [queue.look(job) for job in (of_bob, second)] == [1, 0]


def test_what_keeps_a_core_to_itself_runs_one_at_a_time_beside_the_others(queue):
    first, second, other = (put(queue, kind("ann")) for kind in (OneAtATime, OneAtATime, Waits))
    assert [job.state for job in (first, second, other)] == ["running", "waiting", "running"]
    assert queue.counts() == {"running": 2, "waiting": 1}
    first.go_on.set()
    wait_for(lambda: second.state == "running")
    assert first.state == "done"


def test_all_of_a_session_stops_at_its_word_and_nothing_of_others(queue):
    running, waiting = full(queue), [put(queue, Waits(who)) for who in ("ann", "person 1")]
    queue.stop_of("person 1")
    wait_for(lambda: running[1].state == waiting[1].state == "cancelled")
    assert running[0].state == "running"
    wait_for(lambda: waiting[0].state == "running")


def test_so_many_of_a_kind_wait_and_no_more(queue):
    full(queue)
    for k in range(MOST_WAITING):
        put(queue, OneAtATime(f"waiting {k}"))
    with pytest.raises(TooManyJobs):
        put(queue, OneAtATime("one more"))
    assert queue.look(put(queue, Waits("of another kind"))) == 0


def test_a_scorecard_that_waits_says_its_place_and_can_be_cancelled(queue):
    gate, scorecards = Gate(), RunningScorecards(queue)
    gate.open.clear()
    try:
        scorecards.start("ann", gate, {}, 0.95)
        assert scorecard_words(scorecards.look("ann")) == "0 of 9 scenarios"
        for who in ("bob", "cy"):
            scorecards.start(who, BUILT_IN["ols"], {}, 0.95)
        assert scorecard_words(scorecards.look("bob")) == "next in turn"
        assert (
            scorecard_words(scorecards.look("cy")) == "waiting for a place; 1 other has their turn before it"
        )
        scorecards.cancel("cy")
        assert scorecards.look("cy").state == "cancelled"
        scorecards.forget("bob")
        assert scorecards.look("bob") is None
        assert queue.counts()["waiting"] == 0
    finally:
        gate.open.set()


def test_a_count_that_waits_says_its_place(queue):
    jobs = full(queue)
    coverage = CountedCoverage(queue)
    scene = scene_of(groups_of([4, 9, 25, 16], means=[0, 1, 2, 9]), built_in("reml", "ols"))
    counts = coverage.look("ann", scene)
    assert [count.ahead for count in counts] == [0, 1]
    assert "1 other has their turn before it" in coverage_line(counts[1:], None)
    assert queue.counts() == {"running": MOST_RUNNING, "waiting": 2}
    coverage.forget("ann")
    assert queue.counts()["waiting"] == 0
    assert not coverage.is_busy
    jobs[0].go_on.set()
    wait_for(lambda: not any(count.pending for count in coverage.look("ann", scene)))
    coverage.forget("ann", [scene.comparison.data])
    assert all(count.pending for count in coverage.look("ann", scene, begin=False))


def test_what_was_computed_of_forgotten_data_is_in_memory_no_more(tmp_path):
    comparisons = Comparisons(Workspace(tmp_path / "data"), build_registry(entry_points=False))
    before = comparisons.cache_bytes()
    tokens = []
    for who in ("ann", "bob"):
        with (tmp_path / "a.csv").open("w+b") as file:
            file.write(b"y,g\n1.5,a\n2.5,a\n3,b\n4,b\n")
            file.seek(0)
            tokens.append(comparisons.workspace.receive(who, "a.csv", file, None).token)
        choices = Choices(ChosenColumns(tokens[-1], "y", "g"), ("ols", "reml"))
        comparisons.scene(who, choices)
    both = comparisons.cache_bytes()
    comparisons.forget("ann", {tokens[0]})
    one = comparisons.cache_bytes()
    assert all(before[name] < one[name] < both[name] for name in both)
    comparisons.forget("bob", {tokens[1]})
    assert comparisons.cache_bytes() == before


@pytest.mark.slow
def test_deleting_all_of_a_session_forgets_it_in_memory_too(app, client, monkeypatch):
    forgotten = []
    monkeypatch.setattr(Comparisons, "forget", lambda _, who, tokens: forgotten.append((who, tokens)))
    token = upload(client, "marks.csv")
    with client.session_transaction() as session:
        who = session["owner"]
    press(client, "forget-now")
    assert forgotten == [(who, {token})]
    assert workspace_of(app.server).list(who) == ()
