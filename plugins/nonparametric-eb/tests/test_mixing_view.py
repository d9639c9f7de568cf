"""The picture of the estimated distribution, as data."""

import numpy as np
import plotly.graph_objects as go

from blupboard_nonparametric_eb import NonparametricBayes, mixing_distribution, register_views
from estimators import GroupData, Look, build_registry, compare

(VIEW,) = register_views()
OURS = build_registry(entry_points=False)
RNG = np.random.default_rng(3)
TWO_PLACES = GroupData.from_estimates(
    [f"{i:02}" for i in range(40)], np.repeat([0.0, 6.0], 20) + RNG.standard_normal(40), np.ones(40)
)
LOOK = Look(
    dark=True, outcome="Score", group="school", ink="#c3ccd6", faint="#98a4b1",
    colors={"nonparametric_eb": "#e69f00", "reml": "#0072b2"},
    symbols={"nonparametric_eb": "star", "reml": "circle"},
)  # fmt: skip


def drawn(data, *estimators):
    figure = VIEW.figure(compare(data, estimators), LOOK)
    go.Figure(figure)
    return figure


def test_each_atom_has_a_stem_as_high_as_its_mass():
    stems, heads, _ = drawn(TWO_PLACES, OURS["reml"], NonparametricBayes())["data"]
    atoms, masses = mixing_distribution(NonparametricBayes().fit(TWO_PLACES))
    assert len(atoms) >= 2
    np.testing.assert_array_equal(heads["x"], atoms)
    np.testing.assert_array_equal(heads["y"], masses)
    for end, height in enumerate((np.zeros(len(atoms)), masses)):
        np.testing.assert_array_equal(stems["x"][end::3], atoms)
        np.testing.assert_array_equal(stems["y"][end::3], height)
    assert np.isnan(stems["x"][2::3]).all()
    assert np.isnan(stems["y"][2::3]).all()
    assert "meta" not in stems
    assert "meta" not in heads


def test_each_group_has_a_linked_mark_at_its_estimate_below_the_stems():
    figure = drawn(TWO_PLACES, NonparametricBayes())
    groups = figure["data"][2]
    assert groups["meta"] == {"groups": True}
    assert groups["marker"]["color"] == "#e69f00"
    np.testing.assert_array_equal(groups["x"], NonparametricBayes().fit(TWO_PLACES).estimate)
    low, high = figure["layout"]["yaxis"]["range"]
    assert (low < groups["y"]).all()
    assert (groups["y"] < 0).all()
    assert high > figure["data"][1]["y"].max()


def test_without_the_method_or_without_its_fit_there_is_nothing_to_draw():
    assert drawn(TWO_PLACES, OURS["reml"]) is None
    one_group = GroupData.from_arrays([1.0, 2.0, 4.0], list("aaa"))
    assert drawn(one_group, NonparametricBayes()) is None


def test_the_axis_is_named_by_the_outcome():
    title = drawn(TWO_PLACES, NonparametricBayes())["layout"]["xaxis"]["title"]["text"]
    assert title == "Score: atoms, and estimates"


def test_equal_values_are_one_stem():
    equal = GroupData.from_arrays(np.full(12, 3.5), np.repeat(np.arange(4), 3))
    stems = drawn(equal, NonparametricBayes())["data"][0]
    assert stems["x"][:2].tolist() == [3.5, 3.5]
    assert stems["y"][:2].tolist() == [0.0, 1.0]


def test_the_registry_takes_the_view(tmp_path):
    (tmp_path / "shelf.py").write_text(
        "from blupboard_nonparametric_eb import register_estimators, register_views\n"
    )
    registry = build_registry([tmp_path], entry_points=False)
    assert registry.failures == ()
    assert list(registry.views) == ["mixing_distribution"]
