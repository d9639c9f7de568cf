"""The rows of the table: all once they have ranks, or a block at a time where they are too many."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Input, NoUpdate, Output, State, no_update

from dashboard.callbacks.scenes import scene_on_screen
from dashboard.pages import ids
from dashboard.scene.rank_spread import rank_spread
from dashboard.words.table import CLIENT_SIDE_GROUPS, requested_rows, table_columns, table_rows
from estimators import BlupboardError

if TYPE_CHECKING:
    import dash

    from dashboard.session.comparisons import Comparisons


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callbacks of this file."""
    app.callback(
        Output(ids.TABLE, "columnDefs"),
        Output(ids.TABLE, "rowData"),
        Input(ids.CHOICES, "data"),
        prevent_initial_call=True,
    )(partial(_whole, comparisons))
    app.callback(
        Output(ids.TABLE, "getRowsResponse"),
        Input(ids.TABLE, "getRowsRequest"),
        State(ids.CHOICES, "data"),
        prevent_initial_call=True,
    )(partial(_block, comparisons))


def _whole(comparisons: Comparisons, given: object) -> tuple[object, object]:
    """Columns and rows, with ranks where there are some; the view of the ranks says why there are none."""
    scene = scene_on_screen(comparisons, given)
    if scene is None or len(scene) > CLIENT_SIDE_GROUPS:
        return no_update, no_update  # those that the grid asks for block by block have their ranks
    if scene.reference is not None:
        with suppress(BlupboardError):
            rank_spread(scene, scene.reference)
    return table_columns(scene), table_rows(scene)


def _block(
    comparisons: Comparisons, request: dict[str, Any] | None, given: object
) -> dict[str, Any] | NoUpdate:
    scene = scene_on_screen(comparisons, given)
    if request is None or scene is None:
        return no_update
    rows, count = requested_rows(scene, request)
    return {"rowData": rows, "rowCount": count}
