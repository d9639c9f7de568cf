"""Opening a dataset: an upload, a sample, an earlier file; and deleting one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, Input, Output, State, ctx, no_update

from dashboard.opening import opening_choices
from dashboard.pages import ids, panels
from dashboard.pages.rail import column_options, my_files
from dashboard.samples import SAMPLES
from dashboard.server import owner
from dashboard.workspace import WorkspaceError

if TYPE_CHECKING:
    import dash

    from dashboard.board import Board


def register(app: dash.Dash, board: Board) -> None:
    """Add the callbacks of this file."""

    @app.callback(
        Output(ids.DATASET, "data"),
        Output(ids.OUTCOME, "data"),
        Output(ids.OUTCOME, "value"),
        Output(ids.GROUP, "data"),
        Output(ids.GROUP, "value"),
        Output(ids.MY_FILES, "children"),
        Output(ids.PROBLEM, "children", allow_duplicate=True),
        Input(ids.UPLOADED, "data"),
        Input(ids.sample_button(ALL), "n_clicks"),
        Input(ids.file_button(ALL), "n_clicks"),
        State(ids.DATASET, "data"),
        prevent_initial_call=True,
    )
    def open_dataset(
        uploaded: dict[str, Any] | None,
        _samples: list[Any],
        _files: list[Any],
        current: dict[str, Any] | None,
    ) -> tuple[Any, ...]:
        token = wanted_token(ctx.triggered_id, ctx.triggered[0]["value"] if ctx.triggered else None, uploaded)
        if token is None or (current or {}).get("token") == token:
            return (no_update,) * 7
        try:
            dataset = board.workspace.get(owner(), token)
            choices = opening_choices(board, owner(), dataset)
            board.workspace.remember_current(owner(), token)
        except WorkspaceError as error:
            return (*(no_update,) * 6, panels.alert(str(error)))
        return (
            {"token": token, "name": dataset.name},
            column_options(dataset.table, "outcome"),
            choices.outcome or None,
            column_options(dataset.table, "group"),
            choices.group or None,
            my_files(board.workspace.list(owner()), dataset),
            None,
        )

    @app.callback(
        Output(ids.MY_FILES, "children", allow_duplicate=True),
        Output(ids.UPLOADED, "data"),
        Input(ids.file_delete(ALL), "n_clicks"),
        State(ids.DATASET, "data"),
        prevent_initial_call=True,
    )
    def delete_dataset(clicks: list[Any], current: dict[str, Any] | None) -> tuple[Any, Any]:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update, no_update
        token = ctx.triggered_id["id"]
        was_open = (current or {}).get("token") == token
        try:
            board.workspace.delete(owner(), token)
        except WorkspaceError:
            was_open = False  # it had gone already, which is what was wanted
        first = next(iter(SAMPLES))
        return my_files(board.workspace.list(owner()), None), {
            "token": f"sample-{first}"
        } if was_open else no_update


def wanted_token(trigger: object, value: object, uploaded: dict[str, Any] | None) -> str | None:
    """The token of the dataset that was asked for; None where nothing was (buttons that were just drawn)."""
    if trigger == ids.UPLOADED:
        return (uploaded or {}).get("token")
    if not isinstance(trigger, dict) or not value:
        return None
    return (
        f"sample-{trigger['id']}" if trigger["type"] == ids.sample_button(0)["type"] else str(trigger["id"])
    )
