"""How sure the spreads are: what takes longer than a first look comes once the page is there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dash import ALL, Input, NoUpdate, Output, ctx, no_update, set_props

from dashboard.callbacks.scenes import scene_on_screen
from dashboard.pages import ids
from dashboard.words.spreads import sigma_group_interval, spreads_of

if TYPE_CHECKING:
    import dash

    from dashboard.session.comparisons import Comparisons


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callbacks of this file."""
    app.callback(
        Output(ids.card_interval("sigma_group"), "children"),
        Input(ids.CHOICES, "data"),
        prevent_initial_call=True,
    )(partial(_spread_between, comparisons))
    app.callback(Input(ids.remedy_button(ALL), "n_clicks"), prevent_initial_call=True)(_switch_on)


def _spread_between(comparisons: Comparisons, given: object) -> str | NoUpdate:
    scene = scene_on_screen(comparisons, given)
    spreads = None if scene is None else spreads_of(scene)
    if scene is None or spreads is None or not scene.comparison.data.counts_rows:
        return no_update
    return sigma_group_interval(spreads)


def _switch_on(clicks: list[int]) -> None:
    """Switch on the method of the button that was clicked; a button that has just come was not."""
    if any(clicks) and isinstance(ctx.triggered_id, dict):
        set_props(ids.estimator_switch(ctx.triggered_id["id"]), {"checked": True})
