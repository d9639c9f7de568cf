"""Rows of two columns as numbers and codes of labels, and what has to be judged cell by cell instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.data.notation import LARGEST_EXACT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Irregular(Exception):
    """The table holds something that has to be judged cell by cell, see `judge_rows`: no error."""


@dataclass(frozen=True, eq=False)
class PlainPiece:
    """Some rows in their order."""

    outcome: NDArray[np.float64]
    """(N,) NaN where it is missing, else finite."""
    codes: NDArray[np.int64]
    """(N,) those of the labels in `LabelCodes`."""
    has_point: bool = False
    """Whether the text of some number holds a point that may be no decimal one."""
    point_is_decimal: bool = False
    """Whether some point can only be a decimal one."""
    lacks: bool = False
    """Whether some outcome is missing."""
    missing: Sequence[str] | None = None
    """The cells of the missing outcomes as they stand; None where no more examples of them are wanted."""

    def rows(self, wanted: NDArray[np.bool_]) -> PlainPiece:
        """Some of the rows, all of which have an outcome."""
        return PlainPiece(self.outcome[wanted], self.codes[wanted], self.has_point, self.point_is_decimal)


def refuse_unusual(values: NDArray[np.float64]) -> None:
    """Raise Irregular where a double may have rounded a whole number, or is infinite; NaN is passed over."""
    if len(values) and max(abs(np.fmin.reduce(values)), abs(np.fmax.reduce(values))) >= LARGEST_EXACT:
        raise Irregular
