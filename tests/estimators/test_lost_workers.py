"""Processes that are killed lose nothing: their pieces are done again, and the numbers are the same."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import numpy as np
import pytest
from distributed import Client, LocalCluster

from estimators import (
    Design,
    GroupData,
    OptionError,
    RiskStudy,
    bootstrap,
    calibration,
    risk_steps,
    run_risk,
)
from estimators.fitting.lasting_workers import MOST_LOST, LastingWorkers
from tests.estimators.test_risk_executors import told
from tests.estimators.travelling import Fatal, OneByOne, ends_once
from tests.inference.oracles import groups_of
from tests.oracles import BUILT_IN
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

STUDY = RiskStudy(
    Design(groups=250, per_group="2-9", sigma_group=0.4), (BUILT_IN["reml"],), replicates=3000, seed=3
)


@pytest.fixture(scope="module")
def alone():
    return told(run_risk(STUDY))


@pytest.fixture
def workers():
    with LastingWorkers(2) as executor:
        yield executor


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr("estimators.risk.run.TASK_SECONDS", 1e-3)


def test_a_process_that_is_killed_is_replaced(alone, workers, small_pieces):
    first, last = [], None
    for progress in risk_steps(STUDY, workers, in_flight=4):
        if not first:
            first = workers.process_ids
            os.kill(first[0], signal.SIGKILL)
        last = progress
    assert workers.lost == 1
    assert not set(first) & set(workers.process_ids)
    assert told(last.report) == alone


def test_a_worker_of_dask_that_is_killed_is_replaced(alone, small_pieces):
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
        client.get_executor() as executor,
    ):
        killed = None
        for progress in risk_steps(STUDY, executor, in_flight=4):
            if killed is None:
                killed = cluster.workers[0].process.pid
                os.kill(killed, signal.SIGKILL)
            last = progress
        wait_for(lambda: cluster.workers[0].process.pid not in {None, killed})
    assert told(last.report) == alone


def test_a_method_that_ends_every_process_is_given_up(workers):
    with pytest.raises(OptionError, match="or has ended"):
        run_risk(replace(STUDY, estimators=(Fatal(),)), workers)
    assert workers.lost == MOST_LOST


def test_a_piece_that_was_cancelled_does_not_keep_the_others_from_being_done_again(tmp_path):
    """A pool takes up two pieces; those behind wait, and can be cancelled."""
    with LastingWorkers(1) as executor:
        ended = executor.submit(ends_once, tmp_path)
        before, cancelled, after = (executor.submit(round, number) for number in (1.6, 2.6, 3.6))
        assert cancelled.cancel()
        (tmp_path / "go").touch()
        assert [piece.result(60) for piece in (ended, before, after)] == ["done", 2, 4]
        assert executor.lost == 1


@pytest.mark.parametrize("estimator", [BUILT_IN["reml"], OneByOne()], ids=lambda one: one.id)
def test_the_bootstrap_gives_the_same_wherever_it_is_fitted(workers, estimator):
    rows = [3.0, 4, 1, 2, 3, 2, 1, 5, 8]
    data = GroupData.from_arrays(rows, list("aabbbccdd"))
    here = bootstrap(data, estimator, draws=120)
    there = bootstrap(data, estimator, draws=120, executor=workers, in_flight=3)
    assert (there.draws, there.failed) == (here.draws, here.failed) == (120, 0)
    np.testing.assert_array_equal(there.std_error, here.std_error)
    np.testing.assert_array_equal(there.mcse, here.mcse)


def test_calibration_gives_the_same_wherever_it_is_fitted(workers):
    data = groups_of("rail")
    here = calibration(data, BUILT_IN["reml"], draws=100)
    assert calibration(data, BUILT_IN["reml"], draws=100, executor=workers) == here
