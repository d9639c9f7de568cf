"""A scene as pictures: the figure of every view, by the view's id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard import figures
from dashboard.figures.ranges import fix_ranges
from dashboard.pages import ids

if TYPE_CHECKING:
    from dashboard.scene.scene import Scene

_BUILDERS = {
    ids.VIEW_GROUPS: figures.groups_figure,
    ids.VIEW_SHRINKAGE: figures.shrinkage_figure,
    ids.VIEW_WEIGHT: figures.weight_figure,
    ids.VIEW_RANK: figures.rank_figure,
}


def drawn(scene: Scene) -> dict[str, Any]:
    """Every view's figure as plotly's JSON; of simulated data with axes that move in steps only."""
    built = {view: build(scene) for view, build in _BUILDERS.items()}
    if scene.truth is not None:
        built = {view: fix_ranges(figure) for view, figure in built.items()}
    return {view: figure.to_plotly_json() for view, figure in built.items()}
