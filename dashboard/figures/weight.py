"""The weight on a group's own mean against what its data weigh: each method's curve, and groups on it."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.figures.legend import LegendEntry, series_entries, truth_entries
from dashboard.figures.page_view import PageView
from dashboard.figures.parts import ONE_BY_ONE, every_position, group_markers, plotly_text, themed_figure
from dashboard.figures.stand_outs import typical_sizes
from dashboard.figures.truth import true_marks
from dashboard.figures.view_request import WHOLE, ViewRequest
from dashboard.scene.style import GREY, rgba

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.figures.plotly_json import PlotlyFigure, Trace
    from dashboard.scene.scene import Scene, Series

_log = logging.getLogger(__name__)

CURVE_POINTS = 160
"""Points of a curve: at the width of a card, one in every two to five pixels, so that it looks smooth."""
WIDE = 30.0
"""Ratio of the largest to the smallest information past which it is drawn on a logarithmic scale."""


BINS = 40
"""Bins of information past ONE_BY_ONE groups."""
LEAST_BIN, LARGEST_BIN = 4.0, 15.0
"""The marks of the smallest and the fullest bin, in pixels."""
HISTOGRAM = (-0.24, -0.05)
"""Where the histogram of group sizes stands, in weights: under the axis."""


def weight_figure(scene: Scene, request: ViewRequest = WHOLE) -> PlotlyFigure:
    """Rows or 1 / SE^2 on x (their logarithm, where they differ much), weight from 0 to 1 on y.

    Of more than ONE_BY_ONE groups the marks are bins of information, the larger the more groups they hold.
    """
    figure = themed_figure(scene)
    wide, binned = is_wide(scene), len(scene) > ONE_BY_ONE
    subtitle, failed = f"by {information_title(scene)}", _add_curves(figure, scene, wide=wide)
    if binned:
        x = request.x or _ends(place(scene.information, wide=wide))
        figure.add(_histogram(scene, x, wide=wide))
        figure.add(*(t for s in scene.series for t in _bins(scene, s, x, wide=wide)))
        subtitle += f": {len(scene):,} {scene.unit.many} in bins, bars count each size"
        figure.set(meta={"zoom": True})
    if failed:
        subtitle += f"; the curve of {', '.join(failed)} failed"
    figure.set(meta={"subtitle": subtitle})
    figure.add(*weight_marks(scene, typical_sizes(scene) if binned else every_position(scene)))
    figure.set(
        xaxis={"title": {"text": information_title(scene)}, **information_axis(scene)},
        yaxis={
            "range": [HISTOGRAM[0] if binned else -0.04, 1.06],
            "tickformat": ".0%",
            "tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1.0],
        },
    )
    for name, asked in (("xaxis", request.x), ("yaxis", request.y)):
        if binned and asked is not None:
            figure.set(**{name: {"range": list(asked)}})
    return figure


def weight_marks(scene: Scene, at: NDArray[np.int64], _request: ViewRequest = WHOLE) -> list[Trace]:
    """The marks of the groups ``at`` some positions."""
    x = place(scene.information[at], wide=is_wide(scene))
    traces = [] if scene.truth is None else [true_marks(scene, at, (x, scene.truth.weight[at]))]
    return traces + [
        group_markers(scene, at, (x, series.weight[at]), series.style, series.label)
        for series in scene.series
        if series.weight is not None and not series.is_line
    ]


def _add_curves(figure: PlotlyFigure, scene: Scene, *, wide: bool) -> list[str]:
    """Each method's curve where it has one; gives back the names of those whose curve failed."""
    grid = size_grid(scene)
    failed: list[str] = []
    for series in scene.series:
        try:
            curve = curve_of(series, grid)
        except Exception:  # noqa: BLE001 - a plugin's own code may fail in any way; the view says whose did
            _log.exception("The weight curve of %s failed and is left out.", series.id)
            failed.append(series.label)
            continue
        if curve is None:
            continue
        look = {"color": rgba(series.style.color(dark=scene.dark), 0.75), "width": 1.6}
        figure.add(
            {
                "type": "scatter",
                "x": place(grid, wide=wide),
                "y": curve,
                "mode": "lines",
                "hoverinfo": "skip",
                "name": plotly_text(series.label),
                "line": {**look, "dash": "dash" if series.is_line else "solid"},
            }
        )
    return failed


