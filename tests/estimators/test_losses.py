"""Losses of the risk study against closed forms, other programs and hand computation."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau, rankdata

from estimators import LOSSES, Design, GroupBatch, Loss, OptionError, RiskStudy, TopShare, run_risk
from estimators.risk.losses import regret
from estimators.risk.replicates import Draws
from tests.estimators.studies import ALL, OLS, REML, near
from tests.estimators.test_risk import Oracle


def draws_of(effect, n=None, *, smallest_first=False, origin=0.0):
    effect = np.atleast_2d(np.asarray(effect, dtype=float))
    sizes = np.full(effect.shape[1], 3) if n is None else np.asarray(n)
    labels = np.array([f"g{j:03}" for j in range(effect.shape[1])], dtype=object)
    batch = GroupBatch(labels, sizes, origin, effect, np.ones_like(effect))
    return Draws(batch, effect, smallest_first)


def loss_of(text, effect, estimate, **more):
    return Loss.parse(text).of(draws_of(effect, **more), np.atleast_2d(np.asarray(estimate, dtype=float)))


def test_who_knows_the_spreads_loses_what_closed_forms_say():
    """Truth and estimate are normal with correlation sqrt(weight); Sheppard (1899) gives chances of signs."""
    design = Design(groups=10, per_group="4", mean=7.0, sigma_group=1.5, sigma_error=2.0)
    weight = 2.25 / (2.25 + 1.0)
    other_side = math.acos(math.sqrt(weight)) / math.pi
    known = {
        "absolute": math.sqrt(2 / math.pi * weight),
        "threshold": other_side,
        "discordance": other_side,
        "weighted": weight,
    }
    for kind, value in known.items():
        report = run_risk(RiskStudy(design, (Oracle(design), OLS), replicates=3000, loss=Loss(kind))).base
        assert near(report["oracle"]["loss"], value)


def test_weights_are_the_rows():
    design = Design(groups=12, per_group="2-30", sigma_group=1.0, sigma_error=3.0)
    report = run_risk(RiskStudy(design, (OLS,), replicates=3000, loss=Loss("weighted"))).base
    assert near(report["ols"]["loss"], 12 * 9.0 / design.sizes.sum())
    assert (report["ols"]["relative_loss"].value, report["ols"]["relative_loss"].mcse) == (1.0, 0.0)


values = st.lists(st.integers(-3, 3), min_size=2, max_size=7)


@given(st.data(), values)
def test_ranks_and_pairs_are_those_of_scipy(data, effect):
    estimate = data.draw(st.lists(st.integers(-3, 3), min_size=len(effect), max_size=len(effect)))
    [squared] = loss_of("rank", effect, estimate)
    assert squared == pytest.approx(np.square(rankdata(effect) - rankdata(estimate)).mean())
    [wrong] = loss_of("discordance", effect, estimate)
    pairs = [(i, k) for i in range(len(effect)) for k in range(len(effect)) if effect[i] < effect[k]]
    by_hand = sum(0.5 * (1 - np.sign(estimate[k] - estimate[i])) for i, k in pairs) / max(len(pairs), 1)
    assert wrong == pytest.approx(by_hand)
    if len(set(effect)) == len(effect) and len(set(estimate)) == len(estimate):
        assert wrong == pytest.approx((1 - kendalltau(effect, estimate).statistic) / 2)


@given(st.data(), values, st.booleans())
def test_the_best_are_missed_as_often_as_over_all_ways_to_break_ties(data, effect, smallest_first):
    groups = len(effect)
    estimate = np.array(data.draw(st.lists(st.integers(-2, 2), min_size=groups, max_size=groups)))
    count = data.draw(st.integers(1, groups))
    found = [Loss("top", top=count).of(draws_of(effect, smallest_first=smallest_first), estimate[None, :])[0]]
    sign = -1 if smallest_first else 1
    line = np.sort(sign * np.array(effect))[-count]
    rng = np.random.default_rng(3)
    tries = []
    for _ in range(400):
        order = np.lexsort((rng.random(groups), sign * estimate))[::-1][:count]
        tries.append(1 - (sign * np.array(effect)[order] >= line).mean())
    assert found[0] == pytest.approx(np.mean(tries), abs=5 * np.std(tries) / 20 + 1e-12)


def test_a_share_of_the_groups_is_missed_like_their_number():
    rng = np.random.default_rng(1)
    effect, estimate = rng.standard_normal((2, 50, 10))
    by_share = Loss.parse("top:20%").of(draws_of(effect), estimate)
    np.testing.assert_array_equal(by_share, Loss("top", top=2).of(draws_of(effect), estimate))
    np.testing.assert_array_equal(by_share, Loss("top").of(draws_of(effect), estimate))
    assert Loss("top", top=TopShare(0.2)) == Loss.parse("top:20%")


def test_estimates_on_the_line_are_half_wrong():
    assert loss_of("threshold", [1, 2, -1, -2], [3, -1, 0, -5]) == pytest.approx([(0 + 1 + 0.5 + 0) / 4])
    assert loss_of("threshold:10", [1, 2], [3, 1], origin=8.0) == pytest.approx([(1 + 0.5) / 2])


def test_regret_is_what_the_best_is_above_the_first_and_ties_for_first_are_averaged():
    draws = draws_of([[1.0, 5.0, 3.0], [1.0, 5.0, 3.0], [1.0, 5.0, 3.0], [1.0, 5.0, 3.0]])
    estimate = np.array([[0.0, 1, 2], [0, 2, 2], [9, 1, 2], [np.nan, 1, 2]])
    np.testing.assert_array_equal(regret(draws, estimate), [2.0, 1.0, 4.0, np.nan])
    turned = draws_of([[1.0, 5.0, 3.0]], smallest_first=True)
    assert regret(turned, np.array([[3.0, 9.0, 2.0]])).tolist() == [2.0]


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", LOSSES)
def test_the_truth_loses_nothing_and_another_loss_leaves_the_squared_error_alone(kind):
    effect = np.random.default_rng(2).standard_normal((20, 8))
    np.testing.assert_allclose(Loss(kind).of(draws_of(effect), effect), 0.0)
    design = Design(groups=8, per_group="2-9", sigma_group=0.7)
    plain, other = (
        run_risk(RiskStudy(design, ALL, replicates=40, loss=loss)).base for loss in (Loss(), Loss(kind))
    )
    for one, two in zip(plain.estimators, other.estimators, strict=True):
        for name in ("mse", "relative_mse", "regret", "coverage"):
            assert one[name] == two[name]
    assert plain["reml"]["loss"] == plain["reml"]["mse"]
    assert plain["reml"]["relative_loss"] == plain["reml"]["relative_mse"]
    gap, share = other.difference("reml"), other["reml"]["relative_loss"]
    assert gap.value == pytest.approx(share.value - 1.0)


@pytest.mark.slow
def test_threads_give_the_same_losses():
    study = RiskStudy(Design(groups=300), (REML, OLS), replicates=250, loss=Loss("discordance"))
    with ThreadPoolExecutor(3) as threads:
        spread = run_risk(study, threads).base
    assert spread["reml"].measures == run_risk(study).base["reml"].measures


@pytest.mark.parametrize("text", ["squared", "rank", "top:3", "top:12.5%", "threshold:-2.5", "regret"])
def test_a_loss_is_read_as_it_is_written(text):
    assert str(Loss.parse(text)) == text
    assert Loss.parse(str(Loss.parse(text))) == Loss.parse(text)


@pytest.mark.parametrize(
    "text", ["", "mood", "top:", "top:0", "top:x%", "top:101%", "threshold:nan", "rank:2"]
)
def test_what_is_no_loss_is_refused(text):
    with pytest.raises(OptionError):
        Loss.parse(text)
    with pytest.raises(OptionError, match="takes no number of best groups"):
        Loss("rank", top=3)
