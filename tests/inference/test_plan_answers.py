"""A further group and further rows, against mean squares and another program's intervals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from estimators import GroupData, compare
from estimators.inference.plan_answers import new_group, new_rows
from tests.inference.oracles import groups_of
from tests.oracles import BUILT_IN, read_columns


def balanced():
    columns = read_columns("inference", "data", "dyestuff.csv")
    return np.array(columns["y"], dtype=float), np.array(columns["group"])


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_a_further_group_follows_from_the_mean_squares_of_balanced_data(level):
    y, group = balanced()
    table = np.array([y[group == name] for name in np.unique(group)])
    groups, each = table.shape
    between = each * table.mean(axis=1).var(ddof=1)
    within = table.var(axis=1, ddof=1).mean()
    spread = (between - within) / each + between / (groups * each)
    half = stats.t.ppf(0.5 + level / 2, groups - 2) * np.sqrt(spread)
    data = groups_of("dyestuff")
    found = new_group(BUILT_IN["reml"].fit(data), data, level)
    assert np.allclose(found, [y.mean() - half, y.mean() + half], rtol=1e-9)


@pytest.mark.slow
def test_one_more_row_of_a_group_is_where_least_squares_of_another_program_put_it():
    statsmodels = pytest.importorskip("statsmodels.api")
    y, group = balanced()
    y, group = y[:-3], group[:-3]
    names = np.unique(group)
    design = (group[:, None] == names).astype(float)
    fit = statsmodels.OLS(y, design).fit()
    wanted = fit.get_prediction(np.eye(len(names))).conf_int(obs=True, alpha=0.1)
    data = GroupData.from_arrays(y, group)
    low, high = new_rows(BUILT_IN["ols"].fit(data), 0.9)
    assert np.allclose(np.column_stack([low, high]), wanted, rtol=1e-12)


def test_one_more_row_by_a_prediction_has_the_errors_of_both():
    data = groups_of("sleepstudy")
    (result,) = compare(data, [BUILT_IN["reml"]], level=0.5).results
    low, high = new_rows(result.fit, 0.5)
    half = (result.interval[1] - result.interval[0]) / 2.0
    within = stats.t.ppf(0.75, result.fit.df) * result.fit.parameters["sigma_error"].value
    assert np.allclose(((high - low) / 2.0) ** 2, half**2 + within**2)


def test_what_is_not_estimated_is_not_predicted_from():
    data = groups_of("dyestuff")
    assert new_group(BUILT_IN["ols"].fit(data), data, 0.95) is None
    two = GroupData.from_arrays([1.0, 2.0, 4.0, 5.0], list("aabb"))
    assert new_group(BUILT_IN["reml"].fit(two), two, 0.95) is None
    published = GroupData.from_estimates("abc", [1, 5, 9], [1, 2, 1])
    assert new_rows(BUILT_IN["reml"].fit(published), 0.95) is None
    assert new_rows(BUILT_IN["james_stein"].fit(groups_of("sleepstudy")), 0.95) is None
