"""The single-file example: its contract, numbers worked out by hand, and the way in through a folder."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from estimators import GroupData, OptionError, build_registry, check_estimator
from tests.commands import ROOT

EXAMPLES = ROOT / "plugins" / "examples"
TWO_GROUPS = GroupData.from_arrays([100, 1, 4, 3, 2, 30, 10, 20, 30, 10, 20], list("aaaaabbbbbb"))


@pytest.fixture(scope="module")
def trimmed():
    registry = build_registry([EXAMPLES], entry_points=False)
    assert registry.failures == ()
    return registry["trimmed_mean"]


def test_it_keeps_to_the_contract(trimmed):
    check_estimator(trimmed)


def test_the_numbers_are_those_worked_out_by_hand(trimmed):
    # a: 1 2 3 4 100 -> kept 2 3 4; Winsorized 2 2 3 4 4 with squares 4, so sqrt(4 / (3 * 2))
    # b: 10 10 20 20 30 30 -> kept 10 20 20 30; Winsorized the same, with squares 400, so sqrt(400 / (4 * 3))
    fit = trimmed.fit(TWO_GROUPS)
    np.testing.assert_allclose(fit.estimate, [3, 20], rtol=1e-15)
    np.testing.assert_allclose(fit.std_error, [(2 / 3) ** 0.5, (100 / 3) ** 0.5], rtol=1e-15)
    low, high = fit.interval(0.95)
    half = [0.95 / 0.04875**0.5 * (2 / 3) ** 0.5, 3.182446305284263 * (100 / 3) ** 0.5]  # t on 2 and 3 df
    np.testing.assert_allclose([low, high], [fit.estimate - half, fit.estimate + half], rtol=1e-10)
    assert (fit.weight, fit.notes) == (None, ())


def test_without_trimming_it_is_the_mean_with_each_groups_own_spread(trimmed):
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(6), [2, 3, 5, 8, 20, 41])
    y = 1e9 + rng.standard_cauchy(len(group))
    fit = trimmed.fit(GroupData.from_arrays(y, group), {"share": 0})
    own = [y[group == j] - 1e9 for j in range(6)]
    np.testing.assert_allclose(fit.std_error, [stats.sem(rows) for rows in own], rtol=1e-9)
    np.testing.assert_allclose(fit.estimate - 1e9, [rows.mean() for rows in own], atol=3e-7)
    assert [note.code for note in fit.notes] == ["nothing_trimmed"]


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2, 0.29, 0.45])
def test_it_agrees_with_other_peoples_trimmed_mean_and_winsorized_variance(trimmed, share):
    rng = np.random.default_rng(5)
    n = np.array([4, 10, 25, 100])
    group = np.repeat(np.arange(4), n)
    y = rng.standard_t(2, len(group))
    fit = trimmed.fit(GroupData.from_arrays(y, group), {"share": share})
    cut = np.array([(round(share * 100) * size) // 100 for size in n])
    kept = n - 2 * cut
    for j, rows in enumerate(np.sort(y[group == j]) for j in range(4)):
        assert fit.estimate[j] == pytest.approx(stats.trim_mean(rows, cut[j] / n[j] + 1e-9), rel=1e-12)
        winsorized = stats.mstats.winsorize(rows, (cut[j] / n[j] + 1e-9,) * 2)
        squares = float(np.var(winsorized)) * n[j]
        assert fit.std_error[j] == pytest.approx((squares / (kept[j] * (kept[j] - 1))) ** 0.5, rel=1e-12)


def test_a_wild_row_does_not_move_it(trimmed):
    y, group = np.arange(10.0), ["a"] * 10
    wild = np.where(y == 9, 1e12, y)
    calm, moved = (trimmed.fit(GroupData.from_arrays(values, group)) for values in (y, wild))
    np.testing.assert_allclose(moved.estimate, calm.estimate, rtol=1e-4)
    low, high = calm.interval(0.9)
    half = stats.t.ppf(0.95, 5) * calm.std_error
    np.testing.assert_allclose([high - calm.estimate, calm.estimate - low], [half, half], rtol=1e-12)


def test_groups_with_one_row_left_have_no_spread(trimmed):
    fit = trimmed.fit(GroupData.from_arrays([1.0, 2.0, 5.0], list("aab")))
    assert fit.estimate.tolist() == [1.5, 5.0]
    assert fit.std_error.tolist() == [0.5, None]
    low, high = fit.interval(0.9)
    assert low.tolist() == [pytest.approx(1.5 - 0.5 * stats.t.ppf(0.95, 1)), None]
    assert high.tolist()[1] is None
    assert [note.code for note in fit.notes] == ["nothing_trimmed", "too_few_rows_left"]
    assert fit.notes[1].text.startswith("1 group has one row left")


def test_a_share_that_leaves_nothing_is_refused(trimmed):
    with pytest.raises(OptionError, match=r"trimmed_mean.share takes a number from 0 to 0.45, not 0.5"):
        trimmed.fit(TWO_GROUPS, {"share": 0.5})


def test_the_command_line_takes_it_from_its_folder_with_its_option(blupboard, refused, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("g,y\n" + "".join(f"a,{y}\n" for y in (1, 2, 3, 4, 100)) + "b,1\nb,2\n")
    wanted = ["compare", path, "--outcome", "y", "--group", "g", "--format", "json"]
    wanted += ["--estimator", "trimmed_mean", "--plugins-dir", EXAMPLES]

    def estimate(*more):
        (fit,) = blupboard(*wanted, *more).json["fits"]
        return fit["groups"][0]["estimate"]

    assert estimate() == pytest.approx(3)
    assert estimate("--option", "trimmed_mean.share=0") == pytest.approx(22)
    assert "a number from 0 to 0.45, not '0.6'" in refused(*wanted, "--option", "trimmed_mean.share=0.6")
