"""A table of a database is chosen by names that the server knows: nothing that comes from a page is SQL."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from dash import Input, Output, State, no_update

from dashboard.ingest import UnreadableFile
from dashboard.pages import ids, panels
from dashboard.pages.database import connected_options, table_options
from dashboard.pages.layout import opened_data
from dashboard.serving.server import owner
from dashboard.session.connected_table import ChosenTable
from dashboard.session.sources import SourceControls
from estimators import DataError

if TYPE_CHECKING:
    import dash

    from dashboard.session.comparisons import Comparisons


class Form(TypedDict, total=False):
    """The values of the form."""

    door: str | None
    listed: object
    """Changed where the tables were listed anew."""
    clicks: int | None
    connection: str | None
    table: str | None
    outcome: str | None
    group: str | None


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callbacks of this file, where there is a database to choose."""
    if not comparisons.holdings.connections:
        return
    app.callback(
        output=[
            Output(ids.CONNECTED_TABLE, "data"),
            Output(ids.CONNECTED_TABLE, "value"),
            Output(ids.CONNECTED_PROBLEM, "children"),
        ],
        inputs={
            "door": Input(ids.SOURCES, "value"),
            "connection": Input(ids.CONNECTION, "value"),
            "table": State(ids.CONNECTED_TABLE, "value"),
        },
    )(partial(_tables, comparisons))
    app.callback(
        output=[
            Output(ids.CONNECTED_OUTCOME, "data"),
            Output(ids.CONNECTED_OUTCOME, "value"),
            Output(ids.CONNECTED_GROUP, "data"),
            Output(ids.CONNECTED_GROUP, "value"),
            Output(ids.CONNECTED_PROBLEM, "children", allow_duplicate=True),
        ],
        inputs={
            "listed": Input(ids.CONNECTED_TABLE, "data"),
            "table": Input(ids.CONNECTED_TABLE, "value"),
            "door": State(ids.SOURCES, "value"),
            **_states("connection", "outcome", "group"),
        },
        prevent_initial_call=True,
    )(partial(_columns, comparisons))
    app.callback(
        output=[
            Output(ids.DATASET, "data", allow_duplicate=True),
            Output(ids.CONNECTED, "data"),
            Output(ids.CONNECTED_PROBLEM, "children", allow_duplicate=True),
        ],
        inputs={
            "clicks": Input(ids.CONNECTED_READ, "n_clicks"),
            **_states("connection", "table", "outcome", "group"),
        },
        prevent_initial_call=True,
        running=[(Output(ids.CONNECTED_READ, "loading"), True, False)],
    )(partial(_read, comparisons))


def _states(*fields: str) -> dict[str, State]:
    places = {
        "connection": ids.CONNECTION,
        "table": ids.CONNECTED_TABLE,
        "outcome": ids.CONNECTED_OUTCOME,
        "group": ids.CONNECTED_GROUP,
    }
    return {field: State(places[field], "value") for field in fields}


def _tables(comparisons: Comparisons, **form: Unpack[Form]) -> list[Any]:
    """The tables of a database; the one that was chosen stays where there is one of that name."""
    if form["door"] != ids.DATABASE or not form["connection"]:
        return [no_update] * 3
    try:
        names = comparisons.holdings.connections.tables(form["connection"])
    except UnreadableFile as error:
        return [[], None, panels.alert(str(error))]
    return [table_options(names), no_update if form["table"] in names else None, None]


def _columns(comparisons: Comparisons, **form: Unpack[Form]) -> list[Any]:
    """The columns of a table; those that were chosen stay where there are some of these names."""
    if form["door"] != ids.DATABASE or not form["connection"]:
        return [no_update] * 5
    if not form["table"]:
        return [[], None, [], None, no_update]
    try:
        columns = comparisons.holdings.connections.columns(form["connection"], form["table"])
    except UnreadableFile as error:
        return [[], None, [], None, panels.alert(str(error))]
    numbers = {column.name for column in columns if column.is_number}
    return [
        connected_options(columns, "outcome"),
        no_update if form["outcome"] in numbers else None,
        connected_options(columns, "group"),
        no_update if form["group"] in {column.name for column in columns} else None,
        None,
    ]


def _read(comparisons: Comparisons, **form: Unpack[Form]) -> tuple[Any, Any, Any]:
    if not form["clicks"]:
        return (no_update,) * 3
    names = {field: form[field] or "" for field in ("connection", "table", "outcome", "group")}
    return read_table(comparisons, owner(), {**names, "asked": time.time_ns() // 1_000_000})


def read_table(comparisons: Comparisons, who: str, form: dict[str, Any]) -> tuple[Any, Any, Any]:
    """The table that a form names, opened; or, last, why it cannot be compared."""
    try:
        chosen = ChosenTable.from_controls(SourceControls(ChosenTable.token, connected=form))
        source = chosen.open(comparisons.holdings, who)
        comparisons.hold(source).groups()
    except (DataError, UnreadableFile) as error:
        return no_update, no_update, panels.alert(str(error))
    comparisons.workspace.remember_current(who, ChosenTable.token)
    return opened_data(ChosenTable.token, source), chosen.controls_value, None
