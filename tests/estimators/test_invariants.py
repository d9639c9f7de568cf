"""What must hold whatever the data: equivariance, order, agreement of the ways in, and the global minimum."""

from __future__ import annotations

import itertools
import re

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from estimators import DataError, GroupData
from estimators.methods.profile import Profile
from tests.exact import criterion_on_grid, exact_solution
from tests.oracles import BUILT_IN, parameter

METHODS = tuple(BUILT_IN)
BLUPS = ("reml", "ml")
GRID = np.concatenate([[0.0], np.geomspace(1e-9, 1e9, 4_001)])
"""Ratios of the variances that lie a hundredth apart, and 0."""


@st.composite
def designs(draw, min_groups=4):
    """Outcomes and labels of an unbalanced design; dyadic, so that shifts and powers of two round nothing."""
    sizes = draw(st.lists(st.integers(1, 9), min_size=min_groups, max_size=9).filter(lambda s: max(s) > 1))
    if draw(st.booleans()):
        sizes[0] = draw(st.sampled_from([50, 400, 2000]))
    seed, between = draw(st.integers(0, 2**32 - 1)), draw(st.sampled_from([0.0, 0.05, 0.5, 2.0, 50.0]))
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(sizes)), sizes)
    y = between * rng.standard_normal(len(sizes))[group] + rng.standard_normal(len(group))
    y = np.round(y * 1024) / 1024
    labels = np.array([f"g{i:02}" for i in group], dtype=object)
    order = rng.permutation(len(y))
    return y[order], labels[order]


def fits(y, labels):
    """Every estimator's fit, by id."""
    data = GroupData.from_arrays(y, labels)
    return {name: BUILT_IN[name].fit(data) for name in METHODS}


def assert_close(got, want, scale):
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-10 * scale)


@pytest.mark.slow
@given(designs(), st.integers(-(2**40), 2**40))
def test_shifting_the_outcome_shifts_the_estimates_and_nothing_else(design, shift):
    y, labels = design
    shifted_fits = fits(y + shift, labels)
    for name, fit in fits(y, labels).items():
        shifted = shifted_fits[name]
        np.testing.assert_allclose(
            shifted.estimate, fit.estimate + shift, rtol=0, atol=2 * np.spacing(abs(shift) + 100.0)
        )
        for part in ("std_error", "weight"):
            np.testing.assert_equal(getattr(shifted, part), getattr(fit, part))
        for key in ("sigma_group", "sigma_error", "icc", "criterion", "mu_std_error"):
            if key in fit.parameters:
                assert parameter(shifted, key) == parameter(fit, key)


@pytest.mark.slow
@given(designs(), st.integers(-440, 440))
@example((np.array([1.0, 2.0, 4.0, 7.0, 5.0, 3.0]), np.array(list("aabbcd"), dtype=object)), 440)
@example((np.array([1.0, 2.0, 4.0, 7.0, 5.0, 3.0]), np.array(list("aabbcd"), dtype=object)), -440)
def test_scaling_by_a_power_of_two_scales_to_the_last_bit(design, exponent):
    y, labels = design
    factor = 2.0**exponent
    scaled_fits = fits(y * factor, labels)
    for name, fit in fits(y, labels).items():
        scaled = scaled_fits[name]
        np.testing.assert_array_equal(scaled.estimate, fit.estimate * factor)
        np.testing.assert_equal(scaled.weight, fit.weight)
        if fit.std_error is not None:
            np.testing.assert_array_equal(scaled.std_error, fit.std_error * factor)
        for key in ("mu", "sigma_group", "sigma_error"):
            if key in fit.parameters:
                assert parameter(scaled, key) == parameter(fit, key) * factor


@pytest.mark.slow
@given(designs(), st.floats(1e-3, 1e3), st.sampled_from([-1.0, 1.0]))
def test_scaling_by_anything_scales(design, factor, sign):
    y, labels = design
    scaled_fits = fits(sign * factor * y, labels)
    for name, fit in fits(y, labels).items():
        scale = factor * max(1.0, np.abs(y).max())
        assert_close(scaled_fits[name].estimate, sign * factor * fit.estimate, scale)


