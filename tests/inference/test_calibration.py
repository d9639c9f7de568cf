"""What intervals cover for data like these: against the risk study, and what must hold of any calibration."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from dashboard.words.calibration import calibration_sentence, how_counted
from estimators import (
    Calibrations,
    DataError,
    Design,
    GroupData,
    OptionError,
    RiskStudy,
    calibration,
    exact_intervals,
    run_risk,
    simulate,
)
from estimators.fitting.fit_many import Stopped
from estimators.inference.estimable import is_estimable
from estimators.risk.redrawn_counts import RedrawnCounts
from tests.estimators.test_reference import published
from tests.inference.oracles import groups_of
from tests.oracles import BUILT_IN, parameter

DYESTUFF2 = groups_of("dyestuff2")
EIGHT = published("eight_schools.csv")


def test_it_is_the_risk_study_of_these_sizes_at_these_spreads():
    data = simulate(Design(groups=8, per_group="2-20", sigma_group=1, sigma_error=2, seed=4)).data
    found = calibration(data, BUILT_IN["reml"], draws=300, seed=5)
    assert [point.where for point in found.points] == ["estimate", "low", "high"]
    ratio = exact_intervals(data)["ratio"]
    for point, end in zip(found.points[1:], (ratio.low, ratio.high), strict=True):
        assert (point.sigma_group / point.sigma_error) ** 2 == pytest.approx(end, rel=1e-12, abs=1e-15)
        sizes = ",".join(map(str, data.n))
        spreads = {"sigma_group": point.sigma_group, "sigma_error": point.sigma_error}
        design = Design(groups=8, per_group=sizes, **spreads)
        study = run_risk(RiskStudy(design, [BUILT_IN["reml"]], replicates=300, seed=5)).base["reml"]
        assert point.coverage == study["coverage"]
        assert point.coverage_at_zero == study["coverage_at_zero"]
    assert found.worst.coverage.value == min(point.coverage.value for point in found.points)


def test_a_collapsed_interval_is_found_out_at_the_end_of_the_interval_of_the_spread():
    first = calibration(DYESTUFF2, BUILT_IN["reml"], {"std_error": "prediction"})
    assert first.points[0].coverage.value > 0.93
    assert first.worst.where == "high"
    assert first.worst.coverage.value < 0.9
    assert first.worst_at_zero.coverage_at_zero.value < 0.7
    second = calibration(DYESTUFF2, BUILT_IN["reml"])
    assert second.worst_at_zero.coverage_at_zero.value > 0.9
    assert "Among draws in which σg is estimated as 0" in calibration_sentence(first)
    assert "upper end of its exact interval" in calibration_sentence(first)


def test_level_means_cover_what_they_promise_wherever_the_truth_is():
    found = calibration(DYESTUFF2, BUILT_IN["ols"], level=0.8)
    for point in found.points:
        assert abs(point.coverage.value - 0.8) < 4 * point.coverage.mcse
    assert found.worst_at_zero is None
    assert calibration(DYESTUFF2, BUILT_IN["james_stein"], draws=10) is None


@pytest.mark.slow
def test_published_means_are_drawn_with_their_own_errors():
    found = calibration(EIGHT, BUILT_IN["ols"], draws=400)
    assert [point.sigma_error for point in found.points] == [None] * len(found.points)
    for point in found.points:
        assert abs(point.coverage.value - 0.95) < 4 * point.coverage.mcse
    reml = calibration(EIGHT, BUILT_IN["reml"], {"std_error": "conditional"}, draws=120)
    assert reml.worst_at_zero.coverage_at_zero.value == 0
    said = calibration_sentence(reml)
    assert "in which τ is estimated as 0" in said
    assert "σg" not in said
    assert json.loads(json.dumps(reml.to_dict()))["worst_at_zero"]["coverage_at_zero"] == 0


@pytest.mark.slow
def test_what_was_computed_once_is_remembered_and_can_be_stopped():
    kept = Calibrations(remembered=1)
    first = kept.of(EIGHT, BUILT_IN["grand_mean"])
    assert kept.of(EIGHT, BUILT_IN["grand_mean"]) is first
    assert kept.known(EIGHT, BUILT_IN["grand_mean"])
    assert not kept.known(EIGHT, BUILT_IN["grand_mean"], level=0.9)
    with pytest.raises(Stopped):
        kept.of(DYESTUFF2, BUILT_IN["ols"], stopped=lambda: True)
    assert not kept.known(DYESTUFF2, BUILT_IN["ols"])
    kept.of(DYESTUFF2, BUILT_IN["ols"])
    assert not kept.known(EIGHT, BUILT_IN["grand_mean"])


def test_what_cannot_be_drawn_is_refused():
    constant = GroupData.from_arrays(np.ones(6), list("aabbcc"))
    assert not is_estimable(constant)
    with pytest.raises(DataError):
        calibration(constant, BUILT_IN["reml"])
    with pytest.raises(OptionError, match="two draws or more"):
        calibration(DYESTUFF2, BUILT_IN["reml"], draws=1)


FEW = GroupData.from_counts(
    list("abcdefghij"), [1, 0, 2, 0, 5, 0, 1, 0, 0, 3], [10, 8, 12, 6, 20, 7, 9, 15, 5, 11]
)


def test_of_events_events_are_drawn():
    """Of few trials intervals cover less than of normal rows."""
    found = calibration(FEW, BUILT_IN["ols"])
    mu = parameter(BUILT_IN["reml"].fit(FEW), "mu")
    random = np.random.default_rng(3)
    for point in found.points:
        assert point.sigma_group**2 + point.sigma_error**2 == pytest.approx(mu * (1 - mu), rel=1e-12)
        truth = np.full((20_000, 10), mu)
        if point.sigma_group > 0:
            size = (point.sigma_error / point.sigma_group) ** 2
            truth = random.beta(size * mu, size * (1 - mu), truth.shape)
            assert np.std(truth) == pytest.approx(point.sigma_group, rel=0.02)
        share = random.binomial(FEW.n, truth) / FEW.n
        pooled = (FEW.n * share * (1 - share)).sum(axis=1, keepdims=True) / FEW.df_within
        some = pooled[:, 0] > 0
        half = stats.t.ppf(0.975, FEW.df_within) * np.sqrt(pooled / FEW.n)
        covered = (np.abs(share - truth) <= half)[some].mean(axis=1)
        error = np.hypot(covered.std() / np.sqrt(len(covered)), point.coverage.mcse)
        assert abs(point.coverage.value - covered.mean()) < 4 * error
    assert found.worst.coverage.value < 0.93
    as_rows = GroupData.from_arrays(FEW.rows.outcome, FEW.labels[FEW.rows.group])
    again = calibration(as_rows, BUILT_IN["ols"])
    assert [point.coverage for point in again.points] == [point.coverage for point in found.points]
    assert "events by chance" in how_counted(as_rows)


@pytest.mark.slow
def test_one_after_the_other_events_are_drawn_alike_and_rates_too(monkeypatch):
    at_once = calibration(FEW, BUILT_IN["reml"])
    monkeypatch.setattr("estimators.risk.calibration.come_at_once", lambda *given: False)
    singly = calibration(FEW, BUILT_IN["reml"], draws=100)
    for one, many in zip(singly.points, at_once.points, strict=True):
        error = np.hypot(one.coverage.mcse, many.coverage.mcse)
        assert abs(one.coverage.value - many.coverage.value) < 4 * error
    exposure = np.linspace(2.0, 30.0, 8)
    rates = GroupData.from_rates(list("abcdefgh"), [1, 3, 2, 9, 8, 4, 14, 21], exposure)
    found = calibration(rates, BUILT_IN["ols"], draws=100)
    drawn = RedrawnCounts.like(rates, 0.6)
    truth = np.array([drawn.draw(np.random.default_rng(seed), 0.3, None)[1] for seed in range(400)])
    assert (truth.mean(), truth.std()) == pytest.approx((0.6, 0.3), rel=0.05)
    assert all(0.7 < point.coverage.value < 1 for point in found.points)
    assert "true rates from a gamma" in how_counted(rates)
    assert RedrawnCounts.like(DYESTUFF2, 5.0) is RedrawnCounts.like(EIGHT, 5.0) is None
