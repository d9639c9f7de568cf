"""Whether what was under way is there by now: asked often and in short, so that the page is drawn once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Input, NoUpdate, Output, State, no_update

from dashboard.callbacks.scenes import scene_on_screen
from dashboard.pages import ids
from dashboard.pages.comparison import pending_ids

if TYPE_CHECKING:
    import dash

    from dashboard.session.comparisons import Comparisons


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callback of this file."""
    app.callback(
        Output(ids.UNDER_WAY_NEWS, "data"),
        Input(ids.UNDER_WAY_TIMER, "n_intervals"),
        State(ids.CHOICES, "data"),
        State(ids.UNDER_WAY_SHOWN, "data"),
        State(ids.UNDER_WAY_NEWS, "data"),
        prevent_initial_call=True,
    )(partial(_news, comparisons))


def _news(
    comparisons: Comparisons, _: int | None, choices: object, shown: object, told: object
) -> dict[str, Any] | NoUpdate:
    """What is pending now, where that differs from what is on screen and was not told before.

    A new answer of the page makes dash drop the one before it: while one is on its way none is asked for.
    """
    scene = scene_on_screen(comparisons, choices) if isinstance(shown, dict) else None
    if scene is None or not isinstance(shown, dict):
        return no_update
    pending = pending_ids(scene)
    news = {"of": shown.get("answer"), "pending": pending}
    return no_update if pending == shown.get("pending") or news == told else news
