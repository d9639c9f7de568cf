"""What the callbacks put into the empty places of the risk page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from dashboard.figures.risk import risk_figure
from dashboard.pages import ids
from dashboard.pages.attributes import explained, scrollable
from dashboard.pages.panels import alert, card_boxes, headline_text, headline_to_come
from dashboard.pages.symbols import estimator_symbol
from dashboard.words.comparison import Headline
from dashboard.words.grammar import sentence
from dashboard.words.risk import cards, headline, progress, where, with_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.scene.style import Style
    from dashboard.session.running_studies import Snapshot
    from estimators import EstimatorRisk, RiskReport

COLUMNS = (
    ("relative_mse", "MSE ÷ level means", False),
    ("mse", "MSE", False),
    ("bias", "Bias", False),
    ("coverage", "Coverage", True),
    ("mean_width", "Mean width", False),
    ("best_found", "Best found", True),
    ("regret", "Regret of choosing", False),
    ("rank_correlation", "Rank correlation", False),
    ("zero_spread", "σg estimated as 0", True),
    ("coverage_at_zero", "Coverage in those draws", True),
)
"""Measure, heading, whether it is a share."""
SIZE_COLUMNS = (("mse", "MSE", False), ("coverage", "coverage", True), ("mean_width", "width", False))


def before_the_first(*, running: bool) -> dict[str, Any]:
    """The headline and cards while there is no result: the shapes of what comes, or what to do."""
    if running:
        return {"headline": headline_to_come("Measuring …"), "cards": []}
    detail = "A run draws data from this scenario again and again, and fits every method to them."
    nothing = headline_text(Headline("Nothing has been measured yet.", detail))
    return {"headline": nothing, "cards": [html.Span()]}


def progress_content(snapshot: Snapshot) -> dict[str, Any]:
    """The places that say how far a study is, by name."""
    done, left = progress(snapshot)
    running = snapshot.is_going
    return {
        "problem": alert(f"the study failed: {snapshot.error}") if snapshot.error else None,
        "timer": not running,
        "done": done,
        "left": left,
        "bar": round(100.0 * snapshot.done / snapshot.total, 1),
        "cancel": not running,
    }


def study_content(snapshot: Snapshot, styles: Mapping[str, Style]) -> dict[str, Any]:
    """Every place of the page for a study as it stands, by name; figures in the colours of a light page."""
    content = progress_content(snapshot)
    report = snapshot.report
    if report is None:
        return content | before_the_first(running=snapshot.is_going)
    return content | {
        "headline": headline_text(headline(report)),
        "cards": card_boxes(cards(report)),
        "failures": failures(report, styles),
        "figures": {ids.RISK_FIGURE: risk_figure(report, styles).to_plotly_json()},
        "where": where(report),
        "table": table(report, styles),
        "sizes": sizes(report, styles),
    }


def failures(report: RiskReport, styles: Mapping[str, Style]) -> list[html.Div]:
    """A card for each method that failed in some or all replicates."""
    shown = []
    for risk in report.base.estimators:
        for reason, count in risk.failures.items():
            many = "all" if risk.replicates == 0 and len(risk.failures) == 1 else f"{count:,} of"
            told = f"{risk.label}: no result in {many} {report.base.replicates:,} draws"
            text = html.Div([html.Strong(told), html.P(sentence(reason))])
            shown.append(html.Div([estimator_symbol(styles[risk.id]), text], className="failure"))
    return shown


def table(report: RiskReport, styles: Mapping[str, Style]) -> html.Table:
    """Every measure of every method in the scenario asked for."""
    loss = report.study.loss
    chosen = (("relative_loss", f"{loss.label} ÷ level means", False), ("loss", loss.label, False))
    used = [
        (name, title, share)
        for name, title, share in (*(() if loss.is_squared else chosen), *COLUMNS)
        if any(risk[name].value is not None for risk in report.base.estimators)
    ]
    head = html.Tr([html.Th("Method", scope="col"), *(html.Th(title, scope="col") for _, title, _ in used)])
    body = [
        html.Tr([_name(risk, styles), *(_cell(risk, name, share) for name, _, share in used)])
        for risk in report.base.estimators
    ]
    return html.Table([html.Thead(head), html.Tbody(body)], className="parameters risk-table")


def sizes(report: RiskReport, styles: Mapping[str, Style]) -> html.Section | None:
    """The same split by group size; None where all groups are of one size."""
    classes = report.base.estimators[0].by_size
    if not classes:
        return None
    head = html.Tr(
        [
            html.Th("Method", scope="col"),
            *(
                html.Th(f"{title}, {_rows(c.low, c.high)}", scope="col", **explained(f"{c.groups} groups"))
                for _, title, _ in SIZE_COLUMNS
                for c in classes
            ),
        ]
    )
    body = [
        html.Tr(
            [
                _name(risk, styles),
                *(
                    html.Td(_with_error(*with_error(c.measures[name], share=share)))
                    for name, _, share in SIZE_COLUMNS
                    for c in risk.by_size
                ),
            ]
        )
        for risk in report.base.estimators
    ]
    return html.Section(
        [
            html.Header(
                [
                    html.H2("By group size"),
                    html.Span("who gains: small groups or large", className="subtitle"),
                ]
            ),
            html.Div(
                html.Table([html.Thead(head), html.Tbody(body)], className="parameters risk-table"),
                className="parameters-box",
                **scrollable("By group size"),
            ),
        ],
        className="panel",
    )


def _rows(low: int, high: int) -> str:
    return f"{low:,} row{'s' if low > 1 else ''}" if low == high else f"{low:,}–{high:,} rows"


def _name(risk: EstimatorRisk, styles: Mapping[str, Style]) -> html.Th:
    return html.Th([estimator_symbol(styles[risk.id]), risk.label], scope="row")


def _cell(risk: EstimatorRisk, name: str, share: bool) -> html.Td:
    return html.Td(_with_error(*with_error(risk[name], share=share)))


def _with_error(value: str, error: str) -> list[Any]:
    return [value, html.Span(error, className="mcse")] if error else [value]
