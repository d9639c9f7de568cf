"""What is said of a spread of 0 is true by a test of equal means, and equal means rank equal."""

from __future__ import annotations

import re

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from estimators import GroupData, compare, exact_intervals, homogeneity
from estimators.contract.comparison import mean_rank
from tests.oracles import BUILT_IN, parameter

SENTENCES = {
    "no_further": "lie no further apart than chance would put them",
    "within_chance": "further apart than chance puts them on average, but well within chance",
    "beyond_chance": "sees a difference between groups",
}
ORDERS = np.array(
    [[4, 5, 1, 3, 6, 7, 2], [3, 6, 2, 5, 4, 7, 1], [1, 6, 2, 4, 5, 3, 7], [7, 6, 5, 4, 3, 2, 1]]
)


def case(ratio, p):
    """Which of the three holds."""
    return "no_further" if ratio <= 1 else "beyond_chance" if p < 0.05 else "within_chance"


def sentence(name, data):
    """The note of a spread of 0; None where the spread is above 0."""
    fit = BUILT_IN[name].fit(data)
    [*texts] = (note.text for note in fit.notes if note.code == "sigma_group_zero")
    assert bool(texts) == (parameter(fit, "sigma_group") == 0)
    return texts[0] if texts else None


def exact_interval_in(text):
    """The ends of the exact interval of the ICC that a note gives; None where it says that it is empty."""
    if "is empty" in text:
        return None
    [ends] = re.findall(r"\(ICC\) is (\d*\.?\d*) to (\d*\.?\d*)\.$", text)
    return [float(end) for end in ends]


def exact_icc(data):
    icc = exact_intervals(data)["icc"]
    if icc.empty:
        return None
    return [0.0 if end == 0 else round(min(max(end, 0.001), 0.999), 3) for end in (icc.low, icc.high)]


@pytest.mark.slow
@given(
    st.lists(st.integers(1, 5) | st.sampled_from([60, 150]), min_size=2, max_size=6).filter(
        lambda n: max(n) > 1
    ),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.0, 0.3, 0.6]),
)
@settings(max_examples=120)
def test_the_sentence_is_that_of_the_f_test(sizes, seed, between):
    rng = np.random.default_rng(seed)
    rows = [between * rng.standard_normal() + rng.standard_normal(n) for n in sizes]
    data = GroupData.from_arrays(np.concatenate(rows), np.repeat(np.arange(len(sizes)), sizes))
    f, p = stats.f_oneway(*rows)
    test = homogeneity(data)
    assert (test.statistic, test.p) == (pytest.approx(f, rel=1e-9), pytest.approx(p, rel=1e-8, abs=1e-300))
    for name in ("reml", "ml"):
        text = sentence(name, data)
        if text is not None:
            assert {key for key, words in SENTENCES.items() if words in text} == {case(f, p)}
            assert str(test) in text
            assert exact_interval_in(text) == exact_icc(data)


@pytest.mark.slow
def test_the_sentence_is_true_in_2000_designs():
    """Sizes from 1 to 80, hardly any spread between groups: what is said is held against scipy's F."""
    rng, said = np.random.default_rng(12), dict.fromkeys(SENTENCES, 0)
    for _ in range(2000):
        sizes = np.ceil(80.0 ** rng.random(rng.integers(2, 12))).astype(int)
        sizes[0] += 1
        between = rng.choice([0.0, 0.2, 0.5]) * rng.standard_normal(len(sizes))
        rows = [mean + rng.standard_normal(n) for mean, n in zip(between, sizes, strict=True)]
        data = GroupData.from_arrays(np.concatenate(rows), np.repeat(np.arange(len(sizes)), sizes))
        statistic, p = stats.f_oneway(*rows)
        for name in ("reml", "ml"):
            text = sentence(name, data)
            if text is not None:
                assert {key for key, words in SENTENCES.items() if words in text} == {case(statistic, p)}
                assert exact_interval_in(text) == exact_icc(data)
                said[case(statistic, p)] += 1
    assert min(said.values()) > 0, said


