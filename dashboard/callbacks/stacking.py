"""Stacking the columns of the open file, and unstacking them: the file is read again under its token."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dash import ALL, Input, Output, State, ctx, no_update

from dashboard.ingest import UnreadableFile
from dashboard.pages import ids, panels
from dashboard.pages.stack_columns import columns_to_stack, stack_boxes
from dashboard.serving.server import owner
from dashboard.session.reread import read_stacked
from dashboard.storage.errors import WorkspaceError
from estimators import DataError

if TYPE_CHECKING:
    import dash

    from dashboard.session.comparisons import Comparisons


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callbacks of this file."""
    app.callback(
        Output(ids.STACK_MODAL, "opened"),
        Output(ids.STACK_COLUMNS, "children"),
        Output(ids.STACK_COLUMNS, "value"),
        Output(ids.STACK_NAMES, "value"),
        Output(ids.stack_button("none"), "disabled"),
        Output(ids.STACK_PROBLEM, "children"),
        Input(ids.stack_open(ALL), "n_clicks"),
        State(ids.DATASET, "data"),
        prevent_initial_call=True,
    )(partial(_open_list, comparisons))
    app.callback(
        Output(ids.STACK_MODAL, "opened", allow_duplicate=True),
        Output(ids.UPLOADED, "data", allow_duplicate=True),
        Output(ids.STACK_PROBLEM, "children", allow_duplicate=True),
        Output(ids.PROBLEM, "children", allow_duplicate=True),
        Input(ids.stack_button(ALL), "n_clicks"),
        State(ids.STACK_COLUMNS, "value"),
        State(ids.STACK_NAMES, "value"),
        State(ids.DATASET, "data"),
        prevent_initial_call=True,
    )(partial(_stack_wanted, comparisons))


def _open_list(
    comparisons: Comparisons, clicks: list[int | None], current: dict[str, Any] | None
) -> tuple[Any, ...]:
    if not any(clicks) or not current or not ctx.triggered[0]["value"]:
        return (no_update,) * 6
    try:
        table = comparisons.workspace.get(owner(), current["token"]).table
    except WorkspaceError as error:
        return True, [], [], "", True, panels.alert(str(error))
    return True, *stack_boxes(table), "", not table.stacked, None


def _stack_wanted(
    comparisons: Comparisons,
    clicks: list[int | None],
    ticked: list[str] | None,
    named: str | None,
    current: dict[str, Any] | None,
) -> tuple[Any, ...]:
    pressed = ctx.triggered_id
    if not any(clicks) or not current or not isinstance(pressed, dict) or not ctx.triggered[0]["value"]:
        return (no_update,) * 4
    button, token, who = pressed["id"], current["token"], owner()
    try:
        table = comparisons.workspace.get(who, token).table
        read_stacked(comparisons, who, token, columns_to_stack(table, button, ticked or [], named or ""))
    except (UnreadableFile, DataError, WorkspaceError) as error:
        alert = panels.alert(str(error))
        return no_update, no_update, alert, alert if button == "offered" else no_update
    return False, {"token": token, "again": True}, None, None