@pytest.mark.slow
@given(designs(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(design, random):
    y, labels = design
    order = list(range(len(y)))
    random.shuffle(order)
    again = fits(y[order], labels[order])
    for name, fit in fits(y, labels).items():
        assert_close(again[name].estimate, fit.estimate, np.ptp(y))
        np.testing.assert_array_equal(again[name].weight is None, fit.weight is None)


@pytest.mark.slow
@given(designs(), st.randoms(use_true_random=False))
def test_renaming_the_groups_permutes_the_estimates(design, random):
    y, labels = design
    names = sorted(set(labels))
    renamed = names.copy()
    random.shuffle(renamed)
    rename = dict(zip(names, renamed, strict=True))
    again = GroupData.from_arrays(y, [rename[label] for label in labels])
    where = [list(again.labels).index(rename[label]) for label in names]
    for name, fit in fits(y, labels).items():
        other = BUILT_IN[name].fit(again)
        assert_close(other.estimate[where], fit.estimate, np.ptp(y))
        if fit.weight is not None:
            np.testing.assert_allclose(other.weight[where], fit.weight, rtol=1e-9, atol=1e-9)


@given(designs())
def test_estimates_lie_between_raw_mean_and_center(design):
    y, labels = design
    data = GroupData.from_arrays(y, labels)
    for name in (*BLUPS, "james_stein"):
        fit = BUILT_IN[name].fit(data)
        slack = 4 * np.spacing(np.abs(y).max())
        low, high = np.minimum(data.mean, fit.center), np.maximum(data.mean, fit.center)
        assert (low - slack <= fit.estimate).all()
        assert (fit.estimate <= high + slack).all()
        assert ((fit.weight >= 0) & (fit.weight <= 1)).all()


@given(st.integers(2, 12), st.integers(2, 9), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.3, 3.0]))
def test_ml_sigma_group_is_not_above_remls_in_balanced_data(groups, size, seed, between):
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), size)
    data = GroupData.from_arrays(
        between * rng.standard_normal(groups)[group] + rng.standard_normal(len(group)), group
    )
    reml, ml = (BUILT_IN[name].fit(data) for name in BLUPS)
    assert parameter(ml, "sigma_group") <= parameter(reml, "sigma_group")


@given(
    st.integers(2, 12), st.integers(2, 9), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.3, 3.0, 1e6])
)
def test_balanced_data_have_a_closed_form(groups, size, seed, between):
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), size)
    data = GroupData.from_arrays(
        between * rng.standard_normal(groups)[group] + rng.standard_normal(len(group)), group
    )
    within = data.ss_within.sum() / data.df_within
    for name, divisor in (("reml", groups - 1), ("ml", groups)):
        fit = BUILT_IN[name].fit(data)
        expected = max(0.0, (data.ss_between / divisor - within) / size)
        assert parameter(fit, "sigma_group") ** 2 == pytest.approx(expected, rel=1e-9, abs=1e-12 * within)
        assert parameter(fit, "mu") == pytest.approx(
            data.mean.mean(), rel=1e-12, abs=1e-14 * np.ptp(data.mean)
        )


@pytest.mark.slow
@given(designs(min_groups=2))
@settings(max_examples=150)
def test_the_fit_is_the_global_minimum_of_the_profile(design):
    y, labels = design
    data = GroupData.from_arrays(y, labels)
    if data.constant.all():
        return
    for name in BLUPS:
        fit = BUILT_IN[name].fit(data)
        on_grid = criterion_on_grid(GRID, data.n, data.centered_mean, data.ss_within.sum(), name)
        assert parameter(fit, "criterion") <= on_grid.min() + 1e-11 * abs(on_grid.min()) + 1e-9
        ratio = (parameter(fit, "sigma_group") / parameter(fit, "sigma_error")) ** 2
        at_fit = criterion_on_grid([ratio], data.n, data.centered_mean, data.ss_within.sum(), name)
        assert at_fit[0] == pytest.approx(parameter(fit, "criterion"), rel=1e-11, abs=1e-9)


