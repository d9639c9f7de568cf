"""The risk page: start a study, look how far it is, cancel it, and show what it says so far."""

from __future__ import annotations

import math
import secrets
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Input, Output, State, ctx, no_update

from dashboard.figures.groups import groups_figure
from dashboard.figures.risk import risk_figure
from dashboard.pages import ids, panels, risk_panels
from dashboard.pages.risk import RANGES
from dashboard.plugin_host.stand_ins import for_many, seconds_for
from dashboard.serving.server import owner
from dashboard.session.choices import Choices
from dashboard.session.comparisons import SOON_SECONDS
from dashboard.session.first_choices import SIMULATED_GROUP, SIMULATED_OUTCOME
from dashboard.words import risk as risk_words
from estimators import BlupboardError, Design, OptionError, RiskStudy, Sweep
from estimators.simulation.seeds import LARGEST_SEED

if TYPE_CHECKING:
    import dash

    from dashboard.session.comparisons import Comparisons
    from dashboard.session.running_studies import RunningStudies, Snapshot
    from estimators import RiskReport

MOST_UNASKED = 5_000_000
"""Groups to draw and fit up to which a study follows the dials by itself."""
SECONDS_UNASKED = 20.0
"""What plugins may take for a study that follows the dials by itself."""
MOST_FITS = 20_000_000
"""Replicates times points that one study on the page may ask for."""

_PROGRESS = {
    "problem": Output(ids.RISK_PROBLEM, "children"),
    "timer": Output(ids.RISK_TIMER, "disabled"),
    "done": Output(ids.RISK_DONE, "children"),
    "left": Output(ids.RISK_LEFT, "children"),
    "bar": Output(ids.RISK_PROGRESS, "value"),
    "cancel": Output(ids.RISK_CANCEL, "disabled"),
    "seed": Output(ids.RISK_SEED, "data"),
}
_RESULT = {
    "headline": Output(ids.RISK_HEADLINE, "children"),
    "cards": Output(ids.RISK_CARDS, "children"),
    "failures": Output(ids.RISK_FAILURES, "children"),
    "figure": Output(ids.RISK_FIGURE, "figure"),
    "where": Output(ids.RISK_WHERE, "children"),
    "table": Output(ids.RISK_TABLE, "children"),
    "sizes": Output(ids.RISK_SIZES, "children"),
}


