"""How the order of the groups changes from one estimator to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.figures.columns import ROOM, add_columns, columns_axis, columns_marks, method_columns
from dashboard.figures.page_view import PageView
from dashboard.figures.parts import ONE_BY_ONE, themed_figure
from dashboard.figures.view_request import WHOLE, ViewRequest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dashboard.figures.plotly_json import PlotlyFigure, Trace
    from dashboard.scene.scene import Scene

SUBTITLE = "who moves"
TICK_LETTER = 6
"""The width of a digit of a tick, in pixels."""


def rank_figure(scene: Scene, request: ViewRequest = WHOLE) -> PlotlyFigure:
    """A column for the own means and one for each estimator; rank 1 on top."""
    figure = themed_figure(scene, left=30 + TICK_LETTER * len(f"{len(scene):,}"))
    columns = method_columns(scene, ranks=True)
    figure.set(
        meta={
            "subtitle": SUBTITLE,
            **add_columns(figure, scene, request, columns, ranks=True, size=_size(scene)),
        }
    )
    low, high = 0.5, len(scene) + 0.5
    ticks = rank_ticks(len(scene))
    if request.y is not None and len(scene) > ONE_BY_ONE:
        low, high = request.y
        ticks = rank_ticks(int(high), max(int(low), 1))
    else:
        low, high = low - ROOM * len(scene), high + ROOM * len(scene)
    figure.set(
        **columns_axis(scene, columns),
        yaxis={
            "range": [high, low],
            "tickvals": ticks,
            "ticktext": [f"{tick:,}" for tick in ticks],
            "showgrid": False,
        },
    )
    return figure


def rank_marks(scene: Scene, at: NDArray[np.int64], _request: ViewRequest = WHOLE) -> list[Trace]:
    """The lines and marks of the groups ``at`` some positions."""
    return columns_marks(scene, at, method_columns(scene, ranks=True), size=_size(scene))


def _size(scene: Scene) -> float:
    return min(8.0, max(4.0, 150.0 / len(scene)))


def rank_ticks(last: int, first: int = 1) -> list[int]:
    """The first and a handful of round ranks."""
    span = last - first + 1
    step = next(s * 10**k for k in range(12) for s in (1, 2, 5) if span / (s * 10**k) <= 6)
    begin = -(-(first + 1) // step) * step
    return [first, *range(begin, last + 1, step)]


VIEW = PageView(
    id="rank",
    title="Rank",
    subtitle=SUBTITLE,
    figure=rank_figure,
    part=rank_figure,
    marks=rank_marks,
    place="single",
    plays_truths=True,
    of_level=False,
)
