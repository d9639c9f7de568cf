"""The caterpillar: every estimator's value and interval for every group, sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.figures.density import band_trace, run_quantiles
from dashboard.figures.forest import (
    NAME,
    add_weights,
    diamond,
    diamond_place,
    forest_of,
    forest_words,
    squares,
)
from dashboard.figures.legend import LegendEntry, series_entries, truth_entries
from dashboard.figures.page_view import PageView
from dashboard.figures.panels import Panels
from dashboard.figures.parts import (
    FEW,
    group_markers,
    marker_size,
    outcome_axis,
    percent_digits,
    plotly_text,
    themed_figure,
    tick_text,
)
from dashboard.figures.ranges import ROOM, extent
from dashboard.figures.row_scale import ENDS, RowScale
from dashboard.figures.truth import true_marks
from dashboard.figures.view_request import WHOLE, ViewRequest
from dashboard.scene.style import GREY, GRID, INK, Style, rgba

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.figures.plotly_json import PlotlyFigure, Trace
    from dashboard.scene.scene import Scene, Series

MANY_METHODS = 6
"""Methods past which the marks of a group become smaller, since they stand closer."""
BAND_PIXELS = 3
"""The height of a run of rows that is drawn as one."""
MIDDLE_TICKS = 3
NOTE_HEIGHT = 20
"""Of the line of text over the rows, in pixels."""
GROUP_NAMES = 150
"""The pixels that names of groups take beside panels."""
OWN_STYLE = Style(GREY[False], GREY[True], "line-ns-open")
"""Of own means where no method stands for them."""


def groups_figure(scene: Scene, request: ViewRequest = WHOLE) -> PlotlyFigure:
    """One row per group, position 0 on top, the estimates of a group close below each other.

    Of up to ONE_BY_ONE rows each is drawn, in a list that scrolls where they do not fit. Of more the ones at
    both ends are, and between them how estimates and intervals are spread.
    """
    rows = _scale(scene, request)
    named = not rows.is_pressed and rows.count > FEW
    figure = themed_figure(scene, rows=True, left=20)
    if rows.is_pressed:
        at = rows.ends
        figure.add(*_bands(scene, rows, request.height))
        figure.set(meta={"subtitle": _bands_subtitle(scene, rows)})
    else:
        at = np.arange(rows.first, rows.last + 1)
        figure.set(meta={"subtitle": _subtitle(scene, rows)})
    panels = _panels(scene)
    forest = None if panels is not None else forest_of(scene, rows)
    places = rows.place(at.astype(np.float64))
    if forest is not None:
        figure.add(squares(scene, forest, at, places), *diamond(scene, forest, rows))
        figure.set(meta={"subtitle": f"{_subtitle(scene, rows)}; {forest_words(scene, forest)}"})
    figure.add(*_own_centers(scene, at, rows), *groups_marks(scene, at, request))
    if panels is None and scene.truth is None:  # else its range is to move in steps
        low, high = extent(figure, "x")
        if low <= high:
            room = ROOM * (high - low) or max(abs(low), 1.0)
            figure.set(xaxis={"range": [low - room, high + room]})
    _add_lines(figure, scene)
    names, below = _names(scene, rows, at), 0
    if forest is not None:
        add_weights(figure, scene, forest, at, places)
        names["tickvals"], names["ticktext"] = (
            [*names["tickvals"], diamond_place(rows)],
            [*names["ticktext"], NAME],
        )
        below = 1
    figure.set(
        meta={
            "window": [rows.first, rows.last],
            "zoom": len(scene) > FEW,
            "list": rows.count + below if named else 0,
            "ratios": scene.is_ratio,
        },
        xaxis=outcome_axis(scene) if panels is None else {},
        yaxis={
            "range": [rows.end + below + 0.6, (0 if rows.is_pressed else rows.first) - 0.6],
            "automargin": True,
            **names,
        },
    )
    if panels is not None:
        figure.set(**panels.layout(beside=GROUP_NAMES))
    return figure


def groups_marks(scene: Scene, at: NDArray[np.int64], request: ViewRequest = WHOLE) -> list[Trace]:
    """The marks of the groups ``at`` some positions, with their intervals.

    Methods that spread the groups widely are drawn first, so that they do not cover those that pull them in.
    """
    places = _scale(scene, request).place(at.astype(np.float64))
    if (panels := _panels(scene)) is not None:
        return _panel_marks(scene, at, places, panels)
    traces = []
    if _draws_own(scene):
        traces.append(group_markers(scene, at, (scene.own_mean[at], places), OWN_STYLE, "own mean"))
    if scene.truth is not None:
        traces.append(true_marks(scene, at, (scene.truth.mean[at], places)))
    placed = zip(mark_series(scene), offsets(scene), strict=True)
    size = marker_size(min(len(scene), 100)) * min(
        1.0, (MANY_METHODS / max(len(mark_series(scene)), 1)) ** 0.5
    )
    for series, offset in sorted(placed, key=lambda pair: -float(np.ptp(pair[0].estimate))):
        traces.append(
            group_markers(
                scene,
                at,
                (series.estimate[at], places + offset),
                series.style,
                series.label,
                size=size,
                **_intervals(scene, series, at),
            )
        )
    return traces


def _draws_own(scene: Scene) -> bool:
    return scene.show_own and not any(s.is_own_mean for s in scene.series)


def mark_series(scene: Scene) -> list[Series]:
    """The estimators that have a mark for each group."""
    return [s for s in scene.series if not s.is_line]


def offsets(scene: Scene) -> NDArray[np.float64]:
    """How far below the middle of its row each marked estimator is drawn."""
    count = len(mark_series(scene))
    return np.asarray(np.arange(count) - (count - 1) / 2.0) * min(0.24, 0.72 / max(count, 1))


def _scale(scene: Scene, request: ViewRequest) -> RowScale:
    """The rows that are asked for: those of a range of y where there is one."""
    drawn = RowScale(*request.window(scene))
    if request.y is None:
        return drawn
    first, last = drawn.position(np.array(request.y)).tolist()
    first, last = int(np.ceil(max(first, drawn.first))), int(np.floor(min(last, drawn.last)))
    return RowScale(first, last) if first <= last else drawn


def _intervals(scene: Scene, series: Series, at: NDArray[np.int64]) -> dict[str, Any]:
    if series.low is None or series.high is None:
        return {}
    return {
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": (series.high - series.estimate)[at],
            "arrayminus": (series.estimate - series.low)[at],
            "thickness": 1.4 if len(scene) <= FEW else 0.9,
            "width": 0,
            "color": rgba(series.style.color(dark=scene.dark), 0.8),
        }
    }


def _bands(scene: Scene, rows: RowScale, height: int) -> list[Trace]:
    """For each method where half of the intervals of a run end, and where most of its estimates lie."""
    first, last = rows.middle
    runs = min(max(height // (2 * BAND_PIXELS), 20), last - first + 1)
    edges = np.linspace(first, last + 1, runs + 1).astype(np.int64)
    along = rows.place((edges[:-1] + edges[1:] - 1) / 2.0)
    panels = _panels(scene)
    drawn: list[Trace] = []
    for panel, series in sorted(enumerate(mark_series(scene)), key=lambda p: -float(np.ptp(p[1].estimate))):
        traces: list[Trace] = []
        color = series.style.color(dark=scene.dark)
        if series.low is not None and series.high is not None:
            low, high = (run_quantiles(end, edges, [0.5])[0] for end in (series.low, series.high))
            traces.append(band_trace(low, high, along, rgba(color, 0.16)))
        low, middle, high = run_quantiles(series.estimate, edges, [0.1, 0.5, 0.9])
        traces.append(band_trace(low, high, along, rgba(color, 0.3)))
        traces.append(
            {
                "type": "scatter",
                "x": middle,
                "y": along,
                "mode": "lines",
                "line": {"color": color, "width": 1.4},
                "name": plotly_text(series.label),
                "hoverinfo": "skip",
            }
        )
        drawn += traces if panels is None else [panels.shifted(trace, panel) for trace in traces]
    return drawn


def _add_lines(figure: PlotlyFigure, scene: Scene) -> None:
    """Methods that say one number, and what BLUPs move towards; in each panel, where there are panels."""
    if (panels := _panels(scene)) is not None:
        _add_panel_lines(figure, scene, panels)
        return
    for series in scene.series:
        if series.is_line:
            color = series.style.color(dark=scene.dark)
            figure.add_vertical(
                float(series.estimate[0]), line={"color": color, "width": 1.1, "dash": "dash"}, layer="below"
            )
            figure.add(_legend_line(series, color))
    if scene.center is not None and scene.reference is not None:
        figure.add_vertical(
            scene.center,
            line={"color": INK[scene.dark], "width": 1.6, "dash": "dot"},
            layer="below",
        )
        text = f"dotted: μ, which {plotly_text(scene.reference.label)} pulls to"
        _add_note(figure, scene, text)
    if scene.own_centers is not None and scene.reference is not None:
        who = plotly_text(scene.reference.label)
        _add_note(figure, scene, f"dotted: what {who} pulls each {scene.unit.one} to")


def _own_centers(scene: Scene, at: NDArray[np.int64], rows: RowScale) -> list[Trace]:
    """A dotted line in each row at what the headline's method pulls its group to, where that differs."""
    if scene.own_centers is None or _panels(scene) is not None:
        return []
    places = rows.place(at.astype(np.float64))
    return [
        {
            "type": "scatter",
            "x": np.repeat(scene.own_centers[at], 3),
            "y": (places[:, None] + np.array([-0.45, 0.45, np.nan])).ravel(),
            "mode": "lines",
            "line": {"color": INK[scene.dark], "width": 1.4, "dash": "dot"},
            "hoverinfo": "skip",
        }
    ]


