"""The shapes of Plotly's marker symbols, for whatever draws them without Plotly: icons, overlay, preview.

The corners are those of ``src/components/drawing/symbol_defs.js`` in plotly.js, for a marker of radius 1, y
downwards. A name may end in ``-open`` (an outline) or ``-dot``; one that is not here is drawn as a circle.
"""

from __future__ import annotations

import math
from typing import Final

Points = tuple[float, ...]
"""``x, y, x, y, ...``."""


def _around(count: int, *radii: float, start: float = 0) -> Points:
    """Corners on circles, one after the other, from ``start`` (turns, clockwise from the top)."""
    found: list[float] = []
    for i in range(count):
        angle, radius = math.tau * (start + i / count), radii[i % len(radii)]
        found += (radius * math.sin(angle), -radius * math.cos(angle))
    return tuple(found)


def _rotation(points: Points, turns: float) -> Points:
    cos, sin = math.cos(math.tau * turns), math.sin(math.tau * turns)
    found: list[float] = []
    for x, y in zip(points[::2], points[1::2], strict=True):
        found += (x * cos - y * sin, x * sin + y * cos)
    return tuple(found)


_TRIANGLE = (0, -1, 2 / math.sqrt(3), 0.5, -2 / math.sqrt(3), 0.5)
_ARM = (0.4, -0.4, 0.4, -1.2, -0.4, -1.2)  # a corner of the cross, then the arm that points up
_CROSS = tuple(v for turns in (0, 3 / 4, 1 / 2, 1 / 4) for v in _rotation(_ARM, turns))

CORNERS: Final[dict[str, Points]] = {
    "square": (1, 1, -1, 1, -1, -1, 1, -1),
    "diamond": _around(4, 1.3),
    "cross": _CROSS,
    "x": _rotation(_CROSS, 1 / 8),
    "triangle-up": _TRIANGLE,
    "triangle-right": _rotation(_TRIANGLE, 1 / 4),
    "triangle-down": _rotation(_TRIANGLE, 1 / 2),
    "triangle-left": _rotation(_TRIANGLE, 3 / 4),
    "pentagon": _around(5, 1),
    "hexagon": _around(6, 1),
    "hexagon2": _around(6, 1, start=1 / 12),
    "octagon": _around(8, 1, start=1 / 16),
    "star": _around(10, 1.4, 0.535),
    "hexagram": _around(12, 1.32, 0.762),
    "hourglass": (1, 1, -1, 1, 1, -1, -1, -1),
    "bowtie": (1, 1, 1, -1, -1, 1, -1, -1),
}
"""Symbols with an area, by name; the circle has no corners."""

STROKES: Final[dict[str, tuple[Points, ...]]] = {
    "line-ns": ((0, 1.4, 0, -1.4),),
    "line-ew": ((1.4, 0, -1.4, 0),),
    "cross-thin": ((0, 1.4, 0, -1.4), (1.4, 0, -1.4, 0)),
    "x-thin": ((1, 1, -1, -1), (1, -1, -1, 1)),
    "asterisk": (
        (0, 1.2, 0, -1.2),
        (1.2, 0, -1.2, 0),
        (0.85, 0.85, -0.85, -0.85),
        (0.85, -0.85, -0.85, 0.85),
    ),
}
"""Symbols that are lines from one point to another."""
