"""``POST /checks``: does the model suit the groups on screen, in words, a table and pictures.

The body holds the page's ``choices``. It is asked once the panel is opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.callbacks.linked_groups import scene_answer
from dashboard.figures.model_checks import normal_figure, rows_figure, spread_figure
from dashboard.words.grammar import sentence
from dashboard.words.model_checks import check_sentences, checks_note, influence_table
from estimators import DataError, model_checks

if TYPE_CHECKING:
    import flask

    from dashboard.callbacks.linked_groups import Asked
    from dashboard.scene.scene import Scene
    from dashboard.session.comparisons import Comparisons


def install(server: flask.Flask, comparisons: Comparisons) -> None:
    """Add the route."""
    server.add_url_rule("/checks", "checks", scene_answer(comparisons, _answer), methods=["POST"])


def _answer(_: Comparisons, scene: Scene, __: Asked) -> dict[str, Any]:
    return checked(scene)


def checked(scene: Scene) -> dict[str, Any]:
    """What the panel shows; where the model cannot be fitted only a sentence on why."""
    try:
        checks = model_checks(scene.comparison.data)
    except DataError as error:
        return {"note": sentence(str(error)), "sentences": [], "tables": [], "figures": []}
    figures = (draw(scene, checks) for draw in (normal_figure, rows_figure, spread_figure))
    return {
        "note": checks_note(scene, checks),
        "sentences": check_sentences(checks),
        "tables": [table] if (table := influence_table(scene, checks)) else [],
        "figures": [figure.to_plotly_json() for figure in figures if figure is not None],
    }
