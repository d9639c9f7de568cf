"""The panel "What may I conclude?": answers to what is asked, and the same as a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, Unpack
from urllib.parse import quote

import flask
from dash import Input, NoUpdate, Output, html, no_update
from werkzeug.exceptions import BadRequest, NotFound

from dashboard.callbacks.downloads import (
    INCOMPLETE,
    attachment,
    choices_query,
    requested_choices,
)
from dashboard.callbacks.scenes import scene_on_screen
from dashboard.pages import ids
from dashboard.pages.conclude import (
    BETTER,
    HEADLINE_METHOD,
    HOW_TO_PIN,
    WORSE,
    answer_block,
    pinned_block,
    top_choices,
)
from dashboard.scene.rank_spread import ranking_series
from dashboard.serving.server import owner
from dashboard.session.asked_questions import AskedQuestions
from dashboard.session.choices import Choices
from dashboard.storage.errors import UnknownDataset
from dashboard.words.conclusion_report import conclusion_report
from dashboard.words.conclusions import (
    Answer,
    above_answer,
    answer_lines,
    best_answer,
    grade_answer,
    grade_lists,
    nothing_ranked,
    why_another_ranks,
)
from dashboard.words.csv_text import csv_of_lines
from dashboard.words.grammar import sentence
from dashboard.words.group_card import value_text
from dashboard.words.numbers import MINUS
from dashboard.words.pinned_pairs import MOST_COMPARED, compared_groups, pair_words, several_words
from estimators import BlupboardError, DataError

if TYPE_CHECKING:
    import dash

    from dashboard.scene.scene import Scene, Series
    from dashboard.session.comparisons import Comparisons

ADDRESS = "/export/conclusions"
_OUTPUTS = {
    "line": Output(ids.CONCLUDE_LINE, "children"),
    "above": Output(ids.CONCLUDE_ABOVE, "children"),
    "best": Output(ids.CONCLUDE_BEST, "children"),
    "grades": Output(ids.CONCLUDE_GRADES, "children"),
    "methods": Output(ids.CONCLUDE_METHOD, "data"),
    "sides": Output(ids.CONCLUDE_SIDE, "data"),
    "counted": Output(ids.CONCLUDE_TOP_IN, "data"),
    "csv": Output(ids.CONCLUDE_CSV, "href"),
    "json": Output(ids.CONCLUDE_JSON, "href"),
    "copied": Output(ids.CONCLUDE_COPY, "content"),
}
_INPUTS = {
    "choices": Input(ids.CHOICES, "data"),
    "method": Input(ids.CONCLUDE_METHOD, "value"),
    "side": Input(ids.CONCLUDE_SIDE, "value"),
    "value": Input(ids.CONCLUDE_VALUE, "value"),
    "error_rate": Input(ids.CONCLUDE_RATE, "value"),
    "criterion": Input(ids.CONCLUDE_CRITERION, "value"),
    "top": Input(ids.CONCLUDE_TOP, "value"),
    "top_in": Input(ids.CONCLUDE_TOP_IN, "value"),
    "graded_by": Input(ids.CONCLUDE_GRADED_BY, "value"),
    "limit": Input(ids.CONCLUDE_LIMIT, "value"),
}


class Controls(TypedDict):
    """The values of the inputs."""

    choices: object
    method: object
    side: object
    value: object
    error_rate: object
    criterion: object
    top: object
    top_in: object
    graded_by: object
    limit: object


def install(server: flask.Flask, comparisons: Comparisons) -> None:
    """Add the downloads ``ADDRESS.csv`` and ``.json`` with ``?choices=...&asked=...``."""
    for kind in ("csv", "json"):
        server.add_url_rule(f"{ADDRESS}.{kind}", f"conclusions_{kind}", partial(_file, comparisons, kind))


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callback of this file."""
    app.callback(output=_OUTPUTS, inputs=_INPUTS, prevent_initial_call=True)(partial(_answers, comparisons))
    app.callback(
        Output(ids.CONCLUDE_PINNED, "children"),
        Input(ids.PINNED, "data"),
        Input(ids.CHOICES, "data"),
        Input(ids.CONCLUDE_METHOD, "value"),
        prevent_initial_call=True,
    )(partial(_pinned, comparisons))


def _answers(comparisons: Comparisons, **controls: Unpack[Controls]) -> dict[str, Any]:
    unchanged = dict.fromkeys(_OUTPUTS, no_update)
    choices, scene = Choices.from_json(controls["choices"]), scene_on_screen(comparisons, controls["choices"])
    if choices is None or scene is None:
        return unchanged
    given = {name: value for name, value in controls.items() if name not in ("choices", "side")}
    try:
        asked = AskedQuestions.from_json({**given, "worse": controls["side"] == WORSE})
        return {**answered(scene, asked), **addresses(choices, asked)}
    except (BlupboardError, ValueError, TypeError) as error:
        nothing = dict.fromkeys(("above", "best", "grades"))
        return unchanged | nothing | {"line": sentence(str(error))}


