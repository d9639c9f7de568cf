"""PageView: one picture of the comparison with its card on the page, and what drawing it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from dashboard.figures.parts import plotly_text
from dashboard.figures.ranges import fix_ranges
from dashboard.figures.view_request import WHOLE, ViewRequest
from dashboard.scene.groups_index import INDEXED, group_entries
from estimators import DataError, NotRun

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.figures.legend import LegendEntry
    from dashboard.figures.plotly_json import FigureJson, PlotlyFigure, Trace
    from dashboard.scene.kept_pictures import KeptPictures
    from dashboard.scene.scene import Scene

Place = Literal["tall", "wide", "single", "below", "tall-below"]
"""Where the card goes: the tall column that every other view stands beside, two cells beside it, one cell, or
the rows below, which take as many as there are, the tall ones over two of them. On a phone all stand below
each other in the list's order."""


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
    point i belongs to display position floor(i / s), or to that entry of its ``positions`` where it has them;
    such traces are linked with all others. ``layout.meta`` may hold the ``subtitle`` of what is drawn, and
    ``zoom: True`` where another range is to be drawn anew, at the resolution of the screen, by ``part``."""
    part: Callable[[Scene, ViewRequest], PlotlyFigure | None] | None = None
    """The figure of a part of the view, for many groups; its bytes have a bound whatever their number."""
    marks: Callable[[Scene, NDArray[np.int64], ViewRequest], list[Trace]] | None = None
    """The traces of groups with those at some positions alone, in the order of the figure's own."""
    legend: Callable[[Scene], list[LegendEntry]] | None = None
    """What its colours and symbols are, where its axes do not say so."""
    place: Place = "below"
    live: bool = True
    """Whether it is drawn with the page and at each step of a dial; else once the page is there."""
    plays_truths: bool = False
    """Whether possible truths are played in it; it draws the truth where it is known."""
    for_theme: bool = False
    """Whether it is drawn for a theme, since nobody else knows what its colours become in the other; the page
    turns the colours of all else."""
    of_level: bool = True
    """Whether another level of the intervals changes anything in it."""


@dataclass(frozen=True)
class Drawing:
    """One view as it stands: a figure, or a sentence why there is none; neither: there is nothing to show."""

    figure: FigureJson | None = None
    problem: str = ""
    subtitle: str = ""
    """What is drawn, in a few words."""
    legend: tuple[LegendEntry, ...] = ()
    """What the colours and symbols are; empty where there is one only, or the axes say so."""


def draw_view(view: PageView, scene: Scene, request: ViewRequest = WHOLE) -> Drawing:
    """Draw a view or a part of it; live ones of simulated data with axes that move in steps only."""
    scene = scene.in_view
    try:
        figure = view.figure(scene) if view.part is None else view.part(scene, request)
    except (DataError, NotRun) as error:
        return Drawing(problem=str(error), subtitle=view.subtitle)
    if figure is None:
        return Drawing(subtitle=view.subtitle)
    if view.live and scene.truth is not None:
        figure = fix_ranges(figure)
    entries = [] if view.legend is None else view.legend(scene)
    legend = tuple(entries) if len(entries) > 1 else ()
    figure.set(meta={"groups": drawn_groups(scene, figure.data), "order": scene.order_key})
    figure.set(meta={"legend": [plotly_text(entry.label) for entry in legend]})
    subtitle = figure.layout["meta"].get("subtitle", view.subtitle)
    return Drawing(figure.to_plotly_json(), subtitle=subtitle, legend=legend)


def drawn_groups(scene: Scene, traces: Iterable[Trace]) -> dict[str, Any] | None:
    """Who the groups are that these traces show, where the page is not told of all groups at once."""
    if len(scene) <= INDEXED:
        return None
    shown = [trace["meta"].get("positions", ()) for trace in traces if trace.get("meta", {}).get("groups")]
    return dict(group_entries(scene, np.array(sorted({at for one in shown for at in one}), dtype=np.int64)))


def draw_views(
    views: Iterable[PageView],
    scene: Scene,
    requests: Mapping[str, ViewRequest] | None = None,
    kept: KeptPictures | None = None,
) -> Mapping[str, Drawing]:
    """Every view's drawing, by its id.

    Args:
        views: the views.
        scene: what they show.
        requests: of which views a part is asked for.
        kept: the pictures of this scene that were drawn at another level.

    """
    asked = requests or {}
    return {view.id: _drawing(view, scene, asked.get(view.id, WHOLE), kept) for view in views}


def _drawing(view: PageView, scene: Scene, request: ViewRequest, kept: KeptPictures | None) -> Drawing:
    """The drawing of a view: the kept one where there is one that another level leaves as it is."""
    if kept is None or view.of_level or scene.is_ratio:  # axes of ratios reach as far as intervals do
        return draw_view(view, scene, request)
    found = cast("Drawing | None", kept.find(view.id, request))
    if found is None:
        found = draw_view(view, scene, request)
        if not found.problem:  # rows that could not be read may be there at another time
            kept.keep(view.id, request, found)
    return found
