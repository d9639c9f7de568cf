"""Heritability: its definitions by matrices of all rows."""

from __future__ import annotations

import numpy as np
import pytest

from estimators import DataError, GroupData, heritability
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
    assert heritability(data).cullis == pytest.approx(1 - np.mean(pairs) / (2 * a), rel=1e-10)


def test_where_entries_do_not_differ_it_is_0_and_without_rows_there_is_none():
    assert heritability(groups_of("dyestuff2")).cullis == 0
    with pytest.raises(DataError, match="published means have no spread within groups"):
        heritability(groups_of("eight_schools"))
    explained = GroupData.from_arrays(
        [1, 2, 4, 3, 5, 9.0], list("aabbcc"), explained_by={"x": list("uuuuvv")}
    )
    with pytest.raises(DataError, match="heritability takes groups that no covariate explains"):
        heritability(explained)
