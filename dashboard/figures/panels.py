"""Small multiples: one range of x again and again along one axis, a panel for each method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from dashboard.figures.parts import columns_layout
from dashboard.figures.ranges import round_range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dashboard.figures.plotly_json import PlotlyFigure, Trace

Values = TypeVar("Values", float, "NDArray[np.float64]")

PITCH = 1.12
"""From one panel to the next, where each is 1 wide."""
MARGIN = 0.06
"""Left and right of all panels."""


@dataclass(frozen=True)
class Panels:
    """Panels that each show x from ``low`` to ``high``, in the order of their names."""

    names: tuple[str, ...]
    low: float
    high: float

    @classmethod
    def around(cls, names: Sequence[str], values: Sequence[NDArray[np.float64]]) -> Panels:
        """Panels wide enough for all values, from one round number to another."""
        ends = [(np.nanmin(some), np.nanmax(some)) for some in values if len(some)]
        low, high = min(float(end[0]) for end in ends), max(float(end[1]) for end in ends)
        return cls(tuple(names), *round_range(low, high))

    @property
    def span(self) -> float:
        """The range of x in each."""
        return self.high - self.low

    def place(self, x: Values, panel: int) -> Values:
        """Where a value, or each of many, stands on the axis of all panels."""
        return (x - self.low) / self.span + PITCH * panel

    def shifted(self, trace: Trace, panel: int) -> Trace:
        """A trace in a panel; its ``meta.x_scale`` (low, span, start) leads the page back to its values."""
        moved = {**trace, "x": self.place(trace["x"], panel)}
        if "error_x" in trace:
            bars = trace["error_x"]
            ends = {name: bars[name] / self.span for name in ("array", "arrayminus")}
            moved["error_x"] = {**bars, **ends}
        if "meta" in trace:
            moved["meta"] = {**trace["meta"], "x_scale": [self.low, self.span, PITCH * panel]}
        return moved

    def shifted_picture(self, trace: Trace, panel: int) -> Trace:
        """A picture of cells in a panel."""
        return {**trace, "x0": self.place(trace["x0"], panel), "dx": trace["dx"] / self.span}

    def layout(self, beside: int = 0) -> dict[str, Any]:
        """Layout whose x axis names the panels; ``beside``: pixels that stand left of them."""
        middle = [PITCH * panel + 0.5 for panel in range(len(self.names))]
        ends = (-MARGIN, PITCH * (len(self.names) - 1) + 1 + MARGIN)
        return columns_layout(list(self.names), middle, ends, beside=beside)

    def add_frames(self, figure: PlotlyFigure, color: str) -> None:
        """A line at the left end of each panel."""
        for panel in range(len(self.names)):
            left = self.place(self.low, panel)
            figure.add_vertical(left, line={"color": color, "width": 1}, layer="below")
