"""The scorecard on the risk page: begin one, look how far it is, stop it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from dash import Input, Output, State, no_update

from dashboard.callbacks.changed_inputs import changed_inputs
from dashboard.pages import ids
from dashboard.pages.scorecard import scorecard_table, scorecard_words
from dashboard.serving.server import owner
from dashboard.session.choices import Choices
from dashboard.words.grammar import sentence
from estimators import BlupboardError

if TYPE_CHECKING:
    import dash

    from dashboard.session.comparisons import Comparisons
    from dashboard.session.running_scorecards import ScorecardRun

_OUTPUTS = {
    "table": Output(ids.SCORECARD_TABLE, "children"),
    "done": Output(ids.SCORECARD_DONE, "children"),
    "timer": Output(ids.SCORECARD_TIMER, "disabled"),
    "cancel": Output(ids.SCORECARD_CANCEL, "disabled"),
}


class Panel(TypedDict):
    """The values of the inputs."""

    run: int | None
    cancel: int | None
    tick: int | None
    method: str | None
    choices: object


def register(app: dash.Dash, comparisons: Comparisons) -> None:
    """Add the callbacks of this file."""
    app.callback(
        Output(ids.SCORECARD_METHOD, "data"),
        Output(ids.SCORECARD_METHOD, "value"),
        Input(ids.RISK_CHOICES, "data"),
        State(ids.SCORECARD_METHOD, "value"),
        prevent_initial_call=True,
    )(partial(_methods, comparisons))
    app.callback(
        output=_OUTPUTS,
        inputs={
            "run": Input(ids.SCORECARD_RUN, "n_clicks"),
            "cancel": Input(ids.SCORECARD_CANCEL, "n_clicks"),
            "tick": Input(ids.SCORECARD_TIMER, "n_intervals"),
            "method": State(ids.SCORECARD_METHOD, "value"),
            "choices": State(ids.CHOICES, "data"),
        },
        prevent_initial_call=True,
    )(partial(_on_event, comparisons))


def _methods(comparisons: Comparisons, given: object, before: str | None) -> tuple[Any, Any]:
    """The methods that are on, and which of them is chosen."""
    choices = Choices.from_json(given)
    if choices is None:
        return no_update, no_update
    on, _ = comparisons.chosen_estimators(choices)
    found = [{"value": estimator.id, "label": estimator.label} for estimator in on]
    known = [estimator.id for estimator in on]
    return found, before if before in known else next(iter(known), None)


def _on_event(comparisons: Comparisons, **page: Unpack[Panel]) -> dict[str, Any]:
    who, triggers, running = owner(), changed_inputs(), comparisons.scorecards
    if ids.SCORECARD_CANCEL in triggers:
        running.cancel(who)
    elif ids.SCORECARD_RUN in triggers:
        choices = Choices.from_json(page["choices"])
        estimators, options = ([], {}) if choices is None else comparisons.chosen_estimators(choices)
        chosen = next((e for e in estimators if e.id == page["method"]), None)
        if choices is None or chosen is None:
            return dict.fromkeys(_OUTPUTS, no_update) | {"done": "Choose a method first."}
        try:
            running.start(who, chosen, options.get(chosen.id, {}), choices.level)
        except BlupboardError as error:
            return dict.fromkeys(_OUTPUTS, no_update) | {"done": sentence(str(error))}
    run = running.look(who)
    return dict.fromkeys(_OUTPUTS, no_update) if run is None else scorecard_content(run)


def scorecard_content(run: ScorecardRun) -> dict[str, Any]:
    """The places of the panel, by name."""
    return {
        "table": scorecard_table(run),
        "done": scorecard_words(run),
        "timer": not run.is_going,
        "cancel": not run.is_going,
    }
