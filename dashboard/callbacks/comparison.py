"""From every control to everything on screen, in one step."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import flask
from dash import ALL, Input, NoUpdate, Output, State, ctx, no_update, set_props

from dashboard.callbacks import downloads
from dashboard.callbacks.changed_inputs import changed_inputs
from dashboard.callbacks.kept_controls import kept_choices
from dashboard.callbacks.linked_groups import view_requests
from dashboard.callbacks.views import card_contents
from dashboard.figures.page_view import draw_views
from dashboard.pages import ids, panels
from dashboard.pages.comparison import comparison_content, offered_orders, pending_ids, unused_file
from dashboard.pages.file_reading import undo_line
from dashboard.pages.stack_columns import empty_comparison
from dashboard.pages.table import Table, table_grid
from dashboard.serving.server import owner
from dashboard.session.choices import Choices, kind_of, order_among
from dashboard.session.chosen_reading import ChosenReading
from dashboard.session.comparisons import SOON_SECONDS
from dashboard.session.page_controls import PageControls, choices_of
from dashboard.session.sources import SourceControls
from dashboard.session.stored_file import ChosenColumns
from dashboard.storage.errors import WorkspaceError
from dashboard.words.grammar import sentence
from dashboard.words.table import CLIENT_SIDE_GROUPS, table_columns, table_rows
from estimators import BlupboardError, DataError, DesignError

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    import dash

    from dashboard.scene.scene import Scene
    from dashboard.session.comparisons import Comparisons

_OUTPUTS = {
    "choices": Output(ids.CHOICES, "data"),
    "panel_class": Output(ids.COMPARISON, "className"),
    "problem": Output(ids.PROBLEM, "children"),
    "rows_used": Output(ids.ROWS_USED, "children"),
    "connected_used": Output(ids.CONNECTED_USED, "children"),
    "as_read": Output(ids.AS_READ, "children"),
    "reading_changes": Output(ids.READING_CHANGES, "children"),
    "reading_undo": Output(ids.READING_UNDO, "children"),
    "reading_notes": Output(ids.READING_NOTES, "children"),
    "chip": Output(ids.DATASET_CHIP, "children"),
    "about": Output(ids.ABOUT, "children"),
    "sort": Output(ids.SORT, "data"),
    "arrangement": Output(ids.ARRANGEMENT, "data"),
    "headline": Output(ids.HEADLINE, "children"),
    "cards": Output(ids.CARDS, "children"),
    "how_sure": Output(ids.HOW_SURE, "children"),
    "remedy": Output(ids.REMEDY, "children"),
    "failures": Output(ids.FAILURES, "children"),
    "under_way": Output(ids.UNDER_WAY, "children"),
    "under_way_shown": Output(ids.UNDER_WAY_SHOWN, "data"),
    "under_way_timer": Output(ids.UNDER_WAY_TIMER, "disabled"),
    "notes": Output(ids.NOTES, "children"),
    "parameters": Output(ids.PARAMETERS, "children"),
    "index": Output(ids.GROUPS_INDEX, "data"),
    "table": Output(ids.TABLE_BOX, "children"),
    "closest": Output(ids.CLOSEST, "children"),
    "roles": Output(ids.ROLES, "hidden"),
    "draw_bar": Output(ids.DRAW_BAR, "hidden"),
    "ratios_field": Output(ids.RATIOS_FIELD, "hidden"),
    "views": Output(ids.FIGURES, "data"),
    **downloads.OUTPUTS,
}


_INPUTS = {
    "dataset": Input(ids.DATASET, "data"),
    "design": Input(ids.DESIGN, "data"),
    "connected": Input(ids.CONNECTED, "data"),
    "outcome": Input(ids.OUTCOME, "value"),
    "group": Input(ids.GROUP, "value"),
    "reading": Input(ids.READING, "data"),
    "switches": Input(ids.estimator_switch(ALL), "checked"),
    "own": Input(ids.estimator_option(ALL, ALL), "value"),
    "own_checked": Input(ids.estimator_option(ALL, ALL), "checked"),
    "shared": Input(ids.shared_option(ALL), "value"),
    "shared_checked": Input(ids.shared_option(ALL), "checked"),
    "level": Input(ids.LEVEL, "value"),
    "bootstrap": Input(ids.BOOTSTRAP, "checked"),
    "sort": Input(ids.SORT, "value"),
    "show_own": Input(ids.SHOW_OWN, "checked"),
    "arrangement": Input(ids.ARRANGEMENT, "value"),
    "lower_better": Input(ids.LOWER_BETTER, "checked"),
    "as_ratios": Input(ids.AS_RATIOS, "checked"),
    "news": Input(ids.UNDER_WAY_NEWS, "data"),
    "parts": State(ids.VIEW_PARTS, "data"),
    "before": State(ids.CHOICES, "data"),
    "under_way": State(ids.UNDER_WAY_SHOWN, "data"),
}
_SOURCE_CONTROLS = {
    ids.OUTCOME: "outcome",
    ids.GROUP: "group",
    ids.READING: "reading",
    ids.DESIGN: "design",
    ids.CONNECTED: "connected",
}
"""The controls that say which groups there are, by the fields of SourceControls."""


class Page(TypedDict, total=False):
    """The values of the inputs. Those of patterns are read with their ids from dash's context."""

    dataset: dict[str, Any] | None
    design: dict[str, Any] | None
    connected: dict[str, Any] | None
    outcome: str | None
    group: str | None
    reading: dict[str, Any] | None
    switches: list[bool]
    own: list[object]
    own_checked: list[object]
    shared: list[object]
    shared_checked: list[object]
    level: str
    bootstrap: bool | None
    sort: str | None
    show_own: bool | None
    arrangement: str | None
    lower_better: bool | None
    as_ratios: bool | None
    news: object
    parts: object
    before: object
    under_way: dict[str, Any] | None


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callback of this file."""
    app.callback(output=_OUTPUTS, inputs=_INPUTS)(partial(_refresh, comparisons))


def _refresh(comparisons: Comparisons, **page: Unpack[Page]) -> dict[str, Any]:
    unchanged = dict.fromkeys(_OUTPUTS, no_update)
    triggers = changed_inputs()
    if not page["dataset"] or _is_of_no_account(triggers, page["dataset"]["token"], page["before"]):
        return unchanged
    looks_again = triggers == [ids.UNDER_WAY_NEWS]
    choices = None
    try:
        choices = choices_of(comparisons.registry, controls_of(page, ctx.inputs_list))
        if ids.DATASET in triggers:
            choices = kept_choices(comparisons, owner(), choices, _with_ids(ctx.inputs_list))
        else:
            choices = with_ways_of_outcomes(comparisons, owner(), choices, page, triggers)
        scene = comparisons.scene(owner(), choices, 0.0 if looks_again else SOON_SECONDS)
        if looks_again and pending_ids(scene) == (page["under_way"] or {}).get("pending"):
            return unchanged
        choices = with_offered_order(comparisons, choices, scene)
        comparisons.workspace.save_choices(owner(), choices.source.token, choices.to_json())
        content = comparison_content(comparisons, choices, comparisons.source(owner(), choices), scene)
        content["reading_undo"] = undo_line(held_in(page))
        parts = view_requests(comparisons, page["parts"], scene.selection_key)
        drawn = draw_views(comparisons.live_views, scene, parts, comparisons.pictures(scene))
        content["views"] = card_contents(drawn)
        content |= downloads.addresses(comparisons, choices)
        _foresee(comparisons, scene)
        return content | {"table": table_of(scene, Choices.from_json(page["before"]))}
    except DesignError as error:
        set_props(ids.dial_error(error.field), {"children": sentence(str(error))})
        return unchanged
    except (BlupboardError, WorkspaceError, ValueError, TypeError) as error:
        reading = {} if choices is None else unused_file(comparisons, owner(), choices)
        problem = problem_words(error, choices)
        nothing = _nothing(comparisons, page, problem)
        return unchanged | {"problem": panels.alert(problem)} | nothing | reading


def _foresee(comparisons: Comparisons, scene: Scene) -> None:
    """Have what is concluded computed once the answer is on its way."""
    begin = partial(comparisons.foresight.begin, owner(), scene)

    @flask.after_this_request
    def _(response: flask.Response) -> flask.Response:
        response.call_on_close(begin)
        return response


def problem_words(error: Exception, choices: Choices | None) -> str:
    """Why nothing is compared, and where lines are taken for summaries that they need not be."""
    source = None if choices is None else choices.source
    if not isinstance(error, DataError) or not isinstance(source, ChosenColumns) or source.summary is None:
        return str(error)
    return (
        f'{sentence(str(error))} Correct it in the file, or set "Lines are" to Rows if they are no summaries.'
    )


def with_offered_order(comparisons: Comparisons, choices: Choices, scene: Scene) -> Choices:
    """The choices with an order that there is: that of another file's lines, or a method gone, is let go."""
    order = order_among(choices.sort, offered_orders(comparisons, choices, scene))
    if order != choices.sort:
        set_props(ids.SORT, {"value": order})
    return replace(choices, sort=order)


