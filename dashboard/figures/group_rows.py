"""The rows behind the means: a strip and a box for each of a few groups, outlying rows by their line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.figures.page_view import PageView
from dashboard.figures.parts import (
    group_markers,
    marker_size,
    outcome_axis,
    plotly_text,
    themed_figure,
    tick_text,
)
from dashboard.figures.view_request import WHOLE, ViewRequest
from dashboard.scene.group_rows import MOST_GROUPS, rows_of_data
from dashboard.scene.style import FAINT, GREY, INK, OWN, Style, rgba
from estimators import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.figures.plotly_json import PlotlyFigure, Trace
    from dashboard.scene.group_rows import GroupRows
    from dashboard.scene.scene import Scene

SUBTITLE = "points: rows, box: quartiles, ◆ own mean"
UNWEIGHTED = "each row once, whatever its weight"
FIT_IN_CARD = 12
"""Groups up to which all rows of the view fit into its card; more are a list that scrolls."""
MOST_NAMED = 60
"""Outlying rows of all groups together that have their line beside them, the furthest of each group first."""
JITTER = 0.5
"""Height of the strip of a group's rows, in rows of the view."""
ROOM = 0.09
"""Left and right of all rows, in shares of their range: the number of a line stands over its row."""
EDGE = 0.15
"""Shares of the range at its ends in which such a number stands beside its point."""
GOLDEN = 0.618033988749895
RATES = "Rates are of events in an exposure: there are no rows behind them."
PUBLISHED = "Estimates were published, with their standard errors, without the rows behind them."
OWN_MEAN = Style(INK[False], INK[True], "diamond")


def group_rows_figure(scene: Scene, request: ViewRequest = WHOLE) -> PlotlyFigure:
    """The rows of the groups that are pinned, else of all where there are few; best groups on top."""
    if not scene.comparison.data.counts_rows:
        raise DataError(RATES if scene.comparison.data.kind == "rates" else PUBLISHED)
    figure = themed_figure(scene, rows=True, left=20)
    at, which = _positions(scene, request)
    figure.set(meta={"pins": True, "subtitle": which}, xaxis=outcome_axis(scene))
    if not len(at):
        return _empty(scene, figure)
    data = scene.comparison.data
    labels = data.labels[scene.order[at]].tolist()
    found = rows_of_data(data, labels) if scene.rows_of is None else scene.rows_of(labels)
    if scene.weighted or [rows.count for rows in found] != data.n[scene.order[at]].tolist():
        figure.set(meta={"subtitle": f"{which}; {UNWEIGHTED}"})
    place = np.arange(len(at), dtype=np.float64)
    figure.add(_strips(scene, found), _boxes(scene, found), *_outlying(scene, found))
    figure.add(
        group_markers(scene, at, (scene.own_mean[at], place), OWN_MEAN, "own mean", size=marker_size(len(at)))
    )
    low, high = _extent(found)
    room = ROOM * (high - low) or max(abs(low), 1.0)
    figure.set(
        meta={"list": len(at) if len(at) > FIT_IN_CARD else 0},
        xaxis={"range": [low - room, high + room]},
        yaxis={
            "range": [len(at) - 0.4, -0.6],
            "automargin": True,
            "showgrid": False,
            "tickvals": place.tolist(),
            "ticktext": [tick_text(label) for label in scene.labels_at(at)],
        },
    )
    return figure


def _positions(scene: Scene, request: ViewRequest) -> tuple[NDArray[np.int64], str]:
    """The positions of the groups whose rows are drawn, and which they are, in words."""
    keys = [key for key in request.keys if key < len(scene)]
    total = f"{len(scene):,} {scene.unit.many}"
    if keys:
        positions = np.empty(len(scene), dtype=np.int64)
        positions[scene.order] = np.arange(len(scene))
        at = np.sort(positions[keys[:MOST_GROUPS]])
        if len(keys) > MOST_GROUPS:
            return at, f"{MOST_GROUPS} of the {scene.unit.many} that are pinned"
        one = scene.unit.one if len(at) == 1 else scene.unit.many
        return at, f"the {one} that {'is' if len(at) == 1 else 'are'} pinned, of {total}"
    if len(scene) <= MOST_GROUPS:
        return np.arange(len(scene)), SUBTITLE
    return np.empty(0, dtype=np.int64), f"of {scene.unit.many} that are pinned"


