"""What is said of groups that came as summaries: trials where those are counted, and how estimates differ."""

import re

import numpy as np
import pytest

from dashboard.figures.weight import information_title
from dashboard.scene.groups_index import groups_index
from dashboard.words.comparison import cards, headline
from dashboard.words.group_card import group_cards
from dashboard.words.table import table_columns
from estimators import GroupData, heterogeneity, meta_regression, own_intervals
from tests.scenes import built_in, scene_of

ESTIMATES = GroupData.from_estimates(
    list("ABCDEF"),
    np.array([28.0, 8.0, -3.0, 70.0, -1.0, 1.0]),
    np.array([15.0, 10.0, 16.0, 11.0, 9.0, 11.0]),
)
COUNTS = GroupData.from_counts(list("ABC"), np.array([9, 3, 20]), np.array([41, 40, 45]))


def test_the_size_of_a_group_of_counts_is_in_trials():
    scene = scene_of(COUNTS, built_in("ols", "reml"), group="ward")
    assert information_title(scene) == "trials per ward"
    assert groups_index(scene)["row"] == {"one": "trial", "many": "trials"}
    assert "trials" in [column["headerName"] for column in table_columns(scene)]
    facts = {card["name"]: card["facts"] for card in group_cards(scene, [0, 1, 2])}["A"]
    assert facts[0] == "41 trials"
    low, high = (ends[0] for ends in own_intervals(COUNTS, 0.95)["wilson"])
    (alone,) = [fact for fact in facts if "by its own events alone (Wilson)" in fact]
    shown = [float(end) / 100 for end in re.findall(r"[\d.]+(?=%)", alone)]
    assert shown == pytest.approx([low, high], abs=0.001)
    assert " rows" not in f"{headline(scene).answer} {headline(scene).detail}"


def test_estimates_differ_in_the_words_of_meta_analysis():
    scene = scene_of(ESTIMATES, built_in("ols", "reml"), group="school")
    _, _, share, further = cards(scene)
    found = heterogeneity(ESTIMATES, "REML")
    assert (share.title, share.value) == ("I²", f"{100 * found.i2:.0f}%")
    assert further.title == "A new school"
    low, high = (float(end.replace("−", "-")) for end in further.value.split(" to "))
    expected = found.prediction_interval(0.95)
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=0.5)


def test_what_covariates_explain_of_estimates_stands_in_the_cards():
    data = ESTIMATES.explained_by(ESTIMATES.labels, {"size": [2.0, 1.0, 0.5, 4.0, 1.5, 1.0]})
    spread, explained, rest = cards(scene_of(data, built_in("ols", "reml"), group="school"))
    found = meta_regression(data, "REML")
    assert spread.title == "Between schools τ"
    assert (explained.title, explained.value) == ("Explained", f"{100 * found.explained:.0f}%")
    assert (rest.title, rest.value) == ("I² of the rest", f"{100 * found.i2:.0f}%")


def test_where_estimates_differ_no_more_than_by_chance_nothing_is_left_to_explain():
    alike = GroupData.from_estimates("ABCDEF", [1, 1.1, 0.9, 1, 1.05, 0.95], np.ones(6))
    data = alike.explained_by(alike.labels, {"size": [2.0, 1.0, 0.5, 4.0, 1.5, 1.0]})
    titles = [card.title for card in cards(scene_of(data, built_in("ols", "reml")))]
    assert titles == ["Between schools τ", "I² of the rest"]


def test_cards_keep_spreads_and_icc_where_there_are_rows():
    titles = [card.title for card in cards(scene_of(COUNTS, built_in("ols", "reml")))]
    assert titles[2:] == ["Within groups σe", "ICC"]