def _ends(values: NDArray[np.float64]) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def _counts(
    x: NDArray[np.float64], ends: tuple[float, float], weights: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """In each of BINS bins between two ends: how many values, or the sum of their weights."""
    return np.histogram(x, bins=BINS, range=ends, weights=weights)[0].astype(np.float64)


def _bins(scene: Scene, series: Series, ends: tuple[float, float], *, wide: bool) -> list[Trace]:
    """One mark for each bin of information, at the means of its groups' information and weights."""
    if series.weight is None or series.is_line:
        return []
    there = np.isfinite(series.weight)
    x, weight = place(scene.information[there], wide=wide), series.weight[there]
    counts = _counts(x, ends)
    used = counts > 0
    fullest = max(float(counts.max()), 1.0)
    size = LEAST_BIN + (LARGEST_BIN - LEAST_BIN) * np.sqrt(counts[used] / fullest)
    color = series.style.color(dark=scene.dark)
    return [
        {
            "type": "scatter",
            "x": _counts(x, ends, x)[used] / counts[used],
            "y": _counts(x, ends, weight)[used] / counts[used],
            "mode": "markers",
            "marker": {
                "color": rgba(color, 0.35),
                "symbol": "circle",
                "size": size,
                "line": {"color": color, "width": 1},
            },
            "hoverinfo": "skip",
        }
    ]


def _histogram(scene: Scene, ends: tuple[float, float], *, wide: bool) -> Trace:
    """How many groups there are of each size, as steps under the axis."""
    counts = _counts(place(scene.information, wide=wide), ends)
    edges = np.linspace(*ends, BINS + 1)
    bottom, top = HISTOGRAM
    heights = bottom + (top - bottom) * counts / max(float(counts.max()), 1.0)
    return {
        "type": "scatter",
        "x": np.concatenate([edges[:1], np.repeat(edges, 2)[1:-1], edges[-1:]]),
        "y": np.concatenate([[bottom], np.repeat(heights, 2), [bottom]]),
        "mode": "lines",
        "line": {"width": 0, "color": GREY[scene.dark]},
        "fill": "toself",
        "fillcolor": rgba(GREY[scene.dark], 0.45),
        "hoverinfo": "skip",
    }


def information_title(scene: Scene) -> str:
    """What the axis of information is called."""
    weights = scene.comparison.data.weights
    if weights is not None:
        what = "sum of weights" if weights.kind == "precision" else "effective rows"
        return f"{what} per {scene.unit.one}"
    if scene.published_error is None:
        return f"{scene.row.many} per {scene.unit.one}"
    return f"information per {scene.unit.one}, 1 / SE²"


def information_axis(scene: Scene) -> dict[str, Any]:
    """Range or ticks of that axis."""
    low, high = float(scene.information.min()), float(scene.information.max())
    if is_wide(scene):
        ticks = log_ticks(low, high)
        return {"tickvals": place(np.array(ticks), wide=True), "ticktext": [_tick_text(t) for t in ticks]}
    beyond = 0.5 if scene.published_error is None and not scene.weighted else 0.0
    small = {"exponentformat": "power"} if high < 1e-3 else {}  # plotly would write 1µ
    return {"range": [0, 2 * high + beyond if low == high else high + 0.04 * high], **small}


def _tick_text(value: float) -> str:
    return f"{value:,.0f}" if 1 <= value < 1e10 else f"{value:g}"


def curve_of(series: Series, information: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The weights ``(M,)`` on a method's curve at ``information (M,)``; None where it has none.

    Raises whatever the method's own code does.
    """
    if series.result.fit is None:
        return None
    with np.errstate(all="ignore"):
        curve = series.result.estimator.weight_curve(series.result.fit, information)
        values = None if curve is None else np.asarray(curve, dtype=np.float64)
    if values is not None and values.shape != information.shape:
        raise ValueError(f"weights of shape {values.shape} for information of shape {information.shape}")
    return values


def is_wide(scene: Scene) -> bool:
    """Whether information is drawn on a logarithmic scale."""
    return float(scene.information.max()) / float(scene.information.min()) > WIDE


def place(information: NDArray[np.float64], *, wide: bool) -> NDArray[np.float64]:
    """Where information stands on x; the axis itself stays linear, as the page's overlay expects."""
    return np.log10(information) if wide else information


def size_grid(scene: Scene) -> NDArray[np.float64]:
    """Information ``(CURVE_POINTS,)`` at which the curves are drawn."""
    low, high = float(scene.information.min()), float(scene.information.max())
    if is_wide(scene):
        return np.geomspace(low, high, CURVE_POINTS)
    return np.linspace(min(low, high / 50), high if low < high else 2 * high, CURVE_POINTS)


def log_ticks(low: float, high: float) -> list[float]:
    """A dozen powers of ten at most, with 3s between them where the range is short."""
    first, last = math.ceil(math.log10(low / 3)), math.floor(math.log10(high * 3))
    tens = [10.0**k for k in range(first, last + 1, 1 + (last - first) // 12)]
    if len(tens) > 4:
        return tens
    return sorted({*tens, *(3 * t for t in tens if low / 2 <= 3 * t <= high * 2)})


def weight_legend(scene: Scene) -> list[LegendEntry]:
    """The truth, and the methods that have weights."""
    return [*truth_entries(scene), *series_entries(s for s in scene.series if s.weight is not None)]


VIEW = PageView(
    id="weight",
    title="Weight on own data",
    subtitle="by what a group's own data weigh",
    figure=weight_figure,
    part=weight_figure,
    marks=weight_marks,
    legend=weight_legend,
    place="single",
    of_level=False,
)
