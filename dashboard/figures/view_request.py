"""ViewRequest: the part of a view that is asked for, and at how many pixels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dashboard.scene.scene import Scene

Range = tuple[float, float]


@dataclass(frozen=True)
class ViewRequest:
    """These ranges of a view; None: all of it.

    The rows of a view that has one for each group are positions of the display order; a range of its y axis
    is in units of its rows as they were drawn for ``rows``, see ``figures.row_scale``.
    """

    x: Range | None = None
    y: Range | None = None
    rows: tuple[int, int] | None = None
    """First and last position, both inclusive."""
    keys: tuple[int, ...] = ()
    """The groups that are pinned, each by its place among the data's labels."""
    height: int = 480
    """Of the plot, in pixels."""

    @classmethod
    def from_json(cls, given: object) -> ViewRequest:
        """What the browser sent; whatever in it makes no sense asks for everything."""
        if not isinstance(given, Mapping):
            return WHOLE
        rows, height = _range(given.get("rows")), given.get("height")
        return cls(
            x=_range(given.get("x")),
            y=_range(given.get("y")),
            rows=None if rows is None else (int(rows[0]), int(rows[1])),
            keys=_keys(given.get("keys")),
            height=min(max(int(height), 100), 4_000) if isinstance(height, (int, float)) else cls.height,
        )

    def window(self, scene: Scene) -> tuple[int, int]:
        """The rows that are asked for, within those that there are."""
        last = len(scene) - 1
        if self.rows is None:
            return 0, last
        first = min(max(self.rows[0], 0), last)
        return first, min(max(self.rows[1], first), last)


WHOLE = ViewRequest()


def _keys(given: object) -> tuple[int, ...]:
    """The whole numbers from 0 on in a list."""
    return tuple(k for k in given if isinstance(k, int) and k >= 0) if isinstance(given, list) else ()


def _range(given: object) -> Range | None:
    """Two finite numbers, the lower one first."""
    if not isinstance(given, (list, tuple)) or len(given) != 2:
        return None
    if not all(isinstance(end, (int, float)) and math.isfinite(end) and abs(end) < 1e300 for end in given):
        return None
    low, high = sorted(map(float, given))
    return (low, high) if low < high or all(end == int(end) for end in given) else None
