"""Curves of a covariate of numbers: powers around a centre, and natural cubic splines with few knots."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import floor, log10
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from estimators.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SHAPES: Final[Mapping[str, tuple[float, ...]]] = MappingProxyType(
    {
        "poly2": (),
        "poly3": (),
        "poly4": (),
        "spline3": (0.1, 0.5, 0.9),
        "spline4": (0.05, 0.35, 0.65, 0.95),
        "spline5": (0.05, 0.275, 0.5, 0.725, 0.95),
    }
)
"""Polynomials by their degree, splines by their number of knots, with the quantiles at which these stand
(Harrell 2015, Regression Modeling Strategies, 2nd ed., table 2.3)."""


@dataclass(frozen=True)
class Part:
    """One term of a curve."""

    name: str
    values: Callable[[Floats], Floats]
    """From the column's numbers to the term's values."""
    steepest: float
    """The most that the term grows by with one more of the number, among all rows."""


@dataclass(frozen=True)
class Curve:
    """How a covariate of numbers enters a model as more than a straight line."""

    shape: str
    """A key of :data:`SHAPES`."""
    places: tuple[float, ...]
    """The centre of a polynomial; the knots of a spline, from the smallest. In the covariate's units."""
    digits: int
    """Places after the point, negative before it, to which a place is written in the names of terms."""

    @property
    def is_spline(self) -> bool:
        """Whether it is a spline."""
        return len(self.places) > 1

    @property
    def degree(self) -> int:
        """The highest power of a polynomial; 3 of a spline."""
        return 3 if self.is_spline else _number_of(self.shape)

    def text(self, place: float) -> str:
        """A place as names of terms have it."""
        rounded = round(place, self.digits) + 0.0
        plain = rounded == 0 or 1e-6 <= abs(rounded) < 1e15
        written = np.format_float_positional if plain else np.format_float_scientific
        return written(rounded, trim="-")

    def parts(self, name: str, low: float, high: float) -> list[Part]:
        """The terms of a column of this name, whose numbers lie between these.

        A polynomial's are powers of the distance from its centre. A spline's are the number itself, and for
        each knot but the last two what bends there, is a straight line from the last one on, and is 0 before
        (the restricted cubic splines of Harrell 2015, section 2.4.5, in the covariate's units).
        """
        if self.is_spline:
            return [Part(name, np.array, 1.0), *(self._bend(name, k) for k in range(len(self.places) - 2))]
        (center,) = self.places
        away = name if center == 0 else f"{name} {'-' if center > 0 else '+'} {self.text(abs(center))}"
        base, reach = away if center == 0 else f"({away})", max(high - center, center - low)
        names = {1: away} | {k: f"{base}^{k}" for k in range(2, self.degree + 1)}
        return [Part(term, partial(_power, center, k), k * reach ** (k - 1)) for k, term in names.items()]

    def _bend(self, name: str, k: int) -> Part:
        knot, before, last = self.places[k], self.places[-2], self.places[-1]
        steepest = 3.0 * (last - knot) * (before - knot) / (last - self.places[0]) ** 2
        return Part(f"{name} bend at {self.text(knot)}", partial(_bend, self.places, k), steepest)


def curve_of(name: str, shape: str, values: Floats, repeats: Floats | None = None) -> Curve:
    """The curve of a column ``(N,)`` of finite numbers, of which number i stands for ``repeats (N,)``.

    A centre is the mean of them all, rounded to a power of ten between a hundredth and a tenth of their
    range, so that its name says it exactly; knots stand at quantiles (Hyndman & Fan 1996, type 7).

    Raises:
        DataError: too few different numbers for the shape.

    """
    distinct, inverse = np.unique(values, return_inverse=True)
    counts = np.bincount(inverse, repeats).astype(np.float64)
    needed = _number_of(shape) + (0 if SHAPES[shape] else 1)
    if len(distinct) < needed:
        many = f"{len(distinct)} different number{'' if len(distinct) == 1 else 's'}"
        raise DataError(
            f"the covariate {name!r} has {many}, "
            f"and {shape} takes {needed} at least: let it be a straight line, or categorical"
        )
    digits = 2 - floor(log10(distinct[-1] - distinct[0]))
    if not SHAPES[shape]:
        digits -= 1
        center = distinct[0] + np.average(distinct - distinct[0], weights=counts)
        return Curve(shape, (round(float(center), digits) + 0.0,), digits)
    knots = _quantiles(distinct, counts, SHAPES[shape])
    if len(set(knots)) < len(knots):
        raise DataError(
            f"the same number of {name!r} occurs so often that {len(knots)} knots do not lie apart: take "
            "fewer, or a polynomial"
        )
    while len({round(knot, digits) for knot in knots}) < len(knots):
        digits += 1
    return Curve(shape, knots, digits)


def refuse_unknown_shape(name: str, shape: str) -> None:
    """Raise DataError for a shape that is none of :data:`SHAPES`."""
    if shape not in SHAPES:
        raise DataError(f"{name!r} is to be a curve of shape {shape!r}, and shapes are {', '.join(SHAPES)}")


def curves_by_name(curves: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names of columns with their shapes. Raises DataError where one has two shapes."""
    found: dict[str, str] = {}
    for name, shape in curves:
        if found.setdefault(name, shape) != shape:
            raise DataError(f"{name!r} is to be a curve of two shapes, {found[name]} and {shape}: choose one")
    return found


def _number_of(shape: str) -> int:
    return int(shape[-1])


def _quantiles(distinct: Floats, counts: Floats, at: tuple[float, ...]) -> tuple[float, ...]:
    """Quantiles of numbers that occur so often, between the order statistics by a straight line."""
    last = np.cumsum(counts) - 1.0
    place = np.array(at) * last[-1]
    below = np.floor(place)
    low, high = (
        distinct[np.minimum(np.searchsorted(last, rank), len(distinct) - 1)] for rank in (below, below + 1.0)
    )
    return tuple((low + (place - below) * (high - low)).tolist())


def _power(center: float, power: int, values: Floats) -> Floats:
    away = values - center
    found = away.copy()
    for _ in range(power - 1):
        found *= away
    return found


def _bend(knots: tuple[float, ...], k: int, values: Floats) -> Floats:
    """One bend of a spline; past the last knot as the straight line that it is there, without cancelling."""
    first, length = knots[0], knots[-1] - knots[0]
    from_last, before = (knots[-1] - knots[k]) / length, (knots[-1] - knots[-2]) / length
    place = (values - first) / length
    bent = np.minimum(place, 1.0)
    found = np.maximum(bent - (knots[k] - first) / length, 0.0) ** 3
    found -= np.maximum(bent - (knots[-2] - first) / length, 0.0) ** 3 * (from_last / before)
    found += 3.0 * from_last * (from_last - before) * np.maximum(place - 1.0, 0.0)
    return np.asarray(length * found)
