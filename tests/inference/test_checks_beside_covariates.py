"""Checks on the model beside covariates: deviations by dense matrices, draws that are as the model says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from estimators import GroupData, model_checks
from estimators.inference.normal_plot import normal_plot
from estimators.inference.outlying_rows import outlying_rows
from estimators.methods.regression import fit_regression
from tests.oracles import read_columns

RANDOM = np.random.default_rng(6)
GROUP = np.repeat(np.arange(12), RANDOM.integers(2, 7, 12))
AGE = 50.0 + 5.0 * RANDOM.standard_normal(12)[GROUP] + 5.0 * RANDOM.standard_normal(len(GROUP))
KIND = np.where(np.arange(12) % 3 == 0, "a", "b")[GROUP]
EFFECT = RANDOM.standard_normal(12)
Y = 0.3 * AGE + 2.0 * (KIND == "b") + EFFECT[GROUP] + RANDOM.standard_normal(len(GROUP))


WEIGHT = np.exp(RANDOM.standard_normal(len(GROUP)))


def data_of(y=Y, kind=KIND, weight=None):
    return GroupData.from_arrays(y, GROUP, adjust={"age": AGE}, explained_by={"kind": kind}, weights=weight)


@pytest.mark.slow
@pytest.mark.parametrize("weight", [np.ones(len(GROUP)), WEIGHT], ids=["alike", "weighted"])
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_deviations_are_those_of_dense_matrices(method, weight):
    data = data_of(weight=None if (weight == 1).all() else weight)
    model, plot = fit_regression(data, method), normal_plot(data, method)
    x = np.column_stack([np.ones(len(Y)), AGE, KIND == "b"]).astype(float)
    same = (GROUP[:, None] == GROUP).astype(float)
    v = model.sigma_error**2 * np.diag(1.0 / weight) + model.sigma_group**2 * same
    solved = np.linalg.inv(v)
    hat = x @ np.linalg.inv(x.T @ solved @ x) @ x.T @ solved
    average = weight * (np.arange(12)[:, None] == GROUP) / np.bincount(GROUP, weight)[:, None]
    left = average @ (np.eye(len(Y)) - hat)
    place = [int(label) for label in data.labels[plot.group]]
    expected = (left @ Y / np.sqrt(np.diag(left @ v @ left.T)))[place]
    np.testing.assert_allclose(plot.deviation, expected, rtol=1e-7)
    assert (np.diff(plot.deviation) >= 0).all()
    assert plot.draws == 1000


@pytest.mark.slow
def test_a_group_that_lies_far_from_what_is_expected_of_it_is_named():
    data = data_of(Y + 12.0 * (GROUP == 4))
    checks = model_checks(data)
    assert [checks.labels[j] for j in checks.outlying] == ["4"]
    assert checks.plot.p < 0.05
    assert "Far from all others: 4." in checks.sentences()["outlying"]
    assert checks.labels[checks.moving[0]] == "4"
    text = checks.sentences()["influence"]
    assert "without 4 the spread between groups is" in text
    assert "the mean at average covariates" in text
    quiet = model_checks(data_of())
    assert quiet.outlying == ()
    assert quiet.sentences()["rows"].startswith("No row lies further from what the others expect of it")


@pytest.mark.slow
def test_p_is_uniform_where_the_model_holds():
    random, found = np.random.default_rng(9), []
    for _ in range(40):
        y = random.standard_normal(12)[GROUP] + random.standard_normal(len(GROUP))
        found.append(normal_plot(data_of(y)).p)
    assert stats.kstest(found, stats.uniform.cdf).pvalue > 1e-3


def test_the_row_that_battese_harter_and_fuller_left_out_is_named():
    """The second field of Hardin county (1988, JASA 83, 28-36, section 3)."""
    columns = read_columns("inference", "data", "corn.csv")
    adjust = {name: columns[name] for name in ("corn_pix", "soy_pix")}
    found = outlying_rows(GroupData.from_arrays(columns["y"], columns["group"], adjust=adjust))
    assert (found.groups, found.value.round(2).tolist()) == (("12",), [88.59])


@pytest.mark.slow
def test_groups_that_decide_a_coefficient_alone_are_said_and_not_judged():
    alone = np.where(GROUP == 3, "only", KIND)
    checks = model_checks(data_of(kind=alone))
    assert len(checks.plot.group) == 11
    assert "3" not in [checks.labels[j] for j in checks.plot.group]
    assert "1 group decides a coefficient alone, and cannot be judged." in checks.sentences()["normal"]
    assert checks.sentences()["influence"].startswith("3 decides a coefficient alone. ")
    line = next(one for one in checks.to_dict()["influence"]["without"] if one["group"] == "3")
    assert line["mu"] is line["residual"] is line["coefficients"]["age"] is None
    assert line["sigma_group"] == pytest.approx(checks.influence.all_sigma_group, rel=0.2)


@pytest.mark.slow
def test_what_explains_groups_leaves_the_test_of_equal_spread_as_it_is():
    explained = GroupData.from_arrays(Y, GROUP, explained_by={"kind": KIND})
    plain = model_checks(GroupData.from_arrays(Y, GROUP))
    checks = model_checks(explained)
    assert checks.spread.p == plain.spread.p
    assert checks.row_plot.residual.tolist() == plain.row_plot.residual.tolist()
    assert checks.to_dict()["rows"] == plain.to_dict()["rows"]


@pytest.mark.slow
def test_equal_weights_beside_covariates_change_no_check():
    plain, alike = (
        model_checks(data_of()).to_dict(),
        model_checks(data_of(weight=np.full(len(Y), 4.0))).to_dict(),
    )
    for name in ("residuals", "spread", "rows", "normal"):
        assert alike[name]["text"] == plain[name]["text"]
    without = [[one["mu"] for one in found["influence"]["without"]] for found in (plain, alike)]
    np.testing.assert_allclose(*without, rtol=1e-9)
    far = replace(data_of(weight=WEIGHT), read_rows=None)
    assert "weights are not at hand" in model_checks(far).not_checked["rows"]


@pytest.mark.slow
def test_what_is_not_checked_is_said_in_json_too():
    adjusted = data_of()
    assert model_checks(adjusted).to_dict()["not_checked"] == {}
    away = model_checks(replace(adjusted, read_rows=None))
    found = away.to_dict()
    assert {name for name, check in found.items() if check is None} == set(found["not_checked"])
    assert set(found["not_checked"]) == {"residuals", "spread", "influence", "rows"}
    assert found["not_checked"] == {name: away.sentences()[name] for name in found["not_checked"]}
    assert "single rows are not looked at" in found["not_checked"]["rows"]
    assert "only group summaries" in found["not_checked"]["influence"]
    labels = [f"trial {k}" for k in range(8)]
    published = GroupData.from_estimates(labels, EFFECT[:8], [0.5] * 8)
    meta = published.explained_by(labels, {"dose": np.arange(8.0)})
    assert set(model_checks(meta).to_dict()["not_checked"]) == {"spread"}
