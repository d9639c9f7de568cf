"""The views as plain dicts: plotly's own figures take them as they are, so no property is misspelt."""

from __future__ import annotations

import base64
import json

import numpy as np
import plotly.graph_objects as go
import pytest
from dash._utils import to_json
from hypothesis import given
from hypothesis import strategies as st

from dashboard.figures.parts import FEW, ONE_BY_ONE
from dashboard.figures.plotly_json import PlotlyFigure, merge
from dashboard.ingest import reduce_file
from dashboard.samples import SAMPLES
from dashboard.scene.truth import truth_of
from estimators import PRESETS, Design, simulate
from tests.scenes import BUILT_IN, everyone, figures_of, group_data, groups_of, scene_of


def simulated_scene(design, **more):
    simulated = simulate(design)
    return scene_of(simulated.data, BUILT_IN.values(), truth=truth_of(simulated), **more)


def assert_plotly_takes(scene):
    """Plotly's own figure, which checks every property, takes each view and keeps it as it is."""
    for figure in figures_of(scene).values():
        sent = json.loads(to_json(figure))
        assert json.loads(to_json(go.Figure(sent).to_plotly_json())) == sent


@given(
    st.builds(
        scene_of,
        group_data(),
        st.lists(st.sampled_from(everyone()), unique_by=lambda e: e.id),
        dark=st.booleans(),
        show_own=st.booleans(),
        outcome=st.text(max_size=80),
    )
)
@pytest.mark.slow
def test_plotly_takes_the_views_of_any_data(scene):
    assert_plotly_takes(scene)


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("groups", [1, FEW, FEW + 1, ONE_BY_ONE, ONE_BY_ONE + 1, 20_000])
def test_plotly_takes_the_views_of_any_number_of_groups(groups, dark):
    assert_plotly_takes(scene_of(groups_of([3] * groups), BUILT_IN.values(), dark=dark))
    assert_plotly_takes(simulated_scene(Design(groups=groups, per_group="3"), dark=dark))


@pytest.mark.slow_cases
@pytest.mark.parametrize("sample_id", SAMPLES)
def test_plotly_takes_the_views_of_a_sample(sample_id):
    sample = SAMPLES[sample_id]
    data = reduce_file(sample.file, outcome=sample.outcome, group=sample.group)
    assert_plotly_takes(scene_of(data, outcome=sample.outcome, group=sample.group))


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    "design",
    [
        *(preset.design for preset in PRESETS.values()),
        Design(groups=20, per_group="2-40", error_ratio=4.0),
        Design(groups=46, per_group="one-huge"),
        Design(sigma_group=0.0),
        Design(sigma_error=0.0),
    ],
)
@pytest.mark.parametrize("show_own", [False, True])
def test_plotly_takes_the_views_of_simulated_data(design, show_own):
    assert_plotly_takes(simulated_scene(design, show_own=show_own))


def test_lines_across_a_figure_and_text_on_it_are_what_plotly_makes_of_them():
    ours, look = PlotlyFigure({}), {"line": {"color": "#123456", "width": 2}, "layer": "below"}
    ours.add_vertical(1.5, **look)
    ours.add_horizontal(-2.0, **look)
    ours.add_note("here", x=1, y=2)
    figure = go.Figure(layout={"template": "none"})
    figure.add_vline(1.5, **look)
    figure.add_hline(-2.0, **look)
    figure.add_annotation(text="here", showarrow=False, x=1, y=2)
    wanted = figure.to_plotly_json()["layout"]
    assert ours.layout == {name: list(wanted[name]) for name in ("shapes", "annotations")}


def test_a_change_of_layout_leaves_the_rest_and_what_it_was_made_from():
    axis = {"title": {"text": "old", "standoff": 8}, "range": [0, 1]}
    layout = {"xaxis": axis, "yaxis": axis}
    figure = PlotlyFigure(layout)
    figure.set(xaxis={"title": {"text": "new"}, "range": [2, 3]}, dragmode="zoom")
    assert figure.layout == {
        "xaxis": {"title": {"text": "new", "standoff": 8}, "range": [2, 3]},
        "yaxis": {"title": {"text": "old", "standoff": 8}, "range": [0, 1]},
        "dragmode": "zoom",
    }
    assert layout == {"xaxis": axis, "yaxis": axis}
    assert axis == {"title": {"text": "old", "standoff": 8}, "range": [0, 1]}
    assert merge({"a": {"b": 1}}, {"a": None}) == {"a": None}


@pytest.mark.parametrize(
    "values",
    [
        np.array([1.5, np.nan, -np.inf]),
        np.array([1.5, 2.5], dtype=np.float32),
        np.arange(6.0)[::2],
        np.arange(3),
        np.array([2**40, 1]),
        np.array([1.0, 2.0], dtype=">f8"),
        np.array([0, 255], dtype=np.uint8),
    ],
)
def test_arrays_are_sent_as_bytes_that_hold_their_numbers(values):
    figure = PlotlyFigure(
        {"xaxis": {"tickvals": values}}, [{"type": "scatter", "error_x": {"array": values}}]
    )
    packed = figure.to_plotly_json()
    for found in (packed["layout"]["xaxis"]["tickvals"], packed["data"][0]["error_x"]["array"]):
        assert np.array_equal(
            np.frombuffer(base64.b64decode(found["bdata"]), dtype=found["dtype"]),
            values.astype(float),
            equal_nan=True,
        )
        kinds = {np.dtype(np.float32): "f4", np.dtype(np.uint8): "u1"}
        assert found["dtype"] == kinds.get(values.dtype, "f8")
    assert figure.layout["xaxis"]["tickvals"] is values
