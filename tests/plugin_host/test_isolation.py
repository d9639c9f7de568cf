"""Plugins' code in processes of its own: the same answers, and nothing that it does hurts the rest."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from dashboard.callbacks.risk import _begin
from dashboard.plugin_host.processes import Busy, PluginProcesses, ProcessEnded, TookTooLong
from dashboard.plugin_host.stand_ins import StandIn, for_many, seconds_for, with_stand_ins
from dashboard.plugin_host.wire import Fault, Setup, pack, unpack
from dashboard.session.choices import LEVELS, Choices
from dashboard.session.comparisons import Comparisons
from dashboard.session.running_studies import RunningStudies
from dashboard.storage.workspace import SIMULATED, Workspace
from estimators import (
    DataError,
    Design,
    Estimator,
    GroupData,
    GroupFit,
    OptionError,
    RiskStudy,
    build_registry,
    compare,
    run_risk,
)

PLUGIN = """
import os, time
from dataclasses import dataclass
from pathlib import Path
import numpy as np
from estimators import BatchFit, DataError, Estimator, GroupFit, Note, Parameter, hookimpl, option

HERE = Path(__file__).parent

@dataclass(frozen=True)
class Options:
    share: float = option(0.5, label="Share", minimum=0, maximum=1)

@dataclass(frozen=True)
class Curve:
    height: float

class Base(Estimator):
    label, summary, Options = "Base", "Base", Options

class Good(Base):
    id, citation, color, symbol, order = "good", "A paper", "#123456", "star", 7
    def _fit(self, data, options):
        middle = data.centered_mean.mean()
        estimate = data.origin + middle + (1 - options.share) * (data.centered_mean - middle)
        return GroupFit(estimate, np.ones(len(data)), center=data.origin + middle, df=4.0,
                        parameters={"mu": data.origin + middle, "own": Parameter("own", 3.0, "My own")},
                        notes=[Note("a", "info", "words")],
                        interval_fn=lambda level: (estimate - level, estimate + level),
                        details={"curve": Curve(options.share)})
    def weight_curve(self, fit, n):
        return np.full(len(n), fit.details["curve"].height)
    def r_code(self, data, options):
        return f"estimate <- rep({options.share}, {len(data)})"

class Rows(Base):
    id, needs = "rows", "rows"
    def _fit(self, data, options):
        return GroupFit(np.bincount(data.rows.group, data.rows.outcome) / data.n)

class Many(Base):
    id = "many"
    def _fit(self, data, options):
        return GroupFit(data.mean / 2, np.ones(len(data)))
    def _fit_many(self, batch, options):
        (HERE / "batches").write_text(str(len(batch)))
        return BatchFit(batch.mean / 2, np.ones(batch.mean.shape), parameters={"mu": batch.mean[:, 0]})

class Picky(Base):
    id = "picky"
    def _fit(self, data, options):
        raise DataError("needs more than this")

class Boom(Base):
    id = "boom"
    def _fit(self, data, options):
        return 1 / 0

