"""``blupboard plan``: rows for a goal, at the estimated spreads and at the ends of their ratio's interval."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from estimators import GroupData, Plan, exact_intervals, heterogeneity
from estimators.inference.new_groups import new_group_at
from tests.commands import DYESTUFF, ROLES
from tests.inference.oracles import groups_of
from tests.oracles import BUILT_IN, FOLDER, read_columns

ESTIMATES = "trial,yi,se\n1,-0.9,0.3\n2,-1.6,0.2\n3,-1.3,0.4\n"


def planned(blupboard, *arguments):
    done = blupboard("plan", *arguments, "--format", "json")
    assert done.code == 0
    assert all("enters as a number" in line or "guessed" in line for line in done.err.splitlines())
    return done.json


@pytest.mark.slow
def test_rows_are_those_of_the_spreads_and_of_the_ends_of_their_ratio(blupboard):
    goals = ("--reliability", "0.9", "--width", "100", "--p-best", "0.7")
    answer = planned(blupboard, DYESTUFF, *ROLES, *goals, "--level", "0.9")
    data = groups_of("dyestuff")
    found = BUILT_IN["reml"].fit(data).parameters
    plan = Plan(found["sigma_group"].value, found["sigma_error"].value, 6, 0.9)
    assert (answer["estimator"], answer["groups"], answer["ratio"]) == ("reml", 6, plan.ratio)
    ends = exact_intervals(data, 0.9)["ratio"]
    assert answer["ratio_interval"] == {"low": ends.low, "high": ends.high}
    assert ends.low > 0
    wanted = [("reliability", 0.9), ("width", 100.0), ("own_width", 100.0), ("p_best", 0.7)]
    assert [(w["goal"], w["value"]) for w in answer["wanted"]] == wanted
    for w in answer["wanted"]:
        assert w["rows"] == plan.rows(w["goal"], w["value"])
        for key, ratio in (("rows_at_low_ratio", ends.low), ("rows_at_high_ratio", ends.high)):
            at = Plan(plan.sigma_error * ratio**0.5, plan.sigma_error, 6, 0.9)
            assert w[key] == at.rows(w["goal"], w["value"])
    for point in answer["curve"]:
        assert point == {
            "rows": point["rows"],
            **{k: getattr(plan, k)(point["rows"]) for k in list(point)[1:]},
        }
    assert [point["rows"] for point in answer["curve"]][:7] == [1, 2, 5, 10, 20, 50, 100]


@pytest.mark.parametrize(("level", "said"), [("0.975", "97.5%"), ("0.999", "99.9%"), ("0.9", "90%")])
def test_the_table_says_the_level_that_was_asked_for(blupboard, level, said):
    """It said 98% of 97.5, and 100% of 99.9."""
    done = blupboard("plan", DYESTUFF, *ROLES, "--level", level)
    assert f"exact {said} interval" in done.out
    assert f"({said})" in done.out


def test_a_further_rate_is_not_below_0(blupboard, tmp_path):
    """With 16 events in 245 days the interval went from -0.18, and at values of a covariate from -0.55."""
    lines = ["a,1,40,1", "b,0,30,2", "c,12,50,3", "d,2,45,4", "e,1,60,5", "f,0,20,6"]
    (tmp_path / "wards.csv").write_text("\n".join(["ward,events,days,floor", *lines]), encoding="utf-8")
    rates = (tmp_path / "wards.csv", "--kind", "rates", "--events", "events", "--exposure", "days")
    at = ("--explained-by", "floor", "--new", "floor=9", "--format", "json")
    found = blupboard("plan", *rates, "--group", "ward", *at).json["new_group"]
    assert found["low"] == 0.0
    assert found["high"] == pytest.approx(0.574132, rel=1e-5)
    answers = blupboard("compare", *rates, "--group", "ward", "--inference", "--format", "json").json
    fits = {fit["estimator"]: fit for fit in answers["fits"]}
    further = fits["reml"]["heterogeneity"]["prediction_interval"]
    assert (further["low"], further["high"]) == (0.0, pytest.approx(0.3188454826, rel=1e-8))


def test_a_further_share_lies_between_0_and_1_however_it_is_read(blupboard, tmp_path):
    """Of rows of 0 and 1 the table went below 0, and of counts the JSON did; the page says 0."""
    events, trials = [0, 1, 3, 9, 1, 6], 30
    rows = [f"{ward},{int(k < n)}" for ward, n in zip("abcdef", events, strict=True) for k in range(trials)]
    counts = [f"{ward},{n},{trials}" for ward, n in zip("abcdef", events, strict=True)]
    (tmp_path / "rows.csv").write_text("\n".join(["ward,died", *rows]), encoding="utf-8")
    (tmp_path / "counts.csv").write_text("\n".join(["ward,deaths,cases", *counts]), encoding="utf-8")
    by_rows = ("plan", tmp_path / "rows.csv", "--outcome", "died", "--group", "ward")
    by_counts = (
        "plan",
        tmp_path / "counts.csv",
        "--kind",
        "counts",
        "--events",
        "deaths",
        "--trials",
        "cases",
    )
    answers = [blupboard(*by, "--format", "json").json["new_group"] for by in (by_rows, by_counts)]
    assert [answer["low"] for answer in answers] == [0.0, 0.0]
    assert answers[0]["high"] == pytest.approx(answers[1]["high"], rel=1e-9)
    assert 0 < answers[0]["high"] < 1
    assert "is expected from 0 to 0." in blupboard(*by_rows).out


@pytest.mark.slow
def test_without_a_goal_it_is_a_reliability_and_the_table_has_the_curve(blupboard):
    done = blupboard("plan", DYESTUFF, *ROLES, "--groups", "20")
    assert (done.code, done.err) == (0, "")
    head, sentence, further, _, names, *lines = done.out.splitlines()
    assert head == "By REML BLUP: spread between groups 42, within groups 49.51; 20 groups"
    assert sentence.startswith(
        "A reliability of 0.8 needs 6 rows a group; 44 and 1 at the ends of the ratio's"
    )
    assert further.startswith("The true mean of a further group is expected from 1399.1 to 1655.9 (95%)")
    assert names.split() == ["rows", "reliability", "width", "own_width", "p_best"]
    assert [line.split()[0] for line in lines] == ["1", "2", "5", "10", "20", "50", "100"]
    rows = list(csv.DictReader(io.StringIO(blupboard("plan", DYESTUFF, *ROLES, "--format", "csv").out)))
    assert float(rows[2]["reliability"]) == pytest.approx(float(lines[2].split()[1]), abs=1e-4)


def test_a_spread_of_0_is_said_and_reached_by_nothing(blupboard, file):
    rows = file("g,y\n" + "".join(f"{g},{y}\n" for g in "abc" for y in (1, 2, 3)))
    done = blupboard("plan", rows, "--outcome", "y", "--group", "g", "--p-best", "0.9")
    assert "best is reached by no number of rows." in done.out
    assert "The spread between groups is estimated as 0" in done.out
    answer = planned(blupboard, rows, "--outcome", "y", "--group", "g")
    assert answer["wanted"][0]["rows"] is None


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--reliability", "1"), "between 0 and 1"),
        (("--width", "-3"), "above 0"),
        (("--groups", "1"), "at least 2 groups"),
        (("--level", "2"), "between 0 and 1"),
        (("--estimator", "ols"), "no spread between and within these groups is estimated by Level means"),
    ],
)
def test_what_cannot_be_planned_is_refused_in_a_sentence(blupboard, flags, words):
    done = blupboard("plan", DYESTUFF, *ROLES, *flags)
    assert done.code == 2
    assert words in done.err
    assert len(done.err.splitlines()) == 1


def test_published_estimates_have_a_further_group_and_no_rows_to_plan(blupboard, file):
    """It refused them altogether, unless covariates explained them."""
    given = (file(ESTIMATES), "--kind", "estimates", "--estimate", "yi", "--se", "se", "--group", "trial")
    further = planned(blupboard, *given)["new_group"]
    data = GroupData.from_estimates("123", [-0.9, -1.6, -1.3], [0.3, 0.2, 0.4])
    ends = heterogeneity(data, "REML").prediction_interval()
    assert [further["low"], further["high"]] == pytest.approx([ends.low, ends.high], rel=1e-9)
    for flags in (("--p-best", "0.9"), ("--reliability", "0.5")):
        done = blupboard("plan", *given, *flags)
        assert (done.code, done.out) == (2, "")
        assert "published estimates have no rows that could be more" in done.err
    assert "does not tell where a further group" in blupboard("plan", *given, "--estimator", "ols").err


def test_of_rates_the_exposure_is_planned(blupboard, file):
    rates = file("unit,falls,days\nA,9,410.5\nB,3,900\nC,30,700\nD,2,645\nE,5,820\n")
    answer = planned(blupboard, rates, "--width", "0.01", "--p-best", "0.8", "--reliability", "0.9")
    data = GroupData.from_rates("ABCDE", [9, 3, 30, 2, 5], [410.5, 900, 700, 645, 820])
    between = BUILT_IN["reml"].fit(data).parameters["sigma_group"].value ** 2
    pooled = 49 / 3475.5
    assert answer["ratio"] == pytest.approx(between / pooled, rel=1e-12)
    wanted = {w["goal"]: w["rows"] for w in answer["wanted"]}
    assert wanted["reliability"] == np.ceil(9 * pooled / between)  # days, as half of them are above 100
    assert wanted["own_width"] == np.ceil((2 * 1.959963984540054 / 0.01) ** 2 * pooled)
    low = exact_intervals(data)["sigma_group"].low
    at_low = {w["goal"]: w["rows_at_low_ratio"] for w in answer["wanted"]}
    assert low > 0
    assert at_low["reliability"] == np.ceil(9 * pooled / low**2)
    done = blupboard("plan", rates)
    assert " of exposure a group; " in done.out
    assert "rows" not in done.out
    per_thousand = file("unit,falls,time\nA,9,.4105\nB,3,.9\nC,30,.7\nD,2,.645\nE,5,.82\n")
    finer = planned(blupboard, per_thousand, "--reliability", "0.9")["wanted"][0]["rows"]
    assert finer == pytest.approx(wanted["reliability"] / 1000, rel=1e-12)


def test_what_a_new_row_would_weigh_is_not_known(blupboard, file):
    rows = file("g,y,w\na,1,2\na,2,1\nb,3,2\nb,5,1\n")
    done = blupboard("plan", rows, "--outcome", "y", "--group", "g", "--weights", "w")
    assert (done.code, done.out) == (2, "")
    assert "plan takes rows without weights" in done.err


@pytest.mark.slow
def test_counts_are_planned_by_their_trials(blupboard, file):
    counts = file("ward,deaths,cases\nA,19,41\nB,3,20\nC,0,12\nD,7,30\n")
    given = ("--kind", "counts", "--events", "deaths", "--trials", "cases", "--group", "ward")
    answer = planned(blupboard, counts, *given)
    assert answer["wanted"][0]["rows"] > 1


@pytest.mark.slow
def test_a_further_group_has_what_explains_groups(blupboard):
    data = FOLDER / "inference" / "data"
    roles = ("--outcome", "y", "--group", "group", "--adjust", "age", "--explained-by", "Sex")
    answer = planned(blupboard, data / "orthodont.csv", *roles, "--new", "Sex=Male")
    columns = read_columns("inference", "data", "orthodont.csv")
    groups = GroupData.from_arrays(
        columns["y"], columns["group"], adjust={"age": columns["age"]}, explained_by={"Sex": columns["Sex"]}
    )
    assert answer["new_group"] == new_group_at(groups, {"Sex": "Male"}).to_dict()
    ends = exact_intervals(groups)["ratio"]
    assert answer["ratio_interval"] == {"low": ends.low, "high": ends.high}
    kind = (
        "--kind",
        "estimates",
        "--group",
        "group",
        "--estimate",
        "y",
        "--se",
        "se",
        "--explained-by",
        "weeks",
    )
    file = data / "raudenbush_weeks.csv"
    done = blupboard("plan", file, *kind, "--new", "weeks=30")
    assert "a further group with weeks 30 is expected from" in done.out
    assert "No group has weeks so far out" in done.out
    for flags, said in (
        (("--new", "weeks=1", "--new", "weeks=2"), "each column once"),
        (("--new", "weeks"), "COLUMN=VALUE"),
        (("--new", "weeks=1", "--estimator", "ols"), "--new goes by a method that fits a likelihood"),
        (("--new", "weeks=1", "--format", "csv"), "there is no curve"),
    ):
        refused = blupboard("plan", file, *kind, *flags)
        assert refused.code != 0
        assert said in refused.err


@pytest.mark.slow
def test_of_events_out_of_trials_trials_are_planned_and_a_share_stays_one(blupboard, tmp_path):
    path = tmp_path / "wards.csv"
    path.write_text("ward,deaths,cases\nA,9,41\nB,3,20\nC,1,12\nD,7,30\nE,12,33\nF,2,40\nG,5,60\n")
    done = blupboard("plan", path)
    assert "needs 59 trials a group" in done.out
    assert "is expected from 0 to 0.43784 (95%)" in done.out
    assert "rows" not in done.out
    assert planned(blupboard, path)["kind"] == "counts"


def test_where_no_spread_fits_there_is_no_end_to_plan_by(blupboard, tmp_path):
    path = tmp_path / "alike.csv"
    for rows, said in (
        (("1", "2", "3"), "no spread fits these means"),
        (("1", "2", "9"), "plan by the upper end"),
    ):
        lines = [
            f"{group},{value}" for group, more in (("A", rows), ("B", "123"), ("C", "132")) for value in more
        ]
        path.write_text("g,y\n" + "\n".join(lines) + "\n")
        found = blupboard("plan", str(path), "--outcome", "y", "--group", "g", "--reliability", "0.8")
        assert found.code == 0
        assert said in found.out
