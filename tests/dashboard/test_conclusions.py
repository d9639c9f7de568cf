"""The panel's three answers name what the joint distribution gives, on the page and in its files."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.callbacks.conclude import answered
from dashboard.scene.scene import make_scene
from dashboard.session.asked_questions import DISCORDANCE, MOST_GRADED, PRICE, AskedQuestions
from dashboard.words.comparison import headline
from dashboard.words.conclusions import (
    above_answer,
    answer_lines,
    best_answer,
    grade_answer,
    grade_lists,
)
from dashboard.words.csv_text import csv_of_lines
from estimators import GroupData, OptionError, Questions, compare, group_ranks
from estimators.inference import ranks
from tests.components import text_of
from tests.scenes import BUILT_IN, built_in, groups_of, scene_of

DATA = groups_of([9, 8, 30, 4, 12, 7, 3, 22], means=[-3, 1, 2, 3, 4, 5, 6, 12], spread=3.0)


def scene(*, smallest_first=False, estimators=None):
    chosen = BUILT_IN.values() if estimators is None else estimators
    comparison = compare(DATA, chosen, smallest_first=smallest_first)
    return make_scene(comparison, outcome="score", group="school", selection_key="view")


def answers(asked=None, **more):
    return (asked or AskedQuestions()).answers(scene(**more))


def test_groups_above_the_average_are_named_with_how_many_are_wrong():
    found = answers()
    named = [line["group"] for line in found["above"] if line["called"]]
    said = above_answer(found, scene().unit, "the average")
    assert set(said.answer.removesuffix(".").replace(" and ", ", ").split(", ")) == set(named)
    chances = [line["probability"] for line in found["above"] if line["called"]]
    assert np.isclose(found["expected_false"], sum(1 - chance for chance in chances))
    assert said.numbers[0] == ("g7", "over 99.9%")


@pytest.mark.slow_cases
@pytest.mark.parametrize("smallest_first", [False, True])
@pytest.mark.parametrize("worse", [False, True])
def test_better_and_worse_turn_with_lower_is_better(smallest_first, worse):
    found = answers(AskedQuestions(worse=worse), smallest_first=smallest_first)
    below = worse != smallest_first
    assert found["side"] == ("below" if below else "above")
    likeliest = max(found["above"], key=lambda line: line["probability"])["group"]
    assert likeliest == ("g0" if below else "g7")
    assert found["best"][0]["group"] == ("g0" if smallest_first else "g7")


def test_none_is_named_where_none_is_sure_enough():
    found = answers(AskedQuestions(value=13.0))
    said = above_answer(found, scene().unit, "13")
    assert said.answer == "None can be named."
    assert "The likeliest is g7" in said.detail


def test_the_best_come_with_their_chances_and_the_expected_number():
    found = answers(AskedQuestions(top=2))
    ranks = group_ranks(scene().reference.result.fit.joint, top=2, level=0.95)
    assert np.isclose(found["expected_correct"], np.sort(ranks.p_top)[-2:].sum())
    said = best_answer(found, scene().unit)
    assert said.answer.startswith("g7 (")
    assert "The very best is g7, with a chance of at least 95%." in said.detail


def test_the_best_share_is_that_many_groups():
    half = answers(AskedQuestions.from_json({"top": 25, "top_in": "percent"}))
    assert half["best"] == answers(AskedQuestions(top=2))["best"]


@pytest.mark.slow
def test_an_error_rate_bounds_the_average_or_each():
    tail, local = (answers(AskedQuestions(criterion=c, error_rate=0.2)) for c in ("tail", "local"))
    chances = [line["probability"] for line in local["above"] if line["called"]]
    assert min(chances) >= 0.8
    assert {line["group"] for line in local["above"] if line["called"]} <= {
        line["group"] for line in tail["above"] if line["called"]
    }
    unit = scene().unit
    assert "For each one named" in above_answer(local, unit, "the average").detail
    assert "On average over those named" in above_answer(tail, unit, "the average").detail
    sure = best_answer(answers(AskedQuestions(top=2)), unit).detail
    assert "At an error rate of 5% g7 can be said to be among the best 2." in sure


def test_more_best_than_groups_are_all_of_them():
    assert len(answers(AskedQuestions(top=99))["best"]) == len(DATA)


@pytest.mark.slow_cases
@pytest.mark.parametrize(("by", "limit"), [(PRICE, None), (PRICE, 1.0), (DISCORDANCE, 0.02)])
def test_everybody_has_one_grade_and_the_wrong_pairs_are_said(by, limit):
    found = answers(AskedQuestions(graded_by=by, limit=limit))
    lists = grade_lists(found, scene().unit)
    names = [name for _, members in lists for name in members.replace(" and ", ", ").split(", ")]
    assert sorted(names) == sorted(DATA.labels)
    assert lists[0][1].split(",")[0] == "g7"
    if by == DISCORDANCE:
        assert found["discordance"] <= limit
    assert "No other grades do better." in grade_answer(found, scene().unit, len(DATA)).detail


def test_what_is_copied_says_all_that_stands_on_the_page():
    shown = answered(scene(), AskedQuestions())
    paragraphs = shown["copied"].split("\n\n")
    assert paragraphs[0] == "score: All 95 rows used."
    assert headline(scene()).answer in paragraphs[1]
    assert paragraphs[2].startswith("Which schools are above the average? ")
    for place, block in enumerate(("above", "best", "grades"), 2):
        [conclusion, *_] = shown[block]
        assert " ".join(text_of(conclusion).split()) in paragraphs[place]
    assert paragraphs[4].endswith("; ".join(f"{n}: {m}" for n, m in grade_lists(answers(), scene().unit)))
    assert paragraphs[5] == "Concluded by REML BLUP, which takes the spreads as known (blupboard)."


def test_at_a_worth_of_nothing_nobody_is_graded():
    found = answers(AskedQuestions(limit=0.0))
    assert grade_answer(found, scene().unit, len(DATA)).answer == "No."


@pytest.mark.parametrize("type_of", [None, ["x"] * 3 + ["y"] * 3])
def test_where_the_headline_s_method_finds_no_spread_another_ranks_and_it_is_said(type_of):
    """Also beside what explains groups: all that is left between them is chance."""
    beside = {} if type_of is None else {"explained_by": {"type": np.repeat(type_of, 4).tolist()}}
    y, g = (
        np.tile([1.0, 2.0, 3.0, 4.1], 6) + np.repeat([0, 0.1, 0, 0.1, 0, 0.1], 4),
        np.repeat(list("abcdef"), 4),
    )
    flat = scene_of(GroupData.from_arrays(y, g.tolist(), **beside), built_in("ols", "reml"))
    line = answered(flat, AskedQuestions())["line"]
    assert line.startswith("by Level means (OLS), which takes the spreads as known")
    left = "" if type_of is None else " with type taken off"
    assert f"REML BLUP finds no spread between schools{left}, and ranks nobody" in line
    assert "finds no spread" not in answered(scene(), AskedQuestions())["line"]


def test_what_is_too_large_to_grade_says_so(monkeypatch):
    monkeypatch.setattr(ranks, "MOST_CELLS", 0)
    rng = np.random.default_rng(1)
    groups = MOST_GRADED + 1
    means = rng.standard_normal(groups)
    data = GroupData.from_estimates([f"g{i}" for i in range(groups)], means, np.full(groups, 0.5))
    large = scene_of(data, built_in("reml"))
    found = AskedQuestions().answers(large)
    assert grade_answer(found, large.unit, groups).answer == "Not here."
    assert (
        grade_answer({}, large.unit, 251).detail
        == "Up to 250 schools are graded by draws, and there are 251."
    )
    assert grade_lists(found, large.unit) == []
    named = above_answer(found, large.unit, "the average").answer
    assert named.count(",") == 11
    assert named.endswith("more schools.")
    said = best_answer(found, large.unit)
    assert said.answer == "That cannot be said here."
    assert "999 groups contend for the last places" in said.detail
    assert "The very best is among g" in said.detail


def test_rates_that_were_asked_for_keep_their_digits():
    asked = {**answers(), "error_rate": 0.025}
    assert "at most 2.5%" in above_answer(asked, scene().unit, "the average").detail
    assert "at least 97.5%" in best_answer(asked, scene().unit).detail


def test_where_nobody_is_ranked_the_panel_says_what_to_do():
    data = GroupData.from_arrays([1.0, 3.0, 1.5, 2.5, 1.0, 3.0], list("aabbcc"))
    shown = answered(scene_of(data, built_in("reml")), AskedQuestions())
    assert "switch on level means" in text_of(shown["above"])
    by_level_means = answered(scene_of(data, BUILT_IN.values()), AskedQuestions())
    assert by_level_means["line"].startswith("by Level means")


def test_the_value_to_compare_with_is_said_as_it_was_given_and_is_one_that_can_be():
    assert " above 99. " in text_of(answered(scene(), AskedQuestions(value=99.0))["above"])
    shares = scene_of(
        GroupData.from_counts(list("abcdef"), [18, 9, 2, 7, 12, 30], [40] * 6), built_in("reml")
    )
    assert " above 95%. " in text_of(answered(shares, AskedQuestions(value=0.95))["above"])
    for value, said in ((30.0, "is 30: write 30% as 0.3"), (-0.2, "lie between 0 and 1, and the value")):
        with pytest.raises(OptionError, match=said):
            answered(shares, AskedQuestions(value=value))
    rates = GroupData.from_rates(list("abcd"), [18, 9, 2, 7], [4.0, 3.0, 2.0, 5.0])
    with pytest.raises(OptionError, match="rates are not below 0"):
        answered(scene_of(rates, built_in("reml")), AskedQuestions(value=-1.0))


def test_a_method_that_is_chosen_answers():
    assert answers(AskedQuestions(method="ols"))["estimator"] == "ols"
    assert answers(AskedQuestions(method="gone"))["estimator"] == "reml"


@pytest.mark.parametrize(
    "given",
    [
        None, [], {"graded_by": "mood"}, {"top": True}, {"value": {}}, {"value": "x"},
        {"criterion": "mood"}, {"top_in": "mood"},
        {"top": 2.5}, {"top": "inf"}, {"value": "nan"}, {"limit": "-inf"},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(given):
    with pytest.raises((TypeError, ValueError)):
        AskedQuestions.from_json(given)


def test_a_rate_out_of_bounds_is_said():
    with pytest.raises(OptionError, match="between 0 and 1"):
        answers(AskedQuestions(error_rate=2.0))


def test_nought_is_not_answered_as_if_nothing_had_been_asked():
    with pytest.raises(OptionError, match="between 0 and 1, not at 0"):
        answers(AskedQuestions.from_json({"error_rate": 0}))
    with pytest.raises(OptionError, match="at least 1"):
        answers(AskedQuestions.from_json({"top": 0}))
    with pytest.raises(OptionError, match="a share above 0"):
        answers(AskedQuestions.from_json({"top": 0, "top_in": "percent"}))
    assert AskedQuestions.from_json({"error_rate": "", "top": ""}) == AskedQuestions()


@pytest.mark.slow
@given(
    st.builds(
        AskedQuestions,
        method=st.sampled_from(["", "ols"]),
        worse=st.booleans(),
        value=st.none() | st.floats(-5, 5),
        error_rate=st.sampled_from([0.01, 0.2]),
        top=st.integers(1, 9),
    )
)
@settings(max_examples=20)
def test_what_was_asked_travels_and_the_answers_are_those_of_python(asked):
    assert AskedQuestions.from_json(asked.to_json()) == asked
    found = answers(asked)
    questions = Questions(
        threshold=asked.value, error_rate=asked.error_rate, top=min(asked.top, len(DATA)), price=0.25
    )
    wanted = questions.answers(DATA, scene().comparison[found["estimator"]])
    assert {name: found[name] for name in ("best", "confidence_set", "grades")} == {
        name: wanted[name] for name in ("best", "confidence_set", "grades")
    }
    if not asked.worse:
        assert found["above"] == wanted["above"]


def test_the_file_has_a_line_for_each_group_and_no_cell_that_calculates():
    found = answers()
    found["above"][0] = {**found["above"][0], "group": "=1+1"}
    head, *lines = csv.reader(
        io.StringIO(csv_of_lines(answer_lines(found | {"grades": []})).decode(), newline="")
    )
    assert head == ["group", "probability", "called", "among_best", "best_called", "may_be_best"]
    assert lines[0][0] == "'=1+1"
    assert len(lines) == len(DATA)
