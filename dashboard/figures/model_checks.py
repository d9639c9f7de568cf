"""Groups and rows on normal plots, and spread against mean: what the checks on the model are judged by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.figures.columns import own_style
from dashboard.figures.parts import marker_size, marker_symbol, outcome_axis, plotly_text, themed_figure
from dashboard.scene.label_text import short_label
from dashboard.scene.style import GREY, rgba

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.figures.plotly_json import PlotlyFigure, Trace
    from dashboard.scene.scene import Scene
    from estimators import ModelChecks
    from estimators.inference.normal_plot import NormalPlot
    from estimators.inference.row_residuals import RowPlot

MOST_POINTS = 2_000
"""Marks of a picture; of more groups every so manyth, with both ends."""
HOVER = "<b>%{text}</b><br>%{y:.4g}<extra></extra>"


def normal_figure(scene: Scene, checks: ModelChecks) -> PlotlyFigure:
    """Normal scores on x, deviations of own means in expected standard deviations on y, the band grey."""
    expected = "µ, in expected" if checks.covariates is None else "expected, in"
    return _beside_scores(scene, checks.plot, checks.plot.deviation, f"own mean − {expected} SDs")


def rows_figure(scene: Scene, checks: ModelChecks) -> PlotlyFigure | None:
    """The same of rows and their distances to the means of their groups; None: there is no such check."""
    plot = checks.row_plot
    if plot is None:
        return None
    title = "row − expected, in SDs" if plot.adjusted else "row − own mean, in expected SDs"
    return _beside_scores(scene, plot, plot.residual, title)


def _beside_scores(
    scene: Scene, plot: NormalPlot | RowPlot, value: NDArray[np.float64], title: str
) -> PlotlyFigure:
    figure, at = themed_figure(scene), _some(len(plot.group))
    figure.add(
        {
            "type": "scatter",
            "x": np.concatenate([plot.score[at], plot.score[at][::-1]]),
            "y": np.concatenate([plot.low[at], plot.high[at][::-1]]),
            "mode": "lines",
            "line": {"width": 0, "color": GREY[scene.dark]},
            "fill": "toself",
            "fillcolor": rgba(GREY[scene.dark], 0.2),
            "hoverinfo": "skip",
        },
        _marks(scene, plot.score[at], value[at], plot.group[at]),
    )
    figure.set(
        xaxis={"title": {"text": "where a normal distribution puts them"}}, yaxis={"title": {"text": title}}
    )
    return figure


def spread_figure(scene: Scene, checks: ModelChecks) -> PlotlyFigure | None:
    """Own means on x, standard deviations within on y, the common one dotted; None: there is no such test."""
    data, found = scene.comparison.data, checks.spread
    if found is None:
        return None
    several = np.flatnonzero(~np.isnan(found.within))
    spread = found.within[several]
    order = np.argsort(data.mean[several], kind="stable")
    at = order[_some(len(order))]
    figure, title = themed_figure(scene), "standard deviation within"
    if found.adjusted:
        title += ", once adjusted"
    figure.add(_marks(scene, data.mean[several][at], spread[at], several[at]))
    figure.add_horizontal(
        found.pooled,
        line={"color": GREY[scene.dark], "width": 1.2, "dash": "dot"},
        layer="below",
    )
    figure.set(
        xaxis=outcome_axis(scene) | {"title": {"text": f"own mean of the {scene.unit.one}"}},
        yaxis={"title": {"text": title}, "rangemode": "tozero"},
    )
    return figure


def _some(count: int) -> NDArray[np.intp]:
    """All places, or MOST_POINTS of them with the first and the last."""
    return np.unique(np.linspace(0, count - 1, min(count, MOST_POINTS)).round().astype(np.intp))


def _marks(scene: Scene, x: NDArray[np.float64], y: NDArray[np.float64], places: NDArray[np.intp]) -> Trace:
    style = own_style(scene)
    marker: dict[str, Any] = {
        "color": style.color(dark=scene.dark),
        "symbol": marker_symbol(style),
        "size": marker_size(len(places)),
    }
    return {
        "type": "scatter",
        "x": x,
        "y": y,
        "mode": "markers",
        "marker": marker | {"line": {"width": 1.4, "color": style.color(dark=scene.dark)}},
        "text": [plotly_text(short_label(name)) for name in scene.comparison.data.labels[places].tolist()],
        "hovertemplate": HOVER,
    }
