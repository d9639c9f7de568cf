"""The marks of single groups in every view, and which groups an outline in a view holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.figures.view_request import WHOLE, ViewRequest
from estimators import DataError, NotRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from dashboard.figures.page_view import PageView
    from dashboard.scene.scene import Scene


@dataclass(frozen=True)
class Outline:
    """A polygon on a view, or a box given by two corners; in the units of the view's axes."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    is_polygon: bool


def marks_of(
    views: Iterable[PageView], scene: Scene, at: NDArray[np.int64], requests: Mapping[str, ViewRequest]
) -> dict[str, list[dict[str, Any]]]:
    """By view the points of the groups at some positions, for each of its traces of groups; JSON values.

    Each trace has ``x`` and ``y``, and ``above`` and ``below`` where it has intervals. A view that draws all
    groups one by one has them in its figure and is left out.
    """
    found = {}
    for view in views:
        if view.marks is not None:
            try:
                traces = view.marks(scene.in_view, at, requests.get(view.id, WHOLE))
            except (DataError, NotRun):
                continue  # the view's card says why
            found[view.id] = [_points(trace) for trace in traces]
    return found


def _points(trace: Mapping[str, Any]) -> dict[str, Any]:
    bars = trace.get("error_x") or trace.get("error_y")
    ends = {} if bars is None else {"above": bars["array"].tolist(), "below": bars["arrayminus"].tolist()}
    return {"x": trace["x"].tolist(), "y": trace["y"].tolist(), **ends}


def positions_inside(
    view: PageView, scene: Scene, outline: Outline, request: ViewRequest = WHOLE
) -> NDArray[np.int64]:
    """The positions of the groups that have a mark inside an outline, in display order."""
    found = np.zeros(len(scene), dtype=np.bool_)
    if view.marks is not None:
        for trace in view.marks(scene.in_view, np.arange(len(scene)), request):
            if "markers" in trace["mode"]:
                found |= _inside(np.asarray(trace["x"]), np.asarray(trace["y"]), outline)
    return np.flatnonzero(found)


def _inside(x: NDArray[np.float64], y: NDArray[np.float64], outline: Outline) -> NDArray[np.bool_]:
    """By the even-odd rule; a box first, which leaves few points to look at."""
    found: NDArray[np.bool_] = (
        (x >= outline.x.min()) & (x <= outline.x.max()) & (y >= outline.y.min()) & (y <= outline.y.max())
    )
    if outline.is_polygon:
        near = np.flatnonzero(found)
        px, py, odd = x[near], y[near], np.zeros(len(near), dtype=np.bool_)
        corners = list(zip(outline.x.tolist(), outline.y.tolist(), strict=True))
        for (x0, y0), (x1, y1) in zip(corners, corners[-1:] + corners[:-1], strict=True):
            if y0 != y1:
                odd ^= ((y0 > py) != (y1 > py)) & (px < (x1 - x0) * (py - y0) / (y1 - y0) + x0)
        found[near] = odd
    return found
