"""From every control to everything on screen, in one step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, Input, Output, State, ctx, no_update, set_props

from dashboard.callbacks.views import view_outputs, view_values, views_unchanged
from dashboard.figures.page_view import draw_views
from dashboard.pages import ids, panels
from dashboard.pages.views import table_grid
from dashboard.serving.server import owner
from dashboard.session.choices import (
    Choices,
    OptionValue,
    checked_level,
    shared_options,
    sort_choices,
    spread_shared,
)
from dashboard.session.comparisons import SOON_SECONDS, selection_key
from dashboard.session.first_choices import SIMULATED_GROUP, SIMULATED_OUTCOME, sample_of
from dashboard.storage.workspace import SIMULATED, WorkspaceError
from dashboard.words import comparison as words
from dashboard.words.table import CLIENT_SIDE_GROUPS, table_columns, table_rows
from estimators import BlupboardError, Design, DesignError, OptionError

if TYPE_CHECKING:
    import dash

    from dashboard.scene.scene import Scene
    from dashboard.session.comparisons import Comparisons

_OUTPUTS = {
    "choices": Output(ids.CHOICES, "data"),
    "problem": Output(ids.PROBLEM, "children"),
    "rows_used": Output(ids.ROWS_USED, "children"),
    "chip": Output(ids.DATASET_CHIP, "children"),
    "about": Output(ids.ABOUT, "children"),
    "sort": Output(ids.SORT, "data"),
    "headline": Output(ids.HEADLINE, "children"),
    "cards": Output(ids.CARDS, "children"),
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
}


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callbacks of this file."""

    @app.callback(
        output={**_OUTPUTS, "views": view_outputs(comparisons.live_views, ids.FIGURES)},
        inputs={
            "dataset": Input(ids.DATASET, "data"),
            "design": Input(ids.DESIGN, "data"),
            "outcome": Input(ids.OUTCOME, "value"),
            "group": Input(ids.GROUP, "value"),
            "switches": Input(ids.estimator_switch(ALL), "checked"),
            "own": Input(ids.estimator_option(ALL, ALL), "value"),
            "own_checked": Input(ids.estimator_option(ALL, ALL), "checked"),
            "shared": Input(ids.shared_option(ALL), "value"),
            "shared_checked": Input(ids.shared_option(ALL), "checked"),
            "level": Input(ids.LEVEL, "value"),
            "sort": Input(ids.SORT, "value"),
            "show_own": Input(ids.SHOW_OWN, "checked"),
            "theme": Input(ids.THEME, "data"),
            "tick": Input(ids.UNDER_WAY_TIMER, "n_intervals"),
            "before": State(ids.CHOICES, "data"),
            "under_way": State(ids.UNDER_WAY_SHOWN, "data"),
        },
    )
    def refresh(**page: Any) -> dict[str, Any]:  # noqa: ANN401 - values of the page's controls
        for read_from_inputs_list in ("own", "own_checked", "shared", "shared_checked", "switches"):
            del page[read_from_inputs_list]
        unchanged = _unchanged(comparisons)
        simulated = (page["dataset"] or {}).get("token") == SIMULATED
        of_no_account = (ids.GROUP, ids.OUTCOME) if simulated else (ids.DESIGN,)
        if page["theme"] is None or not page["dataset"] or ctx.triggered_id in of_no_account:
            return unchanged
        if simulated:
            page |= {"outcome": SIMULATED_OUTCOME, "group": SIMULATED_GROUP}
        if not page["outcome"] or not page["group"]:
            return _only_problem(comparisons, "Choose an outcome (numbers) and a grouping column.")
        try:
            choices = chosen(comparisons, ctx.inputs_list, page)
            looks_again = ctx.triggered_id == ids.UNDER_WAY_TIMER
            scene = comparisons.scene(owner(), choices, 0.0 if looks_again else SOON_SECONDS)
            if looks_again and under_way(scene) == page["under_way"]:
                return unchanged
            comparisons.workspace.save_choices(owner(), choices.token, choices.to_json())
            return on_screen(comparisons, owner(), scene, choices) | table_update(
                scene, Choices.from_json(page["before"])
            )
        except DesignError as error:
            set_props(ids.dial_error(error.field), {"children": panels.sentence(str(error))})
            return unchanged
        except (BlupboardError, WorkspaceError, ValueError) as error:
            return _only_problem(comparisons, str(error))


