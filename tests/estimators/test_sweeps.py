"""Sweeps turn one dial; crossings are where it changes which method is closer to the truth."""

from __future__ import annotations

import json

import numpy as np
import pytest

from estimators import (
    Crossing,
    Design,
    DesignError,
    Measured,
    OptionError,
    RiskStudy,
    ScenarioRisk,
    Sweep,
    crossings,
    run_risk,
)
from estimators.risk.scenario import EstimatorRisk
from tests.oracles import BUILT_IN

ALL = tuple(BUILT_IN.values())


# sweeps


def test_a_sweep_is_read_as_it_is_written():
    assert Sweep.parse("ratio=0.1:10:15") == Sweep("ratio", 0.1, 10.0, 15)
    assert Sweep.parse(" n = 2:5e2:4 ") == Sweep("n", 2.0, 500.0, 4)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ratio", "is written DIAL=FROM:TO:POINTS"),
        ("ratio=1:2", "is written"),
        ("ratio=a:b:3", "is written"),
        ("ratio=1.2.3:5:3", "is written"),
        ("ratio=1:2:3.5", "is written"),
        ("colour=1:2:3", "one of ratio, n, groups, skewness, shape"),
        ("ratio=0:1:3", "above 0"),
        ("ratio=-1:1:3", "above 0"),
        ("ratio=2:1:3", "to a larger one"),
        ("ratio=1:1:3", "to a larger one"),
        ("ratio=1:1e999:3", "to a larger one"),
        ("ratio=1:2:1", "2 to 100 points"),
        ("ratio=1:2:101", "2 to 100 points"),
    ],
)
def test_a_sweep_that_cannot_be_is_refused(text, words):
    with pytest.raises(OptionError, match=words):
        Sweep.parse(text)


def test_values_are_evenly_spaced_in_the_logarithm_and_end_where_they_should():
    values = Sweep("ratio", 0.1, 10.0, 15).values
    assert len(values) == 15
    assert (values[0], values[7], values[-1]) == (0.1, pytest.approx(1.0), 10.0)
    np.testing.assert_allclose(np.diff(np.log(values)), np.log(100) / 14)


def test_whole_numbers_come_once_each():
    assert Sweep("n", 1, 8, 20).values == tuple(float(n) for n in range(1, 9))
    assert Sweep("groups", 2, 200, 3).values == (2.0, 20.0, 200.0)


@pytest.mark.parametrize(
    ("sweep", "design", "read"),
    [
        (Sweep("ratio", 0.1, 10, 3), Design(sigma_error=4.0), lambda d: d.sigma_group / 4.0),
        (Sweep("n", 1, 100, 3), Design(), lambda d: d.sizes[0]),
        (Sweep("groups", 2, 200, 3), Design(per_group="2-9"), lambda d: len(d.sizes)),
        (Sweep("skewness", 0.5, 8, 3), Design(effects="skewed"), lambda d: d.shape_value),
        (Sweep("shape", 3, 30, 3), Design(effects="t"), lambda d: d.shape_value),
    ],
    ids=lambda x: getattr(x, "dial", None),
)
def test_a_dial_turns_what_it_says_and_nothing_else(sweep, design, read):
    points = sweep.designs(design)
    assert [read(d) for _, d in points] == pytest.approx(sweep.values)
    assert [value for value, _ in points] == list(sweep.values)
    for _, turned in points:
        changed = {k for k, v in turned.to_json().items() if v != design.to_json()[k]}
        assert len(changed) <= 1
        assert "sigma_error" not in changed


@pytest.mark.parametrize(
    ("sweep", "design", "field"),
    [
        (Sweep("ratio"), Design(sigma_error=0.0), "sigma_error"),
        (Sweep("n", 1, 5, 3), Design(per_group="2-3"), "per_group"),
        (Sweep("n", 0.1, 5, 3), Design(), "per_group"),
        (Sweep("n", 1, 1e15, 3), Design(), "per_group"),
        (Sweep("groups", 2, 5, 3), Design(groups=2, per_group="3,4"), "per_group"),
        (Sweep("groups", 2, 1e9, 3), Design(), "groups"),
        (Sweep("shape", 1, 2, 3), Design(), "effects"),
        (Sweep("skewness", 1, 2, 3), Design(effects="t"), "effects"),
        (Sweep("skewness", 1, 200, 3), Design(effects="skewed"), "shape"),
        (Sweep("shape", 1, 20, 3), Design(effects="t"), "shape"),
    ],
)
def test_a_dial_that_does_not_turn_so_far_is_named_when_the_study_is_made(sweep, design, field):
    with pytest.raises(DesignError) as refused:
        RiskStudy(design, ALL, sweep=sweep)
    assert refused.value.field == field


