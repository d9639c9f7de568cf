"""What the linked views ask for where there are more groups than the page is told of.

``POST /views/part``: a view in other ranges. ``POST /groups/some``: groups by key or position. ``POST
/groups/named``: those with a text in their names. ``POST /groups/inside``: those within outlines. Each body
holds the page's ``choices`` and the ``parts`` of views that it shows; groups are answered with how many they
are, and some of them with their marks in every view. ``POST /groups/cards``: what every method says about
the groups with some keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import flask
import numpy as np
from plotly.io.json import to_json_plotly
from werkzeug.exceptions import BadRequest, Gone

from dashboard.callbacks.scenes import scene_on_screen
from dashboard.figures.linked_marks import Outline, marks_of, positions_inside
from dashboard.figures.page_view import draw_view
from dashboard.figures.view_request import WHOLE, ViewRequest
from dashboard.pages import ids
from dashboard.pages.symbols import symbol_sources
from dashboard.scene.groups_index import group_entries
from dashboard.scene.search import positions_named
from dashboard.words.grammar import sentence
from dashboard.words.group_card import card_headings, group_cards

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.scene.scene import Scene
    from dashboard.session.comparisons import Comparisons

MOST_CARDS = 60
"""Groups whose cards are answered at once."""
SHOWN = 200
"""Groups of one answer that come with their marks; an even sample of them, or the first ones."""
MOST_CORNERS = 10_000

Asked = Mapping[str, Any]
Found = Callable[["Comparisons", "Scene", Asked], dict[str, Any]]


def install(server: flask.Flask, comparisons: Comparisons) -> None:
    """Add the routes."""
    answers: dict[str, Found] = {
        "/views/part": _part,
        "/groups/some": _some,
        "/groups/named": _named,
        "/groups/inside": _inside,
        "/groups/cards": _cards,
    }
    for path, found in answers.items():
        server.add_url_rule(path, path, scene_answer(comparisons, found), methods=["POST"])


def view_requests(comparisons: Comparisons, given: object, selection_key: str) -> dict[str, ViewRequest]:
    """By view's id which part of it the page shows; nothing of what belongs to another selection."""
    if not isinstance(given, Mapping) or given.get("view") != selection_key:
        return {}
    parts = given.get("parts")
    known = {ids.view_graph(view.id): view.id for view in comparisons.views}
    if not isinstance(parts, Mapping):
        return {}
    return {known[name]: ViewRequest.from_json(part) for name, part in parts.items() if name in known}


def scene_answer(comparisons: Comparisons, found: Found) -> Callable[[], flask.Response]:
    """The answer to a request whose body holds the page's ``choices``: what is ``found`` in their scene."""

    def answer() -> flask.Response:
        given = flask.request.get_json(silent=True)
        if not isinstance(given, dict):
            raise BadRequest("This request holds no question; start it from the page.")
        scene = scene_on_screen(comparisons, given.get("choices"))
        if scene is None:
            raise Gone("What was on screen is not there any more; reload the page.")
        return flask.Response(to_json_plotly(found(comparisons, scene, given)), mimetype="application/json")

    return answer


def _part(comparisons: Comparisons, scene: Scene, given: Asked) -> dict[str, Any]:
    view = next((v for v in comparisons.views if ids.view_graph(v.id) == given.get("id")), None)
    if view is None:
        raise BadRequest("There is no such view; reload the page.")
    requests = view_requests(comparisons, given.get("parts"), scene.selection_key)
    drawing = draw_view(view, scene, requests.get(view.id, WHOLE))
    return {"figure": drawing.figure, "problem": sentence(drawing.problem), "view": scene.selection_key}


def _some(comparisons: Comparisons, scene: Scene, given: Asked) -> dict[str, Any]:
    positions = _whole_numbers(given.get("positions"), len(scene))
    positions = np.concatenate([positions, _positions_of(scene, given.get("keys"))])
    return _groups(comparisons, scene, given, positions, positions[:SHOWN])


def _cards(_: Comparisons, scene: Scene, given: Asked) -> dict[str, Any]:
    positions = _positions_of(scene, given.get("keys"))[:MOST_CARDS]
    return {
        "order": scene.order_key,
        "methods": [
            {"label": series.label, "light": light, "dark": dark}
            for series in scene.series
            for light, dark in [symbol_sources(series.style)]
        ],
        "headings": card_headings(scene),
        "cards": group_cards(scene, positions.tolist()),
    }


def _positions_of(scene: Scene, keys: object) -> NDArray[np.int64]:
    """The positions of those of some keys that are groups of the scene."""
    places = np.empty(len(scene), dtype=np.int64)
    places[scene.order] = np.arange(len(scene))
    return places[_whole_numbers(keys, len(scene))]


def _named(comparisons: Comparisons, scene: Scene, given: Asked) -> dict[str, Any]:
    at = positions_named(scene, str(given.get("text") or "")[:1_000])
    return _groups(comparisons, scene, given, at, at[:SHOWN])


def _inside(comparisons: Comparisons, scene: Scene, given: Asked) -> dict[str, Any]:
    requests = view_requests(comparisons, given.get("parts"), scene.selection_key)
    inside = np.zeros(len(scene), dtype=np.bool_)
    for outline in _outlines(given.get("outlines")):
        view = next((v for v in comparisons.views if ids.view_graph(v.id) == outline.get("id")), None)
        if view is None:
            raise BadRequest("There is no such view; reload the page.")
        inside[_whole_numbers(outline.get("positions"), len(scene))] = True
        if outline.get("x"):
            inside[positions_inside(view, scene, _outline(outline), requests.get(view.id, WHOLE))] = True
    at = np.flatnonzero(inside)
    step = max(len(at) / SHOWN, 1.0)
    return _groups(comparisons, scene, given, at, at[(np.arange(0, len(at) / step) * step).astype(np.int64)])


def _groups(
    comparisons: Comparisons, scene: Scene, given: Asked, at: NDArray[np.int64], some: NDArray[np.int64]
) -> dict[str, Any]:
    """How many groups there are ``at`` some positions, and ``some`` of them with their marks."""
    requests = view_requests(comparisons, given.get("parts"), scene.selection_key)
    marks = marks_of(comparisons.views, scene, some, requests)
    return {
        "order": scene.order_key,
        "count": len(at),
        "groups": group_entries(scene, some),
        "marks": {ids.view_graph(name): traces for name, traces in marks.items()},
    }


def _outlines(given: object) -> list[Asked]:
    """Those of a list, each with a view's id. Raises BadRequest for anything else."""
    outlines = [] if given is None else given
    if not isinstance(outlines, list) or not all(isinstance(outline, Mapping) for outline in outlines):
        raise BadRequest("This request has no outline; start it from the page.")
    return outlines


def _outline(given: Asked) -> Outline:
    try:
        x, y = (np.asarray(given[axis][:MOST_CORNERS], dtype=np.float64) for axis in ("x", "y"))
    except (KeyError, TypeError, ValueError) as error:
        raise BadRequest("This request has no outline; start it from the page.") from error
    if len(x) != len(y) or len(x) == 0:
        raise BadRequest("This request has no outline; start it from the page.")
    return Outline(x, y, bool(given.get("polygon")))


def _whole_numbers(given: object, end: int) -> NDArray[np.int64]:
    """Those of a list that are whole numbers from 0 and below an end."""
    numbers = given if isinstance(given, list) else []
    return np.array([n for n in numbers if isinstance(n, int) and 0 <= n < end], dtype=np.int64)
