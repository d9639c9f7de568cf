"""All that is kept of a session, deleted at its word: files, settings, studies, and the session itself."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import dash
import flask
from dash import Input, Output, no_update

from dashboard.pages import ids, panels
from dashboard.serving.server import forget_session, owner
from dashboard.storage.deleted_files import deleted_datasets
from dashboard.storage.errors import WorkspaceError, format_bytes
from dashboard.storage.expiry import forget_owner, kept_of
from dashboard.words.kept_files import after_removal, before_removal

if TYPE_CHECKING:
    from dashboard.session.comparisons import Comparisons
    from dashboard.session.running_studies import RunningStudies


def register(app: dash.Dash, comparisons: Comparisons, studies: RunningStudies) -> None:
    """Add the callbacks of this file."""
    app.callback(
        Output(ids.FORGET_PANEL, "opened"),
        Output(ids.FORGET_WORDS, "children"),
        Output(ids.FORGET_PROBLEM, "children"),
        Input(ids.FORGET, "n_clicks"),
        prevent_initial_call=True,
    )(partial(_ask, comparisons))
    app.callback(
        Output(ids.FORGET_PANEL, "opened", allow_duplicate=True),
        Input(ids.FORGET_NOT, "n_clicks"),
        prevent_initial_call=True,
    )(lambda _: False)
    app.callback(
        Output(ids.ADDRESS, "href"),
        Output(ids.FORGET_PROBLEM, "children", allow_duplicate=True),
        Input(ids.FORGET_NOW, "n_clicks"),
        prevent_initial_call=True,
    )(partial(_forget_all, comparisons, studies))


def _ask(comparisons: Comparisons, clicks: int | None) -> tuple[Any, ...]:
    if not clicks:  # the button was just drawn
        return (no_update,) * 3
    kept = kept_of(comparisons.workspace.root, owner())
    return True, before_removal(kept.files, format_bytes(kept.bytes)), None


def _forget_all(comparisons: Comparisons, studies: RunningStudies, clicks: int | None) -> tuple[Any, ...]:
    """Start the page anew, as for somebody who has never been here, with a sentence of what was removed."""
    if not clicks:
        return no_update, no_update
    who = owner()
    workspace = comparisons.workspace
    own = (*workspace.list(who), *deleted_datasets(workspace.root, who))
    try:
        kept = forget_owner(workspace.root, who)
    except WorkspaceError as error:
        return no_update, panels.alert(str(error))
    studies.forget(who)
    comparisons.forget(who, {dataset.token for dataset in own})
    forget_session()
    flask.flash(after_removal(kept.files, format_bytes(kept.bytes)))
    return dash.get_relative_path("/"), None  # type: ignore[no-untyped-call]  # dash has no types here
