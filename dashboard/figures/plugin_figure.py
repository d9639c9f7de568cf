"""A plugin's figure, made fit for the page: in its theme, linked, and light enough for many groups."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.figures.parts import marker_symbol, plotly_text, themed_figure, title_text
from dashboard.figures.plotly_json import PlotlyFigure, merge
from dashboard.scene.style import FAINT, INK
from estimators import DataError, FitError, Look

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dashboard.figures.plotly_json import Trace
    from dashboard.scene.scene import Scene
    from dashboard.scene.style import Style

MANY = 300
"""Groups past which a trace of them is drawn with WebGL where the page may."""
MOST = 20_000
"""Groups up to which the views of plugins are drawn: each of their marks is sent. With WebGL that takes
0.2 s, without 0.9."""
_WITHOUT_WEBGL = {"scattergl": "scatter", "scatterpolargl": "scatterpolar"}
"""Traces that show the same without. Plotly draws these kinds, and those of _NEVER, by code that it makes of
text while the page is open, which a strict policy forbids; its traces of three dimensions need none."""
_NEVER = ("parcoords", "splom")
_PER_GROUP = {
    "": ("x", "y", "text", "hovertext", "customdata", "ids"),
    "marker": ("color", "size", "symbol", "opacity"),
    "error_x": ("array", "arrayminus"),
    "error_y": ("array", "arrayminus"),
}
"""Properties of a trace that may hold one entry for each group; those of its parts under the part's name."""


def look_of(scene: Scene, styles: Mapping[str, Style]) -> Look:
    """What a plugin's view is told of the page."""
    return Look(
        dark=scene.dark,
        outcome=title_text(scene.outcome),
        group=plotly_text(scene.unit.one),
        colors={name: style.color(dark=scene.dark) for name, style in styles.items()},
        symbols={name: marker_symbol(style) for name, style in styles.items()},
        ink=INK[scene.dark],
        faint=FAINT[scene.dark],
    )


def page_figure(figure: object, scene: Scene, *, strict_scripts: bool = False) -> PlotlyFigure:
    """The figure that a view gave, in the page's theme; traces of groups in display order.

    With ``strict_scripts`` the page runs no code that is made from text, and traces do without.

    Raises:
        FitError: it is no figure.
        DataError: it has a kind of trace that the page's policy forbids.

    """
    if not isinstance(figure, Mapping):
        raise FitError(f"its figure is a {type(figure).__name__}, not a dict with data and layout")
    data, layout = figure.get("data", ()), figure.get("layout") or {}
    if not isinstance(data, (list, tuple)) or not all(isinstance(trace, Mapping) for trace in data):
        raise FitError("the data of its figure must be a list of traces, each a dict")
    if not isinstance(layout, Mapping):
        raise FitError("the layout of its figure must be a dict")
    own = {name: value for name, value in layout.items() if name not in ("template", "meta")}
    themed = _plain_dict(merge(themed_figure(scene).layout, _titles(own)))
    themed["meta"] = {**themed["meta"], "themed": True}
    traces = [_page_trace(trace, scene) for trace in data]
    return PlotlyFigure(themed, list(map(_without_webgl, traces)) if strict_scripts else traces)


def _titles(layout: Mapping[str, Any]) -> dict[str, Any]:
    """The layout with each axis title as a dict, as plotly takes a text too."""
    return {
        name: {**part, "title": {"text": part["title"]}}
        if isinstance(part, Mapping) and isinstance(part.get("title"), str)
        else part
        for name, part in layout.items()
    }


def _page_trace(given: Mapping[str, Any], scene: Scene) -> Trace:
    trace: Trace = _plain_dict(given)
    meta = trace.get("meta")
    if not isinstance(meta, dict) or not meta.get("groups"):
        return trace
    for axis in "xy":
        if trace.get(axis) is None or len(trace[axis]) != len(scene):
            raise FitError(
                f"a trace that shows groups has not one {axis} for each of the {len(scene)} groups"
            )
    for part, names in _PER_GROUP.items():
        owner = trace.get(part) if part else trace
        if isinstance(owner, dict):
            owner.update(
                {n: _in_display_order(owner[n], scene) for n in names if _is_list(owner.get(n), len(scene))}
            )
    trace["meta"] = {"groups": True, "stride": 1}
    trace.setdefault("hoverinfo", "none")
    if len(scene) > MANY and trace.get("type", "scatter") == "scatter":
        trace["type"] = "scattergl"
    return trace


def _without_webgl(trace: Trace) -> Trace:
    kind = str(trace.get("type", "scatter"))
    if kind in _NEVER:
        raise DataError(
            f"this view has a trace of the type {kind}, which plotly draws by code that the page of this "
            "server forbids: use others, such as scatter or parcats, or have the server started without "
            "--strict-scripts"
        )
    return {**trace, "type": _WITHOUT_WEBGL[kind]} if kind in _WITHOUT_WEBGL else trace


def _is_list(value: object, length: int) -> bool:
    return isinstance(value, (list, np.ndarray)) and len(value) == length


def _in_display_order(values: Sequence[Any], scene: Scene) -> Sequence[Any] | NDArray[Any]:
    if isinstance(values, np.ndarray):
        return values[scene.order]
    return [values[key] for key in scene.order.tolist()]


def _plain_dict(values: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key): _plain(value) for key, value in values.items()}


def _plain(value: object) -> object:
    """The same in dicts, lists and arrays of numbers, which alone a figure can pack."""
    if isinstance(value, Mapping):
        if value.keys() == {"dtype", "bdata"}:  # how plotly's own objects write an array
            return np.frombuffer(base64.b64decode(value["bdata"]), dtype=f"<{value['dtype']}")
        return _plain_dict(value)
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if hasattr(value, "__array__"):
        if np.ma.is_masked(value):
            return np.ma.asarray(value).tolist()  # what lies below the mask is no number of the view's: None
        array = np.asarray(value)
        return array if array.ndim == 1 and array.dtype.kind in "fiu" else array.tolist()
    return value
