"""The caterpillar: every estimator's value and interval for every group, sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.figures.page_view import PageView
from dashboard.figures.parts import (
    FEW,
    MANY,
    group_markers,
    marker_size,
    themed_figure,
    tick_text,
    title_text,
)
from dashboard.figures.truth import true_marks
from dashboard.scene.style import GREY, Style, rgba

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.figures.plotly_json import PlotlyFigure
    from dashboard.scene.scene import Scene, Series

MANY_METHODS = 6
"""Methods past which the marks of a group become smaller, since they stand closer."""


def groups_figure(scene: Scene) -> PlotlyFigure:
    """One row per group, position 0 on top, the estimates of a group close below each other.

    Methods that spread the groups widely are drawn first, so that they do not cover those that pull them in.
    """
    figure = themed_figure(scene, rows=True, left=12 if len(scene) > FEW else 20)
    figure.set(meta={"detail": len(scene) > FEW, "intervals": len(scene) <= MANY})
    positions = np.arange(len(scene), dtype=np.float64)
    if scene.show_own and not any(s.is_own_mean for s in scene.series):
        own = Style(GREY[False], GREY[True], "line-ns-open")
        figure.add(group_markers(scene, scene.own_mean, positions, own, f"own mean of each {scene.unit.one}"))
    if scene.truth is not None:
        figure.add(true_marks(scene, scene.truth.mean, positions))
    placed = zip(mark_series(scene), offsets(scene), strict=True)
    size = marker_size(len(scene)) * min(1.0, (MANY_METHODS / max(len(mark_series(scene)), 1)) ** 0.5)
    for series, offset in sorted(placed, key=lambda pair: -float(np.ptp(pair[0].estimate))):
        figure.add(
            group_markers(
                scene,
                series.estimate,
                positions + offset,
                series.style,
                series.label,
                size=size,
                **_intervals(scene, series),
            )
        )
    for series in scene.series:
        if series.is_line:
            color = series.style.color(dark=scene.dark)
            figure.add_vertical(
                float(series.estimate[0]), line={"color": color, "width": 1.3, "dash": "dash"}, layer="below"
            )
    figure.set(
        xaxis={"title": {"text": title_text(scene.outcome)}},
        yaxis={"range": [len(scene) - 0.4, -0.6], "automargin": len(scene) <= FEW, **_names(scene)},
    )
    return figure


def mark_series(scene: Scene) -> list[Series]:
    """The estimators that have a mark for each group."""
    return [s for s in scene.series if not s.is_line]


def offsets(scene: Scene) -> NDArray[np.float64]:
    """How far below the middle of its row each marked estimator is drawn."""
    count = len(mark_series(scene))
    return np.asarray(np.arange(count) - (count - 1) / 2.0) * min(0.24, 0.72 / max(count, 1))


def _intervals(scene: Scene, series: Series) -> dict[str, Any]:
    if series.low is None or series.high is None or len(scene) > MANY:
        return {}
    return {
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": series.high - series.estimate,
            "arrayminus": series.estimate - series.low,
            "thickness": 1.4 if len(scene) <= FEW else 0.9,
            "width": 0,
            "color": rgba(series.style.color(dark=scene.dark), 0.8),
        }
    }


def _names(scene: Scene) -> dict[str, Any]:
    if len(scene) > FEW:
        return {"showticklabels": False, "showgrid": False}
    return {
        "tickvals": list(range(len(scene))),
        "ticktext": [tick_text(label) for label in scene.labels],
        "showgrid": False,
    }


VIEW = PageView(
    id="groups",
    title="Groups",
    subtitle="estimate and interval",
    figure=groups_figure,
    place="tall",
)
