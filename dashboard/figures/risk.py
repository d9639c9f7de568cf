"""The risk of every method, relative to the level means: curves over a dial, or a line of marks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from dashboard.figures.parts import marker_symbol, plotly_text, themed_layout
from dashboard.scene.style import FAINT, GREY, INK, LINE, RAISED, Style, rgba
from estimators import crossings
from estimators.risk.sweeps import DIALS

if TYPE_CHECKING:
    from estimators import Crossing, EstimatorRisk, Measured, RiskReport, ScenarioRisk

TALLEST = 1.35
"""Relative risk past which curves leave the picture: there the level means are better by far."""
HOVER = "<b>%{fullData.name}</b><br>%{y:.3f} ± %{customdata:.3f} at %{x:.3g}<extra></extra>"
LEAST_GAP = 0.02
"""Difference of two risks, level means = 1, below which the curves lie on one another."""
ERRORS = 2.0
"""Monte Carlo standard errors that a band reaches to each side."""
HOVER_LABEL = {"bgcolor": RAISED[False], "font": {"color": INK[False], "size": 12}}
LEGEND: dict[str, Any] = {
    "orientation": "h",
    "y": -0.2,
    "x": 0,
    "yanchor": "top",
    "font": {"size": 11, "color": INK[False]},
    "bgcolor": "rgba(0,0,0,0)",
}


def risk_figure(report: RiskReport, styles: Mapping[str, Style]) -> go.Figure:
    """The loss over that of the level means; theory of the squared error as thin lines, crossings as crosses.

    In the colours of a light page, which turns them where it is dark.
    """
    if not report.sweep:
        return _marks(report, styles)
    figure = go.Figure(layout=themed_layout(dark=False, view="risk", left=56, bottom=64))
    x = [point.value or 0.0 for point in report.sweep]
    _theory_curves(figure, report.sweep, x, lower=report.study.loss.is_squared)
    for e, estimator in enumerate(report.base.estimators):
        line = [point.estimators[e]["relative_loss"] for point in report.sweep]
        _curve(figure, estimator, x, line, styles[estimator.id])
    _crossing_marks(figure, report)
    _you_are_here(figure, report)
    dial = DIALS[report.study.sweep.dial] if report.study.sweep else DIALS["ratio"]
    ticks = log_ticks(min(x), max(x))
    figure.update_xaxes(
        type="log", title_text=dial.label, tickvals=ticks, ticktext=[f"{t:g}" for t in ticks],
        range=[math.log10(min(x)) - 0.03, math.log10(max(x)) + 0.03],
    )  # fmt: skip
    figure.update_yaxes(title_text=_axis(report), range=[0, _top(report.sweep)])
    figure.update_layout(
        hovermode="closest", hoverlabel=HOVER_LABEL, showlegend=True, margin={"t": 8}, legend=LEGEND
    )
    return figure


def log_ticks(low: float, high: float) -> list[float]:
    """1, 2, 5, 10, ... within a range; only powers of ten where that is too many."""
    decades = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
    inside = [
        m * 10.0**k
        for k in decades
        for m in (1, 2, 5)
        if low <= m * 10.0**k * (1 + 1e-9) and m * 10.0**k <= high * (1 + 1e-9)
    ]
    return inside if len(inside) <= 10 else [t for t in inside if math.log10(t) % 1 < 1e-9] or inside[::3]


def _curve(
    figure: go.Figure,
    estimator: EstimatorRisk,
    x: Sequence[float],
    line: Sequence[Measured],
    style: Style,
) -> None:
    there = [(at, m.value, m.mcse or 0.0) for at, m in zip(x, line, strict=True) if m.value is not None]
    if not there:
        return
    at, value, error = (np.array(column) for column in zip(*there, strict=True))
    color = style.light
    figure.add_trace(
        go.Scatter(
            x=np.concatenate([at, at[::-1]]),
            y=np.concatenate([value + ERRORS * error, (value - ERRORS * error)[::-1]]),
            fill="toself",
            fillcolor=rgba(color, 0.16),
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
            legendgroup=estimator.id,
        )
    )
    symbol = marker_symbol(style)
    figure.add_trace(
        go.Scatter(
            x=at,
            y=value,
            customdata=error.tolist(),
            mode="lines+markers",
            name=plotly_text(estimator.label),
            legendgroup=estimator.id,
            line={"color": color, "width": 2, "dash": "dash" if style.symbol == LINE else "solid"},
            marker={"color": color, "symbol": symbol, "size": 7, "line": {"width": 1.4, "color": color}},
            hovertemplate=HOVER,
        )
    )


def _theory_curves(
    figure: go.Figure, sweep: Sequence[ScenarioRisk], x: Sequence[float], *, lower: bool
) -> None:
    figure.add_hline(1.0, line={"color": GREY[False], "width": 1}, layer="below")
    if not lower:
        return
    least = [p.theory.lower / p.theory.level_means if p.theory.level_means > 0 else np.nan for p in sweep]
    figure.add_trace(
        go.Scatter(
            x=list(x),
            y=least,
            mode="lines",
            name=sweep[0].theory.lower_label,
            line={"color": INK[False], "width": 1.2, "dash": "dot"},
            hovertemplate="%{fullData.name}<br>%{y:.3f} at %{x:.3g}<extra></extra>",
        )
    )


def _crossing_marks(figure: go.Figure, report: RiskReport) -> None:
    """A cross where the order of two methods changes for certain."""
    x = np.log([p.value or 1.0 for p in report.sweep])
    found = []
    for c in crossings(report.sweep):
        curve = c.below or c.above
        if curve is None or not _tells_apart(report, c):
            continue
        values = [p[curve]["relative_loss"].value for p in report.sweep]
        if None in values:
            continue
        y = (
            1.0
            if c.below is None or c.above is None
            else float(np.interp(math.log(c.value), x, np.array(values, dtype=np.float64)))
        )
        found.append((c.value, y, _crossing_text(report, c.below, c.above, c.value)))
    if found:
        at, heights, text = zip(*found, strict=True)
        figure.add_trace(
            go.Scatter(
                x=at,
                y=heights,
                text=text,
                mode="markers",
                name="order changes",
                marker={"symbol": "x-thin", "size": 8, "line": {"width": 1.8, "color": INK[False]}},
                hovertemplate="%{text}<extra></extra>",
            )
        )


def _tells_apart(report: RiskReport, crossing: Crossing) -> bool:
    """Whether anyone would care: on both sides the two risks come to differ by LEAST_GAP somewhere."""
    one, other = crossing.below or crossing.above or "", crossing.above if crossing.below else crossing.below
    gaps = [(p.value or 0.0, abs(p.difference(one, other).value or 0.0)) for p in report.sweep]
    before = max((gap for at, gap in gaps if at < crossing.value), default=0.0)
    after = max((gap for at, gap in gaps if at > crossing.value), default=0.0)
    return min(before, after) >= LEAST_GAP


def _crossing_text(report: RiskReport, below: str | None, above: str | None, value: float) -> str:
    labels = {e.id: e.label for e in report.base.estimators}
    low, high = (plotly_text(labels[i]) if i else "level means" for i in (below, above))
    return f"up to {value:.3g}: {low} closer<br>from there: {high}"


def _you_are_here(figure: go.Figure, report: RiskReport) -> None:
    sweep = report.study.sweep
    here = None if sweep is None else DIALS[sweep.dial].read(report.study.design)
    if sweep is None or here is None or not sweep.low <= here <= sweep.high:
        return
    figure.add_vline(here, line={"color": FAINT[False], "width": 1.2, "dash": "dashdot"}, layer="below")
    figure.add_annotation(
        x=math.log10(here), xref="x", y=0, yref="paper", yanchor="bottom", xanchor="left", showarrow=False,
        text=" you are here", font={"size": 11, "color": FAINT[False]},
    )  # fmt: skip


def _axis(report: RiskReport) -> str:
    loss = report.study.loss
    return f"{'MSE' if loss.is_squared else loss.label} relative to level means"


def _marks(report: RiskReport, styles: Mapping[str, Style]) -> go.Figure:
    """Without a sweep: one mark for each method."""
    base = report.base
    figure = go.Figure(layout=themed_layout(dark=False, view="risk", left=20, bottom=48))
    known = [e for e in base.estimators if e["relative_loss"].value is not None]
    figure.add_vline(1.0, line={"color": GREY[False], "width": 1}, layer="below")
    if base.theory.level_means > 0 and report.study.loss.is_squared:
        lower = base.theory.lower / base.theory.level_means
        figure.add_vline(lower, line={"color": INK[False], "width": 1.2, "dash": "dot"}, layer="below")
        figure.add_annotation(
            x=lower, y=1, yref="paper", yanchor="bottom", showarrow=False, xanchor="left",
            text=base.theory.lower_label, font={"size": 11, "color": FAINT[False]},
        )  # fmt: skip
    for place, estimator in enumerate(known):
        style, found = styles[estimator.id], estimator["relative_loss"]
        color = style.light
        symbol = marker_symbol(style)
        figure.add_trace(
            go.Scatter(
                x=[found.value],
                y=[place],
                mode="markers",
                name=plotly_text(estimator.label),
                showlegend=False,
                error_x={"type": "data", "array": [ERRORS * (found.mcse or 0.0)], "color": color, "width": 0},
                marker={"color": color, "symbol": symbol, "size": 11, "line": {"width": 1.6, "color": color}},
                customdata=[found.mcse or 0.0],
                hovertemplate="<b>%{fullData.name}</b><br>%{x:.3f} ± %{customdata:.3f}<extra></extra>",
            )
        )
    figure.update_xaxes(title_text=_axis(report), rangemode="tozero")
    figure.update_yaxes(
        tickvals=list(range(len(known))), ticktext=[plotly_text(e.label) for e in known], automargin=True,
        range=[len(known) - 0.4, -0.6], showgrid=False,
    )  # fmt: skip
    figure.update_layout(hoverlabel=HOVER_LABEL, margin={"t": 24})
    return figure


def _top(sweep: Sequence[ScenarioRisk]) -> float:
    values = [
        m.value + ERRORS * (m.mcse or 0.0)
        for p in sweep
        for e in p.estimators
        if (m := e["relative_loss"]).value is not None
    ]
    return min(max(1.1, 1.05 * max(values, default=1.0)), TALLEST)
