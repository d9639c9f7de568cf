"""How sure the spreads are: what takes longer than a first look comes once the page is there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dash import ALL, Input, NoUpdate, Output, ctx, no_update, set_props

from dashboard.callbacks.scenes import scene_on_screen
from dashboard.pages import ids
from dashboard.scene.rank_spread import rank_spread
from dashboard.words.spreads import sigma_group_interval, spreads_of
from dashboard.words.table import CLIENT_SIDE_GROUPS, table_rows
from estimators import BlupboardError

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
    app.callback(
        Output(ids.TABLE, "rowData"),
        Input(ids.CHOICES, "data"),
        prevent_initial_call=True,
    )(partial(_rows_with_ranks, comparisons))
    app.callback(Input(ids.remedy_button(ALL), "n_clicks"), prevent_initial_call=True)(_switch_on)


def _spread_between(comparisons: Comparisons, given: object) -> str | NoUpdate:
    scene = scene_on_screen(comparisons, given)
    spreads = None if scene is None else spreads_of(scene)
    if scene is None or spreads is None or not scene.comparison.data.counts_rows:
        return no_update
    return sigma_group_interval(spreads)


def _rows_with_ranks(comparisons: Comparisons, given: object) -> list[dict[str, Any]] | NoUpdate:
    """The table's rows; those that the grid asks for block by block have their ranks already."""
    scene = scene_on_screen(comparisons, given)
    if scene is None or scene.reference is None or len(scene) > CLIENT_SIDE_GROUPS:
        return no_update
    try:
        known = rank_spread(scene, scene.reference) is not None
    except BlupboardError:
        return no_update  # the view of the ranks says why there are none
    return table_rows(scene) if known else no_update


def _switch_on(clicks: list[int]) -> None:
    """Switch on the method of the button that was clicked; a button that has just come was not."""
    if any(clicks) and isinstance(ctx.triggered_id, dict):
        set_props(ids.estimator_switch(ctx.triggered_id["id"]), {"checked": True})
