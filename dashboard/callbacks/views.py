"""The views' cards: what each shows, and the views that are drawn once the page is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from dash import ClientsideFunction, Input, Output, State, no_update

from dashboard.callbacks.changed_inputs import changed_inputs
from dashboard.figures.page_view import draw_views
from dashboard.pages import ids
from dashboard.pages.symbols import symbol_sources
from dashboard.serving.server import owner
from dashboard.session.choices import Choices
from dashboard.storage.errors import WorkspaceError
from dashboard.words.grammar import sentence
from estimators import BlupboardError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import dash

    from dashboard.figures.legend import LegendEntry
    from dashboard.figures.page_view import Drawing
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
            [Output(ids.LATER_FIGURES, "data")],
            [Input(ids.CHOICES, "data"), Input(ids.THEME, "data")],
            prevent_initial_call=True,
        )(lambda given, theme: [_on_choices(comparisons, given, theme)])


def _on_choices(comparisons: Comparisons, given: object, theme: object) -> object:
    """Draw what can wait. Another theme alone asks for nothing but what plugins draw for a theme."""
    views = comparisons.later_views
    choices = Choices.from_json(given)
    if choices is None or theme is None:
        return no_update
    try:
        light, themed = (
            comparisons.scene(owner(), choices, 0.0, dark=dark) for dark in (False, theme == "dark")
        )
    except (BlupboardError, WorkspaceError, ValueError):
        return no_update  # the comparison's own callback says what is wrong
    drawn = dict(draw_views([view for view in views if view.for_theme], themed))
    if changed_inputs() == [ids.THEME] and not any(drawing.figure for drawing in drawn.values()):
        return no_update
    drawn |= draw_views([view for view in views if not view.for_theme], light)
    return card_contents({view.id: drawn[view.id] for view in views})


class CardContent(TypedDict):
    """What a view's card holds; ``assets/linked/card_content.mjs`` writes it."""

    figure: FigureJson
    hidden: bool
    problem: str
    """What is said in a picture's place."""
    subtitle: str
    legend: list[dict[str, str]]


def card_contents(drawings: Mapping[str, Drawing]) -> dict[str, CardContent]:
    """The cards' contents, by their graphs, from drawings by their views."""
    return {ids.view_graph(name): _content(drawing) for name, drawing in drawings.items()}


def _content(drawing: Drawing) -> CardContent:
    return {
        "figure": drawing.figure or EMPTY,
        "hidden": drawing.figure is None and not drawing.problem,
        "problem": sentence(drawing.problem),
        "subtitle": drawing.subtitle,
        "legend": [_legend_item(entry) for entry in drawing.legend],
    }


def _legend_item(entry: LegendEntry) -> dict[str, str]:
    light, dark = symbol_sources(entry.style)
    return {"label": entry.label, "note": entry.note, "light": light, "dark": dark}
