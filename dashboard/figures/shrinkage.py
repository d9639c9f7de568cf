"""From each group's own mean to what every estimator makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.figures.columns import add_columns, columns_axis, columns_marks, method_columns, whole_range
from dashboard.figures.page_view import PageView
from dashboard.figures.parts import ONE_BY_ONE, add_center, outcome_axis, themed_figure
from dashboard.figures.view_request import WHOLE, ViewRequest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dashboard.figures.plotly_json import PlotlyFigure, Trace
    from dashboard.scene.scene import Scene

SUBTITLE = "from own mean to each estimate"


def shrinkage_figure(scene: Scene, request: ViewRequest = WHOLE) -> PlotlyFigure:
    """A column for the own means and one for each estimator that moves them; a line for each group."""
    figure = themed_figure(scene)
    columns = method_columns(scene, ranks=False)
    figure.set(
        meta={"subtitle": SUBTITLE, "ratios": scene.is_ratio, **add_columns(figure, scene, request, columns)}
    )
    add_center(figure, scene)
    figure.set(
        **columns_axis(scene, columns),
        yaxis={**outcome_axis(scene), "automargin": True},
    )
    if len(scene) > ONE_BY_ONE and columns:
        whole = whole_range([column.values for column in columns])
        figure.set(yaxis={"range": list(request.y or whole)})
    return figure


def shrinkage_marks(scene: Scene, at: NDArray[np.int64], _request: ViewRequest = WHOLE) -> list[Trace]:
    """The lines and marks of the groups ``at`` some positions."""
    return columns_marks(scene, at, method_columns(scene, ranks=False))


VIEW = PageView(
    id="shrinkage",
    title="Shrinkage",
    subtitle=SUBTITLE,
    figure=shrinkage_figure,
    part=shrinkage_figure,
    marks=shrinkage_marks,
    place="wide",
    of_level=False,
)
