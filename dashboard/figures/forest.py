"""What makes rows of published estimates a forest plot: squares by weight, and below the diamond of mu."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.figures.parts import FEW
from dashboard.scene.pooled_mean import PooledMean, pooled_mean
from dashboard.scene.style import FAINT, GREY, INK, rgba
from estimators.inference.level_text import level_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.figures.plotly_json import PlotlyFigure, Trace
    from dashboard.figures.row_scale import RowScale
    from dashboard.scene.scene import Scene

LARGEST, SMALLEST = 20.0, 4.0
"""The sides of squares in pixels: that of the largest weight, and what none is below."""
HEIGHT = 0.32
"""Half the diamond's height, in rows."""
WEIGHTS_WIDTH = 48
"""The pixels that weights take right of the rows."""
NAME = "μ"


def forest_of(scene: Scene, rows: RowScale) -> PooledMean | None:
    """What is drawn of a forest plot; None: the rows are not of published estimates, or too many."""
    return None if rows.is_pressed else pooled_mean(scene)


def diamond_place(rows: RowScale) -> float:
    """Where the diamond stands: a row below the last one."""
    return rows.end + 1.0


def squares(scene: Scene, pooled: PooledMean, at: NDArray[np.int64], places: NDArray[np.float64]) -> Trace:
    """Squares at the own estimates of groups ``at`` some positions, their area by the weight in mu."""
    side = LARGEST * np.sqrt(pooled.share[at] / pooled.share.max())
    return {
        "type": "scatter",
        "x": scene.own_mean[at],
        "y": places,
        "mode": "markers",
        "marker": {
            "symbol": "square",
            "size": np.maximum(side, SMALLEST),
            "color": rgba(GREY[scene.dark], 0.35),
        },
        "hoverinfo": "skip",
    }


def diamond(scene: Scene, pooled: PooledMean, rows: RowScale) -> list[Trace]:
    """The interval of mu as a diamond, and through it a line over where a further group is expected."""
    at, ink = diamond_place(rows), INK[scene.dark]
    drawn: list[Trace] = []
    if pooled.further is not None:
        drawn.append(
            {
                "type": "scatter",
                "x": np.array(pooled.further),
                "y": np.array([at, at]),
                "mode": "lines",
                "line": {"color": ink, "width": 1.2},
                "hoverinfo": "skip",
            }
        )
    corners = {
        "x": np.array([pooled.low, pooled.mu, pooled.high, pooled.mu, pooled.low]),
        "y": at + HEIGHT * np.array([0.0, -1.0, 0.0, 1.0, 0.0]),
    }
    look = {"mode": "lines", "line": {"color": ink, "width": 1}, "fill": "toself", "fillcolor": ink}
    return [*drawn, {"type": "scatter", **corners, **look, "hoverinfo": "skip"}]


def add_weights(
    figure: PlotlyFigure, scene: Scene, pooled: PooledMean, at: NDArray[np.int64], places: NDArray[np.float64]
) -> None:
    """Right of the rows each one's weight in mu, where all rows fit into the card."""
    if len(at) > FEW:
        return
    side: dict[str, Any] = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 6}
    font: dict[str, Any] = {"size": 10.5, "color": FAINT[scene.dark]}
    for share, place in zip(pooled.share[at].tolist(), places.tolist(), strict=True):
        figure.add_note(f"{share:.1%}", y=place, yanchor="middle", font=font, **side)
    figure.add_note("weight", y=1, yref="paper", yanchor="bottom", font=font, **side)
    figure.set(margin={"r": WEIGHTS_WIDTH})


def forest_words(scene: Scene, pooled: PooledMean) -> str:
    """What the squares, the diamond and the line are."""
    line = f", the line that of a new {scene.unit.one}" if pooled.further is not None else ""
    return f"squares show weights, the diamond the {level_text(scene.comparison.level)} interval of μ{line}"