def with_ways_of_outcomes(
    comparisons: Comparisons, owner: str, choices: Choices, page: Page, triggers: Container[object]
) -> Choices:
    """The choices with the outcomes of which lower is better, or that are ratios, as this source had them.

    A switch among ``triggers`` was turned for the outcome on screen; others are turned as that has it.
    """
    before = Choices.from_json(page["before"])
    if before is None or before.source.token != choices.source.token:
        before = Choices.from_json(comparisons.workspace.load_choices(owner, choices.source.token))
    outcome = choices.source.outcome
    lower, ratios = (set(), {}) if before is None else (set(before.lower_better), dict(before.ratios))
    if ids.LOWER_BETTER in triggers:
        lower = lower | {outcome} if page["lower_better"] else lower - {outcome}
    if ids.AS_RATIOS in triggers:
        ratios[outcome] = bool(page["as_ratios"])
    choices = replace(choices, lower_better=tuple(sorted(lower)), ratios=tuple(sorted(ratios.items())))
    for switch, is_on, wanted in (
        (ids.LOWER_BETTER, page["lower_better"], choices.smallest_first),
        (ids.AS_RATIOS, page["as_ratios"], choices.as_ratios),
    ):
        if wanted != bool(is_on):
            set_props(switch, {"checked": wanted})
    return choices


