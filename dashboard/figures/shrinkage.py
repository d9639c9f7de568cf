"""From each group's own mean to what every estimator makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dashboard.figures.page_view import PageView
from dashboard.figures.parts import (
    columns_layout,
    group_lines,
    group_markers,
    themed_figure,
    title_text,
)
from dashboard.figures.truth import true_marks
from dashboard.scene.style import FAINT, GREY, OWN, Style
from dashboard.scene.truth import TRUE

if TYPE_CHECKING:
    from dashboard.figures.plotly_json import PlotlyFigure
    from dashboard.scene.scene import Scene, Series


def shrinkage_figure(scene: Scene) -> PlotlyFigure:
    """A column for the own means and one for each estimator that moves them; a line for each group."""
    figure = themed_figure(scene)
    columns = column_series(scene)
    own = [("own mean", scene.own_mean, own_style(scene))] if scene.show_own else []
    all_columns = [*own, *((s.label, s.estimate, s.style) for s in columns)]
    names, lines = [name for name, _, _ in all_columns], [values for _, values, _ in all_columns]
    if scene.truth is not None:
        names, lines = [*names, TRUE], [*lines, scene.truth.mean]
    figure.add(*group_lines(scene, lines))
    if scene.truth is not None:
        figure.add(true_marks(scene, np.full(len(scene), float(len(all_columns))), scene.truth.mean))
    for place, (name, values, style) in enumerate(all_columns):
        figure.add(group_markers(scene, np.full(len(scene), float(place)), values, style, name))
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
        **columns_layout(names),
        yaxis={"title": {"text": title_text(scene.outcome)}, "automargin": True},
    )
    return figure


def column_series(scene: Scene) -> list[Series]:
    """The estimators with a column of their own: not those that are a line, nor the own means again."""
    return [s for s in scene.series if not s.is_line and not (s.is_own_mean and scene.show_own)]


def own_style(scene: Scene) -> Style:
    """The own means look like the estimator that leaves them as they are, where one is on."""
    return next((s.style for s in scene.series if s.is_own_mean), Style(OWN[False], OWN[True], "circle-open"))


VIEW = PageView(
    id="shrinkage",
    title="Shrinkage",
    subtitle="from own mean to each estimate",
    figure=shrinkage_figure,
    place="wide",
)
