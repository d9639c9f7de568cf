"""Views with a column for each method and a line for each group through all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.figures.density import flow_trace
from dashboard.figures.parts import (
    ONE_BY_ONE,
    columns_layout,
    every_position,
    group_lines,
    group_markers,
    groups_meta,
)
from dashboard.figures.stand_outs import most_moved, most_moved_of_each_part, moves, within
from dashboard.figures.truth import true_marks
from dashboard.scene.style import GREY, LINE, OWN, Style

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.figures.plotly_json import PlotlyFigure, Trace
    from dashboard.figures.view_request import ViewRequest
    from dashboard.scene.scene import Scene, Series

STILL = 0.02
"""Share of all ranks that a group moves by to count as moving, where ranks are drawn as a density: most
move little, and the density of all of them is the same everywhere."""
CELL_PIXELS = 3
"""The height of a cell of a density."""
ROOM = 0.04
OWN_CENTER = "pulled to"
CENTER_STYLE = Style(GREY[False], GREY[True], LINE)
"""What the headline's method pulls each group to, where that is not the same for all."""
PITCH = 1.7
"""From one panel to the next, where the two columns of a panel stand 1 apart."""


@dataclass(frozen=True)
class Column:
    """One column of a view: its name, its values ``(J,)`` in display order, its marks."""

    name: str
    values: NDArray[np.float64]
    style: Style | None
    """None: the true values, which are rings."""


def method_columns(scene: Scene, *, ranks: bool) -> list[Column]:
    """The own means, the methods that move them, and the truth where it is known."""
    own = scene.own_rank if ranks else scene.own_mean
    found = [Column("own mean", own, own_style(scene))] if scene.show_own else []
    found += [Column(s.label, s.rank if ranks else s.estimate, s.style) for s in column_series(scene)]
    if scene.own_centers is not None and not ranks and not scene.in_panels:
        found.append(Column(OWN_CENTER, scene.own_centers, CENTER_STYLE))
    if scene.truth is not None and (true_rank := scene.true_rank) is not None:
        found.append(Column(scene.truth.name, true_rank if ranks else scene.truth.mean, None))
    return found


def column_series(scene: Scene) -> list[Series]:
    """The estimators with a column of their own: not those that are a line, nor the own means again."""
    return [s for s in scene.series if not s.is_line and not (s.is_own_mean and scene.show_own)]


def own_style(scene: Scene) -> Style:
    """The own means look like the estimator that leaves them as they are, where one is on."""
    return next((s.style for s in scene.series if s.is_own_mean), Style(OWN[False], OWN[True], "circle-open"))


def columns_marks(
    scene: Scene, at: NDArray[np.int64], columns: list[Column], *, size: float | None = None
) -> list[Trace]:
    """The lines of the groups ``at`` some positions, and their mark in each column."""
    if scene.in_panels:
        return _panel_marks(scene, at, columns, size)
    traces = group_lines(scene, at, [column.values for column in columns])
    for place, column in sorted(enumerate(columns), key=lambda pair: pair[1].style is not None):
        x = np.full(len(at), float(place))
        if column.style is None:
            ring = None if size is None else size + 2.0
            traces.append(true_marks(scene, at, (x, column.values[at]), size=ring))
        else:
            traces.append(
                group_markers(scene, at, (x, column.values[at]), column.style, column.name, size=size)
            )
    return traces


def columns_axis(scene: Scene, columns: list[Column]) -> dict[str, Any]:
    """Layout with the columns' names; of panels one name under each."""
    if not scene.in_panels:
        return columns_layout([column.name for column in columns])
    moved = _moved(columns)
    middle = [PITCH * panel + 0.5 for panel in range(len(moved))]
    return columns_layout([column.name for column in moved], middle, (-0.35, middle[-1] + 0.85))


def _moved(columns: list[Column]) -> list[Column]:
    """The columns that have a panel: of the methods."""
    return [column for column in columns[1:] if column.style is not None]


