"""The picture of the posterior of sigma_group, as data."""

import numpy as np
import plotly.graph_objects as go
import pytest

from blupboard_hierarchical_bayes import (
    HierarchicalBayes,
    PenalizedLikelihood,
    register_views,
    sigma_group_density,
)
from estimators import GroupData, Look, build_registry, compare

(VIEW,) = register_views()
OURS = build_registry(entry_points=False)
EIGHT = GroupData.from_estimates(
    "ABCDEFGH", [28.0, 8, -3, 7, -1, 1, 18, 12], [15.0, 10, 16, 11, 9, 11, 10, 18]
)
ROWS = GroupData.from_arrays(np.arange(24.0) % 7 + np.repeat(np.arange(6), 4), np.repeat(np.arange(6), 4))
IDS = ("ols", "reml", "hierarchical_bayes", "penalized_ml")
LOOK = Look(
    dark=False, outcome="Score", group="school", ink="#3c4650", faint="#5f6b78",
    colors=dict.fromkeys(IDS, "#0072b2"), symbols=dict.fromkeys(IDS, "circle"),
)  # fmt: skip


def drawn(data, *estimators, **options):
    figure = VIEW.figure(compare(data, estimators, options=options), LOOK)
    go.Figure(figure)
    return figure


@pytest.mark.slow_cases
@pytest.mark.parametrize("data", [EIGHT, ROWS], ids=["summaries", "rows"])
@pytest.mark.parametrize("prior", ["flat", "half_t"])
def test_the_curve_is_the_posterior_and_its_darker_part_holds_95_percent(data, prior):
    curve, inside, median = drawn(data, HierarchicalBayes(), hierarchical_bayes={"prior": prior})["data"]
    fit = HierarchicalBayes().fit(data, {"prior": prior})
    values, density = sigma_group_density(fit)
    np.testing.assert_array_equal(curve["x"], values)
    np.testing.assert_array_equal(curve["y"], density)
    low, middle, high = (
        fit.parameters[name].value for name in ("sigma_group_low", "sigma_group", "sigma_group_high")
    )
    assert (inside["x"][0], inside["x"][-1]) == (low, high)
    assert (np.diff(inside["x"]) > 0).all()
    assert np.trapezoid(inside["y"], inside["x"]) == pytest.approx(0.95, abs=2e-3)
    assert median["x"].tolist() == [middle, middle]
    assert median["y"][0] == 0 < median["y"][1] <= density.max()
    assert curve["fillcolor"].startswith("rgba(0,114,178,")


def test_other_methods_are_marked_where_they_have_one():
    figure = drawn(EIGHT, OURS["ols"], OURS["reml"], HierarchicalBayes(), PenalizedLikelihood())
    marks = figure["data"][3:]
    assert [mark["name"] for mark in marks] == ["REML BLUP", "Penalised ML BLUP"]
    assert marks[0]["x"].tolist() == [0.0]
    assert marks[1]["x"][0] == pytest.approx(6.305, abs=1e-3)
    low, high = figure["layout"]["yaxis"]["range"]
    assert low < marks[0]["y"][0] < 0 < figure["data"][0]["y"].max() < high


def test_nothing_in_it_is_taken_for_groups():
    assert not any("meta" in trace for trace in drawn(EIGHT, OURS["reml"], HierarchicalBayes())["data"])


def test_without_the_method_or_without_its_fit_there_is_nothing_to_draw():
    assert drawn(EIGHT, OURS["reml"]) is None
    one_group = GroupData.from_arrays([1.0, 2.0, 4.0], list("aaa"))
    assert drawn(one_group, HierarchicalBayes()) is None


def test_the_axis_is_named_by_the_outcome():
    title = drawn(EIGHT, HierarchicalBayes())["layout"]["xaxis"]["title"]["text"]
    assert title == "σg, in units of Score; marks: other methods"


def test_the_limit_without_spread_within_groups_is_drawn_too():
    constant = GroupData.from_arrays(np.repeat([1.0, 5.0, 2.0, 9.0], 3), np.repeat(np.arange(4), 3))
    curve = drawn(constant, HierarchicalBayes())["data"][0]
    assert np.isfinite(curve["y"]).all()


def test_the_registry_takes_the_view(tmp_path):
    (tmp_path / "shelf.py").write_text(
        "from blupboard_hierarchical_bayes import register_estimators, register_views\n"
    )
    registry = build_registry([tmp_path], entry_points=False)
    assert registry.failures == ()
    assert list(registry.views) == ["sigma_group_posterior"]
