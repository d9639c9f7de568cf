"""Each group's own mean against what every estimator makes of it, with the line on which both are equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dashboard.figures.columns import CENTER_STYLE, OWN_CENTER, column_series, whole_range
from dashboard.figures.density import cloud_trace
from dashboard.figures.legend import LegendEntry, truth_entries
from dashboard.figures.page_view import PageView
from dashboard.figures.panels import Panels
from dashboard.figures.parts import (
    ONE_BY_ONE,
    add_center,
    every_position,
    group_markers,
    outcome_axis,
    plotly_text,
    themed_figure,
)
from dashboard.figures.stand_outs import most_moved, moves
from dashboard.figures.truth import true_marks
from dashboard.figures.view_request import WHOLE, ViewRequest
from dashboard.scene.scene import SAME
from dashboard.scene.style import GREY, GRID, rgba

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.figures.plotly_json import PlotlyFigure, Trace
    from dashboard.scene.scene import Scene, Series

SUBTITLE = "dashed: equal"
CELL_PIXELS = 5
"""The height of a cell of a density."""


def own_estimate_figure(scene: Scene, request: ViewRequest = WHOLE) -> PlotlyFigure:
    """Own means on x, estimates on y, a line through each method's estimates, and the 45-degree line.

    Of more than ONE_BY_ONE groups each method's estimates are a density, the most moved groups single marks.
    """
    figure = themed_figure(scene)
    moving, crowded = _moving(scene), len(scene) > ONE_BY_ONE
    panels = _panels(scene)
    x_range = whole_range([scene.own_mean]) if panels else request.x or whole_range([scene.own_mean])
    y_range = request.y or whole_range([scene.own_mean, *(s.estimate for s in moving)])
    figure.set(meta={"subtitle": _subtitle(scene, moving), "zoom": crowded and panels is None})
    figure.set(meta={"ratios": scene.is_ratio})
    if crowded:
        cells = max(request.height // CELL_PIXELS, 40)
        for panel, series in enumerate(moving):
            color = series.style.color(dark=scene.dark)
            cloud = cloud_trace((scene.own_mean, series.estimate), (x_range, y_range), cells, color)
            figure.add(cloud if panels is None else panels.shifted_picture(cloud, panel))
    figure.add(*_lines(scene, moving, panels))
    at = every_position(scene)
    if crowded:
        at = most_moved(moves([scene.own_mean, *(s.estimate for s in moving)]))
    figure.add(*own_estimate_marks(scene, at))
    add_center(figure, scene)
    axis = outcome_axis(scene)
    y_axis = {**axis, "title": {"text": "estimate"}, "automargin": True}
    figure.set(yaxis={**y_axis, **({"range": list(y_range)} if crowded else {})})
    if panels is None:
        figure.set(xaxis={**axis, "title": {"text": "own mean"}})
        figure.set(xaxis={"range": list(x_range)} if crowded else {})
    else:
        figure.set(**panels.layout())
        panels.add_frames(figure, GRID[scene.dark])
    return figure


def own_estimate_marks(scene: Scene, at: NDArray[np.int64], _request: ViewRequest = WHOLE) -> list[Trace]:
    """The marks of the groups ``at`` some positions."""
    own, panels, traces = scene.own_mean[at], _panels(scene), []
    if scene.truth is not None:
        true = true_marks(scene, at, (own, scene.truth.mean[at]))
        traces += [true] if panels is None else [panels.shifted(true, k) for k in range(len(panels.names))]
    if scene.own_centers is not None and panels is None:
        traces.append(group_markers(scene, at, (own, scene.own_centers[at]), CENTER_STYLE, OWN_CENTER))
    for panel, series in enumerate(_moving(scene)):
        marks = group_markers(scene, at, (own, series.estimate[at]), series.style, series.label)
        traces.append(marks if panels is None else panels.shifted(marks, panel))
    return traces


def _panels(scene: Scene) -> Panels | None:
    """A panel for each method, named with its slope, where there are too many for one picture."""
    if not scene.in_panels:
        return None
    slopes = ((s.label, slope_on_own(scene, s)) for s in _moving(scene))
    names = [label if slope is None else f"{label} {slope:.2f}" for label, slope in slopes]
    return Panels.around(names, [scene.own_mean])


def _lines(scene: Scene, moving: list[Series], panels: Panels | None) -> list[Trace]:
    """The line of equal values, in each panel, and each method's own."""
    if panels is None:
        return [_equal(scene), *(_fitted(scene, series) for series in moving)]
    equal = _equal(scene)
    return [
        panels.shifted(line, panel)
        for panel, series in enumerate(moving)
        for line in (equal, _fitted(scene, series))
    ]


