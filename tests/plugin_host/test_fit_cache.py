"""Fits of plugins on the server: each is made once, and none holds up the rest for longer than it must."""

from __future__ import annotations

import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.app import create_app
from dashboard.plugin_host.processes import PluginProcesses, TookTooLong
from dashboard.plugin_host.stand_ins import StandIn, for_many, with_stand_ins
from dashboard.session.fit_cache import RETRY_SECONDS, FitCache
from dashboard.session.running_studies import RunningStudies
from estimators import Design, Estimator, GroupData, GroupFit, NotRun, RiskStudy, build_registry
from tests.waiting import PATIENCE, wait_for

DATA = GroupData.from_arrays([1.0, 2.0, 4.0, 7.0], list("aabb"))


class Mean(Estimator):
    id = "mean"
    label = summary = "Mean"

    def _fit(self, data, options):
        raise NotImplementedError("a stand-in asks a process")


class Counting:
    """In place of processes: counts what it is asked for."""

    def __init__(self, answer):
        self.calls = 0
        self.answer = answer

    def call(self, name, *args, patient=False):
        self.calls += 1
        return self.answer()


def too_long():
    time.sleep(0.01)
    raise TookTooLong("too long")


def test_two_who_ask_for_the_same_at_once_get_one_fit():
    processes, fits, both = Counting(lambda: GroupFit(DATA.mean)), FitCache(), threading.Barrier(2)
    asked = [(StandIn.of(Mean(), processes), ())]

    def groups():
        both.wait(PATIENCE)
        return DATA

    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(fits.results, "source", groups, asked, wait_seconds=None) for _ in range(2)]
        one, two = (future.result(PATIENCE) for future in waiting)
    fits.close()
    assert processes.calls == 1
    assert one[0] is two[0]


def test_what_took_too_long_is_known_to_be_slow():
    stand_in = StandIn.of(Mean(), Counting(too_long))
    with pytest.raises(TookTooLong):
        stand_in.fit(DATA)
    assert stand_in.last_seconds >= 0.01


def test_what_is_given_up_on_leaves_nothing_behind_each_time_it_is_said():
    (stand_in,) = for_many([StandIn.of(Mean(), Counting(too_long))])
    depths = []
    for _ in range(5):
        with pytest.raises(TookTooLong, match="too long") as told:
            stand_in.fit(DATA)
        depths.append(len(traceback.extract_tb(told.value.__traceback__)))
    assert stand_in._processes.calls == 1
    assert len(set(depths[1:])) == 1


HANGS = """
import time
from pathlib import Path
from estimators import Estimator, hookimpl

class Hangs(Estimator):
    id = "hangs"
    label = summary = "Hangs"
    def _fit(self, data, options):
        Path(__file__).with_name("begun").touch()
        time.sleep(1000)

@hookimpl
def register_estimators():
    return [Hangs()]
"""


@pytest.mark.slow
def test_the_server_ends_without_waiting_for_a_plugin_that_hangs(tmp_path):
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "hangs.py").write_text(HANGS)
    app = create_app(data_dir=tmp_path / "data", plugins_dirs=[folder], plugin_seconds=10 * PATIENCE)
    at_end = app.server.extensions["blupboard-closing"]
    owned = {type(close.__self__): close.__self__ for close in at_end}
    studies, processes = owned[RunningStudies], owned[PluginProcesses]
    hangs = with_stand_ins(build_registry([folder], entry_points=False), processes)["hangs"]
    design = Design(groups=6, per_group="4", sigma_group=1.0, sigma_error=1.0)
    studies.start("ann", RiskStudy(design, for_many([hangs]), replicates=5))
    wait_for((folder / "begun").is_file)
    ending = threading.Thread(target=lambda: [close() for close in at_end], daemon=True)
    ending.start()
    ending.join(PATIENCE)
    assert not ending.is_alive()


def test_a_fit_that_failed_is_tried_again_after_a_while(monkeypatch):
    class Fickle(Estimator):
        id, label, summary = "fickle", "Fickle", "Fails at first."
        tries = 0

        def _fit(self, data, options):
            type(self).tries += 1
            if type(self).tries == 1:
                raise NotRun("not now")
            return GroupFit(data.mean)

    fits, now = FitCache(), [1000.0]
    monkeypatch.setattr("dashboard.session.fit_cache.time.monotonic", lambda: now[0])

    def message():
        return fits.results("source", lambda: DATA, [(Fickle(), ())], wait_seconds=None)[0].message

    assert (message(), message()) == ("not now", "not now")
    now[0] += RETRY_SECONDS + 1
    assert message() is None
    now[0] += RETRY_SECONDS + 1
    assert message() is None
    assert Fickle.tries == 2
    fits.close()
