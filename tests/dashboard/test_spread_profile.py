"""The likelihood's profile as a curve: its peaks, its pieces, and what the view draws of it."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.figures.spread_profile import spread_profile_figure
from estimators import GroupData, profile_intervals
from estimators.inference.profile_curve import profile_curve
from tests.dashboard.sent import numbers, sent
from tests.inference.oracles import groups_of as oracle_groups
from tests.scenes import BUILT_IN, built_in, groups_of, scene_of

TWO_PEAKS = oracle_groups("zero_but_spread_a")


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("data", [groups_of([3, 9, 5, 7]), TWO_PEAKS], ids=["few", "two peaks"])
def test_the_curve_reaches_its_limit_where_the_interval_ends(data, method):
    curve = profile_curve(data, method, 0.8)
    wanted = profile_intervals(data, method, 0.8)["icc"]
    np.testing.assert_allclose(curve.pieces, wanted.pieces, rtol=1e-9)
    assert curve.fit.max() == pytest.approx(1.0, abs=1e-12)
    for end in wanted.ends:
        assert np.interp(end, curve.value, curve.fit) == pytest.approx(curve.limit, abs=0.01)
    for peak in curve.peaks:
        near = np.abs(curve.value - peak) < 0.02
        assert curve.fit[near].max() == pytest.approx(np.interp(peak, curve.value, curve.fit), abs=1e-3)


def test_both_peaks_are_found_and_said():
    curve = profile_curve(TWO_PEAKS, "reml")
    assert len(curve.peaks) == 2
    assert curve.peaks[0] == 0
    figure = sent(spread_profile_figure(scene_of(TWO_PEAKS, BUILT_IN.values())))
    assert figure["layout"]["meta"]["subtitle"] == "two spreads fit: the likelihood of REML BLUP has 2 peaks"
    assert len([note for note in figure["layout"]["annotations"] if "line" not in note["text"]]) == 2


def test_every_likelihood_that_is_on_has_its_curve():
    scene = scene_of(groups_of([3, 9, 5, 7]), BUILT_IN.values())
    figure = sent(spread_profile_figure(scene))
    curves = {trace["name"]: trace for trace in figure["data"] if trace.get("name")}
    assert set(curves) == {scene.by_id(name).label for name in ("reml", "ml")}
    assert numbers(curves[scene.by_id("ml").label]["y"]).max() == pytest.approx(1.0, abs=1e-9)


def test_of_published_means_it_is_over_the_spread():
    data = GroupData.from_estimates(list("abcdef"), [1.0, 4.0, 2.0, 6.0, 3.0, 9.0], np.full(6, 1.5))
    curve = profile_curve(data, "reml")
    wanted = profile_intervals(data, "reml")["sigma_group"]
    np.testing.assert_allclose(curve.pieces, wanted.pieces, rtol=1e-9)


@pytest.mark.parametrize("names", [("ols", "james_stein"), ("reml", "ml")])
def test_where_there_is_no_likelihood_the_card_is_hidden(names):
    data = groups_of([3, 4]) if "ols" in names else groups_of([1, 1, 1])
    assert spread_profile_figure(scene_of(data, built_in(*names))) is None


def test_a_small_share_of_variance_is_not_written_as_none():
    data = GroupData.from_counts(list("abcdef"), [3, 9, 0, 30, 4, 12], np.full(6, 100_000))
    figure = sent(spread_profile_figure(scene_of(data, built_in("reml"))))
    [peak] = [note["text"] for note in figure["layout"]["annotations"] if "line" not in note["text"]]
    icc = built_in("reml")[0].fit(data).parameters["icc"].value
    assert float(peak.removesuffix("%")) == pytest.approx(100.0 * icc, rel=0.06)