def chosen(comparisons: Comparisons, inputs: Any, page: dict[str, Any]) -> Choices:  # noqa: ANN401 - dash's list of inputs
    """The page's controls as Choices. Raises ValueError for a value that the page does not offer."""
    controls = [entry for group in _flat(inputs) for entry in (group if isinstance(group, list) else [group])]
    on = {c["id"]["id"] for c in controls if _is(c, "estimator-on") and c.get("value")}
    shared = shared_options(comparisons.registry)
    shared_values: dict[str, OptionValue] = {
        c["id"]["name"]: c["value"]
        for c in controls
        if _is(c, "shared-option") and c.get("value") not in (None, "")
    }
    options = spread_shared(comparisons.registry, shared, shared_values)
    options += [
        (
            c["id"]["id"],
            c["id"]["name"],
            within_bounds(comparisons, c["id"]["id"], c["id"]["name"], c["value"]),
        )
        for c in controls
        if _is(c, "estimator-option") and c.get("value") not in (None, "")
    ]
    return Choices(
        token=page["dataset"]["token"],
        outcome=page["outcome"],
        group=page["group"],
        on=tuple(i for i in comparisons.registry if i in on),
        options=tuple(options),
        level=checked_level(page["level"]),
        sort=page["sort"] or "",
        show_own=bool(page["show_own"]),
        dark=page["theme"] == "dark",
        design=Design.from_json(page["design"]) if page["dataset"]["token"] == SIMULATED else None,
    )


def within_bounds(comparisons: Comparisons, estimator_id: str, name: str, value: OptionValue) -> OptionValue:
    """The value of an option. Raises OptionError in the words of its control where it is out of bounds."""
    estimator = comparisons.registry.get(estimator_id)
    if estimator is None:
        return value  # of a plugin that has gone meanwhile: it is passed over
    spec = next((spec for spec in estimator.option_specs() if spec.name == name), None)
    if spec is None:
        raise OptionError(f"{estimator.label} has no option {name}")
    try:
        spec.parse(value)
    except OptionError as error:
        raise OptionError(f"{spec.label} of {estimator.label}{str(error).removeprefix(name)}") from error
    return value


def on_screen(comparisons: Comparisons, who: str, scene: Scene, choices: Choices) -> dict[str, Any]:
    """Every output for a scene."""
    chip = panels.simulated_chip(scene)
    if choices.design is None:
        chip = panels.dataset_chip(comparisons.workspace.get(who, choices.token), scene)
    sample = sample_of(comparisons.registry, choices.token)
    return {
        "choices": choices.to_json(),
        "problem": None,
        "rows_used": words.rows_used(scene.comparison.data),
        "chip": chip,
        "about": panels.about_sample(sample) if sample else None,
        "sort": sort_choices(comparisons.registry, choices.on),
        "headline": panels.headline(scene),
        "cards": panels.cards(scene),
        "failures": panels.failures(scene, comparisons),
        "under_way": words.under_way(scene),
        "under_way_shown": under_way(scene),
        "under_way_timer": not under_way(scene),
        "notes": panels.notes(scene),
        "parameters": panels.parameters(scene, comparisons),
        "views": view_values(draw_views(comparisons.live_views, scene)),
        "index": groups_index(scene),
        "closest": words.closest_line(scene),
        "draw_bar": scene.truth is None,
        "roles": scene.truth is not None,
    }


def under_way(scene: Scene) -> list[str]:
    """The estimators whose fits are not there yet, by id."""
    return [result.id for result in scene.comparison.results if result.pending]


def table_update(scene: Scene, before: Choices | None) -> dict[str, Any]:
    """The table, kept with its sort, filters and scroll position where it shows the same groups as before."""
    columns = table_columns(scene)
    if len(scene) > CLIENT_SIDE_GROUPS:
        return {"table": table_grid(columns, None)}
    if before is not None and selection_key(before) == scene.selection_key:
        set_props(ids.TABLE, {"columnDefs": columns, "rowData": table_rows(scene)})
        return {"table": no_update}
    return {"table": table_grid(columns, table_rows(scene))}


def groups_index(scene: Scene) -> dict[str, Any]:
    """What the linked views need to know of the groups: order, names and rows, by key."""
    labels = [""] * len(scene)
    n = [0] * len(scene)
    for key, label, count in zip(scene.order.tolist(), scene.labels, scene.n.tolist(), strict=True):
        labels[key], n[key] = label, count
    return {
        "view": scene.selection_key,
        "order": scene.order.tolist(),
        "labels": labels,
        "n": n,
        "unit": scene.unit.one,
    }


def _unchanged(comparisons: Comparisons) -> dict[str, Any]:
    return {**dict.fromkeys(_OUTPUTS, no_update), "views": views_unchanged(comparisons.live_views)}


def _only_problem(comparisons: Comparisons, message: str) -> dict[str, Any]:
    return {**_unchanged(comparisons), "problem": panels.alert(message)}


def _flat(inputs: Any) -> list[Any]:  # noqa: ANN401 - as above
    return list(inputs.values()) if isinstance(inputs, dict) else list(inputs)


def _is(control: dict[str, Any], kind: str) -> bool:
    return isinstance(control.get("id"), dict) and control["id"].get("type") == kind
