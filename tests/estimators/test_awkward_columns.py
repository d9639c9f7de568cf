"""Covariates and weights as they come: large offsets, decimal commas, codes, extreme sizes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from estimators import DataError, GroupData, Plan, funnel, heterogeneity
from tests.scenes import BUILT_IN

GROUPS, ROWS = 8, 6


def made(seed=1):
    """A covariate, an outcome that rises with it, and labels."""
    rng = np.random.default_rng(seed)
    label = np.repeat(list("abcdefgh"), ROWS)
    level = rng.normal(size=GROUPS * ROWS)
    outcome = 1 + 2 * level + np.repeat(rng.normal(size=GROUPS), ROWS) + rng.normal(size=GROUPS * ROWS)
    return level, outcome, label


@pytest.mark.parametrize("offset", [0.0, 1e6, 1e7, 1e9])
@pytest.mark.parametrize("estimator", ["ols", "reml", "ml"])
def test_a_term_that_follows_from_another_is_left_out_whatever_its_offset(estimator, offset):
    level, outcome, label = made()
    first = offset + level
    follows = first * 3 / 7 + np.repeat(np.arange(GROUPS), ROWS) * (estimator == "ols")
    both = GroupData.from_arrays(outcome, label, adjust={"first": first, "follows": follows})
    alone = GroupData.from_arrays(outcome, label, adjust={"first": first})
    fit, expected = (BUILT_IN[estimator].fit(data) for data in (both, alone))
    assert "not_estimable" in [note.code for note in fit.notes]
    assert fit.estimate == pytest.approx(expected.estimate, rel=1e-6)
    assert fit.std_error == pytest.approx(expected.std_error, rel=1e-6)


def test_marks_and_codes_for_missing_are_those_of_the_outcome():
    frame = pd.DataFrame(
        {
            "y": ["1,250", "2,125", "3,375", "2,500", "1,750"] * 4,
            "g": list("aabba") * 4,
            "times": ["1,000", "2,000", "3,000", "4,000", "-999"] * 4,
            "level": ["9,5", "8,25", "7", "6,125", "5"] * 4,
        }
    )
    given = {"outcome": "y", "group": "g", "decimal": ",", "missing": ["-999"]}
    weighted = GroupData.from_frame(frame, weights="times", weight_kind="frequency", **given)
    assert weighted.n.tolist() == [12, 28]
    assert {cause.cause: cause.rows for cause in weighted.left_out} == {"missing_weight": 4}
    adjusted = GroupData.from_frame(frame, adjust=["level"], **given)
    row_mean = (adjusted.covariates.origin + adjusted.covariates.unit * adjusted.covariates.row_mean)[0]
    assert row_mean == pytest.approx(np.mean([9.5, 8.25, 7, 6.125, 5]))


def test_a_number_that_stands_for_missing_is_no_value_of_a_covariate():
    level, outcome, label = made()
    level[3] = -999
    frame = pd.DataFrame({"y": outcome, "g": label, "level": level})
    data = GroupData.from_frame(frame, outcome="y", group="g", adjust=["level"], missing=["-999"])
    assert {cause.cause: cause.rows for cause in data.left_out} == {"missing_covariate": 1}


@pytest.mark.parametrize("values", [["1", "2", "3"], [1, 2, 3]])
def test_a_column_that_the_table_has_as_categorical_is(values):
    _, outcome, label = made()
    codes = pd.Categorical(np.array(values)[np.arange(len(outcome)) % 3])
    frame = pd.DataFrame({"y": outcome, "g": label, "c": codes})
    data = GroupData.from_frame(frame, outcome="y", group="g", adjust=["c"])
    assert data.covariates.terms == ("c=2", "c=3")


@pytest.mark.parametrize("estimator", ["ols", "reml", "ml"])
@pytest.mark.parametrize("factor", [1e-70, 1e70])
@pytest.mark.parametrize("adjust", [False, True])
def test_a_common_factor_of_precision_weights_changes_no_mean(estimator, factor, adjust):
    level, outcome, label = made()
    weights = np.random.default_rng(2).uniform(1, 4, len(outcome))
    covariates = {"adjust": {"level": level}} if adjust else {}
    one, other = (
        BUILT_IN[estimator].fit(GroupData.from_arrays(outcome, label, weights=times * weights, **covariates))
        for times in (1.0, factor)
    )
    assert other.estimate == pytest.approx(one.estimate, rel=1e-9)
    assert other.std_error == pytest.approx(one.std_error, rel=1e-7)


@pytest.mark.parametrize(
    ("weight", "kind", "words"),
    [
        (1e200, "precision", "change their unit"),
        (1e-200, "survey", "change their unit"),
        (1e18, "frequency", "can be counted"),
        (1e19, "frequency", "can be counted"),
    ],
)
def test_weights_past_what_can_be_computed_are_refused(weight, kind, words):
    _, outcome, label = made()
    with pytest.raises(DataError, match=words):
        GroupData.from_arrays(outcome, label, weights=np.full(len(outcome), weight), weight_kind=kind)


def test_rows_that_would_not_fit_in_memory_are_not_written_out():
    _, outcome, label = made()
    data = GroupData.from_arrays(outcome, label, weights=np.full(len(outcome), 1e9), weight_kind="frequency")
    assert data.total == GROUPS * ROWS * 10**9
    assert data.rows is None


def test_errors_of_0_at_the_boundary_are_explained_with_covariates_too():
    rng = np.random.default_rng(2)
    level = rng.normal(size=30)
    data = GroupData.from_arrays(
        level + rng.normal(size=30), np.repeat(list("abcdef"), 5), adjust={"level": level}
    )
    fit = BUILT_IN["reml"].fit(data, {"std_error": "conditional"})
    assert (fit.std_error == 0).all()
    assert [note.code for note in fit.notes] == ["sigma_group_zero", "conditional_zero"]


def test_what_explains_groups_is_given_once_for_each():
    groups = GroupData.from_estimates("ab", [1, 2], [1, 1])
    with pytest.raises(DataError, match="each group's once"):
        groups.explained_by(list("aab"), {"x": [1.0, 2.0, 3.0]})


def test_a_funnel_is_of_means_as_they_are():
    level, outcome, label = made()
    with pytest.raises(DataError, match="covariates"):
        funnel(GroupData.from_arrays(outcome, label, adjust={"level": level}))


def test_a_plan_looks_as_far_as_it_says():
    plan = Plan(1e-4, 1.0, 5)
    rows = plan.rows("reliability", 0.85)
    assert plan.reliability(rows) >= 0.85 > plan.reliability(rows - 1)
    assert plan.rows("reliability", 0.95) is None


@pytest.mark.parametrize("seed", range(5))
def test_by_paule_and_mandel_both_errors_of_mu_are_equal(seed):
    rng = np.random.default_rng(seed)
    data = GroupData.from_estimates(list("abcdef"), rng.normal(0, 3, 6), rng.uniform(0.5, 1, 6))
    found = heterogeneity(data, "PM", "knapp_hartung")
    assert found.tau > 0
    assert found.mu_std_error == pytest.approx(found.center_loading, rel=1e-9)


def test_a_few_cells_of_text_among_numbers_are_no_categories():
    _, outcome, label = made()
    ages = [str(20 + k % 30) for k in range(len(outcome))]
    frame = pd.DataFrame({"y": outcome, "g": label, "age": ["n.k.", "forty", *ages[2:]]})
    given = {"outcome": "y", "group": "g", "adjust": ["age"]}
    with pytest.raises(DataError, match=r"holds numbers and text: '(forty|n\.k\.)' and 1 more"):
        GroupData.from_frame(frame, **given)
    assert GroupData.from_frame(frame, missing=["n.k.", "forty"], **given).dropped.missing_covariate == 2
    named = GroupData.from_frame(frame, categorical=["age"], **given)
    assert "age=n.k." in named.covariates.terms
    bands = GroupData.from_frame(frame.assign(age=["1", "2", "3+"] * 16), **given)
    assert bands.covariates.terms == ("age=2", "age=3+")