def _add_note(figure: PlotlyFigure, scene: Scene, text: str) -> None:
    """A line of text over the rows that ends where they do: over the names too, where rows are narrow."""
    figure.add_note(
        text,
        x=1,
        xref="paper",
        xanchor="right",
        y=1,
        yref="paper",
        yanchor="bottom",
        font={"size": 11, "color": INK[scene.dark]},
    )
    figure.set(margin={"t": NOTE_HEIGHT})


def _legend_line(series: Series, color: str) -> Trace:
    """What a legend in a picture shows of a method that is a line; it has no point."""
    return {
        "type": "scatter",
        "x": np.array([np.nan]),
        "y": np.array([np.nan]),
        "mode": "lines",
        "line": {"color": color, "width": 1.1, "dash": "dash"},
        "name": plotly_text(series.label),
        "hoverinfo": "skip",
    }


def _add_panel_lines(figure: PlotlyFigure, scene: Scene, panels: Panels) -> None:
    lines = [
        (float(s.estimate[0]), s.style.color(dark=scene.dark), "dash") for s in scene.series if s.is_line
    ]
    if scene.center is not None and scene.reference is not None:
        lines.append((scene.center, INK[scene.dark], "dot"))
    for value, color, dash in lines:
        for panel in range(len(panels.names)):
            at = panels.place(value, panel)
            figure.add_vertical(at, line={"color": color, "width": 1.1, "dash": dash}, layer="below")
    panels.add_frames(figure, GRID[scene.dark])


