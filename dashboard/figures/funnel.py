"""The funnel: own means against their precision, with the limits that chance alone explains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dashboard.figures.columns import own_style, whole_range
from dashboard.figures.density import cloud_trace
from dashboard.figures.page_view import PageView
from dashboard.figures.parts import (
    ONE_BY_ONE,
    every_position,
    group_markers,
    outcome_axis,
    themed_figure,
    tick_text,
)
from dashboard.figures.view_request import WHOLE, ViewRequest
from dashboard.figures.weight import information_axis, information_title, is_wide, place, size_grid
from dashboard.scene.style import FAINT, GREY, INK, rgba
from estimators import DataError, Funnel, funnel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.figures.plotly_json import PlotlyFigure, Trace
    from dashboard.scene.scene import Scene
    from estimators.inference.funnel import Spread

SUBTITLE = "own means and what chance explains, 95 and 99.8%"
NOT_BESIDE_COVARIATES = (
    "A funnel sets own means against one target for all and what chance puts around it. With covariates each "
    "own mean has a target of its own: look at Groups and Own against estimate, or take the covariates out."
)
NOT_OF_SURVEYS = (
    "A funnel needs errors that follow from how much each group's data weigh, which those of survey weights "
    "do not: look at the intervals of level means in Groups."
)
Z = {"95%": 1.959964, "99.8%": 3.090232}
"""Half widths of the limits, in standard errors."""
OUTER = Z["99.8%"]
LINES: dict[Spread, tuple[str, str]] = {
    "chance": ("dot", "chance"),
    "multiplicative": ("dash", "× √φ"),
    "additive": ("solid", "+ τ²"),
}
"""By what widens the limits: how they are drawn, and what they are called."""
MOST_MARKED = 20
"""Groups beyond the limits that are drawn one by one where all are a density."""
MOST_NAMED = 6
NAME_WIDTH, NAME_HEIGHT = 0.2, 0.07
"""Shares of the picture that a name of usual length takes."""
CELL_PIXELS = 5
STEEPEST = 0.6
"""Of the spread of own means: how much further than these the limits of the smallest groups are drawn."""


def funnel_figure(scene: Scene, request: ViewRequest = WHOLE) -> PlotlyFigure | None:
    """Rows or 1 / SE^2 on x, own means on y, limits around their common target; None: there are none.

    Of more than ONE_BY_ONE groups they are a density, with those that lie furthest outside as marks.

    Raises:
        DataError: covariates or survey weights, with what to look at instead.

    """
    weights = scene.comparison.data.weights
    if weights is not None and weights.kind == "survey":
        raise DataError(NOT_OF_SURVEYS)
    if scene.comparison.data.covariates is not None:
        raise DataError(NOT_BESIDE_COVARIATES)
    try:
        found = funnel(scene.comparison.data)
    except DataError:
        return None
    figure, crowded = themed_figure(scene), len(scene) > ONE_BY_ONE
    x = place(scene.information, wide=is_wide(scene))
    x_range = request.x or whole_range([x])
    y_range = request.y or _heights(scene)
    figure.set(meta={"subtitle": _subtitle(scene, found), "zoom": crowded, "ratios": scene.is_ratio})
    if crowded:
        cells = max(request.height // CELL_PIXELS, 40)
        figure.add(cloud_trace((x, scene.own_mean), (x_range, y_range), cells, GREY[scene.dark]))
    figure.add(*_limits(scene, found))
    figure.add(*funnel_marks(scene, _furthest(scene, found) if crowded else every_position(scene)))
    figure.add_horizontal(
        found.target, line={"color": GREY[scene.dark], "width": 1.2, "dash": "dot"}, layer="below"
    )
    _add_names(figure, scene, found)
    figure.set(
        xaxis={"title": {"text": information_title(scene)}, **information_axis(scene)},
        yaxis={**outcome_axis(scene), "range": list(y_range), "automargin": True},
    )
    if crowded:
        figure.set(xaxis={"range": list(x_range)})
    return figure


def funnel_marks(scene: Scene, at: NDArray[np.int64], _request: ViewRequest = WHOLE) -> list[Trace]:
    """The marks of the groups ``at`` some positions."""
    x = place(scene.information[at], wide=is_wide(scene))
    return [group_markers(scene, at, (x, scene.own_mean[at]), own_style(scene), "own mean")]


def _subtitle(scene: Scene, found: Funnel) -> str:
    """How much more than by chance own means spread, and where many are drawn as a density, that."""
    beyond = int(found.beyond(OUTER).sum())
    who = f"{beyond:,} outside" if beyond else "none outside"
    more = f"; density of {len(scene):,} {scene.unit.many}" if len(scene) > ONE_BY_ONE else ""
    return f"95 and 99.8% limits; φ {found.phi:.2g}, {who} the outer ones with τ²{more}"


def _heights(scene: Scene) -> tuple[float, float]:
    low, high = whole_range([scene.own_mean])
    room = STEEPEST / 2 * (high - low)
    return low - room, high + room


def _limits(scene: Scene, found: Funnel) -> list[Trace]:
    """Both limits of every kind; those that over-dispersion does not widen are those of chance."""
    grid = size_grid(scene)
    errors = _unit_error(scene, found) / np.sqrt(grid)
    kinds = [kind for kind in LINES if kind == "chance" or found.phi > 1.0]
    look = {"chance": FAINT, "multiplicative": GREY, "additive": INK}
    x = place(grid, wide=is_wide(scene))
    return [
        {
            "type": "scatter",
            "x": np.concatenate([x, [np.nan], x]),
            "y": found.target + np.concatenate([half, [np.nan], -half]),
            "mode": "lines",
            "line": {
                "color": rgba(look[kind][scene.dark], 0.9 if z == OUTER else 0.5),
                "width": 1.1,
                "dash": LINES[kind][0],
            },
            "hoverinfo": "skip",
        }
        for kind in kinds
        for z in Z.values()
        for half in [found.half_width(errors, z, spread=kind)]
    ]


def _unit_error(scene: Scene, found: Funnel) -> float:
    """The standard error of an own mean that weighs 1."""
    return float(found.std_error[0] * np.sqrt(scene.comparison.data.information[0]))


def _furthest(scene: Scene, found: Funnel) -> NDArray[np.int64]:
    """Positions of the groups that lie furthest beyond the outer limits, in display order."""
    share = (np.abs(found.deviation) / found.half_width(found.std_error, OUTER, spread="additive"))[
        scene.order
    ]
    outside = np.flatnonzero(share > 1.0)
    return np.sort(outside[np.argsort(-share[outside], kind="stable")][:MOST_MARKED])


def _apart(scene: Scene, outside: NDArray[np.int64]) -> NDArray[np.int64]:
    """Those of some positions, from the outermost in, whose names do not stand upon each other."""
    x = place(scene.information, wide=is_wide(scene))
    width, height = float(np.ptp(x)) or 1.0, float(np.ptp(scene.own_mean)) or 1.0
    middle = float(np.median(scene.own_mean))
    kept: list[int] = []
    for at in sorted(outside.tolist(), key=lambda at: -abs(float(scene.own_mean[at]) - middle)):
        far = (
            abs(x[at] - x[other]) > NAME_WIDTH * width
            or abs(scene.own_mean[at] - scene.own_mean[other]) > NAME_HEIGHT * height
            for other in kept
        )
        if len(kept) < MOST_NAMED and all(far):
            kept.append(at)
    return np.array(kept, dtype=np.int64)


def _add_names(figure: PlotlyFigure, scene: Scene, found: Funnel) -> None:
    """The names of those outside, and what the lines are."""
    outside = _apart(scene, _furthest(scene, found))
    every = place(scene.information, wide=is_wide(scene))
    fits_left = every[outside] > every.min() + NAME_WIDTH * np.ptp(every)
    marks = zip(
        outside.tolist(), every[outside].tolist(), fits_left.tolist(), scene.labels_at(outside), strict=True
    )
    for at, where, left, label in marks:
        figure.add_note(
            tick_text(label),
            x=where,
            y=float(scene.own_mean[at]),
            xanchor="right" if left else "left",
            xshift=-7 if left else 7,
            font={"size": 10.5, "color": INK[scene.dark]},
        )
    names = [f"{'· · ·' if kind == 'chance' else '– – –' if dash == 'dash' else '—'} {text}"
             for kind, (dash, text) in LINES.items() if kind == "chance" or found.phi > 1.0]  # fmt: skip
    figure.add_note(
        "   ".join(names),
        x=1,
        y=1,
        xref="paper",
        yref="paper",
        xanchor="right",
        yanchor="top",
        font={"size": 10.5, "color": FAINT[scene.dark]},
    )


VIEW = PageView(
    id="funnel",
    title="Funnel",
    subtitle=SUBTITLE,
    figure=funnel_figure,
    part=funnel_figure,
    marks=funnel_marks,
    place="below",
    of_level=False,
)
