"""Shapes of the true effects: how the groups' true means lie around the population mean.

Every shape has mean 0 and standard deviation 1 before it is multiplied by sigma_group. Each draws from a
stream in a way that a line of R repeats.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.simulation.streams import Stream


@dataclass(frozen=True)
class ShapeParameter:
    """The one number that a shape can take."""

    label: str
    default: float
    minimum: float
    maximum: float
    open_minimum: bool = False
    """Whether the minimum itself is not allowed."""

    def allows(self, value: float) -> bool:
        """Whether the value lies within the bounds."""
        above = value > self.minimum if self.open_minimum else value >= self.minimum
        return above and value <= self.maximum

    @property
    def bounds(self) -> str:
        """The bounds in words."""
        first = f"above {self.minimum:g}" if self.open_minimum else f"from {self.minimum:g}"
        return f"{first} to {self.maximum:g}" if not self.open_minimum else f"{first}, up to {self.maximum:g}"


@dataclass(frozen=True)
class Shape:
    """One distribution of true effects with mean 0 and standard deviation 1."""

    id: str
    label: str
    summary: str
    draw: Callable[[Stream, int, float], NDArray[np.float64]]
    """(stream, count, parameter) -> ``(count,)``."""
    r_code: Callable[[str, float], str]
    """(an R expression for the count, parameter) -> an R expression for the same draws."""
    parameter: ShapeParameter | None = None


def _t(stream: Stream, count: int, df: float) -> NDArray[np.float64]:
    return stream.student_t(df, count) / math.sqrt(df / (df - 2.0))


def _skewed(stream: Stream, count: int, skewness: float) -> NDArray[np.float64]:
    k = 4.0 / skewness**2
    return (stream.gamma(k, count) - k) / math.sqrt(k)


def _clusters(stream: Stream, count: int, distance: float) -> NDArray[np.float64]:
    side = np.where(stream.uniform(count) < 0.5, -1.0, 1.0)
    return distance * side + math.sqrt(1.0 - distance**2) * stream.normal(count)


def _sparse(stream: Stream, count: int, share: float) -> NDArray[np.float64]:
    differs = stream.uniform(count) < share
    return np.where(differs, stream.normal(count) / math.sqrt(share), 0.0)


_ALL = (
    Shape(
        "normal",
        "Normal",
        "as the BLUPs assume",
        lambda stream, count, _: stream.normal(count),
        lambda count, _: f"rnorm({count})",
    ),
    Shape(
        "t",
        "Heavy tails (t)",
        "Student's t: a few groups lie far out",
        _t,
        lambda count, df: f"qt(runif({count}), {df!r}) / sqrt({df!r} / ({df!r} - 2))",
        ShapeParameter("Degrees of freedom", 5.0, 2.0, 100.0, open_minimum=True),
    ),
    Shape(
        "skewed",
        "Skewed",
        "a gamma distribution: a long tail upwards",
        _skewed,
        lambda count, s: f"(qgamma(runif({count}), 4 / {s!r}^2) - 4 / {s!r}^2) / sqrt(4 / {s!r}^2)",
        ShapeParameter("Skewness", 2.0, 0.0, 10.0, open_minimum=True),
    ),
    Shape(
        "clusters",
        "Two clusters",
        "two normal clusters of equal size",
        _clusters,
        lambda count, d: f"{d!r} * ifelse(runif({count}) < 0.5, -1, 1) + sqrt(1 - {d!r}^2) * rnorm({count})",
        ShapeParameter("Half the distance of the clusters", 0.9, 0.0, 0.999),
    ),
    Shape(
        "sparse",
        "Mostly zero",
        "most groups do not differ at all, a few do (normal)",
        _sparse,
        lambda count, p: f"(runif({count}) < {p!r}) * rnorm({count}) / sqrt({p!r})",
        ShapeParameter("Share of groups that differ", 0.1, 0.001, 1.0),
    ),
)

SHAPES: Mapping[str, Shape] = MappingProxyType({shape.id: shape for shape in _ALL})
"""By id, in the order in which they are offered."""
