"""What is concluded of a comparison is computed once, and before the page asks for it."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from dashboard.pages import ids
from dashboard.scene import findings
from dashboard.scene.rank_spread import rank_spread, ranking_series, ranks_in_data_order
from dashboard.scene.scene import make_scene
from dashboard.session import foreseen
from dashboard.session.asked_questions import AskedQuestions
from dashboard.session.fair_queue import MOST_WAITING, FairQueue
from dashboard.session.foreseen import Foreseen, Foresight
from dashboard.words.spreads import known_spreads, spreads_of
from estimators import DataError, group_ranks
from estimators.fitting.compare import at_level
from tests.dashboard.page_requests import CALLBACK, SAME_SITE, callback_bodies
from tests.scenes import built_in, groups_of, scene_of
from tests.waiting import wait_for

METHODS = built_in("ols", "reml")


@pytest.fixture
def queue():
    queue = FairQueue()
    yield queue
    queue.close()


def counted(monkeypatch, name):
    calls, plain = [], getattr(findings, name)

    def count(*given, **more):
        calls.append(given)
        return plain(*given, **more)

    monkeypatch.setattr(findings, name, count)
    return calls


def at_other_level(scene, level):
    """The same fits in a scene at another level, as when the level is changed on the page."""
    results = tuple(at_level(result, level) for result in scene.comparison.results)
    comparison = replace(scene.comparison, results=results, level=level)
    other = make_scene(comparison, outcome="score", group="school", selection_key="view")
    return replace(other, findings=scene.findings)


def test_another_level_takes_neither_the_ranks_nor_the_test_anew(monkeypatch):
    ranked, tested = counted(monkeypatch, "group_ranks"), counted(monkeypatch, "spread_tests")
    scene = scene_of(groups_of([9, 8, 30, 4, 12, 7], spread=3.0), METHODS)
    at = {level: at_other_level(scene, level) for level in (0.95, 0.8)}
    for other in at.values():
        assert spreads_of(other)
        for series in ranking_series(other):
            assert rank_spread(other, series) is not None
    assert (len(ranked), len(tested)) == (2, 1)
    series = ranking_series(at[0.8])[1]
    found = ranks_in_data_order(at[0.8], series)
    plain = group_ranks(series.result.fit.joint, level=0.8, top=1)
    assert (found.level, found.top) == (0.8, 1)
    for name in ("expected", "low", "high", "p_best", "p_top", "p_above_center"):
        np.testing.assert_array_equal(getattr(found, name), getattr(plain, name))


def test_what_the_page_will_ask_for_is_there_before(queue, monkeypatch):
    scene = scene_of(groups_of([9, 8, 30, 4, 12, 7], spread=3.0), METHODS)
    Foresight(queue).begin("someone", scene)
    wait_for(lambda: queue.counts() == {"running": 0, "waiting": 0})
    for name in ("group_ranks", "spread_tests", "profile_intervals"):
        monkeypatch.setattr(findings, name, None)
    assert AskedQuestions().answers(scene)["best"]
    assert all(rank_spread(scene, series, known_only=True) for series in ranking_series(scene))
    assert known_spreads(scene) is not None


def test_many_groups_wait_until_they_are_asked_for_and_so_do_those_that_find_no_room(queue, monkeypatch):
    put = []
    monkeypatch.setattr(queue, "put", put.append)
    Foresight(queue).begin("someone", scene_of(groups_of([4] * 61), METHODS))
    assert not put
    monkeypatch.undo()
    entered, go_on = threading.Event(), threading.Event()

    def waits(scene):
        yield lambda: (entered.set(), go_on.wait(60))

    monkeypatch.setattr(foreseen, "_asked_of", waits)
    scene = scene_of(groups_of([4] * 5), METHODS)
    foresight = Foresight(queue)
    for visitor in range(MOST_WAITING + 20):
        foresight.begin(f"someone {visitor}", scene)
    assert queue.counts()["waiting"] <= MOST_WAITING
    assert entered.wait(60)
    go_on.set()


@pytest.mark.parametrize("many", [6, 61])
def test_another_scene_ends_what_is_computed_for_the_one_before(queue, monkeypatch, many):
    entered, go_on, done = threading.Event(), threading.Event(), []

    def waits(scene):
        yield lambda: (entered.set(), go_on.wait(60))
        yield lambda: done.append(scene)

    monkeypatch.setattr(foreseen, "_asked_of", waits)
    first, second = (scene_of(groups_of([4] * count), METHODS) for count in (5, many))
    foresight = Foresight(queue)
    foresight.begin("someone", first)
    assert entered.wait(60)
    foresight.begin("someone", second)
    go_on.set()
    wait_for(lambda: queue.counts() == {"running": 0, "waiting": 0})
    assert done == ([second] if many == 6 else [])


def test_what_cannot_be_said_is_left_to_whoever_asks(queue, monkeypatch):
    def raises():
        raise DataError("nothing can be told")

    done = []
    monkeypatch.setattr(foreseen, "_asked_of", lambda scene: iter([raises, lambda: done.append(scene)]))
    job = Foreseen(owner="someone", seconds_needed=0.1, scene=scene_of(groups_of([4] * 5), METHODS))
    queue.put(job)
    wait_for(lambda: job.state == "done")
    assert done
    job.stop.set()
    assert job.work() == "cancelled"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*is deprecated, use args_grouping:DeprecationWarning")
def test_a_page_that_has_its_comparison_finds_the_rest_begun(client, monkeypatch):
    begun = []
    monkeypatch.setattr(Foresight, "begin", lambda _, __, scene: begun.append(len(scene)))
    [body] = [body for body in callback_bodies(client) if f".{ids.FIGURES}.data" in body["output"]]
    answer = client.post(CALLBACK, json=body, headers=SAME_SITE)
    answer.close()
    assert answer.json["response"][ids.FIGURES]["data"]
    assert begun == [24]
