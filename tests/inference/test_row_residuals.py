"""Rows on a normal plot against a regression on groups, written out, and against what normal rows do."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from estimators import GroupData, model_checks
from estimators.inference import row_residuals
from estimators.inference.row_residuals import row_plot
from tests.inference.oracles import groups_of

GROUP = np.array(list("aaaabbbbbbcccd"))
VALUE = np.array([3.1, 2.9, 3.4, 2.7, 5.0, 5.2, 4.7, 5.1, 4.9, 9.5, 7.0, 7.3, 6.8, 40.0])


def standardised(value, group):
    """Residuals over s sqrt(1 - h) by the hat matrix of the groups' columns, of rows with a neighbour."""
    design = np.column_stack([group == name for name in np.unique(group)]).astype(float)
    hat = design @ np.linalg.pinv(design)
    off, leverage = value - hat @ value, np.diag(hat)
    s = np.sqrt(off @ off / (len(value) - design.shape[1]))
    return (off / (s * np.sqrt(np.maximum(1 - leverage, 1e-300))))[leverage < 1 - 1e-9]


def test_residuals_and_their_shape_are_those_of_the_regression_on_groups():
    found, expected = row_plot(GroupData.from_arrays(VALUE + 1e6, GROUP)), standardised(VALUE, GROUP)
    np.testing.assert_allclose(found.residual, np.sort(expected), rtol=1e-8)
    assert (found.rows, len(found.residual)) == (13, 13)
    assert found.skewness == pytest.approx(np.mean(expected**3) / np.mean(expected**2) ** 1.5)
    assert found.kurtosis == pytest.approx(np.mean(expected**4) / np.mean(expected**2) ** 2 - 3)
    np.testing.assert_allclose(found.score, stats.norm.ppf((np.arange(1, 14) - 0.375) / 13.25))
    names = np.array(list("abcd"))[found.group]
    assert names[-1] == "b"
    assert "d" not in names


@pytest.mark.slow
def test_normal_rows_are_called_so_and_lie_in_the_band():
    random, outside, rejected = np.random.default_rng(8), [], 0
    for _ in range(100):
        found = row_plot(GroupData.from_arrays(random.standard_normal(60), np.arange(60) % 12))
        outside.append(((found.residual < found.low) | (found.residual > found.high)).mean())
        rejected += found.p < 0.05
    assert np.mean(outside) == pytest.approx(0.05, abs=0.015)
    assert rejected <= 12


def test_skewed_rows_are_called_so_in_words_and_in_json():
    y = np.exp(np.random.default_rng(3).standard_normal(400))
    checks = model_checks(GroupData.from_arrays(y, np.arange(400) % 20))
    assert "do not lie" in checks.sentences()["residuals"]
    assert "p < 0.001, skewness" in checks.sentences()["residuals"]
    found = json.loads(json.dumps(checks.to_dict(), allow_nan=False))["residuals"]
    assert len(found["points"]) == 400
    assert found["skewness"] > 1


def test_of_very_many_rows_some_whole_groups_are_looked_at(monkeypatch):
    monkeypatch.setattr(row_residuals, "MOST_ROWS", 100)
    y, group = np.random.default_rng(3).standard_normal(5_000), np.arange(5_000) // 7
    found = row_plot(GroupData.from_arrays(y, group))
    assert found.rows == 5_000
    assert 99 <= len(found.residual) <= 100
    counts = np.bincount(found.group)
    assert (counts[counts > 0] == 7).sum() == 14
    assert f"Of 5,000 rows {len(found.residual)} were looked at." in found.sentence
    one = row_plot(GroupData.from_arrays(y, np.zeros(5_000)))
    assert len(one.residual) == 100


def test_where_rows_are_not_alike_or_do_not_vary_there_is_no_plot():
    events = GroupData.from_arrays([0.0] * 30 + [1.0] + [0.0] * 9, list("ab") * 20)
    still = GroupData.from_arrays([1.0, 1.0, 2.0, 2.0, 3.0, 3.0], list("aabbcc"))
    few = GroupData.from_arrays([1.0, 2.0, 4.0], list("aab"))
    for data in (events, still, few, groups_of("eight_schools")):
        assert row_plot(data) is None
