"""The panel of the scorecard: one method in fixed scenarios, the same for every method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.pages import ids
from dashboard.pages.attributes import aria, explained, scrollable
from dashboard.words.risk import with_error
from dashboard.words.waiting import waiting_words
from estimators.risk.scenario import Measured

if TYPE_CHECKING:
    from dashboard.session.running_scorecards import ScorecardRun
    from estimators import ScenarioCard

LOOK_MS = 700
"""How often the page asks how far a scorecard is."""
COLUMNS = (
    ("mse", "MSE", False),
    ("regret", "Regret of choosing", False),
    ("best_found", "Best found", True),
    ("coverage", "Coverage", True),
    ("zero_spread", "σg estimated as 0", True),
)
"""Measure, heading, whether it is a share: of all draws."""
RANKED = (
    ("rank_coverage", "Rank intervals hold", True),
    ("best_said", "Said to be best", True),
    ("best_true", "Is best", True),
    ("false_called", "Named above, and is not", True),
    ("discordance_said", "Pairs said to be graded wrongly", True),
    ("discordance_true", "Pairs graded wrongly", True),
)
"""The same of the draws that are ranked."""


def scorecard_panel() -> html.Section:
    """What to press, and an empty place for the table."""
    return html.Section(
        [
            html.Header(
                [
                    html.H2("Scorecard"),
                    html.Span(
                        "one method in nine fixed scenarios, as it assumes and as it does not",
                        className="subtitle",
                    ),
                ]
            ),
            html.Div(
                [
                    dmc.Select(
                        id=ids.SCORECARD_METHOD, data=[], allowDeselect=False, size="xs", w=220,
                        **aria(label="Method of the scorecard"),
                    ),
                    dmc.Button("Fill in", id=ids.SCORECARD_RUN, size="xs", n_clicks=0, className="run"),
                    dmc.Button(
                        "Cancel", id=ids.SCORECARD_CANCEL, size="xs", variant="default", n_clicks=0,
                        disabled=True,
                    ),
                    html.Span(id=ids.SCORECARD_DONE, role="status"),
                ],
                className="scorecard-controls",
            ),
            html.Div(id=ids.SCORECARD_TABLE, className="parameters-box", **scrollable("Scorecard")),
            dcc.Interval(id=ids.SCORECARD_TIMER, interval=LOOK_MS, disabled=True),
        ],
        className="panel",
    )  # fmt: skip


def scorecard_table(run: ScorecardRun) -> html.Table | None:
    """A line for each scenario that is done; None before the first."""
    if not run.cards:
        return None
    ranked = RANKED if any(card.ranked for card in run.cards) else ()
    head = html.Tr(
        [html.Th("Scenario", scope="col"), *(html.Th(t, scope="col") for _, t, _ in (*COLUMNS, *ranked))]
    )
    body = [
        html.Tr(
            [
                html.Th(card.scenario.label, scope="row", **explained(_scenario_words(card))),
                *(_cell(card.measures.get(name, Measured()), share) for name, _, share in COLUMNS),
                *(_cell(card.ranking[name], share) for name, _, share in ranked),
            ]
        )
        for card in run.cards
    ]
    return html.Table([html.Thead(head), html.Tbody(body)], className="parameters risk-table")


def scorecard_words(run: ScorecardRun) -> str:
    """How far it is, or of what draws its numbers are."""
    if run.error:
        return f"The scorecard failed: {run.error}"
    if run.state == "waiting":
        return waiting_words(run.ahead)
    if run.is_going:
        return f"{len(run.cards)} of {run.total} scenarios"
    stopped = "" if len(run.cards) == run.total else f"{_why(run)} {len(run.cards)} of {run.total}; "
    failed = sum(card.failed for card in run.cards)
    lost = f"; not fitted in {failed:,} of all draws" if failed else ""
    return (
        f"{run.estimator.label}: {stopped}{run.replicates:,} draws of each scenario, {run.ranked:,} of them "
        f"ranked, ± Monte Carlo standard error{lost}. blupboard scorecard {run.estimator.id} takes more."
    )


def _why(run: ScorecardRun) -> str:
    return "stopped, as nobody looked at it, after" if run.state == "abandoned" else "cancelled after"


def _scenario_words(card: ScenarioCard) -> str:
    design = card.scenario.design
    return (
        f"{design.groups:,} groups, rows {design.per_group}, σg {design.sigma_group:g}, "
        f"σe {design.sigma_error:g}, {design.effects} effects"
    )


def _cell(measured: Measured, share: bool) -> html.Td:
    value, error = with_error(measured, share=share)
    content: list[Any] = [value, html.Span(error, className="mcse")] if error else [value]
    return html.Td(content)
