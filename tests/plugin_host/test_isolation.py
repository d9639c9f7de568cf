"""Plugins' code in processes of its own: the same answers, and nothing that it does hurts the rest."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from dashboard.plugin_host.processes import Busy, PluginProcesses, TookTooLong
from dashboard.plugin_host.stand_ins import StandIn, with_stand_ins
from dashboard.plugin_host.wire import Setup, pack, unpack
from dashboard.plugin_host.worker_processes import ProcessEnded
from dashboard.session.choices import LEVELS
from estimators import Estimator, GroupData, GroupFit, OptionError, build_registry, compare
from tests.plugin_host.several import DATA
from tests.waiting import PATIENCE, wait_for

pytestmark = pytest.mark.slow


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


# The same answers


def test_a_stand_in_looks_like_its_original(registry, originals):
    good = registry["good"]
    assert isinstance(good, StandIn)
    for name in (
        "id",
        "label",
        "summary",
        "citation",
        "color",
        "symbol",
        "order",
        "needs",
        "on_at_first",
        "likelihood",
        "remedy_for",
    ):
        assert getattr(good, name) == getattr(originals["good"], name)
    assert good.option_specs() == originals["good"].option_specs()
    assert list(registry) == list(originals)
    assert registry.source("good") == originals.source("good")


def test_built_ins_and_objects_stay_in_the_server(folder, processes):
    class Mine(Estimator):
        id, label, summary = "mine", "Mine", "Mine"

        def _fit(self, data, options):
            return GroupFit(data.mean)

    registry = with_stand_ins(build_registry([folder], entry_points=False, plugins=[Mine()]), processes)
    own = {name for name in registry if not isinstance(registry[name], StandIn)}
    assert own == {*build_registry(entry_points=False), "mine"}


@pytest.mark.parametrize("name", ["good", "rows", "many"])
@pytest.mark.parametrize("options", [None, {"share": 0.25}])
def test_a_fit_is_what_it_is_in_this_process(registry, originals, name, options):
    there, here = registry[name].fit(DATA, options), originals[name].fit(DATA, options)
    for array in ("estimate", "std_error", "weight"):
        np.testing.assert_array_equal(getattr(there, array), getattr(here, array))
    assert (there.center, there.df, there.notes) == (here.center, here.df, here.notes)
    assert dict(there.parameters) == dict(here.parameters)
    for level in LEVELS:
        ends, expected = there.interval(level), here.interval(level)
        assert (ends is None) == (expected is None)
        if ends is not None:
            np.testing.assert_array_equal(ends, expected)


def test_other_levels_than_the_pages_were_not_computed(registry):
    with pytest.raises(OptionError, match=r"no interval was computed at the level 0\.37"):
        registry["good"].fit(DATA).interval(0.37)


def test_details_are_there_for_the_weight_curve(registry):
    good = registry["good"]
    fit = good.fit(DATA, {"share": 0.25})
    assert fit.details["curve"].height == 0.25
    assert good.weight_curve(fit, np.array([1.0, 9.0])).tolist() == [0.25, 0.25]
    assert registry["many"].weight_curve(fit, np.array([1.0])) is None


def test_code_comes_from_the_original(registry):
    good, many = registry["good"], registry["many"]
    quarter = good.make_options({"share": 0.25})
    assert good.r_code(DATA, quarter) == "estimate <- rep(0.25, 4)"
    assert good.python_code(DATA, quarter) == "estimate = np.full(4, 0.25)"
    assert many.r_code(DATA, None) is many.python_code(DATA, None) is None


def test_options_are_checked_before_anything_travels(registry):
    with pytest.raises(OptionError, match=r"good.share takes a number from 0 to 1, not 2"):
        registry["good"].fit(DATA, {"share": 2})


def test_groups_arrive_as_they_were_and_read_only():
    arrived = unpack(pack(DATA, rows=True))
    for name in ("n", "centered_mean", "ss_within", "constant", "mean"):
        np.testing.assert_array_equal(getattr(arrived, name), getattr(DATA, name))
        assert not getattr(arrived, name).flags.writeable
    np.testing.assert_array_equal(arrived.rows.outcome, DATA.rows.outcome)
    assert (arrived.labels.tolist(), arrived.rows_read) == (DATA.labels.tolist(), DATA.rows_read)
    assert unpack(pack(DATA)).rows is None
    published = GroupData.from_estimates("ab", [1.0, 2.0], [0.5, 0.25])
    np.testing.assert_array_equal(unpack(pack(published)).known_variance, published.known_variance)


# What it does wrong

WRONG = {
    "picky": "needs more than this",
    "boom": "the method failed with ZeroDivisionError: division by zero",
    "odd": "the method failed with Strange: 1 and 2",
    "silent": "the method failed with Mute",
    "leaves": "the method failed with SystemExit: 3",
    "dies": "it ended the process that it ran in",
    "writes": "the method failed with ValueError: assignment destination is read-only",
}


@pytest.mark.parametrize("name", WRONG)
def test_what_fails_there_is_told_as_if_it_had_failed_here(registry, name):
    failed, good = compare(DATA, [registry[name], registry["good"]]).results
    assert failed.message == WRONG[name]
    assert good.fit is not None


def test_a_fit_that_cannot_travel_is_the_plugins_fault(registry):
    (failed,) = compare(DATA, [registry["keeps"]]).results
    assert "pickle" in failed.message
    assert compare(DATA, [registry["good"]]).failed == ()


def test_what_it_changes_of_its_environment_is_not_the_next_ones(registry):
    for _ in range(2):
        assert [note.text for note in registry["meddles"].fit(DATA).notes] == ["no"]
    assert "MEDDLED" not in os.environ


def test_what_it_prints_disturbs_nobody(registry, capfd):
    assert registry["talks"].fit(DATA).estimate.tolist() == DATA.mean.tolist()
    assert registry["good"].fit(DATA) is not None
    assert capfd.readouterr().out == ""


def test_what_takes_too_long_is_ended_and_its_place_taken_by_another(originals, hasty, folder):
    registry = with_stand_ins(originals, hasty)
    (slow,) = compare(DATA, [registry["hangs"]]).results
    hasty.seconds = PATIENCE
    (good,) = compare(DATA, [registry["good"]]).results
    assert slow.message == "it was stopped after 2 seconds, the time that a plugin may take here"
    assert good.fit is not None
    assert not alive(int((folder / "pid").read_text()))


def test_a_weight_curve_that_hangs_is_asked_for_once(originals, hasty):
    hangs = with_stand_ins(originals, hasty)["hangs"]
    fit = GroupFit(DATA.mean)
    for _ in range(2):
        with pytest.raises(TookTooLong, match=r"stopped after 2 seconds"):
            hangs.weight_curve(fit, np.array([1.0]))
    assert len(hasty._pool.idle) == 0


def test_nothing_runs_after_closing(registry, processes):
    registry["good"].fit(DATA)
    children = [process._child for process in processes._pool.idle]
    processes.close()
    assert children
    assert all(child.poll() is not None for child in children)
    with pytest.raises(ProcessEnded, match="the server is closing"):
        registry["good"].fit(DATA)


def test_the_process_ends_with_the_server_in_the_middle_of_a_fit(folder):
    processes = PluginProcesses(Setup((str(folder),), LEVELS), seconds=PATIENCE)
    hangs = with_stand_ins(build_registry([folder], entry_points=False), processes)["hangs"]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(compare, DATA, [hangs])
        pid = wait_for(lambda: (folder / "pid").is_file() and (folder / "pid").read_text())
        child = wait_for(lambda: next(iter(processes._pool.busy), None))._child
        assert child.pid == int(pid)
        child.stdin.close()
        assert waiting.result(PATIENCE).results[0].message == "it ended the process that it ran in"
    processes.close()


def test_so_many_wait_and_no_more_unless_they_are_patient(folder):
    processes = PluginProcesses(Setup((str(folder),), LEVELS), seconds=PATIENCE, processes=1, waiting=1)
    ask = ("fit", "many", {}, pack(DATA))
    with ThreadPoolExecutor(3) as pool:
        hangs = pool.submit(processes.call, "fit", "hangs", {}, pack(DATA))
        wait_for((folder / "pid").is_file)
        waits = pool.submit(processes.call, *ask)
        wait_for(lambda: processes._pool._queued._value == 0)
        with pytest.raises(Busy, match="try again in a moment"):
            processes.call(*ask)
        patient = pool.submit(processes.call, *ask, patient=True)
        assert not patient.done()
        (busy,) = processes._pool.busy
        busy.end()
        assert isinstance(hangs.exception(PATIENCE), ProcessEnded)
        for answered in (waits, patient):
            np.testing.assert_array_equal(answered.result(PATIENCE).std_error, np.ones(4))
    processes.close()