@pytest.mark.slow
@given(
    st.integers(100, 100_000), st.lists(st.integers(1, 3), min_size=2, max_size=10), st.integers(0, 2**32 - 1)
)
@settings(max_examples=150)
def test_the_global_minimum_is_found_with_one_huge_group_among_tiny_ones(huge, tiny, seed):
    rng = np.random.default_rng(seed)
    n = np.array([huge, *tiny])
    mean = rng.standard_normal(len(n)) * np.sqrt(rng.choice([0.0, 0.3, 3.0]) + 1 / n)
    data = summaries(n, mean, float(huge))
    for name in BLUPS:
        fit = BUILT_IN[name].fit(data)
        on_grid = criterion_on_grid(GRID, n, mean, float(huge), name)
        assert parameter(fit, "criterion") <= on_grid.min() + 1e-11 * abs(on_grid.min())


def summaries(n, mean, ss_within):
    """GroupData from summaries alone, all spread within in the first group."""
    spread = np.zeros(len(n))
    spread[0] = ss_within
    return GroupData(
        labels=np.array([f"g{i:03}" for i in range(len(n))], dtype=object),
        n=np.array(n),
        origin=0.0,
        centered_mean=np.array(mean, dtype=float),
        ss_within=spread,
        constant=spread == 0,
        rows_read=int(np.sum(n)),
    )


AWKWARD = {
    "two groups": ([3, 4], [0.0, 2.5], 6.0),
    "two groups, one of one row": ([1, 2], [1.0, -3.0], 0.25),
    "nearly constant within": ([3, 5, 2, 4], [1.0, 2.0, -3.0, 0.5], 1e-14),
    "almost nothing within": ([3, 5, 2, 4], [1.0, 2.0, -3.0, 0.5], 1e-22),
    "barely differing": ([30, 50, 20, 40], [0.0, 0.20, -0.21, 0.3], 140.0),
    "sizes from 1 to a million": (
        [1, 10, 100, 1000, 10_000, 100_000, 1_000_000],
        [3, -2, 1, 0.5, -0.7, 0.4, -0.1],
        1.1e6,
    ),
    "a million and ones": ([1_000_000, 1, 1, 1, 1], [0.0, 3.0, -4.0, 2.0, -3.0], 1e6),
    "two minima": ([2000, 2, 1, 2, 1, 1, 1, 2], [0.0, 0.8, -0.3, 2.3, 1.7, -0.3, -3.2, 1.2], 1924.0),
    "equal sizes, equal means save one": ([6] * 6, [0, 0, 0, 0, 0, 5], 30.0),
}


@pytest.mark.slow_cases
@pytest.mark.parametrize("method", BLUPS)
@pytest.mark.parametrize("case", AWKWARD)
def test_awkward_designs_agree_with_50_digits(case, method):
    n, mean, ss_within = AWKWARD[case]
    exact = exact_solution(n, mean, ss_within, method)
    fit = BUILT_IN[method].fit(summaries(n, mean, ss_within), {"std_error": "prediction"})
    scale = float(max(exact["sigma_group"], exact["sigma_error"]))
    for key in ("mu", "sigma_group", "sigma_error"):
        assert abs(float(parameter(fit, key) - exact[key])) <= 1e-12 * scale
    assert parameter(fit, "sigma_error") == pytest.approx(float(exact["sigma_error"]), rel=1e-9)
    assert parameter(fit, "criterion") == pytest.approx(float(exact["criterion"]), rel=1e-12)
    if fit.joint is not None:
        assert fit.joint.std_dev == pytest.approx(fit.std_error, rel=1e-12)


@pytest.mark.slow
@given(st.integers(0, 2**32 - 1))
@settings(max_examples=6)
def test_random_designs_agree_with_50_digits(seed):
    rng = np.random.default_rng(seed)
    n = np.ceil(10 ** rng.uniform(0, 5, rng.integers(2, 7))).astype(int) + 1
    mean = rng.standard_normal(len(n)) * 10 ** rng.uniform(-1, 3)
    ss_within = float(n.sum() - len(n))
    for method in BLUPS:
        exact = exact_solution(n, mean, ss_within, method)
        fit = BUILT_IN[method].fit(summaries(n, mean, ss_within))
        scale = float(max(exact["sigma_group"], exact["sigma_error"]))
        for key in ("mu", "sigma_group", "sigma_error"):
            assert abs(float(parameter(fit, key) - exact[key])) <= 1e-10 * scale
        assert parameter(fit, "criterion") == pytest.approx(float(exact["criterion"]), rel=1e-12)