class Strange(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")

class Odd(Base):
    id = "odd"
    def _fit(self, data, options):
        raise Strange(1, 2)

class Mute(Exception):
    def __str__(self):
        raise RuntimeError("no words")

class Silent(Base):
    id = "silent"
    def _fit(self, data, options):
        raise Mute

class Meddles(Base):
    id = "meddles"
    def _fit(self, data, options):
        found = os.environ.get("MEDDLED", "no")
        os.environ["MEDDLED"] = "yes"
        return GroupFit(data.mean, notes=[Note("found", "info", found)])

class Leaves(Base):
    id = "leaves"
    def _fit(self, data, options):
        raise SystemExit(3)

class Dies(Base):
    id = "dies"
    def _fit(self, data, options):
        os._exit(3)

class Writes(Base):
    id = "writes"
    def _fit(self, data, options):
        data.mean[0] = 1.0

class Talks(Base):
    id = "talks"
    def _fit(self, data, options):
        print("hello")
        os.write(1, b"hello again")
        return GroupFit(data.mean)

class Keeps(Base):
    id = "keeps"
    def _fit(self, data, options):
        return GroupFit(data.mean, details={"f": lambda: 1})

class Hangs(Base):
    id = "hangs"
    def _fit(self, data, options):
        (HERE / "pid").write_text(str(os.getpid()))
        with (HERE / "tries").open("a") as tries:
            tries.write("x")
        while True:
            pass
    def weight_curve(self, fit, n):
        time.sleep(1000)

@hookimpl
def register_estimators():
    kinds = Good, Rows, Many, Picky, Boom, Odd, Silent, Meddles, Leaves, Dies, Writes, Talks, Keeps, Hangs
    return [kind() for kind in kinds]
"""
DATA = GroupData.from_arrays([1.0, 2.0, 4.0, 7.0, 5.0, 3.0, 8.0, 9.5], list("aabbccdd"))
PATIENCE = 60.0
"""Seconds for what should take none of them."""


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "plugins"
    path.mkdir()
    (path / "several.py").write_text(PLUGIN)
    return path


@pytest.fixture
def processes(folder):
    """Processes that are given up on slowly, so that a busy machine makes no difference."""
    made = PluginProcesses(Setup((str(folder),), LEVELS), seconds=PATIENCE)
    yield made
    made.close()


@pytest.fixture
def hasty(folder):
    made = PluginProcesses(Setup((str(folder),), LEVELS), seconds=2.0, processes=1)
    yield made
    made.close()


@pytest.fixture
def originals(folder):
    return build_registry([folder], entry_points=False)


@pytest.fixture
def registry(originals, processes):
    return with_stand_ins(originals, processes)


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
    for name in ("id", "label", "summary", "citation", "color", "symbol", "order", "needs", "on_at_first"):
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
    assert {name for name in registry if not isinstance(registry[name], StandIn)} == {
        "ols", "reml", "ml", "james_stein", "grand_mean", "mine",
    }  # fmt: skip


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


def test_r_code_comes_from_the_original(registry):
    good = registry["good"]
    assert good.r_code(DATA, good.make_options({"share": 0.25})) == "estimate <- rep(0.25, 4)"
    assert registry["many"].r_code(DATA, None) is None


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
    slow, good = compare(DATA, [registry["hangs"], registry["good"]]).results
    assert slow.message == "it was stopped after 2 seconds, the time that a plugin may take here"
    assert good.fit is not None
    assert not alive(int((folder / "pid").read_text()))


def test_a_weight_curve_that_hangs_is_asked_for_once(originals, hasty):
    hangs = with_stand_ins(originals, hasty)["hangs"]
    fit = GroupFit(DATA.mean)
    for _ in range(2):
        with pytest.raises(TookTooLong, match=r"stopped after 2 seconds"):
            hangs.weight_curve(fit, np.array([1.0]))
    assert len(hasty._idle) == 0


def test_nothing_runs_after_closing(registry, processes):
    registry["good"].fit(DATA)
    children = [process._child for process in processes._idle]
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
        child = wait_for(lambda: next(iter(processes._busy), None))._child
        assert child.pid == int(pid)
        child.stdin.close()
        assert waiting.result(PATIENCE).results[0].message == "it ended the process that it ran in"
    processes.close()


def wait_for(found):
    """What the function gives once it gives something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.01)
    raise AssertionError("it did not come")


def test_so_many_wait_and_no_more_unless_they_are_patient(folder):
    processes = PluginProcesses(Setup((str(folder),), LEVELS), seconds=PATIENCE, processes=1, waiting=1)
    ask = ("fit", "many", {}, pack(DATA))
    with ThreadPoolExecutor(3) as pool:
        hangs = pool.submit(processes.call, "fit", "hangs", {}, pack(DATA))
        wait_for((folder / "pid").is_file)
        waits = pool.submit(processes.call, *ask)
        wait_for(lambda: processes._queued._value == 0)
        with pytest.raises(Busy, match="try again in a moment"):
            processes.call(*ask)
        patient = pool.submit(processes.call, *ask, patient=True)
        assert not patient.done()
        (busy,) = processes._busy
        busy.end()
        assert isinstance(hangs.exception(PATIENCE), ProcessEnded)
        for answered in (waits, patient):
            np.testing.assert_array_equal(answered.result(PATIENCE).std_error, np.ones(4))
    processes.close()


# In the risk study

DESIGN = Design(groups=6, per_group="4", sigma_group=1.0, sigma_error=1.0)


def test_a_study_says_the_same_of_a_stand_in(registry, originals, folder):
    names = ("good", "rows", "many", "ols")

    def study(given):
        return RiskStudy(DESIGN, for_many(given[name] for name in names), replicates=20, seed=3)

    here, there = run_risk(study(originals)).to_dict(), run_risk(study(registry)).to_dict()
    assert there["estimators"] == here["estimators"]
    assert (folder / "batches").read_text() == "20"


