"""The views, as data: estimates on the diagonal, differences in standard errors, and what is said of them."""

import numpy as np
import plotly.graph_objects as go
import pytest

from blupboard_cross_check import register_estimators, register_views
from blupboard_cross_check.disagreement import pairs, prediction_error
from cross_check_data import BY_ID, LME4, OURS, STATSMODELS, oracle, stand_in_for_r
from estimators import DataError, GroupData, Look, build_registry, compare

ESTIMATES, DIFFERENCES = register_views()
VIEWS = (ESTIMATES, DIFFERENCES)
LOOK = Look(
    dark=False, outcome="Score", group="school", ink="#3c4650", faint="#5f6b78",
    colors={"statsmodels_mixedlm": "#882255", "lme4": "#332288"},
    symbols={"statsmodels_mixedlm": "square-open", "lme4": "x"},
)  # fmt: skip
UNEVEN = oracle("edge_singletons")


@pytest.fixture(autouse=True)
def r(tmp_path, monkeypatch):
    """These tests are about what is made of answers."""
    stand_in_for_r(tmp_path / "bin", monkeypatch)


def drawn(view, data, *estimators, **options):
    figure = view.figure(compare(data, estimators, options=options), LOOK)
    go.Figure(figure)
    return figure


def texts(figure):
    return [note["text"] for note in figure["layout"]["annotations"]]


def test_the_registry_takes_both_views(tmp_path):
    (tmp_path / "shelf.py").write_text(
        "from blupboard_cross_check import register_estimators, register_views\n"
    )
    registry = build_registry([tmp_path], entry_points=False)
    assert registry.failures == ()
    assert list(registry.views) == ["cross_check_estimates", "cross_check_differences"]
    assert {estimator.id for estimator in register_estimators()} <= set(registry)


@pytest.mark.slow
def test_estimates_stand_beside_ours_one_for_each_group():
    figure = drawn(ESTIMATES, UNEVEN, OURS["ols"], OURS["reml"], *BY_ID.values())
    own = OURS["reml"].fit(UNEVEN).estimate
    for trace, estimator in zip(figure["data"], (STATSMODELS, LME4), strict=True):
        assert trace["name"] == estimator.label
        assert trace["meta"] == {"groups": True}
        np.testing.assert_array_equal(trace["x"], own)
        np.testing.assert_array_equal(trace["y"], estimator.fit(UNEVEN).estimate)
    (diagonal,) = figure["layout"]["shapes"]
    assert (diagonal["x0"], diagonal["x1"]) == (diagonal["y0"], diagonal["y1"])
    assert diagonal["x0"] <= own.min() < own.max() <= diagonal["x1"]
    assert texts(figure) == ["statsmodels against REML BLUP", "lme4 against REML BLUP"]
    sizes = [trace["marker"]["size"] for trace in figure["data"]]
    assert sizes[0] > sizes[1]


@pytest.mark.slow
def test_differences_are_in_our_standard_errors_of_a_prediction():
    for std_error in ("prediction", "conditional"):
        figure = drawn(DIFFERENCES, UNEVEN, OURS["reml"], STATSMODELS, reml={"std_error": std_error})
        own, theirs = OURS["reml"].fit(UNEVEN, {"std_error": "prediction"}), STATSMODELS.fit(UNEVEN)
        (trace,) = figure["data"]
        np.testing.assert_array_equal(trace["x"], own.estimate)
        expected = (theirs.estimate - own.estimate) / own.std_error
        np.testing.assert_allclose(trace["y"], expected, rtol=1e-9)
        largest = float(np.abs(expected).max())
        assert 1e-7 < largest < 1e-5
        assert texts(figure) == [
            f"statsmodels: largest difference {largest:.0e} standard errors".replace("e-0", "e-")
        ]


@pytest.mark.slow
def test_the_counterpart_is_the_blup_by_the_same_criterion():
    ml = {"criterion": "ml"}
    figure = drawn(ESTIMATES, UNEVEN, OURS["reml"], OURS["ml"], *BY_ID.values(), lme4=ml)
    assert texts(figure) == ["statsmodels against REML BLUP", "lme4 against ML BLUP"]
    np.testing.assert_array_equal(figure["data"][1]["x"], OURS["ml"].fit(UNEVEN).estimate)


@pytest.mark.slow
def test_one_without_its_counterpart_is_left_out_and_alone_it_is_told_what_is_missing():
    ml = {"criterion": "ml"}
    figure = drawn(DIFFERENCES, UNEVEN, OURS["reml"], *BY_ID.values(), lme4=ml)
    assert [trace["name"] for trace in figure["data"]] == [STATSMODELS.label]
    for view in VIEWS:
        with pytest.raises(DataError, match=r"^choose our own BLUP by the same criterion too"):
            drawn(view, UNEVEN, OURS["reml"], LME4, lme4=ml)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.id)
def test_without_another_program_there_is_nothing_to_draw(view):
    assert drawn(view, UNEVEN, OURS["ols"], OURS["reml"]) is None
    one_group = GroupData.from_arrays([1.0, 2.0, 4.0], list("aaa"))
    assert drawn(view, one_group, OURS["reml"], STATSMODELS) is None


@pytest.mark.slow
def test_without_spread_between_groups_differences_are_still_finite():
    data = oracle("dyestuff2")
    for std_error in ("prediction", "conditional"):
        comparison = compare(data, [OURS["reml"], LME4], options={"reml": {"std_error": std_error}})
        (pair,) = pairs(comparison)
        assert pair.difference.tolist() == [0.0] * 6
        assert (prediction_error(comparison["reml"].fit) > 0).all()
        assert texts(DIFFERENCES.figure(comparison, LOOK)) == ["lme4: no difference"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shift", "number"), [(1e-7, "1e-7"), (0.012, "0.01"), (0.34, "0.3"), (1.26, "1.3"), (40.0, "40.0")]
)
def test_the_largest_difference_is_said_in_words(shift, number, monkeypatch):
    real = type(LME4).ask

    def ask(self, rows, *, reml):
        answer = real(self, rows, reml=reml)
        own = prediction_error(OURS["reml"].fit(UNEVEN)) / rows.unit
        answer.effects[0] -= shift * own[0]
        return answer

    monkeypatch.setattr(type(LME4), "ask", ask)
    figure = drawn(DIFFERENCES, UNEVEN, OURS["reml"], LME4)
    assert texts(figure) == [f"lme4: largest difference {number} standard errors"]


def test_the_axis_is_named_by_the_outcome():
    for view in VIEWS:
        title = drawn(view, UNEVEN, OURS["reml"], STATSMODELS)["layout"]["xaxis"]["title"]["text"]
        assert title == "Score, our estimate"


@pytest.mark.slow
def test_lines_above_the_plot_have_room_and_their_colours():
    layout = drawn(DIFFERENCES, UNEVEN, OURS["reml"], *BY_ID.values())["layout"]
    first, second = layout["annotations"]
    assert first["yshift"] > second["yshift"] > 0
    assert layout["margin"]["t"] > first["yshift"]
    assert [note["font"]["color"] for note in (first, second)] == ["#882255", "#332288"]
