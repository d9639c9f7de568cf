"""Each group's own mean against what every estimator makes of it, with the line on which both are equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dashboard.figures.columns import column_series, whole_range
from dashboard.figures.density import cloud_trace
from dashboard.figures.legend import LegendEntry, truth_entries
from dashboard.figures.page_view import PageView
from dashboard.figures.parts import (
    ONE_BY_ONE,
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
from dashboard.scene.style import FAINT, GREY, rgba

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
    x_range = request.x or whole_range([scene.own_mean])
    y_range = request.y or whole_range([scene.own_mean, *(s.estimate for s in moving)])
    figure.set(meta={"subtitle": _subtitle(scene, moving), "zoom": crowded})
    if crowded:
        cells = max(request.height // CELL_PIXELS, 40)
        figure.add(
            *(
                cloud_trace(
                    (scene.own_mean, s.estimate), (x_range, y_range), cells, s.style.color(dark=scene.dark)
                )
                for s in moving
            )
        )
    figure.add(_equal(scene), *(_fitted(scene, series) for series in moving))
    at = every_position(scene)
    if crowded:
        at = most_moved(moves([scene.own_mean, *(s.estimate for s in moving)]))
    figure.add(*own_estimate_marks(scene, at))
    if scene.center is not None:
        figure.add_horizontal(
            scene.center, line={"color": GREY[scene.dark], "width": 1.2, "dash": "dot"}, layer="below"
        )
        figure.add_note(
            "μ" if scene.reference else "centre",
            x=1,
            xref="paper",
            xanchor="right",
            y=scene.center,
            yanchor="bottom",
            font={"size": 11, "color": FAINT[scene.dark]},
        )
    axis = outcome_axis(scene)
    figure.set(
        xaxis={**axis, "title": {"text": "own mean"}, **({"range": list(x_range)} if crowded else {})},
        yaxis={
            **axis,
            "title": {"text": "estimate"},
            "automargin": True,
            **({"range": list(y_range)} if crowded else {}),
        },
    )
    return figure


def own_estimate_marks(scene: Scene, at: NDArray[np.int64], _request: ViewRequest = WHOLE) -> list[Trace]:
    """The marks of the groups ``at`` some positions."""
    own = scene.own_mean[at]
    traces = [] if scene.truth is None else [true_marks(scene, at, (own, scene.truth.mean[at]))]
    return traces + [
        group_markers(scene, at, (own, series.estimate[at]), series.style, series.label)
        for series in _moving(scene)
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
    """The truth, and every method with the slope of its line."""
    slopes = ((s, slope_on_own(scene, s)) for s in _moving(scene))
    return [
        *truth_entries(scene),
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
)
