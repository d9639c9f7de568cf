"""How the open file is read and which of its rows take part: the panel, hints, chips, the filter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypedDict, Unpack

from dash import ALL, ClientsideFunction, Input, Output, State, ctx, no_update

from dashboard.callbacks.data import columns_on_page
from dashboard.ingest import AS_FOUND, Reading
from dashboard.ingest.first_rows import first_rows
from dashboard.ingest.json_values import sequence, text
from dashboard.ingest.reading_used import reading_used, two_values
from dashboard.pages import ids, panels
from dashboard.pages.my_files import my_files
from dashboard.pages.reading_panel import controls, options_of, preview
from dashboard.serving.server import owner
from dashboard.session.choices import Choices
from dashboard.session.chosen_reading import (
    Before,
    ChosenReading,
    rows_from_json,
)
from dashboard.session.reread import (
    keep_reading,
    read_otherwise,
    taken_back,
    with_condition,
    with_hint,
    without_groups,
)
from dashboard.session.stored_file import ChosenColumns
from dashboard.storage.errors import WorkspaceError
from dashboard.words.comparison import rows_used
from dashboard.words.grammar import sentence
from dashboard.words.reading import changes, done, hint_action
from estimators import BlupboardError, DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import dash

    from dashboard.ingest import Condition
    from dashboard.session.comparisons import Comparisons

_OUTPUTS: Final = {
    "reading": Output(ids.READING, "data", allow_duplicate=True),
    "outcomes": Output(ids.OUTCOME, "data", allow_duplicate=True),
    "outcome": Output(ids.OUTCOME, "value", allow_duplicate=True),
    "groups": Output(ids.GROUP, "data", allow_duplicate=True),
    "group": Output(ids.GROUP, "value", allow_duplicate=True),
    "files": Output(ids.MY_FILES, "children", allow_duplicate=True),
    "columns": Output(ids.FILTER_COLUMN, "data", allow_duplicate=True),
    "value": Output(ids.FILTER_VALUE, "value"),
    "controls": Output(ids.READING_CONTROLS, "children", allow_duplicate=True),
    "preview": Output(ids.READING_PREVIEW, "children", allow_duplicate=True),
    "panel_problem": Output(ids.READING_PROBLEM, "children", allow_duplicate=True),
    "problem": Output(ids.PROBLEM, "children", allow_duplicate=True),
}
_UNCHANGED: Final = dict.fromkeys(_OUTPUTS, no_update)
_OPEN_FILE: Final = {
    "dataset": State(ids.DATASET, "data"),
    "outcome": State(ids.OUTCOME, "value"),
    "group": State(ids.GROUP, "value"),
    "store": State(ids.READING, "data"),
}
_PRESSED: Final = {
    "reset": Input(ids.READING_RESET, "n_clicks"),
    "hints": Input(ids.hint_button(ALL), "n_clicks"),
    "off": Input(ids.hint_off(ALL), "n_clicks"),
    "back": Input(ids.take_back(ALL, ALL), "n_clicks"),
    "undo": Input(ids.undo_button(ALL), "n_clicks"),
    "add": Input(ids.FILTER_ADD, "n_clicks"),
}


class OpenFile(TypedDict):
    """What the page holds of the file that is open."""

    dataset: dict[str, Any] | None
    outcome: str | None
    group: str | None
    store: object


class Asked(TypedDict):
    """What was pressed or set; the panel's options are read with their ids from dash's context."""

    options: list[Any]
    pressed: Mapping[str, Any]
    left_out: Mapping[str, Any] | None
    condition: list[str | None]
    open_file: OpenFile


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callbacks of this file."""
    app.callback(
        output=[
            Output(ids.READING_PANEL, "opened"),
            Output(ids.READING_CONTROLS, "children"),
            Output(ids.READING_PREVIEW, "children"),
            Output(ids.READING_PROBLEM, "children"),
        ],
        inputs={"clicks": Input(ids.AS_READ, "n_clicks"), "open_file": _OPEN_FILE},
        prevent_initial_call=True,
    )(partial(_open_panel, comparisons))
    app.callback(
        output=_OUTPUTS,
        inputs={
            "options": Input(ids.reading_option(ALL), "value"),
            "pressed": _PRESSED,
            "left_out": Input(ids.LEFT_OUT_BY_HAND, "data"),
            "condition": [
                State(ids.FILTER_COLUMN, "value"),
                State(ids.FILTER_OPERATOR, "value"),
                State(ids.FILTER_VALUE, "value"),
            ],
            "open_file": _OPEN_FILE,
        },
        prevent_initial_call=True,
    )(partial(_change, comparisons))
    callback: Callable[..., None] = app.clientside_callback
    callback(
        ClientsideFunction("blupboard", "selectedGroups"),
        Output(ids.LEFT_OUT_BY_HAND, "data"),
        Input(ids.LEAVE_OUT, "n_clicks"),
        prevent_initial_call=True,
    )


