"""What the table is told later: its ranks, its rows where they are others, or a block of them where many."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Input, NoUpdate, Output, State, no_update

from dashboard.callbacks.scenes import scene_on_screen
from dashboard.pages import ids
from dashboard.pages.table import content_key
from dashboard.words.table import (
    CLIENT_SIDE_GROUPS,
    rank_values,
    requested_rows,
    table_columns,
    table_rows,
)

if TYPE_CHECKING:
    import dash

    from dashboard.session.comparisons import Comparisons


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callbacks of this file."""
    app.callback(
        Output(ids.TABLE, "columnDefs"),
        Output(ids.TABLE, "rowData"),
        Output(ids.TABLE, "contentKey"),
        Output(ids.TABLE, "ranks"),
        Input(ids.CHOICES, "data"),
        State(ids.TABLE, "contentKey"),
        prevent_initial_call=True,
    )(partial(_whole, comparisons))
    app.callback(
        Output(ids.TABLE, "getRowsResponse"),
        Input(ids.TABLE, "getRowsRequest"),
        State(ids.CHOICES, "data"),
        prevent_initial_call=True,
    )(partial(_block, comparisons))


def _whole(comparisons: Comparisons, given: object, shown: object) -> tuple[object, ...]:
    """Columns and rows where the table shows others, and ranks; their own view says why there are none."""
    scene = scene_on_screen(comparisons, given)
    if scene is None or len(scene) > CLIENT_SIDE_GROUPS:
        return (no_update,) * 4  # those that the grid asks for block by block have their ranks
    columns, rows = table_columns(scene), table_rows(scene)
    key = content_key(columns, rows)
    others = (no_update,) * 3 if key == shown else (columns, rows, key)
    return *others, rank_values(scene)


def _block(
    comparisons: Comparisons, request: dict[str, Any] | None, given: object
) -> dict[str, Any] | NoUpdate:
    scene = scene_on_screen(comparisons, given)
    if request is None or scene is None:
        return no_update
    rows, count = requested_rows(scene, request)
    return {"rowData": rows, "rowCount": count}