def _nothing(comparisons: Comparisons, page: Page, problem: str) -> dict[str, Any]:
    """What is shown in place of a comparison where a file was opened that gives none, by place.

    Nothing where it is the file that was on screen already: then what is there stays.
    """
    token, before = (page["dataset"] or {})["token"], Choices.from_json(page["before"])
    if kind_of(token) is not ChosenColumns or (before is not None and before.source.token == token):
        return {}
    try:
        dataset = comparisons.workspace.get(owner(), token)
    except WorkspaceError:
        return {}
    return empty_comparison(dataset.name, dataset.table, problem)


def _is_of_no_account(triggers: list[object], token: str, before: object) -> bool:
    """Whether only controls of another kind of source have changed beside a comparison that stands.

    When a page is opened, dash names as changed whatever a callback may write to; nothing stands then.
    """
    known = kind_of(token).controls
    fields = [_SOURCE_CONTROLS.get(trigger) if isinstance(trigger, str) else None for trigger in triggers]
    all_of_another = all(field is not None and field not in known for field in fields)
    return before is not None and bool(fields) and all_of_another


def held_in(page: Page) -> ChosenReading:
    """What is held of the open file. Raises TypeError or ValueError where that is garbled."""
    return ChosenReading.from_json(page["reading"], (page["dataset"] or {})["token"])


def controls_of(page: Page, inputs: object) -> PageControls:
    """The values of the controls; ``inputs`` are those of dash's context, which have their ids."""
    held = held_in(page)
    controls = list(_with_ids(inputs))
    shared, own = _values(controls, ids.shared_option(ALL)), _values(controls, ids.estimator_option(ALL, ALL))
    return PageControls(
        source=SourceControls(
            held.token, page["outcome"], page["group"], page["design"], page["reading"], page["connected"]
        ),
        on=frozenset(c["id"]["id"] for c in _values(controls, ids.estimator_switch(ALL)) if c["value"]),
        shared={c["id"]["name"]: c["value"] for c in shared},
        own=tuple((c["id"]["id"], c["id"]["name"], c["value"]) for c in own),
        level=page["level"],
        bootstrap=bool(page["bootstrap"]),
        sort=page["sort"],
        show_own=bool(page["show_own"]),
        arrangement=page["arrangement"],
        waved_off=held.waved_off,
    )


def table_of(scene: Scene, before: Choices | None) -> Table | NoUpdate:
    """A new table, or the one that is there where it shows the same groups as before.

    That keeps its sort, filters and scroll position; what it says comes with the ranks, see ``table.py``.
    """
    columns = table_columns(scene)
    if len(scene) > CLIENT_SIDE_GROUPS:
        return table_grid(columns, None)
    if before is not None and before.source.selection_key == scene.selection_key:
        return no_update
    return table_grid(columns, table_rows(scene))


def _with_ids(inputs: object) -> Iterator[Mapping[str, Any]]:
    """Every control in dash's nested lists, with its id and value."""
    if isinstance(inputs, dict) and "id" not in inputs:
        inputs = list(inputs.values())
    if isinstance(inputs, list):
        for entry in inputs:
            yield from _with_ids(entry)
    elif isinstance(inputs, dict):
        yield inputs


def _values(controls: list[Mapping[str, Any]], pattern: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The controls of one pattern that are not empty."""
    return [
        control
        for control in controls
        if isinstance(control["id"], dict)
        and control["id"].get("type") == pattern["type"]
        and control.get("value") not in (None, "")
    ]