def _panel_marks(
    scene: Scene, at: NDArray[np.int64], columns: list[Column], size: float | None
) -> list[Trace]:
    """In a panel for each method a line from the own mean to the estimate; the truth stands at its end."""
    own, moved, groups = columns[0], _moved(columns), len(at)
    begin = PITCH * np.arange(len(moved), dtype=np.float64)
    places = [place for start in begin.tolist() for place in (start, start + 1.0, float("nan"))]
    values = [value for column in moved for value in (own.values, column.values, column.values)]
    traces = group_lines(scene, at, values[:-1], places[:-1])

    def in_each_panel(
        column: Column, x: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return np.tile(x, groups), np.repeat(column.values[at], len(moved))

    meta = groups_meta(scene, at, len(moved))
    for column in columns:
        if column.style is None:
            ring = None if size is None else size + 2.0
            trace = true_marks(scene, at, in_each_panel(column, begin + 1.0), size=ring)
            traces.append({**trace, "meta": meta})
    trace = group_markers(scene, at, in_each_panel(own, begin), _style(own), own.name, size=size)
    traces.append({**trace, "meta": meta})
    for start, column in zip(begin.tolist(), moved, strict=True):
        x = np.full(groups, start + 1.0)
        traces.append(
            group_markers(scene, at, (x, column.values[at]), _style(column), column.name, size=size)
        )
    return traces


def _style(column: Column) -> Style:
    if column.style is None:
        raise ValueError(f"{column.name} is no method's column")
    return column.style


def _flows(
    scene: Scene, columns: list[Column], crowd: NDArray[np.bool_], ends: tuple[float, float], cells: int
) -> list[Trace]:
    """The density of the lines of a crowd, in each panel where there are panels."""
    if not scene.in_panels:
        return [flow_trace([c.values[crowd] for c in columns], ends, cells, dark=scene.dark)]
    own = columns[0].values[crowd]
    return [
        flow_trace([own, column.values[crowd]], ends, cells, dark=scene.dark) | {"x0": PITCH * panel}
        for panel, column in enumerate(_moved(columns))
    ]


def add_columns(
    figure: PlotlyFigure,
    scene: Scene,
    request: ViewRequest,
    columns: list[Column],
    *,
    ranks: bool = False,
    size: float | None = None,
) -> dict[str, Any]:
    """Draw all groups in sight one by one, or their density; gives what ``layout.meta`` says of it."""
    values = [column.values for column in columns]
    if len(scene) <= ONE_BY_ONE or not columns:
        figure.add(*columns_marks(scene, every_position(scene), columns, size=size))
        return {}
    total = f"{len(scene):,} {scene.unit.many}"
    at = None if request.y is None else within(values, request.y, ONE_BY_ONE)
    if at is not None:
        figure.add(*columns_marks(scene, at, columns, size=size))
        return {"zoom": True, "subtitle": f"the {len(at):,} of {total} in this range"}
    ends, moved = request.y or whole_range(values), moves(values)
    if ranks:
        crowd = moved >= STILL * len(scene)
        at = most_moved_of_each_part(moved, values[0])
        which = f"the {np.count_nonzero(crowd):,} of {total} that move by {STILL:.0%} of ranks"
        lines = "the most moved of each 5% as lines"
    else:
        crowd, at = np.ones(len(scene), dtype=np.bool_), most_moved(moved)
        which, lines = total, f"the {len(at)} most moved as lines"
    if len(columns) > 1 and crowd.any():
        cells = max(request.height // CELL_PIXELS, 40)
        figure.add(*_flows(scene, columns, crowd, ends, cells))
    figure.add(*columns_marks(scene, at, columns, size=size))
    return {"zoom": True, "subtitle": f"density of {which}, {lines}"}


def whole_range(values: list[NDArray[np.float64]]) -> tuple[float, float]:
    """A range with room around all values."""
    low = min(float(np.nanmin(column)) for column in values)
    high = max(float(np.nanmax(column)) for column in values)
    room = ROOM * (high - low) or max(abs(low), 1.0)
    return low - room, high + room