def _empty(scene: Scene, figure: PlotlyFigure) -> PlotlyFigure:
    figure.add_note(
        f"Pin up to {MOST_GROUPS} {scene.unit.many} to see their rows",
        x=0.5,
        y=0.5,
        xref="paper",
        yref="paper",
        font={"size": 13, "color": FAINT[scene.dark]},
    )
    figure.set(xaxis={"visible": False}, yaxis={"visible": False})
    return figure


def _strips(scene: Scene, found: list[GroupRows]) -> Trace:
    """Rows as points, each group's spread over the height of its strip, the same each time."""
    x = np.concatenate([rows.points for rows in found])
    y = np.concatenate([place + _jitter(len(rows.points)) for place, rows in enumerate(found)])
    return {
        "type": "scatter",
        "x": x,
        "y": y,
        "mode": "markers",
        "marker": {"color": rgba(OWN[scene.dark], 0.5), "size": 4.5, "symbol": "circle"},
        "hoverinfo": "skip",
    }


def _jitter(count: int) -> NDArray[np.float64]:
    return JITTER * np.asarray(np.mod(np.arange(count) * GOLDEN, 1.0) - 0.5, dtype=np.float64)


def _boxes(scene: Scene, found: list[GroupRows]) -> Trace:
    low, middle, high = np.array([rows.quartiles for rows in found]).T
    begin, end = np.array([rows.whiskers for rows in found]).T
    return {
        "type": "box",
        "orientation": "h",
        "y": np.arange(len(found), dtype=np.float64),
        "q1": low,
        "median": middle,
        "q3": high,
        "lowerfence": begin,
        "upperfence": end,
        "width": 0.6,
        "line": {"color": GREY[scene.dark], "width": 1.3},
        "fillcolor": rgba(GREY[scene.dark], 0.12),
        "hoverinfo": "skip",
    }


def _outlying(scene: Scene, found: list[GroupRows]) -> list[Trace]:
    """Rows far out as rings; those furthest out have the number of their line or row beside them."""
    x = np.concatenate([rows.outlying for rows in found])
    if not len(x):
        return []
    y = np.repeat(np.arange(len(found), dtype=np.float64), [len(rows.outlying) for rows in found])
    named = max(MOST_NAMED // len(found), 1)
    low, high = _extent(found)
    text = [
        f"{rows.noun} {rows.outlying_lines[i]:,}" if rows.outlying_lines is not None and i < named else ""
        for rows in found
        for i in range(len(rows.outlying))
    ]
    return [
        {
            "type": "scatter",
            "x": x,
            "y": y,
            "mode": "markers+text",
            "marker": {
                "color": INK[scene.dark],
                "size": 6,
                "symbol": "circle-open",
                "line": {"width": 1.2, "color": INK[scene.dark]},
            },
            "text": [plotly_text(one) for one in text],
            "textposition": [_towards_middle(share) for share in (x - low) / ((high - low) or 1.0)],
            "textfont": {"size": 10, "color": FAINT[scene.dark]},
            "hoverinfo": "skip",
        }
    ]


def _towards_middle(share: float) -> str:
    """Where the text of a row stands that lies at a share of the range: at its ends within the plot."""
    return "top right" if share < EDGE else "top left" if share > 1 - EDGE else "top center"


def _extent(found: list[GroupRows]) -> tuple[float, float]:
    ends: list[Any] = [np.concatenate([rows.whiskers, rows.outlying]) for rows in found]
    return float(min(end.min() for end in ends)), float(max(end.max() for end in ends))


VIEW = PageView(
    id="group-rows",
    title="Rows",
    subtitle=SUBTITLE,
    figure=group_rows_figure,
    part=group_rows_figure,
    place="wide",
    of_level=False,
)