def test_a_sweep_reports_every_point_and_the_design_itself():
    study = RiskStudy(Design(groups=6), ALL, replicates=50, sweep=Sweep("ratio", 0.5, 2.0, 3))
    report = run_risk(study)
    assert [point.value for point in report.sweep] == [0.5, 1.0, 2.0]
    assert [point.design.sigma_group for point in report.sweep] == [0.5, 1.0, 2.0]
    assert report.base.value is None
    assert report.base.to_dict()["estimators"] == report.sweep[1].to_dict()["estimators"]
    found = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert [(p["dial"], p["value"]) for p in found["sweep"]] == [("ratio", v) for v in (0.5, 1.0, 2.0)]
    raw = {p["level_means"]["mse"] for p in found["sweep"]}
    assert max(raw) == pytest.approx(min(raw)), "points of a ratio sweep share their errors"
    assert run_risk(RiskStudy(Design(groups=6), ALL, replicates=2)).to_dict()["sweep"] == []


# crossings


def scenario(value, losses, raw=None):
    """A point of a sweep from losses ``(R,)`` by estimator, and those of the level means."""
    columns = np.column_stack([*losses.values(), np.ones(100) if raw is None else raw])
    there = (~np.isnan(columns)).astype(float)
    known = np.nan_to_num(columns)
    return ScenarioRisk(
        value=value,
        design=Design(),
        replicates=len(columns),
        estimators=tuple(
            EstimatorRisk(name, name.title(), len(columns), {}, 0, {"mse": Measured()}, ()) for name in losses
        ),
        level_means=Measured(),
        pairs=np.array([there.T @ there, known.T @ there, np.square(known).T @ there, known.T @ known]),
    )


def around(mean, error=0.001):
    """100 losses with exactly this mean and, for it, this Monte Carlo error."""
    noise = np.tile([-1.0, 1.0], 50)
    return mean + error * noise * np.sqrt(99)


def test_curves_cross_on_a_straight_line_in_both_logarithms():
    sweep = [scenario(1.0, {"a": around(0.8)}), scenario(100.0, {"a": around(1.25)})]
    (found,) = crossings(sweep)
    assert (found.below, found.above) == ("a", None)
    assert found.value == pytest.approx(10.0)
    assert (found.low, found.high) == (1.0, 100.0)
    sweep = [scenario(1.0, {"a": around(1.331)}), scenario(16.0, {"a": around(1 / 1.1)})]
    assert crossings(sweep) == (Crossing(None, "a", pytest.approx(8.0), 1.0, 16.0),)


def test_two_methods_cross_each_other_as_well_as_the_level_means():
    sweep = [
        scenario(1.0, {"a": around(0.5), "b": around(0.7)}),
        scenario(10.0, {"a": around(0.98), "b": around(0.7)}),
        scenario(100.0, {"a": around(1 / 0.98), "b": around(0.9)}),
    ]
    found = [(c.below, c.above, c.value) for c in crossings(sweep)]
    assert found == [("a", "b", pytest.approx(10**0.5)), ("a", None, pytest.approx(10**1.5))]


def test_points_in_doubt_widen_a_crossing_and_never_make_one():
    doubtful = [
        scenario(1.0, {"a": around(0.9)}),
        scenario(2.0, {"a": around(1.01, error=0.02)}),
        scenario(4.0, {"a": around(0.99, error=0.02)}),
        scenario(8.0, {"a": around(1.1)}),
    ]
    (found,) = crossings(doubtful)
    assert (found.low, found.high) == (1.0, 8.0)
    assert 4.0 < found.value < 8.0
    touching = [doubtful[0], doubtful[1], scenario(4.0, {"a": around(0.9)})]
    assert crossings(touching) == ()
    assert crossings(doubtful[1:3]) == ()


def test_there_and_back_again_crosses_twice():
    sweep = [scenario(x, {"a": around(m)}) for x, m in ((1.0, 0.9), (2.0, 1.1), (4.0, 0.9))]
    assert [(c.below, c.above) for c in crossings(sweep)] == [("a", None), (None, "a")]


def test_methods_that_report_the_level_means_cross_nothing_of_their_own():
    raw = around(1.0)
    sweep = [
        scenario(x, {"raw": raw, "a": around(m)}, raw=raw) for x, m in ((1.0, 0.9), (2.0, 1.1), (4.0, 1.2))
    ]
    assert [(c.below, c.above) for c in crossings(sweep)] == [("a", None)]


def test_a_method_that_failed_everywhere_crosses_nothing():
    sweep = [scenario(x, {"a": np.full(100, np.nan), "b": around(m)}) for x, m in ((1.0, 0.9), (2.0, 1.1))]
    assert [(c.below, c.above) for c in crossings(sweep)] == [("b", None)]
    assert crossings([]) == ()


@pytest.mark.slow
def test_the_grand_mean_loses_its_lead_where_groups_begin_to_differ():
    """Its risk s^2 (1 - 1/J) + v/J meets that of the level means, v, at s^2 = v."""
    study = RiskStudy(
        Design(groups=10, per_group="4"), ALL, replicates=3000, sweep=Sweep("ratio", 0.25, 1.0, 5)
    )
    report = run_risk(study)
    (found,) = (c for c in report.crossings if {c.below, c.above} == {"grand_mean", None})
    assert (found.below, found.above) == ("grand_mean", None)
    assert found.value == pytest.approx(0.5, abs=0.05)
    assert found.low < 0.5 < found.high
    listed = report.to_dict()["crossings"]
    assert {
        "below": "grand_mean",
        "above": None,
        "value": found.value,
        "low": found.low,
        "high": found.high,
    } in listed