def assert_same_groups(got, want):
    scale = np.abs(want.mean).max() + np.sqrt(want.ss_within.sum())
    np.testing.assert_array_equal(got.labels, want.labels)
    np.testing.assert_array_equal(got.n, want.n)
    np.testing.assert_array_equal(got.constant, want.constant)
    np.testing.assert_allclose(got.mean, want.mean, rtol=0, atol=1e-13 * scale)
    np.testing.assert_allclose(got.ss_within, want.ss_within, rtol=1e-11, atol=1e-24 * scale**2)
    assert (got.rows_read, got.dropped) == (want.rows_read, want.dropped)


MISSING = (None, float("nan"), float("inf"), -float("inf"))
CELLS = st.one_of(st.floats(-1e6, 1e6), st.sampled_from(MISSING))
LABELS = st.sampled_from([None, "", "  ", "a", "A", "é", "01", "1", "NA", "=1+1", "<b>", "a,b", '"q"'])


@pytest.mark.slow
@given(st.lists(st.tuples(CELLS, LABELS), min_size=1, max_size=40), st.lists(st.integers(0, 40), max_size=4))
@settings(max_examples=40)
def test_frames_arrays_and_chunks_agree(rows, cuts):
    y, labels = [row[0] for row in rows], [row[1] for row in rows]
    ends = sorted({0, len(rows), *(c for c in cuts if c < len(rows))})
    chunks = [(y[a:b], labels[a:b]) for a, b in itertools.pairwise(ends)]
    table = pa.table({"y": pa.array(y, pa.float64()), "g": pa.array(labels, pa.string())})
    relation = duckdb.connect().from_arrow(table)
    frames = [table, pl.from_arrow(table), pl.from_arrow(table).lazy(), relation, table.to_pandas()]
    frames.append(pd.DataFrame({"y": pd.Series(y, dtype="object"), "g": pd.Series(labels, dtype="object")}))
    ways = [lambda: GroupData.from_chunks(chunks)]
    ways.extend(lambda frame=frame: GroupData.from_frame(frame, outcome="y", group="g") for frame in frames)
    try:
        want = GroupData.from_arrays(y, labels)
    except DataError as refused:
        sentence = str(refused).partition(";")[0]  # a lazy frame gives no examples
        assert sentence.startswith("none of the")
        for way in ways:
            with pytest.raises(DataError, match=re.escape(sentence)):
                way()
        return
    assert want.rows_read == len(rows) == want.total + want.dropped.total
    for way in ways:
        assert_same_groups(way(), want)


@given(designs(), st.integers(1, 7))
def test_chunks_far_from_zero_keep_every_digit(design, pieces):
    y, labels = design
    whole = GroupData.from_arrays(y, labels)
    far = GroupData.from_chunks(
        zip(np.array_split(y + 2.0**40, pieces), np.array_split(labels, pieces), strict=True)
    )
    np.testing.assert_allclose(far.ss_within, whole.ss_within, rtol=1e-12, atol=1e-18)
    assert far.ss_between == pytest.approx(whole.ss_between, rel=1e-12, abs=1e-18)


def test_a_root_search_ends_when_its_bracket_is_a_few_last_places_wide(monkeypatch):
    calls, score = [], Profile.score
    monkeypatch.setattr(Profile, "score", lambda self, *points: (calls.append(1), score(self, *points))[1])
    rng = np.random.default_rng(9)
    for _ in range(60):
        n = np.ceil(10 ** rng.uniform(0, 5, rng.integers(2, 30))).astype(int) + 1
        mean = rng.standard_normal(len(n)) * 10 ** rng.uniform(-3, 6)
        calls.clear()
        BUILT_IN["reml"].fit(summaries(n, mean, float(n.sum())))
        assert len(calls) < 60
