"""Intervals and tests of the spreads: 50-digit answers, and what must hold whatever the data."""

from __future__ import annotations

import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from estimators import (
    DataError,
    GroupData,
    OptionError,
    exact_intervals,
    generalized_interval,
    heterogeneity,
    profile_intervals,
    sigma_error_interval,
    spread_tests,
    thomas_hultquist_interval,
    williams_tukey_interval,
)
from tests.exact import criterion_on_grid
from tests.inference.oracles import answers, groups_of, names_of, relative
from tests.oracles import BUILT_IN

LEVELS = ("0.95", "0.8")


@pytest.mark.slow_cases
@pytest.mark.parametrize("method", ["ML", "REML"])
@pytest.mark.parametrize("name", names_of("B"))
def test_profile_intervals_cross_where_50_digits_do(name, method):
    data = groups_of(name)
    for level in LEVELS:
        got = profile_intervals(data, method.lower(), float(level))
        expected = answers("B", name)[method][f"profile_{level}"]
        assert set(got) == set(expected)
        for parameter, want in expected.items():
            interval = got[parameter]
            assert len(interval.ends) == len(want["ends"]), (parameter, level)
            assert relative(interval.ends, want["ends"]) < 1e-10
            assert interval.zero_inside == want.get("zero_inside", False)
            assert interval.low == (0 if interval.zero_inside else interval.ends[0])
            assert interval.high == interval.ends[-1]


@pytest.mark.parametrize("name", names_of("B"))
def test_exact_intervals(name):
    expected = {key: value for key, value in answers("B", name).items() if key.startswith("exact_")}
    assert expected
    for key, want in expected.items():
        got = exact_intervals(groups_of(name), float(key.removeprefix("exact_")))
        for parameter in ("ratio", "icc"):
            assert got[parameter].empty == want["wald_exact"]["empty"]
            ends = (got[parameter].low, got[parameter].high)
            assert relative(ends, want["wald_exact"][parameter]) < 1e-11


def test_a_profile_set_in_two_pieces_says_both():
    interval = profile_intervals(groups_of("zero_but_spread_a"), "reml", 0.8)["ratio"]
    assert [round(end, 4) for piece in interval.pieces for end in piece] == [0, 0.0198, 0.1506, 1.0467]
    assert interval.zero_inside
    assert len(interval.ends) == 3


def test_means_that_lie_too_close_together_leave_no_ratio():
    data = GroupData.from_arrays([1.0, 3, 1.001, 3.001, 1.002, 3.002, 1, 3], list("aabbccdd"))
    for interval in exact_intervals(data).values():
        assert interval.empty
        assert (interval.low, interval.high) == (None, None)
    assert profile_intervals(data, "reml")["ratio"].zero_inside


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_published_means_have_a_profile_of_their_spread(method):
    for name in ("bcg", "eight_schools", "raudenbush1985"):
        expected = answers("E", name)
        got = profile_intervals(groups_of(name), method.lower())["sigma_group"]
        want = np.sqrt(expected[f"tau2_profile_likelihood_95_{method}"])
        assert relative([got.low, got.high], want) < 1e-9
        exact = exact_intervals(groups_of(name))["sigma_group"]
        assert relative([exact.low, exact.high], np.sqrt(expected["tau2_Q_profile_95"])) < 1e-9


@pytest.mark.slow_cases
@pytest.mark.parametrize(("method", "key"), [("ml", "LRT"), ("reml", "RLRT")])
@pytest.mark.parametrize("name", names_of("C"))
def test_tests_of_no_spread(name, method, key):
    expected, got = answers("C", name), spread_tests(groups_of(name), method)
    assert relative([got.f.statistic, got.f.p], [expected["F"], expected["F_p"]]) < 1e-11
    assert [got.f.df, got.f.df_within] == expected["df"]
    want, ratio = expected[key], got.likelihood_ratio
    assert relative([ratio.statistic, ratio.p_half_chi2], [want["statistic"], want["p_half_chi2"]]) < 1e-11
    if "p_exact" in want:
        assert ratio.p == pytest.approx(want["p_exact"], rel=1e-11)
        assert ratio.seed is None
    else:
        assert abs(ratio.p - want["p_spectral"]) <= 5 * want["p_spectral_se"]


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("step", [2.0**-10, 2.0**-27, 2.0**-34, 2.0**-50])
def test_groups_that_hardly_vary_within_are_not_said_to_be_perhaps_alike(method, step):
    """With groups of one size the criterion at its lowest and at 0 is made of logs of mean squares."""
    groups = 6
    labels = np.repeat(np.arange(groups), 2)
    values = np.where(np.arange(2 * groups) % 2, step, -step)
    data = GroupData.from_arrays(labels / 8 + values, labels.astype(str))
    rows, within = 2 * groups, 2.0 * groups * step**2
    between = 2.0 * np.square(np.arange(groups) / 8 - (groups - 1) / 16).sum()
    off = 1 if method == "reml" else 0
    statistic = (
        (rows - off) * np.log((within + between) / (rows - off))
        - (rows - groups) * np.log(within / (rows - groups))
        - (groups - off) * np.log(between / (groups - off))
    )
    ratio = spread_tests(data, method).likelihood_ratio
    assert ratio.statistic == pytest.approx(statistic, rel=1e-12)
    assert ratio.p < 1e-6
    for interval in profile_intervals(data, method).values():
        assert not interval.zero_inside
        assert len(interval.ends) == 2
        assert np.isfinite(interval.ends).all()


