"""``POST /simulate/frame``: one draw of a design, fitted and drawn, for a page whose dials are being turned.

It is the same as what a callback gives for the same design, without dash's round trip through its components.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import flask
from plotly.io.json import to_json_plotly
from werkzeug.exceptions import BadRequest

from dashboard.callbacks.linked_groups import view_requests
from dashboard.figures.page_view import draw_views
from dashboard.pages import ids
from dashboard.scene.truth import closest
from dashboard.serving.server import owner
from dashboard.session.choices import Choices
from dashboard.session.simulation import ChosenDesign
from dashboard.words.comparison import cards, closest_sentence, headline
from dashboard.words.grammar import sentence
from dashboard.words.spreads import how_sure
from estimators import BlupboardError, Design, DesignError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.figures.page_view import PageView
    from dashboard.figures.view_request import ViewRequest
    from dashboard.scene.scene import Scene
    from dashboard.session.comparisons import Comparisons

MOST_LIVE_ROWS = 200_000
"""Rows past which a design is drawn when the dial is let go, not while it moves: so many take 19 ms of a core
to draw (measured), which leaves room for fits and figures within a tenth of a second.
"""

OWN_MEANWHILE = (
    "While a dial moves, methods show their own intervals; those by the bootstrap are drawn when it rests."
)


def install(server: flask.Flask, comparisons: Comparisons) -> None:
    """Add the route. The body is ``{"design": ..., "choices": ...}``."""

    def frame() -> flask.Response:
        given = flask.request.get_json(silent=True)
        if not isinstance(given, dict) or not isinstance(given.get("design"), dict):
            raise BadRequest("This request holds no design; start it from the page.")
        try:
            design = Design.from_json(given["design"])
        except DesignError as error:
            return _json({"problem": {"field": error.field, "message": sentence(str(error))}})
        choices = Choices.from_json(given.get("choices"))
        if choices is None:
            raise BadRequest("This request does not say what to draw; start it from the page.")
        if int(design.sizes.sum()) > MOST_LIVE_ROWS:
            return _json({"large": True})
        try:
            scene = comparisons.passing_scene(owner(), replace(choices, source=ChosenDesign(design)))
        except (BlupboardError, ValueError) as error:
            return _json({"problem": {"field": "", "message": sentence(str(error))}})
        parts = view_requests(comparisons, given.get("parts"), scene.selection_key)
        drawn = picture(comparisons.live_views, scene, parts)
        drawn["words"]["under_way"] = OWN_MEANWHILE if choices.bootstrap else ""
        return _json(drawn)

    server.add_url_rule("/simulate/frame", "simulate_frame", frame, methods=["POST"])


def picture(
    views: Sequence[PageView], scene: Scene, parts: Mapping[str, ViewRequest] | None = None
) -> dict[str, Any]:
    """What changes on the page with each draw, and whose estimates come closest."""
    top = headline(scene)
    return {
        "figures": {
            ids.view_graph(name): drawing.figure
            for name, drawing in draw_views(views, scene, parts).items()
            if drawing.figure is not None
        },
        "words": {
            "headline": [top.answer, top.detail],
            "cards": [[card.value, card.extra, card.interval] for card in cards(scene)],
            "how_sure": how_sure(scene),
            "closest": closest_sentence(scene),
        },
        "closest": [c.id for c in closest(scene.closeness)] if scene.closeness else [],
    }


def _json(value: dict[str, Any]) -> flask.Response:
    return flask.Response(to_json_plotly(value), mimetype="application/json")
