"""How far the other programs' answers are from ours: estimate against estimate, and the difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blupboard_cross_check.random_intercept import RandomIntercept
from estimators import DataError, View

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators import Comparison, GroupFit, Look, Result

    Figure = dict[str, Any]

LINE = 16
"""Height of a line of text in pixels."""
LEAST_DECIMAL = 1e-3
"""Numbers below it are written with a power of ten."""


@dataclass(frozen=True)
class Pair:
    """What another program says, and our BLUP by the same criterion."""

    program: str
    theirs: Result
    ours: Result
    their_estimate: NDArray[np.float64]
    """(J,)"""
    our_estimate: NDArray[np.float64]
    """(J,)"""
    difference: NDArray[np.float64]
    """(J,) theirs minus ours, in units of our standard error of a prediction."""


def pairs(comparison: Comparison) -> list[Pair]:
    """The programs' fits, each with its counterpart: the BLUP whose id is the criterion that they were given.

    Raises:
        DataError: there are such fits, and no counterpart of any.

    """
    fits = {result.id: (result, result.fit) for result in comparison.succeeded if result.fit is not None}
    asked = [(r.estimator, r, fit) for r, fit in fits.values() if isinstance(r.estimator, RandomIntercept)]
    found = []
    for estimator, theirs, fit in asked:
        ours, own = fits.get(getattr(theirs.options, "criterion", ""), (None, None))
        if ours is not None and own is not None:
            difference = (fit.estimate - own.estimate) / prediction_error(own)
            found.append(Pair(estimator.program, theirs, ours, fit.estimate, own.estimate, difference))
    if asked and not found:
        raise DataError("choose our own BLUP by the same criterion too: there is nothing to compare with")
    return found


def prediction_error(fit: GroupFit) -> NDArray[np.float64]:
    """(J,) sqrt((1 - gamma_j) sigma_group^2 + (1 - gamma_j)^2 Var(mu)), whichever the fit itself reports.

    It is above 0 even where the spread between groups is estimated as 0.
    """
    sigma_group, mu_std_error = (fit.parameters[name].value for name in ("sigma_group", "mu_std_error"))
    if fit.weight is None or sigma_group is None or mu_std_error is None:
        raise DataError("our own BLUP has no standard error here to measure differences by")
    own = 1.0 - fit.weight
    return np.hypot(np.sqrt(own) * sigma_group, own * mu_std_error)


def estimates_figure(comparison: Comparison, look: Look) -> Figure | None:
    """Our estimate on x, theirs on y, and the diagonal on which they are equal."""
    found = pairs(comparison)
    if not found:
        return None
    both = np.concatenate([values for pair in found for values in (pair.our_estimate, pair.their_estimate)])
    low, high = float(both.min()), float(both.max())
    diagonal = {"type": "line", "x0": low, "y0": low, "x1": high, "y1": high, "layer": "below"}
    return {
        "data": _around_each_other([look.points(p.theirs, p.our_estimate, p.their_estimate) for p in found]),
        "layout": {
            "shapes": [{**diagonal, "line": {"color": look.faint, "width": 1, "dash": "dot"}}],
            "xaxis": {"title": {"text": f"{look.outcome}, our estimate"}},
            "yaxis": {"title": {"text": "theirs"}, "automargin": True},
            **_lines_above(
                [(f"{p.program} against {p.ours.label}", look.colors[p.theirs.id]) for p in found]
            ),
        },
    }


def differences_figure(comparison: Comparison, look: Look) -> Figure | None:
    """Our estimate on x, theirs minus ours in standard errors on y."""
    found = pairs(comparison)
    if not found:
        return None
    zero = {"type": "line", "xref": "x domain", "x0": 0, "x1": 1, "y0": 0, "y1": 0, "layer": "below"}
    return {
        "data": [look.points(p.theirs, p.our_estimate, p.difference) for p in found],
        "layout": {
            "shapes": [{**zero, "line": {"color": look.faint, "width": 1, "dash": "dot"}}],
            "xaxis": {"title": {"text": f"{look.outcome}, our estimate"}},
            "yaxis": {
                "title": {"text": "theirs − ours, std. errors"},
                "exponentformat": "e",
                "automargin": True,
            },
            **_lines_above([(f"{p.program}: {in_words(p)}", look.colors[p.theirs.id]) for p in found]),
        },
    }


def _around_each_other(traces: list[Figure]) -> list[Figure]:
    """The traces, the first with the largest marks, as all are at the same places."""
    for i, trace in enumerate(reversed(traces)):
        trace["marker"] = {**trace["marker"], "size": trace["marker"]["size"] + 5 * i}
    return traces


def in_words(pair: Pair) -> str:
    """``largest difference 2e-7 standard errors``."""
    largest = float(np.abs(pair.difference).max())
    if largest == 0:
        return "no difference"
    if largest < LEAST_DECIMAL:
        mantissa, power = f"{largest:.0e}".split("e")
        number = f"{mantissa}e{int(power)}"
    else:
        number = f"{largest:.1f}" if largest >= 1 else f"{largest:.1g}"
    return f"largest difference {number} standard errors"


def _lines_above(lines: list[tuple[str, str]]) -> Figure:
    """Lines above the plot, each in its colour, from the left end of the picture."""
    place = {"xref": "paper", "x": 0, "xanchor": "left", "xshift": -44, "yref": "paper", "y": 1}
    place |= {"yanchor": "bottom", "align": "left", "showarrow": False}
    count = len(lines)
    return {
        "annotations": [
            {
                **place,
                "text": text,
                "yshift": 4 + LINE * (count - 1 - i),
                "font": {"size": 11, "color": color},
            }
            for i, (text, color) in enumerate(lines)
        ],
        "margin": {"t": 10 + LINE * count},
    }


VIEWS = (
    View("cross_check_estimates", "Cross-check", "their estimate against ours", estimates_figure),
    View("cross_check_differences", "Disagreement", "cross-check, in std. errors", differences_figure),
)
