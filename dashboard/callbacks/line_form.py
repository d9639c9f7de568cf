"""What a line of the open file is, and which columns its summaries are in."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from dash import ALL, Input, Output, State, ctx, no_update

from dashboard.ingest import UnreadableFile
from dashboard.ingest.data_kinds import LINE_FORMS, ROWS
from dashboard.ingest.guess_kind import guess_columns
from dashboard.ingest.json_values import text
from dashboard.pages import ids, panels
from dashboard.pages.line_form import beside_pickers
from dashboard.serving.server import owner
from dashboard.session.chosen_reading import ChosenReading
from dashboard.storage.errors import WorkspaceError

if TYPE_CHECKING:
    import dash

    from dashboard.ingest import Table
    from dashboard.session.comparisons import Comparisons

_OUTPUTS = {
    "reading": Output(ids.READING, "data", allow_duplicate=True),
    "beside": Output(ids.BESIDE_COLUMNS, "children", allow_duplicate=True),
    "outcome": Output(ids.OUTCOME, "value", allow_duplicate=True),
    "group": Output(ids.GROUP, "value", allow_duplicate=True),
    "problem": Output(ids.PROBLEM, "children", allow_duplicate=True),
}
_UNCHANGED: dict[str, Any] = dict.fromkeys(_OUTPUTS, no_update)


class Asked(TypedDict):
    """The values of the inputs."""

    form: str | None
    beside: list[str | None]
    dataset: dict[str, Any] | None
    reading: dict[str, Any] | None


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callback of this file."""
    app.callback(
        output=_OUTPUTS,
        inputs={
            "form": Input(ids.LINE_FORM, "value"),
            "beside": Input(ids.beside_column(ALL), "value"),
            "dataset": State(ids.DATASET, "data"),
            "reading": State(ids.READING, "data"),
        },
        prevent_initial_call=True,
    )(partial(_change, comparisons))


def _change(comparisons: Comparisons, **asked: Unpack[Asked]) -> dict[str, Any]:
    columns = {entry["id"]["role"]: entry.get("value") or "" for entry in ctx.args_grouping["beside"]}
    try:
        token = text((asked["dataset"] or {}).get("token"))
        held = ChosenReading.from_json(asked["reading"], token)
        form = text(asked["form"])
        if form != held.form:
            table = comparisons.workspace.get(owner(), token).table
            return _UNCHANGED | of_form(table, held, form)
        known = LINE_FORMS[form]
        if set(columns) != {*known.beside, *known.extras}:
            return _UNCHANGED  # controls that were just drawn
        columns = {role: name for role, name in columns.items() if name or role in known.beside}
        if columns == dict(held.beside):
            return _UNCHANGED
        return _UNCHANGED | {"reading": replace(held, beside=tuple(columns.items())).to_json()}
    except (WorkspaceError, ValueError, TypeError, KeyError) as error:
        return _UNCHANGED | {"problem": panels.alert(str(error))}


def of_form(table: Table, held: ChosenReading, form: str) -> dict[str, Any]:
    """What the page shows once lines are of a form: the likeliest columns, or lists to choose them from."""
    held = replace(held, before=None)  # columns of one form are none to go back to in another
    if form == ROWS:
        rows = held.with_summary(None)
        return {"reading": rows.to_json(), "beside": []}
    known = LINE_FORMS[form]
    found: dict[str, Any] = {}
    try:
        guessed = guess_columns(table, known.kind, {}, None, roles=(known.main, *known.beside))
        held = held.with_summary(guessed.summary)
        found = {"outcome": guessed.summary.outcome, "group": guessed.group}
    except UnreadableFile:
        held = replace(held, form=form, beside=tuple((role, "") for role in known.beside))
    return {"reading": held.to_json(), "beside": beside_pickers(table, held), **found}
