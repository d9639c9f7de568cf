"""``POST /plan``: how many rows groups would need, and what a further group and further rows would be.

The body holds the page's ``choices`` and what is ``asked``: values of goals by name, text as it was typed. It
is asked once the panel is opened, and when a value is changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dashboard.callbacks.linked_groups import scene_answer
from dashboard.figures.plan import shares_figure, widths_figure
from dashboard.words.grammar import sentence
from dashboard.words.plan import (
    further_group,
    new_groups_table,
    next_rows_table,
    plan_note,
    plan_sentences,
    plan_table,
)
from dashboard.words.reading import short
from estimators import DataError, OptionError
from estimators.inference.plan_answers import plan_answers

if TYPE_CHECKING:
    import flask

    from dashboard.callbacks.linked_groups import Asked
    from dashboard.scene.scene import Scene
    from dashboard.session.comparisons import Comparisons
    from estimators.inference.plan import Goal

GOALS: Mapping[Goal, str] = {
    "reliability": "Reliability",
    "width": "Width of intervals",
    "p_best": "Chance to find the best",
}
"""What can be asked for, and what its field is called."""
FIRST: Mapping[Goal, float] = {"reliability": 0.8, "p_best": 0.8}
"""Of each where nothing was asked."""


def install(server: flask.Flask, comparisons: Comparisons) -> None:
    """Add the route."""
    server.add_url_rule("/plan", "plan", scene_answer(comparisons, _answer), methods=["POST"])


def _answer(_: Comparisons, scene: Scene, given: Asked) -> dict[str, Any]:
    return planned(scene, given.get("asked"))


def planned(scene: Scene, asked: object = None) -> dict[str, Any]:
    """What the panel shows; where nothing can be planned a sentence on why, and what else can be said."""
    nothing: dict[str, Any] = {"fields": [], "tables": [], "figures": []}
    try:
        answers = plan_answers(scene.comparison, _goals(asked))
    except OptionError as error:
        return nothing | {"note": sentence(str(error)), "sentences": [], "fields": _fields(asked)}
    except DataError as error:
        more = {"sentences": further_group(scene), "tables": _tables(new_groups_table(scene))}
        return nothing | {"note": sentence(str(error)), **more}
    return {
        "note": plan_note(scene, answers),
        "fields": _fields(asked),
        "sentences": plan_sentences(scene, answers),
        "tables": _tables(plan_table(scene, answers), new_groups_table(scene), next_rows_table(scene)),
        "figures": [figure(scene, answers).to_plotly_json() for figure in (shares_figure, widths_figure)],
    }


def _tables(*tables: list[list[str]]) -> list[list[list[str]]]:
    return [table for table in tables if table]


def _given(asked: object) -> dict[Goal, str]:
    """What stands in each field."""
    if not isinstance(asked, Mapping):
        return {goal: f"{value:g}" for goal, value in FIRST.items()}
    return {goal: str(asked.get(goal) or "").strip() for goal in GOALS}


def _goals(asked: object) -> list[tuple[Goal, float]]:
    """The goals that are asked for. Raises OptionError where a field holds no number."""
    goals: list[tuple[Goal, float]] = []
    for goal, text in _given(asked).items():
        if not text:
            continue
        try:
            value = float(text)
        except ValueError as error:
            raise OptionError(f"{GOALS[goal]} is a number, not {short(text)}") from error
        goals += [(goal, value), ("own_width", value)] if goal == "width" else [(goal, value)]
    return goals


def _fields(asked: object) -> list[dict[str, str]]:
    """Each goal's name, what its field is called, and what stands in it."""
    given = _given(asked)
    return [{"name": goal, "label": label, "value": given.get(goal, "")} for goal, label in GOALS.items()]
