"""Callbacks that run in the browser: theme, linking, pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import ClientsideFunction, Input, Output, State

from dashboard.pages import ids

if TYPE_CHECKING:
    from collections.abc import Callable

    import dash


def register(app: dash.Dash) -> None:
    """Add the callbacks of this file; the functions are in ``assets/``."""
    space = "blupboard"
    callback: Callable[..., None] = app.clientside_callback
    callback(
        ClientsideFunction(space, "chooseTheme"),
        Output(ids.THEME, "data"),
        Output(ids.THEME_CHOICE, "data"),
        Output(ids.PROVIDER, "forceColorScheme"),
        Input(ids.THEME_TOGGLE, "n_clicks"),
        State(ids.THEME_CHOICE, "data"),
    )
    callback(
        ClientsideFunction(space, "setIndex"),
        Output(ids.SINK, "data"),
        Input(ids.GROUPS_INDEX, "data"),
        State(ids.CHOICES, "data"),
    )
    callback(
        ClientsideFunction(space, "choicesOnRisk"),
        Output(ids.RISK_CHOICES, "data"),
        Input(ids.CHOICES, "data"),
        Input(ids.PAGE, "data"),
        prevent_initial_call=True,
    )
    callback(
        ClientsideFunction(space, "savePicture"),
        Output(ids.SINK, "data", allow_duplicate=True),
        Input(ids.PICTURE, "data"),
        State(ids.DATASET, "data"),
        prevent_initial_call=True,
    )
    callback(
        ClientsideFunction(space, "printPage"),
        Output(ids.SINK, "data", allow_duplicate=True),
        Input(ids.PRINT, "n_clicks"),
        prevent_initial_call=True,
    )
    callback(
        ClientsideFunction(space, "toggleRail"),
        Output(ids.SINK, "data", allow_duplicate=True),
        Input(ids.RAIL_TOGGLE, "n_clicks"),
        prevent_initial_call=True,
    )
    callback(
        ClientsideFunction(space, "playTruths"),
        Output(ids.SINK, "data", allow_duplicate=True),
        Input(ids.TRUTHS_PLAY, "n_clicks"),
        State(ids.CONCLUDE_METHOD, "value"),
        prevent_initial_call=True,
    )
    callback(
        ClientsideFunction(space, "openList"),
        Output(ids.PLUGINS_MODAL, "opened"),
        Input(ids.PLUGINS_OPEN, "n_clicks"),
        prevent_initial_call=True,
    )
