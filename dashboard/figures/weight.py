"""The weight on a group's own mean against what its data weigh: each method's curve, and groups on it."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.figures.page_view import PageView
from dashboard.figures.parts import group_markers, plotly_text, themed_figure
from dashboard.figures.truth import true_marks
from dashboard.scene.style import rgba

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.figures.plotly_json import PlotlyFigure
    from dashboard.scene.scene import Scene, Series

_log = logging.getLogger(__name__)

CURVE_POINTS = 160
"""Points of a curve: at the width of a card, one in every two to five pixels, so that it looks smooth."""
WIDE = 30.0
"""Ratio of the largest to the smallest information past which it is drawn on a logarithmic scale."""


def weight_figure(scene: Scene) -> PlotlyFigure:
    """Rows or 1 / SE^2 on x (their logarithm, where they differ much), weight from 0 to 1 on y."""
    figure = themed_figure(scene)
    wide = is_wide(scene)
    grid = size_grid(scene)
    if scene.truth is not None:
        figure.add(true_marks(scene, place(scene.information, wide=wide), scene.truth.weight))
    for series in scene.series:
        curve = curve_of(series, grid)
        color = series.style.color(dark=scene.dark)
        if curve is not None:
            dash = "dash" if series.is_line else "solid"
            figure.add(
                {
                    "type": "scatter",
                    "x": place(grid, wide=wide),
                    "y": curve,
                    "mode": "lines",
                    "hoverinfo": "skip",
                    "name": plotly_text(series.label),
                    "line": {"color": rgba(color, 0.75), "width": 1.6, "dash": dash},
                }
            )
        if series.weight is not None and not series.is_line:
            figure.add(
                group_markers(
                    scene, place(scene.information, wide=wide), series.weight, series.style, series.label
                )
            )
    figure.set(
        xaxis={"title": {"text": _axis_title(scene)}, **_information_axis(scene)},
        yaxis={"range": [-0.04, 1.06], "tickformat": ".0%", "tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1.0]},
    )
    return figure


def _axis_title(scene: Scene) -> str:
    if scene.published_error is None:
        return f"rows per {scene.unit.one}"
    return f"information per {scene.unit.one}, 1 / SE²"


def _information_axis(scene: Scene) -> dict[str, Any]:
    low, high = float(scene.information.min()), float(scene.information.max())
    if is_wide(scene):
        ticks = log_ticks(low, high)
        return {"tickvals": place(np.array(ticks), wide=True), "ticktext": [_tick_text(t) for t in ticks]}
    beyond = 0.5 if scene.published_error is None else 0.0
    return {"range": [0, 2 * high + beyond if low == high else high + 0.04 * high]}


def _tick_text(value: float) -> str:
    return f"{value:,.0f}" if 1 <= value < 1e10 else f"{value:g}"


def curve_of(series: Series, information: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The weights ``(M,)`` on a method's curve at ``information (M,)``; None where it has no usable curve."""
    if series.result.fit is None:
        return None
    try:
        with np.errstate(all="ignore"):
            curve = series.result.estimator.weight_curve(series.result.fit, information)
            values = None if curve is None else np.asarray(curve, dtype=np.float64)
    except Exception:  # noqa: BLE001 - a plugin's curve may fail in any way: the rest of the page goes on
        _log.exception("The weight curve of %s failed and is left out.", series.id)
        return None
    return values if values is not None and values.shape == information.shape else None


def is_wide(scene: Scene) -> bool:
    """Whether information is drawn on a logarithmic scale."""
    return float(scene.information.max()) / float(scene.information.min()) > WIDE


def place(information: NDArray[np.float64], *, wide: bool) -> NDArray[np.float64]:
    """Where information stands on x; the axis itself stays linear, as the page's overlay expects."""
    return np.log10(information) if wide else information


def size_grid(scene: Scene) -> NDArray[np.float64]:
    """Information ``(CURVE_POINTS,)`` at which the curves are drawn."""
    low, high = float(scene.information.min()), float(scene.information.max())
    if is_wide(scene):
        return np.geomspace(low, high, CURVE_POINTS)
    return np.linspace(min(low, high / 50), high if low < high else 2 * high, CURVE_POINTS)


def log_ticks(low: float, high: float) -> list[float]:
    """A dozen powers of ten at most, with 3s between them where the range is short."""
    first, last = math.ceil(math.log10(low / 3)), math.floor(math.log10(high * 3))
    tens = [10.0**k for k in range(first, last + 1, 1 + (last - first) // 12)]
    if len(tens) > 4:
        return tens
    return sorted({*tens, *(3 * t for t in tens if low / 2 <= 3 * t <= high * 2)})


VIEW = PageView(
    id="weight",
    title="Weight on own data",
    subtitle="by what a group's own data weigh",
    figure=weight_figure,
    place="single",
    subtitle_of=lambda scene: f"by {_axis_title(scene)}",
)
