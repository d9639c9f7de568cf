"""The lesson: filled when it is shown, in the theme of the page; a button opens a model in the simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, ClientsideFunction, Input, NoUpdate, Output, no_update

from dashboard.pages import ids
from dashboard.pages.lesson import lesson_content
from dashboard.session.lesson import models

if TYPE_CHECKING:
    from collections.abc import Callable

    import dash


def register(app: dash.Dash) -> None:
    """Add the callbacks of this file."""
    app.callback(
        Output(ids.LESSON, "children"),
        Input(ids.PAGE, "data"),
        Input(ids.THEME, "data"),
        prevent_initial_call=True,
    )(visible_lesson)
    callback: Callable[..., None] = app.clientside_callback
    callback(
        ClientsideFunction("blupboard", "openModel"),
        Output(ids.SINK, "data", allow_duplicate=True),
        Input(ids.lesson_button(ALL), "n_clicks"),
        prevent_initial_call=True,
    )


def visible_lesson(page: str | None, theme: str | None) -> list[Any] | NoUpdate:
    """The lesson, where it is the page that shows."""
    if page != ids.PAGES[-1] or theme is None:
        return no_update
    return lesson_content(models(dark=theme == "dark"))
