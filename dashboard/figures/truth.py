"""The true means of simulated groups: hollow marks that every view has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.figures.parts import group_markers, marker_size
from dashboard.scene.style import INK, Style
from dashboard.scene.truth import TRUE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dashboard.figures.parts import Points
    from dashboard.figures.plotly_json import Trace
    from dashboard.scene.scene import Scene

TRUTH = Style(INK[False], INK[True], "circle-open")


def true_marks(
    scene: Scene,
    at: NDArray[np.int64],
    points: Points,
    *,
    size: float | None = None,
) -> Trace:
    """A ring for every group, wide enough to see what hits it."""
    name = TRUE if scene.truth is None else scene.truth.name
    return group_markers(scene, at, points, TRUTH, name, size=size or marker_size(len(at)) + 5.0)
