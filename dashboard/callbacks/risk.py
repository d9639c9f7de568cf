"""The risk page: start a study, look how far it is, cancel it, and show what it says so far."""

from __future__ import annotations

import secrets
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from dash import ClientsideFunction, Input, NoUpdate, Output, State, no_update

from dashboard.callbacks.changed_inputs import changed_inputs
from dashboard.figures.groups import groups_figure
from dashboard.pages import ids, panels, risk_panels
from dashboard.pages.risk import RANGES
from dashboard.serving.server import owner
from dashboard.session.choices import Choices
from dashboard.session.comparisons import SOON_SECONDS
from dashboard.session.requested_study import RequestedStudy, is_quick, requested_study
from dashboard.session.simulation import ChosenDesign
from estimators import BlupboardError, Design, OptionError, RiskStudy
from estimators.simulation.seeds import LARGEST_SEED

if TYPE_CHECKING:
    from collections.abc import Callable

    import dash

    from dashboard.figures.plotly_json import FigureJson
    from dashboard.session.comparisons import Comparisons
    from dashboard.session.running_studies import RunningStudies, Snapshot

LEAST_NEWS = 0.05
"""Share of a study that has to be done before its figures are sent anew."""
_PROGRESS = {
    "problem": Output(ids.RISK_PROBLEM, "children"),
    "timer": Output(ids.RISK_TIMER, "disabled"),
    "done": Output(ids.RISK_DONE, "children"),
    "left": Output(ids.RISK_LEFT, "children"),
    "bar": Output(ids.RISK_PROGRESS, "value"),
    "cancel": Output(ids.RISK_CANCEL, "disabled"),
    "seed": Output(ids.RISK_SEED, "data"),
    "answered": Output(ids.RISK_ANSWERED, "data"),
}
_RESULT = {
    "headline": Output(ids.RISK_HEADLINE, "children"),
    "cards": Output(ids.RISK_CARDS, "children"),
    "failures": Output(ids.RISK_FAILURES, "children"),
    "figures": Output(ids.RISK_FIGURES, "data"),
    "shown": Output(ids.RISK_SHOWN, "data"),
    "where": Output(ids.RISK_WHERE, "children"),
    "table": Output(ids.RISK_TABLE, "children"),
    "sizes": Output(ids.RISK_SIZES, "children"),
}


class Page(TypedDict):
    """The values of the inputs."""

    page: str | None
    run: int | None
    again: int | None
    cancel: int | None
    tick: int | None
    design: dict[str, Any]
    choices: object
    loss: str
    best: object
    line: object
    dial: str
    low: object
    high: object
    replicates: object
    seed: int
    shown: int


def register(app: dash.Dash, comparisons: Comparisons, studies: RunningStudies) -> None:
    """Add the callbacks of this file."""
    app.callback(
        output=_PROGRESS | _RESULT,
        inputs={
            "page": State(ids.PAGE, "data"),
            "run": Input(ids.RISK_RUN, "n_clicks"),
            "again": Input(ids.RISK_AGAIN, "n_clicks"),
            "cancel": Input(ids.RISK_CANCEL, "n_clicks"),
            "tick": Input(ids.RISK_TICK, "data"),
            "design": Input(ids.DESIGN, "data"),
            "choices": Input(ids.RISK_CHOICES, "data"),
            "loss": Input(ids.RISK_LOSS, "value"),
            "best": Input(ids.RISK_BEST, "value"),
            "line": Input(ids.RISK_LINE, "value"),
            "dial": Input(ids.RISK_DIAL, "value"),
            "low": Input(ids.RISK_LOW, "value"),
            "high": Input(ids.RISK_HIGH, "value"),
            "replicates": Input(ids.RISK_REPLICATES, "value"),
            "seed": State(ids.RISK_SEED, "data"),
            "shown": State(ids.RISK_SHOWN, "data"),
        },
        prevent_initial_call=True,
    )(partial(_on_event, comparisons, studies))
    app.callback(
        Output(ids.RISK_LOW, "value"),
        Output(ids.RISK_HIGH, "value"),
        Output(ids.RISK_RANGE, "hidden"),
        Input(ids.RISK_DIAL, "value"),
        prevent_initial_call=True,
    )(_range_of)
    app.callback(
        Output(ids.RISK_BEST_FIELD, "hidden"),
        Output(ids.RISK_LINE_FIELD, "hidden"),
        Input(ids.RISK_LOSS, "value"),
    )(_number_of)
    app.callback(
        Output(ids.RISK_DRAWS, "data"),
        State(ids.PAGE, "data"),
        Input(ids.DESIGN, "data"),
        Input(ids.RISK_CHOICES, "data"),
        prevent_initial_call=True,
    )(partial(_one_draw, comparisons))
    _register_drawing(app)


