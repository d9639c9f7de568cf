"""The panel on whether the model suits: what the checks say, in words, a table and pictures."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.callbacks.model_checks import checked
from dashboard.figures.model_checks import MOST_POINTS, normal_figure, rows_figure, spread_figure
from dashboard.words.model_checks import QUESTIONS, influence_table
from dashboard.words.numbers import number
from estimators import Design, GroupData, leave_one_out, model_checks, simulate
from tests.dashboard.sent import numbers
from tests.estimators.test_reference import published
from tests.scenes import built_in, scene_of

DATA = simulate(Design(groups=24, per_group="~5-40", sigma_error=3, seed=3, mean=10)).data


def far_out():
    rng = np.random.default_rng(3)
    mean = np.append(rng.standard_normal(14), 40.0)
    y = np.repeat(mean, 6) + rng.standard_normal(90)
    return GroupData.from_arrays(y, np.repeat([f"g{i}" for i in range(15)], 6))


@pytest.mark.slow
def test_every_check_has_a_question_and_its_own_sentence():
    found = checked(scene_of(DATA, built_in("reml")))
    sentences = model_checks(DATA).sentences()
    assert found["sentences"] == [(QUESTIONS[name], text) for name, text in sentences.items()]
    assert "seed" in found["note"]
    assert len(found["figures"]) == 3


def test_the_table_has_the_fit_without_the_group_that_lies_far_out():
    data = far_out()
    scene = scene_of(data, built_in("reml"))
    head, everyone, first, *_ = influence_table(scene, model_checks(data))
    without, place = leave_one_out(data), data.labels.tolist().index("g14")
    assert len(head) == len(everyone) == len(first)
    assert first[0] == "g14"
    assert first[3] == number(float(without.sigma_group[place]))
    assert everyone[3] == number(without.all_sigma_group)


def test_pictures_hold_the_deviations_and_the_spread_of_every_group():
    checks, scene = model_checks(DATA), scene_of(DATA, built_in("reml"))
    band, marks = normal_figure(scene, checks).to_plotly_json()["data"]
    np.testing.assert_allclose(numbers(marks["y"]), checks.plot.deviation)
    np.testing.assert_allclose(numbers(band["y"])[:24], checks.plot.low)
    assert marks["text"] == DATA.labels[checks.plot.group].tolist()
    [_, rows] = rows_figure(scene, checks).to_plotly_json()["data"]
    np.testing.assert_allclose(numbers(rows["y"]), checks.row_plot.residual)
    assert rows["text"] == DATA.labels[checks.row_plot.group].tolist()
    [spread] = spread_figure(scene, checks).to_plotly_json()["data"]
    order = np.argsort(DATA.mean, kind="stable")
    np.testing.assert_allclose(numbers(spread["y"]), np.sqrt(DATA.ss_within / (DATA.n - 1.0))[order])


@pytest.mark.slow
def test_published_means_have_no_spread_within_and_no_icc():
    data = published("eight_schools.csv")
    found = checked(scene_of(data, built_in("reml")))
    assert len(found["figures"]) == 1
    assert "ICC" not in found["tables"][0][0]


@pytest.mark.slow
def test_very_many_groups_are_drawn_as_some_with_both_ends():
    data = simulate(Design(groups=5_000, per_group="3", sigma_error=3, seed=3)).data
    checks = model_checks(data)
    [_, marks] = normal_figure(scene_of(data, built_in("reml")), checks).to_plotly_json()["data"]
    drawn = numbers(marks["y"])
    assert len(drawn) == MOST_POINTS
    assert [drawn[0], drawn[-1]] == [checks.plot.deviation[0], checks.plot.deviation[-1]]


def test_where_the_model_cannot_be_fitted_it_says_why():
    alone = GroupData.from_arrays([1.0, 2.0, 3.0], list("abc"))
    found = checked(scene_of(alone, built_in("ols")))
    assert found["note"].endswith(".")
    assert not found["sentences"]
    assert not found["figures"]
