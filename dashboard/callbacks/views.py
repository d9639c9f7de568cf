"""The views' cards: what each shows, and the views that are drawn once the page is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ClientsideFunction, Input, Output, State, no_update

from dashboard.callbacks.changed_inputs import changed_inputs
from dashboard.figures.page_view import draw_views
from dashboard.pages import ids
from dashboard.pages.views import legend_items
from dashboard.serving.server import owner
from dashboard.session.choices import Choices
from dashboard.storage.errors import WorkspaceError
from dashboard.words.grammar import sentence
from estimators import BlupboardError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import dash

    from dashboard.figures.page_view import Drawing, PageView
    from dashboard.figures.plotly_json import FigureJson
    from dashboard.session.comparisons import Comparisons

EMPTY: FigureJson = {"data": [], "layout": {}}


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callbacks of this file: graphs that keep the zoom, and what draws the views that can wait."""
    callback: Callable[..., None] = app.clientside_callback
    for store, views in ((ids.FIGURES, comparisons.live_views), (ids.LATER_FIGURES, comparisons.later_views)):
        if views:
            callback(
                ClientsideFunction("blupboard", "drawViews"),
                # none is written here, each is once it is in sight; dash fails at a callback without outputs
                [Output(ids.view_graph(view.id), "figure") for view in views],
                Input(store, "data"),
                Input(ids.THEME, "data"),
                State(ids.PALETTE, "data"),
                prevent_initial_call=True,
            )
    if comparisons.later_views:
        app.callback(
            output=view_outputs(comparisons.later_views, ids.LATER_FIGURES),
            inputs=[Input(ids.CHOICES, "data"), Input(ids.THEME, "data")],
            prevent_initial_call=True,
        )(lambda given, theme: _on_choices(comparisons, given, theme))


def _on_choices(comparisons: Comparisons, given: object, theme: object) -> dict[str, Any]:
    """Draw what can wait. Another theme alone asks for nothing but what plugins draw for a theme."""
    views = comparisons.later_views
    choices = Choices.from_json(given)
    if choices is None or theme is None:
        return views_unchanged(views)
    try:
        light, themed = (
            comparisons.scene(owner(), choices, 0.0, dark=dark) for dark in (False, theme == "dark")
        )
    except (BlupboardError, WorkspaceError, ValueError):
        return views_unchanged(views)  # the comparison's own callback says what is wrong
    drawn = dict(draw_views([view for view in views if view.for_theme], themed))
    if changed_inputs() == [ids.THEME] and not any(drawing.figure for drawing in drawn.values()):
        return views_unchanged(views)
    drawn |= draw_views([view for view in views if not view.for_theme], light)
    return view_values({view.id: drawn[view.id] for view in views})


def view_outputs(views: Sequence[PageView], store: str) -> dict[str, Any]:
    """What a callback writes to for these views; their figures go to the store."""
    return {
        "figures": Output(store, "data"),
        "hidden": [Output(ids.view_panel(view.id), "hidden") for view in views],
        "problems": [Output(ids.view_problem(view.id), "children") for view in views],
        "subtitles": [Output(ids.view_subtitle(view.id), "children") for view in views],
        "legends": [Output(ids.view_legend(view.id), "children") for view in views],
    }


def view_values(drawings: Mapping[str, Drawing]) -> dict[str, Any]:
    """The values of these outputs: figures by graph, who is hidden, and what is said in a picture's place."""
    return {
        "figures": {ids.view_graph(name): drawing.figure or EMPTY for name, drawing in drawings.items()},
        "hidden": [drawing.figure is None and not drawing.problem for drawing in drawings.values()],
        "problems": [sentence(drawing.problem) for drawing in drawings.values()],
        "subtitles": [drawing.subtitle for drawing in drawings.values()],
        "legends": [legend_items(drawing.legend) for drawing in drawings.values()],
    }


def views_unchanged(views: Sequence[PageView]) -> dict[str, Any]:
    """The values that leave these outputs as they are."""
    nothing = [no_update] * len(views)
    return {
        "figures": no_update,
        "hidden": nothing,
        "problems": nothing,
        "subtitles": nothing,
        "legends": nothing,
    }
