"""Means with SD and n are the rows that they came from, events out of trials are rows of 0 and 1."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimators import DataError, GroupData, compare
from tests.oracles import BUILT_IN, read_columns, read_data, read_json, set_names

NAN = float("nan")
METHODS = list(BUILT_IN.values())
COLUMNS = ("estimate", "std_error", "conf_low", "conf_high", "weight", "rank")


def summaries_of(data, measure):
    """What would be published of groups of rows: their means, n, and one measure of spread."""
    rows = data.require_rows()
    groups = [rows.outcome[rows.group == j] for j in range(len(data))]
    sd = np.array([NAN if len(y) == 1 else np.std(y, ddof=1) for y in groups])
    spread = {"sd": sd, "variance": sd**2, "std_error": sd / np.sqrt(data.n)}[measure]
    return GroupData.from_means(data.labels, [y.mean() for y in groups], data.n, **{measure: spread})


def assert_same_answers(data, other, scale, tolerance=1e-12):
    """Every method says the same of both, relative to the scale of the data."""
    ours, theirs = compare(data, METHODS), compare(other, METHODS)
    assert ours.to_dict()["data"]["used"] == theirs.to_dict()["data"]["used"]
    for one, two in zip(ours.results, theirs.results, strict=True):
        assert one.message == two.message
        if one.fit is None:
            continue
        for name in ("estimate", "std_error", "weight"):
            a, b = getattr(one.fit, name), getattr(two.fit, name)
            assert (a is None) == (b is None)
            if a is not None:
                unit = 1.0 if name == "weight" else scale
                np.testing.assert_allclose(b / unit, a / unit, rtol=tolerance, atol=tolerance)
        for name, parameter in one.fit.parameters.items():
            a, b = parameter.value, two.fit.parameters[name].value
            assert (a is None) == (b is None)
            if a is not None:
                unit = scale if name.startswith(("mu", "sigma")) else max(1.0, abs(a))
                assert b / unit == pytest.approx(a / unit, rel=tolerance, abs=tolerance)
        np.testing.assert_array_equal(one.rank, two.rank)
        assert [note.code for note in one.fit.notes] == [note.code for note in two.fit.notes]


@pytest.mark.slow_cases
@pytest.mark.parametrize("measure", ["sd", "variance", "std_error"])
@pytest.mark.parametrize("name", set_names())
def test_means_with_sd_and_n_are_the_rows_that_they_came_from(name, measure):
    rows = read_data("sets", f"{name}.csv")
    spread = np.sqrt(rows.ss_within.sum() / max(rows.df_within, 1))
    scale = float(max(np.abs(rows.mean).max(), spread)) or 1.0
    assert_same_answers(rows, summaries_of(rows, measure), scale)


LABELS = st.lists(st.text("abcdefgh", min_size=1, max_size=3), min_size=1, max_size=8, unique=True)


@st.composite
def summaries(draw):
    """Labels, means, SDs and sizes."""
    labels = draw(LABELS)
    size = len(labels)
    some = {"min_size": size, "max_size": size}
    mean = draw(st.lists(st.floats(-1e3, 1e3).map(lambda x: round(x, 3)), **some))
    n = draw(st.lists(st.integers(1, 30), **some))
    sd = draw(st.lists(st.one_of(st.just(0.0), st.floats(0.01, 1e3)), **some))
    return labels, mean, [s if m > 1 else NAN for s, m in zip(sd, n, strict=True)], n


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(summaries())
def test_any_rows_of_these_means_sd_and_n_give_the_same(given):
    labels, mean, sd, n = given
    rows, of = [], []
    for label, m, s, size in zip(labels, mean, sd, n, strict=True):
        steps = np.arange(size) - (size - 1) / 2
        rows += [m] if size == 1 else (m + s * steps / steps.std(ddof=1)).tolist()
        of += [label] * size
    one, two = GroupData.from_arrays(rows, of), GroupData.from_means(labels, mean, n, sd=sd)
    scale = max(np.abs(mean).max(), np.nanmax([0.0, *sd])) or 1.0
    assert two.kind == "means"
    assert two.labels.tolist() == one.labels.tolist()
    np.testing.assert_array_equal(two.n, one.n)
    np.testing.assert_array_equal(two.constant, one.constant)
    np.testing.assert_allclose(two.mean / scale, one.mean / scale, rtol=0, atol=1e-14)
    np.testing.assert_allclose(two.ss_within / scale**2, one.ss_within / scale**2, rtol=1e-12, atol=1e-13)


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(LABELS, st.data())
def test_events_out_of_trials_are_the_rows_of_0_and_1(labels, data):
    trials = [data.draw(st.integers(1, 40)) for _ in labels]
    events = [data.draw(st.integers(0, size)) for size in trials]
    rows = [float(i < y) for y, size in zip(events, trials, strict=True) for i in range(size)]
    one = GroupData.from_arrays(rows, np.repeat(labels, trials))
    two = GroupData.from_counts(labels, events, trials)
    assert (two.kind, two.counts.of_trials, two.origin) == ("counts", True, one.origin)
    assert two.counts.events.tolist() == [y for _, y in sorted(zip(labels, events, strict=True))]
    np.testing.assert_array_equal(two.n, one.n)
    np.testing.assert_array_equal(two.constant, one.constant)
    np.testing.assert_allclose(two.centered_mean, one.centered_mean, rtol=0, atol=1e-15)
    np.testing.assert_allclose(two.ss_within, one.ss_within, rtol=1e-13, atol=1e-14)
    assert_same_answers(one, two, 1.0)
    ours, theirs = two.require_rows(), one.require_rows()
    for j in range(len(labels)):
        assert ours.outcome[ours.group == j].sum() == theirs.outcome[theirs.group == j].sum()


def test_the_variance_of_a_rate_is_the_pooled_rate_over_its_exposure():
    data = GroupData.from_rates("cab", [0, 6, 3], [2.0, 10, 3])
    assert data.labels.tolist() == ["a", "b", "c"]
    assert (data.kind, data.counts.of_trials, data.counts.pooled) == ("rates", False, 0.6)
    np.testing.assert_allclose(data.mean, [0.6, 1, 0])
    np.testing.assert_allclose(data.known_variance, [0.06, 0.2, 0.3])
    assert data.counts.events.tolist() == [6, 3, 0]
    assert data.counts.exposure.tolist() == [10, 3, 2]


def test_variances_stand_for_squares_of_standard_errors():
    one = GroupData.from_estimates("ba", [1, 2], [3, 0.5])
    two = GroupData.from_estimates("ba", [1, 2], variance=[9, 0.25])
    assert one.kind == two.kind == "estimates"
    np.testing.assert_array_equal(one.known_variance, two.known_variance)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (
            lambda: GroupData.from_counts("ab", [1, 5], [3, 4]),
            'group "b" has more events than trials: 5 of 4',
        ),
        (
            lambda: GroupData.from_counts("ab", [1, 2], [3, 0]),
            'trials must be whole and at least 1: group "b"',
        ),
        (lambda: GroupData.from_counts("ab", [1.5, 2], [3, 3]), 'whole and at least 0: group "a" has 1.5'),
        (lambda: GroupData.from_counts("ab", [-1, 2], [3, 3]), 'whole and at least 0: group "a" has -1'),
        (lambda: GroupData.from_counts("ab", [NAN, 2], [3, 3]), 'whole and at least 0: group "a" has nan'),
        (lambda: GroupData.from_counts("aa", [1, 2], [3, 3]), 'a label appears twice ("a")'),
        (
            lambda: GroupData.from_counts("ab", [1], [3, 3]),
            "2 labels, 1 numbers of events and 2 numbers of tr",
        ),
        (lambda: GroupData.from_rates("ab", [1, 2], [3, 0]), 'above 0: group "b" has 0'),
        (lambda: GroupData.from_rates("ab", [0, 0], [3, 1]), "no event in any group"),
        (lambda: GroupData.from_rates("ab", [1, 2.5], [3, 1]), 'whole and at least 0: group "b" has 2.5'),
        (lambda: GroupData.from_means("ab", [1, 2], [3, 2], sd=[1, -1]), 'not below 0: group "b" has -1'),
        (lambda: GroupData.from_means("ab", [1, 2], [3, 2], sd=[1, NAN]), 'not below 0: group "b" has nan'),
        (lambda: GroupData.from_means("ab", [1, NAN], [3, 2], sd=[1, 1]), 'finite: group "b" has nan'),
        (lambda: GroupData.from_means("ab", [1, 2], [3, 2.5], sd=[1, 1]), 'at least 1: group "b" has 2.5'),
        (lambda: GroupData.from_means("ab", [1, 2], [3, 1], sd=[1, 1]), "a single row has no spread"),
        (lambda: GroupData.from_means("ab", [1, 2], [3, 2]), "give each mean one of these"),
        (lambda: GroupData.from_means("ab", [1, 2], [3, 2], sd=[1, 1], variance=[1, 1]), "one of these"),
        (lambda: GroupData.from_estimates("ab", [1, 2]), "give each estimate one of these"),
        (lambda: GroupData.from_estimates("ab", [1, 2], variance=[1, 0]), 'above 0: group "b" has 0'),
        (
            lambda: GroupData.from_estimates("ab", [1, 2], [1, -2]),
            'group "b" has 2 with a standard error of -2',
        ),
        (
            lambda: GroupData.from_estimates("a", np.array(["2020-01-01"], "M8[D]"), [1]),
            "are given as datetime",
        ),
        (lambda: GroupData.from_estimates("a", [1j], [1]), "are given as complex128 values: give numbers"),
        (lambda: GroupData.from_estimates("a", [2**53 + 1], [1]), "rounded from 9,007,199,254,740,992 on"),
        (lambda: GroupData.from_estimates("a", [2**64 + 1], [1]), "rounded from 9,007,199,254,740,992 on"),
        (lambda: GroupData.from_estimates("a", [1], ["wide"]), "standard errors hold what is no number"),
        (lambda: GroupData.from_rates("a", [1], [1e-310]), 'group "a" has inf'),
    ],
)
def test_what_cannot_be_is_refused_with_the_group_that_has_it(made, words):
    with pytest.raises(DataError) as refused:
        made()
    assert words in str(refused.value)


@pytest.mark.parametrize("name", ["baseball1970", "baseball1970_uneven", "binomial_made", "pumps"])
def test_published_counts_have_the_pooled_share_or_rate_that_others_give(name):
    columns, expected = (
        read_columns("inference", "data", f"{name}.csv"),
        read_json("inference", "H_counts", f"{name}.json"),
    )
    events = np.array(columns["y"], dtype=float)
    if "n" in columns:
        data = GroupData.from_counts(columns["group"], events, np.array(columns["n"], dtype=float))
        assert data.origin + data.centered_grand_mean == pytest.approx(expected["pooled"], rel=1e-14)
        assert data.counts.pooled == pytest.approx(expected["pooled"], rel=1e-14)
    else:
        exposure = np.array(columns["exposure"], dtype=float)
        data = GroupData.from_rates(columns["group"], events, exposure)
        assert data.counts.pooled == pytest.approx(expected["pooled_rate"], rel=1e-14)
    assert data.labels.tolist() == sorted(columns["group"])


def test_published_estimates_agree_with_metafor():
    """BLUPs of the trials of BCG at tau^2 by REML, from standard errors and from variances."""
    columns, expected = (
        read_columns("inference", "data", "bcg.csv"),
        read_json("inference", "E_meta", "bcg.json"),
    )
    y, se = (np.array(columns[name], dtype=float) for name in ("y", "se"))
    order = [columns["group"].index(label) for label in sorted(columns["group"])]
    for spread in ({"std_error": se}, {"variance": se**2}):
        fit = BUILT_IN["reml"].fit(GroupData.from_estimates(columns["group"], y, **spread))
        assert fit.parameters["sigma_group"].value == pytest.approx(expected["REML"]["tau"], rel=1e-7)
        np.testing.assert_allclose(fit.estimate, np.array(expected["REML"]["blup"])[order], rtol=1e-7)


@pytest.mark.parametrize("offset", [0.0, 1e9])
def test_published_numbers_keep_their_last_digit_where_they_lie_far_apart(offset):
    estimate = offset + np.array([0.1, 0.5, 0.9, 0.2, -0.3, 0.7, 1.3])
    data = GroupData.from_estimates("abcdefg", estimate, [0.3, 0.2, 0.1, 0.25, 0.3, 0.2, 0.5])
    np.testing.assert_allclose(data.mean, estimate, rtol=1e-15 if offset else 0.0)
    np.testing.assert_allclose(data.centered_mean + data.origin, estimate, rtol=1e-15)
    assert np.ptp(data.centered_mean) == pytest.approx(np.ptp(estimate), rel=1e-15)