def test_a_study_asks_a_method_that_hangs_once(originals, hasty, folder):
    hangs = with_stand_ins(originals, hasty)["hangs"]
    study = RiskStudy(DESIGN, for_many([hangs]), replicates=50, seed=3)
    (found,) = run_risk(study).to_dict()["estimators"]
    assert found["failed"] == 50
    assert found["failures"] == [
        {"reason": "it was stopped after 2 seconds, the time that a plugin may take here", "count": 50}
    ]
    assert (folder / "tries").read_text() == "x"


def test_studies_of_the_same_are_equal(registry):
    one, two = (RiskStudy(DESIGN, for_many([registry["good"]]), replicates=9) for _ in range(2))
    assert one == two
    assert one != RiskStudy(DESIGN, for_many([registry["many"]]), replicates=9)


def test_a_study_of_slow_plugins_waits_until_it_is_asked_for(registry):
    registry["good"].fit(DATA)
    registry["good"].last_seconds = 1.0
    both = for_many([registry["good"], registry["many"]])
    assert seconds_for(both, 40) == 40.0
    study = RiskStudy(DESIGN, both, replicates=40)
    studies = RunningStudies()
    said = _begin(studies, "ann", study, asked=False)
    assert said == {"left": "Press Run to measure this scenario"}
    assert studies.look("ann") is None
    assert _begin(studies, "ann", study, asked=True) == {}
    wait_for(lambda: studies.look("ann").state == "done")
    studies.close()


def test_a_study_is_cancelled_while_a_plugin_hangs(registry, folder):
    studies = RunningStudies()
    studies.start("ann", RiskStudy(DESIGN, for_many([registry["hangs"]]), replicates=50))
    wait_for((folder / "pid").is_file)
    studies.cancel("ann")
    wait_for(lambda: studies.look("ann").state == "cancelled")
    registry["hangs"]._processes.close()
    studies.close()


# Kept comparisons


@pytest.fixture
def comparisons(tmp_path, registry, processes):
    return Comparisons(Workspace(tmp_path / "data"), registry, processes=processes)


def test_a_fit_is_kept_for_other_levels_and_other_companions(comparisons, folder):
    choices = Choices(SIMULATED, "y", "group", ("good",), design=DESIGN)
    first = comparisons.comparison("ann", choices)
    other = comparisons.comparison(
        "ann", Choices(SIMULATED, "y", "group", ("ols", "good"), level=0.5, design=DESIGN)
    )
    assert other["good"].fit is first["good"].fit
    width = np.ptp(np.array(other["good"].interval), axis=0)
    np.testing.assert_allclose(width, 1.0)
    np.testing.assert_allclose(np.ptp(np.array(first["good"].interval), axis=0), 1.9)


def test_the_page_does_not_wait_for_what_takes_long(comparisons, folder):
    choices = Choices(SIMULATED, "y", "group", ("hangs", "ols"), design=DESIGN)
    first = comparisons.comparison("ann", choices, 0.0)
    assert [(r.id, r.fit is None, r.message, r.pending) for r in first.results] == [
        ("ols", False, None, False), ("hangs", True, "is being fitted …", True),
    ]  # fmt: skip
    wait_for((folder / "pid").is_file)
    comparisons.comparison("ann", choices, 0.0)
    assert (folder / "tries").read_text() == "x"
    comparisons.processes.close()
    last = comparisons.comparison("ann", choices)
    assert [r.message for r in last.results] == [None, "it ended the process that it ran in"]
    assert comparisons.comparison("ann", choices) is last


def test_a_dial_that_is_dragged_does_not_wait_for_what_is_slow(comparisons, monkeypatch):
    choices = Choices(SIMULATED, "y", "group", ("good", "ols"), design=DESIGN)
    assert [s.id for s in comparisons.passing_scene(DESIGN, choices).series] == ["good", "ols"]
    with monkeypatch.context() as patched:
        patched.setattr(type(comparisons.processes), "all_busy", property(lambda _: True))
        assert [s.id for s in comparisons.passing_scene(DESIGN, choices).series] == ["ols"]
    comparisons.registry["good"].last_seconds = 5.0
    assert [s.id for s in comparisons.passing_scene(DESIGN, choices).series] == ["ols"]
    assert [s.id for s in comparisons.scene("ann", choices).series] == ["good", "ols"]


def test_an_error_is_known_by_its_own_class_or_by_its_name():
    assert isinstance(Fault.of(DataError("one")).exception(), DataError)
    error = Fault("Peculiar", "one").exception()
    assert (type(error).__name__, str(error)) == ("Peculiar", "one")
