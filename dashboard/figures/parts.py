"""What all views share: the empty figure in its theme, traces of groups, text made harmless."""

from __future__ import annotations

import html
import math
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.figures.plotly_json import PlotlyFigure
from dashboard.scene.label_text import middle_cut, short_label
from dashboard.scene.ratio_scale import ratio_text, ratio_ticks
from dashboard.scene.style import FAINT, GREY, GRID, INK, LINE, rgba
from estimators.data.ratio_names import log_ratio_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.figures.plotly_json import Plotly, Trace
    from dashboard.scene.scene import Scene
    from dashboard.scene.style import Style

FEW = 40
"""Groups up to which all rows of a view fit into its card."""
ONE_BY_ONE = 400
"""Groups up to which a view draws each; of more it shows how they are spread, and a few one by one."""

DASH_MARK = "line-ew-open"
"""The mark of a method that asks to be a line but says more than one number."""
LONGEST_TITLE = 60
FEW_COLUMNS = 4
"""Columns up to which each name fits on one line."""
LINE_LETTERS = 13
"""Letters of a line of a column's name, where there are many columns."""
LINE_HEIGHT = 14
"""Of such a line, in pixels."""
TOOLBAR = 28
"""The height of a view's toolbar, which stands above many columns, in pixels."""
LEAST_COLUMN = 92
"""The width of a column with such a name, in pixels."""

FONT = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"

MOST_PERCENT_DIGITS = 12
"""Behind the point of a percentage on an axis."""

NO_TEMPLATE = {"data": {"scatter": [{"type": "scatter"}]}}
"""What plotly calls the template "none": a ``go.Figure`` that is given no template takes one of its own."""


Points = tuple["NDArray[np.float64]", "NDArray[np.float64]"]
"""x and y of some groups."""


def themed_figure(scene: Scene, *, rows: bool = False, left: int = 52, bottom: int = 40) -> PlotlyFigure:
    """An empty figure in the scene's theme, that says in ``layout.meta`` what it shows."""
    return PlotlyFigure(
        themed_layout(dark=scene.dark, view=scene.selection_key, rows=rows, left=left, bottom=bottom)
    )


def themed_layout(
    *, dark: bool, view: str, rows: bool = False, left: int = 52, bottom: int = 40
) -> dict[str, Any]:
    """The layout of an empty figure in a theme; ``view`` is what a zoom or a selection belongs to."""
    axis = {
        "gridcolor": GRID[dark],
        "linecolor": GRID[dark],
        "zeroline": False,
        "tickfont": {"color": FAINT[dark], "size": 11},
        "title": {"font": {"color": INK[dark], "size": 12}, "standoff": 8},
        "fixedrange": False,
        # margins hold the labels; to hide one that leaves the figure plotly lays out the page for each
        "ticklabeloverflow": "allow",
    }
    return {
        "template": NO_TEMPLATE,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12, "color": INK[dark]},
        "margin": {"l": left, "r": 14, "t": 8, "b": bottom},
        "xaxis": axis,
        "yaxis": axis,
        "showlegend": False,
        "hovermode": "closest",
        "hoverdistance": 24,
        "dragmode": "zoom",
        "modebar": {
            "bgcolor": "rgba(0,0,0,0)",
            "color": GREY[dark],
            "activecolor": INK[dark],
            "orientation": "h",
        },
        "newselection": {"line": {"color": GREY[dark], "width": 1}},
        "meta": {"view": view, "rows": rows},
    }


def group_markers(
    scene: Scene,
    at: NDArray[np.int64],
    points: Points,
    style: Style,
    name: str,
    *,
    size: float | None = None,
    **more: Plotly,
) -> Trace:
    """One marker for each of the groups ``at`` some positions; ``more``: further properties of the trace."""
    color = style.color(dark=scene.dark)
    symbol = marker_symbol(style)
    marker: dict[str, Any] = {"color": color, "symbol": symbol, "size": size or marker_size(len(at))}
    if symbol.endswith("-open"):
        marker["line"] = {"width": 1.4, "color": color}
    return {
        "type": "scatter",
        "x": points[0],
        "y": points[1],
        "mode": "markers",
        "name": plotly_text(name),
        "marker": marker,
        "hoverinfo": "none",
        "meta": groups_meta(scene, at),
        **more,
    }


def groups_meta(scene: Scene, at: NDArray[np.int64], stride: int = 1) -> dict[str, Any]:
    """What the page goes by to link a trace that shows groups; see ``PageView.figure``."""
    whose = {} if len(at) == len(scene) else {"positions": at.tolist()}
    return {"groups": True, "stride": stride, **whose}


