"""The shrinkage of several data sets side by side: small, on one scale, to be read and not worked with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from dashboard.figures.shrinkage import shrinkage_figure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.scene.scene import Scene

ROOM = 0.05
"""Of what is shown, above and below it."""
HEIGHT = 320


def lesson_figures(scenes: Sequence[Scene]) -> list[go.Figure]:
    """A shrinkage figure for each scene; all have the same range, so that they can be compared by eye."""
    every = np.concatenate([values for scene in scenes for values in _values(scene)])
    room = ROOM * float(np.ptp(every))
    both = (float(every.min()) - room, float(every.max()) + room)
    return [_small(scene, both) for scene in scenes]


def _values(scene: Scene) -> list[NDArray[np.float64]]:
    true = [] if scene.truth is None else [scene.truth.mean]
    return [scene.own_mean, *true, *(series.estimate for series in scene.series)]


def _small(scene: Scene, both: tuple[float, float]) -> go.Figure:
    base = shrinkage_figure(scene)
    figure = go.Figure(data=base.data, layout=base.layout)
    figure.update_traces(
        selector={"mode": "markers"},
        text=scene.labels,
        hoverinfo=None,
        hovertemplate="%{text}: %{y:.4f}",
    )
    names = [name.replace(" ", "<br>") for name in figure.layout.xaxis.ticktext]
    figure.update_xaxes(ticktext=names, tickangle=0, fixedrange=True)
    figure.update_yaxes(range=both, title_text="", automargin=False, fixedrange=True)
    figure.update_layout(dragmode=False, height=HEIGHT, margin={"l": 30, "r": 6, "t": 6, "b": 38})
    return figure
