"""The posterior of the spread between groups, with what other methods say about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blupboard_hierarchical_bayes.full import HierarchicalBayes, sigma_group_density
from estimators import View

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators import Comparison, GroupFit, Look, Result

    Floats = NDArray[np.float64]
    Trace = dict[str, Any]

MARGIN = 0.05
"""How far below 0 the marks are, in heights of the curve."""


def spread_figure(comparison: Comparison, look: Look) -> dict[str, Any] | None:
    """The density of sigma_group, 95% of it darker, its median; below, what each other method says."""
    drawn = [r for r in comparison.succeeded if isinstance(r.estimator, HierarchicalBayes)]
    if not drawn or drawn[0].fit is None:
        return None
    result, fit = drawn[0], drawn[0].fit
    values, density = sigma_group_density(fit)
    top = float(density.max())
    others = [(r, spread) for r in comparison.succeeded if (spread := _spread(r)) is not None]
    return {
        "data": [
            *_curves(fit, values, density, look.colors[result.id]),
            *(_mark(r, spread, -MARGIN * top, look) for r, spread in others),
        ],
        "layout": {
            "xaxis": {
                "title": {"text": f"σg, in units of {look.outcome}; marks: other methods"},
                "rangemode": "tozero",
            },
            "yaxis": {
                "title": {"text": "density"},
                "showticklabels": False,
                "range": [-2 * MARGIN * top, 1.05 * top],
            },
            "margin": {"l": 34},
        },
    }


def _curves(fit: GroupFit, values: Floats, density: Floats, color: str) -> list[Trace]:
    """The density, the same between its 2.5% and 97.5% points, and a line at its median."""
    low, median, high = (
        fit.parameters[name].value or 0.0 for name in ("sigma_group_low", "sigma_group", "sigma_group_high")
    )
    inside = np.concatenate([[low], values[(values > low) & (values < high)], [min(high, values[-1])]])
    line = {"color": color, "width": 1.6, "simplify": False}
    curve = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "line": line}
    shade = {"fill": "tozeroy", "fillcolor": _with_opacity(color, 0.16), "line": {"width": 0}}
    at_median = float(np.interp(median, values, density))
    return [
        {**curve, "x": values, "y": density, "fill": "tozeroy", "fillcolor": _with_opacity(color, 0.08)},
        {**curve, "x": inside, "y": np.interp(inside, values, density), **shade},
        {**curve, "x": np.array([median, median]), "y": np.array([0.0, at_median])},
    ]


def _spread(result: Result) -> float | None:
    """What another method says about the spread between groups."""
    if result.fit is None or isinstance(result.estimator, HierarchicalBayes):
        return None
    found = result.fit.parameters.get("sigma_group")
    return None if found is None else found.value


def _mark(result: Result, spread: float, y: float, look: Look) -> Trace:
    marker = {"color": look.colors[result.id], "symbol": look.symbols[result.id], "size": 8}
    return {
        "type": "scatter",
        "mode": "markers",
        "name": result.label,
        "x": np.array([spread]),
        "y": np.array([y]),
        "marker": {**marker, "line": {"width": 1.4, "color": look.colors[result.id]}},
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def _with_opacity(color: str, alpha: float) -> str:
    """A colour ``#rrggbb`` with an opacity."""
    r, g, b = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({r},{g},{b},{alpha})"


SPREAD_VIEW = View("sigma_group_posterior", "Between groups σg", "posterior", spread_figure)