def register(app: dash.Dash, comparisons: Comparisons, studies: RunningStudies) -> None:
    """Add the callbacks of this file."""
    app.callback(
        output=_PROGRESS | _RESULT,
        inputs={
            "page": Input(ids.PAGE, "data"),
            "theme": Input(ids.THEME, "data"),
            "run": Input(ids.RISK_RUN, "n_clicks"),
            "again": Input(ids.RISK_AGAIN, "n_clicks"),
            "cancel": Input(ids.RISK_CANCEL, "n_clicks"),
            "tick": Input(ids.RISK_TIMER, "n_intervals"),
            "design": Input(ids.DESIGN, "data"),
            "choices": Input(ids.CHOICES, "data"),
            "dial": Input(ids.RISK_DIAL, "value"),
            "low": Input(ids.RISK_LOW, "value"),
            "high": Input(ids.RISK_HIGH, "value"),
            "replicates": Input(ids.RISK_REPLICATES, "value"),
            "seed": State(ids.RISK_SEED, "data"),
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
        Output(ids.RISK_DRAW, "figure"),
        Input(ids.PAGE, "data"),
        Input(ids.DESIGN, "data"),
        Input(ids.CHOICES, "data"),
        prevent_initial_call=True,
    )(partial(_one_draw, comparisons))


def _on_event(comparisons: Comparisons, studies: RunningStudies, **page: Any) -> dict[str, Any]:  # noqa: ANN401 - the page's values
    """Start, cancel, or look; and show what there is."""
    unchanged = dict.fromkeys(_PROGRESS | _RESULT, no_update)
    if page["page"] != "risk" or page["theme"] is None or page["choices"] is None:
        return unchanged
    who, trigger = owner(), ctx.triggered_id
    changed: dict[str, Any] = {}
    try:
        if trigger == ids.RISK_CANCEL:
            studies.cancel(who)
        elif trigger not in (ids.RISK_TIMER, ids.THEME):
            seed = secrets.randbelow(LARGEST_SEED) if trigger == ids.RISK_AGAIN else page["seed"]
            changed = {"seed": seed} | _begin(
                studies,
                who,
                wanted_study(comparisons, page, seed),
                asked=trigger in (ids.RISK_RUN, ids.RISK_AGAIN),
            )
    except (BlupboardError, ValueError) as error:
        return unchanged | {"problem": panels.alert(str(error))}
    snapshot = studies.look(who)
    if snapshot is None:
        return unchanged | risk_panels.before_the_first(running=False) | changed
    return unchanged | on_screen(comparisons, snapshot, dark=page["theme"] == "dark") | changed


def _begin(studies: RunningStudies, who: str, study: RiskStudy, *, asked: bool) -> dict[str, Any]:
    """Start a study if it was asked for, or if it is another one than before and takes a moment only."""
    before = studies.look(who)
    if not asked and before is not None and before.study == study:
        return {}
    if asked or (study_size(study) <= MOST_UNASKED and _seconds_of_plugins(study) <= SECONDS_UNASKED):
        studies.start(who, study)
        return {}
    return {"left": "Press Run to measure this scenario"}


def _seconds_of_plugins(study: RiskStudy) -> float:
    return seconds_for(study.estimators, study.replicates * len(study.points))


def study_size(study: RiskStudy) -> int:
    """Groups that are drawn and fitted, over all points and replicates."""
    return study.replicates * sum(design.groups for _, design in study.points)


def wanted_study(comparisons: Comparisons, page: dict[str, Any], seed: int) -> RiskStudy:
    """What the page's controls ask for. Raises OptionError with a sentence for what cannot be."""
    choices = Choices.from_json(page["choices"])
    if choices is None:
        raise OptionError("choose the estimators first")
    design = Design.from_json(page["design"])
    chosen, options = comparisons.chosen(choices)
    sweep = None
    if page["dial"]:
        sweep = Sweep(page["dial"], _number("From", page["low"]), _number("to", page["high"]))
    replicates = _number("Replicates", page["replicates"])
    if replicates != int(replicates):
        raise OptionError("replicates are a whole number")
    study = RiskStudy(
        design,
        for_many(chosen),
        int(replicates),
        seed=seed,
        sweep=sweep,
        level=choices.level,
        options=options,
    )
    if study.replicates * len(study.points) > MOST_FITS:
        most = MOST_FITS // len(study.points)
        raise OptionError(f"ask for at most {most:,} replicates here; the command line takes more")
    return study


def on_screen(comparisons: Comparisons, snapshot: Snapshot, *, dark: bool) -> dict[str, Any]:
    """Every output for a study as it stands."""
    done, left = risk_words.progress(snapshot)
    running = snapshot.state == "running"
    shown: dict[str, Any] = {
        "problem": panels.alert(f"the study failed: {snapshot.error}") if snapshot.error else None,
        "timer": not running,
        "done": done,
        "left": left,
        "bar": round(100.0 * snapshot.done / snapshot.total, 1),
        "cancel": not running,
    }
    if snapshot.report is not None:
        return shown | _result(comparisons, snapshot.report, dark=dark)
    return shown | risk_panels.before_the_first(running=running)


def _result(comparisons: Comparisons, report: RiskReport, *, dark: bool) -> dict[str, Any]:
    return {
        "headline": risk_panels.headline(report),
        "cards": risk_panels.cards(report),
        "failures": risk_panels.failures(report, comparisons.styles),
        "figure": risk_figure(report, comparisons.styles, dark=dark).to_plotly_json(),
        "where": risk_words.where(report),
        "table": risk_panels.table(report, comparisons.styles),
        "sizes": risk_panels.sizes(report, comparisons.styles),
    }


def _range_of(dial: str | None) -> tuple[Any, Any, bool]:
    if not dial:
        return no_update, no_update, True
    return *RANGES[dial], False


def _one_draw(
    comparisons: Comparisons, page: str | None, design: dict[str, Any] | None, given: object
) -> Any:  # noqa: ANN401
    choices = Choices.from_json(given)
    if page != "risk" or design is None or choices is None:
        return no_update
    try:
        drawn = replace(
            choices, design=Design.from_json(design), outcome=SIMULATED_OUTCOME, group=SIMULATED_GROUP
        )
        scene = comparisons.scene(owner(), drawn, SOON_SECONDS)
    except (BlupboardError, ValueError):
        return no_update  # the study's own line says what is wrong with the design
    return groups_figure(scene).to_plotly_json()


def _number(name: str, given: object) -> float:
    try:
        number = float(str(given).replace(",", ""))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise OptionError(f"{name} is a number, not {given!r}")
    return number
