"""What the page says of the data: the headline in every state, and cards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.figures.parts import outcome_axis
from dashboard.words.comparison import cards, dropped_warning, headline, interval_kind, rows_used
from dashboard.words.grammar import article, sentence
from dashboard.words.numbers import DASH, number, percent
from dashboard.words.table import value_format
from estimators import DroppedRows, Estimator, GroupData, GroupFit
from tests.scenes import BUILT_IN, STRANGERS, built_in, everyone, group_data, groups_of, scene_of


def said(data, estimators=None, **more):
    given = headline(scene_of(data, BUILT_IN.values() if estimators is None else estimators, **more))
    return f"{given.answer} {given.detail}"


# The headline


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("it needs two groups", "It needs two groups."),
        ("choose one: a or b?", "Choose one: a or b?"),
        ("James-Stein has none", "James-Stein has none."),
        ("grunfeld.csv is in no folder", "grunfeld.csv is in no folder."),
        ("my_data has no rows", "my_data has no rows."),
        ("σg is 0", "σg is 0."),
        ("", ""),
    ],
)
def test_a_sentence_has_a_capital_unless_it_begins_with_a_name(text, said):
    assert sentence(text) == said


def test_one_group():
    assert said(groups_of([4])) == "There is only one school. Comparing needs at least 2 schools."


def test_one_row_each():
    assert said(groups_of([1, 1, 1, 1])) == (
        "Every school has one row. Chance and real differences between schools cannot be told apart."
    )
    assert said(groups_of([1, 1]), built_in("ols"), group="x").startswith("Every group has one row.")


def test_all_equal():
    data = groups_of([3, 2, 4], means=[5, 5, 5], spread=0.0)
    assert said(data) == "All values are equal. There is nothing to compare."


def test_no_spread_within():
    data = groups_of([3, 2, 4], means=[1, 5, 2], spread=0.0)
    assert said(data) == (
        "All of the spread lies between schools. "
        "Rows do not vary within a school, so each keeps its own mean."
    )


def test_the_boundary():
    data = GroupData.from_arrays([1.0, 3.0, 1.5, 2.5, 1.0, 3.0], list("aabbcc"))
    assert said(data) == (
        "No sign that schools differ. Their means lie no further apart than chance alone would put them, "
        "so every school is predicted at the population mean, 2.00."
    )


def test_the_boundary_where_means_lie_apart_within_chance():
    data = GroupData.from_arrays([0.0, 2.0, 1.6, 3.6], list("aabb"))
    assert said(data, built_in("ml")) == (
        "No clear sign that schools differ. Their means lie further apart than chance puts them on average, "
        "but well within chance (F(1, 2) = 1.28, p = .38), so every school is predicted at the population "
        "mean, 1.80."
    )


def test_the_boundary_where_a_test_sees_a_difference():
    rows = [*np.tile([-1.0, 1.0], 50), 3.2, 0.5, -0.5, 0.5]
    data = GroupData.from_arrays(rows, np.repeat(list("abcd"), [100, 1, 1, 2]))
    assert said(data, built_in("ml")) == (
        "Schools differ by more than chance, but their spread is estimated as 0. The F test sees a "
        "difference (F(3, 100) = 3.44, p = .02) that ML BLUP does not: with it every school is predicted at "
        "the population mean, 0.0356."
    )
    assert "of the variance lies between schools" in said(data, built_in("reml"))


def test_the_boundary_far_from_zero_tells_where():
    data = GroupData.from_arrays(1e9 + np.array([1.0, 3.0, 1.5, 2.5, 1.0, 3.0]), list("aabbcc"))
    assert "at the population mean, 1,000,000,002.00." in said(data)


def test_nothing_switched_on():
    assert said(groups_of([3, 4]), []) == "No estimator is switched on. Switch one on at the left."


def test_everything_that_is_on_failed():
    text = said(groups_of([3, 4]), [*built_in("james_stein"), STRANGERS[-1]])
    assert text == "2 schools, 7 rows. No method that is on could be fitted; see below why."


def test_no_method_with_spreads():
    data = groups_of([3, 4, 5])
    assert said(data, built_in("ols", "grand_mean")) == (
        "3 schools, 12 rows. Switch on a BLUP to see how much of the variance lies between them."
    )
    assert said(data, built_in("ols", "james_stein")) == (
        "3 schools, 12 rows. No method that is on could tell how much schools differ; see below why."
    )


def test_balanced():
    data = GroupData.from_arrays([1.0, 3.0, 5.0, 7.0, 9.0, 12.0], list("aabbcc"))
    within = (2 + 2 + 4.5) / 3
    between = 2 * np.var([2, 6, 10.5], ddof=1)
    icc, weight = (between - within) / (between + within), 1 - within / between
    assert said(data) == (
        f"{100 * icc:.0f}% (0 to over 99%) of the variance lies between schools. "
        f"With 2 rows each, a school keeps {100 * weight:.0f}% of its distance to the mean."
    )


def test_unbalanced():
    data = groups_of([1, 8, 200], means=[0, 3, 6], spread=3.0)
    scene = scene_of(data, BUILT_IN.values())
    weight = dict(zip(scene.labels, scene.reference.weight, strict=True))
    text = said(data)
    assert f"With 1 row, g0 keeps {percent(weight['g0'])} of its distance to the mean; " in text
    assert text.endswith(f"with 200, a school keeps {percent(weight['g2'])}.")


def test_a_share_that_all_keep_is_said_once():
    text = said(groups_of([400, 900, 2000], means=[0, 300, 600], spread=1.0))
    assert text.endswith("With 400 to 2,000 rows, every school keeps over 99% of its distance to the mean.")


def test_the_smallest_is_named_only_where_there_is_one_with_a_short_name():
    tied = groups_of([2, 2, 9], means=[0, 5, 9])
    assert "With 2 rows, a school keeps" in said(tied)
    assert "With 2 rows, an airport keeps" in said(tied, group="airport")
    long = groups_of([2, 3, 9], means=[0, 5, 9], labels=["x" * 41, "b", "c"])
    assert "With 2 rows, a school keeps" in said(long)


def test_a_share_near_none_or_all_is_not_rounded_away():
    rng = np.random.default_rng(3)
    noise = rng.standard_normal(40)
    noise -= np.repeat(noise.reshape(20, 2).mean(axis=1), 2)
    far = GroupData.from_arrays(np.repeat(np.arange(20) * 1e12, 2) + noise, np.repeat(np.arange(20), 2))
    assert said(far) == (
        "Over 99% (over 99%) of the variance lies between schools. "
        "With 2 rows each, a school keeps over 99% of its distance to the mean."
    )
    rng = np.random.default_rng(0)
    near = GroupData.from_arrays(
        rng.standard_normal(400_000) + np.repeat([0.0, 0.02, 0.04, 0.06], 100_000),
        np.repeat(list("abcd"), 100_000),
    )
    assert said(near).startswith("0.1% (under 0.1% to 0.9%) of the variance lies between schools.")


def test_a_stranger_with_spreads_but_no_icc_and_no_weights_can_lead():
    class Spreads(Estimator):
        id, label, summary = "spreads", "Spreads", "Two spreads."

        def _fit(self, data, options):
            return GroupFit(data.mean, parameters={"sigma_group": 3.0, "sigma_error": 4.0})

    assert said(groups_of([3, 4]), [Spreads()]).startswith("36% (")


@given(group_data(), st.lists(st.sampled_from(everyone()), unique_by=lambda e: e.id), st.text(max_size=20))
def test_any_data_give_a_headline_and_cards(data, estimators, group):
    scene = scene_of(data, estimators, group=group)
    given = headline(scene)
    assert given.answer.endswith(".")
    assert given.answer[0].isupper() or given.answer[0].isdigit()
    odd = {"nan", "inf", "None", "nan%", "0%", "100%"} - set(" ".join(scene.labels).split())
    assert not odd & set(f"{given.answer} {given.detail}".split())
    found = cards(scene)
    assert found
    for card in found:
        assert card.title
        assert card.value
        assert "nan" not in card.value + card.extra


# Cards


def test_cards_show_the_headlines_method():
    scene = scene_of(groups_of([5, 6, 7, 8], means=[10, 12, 14, 16]), BUILT_IN.values())
    found = scene.reference.result.fit.parameters
    by_title = {card.title: card for card in cards(scene)}
    shown = float(by_title["Population mean μ"].value)
    assert abs(shown - found["mu"].value) < found["mu_std_error"].value / 5
    assert by_title["Population mean μ"].extra == f"± {number(found['mu_std_error'].value, digits=2)}"
    assert by_title["Between groups σg"].value == number(found["sigma_group"].value)
    assert by_title["Within groups σe"].value == number(found["sigma_error"].value)
    assert by_title["Within groups σe"].help == found["sigma_error"].help


def test_cards_without_a_method_show_dashes():
    values = {card.value for card in cards(scene_of(groups_of([5, 6]), built_in("ols")))}
    assert values <= {DASH}


# Rows


@pytest.mark.parametrize(
    ("total", "dropped", "text"),
    [
        (2, DroppedRows(), "All 2 rows used"),
        (1, DroppedRows(), "1 row used"),
        (1234, DroppedRows(), "All 1,234 rows used"),
        (1, DroppedRows(missing_outcome=2), "1 row used, 2 left out"),
        (5, DroppedRows(1, 2, 3, 4000), "5 rows used, 4,006 left out"),
    ],
)
def test_rows_are_counted_in_words(total, dropped, text):
    data = groups_of([1])
    data = replace(data, n=np.array([total]), rows_read=total + dropped.total, dropped=dropped)
    assert rows_used(data) == text


@pytest.mark.parametrize(
    ("noun", "word"),
    [
        ("school", "a"),
        ("airport", "an"),
        ("university", "a"),
        ("hour", "an"),
        ("unit", "a"),
        ("island", "an"),
    ],
)
def test_article(noun, word):
    assert article(noun) == word


@pytest.mark.parametrize(("bad", "said"), [(0, False), (1, False), (3, True)])
def test_many_rows_left_out_are_said_aloud(bad, said):
    outcome = ["1.5", "2.5", "4.0", "3.0"] * 10 + ["absent"] * bad
    data = GroupData.from_arrays(outcome, ["a", "b"] * 20 + ["a"] * bad)
    assert bool(dropped_warning(data)) == said
    if said:
        assert "40 of 43 rows" in dropped_warning(data)


def test_each_interval_says_what_it_rests_on():
    scene = scene_of(groups_of([3, 4, 5, 6]), built_in("ols", "reml", "ml", "james_stein", "grand_mean"))
    kinds = [interval_kind(series) for series in scene.series]
    assert kinds == ["t, 14 df", "t, 14 df", "t, 14 df", "none", "t, 17 df"]


# Outcomes of 0 and 1


def test_means_of_zeros_and_ones_are_shown_as_shares():
    rng = np.random.default_rng(5)
    labels = np.repeat(np.arange(6), 40)
    died = (rng.random(240) < np.repeat([0.05, 0.1, 0.2, 0.3, 0.4, 0.5], 40)).astype(float)
    scene = scene_of(GroupData.from_arrays(died, labels), BUILT_IN.values())
    assert scene.is_share
    mu = scene.reference.result.fit.parameters["mu"].value
    (card, *_) = cards(scene)
    assert card.value == f"{100 * mu:.1f}%"
    assert value_format(scene).endswith("%")
    assert outcome_axis(scene)["tickformat"] == ".0%"


@pytest.mark.parametrize("scale", [10, 1_000, 100_000])
def test_rare_shares_are_told_apart_on_axes(scale):
    """Nine ticks of ``0.00%`` stood beside shares of 3 to 30 in 100,000."""
    events, trials = [3, 9, 0, 30, 4, 12], np.full(6, 10 * scale)
    scene = scene_of(GroupData.from_counts(list("abcdef"), events, trials), BUILT_IN.values())
    ticks = [
        f"{share:{outcome_axis(scene)['tickformat']}}" for share in (0.1 / scale, 0.2 / scale, 0.3 / scale)
    ]
    assert len(set(ticks)) == 3
    assert float(ticks[2].removesuffix("%")) == pytest.approx(30.0 / scale)


def test_a_small_standard_error_is_written_with_the_minus_of_other_numbers():
    data = GroupData.from_rates(list("abc"), [3, 9, 30], [1e8, 1.2e8, 9e7])
    assert "e\N{MINUS SIGN}08" in headline(scene_of(data, BUILT_IN.values())).detail
    assert "-" not in headline(scene_of(data, BUILT_IN.values())).detail


@pytest.mark.parametrize("outcome", [[0.0, 0.5, 1.0, 0.5], [0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 2.0, 1.0]])
def test_other_numbers_are_no_shares(outcome):
    assert not scene_of(GroupData.from_arrays(outcome, list("aabb")), BUILT_IN.values()).is_share
