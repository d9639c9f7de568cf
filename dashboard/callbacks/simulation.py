"""Opening the simulation; what the dials do happens in the browser and at ``/simulate/frame``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dash import ALL, ClientsideFunction, Input, NoUpdate, Output, State, no_update

from dashboard.pages import ids
from dashboard.pages.dials import shape_field, sizes_text
from dashboard.pages.layout import opened_data
from dashboard.serving.server import owner
from dashboard.session.first_choices import first_choices
from dashboard.session.simulation import ChosenDesign

if TYPE_CHECKING:
    from collections.abc import Callable

    import dash

    from dashboard.session.comparisons import Comparisons


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callbacks of this file."""
    app.callback(
        Output(ids.DATASET, "data", allow_duplicate=True),
        Input(ids.SOURCES, "value"),
        State(ids.DATASET, "data"),
        prevent_initial_call=True,
    )(partial(_simulation_token, comparisons))
    app.callback(
        Output(ids.SHAPE_FIELD, "children"), Input(ids.dial("effects"), "value"), prevent_initial_call=True
    )(shape_field)
    app.callback(
        Output(ids.dial("per_group"), "value"),
        Input(ids.SIZE_RULE, "value"),
        State(ids.dial("per_group"), "value"),
        State(ids.dial("groups"), "value"),
        prevent_initial_call=True,
    )(_sizes_of_rule)
    callback: Callable[..., None] = app.clientside_callback
    callback(
        ClientsideFunction("blupboard", "turnDials"),
        Output(ids.SINK, "data", allow_duplicate=True),
        Input(ids.dial(ALL), "value"),
        Input(ids.dial_slider(ALL), "value"),
        Input(ids.CHOICES, "data"),
        State(ids.DATASET, "data"),
        prevent_initial_call=True,
    )
    callback(
        ClientsideFunction("blupboard", "choosePreset"),
        Output(ids.SINK, "data", allow_duplicate=True),
        Input(ids.preset_button(ALL), "n_clicks"),
        prevent_initial_call=True,
    )
    callback(
        ClientsideFunction("blupboard", "takeData"),
        Output(ids.SINK, "data", allow_duplicate=True),
        Input(ids.RISK_TAKE, "n_clicks"),
        prevent_initial_call=True,
    )
    callback(
        ClientsideFunction("blupboard", "drawMore"),
        Output(ids.SINK, "data", allow_duplicate=True),
        Input(ids.DRAW_AGAIN, "n_clicks"),
        Input(ids.DRAW_MANY, "n_clicks"),
        prevent_initial_call=True,
    )


def _sizes_of_rule(rule: str, typed: object, groups: object) -> str | NoUpdate:
    text = sizes_text(rule, str(typed), int(groups) if isinstance(groups, (int, float)) else 0)
    return no_update if text is None else text


def _simulation_token(
    comparisons: Comparisons, door: str | None, current: dict[str, str] | None
) -> dict[str, str] | NoUpdate:
    token = ChosenDesign.token
    if door != ids.SIMULATE or (current or {}).get("token") == token:
        return no_update
    who = owner()
    comparisons.workspace.remember_current(who, token)
    return opened_data(token, comparisons.source(who, first_choices(comparisons, who, token)))
