"""The estimated distribution of the groups' true means, with where it puts each group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blupboard_nonparametric_eb.estimator import NonparametricBayes, mixing_distribution
from estimators import View

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators import Comparison, Look

MARGIN = 0.05
"""How far below 0 the marks of the groups are, in heights of the highest stem."""


def mixing_figure(comparison: Comparison, look: Look) -> dict[str, Any] | None:
    """A stem for each atom, as high as its mass, and a linked mark for each group at its estimate."""
    drawn = [r for r in comparison.succeeded if isinstance(r.estimator, NonparametricBayes)]
    if not drawn or drawn[0].fit is None:
        return None
    result, fit = drawn[0], drawn[0].fit
    atoms, masses = mixing_distribution(fit)
    x, y = _stems(atoms, masses)
    top = float(masses.max())
    zero = {"type": "line", "xref": "x domain", "x0": 0, "x1": 1, "y0": 0, "y1": 0, "layer": "below"}
    stems = {"type": "scatter", "mode": "lines", "x": x, "y": y, "connectgaps": False, "hoverinfo": "skip"}
    heads = {"type": "scatter", "mode": "markers", "x": atoms, "y": masses, "hoverinfo": "skip"}
    return {
        "data": [
            {**stems, "line": {"color": look.ink, "width": 2}},
            {**heads, "marker": {"color": look.ink, "size": 5}},
            look.points(result, fit.estimate, np.full(len(comparison.data), -MARGIN * top)),
        ],
        "layout": {
            "xaxis": {"title": {"text": f"{look.outcome}: atoms, and estimates"}},
            "yaxis": {
                "title": {"text": "share of groups"},
                "tickformat": ".0%",
                "range": [-2 * MARGIN * top, 1.08 * top],
            },
            "shapes": [{**zero, "line": {"color": look.faint, "width": 1}}],
        },
    }


def _stems(atoms: NDArray[np.float64], masses: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Places and heights ``(3 M,)`` of lines from 0 up to each mass, with a gap after each."""
    x = np.repeat(atoms, 3)
    y = np.column_stack([np.zeros_like(masses), masses, np.full_like(masses, np.nan)]).ravel()
    x[2::3] = np.nan
    return x, y


MIXING_VIEW = View(
    "mixing_distribution",
    "Distribution of true means",
    "estimated",
    mixing_figure,
)
