"""Where the rows of very many groups stand: those at both ends one by one, all others pressed together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dashboard.figures.parts import ONE_BY_ONE

if TYPE_CHECKING:
    from numpy.typing import NDArray

ENDS = 10
"""Rows at each end that stand one by one."""
MIDDLE = 20.0
"""The height of all rows between them, in such rows."""


@dataclass(frozen=True)
class RowScale:
    """The rows ``first`` to ``last`` of the display order on the y axis, from the top down."""

    first: int
    last: int

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.last - self.first + 1

    @property
    def is_pressed(self) -> bool:
        """Whether there are too many for each to have a row of its own."""
        return self.count > ONE_BY_ONE

    @property
    def middle(self) -> tuple[int, int]:
        """The first and the last position between the two ends."""
        return self.first + ENDS, self.last - ENDS

    @property
    def ends(self) -> NDArray[np.int64]:
        """The positions at the two ends."""
        first, last = self.middle
        return np.concatenate([np.arange(self.first, first), np.arange(last + 1, self.last + 1)])

    @property
    def end(self) -> float:
        """Where the last row stands."""
        return 2 * ENDS + MIDDLE - 1 if self.is_pressed else float(self.last)

    def place(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where positions stand."""
        if not self.is_pressed:
            return positions
        return np.asarray(np.interp(positions, *self._knots()))

    def position(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Which positions stand there."""
        if not self.is_pressed:
            return places
        positions, at = self._knots()
        return np.asarray(np.interp(places, at, positions))

    def _knots(self) -> tuple[list[float], list[float]]:
        first, last = self.middle
        return (
            [self.first, first - 1, first - 0.5, last + 0.5, last + 1, self.last],
            [0, ENDS - 1, ENDS - 0.5, ENDS + MIDDLE - 0.5, ENDS + MIDDLE, self.end],
        )
