"""The window with what is on screen as a script, in R and in Python with blupboard and without."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dash import ALL, Input, NoUpdate, Output, State, ctx, no_update

from dashboard.pages import ids
from dashboard.serving.server import owner
from dashboard.session.choices import Choices
from dashboard.storage.errors import WorkspaceError
from dashboard.words.grammar import sentence
from estimators import BlupboardError

if TYPE_CHECKING:
    import dash

    from dashboard.session.comparisons import Comparisons


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callback of this file."""
    app.callback(
        Output(ids.CODE_R, "children"),
        Output(ids.CODE_PYTHON, "children"),
        Output(ids.CODE_STATSMODELS, "children"),
        Output("code-tabs", "value"),
        Output(ids.CODE_MODAL, "opened"),
        Input(ids.open_code(ALL), "n_clicks"),
        State(ids.CHOICES, "data"),
        prevent_initial_call=True,
    )(partial(_code, comparisons))


def _code(
    comparisons: Comparisons, clicks: list[int | None], given: object
) -> tuple[str | NoUpdate, str | NoUpdate, str | NoUpdate, str | NoUpdate, bool | NoUpdate]:
    choices = Choices.from_json(given) if any(clicks) else None
    if choices is None:
        return no_update, no_update, no_update, no_update, no_update
    language = ctx.triggered_id["language"] if ctx.triggered_id else "r"
    try:
        comparison = comparisons.comparison(owner(), choices)
        scripts = comparisons.source(owner(), choices).script(comparison, comparisons.plugins_dirs)
    except (BlupboardError, WorkspaceError, ValueError) as error:
        why = f"# {sentence(str(error))}"  # a comment in R and in Python
        return why, why, why, language, True
    return scripts.r, scripts.python, scripts.statsmodels, language, True
