"""What intervals cover for data like these: against the risk study, and what must hold of any calibration."""

from __future__ import annotations

import json

import numpy as np
import pytest

from dashboard.words.calibration import calibration_sentence
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
from tests.estimators.test_reference import published
from tests.inference.oracles import groups_of
from tests.oracles import BUILT_IN

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
