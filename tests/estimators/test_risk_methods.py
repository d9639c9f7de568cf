"""Risk studies of methods of all kinds, at the edges of what can be asked for, and in bounded memory."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from estimators import (
    BatchFit,
    DataError,
    Design,
    Estimator,
    GroupData,
    GroupFit,
    OptionError,
    RiskStudy,
    risk_steps,
    run_risk,
)
from estimators.risk.replicates import BLOCK_NUMBERS, LARGEST_BLOCK, block_size, draw_block
from tests.estimators.studies import ALL, OLS, REML, near, told


class LoopedReml(type(REML)):
    id = "looped_reml"

    def _fit_many(self, batch, options):
        return None


class LoopedOls(type(OLS)):
    id = "looped_ols"

    def _fit_many(self, batch, options):
        return None


class Moody(Estimator):
    """Refuses where the first group's mean is high, and breaks where the second's is very high."""

    id, label, summary = "moody", "Moody", "Fails now and then."

    def _fit(self, data, options):
        if data.centered_mean[0] > 0.5:
            raise DataError("the first group is too good")
        if data.centered_mean[1] > 1.5:
            raise ZeroDivisionError("oh")
        return GroupFit(data.mean, np.ones(len(data)))


class HalfDone(Estimator):
    """Fits all at once, and says which it could not; leaves numbers there all the same."""

    id, label, summary = "half_done", "Half done", "Names its failures."

    def _fit(self, data, options):
        raise AssertionError("not asked for")

    def _fit_many(self, batch, options):
        failed = np.flatnonzero(batch.centered_mean[:, 0] > 0.5)
        return BatchFit(
            batch.mean, np.ones_like(batch.mean), failures=dict.fromkeys(failed.tolist(), "not these")
        )


class BadIntervals(Estimator):
    """Fits, but its intervals break."""

    id, label, summary = "bad_intervals", "Bad intervals", "Breaks late."

    def _fit(self, data, options):
        raise AssertionError("not asked for")

    def _fit_many(self, batch, options):
        def interval(level):
            raise ValueError("no intervals today")

        return BatchFit(batch.mean, interval_fn=interval)


class FromRows(Estimator):
    """The mean of the rows, after a look at whether they are those of the summary."""

    id, label, summary, needs = "from_rows", "From rows", "Reads the rows.", "rows"

    def _fit(self, data, options):
        rows = data.rows
        again = GroupData.from_arrays(rows.outcome, data.labels[rows.group])
        assert again.labels.tolist() == data.labels.tolist()
        assert again.n.tolist() == data.n.tolist()
        np.testing.assert_allclose(again.mean, data.mean, rtol=1e-12)
        np.testing.assert_allclose(again.ss_within, data.ss_within, rtol=1e-9, atol=1e-12)
        return GroupFit(again.mean)


@pytest.mark.slow
def test_one_fit_after_the_other_gives_what_the_batch_gives():
    design = Design(groups=9, per_group="1-12", sigma_group=0.4, mean=3.0)
    study = RiskStudy(design, (OLS, REML, LoopedOls(), LoopedReml()), replicates=150)
    report = run_risk(study).base
    for batched, looped in (("ols", "looped_ols"), ("reml", "looped_reml")):
        one, other = report[batched], report[looped]
        assert (one.replicates, one.constant) == (other.replicates, other.constant)
        for name, measured in one.measures.items():
            if measured.value is None:
                assert other[name].value is None
                continue
            assert measured.value == pytest.approx(other[name].value, rel=1e-9, abs=1e-12), name
            assert measured.mcse == pytest.approx(other[name].mcse, rel=1e-6, abs=1e-9), name


@pytest.mark.parametrize("estimator", [Moody(), HalfDone()], ids=lambda e: e.id)
def test_failures_are_counted_with_their_reason_and_leave_the_others_alone(estimator):
    design, replicates = Design(groups=6, mean=8.0), 300
    report = run_risk(RiskStudy(design, (OLS, estimator, REML), replicates=replicates)).base
    draws = draw_block(design, 1, 0, replicates)
    first = draws.batch.centered_mean[:, 0] > 0.5
    second = ~first & (draws.batch.centered_mean[:, 1] > 1.5)
    reasons = {
        "moody": {
            "the first group is too good": int(first.sum()),
            "the method failed with ZeroDivisionError: oh": int(second.sum()),
        },
        "half_done": {"not these": int(first.sum())},
    }[estimator.id]
    risk = report[estimator.id]
    assert dict(risk.failures) == reasons
    assert min(reasons.values()) > 5
    assert risk.failed == sum(reasons.values())
    assert risk.replicates == replicates - risk.failed
    done = ~first & ~second if estimator.id == "moody" else ~first
    error = np.square(draws.batch.centered_mean - draws.effect)[done].mean(axis=1)
    assert risk["mse"].value == pytest.approx(error.mean(), rel=1e-9)
    assert risk["mse"].mcse == pytest.approx(error.std(ddof=1) / np.sqrt(done.sum()), rel=1e-9)
    assert (risk["relative_mse"].value, risk["relative_mse"].mcse) == (pytest.approx(1.0), 0.0)
    assert risk["mean_width"].value == pytest.approx(2 * 1.959964, rel=1e-6)
    best = draws.batch.centered_mean.argmax(axis=1) == draws.effect.argmax(axis=1)
    assert risk["best_found"].value == pytest.approx(best[done].mean())
    alone = run_risk(RiskStudy(design, (OLS, REML), replicates=replicates)).base
    for name in ("ols", "reml"):
        assert report[name].to_dict() == alone[name].to_dict()
    listed = risk.to_dict()["failures"]
    assert listed == [{"reason": reason, "count": count} for reason, count in risk.failures.items()]


def test_a_method_whose_intervals_break_fails_alone():
    report = run_risk(RiskStudy(Design(groups=4), (OLS, BadIntervals()), replicates=20)).base
    assert dict(report["bad_intervals"].failures) == {
        "the method failed with ValueError: no intervals today": 20
    }
    assert report["bad_intervals"]["mse"].value is None
    assert report["ols"].failed == 0


class FarOff(Estimator):
    """Now and then its estimates, or the widths of its intervals, are too large to be squared."""

    id, label, summary = "far_off", "Far off", "Explodes."

    def _fit(self, data, options):
        far, wide = data.centered_mean[0] > 0.5, data.centered_mean[1] > 0.5
        return GroupFit(data.mean + (1e200 if far else 0.0), np.full(len(data), 1e200 if wide else 1.0))


def test_estimates_that_cannot_be_measured_are_counted_as_failures():
    report = run_risk(RiskStudy(Design(groups=5), (FarOff(),), replicates=200))
    json.dumps(report.to_dict(), allow_nan=False)
    batch, risk = draw_block(Design(groups=5), 1, 0, 200).batch, report.base["far_off"]
    assert dict(risk.failures) == {
        "the estimates are too far from the truth to be measured": (batch.centered_mean[:, 0] > 0.5).sum()
    }
    assert risk["mse"].value < 1
    assert risk["mean_width"].value == pytest.approx(2 * 1.959964, rel=1e-6)


@pytest.mark.slow
def test_rows_agree_with_the_summaries_and_change_nobody_elses_numbers():
    for design in (
        Design(groups=12, per_group="1-6", mean=40.0, error_ratio=3.0),
        Design(groups=3, per_group="2", sigma_error=0.0),
        Design(groups=3, per_group="1"),
    ):
        study = RiskStudy(design, (*ALL, FromRows()), replicates=60)
        report = run_risk(study).base
        assert dict(report["from_rows"].failures) == {}
        assert report["from_rows"]["mse"].value == pytest.approx(report["ols"]["mse"].value, rel=1e-9)
        alone = run_risk(replace(study, estimators=ALL)).base
        for e in ALL:
            assert report[e.id].to_dict() == alone[e.id].to_dict()


def test_options_reach_the_method():
    design, options = Design(groups=6, sigma_group=0.3), {"reml": {"std_error": "conditional"}}
    narrow = run_risk(RiskStudy(design, (REML,), replicates=200, options=options)).base["reml"]
    wide = run_risk(RiskStudy(design, (REML,), replicates=200)).base["reml"]
    assert narrow["mean_width"].value < 0.9 * wide["mean_width"].value
    assert narrow["mse"] == wide["mse"]


# the edges of what can be asked for


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    "design",
    [
        Design(groups=6, sigma_group=0.0),
        Design(groups=6, sigma_error=0.0),
        Design(groups=6, sigma_group=0.0, sigma_error=0.0, mean=3.0),
        Design(groups=1),
        Design(groups=1, per_group="1"),
        Design(groups=3),
        Design(groups=4, per_group="1"),
        Design(groups=5, per_group="1,1,1,1,2"),
        Design(groups=4, mean=1e69, sigma_group=1e70, sigma_error=1e70),
        Design(groups=4, sigma_group=1e-100, sigma_error=1e-100),
    ],
    ids=repr,
)
def test_at_the_edges_every_number_is_finite_or_missing(design):
    report = run_risk(RiskStudy(design, (*ALL, FromRows()), replicates=30))
    json.dumps(report.to_dict(), allow_nan=False)
    assert report.base["ols"].replicates == 30
    for risk in report.base.estimators:
        assert risk.replicates + risk.failed == 30
        assert (risk["mse"].value is None) == (risk.replicates == 0)


def test_groups_that_do_not_differ():
    report = run_risk(RiskStudy(Design(groups=6, sigma_group=0.0), ALL, replicates=500)).base
    assert report.theory.lower == 0.0
    assert report.theory.lower_is_bayes
    for risk in report.estimators:
        assert risk["best_found"].value == 1.0
        assert risk["rank_correlation"].value == 0.0
        assert risk.constant == 500
    assert report["reml"]["mse"].value < report["ols"]["mse"].value
    assert near(report["grand_mean"]["mse"], 1 / 60)


def test_rows_without_error():
    report = run_risk(RiskStudy(Design(groups=6, sigma_error=0.0, per_group="2-9"), ALL, replicates=100)).base
    assert report.level_means.value == 0.0
    for name in ("ols", "reml", "ml", "james_stein"):
        assert report[name]["mse"].value < 1e-25
        assert report[name]["relative_mse"].value is None
        assert report[name]["best_found"].value == 1.0
    assert report.difference("grand_mean").value is None


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"replicates": 0}, "1 to 100,000,000 replicates, not 0"),
        ({"replicates": 10**9}, "replicates"),
        ({"level": 1.0}, "level lies between 0 and 1"),
        ({"level": float("nan")}, "level lies between 0 and 1"),
        ({"seed": 2**31}, "seed"),
        ({"estimators": ()}, "at least one"),
        ({"estimators": (OLS, OLS)}, "twice"),
        ({"options": {"reml": {}}}, "reml, which is not among ols"),
        ({"options": {"ols": {"size": 3}}}, "no option size"),
    ],
)
def test_a_study_that_cannot_be_is_refused(asked, words):
    with pytest.raises(OptionError, match=words):
        RiskStudy(**{"design": Design(), "estimators": (OLS,), **asked})


# memory


def test_blocks_are_bounded_and_depend_on_the_groups_alone():
    for groups in (1, 2, 31, 32, 33, 5000, 10**6):
        size = block_size(groups)
        assert 1 <= size <= LARGEST_BLOCK
        assert size * groups <= max(BLOCK_NUMBERS, groups)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_replicates():
    def peak(replicates):
        tracemalloc.start()
        for _ in risk_steps(RiskStudy(Design(groups=40, per_group="2-9"), (*ALL, Moody()), replicates)):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(900)
    few, many = peak(900), peak(9000)
    assert many < 1.1 * few + 100_000


@pytest.mark.slow
def test_progress_counts_every_replicate_and_ends_with_the_whole():
    study = RiskStudy(Design(groups=300), (OLS,), replicates=1000)
    steps = list(risk_steps(study))
    done = [step.done for step in steps]
    assert done == sorted(done)
    assert (done[-1], {step.total for step in steps}) == (1000, {1000})
    assert [step.report.base.replicates for step in steps] == done
    assert len(done) >= 2
    assert told(steps[-1].report) == told(run_risk(study))


def test_who_asks_to_stop_is_heard_between_pieces_and_between_fits(monkeypatch):
    asked = []

    def soon():
        asked.append(len(asked))
        return len(asked) > 20

    study = RiskStudy(Design(groups=300), (OLS, LoopedReml()), replicates=1000)
    assert list(risk_steps(study, stopped=soon)) == []
    assert len(asked) == 21
    monkeypatch.setattr("estimators.risk.run.TASK_SECONDS", 0.0)
    answers = iter([False, False, True])
    study = replace(study, estimators=(OLS,))
    done = [step.done for step in risk_steps(study, stopped=lambda: next(answers))]
    assert done == [block_size(300), 2 * block_size(300)]
