"""The place of a picture that Plotly draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.pages.own_component import OwnComponent

if TYPE_CHECKING:
    from collections.abc import Mapping

    import plotly.graph_objects as go

TOOLS: Mapping[str, Any] = {
    "displaylogo": False,
    "doubleClick": "reset",
    "modeBarButtons": [["zoom2d", "pan2d", "select2d", "lasso2d", "resetScale2d"]],
    "showTips": False,
    "typesetMath": False,
}
"""Plotly's configuration of a picture to zoom into."""
STILL: Mapping[str, Any] = {"displayModeBar": False, "typesetMath": False}
"""That of a picture to look at."""


class Graph(OwnComponent):
    """A picture, drawn by ``assets/shared/graph.mjs``; ``figure`` is the first one, more come from modules.

    The graph of dash's own components hands each figure through dash, whose renderer goes through the whole
    page for it, draws an empty one first, and draws once more for every zoom.
    """

    properties = ("id", "className", "config", "figure")

    def __init__(
        self,
        graph_id: str | None = None,
        *,
        class_name: str,
        config: Mapping[str, Any],
        figure: go.Figure | None = None,
    ) -> None:
        named = {} if graph_id is None else {"id": graph_id}
        super().__init__(**named, className=class_name, config=dict(config), figure=figure)
