"""Opening a dataset: an upload, a sample, an earlier file; and deleting one."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import ALL, Input, Output, State, ctx, no_update

from dashboard.ingest.data_kinds import ROWS
from dashboard.pages import ids, panels
from dashboard.pages.column_picker import column_options
from dashboard.pages.file_reading import column_names
from dashboard.pages.line_form import beside_pickers
from dashboard.pages.my_files import my_files
from dashboard.serving.server import owner
from dashboard.session.first_choices import first_choices, missing_columns, worked_example
from dashboard.session.reread import read_as_before
from dashboard.storage.deleted_files import put_back, set_aside
from dashboard.storage.errors import UnknownDataset, WorkspaceError
from dashboard.storage.sample_tables import SAMPLE_PREFIX

if TYPE_CHECKING:
    import dash

    from dashboard.ingest import Table
    from dashboard.session.comparisons import Comparisons
    from dashboard.session.sources import ChosenSource


_NOTHING = (no_update,) * 11


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callbacks of this file."""
    app.callback(
        Output(ids.DATASET, "data"),
        Output(ids.OUTCOME, "data"),
        Output(ids.OUTCOME, "value"),
        Output(ids.GROUP, "data"),
        Output(ids.GROUP, "value"),
        Output(ids.FILTER_COLUMN, "data"),
        Output(ids.READING, "data"),
        Output(ids.MY_FILES, "children"),
        Output(ids.LINE_FORM, "value"),
        Output(ids.BESIDE_COLUMNS, "children"),
        Output(ids.PROBLEM, "children", allow_duplicate=True),
        Input(ids.UPLOADED, "data"),
        Input(ids.sample_button(ALL), "n_clicks"),
        Input(ids.file_button(ALL), "n_clicks"),
        State(ids.DATASET, "data"),
        prevent_initial_call=True,
    )(partial(_open_dataset, comparisons))
    app.callback(
        Output(ids.MY_FILES, "children", allow_duplicate=True),
        Output(ids.UPLOADED, "data"),
        Input(ids.file_delete(ALL), "n_clicks"),
        State(ids.DATASET, "data"),
        prevent_initial_call=True,
    )(partial(_delete_dataset, comparisons))
    app.callback(
        Output(ids.MY_FILES, "children", allow_duplicate=True),
        Output(ids.UPLOADED, "data", allow_duplicate=True),
        Output(ids.PROBLEM, "children", allow_duplicate=True),
        Input(ids.file_undo(ALL), "n_clicks"),
        State(ids.DATASET, "data"),
        prevent_initial_call=True,
    )(partial(_undo_wanted, comparisons))


def _open_dataset(
    comparisons: Comparisons,
    uploaded: dict[str, Any] | None,
    _samples: list[Any],
    _files: list[Any],
    current: dict[str, Any] | None,
) -> tuple[Any, ...]:
    trigger = _asked_for()
    token = requested_token(trigger, uploaded)
    again = trigger == ids.UPLOADED and (uploaded or {}).get("again")
    if token is None or ((current or {}).get("token") == token and not again):
        return _NOTHING
    return open_dataset(comparisons, owner(), token)


def open_dataset(comparisons: Comparisons, who: str, token: str) -> tuple[Any, ...]:
    """What the page shows of a dataset that ``who`` opens; or, as the last value, why it cannot be opened."""
    try:
        dataset = comparisons.workspace.get(who, token)
        if problem := missing_columns(comparisons.registry, dataset):
            return (*_NOTHING[:-1], panels.alert(problem))
        source, held = read_as_before(comparisons, who, first_choices(comparisons, who, token))
        dataset = comparisons.workspace.get(who, token)
        comparisons.workspace.remember_current(who, token)
    except WorkspaceError as error:
        return (*_NOTHING[:-1], panels.alert(str(error)))
    columns = columns_on_page(dataset.table, source)
    return (
        {"token": token, "name": dataset.name},
        *(columns[name] for name in ("outcomes", "outcome", "groups", "group", "columns")),
        None if held is None else held.to_json(),
        my_files(comparisons.workspace, who, token),
        ROWS if held is None else held.form,
        beside_pickers(dataset.table, held),
        None,
    )


def columns_on_page(table: Table, source: ChosenSource) -> dict[str, Any]:
    """What the lists of columns offer, and which of them are chosen."""
    return {
        "outcomes": column_options(table, "outcome"),
        "outcome": source.outcome or None,
        "groups": column_options(table, "group"),
        "group": source.group or None,
        "columns": column_names(table),
    }


def _delete_dataset(
    comparisons: Comparisons, clicks: list[Any], current: dict[str, Any] | None
) -> tuple[Any, Any]:
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return no_update, no_update
    return delete_dataset(comparisons, owner(), ctx.triggered_id["id"], (current or {}).get("token"))


def delete_dataset(comparisons: Comparisons, who: str, token: str, open_token: str | None) -> tuple[Any, Any]:
    """The files that are left, and the first sample to open where the deleted one was on screen.

    The file is kept aside for some minutes, so that it can be undone.
    """
    with suppress(UnknownDataset):  # it had gone already, which is what was wanted
        set_aside(comparisons.workspace.root, who, token)
    sample = {"token": worked_example(comparisons.registry)}
    files = my_files(comparisons.workspace, who, open_token)
    return files, sample if open_token == token else no_update


def _undo_wanted(
    comparisons: Comparisons, clicks: list[Any], current: dict[str, Any] | None
) -> tuple[Any, Any, Any]:
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return (no_update,) * 3
    return undo_delete(comparisons, owner(), ctx.triggered_id["id"], (current or {}).get("token"))


def undo_delete(
    comparisons: Comparisons, who: str, token: str, open_token: str | None
) -> tuple[Any, Any, Any]:
    """The files with the one that was deleted, which is opened; or, last, that it is gone for good."""
    try:
        put_back(comparisons.workspace.root, who, token)
    except UnknownDataset as error:
        return my_files(comparisons.workspace, who, open_token), no_update, panels.alert(str(error))
    # again: the page may not have heard yet that the file was closed
    return my_files(comparisons.workspace, who, open_token), {"token": token, "again": True}, None


def _asked_for() -> object:
    """The id of what a person pressed or sent; buttons that were just drawn count as changed too."""
    values = {entry["prop_id"]: entry["value"] for entry in ctx.triggered}
    return next((name for prop, name in ctx.triggered_prop_ids.items() if values.get(prop)), None)


def requested_token(trigger: object, uploaded: dict[str, Any] | None) -> str | None:
    """The token of the dataset that was asked for; None where nothing was."""
    if trigger == ids.UPLOADED:
        return (uploaded or {}).get("token")
    if not isinstance(trigger, dict):
        return None
    is_sample = trigger["type"] == ids.sample_button(ALL)["type"]
    return SAMPLE_PREFIX + trigger["id"] if is_sample else str(trigger["id"])
