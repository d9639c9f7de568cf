"""What a plugin starts beside its fit, or reads, or leaves behind: it holds up nobody else."""

from __future__ import annotations

import fcntl
import os
import signal

import pytest

from dashboard.plugin_host.processes import PluginProcesses
from dashboard.plugin_host.stand_ins import with_stand_ins
from dashboard.plugin_host.wire import Setup
from dashboard.session.choices import LEVELS
from estimators import GroupData, build_registry, compare
from tests.waiting import PATIENCE, wait_for

pytestmark = pytest.mark.slow

PLUGIN = """
import fcntl, os, subprocess, sys, time
from pathlib import Path
from estimators import Estimator, GroupFit, hookimpl

LOCK = Path(__file__).with_name("lock")

class Base(Estimator):
    label = summary = "Base"

class Good(Base):
    id = "good"
    def _fit(self, data, options):
        return GroupFit(data.mean)

def leave_a_child():
    # it holds the lock as long as it lives
    held, told = os.pipe()
    if os.fork() == 0:
        lock = LOCK.open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.write(told, b"x")
        time.sleep(1000)
    os.read(held, 1)

class Parent(Base):
    id = "parent"
    def _fit(self, data, options):
        leave_a_child()
        time.sleep(1000)

class Gone(Base):
    id = "gone"
    def _fit(self, data, options):
        leave_a_child()
        os._exit(3)

class Reads(Base):
    id = "reads"
    def _fit(self, data, options):
        found = sys.stdin.read(), subprocess.run(["cat"], capture_output=True, check=True).stdout
        return GroupFit(data.mean, parameters={"read": float(sum(map(len, found)))})

class Twin(Base):
    id = "twin"
    def _fit(self, data, options):
        if os.fork() == 0:
            return GroupFit(data.mean + 100)
        return GroupFit(data.mean)

@hookimpl
def register_estimators():
    return [Good(), Parent(), Gone(), Reads(), Twin()]
"""
DATA = GroupData.from_arrays([1.0, 2.0, 4.0, 7.0], list("aabb"))


def made(folder, seconds):
    (folder / "several.py").write_text(PLUGIN)
    processes = PluginProcesses(Setup((str(folder),), LEVELS), seconds=seconds, processes=1)
    return with_stand_ins(build_registry([folder], entry_points=False), processes), processes


@pytest.fixture
def patient(tmp_path):
    registry, processes = made(tmp_path, PATIENCE)
    yield registry, processes
    processes.close()


def is_free(path):
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def test_what_a_plugin_has_started_ends_with_it(tmp_path):
    registry, processes = made(tmp_path, 2.0)
    (slow,) = compare(DATA, [registry["parent"]]).results
    processes.seconds = PATIENCE
    (good,) = compare(DATA, [registry["good"]]).results
    assert slow.message == "it was stopped after 2 seconds, the time that a plugin may take here"
    assert good.fit is not None
    wait_for(lambda: is_free(tmp_path / "lock"))
    processes.close()


def test_a_child_that_outlives_its_process_does_not_hide_its_end(patient, tmp_path):
    registry, _ = patient
    gone, good = compare(DATA, [registry["gone"], registry["good"]]).results
    assert gone.message == "it ended the process that it ran in"
    assert good.fit is not None
    wait_for(lambda: is_free(tmp_path / "lock"))


def test_a_copy_of_the_process_does_not_answer_too(patient):
    registry, _ = patient
    for _ in range(3):
        twin, good = compare(DATA, [registry["twin"], registry["good"]]).results
        assert twin.fit.estimate.tolist() == good.fit.estimate.tolist() == DATA.mean.tolist()


def test_a_plugin_that_reads_stdin_finds_nothing_there(patient):
    registry, _ = patient
    reads, good = compare(DATA, [registry["reads"], registry["good"]]).results
    assert reads.fit.parameters["read"].value == 0
    assert good.fit is not None


def test_a_process_that_ended_between_two_fits_is_nobodys_fault(patient):
    registry, processes = patient
    registry["good"].fit(DATA)
    (idle,) = processes._pool.idle
    os.kill(idle._child.pid, signal.SIGKILL)
    wait_for(lambda: idle.has_ended)
    assert registry["good"].fit(DATA).estimate.tolist() == DATA.mean.tolist()
