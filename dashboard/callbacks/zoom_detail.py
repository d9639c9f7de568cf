"""What a view shows of single groups once few enough of them are in sight."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Input, NoUpdate, Output, State, no_update

from dashboard.callbacks.scenes import scene_on_screen
from dashboard.figures.zoom_detail import view_detail
from dashboard.pages import ids

if TYPE_CHECKING:
    import dash

    from dashboard.session.comparisons import Comparisons


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callback of this file."""
    app.callback(
        Output(ids.VIEW_DETAIL, "data"),
        Input(ids.VIEW_WINDOW, "data"),
        State(ids.CHOICES, "data"),
        prevent_initial_call=True,
    )(partial(_detail, comparisons))


def _detail(
    comparisons: Comparisons, window: dict[str, Any] | None, given: object
) -> dict[str, Any] | NoUpdate:
    scene = scene_on_screen(comparisons, given)
    if not window or scene is None or window.get("view") != scene.selection_key:
        return no_update
    return view_detail(scene, int(window["first"]), int(window["last"]))