def _register_drawing(app: dash.Dash) -> None:
    """What the page does by itself: the next look at a study, and its figures."""
    turn: Callable[..., None] = app.clientside_callback
    turn(
        ClientsideFunction("blupboard", "nextTick"),
        Output(ids.RISK_TICK, "data"),
        Input(ids.RISK_TIMER, "n_intervals"),
        State(ids.RISK_TICK, "data"),
        State(ids.RISK_ANSWERED, "data"),
        prevent_initial_call=True,
    )
    for store, graph in ((ids.RISK_FIGURES, ids.RISK_FIGURE), (ids.RISK_DRAWS, ids.RISK_DRAW)):
        turn(
            ClientsideFunction("blupboard", "drawFigures"),
            [Output(graph, "figure")],
            Input(store, "data"),
            Input(ids.THEME, "data"),
            State(ids.PALETTE, "data"),
            prevent_initial_call=True,
        )


def _on_event(comparisons: Comparisons, studies: RunningStudies, **page: Unpack[Page]) -> dict[str, Any]:
    """Start, cancel, or look; and show what there is."""
    unchanged = dict.fromkeys(_PROGRESS | _RESULT, no_update) | {"answered": page["tick"]}
    who, triggers = owner(), changed_inputs()
    is_tick = triggers == [ids.RISK_TICK]
    if page["page"] != "risk" or page["choices"] is None:
        if is_tick:
            studies.look(who)  # another page is shown, and its study is not abandoned for that
        return unchanged
    changed: dict[str, Any] = {}
    try:
        if ids.RISK_CANCEL in triggers:
            studies.cancel(who)
        elif not is_tick:
            seed = secrets.randbelow(LARGEST_SEED) if ids.RISK_AGAIN in triggers else page["seed"]
            study = requested_study(comparisons, request_of(page, seed))
            is_asked_for = ids.RISK_RUN in triggers or ids.RISK_AGAIN in triggers
            changed = {"seed": seed} | _begin(studies, who, study, asked=is_asked_for)
    except (BlupboardError, ValueError) as error:
        return unchanged | {"problem": panels.alert(str(error))}
    snapshot = studies.look(who)
    if snapshot is None:
        return unchanged | risk_panels.before_the_first(running=False) | changed
    if is_tick and not says_more(snapshot, page["shown"]):
        return unchanged | risk_panels.progress_content(snapshot) | changed
    content = risk_panels.study_content(snapshot, comparisons.styles)
    return unchanged | {"shown": snapshot.done} | content | changed


def says_more(snapshot: Snapshot, shown: int) -> bool:
    """Whether there is more to show than after ``shown`` replicates: at the end, and LEAST_NEWS at a time."""
    return not snapshot.is_going or not shown <= snapshot.done < shown + LEAST_NEWS * snapshot.total


def request_of(page: Page, seed: int) -> RequestedStudy:
    """What the controls ask for. Raises OptionError or DesignError with a sentence for what cannot be."""
    choices = Choices.from_json(page["choices"])
    if choices is None:
        raise OptionError("choose the estimators first")
    return RequestedStudy(
        choices=choices,
        design=Design.from_json(page["design"]),
        loss=page["loss"],
        best=page["best"],
        line=page["line"],
        dial=page["dial"],
        low=page["low"],
        high=page["high"],
        replicates=page["replicates"],
        seed=seed,
    )


def _begin(studies: RunningStudies, who: str, study: RiskStudy, *, asked: bool) -> dict[str, Any]:
    """Start a study if it was asked for, or if it is another one than before and takes a moment only."""
    before = studies.look(who)
    if not asked and before is not None and before.study == study:
        return {}
    if asked or (is_quick(study)):
        studies.start(who, study)
        return {}
    return {"left": "Press Run to measure this scenario"}


def _number_of(loss: str | None) -> tuple[bool, bool]:
    """Whether the fields of losses that take a number are hidden: how many the best are, and the value."""
    return loss != "top", loss != "threshold"


def _range_of(dial: str | None) -> tuple[str | NoUpdate, str | NoUpdate, bool]:
    if not dial:
        return no_update, no_update, True
    return *RANGES[dial], False


def _one_draw(
    comparisons: Comparisons, page: str | None, design: dict[str, Any] | None, given: object
) -> dict[str, FigureJson] | NoUpdate:
    choices = Choices.from_json(given)
    if page != "risk" or design is None or choices is None:
        return no_update
    try:
        simulated = replace(choices, source=ChosenDesign(Design.from_json(design)), bootstrap=False)
        scene = comparisons.scene(owner(), simulated, SOON_SECONDS)
    except (BlupboardError, ValueError):
        return no_update  # the study's own line says what is wrong with the design
    return {ids.RISK_DRAW: groups_figure(scene).to_plotly_json()}
