"""What groups are adjusted for and explained by, and what rows weigh: the fold's lists, and what they say."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypedDict, Unpack

from dash import ALL, Input, Output, State, ctx, no_update

from dashboard.ingest import ALL_ROWS
from dashboard.ingest.beside_columns import why_no_covariate
from dashboard.ingest.constant_columns import differing_columns
from dashboard.ingest.json_values import text
from dashboard.pages import ids, panels
from dashboard.pages.model_columns import are_on_page, is_on_page, model_fields, number_fields
from dashboard.serving.server import owner
from dashboard.session.chosen_model import columns_of, model_of, of_summaries
from dashboard.session.chosen_reading import ChosenReading
from dashboard.session.reread import keep_reading
from dashboard.session.stored_file import ChosenColumns
from dashboard.storage.errors import WorkspaceError
from estimators import BlupboardError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import dash

    from dashboard.ingest import Table
    from dashboard.session.comparisons import Comparisons

_HELD: Final = {
    "dataset": State(ids.DATASET, "data"),
    "outcome": State(ids.OUTCOME, "value"),
    "group": State(ids.GROUP, "value"),
    "reading": State(ids.READING, "data"),
}


class Held(TypedDict):
    """What the page holds of the file that is open, and the values of the lists."""

    columns: list[Any]
    dataset: dict[str, Any] | None
    outcome: str | None
    group: str | None
    reading: object


class Opened(Held):
    """How often the fold was opened and closed too."""

    clicks: int | None


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callbacks of this file."""
    app.callback(
        output={
            "lists": Output(ids.MODEL_FIELDS, "children"),
            "numbers": Output(ids.MODEL_NUMBERS, "children"),
        },
        inputs={
            "clicks": Input(ids.MODEL_OPEN, "n_clicks"),
            "columns": State(ids.model_column(ALL), "value"),
            **{name: Input(state.component_id, state.component_property) for name, state in _HELD.items()},
        },
        prevent_initial_call=True,
    )(partial(_draw, comparisons))
    app.callback(
        output={
            "reading": Output(ids.READING, "data", allow_duplicate=True),
            "problem": Output(ids.PROBLEM, "children", allow_duplicate=True),
        },
        inputs={"columns": Input(ids.model_column(ALL), "value"), **_HELD},
        prevent_initial_call=True,
    )(partial(_choose, comparisons))


def _draw(comparisons: Comparisons, **opened: Unpack[Opened]) -> dict[str, Any]:
    unchanged: dict[str, Any] = {"lists": no_update, "numbers": no_update}
    is_open = bool((opened["clicks"] or 0) % 2)
    token = text((opened["dataset"] or {}).get("token", ""))
    if not is_open or not token or not opened["outcome"] or not opened["group"]:
        return unchanged
    with suppress(WorkspaceError, ValueError, TypeError):  # whoever took the file away says so
        held, values = ChosenReading.from_json(opened["reading"], token), _values()
        table, found = comparisons.workspace.get(owner(), token).table, dict(unchanged)
        is_choice = ctx.triggered_id == ids.READING  # of which the lists may be the source
        if not (is_choice and is_on_page(held, values)):
            found["lists"] = fields_of(table, held, opened["outcome"], opened["group"])
        if not (is_choice and are_on_page(table, held.model, values)):
            found["numbers"] = number_fields(table, held.model)
        return found
    return unchanged


def fields_of(table: Table, held: ChosenReading, outcome: str, group: str) -> list[Any]:
    """The lists for a file with this outcome and group."""
    roles = {outcome, group, *(name for _, name in held.beside)}
    free = tuple(c for c in table.columns if c.name not in roles and why_no_covariate(c) is None)
    of_group, differing = table.column(group), set[str]()
    if of_group is not None and held.rows == ALL_ROWS and not held.reading.missing:
        differing = differing_columns(table, of_group, free) - columns_of(held.model)
    return model_fields(
        table, held, roles, dict.fromkeys(differing, f"it differs between rows of one {group}")
    )


def _choose(comparisons: Comparisons, **held: Unpack[Held]) -> dict[str, Any]:
    unchanged: dict[str, Any] = {"reading": no_update, "problem": no_update}
    values = _values()
    try:
        token = text((held["dataset"] or {}).get("token"))
        state = ChosenReading.from_json(held["reading"], token)
        if not values:
            return unchanged
        model = model_of(values)
        summary = state.summary_of(held["outcome"] or "")
        if summary is not None:
            model = of_summaries(model)
        if model == state.model:
            return unchanged  # lists that were just drawn
        chosen = ChosenColumns(
            token,
            held["outcome"] or "",
            held["group"] or "",
            state.reading_of(held["outcome"] or ""),
            state.rows,
            summary,
            model,
        )
        keep_reading(comparisons, owner(), chosen)
        return unchanged | {"reading": replace(state, model=model, before=None).to_json()}
    except (BlupboardError, WorkspaceError, ValueError, TypeError) as error:
        return unchanged | {"problem": panels.alert(str(error))}


def _values() -> Mapping[str, Any]:
    """The values of the lists on the page, by role."""
    return {entry["id"]["role"]: entry.get("value") for entry in ctx.args_grouping["columns"]}
