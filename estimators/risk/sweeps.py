"""A sweep turns one dial of a design from low to high."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from estimators.errors import OptionError
from estimators.simulation.design import Design, DesignError
from estimators.simulation.effects import SHAPES

MOST_POINTS = 100


@dataclass(frozen=True)
class Dial:
    """What can be swept."""

    id: str
    label: str
    set: Callable[[Design, float], Design]
    read: Callable[[Design], float]
    whole: bool = False
    """Whether it moves in whole numbers."""


def _set_ratio(design: Design, ratio: float) -> Design:
    if design.sigma_error == 0:
        raise DesignError(
            "sigma_error", "the ratio can only be swept where the spread within groups is above 0"
        )
    return replace(design, sigma_group=ratio * design.sigma_error)


def _set_n(design: Design, n: float) -> Design:
    if not design.per_group.isdigit():
        raise DesignError("per_group", "n can only be swept where all groups have the same number of rows")
    return replace(design, per_group=str(int(n)))


def _set_groups(design: Design, groups: float) -> Design:
    if "," in design.per_group:
        raise DesignError("per_group", "the number of groups can't be swept where a list names their rows")
    return replace(design, groups=int(groups))


def _set_shape(design: Design, value: float) -> Design:
    if SHAPES[design.effects].parameter is None:
        raise DesignError(
            "effects", f"{design.effects} effects have no number to sweep: choose another shape"
        )
    return replace(design, shape=value)


def _set_skewness(design: Design, value: float) -> Design:
    if design.effects != "skewed":
        raise DesignError("effects", "skewness can only be swept with skewed effects: choose them first")
    return replace(design, shape=value)


DIALS: Mapping[str, Dial] = MappingProxyType(
    {
        d.id: d
        for d in (
            Dial("ratio", "σg / σe", _set_ratio, lambda d: d.ratio),
            Dial("n", "rows per group", _set_n, lambda d: float(d.sizes.mean()), whole=True),
            Dial("groups", "groups", _set_groups, lambda d: float(d.groups), whole=True),
            Dial("skewness", "skewness of the effects", _set_skewness, lambda d: d.shape_value),
            Dial("shape", "shape of the effects", _set_shape, lambda d: d.shape_value),
        )
    }
)


@dataclass(frozen=True)
class Sweep:
    """``points`` values of one dial from ``low`` to ``high``, evenly spaced in the logarithm.

    Raises:
        OptionError: an unknown dial, bounds that are not 0 < low < high, or too few or too many points.

    """

    dial: str = "ratio"
    low: float = 0.1
    high: float = 10.0
    points: int = 15

    def __post_init__(self) -> None:
        if self.dial not in DIALS:
            raise OptionError(f"a sweep turns one of {', '.join(DIALS)}, not {self.dial!r}")
        if not 0 < self.low < self.high < np.inf:
            raise OptionError(
                f"a sweep goes from a number above 0 to a larger one, not from {self.low:g} to {self.high:g}"
            )
        if not 2 <= self.points <= MOST_POINTS:
            raise OptionError(f"a sweep has from 2 to {MOST_POINTS} points, not {self.points}")

    @property
    def values(self) -> tuple[float, ...]:
        """The dial's values; whole numbers, each once, where the dial moves in those."""
        found = np.geomspace(self.low, self.high, self.points)
        found[0], found[-1] = self.low, self.high
        if DIALS[self.dial].whole:
            found = np.unique(np.rint(found))
        return tuple(found.tolist())

    def designs(self, design: Design) -> tuple[tuple[float, Design], ...]:
        """(value, design) at each point.

        Raises:
            DesignError: the dial cannot be turned on this design, or not so far.

        """
        turn = DIALS[self.dial].set
        return tuple((value, turn(design, value)) for value in self.values)

    @classmethod
    def parse(cls, text: str) -> Sweep:
        """A sweep as it is written on the command line: ``ratio=0.1:10:15``.

        Raises:
            OptionError: it cannot be read, or a value is out of its bounds.

        """
        number = r"[0-9.eE+-]+"
        found = re.fullmatch(rf"\s*(\w+)\s*=\s*({number}):({number}):([0-9]+)\s*", text)
        try:
            if found:
                return cls(found[1], float(found[2]), float(found[3]), int(found[4]))
        except OptionError:
            raise
        except ValueError:
            pass
        raise OptionError(f"a sweep is written DIAL=FROM:TO:POINTS, as in ratio=0.1:10:15, not {text!r}")