def slope_on_own(scene: Scene, series: Series) -> float | None:
    """The least-squares slope of a method's estimates on own means, all groups counting alike.

    How much of a difference of 1 between two own means is left in the estimates, on average. None where own
    means do not differ.
    """
    apart = scene.own_mean - scene.own_mean.mean()
    size = float(np.abs(apart).max())
    if not size > SAME * float(np.abs(scene.own_mean).max()):
        return None
    apart = apart / size
    return float(apart @ (series.estimate - series.estimate.mean()) / size / (apart @ apart))


def _moving(scene: Scene) -> list[Series]:
    """The estimators that do not leave own means as they are, nor say one number for all."""
    return [s for s in column_series(scene) if not s.is_own_mean]


def _subtitle(scene: Scene, moving: list[Series]) -> str:
    if scene.in_panels:
        many = "" if len(scene) <= ONE_BY_ONE else f"; density of {len(scene):,} {scene.unit.many}"
        return f"{SUBTITLE}; behind each name its slope{many}"
    if len(scene) > ONE_BY_ONE:
        return f"{SUBTITLE}; density of {len(scene):,} {scene.unit.many}, the most moved as marks"
    slope = slope_on_own(scene, moving[0]) if len(moving) == 1 else None
    return SUBTITLE if slope is None else f"{SUBTITLE}; slope {slope:.2f}"


def _equal(scene: Scene) -> Trace:
    """The line on which estimates are own means."""
    low, high = whole_range([scene.own_mean])
    return {
        "type": "scatter",
        "x": np.array([low, high]),
        "y": np.array([low, high]),
        "mode": "lines",
        "line": {"color": GREY[scene.dark], "width": 1.2, "dash": "dash"},
        "hoverinfo": "skip",
    }


def _fitted(scene: Scene, series: Series) -> Trace:
    """The least-squares line through a method's estimates."""
    slope = slope_on_own(scene, series) or 0.0
    ends = np.array([scene.own_mean.min(), scene.own_mean.max()])
    return {
        "type": "scatter",
        "x": ends,
        "y": series.estimate.mean() + slope * (ends - scene.own_mean.mean()),
        "mode": "lines",
        "line": {"color": rgba(series.style.color(dark=scene.dark), 0.7), "width": 1.4},
        "name": plotly_text(series.label),
        "hoverinfo": "skip",
    }


def own_estimate_legend(scene: Scene) -> list[LegendEntry]:
    """The truth, and every method with the slope of its line; panels have names of their own."""
    if scene.in_panels:
        return truth_entries(scene)
    slopes = ((s, slope_on_own(scene, s)) for s in _moving(scene))
    return [
        *truth_entries(scene),
        *([LegendEntry(OWN_CENTER, CENTER_STYLE)] if scene.own_centers is not None else []),
        *(LegendEntry(s.label, s.style, "" if b is None else f"slope {b:.2f}") for s, b in slopes),
    ]


VIEW = PageView(
    id="own-estimate",
    title="Own against estimate",
    subtitle=SUBTITLE,
    figure=own_estimate_figure,
    part=own_estimate_figure,
    marks=own_estimate_marks,
    legend=own_estimate_legend,
    place="single",
    of_level=False,
)