@pytest.mark.parametrize(("method", "off"), [("reml", 1), ("ml", 0)])
def test_the_chance_of_a_large_likelihood_ratio_of_few_groups_is_not_nought(method, off):
    """Few rows make large ratios common: by the spectral form of Crainiceanu & Ruppert, drawn here anew."""
    sizes = np.array([1, 1, 2])
    values = np.array([0.0, 30.0, 59.75, 60.25])
    data = GroupData.from_arrays(values, np.repeat(["a", "b", "c"], sizes))
    got = spread_tests(data, method).likelihood_ratio
    eigen = np.linalg.eigvalsh(np.diag(sizes) - np.outer(sizes, sizes) / 4)[1:, None]
    rng, draws = np.random.default_rng(4), 40_000
    between, within = rng.chisquare(1, (2, draws)), rng.chisquare(1, draws)
    largest = np.zeros(draws)
    for ratio in np.geomspace(1e-3, 1e12, 300):
        own = 1 + ratio * eigen
        gain = np.log1p((ratio * eigen / own * between).sum(0) / ((between / own).sum(0) + within))
        determinants = np.log1p(ratio * (eigen if off else sizes)).sum()
        largest = np.maximum(largest, (4 - off) * gain - determinants)
    drawn = float((largest >= got.statistic).mean())
    assert drawn > 1e-3
    assert abs(got.p - drawn) < 5 * np.sqrt(drawn / draws)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_the_chance_of_the_likelihood_ratio_is_that_of_simulated_data(method):
    rng = np.random.default_rng(2)
    sizes = np.array([2, 3, 9, 30])
    group = np.repeat(np.arange(4), sizes)
    got = spread_tests(GroupData.from_arrays(rng.standard_normal(44) + 0.5 * group, group), method)
    ratios = np.concatenate([[0.0], np.geomspace(1e-4, 1e4, 150)])

    def statistic():
        mean, within = rng.standard_normal(4) / np.sqrt(sizes), rng.chisquare(40)
        values = criterion_on_grid(ratios, sizes, mean, within, method)
        return values[0] - values.min()

    above = np.mean([statistic() >= got.likelihood_ratio.statistic for _ in range(4000)])
    p = got.likelihood_ratio.p
    assert 0.005 < p < 0.5
    assert abs(above - p) < 4 * np.sqrt(p / 4000)


def numbers(intervals):
    """Every end of every interval, by parameter."""
    return {name: np.array(interval.pieces) for name, interval in intervals.items()}


@pytest.mark.slow
@given(
    st.lists(st.integers(1, 6) | st.sampled_from([40]), min_size=2, max_size=7).filter(lambda n: max(n) > 1),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.0, 0.5, 3.0]),
    st.sampled_from(["reml", "ml"]),
)
@settings(max_examples=40, deadline=None)
def test_spreads_move_with_scale_and_not_with_location_or_order(sizes, seed, between, method):
    rng = np.random.default_rng(seed)
    y = np.concatenate([between * rng.standard_normal() + rng.standard_normal(n) for n in sizes])
    group = np.repeat(np.arange(len(sizes)), sizes)
    data, moved = GroupData.from_arrays(y, group), GroupData.from_arrays(7.0 - 4.0 * y, len(sizes) - group)
    first, second = profile_intervals(data, method), profile_intervals(moved, method)
    for name, ends in numbers(first).items():
        after = numbers(second)[name]
        if name == "mu":
            np.testing.assert_allclose(after, 7.0 - 4.0 * ends[::-1, ::-1], rtol=1e-6, atol=1e-6)
        else:
            scale = 4.0 if name.startswith("sigma") else 1.0
            np.testing.assert_allclose(after, scale * ends, rtol=1e-6, atol=1e-9)
    exact = exact_intervals(data)["ratio"]
    assert exact.empty or exact_intervals(moved)["ratio"].high == pytest.approx(exact.high, rel=1e-7)
    f = spread_tests(data, method).f
    assert f.p == pytest.approx(stats.f.sf(f.statistic, len(sizes) - 1, sum(sizes) - len(sizes)), rel=1e-9)
    assert exact.empty or (exact.low > 0) == (f.p < 0.025)