def group_lines(
    scene: Scene,
    at: NDArray[np.int64],
    columns: list[NDArray[np.float64]],
    places: list[float] | None = None,
) -> list[Trace]:
    """A line for the groups ``at`` some positions through their values in each column ``(J,)``.

    Columns stand at ``places``, None: 0, 1, ...; a place that is NaN breaks the line.

    The more a group's own data weigh, the thicker its line.

    Each trace holds all groups, empty where the group's line belongs to another thickness.
    """
    if not columns:
        return []
    groups, stride = len(at), len(columns) + 1
    y = np.full((groups, stride), np.nan)
    y[:, :-1] = np.column_stack([column[at] for column in columns])
    along = np.arange(len(columns), dtype=np.float64) if places is None else np.array(places)
    x = np.tile(np.append(along, np.nan), groups)
    color = rgba(GREY[scene.dark], min(0.55, 0.55 * (FEW / max(groups, 1)) ** 0.75))
    return [
        {
            "type": "scatter",
            "x": x,
            "y": np.where(member[:, None], y, np.nan).ravel(),
            "mode": "lines",
            "line": {"color": color, "width": width},
            "connectgaps": False,
            "hoverinfo": "none",
            "meta": groups_meta(scene, at, stride),
        }
        for width, member in _thickness(scene, at)
    ]


def _thickness(scene: Scene, at: NDArray[np.int64]) -> list[tuple[float, NDArray[np.bool_]]]:
    if len(scene) > ONE_BY_ONE or scene.information.min() == scene.information.max():
        return [(1.2, np.ones(len(at), dtype=np.bool_))]
    low, high = np.quantile(scene.information, [1 / 3, 2 / 3])
    small, large = scene.information[at] <= low, scene.information[at] > high
    return [(w, m) for w, m in ((0.8, small), (1.5, ~small & ~large), (2.6, large)) if m.any()]


def marker_symbol(style: Style) -> str:
    """The mark of a method; a dash for one that asks to be a line."""
    return DASH_MARK if style.symbol == LINE else style.symbol


def marker_size(groups: int) -> float:
    """Smaller marks for more groups, in pixels."""
    sizes = ((12, 9.0), (30, 7.5), (100, 6.0))
    return next((size for most, size in sizes if groups <= most), 4.5)


def every_position(scene: Scene) -> NDArray[np.int64]:
    """All positions of the display order."""
    return np.arange(len(scene))


def plotly_text(text: str) -> str:
    """Text that plotly shows as it is: it would read tags and entities otherwise."""
    return html.escape(" ".join(text.split()), quote=False)


def tick_text(label: str, longest: int = 22) -> str:
    """A label short enough to stand beside an axis."""
    return plotly_text(middle_cut(label, longest))


def percent_digits(span: float) -> int:
    """Digits behind the point of percentages that are ``span`` apart, a share: none from 10% on."""
    return min(max(-1 - math.floor(math.log10(span)), 0), MOST_PERCENT_DIGITS) if span > 0 else 2


def outcome_axis(scene: Scene) -> dict[str, Any]:
    """The axis of values in the outcome's units; of an outcome of 0 and 1 in percent, of ratios these."""
    axis: dict[str, Any] = {"title": {"text": title_text(scene.outcome)}}
    if scene.is_share:
        axis["tickformat"] = f".{percent_digits(float(np.ptp(scene.own_mean)))}%"
    if scene.is_ratio:
        ends = [end for s in scene.series for end in (s.low, s.high) if end is not None]
        values = [scene.own_mean, *ends]
        ticks = ratio_ticks(
            *(float(pick([pick(some) for some in values])) for pick in (np.nanmin, np.nanmax))
        )
        what = log_ratio_name(scene.outcome) or "ratio"
        axis["title"] = {"text": f"{what}, exp({title_text(scene.outcome)})"}
        axis |= {"tickvals": [math.log(tick) for tick in ticks], "ticktext": [ratio_text(t) for t in ticks]}
    return axis


def add_center(figure: PlotlyFigure, scene: Scene) -> None:
    """A line at what BLUPs move towards, where y is in the outcome's units and there is such a centre."""
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


def title_text(column: str) -> str:
    """A column's name short enough to be the title of an axis."""
    return plotly_text(short_label(column, LONGEST_TITLE))


def columns_layout(
    names: list[str],
    places: list[float] | None = None,
    ends: tuple[float, float] | None = None,
    *,
    beside: int = 0,
) -> dict[str, Any]:
    """Layout whose x axis has a column at each place, None: 0, 1, ..., with its name in full below.

    ``layout.meta.least_width``: the pixels that names beside each other need, with ``beside`` for what stands
    left of them; a narrower card scrolls.
    """
    # entities are whole only where a text is broken before it is escaped
    wrapped = [list(map(plotly_text, textwrap.wrap(name, LINE_LETTERS))) or [""] for name in names]
    many = len(names) > FEW_COLUMNS
    lines = max(map(len, wrapped), default=1) if many else 1
    axis = {
        "tickvals": list(range(len(names))) if places is None else places,
        "ticktext": ["<br>".join(w) if lines > 1 else " ".join(w) for w in wrapped],
        "tickangle": 0,
        "range": list(ends or (-0.3, max(len(names), 1) - 0.45)),
        "showgrid": False,
        "automargin": False,
    }
    return {
        "xaxis": axis,
        "margin": {"b": 24 + LINE_HEIGHT * lines, **({"t": TOOLBAR} if many else {})},
        "meta": {"least_width": LEAST_COLUMN * len(names) + beside if many else 0},
    }
