"""The risk study: which method is closer to the truth on average, and by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.pages import ids
from dashboard.pages.attributes import aria, scrollable
from dashboard.pages.controls import control_with_label
from dashboard.pages.graph import TOOLS, Graph
from dashboard.pages.once_shown import OnceShown
from dashboard.pages.panels import answer_places
from dashboard.pages.scorecard import scorecard_panel
from estimators import LOSSES, Loss
from estimators.risk.losses import FIFTH

if TYPE_CHECKING:
    from dash.development.base_component import Component

SWEPT = (
    {"value": "ratio", "label": "σg / σe"},
    {"value": "n", "label": "rows per group"},
    {"value": "groups", "label": "groups"},
    {"value": "shape", "label": "shape of the effects"},
    {"value": "", "label": "nothing"},
)
RANGES = {"ratio": ("0.05", "3"), "n": ("2", "100"), "groups": ("4", "100"), "shape": ("0.5", "5")}
"""What a sweep goes from and to when it is chosen."""
REPLICATES, POINTS = 2000, 15
LOOK_MS = 300
"""How often the page asks how far a study is."""


def risk_panel() -> html.Main:
    """Empty places that the callbacks fill."""
    return html.Main([OnceShown(_risk_places())], className="comparison risk on-risk", id="risk")


def _risk_places() -> list[Component]:
    return [
        answer_places(ids.RISK_HEADLINE, ids.RISK_CARDS, "Risk"),
        html.Div(id=ids.RISK_FAILURES, className="failures"),
        html.Div(
            [
                _figure(
                    ids.RISK_FIGURE,
                    "Risk",
                    "relative to level means, ±2 Monte Carlo SE; lower is better",
                ),
                _figure(ids.RISK_DRAW, "One draw", "true means hollow"),
            ],
            className="risk-views",
        ),
        html.Section(
            [
                html.Header([html.H2("Measures"), html.Span(id=ids.RISK_WHERE, className="subtitle")]),
                html.Div(id=ids.RISK_TABLE, className="parameters-box", **scrollable("Measures")),
            ],
            className="panel",
        ),
        html.Div(id=ids.RISK_SIZES),
        scorecard_panel(),
    ]


def risk_rail() -> html.Div:
    """What is swept, how often, and the button that starts it."""
    return html.Div(
        [
            html.P(id=ids.RISK_TAKEN, className="quiet risk-taken", role="status"),
            OnceShown([*_loss_control(), *_sweep()]),
        ],
        className="risk-rail on-risk",
    )


def _sweep() -> list[Component]:
    return [
        html.H2("Sweep"),
        control_with_label(
            "Vary",
            dmc.Select(id=ids.RISK_DIAL, data=list(SWEPT), value="ratio", allowDeselect=False, size="sm"),
        ),
        html.Div(
            [
                html.Div(
                    [
                        html.Span("From – to"),
                        _text(ids.RISK_LOW, RANGES["ratio"][0], "From"),
                        _text(ids.RISK_HIGH, RANGES["ratio"][1], "To"),
                    ],
                    className="risk-range",
                ),
            ],
            id=ids.RISK_RANGE,
        ),
        control_with_label("Replicates", _whole(ids.RISK_REPLICATES, REPLICATES, "Replicates of each point")),
        html.Div(id=ids.RISK_PROBLEM, className="problem", role="alert"),
        html.Div(
            [
                html.Strong(id=ids.RISK_DONE),
                html.Span(id=ids.RISK_LEFT, className="subtitle"),
            ],
            className="risk-progress-words",
            role="status",
        ),
        dmc.Progress(
            id=ids.RISK_PROGRESS,
            value=0,
            size="sm",
            className="risk-progress",
            **aria(label="Progress of the study"),
        ),
        html.Div(
            [
                dmc.Button("Run", id=ids.RISK_RUN, size="xs", n_clicks=0, className="run"),
                dmc.Button("New seed", id=ids.RISK_AGAIN, size="xs", variant="default", n_clicks=0),
                dmc.Button(
                    "Cancel", id=ids.RISK_CANCEL, size="xs", variant="default", n_clicks=0, disabled=True
                ),
            ],
            className="risk-buttons",
        ),
        *_behind(),
    ]


def _loss_control() -> list[Component]:
    """By what methods are compared."""
    select = dmc.Select(
        id=ids.RISK_LOSS, data=loss_choices(), value=Loss().kind, allowDeselect=False, size="sm",
        **aria(label="Loss that methods are compared by"),
    )  # fmt: skip
    best = control_with_label(
        "The best", _text(ids.RISK_BEST, "", "How many the best are", str(FIFTH)),
        "How many groups, as in 3, or which share of them, as in 10%.",
    )  # fmt: skip
    line = control_with_label(
        "Value", _text(ids.RISK_LINE, "", "Value that groups are above or below", "population mean"),
        "In the outcome's units; empty: the population mean.",
    )  # fmt: skip
    return [
        html.H2("Compare by"),
        select,
        html.Div(best, id=ids.RISK_BEST_FIELD, hidden=True),
        html.Div(line, id=ids.RISK_LINE_FIELD, hidden=True),
    ]


def loss_choices() -> list[dict[str, str]]:
    """The losses that methods can be compared by, as choices of a select."""
    return [{"value": kind, "label": Loss(kind).label} for kind in LOSSES]


def _behind() -> list[Component]:
    """What has no place on screen: the timer, and what the page and its callbacks tell each other."""
    return [
        dcc.Interval(id=ids.RISK_TIMER, interval=LOOK_MS, disabled=True),
        dcc.Store(id=ids.RISK_SEED, data=1),
        dcc.Store(id=ids.RISK_CHOICES),
        dcc.Store(id=ids.RISK_FIGURES),
        dcc.Store(id=ids.RISK_DRAWS),
        dcc.Store(id=ids.RISK_SHOWN, data=0),
        dcc.Store(id=ids.RISK_TICK, data=0),
        dcc.Store(id=ids.RISK_ANSWERED, data=0),
    ]


def _figure(graph_id: str, title: str, subtitle: str) -> html.Section:
    return html.Section(
        [
            html.Header([html.H2(title), html.Span(subtitle, className="subtitle")]),
            html.Div(Graph(graph_id, config=TOOLS, class_name="graph"), className="risk-graph"),
        ],
        className="panel view",
    )


def _text(control_id: str, value: str, label: str, empty: str = "") -> dmc.TextInput:
    return dmc.TextInput(id=control_id, value=value, placeholder=empty, size="xs", **aria(label=label))


def _whole(control_id: str, value: int, label: str) -> dmc.NumberInput:
    return dmc.NumberInput(
        id=control_id, value=value, min=1, step=500, allowDecimal=False, thousandSeparator=",", size="sm",
        clampBehavior="none", **aria(label=label),
    )  # fmt: skip