@pytest.mark.slow
@pytest.mark.parametrize("change", [lambda y: y + 1e9, lambda y: y * 1e150, lambda y: y * 1e-140])
def test_awkward_scales_change_nothing(change):
    rng = np.random.default_rng(5)
    group = np.repeat(np.arange(6), [2, 3, 4, 4, 5, 9])
    y = np.round(rng.standard_normal(27) * 64 + 30 * group) / 64
    plain, odd = GroupData.from_arrays(y, group), GroupData.from_arrays(change(y), group)
    for method in ("reml", "ml"):
        first, second = profile_intervals(plain, method), profile_intervals(odd, method)
        assert first["icc"].ends == pytest.approx(second["icc"].ends, rel=1e-6)
        assert spread_tests(odd, method).likelihood_ratio.p == pytest.approx(
            spread_tests(plain, method).likelihood_ratio.p, rel=1e-5
        )


@pytest.mark.parametrize(
    ("rows", "groups"), [([1.0, 2], "aa"), ([1.0, 2, 3], "abc"), ([1.0, 1, 2, 2], "aabb")]
)
def test_spreads_that_cannot_be_told_apart_are_refused(rows, groups):
    data = GroupData.from_arrays(rows, list(groups))
    for ask in (
        lambda: profile_intervals(data, "ml"),
        lambda: exact_intervals(data),
        lambda: spread_tests(data, "ml"),
    ):
        with pytest.raises(DataError):
            ask()


def test_a_level_that_is_none_is_refused():
    for ask in (lambda d: profile_intervals(d, "ml", 1.0), lambda d: exact_intervals(d, 0.0)):
        with pytest.raises(OptionError, match="between 0 and 1"):
            ask(groups_of("rail"))


def test_the_sentence_of_no_spread_has_the_exact_interval():
    [note] = [
        n for n in BUILT_IN["reml"].fit(groups_of("zero_but_spread_a")).notes if n.code == "sigma_group_zero"
    ]
    assert note.text.endswith("(ICC) is .055 to .775.")
    note = BUILT_IN["reml"].fit(groups_of("eight_schools")).notes[0]
    assert note.text.endswith("The exact 95% interval of the spread between groups is 0 to 16.4.")
    close = GroupData.from_arrays([1.0, 3, 1.001, 3.001, 1.002, 3.002, 1, 3], list("aabbccdd"))
    assert "is empty" in BUILT_IN["reml"].fit(close).notes[0].text


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", names_of("B"))
def test_intervals_from_mean_squares(name):
    data = groups_of(name)
    for key, want in answers("B", name).items():
        if not key.startswith("exact_"):
            continue
        level = float(key.removeprefix("exact_"))
        assert relative(sigma_error_interval(data, level), want["sigma_error_chi2"]) < 1e-11
        found = thomas_hultquist_interval(data, level)
        assert relative(found, want["thomas_hultquist"]["ratio_truncated"]) < 1e-11
        found = np.square(williams_tukey_interval(data, level))
        assert relative(found, want["williams_tukey_sigma_group2"]) < 1e-11
        found = np.square(generalized_interval(data, level))
        assert relative(found, want["generalized_sigma_group2"]) < 1e-9
    with pytest.raises(DataError, match="published"):
        sigma_error_interval(groups_of("bcg"))


def test_the_mean_of_shares_and_rates_goes_no_further_than_it_can():
    few, trials = [0, 1, 0, 3, 0, 1], [40, 30, 55, 41, 33, 29]
    shares, rates = GroupData.from_counts("abcdef", few, trials), GroupData.from_rates("abcdef", few, trials)
    most = GroupData.from_counts("abcdef", np.subtract(trials, few), trials)
    for data, low in ((shares, True), (rates, True), (most, False)):
        mu = profile_intervals(data, "ml")["mu"]
        assert (mu.low == 0) if low else (mu.high == 1)
        assert (mu.ends[0] < 0) if low else (mu.ends[-1] > 1)
    assert heterogeneity(rates).mu_interval()[0] == 0


def test_sums_are_kept_with_the_groups_alone(monkeypatch):
    data, asked = groups_of(names_of("B")[0]), []
    other = groups_of(names_of("B")[1])
    plain = GroupData.scaled
    monkeypatch.setattr(GroupData, "scaled", lambda groups: asked.append(groups) or plain(groups))
    first = exact_intervals(data, 0.9)
    assert exact_intervals(data, 0.9) == first
    assert exact_intervals(data, 0.8) != first
    assert len(asked) == 1
    assert exact_intervals(other, 0.9) != first
    asked.clear()
    gone = weakref.ref(data)
    del data
    assert gone() is None
