"""Plugins' views: drawn once the page's own are on their way, so that nobody waits for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ClientsideFunction, Input, Output, no_update

from dashboard.pages import ids, panels
from dashboard.serving.server import owner
from dashboard.session.choices import Choices
from dashboard.session.plugin_views import more_views
from dashboard.storage.workspace import WorkspaceError
from estimators import BlupboardError

if TYPE_CHECKING:
    from collections.abc import Callable

    import dash

    from dashboard.session.comparisons import Comparisons
    from dashboard.session.plugin_views import Shown


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callbacks of this file, where there are such views."""
    views = list(comparisons.registry.views)
    if not views:
        return
    app.callback(
        Output(ids.MORE_FIGURES, "data"),
        *(Output(ids.more_view_panel(view), "hidden") for view in views),
        *(Output(ids.more_view_problem(view), "children") for view in views),
        Input(ids.CHOICES, "data"),
        prevent_initial_call=True,
    )(lambda given: _on_choices(comparisons, given))
    callback: Callable[..., None] = app.clientside_callback
    callback(
        ClientsideFunction("blupboard", "drawViews"),
        [Output(ids.more_view(view), "figure") for view in views],  # a list, for one view is a list too
        Input(ids.MORE_FIGURES, "data"),
        prevent_initial_call=True,
    )


def _on_choices(comparisons: Comparisons, given: object) -> Any:  # noqa: ANN401 - values of the page's outputs
    choices = Choices.from_json(given)
    nothing = (no_update,) * (1 + 2 * len(comparisons.registry.views))
    if choices is None:
        return nothing
    try:
        scene = comparisons.scene(owner(), choices, 0.0)
    except (BlupboardError, WorkspaceError, ValueError):
        return nothing  # the comparison's own callback says what is wrong
    return outputs(more_views(comparisons, scene))


def outputs(shown: dict[str, Shown]) -> tuple[Any, ...]:
    """Figures by graph, who is hidden, and what is said in place of a picture."""
    figures = {ids.more_view(name): view.figure or {"data": [], "layout": {}} for name, view in shown.items()}
    return (
        figures,
        *(view.figure is None and not view.problem for view in shown.values()),
        *(panels.sentence(view.problem) for view in shown.values()),
    )
