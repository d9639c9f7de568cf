"""How the order of the groups changes from one estimator to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dashboard.figures.page_view import PageView
from dashboard.figures.parts import columns_layout, group_lines, group_markers, themed_figure
from dashboard.figures.shrinkage import column_series, own_style
from dashboard.figures.truth import true_marks
from dashboard.scene.truth import TRUE

if TYPE_CHECKING:
    from dashboard.figures.plotly_json import PlotlyFigure
    from dashboard.scene.scene import Scene


def rank_figure(scene: Scene) -> PlotlyFigure:
    """A column for the own means and one for each estimator; rank 1 on top."""
    figure = themed_figure(scene, left=44)
    own = [("own mean", scene.own_rank, own_style(scene))] if scene.show_own else []
    columns = [*own, *((s.label, s.rank, s.style) for s in column_series(scene))]
    names, lines = [name for name, _, _ in columns], [values for _, values, _ in columns]
    if scene.truth is not None:
        names, lines = [*names, TRUE], [*lines, scene.truth.rank]
    figure.add(*group_lines(scene, lines))
    size = min(8.0, max(2.5, 150.0 / len(scene)))
    if scene.truth is not None:
        at = np.full(len(scene), float(len(columns)))
        figure.add(true_marks(scene, at, scene.truth.rank, size=size + 2.0))
    for place, (name, values, style) in enumerate(columns):
        figure.add(group_markers(scene, np.full(len(scene), float(place)), values, style, name, size=size))
    room = 0.04 * len(scene)
    figure.set(
        **columns_layout(names),
        yaxis={
            "range": [len(scene) + 0.5 + room, 0.5 - room],
            "tickvals": rank_ticks(len(scene)),
            "showgrid": False,
        },
    )
    return figure


def rank_ticks(groups: int) -> list[int]:
    """1 and a handful of round ranks."""
    step = next(s * 10**k for k in range(12) for s in (1, 2, 5) if groups / (s * 10**k) <= 6)
    return [1, *range(step if step > 1 else 2, groups + 1, step)]


VIEW = PageView(
    id="rank",
    title="Rank",
    subtitle="who moves",
    figure=rank_figure,
    place="single",
)
