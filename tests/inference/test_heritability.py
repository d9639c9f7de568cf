"""Heritability: its definitions by matrices of all rows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from estimators import DataError, GroupData, OptionError, heritability, least_difference
from tests.inference.oracles import groups_of
from tests.oracles import BUILT_IN, parameter


@pytest.mark.parametrize("name", ["dyestuff", "edge_base", "sleepstudy"])
def test_without_covariates_it_is_the_mean_weight_less_what_mu_takes(name):
    data = groups_of(name)
    fit, found = BUILT_IN["reml"].fit(data), heritability(data)
    group = parameter(fit, "sigma_group")
    error = parameter(fit, "mu_std_error")
    want = fit.weight.mean() - fit.weight.var(ddof=1) * error**2 / group**2
    assert found.cullis == pytest.approx(want, rel=1e-12)
    assert found.plot == pytest.approx(parameter(fit, "icc"), rel=1e-13)
    n = len(data) / (1 / data.n).sum()
    assert found.entry_mean == pytest.approx(group**2 / (group**2 + parameter(fit, "sigma_error") ** 2 / n))


def test_in_blocks_it_is_the_mean_over_pairs_of_henderson_s_equations():
    rng = np.random.default_rng(2)
    entry, block = np.repeat(np.arange(8), 4), np.tile(np.arange(4), 8)
    keep = rng.random(32) < 0.85
    entry, block = entry[keep], block[keep]
    y = 2.0 * rng.standard_normal(8)[entry] + rng.standard_normal(4)[block] + rng.standard_normal(len(entry))
    data = GroupData.from_arrays(y, entry, adjust={"block": block}, categorical=["block"])
    fit = BUILT_IN["reml"].fit(data)
    s, a = (parameter(fit, key) ** 2 for key in ("sigma_error", "sigma_group"))
    x, z = np.eye(4)[block], np.eye(8)[entry]
    left = np.block([[x.T @ x, x.T @ z], [z.T @ x, z.T @ z + np.eye(8) * s / a]])
    error = s * np.linalg.inv(left)[4:, 4:]
    pairs = [error[i, i] + error[j, j] - 2 * error[i, j] for i in range(8) for j in range(i)]
    found = heritability(data)
    assert found.cullis == pytest.approx(1 - np.mean(pairs) / (2 * a), rel=1e-10)
    assert found.accuracy == pytest.approx(np.sqrt(1 - np.diag(error) / a), rel=1e-10)
    least = least_difference(fit)
    assert least.std_error == pytest.approx(np.sqrt(np.mean(pairs)), rel=1e-10)

    fixed = np.hstack([z, x[:, 1:]])
    rest, df = np.linalg.lstsq(fixed, y)[1][0], len(y) - 11
    of_means = rest / df * np.linalg.inv(fixed.T @ fixed)[:8, :8]
    pairs = [of_means[i, i] + of_means[j, j] - 2 * of_means[i, j] for i in range(8) for j in range(i)]
    least = least_difference(BUILT_IN["ols"].fit(data), 0.9)
    assert (least.df, least.level) == (df, 0.9)
    assert least.difference == pytest.approx(t.ppf(0.95, df) * np.sqrt(np.mean(pairs)), rel=1e-10)


def test_the_least_significant_difference_of_equal_sizes_is_fisher_s():
    data = groups_of("dyestuff")
    s = np.sqrt(data.pooled_variance)
    least = least_difference(BUILT_IN["ols"].fit(data))
    assert least.difference == pytest.approx(t.ppf(0.975, 24) * s * np.sqrt(2 / 5), rel=1e-13)
    small = GroupData.from_means(data.labels, data.mean * 1e-140, data.n, sd=[1e-140 * s] * 6)
    assert least_difference(BUILT_IN["ols"].fit(small)).difference == pytest.approx(
        least.difference * 1e-140, rel=1e-12
    )


def test_where_nothing_is_to_be_told_apart_there_is_no_least_difference():
    fits = {name: BUILT_IN[name].fit(groups_of("dyestuff2")) for name in ("reml", "james_stein", "ols")}
    assert [least_difference(fit) is None for fit in fits.values()] == [True, True, False]
    with pytest.raises(OptionError, match="level"):
        least_difference(fits["ols"], 1.0)
    assert not heritability(groups_of("dyestuff2")).accuracy.any()


def test_where_entries_do_not_differ_it_is_0_and_without_rows_there_is_none():
    assert heritability(groups_of("dyestuff2")).cullis == 0
    with pytest.raises(DataError, match="published means have no spread within groups"):
        heritability(groups_of("eight_schools"))
    explained = GroupData.from_arrays(
        [1, 2, 4, 3, 5, 9.0], list("aabbcc"), explained_by={"x": list("uuuuvv")}
    )
    with pytest.raises(DataError, match="heritability takes groups that no covariate explains"):
        heritability(explained)