def _names(scene: Scene, rows: RowScale, at: NDArray[np.int64]) -> dict[str, Any]:
    places = rows.place(at.astype(np.float64)).tolist()
    labels = [tick_text(label) for label in scene.labels_at(at)]
    if rows.is_pressed:
        share = np.linspace(0, 1, MIDDLE_TICKS + 2)[1:-1]
        middle = np.round(rows.first + share * (rows.count - 1)).astype(np.int64)
        places[ENDS:ENDS] = rows.place(middle.astype(np.float64)).tolist()
        labels[ENDS:ENDS] = [f"{position + 1:,}" for position in middle.tolist()]
    size = {"tickfont": {"size": 10}} if rows.is_pressed else {}
    return {"tickvals": places, "ticktext": labels, "showgrid": False, **size}


def _subtitle(scene: Scene, rows: RowScale) -> str:
    """What the marks are; where not all groups are drawn, which."""
    what = "estimate and interval" if any(s.low is not None for s in mark_series(scene)) else "estimate"
    if (panels := _panels(scene)) is not None:
        ends = scene.shown(np.array([panels.low, panels.high])).tolist()
        digits = percent_digits(ends[1] - ends[0])
        low, high = (f"{end:.{digits}%}" if scene.is_share else f"{end:,.6g}" for end in ends)
        what += f", each panel from {low} to {high}"
    if rows.count == len(scene):
        return what
    return f"{what} of {rows.first + 1:,} to {rows.last + 1:,} of {len(scene):,}"


def _bands_subtitle(scene: Scene, rows: RowScale) -> str:
    which = f"{rows.first + 1:,} to {rows.last + 1:,} of " if rows.count < len(scene) else ""
    return (
        f"{which}{len(scene):,} {scene.unit.many}: {ENDS} at each end, between them 80% of estimates "
        "and typical intervals"
    )


def _panels(scene: Scene) -> Panels | None:
    """A panel for each method, where there are too many for one row of marks."""
    if not scene.in_panels:
        return None
    series = mark_series(scene)
    ends = [end for s in series for end in (s.low, s.high) if end is not None]
    values = [scene.own_mean, *(s.estimate for s in series), *ends]
    return Panels.around([s.label for s in series], values)


def _panel_marks(
    scene: Scene, at: NDArray[np.int64], places: NDArray[np.float64], panels: Panels
) -> list[Trace]:
    """In each panel one method's estimates and intervals, behind them the own means as ticks."""
    own = group_markers(scene, at, (scene.own_mean[at], places), OWN_STYLE, "own mean")
    truth = scene.truth
    traces = []
    for panel, series in enumerate(mark_series(scene)):
        traces.append(panels.shifted(own, panel))
        if truth is not None:
            traces.append(panels.shifted(true_marks(scene, at, (truth.mean[at], places)), panel))
        marks = group_markers(
            scene,
            at,
            (series.estimate[at], places),
            series.style,
            series.label,
            **_intervals(scene, series, at),
        )
        traces.append(panels.shifted(marks, panel))
    return traces


def groups_legend(scene: Scene) -> list[LegendEntry]:
    """Own means, the truth, and every method; those that say one number are lines."""
    own = [LegendEntry("own mean", OWN_STYLE)] if _draws_own(scene) or scene.in_panels else []
    if scene.in_panels:
        return [*own, *truth_entries(scene), *series_entries(s for s in scene.series if s.is_line)]
    return [*own, *truth_entries(scene), *series_entries(scene.series)]


VIEW = PageView(
    id="groups",
    title="Groups",
    subtitle="estimate and interval",
    figure=groups_figure,
    part=groups_figure,
    marks=groups_marks,
    legend=groups_legend,
    place="tall",
    plays_truths=True,
)
