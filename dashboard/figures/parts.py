"""What all views share: the empty figure in its theme, traces of groups, text made harmless."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.figures.plotly_json import PlotlyFigure
from dashboard.scene.label_text import middle_cut, short_label
from dashboard.scene.style import FAINT, GREY, GRID, INK, LINE, rgba

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.figures.plotly_json import Plotly, Trace
    from dashboard.scene.scene import Scene
    from dashboard.scene.style import Style

MANY = 300
"""Groups past which a view is drawn with WebGL and without intervals."""
FEW = 45
"""Groups up to which each has its name beside it."""
CROWD = 2_000
"""Groups past which marks are drawn as a haze."""

DASH_MARK = "line-ew-open"
"""The mark of a method that asks to be a line but says more than one number."""
LONGEST_TITLE = 60
FEW_COLUMNS = 4
"""Columns up to which each name fits on one line."""
MOST_SIDE_BY_SIDE = 6
"""Columns up to which names fit beside each other on two lines; more stand upright."""
LONGEST_UPRIGHT = 15
UPRIGHT_SIZE = 10.5
UPRIGHT_LETTER = 5.9
"""The width of an average letter of that size, in pixels."""

FONT = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"

NO_TEMPLATE = {"data": {"scatter": [{"type": "scatter"}]}}
"""What plotly calls the template "none": a ``go.Figure`` that is given no template takes one of its own."""


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
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    style: Style,
    name: str,
    *,
    size: float | None = None,
    **more: Plotly,
) -> Trace:
    """One marker for every group, in display order; ``more`` are further properties of the trace."""
    color = style.color(dark=scene.dark)
    symbol = marker_symbol(style)
    marker: dict[str, Any] = {"color": color, "symbol": symbol, "size": size or marker_size(len(scene))}
    if symbol.endswith("-open"):
        marker["line"] = {"width": 1.4, "color": color}
    if len(scene) > MANY:
        marker["opacity"] = 0.6 if len(scene) <= CROWD else 0.3
    return {
        "type": _trace_type(scene),
        "x": compact_array(x),
        "y": compact_array(y),
        "mode": "markers",
        "name": plotly_text(name),
        "marker": marker,
        "hoverinfo": "none",
        "meta": {"groups": True, "stride": 1},
        **more,
    }


def group_lines(scene: Scene, columns: list[NDArray[np.float64]]) -> list[Trace]:
    """A line for every group through its value in each column; the more its own data weigh, the thicker.

    Each trace holds all groups, empty where the group's line belongs to another thickness.
    """
    if not columns:
        return []
    groups, stride = len(scene), len(columns) + 1
    y = np.full((groups, stride), np.nan)
    y[:, :-1] = np.column_stack(columns)
    x = np.tile(np.append(np.arange(len(columns), dtype=np.float64), np.nan), groups)
    color = rgba(GREY[scene.dark], min(0.55, 0.55 * (FEW / groups) ** 0.75))
    return [
        {
            "type": _trace_type(scene),
            "x": compact_array(x),
            "y": compact_array(np.where(member[:, None], y, np.nan).ravel()),
            "mode": "lines",
            "line": {"color": color, "width": width},
            "connectgaps": False,
            "hoverinfo": "none",
            "meta": {"groups": True, "stride": stride},
        }
        for width, member in _thickness(scene)
    ]


def _trace_type(scene: Scene) -> str:
    return "scattergl" if len(scene) > MANY else "scatter"


def _thickness(scene: Scene) -> list[tuple[float, NDArray[np.bool_]]]:
    everyone = np.ones(len(scene), dtype=np.bool_)
    if len(scene) > MANY or scene.information.min() == scene.information.max():
        return [(1.2, everyone)]
    low, high = np.quantile(scene.information, [1 / 3, 2 / 3])
    small, large = scene.information <= low, scene.information > high
    return [(w, m) for w, m in ((0.8, small), (1.5, ~small & ~large), (2.6, large)) if m.any()]


def marker_symbol(style: Style) -> str:
    """The mark of a method; a dash for one that asks to be a line."""
    return DASH_MARK if style.symbol == LINE else style.symbol


def marker_size(groups: int) -> float:
    """Smaller marks for more groups, in pixels."""
    sizes = ((12, 9.0), (30, 7.5), (100, 6.0), (MANY, 4.5), (CROWD, 3.5))
    return next((size for most, size in sizes if groups <= most), 2.5)


def compact_array(values: NDArray[np.float64]) -> NDArray[np.float64] | NDArray[np.float32]:
    """Half the bytes for long arrays, where that moves no point by a visible amount."""
    if len(values) <= 2000:
        return values
    finite = values[np.isfinite(values)]
    size = float(np.abs(finite).max(initial=0.0))
    if not 1e-30 < size < 1e30 or float(np.ptp(finite)) < 1e-3 * size:
        return values
    return values.astype(np.float32)


def plotly_text(text: str) -> str:
    """Text that plotly shows as it is: it would read tags and entities otherwise."""
    return html.escape(" ".join(text.split()), quote=False)


def tick_text(label: str, longest: int = 22) -> str:
    """A label short enough to stand beside an axis."""
    return plotly_text(middle_cut(label, longest))


def title_text(column: str) -> str:
    """A column's name short enough to be the title of an axis."""
    return plotly_text(short_label(column, LONGEST_TITLE))


def _in_two_lines(text: str) -> str:
    """A name broken near its middle, where it has a space or hyphen there."""
    places = [i + 1 for i, c in enumerate(text) if c in " -–"]
    if not places:
        return text
    at = min(places, key=lambda i: abs(i - len(text) / 2))
    return f"{text[:at].rstrip()}<br>{text[at:]}"


def columns_layout(names: list[str]) -> dict[str, Any]:
    """Layout whose x axis has a column at each whole number; the more names, the less room each takes."""
    look: dict[str, Any] = {"ticktext": [tick_text(name) for name in names]}
    margin = {}
    if len(names) > MOST_SIDE_BY_SIDE:
        upright = [tick_text(name, LONGEST_UPRIGHT) for name in names]
        look = {"ticktext": upright, "tickangle": 90, "tickfont": {"size": UPRIGHT_SIZE}}
        margin = {"b": 14 + round(UPRIGHT_LETTER * max(map(len, upright)))}
    elif len(names) > FEW_COLUMNS:
        look = {"ticktext": [_in_two_lines(text) for text in look["ticktext"]], "tickangle": 0}
    axis = {
        "tickvals": list(range(len(names))),
        "range": [-0.3, max(len(names), 1) - 0.45],
        "showgrid": False,
        "automargin": False,
        **look,
    }
    return {"xaxis": axis, "margin": margin}
