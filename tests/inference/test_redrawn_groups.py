"""What intervals cover beside covariates: groups drawn from the summary are those drawn row by row."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from estimators import DataError, GroupData, calibration, exact_intervals
from estimators.inference.estimable import is_estimable
from estimators.inference.redrawn_groups import RedrawnGroups
from estimators.methods.regression import fit_regression
from tests.oracles import BUILT_IN, parameter, read_columns

RANDOM = np.random.default_rng(11)
GROUP = np.repeat(np.arange(7), [2, 3, 5, 4, 9, 3, 6])
AGE = 40.0 + 6.0 * RANDOM.standard_normal(7)[GROUP] + 4.0 * RANDOM.standard_normal(len(GROUP))
SEX = RANDOM.integers(0, 2, len(GROUP)).astype(float)
BEDS = np.array([1.0, 4.0, 2.0, 5.0, 3.0, 3.5, 1.5])[GROUP]
SPREADS = 1.2, 2.0


def data_of(y):
    adjust, explained = {"age": AGE, "sex": SEX}, {"beds": BEDS}
    return GroupData.from_arrays(y, GROUP, adjust=adjust, explained_by=explained, curves={"age": "poly2"})


def row_by_row(random):
    """Groups of rows with coefficients that are not 0, and the true means at which they are compared."""
    effect = SPREADS[0] * random.standard_normal(7)
    y = 3.0 + 0.4 * AGE - 0.01 * np.square(AGE) + SEX + 0.5 * BEDS + effect[GROUP]
    data = data_of(y + SPREADS[1] * random.standard_normal(len(GROUP)))
    at = 3.0 + np.mean(0.4 * AGE - 0.01 * np.square(AGE) + SEX)
    return data, at + 0.5 * BEDS[np.searchsorted(GROUP, np.arange(7))] + effect


def facts(data, truth):
    """What a draw comes to: spreads, and errors over their standard errors."""
    fit = BUILT_IN["reml"].fit(data, {"std_error": "prediction"})
    errors = (fit.estimate - truth) / fit.std_error
    spreads = [parameter(fit, name) for name in ("sigma_group", "sigma_error")]
    return [*spreads, fit.coefficients[3].std_error, *errors[[0, 4]], float(np.mean(fit.std_error))]


@pytest.mark.slow
def test_draws_from_the_summary_are_distributed_as_rows_are():
    design = RedrawnGroups.like(row_by_row(np.random.default_rng(1))[0])
    random = np.random.default_rng(2)
    rows = np.array([facts(*row_by_row(random)) for _ in range(150)])
    summaries = np.array([facts(*design.draw(random, *SPREADS)) for _ in range(150)])
    for name, first, second in zip(range(rows.shape[1]), rows.T, summaries.T, strict=True):
        assert stats.ks_2samp(first, second).pvalue > 1e-3, name


def test_products_and_squares_within_groups_are_normal_and_chi_square():
    design = RedrawnGroups.like(row_by_row(np.random.default_rng(1))[0])
    random = np.random.default_rng(3)
    drawn = [design.draw(random, *SPREADS) for _ in range(800)]
    within = np.array([data.covariates.within[:, -1] for data, _ in drawn]) / SPREADS[1]
    of_beds = data_of(np.sin(np.arange(len(GROUP)))).covariates.of_group.nonzero()[0]
    assert (within[:, of_beds] == 0).all()
    for k in range(3):
        assert stats.kstest(within[:, k], stats.norm.cdf).pvalue > 1e-3
    df = len(GROUP) - 7 - 3
    assert stats.kstest(np.square(within[:, -1]), stats.chi2(df).cdf).pvalue > 1e-3
    for data, _ in drawn[:5]:
        assert data.ss_within.sum() == pytest.approx(np.square(data.covariates.within[:, -1]).sum())
    means = np.array([data.mean - truth for data, truth in drawn]) / SPREADS[1] * np.sqrt(np.bincount(GROUP))
    assert stats.kstest(means.ravel(), stats.norm.cdf).pvalue > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("age", [False, True])
def test_rows_with_weights_are_drawn_as_precise_as_they_are(age):
    weights = 0.5 + 3.0 * RANDOM.random(len(GROUP))
    random = np.random.default_rng(9)

    def weighted():
        effect = SPREADS[0] * random.standard_normal(7)
        noise = SPREADS[1] / np.sqrt(weights) * random.standard_normal(len(GROUP))
        adjust = {"age": AGE} if age else None
        return GroupData.from_arrays(effect[GROUP] + noise, GROUP, adjust=adjust, weights=weights), effect

    def told(data, truth):
        fit = BUILT_IN["reml"].fit(data)
        spreads = [parameter(fit, name) for name in ("sigma_group", "sigma_error")]
        return [*spreads, *(fit.estimate - truth)[[1, 4]], float(np.mean(fit.std_error))]

    design = RedrawnGroups.like(weighted()[0])
    rows = np.array([told(*weighted()) for _ in range(150)])
    summaries = np.array([told(*design.draw(random, *SPREADS)) for _ in range(150)])
    for name, first, second in zip(range(rows.shape[1]), rows.T, summaries.T, strict=True):
        assert stats.ks_2samp(first, second).pvalue > 1e-3, name
    found = calibration(weighted()[0], BUILT_IN["ols"], draws=100)
    for point in found.points:
        assert abs(point.coverage.value - 0.95) < 4 * point.coverage.mcse


@pytest.mark.slow
def test_level_means_cover_exactly_and_blups_are_drawn_at_the_ends_of_the_exact_interval():
    data, _ = row_by_row(np.random.default_rng(5))
    assert is_estimable(data)
    found = calibration(data, BUILT_IN["ols"], draws=150)
    for point in found.points:
        assert abs(point.coverage.value - 0.95) < 4 * point.coverage.mcse
    ratio = exact_intervals(data)["ratio"]
    squared = {p.where: (p.sigma_group / p.sigma_error) ** 2 for p in found.points}
    assert squared["high"] == pytest.approx(ratio.high, rel=1e-12)
    assert squared["estimate"] == pytest.approx(fit_regression(data, "reml").ratio, rel=1e-12)
    collapsed = calibration(data, BUILT_IN["reml"], {"std_error": "prediction"}, draws=40)
    assert collapsed.worst.coverage.value < 0.95


@pytest.mark.slow
def test_published_estimates_are_drawn_around_what_explains_them():
    columns = read_columns("inference", "data", "milk.csv")
    y, error = (np.array([float(v) for v in columns[name]]) for name in ("y", "se"))
    explained = {"major": columns["major"]}
    data = GroupData.from_estimates(columns["group"], y, error).explained_by(columns["group"], explained)
    draws = RedrawnGroups.like(data)
    random = np.random.default_rng(3)
    fits = []
    for _ in range(400):
        drawn, truth = draws.draw(random, 0.1, None)
        assert drawn.covariates.explains_groups
        fits.append((drawn.mean - truth) / np.sqrt(drawn.known_variance))
    assert stats.kstest(np.ravel(fits), stats.norm.cdf).pvalue > 1e-3
    found = calibration(data, BUILT_IN["reml"], draws=40)
    assert [point.sigma_error for point in found.points] == [None] * len(found.points)
    assert 0.85 < found.points[0].coverage.value <= 1.0


def test_what_explains_alone_leaves_each_group_its_own_squares():
    data = GroupData.from_arrays(np.sin(np.arange(len(GROUP))), GROUP, explained_by={"beds": BEDS})
    draws, random = RedrawnGroups.like(data), np.random.default_rng(4)
    squares = np.array([draws.draw(random, 1.0, 2.0)[0].ss_within for _ in range(500)])
    for j, n in enumerate(data.n):
        assert stats.kstest(squares[:, j] / 4.0, stats.chi2(n - 1).cdf).pvalue > 1e-3


def test_what_cannot_be_drawn_is_refused():
    y = np.sin(np.arange(len(GROUP)))
    weighted = GroupData.from_arrays(y, GROUP, weights=SEX + 1.0, weight_kind="survey")
    with pytest.raises(DataError, match="survey weights"):
        RedrawnGroups.like(weighted)
    with pytest.raises(DataError, match="survey weights"):
        calibration(weighted, BUILT_IN["ols"])
    many = {f"x{k}": np.cos(k * np.arange(6.0)) for k in range(1, 4)}
    few = GroupData.from_arrays(y[:6], list("aabbcc"), adjust=many)
    assert not is_estimable(few)
    with pytest.raises(DataError):
        calibration(few, BUILT_IN["reml"])