def _open_panel(comparisons: Comparisons, clicks: int | None, open_file: OpenFile) -> list[Any]:
    if not clicks or not open_file["dataset"]:
        return [no_update] * 4
    try:
        chosen, _ = chosen_in(open_file)
        return [True, *panel_content(comparisons, owner(), chosen), None]
    except (BlupboardError, WorkspaceError, ValueError, TypeError) as error:
        return [True, [], [], panels.alert(str(error))]


def chosen_in(open_file: OpenFile) -> tuple[ChosenColumns, ChosenReading]:
    """The columns of the open file, and what else is held of it. Raises TypeError or ValueError."""
    token = text((open_file["dataset"] or {}).get("token"))
    state = ChosenReading.from_json(open_file["store"], token)
    outcome, group = open_file["outcome"] or "", open_file["group"] or ""
    reading, summary = state.reading_of(outcome), state.summary_of(outcome)
    return ChosenColumns(token, outcome, group, reading, state.rows, summary, state.model), state


def panel_content(comparisons: Comparisons, who: str, chosen: ChosenColumns) -> tuple[list[Any], list[Any]]:
    """The panel's controls and its first rows, also of a file of which nothing can be compared."""
    table = comparisons.workspace.get(who, chosen.token).table
    notation = None
    try:
        read = comparisons.source(who, Choices(chosen, ())).file_groups()
        if read is None:
            raise TypeError(chosen)
        used, line, noun = read.reading, rows_used(read.data), read.noun
        notation = read.data.notation
    except (BlupboardError, ValueError) as error:
        used, line = reading_used(table.layout, chosen.reading, None), str(error)
        noun = "row" if table.layout is None else "line"
    roles = dict(() if chosen.summary is None else ((name, role) for role, name in chosen.summary.columns))
    roles = {chosen.outcome: "outcome", **roles, chosen.group: "group"}
    rows = preview(first_rows(table, roles), roles, noun, sentence(line))
    words = two_values(table.column(chosen.outcome), notation)
    return controls(table, chosen.reading, used, words), rows


def _change(comparisons: Comparisons, **asked: Unpack[Asked]) -> dict[str, Any]:
    trigger = ctx.triggered_id
    is_option = _type(trigger) == _type(ids.reading_option(ALL))
    if trigger is None or not (is_option or ctx.triggered[0]["value"]):
        return _UNCHANGED  # buttons that were just drawn
    from_panel = is_option or trigger == ids.READING_RESET
    try:
        chosen, state = chosen_in(asked["open_file"])
        pressed = trigger if isinstance(trigger, dict) else {}
        wanted, after = _wanted(_Page(comparisons, pressed, asked, chosen, state), trigger)
        if (wanted, after) == (chosen, state):
            return _UNCHANGED
        return changed(comparisons, owner(), (chosen, wanted), after, with_panel=from_panel)
    except (BlupboardError, WorkspaceError, ValueError, TypeError) as error:
        alert = panels.alert(str(error))
        if not from_panel:
            return _UNCHANGED | {"problem": alert}
        fields, _ = panel_content(comparisons, owner(), chosen_in(asked["open_file"])[0])
        return _UNCHANGED | {"panel_problem": alert, "controls": fields}


def _type(trigger: object) -> object:
    """What kind of control it is: the type of its pattern, or its id."""
    return trigger.get("type") if isinstance(trigger, dict) else trigger


@dataclass(frozen=True)
class _Page:
    """What a step starts from: what was pressed, and what is chosen and held of the file that is open."""

    comparisons: Comparisons
    pressed: Mapping[str, Any]
    """The parts of its id; nothing where that is a plain one."""
    asked: Asked
    chosen: ChosenColumns
    state: ChosenReading


_Step = tuple[ChosenColumns, ChosenReading]
"""The columns that are wanted, and what is to be held besides them."""


def _wanted(page: _Page, trigger: object) -> _Step:
    """What a press asks for."""
    steps: Mapping[object, Callable[[_Page], _Step]] = {
        ids.READING_RESET: lambda page: _unnoted(page, AS_FOUND),
        _type(ids.reading_option(ALL)): lambda page: _unnoted(page, _reading(page.chosen)),
        ids.FILTER_ADD: lambda page: _noted(page, with_condition(page.chosen, _condition(page.asked))),
        ids.LEFT_OUT_BY_HAND: _groups_left_out,
        _type(ids.take_back(ALL, ALL)): lambda page: _noted(
            page, taken_back(page.chosen, page.pressed["option"], page.pressed["value"])
        ),
        _type(ids.undo_button(ALL)): _undone,
        _type(ids.hint_button(ALL)): _hint_taken,
        _type(ids.hint_off(ALL)): _hint_waved_off,
    }
    return steps[_type(trigger)](page)


