"""Axis ranges that stay put: the page draws simulated data many times a second, and axes must not jitter."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from dashboard.figures.plotly_json import PlotlyFigure

ROOM = 0.04
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def fix_ranges(figure: PlotlyFigure) -> PlotlyFigure:
    """Give every axis that has no range of its own one around all that is drawn, ending on round numbers."""
    for name in "xy":
        if "range" not in figure.layout[f"{name}axis"]:
            low, high = extent(figure, name)
            if low <= high:
                figure.set(**{f"{name}axis": {"range": round_range(low, high)}})
    return figure


def round_range(low: float, high: float) -> tuple[float, float]:
    """A range around ``low`` to ``high`` that ends on multiples of a round step: it changes rarely."""
    width = high - low
    if width <= 1e-12 * max(abs(low), abs(high)):
        width = max(abs(low), 1.0)
        low, high = low - width / 2, high + width / 2
    step = _round_step(width / 6.0)
    room = ROOM * width
    return step * math.floor((low - room) / step), step * math.ceil((high + room) / step)


def _round_step(about: float) -> float:
    size = 10.0 ** math.floor(math.log10(about))
    return next(s * size for s in STEPS if s * size >= about * (1 - 1e-9))


def extent(figure: PlotlyFigure, axis: str) -> tuple[float, float]:
    """Smallest and largest of what the traces and their error bars reach along one axis."""
    low, high = math.inf, -math.inf
    for trace in figure.data:
        if axis not in trace:
            continue  # a density, whose figure has ranges of its own
        values = np.asarray(trace[axis], dtype=np.float64)
        ends = [values]
        error = trace.get(f"error_{axis}")
        if error is not None:
            ends += [values + error["array"], values - error["arrayminus"]]
        for end in ends:
            finite = end[np.isfinite(end)]
            if len(finite):
                low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    return low, high
