"""The same seed gives the same answer, however the work is cut up and wherever it is done."""

from __future__ import annotations

import multiprocessing
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace

import pytest
from distributed import Client, LocalCluster

from estimators import (
    BatchFit,
    Design,
    Estimator,
    GroupFit,
    OptionError,
    RiskStudy,
    Sweep,
    build_registry,
    risk_steps,
    run_risk,
)
from estimators.risk.replicates import block_size
from tests.oracles import BUILT_IN
from tests.waiting import PATIENCE

pytestmark = pytest.mark.slow

STUDY = RiskStudy(
    Design(groups=250, per_group="2-9", sigma_group=0.4, effects="skewed"),
    tuple(BUILT_IN.values()),
    replicates=500,
    seed=-8,
    sweep=Sweep("ratio", 0.2, 2.0, 2),
)


def told(report):
    """Everything in a report but the time it took."""
    found = report.to_dict()
    del found["seconds"]
    return found


@pytest.fixture(scope="module")
def alone():
    """What the study gives without an executor, in many blocks."""
    assert STUDY.replicates / block_size(250) > 3
    return told(run_risk(STUDY))


@pytest.mark.parametrize("seconds", [0.0, 1e-3, 1e6])
def test_the_size_of_the_pieces_changes_nothing(alone, monkeypatch, seconds):
    monkeypatch.setattr("estimators.risk.run.TASK_SECONDS", seconds)
    assert told(run_risk(STUDY)) == alone
    with ThreadPoolExecutor(2) as executor:
        assert told(run_risk(STUDY, executor)) == alone


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("in_flight", [1, 16])
def test_threads_give_the_same_answer(alone, workers, in_flight):
    with ThreadPoolExecutor(workers) as executor:
        assert told(run_risk(STUDY, executor, in_flight=in_flight)) == alone


def test_processes_give_the_same_answer(alone):
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as executor:
        assert told(run_risk(STUDY, executor)) == alone


def test_a_dask_cluster_gives_the_same_answer(alone):
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
        client.get_executor() as executor,
    ):
        assert told(run_risk(STUDY, executor)) == alone


def test_another_seed_gives_another_answer(alone):
    other = told(run_risk(replace(STUDY, seed=8)))
    assert other["estimators"][0]["mse"] != alone["estimators"][0]["mse"]


def test_points_of_a_sweep_are_drawn_as_if_alone(alone):
    (value, design), *_ = STUDY.points[1:]
    by_itself = told(run_risk(replace(STUDY, design=design, sweep=None)))
    assert alone["sweep"][0]["value"] == value
    assert alone["sweep"][0]["estimators"] == by_itself["estimators"]


class Slow(Estimator):
    """Takes its time, and says when it is asked."""

    id, label, summary = "slow", "Slow", "Waits."
    asked = threading.Event()

    def _fit(self, data, options):
        self.asked.set()
        time.sleep(0.01)
        return GroupFit(data.mean)


def test_a_stop_ends_threads_that_are_in_the_middle_of_a_piece():
    study = RiskStudy(Design(groups=4), (Slow(),), replicates=100_000)
    with ThreadPoolExecutor(2) as executor:
        assert list(risk_steps(study, executor, stopped=Slow.asked.is_set)) == []
    Slow.asked.clear()


class Gated(Estimator):
    """Fits a block for each permit."""

    id, label, summary = "gated", "Gated", "Waits to be let through."
    permits = threading.Semaphore(1)

    def _fit(self, data, options):
        raise AssertionError("not asked for")

    def _fit_many(self, batch, options):
        assert self.permits.acquire(timeout=PATIENCE)
        return BatchFit(batch.mean)


def test_leaving_the_steps_cancels_what_has_not_begun():
    begun = []

    class Counting(ThreadPoolExecutor):
        def submit(self, *arguments, **named):
            begun.append(super().submit(*arguments, **named))
            return begun[-1]

    study = RiskStudy(Design(groups=250), (Gated(),), replicates=100_000)
    with Counting(1) as executor:
        steps = risk_steps(study, executor, in_flight=8)
        assert next(steps).done == block_size(250)
        steps.close()
        Gated.permits.release(8)
    assert len(begun) == 8
    assert sum(future.cancelled() for future in begun) in (6, 7)


def test_workers_that_cannot_import_an_estimator_are_told_apart_from_a_result(tmp_path):
    (tmp_path / "strange.py").write_text(
        "from estimators import Estimator, GroupFit, hookimpl\n"
        "class Own(Estimator):\n"
        "    id, label, summary, citation = 'own', 'Own', 'The mean itself.', ''\n"
        "    def _fit(self, data, options):\n"
        "        return GroupFit(data.mean)\n"
        "@hookimpl\n"
        "def register_estimators():\n"
        "    return [Own()]\n"
    )
    own = build_registry([tmp_path], entry_points=False)["own"]
    study = RiskStudy(Design(groups=4), (own,), replicates=20)
    assert run_risk(study).base["own"].replicates == 20
    context = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(1, mp_context=context) as pool,
        pytest.raises(OptionError, match="install a plugin that is a single file, or use threads"),
    ):
        run_risk(study, pool)
