"""``POST /risk/design``: the dials of a risk study of data like those on screen.

The body holds the page's ``choices``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.callbacks.linked_groups import scene_answer
from dashboard.pages.dials import size_rule
from dashboard.session.design_of_data import design_of_data
from dashboard.words.grammar import sentence
from estimators import BlupboardError

if TYPE_CHECKING:
    import flask

    from dashboard.callbacks.linked_groups import Asked
    from dashboard.scene.scene import Scene
    from dashboard.session.comparisons import Comparisons


def install(server: flask.Flask, comparisons: Comparisons) -> None:
    """Add the route."""
    server.add_url_rule("/risk/design", "risk_design", scene_answer(comparisons, _answer), methods=["POST"])


def _answer(_: Comparisons, scene: Scene, __: Asked) -> dict[str, Any]:
    return taken(scene)


def taken(scene: Scene) -> dict[str, Any]:
    """Values of dials by field, the rule of their sizes, and what was taken; no fields: why nothing was."""
    try:
        found = design_of_data(scene)
    except BlupboardError as error:
        return {"fields": {}, "sizes": None, "words": sentence(str(error))}
    return {
        "fields": found.fields,
        "sizes": size_rule(found.fields["per_group"]),
        "words": found.words,
    }