@pytest.mark.slow
@given(st.integers(2, 8), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.5, 1.0]))
@settings(max_examples=60)
def test_the_sentence_of_published_means_is_that_of_cochrans_q(groups, seed, between):
    rng = np.random.default_rng(seed)
    error = 10 ** rng.uniform(-1, 0.5, groups)
    y = between * rng.standard_normal(groups) + error * rng.standard_normal(groups)
    middle = np.average(y, weights=error**-2.0)
    q = float(np.sum(((y - middle) / error) ** 2))
    p = stats.chi2.sf(q, groups - 1)
    data = GroupData.from_estimates(range(groups), y, error)
    test = homogeneity(data)
    assert (test.statistic, test.p) == (pytest.approx(q, rel=1e-9), pytest.approx(p, rel=1e-8))
    for name in ("reml", "ml"):
        text = sentence(name, data)
        if text is not None:
            assert {key for key, words in SENTENCES.items() if words in text} == {case(q / (groups - 1), p)}
            assert "F test" not in text


@pytest.mark.parametrize("kind", SENTENCES)
def test_every_sentence_is_met(kind):
    """ML puts the spread at 0 in all three cases."""
    high = {"no_further": 0.5, "within_chance": 2.4, "beyond_chance": 3.2}[kind]
    rows = [*np.tile([-1.0, 1.0], 50), high, 0.5, -0.5, 0.5]
    data = GroupData.from_arrays(rows, np.repeat(list("abcd"), [100, 1, 1, 2]))
    assert homogeneity(data).case == kind
    assert SENTENCES[kind] in sentence("ml", data)


def test_a_figure_is_rounded_to_its_own_side_of_what_it_is_held_against():
    rows = [-0.7, -0.2, 1.7, 0.7, -1.6, 0.0, -0.6, 0.1, -1.6, 0.2, 0.2, 1.6]
    assert (
        str(homogeneity(GroupData.from_arrays(rows, np.repeat(list("abcd"), 3))))
        == "F(3, 8) = 1.0003, p = .44"
    )


def test_no_test_where_there_is_none():
    for y, g in (([1.0, 2.0], "aa"), ([1.0, 2.0], "ab"), ([1.0, 1.0, 2.0, 2.0], "aabb")):
        assert homogeneity(GroupData.from_arrays(y, list(g))) is None


# Ranks


@pytest.mark.slow_cases
@pytest.mark.parametrize("offset", [0.0, 0.7, -3e5])
def test_equal_means_rank_equal_whatever_the_order_of_the_rows(offset):
    """Seven scores a judge, the same in another order: in doubles their sums are not the same."""
    y, g = (offset + ORDERS / 10).ravel(), np.repeat([f"judge{i}" for i in range(4)], 7)
    table = pl.DataFrame({"y": y, "g": g})
    ways = [GroupData.from_arrays(y, g), GroupData.from_chunks([(y[:9], g[:9]), (y[9:], g[9:])])]
    frames = (table, table.lazy(), duckdb.connect().from_arrow(table.to_arrow()))
    ways.extend(GroupData.from_frame(frame, outcome="y", group="g") for frame in frames)
    for data in ways:
        for result in compare(data, list(BUILT_IN.values())).results:
            assert result.rank.tolist() == [2.5] * 4, result.id


@pytest.mark.slow
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 3.0, 1e6]), st.integers(0, 3))
@settings(max_examples=25)
def test_means_of_the_same_rows_are_within_the_bound_and_others_are_not(seed, offset, decimals):
    rng = np.random.default_rng(seed)
    n = int(10 ** rng.uniform(0.5, 3.5))
    y = np.round(offset + 100 * rng.standard_normal(n), decimals)
    orders = [y[rng.permutation(n)], np.sort(y), np.sort(y)[::-1]]
    table = pl.DataFrame({"y": np.concatenate(orders), "g": np.repeat(list("abc"), n)})
    lazy = duckdb.connect().from_arrow(table.to_arrow())
    for frame in (table, lazy):
        data = GroupData.from_frame(frame, outcome="y", group="g")
        assert mean_rank(data.mean, data.rounding).tolist() == [2.0] * 3
        apart = data.mean + np.array([0.0, 1e-6, 2e-6]) * 100
        assert mean_rank(apart, data.rounding).tolist() == [3.0, 2.0, 1.0]
