"""``POST /truths/frame``: the views with one set of true means that the data allow.

It is a draw from a method's joint distribution. The body holds the page's ``choices``, the ``parts`` of views
that it shows, the number of the ``draw`` and the ``method`` that is asked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.callbacks.linked_groups import scene_answer, view_requests
from dashboard.figures.page_view import draw_view
from dashboard.figures.parts import ONE_BY_ONE
from dashboard.figures.view_request import WHOLE
from dashboard.pages import ids
from dashboard.scene.truth import Truth
from dashboard.session.asked_questions import AskedQuestions
from dashboard.words.conclusions import nothing_ranked
from dashboard.words.grammar import join_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    import flask

    from dashboard.callbacks.linked_groups import Asked
    from dashboard.figures.page_view import PageView
    from dashboard.scene.scene import Scene, Series
    from dashboard.session.comparisons import Comparisons

DRAWS = 20
"""Sets of true means that are shown one after the other, as many as draws of a simulation."""
SEED = 20_261_128
"""Of the draws: the same page plays the same truths."""
FIRST_NAMED = 3
POSSIBLE = "possible truth"


def install(server: flask.Flask, comparisons: Comparisons) -> None:
    """Add the route."""
    server.add_url_rule("/truths/frame", "truths_frame", scene_answer(comparisons, _frame), methods=["POST"])


def _frame(comparisons: Comparisons, scene: Scene, given: Asked) -> dict[str, Any]:
    draw = given.get("draw")
    number = draw % DRAWS if isinstance(draw, int) else 0
    parts = view_requests(comparisons, given.get("parts"), scene.selection_key)
    found = possible_frame(scene, str(given.get("method") or ""), number)
    played = [view for view in comparisons.views if view.plays_truths]
    figures = {} if found is None else views_of(played, scene, found[0], parts)
    words = refusal(scene) if found is None else found[1]
    return {"figures": figures, "words": words, "draws": DRAWS if figures else 0}


def possible_frame(scene: Scene, method: str, draw: int) -> tuple[Scene, str] | None:
    """The scene with a set of true means that the data allow, and what is said of it; None: there is none."""
    series = AskedQuestions(method=method).ranked_by(scene)
    if series is None or not 1 < len(scene) <= ONE_BY_ONE:
        return None
    possible = possible_scene(scene, series, draw)
    ranks = possible.true_rank
    first = [] if ranks is None else np.argsort(ranks)[:FIRST_NAMED].tolist()
    best = [possible.labels[at] for at in first]
    words = f"Possible truth {draw + 1} of {DRAWS}, by {series.label}: {join_names(best)} come first."
    return possible, words


def possible_scene(scene: Scene, series: Series, draw: int) -> Scene:
    """The scene in which one of the draws is the truth. The method needs a joint distribution."""
    joint = None if series.result.fit is None else series.result.fit.joint
    if joint is None:
        raise ValueError(f"{series.id} has no joint distribution")
    theta, _ = joint.draw(DRAWS, SEED)
    mean = (joint.origin + theta[draw])[scene.order]
    return replace(scene, truth=Truth(None, mean, np.full(len(scene), np.nan), POSSIBLE))


def refusal(scene: Scene) -> str:
    """Why no truths are played."""
    if len(scene) < 2:
        return f"There is only one {scene.unit.one}: which comes first is asked of two or more."
    if len(scene) > ONE_BY_ONE:
        return f"{len(scene):,} {scene.unit.many} are too many to be seen to move: up to {ONE_BY_ONE} are."
    return nothing_ranked(scene.unit).detail


def views_of(
    views: Iterable[PageView], scene: Scene, possible: Scene, parts: dict[str, Any]
) -> dict[str, Any]:
    """The views with the possible truth, on the axes that the page shows."""
    figures = {}
    for view in views:
        request = parts.get(view.id, WHOLE)
        shown, moved = draw_view(view, scene, request).figure, draw_view(view, possible, request).figure
        if shown is not None and moved is not None:
            for axis in ("xaxis", "yaxis"):
                if "range" in shown["layout"][axis] and "tickvals" not in moved["layout"][axis]:
                    moved["layout"][axis]["range"] = shown["layout"][axis]["range"]
            figures[ids.view_graph(view.id)] = moved
    return figures
