"""The panel on how many rows would be needed: goals, the curve, a further group and further rows."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.callbacks.plan import planned
from dashboard.words.group_card import value_text
from dashboard.words.plan import MOST_GROUPS
from estimators import Design, GroupData, Plan, heritability, least_difference, simulate
from estimators.inference.new_groups import new_group_at
from estimators.inference.plan_answers import new_group, new_rows
from tests.dashboard.sent import numbers
from tests.scenes import BUILT_IN, built_in, scene_of

DATA = simulate(Design(groups=24, per_group="~5-40", sigma_group=2, sigma_error=3, seed=3, mean=10)).data
SCENE = scene_of(DATA, built_in("ols", "reml"))
FIT = SCENE.reference.result.fit
PLAN = Plan(FIT.parameters["sigma_group"].value, FIT.parameters["sigma_error"].value, 24)


def words(found):
    return dict(found["sentences"])


@pytest.mark.slow
def test_goals_that_stand_in_the_fields_are_answered():
    found = planned(SCENE)
    assert [(f["name"], f["value"]) for f in found["fields"]] == [
        ("reliability", "0.8"),
        ("width", ""),
        ("p_best", "0.8"),
    ]
    rows = words(found)["How many rows would each school need?"]
    assert f"For a reliability of 0.8: {PLAN.rows('reliability', 0.8)} rows (" in rows
    assert f"looks best is the best: {PLAN.rows('p_best', 0.8)} rows (" in rows
    found = planned(SCENE, {"reliability": "", "width": " 1.5", "p_best": ""})
    rows = words(found)["How many rows would each school need?"]
    assert f"by prediction 1.5 wide: {PLAN.rows('width', 1.5)} rows (" in rows
    assert f"by own means alone 1.5 wide: {PLAN.rows('own_width', 1.5)} rows." in rows
    assert "reliability" not in rows


@pytest.mark.slow
def test_the_curve_is_that_of_the_plan():
    found = planned(SCENE)
    shares, widths = found["figures"]
    names = ["reliability", "p_best", "width", "own_width"]
    for trace, name in zip([*shares["data"], *widths["data"]], names, strict=True):
        x, y = numbers(trace["x"]), numbers(trace["y"])
        assert np.allclose(y, [getattr(PLAN, name)(n) for n in x.tolist()])
    (head, first, *_), _ = found["tables"]
    assert (head[0], first[0]) == ("rows each", "1")


@pytest.mark.slow
def test_a_further_group_and_further_rows():
    found = planned(SCENE)
    shown = heritability(DATA)
    repeated = words(found)["How much of what a school's mean shows would show again (heritability)?"]
    assert repeated.startswith(
        f"{shown.entry_mean:.0%} of the variance of means, with as many rows as there are"
    )
    assert f"{shown.cullis:.0%} where the error of the overall mean is counted too" in repeated
    assert f"a single row it is {shown.plot:.0%}." in repeated
    assert f"(accuracy) is {shown.accuracy.mean():.3g} on average, from" in repeated
    apart = words(found)["How far apart must two schools be to differ (least significant difference)?"]
    for series, by in zip(SCENE.series, ("Level means (OLS)", "REML BLUP"), strict=True):
        least = least_difference(series.result.fit)
        assert f"{least.difference:.2f} by {by} (t with {least.df:g} degrees of freedom)" in apart
    low, high = new_group(FIT, DATA, 0.95)
    assert f"from {low:.2f} to {high:.2f}" in words(found)["What would a new school be?"]
    _, (head, *lines) = found["tables"]
    assert head == ["one more row of", "REML BLUP", "95% from", "to"]
    assert len(lines) == MOST_GROUPS
    ends = new_rows(FIT, 0.95)
    place = DATA.labels.tolist().index(lines[-1][0])
    assert lines[-1][2:] == [f"{end[place]:.2f}".replace("-", "\N{MINUS SIGN}") for end in ends]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"reliability": "2"}, "between 0 and 1"),
        ({"width": "wide"}, "Width of intervals is a number, not wide"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_stays_in_its_field(asked, said):
    found = planned(SCENE, asked)
    assert said in found["note"]
    assert found["sentences"] == []
    assert {f["name"]: f["value"] for f in found["fields"]}.items() >= asked.items()


def test_where_nothing_can_be_planned_it_is_said_with_what_can():
    published = scene_of(GroupData.from_estimates("abcd", [1, 9, 4, 22], [1, 2, 0.1, 3]), BUILT_IN.values())
    found = planned(published)
    assert "no rows that could be more" in found["note"]
    assert "What would a new school be?" in words(found)
    alone = planned(scene_of(DATA, built_in("ols")))
    assert "no spread between and within" in alone["note"]
    assert alone["sentences"] == []
    y, weights = np.arange(12.0) ** 1.3, np.arange(1.0, 13.0)
    weighted = GroupData.from_arrays(y, np.repeat(list("abc"), 4), weights=weights, weight_kind="precision")
    assert "without weights" in planned(scene_of(weighted, built_in("reml")))["note"]


def test_of_rates_the_exposure_is_planned():
    rates = GroupData.from_rates("ABCDE", [9, 3, 30, 2, 5], [410.5, 900, 700, 645, 820])
    found = planned(scene_of(rates, built_in("reml")))
    needed = words(found)["How much exposure would each school need?"]
    between = BUILT_IN["reml"].fit(rates).parameters["sigma_group"].value ** 2
    assert f"For a reliability of 0.8: {np.ceil(4 * (49 / 3475.5) / between):,.0f} (" in needed
    assert "pooled rate" in needed
    assert found["tables"][0][0][0] == "exposure each"
    shares, _ = found["figures"]
    assert shares["layout"]["xaxis"]["title"]["text"] == "exposure in each school"


@pytest.mark.slow
def test_rows_of_0_and_1_have_no_interval_of_a_further_row():
    shares = GroupData.from_counts("abcd", [9, 3, 1, 17], [41, 20, 12, 30])
    assert len(planned(scene_of(shares, built_in("reml")))["tables"]) == 1
    alike = GroupData.from_arrays([1.0, 2.0, 3.0] * 3, np.repeat(list("abc"), 3))
    none = scene_of(alike, built_in("reml"))
    assert "estimated as 0" in words(planned(none))["How many rows would each school need?"]


@pytest.mark.slow
def test_new_groups_are_told_at_what_explains_them():
    labels = [f"trial {k}" for k in range(9)]
    data = GroupData.from_estimates(labels, np.sin(np.arange(9.0)), [0.2] * 9)
    scene = scene_of(
        data.explained_by(labels, {"dose": np.arange(9.0), "arm": list("abcabcabc")}), built_in("reml")
    )
    [(head, *lines)] = planned(scene)["tables"]
    assert head[1:] == ["expected", "95% from", "to"]
    assert [line[0] for line in lines] == ["dose 2.00", "dose 4.00", "dose 6.00", "arm a", "arm b", "arm c"]
    assert lines[3][1] == value_text(scene, new_group_at(scene.comparison.data, {"arm": "a"}).estimate)
