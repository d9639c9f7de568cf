"""What rows in each group give: shares and widths of intervals over their number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.figures.parts import themed_figure, title_text
from dashboard.scene.style import FAINT, GREY, INK

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from dashboard.figures.plotly_json import PlotlyFigure, Trace
    from dashboard.scene.scene import Scene
    from estimators.inference.plan_answers import PlanAnswers

    Floats = NDArray[np.float64]
    Of = Callable[[float], float]

POINTS = 80
"""Of a line that a formula gives."""
FEW_POINTS = 14
"""Of one that takes an integral each."""
HOVER = "%{x:,.4~g}: %{y:.3g}<extra>%{fullData.name}</extra>"


def shares_figure(scene: Scene, answers: PlanAnswers) -> PlotlyFigure:
    """Reliability, and the chance that the group that looks best is the best, over rows each."""
    plan, figure = answers.plan, themed_figure(scene)
    fine, coarse = _rows(answers, POINTS), _rows(answers, FEW_POINTS)
    figure.add(
        _line(scene, answers, fine, plan.reliability, ("reliability", "solid")),
        _line(scene, answers, coarse, plan.p_best, ("best is best", "dash")),
    )
    figure.set(yaxis={"range": [0, 1.02], "tickformat": ".0%"})
    return _finished(figure, scene, "— reliability   – – the best is found")


def widths_figure(scene: Scene, answers: PlanAnswers) -> PlotlyFigure:
    """The widths of intervals by prediction and by own means alone over rows each."""
    plan, figure = answers.plan, themed_figure(scene)
    rows = _rows(answers, POINTS)
    figure.add(
        _line(scene, answers, rows, plan.width, ("by prediction", "solid")),
        _line(scene, answers, rows, plan.own_width, ("by own means", "dash")),
    )
    most = 1.3 * max(plan.width(1), plan.own_width(2))
    figure.set(yaxis={"title": {"text": f"width, {title_text(scene.outcome)}"}, "range": [0, most]})
    return _finished(figure, scene, "— by prediction   – – by own means alone")


def _rows(answers: PlanAnswers, points: int) -> Floats:
    return np.asarray(np.geomspace(1.0, answers.curve_rows[-1], points))


def _line(scene: Scene, answers: PlanAnswers, rows: Floats, of: Of, look: tuple[str, str]) -> Trace:
    """One line by its function of rows; ``look``: its name and dashes."""
    name, dash = look
    return {
        "type": "scatter",
        "x": rows * answers.step,
        "y": np.array([of(n) for n in rows.tolist()]),
        "mode": "lines",
        "name": name,
        "line": {"color": INK[scene.dark], "width": 1.6, "dash": dash},
        "hovertemplate": HOVER,
    }


def _finished(figure: PlotlyFigure, scene: Scene, lines: str) -> PlotlyFigure:
    """With the rows that groups have now as a dotted line, and what the lines are."""
    counts = scene.comparison.data.counts
    now = float(np.median(scene.n if counts is None else counts.exposure))
    figure.add_vertical(now, line={"color": GREY[scene.dark], "width": 1.2, "dash": "dot"}, layer="below")
    look: dict[str, Any] = {
        "xref": "paper",
        "yref": "paper",
        "font": {"size": 10.5, "color": FAINT[scene.dark]},
    }
    figure.add_note(f"{lines}   · · median now", x=1, y=1, xanchor="right", yanchor="bottom", **look)
    figure.set(
        xaxis={
            "type": "log",
            "title": {"text": f"{scene.planned} in each {scene.unit.one}"},
            "dtick": 1,
        },
        margin={"t": 22},
    )
    return figure