def _unnoted(page: _Page, reading: Reading) -> _Step:
    """Another reading from the panel, which shows what can be taken back itself."""
    return replace(page.chosen, reading=reading), replace(page.state, before=None)


def _groups_left_out(page: _Page) -> _Step:
    left_out = page.asked["left_out"] or {}
    if left_out.get("view") != page.chosen.selection_key:
        return page.chosen, page.state
    return _noted(page, without_groups(page.chosen, map(text, sequence(left_out.get("labels")))))


def _undone(page: _Page) -> _Step:
    back = page.state.before
    if back is None:
        return page.chosen, page.state
    now = page.chosen
    columns = back.outcome, back.group, back.reading, back.rows, now.summary, back.model
    before = ChosenColumns(now.token, *columns)
    return before, replace(page.state, before=None)


def _hint_waved_off(page: _Page) -> _Step:
    waved_off = tuple(dict.fromkeys((*page.state.waved_off, text(page.pressed["key"]))))
    return page.chosen, replace(page.state, waved_off=waved_off)


def _hint_taken(page: _Page) -> _Step:
    read = page.comparisons.source(owner(), Choices(page.chosen, ())).file_groups()
    hints = () if read is None else read.hints
    hint = next((hint for hint in hints if hint.key == page.pressed["key"]), None)
    if hint is None:
        return page.chosen, page.state
    return _noted(page, with_hint(page.chosen, hint), hint_action(hint))


def _reading(chosen: ChosenColumns) -> Reading:
    """The reading that the panel's controls ask for; options without a control stay as they are."""
    values = {entry["id"]["name"]: entry["value"] for entry in ctx.args_grouping["options"]}
    kept = {name: v for name, v in chosen.reading.set_options().items() if name not in values}
    return Reading.from_json(kept | options_of(values))


def _condition(asked: Asked) -> Condition:
    """The condition in the three fields. Raises DataError where one of them is empty."""
    column, operator, value = asked["condition"]
    if not column or (not value and operator not in ("=", "!=")):
        raise DataError("Choose a column, and a value to compare it with.")
    return rows_from_json({"where": [[column, operator, (value or "").strip()]]}).where[0]


def _noted(page: _Page, wanted: ChosenColumns, otherwise: str = "") -> _Step:
    """With what was before, so that it can be undone; a step that changes nothing stays unnoted."""
    chosen = page.chosen
    if wanted == chosen:
        return chosen, page.state
    old, new = (changes(columns.reading, columns.rows, columns.model) for columns in (chosen, wanted))
    before = Before(
        done(old, new) or otherwise,
        chosen.reading,
        chosen.rows,
        chosen.outcome,
        chosen.group,
        chosen.model,
    )
    return wanted, replace(page.state, before=before)


def changed(
    comparisons: Comparisons,
    who: str,
    step: tuple[ChosenColumns, ChosenColumns],
    after: ChosenReading,
    *,
    with_panel: bool,
) -> dict[str, Any]:
    """What the page shows after a step from what was chosen to what is wanted. Raises as `read_otherwise`."""
    before, wanted = step
    dataset = comparisons.workspace.get(who, before.token)
    if (wanted.reading, wanted.rows) != (before.reading, before.rows):
        wanted = read_otherwise(comparisons, who, wanted, wanted.reading, wanted.rows)
    if (wanted.reading, wanted.model) != (before.reading, before.model):
        keep_reading(comparisons, who, wanted)
    held = replace(
        after,
        reading=wanted.reading,
        rows=wanted.rows,
        event_of=wanted.outcome,
        model=wanted.model,
    )
    found = {**_UNCHANGED, "reading": held.to_json()}
    found |= {
        "problem": None,
        "panel_problem": None,
        "value": "" if wanted.rows != before.rows else no_update,
    }
    if wanted.reading.layout != dataset.reading:
        dataset = comparisons.workspace.get(who, before.token)
        found |= columns_on_page(dataset.table, wanted)
        found["files"] = my_files(comparisons.workspace, who, before.token)
    elif wanted.outcome != before.outcome or wanted.group != before.group:
        found |= {"outcome": wanted.outcome, "group": wanted.group}
    if with_panel:
        found["controls"], found["preview"] = panel_content(comparisons, who, wanted)
    return found
