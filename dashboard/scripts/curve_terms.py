"""Curves of covariates in scripts: the terms of a polynomial or a spline, in R and in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.scripts.literals import r_number

if TYPE_CHECKING:
    from estimators import GroupData
    from estimators.data.curves import Curve

_SPLINES = "# Natural (restricted) cubic splines: straight lines before the first knot and after the last"
_R_BEND = """\
bend <- function(v, knots, k) {
  last <- length(knots)
  cube <- function(knot) pmax(v - knot, 0)^3
  gap <- knots[last] - knots[last - 1]
  (cube(knots[k]) - cube(knots[last - 1]) * (knots[last] - knots[k]) / gap +
    cube(knots[last]) * (knots[last - 1] - knots[k]) / gap) / (knots[last] - knots[1])^2
}"""
_PYTHON_BEND = """\
def bend(v, knots, k):
    first, before, last = knots[0], knots[-2], knots[-1]

    def cube(knot):
        return (v - knot).clip(lower=0) ** 3

    bent = cube(knots[k]) - cube(before) * (last - knots[k]) / (last - before)
    return (bent + cube(last) * (before - knots[k]) / (last - before)) / (last - first) ** 2

"""


def curve_terms(curve: Curve | None, number: str, *, in_r: bool) -> list[str]:
    """The terms of a column whose numbers are the expression ``number``: itself where it is no curve."""
    if curve is None:
        return [number]
    places = [r_number(place) if in_r else repr(place) for place in curve.places]
    if curve.is_spline:
        knots = f"c({', '.join(places)})" if in_r else f"[{', '.join(places)}]"
        first = 1 if in_r else 0
        return [number, *(f"bend({number}, {knots}, {k + first})" for k in range(len(places) - 2))]
    power = "^" if in_r else " ** "
    away = f"({number} - {places[0]})"
    return [away, *(f"{away}{power}{k}" for k in range(2, curve.degree + 1))]


def has_spline(data: GroupData) -> bool:
    """Whether some covariate is a spline."""
    return data.covariates is not None and any(c.is_spline for c in data.covariates.curves.values())


def r_bend() -> list[str]:
    """Lines that define ``bend`` in R."""
    return [_SPLINES, _R_BEND]


def python_bend() -> list[str]:
    """Lines that define ``bend`` in Python."""
    return ["", "", _SPLINES, *_PYTHON_BEND.split("\n")]
