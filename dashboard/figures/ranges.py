"""Axis ranges that stay put: the page draws simulated data many times a second, and axes must not jitter."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import plotly.graph_objects as go

ROOM = 0.04
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def fix_ranges(figure: go.Figure) -> go.Figure:
    """Give every axis that has no range of its own one around all that is drawn, ending on round numbers."""
    for name, axis in (("x", figure.layout.xaxis), ("y", figure.layout.yaxis)):
        if axis.range is None:
            low, high = _extent(figure, name)
            if low <= high:
                axis.range = round_range(low, high)
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


def _extent(figure: go.Figure, axis: str) -> tuple[float, float]:
    """Smallest and largest of what the traces and their error bars reach along one axis."""
    low, high = math.inf, -math.inf
    for trace in figure.data:
        values = np.asarray(getattr(trace, axis), dtype=np.float64)
        ends = [values]
        error = trace.error_x if axis == "x" else None
        if error is not None and error.array is not None:
            ends += [values + np.asarray(error.array), values - np.asarray(error.arrayminus)]
        for end in ends:
            finite = end[np.isfinite(end)]
            if len(finite):
                low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    return low, high
