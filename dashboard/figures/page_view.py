"""PageView: one picture of the comparison with its card on the page, and what drawing it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dashboard.figures.ranges import fix_ranges
from estimators import DataError, NotRun

if TYPE_CHECKING:
    from dashboard.figures.plotly_json import FigureJson, PlotlyFigure
    from dashboard.scene.scene import Scene

Place = Literal["tall", "wide", "single", "below"]
"""Where the card goes: the tall column that every other view stands beside, two cells beside it, one cell, or
the rows below, which take as many as there are. On a phone all stand below each other in the list's order."""


@dataclass(frozen=True)
class PageView:
    """One view. What the page needs to know of it is here; all views are handled by the same code.

    There is one kind, whoever wrote it: the built-in ones are such objects, and a plugin's ``View`` becomes
    one with a ``figure`` that hands its comparison and look to the plugin. A plugin cannot be given the scene
    itself: that is the dashboard's own, and what draws may be another process.
    """

    id: str
    """Lower-case letters, digits, ``_`` and ``-``: it heads the names of the parts of its card."""
    title: str
    """A short name for people."""
    subtitle: str
    """What is drawn, in a few words."""
    figure: Callable[[Scene], PlotlyFigure | None]
    """The figure of a scene; None: there is nothing to draw and the card is hidden. A DataError is shown in
    its place. A trace that shows groups says so in ``meta``: ``{"groups": True, "stride": s}`` means that its
    point i belongs to display position floor(i / s); such traces are linked with all others."""
    place: Place = "below"
    live: bool = True
    """Whether it is drawn with the page and at each step of a dial; else once the page is there."""
    subtitle_of: Callable[[Scene], str] | None = None
    """What is drawn of this scene, where that differs between scenes; then ``subtitle`` holds for all."""


@dataclass(frozen=True)
class Drawing:
    """One view as it stands: a figure, or a sentence why there is none; neither: there is nothing to show."""

    figure: FigureJson | None = None
    problem: str = ""
    subtitle: str = ""
    """What is drawn, in a few words."""


def draw_view(view: PageView, scene: Scene) -> Drawing:
    """Draw a view; live ones of simulated data with axes that move in steps only."""
    subtitle = view.subtitle if view.subtitle_of is None else view.subtitle_of(scene)
    try:
        figure = view.figure(scene)
    except (DataError, NotRun) as error:
        return Drawing(problem=str(error), subtitle=subtitle)
    if figure is None:
        return Drawing(subtitle=subtitle)
    if view.live and scene.truth is not None:
        figure = fix_ranges(figure)
    return Drawing(figure.to_plotly_json(), subtitle=subtitle)


def draw_views(views: Iterable[PageView], scene: Scene) -> Mapping[str, Drawing]:
    """Every view's drawing, by its id."""
    return {view.id: draw_view(view, scene) for view in views}
