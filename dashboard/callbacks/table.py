"""The rows of a table that is too long for the browser, a block at a time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Input, NoUpdate, Output, State, no_update

from dashboard.callbacks.scenes import scene_on_screen
from dashboard.pages import ids
from dashboard.words.table import requested_rows

if TYPE_CHECKING:
    import dash

    from dashboard.session.comparisons import Comparisons


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callback of this file."""
    app.callback(
        Output(ids.TABLE, "getRowsResponse"),
        Input(ids.TABLE, "getRowsRequest"),
        State(ids.CHOICES, "data"),
        prevent_initial_call=True,
    )(partial(_block, comparisons))


def _block(
    comparisons: Comparisons, request: dict[str, Any] | None, given: object
) -> dict[str, Any] | NoUpdate:
    scene = scene_on_screen(comparisons, given)
    if request is None or scene is None:
        return no_update
    rows, count = requested_rows(scene, request)
    return {"rowData": rows, "rowCount": count}
