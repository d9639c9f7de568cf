"""Names and intervals of the groups in view, for a zoomed view of very many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.figures.groups import mark_series, offsets

if TYPE_CHECKING:
    from dashboard.scene.scene import Scene

MOST = 400
"""Groups that one answer speaks of."""


def view_detail(scene: Scene, first: int, last: int) -> dict[str, Any]:
    """Labels and interval ends of the positions ``first`` to ``last`` inclusive, at most MOST of them."""
    first = max(first, 0)
    last = max(min(last, len(scene) - 1, first + MOST - 1), first - 1)
    inside = slice(first, last + 1)
    traces = [
        {
            "color": series.style.color(dark=scene.dark),
            "offset": float(offset),
            "low": series.low[inside].tolist(),
            "high": series.high[inside].tolist(),
        }
        for series, offset in zip(mark_series(scene), offsets(scene), strict=True)
        if series.low is not None and series.high is not None
    ]
    return {
        "view": scene.selection_key,
        "first": first,
        "last": last,
        "labels": scene.labels[inside],
        "traces": traces,
    }
