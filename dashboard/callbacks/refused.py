"""An upload that could not be read: shown as it stands, read another way, or deleted."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import ALL, Input, Output, State, ctx, html, no_update
from dash.exceptions import PreventUpdate

from dashboard.ingest import Reading, UnreadableFile
from dashboard.pages import ids, panels
from dashboard.pages.my_files import my_files
from dashboard.pages.reading_panel import options_of
from dashboard.pages.refused_panel import problem, raw_preview, refused_controls
from dashboard.serving.server import owner
from dashboard.storage.errors import UnknownDataset, WorkspaceError
from dashboard.storage.refused_files import delete_refused, refused_file

if TYPE_CHECKING:
    import dash

    from dashboard.session.comparisons import Comparisons

_UNCHANGED = (no_update,) * 5


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callbacks of this file."""
    app.callback(
        Output(ids.REFUSED, "data", allow_duplicate=True),
        Input(ids.refused_button(ALL), "n_clicks"),
        prevent_initial_call=True,
    )(_wanted)
    app.callback(
        Output(ids.REFUSED_PANEL, "opened"),
        Output(ids.REFUSED_CONTROLS, "children"),
        Output(ids.REFUSED_PREVIEW, "children"),
        Output(ids.REFUSED_PROBLEM, "children"),
        Output(ids.MY_FILES, "children", allow_duplicate=True),
        Input(ids.REFUSED, "data"),
        State(ids.DATASET, "data"),
        prevent_initial_call=True,
    )(partial(_show, comparisons))
    app.callback(
        Output(ids.REFUSED_PANEL, "opened", allow_duplicate=True),
        Output(ids.REFUSED_CONTROLS, "children", allow_duplicate=True),
        Output(ids.REFUSED_PREVIEW, "children", allow_duplicate=True),
        Output(ids.REFUSED_PROBLEM, "children", allow_duplicate=True),
        Output(ids.UPLOADED, "data", allow_duplicate=True),
        Input(ids.refused_option(ALL), "value"),
        Input(ids.refused_try(ALL), "n_clicks"),
        State(ids.refused_option(ALL), "id"),
        State(ids.REFUSED, "data"),
        prevent_initial_call=True,
    )(partial(_try, comparisons))
    app.callback(
        Output(ids.MY_FILES, "children", allow_duplicate=True),
        Input(ids.refused_delete(ALL), "n_clicks"),
        State(ids.DATASET, "data"),
        prevent_initial_call=True,
    )(partial(_delete, comparisons))


def _wanted(clicks: list[int | None]) -> dict[str, Any]:
    if not any(clicks) or not isinstance(ctx.triggered_id, dict) or not ctx.triggered[0]["value"]:
        raise PreventUpdate
    return {"token": ctx.triggered_id["id"], "at": time.time()}


def _show(
    comparisons: Comparisons, wanted: dict[str, Any] | None, current: dict[str, Any] | None
) -> tuple[Any, ...]:
    if not wanted:
        return _UNCHANGED
    files = my_files(comparisons.workspace, owner(), (current or {}).get("token"))
    try:
        refused, raw = comparisons.workspace.raw_rows(owner(), wanted["token"])
    except WorkspaceError as error:
        return True, [], [], panels.alert(str(error)), files
    if raw is None:
        return True, [], [], problem(refused), files
    return True, refused_controls(refused, raw), raw_preview(refused, raw), problem(refused), files


def _try(
    comparisons: Comparisons,
    values: list[Any],
    clicks: list[int | None],
    names: list[dict[str, Any]],
    shown: dict[str, Any] | None,
) -> tuple[Any, ...]:
    trigger = ctx.triggered_id
    if not shown or not isinstance(trigger, dict):
        return _UNCHANGED
    who, workspace = owner(), comparisons.workspace
    given = {name["name"]: value for name, value in zip(names, values, strict=True)}
    try:
        before = refused_file(workspace.root, who, shown["token"])
        by_button = trigger["type"] == ids.refused_try(ALL)["type"]
        reading = Reading.from_json(options_of(given))
        if by_button:
            reading = (before.suggestion if any(clicks) else None) or before.reading
        if reading == before.reading:
            return _UNCHANGED  # controls and buttons that were just drawn
        try:
            workspace.read_refused(who, shown["token"], reading)
        except UnreadableFile:
            refused, raw = workspace.raw_rows(who, shown["token"])
            if raw is None:
                return no_update, no_update, no_update, problem(refused), no_update
            fields = refused_controls(refused, raw) if by_button else no_update
            return no_update, fields, raw_preview(refused, raw), problem(refused), no_update
    except (WorkspaceError, UnreadableFile, ValueError, TypeError) as error:
        return no_update, no_update, no_update, panels.alert(str(error)), no_update
    return False, no_update, no_update, None, {"token": shown["token"], "again": True}


def _delete(
    comparisons: Comparisons, clicks: list[int | None], current: dict[str, Any] | None
) -> list[html.Div]:
    pressed = ctx.triggered_id
    if not any(clicks) or not isinstance(pressed, dict) or not ctx.triggered[0]["value"]:
        raise PreventUpdate
    with suppress(UnknownDataset):  # it had gone already, which is what was wanted
        delete_refused(comparisons.workspace.root, owner(), pressed["id"])
    return my_files(comparisons.workspace, owner(), (current or {}).get("token"))