def _pinned(comparisons: Comparisons, pinned: object, given: object, method: object) -> list[Any] | NoUpdate:
    scene = scene_on_screen(comparisons, given)
    if scene is None:
        return no_update
    keys = pinned_keys(pinned, scene)
    series = AskedQuestions(method=str(method or "")).ranked_by(scene)
    if len(keys) < 2 or series is None:
        return [html.P(HOW_TO_PIN, className="quiet")]
    return pinned_answer(scene, series, keys)


def pinned_keys(pinned: object, scene: Scene) -> list[int]:
    """The keys of the groups that are pinned in the view that is on screen, in the order of pinning."""
    if not isinstance(pinned, Mapping) or pinned.get("view") != scene.selection_key:
        return []
    keys = pinned.get("keys")
    if not isinstance(keys, list):
        return []
    return [key for key in dict.fromkeys(keys) if isinstance(key, int) and 0 <= key < len(scene)]


def pinned_answer(scene: Scene, series: Series, keys: list[int]) -> list[Any]:
    """What is said of two pinned groups, or of several."""
    if len(keys) > MOST_COMPARED:
        text = f"Up to {MOST_COMPARED} are compared; {len(keys):,} are pinned."
        return [html.P(text, className="quiet")]
    try:
        if len(keys) == 2:
            return answer_block(Answer(*pair_words(scene, series, *keys)))
        compared = compared_groups(scene, series, keys)
    except DataError as error:
        return [html.P(sentence(str(error)), className="quiet")]
    form = partial(value_text, scene)
    return pinned_block(Answer(*several_words(scene, series, compared)), compared, form)


def answered(scene: Scene, asked: AskedQuestions) -> dict[str, Any]:
    """What the panel shows. Raises OptionError where something that is asked is out of bounds."""
    unit, series = scene.unit, asked.ranked_by(scene)
    found: dict[str, Any] = {
        "methods": _methods(scene),
        "sides": _sides(scene),
        "counted": top_choices(unit.many),
    }
    answers = asked.answers(scene)
    if answers is None or series is None:
        nothing = answer_block(nothing_ranked(unit))
        return {**found, "line": "", "above": nothing, "best": None, "grades": None, "copied": ""}
    turned = " · lower is better" if scene.smallest_first else ""
    turned += " · chances from {draws:,} draws".format(**answers["drawn"]) if "drawn" in answers else ""
    value = "the average" if asked.value is None else asked_value(scene, asked.value)
    known = f"which takes the spreads as known{why_another_ranks(scene, series)}"
    line = f"by {series.label}, {known}{turned}"
    return {
        **found,
        "line": line,
        "copied": conclusion_report(scene, answers, line, value),
        "above": answer_block(above_answer(answers, unit, value)),
        "best": answer_block(best_answer(answers, unit)),
        "grades": answer_block(grade_answer(answers, unit, len(scene)), grade_lists(answers, unit)),
    }


def asked_value(scene: Scene, value: float) -> str:
    """The value that groups are compared with, as it was given; of shares in percent, as they are shown."""
    text = f"{100 * value:.6g}%" if scene.is_share else f"{value:,.6g}"
    return text.replace("-", MINUS)


def _methods(scene: Scene) -> list[dict[str, str]]:
    """The methods that can answer, the headline's first."""
    first = AskedQuestions().ranked_by(scene)
    label = "no method" if first is None else first.label
    return [
        {"value": HEADLINE_METHOD, "label": label},
        *({"value": s.id, "label": s.label} for s in ranking_series(scene) if s is not first),
    ]


def _sides(scene: Scene) -> list[dict[str, str]]:
    """Better and worse, as the page's direction names them."""
    words = ("below", "above") if scene.smallest_first else ("above", "below")
    return [{"value": side, "label": word} for side, word in zip((BETTER, WORSE), words, strict=True)]


def addresses(choices: Choices, asked: AskedQuestions) -> dict[str, str]:
    """Of the two downloads, relative to the page."""
    query = f"{choices_query(choices)}&asked={quote(json.dumps(asked.to_json()))}"
    return {kind: f"{ADDRESS[1:]}.{kind}{query}" for kind in ("csv", "json")}


def _file(comparisons: Comparisons, kind: str) -> flask.Response:
    choices = requested_choices(comparisons)
    try:
        asked = AskedQuestions.from_json(json.loads(flask.request.args.get("asked", "")))
    except (ValueError, TypeError, RecursionError) as error:
        raise BadRequest(INCOMPLETE) from error
    try:
        scene = comparisons.scene(owner(), choices)
        answers = asked.answers(scene)
    except UnknownDataset as error:
        raise NotFound(str(error)) from error
    except (BlupboardError, ValueError) as error:
        raise BadRequest(str(error)) from error
    if answers is None:
        raise BadRequest(nothing_ranked(scene.unit).detail)
    body: Any = json.dumps(answers, ensure_ascii=False, allow_nan=False, indent=1)
    if kind == "csv":
        body = csv_of_lines(answer_lines(answers))
    response = flask.Response(body, mimetype="text/csv" if kind == "csv" else "application/json")
    response.headers["Content-Disposition"] = attachment(f"conclusions.{kind}")
    return response
