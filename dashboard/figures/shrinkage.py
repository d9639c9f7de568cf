"""From each group's own mean to what every estimator makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.figures.columns import add_columns, columns_axis, columns_marks, method_columns, whole_range
from dashboard.figures.page_view import PageView
from dashboard.figures.parts import ONE_BY_ONE, outcome_axis, themed_figure
from dashboard.figures.view_request import WHOLE, ViewRequest
from dashboard.scene.style import FAINT, GREY

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
    figure.set(meta={"subtitle": SUBTITLE, **add_columns(figure, scene, request, columns)})
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
)
