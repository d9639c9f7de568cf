"""Adjusted rows: against least squares with a column for each group, by dense matrices."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from estimators import GroupData, model_checks
from estimators.inference.equal_spread import equal_spread
from estimators.inference.outlying_rows import outlying_rows
from estimators.inference.row_distances import RowDistances
from estimators.inference.row_residuals import row_plot

RANDOM = np.random.default_rng(11)
GROUP = np.repeat(np.arange(7), [1, 2, 4, 6, 5, 3, 8])
AGE = 40.0 + 3.0 * GROUP + RANDOM.standard_normal(29)
SEX = np.where(RANDOM.random(29) < 0.5, "f", "m")
ONCE = np.where(np.arange(29) == 10, "once", "often")
KIND = np.where(GROUP % 2 == 0, "even", "odd")
Y = 2.0 * AGE + (SEX == "m") + RANDOM.standard_normal(7)[GROUP] + RANDOM.standard_normal(29)
Y[20] += 9.0

DATA = GroupData.from_arrays(
    Y, GROUP, adjust={"age": AGE, "sex": SEX, "same": AGE - 7.0, "once": ONCE}, explained_by={"kind": KIND}
)
DESIGN = np.column_stack([*(g == GROUP for g in range(7)), AGE, SEX == "m", ONCE == "once"]).astype(float)
HAT = DESIGN @ np.linalg.pinv(DESIGN)
RESIDUAL, LEFT = Y - HAT @ Y, 1.0 - np.diag(HAT)


def test_residuals_and_leverages_are_those_of_least_squares():
    rows = RowDistances.of(DATA)
    np.testing.assert_allclose(rows.residual, RESIDUAL, atol=1e-11)
    np.testing.assert_allclose(rows.left, LEFT, atol=1e-11)
    assert rows.left[[0, 10]].tolist() == [0, 0], "the only row of its group, and of its level"
    assert rows.degrees == 29 - np.linalg.matrix_rank(DESIGN)
    plot, some = row_plot(DATA), np.flatnonzero(LEFT > 1e-9)
    error = np.sqrt(RESIDUAL @ RESIDUAL / rows.degrees)
    np.testing.assert_allclose(
        plot.residual, np.sort((RESIDUAL / error / np.sqrt(np.maximum(LEFT, 1e-300)))[some])
    )
    assert plot.rows == len(plot.residual) == 27
    assert plot.sentence.startswith("Once adjusted, rows ")


def test_a_row_is_as_far_as_its_own_coefficient_says():
    found = outlying_rows(DATA)
    design = np.column_stack([DESIGN, np.arange(29) == 20])
    beta, squares, rank, _ = np.linalg.lstsq(design, Y)
    variance = squares[0] / (29 - rank) * np.linalg.inv(design.T @ design)[-1, -1]
    t = beta[-1] / np.sqrt(variance)
    assert (found.looked_at, found.value.tolist(), found.groups) == (27, [Y[20]], ("5",))
    assert found.distance[0] == pytest.approx(t, rel=1e-9)
    assert found.p[0] == pytest.approx(27 * 2 * stats.t.sf(abs(t), 29 - rank), rel=1e-9)
    assert found.sentence.startswith("Far from what the others expect of them: ")


def test_adjusted_rows_spread_as_scipy_says_of_their_residuals():
    found, want = equal_spread(DATA), stats.levene(*(RESIDUAL[g == GROUP] for g in range(7)), center="median")
    assert (found.statistic, found.p) == (pytest.approx(want.statistic), pytest.approx(want.pvalue))
    each = [np.sum(RESIDUAL[g == GROUP] ** 2) / np.sum(LEFT[g == GROUP]) for g in range(1, 7)]
    np.testing.assert_allclose(np.square(found.within[1:]), each)
    assert np.isnan(found.within[0])
    assert "adjusted rows" in found.sentence.lower()
    group = np.repeat(np.arange(8), 12)
    wide = np.where(group < 4, 9.0, 1.0) * np.random.default_rng(1).standard_normal(96)
    wild = GroupData.from_arrays(wide, group, adjust={"x": np.arange(96) % 7})
    text = equal_spread(wild).sentence
    assert text.startswith("Adjusted rows do not spread equally")
    assert "error_spread" not in text, "it is not offered beside what is adjusted for"


@pytest.mark.slow
def test_where_adjusted_rows_are_normal_p_is_uniform():
    random, found = np.random.default_rng(4), []
    for _ in range(60):
        y = random.standard_normal(29)
        data = GroupData.from_arrays(y, GROUP, adjust={"age": AGE, "sex": SEX, "once": ONCE})
        found.append((row_plot(data).p, equal_spread(data).p))
    for p in np.transpose(found):
        assert stats.kstest(p, stats.uniform.cdf).pvalue > 1e-3


def test_too_many_numbers_are_said_and_not_held(monkeypatch):
    monkeypatch.setattr("estimators.inference.row_distances.MOST_NUMBERS", 50)
    found = model_checks(DATA).to_dict()
    assert set(found["not_checked"]) == {"residuals", "rows", "spread"}
    assert "too many beside so many covariates" in found["not_checked"]["rows"]
    assert found["influence"]["without"][2]["mu"] is not None


def test_an_outcome_that_covariates_follow_exactly_has_no_residuals():
    rows = RowDistances.of(GroupData.from_arrays(2.0 * AGE + GROUP, GROUP, adjust={"age": AGE}))
    assert rows.ss_within == 0.0


@pytest.mark.parametrize("adjust", [{"age": AGE, "sex": SEX}, {}], ids=["adjusted", "own means"])
def test_rows_with_weights_are_judged_as_by_weighted_least_squares_without_each(adjust):
    y, weight = Y + 60.0 * (np.arange(29) == 20), np.exp(np.random.default_rng(2).standard_normal(29))
    data = GroupData.from_arrays(y, GROUP, adjust=adjust, weights=weight)
    design = np.column_stack([*(g == GROUP for g in range(7)), *([AGE, SEX == "m"] if adjust else [])])
    root = np.sqrt(weight)[:, None]
    rows, design = RowDistances.of(data), design.astype(float)
    hat = (root * design) @ np.linalg.pinv(root * design)
    np.testing.assert_allclose(rows.residual, root[:, 0] * y - hat @ (root[:, 0] * y), atol=1e-10)
    np.testing.assert_allclose(rows.left, 1.0 - np.diag(hat), atol=1e-10)
    found, kept = outlying_rows(data), np.arange(29) != 20
    inverse = np.linalg.pinv((root * design)[kept])
    beta = inverse @ (root[:, 0] * y)[kept]
    off = root[:, 0] * (y - design @ beta)
    variance = off[kept] @ off[kept] / (28 - design.shape[1])
    t = (y[20] - design[20] @ beta) / np.sqrt(
        variance * (1.0 / weight[20] + np.square(design[20] @ inverse).sum())
    )
    assert found.value[0] == y[20]
    assert found.distance[0] == pytest.approx(t, rel=1e-9)
    plot = row_plot(data)
    assert plot.rows == len(plot.residual) == 28
    found = plot.residual * np.sqrt(rows.residual @ rows.residual / rows.degrees)
    np.testing.assert_allclose(found, np.sort(rows.residual[1:] / np.sqrt(rows.left[1:])))
